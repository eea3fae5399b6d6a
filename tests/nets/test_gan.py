"""The GANs that answers are held against, beside the tape, PyTorch and differences."""

import numpy as np
import pytest

from benchmarks.gan import course_networks
from cs231n import autograd
from cs231n.nets import gan


@pytest.fixture(params=["tape", "torch"])
def engine(request):
    if request.param == "tape":
        return autograd
    return pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.mark.parametrize("name", gan.COURSE_PARAMETERS)
def test_the_course_counts_its_weights(engine, name):
    net = course_networks(engine, noise=4)[name]
    total = sum(p.numel() for p in net.parameters())
    assert total == gan.COURSE_PARAMETERS[name]


@pytest.mark.parametrize(
    ("name", "reference", "shape"),
    [
        ("discriminator", gan.flat_logits, (3, 784)),
        ("generator", gan.flat_pictures, (3, 5)),
        ("dc_discriminator", gan.dc_logits, (3, 1, 28, 28)),
        ("dc_generator", gan.dc_pictures, (3, 5)),
    ],
)
def test_networks_are_those_of_the_engines(engine, name, reference, shape):
    engine.manual_seed(3)
    net = course_networks(engine, noise=5)[name]
    x = np.random.default_rng(4).uniform(-1, 1, shape).astype(np.float32)
    params = [p.detach().numpy() for p in net.parameters()]
    found = net(engine.from_numpy(x)).detach().numpy().reshape(3, -1)
    np.testing.assert_allclose(found, reference(params, x), atol=2e-5)


SCORES = np.random.default_rng(5).standard_normal((2, 6, 1)) * 3


@pytest.mark.parametrize("kind", ["vanilla", "ls"])
def test_the_discriminators_gradients_are_differences(kind):
    real, fake = SCORES
    _, dreal, dfake = gan.discriminator_losses(real, fake, kind)
    h = 1e-6
    for way in np.random.default_rng(6).standard_normal((3, 2, 6, 1)):
        up, down = (
            gan.discriminator_losses(real + s * way[0], fake + s * way[1], kind)[0]
            for s in (h, -h)
        )
        slope = (dreal * way[0]).sum() + (dfake * way[1]).sum()
        assert slope == pytest.approx((up - down) / (2 * h), rel=1e-6)


@pytest.mark.parametrize("kind", ["vanilla", "ls", "saturating"])
def test_the_generators_gradient_is_a_difference(kind):
    fake, way = SCORES
    _, dfake = gan.generator_losses(fake, kind)
    up, down = (gan.generator_losses(fake + s * way, kind)[0] for s in (1e-6, -1e-6))
    assert (dfake * way).sum() == pytest.approx((up - down) / 2e-6, rel=1e-6)


def test_cases_by_hand():
    zeros = np.zeros(4)
    assert gan.discriminator_losses(zeros, zeros)[0] == pytest.approx(2 * np.log(2))
    assert gan.generator_losses(zeros)[0] == pytest.approx(np.log(2))
    assert gan.generator_losses(zeros, "saturating")[0] == pytest.approx(-np.log(2))
    assert gan.discriminator_losses([3.0], [1.0], "ls")[0] == pytest.approx(2.5)
    assert gan.generator_losses([3.0, 1.0], "ls")[0] == pytest.approx(1)


def test_the_saturating_gradient_dies_where_the_other_is_whole():
    fake = np.full(4, -12.0)
    assert abs(gan.generator_losses(fake, "saturating")[1]).sum() < 1e-5
    assert abs(gan.generator_losses(fake)[1]).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["vanilla", "ls"])
def test_scores_of_a_thousand_stay_numbers(kind):
    far = np.array([1000.0, -1000.0])
    loss, dreal, dfake = gan.discriminator_losses(far, -far, kind)
    assert np.isfinite([loss, *dreal, *dfake]).all()
    if kind == "vanilla":
        assert loss == pytest.approx(1000)  # half of both sets is wrong by 1000


def test_other_kinds_are_refused():
    with pytest.raises(ValueError, match="one of vanilla, ls; got 'saturating'"):
        gan.discriminator_losses([0.0], [0.0], "saturating")
    with pytest.raises(ValueError, match="one of vanilla, ls, saturating; got 'w'"):
        gan.generator_losses([0.0], "w")
