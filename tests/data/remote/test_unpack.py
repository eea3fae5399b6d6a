"""Archives become their folder, or are refused."""

import tarfile

import pytest
from fetching import CONTENT, GOOD, leftovers, one_file, tar_gz, zipped

from cs231n.data import DatasetError
from cs231n.data.fetch import RECORDS, fetch, verify


@pytest.mark.parametrize(("name", "pack"), [("s.tar.gz", tar_gz), ("s.zip", zipped)])
def test_an_archive_becomes_its_folder(mirror, tmp_path, name, pack):
    content = mirror.files[name] = pack(GOOD)
    registry = one_file(mirror.url, name=name, content=content, unpacks="set")
    fetch("set", home=tmp_path, registry=registry)
    assert leftovers(tmp_path) == ["set/b/one.txt", "set/two.txt"]
    assert verify("set", home=tmp_path, registry=registry) == []
    (tmp_path / "set" / "two.txt").write_bytes(b"?")
    assert len(verify("set", home=tmp_path, registry=registry)) == 1
    fetch("set", home=tmp_path, registry=registry, force=True)
    assert (tmp_path / "set" / "two.txt").read_bytes() == b"22"
    assert [p.name for p in tmp_path.iterdir() if p.name != RECORDS] == ["set"]


ESCAPES = {
    "parent": {"set/../../evil.txt": b"!"},
    "absolute": {"/tmp/evil.txt": b"!"},
    "another folder": {"evil.txt": b"!"},
    "backslash": {"set\\..\\..\\evil.txt": b"!"},
    "drive": {"set/c:/evil.txt": b"!"},
}
LINKS = {
    "symbolic link": {"set/link": (tarfile.SYMTYPE, "/etc/passwd")},
    "hard link": {"set/link": (tarfile.LNKTYPE, "../../evil.txt")},
    "device": {"set/device": (tarfile.CHRTYPE, "")},
}


@pytest.mark.parametrize(
    ("name", "content"),
    [(f"{k}.tar.gz", tar_gz({**GOOD, **v})) for k, v in {**ESCAPES, **LINKS}.items()]
    + [(f"{k}.zip", zipped({**GOOD, **v})) for k, v in ESCAPES.items()],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_archive_that_escapes_its_folder_is_refused(mirror, tmp_path, name, content):
    name = name.replace(" ", "-")
    mirror.files[name] = content
    home = tmp_path / "a" / "home"
    registry = one_file(mirror.url, name=name, content=content, unpacks="set")
    with pytest.raises(DatasetError, match=r"not a plain file inside 'set'"):
        fetch("set", home=home, registry=registry)
    assert not list(tmp_path.rglob("evil*"))
    assert [p.name for p in home.iterdir()] == [RECORDS]


@pytest.mark.parametrize("name", ["set.tar.gz", "set.zip"])
@pytest.mark.parametrize("content", [b"no archive", None])
def test_a_damaged_archive_is_refused(mirror, tmp_path, name, content):
    whole = (tar_gz if name.endswith("gz") else zipped)({"set/a": CONTENT})
    content = mirror.files[name] = content or whole[:-2000]
    registry = one_file(mirror.url, name=name, content=content, unpacks="set")
    with pytest.raises(DatasetError, match="damaged"):
        fetch("set", home=tmp_path, registry=registry)
    assert not (tmp_path / "set").exists()


def test_an_archive_of_something_else_is_refused(mirror, tmp_path):
    content = mirror.files["set.zip"] = zipped({})
    registry = one_file(mirror.url, name="set.zip", content=content, unpacks="set")
    with pytest.raises(DatasetError, match="no folder 'set'"):
        fetch("set", home=tmp_path, registry=registry)
