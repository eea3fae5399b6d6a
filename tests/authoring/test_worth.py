"""Ticks say what a test is worth, and a last cell adds the points up."""

import nbformat
import pytest

from grading.authoring.build import scripts, source_notebook
from grading.authoring.cell_headers import expand
from grading.authoring.student_copy.worth import write_points


def built(*tests):
    cells = [nbformat.v4.new_code_cell("x = 1", metadata={"answer": "one"})]
    for number, (source, points) in enumerate(tests):
        header = {"test": "one", "part": str(number), "points": points}
        cells.append(nbformat.v4.new_code_cell(source, metadata=header))
    cells = expand(cells)
    write_points(cells)
    return [cell.source for cell in cells[1:]]


def test_points_and_their_sum_are_written():
    plain = 'x\npassed("one", "größer")'
    wide = 'passed(\n    "one",\n    f"é {x}",\n)'

    assert built((plain, 2), (wide, 0.5)) == [
        'x\npassed("one", "größer", 2, 2.5)',
        'passed(\n    "one",\n    f"é {x}", 0.5, 2.5,\n)',
    ]


def test_other_tests_are_left_alone():
    others = "assert x", 'if x:\n    passed("one", "a")\nelse:\n    passed("one", "b")'

    assert built(*((source, 1) for source in others)) == [*others]


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_every_notebook_ends_in_progress(path):
    last = source_notebook(path).cells[-1]

    assert "notebook.progress()" in last.source
    assert "nbgrader" not in last.metadata
