"""Matrix products of the kernels: any strides, packed or not, and nothing beside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n import kernels
from cs231n.kernels import _numpy

#: One tile and less, several, more columns than a task takes, more steps than a block.
SIZES = st.sampled_from([1, 2, 5, 13, 16, 31, 33, 70, 129])
DEPTHS = st.sampled_from([1, 2, 7, 16, 17, 100, 300, 601])
LAYOUTS = {
    "rows": lambda a: a,
    "columns": np.asfortranarray,
    "rows far apart": lambda a: np.repeat(a[:, None], 3, axis=1)[:, 1],
    "every second": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "upside down": lambda a: a[::-1].copy()[::-1],
    "columns, backwards": lambda a: a[:, ::-1].copy("F")[:, ::-1],
}
PLACES = st.sampled_from(sorted(LAYOUTS))
BACK_ENDS = list(dict.fromkeys([kernels.impl, _numpy]))
each_back_end = pytest.mark.parametrize("impl", BACK_ENDS, ids=lambda i: i.__name__)
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def draw(rng, rows, columns, dtype, layout="rows"):
    return LAYOUTS[layout](rng.standard_normal((rows, columns)).astype(dtype))


def close(out, expected, k):
    tolerance = 4 * np.finfo(out.dtype).eps * (k + 8)
    return np.allclose(out, expected.astype(float), rtol=tolerance, atol=tolerance)


@each_back_end
@each_dtype
@given(SIZES, SIZES, DEPTHS, PLACES, PLACES, st.booleans(), st.integers(0, 99))
def test_products_match_the_definition(impl, dtype, m, n, k, first, second, add, seed):
    rng = np.random.default_rng(seed)
    a, b = draw(rng, m, k, dtype, first), draw(rng, k, n, dtype, second)
    before, bias = draw(rng, 2 * m, n, dtype).reshape(m, 2, n), draw(rng, 1, n, dtype)
    expected = a.astype(np.longdouble) @ b + (before[:, 0] if add else 0)
    after = before.copy()
    out = after[:, 0]  # its rows lie apart

    impl.matmul_packed(a, impl.pack(b), out, add=add)
    assert close(out, expected, k)
    out[...] = before[:, 0]
    impl.matmul(a, b, out, bias=bias[0], add=add)
    assert close(out, expected + bias, k)
    assert np.array_equal(after[:, 1], before[:, 1])


@each_back_end
@each_dtype
def test_a_matrix_is_packed_once_for_many_products(impl, dtype):
    rng = np.random.default_rng(231)
    b = draw(rng, 90, 100, dtype)
    packed = impl.pack(b)
    for m in (1, 28, 29, 200):
        a, out = draw(rng, m, 90, dtype), np.empty((m, 100), dtype)
        impl.matmul_packed(a, packed, out)
        assert close(out, a.astype(np.longdouble) @ b, 90)


@each_back_end
def test_nan_and_infinity_stay_in_their_row_and_column(impl):
    a, b = np.ones((40, 300), np.float32), np.ones((300, 70), np.float32)
    a[3, 299], b[5, 69] = np.nan, np.inf
    out, again = np.empty((2, 40, 70), np.float32)

    impl.matmul(a, b, out)
    impl.matmul_packed(a, impl.pack(b), again)

    expected = np.full((40, 70), 300, np.float32)
    expected[:, 69], expected[3] = np.inf, np.nan
    assert np.array_equal(out, expected, equal_nan=True)
    assert np.array_equal(again, expected, equal_nan=True)


@each_back_end
def test_empty_products_are_zero_or_nothing(impl):
    for m, n, k in ((0, 3, 4), (3, 0, 4), (3, 4, 0)):
        a, b, out = np.ones((m, k)), np.ones((k, n)), np.full((m, n), 7.0)
        impl.matmul(a, b, out)
        assert not out.any()
        impl.matmul_packed(a, impl.pack(b), out)
        assert not out.any()
