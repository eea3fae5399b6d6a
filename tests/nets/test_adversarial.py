"""The networks and losses that answers are held against, beside PyTorch's own."""

import numpy as np
import pytest

from cs231n import autograd, pytorch
from cs231n.nets.references import adversarial
from tests.autograd import answers

FAULTS = ("first", "stale", "kept", "grown", "leaked", "twice", "swapped", "idle")
GAME = [np.ones((1, 3)), np.zeros(1), np.arange(6.0).reshape(3, 2) / 5, np.ones(3)]


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def of(net):
    """Return the weights of a network of the course's, in order."""
    return [p.detach().numpy().astype(np.float64) for p in net.parameters()]


def images(rng):
    return rng.uniform(-1, 1, (3, 784)).astype(np.float32)


@pytest.mark.parametrize(
    ("build", "run", "count"),
    [
        ("discriminator", adversarial.fully_connected_logits, 267_009),
        ("build_dc_classifier", adversarial.convolutional_logits, 1_102_721),
    ],
)
def test_discriminators_are_those_of_the_course(build, run, count, rng):
    net = getattr(answers.gan_2020(autograd), build)()
    x = images(rng)
    assert sum(w.size for w in of(net)) == count
    wanted = pytorch.forward(net, x)
    found = run(of(net), x.reshape(3, 1, 28, 28))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("build", "run", "count"),
    [
        ("generator", adversarial.fully_connected_pictures, 1_858_320),
        ("build_dc_generator", adversarial.convolutional_pictures, 6_580_801),
    ],
)
def test_generators_are_those_of_the_course(build, run, count, rng):
    net = getattr(answers.gan_2020(autograd), build)(noise_dim=4)
    z = rng.uniform(-1, 1, (5, 4)).astype(np.float32)
    assert sum(w.size for w in of(net)) == count
    wanted = pytorch.forward(net, z, training=True)
    found = run(of(net), z)
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", ["bce", "squared"])
def test_gradients_of_losses_pass_a_gradient_check(kind, rng):
    losses = getattr(adversarial, f"{kind}_losses")
    real, fake = rng.standard_normal(4), rng.standard_normal((3, 1))
    for name, (_, *grads) in losses(real, fake).items():
        point = (real, fake) if name == "discriminator" else (fake,)
        for i, grad in enumerate(grads):
            way = rng.standard_normal(grad.shape)
            both = []
            for sign in (1, -1):
                moved = list(point)
                moved[i] = moved[i] + sign * 1e-5 * way
                pair = moved if name == "discriminator" else (real, *moved)
                both.append(losses(*pair)[name][0])
            assert (both[0] - both[1]) / 2e-5 == pytest.approx((grad * way).sum())


def test_losses_hold_for_large_logits():
    far = np.array([1000.0, -1000.0])
    for loss, *grads in adversarial.bce_losses(far, far).values():
        assert np.isfinite([loss, *np.ravel(grads)]).all()


def test_a_game_ends_elsewhere_with_every_fault(rng):
    batches = [(rng.standard_normal((4, 3)), rng.standard_normal((4, 2)))] * 2
    ends = [
        np.concatenate(
            [v.ravel() for v in adversarial.linear_game(GAME, batches, 0.1, fault)]
        )
        for fault in ("", *FAULTS)
    ]
    for i, end in enumerate(ends):
        for other in ends[:i]:
            assert np.abs(end - other).max() > 1e-3


def step(D, G, D_solver, G_solver, discriminator_loss, generator_loss, real, noise):
    """Take both turns with networks of autograd, as the course does."""
    fake = G(noise)
    D_solver.zero_grad()
    first = discriminator_loss(D(real), D(fake.detach()))
    first.backward()
    D_solver.step()
    G_solver.zero_grad()
    second = generator_loss(D(fake))
    second.backward()
    G_solver.step()
    return first, second


def test_a_played_game_is_the_one_in_closed_form(rng):
    weights = [value.astype(np.float32) for value in GAME]
    batches = [
        tuple(rng.standard_normal((4, k)).astype(np.float32) for k in (3, 2))
        for _ in range(3)
    ]
    notes = pytorch.play_linear(step, batches, weights, learning_rate=0.1)
    wanted = adversarial.linear_game(weights, batches, 0.1)
    assert np.shape(notes["returned"]) == (3, 2)
    for found, right in zip(notes["weights"], wanted, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-4, atol=1e-5)


def test_modules_are_built_with_the_options_that_an_answer_takes():
    seen = {}

    def build(noise_dim=96):
        seen["noise_dim"] = noise_dim
        return autograd.nn.Linear(noise_dim, 1)

    pytorch.build(build, noise_dim=4, seed=3)
    assert seen == {"noise_dim": 4}
    with pytest.raises(AssertionError, match=r"should be an nn\.Module"):
        pytorch.build(lambda seed=None: None, seed=3)
