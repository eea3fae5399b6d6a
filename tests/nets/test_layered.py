"""Networks to look into: equal to torch, right in their gradients, clear in refusal."""

import numpy as np
import pytest

from cs231n.data import DatasetError, data_home, load_shapes10
from cs231n.data.images import preprocess_image
from cs231n.data.squeezenet import NAME, layer_shapes
from cs231n.engine import torch as tape
from cs231n.nets import pretrained, seeing
from cs231n.nets.layered import LayeredNet
from cs231n.nets.pretrained import from_scenenet, from_shapenet, load_pretrained
from cs231n.nets.scenenet import SceneNet
from cs231n.nets.shapenet import ShapeNet, normalise
from cs231n.nets.squeezenet import STEPS, SqueezeNet
from cs231n.testing import memory_below


def draw(rng, dtype, shapes):
    params = {}
    for name, shape in shapes.items():
        fan_in = np.prod(shape[1:])
        params[f"{name}.w"] = rng.normal(0, np.sqrt(2 / fan_in), shape).astype(dtype)
        params[f"{name}.b"] = rng.normal(0.1, 0.1, shape[0]).astype(dtype)
    return params


def squeezenet(dtype=np.float64):
    """SqueezeNet with drawn weights, where no download is needed."""
    return LayeredNet(draw(np.random.default_rng(5), dtype, layer_shapes()), STEPS)


NET_STEPS = (STEPS[0], STEPS[1], STEPS[2], ("pool4", "pool", 3), STEPS[-1])


@pytest.fixture(scope="module")
def net():
    shapes = {
        "conv1": (6, 3, 7, 7),
        "fire2/squeeze1x1": (4, 6, 1, 1),
        "fire2/expand1x1": (5, 4, 1, 1),
        "fire2/expand3x3": (5, 4, 3, 3),
        "conv10": (7, 10, 1, 1),
    }
    return LayeredNet(draw(np.random.default_rng(1), np.float64, shapes), NET_STEPS)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(2, 3, 30, 37))


def directional(function, x, dx, seed=3):
    direction = np.random.default_rng(seed).normal(size=x.shape)
    h = 1e-6
    up, down = (function(x + s * h * direction) for s in (1, -1))
    np.testing.assert_allclose((dx * direction).sum(), (up - down) / (2 * h), rtol=1e-5)


def test_one_image_takes_less_than_300_megabytes():
    big = squeezenet(np.float32)
    image = np.random.default_rng(0).normal(size=(1, 3, 227, 227)).astype(np.float32)
    with memory_below(300e6):
        scores, cache = big.forward(image)
        big.backward(scores, cache)


def test_gradients_put_in_at_several_layers_add_up(net, x):
    rng = np.random.default_rng(2)
    _, cache = net.forward(x)
    douts = {n: rng.normal(size=cache[n].shape) for n in ("conv1", "fire2", "scores")}

    def loss(x):
        _, seen = net.forward(x)
        return sum((seen[n] * d).sum() for n, d in douts.items())

    both = net.backward(douts, cache)
    directional(loss, x, both)
    apart = [net.backward({n: d}, cache) for n, d in douts.items()]
    np.testing.assert_allclose(both, sum(apart), rtol=1e-10, atol=1e-12)


def test_a_gradient_can_start_at_the_last_layer_that_was_computed(net, x):
    out, cache = net.forward(x, upto="pool4")
    assert list(cache)[-1] == "pool4"
    np.testing.assert_array_equal(out, net.forward(x)[1]["pool4"])
    directional(
        lambda x: net.forward(x, "pool4")[0].sum(),
        x,
        net.backward(np.ones_like(out), cache),
    )


def test_the_way_back_can_stop_at_a_layer(net, x):
    scores, cache = net.forward(x)
    dscores = np.random.default_rng(4).normal(size=scores.shape)
    part = net.backward(dscores, cache, to="fire2")
    assert part.shape == cache["fire2"].shape
    np.testing.assert_allclose(
        net.backward({"fire2": part}, cache), net.backward(dscores, cache), rtol=1e-9
    )
    with pytest.raises(ValueError, match="at pool4 or behind it; got fire2"):
        net.backward({"fire2": part}, cache, to="pool4")
    with pytest.raises(ValueError, match="No layer is called 'fire9'"):
        net.backward(dscores, cache, to="fire9")


def test_gradients_of_the_weights_come_only_where_asked_for(net, x):
    scores, cache = net.forward(x)
    dscores = np.random.default_rng(4).normal(size=scores.shape)
    dx, grads = net.backward(dscores, cache, need_dw=True)
    np.testing.assert_array_equal(dx, net.backward(dscores, cache))
    assert set(grads) == set(net.params)
    for name, w in net.params.items():

        def loss(value, name=name):
            other = LayeredNet(net.params | {name: value}, tuple(net.steps.values()))
            return (other.forward(x)[0] * dscores).sum()

        directional(loss, w, grads[name])


def test_one_picture_gives_what_it_gives_in_a_batch(net, x):
    scores, cache = net.forward(x)
    one, single = net.forward(x[1])
    np.testing.assert_allclose(one, scores[1], rtol=1e-12)
    assert single["fire2"].shape == cache["fire2"].shape[1:]
    dscores = np.random.default_rng(4).normal(size=scores.shape)
    np.testing.assert_allclose(
        net.backward(dscores[1], single), net.backward(dscores, cache)[1], rtol=1e-9
    )


def test_a_guided_gradient_is_stopped_at_every_relu():
    """Two convolutions of one pixel, by hand: a path of negative weight is cut."""
    params = {
        "a.w": np.array([1.0, 1.0]).reshape(2, 1, 1, 1) * np.ones((1, 3, 1, 1)),
        "a.b": np.zeros(2),
        "b.w": np.array([2.0, -5.0]).reshape(1, 2, 1, 1),
        "b.b": np.array([100.0]),
    }
    steps = (("a", "conv", 1, 0, True), ("b", "conv", 1, 0, True))
    small = LayeredNet(params, steps)
    x = np.ones((1, 3, 16, 16))
    scores, cache = small.forward(x)
    plain = small.backward(np.ones_like(scores), cache)
    guided = small.backward(
        np.ones_like(scores), cache, guided=seeing.guided_relu_backward
    )
    np.testing.assert_allclose(plain, -3 / 256)
    np.testing.assert_allclose(guided, 2 / 256)


def test_float32_stays_float32(x):
    small = squeezenet(np.float32)
    scores, cache = small.forward(x.astype(np.float32))
    assert scores.dtype == np.float32
    assert small.backward(np.ones_like(scores), cache).dtype == np.float32


def test_inputs_are_left_alone(net, x):
    kept = x.copy()
    scores, cache = net.forward(x)
    dscores = np.ones_like(scores)
    net.backward({"scores": dscores}, cache)
    np.testing.assert_array_equal(x, kept)
    assert (dscores == 1).all()


# On the tape, and on PyTorch's.


@pytest.fixture(params=["tape", "torch"])
def engine(request):
    return tape if request.param == "tape" else pytest.importorskip("torch")


def test_the_tape_gives_the_same_gradient(net, x, engine):
    scores, cache = net.forward(x)
    X = engine.from_numpy(x.copy()).requires_grad_()
    seen = net.eval()(X)
    np.testing.assert_array_equal(seen.detach().numpy(), scores)
    seen.gather(1, engine.tensor([[3], [1]])).sum().backward()
    dscores = np.zeros_like(scores)
    dscores[[0, 1], [3, 1]] = 1
    np.testing.assert_array_equal(X.grad.numpy(), net.backward(dscores, cache))
    net.zero_grad()
    assert net.parameters() == []
    np.testing.assert_array_equal(net(x), scores)


def test_features_of_tensors_remember_the_way_back(net, x, engine):
    X = engine.from_numpy(x.copy()).requires_grad_()
    seen = net.features(X, ["fire2", "conv1"])
    assert list(seen) == ["fire2", "conv1"]
    (seen["fire2"].pow(2).sum() + seen["conv1"].sum()).backward()
    arrays = net.features(x, ["fire2", "conv1"])
    _, cache = net.forward(x, "fire2")
    douts = {"fire2": 2 * arrays["fire2"], "conv1": np.ones_like(arrays["conv1"])}
    np.testing.assert_allclose(X.grad.numpy(), net.backward(douts, cache), rtol=1e-9)
    assert list(net.features(x)) == list(net.layers)


def test_float32_stays_float32_on_the_tape(net, x, engine):
    net = LayeredNet({k: v.astype("f") for k, v in net.params.items()}, NET_STEPS)
    X = engine.from_numpy(x.astype("f")).requires_grad_()
    net(X).sum().backward()
    assert X.grad.dtype == engine.float32
    with engine.no_grad():
        assert not net(X, upto="conv1").requires_grad


# Against torch.


def in_torch(net, x, layer=None):
    """SqueezeNet written in torch: scores, and all layers by name."""
    torch = pytest.importorskip("torch")
    f, seen = torch.nn.functional, {}
    params = {k: torch.from_numpy(v) for k, v in net.params.items()}
    conv = lambda name, x, stride=1, pad=0: f.relu(
        f.conv2d(x, params[f"{name}.w"], params[f"{name}.b"], stride, pad)
    )
    for name, kind, *_ in STEPS:
        if kind == "pool":
            x = f.max_pool2d(x, 3, 2, ceil_mode=True)
        elif kind == "fire":
            s = conv(f"{name}/squeeze1x1", x)
            expanded = [
                conv(f"{name}/expand1x1", s),
                conv(f"{name}/expand3x3", s, 1, 1),
            ]
            x = torch.cat(expanded, 1)
        else:
            x = conv(name, x, *((2, 0) if name == "conv1" else (1, 1)))
        seen[name] = x
    return x.mean((2, 3)), seen


def compare_with_torch(net, size):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(8)
    own = net.params["conv1.w"].dtype
    x = rng.normal(size=(1, 3, *size)).astype(own)
    scores, cache = net.forward(x)
    douts = {n: rng.normal(size=cache[n].shape).astype(own) for n in ("conv1", "fire5")}
    douts["scores"] = rng.normal(size=scores.shape).astype(own)
    dx = net.backward(douts, cache)
    image = torch.from_numpy(x).requires_grad_()
    theirs, seen = in_torch(net, image)
    seen["scores"] = theirs
    sum((seen[n] * torch.from_numpy(d)).sum() for n, d in douts.items()).backward()
    for name, out in seen.items():
        out = out.detach().numpy()
        assert np.abs(cache[name] - out).max() <= 1e-4 * np.abs(out).max()
    grad = image.grad.numpy()
    if own == np.float64:
        assert np.abs(dx - grad).max() <= 1e-4 * np.abs(grad).max()
    # In float32 a few windows have another winner, and ReLUs another side.
    assert np.linalg.norm(dx - grad) <= 0.02 * np.linalg.norm(grad)


@pytest.mark.parametrize("size", [(64, 71), (66, 58)])
def test_drawn_weights_equal_torch(size):
    compare_with_torch(squeezenet(np.float32), size)
    compare_with_torch(squeezenet(np.float64), size)


@pytest.mark.data
@pytest.mark.parametrize("size", [(224, 224), (227, 227), (192, 131)])
def test_the_trained_weights_equal_torch(size):
    if not (data_home() / NAME).exists():
        pytest.skip(f"{NAME} is not in the data home (CS231N_DATA)")
    compare_with_torch(SqueezeNet(), size)
    compare_with_torch(SqueezeNet(dtype=np.float64), size)


# Without the download.


def test_shapenet_by_layers_scores_as_before():
    images = load_shapes10(0, 12).X_test.astype(np.uint8)
    stack = ShapeNet(dtype=np.float64)
    x = preprocess_image(images.astype(np.float64)).transpose(0, 3, 1, 2)
    scores, cache = from_shapenet(stack).forward(x)
    expected = stack.forward(normalise(images, np.float64))[0]
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-5)
    assert cache["pool6"].shape == (12, 64, 4, 4)
    rng = np.random.default_rng(0)
    net, part = from_shapenet(stack), x[:1]
    d = rng.normal(size=(1, 10))
    _, cache = net.forward(part)
    dx, grads = net.backward(d, cache, need_dw=True)
    directional(lambda x: (net.forward(x)[0] * d).sum(), part, dx)
    assert set(grads) == set(net.params)


def test_a_scenenet_by_layers_adds_up_what_its_cells_are_sure_of():
    stack = SceneNet(dtype=np.float64)
    images = np.random.default_rng(6).integers(0, 256, (3, 48, 40, 3)).astype(np.uint8)
    x = preprocess_image(images.astype(np.float64)).transpose(0, 3, 1, 2)
    net = from_scenenet(stack)
    scores, cache = net.forward(x)
    cells = stack.forward(normalise(images, np.float64))[0]
    expected = np.maximum(cells, 0).mean(axis=(2, 3))
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-5)
    assert cache["conv5"].shape == (3, 64, 6, 5)
    d = np.random.default_rng(0).normal(size=scores.shape)
    directional(
        lambda x: (net.forward(x)[0] * d).sum(), x.copy(), net.backward(d, cache)
    )


def test_who_has_not_fetched_squeezenet_is_told_so(monkeypatch, tmp_path):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    net, said = load_pretrained()
    assert net.num_classes == 10
    assert "fetch squeezenet" in said
    (tmp_path / NAME).write_bytes(b"broken")
    with pytest.raises(DatasetError, match="cut short"):
        load_pretrained()
    monkeypatch.setattr(pretrained, "SqueezeNet", lambda dtype: squeezenet(dtype))
    assert "ImageNet" in load_pretrained()[1]


# Refusals.


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (
            lambda x: x.transpose(0, 2, 3, 1),
            ValueError,
            r"channels come last.*0, 3, 1, 2",
        ),
        (lambda x: x[0].transpose(1, 2, 0), ValueError, r"channels come last.*2, 0, 1"),
        (lambda x: x[:, :2], ValueError, r"expected \(N, 3, H, W\)"),
        (lambda x: x[..., :9], ValueError, "at least 16 x 16 pixels"),
        (lambda x: x[:0], ValueError, "at least one"),
        (lambda x: 120 + 60 * x, ValueError, "call preprocess_image once"),
        (lambda x: x * np.nan, ValueError, "call preprocess_image once"),
        (lambda x: x.astype(np.uint8), TypeError, "preprocess_image first"),
        (lambda x: x.tolist(), TypeError, "as an array; got list"),
    ],
)
def test_wrong_pictures_are_refused_in_a_sentence(net, x, change, error, words):
    with pytest.raises(error, match=words):
        net.forward(change(x))


def test_pictures_on_the_tape_are_refused_in_the_same_words(net, x, engine):
    with pytest.raises(ValueError, match="channels come last"):
        net(engine.from_numpy(x.transpose(0, 2, 3, 1).copy()))
    with pytest.raises(ValueError, match=r"expected \(N, 3, H, W\)"):
        net(engine.from_numpy(x[0]))


@pytest.mark.parametrize("wrong", ["fire22", "fire_2", 3, None])
def test_an_unknown_layer_is_a_sentence(net, x, wrong):
    with pytest.raises(ValueError, match="No layer is called"):
        net.features(x, [wrong])
    if wrong is not None:
        with pytest.raises(ValueError, match=r"there are conv1, pool1, fire2"):
            net.forward(x, upto=wrong)
    with pytest.raises(ValueError, match="Did you mean 'fire2'"):
        net.forward(x, upto="fire_2")


@pytest.mark.parametrize("wrong", [-1, 7, 2.5, [0, 7], "cat"])
def test_an_unknown_class_is_a_sentence(net, wrong):
    net.check_class(np.array([0, 6]))
    with pytest.raises(ValueError, match="whole number from 0 to 6; got"):
        net.check_class(wrong)


def test_gradients_that_fit_no_layer_are_refused(net, x):
    scores, cache = net.forward(x, "fire2")
    with pytest.raises(ValueError, match=r"of fire2 must have its shape"):
        net.backward(scores[:1], cache)
    with pytest.raises(ValueError, match="No layer is called 'scores'"):
        net.backward({"scores": scores}, cache)
    with pytest.raises(ValueError, match="empty dict"):
        net.backward({}, cache)
