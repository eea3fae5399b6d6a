"""Layers as functions, by PyTorch's names."""

from cs231n.autograd._names import missing
from cs231n.autograd.nn.activations import (
    dropout,
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    logsigmoid,
    one_hot,
    relu,
    silu,
    softmax,
    softplus,
)
from cs231n.autograd.nn.images import (
    adaptive_avg_pool2d,
    avg_pool2d,
    interpolate,
    max_pool2d,
    pad,
    pixel_shuffle,
    pixel_unshuffle,
)
from cs231n.autograd.nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from cs231n.autograd.nn.norms import (
    batch_norm,
    cosine_similarity,
    group_norm,
    layer_norm,
    normalize,
)
from cs231n.autograd.nn.weighted import conv2d, conv_transpose2d, embedding, linear
from cs231n.autograd.ops.pointwise import sigmoid, tanh

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv2d",
    "conv_transpose2d",
    "cosine_similarity",
    "cross_entropy",
    "dropout",
    "elu",
    "embedding",
    "gelu",
    "group_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logsigmoid",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pixel_shuffle",
    "pixel_unshuffle",
    "relu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "tanh",
]
__getattr__ = missing("F", lambda: __all__)
