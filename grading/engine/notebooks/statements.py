"""Statements of Python source: what a cell defines, uses, and may lend to an answer."""

import ast
import builtins
import re
import symtable
import warnings
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

DEFINITION = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE
)
ASSIGNMENT = re.compile(r"^(\w+)[ \t]*=(?!=)", re.MULTILINE)
#: Magics whose line or cell holds plain Python.
TIMING = ("time", "timeit", "prun", "capture")
#: Longer than any answer; parsing it would only cost time.
MAX_SOURCE = 200_000


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement at the top of a cell."""

    source: str
    statement: ast.stmt

    @cached_property
    def binds(self) -> frozenset[str]:
        """Names it gives a value."""
        return frozenset(_binds(self.statement))

    @cached_property
    def uses(self) -> frozenset[str]:
        """Names it reads, as in :func:`used`."""
        return used(self.source)

    @cached_property
    def kind(self) -> str:
        """One of "import", "definition", "value" and "other"."""
        return _kind(self.statement)

    @cached_property
    def shape(self) -> str:
        """Equal for statements that differ in spacing and comments only."""
        try:
            return ast.dump(self.statement)
        except RecursionError:
            return self.source


def parsed(source: str) -> ast.Module | None:
    """Parse Python as a notebook would run it.

    Parameters
    ----------
    source : str
        A cell; a pasted, indented method is moved to the left.

    Returns
    -------
    tree : ast.Module or None
        None if it is no Python.
    """
    return _parsed(source)[1]


def outdented(source: str) -> str:
    """Move a pasted method to the left, as IPython does.

    Parameters
    ----------
    source : str
        A cell.

    Returns
    -------
    source : str
        Without the blanks that its first line begins with, in every line that has them.
    """
    lines = source.lstrip("\n").split("\n")
    blank = lines[0][: len(lines[0]) - len(lines[0].lstrip(" \t"))]
    return "\n".join(line.removeprefix(blank) for line in lines)


def _parsed(source):
    """Return the text that could be parsed, and its tree; or None for both."""
    if len(source) > MAX_SOURCE:
        return None, None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a student's escape sequences
        for text in (source, outdented(source)):
            try:
                return text, ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None, None


def defined(source: str) -> frozenset[str]:
    """Name what a cell binds at its top.

    Parameters
    ----------
    source : str
        Python, or nearly.

    Returns
    -------
    names : frozenset of str
        Functions, classes and variables; by their looks if the cell is no Python.
    """
    tree = parsed(source)
    if tree is None:
        found = DEFINITION.findall(source[:MAX_SOURCE])
        return frozenset(found + ASSIGNMENT.findall(source[:MAX_SOURCE]))
    return frozenset().union(*(_binds(statement) for statement in tree.body))


def _binds(statement):
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        names = [alias.asname or alias.name for alias in statement.names]
        return {name.partition(".")[0] for name in names}
    stored = (
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return set(stored)


def used(source: str) -> frozenset[str]:
    """Name what a cell reads.

    Parameters
    ----------
    source : str
        Python, or nearly.

    Returns
    -------
    names : frozenset of str
        Without built-ins; empty if the cell is no Python.
    """
    return _globals(source) | _globals(outdented(source))


def _globals(source):
    """Read the names that are neither parameters nor local variables."""
    try:
        tables = [symtable.symtable(source, "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (top or symbol.is_global())
        }
    return frozenset(name for name in found if not hasattr(builtins, name))


def pieces(source: str) -> "list[Statement]":
    """Cut a cell into its statements.

    Parameters
    ----------
    source : str
        Python.

    Returns
    -------
    found : list of Statement
        In order; empty if the cell is no Python.
    """
    text, tree = _parsed(source)
    if tree is None:
        return []
    lines = text.split("\n")
    first = [_first_line(statement) for statement in tree.body]
    # Lines that more than one statement stands in.
    shared = {line for line, count in Counter(first).items() if count > 1}
    for statement, line in zip(tree.body, first[1:], strict=False):
        if statement.end_lineno == line:
            shared.add(line)
    raw = {line: lines[line - 1].encode() for line in shared}
    return [
        Statement(_source(statement, line, lines, raw), statement)
        for statement, line in zip(tree.body, first, strict=True)
    ]


def _first_line(statement):
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _source(statement, first, lines, shared):
    """Cut a statement out: whole lines, but its own columns of a shared one."""
    last = statement.end_lineno
    if first == last and first in shared:
        return shared[first][statement.col_offset : statement.end_col_offset].decode()
    found = lines[first - 1 : last]
    if last in shared:
        found[-1] = shared[last][: statement.end_col_offset].decode()
    if first in shared:
        found[0] = shared[first][statement.col_offset :].decode()
    return "\n".join(found)


def _kind(statement):
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return "import"
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return "definition"
    return "value" if isinstance(statement, ast.Assign | ast.AnnAssign) else "other"


def plain_python(source: str) -> tuple[str, bool]:
    """Take IPython's own syntax out of a cell.

    Parameters
    ----------
    source : str
        A code cell.

    Returns
    -------
    source : str
        Python, if the magics were all that stood in its way.
    changed : bool
        Whether anything was taken out.
    """
    text = _parsed(source)[0]
    if text is not None or len(source) > MAX_SOURCE:
        return source if text is None else text, False
    lines = source.split("\n")
    first = lines[0].strip()
    if first.startswith("%%"):
        if first[2:].split(" ")[0] not in TIMING:
            return "", True
        lines = ["", *lines[1:]]
    text = "\n".join(_without_magic(line) for line in lines)
    return (text, True) if parsed(text) is not None else (source, False)


def _without_magic(line):
    blank, rest = re.match(r"([ \t]*)(.*)", line, re.DOTALL).groups()
    words = re.match(r"%(\w+)(?:[ \t]+-\S+(?:[ \t]+\d+)?)*[ \t]*(.*)", rest)
    if words and words[1] in TIMING and words[2]:
        return blank + words[2]
    shell = re.match(r"[\w, \t]+=[ \t]*[!%]", rest)
    if (
        rest.startswith(("%", "!", "?"))
        or shell
        or re.fullmatch(r"[\w.]+\?{1,2}", rest)
    ):
        return f"{blank}pass"
    return line
