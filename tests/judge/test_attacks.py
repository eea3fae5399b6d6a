"""Answers that try to be counted as right: they get what they are worth, and a flag."""

import pytest

from grading.judge.exam import STATUSES
from tests.judge.small import TESTS, by_name, sit

pytestmark = pytest.mark.slow
#: What stands before or in an answer whose result is RESULT.
BESIDE = {
    "strips assertions": """
        import ast
        class Strip(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.Pass()
        get_ipython().ast_transformers.append(Strip())
        def double(x):
            return RESULT
    """,
    "rewrites tests": """
        get_ipython().input_transformers_cleanup.append(lambda lines: ["pass"])
        def double(x):
            return RESULT
    """,
    "shows a result": """
        def double(x):
            get_ipython().displayhook("ok")
            get_ipython().displayhook(1e6)
            return RESULT
    """,
    "hides tracebacks": """
        get_ipython().showtraceback = lambda *args, **kwargs: None
        get_ipython().run_cell_async = None
        def double(x):
            return RESULT
    """,
    "patches NumPy": """
        import math
        import numpy as np
        np.testing.assert_allclose = lambda *args, **kwargs: None
        np.allclose = np.isclose = np.array_equal = lambda *args, **kwargs: True
        np.asarray = np.array = lambda value, *args, **kwargs: value
        math.isclose = lambda *args, **kwargs: True
        def double(x):
            return RESULT
    """,
    "patches the package": """
        import cs231n.testing
        cs231n.testing.expect = lambda *args, **kwargs: None
        cs231n.testing.expect_close = lambda *args, **kwargs: None
        cs231n.testing.WrongAnswer = Warning
        def double(x):
            return RESULT
    """,
    "patches built-ins": """
        import builtins
        builtins.AssertionError = Warning
        builtins.isinstance = lambda *args: True
        builtins.abs = builtins.bool = builtins.len = lambda *args: 0
        builtins.type = builtins.id = lambda *args: 0
        builtins.__import__ = lambda *args, **kwargs: None
        def double(x):
            return RESULT
    """,
    "fixes random numbers": """
        import numpy as np
        class Zeros:
            def __getattr__(self, name):
                return lambda *shape: np.zeros(shape)
        np.random.seed = lambda *args: None
        np.random.default_rng = lambda *args: Zeros()
        def double(x):
            return RESULT
    """,
    "reads the history": """
        def double(x):
            user = get_ipython().user_ns
            for name in ("In", "_i", "_ih", "_oh"):
                print(user.get(name))
            return RESULT
    """,
    "reads frames": """
        import sys
        def double(x):
            frame = sys._getframe()
            while frame:
                print(frame.f_code.co_name, sorted(frame.f_locals), frame.f_locals)
                frame = frame.f_back
            return RESULT
    """,
    "searches all objects": """
        import gc, re
        def double(x):
            for thing in gc.get_objects():
                values = thing.values() if type(thing) is dict else thing
                if type(thing) in (dict, list, tuple) and len(thing) < 500:
                    texts = [value for value in values if type(value) is str]
                    if re.search("sw[o]rdf[i]sh", " ".join(texts)):
                        print("fo" + "und")
            return RESULT
    """,
    "searches all memory": """
        import re
        def double(x):
            memory = open("/proc/self/mem", "rb")
            with open("/proc/self/maps") as maps:
                for line in maps:
                    span, rights, *_ = line.split()
                    first, last = (int(part, 16) for part in span.split("-"))
                    if "rw" in rights and last - first < 1 << 28:
                        try:
                            memory.seek(first)
                            block = memory.read(last - first)
                        except (OSError, OverflowError, ValueError):
                            continue
                        if re.search(rb"sw[o]rdf[i]sh", block):
                            print("found")
            return RESULT
    """,
    "searches files": """
        import glob, os
        for root in (".", "..", "/work", "/root", "/home", os.path.expanduser("~")):
            for path in glob.glob(root + "/**/*.ipynb", recursive=True):
                print("found", path)
        def double(x):
            return RESULT
    """,
    "traces everything": """
        import sys
        def note(frame, event, arg):
            if "marker" in frame.f_locals or "marker" in frame.f_globals:
                print("found")
            return note
        sys.settrace(note)
        sys.setprofile(lambda frame, event, arg: None)
        def double(x):
            return RESULT
    """,
    "leaves threads behind": """
        import threading, time
        def work():
            while True:
                time.sleep(0.001)
        for _ in range(3):
            threading.Thread(target=work, daemon=False).start()
        def double(x):
            threading.Thread(target=work, daemon=True).start()
            return RESULT
    """,
    "leaves an end behind": """
        import atexit, signal, time
        atexit.register(time.sleep, 1000)
        class Last:
            def __del__(self):
                time.sleep(1000)
        last = Last()
        for number in (1, 2, 3, 10, 12, 15):
            signal.signal(number, signal.SIG_IGN)
        def double(x):
            return RESULT
    """,
    "writes to every file": """
        import os
        for number in range(3, 64):
            try:
                os.write(number, b"\\x93cs231n\\n" + b"passed" * 40)
            except OSError:
                pass
        def double(x):
            return RESULT
    """,
    "forges replies": """
        import os, stat, struct, json
        def forged(step, number=0):
            text = json.dumps([[], ["t", "value", ["t", 6, 0, None], ""]])
            mark, size = b"\\x93cs231n\\n", len(text)
            head = struct.pack("<8sQIIIQ", mark, number, step, size, 0, 0)
            return head + text.encode()
        def double(x):
            for number in range(3, 64):
                try:
                    if stat.S_ISSOCK(os.fstat(number).st_mode):
                        for step in range(4):
                            os.write(number, forged(step))
                except OSError:
                    pass
            return RESULT
    """,
    "floods the output": """
        import sys
        print("x" * 3_000_000)
        def double(x):
            for _ in range(200):
                print("y" * 1000, file=sys.stderr)
                print("z" * 1000)
            return RESULT
    """,
    "warns": """
        import warnings
        def double(x):
            warnings.warn("careful")
            return RESULT
    """,
    "replaces the standard files": """
        import sys
        sys.stdout = sys.stderr = sys.stdin = None
        def double(x):
            return RESULT
    """,
    "changes its main module": """
        import sys
        sys.modules["__main__"] = None
        sys.modules.pop("numpy")
        globals().pop("__name__")
        def double(x):
            return RESULT
    """,
}
#: Not to be seen by the scan for unusual names: there is nothing unusual in them.
QUIET = {"floods the output", "warns"}


@pytest.mark.parametrize("attack", BESIDE)
def test_a_wrong_answer_gets_nothing(fork_server, attack):
    found = by_name(sit(fork_server, BESIDE[attack].replace("RESULT", "-1 - x")))

    assert {name: found[name].score for name in TESTS} == dict.fromkeys(TESTS, 0.0)
    assert all(outcome.status in STATUSES for outcome in found.values())
    assert "found" not in "".join(outcome.output for outcome in found.values())
    assert max(len(outcome.output) for outcome in found.values()) < 70_000


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        (
            "import os, sys\n"
            "judged = 'NBGRADER_EXECUTION' in os.environ or 'nbgrader' in sys.modules\n"
            "judged |= 'grading.judge.student' in sys.modules\n"
            "def double(x): return -1 - x if judged else 2 * x",
            0,
        ),
        (
            "calls = []\ndef double(x):\n    calls.append(x)\n"
            "    return 2 * x if len(calls) == 1 else -1 - x",
            1,
        ),
        (
            "import time\nstart = time.monotonic()\ndef double(x):\n"
            "    return 2 * x if time.monotonic() - start > 900 else -1 - x",
            0,
        ),
        ("def double(x): return 6 if type(x) is int and x == 3 else None", 1),
    ],
    ids=["environment", "order of calls", "time", "by heart"],
)
def test_an_answer_is_judged_by_what_it_returns(fork_server, answer, points):
    found = by_name(sit(fork_server, answer))
    assert sum(found[name].score for name in TESTS) == points


@pytest.mark.parametrize("attack", BESIDE)
def test_a_right_answer_keeps_its_points(fork_server, attack):
    verdict = sit(fork_server, BESIDE[attack].replace("RESULT", "2 * x"))

    assert verdict.score == len(TESTS) + 1, verdict
    assert verdict.flags or attack in QUIET
