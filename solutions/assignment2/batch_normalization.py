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

from cs231n.data import find_cifar10, split_cifar10
from cs231n.gradcheck import directional_error, eval_numerical_gradient_array
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
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["FullyConnectedNet", "eval_numerical_gradient_array", "layers", "torch"]

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
# 2 points: two examples of two features, worked out by hand, in training.
x, gamma, beta = np.array([[1.0, 10], [3, 30]]), np.array([1.0, 2]), np.array([0.0, 5])
# Means 2 and 20, variances 1 and 100. eps is 0 here, so x_hat is -1 and 1 in both.
bn_param = {"mode": "train", "eps": 0.0}
answer = batchnorm_forward(x, gamma, beta, bn_param)
expect_tuple(answer, "out", "cache")
expect_close(
    answer[0],
    [[-1, 3], [1, 7]],
    "out",
    hint="Statistics run over the batch, axis 0: means 2 and 20, variances 1 and 100.",
    faults={
        "Means and variances are those of columns: use axis=0.": [[-1, 7], [-1, 7]],
        "Scale by gamma and shift by beta after normalising.": [[-1, -1], [1, 1]],
        "Divide by N in the variance, not by N - 1.": [
            [-math.sqrt(0.5), 5 - math.sqrt(2)],
            [math.sqrt(0.5), 5 + math.sqrt(2)],
        ],
        "Divide by the root of the variance.": [[-1, 4.8], [1, 5.2]],
        "Shift by beta; it is missing.": [[-1, -2], [1, 2]],
    },
)
for name in ("running_mean", "running_var"):
    expect(name in bn_param, f"Store {name} back in bn_param; it is not there.")
expect_close(
    bn_param["running_mean"],
    [0.2, 2],
    "running_mean after one call",
    hint="0.9 * 0 + 0.1 * mean.",
    faults={
        "The momentum is the weight of the past, not of the new batch.": [1.8, 18],
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
    hint="0.9 * 0 + 0.1 * variance, with the same variance as for the output.",
    faults={"This is a running standard deviation: keep the variance.": [0.1, 1]},
)
expect_source(batchnorm_forward, without=READY)

# %% test="bn-forward" part="running" points=2
# 2 points: testing uses the running averages and leaves them alone.
rng = np.random.default_rng(1)
x, gamma, beta = rng.standard_normal((3, 4)), rng.standard_normal(4), np.arange(4.0)
mean, var = np.array([0.5, -1, 2, 0]), np.array([1.0, 4, 0.25, 9])
bn_param = {"mode": "test", "running_mean": mean, "running_var": var}
with unchanged(x=x, running_mean=mean, running_var=var):
    out, _ = expect_tuple(batchnorm_forward(x, gamma, beta, bn_param), "out", "cache")
own = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
expect_close(
    out,
    gamma * (x - mean) / np.sqrt(var + 1e-5) + beta,
    "out in testing",
    hint="In testing, normalise by running_mean and running_var.",
    faults={"In testing the batch's own statistics play no part.": gamma * own + beta},
)
expect_close(bn_param["running_mean"], mean, "running_mean after a test call")
one, _ = batchnorm_forward(x[:1], gamma, beta, bn_param)
expect_close(one, out[:1], "out for the first example alone")

# %% hidden-test="bn-forward" points=2
# 2 points: the grader also tries other sizes, eps and momentum, 32-bit numbers, several
# calls, a constant feature, a batch of one, and looks whether the inputs come back as
# they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(2)
for n, d, eps, momentum, dtype in [
    (7, 3, 1e-5, 0.9, float),
    (4, 9, 0.3, 0.6, np.float32),
    (5, 5, 1e-2, 0.99, float),
    (1, 6, 1e-5, 0.9, float),
]:
    bn_param = {"mode": "train", "eps": eps, "momentum": momentum}
    gamma, beta = (
        rng.uniform(1, 3, d).astype(dtype),
        rng.standard_normal(d).astype(dtype),
    )
    run_mean, run_var = np.zeros(d), np.zeros(d)
    hint = f"N, D = {n}, {d}; eps = {eps}; momentum = {momentum}; {np.dtype(dtype)}."
    for _ in range(3):
        x = (rng.standard_normal((n, d)) * rng.uniform(0.5, 2, d) + 1).astype(dtype)
        x[:, 0] = 2
        with unchanged(x=x, gamma=gamma, beta=beta):
            out, _ = expect_tuple(
                batchnorm_forward(x, gamma, beta, bn_param), "out", "cache"
            )
        expected = np.zeros((n, d))
        for j in range(d):
            mean = sum(x[:, j].tolist()) / n
            var = sum((v - mean) ** 2 for v in x[:, j].tolist()) / n
            for i in range(n):
                normal = (float(x[i, j]) - mean) / math.sqrt(var + eps)
                expected[i, j] = gamma[j] * normal + beta[j]
            run_mean[j] = momentum * run_mean[j] + (1 - momentum) * mean
            run_var[j] = momentum * run_var[j] + (1 - momentum) * var
        expect_close(out, expected, "out", rtol=1e-4, atol=1e-5, hint=hint)
        expect(out.dtype == dtype, f"Keep the dtype of x; got {out.dtype}. {hint}")
    for name, value in {"running_mean": run_mean, "running_var": run_var}.items():
        expect(name in bn_param, f"Store {name} back in bn_param; it is not there.")
        expect_close(bn_param[name], value, name, rtol=1e-4, atol=1e-5, hint=hint)
    bn_param["mode"] = "test"
    out, _ = expect_tuple(batchnorm_forward(x, gamma, beta, bn_param), "out", "cache")
    expected = gamma * (x - run_mean) / np.sqrt(run_var + eps) + beta
    expect_close(out, expected, "out in testing", rtol=1e-4, atol=1e-4, hint=hint)
### END HIDDEN TESTS

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
# 2 points: every number of the three gradients, against differences of your forward pass.
rng = np.random.default_rng(3)
x, dout = 5 * rng.standard_normal((2, 4, 5)) + [[[12]], [[0]]]
gamma, beta = rng.standard_normal((2, 5))
out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
with unchanged(dout=dout):
    answer = batchnorm_backward(dout, cache)
expect_tuple(answer, "dx", "dgamma", "dbeta")
scale = gamma / np.sqrt(x.var(axis=0) + 1e-5)
expected = eval_numerical_gradient_array(
    lambda v: batchnorm_forward(v, gamma, beta, {"mode": "train"})[0], x.copy(), dout
)
expect_close(
    answer[0],
    expected,
    "dx",
    rtol=1e-5,
    atol=1e-6,
    hint="dx has three parts: direct, through the mean, through the variance.",
    faults={
        "Mean and variance depend on x too: two ways are missing.": dout * scale,
        "The way through the variance is missing.": (dout - dout.mean(axis=0)) * scale,
    },
)
x_hat = (out - beta) / gamma
expect_close(
    answer[1],
    (dout * x_hat).sum(axis=0),
    "dgamma",
    rtol=1e-5,
    hint="gamma[j] multiplies x_hat[:, j]: sum dout * x_hat over the batch.",
    faults={
        "Sum over the batch; this is the mean.": (dout * x_hat).mean(axis=0),
        "gamma multiplies the normalised x, not x.": (dout * x).sum(axis=0),
    },
)
expect_close(
    answer[2],
    dout.sum(axis=0),
    "dbeta",
    hint="Sum dout over the batch.",
    faults={"Sum over the batch; this is the mean.": dout.mean(axis=0)},
)
expect_source(batchnorm_backward, without=READY)

# %% hidden-test="bn-backward" points=2
# 2 points: the grader also goes along random directions for other sizes and a large eps,
# checks that each column of dx adds up to zero, 32-bit numbers, and looks whether dout
# comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(4)
for n, d, eps in [(6, 3, 1e-5), (3, 8, 0.5), (5, 5, 1e-2)]:
    x, dout = rng.standard_normal((2, n, d))
    gamma, beta = rng.uniform(1, 2, (2, d))
    point = {"x": x, "gamma": gamma, "beta": beta}

    def forward(param=None, eps=eps, **values):
        return batchnorm_forward(**values, bn_param={"mode": "train", "eps": eps})

    _, cache = forward(**point)
    with unchanged(dout=dout):
        grads = expect_tuple(batchnorm_backward(dout, cache), "dx", "dgamma", "dbeta")
        again = expect_tuple(batchnorm_backward(dout, cache), "dx", "dgamma", "dbeta")
    for (name, value), grad, second in zip(point.items(), grads, again, strict=True):
        expect_array(grad, value.shape, f"d{name}")
        error = directional_error(
            lambda v, name=name, point=point, f=forward: f(**(point | {name: v}))[0],
            value,
            dout,
            np.asarray(grad),
            rng=rng,
        )
        expect(
            error < 1e-6,
            f"d{name} does not fit the forward pass (relative error {error:.1e}; N, D = "
            f"{n}, {d}; eps = {eps}).",
        )
        expect_close(second, grad, f"d{name} of a second call")
    expect_close(
        grads[0].sum(axis=0),
        np.zeros(d),
        "the sums of the columns of dx",
        atol=1e-8,
        hint="Adding a constant to a column changes nothing, so they are zero.",
    )
### END HIDDEN TESTS

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
# 1 point: the same three gradients, from a formula of its own, without a loop.
rng = np.random.default_rng(5)
x, dout = rng.standard_normal((2, 6, 4)) * 2 + [[[1]], [[0]]]
gamma, beta = rng.standard_normal((2, 4))
out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
with unchanged(dout=dout):
    answer = batchnorm_backward_alt(dout, cache)
expect_tuple(answer, "dx", "dgamma", "dbeta")
scale = gamma / np.sqrt(x.var(axis=0) + 1e-5)
x_hat = (out - beta) / gamma
expected = eval_numerical_gradient_array(
    lambda v: batchnorm_forward(v, gamma, beta, {"mode": "train"})[0], x.copy(), dout
)
expect_close(
    answer[0],
    expected,
    "dx",
    rtol=1e-5,
    atol=1e-6,
    hint="Try your formula on a column of two numbers: there dx is nearly zero.",
    faults={
        "The term of the variance is missing.": (dout - dout.mean(axis=0)) * scale,
        "gamma is missing.": expected / gamma,
        "The two sums over the batch are to be divided by N.": scale
        * (dout - dout.sum(axis=0) - x_hat * (dout * x_hat).sum(axis=0)),
    },
)
expect_close(answer[1], (dout * x_hat).sum(axis=0), "dgamma", rtol=1e-5)
expect_close(answer[2], dout.sum(axis=0), "dbeta")
expect_source(
    batchnorm_backward_alt,
    loops=0,
    without=[*READY, "batchnorm_backward"],
)

# %% hidden-test="bn-backward-alt" points=1
# 1 point: the grader also goes along random directions for other sizes and a large eps,
# and looks whether dout comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(6)
for n, d, eps in [(5, 7, 0.4), (3, 2, 1e-5), (4, 4, 0.1)]:
    x, dout = rng.standard_normal((2, n, d))
    gamma, beta = rng.uniform(1, 2, (2, d))
    point = {"x": x, "gamma": gamma, "beta": beta}

    def forward(eps=eps, **values):
        return batchnorm_forward(**values, bn_param={"mode": "train", "eps": eps})

    _, cache = forward(**point)
    with unchanged(dout=dout):
        grads = expect_tuple(
            batchnorm_backward_alt(dout, cache), "dx", "dgamma", "dbeta"
        )
    for (name, value), grad in zip(point.items(), grads, strict=True):
        expect_array(grad, value.shape, f"d{name}")
        error = directional_error(
            lambda v, name=name, point=point, f=forward: f(**(point | {name: v}))[0],
            value,
            dout,
            np.asarray(grad),
            rng=rng,
        )
        expect(
            error < 1e-6,
            f"d{name} does not fit the forward pass (relative error {error:.1e}; N, D = "
            f"{n}, {d}; eps = {eps}). The eps stays inside the root.",
        )
### END HIDDEN TESTS

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
# 1 point: two examples by hand.
x = np.array([[1.0, 3], [40, 20]])
gamma, beta = np.array([3.0, 2]), np.array([0.0, 5])
answer = layernorm_forward(x, gamma, beta, {"eps": 0.0})
expect_tuple(answer, "out", "cache")
expect_close(
    answer[0],
    [[-3, 7], [3, 3]],
    "out",
    hint="Row 0 has mean 2 and variance 1, row 1 has mean 30 and variance 100.",
    faults={
        "The statistics are those of rows here: use axis=1.": [[-3, 3], [3, 7]],
        "gamma and beta belong to features, that is columns.": [[-3, 3], [7, 3]],
        "Scale by gamma and shift by beta after normalising.": [[-1, 1], [1, -1]],
        "Divide by D in the variance, not by D - 1.": [
            [-3 * math.sqrt(0.5), 5 + math.sqrt(2)],
            [3 * math.sqrt(0.5), 5 - math.sqrt(2)],
        ],
        "Divide by the root of the variance.": [[-3, 7], [0.3, 4.8]],
    },
)
expect_source(layernorm_forward, without=READY)

# %% hidden-test="bn-layer-forward" points=1
# 1 point: the grader also tries other sizes, as many rows as columns, a batch of one,
# eps, 32-bit numbers, and looks whether the inputs come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(7)
for n, d, eps, dtype in [
    (4, 4, 1e-5, float),
    (3, 8, 0.2, np.float32),
    (1, 5, 1e-5, float),
    (6, 1, 1e-2, float),
]:
    ln_param = {"eps": eps} if eps != 1e-5 else {}
    x = (rng.standard_normal((n, d)) * 2 + 1).astype(dtype)
    gamma, beta = rng.uniform(1, 3, (2, d)).astype(dtype)
    with unchanged(x=x, gamma=gamma, beta=beta):
        out, _ = expect_tuple(
            layernorm_forward(x, gamma, beta, ln_param), "out", "cache"
        )
    expected = np.zeros((n, d))
    for i, row in enumerate(x.tolist()):
        mean = sum(row) / d
        var = sum((v - mean) ** 2 for v in row) / d
        for j, v in enumerate(row):
            expected[i, j] = gamma[j] * (v - mean) / math.sqrt(var + eps) + beta[j]
    hint = f"N, D = {n}, {d}; eps = {eps}; {np.dtype(dtype)}."
    expect_close(out, expected, "out", rtol=1e-4, atol=1e-5, hint=hint)
    expect(out.dtype == dtype, f"Keep the dtype of x; got {out.dtype}. {hint}")
### END HIDDEN TESTS

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
# 1 point: every number of the three gradients, against differences of your forward pass.
rng = np.random.default_rng(8)
x, dout = rng.standard_normal((2, 3, 5)) * 2
gamma, beta = rng.standard_normal((2, 5))
out, cache = layernorm_forward(x, gamma, beta, {})
with unchanged(dout=dout):
    answer = layernorm_backward(dout, cache)
expect_tuple(answer, "dx", "dgamma", "dbeta")
expected = eval_numerical_gradient_array(
    lambda v: layernorm_forward(v, gamma, beta, {})[0], x.copy(), dout
)
inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
x_hat = (out - beta) / gamma
late = dout - dout.mean(1, keepdims=True)
late = late - x_hat * (dout * x_hat).mean(1, keepdims=True)
expect_close(
    answer[0],
    expected,
    "dx",
    rtol=1e-5,
    atol=1e-6,
    hint="The means of the formula run over the features of one example, axis 1.",
    faults={
        "Mean and variance depend on x too: two ways are missing.": dout
        * gamma
        * inv_std,
        "gamma differs along a row: multiply dout by it before taking means.": gamma
        * inv_std
        * late,
    },
)
expect_close(
    answer[1],
    (dout * x_hat).sum(axis=0),
    "dgamma",
    rtol=1e-5,
    hint="gamma serves all examples: sum over the batch, axis 0.",
)
expect_close(answer[2], dout.sum(axis=0), "dbeta", hint="Sum over the batch, axis 0.")
expect_source(layernorm_backward, without=READY)

# %% hidden-test="bn-layer-backward" points=1
# 1 point: the grader also goes along random directions for other sizes and a large eps,
# and looks whether dout comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(9)
for n, d, eps in [(5, 3, 1e-5), (4, 4, 0.5), (1, 7, 1e-2)]:
    x, dout = rng.standard_normal((2, n, d))
    gamma, beta = rng.uniform(0.5, 2, (2, d))
    point = {"x": x, "gamma": gamma, "beta": beta}

    def forward(eps=eps, **values):
        return layernorm_forward(**values, ln_param={"eps": eps})

    _, cache = forward(**point)
    with unchanged(dout=dout):
        grads = expect_tuple(layernorm_backward(dout, cache), "dx", "dgamma", "dbeta")
    for (name, value), grad in zip(point.items(), grads, strict=True):
        expect_array(grad, value.shape, f"d{name}")
        error = directional_error(
            lambda v, name=name, point=point, f=forward: f(**(point | {name: v}))[0],
            value,
            dout,
            np.asarray(grad),
            rng=rng,
        )
        expect(
            error < 1e-6,
            f"d{name} does not fit the forward pass (relative error {error:.1e}; N, D = "
            f"{n}, {d}; eps = {eps}).",
        )
### END HIDDEN TESTS

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
# 1 point: the three steps written out, for both kinds.
rng = np.random.default_rng(10)
x, w, b = (
    rng.standard_normal((4, 3)),
    rng.standard_normal((3, 5)),
    rng.standard_normal(5),
)
gamma, beta = rng.uniform(1, 2, 5), rng.standard_normal(5)
a = x @ w + b
for kind, axis in {"batchnorm": 0, "layernorm": 1}.items():
    spread = np.sqrt(a.var(axis=axis, keepdims=True) + 1e-5)
    normal = gamma * (a - a.mean(axis=axis, keepdims=True)) / spread + beta
    active = np.maximum(a, 0)
    late = np.sqrt(active.var(axis=axis, keepdims=True) + 1e-5)
    late = gamma * (active - active.mean(axis=axis, keepdims=True)) / late + beta
    norm_param = {"mode": "train"} if kind == "batchnorm" else {}
    answer = affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, kind)
    expect_tuple(answer, "out", "cache")
    expect_close(
        answer[0],
        np.maximum(normal, 0),
        f"out, {kind}",
        hint="Affine, then the normalisation, then ReLU.",
        faults={
            "The ReLU is missing.": normal,
            "The normalisation is missing.": active,
            "The ReLU comes last, after the normalisation.": late,
        },
    )

# %% hidden-test="bn-sandwich-forward" points=1
# 1 point: the grader also looks whether running averages are kept and used, and whether
# the inputs come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(11)
x, w, b = (
    rng.standard_normal((6, 4)),
    rng.standard_normal((4, 3)),
    rng.standard_normal(3),
)
gamma, beta = rng.uniform(1, 2, 3), rng.standard_normal(3)
bn_param, a = {"mode": "train", "momentum": 0.4}, x @ w + b
with unchanged(x=x, w=w, b=b, gamma=gamma, beta=beta):
    affine_norm_relu_forward(x, w, b, gamma, beta, bn_param)
expect("running_mean" in bn_param, "Pass norm_param itself to batchnorm_forward.")
expect_close(bn_param["running_mean"], 0.6 * a.mean(axis=0), "running_mean")
bn_param["mode"] = "test"
out, _ = expect_tuple(
    affine_norm_relu_forward(x[:2], w, b, gamma, beta, bn_param), "out", "cache"
)
normal = (a[:2] - 0.6 * a.mean(axis=0)) / np.sqrt(0.6 * a.var(axis=0) + 1e-5)
expect_close(out, np.maximum(gamma * normal + beta, 0), "out in testing")
out, _ = expect_tuple(
    affine_norm_relu_forward(x, w, b, gamma, beta, {"eps": 0.3}, "layernorm"),
    "out",
    "cache",
)
normal = (a - a.mean(1, keepdims=True)) / np.sqrt(a.var(1, keepdims=True) + 0.3)
expect_close(out, np.maximum(gamma * normal + beta, 0), "out, layernorm with eps 0.3")
### END HIDDEN TESTS


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
# 1 point: with batch normalisation, against differences of your forward pass.
rng = np.random.default_rng(12)
x, w, dout = (rng.standard_normal(shape) for shape in [(4, 3), (3, 5), (4, 5)])
b, gamma, beta = rng.standard_normal((3, 5))
point = {"x": x, "w": w, "b": b, "gamma": gamma, "beta": beta}


def sandwich(**values):
    """Call your forward pass in training."""
    return affine_norm_relu_forward(**values, norm_param={"mode": "train"})


_, cache = sandwich(**point)
with unchanged(dout=dout):
    answer = affine_norm_relu_backward(dout, cache)
expect_tuple(answer, "dx", "dw", "db", "dgamma", "dbeta")
for (name, value), grad in zip(point.items(), answer, strict=True):
    expected = eval_numerical_gradient_array(
        lambda v, name=name: sandwich(**(point | {name: v}))[0], value.copy(), dout
    )
    expect_close(
        grad,
        expected,
        f"d{name}",
        rtol=1e-5,
        atol=1e-6,
        hint="Backwards in reverse order: ReLU, normalisation, affine.",
    )

# %% hidden-test="bn-sandwich-backward" points=1
# 1 point: the grader does the same for layer normalisation, for both with other sizes,
# and looks whether dout comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(13)
for kind, n, d, m in [("layernorm", 3, 6, 4), ("batchnorm", 5, 2, 7)]:
    norm_param = {"mode": "train"} if kind == "batchnorm" else {}
    x, w, dout = (rng.standard_normal(shape) for shape in [(n, d), (d, m), (n, m)])
    b, gamma, beta = rng.uniform(0.5, 1.5, (3, m))
    point = {"x": x, "w": w, "b": b, "gamma": gamma, "beta": beta}

    def forward(kind=kind, norm_param=norm_param, **values):
        return affine_norm_relu_forward(
            **values, norm_param=dict(norm_param), normalization=kind
        )

    _, cache = forward(**point)
    with unchanged(dout=dout):
        grads = expect_tuple(
            affine_norm_relu_backward(dout, cache), "dx", "dw", "db", "dgamma", "dbeta"
        )
    expect(len(grads) == 5, f"Return five gradients; got {len(grads)}.")
    for (name, value), grad in zip(point.items(), grads, strict=True):
        expect_array(grad, value.shape, f"d{name}")
        if kind == "batchnorm" and name == "b":  # shifts that the mean takes away
            expect_close(
                grad, np.zeros(m), "db before a batch normalisation", atol=1e-8
            )
            continue
        error = directional_error(
            lambda v, name=name, point=point, f=forward: f(**(point | {name: v}))[0],
            value,
            dout,
            np.asarray(grad),
            rng=rng,
        )
        expect(
            error < 1e-6,
            f"d{name} does not fit the forward pass (relative error {error:.1e}, {kind}).",
        )
### END HIDDEN TESTS

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
