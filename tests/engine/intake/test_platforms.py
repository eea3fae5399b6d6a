"""Files named as platforms and people name them: each is somebody's, or is told."""

import io
import zipfile

import pytest

from grading.engine.intake.lms_export import IntakeError
from grading.engine.intake.roster import read_roster
from tests.engine.intake.export_files import NOTEBOOK, archive, names

BOTH = {"ada": ["numbers.ipynb"], "ben": ["numbers.ipynb"]}
TABLE = """student,name,sid,login,github,canvas_id,anonymous_id,moodle_id
ada,Ada Lovelace,11,lovelace_a,adal,501,1tJs2,901
ben,Ben Turing,12,tu,turing-b,502,Xy_Z9,902
"""


@pytest.fixture
def everybody(tmp_path):
    path = tmp_path / "all.csv"
    path.write_text(TABLE)
    return read_roster(path)


def collect(intake, tmp_path, files, roster=None):
    data = {
        name: NOTEBOOK if isinstance(files, list) else files[name] for name in files
    }
    return intake.from_archives([archive(tmp_path / "x.zip", data)], roster=roster)


@pytest.mark.parametrize("around", ["", "download/", "a/b/"])
@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("canvas", ["lovelaceada_501_71_numbers.ipynb", "x_502_72_numbers.ipynb"]),
        ("canvas", ["anon_1tJs2_71_numbers.ipynb", "LATE_anon_Xy_Z9_72_numbers.ipynb"]),
        (
            "moodle",
            [
                "Section 1-Ada Lovelace_7_assignsubmission_file_/numbers.ipynb",
                "Section 2-Ben Turing_8_assignsubmission_file/numbers.ipynb",
            ],
        ),
        (
            "moodle",
            [
                "Participant_901_assignsubmission_file/numbers.ipynb",
                "Participant_902_assignsubmission_file/numbers.ipynb",
            ],
        ),
        (
            "blackboard",
            [
                "HW_1_lovelace_a_attempt_2026-11-21-18-30-00.txt",
                "HW_1_lovelace_a_attempt_2026-11-21-18-30-00_numbers.ipynb",
                "HW_1_tu_attempt_2026-11-21-18-31-00_numbers.ipynb",
            ],
        ),
        (
            "brightspace",
            [
                "index.html",
                "397-25 - Ada Lovelace - Sep 24, 2026 926 PM/numbers.ipynb",
                "398-25 - Ben Turing- 24 September, 2026 926 PM/numbers.ipynb",
            ],
        ),
        (
            "google",
            ["Ada Lovelace - numbers.ipynb", "Ben Turing - numbers.ipynb"],
        ),
        (
            "github",
            [
                "hw1-submissions/hw1-adal/numbers.ipynb",
                "hw1-submissions/hw1-turing-b/numbers.ipynb",
            ],
        ),
        ("plain", ["11_numbers.ipynb", "12_numbers.ipynb"]),
        ("plain", ["ada-numbers.ipynb", "ben-numbers.ipynb"]),
        ("plain", ["numbers_ada.ipynb", "numbers-ben.ipynb"]),
        ("plain", ["ada/numbers.ipynb", "ben/deeper/numbers.ipynb"]),
        ("plain", ["Ada Lovelace/numbers.ipynb", "turingben_numbers.ipynb"]),
    ],
)
def test_every_platform_is_recognised(
    intake, everybody, tmp_path, around, source, files
):
    if source == "canvas" and "x_502" in files[1]:
        files = [*files]
    files = [around + name for name in files]
    collected = collect(intake, tmp_path, files, everybody)

    assert names(collected) == BOTH
    assert collected.problems == []
    assert {one.source for one in collected.submissions} == {source}
    flags = {flag for one in collected.submissions for flag in one.flags}
    assert flags <= {"Canvas marks it as late."}


@pytest.mark.parametrize(
    "files",
    [
        ["lovelaceada_501_71_hw1.zip", "turingben_LATE_502_72_hw1-1.zip"],
        ["anon_1tJs2_71_hw1.zip", "anon_Xy_Z9_72_hw1.zip"],
        [
            "Ada Lovelace_7_assignsubmission_file_/hw1.zip",
            "Section 2-Ben Turing_8_assignsubmission_file/hw1.zip",
        ],
        [
            "HW_1_lovelace_a_attempt_2026-11-21-18-30-00_hw1.zip",
            "HW_1_tu_attempt_2026-11-21-18-31-00_hw1.zip",
        ],
        [
            "397-25 - Ada Lovelace - Sep 24, 2026 926 PM/hw1.zip",
            "398-25 - Ben Turing- 24 September, 2026 926 PM/hw1.zip",
        ],
        ["Ada Lovelace - hw1.zip", "Ben Turing - hw1 (1).zip"],
        ["hw1-submissions/hw1-adal/hw1.zip", "hw1-submissions/hw1-turing-b/hw1.zip"],
        ["11_hw1.zip", "12_hw1.zip"],
        ["ada-hw1.zip", "Ben Turing-hw1.zip"],
        ["hw1_ada.zip", "hw1-ben.zip"],
        ["ada/hw1 (1).zip", "ben/hw1.zip"],
    ],
)
def test_a_students_zip_is_opened_under_every_platforms_name(
    intake, everybody, tmp_path, files
):
    handed_in = io.BytesIO()
    with zipfile.ZipFile(handed_in, "w") as file:
        file.writestr("hw1/numbers.ipynb", NOTEBOOK)
    members = dict.fromkeys(files, handed_in.getvalue())
    collected = collect(intake, tmp_path, members, everybody)

    assert (names(collected), collected.problems) == (BOTH, [])


@pytest.mark.parametrize(
    "files",
    [
        ["submitted/ada/numbers.ipynb", "submitted/ben/numbers.ipynb"],
        ["submitted/ada/hw1/numbers.ipynb", "submitted/ben/hw1/numbers.ipynb"],
        ["x/y/ada/numbers.ipynb", "x/y/ben/numbers.ipynb"],
        ["x/ada_numbers.ipynb", "x/ben_numbers.ipynb"],
        [
            "hw1-submissions/hw1-ada/numbers.ipynb",
            "hw1-submissions/hw1-ben/numbers.ipynb",
        ],
    ],
)
def test_a_folder_around_everything_is_no_student(intake, tmp_path, files):
    collected = collect(intake, tmp_path, files)

    assert (names(collected), collected.problems) == (BOTH, [])


@pytest.mark.parametrize(
    "files",
    [["ada/numbers.ipynb"], ["ada/hw1/numbers.ipynb"], ["submitted/ada/numbers.ipynb"]],
)
def test_an_archive_of_one_student(intake, tmp_path, files):
    assert names(collect(intake, tmp_path, files)) == {"ada": ["numbers.ipynb"]}


@pytest.mark.parametrize(
    "name",
    ["numbers (1).ipynb", "numbers_2.ipynb", "homework.zip", "hw1.zip", "hw1-1.zip"],
)
def test_nothing_without_a_name_disappears(intake, tmp_path, name):
    collected = collect(intake, tmp_path, ["ada_numbers.ipynb", name])

    assert names(collected) == {"ada": ["numbers.ipynb"]}
    assert collected.problems[0].startswith(f"Nobody's name is in {name!r}; not taken.")


def test_two_names_of_one_student_are_an_error(intake, everybody, tmp_path):
    files = [
        "397-25 - Ada Lovelace - Sep 24, 2026 926 PM/numbers.ipynb",
        "399-25 - Ada Lovelace - Sep 24, 2026 927 PM/numbers.ipynb",
        "398-25 - Ben Turing - Sep 24, 2026 926 PM/numbers.ipynb",
    ]
    collected = collect(intake, tmp_path, files, everybody)

    assert names(collected) == {"ben": ["numbers.ipynb"]}
    assert collected.problems == [
        "'Ada Lovelace (397-25)' and 'Ada Lovelace (399-25)' would both be 'ada'; "
        "nothing of theirs was taken. Tell them apart in the roster, or in the names "
        "of the files."
    ]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("lovelaceada_501_99_numbers.ipynb", "lovelaceada_501_71_numbers-1.ipynb"),
        ("lovelaceada_501_71_numbers-9.ipynb", "lovelaceada_501_99_numbers-10.ipynb"),
        (
            "HW_tu_attempt_2026-11-21-18-30-00_numbers.ipynb",
            "HW_tu_attempt_2026-11-22-08-30-00_numbers (1).ipynb",
        ),
        (
            "1-2 - Ben Turing - Sep 24, 2026 926 PM/numbers.ipynb",
            "1-2 - Ben Turing - Oct 2, 2026 1026 AM/numbers.ipynb",
        ),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_platforms_newest_attempt_counts(
    intake, everybody, tmp_path, older, newer, turned
):
    files = {older: b"{}", newer: NOTEBOOK}
    if turned:
        files = dict(reversed(files.items()))
    (one,) = collect(intake, tmp_path, files, everybody).submissions

    ((name, digest),) = one.files
    assert intake.store.get(digest) == NOTEBOOK
    assert newer.endswith(name)
    assert any("an older attempt than" in flag for flag in one.flags)


@pytest.mark.parametrize(
    "name",
    [
        "1-2 - Ben Turing - Sep 24, 2026 926 PM/numbers.ipynb",
        "Ben Turing - numbers.ipynb",
        "Section 2-Ben Turing_8_assignsubmission_file/numbers.ipynb",
    ],
)
def test_platforms_that_name_no_ids_want_a_roster(intake, tmp_path, name):
    with pytest.raises(IntakeError, match="--roster"):
        collect(intake, tmp_path, [name])
