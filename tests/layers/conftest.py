"""Every layer is tested on each back end; what several test files use."""

import numpy as np
import pytest

from cs231n import kernels
from cs231n.kernels import _backend, _numpy


@pytest.fixture(
    scope="module", autouse=True, params=["numpy", "cython"], name="backend"
)
def _backend_in_turn(request):
    """Run the module's tests once on each back end."""
    if request.param == "cython" and kernels.BACKEND != "cython":
        pytest.skip("the compiled kernels are not built")
    before = kernels.impl
    impl = _numpy if request.param == "numpy" else before
    kernels.impl = _backend.impl = impl
    yield request.param
    kernels.impl = _backend.impl = before


@pytest.fixture
def rng():
    return np.random.default_rng(231)
