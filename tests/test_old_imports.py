"""Old import lines work in a notebook too; Colab's stand-in is for graders only."""

import ast
import os
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from cs231n import autograd
from cs231n.old_imports import on_the_tape
from grading.authoring.check_tests import QUIET


def run(code, **environment):
    command = [sys.executable, "-c", f"import cs231n.notebook\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.mark.parametrize(
    "code",
    [
        "from past.builtins import xrange; assert list(xrange(2)) == [0, 1]",
        "from future import standard_library; standard_library.install_aliases()",
        "import importlib.util as u; assert u.find_spec('past.nothing') is None",
    ],
)
def test_old_lines_work(code):
    done = run(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_colab_is_only_pretended_where_nbgrader_grades():
    code = "from google.colab import drive; drive.mount('/content/drive').x"
    assert "No module named 'google" in run(code).stderr
    assert run(code, NBGRADER_EXECUTION="autograde").returncode == 0


ENGINE = "from cs231n.engine import torch, nn, F, optim, device"
PASTED = """
import torch
import torch.nn as nn
from torch.nn import functional as F
import torch.optim as optim
from torch import Tensor

def step(x):
    import torch.nn.functional
    w = nn.Parameter(torch.ones(2))
    rule = optim.SGD([w], lr=0.5)
    F.relu(w * x).sum().backward()
    rule.step()
    return torch.nn.functional.softmax(w, dim=0)
"""
USED = "print(torch.__name__, isinstance(step(torch.ones(2)), Tensor), nn is torch.nn)"
IN_SIGHT = "import sys; print('torch' in sys.modules, sys.modules.get('einops'))"


def in_a_kernel(*cells, **variables):
    """Run cells one after the other; return what each printed, or its error."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    client = NotebookClient(notebook, allow_errors=True, extra_arguments=QUIET)
    client.execute(env=os.environ | variables)
    return [
        "".join(o.get("text", "") or o.get("evalue", "") for o in cell.outputs).strip()
        for cell in notebook.cells
    ]


def test_pytorchs_imports_bring_the_tape_to_a_notebook_that_has_it():
    refused = "from torch.utils.data import DataLoader\nDataLoader([1])"
    base = "import einops as e\nclass Mine(e): pass"
    source = "import inspect; print(inspect.getsource(step).splitlines()[1].strip())"
    cells = (ENGINE, ENGINE, PASTED, USED, IN_SIGHT, refused, base, source)
    *_, pasted, used, seen, said, refused_base, read = in_a_kernel(*cells)

    assert pasted == ""
    assert used == "cs231n.autograd True True"
    assert seen == "False None"
    assert said.startswith("torch.utils is not on this tape: take batches with")
    assert refused_base.startswith("einops is not on this tape: use reshape")
    assert read == "import torch.nn.functional"


def test_pytorchs_imports_bring_pytorch_where_it_is_asked_for():
    pytest.importorskip("torch")
    found = in_a_kernel(ENGINE, PASTED, USED, CS231N_ENGINE="torch")
    assert found == ["", "", "torch True True"]


def test_other_notebooks_have_the_pytorch_that_is_installed():
    """Also where helpers of their tests know the engine."""
    setup = "from cs231n import pytorch, engine"
    first = "try:\n    import torch; print(torch.__name__)\n"
    first += "except ImportError:\n    print('torch')"
    assert in_a_kernel(setup, first) == ["", "torch"]


def test_imports_of_torch_are_read_at_any_depth_and_nothing_else_is():
    kept = "from .torch import a\nimport torchmetrics, numpy as np\nfrom math import pi"
    kept += "\nfrom torchvision import *"
    source = (
        f"{kept}\nif pi:\n    for _ in ():\n        import numpy, torch.nn as b, math"
    )
    read = on_the_tape(source, {"torch": autograd})

    assert on_the_tape(source, {"torch": "a tape", "nn": np}) is source
    assert ast.unparse(read) == (
        "from .torch import a\nimport torchmetrics\nimport numpy as np\n"
        "from math import pi\nfrom torchvision import *\n"
        "if pi:\n    for _ in ():\n        import numpy\n"
        "        b = __import__('cs231n.engine').engine.find('torch.nn')\n"
        "        import math"
    )


@pytest.mark.parametrize("module", ["cs231n.rnn_layers", "..rnn_layers"])
def test_a_star_of_the_course_leaves_alone_what_the_notebook_has(module):
    own = "import cs231n.notebook\ndef rnn_forward(): return 'own'"
    star = f"from {module} import *"
    used = "print(rnn_forward(), lstm_forward.__module__)"
    assert in_a_kernel(own, star, used)[-1] == "own cs231n.layers.lstm"


def test_a_star_overwrites_in_an_old_notebook_that_knows_nothing_of_this_course():
    """As docs/compatibility.md warns; its remedy is the test above."""
    own = "def rnn_forward(): return 'own'"
    star, used = "from cs231n.rnn_layers import *", "print(rnn_forward.__module__)"
    assert in_a_kernel(own, star, used)[-1] == "cs231n.layers.rnn"
    remedy = "import cs231n.notebook"
    assert in_a_kernel(remedy, own, star, used)[-1] == "__main__"


def test_a_module_of_the_course_that_is_not_there_shows_one_sentence():
    (said,) = in_a_kernel("from cs231n.transformer_layers import *")
    assert said.startswith("cs231n.transformer_layers is not in the package: you write")
    assert "assignment3/transformer_captioning" in said
