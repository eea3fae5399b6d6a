"""Old spelling of :mod:`cs231n.vis`: the names people have in their fingers."""

from cs231n.vis import vis_grid, vis_nn, visualize_grid

__all__ = ["vis_grid", "vis_nn", "visualize_grid"]
