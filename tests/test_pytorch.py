"""What the PyTorch notebook's tests call: arrays in, arrays out."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn, optim  # noqa: E402

from cs231n import pytorch  # noqa: E402
from cs231n.nets.linear import softmax_loss_vectorized  # noqa: E402
from cs231n.pytorch.placing import placed_like  # noqa: E402
from cs231n.testing import WrongAnswer  # noqa: E402


@pytest.fixture
def rng():
    return np.random.default_rng(231)


def test_arrays_become_tensors_at_any_depth_and_come_back(rng):
    seen = []

    def answer(x, params, names, scale=1):
        seen.append((x, params[0], names["w"], scale))
        return [x * 2, {"w": names["w"]}, 3, None]

    x = rng.standard_normal((2, 3)).astype(np.float32)
    out = pytorch.call(answer, x, (x, "text"), {"w": x}, scale=x)

    assert all(isinstance(value, torch.Tensor) for value in seen[0])
    np.testing.assert_array_equal(out[0], x * 2, strict=True)
    np.testing.assert_array_equal(out[1]["w"], x, strict=True)
    assert out[2:] == [3, None]


def test_work_in_place_shows_in_the_array_that_was_handed_in():
    x = np.ones(3)
    pytorch.call(lambda t: t.add_(1), x)

    np.testing.assert_array_equal(x, [2, 2, 2])


def test_read_only_arrays_are_copied_without_a_warning():
    x = np.ones(3)
    x.flags.writeable = False
    pytorch.call(lambda t: t.add_(1), x)

    np.testing.assert_array_equal(x, [1, 1, 1])


def test_gradients_match_the_closed_form(rng):
    x, w, dout = rng.standard_normal((3, 4)), rng.standard_normal((4, 2)), np.ones(())
    dout = rng.standard_normal((3, 2))

    dx, dw, unused = pytorch.gradients(lambda x, p: x @ p[0], x, [w, x[0]], dout=dout)

    np.testing.assert_allclose(dx, dout @ w.T, rtol=1e-12)
    np.testing.assert_allclose(dw, x.T @ dout, rtol=1e-12)
    assert unused is None


def test_a_broken_graph_has_no_gradients(rng):
    x = rng.standard_normal((3, 4))

    assert pytorch.gradients(lambda x: x.detach() * 2, x, dout=x) == [None]
    mixed = pytorch.gradients(lambda x, w: x.detach() * w, x, x.copy(), dout=x)
    assert mixed[0] is None
    np.testing.assert_allclose(mixed[1], x * x)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: None, r"shape \(2,\); got None: the answer ends without `return`"),
        (lambda x: x[:1], r"shape \(2,\); got a tensor of shape \(1,\)"),
        (lambda x: x.numpy(), r"got an array of shape"),
    ],
)
def test_gradients_of_something_else_are_refused(answer, message):
    with pytest.raises(WrongAnswer, match=message):
        pytorch.gradients(lambda x: answer(x.detach()), np.ones(2), dout=np.ones(2))


def test_leaves_are_told_from_results():
    def answer():
        leaf = torch.ones(2, requires_grad=True)
        return [leaf, leaf * 2, torch.ones(2)]

    assert pytorch.leaves(answer) == [True, False, False]


def test_parameters_are_read_and_set(rng):
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    values = {
        name: rng.standard_normal(value.shape).astype(np.float32)
        for name, value in pytorch.parameters(model).items()
    }
    pytorch.set_parameters(model, values)
    x = rng.standard_normal((4, 3)).astype(np.float32)

    scores = pytorch.forward(model, x)

    expected = np.maximum(x @ values["0.weight"].T + values["0.bias"], 0)
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)
    assert list(values) == ["0.weight", "0.bias"]


def test_forward_sets_the_mode():
    model = nn.Sequential(nn.Flatten(), nn.Dropout(0.5))
    x = np.ones((1, 200), dtype=np.float32)

    assert (pytorch.forward(model, x) == 1).all()
    assert {*pytorch.forward(model, x, training=True).ravel()} == {0, 2}


def test_a_step_of_plain_descent_matches_numpy(rng):
    W, b = rng.standard_normal((3, 4)).astype(np.float32), np.zeros(3, np.float32)
    X, y = rng.standard_normal((5, 4)).astype(np.float32), np.arange(5) % 3
    model = nn.Linear(4, 3)
    pytorch.set_parameters(model, {"weight": W, "bias": b})
    loss, grad = softmax_loss_vectorized(W.T.astype(float), X, y, 0.0)

    found, grads = pytorch.loss_gradients(model, X, y)
    after = pytorch.take_step(model, optim.SGD(model.parameters(), lr=0.5), X, y)

    assert found == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose(grads["weight"], grad.T, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(after["weight"], W - 0.5 * grad.T, rtol=1e-4, atol=1e-6)


def test_what_is_no_module_or_optimizer_is_said():
    x, y = np.ones((2, 3), np.float32), np.zeros(2, int)
    model = nn.Linear(3, 2)
    with pytest.raises(WrongAnswer, match=r"should be an nn\.Module; got None"):
        pytorch.parameters(None)
    with pytest.raises(WrongAnswer, match=r"one of torch\.optim; got a text"):
        pytorch.take_step(model, "sgd", x, y)
    with pytest.raises(
        WrongAnswer, match=r"more than 2 classes; got a tensor of shape"
    ):
        pytorch.loss_gradients(model, x, y + 2)
    with pytest.raises(
        WrongAnswer,
        match=r"optimizer\); got an object of class Linear",
    ):
        pytorch.train_net(lambda: model, {"X_train": x, "y_train": y}, epochs=1)


def test_the_linear_network_notes_modes_and_graphs():
    W, b = np.eye(2, dtype=np.float32), np.zeros(2, np.float32)
    batches = [(W, np.array([0, 1]))]

    def train(model, optimizer, loader, epochs):
        for _ in range(epochs):
            for x, _ in loader:
                model(x).sum().backward()
                optimizer.step()
                model.train()
        return epochs

    notes = pytorch.train_linear(train, batches, W, b, learning_rate=1, epochs=2)
    scored = pytorch.score_linear(lambda loader, model: None, batches, W, b)

    assert notes["returned"] == 2
    assert notes["training"] == [False, True]  # it starts in test mode
    assert notes["graph"] == [True, True]
    np.testing.assert_array_equal(notes["b"], [-6, -6])  # gradients 2, then 4
    assert scored["returned"] is None
    assert scored["training"] == []


def test_a_training_repeats_itself_and_leaves_the_generator_alone(rng):
    data = {
        "X_train": rng.standard_normal((20, 3)).astype(np.float32),
        "y_train": np.arange(20) % 2,
    }
    data["X_val"] = data["X_train"]

    def build():
        model = nn.Sequential(nn.Linear(3, 30), nn.ReLU(), nn.Linear(30, 2))
        return model, optim.Adam(model.parameters(), lr=0.05)

    before = torch.get_rng_state()
    first, again, other = (
        pytorch.train_net(build, data, epochs=30, batch_size=5, seed=seed)
        for seed in (1, 1, 2)
    )

    np.testing.assert_array_equal(first.pop("scores"), again.pop("scores"))
    assert first == again
    assert first["losses"] != other["losses"]
    assert len(first["losses"]) == 120
    assert (other["scores"].argmax(axis=1) == data["y_train"]).mean() > 0.9
    assert first["weights"] == 3 * 30 + 30 + 30 * 2 + 2
    assert torch.equal(torch.get_rng_state(), before)


def test_a_method_of_a_module_is_called_where_the_module_is():
    class Counter(nn.Module):
        def count(self, x, *, step):
            return torch.as_tensor(x) + step

    found = pytorch.method(Counter(), "count", np.arange(3.0), step=2)
    np.testing.assert_array_equal(found, [2, 3, 4])
    with pytest.raises(WrongAnswer, match="Counter has no method sample"):
        pytorch.method(Counter(), "sample")


def test_data_go_where_an_answer_has_put_its_module():
    model = nn.Linear(3, 2).to("meta")
    x, text = placed_like(model, [torch.zeros(1, 3), "text"])

    assert (x.device.type, text) == ("meta", "text")
    assert placed_like(nn.Linear(3, 2), x) is x  # on the CPU nothing moves


def test_a_loop_gets_model_and_batches_on_the_device_that_its_notebook_names():
    names = {"torch": torch, "device": torch.device("meta"), "seen": []}
    exec(
        "def train(model, optimizer, loader, epochs):\n"
        "    for x, y in loader:\n"
        "        weight = next(model.parameters())\n"
        "        seen.append((x.device.type, y.device.type, weight.device.type))\n"
        "    raise InterruptedError\n",
        names,
    )
    batches = [(np.zeros((2, 3), np.float32), np.array([0, 1]))]
    W, b = np.zeros((2, 3), np.float32), np.zeros(2, np.float32)
    with pytest.raises(InterruptedError):
        pytorch.train_linear(names["train"], batches, W, b, learning_rate=1, epochs=1)

    assert names["seen"] == [("meta",) * 3]
