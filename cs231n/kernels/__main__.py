"""Say which kernels run, and how fast: ``python -m cs231n.kernels``."""

import time

import numpy as np

from cs231n import kernels
from cs231n.runs import terminal

#: Images, filters, stride and pad of the convolution that is timed.
IMAGES, FILTERS, STEP = (16, 64, 32, 32), (64, 64, 3, 3), (1, 1)


def main() -> int:
    """Print the back end and a two-second speed check.

    Returns
    -------
    status : int
        0.
    """
    width = f" ({kernels.INSTRUCTIONS})" if kernels.INSTRUCTIONS else ""
    print(f"cs231n.kernels.BACKEND = {kernels.BACKEND!r}{width}")
    if kernels._backend.REASON:
        print(kernels._backend.REASON)
    print(f"threads: {kernels.get_num_threads()}")
    rng = np.random.default_rng(231)
    x, w = (rng.standard_normal(s, dtype=np.float32) for s in (IMAGES, FILTERS))
    b, out = np.zeros(len(w), np.float32), np.empty_like(x)
    geometry = kernels.Geometry((STEP[0],) * 2, (STEP[1],) * 2)
    n, f, h, width = out.shape
    flops = 2 * n * h * width * f * w[0].size
    a = rng.standard_normal((f, w[0].size), dtype=np.float32)
    cols = rng.standard_normal((w[0].size, n * h * width), dtype=np.float32)
    product = np.empty((f, n * h * width), np.float32)
    conv = _seconds(lambda: kernels.impl.conv_forward(x, w, b, out, geometry))
    matmul = _seconds(lambda: np.matmul(a, cols, out=product))
    print(f"convolution 3x3, 64 to 64 channels: {flops / conv / 1e9:.0f} GFLOP/s")
    print(f"NumPy's matrix product of its size: {flops / matmul / 1e9:.0f} GFLOP/s")
    return 0


def _seconds(call, budget=1.0):
    """Return the best time of as many calls as fit the budget, in seconds."""
    call()
    times, end = [], time.perf_counter() + budget
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    terminal.leave(main)
