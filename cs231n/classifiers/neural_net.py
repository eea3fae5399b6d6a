"""Old spelling of :mod:`cs231n.nets.self_training`, the net of the first editions."""

from cs231n.nets.self_training import SelfTrainingNet as TwoLayerNet

__all__ = ["TwoLayerNet"]
