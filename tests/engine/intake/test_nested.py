"""Links within submissions, and archives within archives."""

import io
import stat
import zipfile

import pytest

from tests.engine.intake.export_files import NOTEBOOK, archive, names
from tests.engine.small_course import hand_in


def zipped(members):
    """Make a zip of ``{name: bytes}``, or of ``(ZipInfo, bytes)`` pairs."""
    made = io.BytesIO()
    pairs = members.items() if isinstance(members, dict) else members
    with zipfile.ZipFile(made, "w") as file:
        for name, data in pairs:
            file.writestr(name, data)
    return made.getvalue()


def link(name):
    """Describe a symbolic link to a zip."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def taken(intake, tmp_path, data):
    """Take in what ada handed in as a zip, beside ben's notebook."""
    members = {"ada/hw.zip": data, "ben/numbers.ipynb": NOTEBOOK}
    collected = intake.from_archives([archive(tmp_path / "p.zip", members)])
    assert names(collected)["ben"] == ["numbers.ipynb"]
    (ada,) = (one for one in collected.submissions if one.student == "ada")
    return ada


def test_archives_in_archives_are_named_and_stay_closed(intake, tmp_path):
    data = zipped({"numbers.ipynb": NOTEBOOK})
    for depth in range(30):
        data = zipped({f"{depth}.zip": data})
    ada = taken(intake, tmp_path, data)

    assert ada.files == ()
    assert ada.flags == ("Left out '29.zip': no notebook.",)


def test_a_notebook_beside_an_inner_archive_counts(intake, tmp_path):
    inner = zipped({"words.ipynb": b"{}"})
    ada = taken(
        intake, tmp_path, zipped({"a.zip": inner, "deep/numbers.ipynb": NOTEBOOK})
    )

    assert [name for name, _ in ada.files] == ["numbers.ipynb"]
    assert ada.flags == ("Left out 'a.zip': no notebook.",)


def test_an_archive_under_a_notebooks_name_is_not_opened(intake, tmp_path, course):
    inner = zipped({"numbers.ipynb": NOTEBOOK})
    ada = taken(intake, tmp_path, zipped({"numbers.ipynb": inner}))

    assert [name for name, _ in ada.files] == ["numbers.ipynb"]  # read as it is


@pytest.mark.parametrize(
    "target", [b"/etc/passwd", b"../ben/numbers.ipynb", b"numbers.ipynb", b""]
)
def test_links_in_a_students_own_archive_are_no_files(intake, tmp_path, target):
    members = [(link("numbers.ipynb"), target), ("words.ipynb", NOTEBOOK)]
    ada = taken(intake, tmp_path, zipped(members))

    assert [name for name, _ in ada.files] == ["words.ipynb"]
    assert any("link" in flag for flag in ada.flags)


@pytest.mark.parametrize("name", ["../numbers.ipynb", "/numbers.ipynb", "C:\\n.ipynb"])
def test_paths_out_of_a_students_own_archive_lead_nowhere(
    course, intake, tmp_path, name
):
    taken(intake, tmp_path, zipped({name: b"evil"}))
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    evil = [path for path in written if path.read_bytes() == b"evil"]

    ada = course.submitted / "ada"
    assert all({ada, course.ledger} & set(path.parents) for path in evil), evil


def test_an_encrypted_member_is_left_out_alone(intake, tmp_path):
    data = bytearray(zipped({"numbers.ipynb": NOTEBOOK, "words.ipynb": NOTEBOOK}))
    for head, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(head) + flags] |= 1
    ada = taken(intake, tmp_path, bytes(data))

    assert [name for name, _ in ada.files] == ["words.ipynb"]
    assert len(ada.flags) == 1


@pytest.mark.parametrize("to", ["..", ".", "/etc", "../../ben/hw1", "nowhere"])
def test_a_link_to_a_folder_is_not_followed(course, intake, to):
    hand_in(course, "ben", words=NOTEBOOK)
    folder = hand_in(course, "ada", numbers=NOTEBOOK)
    (folder / "deep").symlink_to(to)
    collected = intake.from_tree()

    assert names(collected) == {"ada": ["numbers.ipynb"], "ben": ["words.ipynb"]}


def test_a_link_behind_a_link_is_not_followed(course, intake, tmp_path):
    (tmp_path / "real.ipynb").write_bytes(NOTEBOOK)
    folder = hand_in(course, "ada", words=NOTEBOOK)
    (folder / "a.ipynb").symlink_to(folder / "numbers.ipynb")
    (folder / "numbers.ipynb").symlink_to(tmp_path / "real.ipynb")
    (folder / "loop.ipynb").symlink_to(folder / "loop.ipynb")
    collected = intake.from_tree()

    assert names(collected) == {"ada": ["words.ipynb"]}
    (ada,) = collected.submissions
    assert all(
        any(name in flag for flag in ada.flags)
        for name in ("a.ipynb", "numbers.ipynb", "loop.ipynb")
    )
