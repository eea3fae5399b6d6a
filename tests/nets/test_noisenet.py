"""The network that predicts noise: small, and as good as stated."""

import numpy as np
import pytest

from benchmarks import diffusion, train_noisenet
from cs231n import autograd
from cs231n.data import load_glyphs
from cs231n.nets.diffusion import noisenet
from cs231n.nets.references import denoisers
from cs231n.scores import DigitScores

X = np.random.default_rng(1).standard_normal((2, 4, 14, 14), np.float32)


def predicted(t, net):
    """Predict the noise in two pictures, of the classes 3 and 8."""
    told = t.from_numpy(diffusion.ONE_HOT[[3, 8]])
    with t.no_grad():
        found = net(
            t.from_numpy(X), t.from_numpy(np.array([5, 90])), {"text_emb": told}
        )
    return found.numpy()


def test_the_shipped_weights_are_small_and_in_half_precision():
    assert noisenet.WEIGHTS.stat().st_size < 450_000
    with np.load(noisenet.WEIGHTS, allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays} == {np.dtype(np.float16)}


def test_pytorch_predicts_the_same_noise():
    torch = pytest.importorskip("torch")
    found = [
        predicted(t, noisenet.noisenet(t, diffusion.network(t, 1)))
        for t in (autograd, torch)
    ]
    np.testing.assert_allclose(*found, rtol=1e-3, atol=1e-3)


def test_a_network_that_was_saved_comes_back(tmp_path):
    net = diffusion.network(autograd, 3).eval()
    train_noisenet.save(net, tmp_path / "net.npz")
    other = noisenet.noisenet(
        autograd, diffusion.network(autograd, 4), tmp_path / "net.npz"
    )
    assert not other.training
    found = [predicted(autograd, n) for n in (net, other)]
    np.testing.assert_allclose(*found, rtol=0.02, atol=0.02)


def test_another_network_is_refused_in_a_sentence():
    wide = denoisers.unet(autograd, **noisenet.SIZES | {"dim": 16})
    with pytest.raises(ValueError, match=r"U-Net of .*'dim': 24.*parameters differ"):
        noisenet.noisenet(autograd, wide)


def test_it_tells_noise_from_pictures():
    """A network that predicts 0 is wrong by 1, the variance of the noise."""
    data, rng = load_glyphs(1000, 0, np.uint8), np.random.default_rng(2)
    packed = diffusion.packed(diffusion.as_pictures(data.X_train))
    x, times, told, noise = diffusion.batch("ddpm", packed, data.y_train, rng, 200)
    t, net = autograd, noisenet.noisenet(autograd, diffusion.network(autograd, 1))
    with t.no_grad():
        given = [t.from_numpy(a) for a in (x, times)]
        found = net(*given, {"text_emb": t.from_numpy(told)}).numpy()
    assert np.mean((found - noise) ** 2) < 0.06


@pytest.mark.slow
def test_the_digits_are_as_good_as_stated():
    net = noisenet.noisenet(autograd, diffusion.network(autograd, 1))
    scores = DigitScores(load_glyphs(None, 0, np.uint8).X_train[:4000])
    distance, right = diffusion.measure("ddpm", net, scores, 1.0, count=500)
    assert distance < 20
    assert right > 0.88
