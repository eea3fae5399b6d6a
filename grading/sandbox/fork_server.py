"""Where the processes that run student code come from.

A fork server starts one zygote, which loads the packages once and then forks a child
in a few milliseconds. A child shares nothing with anybody but one socket.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from os import PathLike
from typing import Any

from grading.sandbox import landlock, levels
from grading.sandbox.child import Child, listen
from grading.sandbox.levels import (
    LEVELS,
    WITH_SPACES,
    IsolationError,
    OverloadError,
    PreloadError,
)
from grading.sandbox.limits import Limits
from grading.sandbox.order import BIRTH, Order, busy
from grading.sandbox.readable_paths import paths_of_python

#: What nearly every notebook imports.
PRELOAD = ("numpy", "matplotlib.pyplot", "cs231n.layers", "cs231n.testing")
_START = 120.0  # seconds for loading the packages


class ForkServer:
    """A zygote that forks isolated children; one for each judging process.

    Parameters
    ----------
    isolation : str, optional
        "strongest" takes the first of "bubblewrap", "namespaces" and "landlock" that
        this machine can do; a name asks for that level; "none" is for trusted answers.
    preload : iterable of str, optional
        Modules to load before any student's code is there.
    readable : iterable of path, optional
        Files and folders that children may read besides Python and these modules.
    hidden : iterable of path, optional
        Files and folders that they may not.

    Attributes
    ----------
    level : str
        What the children really get.

    Raises
    ------
    IsolationError
        If the machine cannot do what was asked, or is too busy to say so; it is
        never less.
    """

    def __init__(
        self,
        isolation: str = "strongest",
        preload: Iterable[str] = PRELOAD,
        readable: Iterable[str | PathLike] = (),
        hidden: Iterable[str | PathLike] = (),
    ) -> None:
        if isolation not in ("strongest", *LEVELS):
            raise ValueError(
                f"Isolation must be one of {', '.join(('strongest', *LEVELS))}; "
                f"got {isolation!r}."
            )
        self._preload = tuple(preload)
        self._paths = paths_of_python(self._preload, readable, hidden)
        self.level = ""
        self._zygote: Any = None
        if isolation == "strongest":
            self._climb()
        else:
            self._start(isolation)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def child(self, main: str, limits: Limits | None = None) -> Child:
        """Fork a child, isolate it, and call a function in it.

        Parameters
        ----------
        main : str
            "package.module:function" of trusted code; called with the child's end of
            the socket. When it returns, the child ends.
        limits : Limits, optional
            What the child may use, with all that it starts.

        Returns
        -------
        child : Child
            Isolated already; `main` is about to run.

        Raises
        ------
        IsolationError
            If the child could not be isolated, or `main` not be found.
        """
        return self.order(main, limits).child()

    def order(self, main: str, limits: Limits | None = None) -> "Order":
        """Ask for a child, and do something else until it is there.

        Parameters
        ----------
        main, limits
            As for :meth:`child`.

        Returns
        -------
        order : Order
            Waits for it when asked to.
        """
        request = {"main": main, "limits": asdict(limits or Limits())}
        channel, theirs = socket.socketpair()
        hear, tell = _messages()
        with theirs, tell:
            try:
                self._zygote.send(request, [theirs.fileno(), tell.fileno()])
            except OSError:
                tell.send(b"{}")  # which says as much as no answer
        return Order(channel, hear, self.level)

    def close(self) -> None:
        """End the zygote and every child at once."""
        if self._zygote:
            self._zygote.close()
        self._zygote = None

    def _climb(self):
        """Take the strongest level that works."""
        reasons = []
        for level in LEVELS[:-1]:
            try:
                return self._start(level)
            except (OverloadError, PreloadError):  # a lower level is no remedy
                raise
            except IsolationError as error:
                reasons.append(str(error))
        raise IsolationError(
            "This machine offers no isolation for student code. " + " ".join(reasons)
        )

    def _start(self, level):
        lacking = levels.missing(level) or levels.misplaced(self._paths)
        if lacking:
            raise IsolationError(f"No isolation by {level} here: {lacking}")
        self.level = level
        self._zygote = _Zygote(level, self._paths, self._preload)
        try:
            with self.child("grading.sandbox.supervisor:rest") as child:
                ending = child.ending(BIRTH)
                if ending == "running":
                    raise busy(level, ending)
                if ending != "exit 0":
                    raise IsolationError(
                        f"A child on the level {level} did not end well: {ending}."
                    )
        except IsolationError:
            self.close()
            raise


class _Zygote:
    """The zygote as seen from the judge."""

    def __init__(self, level, paths, preload):
        self.handle = self.folder = None
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (`close` closes it)
        self.control, theirs = _messages()
        with theirs:
            self.process = subprocess.Popen(
                levels.command(level, paths, theirs.fileno()),
                pass_fds=(theirs.fileno(),),
                env=levels.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.log,
                cwd="/",
                start_new_session=True,
            )
        try:
            self._greet(level, paths, preload)
        except BaseException:
            self.close()
            raise

    def send(self, request, sockets):
        socket.send_fds(self.control, [json.dumps(request).encode()], sockets)

    def close(self):
        self.control.close()
        if self.handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            os.close(self.handle)
        else:
            self.process.kill()
        self.process.wait()
        self.log.close()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _greet(self, level, paths, preload):
        spaces = level in WITH_SPACES
        settings = {
            "spaces": spaces,
            "locked": level != "none",
            "fence": landlock.version() > 0,
            "readable": paths.readable,
            "links": paths.links,
            "preload": preload,
        }
        judge = os.pidfd_open(os.getpid())
        try:
            with contextlib.suppress(OSError):  # it has ended; the log says why
                self.send(settings, [judge])
        finally:
            os.close(judge)
        words, handles = listen(self.control, _START)
        self.handle = handles[0] if handles else None
        if words.get("alive"):
            words, _ = listen(self.control, _START)
        if not words.get("ready"):
            if "late" in words:
                raise busy(level, words["late"])
            if "unloaded" in words:
                raise PreloadError(
                    f"Where student code runs ({level}), a module cannot be loaded: "
                    f"{words['unloaded']}."
                )
            reason = words.get("failed") or self._last_words()
            raise IsolationError(f"No isolation by {level} here: {reason}")
        self.folder = None if spaces else words["folder"]

    def _last_words(self):
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "the process that forks children did not start."


def _messages():
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
