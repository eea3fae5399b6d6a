"""Answers that lie to the judge itself, by other frames, classes and words."""

import pytest

from grading.judge.exam import STATUSES
from tests.judge.small import TESTS, by_name, sit

pytestmark = pytest.mark.slow
#: Results that are not what they seem.
LIES = {
    "is equal to all": """
        class Yes:
            __hash__ = None
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            __le__ = __ge__ = __lt__ = __gt__ = __eq__
            def __bool__(self): return True
            def __abs__(self): return 0.0
            def __add__(self, other): return 0.0
            __sub__ = __radd__ = __rsub__ = __add__
            def __float__(self): return 0.5
            def __array__(self, *args, **kwargs): raise AssertionError
            def __array_ufunc__(self, *args, **kwargs): return True
            def __array_function__(self, *args, **kwargs): return True
            def __getattr__(self, name): return self
            def __call__(self, *args): return self
        def double(x): return Yes()
    """,
    "is an array that agrees": """
        class Array(np.ndarray):
            def __array_ufunc__(self, *args, **kwargs): return np.True_
            def __array_function__(self, *args, **kwargs): return True
            def __eq__(self, other): return True
            def __sub__(self, other): return np.zeros(self.shape)
            def astype(self, *args, **kwargs): return self
        def double(x): return np.zeros(np.shape(x)).view(Array)
    """,
    "is a float that agrees": """
        class Float(float):
            def __eq__(self, other): return True
            def __le__(self, other): return True
            def __sub__(self, other): return 0.0
            __add__ = __sub__
            __hash__ = float.__hash__
        def double(x): return Float(-77.0)
    """,
    "spoofs its class": """
        class Spoof:
            @property
            def __class__(self): return int
        def double(x): return Spoof()
    """,
    "is nothing": "def double(x): return None",
    "is NaN": "def double(x): return np.full(np.shape(x), np.nan)",
    "is infinite": "def double(x): return np.full(np.shape(x), np.inf)",
    "is an array of objects": """
        class Yes:
            def __eq__(self, other): return True
        def double(x): return np.full(np.shape(x), Yes(), dtype=object)
    """,
    "is an array of records": "def double(x): return np.zeros(3, 'f8,f8')",
    "is text": "def double(x): return '6'",
    "is a generator": "def double(x): return (v for v in [6])",
    "is a function": "def double(x): return lambda *args: True",
    "is itself": "def double(x): return double",
    "is a class": "def double(x): return type('I', (), {'__eq__': lambda *a: True})",
    "is a module": "def double(x): return np",
    "is deep": """
        def double(x):
            value = 1
            for _ in range(20_000): value = [value]
            return value
    """,
    "is deep and fixed": """
        def double(x):
            value = 1
            for _ in range(100_000): value = (value,)
            return value
    """,
    "contains itself": """
        def double(x):
            value = []
            value.append(value)
            return value
    """,
    "laughs": """
        def double(x):
            value = ["ha"]
            for _ in range(60): value = [value, value]
            return value
    """,
    "is long": "def double(x): return [None] * 5_000_000",
    "is huge": "def double(x): return np.zeros(50_000_000)",
    "is a huge number": "def double(x): return 1 << 50_000_000",
    "is a huge text": "def double(x): return 'x' * 100_000_000",
    "has a huge axis": "def double(x): return np.broadcast_to(0.0, (1 << 40,))",
    "has no size": "def double(x): return np.zeros((0, 1 << 40))",
    "is fatal": "import os\ndef double(x): os._exit(0)",
    "crashes": "import ctypes\ndef double(x): ctypes.string_at(0)",
    "aborts": "import os\ndef double(x): os.abort()",
    "leaves": "def double(x): exit()",
    "is interrupted": "def double(x): raise KeyboardInterrupt",
    "ends an iteration": "def double(x): raise StopIteration(6)",
    "closes files": "import os\ndef double(x): os.closerange(0, 64)",
    "recurses": "def double(x): return double(x)",
    "raises a book": "def double(x): raise ValueError('x' * 10_000_000)",
    "raises what cannot be said": """
        class Mute(Exception):
            def __str__(self): raise SystemExit
            __repr__ = __str__
        def double(x): raise Mute
    """,
    "raises a false name": """
        Lost = type("Lost", (BaseException,), {"status": "passed"})
        def double(x): raise Lost("passed")
    """,
    "replies before its time": """
        import sys
        def double(x):
            frame = sys._getframe()
            while frame and "channel" not in vars(frame.f_locals.get("self", type)):
                frame = frame.f_back
            student = frame.f_locals["self"]
            for passed in (("value", (77, 0, None), ""), ("value", True, "")):
                student.channel.send(*student.shared.pack(passed))
            return True
    """,
    "changes its input": """
        def double(x):
            if isinstance(x, np.ndarray): x[...] = 0
            return x
    """,
    "remembers": """
        seen = []
        def double(x):
            seen.append(x)
            return 2 * seen[0] + 1
    """,
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_gets_nothing_and_stops_nobody(fork_server, lie):
    verdict = sit(fork_server, LIES[lie])
    found = by_name(verdict)

    assert {name: found[name].score for name in TESTS} == dict.fromkeys(TESTS, 0.0)
    assert all(found[name].status in STATUSES[2:] for name in TESTS)
    assert all(found[name].message for name in TESTS)
    assert max(len(found[name].message) for name in TESTS) < 3000
    assert found["other"].score == 1.0


FORGED_CLASS = """
    import sys
    def double(x): return Model()
    class Model:
        def __eq__(self, other): return True
        def __sub__(self, other): return 0.0
        def __array__(self, *args, **kwargs): return np.zeros(3)
        def __float__(self): return 0.5
    judge = sys.modules["grading.judge.protocol.classes"]
    usual = judge._members
    judge._members = lambda cls: usual(cls) | {
        name: ["self", "other"] for name in vars(cls) if name.startswith("__")
    }
"""


def test_a_forged_class_brings_no_operators(fork_server):
    tests = TESTS | {"score": "double(1)", "float": "float(double(1))\nNone"}
    found = by_name(sit(fork_server, FORGED_CLASS, tests=tests))
    assert {name: found[name].score for name in tests} == dict.fromkeys(tests, 0.0)


@pytest.mark.parametrize(
    ("generator", "place"),
    [("MT19937", 's["state"]["pos"]'), ("Philox", 's["buffer_pos"]')],
)
def test_an_impossible_generator_is_refused(fork_server, generator, place):
    answer = f"""
        import grading.judge.protocol.encode
        def double(x):
            rng = np.random.Generator(np.random.{generator}(1))
            s = rng.bit_generator.state
            {place} = 10**9
            usual = grading.judge.protocol.encode.frozen_state
            grading.judge.protocol.encode.frozen_state = lambda state: usual(s)
            return rng
    """
    found = by_name(sit(fork_server, answer, tests={"at hand": "double(1).random(9)"}))
    assert found["at hand"].status == "refused"
    assert "impossible state" in found["at hand"].message


def test_what_answers_say_is_fit_to_be_shown(fork_server):
    answer = """
        def double(x):
            print("\\ud800\\x1b[2J\\x00 here")
            raise ValueError("\\ud800 \\x1b]0;title\\x07 \\u202e", double)
        raise ValueError("\\ud800\\x1b[31m", double)
    """
    verdict = sit(fork_server, answer, tests={"at hand": "double(1)"})
    (said, *_) = verdict.outcomes
    texts = [said.message, said.output, verdict.answers["double"]]
    for text in texts:
        assert text.encode()
        assert text.replace("\n", "").isprintable()
        assert "0x" not in text
    assert "here" in said.output
    assert "title" in said.message


def test_ready_made_answers_are_flagged(fork_server):
    answer = "from cs231n.layers import affine_forward\ndef double(x): return 2 * x"
    assert "cs231n" in " ".join(sit(fork_server, answer).flags)
