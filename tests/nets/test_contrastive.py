"""The contrastive loss, views, and readers of features, against slow definitions."""

import numpy as np
import pytest

from cs231n import autograd
from cs231n.gradcheck import eval_numerical_gradient
from cs231n.nets.references import contrastive, views
from tests.autograd import answers


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("tau", [0.1, 1.0, 5.0])
def test_the_loss_is_that_of_the_courses_answers(rng, tau):
    course = answers.simclr_2021(autograd)
    left, right = rng.standard_normal((2, 4, 3))
    found = contrastive.nt_xent(left, right, tau)[0]
    tensors = autograd.from_numpy(left), autograd.from_numpy(right)
    assert course.simclr_loss_naive(*tensors, tau).item() == pytest.approx(found)
    pairs = course.sim_positive_pairs(*tensors).numpy()
    np.testing.assert_allclose(contrastive.positive_pairs(left, right), pairs)


def test_gradients_are_those_of_finite_differences(rng):
    left, right = rng.standard_normal((2, 3, 4))
    _, *grads = contrastive.nt_xent(left, right, 0.3)
    for array, grad in zip((left, right), grads, strict=True):
        wanted = eval_numerical_gradient(
            lambda _: contrastive.nt_xent(left, right, 0.3)[0], array
        )
        np.testing.assert_allclose(grad, wanted, rtol=1e-5, atol=1e-8)


def test_equal_vectors_give_the_logarithm_of_the_number_of_others():
    z = np.ones((8, 3), np.float32)
    loss, *grads = contrastive.nt_xent(z, 2 * z, 0.01)
    assert loss == pytest.approx(np.log(15), rel=1e-6)
    assert all(g.dtype == np.float32 and abs(g).max() < 1e-4 for g in grads)


def test_neighbours_vote_by_similarity():
    stored = np.array([[1.0, 0], [4, 3], [3, 4]])
    query = np.array([[1.0, 0.1]])
    for tau, label in ((0.05, 0), (10.0, 1)):
        found = contrastive.knn_predict(stored, np.array([0, 1, 1]), query, 3, tau)
        assert found.tolist() == [label]


def test_a_probe_is_least_squares_with_extra_rows(rng):
    x, labels = rng.standard_normal((20, 3)) * 4 + 1, np.arange(20) % 3
    found = contrastive.linear_probe(x, labels, x, 0.2)
    unit = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)
    wanted = np.eye(3)[labels] - np.eye(3)[labels].mean(axis=0)
    tall = np.vstack([unit, np.sqrt(0.2 * 20) * np.eye(3)])
    w = np.linalg.lstsq(tall, np.vstack([wanted, np.zeros((3, 3))]), rcond=None)[0]
    np.testing.assert_allclose(found, unit @ w + np.eye(3)[labels].mean(axis=0))


def test_a_whole_picture_stays_and_half_of_it_is_averaged(rng):
    images = rng.uniform(0, 255, (2, 6, 6, 3)).astype(np.float32)
    whole = np.tile([0, 0, 6, 6], (2, 1))
    np.testing.assert_allclose(views.crop_resize(images, whole, 6), images, rtol=1e-5)
    wanted = images.reshape(2, 3, 2, 3, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(
        views.crop_resize(images, whole, 3), wanted, rtol=1e-4, atol=1e-3
    )


def test_boxes_are_read_from_their_crops(rng):
    ruler = views.ruler(50, 32)
    sides = rng.uniform(10, 30, (50, 2))
    boxes = np.concatenate([rng.random((50, 2)) * (32 - sides), sides], axis=1)
    crops = views.crop_resize(ruler, boxes, 16)
    crops[::2] = crops[::2, :, ::-1]
    found, mirrored = views.read_boxes(crops)
    np.testing.assert_allclose(found, boxes, atol=1e-3)
    assert mirrored.tolist() == [i % 2 == 0 for i in range(50)]


def test_random_boxes_keep_their_bounds(rng):
    boxes, mirrored = views.read_boxes(
        views.random_resized_crop(views.ruler(1000, 32), rng, 16, (0.1, 0.3))
    )
    share = boxes[:, 2] * boxes[:, 3] / 1024
    assert share.min() > 0.099
    assert share.max() < 0.301
    assert 0.4 < mirrored.mean() < 0.6


def test_colours_are_read_from_swatches(rng):
    how = rng.uniform(0.5, 1.5, (3, 20))
    hue = rng.uniform(-1, 1, 20)
    read = views.read_colours(views.adjust_color(views.swatches(20), *how, hue))
    for name, wanted in zip(read, (*how, hue), strict=True):
        np.testing.assert_allclose(read[name], wanted, atol=1e-3)


def test_views_differ_in_what_they_are_asked_to_differ_in(rng):
    images = rng.integers(0, 256, (6, 32, 32, 3)).astype(np.uint8)
    left, right = views.two_views(images, rng)
    assert left.shape == right.shape == images.shape
    assert not np.array_equal(left, right)
    same = views.two_views(images, rng, crop=False, colour=False)
    np.testing.assert_array_equal(same[0], images)
    grey = views.color_distortion(images, rng, 0.0)
    assert np.isclose(grey, images, atol=0.1).all(axis=(1, 2, 3)).any()
