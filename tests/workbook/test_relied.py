"""When points go because what their tests rely on has changed, in every editor."""

import json

import pytest

from cs231n.workbook import score
from cs231n.workbook.relied import Relied, _defined, _used, ticks_of
from grading import ROOT
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
        (DOUBLE.replace("2", "3"), {"net": 1}),
        ("def double(x)\n    return x", {"net": 1}),  # a syntax error
        ("double = abs", {"net": 1}),
        (f"%%time\n{DOUBLE}", {"net": 1}),
        (TWICE.replace("double(double(x))", "4 * x"), {"double": 1}),
        ("    def forward(self, x):\n        return x", {"double": 1}),  # pasted
        ("def forward(x):\n    return x", {"double": 1, "net": 1}),  # no method
        ("rng = np.random.default_rng(3)", {"double": 1, "net": 1}),
        ("x = 3", {"double": 1, "net": 1}),  # the test has an x of its own
        (SETUP + "\n    lost = 1", {"double": 1}),
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


def test_a_program_within_a_test_counts():
    assert {"double", "y"} & _used('run("y = 1\\ndouble(y)")') == {"double"}
    assert "double" not in _used('expect(True, "Do not double\\nthe loss.")')


def test_every_test_of_the_workbook_relies_on_its_answer():
    missed, seen = [], 0
    for path in sorted(ROOT.glob("assignments/*/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        cells = [
            (cell["metadata"]["nbgrader"], "".join(cell["source"]))
            for cell in cells
            if cell["cell_type"] == "code" and "nbgrader" in cell["metadata"]
        ]
        made = {flags["grade_id"]: _defined(source) for flags, source in cells}
        for flags, source in cells:
            for exercise, what in ticks_of(source) if flags["grade"] else ():
                seen += 1
                if not _used(source) & made[exercise]:
                    missed.append((path.stem, exercise, what))
    assert missed == []
    assert seen > 250
