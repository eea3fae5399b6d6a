"""What answers of other years and places begin with costs no points."""

import pytest

from grading.judge.source.suspicion import flags
from tests.judge.small import DOUBLE, MOVE, TESTS, sit

OLD = [
    "from builtins import range",
    "from builtins import object, str, zip",
    "from past.builtins import xrange",
    "from future import standard_library\nstandard_library.install_aliases()",
    "from __future__ import print_function",
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "import google.colab.drive",
    "import asyncio\nawait asyncio.sleep(0)",
    "async def twice():\n    return 2\ntwo = await twice()",
]
RULE = """
from cs231n.testing import expect_source
expect_source(double, without=["scipy"])
assert double(4) == 8
"""


@pytest.mark.parametrize("lines", OLD)
def test_old_import_lines_cost_nothing(fork_server, lines):
    source = f"{lines}\n\n{DOUBLE}"
    verdict = sit(fork_server, source, tests=TESTS | {"rule": RULE})
    assert verdict.score == len(TESTS) + 2, verdict


def test_old_names_may_be_used_in_a_function(fork_server):
    source = """
        from builtins import object, range
        from past.builtins import xrange

        def double(x):
            for _ in range(2):
                for _ in xrange(2):
                    object()
            return 2 * x
    """
    assert sit(fork_server, source, tests={"rule": RULE}).score == 2


@pytest.mark.parametrize(
    "lines",
    [
        "import builtins",
        "from builtins import eval",
        "from builtins import exec as run",
    ],
)
def test_what_else_builtins_hold_hides_as_before(fork_server, lines):
    source = f"{lines}\n\n{DOUBLE.replace('2', 'builtins and 2')}"
    assert flags({"double": source})
    source = f"def double(x):\n    {lines}\n    return 2 * x"
    assert sit(fork_server, source, tests={"rule": RULE}).score == 1


def test_old_imports_are_not_remarkable():
    assert not flags({"double": "from builtins import range\nimport numpy as np"})


STARS = [
    "from cs231n.layers import *\nfrom cs231n.rnn_layers import *",
    "from ..layers import *\nfrom ..layer_utils import *\nfrom ..rnn_layers import *",
    "from cs231n.layers import *\nfrom cs231n.fast_layers import *",
    "from cs231n.classifiers.fc_net import *\nfrom cs231n.classifiers.cnn import *",
]
LAYER = """
def relu_forward(x):
    return 2 * x, x

def double(x):
    return relu_forward(x)[0]
"""


@pytest.mark.parametrize("lines", STARS)
@pytest.mark.parametrize("after", [False, True])
def test_stars_leave_alone_what_answers_define(fork_server, lines, after):
    source = f"{LAYER}\n{lines}" if after else f"{lines}\n{LAYER}"
    move = f"{lines}\n{MOVE}"
    verdict = sit(fork_server, source, move, tests=TESTS | {"rule": RULE})
    assert verdict.score == len(TESTS) + 2, verdict


@pytest.mark.parametrize(
    "module", ["cs231n.layers", "..layers", "cs231n.classifiers.rnn"]
)
@pytest.mark.parametrize(
    "body",
    [
        "return relu_forward(x)[0] + x",
        "return ready(x)[0] + x\nready = relu_forward\ndef relu_forward(x): pass",
    ],
)
def test_a_star_brings_nothing_ready_made(fork_server, module, body):
    source = f"from {module} import *\n\ndef double(x):\n    {body}"
    used = {"used": "assert double(4) == 8"}
    assert sit(fork_server, source, tests=used).score == 1  # for the other exercise
