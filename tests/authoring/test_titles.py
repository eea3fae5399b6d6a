"""What students see of a collapsed cell."""

import pytest

from grading.authoring.build import scripts, source_notebook

PATH = next(path for path in scripts() if path.stem == "autograd")


@pytest.fixture(scope="module")
def cells():
    return source_notebook(PATH).cells


def test_collapsed_cells_say_what_they_are(cells):
    hidden = [c for c in cells if c.metadata.get("jupyter", {}).get("source_hidden")]
    assert len(hidden) > 30
    assert all(cell.metadata.cellView == "form" for cell in hidden)
    titles = [cell.source.partition("\n")[0] for cell in hidden]
    assert titles[0].startswith("# @title Run this first")
    assert titles[1].startswith("# @title Set-up")
    assert all(title.startswith("# @title ") for title in titles)
    assert "# @title Drawing" in titles


def test_the_title_of_a_test_is_what_its_tick_says(cells):
    tests = [c for c in cells if c.source.startswith("# @title Test")]
    for cell in tests:
        title = cell.source.partition("\n")[0].removeprefix("# @title Test: ")
        assert title in " ".join(cell.source.partition("\n")[2].split())


def test_answers_stay_open(cells):
    graded = [c for c in cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert graded
    assert not any("jupyter" in cell.metadata for cell in graded)
