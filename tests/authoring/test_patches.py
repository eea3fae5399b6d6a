"""Patches change what they say, once, and nothing else."""

import pytest

from grading.authoring.patches import PatchError, is_patch, lean, patched

ANSWER = '''
def f(x):
    """Double it."""
    ### BEGIN SOLUTION
    total = 0
    for value in x:
        total += value  # one by one
        total += value
    ### END SOLUTION
    return total
'''.strip()


def test_lean_drops_docstrings_and_marks_only():
    assert lean(ANSWER).split("\n") == [
        "def f(x):",
        "    total = 0",
        "    for value in x:",
        "        total += value  # one by one",
        "        total += value",
        "    return total",
    ]
    assert lean('def f():\n    """Only this."""') == 'def f():\n    """Only this."""'


@pytest.mark.parametrize(
    ("patch", "new"),
    [
        ("- total = 0\n+ total = 1", "total = 1"),
        (
            "- total += value",
            "    total = 0\n    for value in x:\n        pass\n    return",
        ),
        ("  return total\n+ print(total)", "    return total\n    print(total)"),
        ("-     return total\n+ return 1", "return 1"),
        ("- return total\n+     return total", "        return total"),
    ],
)
def test_a_block_changes_its_place(patch, new):
    source = lean(ANSWER).replace("total += value  # one by one", "pass")

    assert new in patched(source, patch)


def test_blocks_may_stand_in_any_order():
    changed = patched("a = 1\nb = 2\nc = 3", "- c = 3\n+ c = 4\n\n- a = 1")

    assert changed == "b = 2\nc = 4"


def test_neighbours_tell_equal_lines_apart():
    source = "if a:\n    x = 1\nif b:\n    x = 1"

    assert patched(source, "  if b:\n-     x = 1\n+     x = 2").endswith("    x = 2")


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ("- x = 1\n+ x = 2", "'x = 1' occurs 2 times; it must occur once. Copy it"),
        ("- x = 3", "'x = 3' occurs nowhere; it must occur once"),
        ("- y = 1\n- x = 3", "'y = 1' and what follows occurs nowhere"),
        ("+ x = 3", "a block only adds lines; put the line before or after them"),
        ("- y = 1\n+ y = 2\n\n- y = 1\n+ y = 3", "two blocks change the same line"),
    ],
)
def test_a_patch_that_does_not_fit_is_refused(patch, message):
    with pytest.raises(PatchError, match=message):
        patched("x = 1\ny = 1\nx = 1", patch)


def test_answers_are_no_patches():
    assert is_patch("- x = 1\n+ x = 2\n\n  y\n- z")
    assert not is_patch(ANSWER)
    assert not is_patch("  x = 1")
