"""A rule about the source stands once; the build writes it into every test."""

import nbformat
import pytest

from cs231n.workbook.exercises import exercise_of
from grading.authoring.source_rules import spread


def cell(grade_id, source, *, grade=True):
    flags = {"grade_id": grade_id, "grade": grade, "solution": not grade}
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": flags})


def spread_to(source, rule="expect_source(f, loops=0, without=['scipy'])"):
    """Return what becomes of an exercise's second test."""
    cells = [
        cell("f", "def f(): pass", grade=False),
        cell("test-f", f"expect(f())\n{rule}"),
        cell("test-f-hidden", source),
        cell("q-why", "why", grade=False),
    ]
    spread(cells)
    assert cells[1].source == f"expect(f())\n{rule}"
    return cells[2].source


def test_the_other_tests_hold_what_the_first_forbids_but_count_no_loops():
    assert spread_to("f()\nassert f()").splitlines() == [
        "f()",
        "assert f()",
        "expect_source(f, without=['scipy'])",
    ]


def test_a_hidden_test_keeps_the_rule_hidden():
    source = "# Looks.\n### BEGIN HIDDEN TESTS\nassert f()\n### END HIDDEN TESTS"
    assert spread_to(source).splitlines()[2:] == [
        "assert f()",
        "expect_source(f, without=['scipy'])",
        "### END HIDDEN TESTS",
    ]


@pytest.mark.parametrize("score", ["right / 3", "count(f)", "0.5"])
def test_a_score_at_the_end_stays_the_score(score):
    assert spread_to(f"right = f()\n{score}").splitlines()[1:] == [
        "expect_source(f, without=['scipy'])",
        score,
    ]


def test_a_first_test_without_a_rule_gives_none():
    assert spread_to("expect(f())", rule="expect(f.__name__)") == "expect(f())"


def test_a_rule_of_many_lines_is_one_still():
    rule = "expect_source(\n    f,\n    loops=1,\n    without=[*READY,\n    'g'],\n)"
    assert spread_to("expect(f())", rule=rule) == (
        "expect(f())\nexpect_source(f, without=[*READY,\n    'g'])"
    )


def test_a_test_belongs_to_the_longest_name_it_begins_with():
    assert (
        exercise_of("test-net-loss-hidden", ["net", "net-loss", "other"]) == "net-loss"
    )
    assert exercise_of("test-other", ["net"]) is None
