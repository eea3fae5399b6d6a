"""A nursery for the tests of the judge."""

import sys

import pytest

from tests.judge.small import exam


@pytest.fixture(scope="package")
def nursery():
    """Isolated processes, on the strongest rung that this machine has."""
    if not sys.platform.startswith("linux"):
        pytest.skip("isolation needs Linux")
    from grading.judge.needs import nursery_for

    with nursery_for([exam()]) as nursery:
        yield nursery
