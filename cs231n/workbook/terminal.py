"""The terminal that commands write to."""

import sys


def take_all_letters() -> None:
    """Print a question mark for a tick that the system's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
