"""First values of weights, written in place."""

import math

from cs231n.autograd.graph import no_grad


def _fans(tensor):
    """Return how many inputs and outputs each weight has to do with."""
    shape = tuple(tensor.shape)
    if len(shape) < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 "
            "dimensions"
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def calculate_gain(nonlinearity, param=None):
    """Return by how much weights grow to make up for a nonlinearity."""
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    gains = {"relu": math.sqrt(2), "tanh": 5 / 3}
    return gains.get(nonlinearity, 1.0)


@no_grad()
def uniform_(tensor, a=0.0, b=1.0):
    """Draw evenly between two bounds."""
    return tensor.uniform_(a, b)


@no_grad()
def normal_(tensor, mean=0.0, std=1.0):
    """Draw Gaussian numbers."""
    return tensor.normal_(mean, std)


@no_grad()
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    """Draw Gaussian numbers between two bounds."""
    import numpy as np

    from cs231n.autograd.ops.randomness import random_generator
    from cs231n.autograd.tensor import wrap

    values = random_generator().normal(mean, std, tensor.shape)
    outside = (values < a) | (values > b)
    while outside.any():
        values[outside] = random_generator().normal(mean, std, int(outside.sum()))
        outside = (values < a) | (values > b)
    return tensor.copy_(wrap(np.asarray(values, tensor.dtype)))


@no_grad()
def constant_(tensor, val):
    """Write one number everywhere."""
    return tensor.fill_(val)


def zeros_(tensor):
    """Write zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor):
    """Write ones."""
    return constant_(tensor, 1.0)


def xavier_uniform_(tensor, gain=1.0):
    """Draw evenly, with the variance 2 / (inputs + outputs)."""
    bound = gain * math.sqrt(6 / sum(_fans(tensor)))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor, gain=1.0):
    """Draw Gaussian numbers with the variance 2 / (inputs + outputs)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(_fans(tensor))))


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """Draw evenly, with the variance gain ** 2 / inputs."""
    fan = _fans(tensor)[mode == "fan_out"]
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / fan)
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """Draw Gaussian numbers with the variance gain ** 2 / inputs."""
    fan = _fans(tensor)[mode == "fan_out"]
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fan))
