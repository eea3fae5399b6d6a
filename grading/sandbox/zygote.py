"""The zygote: has the packages loaded, knows no secret, and forks children.

Started by :mod:`fork_server` in namespaces of its own, or without. Everything in its
memory can be read by every child, so it is told nothing but what to load.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import traceback

from grading import ROOT
from grading.sandbox import linux, namespaces, supervisor
from grading.sandbox.leftovers import private_folder, sweep
from grading.sandbox.levels import PreloadError
from grading.sandbox.readable_paths import ReadablePaths

_MESSAGE = 1 << 20  # bytes of the longest request


def main(control: int, enter: bool = False) -> None:
    """Load the packages, then fork a child for every request until the judge is gone.

    Parameters
    ----------
    control : int
        File descriptor of the socket to the judge.
    enter : bool, optional
        Whether to make the namespaces first.
    """
    asked = socket.socket(fileno=control)
    first, (judge,), _, _ = socket.recv_fds(asked, _MESSAGE, 1)
    settings = json.loads(first)
    try:
        if enter:
            namespaces.enter(ReadablePaths(settings["readable"], settings["links"]))
        _say(asked, [os.pidfd_open(os.getpid())], alive=True)
        settings["capabilities"] = _become_nobody(settings)
        with _scratch(settings["spaces"]) as folder:
            _load(settings["preload"])
            _say(asked, ready=True, folder=folder)
            _serve(settings, asked, judge)
    except PreloadError as error:
        with contextlib.suppress(OSError):
            _say(asked, unloaded=str(error))
    except Exception as error:
        with contextlib.suppress(OSError):
            _say(asked, failed=_said(error))


def _said(error):
    if isinstance(error, linux.SpacesError):
        return str(error)
    return traceback.format_exception_only(error)[-1].strip()


def _say(control, handles=(), **words):
    socket.send_fds(control, [json.dumps(words).encode()], list(handles))


def _become_nobody(settings):
    """Give up root's number and rights; return the one right that may have to stay."""
    if os.geteuid() != 0 or not _is_real(namespaces.NOBODY):
        return 0
    if settings["spaces"]:
        namespaces.show_processes()
        os.chmod(namespaces.PRIVATE, 0o1777)
    linux.prctl(linux.KEEPCAPS, 0 if settings["spaces"] else 1)
    os.setgroups([])
    os.setresgid(namespaces.NOBODY, namespaces.NOBODY, namespaces.NOBODY)
    os.setresuid(namespaces.NOBODY, namespaces.NOBODY, namespaces.NOBODY)
    kept = 0
    if not settings["spaces"]:
        # Python may lie in root's home. Landlock still says which files can be read.
        hidden = not all(os.access(path, os.R_OK) for path in settings["readable"])
        kept = linux.CAP_DAC_READ_SEARCH if hidden else 0
        linux.set_capabilities(kept)
    linux.prctl(linux.DUMPABLE, 1)  # or /proc/self would stay root's
    return kept


def _is_real(uid):
    """Whether a user's number means anything here; in a user namespace it need not."""
    with open("/proc/self/uid_map") as file:
        ranges = [tuple(map(int, line.split())) for line in file]
    return any(first <= uid < first + count for first, _, count in ranges)


@contextlib.contextmanager
def _scratch(spaces):
    """Give the packages a folder for what they write while they are loaded."""
    if not spaces:
        sweep()  # where this process makes folders, with the rights it has left
    folder = namespaces.PRIVATE if spaces else private_folder("fork-server")
    os.chdir(folder)
    os.environ.pop("PWD", None)  # of bubblewrap
    os.environ.update(HOME=folder, TMPDIR=folder)
    tempfile.tempdir = folder
    try:
        yield folder
    finally:
        if not spaces:
            shutil.rmtree(folder, ignore_errors=True)


def _load(modules):
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception as error:
            raise PreloadError(f"{name}: {_said(error)}") from None
    # The path of this project was for loading the judge.
    sys.path[:] = [path for path in sys.path if path != str(ROOT)]
    gc.collect()
    gc.freeze()  # what is here now is shared with the children; leave it alone


def _serve(settings, control, judge):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors report for themselves
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    waiting.register(judge, select.POLLIN)
    while True:
        if any(number == judge for number, _ in waiting.poll()):
            return
        message, sockets, _, _ = socket.recv_fds(control, _MESSAGE, 2)
        if not message:
            return
        _bear(settings, json.loads(message), sockets, (control, judge))


def _bear(settings, request, sockets, ours):
    with contextlib.suppress(Exception):  # the child will say why
        importlib.import_module(request["main"].partition(":")[0])
    channel, report = (socket.socket(fileno=number) for number in sockets)
    with channel, report:
        if os.fork():
            return
        try:
            ours[0].close()
            os.close(ours[1])
            supervisor.attend(request, settings, channel, report)
        finally:
            os._exit(0)
