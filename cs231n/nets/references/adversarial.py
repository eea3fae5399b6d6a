"""Adversarial networks without gradients: what players with given weights compute.

The notebook ``assignment3/gan`` holds answers against these. Weights are lists in the
order in which a network uses them, the weight of a layer before its bias.
"""

from collections.abc import Sequence

import numpy as np

from cs231n.layers import (
    affine_forward,
    avg_pool_forward,
    batchnorm_forward,
    bce_with_logits_loss,
    conv_forward,
    conv_transpose_forward,
    leaky_relu_forward,
    max_pool_forward,
    spatial_batchnorm_forward,
)

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
    x = images.reshape(len(images), -1).astype(np.float64)
    for i in range(0, len(weights), 2):
        x = _linear(x if not i else leaky_relu_forward(x, slope=slope)[0], weights[i:])
    return x


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
    x = images.astype(np.float64)
    pool = {"pool_height": 2, "pool_width": 2, "stride": 2}
    shrink = avg_pool_forward if mean_pool else max_pool_forward
    for i in (0, 2):
        x = conv_forward(x, weights[i], weights[i + 1], {"stride": 1, "pad": 0})[0]
        x = shrink(leaky_relu_forward(x, slope=slope)[0], pool)[0]
    last = slope if last_slope is None else last_slope
    return fully_connected_logits(weights[4:], x, slope=last)


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

    def finish(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
        norm = batchnorm_forward if x.ndim == 2 else spatial_batchnorm_forward
        mode = {"mode": "train"}
        if normalised_first:
            return leaky_relu_forward(norm(x, scale, shift, mode)[0], slope=slope)[0]
        return norm(leaky_relu_forward(x, slope=slope)[0], scale, shift, mode)[0]

    x = finish(_linear(noise.astype(np.float64), weights), *weights[2:4])
    x = finish(_linear(x, weights[4:]), *weights[6:8])
    x = x.reshape(len(x), len(weights[8]), 7, 7)
    step = {"stride": 2, "pad": 1}
    x = finish(
        conv_transpose_forward(x, weights[8], weights[9], step)[0], *weights[10:12]
    )
    x = conv_transpose_forward(x, weights[12], weights[13], step)[0].reshape(len(x), -1)
    return np.tanh(x) if squash else x


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


def _linear(x: np.ndarray, weights: Weights) -> np.ndarray:
    return affine_forward(x, np.ascontiguousarray(weights[0].T), weights[1])[0]
