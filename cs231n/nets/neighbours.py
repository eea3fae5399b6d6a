"""Nearest neighbours: their votes, and the classifier made of them."""

import numpy as np

from cs231n.nets.distances import check_number, euclidean_distances, nearest
from cs231n.old_imports import yours

_NO_LOOPS = "assignment1/knn", "compute_distances_no_loops"


def check_votes(dists: np.ndarray, k: int, labels: np.ndarray) -> None:
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
    check_number(k, n)


def vote(dists: np.ndarray, k: int, labels: np.ndarray) -> np.ndarray:
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
        The commonest label among the ``k`` nearest; of several, the smallest. Of
        training examples at one distance the first are nearest.

    Raises
    ------
    ValueError
        If the shapes do not match or ``k`` is not in 1..N.
    """
    check_votes(dists, k, labels)
    return _majority(labels, _smallest(dists, k))


def _smallest(dists, k):
    """Return the columns (M, k) of the smallest of each row; the first of equals."""
    columns = np.argpartition(dists, k - 1, axis=1)[:, :k]
    largest = np.take_along_axis(dists, columns[:, -1:], axis=1)  # (M, 1)
    chosen = np.take_along_axis(dists, columns, axis=1) == largest
    unsure = (dists == largest).sum(axis=1) > chosen.sum(axis=1)
    unsure |= np.isnan(largest[:, 0])
    order = np.argsort(dists[unsure], axis=1, kind="stable")
    columns[unsure] = order[:, :k]
    return columns


def _majority(labels, columns):
    """Return the commonest label (M,) of each row of columns; of several the smallest.

    labels : (N,); columns : (M, k).
    """
    classes, numbers = np.unique(labels, return_inverse=True)
    counts = np.zeros((len(columns), len(classes)), dtype=np.intp)
    np.add.at(counts, (np.arange(len(columns))[:, None], numbers[columns]), 1)
    return classes[counts.argmax(axis=1)]  # argmax takes the first of equals


class KNearestNeighbor:
    """Classify by the labels of the nearest training examples."""

    def train(self, X: np.ndarray, y: np.ndarray) -> None:
        """Remember the training set.

        Parameters
        ----------
        X : ndarray of shape (N, D)
            Training examples.
        y : ndarray of shape (N,), int
            Their classes.

        Raises
        ------
        ValueError
            If there is not one class for each example.
        """
        if np.shape(y) != np.shape(X)[:1]:
            raise ValueError(
                f"y must have shape {np.shape(X)[:1]}, one class for each training "
                f"example; got {np.shape(y)}."
            )
        self.X_train, self.y_train = X, y

    def compute_distances_no_loops(self, X: np.ndarray) -> np.ndarray:
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

    compute_distances_two_loops = yours("compute_distances_two_loops", *_NO_LOOPS)
    compute_distances_one_loop = yours("compute_distances_one_loop", *_NO_LOOPS)

    def predict_labels(self, dists: np.ndarray, k: int = 1) -> np.ndarray:
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

    def predict(self, X: np.ndarray, k: int = 1, num_loops: int = 0) -> np.ndarray:
        """Label test examples.

        Parameters
        ----------
        X : ndarray of shape (M, D)
            Test examples.
        k : int, optional
            Number of neighbours that vote.
        num_loops : {0, 1, 2}, optional
            How to compute the distances; with 1 and 2 by the methods that the notebook
            asks for, which a subclass may have.

        Returns
        -------
        y_pred : ndarray of shape (M,), int
            Predicted classes.

        Raises
        ------
        ValueError
            If ``num_loops`` is none of these.

        Notes
        -----
        The labels are those of :meth:`predict_labels`, but no more than a block of
        distances exists at a time: 10,000 images against 50,000 need some 70 MiB.
        """
        if num_loops == 1:
            return self.predict_labels(self.compute_distances_one_loop(X), k)
        if num_loops == 2:
            return self.predict_labels(self.compute_distances_two_loops(X), k)
        if num_loops != 0:
            raise ValueError(f"num_loops is 0, 1 or 2; got {num_loops!r}.")
        return _majority(self.y_train, nearest(X, self.X_train, k))
