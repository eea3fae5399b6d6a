"""States of a training run on disk: nested, exact to the bit, written all or nothing.

A state is made of dicts, lists, tuples, strings, numbers, ``None``, arrays and random
generators. It is stored as one ``.npz`` file: the arrays, and a JSON text that says
where each of them belongs. Reading one never runs code, as unpickling would.
"""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from cs231n.files import write_whole

#: Name of the JSON text among the arrays of the file.
TREE = "tree"
#: NumPy's sources of random bits, by the name a file gives them.
BIT_GENERATORS = {
    cls.__name__: cls
    for cls in vars(np.random).values()
    if isinstance(cls, type) and np.random.BitGenerator in cls.__bases__
}


def write_state(path: str | os.PathLike[str], state: Any) -> None:
    """Write a nested state to a file that is either whole or not there.

    Parameters
    ----------
    path : path-like
        Where to write; missing folders are made. The bytes go to a temporary file
        beside it, which then takes its name in one step.
    state : object
        Dicts, lists, tuples, str, int, float, bool, None, arrays and
        :class:`numpy.random.Generator`, nested as you like.

    Raises
    ------
    TypeError
        If the state holds anything else. Nothing is written then.
    """
    writer = _Writer()
    tree = json.dumps(writer.encode(state))
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {TREE: np.array(tree), **writer.arrays}
    np.savez(buffer, **arrays)
    write_whole(path, buffer.getbuffer(), mode=0o600)


def read_state(path: str | os.PathLike[str]) -> Any:
    """Read what :func:`write_state` wrote.

    Parameters
    ----------
    path : path-like
        A file written by :func:`write_state`.

    Returns
    -------
    state : object
        Equal to what was written, to the last bit.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a state: truncated, or written by something else.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"No saved state at {path}.")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        return _Reader(arrays).decode(json.loads(str(arrays[TREE])))
    except (LookupError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} is not a state saved by cs231n, or it is damaged "
            f"({type(error).__name__}). Delete it and save again."
        ) from None


def is_state(value: Any, *, generators: bool = True) -> bool:
    """Tell whether :func:`write_state` can store a value.

    Parameters
    ----------
    value : object
        Anything.
    generators : bool
        Whether random generators count as storable.

    Returns
    -------
    bool
        True if every part of it can be stored.
    """
    writer = _Writer()
    try:
        writer.encode(value)
    except TypeError:
        return False
    return generators or not writer.generators


def copy_state(value: Any) -> Any:
    """Copy a state so that later changes to the original do not show.

    Parameters
    ----------
    value : object
        A state, as :func:`write_state` takes it.

    Returns
    -------
    copy : object
        Equal to ``value`` and independent of it.
    """
    writer = _Writer()
    tree = writer.encode(value)
    return _Reader({k: a.copy(order="K") for k, a in writer.arrays.items()}).decode(
        tree
    )


class _Writer:
    """Turns a state into JSON; arrays and generators are kept once, by number."""

    def __init__(self):
        self.arrays = {}
        self.generators = {}  # id -> (number, the object, which keeps the id alive)

    def encode(self, value):
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, dict):
            pairs = [[self.encode(k), self.encode(v)] for k, v in value.items()]
            return {"dict": pairs}
        if isinstance(value, (list, tuple)):
            kind = "list" if isinstance(value, list) else "tuple"
            return {kind: [self.encode(v) for v in value]}
        if isinstance(value, np.random.Generator):
            return self._encode_generator(value)
        if isinstance(value, (np.ndarray, np.generic)) and not value.dtype.hasobject:
            name = f"array{len(self.arrays)}"
            self.arrays[name] = np.asarray(value)
            return {"array" if isinstance(value, np.ndarray) else "scalar": name}
        raise TypeError(f"A {type(value).__name__} cannot be part of a saved state.")

    def _encode_generator(self, rng):
        """Store a shared generator once, so that it is shared again when read."""
        if id(rng) in self.generators:
            return {"same": self.generators[id(rng)][0]}
        number = len(self.generators)
        self.generators[id(rng)] = number, rng
        return {"generator": self.encode(rng.bit_generator.state)}


class _Reader:
    """Turns the JSON of a :class:`_Writer` back into the state."""

    def __init__(self, arrays):
        self.arrays = arrays
        self.generators = []

    def decode(self, tree):
        if not isinstance(tree, dict):
            return tree
        ((kind, body),) = tree.items()
        if kind == "dict":
            return {self.decode(k): self.decode(v) for k, v in body}
        if kind == "generator":
            return self._decode_generator(self.decode(body))
        if kind == "same":
            return self.generators[body]
        if kind == "array":
            return self.arrays[body]
        if kind == "scalar":
            return self.arrays[body][()]
        return {"list": list, "tuple": tuple}[kind](self.decode(v) for v in body)

    def _decode_generator(self, state):
        bits = BIT_GENERATORS[state["bit_generator"]]()
        bits.state = state
        self.generators.append(np.random.Generator(bits))
        return self.generators[-1]
