"""Whatever a student does to a notebook, the answers are found and the tests stay."""

import pytest

from tests.engine.notebooks.mended import mend, strip
from tests.engine.small_course import RIGHT, cell_of, code


def test_an_untouched_notebook_needs_no_mending(template, notebook):
    found = mend(template, notebook)

    assert found.written == {name: RIGHT[name] for name in found.written}
    assert found.answers == {name: RIGHT[name] for name in ("double", "total")}
    assert found.flags == ()


def test_templates_have_the_metadata_of_the_release(template, notebook):
    slots = {slot.name: slot for slot in template["numbers"].slots}
    for cell in notebook["cells"]:
        slot = slots[cell["id"]]
        if "hidden" not in slot.name:
            assert cell["metadata"] == slot.metadata


def test_edited_tests_and_points_are_the_templates(template, notebook):
    test = cell_of(notebook, "test-double")
    test["source"] = "pass"
    test["metadata"]["nbgrader"]["points"] = 1000
    found = mend(template, notebook)

    assert found.flags == ("test-double: the test was edited; the original ran.",)
    assert {slot.points for slot in template["numbers"].of_role("test")} == {1, 2, 3}


def test_a_deleted_test_is_reported(template, notebook):
    notebook["cells"].remove(cell_of(notebook, "test-double"))

    assert "test-double: the test was deleted" in mend(template, notebook).flags[0]


def test_a_duplicated_test_is_reported(template, notebook):
    notebook["cells"].append(cell_of(notebook, "test-double"))

    found = mend(template, notebook)
    assert found.flags == ("test-double: the test was duplicated; it ran once.",)
    assert found.answers["double"] == RIGHT["double"]


@pytest.mark.parametrize("schema", [0, 2, 99, None, "x"])
def test_any_schema_version_will_do(template, notebook, schema):
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {})["schema_version"] = schema

    assert mend(template, notebook).answers["double"] == RIGHT["double"]


def test_flags_that_turn_tests_into_answers_count_for_nothing(template, notebook):
    graded = cell_of(notebook, "test-double")["metadata"]["nbgrader"]
    graded |= {"solution": True, "grade": False, "locked": False}

    assert mend(template, notebook).flags == ()


@pytest.mark.parametrize("keep_code", [True, False])
def test_stripped_metadata(template, notebook, keep_code):
    strip(notebook)
    if not keep_code:  # an editor that also moves blanks about
        for cell in notebook["cells"]:
            cell["source"] = cell["source"].replace("\n", "  \r\n") + "\n"
    found = mend(template, notebook)

    assert set(found.answers) == {"double", "total"}
    assert "x + x" in found.answers["double"]
    assert "fsum" in found.answers["total"]
    assert found.written["q-why"].strip() == RIGHT["q-why"]


def test_ids_alone_are_enough(template, notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id")}  # as Colab does

    assert mend(template, notebook).flags == ()


def test_reordered_cells(template, notebook):
    notebook["cells"].reverse()

    assert mend(template, notebook).answers["total"] == RIGHT["total"]


@pytest.mark.parametrize("kind", ["markdown", "raw", "nonsense", None, 7])
def test_a_retyped_answer(template, notebook, kind):
    cell_of(notebook, "double")["cell_type"] = kind

    assert mend(template, notebook).answers["double"] == RIGHT["double"]


def test_an_answer_split_into_two_cells_with_the_same_id(template, notebook):
    cell = cell_of(notebook, "double")
    place = notebook["cells"].index(cell)
    helper = cell | {"source": "def twice(x):\n    return x + x"}
    cell["source"] = "def double(x):\n    return twice(x)"
    notebook["cells"].insert(place, helper)

    answer = mend(template, notebook).answers["double"]
    assert answer == f"{helper['source']}\n\n{cell['source']}"


def test_of_two_copies_the_last_complete_one_counts(template, notebook):
    cell = cell_of(notebook, "double")
    place = notebook["cells"].index(cell)
    draft = cell | {"source": "def double(x):\n    return 3 * x"}
    broken = cell | {"source": "def double(x:\n    return"}
    notebook["cells"][place:place] = [draft, broken]

    assert mend(template, notebook).answers["double"] == RIGHT["double"]


def test_an_answer_below_its_stub(template, notebook):
    cell = cell_of(notebook, "double")
    stub = next(s for s in template["numbers"].slots if s.name == "double").released
    cell["source"] = stub
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, code(RIGHT["double"]))

    found = mend(template, notebook)
    assert found.answers["double"] == RIGHT["double"]
    assert "double: recognised by what it defines." in found.flags


def test_two_answers_merged_into_one_cell(template, notebook):
    first, second = cell_of(notebook, "double"), cell_of(notebook, "total")
    first["source"] += "\n\n" + second["source"]
    notebook["cells"].remove(second)

    found = mend(template, notebook)
    assert found.answers["double"].strip() == RIGHT["double"]
    assert found.answers["total"].strip() == RIGHT["total"]
    assert "total: found in the cell of double." in found.flags


def test_an_answer_merged_with_its_test(template, notebook):
    first, second = cell_of(notebook, "double"), cell_of(notebook, "test-double")
    first["source"] += "\n\n" + second["source"]
    notebook["cells"].remove(second)

    assert mend(template, notebook).answers["double"] == RIGHT["double"]


def test_a_deleted_answer_is_the_stub(template, notebook):
    notebook["cells"].remove(cell_of(notebook, "double"))

    found = mend(template, notebook)
    assert "not written yet" in found.answers["double"]
    assert "double: the answer's cell is missing." in found.flags


def test_helpers_and_imports_of_other_cells_are_lent(template, notebook):
    cell_of(notebook, "double")["source"] = "def double(x):\n    return plus(x, x)"
    helper = code(
        "import operator as op\nprint('hi')\ndef plus(a, b):\n    return op.add(a, b)"
    )
    notebook["cells"].insert(3, helper)

    found = mend(template, notebook)
    assert found.answers["double"].startswith("import operator as op\ndef plus(a, b):")
    assert "print" not in found.answers["double"]
    assert found.written["double"] == cell_of(notebook, "double")["source"]
    assert "double: uses op, plus from other cells." in found.flags


def test_an_import_added_to_the_set_up_is_lent(template, notebook):
    setup = next(c for c in notebook["cells"] if c["source"] == "import math")
    setup["source"] += "\nimport statistics"
    cell_of(notebook, "total")["source"] = (
        "def total(numbers):\n    return statistics.fmean(numbers) * len(numbers)"
    )

    assert mend(template, notebook).answers["total"].startswith("import statistics\n")


def test_local_names_borrow_nothing(template, notebook):
    cell_of(notebook, "double")["source"] = "def double(data):\n    return 2 * data"

    assert "range" not in mend(template, notebook).answers["double"]


def test_magics_are_taken_out(template, notebook):
    cell = cell_of(notebook, "double")
    cell["source"] = "%matplotlib inline\n!ls\n" + RIGHT["double"] + "\n%time double(2)"

    found = mend(template, notebook)
    assert found.answers["double"] == ("pass\npass\n" + RIGHT["double"] + "\ndouble(2)")
    assert "double: lines for IPython were taken out." in found.flags


def test_a_pasted_method_moves_to_the_left_as_in_a_notebook(template, notebook):
    source = "\n    def double(x):\n        return x + x\n# copied\n\n"
    cell_of(notebook, "double")["source"] = source

    found = mend(template, notebook)
    assert found.answers["double"] == "def double(x):\n    return x + x\n# copied\n\n"
    assert found.written["double"] == source


def test_a_duplicated_cell_id_does_no_harm(template, notebook):
    for cell in notebook["cells"]:
        cell["id"] = "same"

    assert mend(template, notebook).answers["total"] == RIGHT["total"]


def test_outputs_are_never_read(template, notebook):
    for cell in notebook["cells"]:
        cell["outputs"] = [{"output_type": "execute_result", "data": 1e6}, None, "x"]

    assert mend(template, notebook).flags == ()
