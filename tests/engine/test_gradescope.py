"""The autograder zip, unpacked and run in the folders that Gradescope documents."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from grading.__main__ import main
from grading.engine.judging.judge_host import NoIsolation
from grading.gradescope import __main__ as container
from tests.engine.small_course import RIGHT, answered

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a class is graded on Linux"),
]


@pytest.fixture
def unpacked(course, tmp_path, monkeypatch):
    """Make the zip and lay it out; return Gradescope's folder and what fills it."""

    def make(*options):
        archive, root = tmp_path / "autograder.zip", tmp_path / "autograder"
        command = ["--course", str(course.root), "gradescope", "hw1", *options]
        assert main([*command, "--out", str(archive)]) == 0
        assert archive.stat().st_mode & 0o077 == 0
        with zipfile.ZipFile(archive) as file:
            file.extractall(root / "source")
        shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
        (root / "run_autograder").chmod(0o755)
        (root / "venv").symlink_to(sys.prefix)
        for name in ("submission", "results"):
            (root / name).mkdir()
        return root

    return make


def hand_in(course, root, answers=RIGHT):
    for name in ("numbers", "words"):
        text = json.dumps(answered(course, name, answers))
        (root / "submission" / f"{name}.ipynb").write_text(text)


def run(root):
    return subprocess.run(
        [root / "run_autograder"],
        env=os.environ | {"AUTOGRADER": str(root)},
        capture_output=True,
        text=True,
    )


def results(root):
    assert run(root).returncode == 0
    return json.loads((root / "results" / "results.json").read_text())


def test_right_answers_earn_all_points_and_hidden_tests_wait(course, unpacked):
    root = unpacked("--trust-students")
    hand_in(course, root)

    found = results(root)

    marked = {test["name"]: test for test in found["tests"] if "score" in test}
    assert len(marked) == 4
    assert all(test["score"] == test["max_score"] for test in marked.values())
    later = [n for n, one in marked.items() if one["visibility"] == "after_published"]
    assert later == [
        "numbers, 1. Double a number, with one multiplication and nothing "
        "else (test-double-hidden)"
    ]
    assert found["output"].startswith("UNISOLATED")
    assert found["stdout_visibility"] == "hidden"
    assert any(one["output"] == RIGHT["q-why"] for one in found["tests"])
    assert "secret detail" not in json.dumps(found)


def test_mistakes_say_why_and_how_the_code_ran(course, unpacked, isolated):
    root = unpacked()
    hand_in(course, root, RIGHT | {"double": "def double(x):\n    return x"})

    found = results(root)

    double = next(one for one in found["tests"] if "(test-double)" in one["name"])
    assert (double["score"], double["status"]) == (0, "failed")
    assert "twice 3 is 6" in double["output"]
    assert found["output"].startswith(f"Isolation: {isolated}.")
    assert "secret detail" not in json.dumps(found)


def test_a_missing_and_a_broken_notebook_are_named(course, unpacked):
    root = unpacked("--trust-students")
    (root / "submission" / "numbers.ipynb").write_text("{")

    found = results(root)

    assert sum(one.get("score", 0) for one in found["tests"]) == 0
    assert "numbers: " in found["output"]
    assert "words: " in found["output"]


def test_the_check_refuses_a_machine_where_solutions_fail(course, unpacked, capsys):
    root = unpacked("--trust-students")
    settings = root / "source" / "course" / "course.json"

    assert container.main([str(root), "--check"]) == 0
    settings.write_text(settings.read_text().replace("return 2 * x", "return 3 * x"))
    assert container.main([str(root), "--check"]) == 1
    assert "nothing can be graded on this machine" in capsys.readouterr().out


def test_without_isolation_nobody_gets_a_zero(course, unpacked, monkeypatch, capsys):
    root = unpacked()

    def refuse(*args):
        raise NoIsolation("Nothing isolates here.")

    monkeypatch.setattr(container, "sit", refuse)
    assert container.main([str(root)]) == 1
    assert capsys.readouterr().out.endswith("Nothing isolates here.\n")
    assert not (root / "results" / "results.json").exists()


def test_scripts_are_at_the_root_and_answers_are_left_out(course, unpacked):
    root = unpacked()
    there = {path.name for path in (root / "source").iterdir()}
    assert {"setup.sh", "run_autograder", "workbook", "course"} <= there
    assert not (root / "source" / "workbook" / "grading" / "mistakes").exists()
    syntax = subprocess.run(["bash", "-n", root / "source" / "setup.sh"])
    assert syntax.returncode == 0
