"""The terminal that commands write to."""

import errno
import os
import select
import sys
from collections.abc import Callable
from typing import NoReturn

#: What shells report of a command whose reader has gone: 128 and the signal's number.
NO_READER = 141


def leave(main: Callable[[], int | None]) -> NoReturn:
    """Run a command line and end the process with its status.

    Where the output goes to a program that stops reading, such as ``head``, the command
    stops too, without a word.

    Parameters
    ----------
    main : callable
        Returns the exit status; None is 0.
    """
    take_all_letters()
    try:
        status = _finished(main)
    except OSError as error:
        gone = is_unread(error)
        _drop_the_rest()
        if not gone:
            raise
        status = NO_READER
    except BaseException:
        _drop_the_rest()  # a reader that has gone too must not replace the error
        raise
    sys.exit(status)


def _finished(main):
    """Return the exit status of a command once all it printed is out."""
    try:
        status = main()
    except SystemExit as end:
        status = end.code
    if sys.stdout:  # None where it was closed before
        sys.stdout.flush()
    return status


def is_unread(error: OSError) -> bool:
    """Tell whether what this process prints has lost its reader.

    Parameters
    ----------
    error : OSError
        Of any file, pipe or socket.

    Returns
    -------
    unread : bool
        False for an error of something else.
    """
    if not hasattr(select, "poll"):  # Windows calls such a pipe an invalid argument
        may_be = error.errno in (errno.EPIPE, errno.EINVAL) and not error.filename
        return may_be and any(map(_takes_nothing, _streams()))
    if error.errno != errno.EPIPE:
        return False
    watch = select.poll()
    for stream in _streams():
        watch.register(stream.fileno(), 0)  # errors are always told
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in watch.poll(0))


def _takes_nothing(stream):
    """Tell whether a line more can be printed; Windows tells it in no other way."""
    try:
        print(file=stream, flush=True)
    except OSError:
        return True
    return False


def _drop_the_rest():
    """Let Python's last flush succeed: it would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in _streams():
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())


def _streams():
    """List where a process prints; a stream that was closed before is None."""
    return [stream for stream in (sys.stdout, sys.stderr) if stream]


def take_all_letters() -> None:
    """Print a question mark for a tick that the system's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
