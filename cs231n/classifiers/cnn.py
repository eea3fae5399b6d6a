"""Old spelling of :mod:`cs231n.nets.convnet`."""

from cs231n.nets.convnet import ThreeLayerConvNet

__all__ = ["ThreeLayerConvNet"]
