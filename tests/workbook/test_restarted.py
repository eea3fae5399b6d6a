"""A kernel that was restarted says what to run first: in a real one."""

import json
import shutil
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

import cs231n.workbook

CONFIG = Path(cs231n.workbook.__file__).parent / "ipython_kernel_config.json"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a folder that IPython takes its settings from: those of the package."""
    home = tmp_path_factory.mktemp("ipython")
    (home / "profile_default").mkdir()
    shutil.copy(CONFIG, home / "profile_default")
    return home


@pytest.fixture
def kernel(home, tmp_path, monkeypatch):
    """Return a function that runs a cell in a new kernel and lists what it says."""
    monkeypatch.setenv("IPYTHONDIR", str(home))
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "knn.ipynb"))
    manager, client = start_new_kernel()

    def run(source):
        said = []
        client.execute_interactive(
            source, timeout=60, output_hook=lambda message: said.append(message)
        )
        return [m["content"] for m in said if m["msg_type"] in ("stream", "error")]

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def saved(folder, **metadata):
    notebook = {"metadata": metadata, "cells": []}
    (folder / "knn.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def test_a_missing_name_before_the_set_up_says_what_to_run(kernel, tmp_path):
    saved(tmp_path, cs231n={"assignment": "assignment1"})

    for cell, name in (
        ("x = rng.normal()", "rng"),
        ("with needs_answers(): pass", "needs_answers"),
    ):
        (error,) = kernel(cell)
        assert error["ename"] == "NameError"
        assert error["evalue"].startswith(f"The name {name} is not known yet")
        assert "Run All Above Selected Cell" in error["evalue"]
        assert " ".join(error["traceback"]) == f"NameError: {error['evalue']}"
        assert max(map(len, error["traceback"])) <= 80
    assert kernel("import cs231n.notebook") == []
    (error,) = kernel("x = rng.normal()")
    assert error["evalue"] == "name 'rng' is not defined"
    assert "x = rng" in "".join(error["traceback"])


def test_notebooks_of_others_are_left_alone(kernel, tmp_path):
    saved(tmp_path)
    (error,) = kernel("needs_answers()")
    assert error["evalue"] == "name 'needs_answers' is not defined"
    (error,) = kernel("def f():\n    return y\n    y = 1\nf()")
    assert error["ename"] == "UnboundLocalError"
    assert kernel("1 + 1") == []

    (tmp_path / "knn.ipynb").unlink()  # where no file is known, the cell tells
    (error,) = kernel("expect_close(1, 2)")
    assert "The name expect_close is not known yet" in error["evalue"]
    (error,) = kernel("print(z)")
    assert error["evalue"] == "name 'z' is not defined"
