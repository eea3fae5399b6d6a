# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Batch normalisation
#
# Training tends to be easier when the *activations* of every layer have mean near 0 and
# similar variance. You can arrange that once at the input. Deeper down it is lost, since
# every step of training changes all the layers before. *Batch normalisation* restores it at
# every layer, in every step, and backpropagates through its own arithmetic. You derive that
# gradient twice, build *layer normalisation*, which does without the batch, and measure what
# both are good for.
#
# **You need:** the notebook `two_layer_net`, and the chain rule. **Time (our estimate, as are
# all minutes below):** about three and a half hours.
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

from cs231n import drawings, figures
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
figures.use_style()

# %% [markdown]
# ## 1. The forward pass
#
# Deep networks were long considered hard to train. A learning rate that suits one layer can
# be too large for another, and a poor initialisation can stall training altogether. Ioffe and
# Szegedy (2015) proposed to normalise the activations of every layer over the minibatch.
# Their image classifier, they reported, then reached the same accuracy in 14 times fewer
# steps. They attributed the gain to a smaller *internal covariate shift*: each layer sees
# inputs whose distribution changes less. Later experiments cast doubt on that explanation
# (Santurkar et al., 2018), and why the method works is still debated. That it often helps,
# you will measure in section 6. It has a price: during training, the prediction for one
# example depends on the rest of its batch. Section 7 turns this into a trap.
#
# After this section you can normalise a minibatch, keep running averages for test time,
# and say which numbers of a batch influence which outputs.
#
# Let $x$ have $N$ rows, one per example, and $D$ columns, one per feature. During training,
# **each feature** is normalised with its own mean and variance over the batch, then scaled
# and shifted by two learnable parameters, $\gamma_j$ and $\beta_j$:
#
# $$\mu_j = \frac1N \sum_i x_{ij}, \quad
# \sigma_j^2 = \frac1N \sum_i (x_{ij} - \mu_j)^2, \quad
# \hat x_{ij} = \frac{x_{ij} - \mu_j}{\sqrt{\sigma_j^2 + \varepsilon}}, \quad
# y_{ij} = \gamma_j \hat x_{ij} + \beta_j .$$

# %% drawing="bn-columns"
drawings.show(
    drawings.norm_columns(),
    "A batch as a matrix of 4 examples and 3 features. The first column, 1, 1, 5, 5, has "
    "mean 3 and variance 4; normalised it becomes -1, -1, 1, 1.",
)

# %% [markdown]
# *The statistics belong to columns. The marked feature, 1, 1, 5, 5, has mean 3 and variance
# 4; after normalisation it reads −1, −1, 1, 1.*
#
# **Worked example.** One feature of four examples, without NumPy, so that you see every
# number:

# %%
feature = [1.0, 1.0, 5.0, 5.0]
mean = sum(feature) / 4
variance = sum((value - mean) ** 2 for value in feature) / 4
normalised = [(value - mean) / variance**0.5 for value in feature]
print("mean", mean, "  variance", variance, "  normalised", normalised)
print("with gamma 3, beta 10:", [3 * value + 10 for value in normalised])
running_mean = 0.9 * 0 + 0.1 * mean  # see below
print("running mean after one call in train mode:", round(running_mean, 2))

# %% [markdown]
# **At test time** a prediction must not depend on which other images happen to be in the
# batch. In *test mode* the layer therefore normalises with *running averages* of the
# statistics. They are collected in *train mode*, where each call updates them; with
# $m$ = `momentum`,
#
# $$\text{running} \leftarrow m \cdot \text{running} + (1 - m) \cdot \text{batch statistic}.$$
#
# In the worked example the running mean starts at 0 and becomes $0.9 \cdot 0 + 0.1 \cdot 3 =
# 0.3$, the running variance 0.4. (Frameworks differ: PyTorch's `momentum` is our $1 - m$.)
#
# **Predict, then check.** A batch holds two examples of one feature, $x = (1, 3)$, and
# $\varepsilon = 0$. What is $\hat x$? What is it for *any* two distinct numbers?
#
# <details><summary>Check your prediction</summary>
#
# The mean is 2 and the variance 1, so $\hat x = (-1, 1)$. Any two distinct numbers give $-1$
# and $1$: the only thing that survives is which one is larger.
#
# </details>


# %% answer="bn-forward" minutes=15 difficulty=2 importance=3
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


# %% [markdown] hint="bn-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Write down the shapes of $\mu$, $\sigma^2$ and $\hat x$. Along which axis of `x` do you
# average if one number per feature is to remain? Which two quantities does test mode take
# from elsewhere?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.mean` and `np.var` take an `axis`; check in the documentation of `np.var` what it
# divides by. Choose mean and variance first, depending on the mode, and write the remaining
# lines once for both modes. Broadcasting repeats a row of shape $(D,)$ for every example.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Pick `mean` and `var`: of the batch, or the running ones.
# 2. In train mode only, update both running averages; do not modify them in place.
# 3. Normalise, scale, shift.
# 4. In `cache`, keep the normalised batch, `gamma`, and what you divided by.
#
# </details>

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
        "These are statistics of rows, the examples, taken for columns, the features: "
        "average along the other axis.": [[-1, 4.03703704], [-0.55555556, 7]],
        "Scale and shift are missing.": [[-1, -1], [1, 1]],
        "The scale is missing.": [[-1, 4], [1, 6]],
        "The shift is missing.": [[-1, -2], [1, 2]],
        "gamma and beta are swapped.": [[1, -3], [1, 7]],
        "The variance divides by N - 1 instead of N.": [
            [-0.70710678, 3.58578644],
            [0.70710678, 6.41421356],
        ],
        "You divide by the variance, not by its root.": [[-1, 4.8], [1, 5.2]],
        "You multiply by the standard deviation; divide by it.": [[-1, -195], [1, 205]],
        "The batch is centred only: divide by the standard deviation.": [
            [-1, -15],
            [1, 25],
        ],
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
        "eps is added after the division; it belongs to the variance, under the root.": [
            [-4],
            [4],
        ],
        "Here eps is added to the root of the variance; it belongs under the root.": [
            [-0.25],
            [0.25],
        ],
        "eps makes no difference here: take it from bn_param.": [[-1], [1]],
    },
)
x, (gamma, beta) = rng.normal(3, 2, (5, 3)), rng.uniform(0.5, 2, (2, 3))
expected, _ = package.batchnorm_forward(x, gamma, beta, {"mode": "train"})
out, _ = batchnorm_forward(x, gamma, beta, {"mode": "train"})
expect_close(out, expected, "out (a random batch)", rtol=1e-4, atol=1e-6)
expect_source(batchnorm_forward, without=READY)
passed("bn-forward", "two batches worked out by hand, in train mode, and a random one")

# %% test="bn-forward" part="running" points=2
x = np.array([[1.0, 10], [3, 30]])
bn_param = {"mode": "train", "eps": 0.0}
batchnorm_forward(x.copy(), np.ones(2), np.zeros(2), bn_param)
for name in ("running_mean", "running_var"):
    expect(name in bn_param, f"Store {name} back in bn_param; it is not there.")
forgotten = {"The running averages have not moved: train mode updates them.": [0, 0]}
in_place = {
    "A running average is changed in place, and both begin as one array of zeros: build "
    "a new array for each.": [0.28, 11.8]
}
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
        **in_place,
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
        **in_place,
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
    x[:, 0] = 2  # a constant feature
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
# **Look at it.** Three features of very different size go through the layer: before, after
# normalising, after scaling and shifting, and in test mode after 50 batches. Predict first:
# in which rows are the means exactly 0, and in which only about 0?

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
    show("test mode", batchnorm_forward(features(200), ones, 0 * ones, bn_param)[0])

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# In train mode they are exactly 0, because the batch is normalised with its own statistics.
# In test mode they are only near 0: the running averages come from 50 *other* batches, and
# they have not even forgotten their start at 0 (a share of $0.9^{50} \approx 0.005$ is left).
#
# </details>
#
# Below are the *pre-activations*, the inputs of the ReLUs, of a network with 8 hidden layers
# whose initial weights are a little too small. The upper row is without normalisation, the
# lower row with it.

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
                ax.hist(a.ravel(), bins=np.linspace(-3, 3, 61), color="#0072b2")
                ax.set(yticks=[], title=f"layer {layer + 1}" if not normalise else "")
            h = np.maximum(a, 0)
    axes[0, 0].set_ylabel("without")
    axes[1, 0].set_ylabel("with")
    fig.supxlabel("pre-activation", size=10)
    plt.show()

# %% [markdown]
# Without normalisation the pre-activations *vanish*: in layer 8 nearly all of them lie
# close to 0. With it their distribution is the same in every layer.
#
# **Further reading**
#
# - Ioffe and Szegedy, *Batch Normalization*, 2015,
#   [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). Sections 1 to 3 motivate the layer
#   and define it. 20 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 8.7.1](https://www.deeplearningbook.org/contents/optimization.html). 10 minutes.
#
# **Harder (optional, no points).** The running variance averages variances that divide by
# $N$. Show that its expectation is too small by the factor $(N-1)/N$. Which estimate does
# PyTorch store?
#
# <details><summary>Compare your answer</summary>
#
# $\sum_i (x_i - \mu)^2$ has the expectation $(N - 1)\,\sigma^2$, because the mean $\mu$ was
# fitted to the same $N$ numbers. Dividing by $N$ leaves the factor $(N-1)/N$. PyTorch
# normalises with the biased estimate and stores the unbiased one, which divides by $N - 1$.
#
# </details>

# %% [markdown]
# ## 2. The backward pass, node by node
#
# *Backpropagation* applies the chain rule along a *computational graph*: one node per
# operation, visited from the loss back to the inputs. Rumelhart, Hinton and Williams made it
# popular for neural networks in 1986. Batch normalisation is a good test of whether you trust
# the method. The mean and the variance depend on $x$ too, so $x$ influences the output along
# three routes: directly, through $\mu$ and through $\sigma^2$. Ioffe and Szegedy stress that
# an optimiser which ignores the last two can let a bias grow without end, while the loss
# stays the same.
# The cost is a backward pass of about twice the arithmetic of the forward pass.
#
# After this section you can backpropagate through any graph in which a value is used more
# than once.
#
# If a value $v$ is used at several places, with results $u_1, u_2, \dots$, then
#
# $$\frac{\partial L}{\partial v} = \sum_k
# \frac{\partial L}{\partial u_k}\,\frac{\partial u_k}{\partial v} .$$

# %% drawing="bn-graph"
drawings.show(
    drawings.norm_graph(),
    "Computational graph of batch normalisation. x feeds a mean and a subtraction; the "
    "difference feeds a mean of squares, followed by one over the root, and a product; "
    "then come gamma and beta. Dashed gradients run backward along every edge and meet "
    "again where a value was used twice.",
)

# %% [markdown]
# *Follow the dashed arrows from right to left. Routes 1 (direct) and 3 (through the
# variance) meet at the second dot, route 2 (through the mean) joins at the first. A thin
# arrow carries one number per feature, a thick one carries a whole batch.*
#
# Two rules suffice. **Where a value was used twice, its gradients add up.** **Where a row
# was broadcast over the batch, its gradient is a sum over the batch.**
#
# **Worked example.** The left third of the graph by itself, centring, for one feature of
# three examples. It begins with an *upstream gradient*, which the rest of the network would
# deliver. The *gradient check* at the end perturbs one input at a time:

# %%
x = np.array([1.0, 2.0, 6.0])
dout = np.array([3.0, 0.0, -9.0])  # upstream gradient: loss with respect to x - mean
dmean = -dout.sum()  # the mean was subtracted from all three
dx = dout + dmean / 3  # direct route, plus a third of the mean's gradient each
print("dx", dx)
for i in range(3):
    step = 1e-5 * np.eye(3)[i]
    up, down = (((v - v.mean()) * dout).sum() for v in (x + step, x - step))
    print(f"dx[{i}] = {dx[i]:+.4f}   numerically {(up - down) / 2e-5:+.4f}")

# %% [markdown]
# **Predict, then check.** Add 100 to all three inputs. How do the outputs change, and what
# does that tell you about the sum of `dx`? Does it also hold for the whole layer?
#
# <details><summary>Check your prediction</summary>
#
# The outputs do not change, so the derivative in that direction, which is the sum of `dx`,
# is zero: $5 + 2 - 7 = 0$. The layer begins by centring, so each column of its `dx` sums to
# zero as well. You can use that to test your code.
#
# </details>


# %% answer="bn-backward" minutes=30 difficulty=4 importance=3
def batchnorm_backward(dout, cache):
    """Backpropagate through batchnorm_forward in train mode, node by node.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Upstream gradient, of the loss with respect to the output.
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


# %% [markdown] hint="bn-backward"
# <details><summary>Hint 1: where to look</summary>
#
# Start at the right of the drawing. Write one line of code per dashed arrow, and name it
# after its label. `dgamma` and `dbeta` belong to rows that were broadcast: which rule
# applies?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Compute in this order: $\partial L/\partial\hat x$, $\partial L/\partial\sigma^2$,
# $\partial L/\partial(x-\mu)$ (two routes), $\partial L/\partial\mu$, $\partial L/\partial x$
# (two routes). The last two are the worked example. Check each shape against the drawing.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# With $c = x - \mu$: $\;\partial \hat x_i/\partial c_i = (\sigma^2+\varepsilon)^{-1/2}$,
# $\;\partial \hat x_i/\partial \sigma^2 = -\tfrac12 c_i (\sigma^2+\varepsilon)^{-3/2}$,
# $\;\partial \sigma^2/\partial c_i = 2 c_i/N$. Multiply along each route and apply the two
# rules.
#
# </details>

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
    hint="Does each column of dx sum to 0? If not, look at the route through the mean, "
    "else at the direct route and the one through the variance.",
    shape_hint="Return (dx, dgamma, dbeta), in this order.",
    faults={
        "Mean and variance count as constants here, but they depend on x: two of the "
        "three routes are missing.": [[2, 6], [-2, -4], [5, 10], [-1, -4]],
        "The route through the variance is missing.": [
            [1, 4],
            [-3, -6],
            [4, 8],
            [-2, -6],
        ],
        "The route through the mean is missing.": [[3, 1], [-1, -3], [4, 11], [-2, -1]],
        "gamma is missing on the way back to x.": [
            [1, -0.1666667],
            [-1, -0.8333333],
            [1.5, 1.5],
            [-1.5, -0.5],
        ],
        "gamma counts twice on the way back to x.": [
            [4, -6],
            [-4, -30],
            [6, 54],
            [-6, -18],
        ],
        "The mean passes its whole gradient to each of the N examples; each gets a "
        "share.": [[-1, -7], [-5, -11], [0, 3], [-6, -9]],
        "The variance passes its whole gradient to each of the N examples; each gets a "
        "share.": [[5, -16], [1, -2], [0, 12], [-6, 6]],
        "Mean and variance pass their whole gradients to each of the N examples; each "
        "gets a share.": [[2, -22], [-2, -8], [-3, 6], [-9, 0]],
        "The route through the variance has the wrong power of the standard deviation.": [
            [3, -11],
            [-1, -3],
            [2, 11],
            [-4, 3],
        ],
        "The route through the variance has twice the size it should have: check the "
        "derivatives of the root and of the square.": [
            [3, -6],
            [-1, -4],
            [2, 10],
            [-4, 0],
        ],
        "The route through the variance has half the size it should have: check the "
        "derivatives of the root and of the square.": [
            [1.5, 1.5],
            [-2.5, -5.5],
            [3.5, 8.5],
            [-2.5, -4.5],
        ],
        "The route through the variance has the wrong sign.": [
            [0, 9],
            [-4, -7],
            [5, 7],
            [-1, -9],
        ],
        "The route through the mean has the wrong sign.": [
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
x, dout = rng.normal(0, 2, (2, 5, 3))
gamma, beta = rng.uniform(0.5, 2, (2, 3))
_, ours = package.batchnorm_forward(x, gamma, beta, {"mode": "train"})
expected = package.batchnorm_backward(dout, ours)
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
dx, _, _ = expect_tuple(batchnorm_backward(dout, cache), "dx", "dgamma", "dbeta")
expect_close(dx, expected[0], "dx (a random batch)", rtol=1e-4, atol=1e-7)
expect_source(batchnorm_backward, without=READY)
passed("bn-backward", "dx of four examples worked out by hand, and of a random batch")

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
        "dgamma and dbeta are swapped.": [4, 4],
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
x, dout = rng.normal(0, 2, (2, 5, 3))
gamma, beta = rng.uniform(0.5, 2, (2, 3))
_, ours = package.batchnorm_forward(x, gamma, beta, {"mode": "train"})
expected = package.batchnorm_backward(dout, ours)
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
_, *found = expect_tuple(batchnorm_backward(dout, cache), "dx", "dgamma", "dbeta")
for name, grad, right in zip(("dgamma", "dbeta"), found, expected[1:], strict=True):
    expect_close(grad, right, f"{name} (a random batch)", rtol=1e-4, atol=1e-7)
passed("bn-backward", "dgamma and dbeta by hand, and of a random batch")

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
# **Further reading**
#
# - Ioffe and Szegedy, 2015, [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). The end of
#   section 3 lists the six gradients that you derived. 5 minutes.
# - Karpathy, *Yes you should understand backprop*, 2016,
#   [on Medium](https://karpathy.medium.com/yes-you-should-understand-backprop-e2f06eab496b):
#   why deriving gradients yourself still pays. 10 minutes.
#
# **Harder (optional, no points).** In test mode the layer is frozen: its statistics are
# constants. Write the backward pass of test mode, in two lines, and use it to show which
# routes of the drawing disappear.
#
# <details><summary>Compare your answer</summary>
#
# $\partial L/\partial x = \gamma\,\partial L/\partial y \,/\, \sqrt{\text{running variance} +
# \varepsilon}$, elementwise: only route 1 is left, and the columns of `dx` no longer sum to
# zero. Networks are often fine-tuned in this way, with frozen statistics.
#
# </details>

# %% [markdown]
# ## 3. The backward pass on paper
#
# Node by node you wrote about eight lines, and each of them passes over the whole batch.
# Frameworks do better: their kernels evaluate a single expression, with fewer passes through
# memory. A closed form
# also has a second use: you can *read* in it what the layer does to a gradient. The price is
# that a mistake on paper is harder to find than one in a node.
#
# After this section you can collapse a graph into one expression and check every line of the
# derivation.
#
# The goal for one feature, with $g_i = \gamma\,\partial L/\partial y_i$, is an expression
#
# $$\frac{\partial L}{\partial x_i} = (\sigma^2+\varepsilon)^{-1/2}\;\bigl(\;\dots\;\bigr)$$
#
# in which only $g$, $\hat x$ and two means over the batch occur.
#
# **Worked example.** Centring needed two lines, a sum and an addition. They collapse into
# one, and no trace of the graph is left:

# %%
dout = np.array([3.0, 0.0, -9.0])
dmean = -dout.sum()
print("two routes ", dout + dmean / 3)
print("closed form", dout - dout.mean())

# %% [markdown]
# The same happens to the whole layer. Derive it on paper.
#
# **Predict, then check.** Centring removes the mean of its gradient. Before you derive the
# rest, guess what else the layer removes from $g$.
#
# <details><summary>Check your guess afterwards</summary>
#
# The part of $g$ that points along $\hat x$ (for $\varepsilon = 0$ exactly): scaling the
# batch would change nothing, so no gradient is left in that direction.
#
# </details>


# %% answer="bn-backward-alt" minutes=30 difficulty=4 importance=2
def batchnorm_backward_alt(dout, cache):
    """Backpropagate through batchnorm_forward in train mode, in closed form.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Upstream gradient, of the loss with respect to the output.
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


# %% [markdown] hint="bn-backward-alt"
# <details><summary>Hint 1: where to look</summary>
#
# Two sums vanish or simplify: $\sum_i (x_i - \mu)$, and $\sum_i (x_i - \mu)^2$.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Replace every $x_i - \mu$ by $\hat x_i \sqrt{\sigma^2+\varepsilon}$. All powers of the root
# but one cancel.
#
# </details>
#
# <details><summary>Hint 3: a check for every line</summary>
#
# Evaluate each line of your derivation for $N = 2$, $x = (1, 3)$, $\varepsilon = 0$: the
# gradient with respect to $x$ must be $(0, 0)$ whatever $g$ is. The line where it stops
# being zero holds the mistake.
#
# </details>

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
    shape_hint="Return (dx, dgamma, dbeta), in this order.",
    faults={
        "dx is multiplied by the standard deviation; divide by it.": [
            [8, -9],
            [-8, -45],
            [12, 81],
            [-12, -27],
        ],
        "The sums over the batch are to be means.": [
            [2, -22],
            [-2, -8],
            [-3, 6],
            [-9, 0],
        ],
        "The route through the variance is missing.": [
            [1, 4],
            [-3, -6],
            [4, 8],
            [-2, -6],
        ],
        "The route through the mean is missing.": [
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
        "dx is divided by the variance; divide by its root.": [
            [1, -0.3333333],
            [-1, -1.6666667],
            [1.5, 3],
            [-1.5, -1],
        ],
        "The route through the variance has the wrong sign.": [
            [0, 9],
            [-4, -7],
            [5, 7],
            [-1, -9],
        ],
        "The route through the mean has the wrong sign.": [
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
x, dout = rng.normal(0, 2, (2, 5, 3))
gamma, beta = rng.uniform(0.5, 2, (2, 3))
_, ours = package.batchnorm_forward(x, gamma, beta, {"mode": "train"})
expected = package.batchnorm_backward(dout, ours)
_, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})
dx, _, _ = expect_tuple(batchnorm_backward_alt(dout, cache), "dx", "dgamma", "dbeta")
expect_close(dx, expected[0], "dx (a random batch)", rtol=1e-4, atol=1e-7)
expect_source(batchnorm_backward_alt, loops=0, without=[*READY, "batchnorm_backward"])
passed("bn-backward-alt", "four examples by hand, and a random batch; no loop")

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

# %% drawing="bn-parts"
drawings.show(
    drawings.gradient_parts(),
    "A gradient of four numbers, 3, -1, 4, 2, as a sum of three columns: its mean, 2 four "
    "times; the part along the normalised batch, -1, -1, 1, 1; and the rest, 2, -2, 1, -1, "
    "which alone reaches x.",
)

# %% [markdown]
# *A batch with $\hat x = (-1, -1, 1, 1)$. Two of the three parts of the gradient cannot
# change the output, so the layer removes them. Check on paper that your formula gives the
# last column.*
#
# **Did the algebra pay off?** Predict the speed-up of the closed form: nearer to 2 or to 20
# times? How far will the two results differ?

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
# The closed form is a small factor faster, since it passes over the batch fewer times; it
# does not remove whole loops, as vectorising did. The difference has the size of rounding:
# both are the same expression, evaluated in another order.
#
# **Further reading**
#
# - Kratzert, *Understanding the backward pass through Batch Normalization Layer*, 2016,
#   [blog](https://kratzert.github.io/2016/02/12/understanding-the-gradient-flow-through-the-batch-normalization-layer.html):
#   the graph again, with every node drawn. 20 minutes.
# - Santurkar et al., *How Does Batch Normalization Help Optimization?*, 2018,
#   [arXiv:1805.11604](https://arxiv.org/abs/1805.11604). Section 4 bounds the size of the
#   gradient whose parts you just saw removed. 30 minutes.
#
# **Harder (optional, no points).** Multiply the weights of the affine layer *before* the
# normalisation by 10. What happens to the output, and to the gradient of those weights? What
# does that imply for a fixed learning rate during a long training?
#
# <details><summary>Compare your answer</summary>
#
# The output stays the same (up to $\varepsilon$), and the gradient is divided by 10. Relative
# to the weights, a step is 100 times smaller. Gradient descent also makes such weights grow,
# since the gradient stands at a right angle to them. So the effective learning rate falls by
# itself during training, unless weight decay holds the weights back (van Laarhoven, 2017,
# [arXiv:1706.05350](https://arxiv.org/abs/1706.05350)).
#
# </details>

# %% [markdown]
# ## 4. Layer normalisation
#
# Batch normalisation needs a batch of some size, and it computes something else in train mode
# than in test mode. Both are a nuisance for recurrent networks, whose batches shrink towards
# the end of long sentences. Ba, Kiros and Hinton (2016) proposed *layer normalisation*, which
# takes its statistics from each example alone. They reported faster training of recurrent
# networks; Vaswani et al. (2017) built it into the transformer, where variants of it are
# still standard. In convolutional networks it often does worse than batch normalisation, as
# its authors already noted.
#
# After this section you can normalise over either axis and say which sums run over what.
#
# Each **row** is normalised with its own mean and variance over the $D$ features:
#
# $$\mu_i = \frac1D \sum_j x_{ij}, \quad
# \sigma_i^2 = \frac1D \sum_j (x_{ij} - \mu_i)^2, \quad
# y_{ij} = \gamma_j \, \frac{x_{ij} - \mu_i}{\sqrt{\sigma_i^2 + \varepsilon}} + \beta_j .$$
#
# Scale and shift still belong to features, so `gamma` and `beta` keep the shape $(D,)$. There
# are no running averages, and no modes.

# %% drawing="bn-shared"
drawings.show(
    drawings.shared_statistics(),
    "Two matrices of 4 examples and 6 features. Left, batch norm: whole columns are marked, "
    "each with one mean. Right, layer norm: whole rows are marked, each with one mean.",
)

# %% [markdown]
# *Numbers in one frame share a mean and a variance. Layer normalisation never looks beyond
# one row, so the rest of the batch has no influence.*
#
# **Worked example.** Two examples with two features, without NumPy. The rows differ by a
# factor of 10, and their results do not:

# %%
gamma, beta = [3.0, 2.0], [0.0, 5.0]
for row in ([2.0, 6.0], [20.0, 60.0]):
    mean = sum(row) / 2
    variance = sum((value - mean) ** 2 for value in row) / 2
    normalised = [(value - mean) / variance**0.5 for value in row]
    out = [g * v + b for g, v, b in zip(gamma, normalised, beta, strict=True)]
    print(
        "mean", mean, "  variance", variance, "  normalised", normalised, "  out", out
    )

# %% [markdown]
# **Predict, then check.** You make one image of the batch twice as bright by multiplying all
# its pixels by 2. Which rows of the output change with layer normalisation, and which with
# batch normalisation in train mode?
#
# <details><summary>Check your prediction</summary>
#
# With layer normalisation none (but for $\varepsilon$): mean and standard deviation of that
# row double too. With batch normalisation all of them, because the image takes part in every
# column's mean and variance.
#
# </details>


# %% answer="bn-layer-forward" minutes=10 difficulty=1 importance=3
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


# %% [markdown] hint="bn-layer-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Which shape do the means have now? Can a vector of that shape be subtracted from a matrix
# of shape $(N, D)$ so that row $i$ loses its own mean?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The statistics take another `axis`, and `keepdims` keeps them as a column that broadcasts
# along the rows. Scale and shift are as in section 1.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Mean and variance of each row, of shape $(N, 1)$.
# 2. Normalise as before, with `eps` under the root.
# 3. Scale and shift each feature.
# 4. Keep the same three things in `cache` as in section 1.
#
# </details>

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
        "gamma is applied to rows; it belongs to features, the columns.": [
            [-3, 8],
            [2, 3],
        ],
        "beta is added to rows; it belongs to features, the columns.": [
            [-3, 2],
            [8, 3],
        ],
        "Scale and shift are missing.": [[-1, 1], [1, -1]],
        "The scale is missing.": [[-1, 6], [1, 4]],
        "The shift is missing.": [[-3, 2], [3, -2]],
        "gamma and beta are swapped.": [[3, 7], [3, -3]],
        "The variance divides by D - 1 instead of D.": [
            [-2.12132034, 6.41421356],
            [2.12132034, 3.58578644],
        ],
        "You divide by the variance, not by its root.": [[-3, 7], [0.3, 4.8]],
        "The mean of row i is taken from column i: mind the shapes.": [
            [-3, -49],
            [11.4, 3],
        ],
        "The mean and standard deviation of row i are used for column i: mind the shapes.": [
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
x, (gamma, beta) = rng.normal(3, 2, (5, 3)), rng.uniform(0.5, 2, (2, 3))
expected, _ = package.layernorm_forward(x, gamma, beta, {})
out, _ = layernorm_forward(x, gamma, beta, {})
expect_close(out, expected, "out (a random batch)", rtol=1e-4, atol=1e-6)
expect_source(layernorm_forward, without=READY)
passed("bn-layer-forward", "three rows worked out by hand, and random ones")

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
    x[0] = 2  # an example whose features are all equal
    expected, _ = package.layernorm_forward(x, gamma, beta, dict(param))
    with unchanged(x=x, gamma=gamma, beta=beta):
        answer = layernorm_forward(x, gamma, beta, dict(param))
    out, _ = expect_tuple(answer, "out", "cache")
    where = f"out (N, D = {n}, {d}; eps = {param.get('eps', 1e-5)}; {np.dtype(dtype)})"
    expect_close(out, expected, where, rtol=1e-4, atol=1e-4, dtype=dtype)
passed("bn-layer-forward", "other sizes, float32, a batch of one; inputs as they were")

# %% [markdown]
# The backward pass is that of batch normalisation with rows for columns, but not everywhere.
#
# **Predict, then check.** Over what does each of these sums run now: `dgamma`, `dbeta`, and
# the two means in your closed form?
#
# <details><summary>Check your prediction</summary>
#
# `gamma` and `beta` were broadcast over the batch, as before, so `dgamma` and `dbeta` still
# sum over the examples. The two means belong to the statistics and run over the features of
# each example.
#
# </details>


# %% answer="bn-layer-backward" minutes=20 difficulty=3 importance=2
def layernorm_backward(dout, cache):
    """Backpropagate through layernorm_forward.

    Parameters
    ----------
    dout : ndarray of shape (N, D)
        Upstream gradient, of the loss with respect to the output.
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


# %% [markdown] hint="bn-layer-backward"
# <details><summary>Hint 1: where to look</summary>
#
# In your closed form of section 3 `gamma` is a factor of the whole column. Is it still the
# same number along a row?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Multiply `dout` by `gamma` first and call the result $g$. From there on the formula is the
# one of section 3, with other axes; `keepdims` again.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. `dgamma` and `dbeta`: copy them.
# 2. $g$, then the two means along each row, of shape $(N, 1)$.
# 3. Assemble `dx`. Two checks by hand: each *row* of it sums to zero, and so does each row of
#    `dx * x_hat`, nearly.
#
# </details>

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
    shape_hint="Return (dx, dgamma, dbeta), in this order.",
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
        "The route through the variance is missing.": [
            [1.625, -6.375, 7.125, -2.375],
            [1.9166667, -4.0833333, 4.9166667, -2.75],
        ],
        "The route through the mean is missing.": [
            [4.375, -3.625, 5.125, -4.375],
            [-0.3611111, -3.5277778, 5.4722222, -1.25],
        ],
        "Mean and variance count as constants here, but they depend on x: two of the "
        "three routes are missing.": [[2, -6, 7.5, -2], [2, -4, 5, -2.6666667]],
        "Sums stand where means over the features belong.": [
            [10, 2, -3.5, -13],
            [-7.7777778, -2.4444444, 6.5555556, 2.6666667],
        ],
        "The sums over features are divided by N, the number of examples; a row has D "
        "entries.": [
            [6, -2, 2, -7.5],
            [-2.8888889, -3.2222222, 5.7777778, 0],
        ],
        "The route through the variance has the wrong sign.": [
            [-0.75, -8.75, 9.5, 0],
            [4.2777778, -4.5555556, 4.4444444, -4.1666667],
        ],
        "dx is divided by the variance; divide by its root.": [
            [2, -2, 2.375, -2.375],
            [-0.1481481, -1.2037037, 1.7962963, -0.4444444],
        ],
        "One of the means lacks gamma, that of the route through the variance.": [
            [2.125, -5.875, 6.625, -2.875],
            [1.0833333, -3.9166667, 5.0833333, -2.25],
        ],
        "One of the means lacks gamma, that of the route through the mean.": [
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
x, dout = rng.normal(0, 2, (2, 5, 3))
gamma, beta = rng.uniform(0.5, 2, (2, 3))
_, ours = package.layernorm_forward(x, gamma, beta, {})
expected = package.layernorm_backward(dout, ours)
_, cache = layernorm_forward(x, gamma, beta, {})
dx, _, _ = expect_tuple(layernorm_backward(dout, cache), "dx", "dgamma", "dbeta")
expect_close(dx, expected[0], "dx (a random batch)", rtol=1e-4, atol=1e-7)
expect_source(layernorm_backward, without=READY)
passed("bn-layer-backward", "two examples worked out by hand, and random ones")

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

# %% [markdown] question="bn-prepare" points=2 minutes=10
# **Question 1 (2 points).** Before training, images can be preprocessed in many ways. Which
# of the two layers does each of these resemble, if any?
#
# (a) Subtract the mean image of the training set.
#
# (b) Subtract from each image its own mean, then divide it by the root of the sum of its
# squared pixels.
#
# (c) Set every pixel to 1 or 0 by a threshold of 128.

# %% [markdown] marking="bn-prepare"
# (a) Batch normalisation: a statistic of each pixel (feature) over many images, without
# its division. (b) Layer normalisation: each image by its own statistics over all pixels,
# up to a constant factor. (c) Neither: no statistics of the data come in.
#
# *Marking:* 0.75 each for (a) and (b) with "over images" and "over pixels", 0.5 for (c).

# %% [markdown]
# **Further reading**
#
# - Ba, Kiros and Hinton, *Layer Normalization*, 2016,
#   [arXiv:1607.06450](https://arxiv.org/abs/1607.06450). The table in section 5 lists which
#   changes of weights and data leave the output alone. 15 minutes.
# - Zhang et al., *Dive into Deep Learning*,
#   [section 8.5](https://d2l.ai/chapter_convolutional-modern/batch-norm.html), compares both
#   layers. 15 minutes.
#
# **Harder (optional, no points).** *RMSNorm* (Zhang and Sennrich, 2019) leaves the centring
# out: it divides each row by the root of its mean square. Derive its backward pass. Which of
# the three routes is gone?
#
# <details><summary>Compare your answer</summary>
#
# The one through the mean. With $r = \sqrt{\overline{x^2} + \varepsilon}$ and $\hat x = x/r$,
# $\partial L/\partial x = (g - \hat x\;\overline{g \hat x})/r$. Many large language models
# use it, because it is cheaper and, as the authors report, about as good.
#
# </details>

# %% [markdown]
# ## 5. Affine, normalisation, ReLU
#
# Where does the layer belong in a network? Ioffe and Szegedy placed it between the affine
# layer and the nonlinearity, so that it normalises *pre-activations*. Others report good
# results with the layer after the ReLU; there is no proof for either place. The combination
# affine, normalisation, ReLU is so common that a function for the three is worthwhile.
#
# After this section you can compose layers, and their backward passes, into a block:
#
# $$\text{out} = \text{relu}\bigl(\text{norm}(x\,W + b;\ \gamma, \beta)\bigr) .$$

# %% drawing="bn-block"
drawings.show(
    drawings.layer_row(
        ["affine", "norm", "ReLU"],
        ["x", "a", "n", "out"],
        ["w, b", r"$\gamma,\ \beta$"],
    ),
    "Three layers in a row, affine, norm and ReLU. Values run right along the top; each "
    "layer hands a cache down to its backward pass; dashed gradients run left along the "
    "bottom, from dout to dx.",
)

# %% [markdown]
# *Forward from left to right, backward from right to left. Each backward pass needs the cache
# of its own layer, so the block's cache holds all three.*
#
# **Worked example.** Four examples of one feature go through a block with $w = 2$, $b = 100$,
# $\gamma = 1$ and $\beta = 0$:

# %%
x = np.array([[0.5], [0.5], [2.5], [2.5]])
pre_activation = x * 2.0 + 100.0
centred = pre_activation - pre_activation.mean(axis=0)
normal = centred / pre_activation.std(axis=0)
print("affine    ", pre_activation.ravel())
print("normalised", normal.ravel())
print("ReLU      ", np.maximum(normal, 0).ravel())

# %% [markdown]
# **Predict, then check.** The bias is 100, yet half of the units are off. What does the bias
# of an affine layer do in front of batch normalisation? What is its gradient? Is it the same
# in front of layer normalisation?
#
# <details><summary>Check your prediction</summary>
#
# Nothing: it adds the same number to a whole column, and the mean takes it out again. Its
# gradient is zero up to rounding, as the columns of `dx` in section 2 already showed;
# $\beta$ takes over its work. Layer normalisation takes its mean along a row, where biases
# differ, so there they do matter.
#
# </details>
#
# Use `affine_forward`, `relu_forward` and their partners, which the set-up cell imports, and
# your own normalisations.


# %% answer="bn-sandwich-forward" minutes=10 difficulty=2 importance=2
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


# %% [markdown] hint="bn-sandwich-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Read the upper row of the drawing from left to right. How will the backward pass know which
# of the two normalisations it has to undo?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Three calls, each of which returns a result and a cache. A dictionary from names to
# functions saves the `if`. Pass on `norm_param` itself: the running averages are stored in
# it.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. The affine layer gives `a` and a cache.
# 2. The chosen normalisation gives the next value and a cache.
# 3. The ReLU gives `out` and a cache.
# 4. The block's cache: those three, and the name of the normalisation.
#
# </details>

# %% test="bn-sandwich-forward" points=1
x, w = np.array([[-5.0, -2], [-5, 1], [-1, 1], [-1, 2]]), np.array([[1.0, 0], [0, 2]])
b, gamma, beta = np.array([3.0, -1]), np.array([2.0, 3]), np.array([1.0, 2])
# The affine layer makes (-2, -5), (-2, 1), (2, 1) and (2, 3) of the four examples.
first = "The inputs are normalised; normalise what the affine layer gives."
no_norm = {"The normalisation is missing.": [[0, 0], [0, 1], [2, 1], [2, 3]]}
no_relu = "No ReLU acts on the result: it should come last."
swapped = "gamma and beta are swapped."
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

# %% [markdown]
# **Predict, then check.** In the worked example `dout` is 1 for all four examples. Which entries of
# it get past the ReLU, and what is `dbeta`?
#
# <details><summary>Check your prediction</summary>
#
# The last two: only there is the normalised value positive. The first two become 0. `dbeta` adds
# up what gets past, so it is 2, not 4. A frequent mistake is to sum `dout` itself.
#
# </details>


# %% answer="bn-sandwich-backward" minutes=10 difficulty=2 importance=2
def affine_norm_relu_backward(dout, cache):
    """Backpropagate through affine_norm_relu_forward.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Upstream gradient, of the loss with respect to the output.
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


# %% [markdown] hint="bn-sandwich-backward"
# <details><summary>Hint 1: where to look</summary>
#
# Read the lower row of the drawing from right to left. What does each box take besides a
# gradient?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `relu_backward`, one of your three backward passes of a normalisation, `affine_backward`.
# The first returns one gradient, the other two return three each.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Unpack the cache in the order in which you packed it.
# 2. Go back through the ReLU, then the normalisation (keep `dgamma` and `dbeta`), then the
#    affine layer.
# 3. Return five gradients in the order of the inputs. With batch normalisation `db` is zero
#    up to rounding.
#
# </details>

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
swapped = "dgamma and dbeta are swapped."
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
# **Further reading**
#
# - Ioffe and Szegedy, 2015, [arXiv:1502.03167](https://arxiv.org/abs/1502.03167), section 3.2:
#   why they normalise $Wx + b$ and not $x$. 5 minutes.
# - Bjorck et al., *Understanding Batch Normalization*, 2018,
#   [arXiv:1806.02375](https://arxiv.org/abs/1806.02375). It measures what large learning
#   rates do to networks with and without these blocks; read sections 1 and 3. 25 minutes.
#
# **Harder (optional, no points).** After training, the block in test mode is an affine layer
# with a ReLU: fold running averages, $\gamma$ and $\beta$ into $W$ and $b$. Check that the
# outputs agree. Deployed networks use this to save time.
#
# <details><summary>Compare your answer</summary>
#
# With $s = \gamma / \sqrt{\text{running variance} + \varepsilon}$, multiply column $j$ of $W$
# by $s_j$, and set $b' = (b - \text{running mean})\, s + \beta$.
#
# </details>

# %% [markdown]
# ## 6. What it is good for
#
# Is the layer worth its price? For image classifiers the answer of the years after 2015 was
# yes: nearly all of them used it. Since about 2020 there is more doubt: Brock et al. (2021)
# trained large image classifiers without any normalisation to the same accuracy, and
# transformers use layer normalisation. Three experiments with your own functions show what
# it does to speed, to initialisation and to small batches.
#
# After this section you can say from your own measurements when batch normalisation helps.
#
# The package's `FullyConnectedNet` calls your functions by name, before every ReLU. The first
# experiment trains six layers on 1000 images, with and without. Predict: which reaches the
# higher *training* accuracy after 10 epochs, and by how many points?


# %% tags=["experiment"]
real = find_cifar10() is not None  # the real CIFAR-10 is worth more steps
data = split_cifar10(1000, 500, 1)
#: How curves look: colours and markers that the colour-blind can tell apart.
LOOKS = {
    None: {"color": "#66717e", "marker": "o", "label": "without"},
    "batchnorm": {"color": "#0072b2", "marker": "s", "label": "batchnorm"},
}


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
    trained = {}
    for kind, look in LOOKS.items():
        solver = train_net(kind, [100] * 5, 1000, own_layers(), 10, 2e-2, batch_size=50)
        trained[kind] = solver
        histories = (
            solver.loss_history,
            solver.train_acc_history,
            solver.val_acc_history,
        )
        for ax, values in zip(axes, histories, strict=True):
            ax.plot(values, markersize=4, markevery=max(1, len(values) // 10), **look)
        print(
            f"{look['label']:10} training {solver.train_acc_history[-1]:.2f}, "
            f"validation {solver.val_acc_history[-1]:.2f}"
        )
    axes[0].set(ylabel="loss", xlabel="step", ylim=(0, 4))
    axes[1].set(ylabel="training accuracy", xlabel="epoch", ylim=(0, 1))
    axes[2].set(ylabel="validation accuracy", xlabel="epoch", ylim=(0, 1))
    axes[0].legend(frameon=False)
    plt.show()

# %% [markdown]
# The normalised network fits the training images much faster. Its *validation* accuracy gains
# little or nothing here: normalisation first of all helps the optimisation. It is no cure for
# overfitting.
#
# Next, eight layers and initial weights of every *scale* (standard deviation), from far too
# small to far too large. Predict: over how many powers of ten does each network learn? With
# the real CIFAR-10 on the disk there are more scales, images and epochs; the curves get
# smoother, and it takes about 15 seconds.

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
        for kind, look in LOOKS.items():
            values = [result[place] for result in found[kind]]
            ax.semilogx(scales, values, markersize=4, **look)
        ax.set(
            ylabel=title,
            xlabel="scale of the initial weights",
            ylim=(0, 5) if place == 0 else (0, 1),
        )
    axes[0].legend(frameon=False)
    plt.show()

# %% [markdown] question="bn-scale" points=2 minutes=10
# **Question 2 (2 points).** Describe how the scale of the initial weights affects the
# networks with and without batch normalisation. Explain both ends: why does the plain
# network fail with small weights, why with large ones, and why does the normalised one
# tolerate both?

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
# The third experiment varies the batch size. Predict: which of the two layers suffers from a
# batch of 5?

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
        place = sizes.index(size)
        look = {"color": figures.COLOURS[place], "marker": "o^s"[place]}
        look["markersize"] = 4
        ax.plot(solver.train_acc_history, label=f"batches of {size}", **look)
        ax.plot(solver.val_acc_history, "--", **look)
        ax.set(title=f"{kind}: training —, validation - -", xlabel="epoch", ylim=(0, 1))
    axes[0].set_ylabel("accuracy")
    axes[1].legend(frameon=False)
    plt.show()

# %% [markdown] question="bn-batch" points=2 minutes=10
# **Question 3 (2 points).** What do small batches do to the two layers, and why? Mind that
# a smaller batch also means more steps in an epoch. What does batch normalisation do to a
# batch of one in train mode?

# %% [markdown] marking="bn-batch"
# Batch normalisation gets worse with small batches, relative to the number of steps it
# takes: mean and variance of five examples are noisy estimates, different in every step and
# different from the running averages of test mode. Layer normalisation takes its
# statistics from one example, so the batch does not matter to it; with more steps in an
# epoch, small batches even learn faster per epoch there. A batch of one is its own mean:
# $\hat x = 0$, the output is $\beta$ whatever comes in, and no gradient reaches $x$.
#
# *Marking:* 0.5 for noisy statistics of small batches, 0.5 for "layer normalisation does
# not look at the batch", 1 for the batch of one (0.5 for "does not work" without reason).

# %% [markdown] question="bn-layer" points=2 minutes=10
# **Question 4 (2 points).** When does layer normalisation work badly: in a very deep
# network, with very few units in a layer, or with strong L2 regularisation? Give a reason
# for your choice, and one against each of the others.

# %% [markdown] marking="bn-layer"
# With very few units: mean and variance over two or three numbers say little, and the
# normalised values can take few patterns only (for two units always $-1$ and $1$, so the
# size of the signal is lost). Depth is no obstacle; keeping the scale is what it is for. A
# strong L2 regularisation shrinks the weights, which matters little here, since the
# normalisation divides a factor of the weights away.
#
# *Marking:* 1.5 for few units with the reason; 0.5 for why one of the others is not
# special. Depth as an answer: no point.

# %% [markdown]
# **Further reading**
#
# - Wu and He, *Group Normalization*, 2018,
#   [arXiv:1803.08494](https://arxiv.org/abs/1803.08494). Figure 1 is your last plot, on
#   ImageNet. 5 minutes.
# - Brock et al., *High-Performance Large-Scale Image Recognition Without Normalization*, 2021,
#   [arXiv:2102.06171](https://arxiv.org/abs/2102.06171). Section 2 lists what batch
#   normalisation does, for better and for worse. 15 minutes.
#
# **Harder (optional, no points).** Repeat the second experiment with He's initialisation in
# place of a fixed scale. How much of the advantage of batch normalisation is left?
#
# <details><summary>Compare your answer</summary>
#
# He's rule keeps the activations at their size without any normalisation. So expect the plain
# network to learn as well, and most of the gap at badly chosen scales to go. What may be left is what the
# scale does not explain: larger learning rates that still converge. So search the learning rate
# for both networks before you compare them.
#
# </details>

# %% [markdown]
# ## 7. For lunch: the sorted batch
#
# A student trained the six-layer network of section 6 and measures its validation accuracy
# with batches of 100. By mistake the network is in train mode, so it normalises with the
# statistics of each batch. The first run shuffles the images, the second takes them sorted
# by class. **All weights are the same.** Write down three numbers before you run the cell:
# the accuracy in test mode, in train mode shuffled, and in train mode sorted.

# %% tags=["experiment"]


def accuracy_in_train_mode(params, order, batch):
    """Classify the validation images in some order, with batch statistics."""
    right = 0
    for part in np.split(order, range(batch, len(order), batch)):
        h = data["X_val"][part].reshape(len(part), -1)
        for i in range(1, 6):
            scale, shift = params[f"gamma{i}"], params[f"beta{i}"]
            w, b = params[f"W{i}"], params[f"b{i}"]
            h, _ = affine_norm_relu_forward(h, w, b, scale, shift, {"mode": "train"})
        scores = h @ params["W6"] + params["b6"]
        right += np.sum(scores.argmax(axis=1) == data["y_val"][part])
    return right / len(order)


with needs_answers():
    if "batchnorm" not in trained:
        raise NotImplementedError("bn-layer-backward: section 6 needs it.")
    model, y_val = trained["batchnorm"].model, data["y_val"]
    orders = {
        "shuffled": np.random.default_rng(231).permutation(len(y_val)),
        "sorted by class": np.argsort(y_val, kind="stable"),
    }
    sizes = [5, 10, 25, 50, 100, 250, 500]
    fig, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
    for (name, order), marker in zip(orders.items(), "os", strict=True):
        found = [accuracy_in_train_mode(model.params, order, size) for size in sizes]
        print(f"{name:16} {found[sizes.index(100)]:.3f} with batches of 100")
        ax.semilogx(sizes, found, marker=marker, label=f"train mode, {name}")
    in_test_mode = np.mean(model.loss(data["X_val"]).argmax(axis=1) == y_val)
    print(f"{'test mode':16} {in_test_mode:.3f}")
    ax.axhline(in_test_mode, color=figures.GREY, linestyle=":", label="test mode")
    ax.set(xlabel="batch size", ylabel="validation accuracy", ylim=(0, 0.6))
    ax.set_xticks(sizes, [str(size) for size in sizes], minor=False)
    ax.minorticks_off()
    ax.legend(frameon=False, fontsize="small", loc="upper left", ncols=2)
    plt.show()

# %% [markdown]
# Discuss before you open the explanation: where did the accuracy go? Do the weights hold less
# information? Which measurement would decide?
#
# <details><summary>One explanation</summary>
#
# Most people suspect overfitting, but all three runs have the same weights. Statistics of
# 100 shuffled images resemble the running averages, so the accuracy hardly changes. A sorted
# batch holds two or three of the ten classes. Its mean contains what sets the class apart from others, and
# normalisation subtracts it: afterwards all classes look alike. The curve over batch size
# supports that. The sorted accuracy rises as soon as a batch holds several classes, and
# reaches the shuffled one when it holds all. A further test: make batches of 50 images with
# 1, 2, 5 and 10 classes. The trap is real: forgetting `model.eval()` is a common bug in
# PyTorch, and a sorted validation set makes it visible.
#
# </details>

# %% [markdown]
# ## Your layers beside the package's
#
# The same network, the same initial weights, the same batches. The losses of the first steps
# should agree to about six digits; after that, rounding drives the two apart.

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
# Two layers that keep the activations of a network in order, a gradient that you derived
# twice, and measurements that tell you which of the two to choose. `convolutional_networks`
# carries both over to images.
