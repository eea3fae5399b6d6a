"""Run the notebooks with their answers in, and keep the result with all its pictures.

``python -m grading.authoring.solve`` writes ``build/solutions/``, which instructors
read and the tests replay.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from cs231n.runs import terminal
from grading import ROOT, arguments
from grading.authoring.build import SourceError, lacking, scripts, source_notebook
from grading.authoring.check_tests import QUIET
from grading.progress import bar


def solve(path: Path, target: Path) -> str:
    """Run one notebook from start to end.

    Parameters
    ----------
    path : pathlib.Path
        Percent script with the answers.
    target : pathlib.Path
        Notebook to write.

    Returns
    -------
    error : str
        What went wrong, with the cell; empty if nothing did. The notebook is written
        either way, so that it can be looked at.
    """
    notebook = source_notebook(path)
    error = ""
    try:
        NotebookClient(
            notebook, timeout=1800, startup_timeout=300, extra_arguments=QUIET
        ).execute()
        error = _noise(notebook)
    except CellExecutionError as failure:
        error = str(failure)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return error and f"{path.parent.name}/{path.stem}: {error}"


def _noise(notebook):
    """Describe the first output on stderr: in a test cell it costs all points."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                return f"cell {cell.id} writes to stderr: {output.text[:200]!r}"
    return ""


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", help="for example assignment1/knn")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "solutions")
    parser.add_argument(
        "--jobs", type=arguments.count, default=2, help="notebooks at a time"
    )
    args = parser.parse_args(argv)
    chosen = [ROOT / "solutions" / f"{name}.py" for name in args.notebooks]
    missing = [
        name
        for name, path in zip(args.notebooks, chosen, strict=True)
        if not path.is_file()
    ]
    if missing:
        known = ", ".join(f"{path.parent.name}/{path.stem}" for path in scripts())
        parser.error(f"no notebook {', '.join(missing)}; there are: {known}.")
    try:
        errors = _solve_all(_able(chosen or scripts(), args.out), args.out, args.jobs)
    except SourceError as error:
        errors = [str(error)]
    for sentence in errors:
        print(sentence, file=sys.stderr)
    return 1 if errors else 0


def _able(paths, out):
    """Leave out what needs a missing library, and what an earlier run made of it."""
    able = []
    for path in paths:
        reason = lacking(f"{path.parent.name}/{path.stem}")
        if reason:
            (out / path.parent.name / f"{path.stem}.ipynb").unlink(missing_ok=True)
            print(f"Left out: {reason}")
        else:
            able.append(path)
    return able


def _solve_all(paths, out, jobs):
    with ProcessPoolExecutor(jobs) as pool:
        runs = [
            pool.submit(solve, path, out / path.parent.name / f"{path.stem}.ipynb")
            for path in paths
        ]
        done = bar(as_completed(runs), total=len(runs), unit="notebook")
        return [error for run in done if (error := run.result())]


if __name__ == "__main__":
    terminal.leave(main)
