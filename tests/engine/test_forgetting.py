"""A person leaves no trace, and nobody else loses anything."""

import errno
import shutil

import pytest

from grading import __main__ as cli
from grading.engine.forgetting import forget, prune
from grading.engine.intake.roster import known_roster
from grading.engine.pages.overview import Overview
from grading.engine.storage.append_log import AppendLog
from grading.engine.storage.lock import Busy, only_one
from tests.engine.conftest import grade, scores
from tests.engine.graded import with_double
from tests.engine.small_course import hand_in_right

OWN = "def double(x): return 2 * x  # only evelyn.ng writes this"


@pytest.fixture
def graded(course, tmp_path):
    (tmp_path / "r.csv").write_text("student,name\nada,Ada\nevelyn.ng,Evelyn Ng\n")
    known_roster(course, tmp_path / "r.csv")
    hand_in_right(course, "ada")
    hand_in_right(course, "evelyn.ng", numbers=with_double(course, OWN))
    grade(course)
    cli.main(["--course", str(course.root), "feedback", "hw1"])
    cli.main(["--course", str(course.root), "report", "hw1"])
    return course


def holders(course, words):
    """Name the files of a course that hold some bytes, in their names or in them."""
    paths = sorted((course.root / "grading").rglob("*"))
    named = [path for path in paths if words in str(path).encode()]
    files = [path for path in paths if path.is_file()]
    return named + [path for path in files if words in path.read_bytes()]


def test_a_person_is_gone_everywhere(graded):
    assert len(holders(graded, b"evelyn.ng")) > 8
    places = forget(graded, "evelyn.ng")

    assert set(places) >= {"submitted/", "ledger/", "gradebook.db", "ledger/roster.csv"}
    assert holders(graded, b"evelyn.ng") == []
    assert holders(graded, b"Evelyn Ng") == []


def test_nobody_else_loses_anything(graded):
    before = scores(graded)
    forget(graded, "evelyn.ng")

    assert scores(graded) == {key: before[key] for key in before if key[0] == "ada"}
    assert all(row.verdict for row in Overview(graded, "hw1").rows)
    summary = grade(graded, "NakedHost")
    assert (summary.counts, summary.problems) == ({"known": 2}, [])


def test_a_folder_that_cannot_be_removed_is_named(course, capsys, monkeypatch):
    folder = hand_in_right(course, "ada").parent

    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", "words.ipynb")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    assert cli.main(["--course", str(course.root), "forget", "ada"]) == 1
    assert capsys.readouterr().err.startswith(f"{folder}: Permission denied.")


def test_nobody_is_a_sentence(graded, capsys):
    assert cli.main(["--course", str(graded.root), "forget", "zoe"]) == 1
    assert "Nobody here is called 'zoe'." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["../grading", "", ".."])
def test_no_name_leaves_the_course(graded, capsys, name):
    before = sorted((graded.root / "grading").rglob("*"))

    assert cli.main(["--course", str(graded.root), "forget", name]) == 1
    assert "cannot be a student's id" in capsys.readouterr().err
    assert sorted((graded.root / "grading").rglob("*")) == before


def test_a_course_that_is_being_graded_is_left_alone(graded):
    with only_one(graded.ledger / "lock"), pytest.raises(Busy):
        forget(graded, "ada")


def test_pruning_keeps_what_counts(graded):
    hand_in_right(graded, "evelyn.ng")
    grade(graded)
    before = scores(graded)
    lines, files = prune(graded)

    assert lines > 3
    assert files == 1
    found = holders(graded, b"only evelyn.ng writes")
    assert [path for path in found if graded.ledger in path.parents] == []
    assert grade(graded, "NakedHost").counts == {"known": 4}
    assert scores(graded) == before
    with AppendLog(graded.ledger / "hw1" / "collected.jsonl", writable=False) as log:
        assert len(list(log.lines())) == 2
    assert prune(graded) == (0, 0)
