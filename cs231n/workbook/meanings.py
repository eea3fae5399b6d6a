"""What frequent errors of Python and NumPy mean, for people who meet them first."""

import math
import re

_ELEMENTWISE = (
    "An array of several numbers is neither true nor false, so `if`, `and`, `or` and "
    "Python's own max() and min() cannot take it. Compare elementwise (np.maximum, "
    "np.where, & in place of `and`), or ask .any() or .all()."
)
_NO_NUMBER = (
    "An array stands where Python needs one whole number, such as an axis, a length "
    "or an index of a list. np.max(a, axis) takes one array; np.maximum(a, b) compares "
    "two."
)
_KEPT_TYPE = (
    "Operators such as += and /= keep the dtype of the array, here {1}. Write "
    "a = a / b, or make the array float before: a.astype(float)."
)
_FROM_THE_END = (
    "Shapes are matched from the last axis backwards, and two lengths fit if they are "
    "equal or one of them is 1. keepdims=True keeps an axis that a sum or a maximum "
    "would drop; a[:, None] puts one in."
)
_ASSIGNED = (
    "What is assigned has shape {0}, and its place has shape {1}. Count what each "
    "slice leaves over; does an axis have another length than you think?"
)
_PRODUCT = (
    "In a @ b the last axis of a is summed against the first axis of a matrix b: here "
    "a has {1} there, and b has {0}. Print both shapes; does one need .T or a reshape?"
)
_NOT_ALIGNED = (
    "A product sums the last axis of the first array, here {0} long, against the first "
    "axis of the second, here {1}. Does one need .T or a reshape?"
)
_NOTHING = (
    "Something is None here: a value that was never computed, or the result of a "
    "function that ends without `return`."
)
_OUTSIDE = (
    "Indices begin at 0, so an axis of length {1} has no index {0}. Does the index "
    "belong to another axis? One entry of every row is a[np.arange(N), y]."
)
_SETTINGS = (
    'A dict holds values by name. Take one out first, such as config["learning_rate"].'
)
_LOCAL = (
    "{0} gets its value in a line of this function that has not run, in a branch of an "
    "`if` or a loop without a step. Give it a value before."
)
_ONE_ENTRY = (
    "One entry of an array takes one number, and here comes a whole array. Assign to a "
    "slice, such as a[i, :], or reduce the right side to a number."
)
_CALLED = (
    "Round brackets call a function, and here they follow a value. Indexing takes "
    "square brackets; a product needs *."
)
_WHOLE = "range(), shapes and slices take whole numbers: write // in place of /."
_INDEX_TYPE = (
    "An index is a whole number, or True and False. Floats are not, even if they look "
    "whole: use .astype(int), and // in place of /."
)
_AXES = (
    "The array has {0} axes, fewer than the brackets ask for. Has a sum or a reshape "
    "dropped one? Print its shape just above."
)
_AXIS = (
    "Axes are counted from 0, so an array of {1} axes has no axis {0}. Print its shape "
    "just above."
)
_PAIRS = (
    "np.pad takes one pair (before, after) for every axis, and the array has another "
    "number of axes."
)
_JOINED = (
    "Joined arrays agree in every axis but the one along which they are joined. Print "
    "their shapes; a[None] or a[:, None] adds an axis."
)
_LAST = "Indices begin at 0, so the last one of n entries is n - 1."
_POWER = "A power is written ** in Python; ^ is an operation on bits."
_ONE_SHAPE = (
    "np.random.randn and .rand take lengths one by one; np.zeros, np.ones and the "
    "methods of a generator take one shape in brackets, such as (2, 3)."
)
_UNPACKED = (
    "Several values came back together, as a tuple. Give each a name: a, b = f(x)."
)
_NO_KEY = (
    "The dict has nothing under {0}. list(d) shows its names, capitals and numbers as "
    "they are."
)
_A_NUMBER = "The operator @ multiplies arrays. A single number takes *."
_LIST = "This is a Python list; make an array of it first: np.array(...)."

_VALUE = r"'(?:\w+\.)?(?:ndarray|float\d*|int\d*|tuple|list)'"
#: What the message of an error looks like, and what it means; groups fill the braces.
_MEANINGS = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"truth value of an array", _ELEMENTWISE),
        (r"only integer scalar arrays can be converted", _NO_NUMBER),
        (r"Cannot cast ufunc .* from dtype\('(\w+)'\) to dtype\('(\w+)'\)", _KEPT_TYPE),
        (r"with remapped shapes", _PAIRS),
        (r"input array from shape (\(.*\)) into shape (\(.*\))", _ASSIGNED),
        (r"could not be broadcast", _FROM_THE_END),
        (r"core dimension.*size (\d+) is different from (\d+)", _PRODUCT),
        (r"not aligned: (\d+) \(dim \d+\) != (\d+)", _NOT_ALIGNED),
        (r"NoneType", _NOTHING),
        (r"index (-?\d+) is out of bounds for axis \d+ with size (\d+)", _OUTSIDE),
        (r"unsupported operand.*'dict'", _SETTINGS),
        (r"local variable '(\w+)'", _LOCAL),
        (r"setting an array element with a sequence", _ONE_ENTRY),
        (_VALUE + r" object is not callable", _CALLED),
        (r"float\d*' object cannot be interpreted as an integer", _WHOLE),
        (r"(?:slice|list) indices must be integers", _WHOLE),
        (r"expected a sequence of integers or a single integer", _WHOLE),
        (r"input arrays must have same number|input array dimensions", _JOINED),
        (r"matmul: Input operand \d does not have enough dimensions", _A_NUMBER),
        (r"arrays used as indices must be|only integers, slices", _INDEX_TYPE),
        (r"too many indices for array: array is (\d+)-dimensional", _AXES),
        (r"axis (\d+) is out of bounds for array of dimension (\d+)", _AXIS),
        (r"'list' object has no attribute", _LIST),
        (r"'tuple' object has no attribute", _UNPACKED),
        (r"'tuple' object cannot be interpreted|as a data type", _ONE_SHAPE),
        (r"(?:list|tuple) index out of range", _LAST),
        (r"unsupported operand type\(s\) for \^", _POWER),
    )
)
_KINDS = (TypeError, ValueError, IndexError, AttributeError, UnboundLocalError)
_RESHAPE = re.compile(r"cannot reshape array of size (\d+) into shape \(([\w, -]+)\)")


def meaning_of(error: BaseException | None) -> str:
    """Say what an error of Python or NumPy means, if it is a frequent one.

    Parameters
    ----------
    error : BaseException, optional
        As it was raised; only its message is looked at.

    Returns
    -------
    meaning : str
        One to three sentences; empty if the error is not known here.
    """
    said = str(error)
    if type(error) is KeyError:
        return _NO_KEY.format(said)
    if not isinstance(error, _KINDS):
        return ""
    if reshaped := _RESHAPE.search(said):
        return _of_a_reshape(*reshaped.groups())
    for pattern, meaning in _MEANINGS:
        if found := pattern.search(said):
            return meaning.format(*found.groups())
    return ""


def _of_a_reshape(size, shape):
    lengths = list(map(int, re.findall(r"-?\d+", shape.replace("newaxis", "-1"))))
    wanted = abs(math.prod(lengths))
    if -1 in lengths:
        return f"The {size} numbers cannot be shared out evenly over {wanted} places."
    times = " x ".join(map(str, lengths))
    return (
        f"A reshape keeps every number: {times} = {wanted} are asked for, and there "
        f"are {size}."
    )
