"""A nursery for the tests of the judge."""

import sys

import pytest

#: A class is graded on Linux; students' own systems have nothing to test here.
collect_ignore_glob = [] if sys.platform.startswith("linux") else ["test_*"]


@pytest.fixture(scope="package")
def nursery(isolated):
    """Isolated processes, on the strongest rung that this machine has."""
    from grading.judge.preload import nursery_for
    from tests.judge.small import exam

    with nursery_for([exam()]) as nursery:
        yield nursery
