# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A two-layer network
#
# One template per class is not enough: a horse looks left or right. Put a *hidden layer*
# between image and scores and the network makes its own templates, and mixes them. You
# build it from four small parts, each with its own gradient, and never derive the
# gradient of the whole: that is the trick on which all of deep learning rests.
#
# **You need:** the notebook `softmax`, the chain rule. **Time:** about two hours.

# %% tags=["setup"]
import contextlib

import matplotlib.pyplot as plt
import numpy as np

from cs231n import vis
from cs231n.data import load_cifar10, split_cifar10
from cs231n.gradcheck import directional_error
from cs231n.nets.fully_connected import TwoLayerNet as PackageNet
from cs231n.notebook import NotebookClass, add_to_class, needs_answers
from cs231n.search import random_search, show_search
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
READY = ["PackageNet", "torch"]

# %% [markdown]
# ## How the parts fit together
#
# Every layer is a pair of functions. The *forward* function computes the output, and puts
# into a `cache` what its partner will need. The *backward* function gets the gradient of
# the loss with respect to the layer's **output**, `dout`, and returns the gradients with
# respect to its **inputs**:
#
# ```python
# out, cache = layer_forward(x, w)
# dx, dw = layer_backward(dout, cache)
# ```
#
# A gradient always has the shape of the thing it belongs to: `dx` that of `x`, `dw` that
# of `w`. When in doubt about a product or a transpose, let the shapes decide.

# %% [markdown]
# ## 1. The affine layer, forward
#
# Each example is flattened to a row of $D$ numbers, and
#
# $$\text{out} = X W + b .$$
#
# The examples may be images of any shape $(d_1, \dots, d_k)$ with $D = d_1 \cdots d_k$.
# Before you write it: for `x` of shape (2, 4, 5, 6) and `w` of shape (120, 3), what is the
# shape of `out`?


# %% answer="net-affine-forward"
def affine_forward(x, w, b):
    """Compute an affine layer.

    Parameters
    ----------
    x : ndarray of shape (N, d_1, ..., d_k)
        Examples.
    w : ndarray of shape (D, M)
        Weights, D = d_1 * ... * d_k.
    b : ndarray of shape (M,)
        Biases.

    Returns
    -------
    out : ndarray of shape (N, M)
    cache : tuple
        (x, w, b)
    """
    ### BEGIN SOLUTION
    out = x.reshape(x.shape[0], -1) @ w + b
    cache = (x, w, b)
    ### END SOLUTION
    return out, cache


# %% test="net-affine-forward" points=1
# 1 point: small numbers by hand, then evenly spaced ones.
answer = affine_forward(
    np.array([[[1.0, 2.0]], [[3.0, 4.0]]]), np.array([[1.0], [10.0]]), np.array([0.5])
)
expect_tuple(answer, "out", "cache")
expect_close(
    answer[0],
    [[21.5], [43.5]],
    "out",
    hint="Row 0 is 1 * 1 + 2 * 10 + 0.5.",
    faults={"The bias is missing.": [[21], [43]]},
)
x = np.linspace(-0.1, 0.5, num=240).reshape(2, 4, 5, 6)
w = np.linspace(-0.2, 0.3, num=360).reshape(120, 3)
out, cache = affine_forward(x, w, np.linspace(-0.3, 0.1, num=3))
expect_array(out, (2, 3), "out", hint="Flatten each example to one row.")
expect_close(
    [out[0, 0], out[1, 2]],
    [1.49834967, 3.77273342],
    "[out[0, 0], out[1, 2]]",
    hint="reshape(N, -1) keeps the order of the numbers; flatten so, not otherwise.",
)
expect_source(affine_forward, without=READY)

# %% hidden-test="net-affine-forward" points=1
# 1 point: the grader also tries other shapes and 32-bit numbers, and looks whether the
# inputs come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(1)
for shape, m, dtype in [
    ((5, 7), 4, np.float32),
    ((1, 2, 3), 5, float),
    ((4, 1, 2, 2), 4, float),
]:
    x = rng.standard_normal(shape).astype(dtype)
    w = rng.standard_normal((int(np.prod(shape[1:])), m)).astype(dtype)
    b = rng.standard_normal(m).astype(dtype)
    with unchanged(x=x, w=w, b=b):
        out, cache = expect_tuple(affine_forward(x, w, b), "out", "cache")
    expected = [[np.dot(row.ravel(), column) for column in w.T] + b for row in x]
    expect_close(out, expected, "out", rtol=1e-4, atol=1e-5, hint=f"x is {shape}.")
    expect_array(
        cache[0], shape, "cache[0]", hint="The cache holds x in its own shape."
    )
### END HIDDEN TESTS

# %% [markdown]
# ## 2. The affine layer, backward
#
# Given `dout`, of shape $(N, M)$. Follow one number at a time: raising $x_{nd}$ by a little
# raises $\text{out}_{nm}$ by $w_{dm}$ as much, for each $m$; so
# $\partial L/\partial x_{nd} = \sum_m \text{dout}_{nm} w_{dm}$. That is a matrix product.
# The same thought gives `dw` and `db`; over what does `db` sum?


# %% answer="net-affine-backward"
def affine_backward(dout, cache):
    """Compute the gradients of an affine layer.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Gradient of the loss with respect to the output.
    cache : tuple
        (x, w, b), as affine_forward was given them.

    Returns
    -------
    dx : ndarray, shaped like x
    dw : ndarray of shape (D, M)
    db : ndarray of shape (M,)
    """
    x, w, _ = cache
    ### BEGIN SOLUTION
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T @ dout
    db = dout.sum(axis=0)
    ### END SOLUTION
    return dx, dw, db


# %% test="net-affine-backward" points=2
# 2 points: two examples by hand.
x, w, b = np.array([[[1.0, 2.0]], [[3.0, 4.0]]]), np.array([[1.0], [10.0]]), np.zeros(1)
answer = affine_backward(np.array([[2.0], [-1.0]]), (x, w, b))
expect_tuple(answer, "dx", "dw", "db")
dx, dw, db = answer
expect_close(
    dx,
    [[[2.0, 20.0]], [[-1.0, -10.0]]],
    "dx",
    hint="dout times the weights, in the shape of x.",
)
expect_close(
    dw,
    [[-1.0], [0.0]],
    "dw",
    hint="1 * 2 + 3 * (-1) and 2 * 2 + 4 * (-1).",
    faults={"The upstream gradient dout is not used.": [[4], [6]]},
)
expect_close(
    db,
    [1.0],
    "db",
    hint="Every example adds its dout.",
    faults={"This is the mean; the bias gets the sum over the examples.": [0.5]},
)
expect_source(affine_backward, without=READY)

# %% hidden-test="net-affine-backward" points=2
# 2 points: the grader compares with differences along random directions, for several
# shapes and a random dout, and looks whether the inputs come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(2)
for shape, m in [((5, 7), 4), ((1, 2, 3), 5), ((4, 1, 2, 2), 4)]:
    x = rng.standard_normal(shape)
    w = rng.standard_normal((int(np.prod(shape[1:])), m))
    b, dout = rng.standard_normal(m), rng.standard_normal((shape[0], m))
    with unchanged(dout=dout, x=x, w=w):
        dx, dw, db = expect_tuple(affine_backward(dout, (x, w, b)), "dx", "dw", "db")
    for name, value, gradient, f in [
        ("dx", x, dx, lambda v, w=w, b=b: v.reshape(len(v), -1) @ w + b),
        ("dw", w, dw, lambda v, x=x, b=b: x.reshape(len(x), -1) @ v + b),
        ("db", b, db, lambda v, x=x, w=w: x.reshape(len(x), -1) @ w + v),
    ]:
        expect_array(gradient, value.shape, name)
        error = directional_error(f, value, dout, np.asarray(gradient), rng=rng)
        expect(error < 1e-6, f"{name} is off by {error:.1e} for x of shape {shape}.")
### END HIDDEN TESTS

# %% [markdown]
# ## 3. The ReLU
#
# Two affine layers in a row are only another affine layer. Something must bend in between:
# $\text{ReLU}(x) = \max(0, x)$, number by number. Forward and backward:


# %% answer="net-relu-forward"
def relu_forward(x):
    """Replace negative numbers by 0.

    Parameters
    ----------
    x : ndarray of any shape

    Returns
    -------
    out : ndarray, shaped like x
    cache : ndarray
        x
    """
    ### BEGIN SOLUTION
    out = np.maximum(0, x)
    cache = x
    ### END SOLUTION
    return out, cache


# %% test="net-relu-forward" points=1
# 1 point: numbers on both sides of 0.
x = np.array([[-2.0, 3.0], [0.0, -0.5]])
answer = relu_forward(x)
expect_tuple(answer, "out", "cache")
expect_close(
    answer[0],
    [[0, 3], [0, 0]],
    "out",
    faults={
        "Negative numbers become 0, they do not change their sign.": [[2, 3], [0, 0.5]],
        "This is the smaller of x and 0; take the larger.": [[-2, 0], [0, -0.5]],
    },
)
expect_source(relu_forward, without=READY)

# %% hidden-test="net-relu-forward" points=1
# 1 point: the grader also tries images and 32-bit numbers, and looks whether the input
# comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(3)
for shape, dtype in [((3,), float), ((2, 3, 4, 5), np.float32)]:
    x = rng.standard_normal(shape).astype(dtype)
    with unchanged(x=x):
        out, cache = expect_tuple(relu_forward(x), "out", "cache")
    expect_close(out, np.where(x > 0, x, 0), "out", hint=f"x has shape {shape}.")
    expect_array(cache, shape, "cache", hint="Keep x for the way back.")
### END HIDDEN TESTS

# %% [markdown]
# Backward: where the input was positive, `dout` passes as it is; elsewhere nothing passes.
# At exactly 0 there is no derivative; take 0.


# %% answer="net-relu-backward"
def relu_backward(dout, cache):
    """Compute the gradient of the ReLU.

    Parameters
    ----------
    dout : ndarray of any shape
        Gradient of the loss with respect to the output.
    cache : ndarray, shaped like dout
        The input x.

    Returns
    -------
    dx : ndarray, shaped like x
    """
    x = cache
    ### BEGIN SOLUTION
    dx = dout * (x > 0)
    ### END SOLUTION
    return dx


# %% test="net-relu-backward" points=1
# 1 point: gradients of both signs, inputs on both sides of 0.
x = np.array([[-2.0, 3.0, 5.0], [0.0, 0.5, -1.0]])
dout = np.array([[10.0, -20.0, 30.0], [40.0, 50.0, -60.0]])
expect_close(
    relu_backward(dout, x),
    [[0, -20, 30], [0, 50, 0]],
    "dx",
    hint="The sign of x decides what passes.",
    faults={
        "The sign of x decides what passes, not the sign of dout.": [
            [10, 0, 30],
            [40, 50, 0],
        ],
        "The upstream gradient dout is not used.": [[0, 1, 1], [0, 1, 0]],
        "At 0 take 0: compare with >, not >=.": [[0, -20, 30], [40, 50, 0]],
    },
)
expect_source(relu_backward, without=READY)

# %% hidden-test="net-relu-backward" points=1
# 1 point: the grader also tries images, and looks whether dout and the input come back
# as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(4)
for shape, dtype in [((7,), float), ((2, 3, 4, 5), np.float32)]:
    x = rng.standard_normal(shape).astype(dtype)
    dout = rng.standard_normal(shape).astype(dtype)
    with unchanged(dout=dout, x=x):
        dx = relu_backward(dout, x)
    expect_close(dx, np.where(x > 0, dout, 0), "dx", hint=f"x has shape {shape}.")
### END HIDDEN TESTS

# %% [markdown] question="net-gradient" points=2
# **Question 1 (2 points).** In a deep network gradients can die on their way back. For
# which inputs does this happen with a sigmoid, with a ReLU and with a leaky ReLU
# (slope 0.01 below 0)? Why is a ReLU unit that is negative for *all* training images worse
# off than one that is negative for half of them?

# %% [markdown] marking="net-gradient"
# Sigmoid: for large |x| on both sides, where it is flat (its slope is at most 1/4 even in
# the middle). ReLU: for all negative inputs, exactly 0. Leaky ReLU: never exactly; below 0
# the gradient shrinks to a hundredth. A unit that is negative for all images has gradient
# 0 for every one of them, so its weights get no gradient, never change, and it stays
# dead; if half of the images get through, they move the weights.
#
# *Marking:* 1 for the three activations (0.5 if one is wrong); 1 for "no image gives its
# weights a gradient, so it cannot recover".

# %% [markdown]
# ## 4. The losses
#
# Now the two losses of the last notebooks as last layers: scores in, loss and gradient
# *with respect to the scores* out, averaged over the examples, without a penalty. The
# matrix product with $X$ is gone; the affine layer takes care of it.


# %% answer="net-svm-loss"
def svm_loss(x, y):
    """Compute the multiclass hinge loss of scores, with margin 1.

    Parameters
    ----------
    x : ndarray of shape (N, C)
        Scores.
    y : ndarray of int, shape (N,)
        Classes, 0 to C - 1.

    Returns
    -------
    loss : float
        Mean over the examples.
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to x.
    """
    ### BEGIN SOLUTION
    rows = np.arange(x.shape[0])
    margins = np.maximum(0, x - x[rows, y][:, None] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / x.shape[0]
    dx = (margins > 0).astype(x.dtype)
    dx[rows, y] = -dx.sum(axis=1)
    dx /= x.shape[0]
    ### END SOLUTION
    return loss, dx


# %% test="net-svm-loss" points=1
# 1 point: the scores of the notebook svm.
answer = svm_loss(np.array([[2.0, 3.0, -1.0], [1.0, 0.5, 0.5]]), np.array([0, 2]))
expect_tuple(answer, "loss", "dx")
expect_close(
    answer[0],
    2.25,
    "loss",
    hint="The examples cost 2 and 2.5; take the mean.",
    faults={"This is the sum; divide by the number of examples.": 4.5},
)
expect_close(
    answer[1],
    [[-0.5, 0.5, 0], [0.5, 0.5, -1]],
    "dx",
    hint="1 for each violated margin, minus their number at the right class, over N.",
    faults={
        "Divide the gradient by the number of examples as well.": [
            [-1, 1, 0],
            [1, 1, -2],
        ]
    },
)
expect_source(svm_loss, without=READY)

# %% hidden-test="net-svm-loss" points=1
# 1 point: the grader also tries other shapes, and looks whether the scores come back as
# they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(5)
for n, c in [(4, 4), (7, 3), (1, 6)]:
    x, y = 2 * rng.standard_normal((n, c)), rng.integers(0, c, n)
    with unchanged(x=x, y=y):
        loss, dx = expect_tuple(svm_loss(x, y), "loss", "dx")
    expected, slope = 0.0, np.zeros((n, c))
    for i in range(n):
        for j in range(c):
            if j != y[i] and x[i, j] - x[i, y[i]] + 1 > 0:
                expected += (x[i, j] - x[i, y[i]] + 1) / n
                slope[i, j] += 1 / n
                slope[i, y[i]] -= 1 / n
    expect_close(loss, expected, "loss", hint=f"{n} x {c} scores.")
    expect_close(dx, slope, "dx", hint=f"{n} x {c} scores.")
### END HIDDEN TESTS


# %% answer="net-softmax-loss"
def softmax_loss(x, y):
    """Compute the cross-entropy loss of scores.

    Parameters
    ----------
    x : ndarray of shape (N, C)
        Scores of any size: keep the exponentials small.
    y : ndarray of int, shape (N,)
        Classes, 0 to C - 1.

    Returns
    -------
    loss : float
        Mean over the examples.
    dx : ndarray of shape (N, C)
        Gradient of the loss with respect to x.
    """
    ### BEGIN SOLUTION
    rows = np.arange(x.shape[0])
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean()
    dx = np.exp(log_p)
    dx[rows, y] -= 1
    dx /= x.shape[0]
    ### END SOLUTION
    return loss, dx


# %% test="net-softmax-loss" points=1
# 1 point: the scores of the notebook softmax.
x = np.log([[1.0, 3.0, 4.0], [2.0, 2.0, 4.0]])
answer = softmax_loss(x, np.array([1, 2]))
expect_tuple(answer, "loss", "dx")
total = np.log(8 / 3) + np.log(2)
expect_close(
    answer[0],
    total / 2,
    "loss",
    hint="The examples cost log(8/3) and log(2); take the mean.",
    faults={
        "This is the sum; divide by the number of examples.": total,
        "The sign is turned round: the loss is minus the logarithm.": -total / 2,
    },
)
slope = np.array([[1 / 8, -5 / 8, 4 / 8], [1 / 4, 1 / 4, -1 / 2]])
expect_close(
    answer[1],
    slope / 2,
    "dx",
    hint="The probabilities, minus 1 at the right class, over N.",
    faults={
        "Divide the gradient by the number of examples as well.": slope,
        "The right class needs its minus 1.": slope / 2 + np.eye(3)[[1, 2]] / 2,
    },
)
expect_source(softmax_loss, without=READY)

# %% hidden-test="net-softmax-loss" points=2
# 2 points: the grader also tries other shapes and scores near 3000, and looks whether
# the scores come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(6)
for n, c, shift in [(4, 4, 0), (7, 3, 0), (1, 6, 0), (5, 4, 3000)]:
    x, y = rng.standard_normal((n, c)), rng.integers(0, c, n)
    x += shift * np.where(np.arange(n) % 2, 1, -1)[:, None]
    with unchanged(x=x, y=y), np.errstate(all="ignore"):
        loss, dx = expect_tuple(softmax_loss(x, y), "loss", "dx")
    low = x - x.max(axis=1, keepdims=True)
    sums = [sum(np.exp(v) for v in row) for row in low]
    expected = sum(np.log(sums[i]) - low[i, y[i]] for i in range(n)) / n
    slope = [
        [(np.exp(low[i, j]) / sums[i] - (j == y[i])) / n for j in range(c)]
        for i in range(n)
    ]
    hint = f"{n} x {c} scores near {shift}: subtract each row's largest first."
    expect_close(loss, expected, "loss", hint=hint)
    expect_close(dx, slope, "dx", hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# Four parts, four gradients. Before they go together, see how well they fit: the numerical
# gradient of a whole chain, affine, ReLU, affine, softmax, against yours.

# %%
with needs_answers():
    rng = np.random.default_rng(231)
    x, y = rng.standard_normal((5, 2, 3)), rng.integers(0, 3, 5)
    w1, w2 = rng.standard_normal((6, 8)), rng.standard_normal((8, 3))

    def chain(w):
        hidden, first = affine_forward(x, w, np.zeros(8))
        active, relu = relu_forward(hidden)
        scores, second = affine_forward(active, w2, np.zeros(3))
        loss, dscores = softmax_loss(scores, y)
        dactive, _, _ = affine_backward(dscores, second)
        _, dw, _ = affine_backward(relu_backward(dactive, relu), first)
        return np.array(loss), dw

    error = directional_error(
        lambda w: chain(w)[0], w1, np.array(1.0), chain(w1)[1], rng=rng
    )
    print(f"relative error of the chain: {error:.0e} (below 1e-6 is right)")

# %% [markdown]
# ## 5. The update
#
# An *update rule* gets a parameter, its gradient and a dictionary of settings, and returns
# the new parameter and the settings for the next time. The simplest is a step downhill:
# $w \leftarrow w - \eta\, dw$, with the learning rate $\eta$ in `config["learning_rate"]`.


# %% answer="net-sgd"
def sgd(w, dw, config=None):
    """Take one step of gradient descent.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate, 1e-2 by default.

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next step.
    """
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    ### BEGIN SOLUTION
    next_w = w - config["learning_rate"] * dw
    ### END SOLUTION
    return next_w, config


# %% test="net-sgd" points=1
# 1 point: one step by hand.
answer = sgd(np.array([1.0, 2.0]), np.array([10.0, -20.0]), {"learning_rate": 0.1})
expect_tuple(answer, "next_w", "config")
expect_close(
    answer[0],
    [0.0, 4.0],
    "next_w",
    hint="1 - 0.1 * 10 and 2 + 0.1 * 20.",
    faults={
        "The step goes uphill: subtract.": [2.0, 0.0],
        "The learning rate is not used.": [-9.0, 22.0],
        "The weights have not moved.": [1.0, 2.0],
        "This is the step alone; the new weights are w minus the step.": [1.0, -2.0],
    },
)
expect_equal(answer[1]["learning_rate"], 0.1, "config['learning_rate']")
expect_source(sgd, without=READY)

# %% hidden-test="net-sgd" points=1
# 1 point: the grader also tries the default rate, matrices, 32-bit numbers and two steps.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(7)
for shape, dtype in [((3, 4), float), ((2, 3, 2), np.float32)]:
    w, dw = (rng.standard_normal(shape).astype(dtype) for _ in range(2))
    start = w.copy()
    with unchanged(dw=dw):
        first, config = expect_tuple(sgd(w, dw), "next_w", "config")
        first = np.array(first)
        second, config = expect_tuple(sgd(first.copy(), dw, config), "next_w", "config")
    expect_close(first, start - 0.01 * dw, "next_w with the default rate", rtol=1e-5)
    expect_close(second, start - 0.02 * dw, "next_w after two steps", rtol=1e-5)
    expect_equal(np.asarray(second).dtype, np.dtype(dtype), "the dtype of next_w")
### END HIDDEN TESTS

# %% [markdown]
# ## 6. The network
#
# Now the network: affine, ReLU, affine, softmax. First its parameters, in the dictionary
# `self.params`: `W1` of shape $(D, H)$, `b1` $(H,)$, `W2` $(H, C)$, `b2` $(C,)$. Weights are
# drawn from a normal distribution of standard deviation `weight_scale`, biases are zero.
# What would happen if all weights were zero as well?


# %% tags=["setup"]
class TwoLayerNet(NotebookClass):
    """Affine, ReLU, affine, softmax; its methods are your answers."""

    def __init__(self, *args, **kwargs):
        # A method pasted from a class, without add_to_class, counts as well.
        if "__init__" not in globals():
            raise AttributeError("TwoLayerNet has no __init__ yet. Run its cell first.")
        globals()["__init__"](self, *args, **kwargs)


# %% answer="net-init"
@add_to_class(TwoLayerNet)
def __init__(
    self,
    input_dim=3 * 32 * 32,
    hidden_dim=100,
    num_classes=10,
    weight_scale=1e-3,
    reg=0.0,
):
    """Draw the first parameters.

    Parameters
    ----------
    input_dim, hidden_dim, num_classes : int
        The sizes D, H and C.
    weight_scale : float
        Standard deviation of the weights.
    reg : float
        Strength of the penalty, kept in self.reg.
    """
    self.params = {}
    self.reg = reg
    ### BEGIN SOLUTION
    rng = np.random.default_rng(231)
    self.params["W1"] = weight_scale * rng.standard_normal((input_dim, hidden_dim))
    self.params["b1"] = np.zeros(hidden_dim)
    self.params["W2"] = weight_scale * rng.standard_normal((hidden_dim, num_classes))
    self.params["b2"] = np.zeros(num_classes)
    ### END SOLUTION


# %% test="net-init" points=1
# 1 point: names, shapes and zeros.
model = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=1e-2)
expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
expect_equal(sorted(model.params), ["W1", "W2", "b1", "b2"], "the names in self.params")
for name, shape in {"W1": (5, 50), "b1": (50,), "W2": (50, 7), "b2": (7,)}.items():
    expect_array(model.params[name], shape, f"params[{name!r}]")
for name in ("b1", "b2"):
    expect(not np.any(model.params[name]), f"{name} should start at 0.")
expect_source(__init__, without=READY)

# %% hidden-test="net-init" points=1
# 1 point: the grader also looks at the spread and the mean of the weights, for two
# scales, and whether the two matrices are different numbers.
### BEGIN HIDDEN TESTS
for scale in (1e-3, 0.3):
    model = TwoLayerNet(input_dim=60, hidden_dim=60, num_classes=60, weight_scale=scale)
    expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
    for name in ("W1", "W2"):
        weights = np.asarray(model.params[name])
        expect(
            abs(weights.std() / scale - 1) < 0.1,
            f"{name} has a standard deviation of {weights.std():.2e}; expected {scale}.",
        )
        expect(
            abs(weights.mean()) < 0.1 * scale,
            f"{name} has the mean {weights.mean():.1e}; a normal distribution around 0 "
            f"was asked for.",
        )
        beyond = np.mean(np.abs(weights) > 1.8 * scale)
        expect(
            0.05 < beyond < 0.1,
            f"{beyond:.1%} of {name} lie beyond 1.8 standard deviations; 7 % would in a "
            f"normal distribution.",
        )
    expect(
        not np.allclose(model.params["W1"], model.params["W2"]),
        "W1 and W2 hold the same numbers.",
    )
### END HIDDEN TESTS

# %% [markdown]
# Now the loss. `loss(X)` returns the scores; `loss(X, y)` returns the loss and a
# dictionary of gradients with the same names as `self.params`. Use your layers. To the
# data loss add the penalty on the weights, not the biases, *with* a factor one half here,
# $\frac{1}{2} \lambda (\sum W_1^2 + \sum W_2^2)$, so that its gradient is $\lambda W$.


# %% answer="net-loss"
@add_to_class(TwoLayerNet)
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
    ### BEGIN SOLUTION
    W1, W2 = self.params["W1"], self.params["W2"]
    hidden, first = affine_forward(X, W1, self.params["b1"])
    active, relu = relu_forward(hidden)
    scores, second = affine_forward(active, W2, self.params["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    dactive, dW2, db2 = affine_backward(dscores, second)
    _, dW1, db1 = affine_backward(relu_backward(dactive, relu), first)
    grads = {
        "W1": dW1 + self.reg * W1,
        "b1": db1,
        "W2": dW2 + self.reg * W2,
        "b2": db2,
    }
    return loss, grads
    ### END SOLUTION


# %% test="net-loss" points=3
# 3 points: scores, and the loss with and without penalty, on evenly spaced numbers.
model = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7)
model.params["W1"] = np.linspace(-0.7, 0.3, num=250).reshape(5, 50)
model.params["b1"] = np.linspace(-0.1, 0.9, num=50)
model.params["W2"] = np.linspace(-0.3, 0.4, num=350).reshape(50, 7)
model.params["b2"] = np.linspace(-0.9, 0.1, num=7)
X, y = np.linspace(-5.5, 4.5, num=15).reshape(5, 3).T, np.array([0, 5, 1])
scores = model.loss(X)
expect_array(scores, (3, 7), "scores", hint="Without y, return the scores.")
expect_close(
    [scores[0, 0], scores[2, 6]],
    [11.53165108, 16.2846319],
    "[scores[0, 0], scores[2, 6]]",
    hint="Affine, ReLU, affine; nothing after the last affine layer.",
)
answer = model.loss(X, y)
expect(
    isinstance(answer, tuple) and len(answer) == 2,
    f"With y, return the pair (loss, grads); got {type(answer).__name__}.",
)
expect_close(answer[0], 3.4702243556, "loss without penalty", rtol=1e-9)
model.reg = 1.0
expect_close(
    model.loss(X, y)[0],
    26.5948426952,
    "loss with reg 1",
    rtol=1e-9,
    hint="Penalise W1 and W2, each with 0.5 * reg * sum(W * W), and not the biases.",
    faults={
        "The penalty has a factor one half here.": 49.7194610348,
        "There is no penalty: use self.reg.": 3.4702243556,
    },
)
expect_source(model.loss, without=READY)

# %% hidden-test="net-loss" points=3
# 3 points: the grader compares every gradient with differences of the loss, with a
# penalty, on images, and looks whether images and parameters come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(8)
for reg in (0.0, 0.7):
    model = TwoLayerNet(input_dim=12, hidden_dim=9, num_classes=4, reg=reg)
    model.reg = reg
    values = {
        "W1": rng.standard_normal((12, 9)),
        "b1": rng.standard_normal(9),
        "W2": rng.standard_normal((9, 4)),
        "b2": rng.standard_normal(4),
    }
    for name, value in values.items():
        model.params[name] = value
    X, y = rng.standard_normal((6, 3, 2, 2)), rng.integers(0, 4, 6)
    with unchanged(X=X, y=y, **values):
        _, grads = expect_tuple(model.loss(X, y), "loss", "grads")
    expect_equal(sorted(grads), sorted(values), "the names in grads")
    for name, value in values.items():
        expect_array(grads[name], value.shape, f"grads[{name!r}]")
        v = rng.standard_normal(value.shape)
        v /= np.linalg.norm(v)
        rise = []
        for step in (6e-6, -6e-6):
            model.params[name] = value + step * v
            rise.append(model.loss(X, y)[0])
        model.params[name] = value
        expect_close(
            np.sum(grads[name] * v),
            (rise[0] - rise[1]) / 1.2e-5,
            f"the slope of {name} along a random direction",
            rtol=1e-5,
            atol=1e-7,
            hint=f"reg is {reg}.",
        )
### END HIDDEN TESTS

# %% [markdown]
# ## 7. Training
#
# The `Solver` of the package does what your loop in `svm` did, and more: it takes any
# update rule, measures accuracy after each epoch, keeps the best parameters, can be
# stopped and go on, and tells you if the loss becomes `nan`. It gets your network and
# your `sgd`, and draws while it runs. Stop it with the square button if you like: the
# network keeps its best parameters, and `solver.train()` goes on.

# %%
data = split_cifar10()
print({name: array.shape for name, array in data.items()})
print("from", load_cifar10(num_training=1, num_test=1).source)


def new_network(**settings):
    """Make your network with 32-bit parameters, which are twice as fast."""
    model = TwoLayerNet(**settings)
    model.params = {name: p.astype(np.float32) for name, p in model.params.items()}
    return model


# %%
with needs_answers():
    model = new_network(hidden_dim=50)
    solver = Solver(
        model,
        data,
        update_rule=sgd,
        optim_config={"learning_rate": 3e-4},
        lr_decay=0.95,
        num_epochs=5,
        batch_size=100,
        live_plot=True,
    )
    solver.train()

# %% [markdown]
# The two accuracies lie close together and both still rise: this network is not yet
# trained, and it is small. Below its first weights, one picture for each hidden unit.

# %%
with needs_answers():
    new_network().loss(data["X_val"][:1])  # the network comes first
    weights = model.params["W1"].T.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    vis.show_grid(weights, columns=10)
    plt.show()

# %% [markdown]
# ## 8. Choose
#
# Now make it good. What matters most: the learning rate, then the number of hidden units,
# the penalty, and how long you train. Search the first and the third as before; each trial
# trains for a short while on a part of the data. Then choose.

# %% tags=["experiment"]
part = {name: array[:3000] for name, array in data.items()}


def quick_accuracy(learning_rate, reg):
    """Train a small network for a short while; return the validation accuracy."""
    solver = Solver(
        new_network(hidden_dim=60, reg=reg),
        part,
        update_rule=sgd,
        optim_config={"learning_rate": learning_rate},
        num_epochs=6,
        batch_size=100,
        verbose=False,
    )
    solver.train()
    return solver.best_val_acc


with needs_answers():
    trials = random_search(
        quick_accuracy,
        {"learning_rate": (3e-5, 1e-2), "reg": (1e-3, 10)},
        trials=16,
        rng=np.random.default_rng(231),
    )
    for trial in trials[:3]:
        print(f"{trial.score:.3f}", {k: f"{v:.2g}" for k, v in trial.settings.items()})
    show_search(trials, label="validation accuracy")
    plt.show()


# %% answer="net-search"
def net_settings():
    """Return the numbers you chose.

    Returns
    -------
    settings : dict
        hidden_dim (at most 200), learning_rate and reg.
    """
    ### BEGIN SOLUTION
    return {"hidden_dim": 150, "learning_rate": 1e-3, "reg": 0.3}
    ### END SOLUTION


# %% test="net-search" points=2
# 2 points: trained with your numbers on 3000 drawn images for 6 epochs, at least 36 % of
# 1000 others come out right. Ten per cent would be guessing.
chosen = net_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"hidden_dim", "learning_rate", "reg"},
    f"net_settings() should return hidden_dim, learning_rate and reg; got {chosen!r}.",
)
expect(
    isinstance(chosen["hidden_dim"], int) and 1 <= chosen["hidden_dim"] <= 200,
    f"hidden_dim should be a whole number from 1 to 200; got {chosen['hidden_dim']!r}.",
)
expect(
    isinstance(chosen["learning_rate"], float)
    and isinstance(chosen["reg"], int | float),
    f"learning_rate and reg should be numbers; got {chosen!r}.",
)
drawn = split_cifar10(3000, 1000, 1, source="shapes10")
model = PackageNet(hidden_dim=chosen["hidden_dim"], reg=chosen["reg"])
solver = Solver(
    model,
    drawn,
    optim_config={"learning_rate": chosen["learning_rate"]},
    num_epochs=6,
    verbose=False,
)
with contextlib.suppress(FloatingPointError):
    solver.train()
expect(
    solver.best_val_acc >= 0.36,
    f"With {chosen} only {solver.best_val_acc:.1%} come out right; 36 % are asked for. "
    f"Look for the bright part of the heat map, and give it enough hidden units.",
)

# %% hidden-test="net-search" points=1
# 1 point: the grader trains once more, from other weights and with other minibatches.
### BEGIN HIDDEN TESTS
chosen = net_settings()
expect(isinstance(chosen, dict), f"Return a dict of settings; got {chosen!r}.")
drawn = split_cifar10(3000, 1000, 1, source="shapes10")
model = PackageNet(
    hidden_dim=chosen["hidden_dim"], reg=chosen["reg"], rng=np.random.default_rng(7)
)
solver = Solver(
    model,
    drawn,
    optim_config={"learning_rate": chosen["learning_rate"]},
    num_epochs=6,
    verbose=False,
    rng=np.random.default_rng(8),
)
with contextlib.suppress(FloatingPointError):
    solver.train()
expect(
    solver.best_val_acc >= 0.36,
    f"With {chosen} only {solver.best_val_acc:.1%} come out right.",
)
### END HIDDEN TESTS

# %% [markdown]
# With your numbers, on all the data. The learning rate falls along a cosine to zero, which
# usually gains a point or two over a constant one.

# %%
with needs_answers():
    chosen = net_settings()
    best_model = new_network(hidden_dim=chosen["hidden_dim"], reg=chosen["reg"])
    solver = Solver(
        best_model,
        data,
        update_rule=sgd,
        optim_config={"learning_rate": chosen["learning_rate"]},
        schedule="cosine",
        num_epochs=15,
        batch_size=100,
    )
    solver.train()
    accuracies = {
        "validation": solver.best_val_acc,
        "test": solver.check_accuracy(data["X_test"], data["y_test"]),
    }
    print({name: f"{value:.3f}" for name, value in accuracies.items()})
    solver.plot()
    plt.show()

# %%
with needs_answers():
    new_network(hidden_dim=net_settings()["hidden_dim"]).loss(data["X_val"][:1])
    weights = best_model.params["W1"].T.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    vis.show_grid(weights[:100], columns=20)
    plt.show()

# %% [markdown] question="net-gap" points=2
# **Question 2 (2 points).** A network gets 90 % of its training images right and 50 % of
# the test images. Which of these can narrow the gap, and why: more training images, more
# hidden units, a stronger penalty, training for longer? And which narrow it without
# helping anybody?

# %% [markdown] marking="net-gap"
# More images: yes, there is less to learn by heart. More units and longer training: no,
# they make it easier to learn by heart. A stronger penalty: yes, it makes weights small and
# the function smooth; but too strong a one narrows the gap by spoiling the training
# accuracy, until both are bad. Likewise stopping at once, or too few units: no gap,
# no use. What counts is the test (validation) accuracy, not the gap.
#
# *Marking:* 0.25 for each of the four with its reason; 1 for a gap that closes because
# training gets worse (too strong a penalty, too small a network, early stop).

# %% [markdown]
# ## What you have
#
# Four parts with their gradients, which fit together in any order, and a network that
# beats every linear classifier on the same pixels. In assignment 2 the same parts make
# networks of any depth.
