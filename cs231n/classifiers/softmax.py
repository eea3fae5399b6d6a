"""Old spelling of the cross-entropy loss in :mod:`cs231n.nets.linear`."""

from cs231n.nets.linear import softmax_loss_vectorized

__all__ = ["softmax_loss_vectorized"]
