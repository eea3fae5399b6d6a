"""Old spelling of the solver for captions in :mod:`cs231n.solver`."""

from cs231n.solver import CaptioningSolver

__all__ = ["CaptioningSolver"]
