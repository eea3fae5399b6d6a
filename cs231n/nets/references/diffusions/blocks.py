"""A residual block and all its gradients, right and with known faults."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs231n import autograd

__all__ = ["block_gradients"]

F: Any = autograd.nn.functional


def block_gradients(
    x: np.ndarray,
    context: np.ndarray,
    params: Mapping[str, np.ndarray],
    groups: int,
    dout: np.ndarray,
    fault: str = "",
) -> dict[str, np.ndarray]:
    """Run a block with equal channels on the tape, there and back.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Feature maps.
    context : ndarray of shape (N, K)
        What the block is told.
    params : mapping of str to ndarray
        ``gamma1``, ``beta1``, ``W1``, ``b1`` before the context, ``W`` (K, C), ``b`` of
        the context, ``gamma2``, ``beta2``, ``W2``, ``b2`` behind it.
    groups : int
        Groups of both norms.
    dout : ndarray, shaped like ``x``
        Upstream gradient.
    fault : str, optional
        ``"no skip"``, ``"only skip"``, ``"bare"``, ``"mean"``, ``"no first"``,
        ``"no second"``, or of the block: ``"untold"``, ``"plain"``, ``"late"``,
        ``"no residual"``, ``"post"``.

    Returns
    -------
    found : dict of str to ndarray
        ``out``, and the gradients by the names of what they belong to.
    """
    held = {"x": x, "context": context, **params}
    t = {k: autograd.tensor(np.asarray(v), requires_grad=True) for k, v in held.items()}
    passing = t["x"].detach() if fault == "only skip" else t["x"]
    h = F.group_norm(passing, groups, t["gamma1"], t["beta1"])
    h = F.conv2d(_bent(h, fault == "no first"), t["W1"], t["b1"], padding=1)
    told = t["context"] if fault == "plain" else _bent(t["context"], fault == "bare")
    told = (told @ t["W"] + t["b"])[:, :, None, None]
    h = h if fault in ("untold", "late") else h + told
    h = F.group_norm(h, groups, t["gamma2"], t["beta2"])
    h = h + told if fault == "late" else h
    h = F.conv2d(_bent(h, fault == "no second"), t["W2"], t["b2"], padding=1)
    if fault != "no residual":
        h = h + (t["x"].detach() if fault == "no skip" else t["x"])
    h = F.silu(h) if fault == "post" else h
    h.backward(autograd.tensor(np.asarray(dout)))
    found = {k: _gradient(v) for k, v in t.items()} | {"out": h.detach().numpy()}
    if fault == "mean":
        area = x.shape[2] * x.shape[3]
        found |= {k: found[k] / area for k in ("context", "W", "b")}
    return found


def _bent(x, straight):
    """Apply silu; with ``straight``, as if its slope were 1 everywhere."""
    return x + (F.silu(x) - x).detach() if straight else F.silu(x)


def _gradient(tensor):
    if tensor.grad is None:
        return np.zeros(tensor.shape)
    return tensor.grad.numpy()
