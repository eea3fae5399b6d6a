"""Files in other formats, broken, or made to break the reader."""

import json

import pytest

from grading.engine.notebooks.fingerprints import prints
from grading.engine.notebooks.reading import Unreadable, read_cells
from tests.engine.notebooks.mended import mend
from tests.engine.small_course import RIGHT, cell_of, code


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
