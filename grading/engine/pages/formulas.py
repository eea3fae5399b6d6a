"""Formulas of a page on which nothing may run: TeX as letters, signs and indices.

Short formulas, such as those in questions and short answers, are shown as they are
read; what is beyond this stays TeX, in a typewriter face.
"""

import html
import re
from collections.abc import Callable

_FORMULA = re.compile(
    r"(?<![\\$\w])\$\$(?P<block>[^$]{1,2000})\$\$"
    r"|(?<![\\$\w])\$(?P<line>[^\s$](?:[^$\n]{0,500}[^\s$\\])?)\$(?![\d$])"
)
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
    "sigma tau phi chi psi omega"
)
_SIGNS = {
    name: chr(code)
    for name, code in zip(
        _GREEK.split(),
        [*range(0x3B1, 0x3BF), 0x3C0, 0x3C1, 0x3C3, 0x3C4, *range(0x3C6, 0x3CA)],
        strict=True,
    )
} | {
    **{"times": "×", "cdot": "·", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥"},
    **{
        "ne": "≠",
        "neq": "≠",
        "approx": "≈",
        "infty": "∞",
        "partial": "∂",
        "nabla": "∇",
    },
    **{"sum": "∑", "prod": "∏", "in": "∈", "to": "→", "rightarrow": "→", "pm": "±"},
    **{"ldots": "…", "dots": "…", "cdots": "…", "odot": "⊙", "top": "⊤", "ell": "ℓ"},
    **{"Delta": "Δ", "Sigma": "Σ", "Theta": "Θ", "Omega": "Ω", "Phi": "Φ"},
    **{"log": "log", "exp": "exp", "max": "max", "min": "min", "tanh": "tanh"},
    **{"quad": " ", ",": " ", ";": " ", "{": "{", "}": "}", "%": "%", "sqrt": "√"},
}
_FACES = r"\\(?:mathbf|mathrm|mathcal|text|textbf|operatorname|boldsymbol)\{([^{}]*)\}"


def with_formulas(text: str, render: Callable[[str], str]) -> str:
    """Render a text whose formulas are not for the renderer.

    Parameters
    ----------
    text : str
        With formulas between dollars.
    render : callable
        Makes safe HTML of the rest; leaves letters and digits as they are.

    Returns
    -------
    html : str
        Safe if what ``render`` gives is.
    """
    found = []

    def put_away(match):
        found.append(formula(match["block"] or match["line"]))
        return f"xFORMULA{len(found) - 1}x"

    page = render(_FORMULA.sub(put_away, text.replace("xFORMULA", "xformula")))
    return re.sub(r"xFORMULA(\d+)x", lambda m: found[int(m[1])], page)


def formula(tex: str) -> str:
    """Show a formula.

    Parameters
    ----------
    tex : str
        Without its dollars.

    Returns
    -------
    html : str
        Safe.
    """
    text = re.sub(_FACES, r"\1", tex.strip())
    text = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)", text)
    text = re.sub(r"\\(?:left|right|big|Big|displaystyle)(?![a-z])", "", text)
    text = re.sub(r"\\([A-Za-z]+|[,;{}%])", lambda m: _SIGNS.get(m[1], m[0]), text)
    shown = html.escape(text)
    for sign, tag in (("_", "sub"), ("\\^", "sup")):
        shown = re.sub(rf"{sign}\{{([^{{}}]*)\}}", rf"<{tag}>\1</{tag}>", shown)
        shown = re.sub(rf"{sign}(&\w+;|[^\s\\<{{}}])", rf"<{tag}>\1</{tag}>", shown)
    if "\\" in shown or ("{" in shown and "\\{" not in tex):
        return f"<code>{html.escape(tex.strip())}</code>"
    # Letters of formulas are slanted; words such as "log" and digits are not.
    pieces = re.split(r"(<[^>]*>|&\w+;)", shown)
    slanted = [
        piece
        if place % 2
        else re.sub(r"(?<![^\W\d_])([^\W\d_])(?![^\W\d_])", r"<em>\1</em>", piece)
        for place, piece in enumerate(pieces)
    ]
    return "".join(slanted)
