import functools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n import layers
from tests.layers.ruler import assert_close, assert_gradients
from tests.strategies import DTYPES, LAYOUTS, SEEDS, laid_out

DEFINITIONS = {
    "relu": lambda v: max(v, 0.0),
    "leaky_relu": lambda v: v if v > 0 else 0.01 * v,
    "sigmoid": lambda v: 1 / (1 + math.exp(-v)) if v > -700 else 0.0,
    "silu": lambda v: v / (1 + math.exp(-v)) if v > -700 else 0.0,
    "tanh": math.tanh,
    "gelu": lambda v: (
        v / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3)))
    ),
    "gelu_exact": lambda v: v / 2 * math.erfc(-v / math.sqrt(2)),
}
NAMES = list(DEFINITIONS)


def pair_of(name):
    if name == "gelu_exact":
        return functools.partial(layers.gelu_forward, exact=True), layers.gelu_backward
    return getattr(layers, f"{name}_forward"), getattr(layers, f"{name}_backward")


@pytest.mark.parametrize("name", NAMES)
@given(
    shape=st.lists(st.integers(0, 7), max_size=3),
    seed=SEEDS,
    dtype=DTYPES,
    layout=LAYOUTS,
    scale=st.sampled_from([0.1, 1.0, 30.0]),
)
def test_matches_the_definition(name, shape, seed, dtype, layout, scale):
    x = np.random.default_rng(seed).standard_normal((*shape, 3)).astype(dtype) * scale
    x = x.astype(dtype)

    out, _ = pair_of(name)[0](laid_out(x, layout))

    expected = np.vectorize(DEFINITIONS[name], otypes=[float])(x.astype(float))
    assert out.dtype == dtype
    assert_close(out, expected)


@pytest.mark.parametrize("name", NAMES)
def test_backward_matches_finite_differences(name, rng):
    forward, backward = pair_of(name)
    x = rng.standard_normal((7, 11))
    x += 0.01 * np.sign(x)  # away from the kink of ReLU
    out, cache = forward(x)
    dout = rng.standard_normal(out.shape)

    dx = backward(dout, cache)

    assert_gradients(lambda a: forward(a)[0], [x], [dx], dout, rng=rng)


@pytest.mark.parametrize("name", NAMES)
def test_matches_torch(name, rng):
    torch = pytest.importorskip("torch")
    theirs = {
        "gelu": lambda a: torch.nn.functional.gelu(a, approximate="tanh"),
        "gelu_exact": torch.nn.functional.gelu,
        "leaky_relu": torch.nn.functional.leaky_relu,
        "silu": torch.nn.functional.silu,
    }.get(name) or getattr(torch, name)
    x, dout = rng.standard_normal((2, 5, 7, 9)) * 3
    xt = torch.from_numpy(x).requires_grad_()
    yt = theirs(xt)
    yt.backward(torch.from_numpy(dout))

    out, cache = pair_of(name)[0](x)

    np.testing.assert_allclose(out, yt.detach().numpy(), rtol=0, atol=1e-13)
    np.testing.assert_allclose(
        pair_of(name)[1](dout, cache), xt.grad.numpy(), rtol=0, atol=1e-13
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_neither_warn_nor_turn_into_nan(name, dtype):
    x = np.array([-1e4, -88.0, 0.0, 88.0, 1e4], dtype)

    out, _ = pair_of(name)[0](x)

    assert np.isfinite(out).all()


@pytest.mark.parametrize("name", NAMES)
def test_nan_comes_out_as_nan(name):
    x = np.array([np.nan, 1.0, -1.0] * 20)

    out, _ = pair_of(name)[0](x)

    assert np.array_equal(np.isnan(out), np.isnan(x))


@pytest.mark.parametrize("name", NAMES)
def test_a_single_number_is_an_array_too(name):
    x = np.array(0.5)

    out, cache = pair_of(name)[0](x)
    dx = pair_of(name)[1](np.array(1.0), cache)

    assert out.shape == dx.shape == ()


@pytest.mark.parametrize("name", NAMES)
def test_other_kinds_are_refused(name):
    forward, backward = pair_of(name)
    with pytest.raises(TypeError, match="x must be float32 or float64; got int64"):
        forward(np.arange(3))
    _, cache = forward(np.ones(3))
    with pytest.raises(ValueError, match=r"output's shape \(3,\); got \(2,\)"):
        backward(np.ones(2), cache)


def test_slopes_out_of_range_are_refused():
    with pytest.raises(ValueError, match="slope must lie between 0 and 1; got 2"):
        layers.leaky_relu_forward(np.ones(3), slope=2)


def test_relu_at_zero_passes_nothing():
    _, cache = layers.relu_forward(np.zeros(40))

    assert not layers.relu_backward(np.ones(40), cache).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_exact_gelu_is_right_to_the_last_digits_everywhere(dtype):
    x = np.linspace(-14, 14, 20011).astype(dtype)

    out, cache = layers.gelu_forward(x, exact=True)
    dx = layers.gelu_backward(np.ones_like(x), cache)

    share = np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in x.astype(float)])
    slope = share + x * np.exp(-(x.astype(float) ** 2) / 2) / math.sqrt(2 * math.pi)
    # exp(-x**2 / 2) carries the rounding error of its exponent, up to 98.
    small = 200 * np.finfo(dtype).eps
    np.testing.assert_allclose(out, x * share, rtol=small, atol=np.finfo(dtype).tiny)
    np.testing.assert_allclose(dx, slope, rtol=small, atol=4 * np.finfo(dtype).eps)


def test_the_two_forms_of_gelu_differ_a_little():
    x = np.linspace(-8, 8, 1001)

    exact, usual = layers.gelu_forward(x, exact=True)[0], layers.gelu_forward(x)[0]

    assert 1e-4 < np.abs(exact - usual).max() < 5e-4
