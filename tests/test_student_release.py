"""What a student gets: `git archive`, an empty environment, and the first cell."""

import io
import json
import os
import re
import subprocess
import sys
import tarfile
import venv

import pytest

from grading import ROOT

pytestmark = pytest.mark.slow

#: Runs every code cell of a notebook by itself; prints {cell: error}.
RUN_CELLS = """
import json, sys
sys.argv, names, errors = [""], {"__name__": "__main__"}, {}
for cell in json.load(open("knn.ipynb", encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code":
        try:
            exec("".join(cell["source"]), names)
        except Exception as error:
            errors[cell["id"]] = f"{type(error).__name__}: {error}"
import cs231n
print("RESULT " + json.dumps({"errors": errors, "package": cs231n.__file__}))
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The student release, unpacked, with the changes that are not committed yet.

    An index of its own, so that a copy without history has a release too.
    """
    history, folder = tmp_path_factory.mktemp("git"), tmp_path_factory.mktemp("release")

    def git(*arguments):
        command = ["git", f"--git-dir={history}", f"--work-tree={ROOT}", *arguments]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout

    git("init", "--quiet")
    git("add", "--all")
    tree = git("write-tree").decode().strip()
    with tarfile.open(fileobj=io.BytesIO(git("archive", tree))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def test_the_archive_holds_the_notebooks_and_nothing_of_the_graders(release):
    names = {path.name for path in release.iterdir()}

    assert {"README.md", "assignments", "cs231n", "datasets", "pyproject.toml"} <= names
    assert names.isdisjoint({"solutions", "grading", "tests", "benchmarks", ".ci"})
    for path in release.rglob("*"):
        if path.suffix in {".ipynb", ".py"}:
            assert "BEGIN SOLUTION" not in path.read_text(encoding="utf-8"), path


def test_the_first_cell_gets_the_package_into_an_empty_environment(release, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = tmp_path / "env" / scripts / "python"
    student = tmp_path / "student"
    student.mkdir()
    notebook = release / "assignments" / "assignment1" / "knn.ipynb"
    (student / "knn.ipynb").write_bytes(notebook.read_bytes())
    (student / "run_cells.py").write_text(RUN_CELLS, encoding="utf-8")
    environment = os.environ | {
        "CS231N_PACKAGE": str(release),
        "CS231N_DATA": str(tmp_path / "no data"),
        "MPLBACKEND": "agg",
    }
    environment.pop("PYTHONPATH", None)

    result = subprocess.run(
        [python, "run_cells.py"],
        cwd=student,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    found = json.loads(result.stdout.partition("RESULT ")[2])
    assert str(tmp_path / "env") in found["package"]
    # Nothing but the visible tests of the open exercises stops a student.
    assert found["errors"], "the tests of empty answers must fail"
    for cell, error in found["errors"].items():
        missing = re.fullmatch("NotImplementedError: (.+): not written yet.", error)
        assert missing, (cell, error)
        assert f"{cell}-".startswith(f"test-{missing[1]}-")  # an exercise has parts
    assert "shapes10: 5000 training and 500 test images" in result.stdout
    assert "finish exercise knn-two-loops first" in result.stdout
