"""Fetch real datasets: ``python -m datasets.fetch --list``, in a checkout.

The same as ``python -m cs231n.data.fetch``, which works with the package alone.
"""

from cs231n.data.fetch import fetch, main, verify
from cs231n.runs import terminal

__all__ = ["fetch", "main", "verify"]

if __name__ == "__main__":
    terminal.leave(main)
