"""Written answers in the graded notebook: formgrader shows them, and nothing runs."""

import json
import random
import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbconvert import HTMLExporter

from grading.engine.results.inert import inert
from tests.engine.conftest import grade
from tests.engine.small_course import cell_of, hand_in_right, released

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<<script>script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<!-- x --><style>@import 'http://evil.test'</style>",
    "<?xml version='1.0'?><a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](\njavascript:alert(1))",
    "[x]( <javascript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x][y]\n\n[y]:\n  javascript:alert(1)",
    "[x]\n\n[x]: <javascript:alert(1)>",
    "<javascript:alert(1)>",
    "![x](http://evil.test/x.png)",
    "![x][y]\n\n[y]: http://evil.test/x.png",
    "![x]\n\n[x]: http://evil.test/x.png",
    "![](//evil.test/x.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[![x](http://evil.test/x.png)](http://evil.test)",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\require{html}\class{x}{y}\cssId{a}{b}\style{color:red}{x}$",
    "\x1b]0;title\x07\u202e",
    "```\n<script>alert(1)</script>\n```",
    "`<script>`alert(1)",
    "- <script>alert(1)</script>\n\n> <img src=x onerror=alert(1)>",
    "|a|\n|-|\n|<script>alert(1)</script>|",
    r"$\\href{javascript:alert(1)}{x}$",
    r"$\\\href{javascript:alert(1)}{x}$",
    r"<\style/onload=alert(1)>x",
    r"<\htmlX onmouseover=alert(1)>x",
    r"<\\class onclick=alert(1)>x",
    r"[x]\url(javascript:alert(1))",
    r"!\url[x](http://evil.test/x.png)",
]
#: What hostile texts are made of.
PIECES = [
    *(
        "<",
        ">",
        "/",
        "\\",
        "\\\\",
        "!",
        "[",
        "]",
        "(",
        ")",
        ":",
        "#",
        "`",
        "$",
        '"',
        " ",
    ),
    *(
        "\n",
        "\n\n",
        "\t",
        "\x0b",
        "&lt;",
        "-",
        "|",
        "href",
        "style",
        "url",
        "html",
        "class",
    ),
    *("script", "img src=q onerror=1", "attachment:", "javascript:alert(1)", "data:x"),
    *("https://a.test/x.png", "mailto:", "data:image/png;base64,AA", "]\n\n[x]: "),
]
HONEST = [
    "Because $a < b$ and $2 \\le x^2$.",
    "# Title\n\n- one\n- **two** [link](https://example.org/a?b=c#d)\n- `x[i] < y`",
    "![plot](data:image/png;base64,iVBORw0KGgo=)",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "a <- b, 3 < 4, x << 2, $\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}$",
    "[above](#title) and (see [1]) and a[0] = b",
    "```python\nfor i in range(3):\n    print(i < 2)\n```",
]


class Found(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def shown(text):
    """Show Markdown as formgrader does; return what it added to an empty page."""
    exporter = HTMLExporter(template_name="basic")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    return exporter.from_notebook_node(notebook)[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_runs_and_nothing_loads(text):
    html = shown(inert(text))
    for tag, attributes in Found(html).tags:
        assert tag not in ("script", "svg", "iframe", "style", "object", "link", "base")
        assert not [name for name in attributes if name.startswith("on")]
        link = attributes.get("href") or "#"
        assert re.match(r"https?://|mailto:|#", link), link
        source = attributes.get("src") or "data:image/png;"
        assert re.match(r"data:image/(png|jpeg|gif|webp);", source), source
    assert not re.search(r"\\(href|class|cssId|style|require)\b", html)
    assert not re.search("[\x1b\x07\u202e]", html)


@pytest.mark.parametrize("seed", range(200))
def test_no_text_comes_together_to_another(seed):
    """Taking a piece away would let its neighbours meet."""
    draw = random.Random(seed)
    for _ in range(50):
        text = inert("".join(draw.choices(PIECES, k=draw.randint(2, 14))))
        assert inert(text) == text
    assert not [
        (tag, attributes)
        for tag, attributes in Found(shown(text)).tags
        if tag in ("script", "style", "img") and "data:image" not in str(attributes)
    ]


def test_these_would_have_run():
    """Or the test above shows nothing."""
    assert "script" in [tag for tag, _ in Found(shown(HOSTILE[0])).tags]
    assert any(
        "onerror" in attributes for _, attributes in Found(shown(HOSTILE[1])).tags
    )


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_stays_as_it_is(text):
    assert inert(text) == text


@pytest.mark.parametrize("text", HOSTILE + HONEST)
def test_twice_is_once(text):
    assert inert(inert(text)) == inert(text)


def test_the_graded_notebook_is_inert(course):
    notebook = released(course, "numbers")
    cell = cell_of(notebook, "q-why")
    cell["source"] = HOSTILE[0]
    cell["attachments"] = {"x.svg": {"image/svg+xml": "<svg onload=alert(1)>"}}
    cell["metadata"]["evil"] = "<script>"
    for one in notebook["cells"]:
        one["outputs"] = [
            {"output_type": "display_data", "data": {"text/html": HOSTILE[1]}}
        ]
    hand_in_right(course, "eve", numbers=notebook)
    grade(course)

    path = course.autograded / "eve" / "hw1" / "numbers.ipynb"
    text = path.read_text()
    assert "<script" not in text
    assert "onerror" not in text
    assert "onload" not in text
    graded = nbformat.from_dict(json.loads(text))
    nbformat.validate(graded)
    html = HTMLExporter(template_name="basic").from_notebook_node(graded)[0]
    assert "script" not in [tag for tag, _ in Found(html).tags]
