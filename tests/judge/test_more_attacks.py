"""Answers that lie by what Python and NumPy do behind a test's back; a second round."""

import pytest

from grading.judge.exam import STATUSES
from tests.judge.small import TESTS, by_name, sit

pytestmark = pytest.mark.slow
#: Each returns no right result, whatever it does besides.
ATTACKS = {
    "a truthy number": """
        class Int(int):
            def __eq__(self, other): return True
            def __bool__(self): return True
            def __index__(self): return 6
            __hash__ = int.__hash__
        def double(x): return Int(-7)
    """,
    "a text that agrees": """
        class Text(str):
            def __eq__(self, other): return True
            def __float__(self): return 6.0
            __hash__ = str.__hash__
        def double(x): return Text("no")
    """,
    "an array in a list that agrees": """
        class List(list):
            def __eq__(self, other): return True
            def __iter__(self): return iter([5.0, 5.0, 5.0])
            def __array__(self, *args, **kwargs): return np.full(3, 5.0)
        def double(x): return List([-1, -1, -1])
    """,
    "a dict that agrees": """
        class Dict(dict):
            def __eq__(self, other): return True
            def __missing__(self, key): return 0.0
        def double(x): return Dict(a=1)
    """,
    "a bool array": "def double(x): return np.ones(np.shape(x), bool)",
    "an empty array": "def double(x): return np.empty((0,))",
    "an array that broadcasts": "def double(x): return np.full((1, 1, 1), np.nan)",
    "a masked array": "def double(x): return np.ma.masked_all(np.shape(x))",
    "a matrix": "def double(x): return np.matrix([[-1.0]])",
    "a memory map": """
        import tempfile
        def double(x):
            return np.memmap(tempfile.TemporaryFile(), float, "w+", shape=(3,)) - 1
    """,
    "a buffer": "def double(x): return memoryview(b'6' * 24)",
    "a complex infinity": "def double(x): return complex('inf+nanj')",
    "the largest float": "def double(x): return np.finfo(float).max",
    "a negative zero": "def double(x): return -0.0 * np.ones(np.shape(x)) - 1",
    "a range": "def double(x): return range(6, 7)",
    "an ellipsis": "def double(x): return ...",
    "NotImplemented": "def double(x): return NotImplemented",
    "a coroutine": "async def double(x): return 2 * x",
    "a generator function": "def double(x): yield 2 * x",
    "a weak reference": """
        import weakref
        class A: pass
        kept = A()
        def double(x): return weakref.ref(kept)
    """,
    "a proxy": """
        import weakref
        class A:
            def __eq__(self, other): return True
        kept = A()
        def double(x): return weakref.proxy(kept)
    """,
    "a mock": """
        from unittest import mock
        def double(x): return mock.MagicMock(__float__=lambda s: 6.0)
    """,
    "a partial": "import functools\ndef double(x): return functools.partial(abs, -6)",
    "an exception": "def double(x): return AssertionError('passed')",
    "an exception group": "def double(x): raise ExceptionGroup('g', [ValueError(6)])",
    "a warning as an error": "def double(x): raise UserWarning('passed')",
    "the judge's loss": """
        def double(x):
            raise type("Lost", (Exception,), {"__init__": lambda s, *a: None})(1)
    """,
    "an enormous repr": """
        class Loud:
            def __repr__(self): return "r" * (1 << 26)
            __str__ = __repr__
        def double(x): raise ValueError(Loud())
    """,
    "a repr without end": """
        class Loud:
            def __repr__(self): return repr(self)
            __str__ = __repr__
        def double(x): raise ValueError(Loud())
    """,
    "a hash without end": """
        class Slow:
            def __hash__(self): return hash(self)
        def double(x): return {Slow()}
    """,
    "a fork that answers too": """
        import os
        def double(x):
            os.fork()
            return -1
    """,
    "a child that answers later": """
        import os, time
        def double(x):
            if os.fork() == 0:
                time.sleep(0.2)
            return -1
    """,
    "a thread that answers too": """
        import sys, threading, time
        def double(x):
            frame = sys._getframe()
            while "channel" not in vars(frame.f_locals.get("self", type)):
                frame = frame.f_back
            student = frame.f_locals["self"]
            def talk():
                for _ in range(50):
                    try:
                        student._send(("value", (True, 0, None), ""))
                    except Exception:
                        pass
                    time.sleep(0.002)
            threading.Thread(target=talk, daemon=True).start()
            time.sleep(0.01)
            return -1
    """,
    "a signal that answers": """
        import signal, time
        signal.signal(signal.SIGALRM, lambda *args: (_ for _ in ()).throw(ValueError))
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        def double(x):
            time.sleep(0.05)
            return -1
    """,
    "a finaliser that prints": """
        class Last:
            def __del__(self): print("passed")
        def double(x):
            Last()
            return -1
    """,
    "a trace of the encoder": """
        import sys
        def double(x):
            def note(frame, event, arg):
                if "value" in frame.f_locals:
                    frame.f_locals["value"] = 6
                return note
            sys.settrace(note)
            return -1
    """,
    "another encoder": """
        import grading.judge.protocol.encode as e
        usual = e.Encoder.node
        e.Encoder.node = lambda self, value, depth=0: ["k", 0]
        def double(x): return -1
    """,
    "a class of NumPy's by name": """
        import grading.judge.protocol.shared as s
        s.dumps = lambda *args, **kwargs: '[[["x",1,"numpy:ndarray"]],["r",1]]'
        def double(x): return -1
    """,
    "NaN as JSON": """
        import grading.judge.protocol.shared as s
        s.dumps = lambda *args, **kwargs: '[[],["t","value",["t",NaN,0,null],""]]'
        def double(x): return -1
    """,
    "infinity as JSON": """
        import grading.judge.protocol.shared as s
        s.dumps = lambda *args, **kwargs: '[[],["t","value",["t",1e999,0,null],""]]'
        def double(x): return -1
    """,
    "digits without end as JSON": """
        import grading.judge.protocol.shared as s
        digits = "1" * 5000
        s.dumps = lambda *a, **k: '[[],["t","value",["t",' + digits + ',0,null],""]]'
        def double(x): return -1
    """,
    "environment variables": """
        import os
        os.environ.update(PYTHONOPTIMIZE="2", PYTHONWARNINGS="ignore", NBGRADER="1")
        def double(x): return -1
    """,
    "filters of warnings": """
        import warnings
        warnings.filterwarnings("error")
        def double(x):
            warnings.warn("x")
            return -1
    """,
    "NumPy's error state": """
        np.seterr(all="raise")
        np.seterrcall(print)
        def double(x): return np.divide(-1.0, 0.0) if np.ndim(x) else -1
    """,
    "modules by name": """
        import sys
        for name in list(sys.modules):
            if name.startswith(("numpy.testing", "cs231n", "cs231n.workbook.cells")):
                sys.modules[name] = None
        def double(x): return -1
    """,
    "the recursion limit": """
        import sys
        sys.setrecursionlimit(10**6)
        def double(x): return double(x)
    """,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_wrong_counts_and_the_next_exercise_is_judged(fork_server, attack):
    found = by_name(sit(fork_server, ATTACKS[attack]))

    assert {name: found[name].score for name in TESTS} == dict.fromkeys(TESTS, 0.0)
    assert all(found[name].status in STATUSES[2:] for name in TESTS)
    assert max(len(found[name].message) for name in TESTS) <= 4000
