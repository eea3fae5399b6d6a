"""A cell without what takes long outside of its functions.

Students leave experiments in the cells of their answers. What such a cell must deliver
are its functions, so these count, and the statement that took long is left out.
"""

import ast

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
    tree = parsed(source)
    if tree is None:
        return ""
    ends = [node.end_lineno or 0 for node in tree.body]
    late = next((n for n, end in enumerate(ends) if 0 < line <= end), -1)
    kept = [
        node
        for place, node in enumerate(tree.body)
        if place < late
        or isinstance(node, _IMPORTS)
        or (place != late and _defines(node))
    ]
    return ast.unparse(ast.Module(kept, []))


def _defines(statement):
    if isinstance(statement, _DEFINITIONS):
        return True
    is_assignment = isinstance(statement, ast.Assign | ast.AnnAssign)
    return is_assignment and (
        isinstance(statement.value, ast.Lambda)
        or all(isinstance(node, _PLAIN) for node in ast.walk(statement))
    )
