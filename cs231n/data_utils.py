"""Old spelling of :mod:`cs231n.data`: the course's names for loading images."""

from cs231n.data import load_imagenet_val, load_tiny_imagenet
from cs231n.data import split_cifar10 as get_CIFAR10_data
from cs231n.data.plain import load_CIFAR10, load_CIFAR_batch, load_pickle
from cs231n.nets.saved import load_models

__all__ = [
    "get_CIFAR10_data",
    "load_CIFAR10",
    "load_CIFAR_batch",
    "load_imagenet_val",
    "load_models",
    "load_pickle",
    "load_tiny_imagenet",
]
