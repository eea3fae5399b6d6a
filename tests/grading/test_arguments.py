"""A number on a command line is the number that was meant, or a sentence says why."""

import argparse

import pytest

from grading.arguments import count, seconds


def test_numbers_are_read():
    assert (count("1"), count("12"), seconds("0.5"), seconds("60")) == (1, 12, 0.5, 60)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", "½", "1_0"])
def test_a_count_starts_at_one(text):
    with pytest.raises(argparse.ArgumentTypeError, match="a number from 1 on; got"):
        count(text)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "x", ""])
def test_a_time_is_positive_and_ends(text):
    with pytest.raises(argparse.ArgumentTypeError, match="a time in seconds; got"):
        seconds(text)
