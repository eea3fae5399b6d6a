"""Update rules without a compiler: blocks that stay in the cache, flat arrays.

``out`` may be ``w`` itself. State arrays are updated in place.
"""

import numpy as np

#: Elements of a block.
BLOCK = 16384


def adam(w, dw, m, v, out, rate, beta1, beta2, epsilon, decay, correct1, correct2):
    """Step against the mean gradient over its root mean square (in place).

    ``decay`` multiplies ``w`` first, as in AdamW; ``correct1`` and ``correct2`` are
    ``1 - beta**t``.
    """
    step = np.empty(min(BLOCK, w.size), w.dtype)
    for start in range(0, w.size, BLOCK):
        part = slice(start, start + BLOCK)
        g, mean, square = dw[part], m[part], v[part]
        s = step[: len(g)]
        mean *= beta1
        mean += np.multiply(g, 1 - beta1, out=s)
        square *= beta2
        np.multiply(g, g, out=s)
        s *= 1 - beta2
        square += s
        np.divide(square, correct2, out=s)
        np.sqrt(s, out=s)
        s += epsilon
        np.divide(mean, s, out=s)
        s *= rate / correct1
        np.subtract(w[part] if decay == 1 else w[part] * decay, s, out=out[part])


def momentum(w, dw, velocity, out, rate, mu, nesterov):
    """Roll on with momentum ``mu``, looking ahead if ``nesterov`` (in place)."""
    step = np.empty(min(BLOCK, w.size), w.dtype)
    for start in range(0, w.size, BLOCK):
        part = slice(start, start + BLOCK)
        g, v = dw[part], velocity[part]
        s = np.multiply(g, rate, out=step[: len(g)])
        v *= mu
        v -= s
        if nesterov:
            np.subtract(w[part], s, out=out[part])
            out[part] += np.multiply(v, mu, out=s)
        else:
            np.add(w[part], v, out=out[part])


def rms(w, dw, cache, out, rate, keep, take, epsilon):
    """Step against the gradient over the root of ``keep cache + take dw**2``."""
    step = np.empty(min(BLOCK, w.size), w.dtype)
    for start in range(0, w.size, BLOCK):
        part = slice(start, start + BLOCK)
        g, square = dw[part], cache[part]
        s = np.multiply(g, g, out=step[: len(g)])
        s *= take
        square *= keep
        square += s
        np.sqrt(square, out=s)
        s += epsilon
        np.divide(g, s, out=s)
        s *= rate
        np.subtract(w[part], s, out=out[part])


def sgd(w, dw, out, rate):
    """Step against the gradient (``out`` in place)."""
    step = np.empty(min(BLOCK, w.size), w.dtype)
    for start in range(0, w.size, BLOCK):
        part = slice(start, start + BLOCK)
        s = np.multiply(dw[part], rate, out=step[: len(dw[part])])
        np.subtract(w[part], s, out=out[part])
