"""Values as data: what crosses is numbers, texts, arrays and containers of them.

No code crosses, and nothing is unpickled. An object that can change (array, list, dict,
set, random generator, instance of a class of the notebook) gets a number the first time
it crosses. For one exchange both sides keep a :class:`Shared` table of them, so that one
object on one side is one on the other, and what changed there is changed here.

A message is ``[definitions, node]``. A node is a JSON number, text, true, false, null,
or a list that begins with a tag; ``["r", number]`` is an object with a number.
"""

from json import dumps, loads

from grading.judge.frozen import np

from grading.judge.wire import Refused

DEPTH = 64
NODES = 500_000
DIGITS = 4096  # of an integer, hexadecimal
#: Kinds of NumPy types that are data, and the largest element of each in bytes.
_KINDS = {"b": 1, "i": 8, "u": 8, "f": 16, "c": 32, "U": 1 << 20, "S": 1 << 20}
_GENERATORS = {
    name: getattr(np.random, name)
    for name in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
}
#: Classes that are values, as what one passes for `dtype`.
_TYPES = {
    cls.__name__: cls
    for cls in (bool, int, float, complex, str, bytes, list, tuple, dict, set, object)
} | {
    f"numpy.{cls.__name__}": cls
    for cls in (
        *(np.dtype(code).type for code in "?bhilqBHILQefdgFDGUS"),
        *(np.ndarray, np.generic, np.number, np.integer, np.floating),
    )
}
_TYPE_NAMES = {cls: name for name, cls in _TYPES.items()}
_PLAIN = {bool, type(None), str, float}


class NotData(Refused):
    """A value that may not cross."""


class Shared:
    """The objects both sides know during one exchange.

    Parameters
    ----------
    world : object
        What this side makes of objects that are no data. ``world.class_of(value)``
        names the class of an instance that crosses by what it holds, or is None;
        ``world.dump(value)`` returns a node for anything else; ``world.load(node)``
        is the reverse of the other side's; ``world.shell(name)`` makes an empty
        instance, and ``world.allow(value, items)`` may refuse what it shall hold.
    first : int
        0 or 1: one side gives even numbers, the other odd ones.
    watch : bool
        Remember what crossed, so that changes are noticed and sent.
    """

    def __init__(self, world, first, *, watch):
        self.world, self.watch = world, watch
        self._next = first
        self._objects = {}  # number -> object
        self._numbers = {}  # id(object) -> number
        self._seen = {}  # number -> what both sides know of it

    def pack(self, value):
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
        encoder = _Encoder(self)
        for number, known in list(self._seen.items()):
            encoder.change(number, known)
        root = encoder.node(value)
        encoder.define_all()
        if self.watch:
            encoder.remember(self._seen)
        text = dumps([encoder.definitions, root], separators=(",", ":"))
        return text.encode(), encoder.buffers

    def unpack(self, text, buffers):
        """Turn bytes into a value, and take over what changed on the other side.

        Parameters
        ----------
        text : bytes-like
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
            decoder = _Decoder(self, buffers)
            decoder.define_all(definitions)
            value = decoder.value(root)
        except Refused:
            raise
        except Exception as error:  # whatever a forged frame makes Python say
            raise Refused(f"a malformed value ({type(error).__name__})") from None
        if self.watch:
            decoder.remember(self._seen)
        return value

    def number(self, value):
        """Return the number of an object, or None."""
        return self._numbers.get(id(value))

    def enter(self, value, number=None):
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

    def object(self, number):
        """Return the object with a number, or None."""
        return self._objects.get(number)


class _Encoder:
    """Turns values into nodes; what can change goes to the definitions."""

    def __init__(self, shared):
        self.shared, self.world = shared, shared.world
        self.definitions, self.buffers = [], []
        self._waiting = []
        self._nodes = 0

    def node(self, value, depth=0):
        """Return the node of a value."""
        self._nodes += 1
        if self._nodes > NODES or depth > DEPTH:
            raise NotData(
                f"a value of more than {NODES} parts or nested more than {DEPTH} deep"
            )
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**63 else _large_int(value)
        if kind is tuple:
            return ["t", *(self.node(item, depth + 1) for item in value)]
        number = self.shared.number(value)
        if number is not None:
            return ["r", number]
        if _define(kind) is not None or self.world.class_of(value) is not None:
            number = self.shared.enter(value)
            self._waiting.append((number, value))
            return ["r", number]
        return self._constant(value, kind, depth)

    def _constant(self, value, kind, depth):
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is bytes:
            return ["y", value.hex()]
        if kind is frozenset:
            return [
                "f",
                *sorted((self.node(item, depth + 1) for item in value), key=repr),
            ]
        if kind in (slice, range):
            parts = (value.start, value.stop, value.step)
            return [kind.__name__, *(self.node(item, depth + 1) for item in parts)]
        if value is ...:
            return ["..."]
        if isinstance(value, np.generic):
            return ["n", _checked(value.dtype).str, value.tobytes().hex()]
        if isinstance(value, np.dtype):
            return ["dtype", _checked(value).str]
        if isinstance(value, type) and value in _TYPE_NAMES:
            return ["type", _TYPE_NAMES[value]]
        return self.world.dump(value, self)

    def define_all(self):
        """Encode the objects that nodes refer to."""
        while self._waiting:
            number, value = self._waiting.pop()
            self.definitions.append(self._definition(number, value))

    def change(self, number, known):
        """Encode an object again if it is no longer as both sides know it."""
        value = self.shared.object(number)
        if isinstance(value, np.ndarray):
            if not _same(value, known):
                self.definitions.append(_define(np.ndarray)(self, number, value))
            return
        now = self._definition(number, value)
        if now != known:
            self.definitions.append(now)

    def _definition(self, number, value):
        define = _define(type(value))
        if define is not None:
            return define(self, number, value)
        name = self.world.class_of(value)
        return ["x", number, name, *self.pairs(vars(value))]

    def pairs(self, value):
        """Encode what a dict holds."""
        return [[self.node(key), self.node(item)] for key, item in value.items()]

    def remember(self, seen):
        """Note what the other side knows from now on."""
        for definition in self.definitions:
            number = definition[1]
            if definition[0] == "a":
                seen[number] = bytes(self.buffers[definition[-1]])
            else:
                seen[number] = definition


def _define(kind):
    """Find how objects of a class that can change are encoded."""
    if issubclass(kind, np.ndarray):
        return _array
    return _DEFINED.get(kind)


def _array(encoder, number, value):
    plain = np.asarray(value)
    dtype = _checked(plain.dtype).newbyteorder("=")
    order = "F" if plain.flags.fnc else "C"
    whole = np.asarray(plain, dtype=dtype, order=order)
    encoder.buffers.append(whole.ravel(order).view(np.uint8))
    head = ["a", number, dtype.str, list(plain.shape), order]
    return [*head, plain.flags.writeable, len(encoder.buffers) - 1]


def _list(encoder, number, value):
    if len(value) > DEPTH and all(type(item) is float for item in value):
        return ["floats", number, np.array(value).tobytes().hex()]
    return ["l", number, *(encoder.node(item) for item in value)]


def _set(encoder, number, value):
    return ["s", number, *sorted((encoder.node(item) for item in value), key=repr)]


def _dict(encoder, number, value):
    return ["d", number, *encoder.pairs(value)]


def _generator(encoder, number, value):
    name = type(value.bit_generator).__name__
    if name not in _GENERATORS:
        raise NotData(f"a random generator of the kind {name}")
    return ["g", number, name, encoder.node(_frozen(value.bit_generator.state))]


_DEFINED = {
    list: _list,
    set: _set,
    dict: _dict,
    np.random.Generator: _generator,
}


class _Decoder:
    """Turns nodes into values and trusts none of them."""

    def __init__(self, shared, buffers):
        self.shared, self.world = shared, shared.world
        self.buffers = buffers
        self._nodes = 0
        self._definitions = []
        self._snapshots = {}

    def define_all(self, definitions):
        """Make the new objects, then fill them and change the known ones."""
        self._definitions = definitions
        arrays = [part for part in definitions if part[0] == "a"]
        others = [part for part in definitions if part[0] != "a"]
        for definition in arrays:
            self._array(*definition[1:])
        for tag, number, *rest in others:
            if self.shared.object(number) is None:
                if type(number) is not int:
                    raise Refused("an object without a number")
                self.shared.enter(_SHELLS[tag](self, rest), number)
        for tag, number, *rest in others:
            _FILLS[tag](self, self.shared.object(number), rest)

    def value(self, node, depth=0):
        """Return the value of a node."""
        self._nodes += 1
        if self._nodes > NODES or depth > DEPTH:
            raise Refused("a value that is nested too deeply or too large")
        if type(node) is not list:
            return node
        tag, *rest = node
        if tag == "r":
            return self._known(*rest)
        if tag == "t":
            return tuple(self.value(part, depth + 1) for part in rest)
        constant = _CONSTANTS.get(tag)
        if constant is None:
            return self.world.load(node)
        return constant(*(self.value(part, depth + 1) for part in rest))

    def _known(self, number):
        value = self.shared.object(number)
        if value is None:
            raise Refused("a reference to nothing")
        return value

    def _array(self, number, code, shape, order, writeable, place):
        dtype = _checked(np.dtype(str(code)))
        buffer, self.buffers[place] = self.buffers[place], None  # for one array only
        if self.shared.watch:
            self._snapshots[number] = bytes(buffer)
        fresh = buffer.view(dtype).reshape(shape, order="F" if order == "F" else "C")
        present = self.shared.object(number)
        if present is None and type(number) is int:
            fresh.flags.writeable = bool(writeable)
            self.shared.enter(fresh, number)
            return
        if type(present) is not np.ndarray or not present.flags.writeable:
            raise Refused("a change of what cannot be changed")
        if (present.dtype, present.shape) != (fresh.dtype, fresh.shape):
            raise Refused("an input whose shape or type was changed in place")
        np.copyto(present, fresh)

    def many(self, nodes):
        """Return the values of nodes."""
        return [self.value(node) for node in nodes]

    def pairs(self, nodes):
        """Return a dict of nodes in pairs."""
        return {self.value(key): self.value(item) for key, item in nodes}

    def remember(self, seen):
        """Note what the other side knows of what it sent."""
        for definition in self._definitions:
            seen[definition[1]] = definition
        seen.update(self._snapshots)


def _only(kind, value):
    if type(value) is not kind:
        raise Refused("an object that became another one")
    return value


def _fill_list(decoder, value, rest):
    _only(list, value)[:] = decoder.many(rest)


def _fill_floats(decoder, value, rest):
    (digits,) = rest
    _only(list, value)[:] = np.frombuffer(bytes.fromhex(digits)).tolist()


def _fill_set(decoder, value, rest):
    items = decoder.many(rest)
    _only(set, value).clear()
    value.update(items)


def _fill_dict(decoder, value, rest):
    items = decoder.pairs(rest)
    _only(dict, value).clear()
    value.update(items)


def _fill_instance(decoder, value, rest):
    name, *pairs = rest
    items = decoder.pairs(pairs)
    if decoder.world.class_of(value) != name or not all(map(_is_name, items)):
        raise Refused("an object that became another one")
    decoder.world.allow(value, items)
    vars(value).clear()
    vars(value).update(items)


def _fill_generator(decoder, value, rest):
    name, state = rest
    generator = _only(np.random.Generator, value).bit_generator
    if type(generator).__name__ != name:
        raise Refused("a random generator that became another one")
    generator.state = _thawed(decoder.value(state))


_SHELLS = {
    "l": lambda decoder, rest: [],
    "floats": lambda decoder, rest: [],
    "s": lambda decoder, rest: set(),
    "d": lambda decoder, rest: {},
    "g": lambda decoder, rest: np.random.Generator(_GENERATORS[rest[0]](0)),
    "x": lambda decoder, rest: decoder.world.shell(rest[0]),
}
_FILLS = {
    "l": _fill_list,
    "floats": _fill_floats,
    "s": _fill_set,
    "d": _fill_dict,
    "g": _fill_generator,
    "x": _fill_instance,
}
_CONSTANTS = {
    "i": lambda digits: int(digits[: DIGITS + 3], 16),
    "c": complex,
    "y": bytes.fromhex,
    "f": lambda *items: frozenset(items),
    "slice": slice,
    "range": range,
    "...": lambda: ...,
    "n": lambda code, digits: np.frombuffer(
        bytes.fromhex(digits), _checked(np.dtype(str(code))), count=1
    )[0],
    "dtype": lambda code: _checked(np.dtype(str(code))),
    "type": lambda name: _TYPES[name],
}


def _checked(dtype):
    """Return a dtype that is data, or refuse it."""
    if dtype.itemsize > _KINDS.get(dtype.kind, -1) or dtype.hasobject:
        raise NotData(f"an array of dtype {str(dtype)[:60]}")
    return dtype


def _large_int(value):
    digits = hex(value)
    if len(digits) > DIGITS:
        raise NotData(f"an integer of {len(digits)} hexadecimal digits")
    return ["i", digits]


def _same(value, known):
    """Compare an array with the bytes both sides know."""
    plain = np.asarray(value)
    flat = plain.ravel("F" if plain.flags.fnc else "C").view(np.uint8)
    return flat.size == len(known) and np.array_equal(
        flat, np.frombuffer(known, np.uint8)
    )


def _is_name(key):
    return type(key) is str and len(key) < 200


def _frozen(state):
    """Turn the state of a random generator into tuples."""
    if isinstance(state, dict):
        return ("dict", *((key, _frozen(item)) for key, item in state.items()))
    if isinstance(state, np.ndarray):
        return ("array", *state.tolist())
    return state


def _thawed(state):
    if isinstance(state, tuple):
        kind, *items = state
        if kind == "dict":
            return {key: _thawed(item) for key, item in items}
        return np.array(items, dtype=np.uint64)
    return state
