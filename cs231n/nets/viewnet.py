"""A small network that learned to see without labels, shipped with its weights."""

from pathlib import Path
from typing import Any

import numpy as np

from cs231n.data import drawn
from cs231n.nets.conv_stack import normalise
from cs231n.nets.saved import read_weights

__all__ = ["WEIGHTS", "encoder", "features", "normalise", "projector", "viewnet"]

#: Filters of the five convolutions of 3 x 3, and their strides.
FILTERS, STRIDES = (24, 48, 48, 96, 96), (2, 2, 1, 2, 1)
#: Units of the projection's hidden layer, and numbers that come out of it.
PROJECTION = (128, 64)
WEIGHTS = Path(drawn.__file__).with_name("viewnet.npz")


def encoder(nn: Any, classes: int | None = None) -> Any:
    """Build the network that turns a picture into 96 features.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``; its generator draws the weights.
    classes : int, optional
        With it a linear layer follows, and scores come out.

    Returns
    -------
    net : nn.Sequential
        From pictures (N, 3, H, W), normalised, to features (N, 96): five convolutions
        with batch norm and ReLU, and the mean over positions.
    """
    layers, channels = [], 3
    for number, stride in zip(FILTERS, STRIDES, strict=True):
        conv = nn.Conv2d(channels, number, 3, stride=stride, padding=1, bias=False)
        layers += [conv, nn.BatchNorm2d(number), nn.ReLU()]
        channels = number
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    layers += [nn.Linear(channels, classes)] if classes else []
    return nn.Sequential(*layers)


def projector(nn: Any) -> Any:
    """Build the head that training puts on the features, and then throws away.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``; its generator draws the weights.

    Returns
    -------
    net : nn.Sequential
        From features (N, 96) to the vectors (N, 64) of which the loss is computed.
    """
    hidden, out = PROJECTION
    return nn.Sequential(
        nn.Linear(FILTERS[-1], hidden), nn.ReLU(), nn.Linear(hidden, out)
    )


def features(torch: Any, net: Any, images: np.ndarray, size: int = 500) -> np.ndarray:
    """Run an encoder over pictures, in test mode.

    Parameters
    ----------
    torch : module
        The engine that the network is of.
    net : nn.Module
        As from :func:`encoder`.
    images : ndarray of shape (N, H, W, 3)
        Pixels, 0..255.
    size : int, optional
        Pictures at a time.

    Returns
    -------
    found : ndarray of shape (N, D), float32
        What the network returns.
    """
    net.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(images), size):
            x = torch.from_numpy(normalise(images[start : start + size]))
            parts.append(net(x).numpy())
    net.train()
    return np.concatenate(parts)


def viewnet(torch: Any) -> Any:
    """Load the encoder that the package ships.

    Parameters
    ----------
    torch : module
        The engine: :mod:`cs231n.autograd` or PyTorch.

    Returns
    -------
    net : nn.Sequential
        As from :func:`encoder`.
    """
    net = encoder(torch.nn)
    state = {k: torch.from_numpy(v) for k, v in read_weights(WEIGHTS).items()}
    net.load_state_dict(net.state_dict() | state)
    return net
