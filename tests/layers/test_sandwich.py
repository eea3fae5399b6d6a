import numpy as np
import pytest

from cs231n import fast_layers, layer_utils, layers, rnn_layers
from tests.layers.ruler import assert_gradients

CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}
IMAGES, FILTERS = (2, 3, 8, 6), (4, 3, 3, 3)
#: Inputs, and what a forward function gets besides.
CASES = {
    "affine_relu": ([(3, 4), (4, 5), (5,)], ()),
    "affine_bn_relu": ([(3, 4), (4, 5), (5,), (5,), (5,)], ({"mode": "train"},)),
    "conv_relu": ([IMAGES, FILTERS, (4,)], (CONV,)),
    "conv_bn_relu": (
        [IMAGES, FILTERS, (4,), (4,), (4,)],
        (CONV, {"mode": "train"}),
    ),
    "conv_relu_pool": ([IMAGES, FILTERS, (4,)], (CONV, POOL)),
}


@pytest.mark.parametrize("name", CASES)
def test_backward_matches_finite_differences(name, rng):
    shapes, extra = CASES[name]
    inputs = [rng.standard_normal(shape) for shape in shapes]
    forward = getattr(layers, f"{name}_forward")
    out, cache = forward(*inputs, *extra)
    dout = rng.standard_normal(out.shape)

    gradients = getattr(layers, f"{name}_backward")(dout, cache)

    bias = 2 if "bn" in name else None  # its gradient is zero under batch norm
    for place, value in enumerate(inputs):
        if place != bias:
            along = lambda v, p=place: forward(
                *inputs[:p], v, *inputs[p + 1 :], *extra
            )[0]
            assert_gradients(along, [value], [gradients[place]], dout, rng=rng)
    if bias:
        assert np.abs(gradients[bias]).max() < 1e-12


def test_pooling_before_relu_is_pooling_after_relu(rng):
    x, w, b = (rng.standard_normal(shape) for shape in (IMAGES, FILTERS, (4,)))

    out, _ = layers.conv_relu_pool_forward(x, w, b, CONV, POOL)

    hidden, _ = layers.conv_relu_forward(x, w, b, CONV)
    assert np.array_equal(out, layers.max_pool_forward(hidden, POOL)[0])


@pytest.mark.parametrize("name", ["affine_relu", "conv_relu", "conv_relu_pool"])
def test_a_first_layer_can_leave_out_dx(name, rng):
    shapes, extra = CASES[name]
    inputs = [rng.standard_normal(shape) for shape in shapes]
    out, cache = getattr(layers, f"{name}_forward")(*inputs, *extra)

    gradients = getattr(layers, f"{name}_backward")(out, cache, need_dx=False)

    assert gradients[0] is None
    assert gradients[1].shape == shapes[1]


def test_old_spellings_are_the_same_layers():
    assert fast_layers.conv_forward_fast is layers.conv_forward
    assert fast_layers.conv_backward_im2col is layers.conv_backward
    assert fast_layers.max_pool_forward_reshape is layers.max_pool_forward
    assert layer_utils.conv_relu_pool_forward is layers.conv_relu_pool_forward
    assert rnn_layers.lstm_forward is layers.lstm_forward
    assert layers.conv_forward_naive is layers.conv_forward
    assert layers.batchnorm_backward_alt is layers.batchnorm_backward
