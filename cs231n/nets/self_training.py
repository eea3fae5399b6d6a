"""A network with one hidden layer that trains itself, as editions to 2020 have it."""

from typing import Any

import numpy as np

from cs231n.nets.base import Network
from cs231n.nets.fully_connected import TwoLayerNet
from cs231n.runs.chance import generator


class SelfTrainingNet(Network):
    """A network of affine, ReLU, affine and softmax, with a training loop of its own.

    Parameters
    ----------
    input_size : int
        Numbers per example, D.
    hidden_size : int
        Units of the hidden layer, H.
    output_size : int
        Classes, C.
    std : float
        Standard deviation of the first weights.
    rng : numpy.random.Generator, optional
        Draws the first weights and the batches; ``np.random`` draws as the course did.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1`` (D, H), ``b1`` (H,), ``W2`` (H, C) and ``b2`` (C,), float64.

    See Also
    --------
    cs231n.nets.fully_connected.TwoLayerNet : The one for
        :class:`~cs231n.solver.Solver`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        std: float = 1e-4,
        *,
        rng: Any = None,
    ) -> None:
        self._rng = generator(rng)
        self._net = TwoLayerNet(
            input_size, hidden_size, output_size, std, dtype=np.float64, rng=self._rng
        )
        self.params = self._net.params

    def loss(
        self, X: np.ndarray, y: np.ndarray | None = None, reg: float = 0.0
    ) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:
        """Compute scores, or the loss and its gradients.

        Parameters
        ----------
        X : ndarray of shape (N, D)
            Examples.
        y : ndarray of int, shape (N,), optional
            Their classes.
        reg : float, optional
            Strength of the penalty ``reg * sum(W * W)``, without a half.

        Returns
        -------
        scores : ndarray of shape (N, C)
            Without ``y``.
        loss, grads : float and dict of str to ndarray
            With ``y``: the loss, and a gradient for every parameter.
        """
        self._net.params, self._net.reg = self.params, 2 * reg
        return self._net.loss(X, y)

    def train(
        self,
        X: np.ndarray,
        y: np.ndarray,
        X_val: np.ndarray,
        y_val: np.ndarray,
        learning_rate: float = 1e-3,
        learning_rate_decay: float = 0.95,
        reg: float = 5e-6,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
    ) -> dict[str, list[float]]:
        """Fit the parameters by stochastic gradient descent.

        Parameters
        ----------
        X, y : ndarray of shape (N, D), and of int, shape (N,)
            Training examples and their classes.
        X_val, y_val : ndarray
            Validation examples and their classes.
        learning_rate : float
            Length of a step along the gradient.
        learning_rate_decay : float
            Multiplies the learning rate after each epoch.
        reg : float
            Strength of the penalty.
        num_iters : int
            Number of steps.
        batch_size : int
            Examples per step, drawn with replacement.
        verbose : bool
            Print the loss of every hundredth step.

        Returns
        -------
        histories : dict of str to list of float
            ``loss_history`` of every step; ``train_acc_history``, of a batch, and
            ``val_acc_history`` of every epoch.

        Raises
        ------
        FloatingPointError
            If the loss stops being a number. The message names the step.
        """
        found: dict = {"loss_history": [], "train_acc_history": []}
        found["val_acc_history"] = []
        per_epoch = max(len(X) // batch_size, 1)
        for step in range(num_iters):
            rows = self._rng.integers(len(X), size=batch_size).astype(np.intp)
            loss = self._step(X[rows], y[rows], learning_rate, reg)
            if not np.isfinite(loss):
                raise FloatingPointError(
                    f"The loss became {loss} at step {step}: lower learning_rate, "
                    f"{learning_rate:g}."
                )
            found["loss_history"].append(loss)
            if verbose and step % 100 == 0:
                print(f"step {step} / {num_iters}  loss {loss:.4f}")
            if step % per_epoch == 0:
                right = np.mean(self.predict(X[rows]) == y[rows])
                found["train_acc_history"].append(float(right))
                right = np.mean(self.predict(X_val) == y_val)
                found["val_acc_history"].append(float(right))
                learning_rate *= learning_rate_decay
        return found

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
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return np.argmax(np.asarray(self.loss(X)), axis=1)

    def _step(self, X, y, learning_rate, reg):
        """Move the parameters along the gradient of a batch; return its loss."""
        with np.errstate(over="ignore", invalid="ignore"):
            loss, grads = self.loss(X, y, reg)
            for name in self.params:
                self.params[name] = self.params[name] - learning_rate * grads[name]
        return loss
