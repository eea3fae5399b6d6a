"""Frames: what crosses between two processes, bounded, numbered and on time.

A frame is a text and some buffers. Every exchange has a number drawn at random, every
frame of it a step, so a frame that was sent before, twice or by somebody else does not
fit; bytes between frames are skipped and counted.
"""

import secrets
import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grading.judge.protocol.pristine_numpy import np

if TYPE_CHECKING:
    from numpy import ndarray

#: mark, number of the exchange, step, length of the text, buffers, their bytes
_HEADER = struct.Struct("<8sQIIIQ")
_MARK = b"\x93cs231n\n"
_PREFIX = struct.Struct("<8sQI")
_MOST_VIEWS = 512  # buffers in one system call
_MOST_NOISE = 1 << 20
_READ_AHEAD = 1 << 16
#: How long one system call waits at most; then the deadline is looked at.
_PERIOD = struct.pack("@ll", 0, 100_000)  # s, us


class ChannelError(Exception):
    """The other side cannot be talked to any longer."""


class Gone(ChannelError):
    """The other side has closed its end: it ended or was killed."""


class Late(ChannelError):
    """The other side did not answer in time."""


class Refused(ChannelError):
    """What came is not a frame, or not one that is allowed."""


class Channel:
    """One end of a private line between two processes.

    Parameters
    ----------
    sock : socket.socket
        A connected stream socket.
    text_bytes : int
        Longest text that is received.
    buffer_bytes : int
        Most bytes of buffers that one received frame may have.
    buffers : int
        Most buffers that one received frame may have.
    follows : bool
        Take the number of an exchange from the first frame that arrives, as the side
        that only answers does.

    Attributes
    ----------
    deadline : float or None
        Time of ``time.monotonic`` after which waiting ends with :class:`Late`.
    noise : int
        Bytes skipped so far because they belonged to no frame.
    """

    def __init__(
        self,
        sock: socket.socket,
        *,
        text_bytes: int = 32 << 20,
        buffer_bytes: int = 512 << 20,
        buffers: int = 20_000,
        follows: bool = False,
    ) -> None:
        self._sock = sock
        sock.setblocking(True)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            sock.setsockopt(socket.SOL_SOCKET, option, _PERIOD)
        self._send_some, self._receive_some = sock.sendmsg, sock.recvmsg_into
        self._ahead = memoryview(bytearray(_READ_AHEAD))  # what was read too early
        self._first = self._last = 0  # where in it
        self._bounds = text_bytes, buffers, buffer_bytes
        self._follows = follows
        self._number = self._step = self._received = 0
        self.deadline: float | None = None
        self.noise = 0

    def begin(self) -> None:
        """Start an exchange under a new number."""
        self._number, self._step = secrets.randbits(64), 0
        self._received = 0

    def end(self) -> None:
        """Wait for another exchange to start."""
        self._step = 0

    def arrives(self, until: float) -> bool:
        """Wait for bytes, and leave them where they are.

        Parameters
        ----------
        until : float
            How long, as ``time.monotonic`` counts.

        Returns
        -------
        arrives : bool
            Whether there are some, or the other side is gone.
        """
        if self._first < self._last:
            return True
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return bool(poll.poll(1e3 * max(0.0, until - time.monotonic())))

    @property
    def is_closed(self) -> bool:
        """Whether the other side is gone, and has left nothing to read."""
        if self._first < self._last:
            return False
        try:
            return not self._sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def send(
        self, text: bytes, buffers: Sequence[bytes | bytearray | memoryview] = ()
    ) -> None:
        """Send one frame.

        Parameters
        ----------
        text : bytes
            Anything.
        buffers : sequence of bytes-like
            Contiguous; sent from where they lie.

        Raises
        ------
        ChannelError
            If the other side is gone or takes too long to read.
        """
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        sizes = struct.pack(f"<{len(views)}Q", *map(len, views))
        total = sum(map(len, views))
        header = _HEADER.pack(
            _MARK, self._number, self._step, len(text), len(views), total
        )
        self._step += 1
        self._send_all([memoryview(header + sizes + text), *views])

    def receive(self) -> "tuple[bytearray, list[ndarray]]":
        """Wait for the next frame of this exchange.

        Returns
        -------
        text : bytearray
            As sent.
        buffers : list of ndarray of uint8
            Fresh memory, one for each buffer sent.

        Raises
        ------
        ChannelError
            If the other side is gone or late, or the frame is not as allowed.
        """
        header = self._next_header()
        _, self._number, step, length, count, total = _HEADER.unpack(header)
        for name, found, most in zip(
            ("text", "arrays", "size"),
            (length, count, total),
            self._bounds,
            strict=True,
        ):
            if found > most:
                raise Refused(f"a value whose {name} is {found}; at most {most} can go")
        self._received += total
        if self._received > 2 * self._bounds[2] and not self._follows:
            raise Refused("more values than one call can be about")
        sizes = struct.unpack(f"<{count}Q", self._receive_exactly(8 * count))
        if sum(sizes) != total:
            raise Refused("a frame whose sizes do not add up")
        self._step = step + 1
        text = self._receive_exactly(length)
        return text, self._receive_buffers(sizes, total)

    def _receive_buffers(self, sizes, total):
        if total <= self._last - self._first and all(sizes):
            return [np.frombuffer(self._receive_exactly(n), np.uint8) for n in sizes]
        buffers = [np.empty(size, np.uint8) for size in sizes]
        self._fill([memoryview(buffer) for buffer in buffers])
        return buffers

    def _next_header(self):
        """Read a header, skipping what is none."""
        if self._follows and self._step == 0:
            expected = _MARK
        else:
            expected = _PREFIX.pack(_MARK, self._number, self._step)
        found = self._receive_exactly(_HEADER.size)
        skipped = 0
        while not found.startswith(expected):
            place = found.find(expected[:1], 1)
            drop = place if place > 0 else len(found)
            skipped += drop
            if skipped > _MOST_NOISE:
                raise Refused("a flood of bytes that are no frames")
            self.noise += drop
            found = found[drop:] + self._receive_exactly(drop)
        return found

    def _receive_exactly(self, size):
        if size <= self._last - self._first:
            self._first += size
            return bytearray(self._ahead[self._first - size : self._first])
        block = bytearray(size)
        self._fill([memoryview(block)])
        return block

    def _fill(self, views):
        """Fill some buffers with what was read already, then with what comes."""
        views = [view for view in reversed(views) if len(view)]
        while views and self._first < self._last:
            part = self._ahead[self._first : self._last][: len(views[-1])]
            views[-1][: len(part)] = part
            self._first += len(part)
            _advance(views, len(part))
        while views:
            count = self._wait(
                self._receive_some, [*views[:-_MOST_VIEWS:-1], self._ahead]
            )
            wanted = sum(map(len, views[:-_MOST_VIEWS:-1]))
            _advance(views, min(count, wanted))
            self._first, self._last = 0, max(count - wanted, 0)

    def _send_all(self, views):
        views = [view for view in reversed(views) if len(view)]
        while views:
            _advance(views, self._wait(self._send_some, views[:-_MOST_VIEWS:-1]))

    def _wait(self, call, views):
        """Let a system call move some bytes; return how many."""
        while True:
            try:
                moved = call(views)
            except BlockingIOError:  # nothing moved for a while
                if self.deadline is not None and time.monotonic() >= self.deadline:
                    raise Late("no answer in time") from None
                continue
            except OSError as error:
                raise Gone(f"the line is broken: {error.strerror}") from None
            count = moved if type(moved) is int else moved[0]
            if not count:
                raise Gone("the line is closed")
            if self.deadline is not None and time.monotonic() >= self.deadline:
                raise Late("no answer in time")
            return count


def _advance(views, count):
    """Take ``count`` bytes off a list of buffers, the last of which comes first."""
    while count:
        first = views.pop()
        if count < len(first):
            views.append(first[count:])
            return
        count -= len(first)
