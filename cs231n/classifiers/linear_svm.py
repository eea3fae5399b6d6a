"""Old spelling of the hinge loss in :mod:`cs231n.nets.linear`."""

from cs231n.nets.linear import svm_loss_vectorized
from cs231n.old_imports import yours

svm_loss_naive = yours("svm_loss_naive", "assignment1/svm", "svm_loss_vectorized")

__all__ = ["svm_loss_naive", "svm_loss_vectorized"]
