"""Small experiments to move by hand; a picture stands in where widgets do not work."""

from cs231n.demos.pixels import changed_image_demo
from cs231n.demos.plane import learning_rate_demo, linear_demo, neighbours_demo
from cs231n.demos.widget import WIDGET, Demo

__all__ = [
    "WIDGET",
    "Demo",
    "changed_image_demo",
    "learning_rate_demo",
    "linear_demo",
    "neighbours_demo",
]
