"""Exports of platforms are read; archives that mean harm are refused."""

import io
import stat
import warnings
import zipfile

import pytest

from grading.engine.intake.archive import BadArchive
from grading.engine.intake.lms_export import IntakeError
from tests.engine.intake.export_files import NOTEBOOK, archive, names


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


def test_everybody_of_a_group_on_gradescope_has_the_files(
    course, intake, roster, tmp_path
):
    metadata = """
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '11'
  - :name: Stranger
    :sid: '99'
  - :name: Ben
    :sid: '12'
"""
    files = {
        "export/submission_metadata.yml": metadata,
        "export/submission_1/numbers.ipynb": NOTEBOOK,
    }
    path = archive(tmp_path / "g.zip", files)
    collected = intake.from_archives([path], roster=roster)

    assert names(collected) == {"ada": ["numbers.ipynb"], "ben": ["numbers.ipynb"]}
    assert collected.problems == ["Nobody in the roster is '99 Stranger'."]


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
        "Nobody's name is in 'knn.ipynb'; not taken. Call such files "
        "STUDENT_NOTEBOOK.ipynb, or put them into a folder STUDENT."
    ]


def test_a_platform_needs_one(intake, tmp_path):
    path = archive(tmp_path / "c.zip", {"a_1_2_numbers.ipynb": NOTEBOOK})

    with pytest.raises(IntakeError, match=r"export of Canvas.*--roster"):
        intake.from_archives([path])


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
    assert one.flags == ("Refused 'numbers.ipynb': it is a link.",)


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
    assert len(names(collected)["ben"]) == 2


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


def own_archive(files):
    """Make a student's own zip."""
    inner = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(inner, "w", 8) as file:
        warnings.simplefilter("ignore")  # about names that come twice
        for name, data in files:
            file.writestr(name, data)
    return inner.getvalue()


def collected(intake, tmp_path, data):
    """Take in what one student handed in as a zip."""
    path = archive(tmp_path / "p.zip", {"ada/hw.zip": data})
    (one,) = intake.from_archives([path]).submissions
    return one


def test_many_other_files_hide_no_notebook(intake, tmp_path):
    junk = [(f"a{n:05d}.txt", b"") for n in range(5000)]
    one = collected(
        intake, tmp_path, own_archive([*junk, ("hw/numbers.ipynb", NOTEBOOK)])
    )

    assert [name for name, _ in one.files] == ["numbers.ipynb"]
    (flag,) = one.flags
    assert flag.startswith("Left out 'a00000.txt', ")
    assert flag.endswith(" and 4995 more: no notebook.")


def test_many_other_notebooks_hide_none(intake, tmp_path):
    junk = [(f"a{n:05d}.ipynb", b"") for n in range(3000)]
    one = collected(
        intake, tmp_path, own_archive([*junk, ("hw/numbers.ipynb", NOTEBOOK)])
    )

    assert "numbers.ipynb" in [name for name, _ in one.files]
    assert len(one.files) == 200


def test_more_entries_than_are_read_are_a_sentence(intake, tmp_path):
    names = [(f"{'x' * 200}{n}.txt", b"") for n in range(9000)]
    one = collected(intake, tmp_path, own_archive(names))

    assert one.flags == ("'hw.zip' has too many entries to be read.",)


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"PK\5\6" + bytes(18), b"PK\5\6" + b"\xff" * 18, b"PK\3\4" * 99],
    ids=["empty", "cut", "nothing", "lies", "heads"],
)
def test_no_flag_has_an_objects_address(intake, tmp_path, data):
    one = collected(intake, tmp_path, data)

    assert one.files == ()
    assert not any("0x" in flag or "object" in flag for flag in one.flags)


def test_what_is_refused_for_its_size_is_not_expanded(intake, tmp_path, monkeypatch):
    """Bombs that are each just too large: none is read, and the notebook is."""
    expanded = 0
    read = zipfile.ZipExtFile.read

    def counted(self, most=-1):
        nonlocal expanded
        data = read(self, most)
        expanded += len(data)
        return data

    bombs = [(f"{n}.ipynb", bytes((64 << 20) + 1)) for n in range(3)]
    data = own_archive([*bombs, ("numbers.ipynb", NOTEBOOK)])
    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    one = collected(intake, tmp_path, data)

    assert [name for name, _ in one.files] == ["numbers.ipynb"]
    assert expanded < len(data) + len(NOTEBOOK) + 1


def test_a_header_that_lies_about_a_size_expands_no_further(intake, tmp_path):
    data = bytearray(own_archive([("numbers.ipynb", bytes(10 << 20))]))
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = data.rfind(mark) + place
        data[at : at + 4] = (100).to_bytes(4, "little")
    one = collected(intake, tmp_path, bytes(data))

    assert one.files == ()
    assert "it is damaged" in one.flags[0]


@pytest.mark.parametrize(
    "names",
    [
        ["numbers.ipynb", "hw/numbers.ipynb", "hw/./numbers.ipynb"],
        ["numbers.ipynb", "numbers.ipynb", "numbers.ipynb"],
    ],
)
def test_of_files_with_one_name_the_first_counts(intake, tmp_path, names):
    data = own_archive([(name, f"{n}".encode()) for n, name in enumerate(names)])
    one = collected(intake, tmp_path, data)

    assert intake.store.get(dict(one.files)["numbers.ipynb"]) == b"0"
    assert "a second file of that name" in one.flags[0]


def test_names_that_differ_in_case_are_two_files(intake, tmp_path):
    data = own_archive([("NUMBERS.ipynb", b"1"), ("numbers.ipynb", NOTEBOOK)])
    one = collected(intake, tmp_path, data)

    assert intake.store.get(dict(one.files)["numbers.ipynb"]) == NOTEBOOK


def test_a_million_entries_are_not_read(intake, tmp_path, monkeypatch):
    monkeypatch.setattr("grading.engine.intake.archive.MAX_ENTRIES", 10)
    path = archive(tmp_path / "p.zip", {f"a/{n}.ipynb": b"" for n in range(11)})

    with pytest.raises(BadArchive, match="more than 10 entries"):
        intake.from_archives([path])


def test_no_zip_is_a_sentence(intake, tmp_path):
    (tmp_path / "p.zip").write_bytes(b"no zip")

    with pytest.raises(BadArchive, match="no readable zip"):
        intake.from_archives([tmp_path / "p.zip"])
