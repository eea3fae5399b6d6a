"""The distance between two clouds of features, each taken for a normal distribution."""

import numpy as np


def moments(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the covariance of features.

    Parameters
    ----------
    features : ndarray of shape (N, D)
        One row for each picture, two or more.

    Returns
    -------
    mu : ndarray of shape (D,)
        Mean, in float64.
    sigma : ndarray of shape (D, D)
        Covariance with N - 1 in the denominator, in float64.

    Raises
    ------
    ValueError
        If there are fewer than two rows.
    """
    x = np.asarray(features, np.float64)
    if x.ndim != 2 or len(x) < 2:
        raise ValueError(
            f"Expected features of two pictures or more, shape (N, D); got {x.shape}."
        )
    mu = x.mean(axis=0)
    return mu, (x - mu).T @ (x - mu) / (len(x) - 1)


def frechet_distance(
    mu1: np.ndarray, sigma1: np.ndarray, mu2: np.ndarray, sigma2: np.ndarray
) -> float:
    """Return the squared Fréchet distance between two normal distributions.

    Parameters
    ----------
    mu1, mu2 : ndarray of shape (D,)
        Means.
    sigma1, sigma2 : ndarray of shape (D, D)
        Covariances.

    Returns
    -------
    distance : float
        ``|mu1 - mu2|**2 + tr(sigma1 + sigma2 - 2 (sigma1 sigma2)**(1/2))``, 0 or more.

    Raises
    ------
    ValueError
        If shapes do not fit together, or a number is not finite.

    Notes
    -----
    The trace of the root of a product is the sum of the roots of its eigenvalues. Those
    of ``sigma1 @ sigma2`` are those of the symmetric ``root1 @ sigma2 @ root1``, where
    ``root1`` is the root of ``sigma1``: no complex numbers come up.

    References
    ----------
    Dowson and Landau (1982), "The Fréchet Distance between Multivariate Normal
    Distributions". Heusel et al. (2017), "GANs Trained by a Two Time-Scale Update Rule
    Converge to a Local Nash Equilibrium", score pictures by it.
    """
    mu1, sigma1, mu2, sigma2 = (
        np.asarray(a, np.float64) for a in (mu1, sigma1, mu2, sigma2)
    )
    _check(mu1, sigma1, mu2, sigma2)
    values, vectors = np.linalg.eigh(sigma1)
    root1 = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    middle = np.maximum(np.linalg.eigvalsh(root1 @ sigma2 @ root1), 0)
    spread = np.trace(sigma1) + np.trace(sigma2) - 2 * np.sqrt(middle).sum()
    return max(float(((mu1 - mu2) ** 2).sum() + spread), 0.0)


def _check(mu1, sigma1, mu2, sigma2):
    shapes = [a.shape for a in (mu1, sigma1, mu2, sigma2)]
    dim = mu1.size
    if shapes != [(dim,), (dim, dim)] * 2:
        raise ValueError(
            f"Expected means of shape (D,) and covariances of shape (D, D), all of one "
            f"D; got {', '.join(map(str, shapes))}."
        )
    if not all(np.isfinite(a).all() for a in (mu1, sigma1, mu2, sigma2)):
        raise ValueError("Expected finite means and covariances; got NaN or infinity.")
