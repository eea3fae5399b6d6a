"""Short headers become nbgrader's flags, or are refused with a sentence."""

import re

import jupytext
import pytest

from grading.authoring.cell_headers import expand, header_faults

ANSWER = '# %% answer="f"\nx = 1\n'


def cells(text):
    return jupytext.reads(text, fmt="py:percent").cells


def expanded(text, **options):
    found = cells(text)
    assert [*header_faults(found)] == []
    return expand(found, **options)


def flags(cell):
    raw = cell.metadata.nbgrader
    return raw.grade, raw.solution, raw.locked, raw.grade_id, raw.get("points")


def test_each_role_gets_the_flags_that_nbgrader_grades():
    built = expanded(
        f'{ANSWER}\n# %% test="f" points=2\n\n# %% hidden-test="f" points=0.5\n\n'
        '# %% test="f" part="ties" points=1\n\n'
        '# %% hidden-test="f" part="ties" points=1\n\n'
        '# %% [markdown] question="q" points=3\n# Why?\n\n'
        '# %% [markdown] marking="q"\n# Because.\n'
    )

    assert [flags(cell) for cell in built] == [
        (False, True, False, "f", None),
        (True, False, True, "test-f", 2),
        (True, False, True, "test-f-hidden", 0.5),
        (True, False, True, "test-f-ties", 1),
        (True, False, True, "test-f-ties-hidden", 1),
        (False, False, True, "q-q-text", None),
        (True, True, False, "q-q", 3),
    ]
    assert built[-1].source == "### BEGIN SOLUTION\nBecause.\n### END SOLUTION"
    assert all(cell.metadata.nbgrader.schema_version == 3 for cell in built)


def test_what_an_exercise_takes_stands_above_it():
    built = expanded(
        '# %% answer="f" minutes=15 difficulty=2 importance=3\nx = 1\n\n'
        '# %% answer="g" minutes=1\nx = 1\n\n# %% answer="h"\nx = 1\n'
    )

    assert [cell.source for cell in built] == [
        "*15 minutes · difficulty 2 of 5 · importance 3 of 3*",
        "x = 1",
        "*1 minute*",
        "x = 1",
        "x = 1",
    ]


def test_a_question_says_how_long_it_takes():
    question, _ = expanded(
        '# %% [markdown] question="q" points=2 minutes=10\n# Why?\n\n'
        '# %% [markdown] marking="q"\n# So.\n'
    )

    assert question.source == "Why?\n\n*10 minutes*"


def test_drawings_are_collapsed_and_tests_where_asked():
    text = f'{ANSWER}\n# %% drawing="d"\nx\n\n# %% test="f" points=1\nx\n'
    hidden = {"source_hidden": True}

    assert [c.metadata.get("jupyter") for c in expanded(text)] == [None, hidden, None]
    collapsed = expanded(text, collapsed=True)
    assert [c.metadata.get("jupyter") for c in collapsed] == [None, hidden, hidden]


def test_a_hint_is_plain_text_with_a_name():
    _, hint = expanded(f'{ANSWER}\n# %% [markdown] hint="f"\n# Look.\n')

    assert hint.metadata == {"name": "hint-f", "cs231n": {"hint": "f"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('# %% test="g" points=1', "test 'g' belongs to no answer; there are: f."),
        ('# %% [markdown] hint="g"', "hint 'g' belongs to no answer; there are: f."),
        ('# %% test="f"', "test 'f' is graded and needs points above 0."),
        ('# %% test="f" points=0', "points should be a number above 0; got 0."),
        ('# %% test="f" points="2"', "points should be a number above 0; got '2'."),
        ('# %% answer="g" difficulty=6', "difficulty should be 1 to 5; got 6."),
        ('# %% answer="g" importance=0', "importance should be 1 to 3; got 0."),
        ('# %% answer="g" hint="f"', "a cell is either answer or hint; give each its"),
        ('# %% answr="g"', "unknown 'answr' in the header; known: answer, test, "),
        ('# %% answer="g" points=1', "unknown 'points' in the header"),
        ('# %% hint="f"', r"begin hint with # %% \[markdown\], not # %%;"),
        ('# %% [markdown] answer="g"', "begin answer with # %%, not # %% .markdown.;"),
        ('# %% [markdown] marking="q"', "marking 'q' must stand right below its quest"),
        (
            '# %% [markdown] question="q" points=1',
            "question 'q' needs a guide for mark",
        ),
        ('# %% nbgrader={"grade": true}', "Write a header such as test="),
    ],
)
def test_a_wrong_header_is_refused_in_a_sentence(text, message):
    faults = [*header_faults(cells(f"{ANSWER}\n{text}\nx = 2\n"))]

    assert all(fault.startswith("cell 2: ") for fault in faults)
    assert re.search(message, "\n".join(faults)), faults
