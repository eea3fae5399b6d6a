"""What this machine offers to keep student code in.

``python -m grading.sandbox.doctor`` prints it, and fails if a level is missing.
"""

from cs231n.runs import terminal
from grading.sandbox.fork_server import ForkServer
from grading.sandbox.levels import LEVELS, IsolationError


def report() -> list[tuple[str, bool, str]]:
    """Try every level of isolation with a real child.

    Returns
    -------
    levels : list of (level, available, why)
        Strongest first: name, whether it works here, and in a sentence what it gives or
        what is missing and how to get it.
    """
    return [(level, *_try(level)) for level in LEVELS]


#: What holds on each level.
GUARANTEES = {
    "bubblewrap": (
        "Own processes, files, users and network, built by bubblewrap; a system call "
        "filter and limits on top."
    ),
    "namespaces": (
        "The same isolation as bubblewrap, built by our own code from the kernel's "
        "namespaces."
    ),
    "landlock": (
        "Files, network and other processes are shut off by Landlock and a system call "
        "filter; names of files and total load stay visible."
    ),
    "none": "Answers run with all rights of whoever grades: for trusted students only.",
}


def _try(level):
    try:
        with ForkServer(level, preload=()):
            return True, GUARANTEES[level]
    except IsolationError as error:
        return False, str(error)


def main() -> int:
    """Print the ladder; exit with 1 if this machine lacks a level of it."""
    ladder = report()
    for level, available, why in ladder:
        print(f"{'yes' if available else 'NO':>3}  {level:<11} {why}")
    return int(not all(available for _, available, _ in ladder))


if __name__ == "__main__":
    terminal.leave(main)
