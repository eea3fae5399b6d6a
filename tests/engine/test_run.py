"""A class is graded, and graded again, and nothing is lost."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.engine.bench import BenchPlan, NoIsolation
from grading.engine.intake import Intake
from grading.engine.journal import Journal
from grading.engine.lock import Busy, only_one
from grading.engine.pool import WorkersFailed
from grading.engine.record import RecordError
from grading.engine.run import Options, Run
from grading.engine.store import Store
from grading.engine.task import exam_of
from tests.engine.conftest import grade, plan, scores
from tests.engine.small_course import (
    RIGHT,
    answered,
    cell_of,
    hand_in,
    hand_in_right,
    released,
)


def with_double(course, source):
    """Answer rightly but for one exercise."""
    return answered(course, "numbers", RIGHT | {"double": source})


def book(course):
    """Open the gradebook."""
    return Gradebook(f"sqlite:///{course.database}")


def test_a_class_is_graded(course):
    hand_in_right(course, "ada")
    hand_in_right(course, "ben", numbers=released(course, "numbers"))
    hand_in(course, "cho", words=answered(course, "words"))

    summary = grade(course)

    assert summary.submissions == 3
    assert summary.notebooks == 6
    assert scores(course) == {
        ("ada", "numbers"): 6,
        ("ada", "words"): 2,
        ("ben", "numbers"): 0,
        ("ben", "words"): 2,
        ("cho", "numbers"): 0,
        ("cho", "words"): 2,
    }


def test_regrading_costs_nothing_and_changes_no_byte(course):
    hand_in_right(course, "ada")
    grade(course)
    journal = (course.ledger / "hw1" / "journal.jsonl").read_bytes()
    page = course.autograded / "ada" / "hw1" / "numbers.ipynb"
    before = page.read_bytes(), page.stat().st_mtime_ns

    summary = grade(course, "NakedBench")  # would not be able to judge

    assert summary.counts == {"known": 2}
    assert (course.ledger / "hw1" / "journal.jsonl").read_bytes() == journal
    assert (page.read_bytes(), page.stat().st_mtime_ns) == before


def test_equal_answers_are_judged_once(course):
    for number in range(5):
        hand_in_right(course, f"s{number}")

    assert grade(course).counts == {"judged": 2, "known": 8}


def test_force_judges_again_with_the_same_result(course):
    hand_in_right(course, "ada")
    grade(course)
    page = course.autograded / "ada" / "hw1" / "numbers.ipynb"
    before = page.read_bytes()

    assert grade(course, force=True).counts == {"judged": 2}
    assert page.read_bytes() == before
    journal = Journal(course.ledger / "hw1" / "journal.jsonl", writable=False)
    lines = [line for _, line in journal._ledger.lines() if line["kind"] == "verdict"]
    verdicts = {}
    for line in lines:
        verdicts.setdefault(line["key"], []).append(line["verdict"])
    assert all(first == second for first, second in verdicts.values())


def test_one_student_alone(course):
    hand_in_right(course, "ada")
    hand_in_right(course, "ben")
    summary = grade(course, students=("ben", "zoe"))

    assert {student for student, _ in scores(course)} == {"ben"}
    assert summary.missing == ["zoe"]


def test_a_changed_submission_is_graded_again(course):
    hand_in_right(course, "ada", numbers=released(course, "numbers"))
    grade(course)
    hand_in_right(course, "ada")
    summary = grade(course)

    assert summary.counts == {"judged": 1, "known": 1}
    assert scores(course)["ada", "numbers"] == 6


def test_no_bad_submission_stops_the_class(course):
    """Each of these stops plain nbgrader, or is lost there."""
    hand_in_right(course, "zoe")
    duplicate, schema = answered(course, "numbers"), answered(course, "numbers")
    duplicate["cells"].append(cell_of(duplicate, "test-double"))
    cell_of(schema, "test-double")["metadata"]["nbgrader"]["schema_version"] = 99
    text = answered(course, "numbers")
    cell_of(text, "test-double")["metadata"]["nbgrader"]["points"] = "lots"
    for number, notebook in enumerate(
        [duplicate, schema, text, b"", b"[" * 100_000, b"\xff\xfe", b'{"cells": null}']
    ):
        hand_in_right(course, f"s{number}", numbers=notebook)
    folder = hand_in(course, "link", words=answered(course, "words"))
    (folder / "numbers.ipynb").symlink_to("/etc/passwd")
    (course.submitted / "..x" / "hw1").mkdir(parents=True)
    summary = grade(course)

    found = scores(course)
    assert {student: found[student, "words"] for student, _ in found} == dict.fromkeys(
        ["link", "zoe", *(f"s{number}" for number in range(7))], 2
    )
    assert [found[f"s{n}", "numbers"] for n in range(7)] == [6, 6, 6, 0, 0, 0, 0]
    assert found["zoe", "numbers"] == 6
    assert "begins with a dot" in summary.problems[0]
    assert ("s4", "numbers") in summary.flagged


def test_points_beyond_the_maximum_are_not_given(course):
    greedy = answered(course, "numbers")
    cell_of(greedy, "test-double")["metadata"]["nbgrader"]["points"] = 1000
    hand_in_right(course, "ada", numbers=greedy)
    grade(course)

    with book(course) as gradebook:
        assert gradebook.find_submission("hw1", "ada").score == 8


def test_outputs_that_look_passing_earn_nothing(course):
    notebook = released(course, "numbers")
    for cell in notebook["cells"]:
        cell["outputs"] = [
            {"output_type": "execute_result", "data": {"text/plain": "2"}}
        ]
    hand_in_right(course, "ada", numbers=notebook)
    grade(course)

    assert scores(course)["ada", "numbers"] == 0


def test_a_killed_worker_costs_nobody_anything(course, tmp_path, monkeypatch):
    monkeypatch.setenv("DIE_ONCE", str(tmp_path / "died"))
    hand_in_right(course, "ada")
    summary = grade(course, "CarelessBench")

    assert summary.counts == {"judged": 2}
    assert scores(course) == {("ada", "numbers"): 6, ("ada", "words"): 2}


def test_who_kills_workers_gets_a_result_that_says_so(course):
    hand_in_right(course, "eve", numbers=with_double(course, "KILL_WORKER = 1"))
    hand_in_right(course, "zoe")
    summary = grade(course)

    assert scores(course) == {
        ("eve", "numbers"): 0,
        ("eve", "words"): 2,
        ("zoe", "numbers"): 6,
        ("zoe", "words"): 2,
    }
    (flag,) = summary.flagged["eve", "numbers"]
    assert "ended the process that judged it, 3 times" in flag
    assert grade(course).counts == {"known": 4}  # and it is over


def test_workers_that_cannot_start_are_a_sentence(course):
    hand_in_right(course, "ada")

    with pytest.raises(
        WorkersFailed, match=r"as soon as they start:\n(.|\n)*No module"
    ):
        Run(course, "hw1", Options(jobs=1, plan=BenchPlan("none:None"))).grade()


def test_isolation_is_required_unless_students_are_trusted(course):
    hand_in_right(course, "ada")
    with pytest.raises(NoIsolation, match="offers no isolation"):
        grade(course, "NakedBench")
    trusted = Options(jobs=1, plan=plan("NakedBench", require_isolation=False))
    assert Run(course, "hw1", trusted).grade().isolations == {"none"}

    # What was judged without isolation does not count where it is required.
    assert grade(course).counts == {"judged": 2}


def test_manual_scores_comments_and_penalties_survive(course):
    hand_in_right(course, "ada", numbers=with_double(course, "def double(x): return 0"))
    grade(course)
    with book(course) as gradebook:
        grade_ = gradebook.find_grade("q-why", "numbers", "hw1", "ada")
        assert grade_.needs_manual_grade
        grade_.manual_score, grade_.needs_manual_grade = 1.5, False
        gradebook.find_grade("test-total", "numbers", "hw1", "ada").extra_credit = 1
        comment = gradebook.find_comment("q-why", "numbers", "hw1", "ada")
        comment.manual_comment = "Good, but short."
        notebook = gradebook.find_submission_notebook("numbers", "hw1", "ada")
        notebook.late_submission_penalty = 0.5
        gradebook.db.commit()
    grade(course)
    hand_in_right(course, "ada")
    grade(course)

    with book(course) as gradebook:
        assert gradebook.find_grade("q-why", "numbers", "hw1", "ada").score == 1.5
        assert gradebook.find_grade("test-total", "numbers", "hw1", "ada").score == 4
        comment = gradebook.find_comment("q-why", "numbers", "hw1", "ada")
        assert comment.comment == "Good, but short."
        notebook = gradebook.find_submission_notebook("numbers", "hw1", "ada")
        assert notebook.late_submission_penalty == 0.5
        assert notebook.score == 2 + 1 + 3 + 1 + 1.5


def test_a_late_submission_gets_the_plugins_penalty(course, monkeypatch):
    from nbgrader.plugins import LateSubmissionPlugin

    monkeypatch.setattr(
        LateSubmissionPlugin,
        "late_submission_penalty",
        lambda self, student, score, seconds: seconds / 3600,
    )
    with book(course) as gradebook:
        gradebook.update_or_create_assignment("hw1", duedate="2026-10-01 12:00:00 UTC")
    folder = hand_in_right(course, "ada")
    (folder / "timestamp.txt").write_text("2026-10-01 14:00:00 UTC")
    intake = Intake(course, "hw1", Store(course.ledger / "objects"))
    intake.from_tree(trust_timestamps=True)
    intake.close()
    for _ in range(2):
        grade(course, force=True)
        with book(course) as gradebook:
            notebook = gradebook.find_submission_notebook("numbers", "hw1", "ada")
            assert notebook.late_submission_penalty == 2
            assert gradebook.find_submission("hw1", "ada").total_seconds_late == 7200


def test_a_forged_timestamp_counts_for_nothing(course):
    folder = hand_in_right(course, "ada")
    (folder / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC")
    grade(course)

    with book(course) as gradebook:
        assert gradebook.find_submission("hw1", "ada").timestamp is None


def test_a_busy_gradebook_is_waited_for(course):
    hand_in_right(course, "ada")
    other = sqlite3.connect(course.database, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(1.5, other.rollback)
    timer.start()
    grade(course)
    timer.join()
    other.close()

    assert scores(course)["ada", "numbers"] == 6


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), "No gradebook at"),
        (lambda path: path.write_bytes(b"garbage" * 1000), "not a database"),
        pytest.param(
            lambda path: path.chmod(0o400), "readonly", marks=pytest.mark.unprivileged
        ),
    ],
)
def test_a_bad_gradebook_is_a_sentence(course, spoil, words):
    hand_in_right(course, "ada")
    if words == "readonly" and os.geteuid() == 0:
        pytest.skip("root may write everything")
    spoil(course.database)

    with pytest.raises(RecordError, match=words):
        grade(course)


def test_a_second_coordinator_is_refused(course):
    with only_one(course.ledger / "lock"), pytest.raises(Busy, match="being graded"):
        grade(course)


def test_a_lost_gradebook_is_filled_again_without_judging(course, released_course):
    hand_in_right(course, "ada")
    grade(course)
    shutil.copy(released_course.database, course.database)
    summary = grade(course, "NakedBench")

    assert summary.counts == {"known": 2}
    assert scores(course)["ada", "numbers"] == 6


def test_an_unknown_assignment_names_the_known_ones(course):
    with pytest.raises(LookupError, match=r"No assignment 'hw9' in .*; there are: hw1"):
        Run(course, "hw9", Options())


def test_a_gradebook_of_another_release_is_a_sentence(course):
    hand_in_right(course, "ada")
    path = course.source / "hw1" / "words.ipynb"
    path.write_text(path.read_text().replace('"points": 2', '"points": 5'))

    with pytest.raises(
        RecordError, match=r"other cells or points of words(.|\n)*release"
    ):
        grade(course)


def test_the_graded_notebook_is_the_templates(course):
    hand_in_right(course, "ada", numbers=with_double(course, "def double(x): return 1"))
    grade(course)
    path = course.autograded / "ada" / "hw1" / "numbers.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)

    cells = {cell.id: cell for cell in notebook.cells}
    assert cells["double"].source == "def double(x): return 1"
    assert "BEGIN HIDDEN" in cells["test-double-hidden"].source
    assert cells["test-double"].outputs[0].evalue == "AssertionError: twice 3 is 6"
    assert not cells["test-total"].outputs
    assert notebook.metadata.grading.isolation == "plain"


@pytest.mark.slow
def test_nbgraders_own_commands_go_on_from_here(course):
    hand_in_right(course, "ada")
    hand_in_right(course, "ben", numbers=with_double(course, "def double(x): return 1"))
    grade(course)
    course.nbgrader("generate_feedback", "hw1")
    course.nbgrader("export", "--to", str(course.root / "grades.csv"))

    page = (course.feedback / "ben" / "hw1" / "numbers.html").read_text("utf-8")
    assert "twice 3 is 6" in page
    assert "Score: 3.0 / 8.0" in page
    rows = (course.root / "grades.csv").read_text()
    assert ",8.0," in rows
    assert ",5.0," in rows


@pytest.mark.slow
def test_nbgrader_gives_honest_work_the_same_scores(course, isolated):
    helper = answered(
        course, "numbers", RIGHT | {"double": "def double(x):\n    return two*x"}
    )
    helper["cells"].insert(
        3,
        {
            "cell_type": "code",
            "source": "two = 2",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "id": "helper",
        },
    )
    hand_in_right(course, "ada", numbers=helper)
    hand_in_right(course, "ben", numbers=released(course, "numbers"))
    hand_in_right(course, "cho", numbers=with_double(course, "def double(x): return 6"))
    hand_in_right(course, "dee", numbers=with_double(course, "def double(x: return 6"))
    Run(course, "hw1", Options(jobs=1)).grade()
    ours = scores(course)
    course.nbgrader("autograde", "hw1", "--force")

    assert scores(course) == ours
    assert [ours[name, "numbers"] for name in ("ada", "ben", "cho", "dee")] == [
        6,
        0,
        5,
        3,
    ]


def test_exams_are_what_the_judge_builds():
    from grading.build import scripts, source_notebook
    from grading.engine.build_template import build_template
    from grading.judge import build

    for path in scripts():
        name = f"{path.parent.name}/{path.stem}"
        text = nbformat.writes(source_notebook(path))
        template = build_template(path.parent.name, path.stem, text)
        assert exam_of(template) == build.exam_of(name)


def run_command(course, *arguments):
    """Start ``python -m grading`` as a terminal does: open to Ctrl-C."""
    # What runs in the background of a script ignores it, and so do its children.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "grading", "--course", str(course.root), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(course, isolated):
    for number in range(30):
        source = f"def double(x):\n    return 2 * x + {number}"
        hand_in_right(course, f"s{number:02d}", numbers=with_double(course, source))
    command = run_command(course, "run", "hw1", "--jobs", "1")
    journal = course.ledger / "hw1" / "journal.jsonl"
    while not journal.exists() or journal.read_bytes().count(b'"verdict"') < 2:
        time.sleep(0.02)
        assert command.poll() is None, command.stderr.read()
    command.send_signal(signal.SIGINT)
    _, errors = command.communicate(timeout=20)
    assert command.returncode == 130
    assert errors.strip() == "Stopped. Nothing is lost: run the same command again."

    summary = Run(course, "hw1", Options(jobs=2)).grade()
    assert summary.counts["known"] >= 2
    assert summary.notebooks == 60
    assert scores(course)["s00", "numbers"] == 6
