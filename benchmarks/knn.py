"""Nearest neighbours, against the one matrix product in them.

The group ``knn`` compares all distances of two sets, and a search for the nearest five.
``python -m benchmarks.knn`` searches sets of CIFAR-10's size once, in float32, and
prints seconds of the processor and the rise of resident memory, each contender in a
process of its own.
"""

import contextlib
import io
import json
import subprocess
import sys
import time

import numpy as np

from benchmarks.contenders import torch
from cs231n.nets.distances import euclidean_distances, nearest
from cs231n.runs import terminal
from grading.authoring.exam_from_notebook import exam_of

try:
    import faiss
except ImportError:
    faiss = None

SIZE, K = 3072, 5
#: Test and training images of CIFAR-10.
WHOLE = 10_000, 50_000


def neighbours(dtype):
    X, known = images(500, dtype), images(5000, dtype)
    classifier = notebook_class()()
    classifier.train(known, np.zeros(5000, dtype=int))
    contenders = {
        "ours": lambda: euclidean_distances(X, known),
        "notebook": lambda: classifier.compute_distances_no_loops(X),
    }
    if torch:
        a, b = torch.from_numpy(X), torch.from_numpy(known)
        contenders["torch"] = lambda: torch.cdist(a, b)
    contenders["floor"] = lambda: X @ known.T
    yield f"distances 500x5000x{SIZE}", contenders, 2 * 500 * 5000 * SIZE
    if dtype == "float32":
        many = images(WHOLE[1], dtype)
        yield f"nearest {K} 500x50000x{SIZE}", searches(X, many), 2 * 500 * many.size


def searches(X, known):
    """Return contenders that find the nearest few of each of ``X``."""

    def ours():
        with contextlib.redirect_stdout(io.StringIO()):  # where the bar goes
            return nearest(X, known, K)

    contenders = {"ours": ours}
    if faiss:
        contenders["faiss"] = lambda: faiss.knn(X, known, K)
    if torch:
        a, b = torch.from_numpy(X), torch.from_numpy(known)
        contenders["torch"] = lambda: torch.cdist(a, b).topk(K, largest=False)
    product = np.empty((len(X), len(known)), X.dtype)
    contenders["floor"] = lambda: np.matmul(X, known.T, out=product)
    return contenders


def images(count, dtype):
    """Return that many images of noise, one in a row."""
    rng = np.random.default_rng(count)
    pixels = rng.random((count, SIZE), dtype)
    pixels *= 255
    return pixels


def notebook_class():
    """Run the set-up and the answers of the knn notebook; return its class."""
    names = {"__name__": "knn"}
    for cell in exam_of("assignment1/knn").cells:
        if cell.kind in ("setup", "answer"):
            exec(cell.source, names)
    return names["KNearestNeighbor"]


def main(label=None):
    """Print the table, or the JSON of one contender; return the exit status."""
    if label:
        return _measure(label)
    found = {}
    for contender in ("ours", "faiss", "torch", "floor"):
        command = [sys.executable, "-m", "benchmarks.knn", contender]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if answer.returncode == 0:
            found[contender] = json.loads(answer.stdout.splitlines()[-1])
            seconds, mib = found[contender]
            ratio = found["ours"][0] / seconds
            print(f"{contender:<8} {seconds:7.1f} s  x{ratio:.2f}  +{mib:.0f} MiB")
    return 0


def _measure(label):
    from benchmarks.memory import reset_peak, rise

    call = searches(*(images(count, "float32") for count in WHOLE)).get(label)
    if call is None or not sys.platform.startswith("linux"):
        return 1
    before, start = reset_peak(), time.process_time()
    call()
    print(json.dumps([time.process_time() - start, rise(before)]))
    return 0


GROUPS = {"knn": neighbours}


if __name__ == "__main__":
    terminal.leave(lambda: main(*sys.argv[1:]))
