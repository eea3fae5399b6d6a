"""Values as data: what crosses is numbers, texts, arrays and containers of them.

No code crosses, and nothing is unpickled. An object that can change (array, list, dict,
set, random generator, instance of a class of the notebook) gets a number when it first
crosses. For one exchange both sides keep a :class:`Shared` table of them, so that one
object on one side is one on the other, and what changed there is changed here.

A message is ``[definitions, node]``. A node is a JSON number, text, true, false, null,
or a list that begins with a tag; ``["r", number]`` is an object with a number.
"""

from json import dumps, loads
from typing import TYPE_CHECKING, Any

from grading.judge.protocol.channel import Refused
from grading.judge.protocol.decode import Decoder
from grading.judge.protocol.encode import Encoder

if TYPE_CHECKING:
    from numpy import ndarray


class Shared:
    """The objects both sides know during one exchange.

    Parameters
    ----------
    references : object
        What this side makes of objects that are no data. ``class_of(value)`` names the
        class of an instance that crosses by what it holds, or is None; ``dump(value)``
        returns a node for anything else; ``load(node)`` is the reverse of the other
        side's; ``shell(name)`` makes an empty instance; ``allow(value, items)`` may
        refuse what it shall hold, and ``allow_change(before, after)`` what a known
        container shall.
    first : int
        0 or 1: one side gives even numbers, the other odd ones.
    watch : bool
        Remember what crossed, so that changes are noticed and sent.
    """

    def __init__(self, references: object, first: int, *, watch: bool) -> None:
        self.references, self.watch = references, watch
        self._next = first
        self._objects = {}  # number -> object
        self._numbers = {}  # id(object) -> number
        self._seen = {}  # number -> what both sides know of it

    def pack(self, value: object) -> "tuple[bytes, list[ndarray]]":
        """Turn a value, and what changed since both sides last spoke, into bytes.

        Parameters
        ----------
        value : object
            What to send.

        Returns
        -------
        text : bytes
            JSON.
        buffers : list of ndarray of uint8
            The arrays, from where they lie.

        Raises
        ------
        NotData
            If something in it cannot cross, or there is too much of it.
        """
        encoder = Encoder(self)
        for number, known in list(self._seen.items()):
            encoder.change(number, known)
        root = encoder.node(value)
        encoder.define_all()
        if self.watch:
            encoder.remember(self._seen)
        text = dumps([encoder.definitions, root], separators=(",", ":"))
        return text.encode(), encoder.buffers

    def unpack(self, text: bytes | bytearray, buffers: "list[ndarray]") -> object:
        """Turn bytes into a value, and take over what changed on the other side.

        Parameters
        ----------
        text : bytes or bytearray
            As :meth:`pack` made it, or anything else.
        buffers : list of ndarray of uint8
            Its arrays; they become those of the value.

        Returns
        -------
        value : object
            What was sent.

        Raises
        ------
        Refused
            If they are not what :meth:`pack` makes.
        """
        try:
            definitions, root = loads(text.decode("ascii"))
            decoder = Decoder(self, buffers)
            decoder.define_all(definitions)
            value = decoder.value(root)
        except Refused:
            raise
        except Exception as error:  # whatever a forged frame makes Python say
            raise Refused(f"a malformed value ({type(error).__name__})") from None
        if self.watch:
            decoder.remember(self._seen)
        return value

    def number(self, value: object) -> int | None:
        """Return the number of an object, or None."""
        return self._numbers.get(id(value))

    def enter(self, value: object, number: int | None = None) -> int:
        """Give an object a number.

        Parameters
        ----------
        value : object
            Something that can change.
        number : int, optional
            The one it crossed with; a new one by default.

        Returns
        -------
        number : int
            Its place in the table.
        """
        if number is None:
            number, self._next = self._next, self._next + 2
        self._objects[number] = value
        self._numbers[id(value)] = number
        return number

    def object(self, number: int) -> Any:
        """Return the object with a number, or None."""
        return self._objects.get(number)
