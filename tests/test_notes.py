"""The notes: complete pages, that lead somewhere and give no answer away."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTES = ROOT / "docs/site/notes"
PAGES = sorted(path for path in NOTES.glob("*.md") if path.stem != "index")
CELL = re.compile(r"^```\{code-cell\} python\n(.*?)^```$", re.M | re.S)
ANSWER = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)
#: Shorter lines, such as `return loss, grads`, stand in any program.
SHORT = 26

pytestmark = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)


def cells(page):
    """Return the options and the code of each cell of a page."""
    found = []
    for text in CELL.findall(page.read_text(encoding="utf-8")):
        head = re.match(r"---\n.*?\n---\n|(?::.*\n)*", text, re.S)[0]
        found.append((head, text[len(head) :]))
    return found


def prose(page):
    """Return a page without its head, its code and its formulas."""
    text = re.sub(
        r"\A---\n.*?\n---\n", "", page.read_text(encoding="utf-8"), flags=re.S
    )
    text = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    return re.sub(r"\$\$.*?\$\$", "", text, flags=re.S)


def lines(code):
    """Return the lines of code that are long enough to be somebody's."""
    stripped = (line.split("  #")[0].strip() for line in code.splitlines())
    return {
        line for line in stripped if len(line) >= SHORT and "default_rng" not in line
    }


def test_a_page_has_a_readable_length_and_all_its_parts(page):
    text = prose(page)
    assert 1000 <= len(text.split()) <= 2500
    for part in ("**You need:**", "## Check yourself", "## Further reading"):
        assert part in text, part
    assert text.count("<details><summary>Answer</summary>\n\n") >= 2
    assert text.count("<details>") == text.count("\n\n</details>")


def test_its_code_is_python_and_each_picture_has_a_text(page):
    for head, code in cells(page):
        ast.parse(code)
        if "plt.show()" in code:
            assert re.search(r"^    alt: \S.{20}", head, re.M), code


def test_its_links_lead_to_pages_and_notebooks(page):
    for link in re.findall(r"\]\((?!http)([^)#]+)", prose(page)):
        name = re.fullmatch(r"\.\./assignments/(\w+/\w+)\.md", link)
        there = ROOT / f"assignments/{name[1]}.ipynb" if name else NOTES / link
        assert there.exists(), link


def test_it_gives_no_line_of_an_answer_away(page):
    answers = set()
    for source in ROOT.glob("solutions/*/*.py"):
        for answer in ANSWER.findall(source.read_text(encoding="utf-8")):
            answers |= lines(answer)
    assert len(answers) > 500
    shown = set().union(*(lines(code) for _, code in cells(page)))
    assert shown & answers == set()
