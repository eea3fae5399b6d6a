"""The demos of pages compute what the package computes."""

import json

import numpy as np
import pytest

from cs231n import layers
from cs231n.demos.plane import blobs
from cs231n.nets.linear import softmax_loss_vectorized, svm_loss_vectorized
from cs231n.nets.neighbours import euclidean_distances, vote
from grading.site.demo_data import DEMOS, demo_data
from grading.site.stage import SOURCE

pytestmark = [pytest.mark.slow, pytest.mark.browser]
LOSSES = {"hinge": svm_loss_vectorized, "softmax": softmax_loss_vectorized}


@pytest.fixture
def run(page):
    """Call a function of `arithmetic` in the browser."""
    page.add_script_tag(path=SOURCE / "_static" / "demos" / "arithmetic.js")

    def call(name, *arguments):
        given = ", ".join(json.dumps(argument) for argument in arguments)
        return page.evaluate(f"arithmetic.{name}({given})")

    return call


@pytest.mark.parametrize("metric", ["Euclidean", "L1"])
def test_nearest_neighbours(run, metric):
    data = demo_data("nearest-neighbours")
    points, labels = np.array(data["points"]), np.array(data["labels"])
    places = np.random.default_rng(0).uniform(-3, 3, (20, 2))
    expected = (
        np.abs(places[:, None] - points).sum(axis=2)
        if metric == "L1"
        else euclidean_distances(places, points)
    )

    for place, row in zip(places.tolist(), expected, strict=True):
        found = run("distances", place, data["points"], metric)
        np.testing.assert_allclose(found, row, rtol=1e-6)
        for k in (1, 2, 5, 25):
            winner = vote(row[None], k, labels)[0]
            assert run("vote", found, k, data["labels"]) == winner


def test_a_tie_goes_to_the_first_neighbour_and_the_lower_class(run):
    assert run("vote", [1, 1, 1, 0], 2, [2, 1, 0, 0]) == 0
    assert run("vote", [1, 1, 2, 2], 2, [2, 1, 0, 0]) == 1


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("reg", [0.0, 0.1])
def test_linear_classifier(run, loss, reg):
    data = demo_data("linear-classifier")
    labels = np.array(data["labels"])
    X = np.column_stack([data["points"], np.ones(len(labels))])
    W, value = np.zeros((3, 3)), 0.0
    for _ in range(30):
        value, dW = LOSSES[loss](W, X, labels, reg)
        W -= 0.1 * dW

    found = run("train", data["points"], data["labels"], loss, reg, 30)

    np.testing.assert_allclose(found["W"], W, rtol=1e-9, atol=1e-12)
    assert found["loss"] == pytest.approx(value, rel=1e-9)
    assert found["right"] == np.mean((X @ W).argmax(axis=1) == labels)


def test_the_points_are_those_of_the_notebooks_demo():
    points, labels = blobs(np.random.default_rng(231), 20, 0.8)
    data = demo_data("linear-classifier")

    np.testing.assert_allclose(data["points"], points, atol=5e-4)
    assert data["labels"] == labels.tolist()


@pytest.mark.parametrize(("rate", "momentum"), [(0.1, 0.0), (0.03, 0.9), (0.23, 0.0)])
def test_learning_rate(run, rate, momentum):
    slopes, at, velocity = np.array([1.0, 9.0]), np.array([-2.6, 1.1]), np.zeros(2)
    path = [at]
    for _ in range(10):
        velocity = momentum * velocity - rate * slopes * at
        at = at + velocity
        path.append(at)

    found = run("descend", rate, momentum, 10)

    np.testing.assert_allclose(found["path"], path, rtol=1e-12)
    assert found["loss"] == pytest.approx(0.5 * np.sum(slopes * at**2))


@pytest.mark.parametrize(
    ("size", "field", "stride", "pad"), [(5, 3, 1, 1), (7, 3, 2, 0), (6, 2, 2, 1)]
)
def test_convolution(run, size, field, stride, pad):
    rng = np.random.default_rng(1)
    image = rng.integers(-3, 4, (size, size)).astype(float)
    kernel = rng.integers(-3, 4, (field, field)).astype(float)
    expected, _ = layers.conv_forward_fast(
        image[None, None],
        kernel[None, None],
        np.zeros(1),
        {"stride": stride, "pad": pad},
    )

    found = run("convolve", image.tolist(), kernel.tolist(), stride, pad)

    np.testing.assert_allclose(found, expected[0, 0])
    assert run("outputSize", size, field, stride, pad) == expected.shape[-1]


@pytest.mark.parametrize(("size", "field", "stride"), [(5, 2, 2), (3, 5, 1)])
def test_settings_that_do_not_fit_have_no_output(run, size, field, stride):
    assert run("outputSize", size, field, stride, 0) is None


def test_the_script_knows_every_demo_and_every_sentence_has_a_translation():
    folder = SOURCE / "_static" / "demos"
    script = (folder / "demos.js").read_text(encoding="utf-8")
    words = (folder / "words.js").read_text(encoding="utf-8")
    for name in DEMOS:
        assert f'"{name}":' in script
    import re

    said = re.findall(r'(?:slider\(home, |say\(|fill\(\s*)"([^"]+)"', script)
    assert len(said) > 15
    for text in said:
        assert f'"{text}":' in words
