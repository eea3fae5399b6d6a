"""Nothing written down is lost, wherever the writer was stopped."""

import errno
import os

import pytest

from grading.engine.results.journal import Journal
from grading.engine.storage.append_log import AppendLog, LogError
from grading.engine.storage.lock import Busy, only_one
from grading.engine.storage.store import Store
from grading.judge.exam import Outcome, Verdict


def values(path):
    with AppendLog(path) as log:
        return [value for _, value in log.lines()]


def test_what_was_appended_is_read(tmp_path):
    with AppendLog(tmp_path / "l") as log:
        offsets = [log.append({"n": n, "text": "é\n"}) for n in range(3)]
        assert log.at(offsets[1]) == {"n": 1, "text": "é\n"}

    assert [value["n"] for value in values(tmp_path / "l")] == [0, 1, 2]


def test_cut_anywhere_only_the_torn_line_is_lost(tmp_path):
    path = tmp_path / "l"
    with AppendLog(path) as log:
        ends = []
        for n in range(3):
            log.append({"n": n})
            ends.append(path.stat().st_size)
    data = path.read_bytes()
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        whole = sum(end <= cut for end in ends)
        assert [value["n"] for value in values(path)] == list(range(whole))
        with AppendLog(path) as log:
            list(log.lines())
            log.append({"n": "new"})
        assert [value["n"] for value in values(path)] == [*range(whole), "new"]


def test_a_damaged_line_in_between_is_skipped_and_counted(tmp_path):
    path = tmp_path / "l"
    with AppendLog(path) as log:
        for n in range(3):
            log.append({"n": n})
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    with AppendLog(path) as log:
        assert [value["n"] for _, value in log.lines()] == [0, 2]
        assert log.damaged == 1


def test_a_full_disk_is_a_sentence_and_leaves_no_half_line(tmp_path, monkeypatch):
    path = tmp_path / "l"
    write = os.write

    def full(descriptor, data):
        if len(data) > 5:
            return write(descriptor, data[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    with AppendLog(path) as log:
        log.append({"n": 0})
        size = path.stat().st_size
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(LogError, match=r"No space left.*run the same command"):
            log.append({"n": 1})
    assert path.stat().st_size == size


def test_a_reader_leaves_a_torn_line_to_its_writer(tmp_path):
    path = tmp_path / "l"
    path.write_bytes(b"half a li")
    log = AppendLog(path, writable=False)

    assert list(log.lines()) == []
    assert path.read_bytes() == b"half a li"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(LogError, match="cannot be written"):
        AppendLog(tmp_path / "file" / "l")


def test_the_journal_finds_verdicts_again(tmp_path):
    verdict = Verdict("e", (Outcome("t", 1.0, 0.0, "failed", "no"),))
    journal = Journal(tmp_path / "j")
    journal.add("k", verdict, {"t": 0.5})
    journal.add_record("ada", "knn", key="k")
    journal.close()

    again = Journal(tmp_path / "j")
    assert again.verdict("k") == verdict
    assert again.seconds("k") == {"t": 0.5}
    assert again.verdict("other") is None
    assert again.record("ada", "knn")["key"] == "k"
    again.close()


def test_a_second_coordinator_is_refused_politely(tmp_path):
    with only_one(tmp_path / "lock"):
        second = only_one(tmp_path / "lock")
        with pytest.raises(Busy, match=rf"graded by process {os.getpid()}\. Wait"):
            second.__enter__()
    with only_one(tmp_path / "lock"):
        pass


def test_the_store_notices_a_change(tmp_path):
    store = Store(tmp_path)
    digest = store.put(b"answer")
    assert store.put(b"answer") == digest
    assert store.get(digest) == b"answer"
    store.path(digest).chmod(0o600)
    store.path(digest).write_bytes(b"other")

    with pytest.raises(LookupError, match="was changed"):
        store.get(digest)
