"""Without PyTorch its notebook says in a sentence how to get it; everything waits."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from grading import ROOT
from grading.authoring import build, solve
from grading.authoring.build import lacking, source_notebook
from grading.authoring.check_tests import QUIET
from grading.authoring.student_copy.stubs import ClearAnswers

SCRIPT = ROOT / "solutions" / "assignment2" / "pytorch.py"


@pytest.fixture
def no_torch(monkeypatch):
    """An environment in which no library can be found."""
    monkeypatch.setattr(build.importlib.util, "find_spec", lambda name: None)


def test_a_notebook_that_lacks_its_library_says_which(no_torch):
    reason = lacking("assignment2/pytorch")

    assert reason.startswith("assignment2/pytorch needs torch, which is not installed")
    assert lacking("assignment1/knn") == ""


def test_solving_leaves_it_out_and_removes_an_old_result(no_torch, tmp_path, capsys):
    stale = tmp_path / "assignment2" / "pytorch.ipynb"
    stale.parent.mkdir()
    stale.write_text("{}")

    assert solve.main(["assignment2/pytorch", "--out", str(tmp_path)]) == 0
    assert "Left out: assignment2/pytorch needs torch" in capsys.readouterr().out
    assert not stale.exists()


@pytest.mark.slow
@pytest.mark.parametrize("solved", [True, False], ids=["solved", "released"])
def test_the_notebook_runs_to_its_end_and_shows_no_traceback(solved, tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError('not here')\n")
    notebook = nbformat.from_dict(source_notebook(SCRIPT))
    if not solved:
        notebook, _ = ClearAnswers().preprocess(notebook, {})
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))

    NotebookClient(
        notebook,
        timeout=1800,
        startup_timeout=300,
        allow_errors=True,
        extra_arguments=QUIET,
    ).execute(env=os.environ | {"PYTHONPATH": path})

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    said = "".join(o.get("text", "") for cell in code for o in cell.outputs)
    assert said.count("PyTorch is not installed: run `%pip install torch`") > 5
    for cell in code:
        for output in cell.outputs:
            if output.output_type != "error":
                continue
            assert "nbgrader" in cell.metadata, f"{cell.id}: {output.evalue}"
            if output.ename != "NotImplementedError":
                assert output.ename == "MissingLibrary", f"{cell.id}: {output.evalue}"
                assert len(output.traceback) == 1
