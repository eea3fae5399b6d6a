"""Update rules, learning-rate schedules and gradient clipping.

Every rule has the form ``next_w, config = rule(w, dw, config)``. ``config`` is the
rule's memory: it starts as a dictionary of settings (or None for the defaults), is
filled in, and goes back into the next call. Its arrays are updated in place. With
``out=w`` the weights are updated in place too; otherwise ``w`` is not modified.
"""

from cs231n.optim.clipping import clip_gradients, clip_values
from cs231n.optim.decay import (
    cosine_decay,
    exponential_decay,
    linear_warmup,
    step_decay,
)
from cs231n.optim.moments import adam, adamw
from cs231n.optim.rules import adagrad, nesterov_momentum, rmsprop, sgd, sgd_momentum

__all__ = [
    "adagrad",
    "adam",
    "adamw",
    "clip_gradients",
    "clip_values",
    "cosine_decay",
    "exponential_decay",
    "linear_warmup",
    "nesterov_momentum",
    "rmsprop",
    "sgd",
    "sgd_momentum",
    "step_decay",
]
