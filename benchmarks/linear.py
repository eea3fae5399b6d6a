"""Linear classifiers at CIFAR-10's size: loss with gradient, and training steps."""

import numpy as np

from benchmarks.contenders import both, data, through_autograd, torch
from cs231n.nets.linear import (
    Softmax,
    softmax_loss_vectorized,
    svm_loss_vectorized,
)

#: Pixels and a one, and classes.
SIZE, CLASSES = 3073, 10
STEPS, BATCH, RATE = 20, 200, 1e-7


def losses(dtype):
    for n in (500, 49_000):
        X, W, y = problem(n, dtype)
        for loss in (softmax_loss_vectorized, svm_loss_vectorized):
            name = loss.__name__.removesuffix("_loss_vectorized")
            contenders = _gradients(loss, X, W, y)
            yield f"{name} {n}x{SIZE}-{CLASSES}", contenders, 4 * X.size * CLASSES


def _gradients(loss, X, W, y):
    contenders = both(lambda: loss(W, X, y, 1e-5))
    if torch:
        f = torch.nn.functional
        soft = loss is softmax_loss_vectorized
        kind = f.cross_entropy if soft else f.multi_margin_loss
        examples, right = torch.from_numpy(X), torch.from_numpy(y)
        contenders["torch"] = through_autograd(
            lambda w: kind(examples @ w, right), [W], np.array(1, X.dtype)
        )
    dscores = X[:, :CLASSES].copy()
    contenders["floor"] = lambda: (X @ W, X.T @ dscores)
    return contenders


def training(dtype):
    X, W, y = problem(49_000, dtype)
    rng, model = np.random.default_rng(1), Softmax()
    model.W = W.copy()
    options = {"learning_rate": RATE, "num_iters": STEPS, "batch_size": BATCH}
    contenders = both(lambda: model.train(X, y, **options))
    if torch:
        contenders["torch"] = _torch_training(X, W, y)

    def floor():
        for _ in range(STEPS):
            rows = X[rng.integers(len(X), size=BATCH)]
            rows.T @ (rows @ W)

    contenders["floor"] = floor
    name = f"softmax, {STEPS} steps of {BATCH} of 49000"
    yield name, contenders, 4 * STEPS * BATCH * W.size


def problem(n, dtype):
    """Return examples, weights and labels."""
    rng = np.random.default_rng(231)
    X = rng.random((n, SIZE), dtype)
    return X, 0.01 * data(dtype)(SIZE, CLASSES), rng.integers(0, CLASSES, n)


def _torch_training(X, W, y):
    examples, right = torch.from_numpy(X), torch.from_numpy(y)
    weights = torch.from_numpy(W.copy()).requires_grad_()
    rule = torch.optim.SGD([weights], RATE)

    def train():
        for _ in range(STEPS):
            batch = torch.randint(len(examples), (BATCH,))
            rule.zero_grad()
            scores = examples[batch] @ weights
            torch.nn.functional.cross_entropy(scores, right[batch]).backward()
            rule.step()

    return train


def linear(dtype):
    yield from losses(dtype)
    yield from training(dtype)


GROUPS = {"linear": linear}
