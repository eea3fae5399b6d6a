"""The first cell: checks where it runs, and installs only on Colab or when asked."""

import importlib.util
import io
import subprocess
import sys

import pytest

from grading.authoring.build import FIRST_CELL

SOURCE = FIRST_CELL.read_text(encoding="utf-8")


@pytest.fixture
def run(monkeypatch):
    """Run the cell where cs231n is missing; return what pip was asked for."""
    asked = []
    status = [0]

    class Pip:
        stdout = io.StringIO("Collecting numpy\nnoise\nSuccessfully installed it\n")
        returncode = 0

        def __init__(self, command, **options):
            asked.append(command[-1])
            self.returncode = status[0]

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            pass

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "Popen", Pip)
    monkeypatch.delenv("CS231N_PACKAGE", raising=False)
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE", raising=False)

    def run(package="", fails=0):
        status[0] = fails
        source = SOURCE.replace('PACKAGE = ""', f'PACKAGE = "{package}"')
        exec(source, {"__name__": "__main__"})
        return asked

    run.asked = asked
    return run


def test_at_home_it_names_the_kernel_and_installs_nothing(run):
    with pytest.raises(ImportError) as error:
        run("git+https://example.org/course@v1")

    assert f"runs in {sys.executable}, where cs231n is missing" in str(error.value)
    assert "choose the kernel of `.venv`" in str(error.value)
    assert error.value._render_traceback_() == [str(error.value)]
    assert run.asked == []


def test_on_colab_it_installs_what_the_course_says(run, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "google.colab", object())

    assert run("git+https://example.org/course@v1") == [
        "git+https://example.org/course@v1"
    ]
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Collecting numpy",
        "Successfully installed it",
    ]


def test_without_an_address_it_says_what_to_set(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    with pytest.raises(ImportError, match=r"Nothing is installed: .* write it above"):
        run()
    assert run.asked == []


def test_who_asks_gets_it_anywhere(run, monkeypatch):
    monkeypatch.setenv("CS231N_PACKAGE", "here")

    assert run("elsewhere") == ["here"]


def test_a_failure_says_what_to_do(run, monkeypatch):
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")

    with pytest.raises(ImportError, match=r"Is there a network\? On Kaggle: Settings"):
        run("git+https://example.org/course@v1", fails=1)


def test_where_the_package_is_it_does_nothing(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    exec(SOURCE, {"__name__": "__main__"})
