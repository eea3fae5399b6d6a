"""What the scores say of pictures of ``shapes10``, of smaller ones and of noise."""

import numpy as np
import pytest

from cs231n.data import load_shapes10
from cs231n.scores import ShapeScores


@pytest.fixture(scope="module")
def images():
    return load_shapes10(1000, 400, np.uint8, "NCHW")


@pytest.fixture(scope="module")
def scores(images):
    return ShapeScores(images.X_train)


def test_other_real_pictures_are_near_and_read_rightly(scores, images):
    assert scores.distance(images.X_test) < 1.5
    right = scores.read(images.X_test).argmax(axis=1) == images.y_test
    assert right.mean() > 0.85


def test_bytes_and_numbers_from_minus_one_to_one_are_the_same(scores, images):
    few = images.X_test[:4]
    floats = few.astype(np.float32) / 127.5 - 1
    np.testing.assert_allclose(scores.features(few), scores.features(floats), atol=1e-4)


def test_noise_is_far_away(scores):
    noise = np.random.default_rng(0).uniform(-1, 1, (200, 3, 32, 32))
    assert scores.distance(noise) > 20


def test_a_pixel_of_a_small_picture_becomes_a_square(scores, images):
    small = images.X_test[:3, :, ::2, ::2]
    large = small.repeat(2, axis=2).repeat(2, axis=3)
    np.testing.assert_array_equal(scores.read(small), scores.read(large))


@pytest.mark.parametrize("shape", [(2, 3, 12, 12), (2, 1, 16, 16), (3, 16, 16)])
def test_other_shapes_are_refused(scores, shape):
    with pytest.raises(ValueError, match=r"\(N, 3, S, S\) with S = 8, 16 or 32; got"):
        scores.read(np.zeros(shape))
