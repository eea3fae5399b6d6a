"""Datasets: the drawn ones that need no download, and readers of the real ones."""

from cs231n.data.captions import decode_captions, sample_coco_minibatch
from cs231n.data.cifar10 import find_cifar10, load_cifar10, read_cifar_batch
from cs231n.data.coco import load_coco_data
from cs231n.data.drawn.caption_accuracy import caption_accuracy, true_captions
from cs231n.data.drawn.glyphs import load_glyphs
from cs231n.data.drawn.landscape import draw_landscape
from cs231n.data.drawn.scenes import load_scenes
from cs231n.data.drawn.shapes10 import load_shapes10, stream_shapes10
from cs231n.data.drawn.styles import draw_style
from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home
from cs231n.data.imagenet import load_imagenet_val
from cs231n.data.imageset import ImageSet
from cs231n.data.mnist import load_mnist
from cs231n.data.splits import split_cifar10
from cs231n.data.tiny_imagenet import load_tiny_imagenet

__all__ = [
    "DatasetError",
    "ImageSet",
    "caption_accuracy",
    "data_home",
    "decode_captions",
    "draw_landscape",
    "draw_style",
    "find_cifar10",
    "load_cifar10",
    "load_coco_data",
    "load_glyphs",
    "load_imagenet_val",
    "load_mnist",
    "load_scenes",
    "load_shapes10",
    "load_tiny_imagenet",
    "read_cifar_batch",
    "sample_coco_minibatch",
    "split_cifar10",
    "stream_shapes10",
    "true_captions",
]
