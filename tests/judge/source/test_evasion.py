"""Ways around the rules about the source: the rule is broken, or nothing is gained."""

import pytest

from tests.judge.small import DOUBLE, by_name, sit

#: No loop and no norm; the results are those of an honest answer.
RULE = """
from cs231n.testing import expect_source
expect_close(double(np.array([1.0, -2.0])), [2, -4])
expect_source(double, loops=0, without=["linalg.norm", "einsum"])
"""
NORM = "np.linalg.norm"
#: Answers with `double`, and the cell after it, which comes before the test.
WAYS = {
    "os": "import os\ndef double(x):\n    os.sys.modules['numpy'].linalg.norm(x)\n"
    "    return 2 * x",
    "sys": "import sys\ndef double(x):\n    f = sys.modules['numpy'].linalg\n"
    "    f.norm(x)\n    return 2 * x",
    "a container filled at load": "tools = [np.linalg]\n"
    "def double(x):\n    for la in tools:\n        pass\n    tools[0].norm(x)\n"
    "    return 2 * x",
    "a container that a helper fills": "tools = []\ndef fill(m):\n"
    "    tools.append(m)\nfill(np.linalg)\n"
    "def double(x):\n    tools[-1].norm(x)\n    return 2 * x",
    "another name that a helper fills in": "tools, la = [], np.linalg\nle = la\n"
    "lo = np.linalg\ntools.append(lo)\n"
    "def double(x):\n    tools[-1].norm(x)\n    return 2 * x",
    "a namespace": "def double(x):\n    np.linalg.__dict__['norm'](x)\n"
    "    return 2 * x",
    "its names": "def double(x):\n"
    "    names = sorted(np.linalg.__dict__['__all__'])\n"
    "    getattr(np.linalg, names[names.index('nor' 'm')])(x)\n    return 2 * x",
    "vars": "def double(x):\n    vars(np.linalg)['no' 'rm'](x)\n    return 2 * x",
    "a text joined": "def double(x):\n    getattr(np.linalg, ''.join('norm'))(x)\n"
    "    return 2 * x",
    "a text turned": "def double(x):\n    getattr(np.linalg, 'mron'[::-1])(x)\n"
    "    return 2 * x",
    "an operator": "import operator\ndef double(x):\n"
    "    operator.attrgetter('linalg.norm')(np)(x)\n    return 2 * x",
    "a method caller": "import operator\ndef double(x):\n"
    "    operator.methodcaller('norm', x)(np.linalg)\n    return 2 * x",
    "a partial": "import functools\n"
    "get = functools.partial(getattr, np.linalg)\n"
    "def double(x):\n    get('norm')(x)\n    return 2 * x",
    "getattr by another name": "g = getattr\ndef double(x):\n"
    "    g(np.linalg, 'no' + 'rm')(x)\n    return 2 * x",
    "getattr as a default": "def double(x, g=getattr):\n"
    "    g(np.linalg, 'no' + 'rm')(x)\n    return 2 * x",
    "getattr in a container": "tools = {'g': getattr}\ndef double(x):\n"
    "    tools['g'](np.linalg, 'no' + 'rm')(x)\n    return 2 * x",
    "a pattern": "def double(x):\n    match np:\n"
    "        case object(linalg=object(norm=f)):\n            f(x)\n    return 2 * x",
    "a class's attribute": "class Tools:\n    la = np.linalg\ndef double(x):\n"
    "    Tools.la.norm(x)\n    return 2 * x",
    "a closure": "def make(la):\n    def run(x):\n        la.norm(x)\n"
    "        return 2 * x\n    return run\ndouble = make(np.linalg)",
    "a decorator": "def with_(la):\n    def take(f):\n        def run(x):\n"
    "            la.norm(x)\n            return f(x)\n        return run\n"
    "    return take\n@with_(np.linalg)\ndef double(x):\n    return 2 * x",
    "a star import": "from numpy.linalg import *\ndef double(x):\n    norm(x)\n"
    "    return 2 * x",
    "a module of another": "import numpy.testing as t\ndef double(x):\n"
    "    t._private.utils.np.linalg.norm(x)\n    return 2 * x",
    "a walrus": "def double(x):\n    (la := np.linalg).norm(x)\n    return 2 * x",
    "a context": "import contextlib\ndef double(x):\n"
    "    with contextlib.nullcontext(np.linalg) as la:\n        la.norm(x)\n"
    "    return 2 * x",
    "a method of a property": "class T:\n    @property\n    def f(self):\n"
    "        return np.linalg\ndef double(x):\n    T().f.norm(x)\n    return 2 * x",
    "an exception's argument": "def double(x):\n    try:\n"
    "        raise ValueError(np.linalg)\n    except ValueError as e:\n"
    "        e.args[0].norm(x)\n    return 2 * x",
    "another norm": "def double(x):\n    np.linalg.vector_norm(x)\n    return 2 * x",
    "a private module": "def double(x):\n    np.linalg._linalg.norm(x)\n"
    "    return 2 * x",
    "a default": "def double(x, la=np.linalg):\n    la.norm(x)\n    return 2 * x",
    "a list": "def double(x):\n    [np.linalg][0].norm(x)\n    return 2 * x",
    "a loop's name": "def double(x):\n    (la,) = (np.linalg,)\n    la.norm(x)\n"
    "    return 2 * x",
    "a table": "tools = {}\ntools['n'] = np.linalg.norm\n"
    "def double(x):\n    tools['n'](x)\n    return 2 * x",
    "an attribute by format": "import string\ndef double(x):\n"
    "    f, _ = string.Formatter().get_field('0.linalg.norm', [np], {})\n"
    "    f(x)\n    return 2 * x",
    "a computed attribute": "def double(x):\n"
    "    getattr(np.linalg, 'no' + 'rm')(x)\n    return 2 * x",
    "reduce of getattr": "import functools\ndef double(x):\n"
    "    functools.reduce(getattr, ['linalg', 'no' 'rm'], np)(x)\n    return 2 * x",
    "a frozen module": "import _frozen_importlib\ndef double(x):\n"
    "    _frozen_importlib._gcd_import('numpy.linalg').norm(x)\n    return 2 * x",
    "globals": f"{DOUBLE}\ndef other():\n    globals()['double'] = SLOW\nother()",
    "global": f"{DOUBLE}\ndef other():\n    global double\n    double = SLOW\nother()",
    "global in a class": f"{DOUBLE}\nclass A:\n    def __init__(self):\n"
    "        global double\n        double = SLOW\nA()",
    "a capture": f"{DOUBLE}\nmatch SLOW:\n    case double:\n        pass",
    "an import": f"{DOUBLE}\nimport __main__\n"
    "def other():\n    setattr(__main__, 'double', SLOW)\nother()",
    "its code": f"{DOUBLE}\ndef other():\n    double.__code__ = SLOW.__code__\nother()",
    "its defaults": "def double(x, f=abs):\n    f(1)\n    return 2 * x\n"
    f"def other():\n    double.__defaults__ = ({NORM},)\nother()",
    "its module": f"{DOUBLE}\nimport sys\ndef other():\n"
    "    sys.modules['__main__'].double = SLOW\nother()",
    "the shell": f"{DOUBLE}\ndef other():\n"
    "    get_ipython().user_ns['double'] = SLOW\nother()",
    "a magic": f"{DOUBLE}\nget_ipython().run_cell_magic('time', '', 'double = SLOW')",
    "another function's globals": f"{DOUBLE}\ndef other():\n"
    "    other.__globals__['double'] = SLOW\nother()",
    "a caught error": f"{DOUBLE}\ntry:\n    raise KeyError\n"
    "except KeyError as double:\n    pass\ndouble = SLOW",
    "sorted": "def double(x):\n    out = []\n"
    "    sorted(x, key=lambda v: out.append(2 * v) or 0)\n    return np.array(out)",
    "max": "def double(x):\n    out = []\n"
    "    max(x, key=lambda v: out.append(2 * v) or 0)\n    return np.array(out)",
    "iter": "def double(x):\n    left = list(x[::-1])\n    return np.array(list(\n"
    "        iter(lambda: 2 * left.pop() if left else None, None)))",
    "vectorize": "def double(x):\n    return np.vectorize(lambda v: 2 * v)(x)",
    "apply": "def double(x):\n    return np.apply_along_axis(lambda v: 2 * v, 0, x)",
    "fromiter": "def double(x):\n"
    "    return np.fromiter(map(lambda v: 2 * v, x), float)",
    "frompyfunc": "def double(x):\n"
    "    return np.frompyfunc(lambda v: 2 * v, 1, 1)(x).astype(float)",
    "each other": "def half(x, k, out):\n    return out if k == len(x) else other("
    "x, k, out)\ndef other(x, k, out):\n    out.append(2 * x[k])\n"
    "    return half(x, k + 1, out)\ndef double(x):\n"
    "    return np.array(half(x, 0, []))",
}
SLOW = """
def slow(x):
    np.linalg.norm(x)
    return np.array([2 * v for v in x])
"""


def test_an_honest_answer_keeps_the_rule(fork_server):
    found = by_name(sit(fork_server, DOUBLE, tests={"rule": RULE}))["rule"]
    assert found.score == 1, found


@pytest.mark.parametrize("way", WAYS)
def test_no_way_around_the_rules(fork_server, way):
    answer = SLOW + WAYS[way].replace("SLOW", "slow")
    found = by_name(sit(fork_server, answer, tests={"rule": RULE}))["rule"]
    assert found.score == 0, found
    said = ("should", "source of double", "not callable", "is not defined", "not there")
    assert any(words in found.message for words in said), found
