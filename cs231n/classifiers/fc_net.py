"""Old spelling of :mod:`cs231n.nets.fully_connected`."""

from cs231n.nets.fully_connected import FullyConnectedNet, TwoLayerNet

__all__ = ["FullyConnectedNet", "TwoLayerNet"]
