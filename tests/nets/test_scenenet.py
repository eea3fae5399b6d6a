"""The network that sees scenes: small, right in its gradients, as good as stated."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.train_scenenet import measure, pictures, recolour, train
from cs231n.data.drawn.scene_features import scene_grid
from cs231n.data.drawn.scene_words import COLOURS, SHAPES, SIZES
from cs231n.gradcheck import directional_error
from cs231n.nets.scenenet import WEIGHTS, SceneNet, normalise, targets

ROOT = Path(__file__).resolve().parents[2]
#: Of the 600 validation scenes, as the training script says.
STATED = {"whole scene": 0.957, "held-out pair": 0.951}
NO_OBJECT = [-1] * 5


@pytest.fixture
def rng():
    return np.random.default_rng(6)


@pytest.fixture
def problem(rng):
    objects = np.array(
        [
            [[3, 0, 1, 10, 20], [6, 4, 0, 3, 5], NO_OBJECT],
            [[7, 7, 0, 15, 1], NO_OBJECT, NO_OBJECT],
        ]
    )
    y = targets(objects, cells=3)
    y[1, 2] = -1  # this picture's colours do not count
    return SceneNet(rng, dtype=np.float64), rng.standard_normal((2, 3, 24, 24)), y


def test_the_shipped_weights_are_small_and_in_half_precision():
    assert WEIGHTS.stat().st_size < 210_000
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays} == {np.dtype(np.float16)}


def test_the_shipped_network_is_as_good_as_stated():
    found = measure(SceneNet(), *pictures("val", 600))
    assert found["whole scene"] == pytest.approx(STATED["whole scene"], abs=0.004)
    assert found["held-out pair"] == pytest.approx(STATED["held-out pair"], abs=0.004)


def test_targets_say_where_objects_are_and_what():
    y = targets(np.array([[[3, 0, 1, 10, 40], [6, 4, 0, 47, 0], NO_OBJECT]]))
    assert y.shape == (1, 4, 6, 6)
    assert y[0, :, 5, 1].tolist() == [1, 3, 0, 1]
    assert y[0, :, 0, 5].tolist() == [1, 6, 4, 0]
    assert y[0, 0].sum() == 2
    assert (y[0, 1:, 2, 2] == -1).all()


def test_no_two_objects_share_a_cell():
    _, y = pictures("train", 600)
    objects = (y[:, 0] == 1).sum()
    drawn = sum((rows[:, 0] >= 0).sum() for rows in _objects("train"))
    assert objects == drawn


def _objects(split):
    from cs231n.data.drawn.scenes import draw_pictures

    return draw_pictures(split, 0, 231)["objects"]


def test_the_loss_is_the_cross_entropy_of_what_counts(problem):
    net, X, y = problem
    net._set_mode("train")
    scores = net.forward(X)[0]
    expected = 0.0
    for n, i, j in np.ndindex(2, 3, 3):
        s = scores[n, :, i, j]
        expected -= np.log(1 / (1 + np.exp(-s[0] if y[n, 0, i, j] else s[0])))
        start = 1
        for what, many in enumerate((len(SHAPES), len(COLOURS), len(SIZES)), start=1):
            part = s[start : start + many]
            if y[n, what, i, j] >= 0:
                expected -= part[y[n, what, i, j]] - np.log(np.exp(part).sum())
            start += many
    loss, _ = SceneNet.loss(net, X, y)
    assert loss == pytest.approx(expected / 2, rel=1e-10)


def test_gradients_are_those_of_finite_differences(problem, rng):
    net, X, y = problem
    _, grads = net.loss(X, y)
    assert set(grads) == set(net.params)
    for name, value in net.params.items():

        def along(moved, name=name, value=value):
            net.params[name] = moved
            loss, _ = net.loss(X, y)
            net.params[name] = value
            return np.array(loss)

        error = directional_error(along, value, np.array(1.0), grads[name], rng=rng)
        assert error < 1e-5, name


def test_turned_hues_keep_brightness_and_their_colours_do_not_count(rng):
    images, y = pictures("train", 8)
    x = normalise(images)
    turned, counted = recolour(x, y, rng)
    grey = np.array([0.299, 0.587, 0.114], np.float32)
    np.testing.assert_allclose(
        np.einsum("c,nchw->nhw", grey, turned),
        np.einsum("c,nchw->nhw", grey, x),
        atol=0.02,  # the two matrices have three decimals
    )
    assert np.abs(turned[:4] - x[:4]).max() > 0.2
    np.testing.assert_array_equal(turned[4:], x[4:])
    assert (counted[:4, 2] == -1).all()
    np.testing.assert_array_equal(counted[:, [0, 1, 3]], y[:, [0, 1, 3]])
    np.testing.assert_array_equal(counted[4:], y[4:])


def test_the_grid_of_scenes_is_the_networks_last_layer():
    images, _ = pictures("val", 6)
    expected = SceneNet(dtype=np.float64).features(normalise(images, np.float64))[-1]
    grid = scene_grid(images)
    assert (grid.shape, grid.dtype) == ((6, 64, 6, 6), np.float16)
    np.testing.assert_allclose(grid, expected, rtol=2e-3, atol=2e-3)


@pytest.mark.slow
def test_the_training_script_learns():
    images, y = pictures("train", 600)
    net = SceneNet(np.random.default_rng(0))
    before = measure(net, *pictures("val", 300))
    train(net, images, y, np.random.default_rng(1), steps=60)
    after = measure(net, *pictures("val", 300))
    assert after["colour of an object"] > before["colour of an object"] + 0.2
    assert after["size of an object"] > before["size of an object"] + 0.15


@pytest.mark.slow
def test_training_ends_at_the_same_bits_on_any_number_of_threads(tmp_path):
    program = (
        "import sys, numpy as np;"
        "from benchmarks.train_scenenet import pictures, train;"
        "from cs231n.nets.scenenet import SceneNet;"
        "net = SceneNet(np.random.default_rng(5));"
        "train(net, *pictures('train', 96), np.random.default_rng(6), steps=4);"
        "np.savez(sys.argv[1], **net.params)"
    )
    found = []
    for threads in ("1", "2", "3"):
        path = tmp_path / f"{threads}.npz"
        wanted = {"CS231N_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        subprocess.run(
            [sys.executable, "-c", program, str(path)],
            env={**os.environ, **wanted, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        with np.load(path) as arrays:
            found.append(dict(arrays))
    for other in found[1:]:
        for name, value in found[0].items():
            np.testing.assert_array_equal(other[name], value)
