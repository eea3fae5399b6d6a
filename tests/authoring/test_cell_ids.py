"""An id changes with its cell only."""

import nbformat
import pytest

from grading.authoring.build import scripts, source_notebook
from grading.authoring.cell_ids import cell_ids


def text(source):
    return nbformat.v4.new_markdown_cell(source)


def code(source, **metadata):
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def notebook():
    return [
        text("# Title\n\nText."),
        code("import math"),
        text("## 1. The loss, plainly\n\nText."),
        code("with waiting():\n    a()"),
        code("with waiting():\n    b()"),
        code("x = 1", nbgrader={"grade_id": "loss"}),
        code("draw()", name="drawing-loss"),
    ]


def test_ids_are_names_or_sections_with_a_digest():
    ids = cell_ids(notebook(), "knn")

    assert ids[5:] == ["loss", "drawing-loss"]
    assert ids[0].startswith("knn-title-")
    assert ids[3].startswith("knn-the-loss-plainly-")
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("place", range(8))
def test_a_new_cell_leaves_all_others_alone(place):
    before = cell_ids(notebook(), "knn")
    cells = notebook()
    cells.insert(place, code("something_new()"))
    after = cell_ids(cells, "knn")

    assert after[:place] + after[place + 1 :] == before


def test_what_follows_the_first_line_and_the_section_number_do_not_count():
    cells = notebook()
    cells[2].source = "## 7. The loss, plainly\n\nAnother text."

    changed = cell_ids(cells, "knn")
    assert changed[3:] == cell_ids(notebook(), "knn")[3:]
    assert changed[0] == cell_ids(notebook(), "knn")[0]


def test_twins_are_numbered():
    ids = cell_ids([code("x"), code("x"), code("x")], "knn")

    assert ids == [ids[0], f"{ids[0]}-2", f"{ids[0]}-3"]


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_no_id_of_a_notebook_stands_twice_or_is_refused(path):
    ids = [cell.id for cell in source_notebook(path).cells]

    assert len(set(ids)) == len(ids)
    nbformat.validate(source_notebook(path))
