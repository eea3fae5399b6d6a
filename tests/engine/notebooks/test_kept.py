"""What students write in unusual places, or damage, is kept."""

import json

import pytest

from grading.engine.notebooks.conflicts import first_sides
from grading.engine.notebooks.normalise import MAX_WRITTEN
from grading.engine.results.inert import inert
from tests.engine.notebooks.mended import mend
from tests.engine.small_course import RIGHT, cell_of

PNG = "iVBORw0KGgo="
ADDRESS = f"data:image/png;base64,{PNG}"


def with_picture(notebook, source, data=PNG, kind="image/png"):
    cell = cell_of(notebook, "q-why")
    cell["source"], cell["attachments"] = source, {"image.png": {kind: data}}
    return notebook


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("See ![image.png](attachment:image.png)", f"See ![image.png]({ADDRESS})"),
        (
            'See <img src="attachment:image.png" width="300">.',
            f"See ![]({ADDRESS}).",
        ),
        ("No link is left.", f"No link is left.\n\n![]({ADDRESS})"),
    ],
)
def test_a_pasted_picture_reaches_the_marker(template, notebook, source, shown):
    found = mend(template, with_picture(notebook, source))

    assert found.written["q-why"] == shown
    assert inert(found.written["q-why"]) == shown
    assert found.flags == ()


def test_base64_may_be_cut_into_lines(template, notebook):
    found = mend(template, with_picture(notebook, "Look.", f"{PNG[:4]}\n{PNG[4:]}\n"))
    assert ADDRESS in found.written["q-why"]


@pytest.mark.parametrize(
    ("kind", "data"), [("image/svg+xml", PNG), ("image/png", "not) base64"), (1, 2)]
)
def test_no_other_attachment_is_taken(template, notebook, kind, data):
    found = mend(template, with_picture(notebook, "Look.", data, str(kind)))
    assert found.written["q-why"] == "Look."


def test_a_picture_that_is_too_large_leaves_the_words(template, notebook):
    huge = "A" * (MAX_WRITTEN + 4)
    found = mend(template, with_picture(notebook, "My words.", huge))

    assert found.written["q-why"] == "My words.\n\n(picture)"
    assert "q-why: its pictures are too large to be kept." in found.flags


def question_of(notebook):
    place = notebook["cells"].index(cell_of(notebook, "q-why"))
    return notebook["cells"][place - 1]


@pytest.mark.parametrize("between", ["\n\n", "\n", " "])
def test_an_answer_in_the_questions_cell_is_found(template, notebook, between):
    cell_of(notebook, "q-why")["source"] = ""
    question_of(notebook)["source"] += f"{between}Because two divides it."
    found = mend(template, notebook)

    assert found.written["q-why"] == "Because two divides it."
    assert "q-why: the answer was found in the question's cell." in found.flags


def test_an_edited_question_is_told_beside_an_answer(template, notebook):
    question_of(notebook)["source"] += "\n\nAnd more."
    found = mend(template, notebook)

    assert found.written["q-why"] == RIGHT["q-why"]
    assert found.flags == (
        "q-why: the question's cell was edited too; it holds: And more.",
    )


def conflict(first, second):
    return f"<<<<<<< HEAD\n{first}\n=======\n{second}\n>>>>>>> 5f3a\n"


def test_conflict_marks_cost_no_answer(template, notebook):
    text = json.dumps(notebook, indent=1)
    line = next(row for row in text.split("\n") if "return x + x" in row)
    other = line.replace("x + x", "0")
    found = mend(template, text.replace(f"{line}\n", conflict(line, other)).encode())

    assert found.answers["double"] == RIGHT["double"]
    assert found.answers["total"].endswith(RIGHT["total"])
    assert found.flags[0].startswith("Git's conflict marks are in the file")


def test_sides_of_a_conflict():
    text = "a\n<<<<<<< HEAD\nb\n||||||| 1f\nc\n=======\nd\n>>>>>>> x\ne"
    assert first_sides(text) == "a\nb\ne"
    assert first_sides("a\n=======\nb") is None


def test_reading_goes_on_behind_a_damaged_cell(template, notebook):
    text = json.dumps(notebook, indent=1)
    damaged = text.replace('"def double(x)', '"def" double(x)')
    found = mend(template, damaged.encode())

    assert found.answers["total"].endswith(RIGHT["total"])
    assert found.written["q-why"] == RIGHT["q-why"]
    assert any("breaks off or is damaged" in flag for flag in found.flags)
