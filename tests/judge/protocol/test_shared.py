"""Values come out as they went in, changes come back, and nothing else crosses."""

import random
from collections import Counter, OrderedDict, namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.judge.protocol.channel import Refused
from grading.judge.protocol.data_types import NotData
from grading.judge.protocol.shared import Shared
from grading.judge.student import _References as StudentsReferences
from tests.judge.protocol import hostile


class Plain:
    """References to nothing: there is only data."""

    def class_of(self, value):
        return None

    def dump(self, value, encoder):
        raise NotData(f"a {type(value).__name__}")

    def load(self, node):
        raise NotData("nothing")

    def shell(self, name):
        raise NotData("nothing")

    def allow(self, value, items):
        """Allow everything."""

    def allow_change(self, before, after):
        """Allow everything."""


def ship(sender, receiver, value):
    text, buffers = sender.pack(value)
    return receiver.unpack(bytearray(text), [np.array(buffer) for buffer in buffers])


@pytest.fixture
def sides():
    """The tables of a tester and of a student."""
    return Shared(Plain(), 0, watch=False), Shared(Plain(), 1, watch=True)


def there_and_back(value):
    tester, student = Shared(Plain(), 0, watch=False), Shared(Plain(), 1, watch=True)
    return ship(Shared(Plain(), 1, watch=True), Shared(Plain(), 0, watch=True), ship(
        tester, student, value
    ))  # fmt: skip


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.sampled_from(
        [..., float, np.float32, np.dtype("f4"), slice(1, None), range(3)]
    )
)
keys = st.integers() | st.text() | st.tuples(st.integers(), st.booleans()) | st.none()
data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(keys, inner)
        | st.sets(keys)
        | st.frozensets(keys)
    ),
    max_leaves=20,
)


@given(value=data)
def test_data_comes_out_as_it_went_in(value):
    found = there_and_back(value)
    assert repr(found) == repr(value) or _same(found, value)


def _same(found, value):
    """Compare what need not print alike: sets, and NaN in containers."""
    if type(found) is not type(value):
        return False
    if isinstance(value, dict):
        return list(found) == list(value) and all(
            map(_same, found.values(), value.values())
        )
    if isinstance(value, list | tuple):
        return len(found) == len(value) and all(map(_same, found, value))
    return repr(found) == repr(value) or found == value


@given(
    code=st.sampled_from("?bhilqBHILQefdgFDGUS"),
    shape=st.lists(st.integers(0, 4), max_size=4),
    order=st.sampled_from("CF"),
    seed=st.integers(0, 2**32 - 1),
)
def test_arrays_keep_bytes_dtype_shape_and_order(code, shape, order, seed):
    dtype = np.dtype(f"{code}3" if code in "US" else code)
    raw = np.random.default_rng(seed).bytes(int(np.prod(shape)) * dtype.itemsize)
    if dtype.kind in "bU":
        raw = bytes(len(raw))
    x = np.frombuffer(raw, dtype).reshape(shape).copy(order)

    found = there_and_back(x)

    assert type(found) is np.ndarray
    assert (found.dtype, found.shape) == (x.dtype, x.shape)
    assert found.flags.fnc == x.flags.fnc
    assert found.tobytes() == x.tobytes()


@pytest.mark.parametrize(
    "x",
    [
        np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
        np.arange(10.0)[::-3],
        np.broadcast_to(1.5, (2, 3)),
        np.arange(5, dtype=">i4"),
        np.ones((2, 2)).view(np.recarray),
        np.ma.array([1.0, 2.0]),
        np.array(3.0),
    ],
    ids=[
        "turned",
        "backwards",
        "broadcast",
        "other end first",
        "subclass",
        "masked",
        "0-d",
    ],
)
def test_every_array_arrives_plain(x):
    found = there_and_back(x)
    assert type(found) is np.ndarray
    assert np.array_equal(found, np.asarray(x))
    assert found.dtype.isnative


def test_one_object_stays_one(sides):
    x = np.ones(3)
    pair = {"a": x, "b": [x, x]}
    found = ship(*sides, (pair, x, pair))
    assert found[0] is found[2]
    assert found[0]["a"] is found[1] is found[0]["b"][0] is found[0]["b"][1]


def test_what_returns_is_the_senders_own(sides):
    x, settings = np.ones(3), {}
    y, _ = ship(*sides, (x, settings))
    found = ship(*sides[::-1], {"same": y, "other": y.copy()})
    assert found["same"] is x
    assert found["other"] is not x


def test_changes_come_back(sides):
    x, memory, names, rng = np.zeros(3), {"old": 1}, ["a"], np.random.default_rng(1)
    theirs = ship(*sides, (x, memory, names, rng))
    theirs[0][1] = 5
    theirs[1]["new"] = theirs[0]
    del theirs[1]["old"]
    theirs[2].extend(["b", theirs[1]])
    drawn = theirs[3].random(3)

    ship(*sides[::-1], None)

    assert x.tolist() == [0, 5, 0]
    assert memory == {"new": x}
    assert memory["new"] is x
    assert names == ["a", "b", memory]
    expected = np.random.default_rng(1)
    assert drawn.tolist() == expected.random(3).tolist()
    assert rng.random() == expected.random()


def test_what_did_not_change_does_not_cross(sides):
    x = np.arange(1000.0)
    ship(*sides, {"x": x, "n": [float("nan"), 1.0] * 50, "d": {"k": float("nan")}})
    text, buffers = sides[1].pack(None)
    assert (text, buffers) == (b"[[],null]", [])


def test_a_read_only_array_stays_so(sides):
    x = np.zeros(3)
    x.flags.writeable = False
    theirs = ship(*sides, x)
    with pytest.raises(ValueError, match="read-only"):
        theirs[0] = 1
    theirs.flags.writeable = True
    theirs[0] = 1
    with pytest.raises(Refused, match="cannot be changed"):
        ship(*sides[::-1], None)


def test_students_classes_become_plain():
    class Student:
        names = {}  # noqa: RUF012 (a stand-in)

    point = namedtuple("point", "x y")
    references = StudentsReferences(Student())
    values = [Counter("aab"), OrderedDict(a=1), point(1, 2), type("I", (int,), {})(3)]
    found = ship(
        Shared(references, 1, watch=True), Shared(Plain(), 0, watch=False), values
    )
    assert found == [{"a": 2, "b": 1}, {"a": 1}, (1, 2), 3]
    assert [type(value) for value in found] == [dict, dict, tuple, int]


@pytest.mark.parametrize(
    "value",
    [
        len,
        np,
        object(),
        np.array([object()]),
        np.zeros(2, "f8,f8"),
        np.zeros(2, "M8[s]"),
        1 << 20_000,
        [None] * 600_000,
        (((((1,),) * 900,) * 900,) * 1,),
    ],
    ids=[
        *("function", "module", "object", "objects", "records", "dates"),
        *("number", "long", "wide"),
    ],
)
def test_what_is_no_data_does_not_leave(value):
    with pytest.raises(NotData):
        Shared(Plain(), 0, watch=False).pack(value)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value, value]
    return value


@pytest.mark.parametrize("depth", [16, 40, 2000])
def test_what_is_endless_or_deep_does_not_arrive(sides, depth):
    endless = []
    endless.append({"again": endless})
    for value in (endless, nested(depth) if depth > 16 else nested(19)):
        with pytest.raises(Refused):
            ship(*sides, value)
    assert ship(*sides, nested(5)) == nested(5)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=300)
def test_hostile_frames_end_in_a_value_or_an_error(seed):
    draw = random.Random(seed)
    for _ in range(10):
        assert hostile.send(draw) in ("value", "error", "lost")
    hostile.send(draw, count=4)
