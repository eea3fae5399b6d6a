"""The GAN of the benchmarks: players do not touch each other, and seeds mean bits."""

import numpy as np
import pytest

from benchmarks import gan
from cs231n import autograd as t
from cs231n.nets.references import players


def case(seed=0):
    generator, discriminator = gan.pair(t, "dc", seed)
    rng = np.random.default_rng(seed)
    real = t.from_numpy(rng.uniform(-1, 1, (4, 1, 28, 28)).astype(np.float32))
    noise = t.from_numpy(rng.standard_normal((4, gan.NOISE), np.float32))
    return generator, discriminator, real, noise


def weights(net):
    return [p.detach().numpy().copy() for p in net.parameters()]


def test_each_player_learns_from_its_own_loss_alone():
    """With a rate of 0 for one player, its weights stay, and the other's move."""
    for rates in ((1e-3, 0.0), (0.0, 1e-3)):
        generator, discriminator, real, noise = case()
        before = weights(discriminator), weights(generator)
        gan.step_of(t, generator, discriminator, "vanilla", rates)(real, noise)
        after = weights(discriminator), weights(generator)
        for rate, old, new in zip(rates, before, after, strict=True):
            moved = [(a != b).any() for a, b in zip(old, new, strict=True)]
            assert all(moved) if rate else not any(moved)
        assert all(p.requires_grad for p in discriminator.parameters())


@pytest.mark.parametrize("loss", gan.LOSSES)
def test_a_step_is_pytorchs(loss):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    generator, discriminator, real, noise = case()
    others = players.small_pair(torch.nn)
    for net, other in zip((generator, discriminator), others, strict=True):
        for p, q in zip(net.parameters(), other.parameters(), strict=True):
            q.data.copy_(torch.from_numpy(p.detach().numpy().copy()))
    ours = gan.step_of(t, generator, discriminator, loss)
    theirs = gan.step_of(torch, *others, loss)
    copies = [torch.from_numpy(a.numpy()) for a in (real, noise)]
    for _ in range(2):  # the second depends on what both players became
        found, wanted = ours(real, noise), theirs(*copies)
        np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=1e-4)


def test_the_same_seed_gives_the_same_bits():
    samples = []
    for seed in (5, 5, 6):
        generator, discriminator, real, noise = case(seed=seed)
        step = gan.step_of(t, generator, discriminator, "ls")
        for _ in range(2):
            step(real, noise)
        samples.append(gan.sample(generator, 200, np.random.default_rng(1)))
    np.testing.assert_array_equal(samples[0], samples[1])
    assert (samples[0] != samples[2]).any()


def test_a_sample_leaves_the_weights_and_lies_between_minus_one_and_one():
    generator = case()[0]
    before = weights(generator)
    pictures = gan.sample(generator, 400, np.random.default_rng(1))
    assert pictures.shape == (400, 1, 28, 28)
    assert abs(pictures).max() <= 1
    for old, new in zip(before, weights(generator), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.slow
def test_training_brings_the_pictures_nearer_to_digits():
    (_, _, _, early), (_, _, _, late) = gan.train(
        "dc", "vanilla", 1, steps=120, batch_size=32, every=60
    )
    assert late.distance < early.distance
