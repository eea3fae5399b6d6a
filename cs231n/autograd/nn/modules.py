"""The layers as modules, with PyTorch's arguments, defaults and first weights."""

import math

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.nn import functional as F
from cs231n.autograd.nn.module import Module
from cs231n.autograd.ops import creation
from cs231n.autograd.ops.shaping import unflatten
from cs231n.autograd.tensor import Parameter, wrap


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _spread(shape, bound, dtype):
    """Return a parameter drawn evenly between -bound and bound."""
    values = creation.generator().uniform(-bound, bound, shape)
    return Parameter(wrap(values.astype(dtypes.as_dtype(dtype) or np.float32)))


def _filled(shape, value, dtype):
    dtype = dtypes.as_dtype(dtype) or np.dtype(np.float32)
    return Parameter(wrap(np.full(shape, value, dtype)))


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


class _Conv(Module):
    def __init__(self, channels, kernel_size, stride, padding, dilation, groups, bias):
        super().__init__()
        self.in_channels, self.out_channels = channels
        self.kernel_size, self.stride = _pair(kernel_size), _pair(stride)
        self.padding = padding if isinstance(padding, str) else _pair(padding)
        self.dilation, self.groups = _pair(dilation), groups
        if self.in_channels % groups or self.out_channels % groups:
            raise ValueError("in_channels and out_channels must be divisible by groups")
        shape = (*self._filters(), *self.kernel_size)
        fan_in = shape[1] * math.prod(self.kernel_size)
        bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
        self.weight = _spread(shape, bound, None)
        self.register_parameter("bias", None)
        if bias:
            self.bias = _spread(self.out_channels, bound, None)

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
    ):
        if padding_mode != "zeros":
            raise NotImplementedError(
                f"Conv2d: padding_mode={padding_mode!r}; use F.pad."
            )
        channels = in_channels, out_channels
        super().__init__(channels, kernel_size, stride, padding, dilation, groups, bias)

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
    ):
        channels = in_channels, out_channels
        super().__init__(channels, kernel_size, stride, padding, dilation, groups, bias)
        self.output_padding = _pair(output_padding)

    def _filters(self):
        return self.in_channels, self.out_channels // self.groups

    def forward(self, input):
        """Map (N, in, H, W) to larger (N, out, H', W')."""
        options = self.stride, self.padding, self.output_padding
        return F.conv_transpose2d(
            input, self.weight, self.bias, *options, self.groups, self.dilation
        )


class _BatchNorm(Module):
    ranks = ()

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)
        if affine:
            self.weight = _filled(num_features, 1, None)
            self.bias = _filled(num_features, 0, None)
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            self.register_buffer(name, None)
        if track_running_stats:
            self.running_mean = creation.zeros(num_features)
            self.running_var = creation.ones(num_features)
            self.num_batches_tracked = creation.tensor(0)

    def forward(self, input):
        """Normalise every channel over the batch, or by running averages in testing."""
        if input.ndim not in self.ranks:
            raise ValueError(
                f"expected {' or '.join(f'{r}D' for r in self.ranks)} input (got "
                f"{input.ndim}D input)"
            )
        if input.shape[1] != self.num_features:
            raise RuntimeError(
                f"{type(self).__name__}: expected {self.num_features} channels, got an "
                f"input of shape {tuple(input.shape)}"
            )
        tracked, momentum = self.running_mean is not None, self.momentum
        if self.training and tracked:
            self.num_batches_tracked += 1
            if momentum is None:
                momentum = 1 / int(self.num_batches_tracked)
        return F.batch_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not tracked,
            momentum,
            self.eps,
        )

    def extra_repr(self):
        """Say what is special about this module."""
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of vectors (N, C) or sequences (N, C, L)."""

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images (N, C, H, W)."""

    ranks = (4,)


class LayerNorm(Module):
    """Normalisation over the last axes."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__()
        shape = normalized_shape
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.normalized_shape, self.eps = shape, eps
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)
        if elementwise_affine:
            self.weight = _filled(shape, 1, None)
            if bias:
                self.bias = _filled(shape, 0, None)

    def forward(self, input):
        """Normalise each sample."""
        return F.layer_norm(
            input, self.normalized_shape, self.weight, self.bias, self.eps
        )

    def extra_repr(self):
        """Say what is special about this module."""
        return f"{self.normalized_shape}, eps={self.eps}"


class GroupNorm(Module):
    """Normalisation of groups of channels."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError("num_channels must be divisible by num_groups")
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)
        if affine:
            self.weight = _filled(num_channels, 1, None)
            self.bias = _filled(num_channels, 0, None)

    def forward(self, input):
        """Normalise each sample."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """Say what is special about this module."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}"


class Embedding(Module):
    """A row of ``weight`` for each whole number."""

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None and padding_idx < 0:
            padding_idx += num_embeddings
        self.padding_idx = padding_idx
        values = creation.randn(num_embeddings, embedding_dim)
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
