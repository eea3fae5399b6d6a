"""What student code may read of this project follows from what is loaded for it."""

import pytest

from grading import ROOT
from grading.sandbox.readable_paths import paths_of_python

OURS = ROOT / "grading"


@pytest.mark.parametrize(
    ("modules", "rooms"),
    [
        ((), ["__init__.py", "sandbox"]),
        (("grading",), ["__init__.py", "sandbox"]),
        (("grading.judge.student", "numpy"), ["__init__.py", "judge", "sandbox"]),
        (("grading.course",), ["__init__.py", "course.py", "sandbox"]),
    ],
)
def test_a_module_brings_its_room_of_this_package_and_no_other(modules, rooms):
    found = [path for path in paths_of_python(modules).readable if str(OURS) in path]

    assert found == [str(OURS / room) for room in rooms]


def test_a_module_brings_the_whole_package_of_others():
    readable = paths_of_python(("json.decoder", "cs231n.layers.conv")).readable

    assert str(ROOT / "cs231n") in readable
    assert str(ROOT) not in readable
