"""Losses of style transfer: against slow definitions, differences, and torch's tape."""

import numpy as np
import pytest

from cs231n.gradcheck import eval_numerical_gradient
from cs231n.nets.losses import style


@pytest.fixture
def rng():
    return np.random.default_rng(231)


def test_content_loss_is_a_weighted_sum_of_squares(rng):
    now, then = rng.standard_normal((2, 1, 3, 4, 5))
    loss, grad = style.content_loss(0.7, now, then)

    pairs = zip(now.ravel(), then.ravel(), strict=True)
    assert loss == pytest.approx(0.7 * sum((a - b) ** 2 for a, b in pairs))
    numerical = eval_numerical_gradient(
        lambda x: style.content_loss(0.7, x, then)[0], now
    )
    np.testing.assert_allclose(grad, numerical, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("normalize", [True, False])
def test_gram_matrices_are_those_of_loops(rng, normalize):
    features = rng.standard_normal((2, 3, 4, 2))
    gram = style.gram_matrix(features, normalize)

    for n, k, j in np.ndindex(2, 3, 3):
        total = (features[n, k] * features[n, j]).sum()
        assert gram[n, k, j] == pytest.approx(total / (24 if normalize else 1))
    assert (np.linalg.eigvalsh(gram) > -1e-12).all()


@pytest.mark.parametrize("normalize", [True, False])
def test_gradient_of_gram_matrices_is_that_of_differences(rng, normalize):
    features, dgram = rng.standard_normal((2, 3, 2, 4)), rng.standard_normal((2, 3, 3))
    numerical = eval_numerical_gradient(
        lambda x: float((dgram * style.gram_matrix(x, normalize)).sum()), features
    )
    got = style.gram_backward(dgram, features, normalize)
    np.testing.assert_allclose(got, numerical, rtol=1e-5, atol=1e-8)


def test_positions_do_not_matter_to_style(rng):
    features = rng.standard_normal((1, 3, 4, 5))
    moved = features.reshape(1, 3, 20)[:, :, rng.permutation(20)].reshape(1, 3, 5, 4)
    target = style.gram_matrix(moved)

    loss, (grad,) = style.style_loss([features], [0], [target], [2.0])
    assert loss == pytest.approx(0, abs=1e-20)
    np.testing.assert_allclose(grad, 0, atol=1e-12)


def test_gradients_of_style_add_up_where_a_layer_comes_twice(rng):
    feats = [rng.standard_normal(s) for s in ((1, 2, 3, 4), (1, 3, 2, 2), (1, 2, 1, 1))]
    layers, weights = [1, 0, 1], [0.5, 2.0, 3.0]
    targets = [rng.standard_normal((1, n, n)) for n in (3, 2, 3)]

    _, grads = style.style_loss(feats, layers, targets, weights)

    for k in range(3):
        numerical = eval_numerical_gradient(
            lambda x, k=k: style.style_loss(
                [x if i == k else f for i, f in enumerate(feats)],
                layers,
                targets,
                weights,
            )[0],
            feats[k].copy(),
        )
        np.testing.assert_allclose(grads[k], numerical, rtol=1e-5, atol=1e-7)


def test_total_variation_knows_neighbours_alone(rng):
    img = rng.standard_normal((2, 3, 4, 5))
    loss, grad = style.tv_loss(img, 0.3)

    squares = 0.0
    for n, c, i, j in np.ndindex(img.shape):
        for di, dj in ((0, 1), (1, 0)):
            if i + di < 4 and j + dj < 5:
                squares += (img[n, c, i + di, j + dj] - img[n, c, i, j]) ** 2
    assert loss == pytest.approx(0.3 * squares)
    numerical = eval_numerical_gradient(lambda x: style.tv_loss(x, 0.3)[0], img)
    np.testing.assert_allclose(grad, numerical, rtol=1e-5, atol=1e-8)
    assert grad.sum() == pytest.approx(0, abs=1e-10)


def test_float32_stays_and_nothing_is_changed(rng):
    x, y = rng.standard_normal((2, 1, 3, 4, 4)).astype(np.float32)
    kept = x.copy()
    target = style.gram_matrix(y)

    found = [
        style.content_loss(0.1, x, y)[1],
        style.style_loss([x], [0], [target], [0.1])[1][0],
        style.tv_loss(x, 0.1)[1],
        style.gram_backward(target, x),
        target,
    ]
    assert {grad.dtype for grad in found} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(x, kept)
