"""The network that reads digits: small, right in its gradients, as good as it says."""

import numpy as np
import pytest

from benchmarks.train_digitnet import accuracy, train
from cs231n.data import load_glyphs
from cs231n.nets.digitnet import WEIGHTS, DigitNet, as_pictures

#: Of the 2,000 test images of ``glyphs``, as the training script says.
STATED = 0.9985


def test_the_shipped_weights_are_small_and_in_half_precision():
    assert WEIGHTS.stat().st_size < 250_000
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays} == {np.dtype(np.float16)}


def test_the_shipped_network_is_as_good_as_stated():
    images = load_glyphs(0, 2000, np.uint8)
    found = accuracy(DigitNet(), as_pictures(images.X_test), images.y_test)
    assert found == pytest.approx(STATED, abs=0.001)


@pytest.fixture
def problem():
    rng = np.random.default_rng(4)
    net = DigitNet(rng, dtype=np.float64)
    return net, rng.uniform(-1, 1, (3, 1, 28, 28)), np.array([4, 0, 2]), rng


def test_gradients_are_those_of_finite_differences(problem):
    net, X, y, rng = problem
    _, grads = net.loss(X, y)
    assert set(grads) == set(net.params)
    h = 1e-6
    for name, w in net.params.items():
        direction = rng.standard_normal(w.shape) / np.sqrt(w.size)
        ends = []
        for sign in (1, -1):
            net.params[name] = w + sign * h * direction
            ends.append(net.loss(X, y)[0])
        net.params[name] = w
        expected = (ends[0] - ends[1]) / (2 * h)
        found = (grads[name] * direction).sum()
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-8)


def test_saved_weights_come_back(problem, tmp_path, monkeypatch):
    net, X, y, _ = problem
    net.loss(X, y)  # moves the running averages
    net.save(tmp_path / "net.npz")
    monkeypatch.setattr("cs231n.nets.digitnet.WEIGHTS", tmp_path / "net.npz")
    again = DigitNet(dtype=np.float64)
    np.testing.assert_allclose(again.loss(X), net.loss(X), rtol=0.02, atol=0.02)


def test_pictures_are_read_the_same_in_any_batches(problem):
    net, X, _, _ = problem
    one, two = net.read(X), net.read(X, batch_size=2)
    np.testing.assert_allclose(one[0], two[0], atol=1e-12)
    np.testing.assert_allclose(one[1], two[1], atol=1e-12)
    np.testing.assert_allclose(one[1].sum(axis=1), 1)


def test_images_of_any_form_become_pictures():
    ink = np.arange(2 * 784).reshape(2, 28, 28) % 256
    wanted = (ink / 127.5 - 1)[:, None]
    for image in (ink, ink.astype(np.uint8), wanted, wanted.reshape(2, 784)):
        found = as_pictures(image, np.float64)
        np.testing.assert_allclose(found, wanted, atol=1e-12)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.zeros((2, 32, 32)), r"got \(2, 32, 32\)"),
        (np.zeros(784), r"got \(784,\)"),
        (np.full((1, 28, 28), 200.0), "from -1 to 1 in an array of float64"),
        (np.full((1, 28, 28), 300), "from 0 to 255"),
        (np.full((1, 28, 28), np.nan), "from -1 to 1"),
    ],
)
def test_what_is_no_picture_is_refused(images, said):
    with pytest.raises(ValueError, match=said):
        as_pictures(images)


@pytest.mark.slow
def test_the_training_script_learns(capfd):
    images = load_glyphs(2000, 500, np.uint8)
    X, test = as_pictures(images.X_train), as_pictures(images.X_test)
    net = DigitNet(np.random.default_rng(0))
    before = accuracy(net, test, images.y_test)
    train(net, X, images.y_train, np.random.default_rng(1), steps=80)
    assert before < 0.3
    assert accuracy(net, test, images.y_test) > 0.9
    assert capfd.readouterr().err == ""
