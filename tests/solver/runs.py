"""A small model, data and solver that the tests share."""

import numpy as np

from cs231n.solver import Solver


class Linear:
    """Softmax on five numbers; notes what a model may keep beside its parameters."""

    def __init__(self, dtype=np.float64, seed=1):
        rng = np.random.default_rng(seed)
        self.params = {
            "W": 0.1 * rng.standard_normal((5, 3)).astype(dtype),
            "b": np.zeros(3, dtype=dtype),
        }
        self.bn_params = [{"mode": "train", "running_mean": np.zeros(5)}]
        self.rng = np.random.default_rng(2)

    def loss(self, X, y=None):
        if y is not None:  # something random and something running, as in a real net
            X = X + 0.1 * self.rng.standard_normal(X.shape).astype(X.dtype)
            state = self.bn_params[0]
            state["running_mean"] = 0.9 * state["running_mean"] + 0.1 * X.mean(axis=0)
        scores = X @ self.params["W"] + self.params["b"]
        if y is None:
            return scores
        rows = np.arange(len(X))
        scores = scores - scores.max(axis=1, keepdims=True)
        log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        dscores = np.exp(log_p)
        dscores[rows, y] -= 1
        dscores /= len(X)
        grads = {"W": X.T @ dscores, "b": dscores.sum(axis=0)}
        return -log_p[rows, y].mean(), grads


def momentum(w, dw, config):
    velocity = 0.9 * config.get("velocity", np.zeros_like(w))
    velocity = velocity - config["learning_rate"] * dw
    return w + velocity, {**config, "velocity": velocity}


def make_data(n=90, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 5)).astype(dtype)
    y = np.argmax(X[:, :3] + 0.3 * rng.standard_normal((n, 3)), axis=1)
    half = n // 3
    return {
        "X_train": X[half:],
        "y_train": y[half:],
        "X_val": X[:half],
        "y_val": y[:half],
    }


def make_solver(model=None, data=None, **changes):
    options = dict(
        update_rule=momentum,
        optim_config={"learning_rate": 0.05},
        batch_size=10,
        num_epochs=4,
        num_train_samples=None,
        verbose=False,
        rng=np.random.default_rng(3),
    )
    return Solver(model or Linear(), data or make_data(), **(options | changes))


def assert_same_run(a, b):
    assert a.loss_history == b.loss_history
    assert a.train_acc_history == b.train_acc_history
    assert a.val_acc_history == b.val_acc_history
    assert (a.epoch, a.iteration, a.best_val_acc) == (
        b.epoch,
        b.iteration,
        b.best_val_acc,
    )
    for p in a.model.params:
        np.testing.assert_array_equal(a.model.params[p], b.model.params[p], strict=True)
        np.testing.assert_array_equal(a.best_params[p], b.best_params[p], strict=True)
    mean_a, mean_b = (s.model.bn_params[0]["running_mean"] for s in (a, b))
    np.testing.assert_array_equal(mean_a, mean_b)
