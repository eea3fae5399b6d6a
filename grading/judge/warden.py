"""The process that starts one child, watches it from outside, and says how it ended."""

import contextlib
import importlib
import json
import os
import select
import shutil
import signal
import socket
import tempfile

from grading.judge import confine, kernel
from grading.judge.room import PRIVATE
from grading.judge.watch import Watch

#: Exit code of a child whose main function ran out of memory.
OUT_OF_MEMORY = 86
_EVERY = 20  # milliseconds between two looks
_BIRTH = 30_000  # milliseconds that isolating oneself may take


def attend(request, nursery, channel, report):
    """Start a child, watch it, report, and end with it.

    Parameters
    ----------
    request : dict
        "main": what to call, as "package.module:function"; "limits".
    nursery : dict
        "spaces", "locked", "fence", "readable", "capabilities"; see :mod:`warm`.
    channel : socket.socket
        The child's only way out.
    report : socket.socket
        Where the judge hears of the child, one JSON text a message.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    kernel.die_with_parent()
    spaces = nursery["spaces"]
    folder = PRIVATE if spaces else tempfile.mkdtemp(prefix="notebook-")
    try:
        if spaces:
            confine.separate()
        near, far = socket.socketpair()
        child = os.fork()
        if child == 0:
            _live(request, nursery, folder, channel, far)
        channel.close()
        far.close()
        with near:
            _watch(child, request["limits"], near, report, None if spaces else folder)
    except Exception as error:
        _say(report, failed=f"{type(error).__name__}: {error}")
    finally:
        if not spaces:
            shutil.rmtree(folder, ignore_errors=True)


def _live(request, nursery, folder, channel, ready):
    """Be the child: confine oneself, call main, end without looking back."""
    code = 1
    try:
        kernel.die_with_parent()
        main = _find(request["main"])
        _confine(request["limits"], nursery, folder, (channel, ready))
        ready.sendall(b"ready")
        ready.close()
        main(channel)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except MemoryError:
        code = OUT_OF_MEMORY
    except BaseException as error:
        with contextlib.suppress(OSError):
            ready.sendall(f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(code & 0xFF)


def _find(main):
    module, _, function = main.partition(":")
    return getattr(importlib.import_module(module), function)


def _confine(limits, nursery, folder, sockets):
    spaces = nursery["spaces"]
    os.setsid()
    os.umask(0o077)
    if spaces:
        confine.furnish(limits)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder
    confine.silence([socket.fileno() for socket in sockets])
    confine.go_first()
    confine.limit(limits, count_processes=spaces)
    if nursery["locked"]:
        confine.lock(nursery, folder)


def _watch(child, limits, near, report, folder):
    handle = os.pidfd_open(child)
    answer = _first_words(near, handle)
    if answer != "ready":
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        _say(report, failed=answer)
        return
    watch = Watch(child, limits, folder, confine.FILES)
    _say(report, [handle], ready=True)
    reason = _look(watch, handle)
    if reason:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    _say(report, ending=reason or _in_words(code))


def _first_words(near, handle):
    waiting = select.poll()
    waiting.register(near, select.POLLIN)
    waiting.register(handle, select.POLLIN)
    waiting.poll(_BIRTH)
    near.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        return near.recv(4096).decode() or "it ended while it was being isolated"
    return "it ended, or hung, while it was being isolated"


def _look(watch, handle):
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    while not waiting.poll(_EVERY):
        reason = watch.broken()
        if reason:
            return reason
    return None


def _in_words(code):
    if code == OUT_OF_MEMORY:
        return "memory"
    return f"exit {code}" if code >= 0 else f"signal {-code}"


def _say(report, handles=(), **words):
    with contextlib.suppress(OSError):  # the judge is gone; so will we be
        socket.send_fds(report, [json.dumps(words).encode()], list(handles))


def rest(channel):
    """Do nothing; for the first child of a nursery, which shows that isolation works.

    Parameters
    ----------
    channel : socket.socket
        Ignored.
    """
