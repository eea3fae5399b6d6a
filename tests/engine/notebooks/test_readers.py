"""Files are read by processes that may die; nothing else waits or is lost."""

import json
import os
import signal

import pytest

from grading.engine.intake.submission import Submission
from grading.engine.notebooks import reader
from grading.engine.notebooks.readers import Readers
from grading.engine.notebooks.sorting import sort_files
from grading.engine.storage.store import Store
from tests.engine.conftest import grade, scores
from tests.engine.small_course import RIGHT, cell_of, hand_in, hand_in_right


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "objects")


def read(readers, store, files, meanwhile=lambda: None):
    """Have submissions read, given as ``{student: {name: bytes}}``."""
    for student, one in files.items():
        digests = [(name, store.put(data)) for name, data in one.items()]
        readers.submit(Submission(student, "hw1", tuple(digests)))
    found = {}
    while readers:
        meanwhile()
        for submission, notebooks in readers.landed(1.0):
            found[submission.student] = notebooks
    return found


#: Python copies the names of a scope for each scope inside it.
SLOW = (
    "def v0():\n "
    + ";".join(f"a{n}=0" for n in range(12_000))
    + "\n "
    + ";".join(["lambda:0"] * 10_000)
)
BOMB = b'{"cells": [' + b"[],{}," * 8_000_000 + b"[]]}"


@pytest.fixture
def good(notebook):
    return {"numbers.ipynb": json.dumps(notebook).encode()}


def answer(found, student):
    """Return what one student answered in one exercise."""
    return found[student]["numbers"].answers["double"]


def test_a_reader_gives_what_reading_here_gives(template, store, good):
    with Readers(template, store) as readers:
        found = read(readers, store, {"ada": good})

    assert found["ada"] == sort_files(
        template, [(name, store.put(data)) for name, data in good.items()], store
    )
    assert answer(found, "ada") == RIGHT["double"]


def test_a_bomb_ends_nobody_else(template, store, good):
    bomb = {"numbers.ipynb": BOMB, "words.ipynb": good["numbers.ipynb"]}
    with Readers(template, store) as readers:
        found = read(readers, store, {"eve": bomb, "ada": good, "ben": good})

    assert answer(found, "ada") == answer(found, "ben") == RIGHT["double"]
    assert answer(found, "eve") == RIGHT["double"]  # her other file
    assert "too much memory" in " ".join(found["eve"]["numbers"].flags)


def test_large_outputs_are_no_bomb(template, store, notebook):
    notebook["cells"][2]["outputs"] = [{"text": "x" * (50 << 20)}]
    large = {"numbers.ipynb": json.dumps(notebook).encode()}
    with Readers(template, store) as readers:
        assert answer(read(readers, store, {"ada": large}), "ada") == RIGHT["double"]


def test_who_takes_too_long_is_refused_alone(template, store, notebook, good):
    """The limit is of a processor's time, which no other load changes."""
    cell_of(notebook, "double")["source"] = SLOW + "\ndef double(x): return x"
    slow = {"numbers.ipynb": json.dumps(notebook).encode()}
    with Readers(template, store, seconds=1) as readers:
        found = read(readers, store, {"eve": slow, "ada": good})

    assert answer(found, "ada") == RIGHT["double"]
    for one in found["eve"].values():
        assert "too much time to read" in one.reason
        assert one.flags[0] == one.reason


def test_killed_readers_cost_nobody_anything(template, store, good):
    killed = []

    def kill():
        if len(killed) < 2:
            killed.append(readers._pool.processes[0])
            os.kill(killed[-1], signal.SIGKILL)

    with Readers(template, store) as readers:
        while not any(worker.ready for worker in readers._pool._workers):
            readers.landed(0.1)
        found = read(readers, store, {f"s{n}": good for n in range(4)}, kill)
    reasons = {one["numbers"].reason for one in found.values()}
    assert reasons == {""}
    assert {answer(found, student) for student in found} == {RIGHT["double"]}
    assert len(found) == 4


def test_warnings_about_a_source_fill_no_log(template, store, notebook):
    cell_of(notebook, "double")["source"] = "x = 1or 2\n" * 100 + RIGHT["double"]
    noisy = {"numbers.ipynb": json.dumps(notebook).encode()}
    with Readers(template, store) as readers:
        read(readers, store, {"eve": noisy})
        sizes = [os.fstat(w.log.fileno()).st_size for w in readers._pool._workers]
    assert sizes == [0, 0]


def test_an_overlooked_error_is_a_sentence(template, monkeypatch):
    def stop(*_):
        raise RecursionError

    monkeypatch.setattr(reader, "sort_files", stop)
    assert reader._read(template, [], None) == {
        "reason": "They made the reader stop (RecursionError)."
    }


def test_a_class_goes_on_beside_a_bomb(course):
    hand_in(course, "eve", numbers=BOMB)
    for student in ("ada", "zoe"):
        hand_in_right(course, student)
    summary = grade(course)

    assert scores(course)["ada", "numbers"] == scores(course)["zoe", "numbers"] == 6
    assert scores(course)["eve", "numbers"] == 0
    assert "memory" in " ".join(summary.flagged["eve", "numbers"])
    assert grade(course, "NakedHost").counts == {"known": 6}  # not read again
