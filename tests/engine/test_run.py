"""A class is graded, and graded again, and nothing is lost."""

import signal
import subprocess
import sys
import time

import pytest

from grading.__main__ import main
from grading.engine.judging.judge_host import HostPlan, NoIsolation
from grading.engine.notebooks.readers import Readers
from grading.engine.options import Options
from grading.engine.processes.line_pool import WorkersFailed
from grading.engine.results.journal import Journal
from grading.engine.results.not_run import ExamFault
from grading.engine.run import Run
from grading.engine.storage.lock import Busy, only_one
from tests.engine.conftest import grade, plan, scores
from tests.engine.graded import book, with_double
from tests.engine.small_course import (
    answered,
    cell_of,
    hand_in,
    hand_in_right,
    released,
)


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

    summary = grade(course, "NakedHost")  # would not be able to judge

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
    lines = [line for _, line in journal._log.lines() if line["kind"] == "verdict"]
    verdicts = {}
    for line in lines:
        verdicts.setdefault(line["key"], []).append(line["verdict"])
    assert all(first == second for first, second in verdicts.values())


def test_tests_draw_from_a_secret_of_these_answers(course):
    """The host stands in for a judge: it notes what the numbers would come from."""
    for student in ("ada", "ben"):
        hand_in_right(course, student)
    hand_in_right(course, "cho", numbers=with_double(course, "def double(x): return 0"))
    assert grade(course, "TellingHost").counts == {"judged": 3, "known": 3}

    told = messages(course)
    assert told["ada", "numbers"] == told["ben", "numbers"] != told["cho", "numbers"]
    assert len(set(told.values())) == 3
    secret = (course.ledger / "secret").read_text().strip()
    journal = (course.ledger / "hw1" / "journal.jsonl").read_text()
    assert secret not in journal + "".join(told.values())
    assert grade(course, "TellingHost", force=True).counts["judged"] == 3
    assert messages(course) == told


def test_another_secret_is_another_verdict(course):
    hand_in_right(course, "ada")
    grade(course, "TellingHost")
    told = messages(course)
    (course.ledger / "secret").unlink()

    assert grade(course, "TellingHost").counts == {"judged": 2}
    assert not set(messages(course).values()) & set(told.values())
    assert grade(course, "NakedHost").counts == {"known": 2}


def test_a_broken_secret_is_a_sentence(course, capsys):
    hand_in_right(course, "ada")
    (course.ledger).mkdir(exist_ok=True)
    (course.ledger / "secret").write_text("swordfish")

    assert main(["--course", str(course.root), "run", "hw1", "--trust-students"]) == 1
    said = capsys.readouterr()
    assert "secret should hold 64 hexadecimal digits" in said.err + said.out
    assert "swordfish" not in said.err + said.out


def messages(course):
    """Map each notebook to what its verdict says."""
    journal = Journal(course.ledger / "hw1" / "journal.jsonl", writable=False)
    found = {}
    for _, line in journal._log.lines():
        if line["kind"] == "record":
            verdict = journal.verdict(line["key"])
            found[line["student"], line["notebook"]] = verdict.outcomes[0].message
    return found


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
    summary = grade(course, "CarelessHost")

    assert summary.counts == {"judged": 2}
    assert scores(course) == {("ada", "numbers"): 6, ("ada", "words"): 2}


SLOW = "SLOW = 1\ndef double(x): return 2 * x"


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_slow_waits_until_nobody_waits_for_it(
    course, tmp_path, monkeypatch, jobs
):
    judged = tmp_path / "judged"
    monkeypatch.setenv("JUDGED", str(judged))
    # Readers are slower than judges, who often have nothing to do.
    monkeypatch.setattr(Readers, "has_room", property(lambda readers: not readers))
    for number in range(12):
        slow = number < 2
        changed = f"{SLOW if slow else '# quick'}\n# {number}"
        hand_in(course, f"s{number:02d}", numbers=with_double(course, changed))
    summary = grade(course, "BusyHost", jobs=jobs)

    assert summary.counts["judged"] == 12
    told = judged.read_text().split("\n")[:-1]
    assert told.count("slow True") == told.count("slow False") == 2
    assert told[-2:] == ["slow False", "slow False"]
    assert "quick False" not in told
    assert scores(course)["s00", "numbers"] == scores(course)["s01", "numbers"] == 6
    assert grade(course, "NakedHost").counts == {"known": 24}


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


def test_a_tester_that_ends_outside_of_a_test_stops_nobody_else(course):
    hand_in_right(course, "eve", numbers=with_double(course, "STOP = 1"))
    hand_in_right(course, "zoe")
    summary = grade(course, "StoppedHost")

    assert scores(course) == {
        ("eve", "numbers"): 0,
        ("eve", "words"): 2,
        ("zoe", "numbers"): 6,
        ("zoe", "words"): 2,
    }
    (flag,) = summary.flagged["eve", "numbers"]
    assert "ended outside of a test" in flag
    assert grade(course, "NakedHost").counts == {"known": 4}


def test_a_machine_that_is_late_once_costs_nobody_anything(course):
    hand_in_right(course, "ada")
    summary = grade(course, "LateHost")

    assert scores(course) == {("ada", "numbers"): 6, ("ada", "words"): 2}
    assert summary.flagged == {}


def test_an_exam_that_runs_for_nobody_stops_the_class(course, monkeypatch):
    monkeypatch.setenv("BROKEN_EXAM", "hw1/numbers")
    hand_in_right(course, "ada")

    with pytest.raises(ExamFault, match="hw1/numbers cannot run") as caught:
        grade(course, "StoppedHost")
    assert len(str(caught.value)) < 3000


def test_workers_that_cannot_start_are_a_sentence(course):
    hand_in_right(course, "ada")

    with pytest.raises(
        WorkersFailed, match=r"as soon as they start:\n(.|\n)*No module"
    ):
        Run(course, "hw1", Options(jobs=1, plan=HostPlan("none:None"))).grade()


def test_isolation_is_required_unless_students_are_trusted(course):
    hand_in_right(course, "ada")
    with pytest.raises(NoIsolation, match="offers no isolation"):
        grade(course, "NakedHost")
    trusted = Options(jobs=1, plan=plan("NakedHost", require_isolation=False))
    assert Run(course, "hw1", trusted).grade().isolations == {"none"}

    # What was judged without isolation does not count where it is required.
    assert grade(course).counts == {"judged": 2}


def test_a_forged_timestamp_counts_for_nothing(course):
    folder = hand_in_right(course, "ada")
    (folder / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC")
    grade(course)

    with book(course) as gradebook:
        assert gradebook.find_submission("hw1", "ada").timestamp is None


def test_a_second_coordinator_is_refused(course):
    with only_one(course.ledger / "lock"), pytest.raises(Busy, match="being graded"):
        grade(course)


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
    _, errors = command.communicate(timeout=120)
    assert command.returncode == 130
    assert errors.strip() == "Stopped. Nothing is lost: run the same command again."

    summary = Run(course, "hw1", Options(jobs=2)).grade()
    assert summary.counts["known"] >= 2
    assert summary.notebooks == 60
    assert scores(course)["s00", "numbers"] == 6
