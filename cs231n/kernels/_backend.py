"""The one place that chooses between compiled kernels and their NumPy twins."""

import os

from cs231n.kernels import _numpy

#: What CS231N_KERNELS may say.
CHOICES = ("auto", "numpy", "vec128", "avx2", "avx512")


def _choose(wanted):
    """Return (back end's name, its vector instructions, its kernels)."""
    if wanted not in CHOICES:
        raise ImportError(
            f"CS231N_KERNELS must be one of {', '.join(CHOICES)}; got {wanted!r}."
        )
    if wanted == "numpy":
        return "numpy", None, _numpy
    try:
        from cs231n.kernels import _compiled
    except ImportError:
        _compiled = None
    if _compiled is None or not (chosen := _compiled.start(wanted)):
        if wanted != "auto":
            raise ImportError(
                f"CS231N_KERNELS asks for {wanted}, but these kernels were not "
                "compiled or this processor cannot run them. Use auto or numpy."
            )
        return "numpy", None, _numpy
    return "cython", chosen, _compiled


BACKEND, INSTRUCTIONS, impl = _choose(os.environ.get("CS231N_KERNELS", "auto"))
