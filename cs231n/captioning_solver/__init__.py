"""Old spelling of :mod:`cs231n.solver.captioning`."""

from cs231n.solver import CaptioningSolver

__all__ = ["CaptioningSolver"]
