"""Train the network that predicts noise: ``python -m benchmarks.train_noisenet``.

Writes ``cs231n/data/drawn/noisenet.npz`` and prints how good the digits are that DDIM
and DDPM draw with it, from three seeds of noise. Fourteen minutes on one core.
"""

import argparse
import time

import numpy as np

from benchmarks import diffusion
from benchmarks.train_viewnet import save
from cs231n import autograd
from cs231n.data import load_glyphs
from cs231n.nets.diffusion.noisenet import WEIGHTS, noisenet
from cs231n.scores import DigitScores

SEED = 1
#: What draws the noise that pictures begin with, and how many there are of each.
SEEDS, PICTURES = (7, 8, 9), 500
#: Steps of DDIM (0: those of DDPM) and scales of guidance that are measured.
CASES = (*((20, scale) for scale in (0.0, 1.0, 2.0)), (2, 1.0), (5, 1.0), (0, 1.0))


def judged(net, scores, scale, steps, *, seeds=SEEDS, count=PICTURES):
    """Return distances and shares as asked by seed, and the seconds of each."""
    start = time.process_time()
    found = [
        diffusion.measure(
            "ddpm", net, scores, scale, count=count, steps=steps, seed=seed
        )
        for seed in seeds
    ]
    return found, (time.process_time() - start) / len(seeds)


def main(argv=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, help="5000 by default")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", default=WEIGHTS)
    parser.add_argument("--measure", action="store_true", help="the shipped one alone")
    options = parser.parse_args(argv)
    if not options.measure:
        slow, loss, spent = diffusion.train("ddpm", options.seed, options.steps)
        save(slow.module, options.output)
        print(f"{spent:.0f} s of processor time, loss {loss:.4f}", flush=True)
    net = diffusion.network(autograd, 0)
    net = noisenet(autograd, net, options.output)
    scores = DigitScores(load_glyphs(None, 0, np.uint8).X_train[:4000])
    for steps, scale in CASES:
        found, spent = judged(net, scores, scale, steps)
        table = ", ".join(f"FD {d:.1f} as asked {r:.3f}" for d, r in found)
        name = f"DDIM {steps}" if steps else "DDPM"
        print(f"{name}, guidance {scale:g}: {table}; {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
