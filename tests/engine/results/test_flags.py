"""What is said about a class is short, and the unexpected comes first."""

import pytest

from grading.engine.results.flags import RANKS, grouped, rank


@pytest.mark.parametrize(
    ("flag", "name"),
    [
        ("An answer wrote to its line to the tests by itself.", "to be looked at"),
        ("Something that nobody has thought of.", "to be looked at"),
        ("double uses open: what lies outside the notebook.", "to be looked at"),
        ("'words.ipynb' was not handed in.", "perhaps lost"),
        ("Left out 'x.ipynb': it is a link, a pipe or a device.", "perhaps lost"),
        ("'a (1).ipynb' was taken for 'a.ipynb'.", "mended"),
        ("Left out 'x.py' and 3 more: no notebook.", "mended"),
    ],
)
def test_every_flag_has_a_rank(flag, name):
    assert RANKS[rank(flag)] == name


def test_one_remark_about_a_class_is_one_line():
    flags = [
        (f"s{number}", "n", f"'numbers ({number}).ipynb' was taken for 'n.ipynb'.")
        for number in range(300)
    ]
    flags += [("eve", "n", "double changes numpy.testing.")]
    first, second = grouped(flags)

    assert (first.students, RANKS[first.rank]) == (("eve",), "to be looked at")
    assert (len(second.students), RANKS[second.rank]) == (300, "mended")


def test_other_notebooks_and_other_words_are_other_groups():
    flags = [("a", "x", "One."), ("a", "y", "One."), ("b", "x", "Two.")]
    assert len(grouped(flags)) == 3
