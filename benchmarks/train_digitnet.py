"""Train the network that reads digits: ``python -m benchmarks.train_digitnet``.

Writes ``cs231n/data/drawn/digitnet.npz`` and prints its accuracy on 2,000 test images.
The draws are the same in every run, and so is every bit of the result on any number of
threads. Other vector instructions round differently. 12 seconds on one core.
"""

import argparse
import sys
import time

import numpy as np
from tqdm import tqdm

from cs231n.data import load_glyphs
from cs231n.nets.digitnet import WEIGHTS, DigitNet, as_pictures
from cs231n.optim import adamw
from cs231n.runs import terminal
from cs231n.schedules import cosine

BATCH_SIZE = 96


def train(net, X, y, rng, *, steps, learning_rate=4e-3, decay=1e-3, warm_up=50):
    """Train by AdamW on pictures that are moved and noisy."""
    configs = {name: {"weight_decay": decay} for name in net.params}
    for step in tqdm(range(steps), desc="training", file=sys.stdout, leave=False):
        rows = rng.integers(len(y), size=BATCH_SIZE)
        _, grads = net.loss(_vary(X[rows], rng), y[rows])
        rate = learning_rate * min((step + 1) / warm_up, cosine(step / steps))
        for name, w in net.params.items():
            configs[name]["learning_rate"] = rate
            net.params[name], configs[name] = adamw(w, grads[name], configs[name])


def _vary(x, rng):
    """Move a minibatch by up to a pixel either way, and add noise to it."""
    x = np.roll(x, rng.integers(-1, 2, 2), axis=(2, 3))
    strength = np.float32(0.1 * rng.random())
    return np.clip(x + strength * rng.standard_normal(x.shape, np.float32), -1, 1)


def accuracy(net, X, y):
    """Return the share of digits that are read rightly."""
    return (net.read(X)[1].argmax(axis=1) == y).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--output", default=WEIGHTS)
    options = parser.parse_args()
    images, start = load_glyphs(dtype=np.uint8), time.process_time()
    net = DigitNet(np.random.default_rng(231))
    X, rng = as_pictures(images.X_train), np.random.default_rng(232)
    train(net, X, images.y_train, rng, steps=options.steps)
    net.save(options.output)
    test = accuracy(net, as_pictures(images.X_test), images.y_test)
    print(f"test accuracy {test:.4f} after {time.process_time() - start:.0f} s")


if __name__ == "__main__":
    terminal.leave(main)
