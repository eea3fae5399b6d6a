"""Names and habits of older editions: what carries over does, the rest says so."""

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from cs231n import course_modules, gradient_check, im2col, im2col_cython, layers, optim
from cs231n.classifiers import KNearestNeighbor, linear_classifier, linear_svm, softmax
from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.classifiers.fc_net import FullyConnectedNet, TwoLayerNet
from cs231n.classifiers.neural_net import TwoLayerNet as OldNet
from cs231n.classifiers.rnn import CaptioningRNN
from cs231n.old_imports import YourExercise
from cs231n.solver import Solver
from tests.solver.runs import Linear, make_data

PAGE = Path(__file__).resolve().parents[1].joinpath("docs/compatibility.md")
SECTIONS = PAGE.read_text(encoding="utf-8").split("\n## ")


def named(title):
    """List (module, name) of the table in a section of the page."""
    (section,) = [text for text in SECTIONS if text.startswith(title)]
    rows = re.findall(r"^\| `(cs231n[\w.]*)` \| (.*?) \|", section, re.M)
    return [(module, n) for module, names in rows for n in re.findall("`(.*?)`", names)]


def found(module, name):
    value = importlib.import_module(module)
    for part in name.split("."):
        value = getattr(value, part)
    return value


@pytest.mark.parametrize(("module", "name"), named("Names that are there"))
def test_every_name_of_the_page_is_there_and_works(module, name):
    value = found(module, name)
    assert getattr(value, "__name__", "") != "stand_in"
    assert not getattr(value, "__module__", "").endswith("old_imports")


@pytest.mark.parametrize(("module", "name"), named("Names that are your work"))
def test_what_is_yours_says_so(module, name):
    short = name.rpartition(".")[2]
    with pytest.raises(YourExercise, match=f"{short}: this one you write yourself"):
        found(module, name)(1, 2, 3)


def absent():
    """List (module, where) of the table of modules that are not there."""
    (section,) = [t for t in SECTIONS if t.startswith("Modules that are not there")]
    rows = re.findall(r"^\| (`cs231n.*?) \| (.*?) \|", section, re.M)
    return [(name, where) for names, where in rows for name in re.findall(NAME, names)]


NAME = "`(.*?)`"


@pytest.mark.parametrize(("module", "where"), absent())
def test_a_module_that_is_not_there_says_where_it_is_written(module, where):
    for line in (f"import {module}", f"from {module} import *"):
        with pytest.raises(ModuleNotFoundError) as refused:
            exec(line, {})
        said = str(refused.value)
        assert said.startswith(f"{module} is not in the package")
        assert refused.value._render_traceback_() == [f"ModuleNotFoundError: {said}"]
    if where == "no notebook of this course":
        assert "no notebook of this course asks for" in said
    else:
        (notebook,) = re.findall(NAME, where)
        assert f"you write what it holds in {notebook}." in said
        assert PAGE.parents[1].joinpath("solutions", f"{notebook}.py").exists()


def test_the_page_has_all_modules_that_are_not_there():
    known = course_modules.NOTEBOOKS | course_modules.ABSENT
    assert sorted(f"cs231n.{name}" for name in known) == sorted(dict(absent()))


def test_parts_of_such_a_package_say_so_and_misspelt_modules_end_as_ever():
    with pytest.raises(ModuleNotFoundError, match="asks for SqueezeNet"):
        importlib.import_module("cs231n.classifiers.squeezenet")
    with pytest.raises(ModuleNotFoundError, match="No module named 'cs231n\\.layer'"):
        importlib.import_module("cs231n.layer")
    with pytest.raises(ModuleNotFoundError, match="No module named 'gan_pytorch'"):
        importlib.import_module("gan_pytorch")


def test_a_file_of_your_own_in_the_package_is_found(tmp_path, monkeypatch):
    import cs231n

    tmp_path.joinpath("gan_tf.py").write_text("mine = 3")
    monkeypatch.setattr(cs231n, "__path__", [*cs231n.__path__, str(tmp_path)])
    assert importlib.import_module("cs231n.gan_tf").mine == 3
    del sys.modules["cs231n.gan_tf"], cs231n.gan_tf


def test_the_sentence_is_all_where_the_finder_is_set_up_twice():
    before = list(sys.meta_path)
    course_modules.watch_imports()
    assert sys.meta_path == before


def test_every_old_spelling_is_on_the_page():
    there = named("Names that are there") + named("Names that are your work")
    text = "\n".join(SECTIONS)
    assert len(there) > 130
    for module in ("fast_layers", "gradient_check", "im2col_cython", "rnn_layers"):
        for name in found(f"cs231n.{module}", "__all__"):
            assert f"`{name}`" in text or name == "rel_error", (module, name)


@pytest.mark.parametrize("star", ["fc_net", "cnn", "rnn"])
def test_a_star_brings_the_layers_and_the_models(star):
    names = {}
    exec(f"from cs231n.classifiers.{star} import *", names)
    assert names["affine_forward"] is layers.affine_forward
    assert names["temporal_softmax_loss"] is layers.temporal_softmax_loss
    models = {"fc_net": TwoLayerNet, "cnn": ThreeLayerConvNet, "rnn": CaptioningRNN}
    assert models[star] in names.values()


def test_every_naive_loss_is_where_the_course_had_it():
    assert linear_classifier.svm_loss_naive is linear_svm.svm_loss_naive
    assert linear_classifier.softmax_loss_naive is softmax.softmax_loss_naive


def test_the_loops_of_a_subclass_are_used():
    class Mine(KNearestNeighbor):
        def compute_distances_two_loops(self, X):
            return np.linalg.norm(X[:, None] - self.X_train, axis=2)

        compute_distances_one_loop = compute_distances_two_loops

    rng = np.random.default_rng(5)
    X, y = rng.standard_normal((20, 3)), rng.integers(3, size=20)
    queries = rng.standard_normal((7, 3))
    mine, package = Mine(), KNearestNeighbor()
    mine.train(X, y)
    package.train(X, y)
    for loops in (0, 1, 2):
        same = mine.predict(queries, k=3, num_loops=loops)
        assert np.array_equal(same, package.predict(queries, 3))
    with pytest.raises(YourExercise):
        package.predict(queries, num_loops=2)
    with pytest.raises(ValueError, match="num_loops is 0, 1 or 2; got 3"):
        package.predict(queries, num_loops=3)


def test_the_net_of_the_first_editions_gives_the_numbers_of_its_notebook():
    """Scores and loss that the course's notebooks print for its toy network."""
    np.random.seed(0)
    net = OldNet(4, 10, 3, std=1e-1, rng=np.random)
    np.random.seed(1)
    X, y = 10 * np.random.randn(5, 4), np.array([0, 1, 2, 2, 1])

    assert abs(net.loss(X)[0, 0] + 0.81233741) < 1e-7
    loss, grads = net.loss(X, y, reg=0.05)
    assert abs(loss - 1.30378789133) < 1e-11
    for name, value in net.params.items():
        slope = gradient_check.eval_numerical_gradient(
            lambda _: net.loss(X, y, reg=0.05)[0], value
        )
        assert np.allclose(grads[name], slope, rtol=0, atol=1e-8), name
    run = net.train(X, y, X, y, learning_rate=1e-1, reg=5e-6, num_iters=100)
    assert run["loss_history"][-1] < 0.02
    assert len(run["val_acc_history"]) == 100
    assert np.array_equal(net.predict(X), y)


def test_the_old_net_prints_when_asked_and_says_when_it_diverges(capsys):
    net = OldNet(4, 10, 3, std=1.0)
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((6, 4)), rng.integers(3, size=6)
    net.train(X, y, X, y, num_iters=101, verbose=True)
    assert capsys.readouterr().out.count("step") == 2
    with pytest.raises(FloatingPointError, match="lower learning_rate"):
        net.train(X, y, X, y, learning_rate=1e200)


MODELS = {
    "two layers": lambda **how: TwoLayerNet(5, 4, 3, **how),
    "of 2017": lambda **how: OldNet(5, 4, 3, **how),
    "any depth": lambda **how: FullyConnectedNet([4, 4], 5, 3, **how),
    "convolution": lambda **how: ThreeLayerConvNet((1, 4, 4), 2, 3, 5, 3, **how),
    "captions": lambda **how: CaptioningRNN({"<NULL>": 0, "a": 1}, 3, 4, 5, **how),
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_a_model_draws_from_what_it_is_given(make):
    def weights(rng):
        return np.concatenate([w.ravel() for w in make(rng=rng).params.values()])

    rng = np.random.default_rng(3)
    first, second = weights(rng), weights(rng)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, weights(np.random.default_rng(3)))
    assert np.array_equal(first, weights(3))
    np.random.seed(3)
    third, fourth = weights(np.random), weights(np.random)
    assert not np.array_equal(third, fourth)
    np.random.seed(3)
    assert np.array_equal(third, weights(np.random))
    assert np.array_equal(third, weights(np.random.RandomState(3)))
    np.random.seed(4)
    assert np.array_equal(weights(None), weights(None))
    with pytest.raises(TypeError, match=r"rng must be a np\.random\.Generator"):
        make(rng="231")


def test_a_run_draws_from_the_seed_and_goes_on_from_its_checkpoint(tmp_path):
    def solver(epochs):
        np.random.seed(7)
        how = {"rng": np.random, "verbose": False, "num_epochs": epochs}
        name = str(tmp_path / "run")
        return Solver(Linear(), make_data(), checkpoint_name=name, **how)

    whole, again = solver(4), solver(4)
    whole.train()
    again.load_checkpoint(tmp_path / "run_epoch_2.npz")
    np.random.seed(99)
    again.load_checkpoint(tmp_path / "run_epoch_2.npz")
    again.train()
    assert again.loss_history == whole.loss_history


@pytest.mark.parametrize(
    ("options", "keep", "normalization", "said"),
    [
        ({"dropout": 0}, 1, None, False),
        ({"dropout": 1}, 1, None, False),
        ({"dropout": 0.5}, 0.5, None, False),
        ({"dropout": 0.75}, 0.75, None, True),
        ({"dropout": 0.75, "use_batchnorm": False}, 0.25, None, False),
        ({"dropout": 0.25, "use_batchnorm": True}, 0.75, "batchnorm", False),
        ({"dropout": 0.25, "normalization": "layernorm"}, 0.25, "layernorm", False),
        ({"use_batchnorm": True}, 1, "batchnorm", False),
        ({"use_batchnorm": False}, 1, None, False),
    ],
)
def test_dropout_and_normalisation_of_each_edition(
    options, keep, normalization, said, capsys
):
    net = FullyConnectedNet([4], 5, 3, **options)
    assert net.dropout_param.get("p", 1) == keep
    assert (net.normalization, "gamma1" in net.params) == (
        normalization,
        normalization is not None,
    )
    assert ("pass dropout_keep_ratio=0.25" in capsys.readouterr().out) == said


@pytest.mark.parametrize(
    ("by_position", "keep", "normalization"),
    [
        ((0, False), 1, None),
        ((0, True), 1, "batchnorm"),
        ((0.25, False), 0.75, None),
        ((0.75, True), 0.25, "batchnorm"),
        ((0.25, None), 0.25, None),
        ((0.25, "layernorm"), 0.25, "layernorm"),
    ],
)
def test_dropout_and_use_batchnorm_of_2017_by_position(
    by_position, keep, normalization, capsys
):
    net = FullyConnectedNet([4], 5, 3, *by_position, 0.5)
    assert net.dropout_param.get("p", 1) == keep
    assert (net.normalization, net.reg) == (normalization, 0.5)
    assert ("gamma1" in net.params) == (normalization is not None)
    assert capsys.readouterr().out == ""


def test_options_of_two_editions_that_contradict_each_other():
    with pytest.raises(ValueError, match="contradict each other"):
        FullyConnectedNet([4], use_batchnorm=True, normalization="layernorm")
    with pytest.raises(ValueError, match="say the same thing twice"):
        FullyConnectedNet([4], dropout=0.5, dropout_keep_ratio=0.5)


def test_pooling_takes_and_gives_the_caches_of_the_course():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((2, 3, 6, 7))
    param = {"pool_height": 2, "pool_width": 3, "stride": 2}
    out, (kept, kept_param) = layers.max_pool_forward_naive(x, param)
    assert kept is x
    assert kept_param is param
    fast, cache = layers.max_pool_forward_fast(x, param)
    assert np.array_equal(out, fast)
    dout = rng.standard_normal(out.shape)
    wanted = layers.max_pool_backward_fast(dout, cache)
    for backward in (layers.max_pool_backward_naive, layers.max_pool_backward_fast):
        assert np.array_equal(backward(dout, (x, param)), wanted)


def test_six_axes_of_columns_are_added_where_they_belong():
    rng = np.random.default_rng(4)
    n, c, h, w, kh, kw, pad, stride = 2, 3, 6, 5, 3, 2, 1, 2
    cols = rng.standard_normal((c, kh, kw, n, 3, 3))
    padded = np.zeros((n, c, h + 2 * pad, w + 2 * pad))
    for i, j in np.ndindex(3, 3):
        rows = slice(stride * i, stride * i + kh), slice(stride * j, stride * j + kw)
        padded[:, :, *rows] += cols[..., i, j].transpose(3, 0, 1, 2)
    shape = (n, c, h, w, kh, kw, pad, stride)
    x = im2col_cython.col2im_6d_cython(cols, *shape)
    assert np.allclose(x, padded[:, :, pad:-pad, pad:-pad], atol=1e-14)
    flat = cols.transpose(0, 1, 2, 4, 5, 3).reshape(c * kh * kw, -1)
    same = im2col.col2im_indices(flat, (n, c, h, w), kh, kw, pad, stride)
    assert np.array_equal(x, same)
    with pytest.raises(ValueError, match="cols must have shape"):
        im2col_cython.col2im_6d_cython(cols[:, :1], *shape)


class Blob:
    def __init__(self, vals, diffs=None):
        self.vals, self.diffs = vals, diffs


def test_gradients_of_blobs_are_those_of_the_function():
    rng = np.random.default_rng(6)
    x, w = Blob(rng.standard_normal((3, 4))), Blob(rng.standard_normal((4, 2)))
    out = Blob(np.empty((3, 2)), rng.standard_normal((3, 2)))

    def product(x, w, out):
        out.vals[...] = x.vals @ w.vals

    class Net:
        def forward(self):
            product(x, w, out)

    for dx, dw in (
        gradient_check.eval_numerical_gradient_blobs(product, (x, w), out),
        gradient_check.eval_numerical_gradient_net(Net(), (x, w), out),
    ):
        assert np.allclose(dx, out.diffs @ w.vals.T, atol=1e-8)
        assert np.allclose(dw, x.vals.T @ out.diffs, atol=1e-8)


def test_sigmoid_is_the_layer_without_a_cache():
    x = np.array([-800.0, 0.0, 2.0])
    assert np.allclose(layers.sigmoid(x), [0, 0.5, 1 / (1 + np.exp(-2.0))])


def test_update_rules_have_the_form_of_the_course():
    for rule in (optim.sgd, optim.sgd_momentum, optim.rmsprop, optim.adam):
        w, config = rule(np.ones(3), np.ones(3), None)
        assert (w < 1).all()
        assert "learning_rate" in config
