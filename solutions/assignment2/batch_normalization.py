# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Batch normalisation
#
# A network learns best if the numbers inside it have mean 0 and about the same spread. At
# the input one arranges that once. Deeper down it gets lost, since every step of training
# changes all the layers before. *Batch normalisation* arranges it anew at every layer, in
# every step, and passes gradients through its own arithmetic. You derive that gradient
# twice, build a relative that does without the batch, and see what both are good for.
#
# **You need:** the notebook `two_layer_net`, the chain rule. **Time:** about three hours.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests
# below it. A test that fails says what it expected, what it got and where to look; one
# that passes prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n import layers as package
from cs231n.data import find_cifar10, split_cifar10
from cs231n.layer_utils import affine_bn_relu_backward, affine_bn_relu_forward
from cs231n.layers import affine_backward, affine_forward, relu_backward, relu_forward
from cs231n.nets.fully_connected import FullyConnectedNet
from cs231n.notebook import needs_answers
from cs231n.solver import Solver
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = [
    *("package", "layers", "affine_bn_relu_forward", "affine_bn_relu_backward"),
    *("FullyConnectedNet", "torch"),
]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)

# %% [markdown]
# ## 1. Forward
#
# A batch $x$ has $N$ rows, the examples, and $D$ columns, the features. In training, every
# **column** is normalised by its own mean and variance over the batch, then scaled and
# shifted by two numbers of its own that are learned:
#
# $$\mu_j = \frac1N \sum_i x_{ij}, \quad
# \sigma_j^2 = \frac1N \sum_i (x_{ij} - \mu_j)^2, \quad
# \hat x_{ij} = \frac{x_{ij} - \mu_j}{\sqrt{\sigma_j^2 + \varepsilon}}, \quad
# y_{ij} = \gamma_j \hat x_{ij} + \beta_j .$$
#
# In testing an example must not depend on its neighbours, so there the statistics are
# *running averages* that were kept in training. Each call in training moves them a little:
# with $m$ = `momentum`,
#
# $$\text{running} \leftarrow m \cdot \text{running} + (1 - m) \cdot \text{this batch's} .$$
#
# By hand, before you write: a batch of two examples, $x = (1, 3)$ in the one feature. What
# are $\mu$, $\sigma^2$ and $\hat x$ (forget $\varepsilon$)? And for a batch of one?


# %% answer="bn-forward"
def batchnorm_forward(x, gamma, beta, bn_param):
    """Normalise every feature over the batch, then scale and shift it.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        A batch.
    gamma, beta : ndarray of shape (D,)
        Scale and shift.
    bn_param : dict
        mode, "train" or "test"; eps (1e-5); momentum (0.9); running_mean and running_var
        of shape (D,), which begin at zero and are stored back.

    Returns
    -------
    out : ndarray of shape (N, D), dtype of x
    cache : tuple
        Whatever both of your backward passes need.
    """
    mode = bn_param["mode"]
    if mode not in ("train", "test"):
        raise ValueError(f"Unknown mode {mode!r}; use 'train' or 'test'.")
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    zeros = np.zeros(x.shape[1], dtype=x.dtype)
    running_mean = bn_param.get("running_mean", zeros)
    running_var = bn_param.get("running_var", zeros)
    ### BEGIN SOLUTION
    mean, var = running_mean, running_var
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inv_std
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, inv_std)
    ### END SOLUTION
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


# %% test="bn-forward" points=2
x, gamma, beta = np.array([[1.0, 10], [3, 30]]), np.array([1.0, 2]), np.array([0.0, 5])
answer = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": 0.0})
out, _ = expect_tuple(answer, "out", "cache")
expect_close(
    out,
    [[-1, 3], [1, 7]],
    "out",
    rtol=1e-4,
    hint="The means are 2 and 20, the variances 1 and 100: where do yours differ?",
    faults={
        "gamma multiplies beta as well; add beta last.": [[-1, 8], [1, 12]],
        "These are statistics of rows, the examples; features are columns.": [
            [-1, 7],
            [-1, 7],
        ],
        "One mean and one variance serve the whole batch; every feature has its own.": [
            [-0.87204144, 4.82559171],
            [-0.69763315, 8.31375747],
        ],
        "Scale and shift are missing.": [[-1, -1], [1, 1]],
        "The scale is missing.": [[-1, 4], [1, 6]],
        "The shift is missing.": [[-1, -2], [1, 2]],
        "gamma and beta have changed places.": [[1, -3], [1, 7]],
        "The variance divides by N - 1 instead of N.": [
            [-0.70710678, 3.58578644],
            [0.70710678, 6.41421356],
        ],
        "You divide by the variance, not by its root.": [[-1, 4.8], [1, 5.2]],
        "You multiply by the standard deviation; divide by it.": [[-1, -195], [1, 205]],
        "The spread is missing: the batch is centred only.": [[-1, -15], [1, 25]],
        "The batch is scaled, but its mean is still there.": [[1, 7], [3, 11]],
    },
)
x, one, zero = np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1)
out, _ = batchnorm_forward(x, one, zero, {"mode": "train", "eps": 3.0})
expect_close(
    out,
    [[-0.5], [0.5]],
    "out (x is 1 and 3, eps is 3)",
    rtol=1e-4,
    hint="The variance is 1; what should you take the root of?",
    faults={
        "eps is added twice: it belongs under the root alone.": [[-0.2], [0.2]],
        "Here eps is added to the root of the variance; it belongs under the root.": [
            [-0.25],
            [0.25],
        ],
        "eps makes no difference here: take it from bn_param.": [[-1], [1]],
    },
)
expect_source(batchnorm_forward, without=READY)
passed("bn-forward", "two batches worked out by hand, in training")

# %% test="bn-forward" part="running" points=2
x = np.array([[1.0, 10], [3, 30]])
bn_param = {"mode": "train", "eps": 0.0}
batchnorm_forward(x.copy(), np.ones(2), np.zeros(2), bn_param)
for name in ("running_mean", "running_var"):
    expect(name in bn_param, f"Store {name} back in bn_param; it is not there.")
forgotten = {"The running averages have not moved: train mode updates them.": [0, 0]}
expect_close(
    bn_param["running_mean"],
    [0.2, 2],
    "running_mean after one call",
    hint="It begins at 0, keeps 0.9 of that, and takes 0.1 of the means, 2 and 20.",
    faults={
        "momentum is the weight of the past; here it weighs the new batch.": [1.8, 18],
        "This is the mean of the batch; the running one moves a tenth of the way.": [
            2,
            20,
        ],
        **forgotten,
    },
)
expect_close(
    bn_param["running_var"],
    [0.1, 10],
    "running_var after one call",
    hint="It begins at 0, keeps 0.9 of that, and takes 0.1 of the variances, 1 and 100.",
    faults={
        "This is a running standard deviation: keep the variance.": [0.1, 1],
        "The variance divides by N - 1 instead of N.": [0.2, 20],
        "eps is no part of the variance: keep it out of running_var.": [
            0.100001,
            10.000001,
        ],
        **forgotten,
    },
)
yours, ours = ({"mode": "train", "eps": 0.2, "momentum": 0.6} for _ in range(2))
for x in rng.normal(1, 2, (3, 5, 3)):
    batchnorm_forward(x.copy(), np.ones(3), np.zeros(3), yours)
    package.batchnorm_forward(x, np.ones(3), np.zeros(3), ours)
for name in ("running_mean", "running_var"):
    expect_close(
        yours[name],
        ours[name],
        f"{name} after three calls, momentum 0.6",
        hint="Take the weight from bn_param, and the past from the call before.",
    )
passed("bn-forward", "running averages after one call and after three")

# %% test="bn-forward" part="testing" points=1
x, gamma, beta = rng.normal(size=(3, 4)), rng.uniform(1, 2, 4), rng.normal(size=4)
mean, var = np.array([0.5, -1, 2, 0]), np.array([1.0, 4, 0.25, 9])
running = {"running_mean": mean, "running_var": var, "eps": 0.5}
yours, ours = running | {"mode": "test"}, running | {"mode": "test"}
with unchanged(running_mean=mean, running_var=var):
    answer = batchnorm_forward(x.copy(), gamma, beta, yours)
out, _ = expect_tuple(answer, "out", "cache")
expected, _ = package.batchnorm_forward(x, gamma, beta, ours)
expect_close(
    out,
    expected,
    "out (test mode)",
    hint="Test mode normalises by running_mean and running_var, as they are.",
    faults={
        "Test mode uses the statistics of the batch here, not the running averages.": (
            package.batchnorm_forward(x, gamma, beta, running | {"mode": "train"})[0]
        ),
        "eps is missing in test mode.": package.batchnorm_forward(
            x, gamma, beta, running | {"mode": "test", "eps": 0.0}
        )[0],
    },
)
for name, value in (("running_mean", mean), ("running_var", var)):
    expect(
        np.allclose(np.ravel(yours[name]), value),
        f"{name} has changed in test mode; only train mode moves it.",
    )
one, _ = batchnorm_forward(x[:1], gamma, beta, yours)
expect_close(one, expected[:1], "out (test mode, the first example alone)")
passed("bn-forward", "test mode uses the running averages and leaves them alone")

# %% test="bn-forward" part="shapes" points=1
for n, d, eps, dtype in [
    (7, 3, 0.3, np.float64),
    (4, 9, 0.1, np.float32),
    (1, 6, 1e-5, float),
]:
    x, gamma, beta = (
        rng.normal(1, 2, (n, d)).astype(dtype),
        *rng.uniform(1, 3, (2, d)).astype(dtype),
    )
    x[:, 0] = 2  # a feature without any spread
    with unchanged(x=x, gamma=gamma, beta=beta):
        answer = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    out, _ = expect_tuple(answer, "out", "cache")
    expected, _ = package.batchnorm_forward(
        x, gamma, beta, {"mode": "train", "eps": eps}
    )
    where = f"out (N, D = {n}, {d}; eps = {eps}; {np.dtype(dtype)})"
    expect_close(out, expected, where, rtol=1e-4, atol=1e-4, dtype=dtype)
passed("bn-forward", "other sizes, float32, a batch of one; inputs as they were")


# %% [markdown]
# Look at the means and deviations of three features of very different size: before, after
# normalising, after scaling and shifting, and in testing after 50 batches. The last row is
# noisier: why?

# %% tags=["nbval-check-output"]
with needs_answers():
    draw = np.random.default_rng(231)
    w1, w2 = draw.standard_normal((50, 50)), draw.standard_normal((50, 3))

    def features(n):
        return np.maximum(0, draw.standard_normal((n, 50)) @ w1) @ w2

    def show(title, a):
        means = a.mean(axis=0).round(2) + 0.0  # no -0
        print(f"{title:28} means {means}  stds {a.std(axis=0).round(2)}")

    x, ones = features(200), np.ones(3)
    show("before", x)
    show("gamma 1, beta 0", batchnorm_forward(x, ones, 0 * ones, {"mode": "train"})[0])
    gamma, beta = np.array([1.0, 2, 3]), np.array([11.0, 12, 13])
    out, _ = batchnorm_forward(x, gamma, beta, {"mode": "train"})
    show("gamma 1 2 3, beta 11 12 13", out)
    bn_param = {"mode": "train"}
    for _ in range(50):
        batchnorm_forward(features(200), ones, 0 * ones, bn_param)
    bn_param["mode"] = "test"
    show("in testing", batchnorm_forward(features(200), ones, 0 * ones, bn_param)[0])

# %% [markdown]
# Why one wants that, in a picture: what reaches the ReLUs of a network with 8 hidden layers,
# when the weights are a little too small. Above without normalisation, below with it.

# %%
with needs_answers():
    draw = np.random.default_rng(231)
    fig, axes = plt.subplots(2, 4, figsize=(9, 3), sharex=True, layout="constrained")
    for row, normalise in zip(axes, (False, True), strict=True):
        h = draw.standard_normal((300, 100))
        for layer in range(8):
            a = h @ draw.standard_normal((100, 100)) / 10
            if normalise:
                a, _ = batchnorm_forward(
                    a, np.ones(100), np.zeros(100), {"mode": "train"}
                )
            if layer % 2:
                ax = row[layer // 2]
                ax.hist(a.ravel(), bins=np.linspace(-3, 3, 61), color="tab:blue")
                ax.set(yticks=[], title=f"layer {layer + 1}" if not normalise else "")
            h = np.maximum(a, 0)
    axes[0, 0].set_ylabel("without")
    axes[1, 0].set_ylabel("with")
    plt.show()

# %% [markdown]
# ## 2. Backward, step by step
#
# The mean and the variance depend on $x$ as well, so every $x_{ij}$ reaches the loss by
# three ways: directly, through $\mu_j$ and through $\sigma_j^2$. Draw the graph of the
# forward pass with one operation a node, and walk it backwards. Where ways meet, gradients
# add up; where one number went to many ($\mu_j$, $\gamma_j$, $\beta_j$), its gradient is a
# sum over them.


# %% answer="bn-backward"
def batchnorm_backward(dout, cache):
    """Carry a gradient back through batchnorm_forward in training, node by node.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by batchnorm_forward.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma, dbeta : ndarray of shape (D,)
    """
    ### BEGIN SOLUTION
    x_hat, gamma, inv_std = cache
    n = len(dout)
    dgamma = (dout * x_hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dx_hat = dout * gamma
    centred = x_hat / inv_std  # x - mean
    dvar = (dx_hat * centred).sum(axis=0) * -0.5 * inv_std**3
    dcentred = dx_hat * inv_std + dvar * 2 / n * centred
    dmean = -dcentred.sum(axis=0)
    dx = dcentred + dmean / n
    ### END SOLUTION
    return dx, dgamma, dbeta


# %% test="bn-backward" points=2
x = np.array([[1.0, 0], [1, 6], [5, 6], [5, 8]])  # variances 4 and 9
gamma, beta = np.array([2.0, 6]), np.array([0.0, 5])
dout = np.array([[2.0, 3], [-2, -2], [5, 5], [-1, -2]])
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
answer = batchnorm_backward(dout, cache)
dx, _, _ = expect_tuple(answer, "dx", "dgamma", "dbeta")
expect_close(
    dx,
    [[2, -1], [-2, -5], [3, 9], [-3, -3]],
    "dx",
    rtol=1e-4,
    atol=1e-4,
    hint="Does each column of dx sum to 0? If not, look at the way through the mean, "
    "else at the direct one and the one through the variance.",
    faults={
        "Mean and variance count as constants here, but they depend on x: two of the "
        "three ways are missing.": [[2, 6], [-2, -4], [5, 10], [-1, -4]],
        "The way through the variance is missing.": [
            [1, 4],
            [-3, -6],
            [4, 8],
            [-2, -6],
        ],
        "The way through the mean is missing.": [[3, 1], [-1, -3], [4, 11], [-2, -1]],
        "gamma is missing on the way to x.": [
            [1, -0.1666667],
            [-1, -0.8333333],
            [1.5, 1.5],
            [-1.5, -0.5],
        ],
        "gamma counts twice on the way to x.": [[4, -6], [-4, -30], [6, 54], [-6, -18]],
        "The mean passes its whole gradient to each of the N examples; each gets a "
        "share.": [[-1, -7], [-5, -11], [0, 3], [-6, -9]],
        "The variance passes its whole gradient to each of the N examples; each gets a "
        "share.": [[5, -16], [1, -2], [0, 12], [-6, 6]],
        "Mean and variance pass their whole gradients to each of the N examples; each "
        "gets a share.": [[2, -22], [-2, -8], [-3, 6], [-9, 0]],
        "The way through the variance has the wrong power of the standard deviation.": [
            [3, -11],
            [-1, -3],
            [2, 11],
            [-4, 3],
        ],
        "The way through the variance has twice the size it should have: check the "
        "derivatives of the root and of the square.": [
            [3, -6],
            [-1, -4],
            [2, 10],
            [-4, 0],
        ],
        "The way through the variance has half the size it should have: check the "
        "derivatives of the root and of the square.": [
            [1.5, 1.5],
            [-2.5, -5.5],
            [3.5, 8.5],
            [-2.5, -4.5],
        ],
        "The way through the variance has the wrong sign.": [
            [0, 9],
            [-4, -7],
            [5, 7],
            [-1, -9],
        ],
        "The way through the mean has the wrong sign.": [
            [4, 3],
            [0, -1],
            [5, 13],
            [-1, 1],
        ],
        "dx is divided by the standard deviation once too often.": [
            [1, -0.3333333],
            [-1, -1.6666667],
            [1.5, 3],
            [-1.5, -1],
        ],
    },
)
expect_source(batchnorm_backward, without=READY)
passed("bn-backward", "dx of four examples worked out by hand")

# %% test="bn-backward" part="scale" points=1
x = np.array([[1.0, 0], [1, 6], [5, 6], [5, 8]])  # means 3 and 5, variances 4 and 9
gamma, beta = np.array([2.0, 6]), np.array([0.0, 5])
dout = np.array([[2.0, 3], [-2, -2], [5, 5], [-1, -2]])
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
answer = batchnorm_backward(dout, cache)
_, dgamma, dbeta = expect_tuple(answer, "dx", "dgamma", "dbeta")
one_each = "gamma and beta have one number for each feature, so their gradients do too."
expect_close(
    dgamma,
    [4, -6],
    "dgamma",
    rtol=1e-4,
    hint="What does gamma multiply in the forward pass, and for how many examples?",
    shape_hint=one_each,
    faults={
        "gamma serves all examples, so their gradients add up; this is their mean.": [
            1,
            -1.5,
        ],
        "gamma multiplies the normalised x, not x itself.": [20, 2],
        "gamma multiplies the normalised x; this x is centred only.": [8, -18],
        "dgamma and dbeta have changed places.": [4, 4],
    },
)
expect_close(
    dbeta,
    [4, 4],
    "dbeta",
    hint="beta is added to every example: which numbers of dout reach it?",
    shape_hint=one_each,
    faults={
        "beta serves all examples, so their gradients add up; this is their mean.": [
            1,
            1,
        ],
    },
)
passed("bn-backward", "dgamma and dbeta of four examples worked out by hand")

# %% test="bn-backward" part="shapes" points=1
for n, d, eps in [(6, 3, 1e-5), (3, 8, 0.5), (5, 5, 1e-2)]:
    x, dout = rng.normal(0, 2, (2, n, d))
    gamma, beta = rng.uniform(0.5, 2, (2, d))
    _, cache = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    _, ours = package.batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    expected = package.batchnorm_backward(dout, ours)
    for call in ("", " of a second call"):
        with unchanged(dout=dout):
            grads = batchnorm_backward(dout, cache)
        names = ("dx", "dgamma", "dbeta")
        grads = expect_tuple(grads, *names)
        for name, grad, right in zip(names, grads, expected, strict=True):
            where = f"{name}{call} (N, D = {n}, {d}; eps = {eps})"
            expect_close(grad, right, where, rtol=1e-4, atol=1e-7)
passed("bn-backward", "random batches of other sizes; dout as it was")


# %% [markdown]
# ## 3. Backward, on paper
#
# The steps collapse. Put them together on paper, for one column, with $g_i = \gamma\,
# \partial L / \partial y_i$, and simplify until there are only $g$, $\hat x$, two means over
# the batch and $1/\sqrt{\sigma^2 + \varepsilon}$. Two hints: $\sum_i (x_i - \mu) = 0$, and
# $x_i - \mu$ is $\hat x_i$ times something you have.


# %% answer="bn-backward-alt"
def batchnorm_backward_alt(dout, cache):
    """Carry a gradient back through batchnorm_forward in training, simplified.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by batchnorm_forward.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma, dbeta : ndarray of shape (D,)
    """
    ### BEGIN SOLUTION
    x_hat, gamma, inv_std = cache
    dgamma = (dout * x_hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    n = len(dout)
    dx = gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n)
    ### END SOLUTION
    return dx, dgamma, dbeta


# %% test="bn-backward-alt" points=1
x = np.array([[1.0, 0], [1, 6], [5, 6], [5, 8]])  # variances 4 and 9
gamma, beta = np.array([2.0, 6]), np.array([0.0, 5])
dout = np.array([[2.0, 3], [-2, -2], [5, 5], [-1, -2]])
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
answer = batchnorm_backward_alt(dout, cache)
dx, dgamma, dbeta = expect_tuple(answer, "dx", "dgamma", "dbeta")
expect_close(
    dx,
    [[2, -1], [-2, -5], [3, 9], [-3, -3]],
    "dx",
    rtol=1e-4,
    atol=1e-4,
    hint="Try your formula on a column of two numbers: there dx is nearly zero.",
    faults={
        "The sums over the batch are to be means.": [
            [2, -22],
            [-2, -8],
            [-3, 6],
            [-9, 0],
        ],
        "What came by way of the variance is missing.": [
            [1, 4],
            [-3, -6],
            [4, 8],
            [-2, -6],
        ],
        "What came by way of the mean is missing.": [
            [3, 1],
            [-1, -3],
            [4, 11],
            [-2, -1],
        ],
        "gamma is missing in dx.": [
            [1, -0.1666667],
            [-1, -0.8333333],
            [1.5, 1.5],
            [-1.5, -0.5],
        ],
        "gamma counts twice in dx.": [[4, -6], [-4, -30], [6, 54], [-6, -18]],
        "dx is divided by the variance; one root of it is enough.": [
            [1, -0.3333333],
            [-1, -1.6666667],
            [1.5, 3],
            [-1.5, -1],
        ],
        "What came by way of the variance has the wrong sign.": [
            [0, 9],
            [-4, -7],
            [5, 7],
            [-1, -9],
        ],
        "What came by way of the mean has the wrong sign.": [
            [4, 3],
            [0, -1],
            [5, 13],
            [-1, 1],
        ],
        "The mean of dout runs over features here; it should run over the batch.": [
            [0.5, -4],
            [1, 1],
            [-1, 1],
            [-0.5, 2],
        ],
        "Both means run over features here; they should run over the batch.": [
            [-4, -10.6666667],
            [0.6666667, -0.4444444],
            [-3.3333333, -2.2222222],
            [2, 2],
        ],
    },
)
right = "Nothing changes for this gradient: take it from batchnorm_backward."
swapped = {"This is the gradient of beta: the two have changed places.": [4, 4]}
expect_close(dgamma, [4, -6], "dgamma", rtol=1e-4, hint=right, faults=swapped)
expect_close(dbeta, [4, 4], "dbeta", hint=right)
expect_source(batchnorm_backward_alt, loops=0, without=[*READY, "batchnorm_backward"])
passed("bn-backward-alt", "four examples worked out by hand; no loop")

# %% test="bn-backward-alt" part="shapes" points=1
for n, d, eps in [(5, 7, 0.4), (3, 2, 1e-5), (40, 20, 0.1)]:
    x, dout = rng.normal(0, 2, (2, n, d))
    gamma, beta = rng.uniform(0.5, 2, (2, d))
    _, cache = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    _, ours = package.batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    expected = package.batchnorm_backward(dout, ours)
    with unchanged(dout=dout):
        grads = batchnorm_backward_alt(dout, cache)
    names = ("dx", "dgamma", "dbeta")
    grads = expect_tuple(grads, *names)
    for name, grad, right in zip(names, grads, expected, strict=True):
        where = f"{name} (N, D = {n}, {d}; eps = {eps})"
        expect_close(grad, right, where, rtol=1e-4, atol=1e-7)
passed("bn-backward-alt", "random batches of other sizes; dout as it was")


# %% [markdown]
# Was the paper worth it? The difference of the two should be of the size of rounding.

# %% tags=["experiment"]
with needs_answers():
    draw = np.random.default_rng(231)
    x, dout = draw.standard_normal((2, 500, 500))
    _, cache = batchnorm_forward(x, np.ones(500), np.zeros(500), {"mode": "train"})
    results = {}
    for backward in (batchnorm_backward, batchnorm_backward_alt):
        best = math.inf
        for _ in range(5):
            start = time.perf_counter()
            results[backward] = backward(dout, cache)[0]
            best = min(best, time.perf_counter() - start)
        print(f"{backward.__name__:24} {1000 * best:.2f} ms")
    apart = np.abs(results[batchnorm_backward] - results[batchnorm_backward_alt]).max()
    print(f"largest difference of dx: {apart:.0e}")

# %% [markdown]
# ## 4. Layer normalisation
#
# What if the batch is small, or one wants the same arithmetic in training and testing?
# *Layer normalisation* takes the statistics of each **row**: the mean and variance of one
# example over its $D$ features. Scale and shift still belong to features, so `gamma` and
# `beta` keep the shape $(D,)$. There are no running averages, and no modes.


# %% answer="bn-layer-forward"
def layernorm_forward(x, gamma, beta, ln_param):
    """Normalise every example over its features, then scale and shift each feature.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        A batch.
    gamma, beta : ndarray of shape (D,)
        Scale and shift.
    ln_param : dict
        eps (1e-5).

    Returns
    -------
    out : ndarray of shape (N, D), dtype of x
    cache : tuple
        Whatever your backward pass needs.
    """
    eps = ln_param.get("eps", 1e-5)
    ### BEGIN SOLUTION
    mean = x.mean(axis=1, keepdims=True)
    inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = (x - mean) * inv_std
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, inv_std)
    ### END SOLUTION
    return out, cache


# %% test="bn-layer-forward" points=1
x = np.array([[1.0, 3], [40, 20]])
gamma, beta = np.array([3.0, 2]), np.array([0.0, 5])
answer = layernorm_forward(x, gamma, beta, {"eps": 0.0})
out, _ = expect_tuple(answer, "out", "cache")
expect_close(
    out,
    [[-3, 7], [3, 3]],
    "out",
    rtol=1e-4,
    hint="Row 0 has mean 2 and variance 1, row 1 has mean 30 and variance 100.",
    faults={
        "The mean is not taken off: these rows are divided by their mean square.": [
            [1.34164, 7.68328],
            [3.79473, 6.26491],
        ],
        "These are statistics of columns, as in batch normalisation; here they are "
        "those of rows.": [[-3, 3], [3, 7]],
        "gamma and beta are applied to rows; they belong to features, the columns.": [
            [-3, 3],
            [7, 3],
        ],
        "Scale and shift are missing.": [[-1, 1], [1, -1]],
        "The scale is missing.": [[-1, 6], [1, 4]],
        "The shift is missing.": [[-3, 2], [3, -2]],
        "gamma and beta have changed places.": [[3, 7], [3, -3]],
        "The variance divides by D - 1 instead of D.": [
            [-2.12132034, 6.41421356],
            [2.12132034, 3.58578644],
        ],
        "You divide by the variance, not by its root.": [[-3, 7], [0.3, 4.8]],
        "The mean of row i is taken from column i: mind the shapes.": [
            [-3, -49],
            [11.4, 3],
        ],
        "The mean and spread of row i are used for column i: mind the shapes.": [
            [-3, -0.4],
            [114, 3],
        ],
        "One mean and one variance serve the whole batch; every example has its own.": [
            [-2.8661839, 3.34398264],
            [4.58589424, 5.5095438],
        ],
    },
)
one, zero = np.ones(2), np.zeros(2)
out, _ = layernorm_forward(np.array([[1.0, 3]]), one, zero, {"eps": 3.0})
expect_close(
    out,
    [[-0.5, 0.5]],
    "out (x is 1 and 3, eps is 3)",
    rtol=1e-4,
    hint="The variance is 1; what should you take the root of?",
    faults={
        "Here eps is added to the root of the variance; it belongs under the root.": [
            [-0.25, 0.25]
        ],
        "eps makes no difference here: take it from ln_param.": [[-1, 1]],
    },
)
expect_source(layernorm_forward, without=READY)
passed("bn-layer-forward", "three rows worked out by hand")

# %% test="bn-layer-forward" part="shapes" points=1
for n, d, param, dtype in [
    (4, 4, {}, np.float64),
    (3, 8, {"eps": 0.2}, np.float32),
    (1, 5, {"eps": 1e-2}, np.float64),
    (6, 1, {}, np.float64),
]:
    x, gamma, beta = (
        rng.normal(1, 2, (n, d)).astype(dtype),
        *rng.uniform(1, 3, (2, d)).astype(dtype),
    )
    x[0] = 2  # an example without any spread
    expected, _ = package.layernorm_forward(x, gamma, beta, dict(param))
    with unchanged(x=x, gamma=gamma, beta=beta):
        answer = layernorm_forward(x, gamma, beta, dict(param))
    out, _ = expect_tuple(answer, "out", "cache")
    where = f"out (N, D = {n}, {d}; eps = {param.get('eps', 1e-5)}; {np.dtype(dtype)})"
    expect_close(out, expected, where, rtol=1e-4, atol=1e-4, dtype=dtype)
passed("bn-layer-forward", "other sizes, float32, a batch of one; inputs as they were")


# %% [markdown]
# The backward pass is that of batch normalisation with rows for columns, but not
# everywhere: which sums still run over the batch?


# %% answer="bn-layer-backward"
def layernorm_backward(dout, cache):
    """Carry a gradient back through layernorm_forward.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by layernorm_forward.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dgamma, dbeta : ndarray of shape (D,)
    """
    ### BEGIN SOLUTION
    x_hat, gamma, inv_std = cache
    dgamma, dbeta = (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    g = dout * gamma
    mean = g.mean(axis=1, keepdims=True)
    slope = (g * x_hat).mean(axis=1, keepdims=True)
    dx = inv_std * (g - mean - x_hat * slope)
    ### END SOLUTION
    return dx, dgamma, dbeta


# %% test="bn-layer-backward" points=1
x = np.array([[1.0, 1, 5, 5], [0, 6, 6, 8]])  # variances 4 and 9
gamma, beta = np.array([2.0, 6, 3, 4]), np.array([0.0, 5, 1, 2])
dout = np.array([[2.0, -2, 5, -1], [3, -2, 5, -2]])
_, cache = layernorm_forward(x, gamma, beta, {})
answer = layernorm_backward(dout, cache)
dx, dgamma, dbeta = expect_tuple(answer, "dx", "dgamma", "dbeta")
expect_close(
    dx,
    [[4, -4, 4.75, -4.75], [-0.4444444, -3.6111111, 5.3888889, -1.3333333]],
    "dx",
    rtol=1e-4,
    atol=1e-4,
    hint="Which sums of batchnorm_backward now run over features, and where does gamma, "
    "which differs from feature to feature, come in?",
    faults={
        "The means run over the batch, as in batch normalisation; an example has "
        "statistics of its own.": [
            [-4, 2, -5, 4],
            [-3.5555556, -0.4444444, -1.1111111, 1.3333333],
        ],
        "gamma is taken out of the means, but it differs along a row.": [
            [2, -6, 4.5, -6],
            [-0.3333333, -5, 4.5, -2],
        ],
        "gamma is missing in dx.": [
            [1, -1, 1.5, -1.5],
            [-0.1666667, -0.8333333, 1.5, -0.5],
        ],
        "The way through the variance is missing.": [
            [1.625, -6.375, 7.125, -2.375],
            [1.9166667, -4.0833333, 4.9166667, -2.75],
        ],
        "The way through the mean is missing.": [
            [4.375, -3.625, 5.125, -4.375],
            [-0.3611111, -3.5277778, 5.4722222, -1.25],
        ],
        "Mean and variance count as constants here, but they depend on x: two of the "
        "three ways are missing.": [[2, -6, 7.5, -2], [2, -4, 5, -2.6666667]],
        "Sums stand where means over the features belong.": [
            [10, 2, -3.5, -13],
            [-7.7777778, -2.4444444, 6.5555556, 2.6666667],
        ],
        "The sums over features are divided by N, the number of examples; a row has D "
        "entries.": [
            [6, -2, 2, -7.5],
            [-2.8888889, -3.2222222, 5.7777778, 0],
        ],
        "The way through the variance has the wrong sign.": [
            [-0.75, -8.75, 9.5, 0],
            [4.2777778, -4.5555556, 4.4444444, -4.1666667],
        ],
        "dx is divided by the variance; one root of it is enough.": [
            [2, -2, 2.375, -2.375],
            [-0.1481481, -1.2037037, 1.7962963, -0.4444444],
        ],
        "One of the means lacks gamma, that of the way through the variance.": [
            [2.125, -5.875, 6.625, -2.875],
            [1.0833333, -3.9166667, 5.0833333, -2.25],
        ],
        "One of the means lacks gamma, that of the way through the mean.": [
            [3.875, -4.125, 4.625, -4.875],
            [-0.6944444, -3.8611111, 5.1388889, -1.5833333],
        ],
    },
)
over = "gamma and beta serve all examples: over what do their gradients add up?"
for name, grad, right in (
    ("dgamma", dgamma, [-7, 1.3333333, 6.6666667, -3]),
    ("dbeta", dbeta, [5, -4, 10, -3]),
):
    expect_close(
        grad,
        right,
        name,
        rtol=1e-4,
        hint=over,
        faults={
            "These sums run over the features of each example; one gamma and one beta "
            "serve all examples.": [4, -6] if name == "dgamma" else [4, 4],
        },
    )
expect_source(layernorm_backward, without=READY)
passed("bn-layer-backward", "two examples worked out by hand")

# %% test="bn-layer-backward" part="shapes" points=1
for n, d, eps in [(5, 3, 1e-5), (4, 4, 0.5), (1, 7, 1e-2)]:
    x, dout = rng.normal(0, 2, (2, n, d))
    gamma, beta = rng.uniform(0.5, 2, (2, d))
    _, cache = layernorm_forward(x, gamma, beta, {"eps": eps})
    _, ours = package.layernorm_forward(x, gamma, beta, {"eps": eps})
    expected = package.layernorm_backward(dout, ours)
    with unchanged(dout=dout):
        grads = layernorm_backward(dout, cache)
    names = ("dx", "dgamma", "dbeta")
    grads = expect_tuple(grads, *names)
    for name, grad, right in zip(names, grads, expected, strict=True):
        where = f"{name} (N, D = {n}, {d}; eps = {eps})"
        expect_close(grad, right, where, rtol=1e-4, atol=1e-6)
passed("bn-layer-backward", "random batches of other sizes; dout as it was")


# %% [markdown] question="bn-prepare" points=2
# **Question 1 (2 points).** Before training, images can be prepared in many ways. Which of
# the two layers does each of these resemble, if any: (a) subtract the mean image of the
# training set; (b) divide each image by the root of the sum of its squared pixels, after
# subtracting its own mean; (c) set every pixel to 1 or 0 by a threshold of 128?

# %% [markdown] marking="bn-prepare"
# (a) Batch normalisation: a statistic of each pixel (feature) over many images, without
# its division. (b) Layer normalisation: each image by its own statistics over all pixels,
# up to a constant factor. (c) Neither: no statistics of the data come in.
#
# *Marking:* 0.75 each for (a) and (b) with "over images" and "over pixels", 0.5 for (c).

# %% [markdown]
# ## 5. A sandwich
#
# Affine, normalisation, ReLU come so often together that a function for the three pays.
# Use `affine_forward`, `relu_forward` and their partners, which the setup cell brought, and
# your own normalisations.


# %% answer="bn-sandwich-forward"
def affine_norm_relu_forward(
    x, w, b, gamma, beta, norm_param, normalization="batchnorm"
):
    """Compute affine, normalisation and ReLU, one after the other.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        Inputs.
    w, b : ndarray of shape (D, M) and (M,)
        Weights and biases.
    gamma, beta : ndarray of shape (M,)
        Scale and shift of the normalisation.
    norm_param : dict
        Goes to the normalisation.
    normalization : str
        "batchnorm" or "layernorm".

    Returns
    -------
    out : ndarray of shape (N, M)
    cache : tuple
        Whatever affine_norm_relu_backward needs.
    """
    ### BEGIN SOLUTION
    forwards = {"batchnorm": batchnorm_forward, "layernorm": layernorm_forward}
    a, affine = affine_forward(x, w, b)
    normal, norm = forwards[normalization](a, gamma, beta, norm_param)
    out, relu = relu_forward(normal)
    cache = (affine, norm, relu, normalization)
    ### END SOLUTION
    return out, cache


# %% test="bn-sandwich-forward" points=1
x, w = np.array([[-5.0, -2], [-5, 1], [-1, 1], [-1, 2]]), np.array([[1.0, 0], [0, 2]])
b, gamma, beta = np.array([3.0, -1]), np.array([2.0, 3]), np.array([1.0, 2])
# The affine layer makes (-2, -5), (-2, 1), (2, 1) and (2, 3) of the four examples.
first = "The inputs are normalised; normalise what the affine layer gives."
no_norm = {"The normalisation is missing.": [[0, 0], [0, 1], [2, 1], [2, 3]]}
no_relu = "No ReLU acts on the result: it should come last."
swapped = "gamma and beta have changed places."
for kind, expected, faults in (
    (
        "batchnorm",
        [[0, 0], [0, 3], [3, 3], [3, 5]],
        no_norm
        | {
            no_relu: [[-1, -3], [-1, 3], [3, 3], [3, 5]],
            "The ReLU comes last, after the normalisation; here it comes before.": [
                [-1, -1.441236],
                [-1, 1.3117528],
                [3, 1.3117528],
                [3, 6.8177304],
            ],
            first: [[2, 0], [2, 0], [4, 0], [4, 1]],
            swapped: [[1, 0], [1, 3.6666667], [3, 3.6666667], [3, 5]],
        },
    ),
    (
        "layernorm",
        [[3, 0], [0, 5], [3, 0], [0, 5]],
        no_norm
        | {
            no_relu: [[3, -1], [-1, 5], [3, -1], [-1, 5]],
            "This is the result of batch normalisation: what does normalization say?": [
                [0, 0],
                [0, 3],
                [3, 3],
                [3, 5],
            ],
            first: [[3, 0], [3, 0], [3, 0], [3, 0]],
            swapped: [[3, 1], [1, 5], [3, 1], [1, 5]],
        },
    ),
):
    norm_param = (
        {"mode": "train", "eps": 1e-9} if kind == "batchnorm" else {"eps": 1e-9}
    )
    answer = affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, kind)
    out, _ = expect_tuple(answer, "out", "cache")
    expect_close(
        out,
        expected,
        f"out ({kind})",
        rtol=1e-5,
        hint="Go through it in order: affine, then the normalisation, then ReLU.",
        faults=faults,
    )
passed("bn-sandwich-forward", "both kinds, four examples worked out by hand")

# %% test="bn-sandwich-forward" part="settings" points=1
yours, ours = ({"mode": "train", "momentum": 0.4, "eps": 0.3} for _ in range(2))
for mode, n in (("train", 6), ("train", 5), ("test", 2)):
    yours["mode"] = ours["mode"] = mode
    x, w, b = rng.normal(size=(n, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
    gamma, beta = rng.uniform(1, 2, (2, 3))
    expected, _ = affine_bn_relu_forward(x, w, b, gamma, beta, ours)
    with unchanged(x=x, w=w, b=b, gamma=gamma, beta=beta):
        answer = affine_norm_relu_forward(x, w, b, gamma, beta, yours)
    out, _ = expect_tuple(answer, "out", "cache")
    lost = "There are no running averages: hand over norm_param itself, not a copy."
    expect("running_mean" in yours, lost)
    expect_close(out, expected, f"out (batchnorm, {mode} mode)", rtol=1e-5, atol=1e-7)
x, w, b = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
# Layer normalisation is batch normalisation of what is transposed.
expected, _ = affine_bn_relu_forward(
    np.vstack([w, b]).T,
    np.hstack([x, np.ones((5, 1))]).T,
    *(np.zeros(5), 2 * np.ones(5), np.ones(5), {"mode": "train", "eps": 0.3}),
)
scale, shift = 2 * np.ones(4), np.ones(4)
answer = affine_norm_relu_forward(x, w, b, scale, shift, {"eps": 0.3}, "layernorm")
out, _ = expect_tuple(answer, "out", "cache")
expect_close(out, expected.T, "out (layernorm, eps = 0.3)", rtol=1e-5, atol=1e-7)
passed("bn-sandwich-forward", "running averages and eps; inputs as they were")


# %% answer="bn-sandwich-backward"
def affine_norm_relu_backward(dout, cache):
    """Carry a gradient back through affine_norm_relu_forward.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by affine_norm_relu_forward.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dw, db : ndarray of shape (D, M) and (M,)
    dgamma, dbeta : ndarray of shape (M,)
    """
    ### BEGIN SOLUTION
    affine, norm, relu, normalization = cache
    backwards = {"batchnorm": batchnorm_backward_alt, "layernorm": layernorm_backward}
    dnormal = relu_backward(dout, relu)
    da, dgamma, dbeta = backwards[normalization](dnormal, norm)
    dx, dw, db = affine_backward(da, affine)
    ### END SOLUTION
    return dx, dw, db, dgamma, dbeta


# %% test="bn-sandwich-backward" points=1
x, w = np.array([[-5.0, -2], [-5, 1], [-1, 1], [-1, 2]]), np.array([[1.0, 0], [0, 2]])
b, gamma, beta = np.array([3.0, -1]), np.array([2.0, 3]), np.array([1.0, 2])
dout, norm_param = np.array([[5.0, 2], [-3, 1], [2, -3], [-4, 4]]), {"mode": "train"}
_, cache = affine_norm_relu_forward(x, w, b, gamma, beta, norm_param)
answer = affine_norm_relu_backward(dout, cache)
names = ("dx", "dw", "db", "dgamma", "dbeta")
grads = dict(zip(names, expect_tuple(answer, *names), strict=True))
expect_close(
    grads["dx"],
    [[0, 1.7777778], [0, 0.4444444], [3, -7.5555556], [-3, 5.3333333]],
    "dx (batchnorm)",
    rtol=1e-4,
    atol=1e-4,
    hint="Backwards everything comes in reverse order: ReLU, normalisation, affine.",
    faults={
        "The ReLU is left out on the way back.": [[4, 2], [-4, 0], [3, -8], [-3, 6]],
        "The normalisation is left out on the way back.": [
            [0, 0],
            [0, 2],
            [2, -6],
            [-4, 8],
        ],
    },
)
order = "Return (dx, dw, db, dgamma, dbeta), in the order of the inputs."
swapped = "dgamma and dbeta have changed places."
for name, right, wrong in (
    ("dw", [[0, -4.4444444], [-3, 0]], {}),
    ("db", [0, 0], {}),
    ("dgamma", [-2, 3.3333333], {swapped: [-2, 2]}),
    ("dbeta", [-2, 2], {swapped: [-2, 3.3333333]}),
):
    where = f"{name} (batchnorm)"
    expect_close(
        grads[name],
        right,
        where,
        rtol=1e-4,
        atol=1e-4,
        faults=wrong,
        hint=f"dx is right. {order}",
        shape_hint=order,
    )
passed("bn-sandwich-backward", "batch normalisation, four examples worked out by hand")

# %% test="bn-sandwich-backward" part="shapes" points=1
names = ("dx", "dw", "db", "dgamma", "dbeta")
for n, d, m in [(5, 2, 7), (4, 3, 5)]:
    x, w, dout = (
        rng.normal(size=(n, d)),
        rng.normal(size=(d, m)),
        rng.normal(size=(n, m)),
    )
    b, gamma, beta = rng.uniform(0.5, 1.5, (3, m))
    yours, ours = {"mode": "train"}, {"mode": "train"}
    _, cache = affine_norm_relu_forward(x, w, b, gamma, beta, yours)
    _, right = affine_bn_relu_forward(x, w, b, gamma, beta, ours)
    with unchanged(dout=dout):
        answer = affine_norm_relu_backward(dout, cache)
    grads, expected = expect_tuple(answer, *names), affine_bn_relu_backward(dout, right)
    for name, grad, value in zip(names, grads, expected, strict=True):
        where = f"{name} (batchnorm; N, D, M = {n}, {d}, {m})"
        expect_close(grad, value, where, rtol=1e-4, atol=1e-6)
    # Layer normalisation: see above. A bias is the weight of an input that is 1.
    scale, shift = 2 * np.ones(m), np.ones(m)
    _, cache = affine_norm_relu_forward(x, w, b, scale, shift, {}, "layernorm")
    answer = affine_norm_relu_backward(dout, cache)
    _, right = affine_bn_relu_forward(
        np.vstack([w, b]).T,
        np.hstack([x, np.ones((n, 1))]).T,
        *(np.zeros(n), 2 * np.ones(n), np.ones(n), {"mode": "train"}),
    )
    dweights, dinputs, _, dgamma, dbeta = affine_bn_relu_backward(dout.T, right)
    grads = dict(zip(names, expect_tuple(answer, *names), strict=True))
    for name, value in (
        ("dx", dinputs.T[:, :-1]),
        ("dw", dweights.T[:-1]),
        ("db", dweights.T[-1]),
    ):
        where = f"{name} (layernorm; N, D, M = {n}, {d}, {m})"
        hint = "Does the cache remember which normalisation it was?"
        expect_close(grads[name], value, where, rtol=1e-4, atol=1e-6, hint=hint)
    for name, value in (("dgamma", dgamma), ("dbeta", dbeta)):
        expect_array(grads[name], (m,), f"{name} (layernorm)")
        total = np.sum(grads[name])
        where = f"the sum of {name}, layernorm"
        expect_close(total, value.sum(), where, rtol=1e-4, atol=1e-6)
passed("bn-sandwich-backward", "both kinds with random numbers; dout as it was")


# %% [markdown]
# ## 6. What it is good for
#
# Now networks. The package's `FullyConnectedNet` calls your functions by name, before every
# ReLU. First six layers, 1000 images, with and without: which learns faster?


# %% tags=["experiment"]
real = find_cifar10() is not None  # the real CIFAR-10 is worth more steps
data = split_cifar10(1000, 500, 1)


def own_layers():
    """Return your functions by the names under which networks call them."""
    return {
        "batchnorm_forward": batchnorm_forward,
        "batchnorm_backward": batchnorm_backward_alt,
        "layernorm_forward": layernorm_forward,
        "layernorm_backward": layernorm_backward,
    }


def train_net(normalization, hidden, num, layers, num_epochs, weight_scale, **settings):
    """Train on the first num images with Adam; return the solver."""
    model = FullyConnectedNet(
        hidden, normalization=normalization, weight_scale=weight_scale, layers=layers
    )
    part = data | {name: data[name][:num] for name in ("X_train", "y_train")}
    config = {"learning_rate": settings.pop("learning_rate", 1e-3)}
    solver = Solver(
        model,
        part,
        update_rule="adam",
        optim_config=config,
        num_epochs=num_epochs,
        verbose=False,
        **settings,
    )
    solver.train()
    return solver


with needs_answers():
    fig, axes = plt.subplots(1, 3, figsize=(10, 2.8), layout="constrained")
    for kind, colour in ((None, "tab:gray"), ("batchnorm", "tab:blue")):
        solver = train_net(kind, [100] * 5, 1000, own_layers(), 10, 2e-2, batch_size=50)
        histories = (
            solver.loss_history,
            solver.train_acc_history,
            solver.val_acc_history,
        )
        for ax, values in zip(axes, histories, strict=True):
            ax.plot(values, color=colour, label=kind or "without")
    axes[0].set(title="loss", xlabel="step", ylim=(0, 4))
    axes[1].set(title="training accuracy", xlabel="epoch", ylim=(0, 1))
    axes[2].set(title="validation accuracy", xlabel="epoch", ylim=(0, 1))
    axes[0].legend(frameon=False)
    plt.show()

# %% [markdown]
# Next, eight layers and first weights of every size, from far too small to far too large.
# With the real CIFAR-10 on the disk there are more scales, images and epochs; the curves get
# smoother, and it takes about a minute.

# %% tags=["experiment"]
num_scales, num_images, epochs = (20, 1000, 10) if real else (9, 500, 8)
with needs_answers():
    layers, scales = own_layers(), np.logspace(-4, 0, num_scales)
    found = {None: [], "batchnorm": []}
    with np.errstate(all="ignore"):
        for scale in tqdm(scales, file=sys.stdout, ncols=88, desc="weight scales"):
            for kind, results in found.items():
                solver = train_net(
                    kind, [50] * 7, num_images, layers, epochs, scale, batch_size=50
                )
                results.append(
                    (
                        solver.loss_history[-1],
                        max(solver.train_acc_history),
                        solver.best_val_acc,
                    )
                )
    fig, axes = plt.subplots(1, 3, figsize=(10, 2.8), layout="constrained")
    titles = ("last loss", "best training accuracy", "best validation accuracy")
    for place, (ax, title) in enumerate(zip(axes, titles, strict=True)):
        for kind, colour in ((None, "tab:gray"), ("batchnorm", "tab:blue")):
            values = [result[place] for result in found[kind]]
            ax.semilogx(scales, values, "o-", color=colour, label=kind or "without")
        ax.set(
            title=title, xlabel="weight scale", ylim=(0, 5) if place == 0 else (0, 1)
        )
    axes[0].legend(frameon=False)
    plt.show()

# %% [markdown] question="bn-scale" points=2
# **Question 2 (2 points).** Describe how the size of the first weights affects the
# networks with and without batch normalisation, and explain both ends: why does the plain
# network fail with small weights, why with large ones, and why is the normalised one so
# patient?

# %% [markdown] marking="bn-scale"
# The plain network learns only in a narrow range of scales. With small weights the signal
# shrinks from layer to layer until the scores, and the gradients on the way back, are
# practically zero, so the loss stays at $\log 10$. With large ones activations and
# gradients grow from layer to layer: the loss starts huge and may overflow. With
# normalisation a factor on the weights of a layer is divided away again, so the forward
# signal hardly depends on it. It is not all the same even so: very large weights make
# relative steps tiny (their gradients shrink by the same factor), and the last layer is
# not normalised; very small ones meet $\varepsilon$.
#
# *Marking:* 1 for vanishing and exploding with the reason "from layer to layer"; 1 for
# "the normalisation divides the factor away".

# %% [markdown]
# Last, small batches. Predict: for which of the two layers will a batch of 5 hurt?

# %% tags=["experiment"]
num_images, epochs = (1000, 10) if real else (500, 6)
with needs_answers():
    layers, sizes = own_layers(), (5, 10, 50)
    fig, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
    runs = [(kind, size) for kind in ("batchnorm", "layernorm") for size in sizes]
    for kind, size in tqdm(runs, file=sys.stdout, ncols=88, desc="batch sizes"):
        solver = train_net(
            kind,
            [100] * 4,
            num_images,
            layers,
            epochs,
            2e-2,
            batch_size=size,
            learning_rate=10**-3.5,
        )
        ax = axes[0 if kind == "batchnorm" else 1]
        shade = plt.cm.viridis(0.8 - 0.8 * sizes.index(size) / 2)
        ax.plot(solver.train_acc_history, color=shade, label=f"batches of {size}")
        ax.plot(solver.val_acc_history, "--", color=shade)
        ax.set(title=f"{kind}: training —, validation - -", xlabel="epoch", ylim=(0, 1))
    axes[0].set_ylabel("accuracy")
    axes[1].legend(frameon=False)
    plt.show()

# %% [markdown] question="bn-batch" points=2
# **Question 3 (2 points).** What do small batches do to the two kinds, and why? Mind that
# a smaller batch also means more steps in an epoch. What does batch normalisation do to a
# batch of one in training?

# %% [markdown] marking="bn-batch"
# Batch normalisation gets worse with small batches, relative to the number of steps it
# takes: mean and variance of five examples are noisy estimates, different in every step and
# different from the running averages used in testing. Layer normalisation takes its
# statistics from one example, so the batch does not matter to it; with more steps in an
# epoch, small batches even learn faster per epoch there. A batch of one is its own mean:
# $\hat x = 0$, the output is $\beta$ whatever comes in, and no gradient reaches $x$.
#
# *Marking:* 0.5 for noisy statistics of small batches, 0.5 for "layer normalisation does
# not look at the batch", 1 for the batch of one (0.5 for "does not work" without reason).

# %% [markdown] question="bn-layer" points=2
# **Question 4 (2 points).** When does layer normalisation work badly: in a very deep
# network, with very few units in a layer, or with a strong penalty on the weights?

# %% [markdown] marking="bn-layer"
# With very few units: mean and variance over two or three numbers say little, and the
# normalised values can take few patterns only (for two units always $-1$ and $1$, so the
# size of the signal is lost). Depth is no obstacle; keeping the scale is what it is for. A
# strong penalty hurts any network, and this one less by the shrinking of weights, since
# the normalisation divides it away.
#
# *Marking:* 1.5 for few units with the reason; 0.5 for why one of the others is not
# special. Depth as an answer: no point.

# %% [markdown]
# ## Your layer beside ours
#
# The same network, the same weights to begin with, the same batches. The losses of the
# first steps should agree to about six digits; rounding then drives the two apart.

# %% tags=["experiment"]
with needs_answers():
    runs = {}
    for name, layers in {"yours": own_layers(), "the package's": None}.items():
        start = time.perf_counter()
        solver = train_net("batchnorm", [100] * 5, 1000, layers, 5, 2e-2, batch_size=50)
        runs[name] = solver
        print(
            f"{name:14} validation {solver.best_val_acc:.3f}  "
            f"{time.perf_counter() - start:.2f} s"
        )
    apart = np.abs(np.subtract(*(run.loss_history for run in runs.values())))
    print(f"the losses differ by {apart[:5].max():.0e} in the first five steps,")
    print(f"by {apart.max():.0e} at most")

# %% [markdown]
# ## What you have
#
# Two layers that keep the numbers inside a network in order, one gradient derived twice, and
# a reason to choose between them. The convolutional notebook carries both over to images.
