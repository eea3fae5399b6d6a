"""Fingerprints: what answers of one structure share, whatever their names are.

Each answer becomes the sequence of its syntax tree's nodes without names, cut into
overlapping runs of which a few are kept: winnowing (Schleimer, Wilkerson and Aiken
2003).
"""

import ast
import base64
import zlib
from array import array
from collections.abc import Iterable
from functools import lru_cache

from grading.engine.notebooks.statements import parsed, plain_python

#: Nodes in a run, and runs of which at least one is kept.
RUN, WINDOW = 7, 4
#: Nodes that say nothing about an answer.
PASSED_OVER = (ast.expr_context, ast.arguments)


def prints(source: str) -> frozenset[int]:
    """Take the fingerprints of an answer.

    Parameters
    ----------
    source : str
        A cell.

    Returns
    -------
    runs : frozenset of int
        Of 32 bits; empty for what is no Python or too short.
    """
    tree = parsed(source) or parsed(plain_python(source)[0])
    if tree is None:
        return frozenset()
    words = array("I")
    try:
        _walk(tree, words)
    except RecursionError:
        return frozenset()
    data, size = words.tobytes(), words.itemsize
    runs = [
        zlib.crc32(data[size * i : size * (i + RUN)])
        for i in range(len(words) - RUN + 1)
    ]
    windows = (runs[i : i + WINDOW] for i in range(max(1, len(runs) - WINDOW + 1)))
    return frozenset(min(window) for window in windows if window)


def packed(runs: Iterable[int]) -> str:
    """Write fingerprints as a short text.

    Parameters
    ----------
    runs : iterable of int
        Of :func:`prints`.

    Returns
    -------
    text : str
        For a journal: numbers of 32 bits, rising, as base64.
    """
    return base64.b64encode(array("I", sorted(runs)).tobytes()).decode("ascii")


def unpacked(text: str) -> array:
    """Read what :func:`packed` wrote.

    Parameters
    ----------
    text : str
        From a journal.

    Returns
    -------
    runs : array.array of int
        Rising.
    """
    return array("I", base64.b64decode(text))


def _walk(tree, words):
    """List a tree's nodes in order; names of variables do not count, of methods do."""
    for name in tree._fields:
        value = getattr(tree, name, None)
        for node in value if type(value) is list else (value,):
            if not isinstance(node, ast.AST) or isinstance(node, PASSED_OVER):
                continue
            if type(node) is ast.Expr and type(node.value) is ast.Constant:
                continue  # a docstring
            words.append(_number(type(node).__name__))
            if type(node) is ast.Attribute:
                words.append(_number(node.attr))
            elif type(node) is ast.Constant:
                words.append(_number(_constant(node.value)))
            _walk(node, words)


def _constant(value):
    number = isinstance(value, int | float) and abs(value) < 1e18
    return repr(value) if number else type(value).__name__


@lru_cache(4096)
def _number(word):
    """Give a word a number that is the same in every process."""
    return zlib.crc32(word.encode())
