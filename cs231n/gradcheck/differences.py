"""Differences of a function on both sides of a point, and how far they are off."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cs231n.runs.chance import generator

#: Central-difference step. The truncation error falls as h**2 and the rounding
#: error grows as eps/h, so the sum is least near eps**(1/3) (about 6e-6).
STEP = float(np.cbrt(np.finfo(np.float64).eps))

#: Bytes of perturbed copies that the batched gradient makes at a time: small enough
#: to stay in the cache, large enough to spread the cost of a call.
BATCH_BYTES = 2_000_000


def rel_error(x: npt.ArrayLike, y: npt.ArrayLike, *, floor: float = 1e-8) -> float:
    """Return the largest elementwise relative error between two arrays.

    Parameters
    ----------
    x, y : array_like
        Values to compare; they broadcast together.
    floor : float, optional
        Smallest denominator, so that two zeros count as equal.

    Returns
    -------
    error : float
        ``max |x - y| / max(floor, |x| + |y|)``; 0.0 for empty arrays.
    """
    x, y = np.asarray(x), np.asarray(y)
    error = np.abs(x - y) / np.maximum(floor, np.abs(x) + np.abs(y))
    return float(error.max()) if error.size else 0.0


def directional_error(
    f: Callable,
    x: np.ndarray,
    dout: np.ndarray | float,
    dx: np.ndarray,
    *,
    rng: np.random.Generator,
    directions: int = 3,
    step: float = STEP,
) -> float:
    """Compare an analytic gradient with finite differences along random lines.

    Costs ``2 * directions`` calls of ``f``, whatever the size of ``x``; checking
    each element in turn costs ``2 * x.size``. A wrong gradient shows up along
    almost every random direction.

    Parameters
    ----------
    f : callable
        Maps an array shaped like ``x`` to an array shaped like ``dout``. Must be
        deterministic: fix dropout masks before calling.
    x : ndarray, float64
        Point at which to compare. Not modified.
    dout : ndarray or float
        Upstream gradient, shaped like ``f(x)``. Use random values: with all ones
        a backward pass that forgets ``dout`` still passes.
    dx : ndarray
        The analytic gradient of ``sum(f(x) * dout)`` with respect to ``x``.
    rng : numpy.random.Generator
        Source of the directions.
    directions : int, optional
        How many lines to try.
    step : float, optional
        Half the distance between the two points of each difference, relative to
        a unit direction.

    Returns
    -------
    error : float
        The largest error seen, relative to the typical slope of a random line;
        below 1e-7 for a correct smooth layer.

    Raises
    ------
    TypeError
        If ``x`` is not float64: float32 rounding would drown the comparison.
    ValueError
        If ``dx`` is not shaped like ``x``.
    """
    _check_point(x)
    if np.shape(dx) != x.shape:
        raise ValueError(f"dx has shape {np.shape(dx)}; expected {x.shape}, like x.")
    if x.size == 0:
        return 0.0
    # A random unit vector meets dx with a product near its root mean square. Where
    # dx is far below dout, rounding dominates, so the floor compares absolutely.
    scale = max(_rms(dx), 1e-3 * _rms(dout), np.finfo(np.float64).tiny)
    errors = []
    for _ in range(directions):
        v = rng.standard_normal(x.shape)
        v /= np.linalg.norm(v)
        rise = np.sum((f(x + step * v) - f(x - step * v)) * dout)
        errors.append(abs(rise / (2 * step) - np.sum(dx * v)) / scale)
    return float(
        np.max(errors)
    )  # a NaN anywhere comes out as NaN, which no bound admits


def eval_numerical_gradient(
    f: Callable, x: np.ndarray, verbose: bool = False, h: float = 1e-5
) -> np.ndarray:
    """Return the numerical gradient of a scalar function, element by element.

    Parameters
    ----------
    f : callable
        Maps ``x`` to a number. It may also look at ``x`` itself through a closure
        and ignore its argument, as ``lambda _: model.loss(X, y)[0]`` does.
    x : ndarray, float64
        Point at which to differentiate. Each element is varied in place and put
        back, also where ``f`` raises.
    verbose : bool, optional
        Print every element as it is done.
    h : float, optional
        Half the distance between the two points of each difference.

    Returns
    -------
    grad : ndarray, shaped like ``x``
        Central differences.

    Raises
    ------
    TypeError
        If ``x`` is not float64, or ``f`` gives something else than a number.
    ValueError
        If ``x`` cannot be written to.
    """
    _check_point(x, written=True)
    grad = np.empty_like(x)
    for index in np.ndindex(x.shape):
        above, below = _on_both_sides(lambda: _number(f(x)), x, index, h)
        grad[index] = (above - below) / (2 * h)
        if verbose:
            print(index, grad[index])
    return grad


def eval_numerical_gradient_array(
    f: Callable,
    x: np.ndarray,
    df: np.ndarray | float,
    h: float = 1e-5,
    *,
    batched: bool = False,
) -> np.ndarray:
    """Return the numerical gradient of ``sum(f(x) * df)``, element by element.

    Parameters
    ----------
    f : callable
        Maps ``x`` to an array shaped like ``df``.
    x : ndarray, float64
        Point at which to differentiate. Each element is varied in place and put
        back, also where ``f`` raises; with ``batched`` it is only read.
    df : ndarray or float
        Upstream gradient, shaped like ``f(x)``.
    h : float, optional
        Half the distance between the two points of each difference.
    batched : bool, optional
        Move one element of *every* sample at once, and do that for many elements
        in one call of ``f``: often 30 times faster. Right only where the first
        axis of ``x`` and ``f(x)`` is the batch, ``f`` takes any batch size and
        treats the samples separately. That holds for the input of most layers;
        not for weights, and not for batch normalisation in training mode.

    Returns
    -------
    grad : ndarray, shaped like ``x``
        Central differences.

    Raises
    ------
    TypeError
        If ``x`` is not float64.
    ValueError
        If ``x`` cannot be written to, or with ``batched`` if ``x`` and ``df`` do
        not begin with the same batch axis.
    """
    _check_point(x, written=not batched)
    if batched:
        return _batched_gradient(f, x, np.asarray(df), h)
    grad = np.empty_like(x)
    for index in np.ndindex(x.shape):
        above, below = _on_both_sides(lambda: np.array(f(x)), x, index, h)
        grad[index] = np.sum((above - below) * df) / (2 * h)
    return grad


def grad_check_sparse(
    f: Callable,
    x: np.ndarray,
    analytic_grad: np.ndarray,
    num_checks: int = 10,
    h: float = 1e-5,
    *,
    rng: np.random.Generator | None = None,
) -> float:
    """Compare and print analytic and numerical gradients at a few random elements.

    Parameters
    ----------
    f : callable
        Maps ``x`` to a number.
    x : ndarray, float64
        Point at which to compare. The elements tried are varied in place and put
        back.
    analytic_grad : ndarray, shaped like ``x``
        The gradient to check.
    num_checks : int, optional
        How many elements to try.
    h : float, optional
        Half the distance between the two points of each difference.
    rng : numpy.random.Generator, optional
        Source of the elements; by default one seeded with 231.

    Returns
    -------
    error : float
        The largest relative error of the elements tried.

    Raises
    ------
    TypeError
        If ``x`` is not float64, or ``f`` gives something else than a number.
    ValueError
        If ``analytic_grad`` is not shaped like ``x``, or ``x`` is empty or cannot
        be written to.
    """
    _check_point(x, written=True)
    if np.shape(analytic_grad) != x.shape or x.size == 0:
        raise ValueError(
            f"analytic_grad has shape {np.shape(analytic_grad)}; expected the shape "
            f"of x, {x.shape}, with at least one element."
        )
    rng = generator(rng)
    worst = 0.0
    for _ in range(num_checks):
        index = tuple(int(rng.integers(size)) for size in x.shape)
        above, below = _on_both_sides(lambda: _number(f(x)), x, index, h)
        numerical, analytic = (above - below) / (2 * h), float(analytic_grad[index])
        error = rel_error(numerical, analytic)
        worst = max(worst, error)
        print(
            f"numerical {numerical: .6f}  analytic {analytic: .6f}  "
            f"relative error {error:.2e}"
        )
    return worst


def _check_point(x, *, written=False):
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        kind = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(
            f"Gradient checks need a float64 array; x is {kind}. "
            "Convert with x.astype(np.float64)."
        )
    if written and not x.flags.writeable:
        raise ValueError(
            "x is read-only, and its elements are varied in place: copy it."
        )


def _number(value):
    """Return what a scalar function gave as a float."""
    try:
        return float(value)
    except (TypeError, ValueError):
        shape = getattr(value, "shape", None)
        got = type(value).__name__ if shape is None else f"an array of shape {shape}"
        raise TypeError(
            f"f(x) should be one number, such as a loss; it gave {got}. Return the "
            f"number alone; for a function that gives an array there is "
            f"eval_numerical_gradient_array(f, x, df), with df shaped like f(x)."
        ) from None


def _on_both_sides(value, x, index, h):
    """Return ``value()`` with ``x[index]`` a step above and below; put it back."""
    centre = x[index]
    try:
        x[index] = centre + h
        above = value()
        x[index] = centre - h
        below = value()
    finally:
        x[index] = centre
    return above, below


def _batched_gradient(f, x, df, h):
    n = x.shape[0] if x.ndim else 0
    if df.ndim == 0 or n != df.shape[0]:
        raise ValueError(
            f"batched=True needs x and df with one batch axis first; got shapes "
            f"{x.shape} and {df.shape}."
        )
    features = x.size // n if n else 0
    flat = x.reshape(n, features)
    grad = np.empty((n, features))
    at_once = max(1, BATCH_BYTES // max(1, 2 * (x.nbytes + df.nbytes)))
    for start in range(0, features, at_once):
        moved = np.arange(start, min(start + at_once, features))
        copies = np.empty((2, len(moved), n, features))
        copies[...] = flat
        rows = np.arange(len(moved))
        copies[0, rows, :, moved] += h
        copies[1, rows, :, moved] -= h
        out = np.asarray(f(copies.reshape(-1, *x.shape[1:])))
        out = out.reshape(2, len(moved), n, -1)
        rise = np.vecdot(out[0] - out[1], df.reshape(n, -1))  # (moved, n)
        grad[:, moved] = rise.T / (2 * h)
    return grad.reshape(x.shape)


def _rms(a):
    return np.linalg.norm(a) / np.sqrt(max(1, np.size(a)))
