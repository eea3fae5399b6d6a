"""How good the drawn images are to learn from: the course's methods on them.

``python -m benchmarks.data`` trains each method on 10,000 images of ``shapes10`` and of
CIFAR-10, same code and same budget, and prints test accuracies on 10,000 others; then a
few methods on 8,000 digits of ``glyphs`` and of MNIST's test set. The real images come
second, and only where they are in the data home. ``--figure PATH`` draws the first
table, ``--json PATH`` writes both. About twelve minutes on one core with compiled
kernels.

Rates and decay were chosen on 2,000 further training images of both sets.
"""

import argparse
import functools
import json
import time

import numpy as np

from benchmarks.train_shapenet import accuracy, train
from cs231n.data import find_cifar10, load_cifar10, load_mnist
from cs231n.features import color_histogram_hsv, extract_features, hog_feature
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
from cs231n.nets.neighbours import KNearestNeighbor
from cs231n.nets.shapenet import ShapeNet, normalise
from cs231n.runs import terminal

NUM_TRAINING, NUM_TEST = 10_000, 10_000
NUM_DIGITS = 8_000
EPOCHS = 16
CONV = {"stride": 1, "pad": 3}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}
#: Edges by direction, from dark to bright, and hues.
FEATURES = (
    functools.partial(hog_feature, orientations=18, signed=True),
    color_histogram_hsv,
)


class Layers:
    """Affine layers with ReLU between them; one layer is a linear classifier."""

    def __init__(self, sizes, rng, loss=softmax_loss):
        self.depth, self.loss_function, self.params = len(sizes) - 1, loss, {}
        for i in range(self.depth):
            w = rng.standard_normal(sizes[i : i + 2]) / np.sqrt(sizes[i])
            self.params[f"W{i}"] = (w * (0.01 if self.depth == 1 else 1)).astype("f4")
            self.params[f"b{i}"] = np.zeros(sizes[i + 1], np.float32)

    def loss(self, X, y=None):
        scores, caches = self.forward(X)
        if y is None:
            return scores
        loss, dscores = self.loss_function(scores, y)
        return loss, self.backward(dscores, caches)[1]

    def forward(self, x):
        caches, x = [], x.reshape(len(x), -1)
        for i in range(self.depth):
            x, cache = affine_forward(x, self.params[f"W{i}"], self.params[f"b{i}"])
            x, relu_cache = relu_forward(x) if i < self.depth - 1 else (x, None)
            caches.append((cache, relu_cache))
        return x, caches

    def backward(self, dx, caches):
        grads = {}
        for i, (cache, relu_cache) in reversed(list(enumerate(caches))):
            dx = dx if relu_cache is None else relu_backward(dx, relu_cache)
            dx, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dx, cache)
        return dx, grads


class ThreeLayers(Layers):
    """The course's convolution of 7 x 7, ReLU, pooling, and two affine layers."""

    def __init__(self, rng, shape=(3, 32, 32), filters=32, hidden=100):
        channels, height, width = shape
        super().__init__((filters * height * width // 4, hidden, 10), rng)
        w = rng.standard_normal((filters, channels, 7, 7)) / np.sqrt(49 * channels)
        self.params |= {"W": w.astype("f4"), "b": np.zeros(filters, np.float32)}

    def forward(self, x):
        x, conv = conv_forward(x, self.params["W"], self.params["b"], CONV)
        x, relu = relu_forward(x)
        x, pool = max_pool_forward(x, POOL)
        scores, caches = super().forward(x)
        return scores, (conv, relu, pool, x.shape, caches)

    def backward(self, dx, caches):
        conv, relu, pool, shape, above = caches
        dx, grads = super().backward(dx, above)
        dx = relu_backward(max_pool_backward(dx.reshape(shape), pool), relu)
        dx, grads["W"], grads["b"] = conv_backward(dx, conv)
        return dx, grads


def nearest(A, y, B, test, k=10):
    """Classify by the majority of the ``k`` nearest training rows."""
    neighbours = KNearestNeighbor()
    neighbours.train(A.reshape(len(A), -1), y)
    parts = np.split(B.reshape(len(B), -1), range(500, len(B), 500))
    guesses = np.concatenate([neighbours.predict(part, k) for part in parts])
    return (guesses == test).mean()


def standardise(train_rows, test_rows):
    """Give each column of the training rows mean 0 and standard deviation 1."""
    mean, std = train_rows.mean(axis=0), train_rows.std(axis=0) + 1e-6
    return (train_rows - mean) / std, (test_rows - mean) / std


class Trainer:
    """Trains nets on one set of images, always with the same minibatches."""

    def __init__(self, y, test):
        self.y, self.test, self.rng = y, test, np.random.default_rng(0)

    def score(self, net, A, B, *, epochs=EPOCHS, augment=False, **options):
        """Train a net on A; return its accuracy on B."""
        rng = np.random.default_rng(1)
        train(net, A, self.y, rng, epochs=epochs, augment=augment, **options)
        return accuracy(net, B, self.test)


def methods(images):
    """Yield name and test accuracy of each method, from weak to strong."""
    y, test, both = images.y_train, images.y_test, (images.X_train, images.X_test)
    yield "k nearest neighbours (k = 10)", nearest(both[0], y, both[1], test)
    trainer, rng = Trainer(y, test), np.random.default_rng(0)
    mean = images.X_train.mean(axis=0)
    pixels = [((X - mean) / 64).reshape(len(X), -1) for X in both]
    for name, loss in (("SVM", svm_loss), ("softmax", softmax_loss)):
        net = Layers((3072, 10), rng, loss)
        yield name, trainer.score(net, *pixels, learning_rate=2e-4, decay=1.0)
    net = Layers((3072, 50, 10), rng)
    found = trainer.score(net, *pixels, learning_rate=8e-4, decay=1.0)
    yield "two-layer net", found
    rows = standardise(*(extract_features(X, FEATURES) for X in both))
    size = rows[0].shape[1]
    net = Layers((size, 10), rng)
    found = trainer.score(net, *rows, learning_rate=1e-3, decay=1.0)
    yield "edges and hues, softmax", found
    net = Layers((size, 500, 10), rng)
    found = trainer.score(net, *rows, learning_rate=3e-3, decay=1.0)
    yield "edges and hues, two-layer net", found
    # Convnets see each image mirrored and moved a little, as they do in practice.
    views = [normalise(X) for X in both]
    for name, net, options in (
        (
            "three-layer convnet",
            ThreeLayers(rng),
            {"learning_rate": 1e-3, "decay": 0.1},
        ),
        ("six-layer convnet", ShapeNet(rng), {}),
    ):
        yield name, trainer.score(net, *views, augment=True, **options)


def ink(X):
    """How much ink there is and where its middle lies: (N, 3)."""
    total, steps = X.sum(axis=(1, 2)), np.arange(X.shape[1])
    across, down = (X.sum(axis=axis) @ steps / total for axis in (1, 2))
    return np.stack([total / total.std(), across, down], axis=1)


def digit_methods(X, y):
    """Yield name and accuracy of methods on digits; the first 8,000 are to learn from.

    The first two do not look at the strokes. They must be poor, or neighbours in pixels
    could win by the paper.
    """
    test, parts = y[NUM_DIGITS:], (X[:NUM_DIGITS], X[NUM_DIGITS:])
    y = y[:NUM_DIGITS]
    a, b = (ink(part) for part in parts)
    yield "amount and place of ink, 1 neighbour", nearest(a, y, b, test, k=1)
    a, b = (part > 0 for part in parts)
    edge = np.ones(X.shape[1:], bool)
    edge[4:-4, 4:-4] = False
    a, b = (part[:, edge].astype(np.float32) for part in (a, b))
    yield "within 4 pixels of the border, 1 neighbour", nearest(a, y, b, test, k=1)
    trainer, rng = Trainer(y, test), np.random.default_rng(0)
    rows = [(part / 64).reshape(len(part), -1) for part in parts]
    net = Layers((784, 10), rng)
    yield "softmax", trainer.score(net, *rows, learning_rate=1e-3, decay=0.1)
    yield "1 nearest neighbour", nearest(parts[0], y, parts[1], test, k=1)
    net = Layers((784, 200, 10), rng)
    yield "two-layer net", trainer.score(net, *rows, learning_rate=1e-3, decay=1.0)
    views = [part[:, None] / np.float32(64) for part in parts]
    net = ThreeLayers(rng, (1, 28, 28), 16)
    found = trainer.score(net, *views, learning_rate=1e-3, decay=1.0)
    yield "three-layer convnet", found


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


def table(source, found):
    """Print accuracies as they come; return them by name."""
    start, kept = time.perf_counter(), {}
    for name, value in found:
        kept[name] = float(value)
        seconds = time.perf_counter() - start
        print(f"{source:10}{name:44}{100 * value:6.1f} %{seconds:8.0f} s", flush=True)
    return kept


def digits():
    """Yield name, images and labels of the sets of digits that there are."""
    for source in ("glyphs", "mnist"):
        images = load_mnist("auto" if source == "mnist" else source, 0, NUM_TEST)
        if images.source == source:
            yield source, images.X_test, images.y_test


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure")
    parser.add_argument("--json")
    options = parser.parse_args()
    results, sources = {}, ("shapes10", "cifar10") if find_cifar10() else ("shapes10",)
    for source in sources:
        images = load_cifar10(source, NUM_TRAINING, NUM_TEST)
        results[source] = table(source, methods(images))
    of_digits = {
        source: table(source, digit_methods(X, y)) for source, X, y in digits()
    }
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({**results, **of_digits}, file, indent=1)
    if options.figure:
        draw(results, options.figure)


if __name__ == "__main__":
    terminal.leave(main)
