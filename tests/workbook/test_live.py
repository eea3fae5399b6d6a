"""What a notebook says while it is worked on."""

import json
import sys
import tempfile
import types
from pathlib import Path

import pytest
from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell

from cs231n import notebook
from cs231n.testing import passed
from cs231n.workbook import live, score, standing
from cs231n.workbook.cells import as_python
from cs231n.workbook.saved import read
from tests.workbook.conftest import DOUBLE, SETUP, STUB, TEST, TWICE, jupyter, small


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(score, "_ticks", {})
    monkeypatch.setattr(live, "ran", {})
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)


class Kernel:
    """Cells of a notebook, and what IPython tells after each."""

    def __init__(self):
        self.user_ns = {"__name__": "__main__"}
        self._watcher = live.Watcher(self)

    def run(self, source, cell_id=None):
        result = types.SimpleNamespace(
            info=ExecutionInfo(source, False, False, True, cell_id),
            error_before_exec=None,
            error_in_exec=None,
            success=True,
        )
        try:
            exec(compile(as_python(source), "<cell>", "exec"), self.user_ns)
        except SyntaxError as error:
            result.error_before_exec, result.success = error, False
        except Exception as error:
            result.error_in_exec, result.success = error, False
        self._watcher.after(result)
        return result.success


@pytest.fixture
def kernel():
    made = Kernel()
    for cell in small()["cells"][1:2]:
        assert made.run(cell["source"])
    return made


def test_an_error_of_numpy_is_explained_below_it(kernel, capsys):
    assert not kernel.run("import numpy as np; max(0, np.ones(3))")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("What this means: An array of several numbers")
    assert max(map(len, lines)) <= 80


def test_a_tick_counts_points_once(capsys):
    for _ in range(2):
        passed("net", "ones", 1, 3)
    passed("net", "shapes", 2, 3)

    assert capsys.readouterr().out.splitlines() == [
        "✓ net: 1 of 3 points (ones)",
        "✓ net: 1 of 3 points (ones)",
        "✓ net: 3 of 3 points (shapes)",
    ]
    passed("net", "old notebooks have no points")
    assert capsys.readouterr().out == "✓ net: old notebooks have no points\n"


TICKED = TEST.replace('"vectors")', '"vectors", 2, 2)')


@pytest.mark.parametrize(
    "cell_id", ["double", None, "vscode-notebook-cell:/a.ipynb#W4sZmlsZQ"]
)
def test_points_go_when_the_answer_changes_or_its_test_fails(kernel, cell_id):
    kernel.run(DOUBLE, cell_id)
    assert kernel.run(TICKED.replace("expect_source(double, loops=0)", ""), "t")
    assert score.so_far("double") == 2
    kernel.run(DOUBLE, cell_id)  # the same once more
    assert score.so_far("double") == 2
    kernel.run(DOUBLE.replace("2", "3"), cell_id)
    assert score.so_far("double") == 0
    passed("double", "vectors", 2, 2)
    assert not kernel.run(TICKED, "t")  # no loop is left out now: it fails
    assert score.so_far("double") == 0


def test_a_syntax_error_puts_the_old_answer_away(kernel, capsys):
    kernel.run(DOUBLE, "double")
    kernel.run(TWICE, "net")
    assert kernel.run("assert Net().forward(1) == 4")
    assert not kernel.run("def double(x)\n    return x", "double")
    assert "The double that you ran before is put away" in capsys.readouterr().out
    for call in ("double(1)", "Net().forward(1)"):
        with pytest.raises(NotImplementedError, match="double: its cell has a syntax"):
            eval(call, kernel.user_ns)
    assert not kernel.run(TWICE.replace("return", "return ("), "net")
    with pytest.raises(NotImplementedError, match="net: its cell has a syntax error"):
        eval("Net().forward(1)", kernel.user_ns)
    kernel.run(DOUBLE, "double")
    kernel.run(TWICE, "net")
    assert kernel.run("assert Net().forward(1) == 4")


@pytest.mark.parametrize("cell_id", ["double", "vscode-notebook-cell:/a.ipynb#W4s"])
def test_a_broken_first_line_puts_the_old_answer_away(kernel, capsys, cell_id):
    kernel.run(DOUBLE, cell_id)
    passed("double", "vectors", 2, 2)
    kernel.run(TICKED.replace("expect_source(double, loops=0)", ""), "t")
    assert not kernel.run("def doub le(x):\n    return 2 * x", cell_id)
    assert "The double that you ran before is put away" in capsys.readouterr().out
    assert score.so_far("double") == 0
    with pytest.raises(NotImplementedError, match="its cell has a syntax error"):
        kernel.user_ns["double"](1)


def test_a_missing_name_is_traced_to_the_cell_that_has_not_run(
    kernel, save, monkeypatch, capsys
):
    monkeypatch.setenv("JPY_SESSION_NAME", str(save(small(setup=f"{SETUP}\nlost = 1"))))
    for cell in ("lost + 1", "double(3)", "unknown + 1"):
        assert not kernel.run(cell)
    assert " ".join(capsys.readouterr().out.split()) == (
        "What this means: lost is made by a set-up cell that has not run in this "
        "kernel. Run all cells above this one first. What this means: double belongs "
        "to double, whose cell has not run in this kernel."
    )


def test_a_name_of_a_cell_that_never_ran_is_traced_to_it(kernel, capsys):
    assert not kernel.run("rate = 0.1\ndef double(x)\n    return x", "double")
    assert not kernel.run("@add_to_class(Net)\ndef forward(self, x:\n    pass", "net")
    for call in ("double(1)", "Net().forward(1)"):
        with pytest.raises(NotImplementedError, match="its cell has a syntax error"):
            eval(call, kernel.user_ns)
    capsys.readouterr()
    assert not kernel.run("2 * rate")
    said = " ".join(capsys.readouterr().out.split())
    assert "rate belongs to double, whose cell has a syntax error. Mend it" in said
    kernel.run(f"rate = 0.1\n{DOUBLE}", "double")
    assert kernel.run("double(rate)")


@pytest.mark.parametrize(
    "cell_id",
    [None, "vscode-notebook-cell:small.ipynb#W4sZmlsZQ", "8f0c2b1e-77aa-4a41"],
)
def test_without_our_id_a_cell_is_named_by_what_it_defines(
    kernel, save, monkeypatch, capsys, cell_id
):
    monkeypatch.setenv("JPY_SESSION_NAME", str(save(small())))
    assert not kernel.run("rate = 0.1\ndef forward(self, x:\n    pass", cell_id)
    with pytest.raises(NotImplementedError, match=r"^net: its cell has a syntax error"):
        kernel.user_ns["forward"](None, 1)
    assert not kernel.run("2 * rate", cell_id)
    said = " ".join(capsys.readouterr().out.split())
    assert "rate belongs to net, whose cell has a syntax error. Mend it" in said


@pytest.mark.parametrize("cell_id", [None, "vscode-notebook-cell:/a.ipynb#W4sZmlsZQ"])
def test_where_no_exercise_is_known_the_function_is_named(
    kernel, tmp_path, monkeypatch, capsys, cell_id
):
    monkeypatch.chdir(tmp_path)
    assert not kernel.run("rate = 0.1\ndef own(x:\n    pass", cell_id)
    with pytest.raises(NotImplementedError, match=r"^own: its cell has a syntax error"):
        kernel.user_ns["own"](1)
    assert not kernel.run("2 * rate", cell_id)
    said = " ".join(capsys.readouterr().out.split())
    assert "rate stands in a cell with a syntax error. Mend it first" in said


def test_other_names_are_left_alone(kernel, capsys):
    kernel.run("from math import sqrt\ndouble = 3")

    assert not kernel.run("def sqrt(x\ndef double(x\ndef unknown(\ndef sum(x")
    assert kernel.run("assert sqrt(4) == 2 and double == 3 and sum([1]) == 1")
    assert capsys.readouterr().out == ""


def test_a_kernel_is_watched_once(monkeypatch):
    shell = InteractiveShell()
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    live.watch()
    live.watch()

    watched = [
        c
        for c in shell.events.callbacks["post_run_cell"]
        if c.__module__ == live.__name__
    ]
    assert len(watched) == 1
    shell.run_cell(DOUBLE)
    shell.run_cell("def double(x)\n  return", store_history=False)
    with pytest.raises(NotImplementedError, match="double: its cell has a syntax"):
        shell.user_ns["double"](1)


def test_progress_shows_points_what_is_open_and_questions(save, monkeypatch, capsys):
    monkeypatch.chdir(save(small(double=STUB)).parent)
    passed("net", "ones", 1, 1)
    capsys.readouterr()
    notebook.progress()

    assert capsys.readouterr().out.splitlines() == [
        "· double      0 of 2  open",
        "✓ net         1 of 1  passed",
        "",
        "1 of 3 points by tests. Not written yet: double.",
        "2 points by hand for written answers. Unanswered: q-why (Question 1).",
    ]


def test_progress_breaks_lines_between_words(save, monkeypatch, capsys):
    long = small(double=STUB)
    last = long["cells"][-1]
    for n in range(6):
        flags = dict(last["metadata"]["nbgrader"], grade_id=f"q-why-it-is-so-{n}")
        long["cells"].append(dict(last, id=f"q{n}", metadata={"nbgrader": flags}))
    monkeypatch.chdir(save(long).parent)
    notebook.progress()

    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert all(any(f"q-why-it-is-so-{n}" in line for line in lines) for n in range(6))


def test_progress_says_what_is_not_saved(save, monkeypatch, capsys):
    monkeypatch.setenv("JPY_SESSION_NAME", str(save(small())))
    live.ran["double"] = STUB
    live.ran["net"] = TWICE + "\n"
    notebook.progress()

    said = capsys.readouterr().out
    assert "Save the notebook: double ran here with another text" in said


def test_no_file_is_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    notebook.progress()

    assert "is not to be found from here" in capsys.readouterr().out


def test_on_colab_the_notebook_is_asked_for(monkeypatch, capsys, tmp_path):
    message = types.SimpleNamespace(
        blocking_request=lambda *_, **__: {"ipynb": json.loads(jupyter(small()))}
    )
    colab = types.SimpleNamespace(_message=message)
    monkeypatch.setitem(sys.modules, "google", types.SimpleNamespace(colab=colab))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setitem(sys.modules, "google.colab._message", message)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    notebook.progress()
    assert "Unanswered: q-why (Question 1)." in capsys.readouterr().out
    asked = []
    monkeypatch.setattr(standing, "command", lambda *words: asked.append(words))
    notebook.check("double")
    assert read(Path(asked[0][1])).name == "notebook"  # a file, for a command
    message.blocking_request = lambda *_, **__: None
    notebook.progress()
    assert "save it" in capsys.readouterr().out


@pytest.mark.slow
def test_check_in_a_notebook_is_the_command(save, monkeypatch, capsys):
    monkeypatch.setenv("JPY_SESSION_NAME", str(save(small())))
    notebook.check("double")
    notebook.hint("double")

    said = capsys.readouterr().out
    assert "✓ double      2 of 2  passed" in said
    assert "Hint 1: look" in said
