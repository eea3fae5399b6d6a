"""The first cell: checks where it runs, and installs only on Colab or when asked."""

import importlib.util
import io
import subprocess
import sys
import types

import pytest

from grading.authoring.build import FIRST_CELL

SOURCE = FIRST_CELL.read_text(encoding="utf-8")


@pytest.fixture
def run(monkeypatch):
    """Run the cell where cs231n is missing; return what pip was asked for."""
    asked = []
    status = [0]

    said = ["Collecting numpy\nnoise\n  Downloading it (5 MB)\nSuccessfully installed"]

    class Pip:
        def __init__(self, command, **options):
            pip = command.index("pip")
            asked.append((command[pip + 1 : -3], options["env"].get("CS231N_PURE")))
            self.returncode = status[0]
            self.stdout = io.StringIO(said[0])

        def __enter__(self):
            return self

        def __exit__(self, *exception):
            pass

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "Popen", Pip)
    monkeypatch.delenv("CS231N_PACKAGE", raising=False)
    monkeypatch.delenv("KAGGLE_KERNEL_RUN_TYPE", raising=False)

    def run(package="", fails=0, says="", wheels=()):
        status[0], said[0] = fails, says or said[0]
        source = SOURCE.replace('PACKAGE = ""', f'PACKAGE = "{package}"')
        source = source.replace("WHEELS = []", f"WHEELS = {[*wheels]}")
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
    address = "git+https://example.org/course@v1"

    assert run(address) == [(["install", address], "1")]  # needs no compiler
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Nothing is compiled: NumPy does all the work, more slowly.",
        "Collecting numpy",
        "  Downloading it (5 MB)",
        "Successfully installed",
    ]


def test_of_a_release_it_takes_only_what_has_its_checksum(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    wheel = f"https://example.org/cs231n_workbook-1-py3-none-any.whl#sha256={'a' * 64}"
    fetch, install = run("cs231n-workbook==1", wheels=[wheel])

    for option in ("--no-index", "--no-deps", "--require-hashes"):
        assert option in fetch[0]
    assert "cs231n-workbook==1" not in fetch[0]  # the name goes to no index
    assert install == (["install"], None)  # the wheel that came: here none


@pytest.mark.parametrize("package", ["", "cs231n-workbook==1"])
def test_without_an_address_it_says_what_to_set(run, monkeypatch, package):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    with pytest.raises(ImportError, match=r"Nothing is installed: .* write it above"):
        run(package)
    assert run.asked == []


def test_who_asks_gets_it_anywhere(run, monkeypatch):
    monkeypatch.setenv("CS231N_PACKAGE", "here")

    assert run("elsewhere", wheels=["x"]) == [(["install", "here"], None)]


def test_a_failure_says_what_to_do(run, monkeypatch):
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")

    with pytest.raises(ImportError, match=r"Is there a network\? On Kaggle: Settings"):
        run("git+https://example.org/course@v1", fails=1)


@pytest.mark.parametrize(
    ("says", "means"),
    [
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM",
            "not the one your course",
        ),
        ("ERROR: HTTP error 404 while getting it", "not where this notebook looks"),
        ("error: pathspec 'v1' did not match any file(s)", "not where this notebook"),
        ("ConnectionError: Max retries exceeded", "Is there a network"),
    ],
)
def test_it_says_what_a_refusal_of_pip_means(run, monkeypatch, capsys, says, means):
    monkeypatch.setitem(sys.modules, "google.colab", object())

    with pytest.raises(ImportError, match=means):
        run("git+https://example.org/course@v1", fails=1, says=says)
    assert says in capsys.readouterr().out


def test_where_the_package_is_it_does_nothing(monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", None)
    exec(SOURCE, {"__name__": "__main__"})


def said(monkeypatch, capsys, version):
    """Run the first cell in a kernel of this version; return what it prints."""
    module = version and types.SimpleNamespace(
        version_info=version, __version__=".".join(map(str, version))
    )
    monkeypatch.setitem(sys.modules, "ipykernel", module)
    exec(FIRST_CELL.read_text(encoding="utf-8"), {"__name__": "__main__"})
    return capsys.readouterr().out


@pytest.mark.parametrize("minor", range(4))
def test_it_names_a_kernel_that_loses_cells_and_what_to_do(monkeypatch, capsys, minor):
    lines = said(monkeypatch, capsys, (7, minor, 0)).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"This kernel is ipykernel 7.{minor}.0, which now and")
    assert '%pip install "ipykernel>=7.4"' in lines[0]


@pytest.mark.parametrize(
    "version", [None, (6, 29, 5), (6, 30, 1), (7, 4, 0), (7, 10, 0), (8, 0, 0)]
)
def test_it_is_quiet_where_the_kernel_is_well(monkeypatch, capsys, version):
    assert said(monkeypatch, capsys, version) == ""
