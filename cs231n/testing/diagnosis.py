"""What is wrong with an array, told from its numbers alone.

A diagnosis is certain or a remark. A certain one says all there is to say; a remark is
true as well, and an author's hint may follow it.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from cs231n.languages import say, texts
from cs231n.testing.inputs import remembered

_NONE = ("", False)
_NOT_A_NUMBER = texts("NaN", "0 / 0, inf - inf, or a root or log of a negative")
_INFINITE = texts("infinite", "an overflow, a division by 0, or a log of 0")
#: So many entries do not fit by accident.
_MANY = 3
#: Below it a factor is what rounding leaves of 0.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Tolerance:
    """How far apart equal numbers may be: ``atol + rtol * |expected|``."""

    rtol: float
    atol: float

    def near(self, got: npt.ArrayLike, expected: npt.ArrayLike) -> np.ndarray:
        """Tell where two arrays agree; NaN and infinity agree with nothing."""
        got, expected = (np.asarray(value, float) for value in (got, expected))
        with np.errstate(invalid="ignore", over="ignore"):
            off = np.abs(got - expected)
            return (off <= self.atol + self.rtol * np.abs(expected)) & np.isfinite(off)

    def same(self, got: npt.ArrayLike, expected: npt.ArrayLike) -> bool:
        """Tell whether two arrays agree in shape and everywhere."""
        return np.shape(got) == np.shape(expected) and bool(
            self.near(got, expected).all()
        )


def diagnose_shape(got: np.ndarray, expected: np.ndarray, tolerance: Tolerance) -> str:
    """Say why an array has another shape than expected.

    Parameters
    ----------
    got, expected : ndarray
        Of different shapes.
    tolerance : Tolerance
        What counts as equal.

    Returns
    -------
    sentence : str
        Empty if nothing is certain.
    """
    if got.ndim == expected.ndim > 1 and tolerance.same(got.T, expected):
        return say("The result is transposed: the order of its axes is reversed.")
    if got.size == expected.size and tolerance.same(_as(got, expected), expected):
        return _right_numbers(got, expected)
    if got.ndim == 0:
        return _one_number(got, expected, tolerance)
    return _other_axis(got, expected)


def _as(got, expected):
    return got.reshape(expected.shape)


def _right_numbers(got, expected):
    if np.squeeze(got).shape != np.squeeze(expected).shape:
        return say(
            "Its numbers are right and in the right order; only the shape is wrong."
        )
    if got.ndim > expected.ndim:
        return say(
            "Its numbers are right; it has an axis of length 1 too many, as `keepdims` "
            "leaves one behind."
        )
    return say("Its numbers are right; only axes of length 1 are missing or elsewhere.")


def _one_number(got, expected, tolerance):
    for what in texts("sum", "mean"):
        if expected.size > 1 and tolerance.same(got, getattr(expected, what)()):
            template = "It is the {what} over all entries: pass an `axis`."
            return say(template, what=say(what))
    return ""


def _other_axis(got, expected):
    """Recognise one number for each row where columns were asked for, or vice versa."""
    if got.ndim != 1 or expected.ndim != 1:
        return ""
    sizes = (len(got), len(expected))
    for name, array in remembered().items():
        for shape, has, wants in (
            (sizes, *texts("row", "column")),
            (sizes[::-1], "column", "row"),
        ):
            if array.shape == shape:
                return say(
                    "It has one number for each {has} of {name}; there should be one "
                    "for each {wants}: look at the `axis`.",
                    has=say(has),
                    name=name,
                    wants=say(wants),
                )
    return ""


def diagnose(
    got: np.ndarray, expected: np.ndarray, tolerance: Tolerance
) -> tuple[str, bool]:
    """Say what is wrong with the numbers of an array of the right shape.

    Parameters
    ----------
    got, expected : ndarray
        Of the same shape, different somewhere.
    tolerance : Tolerance
        What counts as equal.

    Returns
    -------
    sentence : str
        Empty if nothing was recognised.
    certain : bool
        Whether the sentence makes a hint superfluous.
    """
    sentence = _not_finite(got)
    if sentence:
        return sentence, True
    with np.errstate(all="ignore"):
        for look in _LOOKS:
            sentence, certain = look(got, expected, tolerance)
            if sentence:
                return sentence, certain
    return _NONE


def _not_finite(got):
    """Say how many entries are NaN or infinite, and where the first one stands."""
    for bad, what, why in (
        (np.isnan(got), *_NOT_A_NUMBER),
        (np.isinf(got), *_INFINITE),
    ):
        if bad.any():
            what, why = say(what), say(why)
            if got.ndim == 0:
                return say("It is {what}: look for {why}.", what=what, why=why)
            return say(
                "{count} of {of} entries are {what}, the first at [{first}]: look for "
                "{why}.",
                count=bad.sum(),
                of=bad.size,
                what=what,
                first=", ".join(map(str, np.argwhere(bad)[0])),
                why=why,
            )
    return ""


def _whole(got, expected, tolerance):
    if got.dtype.kind not in "biu" or (expected == np.round(expected)).all():
        return _NONE
    if got.dtype.kind == "b":
        return say("It holds True and False in place of numbers."), True
    return say(
        "It holds whole numbers ({dtype}), so decimals were cut off: make the array "
        "with a float dtype.",
        dtype=got.dtype,
    ), True


def _zero(got, expected, tolerance):
    if got.any() or np.count_nonzero(expected) * 4 < expected.size:
        return _NONE
    if got.ndim == 0:
        return _NONE  # the message has the 0 already
    said = say("Every entry is 0, as if nothing had been computed or stored.")
    return said, got.size > 1


def _input(got, expected, tolerance):
    for name, array in remembered().items():
        varied = array.size > 1 and array.dtype.kind == "f" and np.ptp(array) > 0
        if varied and got.shape == array.shape and np.array_equal(got, array):
            return say(
                "It is the input {name}, handed back as it was.", name=name
            ), True
    return _NONE


def _axes(got, expected, tolerance):
    if got.ndim < 2 or tolerance.same(expected.T, expected):
        return _NONE
    if tolerance.same(got.T, expected):
        said = say("The result is transposed: the order of its axes is reversed.")
        return said, True
    for axis in range(got.ndim):
        if tolerance.same(np.flip(got, axis), expected):
            return say("It is reversed along axis {axis}.", axis=axis), True
    return _NONE


def _factor(got, expected, tolerance):
    """Recognise a constant factor, the sign among them."""
    if not expected.any():
        return _NONE
    largest = np.argmax(np.abs(expected))
    ratio = float(got.flat[largest] / expected.flat[largest])
    if abs(ratio) < _NOTHING or not np.isfinite(ratio):
        return _NONE
    loose = Tolerance(tolerance.rtol, tolerance.atol * max(1.0, abs(ratio)))
    if not loose.near(got, ratio * np.asarray(expected, float)).all():
        return _NONE
    large = np.count_nonzero(np.abs(expected) > 0.01 * np.abs(expected).max())
    fraction = _fraction(ratio)
    if large == 1 and fraction is None:
        return _NONE  # of one number anything is a multiple
    return _in_words(got, ratio, fraction), large >= _MANY


def _fraction(ratio):
    fraction = Fraction(ratio).limit_denominator(100)
    simple = 1 in (abs(fraction.numerator), fraction.denominator)
    close = fraction and abs(ratio / float(fraction) - 1) < 1e-5
    return fraction if simple and close and abs(fraction.numerator) <= 100 else None


def _in_words(got, ratio, fraction):
    what = say("It is") if got.ndim == 0 else say("Every entry is")
    if fraction == -1:
        return say("{what} right but for the sign.", what=what)
    return say(
        "{what} {times} times what it should be{same}.",
        what=what,
        times=f"{ratio:.4g}" if fraction is None else str(fraction),
        same=_same_size(fraction),
    )


def _same_size(fraction):
    """Say which input has as many rows as a factor counts."""
    count = max(abs(fraction.numerator), fraction.denominator) if fraction else 0
    for name, array in remembered().items():
        if array.ndim and len(array) == count > 2:
            template = ", and {name} has {count} entries"
            if array.ndim > 1:
                template = ", and {name} has {count} rows"
            return say(template, name=name, count=count)
    return ""


def _offset(got, expected, tolerance):
    if got.size < 2:
        return _NONE
    off = got.astype(float) - expected
    if np.ptp(off) > tolerance.atol + tolerance.rtol * np.abs(expected).max():
        return _NONE
    template = "Every entry is {much:.4g} too small."
    if off.flat[0] > 0:
        template = "Every entry is {much:.4g} too large."
    return say(template, much=abs(off.flat[0])), got.size >= _MANY


def _signs(got, expected, tolerance):
    if got.size > 2 and tolerance.same(np.abs(got), np.abs(expected)):
        return say("The sizes are right; some entries have the wrong sign."), True
    return _NONE


def _order(got, expected, tolerance):
    ordered = np.sort(got, axis=None), np.sort(expected, axis=None)
    distinct = len(np.unique(ordered[1])) > 3
    if not distinct or not tolerance.same(*ordered):
        return _NONE
    if got.ndim == 1:
        return say("These are the right numbers in another order."), True
    rows = np.sort(got, axis=-1), np.sort(expected, axis=-1)
    if tolerance.same(*rows):
        return say("Each row has the right numbers in another order."), False
    return say(
        "These are the right numbers in other places: check the order of the axes, "
        "before a reshape above all."
    ), True


def _close_by(got, expected, tolerance):
    largest = np.abs(expected).max()
    off = np.abs(got.astype(float) - expected).max()
    if not 0 < off < 1e-5 * largest:
        return _NONE
    return say(
        "It is nearly right: at most {share:.0e} of the largest entry off. Look for "
        "32-bit numbers or a small constant, such as an epsilon.",
        share=off / largest,
    ), False


def _lines(got, expected, tolerance):
    """Recognise columns, or rows, that are each off by an amount of their own."""
    if got.ndim != 2 or min(got.shape) < 2:
        return _NONE
    off = got.astype(float) - expected
    most = tolerance.atol + tolerance.rtol * np.abs(expected).max()
    for axis, one, other in ((0, "column", "row"), (1, "row", "column")):
        if got.shape[axis] > 2 and (np.ptp(off, axis=axis) <= most).all():
            return say(
                "Within each {one} all entries are off by the same amount: look at "
                "what is added to, or missing from, every {other}.",
                one=say(one),
                other=say(other),
            ), False
    return _NONE


def _place(got, expected, tolerance):
    """Recognise mistakes that stand at one index of an axis only."""
    wrong = np.argwhere(~tolerance.near(got, expected))
    for axis in range(got.ndim) if len(wrong) > 1 else ():
        index = wrong[0, axis]
        if got.shape[axis] > 2 and (wrong[:, axis] == index).all():
            said = say(
                "All wrong entries have index {index} on axis {axis}.",
                index=index,
                axis=axis,
            )
            return said, False
    return _NONE


#: What is looked for, the surest first.
_LOOKS = (
    *(_whole, _zero, _input, _axes, _factor, _offset, _signs, _order),
    *(_close_by, _lines, _place),
)
