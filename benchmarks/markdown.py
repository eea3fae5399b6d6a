"""The results as a table in Markdown: ``python -m benchmarks.markdown [GROUPS]``.

Reads ``build/benchmarks/results.json``. Milliseconds are medians of one thread in
float32; every other column is our best time over somebody else's.
"""

import json
import sys

from benchmarks.__main__ import GROUPS, OUT
from cs231n.runs import terminal

#: Columns: heading, contender, dtype and threads.
COLUMNS = (
    ("PyTorch", "torch", "float32", 1),
    ("channels-last", "torch nhwc", "float32", 1),
    ("whole columns", "columns", "float32", 1),
    ("floor", "floor", "float32", 1),
    ("NumPy twin", "numpy", "float32", 1),
    ("PyTorch, 2 threads", "torch", "float32", 2),
    ("PyTorch, float64", "torch", "float64", 1),
)


def table(rows, groups):
    """Return the lines of the table."""
    found = {(r["group"], r["case"], r["dtype"], r["threads"]): r for r in rows}
    head = ["case", "ours", *(f"/ {heading}" for heading, *_ in COLUMNS)]
    lines = [_line(head), _line(["---"] * len(head))]
    for row in rows:
        if row["group"] not in groups or (row["dtype"], row["threads"]) != (
            "float32",
            1,
        ):
            continue
        key = row["group"], row["case"]
        cells = [
            _ratio(found.get((*key, dtype, threads)), label)
            for _, label, dtype, threads in COLUMNS
        ]
        lines.append(_line([row["case"], _ours(row), *cells]))
    return lines


def _line(cells):
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _ours(row):
    ours = row["ms"]["ours"]
    text = f"{ours:.3g} ms" if ours < 1000 else f"{ours / 1000:.3g} s"
    if row["flops"]:
        text += f", {row['flops'] / row['best_ms']['ours'] / 1e6:.0f} GFLOP/s"
    return text


def _ratio(row, label):
    if row is None or label not in row["best_ms"]:
        return ""
    ratio = row["best_ms"]["ours"] / row["best_ms"][label]
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def main(groups=""):
    """Print the table of some groups, by comma, or of all."""
    results = json.loads((OUT / "results.json").read_text())
    wanted = groups.split(",") if groups else GROUPS
    print("\n".join(table(results["rows"], wanted)))


if __name__ == "__main__":
    terminal.leave(lambda: main(*sys.argv[1:]))
