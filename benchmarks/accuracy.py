"""Train every notebook's final model and compare its accuracy with what is asked for.

``python -m benchmarks.accuracy`` runs the notebooks' sources from start to end, each in
a process of its own, on CIFAR-10 if it is there (``CS231N_DATA``), and on the drawn
images otherwise; the required numbers are for CIFAR-10. ``python -m benchmarks.accuracy
svm`` runs one.
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

from tqdm import tqdm

from grading.authoring.build import lacking

ROOT = Path(__file__).resolve().parents[1]
#: Notebook, what is measured, where the notebook keeps it, required on CIFAR-10.
GOALS = [
    ("assignment1/knn", "best k, test", "accuracy", 0.27),
    ("assignment1/svm", "validation", "accuracies/validation", 0.385),
    ("assignment1/softmax", "validation", "accuracies/validation", 0.36),
    ("assignment1/two_layer_net", "validation", "accuracies/validation", 0.52),
    ("assignment1/features", "linear, test", "accuracies/linear, test", 0.42),
    ("assignment1/features", "net, test", "accuracies/net, test", 0.55),
    ("assignment2/fully_connected_nets", "validation", "accuracies/validation", 0.50),
    ("assignment2/convolutional_networks", "1 epoch, train", "one_epoch", 0.40),
    ("assignment2/convolutional_networks", "ResNet, test", "test_accuracy", 0.70),
    ("assignment2/pytorch", "validation", "accuracies/validation", 0.70),
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
    for name, _, where, _ in GOALS:
        if name == notebook:
            value = names
            for key in where.split("/"):
                value = value[key]
            found[where] = float(value)
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
    parser.add_argument("notebooks", nargs="*", help="for example svm; default: all")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.run:
        run_notebook(args.run, args.out)
        return 0
    known = list(dict.fromkeys(goal[0] for goal in GOALS))
    chosen = [n for n in known if not args.notebooks or Path(n).name in args.notebooks]
    if not chosen:
        parser.error(f"no such notebook; there are: {', '.join(known)}.")
    from cs231n.data import find_cifar10

    real = find_cifar10() is not None
    for reason in filter(None, map(lacking, chosen)):
        print(f"Left out: {reason}")
    chosen = [notebook for notebook in chosen if not lacking(notebook)]
    found = {n: measure(n) for n in tqdm(chosen, file=sys.stdout, unit="notebook")}
    return print_table(found, real)


def print_table(found, real):
    """Print one line for each goal; return 1 if one is missed, else 0."""
    data = "CIFAR-10" if real else "shapes10 (the required numbers are for CIFAR-10)"
    print(
        f"\n{data}\n{'notebook':36} {'model':14} {'ours':>6} {'required':>9} {'s':>6}"
    )
    missed = 0
    for notebook, label, where, required in GOALS:
        if notebook in found:
            ours, seconds = found[notebook][where], found[notebook]["seconds"]
            below = real and ours < required
            missed += below
            print(
                f"{notebook:36} {label:14} {ours:6.3f} {required:9.3f} {seconds:6.0f}"
                f"{'  missed' if below else ''}"
            )
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
