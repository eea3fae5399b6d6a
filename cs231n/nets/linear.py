"""Linear classifiers: a matrix of templates, one column for each class."""

from typing import Any

import numpy as np

from cs231n import layers
from cs231n.nets.base import Saved
from cs231n.runs.chance import generator
from cs231n.runs.progress import progress_bar


def svm_loss_vectorized(
    W: np.ndarray, X: np.ndarray, y: np.ndarray, reg: float
) -> tuple[float, np.ndarray]:
    """Compute the multiclass hinge loss of a linear classifier and its gradient.

    Parameters
    ----------
    W : ndarray of shape (D, C)
        Weights, one column for each class.
    X : ndarray of shape (N, D)
        Examples.
    y : ndarray of int, shape (N,)
        Classes, 0 to C - 1.
    reg : float
        Strength of the penalty ``reg * sum(W * W)``.

    Returns
    -------
    loss : float
        Mean hinge loss with margin 1, plus the penalty.
    dW : ndarray of shape (D, C)
        Gradient with respect to ``W``.
    """
    return _penalised(layers.linear_svm_loss, W, X, y, reg)


def softmax_loss_vectorized(
    W: np.ndarray, X: np.ndarray, y: np.ndarray, reg: float
) -> tuple[float, np.ndarray]:
    """Compute the cross-entropy loss of a linear classifier and its gradient.

    Parameters
    ----------
    W : ndarray of shape (D, C)
        Weights, one column for each class.
    X : ndarray of shape (N, D)
        Examples.
    y : ndarray of int, shape (N,)
        Classes, 0 to C - 1.
    reg : float
        Strength of the penalty ``reg * sum(W * W)``.

    Returns
    -------
    loss : float
        Mean negative log likelihood, plus the penalty.
    dW : ndarray of shape (D, C)
        Gradient with respect to ``W``.
    """
    return _penalised(layers.linear_softmax_loss, W, X, y, reg)


def _penalised(loss, W, X, y, reg):
    """Return the loss of scores ``X @ W`` and its gradient, penalty included."""
    X, W = np.asarray(X), np.asarray(W)
    if X.ndim != 2 or W.ndim != 2 or X.shape[1] != W.shape[0]:
        raise ValueError(
            f"X and W must have shapes (N, D) and (D, C) with one D; "
            f"got {X.shape} and {W.shape}."
        )
    dtype = np.result_type(X, W)
    value, dW = loss(X.astype(dtype, copy=False), W.astype(dtype, copy=False), y)
    dW += 2 * reg * W
    return float(value + reg * np.sum(W * W)), dW


class LinearClassifier(Saved):
    """A linear classifier trained by stochastic gradient descent.

    Use :class:`LinearSVM` or :class:`Softmax`, which say what the loss is.

    Attributes
    ----------
    W : ndarray of shape (D, C) or None
        Weights; ``None`` until :meth:`train` has seen data.
    """

    def __init__(self) -> None:
        self.W: Any = None  # (D, C) after training

    def train(
        self,
        X: np.ndarray,
        y: np.ndarray,
        learning_rate: float = 1e-3,
        reg: float = 1e-5,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
        *,
        rng: np.random.Generator | None = None,
    ) -> list[float]:
        """Fit the weights to labelled examples.

        Parameters
        ----------
        X : ndarray of shape (N, D), float32 or float64
            Examples; end them with a column of ones to learn a bias.
        y : ndarray of int, shape (N,)
            Classes, 0 to C - 1.
        learning_rate : float
            Length of a step along the gradient.
        reg : float
            Strength of the penalty on the weights.
        num_iters : int
            Number of steps.
        batch_size : int
            Examples per step, drawn with replacement.
        verbose : bool
            Show a progress bar with the loss.
        rng : numpy.random.Generator, optional
            Draws the first weights and the batches; the same seed gives the same run.

        Returns
        -------
        loss_history : list of float
            Loss of every step.

        Raises
        ------
        TypeError
            If ``X`` is not made of floats.
        FloatingPointError
            If the loss stops being a number. The message names the step.
        """
        if not np.issubdtype(X.dtype, np.floating):
            raise TypeError(
                f"X has dtype {X.dtype}; convert it first: X.astype(np.float32). "
                f"Integers are rounded when they are centred or divided."
            )
        rng = generator(rng)
        if self.W is None:
            shape = X.shape[1], int(y.max()) + 1
            self.W = (0.001 * rng.standard_normal(shape)).astype(X.dtype)
        losses, rows = [], np.empty((batch_size, X.shape[1]), X.dtype)
        steps = progress_bar(range(num_iters), disable=not verbose)
        with np.errstate(over="ignore", invalid="ignore"):
            for step in steps:
                batch = rng.integers(X.shape[0], size=batch_size).astype(np.intp)
                np.take(X, batch, axis=0, out=rows, mode="clip")  # unbuffered
                loss, grad = self.loss(rows, y[batch], reg)
                _check_finite(loss, step, learning_rate)
                losses.append(loss)
                self.W -= np.asarray(learning_rate * grad, dtype=self.W.dtype)
                if step % 100 == 0:
                    steps.set_postfix(loss=f"{loss:.3f}", refresh=False)
        return losses

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Name the class with the highest score.

        Parameters
        ----------
        X : ndarray of shape (N, D)
            Examples.

        Returns
        -------
        y_pred : ndarray of int, shape (N,)
            Predicted classes.

        Raises
        ------
        RuntimeError
            If the classifier has not been trained.
        """
        if self.W is None:
            raise RuntimeError("Train the classifier before it predicts: W is None.")
        return np.argmax(X @ self.W, axis=1)

    def loss(
        self, X_batch: np.ndarray, y_batch: np.ndarray, reg: float
    ) -> tuple[float, np.ndarray]:
        """Compute the loss of a batch and its gradient; subclasses say how.

        Parameters
        ----------
        X_batch : ndarray of shape (N, D)
            Examples.
        y_batch : ndarray of int, shape (N,)
            Their classes.
        reg : float
            Strength of the penalty on the weights.

        Returns
        -------
        loss : float
            The loss.
        dW : ndarray of shape (D, C)
            Its gradient with respect to the weights.
        """
        raise NotImplementedError("Use LinearSVM or Softmax: they define the loss.")

    def _state(self):
        return {"W": self.W}

    def _restore(self, state, fname):
        self.W = state["W"]


class LinearSVM(LinearClassifier):
    """A linear classifier with the multiclass hinge loss."""

    def loss(
        self, X_batch: np.ndarray, y_batch: np.ndarray, reg: float
    ) -> tuple[float, np.ndarray]:
        """Compute the hinge loss; see :func:`svm_loss_vectorized`.

        Parameters
        ----------
        X_batch : ndarray of shape (N, D)
            Examples.
        y_batch : ndarray of int, shape (N,)
            Their classes.
        reg : float
            Strength of the penalty on the weights.

        Returns
        -------
        loss : float
            The loss.
        dW : ndarray of shape (D, C)
            Its gradient with respect to the weights.
        """
        return svm_loss_vectorized(self.W, X_batch, y_batch, reg)


class Softmax(LinearClassifier):
    """A linear classifier with the cross-entropy loss."""

    def loss(
        self, X_batch: np.ndarray, y_batch: np.ndarray, reg: float
    ) -> tuple[float, np.ndarray]:
        """Compute the cross-entropy; see :func:`softmax_loss_vectorized`.

        Parameters
        ----------
        X_batch : ndarray of shape (N, D)
            Examples.
        y_batch : ndarray of int, shape (N,)
            Their classes.
        reg : float
            Strength of the penalty on the weights.

        Returns
        -------
        loss : float
            The loss.
        dW : ndarray of shape (D, C)
            Its gradient with respect to the weights.
        """
        return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)


def _check_finite(loss, step, learning_rate):
    if not np.isfinite(loss):
        raise FloatingPointError(
            f"The loss became {loss} at step {step} (learning rate "
            f"{learning_rate:g}). Try {learning_rate / 10:g}, or a smaller reg, or "
            f"look for nan in the data."
        )
