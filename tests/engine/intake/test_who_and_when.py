"""Who handed in, and when, is known from the collector alone."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grading.engine.intake.roster import Roster, RosterError, read_roster
from grading.engine.intake.times import read_times
from tests.engine.intake.export_files import NOTEBOOK, archive, names
from tests.engine.small_course import hand_in


def test_times_come_from_the_collector(course, intake, tmp_path):
    path = archive(
        tmp_path / "p.zip",
        {"ada/numbers.ipynb": NOTEBOOK, "ada/timestamp.txt": "1999-01-01 00:00:00 UTC"},
    )
    times = tmp_path / "times.csv"
    times.write_text("student,time\nAda,2026-11-21T18:30:00+01:00\n")
    collected = intake.from_archives([path], times=read_times(times))

    assert collected.submissions[0].time == "2026-11-21T17:30:00+00:00"
    # What lies in the folder later keeps what the collector knew.
    assert intake.from_tree().submissions[0].time == "2026-11-21T17:30:00+00:00"


@pytest.mark.parametrize(
    "stamp", [b"not a date", b"\xff\xfe", b"9999999-01-01", b"", b"x" * 10_000_000]
)
def test_a_garbage_timestamp_is_no_time(course, intake, stamp):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (folder / "timestamp.txt").write_bytes(stamp)

    assert intake.from_tree(trust_timestamps=True).submissions[0].time == ""


@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "folder", "link to itself"])
def test_a_timestamp_that_is_no_file_is_no_time(course, intake, kind):
    """Opening a pipe would wait for somebody to write to it."""
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    stamp = folder / "timestamp.txt"
    if kind == "folder":
        stamp.mkdir()
    elif kind == "link to itself":
        stamp.symlink_to(stamp.name)
    else:
        os.mkfifo(stamp if kind == "pipe" else folder / "pipe")
    if kind == "link to a pipe":
        stamp.symlink_to("pipe")

    assert intake.from_tree(trust_timestamps=True).submissions[0].time == ""


def test_a_timestamp_of_nbgrader_collect_may_be_trusted(course, intake):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (folder / "timestamp.txt").write_text("2026-10-02 12:00:00.5 UTC")

    (one,) = intake.from_tree(trust_timestamps=True).submissions
    assert one.time == "2026-10-02T12:00:00.500000+00:00"


def test_two_students_of_one_name_are_nobody():
    roster = Roster(
        [{"student": "a", "name": "Li Wei"}, {"student": "b", "name": "Li Wei"}]
    )

    assert roster.find([("name", "Li Wei")]) == ""
    assert roster.find([("student", "A")]) == "a"


@pytest.mark.parametrize(
    "data",
    [
        "student;name\r\nzoë;Zoë\r\n".encode(),
        "student;name\nzoë;Zoë\n".encode("latin-1"),
        "student\tname\nzoë\tZoë\n".encode("utf-16"),
        "Student,Name\nzoe\N{COMBINING DIAERESIS},Zoë\n".encode(),
    ],
)
def test_rosters_of_spreadsheets_are_read(tmp_path, data):
    path = tmp_path / "r.csv"
    path.write_bytes(data)
    roster = read_roster(path)

    assert roster.students == ["zoë"]
    assert roster.find([("name", "ZOË")]) == "zoë"


def test_canvas_own_gradebook_is_a_roster(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,knn (77)\n"
        ",,,,,Manual Posting\n"
        "    Points Possible,,,,,21\n"
        '"Lovelace, Ada",501,11,ada@x.org,A,\n'
        '"Turing, Ben",502,12,,B,\n'
        '"Li, Cy",503,,,B,\n'
    )
    roster = read_roster(path)

    assert roster.students == ["ada@x.org", "12", "503"]
    assert roster.find([("canvas_id", "501")]) == "ada@x.org"
    assert roster.find([("letters", "turingben")]) == "12"
    assert roster.find([("email", "ADA@x.org")]) == "ada@x.org"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nx\n", "column 'student'"),
        ("", "column 'student'"),
        ("student\n../x\n", "cannot be a student's id"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_bad_roster_is_a_sentence(tmp_path, text, words):
    path = tmp_path / "r.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(RosterError, match=words):
        read_roster(path)


def test_a_bad_time_names_its_line(tmp_path):
    (tmp_path / "t.csv").write_text("student,time\nada,2026-01-01\nben,soon\n")

    with pytest.raises(RosterError, match=r"t.csv, line 3: expected"):
        read_times(tmp_path / "t.csv")


def test_a_time_of_somebody_who_handed_nothing_in_is_named(course, intake, tmp_path):
    path = archive(tmp_path / "p.zip", {"ada/numbers.ipynb": NOTEBOOK})
    collected = intake.from_archives([path], times={"adda": "2026-01-01"})

    assert collected.submissions[0].time == ""
    assert collected.problems[0].startswith("'adda' has a time and handed nothing in;")


def test_missing_times_are_a_sentence(tmp_path):
    with pytest.raises(RosterError, match=r"t.csv cannot be read"):
        read_times(tmp_path / "t.csv")


def test_the_exchange(course, intake, tmp_path):
    root = tmp_path / "inbound"
    now = datetime.now(UTC)
    for student, stamp, data in (
        ("ada", "2026-01-01 00:00:00 UTC+abc", b'{"cells": [1]}'),
        ("ada", f"{now:%Y-%m-%d %H:%M:%S.%f} UTC+def", NOTEBOOK),
        ("b+b", f"{now:%Y-%m-%d %H:%M:%S} UTC", NOTEBOOK),
        ("..", f"{now:%Y-%m-%d %H:%M:%S} UTC", NOTEBOOK),
    ):
        folder = root / f"{student}+hw1+{stamp}"
        folder.mkdir(parents=True)
        (folder / "numbers.ipynb").write_bytes(data)
        (folder / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC")
    (root / "ada+hw2+2026-01-01 00:00:00 UTC+x").mkdir()
    (root / "eve+hw1+2026-01-01 00:00:00 UTC+x").symlink_to(tmp_path)
    collected = intake.from_exchange(root)

    assert names(collected) == {"ada": ["numbers.ipynb"], "b+b": ["numbers.ipynb"]}
    ada = collected.submissions[0]
    assert intake.store.get(ada.files[0][1]) == NOTEBOOK
    assert abs(datetime.fromisoformat(ada.time) - now).total_seconds() < 60
    assert len(collected.problems) == 2


def test_a_folder_dated_back_in_the_exchange_gains_nothing(intake, tmp_path):
    folder = tmp_path / "inbound" / "ada+hw1+2020-01-01 00:00:00 UTC+abc"
    folder.mkdir(parents=True)
    (folder / "numbers.ipynb").write_bytes(NOTEBOOK)
    os.utime(folder, (0, 0))
    (one,) = intake.from_exchange(tmp_path / "inbound").submissions

    assert one.time.startswith(f"{datetime.now(UTC):%Y}")
    assert any("the file system has seen it" in flag for flag in one.flags)


def test_a_folder_that_goes_away_meanwhile_ends_no_collection(
    intake, tmp_path, monkeypatch
):
    root = tmp_path / "inbound"
    for student in ("ada", "eve"):
        folder = root / f"{student}+hw1+2026-01-01 00:00:00 UTC"
        folder.mkdir(parents=True)
        (folder / "numbers.ipynb").write_bytes(NOTEBOOK)
    look = Path.lstat

    def taken_away(path):
        if path == folder:
            shutil.rmtree(folder)
        return look(path)

    monkeypatch.setattr(Path, "lstat", taken_away)
    collected = intake.from_exchange(root)

    assert names(collected) == {"ada": ["numbers.ipynb"]}
    assert collected.problems == [f"{folder.name!r} is a link or no folder."]
