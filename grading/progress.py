"""Progress bars of the commands: none where nobody looks, as in a log."""

from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

from cs231n.runs.progress import progress_bar


def bar(steps: Iterable | None = None, **options: Any) -> tqdm:
    """Return a progress bar that is shown at once, on a terminal only.

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
    return progress_bar(steps, delay=0, ncols=None, disable=None, **options)
