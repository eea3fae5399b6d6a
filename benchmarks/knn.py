"""How far the notebook's no-loop distances are from the one matrix product in them.

``python -m benchmarks.knn`` times the solution of the knn notebook, the package's own
function and the bare product of the same size in turn, and prints medians and ratios.
"""

import statistics
import time

import numpy as np

from cs231n.nets.neighbours import euclidean_distances
from grading.build import ROOT, source_notebook

ROUNDS = 9


def solution_class():
    """Run the set-up and the answers of the knn notebook; return its class."""
    names = {"__name__": "knn"}
    notebook = source_notebook(ROOT / "solutions" / "assignment1" / "knn.py")
    for cell in notebook.cells:
        flags = cell.metadata.get("nbgrader", {})
        answer = flags.get("solution") and not flags.get("grade")
        if "setup" in cell.metadata.get("tags", []) or answer:
            exec(cell.source, names)
    return names["KNearestNeighbor"]


def medians(contenders):
    """Time each contender once a round, in turn; return the median of each."""
    times = {name: [] for name in contenders}
    for _ in range(ROUNDS + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found[1:]) for name, found in times.items()}


def main():
    """Print the table."""
    rng = np.random.default_rng(231)
    for dtype in (np.float32, np.float64):
        X = (255 * rng.random((500, 3072))).astype(dtype)
        known = (255 * rng.random((5000, 3072))).astype(dtype)
        classifier = solution_class()()
        classifier.train(known, np.zeros(5000, dtype=int))
        found = medians(
            {
                "matrix product": lambda X=X, known=known: X @ known.T,
                "notebook": lambda c=classifier, X=X: c.compute_distances_no_loops(X),
                "package": lambda X=X, known=known: euclidean_distances(X, known),
            }
        )
        floor = found["matrix product"]
        for name, seconds in found.items():
            label = f"{np.dtype(dtype).name} {name}"
            print(f"{label:<24} {1000 * seconds:7.1f} ms  {seconds / floor:5.2f} x")


if __name__ == "__main__":
    main()
