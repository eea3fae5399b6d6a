"""A guided notebook has hints, ticks, drawings with texts and seeded tests."""

import jupytext
import pytest

from grading.authoring.build import SourceError, source_notebook
from grading.authoring.section_rules import is_guided, section_faults

FOLD = "# <details><summary>Hint</summary>\n#\n# Look.\n#\n# </details>\n"
RIGHT = f"""# %% [markdown] form="guided"
# # Title

# %% tags=["setup"]
rng = np.random.default_rng(231)

# %% [markdown]
# ## 1. A section
#
# After this section you can add.

# %% drawing="d"
drawings.show(drawings.norm_graph(), "A graph.")

# %% [markdown]
# *Follow the arrows.*

# %% answer="f" minutes=15 difficulty=2 importance=3
### BEGIN SOLUTION
x = 1
### END SOLUTION

# %% [markdown] hint="f"
{FOLD}#
{FOLD}#
{FOLD}
# %% test="f" points=2
expect_close(f(rng.normal()), 0)
passed("f", "zero")

# %% [markdown] question="q" points=2 minutes=10
# Why?

# %% [markdown] marking="q"
# So.
"""


def faults(text):
    return [*section_faults(jupytext.reads(text, fmt="py:percent").cells)]


def test_a_right_notebook_has_no_faults_and_is_built(tmp_path):
    path = tmp_path / "assignment9" / "topic.py"
    path.parent.mkdir()
    path.write_text(RIGHT, encoding="utf-8")

    assert faults(RIGHT) == []
    built = {cell.id: cell for cell in source_notebook(path).cells}
    assert built["test-f"].metadata.jupyter.source_hidden
    assert not any("form" in cell.metadata for cell in built.values())
    assert built["effort-f"].source.startswith("*15 minutes")
    path.write_text(RIGHT.replace("passed(", "past("), encoding="utf-8")
    with pytest.raises(SourceError, match="should end in passed"):
        source_notebook(path)


def test_only_the_guided_form_is_held_to_the_rules():
    cells = jupytext.reads(RIGHT.replace(' form="guided"', ""), fmt="py:percent").cells

    assert not is_guided(cells)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('passed("f", "zero")', "", "the test of 'f' should end in passed("),
        (
            "f(rng.normal())",
            "f(np.random.default_rng(1))",
            "makes a generator with def",
        ),
        (', "A graph."', "", "drawing 'd' has no text for those who cannot see it"),
        (', "A graph."', ', alt=" "', "drawing 'd' has no text for those who cannot"),
        (" difficulty=2", "", "answer 'f' lacks difficulty in its header."),
        (f"{FOLD}#\n{FOLD}#\n", f"{FOLD}#\n", "needs 3 folded hints; it has 2."),
        (
            "Hint</summary>\n#\n",
            "Hint</summary>\n",
            "put a blank line below </summary>",
        ),
        ("*Follow the arrows.*", "Arrows.", "drawing 'd' has no caption: begin"),
        ("After this", "In this", "section '1. A section' has an answer and does not"),
        (" minutes=10", "", "question 'q' lacks minutes in its header."),
        (
            "rng = np.random.default_rng(231)",
            "x = 1",
            "tests use rng, which the set-up",
        ),
        (
            '# %% [markdown] question="q"',
            '# %% hidden-test="f" points=1\npassed("f", "x")\n\n'
            '# %% [markdown] question="q"',
            "1 of 3 points are hidden; a tenth may be.",
        ),
    ],
)
def test_what_is_lacking_is_said(old, new, message):
    assert old in RIGHT
    found = faults(RIGHT.replace(old, new))

    assert found, old
    assert all(message in fault for fault in found), found
