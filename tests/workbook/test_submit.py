"""What a student hands in, as the graders collect it."""

import zipfile

import pytest

from cs231n.submit.__main__ import main
from cs231n.workbook import handing_in
from cs231n.workbook.running import run_through
from cs231n.workbook.saved import read
from grading.engine.intake.folder import MAX_BYTES
from grading.engine.intake.lms_export import Export
from grading.engine.storage.store import Store
from tests.workbook.conftest import DOUBLE, SETUP, STUB, small


def assignment(save, *names, siblings=("a", "b"), **parts):
    for name in names:
        notebook = small(**parts)
        notebook["cells"][2]["source"] = "print('a story')"
        notebook["metadata"]["cs231n"] = {"notebooks": [*siblings]}
        path = save(notebook, name=f"assignment1/{name}.ipynb")
    return path.parent


@pytest.fixture
def submit(tmp_path, monkeypatch, capsys):
    def submit(*arguments):
        monkeypatch.chdir(tmp_path)
        status = main(["assignment1", *arguments])
        return status, capsys.readouterr().out

    return submit


@pytest.mark.slow
def test_the_zip_holds_every_notebook(save, submit, tmp_path):
    assignment(save, "a", "b", double=STUB)
    status, out = submit()

    assert status == 0
    assert "a.ipynb, saved 20" in out
    assert "Not written yet: double." in out
    assert "Unanswered: q-why (Question 1)." in out
    with zipfile.ZipFile(tmp_path / "assignment1.zip") as archive:
        assert archive.namelist() == ["a.ipynb", "b.ipynb"]
        original = tmp_path / "assignment1" / "a.ipynb"
        assert archive.read("a.ipynb") == original.read_bytes()


def test_what_is_missing_is_listed(save, submit, tmp_path):
    folder = assignment(save, "a")
    (folder / "c.ipynb").write_text("{")
    status, out = submit("--no-run")

    assert status == 1
    assert "✗ b.ipynb is missing." in out
    assert "c.ipynb is no whole notebook" in out
    assert not (tmp_path / "assignment1.zip").exists()
    status, out = submit("--no-run", "--anyway")
    assert status == 1
    assert (tmp_path / "assignment1.zip").exists()


def test_two_copies_of_a_notebook_are_named(save, submit):
    assignment(save, "a", "b", "a (1)")
    status, out = submit("--no-run")

    assert status == 1
    assert "are the same notebook: move one of them away" in out


def test_no_such_assignment(submit, capsys):
    assert submit()[0] == 2


def test_stories_must_run_and_answers_may_fail(save):
    path = save(small(double=STUB))  # its story raises

    assert run_through(read(path)) == [
        "cell 3 fails: RuntimeError: a narrative cell has run It happened in line 1 of "
        "story: raise RuntimeError('a narrative cell has run')"
    ]
    assert run_through(read(save(small(setup="raise SystemExit")))) != []
    folder = assignment(save, "a", double=STUB, setup=SETUP)
    assert run_through(read(folder / "a.ipynb")) == []


@pytest.mark.parametrize("around", [[], ["--student", "ada"]])
def test_the_graders_collect_it(save, submit, tmp_path, around):
    assignment(save, "a", "b")
    assert submit("--no-run", "--out", "one.zip", *around)[0] == 0
    data = (tmp_path / "one.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as export:
        export.writestr("ada/assignment1.zip", data)
        export.writestr("bob/assignment1.zip", data)
    reader = Export(Store(tmp_path / "store"), ["a", "b"], "assignment1")
    reader.read(tmp_path / "all.zip")

    assert reader.problems == []
    assert {who: sorted(b.files) for who, b in reader.bundles.items()} == {
        "ada": ["a.ipynb", "b.ipynb"],
        "bob": ["a.ipynb", "b.ipynb"],
    }


def test_a_notebook_of_ones_own_is_left_out(save, submit, tmp_path):
    folder = assignment(save, "a", "b")
    (folder / "scratch.ipynb").write_text('{"cells": []}')
    status, out = submit("--no-run")

    assert (status, "scratch" in out) == (0, False)
    assert "2 notebooks." in out
    with zipfile.ZipFile(tmp_path / "assignment1.zip") as archive:
        assert archive.namelist() == ["a.ipynb", "b.ipynb"]


def test_a_notebook_of_another_name_is_named(save, submit):
    assignment(save, "a", "b_final")
    status, out = submit("--no-run")

    assert status == 1
    assert "✗ b.ipynb is missing." in out
    assert "✗ b_final.ipynb is no name of this assignment: rename it" in out


def test_an_older_zip_is_called_so(save, submit):
    folder = assignment(save, "a", "b")
    assert submit("--no-run")[0] == 0
    (folder / "b.ipynb").unlink()

    assert (
        "The assignment1.zip that lies here is an older one." in submit("--no-run")[1]
    )


def test_a_zip_that_cannot_be_written_is_a_sentence(save, submit, tmp_path):
    assignment(save, "a", "b")
    (tmp_path / "taken").write_text("a file")
    for place in (tmp_path / "taken" / "one.zip", tmp_path):
        status = submit("--no-run", "--out", str(place))[0]
        assert status == 2


@pytest.mark.parametrize(
    "asked", ["assignment1/", "course/assignment1", "./assignment1"]
)
def test_a_folder_completed_by_the_shell_is_found(
    save, tmp_path, monkeypatch, capsys, asked
):
    folder = assignment(save, "a", "b")
    if asked.startswith("course"):
        (tmp_path / "course").mkdir()
        folder.rename(tmp_path / asked)
    monkeypatch.chdir(tmp_path)

    assert main([asked, "--no-run"]) == 0
    assert "Hand in assignment1.zip: 2 notebooks." in capsys.readouterr().out


def test_a_dot_means_the_folder_one_is_in(save, tmp_path, monkeypatch, capsys):
    folder = assignment(save, "a", "b")
    monkeypatch.chdir(folder)

    assert main([".", "--no-run"]) == 0
    assert "Hand in assignment1.zip: 2 notebooks." in capsys.readouterr().out
    assert (folder / "assignment1.zip").is_file()


def test_a_link_to_the_folder_will_do(save, tmp_path, monkeypatch):
    assignment(save, "a", "b").rename(tmp_path / "homework")
    try:
        (tmp_path / "assignment1").symlink_to("homework", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    monkeypatch.chdir(tmp_path)

    assert main(["assignment1", "--no-run"]) == 0


def test_a_stop_is_a_sentence(save, submit):
    assignment(save, "a", double=f"{DOUBLE}\nraise KeyboardInterrupt")
    status, out = submit("--no-run")

    assert status == 130
    assert "Stopped in line 3 of double: raise KeyboardInterrupt" in out
    assert out.endswith("No zip was written.\n")


def test_a_notebook_larger_than_graders_read_is_named(save, submit, monkeypatch):
    assert handing_in.MAX_BYTES == MAX_BYTES
    monkeypatch.setattr(handing_in, "MAX_BYTES", 100)
    assignment(save, "a", "b")

    assert "a.ipynb is larger than the 0 MB that graders take" in submit("--no-run")[1]


def test_notebooks_that_name_no_others_are_said_to(save, submit, tmp_path):
    """Some programs drop what a notebook says of its assignment."""
    assignment(save, "a", siblings=())
    status, out = submit("--no-run")

    assert status == 0
    assert "None of them says what else the assignment has" in out
    assignment(save, "b", siblings=("a", "b"))
    assert "None of them" not in submit("--no-run")[1]


def test_a_damaged_notebook_is_not_also_called_missing(save, submit):
    folder = assignment(save, "a")
    (folder / "b (1).ipynb").write_text("{")
    status, out = submit("--no-run")

    assert status == 1
    assert "b (1).ipynb is no whole notebook" in out
    assert "is missing" not in out
