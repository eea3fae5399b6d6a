"""Train the network that the package ships: ``python -m benchmarks.train_shapenet``.

Writes ``cs231n/data/drawn/shapenet.npz`` and prints its accuracy on 10,000 test images.
The draws are the same in every run, and so is every bit of the result on any number of
threads. Other vector instructions round differently, which grows during training;
``docs/data.md`` says how far apart the results end. Five minutes on one core.
"""

import argparse
import sys
import time

import numpy as np
from tqdm import tqdm

from cs231n.data import load_shapes10
from cs231n.nets.shapenet import WEIGHTS, ShapeNet, normalise
from cs231n.optim import adamw
from cs231n.runs import terminal

BATCH_SIZE = 64
#: So many that another rounding changes the measured accuracy little.
NUM_TEST = 10_000


def train(net, X, y, rng, *, epochs, learning_rate=4e-3, decay=0.02, augment=True):
    """Train by AdamW with a triangular schedule, 64 images at a time."""
    steps = epochs * (len(y) // BATCH_SIZE)
    configs = {name: {"weight_decay": decay} for name in net.params}
    batches = _batches(len(y), BATCH_SIZE, rng)
    for step in tqdm(range(steps), desc="training", file=sys.stdout, leave=False):
        rows = next(batches)
        x = _vary(X[rows], rng) if augment else X[rows]
        _, grads = net.loss(x, y[rows])
        share = step / steps
        rate = learning_rate * min(share / 0.2, (1 - share) / 0.8)
        for name, w in net.params.items():
            configs[name]["learning_rate"] = rate
            net.params[name], configs[name] = adamw(w, grads[name], configs[name])


def _batches(num, size, rng):
    while True:
        order = rng.permutation(num)
        for start in range(0, num - size + 1, size):
            yield order[start : start + size]


def _vary(x, rng, *, most=2):
    """Mirror half of the images and move each by a few pixels."""
    x = np.where(rng.random(len(x))[:, None, None, None] < 0.5, x[..., ::-1], x)
    side = x.shape[-1]
    padded = np.pad(x, ((0, 0), (0, 0), (most, most), (most, most)), mode="edge")
    i, j = rng.integers(0, 2 * most + 1, (2, len(x), 1))
    rows = (i + np.arange(side))[:, None, :, None]
    columns = (j + np.arange(side))[:, None, None, :]
    image = np.arange(len(x))[:, None, None, None]
    colour = np.arange(x.shape[1])[None, :, None, None]
    return padded[image, colour, rows, columns]


def accuracy(net, X, y):
    """Score a test set, 500 images at a time."""
    parts = [net.loss(X[i : i + 500]).argmax(axis=1) for i in range(0, len(y), 500)]
    return (np.concatenate(parts) == y).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--output", default=WEIGHTS)
    options = parser.parse_args()
    images, start = load_shapes10(None, NUM_TEST), time.perf_counter()
    net = ShapeNet(np.random.default_rng(231))
    X, rng = normalise(images.X_train), np.random.default_rng(232)
    train(net, X, images.y_train, rng, epochs=options.epochs)
    net.save(options.output)
    test = accuracy(net, normalise(images.X_test), images.y_test)
    print(f"test accuracy {test:.4f} after {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    terminal.leave(main)
