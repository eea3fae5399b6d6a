"""The layers that a :class:`~cs231n.nets.layered.LayeredNet` is made of.

:data:`KINDS` has them by name; :class:`Kind` says what each is called with.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from cs231n.layers import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
    relu_forward,
)

#: Name, kind (a key of ``KINDS``), and what that kind needs.
Step = tuple[Any, ...]
#: The way back through a ReLU: takes the upstream gradient and what the ReLU gave.
Rule = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Kind(NamedTuple):
    """Two halves of a layer.

    ``forward(step, params, x)`` returns ``(out, cache)``. ``backward(step, dout, cache,
    rule, kept)`` returns the gradient of ``x``; it goes back through ReLUs by ``rule``,
    and if ``kept`` is a dict, puts the gradients of the weights there by their names.
    """

    forward: Callable[[Step, dict, np.ndarray], tuple]
    backward: Callable[[Step, np.ndarray, Any, Rule, dict | None], np.ndarray]


def _rescale_forward(step, params, x):
    """Multiply each channel and add to it: ``(name, "rescale")``."""
    w = params[f"{step[0]}.w"]  # (C, 1, 1)
    return x * w + params[f"{step[0]}.b"], (x, w)


def _rescale_backward(step, dout, cache, rule, kept):
    x, w = cache
    if kept is not None:
        kept[f"{step[0]}.w"] = (dout * x).sum(axis=(0, 2, 3)).reshape(w.shape)
        kept[f"{step[0]}.b"] = dout.sum(axis=(0, 2, 3)).reshape(w.shape)
    return dout * w


def _conv_forward(step, params, x):
    """Convolve, and with ReLU: ``(name, "conv", stride, pad, relu)``."""
    name, _, stride, pad, relu = step
    w, b = params[f"{name}.w"], params[f"{name}.b"]
    out, cache = conv_forward(x, w, b, {"stride": stride, "pad": pad})
    if relu:
        out = relu_forward(out)[0]
    return out, (cache, out if relu else None)


def _conv_backward(step, dout, cache, rule, kept):
    cache, out = cache
    if out is not None:  # positive exactly where what the ReLU was given is
        dout = rule(dout, out)
    dx, dw, db = conv_backward(dout, cache, need_dw=kept is not None)
    if kept is not None:
        kept[f"{step[0]}.w"], kept[f"{step[0]}.b"] = dw, db
    return dx


def _fire_forward(step, params, x):
    """Squeeze, then expand by 1 x 1 and 3 x 3 side by side: ``(name, "fire")``."""
    squeeze, small, large = _parts(step)
    squeezed, cache = _conv_forward(squeeze, params, x)
    one, one_cache = _conv_forward(small, params, squeezed)
    three, three_cache = _conv_forward(large, params, squeezed)
    return np.concatenate([one, three], axis=1), (cache, one_cache, three_cache)


def _fire_backward(step, dout, cache, rule, kept):
    squeeze, small, large = _parts(step)
    half = dout.shape[1] // 2
    one = np.ascontiguousarray(dout[:, :half])
    three = np.ascontiguousarray(dout[:, half:])
    dsqueezed = _conv_backward(small, one, cache[1], rule, kept)
    dsqueezed += _conv_backward(large, three, cache[2], rule, kept)
    return _conv_backward(squeeze, dsqueezed, cache[0], rule, kept)


def _pool_forward(step, params, x):
    """Keep the largest of each window: ``(name, "pool", size)``, two pixels apart.

    The last window may hang over the edge (ceil mode).
    """
    size, (height, width) = step[2], x.shape[2:]
    over = (height - size) % 2, (width - size) % 2
    if any(over):  # behind a ReLU nothing is negative, so zeros never win
        x = np.pad(x, ((0, 0), (0, 0), (0, over[0]), (0, over[1])))
    param = {"pool_height": size, "pool_width": size, "stride": 2}
    out, cache = max_pool_forward(x, param)
    return out, ((height, width), cache)


def _pool_backward(step, dout, cache, rule, kept):
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


KINDS = {
    "rescale": Kind(_rescale_forward, _rescale_backward),
    "conv": Kind(_conv_forward, _conv_backward),
    "fire": Kind(_fire_forward, _fire_backward),
    "pool": Kind(_pool_forward, _pool_backward),
}
