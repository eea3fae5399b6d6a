"""Training a diffusion: the same step on the tape and in PyTorch, and what it draws."""

import numpy as np
import pytest

from benchmarks import diffusion
from cs231n import autograd
from cs231n.pytorch import parameters, set_parameters


@pytest.mark.parametrize("kind", ["flow", "ddpm"])
def test_a_step_is_that_of_pytorch(kind):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((9, 4, 14, 14), np.float32), np.arange(9)
    given = diffusion.batch(kind, X, y, rng, size=4)
    engines = (autograd, torch)
    nets = [diffusion.network(t, 1) for t in engines]
    set_parameters(nets[1], parameters(nets[0]))
    losses = []
    for t, net in zip(engines, nets, strict=True):
        net.uncond_prob = 0.0  # engines draw other conditions to drop
        losses.append(diffusion.step_of(t, net)(*map(t.from_numpy, given)))
    np.testing.assert_allclose(*losses, rtol=1e-4)
    ours, theirs = map(parameters, nets)
    for name, value in ours.items():
        np.testing.assert_allclose(value, theirs[name], atol=2e-3, err_msg=name)


def test_packing_is_undone():
    x = np.random.default_rng(1).uniform(-1, 1, (3, 1, 28, 28)).astype(np.float32)
    packed = diffusion.packed(x)
    assert packed.shape == (3, 4, 14, 14)
    np.testing.assert_array_equal(packed[:, 1, 2, 3], x[:, 0, 4, 7])
    np.testing.assert_array_equal(diffusion.unpacked(packed), x)
