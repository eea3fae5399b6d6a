"""A class with hostile submissions, judged by the real judge on isolated children."""

import sys

import pytest

from grading.engine.options import Options
from grading.engine.pages.feedback import write_feedback
from grading.engine.pages.overview import Overview
from grading.engine.run import Run
from grading.sandbox.limits import Limits
from tests.engine.conftest import scores
from tests.engine.small_course import RIGHT, answered, hand_in_right

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a class is graded on Linux"),
]
#: What somebody hands in for `double`, and the points for it; `total` is worth 3.
CLASS = {
    "right": (RIGHT["double"], 6),
    "endless": ("def double(x):\n    while True: pass", 3),
    "exit": ("import os\ndef double(x):\n    os._exit(0)", 3),
    "exit at once": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", 3),
    "memory": ("def double(x):\n    return bytearray(1 << 40) and 6", 3),
    "equal": (
        "def double(x):\n    return type('E', (), {'__eq__': lambda s, o: True})()",
        3,
    ),
    "patched": ("import builtins\nbuiltins.AssertionError = None\ndouble = abs", 3),
    "flood": ("print('x' * 30_000_000)\ndef double(x):\n    return 2 * x", 6),
    "noise": (
        "import sys, warnings\nwarnings.warn('loud')\n"
        "def double(x):\n    print('x', file=sys.stderr)\n    return 2 * x",
        6,
    ),
    "reads": ("import glob\ndef double(x):\n    return len(glob.glob('/**/*.db'))", 3),
}


@pytest.fixture
def graded(course, isolated):
    for student, (source, _) in CLASS.items():
        numbers = answered(course, "numbers", RIGHT | {"double": source})
        hand_in_right(course, student, numbers=numbers)
    limits = Limits(call_seconds=2.0, cell_seconds=20.0, notebook_seconds=120.0)
    Run(course, "hw1", Options(jobs=2, limits=limits)).grade()
    return course


def test_the_hostile_gain_nothing_and_hurt_nobody(graded, isolated):
    found = scores(graded)

    assert {student: found[student, "numbers"] for student in CLASS} == {
        student: points for student, (_, points) in CLASS.items()
    }
    assert {found[student, "words"] for student in CLASS} == {2}
    overview = Overview(graded, "hw1")
    assert {row.verdict.isolation for row in overview.rows} == {isolated}
    write_feedback(graded, overview)
    for path in graded.feedback.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert len(text) < 300_000
        assert "31337" not in text
        assert "secret detail" not in text
