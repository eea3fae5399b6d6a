"""What the networks share: the penalty on their weights."""

import numpy as np

from cs231n.nets.base import add_penalty


def test_the_penalty_falls_on_weights_alone_and_keeps_dtypes():
    params = {"W1": np.float32([3, -4]), "b1": np.float32([9]), "gamma1": np.ones(1)}
    before = {name: np.full_like(value, 0.5) for name, value in params.items()}
    grads = dict(before)

    loss = add_penalty(0.1, grads, params, 0.2)

    assert loss == 0.1 + 2.5  # not rounded to the float32 of the weights
    np.testing.assert_allclose(grads["W1"], [1.1, -0.3], rtol=1e-6)
    assert grads["W1"].dtype == np.float32
    assert (grads["b1"] is before["b1"], grads["gamma1"] is before["gamma1"]) == (1, 1)
    assert before["W1"][0] == 0.5  # an answer's gradients stay as they were
