"""How good ``shapes10`` is to learn from: the course's methods on it and on CIFAR-10.

``python -m benchmarks.data`` trains each method on 10,000 images of each set, same code
and same budget, and prints test accuracies on 2,000 others. CIFAR-10 comes second and
only where it is in the data home. ``--figure PATH`` draws the table, ``--json PATH``
writes it. About five minutes on two cores with
compiled kernels, and half an hour without.
"""

import argparse
import json
import time

import numpy as np

from benchmarks.train_shapenet import accuracy, train
from cs231n.data import find_cifar10, load_cifar10
from cs231n.layers import (
    affine_backward,
    affine_forward,
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
    svm_loss,
)
from cs231n.nets.shapenet import ShapeNet, normalise

NUM_TRAINING, NUM_TEST = 10_000, 2_000
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


class Layers:
    """Affine layers with ReLU between them; one layer is a linear classifier."""

    def __init__(self, sizes, rng, loss=softmax_loss):
        self.depth, self.loss_function, self.params = len(sizes) - 1, loss, {}
        for i in range(self.depth):
            w = rng.standard_normal(sizes[i : i + 2]) / np.sqrt(sizes[i])
            self.params[f"W{i}"] = (w * (0.01 if self.depth == 1 else 1)).astype("f4")
            self.params[f"b{i}"] = np.zeros(sizes[i + 1], np.float32)

    def loss(self, X, y=None):
        caches, x = [], X
        for i in range(self.depth):
            x, cache = affine_forward(x, self.params[f"W{i}"], self.params[f"b{i}"])
            x, relu_cache = relu_forward(x) if i < self.depth - 1 else (x, None)
            caches.append((cache, relu_cache))
        if y is None:
            return x
        loss, dx = self.loss_function(x, y)
        grads = {}
        for i, (cache, relu_cache) in reversed(list(enumerate(caches))):
            dx = dx if relu_cache is None else relu_backward(dx, relu_cache)
            dx, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dx, cache)
        return loss, grads


class ThreeLayers:
    """The course's convolution of 7 x 7, ReLU, pooling, and two affine layers."""

    def __init__(self, rng, filters=32, hidden=100):
        w = rng.standard_normal((filters, 3, 7, 7)) / np.sqrt(147)
        self.top = Layers((filters * 256, hidden, 10), rng)
        self.params = {"W": w.astype("f4"), "b": np.zeros(filters, np.float32)}
        self.params |= {f"top {name}": w for name, w in self.top.params.items()}

    def loss(self, X, y=None):
        self.top.params = {
            name.removeprefix("top "): w
            for name, w in self.params.items()
            if name.startswith("top ")
        }
        conv = {"stride": 1, "pad": 3}
        x, conv_cache = conv_forward(X, self.params["W"], self.params["b"], conv)
        x, relu_cache = relu_forward(x)
        x, pool_cache = max_pool_forward(x, POOL)
        flat = x.reshape(len(x), -1)
        if y is None:
            return self.top.loss(flat)
        hidden, cache = affine_forward(
            flat, self.params["top W0"], self.params["top b0"]
        )
        hidden, hidden_cache = relu_forward(hidden)
        scores, last = affine_forward(
            hidden, self.params["top W1"], self.params["top b1"]
        )
        loss, dx = softmax_loss(scores, y)
        grads = {}
        dx, grads["top W1"], grads["top b1"] = affine_backward(dx, last)
        dx, grads["top W0"], grads["top b0"] = affine_backward(
            relu_backward(dx, hidden_cache), cache
        )
        dx = max_pool_backward(dx.reshape(x.shape), pool_cache)
        dx = relu_backward(dx, relu_cache)
        _, grads["W"], grads["b"] = conv_backward(dx, conv_cache)
        return loss, grads


def nearest(images, k=10):
    """Classify by the majority of the ``k`` nearest training images."""
    train_rows, test_rows = (
        X.reshape(len(X), -1) for X in (images.X_train, images.X_test)
    )
    dists = (train_rows**2).sum(axis=1) - 2 * test_rows @ train_rows.T
    votes = images.y_train[np.argpartition(dists, k, axis=1)[:, :k]]
    guesses = np.array([np.bincount(row, minlength=10).argmax() for row in votes])
    return (guesses == images.y_test).mean()


def features(images):
    """Orientation of edges in 4 x 4 cells and a histogram of hues: (N, 169)."""
    X = images.astype(np.float32)
    grey = X @ np.array([0.299, 0.587, 0.114], np.float32)
    dx, dy = np.zeros_like(grey), np.zeros_like(grey)
    dx[:, :, 1:-1] = grey[:, :, 2:] - grey[:, :, :-2]
    dy[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    strength = np.sqrt(dx**2 + dy**2)
    angle = np.minimum((np.arctan2(dy, dx) % np.pi) * (9 / np.pi), 8.99).astype(int)
    cells = [
        (strength * (angle == k)).reshape(-1, 4, 8, 4, 8).sum(axis=(2, 4))
        for k in range(9)
    ]
    hog = np.stack(cells, axis=-1).reshape(len(X), -1)
    hog /= np.linalg.norm(hog, axis=1, keepdims=True) + 1e-3
    hue = _hue(X)
    hues = [((hue >= k) & (hue < k + 1)).mean(axis=(1, 2)) for k in range(25)]
    return np.concatenate([hog, np.stack(hues, axis=1)], axis=1).astype(np.float32)


def _hue(X):
    """Hue of every pixel, 0..25."""
    red, green, blue = np.moveaxis(X, -1, 0)
    high, span = X.max(axis=-1), X.max(axis=-1) - X.min(axis=-1) + 1e-6
    sixth = np.where(
        high == red,
        ((green - blue) / span) % 6,
        np.where(high == green, (blue - red) / span + 2, (red - green) / span + 4),
    )
    return np.clip(sixth * (25 / 6), 0, 24.99)


def standardise(train_rows, test_rows):
    """Give each column of the training rows mean 0 and standard deviation 1."""
    mean, std = train_rows.mean(axis=0), train_rows.std(axis=0) + 1e-6
    return (train_rows - mean) / std, (test_rows - mean) / std


def methods(images):
    """Yield name and test accuracy of each method, from weak to strong."""
    y, test = images.y_train, images.y_test

    def score(net, A, B, **options):
        train(net, A, y, np.random.default_rng(1), **options)
        return accuracy(net, B, test)

    plain = {"augment": False, "decay": 0.1}
    yield "k nearest neighbours (k = 10)", nearest(images)
    mean = images.X_train.mean(axis=0)
    A, B = (
        ((X - mean) / 64).reshape(len(X), -1) for X in (images.X_train, images.X_test)
    )
    rng = np.random.default_rng(0)
    for name, loss in (("SVM", svm_loss), ("softmax", softmax_loss)):
        net = Layers((3072, 10), rng, loss)
        yield name, score(net, A, B, epochs=12, learning_rate=5e-4, **plain)
    net = Layers((3072, 50, 10), rng)
    yield "two-layer net", score(net, A, B, epochs=10, learning_rate=8e-4, **plain)
    A, B = standardise(features(images.X_train), features(images.X_test))
    net = Layers((169, 10), rng)
    yield "edges and hues, softmax", score(net, A, B, epochs=15, **plain)
    net = Layers((169, 500, 10), rng)
    found = score(net, A, B, epochs=8, learning_rate=3e-3, augment=False, decay=0.5)
    yield "edges and hues, two-layer net", found
    A, B = normalise(images.X_train), normalise(images.X_test)
    net = ThreeLayers(rng)
    yield "three-layer convnet", score(net, A, B, epochs=8, learning_rate=1e-3, **plain)
    yield "six-layer convnet", score(ShapeNet(rng), A, B, epochs=12)


def draw(results, path):
    """Draw the accuracies side by side."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for (source, found), marker in zip(results.items(), "os", strict=False):
        ax.plot([100 * a for a in found.values()], list(found), marker, label=source)
    ax.invert_yaxis()
    ax.set(xlim=(0, 100), xlabel="test accuracy (%), 10,000 training images")
    ax.grid(axis="x", alpha=0.3)
    ax.legend()
    fig.savefig(path, dpi=100)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure")
    parser.add_argument("--json")
    options = parser.parse_args()
    results = {}
    for source in ("shapes10", "cifar10") if find_cifar10() else ("shapes10",):
        images, start = (
            load_cifar10(source, NUM_TRAINING, NUM_TEST),
            time.perf_counter(),
        )
        results[source] = {}
        for name, found in methods(images):
            results[source][name] = float(found)
            seconds = time.perf_counter() - start
            print(
                f"{source:10}{name:32}{100 * found:6.1f} %{seconds:8.0f} s", flush=True
            )
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    if options.figure:
        draw(results, options.figure)


if __name__ == "__main__":
    main()
