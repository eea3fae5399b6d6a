"""im2col and its transpose, the choice of back end, and threads."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given

from cs231n import im2col as old
from cs231n import kernels
from cs231n.kernels import _backend, _blas, _numpy
from tests.strategies import DTYPES, LAYOUTS, SEEDS, laid_out, windows


@pytest.fixture(scope="module", params=["numpy", "cython"], autouse=True)
def backend(request):
    """Run the module's tests once on each back end."""
    if request.param == "cython" and kernels.BACKEND != "cython":
        pytest.skip("the compiled kernels are not built")
    before = kernels.impl
    if request.param == "numpy":
        kernels.impl = _backend.impl = _numpy
    yield request.param
    kernels.impl = _backend.impl = before


def slow_im2col(x, kernel, stride, pad, dilation):
    """Copy every window, one at a time."""
    x = np.pad(x, ((0, 0), (0, 0), (pad[0],) * 2, (pad[1],) * 2))
    spans = [dilation[i] * (kernel[i] - 1) + 1 for i in (0, 1)]
    oh, ow = ((x.shape[2 + i] - spans[i]) // stride[i] + 1 for i in (0, 1))
    cols = np.empty((*x.shape[:2], *kernel, oh, ow), x.dtype)
    for i, j in np.ndindex(oh, ow):
        top, left = i * stride[0], j * stride[1]
        rows = slice(top, top + spans[0], dilation[0])
        columns = slice(left, left + spans[1], dilation[1])
        cols[..., i, j] = x[:, :, rows, columns]
    return cols


@given(case=windows(), dtype=DTYPES, layout=LAYOUTS, seed=SEEDS)
def test_im2col_matches_the_definition(case, dtype, layout, seed):
    shape, kernel, stride, pad, dilation = case
    x = np.random.default_rng(seed).standard_normal(shape).astype(dtype)
    steps = {"stride": stride, "pad": pad, "dilation": dilation}

    cols = kernels.im2col(laid_out(x, layout), kernel, **steps)

    assert cols.dtype == dtype
    assert np.array_equal(cols, slow_im2col(x, kernel, **steps))


@given(case=windows(), dtype=DTYPES, layout=LAYOUTS, seed=SEEDS)
def test_col2im_is_the_transpose_of_im2col(case, dtype, layout, seed):
    shape, kernel, stride, pad, dilation = case
    rng = np.random.default_rng(seed)
    x = rng.integers(-9, 10, shape).astype(dtype)
    steps = {"stride": stride, "pad": pad, "dilation": dilation}
    cols = kernels.im2col(x, kernel, **steps)
    c = rng.integers(-9, 10, cols.shape).astype(dtype)

    back = kernels.col2im(laid_out(c, layout), shape, **steps)

    # Integer entries keep every sum exact, so the identity holds to the last bit.
    assert back.shape == shape
    assert np.vdot(cols, c) == np.vdot(x, back)


def test_course_layout_orders_columns_by_place_and_then_image():
    rng = np.random.default_rng(231)
    x = rng.standard_normal((2, 3, 5, 4))

    cols = old.im2col_indices(x, 3, 2, padding=1, stride=2)

    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    k, i, j = old.get_im2col_indices(x.shape, 3, 2, padding=1, stride=2)
    picked = padded[:, k, i, j]  # (N, C * KH * KW, places)
    assert np.array_equal(cols, picked.transpose(1, 2, 0).reshape(cols.shape))
    assert np.array_equal(cols[:, 1], padded[1, :, :3, :2].ravel())


def test_course_layout_transposes_back():
    rng = np.random.default_rng(231)
    x = rng.integers(-9, 10, (2, 3, 5, 6)).astype(float)
    cols = old.im2col_indices(x, 3, 2, padding=1, stride=1)
    c = rng.integers(-9, 10, cols.shape).astype(float)

    back = old.col2im_indices(c, x.shape, 3, 2, padding=1, stride=1)

    assert np.vdot(cols, c) == np.vdot(x, back)
    assert np.array_equal(old.col2im_cython(c, *x.shape, 3, 2, 1, 1), back)
    with pytest.raises(ValueError, match=r"cols must have shape \(18, 70\)"):
        old.col2im_indices(c[:-1], x.shape, 3, 2, padding=1, stride=1)


def test_wrong_windows_are_refused():
    x = np.zeros((1, 1, 4, 4))
    with pytest.raises(ValueError, match=r"x must have shape \(N, C, H, W\)"):
        kernels.im2col(x[0], 2)
    with pytest.raises(ValueError, match="window of height 5 does not fit"):
        kernels.im2col(x, 5)
    with pytest.raises(ValueError, match=r"kernel_size must be .* at least 1; got 0"):
        kernels.im2col(x, 0)
    with pytest.raises(TypeError, match="x must be float32 or float64; got int64"):
        kernels.im2col(x.astype(int), 2)
    with pytest.raises(ValueError, match=r"cols must have shape \(1, 1, 2, 2, 3, 3\)"):
        kernels.col2im(np.zeros((1, 1, 2, 2, 2, 3)), x.shape)
    with pytest.raises(ValueError, match="x_shape must be"):
        kernels.col2im(np.zeros((1, 1, 2, 2, 2, 3)), (1, 4, 4))


def test_threads_are_set_inside_a_block_only():
    before = kernels.get_num_threads()

    with kernels.num_threads(1) as count:
        assert count == kernels.get_num_threads() == 1
    with pytest.raises(ZeroDivisionError), kernels.num_threads(1):
        raise ZeroDivisionError

    assert kernels.get_num_threads() == before


def test_matrix_products_follow_and_never_exceed_their_own_number():
    own = _blas.threads()
    if own is None:
        pytest.skip("threadpoolctl does not know this matrix library")

    with kernels.num_threads(1):
        assert _blas.threads() == 1
        with kernels.num_threads(kernels.get_num_threads()):
            assert _blas.threads() == 1
    with kernels.num_threads(10_000):
        assert _blas.threads() <= own

    assert _blas.threads() == min(own, kernels.get_num_threads())


@pytest.mark.parametrize(("wanted", "mine"), [("1", "2"), ("2", "1")])
def test_environment_limits_matrix_products(wanted, mine):
    if _blas.threads() is None:
        pytest.skip("threadpoolctl does not know this matrix library")
    code = "from cs231n.kernels import _blas; print(_blas.threads())"

    result = run(code, CS231N_NUM_THREADS=wanted, OPENBLAS_NUM_THREADS=mine)

    assert (result.stdout, result.stderr) == ("1\n", "")


def test_more_threads_than_cores_count_as_the_cores():
    with kernels.num_threads(10_000) as count:
        assert 1 <= count <= (os.cpu_count() or 1)


@pytest.mark.parametrize("count", [0, -1, 1.5, "2", True])
def test_wrong_thread_counts_are_refused(count):
    with pytest.raises(ValueError, match="count must be a whole number of at least 1"):
        kernels.set_num_threads(count)


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_environment_chooses_back_end_and_threads():
    code = (
        "from cs231n import kernels as k;"
        "print(k.BACKEND, k.INSTRUCTIONS, k.get_num_threads())"
    )

    result = run(code, CS231N_KERNELS="numpy", CS231N_NUM_THREADS="1")

    assert (result.stdout, result.stderr) == ("numpy None 1\n", "")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CS231N_KERNELS", "fast", "CS231N_KERNELS must be one of auto, numpy"),
        ("CS231N_NUM_THREADS", "many", "CS231N_NUM_THREADS must be a whole number"),
        ("CS231N_NUM_THREADS", "0", "CS231N_NUM_THREADS must be a whole number"),
    ],
)
def test_wrong_environment_is_refused(name, value, words):
    result = run("import cs231n.kernels", **{name: value})

    assert result.returncode == 1
    assert words in result.stderr.splitlines()[-1]


#: Stands for a module that another version of the sources was compiled to.
STALE = """
import sys, types, importlib.machinery
from cs231n.kernels import _numpy
core = types.ModuleType("cs231n.kernels._core")
core.__spec__ = importlib.machinery.ModuleSpec(core.__name__, None)
vars(core).update({name: getattr(_numpy, name) for name in _numpy.__all__})
core.choose = lambda name: "avx2"
"""
LATER = """
for name in [name for name in sys.modules if name.startswith("cs231n.kernels")]:
    del sys.modules[name]
sys.modules[core.__name__] = core
import numpy as np
from cs231n import kernels, layers
assert layers.relu_forward(np.float32([[-1, 2]]))[0].tolist() == [[0, 2]]
print(kernels.BACKEND, kernels.INSTRUCTIONS)
"""
FAULTS = {
    "del core.adam": "they have no 'adam'",
    "del core.choose": "they have no 'choose'",
    "core.sgd = lambda w, dw, rate: None": "'sgd' takes other arguments",
}
NUMPY_FIRST = {"CS231N_KERNELS": "numpy"}


def run_stale(fault, wanted):
    switch = f"import os; os.environ['CS231N_KERNELS'] = {wanted!r}"
    return run("\n".join([STALE, fault, switch, LATER]), **NUMPY_FIRST)


def test_a_build_that_fits_is_used():
    result = run_stale("", "auto")

    assert (result.stdout, result.stderr) == ("cython avx2\n", "")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_stale_build_gives_way_to_numpy_in_a_sentence(fault):
    result = run_stale(fault, "auto")

    assert result.stdout == "numpy None\n"
    assert "RuntimeWarning: NumPy does the work. The comp" in result.stderr
    assert f"do not fit this code: {FAULTS[fault]}. Build" in result.stderr
    assert "pip install -e ." in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("fault", FAULTS)
def test_a_stale_build_that_is_asked_for_is_refused(fault):
    result = run_stale(fault, "avx2")

    last = result.stderr.splitlines()[-1]
    assert last.startswith("ImportError: CS231N_KERNELS asks for avx2. The compiled")
    assert f"{FAULTS[fault]}. Build them again" in last


def test_where_nbgrader_counts_points_a_stale_build_is_quiet(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")

    result = run_stale("del core.adam", "auto")

    assert (result.stdout, result.stderr) == ("numpy None\n", "")


def test_the_check_says_why_numpy_does_the_work(monkeypatch, capsys):
    monkeypatch.setattr(kernels._backend, "REASON", "For want of a nail.")
    monkeypatch.setattr("cs231n.kernels.__main__._seconds", lambda call: 1.0)

    assert kernels.__main__.main() == 0

    assert "For want of a nail." in capsys.readouterr().out


def test_layers_load_no_heavy_module():
    code = (
        "import sys, cs231n.layers;"
        "print([m for m in ('matplotlib', 'torch', 'scipy') if m in sys.modules])"
    )

    assert run(code).stdout == "[]\n"
