"""Submissions are taken once, whole, and from nowhere else."""

import contextlib
import io
import json
import os
import socket
import stat
import zipfile
from datetime import UTC, datetime

import pytest

from grading.engine.archive import BadArchive
from grading.engine.export import IntakeError
from grading.engine.intake import Intake
from grading.engine.roster import Roster, RosterError, read_roster
from grading.engine.store import Store
from grading.engine.submission import RefusedName, checked_name, printable
from grading.engine.times import read_times
from tests.engine.small_course import hand_in

ROSTER = """student,name,email,sid,canvas_id,moodle_id
ada,Ada Lovelace,ada@x.org,11,501,901
ben,"Turing, Ben",ben@x.org,12,502,902
"""
NOTEBOOK = b'{"cells": []}'


@pytest.fixture
def intake(course):
    made = Intake(course, "hw1", Store(course.ledger / "objects"))
    yield made
    made.close()


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8-sig")
    return read_roster(path)


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def names(collected):
    return {
        one.student: [name for name, _ in one.files] for one in collected.submissions
    }


# -- folders --------------------------------------------------------------------------


def test_a_folder_tree(course, intake):
    hand_in(course, "ada", numbers=NOTEBOOK)
    folder = hand_in(course, "ben", words=NOTEBOOK)
    (folder / "numpy.py").write_text("")
    (folder / "deep").mkdir()
    (folder / "deep" / "numbers.ipynb").write_bytes(NOTEBOOK)
    (folder / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC")
    collected = intake.from_tree()

    assert names(collected) == {
        "ada": ["numbers.ipynb"],
        "ben": ["numbers.ipynb", "words.ipynb"],
    }
    ben = collected.submissions[1]
    assert ben.flags == ("Left out 'numpy.py': no notebook.",)
    assert ben.time == ""  # the student wrote that file


@pytest.mark.parametrize(
    "name", ["numpy.py", "torch.py", "sitecustomize.py", "conftest.py", "evil.pth"]
)
def test_no_other_file_is_taken(course, intake, name):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (folder / name).write_text("raise SystemExit")

    (one,) = intake.from_tree().submissions
    assert [name for name, _ in one.files] == ["numbers.ipynb"]
    assert one.flags == (f"Left out {name!r}: no notebook.",)


@pytest.mark.parametrize(
    "make",
    [
        lambda path, secret: path.symlink_to(secret),
        lambda path, secret: path.symlink_to("nowhere"),
        lambda path, secret: path.symlink_to("/dev/zero"),
        lambda path, secret: os.link(secret, path),
        lambda path, secret: os.mkfifo(path),
        lambda path, secret: path.mkdir(),
    ],
    ids=["link", "dangling", "device", "hard link", "pipe", "folder"],
)
def test_what_is_no_plain_file_is_left_out(course, intake, tmp_path, make):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(NOTEBOOK)
    folder = hand_in(course, "ada", words=NOTEBOOK)
    make(folder / "numbers.ipynb", secret)

    (one,) = intake.from_tree().submissions
    assert [name for name, _ in one.files] == ["words.ipynb"]
    assert "Left out 'numbers.ipynb': " in one.flags[0]


def test_a_socket_and_a_real_device_are_left_out(course, intake, tmp_path, monkeypatch):
    folder = hand_in(course, "ada", words=NOTEBOOK)
    monkeypatch.chdir(folder)  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("numbers.ipynb")
        with contextlib.suppress(PermissionError):  # root makes one, not everywhere
            os.mknod(folder / "z.ipynb", stat.S_IFCHR | 0o666, os.makedev(1, 5))

        (one,) = intake.from_tree().submissions
    assert [name for name, _ in one.files] == ["words.ipynb"]


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_a_folder_that_is_a_link_is_refused(course, intake, tmp_path, level):
    target = tmp_path / "elsewhere"
    (target / "hw1").mkdir(parents=True)
    (target / "hw1" / "numbers.ipynb").write_bytes(NOTEBOOK)
    hand_in(course, "ben", numbers=NOTEBOOK)
    if level == "student":
        (course.submitted / "ada").symlink_to(target)
    else:
        (course.submitted / "ada").mkdir()
        (course.submitted / "ada" / "hw1").symlink_to(target / "hw1")
    collected = intake.from_tree()

    assert names(collected) == {"ben": ["numbers.ipynb"]}
    assert "is a link" in collected.problems[0]


def test_too_large_and_too_many(course, intake):
    folder = hand_in(course, "ada", words=NOTEBOOK)
    with open(folder / "numbers.ipynb", "wb") as file:
        file.truncate(65 << 20)
    for number in range(300):
        (folder / f"x{number}.txt").touch()

    (one,) = intake.from_tree().submissions
    assert "larger than 64 MB" in " ".join(one.flags)
    assert "More than 200 files" in one.flags[-1]


def test_a_change_after_the_intake_changes_nothing(course, intake):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (one,) = intake.from_tree().submissions
    (folder / "numbers.ipynb").write_bytes(b"changed")

    assert intake.store.get(one.files[0][1]) == NOTEBOOK


def test_the_same_bytes_are_written_down_once(course, intake):
    hand_in(course, "ada", numbers=NOTEBOOK)
    ledger = course.ledger / "hw1" / "collected.jsonl"
    intake.from_tree()
    before = ledger.read_bytes()
    intake.from_tree()

    assert ledger.read_bytes() == before


# -- names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["ada", "a b", "Zoë", "-x", "+1", "Smith, J", "=1+1", "@x", "o'neil", "李"]
)
def test_names_that_are_fine(course, intake, name):
    assert checked_name(name) == name
    hand_in(course, name, numbers=NOTEBOOK)
    assert names(intake.from_tree()) == {name: ["numbers.ipynb"]}


def test_one_name_in_two_spellings_is_one_student(course, intake):
    hand_in(course, "Zo\u00eb", numbers=NOTEBOOK)
    hand_in(course, "Zoe\u0308", words=NOTEBOOK)
    collected = intake.from_tree()

    assert len(collected.submissions) == 1
    assert collected.problems == ["Two folders are called 'Zo\u00eb'."]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        ".hidden",
        "a/b",
        "a\\b",
        "a*",
        "[a]",
        "a\0b",
        "a\nb",
        "x" * 201,
        "a\u202eb",
        "a\ud800",
        "c:x",
    ],
)
def test_names_that_are_refused(name):
    with pytest.raises(RefusedName, match="cannot be a student's id"):
        checked_name(name)


def test_terminals_are_told_no_commands():
    assert printable("\x1b[31mred\x1b[0m\r\x07") == "red\ufffd\ufffd"
    assert "\x1b" not in printable("\x1b]0;title\x07 \x9b31m")
    assert printable("x" * 300) == "x" * 200 + "..."


# -- archives -------------------------------------------------------------------------


def test_canvas(course, intake, roster, tmp_path):
    path = archive(
        tmp_path / "submissions.zip",
        {
            "lovelaceada_501_7001_numbers.ipynb": NOTEBOOK,
            "lovelaceada_501_7002_words-1.ipynb": NOTEBOOK,
            "turingben_LATE_502_7003_numbers.ipynb": NOTEBOOK,
            "nobodyno_599_7004_numbers.ipynb": NOTEBOOK,
        },
    )
    collected = intake.from_archives([path], roster=roster)

    assert names(collected) == {
        "ada": ["numbers.ipynb", "words-1.ipynb"],
        "ben": ["numbers.ipynb"],
    }
    assert collected.submissions[1].flags == ("Canvas marks it as late.",)
    assert collected.problems == ["Nobody in the roster is '599 nobodyno'."]
    placed = course.submitted / "ada" / "hw1" / "numbers.ipynb"
    assert placed.read_bytes() == NOTEBOOK


@pytest.mark.parametrize("shape", ["file_/", "file_"])
def test_moodle(intake, roster, tmp_path, shape):
    path = archive(
        tmp_path / "m.zip",
        {
            f"Ada Lovelace_55001_assignsubmission_{shape}numbers.ipynb": NOTEBOOK,
            f"Turing, Ben_902_assignsubmission_{shape}words.ipynb": NOTEBOOK,
        },
    )
    collected = intake.from_archives([path], roster=roster)

    assert names(collected) == {"ada": ["numbers.ipynb"], "ben": ["words.ipynb"]}


def test_gradescope(course, intake, roster, tmp_path):
    metadata = """
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '11'
    :email: other@x.org
  :created_at: 2026-10-02 12:00:00.000000000 -07:00
  :score: 0.0
submission_2:
  :submitters:
  - :name: Somebody
    :email: BEN@x.org
  :created_at: 2026-10-03 12:00:00 Z
"""
    path = archive(
        tmp_path / "g.zip",
        {
            "assignment_9_export/submission_metadata.yml": metadata,
            "assignment_9_export/submission_1/numbers.ipynb": NOTEBOOK,
            "assignment_9_export/submission_1/timestamp.txt": "1999-01-01 UTC",
            "assignment_9_export/submission_2/words.ipynb": NOTEBOOK,
        },
    )
    collected = intake.from_archives([path], roster=roster)

    assert names(collected) == {"ada": ["numbers.ipynb"], "ben": ["words.ipynb"]}
    assert collected.submissions[0].time == "2026-10-02T19:00:00+00:00"
    stamp = course.submitted / "ada" / "hw1" / "timestamp.txt"
    assert stamp.read_text() == "2026-10-02T19:00:00+00:00"


def test_hostile_metadata_are_data(intake, roster, tmp_path):
    text = "submission_1: !!python/object/apply:os.system ['touch /tmp/x']"
    path = archive(
        tmp_path / "g.zip",
        {"e/submission_metadata.yml": text, "e/submission_1/numbers.ipynb": NOTEBOOK},
    )

    assert intake.from_archives([path], roster=roster).submissions == []


def test_a_plain_archive_needs_no_roster(intake, tmp_path):
    path = archive(
        tmp_path / "p.zip", {"ada_numbers.ipynb": NOTEBOOK, "ben/words.ipynb": NOTEBOOK}
    )

    assert names(intake.from_archives([path])) == {
        "ada": ["numbers.ipynb"],
        "ben": ["words.ipynb"],
    }


def test_an_archive_without_students_says_so(intake, tmp_path):
    path = archive(tmp_path / "p.zip", {"knn.ipynb": NOTEBOOK})

    assert intake.from_archives([path]).problems == [
        f"No file in {path} bears the name of a student."
    ]


def test_a_platform_needs_one(intake, tmp_path):
    path = archive(tmp_path / "c.zip", {"a_1_2_numbers.ipynb": NOTEBOOK})

    with pytest.raises(IntakeError, match=r"export of Canvas.*--roster"):
        intake.from_archives([path])


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


def test_a_timestamp_of_nbgrader_collect_may_be_trusted(course, intake):
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (folder / "timestamp.txt").write_text("2026-10-02 12:00:00.5 UTC")

    (one,) = intake.from_tree(trust_timestamps=True).submissions
    assert one.time == "2026-10-02T12:00:00.500000+00:00"


@pytest.mark.parametrize(
    "name",
    ["../../x.ipynb", "/etc/x.ipynb", "ada/../../x.ipynb", "..\\x.ipynb", "c:/x.ipynb"],
)
def test_paths_out_of_an_archive_are_refused(course, intake, tmp_path, name):
    before = {path for path in tmp_path.rglob("*.ipynb")}
    path = archive(tmp_path / "p.zip", {name: NOTEBOOK, "ben/words.ipynb": NOTEBOOK})
    collected = intake.from_archives([path])

    assert "ben" in names(collected)
    said = [*collected.problems, *(f for s in collected.submissions for f in s.flags)]
    assert said
    new = {path for path in tmp_path.rglob("*.ipynb")} - before
    assert new == {course.submitted / "ben" / "hw1" / "words.ipynb"}


def test_links_in_an_archive_are_refused(intake, tmp_path):
    link = zipfile.ZipInfo("ada/numbers.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as file:
        file.writestr(link, "/etc/passwd")
        file.writestr("ada/words.ipynb", NOTEBOOK)
    (one,) = intake.from_archives([tmp_path / "p.zip"]).submissions

    assert [name for name, _ in one.files] == ["words.ipynb"]
    assert one.flags == ("Refused 'ada/numbers.ipynb': it is a link.",)


@pytest.mark.slow
def test_a_bomb_does_not_go_off(intake, tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(4):
            file.writestr(f"{number}.ipynb", bytes(60 << 20))
    path = archive(
        tmp_path / "p.zip",
        {
            "ada/numbers.ipynb": bytes(100 << 20),
            "ben/hw.zip": inner.getvalue(),
            "cho/words.ipynb": NOTEBOOK,
        },
    )
    collected = intake.from_archives([path])

    assert names(collected)["ada"] == []
    assert names(collected)["cho"] == ["words.ipynb"]
    flags = {one.student: one.flags for one in collected.submissions}
    assert "expands to more than 64 MB" in flags["ada"][0]
    assert "expands too far" in flags["ben"][-1]


def test_a_students_own_zip_is_opened_once(intake, tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("hw/numbers.ipynb", NOTEBOOK)
        file.writestr("hw/more.zip", b"PK")
        file.writestr("__MACOSX/hw/._numbers.ipynb", b"x")
    path = archive(tmp_path / "p.zip", {"ada/hw.zip": inner.getvalue()})
    (one,) = intake.from_archives([path]).submissions

    assert [name for name, _ in one.files] == ["numbers.ipynb"]
    assert one.flags == ("Left out 'more.zip': no notebook.",)


def test_a_million_entries_are_not_read(intake, tmp_path, monkeypatch):
    monkeypatch.setattr("grading.engine.archive.MAX_ENTRIES", 10)
    path = archive(tmp_path / "p.zip", {f"a/{n}.ipynb": b"" for n in range(11)})

    with pytest.raises(BadArchive, match="more than 10 entries"):
        intake.from_archives([path])


def test_no_zip_is_a_sentence(intake, tmp_path):
    (tmp_path / "p.zip").write_bytes(b"no zip")

    with pytest.raises(BadArchive, match="no readable zip"):
        intake.from_archives([tmp_path / "p.zip"])


# -- rosters --------------------------------------------------------------------------


def test_two_students_of_one_name_are_nobody():
    roster = Roster(
        [{"student": "a", "name": "Li Wei"}, {"student": "b", "name": "Li Wei"}]
    )

    assert roster.find([("name", "Li Wei")]) == ""
    assert roster.find([("student", "A")]) == "a"


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


# -- the exchange ---------------------------------------------------------------------


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


def test_the_tree_is_json_safe(intake, course):
    hand_in(course, "ada", numbers=NOTEBOOK)
    (one,) = intake.from_tree().submissions

    assert json.loads(json.dumps(one.to_dict()))["student"] == "ada"
