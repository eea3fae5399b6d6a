"""Train the networks that draw: ``python -m benchmarks.train_noisenet``.

Writes ``cs231n/data/drawn/noisenet.npz`` and prints how good the digits are that DDIM
and DDPM draw with it, from three seeds of noise, beside real ones that were held out.
Fourteen minutes on one core. ``--kind colour`` trains a rectified flow on ``shapes10``
instead in eleven minutes, and writes ``shapeflow.npz``.
"""

import argparse
import time
from typing import NamedTuple

from benchmarks import diffusion
from benchmarks.train_viewnet import save
from cs231n import autograd
from cs231n.nets.diffusion.noisenet import WEIGHTS, noisenet
from cs231n.nets.diffusion.shapeflow import WEIGHTS as COLOURED
from cs231n.nets.diffusion.shapeflow import shapeflow
from cs231n.runs import terminal

SEED = 1
#: What draws the noise that pictures begin with, and how many there are of each.
SEEDS, PICTURES = (7, 8, 9), 500


class Kind(NamedTuple):
    """A network, and what is measured of it."""

    fill: object  #: gives a network the weights of a file
    path: object  #: of the weights
    cases: tuple  #: steps (0: all of DDPM), and scales of guidance


KINDS = {
    "ddpm": Kind(
        noisenet,
        WEIGHTS,
        (*((20, scale) for scale in (0.0, 1.0, 2.0)), (2, 1.0), (5, 1.0), (0, 1.0)),
    ),
    "colour": Kind(
        shapeflow,
        COLOURED,
        tuple((10, scale) for scale in (0.0, 2.0, 4.0)),
    ),
}


def judged(net, scores, scale, steps, *, kind="ddpm", seeds=SEEDS, count=PICTURES):
    """Return distances and shares as asked by seed, and the seconds of each."""
    start = time.process_time()
    found = [
        diffusion.measure(kind, net, scores, scale, count=count, steps=steps, seed=seed)
        for seed in seeds
    ]
    return found, (time.process_time() - start) / len(seeds)


def held_out(kind, scores, count=PICTURES):
    """Return the same of real pictures, as many at a time: how good it can be."""
    images, labels = diffusion.pictures(kind, "test")
    parts = [slice(count * i, count * (i + 1)) for i in range(len(SEEDS))]
    right = [(scores.read(images[p]).argmax(axis=1) == labels[p]).mean() for p in parts]
    return [
        (scores.distance(images[p]), share)
        for p, share in zip(parts, right, strict=True)
    ]


def main(argv=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kind", choices=KINDS, default="ddpm")
    parser.add_argument("--steps", type=int, help="5000 by default, in colour 18000")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output")
    parser.add_argument("--measure", action="store_true", help="the shipped one alone")
    options = parser.parse_args(argv)
    kind, (fill, path, cases) = options.kind, KINDS[options.kind]
    path = options.output or path
    if not options.measure:
        slow, loss, spent = diffusion.train(kind, options.seed, options.steps)
        save(slow.module, path)
        print(f"{spent:.0f} s of processor time, loss {loss:.4f}", flush=True)
    net = fill(autograd, diffusion.network(autograd, 0, kind), path)
    scores = diffusion.judge(kind)
    print(f"real, held out: {_table(held_out(kind, scores))}", flush=True)
    way = "DDIM" if kind == "ddpm" else "Euler"
    for steps, scale in cases:
        found, spent = judged(net, scores, scale, steps, kind=kind)
        name = f"{way} {steps}" if steps else "DDPM"
        print(f"{name}, guidance {scale:g}: {_table(found)}; {spent:.0f} s", flush=True)


def _table(found):
    return ", ".join(f"FD {d:.2f} as asked {r:.3f}" for d, r in found)


if __name__ == "__main__":
    terminal.leave(main)
