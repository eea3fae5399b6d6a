"""The NumPy back end: every kernel, without a compiler. What it imports, it offers."""

# ruff: noqa: F401

from cs231n.kernels._numpy.columns import col2im, im2col
from cs231n.kernels._numpy.conv import conv_dw, conv_dx, conv_forward
from cs231n.kernels._numpy.embedding import embedding_backward, embedding_forward
from cs231n.kernels._numpy.linear import linear_softmax_loss, linear_svm_loss
from cs231n.kernels._numpy.loss import (
    softmax,
    softmax_backward,
    softmax_loss,
    svm_loss,
)
from cs231n.kernels._numpy.matmul import matmul, matmul_packed, pack, row_sum
from cs231n.kernels._numpy.norm import (
    batch_norm_backward,
    batch_norm_forward,
    group_norm_backward,
    group_norm_forward,
    scale_shift,
)
from cs231n.kernels._numpy.pointwise import (
    gelu_backward,
    gelu_exact_backward,
    gelu_exact_forward,
    gelu_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from cs231n.kernels._numpy.pool import (
    avg_pool_backward,
    avg_pool_forward,
    max_pool_backward,
    max_pool_forward,
)
from cs231n.kernels._numpy.recurrent import (
    gru_gates_backward,
    gru_gates_forward,
    lstm_gates_backward,
    lstm_gates_forward,
    rnn_state_backward,
    rnn_state_forward,
)
from cs231n.kernels._numpy.update import adam, momentum, rms, sgd


def set_threads(count):
    """Do nothing: NumPy's matrix products have threads of their own."""


__all__ = sorted(
    name
    for name, value in globals().items()
    if callable(value) and not name.startswith("_")
)
