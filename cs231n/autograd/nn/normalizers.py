"""Batch, layer and group normalisation as modules."""

import numpy as np

from cs231n.autograd import dtypes
from cs231n.autograd.nn import functional as F
from cs231n.autograd.nn.module import Module
from cs231n.autograd.ops import creation
from cs231n.autograd.parameter import Parameter
from cs231n.autograd.tensor import wrap


def _filled(shape, value, dtype):
    dtype = dtypes.as_dtype(dtype) or np.dtype(np.float32)
    return Parameter(wrap(np.full(shape, value, dtype)))


class _BatchNorm(Module):
    ranks = ()

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        dtypes.check_device(device)
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)
        if affine:
            self.weight = _filled(num_features, 1, dtype)
            self.bias = _filled(num_features, 0, dtype)
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            self.register_buffer(name, None)
        if track_running_stats:
            self.running_mean = creation.zeros(num_features, dtype=dtype)
            self.running_var = creation.ones(num_features, dtype=dtype)
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

    def __init__(
        self,
        normalized_shape,
        eps=1e-5,
        elementwise_affine=True,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        dtypes.check_device(device)
        shape = normalized_shape
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.normalized_shape, self.eps = shape, eps
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)
        if elementwise_affine:
            self.weight = _filled(shape, 1, dtype)
            if bias:
                self.bias = _filled(shape, 0, dtype)

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

    def __init__(
        self,
        num_groups,
        num_channels,
        eps=1e-5,
        affine=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        dtypes.check_device(device)
        if num_channels % num_groups:
            raise ValueError("num_channels must be divisible by num_groups")
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)
        if affine:
            self.weight = _filled(num_channels, 1, dtype)
            self.bias = _filled(num_channels, 0, dtype)

    def forward(self, input):
        """Normalise each sample."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        """Say what is special about this module."""
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}"
