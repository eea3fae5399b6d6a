"""The choice of engine, and helpers of tests that serve both."""

import os
import subprocess
import sys

import numpy as np
import pytest

from cs231n import autograd, engine, pytorch
from cs231n.testing import WrongAnswer


def in_a_process(code, **variables):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
    )


LINE = "from cs231n.engine import torch, nn, F, optim, device, NAME; "


@pytest.mark.parametrize("name", ["cs231n", "torch"])
def test_one_line_chooses_the_engine(name):
    if name == "torch":
        pytest.importorskip("torch")
    code = LINE + (
        "x = torch.ones(2, requires_grad=True, device=device); "
        "loss = F.relu(nn.Linear(2, 1).to(device)(x)).sum(); "
        "loss.backward(); optim.Adam([x]).step(); print(NAME, torch.__name__)"
    )
    result = in_a_process(code, CS231N_ENGINE=name)

    assert result.stdout.split()[0] == name
    assert result.stdout.split()[1].endswith(
        "autograd" if name == "cs231n" else "torch"
    )
    assert result.stderr == ""


def test_the_tape_is_the_default_and_does_not_load_pytorch():
    code = LINE + "import sys; print(NAME, 'torch' in sys.modules)"

    assert in_a_process(code, CS231N_ENGINE="").stdout == "cs231n False\n"


def test_an_unknown_engine_and_a_missing_one_are_said():
    wrong = in_a_process(LINE, CS231N_ENGINE="jax")
    missing = in_a_process(
        "import sys; sys.modules['torch'] = None\n" + LINE, CS231N_ENGINE="torch"
    )

    assert "CS231N_ENGINE must be cs231n or torch; got 'jax'." in wrong.stderr
    assert "which is not installed: run `%pip install torch`" in missing.stderr


def engines():
    """Return both engines, or only ours where PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return [autograd]
    return [autograd, torch]


@pytest.mark.parametrize("torch", engines(), ids=lambda t: t.__name__)
def test_helpers_of_tests_serve_both(torch):
    rng = np.random.default_rng(0)
    w, b = rng.standard_normal((3, 4)).astype(np.float32), np.ones(3, np.float32)
    x, y = rng.standard_normal((5, 4)).astype(np.float32), np.arange(5) % 3
    model = torch.nn.Linear(4, 3)
    pytorch.set_parameters(model, {"weight": w, "bias": b})

    np.testing.assert_allclose(pytorch.forward(model, x), x @ w.T + b, rtol=1e-5)
    np.testing.assert_array_equal(pytorch.parameters(model)["weight"], w)
    loss, grads = pytorch.loss_gradients(model, x, y)
    rule = torch.optim.SGD(model.parameters(), lr=0.5)
    after = pytorch.take_step(model, rule, x, y)
    np.testing.assert_allclose(after["weight"], w - 0.5 * grads["weight"], rtol=1e-4)
    assert loss > 0
    with pytest.raises(WrongAnswer, match=r"one of torch\.optim"):
        pytorch.take_step(model, "rule", x, y)


@pytest.mark.parametrize("torch", engines(), ids=lambda t: t.__name__)
def test_helpers_find_the_engine_that_a_function_was_written_for(torch):
    space = {"torch": torch}
    exec("def answer(x, w):\n    return torch.tanh(x @ w)", space)
    exec(
        "def train(model, optimizer, loader, epochs):\n"
        "    model.train()\n"
        "    for _ in range(epochs):\n"
        "        for x, y in loader:\n"
        "            optimizer.zero_grad()\n"
        "            torch.nn.functional.cross_entropy(model(x), y).backward()\n"
        "            optimizer.step()\n",
        space,
    )
    x, w = np.ones((2, 3)), np.full((3, 2), 0.1)

    out = pytorch.call(space["answer"], x, w)
    dx, dw = pytorch.gradients(space["answer"], x, w, dout=np.ones((2, 2)))
    notes = pytorch.train_linear(
        space["train"],
        [(np.eye(2, dtype=np.float32), np.array([0, 1]))],
        np.eye(2, dtype=np.float32),
        np.zeros(2, np.float32),
        learning_rate=0.1,
        epochs=2,
    )

    assert engine.engine_of(space["answer"]) is torch
    np.testing.assert_allclose(out, np.tanh(x @ w))
    np.testing.assert_allclose(dx, (1 - out**2) @ w.T)
    np.testing.assert_allclose(dw, x.T @ (1 - out**2))
    assert notes["training"] == [True, True]
    assert notes["W"][0, 0] > 1


@pytest.mark.parametrize("torch", engines(), ids=lambda t: t.__name__)
def test_a_decorated_function_has_the_engine_it_was_written_for(torch):
    space = {"torch": torch}
    exec("@torch.no_grad()\ndef answer(x):\n    return torch.cat([x, x])", space)

    assert engine.engine_of(space["answer"]) is torch
    assert pytorch.call(space["answer"], np.ones(2)).shape == (4,)


def test_where_nothing_tells_the_chosen_engine_is_taken():
    assert engine.engine_of(len) is engine.torch
