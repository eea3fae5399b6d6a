"""Where NumPy counts with 32 bits, as in a browser, indices of 64 bits are refused.

`take`, `repeat` and `bincount` cast what they count with safely to `np.intp`, which is
int32 there. Here it is told to be, and the three refuse what they would refuse there.
"""

import numpy as np
import pytest

from cs231n import autograd, features, layers
from cs231n.data import load_glyphs, load_shapes10
from cs231n.kernels._numpy import embedding
from cs231n.nets.linear import Softmax

COUNTING = {"take": (1, "indices"), "repeat": (1, "repeats"), "bincount": (0, "x")}


def refusing(counting, place, name):
    """Wrap a function of NumPy; note that it was called."""

    def call(*args, **kwargs):
        given = args[place] if len(args) > place else kwargs[name]
        call.times += 1
        if isinstance(given, np.ndarray) and not np.can_cast(given.dtype, np.intp):
            raise TypeError(f"Cannot cast array data from {given.dtype} to int32")
        return counting(*args, **kwargs)

    call.times = 0
    return call


@pytest.fixture
def counting(monkeypatch):
    monkeypatch.setattr(np, "intp", np.int32)
    found = {}
    for name, where in COUNTING.items():
        found[name] = refusing(getattr(np, name), *where)
        monkeypatch.setattr(np, name, found[name])
    return found


def test_the_three_refuse_what_they_refuse_there(counting):
    for call in (
        lambda i: np.take(np.ones(3), i),
        lambda i: np.repeat(np.ones(2), i),
        lambda i: np.bincount(i),
    ):
        call(np.array([0, 1], np.int32))
        call([0, 1])
        with pytest.raises(TypeError, match="Cannot cast"):
            call(np.array([0, 1], np.int64))


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
def test_words(counting, kind):
    rng = np.random.default_rng(0)
    x, w = np.array([[2, 0, 2], [1, 3, 0]], kind), rng.standard_normal((4, 5))
    out = np.empty((6, 5))
    embedding.embedding_forward(x.astype(np.int64).ravel(), w, out)
    assert np.array_equal(out.reshape(2, 3, 5), w[x])
    found, cache = layers.word_embedding_forward(x, w)
    assert np.array_equal(found, w[x])
    dw = layers.word_embedding_backward(np.ones_like(found), cache)
    assert np.array_equal(dw[:, 0], [2, 1, 2, 1])
    assert counting["take"].times


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
def test_training_and_losses(counting, kind):
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((30, 4)), rng.integers(3, size=30).astype(kind)
    model = Softmax()
    losses = model.train(X, y, learning_rate=0.5, num_iters=50, batch_size=20)
    assert losses[-1] < losses[0]
    assert counting["take"].times == 50
    scores = X @ model.W
    for loss in (layers.softmax_loss, layers.svm_loss):
        assert loss(scores, y)[0] == loss(scores, y.astype(np.int64))[0] > 0


def test_labels_of_datasets_can_be_counted(counting):
    """What students write for a vote: ``np.bincount`` of some labels."""
    for images in (load_shapes10(20, 20), load_glyphs(20, 20)):
        for labels in (images.y_train, images.y_test):
            assert np.bincount(labels).sum() == 20
    assert counting["bincount"].times == 4


def test_the_tapes_losses_take_those_labels(counting):
    labels = autograd.from_numpy(np.array([0, 2], np.intp))
    loss = autograd.nn.functional.cross_entropy(autograd.zeros(2, 3), labels)
    assert np.isclose(loss.item(), np.log(3))


def test_histograms(counting):
    rng = np.random.default_rng(2)
    image = rng.integers(256, size=(16, 16, 3)).astype(np.float64)
    assert features.hog_feature(image).sum() > 0
    assert np.isclose(features.color_histogram_hsv(image, nbin=8).sum(), 1)
    assert counting["bincount"].times == 2


def test_copies_on_the_tape(counting):
    x = autograd.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    for repeats, wanted in (
        (autograd.tensor([2, 1]), [1, 1, 3]),
        ([2, 1], [1, 1, 3]),
        (2, [1, 1, 3, 3]),
    ):
        copies = autograd.repeat_interleave(x, repeats, dim=0)
        assert copies[:, 0].tolist() == wanted
        copies.sum().backward()
    assert x.grad[:, 0].tolist() == [6, 4]
    assert counting["repeat"].times == 6
