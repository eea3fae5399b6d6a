"""What a notebook's cells find around them, where there is no notebook."""

import ast
import functools
import math
import re
import textwrap
import types
import warnings

#: Characters, and lines that may be magics, of a cell that IPython is asked about: it
#: reads all of the cell anew for each of them.
MAX_SOURCE, MAX_MAGICS = 20_000, 20
_NAMES = re.compile(
    r"^(?:(?:async\s+)?(?:def|class)\s+(?P<made>\w+)|(?P<set>[^\W\d]\w*)[ :\w]*=(?!=))",
    re.MULTILINE,
)
_MAGIC = re.compile(r"^(?:[\w, \t]+=)?[ \t]*[%!?,;/]|\?[ \t]*$", re.MULTILINE)


class _Nothing:
    """Takes every call, attribute and item, and does nothing."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self):
        return iter(())


class _Shell(_Nothing):
    """In place of IPython's shell: cell magics run their cell; nothing else does."""

    def __init__(self, names):
        self.user_ns = names
        self.ast_transformers = []
        self.input_transformers_cleanup = []
        self.input_transformers_post = []

    def run_cell_magic(self, name, line, cell):
        exec(compile(cell, f"<%%{name}>", "exec"), self.user_ns)

    def run_line_magic(self, name, line, _stack_depth=1):
        return None


def furnish(names: dict) -> None:
    """Put what IPython gives to every cell into a namespace.

    Parameters
    ----------
    names : dict
        The namespace that the cells run in.
    """
    shell = _Shell(names)
    names.update(
        __name__="__main__",
        get_ipython=lambda: shell,
        display=_Nothing(),
        exit=_leave,
        quit=_leave,
        In=[""],
        Out={},
        _="",
    )


def run_test(source: str, file: str, points: float, names: dict) -> float:
    """Run a test cell; a number at its end is the score, as nbgrader counts.

    Parameters
    ----------
    source : str
        The cell, in Python.
    file : str
        What its lines are called in a traceback.
    points : float
        What it is worth.
    names : dict
        What it runs in.

    Returns
    -------
    score : float
        From 0 to ``points``.

    Raises
    ------
    Exception
        Whatever the test raises; ValueError if its score is not to be had.
    """
    body, last = compiled(source, file)
    exec(body, names)
    value = eval(last, names) if last else None
    if value is None:
        return points
    score = float(value)
    if not math.isfinite(score) or not 0 <= score <= points:
        raise ValueError(f"The test gave {score} of {points} points.")
    return score


@functools.lru_cache(maxsize=256)
def compiled(source: str, file: str) -> tuple[types.CodeType, types.CodeType | None]:
    """Compile a test cell.

    Parameters
    ----------
    source, file
        As for :func:`run_test`.

    Returns
    -------
    body, last : code
        All but its last expression, and that expression, if the cell ends with one.
    """
    tree = ast.parse(source)
    last = None
    end = tree.body[-1] if tree.body else None
    if isinstance(end, ast.Expr):
        tree.body.pop()
        last = compile(ast.Expression(end.value), file, "eval")
    return compile(tree, file, "exec"), last


def _leave(*status):
    raise SystemExit(*status)


def names_in(source: str) -> list[str]:
    """List what a cell gives a value to, though Python may not be able to read it.

    Parameters
    ----------
    source : str
        A cell.

    Returns
    -------
    names : list of str
        Functions, classes and variables of lines without indentation.
    """
    return [found["made"] or found["set"] for found in _NAMES.finditer(source)]


def as_python(source: str) -> str:
    """Turn a cell with magics, shell commands or too much indentation into Python.

    Parameters
    ----------
    source : str
        A cell.

    Returns
    -------
    source : str
        What IPython would run; the same if it is Python already or cannot be mended.
    """
    source = re.sub(r"^\s*%%(time|timeit|capture|prun)\b.*\n", "", source)
    if _is_python(source):
        return source
    if _is_python(textwrap.dedent(source)):
        return textwrap.dedent(source)
    if len(source) > MAX_SOURCE or len(_MAGIC.findall(source)) > MAX_MAGICS:
        return source
    try:
        from IPython.core.inputtransformer2 import TransformerManager

        mended = TransformerManager().transform_cell(source)
    except Exception:  # whatever IPython thinks of what is no Python
        return source
    return mended if _is_python(mended) else source


def _is_python(source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
