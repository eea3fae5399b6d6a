"""What frequent errors of Python and NumPy mean, for people who meet them first."""

import math
import re

from cs231n.languages import say

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
_NO_ARRAY = (
    "Here is one True or False where an array was meant: a comparison had no array or "
    "tensor on one of its sides, such as a tuple of values and indices."
)
_ARGUMENTS = (
    "More values stand in the brackets than the function takes. A shape has brackets "
    "of its own, such as f((2, 3)); a method has `self` as its first parameter."
)
_NO_GRAPH = (
    "No tensor that asks for a gradient led to this number. Does one have "
    "requires_grad=True? Has a step put a new tensor in its place, or has something "
    "left the graph, such as .detach(), .item(), no_grad() or NumPy?"
)
_WALKED = (
    "A graph is walked once, and then what it saved is gone. Does something that was "
    "computed for another loss, or in an earlier step, still hang on this one? Compute "
    "it anew, or cut it off with .detach()."
)
_LEAF_CHANGED = (
    "A tensor that asks for its gradient is changed in place while PyTorch records. A "
    "step stands inside `with torch.no_grad():`."
)
_MATRICES = (
    "The input of a linear layer, or of a product, has {0} columns, and the weights "
    "have {1} rows for them. Is there one row for each example (flatten), and does the "
    "number of its entries fit? Print the shape just before."
)
_CLASSES = "Classes are whole numbers of 64 bits: leave y as it is, or write y.long()."
_TWO_DTYPES = (
    "Both sides need the same dtype. Tensors made from NumPy often have 64 bits, and "
    "weights that a new layer draws have 32."
)
_WINDOW = "The filter is larger than the padded image. Is the padding missing?"
_CHANNELS = (
    "The filters read {0} channels each, and the input has {1}. The second entry of a "
    "filter's shape is the number of channels that come in."
)
_TARGETS = "Each input needs a target of its own: torch.ones_like(input) has its shape."
_FIRST_OF_ALL = "super().__init__() has to be the first line of a module's __init__."
_NO_MODULE = (
    "nn.Sequential takes modules: nn.ReLU() and nn.Flatten() in place of functions."
)
_PARAMETER = (
    "A layer's parameter is changed in place, as nn.init does it, or replaced by an "
    "nn.Parameter(...)."
)
_EMPTY_GRAD = "A .grad is None until the first backward(), and once it was set so."
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
        (r"'NoneType' object has no attribute 'zero_'", _EMPTY_GRAD),
        (r"NoneType", _NOTHING),
        (r"'bool' object has no attribute", _NO_ARRAY),
        (r"takes \d+ positional arguments? but \d+ were given", _ARGUMENTS),
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
        (r"does not require grad and does not have a grad_fn", _NO_GRAPH),
        (r"backward through the graph a second time", _WALKED),
        (r"leaf Variable that requires grad .* in-place", _LEAF_CHANGED),
        (r"shapes cannot be multiplied \(\d+x(\d+) and (\d+)x\d+\)", _MATRICES),
        (r"[Ee]xpected (?:target|scalar) (?:d?type )+(?:to be )?Long", _CLASSES),
        (r"Input type .* bias type|weight type|have the same dtype", _TWO_DTYPES),
        (r"Kernel size can't be greater", _WINDOW),
        (r"to have (\d+) channels, but got (\d+) channels", _CHANNELS),
        (r"size of tensor a \(\d+\) must match the size of tensor b", _FROM_THE_END),
        (r"Target size .* must be the same as input size", _TARGETS),
        (r"before Module.__init__\(\) call", _FIRST_OF_ALL),
        (r"is not a Module subclass", _NO_MODULE),
        (r"cannot assign .* as parameter", _PARAMETER),
    )
)
_KINDS = (
    *(TypeError, ValueError, IndexError, AttributeError),
    *(UnboundLocalError, RuntimeError),
)
_VIEW = re.compile(r"shape '\[([\d, -]+)\]' is invalid for input of size (\d+)")
_RESHAPE = re.compile(r"cannot reshape array of size (\d+) into shape \(([\w, -]+)\)")


def meaning_of(error: BaseException | None) -> str:
    """Say what an error of Python or NumPy means, if it is a frequent one.

    Parameters
    ----------
    error : BaseException, optional
        As it was raised. Its message is looked at, and of a missing name whether the
        object that was at work has it.

    Returns
    -------
    meaning : str
        One to three sentences; empty if the error is not known here.
    """
    said = str(error)
    if type(error) is KeyError:
        return say(_NO_KEY, said)
    if isinstance(error, NameError) and _is_of_self(error):
        return say("The object has it: write self.{name}.", name=error.name)
    if not isinstance(error, _KINDS):
        return ""
    if reshaped := _RESHAPE.search(said):
        return _of_a_reshape(*reshaped.groups())
    if reshaped := _VIEW.search(said):
        return _of_a_reshape(*reversed(reshaped.groups()))
    for pattern, meaning in _MEANINGS:
        if found := pattern.search(said):
            return say(meaning, *found.groups())
    return ""


def _is_of_self(error):
    """Tell whether a name that is missing is one of the object whose method ran."""
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    own = traceback.tb_frame.f_locals.get("self") if traceback else None
    return own is not None and error.name in dir(own)


def _of_a_reshape(size, shape):
    lengths = list(map(int, re.findall(r"-?\d+", shape.replace("newaxis", "-1"))))
    wanted = abs(math.prod(lengths))
    if -1 in lengths:
        template = (
            "The {size} numbers cannot be shared out evenly over {wanted} places."
        )
        return say(template, size=size, wanted=wanted)
    return say(
        "A reshape keeps every number: {times} = {wanted} are asked for, and there are "
        "{size}.",
        times=" x ".join(map(str, lengths)),
        wanted=wanted,
        size=size,
    )
