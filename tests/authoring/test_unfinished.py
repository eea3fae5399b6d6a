"""A notebook without answers runs to its end: cells that need one say which.

Only answers and their tests may fail. Later cells wait, whatever they were to build on.
"""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from grading import ROOT
from grading.authoring.build import scripts, source_notebook
from grading.authoring.check_tests import QUIET
from grading.authoring.student_copy.stubs import ClearAnswers

pytestmark = pytest.mark.slow
#: On the real images, where they are, notebooks take larger settings.
SMALL = {"CS231N_DATA": str(ROOT / "build" / "embedded"), "CS231N_QUICK": "1"}


@pytest.mark.parametrize("script", scripts(), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_only_answers_and_tests_fail_before_the_work_is_done(script):
    notebook = nbformat.from_dict(source_notebook(script))
    notebook, _ = ClearAnswers().preprocess(notebook, {})

    NotebookClient(
        notebook,
        timeout=1800,
        startup_timeout=300,
        allow_errors=True,
        extra_arguments=QUIET,
    ).execute(env=os.environ | SMALL)

    failed = [
        f"{cell.id}: {output.ename}: {output.evalue}"
        for cell in notebook.cells
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert failed == []
