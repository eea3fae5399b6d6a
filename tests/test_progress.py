"""Progress bars start no thread, stay off stderr, and everybody uses the same."""

import sys
import threading
import warnings

from cs231n.runs.progress import progress_bar
from tests.imports import imported, modules


def test_a_bar_works_where_no_thread_can_be_started(monkeypatch, capsys):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(progress_bar(range(3), delay=0)) == [0, 1, 2]
    shown = capsys.readouterr()
    assert "3/3" in shown.out
    assert shown.err == ""


def test_all_bars_of_the_package_are_this_one():
    users = {
        name
        for name, path in modules("cs231n").items()
        if any(wanted.partition(".")[0] == "tqdm" for wanted in imported(path))
    }
    assert users == {"cs231n.runs.progress"}
    assert sys.modules["cs231n.runs.progress"].progress_bar is progress_bar
