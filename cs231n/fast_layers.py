"""Old spelling of convolution and pooling: every variant is the one fast layer."""

from cs231n.layers.conv import conv_backward, conv_forward
from cs231n.layers.pool import max_pool_backward, max_pool_forward

conv_forward_fast = conv_forward_im2col = conv_forward_strides = conv_forward
conv_backward_fast = conv_backward_im2col = conv_backward_strides = conv_backward
max_pool_forward_fast = max_pool_forward_im2col = max_pool_forward
max_pool_forward_reshape = max_pool_forward
max_pool_backward_fast = max_pool_backward_im2col = max_pool_backward
max_pool_backward_reshape = max_pool_backward

__all__ = [
    "conv_backward_fast",
    "conv_backward_im2col",
    "conv_backward_strides",
    "conv_forward_fast",
    "conv_forward_im2col",
    "conv_forward_strides",
    "max_pool_backward_fast",
    "max_pool_backward_im2col",
    "max_pool_backward_reshape",
    "max_pool_forward_fast",
    "max_pool_forward_im2col",
    "max_pool_forward_reshape",
]
