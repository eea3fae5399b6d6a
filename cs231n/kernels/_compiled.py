"""The compiled back end: bindings of ``_core``, and NumPy twins for rare cases."""

from cs231n.kernels import _core, _numpy  # type: ignore[attr-defined]

#: Kernels below that leave cases to their twins.
SHARED = {
    "conv_dw",
    "conv_dx",
    "conv_forward",
    "max_pool_backward",
    "max_pool_forward",
}


def _arguments(function):
    code = getattr(function, "__code__", None)
    return code and code.co_varnames[: code.co_argcount]


def _check_fit():
    """Refuse a build of other sources: one that stayed when a later one failed."""
    for name in ("choose", *_numpy.__all__):
        found, twin = getattr(_core, name, None), getattr(_numpy, name, None)
        if found is None:
            raise ImportError(f"they have no {name!r}")
        if twin and _arguments(found) != _arguments(twin):
            raise ImportError(f"{name!r} takes other arguments")


_check_fit()
for _name in set(_numpy.__all__) - SHARED:
    globals()[_name] = getattr(_core, _name)


def start(wanted):
    """Choose vector instructions by name, or ``"auto"``; return the choice or None."""
    return _core.choose(wanted)


def conv_forward(x, w, b, out, geometry):
    """Cross-correlate ``x`` with ``w`` and add ``b`` (``out`` written in place)."""
    core = _core if x.size and w.size else _numpy
    core.conv_forward(x, w, b, out, geometry)


def conv_dx(dout, w, dx, geometry):
    """Carry ``dout`` back to the images (``dx`` written in place)."""
    core = _core if dx.size and w.size else _numpy
    core.conv_dx(dout, w, dx, geometry)


def conv_dw(x, dout, dw, db, geometry):
    """Sum the gradient of the weights over the batch (``dw``, ``db`` in place)."""
    core = _core if x.size and dw.size else _numpy
    core.conv_dw(x, dout, dw, db, geometry)


def max_pool_forward(x, out, where, geometry, window):
    """Keep the largest pixel of each window and its place (in place)."""
    core = _core if where.itemsize == 1 else _numpy
    core.max_pool_forward(x, out, where, geometry, window)


def max_pool_backward(dout, where, dx, geometry, window):
    """Give each upstream gradient to the pixel that won (``dx`` in place)."""
    core = _core if where.itemsize == 1 else _numpy
    core.max_pool_backward(dout, where, dx, geometry, window)
