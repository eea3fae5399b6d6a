"""The network that learned without labels: small, and as good as stated."""

import numpy as np
import pytest

from benchmarks import train_viewnet
from cs231n import autograd
from cs231n.data import load_shapes10
from cs231n.nets import viewnet

#: A linear model of its features with 500 labels, on 2,000 test images.
STATED = 0.4635


def test_the_shipped_weights_are_small_and_in_half_precision():
    assert viewnet.WEIGHTS.stat().st_size < 400_000
    with np.load(viewnet.WEIGHTS, allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays} == {np.dtype(np.float16)}


def test_features_do_not_depend_on_how_many_pictures_come_at_once():
    net = viewnet.viewnet(autograd)
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3))
    found = viewnet.features(autograd, net, images.astype(np.uint8))
    again = viewnet.features(autograd, net, images.astype(np.uint8), size=2)
    assert found.shape == (5, 96)
    np.testing.assert_allclose(found, again, rtol=1e-4, atol=1e-5)


def test_pytorch_sees_the_same_features():
    torch = pytest.importorskip("torch")
    images = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    found = [viewnet.features(t, viewnet.viewnet(t), images) for t in (autograd, torch)]
    np.testing.assert_allclose(*found, rtol=1e-3, atol=1e-4)


def test_a_network_that_was_saved_comes_back(tmp_path, monkeypatch):
    autograd.manual_seed(3)
    net = viewnet.encoder(autograd.nn)
    train_viewnet.save(net, tmp_path / "net.npz")
    monkeypatch.setattr(viewnet, "WEIGHTS", tmp_path / "net.npz")
    images = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    found = [
        viewnet.features(autograd, n, images) for n in (net, viewnet.viewnet(autograd))
    ]
    np.testing.assert_allclose(*found, rtol=0.02, atol=0.02)


def test_a_step_lowers_the_loss_of_its_batch_and_seeds_mean_bits():
    images = np.random.default_rng(2).integers(0, 256, (128, 32, 32, 3)).astype("u1")
    losses, nets = [], []
    for _ in range(2):
        seen = []
        net = train_viewnet.train(
            images, 1, steps=4, watch=lambda i, loss, _, s=seen: s.append(loss), every=1
        )
        losses.append(seen)
        nets.append([p.detach().numpy().copy() for p in net.parameters()])
    assert losses[0] == losses[1]
    assert losses[0][-1] < losses[0][0]
    for one, other in zip(*nets, strict=True):
        np.testing.assert_array_equal(one, other)


def test_training_on_labels_begins_where_it_is_told():
    draw, start = np.random.default_rng(4), viewnet.viewnet(autograd)
    images = draw.integers(0, 256, (8, 32, 32, 3)).astype(np.uint8)
    labels = np.arange(8) % 3
    net = train_viewnet.train_supervised(images, labels, 1, start=start, steps=0)
    pairs = list(zip(start.parameters(), net.parameters(), strict=False))
    assert len(pairs) == len(list(net.parameters())) - 2  # the linear layer is new
    for given, found in pairs:
        np.testing.assert_array_equal(given.detach().numpy(), found.detach().numpy())
    trained = train_viewnet.train_supervised(
        images, labels, 1, start=start, steps=3, size=24
    )
    first = next(trained.parameters()).detach().numpy()
    assert np.abs(first - pairs[0][0].detach().numpy()).max() > 1e-4


def test_training_without_views_ends_once_nothing_gets_better(monkeypatch):
    monkeypatch.setattr(train_viewnet, "LOOK", 1)
    monkeypatch.setattr(train_viewnet, "PATIENCE", 2)
    images = np.random.default_rng(5).integers(0, 256, (6, 8, 8, 3)).astype(np.uint8)
    seen, told = [], iter([(0.1,), (0.3,), (0.2,), (0.2,), (0.9,)])

    def judge(net):
        seen.append(next(net.parameters()).detach().numpy().copy())
        return next(told)

    best = train_viewnet.train_plainly(images, np.arange(6) % 3, 1, judge)
    assert best == ((0.3,), 2)
    assert len(seen) == 4
    assert np.abs(seen[-1] - seen[0]).max() > 1e-4


@pytest.mark.slow
def test_the_shipped_network_is_as_good_as_stated():
    data = load_shapes10(500, 2000, dtype=np.uint8)
    found = train_viewnet.probe(viewnet.viewnet(autograd), data, (500,))
    assert found[500] == pytest.approx(STATED, abs=0.005)
