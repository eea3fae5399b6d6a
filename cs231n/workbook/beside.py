"""A module run beside this process; in a browser tab, which has no processes, in it."""

import contextlib
import importlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator

from cs231n.workbook import score


def run(module: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """Run the function ``main`` of a module, as ``python -m`` does.

    Parameters
    ----------
    module : str
        Such as ``"cs231n.check"``.
    *arguments : str
        Of the command.
    **variables : str
        Of the environment, besides those of this process.

    Returns
    -------
    done : subprocess.CompletedProcess
        With what it printed, as text.
    """
    if sys.platform == "emscripten":
        return _here(module, arguments, variables)
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", module, *arguments],
        env=os.environ | variables,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )


def _here(module, arguments, variables):
    found = importlib.import_module(module)
    if hasattr(found, "__path__"):  # a folder: its command is in __main__.py
        found = importlib.import_module(f"{module}.__main__")
    out, complaints = io.StringIO(), io.StringIO()
    with (
        score.kept(),
        _environment(variables),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(complaints),
    ):
        status = found.main([*arguments])
    return subprocess.CompletedProcess(
        [module, *arguments], status, out.getvalue(), complaints.getvalue()
    )


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
