"""The convolutional networks: layers in order, gradients, layers by name, refusals."""

import numpy as np
import pytest

import cs231n.layers
from cs231n.nets.convnet import ThreeLayerConvNet
from cs231n.nets.resnet import ResNet
from cs231n.solver import Solver

SMALL = {"input_dim": (3, 6, 8), "num_classes": 4, "dtype": np.float64}


def small_convnet(**options):
    options = {"num_filters": 4, "filter_size": 3, "hidden_dim": 5, **options}
    return ThreeLayerConvNet(**SMALL, weight_scale=0.4, groups=2, **options)


def small_resnet(**options):
    model = ResNet(**SMALL, widths=(4, 5), **options)
    rng = np.random.default_rng(4)
    for name, value in model.params.items():
        if name.startswith("gamma"):  # some begin at 0, where nothing could go wrong
            model.params[name] = rng.uniform(0.5, 1.5, value.shape)
    return model


def make_batch(n=5):
    rng = np.random.default_rng(3)
    return rng.standard_normal((n, 3, 6, 8)), rng.integers(0, 4, n)


NETS = {
    "plain": small_convnet,
    "batchnorm": lambda **o: small_convnet(normalization="batchnorm", **o),
    "groupnorm": lambda **o: small_convnet(normalization="groupnorm", **o),
    "resnet": small_resnet,
    "without shortcuts": lambda **o: small_resnet(shortcuts=False, **o),
}


@pytest.mark.parametrize("reg", [0.0, 0.7])
@pytest.mark.parametrize("kind", NETS)
def test_gradients_are_those_of_finite_differences(kind, reg):
    model, (X, y) = NETS[kind](reg=reg), make_batch()
    rng = np.random.default_rng(5)
    _, grads = model.loss(X, y)

    assert grads.keys() == model.params.keys()
    for name, value in list(model.params.items()):
        assert grads[name].shape == value.shape
        v = rng.standard_normal(value.shape)
        rise = []
        for step in (1e-6, -1e-6):
            model.params[name] = value + step * v
            rise.append(model.loss(X, y)[0])
        model.params[name] = value
        slope = (rise[0] - rise[1]) / 2e-6
        assert slope == pytest.approx(np.sum(grads[name] * v), abs=2e-6, rel=1e-5), name


def torch_convnet(model, X, y):
    """Compute loss and gradients of a ThreeLayerConvNet with torch."""
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    p = {k: torch.from_numpy(v).requires_grad_() for k, v in model.params.items()}
    out = F.conv2d(torch.from_numpy(X), p["W1"], p["b1"], padding=1)
    if model.normalization == "batchnorm":
        out = F.batch_norm(out, None, None, p["gamma1"], p["beta1"], training=True)
    if model.normalization == "groupnorm":
        out = F.group_norm(out, 2, p["gamma1"].reshape(-1), p["beta1"].reshape(-1))
    out = F.max_pool2d(torch.relu(out), 2).flatten(1)
    out = torch.relu(out @ p["W2"] + p["b2"]) @ p["W3"] + p["b3"]
    loss = F.cross_entropy(out, torch.from_numpy(y))
    loss.backward()
    return loss.item(), {name: tensor.grad.numpy() for name, tensor in p.items()}


def torch_resnet(model, X, y):
    """Compute loss and gradients of a ResNet of two blocks with torch."""
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    p = {k: torch.from_numpy(v).requires_grad_() for k, v in model.params.items()}

    def conv(x, name, stride=1):
        w = p[f"W{name}"]
        x = F.conv2d(x, w, stride=stride, padding=w.shape[2] // 2)
        scale, shift = p[f"gamma{name}"], p[f"beta{name}"]
        return F.batch_norm(x, None, None, scale, shift, training=True)

    x = F.max_pool2d(torch.relu(conv(torch.from_numpy(X), "0")), 2)
    x = torch.relu(conv(torch.relu(conv(x, "1a")), "1b") + x)
    deep = conv(torch.relu(conv(x, "2a", 2)), "2b")
    x = torch.relu(deep + conv(x, "2s", 2))
    out = x.mean(dim=(2, 3)) @ p["W"] + p["b"]
    loss = F.cross_entropy(out, torch.from_numpy(y))
    loss.backward()
    return loss.item(), {name: tensor.grad.numpy() for name, tensor in p.items()}


@pytest.mark.parametrize("kind", ["plain", "batchnorm", "groupnorm", "resnet"])
def test_matches_torch(kind):
    model, (X, y) = NETS[kind](), make_batch()
    other = torch_resnet if kind == "resnet" else torch_convnet
    expected, gradients = other(model, X, y)

    loss, grads = model.loss(X, y)

    assert loss == pytest.approx(expected, rel=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(grads[name], gradient, atol=1e-12)


def test_the_penalty_is_half_the_squares_of_weights_only():
    for make in (small_convnet, small_resnet):
        X, y = make_batch()
        plain, held = make(), make(reg=0.5)
        weights = [v for name, v in plain.params.items() if name[0] == "W"]
        penalty = 0.25 * sum(np.sum(w * w) for w in weights)

        assert held.loss(X, y)[0] - plain.loss(X, y)[0] == pytest.approx(penalty)


def test_the_course_shapes_and_first_loss():
    model = ThreeLayerConvNet()
    rng = np.random.default_rng(1)
    X = rng.standard_normal((50, 3, 32, 32)).astype(np.float32)
    y = rng.integers(0, 10, 50)

    shapes = {name: value.shape for name, value in model.params.items()}
    assert shapes == {
        "W1": (32, 3, 7, 7),
        "b1": (32,),
        "W2": (32 * 16 * 16, 100),
        "b2": (100,),
        "W3": (100, 10),
        "b3": (10,),
    }
    assert model.loss(X, y)[0] == pytest.approx(np.log(10), abs=1e-3)
    assert model.params["W2"].std() == pytest.approx(1e-3, rel=0.01)


@pytest.mark.parametrize("kind", NETS)
def test_scores_are_in_test_mode_and_the_batch_stays_as_it_was(kind):
    model, (X, y) = NETS[kind](), make_batch()
    for _ in range(3):
        model.loss(X, y)
    X.flags.writeable = False

    scores = model.loss(X)

    np.testing.assert_array_equal(model.loss(X), scores)
    np.testing.assert_allclose(model.loss(X[:1]), scores[:1], rtol=1e-9)


@pytest.mark.parametrize("kind", NETS)
def test_a_file_brings_back_parameters_and_running_averages(kind, tmp_path):
    model, other, (X, y) = NETS[kind](), NETS[kind](), make_batch()
    model.loss(X, y)
    for value in model.params.values():
        value += 0.1
    model.save(tmp_path / "net.npz")

    assert other.load(tmp_path / "net.npz")

    np.testing.assert_array_equal(other.loss(X), model.loss(X))


@pytest.mark.parametrize("make", [ThreeLayerConvNet, ResNet])
def test_own_layers_are_called_by_name_and_may_be_careless(make):
    calls = []

    def conv_forward(x, w, b, conv_param):
        calls.append(x.shape)
        out, cache = cs231n.layers.conv_forward(x, w, b, conv_param)
        return out.astype(np.float64), cache

    def conv_backward(dout, cache):  # knows no need_dx
        return cs231n.layers.conv_backward(dout, cache)

    own = {"conv_forward": conv_forward, "conv_backward": conv_backward}
    X, y = make_batch()
    X, settings = X.astype(np.float32), SMALL | {"dtype": np.float32}
    mine, theirs = make(**settings, layers=own), make(**settings)

    loss, grads = mine.loss(X, y)

    assert calls[0] == X.shape
    assert loss == pytest.approx(theirs.loss(X, y)[0], rel=1e-6)
    assert {grad.dtype for grad in grads.values()} == {np.dtype(np.float32)}


def test_blocks_begin_as_their_shortcuts():
    model, (X, _) = ResNet(**SMALL, widths=(4, 5)), make_batch()
    changed = {k: v + 1 for k, v in model.params.items() if k in ("W1a", "W2a", "W1b")}
    before = model.loss(X)

    model.params |= changed

    np.testing.assert_array_equal(model.loss(X), before)


@pytest.mark.parametrize("make", [small_convnet, small_resnet])
def test_a_batch_can_be_learned_by_heart(make):
    model, (X, y) = make(), make_batch(12)
    data = {"X_train": X, "y_train": y, "X_val": X, "y_val": y}
    solver = Solver(
        model,
        data,
        update_rule="adam",
        optim_config={"learning_rate": 1e-2},
        batch_size=12,
        num_epochs=200,
        verbose=False,
    )

    solver.train()

    assert solver.check_accuracy(X, y) == 1


def test_images_of_another_shape_are_named():
    for make in (ThreeLayerConvNet, ResNet):
        with pytest.raises(ValueError, match=r"X has shape .*expects \(N, 3, 32, 32\)"):
            make().loss(np.zeros((2, 32, 32, 3)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"filter_size": 4}, "filter_size must be odd"),
        ({"input_dim": (3, 7, 8)}, "even height and width"),
        ({"normalization": "layernorm"}, "use None, 'batchnorm' or 'groupnorm'"),
    ],
)
def test_bad_options_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        ThreeLayerConvNet(**options)
