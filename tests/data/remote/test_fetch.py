"""Fetching survives bad networks and bad disks, and says what to do."""

import concurrent.futures
import errno
import os
import subprocess
import sys

import pytest
from fetching import (
    CONTENT,
    GOOD,
    QUICK,
    closed_port,
    leftovers,
    one_file,
    sha256,
    starts,
    zipped,
)

from cs231n.data import DatasetError
from cs231n.data.fetch import RECORDS, fetch, verify
from cs231n.data.remote import download as download_module
from cs231n.data.remote import unpack as unpack_module
from cs231n.data.remote.registry import read_registry

# What goes right.


def test_a_file_comes_whole_and_verifies(mirror, tmp_path):
    registry = one_file(mirror.url)
    assert fetch("set", home=tmp_path, registry=registry) == [tmp_path / "a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert leftovers(tmp_path) == ["a.bin"]
    assert verify("set", home=tmp_path, registry=registry) == []


def test_what_is_there_is_not_fetched_again_unless_forced(mirror, tmp_path):
    registry = one_file(mirror.url)
    for force, requests in ((False, 1), (False, 1), (True, 2)):
        fetch("set", home=tmp_path, registry=registry, force=force)
        assert len(mirror.requests) == requests


def test_verify_sees_a_changed_and_a_missing_file(mirror, tmp_path):
    registry = one_file(mirror.url)
    fetch("set", home=tmp_path, registry=registry)
    (tmp_path / "a.bin").write_bytes(CONTENT[:-1] + b"?")
    assert "has changed" in verify("set", home=tmp_path, registry=registry)[0]
    (tmp_path / "a.bin").unlink()
    assert "is not there" in verify("set", home=tmp_path, registry=registry)[0]


def test_without_a_published_sum_the_first_one_is_held_to(mirror, tmp_path):
    registry = one_file(mirror.url, sha256=None)
    fetch("set", home=tmp_path, registry=registry)
    mirror.files["a.bin"] = CONTENT[::-1]
    with pytest.raises(DatasetError, match="another SHA-256"):
        fetch("set", home=tmp_path, registry=registry, force=True)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_mirror_steps_in(mirror, tmp_path):
    registry = one_file(closed_port(), f"{mirror.url}/nowhere", mirror.url)
    fetch("set", home=tmp_path, registry=registry, timeout=QUICK)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_the_chosen_mirror_comes_first(monkeypatch):
    monkeypatch.setenv("CS231N_MIRROR", "http://127.0.0.1:9/data/")
    for dataset in read_registry().values():
        for file in dataset.files:
            assert file.urls[0] == f"http://127.0.0.1:9/data/{file.name}"
            assert len(file.urls) >= 2


# What goes wrong on the network.


def test_a_refused_connection_says_what_to_do(tmp_path):
    registry = one_file(closed_port())
    with pytest.raises(DatasetError) as error:
        fetch("set", home=tmp_path, registry=registry, timeout=QUICK)
    for words in ("no connection", "Check the network", str(tmp_path)):
        assert words in str(error.value)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("day", "words"), [("gone", "404 Not Found"), ("broken", "500")]
)
def test_a_bad_answer_is_told(mirror, tmp_path, day, words):
    mirror.days["a.bin"] = [day]
    with pytest.raises(DatasetError, match=words):
        fetch("set", home=tmp_path, registry=one_file(mirror.url))
    assert leftovers(tmp_path) == []


def test_slow_is_not_stalled(mirror, tmp_path):
    mirror.days["a.bin"] = ["slow"]
    fetch("set", home=tmp_path, registry=one_file(mirror.url), timeout=QUICK)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_stalled_server_is_given_up_and_asked_for_the_rest(mirror, tmp_path):
    mirror.days["a.bin"] = ["stall"]
    fetch("set", home=tmp_path, registry=one_file(mirror.url), timeout=QUICK)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    first, second = starts(mirror)
    assert first == 0 < second <= 150_000


def test_a_cut_download_goes_on_where_it_stopped(mirror, tmp_path):
    mirror.days["a.bin"] = [100_000, 60_000]
    fetch("set", home=tmp_path, registry=one_file(mirror.url))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    first, second, third = starts(mirror)
    assert first == 0 < second <= 100_000 < third <= 160_000


def test_a_download_cut_for_good_goes_on_at_the_next_run(mirror, tmp_path):
    mirror.days["a.bin"] = [100_000, 50_000, 10]
    with pytest.raises(DatasetError, match="broke off"):
        fetch("set", home=tmp_path, registry=one_file(mirror.url))
    assert not (tmp_path / "a.bin").exists()
    fetch("set", home=tmp_path, registry=one_file(mirror.url))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert starts(mirror)[-1] > 100_000


@pytest.mark.parametrize("beginning", [CONTENT, CONTENT + b"more", b"other" * 10])
def test_a_strange_beginning_does_no_harm(mirror, tmp_path, beginning):
    (tmp_path / RECORDS).mkdir()
    (tmp_path / RECORDS / "a.bin.part").write_bytes(beginning)
    registry = one_file(mirror.url, mirror.url)
    fetch("set", home=tmp_path, registry=registry)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_wrong_checksum_installs_nothing(mirror, tmp_path):
    mirror.files["a.bin"] = b"another file"
    with pytest.raises(DatasetError, match="another SHA-256"):
        fetch("set", home=tmp_path, registry=one_file(mirror.url))
    assert leftovers(tmp_path) == []


def test_two_processes_at_once_fetch_once(mirror, tmp_path):
    mirror.days["a.bin"] = ["slow", "slow"]
    program = (
        "import sys; from cs231n.data.fetch import fetch;"
        "from cs231n.data.remote.registry import Dataset, RemoteFile;"
        "url, home, sum = sys.argv[1:];"
        "file = RemoteFile('a.bin', (url,), sum);"
        "fetch('set', home=home, registry={'set': Dataset('set', '', '', (file,))})"
    )
    command = [sys.executable, "-c", program, f"{mirror.url}/a.bin", str(tmp_path)]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(subprocess.run, [*command, sha256(CONTENT)], check=True)
            for _ in range(2)
        ]
        for run in runs:
            run.result(timeout=300)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert len(mirror.requests) == 1


# What goes wrong on the disk.


def test_a_full_disk_is_seen_before_the_download(mirror, tmp_path):
    with pytest.raises(DatasetError, match="Make room"):
        fetch("set", home=tmp_path, registry=one_file(mirror.url, bytes=10**18))
    assert mirror.requests == []


def test_a_disk_that_fills_up_leaves_nothing_final(mirror, monkeypatch, tmp_path):
    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))

    monkeypatch.setattr(download_module.ResumingDownloader, "_append", full)
    with pytest.raises(DatasetError, match=r"No space left.*CS231N_DATA"):
        fetch("set", home=tmp_path, registry=one_file(mirror.url))
    assert leftovers(tmp_path) == []


def test_a_disk_that_fills_up_while_unpacking_leaves_nothing(
    mirror, monkeypatch, tmp_path
):
    content = mirror.files["s.zip"] = zipped(GOOD)
    registry = one_file(mirror.url, name="s.zip", content=content, unpacks="set")

    def full(reader, writer):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(unpack_module.shutil, "copyfileobj", full)
        with pytest.raises(DatasetError, match=r"No space left.*CS231N_DATA"):
            fetch("set", home=tmp_path, registry=registry)
    assert [p.name for p in tmp_path.iterdir()] == [RECORDS]
    fetch("set", home=tmp_path, registry=registry)  # with what was downloaded before
    assert leftovers(tmp_path) == ["set/b/one.txt", "set/two.txt"]
    assert len(mirror.requests) == 1


def test_what_a_killed_process_left_is_removed(mirror, tmp_path):
    content = mirror.files["s.zip"] = zipped(GOOD)
    registry = one_file(mirror.url, name="s.zip", content=content, unpacks="set")
    (tmp_path / ".set-a1b2c3" / "set").mkdir(parents=True)
    (tmp_path / ".set-a1b2c3" / "set" / "half.txt").write_bytes(b"?")
    fetch("set", home=tmp_path, registry=registry)
    assert leftovers(tmp_path) == ["set/b/one.txt", "set/two.txt"]


@pytest.mark.skipif(os.name == "nt", reason="limits of file size are POSIX")
def test_a_limit_of_the_system_is_told_in_a_sentence(mirror, tmp_path):
    program = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
        "import sys; from cs231n.data.fetch import main; sys.exit(main(['squeezenet']))"
    )
    mirror.files["compressed_SqueezeNet.net"] = bytes(675763)
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "CS231N_DATA": str(tmp_path),
            "CS231N_MIRROR": mirror.url,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "File too large" in result.stderr
    assert not (tmp_path / "compressed_SqueezeNet.net").exists()


def test_a_home_that_cannot_be_written_is_told(mirror, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"Cannot write.*CS231N_DATA"):
        fetch("set", home=tmp_path / "file" / "home", registry=one_file(mirror.url))


@pytest.mark.unprivileged
@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="the administrator may write anywhere"
)
def test_a_read_only_home_is_told(mirror, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DatasetError, match=r"Permission denied.*CS231N_DATA"):
            fetch("set", home=tmp_path, registry=one_file(mirror.url))
    finally:
        tmp_path.chmod(0o700)
