"""Train every model that a goal is set for, and compare ours with what is required.

``python -m benchmarks.accuracy`` runs the notebooks' sources from start to end, each in
a process of its own, on CIFAR-10 and with SqueezeNet if they are there
(``CS231N_DATA``), and on drawn images with a small network otherwise; the required
numbers are for the real data. Then it runs each of
``benchmarks.experiments`` from three seeds, on drawn data; the worst of them counts.
``--only svm`` runs one. The exit status is 1 when a goal is missed.
"""

import argparse
import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from benchmarks import experiments
from cs231n.data import DatasetError, find_cifar10, load_imagenet_val
from cs231n.data.squeezenet import load_squeezenet
from cs231n.runs import terminal
from grading.authoring.build import lacking

ROOT = Path(__file__).resolve().parents[1]
CIFAR10, IMAGENET = "CIFAR-10", "SqueezeNet, ImageNet sample"


class Goal(NamedTuple):
    """A number that a notebook ends with, and what it has to be."""

    notebook: str
    label: str  #: what is measured
    where: str  #: the notebook's name for it, and keys within
    required: float  #: at least, on the real data
    data: str = CIFAR10  #: which real data
    most: bool = False  #: whether ``required`` is the most it may be


GOALS = [
    Goal("assignment1/knn", "best k, test", "accuracy", 0.27),
    Goal("assignment1/svm", "validation", "accuracies/validation", 0.385),
    Goal("assignment1/softmax", "validation", "accuracies/validation", 0.36),
    Goal("assignment1/two_layer_net", "validation", "accuracies/validation", 0.52),
    Goal("assignment1/features", "linear, test", "accuracies/linear, test", 0.42),
    Goal("assignment1/features", "net, test", "accuracies/net, test", 0.55),
    Goal(
        "assignment2/fully_connected_nets", "validation", "accuracies/validation", 0.50
    ),
    Goal("assignment2/convolutional_networks", "1 epoch, train", "one_epoch", 0.40),
    Goal("assignment2/convolutional_networks", "ResNet, test", "test_accuracy", 0.70),
    Goal("assignment2/pytorch", "validation", "accuracies/validation", 0.70),
    *(
        Goal("assignment3/network_visualization", *row[:3], IMAGENET, *row[3:])
        for row in (
            ("saliency on object", "on_object/saliency", 0.12),
            ("Grad-CAM on object", "on_object/Grad-CAM", 0.50),
            ("CAM by occlusion", "mean_agreement", 0.50),
            ("steps to fool", "steps_to_fool", 20, True),
        )
    ),
    *(
        Goal("assignment3/style_transfer", name, f"divided_by/{name}", 5, IMAGENET)
        for name in ("swirls", "stained glass", "hatching")
    ),
]


def run_notebook(notebook, out):
    """Run one source with its answers and write down the numbers it ends with."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    plt.show = lambda: plt.close("all")
    start = time.perf_counter()
    names = runpy.run_path(str(ROOT / "solutions" / f"{notebook}.py"))
    found = {"seconds": time.perf_counter() - start}
    for goal in GOALS:
        if goal.notebook == notebook:
            value = names
            for key in goal.where.split("/"):
                value = value[key]
            found[goal.where] = float(value)
    Path(out).write_text(json.dumps(found))


def measure(notebook):
    """Run a notebook in a process of its own; return its numbers."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        command = [sys.executable, "-m", "benchmarks.accuracy", "--run", notebook]
        result = subprocess.run(
            [*command, "--out", str(out)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "default"},
        )
        if result.returncode:
            sys.exit(f"{notebook} failed:\n{result.stderr[-2000:]}")
        return json.loads(out.read_text())


def main(argv=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", metavar="NAME", nargs="+", help="for example svm")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.run:
        run_notebook(args.run, args.out)
        return 0
    names = {Path(goal.notebook).name: goal.notebook for goal in GOALS}
    names |= {run.__name__: run for run in experiments.GOALS}
    unknown = set(args.only or ()) - names.keys()
    if unknown:
        parser.error(f"no {unknown.pop()!r}; there are: {', '.join(names)}.")
    chosen = [names[name] for name in names if name in (args.only or names)]
    notebooks = [one for one in chosen if isinstance(one, str)]
    for reason in filter(None, map(lacking, notebooks)):
        print(f"Left out: {reason}")
    notebooks = [notebook for notebook in notebooks if not lacking(notebook)]
    found = {
        n: measure(n) for n in tqdm(notebooks, file=sys.stdout, disable=not notebooks)
    }
    missed = print_table(found, real_data()) if found else 0
    return missed | print_experiments([one for one in chosen if callable(one)])


def print_experiments(runs):
    """Run experiments and print a line for each goal; return 1 if one is missed."""
    if runs:
        print(
            f"\n{'experiment':22} {'measured':24} {'ours':>22} {'required':>9} {'s':>6}"
        )
    missed = 0
    for run in runs:
        start, found = time.perf_counter(), [run(seed) for seed in experiments.SEEDS]
        seconds = (time.perf_counter() - start) / len(found)
        for label, required in experiments.GOALS[run].items():
            ours = [float(one[label]) for one in found]
            below = min(ours) < required
            missed += below
            three = " ".join(f"{value:7.3f}" for value in ours)
            print(
                f"{run.__name__:22} {label:24} {three:>22}"
                f" {required:9.3f} {seconds:6.0f}{'  missed' if below else ''}"
            )
    return int(missed > 0)


def real_data():
    """Return the names of the real data that are installed."""
    there = {CIFAR10} if find_cifar10() is not None else set()
    try:
        load_squeezenet()
        load_imagenet_val()
    except DatasetError:
        return there
    return there | {IMAGENET}


def print_table(found, real):
    """Print one line for each goal; return 1 if one is missed, else 0."""
    print(f"Real data: {', '.join(sorted(real)) or 'none'}; a goal is for its own.")
    print(f"\n{'notebook':34} {'measured':18} {'ours':>6} {'required':>10} {'s':>5}")
    missed = 0
    for goal in GOALS:
        if goal.notebook in found:
            ours = found[goal.notebook][goal.where]
            short = ours > goal.required if goal.most else ours < goal.required
            missed += (below := short and goal.data in real)
            print(
                f"{goal.notebook:34} {goal.label:18} {ours:6.3f} "
                f"{'<=' if goal.most else '>='} {goal.required:7.3f} "
                f"{found[goal.notebook]['seconds']:5.0f}{'  missed' if below else ''}"
                f"{'' if goal.data in real else '  (other data)'}"
            )
    return int(missed > 0)


if __name__ == "__main__":
    terminal.leave(main)
