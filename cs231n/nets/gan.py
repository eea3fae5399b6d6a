"""Generators, discriminators and losses of GANs: what given weights and scores give.

The notebook ``assignment3/gan`` holds answers against these. Networks are given by
their parameters in the order in which they act, as ``model.parameters()`` lists them.
"""

from collections.abc import Sequence

import numpy as np

from cs231n.layers import conv_forward, conv_transpose_forward, max_pool_forward

__all__ = [
    "COURSE_PARAMETERS",
    "dc_logits",
    "dc_pictures",
    "discriminator_losses",
    "flat_logits",
    "flat_pictures",
    "generator_losses",
]

#: Numbers of weights of the course's networks, the generators' from noise of 4 numbers.
COURSE_PARAMETERS = {
    "discriminator": 267_009,
    "generator": 1_858_320,
    "dc_discriminator": 1_102_721,
    "dc_generator": 6_580_801,
}
Params = Sequence[np.ndarray]
_DOUBLING = {"stride": 2, "pad": 1}
_POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


def flat_logits(params: Params, x: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """Run a discriminator of linear layers with leaky ReLUs between them.

    Parameters
    ----------
    params : sequence of ndarray
        Weight (out, in) and bias of each layer.
    x : ndarray of shape (N, ...)
        Pictures.
    slope : float
        Of the leaky ReLU for negative numbers.

    Returns
    -------
    logits : ndarray of shape (N, 1), float64
        Positive for what looks real.
    """
    h = np.asarray(x, np.float64).reshape(len(x), -1)
    *first, last = _pairs(params)
    for w, b in first:
        h = _leaky(h @ w.T + b, slope)
    return h @ last[0].T + last[1]


def flat_pictures(params: Params, z: np.ndarray) -> np.ndarray:
    """Run a generator of linear layers with ReLUs between them and tanh at the end.

    Parameters
    ----------
    params : sequence of ndarray
        Weight (out, in) and bias of each layer.
    z : ndarray of shape (N, D)
        Noise.

    Returns
    -------
    pictures : ndarray of shape (N, 784), float64
        From -1 to 1.
    """
    return np.tanh(flat_logits(params, z, slope=0.0))


def dc_logits(params: Params, x: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """Run the course's convolutional discriminator.

    Parameters
    ----------
    params : sequence of ndarray
        Filters and bias of two convolutions of 5 x 5, each with a leaky ReLU and 2 x 2
        max pooling behind it; weight (out, in) and bias of two linear layers with a
        leaky ReLU between them.
    x : ndarray of shape (N, 1, 28, 28) or (N, 784)
        Pictures.
    slope : float
        Of the leaky ReLUs for negative numbers.

    Returns
    -------
    logits : ndarray of shape (N, 1), float64
        Positive for what looks real.
    """
    h = np.asarray(x, np.float64).reshape(-1, 1, 28, 28)
    for w, b in _pairs(params)[:2]:
        h, _ = conv_forward(h, w, b, {"stride": 1, "pad": 0})
        h, _ = max_pool_forward(_leaky(h, slope), _POOL)
    return flat_logits(params[4:], h, slope)


def dc_pictures(params: Params, z: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Run the course's convolutional generator, with batch norm in training mode.

    Parameters
    ----------
    params : sequence of ndarray
        Of two linear layers, each with a ReLU and then batch norm; of a transposed
        convolution of 4 x 4 with stride 2 and padding 1, a ReLU and batch norm; of
        another one, with tanh behind it. Weight and bias of each.
    z : ndarray of shape (N, D)
        Noise.
    eps : float
        Added to variances.

    Returns
    -------
    pictures : ndarray of shape (N, 784), float64
        From -1 to 1.
    """
    one, norm1, two, norm2, up1, norm3, up2 = _pairs(params)
    h = np.asarray(z, np.float64)
    for (w, b), norm in ((one, norm1), (two, norm2)):
        h = _normalised(np.maximum(h @ w.T + b, 0), norm, eps)
    h = h.reshape(len(h), -1, 7, 7)
    h, _ = conv_transpose_forward(h, up1[0], up1[1], _DOUBLING)
    h = _normalised(np.maximum(h, 0), norm3, eps)
    h, _ = conv_transpose_forward(h, up2[0], up2[1], _DOUBLING)
    return np.tanh(h.reshape(len(h), -1))


def discriminator_losses(
    real: np.ndarray, fake: np.ndarray, kind: str = "vanilla"
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the discriminator's loss and its gradients.

    Parameters
    ----------
    real, fake : ndarray of shape (N,) or (N, 1)
        Scores of real and of generated pictures.
    kind : {"vanilla", "ls"}
        Cross-entropy of logits, or half of squared differences from 1 and 0.

    Returns
    -------
    loss : float
        The sum of the means over both.
    dreal, dfake : ndarray
        Gradients with respect to the scores.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    one, dreal = _loss(real, 1.0, _known(kind, "vanilla", "ls"))
    other, dfake = _loss(fake, 0.0, kind)
    return one + other, dreal, dfake


def generator_losses(
    fake: np.ndarray, kind: str = "vanilla"
) -> tuple[float, np.ndarray]:
    """Return the generator's loss and its gradient.

    Parameters
    ----------
    fake : ndarray of shape (N,) or (N, 1)
        Scores of generated pictures.
    kind : {"vanilla", "ls", "saturating"}
        ``-log D``, half of squared differences from 1, or ``log(1 - D)``.

    Returns
    -------
    loss : float
        The mean.
    dfake : ndarray
        Gradient with respect to the scores.

    Raises
    ------
    ValueError
        If there is no such kind.

    References
    ----------
    Goodfellow et al. (2014), "Generative Adversarial Nets", section 3. Mao et al.
    (2017), "Least Squares Generative Adversarial Networks", equation 9.
    """
    if _known(kind, "vanilla", "ls", "saturating") == "saturating":
        loss, dfake = _loss(fake, 0.0, "vanilla")
        return -loss, -dfake
    return _loss(fake, 1.0, kind)


def _known(kind, *kinds):
    if kind not in kinds:
        raise ValueError(f"kind is one of {', '.join(kinds)}; got {kind!r}.")
    return kind


def _loss(scores, target, kind):
    """Return the mean loss of scores with one target, and its gradient."""
    s = np.asarray(scores, np.float64)
    if kind == "ls":
        return float(((s - target) ** 2).mean() / 2), (s - target) / s.size
    # -log sigmoid(s) is log(1 + exp(-s)), and logaddexp holds for any s.
    loss = np.logaddexp(0, np.where(target == 1, -s, s)).mean()
    sigmoid = np.exp(-np.logaddexp(0, -s))
    return float(loss), (sigmoid - target) / s.size


def _pairs(params):
    own = [np.asarray(p, np.float64) for p in params]
    return list(zip(own[::2], own[1::2], strict=True))


def _leaky(x, slope):
    return np.where(x > 0, x, slope * x)


def _normalised(x, norm, eps):
    axes = (0, *range(2, x.ndim))
    shape = (1, -1) + (1,) * (x.ndim - 2)
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    weight, bias = (p.reshape(shape) for p in norm)
    return (x - mean) / np.sqrt(var + eps) * weight + bias
