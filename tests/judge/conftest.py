"""A fork server for the tests of the judge."""

import sys

import pytest

#: A class is graded on Linux; students' own systems have nothing to test here.
collect_ignore_glob = [] if sys.platform.startswith("linux") else ["test_*"]


@pytest.fixture(scope="package")
def fork_server(isolated):
    """Isolated processes, on the strongest level that this machine has."""
    from grading.judge.preload import Rooms
    from tests.judge.small import exam

    with Rooms([exam()]) as fork_server:
        yield fork_server
