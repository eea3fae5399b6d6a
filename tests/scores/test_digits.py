"""What the scores say of real digits, of noise, of a single digit and of copies."""

import numpy as np
import pytest

from cs231n.data import load_glyphs
from cs231n.nets.digitnet import as_pictures
from cs231n.scores import DigitScores, Score


@pytest.fixture(scope="module")
def images():
    return load_glyphs(4000, 1000, np.uint8)


@pytest.fixture(scope="module")
def scores(images):
    return DigitScores(images.X_train)


def test_other_real_digits_are_near_and_complete(scores, images):
    found = scores.score(images.X_test)
    assert found.distance < 4
    assert found.classes == 10
    assert found.confident > 0.96
    np.testing.assert_allclose(found.shares, 0.1, atol=0.02)


def test_noise_is_read_with_confidence_and_far_away(scores):
    noise = np.random.default_rng(0).uniform(-1, 1, (500, 784))
    found = scores.score(noise)
    assert found.distance > 1000
    assert found.confident > 0.3  # which is why the share alone says nothing


def test_a_single_digit_is_a_collapse(scores, images):
    found = scores.score(images.X_test[images.y_test == 3])
    assert found.classes == 1
    assert found.shares.argmax() == 3
    assert found.confident > 0.96
    assert found.distance > 100


def test_blur_shift_and_noise_grow_the_distance(scores, images):
    x = as_pictures(images.X_test)
    rng = np.random.default_rng(1)
    found = [
        scores.score(np.clip(x + s * rng.standard_normal(x.shape), -1, 1)).distance
        for s in (0, 0.3, 0.6)
    ]
    assert found == sorted(found)
    assert found[-1] > 2 * found[0]


def test_copies_are_found_beside_what_they_copy(scores, images):
    rows, distances = scores.nearest(images.X_train[[7, 300]], k=2)
    assert rows[:, 0].tolist() == [7, 300]
    np.testing.assert_allclose(distances[:, 0], 0, atol=1e-6)
    assert (distances[:, 1] > 0.05).all()


def test_the_nearest_are_those_of_the_definition(scores, images):
    new = as_pictures(images.X_test[:5])
    rows, distances = scores.nearest(new, k=3, batch_size=2)
    gaps = np.sqrt(((new[:, None] - scores.real) ** 2).mean(axis=(2, 3, 4)))
    np.testing.assert_allclose(distances, np.sort(gaps, axis=1)[:, :3], rtol=1e-5)
    np.testing.assert_array_equal(rows, np.argsort(gaps, axis=1)[:, :3])
    with pytest.raises(ValueError, match="k from 1 to 4000; got 0"):
        scores.nearest(new, k=0)


def test_a_score_is_a_line():
    found = Score(54.93, 8, 0.561, np.full(10, 0.1))
    assert str(found) == "FD 54.9, 8 of 10 digits, 56 % confident"


def test_features_and_probabilities_belong_to_the_same_pictures(scores, images):
    x = images.X_test[:20]
    assert scores.features(x).shape == (20, 64)
    assert (scores.read(x).argmax(axis=1) == images.y_test[:20]).mean() > 0.9
