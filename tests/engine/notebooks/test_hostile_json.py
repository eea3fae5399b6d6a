"""JSON that Python reads and others do not, and attachments that are no pictures."""

import json

import pytest

from grading.engine.notebooks.reading import read_cells
from tests.engine.conftest import grade, scores
from tests.engine.notebooks.mended import mend
from tests.engine.small_course import (
    NOTEBOOKS,
    RIGHT,
    answered,
    cell_of,
    hand_in_right,
)

NUMBERS = [b"NaN", b"-Infinity", b"1e999", b"-0", b"1" * 4000]
#: Where a number may stand: a file's text before and behind it.
PLACES = {
    "points": lambda cell: cell["metadata"]["nbgrader"],
    "schema_version": lambda cell: cell["metadata"]["nbgrader"],
    "execution_count": lambda cell: cell,
    "outputs": lambda cell: cell,
    "attachments": lambda cell: cell,
    "id": lambda cell: cell,
    "more": lambda cell: cell["metadata"],
}
ATTACHMENTS = {
    "none": None,
    "a number": 3.5,
    "a text": "image.png",
    "a list": [{"image/png": "iVBORw0KGgo="}],
    "no kinds": {"image.png": None},
    "a list of kinds": {"image.png": ["image/png"]},
    "a number as a picture": {"image.png": {"image/png": 1e300}},
    "lines that are no texts": {"image.png": {"image/png": [1, None, {}]}},
    "a page": {"image.png": {"text/html": "<script>alert(1)</script>"}},
    "a page under a picture's kind": {"image.png": {"image/png": "<script>"}},
    "a path as a name": {"../../etc/passwd": {"image/png": "iVBORw0KGgo="}},
    "a script in the name": {'"><script>x.png': {"image/png": "iVBORw0KGgo="}},
    "deep": json.loads('{"x":' * 500 + "1" + "}" * 500),
}


def strict(text):
    """Read JSON as its standard has it."""

    def refuse(word):
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:9].decode())
def test_numbers_that_are_none_cost_no_answer(template, notebook, place, number):
    PLACES[place](cell_of(notebook, "double"))[place] = "a number"
    data = json.dumps(notebook).encode().replace(b'"a number"', number)
    assert number in data

    found = mend(template, data)
    assert found.answers == {name: RIGHT[name] for name in found.answers}
    assert set(found.answers) == {"double", "total"}


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:9].decode())
def test_a_number_as_source_is_an_empty_cell(number):
    cells, _ = read_cells(
        b'{"cells": [{"cell_type": "code", "source": ' + number + b"}]}"
    )
    assert [cell.source for cell in cells] == [""]


@pytest.mark.parametrize("kind", ATTACHMENTS)
def test_attachments_of_any_kind_cost_no_words(template, notebook, kind):
    for name in ("q-why", "double"):
        cell_of(notebook, name)["attachments"] = ATTACHMENTS[kind]

    found = mend(template, notebook)
    assert found.answers["double"] == RIGHT["double"]
    assert found.written["q-why"].startswith(RIGHT["q-why"])
    assert "script" not in found.written["q-why"]
    assert "passwd" not in found.written["q-why"]


def test_many_small_pictures_are_bounded(template, notebook):
    cell_of(notebook, "q-why")["attachments"] = {
        f"{number}.png": {"image/png": "iVBORw0KGgo="} for number in range(20_000)
    }
    found = mend(template, notebook)

    assert found.answers["double"] == RIGHT["double"]
    assert len(found.written["q-why"]) < 1_000_000


@pytest.mark.slow
def test_what_is_graded_is_valid_and_everybody_has_the_points(course):
    whole = {name: answered(course, name) for name in NOTEBOOKS}
    for number, kind in enumerate(ATTACHMENTS):
        cell = cell_of(whole["numbers"], "q-why")
        cell["attachments"] = ATTACHMENTS[kind]
        cell["metadata"]["more"] = float("nan")
        whole["numbers"]["metadata"]["kernelspec"] = {"name": float("inf")}
        hand_in_right(course, f"s{number:02d}", numbers=whole["numbers"])
    grade(course)

    found = scores(course)
    students = [f"s{number:02d}" for number in range(len(ATTACHMENTS))]
    assert {student: found[student, "numbers"] for student in students} == (
        dict.fromkeys(students, 6)
    )
    for student in students:
        text = (course.autograded / student / "hw1" / "numbers.ipynb").read_text()
        strict(text)
        assert "<script" not in text
