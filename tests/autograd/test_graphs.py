"""Graphs: random programs against PyTorch, memory, order, bits."""

import gc
import subprocess
import sys
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n import autograd, kernels
from cs231n.kernels import BACKEND
from tests.autograd.engines import compare, leaves, plain, theirs
from tests.strategies import SEEDS

#: Steps of random programs: they take the tensors so far (all n x n) and two choices.
STEPS = [
    lambda t, a, b: a + b,
    lambda t, a, b: a * b,
    lambda t, a, b: a - 2 * b,
    lambda t, a, b: a / (1 + b * b),
    lambda t, a, b: a @ b / 3,
    lambda t, a, b: t.tanh(a),
    lambda t, a, b: a.T * 0.5,
    lambda t, a, b: a.sigmoid().contiguous().view(-1).reshape(a.shape),
    lambda t, a, b: t.softmax(a, dim=1) * b,
    lambda t, a, b: a - a.mean(dim=0, keepdim=True),
    lambda t, a, b: a + b.max(dim=1)[0],
    lambda t, a, b: t.cat([a[:1], b[1:]]),
    lambda t, a, b: t.stack([a, b]).sum(0),
    lambda t, a, b: a[[*range(1, len(a)), 0]],
    lambda t, a, b: t.where(a > b, a, b * 0.5),
    lambda t, a, b: a.masked_fill(b > 0.5, 0.1),
    lambda t, a, b: a / (1 + a.norm()),
    lambda t, a, b: a.clamp(-1, 1) + b[:, :1],
    lambda t, a, b: t.nn.functional.gelu(a),
    lambda t, a, b: t.nn.functional.layer_norm(a, (a.shape[1],)) * 0.5,
    lambda t, a, b: a.detach() + b,
    lambda t, a, b: written(a, b),
    lambda t, a, b: added(a, b),
]


def written(a, b):
    out = a * 1
    out[0] = b[-1] * 2
    out[1:, 0] = 0.5
    return out


def added(a, b):
    out = a * 1
    row = out[-1]
    row += b[0]
    out /= 1.5
    return out


@given(
    size=st.integers(2, 4),
    seed=SEEDS,
    program=st.lists(
        st.tuples(st.integers(0, len(STEPS) - 1), st.integers(0, 9), st.integers(0, 9)),
        min_size=20,
        max_size=20,
    ),
)
def test_random_programs_have_pytorchs_gradients(size, seed, program):
    arrays = np.random.default_rng(seed).standard_normal((3, size, size))

    def run(t, *inputs):
        known = list(inputs)
        for step, i, j in program:
            a, b = (known[-1 - k % len(known)] for k in (i, j))
            known.append(STEPS[step](t, a, b))
        return sum(known[3:], known[0])

    compare(run, *arrays, tolerance=1e-8)


def small_step(t):
    net = t.nn.Sequential(t.nn.Linear(6, 5), t.nn.Tanh(), t.nn.Linear(5, 2))
    rule = t.optim.Adam(net.parameters())
    x, y = t.ones(4, 6), t.tensor([0, 1, 0, 1])

    def step():
        h = t.zeros(4, 2)
        h[:, 0] = net(x)[:, 1]
        h[:, 1] += net(x).mean(dim=1)
        loss = t.nn.functional.cross_entropy(h.T.contiguous().view(4, 2), y)
        rule.zero_grad()
        loss.backward()
        rule.step()
        return loss

    return step


def test_a_thousand_steps_leave_nothing_for_the_garbage_collector():
    step = small_step(autograd)
    gc.collect()
    gc.disable()
    try:
        for _ in range(1000):  # fills Python's and NumPy's stores of small blocks
            step()
        before = sys.getallocatedblocks()
        for _ in range(1000):
            step()
        grown = sys.getallocatedblocks() - before
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert grown < 200


def test_backward_frees_what_steps_kept_while_results_live():
    t = autograd
    x = t.ones(1000, requires_grad=True)
    y = t.exp(x)
    middle = weakref.ref(y)
    z = (y * y).sum()
    del y
    assert middle() is None  # the graph holds numbers, no tensors
    node = z.grad_fn.next_functions[0][0]
    z.backward()

    assert node.back is None
    with pytest.raises(RuntimeError, match=r"second time: the step 'mul'"):
        z.backward()


def test_a_graph_can_be_kept():
    def story(t):
        x = t.tensor([1.0, 2.0], requires_grad=True)
        y = t.exp(x).sum()
        y.backward(retain_graph=True)
        y.backward()
        shared = x + 3
        shared.sum().backward()
        (2 * shared).sum().backward()
        return plain(x.grad)

    np.testing.assert_allclose(story(autograd), story(theirs()), rtol=1e-5)


def test_long_chains_need_no_recursion():
    t = autograd
    x = t.ones(1, requires_grad=True)
    y = x
    for _ in range(50_000):
        y = y * 1.0
    y.backward()

    assert x.grad.item() == 1
    del y


def test_wide_graphs_are_walked_once():
    t = autograd
    x = t.tensor(1.0, dtype=t.float64, requires_grad=True)
    y = x
    for _ in range(60):  # 2**60 paths
        y = y + y
    y.backward()

    assert x.grad.item() == 2.0**60


@pytest.mark.skipif(BACKEND != "cython", reason="NumPy's products differ by threads")
def test_bits_do_not_depend_on_threads():
    code = """
import sys
import numpy as np
from benchmarks.autograd import NETWORKS, step_of
from cs231n import autograd, kernels
kernels.set_num_threads(int(sys.argv[1]))
for make in NETWORKS.values():
    autograd.manual_seed(0)
    net, step = step_of(autograd, make)
    step(), step()
    print([p.detach().numpy().tobytes().hex()[:4000] for p in net.parameters()])
    print(sum(hash(p.detach().numpy().tobytes()) for p in net.parameters()))
"""
    outputs = []
    for threads in ("1", "2"):
        result = subprocess.run(
            [sys.executable, "-c", code, threads],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": threads, "PATH": ""},
        )
        outputs.append(result.stdout)

    assert outputs[0] == outputs[1]


def test_both_back_ends_agree():
    from cs231n.kernels import _backend, _numpy

    net = autograd.nn.Sequential(
        autograd.nn.Conv2d(3, 4, 3),
        autograd.nn.GELU(),
        autograd.nn.Flatten(),
        autograd.nn.Linear(16, 3),
    )
    x = autograd.randn(2, 3, 4, 4)
    found, before = [], kernels.impl
    for impl in (before, _numpy):
        kernels.impl = _backend.impl = impl
        net.zero_grad()
        (net(x) ** 2).sum().backward()
        found.append([plain(p.grad) for p in net.parameters()])
    kernels.impl = _backend.impl = before

    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-4)


def test_leaves_and_nodes_tell_what_they_are():
    (x,) = leaves(autograd, [np.ones(2)])
    y = x * 2

    assert (x.is_leaf, y.is_leaf, x.grad_fn) == (True, False, None)
    assert y.grad_fn.name() == "MulBackward0"
    assert y.requires_grad
    assert x.detach().is_leaf
