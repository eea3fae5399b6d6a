"""The same program on both engines: ours and PyTorch."""

import importlib

import numpy as np
import pytest

from cs231n import autograd


def theirs():
    """Return PyTorch, or skip the test where it is not installed."""
    return pytest.importorskip("torch")


def functions(engine):
    """Return ``F`` of an engine."""
    name = engine.__name__
    return importlib.import_module(f"{name}.nn.functional")


def leaves(engine, arrays):
    """Return copies of arrays as tensors; those of floats collect gradients."""
    tensors = [engine.from_numpy(np.array(a)) for a in arrays]
    for t in tensors:
        if t.is_floating_point():
            t.requires_grad_()
    return tensors


def plain(value):
    """Return a result as arrays and numbers."""
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if hasattr(value, "detach"):
        return np.asarray(value.detach().numpy())
    return np.asarray(value)


def first(value):
    """Return the tensor of a result that gradients go back from."""
    while isinstance(value, tuple | list):
        value = value[0]
    return value


def run(engine, program, arrays, seed=0):
    """Return values and gradients of a program under a random upstream gradient."""
    inputs = leaves(engine, arrays)
    out = program(engine, *inputs)
    top = first(out)
    if getattr(top, "requires_grad", False):
        dout = np.random.default_rng(seed).standard_normal(tuple(top.shape))
        dout = np.asarray(dout, plain(top).dtype)
        top.backward(engine.from_numpy(dout))
    return plain(out), [None if t.grad is None else plain(t.grad) for t in inputs]


def assert_same(ours, other, *, tolerance=1e-10):
    """Hold nested results together: shapes, dtypes and numbers."""
    if isinstance(other, list):
        assert len(ours) == len(other)
        for a, b in zip(ours, other, strict=True):
            assert_same(a, b, tolerance=tolerance)
    elif other is None or ours is None:
        assert ours is None
        assert other is None
    else:
        assert ours.dtype == other.dtype
        assert ours.shape == other.shape
        scale = max(
            1.0, float(np.max(np.abs(other), initial=0, where=np.isfinite(other)))
        )
        np.testing.assert_allclose(ours, other, rtol=0, atol=tolerance * scale)


def compare(program, *arrays, tolerance=1e-10):
    """Run a program on both engines and hold values and gradients together."""
    other = run(theirs(), program, arrays)
    ours = run(autograd, program, arrays)
    assert_same(list(ours), list(other), tolerance=tolerance)
    return ours
