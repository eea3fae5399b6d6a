"""Old name of the hinge loss in ``cs231n.nets.linear``."""

from cs231n.nets.linear import svm_loss_vectorized

__all__ = ["svm_loss_vectorized"]
