"""Hostile frames, by the million: what a student's process might send to the tester.

``python -m tests.judge.protocol.hostile 1000000`` sends that many and says what became
of them.
"""

import functools
import json
import random
import sys
import time
from collections import Counter

import numpy as np
from tqdm import tqdm

from grading.judge.protocol.channel import Refused
from grading.judge.proxy import stand_in
from grading.judge.remote_calls import Lost, RemoteCalls

#: Texts that begin as an honest answer's.
CORPUS = [
    [[], ["t", "value", 6, "hello"]],
    [[], ["t", "value", ["t", 1.5, None, "x", True], "hello"]],
    [
        [["a", 3, "<f8", [2, 3], "C", True, 0]],
        ["t", "value", ["r", 3], "hello"],
    ],
    [
        [["a", 2, "<f8", [4], "C", True, 0], ["l", 5, ["r", 2], 1, ["r", 2]]],
        ["t", "value", ["r", 5], "hello"],
    ],
    [
        [["d", 7, ["k", 1], [["t", 1, 2], ["r", 9]]], ["s", 9, 1, 2]],
        ["t", "value", ["t", ["r", 7], ["n", "<f4", "0000803f"]], "hello"],
    ],
    [
        [["x", 4, "Model", ["params", ["r", 11]]], ["d", 11, ["w", 1.0]]],
        ["t", "value", ["r", 4], "hello"],
    ],
    [
        [["x", 13, "cs231n.nets.linear:LinearSVM", ["W", None]]],
        ["t", "value", ["r", 13], "hello"],
    ],
    [
        [["g", 13, "PCG64", ["t", "dict", ["t", "state", 1]]]],
        ["t", "value", ["o", 3, "Thing"], "hello"],
    ],
    [[["floats", 15, "00" * 16]], ["t", "value", ["r", 15], "hello"]],
    [
        [["l", 17, "ValueError", "Exception", "object"]],
        ["t", "error", ["r", 17], ["t", "no"], "no", "hello"],
    ],
    [[], ["t", "refused", "a module", "hello"]],
    [[["l", 19, 2.0], ["d", 21]], ["t", "back", 0, None, ["r", 19], ["r", 21]]],
    [[["l", 23], ["d", 25]], ["t", "back", 1, "score", ["r", 23], ["r", 25]]],
    [
        [],
        [
            "t",
            "value",
            ["t", ["i", "0x1" + "0" * 20], ["c", 1.0, 2.0], ["y", "00ff"], ["..."]],
            "hello",
        ],
    ],
    [
        [],
        ["t", "value", ["t", ["range", 0, 5, 1], ["dtype", "<f4"], ["k", 0]], "hello"],
    ],
    [
        [],
        ["t", "value", ["t", ["own", "answer", 1, "f"], ["type", "float"]], "hello"],
    ],
]
for _text in CORPUS:
    if _text[1][1] == "value":  # with the peak of memory and PyTorch's state
        _text[1][2] = ["t", _text[1][2], 0, None]
TAGS = [
    *("r", "t", "a", "l", "d", "s", "f", "g", "x", "i", "c", "y", "n", "o", "k", "h"),
    *("own", "global", "type", "dtype", "range", "slice", "...", "floats", "zzz"),
    *("value", "error", "refused", "back"),
]
CODES = ["<f8", "<f4", "|b1", "O", "V8", "<U4", "<M8[s]", "f8,f8", "<i8", "S9", "{", ""]
NAMES = [
    *("Model", "cs231n.solver:Solver", "cs231n.nets.linear:LinearSVM", "os:system"),
    *("builtins:eval", "types:SimpleNamespace", "printed", "params", "__class__"),
    *("float", "numpy.float64", "score", "_secret", "__init__", "answer", "PCG64"),
    *("SystemExit", "KeyboardInterrupt", "StopIteration", "ExceptionGroup", "state"),
    *("UnicodeDecodeError", "passed", "0x" + "f" * 5000, "\ud800", "x" * 3000),
]
NUMBERS = [0, 1, 2, 3, 4, 5, 7, -1, 1 << 31, 1 << 62, -(1 << 80), 0.5, 1e308]
NUMBERS += [float("nan"), float("inf"), True, None]


class Judge:
    """A test's callback and an object with a method, for frames to call."""

    def score(self, *args):
        """Add up what comes."""
        return sum(args)

    def _secret(self):
        raise AssertionError("a method that was not offered")


class Deaf:
    """A channel on which only prepared frames arrive."""

    deadline, noise = None, 0

    def __init__(self):
        self.frames = []

    def begin(self):
        """Start an exchange."""

    def send(self, text, buffers=()):
        """Throw away what the tester says."""

    def receive(self):
        """Return the next prepared frame."""
        if not self.frames:
            raise Refused("nothing more")
        return self.frames.pop()


class _Clock:
    def deadline(self, *, one_call):
        return None

    def late(self):
        return "Late."


class Model:
    """A class of the set-up cells."""


Model.__module__ = "__main__"


@functools.cache
def line():
    """Make the tester's end of a line to nobody, with an answer to call."""
    found = RemoteCalls(Deaf(), _Clock(), lambda name: [])
    found.references.setup["Model"] = Model
    return found, stand_in(found, "answer", ["x"])


def node(draw, depth=0):
    """Draw any node, most of them senseless."""
    kind = draw.randrange(8)
    if kind == 0:
        return draw.choice(NUMBERS)
    if kind == 1:
        return draw.choice(NAMES)
    if kind == 2:
        return draw.choice(CODES)
    if kind == 3 or depth > 3:
        return ["r", draw.randrange(-2, 30)]
    parts = [node(draw, depth + 1) for _ in range(draw.randrange(5))]
    return [draw.choice(TAGS), *parts]


def spoil(draw, tree):
    """Change something somewhere in a tree of lists."""
    place = tree
    while isinstance(place, list) and place:
        k = draw.randrange(len(place))
        if not isinstance(place[k], list) or not place[k] or draw.random() < 0.3:
            action = draw.randrange(6)
            if action == 0:
                del place[k]
            elif action == 1:
                place.insert(k, node(draw))
            elif action == 2:
                place.append(place[k])
            elif action == 3:
                place[k] = place  # for json: too deep
            else:
                place[k] = node(draw)
            return
        place = place[k]


def frame(draw):
    """Draw one frame: a text and buffers."""
    tree = json.loads(json.dumps(draw.choice(CORPUS)))
    for _ in range(draw.randrange(4)):
        spoil(draw, tree)
    try:
        text = bytearray(json.dumps(tree).encode())
    except (ValueError, RecursionError):
        text = bytearray(b"[" * draw.choice([3, 3, 3, 100_000]))
    if draw.random() < 0.2:
        for _ in range(draw.randrange(1, 4)):
            text[draw.randrange(len(text))] = draw.randrange(256)
    sizes = draw.choice([(48,), (48,), (32,), (), (0,), (5, 48), (48, 48)])
    return text, [np.frombuffer(draw.randbytes(n), np.uint8).copy() for n in sizes]


_DATA = (bool, int, float, complex, str, bytes, type(None), type(...), range, slice)


def is_data(value, seen=None):
    """Tell whether a value is nothing but data and what stands for something."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return True
    seen.add(id(value))
    if type(value) is np.ndarray:
        return value.dtype.kind in "biufcUS"
    if type(value) is dict:
        return all(is_data(v, seen) for pair in value.items() for v in pair)
    if type(value) in (list, tuple, set, frozenset):
        return all(is_data(item, seen) for item in value)
    if isinstance(value, Model):
        return is_data(vars(value), seen)
    module = type(value).__module__
    known = (*_DATA, np.generic, np.dtype, np.random.Generator, type)
    return (
        isinstance(value, known)
        or module in ("__main__", "types")
        or (
            module.startswith(("cs231n.nets", "grading.judge", "tests."))
            or callable(value)
        )
    )


def send(draw, count=1):
    """Let an answer reply with hostile frames; return what became of the call.

    Parameters
    ----------
    draw : random.Random
        Makes the frames.
    count : int, optional
        Frames of one exchange.

    Returns
    -------
    outcome : str
        "value", "lost" or "error".
    """
    here, answer = line()
    here._lost = None
    here._channel.frames = [frame(draw) for _ in range(count)]
    x, settings = np.arange(6.0), {"rate": 0.5}
    model = Model()
    model.params = {"w": x}
    try:
        value = answer(
            x, settings, model, lambda v: v, Judge(), np.random.default_rng(1)
        )
    except Lost:
        return "lost"
    except Exception:  # as an answer may raise any
        return "error"
    finally:
        assert type(x) is np.ndarray
        assert (x.shape, x.dtype) == ((6,), float)
        assert type(settings) is dict
        assert type(model) is Model
    assert is_data(value), repr(value)[:300]
    return "value"


def main(argv):
    """Send many frames and print what became of them."""
    count, seed = int(argv[0]), int(argv[1]) if argv[1:] else 1
    draw, outcomes, worst = random.Random(seed), Counter(), 0.0
    for _ in tqdm(range(count)):
        start = time.perf_counter()
        outcomes[send(draw)] += 1
        worst = max(worst, time.perf_counter() - start)
    print(f"{count:,} frames: {dict(outcomes)}; slowest {worst * 1e3:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
