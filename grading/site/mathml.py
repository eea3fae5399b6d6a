"""Formulas as MathML, which browsers draw themselves: no script and no download."""

import re
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_BELOW = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_LARGE = {"∑", "∏", "max", "min"}
_FUNCTIONS = {"exp", "ln", "log", "sin", "cos", "tanh"}
_THIN = {"width": "0.167em"}
ElementTree.register_namespace("", _NAMESPACE)


class FormulaError(ValueError):
    """A formula holds something that cannot be drawn; the message quotes it."""


def mathml(latex: str, display: str = "inline") -> str:
    r"""Write a formula as MathML.

    Parameters
    ----------
    latex : str
        Such as ``x^2``, without dollars.
    display : {"inline", "block"}, optional
        Whether it stands in a line or between lines.

    Returns
    -------
    markup : str
        A ``math`` element; its ``alttext`` is the formula as it was written.

    Raises
    ------
    FormulaError
        If a command such as ``\unknown`` is left over.
    """
    # Inside \text an escaped underscore is an underscore.
    plain = re.sub(
        r"\\text\{([^}]*)\}", lambda m: m[0].replace(r"\_", "_"), latex.strip()
    )
    plain = re.sub(r"\\arg(?![a-z])", r"\\operatorname{arg}", plain)  # not in its list
    try:
        markup = convert(plain, display=display)
    except Exception as error:
        raise FormulaError(f"The formula {latex!r} cannot be read: {error!r}") from None
    if left := re.search(r"\\\w+", markup):
        raise FormulaError(f"The formula {latex!r} has {left[0]}, which is not known.")
    tree = ElementTree.fromstring(markup)
    tree.set("alttext", " ".join(latex.split()))
    if display == "block":
        _limits(tree)
    _thin_spaces(tree)
    return ElementTree.tostring(tree, encoding="unicode")


def _limits(tree):
    """Put the limits of sums below and above the sign, also inside of roots."""
    for node in tree.iter():
        kind = node.tag.removeprefix(f"{{{_NAMESPACE}}}")
        if kind in _BELOW and node[0].text in _LARGE:
            node.tag = f"{{{_NAMESPACE}}}{_BELOW[kind]}"


def _thin_spaces(tree):
    """Part names of functions from what stands beside them: 2 log p, but log(p)."""
    for row in list(tree.iter(f"{{{_NAMESPACE}}}mrow")):
        for node in list(row):
            name = node if len(node) == 0 else node[0]  # log, or log with an index
            if name.text not in _FUNCTIONS:
                continue
            place = list(row).index(node)
            for beside in (place + 1, place - 1):
                if 0 <= beside < len(row) and not row[beside].tag.endswith("}mo"):
                    space = ElementTree.Element(f"{{{_NAMESPACE}}}mspace", _THIN)
                    row.insert(max(beside, place), space)


def _inline(self: Any, node: nodes.math) -> None:
    self.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def _block(self: Any, node: nodes.math_block) -> None:
    identity = f' id="{node["ids"][0]}"' if node.get("ids") else ""
    self.body.append(f'<div class="math-block"{identity} tabindex="0">')
    self.body.append(mathml(node.astext(), "block"))
    if node.get("number"):
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})</span>')
    self.body.append("</div>")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer; ``html_math_renderer = "mathml"`` chooses it.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The build.

    Returns
    -------
    about : dict
        That pages may be read and written in parallel.
    """
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
