"""Nearest neighbours: distances, votes and the classifier made of them."""

import numpy as np


def euclidean_distances(X, Y):
    """Compute all distances between two sets of points.

    Parameters
    ----------
    X : ndarray of shape (M, D), float32 or float64
        Points, one in a row.
    Y : ndarray of shape (N, D), dtype of ``X``
        Points, one in a row.

    Returns
    -------
    dists : ndarray of shape (M, N), dtype of ``X``
        ``dists[i, j]`` is the distance between ``X[i]`` and ``Y[j]``.

    Raises
    ------
    ValueError
        If the points have different dimensions.

    Notes
    -----
    Uses ``|x - y|**2 = |x|**2 - 2 x.y + |y|**2``, so the cost is that of one matrix
    product. Rounding can push the square of a distance near 0 below 0; it counts as 0.
    """
    if X.ndim != 2 or Y.ndim != 2 or X.shape[1] != Y.shape[1]:
        raise ValueError(
            f"X and Y must have shapes (M, D) and (N, D) with one D; "
            f"got {X.shape} and {Y.shape}."
        )
    dists = X @ Y.T
    dists *= -2
    dists += np.einsum("md,md->m", X, X)[:, None]
    dists += np.einsum("nd,nd->n", Y, Y)
    np.maximum(dists, 0, out=dists)
    return np.sqrt(dists, out=dists)


def check_votes(dists, k, labels):
    """Refuse distances or a number of neighbours that cannot be voted on.

    Parameters
    ----------
    dists : ndarray of shape (M, N)
        Distances from M test examples to N training examples.
    k : int
        Number of neighbours that vote.
    labels : ndarray of shape (N,)
        Class of each training example.

    Raises
    ------
    ValueError
        If the shapes do not match or ``k`` is not in 1..N.
    """
    n = len(labels)
    if np.ndim(dists) != 2 or np.shape(dists)[1] != n:
        raise ValueError(
            f"dists must have shape (number of test examples, {n}), one column for "
            f"each training example; got {np.shape(dists)}."
        )
    if not 1 <= k <= n:
        raise ValueError(
            f"k must be between 1 and the number of training examples, {n}; got {k}."
        )


def vote(dists, k, labels):
    """Label each test example by the majority of its nearest neighbours.

    Parameters
    ----------
    dists : ndarray of shape (M, N)
        Distances from M test examples to N training examples.
    k : int
        Number of neighbours that vote.
    labels : ndarray of shape (N,), int
        Class of each training example.

    Returns
    -------
    predicted : ndarray of shape (M,), dtype of ``labels``
        The commonest label among the ``k`` nearest; of several, the smallest.

    Raises
    ------
    ValueError
        If the shapes do not match or ``k`` is not in 1..N.
    """
    check_votes(dists, k, labels)
    nearest = np.argpartition(dists, k - 1, axis=1)[:, :k]  # (M, k)
    classes, numbers = np.unique(labels, return_inverse=True)
    counts = np.zeros((len(dists), len(classes)), dtype=np.intp)
    np.add.at(counts, (np.arange(len(dists))[:, None], numbers[nearest]), 1)
    return classes[counts.argmax(axis=1)]  # argmax takes the first of equals


class KNearestNeighbor:
    """Classify by the labels of the nearest training examples."""

    def train(self, X, y):
        """Remember the training set.

        Parameters
        ----------
        X : ndarray of shape (N, D)
            Training examples.
        y : ndarray of shape (N,), int
            Their classes.
        """
        self.X_train, self.y_train = X, y

    def compute_distances_no_loops(self, X):
        """Compute the distances to every training example.

        Parameters
        ----------
        X : ndarray of shape (M, D)
            Test examples.

        Returns
        -------
        dists : ndarray of shape (M, N)
            Euclidean distances.
        """
        return euclidean_distances(X, self.X_train)

    def predict_labels(self, dists, k=1):
        """Label test examples, given their distances.

        Parameters
        ----------
        dists : ndarray of shape (M, N)
            Distances to the training examples.
        k : int, optional
            Number of neighbours that vote.

        Returns
        -------
        y_pred : ndarray of shape (M,), int
            Predicted classes.
        """
        return vote(dists, k, self.y_train)

    def predict(self, X, k=1):
        """Label test examples.

        Parameters
        ----------
        X : ndarray of shape (M, D)
            Test examples.
        k : int, optional
            Number of neighbours that vote.

        Returns
        -------
        y_pred : ndarray of shape (M,), int
            Predicted classes.
        """
        return self.predict_labels(self.compute_distances_no_loops(X), k=k)
