"""How results get their history: recorded steps, views, and writes in place."""

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.graph import Node, _Mode
from cs231n.autograd.tensor import Tensor, edge, wrap


def asks(*tensors):
    """Return for each tensor (or None) whether a step on it is to be recorded."""
    if not _Mode.enabled:
        return (False,) * len(tensors)
    return tuple(t is not None and t.requires_grad for t in tensors)


def record(step, out, back, inputs, saved=(), keeps=False, fresh=False):
    """Return the result of a step, which remembers the way back.

    Parameters
    ----------
    step : str
        Name of the step.
    out : ndarray
        The result.
    back : callable
        Takes the gradient of ``out``; returns that of each input (None where there is
        none), or an array for one input. It must not hold tensors.
    inputs : tuple of Tensor or None
        What the step read; None for what collects no gradient.
    saved : tuple of Tensor
        Inputs whose numbers ``back`` reads.
    keeps : bool
        Whether ``back`` reads ``out``.
    fresh : bool
        Whether ``back`` returns new arrays only, never the gradient it was given.
    """
    result = Tensor.__new__(Tensor)
    result._a = out if type(out) is np.ndarray else np.asarray(out)
    result._version = [0]
    if _Mode.enabled:
        parents, lives = [], False
        for x in inputs:
            parent = None if x is None else edge(x)
            lives = lives or parent is not None
            parents.append(parent)
        if lives:
            counters = [(s._version, s._version[0]) for s in saved]
            if keeps:
                counters.append((result._version, 0))
            result._node = Node(step, back, parents, counters, fresh)
            result._asks = True
    return result


def view(step, x, how, back):
    """Return a tensor that shares the memory of ``x``.

    Parameters
    ----------
    step : str
        Name of the step.
    x : Tensor
        What is viewed.
    how : callable
        Takes an array like that of ``x``; returns the same view of it.
    back : callable
        Takes a gradient of the view; returns that of ``x``.
    """
    out = Tensor.__new__(Tensor)
    out._a, out._version = how(x._a), x._version
    out._base, out._how = x, (step, how, back)
    parent = edge(x)
    out._seen = x._changes
    if parent is not None and _Mode.enabled:
        out._node, out._asks = Node(step, back, (parent,)), True
    return out


def write(x, step, change):
    """Do a step in place: ``x`` takes the numbers and the history of its result.

    Parameters
    ----------
    x : Tensor
        What is changed.
    step : str
        Name of the step, for messages.
    change : callable
        Takes a tensor like ``x``; returns the result.
    """
    recorded = _Mode.enabled
    if recorded:
        check_leaf(x)
    # What is read on the way back must not be overwritten.
    old = wrap(x._a.copy() if recorded else x._a)
    if recorded and x.requires_grad:
        old._node, old._asks = x._node, True
    out = change(old)
    if out._a.shape != x._a.shape:
        raise RuntimeError(
            f"{step}: the result of shape {out._a.shape} does not fit in place into "
            f"a tensor of shape {x._a.shape}."
        )
    overwrite(x, step, out._a)
    if out._node is not None or out._asks:
        adopt(x, edge(out))
    return x


def overwrite(x, step, values, where=...):
    """Write numbers into the memory of ``x`` and count the change."""
    if values.dtype.kind == "f" and x._a.dtype.kind != "f":
        raise RuntimeError(
            f"{step}: result type {dtypes.spoken(values.dtype)} can't be cast to the "
            f"desired output type {dtypes.spoken(x._a.dtype)}"
        )
    _check_memory(x, step)
    x._a[where] = values
    x._version[0] += 1


def adopt(x, node):
    """Give ``x`` another history after a write in place."""
    x._node, x._asks = node, True
    x._changes += 1
    base = x._base
    if base is None:
        return
    step, how, _ = x._how

    def back(g):
        part = how(g)
        kept = g.copy()
        how(kept)[...] = 0
        return kept, part

    adopt(base, Node(f"copy_{step}", back, (edge(base), node)))
    x._seen = base._changes
    x._node = Node(step, x._how[2], (base._node,))


def check_leaf(x):
    """Refuse to write in place to a leaf that collects gradients."""
    place = x
    while place is not None:
        if place._asks and place._node is None:
            what = "a leaf Variable" if place is x else "a view of a leaf Variable"
            raise RuntimeError(
                f"{what} that requires grad is being used in an in-place operation. "
                f"Write inside `with torch.no_grad():`, or to x.data."
            )
        place = place._base


def _check_memory(x, step):
    if not x._a.flags.writeable:
        raise RuntimeError(
            f"{step}: this tensor may not be written to, because several of its "
            f"elements share a place in memory or its array is read-only; use "
            f".clone() first."
        )
