"""A small course of two notebooks, released once and copied for each test."""

import json
from pathlib import Path

import nbformat

NOTEBOOKS = {
    "numbers": '''
# %% [markdown]
# # Numbers
#
# A short notebook about numbers, for trying things out.

# %% tags=["setup"]
import math

# %%
data = list(range(5))
print(data, "a free cell that no test needs")

# %% [markdown]
# ## 1. Double a number, with one multiplication and nothing else

# %% answer="double"
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" points=2
# 2 points: a number you can check by hand.
assert double(3) == 6, "twice 3 is 6"

# %% hidden-test="double" points=1
# 1 point: the grader also tries negative numbers.
### BEGIN HIDDEN TESTS
assert double(-31337) == -62674, "secret detail"
### END HIDDEN TESTS

# %% [markdown] question="why" points=2
# **Question (2 points).** Why is twice a whole number always an even number?

# %% [markdown] marking="why"
# By definition.

# %% [markdown]
# ## 2. Add the numbers of a list, without the built-in function sum

# %% answer="total"
def total(numbers):
    """Return the sum of numbers."""
    ### BEGIN SOLUTION
    result = 0
    for number in numbers:
        result += number
    return result
    ### END SOLUTION

# %% test="total" points=3
# 3 points: a short list.
assert total([1, 2, 3]) == 6, "1 + 2 + 3 is 6"
''',
    "words": '''
# %% [markdown]
# # Words
#
# Another short notebook, about words this time.

# %% tags=["setup"]
import string

# %% [markdown]
# ## 1. Shout, which is to write every letter of a word as a capital

# %% answer="shout"
def shout(word):
    """Return word in capitals."""
    ### BEGIN SOLUTION
    return word.upper()
    ### END SOLUTION

# %% test="shout" points=2
# 2 points: one word.
assert shout("hello") == "HELLO", "hello is HELLO"
''',
}
RIGHT = {
    "double": "def double(x):\n    return x + x",
    "total": "def total(numbers):\n    return math.fsum(numbers)",
    "shout": "def shout(word):\n    return word.upper()",
    "q-why": "Because two divides it.",
}


def write_solutions(folder):
    """Write the percent scripts."""
    for name, text in NOTEBOOKS.items():
        path = Path(folder) / "hw1" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")


def released(course, name):
    """Read a released notebook as a dict."""
    path = course.released / "hw1" / f"{name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def cell_of(notebook, grade_id):
    """Return a cell by its grade_id."""
    return next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def answered(course, name, answers=RIGHT):
    """Fill a released notebook in."""
    notebook = released(course, name)
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, cell["source"])
    return notebook


def code(source, **metadata):
    """Make a code cell."""
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": []}


def text(source):
    """Make a markdown cell."""
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def hand_in(course, student, **notebooks):
    """Put notebooks into the submitted tree; bytes go as they are."""
    folder = course.submitted / student / "hw1"
    folder.mkdir(parents=True, exist_ok=True)
    for name, notebook in notebooks.items():
        data = (
            notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        )
        (folder / f"{name}.ipynb").write_bytes(data)
    return folder


def hand_in_right(course, student, **changes):
    """Hand both notebooks in, answered rightly, with some changed."""
    whole = {name: answered(course, name) for name in NOTEBOOKS}
    return hand_in(course, student, **whole | changes)


def as_nbformat(notebook):
    """Return what nbgrader's tools take."""
    return nbformat.from_dict(notebook)
