"""Formulas are read as formulas on pages where nothing runs."""

import pytest

from grading.engine.pages.formulas import formula
from grading.engine.pages.html import line, markdown


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        ("k = 1", "<em>k</em> = 1"),
        ("x_i^2", "<em>x</em><sub><em>i</em></sub><sup>2</sup>"),
        (r"x_{ij} \le \alpha", "<em>x</em><sub>ij</sub> ≤ <em>α</em>"),
        (r"\frac{1}{N}", "(1)/(<em>N</em>)"),
        (r"\mathbf{W} \times x < 3", "<em>W</em> × <em>x</em> &lt; 3"),
        (r"\log p", "log <em>p</em>"),
        (r"\unknown{x}", r"<code>\unknown{x}</code>"),
    ],
)
def test_formulas_are_shown(tex, shown):
    assert formula(tex) == shown


def test_a_question_and_its_title_have_no_dollars():
    assert str(line("Question on $k = 1$")) == "Question on <em>k</em> = 1"
    assert str(markdown("With $k = 1$, **why**?")) == (
        "<p>With <em>k</em> = 1, <strong>why</strong>?</p>\n"
    )


@pytest.mark.parametrize("text", ["It costs $5 and $6.", "a$b$c", r"\$x$", "$ x $"])
def test_other_dollars_stay(text):
    assert "<em>" not in str(line(text))


@pytest.mark.parametrize(
    "text",
    [
        "$<script>alert(1)</script>$",
        "$x_{<img src=x onerror=alert(1)>}$",
        r"$\href{javascript:alert(1)}{x}$",
        "xFORMULA0x $x$ <b onclick=a>",
        "$`<script>`$",
    ],
)
def test_nothing_in_a_formula_runs(text):
    for shown in (str(line(text)), str(markdown(text))):
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<b" not in shown.replace("<br", "")
        assert "<a" not in shown
