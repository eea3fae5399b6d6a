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
from cs231n.hint.__main__ import main as hint_command
from cs231n.workbook.attempts import STATE, Attempts
from cs231n.workbook.checking import check
from cs231n.workbook.hints import next_hint
from cs231n.workbook.running import _Sink
from cs231n.workbook.saved import read
from grading import ROOT
from grading.authoring.build import source_notebook
from tests.workbook.conftest import (
    DOUBLE,
    SETUP,
    STUB,
    colab,
    jupyter,
    kaggle,
    small,
    vs_code,
)


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


def test_the_frame_speaks_the_language_of_the_notebook(save, capsys):
    wrong = "def double(x):\n    return [][9]"
    notebook = small(double=wrong, setup=f'{SETUP}\nLANGUAGE = "zh_CN"')
    path = save(notebook)
    status, out, err = run(capsys, path)
    hint_command(["double", "--notebook", str(path)])

    assert (status, err) == (1, "")
    for line in (
        "✗ double       0 / 2  未通过",
        "测试得 0 分（共 3 分）。",
        "书面回答由人工评 2 分。还没有回答：q-why (Question 1)。",
        "test-double 说：",
        "  发生在 double 的第 2 行：return [][9]",
    ):
        assert line in out.splitlines()
    assert "还有 2 条可以打开。" in capsys.readouterr().out
    open_now = small(double=STUB, setup=f"{SETUP}\nLANGUAGE = 'zh_CN'")
    assert "还没有写：double。" in run(capsys, save(open_now))[1]


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
        path.unlink()
        _until(process, "small.ipynb is gone")
        save(small(why="Because."))
        assert "✓ double" in _until(process, "points by hand")
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


def without(name):
    notebook = small(why="Because.")
    notebook["cells"] = [one for one in notebook["cells"] if one["id"] != name]
    return notebook


@pytest.mark.parametrize(
    ("lost", "exercise", "message"),
    [
        ("double", "double", "Its answer cell is missing"),
        ("test-double", "double", "Its tests are missing"),
        ("net", "net", "Its answer cell is missing"),
    ],
)
def test_a_deleted_cell_is_said(save, capsys, lost, exercise, message):
    status, out, err = run(capsys, save(without(lost)))

    assert (status, err) == (1, "")
    assert re.search(rf"✗ {exercise} +0 of \d  fails", out)
    assert message in out


def test_an_answer_above_the_line_it_replaces_is_tested(save, capsys):
    raising = STUB.rpartition("\n")[2]
    notebook = small(double=f"{DOUBLE}\n{raising}", why="Because.")
    assert run(capsys, save(notebook))[0] == 0

    early = f"def double(x):\n    if x is None:\n        return x\n{raising}"
    out = run(capsys, save(small(double=early)))[1]
    assert "· double      0 of 2  open" in out  # the raise is what runs


@pytest.mark.parametrize("call", ["input()", "__import__('pdb').Pdb().set_trace()"])
def test_an_answer_that_waits_for_the_keyboard_does_not_wait(save, capsys, call):
    answer = DOUBLE.replace("return", f"{call}\n    return")
    out = run(capsys, save(small(double=answer)))[1]

    assert "take input() or breakpoint() out of the answer" in out


def test_a_test_that_needs_an_answer_that_cannot_be_read_names_it(save, capsys):
    out = run(capsys, save(small(double="def double(x)\n    return 2 * x")))[1]

    assert "double says:\n  Python cannot read line 1 of the answer" in out
    assert (
        "test-net-ones says:\n  It needs double, whose cell does not run. Mend that "
        "one first: Python cannot read line 1"
    ) in out


def test_a_name_from_a_cell_of_ones_own_is_explained(save, capsys):
    out = run(capsys, save(small(double="def double(x):\n    return mine(x)")))[1]

    assert "Give mine a value in the answer's own cell" in out


def test_prints_are_not_kept():
    assert _Sink().write("x" * 1000) == 1000
    assert not hasattr(_Sink(), "getvalue")


def test_an_endless_loop_that_is_stopped_says_where(save, capsys):
    stopped = DOUBLE.replace("return", "raise KeyboardInterrupt\n    return")
    status, out, err = run(capsys, save(small(double=stopped)))

    assert (status, err) == (130, "")
    assert out == "\nStopped in line 2 of double: raise KeyboardInterrupt\n"


@pytest.mark.parametrize(
    "kept",
    [
        {"hints": -9},
        {"result": {"exercise": 1, "state": 2, "points": "x", "of": None}},
    ],
)
def test_numbers_that_cannot_be_in_a_state_file_count_as_none(save, capsys, kept):
    path = save(small(why="Because."))
    check(path)
    state = json.loads((path.parent / STATE).read_text())
    state["small"]["double"] |= kept
    (path.parent / STATE).write_text(json.dumps(state))

    assert run(capsys, path)[0] == 0
    assert "Hint 1" in next_hint(path, "double")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("SMALLL", "Did you mean small?"),
        ("folder", "folder is a folder; there is other."),
        ("notes.md", "notes.md is no notebook. Give a file that ends in .ipynb."),
        ("nowhere/small", "nowhere; there is other, small. Did you mean small?"),
    ],
)
def test_a_name_that_is_no_notebook_leads_to_one(
    save, capsys, monkeypatch, asked, message
):
    path = save(small())
    save(small(), name="folder/other.ipynb")
    (path.parent / "notes.md").write_text("mine")
    monkeypatch.chdir(path.parent)
    status, _, err = run(capsys, asked)

    assert status == 2
    assert message in err
    assert err.count("\n") == 1


def test_a_folder_without_notebooks_says_where_to_go(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert "Give the command in the folder of the course" in run(capsys, "knn")[2]


def test_a_mark_at_the_beginning_of_the_file_does_no_harm(save):
    text = "\ufeff" + jupyter(small())

    assert read(save(text)).name == "small"


@pytest.mark.parametrize(
    "file", ["knn (1)", "knn-Copy1", "Copy of knn", "Copy_of_knn", "Kopie von knn"]
)
def test_a_copy_keeps_its_name(save, file):
    assert read(save(small(), name=f"{file}.ipynb")).name == "knn"


def test_an_exercise_alone_is_found_in_its_notebook(save, monkeypatch, capsys):
    monkeypatch.chdir(save(small()).parent)

    assert main(["net"]) == 0
    out = capsys.readouterr().out
    assert "net" in out
    assert "double" not in out
    assert main(["nothing"]) == 2
    assert "There is no nothing.ipynb" in capsys.readouterr().err
