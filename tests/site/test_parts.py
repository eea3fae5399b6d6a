"""What the site's pages are made of, part by part."""

import nbformat
import pytest

from grading.site import documents, reference
from grading.site.mathml import FormulaError, mathml
from grading.site.notebook_page import notebook_page
from grading.site.pictures import Pictures
from grading.site.stage import Home, Stage


def test_a_formula_becomes_mathml_and_keeps_its_source():
    markup = mathml(r"\frac{a}{b} < \text{fan\_in}")

    assert "<mfrac>" in markup
    assert "fan_in" in markup
    assert r'alttext="\frac{a}{b} &lt; \text{fan\_in}"' in markup


def test_limits_stand_below_and_above_between_lines_only():
    latex = r"\sqrt{\sum_{i=1}^{N} x_i}"

    assert "munderover" in mathml(latex, "block")
    assert "munderover" not in mathml(latex)


def test_names_of_functions_have_room_but_not_before_a_bracket():
    assert mathml(r"2 \log p").count("<mspace") == 2
    assert mathml(r"2 \log_2 p").count("<mspace") == 2
    assert mathml(r"-\log (1 - p)").count("<mspace") == 0


@pytest.mark.parametrize("latex", [r"\unheardof x", r"\left( x"])
def test_a_formula_that_cannot_be_drawn_is_refused(latex):
    with pytest.raises(FormulaError, match="The formula"):
        mathml(latex)


def notebook():
    """A title, the cell for Colab, a drawing, a folded test."""
    cells = [
        nbformat.v4.new_markdown_cell("# Title\n\nText."),
        nbformat.v4.new_code_cell('# @title Run this first: it installs\nPACKAGE = ""'),
        nbformat.v4.new_code_cell("# @title Drawing\ndraw()", id="drawing-a"),
        nbformat.v4.new_code_cell("# @title Test: a < b\nassert 1"),
        nbformat.v4.new_code_cell("plain()"),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def test_a_notebook_becomes_a_page():
    page = notebook_page(notebook(), {"Download": "a.ipynb"}, {"drawing-a": "<img>"})

    assert page.startswith(
        '# Title\n\n<p class="ways"><a href="a.ipynb">Download</a></p>'
    )
    assert "installs" not in page
    assert page.index("<img>") < page.index("draw()")
    assert '<details class="folded"><summary>Test: a &lt; b</summary>' in page
    assert "\n```{code-block} python\nplain()\n```" in page


def test_a_drawing_is_a_picture_of_its_page_and_of_the_gallery(tmp_path):
    cells = [
        nbformat.v4.new_markdown_cell("# Title"),
        nbformat.v4.new_code_cell(
            'drawings.show(drawings.folds(), "Five rounds.")', id="drawing-a"
        ),
        nbformat.v4.new_code_cell("drawings.show(answer(), 'No.')", id="drawing-b"),
    ]
    pictures = Pictures(tmp_path)

    shown = pictures.of_notebook("a/b", nbformat.v4.new_notebook(cells=cells))

    assert list(shown) == ["drawing-a"]  # the other one draws what a student wrote
    ((name, data),) = pictures.files()
    assert (name, data[:4]) == ("drawing-a.png", b"\x89PNG")
    assert 'src="../../pictures/drawing-a.png"' in shown["drawing-a"]
    assert '<a href="assignments/a/b.html#drawing-a">' in pictures.page()
    assert Pictures(tmp_path, "zh_CN").page().startswith("# 图库")


def test_only_known_addresses_are_linked():
    nowhere, here = Home(), Home("https://github.com/me/course", "students", lite=True)
    elsewhere = Home("https://example.org/me/course")

    assert list(nowhere.ways("assignment1/knn")) == ["Download the notebook"]
    assert list(elsewhere.ways("assignment1/knn")) == ["Download the notebook"]
    ways = here.ways("assignment1/knn")
    assert ways["Open in Colab"].endswith(
        "/github/me/course/blob/students/assignments/assignment1/knn.ipynb"
    )
    assert ways["Open in Binder"] == (
        "https://mybinder.org/v2/gh/me/course/students"
        "?urlpath=lab%2Ftree%2Fassignments%2Fassignment1%2Fknn.ipynb"
    )
    assert ways["Open in the browser"].startswith("../../lite/lab/index.html?path=")
    assert "Open in the browser" not in here.ways("assignment2/pytorch")
    chinese = here.ways("assignment1/knn", "zh_CN")["Open in the browser"]
    assert chinese == ("../../../lite/lab/index.html?path=zh_CN/assignment1/knn.ipynb")


def test_documents_link_to_pages_and_else_to_the_repository():
    assert "](grading.md)" in documents.document_pages()["docs/readme"]
    assert "](figures/notebook.png)" in documents.document_pages()["docs/readme"]


def test_every_public_part_is_in_the_reference():
    pages = reference.reference_pages()
    text = "\n".join(pages.values())

    for name in ("~cs231n.layers.affine_forward", "cs231n.nets.convnet", "cs231n.vis"):
        assert name in text
    listed = (documents.ROOT / "docs/site/reference/index.md").read_text()
    for page in pages:
        assert f"\n{page.partition('/')[2]}\n" in listed


def test_what_is_not_needed_any_more_is_removed(tmp_path):
    stage = Stage(tmp_path)
    stage.write("a.md", b"a")
    (tmp_path / "old.md").write_text("old")
    before = (tmp_path / "a.md").stat().st_mtime_ns

    stage.write("a.md", b"a")
    stage._remove_the_rest()

    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]
    assert (tmp_path / "a.md").stat().st_mtime_ns == before
