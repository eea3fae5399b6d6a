"""A student's notebook as a page to read: nothing is run."""

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: Stands in the cell by which Colab gets the package: it says nothing to a reader.
_INSTALLS = '\nPACKAGE = "'


def notebook_page(
    notebook: "NotebookNode", links: dict[str, str], pictures: dict[str, str]
) -> str:
    """Write a notebook as MyST Markdown.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As released to students.
    links : dict of str to str
        Where the notebook can be had: the address behind each text, in order.
    pictures : dict of str to str
        By id of a drawing's cell: the path of its picture from the page.

    Returns
    -------
    page : str
        Hints stay folded, and so does code that is folded in the notebook.
    """
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(_text(cell.source))
        elif _INSTALLS not in cell.source:
            parts.append(_code(cell, pictures))
    heading, _, rest = parts[0].partition("\n")
    return "\n\n".join([heading, _buttons(links), rest.strip(), *parts[1:]]) + "\n"


def _buttons(links):
    ways = (f'<a href="{html.escape(to)}">{text}</a>' for text, to in links.items())
    return f'<p class="ways">{" ".join(ways)}</p>'


def _text(source):
    """Let folded parts be blocks of their own, which Markdown reads between them."""
    source = re.sub(r"^(\[!\[Open in Colab\].*)$", "", source, flags=re.M)
    return re.sub(r"(</details>)\s*\n(?=\S)", r"\1\n\n", source)


def _code(cell, pictures):
    picture = pictures.get(cell.id, "")
    title, source = _title(cell.source)
    block = f"```{{code-block}} python\n{source.strip()}\n```"
    if title:
        kind = "drawing" if picture else "folded"
        summary = f"<summary>{html.escape(title)}</summary>"
        block = f'<details class="{kind}">{summary}\n\n{block}\n\n</details>'
    return f"{picture}\n\n{block}" if picture else block


def _title(source):
    """Split a cell into the title behind ``@title`` and the rest."""
    first, _, rest = source.partition("\n")
    if first.startswith("# @title "):
        return first.removeprefix("# @title "), rest
    return "", source
