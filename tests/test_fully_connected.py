import numpy as np
import pytest

import cs231n.layers
from cs231n.nets.fully_connected import FullyConnectedNet, TwoLayerNet


def reference_net(reg=0.0):
    """The net on evenly spaced numbers for which the course publishes the losses."""
    model = TwoLayerNet(5, 50, 7, reg=reg, dtype=np.float64)
    model.params = {
        "W1": np.linspace(-0.7, 0.3, num=250).reshape(5, 50),
        "b1": np.linspace(-0.1, 0.9, num=50),
        "W2": np.linspace(-0.3, 0.4, num=350).reshape(50, 7),
        "b2": np.linspace(-0.9, 0.1, num=7),
    }
    X = np.linspace(-5.5, 4.5, num=15).reshape(5, 3).T
    return model, X, np.array([0, 5, 1])


def check_gradients(model, X, y, tolerance=1e-6):
    """Compare every gradient with finite differences along random directions."""
    rng = np.random.default_rng(5)
    _, grads = model.loss(X, y)
    assert grads.keys() == model.params.keys()
    for name, value in list(model.params.items()):
        assert grads[name].shape == value.shape
        v = rng.standard_normal(value.shape)
        v /= np.linalg.norm(v)
        values = []
        for sign in (1, -1):
            model.params[name] = value + sign * 6e-6 * v
            values.append(model.loss(X, y)[0])
        model.params[name] = value
        slope = (values[0] - values[1]) / 1.2e-5
        assert slope == pytest.approx(np.sum(grads[name] * v), abs=tolerance), name


class TestTwoLayerNet:
    def test_agrees_with_the_published_numbers(self):
        model, X, y = reference_net()
        scores = model.loss(X)
        assert scores[0, 0] == pytest.approx(11.53165108, abs=1e-8)
        assert scores[2, 6] == pytest.approx(16.2846319, abs=1e-7)
        assert model.loss(X, y)[0] == pytest.approx(3.4702243556, abs=1e-10)
        model.reg = 1.0
        assert model.loss(X, y)[0] == pytest.approx(26.5948426952, abs=1e-10)

    @pytest.mark.parametrize("reg", [0.0, 0.7])
    def test_gradients(self, reg):
        check_gradients(*reference_net(reg))

    def test_first_weights_have_the_scale_asked_for(self):
        model = TwoLayerNet(300, 200, 10, weight_scale=0.02)

        for name in ("W1", "W2"):
            assert abs(model.params[name].std() / 0.02 - 1) < 0.1
            assert model.params[name].dtype == np.float32
        assert not model.params["b1"].any()
        assert not model.params["b2"].any()

    def test_images_are_flattened(self):
        model = TwoLayerNet(2 * 3 * 4, 5, 3)
        X = np.random.default_rng(0).standard_normal((6, 2, 3, 4)).astype(np.float32)

        flat = model.loss(X.reshape(6, -1))

        np.testing.assert_array_equal(model.loss(X), flat)

    def test_another_image_size_is_named(self):
        with pytest.raises(ValueError, match="Pass input_dim=12 to the network"):
            TwoLayerNet(5, 4, 3).loss(np.zeros((2, 3, 4)))

    def test_own_layers_are_called_by_name(self):
        calls = []

        def relu_forward(x):
            calls.append(x.shape)
            return cs231n.layers.relu_forward(x)

        model = TwoLayerNet(5, 4, 3, layers={"relu_forward": relu_forward})
        model.loss(np.zeros((2, 5)))

        assert calls == [(2, 4)]
        with pytest.raises(ValueError, match="No layer is called 'rleu_forward'"):
            TwoLayerNet(layers={"rleu_forward": relu_forward})

    def test_may_return_another_float_type(self):
        def dropout_forward(x, dropout_param):
            return x * np.ones(x.shape), None

        def dropout_backward(dout, cache):
            return dout * np.ones(dout.shape)

        layers = {
            "dropout_forward": dropout_forward,
            "dropout_backward": dropout_backward,
        }
        X, y = np.ones((2, 5), dtype=np.float32), np.array([0, 1])
        model = FullyConnectedNet([4], 5, 3, dropout_keep_ratio=0.5, layers=layers)

        assert model.loss(X).dtype == np.float32
        _, grads = model.loss(X, y)
        assert {grad.dtype for grad in grads.values()} == {np.dtype(np.float32)}

    def test_parameters_go_to_a_file_and_come_back(self, tmp_path):
        model, other = TwoLayerNet(5, 4, 3), TwoLayerNet(5, 4, 3, weight_scale=1.0)
        model.save(tmp_path / "net.npz")

        assert other.load(tmp_path / "net.npz")

        for name, value in model.params.items():
            np.testing.assert_array_equal(other.params[name], value)
        with pytest.raises(ValueError, match="holds another network"):
            TwoLayerNet(5, 9, 3).load(tmp_path / "net.npz")


def small_net(**options):
    rng = np.random.default_rng(231)
    options = {"dtype": np.float64, "weight_scale": 0.5, **options}
    model = FullyConnectedNet([6, 5], input_dim=8, num_classes=4, **options)
    return model, rng.standard_normal((7, 8)), rng.integers(0, 4, 7)


class TestFullyConnectedNet:
    @pytest.mark.parametrize("reg", [0.0, 3.14])
    @pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
    @pytest.mark.parametrize("keep", [1, 0.6])
    def test_gradients(self, reg, normalization, keep):
        net = small_net(
            reg=reg, normalization=normalization, dropout_keep_ratio=keep, seed=3
        )
        check_gradients(*net, tolerance=2e-6)

    def test_without_extras_it_is_the_two_layer_net(self):
        two, X, y = reference_net(reg=0.4)
        deep = FullyConnectedNet(
            [50], input_dim=5, num_classes=7, reg=0.4, dtype=np.float64
        )
        deep.params = two.params

        np.testing.assert_allclose(deep.loss(X), two.loss(X), rtol=1e-14)
        loss, grads = deep.loss(X, y)
        assert loss == pytest.approx(two.loss(X, y)[0], rel=1e-14)
        for name, expected in two.loss(X, y)[1].items():
            np.testing.assert_allclose(grads[name], expected, rtol=1e-12)

    def test_matches_torch(self):
        torch = pytest.importorskip("torch")
        model, X, y = small_net(normalization="layernorm")
        tensors = {
            k: torch.from_numpy(v).requires_grad_() for k, v in model.params.items()
        }
        out = torch.from_numpy(X)
        for i in (1, 2):
            out = out @ tensors[f"W{i}"] + tensors[f"b{i}"]
            scale, shift = tensors[f"gamma{i}"], tensors[f"beta{i}"]
            out = torch.nn.functional.layer_norm(out, out.shape[1:], scale, shift)
            out = torch.relu(out)
        out = out @ tensors["W3"] + tensors["b3"]
        loss = torch.nn.functional.cross_entropy(out, torch.from_numpy(y))
        loss.backward()

        value, grads = model.loss(X, y)

        assert value == pytest.approx(loss.item(), rel=1e-12)
        for name, tensor in tensors.items():
            np.testing.assert_allclose(grads[name], tensor.grad.numpy(), atol=1e-12)

    def test_a_file_brings_back_parameters_and_running_averages(self, tmp_path):
        model, other = (
            FullyConnectedNet([5, 4], input_dim=6, normalization="batchnorm")
            for _ in range(2)
        )
        X = np.random.default_rng(0).standard_normal((7, 6)).astype(np.float32)
        model.loss(X, np.arange(7) % 10)
        model.save(tmp_path / "net.npz")

        assert other.load(tmp_path / "net.npz")

        np.testing.assert_array_equal(other.loss(X), model.loss(X))

    def test_scores_are_in_test_mode(self):
        model, X, _ = small_net(dropout_keep_ratio=0.5, normalization="batchnorm")

        np.testing.assert_array_equal(model.loss(X), model.loss(X))
        np.testing.assert_allclose(model.loss(X[:1]), model.loss(X)[:1], rtol=1e-12)

    def test_dropout_draws_a_new_mask_unless_a_seed_is_given(self):
        free, X, y = small_net(dropout_keep_ratio=0.5)
        fixed, _, _ = small_net(dropout_keep_ratio=0.5, seed=1)

        assert free.loss(X, y)[0] != free.loss(X, y)[0]
        assert fixed.loss(X, y)[0] == fixed.loss(X, y)[0]

    def test_every_array_has_the_dtype_asked_for(self):
        model, X, y = small_net(
            dtype=np.float32, normalization="batchnorm", dropout_keep_ratio=0.5
        )

        _, grads = model.loss(X, y)

        assert {a.dtype for a in grads.values()} == {np.dtype(np.float32)}
        assert model.loss(X).dtype == np.float32

    def test_he_takes_the_scale_from_the_inputs_of_each_layer(self):
        model = FullyConnectedNet([400, 100], input_dim=200, weight_scale="he")

        assert model.params["W1"].std() == pytest.approx(np.sqrt(2 / 200), rel=0.05)
        assert model.params["W2"].std() == pytest.approx(np.sqrt(2 / 400), rel=0.05)

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"normalization": "batch"}, "Unknown normalization 'batch'"),
            ({"dropout_keep_ratio": 0}, "the share that is kept"),
            ({"dropout_keep_ratio": 1.5}, "the share that is kept"),
        ],
    )
    def test_bad_options_are_named(self, options, words):
        with pytest.raises(ValueError, match=words):
            small_net(**options)
