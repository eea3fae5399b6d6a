"""From values to nodes and buffers."""

from typing import Any

from grading.judge.protocol.data_types import (
    DEPTH,
    DIGITS,
    GENERATORS,
    LETTERS,
    NODES,
    PLAIN,
    TYPE_NAMES,
    NotData,
    checked,
    frozen_state,
)
from grading.judge.protocol.pristine_numpy import np

_BLOCK = 1 << 18  # bytes that are compared at once


class Encoder:
    """Turns values into nodes; what can change goes to the definitions."""

    def __init__(self, shared: Any) -> None:
        self.shared, self.references = shared, shared.references
        self.definitions, self.buffers = [], []
        self._waiting = []
        self._nodes = 0

    def node(self, value: Any, depth: int = 0) -> Any:
        """Return the node of a value."""
        self._nodes += 1
        if self._nodes > NODES or depth > DEPTH:
            raise NotData(
                f"a value of more than {NODES} parts or nested more than {DEPTH} deep"
            )
        kind = type(value)
        if kind in PLAIN:
            if kind is str and len(value) > LETTERS:
                raise NotData(f"a text of {len(value)} letters")
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**63 else _large_int(value)
        if kind is tuple:
            return ["t", *(self.node(item, depth + 1) for item in value)]
        number = self.shared.number(value)
        if number is not None:
            return ["r", number]
        if _define(kind) is not None or self.references.class_of(value) is not None:
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
            return ["n", checked(value.dtype).str, value.tobytes().hex()]
        if isinstance(value, np.dtype):
            return ["dtype", checked(value).str]
        if isinstance(value, type) and value in TYPE_NAMES:
            return ["type", TYPE_NAMES[value]]
        return self.references.dump(value, self)

    def define_all(self) -> None:
        """Encode the objects that nodes refer to."""
        while self._waiting:
            number, value = self._waiting.pop()
            self.definitions.append(self._definition(number, value))

    def change(self, number: int, known: Any) -> None:
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
        name = self.references.class_of(value)
        return ["x", number, name, *self.pairs(vars(value))]

    def pairs(self, value: dict) -> list:
        """Encode what a dict holds."""
        return [[self.node(key), self.node(item)] for key, item in value.items()]

    def remember(self, seen: dict) -> None:
        """Note what the other side knows from now on."""
        for definition in self.definitions:
            number = definition[1]
            if definition[0] == "a":
                seen[number] = self.buffers[definition[-1]].copy()
            else:
                seen[number] = definition


def _define(kind):
    """Find how objects of a class that can change are encoded."""
    if issubclass(kind, np.ndarray):
        return _array
    return _DEFINED.get(kind)


def _array(encoder, number, value):
    plain = np.asarray(value)
    dtype = checked(plain.dtype)
    if not dtype.isnative:
        dtype = dtype.newbyteorder("=")
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
    if name not in GENERATORS:
        raise NotData(f"a random generator of the kind {name}")
    return ["g", number, name, encoder.node(frozen_state(value.bit_generator.state))]


_DEFINED = {
    list: _list,
    set: _set,
    dict: _dict,
    np.random.Generator: _generator,
}


def _large_int(value):
    digits = hex(value)
    if len(digits) > DIGITS:
        raise NotData(f"an integer of {len(digits)} hexadecimal digits")
    return ["i", digits]


def _same(value, known):
    """Compare an array with the bytes both sides know."""
    plain = np.asarray(value)
    if plain.size * plain.itemsize != len(known):
        return False
    order = "F" if plain.flags.fnc else "C"
    if len(known) < _BLOCK:
        return plain.tobytes(order) == bytes(known)
    flat = plain.ravel(order).view(np.uint8)
    known = np.frombuffer(known, np.uint8)
    return all(
        np.array_equal(flat[k : k + _BLOCK], known[k : k + _BLOCK])
        for k in range(0, flat.size, _BLOCK)
    )
