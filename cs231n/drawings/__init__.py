"""Drawings that explain an idea: one style, small numbers, on light or dark paper.

Each function builds a figure and returns it; :func:`show` puts it below a cell together
with a text for those who cannot see it. Blue is data, green is learned, vermilion *and
dashed* is a gradient, purple is a second thing beside blue, grey is everything else.
"""

from cs231n.drawings.convolution import pool_winners, window_columns
from cs231n.drawings.losses import loss_curves
from cs231n.drawings.normalisation import norm_graph
from cs231n.drawings.page import THEMES, Page, show
from cs231n.drawings.recurrence import unrolled
from cs231n.drawings.tape import tape_graph

__all__ = [
    "THEMES",
    "Page",
    "loss_curves",
    "norm_graph",
    "pool_winners",
    "show",
    "tape_graph",
    "unrolled",
    "window_columns",
]
