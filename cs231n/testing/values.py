"""What answers return: arrays, numbers and tuples, compared with what is right."""

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt

from cs231n.testing.diagnosis import Tolerance, diagnose, diagnose_shape
from cs231n.testing.words import kind, shown
from cs231n.testing.wrong import WrongAnswer, expect


def expect_array(
    got: Any, shape: tuple[int, ...], name: str = "the result", *, hint: str = ""
) -> None:
    """Fail unless ``got`` is a numeric array of a given shape.

    Parameters
    ----------
    got : object
        What the answer returned.
    shape : tuple of int
        Expected shape.
    name : str, optional
        What to call ``got`` in the message.
    hint : str, optional
        Likeliest cause of another shape, a sentence.

    Raises
    ------
    WrongAnswer
        If ``got`` is None, is no numeric array, or has another shape.
    """
    array = _numbers(got, name)
    if array.shape != tuple(shape):
        raise WrongAnswer(_other_shape(array, tuple(shape), name, hint))


def _numbers(got, name):
    """Return what an answer returned as an array of real numbers, or say why not."""
    expect(got is not None, f"{name} is None: the answer ends without `return`.")
    try:
        array = np.asarray(got)
    except ValueError:  # NumPy's word for a list of lists of different lengths
        raise WrongAnswer(
            f"{name} should be an array; got {kind(got)} whose parts differ in length "
            f"or shape."
        ) from None
    if array.dtype.kind not in "biuf":
        inside = (
            f" of {array.dtype}" if array.dtype.kind in "cUS" and array.ndim else ""
        )
        raise WrongAnswer(
            f"{name} should be an array of real numbers; got {kind(got)}{inside}."
        )
    return array


def _other_shape(array, shape, name, hint):
    return f"{name} should have shape {shape}; got {array.shape}. {hint}".rstrip()


def expect_close(
    got: Any,
    expected: Any,
    name: str = "the result",
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    dtype: npt.DTypeLike | None = None,
    hint: str = "",
    shape_hint: str = "",
    faults: dict[str, npt.ArrayLike] | None = None,
) -> None:
    """Fail unless two arrays agree within a tolerance, and say what is wrong.

    The message has the entry that is furthest off and one explanation: the sentence of
    ``faults`` whose result came; else what the numbers themselves tell, such as a
    constant factor; else ``hint``.

    Parameters
    ----------
    got : array-like
        What the answer returned.
    expected : array-like
        What it should have returned.
    name : str, optional
        What to call ``got`` in the message.
    rtol, atol : float, optional
        Largest allowed ``|got - expected|`` is ``atol + rtol * |expected|``.
    dtype : dtype, optional
        The dtype to have; any by default.
    hint : str, optional
        Likeliest cause of wrong numbers, a sentence.
    shape_hint : str, optional
        Likeliest cause of a wrong shape; ``hint`` by default.
    faults : dict of {str: array-like}, optional
        Common wrong results by the sentence that explains them. A sentence is shown
        when ``got`` equals its result.

    Raises
    ------
    WrongAnswer
        If shapes, values or dtypes differ.
    """
    got, expected = _numbers(got, name), np.asarray(expected)
    tolerance = Tolerance(rtol, atol)
    fault = _known_fault(got, faults or {}, tolerance)
    if got.shape != expected.shape:
        why = fault or diagnose_shape(got, expected, tolerance) or shape_hint or hint
        raise WrongAnswer(_other_shape(got, expected.shape, name, why))
    wrong = ~tolerance.near(got, expected)
    if wrong.any():
        sentence, certain = fault, True
        if not fault:
            sentence, certain = diagnose(got, expected, tolerance)
        why = sentence if certain else f"{sentence} {hint}".strip()
        message = _difference(got, expected, wrong, name, why)
        raise WrongAnswer(message, named=bool(certain))
    if dtype is not None:
        _expect_dtype(got, np.dtype(dtype), name)


def _known_fault(got, faults, tolerance):
    """Return the sentence of the first known wrong result that ``got`` equals."""
    known = (words for words, value in faults.items() if tolerance.same(got, value))
    return next(known, "")


def _difference(got, expected, wrong, name, why):
    with np.errstate(all="ignore"):
        off = np.nan_to_num(np.abs(got.astype(float) - expected), nan=np.inf)
    worst = np.argmax(np.where(wrong, off, -1))
    where = np.unravel_index(worst, got.shape)
    place = f"{name}[{', '.join(map(str, where))}]" if where else name
    share = f" ({wrong.sum()} of {wrong.size} entries differ)" if where else ""
    right, came = _apart(float(expected[where]), float(got[where]))
    return f"{place} should be {right}; got {came}{share}. {why}".rstrip()


def _apart(right, came):
    """Write two different numbers so that they look different."""
    for digits in (6, 9, 17):
        texts = f"{right:.{digits}g}", f"{came:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def _expect_dtype(got, dtype, name):
    expect(
        got.dtype == dtype,
        f"The numbers of {name} are right, but its dtype should be {dtype}; got "
        f"{got.dtype}. Look for an array or a random draw of another dtype.",
    )


def expect_equal(
    got: Any,
    expected: Any,
    name: str = "the result",
    *,
    hint: str = "",
    faults: dict[str, npt.ArrayLike] | None = None,
) -> None:
    """Fail unless two integer arrays, numbers or containers are equal.

    Parameters
    ----------
    got : object
        What the answer returned.
    expected : object
        What it should have returned.
    name : str, optional
        What to call ``got`` in the message.
    hint : str, optional
        Likeliest cause, a sentence, if ``faults`` has none that fits.
    faults : dict of {str: array-like}, optional
        For arrays: common wrong results by the sentence that explains them.

    Raises
    ------
    WrongAnswer
        If they differ.
    """
    if isinstance(expected, np.ndarray):
        expect_close(got, expected, name, rtol=0, atol=0, hint=hint, faults=faults)
        return
    expect(got is not None or expected is None, f"{name} is None. {hint}".rstrip())
    if not _same_kind(got, expected) and kind(got) != kind(expected):
        came = f"{kind(got)}, {shown(got)}" if shown(got) != kind(got) else kind(got)
        raise WrongAnswer(
            f"{name} should be {kind(expected)}, {shown(expected)}; got {came}. "
            f"{hint}".rstrip()
        )
    if not _same_kind(got, expected) or got != expected:
        raise WrongAnswer(
            f"{name} should be {shown(expected)}; got {shown(got)}. {hint}".rstrip()
        )


def _same_kind(got, expected):
    """Tell whether two values can be equal; whole numbers of NumPy count as int."""
    if type(expected) is int:
        return isinstance(got, numbers.Integral) and not isinstance(got, bool)
    if type(expected) is float:
        return isinstance(got, numbers.Real) and not isinstance(got, bool)
    return type(got) is type(expected)


def expect_tuple(got: Any, *names: str) -> tuple | list:
    """Fail unless an answer returned so many values; return them.

    Parameters
    ----------
    got : object
        What the answer returned.
    *names : str
        What to call its parts in the message.

    Returns
    -------
    got : tuple or list
        The same.

    Raises
    ------
    WrongAnswer
        If it is no tuple, or one of another length.
    """
    wanted = f"Return ({', '.join(names)})"
    expect(got is not None, f"{wanted}; the answer ends without `return`.")
    if not isinstance(got, tuple | list):
        raise WrongAnswer(f"{wanted}; got {kind(got)} alone.")
    expect(len(got) == len(names), f"{wanted}; got {len(got)} values.")
    return got
