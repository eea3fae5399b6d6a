"""A page: HTML in which nothing runs, whatever the texts in it contain."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import mistune
import nh3
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from grading.engine.pages.formulas import with_formulas
from grading.engine.storage.names import printable

if TYPE_CHECKING:
    from markupsafe import Markup

PAGES = Path(__file__).parent
#: Letters of one text on a page.
MAX_TEXT = 40_000
#: What a written answer may consist of; pictures and links could call home.
TEXT_TAGS = {"p", "br", "hr", "em", "strong", "del", "code", "pre", "sub", "sup"}
BLOCK_TAGS = {"blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"}
TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td"}
TAGS = TEXT_TAGS | BLOCK_TAGS | TABLE_TAGS
#: Characters that turn the direction of writing, and so what a line seems to say.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


@cache
def _environment():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "clean": clean,
        "python": python,
        "markdown": markdown,
        "line": line,
        "number": number,
    }
    return environment


def render(name: str, **values: object) -> str:
    """Fill a page in.

    Parameters
    ----------
    name : str
        Such as ``"feedback.html"``.
    **values : object
        What the template uses.

    Returns
    -------
    html : str
        Whole, with its style inside and a policy under which nothing else may load and
        nothing may run.
    """
    style = (PAGES / "style.css").read_text(encoding="utf-8") + _colours()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        f"form-action 'none'"
    )
    page = _environment().get_template(name)
    return page.render(style=nothing_to_escape(style), policy=policy, **values)


def nothing_to_escape(html: str) -> "Markup":
    """Mark HTML of our own making.

    Parameters
    ----------
    html : str
        Safe already.

    Returns
    -------
    html : markupsafe.Markup
        The same.
    """
    import markupsafe

    return markupsafe.Markup(html)


@cache
def _colours():
    light = HtmlFormatter(style="default").get_style_defs(".code")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".code")
    # Only the colours of words: the page has its own background and widths.
    keep = re.compile(r"^\.code \.\w+ .*$", re.MULTILINE)
    lines = "\n".join(keep.findall(dark))
    return "\n".join(keep.findall(light)) + (
        f"\n@media (prefers-color-scheme: dark) {{\n{lines}\n}}\n"
    )


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Make text from a student's side fit to be shown.

    Parameters
    ----------
    text : str
        Anything.
    limit : int, optional
        Characters to keep.

    Returns
    -------
    text : str
        Without escape sequences and control characters; not escaped yet.
    """
    return TURNS.sub("\N{REPLACEMENT CHARACTER}", printable(text, limit))


def python(source: str) -> "Markup":
    """Colour Python source.

    Parameters
    ----------
    source : str
        A cell.

    Returns
    -------
    html : markupsafe.Markup
        Spans with classes; to stand in ``<pre class="code">``.
    """
    html = highlight(clean(source), PythonLexer(stripnl=False), _formatter())
    return nothing_to_escape(html.rstrip("\n"))


@cache
def _formatter():
    return HtmlFormatter(nowrap=True)


@cache
def _markdown():
    return mistune.create_markdown(
        escape=True, plugins=["table", "strikethrough", "superscript", "subscript"]
    )


def markdown(text: str) -> "Markup":
    """Render a written answer.

    Parameters
    ----------
    text : str
        Markdown, with HTML of any kind in it.

    Returns
    -------
    html : markupsafe.Markup
        Plain tags without any attribute; HTML in the text is shown, not used.
    """
    return nothing_to_escape(with_formulas(clean(text), _safe))


def line(text: str) -> "Markup":
    """Render a title or a remark: words and formulas.

    Parameters
    ----------
    text : str
        A line of Markdown.

    Returns
    -------
    html : markupsafe.Markup
        Plain tags, without a paragraph around them.
    """
    tags = {"code", "em", "strong", "sub", "sup"}
    shown = with_formulas(clean(text), lambda rest: nh3.clean_text(rest))
    shown = re.sub(r"`([^`<>]+)`", r"<code>\1</code>", shown)
    return nothing_to_escape(nh3.clean(shown, tags=tags, attributes={}))


def _safe(text):
    try:
        html = _markdown()(text)
    except RecursionError:
        html = f"<pre>{nh3.clean_text(text)}</pre>"
    return nh3.clean(html, tags=TAGS, attributes={})


def number(value: float) -> str:
    """Write a number of points.

    Parameters
    ----------
    value : float
        Points.

    Returns
    -------
    text : str
        With two decimals at most.
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")
