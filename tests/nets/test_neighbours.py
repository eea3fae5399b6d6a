import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n.nets.neighbours import KNearestNeighbor, euclidean_distances, vote


@given(
    m=st.integers(0, 4),
    n=st.integers(1, 5),
    d=st.integers(1, 6),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_distances_match_the_definition(m, n, d, seed, dtype):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((m, d)).astype(dtype)
    Y = rng.standard_normal((n, d)).astype(dtype)

    dists = euclidean_distances(X, Y)

    differences = X[:, None].astype(np.float64) - Y[None]
    assert dists.dtype == dtype
    # The square is a difference of terms of this size; its root has their root's error.
    size = np.sum(X.astype(float) ** 2, 1)[:, None] + np.sum(Y.astype(float) ** 2, 1)
    tolerance = np.sqrt(8 * d * np.finfo(dtype).eps * size) + 1e-30
    error = np.abs(dists - np.sqrt((differences**2).sum(-1)))
    assert (error <= tolerance).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_images_have_no_nan(dtype):
    X = (255 * np.random.default_rng(1).random((20, 3072))).astype(dtype)

    dists = euclidean_distances(X, X)

    assert np.isfinite(dists).all()
    assert dists.diagonal().max() < (10 if dtype == np.float32 else 1e-3)


def test_votes_match_the_definition():
    rng = np.random.default_rng(2)
    labels = rng.choice([2, 5, 7], 9)
    dists = np.stack([rng.permutation(9) for _ in range(30)]).astype(float)
    for k in range(1, 10):
        expected = []
        for row in dists:
            votes = [labels[j] for j in sorted(range(9), key=lambda j: row[j])[:k]]
            expected.append(min(votes, key=lambda v: (-votes.count(v), v)))
        assert np.array_equal(vote(dists, k, labels), expected)


@pytest.mark.parametrize("k", [0, -1, 4])
def test_a_number_of_neighbours_out_of_range_is_refused(k):
    with pytest.raises(ValueError, match=rf"k must be between 1 and .*, 3; got {k}\."):
        vote(np.zeros((2, 3)), k, np.array([0, 1, 2]))


@pytest.mark.parametrize("shape", [(2, 4), (3,), (3, 2)])
def test_distances_of_the_wrong_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"dists must have shape .* 3\), .*; got \("):
        vote(np.zeros(shape), 1, np.array([0, 1, 2]))


def test_points_of_different_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"one D; got \(2, 3\) and \(4, 5\)"):
        euclidean_distances(np.zeros((2, 3)), np.zeros((4, 5)))


def test_the_classifier_remembers_what_it_was_shown():
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((20, 4)), rng.integers(0, 3, 20)
    classifier = KNearestNeighbor()
    classifier.train(X, y)

    assert np.array_equal(classifier.predict(X), y)
    with pytest.raises(ValueError, match="got 21"):
        classifier.predict(X, k=21)
