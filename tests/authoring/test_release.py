"""The committed student notebooks are what the sources build, and give nothing away."""

import nbformat
import pytest

from grading import ROOT
from grading.authoring import release
from grading.authoring.build import scripts, source_notebook

RELEASED = sorted((ROOT / "assignments").glob("*/*.ipynb"))


@pytest.mark.slow
def test_assignments_are_what_solutions_build():
    assert release.drift() == [], "Run: make release"


@pytest.mark.slow
def test_drift_names_what_differs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(release, "_notebooks", lambda folder: {str(folder): b""})
    monkeypatch.setattr(release, "release", lambda *_, **__: [])

    assert release.main(["--check"]) == 1
    assert "make release" in capsys.readouterr().out


def test_every_script_is_released():
    built = {f"{path.parent.name}/{path.stem}" for path in scripts()}

    assert {f"{path.parent.name}/{path.stem}" for path in RELEASED} == built


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_students_get_no_answer_and_no_hidden_test(path):
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)

    for marker in ("BEGIN SOLUTION", "BEGIN HIDDEN", "Marking:"):
        assert marker not in text
    assert all(not cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_stubs_keep_the_signature_and_name_their_exercise(path):
    script = ROOT / "solutions" / path.parent.name / f"{path.stem}.py"
    source = {cell.id: cell for cell in source_notebook(script).cells}
    for cell in nbformat.read(path, as_version=4).cells:
        flags = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not flags.get("solution"):
            continue
        assert f'raise NotImplementedError("{cell.id}: ' in cell.source
        compile(cell.source, cell.id, "exec")
        kept = source[cell.id].source.split("### BEGIN SOLUTION")[0]
        assert cell.source.startswith(kept.rstrip())
