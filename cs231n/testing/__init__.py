"""Assertions that explain: what was expected, what came, and the likeliest cause.

The test cells of the notebooks are written with these. All of them raise
:class:`WrongAnswer`, an ``AssertionError``, with one or two sentences. None prints but
:func:`passed`, which ends a test with a tick.
"""

from cs231n.testing.effects import PEAKS, WATCHED, memory_below, unchanged
from cs231n.testing.elsewhere import beside_answers
from cs231n.testing.rules import expect_source, hiding
from cs231n.testing.ticks import passed
from cs231n.testing.values import expect_array, expect_close, expect_equal, expect_tuple
from cs231n.testing.words import in_words
from cs231n.testing.wrong import WrongAnswer, expect

__all__ = [
    "PEAKS",
    "WATCHED",
    "WrongAnswer",
    "beside_answers",
    "expect",
    "expect_array",
    "expect_close",
    "expect_equal",
    "expect_source",
    "expect_tuple",
    "hiding",
    "in_words",
    "memory_below",
    "passed",
    "unchanged",
]
