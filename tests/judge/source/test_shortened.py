"""What is left of a cell whose experiment took too long."""

import pytest

from grading.judge.source.shortened import is_needed, shortened

CELL = """\
import os
n = f(3)
while True:
    g(
        n)
m = -1
table = {"a": [m, 2.0]}
k: int = 3
h = lambda x: x
late = f(4)
import sys
@wrap
def double(x):
    return x
class A(B):
    pass
print(m)
"""
_BELOW = (
    "m = -1\ntable = {'a': [m, 2.0]}\nk: int = 3\nh = lambda x: x\nimport sys\n\n"
    "@wrap\ndef double(x):\n    return x\n\nclass A(B):\n    pass"
)


@pytest.mark.parametrize("line", [3, 4, 5])
def test_all_above_the_line_and_definitions_below_it_stay(line):
    assert shortened(CELL, line) == f"import os\nn = f(3)\n{_BELOW}"


@pytest.mark.parametrize("line", [0, -7])
def test_definitions_stay_where_nobody_knows_the_line(line):
    assert shortened(CELL, line) == f"import os\n{_BELOW}"


def test_a_definition_that_takes_long_goes_and_an_import_stays():
    assert shortened("class A:\n    loop()\nx = 1", 2) == "x = 1"
    assert shortened("import a\nloop()", 1) == "import a"


def test_nothing_is_left_of_what_is_no_python():
    assert shortened("def", 1) == ""


@pytest.mark.parametrize(
    ("source", "line", "needs"),
    [
        ("w = learn()\ndef f(x): return w @ x", 1, True),
        ("w = learn()\nclass A:\n    def f(self): return [w for _ in self]", 1, True),
        ("with learn() as w: pass\nf = lambda x: w", 0, True),
        ("w = learn()\nloop()\ndef f(x): return w @ x", 2, False),  # it stays
        ("w = learn()\ndef f(w): return w", 1, False),
        ("w = learn()\ndef f(x):\n    w = x.w\n    return w", 1, False),
        ("loop()\ndef f(x): return x", 1, False),
        ("def", 0, False),
        ("import a\nloop()", 1, True),
        ("import a\nloop()", 2, False),
        ("try:\n    from a import (\n        b)\nexcept ImportError: pass", 3, True),
        ("import a\nloop()", 0, False),  # nobody knows
    ],
)
def test_imports_and_what_functions_look_up_are_needed(source, line, needs):
    assert is_needed(source, line) is needs
