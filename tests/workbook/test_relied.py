"""When points go because what their tests rely on has changed, in every editor."""

import json

import pytest

from cs231n.workbook import score
from cs231n.workbook.definitions import definitions, used
from cs231n.workbook.relied import Relied, ticks_of
from grading import ROOT
from grading.authoring.build import scripts, source_notebook
from tests.workbook.conftest import DOUBLE, SETUP, TEST, TEST_NET, TWICE

TICK_DOUBLE = ("double", "vectors")
TICK_NET = ("net", "ones")


@pytest.fixture
def relied(monkeypatch):
    """Cells of the small notebook have run, and both of its tests have passed."""
    monkeypatch.setattr(score, "_ticks", {})
    made = Relied()
    for source in (SETUP, DOUBLE, TWICE, TEST, TEST_NET):
        made.has_run(source)
    for test, tick in ((TEST, TICK_DOUBLE), (TEST_NET, TICK_NET)):
        score.tick(*tick, 1)
        made.has_ticked(test)
    return made


@pytest.mark.parametrize("source", [SETUP, DOUBLE, TWICE, TEST, "y = double(3)"])
def test_what_stays_the_same_takes_no_points(relied, source):
    relied.has_run(source)
    assert score.ticked() == {"double": 1, "net": 1}


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (DOUBLE.replace("2", "3"), {}),  # net uses it
        ("def double(x)\n    return x", {}),  # a syntax error
        ("double = abs", {}),
        (f"%%time\n{DOUBLE}", {"double": 1, "net": 1}),
        (f"# the same\n{DOUBLE}  # still", {"double": 1, "net": 1}),
        ("from math import exp as double", {}),
        ("import math as double", {}),
        ("del double", {}),
        ("if True:\n    def double(x):\n        return x", {}),
        ("try:\n    double = abs\nfinally:\n    pass", {}),
        ("for double in [abs]:\n    pass", {}),
        ("other, (double, _) = 1, (abs, 2)", {}),
        ("def change():\n    global double\n    double = abs\nchange()", {}),
        ("async def double(x):\n    return x", {}),
        ("def other(double):\n    double = abs", {"double": 1, "net": 1}),
        ("import numpy as np", {"double": 1, "net": 1}),
        ("from cs231n.testing import passed", {"double": 1, "net": 1}),
        (TWICE.replace("double(double(x))", "4 * x"), {"double": 1}),
        ("    def forward(self, x):\n        return x", {"double": 1}),  # pasted
        ("def forward(x):\n    return x", {"double": 1, "net": 1}),  # no method
        ("@add_to_class(Net)\ndef forward(this, x):\n    return x", {"double": 1}),
        ("async def forward(self, x):\n    return x", {"double": 1}),
        ("Net.forward = lambda self, x: x", {"double": 1}),
        ("if True:\n    setattr(Net, 'forward', None)", {"double": 1}),
        ("delattr(Net, 'forward')", {"double": 1}),
        ("net = Net()\nnet.forward = None", {"double": 1, "net": 1}),  # of an object
        ("@add_to_class(Net)\ndef other(self):\n    pass", {"double": 1, "net": 1}),
        ("rng = np.random.default_rng(3)", {"double": 1, "net": 1}),
        ("x = 3", {"double": 1, "net": 1}),  # the test has an x of its own
        (SETUP + "\n    lost = 1", {"double": 1}),
        ("class Other(Net):\n    forward = None", {"double": 1, "net": 1}),
    ],
)
def test_what_changes_takes_the_points_of_the_tests_that_use_it(relied, source, left):
    relied.has_run(source)
    assert {name: points for name, points in score.ticked().items() if points} == left


def test_points_given_anew_go_again_when_the_answer_changes_again(relied):
    relied.has_run("def double(x):\n    return x + x")
    score.tick(*TICK_DOUBLE, 1)
    relied.has_ticked(TEST)
    relied.has_run(DOUBLE)
    assert score.so_far("double") == 0


HALF = "def half(x):\n    return x / 2"
SCALED = "@add_to_class(Net)\ndef scaled(self, x):\n    return half(x)"


@pytest.mark.parametrize("changed", [HALF, SCALED])
def test_a_helper_of_a_helper_in_another_cell_counts(relied, changed):
    uses = TWICE.replace("double(double(x))", "8 * self.scaled(x)")
    for source in (HALF, SCALED, uses):
        relied.has_run(source)
    score.tick(*TICK_NET, 1)
    relied.has_ticked(TEST_NET)
    for source in (HALF, SCALED, uses):
        relied.has_run(source)
    assert score.so_far("net") == 1
    relied.has_run(changed.replace("return ", "return 1 + "))
    assert score.ticked() == {"double": 1, "net": 0}


def test_helpers_that_use_each_other_end(relied):
    relied.has_run("def even(n):\n    return n == 0 or odd(n - 1)")
    relied.has_run("def odd(n):\n    return n != 0 and even(n - 1)")
    assert score.ticked() == {"double": 1, "net": 1}


def test_what_a_cell_no_longer_defines_is_changed(relied):
    relied.has_run("def dubble(x):\n    return 2 * x", before=DOUBLE)
    assert score.so_far("double") == 0
    score.tick(*TICK_DOUBLE, 1)  # by the old one, which is still there
    relied.has_ticked(TEST)
    relied.has_run(DOUBLE, before="def dubble(x):\n    return 2 * x")
    assert score.so_far("double") == 0


def test_two_set_ups_that_import_the_same_take_nothing(relied):
    for source in ("import numpy as np\nsize = 3", SETUP, "import numpy as np"):
        relied.has_run(source)
    assert score.ticked() == {"double": 1, "net": 1}


def test_a_program_within_a_test_counts():
    assert {"double", "y"} & used('run("y = 1\\ndouble(y)")') == {"double"}
    assert "double" not in used('expect(True, "Do not double\\nthe loss.")')


def test_every_test_of_the_workbook_relies_on_its_answer():
    missed, seen = [], 0
    for path in sorted(ROOT.glob("assignments/*/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        cells = [
            (cell["metadata"]["nbgrader"], "".join(cell["source"]))
            for cell in cells
            if cell["cell_type"] == "code" and "nbgrader" in cell["metadata"]
        ]
        made = {
            flags["grade_id"]: definitions(source).keys() for flags, source in cells
        }
        for flags, source in cells:
            for exercise, what in ticks_of(source) if flags["grade"] else ():
                seen += 1
                if not used(source) & made[exercise]:
                    missed.append((path.stem, exercise, what))
    assert missed == []
    assert seen > 250


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.stem)
def test_points_stay_while_nothing_changes_and_go_with_each_answer(script, monkeypatch):
    monkeypatch.setattr(score, "_ticks", {})
    cells = [
        (cell.source, cell.metadata.get("nbgrader", {}))
        for cell in source_notebook(script).cells
        if cell.cell_type == "code"
    ]
    relied, ticks = Relied(), set()
    for source, flags in cells:
        relied.has_run(source)
        for tick in ticks_of(source) if flags.get("grade") else ():
            score.tick(*tick, 1)
            relied.has_ticked(source)
            ticks.add(tick)
    assert sum(score.ticked().values()) == len(ticks)
    others = [source for source, flags in cells if not flags.get("grade")]
    for source in others:
        relied.has_run(source, before=source)
    assert sum(score.ticked().values()) == len(ticks)
    for source, flags in cells:
        if flags.get("solution"):
            relied.has_run("pass", before=source)
            assert score.so_far(flags["grade_id"]) == 0
