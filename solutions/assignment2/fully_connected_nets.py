# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Deep networks and update rules
#
# From one hidden layer to any number of them: the layers stay the same, you only stack them.
# What gets harder is the training. You build the network, six rules that turn gradients
# into steps, and first weights that suit the depth, and let them race.
#
# **You need:** the notebook `two_layer_net`. **Time:** about three hours.

# %% tags=["setup"]
import contextlib
import copy
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n import optim
from cs231n.data import find_cifar10, split_cifar10
from cs231n.layers import (  # noqa: F401 - answers may use any of these
    affine_backward,
    affine_bn_relu_backward,
    affine_bn_relu_forward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    dropout_backward,
    dropout_forward,
    layernorm_backward,
    layernorm_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from cs231n.nets.fully_connected import FullyConnectedNet as PackageNet
from cs231n.notebook import NotebookClass, add_to_class, needs_answers
from cs231n.solver import Solver
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["PackageNet", "optim", "torch"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)

# %% [markdown]
# ## 1. The parameters
#
# A network with hidden layers of $H_1, \dots, H_{L-1}$ units is
#
# affine – [normalisation] – ReLU – [dropout], $L - 1$ times, then affine, then softmax.
#
# The parts in brackets are options. `self.params` holds `W1`, `b1` to `WL`, `bL`, numbered
# from 1; with a normalisation also `gamma1`, `beta1` and so on, ones and zeros, for every
# layer **but the last**. Weights are drawn from a normal distribution with the standard
# deviation `weight_scale`; biases are zero.
#
# By hand: for `hidden_dims=[4, 6]`, `input_dim=5` and `num_classes=3`, which shapes have
# `W1`, `W2` and `W3`?


# %% tags=["setup"]
class FullyConnectedNet(NotebookClass):
    """A network of any depth; its methods are your answers."""

    def __init__(self, *args, **kwargs):
        # A method pasted from a class, without add_to_class, counts as well.
        if "__init__" not in globals():
            raise AttributeError("FullyConnectedNet has no __init__ yet. Run its cell.")
        globals()["__init__"](self, *args, **kwargs)


# %% answer="deep-init"
@add_to_class(FullyConnectedNet)
def __init__(
    self,
    hidden_dims,
    input_dim=3 * 32 * 32,
    num_classes=10,
    dropout_keep_ratio=1,
    normalization=None,
    reg=0.0,
    weight_scale=1e-2,
    dtype=np.float32,
    seed=None,
):
    """Draw the first parameters.

    Parameters
    ----------
    hidden_dims : list of int
        Units of each hidden layer.
    input_dim, num_classes : int
        Numbers of an example, and classes.
    dropout_keep_ratio : float
        Share that dropout keeps; 1 for no dropout.
    normalization : None, "batchnorm" or "layernorm"
    reg : float
        Strength of the penalty.
    weight_scale : float
        Standard deviation of the weights.
    dtype : dtype
        Of the parameters.
    seed : int, optional
        Makes dropout draw the same mask in every call.
    """
    self.normalization = normalization
    self.use_dropout = dropout_keep_ratio != 1
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}
    ### BEGIN SOLUTION
    rng = np.random.default_rng(231)
    sizes = [input_dim, *hidden_dims, num_classes]
    for i in range(1, self.num_layers + 1):
        fan_in, fan_out = sizes[i - 1], sizes[i]
        self.params[f"W{i}"] = weight_scale * rng.standard_normal((fan_in, fan_out))
        self.params[f"b{i}"] = np.zeros(fan_out)
        if normalization is not None and i < self.num_layers:
            self.params[f"gamma{i}"] = np.ones(fan_out)
            self.params[f"beta{i}"] = np.zeros(fan_out)
    ### END SOLUTION
    self.dropout_param = {}
    if self.use_dropout:
        self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
        if seed is not None:
            self.dropout_param["seed"] = seed
    self.bn_params = []
    if normalization == "batchnorm":
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if normalization == "layernorm":
        self.bn_params = [{} for _ in hidden_dims]
    for name, value in self.params.items():
        self.params[name] = value.astype(dtype)


# %% test="deep-init" points=1
weights = {"W1": (5, 4), "W2": (4, 6), "W3": (6, 3), "b1": (4,), "b2": (6,), "b3": (3,)}
scales = {"gamma1": (4,), "gamma2": (6,), "beta1": (4,), "beta2": (6,)}
for kind in (None, "batchnorm", "layernorm"):
    model = FullyConnectedNet([4, 6], input_dim=5, num_classes=3, normalization=kind)
    expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
    shapes = weights if kind is None else weights | scales
    expect_equal(
        sorted(model.params),
        sorted(shapes),
        f"the names in self.params, normalization={kind!r}",
        hint="Numbers begin at 1; the last layer has no gamma and beta.",
    )
    for name, shape in shapes.items():
        expect_array(model.params[name], shape, f"params[{name!r}]")
        if name[0] == "b":
            expect(not model.params[name].any(), f"{name} should start at 0.")
        if name[0] == "g":
            expect((model.params[name] == 1).all(), f"{name} should start at 1.")
expect_source(__init__, without=READY)
passed("deep-init", "names, shapes, biases of 0, gammas of 1")

# %% test="deep-init" part="scale" points=1
for hidden, scale, dtype in [([70], 1e-2, np.float32), ([60] * 4, 0.3, np.float64)]:
    model = FullyConnectedNet(hidden, 60, 60, weight_scale=scale, dtype=dtype)
    expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
    expect_equal(len(model.params), 2 * len(hidden) + 2, "the number of parameters")
    for i in range(1, len(hidden) + 2):
        w = np.asarray(model.params[f"W{i}"])
        expect(w.dtype == dtype, f"W{i} should be {np.dtype(dtype)}; got {w.dtype}.")
        expect(w.any(), f"W{i} is 0 everywhere: its units then stay alike forever.")
        expect(
            abs(w.mean()) < 0.1 * scale,
            f"W{i} has the mean {w.mean():.1e}; its numbers should lie around 0.",
        )
        expect(
            abs(w.std() / scale - 1) < 0.1,
            f"W{i} has a standard deviation of {w.std():.2e}, where weight_scale is "
            f"{scale}.",
        )
        beyond = np.mean(np.abs(w) > 1.8 * scale)
        expect(
            0.05 < beyond < 0.1,
            f"{beyond:.1%} of W{i} lie beyond 1.8 standard deviations; 7 % would in a "
            f"normal distribution.",
        )
    same = model.params["W1"].shape == model.params["W2"].shape
    expect(
        not (same and np.allclose(model.params["W1"], model.params["W2"])),
        "W1 and W2 hold the same numbers.",
    )
passed("deep-init", "normally distributed weights, for two scales, depths and dtypes")

# %% [markdown]
# ## 2. The loss
#
# Forward through all layers, keeping the caches; softmax loss; backward in reverse order.
# Without `y` return the scores, with normalisation and dropout in test mode. The penalty is
# $\frac12 \lambda \sum_l \sum W_l^2$: all weight matrices, no biases, no `gamma`, no `beta`.
#
# The layers are ready: `affine_forward`, `relu_forward`, `batchnorm_forward`,
# `layernorm_forward`, `dropout_forward`, `softmax_loss` and their partners, as you know
# them. Layer $i$ has its normalisation settings in `self.bn_params[i - 1]`.


# %% answer="deep-loss"
@add_to_class(FullyConnectedNet)
def loss(self, X, y=None):
    """Compute scores, or the loss and its gradients.

    Parameters
    ----------
    X : ndarray of shape (N, d_1, ..., d_k)
        Examples.
    y : ndarray of int, shape (N,), optional
        Their classes.

    Returns
    -------
    scores : ndarray of shape (N, C)
        Without y.
    loss, grads : float and dict of ndarray
        With y.
    """
    X = X.astype(self.dtype)
    mode = "test" if y is None else "train"
    if self.use_dropout:
        self.dropout_param["mode"] = mode
    if self.normalization == "batchnorm":
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
    ### BEGIN SOLUTION
    forwards = {"batchnorm": batchnorm_forward, "layernorm": layernorm_forward}
    backwards = {"batchnorm": batchnorm_backward, "layernorm": layernorm_backward}
    p, last, caches, out = self.params, self.num_layers, [], X
    norm = dropout = None
    for i in range(1, last):
        out, affine = affine_forward(out, p[f"W{i}"], p[f"b{i}"])
        if self.normalization:
            out, norm = forwards[self.normalization](
                out, p[f"gamma{i}"], p[f"beta{i}"], self.bn_params[i - 1]
            )
        out, relu = relu_forward(out)
        if self.use_dropout:
            out, dropout = dropout_forward(out, self.dropout_param)
        caches.append((affine, norm, relu, dropout))
    scores, cache = affine_forward(out, p[f"W{last}"], p[f"b{last}"])
    if y is None:
        return scores

    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, cache)
    for i in reversed(range(1, last)):
        affine, norm, relu, dropout = caches[i - 1]
        if self.use_dropout:
            dout = dropout_backward(dout, dropout)
        dout = relu_backward(dout, relu)
        if self.normalization:
            dout, grads[f"gamma{i}"], grads[f"beta{i}"] = backwards[self.normalization](
                dout, norm
            )
        dout, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dout, affine)
    for i in range(1, last + 1):
        loss += 0.5 * self.reg * np.sum(p[f"W{i}"] ** 2)
        grads[f"W{i}"] = grads[f"W{i}"] + self.reg * p[f"W{i}"]
    return loss, grads
    ### END SOLUTION


# %% test="deep-loss" points=3
shapes = {"W1": (5, 4), "b1": 4, "W2": (4, 6), "b2": 6, "W3": (6, 3), "b3": 3}
values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
values["b3"] = np.array([0.0, -20.0, 2.0])  # so that scores of both signs occur
X, y = rng.normal(size=(7, 5)), rng.integers(0, 3, 7)
model = FullyConnectedNet([4, 6], input_dim=5, num_classes=3, dtype=np.float64)
ready = PackageNet([4, 6], input_dim=5, num_classes=3, dtype=np.float64)
for name, value in values.items():
    model.params[name], ready.params[name] = value.copy(), value.copy()
scores = model.loss(X)
expect(not isinstance(scores, tuple), "Without y, return the scores and nothing else.")
expected = ready.loss(X)
expect_close(
    scores,
    expected,
    "scores",
    hint="Follow the sequence in the text: what comes between two affine layers?",
    faults={
        "After the last affine layer comes no ReLU.": np.maximum(expected, 0),
        "The scores are no probabilities: no softmax here.": np.exp(expected)
        / np.exp(expected).sum(axis=1, keepdims=True),
    },
)
half_squares = {name: 0.15 * np.sum(value**2) for name, value in values.items()}
for reg in (0.0, 0.3):
    model.reg = reg
    total, grads = expect_tuple(model.loss(X, y), "loss", "grads")
    found = {}
    for factor in (1, 0, 0.5, 2):
        ready.reg = factor * reg
        found[factor] = ready.loss(X, y)
    data_loss = found[0][0]
    expect_close(
        total,
        found[1][0],
        f"loss with reg {reg}",
        hint="0.5 * reg * sum(W * W) is added for every weight matrix, and nothing else.",
        faults={
            "The regularisation is missing: use self.reg.": data_loss,
            "The regularisation has a factor 1/2 here.": found[2][0],
            "The regularisation is halved twice.": found[0.5][0],
            "The last weight matrix is not regularised.": found[1][0]
            - half_squares["W3"],
            "Only the first weight matrix is regularised.": data_loss
            + half_squares["W1"],
            "Only the last weight matrix is regularised.": data_loss
            + half_squares["W3"],
            "The biases are regularised too; only matrices should be.": data_loss
            + sum(half_squares.values()),
        }
        if reg
        else None,
    )
    expect_equal(sorted(grads), sorted(values), "the names in grads")
    for name in ("W3", "b3", "W2", "b2", "W1", "b1"):
        expect_close(
            grads[name],
            found[1][1][name],
            f"grads[{name!r}] with reg {reg}",
            hint="Go back in reverse order, each layer with its own cache.",
            faults={
                f"The gradient of the regularisation is missing in {name}.": (
                    found[0][1][name]
                ),
                f"The gradient of the regularisation is halved in {name}.": (
                    found[0.5][1][name]
                ),
                f"The gradient of the regularisation is doubled in {name}.": (
                    found[2][1][name]
                ),
                f"{name} is regularised; only weight matrices should be.": (
                    found[0][1][name] + reg * values[name]
                ),
            }
            if reg
            else None,
        )
expect_source(model.loss, without=READY)
passed("deep-loss", "scores, loss and gradients of three layers, with regularisation")

# %% test="deep-loss" part="options" points=3
for hidden, kind, keep, reg in [
    ([9], None, 1, 0.0),
    ([8, 5, 7], "batchnorm", 1, 3.14),
    ([6, 9], "layernorm", 1, 0.5),
    ([9, 8], None, 0.5, 0.0),
    ([6, 9], "layernorm", 0.7, 0.5),
]:
    sizes = {"input_dim": 12, "num_classes": 4, "reg": reg, "dtype": np.float64}
    options = {"normalization": kind, "dropout_keep_ratio": keep, "seed": 123}
    model = FullyConnectedNet(hidden, **sizes, **options)
    ready = PackageNet(hidden, **sizes, **options)
    values = {name: rng.normal(0, 0.5, p.shape) for name, p in ready.params.items()}
    for name in values:
        values[name] = values[name] + 1.5 * (name[0] == "g")
        model.params[name], ready.params[name] = values[name], values[name].copy()
    X, y = rng.normal(size=(6, 3, 2, 2)), rng.integers(0, 4, 6)
    what = f"hidden_dims {hidden}, {kind}, keep {keep}, reg {reg}"
    with unchanged(X=X, y=y, **values):
        try:
            answer = model.loss(X, y)
        except IndexError:
            expect(
                kind is None or len(model.bn_params) == len(hidden),
                f"With {kind}, self.bn_params has {len(model.bn_params)} entries for "
                f"{len(hidden)} hidden layers, and loss asks for more. Let loss read "
                "the list that __init__ fills.",
            )
            raise
    total, grads = expect_tuple(answer, "loss", "grads")
    expected, right = ready.loss(X, y)
    hint = "Compare the order of the parts with the text."
    expect_close(
        total,
        expected,
        f"loss ({what})",
        hint=hint,
        faults={
            "gamma is regularised like a weight matrix; it should not be.": expected
            + 0.5 * reg * sum(np.sum(v**2) for n, v in values.items() if n[0] == "g"),
        },
    )
    expect_equal(sorted(grads), sorted(values), f"the names in grads ({what})")
    ready.reg = 0.0
    plain = ready.loss(X, y)[1]
    for name in reversed(list(values)):
        expect_close(
            grads[name],
            right[name],
            f"grads[{name!r}] ({what})",
            hint="Go back in reverse order, each part with the cache of its layer.",
            faults={
                "This gradient is regularised; only weight matrices should be.": (
                    plain[name] + reg * values[name]
                )
            }
            if name[0] != "W" and reg
            else None,
        )
    # In test mode, after one call in training, for the batch and for one example of it.
    ready = PackageNet(hidden, **sizes, **options)
    ready.params = {name: value.copy() for name, value in values.items()}
    ready.loss(X, y)
    for batch in (X, X[:1]):
        expect_close(
            model.loss(batch),
            ready.loss(batch),
            f"scores of {len(batch)} images in test mode ({what})",
            hint="Every layer has running averages of its own, and nothing is dropped.",
        )
passed("deep-loss", "both normalisations, dropout, images; inputs as they were")

# %% [markdown]
# ## 3. Update rules
#
# A rule gets a parameter `w`, its gradient `dw` and a dictionary `config`, and returns the new
# parameter and the `config` for the next call. Settings are read from `config`, and whatever
# the rule must remember, it stores there. Each parameter of a network has a `config` of its
# own. What you write in the six cells below goes straight into the `Solver`.

# %% [markdown]
# ### Momentum
#
# A heavy ball keeps rolling: the step is a *velocity* that the gradient only changes,
#
# $$v \leftarrow \mu v - \eta\, dw, \qquad w \leftarrow w + v .$$
#
# It gathers speed along a slope that stays, and swings less across one that changes sign.


# %% answer="deep-momentum"
def sgd_momentum(w, dw, config=None):
    """Roll on like a heavy ball.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-2), momentum (0.9), velocity (zeros, shaped like w).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    ### BEGIN SOLUTION
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    ### END SOLUTION
    config["velocity"] = v
    return next_w, config


# %% test="deep-momentum" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {"learning_rate": 0.1, "momentum": 0.8, "velocity": np.array([0.2, -0.3, 0.1])}
next_w, config = expect_tuple(
    sgd_momentum(w.copy(), dw.copy(), given), "next_w", "config"
)
expect_close(
    next_w,
    [1.11, -2.14, 0.38],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "The old velocity is multiplied by 1 - momentum; take momentum itself.": [
            0.99,
            -1.96,
            0.32,
        ],
        "The velocity points uphill: it should go against the gradient.": [
            1.21,
            -2.34,
            0.78,
        ],
        "The old velocity is not used.": [0.95, -1.9, 0.3],
        "This is the velocity; the weights should move by it.": [0.11, -0.14, -0.12],
        "The weights move against the velocity.": [0.89, -1.86, 0.62],
        "The old velocity moves the weights; the new one should.": [1.2, -2.3, 0.6],
        "The momentum is 0.9 here, whatever config says.": [1.13, -2.17, 0.39],
        "The learning rate is 0.01 here, whatever config says.": [1.155, -2.23, 0.56],
        "This is another convention, an average of gradients: here momentum weighs the old velocity, and the gradient counts in full.": [
            1.15,
            -2.22,
            0.54,
        ],
        "This is another convention: here the velocity holds the learning rate already.": [
            0.934,
            -1.876,
            0.292,
        ],
        "This is Nesterov's step, from the next exercise.": [1.038, -2.012, 0.204],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["velocity"],
    [0.11, -0.14, -0.12],
    "config['velocity']",
    hint="Store the new velocity for the next call.",
    faults={
        "The old velocity is still there: store the new one.": [0.2, -0.3, 0.1],
    },
)
expect_source(sgd_momentum, without=READY)
passed("deep-momentum", "one step worked out by hand, and what is stored for the next")

# %% test="deep-momentum" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "momentum": 0.5}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(
                sgd_momentum(w.copy(), dw, config), "next_w", "config"
            )
        right, ours = optim.sgd_momentum(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
passed(
    "deep-momentum", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# ### Nesterov's momentum
#
# If the ball is going to roll by $\mu v$ anyway, better look at the slope *there*. Written for
# weights that have already made that look-ahead step, the rule is
#
# $$v \leftarrow \mu v - \eta\, dw, \qquad w \leftarrow w + \mu v - \eta\, dw ,$$
#
# with the new $v$ in the second formula.


# %% answer="deep-nesterov"
def nesterov_momentum(w, dw, config=None):
    """Roll on like a heavy ball that looks where it will be.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-2), momentum (0.9), velocity (zeros, shaped like w).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    ### BEGIN SOLUTION
    mu, step = config["momentum"], config["learning_rate"] * dw
    v = mu * v - step
    next_w = w + mu * v - step
    ### END SOLUTION
    config["velocity"] = v
    return next_w, config


# %% test="deep-nesterov" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {"learning_rate": 0.1, "momentum": 0.8, "velocity": np.array([0.2, -0.3, 0.1])}
next_w, config = expect_tuple(
    nesterov_momentum(w.copy(), dw.copy(), given), "next_w", "config"
)
expect_close(
    next_w,
    [1.038, -2.012, 0.204],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "This is plain momentum.": [1.11, -2.14, 0.38],
        "The second formula uses the new velocity, not the old one.": [
            1.06,
            -2.04,
            0.18,
        ],
        "The gradient counts in the second formula once more.": [1.088, -2.112, 0.404],
        "Both steps go uphill.": [1.218, -2.372, 0.924],
        "The velocity points uphill.": [1.118, -2.172, 0.524],
        "The momentum is missing in the second formula.": [1.06, -2.04, 0.18],
        "The momentum is 0.9 here, whatever config says.": [1.067, -2.053, 0.201],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["velocity"],
    [0.11, -0.14, -0.12],
    "config['velocity']",
    hint="Store the new velocity for the next call.",
    faults={
        "The old velocity is still there: store the new one.": [0.2, -0.3, 0.1],
    },
)
expect_source(nesterov_momentum, without=READY)
passed("deep-nesterov", "one step worked out by hand, and what is stored for the next")

# %% test="deep-nesterov" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "momentum": 0.5}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(
                nesterov_momentum(w.copy(), dw, config), "next_w", "config"
            )
        right, ours = optim.nesterov_momentum(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
passed(
    "deep-nesterov", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# ### AdaGrad
#
# Some weights see large gradients in every step, others small ones once in a while. Give every
# weight a rate of its own: divide by the root of the sum of *all* its squared gradients so far,
#
# $$c \leftarrow c + dw^2, \qquad w \leftarrow w - \eta \, \frac{dw}{\sqrt{c} + \varepsilon} .$$


# %% answer="deep-adagrad"
def adagrad(w, dw, config=None):
    """Step by the gradient over the root of the sum of all its squares.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-2), epsilon (1e-8), cache (zeros, shaped like w).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("epsilon", 1e-8)
    cache = config.get("cache", np.zeros_like(w))
    ### BEGIN SOLUTION
    cache = cache + dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    ### END SOLUTION
    config["cache"] = cache
    return next_w, config


# %% test="deep-adagrad" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {"learning_rate": 0.1, "epsilon": 0.5, "cache": np.array([4.0, 1.25, 1.0])}
next_w, config = expect_tuple(adagrad(w.copy(), dw.copy(), given), "next_w", "config")
expect_close(
    next_w,
    [0.9804805898, -1.95, 0.4269024009],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "The square of this gradient counts as well: add it first.": [
            0.98,
            -1.9381966011,
            0.3666666667,
        ],
        "The root of the sum is missing.": [0.9894736842, -1.9636363636, 0.4636363636],
        "The step goes uphill.": [1.0195194102, -2.05, 0.5730975991],
        "The old sum is forgotten: only this gradient counts.": [
            0.95,
            -1.9333333333,
            0.42,
        ],
        "The gradients are summed without being squared.": [
            0.980925643,
            -1.9,
            0.4103963049,
        ],
        "The epsilon is 1e-8 here, whatever config says.": [
            0.9757464376,
            -1.9333333338,
            0.4105572813,
        ],
        "The epsilon stands under the root; it belongs beside it.": [
            0.9770584266,
            -1.9396977311,
            0.4147197135,
        ],
        "The squares are averaged as in RMSProp; here they add up.": [
            0.9799245397,
            -1.9381538451,
            0.3679771394,
        ],
        "This is the gradient's step without the division.": [0.95, -1.9, 0.3],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["cache"],
    [4.25, 2.25, 5.0],
    "config['cache']",
    hint="Store the new cache for the next call.",
    faults={
        "The old sum is still there: store the new one.": [4.0, 1.25, 1.0],
    },
)
expect_source(adagrad, without=READY)
passed("deep-adagrad", "one step worked out by hand, and what is stored for the next")

# %% test="deep-adagrad" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "epsilon": 0.5}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(adagrad(w.copy(), dw, config), "next_w", "config")
        right, ours = optim.adagrad(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
passed(
    "deep-adagrad", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# ### RMSprop
#
# AdaGrad's sum only grows, so its steps only shrink. *RMSprop* forgets: with a decay rate $\rho$,
#
# $$c \leftarrow \rho\, c + (1 - \rho)\, dw^2, \qquad
# w \leftarrow w - \eta \, \frac{dw}{\sqrt{c} + \varepsilon} .$$


# %% answer="deep-rmsprop"
def rmsprop(w, dw, config=None):
    """Step by the gradient over its root mean square of late.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-2), decay_rate (0.99), epsilon (1e-8), cache (zeros,
        shaped like w).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    cache = config.get("cache", np.zeros_like(w))
    ### BEGIN SOLUTION
    rho = config["decay_rate"]
    cache = rho * cache + (1 - rho) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    ### END SOLUTION
    config["cache"] = cache
    return next_w, config


# %% test="deep-rmsprop" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {
    "learning_rate": 0.1,
    "decay_rate": 0.6,
    "epsilon": 0.5,
    "cache": np.array([4.0, 1.25, 1.0]),
}
next_w, config = expect_tuple(rmsprop(w.copy(), dw.copy(), given), "next_w", "config")
expect_close(
    next_w,
    [0.9759746927, -1.9364021634, 0.3991549028],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "This is AdaGrad: the squares add up and nothing is forgotten.": [
            0.9804805898,
            -1.95,
            0.4269024009,
        ],
        "decay_rate should weigh the past; here it weighs the present.": [
            0.9725708115,
            -1.9354342532,
            0.4079748978,
        ],
        "The new mean should count in this step already.": [
            0.98,
            -1.9381966011,
            0.3666666667,
        ],
        "The root of the mean is missing.": [0.9833333333, -1.9393939394, 0.4259259259],
        "The gradients are averaged without being squared.": [
            0.9763308181,
            -1.9083920217,
            0.3811798336,
        ],
        "The epsilon is 1e-8 here, whatever config says.": [
            0.9683772236,
            -1.90674952,
            0.3651600284,
        ],
        "The epsilon stands under the root; it belongs beside it.": [
            0.9711324865,
            -1.9221501056,
            0.3782838761,
        ],
        "The decay rate is 0.99 here, whatever config says.": [
            0.9799245397,
            -1.9381538451,
            0.3679771394,
        ],
        "The step goes uphill.": [1.0240253073, -2.0635978366, 0.6008450972],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["cache"],
    [2.5, 1.15, 2.2],
    "config['cache']",
    hint="Store the new cache for the next call.",
    faults={
        "The old mean is still there: store the new one.": [4.0, 1.25, 1.0],
    },
)
expect_source(rmsprop, without=READY)
passed("deep-rmsprop", "one step worked out by hand, and what is stored for the next")

# %% test="deep-rmsprop" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "decay_rate": 0.8, "epsilon": 0.5}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(rmsprop(w.copy(), dw, config), "next_w", "config")
        right, ours = optim.rmsprop(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
passed(
    "deep-rmsprop", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# ### Adam
#
# *Adam* joins the two ideas: a running mean $m$ of gradients and one $v$ of their squares. Both
# begin at zero and so are too small at first; dividing by $1 - \beta^t$ mends that, where $t$
# counts the steps **including this one**:
#
# $$t \leftarrow t + 1, \quad m \leftarrow \beta_1 m + (1 - \beta_1)\, dw, \quad
# v \leftarrow \beta_2 v + (1 - \beta_2)\, dw^2,$$
#
# $$w \leftarrow w - \eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon} .$$
#
# By hand: how long is the very first step, whatever the gradient?


# %% answer="deep-adam"
def adam(w, dw, config=None):
    """Step by the mean gradient over its root mean square.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-3), beta1 (0.9), beta2 (0.999), epsilon (1e-8), m
        and v (zeros, shaped like w), t (0), the number of steps taken so far.

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    m = config.get("m", np.zeros_like(w))
    v = config.get("v", np.zeros_like(w))
    t = config.get("t", 0)
    ### BEGIN SOLUTION
    beta1, beta2 = config["beta1"], config["beta2"]
    t = t + 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
    step = config["learning_rate"] * mean / (np.sqrt(square) + config["epsilon"])
    next_w = w - step
    ### END SOLUTION
    config["m"], config["v"], config["t"] = m, v, t
    return next_w, config


# %% test="deep-adam" points=2
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {
    "learning_rate": 0.1,
    "beta1": 0.8,
    "beta2": 0.6,
    "m": np.array([0.3, -0.2, 0.1]),
    "v": np.array([4.0, 1.25, 1.0]),
    "t": 2,
}
next_w, config = expect_tuple(adam(w.copy(), dw.copy(), given), "next_w", "config")
expect_close(
    next_w,
    [0.9609836068, -1.939089553, 0.441282426],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "t counts this step too: increase it before you use it.": [
            0.9522144712,
            -1.9253996159,
            0.4280853484,
        ],
        "The corrections are missing.": [0.978496512, -1.9664298272, 0.4676384068],
        "The corrections divide the means; here they multiply them.": [
            0.9881485715,
            -1.981498141,
            0.4821642374,
        ],
        "The corrections need the power of t: 1 - beta**t, not 1 - beta.": [
            0.9320000003,
            -1.8938417922,
            0.3976636566,
        ],
        "Only the first mean is corrected.": [
            0.9559354755,
            -1.9312086623,
            0.4336852599,
        ],
        "Only the second mean is corrected.": [
            0.9809600001,
            -1.9702757019,
            0.4713458239,
        ],
        "beta1 and beta2 have changed places.": [
            0.9812182627,
            -1.9577032921,
            0.4394195764,
        ],
        "beta1 serves both means; the second has beta2.": [
            0.9730022654,
            -1.9529562467,
            0.4456785527,
        ],
        "beta2 serves both means; the first has beta1.": [
            0.972857143,
            -1.9452358453,
            0.4345169232,
        ],
        "The root of the second mean is missing.": [
            0.9781508197,
            -1.9497077694,
            0.4649478392,
        ],
        "The gradient is not squared in the second mean.": [
            0.9617412788,
            -1.8895904394,
            0.4263936257,
        ],
        "The gradient itself makes the step; its mean should.": [
            0.9720000002,
            -1.9174325052,
            0.3806075996,
        ],
        "The betas weigh the present; they should weigh the past.": [
            0.936907605,
            -1.8546814188,
            0.3243394631,
        ],
        "The step goes uphill.": [1.0390163932, -2.060910447, 0.558717574],
        "The betas are 0.9 and 0.999 here, whatever config says.": [
            0.9967663143,
            -1.9949403484,
            0.4941504604,
        ],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["m"],
    [0.34, -0.36, 0.48],
    "config['m']",
    hint="Store the new m for the next call.",
    faults={
        "The old mean is still there: store the new one.": [0.3, -0.2, 0.1],
        "This is the corrected mean; store the one before the correction.": [
            0.6967213115,
            -0.737704918,
            0.9836065574,
        ],
    },
)
expect_close(
    config["v"],
    [2.5, 1.15, 2.2],
    "config['v']",
    hint="Store the new v for the next call.",
    faults={
        "The old mean is still there: store the new one.": [4.0, 1.25, 1.0],
        "This is the corrected mean; store the one before the correction.": [
            3.1887755102,
            1.4668367347,
            2.806122449,
        ],
    },
)
expect_equal(config["t"], 3, "config['t'], the steps taken with this one")
expect_source(adam, without=READY)
passed("deep-adam", "one step worked out by hand, and what is stored for the next")

# %% test="deep-adam" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "beta1": 0.6, "beta2": 0.8}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(adam(w.copy(), dw, config), "next_w", "config")
        right, ours = optim.adam(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
# After many steps the corrections are 1, and a large epsilon counts in every form.
w, dw, m = rng.normal(size=(3, 4))
late = {"epsilon": 0.5, "m": m, "v": np.ones(4), "t": 50000}
right, _ = optim.adam(
    w.copy(),
    dw,
    {name: np.copy(x) for name, x in late.items()} | {"t": 50000, "epsilon": 0.5},
)
next_w, _ = adam(w.copy(), dw, late)
without, _ = optim.adam(w.copy(), dw, {"m": m.copy(), "v": np.ones(4), "t": 50000})
expect_close(
    next_w,
    right,
    "next_w after 50,000 steps with epsilon 0.5",
    rtol=1e-7,
    faults={"The epsilon is 1e-8 here, whatever config says.": without},
)
still, _ = adam(np.ones(2), np.zeros(2), None)
expect(
    np.isfinite(still).all(), "Where all gradients are 0, next_w is nan: add epsilon."
)
passed("deep-adam", "three steps from the start, other settings, float32; dw as it was")

# %% [markdown]
# ### AdamW
#
# A penalty in the loss goes through Adam's division like any gradient, so weights with large
# gradients are hardly penalised. *AdamW* keeps the two apart: Adam's step from the gradient of the
# data alone, and besides, with the weight decay $\lambda$, the **old** weights shrink by a factor,
#
# $$w \leftarrow w - \eta \lambda w - (\text{Adam's step}) .$$


# %% answer="deep-adamw"
def adamw(w, dw, config=None):
    """Take a step of Adam, and shrink the weights apart from it.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        as for adam, and weight_decay (1e-2).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("weight_decay", 1e-2)
    m = config.get("m", np.zeros_like(w))
    v = config.get("v", np.zeros_like(w))
    t = config.get("t", 0)
    ### BEGIN SOLUTION
    beta1, beta2 = config["beta1"], config["beta2"]
    t = t + 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
    step = config["learning_rate"] * mean / (np.sqrt(square) + config["epsilon"])
    next_w = w - config["learning_rate"] * config["weight_decay"] * w - step
    ### END SOLUTION
    config["m"], config["v"], config["t"] = m, v, t
    return next_w, config


# %% test="deep-adamw" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {
    "learning_rate": 0.1,
    "weight_decay": 0.5,
    "beta1": 0.8,
    "beta2": 0.6,
    "m": np.array([0.3, -0.2, 0.1]),
    "v": np.array([4.0, 1.25, 1.0]),
    "t": 2,
}
next_w, config = expect_tuple(adamw(w.copy(), dw.copy(), given), "next_w", "config")
expect_close(
    next_w,
    [0.9109836068, -1.839089553, 0.416282426],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "t counts this step too: increase it before you use it.": [
            0.9022144712,
            -1.8253996159,
            0.4030853484,
        ],
        "The corrections are missing.": [0.928496512, -1.8664298272, 0.4426384068],
        "The corrections need the power of t: 1 - beta**t, not 1 - beta.": [
            0.8820000003,
            -1.7938417922,
            0.3726636566,
        ],
        "Only the first mean is corrected.": [
            0.9059354755,
            -1.8312086623,
            0.4086852599,
        ],
        "Only the second mean is corrected.": [
            0.9309600001,
            -1.8702757019,
            0.4463458239,
        ],
        "beta1 and beta2 have changed places.": [
            0.9312182627,
            -1.8577032921,
            0.4144195764,
        ],
        "beta1 serves both means; the second has beta2.": [
            0.9230022654,
            -1.8529562467,
            0.4206785527,
        ],
        "beta2 serves both means; the first has beta1.": [
            0.922857143,
            -1.8452358453,
            0.4095169232,
        ],
        "The root of the second mean is missing.": [
            0.9281508197,
            -1.8497077694,
            0.4399478392,
        ],
        "The gradient is not squared in the second mean.": [
            0.9117412788,
            -1.7895904394,
            0.4013936257,
        ],
        "The gradient itself makes the step; its mean should.": [
            0.9220000002,
            -1.8174325052,
            0.3556075996,
        ],
        "The betas weigh the present; they should weigh the past.": [
            0.886907605,
            -1.7546814188,
            0.2993394631,
        ],
        "The step goes uphill.": [0.9890163932, -1.960910447, 0.533717574],
        "The betas are 0.9 and 0.999 here, whatever config says.": [
            0.9467663143,
            -1.8949403484,
            0.4691504604,
        ],
        "This is Adam: the weights do not shrink.": [
            0.9609836068,
            -1.939089553,
            0.441282426,
        ],
        "The decay is not multiplied by the learning rate.": [
            0.4609836068,
            -0.939089553,
            0.191282426,
        ],
        "The decay goes into Adam's gradient; it should act on the weights alone.": [
            0.9522897307,
            -1.9337185039,
            0.4406460779,
        ],
        "The weights grow in place of shrinking.": [
            1.0109836068,
            -2.039089553,
            0.466282426,
        ],
        "The weight decay is 0.01 here, whatever config says.": [
            0.9599836068,
            -1.937089553,
            0.440782426,
        ],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["m"],
    [0.34, -0.36, 0.48],
    "config['m']",
    hint="Store the new m for the next call.",
    faults={
        "The old mean is still there: store the new one.": [0.3, -0.2, 0.1],
        "This is the corrected mean; store the one before the correction.": [
            0.6967213115,
            -0.737704918,
            0.9836065574,
        ],
    },
)
expect_close(
    config["v"],
    [2.5, 1.15, 2.2],
    "config['v']",
    hint="Store the new v for the next call.",
    faults={
        "The old mean is still there: store the new one.": [4.0, 1.25, 1.0],
        "This is the corrected mean; store the one before the correction.": [
            3.1887755102,
            1.4668367347,
            2.806122449,
        ],
    },
)
expect_equal(config["t"], 3, "config['t'], the steps taken with this one")
expect_source(adamw, without=READY)
passed("deep-adamw", "one step worked out by hand, and what is stored for the next")

# %% test="deep-adamw" part="steps" points=1
for shape, dtype, settings in [
    (
        (3, 4),
        np.float64,
        {"learning_rate": 0.1, "beta1": 0.6, "beta2": 0.8, "weight_decay": 0.3},
    ),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(adamw(w.copy(), dw, config), "next_w", "config")
        right, ours = optim.adamw(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
# After many steps the corrections are 1, and a large epsilon counts in every form.
w, dw, m = rng.normal(size=(3, 4))
late = {"epsilon": 0.5, "m": m, "v": np.ones(4), "t": 50000}
right, _ = optim.adamw(
    w.copy(),
    dw,
    {name: np.copy(x) for name, x in late.items()} | {"t": 50000, "epsilon": 0.5},
)
next_w, _ = adamw(w.copy(), dw, late)
without, _ = optim.adamw(w.copy(), dw, {"m": m.copy(), "v": np.ones(4), "t": 50000})
expect_close(
    next_w,
    right,
    "next_w after 50,000 steps with epsilon 0.5",
    rtol=1e-7,
    faults={"The epsilon is 1e-8 here, whatever config says.": without},
)
still, _ = adamw(np.ones(2), np.zeros(2), None)
expect(
    np.isfinite(still).all(), "Where all gradients are 0, next_w is nan: add epsilon."
)
passed(
    "deep-adamw", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# Watch them run. The valley below is ten times steeper across than along, and the dot is its
# lowest point. Which rule will swing, which go straight, which creep?

# %%
with needs_answers():
    rules = {
        "sgd_momentum": (sgd_momentum, 0.02),
        "nesterov_momentum": (nesterov_momentum, 0.02),
        "adagrad": (adagrad, 0.5),
        "rmsprop": (rmsprop, 0.05),
        "adam": (adam, 0.2),
        "adamw": (adamw, 0.2),
    }
    steep = np.array([1.0, 10.0])
    gx, gy = np.meshgrid(np.linspace(-3.4, 1.6, 80), np.linspace(-1.6, 1.6, 60))
    fig, axes = plt.subplots(2, 3, figsize=(9, 4.4), layout="constrained")
    for ax, (name, (rule, rate)) in zip(axes.ravel(), rules.items(), strict=True):
        path, config = [np.array([-3.0, 1.0])], {"learning_rate": rate}
        for _ in range(60):
            w, config = rule(path[-1].copy(), steep * path[-1], config)
            path.append(w)
        ax.contour(gx, gy, gx**2 + 10 * gy**2, levels=12, colors="lightgray")
        ax.plot(*np.transpose(path), ".-", color="tab:blue", linewidth=1, markersize=3)
        ax.plot(0, 0, "o", color="black", markersize=4)
        ax.set(title=name, xticks=[], yticks=[], xlim=(-3.4, 1.6), ylim=(-1.6, 1.6))
    plt.show()

# %% [markdown] question="deep-adagrad" points=2
# **Question 1 (2 points).** Somebody trains for a long time with AdaGrad and sees the updates
# get tiny, though the loss is far from flat. Why does that happen, and would RMSprop or Adam
# suffer from it?

# %% [markdown] marking="deep-adagrad"
# The cache is a sum of squares that never gets smaller, so the rate $\eta / \sqrt{c}$ falls
# for ever, about like $1/\sqrt{t}$ with gradients that stay of one size. RMSprop and Adam take
# running means instead, which forget old gradients: if gradients stay of one size, so does
# the step.
#
# *Marking:* 1 for "the sum only grows"; 1 for "a running mean forgets, so no".

# %% [markdown]
# ## 4. First weights
#
# How large should first weights be? If the inputs of a unit have variance 1 and its weights
# variance $s^2$, its output has variance $\text{fan\_in} \cdot s^2$: one layer after the other,
# the signal grows or dies like a power. *Xavier* keeps it, averaged over both directions; *He*
# makes up for the ReLU, which throws half of it away:
#
# $$s_{\text{xavier}} = \sqrt{\frac{2}{\text{fan\_in} + \text{fan\_out}}}, \qquad
# s_{\text{he}} = \sqrt{\frac{2}{\text{fan\_in}}} .$$


# %% answer="deep-weights"
def init_weights(fan_in, fan_out, scheme, rng):
    """Draw the first weights of a layer from a normal distribution around 0.

    Parameters
    ----------
    fan_in, fan_out : int
        Inputs and outputs of the layer.
    scheme : str
        "xavier" or "he".
    rng : numpy.random.Generator
        Draws the weights.

    Returns
    -------
    weights : ndarray of shape (fan_in, fan_out)
    """
    if scheme not in ("xavier", "he"):
        raise ValueError(f"Unknown scheme {scheme!r}; use 'xavier' or 'he'.")
    ### BEGIN SOLUTION
    inputs = fan_in if scheme == "he" else (fan_in + fan_out) / 2
    variance = 2 / inputs if scheme == "he" else 1 / inputs
    return math.sqrt(variance) * rng.standard_normal((fan_in, fan_out))
    ### END SOLUTION


# %% test="deep-weights" points=1
for fan_in, fan_out, scheme, std in [
    (400, 100, "xavier", 0.06325),
    (400, 100, "he", 0.07071),
    (100, 400, "xavier", 0.06325),
    (100, 400, "he", 0.14142),
]:
    w = init_weights(fan_in, fan_out, scheme, rng)
    expect_array(w, (fan_in, fan_out), "weights")
    expect(
        abs(np.std(w) / std - 1) < 0.03,
        f"{scheme} for {fan_in} inputs and {fan_out} outputs: the standard deviation "
        f"should be {std:.4f}; got {np.std(w):.4f}. Does the formula give a variance or "
        f"a standard deviation, and does it count inputs or outputs?",
    )
expect_source(init_weights, without=READY)
passed("deep-weights", "shape and standard deviation, for two shapes and both schemes")

# %% test="deep-weights" part="normal" points=1
for scheme in ("xavier", "he"):
    w, same = (init_weights(300, 200, scheme, copy.deepcopy(rng)) for _ in range(2))
    w, same = np.asarray(w), np.asarray(same)
    rng.normal(size=7)  # so that the next weights differ
    other = init_weights(300, 200, scheme, copy.deepcopy(rng))
    expect(
        np.array_equal(w, same), "The same rng should give the same weights: use rng."
    )
    expect(
        not np.array_equal(w, other), "Another rng should give other weights: use rng."
    )
    expect(abs(w.mean()) < 0.03 * w.std(), f"The mean should be 0; got {w.mean():.2e}.")
    beyond = np.mean(np.abs(w) > 1.8 * w.std())
    expect(
        0.06 < beyond < 0.085,
        f"{beyond:.1%} of the weights lie beyond 1.8 standard deviations; 7 % would in a "
        f"normal distribution.",
    )
passed("deep-weights", "normally distributed around 0, and drawn from rng")

# %% [markdown]
# The spread of what comes out of each of 20 layers of 200 ReLU units, for four ways to draw
# the weights. The scale is logarithmic.

# %%
with needs_answers():
    draw = np.random.default_rng(231)
    ways = {
        "0.01": lambda: 0.01 * draw.standard_normal((200, 200)),
        "xavier": lambda: init_weights(200, 200, "xavier", draw),
        "he": lambda: init_weights(200, 200, "he", draw),
        "0.2": lambda: 0.2 * draw.standard_normal((200, 200)),
    }
    fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
    for name, new_weights in ways.items():
        h, spreads = draw.standard_normal((500, 200)), []
        for _ in range(20):
            h = np.maximum(h @ new_weights(), 0)
            spreads.append(h.std())
        ax.semilogy(range(1, 21), spreads, ".-", label=name)
    ax.set(xlabel="layer", ylabel="spread of the outputs", ylim=(1e-12, 1e12))
    ax.legend(frameon=False, ncols=4)
    plt.show()

# %% [markdown]
# ## 5. Fifty images by heart
#
# A network that cannot learn 50 images by heart will not learn 5000 well: the quickest test of
# any training code. Find a weight scale and a learning rate with which plain gradient descent
# gets all 50 right within 20 epochs of batches of 25, for two hidden layers of 100 units, and
# for four. The loss tells you which way to go: does it stay at 2.3, fall too slowly, explode?

# %% tags=["experiment"]
fifty = split_cifar10(50, 100, 1, source="shapes10")


def learn_by_heart(num_hidden, weight_scale, learning_rate):
    """Train on 50 images; return the solver."""
    model = PackageNet([100] * num_hidden, weight_scale=weight_scale)
    solver = Solver(
        model,
        fifty,
        optim_config={"learning_rate": learning_rate},
        num_epochs=20,
        batch_size=25,
        verbose=False,
    )
    with contextlib.suppress(FloatingPointError):
        solver.train()
    return solver


for weight_scale, learning_rate in ((1e-2, 1e-4), (1e-1, 1e-1)):
    solver = learn_by_heart(2, weight_scale, learning_rate)
    losses = solver.loss_history
    print(
        f"weight scale {weight_scale}, learning rate {learning_rate}: loss {losses[0]:.3g}"
        f" -> {losses[-1]:.3g}, training accuracy {solver.train_acc_history[-1]:.2f}"
    )


# %% answer="deep-overfit"
def overfit_settings(num_hidden):
    """Return settings that learn 50 images by heart.

    Parameters
    ----------
    num_hidden : int
        Hidden layers: 2 or 4.

    Returns
    -------
    settings : dict
        weight_scale and learning_rate.
    """
    ### BEGIN SOLUTION
    return {
        2: {"weight_scale": 0.05, "learning_rate": 1e-3},
        4: {"weight_scale": 0.08, "learning_rate": 1e-3},
    }[num_hidden]
    ### END SOLUTION


# %% test="deep-overfit" points=2
# With your settings, both networks memorise 50 drawn images.
drawn = split_cifar10(50, 50, 1, source="shapes10")
for num_hidden in (2, 4):
    chosen = overfit_settings(num_hidden)
    expect(
        isinstance(chosen, dict) and set(chosen) == {"weight_scale", "learning_rate"},
        "overfit_settings should return a dict with weight_scale and learning_rate.",
    )
    model = PackageNet([100] * num_hidden, weight_scale=chosen["weight_scale"])
    how = {"optim_config": {"learning_rate": chosen["learning_rate"]}}
    solver = Solver(model, drawn, **how, num_epochs=20, batch_size=25, verbose=False)
    with contextlib.suppress(FloatingPointError):
        solver.train()
    best = max(solver.train_acc_history, default=0)
    losses = solver.loss_history
    expect(
        best == 1,
        f"{num_hidden} hidden layers with {chosen}: only {best:.0%} of the 50 images are "
        f"right. First loss {losses[0]:.3g}, last {losses[-1]:.3g}: far above 2.3 asks "
        f"for smaller weights, stuck at 2.3 for larger ones.",
    )
passed("deep-overfit", "both networks memorise 50 images")

# %% test="deep-overfit" part="again" points=1
# The same from other weights and with other minibatches, in a few epochs more.
drawn = split_cifar10(50, 50, 1, source="shapes10")
for num_hidden in (2, 4):
    chosen = overfit_settings(num_hidden)
    expect(isinstance(chosen, dict), "overfit_settings should return a dict.")
    scale, rate = chosen["weight_scale"], chosen["learning_rate"]
    model = PackageNet([100] * num_hidden, weight_scale=scale, rng=rng)
    how = {"optim_config": {"learning_rate": rate}, "batch_size": 25, "rng": rng}
    solver = Solver(model, drawn, **how, num_epochs=30, verbose=False)
    with contextlib.suppress(FloatingPointError):
        solver.train()
    best = max(solver.train_acc_history, default=0)
    expect(
        best > 0.9,
        f"{num_hidden} hidden layers with {chosen}: only {best:.0%} of the 50 images are "
        f"right the second time. Take settings that do not just suffice.",
    )
passed("deep-overfit", "and once more from other weights")

# %% [markdown] question="deep-sensitive" points=2
# **Question 2 (2 points).** For which of the two networks was it harder to find settings?
# Which of the two numbers was it, and why does depth matter?

# %% [markdown] marking="deep-sensitive"
# The deeper one, because of the weight scale. Each layer multiplies the size of the signal,
# and of the gradient on its way back, by about the same factor (the scale times the root of
# half the inputs); with five layers an error in that factor counts to the fifth power. So the
# range of scales in which neither dies nor explodes is narrower. For each good scale a range
# of rates works.
#
# *Marking:* 1 for "the deeper one, the weight scale"; 1 for the factor per layer.

# %% [markdown]
# ## 6. The race
#
# Your network, six layers, 1000 images, and your six rules. Bet before you run it. Where the
# real CIFAR-10 is on the disk it is 4000 images and 8 epochs, which takes a minute or two.

# %% tags=["experiment"]
real = find_cifar10() is not None  # the real CIFAR-10 is worth more steps
num_images, num_epochs = (4000, 8) if real else (1000, 5)
data = split_cifar10(num_images, 500, 1)


def race(model, rule, learning_rate, num_epochs):
    """Train with a rule; return the solver."""
    solver = Solver(
        model,
        data,
        update_rule=rule,
        optim_config={"learning_rate": learning_rate},
        num_epochs=num_epochs,
        batch_size=50,
        verbose=False,
    )
    with contextlib.suppress(FloatingPointError):
        solver.train()
    return solver


with needs_answers():
    rules = {
        "sgd": ("sgd", 5e-3),
        "sgd_momentum": (sgd_momentum, 5e-3),
        "nesterov_momentum": (nesterov_momentum, 5e-3),
        "adagrad": (adagrad, 1e-3),
        "rmsprop": (rmsprop, 1e-4),
        "adam": (adam, 1e-3),
        "adamw": (adamw, 1e-3),
    }
    fig, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
    for name, (rule, rate) in tqdm(
        rules.items(), file=sys.stdout, ncols=88, desc="race"
    ):
        model = FullyConnectedNet([100] * 5, weight_scale=5e-2)
        solver = race(model, rule, rate, num_epochs)
        losses = np.convolve(solver.loss_history, np.ones(10) / 10, mode="valid")
        curves = losses, solver.train_acc_history, solver.val_acc_history
        for ax, values in zip(axes, curves, strict=True):
            ax.plot(values, label=name)
    axes[0].set(title="loss, mean of ten steps", xlabel="step", ylim=(0, 4))
    axes[1].set(title="training accuracy", xlabel="epoch", ylim=(0, 1))
    axes[2].set(title="validation accuracy", xlabel="epoch", ylim=(0, 1))
    axes[1].legend(frameon=False, fontsize="small")
    plt.show()

# %% [markdown]
# ## Your network beside the package's
#
# The same first weights, the same batches, your Adam against ours.

# %% tags=["experiment"]
with needs_answers():
    mine = FullyConnectedNet([100] * 5, weight_scale=5e-2)
    theirs = PackageNet([100] * 5, weight_scale=5e-2)
    theirs.params = {name: value.copy() for name, value in mine.params.items()}
    histories = []
    for name, model, rule in (("yours", mine, adam), ("the package's", theirs, "adam")):
        start = time.perf_counter()
        solver = race(model, rule, 1e-3, num_epochs=4)
        histories.append(solver.loss_history)
        print(
            f"{name:14} validation {solver.best_val_acc:.3f}  "
            f"{time.perf_counter() - start:.2f} s"
        )
    apart = np.abs(np.subtract(*histories))
    print(f"the losses differ by {apart[:5].max():.0e} in the first five steps,")
    print(f"by {apart.max():.0e} at most")

# %% [markdown]
# Last, as good as it gets on all the images at hand, with what you have: your network with
# He weights and batch normalisation, dropout, and your AdamW on a cosine. With the real
# CIFAR-10 it takes about two minutes and gets 54 % of the validation images right.

# %% tags=["experiment"]
everything, accuracies = split_cifar10(), {}
with needs_answers():
    draw = np.random.default_rng(231)
    model = FullyConnectedNet(
        [200, 100], dropout_keep_ratio=0.8, normalization="batchnorm"
    )
    for name, value in model.params.items():
        if name[0] == "W":
            model.params[name] = init_weights(*value.shape, "he", draw).astype(
                np.float32
            )
    solver = Solver(
        model,
        everything,
        update_rule=adamw,
        optim_config={"learning_rate": 1e-3, "weight_decay": 0.1},
        schedule="cosine",
        num_epochs=12 if real else 5,
        batch_size=100,
    )
    solver.train()
    accuracies = {
        "validation": solver.best_val_acc,
        "test": solver.check_accuracy(everything["X_test"], everything["y_test"]),
    }
    print(f"validation {accuracies['validation']:.3f}, test {accuracies['test']:.3f}")

# %% [markdown]
# ## What you have
#
# A network of any depth, six rules that train it, and first weights that let them. The limit
# now is that the network sees an image as a plain row of numbers; the convolutional notebook
# lifts it.
