"""Old spelling of the cross-entropy loss in :mod:`cs231n.nets.linear`."""

from cs231n.nets.linear import softmax_loss_vectorized
from cs231n.old_imports import yours

softmax_loss_naive = yours(
    "softmax_loss_naive", "assignment1/softmax", "softmax_loss_vectorized"
)

__all__ = ["softmax_loss_naive", "softmax_loss_vectorized"]
