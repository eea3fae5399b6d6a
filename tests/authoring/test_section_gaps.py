"""The list of gaps names what a section lacks, and nothing that is there."""

import jupytext
import pytest

from grading.authoring.build import scripts
from grading.authoring.section_gaps import EXPERIMENT, MEASURED, main, section_gaps
from grading.authoring.section_rules import sections

WHOLE = """# %% [markdown]
# ## 1. Adding
#
# Peano (1889) wrote down what adding means. After this section you can add.
#
# $$a + b = b + a$$

# %% drawing="sum"
drawings.show(drawings.norm_graph(), "A sum.")

# %% [markdown]
# *Two and three.*
#
# **Worked example.** Two numbers:

# %%
print(2 + 3)

# %% [markdown]
# **Predict, then check.** What is 3 + 2?
#
# <details><summary>Check your prediction</summary>
#
# The same.
#
# </details>

# %% answer="add" minutes=5 difficulty=1 importance=3
x = 1

# %% tags=["experiment"]
print(1 + 1)

# %% [markdown]
# **Further reading**
#
# - Peano, *The principles*, 1889. 5 minutes.
#
# **Harder (optional, no points).** Add three numbers.
#
# <details><summary>Compare your answer</summary>
#
# Twice.
#
# </details>
#
# ## 2. A text
#
# Nothing to do.
"""


def gaps(text):
    cells = jupytext.reads(text, fmt="py:percent").cells
    return [
        f"{title} {gap}"
        for title, part in sections(cells)
        for gap in section_gaps(part)
    ]


def test_a_whole_section_has_no_gaps():
    assert gaps(WHOLE) == []


def test_a_heading_inside_a_cell_begins_a_section():
    cells = jupytext.reads(WHOLE, fmt="py:percent").cells
    (_, first), (title, second) = sections(cells)

    assert title == "2. A text"
    assert "Further reading" in first[-1].source
    assert "## 2." not in first[-1].source
    assert [cell.source for cell in second] == ["## 2. A text\n\nNothing to do."]


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        ("1889", "once", "names no year"),
        ("$$", "$", "has no equation on a line of its own"),
        ("Worked example", "Look", "has no worked example"),
        ("Further reading", "Books", "has no further reading"),
        (" 5 minutes.", "", "has reading without minutes"),
        ("**Harder", "**Next", "has no harder exercise"),
        ("<details><summary>Compare", "Compare", "harder exercise without a folded"),
        ('drawing="sum"', "", "has no drawing"),
        ('tags=["experiment"]', "", "has neither an experiment nor a question"),
        ("<details><summary>Check", "Check", "no folded prediction before 'add'"),
        (
            "Nothing to do.",
            "Compute 2 + 2 by hand.",
            "no folded answer near 'Compute 2",
        ),
        ("Nothing to do.", "So " * 31 + "it is.", "has a sentence of 33 words: So So"),
    ],
)
def test_what_is_lacking_is_listed(old, new, gap):
    assert old in WHOLE
    found = gaps(WHOLE.replace(old, new))

    assert any(gap in line for line in found), found


@pytest.mark.parametrize(
    "run",
    [
        '# %% tags=["experiment"]\nprint(4)\n',
        "# %% [markdown]\n# **Experiment.** Run it.\n",
        "# %% [markdown]\n# **For lunch.** Who is right?\n",
    ],
)
def test_what_runs_or_is_discussed_is_an_experiment(run):
    bare = WHOLE.replace('# %% tags=["experiment"]\nprint(1 + 1)\n', run)
    assert gaps(bare) == []


def test_a_run_answers_what_was_asked_before_it():
    asked = WHOLE.replace("Nothing to do.", "Predict: how many?")
    assert any("no folded answer near 'Predict: how" in gap for gap in gaps(asked))
    assert gaps(asked + '\n# %% tags=["experiment"]\nprint(4)\n') == []


def test_sections_that_are_measured_later_exist():
    for name, measured in MEASURED.items():
        path = next(p for p in scripts() if f"{p.parent.name}/{p.stem}" == name)
        cells = jupytext.read(path, fmt="py:percent").cells
        lacking = {
            title.partition(".")[0]
            for title, part in sections(cells)
            if EXPERIMENT in section_gaps(part)
        }
        assert set(measured) == lacking, name


def test_no_notebook_has_gaps(capsys):
    main([])
    assert capsys.readouterr().out == ""


def test_one_notebook_is_listed_by_name(capsys):
    assert main(["assignment2/dropout"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert all(line.startswith("assignment2/dropout, '") for line in lines)
