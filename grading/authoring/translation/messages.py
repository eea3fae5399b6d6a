"""The texts of a notebook, one message each, and the notebook with others instead.

A message is a paragraph or a line of a list with what belongs to it, a docstring, or a
sentence in a string: a fault, a title, the text of a picture. Code, names and numbers
stay as they are.
"""

import ast
import inspect
import itertools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

Translate = Callable[[str], str]
#: What holds no text: formulas, code, HTML around folded parts.
_SILENT = re.compile(r"\$\$|```|</?details>$|!\[|\s*$")
_SUMMARY = re.compile(r"(<details><summary>)(.*?)(</summary>)$", re.S)
_TITLE = re.compile(r"(# @title )(.*)")
_COMMENT = re.compile(r"(?m)^( *# )(Write your answer here, .*)$")  # of a stub


def messages(notebook: "NotebookNode") -> Iterator[tuple[str, str]]:
    """List the texts of a notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As released.

    Yields
    ------
    cell : str
        The id of the cell.
    text : str
        One message.
    """
    for cell in notebook.cells:
        found: list[str] = []

        def note(text: str, found: list[str] = found) -> str:
            found.append(text)
            return text

        _translate_cell(cell, note)
        yield from ((cell.id, text) for text in found)


def translated(notebook: "NotebookNode", translate: Translate) -> None:
    """Put other texts in place of a notebook's.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As released; its cells are changed.
    translate : callable
        Gives the text for a message, or the message itself.
    """
    for cell in notebook.cells:
        cell.source = _translate_cell(cell, translate)


def _translate_cell(cell, translate):
    flags = cell.metadata.get("nbgrader", {})
    if flags.get("solution") and flags.get("grade"):
        return cell.source  # where a written answer goes
    if cell.cell_type == "markdown":
        return _markdown(cell.source, translate)
    first, line, rest = cell.source.partition("\n")
    if title := _TITLE.fullmatch(first):
        return title[1] + translate(title[2]) + line + _code(rest, translate)
    return _code(cell.source, translate)


def _markdown(source, translate):
    """Translate block by block; what stands between dollars or ticks is no block."""
    blocks = re.split(r"(\n{2,}|^```.*?^```$|^\$\$.*?\$\$$)", source, flags=re.M | re.S)
    return "".join(_block(block, translate) for block in blocks)


def _block(block, translate):
    if summary := _SUMMARY.match(block):
        return summary[1] + translate(summary[2]) + summary[3]
    if not block.strip() or _SILENT.match(block):
        return block
    items = re.split(r"(\n(?=[-*] |\d+\. ))", block)  # a list: each line by itself
    return "".join(_item(item, translate) for item in items)


def _item(item, translate):
    mark = re.match(r"\s*(?:#+ |[-*] |\d+\. )?", item)[0]
    text = item[len(mark) :]
    return mark + translate(text) if text.strip() else item


def _code(source, translate):
    """Replace strings from the end, so that places before them stay right."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, or half a cell
        return source
    docstrings = set(_docstrings(tree))
    strings = _strings(tree, docstrings)
    written = [_literal(node, node in docstrings, translate) for node in strings]
    lines = source.encode().splitlines(keepends=True)  # ast counts bytes
    starts = [0, *itertools.accumulate(map(len, lines))]
    text = b"".join(lines)
    for node, literal in reversed(list(zip(strings, written, strict=True))):
        if literal is not None:
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            text = text[:start] + literal.encode() + text[end:]
    return _COMMENT.sub(lambda line: line[1] + translate(line[2]), text.decode())


def _strings(tree, docstrings):
    """List the strings for people, in the order of the source."""
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    found = [
        node
        for node in ast.walk(tree)
        if id(node) not in inside
        and (node in docstrings or _is_sentence(_words(node)))
        and not _words(node).endswith("not written yet.")  # by which stubs are known
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def _words(node):
    """Return what a string says itself, without the values that it puts in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_words, node.values))
    value = getattr(node, "value", "") if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""


def _is_sentence(text):
    """Tell words for people from names and formats."""
    return len(re.findall(r"[A-Za-z]{2,}", text)) >= 3 and " " in text.strip()


def _literal(node, is_docstring, translate):
    """Write the literal of another text; nothing where the text stays."""
    if isinstance(node, ast.JoinedStr):
        said = _with_values(node)
        other = translate(said)
        return None if other == said else _joined(node, other)
    said = inspect.cleandoc(node.value) if is_docstring else node.value
    other = translate(said)
    if other == said:
        return None
    if not is_docstring:
        return repr(other)
    indent = " " * node.col_offset
    lines = [indent + line if line else "" for line in other.splitlines()]
    many = "\n" + indent if len(lines) > 1 else ""
    return '"""' + "\n".join(lines).lstrip() + many + '"""'


def _with_values(node):
    """Write what an f-string says, with its values in braces."""
    return "".join(
        part.value.replace("{", "{{").replace("}", "}}")
        if isinstance(part, ast.Constant)
        else _braces(part)
        for part in node.values
    )


def _braces(part):
    kept = "" if part.conversion == -1 else f"!{chr(part.conversion)}"
    form = f":{_with_values(part.format_spec)}" if part.format_spec else ""
    return f"{{{ast.unparse(part.value)}{kept}{form}}}"


def _joined(node, other):
    """Write an f-string of other words with the same values; nothing if they differ."""
    text = other.replace("\n", "\\n")
    for quote in ('"', "'", '"""', "'''"):
        try:
            new = ast.parse(f"f{quote}{text}{quote}", mode="eval").body
        except SyntaxError:
            continue
        if isinstance(new, ast.JoinedStr) and _values(new) == _values(node):
            return f"f{quote}{text}{quote}"
    return None


def _values(node):
    return sorted(map(_braces, (v for v in node.values if hasattr(v, "conversion"))))
