"""A cell without what takes long outside of its functions.

Students leave experiments in the cells of their answers. What such a cell must deliver
are its functions, so these count, and the statement that took long is left out.
"""

import ast
import symtable

from cs231n.testing.names import parts_of
from grading.judge.source.plain import parsed

_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (*_IMPORTS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PLAIN = (
    *(ast.Assign, ast.AnnAssign, ast.Name, ast.Store, ast.Load, ast.Constant),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.unaryop),
)


def shortened(source: str, line: int) -> str:
    """Take out of a cell what need not run for its definitions.

    Parameters
    ----------
    source : str
        The cell.
    line : int
        Of the statement that took too long; 0 if nobody knows which it was.

    Returns
    -------
    source : str
        With all statements above that one, and of those below it what defines
        functions and classes, or gives a plain value a name. Imports stay.
    """
    kept, _ = _divided(source, line)
    return ast.unparse(ast.Module(kept, []))


def is_needed(source: str, line: int) -> bool:
    """Tell whether a cell has to have what took long.

    Parameters
    ----------
    source, line
        As for that.

    Returns
    -------
    needs : bool
        Whether an import took long, or what is left out gives a name that a function
        of the cell looks up.
    """
    if any(n.lineno <= line <= (n.end_lineno or 0) for n in imports(source)):
        return True
    _, left_out = _divided(source, line)
    names = [name for part in left_out for name in parts_of(part, ast.Name)]
    given = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    try:
        return bool(given & _looked_up(symtable.symtable(source, "cell", "exec")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    """List the statements of a cell that import, which may take long by themselves.

    Parameters
    ----------
    source : str
        The cell.

    Returns
    -------
    found : list of ast.Import or ast.ImportFrom
        Those within other statements, too.
    """
    return parts_of(parsed(source) or ast.Module([], []), *_IMPORTS)


def _looked_up(table):
    """List global names that functions look up, those within functions too."""
    found, waiting = set(), list(table.get_children())
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        symbols = table.get_symbols()
        found |= {s.get_name() for s in symbols if s.is_global() and s.is_referenced()}
    return found


def _divided(source, line):
    """Divide the statements of a cell into those that stay and those left out."""
    tree = parsed(source) or ast.Module([], [])
    ends = [node.end_lineno or 0 for node in tree.body]
    late = next((n for n, end in enumerate(ends) if 0 < line <= end), -1)
    kept, left_out = [], []
    for place, node in enumerate(tree.body):
        stays = place != late and (place < late or _defines(node))
        stays = stays or isinstance(node, _IMPORTS)
        (kept if stays else left_out).append(node)
    return kept, left_out


def _defines(statement):
    if isinstance(statement, _DEFINITIONS):
        return True
    is_assignment = isinstance(statement, ast.Assign | ast.AnnAssign)
    return is_assignment and (
        isinstance(statement.value, ast.Lambda)
        or all(isinstance(node, _PLAIN) for node in ast.walk(statement))
    )
