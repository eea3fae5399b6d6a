"""No wrong answer, whatever it is, gets a message that a person could not say."""

import ast
import contextlib
import datetime
import re

import numpy as np
import pytest

from cs231n.pytorch.recording import pair
from cs231n.pytorch.tensors import gradients
from cs231n.pytorch.training import take_step
from cs231n.testing import (
    WrongAnswer,
    expect_array,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    in_words,
    tapes,
)
from cs231n.testing.words import whole


class Odd:
    """What an answer might return by mistake."""


class Unwilling:
    def __array__(self, dtype=None, copy=None):
        raise TypeError("no array of this")


ANSWERS = {
    "None": None,
    "bool": True,
    "text": "hello",
    "long text": "a word " * 200,
    "text of lines": "one\ntwo",
    "bytes": b"abc",
    "int": 3,
    "huge int": 10**5000,
    "float": 0.1 + 0.2,
    "nan": float("nan"),
    "complex": 1 + 2j,
    "NumPy's float": np.float32(1e-7),
    "NumPy's int": np.int64(3),
    "NumPy's bool": np.bool_(True),
    "NumPy's text": np.str_("sgd"),
    "a date": np.datetime64("2020-01-01"),
    "Python's date": datetime.date(2020, 1, 1),
    "empty list": [],
    "list": [1, 2.5],
    "list of NumPy's": [np.float32(0.5), np.float64(2)],
    "list of arrays": [np.ones(3)] * 3,
    "list of lists": [[1, 2], [3, 4]],
    "ragged list": [[1, 2], [3]],
    "list of texts": ["a", "b"],
    "list with None": [1, None],
    "mixed list": [1, "a", np.ones(2), Odd()],
    "complex list": [1j, 2],
    "long list": list(range(100_000)),
    "deep list": [[[[[[1]]]]]] * 50,
    "list of objects": [Odd()] * 3,
    "list of huge": [10**400] * 20,
    "tuple of one": (1,),
    "tuple of three": (1, np.float32(2), "c"),
    "shape": (3, 4),
    "long tuple": (1,) * 1000,
    "empty dictionary": {},
    "dictionary": {"a": np.float32(0.1), "b": np.ones(3)},
    "large dictionary": {f"name {i}" * 30: i for i in range(1000)},
    "dictionary by objects": {Odd(): Odd(), len: [Odd()], (1, 2): {3: 4}},
    "set": {1, 2, 3},
    "class": Odd,
    "class of a long name": type("C" * 500, (), {}),
    "object": Odd(),
    "object that is no array": Unwilling(),
    "function": len,
    "lambda": lambda x: x,
    "method": [].append,
    "module": np,
    "generator": (i for i in range(3)),
    "iterator": zip([1], [2], strict=True),
    "range": range(4),
    "slice": slice(1, 2),
    "ellipsis": ...,
    "dtype": np.dtype("f4"),
    "type of numbers": np.float32,
    "array of none": np.zeros((0, 3)),
    "array": np.arange(3.0),
    "wrong dtype": np.arange(3),
    "array of 0 axes": np.array(2.0),
    "array of one": np.array([[[2.0]]]),
    "long array": np.zeros(1_000_000),
    "array of many axes": np.zeros((2,) * 12),
    "nan among numbers": np.array([1, np.nan, 3]),
    "infinity": np.full((3, 4), np.inf),
    "truth values": np.array([True, False, True]),
    "array of texts": np.array(["a", "b", "c"]),
    "array of bytes": np.array([b"a"]),
    "array of objects": np.array([Odd(), None, 3]),
    "array of complex": np.ones(3, complex),
    "array of dates": np.zeros(3, "M8[s]"),
    "array of records": np.zeros(3, [("x", "f4"), ("y", "i4")]),
    "masked array": np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0]),
}
#: What answers are compared with; of each kind one that equals none of them.
WANTED = {
    "a text": "adam",
    "an int": 41,
    "a float": 0.625,
    "a truth value": False,
    "a list": [7, 8],
    "a list of arrays": [np.ones(4), np.zeros(4)],
    "a shape": (5, 6),
    "a tuple of one": (9,),
    "a dictionary": {"loss": 7.5},
    "a dtype": np.dtype("i2"),
    "none": None,
}
ARRAYS = {
    "a number": 7.5,
    "a row": np.array([7.0, 8.0, 9.0]),
    "a matrix": np.full((3, 4), 7.0),
    "counts": np.array([7, 8, 9]),
    "an axis of none": np.zeros((0, 5)),
}
#: Nothing of these belongs into a sentence; `(3,)` is NumPy's word for a shape.
CODE = re.compile(r"\bnp\.|numpy|array\(|dtype\(|dtype=|<[^>]*>|0x[0-9a-f]{6}|[\[{]'")
MOST = 300


def messages():
    """Yield every message that some answer gets of some check."""
    checks = {
        "expect_tuple": lambda got: expect_tuple(got, "loss", "dW"),
        "expect_array": lambda got: expect_array(got, (17, 3), "x"),
        "expect_array of no axes": lambda got: expect_array(got, (), "x"),
        "returned": lambda got: tapes.returned(got, "record should return a Tensor"),
        "pair": pair,
        "gradients": lambda got: gradients(lambda x: got, np.ones(3), dout=np.ones(7)),
        "take_step": lambda got: take_step(got, None, np.ones((1, 2)), np.ones(1, int)),
    }
    for name, right in WANTED.items():
        checks[f"expect_equal, {name}"] = lambda got, right=right: expect_equal(
            got, right, "x", hint="A hint."
        )
    for name, right in ARRAYS.items():
        checks[f"expect_close, {name}"] = lambda got, right=right: expect_close(
            got, right, "x", hint="A hint.", dtype=np.float32
        )
    for check, run in checks.items():
        for answer, value in ANSWERS.items():
            try:
                run(value)
            except WrongAnswer as error:
                yield f"{answer}, {check}", str(error)


def test_every_message_is_a_sentence():
    seen = dict(messages())

    assert len(seen) > 1000
    for what, message in seen.items():
        assert not CODE.search(message), f"{what}: {message}"
        assert len(message) <= MOST, f"{what}: {message}"
        assert message[-1] in ".?!", f"{what}: {message}"
        assert "  " not in message, f"{what}: {message}"


def test_wrong_answers_are_never_another_error():
    for value in ANSWERS.values():
        for right in (*WANTED.values(), *ARRAYS.values()):
            with contextlib.suppress(WrongAnswer):
                expect_equal(value, right, "x")


@pytest.mark.parametrize("value", ANSWERS.values(), ids=ANSWERS)
def test_every_value_is_told_in_few_words(value):
    for text in (in_words(value), whole(value)):
        assert not CODE.search(text)
        assert len(text) <= MOST
        assert "\n" not in text


def test_names_that_a_source_should_do_without_come_one_by_one():
    def f(x):
        return np.linalg.norm(x) + eval("1")

    f.__sources__ = lambda: [ast.parse("def f(x):\n    return np.linalg.norm(x)")]
    with pytest.raises(WrongAnswer, match=r"linalg\.norm; it uses np\.linalg\.norm\."):
        expect_source(f, without=["linalg.norm"])
    for line, name in (("eval(x)", "eval"), ("np.load(x)", "np.load")):
        f.__sources__ = lambda line=line: [ast.parse(f"def f(x):\n    return {line}")]
        with pytest.raises(WrongAnswer, match=f"without {re.escape(name)}:"):
            expect_source(f)
    f.__sources__ = lambda: [ast.parse("def f(x):\n    import requests")]
    with pytest.raises(WrongAnswer, match="without requests: an answer may import"):
        expect_source(f)


def test_what_differs_deep_down_is_found_there():
    right = [np.ones(3), np.ones(3)]
    with pytest.raises(WrongAnswer, match=r"x\[1\]\[2\] should be 1; got 5"):
        expect_equal([np.ones(3), np.array([1, 1, 5])], right, "x")
