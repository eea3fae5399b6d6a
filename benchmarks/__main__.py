"""Measure speed against peers in one command: ``python -m benchmarks``.

Prints medians and ratios, and brings ``build/benchmarks/results.json`` and
``ratios.png`` up to date: rows of other groups stay. Nothing here is asserted.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from cs231n.runs import terminal

OUT = Path("build/benchmarks")
GROUPS = [
    "conv",
    "resnet18",
    "scaling",
    "pool",
    "average",
    "norm",
    "group",
    "pointwise",
    "affine",
    "loss",
    "update",
    "recurrent",
    "sequence",
    "mixed",
    "linear",
    "gradcheck",
    "knn",
    "convnet",
    "dcgan",
    "matching",
    "denoising",
    "contrastive",
    "captioning",
    "squeezenet",
    "looking",
    "epoch",
    "memory",
]
#: Groups that are measured in processes of their own.
APART = ("epoch", "memory")
#: What each library reads before it is loaded.
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "CS231N_NUM_THREADS",
)


def measure(groups, dtype, threads, rounds, clock):
    """Time groups in this process; yield one row for each case."""
    from tqdm import tqdm

    from benchmarks import (
        captioning,
        cases,
        contenders,
        convolutions,
        gradients,
        knn,
        linear,
        sequences,
        steps,
    )
    from benchmarks.timing import CLOCKS, bests, interleaved, medians

    if contenders.torch:
        contenders.torch.set_num_threads(threads)
    known = {}
    modules = convolutions, cases, sequences, gradients, knn, linear, steps, captioning
    for module in modules:
        known |= module.GROUPS
    for group in tqdm(groups, desc=f"{dtype}, {threads} threads", disable=None):
        for name, calls, flops in known[group](dtype):
            times = interleaved(calls, rounds=rounds, clock=CLOCKS[clock])
            yield {
                "group": group,
                "case": name,
                "dtype": dtype,
                "threads": threads,
                "clock": clock,
                "flops": flops,
                "ms": medians(times),
                "best_ms": bests(times),
            }


def table(rows):
    """Return the rows as text: medians in milliseconds, and ours over the others.

    Ratios are of best times, which other programs disturb least.
    """
    lines = []
    for row in rows:
        best, ours = row["best_ms"], row["best_ms"].get("ours")
        head = f"{row['group']:10} {row['case']:32} {row['dtype']:8} {row['threads']}"
        cells = [
            f"{label} {time:.3g}"
            + (f" (x{ours / best[label]:.2f})" if ours and label != "ours" else "")
            for label, time in row["ms"].items()
        ]
        if ours and row["flops"]:
            cells.insert(1, f"{row['flops'] / ours / 1e6:.0f} GFLOP/s")
        if "rise_mib" in row:
            cells += [
                f"{label} +{mib:.0f} MiB" for label, mib in row["rise_mib"].items()
            ]
        lines.append(f"{head}  " + "  ".join(cells))
    return "\n".join(lines)


def plot(rows, path):
    """Draw ours over torch for every case, float32, by number of threads."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    rows = [r for r in rows if r["dtype"] == "float32" and "torch" in r["best_ms"]]
    names = list(dict.fromkeys(f"{r['group']}: {r['case']}" for r in rows))
    fig, ax = plt.subplots(figsize=(7, 0.16 * len(names) + 1), layout="constrained")
    counts = sorted({r["threads"] for r in rows})
    for marker, threads in zip("os^v", counts, strict=False):
        chosen = [r for r in rows if r["threads"] == threads]
        ratio = [r["best_ms"]["ours"] / r["best_ms"]["torch"] for r in chosen]
        height = [names.index(f"{r['group']}: {r['case']}") for r in chosen]
        ax.plot(ratio, height, marker, label=f"{threads} thread(s)", alpha=0.8)
    ax.axvline(1, color="grey", linewidth=1)
    ax.set(xscale="log", xlabel="our time / PyTorch's time (less is better)")
    ticks = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_yticks(range(len(names)), names, fontsize=7)
    ax.set_ylim(len(names) - 0.3, -0.7)
    ax.grid(axis="x", alpha=0.3)
    fig.legend(loc="outside upper right", ncols=len(counts))
    fig.savefig(path, dpi=100)


def child(arguments, groups, threads, dtype):
    """Measure in a process whose libraries see this number of threads."""
    command = [sys.executable, "-m", "benchmarks", "--here", "--dtypes", dtype]
    command += ["--threads", str(threads), "--groups", ",".join(groups)]
    command += ["--rounds", str(arguments.rounds), "--clock", arguments.clock]
    answer = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=surroundings(threads),
        check=True,
    )
    return [json.loads(line) for line in answer.stdout.splitlines()]


def surroundings(threads):
    """Return the environment of a process with that many threads."""
    return {**os.environ, **{name: str(threads) for name in THREADS}}


def epoch_row(dtype, threads, clock):
    """Return the row of an epoch of the convolutional net."""
    from benchmarks.epoch import epochs

    seconds, rise = epochs(dtype, clock, surroundings(threads))
    return {
        "group": "epoch",
        "case": "convnet, 100 steps",
        "dtype": dtype,
        "threads": threads,
        "clock": clock,
        "flops": None,
        "ms": {label: 1e3 * value for label, value in seconds.items()},
        "best_ms": {label: 1e3 * value for label, value in seconds.items()},
        "rise_mib": rise,
    }


def main(argv=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", default=",".join(GROUPS), help="which, by comma")
    parser.add_argument("--dtypes", default="float32,float64")
    parser.add_argument("--threads", default="1,2", help="numbers, by comma")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu: the time of the processor, for one thread on a busy machine",
    )
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    groups = [g for g in arguments.groups.split(",") if g]
    unknown = sorted(set(groups) - set(GROUPS))
    if unknown:
        parser.error(f"no group {unknown[0]!r}; there are {', '.join(GROUPS)}")
    dtypes = arguments.dtypes.split(",")
    counts = [int(t) for t in arguments.threads.split(",")]
    if arguments.clock == "cpu" and counts != [1]:
        parser.error("--clock cpu measures one thread only: add --threads 1")
    if arguments.here:
        for row in measure(
            groups, dtypes[0], counts[0], arguments.rounds, arguments.clock
        ):
            print(json.dumps(row), flush=True)
        return 0
    rows = []
    for dtype in dtypes:
        for threads in counts:
            rows += _part(arguments, groups, threads, dtype)
    report(rows, dtypes if "memory" in groups else [])
    return 0


def _part(arguments, groups, threads, dtype):
    """Measure the groups with one dtype and number of threads, and print them."""
    here = [g for g in groups if g not in APART]
    rows = child(arguments, here, threads, dtype) if here else []
    if "epoch" in groups:
        rows.append(epoch_row(dtype, threads, arguments.clock))
    print(table(rows), flush=True)
    return rows


def report(rows, memory_dtypes):
    """Measure memory, and bring the JSON and the plot up to date."""
    from benchmarks.memory import peaks
    from cs231n import kernels

    file = OUT / "results.json"
    old = json.loads(file.read_text()) if file.is_file() else {}
    memory = {dtype: peaks(dtype) for dtype in memory_dtypes}
    for dtype, cases in memory.items():
        for case, peak in cases.items():
            cells = "  ".join(f"{label} {mib:.1f}" for label, mib in peak.items())
            print(f"peak MiB   {case:32} {dtype:8}    {cells}")
    about = {
        "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "backend": kernels.BACKEND,
        "instructions": kernels.INSTRUCTIONS,
    }
    kept = {_key(row): row for row in old.get("rows", [])}
    kept |= {_key(row): row for row in rows}
    rows = sorted(kept.values(), key=lambda row: GROUPS.index(row["group"]))
    memory = old.get("peak_mib", {}) | memory
    OUT.mkdir(parents=True, exist_ok=True)
    results = {"about": about, "rows": rows, "peak_mib": memory}
    file.write_text(json.dumps(results, indent=1) + "\n")
    if any(row["dtype"] == "float32" and "torch" in row["best_ms"] for row in rows):
        plot(rows, OUT / "ratios.png")
    print(f"Brought {file} up to date.")


def _key(row):
    return row["group"], row["case"], row["dtype"], row["threads"]


if __name__ == "__main__":
    terminal.leave(main)
