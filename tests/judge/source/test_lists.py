"""What is on no list is refused by name, and loops count in all their forms."""

import ast

import pytest

from cs231n.testing import WrongAnswer, allowed, expect_source
from cs231n.testing.module_names import NAMES
from cs231n.testing.names import dotted
from grading.authoring.build import scripts
from grading.judge.source.answer_source import is_plain, sources

SETUP = "import math\nimport numpy as np\nclass Model:\n    pass\n"
OF_NUMPY = {m: names for m, names in NAMES.items() if m.startswith("numpy")}
HONEST = {
    "a plot": "import matplotlib.pyplot as plt\ndef double(x):\n"
    "    plt.figure(figsize=(2, 2)).suptitle('x')\n    plt.plot(x, color='red')\n"
    "    plt.rcParams['lines.linewidth'] = 2\n    plt.cm.viridis(0.5)\n"
    "    return 2 * x",
    "a table shown": "from IPython.display import HTML, display\ndef double(x):\n"
    "    display(HTML('<b>x</b>'))\n    return 2 * x",
    "arithmetic by name": "import operator\nfrom typing import Callable, List, Tuple\n"
    "def double(x: Tuple[int, ...]) -> List[int]:\n    return operator.mul(2, x)",
    "a variable called copy": "def double(x):\n    copy = 2 * x\n"
    "    copy.sum()\n    return copy",
    "a variable called input": "def double(x):\n    input = x\n    return 2 * input",
    "copy": "import copy\ndef double(x):\n    return 2 * copy.deepcopy(x)",
    "windows": "def double(x):\n"
    "    np.lib.stride_tricks.sliding_window_view(x, 1)\n    return 2 * x",
    "random numbers": "def double(x):\n    np.random.randn(2)\n    return 2 * x",
    "a helper": "def twice(x):\n    return 2 * x\ndef double(x):\n"
    "    out = twice(x)\n    return out",
    "a table of helpers": "def twice(x):\n    return 2 * x\n"
    "ways = {'twice': twice}\ndef double(x):\n    return ways['twice'](x)",
    "a class": "class Twice:\n    def __init__(self, x):\n        self.x = x\n"
    "    def __call__(self):\n        return 2 * self.x\n"
    "def double(x):\n    return Twice(x)()",
    "getattr with a name": "def double(x):\n    return 2 * getattr(x, 'real')",
    "a comparison": "def double(x):\n    np.testing.assert_allclose(x, x)\n"
    "    return 2 * x",
    "numbers of old versions": "def double(x):\n    (np.float_, np.product)\n"
    "    return 2 * x",
    "a cached helper": "from functools import lru_cache, partial\n@lru_cache\n"
    "def two():\n    return 2\ndef double(x):\n    return two() * x",
    "a generator that is closed": "def double(x):\n    parts = iter([2])\n"
    "    getattr(parts, 'close', abs)\n    return 2 * x",
    "an error of its own": "class Odd(ValueError): pass\ndef double(x):\n"
    "    if x is None:\n        raise Odd\n    return 2 * x",
    "a ufunc": "def double(x):\n    np.add.reduce(x)\n    return np.add(x, x)",
    "old Python": "from builtins import range\nfrom past.builtins import xrange\n"
    "def double(x):\n    range(3), xrange(3)\n    return 2 * x",
}
WAYS = {
    "a call by an operator": (
        "import operator\ndef double(x):\n    operator.call(abs, x)\n    return 2 * x"
    ),
    "the shell": (
        "from IPython import get_ipython\ndef double(x):\n    get_ipython()\n"
        "    return 2 * x"
    ),
    "the shell's own package": (
        "import IPython\ndef double(x):\n"
        "    IPython.core.interactiveshell.InteractiveShell\n    return 2 * x"
    ),
    "a backend that is a module": (
        "import matplotlib.pyplot as plt\ndef double(x):\n"
        "    plt.switch_backend('module://late')\n    return 2 * x"
    ),
    "a picture that is a file": (
        "import matplotlib.pyplot as plt\ndef double(x):\n"
        "    plt.imread('/etc/passwd')\n    return 2 * x"
    ),
    "a font's file": (
        "import matplotlib\ndef double(x):\n    matplotlib.font_manager\n"
        "    return 2 * x"
    ),
    "a kind of hint that is run": (
        "import typing\ndef double(x):\n    typing._eval_type\n    return 2 * x"
    ),
    "a hint's machine": (
        "import typing as t\ndef double(x):\n    t.get_protocol_members(abs)\n"
        "    return 2 * x"
    ),
    "annotations": (
        "import typing\ndef late(x: 'np.linalg.norm'): pass\ndef double(x):\n"
        "    typing.get_type_hints(late)['x'](x)\n    return 2 * x"
    ),
    "annotations by another name": (
        "from typing import get_type_hints as hints\n"
        "def late(x: 'np.linalg.norm'): pass\ndef double(x):\n"
        "    hints(late)['x'](x)\n    return 2 * x"
    ),
    "a copy": (
        "import copy\nclass Way:\n    def __reduce__(self):\n"
        "        return getattr, (np, 'lin' + 'alg')\ndef double(x):\n"
        "    copy.copy(Way())\n    return 2 * x"
    ),
    "reduce_ex": (
        "import copy\nclass Way:\n    def __reduce_ex__(self, n):\n"
        "        return abs, (-1,)\ndef double(x):\n    copy.copy(Way())\n"
        "    return 2 * x"
    ),
    "getattr handed on": (
        "def double(x):\n"
        "    list(zip([getattr], [1]))[0][0](np, 'ein' + 'sum')('i->i', x)\n"
        "    return 2 * x"
    ),
    "getattr in a tuple": (
        "def double(x):\n    (getattr,)[0](np, 'ein' + 'sum')('i->i', x)\n"
        "    return 2 * x"
    ),
    "a module's system": (
        "import warnings\ndef double(x):\n    warnings.sys.stdout\n    return 2 * x"
    ),
    "a module's machine": (
        "import random\ndef double(x):\n    random._os\n    return 2 * x"
    ),
    "statistics": "import statistics as s\ndef double(x):\n    s.sys\n    return 2 * x",
    "a generator's frame": (
        "def g():\n    yield 1\ndef double(x):\n    g().gi_frame.f_globals\n"
        "    return 2 * x"
    ),
    "a traceback": (
        "def double(x):\n    try:\n        1 / 0\n"
        "    except ZeroDivisionError as e:\n        e.tb_frame\n    return 2 * x"
    ),
    "a file of arrays": (
        "class F:\n    def read(self, n=-1): return b''\n"
        "    def readline(self): return b''\n    def seek(self, *a): return 0\n"
        "    def tell(self): return 0\ndef double(x):\n    try:\n"
        "        np.load(F(), allow_pickle=True)\n    except Exception:\n"
        "        pass\n    return 2 * x"
    ),
    "loadtxt": (
        "def double(x):\n    np.loadtxt(['1'], converters=float)\n    return 2 * x"
    ),
    "open": "def double(x):\n    open('/dev/null')\n    return 2 * x",
    "six": "import six\ndef double(x):\n    six.exec_('pass')\n    return 2 * x",
    "six.moves": (
        "from six.moves import builtins as b\ndef double(x):\n    b.abs(1)\n"
        "    return 2 * x"
    ),
    "IPython's importer": (
        "from IPython.utils.importstring import import_item\ndef double(x):\n"
        "    import_item('numpy.linalg.norm')(x)\n    return 2 * x"
    ),
    "NumPy's private parts": (
        "def double(x):\n    np.lib._utils_impl.safe_eval\n    return 2 * x"
    ),
    "f2py": "def double(x):\n    np.f2py\n    return 2 * x",
    "ctypeslib": "def double(x):\n    np.ctypeslib\n    return 2 * x",
    "a dataclass": (
        "import dataclasses\ndef double(x):\n"
        "    dataclasses.make_dataclass('A', ['a'])\n    return 2 * x"
    ),
    "a class with missing names": (
        "class A:\n    def __getattr__(self, n): return np\ndef double(x):\n"
        "    A().linalg.norm(x)\n    return 2 * x"
    ),
    "a descriptor": (
        "class D:\n    def __get__(self, o, t): return np.linalg\nclass A:\n"
        "    d = D()\ndef double(x):\n    A().d\n    return 2 * x"
    ),
    "init_subclass": (
        "class A:\n    def __init_subclass__(cls): cls.f = np.linalg.norm\n"
        "class B(A): pass\ndef double(x):\n    B.f(x)\n    return 2 * x"
    ),
    "class_getitem": (
        "class A:\n    def __class_getitem__(cls, n): return np.linalg\n"
        "def double(x):\n    A[1].norm(x)\n    return 2 * x"
    ),
    "set_name": (
        "class D:\n    def __set_name__(self, o, n): o.f = np.linalg.norm\nclass A:\n"
        "    d = D()\ndef double(x):\n    A.f(x)\n    return 2 * x"
    ),
    "a star argument": (
        "def double(x, *rest, la=np.linalg):\n    la.norm(x)\n    return 2 * x"
    ),
    "a lambda's default": (
        "f = lambda x, la=np.linalg: la.norm(x)\ndef double(x):\n    f(x)\n"
        "    return 2 * x"
    ),
    "a chain of names": (
        "a = np\nb = a\nc = b\nd = c\ne = d\nf = e\ndef double(x):\n"
        "    f.linalg.norm(x)\n    return 2 * x"
    ),
    "nonlocal": (
        "def make():\n    la = None\n    def put():\n        nonlocal la\n"
        "        la = np.linalg\n    put()\n    def run(x):\n        la.norm(x)\n"
        "        return 2 * x\n    return run\ndouble = make()"
    ),
    "a for's target": (
        "for la in (np.linalg,):\n    pass\ndef double(x):\n    la.norm(x)\n"
        "    return 2 * x"
    ),
    "a with's target": (
        "import contextlib\nwith contextlib.nullcontext(np.linalg) as la:\n    pass\n"
        "def double(x):\n    la.norm(x)\n    return 2 * x"
    ),
    "an unpacked pair": (
        "la, lb = np.linalg, np\ndef double(x):\n    la.norm(x)\n    return 2 * x"
    ),
    "an attribute of the function": (
        "def double(x):\n    double.la.norm(x)\n    return 2 * x\ndouble.la = np.linalg"
    ),
    "an attribute of a set-up class": (
        "Model.la = np.linalg\ndef double(x):\n    Model.la.norm(x)\n    return 2 * x"
    ),
    "an augmented assignment": (
        "t = ()\nt += (np.linalg,)\ndef double(x):\n    t[0].norm(x)\n    return 2 * x"
    ),
    "an annotated assignment": (
        "la: object = np.linalg\ndef double(x):\n    la.norm(x)\n    return 2 * x"
    ),
    "an enum": (
        "import enum\nclass E(enum.Enum):\n    la = np.linalg\ndef double(x):\n"
        "    E.la.value.norm(x)\n    return 2 * x"
    ),
    "a method of ndarray": (
        "def double(x):\n    np.ndarray.__class__.__subclasses__\n    return 2 * x"
    ),
    "numpy by ma": "def double(x):\n    np.ma.core.np.linalg.norm(x)\n    return 2 * x",
    "einsum by ma": (
        "from numpy import ma\ndef double(x):\n    ma.core.umath\n    return 2 * x"
    ),
    "einsum_path": (
        "from numpy._core import einsumfunc as e\ndef double(x):\n"
        "    e.c_einsum('i->i', x)\n    return 2 * x"
    ),
    "takewhile": (
        "import itertools\ndef double(x):\n    out = []\n"
        "    list(itertools.takewhile(lambda v: out.append(2 * v) or True, x))\n"
        "    return np.array(out)"
    ),
    "dropwhile": (
        "from itertools import dropwhile\ndef double(x):\n    out = []\n"
        "    list(dropwhile(lambda v: out.append(2 * v) or True, x))\n"
        "    return np.array(out)"
    ),
    "filterfalse": (
        "import itertools as i\ndef double(x):\n    out = []\n"
        "    list(i.filterfalse(lambda v: out.append(2 * v), x))\n"
        "    return np.array(out)"
    ),
    "a substitution": (
        "import re\ndef double(x):\n    out, left = [], list(x)\n"
        "    re.sub('.', lambda m: out.append(2 * left.pop(0)) or '', 'a' * len(x))\n"
        "    return np.array(out)"
    ),
    "an iterator": (
        "class It:\n    def __init__(self, x): self.x = list(x)\n"
        "    def __iter__(self): return self\n    def __next__(self):\n"
        "        if not self.x: raise StopIteration\n"
        "        return 2 * self.x.pop(0)\ndef double(x):\n"
        "    return np.array(list(It(x)))"
    ),
    "a sequence": (
        "class S:\n    def __init__(self, x): self.x = x\n"
        "    def __getitem__(self, k): return 2 * self.x[k]\n"
        "    def __len__(self): return len(self.x)\ndef double(x):\n"
        "    return np.array(list(S(x)))"
    ),
    "apply_over_axes": (
        "def double(x):\n    return np.apply_over_axes(lambda a, n: 2 * a, x, [0])"
    ),
    "objects that add": (
        "class V:\n    def __init__(self, v): self.v = v\n"
        "    def __add__(self, other): return V(self.v + other.v)\ndef double(x):\n"
        "    o = np.empty(2, object)\n    o[0], o[1] = V(x[0]), V(x[1])\n"
        "    p = o + o\n    return np.array([p[0].v, p[1].v])"
    ),
    "a missing key": (
        "class D(dict):\n    def __missing__(self, k): return 2 * k\n"
        "import operator\ndef double(x):\n"
        "    return np.array(operator.itemgetter(*x)(D()))"
    ),
    "recursion by another name": (
        "def go(x, out):\n    if len(x):\n        out.append(2 * x[0])\n"
        "        again(x[1:], out)\n    return out\nagain = go\ndef double(x):\n"
        "    return np.array(go(x, []))"
    ),
    "recursion through a table": (
        "def go(x, out):\n    if len(x):\n        out.append(2 * x[0])\n"
        "        table[0](x[1:], out)\n    return out\ntable = [go]\ndef double(x):\n"
        "    return np.array(go(x, []))"
    ),
    "a text that NumPy runs": (
        "def double(x):\n    np.testing.runstring('y = 2', {})\n    return 2 * x"
    ),
    "a text that NumPy measures": (
        "from numpy.testing import measure\ndef double(x):\n    measure('2 * 2')\n"
        "    return 2 * x"
    ),
    "NumPy's own tests": (
        "def double(x):\n    np.linalg.test(extra_argv=['-c', 'x'])\n    return 2 * x"
    ),
    "all of NumPy": "from numpy import *\ndef double(x):\n    return add(x, x)",
    "NumPy's records of files": (
        "def double(x):\n    np.rec.fromfile('/etc/passwd')\n    return 2 * x"
    ),
    "a masked file": ("def double(x):\n    np.ma.fromflex(x)\n    return 2 * x"),
    "annotations of a dispatcher": (
        "import functools as f\n@f.singledispatch\ndef double(x):\n    return 2 * x\n"
        "@double.register\ndef late(x: 'print(np.linalg.norm(1)) or int'): pass"
    ),
    "a dispatcher's method": (
        "from functools import singledispatchmethod as way\ndef double(x):\n"
        "    way(abs)\n    return 2 * x"
    ),
    "the code of a generator": (
        "def double(x):\n    (v for v in x).gi_code.co_consts\n    return 2 * x"
    ),
    "a generator that waits": (
        "def parts(x):\n    yield from x\ndef double(x):\n"
        "    parts(x).gi_yieldfrom\n    return 2 * x"
    ),
    "a cell of a closure": (
        "def double(x):\n    way = lambda: x\n"
        "    getattr(way, 'cell_contents', 0)\n    return 2 * x"
    ),
    "a traceback's next": (
        "def double(x):\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n"
        "        e.with_traceback(None).args[0].tb_next\n    return 2 * x"
    ),
    "the end of an attribute": (
        "def double(x):\n    delattr(np, 'add')\n    return 2 * x"
    ),
    "what somebody types": "def double(x):\n    input()\n    return 2 * x",
    "getattr of a module": (
        "def double(x):\n    getattr(np, 'linalg', None).norm(x)\n    return 2 * x"
    ),
    "groups by what is called": (
        "import itertools\ndef double(x):\n    out = []\n"
        "    list(itertools.groupby(x, lambda v: out.append(2 * v)))\n"
        "    return np.array(out)"
    ),
    "a lambda that calls itself": (
        "go = lambda x, out: go(x[1:], out + [2 * x[0]]) if len(x) else out\n"
        "def double(x):\n    return np.array(go(x, []))"
    ),
    "a lambda that is given itself": (
        "def double(x):\n"
        "    go = lambda f, x, out: f(f, x[1:], out + [2 * x[0]]) if len(x) else out\n"
        "    return np.array(go(go, x, []))"
    ),
    "an object that calls itself": (
        "class Go:\n    def __call__(self, x, out):\n"
        "        return self(x[1:], out + [2 * x[0]]) if len(x) else out\n"
        "def double(x):\n    return np.array(Go()(x, []))"
    ),
    "an object that makes the next": (
        "class Go:\n    def __init__(self, x, out):\n        self.out = out\n"
        "        if len(x):\n            self.out = Go(x[1:], out + [2 * x[0]]).out\n"
        "def double(x):\n    return np.array(Go(x, []).out)"
    ),
    "an object that shows the next": (
        "class Go:\n    def __init__(self, x, out):\n"
        "        self.x, self.out = x, out\n"
        "    def __repr__(self):\n        if len(self.x):\n"
        "            self.out.append(2 * self.x[0])\n"
        "            repr(Go(self.x[1:], self.out))\n        return ''\n"
        "def double(x):\n    out = []\n    repr(Go(x, out))\n    return np.array(out)"
    ),
    "recursion through an argument": (
        "def go(f, x, out):\n    if len(x):\n        out.append(2 * x[0])\n"
        "        f(f, x[1:], out)\n    return out\ndef double(x):\n"
        "    return np.array(go(go, x, []))"
    ),
}


def keeps(answer):
    """Hold an answer to a rule, as a test of a notebook does; raise if it is broken."""

    class Double:
        __name__, __module__ = "double", "__main__"

        def __sources__(self):
            plain = is_plain(answer)
            return sources("double", [SETUP], [answer]) if plain else []

    expect_source(Double(), loops=0, without=["linalg.norm", "einsum"])


def test_all_that_notebooks_use_of_numpy_is_listed():
    used = {
        dotted(node)
        for path in scripts()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    modules = sorted(OF_NUMPY, key=len, reverse=True)
    for whole in (f"numpy{name[2:]}" for name in used if name.startswith("np.")):
        module = next(m for m in modules if whole.startswith(f"{m}."))
        name = whole.removeprefix(f"{module}.").partition(".")[0]
        assert name in OF_NUMPY[module], whole


def test_what_reads_files_or_runs_texts_is_on_no_list():
    listed = frozenset().union(*OF_NUMPY.values())
    assert not listed & {
        *("load", "loadtxt", "genfromtxt", "fromfile", "fromregex", "memmap", "save"),
        *("savez", "savetxt", "DataSource", "runstring", "rundocs", "measure", "test"),
        *("f2py", "ctypeslib", "distutils", "core", "get_include", "source", "info"),
    }


@pytest.mark.parametrize("answer", HONEST)
def test_honest_answers_keep_the_rule(answer):
    keeps(HONEST[answer])


@pytest.mark.parametrize("way", WAYS)
def test_whatever_is_on_no_list_is_refused(way):
    with pytest.raises(
        WrongAnswer, match=r"should (do without|have no loop)|source of"
    ):
        keeps(WAYS[way])


def test_a_circle_of_many_functions_is_counted_without_recursion():
    many = 3000
    circle = "".join(f"def h{i}(x): return h{(i + 1) % many}(x)\n" for i in range(many))
    with pytest.raises(WrongAnswer, match=f"its source has {many}"):
        keeps(f"{circle}def double(x): return h0(x)")
    keeps(
        "".join(f"def h{i}(x): return h{i + 1}(x)\n" for i in range(many))
        + f"def h{many}(x): return 2 * x\ndef double(x): return h0(x)"
    )


def test_what_has_too_many_meanings_is_not_read():
    names = "".join(f"a = b{i}\n" for i in range(300))
    used = ", ".join(f"a.x{i}" for i in range(300))
    with pytest.raises(WrongAnswer, match="source of double is not to be had"):
        keeps(f"{names}def double(x): return [{used}]")


def test_what_a_notebook_adds_to_built_in_names_may_be_called(monkeypatch):
    monkeypatch.setattr("builtins.display", print, raising=False)
    allowed._is_builtin.cache_clear()
    keeps("def double(x):\n    display(x)\n    return 2 * x")
    allowed._is_builtin.cache_clear()
