"""What isolation costs: time to start a child, memory of one more.

``python -m benchmarks.isolation`` prints it for every level of this machine.
"""

import statistics
import time
from pathlib import Path

from cs231n.runs import terminal
from grading.sandbox.fork_server import ForkServer
from grading.sandbox.levels import LEVELS, IsolationError


def launches(fork_server, repeats=100):
    """Start children that do nothing, one after the other.

    Returns ``{"ready": median, "ready p95": ..., "gone": median}`` in milliseconds:
    until the child is isolated, and until everything of it has ended.
    """
    ready, gone = [], []
    for _ in range(repeats + 3):
        start = time.perf_counter()
        with fork_server.child("grading.sandbox.supervisor:rest") as child:
            ready.append(1e3 * (time.perf_counter() - start))
            assert child.ending(10.0) == "exit 0"
        gone.append(1e3 * (time.perf_counter() - start))
    ready, gone = ready[3:], gone[3:]
    return {
        "ready": statistics.median(ready),
        "ready p95": sorted(ready)[int(0.95 * repeats)],
        "gone": statistics.median(gone),
    }


def memory(fork_server):
    """Return MiB that one more idle child takes, its supervisor included.

    Pages it shares with the zygote are not counted.
    """
    with fork_server.child("grading.sandbox.supervisor:wait") as child:
        time.sleep(0.1)
        status = Path(f"/proc/{child.pid}/status").read_text().splitlines()
        supervisor = next(row.split()[1] for row in status if row.startswith("PPid:"))
        return sum(map(_private, (child.pid, supervisor))) / 1024


def _private(pid):
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(row.split()[1]) for row in rows if row.startswith("Private_"))


def main():
    print(f"{'':12}{'ready, ms':>10}{'p95':>8}{'gone':>8}{'MiB':>8}{'an hour':>10}")
    for level in LEVELS:
        try:
            with ForkServer(level) as fork_server:
                times, size = launches(fork_server), memory(fork_server)
        except IsolationError as error:
            print(f"{level:12}{error}")
            continue
        row = [times["ready"], times["ready p95"], times["gone"], size]
        cells = "".join(f"{x:{w}.1f}" for x, w in zip(row, (10, 8, 8, 8), strict=True))
        print(f"{level:12}{cells}{3.6e6 / times['gone']:10,.0f}")


if __name__ == "__main__":
    terminal.leave(main)
