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

# %% tags=["setup"]
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n import layers as package
from cs231n.data import find_cifar10, split_cifar10
from cs231n.layers import affine_backward, affine_forward, relu_backward, relu_forward
from cs231n.nets.fully_connected import FullyConnectedNet
from cs231n.notebook import needs_answers
from cs231n.solver import Solver
from cs231n.testing import (
    expect,
    expect_close,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["package", "FullyConnectedNet", "layers", "torch"]
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
    out : ndarray of shape (N, D)
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
# Means 2 and 20, variances 1 and 100. eps is 0 here.
bn_param = {"mode": "train", "eps": 0.0}
with unchanged(x=x, gamma=gamma, beta=beta):
    out, _ = expect_tuple(batchnorm_forward(x, gamma, beta, bn_param), "out", "cache")
expect_close(
    out,
    [[-1, 3], [1, 7]],
    "out",
    hint="Compare each step with the means and variances, one column at a time.",
    faults={
        "These statistics run over the wrong axis: every feature has its own.": [
            [-1, 7],
            [-1, 7],
        ],
        "Scale and shift are missing.": [[-1, -1], [1, 1]],
        "The variance divides by N - 1 instead of N.": [
            [-0.7071067811865476, 3.585786437626905],
            [0.7071067811865476, 6.414213562373095],
        ],
        "You divide by the variance, not by its root.": [[-1, 4.8], [1, 5.2]],
        "beta is missing.": [[-1, -2], [1, 2]],
        "gamma is missing.": [[-1, 4], [1, 6]],
        "One mean and one variance serve the whole batch; every feature has its own.": [
            [-0.87204144, 4.82559171],
            [-0.69763315, 8.31375747],
        ],
        "The mean is not subtracted.": [[1, 7], [3, 11]],
    },
    atol=1e-4,
)
for name in ("running_mean", "running_var"):
    expect(name in bn_param, f"Store {name} back in bn_param; it is not there.")
expect_close(
    bn_param["running_mean"],
    [0.2, 2],
    "running_mean after one call",
    hint="It begins at 0, and the batch's mean weighs 1 - 0.9.",
    faults={
        "momentum weighs the past; here it weighs the present.": [1.8, 18],
        "This is the mean of the batch; the running one moves a tenth towards it.": [
            2,
            20,
        ],
        "The running averages are not updated.": [0, 0],
    },
)
expect_close(
    bn_param["running_var"],
    [0.1, 10],
    "running_var after one call",
    hint="It is made like running_mean, from the variance used for out.",
    faults={
        "This is a running standard deviation; keep the variance.": [0.1, 1],
        "The running variance divides by N - 1; use the same variance as for out.": [
            0.2,
            20,
        ],
        "momentum weighs the past; here it weighs the present.": [0.9, 90],
    },
)
expect_source(batchnorm_forward, without=READY)
passed("bn-forward", "two examples worked out by hand, and the running averages")

# %% test="bn-forward" part="running" points=2
x, gamma, beta = rng.normal(size=(3, 4)), rng.normal(size=4), np.arange(4.0)
mean, var = np.array([0.5, -1, 2, 0]), np.array([1.0, 4, 0.25, 9])
bn_param = {"mode": "test", "running_mean": mean, "running_var": var}
with unchanged(x=x, running_mean=mean, running_var=var):
    out, _ = expect_tuple(batchnorm_forward(x, gamma, beta, bn_param), "out", "cache")
averages = {"running_mean": mean.copy(), "running_var": var.copy()}
expected, _ = package.batchnorm_forward(x, gamma, beta, {"mode": "test", **averages})
own, _ = package.batchnorm_forward(x, gamma, beta, {"mode": "train"})
expect_close(
    out,
    expected,
    "out in test mode",
    hint="At test time, which mean and which variance normalise?",
    faults={
        "At test time the batch's own statistics play no part.": own,
        "At test time too, gamma and beta scale and shift.": (expected - beta) / gamma,
    },
)
for name, before in (("running_mean", mean), ("running_var", var)):
    expect(
        np.array_equal(np.ravel(bn_param[name]), before),
        f"{name} has changed in a call in test mode; only training moves it.",
    )
one, _ = batchnorm_forward(x[:1], gamma, beta, bn_param)
expect_close(one, out[:1], "out for the first example alone")
passed("bn-forward", "test mode uses the running averages and leaves them alone")

# %% test="bn-forward" part="random" points=2
for n, d, eps, momentum, dtype in [
    (7, 3, 1e-5, 0.9, np.float64),
    (4, 9, 0.3, 0.6, np.float32),
    (5, 5, 1e-2, 0.99, np.float64),
    (1, 6, 1e-5, 0.9, np.float64),
]:
    gamma, beta = rng.uniform(1, 3, (2, d)).astype(dtype)
    yours, ours = (
        {"mode": "train", "eps": eps, "momentum": momentum} for _ in range(2)
    )
    what = f"(N, D = {n}, {d}; eps = {eps}; momentum = {momentum})"
    for call in (1, 2, 3, 4):
        yours["mode"] = ours["mode"] = "test" if call == 4 else "train"
        x = (rng.normal(size=(n, d)) * rng.uniform(0.5, 2, d) + 1).astype(dtype)
        x[:, 0] = 2  # a feature that is constant in training
        with unchanged(x=x, gamma=gamma, beta=beta):
            out, _ = expect_tuple(
                batchnorm_forward(x, gamma, beta, yours), "out", "cache"
            )
        expected, _ = package.batchnorm_forward(x, gamma, beta, ours)
        where = f"out of call {call}, mode {yours['mode']} {what}"
        expect_close(out, expected, where, rtol=1e-4, atol=2e-4)
        for name in ("running_mean", "running_var"):
            expect(name in yours, f"Store {name} back in bn_param; it is not there.")
            found = np.ravel(yours[name])
            where = f"{name} after call {call} {what}"
            expect_close(found, ours[name], where, rtol=1e-4, atol=1e-5)
passed("bn-forward", "several calls, a constant feature, a batch of one, float32")

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
x, dout = (
    np.array([[1.0, 7], [3, 2], [4, 9], [8, 6]]),
    np.array([[1, -2], [0, 3], [-1, 1], [2.5, 0.5]]),
)
gamma, beta = np.array([2.0, -1.5]), np.array([0.5, 1.0])
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": 0.5})
with unchanged(dout=dout, gamma=gamma):
    dx, dgamma, dbeta = expect_tuple(
        batchnorm_backward(dout, cache), "dx", "dgamma", "dbeta"
    )
expect_close(
    dbeta,
    [2.5, 2.5],
    "dbeta",
    rtol=1e-5,
    hint="Each beta serves all examples.",
    shape_hint="There is one beta for each feature.",
    faults={
        "This is the mean over the batch; the shares of the examples add up.": [
            0.625,
            0.625,
        ]
    },
)
expect_close(
    dgamma,
    [2.64575131, -4.1576092],
    "dgamma",
    rtol=1e-5,
    hint="Each gamma serves all examples. What does it multiply?",
    shape_hint="There is one gamma for each feature.",
    faults={
        "This is the mean over the batch; the shares of the examples add up.": [
            0.66143783,
            -1.0394023,
        ],
        "gamma multiplies the normalised x; here it is x itself.": [17.0, 4.0],
        "gamma multiplies the normalised x; here it is only centred.": [7.0, -11.0],
        "This is dbeta: what gamma multiplies is missing.": [2.5, 2.5],
    },
)
expect_close(
    dx,
    [
        [0.85042006, 1.26550605],
        [-0.28347335, -0.45558218],
        [-1.22838454, -0.88079221],
        [0.66143783, 0.07086834],
    ],
    "dx",
    rtol=1e-5,
    atol=1e-6,
    hint="Which of the routes in the text is missing? Each has a gradient of its own.",
    faults={
        "x acts through mean and variance too: both routes are missing.": [
            [0.75592895, 1.13389342],
            [0.0, -1.70084013],
            [-0.75592895, -0.56694671],
            [1.88982237, -0.28347335],
        ],
        "The route through the mean is missing.": [
            [1.32287566, 0.91116435],
            [0.18898224, -0.80992387],
            [-0.75592895, -1.2351339],
            [1.13389342, -0.28347335],
        ],
        "The route through the variance is missing.": [
            [0.28347335, 1.48823511],
            [-0.47245559, -1.34649844],
            [-1.22838454, -0.21260502],
            [1.41736677, 0.07086834],
        ],
        "Sums stand where means belong.": [
            [1.13389342, 1.66034394],
            [-1.13389342, 3.28019168],
            [-2.64575131, -1.82232871],
            [-3.02371578, 1.13389342],
        ],
        "On the route through the mean, a division by the number of summands is missing.": [
            [-0.56694671, 2.32853113],
            [-1.70084013, 0.6074429],
            [-2.64575131, 0.18223287],
            [-0.75592895, 1.13389342],
        ],
        "On the route through the variance, a division by the number of summands is missing.": [
            [2.55126019, 0.59731885],
            [0.28347335, 2.2171666],
            [-1.22838454, -2.88535379],
            [-1.60634901, 0.07086834],
        ],
        "gamma is missing: the upstream gradient passes it first.": [
            [0.42521003, -0.8436707],
            [-0.14173668, 0.30372145],
            [-0.61419227, 0.58719481],
            [0.33071891, -0.04724556],
        ],
        "The sign of the route through the variance is reversed.": [
            [-0.28347335, 1.71096418],
            [-0.66143783, -2.23741469],
            [-1.22838454, 0.45558218],
            [2.17329572, 0.07086834],
        ],
        "The sign of the route through the mean is reversed.": [
            [1.79533125, 0.55682266],
            [0.66143783, -1.16426556],
            [-0.28347335, -1.5894756],
            [1.60634901, -0.63781505],
        ],
        "Check the power in the derivative of 1/sqrt(v).": [
            [4.25210032, -0.07086834],
            [0.85042006, 4.88991537],
            [-1.22838454, -4.88991537],
            [-3.87413585, 0.07086834],
        ],
        "Check the power in the derivative of 1/sqrt(v) once more.": [
            [1.78347335, 0.8989494],
            [0.02754441, 1.01064442],
            [-1.22838454, -1.98046216],
            [-0.58263323, 0.07086834],
        ],
        "This divides by the variance; its root belongs there.": [
            [0.32142857, 0.47831633],
            [-0.10714286, -0.17219388],
            [-0.46428571, -0.33290816],
            [0.25, 0.02678571],
        ],
        "The means run over the wrong axis.": [
            [-0.4319594, 0.26997462],
            [1.33637439, 1.09339723],
            [-0.09449112, 0.45895686],
            [-1.07314913, -1.08664786],
        ],
        "The normalised batch is missing on the route through the variance.": [
            [-0.21652665, 0.8989494],
            [-0.97245559, -1.93578415],
            [-1.72838454, -0.80189073],
            [0.91736677, -0.51841738],
        ],
    },
)
expect_source(batchnorm_backward, without=READY)
passed("bn-backward", "a small batch, all three gradients")

# %% test="bn-backward" part="random" points=2
for n, d, eps in [(6, 3, 1e-5), (3, 8, 0.5), (5, 5, 1e-2), (4, 2, 0.1)]:
    x, dout = rng.normal(1, 2, (2, n, d))
    gamma, beta = rng.uniform(0.5, 2, (2, d))
    _, cache = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    _, ours = package.batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    with unchanged(x=x, dout=dout):
        grads = expect_tuple(batchnorm_backward(dout, cache), "dx", "dgamma", "dbeta")
        again = expect_tuple(batchnorm_backward(dout, cache), "dx", "dgamma", "dbeta")
    expected = package.batchnorm_backward(dout, ours)
    for name, grad, same, right in zip(
        ("dx", "dgamma", "dbeta"), grads, again, expected, strict=True
    ):
        where = f"{name} (N, D = {n}, {d}; eps = {eps})"
        expect_close(grad, right, where, rtol=1e-5, atol=1e-7)
        expect_close(
            same, grad, f"{name} of a second call", hint="Leave cache as it is."
        )
passed(
    "bn-backward", "other sizes, large and small eps; dout and the cache as they were"
)

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
x, dout = (
    np.array([[1.0, 7], [3, 2], [4, 9], [8, 6]]),
    np.array([[1, -2], [0, 3], [-1, 1], [2.5, 0.5]]),
)
gamma, beta = np.array([2.0, -1.5]), np.array([0.5, 1.0])
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": 0.5})
with unchanged(dout=dout, gamma=gamma):
    dx, dgamma, dbeta = expect_tuple(
        batchnorm_backward_alt(dout, cache), "dx", "dgamma", "dbeta"
    )
expect_close(
    dbeta,
    [2.5, 2.5],
    "dbeta",
    rtol=1e-5,
    hint="Each beta serves all examples.",
    shape_hint="There is one beta for each feature.",
    faults={
        "This is the mean over the batch; the shares of the examples add up.": [
            0.625,
            0.625,
        ]
    },
)
expect_close(
    dgamma,
    [2.64575131, -4.1576092],
    "dgamma",
    rtol=1e-5,
    hint="Each gamma serves all examples. What does it multiply?",
    shape_hint="There is one gamma for each feature.",
    faults={
        "This is the mean over the batch; the shares of the examples add up.": [
            0.66143783,
            -1.0394023,
        ],
        "gamma multiplies the normalised x; here it is x itself.": [17.0, 4.0],
        "gamma multiplies the normalised x; here it is only centred.": [7.0, -11.0],
        "This is dbeta: what gamma multiplies is missing.": [2.5, 2.5],
    },
)
expect_close(
    dx,
    [
        [0.85042006, 1.26550605],
        [-0.28347335, -0.45558218],
        [-1.22838454, -0.88079221],
        [0.66143783, 0.07086834],
    ],
    "dx",
    rtol=1e-5,
    atol=1e-6,
    hint="Which of the routes in the text is missing? Each has a gradient of its own.",
    faults={
        "x acts through mean and variance too: both routes are missing.": [
            [0.75592895, 1.13389342],
            [0.0, -1.70084013],
            [-0.75592895, -0.56694671],
            [1.88982237, -0.28347335],
        ],
        "The route through the mean is missing.": [
            [1.32287566, 0.91116435],
            [0.18898224, -0.80992387],
            [-0.75592895, -1.2351339],
            [1.13389342, -0.28347335],
        ],
        "The route through the variance is missing.": [
            [0.28347335, 1.48823511],
            [-0.47245559, -1.34649844],
            [-1.22838454, -0.21260502],
            [1.41736677, 0.07086834],
        ],
        "Sums stand where means belong.": [
            [1.13389342, 1.66034394],
            [-1.13389342, 3.28019168],
            [-2.64575131, -1.82232871],
            [-3.02371578, 1.13389342],
        ],
        "On the route through the mean, a division by the number of summands is missing.": [
            [-0.56694671, 2.32853113],
            [-1.70084013, 0.6074429],
            [-2.64575131, 0.18223287],
            [-0.75592895, 1.13389342],
        ],
        "On the route through the variance, a division by the number of summands is missing.": [
            [2.55126019, 0.59731885],
            [0.28347335, 2.2171666],
            [-1.22838454, -2.88535379],
            [-1.60634901, 0.07086834],
        ],
        "gamma is missing: the upstream gradient passes it first.": [
            [0.42521003, -0.8436707],
            [-0.14173668, 0.30372145],
            [-0.61419227, 0.58719481],
            [0.33071891, -0.04724556],
        ],
        "The sign of the route through the variance is reversed.": [
            [-0.28347335, 1.71096418],
            [-0.66143783, -2.23741469],
            [-1.22838454, 0.45558218],
            [2.17329572, 0.07086834],
        ],
        "The sign of the route through the mean is reversed.": [
            [1.79533125, 0.55682266],
            [0.66143783, -1.16426556],
            [-0.28347335, -1.5894756],
            [1.60634901, -0.63781505],
        ],
        "Check the power in the derivative of 1/sqrt(v).": [
            [4.25210032, -0.07086834],
            [0.85042006, 4.88991537],
            [-1.22838454, -4.88991537],
            [-3.87413585, 0.07086834],
        ],
        "Check the power in the derivative of 1/sqrt(v) once more.": [
            [1.78347335, 0.8989494],
            [0.02754441, 1.01064442],
            [-1.22838454, -1.98046216],
            [-0.58263323, 0.07086834],
        ],
        "This divides by the variance; its root belongs there.": [
            [0.32142857, 0.47831633],
            [-0.10714286, -0.17219388],
            [-0.46428571, -0.33290816],
            [0.25, 0.02678571],
        ],
        "The means run over the wrong axis.": [
            [-0.4319594, 0.26997462],
            [1.33637439, 1.09339723],
            [-0.09449112, 0.45895686],
            [-1.07314913, -1.08664786],
        ],
        "The normalised batch is missing on the route through the variance.": [
            [-0.21652665, 0.8989494],
            [-0.97245559, -1.93578415],
            [-1.72838454, -0.80189073],
            [0.91736677, -0.51841738],
        ],
    },
)
expect_source(batchnorm_backward_alt, loops=0, without=[*READY, "batchnorm_backward"])
passed("bn-backward-alt", "a small batch, all three gradients")

# %% test="bn-backward-alt" part="random" points=1
for n, d, eps in [(6, 3, 1e-5), (3, 8, 0.5), (5, 5, 1e-2), (4, 2, 0.1)]:
    x, dout = rng.normal(1, 2, (2, n, d))
    gamma, beta = rng.uniform(0.5, 2, (2, d))
    _, cache = batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    _, ours = package.batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})
    with unchanged(x=x, dout=dout):
        grads = expect_tuple(
            batchnorm_backward_alt(dout, cache), "dx", "dgamma", "dbeta"
        )
        again = expect_tuple(
            batchnorm_backward_alt(dout, cache), "dx", "dgamma", "dbeta"
        )
    expected = package.batchnorm_backward(dout, ours)
    for name, grad, same, right in zip(
        ("dx", "dgamma", "dbeta"), grads, again, expected, strict=True
    ):
        where = f"{name} (N, D = {n}, {d}; eps = {eps})"
        expect_close(grad, right, where, rtol=1e-5, atol=1e-7)
        expect_close(
            same, grad, f"{name} of a second call", hint="Leave cache as it is."
        )
passed(
    "bn-backward-alt",
    "other sizes, large and small eps; dout and the cache as they were",
)

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
    out : ndarray of shape (N, D)
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
x, gamma, beta = np.array([[1.0, 3], [40, 20]]), np.array([3.0, 2]), np.array([0.0, 5])
# Row 0 has mean 2 and variance 1, row 1 has mean 30 and variance 100.
with unchanged(x=x, gamma=gamma, beta=beta):
    out, _ = expect_tuple(
        layernorm_forward(x, gamma, beta, {"eps": 0.0}), "out", "cache"
    )
with_eps, _ = package.layernorm_forward(x, gamma, beta, {})
expect_close(
    out,
    [[-3, 7], [3, 3]],
    "out",
    rtol=1e-9,
    hint="Compare each step with the means and variances, one row at a time.",
    faults={
        "These statistics run over the wrong axis: every example has its own.": [
            [-3, 3],
            [3, 7],
        ],
        "gamma and beta belong to features, that is columns.": [[-3, 3], [7, 3]],
        "Scale and shift are missing.": [[-1, 1], [1, -1]],
        "The variance divides by D - 1 instead of D.": [
            [-2.1213203435596424, 6.414213562373095],
            [2.1213203435596424, 3.585786437626905],
        ],
        "You divide by the variance, not by its root.": [[-3, 7], [0.3, 4.8]],
        "The eps is 1e-5 here, whatever ln_param says.": with_eps,
        "The mean of each row is subtracted from a column; keep the axis.": [
            [-3.0, -49.0],
            [11.4, 3.0],
        ],
    },
)
expect_source(layernorm_forward, without=READY)
passed("bn-layer-forward", "two examples worked out by hand; x as it was")

# %% test="bn-layer-forward" part="random" points=1
for n, d, eps, dtype in [
    (4, 4, 1e-5, np.float64),
    (3, 8, 0.2, np.float32),
    (1, 5, 1e-5, np.float64),
    (6, 1, 1e-2, np.float64),
]:
    ln_param = {"eps": eps} if eps != 1e-5 else {}
    x = rng.normal(1, 2, (n, d)).astype(dtype)
    gamma, beta = rng.uniform(1, 3, (2, d)).astype(dtype)
    with unchanged(x=x, gamma=gamma, beta=beta):
        out, _ = expect_tuple(
            layernorm_forward(x, gamma, beta, ln_param), "out", "cache"
        )
    expected, _ = package.layernorm_forward(x, gamma, beta, dict(ln_param))
    expect_close(
        out, expected, f"out (N, D = {n}, {d}; eps = {eps})", rtol=1e-4, atol=1e-4
    )
passed("bn-layer-forward", "other sizes and eps, a batch of one, one feature, float32")

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
x, dout = (
    np.array([[1.0, 7], [3, 2], [4, 9], [8, 6]]),
    np.array([[1, -2], [0, 3], [-1, 1], [2.5, 0.5]]),
)
gamma, beta = np.array([2.0, -1.5]), np.array([0.5, 1.0])
_, cache = layernorm_forward(x, gamma, beta, {"eps": 0.5})
with unchanged(dout=dout, gamma=gamma):
    dx, dgamma, dbeta = expect_tuple(
        layernorm_backward(dout, cache), "dx", "dgamma", "dbeta"
    )
expect_close(
    dbeta,
    [2.5, 2.5],
    "dbeta",
    rtol=1e-5,
    hint="Each beta serves all examples.",
    shape_hint="There is one beta for each feature.",
    faults={
        "This is the mean over the batch; the shares of the examples add up.": [
            0.625,
            0.625,
        ]
    },
)
expect_close(
    dgamma,
    [2.03016337, -3.1247057],
    "dgamma",
    rtol=1e-5,
    hint="Each gamma serves all examples. What does it multiply?",
    shape_hint="There is one gamma for each feature.",
    faults={
        "This is the mean over the batch; the shares of the examples add up.": [
            0.50754084,
            -0.78117643,
        ],
        "gamma multiplies the normalised x; here it is x itself.": [17.0, 4.0],
        "gamma multiplies the normalised x; here it is only centred.": [2.0, -5.5],
        "This is dbeta: what gamma multiplies is missing.": [2.5, 2.5],
    },
)
expect_close(
    dx,
    [
        [-0.00853797, 0.00853797],
        [1.73205081, -1.73205081],
        [-0.00712778, 0.00712778],
        [0.78247589, -0.78247589],
    ],
    "dx",
    rtol=1e-5,
    atol=1e-6,
    hint="Which of the routes in the text is missing? Each has a gradient of its own.",
    faults={
        "x acts through mean and variance too: both routes are missing.": [
            [0.64888568, 0.97332853],
            [0.0, -5.19615242],
            [-0.76980036, -0.57735027],
            [4.0824829, -0.61237244],
        ],
        "The route through the mean is missing.": [
            [0.80256914, 0.81964508],
            [-0.8660254, -4.33012702],
            [-0.6807031, -0.66644753],
            [2.51753112, 0.95257934],
        ],
        "The route through the variance is missing.": [
            [-0.16222142, 0.16222142],
            [2.59807621, -2.59807621],
            [-0.09622504, 0.09622504],
            [2.34742767, -2.34742767],
        ],
        "Sums stand where means belong.": [
            [-0.66596162, -0.95625259],
            [3.46410162, 1.73205081],
            [0.7555448, 0.59160583],
            [-2.51753112, -0.95257934],
        ],
        "On the route through the mean, a division by the number of summands is missing.": [
            [-0.81964508, -0.80256914],
            [4.33012702, 0.8660254],
            [0.66644753, 0.6807031],
            [-0.95257934, -2.51753112],
        ],
        "On the route through the variance, a division by the number of summands is missing.": [
            [0.14514548, -0.14514548],
            [0.8660254, -0.8660254],
            [0.08196948, -0.08196948],
            [-0.78247589, 0.78247589],
        ],
        "gamma is missing: the upstream gradient passes it first.": [
            [0.02561391, -0.02561391],
            [-1.15470054, 1.15470054],
            [-0.02851112, 0.02851112],
            [0.27216553, -0.27216553],
        ],
        "The sign of the route through the variance is reversed.": [
            [-0.31590487, 0.31590487],
            [3.46410162, -3.46410162],
            [-0.18532231, 0.18532231],
            [3.91237945, -3.91237945],
        ],
        "The sign of the route through the mean is reversed.": [
            [1.61367624, 1.63075218],
            [-3.46410162, -6.92820323],
            [-1.35427841, -1.34002285],
            [4.25258636, 2.68763458],
        ],
        "Check the power in the derivative of 1/sqrt(v).": [
            [1.29777137, -1.29777137],
            [1.94855716, -1.94855716],
            [0.50518149, -0.50518149],
            [0.0, 0.0],
        ],
        "Check the power in the derivative of 1/sqrt(v) once more.": [
            [0.31146279, -0.31146279],
            [1.84807621, -1.84807621],
            [0.13525644, -0.13525644],
            [0.430761, -0.430761],
        ],
        "This divides by the variance; its root belongs there.": [
            [-0.00277008, 0.00277008],
            [2.0, -2.0],
            [-0.00274348, 0.00274348],
            [0.63888889, -0.63888889],
        ],
        "The means run over the wrong axis.": [
            [0.56388424, 0.90746275],
            [-2.1200968, -3.33244424],
            [-0.8749694, -0.65049325],
            [2.38514105, 0.93426953],
        ],
        "gamma is multiplied after the means; it differs along a row, so it comes first.": [
            [0.05122782, 0.03842086],
            [-2.30940108, -1.73205081],
            [-0.05702225, -0.04276669],
            [0.54433105, 0.40824829],
        ],
        "The normalised batch is missing on the route through the variance.": [
            [-0.32011616, 0.00432668],
            [1.09807621, -4.09807621],
            [-0.18881764, 0.00363245],
            [0.430761, -4.26409434],
        ],
    },
)
expect_source(layernorm_backward, without=READY)
passed("bn-layer-backward", "a small batch, all three gradients")

# %% test="bn-layer-backward" part="random" points=1
for n, d, eps in [(6, 3, 1e-5), (3, 8, 0.5), (5, 5, 1e-2), (4, 2, 0.1)]:
    x, dout = rng.normal(1, 2, (2, n, d))
    gamma, beta = rng.uniform(0.5, 2, (2, d))
    _, cache = layernorm_forward(x, gamma, beta, {"eps": eps})
    _, ours = package.layernorm_forward(x, gamma, beta, {"eps": eps})
    with unchanged(x=x, dout=dout):
        grads = expect_tuple(layernorm_backward(dout, cache), "dx", "dgamma", "dbeta")
        again = expect_tuple(layernorm_backward(dout, cache), "dx", "dgamma", "dbeta")
    expected = package.layernorm_backward(dout, ours)
    for name, grad, same, right in zip(
        ("dx", "dgamma", "dbeta"), grads, again, expected, strict=True
    ):
        where = f"{name} (N, D = {n}, {d}; eps = {eps})"
        expect_close(grad, right, where, rtol=1e-5, atol=1e-7)
        expect_close(
            same, grad, f"{name} of a second call", hint="Leave cache as it is."
        )
passed(
    "bn-layer-backward",
    "other sizes, large and small eps; dout and the cache as they were",
)

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
x, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 5))
b, beta = rng.normal(size=(2, 5))
gamma = rng.uniform(1, 2, 5)
layer = package.affine_ln_relu_forward(x, w, b, gamma, beta, {})[0]
batch = package.affine_bn_relu_forward(x, w, b, gamma, beta, {"mode": "train"})[0]
none = package.affine_relu_forward(x, w, b)[0]
swapped = {
    "batchnorm": package.affine_bn_relu_forward(
        x, w, b, beta, gamma, {"mode": "train"}
    )[0],
    "layernorm": package.affine_ln_relu_forward(x, w, b, beta, gamma, {})[0],
}
for kind, expected in (("batchnorm", batch), ("layernorm", layer)):
    norm_param = {"mode": "train"} if kind == "batchnorm" else {}
    with unchanged(x=x, w=w, b=b, gamma=gamma, beta=beta):
        answer = affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, kind)
    out, _ = expect_tuple(answer, "out", "cache")
    expect(np.min(out) >= 0, f"out is negative somewhere, {kind}: where is the ReLU?")
    other = layer if kind == "batchnorm" else batch
    expect_close(
        out,
        expected,
        f"out, {kind}",
        hint="Are the three parts in the order of the exercise's name?",
        faults={
            "The normalisation is missing.": none,
            f"This is the other normalisation, not {kind}.": other,
            "gamma and beta have changed places.": swapped[kind],
        },
    )
passed("bn-sandwich-forward", "both normalisations; inputs as they were")

# %% test="bn-sandwich-forward" part="running" points=1
x, w, b = rng.normal(size=(6, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
gamma, beta = rng.uniform(1, 2, 3), rng.normal(size=3)
yours, ours = ({"mode": "train", "momentum": 0.4} for _ in range(2))
affine_norm_relu_forward(x, w, b, gamma, beta, yours)
package.affine_bn_relu_forward(x, w, b, gamma, beta, ours)
expect(
    "running_mean" in yours,
    "norm_param holds no running averages: hand it on itself, not a copy.",
)
expect_close(np.ravel(yours["running_mean"]), ours["running_mean"], "running_mean")
yours["mode"] = ours["mode"] = "test"
out = expect_tuple(
    affine_norm_relu_forward(x[:2], w, b, gamma, beta, yours), "out", "cache"
)[0]
expected, _ = package.affine_bn_relu_forward(x[:2], w, b, gamma, beta, ours)
expect_close(out, expected, "out in test mode", rtol=1e-5)
out = expect_tuple(
    affine_norm_relu_forward(x, w, b, gamma, beta, {"eps": 0.3}, "layernorm"),
    "out",
    "cache",
)[0]
expected, _ = package.affine_ln_relu_forward(x, w, b, gamma, beta, {"eps": 0.3})
expect_close(out, expected, "out, layernorm with eps 0.3")
passed("bn-sandwich-forward", "running averages are kept and used; eps counts")


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
for kind, n, d, m in [("batchnorm", 4, 3, 5), ("layernorm", 3, 6, 4)]:
    x, w, dout = (
        rng.normal(size=(n, d)),
        rng.normal(size=(d, m)),
        rng.normal(size=(n, m)),
    )
    b, gamma, beta = rng.uniform(0.5, 1.5, (3, m))
    values, param = (x, w, b, gamma, beta), {"mode": "train"}
    _, cache = affine_norm_relu_forward(*values, dict(param), kind)
    name = {"batchnorm": "bn", "layernorm": "ln"}[kind]
    _, ours = getattr(package, f"affine_{name}_relu_forward")(*values, dict(param))
    right = getattr(package, f"affine_{name}_relu_backward")(dout, ours)
    # Without the ReLU: as if everything were positive.
    lifted = (x, w, b, gamma, beta + 100)
    _, up = getattr(package, f"affine_{name}_relu_forward")(*lifted, dict(param))
    no_relu = getattr(package, f"affine_{name}_relu_backward")(dout, up)
    _, plain = package.affine_relu_forward(x, w, b)
    with unchanged(dout=dout):
        grads = affine_norm_relu_backward(dout, cache)
    names = ("dx", "dw", "db", "dgamma", "dbeta")
    grads = expect_tuple(grads, *names)
    for k in (4, 3, 2, 1, 0):
        expect_close(
            grads[k],
            right[k],
            f"{names[k]}, {kind}",
            rtol=1e-5,
            atol=1e-7,
            hint="Go back in reverse order, each part with its own cache.",
            faults={
                "On the way back the ReLU is left out.": no_relu[k],
                "dgamma and dbeta have changed places.": right[7 - k] if k > 2 else 1e9,
            },
        )
passed("bn-sandwich-backward", "both normalisations; dout as it was")

# %% test="bn-sandwich-backward" part="sizes" points=1
for kind, n, d, m in [
    ("layernorm", 4, 2, 6),
    ("batchnorm", 5, 2, 7),
    ("batchnorm", 3, 3, 3),
]:
    x, w, dout = (
        rng.normal(size=(n, d)),
        rng.normal(size=(d, m)),
        rng.normal(size=(n, m)),
    )
    b, gamma, beta = rng.uniform(0.5, 1.5, (3, m))
    values, param = (x, w, b, gamma, beta), {"mode": "train"}
    _, cache = affine_norm_relu_forward(*values, dict(param), kind)
    name = {"batchnorm": "bn", "layernorm": "ln"}[kind]
    _, ours = getattr(package, f"affine_{name}_relu_forward")(*values, dict(param))
    right = getattr(package, f"affine_{name}_relu_backward")(dout, ours)
    # Without the ReLU: as if everything were positive.
    lifted = (x, w, b, gamma, beta + 100)
    _, up = getattr(package, f"affine_{name}_relu_forward")(*lifted, dict(param))
    no_relu = getattr(package, f"affine_{name}_relu_backward")(dout, up)
    _, plain = package.affine_relu_forward(x, w, b)
    with unchanged(dout=dout):
        grads = affine_norm_relu_backward(dout, cache)
    names = ("dx", "dw", "db", "dgamma", "dbeta")
    grads = expect_tuple(grads, *names)
    for k in (4, 3, 2, 1, 0):
        expect_close(
            grads[k],
            right[k],
            f"{names[k]}, {kind}",
            rtol=1e-5,
            atol=1e-7,
            hint="Go back in reverse order, each part with its own cache.",
            faults={
                "On the way back the ReLU is left out.": no_relu[k],
                "dgamma and dbeta have changed places.": right[7 - k] if k > 2 else 1e9,
            },
        )
passed("bn-sandwich-backward", "other sizes")

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
