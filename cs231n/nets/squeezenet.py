"""SqueezeNet 1.0, trained on ImageNet, on the course's own layers."""

import os

import numpy as np
import numpy.typing as npt

from cs231n.data.images import SQUEEZENET_MEAN, SQUEEZENET_STD
from cs231n.data.squeezenet import load_squeezenet
from cs231n.nets.layered import LayeredNet

#: Mean of blue, green and red, 0..255, that the published weights expect removed.
CAFFE_MEAN = np.array([104.0, 117.0, 123.0])
#: The network from pixels to the maps of classes, in the order of its layers.
STEPS = (
    ("conv1", "conv", 2, 0, True),
    ("pool1", "pool", 3),
    *((f"fire{i}", "fire") for i in (2, 3, 4)),
    ("pool4", "pool", 3),
    *((f"fire{i}", "fire") for i in (5, 6, 7, 8)),
    ("pool8", "pool", 3),
    ("fire9", "fire"),
    ("conv10", "conv", 1, 1, True),
)


class SqueezeNet(LayeredNet):
    """A convolutional network of 1.2 million weights for ImageNet's 1000 classes.

    Parameters
    ----------
    path : path-like, optional
        The compressed weights; by default those in the data home.
    dtype : dtype-like
        float32 or float64.

    Attributes
    ----------
    params : dict of str to ndarray
        ``NAME.w`` (F, C, KH, KW) and ``NAME.b`` (F,). The first layer is turned so that
        it takes what :func:`cs231n.data.images.preprocess_image` makes, channels first.
    layers : tuple of str
        ``conv1``, ``pool1``, ``fire2``, ..., ``fire9``, ``conv10``, ``scores``.

    Raises
    ------
    DatasetError
        If the weights are missing or damaged.

    References
    ----------
    Iandola et al. (2016), "SqueezeNet: AlexNet-level accuracy with 50x fewer
    parameters", arXiv:1602.07360.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        dtype: npt.DTypeLike = np.float32,
    ) -> None:
        params = {}
        for name, (w, b) in load_squeezenet(path).items():
            if name == "conv1":
                w, b = _for_normalised_rgb(w, b)
            params[f"{name}.w"] = w.astype(dtype)
            params[f"{name}.b"] = b.astype(dtype)
        super().__init__(params, STEPS)


def _for_normalised_rgb(w, b):
    """Fold the change from normalised RGB to Caffe's BGR into the first layer."""
    w = w[:, ::-1].astype(np.float64)
    std = 255 * SQUEEZENET_STD.astype(np.float64)
    mean = 255 * SQUEEZENET_MEAN.astype(np.float64) - CAFFE_MEAN[::-1]
    b = b + (w * mean[:, None, None]).sum(axis=(1, 2, 3))
    return w * std[:, None, None], b
