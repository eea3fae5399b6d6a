"""A ready-made answer is not in the room: whoever finds a way to it finds nothing."""

import ast
import marshal

import numpy as np
import pytest

from grading.authoring.build import scripts
from grading.authoring.exam_from_notebook import exam_of
from grading.judge.exam import Cell, Exam
from grading.judge.judge import judge
from grading.judge.order import groups, stages
from grading.judge.room.handed_out import handed_out, is_shown
from grading.judge.room.references import folder, modules, needed
from grading.judge.room.stripped import TOOLS, is_tool, stripped
from grading.judge.student_session import defined
from tests.judge.small import LIMITS

NOTEBOOKS = [f"{path.parent.name}/{path.stem}" for path in scripts()]
#: Parts of the package that do an exercise under other names.
OTHERWISE = {
    "affine_forward": {"matmul"},
    "adam": {"adam"},
    "batchnorm_forward": {"batch_norm_forward"},
    "color_histogram_hsv": {"color_histogram_hsv", "_hues"},
    "compute_distances_no_loops": {"euclidean_distances", "KNearestNeighbor"},
    "conv_forward_naive": {"conv_forward", "conv_transpose_backward", "im2col"},
    "conv_backward_naive": {"conv_dx", "conv_dw", "conv_transpose_forward"},
    "im2col": {"im2col_indices", "windows"},
    "layernorm_forward": {"group_norm_forward"},
    "max_pool_forward_naive": {"max_pool_forward"},
    "predict_labels": {"vote"},
    "softmax_loss_naive": {"softmax_loss", "linear_softmax_loss"},
    "spatial_batchnorm_forward": {"spatial_batchnorm_forward"},
    "spatial_groupnorm_forward": {"spatial_groupnorm_forward"},
    "svm_loss_naive": {"svm_loss", "linear_svm_loss"},
}


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_no_notebook_hands_out_what_it_asks_for(notebook):
    exam, stage = exam_of(notebook), stages(exam_of(notebook))
    for place, cell in enumerate(exam.cells):
        if cell.kind != "answer":
            continue
        given = handed_out(exam.cells[: stage[place]])
        kept = {part for _, part in needed(g for g in given if _is_shelf(g))}
        for name in defined(cell.source):
            doing = {name} | OTHERWISE.get(name, set())
            if "pytorch" not in notebook:  # what tensors are made of is given there
                assert not kept & doing, (name, kept & doing)


def test_features_hands_out_the_models_that_it_asks_nobody_to_write():
    exam = exam_of("assignment1/features")
    models = {"cs231n.nets.fully_connected:TwoLayerNet", "cs231n.nets.linear:LinearSVM"}
    assert models <= handed_out(exam.cells)
    asked = {name for c in exam.of_kind("answer") for name in defined(c.source)}
    assert asked
    assert not asked & {"TwoLayerNet", "LinearSVM", "loss", "train", "predict"}


def _is_shelf(name):
    return not is_tool(name.partition(":")[0])


def test_tools_hold_no_answers():
    asked = {
        name
        for notebook in NOTEBOOKS
        for cell in exam_of(notebook).of_kind("answer")
        for name in defined(cell.source)
    }
    asked -= {"__init__", "train", "check_accuracy"}  # the solver's are of no use here
    asked -= {"generator"}  # of random numbers in a tool, of pictures in an answer
    for path in folder().rglob("*.py"):
        parts = path.relative_to(folder()).parts
        if parts[0].removesuffix(".py") in TOOLS:
            tree = ast.parse(path.read_text())
            names = {getattr(node, "name", "") for node in ast.walk(tree)}
            assert not names & asked, path


def test_a_star_brings_what_is_handed_out_and_not_what_that_needs():
    given = frozenset({"cs231n.layer_utils:affine_relu_forward"})
    for module in ("layers", "classifiers.fc_net", "classifiers.cnn"):
        _, code = marshal.loads(stripped(given))[f"cs231n.{module}"]
        *_, shown = (c for c in marshal.loads(code).co_consts if isinstance(c, tuple))
        assert {"affine_relu_forward", "rnn_forward"} <= set(shown), module
        assert not {"affine_forward", "relu_forward"} & set(shown), module


def test_a_later_set_up_cell_hands_out_for_what_comes_after_it():
    exam = exam_of("assignment2/convolutional_networks")
    early, late = sorted(set(stages(exam)))[-2:]
    fast = "cs231n.layers:conv_forward_fast"
    assert fast not in handed_out(exam.cells[:early])
    assert fast in handed_out(exam.cells[:late])
    found = groups(exam)
    assert [(group.hidden, group.stage) for group in found][:2] == [
        (False, early),
        (False, late),
    ]
    places = [place for group in found for place in group.places]
    assert len(places) == len(set(places)) == len(exam.of_kind("test"))


SETUP = """
import numpy as np
import cs231n.layers
from cs231n.layers import affine_forward as ready, relu_forward
from cs231n.nets.fully_connected import TwoLayerNet
from cs231n.solver import Solver
from cs231n.testing import expect_close

READY = ["ready", "cs231n", "TwoLayerNet"]
"""
TESTS = {
    "test": """
rng = np.random.default_rng(5)
x, w, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 2)), np.ones(2)
expect_close(affine(x, w, b), x @ w + b)
"""
}
#: How to come by a function of the package, `found`, or to its result, `out`.
WAYS = {
    "what the set-up imports": "found = ready",
    "its module": "found = cs231n.layers.affine_forward",
    "an import": "from cs231n.layers.affine import affine_forward as found",
    "the import system": "import importlib\n"
    "found = importlib.import_module('cs231n.layers.affine').affine_forward",
    "a name": "import pkgutil\n"
    "found = pkgutil.resolve_name('cs231n.layers:affine_forward')",
    "a pickle": "import pickle\n"
    "found = pickle.loads(b'ccs231n.layers\\naffine_forward\\n.')",
    "a script": "import runpy\n"
    "found = runpy.run_module('cs231n.layers.affine')['affine_forward']",
    "an old spelling": "from cs231n.layer_utils import affine_relu_forward as found",
    "a model's star": "from cs231n.classifiers.fc_net import affine_forward as found",
    "the net of 2017": "from cs231n.classifiers.neural_net import TwoLayerNet as N\n"
    "net = N(3, 2, 2)\nnet.params.update(W1=w, b1=b)\nout = net.loss(x)",
    "a sandwich": "import cs231n.layers as l\n"
    "found = lambda x, w, b: l.affine_bn_relu_forward(x, w, b, 1, 0, {})",
    "a network": "net = TwoLayerNet(3, 2, 2)\n"
    "net.params.update(W1=w, b1=b)\nout = net.loss(x)",
    "a kernel": "from cs231n.kernels import impl\nout = np.empty((4, 2))\n"
    "impl.matmul(x, w, out, bias=b)",
    "the compiled kernels": "from cs231n.kernels import _core\nfound = _core.matmul",
    "a file": "import cs231n, os\n"
    "base = os.path.dirname(cs231n.__file__)\n"
    "space = {}\n"
    "exec(open(base + '/layers/affine.py').read(), space)\n"
    "found = space['affine_forward']",
    "compiled bytes": "import cs231n, glob, marshal, os\n"
    "base = os.path.dirname(cs231n.__file__)\n"
    "(file,) = glob.glob(base + '/layers/__pycache__/affine.*.pyc')\n"
    "space = {}\n"
    "exec(marshal.loads(open(file, 'rb').read()[16:]), space)\n"
    "found = space['affine_forward']",
    "any file": "import glob\n"
    "for root in ('/work', '/home', '/root', '/usr', '/opt', '/'):\n"
    "    for file in glob.glob(root + '/**/affine.py', recursive=True):\n"
    "        space = {}\n"
    "        exec(open(file).read(), space)\n"
    "        found = space['affine_forward']",
    "a shared library": "import cs231n, ctypes, glob, os\n"
    "base = os.path.dirname(cs231n.__file__)\n"
    "(file,) = glob.glob(base + '/kernels/*.so')\n"
    "found = ctypes.CDLL(file).matmul",
    "all objects": "import gc, types\n"
    "(found,) = [f for f in gc.get_objects() if type(f) is types.FunctionType\n"
    "    and f.__name__ == 'affine_forward' and len(f.__code__.co_code) > 60]",
    "the importer": "import sys, marshal\n"
    "codes = [m for m in sys.meta_path if hasattr(m, '_modules')][0]._modules\n"
    "space = {'__name__': 'x'}\n"
    "exec(marshal.loads(codes['cs231n.layers.affine'][1]), space)\n"
    "found = space['affine_forward']",
    "what the tester holds": "import __main__\nfound = __main__.affine_forward",
    "PyTorch": "import torch\n"
    "out = torch.nn.functional.linear(*map(torch.tensor, (x, w.T, b))).numpy()",
    "SciPy": "from scipy.linalg.blas import dgemm\nout = dgemm(1.0, x, w) + b",
    "their files": "import glob, numpy, os\n"
    "base = os.path.dirname(os.path.dirname(numpy.__file__))\n"
    "assert glob.glob(base + '/scipy*') + glob.glob(base + '/torch')\n"
    "out = x @ w + b",
}
ANSWER = """
def affine(x, w, b):
    found = out = None
{way}
    if out is None:
        out = found(x, w, b)
    return out[0] if type(out) is tuple else out
"""


@pytest.fixture(scope="module")
def sit(isolated):
    from grading.judge.preload import Rooms

    answer = "def affine(x, w, b):\n    return x @ w + b"
    cells = [Cell("setup", "setup", SETUP), Cell("answer", "affine", answer)]
    cells += [Cell("test", name, source, 1.0) for name, source in TESTS.items()]
    exam = Exam("affine", tuple(cells))
    with Rooms([exam]) as rooms:

        def run(source):
            return judge(exam, {"affine": source}, LIMITS, rooms)[0].outcomes[0]

        run.answer, run.rooms, run.exam = answer, rooms, exam
        yield run


def test_the_room_is_enough_for_an_honest_answer(sit):
    assert sit(sit.answer).score == 1
    used = "def affine(x, w, b):\n    return relu_forward(x)[0] @ w + b"
    assert "entries differ" in sit(used).message


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_a_ready_made_answer(sit, way):
    lines = "\n".join(f"    {line}" for line in WAYS[way].split("\n"))
    found = sit(ANSWER.format(way=lines))
    assert found.score == 0, found
    assert found.status == "failed", found


def test_importing_what_is_absent_hurts_nobody(sit):
    begin = "import torch, scipy.misc\nfrom scipy.misc import imread\n"
    begin += "from sklearn.neighbors import *\nfrom cs231n.layers import *\n"
    begin += "import torch.nn.functional as F\nfrom cs231n.classifiers import *\n"
    assert sit(begin + sit.answer).score == 1
    used = begin + "def affine(x, w, b):\n    return F.linear(x, w, b)"
    assert "torch.nn.functional.linear is not there" in sit(used).message
    used = begin + "def affine(x, w, b):\n    return affine_forward(x, w, b)"
    assert "cs231n.layers.affine.affine_forward is not there" in sit(used).message


def test_drawings_and_demos_are_absent_whole(sit):
    begin = "from cs231n import demos, drawings\n"
    begin += "from cs231n.drawings.classifiers import neighbours\n"
    begin += "from cs231n.drawings.classifiers.neighbours import *\n"
    assert sit(begin + sit.answer).score == 1
    for used in ("drawings.nearest_points()", "neighbours.nearest_points()"):
        drawn = begin + f"def affine(x, w, b):\n    return {used}"
        assert "nearest_points is not there while" in sit(drawn).message
    assert not [n for n in marshal.loads(stripped(frozenset())) if is_shown(n)]


def test_testers_and_answers_have_other_addresses(sit):
    """What an answer knows of its own memory says nothing of the tester's."""
    here = """
import ctypes
raise ValueError(ctypes.cast(ctypes.pythonapi.Py_GetVersion, ctypes.c_void_p).value)
"""
    told = sit("def affine(x, w, b):" + here.replace("\n", "\n    ")).message
    cells = (Cell("setup", "setup", SETUP), Cell("test", "t", here, 1.0))
    (there,) = judge(Exam("where", cells), {}, LIMITS, sit.rooms)[0].outcomes
    assert told.startswith("ValueError: ")
    assert there.message.startswith("ValueError: ")
    assert told != there.message


HIDDEN = """
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(77)
x = rng.standard_normal((2, 2))
expect_close(affine(x, x, x[0]), x @ x + x[0])
### END HIDDEN TESTS
"""
CARRIER = """
import os
seen = []
def affine(x, w, b):
    for name in os.listdir("."):
        print("kept", open(name).read())
    open("seen", "a").write(repr(x.tolist()))
    seen.append(x.tolist())
    print(len(seen), seen)
    return x @ w + b
"""


def test_what_a_hidden_test_hands_over_is_not_printed_in_a_visible_one(sit):
    cells = (
        *sit.exam.cells[:2],
        Cell("test", "first-hidden", HIDDEN, 1.0),
        Cell("test", "visible", TESTS["test"], 1.0),
        Cell("test", "last-hidden", HIDDEN, 1.0),
    )
    exam = Exam("carried", cells)
    verdict, _ = judge(exam, {"affine": CARRIER}, LIMITS, sit.rooms)
    first, visible, last = verdict.outcomes
    assert verdict.score == 3
    secret = str(np.random.default_rng(77).standard_normal())[:9]
    assert secret in first.output
    assert secret in last.output
    assert secret not in visible.output
    assert visible.output.startswith("1 [[")


def test_every_function_says_why_it_is_not_there():
    from grading.judge.room.stripped import _code

    for module in modules().values():
        if not is_tool(module.name):
            assert _code(module.name, frozenset(), frozenset())
