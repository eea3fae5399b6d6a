"""The sentences that the package says by itself, one message each."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import cs231n
from cs231n import languages

_HOME = Path(cs231n.__file__).parent
#: Who gives `say` a text: the call itself, a variable of this name, `texts`.
_CALLS, _VARIABLE = ("say", "texts", "label"), "template"
_SPEAKS = re.compile(r"from cs231n\.languages import .*\b(say|label)\b")


def catalogue_of_package(language: str) -> Path:
    """Say where the catalogue of the package lies.

    Parameters
    ----------
    language : str
        Such as ``"zh_CN"``.

    Returns
    -------
    path : pathlib.Path
        A ``.po`` file, there or not.
    """
    return languages.LOCALE / language / languages.CATALOGUE


def said(home: Path = _HOME) -> Iterator[tuple[str, str]]:
    """List what the modules give to :func:`cs231n.languages.say`.

    Parameters
    ----------
    home : pathlib.Path, optional
        The folder of the package.

    Yields
    ------
    module : str
        Path of the module in the package.
    text : str
        One message.
    """
    for path in sorted(home.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if _SPEAKS.search(source):
            tree = ast.parse(source)
            places = sorted(_literals(tree), key=lambda node: node.lineno)
            yield from ((path.relative_to(home).as_posix(), n.value) for n in places)


def _literals(tree):
    for node in ast.walk(tree):
        given = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _CALLS:
            given = [part for value in node.args for part in ast.walk(value)]
        elif isinstance(node, ast.Assign) and _holds_a_template(node, tree):
            given = [node.value]
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value


def _holds_a_template(node, tree):
    """Tell whether what is assigned is a sentence for a later `say`."""
    value = getattr(node.value, "value", None)
    if getattr(node.targets[0], "id", "") == _VARIABLE:
        return True
    return node in tree.body and isinstance(value, str) and " " in value
