"""The Fréchet distance beside SciPy's root of a matrix, and its laws."""

import numpy as np
import pytest

from cs231n.scores import frechet_distance, moments


def normal(rng, dim, rank=None):
    """Draw a mean and a covariance, of full rank if nothing else is said."""
    a = rng.standard_normal((dim, dim if rank is None else rank))
    return rng.standard_normal(dim), a @ a.T


def test_in_one_dimension_it_is_that_of_means_and_deviations():
    assert frechet_distance([1.0], [[9.0]], [3.0], [[4.0]]) == pytest.approx(4 + 1)


def test_covariances_that_commute():
    a, b = np.array([1.0, 4.0, 9.0]), np.array([16.0, 0.0, 1.0])
    turn, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((3, 3)))
    found = frechet_distance(
        np.zeros(3), turn * a @ turn.T, np.ones(3), turn * b @ turn.T
    )
    assert found == pytest.approx(3 + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum())


@pytest.mark.parametrize("rank", [None, 3])
def test_it_is_the_definition_with_scipys_root(rank):
    linalg = pytest.importorskip("scipy.linalg", reason="SciPy is not installed")
    rng = np.random.default_rng(1)
    (mu1, s1), (mu2, s2) = normal(rng, 8, rank), normal(rng, 8)
    # SciPy's root is exact for the regular case only; the tolerance covers both.
    root = linalg.sqrtm(s1 @ s2).real
    wanted = ((mu1 - mu2) ** 2).sum() + np.trace(s1 + s2 - 2 * root)
    assert frechet_distance(mu1, s1, mu2, s2) == pytest.approx(wanted, rel=1e-5)


def test_laws():
    rng = np.random.default_rng(2)
    (mu1, s1), (mu2, s2) = normal(rng, 6), normal(rng, 6)
    there = frechet_distance(mu1, s1, mu2, s2)
    assert there == pytest.approx(frechet_distance(mu2, s2, mu1, s1))
    assert frechet_distance(mu1, s1, mu1, s1) == pytest.approx(0, abs=1e-9)
    turn, _ = np.linalg.qr(rng.standard_normal((6, 6)))
    moved = [(turn @ mu + 3, turn @ s @ turn.T) for mu, s in ((mu1, s1), (mu2, s2))]
    assert frechet_distance(*moved[0], *moved[1]) == pytest.approx(there)
    wide = frechet_distance(2 * mu1, 4 * s1, 2 * mu2, 4 * s2)
    assert wide == pytest.approx(4 * there)


def test_moments_are_numpys():
    x = np.random.default_rng(3).standard_normal((50, 4)).astype(np.float32)
    mu, sigma = moments(x)
    np.testing.assert_allclose(mu, x.mean(axis=0, dtype=np.float64))
    np.testing.assert_allclose(sigma, np.cov(x.T), atol=1e-7)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"got \(2,\), \(2, 2\), \(3,\), \(3, 3\)"):
        frechet_distance(np.zeros(2), np.eye(2), np.zeros(3), np.eye(3))
    with pytest.raises(ValueError, match="finite"):
        frechet_distance(np.full(2, np.nan), np.eye(2), np.zeros(2), np.eye(2))
    with pytest.raises(ValueError, match="two pictures or more"):
        moments(np.zeros((1, 4)))
