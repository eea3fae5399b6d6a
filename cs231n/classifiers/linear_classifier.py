"""Old spelling of :mod:`cs231n.nets.linear`."""

from cs231n.nets.linear import LinearClassifier, LinearSVM, Softmax

__all__ = ["LinearClassifier", "LinearSVM", "Softmax"]
