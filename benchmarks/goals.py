"""Which goals the results reach: ``python -m benchmarks.goals``.

Reads ``build/benchmarks/results.json``. A goal is a bound for our best time over that
of another contender in the same run. The bounds are those for vectors of 32 bytes (or
of 64 bytes on a processor that is no faster with them).
"""

import itertools
import json
from typing import NamedTuple

from benchmarks.__main__ import OUT
from cs231n.runs import terminal

BOTH = ("float32", "float64")


class Goal(NamedTuple):
    """``contender`` takes at most ``bound`` times as long as ``over``."""

    group: str
    case: str  #: how the names of the cases begin
    bound: float
    over: str = "torch"
    contender: str = "ours"
    dtypes: tuple[str, ...] = ("float32",)
    threads: tuple[int, ...] = (1, 2)


def _by_case(bounds, **options):
    """Return goals for the convolutions a to e; None where there is no bound."""
    pairs = zip("abcde", bounds, strict=True)
    return [Goal("conv", f"{case} ", b, **options) for case, b in pairs if b]


ONE = {"threads": (1,)}
DOUBLE = {"dtypes": ("float64",), **ONE}
GOALS = [
    *_by_case((0.75, 0.50, 0.95, 0.90, 0.80)),
    *_by_case((1.0, 1.0, 1.0, 1.0, 1.0), over="torch nhwc"),
    *_by_case((0.42, 0.55, 0.48, 0.62, 0.75), **DOUBLE),
    *_by_case((0.56, 0.63, 0.59, 0.87, 0.67), over="columns", **ONE),
    *_by_case((1.05, None, 1.05, 1.05, 1.05), over="floor"),
    *_by_case((1.3, None, 1.3, 1.3, 1.3), over="floor", contender="numpy", **ONE),
    Goal("pool", "", 0.10),
    Goal("pool", "", 0.50, over="torch nhwc"),
    Goal("pool", "", 0.15, **DOUBLE),
    Goal("norm", "", 0.55, dtypes=BOTH),
    Goal("loss", "", 0.45),
    Goal("affine", "", 0.95, dtypes=BOTH),
    Goal("affine", "", 1.05, over="floor"),
    Goal("recurrent", "rnn", 0.95, dtypes=BOTH),
    Goal("recurrent", "rnn", 1.15, over="floor"),
    Goal("recurrent", "lstm", 1.0),
    Goal("recurrent", "lstm", 0.90, **DOUBLE),
    Goal("recurrent", "lstm", 1.10, over="floor", contender="numpy", **ONE),
    Goal("sequence", "attention", 0.95, dtypes=BOTH),
    Goal("sequence", "temporal", 0.70),
    Goal("sequence", "embedding", 0.70),
    Goal("captioning", "", 0.90),
    Goal("dcgan", "DC GAN step of both players", 0.80),
    Goal("denoising", "", 0.95),
    Goal("looking", "", 0.90),
    Goal("matching", "", 0.90, threads=(1,)),
    Goal("contrastive", "", 1.15, threads=(1,)),
    Goal("pointwise", "relu", 1.10),
    Goal("update", "adam 8", 0.70),
    Goal("update", "adam 1", 1.10),
    Goal("epoch", "", 0.50),
    Goal("epoch", "", 0.18, **DOUBLE),
    Goal("epoch", "", 1.10, contender="numpy", **ONE),
    Goal("mixed", "", 1.25, over="alone"),
    Goal("linear", "softmax 500x", 0.35, dtypes=BOTH),
    Goal("linear", "svm 500x", 0.35, dtypes=BOTH),
    Goal("linear", "softmax 49000x", 0.35, dtypes=BOTH),
    Goal("linear", "svm 49000x", 0.35, dtypes=BOTH),
    Goal("linear", "softmax 49000x", 0.70, over="floor", dtypes=BOTH),
    Goal("linear", "svm 49000x", 0.70, over="floor", dtypes=BOTH),
    Goal("knn", "distances", 0.90, dtypes=BOTH),
    Goal("knn", "distances", 1.10, over="floor", dtypes=BOTH),
    Goal("knn", "nearest", 1.25, over="faiss"),
    Goal("gradcheck", "conv dx 4x", 1 / 25, over="columns", **DOUBLE),
    Goal("gradcheck", "conv dx 2x", 1 / 8, over="columns", **DOUBLE),
]


def judged(rows):
    """Yield ``(goal, row, ratio)`` for every goal and every row that it speaks of."""
    for goal, row in itertools.product(GOALS, rows):
        times = row["best_ms"]
        if (
            row["group"] == goal.group
            and row["case"].startswith(goal.case)
            and row["dtype"] in goal.dtypes
            and row["threads"] in goal.threads
            and {goal.contender, goal.over} <= set(times)
        ):
            yield goal, row, times[goal.contender] / times[goal.over]


def main():
    """Print every goal with what was measured; mark those that were not reached."""
    rows = json.loads((OUT / "results.json").read_text())["rows"]
    found = list(judged(rows))
    for goal, row, ratio in found:
        mark = "" if ratio <= goal.bound else "  <-- not reached"
        name = f"{goal.group} {row['case']} {row['dtype']}"
        print(
            f"{name:46} {row['threads']} thread(s)  {goal.contender:5} / {goal.over:10}"
            f"  {ratio:5.2f}  wanted {goal.bound:.2f}{mark}"
        )
    missed = sum(ratio > goal.bound for goal, _, ratio in found)
    print(f"{len(found) - missed} of {len(found)} reached.")


if __name__ == "__main__":
    terminal.leave(main)
