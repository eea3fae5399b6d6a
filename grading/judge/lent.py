"""What a test lends to a helper that runs beside the answers: copies."""

from typing import Any

from cs231n.testing import WATCHED
from grading.judge.protocol import classes
from grading.judge.protocol.pristine_numpy import np
from grading.judge.references import References


class Lent:
    """Copies of arguments, and what became of them.

    A helper is as trustworthy as the answers beside it, and a test goes on to compute
    what it expects from what it has lent. So no change comes back, but one that
    :func:`cs231n.testing.unchanged` is there to notice.

    Parameters
    ----------
    references : grading.judge.references.References
        Say which objects cross by what they hold.
    """

    def __init__(self, references: References) -> None:
        self._references = references
        self._copies: dict[int, Any] = {}  # id of what was lent -> its copy

    def copy(self, value: Any) -> Any:
        """Copy data.

        Parameters
        ----------
        value : object
            An argument.

        Returns
        -------
        copy : object
            The same object for the same argument; what is no data is left as it is.
        """
        known = self._copies.get(id(value))
        if known is not None:
            return known
        copy = self._new(value)
        if copy is not value:
            self._copies[id(value)] = copy
        return copy

    def _new(self, value):
        if isinstance(value, np.ndarray):
            copy = value.copy(order="K")
            copy.flags.writeable = value.flags.writeable
            return copy
        if type(value) in (list, tuple, set):
            return type(value)(self.copy(item) for item in value)
        if type(value) is dict:
            return {key: self.copy(item) for key, item in value.items()}
        if isinstance(value, np.random.Generator):
            twin = type(value.bit_generator)(0)
            twin.state = value.bit_generator.state
            return np.random.Generator(twin)
        if self._references.class_of(value) is not None:
            copy = classes.empty(type(value))
            vars(copy).update(self.copy(vars(value)))
            return copy
        return value

    def notice(self) -> None:
        """Let changes of inputs that a test watches happen to them."""
        for array in WATCHED:
            copy = self._copies.get(id(array))
            if copy is not None and array.flags.writeable:
                np.copyto(array, copy)
