"""Peak memory of a convolution, forward and backward, each in a process of its own."""

import json
import os
import subprocess
import sys

from benchmarks.convolutions import CONVOLUTIONS, convolution
from cs231n.runs import terminal

#: Makes the C library return arrays to the system when they are freed.
RETURNING = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}


def peaks(dtype):
    """Return ``{case: {contender: MiB}}``.

    The results themselves are ``results``, a whole column matrix would be ``matrix``.
    """
    table, environment = {}, {**os.environ, **RETURNING}
    for name in CONVOLUTIONS:
        table[name] = {}
        for label in ("ours", "numpy", "columns", "torch", "torch nhwc"):
            command = [sys.executable, "-m", "benchmarks.memory", name, label, dtype]
            answer = subprocess.run(
                command, capture_output=True, text=True, check=False, env=environment
            )
            if answer.returncode == 0:
                table[name].update(json.loads(answer.stdout))
    return table


def _status(key):
    with open("/proc/self/status") as file:
        return next(int(row.split()[1]) for row in file if row.startswith(key)) / 1024


def reset_peak():
    """Forget the peak of resident memory; return what is resident, in MiB."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _status("VmRSS")


def rise(before):
    """Return by how many MiB the peak lies above ``before``."""
    return _status("VmHWM") - before


def main(name, label, dtype):
    """Print the rise of one contender as JSON; exit status 1 if it cannot be had."""
    n, c, h, w, f, k, _, _ = case = CONVOLUTIONS[name]
    contenders, flops = convolution(case, dtype)
    if label not in contenders or not sys.platform.startswith("linux"):
        return 1
    call = contenders[label]
    contenders.clear()
    call()
    before = reset_peak()
    kept = call()
    most = rise(before)
    del kept
    size = 4 if dtype == "float32" else 8
    pixels = flops / (6 * f * c * k * k)
    results = size * (n * c * h * w + pixels * f + f * c * k * k) / 2**20
    columns = size * pixels * c * k * k / 2**20
    print(json.dumps({label: most, "results": results, "matrix": columns}))
    return 0


if __name__ == "__main__":
    terminal.leave(lambda: main(*sys.argv[1:]))
