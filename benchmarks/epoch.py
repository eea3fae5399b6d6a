"""One epoch of the convolutional net: time, and the rise of resident memory.

5000 images of 32 x 32 in 100 steps of 50, each contender in a process of its own:
``python -m benchmarks.epoch ours float32`` measures one and prints JSON.
"""

import json
import subprocess
import sys

from cs231n.runs import terminal

STEPS = 100
CONTENDERS = ("ours", "numpy", "torch")


def epochs(dtype, clock, environment):
    """Return a row for each contender that can be had: seconds and MiB by contender."""
    seconds, rise = {}, {}
    for label in CONTENDERS:
        command = [sys.executable, "-m", "benchmarks.epoch", label, dtype, clock]
        answer = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment
        )
        if answer.returncode == 0:
            seconds[label], rise[label] = json.loads(answer.stdout)
    return seconds, rise


def main(label, dtype, clock="wall"):
    """Print seconds and MiB of one contender; exit status 1 if it cannot be had."""
    from benchmarks.contenders import torch
    from benchmarks.memory import reset_peak, rise
    from benchmarks.steps import convnet
    from benchmarks.timing import CLOCKS

    if torch and label == "torch":
        import os

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 1)))
    _, contenders, _ = next(convnet(dtype))
    if label not in contenders or not sys.platform.startswith("linux"):
        return 1
    step = contenders[label]
    before = reset_peak()
    now = CLOCKS[clock]
    start = now()
    for _ in range(STEPS):
        step()
    print(json.dumps([now() - start, rise(before)]))
    return 0


if __name__ == "__main__":
    terminal.leave(lambda: main(*sys.argv[1:]))
