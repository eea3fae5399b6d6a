import math

import numpy as np
import pytest

from cs231n import layers
from tests.layers.ruler import assert_close, assert_gradients

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


def arguments(kind, rng, n=3, t=5, d=4, h=6, dtype=np.float64):
    """Return x, h0, Wx, Wh, b of a layer."""
    g = GATES[kind] * h
    shapes = (n, t, d), (n, h), (d, g), (h, g), (g,)
    return [(0.5 * rng.standard_normal(s)).astype(dtype) for s in shapes]


def functions(kind):
    return getattr(layers, f"{kind}_forward"), getattr(layers, f"{kind}_backward")


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


def slow_step(kind, x, h, c, Wx, Wh, b):
    """Take one step of one sample, one unit at a time, as the definitions read."""
    size = len(h)
    a = [math.fsum(x * Wx[:, k]) + b[k] for k in range(Wx.shape[1])]
    u = [math.fsum(h * Wh[:, k]) for k in range(Wx.shape[1])]
    new_h, new_c = np.empty(size), np.zeros(size)
    for k in range(size):
        if kind == "rnn":
            new_h[k] = math.tanh(a[k] + u[k])
        elif kind == "lstm":
            i, f, o = (sigmoid(a[k + q * size] + u[k + q * size]) for q in range(3))
            g = math.tanh(a[k + 3 * size] + u[k + 3 * size])
            new_c[k] = f * c[k] + i * g
            new_h[k] = o * math.tanh(new_c[k])
        else:
            r, z = (sigmoid(a[k + q * size] + u[k + q * size]) for q in range(2))
            n = math.tanh(a[k + 2 * size] + r * u[k + 2 * size])
            new_h[k] = (1 - z) * n + z * h[k]
    return new_h, new_c


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", [(3, 5, 4, 6), (1, 1, 1, 1), (2, 3, 9, 17)])
def test_sequence_matches_the_definition(kind, dtype, sizes, rng):
    x, h0, Wx, Wh, b = arguments(kind, rng, *sizes, dtype=dtype)

    out, _ = functions(kind)[0](x, h0, Wx, Wh, b)

    expected = np.empty(out.shape)
    for n in range(len(x)):
        h, c = h0[n].astype(float), np.zeros(len(h0[n]))
        for t in range(x.shape[1]):
            h, c = slow_step(kind, x[n, t], h, c, Wx, Wh, b)
            expected[n, t] = h
    assert out.dtype == dtype
    assert_close(out, expected, terms=x.shape[1] * (len(Wx) + len(Wh)))


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("sizes", [(3, 5, 4, 6), (2, 3, 9, 17)])
def test_backward_matches_finite_differences(kind, sizes, rng):
    forward, backward = functions(kind)
    inputs = arguments(kind, rng, *sizes)
    out, cache = forward(*inputs)
    dout = rng.standard_normal(out.shape)

    gradients = backward(dout, cache)

    assert_gradients(lambda *a: forward(*a)[0], inputs, gradients, dout, rng=rng)


@pytest.mark.parametrize("kind", ["rnn", "gru"])
def test_step_is_a_sequence_of_one(kind, rng):
    x, h0, *weights = arguments(kind, rng, t=1)
    step = getattr(layers, f"{kind}_step_forward")
    back = getattr(layers, f"{kind}_step_backward")
    h, cache = functions(kind)[0](x, h0, *weights)
    dh = rng.standard_normal(h.shape)

    next_h, step_cache = step(x[:, 0], h0, *weights)
    gradients = back(dh[:, 0], step_cache)

    assert np.array_equal(next_h, h[:, 0])
    whole = functions(kind)[1](dh, cache)
    assert np.array_equal(gradients[0], whole[0][:, 0])
    assert all(np.array_equal(*p) for p in zip(gradients[1:], whole[1:], strict=True))


def test_lstm_step_carries_both_states_and_their_gradients(rng):
    x, h0, *weights = arguments("lstm", rng, t=1)
    inputs = [x[:, 0], h0, rng.standard_normal(h0.shape), *weights]
    next_h, next_c, cache = layers.lstm_step_forward(*inputs)
    dh, dc = rng.standard_normal((2, *next_h.shape))

    gradients = layers.lstm_step_backward(dh, dc, cache)

    both = lambda *a: np.stack(layers.lstm_step_forward(*a)[:2])
    assert_gradients(both, inputs, gradients, np.stack([dh, dc]), rng=rng)
    expected = slow_step("lstm", *(a[0] for a in inputs[:3]), *weights)
    assert_close(next_h[0], expected[0])
    assert_close(next_c[0], expected[1])


@pytest.mark.parametrize("kind", GATES)
def test_matches_torch(kind, rng):
    torch = pytest.importorskip("torch")
    x, h0, Wx, Wh, b = inputs = arguments(kind, rng)
    size = h0.shape[1]
    order = np.arange(GATES[kind] * size)
    if kind == "lstm":  # torch: i, f, g, o
        order = np.concatenate(
            [order[: 2 * size], order[3 * size :], order[2 * size : 3 * size]]
        )
    net = getattr(torch.nn, kind.upper())(x.shape[2], size, batch_first=True).double()
    with torch.no_grad():
        net.weight_ih_l0.copy_(torch.from_numpy(Wx.T[order].copy()))
        net.weight_hh_l0.copy_(torch.from_numpy(Wh.T[order].copy()))
        net.bias_ih_l0.copy_(torch.from_numpy(b[order]))
        net.bias_hh_l0.zero_()
    xt = torch.from_numpy(x).requires_grad_()
    ht = torch.from_numpy(h0[None]).requires_grad_()
    state = (ht, torch.zeros_like(ht)) if kind == "lstm" else ht
    yt = net(xt, state)[0]
    dout = rng.standard_normal(yt.shape)
    yt.backward(torch.from_numpy(dout))

    out, cache = functions(kind)[0](*inputs)
    dx, dh0, dWx, dWh, db = functions(kind)[1](dout, cache)

    pairs = [
        (out, yt.detach().numpy()),
        (dx, xt.grad.numpy()),
        (dh0, ht.grad.numpy()[0]),
        (dWx.T[order], net.weight_ih_l0.grad.numpy()),
        (dWh.T[order], net.weight_hh_l0.grad.numpy()),
        (db[order], net.bias_ih_l0.grad.numpy()),
    ]
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


def test_course_reference_values():
    n, t, d, h = 2, 3, 4, 5
    x = np.linspace(-0.1, 0.3, n * t * d).reshape(n, t, d)
    h0 = np.linspace(-0.3, 0.1, n * h).reshape(n, h)
    wx = np.linspace(-0.2, 0.4, d * h).reshape(d, h)
    wh = np.linspace(-0.4, 0.1, h * h).reshape(h, h)

    out, _ = layers.rnn_forward(x, h0, wx, wh, np.linspace(-0.7, 0.1, h))

    assert abs(out[0, 0, 0] - -0.42070749) < 1e-7


@pytest.mark.parametrize("kind", GATES)
def test_no_samples_and_no_steps_pass(kind, rng):
    for n, t in ((0, 3), (2, 0)):
        inputs = arguments(kind, rng, n=n, t=t)
        out, cache = functions(kind)[0](*inputs)
        gradients = functions(kind)[1](np.zeros_like(out), cache)
        assert out.shape == (n, t, 6)
        for gradient, value in zip(gradients, inputs, strict=True):
            assert np.array_equal(gradient, np.zeros_like(value))


@pytest.mark.parametrize("kind", GATES)
def test_wrong_sizes_are_refused(kind, rng):
    forward, backward = functions(kind)
    x, h0, Wx, Wh, b = arguments(kind, rng)
    with pytest.raises(ValueError, match=r"h0 must have shape \(N, H\) with N = 3"):
        forward(x, h0[:2], Wx, Wh, b)
    with pytest.raises(ValueError, match=r"Wx must have shape \(D, G\) with D = 4"):
        forward(x, h0, Wx[:3], Wh, b)
    with pytest.raises(ValueError, match=r"Wh must have shape \(H, G\) with H = 6"):
        forward(x, h0, Wx, Wh[:5], b)
    with pytest.raises(ValueError, match=r"Wh must have \d \* H = \d+ columns"):
        forward(x, h0, Wx[:, :5], Wh[:, :5], b[:5])
    with pytest.raises(TypeError, match="b must be float32 or float64"):
        forward(x, h0, Wx, Wh, b.astype(complex))
    _, cache = forward(x, h0, Wx, Wh, b)
    with pytest.raises(ValueError, match=r"dh must have the output's shape \(3, 5, 6"):
        backward(np.zeros((3, 4, 6)), cache)
