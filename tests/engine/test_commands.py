"""The command line: what it prints, and how it ends."""

import errno
import subprocess
import sys
import zipfile

import pytest

from grading import __main__ as cli
from grading.course import Course
from grading.engine import commands
from grading.engine.judging.judge_host import HostPlan
from tests.engine.conftest import grade, plan, scores
from tests.engine.intake.export_files import archive
from tests.engine.small_course import RIGHT, answered, hand_in_right


@pytest.fixture
def command(course, monkeypatch, capsys):
    """Run a command on the course, with the tests' host; return status and texts."""
    monkeypatch.setattr(commands, "HostPlan", lambda **more: plan(**more))

    def run(*arguments):
        status = cli.main(["--course", str(course.root), *arguments])
        return status, *capsys.readouterr()

    return run


def test_from_an_export_to_a_csv(course, command, tmp_path):
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as file:
        for name in ("numbers", "words"):
            path = course.released / "hw1" / f"{name}.ipynb"
            file.write(path, f"ada/{name}.ipynb")
    status, out, err = command("collect", "hw1", str(tmp_path / "e.zip"))
    assert (status, err) == (0, "")
    assert "1 students, 2 notebooks." in out

    status, out, err = command("status", "hw1")
    assert status == 1
    assert "to grade: ada numbers" in out
    status, out, err = command("run", "hw1", "--jobs", "1")
    assert (status, err) == (0, "")
    assert "1 submissions, 2 notebooks: 2 judged, 0 known already" in out
    assert "100%" not in out  # nobody watches a bar here
    assert command("status", "hw1")[0] == 0
    assert command("feedback", "hw1")[0] == 0
    assert (course.feedback / "ada" / "hw1" / "words.html").is_file()
    assert command("report", "hw1")[1].strip().endswith("report/hw1/index.html")
    status, out, err = command("export", "hw1")
    assert out.splitlines()[1].startswith("ada,0.0,10.0,")


def test_names_cannot_inject_into_a_csv(course, command):
    hand_in_right(course, '=cmd(), "x"'.replace('"', "'"))
    grade(course)
    _, out, _ = command("export", "hw1")

    assert out.splitlines()[1].startswith("\"'=cmd(), 'x'\",8.0,")


def test_a_terminal_is_told_no_commands(course, command):
    source = "raise ValueError('\x1b]0;owned\x07')"
    numbers = answered(course, "numbers", RIGHT | {"double": source})
    folder = hand_in_right(course, "ada", numbers=numbers)
    (folder / "evil\x1b[2J.ipynb").symlink_to("nowhere")
    _, out, err = command("run", "hw1", "--jobs", "1")

    # The bar moves the cursor up by itself, and nothing else does.
    assert "\x1b" not in (out + err).replace("\x1b[A", "")
    assert "evil.ipynb" in out


def test_unknown_names_are_sentences(command):
    status, _, err = command("run", "hw9")
    assert status == 1
    assert err.startswith("No assignment 'hw9' in ")
    assert "Traceback" not in err


def test_an_export_of_a_platform_wants_a_roster(course, command, tmp_path):
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as file:
        file.writestr("lovelaceada_501_7001_numbers.ipynb", "{}")
    status, _, err = command("collect", "hw1", str(tmp_path / "e.zip"))

    assert status == 1
    assert "--roster roster.csv" in err


def test_a_roster_once_given_is_kept_and_names_who_is_missing(
    course, command, tmp_path
):
    (tmp_path / "r.csv").write_text("student;canvas_id\nada;501\nben;502\n")
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as file:
        numbers = course.released / "hw1" / "numbers.ipynb"
        file.write(numbers, "lovelaceada_501_7001_numbers.ipynb")
    flags = ["--roster", str(tmp_path / "r.csv")]
    assert command("collect", "hw1", str(path), *flags)[0] == 0
    (tmp_path / "r.csv").unlink()

    assert command("collect", "hw1", str(path))[0] == 0
    _, out, _ = command("status", "hw1")
    assert out.endswith("1 of the roster handed nothing in:\n  ben\n")


@pytest.mark.parametrize("name", ["hw9", "../../etc", "", "hw1/numbers"])
def test_collecting_for_no_assignment_makes_no_folder(course, command, name):
    hand_in_right(course, "ada")
    before = sorted(course.root.rglob("*"))
    status, _, err = command("collect", name)

    assert status == 1
    assert err.startswith(f"No assignment {name!r} in ")
    assert sorted(course.root.rglob("*")) == before


def test_times_without_archives_are_refused(command, tmp_path):
    status, _, err = command("collect", "hw1", "--times", str(tmp_path / "t.csv"))

    assert (status, err.count("\n")) == (1, 1)
    assert "--times says when archives were handed in" in err


def test_a_dry_run_says_what_would_change_and_changes_nothing(course, command):
    hand_in_right(course, "ada")
    hand_in_right(course, "ben")
    grade(course)
    before = scores(course)
    path = course.source / "hw1" / "numbers.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("double(3) == 6", "double(3) == 7"))
    row = "{:<24} numbers                    6.00 ->   4.00 (-2.00)\n"
    table = "2 scores by tests differ from the gradebook's:\n"
    table += "".join(f"  {row.format(name)}" for name in ("ada", "ben"))

    status, out, _ = command("run", "hw1", "--dry-run", "--jobs", "1")
    assert status == 0
    assert out.endswith(f"{table}A dry run: the gradebook is as it was.\n")
    assert scores(course) == before
    # What was judged is known, and the real run records it.
    _, out, _ = command("run", "hw1", "--jobs", "1")
    assert ": 0 judged, 4 known already" in out
    assert out.endswith(table)
    assert scores(course)["ben", "numbers"] == 4


def test_a_run_on_nothing_is_no_success(command):
    status, out, _ = command("run", "hw1")

    assert status == 1
    assert "Nothing to grade: nobody's hw1 is in " in out


def test_a_course_may_be_named_by_the_environment(course, monkeypatch, capsys):
    hand_in_right(course, "ada")
    monkeypatch.setenv("CS231N_COURSE", str(course.root))

    assert cli.main(["status", "hw1"]) == 1
    assert capsys.readouterr().out.startswith("1 students, 2 notebooks; 2 to grade.")
    assert Course().database == course.database


def test_a_full_disk_is_a_sentence(course, command, monkeypatch):
    hand_in_right(course, "ada")

    def full(*arguments, **more):
        raise OSError(errno.ENOSPC, "No space left on device", "somewhere")

    monkeypatch.setattr("grading.engine.results.gradebook_writer.write_whole", full)
    status, _, err = command("run", "hw1", "--jobs", "1")
    assert status == 1
    assert err.startswith("somewhere: No space left on device. What was judged so far")
    monkeypatch.undo()

    assert grade(course).counts["known"] >= 1


def test_limits_are_read(command):
    args = cli.parser().parse_args(
        ["run", "hw1", "--cell-seconds", "7.5", "--memory-mb", "100"]
    )
    limits = cli.limits_of(args)

    assert limits.cell_seconds == 7.5
    assert limits.memory_bytes == 100 << 20
    assert limits.call_seconds == type(limits)().call_seconds


@pytest.mark.parametrize("flags", [["--jobs", "0"], ["--cell-seconds", "-1"]])
def test_bad_numbers_are_refused(flags, capsys):
    with pytest.raises(SystemExit):
        cli.parser().parse_args(["run", "hw1", *flags])
    assert "expected" in capsys.readouterr().err


def test_isolation_is_the_default():
    args = cli.parser().parse_args(["run", "hw1"])

    assert not args.trust_students
    assert HostPlan().require_isolation


@pytest.mark.slow
def test_doctor_names_the_levels():
    result = subprocess.run(
        [sys.executable, "-m", "grading", "doctor"], capture_output=True, text=True
    )

    assert result.stderr == ""
    assert "bubblewrap" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Students would be judged with: ")


def test_archives_may_stand_behind_options(course, command, tmp_path):
    path = archive(tmp_path / "x.zip", {"ada_numbers.ipynb": b"{}"})
    roster = tmp_path / "r.csv"
    roster.write_text("student\nada\n")
    line = ["collect", "hw1", "--roster", str(roster), str(path)]
    status, out, err = command(*line)
    assert (status, err) == (0, "")
    assert "1 students, 1 notebooks." in out


def test_what_no_command_takes_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["status", "hw1", "hw2"])
    assert "unrecognized arguments: hw2" in capsys.readouterr().err


def test_a_student_who_handed_nothing_in_is_named(course, command):
    hand_in_right(course, "ada")
    status, out, _ = command("run", "hw1", "--student", "zoe", "--trust-students")
    assert status == 1
    assert "zoe handed nothing in." in out
    assert "Nothing to grade" not in out
