"""Numerical gradients: the ruler every backward pass in the course is held to."""

from cs231n.gradcheck.blobs import (
    eval_numerical_gradient_blobs,
    eval_numerical_gradient_net,
)
from cs231n.gradcheck.differences import (
    STEP,
    directional_error,
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    rel_error,
)

__all__ = [
    "STEP",
    "directional_error",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "eval_numerical_gradient_blobs",
    "eval_numerical_gradient_net",
    "grad_check_sparse",
    "rel_error",
]
