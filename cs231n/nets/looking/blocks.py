"""The layers that a :class:`~cs231n.nets.layered.LayeredNet` is made of."""

from typing import Any

import numpy as np

from cs231n.layers import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
    relu_backward,
    relu_forward,
)

#: Name, kind (a key of ``FORWARD``), and what that kind needs.
Step = tuple[Any, ...]


def rescale_forward(step: Step, params: dict, x: np.ndarray) -> tuple:
    """Multiply each channel and add to it: ``(name, "rescale")``.

    Parameters
    ----------
    step : Step
        The layer.
    params : dict of str to ndarray
        Weights; ``NAME.w`` and ``NAME.b`` are (C, 1, 1).
    x : ndarray of shape (N, C, H, W)
        What comes in.

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
        What goes on.
    cache : object
        For the way back.
    """
    w = params[f"{step[0]}.w"]
    return x * w + params[f"{step[0]}.b"], (x, w)


def rescale_backward(
    step: Step, dout: np.ndarray, cache: Any, guided: bool, kept: dict | None
) -> np.ndarray:
    """Undo the scale of :func:`rescale_forward`.

    Parameters
    ----------
    step : Step
        The layer.
    dout : ndarray
        Upstream gradient.
    cache : object
        From the forward half.
    guided : bool
        Whether ReLUs stop negative gradients.
    kept : dict or None
        Gets the gradients of the weights, if there is one.

    Returns
    -------
    dx : ndarray
        Gradient of what came in.
    """
    x, w = cache
    if kept is not None:
        kept[f"{step[0]}.w"] = (dout * x).sum(axis=(0, 2, 3)).reshape(w.shape)
        kept[f"{step[0]}.b"] = dout.sum(axis=(0, 2, 3)).reshape(w.shape)
    return dout * w


def conv_block_forward(step: Step, params: dict, x: np.ndarray) -> tuple:
    """Convolve, and with ReLU: ``(name, "conv", stride, pad, relu)``.

    Parameters
    ----------
    step : Step
        The layer.
    params : dict of str to ndarray
        Weights.
    x : ndarray of shape (N, C, H, W)
        What comes in.

    Returns
    -------
    out : ndarray of shape (N, F, h, w)
        What goes on.
    cache : object
        For the way back.
    """
    name, _, stride, pad, relu = step
    w, b = params[f"{name}.w"], params[f"{name}.b"]
    out, cache = conv_forward(x, w, b, {"stride": stride, "pad": pad})
    if relu:
        out = relu_forward(out)[0]
    return out, (cache, out if relu else None)


def conv_block_backward(
    step: Step, dout: np.ndarray, cache: Any, guided: bool, kept: dict | None
) -> np.ndarray:
    """Carry a gradient back through :func:`conv_block_forward`.

    Parameters
    ----------
    step : Step
        The layer.
    dout : ndarray
        Upstream gradient.
    cache : object
        From the forward half.
    guided : bool
        Whether ReLUs stop negative gradients.
    kept : dict or None
        Gets the gradients of the weights, if there is one.

    Returns
    -------
    dx : ndarray
        Gradient of what came in.
    """
    cache, out = cache
    if out is not None:  # positive exactly where what the ReLU was given is
        dout = relu_backward(relu_forward(dout)[0] if guided else dout, out)
    dx, dw, db = conv_backward(dout, cache, need_dw=kept is not None)
    if kept is not None:
        kept[f"{step[0]}.w"], kept[f"{step[0]}.b"] = dw, db
    return dx


def fire_forward(step: Step, params: dict, x: np.ndarray) -> tuple:
    """Squeeze, then expand by 1 x 1 and 3 x 3 side by side: ``(name, "fire")``.

    Parameters
    ----------
    step : Step
        The layer.
    params : dict of str to ndarray
        Weights.
    x : ndarray of shape (N, C, H, W)
        What comes in.

    Returns
    -------
    out : ndarray of shape (N, F, H, W)
        What goes on.
    cache : object
        For the way back.
    """
    squeeze, small, large = _parts(step)
    squeezed, cache = conv_block_forward(squeeze, params, x)
    one, one_cache = conv_block_forward(small, params, squeezed)
    three, three_cache = conv_block_forward(large, params, squeezed)
    return np.concatenate([one, three], axis=1), (cache, one_cache, three_cache)


def fire_backward(
    step: Step, dout: np.ndarray, cache: Any, guided: bool, kept: dict | None
) -> np.ndarray:
    """Carry a gradient back through :func:`fire_forward`.

    Parameters
    ----------
    step : Step
        The layer.
    dout : ndarray
        Upstream gradient.
    cache : object
        From the forward half.
    guided : bool
        Whether ReLUs stop negative gradients.
    kept : dict or None
        Gets the gradients of the weights, if there is one.

    Returns
    -------
    dx : ndarray
        Gradient of what came in.
    """
    squeeze, small, large = _parts(step)
    half = dout.shape[1] // 2
    one = np.ascontiguousarray(dout[:, :half])
    three = np.ascontiguousarray(dout[:, half:])
    dsqueezed = conv_block_backward(small, one, cache[1], guided, kept)
    dsqueezed += conv_block_backward(large, three, cache[2], guided, kept)
    return conv_block_backward(squeeze, dsqueezed, cache[0], guided, kept)


def pool_forward(step: Step, params: dict, x: np.ndarray) -> tuple:
    """Keep the largest of each window: ``(name, "pool", size)``, two pixels apart.

    The last window may hang over the edge (ceil mode).

    Parameters
    ----------
    step : Step
        The layer.
    params : dict of str to ndarray
        Weights; not used.
    x : ndarray of shape (N, C, H, W)
        What comes in, not negative.

    Returns
    -------
    out : ndarray of shape (N, C, h, w)
        What goes on.
    cache : object
        For the way back.
    """
    size, (height, width) = step[2], x.shape[2:]
    over = (height - size) % 2, (width - size) % 2
    if any(over):  # behind a ReLU nothing is negative, so zeros never win
        x = np.pad(x, ((0, 0), (0, 0), (0, over[0]), (0, over[1])))
    param = {"pool_height": size, "pool_width": size, "stride": 2}
    out, cache = max_pool_forward(x, param)
    return out, ((height, width), cache)


def pool_backward(
    step: Step, dout: np.ndarray, cache: Any, guided: bool, kept: dict | None
) -> np.ndarray:
    """Carry a gradient back through :func:`pool_forward`.

    Parameters
    ----------
    step : Step
        The layer.
    dout : ndarray
        Upstream gradient.
    cache : object
        From the forward half.
    guided : bool
        Whether ReLUs stop negative gradients.
    kept : dict or None
        Gets the gradients of the weights, if there is one.

    Returns
    -------
    dx : ndarray
        Gradient of what came in.
    """
    (height, width), pool_cache = cache
    return max_pool_backward(dout, pool_cache)[:, :, :height, :width]


def _parts(step):
    """Return the three convolutions of a fire module as layers."""
    name = step[0]
    return (
        (f"{name}/squeeze1x1", "conv", 1, 0, True),
        (f"{name}/expand1x1", "conv", 1, 0, True),
        (f"{name}/expand3x3", "conv", 1, 1, True),
    )


FORWARD = {
    "rescale": rescale_forward,
    "conv": conv_block_forward,
    "fire": fire_forward,
    "pool": pool_forward,
}
BACKWARD = {
    "rescale": rescale_backward,
    "conv": conv_block_backward,
    "fire": fire_backward,
    "pool": pool_backward,
}
