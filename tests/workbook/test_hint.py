"""Hints in the terminal: one more each time."""

import pytest

from cs231n.hint.__main__ import main
from cs231n.workbook.attempts import Attempts
from grading import ROOT
from tests.workbook.conftest import colab, jupyter, kaggle, small, vs_code


@pytest.mark.parametrize("form", [jupyter, colab, vs_code, kaggle])
def test_each_call_opens_one_more(save, monkeypatch, capsys, form):
    path = save(small(), form, "assignment1/small.ipynb")
    monkeypatch.chdir(path.parents[1])
    for number in (1, 2, 3):
        assert main(["double"]) == 0
        said = capsys.readouterr().out
        assert said.startswith(f"Hint {number}: look\n\nText {number}.\n")
    assert "That was the last one" in said
    assert main(["double"]) == 0
    assert "you have opened them all" in capsys.readouterr().out
    assert main(["double", "--number", "2"]) == 0
    assert "Text 2." in capsys.readouterr().out
    assert Attempts(path).hints("double") == 3


def test_no_hints_and_no_exercise_are_sentences(save, monkeypatch, capsys):
    monkeypatch.chdir(save(small()).parent)

    assert main(["net"]) == 0
    assert "small.ipynb has no hints to net yet." in capsys.readouterr().out
    assert main(["double-it"]) == 2
    assert "There are double." in capsys.readouterr().err


def test_hints_of_the_released_notebooks_are_found(tmp_path, monkeypatch, capsys):
    released = ROOT / "assignments" / "assignment3" / "gan.ipynb"
    (tmp_path / "gan.ipynb").write_bytes(released.read_bytes())
    monkeypatch.chdir(tmp_path)

    assert main(["gan-hand"]) == 0
    assert "(2 more to open.)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("small", "small.ipynb is a notebook. Its exercises are double, net."),
        ("small.ipynb", "small.ipynb is a notebook. Its exercises are double, net."),
        ("q-why", "q-why is a question of small.ipynb: only exercises have hints."),
        ("xyz", "has an exercise 'xyz'. `python -m cs231n.check knn` lists"),
        ("", "has an exercise ''."),
    ],
)
def test_other_names_are_told_what_they_are(save, monkeypatch, capsys, name, words):
    monkeypatch.chdir(save(small()).parent)

    assert main([name]) == 2
    assert words in capsys.readouterr().err
