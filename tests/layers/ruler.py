"""How layers are measured: against a reference, and against finite differences."""

import numpy as np

from cs231n.gradcheck import directional_error


def assert_close(actual, expected, *, terms=1):
    """Compare with float64 truth to a few rounding errors of ``actual``'s dtype.

    ``terms`` is how many numbers each entry sums.
    """
    expected = np.asarray(expected, dtype=np.float64)
    scale = np.max(np.abs(expected), initial=1.0, where=np.isfinite(expected))
    tolerance = 16 * np.finfo(actual.dtype).eps * max(1, terms) ** 0.5 * scale
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)


def assert_gradients(forward, inputs, gradients, dout, *, rng, bound=1e-7):
    """Hold each gradient of ``sum(forward(*inputs) * dout)`` to finite differences."""
    for place, (value, gradient) in enumerate(zip(inputs, gradients, strict=True)):

        def along(moved, place=place):
            return forward(*inputs[:place], moved, *inputs[place + 1 :])

        error = directional_error(along, value, dout, gradient, rng=rng)
        assert error < bound, f"gradient of argument {place}: {error:.1e}"


def assert_untouched(call, *arrays):
    """Call with copies that were made read-only; return what comes back."""
    copies = [array.copy() for array in arrays]
    for copy in copies:
        copy.flags.writeable = False
    return call(*copies)
