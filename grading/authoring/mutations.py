"""Small changes of a solution, each of which a test should notice."""

import ast
from dataclasses import dataclass
from functools import partial

_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"
_OPERATORS = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.Pow: "*",
}
_COMPARISONS = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
#: Functions that are easily mistaken for each other.
_TWINS = {
    "maximum": "minimum",
    "minimum": "maximum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
    "sum": "mean",
    "mean": "sum",
    "var": "std",
    "std": "var",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "ones": "zeros",
    "hstack": "vstack",
    "vstack": "hstack",
    "floor": "ceil",
    "exp": "log",
}
#: Functions of one array that are easily forgotten.
_WRAPPERS = {"sqrt", "abs", "exp", "log", "square", "ascontiguousarray", "copy"}


@dataclass(frozen=True)
class Mutant:
    """A solution with one small change."""

    was: str  #: the part that was changed
    now: str  #: what stands there instead; empty if it was deleted
    line: str  #: the line that it stood in, without indentation
    source: str  #: the whole cell


def mutants(source: str) -> "list[Mutant]":
    """List the small changes of a solution.

    Parameters
    ----------
    source : str
        An answer's cell, with the markers around the solution.

    Returns
    -------
    found : list of Mutant
        In the order of the text; each is Python, and no two are the same.
    """
    text = _Text(source)
    found = {}
    for node in ast.walk(ast.parse(source)):
        if text.holds(node):
            for part, now in _changes(node, partial(ast.get_source_segment, source)):
                mutant = text.mutant(part, now)
                if mutant is not None:
                    found.setdefault(mutant.source, mutant)
    return list(found.values())


class _Text:
    """A cell whose parts can be replaced."""

    def __init__(self, source):
        self._source = source
        self._lines = source.splitlines(keepends=True)
        bare = [line.strip() for line in self._lines]
        self._inside = range(0)
        if _BEGIN in bare:
            self._inside = range(bare.index(_BEGIN) + 2, bare.index(_END) + 1)

    def holds(self, node):
        return getattr(node, "lineno", None) in self._inside

    def mutant(self, node, now):
        """Put a text in a node's place."""
        start = self._at(node.lineno, node.col_offset)
        end = self._at(node.end_lineno, node.end_col_offset)
        was = self._source[start:end]
        changed = self._source[:start] + now + self._source[end:]
        if now == was or not _is_python(changed):
            return None
        line = " ".join(self._lines[node.lineno - 1].split())
        return Mutant(was, now, line, changed)

    def _at(self, line, column):
        before = sum(map(len, self._lines[: line - 1]))
        return before + len(self._lines[line - 1].encode()[:column].decode())


def _is_python(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _changes(node, text):
    """Yield parts of a node, itself or a condition, and what may stand there."""
    for kinds, change in _CHANGES:
        if isinstance(node, kinds):
            yield from ((node, now) for now in change(node, text))
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield node.test, f"not ({text(node.test)})"


def _binary(node, text):
    left, right = text(node.left), text(node.right)
    if type(node.op) in _OPERATORS:
        yield f"({left}) {_OPERATORS[type(node.op)]} ({right})"
    if type(node.op) is ast.MatMult:
        yield f"({left}) @ ({right}).T"
        yield f"({left}).T @ ({right})"
    elif type(node.op) is not ast.Pow:
        yield f"({right})"
    yield f"({left})"


def _compare(node, text):
    if len(node.ops) == 1:
        for symbol in _COMPARISONS[type(node.ops[0])]:
            yield f"{text(node.left)} {symbol} {text(node.comparators[0])}"


def _constant(node, text):
    value = node.value
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield str(value + 1)
        yield f"({value - 1})"
    elif isinstance(value, float):
        yield repr(value * 2)
        yield repr(1 - value) if 0 < value < 1 else repr(value + 1)


def _unary(node, text):
    yield f"({text(node.operand)})"


def _logic(node, text):
    other = "or" if isinstance(node.op, ast.And) else "and"
    yield "(" + f" {other} ".join(f"({text(value)})" for value in node.values) + ")"
    yield from (f"({text(value)})" for value in node.values)


def _statement(node, text):
    yield "pass"


def _augmented(node, text):
    target, value = text(node.target), text(node.value)
    yield f"{target} = {value}"
    if type(node.op) in _OPERATORS:
        yield f"{target} {_OPERATORS[type(node.op)]}= {value}"


def _branch(node, text):
    yield f"{text(node.orelse)}"
    yield f"{text(node.body)}"


def _call(node, text):
    name = text(node.func).rpartition(".")
    inside = ", ".join(text(part) for part in (*node.args, *node.keywords))
    if name[2] in _TWINS:
        yield f"{name[0]}{name[1]}{_TWINS[name[2]]}({inside})"
    if name[2] in _WRAPPERS and node.args:
        yield f"({text(node.args[0])})"
    if name[2] in ("astype", "copy", "reshape") and name[0]:
        yield f"({name[0]})"
    for dropped in node.keywords:
        rest = [part for part in (*node.args, *node.keywords) if part is not dropped]
        yield f"{text(node.func)}({', '.join(map(text, rest))})"
    if name[2] == "range":
        yield f"range({inside})[1:]"
        yield f"range({inside})[:-1]"


def _attribute(node, text):
    if node.attr == "T":
        yield text(node.value)


def _pair(node, text):
    if isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        swapped = [*node.elts[1::-1], *node.elts[2:]]
        yield f"({', '.join(map(text, swapped))})"


_CHANGES = (
    (ast.BinOp, _binary),
    (ast.Compare, _compare),
    (ast.Constant, _constant),
    (ast.UnaryOp, _unary),
    (ast.BoolOp, _logic),
    ((ast.Assign, ast.AugAssign, ast.Expr), _statement),
    (ast.AugAssign, _augmented),
    (ast.IfExp, _branch),
    (ast.Call, _call),
    (ast.Attribute, _attribute),
    (ast.Tuple, _pair),
)
