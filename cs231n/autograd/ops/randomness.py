"""Random tensors, all from one generator."""

import contextlib

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.history import write
from cs231n.autograd.ops.creation import _filled, _made
from cs231n.autograd.tensor import Tensor, wrap


class _Random:
    """The generator that all random tensors come from."""

    rng = np.random.default_rng()


def manual_seed(seed):
    """Start the random numbers again; they are not PyTorch's."""
    _Random.rng = np.random.default_rng(int(seed))
    return _Random.rng


def random_generator():
    """Return the generator that random tensors come from."""
    return _Random.rng


@contextlib.contextmanager
def fork_rng(devices=(), enabled=True):
    """Let random numbers go on afterwards as if nothing had been drawn meanwhile."""
    before = _Random.rng
    _Random.rng = np.random.default_rng(0)
    try:
        yield
    finally:
        _Random.rng = before


rand, rand_like = _filled("rand", lambda shape, dtype: _Random.rng.random(shape, dtype))
randn, randn_like = _filled(
    "randn", lambda shape, dtype: np.asarray(_Random.rng.standard_normal(shape, dtype))
)


def randint(low, high=None, size=None, *, dtype=None, device=None):
    """Return random whole numbers from ``low`` up to but not including ``high``."""
    if size is None:
        low, high, size = 0, low, high
    dtype = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    return _made(
        _Random.rng.integers(low, high, tuple(size)).astype(dtype), device=device
    )


def randperm(n, **_):
    """Return the numbers below ``n`` in random order."""
    return wrap(_Random.rng.permutation(n))


def normal(mean=0.0, std=1.0, size=None):
    """Return Gaussian numbers of a mean and deviation."""
    if size is None:
        size = mean.shape if isinstance(mean, Tensor) else std.shape
    return randn(size) * std + mean


def bernoulli(input):
    """Return 1 with the probability given by each element, else 0."""
    drawn = _Random.rng.random(input._a.shape) < input._a
    return wrap(drawn.astype(input._a.dtype))


def multinomial(input, num_samples, replacement=False):
    """Draw places with the weights of each row."""
    rows = np.atleast_2d(input._a.astype(np.float64))
    rows = rows / rows.sum(axis=1, keepdims=True)
    choose = lambda p: _Random.rng.choice(len(p), num_samples, replacement, p)
    out = np.stack([choose(p) for p in rows])
    return wrap(out if input.ndim == 2 else out[0])


def _draws(name, draw):
    def fill(self, *args, **kwargs):
        shape, dtype = self._a.shape, self._a.dtype
        return write(
            self,
            f"{name}_",
            lambda _: wrap(np.asarray(draw(shape, *args, **kwargs)).astype(dtype)),
        )

    fill.__name__ = f"{name}_"
    fill.__doc__ = "Take random numbers; return self."
    setattr(Tensor, f"{name}_", fill)


_draws("normal", lambda shape, mean=0.0, std=1.0: _Random.rng.normal(mean, std, shape))
_draws(
    "uniform",
    lambda shape, a=0.0, b=1.0, **k: _Random.rng.uniform(
        k.get("from", a), k.get("to", b), shape
    ),
)
_draws("bernoulli", lambda shape, p=0.5: _Random.rng.random(shape) < p)


__all__ = [
    "bernoulli",
    "manual_seed",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
]
