"""From nodes and buffers to values, trusting none of them."""

from typing import Any

from grading.judge.protocol.channel import Refused
from grading.judge.protocol.data_types import (
    DEPTH,
    DIGITS,
    GENERATORS,
    NODES,
    TYPES,
    dtype_of,
    sound,
    thawed_state,
)
from grading.judge.protocol.pristine_numpy import np


def measure(definitions: dict[int, list]) -> None:
    """Refuse containers that are endless, or deep or enormous when written out.

    Parameters
    ----------
    definitions : dict of {int: list}
        Lists, sets and dicts by number, as they crossed.

    Raises
    ------
    Refused
        If one contains itself, is nested more than ``DEPTH`` deep or has more than
        ``NODES`` parts, counted as often as they appear.
    """
    parts = {number: list(_references(node)) for number, node in definitions.items()}
    sizes, entered = {}, set()  # number -> (parts, depth)
    for first in parts:
        stack = [first]
        while stack:
            number = stack[-1]
            inner = [part for part in parts[number] if part in parts]
            missing = {part for part in inner if part not in sizes}
            if missing and (number in entered or missing & entered):
                raise Refused("a value that contains itself")
            if missing:
                entered.add(number)
                stack.extend(missing)
                continue
            stack.pop()
            entered.discard(number)
            size = 1 + len(parts[number]) + sum(sizes[part][0] for part in inner)
            depth = 1 + max((sizes[part][1] for part in inner), default=0)
            if size > NODES or depth > DEPTH:
                raise Refused("a value that is nested too deeply or too large")
            sizes[number] = size, depth


def _references(node):
    """Yield the numbers that a node refers to."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if len(part) == 2 and part[0] == "r":
            yield part[1]
        else:
            waiting += [item for item in part if type(item) is list]


class Decoder:
    """Turns nodes into values and trusts none of them."""

    def __init__(self, shared: Any, buffers: list) -> None:
        self.shared, self.references = shared, shared.references
        self.buffers = buffers
        self._nodes = 0
        self._definitions = []
        self._snapshots = {}
        self._new = set()  # numbers that this message gives

    def define_all(self, definitions: list) -> None:
        """Make the new objects, then fill them and change the known ones."""
        self._definitions = definitions
        containers = {p[1]: p for p in definitions if p[0] in ("l", "s", "d")}
        if containers:
            measure(containers)
        arrays = [part for part in definitions if part[0] == "a"]
        others = [part for part in definitions if part[0] != "a"]
        for definition in arrays:
            self._array(*definition[1:])
        for tag, number, *rest in others:
            if self.shared.object(number) is None:
                if type(number) is not int:
                    raise Refused("an object without a number")
                self.shared.enter(_SHELLS[tag](self, rest), number)
                self._new.add(number)
        # What is new first: by then it is whole, and can be looked through.
        others.sort(key=lambda part: (part[1] not in self._new, part[0] == "x"))
        for tag, number, *rest in others:
            value = self.shared.object(number)
            before = [] if number in self._new else _items(value)
            _FILLS[tag](self, value, rest)
            if number not in self._new:
                self.references.allow_change(before, _items(value))

    def value(self, node: Any, depth: int = 0) -> Any:
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
            return self.references.load(node)
        return constant(*(self.value(part, depth + 1) for part in rest))

    def _known(self, number):
        value = self.shared.object(number)
        if value is None:
            raise Refused("a reference to nothing")
        return value

    def _array(self, number, code, shape, order, writeable, place):
        dtype = dtype_of(code)
        buffer, self.buffers[place] = self.buffers[place], None  # for one array only
        if self.shared.watch:
            self._snapshots[number] = buffer.copy()
        fresh = sound(buffer.view(dtype))
        fresh = fresh.reshape(shape, order="F" if order == "F" else "C")
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

    def many(self, nodes: list) -> list:
        """Return the values of nodes."""
        return [self.value(node) for node in nodes]

    def pairs(self, nodes: list) -> dict:
        """Return a dict of nodes in pairs."""
        return {self.value(key): self.value(item) for key, item in nodes}

    def remember(self, seen: dict) -> None:
        """Note what the other side knows of what it sent."""
        for definition in self._definitions:
            seen[definition[1]] = definition
        seen.update(self._snapshots)


def _items(value):
    """List what a list, set or dict holds; of anything else, nothing."""
    if type(value) is dict:
        return list(value.values())
    return list(value) if type(value) in (list, set) else []


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
    if decoder.references.class_of(value) != name or not all(map(_is_name, items)):
        raise Refused("an object that became another one")
    decoder.references.allow(value, items)
    vars(value).clear()
    vars(value).update(items)


def _fill_generator(decoder, value, rest):
    name, state = rest
    generator = _only(np.random.Generator, value).bit_generator
    if type(generator).__name__ != name:
        raise Refused("a random generator that became another one")
    state = thawed_state(decoder.value(state))
    places = (state["state"].get("pos", 0), state.get("buffer_pos", 0))
    if not (0 <= places[0] <= 624 and 0 <= places[1] <= 4):  # NumPy reads there
        raise Refused("a random generator in an impossible state")
    generator.state = state


_SHELLS = {
    "l": lambda decoder, rest: [],
    "floats": lambda decoder, rest: [],
    "s": lambda decoder, rest: set(),
    "d": lambda decoder, rest: {},
    "g": lambda decoder, rest: np.random.Generator(GENERATORS[rest[0]](0)),
    "x": lambda decoder, rest: decoder.references.shell(rest[0]),
}
_FILLS = {
    "l": _fill_list,
    "floats": _fill_floats,
    "s": _fill_set,
    "d": _fill_dict,
    "g": _fill_generator,
    "x": _fill_instance,
}
_CONSTANTS: dict[str, Any] = {
    "i": lambda digits: int(digits[: DIGITS + 3], 16),
    "c": complex,
    "y": bytes.fromhex,
    "f": lambda *items: frozenset(items),
    "slice": slice,
    "range": range,
    "...": lambda: ...,
    "n": lambda code, digits: np.frombuffer(
        bytes.fromhex(digits), dtype_of(code), count=1
    )[0],
    "dtype": lambda code: dtype_of(code),
    "type": lambda name: TYPES[name],
}


def _is_name(key):
    return type(key) is str and len(key) < 200
