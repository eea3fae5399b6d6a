"""What a browser tab does, in Node: cells of the notebooks in Pyodide itself.

``CS231N_PYODIDE`` names a folder with a whole Pyodide (NumPy, Matplotlib, SciPy, Pillow
and IPython lie beside ``pyodide.mjs``). It is too big to come with the project.
"""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from importlib import metadata
from pathlib import Path

import nbformat
import pytest

from grading.authoring import lite
from grading.authoring.build import EXTRAS, scripts, source_notebook

PYODIDE = Path(os.environ.get("CS231N_PYODIDE") or "nowhere")
HERE = Path(__file__).parent
NAMES = [f"{path.parent.name}/{path.stem}" for path in scripts()]
#: What a browser fetches beside Pyodide.
FETCHED = ("imageio", "pooch", "platformdirs", "tqdm", "threadpoolctl")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.pyodide,
    pytest.mark.skipif(
        not (PYODIDE / "pyodide.mjs").is_file() or shutil.which("node") is None,
        reason="needs Node, and a whole Pyodide in the folder CS231N_PYODIDE",
    ),
]
DATA = """
import hashlib
import numpy as np
from cs231n.data import load_glyphs, load_shapes10

for images in (load_shapes10(60, 20), load_glyphs(60, 20)):
    for part in (images.X_train, images.y_train.astype(np.int64), images.X_test):
        print(hashlib.sha256(np.ascontiguousarray(part)).hexdigest())
    np.bincount(images.y_train)
"""


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """The package's wheel, and what it needs that Pyodide has not."""
    folder = tmp_path_factory.mktemp("wheels")
    fetched = folder / "fetched.zip"
    with zipfile.ZipFile(fetched, "w") as archive:
        for file in [file for name in FETCHED for file in metadata.files(name)]:
            if file.parts[0] != ".." and file.suffix != ".pyc":
                archive.write(file.locate(), file)
    return [lite.pure_wheel(folder), fetched]


@pytest.fixture
def run(archives, tmp_path):
    """Run cells in Pyodide; give what became of each."""

    def run(cells):
        notebook, result = tmp_path / "notebook.ipynb", tmp_path / "result.json"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)
        script = HERE / "run_notebook.mjs"
        done = subprocess.run(
            ["node", script, PYODIDE, notebook, result, *archives],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(result.read_text())

    return run


def digests(printed):
    """Leave progress bars out of what was printed."""
    return [line for line in printed.splitlines() if len(line) == 64 and line.isalnum()]


def test_the_drawn_data_are_the_same_bits(run):
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        exec(DATA, {})
    (there,) = run([nbformat.v4.new_code_cell(DATA)])

    assert there["error"] == ""
    assert digests(there["out"]) == digests(here.getvalue())
    assert len(digests(there["out"])) == 6


def is_experiment(cell):
    return "experiment" in cell.metadata.get("tags", [])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in EXTRAS])
def test_every_cell_but_experiments_runs(run, name):
    notebook = source_notebook(lite.ROOT / "solutions" / f"{name}.py")
    # The first cell of code installs the package.
    cells = [cell for cell in notebook.cells[2:] if cell.cell_type == "code"]
    run_cells = [cell for cell in cells if not is_experiment(cell)]
    missing = "\n".join(cell.source for cell in cells if is_experiment(cell))
    wrong = []
    for cell, found in zip(run_cells, run(run_cells), strict=True):
        if is_missing(found["error"], missing):
            missing += cell.source  # what this cell would have given
        elif found["error"]:
            wrong.append((found["id"], found["error"]))

    assert wrong == []


def is_missing(error, source):
    """Tell whether a name is missing that a cell left out would have given."""
    name = re.search(r"NameError: name '(\w+)' is not defined", error)
    return name and re.search(rf"\b{name[1]}\b.*=", source)
