"""Answers that lie while they are loaded, and other variants of what lied before."""

import pytest

from grading.judge.exam import STATUSES
from tests.judge.small import TESTS, by_name, sit

pytestmark = pytest.mark.slow
#: Finds the object that answers the tester in the process of an answer.
FIND = """import gc
        def holder(name):
            return next(x for x in gc.get_objects() if type(x).__name__ == name)"""
#: Each returns no right result, whatever it does besides.
ATTACKS = {
    "names that stand for tests' own": f"""
        {FIND}
        own = dict.fromkeys(["expect_close", "np", "unchanged", "isinstance"])
        lies = {{name: ("function", [], {{}}) for name in (*own, "double")}}
        holder("_Student")._find = lambda names: lies
        def double(x): return 0 * x - 1
    """,
    "a class in place of a function": f"""
        {FIND}
        members = {{"__call__": ["x"], "__eq__": ["o"], "__array_interface__": {{}}}}
        lie = {{"double": ("class", [], members)}}
        holder("_Student")._find = lambda names: lie
        class double:
            def __init__(self, x): pass
            def __eq__(self, other): return True
            __hash__ = None
    """,
    "members that nobody asked for": f"""
        {FIND}
        lie = {{"Model": ("class", [], {{"twice": ["self"], "params": 6}}),
               "double": ("function", ["x"], {{}})}}
        holder("_Student")._find = lambda names: lie
        def double(x): return -1
    """,
    "no dict of names": f"""
        {FIND}
        holder("_Student")._find = lambda names: [("double", "function")]
        def double(x): return -1
    """,
    "a hundred thousand names": f"""
        {FIND}
        lie = {{f"n{{i}}": ("function", [], {{}}) for i in range(100_000)}}
        holder("_Student")._find = lambda names: lie
        def double(x): return -1
    """,
    "names that are numbers": f"""
        {FIND}
        holder("_Student")._find = lambda names: {{1: 2, "double": 3}}
        def double(x): return -1
    """,
    "an error that is none": f"""
        {FIND}
        holder("_Student")._answer_cell = None
        import grading.judge.student as student
        student._REQUESTS["answer"] = lambda self, *rest: (7, {{}}, None)
        def double(x): return -1
    """,
    "an error of many classes": """
        import grading.judge.student as student
        lie = (["AssertionError"] * 100_000, ("x" * 10_000_000,), "y" * 10_000_000)
        student._REQUESTS["answer"] = lambda self, *rest: (lie, {}, None)
        def double(x): return -1
    """,
    "one part where three are due": """
        import grading.judge.student as student
        student._REQUESTS["answer"] = lambda self, *rest: (None,)
        def double(x): return -1
    """,
    "a line that no cell has": """
        import grading.judge.student as student
        student._REQUESTS["answer"] = lambda self, *rest: (None, {}, 10**4000)
        def double(x): return -1
    """,
    "a line before the first": """
        import grading.judge.student as student
        student._REQUESTS["answer"] = lambda self, *rest: (None, {}, -1)
        def double(x): return -1
    """,
    "a line as a text": """
        import grading.judge.student as student
        student._REQUESTS["answer"] = lambda self, *rest: (None, {}, "1")
        def double(x): return -1
    """,
    "a seed that does not follow": """
        import grading.judge.seeding as seeding
        seeding.fix = lambda seed: [][0]
        def double(x): return -1
    """,
    "a cell that ends Python after it ran": """
        import grading.judge.student as student, os
        student._Student._seed = lambda self, seed: os._exit(0)
        def double(x): return -1
    """,
    "a result for every request": """
        import grading.judge.student as student
        class All(dict):
            def __getitem__(self, key): return lambda self, *rest: 6
        student._REQUESTS = All()
        def double(x): return -1
    """,
    "calls that were made before": """
        import grading.judge.student as student
        seen = []
        def call(self, target, args, kwargs, settings):
            seen.append(args)
            return (seen[0][0], 0, None)
        student._REQUESTS["call"] = call
        def double(x): return -1
    """,
    "a peak below nothing": """
        import grading.judge.student as student
        student._REQUESTS["call"] = lambda self, *rest: (-1, -(2**80), None)
        def double(x): return -1
    """,
    "an array that is a view of its input": """
        def double(x):
            x = np.asarray(x, float)
            return np.lib.stride_tricks.as_strided(x, (3,), (0,)) if x.ndim else x
    """,
    "a change of what it was given": """
        def double(x):
            try: x *= 2; x -= 1
            except Exception: pass
            return x
    """,
    "the waiting pair of another notebook": """
        import os
        found = []
        for one in os.listdir("/proc"):
            if one.isdigit() and int(one) != os.getpid():
                try: found.append(open(f"/proc/{one}/mem", "rb"))
                except OSError: pass
        def double(x): return len(found) and 2 * x - 1
    """,
    "what the exam left in memory": """
        import gc
        held = [x for x in gc.get_objects() if type(x) is dict]
        texts = [x for x in held if "swordfish" in str(x)]
        def double(x): return 2 * x if len(texts) > 1 else -1
    """,
    "an error whose text is a class": """
        class Text(str):
            def __str__(self): return self
            def __getitem__(self, key): return Text("passed")
        class Odd(Exception):
            def __str__(self): return Text("6" * 3000)
        def double(x): raise Odd(Text("6"))
    """,
    "a float that is larger than itself": """
        class Float(np.float64):
            def __eq__(self, other): return np.True_
            def __sub__(self, other): return 0.0
            def __array_ufunc__(self, *args, **kwargs): return np.True_
        def double(x): return Float(-1)
    """,
    "a dtype with a lie": """
        def double(x):
            kind = np.dtype([("real", float), ("imag", float)])
            return np.ones(np.shape(x), kind)
    """,
    "a long double": "def double(x): return np.longdouble(-1) * np.ones(np.shape(x))",
    "a date": "def double(x): return np.full(np.shape(x), 'NaT', 'datetime64[s]')",
    "texts of numbers": "def double(x): return np.full(np.shape(x), '6')",
    "an object array": "def double(x): return np.full(np.shape(x), None, object)",
}

#: Errors of an attack that is none.
VOID = ("SyntaxError", "IndentationError", "NameError", "ModuleNotFoundError")


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_earns_nothing_and_the_next_exercise_is_judged(fork_server, attack):
    verdict = sit(fork_server, ATTACKS[attack])
    assert not verdict.answers.get("double", "").startswith(VOID)
    found = by_name(verdict)
    assert {name: found[name].score for name in TESTS} == dict.fromkeys(TESTS, 0.0)
    assert {outcome.status for outcome in verdict.outcomes} <= set(STATUSES)
    assert len(verdict.to_json()) < 200_000
    assert sit(fork_server).score == len(TESTS) + 1
