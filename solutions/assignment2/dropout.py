# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Dropout
#
# A network with far more parameters than training images can *overfit*: it memorises the
# training set and generalises poorly. *Dropout* is one form of regularisation against it. In
# every step of training it switches a random half of the units off, so that no unit can rely
# on a particular other one. You write the layer and its relative DropConnect, measure what
# they do to activations and accuracy, and find out what dropout does *not* prevent.
#
# **You need:** the notebook `two_layer_net`. **Time (our estimate, as are all minutes below):**
# about an hour and a half.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests
# below it. A test that fails says what it expected, what it got and where to look; one
# that passes prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures, layers
from cs231n.data import split_cifar10
from cs231n.gradcheck import eval_numerical_gradient_array
from cs231n.nets.fully_connected import FullyConnectedNet
from cs231n.notebook import needs_answers, quick
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
READY = ["FullyConnectedNet", "layers", "eval_numerical_gradient_array", "torch"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()

# %% [markdown]
# ## 1. The forward pass
#
# Averaging the predictions of many networks almost always helps, but training many networks
# is expensive. Hinton et al. (2012) and Srivastava et al. (2014) proposed dropout as a cheap
# substitute. Each step trains another *thinned* network, and all of them share their weights.
# They reported lower test errors on images, speech and text; AlexNet (Krizhevsky et al., 2012)
# relied on it. Whether the averaging explains the gain is still discussed: others read
# dropout as noise that acts like an adaptive L2 regularisation (Wager et al., 2013). The price
# is slower training. Convolutional networks of today use it little, since batch normalisation
# and data augmentation took over much of its work; transformers still use it.
#
# After this section you can drop activations in train mode and say what stays the same on
# average.
#
# In *train mode* every number of $x$ is **kept** with probability $p$ and set to zero
# otherwise, independently of all the others. What is kept is divided by $p$:
#
# $$\text{out} = x \odot m, \qquad
# m_i = \begin{cases} 1/p & \text{with probability } p \\ 0 & \text{otherwise.}
# \end{cases}$$
#
# In *test mode* nothing happens: $\text{out} = x$. This form is called *inverted dropout*: the
# factor $1/p$ stands in train mode, so that test mode costs nothing.

# %% drawing="dropout-mask"
kept = [[1, 0, 1, 0], [0, 1, 1, 1]]
drawings.show(
    drawings.dropout_mask([[1, 4, 2, 3], [5, 2, 6, 1]], kept, p=0.5),
    "Two rows of four activations times a mask of twos and zeros. The product keeps five of "
    "the eight numbers, each doubled, and is zero elsewhere.",
)

# %% [markdown]
# *Dropout with $p = 0.5$. Every activation has an entry of the mask of its own. Kept numbers
# are doubled, so the sum of a row stays the same on average, though not in this draw.*
#
# **Careful with the name.** `p` is the probability to **keep** here, as in most of the
# course's editions. In PyTorch, and in the oldest editions, it is the probability to drop.
#
# **Worked example.** Four activations and $p = 0.5$, without NumPy. The uniform random numbers
# are written down, so that you can follow each decision:

# %%
p = 0.5
activations, uniform = [1.0, 4.0, 2.0, 3.0], [0.31, 0.85, 0.12, 0.66]
mask = [1 / p if u < p else 0.0 for u in uniform]
print("mask", mask, "  out", [a * m for a, m in zip(activations, mask, strict=True)])
print("sum before", sum(activations), "  after", 1.0 * 2 + 2.0 * 2)
print("expected value of a mask entry:", p * (1 / p) + (1 - p) * 0)

# %% [markdown]
# In your answer random numbers come from `rng`, made in the first lines; `rng.random(shape)`
# draws uniformly between 0 and 1.
#
# **Predict, then check.** `x` is full of ones and `p` is 0.25. Which values does `out` have,
# how many of each, and what is their mean?
#
# <details><summary>Check your prediction</summary>
#
# About a quarter of the numbers are 4, and three quarters are 0. The mean is
# $0.25 \cdot 4 = 1$, as before. The variance was 0 and is now $0.25 \cdot 16 - 1 = 3$: dropout
# keeps the mean and adds noise.
#
# </details>


# %% answer="dropout-forward" minutes=10 difficulty=1 importance=3
def dropout_forward(x, dropout_param):
    """Keep each number with probability p and scale it up, or set it to zero.

    Parameters
    ----------
    x : ndarray of any shape
        Inputs.
    dropout_param : dict
        p, the probability to keep a number; mode, "train" or "test". Optional: rng, a
        numpy.random.Generator, or seed, a number that makes every call draw the same.

    Returns
    -------
    out : ndarray, shaped like x and of its dtype
    cache : tuple
        (dropout_param, mask), where the mask is 1 / p or 0; None in test mode.
    """
    p, mode = dropout_param["p"], dropout_param["mode"]
    rng = dropout_param.get("rng") or np.random.default_rng(dropout_param.get("seed"))
    mask = None
    ### BEGIN SOLUTION
    if mode == "train":
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    else:
        out = x
    ### END SOLUTION
    cache = (dropout_param, mask)
    return out.astype(x.dtype, copy=False), cache


# %% [markdown] hint="dropout-forward"
# <details><summary>Hint 1: where to look</summary>
#
# How many random numbers do you need for `x`? What is the chance that a uniform number lies
# below $p$?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Draw uniform numbers from `rng` in the shape of `x`. A comparison gives an array of booleans,
# which arithmetic treats as 0 and 1.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. In train mode: uniform numbers, compared with `p`.
# 2. Turn the booleans into the mask of the drawing, with both of its values.
# 3. Multiply elementwise. `mask` has to survive, because the cache takes it.
# 4. In test mode: `out` is `x`, and `mask` stays `None`.
#
# </details>

# %% test="dropout-forward" points=1
x = np.ones((300, 200))
for p in (0.25, 0.7):
    param = {"mode": "train", "p": p, "seed": int(rng.integers(1 << 31))}
    with unchanged(x=x):
        answer = dropout_forward(x, param)
    out, _ = expect_tuple(answer, "out", "cache")
    expect_array(out, x.shape, "out")
    expect(np.isfinite(out).all(), "out holds NaN or infinite numbers.")
    kept = np.asarray(out)[out != 0]
    share = kept.size / x.size
    expect(share > 0, f"All of out is 0; with p = {p} a share of {p} should be kept.")
    expect(
        share < 1,
        f"Nothing is dropped: no number of out is 0, and with p = {p} a share of "
        f"{1 - p:.2f} should be.",
    )
    expect_close(
        kept,
        np.full(kept.shape, 1 / p),
        f"what is kept of ones for {p = }",
        faults={
            "What is kept is not scaled up, so the mean falls.": np.ones(kept.shape),
            "What is kept is multiplied by p; it should grow, not shrink.": (
                np.full(kept.shape, p)
            ),
            "p is the probability to keep a number; here it is taken for the one to drop "
            "it.": np.full(kept.shape, 1 / (1 - p)),
            "What is kept is scaled twice.": np.full(kept.shape, 1 / p**2),
        },
    )
    expect(
        abs(share - (1 - p)) > 0.02,
        f"{share:.1%} of the numbers are kept; expected {p:.0%}. The comparison is "
        f"turned round: p is the probability to keep a number.",
    )
    for axis, line in ((1, "row"), (0, "column")):
        spread = np.ptp((out != 0).mean(axis=axis))
        expect(
            spread < 0.6,
            f"The mask changes whole lines at once: one {line} keeps nearly all, another "
            f"nearly nothing. Each number of x needs a random number of its own.",
        )
    expect(
        abs(share - p) < 0.02,
        f"{share:.1%} of the numbers are kept; expected {p:.0%}.",
    )
expect_source(dropout_forward, without=READY)
passed("dropout-forward", "what is kept of ones, how much, and where")

# %% test="dropout-forward" part="test" points=1
for shape, dtype in [((30, 20), np.float64), ((4, 3, 5), np.float32)]:
    x = rng.uniform(1, 2, shape).astype(dtype)
    with unchanged(x=x):
        answer = dropout_forward(x, {"mode": "test", "p": 0.25})
    out, _ = expect_tuple(answer, "out", "cache")
    expect_array(out, shape, "out in test mode")
    expect(np.all(out), "In test mode numbers are dropped; all of them should pass.")
    expect_close(
        out,
        x,
        "out in test mode",
        dtype=dtype,
        hint="In test mode the numbers pass unchanged.",
        faults={
            "In test mode nothing is scaled: training has done it already.": x * 0.25,
            "In test mode nothing is scaled up.": x / 0.25,
        },
    )
    out, _ = expect_tuple(
        dropout_forward(x, {"mode": "train", "p": 1.0}), "out", "cache"
    )
    expect_close(out, x, "out for p = 1", hint="p = 1 keeps everything.")
passed("dropout-forward", "test mode passes everything on, and so does p = 1")

# %% test="dropout-forward" part="shapes" points=1
for shape, p, dtype in [
    ((70, 230), 0.4, np.float32),
    ((5, 3, 31, 37), 0.8, np.float64),
    ((20000,), 0.1, np.float32),
]:
    x = (rng.choice([-1, 1], shape) * rng.uniform(1, 3, shape)).astype(dtype)
    param = {"mode": "train", "p": p, "seed": int(rng.integers(1 << 31))}
    with unchanged(x=x):
        out, _ = expect_tuple(dropout_forward(x, param), "out", "cache")
    where = f"(x {shape}, {np.dtype(dtype)}, {p = })"
    expect_array(out, shape, f"out {where}")
    kept = np.asarray(out) != 0
    scaled = np.where(kept, x / p, 0)
    expect_close(out, scaled, f"out {where}", rtol=1e-5, dtype=dtype)
    expect(abs(kept.mean() - p) < 0.03, f"{kept.mean():.1%} kept {where}.")
    expect(
        abs(kept[x > 0].mean() - kept[x < 0].mean()) < 0.06,
        "Positive and negative numbers should be kept equally often; what is kept may "
        "not depend on x.",
    )
passed("dropout-forward", "random numbers of any shape, float32")

# %% test="dropout-forward" part="calls" points=1
x = rng.uniform(1, 2, (40, 30))
seed = int(rng.integers(1 << 30))


def masked(**more):
    """Drop half of x."""
    param = {"mode": "train", "p": 0.5, **more}
    return expect_tuple(dropout_forward(x, param), "out", "cache")[0]


expect(
    not np.array_equal(masked(), masked()),
    "Without a seed two calls dropped the same numbers: a new mask is due in every call.",
)
expect(
    np.array_equal(masked(seed=seed), masked(seed=seed)),
    "With one seed two calls dropped different numbers: draw from rng.",
)
expect(
    not np.array_equal(masked(seed=seed), masked(seed=seed + 1)),
    "Two seeds dropped the same numbers: draw from rng.",
)
passed("dropout-forward", "a new mask in every call, the same for the same seed")

# %% [markdown]
# **Look at it.** Numbers with mean 10 go through with three values of `p`. Predict: does the
# mean depend on `p`? Does the share of zeros?
#
# <details><summary>Check your prediction</summary>
#
# The mean does not: dividing by $p$ makes up for what is dropped. The share of zeros does; it is
# $1 - p$. The means in train mode differ a little from 10, because each is one draw of the mask.
#
# </details>

# %% tags=["nbval-check-output"]
with needs_answers():
    x = np.random.default_rng(231).standard_normal((500, 500)) + 10
    for p in (0.25, 0.4, 0.7):
        out, _ = dropout_forward(x, {"mode": "train", "p": p, "seed": 231})
        test, _ = dropout_forward(x, {"mode": "test", "p": p})
        print(
            f"p = {p:.2f}:  mean {x.mean():.1f} -> {out.mean():.1f} in train mode, "
            f"{test.mean():.1f} in test mode;  zeros {np.mean(out == 0):.2f}"
        )

# %% [markdown]
# The mean stays, the variance does not. One unit, which adds 100 inputs with weights of its
# own, sees this noise: the same inputs, 2000 masks. The line marks its value in test mode.

# %%
with needs_answers():
    draw = np.random.default_rng(231)
    x, w = draw.random(100), draw.standard_normal(100) / 10 + 0.06
    fig, axes = plt.subplots(1, 3, figsize=(8, 2), sharex=True, layout="constrained")
    for ax, p in zip(axes, (0.9, 0.5, 0.1), strict=True):
        many = np.broadcast_to(x, (2000, 100))
        out, _ = dropout_forward(many, {"mode": "train", "p": p, "seed": 231})
        ax.hist(out @ w, bins=np.linspace(-5, 15, 61), color="#0072b2")
        ax.axvline(x @ w, color=figures.GREY, linewidth=1)
        ax.set(title=f"p = {p}", xlabel="pre-activation", yticks=[])
    plt.show()

# %% [markdown] question="dropout-scale" points=2 minutes=10
# **Question 1 (2 points).** A student leaves out the division by $p$, trains with
# $p = 0.25$, and tests. What arrives at the next layer at test time, compared with what it
# was trained on? Name a fix that changes only the test code, and say why we prefer ours.

# %% [markdown] marking="dropout-scale"
# At test time all units are on, so the sums are about four times ($1/p$) as large as those
# that the next layer has learned to expect; scores become far too confident, later
# layers work at another point of their curve, biases count for too little. Fix: multiply
# by $p$ in test mode. Ours leaves the test code alone, so that a trained network runs
# without any trace of dropout, and $p$ may be changed after training.
#
# *Marking:* 1 for "larger by $1/p$ on average" (0.5 for "a different scale"); 0.5 for
# multiplying by $p$ in test mode; 0.5 for the reason.

# %% [markdown]
# **Further reading**
#
# - Srivastava et al., *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014,
#   [JMLR 15](https://jmlr.org/papers/v15/srivastava14a.html). Section 7 shows what features
#   learn with and without it. 20 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 7.12](https://www.deeplearningbook.org/contents/regularization.html). 20 minutes.
#
# **Harder (optional, no points).** Replace the mask by Gaussian noise,
# $m_i \sim \mathcal N(1, (1 - p)/p)$. Why this variance? Try it in section 4.
#
# <details><summary>Compare your answer</summary>
#
# A mask entry has the mean 1 and the variance $p \cdot (1/p)^2 - 1 = (1 - p)/p$. Gaussian noise
# with the same two moments does about as well, as Srivastava et al. report in section 10.
#
# </details>

# %% [markdown]
# ## 2. The backward pass
#
# How do you differentiate a layer that throws dice? Dropout multiplies activations by numbers,
# and once these are drawn, they are constants. Backpropagation therefore treats the mask as
# data. Srivastava et al. (2014) describe training in this way: each example goes forward *and*
# backward through its own thinned network. So both passes need the *same* mask, and the
# forward pass has to keep it. The cost is memory of the size of the activations. Some libraries
# keep the state of the random generator instead, and draw the mask a second time.
#
# After this section you can backpropagate through a layer with random numbers in it.
#
# The output is $x_i m_i$, so with the upstream gradient $\partial L/\partial\,\text{out}_i$
#
# $$\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial\,\text{out}_i}\; m_i .$$

# %% drawing="dropout-backward"
upstream = [[1, 2, -1, 3], [2, -2, 1, 4]]
kept = [[1, 0, 1, 0], [0, 1, 1, 1]]
drawings.show(
    drawings.dropout_mask([[1, 4, 2, 3], [5, 2, 6, 1]], kept, p=0.5, grads=upstream),
    "Two rows of four upstream gradients times the mask of the forward pass, twos and zeros. "
    "Gradients of dropped activations become zero, the others are doubled.",
)

# %% [markdown]
# *The mask is the one of the first drawing. Where an activation was dropped, no gradient
# passes; where it was doubled, its gradient is doubled too.*
#
# **Worked example.** The worked example of section 1, with an upstream gradient and a gradient
# check of one entry:

# %%
dout, mask = [1.0, 2.0, -1.0, 3.0], [2.0, 0.0, 2.0, 0.0]
print("dx", [d * m for d, m in zip(dout, mask, strict=True)])
loss = lambda first: dout[0] * first * mask[0]
print("dx[0] numerically", round((loss(1.0 + 1e-4) - loss(1.0 - 1e-4)) / 2e-4, 6))

# %% [markdown]
# **Predict, then check.** A colleague recovers the mask in the backward pass from the output:
# `dx = dout * (out != 0) / p`. For which inputs does that go wrong?
#
# <details><summary>Check your prediction</summary>
#
# Where an input was 0 already and was kept. Its gradient should be `dout / p`, but the trick
# gives 0. After a ReLU about half of the activations are 0, and there the mistake is invisible,
# since the ReLU passes no gradient to them anyway.
#
# </details>


# %% answer="dropout-backward" minutes=5 difficulty=1 importance=3
def dropout_backward(dout, cache):
    """Backpropagate through dropout_forward.

    Parameters
    ----------
    dout : ndarray
        Upstream gradient, of the loss with respect to the output.
    cache : tuple
        (dropout_param, mask), as dropout_forward returned it.

    Returns
    -------
    dx : ndarray, shaped like dout
    """
    dropout_param, mask = cache
    mode = dropout_param["mode"]
    ### BEGIN SOLUTION
    dx = dout * mask if mode == "train" else dout
    ### END SOLUTION
    return dx


# %% [markdown] hint="dropout-backward"
# <details><summary>Hint 1: where to look</summary>
#
# What does the cache hold in train mode, and what in test mode?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# One elementwise product in train mode. The scale $1/p$ is in the mask already.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Train mode: the equation above, with the mask of the cache.
# 2. Test mode: the layer was the identity. What is the gradient of the identity?
#
# </details>

# %% test="dropout-backward" points=1
x, dout = np.ones((4, 6)), np.arange(24.0).reshape(4, 6) + 1
for mode in ("train", "test"):
    param = {"mode": mode, "p": 0.4, "seed": int(rng.integers(1 << 31))}
    out, cache = expect_tuple(dropout_forward(x, param), "out", "cache")
    out = np.array(out)
    # Every output depends on its own input alone, so all of them may move at once.
    up, down = (dropout_forward(x + step, dict(param))[0] for step in (1e-5, -1e-5))
    expected = dout * (np.array(up) - down) / 2e-5
    reaches = np.mean(expected != 0)
    expect(
        reaches == 1 if mode == "test" else 0 < reaches < 1,
        f"Write dropout_forward first: {reaches:.0%} of out follow x in mode {mode!r}.",
    )
    with unchanged(dout=dout):
        dx = dropout_backward(dout, cache)
    expect_array(dx, x.shape, "dx")
    zero = np.asarray(dx) == 0
    expect(
        zero.all() or not zero.any() or np.array_equal(zero, out == 0),
        "dx is 0 elsewhere than out was: a new mask was drawn. The gradient needs the "
        "mask of the forward pass.",
    )
    expect_close(
        dx,
        expected,
        f"dx, mode {mode!r}",
        rtol=1e-5,
        atol=1e-7,
        faults={
            "dout is left out: this is the mask itself.": out,
            "The gradient passes everywhere, also where numbers were dropped.": dout,
            "The gradient lacks the scale of the forward pass.": 0.4 * expected,
            "The gradient is scaled twice: the mask has the scale in it already.": (
                expected / 0.4
            ),
        },
    )
expect_source(dropout_backward, without=READY)
passed("dropout-backward", "both modes, after your forward pass on ones")

# %% test="dropout-backward" part="shapes" points=1
for shape, p in [((10, 10), 0.2), ((3, 2, 5, 4), 0.75), ((1, 9), 0.5)]:
    x, dout = rng.normal(size=(2, *shape))
    for mode in ("train", "test"):
        param = {"mode": mode, "p": p, "seed": int(rng.integers(1 << 31))}
        up, down = (dropout_forward(x + step, dict(param))[0] for step in (1e-5, -1e-5))
        expected = dout * (np.array(up) - down) / 2e-5
        reaches = np.mean(expected != 0)
        expect(
            reaches == 1 if mode == "test" else x.size < 10 or 0 < reaches < 1,
            f"Write dropout_forward first: {reaches:.0%} of out follow x in mode {mode!r}.",
        )
        _, cache = expect_tuple(dropout_forward(x, dict(param)), "out", "cache")
        with unchanged(dout=dout):
            dx = dropout_backward(dout, cache)
            second = dropout_backward(dout, cache)
            single = dropout_backward(dout.astype(np.float32), cache)
        where = f"dx (x {shape}, {p = }, mode {mode!r})"
        expect_close(dx, expected, where, rtol=1e-5, atol=1e-7)
        expect_close(single, expected, f"{where} in float32", rtol=1e-4, atol=1e-5)
        expect(
            np.array_equal(second, dx),
            f"{where}: a second call gives something else. Is the cache changed?",
        )
passed("dropout-backward", "other shapes, float32, a second call; dout as it was")

# %% [markdown]
# **Further reading**
#
# - Srivastava et al., 2014, [JMLR 15](https://jmlr.org/papers/v15/srivastava14a.html). Section
#   5.1 describes the backward pass and what the authors combined it with. 5 minutes.
# - Zhang et al., *Dive into Deep Learning*,
#   [section 5.6](https://d2l.ai/chapter_multilayer-perceptrons/dropout.html): the layer in
#   three frameworks. 15 minutes.
#
# **Harder (optional, no points).** A bit would be enough for each entry of the mask. Write a pair
# of functions whose cache holds `np.packbits` of it. By which factor does the cache of a
# `float32` layer shrink? And what would you keep to get by without any mask?
#
# <details><summary>Compare your answer</summary>
#
# By 32 for a mask in `float32`: one bit in place of 32. `np.unpackbits` with `count=` and a reshape
# bring it back, and the scale $1/p$ is put on afterwards. Without a mask, keep what the generator
# was before it drew (`rng.bit_generator.state`) and draw again: that costs time in place of
# memory.
#
# </details>
#
# ## 3. In a network
#
# Where does dropout belong? Srivastava et al. put it behind hidden layers, with $p = 0.5$, and
# behind the input with $p = 0.8$. The package's `FullyConnectedNet` calls your two functions
# after every ReLU. A gradient check needs a loss that does not change between two calls. So
# the network takes a seed: every call then draws the same mask. Without it, the check would
# compare the losses of two different thinned networks.
#
# After this section you can check the gradients of a network with random layers.
#
# The check compares the derivative along a random direction $v$ with a difference:
#
# $$\langle \nabla L, v\rangle \approx \frac{L(w + h v) - L(w - h v)}{2h} .$$

# %% drawing="dropout-thinned"
drawings.show(
    drawings.thinned_nets(),
    "Three copies of a small network with 3, 4 and 2 units. In the first all units are on. In "
    "the second, dropout: three units are crossed out, and all their connections are dashed. "
    "In the third, DropConnect: all units are on, and about half of the connections are dashed.",
)

# %% [markdown]
# *Dropout removes units together with all their connections. The right network is the topic
# of section 5.*
#
# **Predict, then check.** Which error do you expect in the check without a seed: near
# $10^{-8}$, near $10^{-2}$, or of the size of 1?
#
# <details><summary>Check your prediction</summary>
#
# Of the size of 1. The difference of two losses under different masks does not shrink with
# $h$, and is then divided by the tiny $2h$.
#
# </details>


# %%
def numerical_slope(model, name, direction, X, y, step=6e-6):
    """Return the slope of the loss along one direction of one parameter."""
    start, losses = model.params[name], []
    for sign in (1, -1):
        model.params[name] = start + sign * step * direction
        losses.append(model.loss(X, y)[0])
    model.params[name] = start
    return (losses[0] - losses[1]) / (2 * step)


with needs_answers():
    mine = {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}
    draw = np.random.default_rng(231)
    X, y = draw.standard_normal((2, 15)), draw.integers(0, 10, 2)
    for keep in (1, 0.75, 0.5):
        model = FullyConnectedNet(
            [20, 30],
            15,
            dropout_keep_ratio=keep,
            weight_scale=5e-2,
            dtype=np.float64,
            seed=123,
            layers=mine,
        )
        loss, grads = model.loss(X, y)
        worst = 0
        for name, grad in grads.items():
            direction = draw.standard_normal(grad.shape)
            slope = numerical_slope(model, name, direction, X, y)
            expected = np.sum(grad * direction)
            worst = max(worst, abs(slope - expected) / (abs(slope) + abs(expected)))
        print(f"keep {keep}: loss {loss:.4f}, largest relative error {worst:.0e}")

# %% [markdown]
# `1` keeps everything and calls no dropout. Relative errors below $10^{-6}$ are fine.
#
# ## 4. Against overfitting
#
# Does it work? Srivastava et al. report that dropout lowered the test error on every data
# set they tried, with one exception: for very small training sets it did not help. A network
# with 500 hidden units and 500 training images is near that end.
#
# After this section you can read the curves of a regularised network: training accuracy,
# validation accuracy, and the *generalisation gap* between them.
#
# Predict, on paper, the four curves for no dropout and for $p = 0.25$: training and validation
# accuracy over 25 epochs. Which gap is larger? Then run the cell; question 2 below it asks what
# you saw.


# %% tags=["experiment"]
data = split_cifar10(500, 500, 1)
#: How curves look: colours and markers that the colour-blind can tell apart.
LOOKS = {
    1: {"color": "#66717e", "marker": "o"},
    0.5: {"color": "#0072b2", "marker": "s"},
    0.25: {"color": "#c94f00", "marker": "^"},
}


def train_with(keep, layers=None, num_epochs=25, seed=231, part=data):
    """Train on the 500 images; return the solver and the seconds it took."""
    model = FullyConnectedNet(
        [500],
        dropout_keep_ratio=keep,
        layers=layers,
        rng=np.random.default_rng(seed),
    )
    solver = Solver(
        model,
        part,
        update_rule="adam",
        optim_config={"learning_rate": 5e-4},
        num_epochs=num_epochs,
        batch_size=100,
        verbose=False,
    )
    start = time.perf_counter()
    solver.train()
    return solver, time.perf_counter() - start


with needs_answers():
    mine = {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}
    trained = {}
    fig, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
    for keep, look in LOOKS.items():
        trained[keep] = solver = train_with(keep, mine)[0]
        look = look | {"label": f"keep {keep}", "markersize": 4, "markevery": 3}
        axes[0].plot(solver.train_acc_history, **look)
        axes[1].plot(solver.val_acc_history, **look)
        print(
            f"keep {keep:<4}  train {solver.train_acc_history[-1]:.3f}  "
            f"validation {solver.val_acc_history[-1]:.3f}"
        )
    axes[0].set(title="training", xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    axes[1].set(title="validation", xlabel="epoch")
    axes[0].legend(frameon=False)
    plt.show()

# %% [markdown] question="dropout-curves" points=2 minutes=10
# **Question 2 (2 points).** Describe the two plots: what does dropout do to the training
# accuracy, to the validation accuracy, and to the generalisation gap? The training accuracy
# is measured in test mode; what would you see if it were measured in train mode?

# %% [markdown] marking="dropout-curves"
# With dropout the training accuracy rises more slowly and ends lower, the more so the
# smaller the share that is kept (about 0.95, 0.92 and 0.85 on the drawn images). The validation
# accuracy is as high or a little higher, by points, not by tens: 500 images are few, so the
# gap gets narrower mostly from above. Measured with masks the training accuracy would be
# lower still and noisier, because the network then works with a quarter of its units.
#
# *Marking:* 1 for a description that agrees with the student's own picture (slower in
# training, same or a little better in validation); 1 for "lower with masks" with its
# reason.

# %% [markdown]
# Why should one network with all units on behave like the thousands of thinned ones that
# were trained? Ask them. Each point is the validation accuracy when the *scores of several
# masked networks* are averaged; the line is the one network with everything on. Predict: how
# many masked networks does it take to reach the line: 3, 30 or 3000?

# %% tags=["experiment"]
with needs_answers():
    mine = {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}
    model = (trained.get(0.25) or train_with(0.25, mine)[0]).model
    X_val, y_val = data["X_val"], data["y_val"]
    hidden = np.maximum(X_val.reshape(len(X_val), -1) @ model.params["W1"], 0)
    total, right = 0, []
    for mask_number in range(100):
        masked, _ = dropout_forward(
            hidden, {"mode": "train", "p": 0.25, "seed": mask_number}
        )
        total = total + masked @ model.params["W2"] + model.params["b2"]
        right.append(np.mean(total.argmax(axis=1) == y_val))
    everything_on = np.mean(model.loss(X_val).argmax(axis=1) == y_val)
    fig, ax = plt.subplots(figsize=(5, 2.5), layout="constrained")
    ax.semilogx(
        np.arange(1, 101), right, ".-", color="#c94f00", label="masked, averaged"
    )
    ax.axhline(everything_on, color=figures.GREY, linestyle=":", label="everything on")
    ax.set(xlabel="masked networks averaged", ylabel="validation accuracy")
    ax.margins(y=0.15)
    ax.legend(frameon=False)
    plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# About 30: from there on the two differ by less than the noise of 500 images, whose standard
# error is 2 points. One pass through the whole network replaces them all, and costs a
# thirtieth.
#
# </details>

# %% [markdown] question="dropout-order" points=2 minutes=10
# **Question 3 (2 points).** The network has affine, ReLU, dropout. A student swaps the
# last two, with the same mask. What changes? And for affine, sigmoid, dropout?

# %% [markdown] marking="dropout-order"
# Nothing for ReLU: mask entries are not negative, so $\max(0, m x) = m \max(0, x)$ for
# $m = 0$ and $m = 1/p$; the gradients are equal too. For the sigmoid it matters: a zero
# before it becomes $\sigma(0) = 0.5$, so a switched-off unit still sends half its signal,
# and $\sigma(x/p) \ne \sigma(x)/p$, so the mean is not kept either.
#
# *Marking:* 1 for "nothing" with the reason (a factor that is not negative goes through
# the max); 1 for the sigmoid with $\sigma(0) \ne 0$ or the scale.

# %% [markdown]
# **For lunch: random labels.** A colleague says: "Dropout prevents memorising." Put it to the
# test. The same 500 images get labels at random, so there is *nothing* to learn but the
# images themselves. Zhang et al. (2017) reported that ordinary networks fit random labels
# perfectly. Write down three numbers before you run the cell: the training accuracy after 50
# epochs with everything on, with half of the units, and with a quarter of them. Guessing
# would give 0.10.

# %% tags=["experiment"]
with needs_answers():
    mine = {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}
    shuffled = np.random.default_rng(231).permutation(data["y_train"])
    fig, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
    for keep, look in LOOKS.items():
        part = data | {"y_train": shuffled}
        run = train_with(keep, mine, num_epochs=5 if quick() else 50, part=part)[0]
        look = look | {"label": f"keep {keep}", "markersize": 4, "markevery": 5}
        ax.plot(run.train_acc_history, **look)
        print(f"keep {keep:<4}  training accuracy {run.train_acc_history[-1]:.2f}")
    ax.axhline(0.1, color=figures.GREY, linestyle=":", label="guessing")
    ax.set(xlabel="epoch", ylabel="training accuracy, random labels", ylim=(0, 1.02))
    ax.legend(frameon=False)
    plt.show()

# %% [markdown]
# Discuss before you open the explanation: does dropout prevent memorising? If not, what does
# it do for the true labels? Which measurement would you add?
#
# <details><summary>One explanation</summary>
#
# With half of the units it still memorises nearly everything, with a quarter about nine images
# of ten (we measured 1.00, 0.95 and 0.92). Dropout makes memorising *slower* and costs
# capacity, yet 500 images are few for 1.5 million weights, even thinned. With true labels
# there is a second way to lower the training loss: features that many images share. Those
# survive a random mask better than features of a single image, so dropout tilts the balance
# towards them. A measurement that would show it: a training set with a quarter of wrong
# labels. Plot the accuracy on the right and on the wrong ones over time, with and without
# dropout (Arpit et al., 2017, did so).
#
# </details>
#
# **Further reading**
#
# - Zhang et al., *Understanding deep learning requires rethinking generalization*, 2017,
#   [arXiv:1611.03530](https://arxiv.org/abs/1611.03530). Section 2 has the experiment with
#   random labels. 15 minutes.
# - Arpit et al., *A Closer Look at Memorization in Deep Networks*, 2017,
#   [arXiv:1706.05394](https://arxiv.org/abs/1706.05394). Dropout is compared with other
#   regularisers there. 20 minutes.
#
# **Harder (optional, no points).** Leave dropout on at test time, and take the standard
# deviation of 100 masked predictions as a measure of doubt (Gal and Ghahramani, 2016). Are
# wrong predictions more doubtful than right ones?
#
# <details><summary>Compare your answer</summary>
#
# Expect yes on average: where the prediction depends on few units, masks change it more, and
# such predictions are more often wrong. Rank the images by their standard deviation, and
# compare the accuracy of the most doubtful tenth with that of the others. The measure costs 100
# forward passes. What it estimates is debated. It depends on your choice of $p$ and on the
# size of the scores, so it is no probability of error.
#
# </details>

# %% [markdown]
# ## 5. DropConnect
#
# Dropout switches units off. Wan et al. (2013) proposed to switch single weights off, and
# reported small gains over dropout on several image sets. It has stayed rare: the mask is as
# large as the weight matrix, and the products no longer have a simple form. The idea returned
# in *weight dropout* for recurrent networks (Merity et al., 2018).
#
# After this section you can backpropagate through an affine layer with masked weights.
#
# *DropConnect* has a mask of the shape of $W$, not of $x$ (the right network in section 3):
#
# $$\text{out} = x\,(W \odot m) + b .$$
#
# Here one mask serves the whole batch, the bias is always on, and $m$ is $1/p$ or 0 as
# before.

# %% drawing="dropout-connect"
drawings.show(
    drawings.masked_weights([[5, 2, 1], [7, 4, 3]], [[1, 0, 1], [0, 1, 1]], p=0.5),
    "The weights of two inputs and three outputs, 5, 2, 1 and 7, 4, 3, times a mask of twos "
    "and zeros. In use are 10, 0, 2 and 0, 8, 6: every output listens to another choice of "
    "inputs.",
)

# %% [markdown]
# *Read the last matrix by columns. The first output listens to the first input alone, the second
# to the second, the third to both. Dropout on the inputs would zero whole rows.*
#
# **Worked example.** One example with two inputs, one output, $p = 0.5$; the first weight is
# kept, the second is dropped:

# %%
x, w, b, mask = np.array([[2.0, 3.0]]), np.array([[5.0], [7.0]]), 1.0, [[2.0], [0.0]]
print("weights in use", (w * mask).ravel(), "  out", (x @ (w * mask) + b).ravel())
print("without a mask", (x @ w + b).ravel())

# %% [markdown]
# **Predict, then check.** For one input and one output, which values can `out` take, and what
# is its mean? Which values would *dropout* on the input give?
#
# <details><summary>Check your prediction</summary>
#
# $b$ with probability $1 - p$, and $x w / p + b$ with probability $p$; the mean is $x w + b$.
# Dropout on the input gives the same two values: with a single output the two are the same.
# With more outputs, dropout switches an input off for all of them at once.
#
# </details>


# %% answer="dropout-connect-forward" minutes=10 difficulty=2 importance=1
def dropconnect_forward(x, w, b, dropconnect_param):
    """Compute an affine layer of which only a share of the weights is on.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        Inputs.
    w : ndarray of shape (D, M)
        Weights.
    b : ndarray of shape (M,)
        Biases, which are always on.
    dropconnect_param : dict
        As for dropout_forward: p, mode, and rng or seed.

    Returns
    -------
    out : ndarray of shape (N, M), dtype of x
    cache : tuple
        Whatever the backward pass needs.
    """
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    seed = dropconnect_param.get("seed")
    rng = dropconnect_param.get("rng") or np.random.default_rng(seed)
    ### BEGIN SOLUTION
    mask = np.ones_like(w)
    if mode == "train":
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    out = x @ (w * mask) + b
    cache = (x, w, mask)
    ### END SOLUTION
    return out, cache


# %% [markdown] hint="dropout-connect-forward"
# <details><summary>Hint 1: where to look</summary>
#
# The mask multiplies $W$. Which shape does it have, and does it depend on the batch?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The mask is made as in section 1, with another shape. In test mode a mask of ones saves a
# second formula. Mind the dtype: booleans divided by a Python number are 64-bit floats.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. A mask of ones; in train mode a random one, in the dtype of `w`.
# 2. The affine layer with masked weights.
# 3. In `cache`, keep what the gradients of a product need, and the mask.
#
# </details>

# %% test="dropout-connect-forward" points=1
w, b = np.full((80, 50), 2.0), np.linspace(10, 11, 50)
param = {"mode": "train", "p": 0.4, "seed": int(rng.integers(1 << 31))}
with unchanged(w=w, b=b):
    answer = dropconnect_forward(np.eye(80), w, b, param)  # shows the weights
out, _ = expect_tuple(answer, "out", "cache")
expect_array(out, (80, 50), "out")
expect(np.ptp(out[out != 0]) > 0, "The bias is missing: it is always on.")
expect(
    not np.isclose(out, 0).any(),
    "Some of out is exactly 0, bias included: the mask belongs to w, not to out or b.",
)
on = out - b
kept = on[np.abs(on) > 1e-9]
share = kept.size / on.size
expect(share < 1, "Nothing is dropped: all the weights are on.")
expect_close(
    kept,
    np.full(kept.shape, 5.0),
    "the weights that are on",
    faults={
        "The weights that are on are not scaled up, so the mean falls.": (
            np.full(kept.shape, 2.0)
        ),
        "The weights that are on are multiplied by p; they should grow.": (
            np.full(kept.shape, 0.8)
        ),
        "p is the probability to keep a weight; here it is taken for the one to drop "
        "it.": np.full(kept.shape, 2 / 0.6),
    },
)
for axis, line in ((1, "row"), (0, "column")):
    expect(
        np.ptp((on > 1).mean(axis=axis)) < 0.8,
        f"Whole lines of w are off at once: one {line} keeps nearly all, another nearly "
        f"nothing. Each weight needs a random number of its own.",
    )
expect(
    abs(share - 0.4) < 0.06,
    f"{share:.1%} of the weights are on; expected 40 %.",
)
out, _ = dropconnect_forward(np.eye(80), w, b, {"mode": "test", "p": 0.4})
expect(
    (np.abs(out - b) > 1e-9).all(),
    "In test mode weights are off; all of them should be on.",
)
expect_close(
    out,
    w + b,
    "out in test mode",
    hint="In test mode this is an affine layer.",
    faults={
        "In test mode nothing is scaled: training has done it already.": 0.4 * w + b
    },
)
expect_source(dropconnect_forward, without=READY)
passed("dropout-connect-forward", "which weights are on, their scale, test mode")

# %% test="dropout-connect-forward" part="batch" points=1
for n, d, m, p, dtype in [(5, 40, 30, 0.3, np.float64), (60, 25, 60, 0.8, np.float32)]:
    x, w = (
        rng.normal(size=(n, d)).astype(dtype),
        rng.uniform(1, 2, (d, m)).astype(dtype),
    )
    b, seed = rng.normal(size=m).astype(dtype), int(rng.integers(1 << 30))

    def out_of(rows, seed, w=w, b=b, p=p):
        """Compute the layer on some rows."""
        param = {"mode": "train", "p": p, "seed": seed}
        return expect_tuple(dropconnect_forward(rows, w, b, param), "out", "cache")[0]

    where = f"({n = }, {d = }, {m = }, {p = }, {np.dtype(dtype)})"
    alike = out_of(np.repeat(x[:1], n, axis=0), seed)
    expect_array(alike, (n, m), f"out {where}")
    expect(
        np.allclose(alike, alike[:1], rtol=1e-3, atol=1e-3),
        "Equal examples of a batch come out different: one mask serves the whole batch.",
    )
    with unchanged(x=x, w=w, b=b):
        out, weights = out_of(x, seed), out_of(np.eye(d, dtype=dtype), seed)
    on = np.asarray(weights, dtype=float) - b
    expect_close(
        on,
        np.where(np.abs(on) > 0.5, w / p, 0),
        f"what is left of w {where}",
        rtol=1e-4,
        atol=1e-5,
    )
    expected = x.astype(float) @ on + b
    expect_close(out, expected, f"out {where}", rtol=1e-3, atol=1e-3, dtype=dtype)
    expect(
        not np.allclose(out, out_of(x, seed + 1)),
        "Two seeds gave the same mask: draw from rng.",
    )
passed(
    "dropout-connect-forward", "one mask for the batch, float32; inputs as they were"
)

# %% [markdown]
# The gradient follows from that of the affine layer with the weights $W \odot m$.
#
# **Predict, then check.** Which of `dx`, `dw` and `db` know of the mask, and where does it
# enter?
#
# <details><summary>Check your prediction</summary>
#
# `dx` is computed with the masked weights. `dw` is masked at the end, because a dropped
# weight had no influence on the loss. `db` does not know of it.
#
# </details>


# %% answer="dropout-connect-backward" minutes=10 difficulty=2 importance=1
def dropconnect_backward(dout, cache):
    """Backpropagate through dropconnect_forward.

    Parameters
    ----------
    dout : ndarray of shape (N, M)
        Upstream gradient, of the loss with respect to the output.
    cache : tuple
        As returned by dropconnect_forward.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dw : ndarray of shape (D, M)
    db : ndarray of shape (M,)
    """
    ### BEGIN SOLUTION
    x, w, mask = cache
    return dout @ (w * mask).T, (x.T @ dout) * mask, dout.sum(axis=0)
    ### END SOLUTION


# %% [markdown] hint="dropout-connect-backward"
# <details><summary>Hint 1: where to look</summary>
#
# Write $V = W \odot m$ for the weights in use. Between $x$ and the output nothing new has
# happened.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Backpropagate through the affine layer as in `two_layer_net`, with $V$ for the weights. That
# gives $\partial L/\partial V$. One elementwise step leads from there to $W$.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# $\partial V_{jk}/\partial W_{jk} = m_{jk}$. In the worked example, with an upstream gradient
# of 1, the first entry of `dw` is 4 and the second 0, and `dx` is (10, 0).
#
# </details>

# %% test="dropout-connect-backward" points=1
x, w = rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
b, dout = rng.normal(size=3), rng.normal(size=(5, 3))
param = {"mode": "train", "p": 0.5, "seed": int(rng.integers(1 << 31))}
out, cache = expect_tuple(dropconnect_forward(x, w, b, dict(param)), "out", "cache")
expect_array(out, dout.shape, "out of dropconnect_forward")
numerical = {
    "dx": eval_numerical_gradient_array(
        lambda v: dropconnect_forward(v, w, b, dict(param))[0], x, dout, batched=True
    ),
    "dw": eval_numerical_gradient_array(
        lambda v: dropconnect_forward(x, v, b, dict(param))[0], w, dout
    ),
    "db": eval_numerical_gradient_array(
        lambda v: dropconnect_forward(x, w, v, dict(param))[0], b, dout
    ),
}
others = [dropconnect_forward(x, w, b, param | {"seed": k})[0] for k in range(5)]
expect(
    numerical["dx"].any() and not np.isclose(others, out).all(),
    "Write dropconnect_forward first: out should follow x, and the seed.",
)
with unchanged(dout=dout, x=x, w=w):
    answer = dropconnect_backward(dout, cache)
grads = expect_tuple(answer, "dx", "dw", "db")
bare_dx, bare_dw, _ = layers.affine_backward(dout, layers.affine_forward(x, w, b)[1])
faults = {
    "dx": {
        "All the weights carry something back; those that were off should not.": bare_dx,
        "The mask enters twice.": 2 * numerical["dx"],
        "The scale is missing: what was on was also scaled up.": numerical["dx"] / 2,
    },
    "dw": {
        "Weights that were off get a gradient.": bare_dw,
        "The scale is missing: what was on was also scaled up.": numerical["dw"] / 2,
        "The mask enters twice.": 2 * numerical["dw"],
    },
    "db": {
        "This is the mean over the batch; sum.": numerical["db"] / 5,
        "The scale of the weights has nothing to do with the bias.": (
            2 * numerical["db"]
        ),
    },
}
for got, (name, expected) in zip(grads, numerical.items(), strict=True):
    expect_close(
        got,
        expected,
        name,
        rtol=1e-5,
        atol=1e-7,
        hint="Where does the mask enter, and where not?",
        shape_hint="Return (dx, dw, db), in this order.",
        faults=faults[name],
    )
expect_source(dropconnect_backward, without=READY)
passed(
    "dropout-connect-backward", "three gradients, against differences of your forward"
)

# %% test="dropout-connect-backward" part="modes" points=1
for n, d, m, p, mode in [(5, 3, 2, 0.6, "train"), (1, 2, 3, 0.3, "test")]:
    x, w = rng.normal(size=(n, d)), rng.normal(size=(d, m))
    b, dout = rng.normal(size=m), rng.normal(size=(n, m))
    param = {"mode": mode, "p": p, "seed": int(rng.integers(1 << 31))}
    out, cache = expect_tuple(dropconnect_forward(x, w, b, dict(param)), "out", "cache")
    others = [dropconnect_forward(x, w, b, param | {"seed": k})[0] for k in range(8)]
    expect(
        mode == "test" or not np.isclose(others, out).all(),
        "Write dropconnect_forward first: out should follow x, and the seed.",
    )
    with unchanged(dout=dout, x=x, w=w):
        grads = expect_tuple(dropconnect_backward(dout, cache), "dx", "dw", "db")
        again = expect_tuple(dropconnect_backward(dout, cache), "dx", "dw", "db")
    for place, name in enumerate(("dx", "dw", "db")):

        def forward(v, place=place, point=(x, w, b), param=param):
            moved = [*point[:place], v, *point[place + 1 :]]
            return dropconnect_forward(*moved, dict(param))[0]

        value = (x, w, b)[place]
        at_once = name == "dx"  # examples do not meet: one call moves them all
        expected = eval_numerical_gradient_array(forward, value, dout, batched=at_once)
        where = f"{name} ({n = }, {d = }, {m = }, {p = }, mode {mode!r})"
        expect_close(grads[place], expected, where, rtol=1e-5, atol=1e-7)
        expect(
            np.array_equal(again[place], grads[place]),
            f"{where}: a second call gives something else. Is the cache changed?",
        )
passed("dropout-connect-backward", "both modes, one example; dout as it was")

# %% [markdown]
# **For lunch.** One mask serves the whole batch here, while dropout draws a mask for every example. Both
# are right on average. A student finds the training loss with DropConnect much noisier from step
# to step, and suspects a bug. What else could it be, and which run would decide?
#
# <details><summary>Our answer, after yours</summary>
#
# With one mask all examples of a batch share the same error, so the batch cannot average it out. With a
# mask for each example, the errors are independent, and their mean over 100 examples has a tenth of the
# spread. To decide, compute the loss of one fixed batch under 50 different masks, for both methods, and
# compare the standard deviations. Then give dropout a single mask for the whole batch: it should become
# as noisy.
#
# </details>
#
# **Further reading**
#
# - Wan et al., *Regularization of Neural Networks using DropConnect*, 2013,
#   [PMLR 28](https://proceedings.mlr.press/v28/wan13.html). Sections 2 and 3. 15 minutes.
# - Merity, Keskar and Socher, *Regularizing and Optimizing LSTM Language Models*, 2018,
#   [arXiv:1708.02182](https://arxiv.org/abs/1708.02182), section 2. 5 minutes.
#
# **Harder (optional, no points).** Give every example of the batch a mask of its own. How much
# memory does that take for 100 examples, 3072 inputs and 500 units? Find a way without a loop
# (`np.einsum`), and measure it.
#
# <details><summary>Compare your answer</summary>
#
# $100 \cdot 3072 \cdot 500$ numbers, 614 MB in 32 bits; a mask for the whole batch takes 6 MB.
#
# </details>
#
# ## Your layer beside the package's
#
# The same network with the same initial weights, once with your dropout and once with the
# package's. Masks may differ, because your code may draw its numbers in another way; the
# accuracies should agree within the noise of two seeds.

# %% tags=["experiment"]
with needs_answers():
    mine = {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}
    runs = {
        "yours": train_with(0.5, mine, num_epochs=8),
        "the package's": train_with(0.5, num_epochs=8),
        "the package's, other seed": train_with(0.5, num_epochs=8, seed=232),
    }
    yours = runs["yours"][0]
    for name, (solver, seconds) in runs.items():
        apart = solver.best_val_acc - yours.best_val_acc
        print(
            f"{name:26}  validation {solver.best_val_acc:.3f} ({apart:+.3f})  "
            f"{seconds:.1f} s"
        )

# %% [markdown]
# ## What you have
#
# A layer of four lines, a gradient check for random layers, and a measured answer to what
# dropout prevents and what it does not. Ask of every layer what it does in train mode and
# what in test mode; for batch normalisation the difference is larger still.
