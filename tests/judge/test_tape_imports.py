"""Answers that begin with PyTorch's imports, in a notebook that runs on the tape."""

import textwrap

import pytest

from grading.judge.exam import Cell, Exam
from grading.judge.judge import judge
from grading.judge.source.suspicion import flags
from tests.judge.small import DOUBLE, LIMITS, TESTS, by_name, sit

SETUP = """
import numpy as np

from cs231n.engine import torch, nn, F, optim, device
from cs231n.pytorch import call, forward, set_parameters
from cs231n.testing import expect_close, expect_source
"""
BODY = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        assert isinstance(x, torch.Tensor)
        return F.relu(self.fc(x))
"""
ASKED = f"{BODY}\n\ndef net(x):\n    return x"
TEST = """
net = Net()
w, b = np.arange(6.0).reshape(2, 3), np.array([1.0, -9.0])
set_parameters(net, {"fc.weight": w, "fc.bias": b})
x = np.array([[1.0, 2.0, 0.5]], np.float32)
expect_close(forward(net, x), np.maximum(x @ w.T + b, 0), rtol=1e-5)
"""
#: As the files of the course and answers to it begin.
LINES = [
    "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F",
    "import torch, math\nfrom torch import nn\nfrom torch.nn import functional as F",
    "import numpy as np, torch\nfrom torch import nn, optim\n"
    "import torch.optim as optim\nimport torch.nn.functional as F",
    "import torch.nn\nimport torch.nn.functional\nfrom torch.nn import init\n"
    "from torch.nn.parameter import Parameter\nfrom torch.nn.modules import LeakyReLU\n"
    "LeakyReLU(0.1); Parameter(torch.ones(2)); init.zeros_(torch.ones(2))",
    "import torch\nimport torchvision\nimport torchvision.transforms as T\n"
    "from torch.utils.data import DataLoader, sampler\nfrom einops import rearrange",
    "from torch.optim.swa_utils import AveragedModel\nfrom torch import *\n"
    "from torch.nn import *\nLinear(2, 2)",
    "try:\n    import torch as t\n    torch = t\nexcept ImportError:\n    torch = None",
]


def marked(fork_server, answer, test=TEST, setup=SETUP):
    """Judge one answer; return the outcome of its one test."""
    cells = [Cell("setup", "setup", setup), Cell("answer", "net", ASKED)]
    exam = Exam("tape", (*cells, Cell("test", "test", test, 1.0)))
    answers = {"net": textwrap.dedent(answer)}
    return by_name(judge(exam, answers, LIMITS, fork_server)[0])["test"]


@pytest.mark.parametrize("lines", LINES)
def test_pytorchs_imports_bring_the_tape(fork_server, lines):
    outcome = marked(fork_server, f"{lines}\n{BODY}")

    assert outcome.score == 1, outcome
    assert not flags({"net": lines})


def test_imports_within_a_function_do_too_and_its_source_is_read(fork_server):
    source = """
        def net(x):
            import torch.nn.functional as F
            from torch import exp
            return F.relu(exp(x)) + 1
    """
    rule = "expect_source(net{})\nexpect_close(call(net, np.zeros(2)), [2, 2])"
    forbidden = ', without=["torch.exp"]'

    assert marked(fork_server, source, rule.format("")).score == 1
    refused = marked(fork_server, source, rule.format(forbidden))
    assert "net should do without torch.exp" in refused.message


@pytest.mark.parametrize(
    ("lines", "use", "said"),
    [
        (
            "import torchvision",
            "torchvision.ops",
            "torchvision is not on this tape: the",
        ),
        (
            "from einops import rearrange",
            "rearrange(x)",
            "use reshape, permute and x[:",
        ),
        (
            "from torch.utils.data import DataLoader",
            "DataLoader(x)",
            "torch.utils is not on this tape: take batches with rows = torch.randperm",
        ),
        (
            "from torch.nn import LSTM",
            "LSTM(1, 1)",
            "nn.LSTM is not on this tape: write",
        ),
        ("from torch import sotfmax", "sotfmax(x)", "did you mean softmax"),
        (
            "from torch.autograd import Nothing",
            "type('X', (), {}) and Nothing()",
            "torch.autograd.Nothing is not on this tape: docs/autograd.md lists what",
        ),
    ],
)
def test_what_is_not_there_says_so_where_it_is_used(fork_server, lines, use, said):
    source = f"{lines}\n\ndef net(x):\n    return {use}"
    outcome = marked(fork_server, source, "call(net, np.zeros(2))")

    assert (outcome.score, outcome.status) == (0, "failed")
    assert said in outcome.message


def test_without_the_tape_nothing_is_different(fork_server):
    source = f"import torch\nimport torch.nn as nn\n{DOUBLE}"
    assert sit(fork_server, source).score == len(TESTS) + 1
    setup = "import numpy as np\nfrom cs231n.pytorch import call"
    source = "import torch\ndef net(x):\n    return torch.exp(x)"
    outcome = marked(fork_server, source, "call(net, np.zeros(2))", setup)
    assert "torch.from_numpy is not there while answers are tested" in outcome.message
