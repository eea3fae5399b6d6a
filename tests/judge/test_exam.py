"""The judge's nouns are data: comparable, and JSON both ways."""

from dataclasses import replace

from grading.judge.exam import Cell, Exam, Outcome, Verdict


def exam():
    return Exam("a/b", (Cell("setup", "s", "x = 1"), Cell("test", "t", "x", 2.0)))


def test_digest_is_of_the_content():
    assert exam().digest == exam().digest
    assert replace(exam(), notebook="a/c").digest != exam().digest


def test_cells_of_one_kind_in_order():
    assert [cell.name for cell in exam().of_kind("test")] == ["t"]


def test_verdict_survives_json():
    outcomes = (
        Outcome("t", 2.0, 0.0, "failed", "é should be 1.\ngot 2"),
        Outcome("u", 1.0, 0.5, "partial"),
    )
    verdict = Verdict(exam().digest, outcomes, {"a": "SyntaxError"}, ("Look.",), "full")
    assert Verdict.from_json(verdict.to_json()) == verdict
    assert "\n" not in verdict.to_json()
    assert verdict.score == 0.5
