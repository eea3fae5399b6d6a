import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n.nets import distances
from cs231n.nets.distances import euclidean_distances, nearest
from cs231n.nets.neighbours import KNearestNeighbor, vote
from tests.strategies import DTYPES, SEEDS


def in_small_blocks(call):
    """Return what ``call`` returns when blocks have 3 rows and 5 columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distances, "ROWS", 3)
        patch.setattr(distances, "COLUMNS", 5)
        return call()


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
    with pytest.raises(ValueError, match=r"y must have shape \(20,\), .*; got \(19,\)"):
        classifier.train(X, y[1:])


@given(
    m=st.integers(0, 7),
    n=st.integers(1, 23),
    d=st.integers(0, 3),
    k=st.integers(1, 23),
    seed=SEEDS,
    dtype=DTYPES,
    whole=st.booleans(),
)
def test_nearest_are_the_smallest_of_all_distances(m, n, d, k, seed, dtype, whole):
    rng, k = np.random.default_rng(seed), min(k, n)
    X, Y = rng.standard_normal((m, d)), rng.standard_normal((n, d))
    if whole:  # few values, so that many distances are equal
        X, Y = np.rint(X), np.rint(Y)
    X, Y = X.astype(dtype), Y.astype(dtype)

    def both():
        dists = euclidean_distances(X, Y)
        return nearest(X, Y, k), np.argsort(dists, axis=1, kind="stable")[:, :k]

    found, expected = in_small_blocks(both)

    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 4, 30])
def test_labels_are_those_of_all_distances(dtype, k, monkeypatch):
    rng = np.random.default_rng(4)
    known, X = (rng.integers(0, 3, (count, 6)).astype(dtype) for count in (70, 40))
    classifier = KNearestNeighbor()
    classifier.train(known, rng.choice([2, 5, 7], 70))

    def both():
        dense = classifier.compute_distances_no_loops(X)
        return classifier.predict_labels(dense, k), classifier.predict(X, k)

    np.testing.assert_array_equal(*both())
    np.testing.assert_array_equal(*in_small_blocks(both))


def test_of_equally_near_examples_the_first_vote():
    dists = np.array([[1.0, 0.0, 1.0, 1.0], [np.nan, np.nan, np.inf, np.nan]])
    labels = np.array([3, 3, 4, 4])

    assert vote(dists, 2, labels).tolist() == [3, 3]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
def test_what_is_not_a_number_is_farthest(bad):
    X, Y = np.eye(3), np.eye(3)[[0, 0, 1, 2]]
    Y[0, 1] = bad

    with np.errstate(invalid="ignore", over="ignore"):
        assert nearest(X, Y, 1).tolist() == [[1], [2], [3]]


def test_many_neighbours_are_found_too(monkeypatch):
    X = np.random.default_rng(5).standard_normal((9, 4))
    expected = nearest(X, X, 6)
    monkeypatch.setattr(distances, "MANY", 5)

    np.testing.assert_array_equal(nearest(X, X, 6), expected)


def test_the_search_needs_little_memory():
    rng = np.random.default_rng(6)
    X, Y = (rng.random((n, 4), dtype=np.float32) for n in (2048, 16_384))
    tracemalloc.start()
    try:
        nearest(X, Y, 5)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 60 * 2**20  # all distances: 128 MiB


def test_points_that_are_no_floats_are_refused():
    with pytest.raises(TypeError, match="float32 or float64 points; got uint8 and"):
        nearest(np.zeros((2, 3), np.uint8), np.zeros((4, 3), np.uint8), 1)


@pytest.mark.parametrize("offset", [0, 1e3, -1e5])
def test_points_far_from_the_origin_find_themselves(offset):
    rng = np.random.default_rng(7)
    X = (rng.normal(size=(300, 40)) + offset).astype(np.float32)

    assert nearest(X, X, 1)[:, 0].tolist() == list(range(300))
    np.testing.assert_array_equal(
        nearest(X, X, 5), np.argsort(euclidean_distances(X, X), kind="stable")[:, :5]
    )
    exact = np.linalg.norm(X[:9, None].astype(float) - X[None].astype(float), axis=2)
    np.testing.assert_allclose(
        euclidean_distances(X[:9], X), exact, rtol=1e-4, atol=0.02
    )
