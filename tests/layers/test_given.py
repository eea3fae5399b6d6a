"""What answers of the course hand to layers: whole numbers, one number, and more."""

import numpy as np
import pytest

from cs231n import layers
from tests.layers.ruler import assert_close, assert_gradients

WHOLE = np.asarray([3, 4, 5])


def normal(x, axis):
    mean, var = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
    return (x - mean) / np.sqrt(var + 1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whole_numbers_become_the_dtype_of_x(dtype, rng):
    x = rng.standard_normal((4, 3)).astype(dtype)
    images = rng.standard_normal((2, 3, 4, 5)).astype(dtype)
    w = rng.standard_normal((3, 3, 1, 1)).astype(dtype)
    train = {"mode": "train"}

    batch, cache = layers.batchnorm_forward(x, WHOLE, WHOLE, train)
    layer, _ = layers.layernorm_forward(x, WHOLE, WHOLE, {})
    affine, used = layers.affine_forward(x, w[:, :, 0, 0], WHOLE)
    conv, _ = layers.conv_forward(images, w, WHOLE, {"stride": 1, "pad": 0})
    group, _ = layers.spatial_groupnorm_forward(images, WHOLE, WHOLE, 3, {})

    for out in (batch, layer, affine, conv, group):
        assert out.dtype == dtype
    assert_close(batch, normal(x.astype(float), 0) * WHOLE + WHOLE, terms=50)
    assert_close(layer, normal(x.astype(float), 1) * WHOLE + WHOLE, terms=50)
    assert_close(affine, x.astype(float) @ w[:, :, 0, 0] + WHOLE, terms=9)
    grads = layers.batchnorm_backward(batch, cache)
    assert [grad.dtype for grad in grads] == [dtype] * 3
    assert layers.affine_backward(affine, used)[2].dtype == dtype


def test_float32_weights_serve_float64_images(rng):
    x, w, b = rng.standard_normal((2, 3)), np.ones((3, 4), np.float32), np.zeros(4)
    out, cache = layers.affine_forward(x, w, b)
    assert out.dtype == np.float64
    assert_close(out, x @ w, terms=3)
    assert layers.affine_backward(out, cache)[1].dtype == np.float64


SCALES = [1, 0, 2.5, np.float32(0.5), (1,), (4,), (1, 4)]


@pytest.mark.parametrize("gamma", SCALES)
@pytest.mark.parametrize("beta", [0, (4,)])
@pytest.mark.parametrize("name", ["batchnorm", "layernorm"])
def test_one_number_or_one_for_each_feature(name, gamma, beta, rng):
    forward = getattr(layers, f"{name}_forward")
    backward = getattr(layers, f"{name}_backward")
    x = rng.standard_normal((5, 4))
    gamma, beta = (
        rng.standard_normal(v) if type(v) is tuple else v for v in (gamma, beta)
    )
    param = {"mode": "train"}

    out, cache = forward(x, gamma, beta, dict(param))

    axis = 0 if name == "batchnorm" else 1
    assert_close(out, normal(x, axis) * gamma + beta, terms=50)
    dout = rng.standard_normal(out.shape)
    dx, dgamma, dbeta = backward(dout, cache)
    assert (dgamma.shape, dbeta.shape) == (np.shape(gamma), np.shape(beta))
    assert_gradients(
        lambda *given: forward(*given, dict(param))[0],
        [x, np.asarray(gamma, float), np.asarray(beta, float)],
        [dx, dgamma, dbeta],
        dout,
        rng=rng,
    )


@pytest.mark.parametrize("gamma", [(6, 8), (6, 1)])
@pytest.mark.parametrize("beta", [(6, 8), (8,), ()])
def test_rows_may_have_scales_of_their_own(gamma, beta, rng):
    """Group norm by layer norm: rows are groups, and each has its channels' scales."""
    x, dout = rng.standard_normal((2, 6, 8))
    gamma, beta = rng.standard_normal(gamma), np.asarray(rng.standard_normal(beta))
    forward = lambda *given: layers.layernorm_forward(*given, {})[0]

    out, cache = layers.layernorm_forward(x, gamma, beta, {"mode": "train"})
    gradients = layers.layernorm_backward(dout, cache)

    assert_close(out, normal(x, 1) * gamma + beta, terms=50)
    assert [grad.shape for grad in gradients] == [x.shape, gamma.shape, beta.shape]
    assert_gradients(forward, [x, gamma, beta], gradients, dout, rng=rng)


@pytest.mark.parametrize("shape", [(), (1,), (6,), (6, 1, 1), (1, 6, 1, 1)])
def test_channels_may_be_scaled_in_any_way_that_broadcasts(shape, rng):
    x, dout = rng.standard_normal((2, 3, 6, 4, 5))
    gamma, beta = np.asarray(rng.standard_normal(shape)), np.zeros(6)
    wide = gamma.reshape(-1, 1, 1) if shape == (6,) else gamma

    out, cache = layers.spatial_groupnorm_forward(x, gamma, beta, 2, {"mode": "test"})
    batch, kept = layers.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})

    groups = normal(x.reshape(3, 2, 3, 4, 5), (2, 3, 4)).reshape(x.shape)
    assert_close(out, groups * wide, terms=90)
    assert_close(batch, normal(x, (0, 2, 3)) * wide, terms=90)
    _, dgamma, _ = layers.spatial_groupnorm_backward(dout, cache)
    assert dgamma.shape == shape
    assert_close(dgamma.sum(), (dout * groups).sum(), terms=1000)
    assert layers.spatial_batchnorm_backward(dout, kept)[1].shape == shape


def test_what_does_not_broadcast_is_refused():
    x, param = np.ones((2, 3)), {"mode": "train"}
    for shape in [(2,), (2, 3), (3, 1), (1, 1, 3)]:
        with pytest.raises(
            ValueError, match=r"gamma must have shape \(D,\) with D = 3"
        ):
            layers.batchnorm_forward(x, np.ones(shape), 0, param)
    with pytest.raises(ValueError, match=r"beta must broadcast to"):
        layers.layernorm_forward(x, np.ones((2, 3)), np.ones(2), {})
    with pytest.raises(TypeError, match="gamma must be a NumPy array; got str"):
        layers.layernorm_forward(x, "one", 0, {})
    with pytest.raises(ValueError, match="ln_param has no key 'momentum'"):
        layers.layernorm_forward(x, 1, 0, {"momentum": 0.9})
