"""Build a JupyterLite site: the notebooks in a browser tab, with nothing installed.

``make lite`` writes a folder of plain files that any web server can serve. Browsers
fetch the kernel, Pyodide, from its own home; the package comes with the site as a wheel
without compiled kernels.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

import cs231n
from cs231n.runs import terminal
from grading import ROOT
from grading.authoring.build import EXTRAS

#: In place of the first cell: Pyodide installs with `await`, other kernels do not.
FIRST_CELL = f"""\
# @title Run this first: it fetches the course package, half a minute the first time
# Your work is kept in this browser alone. Download it now and then (File, Download),
# and hand in the zip that the last cell makes, or what you downloaded.
import os

import piplite

await piplite.install("cs231n-workbook=={cs231n.__version__}")
os.environ["JPY_SESSION_NAME"] = os.path.abspath("NOTEBOOK.ipynb")  # as Jupyter says it
"""


TOOLS = ("jupyterlite_core", "jupyterlite_pyodide_kernel")
#: Pyodide's name in JupyterLite: with another one it asks which kernel to take.
KERNEL = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
#: What the site takes from JupyterLab's extensions here: the kernel, and the sliders.
EXTENSIONS = (
    "@jupyterlite/pyodide-kernel-extension",
    "@jupyter-widgets/jupyterlab-manager",
)


class LiteError(Exception):
    """The site cannot be built; the message says what to do first."""


def write_contents(folder: Path, assignments: Path = ROOT / "assignments") -> list[str]:
    """Copy the released notebooks that run in a browser.

    Parameters
    ----------
    folder : pathlib.Path
        Made, and filled with one folder for each assignment.
    assignments : pathlib.Path, optional
        The released notebooks.

    Returns
    -------
    names : list of str
        Such as ``"assignment1/knn"``; what needs PyTorch is left out.
    """
    names = []
    for path in sorted(assignments.glob("*/*.ipynb")):
        name = path.relative_to(assignments).with_suffix("").as_posix()
        if name in EXTRAS:
            continue
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[1].source = FIRST_CELL.rstrip().replace("NOTEBOOK", path.stem)
        notebook.metadata["kernelspec"] = KERNEL
        copy = folder / f"{name}.ipynb"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((nbformat.writes(notebook) + "\n").encode())
        names.append(name)
    return names


def pure_wheel(folder: Path, project: Path = ROOT) -> Path:
    """Build a wheel without compiled kernels, which every platform can install.

    Parameters
    ----------
    folder : pathlib.Path
        Where the wheel is written.
    project : pathlib.Path, optional
        With ``pyproject.toml``, ``setup.py`` and the package.

    Returns
    -------
    wheel : pathlib.Path
        Its name ends in ``-py3-none-any.whl``.

    Raises
    ------
    LiteError
        If pip could not build it.
    """
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "project"
        copy.mkdir()
        for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
            shutil.copy(project / name, copy)
        ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
        shutil.copytree(project / "cs231n", copy / "cs231n", ignore=ignored)
        wheel = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
        _run([sys.executable, *wheel, str(folder), str(copy)], CS231N_PURE="1")
    (built,) = folder.glob("cs231n_workbook-*-py3-none-any.whl")
    return built


def build(out: Path, others: dict[str, Path] | None = None) -> list[str]:
    """Build the site.

    Parameters
    ----------
    out : pathlib.Path
        The folder of the site; what was there is replaced.
    others : dict of str to pathlib.Path, optional
        Notebooks in other languages, by the folder that they get in the site.

    Returns
    -------
    names : list of str
        The notebooks in it.

    Raises
    ------
    LiteError
        If JupyterLite is not installed, or refuses.
    """
    if None in map(importlib.util.find_spec, TOOLS):
        raise LiteError("JupyterLite is missing. Install it: pip install -e '.[lite]'")
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        names = write_contents(folder / "contents")
        for language, notebooks in (others or {}).items():
            write_contents(folder / "contents" / language, notebooks)
        wheel = pure_wheel(folder)
        places = {
            "--contents": folder / "contents",
            "--piplite-wheels": wheel,
            "--lite-dir": folder,
            "--output-dir": out.resolve(),
        }
        options = [f"{option}={value}" for option, value in places.items()]
        options += ["--ignore-sys-prefix", *_extensions()]
        _run([sys.executable, "-m", TOOLS[0], "build", *options], cwd=folder)
    return names


def _extensions():
    """Name the extensions wanted; all others, formgrader too, stay out of the site."""
    home = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    for name in EXTENSIONS:
        yield f"--LiteBuildConfig.federated_extensions={home / name}"


def _run(command, cwd=None, **variables):
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | variables, capture_output=True, text=True
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise LiteError(f"`{' '.join(command[1:4])}` refused:\n{last}")


def main(argv: list[str] | None = None) -> int:
    """Write the site, and say how to look at it."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument(
        "--out",
        type=Path,
        default=ROOT / "build" / "lite",
        help="(default: build/lite)",
    )
    out = arguments.parse_args(argv).out
    print("Building the wheel and the site: about a minute.", flush=True)
    try:
        names = build(out)
    except LiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{out} has {len(names)} notebooks. Serve it, and open it in a browser:")
    print(f"  {sys.executable} -m http.server --directory {out}")
    return 0


if __name__ == "__main__":
    terminal.leave(main)
