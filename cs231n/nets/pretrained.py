"""The network that a notebook looks into: SqueezeNet, or without it a small one."""

from typing import Any

import numpy as np
import numpy.typing as npt

from cs231n.data.errors import DatasetError
from cs231n.data.images import SQUEEZENET_MEAN, SQUEEZENET_STD
from cs231n.nets.conv_stack import ConvStack
from cs231n.nets.layered import LayeredNet
from cs231n.nets.scenenet import SceneNet
from cs231n.nets.shapenet import ShapeNet
from cs231n.nets.squeezenet import SqueezeNet

#: What batch norm adds to a variance.
EPSILON = 1e-5
__all__ = ["from_scenenet", "from_shapenet", "load_pretrained"]


def load_pretrained(dtype: npt.DTypeLike = np.float32) -> tuple[LayeredNet, str]:
    """Load the best network there is for looking into.

    Parameters
    ----------
    dtype : dtype-like
        float32 or float64.

    Returns
    -------
    net : LayeredNet
        SqueezeNet where its weights are installed, else the package's own ShapeNet.
        Both take what :func:`cs231n.data.images.preprocess_image` makes.
    said : str
        Which of them, in a sentence, and how to get the other.
    """
    try:
        net = SqueezeNet(dtype=dtype)
    except DatasetError as error:
        if "No SqueezeNet" not in str(error):
            raise
        said = (
            "ShapeNet, this package's own small network of 10 drawn things: SqueezeNet "
            "is not installed. Fetch it (0.7 MB) with:  "
            "python -m cs231n.data.fetch squeezenet imagenet-sample"
        )
        return from_shapenet(ShapeNet(dtype=dtype)), said
    return net, "SqueezeNet 1.0, trained on the 1000 classes of ImageNet"


def from_shapenet(stack: ShapeNet) -> LayeredNet:
    """Give the layers of a ShapeNet names, with batch norm folded into the filters.

    Parameters
    ----------
    stack : ShapeNet
        Any weights; batch norm in test mode.

    Returns
    -------
    net : LayeredNet
        The same scores from images that :func:`cs231n.data.images.preprocess_image`
        made: ``pixels``, ``conv1``, ``conv2``, ``pool2``, ..., ``conv7``, ``scores``.
    """
    last = len(stack.filters) + 1
    # A linear layer behind a mean over positions is a 1 x 1 convolution before it.
    w = stack.params[f"W{last}"].T[:, :, None, None].copy()
    return _named(stack, w, stack.params[f"b{last}"], relu=False)


def from_scenenet(stack: SceneNet) -> LayeredNet:
    """Give the layers of a SceneNet names, and one score to each of its 19 answers.

    A score is the mean over the cells of the positive part of an answer, as SqueezeNet
    ends too. So score 0 says how sure the network is that objects are in the picture,
    and cells that see none have no part in it.

    Parameters
    ----------
    stack : SceneNet
        Any weights; batch norm in test mode.

    Returns
    -------
    net : LayeredNet
        Takes what :func:`cs231n.data.images.preprocess_image` made of pictures with
        sides divisible by 8: ``pixels``, ``conv1``, ``pool1``, ..., ``conv6``, and
        ``scores``.
    """
    last = len(stack.filters) + 1
    return _named(stack, stack.params[f"W{last}"], stack.params[f"b{last}"], relu=True)


def _named(stack: ConvStack, w: np.ndarray, b: np.ndarray, *, relu: bool) -> LayeredNet:
    """Return a stack with a last 1 x 1 convolution, batch norm folded in."""
    dtype = stack.params["W1"].dtype
    params = _pixels(dtype)
    steps: list[tuple[Any, ...]] = [("pixels", "rescale")]
    last = len(stack.filters) + 1
    for i in range(1, last):
        averages: dict[str, Any] = stack.bn_params[i - 1]
        mean, var = averages["running_mean"], averages["running_var"]
        scale = stack.params[f"gamma{i}"] / np.sqrt(var + EPSILON)
        params[f"conv{i}.w"] = stack.params[f"W{i}"] * scale[:, None, None, None]
        params[f"conv{i}.b"] = stack.params[f"beta{i}"] - mean * scale
        steps.append((f"conv{i}", "conv", 1, 1, True))
        if i in stack.pooled:
            steps.append((f"pool{i}", "pool", 2))
    params[f"conv{last}.w"], params[f"conv{last}.b"] = w, b
    steps.append((f"conv{last}", "conv", 1, 0, relu))
    params = {name: value.astype(dtype) for name, value in params.items()}
    return LayeredNet(params, tuple(steps))


def _pixels(dtype):
    """Return the weights that turn ImageNet's normalisation into ShapeNet's."""
    scale = 255 * SQUEEZENET_STD.astype(np.float64) / 60
    shift = (255 * SQUEEZENET_MEAN.astype(np.float64) - 115) / 60
    return {
        "pixels.w": scale.reshape(3, 1, 1).astype(dtype),
        "pixels.b": shift.reshape(3, 1, 1).astype(dtype),
    }
