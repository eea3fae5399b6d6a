"""Which file is which notebook."""

import json

import pytest

from grading.engine.notebooks.sorting import sort_files
from grading.engine.storage.names import stem
from grading.engine.storage.store import Store
from tests.engine.small_course import RIGHT, answered, code, released, text


def sort(template, tmp_path, files):
    """Sort files given as dicts or bytes."""
    store = Store(tmp_path / "objects")
    digests = []
    for name, notebook in files.items():
        data = (
            notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        )
        digests.append((name, store.put(data)))
    return sort_files(template, digests, store)


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


@pytest.mark.parametrize(
    "name", ["numbers (1).ipynb", "numbers-1.ipynb", "numbers-Copy1.ipynb"]
)
def test_an_untouched_copy_does_not_hide_the_answers(
    released_course, template, notebook, tmp_path, name
):
    files = {"numbers.ipynb": released(released_course, "numbers"), name: notebook}
    found = sort(template, tmp_path, files)["numbers"]

    assert found.answers["double"] == RIGHT["double"]
    assert found.flags == (
        f"{name!r} was taken for 'numbers.ipynb'.",
        "Also handed in and not graded, because they answer less: 'numbers.ipynb'. "
        f"Answered exercises: {name!r} 3, 'numbers.ipynb' 0.",
    )


def test_of_two_copies_the_fuller_one_counts(released_course, template, tmp_path):
    less = answered(released_course, "numbers", {"double": "def double(x): return 0"})
    more = answered(released_course, "numbers")
    files = {"numbers (2).ipynb": more, "numbers (1).ipynb": less}

    found = sort(template, tmp_path, files)["numbers"]
    assert found.answers["double"] == RIGHT["double"]


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
