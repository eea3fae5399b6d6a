"""What a cell of a notebook says when the kernel is new and its set-up has not run.

A kernel that was restarted knows no ``rng`` and no ``needs_answers``. Nothing of the
package is imported then, so IPython loads this module as an extension whenever a kernel
starts: ``ipython_kernel_config.json`` beside it asks for that, and an installation puts
that file where IPython looks. Another error, another notebook, looks as always.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from cs231n.workbook.lines import wrapped

#: One of these is there as soon as the set-up of any notebook has run.
_SET_UP = ("cs231n.testing", "cs231n.notebook")
#: What cells of the course say; for notebooks whose file is not known.
_OURS = re.compile(r"\b(needs_answers|passed|expect_\w+|drawings)\b")
_WHAT_TO_DO = (
    "The name {name} is not known yet: this kernel is new or was restarted, and the "
    "set-up of the notebook has not run in it. Run the cells above first: in "
    "JupyterLab and Notebook with Run > Run All Above Selected Cell, in VS Code with "
    "Execute Above Cells, in Colab with Runtime > Run before."
)


def load_ipython_extension(shell: Any) -> None:
    """Have names explained that are missing because the set-up has not run.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        Of the kernel.
    """
    shell.set_custom_exc((NameError,), _show)


def _show(shell, kind, error, traceback, tb_offset=None):
    """Show an error as IPython does, or one sentence in its place."""
    if error.name and _is_before_set_up(shell):
        error = kind(_WHAT_TO_DO.format(name=error.name))
        lines = wrapped(f"{kind.__name__}: {error}").splitlines()
    else:
        lines = shell.InteractiveTB.structured_traceback(
            kind, error, traceback, tb_offset=tb_offset
        )
    shell._showtraceback(kind, error, lines)
    return lines


def _is_before_set_up(shell):
    if any(module in sys.modules for module in _SET_UP):
        return False
    path = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    try:
        notebook = json.loads(Path(path or "").read_text(encoding="utf-8"))
        return "cs231n" in notebook["metadata"]
    except (OSError, ValueError, KeyError, TypeError):
        return bool(_OURS.search(shell.user_ns.get("In", [""])[-1]))
