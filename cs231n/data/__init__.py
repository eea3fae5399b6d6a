"""Datasets: the drawn ones that need no download, and readers of the real ones."""

from cs231n.data.cifar10 import find_cifar10, load_cifar10, read_cifar_batch
from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home
from cs231n.data.imageset import ImageSet
from cs231n.data.shapes10 import load_shapes10, stream_shapes10
from cs231n.data.splits import split_cifar10

__all__ = [
    "DatasetError",
    "ImageSet",
    "data_home",
    "find_cifar10",
    "load_cifar10",
    "load_shapes10",
    "read_cifar_batch",
    "split_cifar10",
    "stream_shapes10",
]
