"""Old spelling of :mod:`cs231n.nets.neighbours`."""

from cs231n.nets.neighbours import KNearestNeighbor

__all__ = ["KNearestNeighbor"]
