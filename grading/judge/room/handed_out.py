"""What a notebook hands out of the package to those who answer it."""

import ast
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

PACKAGE = "cs231n"
#: The set-up's list of ready-made answers: tests use those, answers do not.
_READY = "READY"
#: Parts that are for looking, and would answer some exercises: answers have none of it.
SHOWN = (f"{PACKAGE}.demos", f"{PACKAGE}.drawings")


def handed_out(cells: Iterable[Any]) -> frozenset[str]:
    """List what set-up cells import of the package and do not call ready-made.

    Parameters
    ----------
    cells : iterable of grading.judge.exam.Cell
        An exam's, up to the test at hand: what a later set-up cell hands out is not
        there before.

    Returns
    -------
    given : frozenset of str
        Such as ``"cs231n.layers:affine_forward"``; ``"cs231n.pytorch:"`` for a whole
        module.
    """
    sources = [cell.source for cell in cells if cell.kind == "setup"]
    ready = frozenset().union(*map(_ready, sources))
    return frozenset(
        name
        for source in sources
        for name, here in _imported(source)
        if not here & ready and not is_shown(name.partition(":")[0])
    )


def is_shown(module: str) -> bool:
    """Tell whether a module of the package is only for looking.

    Parameters
    ----------
    module : str
        With dots.

    Returns
    -------
    shown : bool
        Whether it belongs to one of :data:`SHOWN`.
    """
    return ".".join(module.split(".")[:2]) in SHOWN


@lru_cache(maxsize=256)
def _ready(source):
    """Return what a set-up cell calls ready-made, as far as it spells it out."""
    found = set()
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign | ast.AugAssign):
            continue
        targets = getattr(node, "targets", None) or [node.target]
        if any(isinstance(t, ast.Name) and t.id == _READY for t in targets):
            texts = (n for n in ast.walk(node.value) if isinstance(n, ast.Constant))
            found |= {text.value for text in texts}
    return frozenset(found)


@lru_cache(maxsize=256)
def _imported(source):
    """List what a set-up cell imports of the package, and under which names."""
    found: list[tuple[str, frozenset]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                here = alias.asname or alias.name.partition(".")[0]
                found.append((f"{alias.name}:", frozenset({here})))
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                name = f"{node.module}:{alias.name}"
                if node.module == PACKAGE:
                    name = f"{PACKAGE}.{alias.name}:"
                found.append((name, frozenset({alias.name, alias.asname})))
    return [pair for pair in found if pair[0].startswith(f"{PACKAGE}.")]
