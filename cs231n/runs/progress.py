"""Progress bars, on standard output and without a thread of their own."""

import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


class _Bar(tqdm):
    """A bar that starts no thread to watch it.

    Where none can be started, in a browser or a process of few threads, tqdm would warn
    on stderr, which nbgrader counts as a failure.
    """

    monitor_interval = 0


def progress_bar(steps: Iterable | None = None, **options: Any) -> tqdm:
    """Return a progress bar that appears after a second.

    Parameters
    ----------
    steps : iterable, optional
        What to go through; without it, call ``update``.
    **options
        Of :class:`tqdm.tqdm`.

    Returns
    -------
    bar : tqdm.tqdm
        The bar, on standard output.
    """
    return _Bar(steps, **({"file": sys.stdout, "delay": 1, "ncols": 80} | options))
