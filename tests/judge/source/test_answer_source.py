"""The tester reads the source that will run, or none."""

import ast

import pytest

from cs231n.testing import WrongAnswer, expect_source
from grading.judge.source.answer_source import is_plain, sources
from grading.judge.source.plain import parsed, text_of
from tests.judge.small import MOVE, by_name, sit

LOOP = "def slow(x):\n    return [2 * v for v in x]\n"


def text(*answers, setup=()):
    return "\n".join(map(ast.unparse, sources("double", list(setup), list(answers))))


def test_the_last_definition_counts():
    cell = "def double(x): return 1\ndef double(x): return 2"
    assert text(cell) == "def double(x):\n    return 2"
    assert "return 3" in text(cell, "def double(x): return 3")


def test_helpers_count_wherever_they_are_defined():
    answer = "def double(x): return slow(x)"
    assert "for v in x" in text(LOOP + answer)
    assert "for v in x" in text(answer, LOOP)
    assert "for v in x" in text(answer, setup=[LOOP])
    assert "for v in x" in text(f"{answer}\nslow = lambda x: [v for v in x]")


def test_helper_classes_of_answers_count():
    helper = "class Slow:\n    def __call__(self, x): return [v for v in x]\n"
    assert "for v in x" in text(helper + "def double(x): return Slow()(x)")


@pytest.mark.parametrize(
    "decoy",
    [
        "double = slow",
        "double = lambda x: [v for v in x]",
        "if True:\n    double = slow",
        "if True:\n    def double(x): return [v for v in x]",
        "@(lambda f: slow)\ndef double(x): return x",
        "def swap(f): return slow\n@swap\ndef double(x): return x",
    ],
)
def test_a_decoy_is_not_all_that_is_read(decoy):
    found = text(f"{LOOP}def double(x): return 2 * x\n{decoy}")
    assert not found or "for v in x" in found


@pytest.mark.parametrize(
    "cell",
    [
        "double, other = slow, 1",
        "double = make(slow)",
        "for double in [slow]: pass",
        "with open('x') as double: pass",
        "import slow as double",
        "from slow import double",
        "(double := slow)",
        "class double: pass\ndouble = double()",
    ],
)
def test_what_cannot_be_read_is_no_source(cell):
    assert text(f"{LOOP}def double(x): return 2 * x\n{cell}") == ""


@pytest.mark.parametrize(
    "cell",
    [
        "exec('def double(x): return [v for v in x]')",
        "globals()['double'] = slow",
        "double.__code__ = slow.__code__",
        "setattr(double, '__code__', slow.__code__)",
        "import sys\nsys.modules['__main__'].double = slow",
        "getattr(double, '__co' + 'de__')",
        "import gc",
    ],
)
def test_a_cell_that_can_replace_functions_is_not_plain(cell):
    assert not is_plain(f"{LOOP}{cell}")
    assert is_plain(LOOP)


TESTS = {"source": "from cs231n.testing import expect_source\nexpect_source(double, "
         "loops=0, without=['linalg.norm', 'scipy'])"}  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        "def double(x): return 2 * x",
        "scale = 2\ndef double(x): return helper(x)\ndef helper(x): return scale * x",
        "double = lambda x: 2 * x",
    ],
)
def test_honest_sources_pass(fork_server, answer):
    assert by_name(sit(fork_server, answer, tests=TESTS))["source"].score == 1.0


@pytest.mark.parametrize(
    "answer",
    [
        "def double(x): return [2 * v for v in x]",
        f"{LOOP}def double(x): return slow(x)",
        f"{LOOP}def double(x): return 2 * x\ndouble = slow",
        f"{LOOP}def double(x): return 2 * x\ndouble.__code__ = slow.__code__",
        f"{LOOP}def double(x): return 2 * x\nglobals().update(double=slow)",
        "def double(x): return eval('[2 * v for v in x]')",
        "def double(x): return getattr(np, 'lin' + 'alg').norm(x)",
        "def double(x): return getattr(np.linalg, 'norm')(x)",
        "def double(x): return __import__('scipy').linalg.norm(x)",
        "from scipy.linalg import norm\ndef double(x): return scipy.norm(x)",
        "exec('def double(x): return 2 * x')",
    ],
)
def test_banned_shortcuts_get_nothing(fork_server, answer):
    assert by_name(sit(fork_server, answer, tests=TESTS))["source"].score == 0.0


#: Loops, a banned name and the reference, under other names.
ELSEWHERE = [
    "from numpy.linalg import norm\ndef double(x): return norm(x)",
    "import numpy.linalg as la\ndef double(x): return la.norm(x)",
    "la = np.linalg\nlb = la\ndef double(x): return lb.norm(x)",
    "def double(x): return (la := np.linalg).norm(x)",
    "tools = {'n': np.linalg.norm}\ndef double(x): return tools['n'](x)",
    "try:\n    from scipy.spatial.distance import cdist\nexcept ImportError: pass\n"
    "def double(x): return cdist(x, x)",
    "from scipy.spatial.distance import *\ndef double(x): return cdist(x, x)",
    "def get():\n    global cdist\n    from scipy.spatial.distance import cdist\n"
    "get()\ndef double(x): return cdist(x, x)",
    "def double(x):\n    from cs231n.nets.neighbours import nearest\n    return 2 * x",
    "import cs231n.layers as ready\ndef double(x): return ready.double(x)",
    "def double(x):\n    m = map\n    return np.array(list(m(abs, x)))",
    "from itertools import starmap as s\ndef double(x): return list(s(abs, x))",
    "from functools import reduce\ndef double(x): return reduce(max, x)",
    "each = np.vectorize(abs)\ndef double(x): return each(x)",
    "@np.vectorize\ndef double(x): return 2 * x",
    "def double(x): return double(x[1:]) if len(x) else 0",
    "class Quick:\n    def go(self, x): return [v for v in x]\nquick = Quick()\n"
    "def double(x): return quick.go(x)",
    "np.hypot = lambda x: [v for v in x]\ndef double(x): return np.hypot(x)",
    "from operator import methodcaller as m\n"
    "def double(x): return m('norm', x)(np.linalg)",
]


@pytest.mark.parametrize("answer", ELSEWHERE)
def test_other_names_do_not_hide_a_shortcut(fork_server, answer):
    found = by_name(sit(fork_server, answer, tests=TESTS))["source"]
    assert (found.score, found.status) == (0.0, "failed")
    assert found.message.startswith("WrongAnswer: "), found.message


@pytest.mark.parametrize(
    ("after", "move"),
    [
        ("", "\ndef double(x): return 2 * x"),
        ("\n1 / 0\ndef double(x): return 2 * x", ""),
        ("\nraise SystemExit\ndef double(x): return 2 * x", ""),
    ],
    ids=["in a later cell", "after an error", "after an exit"],
)
def test_a_decoy_that_does_not_run_does_not_count(fork_server, after, move):
    loop = "def double(x): return [2 * v for v in x]"
    tests = TESTS | {"runs": "assert double([1]) == [2]"}
    found = by_name(sit(fork_server, loop + after, MOVE + move, tests=tests))
    assert found["runs"].score == 1.0
    assert "should have no loop" in found["source"].message


@pytest.mark.parametrize(
    "call", ["self.slow(1)", "getattr(self, 'slow')(1)", "type(self).slow(self, 1)"]
)
def test_methods_of_an_answer_count(call):
    slow = "def slow(self, x): return [v for v in x]"
    assert "for v in x" in text(slow, f"def double(self): return {call}")
    slow = f"class Other:\n    {slow}"
    assert "for v in x" in text(slow, f"def double(self): return {call}")


LAYERS = "from cs231n.layers import affine_forward\nimport numpy as np"
USES = "def double(x): return affine_forward(x, x, x)"


@pytest.mark.parametrize(
    "top",
    [
        "from cs231n.layers import *",
        "from cs231n.layers import affine_forward",
        "try:\n    from cs231n.layers import affine_forward\nexcept: pass",
        "from cs231n.layers.affine import affine_forward",
        "from cs231n.layers.affine import *",
    ],
)
def test_importing_what_the_notebook_imports_brings_nothing(top):
    assert "cs231n" not in text(f"{top}\n{USES}", setup=[LAYERS])
    assert "cs231n" in text(f"{top}\n{USES}")


@pytest.mark.parametrize(
    "cell",
    [
        "from cs231n.layers import *\ndef double(x): return relu_forward(x)",
        "from cs231n.layers import relu_forward as affine_forward\n" + USES,
        "from cs231n.layers.activation import relu_forward as affine_forward\n" + USES,
        f"def affine_forward(x): pass\nfrom cs231n.layers.affine import *\n{USES}",
        f"from cs231n.layers import *\nif 0:\n    def affine_forward(x): pass\n{USES}",
        f"def affine_forward(x): pass\ndel affine_forward\n"
        f"from cs231n.layers import *\n{USES}",
        f"{USES}\nfrom cs231n.layers import affine_forward as double",
        f"from cs231n.nowhere import *\n{USES}",
        "def double(x):\n    from cs231n.layers import affine_forward",
    ],
)
def test_importing_more_than_the_notebook_counts(cell):
    found = text(cell, setup=[LAYERS])
    assert not found or "cs231n" in found


@pytest.mark.parametrize("module", ["cs231n.layers", "..layers"])
def test_a_star_of_the_course_leaves_alone_what_answers_define(module):
    star, own = f"from {module} import *", "def affine_forward(x, w, b): return 5"
    for cell in (f"{star}\n{own}\n{USES}", f"{own}\n{star}\n{USES}"):
        for setup in ([], [LAYERS]):
            found = text(cell, setup=setup)
            assert own.replace(": ", ":\n    ") in found
            assert "import" not in found


def test_what_only_looks_alike_does_not_count():
    after = "norm = np.linalg.norm(double(3))\nout = [v for v in range(3)]"
    answer = "def double(x):\n    out = norm = 2 * x\n    return out"
    assert text(f"{answer}\n{after}") == answer
    assert is_plain("from cs231n import vis\nvis.show(1)")
    assert is_plain("torch.backends.cudnn.benchmark = True")
    assert is_plain("model.eval()")
    assert not is_plain("np.sqrt = slow")


def test_the_same_rules_hold_in_one_interpreter():
    def hidden(x):
        return eval("[v for v in x]")

    with pytest.raises(WrongAnswer, match="hides what runs"):
        expect_source(hidden, loops=0)


ODD_PLACES = [
    "def f(x):\n    return x\n",
    "x = 1; y = [2]; z = x",
    "@a\n@b(1,\n  2)\ndef f(x): return x  # after it",
    "@(\n a\n)\ndef f(x): return x",
    "@\\\na\ndef f(x): return x",
    "\\\nx = 1",
    "class A:\n\tk = 'é'; m = k\n\t@p\n\tdef f(self):\n\t\t'''a\nb'''\n\t\treturn k",
    "class A:\n    'text'; x: int = 1\n    def f(self): return 'ü', y; \n",
    "x = '\u2028'\ny = x",
    "a = 1\r\nb = a\rc = b",
    "a = 1\x0c\n\x0cb = a",
    "if a:\n    def f(x): return g\nelse:\n    f = h",
    "f = lambda x: (\n    x)",
]


@pytest.mark.parametrize("cell", ODD_PLACES)
def test_the_text_of_a_part_says_what_the_part_says(cell):
    """Whatever stands around it: a text that says less would hide what is used."""
    for node in ast.walk(parsed(cell)):
        if isinstance(node, ast.stmt | ast.Lambda):
            (again,) = ast.parse(text_of(node)).body
            if isinstance(again, ast.If) and not isinstance(node, ast.If):
                (again,) = again.body
            again = again.value if isinstance(node, ast.Lambda) else again
            assert ast.dump(again) == ast.dump(node)


def test_equal_parts_are_read_once_and_others_not():
    slow = "def slow(x): return [v for v in x]\n"
    other = "def slow(x): return [w for w in x]\n"
    answer = "def double(x): return x.slow()\n"
    found = text(f"{answer}class A:\n    {slow}", f"class B:\n    {slow}")
    assert found.count("[v for v in x]") == 1
    found = text(f"{answer}class A:\n    {slow}", f"class B:\n    {other}")
    assert "[v for v in x]" in found
    assert "[w for w in x]" in found
