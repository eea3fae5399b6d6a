"""What answers return: arrays, numbers and tuples, compared with what is right."""

import numbers
from typing import Any

import numpy as np
import numpy.typing as npt

from cs231n.languages import say, texts
from cs231n.testing.diagnosis import Tolerance, diagnose, diagnose_shape
from cs231n.testing.pictures import Wrong
from cs231n.testing.words import in_words, is_shape, items, kind, shortened, whole
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
        _expect_no_tuple(got, name)
        raise WrongAnswer(_other_shape(array, tuple(shape), name, hint))


_ARRAY, _REAL, _NUMBER = texts("an array", "an array of real numbers", "a number")


def _numbers(got, name, wanted=_ARRAY):
    """Return what an answer returned as an array of real numbers, or say why not."""
    expect(
        got is not None,
        say(
            "{name} is None: the answer ends without `return`, or returns None.",
            name=name,
        ),
    )
    try:
        array = np.asarray(got)
    except ValueError:  # NumPy's word for a list of lists of different lengths
        raise WrongAnswer(
            say(
                "{name} should be an array; got {came} that differ in length or shape.",
                name=name,
                came=kind(got),
            )
        ) from None
    except (TypeError, RuntimeError) as error:  # of an object's own conversion
        message = _no_numbers(name, wanted, kind(got))
        if _are_tensors(got):
            message += " " + say("Take plain numbers: .item().")
        raise WrongAnswer(message) from error
    if array.dtype.kind not in "biuf":
        wanted = _REAL if wanted == _ARRAY else wanted
        raise WrongAnswer(_no_numbers(name, wanted, kind(got) + _among(got, array)))
    return array


def _are_tensors(got):
    parts = got if isinstance(got, list | tuple) else [got]
    return all(type(part).__name__ in ("Tensor", "Parameter") for part in parts)


def _no_numbers(name, wanted, came):
    return say(
        "{name} should be {right}; got {came}.", name=name, right=say(wanted), came=came
    )


def _expect_no_tuple(got, name):
    """Refuse several values where one array was asked for and its shape is wrong."""
    expect(
        not isinstance(got, tuple),
        say(
            "{name} should be one array; got {came}. Return the array alone.",
            name=name,
            came=kind(got),
        ),
    )


def _among(got, array):
    """Say which values of a list make it an array of no numbers."""
    if type(got) not in (list, tuple) or items(got) != "values":
        return ""
    kinds = zip("cUS", texts("complex numbers", "text", "bytes"), strict=True)
    found = dict(kinds).get(array.dtype.kind)
    if any(item is None for item in got):
        found = "None"
    return say(", with {found} among them", found=say(found)) if found else ""


def _other_shape(array, shape, name, hint):
    came = str(array.shape) if array.ndim else say("one number")
    if shape:
        template = "{name} should have shape {shape}; got {came}."
    else:
        template = "{name} should be one number; got an array of shape {came}."
    said = say(template, name=name, shape=shape, came=came)
    return f"{said} {hint}".rstrip()


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
    expected = np.asarray(expected)
    returned, got = (
        got,
        _numbers(got, name, _ARRAY if expected.ndim else _NUMBER),
    )
    tolerance = Tolerance(rtol, atol)
    fault = _known_fault(got, faults or {}, tolerance)
    if got.shape != expected.shape:
        _expect_no_tuple(returned, name)
        why = fault or diagnose_shape(got, expected, tolerance) or shape_hint or hint
        raise WrongAnswer(_other_shape(got, expected.shape, name, why))
    wrong = ~tolerance.near(got, expected)
    if wrong.any():
        sentence, certain = fault, True
        if not fault:
            sentence, certain = diagnose(got, expected, tolerance)
        why = sentence if certain else f"{sentence} {hint}".strip()
        message = _difference(got, expected, wrong, name, why)
        picture = Wrong(name, got.copy(), expected, wrong)
        raise WrongAnswer(message, named=bool(certain), picture=picture)
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
    entry = f"[{', '.join(map(str, where))}]"
    place = f"{name}{entry}"
    if " " in name:
        place = say("{name}: entry {entry}", name=name, entry=entry)
    right, came = _apart(float(expected[where]), float(got[where]))
    template = "{name} should be {right}; got {came}."
    if where:
        template = (
            "{name} should be {right}; got {came} ({wrong} of {of} entries differ)."
        )
    said = say(
        template,
        name=place if where else name,
        right=right,
        came=came,
        wrong=wrong.sum(),
        of=wrong.size,
    )
    return f"{said} {why}".rstrip()


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
        say(
            "The numbers of {name} are right, but its dtype should be {right}; got "
            "{came}. Look for an array or a random draw of another dtype.",
            name=name,
            right=dtype,
            came=got.dtype,
        ),
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
    is_none = say("{name} is None.", name=name)
    expect(got is not None or expected is None, f"{is_none} {hint}".rstrip())
    if not (_same_kind(got, expected) and _same(got, expected)):
        right, came = _unlike(got, expected)
        if right == came and isinstance(got, list | tuple):  # it is deeper down
            for i, pair in enumerate(zip(got, expected, strict=True)):
                expect_equal(*pair, f"{name}[{i}]", hint=hint)
        why = f"{_names_apart(got, expected)} {hint}".strip()
        said = say(
            "{name} should be {right}; got {came}.", name=name, right=right, came=came
        )
        raise WrongAnswer(f"{said} {why}".rstrip())


def _names_apart(got, expected):
    """Say which of several names are missing, and which nobody asked for."""
    both = got, expected
    if not all(isinstance(v, list | tuple | set | dict) for v in both):
        return ""
    if not all(isinstance(name, str) for names in both for name in names):
        return ""
    missing, more = set(expected) - set(got), set(got) - set(expected)
    templates = texts("Missing: {names}.", "Not asked for: {names}.")
    return " ".join(
        say(template, names=shortened(", ".join(sorted(names))))
        for template, names in zip(templates, (missing, more), strict=True)
        if names
    )


def _same(got, expected):
    try:
        return bool(got == expected)
    except ValueError:  # arrays within, which are neither equal nor different
        return False


def _unlike(got, expected):
    """Write two values that differ, with what they are where that differs too."""
    values = expected, got
    texts = tuple(map(in_words, values))
    plain = not any(isinstance(v, list | tuple | dict | set) for v in values)
    if (plain and kind(got) == kind(expected)) or all(map(is_shape, values)):
        if texts[0] != texts[1]:
            return texts
        return _apart(*values) if isinstance(expected, float) else texts
    return tuple(map(whole, values))


def _same_kind(got, expected):
    """Tell whether two values can be equal; whole numbers of NumPy count as int."""
    if type(expected) is int:
        return isinstance(got, numbers.Integral) and not isinstance(got, bool)
    if type(expected) is float:
        return isinstance(got, numbers.Real) and not isinstance(got, bool)
    return type(got) is type(expected)


def expect_tuple(got: Any, *names: str, part: str = "") -> tuple | list:
    """Fail unless an answer returned so many values; return them.

    Parameters
    ----------
    got : object
        What the answer returned.
    *names : str
        What to call its parts in the message.
    part : str, optional
        What to call ``got``, where it is a part of what was returned.

    Returns
    -------
    got : tuple or list
        The same.

    Raises
    ------
    WrongAnswer
        If it is no tuple, or one of another length.
    """
    values = f"({', '.join(names)})"
    wanted = say("Return {values}", values=values)
    if part:
        wanted = say("{part} should be {values}", part=part, values=values)
    expect(
        got is not None or bool(part),
        say("{wanted}; the answer ends without `return`.", wanted=wanted),
    )
    if not isinstance(got, tuple | list):
        came = kind(got) if got is None else say("{kind} alone", kind=kind(got))
        raise WrongAnswer(say("{wanted}; got {came}.", wanted=wanted, came=came))
    count = say("1 value") if len(got) == 1 else say("{count} values", count=len(got))
    expect(
        len(got) == len(names), say("{wanted}; got {came}.", wanted=wanted, came=count)
    )
    return got
