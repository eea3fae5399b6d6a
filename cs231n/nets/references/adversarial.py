"""Adversarial networks with given weights: what players compute, lose and become.

The notebook ``assignment3/gan`` holds answers against these. Weights are lists in the
order in which a network uses them, the weight of a layer before its bias.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cs231n import autograd
from cs231n.layers import bce_with_logits_loss
from cs231n.nets.references import players

__all__ = [
    "bce_losses",
    "convolutional_logits",
    "convolutional_pictures",
    "fully_connected_logits",
    "fully_connected_pictures",
    "linear_game",
    "squared_losses",
]

Weights = Sequence[np.ndarray]
nn = autograd.nn


def bce_losses(real: np.ndarray, fake: np.ndarray) -> dict[str, tuple]:
    """Compute the cross-entropies that two players minimise, and their gradients.

    Parameters
    ----------
    real, fake : ndarray of any shape
        Logits of real and of generated pictures.

    Returns
    -------
    losses : dict of str to tuple
        ``discriminator``: loss, gradients of ``real`` and ``fake``; ``generator``:
        loss, gradient of ``fake``, not saturating; ``saturating``: the same of the
        loss that mirrors the discriminator's.
    """
    right, dreal = bce_with_logits_loss(real, np.ones_like(real))
    wrong, dfake = bce_with_logits_loss(fake, np.zeros_like(fake))
    fooled, dfooled = bce_with_logits_loss(fake, np.ones_like(fake))
    return {
        "discriminator": (right + wrong, dreal, dfake),
        "generator": (fooled, dfooled),
        "saturating": (-wrong, -dfake),
    }


def squared_losses(real: np.ndarray, fake: np.ndarray) -> dict[str, tuple]:
    """Compute the least-squares losses of two players, and their gradients.

    Parameters
    ----------
    real, fake : ndarray of any shape
        Scores of real and of generated pictures.

    Returns
    -------
    losses : dict of str to tuple
        ``discriminator``: loss, gradients of ``real`` and ``fake``; ``generator``:
        loss, gradient of ``fake``.
    """
    right, wrong, fooled = real - 1, fake, fake - 1
    half = [0.5 * float(np.mean(off**2)) for off in (right, wrong, fooled)]
    slopes = [off / off.size for off in (right, wrong, fooled)]
    return {
        "discriminator": (half[0] + half[1], slopes[0], slopes[1]),
        "generator": (half[2], slopes[2]),
    }


def fully_connected_logits(
    weights: Weights, images: np.ndarray, *, slope: float = 0.01
) -> np.ndarray:
    """Score images with a chain of linear layers and leaky rectifiers.

    Parameters
    ----------
    weights : sequence of ndarray
        Of linear layers, (out, in) and (out,).
    images : ndarray of shape (N, ...)
        Images.
    slope : float, optional
        Of the rectifiers below zero.

    Returns
    -------
    logits : ndarray of shape (N, out)
        Of the last layer.
    """
    widths = [*(w.shape[1] for w in weights[::2]), len(weights[-1])]
    return _run(players.chain(nn, *widths, slope=slope), weights, images)


def fully_connected_pictures(
    weights: Weights, noise: np.ndarray, *, squash: bool = True
) -> np.ndarray:
    """Turn noise into pictures with a chain of linear layers and rectifiers.

    Parameters
    ----------
    weights : sequence of ndarray
        Of linear layers, (out, in) and (out,).
    noise : ndarray of shape (N, Z)
        Noise.
    squash : bool, optional
        Whether a hyperbolic tangent ends the network.

    Returns
    -------
    pictures : ndarray of shape (N, pixels)
        Flat pictures.
    """
    x = fully_connected_logits(weights, noise, slope=0.0)
    return np.tanh(x) if squash else x


def convolutional_logits(
    weights: Weights,
    images: np.ndarray,
    *,
    slope: float = 0.01,
    last_slope: float | None = None,
    mean_pool: bool = False,
) -> np.ndarray:
    """Score images with two convolutions, pooled, and two linear layers.

    Parameters
    ----------
    weights : sequence of ndarray
        Of two convolutions and two linear layers.
    images : ndarray of shape (N, 1, H, W)
        Images.
    slope : float, optional
        Of the rectifiers below zero.
    last_slope : float, optional
        Of the last one; like the others by default.
    mean_pool : bool, optional
        Whether pooling takes the mean in place of the maximum.

    Returns
    -------
    logits : ndarray of shape (N, 1)
        Of the last layer.
    """
    net = players.convolutional_discriminator(
        nn, slope=slope, last_slope=last_slope, mean_pool=mean_pool
    )
    return _run(net, weights, images)


def convolutional_pictures(
    weights: Weights,
    noise: np.ndarray,
    *,
    normalised_first: bool = False,
    slope: float = 0.0,
    squash: bool = True,
) -> np.ndarray:
    """Turn noise into pictures by two linear layers and two transposed convolutions.

    A batch is normalised with its own statistics, as in training.

    Parameters
    ----------
    weights : sequence of ndarray
        Two linear layers, each followed by the weights of its batch norm; a transposed
        convolution with its batch norm, and another one.
    noise : ndarray of shape (N, Z)
        Noise.
    normalised_first : bool, optional
        Whether batch norm comes before the rectifier.
    slope : float, optional
        Of the rectifiers below zero.
    squash : bool, optional
        Whether a hyperbolic tangent ends the network.

    Returns
    -------
    pictures : ndarray of shape (N, pixels)
        Flat pictures.
    """
    net = players.convolutional_generator(
        nn,
        weights[0].shape[1],
        normalised_first=normalised_first,
        slope=slope,
        squash=squash,
    )
    return _run(net, weights, noise).reshape(len(noise), -1)


def linear_game(
    weights: Weights,
    batches: Sequence[tuple[np.ndarray, np.ndarray]],
    learning_rate: float,
    fault: str = "",
) -> list[np.ndarray]:
    """Play some rounds between two linear networks, each with plain SGD.

    The discriminator lowers its mean score of fakes minus that of real examples, the
    generator raises that of fakes. All gradients are known in closed form.

    Parameters
    ----------
    weights : sequence of ndarray
        ``w`` (1, D) and ``b`` (1,) of the discriminator, ``V`` (D, Z) and ``c`` (D,) of
        the generator.
    batches : sequence of (ndarray, ndarray)
        Real examples (N, D) and noise (N, Z).
    learning_rate : float
        Of both.
    fault : str, optional
        What goes wrong: the generator moves ``"first"``; it listens to the ``"stale"``
        discriminator; all gradients of the discriminator are ``"kept"``, or those of
        the generator have ``"grown"``; the generator's gradient of the discriminator's
        turn has ``"leaked"`` into its own; the discriminator moves ``"twice"``, in the
        generator's turn too; real and fake are ``"swapped"``; the generator is
        ``"idle"``.

    Returns
    -------
    weights : list of ndarray
        Afterwards.
    """
    w, b, V, c = (value.astype(np.float64) for value in weights)
    kept, grown = [0.0 * w, 0.0 * b], [0.0 * V, 0.0 * c]  # gradients of earlier turns
    for real, noise in batches:
        z, old = noise.mean(axis=0), w
        if fault == "first":
            V, c = V + learning_rate * np.outer(w, z), c + learning_rate * w[0]
        apart = (V @ z + c - real.mean(axis=0))[None]
        kept[0] = kept[0] + (-apart if fault == "swapped" else apart)
        w, b = w - learning_rate * kept[0], b - learning_rate * kept[1]
        kept = [kept[0] - (V @ z + c)[None], kept[1] - 1]
        if fault != "kept":
            kept = [0.0 * w, 0.0 * b]
        pull = {"stale": old, "leaked": w - old}.get(fault, w)
        if fault == "twice":
            w, b = w + learning_rate * (V @ z + c)[None], b + learning_rate
        grown = [grown[0] + np.outer(pull, z), grown[1] + pull[0]]
        if fault not in ("first", "idle"):
            V, c = V + learning_rate * grown[0], c + learning_rate * grown[1]
        if fault != "grown":
            grown = [0.0 * V, 0.0 * c]
    return [w, b, V, c]


def _run(net: Any, weights: Weights, x: np.ndarray) -> np.ndarray:
    """Return what a network with these weights computes, in float64."""
    net.double()
    with autograd.no_grad():
        for parameter, weight in zip(net.parameters(), weights, strict=True):
            parameter.copy_(autograd.from_numpy(weight.astype(np.float64)))
        return net(autograd.from_numpy(x.astype(np.float64))).numpy()
