"""Whatever a student does to a notebook, the answers are found and the tests stay."""

import json

import pytest

from grading.engine.careful import read_carefully
from grading.engine.normalise import normalise
from grading.engine.reading import Unreadable, read_cells
from grading.engine.similarity import prints
from grading.engine.sorting import sort_files, stem
from grading.engine.store import Store
from grading.engine.submission import Submission
from tests.engine.small_course import RIGHT, answered, cell_of, code, text


@pytest.fixture
def notebook(released_course):
    """The notebook of numbers, answered rightly."""
    return answered(released_course, "numbers")


def mend(template, notebook):
    """Read and normalise a notebook given as a dict or as bytes."""
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    return normalise(template["numbers"], *read_cells(data))


def strip(notebook):
    """Take all metadata and ids away, as a round trip through another editor does."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    return notebook


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


def test_format_3(template, notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source").splitlines(keepends=True)
    old = {"nbformat": 3, "worksheets": [{"cells": notebook["cells"]}]}

    found = mend(template, old)
    assert found.answers["double"] == RIGHT["double"]
    assert found.flags == ("The notebook has format 3.",)


@pytest.mark.parametrize(
    ("encode", "flag"),
    [
        (lambda text: text.replace("\n", "\r\n").encode(), None),
        (lambda text: text.encode("utf-8-sig"), "byte order mark"),
        (lambda text: text.encode("utf-16"), "byte order mark"),
        (lambda text: text.encode("utf-16-le"), "utf-16-le"),
        (lambda text: text.encode("utf-16-be"), "utf-16-be"),
        (lambda text: text.encode("utf-32"), "byte order mark"),
        (lambda text: text.replace("By", "Bý").encode("cp1252"), "Windows-1252"),
    ],
)
def test_encodings(template, notebook, encode, flag):
    cell_of(notebook, "q-why")["source"] = "By definition"
    found = mend(template, encode(json.dumps(notebook, indent=1, ensure_ascii=False)))

    assert found.answers["double"] == RIGHT["double"]
    assert flag is None or flag in found.flags[0]


@pytest.mark.parametrize("version", [{"nbformat_minor": 0}, {"nbformat_minor": 99}, {}])
def test_other_versions(template, notebook, version):
    notebook = {"cells": notebook["cells"]} | version

    assert mend(template, notebook).answers["double"] == RIGHT["double"]


def test_a_file_that_breaks_off_keeps_its_whole_cells(template, notebook):
    data = json.dumps(notebook).encode()
    cut = data[: data.index(b"test-double-hidden")]

    found = mend(template, cut)
    assert found.answers["double"] == RIGHT["double"]
    assert "not written yet" in found.answers["total"]
    assert "breaks off" in found.flags[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"[" * 100_000, "thousands deep"),
        (b'{"cells":' + b"[" * 100_000, "thousands deep"),
        (b"\xff\xfe", "empty|not JSON"),
        (b'{"cells": null}', "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b"[1, 2]", "no notebook"),
        (b"<<<<<<< HEAD\n{", "not JSON"),
        (b'{"cells": [', "breaks off before"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "breaks off before"),
        (b"PK\x03\x04" + bytes(range(256)), "not JSON"),
    ],
)
def test_what_is_no_notebook_says_why(data, words):
    with pytest.raises(Unreadable, match=words):
        read_cells(data)


@pytest.mark.parametrize(
    "cell",
    [
        None,
        3,
        {},
        {"source": None},
        {"source": [1, None]},
        {"metadata": []},
        {"metadata": {"nbgrader": 3}},
        {"metadata": {"nbgrader": {"grade_id": []}}},
        {"source": "\ud800 lonely", "cell_type": "code"},
    ],
)
def test_strange_cells_are_passed_over(template, notebook, cell):
    notebook["cells"].insert(4, cell)

    assert mend(template, notebook).answers["double"] == RIGHT["double"]


def test_a_hundred_thousand_cells(template, notebook):
    notebook["cells"] += [code("x = 1")] * 100_000

    found = mend(template, notebook)
    assert found.answers["double"] == RIGHT["double"]
    assert "More than 3000 cells" in found.flags[0]


def test_too_much_code_takes_no_time(template, notebook):
    notebook["cells"] += [code("y = [1, 2, 3]\n" * 2000)] * 2000

    found = mend(template, notebook)
    assert found.answers["double"] == RIGHT["double"]
    assert "cells were left out" in found.flags[0]


def test_a_large_file_is_read_apart_and_may_come_to_grief(tmp_path, template, notebook):
    bomb = b'{"cells": [' + b"[],{}," * 8_000_000 + b"[]]}"
    with pytest.raises(Unreadable, match="too much time or memory"):
        read_carefully(bomb)
    notebook["cells"][2]["outputs"] = [{"text": "x" * (50 << 20)}]
    cells, flags = read_carefully(json.dumps(notebook).encode())
    assert normalise(template["numbers"], cells, flags).answers["double"]
    with pytest.raises(Unreadable, match="no list of cells"):
        read_carefully(b'{"cells": null}' + b" " * (5 << 20))


@pytest.mark.parametrize(
    "source",
    [
        "x = a" + ".b" * 20_000,
        "x = " + "-" * 100_000 + "1",
        "x = " + "(" * 5000,
        "x = " + "not " * 30_000 + "1",
        "lambda: " * 3000 + "1",
        "x = " + "9" * 100_000,
        "x = " + "[" * 90 + "]" * 90,
        "x = 1 if 1 else " * 5000 + "1",
        "if 1: pass\n" + "elif 1: pass\n" * 10_000,
        "x = '" + "\\N{" * 1000 + "'",
        "\0" * 1000,
        "\f" * 1000 + "x = 1",
        "%time " * 10_000,
        "x" + " =x" * 10_000,
        "@f\n" * 3000 + "def x(): pass",
    ],
    ids=range(15),
)
def test_python_made_to_break_parsers(template, notebook, source):
    cell_of(notebook, "double")["source"] = "def double(n):\n    return x + n"
    cell_of(notebook, "total")["source"] = source + "\ndef total(n):\n    return n"
    notebook["cells"].insert(2, code(source))
    found = mend(template, notebook)

    assert "return x + n" in found.answers["double"]
    assert prints(source) is not None


def test_an_enormous_answer_is_not_read(template, notebook):
    cell_of(notebook, "double")["source"] = "x = 1\n" * 100_000

    assert "not written yet" in mend(template, notebook).answers["double"]


# -- which file is which --------------------------------------------------------------


def sort(template, tmp_path, files):
    """Sort files given as dicts or bytes."""
    store = Store(tmp_path / "objects")
    digests = []
    for name, notebook in files.items():
        data = (
            notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        )
        digests.append((name, store.put(data)))
    return sort_files(template, Submission("ada", "hw1", tuple(digests)), store)


@pytest.mark.parametrize(
    "name",
    [
        "numbers (1).ipynb",
        "Copy of numbers.ipynb",
        "numbers-Copy1.ipynb",
        "NUMBERS.IPYNB",
        "ada_homework_final.ipynb",
        "numbers.ipynb.ipynb",
        "a.ipynb",
    ],
)
def test_a_renamed_notebook_is_known_by_its_cells(template, notebook, tmp_path, name):
    found = sort(template, tmp_path, {name: notebook})["numbers"]

    assert found.answers["double"] == RIGHT["double"]
    assert found.flags == (f"{name!r} was taken for 'numbers.ipynb'.",)


def test_swapped_notebooks_are_swapped_back(template, released_course, tmp_path):
    numbers, words = (answered(released_course, name) for name in ("numbers", "words"))
    found = sort(template, tmp_path, {"numbers.ipynb": words, "words.ipynb": numbers})

    assert found["numbers"].answers["double"] == RIGHT["double"]
    assert found["words"].answers["shout"] == RIGHT["shout"]


def test_another_assignments_notebook_earns_nothing(template, notebook, tmp_path):
    for cell in notebook["cells"]:
        cell["source"], cell["id"] = "# other", "other"
        cell["metadata"] = {"nbgrader": {"grade_id": "other"}}
    found = sort(template, tmp_path, {"numbers.ipynb": notebook})["numbers"]

    assert found.reason == "'numbers.ipynb' holds another notebook, not this one."


def test_a_missing_notebook_says_so(template, notebook, tmp_path):
    found = sort(template, tmp_path, {"numbers.ipynb": notebook})

    assert found["words"].reason == "'words.ipynb' was not handed in."


def test_a_second_copy_is_named(template, notebook, tmp_path):
    files = {"numbers.ipynb": notebook, "numbers (1).ipynb": notebook}

    assert sort(template, tmp_path, files)["numbers"].flags == (
        "Also handed in and not graded: 'numbers (1).ipynb'.",
    )


def test_a_broken_file_says_what_is_broken(template, tmp_path):
    found = sort(template, tmp_path, {"numbers.ipynb": b"[" * 100_000})["numbers"]

    assert found.reason.startswith("'numbers.ipynb' could not be read. The file nests")


def test_a_notebook_without_any_mark_is_known_by_its_name(template, tmp_path):
    notebook = {"cells": [text("# mine"), code(RIGHT["double"])]}
    found = sort(template, tmp_path, {"numbers.ipynb": notebook})["numbers"]

    assert found.answers["double"] == RIGHT["double"]


def test_stems():
    assert stem("Copy of knn (1).ipynb") == "knn"
    assert stem("two_layer_net-2.ipynb") == "two_layer_net"
