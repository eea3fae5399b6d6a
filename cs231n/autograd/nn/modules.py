"""The layers as modules, with PyTorch's arguments, defaults and first weights."""

import math

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.nn import functional as F
from cs231n.autograd.nn.module import Module
from cs231n.autograd.ops import randomness
from cs231n.autograd.ops.shaping import unflatten
from cs231n.autograd.parameter import Parameter
from cs231n.autograd.tensor import wrap


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _spread(shape, bound, dtype):
    """Return a parameter drawn evenly between -bound and bound."""
    values = randomness.random_generator().uniform(-bound, bound, shape)
    return Parameter(wrap(values.astype(dtypes.as_dtype(dtype) or np.float32)))


class Identity(Module):
    """Return what came."""

    def __init__(self, *_, **__):
        super().__init__()

    def forward(self, input):
        """Return what came."""
        return input


class Linear(Module):
    """Weighted sums of the last axis; ``weight`` is (out, in)."""

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        dtypes.check_device(device)
        self.in_features, self.out_features = int(in_features), int(out_features)
        bound = 1 / math.sqrt(in_features) if in_features else 0.0
        shape = (self.out_features, self.in_features)
        self.weight = _spread(shape, bound, dtype)
        self.bias = _spread(shape[0], bound, dtype) if bias else None
        if not bias:
            self.register_parameter("bias", None)

    def forward(self, input):
        """Map (..., in) to (..., out)."""
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self):
        """Say what is special about this module."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


def _check_padding(mode):
    if mode != "zeros":
        raise NotImplementedError(
            f"padding_mode={mode!r} is not on this tape; use F.pad."
        )


class _Conv(Module):
    def __init__(
        self,
        channels,
        kernel_size,
        stride,
        padding,
        dilation,
        groups,
        bias,
        device,
        dtype,
    ):
        super().__init__()
        dtypes.check_device(device)
        self.in_channels, self.out_channels = channels
        self.kernel_size, self.stride = _pair(kernel_size), _pair(stride)
        self.padding = padding if isinstance(padding, str) else _pair(padding)
        self.dilation, self.groups = _pair(dilation), groups
        if self.in_channels % groups or self.out_channels % groups:
            raise ValueError("in_channels and out_channels must be divisible by groups")
        shape = (*self._filters(), *self.kernel_size)
        fan_in = shape[1] * math.prod(self.kernel_size)
        bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
        self.weight = _spread(shape, bound, dtype)
        self.register_parameter("bias", None)
        if bias:
            self.bias = _spread(self.out_channels, bound, dtype)

    def extra_repr(self):
        """Say what is special about this module."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}"
        )


class Conv2d(_Conv):
    """Convolution; ``weight`` is (out, in / groups, height, width)."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        _check_padding(padding_mode)
        channels = in_channels, out_channels
        how = kernel_size, stride, padding, dilation, groups
        super().__init__(channels, *how, bias, device, dtype)

    def _filters(self):
        return self.out_channels, self.in_channels // self.groups

    def forward(self, input):
        """Map (N, in, H, W) to (N, out, H', W')."""
        options = self.stride, self.padding, self.dilation, self.groups
        return F.conv2d(input, self.weight, self.bias, *options)


class ConvTranspose2d(_Conv):
    """Transposed convolution; ``weight`` is (in, out / groups, height, width)."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        _check_padding(padding_mode)
        channels = in_channels, out_channels
        how = kernel_size, stride, padding, dilation, groups
        super().__init__(channels, *how, bias, device, dtype)
        self.output_padding = _pair(output_padding)

    def _filters(self):
        return self.in_channels, self.out_channels // self.groups

    def forward(self, input):
        """Map (N, in, H, W) to larger (N, out, H', W')."""
        options = self.stride, self.padding, self.output_padding
        return F.conv_transpose2d(
            input, self.weight, self.bias, *options, self.groups, self.dilation
        )


class Embedding(Module):
    """A row of ``weight`` for each whole number."""

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        *,
        device=None,
        dtype=None,
    ):
        super().__init__()
        dtypes.check_device(device)
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None and padding_idx < 0:
            padding_idx += num_embeddings
        self.padding_idx = padding_idx
        values = randomness.randn(num_embeddings, embedding_dim, dtype=dtype)
        if padding_idx is not None:
            values[padding_idx] = 0
        self.weight = Parameter(values)

    def forward(self, input):
        """Look up (...) to (..., D)."""
        return F.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self):
        """Say what is special about this module."""
        return f"{self.num_embeddings}, {self.embedding_dim}"


class Unflatten(Module):
    """Split one axis into several."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, input):
        """Return the other shape."""
        return unflatten(input, self.dim, self.unflattened_size)


class Dropout(Module):
    """Zero elements with probability ``p`` in training, and scale up the rest."""

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(
                f"dropout probability has to be between 0 and 1, but got {p}"
            )
        self.p, self.inplace = p, inplace

    def forward(self, input):
        """Drop some, in training."""
        return F.dropout(input, self.p, self.training)

    def extra_repr(self):
        """Say what is special about this module."""
        return f"p={self.p}"
