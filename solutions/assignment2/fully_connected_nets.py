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
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

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
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["PackageNet", "optim", "torch"]

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
# 1 point: names and shapes, without and with a normalisation.
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

# %% hidden-test="deep-init" points=1
# 1 point: the grader also looks at the spread of the weights for two scales, at one and at
# four hidden layers, at the dtype, and whether all matrices are different numbers.
### BEGIN HIDDEN TESTS
for hidden, scale, dtype in [([70], 1e-2, np.float32), ([60] * 4, 0.3, float)]:
    model = FullyConnectedNet(hidden, 60, 60, weight_scale=scale, dtype=dtype)
    expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
    expect_equal(len(model.params), 2 * len(hidden) + 2, "the number of parameters")
    for i in range(1, len(hidden) + 2):
        w = model.params[f"W{i}"]
        expect(w.dtype == dtype, f"W{i} should be {np.dtype(dtype)}; got {w.dtype}.")
        expect(
            abs(w.std() / scale - 1) < 0.1 and abs(w.mean()) < 0.1 * scale,
            f"W{i} has mean {w.mean():.2e} and standard deviation {w.std():.2e}; expected "
            f"0 and {scale}.",
        )
        beyond = np.mean(np.abs(w) > 1.8 * scale)
        expect(
            0.05 < beyond < 0.1,
            f"{beyond:.1%} of W{i} lie beyond 1.8 standard deviations; 7 % would in a "
            f"normal distribution.",
        )
    expect(
        model.params["W1"].shape != model.params[f"W{len(hidden)}"].shape
        or len(hidden) == 1
        or not np.allclose(model.params["W1"], model.params["W2"]),
        "W1 and W2 hold the same numbers.",
    )
### END HIDDEN TESTS

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
# 3 points: a network of three layers written out, without and with a penalty; then the
# gradients against differences of your loss.
rng = np.random.default_rng(1)
model = FullyConnectedNet([4, 6], input_dim=5, num_classes=3, dtype=np.float64)
values = {
    name: rng.standard_normal(shape)
    for name, shape in {
        "W1": (5, 4),
        "b1": (4,),
        "W2": (4, 6),
        "b2": (6,),
        "W3": (6, 3),
        "b3": (3,),
    }.items()
}
for name, value in values.items():
    model.params[name] = value.copy()
X, y = rng.standard_normal((7, 5)), rng.integers(0, 3, 7)
h1 = np.maximum(X @ values["W1"] + values["b1"], 0)
h2 = np.maximum(h1 @ values["W2"] + values["b2"], 0)
expected = h2 @ values["W3"] + values["b3"]
expect_close(
    model.loss(X),
    expected,
    "scores",
    hint="Affine, ReLU, affine, ReLU, affine. Without y, return the scores.",
    faults={
        "After the last affine layer comes no ReLU.": np.maximum(expected, 0),
    },
)
answer = model.loss(X, y)
expect(
    isinstance(answer, tuple) and len(answer) == 2,
    f"With y, return the pair (loss, grads); got {type(answer).__name__}.",
)
data_loss = np.mean(np.log(np.exp(expected).sum(axis=1)) - expected[np.arange(7), y])
expect_close(answer[0], data_loss, "loss without penalty")
model.reg = 0.3
squares = sum(np.sum(values[f"W{i}"] ** 2) for i in (1, 2, 3))
_, grads = answer = model.loss(X, y)
expect_close(
    answer[0],
    data_loss + 0.15 * squares,
    "loss with reg 0.3",
    hint="Add 0.5 * reg * sum(W * W) for every weight matrix, and nothing else.",
    faults={
        "The penalty has a factor one half here.": data_loss + 0.3 * squares,
        "There is no penalty: use self.reg.": data_loss,
    },
)
expect_equal(sorted(grads), sorted(values), "the names in grads")
for name, value in values.items():
    expect_array(grads[name], value.shape, f"grads[{name!r}]")
    v = rng.standard_normal(value.shape)
    rise = []
    for step in (1e-6, -1e-6):
        model.params[name] = value + step * v
        rise.append(model.loss(X, y)[0])
    model.params[name] = value
    expect_close(
        np.sum(grads[name] * v),
        (rise[0] - rise[1]) / 2e-6,
        f"the slope of {name} along a random direction",
        rtol=1e-5,
        atol=1e-7,
        hint="Backwards in reverse order; the penalty adds reg * W.",
    )
expect_source(model.loss, without=READY)

# %% hidden-test="deep-loss" points=3
# 3 points: the grader does the same for one and three hidden layers, both normalisations,
# dropout with a fixed seed, two penalties and images, looks at the scores in test mode,
# and whether images and parameters come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(2)
for hidden, kind, keep, reg in [
    ([9], None, 1, 0.0),
    ([8, 5, 7], "batchnorm", 1, 3.14),
    ([6, 9], "layernorm", 0.7, 0.5),
    ([9, 8], None, 0.5, 0.0),
]:
    model = FullyConnectedNet(
        hidden,
        input_dim=12,
        num_classes=4,
        dropout_keep_ratio=keep,
        normalization=kind,
        reg=reg,
        dtype=np.float64,
        seed=123,
    )
    values = {n: 0.5 * rng.standard_normal(p.shape) for n, p in model.params.items()}
    for name in values:
        if name[0] == "g":
            values[name] = values[name] + 1.5
        model.params[name] = values[name].copy()
    X, y = rng.standard_normal((6, 3, 2, 2)), rng.integers(0, 4, 6)
    hint = f"hidden_dims {hidden}, {kind}, keep {keep}, reg {reg}."
    with unchanged(X=X, y=y, **model.params):
        _, grads = expect_tuple(model.loss(X, y), "loss", "grads")
    expect_equal(sorted(grads), sorted(values), "the names in grads", hint=hint)
    for name, value in values.items():
        expect_array(grads[name], value.shape, f"grads[{name!r}]")
        v = rng.standard_normal(value.shape)
        rise = []
        for step in (1e-6, -1e-6):
            model.params[name] = value + step * v
            rise.append(model.loss(X, y)[0])
        model.params[name] = value
        expect_close(
            np.sum(grads[name] * v),
            (rise[0] - rise[1]) / 2e-6,
            f"the slope of {name} along a random direction",
            rtol=1e-4,
            atol=1e-6,
            hint=hint,
        )
    package = PackageNet(hidden, 12, 4, keep, kind, reg, dtype=np.float64, seed=123)
    for name, value in values.items():
        package.params[name] = value.copy()
    package.bn_params = [dict(bn_param) for bn_param in model.bn_params]
    expect_close(model.loss(X), package.loss(X), "scores in test mode", hint=hint)
    one = model.loss(X[:1])
    expect_close(one, package.loss(X[:1]), "scores of one example", hint=hint)
### END HIDDEN TESTS

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
# 1 point: one step on evenly spaced numbers, with a memory of earlier ones.
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
v = np.linspace(0.6, 0.9, 20).reshape(4, 5)
answer = sgd_momentum(
    w.copy(), dw.copy(), {"learning_rate": 1e-3, "velocity": v.copy()}
)
expect_tuple(answer, "next_w", "config")
next_w, config = answer
expect_close(
    next_w,
    w + 0.9 * v - 1e-3 * dw,
    "next_w",
    hint="Compare your lines with the formulas above, one by one.",
    faults={
        "The velocity points uphill: subtract learning_rate * dw from it.": w
        + 0.9 * v
        + 1e-3 * dw,
        "The old velocity is not used.": w - 1e-3 * dw,
        "This is the velocity; the new weights are w + v.": 0.9 * v - 1e-3 * dw,
        "The velocity is subtracted; add it.": w - (0.9 * v - 1e-3 * dw),
        "The weights have not moved.": w,
    },
)
expect_close(next_w[0, 0], 0.1406, "next_w[0, 0]", rtol=1e-6)
expect_close(
    config["velocity"],
    0.9 * v - 1e-3 * dw,
    "config['velocity']",
    hint="Store the new velocity for the next call.",
    faults={"The old velocity is still there: store the new one.": v},
)
expect_source(sgd_momentum, without=READY)

# %% hidden-test="deep-momentum" points=1
# 1 point: the grader also takes three steps from the start, with the default settings and
# with others, in 64 and 32 bits, and looks whether dw comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(20)
for shape, dtype, s in [
    ((3, 4), float, {"learning_rate": 0.1, "momentum": 0.5}),
    ((5,), float, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config = rng.standard_normal(shape).astype(dtype), dict(s) or None
    v = np.zeros(shape)
    rate, mu = s.get("learning_rate", 1e-2), s.get("momentum", 0.9)
    for step in range(3):
        dw = rng.standard_normal(shape).astype(dtype)
        v = mu * v - rate * dw
        expected = w + v
        with unchanged(dw=dw):
            next_w, config = expect_tuple(
                sgd_momentum(w.copy(), dw, config), "next_w", "config"
            )
        hint = f"Step {step + 1} with {s or 'the default settings'}."
        expect_close(next_w, expected, "next_w", rtol=1e-4, atol=1e-6, hint=hint)
        next_w = np.asarray(next_w)
        expect(next_w.dtype == dtype, f"Keep the dtype of w; got {next_w.dtype}.")
        w = next_w.copy()
### END HIDDEN TESTS

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
# 1 point: one step on evenly spaced numbers, with a memory of earlier ones.
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
v = np.linspace(0.6, 0.9, 20).reshape(4, 5)
answer = nesterov_momentum(
    w.copy(), dw.copy(), {"learning_rate": 1e-3, "velocity": v.copy()}
)
expect_tuple(answer, "next_w", "config")
next_w, config = answer
expect_close(
    next_w,
    w + 0.9 * (0.9 * v - 1e-3 * dw) - 1e-3 * dw,
    "next_w",
    hint="Compare your lines with the formulas above, one by one.",
    faults={
        "This is plain momentum.": w + 0.9 * v - 1e-3 * dw,
        "The second formula uses the new velocity, not the old one.": w
        + 0.9 * v
        - 1e-3 * dw
        - 1e-3 * dw,
        "The gradient enters the second formula once more.": w
        + 0.9 * (0.9 * v - 1e-3 * dw),
        "The weights have not moved.": w,
    },
)
expect_close(
    config["velocity"],
    0.9 * v - 1e-3 * dw,
    "config['velocity']",
    hint="Store the new velocity for the next call.",
)
expect_source(nesterov_momentum, without=READY)

# %% hidden-test="deep-nesterov" points=1
# 1 point: the grader also takes three steps from the start, with the default settings and
# with others, in 64 and 32 bits, and looks whether dw comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(21)
for shape, dtype, s in [
    ((3, 4), float, {"learning_rate": 0.1, "momentum": 0.5}),
    ((5,), float, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config = rng.standard_normal(shape).astype(dtype), dict(s) or None
    v = np.zeros(shape)
    rate, mu = s.get("learning_rate", 1e-2), s.get("momentum", 0.9)
    for step in range(3):
        dw = rng.standard_normal(shape).astype(dtype)
        v = mu * v - rate * dw
        expected = w + mu * v - rate * dw
        with unchanged(dw=dw):
            next_w, config = expect_tuple(
                nesterov_momentum(w.copy(), dw, config), "next_w", "config"
            )
        hint = f"Step {step + 1} with {s or 'the default settings'}."
        expect_close(next_w, expected, "next_w", rtol=1e-4, atol=1e-6, hint=hint)
        next_w = np.asarray(next_w)
        expect(next_w.dtype == dtype, f"Keep the dtype of w; got {next_w.dtype}.")
        w = next_w.copy()
### END HIDDEN TESTS

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
# 1 point: one step on evenly spaced numbers, with a memory of earlier ones.
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
cache = np.linspace(0.6, 0.9, 20).reshape(4, 5)
answer = adagrad(w.copy(), dw.copy(), {"learning_rate": 1e-2, "cache": cache.copy()})
expect_tuple(answer, "next_w", "config")
next_w, config = answer
expect_close(
    next_w,
    w - 1e-2 * dw / (np.sqrt(cache + dw**2) + 1e-8),
    "next_w",
    hint="Compare your lines with the formulas above, one by one.",
    faults={
        "The squares of this step count as well: add them first.": w
        - 1e-2 * dw / (np.sqrt(cache) + 1e-8),
        "Divide by the root of the sum.": w - 1e-2 * dw / (cache + dw**2 + 1e-8),
        "The step goes uphill.": w + 1e-2 * dw / (np.sqrt(cache + dw**2) + 1e-8),
        "The weights have not moved.": w,
    },
)
expect_close(
    config["cache"],
    cache + dw**2,
    "config['cache']",
    hint="Add the squares and store the sum.",
    faults={"The old sum is still there: store the new one.": cache},
)
expect_source(adagrad, without=READY)

# %% hidden-test="deep-adagrad" points=1
# 1 point: the grader also takes three steps from the start, with the default settings and
# with others, in 64 and 32 bits, and looks whether dw comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(22)
for shape, dtype, s in [
    ((3, 4), float, {"learning_rate": 0.1, "epsilon": 0.5}),
    ((5,), float, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config = rng.standard_normal(shape).astype(dtype), dict(s) or None
    c = np.zeros(shape)
    rate, eps = s.get("learning_rate", 1e-2), s.get("epsilon", 1e-8)
    for step in range(3):
        dw = rng.standard_normal(shape).astype(dtype)
        c = c + dw.astype(float) ** 2
        expected = w - rate * dw / (np.sqrt(c) + eps)
        with unchanged(dw=dw):
            next_w, config = expect_tuple(
                adagrad(w.copy(), dw, config), "next_w", "config"
            )
        hint = f"Step {step + 1} with {s or 'the default settings'}."
        expect_close(next_w, expected, "next_w", rtol=1e-4, atol=1e-6, hint=hint)
        next_w = np.asarray(next_w)
        expect(next_w.dtype == dtype, f"Keep the dtype of w; got {next_w.dtype}.")
        w = next_w.copy()
### END HIDDEN TESTS

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
# 1 point: one step on evenly spaced numbers, with a memory of earlier ones.
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
cache = np.linspace(0.6, 0.9, 20).reshape(4, 5)
answer = rmsprop(w.copy(), dw.copy(), {"learning_rate": 1e-2, "cache": cache.copy()})
expect_tuple(answer, "next_w", "config")
next_w, config = answer
expect_close(
    next_w,
    w - 1e-2 * dw / (np.sqrt(0.99 * cache + 0.01 * dw**2) + 1e-8),
    "next_w",
    hint="Compare your lines with the formulas above, one by one.",
    faults={
        "This is AdaGrad: the squares are added without forgetting.": w
        - 1e-2 * dw / (np.sqrt(cache + dw**2) + 1e-8),
        "decay_rate is the weight of the past.": w
        - 1e-2 * dw / (np.sqrt(0.01 * cache + 0.99 * dw**2) + 1e-8),
        "The new mean counts in this step already.": w
        - 1e-2 * dw / (np.sqrt(cache) + 1e-8),
        "The step goes uphill.": w
        + 1e-2 * dw / (np.sqrt(0.99 * cache + 0.01 * dw**2) + 1e-8),
        "The weights have not moved.": w,
    },
)
expect_close(next_w[0, 0], -0.39223849, "next_w[0, 0]", rtol=1e-6)
expect_close(
    config["cache"],
    0.99 * cache + 0.01 * dw**2,
    "config['cache']",
    hint="Store the new mean for the next call.",
    faults={"The old mean is still there: store the new one.": cache},
)
expect_source(rmsprop, without=READY)

# %% hidden-test="deep-rmsprop" points=1
# 1 point: the grader also takes three steps from the start, with the default settings and
# with others, in 64 and 32 bits, and looks whether dw comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(23)
for shape, dtype, s in [
    ((3, 4), float, {"learning_rate": 0.1, "decay_rate": 0.8, "epsilon": 0.5}),
    ((5,), float, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config = rng.standard_normal(shape).astype(dtype), dict(s) or None
    c = np.zeros(shape)
    rate, rho, eps = (
        s.get("learning_rate", 1e-2),
        s.get("decay_rate", 0.99),
        s.get("epsilon", 1e-8),
    )
    for step in range(3):
        dw = rng.standard_normal(shape).astype(dtype)
        c = rho * c + (1 - rho) * dw.astype(float) ** 2
        expected = w - rate * dw / (np.sqrt(c) + eps)
        with unchanged(dw=dw):
            next_w, config = expect_tuple(
                rmsprop(w.copy(), dw, config), "next_w", "config"
            )
        hint = f"Step {step + 1} with {s or 'the default settings'}."
        expect_close(next_w, expected, "next_w", rtol=1e-4, atol=1e-6, hint=hint)
        next_w = np.asarray(next_w)
        expect(next_w.dtype == dtype, f"Keep the dtype of w; got {next_w.dtype}.")
        w = next_w.copy()
### END HIDDEN TESTS

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
# 2 points: one step on evenly spaced numbers, with a memory of earlier ones.
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
m = np.linspace(0.6, 0.9, 20).reshape(4, 5)
v = np.linspace(0.7, 0.5, 20).reshape(4, 5)
new_m, new_v = 0.9 * m + 0.1 * dw, 0.999 * v + 0.001 * dw**2


def adam_step(m, v, t):
    """Return what step t subtracts with rate 0.01, given the new means."""
    return 1e-2 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


answer = adam(
    w.copy(), dw.copy(), {"learning_rate": 1e-2, "m": m.copy(), "v": v.copy(), "t": 5}
)
expect_tuple(answer, "next_w", "config")
next_w, config = answer
expect_close(
    next_w,
    w - adam_step(new_m, new_v, 6),
    "next_w",
    hint="Compare your lines with the formulas above, one by one.",
    faults={
        "t counts this step too: increase it before you use it.": w
        - adam_step(new_m, new_v, 5),
        "The correction by 1 - beta**t is missing.": w
        - 1e-2 * new_m / (np.sqrt(new_v) + 1e-8),
        "beta1 and beta2 have changed places.": w
        - 1e-2
        * (0.999 * m + 0.001 * dw)
        / (1 - 0.999**6)
        / (np.sqrt((0.9 * v + 0.1 * dw**2) / (1 - 0.9**6)) + 1e-8),
        "The step goes uphill.": w + adam_step(new_m, new_v, 6),
        "The weights have not moved.": w,
    },
)
expect_close(next_w[0, 0], -0.40094747, "next_w[0, 0]", rtol=1e-6)
expect_close(config["m"], new_m, "config['m']", hint="Store m for the next call.")
expect_close(config["v"], new_v, "config['v']", hint="Store v for the next call.")
expect_equal(
    config["t"],
    6,
    "config['t']",
    hint="Store the number of steps taken, this one included.",
)
expect_source(adam, without=READY)

# %% hidden-test="deep-adam" points=1
# 1 point: the grader also takes three steps from the start, with the default settings and
# with others, in 64 and 32 bits, and looks whether dw comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(24)
for shape, dtype, s in [
    ((3, 4), float, {"learning_rate": 0.1, "beta1": 0.6, "beta2": 0.8, "epsilon": 0.5}),
    ((5,), float, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config = rng.standard_normal(shape).astype(dtype), dict(s) or None
    m, v, t = np.zeros(shape), np.zeros(shape), 0
    rate, b1, b2, eps = (
        s.get("learning_rate", 1e-3),
        s.get("beta1", 0.9),
        s.get("beta2", 0.999),
        s.get("epsilon", 1e-8),
    )
    for step in range(3):
        dw = rng.standard_normal(shape).astype(dtype)
        t, m = t + 1, b1 * m + (1 - b1) * dw.astype(float)
        v = b2 * v + (1 - b2) * dw.astype(float) ** 2
        root = np.sqrt(v / (1 - b2**t)) + eps
        expected = w - rate * m / (1 - b1**t) / root
        with unchanged(dw=dw):
            next_w, config = expect_tuple(
                adam(w.copy(), dw, config), "next_w", "config"
            )
        hint = f"Step {step + 1} with {s or 'the default settings'}."
        expect_close(next_w, expected, "next_w", rtol=1e-4, atol=1e-6, hint=hint)
        next_w = np.asarray(next_w)
        expect(next_w.dtype == dtype, f"Keep the dtype of w; got {next_w.dtype}.")
        w = next_w.copy()
### END HIDDEN TESTS

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
# 1 point: one step on evenly spaced numbers, with a memory of earlier ones.
w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
m = np.linspace(0.6, 0.9, 20).reshape(4, 5)
v = np.linspace(0.7, 0.5, 20).reshape(4, 5)
new_m, new_v = 0.9 * m + 0.1 * dw, 0.999 * v + 0.001 * dw**2


def adam_step(m, v, t):
    """Return what step t subtracts with rate 0.01, given the new means."""
    return 1e-2 * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


answer = adamw(
    w.copy(),
    dw.copy(),
    {"learning_rate": 1e-2, "weight_decay": 0.5, "m": m.copy(), "v": v.copy(), "t": 5},
)
expect_tuple(answer, "next_w", "config")
next_w, config = answer
expect_close(
    next_w,
    w - 5e-3 * w - adam_step(new_m, new_v, 6),
    "next_w",
    hint="Compare your lines with the formulas above, one by one.",
    faults={
        "This is Adam: the weights do not shrink.": w - adam_step(new_m, new_v, 6),
        "The decay is multiplied by the learning rate.": w
        - 0.5 * w
        - adam_step(new_m, new_v, 6),
        "The decay goes past Adam, not into its gradient.": w
        - adam_step(
            (0.9 * m + 0.1 * (dw + 0.5 * w)),
            (0.999 * v + 0.001 * (dw + 0.5 * w) ** 2),
            6,
        ),
        "The weights grow instead of shrinking.": w
        + 5e-3 * w
        - adam_step(new_m, new_v, 6),
        "The weights have not moved.": w,
    },
)
expect_close(config["m"], new_m, "config['m']", hint="Store m for the next call.")
expect_close(config["v"], new_v, "config['v']", hint="Store v for the next call.")
expect_equal(
    config["t"],
    6,
    "config['t']",
    hint="Store the number of steps taken, this one included.",
)
expect_source(adamw, without=READY)

# %% hidden-test="deep-adamw" points=1
# 1 point: the grader also takes three steps from the start, with the default settings and
# with others, in 64 and 32 bits, and looks whether dw comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(25)
for shape, dtype, s in [
    (
        (3, 4),
        float,
        {
            "learning_rate": 0.1,
            "beta1": 0.6,
            "beta2": 0.8,
            "epsilon": 0.5,
            "weight_decay": 0.3,
        },
    ),
    ((5,), float, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config = rng.standard_normal(shape).astype(dtype), dict(s) or None
    m, v, t = np.zeros(shape), np.zeros(shape), 0
    rate, b1, b2, eps = (
        s.get("learning_rate", 1e-3),
        s.get("beta1", 0.9),
        s.get("beta2", 0.999),
        s.get("epsilon", 1e-8),
    )
    for step in range(3):
        dw = rng.standard_normal(shape).astype(dtype)
        t, m = t + 1, b1 * m + (1 - b1) * dw.astype(float)
        v = b2 * v + (1 - b2) * dw.astype(float) ** 2
        root = np.sqrt(v / (1 - b2**t)) + eps
        decay = s.get("weight_decay", 1e-2)
        expected = w * (1 - rate * decay) - rate * m / (1 - b1**t) / root
        with unchanged(dw=dw):
            next_w, config = expect_tuple(
                adamw(w.copy(), dw, config), "next_w", "config"
            )
        hint = f"Step {step + 1} with {s or 'the default settings'}."
        expect_close(next_w, expected, "next_w", rtol=1e-4, atol=1e-6, hint=hint)
        next_w = np.asarray(next_w)
        expect(next_w.dtype == dtype, f"Keep the dtype of w; got {next_w.dtype}.")
        w = next_w.copy()
### END HIDDEN TESTS

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
# 1 point: the shape and the spread.
for fan_in, fan_out in ((400, 100), (100, 400)):
    for scheme, std in {
        "xavier": math.sqrt(2 / (fan_in + fan_out)),
        "he": math.sqrt(2 / fan_in),
    }.items():
        w = init_weights(fan_in, fan_out, scheme, np.random.default_rng(1))
        expect_array(w, (fan_in, fan_out), "weights")
        expect(
            abs(np.std(w) / std - 1) < 0.03,
            f"{scheme} for {fan_in} inputs and {fan_out} outputs: the standard deviation "
            f"should be {std:.4f}; got {np.std(w):.4f}. Look at the formula of "
            f"this scheme; it gives s, not s squared.",
        )
expect_source(init_weights, without=READY)

# %% hidden-test="deep-weights" points=1
# 1 point: the grader also looks at the mean and the form of the distribution, and whether
# the numbers come from rng.
### BEGIN HIDDEN TESTS
for scheme in ("xavier", "he"):
    w, same = (
        init_weights(300, 200, scheme, np.random.default_rng(2)) for _ in range(2)
    )
    other = init_weights(300, 200, scheme, np.random.default_rng(3))
    expect(
        np.array_equal(w, same), "The same rng should give the same weights: use rng."
    )
    expect(
        not np.array_equal(w, other), "Another rng should give other weights: use rng."
    )
    expect(abs(w.mean()) < 0.02 * w.std(), f"The mean should be 0; got {w.mean():.2e}.")
    beyond = np.mean(np.abs(w) > 1.8 * w.std())
    expect(
        0.06 < beyond < 0.085,
        f"{beyond:.1%} of the weights lie beyond 1.8 standard deviations; 7 % would in a "
        f"normal distribution.",
    )
### END HIDDEN TESTS

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
# 2 points: with your settings, 50 drawn images are learned by heart, by both networks.
drawn = split_cifar10(50, 50, 1, source="shapes10")
for num_hidden in (2, 4):
    chosen = overfit_settings(num_hidden)
    expect(
        isinstance(chosen, dict) and set(chosen) == {"weight_scale", "learning_rate"},
        f"Return a dict with weight_scale and learning_rate; got {chosen!r}.",
    )
    model = PackageNet([100] * num_hidden, weight_scale=chosen["weight_scale"])
    config = {"learning_rate": chosen["learning_rate"]}
    solver = Solver(
        model, drawn, optim_config=config, num_epochs=20, batch_size=25, verbose=False
    )
    with contextlib.suppress(FloatingPointError):
        solver.train()
    best = max(solver.train_acc_history, default=0)
    expect(
        best == 1,
        f"{num_hidden} hidden layers with {chosen}: only {best:.0%} of the 50 images are "
        f"right. First loss {solver.loss_history[0]:.3g}, last {solver.loss_history[-1]:.3g}"
        f": far above 2.3 asks for smaller weights, stuck at 2.3 for larger ones.",
    )

# %% hidden-test="deep-overfit" points=1
# 1 point: the grader trains once more, from other weights and with other minibatches.
### BEGIN HIDDEN TESTS
drawn = split_cifar10(50, 50, 1, source="shapes10")
for num_hidden in (2, 4):
    chosen = overfit_settings(num_hidden)
    expect(isinstance(chosen, dict), f"Return a dict of settings; got {chosen!r}.")
    model = PackageNet(
        [100] * num_hidden,
        weight_scale=chosen["weight_scale"],
        rng=np.random.default_rng(7),
    )
    config = {"learning_rate": chosen["learning_rate"]}
    solver = Solver(
        model,
        drawn,
        optim_config=config,
        num_epochs=25,
        batch_size=25,
        verbose=False,
        rng=np.random.default_rng(8),
    )
    with contextlib.suppress(FloatingPointError):
        solver.train()
    best = max(solver.train_acc_history, default=0)
    expect(best > 0.97, f"{num_hidden} hidden layers: {best:.0%} with {chosen}.")
### END HIDDEN TESTS

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
