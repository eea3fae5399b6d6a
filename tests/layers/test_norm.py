import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n import layers
from tests.layers.ruler import assert_close, assert_gradients
from tests.strategies import DTYPES, LAYOUTS, SEEDS, laid_out


def slow_normal(x, axes, eps=1e-5):
    """Normalise over some axes, in float64, as the definition reads."""
    x = x.astype(np.float64)
    mean = x.mean(axis=axes, keepdims=True)
    var = ((x - mean) ** 2).mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + eps)


def batchnorm(x, gamma, beta):
    kind = layers.spatial_batchnorm_forward if x.ndim == 4 else layers.batchnorm_forward
    return kind(x, gamma, beta, {"mode": "train"})


def layernorm(x, gamma, beta):
    return layers.layernorm_forward(x, gamma, beta, {})


def groupnorm(x, gamma, beta, groups):
    return layers.spatial_groupnorm_forward(x, gamma, beta, groups, {})


@given(
    n=st.integers(1, 6),
    c=st.integers(1, 5),
    image=st.sampled_from([(), (1, 1), (3, 5), (4, 9)]),
    seed=SEEDS,
    dtype=DTYPES,
    layout=LAYOUTS,
)
def test_batch_norm_matches_the_definition(n, c, image, seed, dtype, layout):
    rng = np.random.default_rng(seed)
    x = (3 + 2 * rng.standard_normal((n, c, *image))).astype(dtype)
    gamma, beta = rng.standard_normal((2, c)).astype(dtype)

    out, _ = batchnorm(laid_out(x, layout), gamma, beta)

    over = (0, 2, 3)[: 1 + len(image)]
    shape = (c,) + (1,) * len(image)
    expected = slow_normal(x, over) * gamma.reshape(shape) + beta.reshape(shape)
    assert out.dtype == dtype
    # A rounding error of the mean is divided by the standard deviation.
    spread = x.astype(float).std(axis=over).min() + 3e-3
    assert_close(out, expected, terms=(8 / spread) ** 2 * x.size / c)


@given(
    n=st.integers(1, 4),
    groups=st.integers(1, 3),
    each=st.integers(1, 3),
    image=st.sampled_from([(1, 2), (3, 5), (4, 9)]),
    seed=SEEDS,
    dtype=DTYPES,
)
def test_group_norm_matches_the_definition(n, groups, each, image, seed, dtype):
    rng = np.random.default_rng(seed)
    c = groups * each
    x = rng.standard_normal((n, c, *image)).astype(dtype)
    gamma, beta = rng.standard_normal((2, 1, c, 1, 1)).astype(dtype)

    out, _ = groupnorm(x, gamma, beta, groups)

    split = x.reshape(n, groups, each, *image)
    expected = slow_normal(split, (2, 3, 4)).reshape(x.shape) * gamma + beta
    spread = split.astype(float).std(axis=(2, 3, 4)).min() + 3e-3
    assert out.dtype == dtype
    assert_close(out, expected, terms=(8 / spread) ** 2)


#: N, C, H, W and groups, larger than vectors, runs and the rows that are summed.
GROUPS = [((3, 12, 9, 11), 4), ((2, 6, 70, 65), 2), ((150, 8, 1, 1), 2)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "groups"), GROUPS)
def test_large_groups_match_the_definition(shape, groups, dtype, rng):
    n, c = shape[:2]
    x, dout = (rng.standard_normal(shape).astype(dtype) + 2 for _ in range(2))
    gamma, beta = rng.standard_normal((2, c)).astype(dtype)

    out, cache = groupnorm(x, gamma, beta, groups)
    dx, dgamma, dbeta = layers.spatial_groupnorm_backward(dout, cache)

    split = (n, groups, c // groups, -1)
    normal = slow_normal(x.reshape(split), (2, 3))
    scale, given = gamma.reshape(1, groups, -1, 1), dout.reshape(split).astype(float)
    d = given * scale
    std = np.sqrt(x.reshape(split).astype(float).var(axis=(2, 3), keepdims=True) + 1e-5)
    mean = lambda a: a.mean(axis=(2, 3), keepdims=True)
    expected = (d - mean(d) - normal * mean(d * normal)) / std
    terms = (8 / std.min()) ** 2
    shifted = normal * scale + beta.reshape(scale.shape)
    assert_close(out.reshape(split), shifted, terms=8)
    assert_close(dx.reshape(split), expected, terms=terms)
    size = x.size // c
    assert_close(dbeta, given.sum(axis=(0, 3)).ravel(), terms=size)
    assert_close(dgamma, (given * normal).sum(axis=(0, 3)).ravel(), terms=terms * size)


@given(n=st.integers(0, 4), d=st.integers(1, 40), seed=SEEDS, dtype=DTYPES)
def test_layer_norm_matches_the_definition(n, d, seed, dtype):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d)).astype(dtype)
    gamma, beta = rng.standard_normal((2, d)).astype(dtype)

    out, _ = layernorm(x, gamma, beta)

    spread = x.astype(float).std(axis=1).min(initial=1) + 3e-3
    assert_close(out, slow_normal(x, 1) * gamma + beta, terms=(8 / spread) ** 2)


@pytest.mark.parametrize("shape", [(4, 5), (33, 17), (2, 3, 4, 5), (3, 2, 7, 9)])
def test_batch_norm_backward_matches_finite_differences(shape, rng):
    inputs = [5 * rng.standard_normal(shape) + 12, *rng.standard_normal((2, shape[1]))]
    out, cache = batchnorm(*inputs)
    dout = rng.standard_normal(out.shape)

    backward = (
        layers.spatial_batchnorm_backward
        if len(shape) == 4
        else layers.batchnorm_backward
    )
    gradients = backward(dout, cache)

    forward = lambda *a: batchnorm(*a)[0]
    assert_gradients(forward, inputs, gradients, dout, rng=rng)


def test_layer_norm_backward_matches_finite_differences(rng):
    inputs = [5 * rng.standard_normal((4, 21)) + 12, *rng.standard_normal((2, 21))]
    out, cache = layernorm(*inputs)
    dout = rng.standard_normal(out.shape)

    gradients = layers.layernorm_backward(dout, cache)

    forward = lambda *a: layernorm(*a)[0]
    assert_gradients(forward, inputs, gradients, dout, rng=rng)


@pytest.mark.parametrize("shape", [(1, 6, 1, 1), (6,)])
def test_group_norm_backward_matches_finite_differences(shape, rng):
    inputs = [
        rng.standard_normal((2, 6, 4, 5)),
        *(rng.standard_normal(shape) for _ in range(2)),
    ]
    out, cache = groupnorm(*inputs, 3)
    dout = rng.standard_normal(out.shape)

    gradients = layers.spatial_groupnorm_backward(dout, cache)

    forward = lambda *a: groupnorm(*a, 3)[0]
    assert_gradients(forward, inputs, gradients, dout, rng=rng)


def test_test_mode_uses_running_averages_and_has_a_gradient(rng):
    inputs = [rng.standard_normal((4, 5)), *rng.standard_normal((2, 5))]
    running = {"running_mean": rng.standard_normal(5), "running_var": rng.random(5) + 1}
    forward = lambda *a: layers.batchnorm_forward(*a, {"mode": "test", **running})[0]
    _, cache = layers.batchnorm_forward(*inputs, {"mode": "test", **running})
    dout = rng.standard_normal((4, 5))

    gradients = layers.batchnorm_backward(dout, cache)

    x, gamma, beta = inputs
    normal = (x - running["running_mean"]) / np.sqrt(running["running_var"] + 1e-5)
    assert_close(forward(*inputs), normal * gamma + beta)
    assert_gradients(forward, inputs, gradients, dout, rng=rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_running_averages_follow_the_courses_rule(dtype, rng):
    x = rng.standard_normal((6, 3)).astype(dtype)
    ones, zeros = np.ones(3, dtype), np.zeros(3, dtype)
    param = {"mode": "train", "momentum": 0.8}

    layers.batchnorm_forward(x, ones, zeros, param)
    first = param["running_mean"].copy(), param["running_var"].copy()
    layers.batchnorm_forward(x, ones, zeros, param)

    for name, one, truth in zip(
        ("running_mean", "running_var"), first, (x.mean(0), x.var(0)), strict=True
    ):
        assert param[name].dtype == dtype
        assert_close(one, 0.2 * truth)
        assert_close(param[name], 0.8 * 0.2 * truth + 0.2 * truth)


def test_a_large_mean_costs_no_digits():
    x = np.array([[1e4 + 1], [1e4 - 1]] * 50, np.float32)

    out, _ = layers.batchnorm_forward(
        x, np.ones(1, np.float32), np.zeros(1, np.float32), {"mode": "train"}
    )

    assert_close(out, np.array([[1.0], [-1.0]] * 50), terms=100)


def test_batch_norm_matches_torch(rng):
    torch = pytest.importorskip("torch")
    x, dout = rng.standard_normal((2, 5, 4, 7, 3))
    gamma, beta = rng.standard_normal((2, 4))
    xt, gt, bt = (torch.from_numpy(a).requires_grad_() for a in (x, gamma, beta))
    yt = torch.nn.functional.batch_norm(xt, None, None, gt, bt, training=True)
    yt.backward(torch.from_numpy(dout))

    out, cache = batchnorm(x, gamma, beta)
    gradients = layers.spatial_batchnorm_backward(dout, cache)

    np.testing.assert_allclose(out, yt.detach().numpy(), rtol=1e-10, atol=1e-12)
    for ours, theirs in zip(gradients, (xt, gt, bt), strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_group_and_layer_norm_match_torch(rng):
    torch = pytest.importorskip("torch")
    x, dout = rng.standard_normal((2, 2, 6, 5, 3))
    gamma, beta = rng.standard_normal((2, 6))
    xt, gt, bt = (torch.from_numpy(a).requires_grad_() for a in (x, gamma, beta))
    yt = torch.nn.functional.group_norm(xt, 2, gt, bt)
    yt.backward(torch.from_numpy(dout))

    out, cache = groupnorm(x, gamma, beta, 2)
    gradients = layers.spatial_groupnorm_backward(dout, cache)

    np.testing.assert_allclose(out, yt.detach().numpy(), rtol=1e-10, atol=1e-12)
    for ours, theirs in zip(gradients, (xt, gt, bt), strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_one_group_of_everything_is_layer_norm(rng):
    x = rng.standard_normal((3, 4, 2, 5))
    ones, zeros = np.ones((1, 4, 1, 1)), np.zeros((1, 4, 1, 1))

    spatial, _ = groupnorm(x, ones, zeros, 1)
    flat, _ = layernorm(x.reshape(3, 40), np.ones(40), np.zeros(40))

    assert_close(spatial, flat.reshape(x.shape), terms=40)


def test_empty_batches_pass():
    out, cache = batchnorm(np.zeros((0, 3)), np.ones(3), np.zeros(3))
    dx, dgamma, _ = layers.batchnorm_backward(np.zeros((0, 3)), cache)

    assert out.shape == dx.shape == (0, 3)
    assert np.array_equal(dgamma, np.zeros(3))


def test_nan_stays_in_its_channel():
    x = np.random.default_rng(0).standard_normal((4, 3))
    x[1, 2] = np.nan

    out, _ = batchnorm(x, np.ones(3), np.zeros(3))

    assert np.isnan(out[:, 2]).all()
    assert np.isfinite(out[:, :2]).all()


def test_wrong_input_is_refused():
    x, ones = np.ones((2, 3)), np.ones(3)
    with pytest.raises(ValueError, match="Unknown mode 'trian'; use 'train' or 'test'"):
        layers.batchnorm_forward(x, ones, ones, {"mode": "trian"})
    with pytest.raises(ValueError, match="bn_param lacks 'mode'"):
        layers.batchnorm_forward(x, ones, ones, {})
    with pytest.raises(ValueError, match="bn_param has no key 'epz'"):
        layers.batchnorm_forward(x, ones, ones, {"mode": "train", "epz": 1})
    with pytest.raises(TypeError, match="bn_param must be a dictionary; got str"):
        layers.batchnorm_forward(x, ones, ones, "train")
    with pytest.raises(ValueError, match=r"gamma must have shape \(D,\) with D = 3"):
        layers.batchnorm_forward(x, np.ones(4), ones, {"mode": "train"})
    param = {"mode": "test", "running_mean": np.ones(2)}
    with pytest.raises(ValueError, match=r"running_mean must have shape \(3,\)"):
        layers.batchnorm_forward(x, ones, ones, param)
    with pytest.raises(ValueError, match="G must divide the 3 channels of x; got 2"):
        groupnorm(np.ones((1, 3, 2, 2)), ones, ones, 2)
    with pytest.raises(ValueError, match=r"gamma must have shape \(1, 3, 1, 1\) or"):
        groupnorm(np.ones((1, 3, 2, 2)), np.ones((3, 1)), ones, 3)
