"""What a failing comparison says of numbers that nobody has foreseen."""

import re

import numpy as np
import pytest

from cs231n.testing import WrongAnswer, expect_close, expect_equal, unchanged

RIGHT = np.array([[0.5, 1.25, -3.0], [2.0, -0.75, 4.5]])
HINT = "Rows are test images."


def message(got, expected=RIGHT, **options):
    with pytest.raises(WrongAnswer) as raised:
        expect_close(got, expected, "dx", **{"hint": HINT} | options)
    return str(raised.value)


def spoilt(value, *places):
    array = RIGHT.copy()
    for place in places:
        array[place] = value
    return array


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        (
            spoilt(np.nan, (0, 1), (1, 0)),
            "2 of 6 entries are NaN, the first at [0, 1]: look for 0 / 0, inf - inf, "
            "or a root or log of a negative.",
        ),
        (spoilt(np.inf, (1, 2)), "1 of 6 entries are infinite, the first at [1, 2]:"),
        (spoilt(-np.inf, (0, 0)), "1 of 6 entries are infinite, the first at [0, 0]:"),
        (RIGHT.astype(int), "It holds whole numbers (int64), so decimals were cut off"),
        (RIGHT > 0, "It holds True and False in place of numbers."),
        (0 * RIGHT, "Every entry is 0, as if nothing had been computed or stored."),
        (-RIGHT, "Every entry is right but for the sign."),
        (RIGHT / 2, "Every entry is 1/2 times what it should be."),
        (-3 * RIGHT, "Every entry is -3 times what it should be."),
        (RIGHT * 1.7321, "Every entry is 1.732 times what it should be."),
        (RIGHT + 0.5, "Every entry is 0.5 too large."),
        (RIGHT - 2, "Every entry is 2 too small."),
        (np.abs(RIGHT), "The sizes are right; some entries have the wrong sign."),
        (RIGHT[::-1], "It is reversed along axis 0."),
        (RIGHT.T.reshape(2, 3), "These are the right numbers in other places:"),
    ],
)
def test_a_diagnosis_that_fits_beats_the_hint(got, sentence):
    assert sentence in message(got)
    assert HINT not in message(got)


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        (
            np.add(RIGHT, [[1], [2]]),
            "Within each row all entries are off by the same amount",
        ),
        (RIGHT[:, [1, 0, 2]], "Each row has the right numbers in another order."),
        (RIGHT + 1e-6 * RIGHT**2, "It is nearly right: at most 5e-06 of the largest"),
        (spoilt(0.1, (0, 2), (1, 2)), "All wrong entries have index 2 on axis 1."),
    ],
)
def test_a_remark_is_followed_by_the_hint(got, sentence):
    assert sentence in message(got, rtol=1e-8)
    assert message(got, rtol=1e-8).endswith(HINT)


def test_what_fits_nothing_gets_the_hint_alone():
    got = np.add(RIGHT, [[0.3, 0, -1], [0, 0.2, 0.7]])
    assert message(got).endswith(f"differ). {HINT}")


def test_what_rounding_leaves_of_zero_is_no_multiple():
    assert "times what it should be" not in message(1e-17 * RIGHT)


def test_an_error_knows_whether_it_names_the_mistake():
    for got, named in ((-RIGHT, True), (RIGHT**2 + RIGHT, False), (None, True)):
        with pytest.raises(WrongAnswer) as raised:
            expect_close(got, RIGHT, hint=HINT)
        assert raised.value.named is named
    with pytest.raises(WrongAnswer) as raised:
        expect_close(RIGHT**2 + RIGHT, RIGHT, faults={"Squares.": RIGHT**2 + RIGHT})
    assert raised.value.named


def test_a_foreseen_fault_comes_first():
    why = message(-RIGHT, faults={"Move against the gradient.": -RIGHT})
    assert why.endswith("differ). Move against the gradient.")


def test_of_one_number_only_a_simple_factor_is_said():
    assert message(1.37, 2.9).endswith(f"got 1.37. {HINT}")
    assert "It is 2 times what it should be. Rows" in message(5.8, 2.9)
    assert "It is right but for the sign. Rows" in message(-2.9, 2.9)
    assert "It is NaN" in message(np.nan, 2.9)


def test_a_transposed_result_is_recognised_in_every_shape():
    square = np.arange(9.0).reshape(3, 3)
    for right in (RIGHT, square, np.arange(24.0).reshape(2, 3, 4)):
        assert "The result is transposed" in message(right.T, right)


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        (RIGHT[None], "it has an axis of length 1 too many, as `keepdims` leaves"),
        (RIGHT.ravel(), "Its numbers are right and in the right order; only the shape"),
        (RIGHT.sum(), "It is the sum over all entries: pass an `axis`."),
        (RIGHT.mean(), "It is the mean over all entries: pass an `axis`."),
    ],
)
def test_a_wrong_shape_is_explained(got, sentence):
    assert sentence in message(got)
    assert HINT not in message(got)


def test_running_averages_of_one_row_too_many_are_named():
    why = message(RIGHT[:1], RIGHT[0])
    assert why.startswith(
        "dx should have shape (3,); got (1, 3). Its numbers are right"
    )


def test_a_hint_about_shapes_is_for_shapes():
    hints = {"hint": "Look at the margin.", "shape_hint": "Print the shapes."}
    assert message(RIGHT[:, :2], **hints).endswith("got (2, 2). Print the shapes.")
    assert message(RIGHT**2 + RIGHT, **hints).endswith("differ). Look at the margin.")
    assert message(RIGHT[:, :2]).endswith(HINT)


def test_inputs_are_recognised_in_what_comes_back():
    with unchanged(x=RIGHT, w=np.ones((5, 3))):
        pass
    assert "It is the input x, handed back as it was." in message(RIGHT, RIGHT * 2 + 1)
    assert (
        "It has one number for each row of x; there should be one for each column"
        in (message(np.zeros(2), np.ones(3)))
    )
    assert "one number for each column of w" in message(np.ones(3), np.ones(5))
    assert "Every entry is 5 times what it should be, and w has 5 rows." in (
        message(5 * RIGHT)
    )


def test_inputs_are_forgotten_with_the_cell_that_gave_them():
    """A cell is not told of another, which a grader may run in another process."""
    names = {"__name__": "__main__", "unchanged": unchanged, "right": RIGHT}
    exec("def given(**arrays):\n    with unchanged(**arrays):\n        pass", names)
    same = "\nexpect_close(right.copy(), 2 * right)"
    names["expect_close"] = expect_close

    def run(cell, source):
        exec(compile(source, cell, "exec"), names)

    with pytest.raises(WrongAnswer, match="It is the input x, handed back"):
        run("one", f"given(x=right){same}")
    with pytest.raises(WrongAnswer, match="Every entry is 1/2 times"):
        run("two", same)
    run("three", "given(x=right)")  # a kernel compiles each statement by itself
    with pytest.raises(WrongAnswer, match="It is the input x, handed back"):
        run("three", same)


def test_a_ragged_list_is_a_sentence():
    assert message([[1.0, 2.0], [3.0]]) == (
        "dx should be an array; got a list of 2 lists that differ in length or shape."
    )


def test_none_and_other_things_are_sentences():
    assert "dx is None: the answer ends without `return`" in message(None)
    assert "got a function." in message(message)
    assert "got a dictionary of 1 entry." in message({"a": 1})
    assert "got a list of 1 text." in message(["a"])


def test_a_lost_dtype_is_said_where_the_numbers_are_right():
    right = RIGHT.astype(np.float32)
    expect_close(right, right, dtype=np.float32)
    why = message(RIGHT, right, dtype=np.float32)
    assert (
        "The numbers of dx are right, but its dtype should be float32; got float64"
        in (why)
    )
    assert "dtype" not in message(RIGHT * 2, right, dtype=np.float32)


def test_numbers_that_differ_look_different():
    assert "should be 1; got 1.00000001." in message(1.00000001, 1.0, rtol=0, atol=0)


def test_nothing_is_written_and_no_warning_raised(recwarn, capsys):
    message(np.array([np.inf, 1e308, -1e308]), np.array([np.inf, 1.0, 2.0]))
    message(np.full(3, 1e308), np.array([-1e308, 1.0, 2.0]))
    assert not recwarn.list
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        (np.float32(1e-7), "sgd", 'lr should be a text, "sgd"; got a number, 1e-07.'),
        (np.int64(3), 4, "lr should be 4; got 3."),
        ([np.float64(0.5)], [0.25], "a list of 1 number, 0.25; got a list of 1 number"),
        ((1,), [1], "a list of 1 whole number, 1; got a tuple of 1 whole number, 1."),
        ((3, 4), (4, 3), "lr should be (4, 3); got (3, 4)."),
        ({"b": 1}, {"a": 1}, "a dictionary of 1 entry, a = 1; got a dictionary of"),
        (True, 1, "lr should be a whole number, 1; got True or False, True."),
        (None, 1, "lr is None."),
        (len, 1, "lr should be a whole number, 1; got a function."),
        (np.dtype("f4"), np.dtype("f8"), "lr should be float64; got float32."),
        (np.float32, np.float64, "lr should be float64; got float32."),
        (list(range(99)), [], "lr should be an empty list; got a list of 99 whole"),
        ([np.ones(2)] * 3, [1], "got a list of 3 arrays."),
        (1.0000000001, 1.0, "lr should be 1; got 1.0000000001."),
    ],
)
def test_other_values_are_told_as_a_person_would(got, expected, said):
    with pytest.raises(WrongAnswer, match=re.escape(said)):
        expect_equal(got, expected, "lr")


def test_whole_numbers_of_numpy_are_whole_numbers():
    expect_equal(np.int64(3), 3)
    expect_equal(3, 3.0)
