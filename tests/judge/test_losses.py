"""What a hostile answer costs others: its own tests, and as few processes as can be."""

import textwrap

import pytest

from grading.judge.preload import Rooms
from grading.sandbox.levels import LEVELS, IsolationError
from tests.judge.small import DOUBLE, TESTS, by_name, exam, sit

pytestmark = pytest.mark.isolation

_ALONE = "An answer cannot start another process"
#: Ways to start processes, beside a right answer.
STARTS = {
    "forks": "import os\nos.fork()",
    "forks without end": "import os\nwhile True: os.fork()",
    "a shell": "import os\nos.system('true')",
    "a program": "import subprocess\nsubprocess.run(['true'])",
    "a spawned program": "import os, sys\nos.posix_spawn(sys.executable, ['x'], {})",
    "multiprocessing": """
        import multiprocessing
        multiprocessing.get_context("fork").Process(target=print).start()
    """,
}


@pytest.fixture(scope="module", params=LEVELS)
def rooms(request):
    """Processes on every level, without isolation too, that count how many they are."""
    try:
        with Rooms([exam()], request.param) as rooms:
            yield _Counted(rooms)
    except IsolationError as error:
        pytest.skip(str(error))


class _Counted:
    """Rooms that count the processes for answers that are furnished."""

    def __init__(self, rooms):
        self._rooms, self.furnished = rooms, 0

    def __getattr__(self, name):
        return getattr(self._rooms, name)

    def pair(self, exam, stage, limits):
        self.furnished += 1
        return self._rooms.pair(exam, stage, limits)

    def furnish(self, *arguments):
        self.furnished += 1
        return self._rooms.furnish(*arguments)


@pytest.mark.parametrize("name", STARTS)
def test_no_answer_starts_a_process_and_all_others_count(rooms, name):
    rooms.furnished = 0
    verdict = sit(rooms, f"{textwrap.dedent(STARTS[name])}\n{DOUBLE}")

    found = by_name(verdict)
    assert _ALONE in verdict.answers["double"]
    assert {found[test].score for test in TESTS} == {0.0}
    assert found["other"].score == 1.0
    assert rooms.furnished == 1  # which has served every test


def test_a_call_that_starts_a_process_reads_that_it_cannot(rooms):
    verdict = sit(rooms, "import os\ndef double(x):\n    os.fork()\n    return 2 * x")

    found = by_name(verdict)
    assert all(_ALONE in found[test].message for test in TESTS)
    assert found["other"].score == 1.0


def test_an_answer_that_can_do_without_a_process_counts(rooms):
    """Libraries ask programs about the machine, and take no for an answer."""
    code = """
    import platform
    try:
        import subprocess
        subprocess.run(["nvidia-smi"])
    except OSError:
        pass
    platform.platform(), platform.processor()
    def double(x): return 2 * x
    """
    verdict = sit(rooms, code)
    assert verdict.score == len(TESTS) + 1
