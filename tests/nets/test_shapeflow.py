"""The flow in colour: small, and as good as stated."""

import numpy as np
import pytest

from benchmarks import diffusion, train_noisenet
from cs231n import autograd
from cs231n.data import load_shapes10
from cs231n.nets.conv_stack import from_bytes
from cs231n.nets.diffusion import shapeflow
from cs231n.nets.references import denoisers
from cs231n.scores import ShapeScores


@pytest.fixture(scope="module")
def net():
    return shapeflow.shapeflow(autograd, diffusion.network(autograd, 0, "colour"))


@pytest.fixture(scope="module")
def images():
    return load_shapes10(400, 0, np.uint8, "NCHW")


def test_the_shipped_weights_are_small_and_in_half_precision():
    assert shapeflow.WEIGHTS.stat().st_size < 600_000
    with np.load(shapeflow.WEIGHTS, allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays} == {np.dtype(np.float16)}


def test_another_network_is_refused_in_a_sentence():
    small = denoisers.unet(autograd, **shapeflow.SIZES | {"dim": 16})
    with pytest.raises(ValueError, match=r"U-Net of .*'dim': 28.*parameters differ"):
        shapeflow.shapeflow(autograd, small)


def test_it_tells_velocities(net, images):
    """A network that predicts 0 is wrong by 1.2, the mean square of a velocity."""
    packed = diffusion.packed(diffusion.halved(from_bytes(images.X_train)))
    draw, t = np.random.default_rng(2), autograd
    x, times, told, velocity = diffusion.batch(
        "colour", packed, images.y_train, draw, 200
    )
    with t.no_grad():
        given = [t.from_numpy(a) for a in (x, times)]
        found = net(*given, {"text_emb": t.from_numpy(told)}).numpy()
    assert np.mean((found - velocity) ** 2) < 0.25


def test_colours_follow_the_class(net):
    """Fish swim in blue, flowers stand in rooms: that much is learned."""
    classes = np.repeat([3, 4], 8)
    drawn = diffusion.sample("colour", net, classes, 2.0, steps=5)
    assert drawn.shape == (16, 3, 16, 16)
    red, _, blue = drawn.mean(axis=(2, 3)).T
    assert np.mean((blue - red)[:8]) > np.mean((blue - red)[8:]) + 0.1


def test_real_pictures_that_were_held_out_bound_what_can_be_reached(images):
    scores = ShapeScores(diffusion.halved(from_bytes(images.X_train)))
    assert scores.real.shape == (400, 3, 16, 16)
    right = scores.read(scores.real).argmax(axis=1) == images.y_train
    assert 0.7 < right.mean() < 0.95


def test_kinds_have_what_the_script_measures():
    assert set(train_noisenet.KINDS) <= set(diffusion.TRAININGS)
    for kind in train_noisenet.KINDS.values():
        assert kind.path.is_file()
