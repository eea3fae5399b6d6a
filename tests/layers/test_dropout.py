import numpy as np
import pytest

from cs231n.layers import dropout_backward, dropout_forward


@pytest.mark.parametrize("p", [0.25, 0.4, 0.7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keeps_the_mean_and_a_share_of_p(p, dtype, rng):
    x = (rng.standard_normal((500, 500)) + 10).astype(dtype)

    out, _ = dropout_forward(x, {"mode": "train", "p": p, "rng": rng})

    # Six standard deviations of a mean of 250000 Bernoulli variables.
    bound = 6 * np.sqrt((1 - p) / p / x.size)
    assert out.dtype == dtype
    assert abs(out.mean() / x.mean() - 1) < bound
    assert abs(np.mean(out != 0) - p) < bound


def test_what_is_kept_is_scaled_and_the_gradient_follows(rng):
    x, dout = rng.standard_normal((2, 8, 9))
    out, cache = dropout_forward(x, {"mode": "train", "p": 0.5, "seed": 3})

    dx = dropout_backward(dout, cache)

    kept = out != 0
    assert np.array_equal(out, np.where(kept, 2 * x, 0))
    assert np.array_equal(dx, np.where(kept, 2 * dout, 0))


def test_a_seed_repeats_the_mask_and_a_generator_moves_on(rng):
    x = np.ones((20, 20))
    seeded = [
        dropout_forward(x, {"mode": "train", "p": 0.5, "seed": 1})[0] for _ in "ab"
    ]
    moving = [
        dropout_forward(x, {"mode": "train", "p": 0.5, "rng": rng})[0] for _ in "ab"
    ]

    assert np.array_equal(*seeded)
    assert not np.array_equal(*moving)


def test_test_mode_changes_nothing(rng):
    x, dout = rng.standard_normal((2, 4, 5))

    out, cache = dropout_forward(x, {"mode": "test", "p": 0.3})

    assert np.array_equal(out, x)
    assert not np.shares_memory(out, x)
    assert cache[1] is None
    assert np.array_equal(dropout_backward(dout, cache), dout)


def test_keeping_everything_changes_nothing(rng):
    x = rng.standard_normal((4, 5))

    assert np.array_equal(dropout_forward(x, {"mode": "train", "p": 1})[0], x)


def test_wrong_input_is_refused():
    x = np.ones(3)
    for p in (0, 1.5, -0.1):
        with pytest.raises(ValueError, match="p must lie above 0 and be at most 1"):
            dropout_forward(x, {"mode": "train", "p": p})
    with pytest.raises(ValueError, match="Unknown mode 'eval'"):
        dropout_forward(x, {"mode": "eval", "p": 0.5})
    with pytest.raises(ValueError, match="dropout_param lacks 'p'"):
        dropout_forward(x, {"mode": "train"})
