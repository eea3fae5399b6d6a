"""Of PyTorch, SciPy and other large libraries, lists say what answers may use."""

import ast
import importlib
import sys

import pytest

from cs231n.testing import WrongAnswer
from cs231n.testing.allowed import unlisted
from cs231n.testing.library_names import LIBRARIES
from cs231n.testing.names import dotted
from cs231n.testing.torch_names import TORCH
from grading.authoring.build import scripts
from tests.judge.source.test_lists import keeps

#: What reaches files, processes, pickles, compiled code or other modules.
REFUSED = """
    torch.load torch.save torch.hub torch.hub.load torch.jit.script torch.jit.load
    torch.utils.cpp_extension.load_inline torch.utils.dlpack torch.utils.checkpoint
    torch.multiprocessing.spawn torch.distributed torch.package torch.export
    torch.compile torch.ops.load_library torch.classes torch.library torch.from_file
    torch.from_dlpack torch.UntypedStorage torch.FloatStorage torch.serialization
    torch.fx.symbolic_trace torch.onnx torch.profiler torch.monitor torch.testing
    torch._C torch._C._nn.gelu torch._dynamo torch._inductor torch._utils torch.os
    torch.sys torch.importlib torch.inspect torch.builtins torch.ctypes torch.glob
    torch.functools torch.threading torch.nn.functional.torch torch.nn.init.math
    torch.nn.functional.np torch.nn.modules.module.sys torch.nn.modules.module.functools
    torch.nn.functional.importlib torch.nn.utils.rnn.warnings torch.random.contextlib
    torch.utils.data.datapipes torch.utils.data.dataloader.os torch.overrides
    torch.optim.optimizer.functools torch.cuda.cudart torch.cuda.memory
    torch.backends.mkldnn torch.torch torch.quantization.torch
    scipy.io scipy.io.loadmat scipy.io.wavfile.read scipy.LowLevelCallable scipy._lib
    scipy._lib._ccallback scipy.test scipy.linalg.blas scipy.linalg.cython_blas
    scipy.linalg.get_blas_funcs scipy.misc.imread scipy.datasets scipy.show_config
    scipy.sparse.load_npz scipy.sparse.linalg scipy.special.cython_special
    scipy.spatial.distance.warnings scipy.signal.windows scipy.ndimage.imread
    scipy.optimize.show_options scipy.stats.distributions scipy.spatial._ckdtree
    sklearn.datasets.fetch_openml sklearn.utils sklearn.utils.shuffle sklearn.externals
    sklearn.externals.joblib.load sklearn.inspection sklearn.__check_build sklearn.os
    sklearn.pipeline sklearn.neighbors.os sklearn.svm.libsvm
    cv2.imread cv2.imwrite cv2.VideoCapture cv2.FileStorage cv2.dnn cv2.dnn.readNet
    cv2.ml cv2.gapi cv2.utils cv2.os cv2.sys cv2.cv2 cv2.CascadeClassifier cv2.samples
    skimage.io skimage.io.imread skimage.data skimage.data.lfw_subset
    skimage.util.lookfor skimage.util.apply_parallel skimage._shared
    skimage.external skimage.feature.Cascade
    skimage.filters.try_all_threshold skimage.measure.np
"""
#: What honest answers write, and where libraries say that their things are.
KEPT = """
    torch.exp torch.tensor torch.Tensor.topk torch.long torch.no_grad torch.linalg.svd
    torch.FloatTensor torch.inf torch.concat torch.swapaxes torch.manual_seed
    torch.cuda.is_available torch.backends.cudnn.benchmark torch.autograd.grad
    torch.autograd.Function torch.nn.Linear torch.nn.functional.softmax
    torch.nn.init.kaiming_normal_ torch.nn.utils.clip_grad_norm_ torch.nn.Parameter
    torch.optim.Adam torch.optim.SGD
    torch.optim.lr_scheduler.StepLR torch.utils.data.DataLoader
    scipy.spatial.distance.cdist scipy.special.logsumexp scipy.optimize.minimize
    scipy.signal.correlate2d scipy.ndimage.convolve scipy.linalg.inv scipy.stats.mode
    sklearn.neighbors.KNeighborsClassifier sklearn.model_selection.KFold cv2.resize
    cv2.cvtColor skimage.feature.hog skimage.color.rgb2gray skimage.transform.resize
"""

#: Where PyTorch says that what it shows elsewhere is.
PLACES = (
    "torch.nn.modules.flatten.Flatten",
    "torch.optim.sgd.SGD",
    "torch.utils.data.dataloader.DataLoader",
    "torch.autograd.grad_mode.no_grad",
)


@pytest.fixture(scope="module", autouse=True)
def libraries():
    """Have what is installed of them loaded: a module is found only then."""
    for name in ("torch", "scipy.io", "scipy.linalg", "skimage.io", "sklearn", "cv2"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def uses(name):
    """Write an answer that does nothing but name something."""
    return (
        f"import {name.partition('.')[0]}\ndef double(x):\n    {name}\n    return 2 * x"
    )


@pytest.mark.parametrize("name", REFUSED.split())
def test_what_reaches_further_is_refused_by_its_name(name):
    first = name.partition(".")[0]
    with pytest.raises(WrongAnswer, match=f"do without {first}|source of"):
        keeps(uses(name))


@pytest.mark.parametrize("name", REFUSED.split())
def test_it_is_refused_under_another_name(name):
    module, _, last = name.rpartition(".")
    answer = (
        f"from {module} import {last} as g\ndef double(x):\n    g\n    return 2 * x"
    )
    with pytest.raises(WrongAnswer, match=r"should do without|source of"):
        keeps(answer)


@pytest.mark.parametrize("name", ["nn.init.math.exp", "F.torch.load", "nn.utils.x"])
def test_it_is_refused_by_what_the_set_up_calls_the_module(name):
    with pytest.raises(WrongAnswer, match="should do without"):
        keeps(f"def double(x):\n    {name}\n    return 2 * x")


def test_a_number_may_be_called_like_a_module():
    keeps("def double(x):\n    F = x\n    F.sum(), F.T\n    return 2 * x")


@pytest.mark.parametrize("name", KEPT.split())
def test_what_computes_is_kept(name):
    keeps(uses(name))


@pytest.mark.parametrize("name", PLACES)
def test_a_thing_is_kept_where_the_library_has_it(name):
    pytest.importorskip("torch")
    assert unlisted(frozenset({name}), []) == []
    place, _, _ = name.rpartition(".")
    assert unlisted(frozenset({f"{place}.sys"}), []) == [f"{place}.sys"]


def test_every_listed_name_that_is_a_module_has_a_list():
    seen = 0
    for module, names in (LIBRARIES | TORCH).items():
        try:
            found = importlib.import_module(module)
        except (ImportError, DeprecationWarning):  # not all are installed everywhere
            continue
        seen += 1
        for name in names.split():
            if isinstance(getattr(found, name, None), type(sys)):
                assert f"{module}.{name}" in LIBRARIES | TORCH
    assert seen > 10  # SciPy's come with the course


def test_all_that_solutions_use_of_pytorch_is_listed():
    short = {"nn": "torch.nn", "F": "torch.nn.functional", "optim": "torch.optim"}
    used = {
        dotted(node)
        for path in scripts()
        for node in ast.walk(ast.parse(path.read_text()))
        if "pytorch" in path.name and isinstance(node, ast.Attribute)
    }
    found = 0
    for name in used:
        first, _, rest = name.partition(".")
        place = short.get(first, first)
        rest = rest.partition(".")[0]
        if place in TORCH and not rest.startswith("__"):
            assert rest in TORCH[place].split(), name
            found += 1
    assert found > 20
