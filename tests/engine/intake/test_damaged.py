"""A student's own zip whose directory lies or is damaged costs nobody else anything."""

import struct

import pytest

from tests.engine.intake.export_files import NOTEBOOK, archive
from tests.engine.intake.test_archives import own_archive

#: Where a field is in an entry of the directory, its format, and what stands there.
LIES = {
    "a version to come": (6, "<H", 99),
    "a password": (8, "<H", 1),
    "strong encryption": (8, "<H", 64),
    "patched data": (8, "<H", 32),
    "no known method": (10, "<H", 99),
    "bzip2 that is none": (10, "<H", 12),
    "lzma that is none": (10, "<H", 14),
    "another sum": (16, "<I", 1),
    "far too much packed": (20, "<I", 0xFFFFFFF0),
    "one byte": (24, "<I", 1),
    "four gigabytes": (24, "<I", 0xFFFFFFF0),
    "a name without end": (28, "<H", 0xFFFF),
    "an extra without end": (30, "<H", 0xFFFF),
    "a place behind the end": (42, "<I", 0xFFFFFFF0),
    "a place in another file": (42, "<I", 0xFFFFFFFF),
    "a place in a header": (42, "<I", 10),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_directory_that_lies_costs_nobody_else_a_file(intake, tmp_path, lie):
    place, form, value = LIES[lie]
    data = bytearray(own_archive([("numbers.ipynb", NOTEBOOK)]))
    struct.pack_into(form, data, data.rfind(b"PK\1\2") + place, value)
    files = {"ada/hw.zip": bytes(data), "ben/numbers.ipynb": NOTEBOOK}
    found = intake.from_archives([archive(tmp_path / "p.zip", files)]).submissions

    by_student = {one.student: one for one in found}
    (file,) = by_student["ben"].files
    assert intake.store.get(file[1]) == NOTEBOOK
    assert not by_student["ben"].flags
    kept = dict(by_student["ada"].files) if "ada" in by_student else {}
    assert all(intake.store.get(digest) in (NOTEBOOK, b"{") for digest in kept.values())
