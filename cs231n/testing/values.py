"""What answers return: arrays, numbers and tuples, compared with what is right."""

import numpy as np

from cs231n.testing.wrong import WrongAnswer, expect


def expect_array(got, shape, name="the result", *, hint=""):
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
        Likeliest cause, a sentence.

    Raises
    ------
    WrongAnswer
        If ``got`` is None, is no numeric array, or has another shape.
    """
    expect(got is not None, f"{name} is None: the answer ends without `return`.")
    array = np.asarray(got)
    if array.dtype.kind not in "biuf":
        raise WrongAnswer(
            f"{name} should be an array of real numbers; got {_kind(got)}."
        )
    expect(
        array.shape == tuple(shape),
        f"{name} should have shape {tuple(shape)}; got {array.shape}. {hint}".rstrip(),
    )


def expect_close(
    got, expected, name="the result", *, rtol=1e-6, atol=1e-9, hint="", faults=None
):
    """Fail unless two arrays agree within a tolerance, and say where they differ most.

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
    hint : str, optional
        Likeliest cause, a sentence, if ``faults`` has none that fits.
    faults : dict of {str: array-like}, optional
        Common wrong results by the sentence that explains them. A sentence is shown
        when ``got`` equals its result.

    Raises
    ------
    WrongAnswer
        If shapes or values differ; the message has the entry that is furthest off.
    """
    expected = np.asarray(expected)
    hint = _diagnosis(got, faults or {}, rtol, atol) or hint
    expect_array(got, expected.shape, name, hint=hint)
    got = np.asarray(got)
    wrong = ~_near(got, expected, rtol, atol)
    if wrong.any():
        raise WrongAnswer(_difference(got, expected, wrong, name, hint))


def _near(got, expected, rtol, atol):
    """Tell where two arrays agree; NaN agrees with nothing."""
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, which is wrong too
        off = np.abs(got.astype(float) - expected)
        return (off <= atol + rtol * np.abs(expected)) & np.isfinite(off)


def _diagnosis(got, faults, rtol, atol):
    """Return the sentence of the first known wrong result that ``got`` equals."""
    got = np.asarray(got)
    for sentence, value in faults.items():
        value = np.asarray(value)
        same = got.shape == value.shape and got.dtype.kind in "biuf"
        if same and _near(got, value, rtol, atol).all():
            return sentence
    return ""


def _difference(got, expected, wrong, name, hint):
    with np.errstate(invalid="ignore"):
        off = np.nan_to_num(np.abs(got.astype(float) - expected), nan=np.inf)
    worst = np.argmax(np.where(wrong, off, -1))
    where = np.unravel_index(worst, got.shape)
    place = f"{name}[{', '.join(map(str, where))}]" if where else name
    share = f" ({wrong.sum()} of {wrong.size} entries differ)" if where else ""
    return (
        f"{place} should be {expected[where]:.6g}; got {got[where]:.6g}{share}. {hint}"
    ).rstrip()


def expect_equal(got, expected, name="the result", *, hint="", faults=None):
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
    if type(got) is not type(expected) or got != expected:
        raise WrongAnswer(
            f"{name} should be {expected!r}; got {got!r}. {hint}".rstrip()
        )


def expect_tuple(got, *names):
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
        raise WrongAnswer(f"{wanted}; got {_kind(got)}.")
    expect(len(got) == len(names), f"{wanted}; got {len(got)} values.")
    return got


def _kind(value):
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype}"
    return f"{type(value).__name__} {str(value)[:60]!r}"
