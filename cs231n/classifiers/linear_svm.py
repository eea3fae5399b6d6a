"""Old spelling of the hinge loss in :mod:`cs231n.nets.linear`."""

from cs231n.nets.linear import svm_loss_vectorized

__all__ = ["svm_loss_vectorized"]
