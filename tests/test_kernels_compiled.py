"""What only the compiled kernels can get wrong: threads, instruction sets, memory."""

import gc
import multiprocessing
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from cs231n import kernels, layers

pytestmark = pytest.mark.skipif(
    kernels.BACKEND != "cython", reason="the compiled kernels are not built"
)

CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 3, "pool_width": 3, "stride": 2}


def everything(dtype=np.float32):
    """Run most kernels forward and backward; return all results as one list."""
    rng = np.random.default_rng(231)
    draw = lambda *shape: rng.standard_normal(shape).astype(dtype)
    x, results = draw(9, 20, 17, 19), []

    def run(name, *arguments, **options):
        out, cache = getattr(layers, f"{name}_forward")(*arguments, **options)
        grads = getattr(layers, f"{name}_backward")(draw(*out.shape), cache)
        results.extend([out, *(grads if isinstance(grads, tuple) else [grads])])

    run("conv", x, draw(33, 20, 3, 3), draw(33), CONV)
    run("conv", x[:, :3].copy(), draw(8, 3, 5, 5), draw(8), {"stride": 2, "pad": 2})
    run("max_pool", x, POOL)
    run("avg_pool", x, POOL)
    run("global_avg_pool", x)
    run("spatial_batchnorm", x, draw(20), draw(20), {"mode": "train"})
    run("batchnorm", draw(70, 300), draw(300), draw(300), {"mode": "train"})
    run("spatial_batchnorm", x, draw(20), draw(20), {"mode": "test"})
    run("layernorm", draw(170, 300), draw(300), draw(300), {})
    run("spatial_groupnorm", x, draw(20), draw(20), 5, {})
    run("affine", draw(150, 400), draw(400, 130), draw(130))
    run("relu", x)
    run("gelu", x)
    run("gelu", x, exact=True)
    for kind, gates in (("rnn", 1), ("gru", 3), ("lstm", 4)):
        weights = draw(30, 50 * gates), draw(50, 50 * gates), draw(50 * gates)
        run(kind, draw(40, 5, 30), draw(40, 50), *weights)
    run("word_embedding", rng.integers(0, 9, (50, 40)), draw(9, 300))
    for loss in (layers.softmax_loss, layers.svm_loss):
        value, dx = loss(draw(500, 100), rng.integers(0, 100, 500))
        results.extend([np.array(value), dx])
    for loss in (layers.linear_softmax_loss, layers.linear_svm_loss):
        value, dw = loss(draw(900, 300), draw(300, 10), rng.integers(0, 10, 900))
        results.extend([np.array(value), dw])
    return results


def same(first, second):
    return all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_and_two_threads_give_the_same_bits(dtype, monkeypatch):
    # More threads than cores here are asked of the C side directly.
    with kernels.num_threads(1):
        alone = everything(dtype)
    for threads in (2, 3, 7):
        kernels.impl.set_threads(threads)
        try:
            together = everything(dtype)
        finally:
            kernels.set_num_threads(kernels.get_num_threads())
        assert same(alone, together), f"{threads} threads"


ALONE = """
import os, numpy as np
allowed = os.sched_getaffinity(0)
here = min(allowed)
os.sched_setaffinity(0, {here})
from cs231n import kernels
a, out = np.ones((300, 300)), np.empty((300, 300))
kernels.impl.set_threads(2)
before = set(os.listdir("/proc/self/task"))
kernels.impl.matmul(a, a, out)
(worker,) = map(int, set(os.listdir("/proc/self/task")) - before)
assert os.sched_getaffinity(worker) == {here}
for _ in range(200):
    os.sched_setaffinity(0, {here})
    os.sched_setaffinity(0, allowed)
    kernels.impl.matmul(a, a, out)
    if os.sched_getaffinity(worker) == allowed - {here}:
        break
print(here not in os.sched_getaffinity(worker), (out == 300).all())
"""


@pytest.mark.processor
@pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2,
    reason="needs two processors of Linux",
)
def test_a_worker_leaves_its_callers_processor():
    # Both begin on one processor; then the caller may use all of them.
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]


def test_callers_in_several_threads_do_not_meet():
    expected, wrong = everything(), []

    def call():
        if not same(expected, everything()):
            wrong.append(threading.current_thread().name)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert wrong == []


def _in_child(queue):
    queue.put(float(everything()[0].sum()))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks by habit")
def test_a_forked_child_can_compute():
    expected = float(everything()[0].sum())
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_child, args=(queue,))

    child.start()

    try:
        assert queue.get(timeout=300) == expected
    finally:
        child.join(timeout=10)


@pytest.mark.processor
@pytest.mark.parametrize("instructions", ["vec128", "avx2", "avx512"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_instruction_set_agrees_with_numpy(instructions, dtype, monkeypatch):
    monkeypatch.setattr(kernels, "impl", kernels._backend._numpy)
    expected = everything(dtype)
    monkeypatch.undo()
    if kernels.impl.start(instructions) is None:
        pytest.skip(f"this processor has no {instructions}")
    try:
        results = everything(dtype)
    finally:
        kernels.impl.start(kernels.INSTRUCTIONS)

    for ours, theirs in zip(results, expected, strict=True):
        scale = max(1.0, float(np.abs(theirs).max()))
        tolerance = 2000 * np.finfo(dtype).eps * scale
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


#: N, C, H, W, F, K, stride, pad, dilation, groups: many filters, over short rows, with
#: panels that are not full, taps or rows in several blocks, and phases without taps.
WIDE = [
    (3, 24, 9, 11, 56, 3, 1, 1, 1, 1),
    (9, 48, 13, 15, 56, 3, 2, 1, 1, 1),
    (5, 128, 4, 7, 24, 3, 1, 1, 1, 1),
    (1, 28, 60, 61, 52, 3, 2, 1, 1, 1),
    (3, 120, 6, 7, 112, 1, 1, 0, 1, 1),
    (2, 104, 47, 49, 104, 1, 1, 0, 1, 1),
    (2, 48, 9, 10, 112, 3, 1, 2, 2, 2),
    (2, 28, 13, 14, 240, 2, 3, 0, 1, 1),
    (2, 60, 16, 16, 56, (3, 2), (1, 2), (1, 0), 1, 1),
]


@pytest.mark.processor
@pytest.mark.parametrize("case", WIDE)
@pytest.mark.parametrize("instructions", ["vec128", "avx2", "avx512"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_convolution_of_whole_numbers_is_exact(case, instructions, dtype, monkeypatch):
    n, c, h, w, f, size, stride, pad, dilation, groups = case
    rng = np.random.default_rng(231)
    draw = lambda *shape: rng.integers(-3, 4, shape).astype(dtype)
    size = (size, size) if isinstance(size, int) else size
    arrays = draw(n, c, h, w), draw(f, c // groups, *size), draw(f)
    param = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}

    def both_ways(dout=None):
        out, cache = layers.conv_forward(*arrays, param)
        dout = draw(*out.shape) if dout is None else dout
        return dout, (out, *layers.conv_backward(dout, cache))

    monkeypatch.setattr(kernels, "impl", kernels._backend._numpy)
    dout, expected = both_ways()
    monkeypatch.undo()
    if kernels.impl.start(instructions) is None:
        pytest.skip(f"this processor has no {instructions}")
    try:
        kernels.impl.set_threads(3)
        results = both_ways(dout)[1]
    finally:
        kernels.impl.start(kernels.INSTRUCTIONS)
        kernels.set_num_threads(kernels.get_num_threads())

    assert same(results, expected)


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_thousand_repetitions_leave_no_memory_behind():
    rng = np.random.default_rng(231)
    x, w, b = (
        rng.standard_normal(s, dtype=np.float32)
        for s in ((4, 20, 17, 19), (33, 20, 3, 3), 33)
    )
    fc = rng.standard_normal((33 * 8 * 9, 10), dtype=np.float32)
    examples, right = rng.random((300, 40), np.float32), rng.integers(0, 10, 300)
    words = rng.standard_normal((30, 4, 40), dtype=np.float32)
    weights = [
        rng.standard_normal(s, dtype=np.float32) for s in ((40, 80), (20, 80), 80)
    ]
    valid = rng.standard_normal((5, 33, 4, 3), dtype=np.float32)

    def once():
        out, cache = layers.conv_forward(x, w, b, CONV)
        layers.conv_backward(out, cache)
        pooled, cache = layers.max_pool_forward(out, POOL)
        layers.max_pool_backward(pooled, cache)
        layers.affine_forward(pooled, fc, b[:10])
        states, cache = layers.lstm_forward(words, words[:, 0, :20], *weights)
        layers.lstm_backward(states, cache)
        mean, cache = layers.avg_pool_forward(out, POOL)
        layers.avg_pool_backward(mean, cache)
        normal, cache = layers.spatial_groupnorm_forward(out, b, b, 3, {})
        layers.spatial_groupnorm_backward(normal, cache)
        small, cache = layers.conv_forward(
            pooled, valid, b[:5], {"stride": 1, "pad": 0}
        )
        layers.conv_backward(small, cache)
        layers.linear_softmax_loss(examples, fc[:40], right)

    for _ in range(100):
        once()
    gc.collect()
    before = resident()
    for _ in range(1000):
        once()
    gc.collect()

    assert resident() - before < 2 << 20  # one array of 30 kB a time would be 30 MiB


def peak_rise(call):
    """Return by how many bytes a call raises the peak of resident memory."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = resident()
    kept = call()
    with open("/proc/self/status") as file:
        peak = next(line for line in file if line.startswith("VmHWM"))
    del kept
    return int(peak.split()[1]) * 1024 - before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_convolution_needs_little_memory_beside_its_results():
    x = np.ones((32, 64, 32, 32), np.float32)
    w, b = np.ones((64, 64, 3, 3), np.float32), np.ones(64, np.float32)

    def once():
        out, cache = layers.conv_forward(x, w, b, CONV)
        return out, layers.conv_backward(out, cache)

    once()
    rise = peak_rise(once)

    columns = x.nbytes * 9
    results = 2 * x.nbytes + w.nbytes
    assert rise - results < columns / 4
