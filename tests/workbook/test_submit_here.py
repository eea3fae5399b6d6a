"""Checking and handing in from inside a notebook, and in a browser tab."""

import subprocess
import sys
import threading
import zipfile

import pytest

from cs231n import notebook
from cs231n.workbook import live, score
from tests.workbook.conftest import STUB, small


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(score, "_ticks", {})
    monkeypatch.setattr(live, "ran", {})


@pytest.fixture(params=[pytest.param("processes", marks=pytest.mark.slow), "tab"])
def kernel(request, monkeypatch):
    """A kernel of this machine, or one in a browser tab: no processes, no threads."""
    if request.param == "processes":
        return

    def forbidden(*args, **kwargs):
        raise OSError("a browser tab has neither processes nor threads")

    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(subprocess.Popen, "__init__", forbidden)
    monkeypatch.setattr(threading.Thread, "start", forbidden)


@pytest.fixture
def opened(save, monkeypatch):
    """Open the first notebook of an assignment of two, one of whose answers is open."""
    for name in ("a", "b"):
        made = small(double=STUB)
        made["cells"][2]["source"] = "print('a story')"
        made["metadata"]["cs231n"] = {"notebooks": ["a", "b"]}
        path = save(made, name=f"homework/{name}.ipynb")
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path.with_name("a.ipynb")))
    return path.parent


def test_the_zip_lies_beside_the_notebooks(kernel, opened, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda made: shown.append(made.data))
    notebook.submit()

    said = " ".join(capsys.readouterr().out.split())
    assert "Not written yet: double." in said
    assert "homework.zip: 2 notebooks." in said
    assert shown == ['Download it: <a href="homework.zip" download>homework.zip</a>']
    with zipfile.ZipFile(opened / "homework.zip") as archive:
        assert archive.namelist() == ["a.ipynb", "b.ipynb"]


def test_what_is_missing_keeps_the_zip_back(kernel, opened, capsys):
    (opened / "b.ipynb").unlink()
    notebook.submit()

    said = capsys.readouterr().out
    assert "b.ipynb is missing." in said
    assert "notebook.submit(anyway=True)" in said
    assert not (opened / "homework.zip").exists()
    notebook.submit(anyway=True)
    assert (opened / "homework.zip").exists()


def test_what_is_not_saved_is_not_handed_in(opened, capsys):
    live.ran["double"] = "def double(x):\n    return x + x"
    notebook.submit()

    said = capsys.readouterr().out
    assert said == "Save the notebook first: double changed since.\n"
    assert not (opened / "homework.zip").exists()


def test_a_notebook_that_hands_in_is_run_through_once(kernel, save, opened, capsys):
    made = small(double=STUB)
    made["metadata"]["cs231n"] = {"notebooks": ["a", "b"]}
    made["cells"][2]["source"] = "from cs231n import notebook\nnotebook.submit()"
    save(made, name="homework/a.ipynb")
    notebook.submit()

    assert capsys.readouterr().out.count("Running every notebook") == 1


def test_a_check_in_a_tab_leaves_the_points_of_the_kernel(kernel, save, opened, capsys):
    save(small(), name="homework/a.ipynb")
    score.tick("net", "ones", 1)
    notebook.check("double")

    assert "2 of 2  passed" in capsys.readouterr().out
    assert score.ticked() == {"net": 1}


def test_on_colab_it_says_how(opened, monkeypatch, capsys):
    monkeypatch.setattr(live, "this_notebook", lambda names: None)
    monkeypatch.setitem(sys.modules, "google.colab", sys)
    notebook.submit()

    assert "Download .ipynb" in capsys.readouterr().out
