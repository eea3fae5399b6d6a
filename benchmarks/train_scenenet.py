"""Train the network that sees scenes: ``python -m benchmarks.train_scenenet``.

Writes ``cs231n/data/drawn/scenenet.npz`` and prints how much of the validation scenes
it gets right. The draws are the same in every run, and so is every bit of the result on
any number of threads (of the same vector instructions). 80 seconds on one core.

Half of each minibatch has its hues turned by random angles, and colours do not count
there. So the network sees every shape in every hue, those pairs of shape and colour
included that no training scene and no training caption has: it learns to name shape and
colour apart.
"""

import argparse
import sys
import time

import numpy as np
from tqdm import tqdm

from cs231n.data.drawn.scene_features import pool
from cs231n.data.drawn.scene_pictures import HELD_OUT
from cs231n.data.drawn.scenes import NUM_VAL, draw_pictures
from cs231n.nets.scenenet import WEIGHTS, SceneNet, normalise, targets
from cs231n.optim import adamw
from cs231n.runs import terminal
from cs231n.schedules import cosine

NUM_TRAIN, BATCH_SIZE, STEPS, SEED = 24_000, 32, 3600, 231
#: Pixels to brightness and two axes of colour (NTSC's YIQ).
TO_YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]]
)


def train(net, images, y, rng, *, steps, learning_rate=3e-3, decay=1e-3, warm_up=50):
    """Train by AdamW with a cosine schedule, 32 pictures at a time."""
    X = normalise(images)
    configs = {name: {"weight_decay": decay} for name in net.params}
    for step in tqdm(range(steps), desc="training", file=sys.stdout, leave=False):
        rows = rng.integers(len(y), size=BATCH_SIZE)
        _, grads = net.loss(*recolour(X[rows], y[rows], rng))
        rate = learning_rate * min(1, (step + 1) / warm_up) * cosine(step / steps)
        for name, w in net.params.items():
            configs[name]["learning_rate"] = rate
            net.params[name], configs[name] = adamw(w, grads[name], configs[name])


def recolour(x, y, rng):
    """Turn the hues of the first half of a minibatch; its colours stop to count."""
    half = len(x) // 2
    angle, strength = rng.uniform(-np.pi, np.pi, half), rng.uniform(0.5, 1.3, half)
    turn = np.zeros((half, 3, 3))
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = strength * np.cos(angle)
    turn[:, 2, 1] = strength * np.sin(angle)
    turn[:, 1, 2] = -turn[:, 2, 1]
    mix = (np.linalg.inv(TO_YIQ) @ turn @ TO_YIQ).astype(x.dtype)
    x, y = x.copy(), y.copy()
    x[:half] = (mix @ x[:half].reshape(half, 3, -1)).reshape(x[:half].shape)
    y[:half, 2] = -1
    return x, y


def measure(net, images, y):
    """Return the shares of scenes and of held-out pairs that are wholly right."""
    found = np.concatenate(
        [net.find(images[i : i + 100]) for i in range(0, len(images), 100)]
    )
    right, there = found == y, y[:, 0] == 1
    held = there & np.isin((y[:, 2] + 3 * y[:, 1]) % 8, HELD_OUT)
    return {
        "objects found": right[:, 0].all(axis=(1, 2)).mean(),
        **{
            f"{name} of an object": right[:, i][there].mean()
            for i, name in enumerate(("shape", "colour", "size"), start=1)
        },
        "whole scene": right.all(axis=(1, 2, 3)).mean(),
        "held-out pair": (right[:, 1] & right[:, 2])[held].mean(),
    }


def centre_and_scale(net, images):
    """Measure mean and spread of what is pooled from the last layer, by channel."""
    pooled = np.concatenate(
        [
            pool(net.features(normalise(images[i : i + 100]))[-1])
            for i in range(0, len(images), 100)
        ]
    )
    axes = {"axis": (0, 3), "dtype": np.float64}
    return {"centre": pooled.mean(**axes), "scale": pooled.std(**axes) + 0.01}


def pictures(split, num):
    """Draw scenes; return pictures and targets."""
    chunks = [draw_pictures(split, k, SEED) for k in range(-(-num // 600))]
    images, objects = (
        np.concatenate([chunk[name] for chunk in chunks])[:num]
        for name in ("images", "objects")
    )
    return images, targets(objects)


def main():
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--output", default=WEIGHTS)
    options = parser.parse_args()
    start, used = time.perf_counter(), time.process_time()
    net, rng = SceneNet(np.random.default_rng(231)), np.random.default_rng(232)
    train(net, *pictures("train", NUM_TRAIN), rng, steps=options.steps)
    net.save(options.output, **centre_and_scale(net, pictures("train", 6000)[0]))
    seconds = time.perf_counter() - start, time.process_time() - used
    for name, share in measure(net, *pictures("val", NUM_VAL)).items():
        print(f"{name:20} {share:.3f}")
    print(f"{seconds[0]:.0f} s, {seconds[1]:.0f} s of processor time")


if __name__ == "__main__":
    terminal.leave(main)
