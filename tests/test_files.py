"""Files that are there whole or not at all."""

import os
import sys

import pytest

from cs231n.files import write_whole


def test_the_bytes_are_there_and_nothing_else(tmp_path):
    target = tmp_path / "new" / "folder" / "a.bin"
    write_whole(target, memoryview(b"\0\r\n\xff"))

    assert target.read_bytes() == b"\0\r\n\xff"
    assert [path.name for path in target.parent.iterdir()] == ["a.bin"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
@pytest.mark.parametrize("mode", [0o644, 0o600, 0o400])
def test_permissions_are_those_asked_for(tmp_path, mode):
    before = os.umask(0o077)
    try:
        write_whole(tmp_path / "a", b"1", mode=mode)
        write_whole(tmp_path / "a", b"2", mode=mode)
    finally:
        os.umask(before)

    assert (tmp_path / "a").stat().st_mode & 0o777 == mode
    assert (tmp_path / "a").read_bytes() == b"2"


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch, step):
    write_whole(tmp_path / "a", b"old")

    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a", b"new")

    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1
