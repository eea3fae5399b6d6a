"""Schedules, the U-Net and the steps that answers are held against."""

import numpy as np
import pytest

from cs231n import autograd, pytorch
from cs231n.gradcheck import eval_numerical_gradient_array
from cs231n.nets.noise import KINDS, noise_schedule
from cs231n.nets.references import denoisers, diffusions
from tests.autograd import answers

LINE = {"scale": 0.4, "slope": 0.02, "shift": 0.3, "told": 0.5}
SHAPE = (3, 2, 3, 4)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("kind", ["sigmoid", "cosine"])
def test_schedules_are_those_of_the_course(kind):
    course = answers.diffusion_2025(autograd).GaussianDiffusion(
        None, image_size=2, timesteps=30, schedule=kind
    )
    for name, table in noise_schedule(30, kind).items():
        if hasattr(course, name):
            np.testing.assert_allclose(
                table, getattr(course, name).numpy(), rtol=1e-4, atol=1e-6
            )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("steps", [1, 2, 100])
def test_schedules_turn_pictures_into_noise(kind, steps):
    tables = noise_schedule(steps, kind)
    left = tables["alphas_cumprod"]
    assert all(table.shape == (steps,) for table in tables.values())
    assert all(np.isfinite(table).all() for table in tables.values())
    assert (np.diff(left) < 0).all()
    assert left[-1] < (0.01 if steps == 100 else 1)
    assert tables["posterior_std"][0] == 0


def test_a_schedule_says_what_it_wants():
    with pytest.raises(ValueError, match="one timestep or more; got 0"):
        noise_schedule(0)
    with pytest.raises(ValueError, match="sigmoid, cosine, linear; got 'cubic'"):
        noise_schedule(5, "cubic")


def test_times_are_embedded_as_in_the_course(rng):
    times = rng.uniform(0, 99, 5).astype(np.float32)
    course = answers.diffusion_2025(autograd).SinusoidalPosEmb(8)
    found = denoisers.time_waves(autograd, autograd.from_numpy(times), 8).numpy()
    np.testing.assert_allclose(found, pytorch.forward(course, times), atol=1e-5)
    np.testing.assert_allclose(found, diffusions.waves(times, 8), atol=1e-4)


def test_the_unet_computes_what_pytorch_does(rng):
    torch = pytest.importorskip("torch")
    sizes = {"dim_mults": (1, 2), "channels": 3}
    ours = diffusions.network(8, 5, **sizes)
    theirs = denoisers.unet(torch, 8, 5, **sizes)
    pytorch.set_parameters(theirs, pytorch.parameters(ours))
    x, times = rng.standard_normal((2, 3, 8, 4), np.float32), np.float32([3, 70])
    told = {"text_emb": rng.standard_normal((2, 5), np.float32)}
    found, wanted = (
        pytorch.forward(net, x, times, model_kwargs=told) for net in (ours, theirs)
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)
    free = pytorch.forward(ours, x, times, model_kwargs={"text_emb": None})
    assert not np.allclose(found, free)


def test_training_drops_conditions(rng):
    net = diffusions.network(8, 5, dim_mults=(2,), channels=4, uncond_prob=1.0)
    x, times = rng.standard_normal((2, 4, 6, 4), np.float32), np.float32([3, 70])
    told = {"text_emb": rng.standard_normal((2, 5), np.float32)}
    dropped = pytorch.forward(net, x, times, training=True, model_kwargs=told)
    np.testing.assert_allclose(dropped, pytorch.forward(net, x, times), rtol=1e-5)


@pytest.mark.parametrize(
    "fault", ["queue", "turned", "no skips", "no middle", "no class", "no time"]
)
def test_a_unet_ends_elsewhere_with_every_fault(fault, rng):
    net = diffusions.network(8, 5, dim_mults=(2,), channels=4)
    x, times = rng.standard_normal((2, 4, 6, 4), np.float32), np.float32([3, 70])
    told = {"text_emb": rng.standard_normal((2, 5), np.float32)}
    right, wrong = (
        pytorch.forward(net, x, times, model_kwargs=told, fault=name)
        for name in ("", fault)
    )
    assert not np.allclose(right, wrong, rtol=1e-3)


@pytest.mark.parametrize("shape", [(3, 5), SHAPE])
def test_noise_picture_and_mixture_give_each_other(shape, rng):
    tables, t = noise_schedule(20), rng.integers(20, size=3)
    x0, noise = rng.standard_normal((2, *shape))
    x_t = diffusions.noisy(tables, x0, t, noise)
    np.testing.assert_allclose(diffusions.start_from(tables, x_t, t, noise), x0)
    np.testing.assert_allclose(diffusions.noise_from(tables, x_t, t, x0), noise)


def test_a_walk_with_a_constant_velocity_ends_at_the_picture(rng):
    x0, noise = rng.standard_normal((2, 4, 3))
    x_t, velocity = diffusions.between(x0, np.ones(4), noise)
    np.testing.assert_allclose(x_t, noise)
    np.testing.assert_allclose(diffusions.between(x0, np.zeros(4), noise)[0], x0)
    line = {"shift": 0.5, "told": 0.0}
    np.testing.assert_allclose(diffusions.euler(line, noise, 7), noise - 0.5)
    assert velocity.shape == x0.shape


def test_a_step_to_the_end_gives_the_clipped_picture(rng):
    tables, x_t = noise_schedule(12), rng.standard_normal(SHAPE)
    found = diffusions.skipped(tables, LINE, x_t, 5, -1, objective="pred_x_start")
    wanted = np.clip(diffusions.line(LINE, x_t, np.full(3, 5)), -1, 1)
    np.testing.assert_allclose(found, wanted)
    first = diffusions.earlier(tables, LINE, x_t, 0)
    np.testing.assert_allclose(first, diffusions.skipped(tables, LINE, x_t, 0, -1))


def two(self, x, time, model_kwargs=None):
    """Ask the model twice, and drop the condition the second time."""
    model_kwargs["left"] = 1
    first = self.forward(x, time, {"text_emb": model_kwargs["text_emb"]})
    return first - self(x, time, {"text_emb": None})


def test_a_line_takes_the_place_of_a_network(rng):
    x, condition = rng.standard_normal(SHAPE, np.float32), np.ones((3, 2), np.float32)
    notes = pytorch.denoise(
        two,
        x,
        np.float32([1, 2, 3]),
        model_kwargs={"text_emb": condition},
        line=LINE,
    )
    np.testing.assert_allclose(notes["returned"], np.ones(SHAPE), atol=1e-5)
    assert notes["options"] == ["left", "text_emb"]
    assert notes["recorded"]
    (first, times, told), (*_, free) = notes["calls"]
    np.testing.assert_array_equal(first, x)
    np.testing.assert_array_equal(times, [1, 2, 3])
    np.testing.assert_array_equal(told, condition)
    assert free is None


def block_case(rng):
    """Draw what a residual block takes, and an upstream gradient."""
    shapes = {f"{name}{i}": (4,) for name in ("gamma", "beta", "b") for i in (1, 2)}
    shapes |= {"W1": (4, 4, 3, 3), "W2": (4, 4, 3, 3), "W": (3, 4), "b": (4,)}
    params = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    x, dout = rng.standard_normal((2, 2, 4, 3, 2))
    return x, rng.standard_normal((2, 3)), params, 2, dout


def test_gradients_of_a_block_are_the_numerical_ones(rng):
    x, context, params, groups, dout = block_case(rng)
    found = diffusions.block_gradients(x, context, params, groups, dout)
    for name, value in {"x": x, "context": context, **params}.items():

        def output(v, name=name):
            held = {"x": x, "context": context, **params} | {name: v}
            a, c = held.pop("x"), held.pop("context")
            return diffusions.block_gradients(a, c, held, groups, dout)["out"]

        wanted = eval_numerical_gradient_array(output, value.copy(), dout)
        np.testing.assert_allclose(found[name], wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        *((fault, "x") for fault in ("no skip", "only skip", "no first", "no second")),
        *((fault, "context") for fault in ("bare", "mean", "untold", "plain")),
        *((fault, "out") for fault in ("late", "no residual", "post")),
    ],
)
def test_a_block_ends_elsewhere_with_every_fault(fault, name, rng):
    case = block_case(rng)
    right, wrong = (
        diffusions.block_gradients(*case, fault=f)[name] for f in ("", fault)
    )
    assert not np.allclose(right, wrong, rtol=1e-3)
