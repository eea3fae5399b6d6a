"""What a student gets: `git archive`, an empty environment, and the first cell."""

import hashlib
import http.server
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import venv
import zipfile

import pytest

import cs231n
from grading import ROOT
from grading.authoring.build import FIRST_CELL
from grading.authoring.student_copy.wheels import links

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


def test_the_archive_holds_what_the_kernels_are_built_from(release):
    kernels = ROOT / "cs231n" / "kernels"
    sources = [*kernels.glob("bindings/*.pxi"), *kernels.glob("csrc/*")]
    sources += [kernels / "_core.pyx", kernels / "_core.pxd"]

    assert len(sources) > 30
    for path in sources:
        assert (release / path.relative_to(ROOT)).is_file(), path


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
        "CS231N_PURE": "1",  # a student goes on whether the kernels compile or not
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


def tiny_wheel(folder):
    """Write a wheel with our name that holds one module."""
    name = f"cs231n_workbook-{cs231n.__version__}"
    about = (
        f"Metadata-Version: 2.1\nName: cs231n-workbook\nVersion: {cs231n.__version__}\n"
    )
    files = {
        "cs231n/__init__.py": "HERE = True\n",
        f"{name}.dist-info/METADATA": about,
        f"{name}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
        f"{name}.dist-info/RECORD": "",
    }
    path = folder / f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
    return path


@pytest.fixture
def files(tmp_path):
    """A release's folder and its address, served on this machine."""
    folder = tmp_path / "files"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_on_colab_a_wheel_of_the_release_comes_or_none(files, tmp_path):
    """A changed file is not installed; the right one is, and without a restart."""
    folder, address = files
    wheel = tiny_wheel(folder)
    sums = tmp_path / "SHA256SUMS"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    sums.write_text(f"{digest}  {wheel.name}\n")
    cell = FIRST_CELL.read_text(encoding="utf-8")
    cell = cell.replace("WHEELS = []", f"WHEELS = {links(sums, address)}")
    wanted = f"cs231n-workbook=={cs231n.__version__}"
    cell = cell.replace('PACKAGE = ""', f'PACKAGE = "{wanted}"')
    (tmp_path / "cell.py").write_text(
        f"import sys, types\nsys.modules['google.colab'] = types\n{cell}\n"
        f"import cs231n\nprint('HERE', cs231n.HERE)\n",
        encoding="utf-8",
    )
    venv.create(tmp_path / "env", with_pip=True)
    scripts = "Scripts" if sys.platform == "win32" else "bin"

    def run():
        environment = os.environ | {"PYTHONUTF8": "1", "PIP_NO_CACHE_DIR": "1"}
        for name in ("PYTHONPATH", "CS231N_PACKAGE"):
            environment.pop(name, None)
        return subprocess.run(
            [tmp_path / "env" / scripts / "python", "cell.py"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )

    right = wheel.read_bytes()
    wheel.write_bytes(right + b" ")
    done = run()
    assert done.returncode == 1
    assert "not the one your course released" in done.stderr
    wheel.write_bytes(right)
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Downloading {address}/{wheel.name}" in done.stdout
    assert "Successfully installed cs231n-workbook" in done.stdout
    assert done.stdout.endswith("HERE True\n")
