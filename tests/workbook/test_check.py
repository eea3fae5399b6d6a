"""The check of a notebook, as a student gives the command."""

import json
import os
import re
import subprocess
import sys
import threading

import nbformat
import pytest

from cs231n.check.__main__ import main
from cs231n.workbook.attempts import STATE, Attempts
from cs231n.workbook.checking import check
from grading import ROOT
from grading.authoring.build import source_notebook
from tests.workbook.conftest import DOUBLE, STUB, colab, jupyter, kaggle, small, vs_code


def run(capsys, *arguments):
    status = main([str(one) for one in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.mark.parametrize("form", [jupyter, colab, vs_code, kaggle])
def test_a_notebook_is_read_whoever_saved_it(save, capsys, form):
    status, out, err = run(capsys, save(small(why="Because."), form))

    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "✓ double      2 of 2  passed",
        "✓ net         1 of 1  passed",
        "",
        "3 of 3 points by tests.",
        "2 points by hand; every question has an answer.",
    ]


def test_what_is_open_is_named(save, capsys):
    status, out, _ = run(capsys, save(small(double=STUB)))

    assert status == 1
    assert "· double      0 of 2  open" in out
    assert "Not written yet: double." in out
    assert "Unanswered: q-why (Question 1)." in out
    assert "  It needs double, which is not written yet." in out


def test_an_unanswered_question_alone_is_not_done(save, capsys):
    assert run(capsys, save(small()))[0] == 1
    assert run(capsys, save(small()), "double", "net")[0] == 0  # asked for by name


def test_the_message_of_a_failure_is_whole(save, capsys):
    status, out, _ = run(capsys, save(small(double="def double(x):\n    return 3 * x")))

    assert status == 1
    assert "✗ double      0 of 2  fails" in out
    assert "test-double says:\n  double[1] should be" in out
    assert "Every entry is 1.5 times what it should be." in out


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def double(x)\n    return x", "cannot read line 1 of the answer: def double"),
        ("def double(x):\n    return x[9]", "line 2 of double: return x[9]"),
        ("def double(x):\n    return helper(x)", "NameError: name 'helper'"),
        ("import no_such_library", "No module named 'no_such_library'"),
        ("raise SystemExit('gone')", "gone"),
    ],
)
def test_an_error_in_an_answer_is_a_sentence_and_others_go_on(
    save, capsys, source, message
):
    notebook = small(double=source, net="def forward(self, x):\n    return 4 * x")
    status, out, err = run(capsys, save(notebook))

    assert (status, err) == (1, "")
    assert message in out
    assert "✓ net         1 of 1  passed" in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "its JSON breaks off or is damaged in line 1"),
        ("[1]", "no list of cells"),
        ('{"cells": [3]}', "no list of cells"),
        ('{"cells": []}', "no exercise of the course"),
        (
            '{"cells": [{"cell_type": "code", "source": "passed(\\"a\\", \\"b\\")"}]}',
            "lost the marks",
        ),
    ],
)
def test_a_bad_notebook_is_a_sentence(save, capsys, text, message):
    status, out, err = run(capsys, save(text))

    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_no_such_file_and_no_such_exercise(save, capsys, monkeypatch):
    path = save(small())
    monkeypatch.chdir(path.parent)

    assert "there is small" in run(capsys, "smal")[2]
    assert "it has double, net" in run(capsys, "small", "doubel")[2]
    assert run(capsys, "small", "double")[0] == 0


def test_a_broken_set_up_is_named(save, capsys):
    path = save(small(setup="# Begin\nimport no_such_library"))
    status, _, err = run(capsys, path)

    assert status == 2
    assert "begins with '# Begin' fails" in err
    assert "no_such_library" in err


def test_only_what_changed_runs_again(save):
    counted = DOUBLE.replace("return", "open('runs', 'a').write('x')\n    return")
    path = save(small(double=counted))
    runs = path.parent / "runs"
    assert check(path).again == 2
    before = runs.read_text()
    assert check(path).again == 0
    assert runs.read_text() == before

    other = "def forward(self, x):\n    return double(2 * x)"
    save(small(double=counted, net=other))
    assert check(path).again == 1  # double is as it was
    save(small(double=DOUBLE, net=other))
    assert check(path).again == 2  # net calls double
    assert check(path, everything=True).again == 2


def test_attempts_are_remembered_and_lead_to_hints(save, capsys):
    for factor in (3, 4, 4, 5):  # one answer twice is one attempt
        wrong = f"def double(x):\n    return {factor} * x"
        _, out, _ = run(capsys, save(small(double=wrong)))
        assert ("python -m cs231n.hint double" in out) == (factor == 5)
    path = save(small())
    check(path)

    assert Attempts(path).failures("double") == 0


@pytest.mark.parametrize("damage", ["{", "[]", '{"small": 3}', '{"small": {"net": 1}}'])
def test_a_damaged_state_file_counts_as_none(save, damage):
    path = save(small())
    (path.parent / STATE).write_text(damage)

    assert check(path).again == 2
    assert check(path).again == 0


def test_other_numbers_are_drawn_and_not_remembered(save, capsys):
    kept = DOUBLE.replace("return", "open('x', 'a').write(f'{x[0]}\\n')\n    return")
    path = save(small(double=kept, net="def forward(self, x):\n    return 4 * x"))
    for options in ([], ["--all"], ["--secret-numbers"], ["--secret-numbers"]):
        run(capsys, path, *options)
    first, again, *secret = (path.parent / "x").read_text().split()

    assert first == again
    assert len({first, *secret}) == 3


def test_a_check_leaves_the_process_as_it_was(save):
    path, before = save(small()), (os.getcwd(), sys.modules["__main__"], [*sys.path])
    check(path)

    assert (os.getcwd(), sys.modules["__main__"], sys.path) == before


@pytest.mark.slow
def test_the_notebook_of_solutions_has_all_its_points(tmp_path):
    notebook = source_notebook(ROOT / "solutions" / "assignment1" / "knn.py")
    nbformat.write(notebook, tmp_path / "knn.ipynb")
    report = check(tmp_path / "knn.ipynb")

    assert report.is_done
    assert len(report.results) >= 6


@pytest.mark.slow
def test_watching_runs_what_was_saved(save):
    path = save(small(why="Because."))
    command = [sys.executable, "-u", "-m", "cs231n.check", str(path), "--watch"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, env=environment, text=True, encoding="utf-8"
    )
    guard = threading.Timer(300, process.kill)
    guard.start()
    try:
        seen = _until(process, "points by hand")
        assert "✓ double      2 of 2  passed" in seen
        save(small(double="def double(x):\n    return x", why="Because."))
        seen = _until(process, "test-net-ones says")
        assert "small.ipynb was saved" in seen
        assert "✗ double      0 of 2  fails" in seen
    finally:
        guard.cancel()
        process.kill()
        process.communicate()


def _until(process, words):
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(seen)


def test_the_package_never_imports_the_graders():
    for path in (ROOT / "cs231n").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) grading", text, re.M), path


def test_the_state_is_json_beside_the_notebook(save):
    path = save(small())
    check(path)

    assert (
        json.loads((path.parent / STATE).read_text())["small"]["net"]["failures"] == 0
    )
