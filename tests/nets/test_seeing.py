"""Looking into networks: right by differences, by hand, and in its refusals."""

import numpy as np
import pytest

from cs231n.nets import seeing
from cs231n.nets.layered import LayeredNet


@pytest.fixture
def net():
    rng = np.random.default_rng(7)
    shapes = {"conv1": (6, 3, 3, 3), "conv2": (4, 6, 3, 3), "conv3": (5, 4, 1, 1)}
    params = {f"{k}.w": rng.normal(size=s) for k, s in shapes.items()}
    params |= {f"{k}.b": rng.normal(size=s[0]) for k, s in shapes.items()}
    steps = tuple((k, "conv", 1, int(k != "conv3"), k != "conv3") for k in shapes)
    return LayeredNet(params, steps)


@pytest.fixture
def x():
    return np.random.default_rng(3).normal(size=(2, 3, 17, 16))


def test_saliency_is_the_largest_slope_of_a_pixel(net, x):
    y = np.array([4, 1])
    maps = seeing.saliency(net, x, y)
    for n, row, column in ((0, 3, 5), (1, 16, 0)):
        slopes = []
        for colour in range(3):
            step = np.zeros_like(x)
            step[n, colour, row, column] = 1e-6
            up, down = net.forward(x + step)[0], net.forward(x - step)[0]
            slopes.append(abs(up - down)[n, y[n]] / 2e-6)
        assert maps[n, row, column] == pytest.approx(max(slopes), rel=1e-5)


def test_smooth_grad_without_noise_is_the_size_of_the_gradient(net, x):
    y, rng = np.array([4, 1]), np.random.default_rng(0)
    plain = np.sqrt((seeing.score_gradient(net, x, y) ** 2).sum(axis=1))
    np.testing.assert_allclose(seeing.smooth_grad(net, x, y, 3, 0.0, rng), plain)
    assert not np.allclose(seeing.smooth_grad(net, x, y, 3, 0.5, rng), plain)


def test_grad_cam_of_the_last_layer_adds_up_to_the_score(net, x):
    """Behind it are a 1 x 1 convolution and a mean, so its weights are the filter."""
    y = np.array([2, 0])
    maps = seeing.grad_cam(net, x, y)
    _, cache = net.forward(x)
    w = net.params["conv3.w"][y, :, 0, 0] / (17 * 16)
    expected = np.maximum((w[:, :, None, None] * cache["conv2"]).sum(axis=1), 0)
    np.testing.assert_allclose(maps, expected, rtol=1e-9, atol=1e-12)


def test_occlusion_of_everything_is_the_score_less_that_of_grey(net):
    x = np.random.default_rng(1).normal(size=(3, 16, 16))
    drop = seeing.occlusion_map(net, x, 3, 16, 1)
    expected = net.forward(x)[0][3] - net.forward(0 * x)[0][3]
    np.testing.assert_allclose(drop, [[expected]])
    assert seeing.occlusion_map(net, x, 3, 5, 4).shape == (3, 3)


def test_a_fooled_network_names_the_target_and_the_picture_stays(net, x):
    x, kept = x[:1], x[:1].copy()
    target = int(np.argsort(net.forward(x)[0][0])[-2])
    fooled = seeing.fool(net, x, target)
    assert net.forward(fooled)[0][0].argmax() == target
    np.testing.assert_array_equal(x, kept)


def test_steps_go_up_and_have_the_length_asked_for(net, x):
    x = x[:1]
    new = seeing.ascend(net, x, 3, 0.01, 1e-3)
    value = lambda x: net.forward(x)[0][0, 3] - 0.01 * (x**2).sum()
    assert value(new) > value(x)
    assert np.linalg.norm(new - x) == pytest.approx(1e-3)
    new = seeing.dream(net, x, "conv2", 1e-4)
    value = lambda x: (net.forward(x, "conv2")[0] ** 2).sum()
    assert value(new) > value(x)
    assert np.abs(new - x).mean() == pytest.approx(1e-4)


def test_unknown_classes_are_refused(net, x):
    with pytest.raises(ValueError, match="whole number from 0 to 4; got 5"):
        seeing.saliency(net, x, np.array([0, 5]))
