"""Looking into networks: right by differences, by hand, and in its refusals."""

import math

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


def test_smooth_grad_without_noise_is_the_saliency(net, x):
    y, rng = np.array([4, 1]), np.random.default_rng(0)
    plain = seeing.saliency(net, x, y)
    np.testing.assert_allclose(seeing.smooth_grad(net, x, y, 3, 0.0, rng), plain)
    assert not np.allclose(seeing.smooth_grad(net, x, y, 3, 0.5, rng), plain)


def test_smooth_grad_turns_the_step_of_a_relu_into_a_normal_distribution():
    """The gradient is w where w x + b > 0: on average w Phi(b / (sigma w)) at 0."""
    params = {"a.w": np.zeros((1, 3, 1, 1)), "a.b": np.array([0.3])}
    params["a.w"][0, 1] = 2.0
    small = LayeredNet(params, (("a", "conv", 1, 0, True),))
    x, y = np.zeros((1, 3, 40, 50)), np.array([0])
    rng = np.random.default_rng(0)
    maps = seeing.smooth_grad(small, x, y, 30, 0.2, rng) * 40 * 50
    phi = 0.5 * (1 + math.erf(0.3 / (0.2 * 2) / math.sqrt(2)))
    assert maps.mean() == pytest.approx(2 * phi, rel=0.01)
    assert maps.std() == pytest.approx(2 * math.sqrt(phi * (1 - phi) / 30), rel=0.1)


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


def test_a_layer_sees_again_what_it_saw(net, x):
    """Behind a convolution that can be undone, the picture itself comes back."""
    params = {"a.w": np.array([[2.0, 1, 0], [0, 1, 1], [1, 0, 3]]), "a.b": np.zeros(3)}
    params["a.w"] = params["a.w"][:, :, None, None]
    invertible = LayeredNet(params, (("a", "conv", 1, 0, False),))
    picture, start = x[:1], np.zeros_like(x[:1])
    target = invertible.forward(picture, "a")[0]
    found = seeing.invert_features(invertible, start, "a", target, 0.0, 0.05, 400)
    np.testing.assert_allclose(found, picture, atol=0.05)
    assert not start.any()
    kept = seeing.invert_features(invertible, start, "a", target, 1.0, 0.05, 400)
    assert np.abs(kept).mean() < 0.2 * np.abs(found).mean()


def test_shares_add_up_over_parts_and_coarse_maps_count_as_enlarged():
    maps = np.array([[[1.0, 2], [3, 4]], [[0, 0], [0, 0]]])
    left = np.zeros((2, 4, 6), bool)
    left[:, :, :3] = True
    np.testing.assert_allclose(seeing.share_inside(maps, left), [0.4, 0])
    np.testing.assert_allclose(seeing.share_inside(maps, ~left), [0.6, 0])
    left[:, :, 2] = False
    np.testing.assert_allclose(seeing.share_inside(maps, left)[0], 0.4 * 2 / 3)


def test_an_own_way_back_through_relus_takes_the_place_of_guided(net, x):
    y = np.array([2, 0])

    def stop(dout, out):
        return np.where((dout > 0) & (out > 0), dout, 0)

    guided = seeing.score_gradient(net, x, y, guided=seeing.guided_relu_backward)
    np.testing.assert_array_equal(seeing.score_gradient(net, x, y, guided=stop), guided)
    plain = seeing.score_gradient(net, x, y, guided=lambda d, out: d * (out > 0))
    np.testing.assert_array_equal(plain, seeing.score_gradient(net, x, y))


@pytest.mark.parametrize("wrong", [5, -1])
@pytest.mark.parametrize(
    "look",
    [
        lambda net, x, y: seeing.saliency(net, x, np.array([0, y])),
        lambda net, x, y: seeing.grad_cam(net, x, np.array([0, y])),
        lambda net, x, y: seeing.occlusion_map(net, x[0], y, 8, 8),
        lambda net, x, y: seeing.fool(net, x[:1], y),
        lambda net, x, y: seeing.ascend(net, x[:1], y, 0.0, 1.0),
    ],
    ids=["saliency", "grad_cam", "occlusion_map", "fool", "ascend"],
)
def test_unknown_classes_are_refused(net, x, look, wrong):
    with pytest.raises(ValueError, match=f"whole number from 0 to 4; got {wrong}"):
        look(net, x, wrong)


@pytest.mark.parametrize(
    ("look", "message"),
    [
        (lambda net, x: seeing.saliency(net, x, np.array([1])), "pictures needs one"),
        (lambda net, x: seeing.occlusion_map(net, x, 1, 4, 4), r"one picture \(3, H"),
        (lambda net, x: seeing.occlusion_map(net, x[0], 1, 17, 4), "1 to 16 pixels"),
        (lambda net, x: seeing.occlusion_map(net, x[0], 1, 4, 0), "got size 4 and str"),
        (
            lambda net, x: seeing.smooth_grad(
                net, x, np.array([1, 2]), 0, 0.1, np.random.default_rng(0)
            ),
            "copies, at least 1; got 0",
        ),
        (
            lambda net, x: seeing.share_inside(
                np.ones((1, 5, 5)), np.ones((1, 16, 16))
            ),
            "do not divide masks",
        ),
        (lambda net, x: net.features(x, []), "Name some layers; there are conv1, "),
    ],
)
def test_what_fits_no_picture_is_refused_in_a_sentence(net, x, look, message):
    with pytest.raises(ValueError, match=message):
        look(net, x)
