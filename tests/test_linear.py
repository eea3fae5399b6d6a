import math

import numpy as np
import pytest

from cs231n.nets.fully_connected import TwoLayerNet
from cs231n.nets.linear import (
    LinearClassifier,
    LinearSVM,
    Softmax,
    softmax_loss_vectorized,
    svm_loss_vectorized,
)

LOSSES = [svm_loss_vectorized, softmax_loss_vectorized]


def slow_loss(loss, W, X, y, reg):
    """Write the loss as its formula reads, example by example."""
    total = 0.0
    for x, label in zip(X, y, strict=True):
        scores = [float(x @ w) for w in W.T]
        if loss is svm_loss_vectorized:
            for c, score in enumerate(scores):
                if c != label:
                    total += max(0.0, score - scores[label] + 1)
        else:
            total += math.log(sum(math.exp(s) for s in scores)) - scores[label]
    return total / len(X) + reg * float(np.sum(W**2))


def problem(n=7, d=5, c=4, dtype=np.float64, seed=231):
    rng = np.random.default_rng(seed)
    W = rng.standard_normal((d, c)).astype(dtype)
    X = rng.standard_normal((n, d)).astype(dtype)
    return W, X, rng.integers(0, c, n)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_loss_matches_the_definition(loss, dtype):
    W, X, y = problem(dtype=dtype)

    value, dW = loss(W, X, y, 0.3)

    tolerance = 50 * float(np.finfo(dtype).eps)
    assert value == pytest.approx(slow_loss(loss, W, X, y, 0.3), rel=tolerance)
    assert isinstance(value, float)
    assert dW.dtype == dtype
    assert dW.shape == W.shape


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("reg", [0.0, 0.7])
def test_gradient_matches_finite_differences(loss, reg):
    W, X, y = problem()
    rng = np.random.default_rng(1)
    _, dW = loss(W, X, y, reg)
    step = 6e-6
    for _ in range(5):
        v = rng.standard_normal(W.shape)
        rise = loss(W + step * v, X, y, reg)[0] - loss(W - step * v, X, y, reg)[0]
        assert rise / (2 * step) == pytest.approx(np.sum(dW * v), abs=1e-7)


def test_softmax_is_stable_and_its_gradient_sums_to_zero():
    W, X, y = problem()

    value, dW = softmax_loss_vectorized(1e5 * W, X, y, 0.0)

    assert np.isfinite(value)
    np.testing.assert_allclose(dW.sum(axis=1), 0, atol=1e-12)


def test_losses_at_zero_weights_are_the_well_known_ones():
    _, X, y = problem()
    W = np.zeros((5, 4))

    assert svm_loss_vectorized(W, X, y, 9.0)[0] == 3
    assert softmax_loss_vectorized(W, X, y, 9.0)[0] == pytest.approx(math.log(4))


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_refuse_shapes_that_do_not_fit(loss):
    W, X, y = problem()
    with pytest.raises(ValueError, match=r"with one D; got \(7, 3\) and \(5, 4\)"):
        loss(W, X[:, :3], y, 0.0)
    with pytest.raises(ValueError, match=r"y must have shape \(7,\)"):
        loss(W, X, y[:, None], 0.0)


@pytest.mark.parametrize("loss", LOSSES)
def test_an_empty_batch_costs_the_penalty(loss):
    W, X, y = problem()

    value, dW = loss(W, X[:0], y[:0], 0.5)

    assert value == pytest.approx(0.5 * np.sum(W**2))
    np.testing.assert_allclose(dW, W)


@pytest.mark.parametrize("loss", LOSSES)
def test_mixed_precision_is_computed_in_the_higher(loss):
    W, X, y = problem(dtype=np.float32)

    value, dW = loss(W.astype(np.float64), X, y, 0.5)

    expected = loss(W.astype(np.float64), X.astype(np.float64), y, 0.5)
    assert dW.dtype == np.float64
    assert value == expected[0]
    np.testing.assert_array_equal(dW, expected[1])


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_refuse_what_is_no_number_or_no_class(loss):
    W, X, y = problem()
    with pytest.raises(TypeError, match="float32 or float64; got object"):
        loss(W, X.astype(object), y, 0.0)
    with pytest.raises(TypeError, match="float32 or float64; got int64"):
        loss(np.ones((5, 4), int), np.ones((7, 5), int), y, 0.0)
    with pytest.raises(ValueError, match="y must lie between 0 and 3; it holds 4"):
        loss(W, X, np.full(7, 4), 0.0)


@pytest.mark.parametrize("kind", [LinearSVM, Softmax])
class TestClassifier:
    def data(self):
        rng = np.random.default_rng(0)
        y = rng.integers(0, 3, 200)
        X = 3 * np.eye(3)[y] + rng.standard_normal((200, 3))
        return np.column_stack([X, np.ones(200)]).astype(np.float32), y

    def test_learns(self, kind, capsys):
        X, y = self.data()
        model = kind()

        losses = model.train(X, y, 0.1, 1e-3, num_iters=150, verbose=True)

        assert len(losses) == 150
        assert losses[-1] < losses[0]
        assert np.mean(model.predict(X) == y) > 0.9
        assert model.W.dtype == np.float32
        assert capsys.readouterr().err == ""

    def test_the_same_seed_gives_the_same_run(self, kind):
        X, y = self.data()
        runs = [
            kind().train(X, y, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
        ]

        assert runs[0] == runs[1]
        assert runs[0] != runs[2]

    def test_a_step_follows_the_gradient_of_a_batch(self, kind):
        X, y = self.data()
        X = X.astype(np.float64)
        model = kind()
        model.W = np.random.default_rng(5).standard_normal((4, 3))
        W, rng = model.W.copy(), np.random.default_rng(6)

        losses = model.train(
            X, y, 0.1, 0.2, num_iters=2, batch_size=30, rng=np.random.default_rng(6)
        )

        loss = svm_loss_vectorized if kind is LinearSVM else softmax_loss_vectorized
        for value in losses:
            batch = rng.integers(200, size=30)
            expected, dW = loss(W, X[batch], y[batch], 0.2)
            assert value == expected
            W -= 0.1 * dW
        np.testing.assert_array_equal(model.W, W)

    def test_training_goes_on_from_the_weights_it_has(self, kind):
        X, y = self.data()
        model = kind()
        model.train(X, y, 0.1, num_iters=50)
        before = model.W.copy()

        model.train(X, y, 0.0, num_iters=1)

        np.testing.assert_array_equal(model.W, before)

    def test_weights_go_to_a_file_and_come_back(self, kind, tmp_path):
        X, y = self.data()
        model, other = kind(), kind()
        model.train(X, y)
        model.save(tmp_path / "model.npz")

        assert other.load(tmp_path / "model.npz")

        np.testing.assert_array_equal(model.W, other.W, strict=True)

    def test_faults_are_named(self, kind):
        X, y = self.data()
        with pytest.raises(TypeError, match="X has dtype uint8; convert it first"):
            kind().train(X.astype(np.uint8), y)
        with pytest.raises(RuntimeError, match="Train the classifier before"):
            kind().predict(X)
        with pytest.raises(FloatingPointError, match=r"became (nan|inf) at step \d+"):
            kind().train(X, y, learning_rate=1e30, num_iters=50)


def test_the_base_class_says_which_to_use():
    model = LinearClassifier()
    with pytest.raises(NotImplementedError, match="LinearSVM or Softmax"):
        model.train(np.ones((3, 2)), np.zeros(3, int))


def test_a_file_of_another_kind_of_model_is_refused(tmp_path):
    TwoLayerNet(5, 4, 3).save(tmp_path / "net.npz")

    with pytest.raises(ValueError, match=r"holds \['params'\]; Softmax keeps \['W'\]"):
        Softmax().load(tmp_path / "net.npz")
