"""Whatever text crosses a boundary has a cap, in every kind of message there is."""

import ast
import contextlib
import inspect
import socket
import threading
import time
from dataclasses import fields
from types import SimpleNamespace

import pytest

from grading.judge import judge, student
from grading.judge.exam import (
    MAX_FLAG,
    MAX_FLAGS,
    MAX_MESSAGE,
    MAX_OUTPUT,
    Outcome,
    Verdict,
    cut,
)
from grading.judge.protocol.channel import Channel, ChannelError
from grading.judge.protocol.shared import Shared
from grading.judge.remote_calls import Lost, RemoteCalls
from grading.judge.student_session import said

LONG = "swordfish " * 2_500_000  # 25 MB
#: What a student's process may say, with a long text wherever one fits.
FORGED = {
    "value": [
        ("value", 1, LONG),
        ("value", LONG, ""),
        ("value", 1, 2),
        ("value", 1, [LONG]),
    ],
    "error": [
        ("error", ["ValueError"], (LONG,), LONG, ""),
        ("error", [LONG], (), LONG, ""),
        ("error", ["KeyError"] * 100_000, (1,), LONG, LONG),
        ("error", ["OSError"], (1, LONG, 2, 3, 4, 5, 6), LONG, ""),
        ("error", LONG, LONG, LONG, LONG),
        ("error", ["ValueError"], (["x"] * 1000,), ["x"] * 1000, ""),
    ],
    "refused": [
        ("refused", LONG, LONG),
        ("refused", [LONG], ""),
        ("refused", {"a": LONG}, ""),
    ],
    "back": [("back", 0, LONG, (), {}), ("back", LONG, None, (), {})],
    LONG: [(LONG, LONG, LONG)],
}
#: Kinds of messages of the tester to the judge, and what of them is text.
TOLD = {
    "student": (),
    "lost": ("status",),
    "broken": ("name", "why"),
    "answer": ("name", "how", "why"),
    "loads": ("name", "patient"),
    "test": ("name",),
    "loaded": (),
    "outcome": ("outcome",),
}


def test_every_kind_of_a_student_is_tried():
    """The kinds are read from the source: a new one has to be tried here too."""
    tree = ast.parse(inspect.getsource(student._Student))
    found = {
        node.elts[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple)
        and node.elts
        and isinstance(node.elts[0], ast.Constant)
        and isinstance(node.elts[0].value, str)
    }
    assert found == set(FORGED) - {LONG}


@pytest.mark.parametrize(
    "message",
    [message for kind in FORGED.values() for message in kind],
    ids=[f"{kind[:7]}-{n}" for kind in FORGED for n in range(len(FORGED[kind]))],
)
def test_a_forged_message_says_little(message):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        forger = threading.Thread(target=_forge, args=(theirs, message))
        forger.start()
        clock = SimpleNamespace(
            deadline=lambda one_call: time.monotonic() + 60, late=lambda: "late"
        )
        remote = RemoteCalls(Channel(ours), clock, lambda name: [])
        try:
            remote.ask("seed", 1)
            text = ""
        except Lost as lost:
            text = lost.message + str(lost)
        except Exception as error:
            text = str(error) + said(error) + type(error).__name__
        ours.close()
        forger.join()

    assert len(text) <= 3 * MAX_MESSAGE
    assert sum(map(len, remote.printed)) <= 1 << 20


def _forge(sock, message):
    channel = Channel(sock, follows=True)
    references = student._References(SimpleNamespace(names={}))
    shared = Shared(references, 1, watch=True)
    with contextlib.suppress(ChannelError), sock:
        channel.receive()
        channel.send(*shared.pack(message))


def test_every_kind_of_the_tester_is_known():
    assert set(TOLD) == set(judge._MESSAGES)


def test_an_outcome_has_no_long_text():
    texts = {one.name for one in fields(Outcome) if one.type in (str, "str")}
    assert texts == {"name", "status", "message", "output"}  # two are the exam's
    found = Outcome("a", 1.0, 0.0, "failed", LONG, LONG)

    assert len(found.message) == MAX_MESSAGE
    assert len(found.output) == MAX_OUTPUT
    assert found.message.endswith("...")


def test_a_verdict_has_no_long_text():
    assert [one.name for one in fields(Verdict)] == [
        *("exam", "outcomes", "answers", "flags", "isolation")
    ]
    outcome = Outcome("a", 1.0, 0.0, "failed", LONG, LONG)
    flags = tuple(f"{number} {LONG}" for number in range(100))
    found = Verdict("x", (outcome,), {"a": LONG}, flags + flags)

    assert len(found.answers["a"]) == MAX_MESSAGE
    assert len(found.flags) == MAX_FLAGS
    assert max(map(len, found.flags)) == MAX_FLAG
    assert found.flags[-1] == "And more: 101 flags."
    assert Verdict.from_json(found.to_json()) == found
    assert len(found.to_json()) < MAX_OUTPUT + 2 * MAX_MESSAGE + MAX_FLAG * MAX_FLAGS


def test_cutting_twice_changes_nothing():
    for length in (9, 10, 11, 1000):
        once = cut("x" * length, 10)
        assert len(once) <= 10
        assert cut(once, 10) == once
    assert cut("short", 10) == "short"
