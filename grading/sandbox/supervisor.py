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
import time

from grading.sandbox import confine, linux
from grading.sandbox.confine import cpu_seconds
from grading.sandbox.leftovers import private_folder
from grading.sandbox.namespaces import PRIVATE
from grading.sandbox.refused_calls import RefusedCalls
from grading.sandbox.resource_limits import ResourceLimits, children

#: Exit code of a child whose main function ran out of memory.
OUT_OF_MEMORY = 86
_EVERY = 0.02  # seconds between two looks
_BIRTH = 30_000  # milliseconds that isolating oneself may take


def attend(
    request: dict, settings: dict, channel: socket.socket, report: socket.socket
) -> None:
    """Start a child, watch it, report, and end with it.

    Parameters
    ----------
    request : dict
        "main": what to call, as "package.module:function"; "limits".
    settings : dict
        "spaces", "locked", "fence", "readable", "capabilities"; see :mod:`zygote`.
    channel : socket.socket
        The child's only way out.
    report : socket.socket
        Where the judge hears of the child, one JSON text a message.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    linux.die_with_parent()
    spaces = settings["spaces"]
    linux.prctl(linux.SUBREAPER, 1)
    folder = PRIVATE if spaces else private_folder("notebook")
    try:
        if spaces:
            confine.separate()
        near, far = socket.socketpair()
        child = os.fork()
        if child == 0:
            _live(request, settings, folder, channel, far)
        channel.close()
        far.close()
        with near:
            _watch(child, request["limits"], near, report, None if spaces else folder)
    except linux.SpacesError as error:
        _say(report, failed=str(error))
    except Exception as error:
        _say(report, failed=f"{type(error).__name__}: {error}")
    finally:
        if not spaces:
            shutil.rmtree(folder, ignore_errors=True)


def _live(request, settings, folder, channel, ready):
    """Be the child: confine oneself, call main, end without looking back."""
    code = 1
    try:
        linux.die_with_parent()
        main = _find(request["main"])
        listener = _confine(request["limits"], settings, folder, (channel, ready))
        socket.send_fds(ready, [b"ready"], [] if listener is None else [listener])
        if listener is not None:
            os.close(listener)
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


def _confine(limits, settings, folder, sockets):
    spaces = settings["spaces"]
    os.setsid()
    os.umask(0o077)
    if spaces:
        confine.furnish(limits)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder
    confine.silence([socket.fileno() for socket in sockets])
    confine.step_back()
    confine.limit(limits, count_threads=spaces)
    return confine.lock(settings, folder) if settings["locked"] else None


def _watch(child, limits, near, report, folder):
    handle = os.pidfd_open(child)
    answer, listeners = _first_words(near, handle)
    if answer != "ready":
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        _say(report, failed=answer)
        return
    watched = ResourceLimits(child, limits, folder, confine.FILES)
    _say(report, [handle], ready=True)
    refused = RefusedCalls(listeners[0]) if listeners else None
    reason = _look(watched, handle, refused)
    if reason:
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    if folder:
        _sweep()
    reason = reason or _in_words(os.waitstatus_to_exitcode(status))
    # The kernel counts ticks of its clock, which is less exact.
    if reason == "signal 9" and _used(used) > 0.5 * cpu_seconds(limits):
        reason = "time"
    attempts = refused.sentences() if refused else []
    seconds = _used(used) + time.process_time()
    _say(report, ending=reason, attempts=attempts, seconds=seconds)


def _first_words(near, handle):
    waiting = select.poll()
    waiting.register(near, select.POLLIN)
    waiting.register(handle, select.POLLIN)
    waiting.poll(_BIRTH)
    near.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        words, listeners, _, _ = socket.recv_fds(near, 4096, 1)
        return words.decode() or "it ended while it was being isolated", listeners
    return "it ended, or hung, while it was being isolated", []


def _look(watched, handle, refused):
    """Look at regular times, until the child ends or breaks a limit."""
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    if refused:
        waiting.register(refused, select.POLLIN)
    due = time.monotonic() + _EVERY
    while True:
        left = max(0.0, due - time.monotonic())
        events = dict(waiting.poll(left * 1000))
        if handle in events:
            return None
        if refused and refused.fileno() in events:
            _hear(refused, events[refused.fileno()], waiting)
        if time.monotonic() >= due:
            due = time.monotonic() + _EVERY
            reason = watched.broken()
            if reason:
                return reason


def _hear(refused, event, waiting):
    if event & select.POLLIN:
        refused.refuse()
    else:  # nobody is left who could ask
        waiting.unregister(refused)


def _in_words(code):
    if code == OUT_OF_MEMORY:
        return "memory"
    return f"exit {code}" if code >= 0 else f"signal {-code}"


def _used(usage):
    return usage.ru_utime + usage.ru_stime


def _sweep():
    """End what a child without a process namespace left behind."""
    while left := children(os.getpid()):
        for number in left:
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)


def _say(report, handles=(), **words):
    with contextlib.suppress(OSError):  # the judge is gone; so will we be
        socket.send_fds(report, [json.dumps(words).encode()], list(handles))


def rest(channel: socket.socket) -> None:
    """Do nothing; the first child of a fork server shows with it that isolation works.

    Parameters
    ----------
    channel : socket.socket
        Ignored.
    """


def wait(channel: socket.socket) -> None:
    """Stay until the judge closes the channel; for measuring an idle child.

    Parameters
    ----------
    channel : socket.socket
        The child's end.
    """
    channel.recv(1)
