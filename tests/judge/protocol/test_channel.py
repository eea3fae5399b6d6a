"""Frames arrive as they were sent, or not at all, and in time."""

import contextlib
import socket
import threading
import time

import numpy as np
import pytest

from grading.judge.protocol.channel import Channel, Gone, Late, Refused


@pytest.fixture
def pair():
    """A tester's channel, a student's, and their sockets."""
    near, far = socket.socketpair()
    with near, far:
        tester = Channel(near, text_bytes=1000, buffer_bytes=1 << 24, buffers=50)
        yield tester, Channel(far, follows=True), near, far


def test_a_frame_goes_there_and_back(pair):
    tester, student, *_ = pair
    x = np.arange(100_000.0)
    tester.begin()

    sender = threading.Thread(target=tester.send, args=(b"hello", [x, b"", b"abc"]))
    sender.start()
    text, buffers = student.receive()
    sender.join()
    student.send(text + b"!")

    assert bytes(text) == b"hello"
    assert buffers[0].view(float).tolist() == x.tolist()
    assert [bytes(buffer) for buffer in buffers[1:]] == [b"", b"abc"]
    assert tester.receive()[0] == b"hello!"


def exchange(tester, student):
    tester.begin()
    tester.send(b"question")
    student.receive()


def test_it_knows_when_the_other_side_is_gone(pair):
    tester, student, _, far = pair
    assert not tester.is_closed
    exchange(tester, student)
    student.send(b"last words")
    far.close()

    assert not tester.is_closed  # there is something to read
    assert tester.receive()[0] == b"last words"
    assert tester.is_closed


def test_bytes_between_frames_are_skipped_and_counted(pair):
    tester, student, _, far = pair
    exchange(tester, student)
    far.sendall(b"noise\x93cs231n\nnoise")
    student.send(b"answer")

    assert tester.receive()[0] == b"answer"
    assert tester.noise == len(b"noise\x93cs231n\nnoise")


def test_a_replayed_frame_is_skipped(pair):
    tester, student, near, far = pair
    exchange(tester, student)
    student.send(b"old")
    frame = near.recv(1000, socket.MSG_PEEK)
    tester.receive()
    student.end()
    exchange(tester, student)
    far.sendall(frame + frame)
    student.send(b"new")

    assert tester.receive()[0] == b"new"
    assert tester.noise == 2 * len(frame)


def test_a_flood_is_refused(pair):
    tester, student, near, far = pair
    exchange(tester, student)
    flood = threading.Thread(target=_pour, args=(far, bytes(2 << 20)))
    flood.start()
    with pytest.raises(Refused, match="flood"):
        tester.receive()
    near.shutdown(socket.SHUT_RDWR)
    flood.join()


def _pour(sock, flood):
    with contextlib.suppress(OSError):
        sock.sendall(flood)


@pytest.mark.parametrize(
    ("text", "buffers", "what"),
    [
        (b"x" * 1001, [], "text"),
        (b"", [b""] * 51, "arrays"),
        (b"", [b"0" * (1 << 25)], "size"),
    ],
)
def test_too_much_is_refused(pair, text, buffers, what):
    tester, student, near, _ = pair
    exchange(tester, student)
    sender = threading.Thread(target=_send, args=(student, text, buffers))
    sender.start()
    with pytest.raises(Refused, match=f"{what} is"):
        tester.receive()
    near.shutdown(socket.SHUT_RDWR)
    sender.join()


def _send(channel, text, buffers):
    with contextlib.suppress(Gone):
        channel.send(text, buffers)


def test_waiting_ends_at_the_deadline(pair):
    tester, student, _, far = pair
    exchange(tester, student)
    tester.deadline = time.monotonic() + 0.05

    far.sendall(b"\x93cs")  # a beginning does not help
    with pytest.raises(Late):
        tester.receive()


def test_a_side_that_is_gone_is_noticed(pair):
    tester, student, _, far = pair
    exchange(tester, student)
    far.close()
    with pytest.raises(Gone):
        tester.receive()
    with pytest.raises(Gone):
        tester.send(b"anybody?")
