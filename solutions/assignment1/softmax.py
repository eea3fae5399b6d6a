# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A linear classifier that gives probabilities: softmax
#
# The support vector machine is content once every margin is kept. The *softmax
# classifier* has the same templates and another ambition: to say how probable each class
# is, and to be surprised as little as possible by the truth. You write its loss and
# gradient twice, learn why `np.exp` needs care, and compare the two classifiers.
#
# **You need:** the notebook `svm`. **Time:** about an hour.

# %% tags=["setup"]
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import vis
from cs231n.data import load_cifar10
from cs231n.demos import learning_rate_demo
from cs231n.nets.linear import LinearSVM, Softmax
from cs231n.nets.linear import softmax_loss_vectorized as package_loss
from cs231n.notebook import needs_answers
from cs231n.search import random_search, show_search
from cs231n.testing import (
    expect,
    expect_close,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["LinearSVM", "Softmax", "package_loss", "scipy", "sklearn", "torch"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)

# %% [markdown]
# ## The data
#
# Prepared as in the notebook `svm`: centred, flattened, and with a column of ones.

# %%
data = load_cifar10()
num_train = len(data.X_train) - 1000
mean_image = data.X_train[:num_train].mean(axis=0)


def as_rows(images):
    """Centre images, flatten them and append a column of ones."""
    rows = (images - mean_image).reshape(len(images), -1)
    return np.hstack([rows, np.ones((len(rows), 1), dtype=rows.dtype)])


X_train, y_train = as_rows(data.X_train[:num_train]), data.y_train[:num_train]
X_val, y_val = as_rows(data.X_train[num_train:]), data.y_train[num_train:]
X_test, y_test = as_rows(data.X_test[:1000]), data.y_test[:1000]
print(f"{data.source}: {X_train.shape} training, {X_val.shape} validation")

# %% [markdown]
# ## 1. The loss, plainly
#
# The scores $s = x_i W$ become probabilities by the *softmax*, and the loss is the
# surprise at the right class, the negative logarithm of its probability:
#
# $$p_j = \frac{e^{s_j}}{\sum_k e^{s_k}}, \qquad
# L = -\frac{1}{N} \sum_i \log p_{y_i} + \lambda \sum_{k,l} W_{kl}^2 .$$
#
# **The gradient** is as simple as one could wish. Raising the score $s_j$ raises the loss
# by $p_j$; only at the right class it lowers it by $1 - p_j$. So the gradient with respect
# to the scores is $p$, minus 1 at the right class.
#
# **The trap** is $e^{s}$. Scores of 1000 are nothing unusual, and $e^{1000}$ is no number
# a computer knows. Softmax does not change when one number is added to all scores of an
# image, so subtract the largest first: then the largest exponential is $e^0 = 1$.
#
# By hand, before you write: scores $(\ln 1, \ln 3, \ln 4)$. Which three probabilities?


# %% answer="softmax-loss-naive"
def softmax_loss_naive(W, X, y, reg):
    """Compute the cross-entropy loss and its gradient with loops.

    Parameters
    ----------
    W : ndarray of shape (D, C)
        Weights, one column for each class.
    X : ndarray of shape (N, D)
        Images, one in a row.
    y : ndarray of int, shape (N,)
        Classes, 0 to C - 1.
    reg : float
        Strength of the penalty reg * sum(W * W).

    Returns
    -------
    loss : float
    dW : ndarray of shape (D, C)
        Gradient of the loss with respect to W.
    """
    loss = 0.0
    dW = np.zeros_like(W)
    ### BEGIN SOLUTION
    num_train, num_classes = X.shape[0], W.shape[1]
    for i in range(num_train):
        scores = X[i] @ W
        exponentials = np.exp(scores - scores.max())
        p = exponentials / exponentials.sum()
        loss += np.log(exponentials.sum()) - (scores[y[i]] - scores.max())
        for j in range(num_classes):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]
    loss = loss / num_train + reg * np.sum(W * W)
    dW = dW / num_train + 2 * reg * W
    ### END SOLUTION
    return loss, dW


# %% test="softmax-loss-naive" points=2
# W is the identity, so X holds the scores. Image 0: probabilities 1/8, 3/8, 4/8, and class
# 1 is correct; image 1: probabilities 1/4, 1/4, 1/2, and class 2 is correct.
W, y = np.eye(3), np.array([1, 2])
X = np.log([[1.0, 3.0, 4.0], [2.0, 2.0, 4.0]])
loss, dW = expect_tuple(softmax_loss_naive(W, X, y, 0.0), "loss", "dW")
expect_close(
    loss,
    0.8369882168,
    "loss without regularisation",
    hint="Image 0 should cost log(8/3) = 0.981, image 1 log(2) = 0.693; take their mean.",
    faults={
        "This is the sum over the images; divide by their number.": 1.6739764336,
        "The sign is reversed: probabilities are below 1, so their logarithms are "
        "negative.": -0.8369882168,
        "These are logarithms to base 2; the natural one is asked for.": 1.2075187496,
        "These are logarithms to base 10; the natural one is asked for.": 0.363499364,
        "Divide by the number of images alone, not by the classes as well.": (
            0.2789960723
        ),
        "This is the mean probability of the correct class; its logarithm is missing.": (
            0.4375
        ),
        "The largest probability counts here; the correct class should.": 0.6931471806,
        "The sum runs over all images; each image needs a sum of its own.": (
            1.5301353973
        ),
        "The sum runs over the images; it should run over the classes of an image.": (
            0.6019864022
        ),
        "All classes count here; only the correct one should.": 1.203192313,
    },
)
expect_close(
    dW,
    [
        [0.0866433976, 0.0866433976, -0.1732867951],
        [0.1553066656, -0.2566729426, 0.101366277],
        [0.2599301927, -0.2599301927, 0.0],
    ],
    "dW without regularisation",
    hint="Start with the gradient with respect to the scores of one image.",
    faults={
        "Divide the gradient by the number of images as well.": [
            [0.1732867951, 0.1732867951, -0.3465735903],
            [0.3106133312, -0.5133458853, 0.2027325541],
            [0.5198603854, -0.5198603854, 0.0],
        ],
        "Take 1 off the correct class alone, not off every class.": [
            [-0.2599301927, -0.2599301927, -0.1732867951],
            [-0.7405730690, -0.6032465329, -0.4479398673],
            [-1.1263641684, -0.9530773733, -0.6931471806],
        ],
        "The correct class is treated like the others.": [
            [0.0866433976, 0.0866433976, 0.1732867951],
            [0.1553066656, 0.2926332017, 0.4479398673],
            [0.2599301927, 0.4332169878, 0.6931471806],
        ],
        "The sign is reversed: this is the direction in which the loss falls.": [
            [-0.0866433976, -0.0866433976, 0.1732867951],
            [-0.1553066656, 0.2566729426, -0.101366277],
            [-0.2599301927, 0.2599301927, 0.0],
        ],
        "Only the correct class has a gradient here; all classes do.": [
            [0.0, 0.0, -0.3465735903],
            [0.0, -0.5493061443, -0.3465735903],
            [0.0, -0.6931471806, -0.6931471806],
        ],
        "These are exponentials; divided by their sum they become probabilities.": (
            [
                [0.6931471806, 0.6931471806, 1.0397207708],
                [1.2424533249, 1.7917594692, 3.2369453482],
                [2.0794415417, 2.7725887222, 4.8520302639],
            ]
        ),
    },
)
with unchanged(W=W, X=X, y=y):
    loss, dW = softmax_loss_naive(W, X, y, 0.5)
expect_close(
    loss,
    2.3369882168,
    "loss with reg 0.5",
    hint="Compare with the regularisation in the docstring.",
    faults={
        "The regularisation is missing.": 0.8369882168,
        "The regularisation is halved; this exercise has no factor 1/2.": 1.5869882168,
        "The regularisation counts twice.": 3.8369882168,
    },
)
expect_close(
    dW,
    [
        [1.0866433976, 0.0866433976, -0.1732867951],
        [0.1553066656, 0.7433270574, 0.101366277],
        [0.2599301927, -0.2599301927, 1.0],
    ],
    "dW with reg 0.5",
    hint="Differentiate the regularisation with respect to one weight.",
    faults={
        "The gradient of the regularisation is missing.": [
            [0.0866433976, 0.0866433976, -0.1732867951],
            [0.1553066656, -0.2566729426, 0.101366277],
            [0.2599301927, -0.2599301927, 0.0],
        ],
        "The gradient of the regularisation is halved: the loss has no factor 1/2.": [
            [0.5866433976, 0.0866433976, -0.1732867951],
            [0.1553066656, 0.2433270574, 0.101366277],
            [0.2599301927, -0.2599301927, 0.5],
        ],
        "The gradient of the regularisation is twice what it should be.": [
            [2.0866433976, 0.0866433976, -0.1732867951],
            [0.1553066656, 1.7433270574, 0.101366277],
            [0.2599301927, -0.2599301927, 2.0],
        ],
    },
)
expect_source(softmax_loss_naive, without=[*READY, "softmax_loss_vectorized"])
passed(
    "softmax-loss-naive",
    "two images worked out by hand, with and without regularisation",
)

# %% test="softmax-loss-naive" part="random" points=2
for n, d, c, reg, dtype in [
    (5, 4, 3, 0.0, np.float64),
    (6, 5, 3, 0.7, np.float32),
    (4, 4, 4, 0.3, np.float64),
    (1, 3, 8, 1.9, np.float64),
]:
    W, X = rng.normal(size=(d, c)).astype(dtype), rng.normal(size=(n, d)).astype(dtype)
    y = rng.integers(0, c, n)
    with unchanged(W=W, X=X, y=y):
        loss, dW = expect_tuple(softmax_loss_naive(W, X, y, reg), "loss", "dW")
    exact = W.astype(float), X.astype(float), y
    right, none, half, twice = (package_loss(*exact, k * reg) for k in (1, 0, 0.5, 2))
    whole = package_loss(*exact, reg * n)  # regularised before the mean is taken
    names = ("loss", "dW")
    for k, got in enumerate((loss, dW)):
        expect_close(
            got,
            right[k],
            f"{names[k]} (N, D, C = {n}, {d}, {c}; reg = {reg})",
            rtol=1e-5,
            atol=1e-5,
            faults={
                f"The regularisation is missing in {names[k]}.": none[k],
                f"The regularisation is halved in {names[k]}.": half[k],
                f"The regularisation counts twice in {names[k]}.": twice[k],
                f"The regularisation is multiplied by N in {names[k]}.": whole[k],
            },
        )
# Large scores: W is the identity again, so X holds them.
scores = rng.normal(size=(4, 3))
for why, X in {
    "All scores lie near 3000, where np.exp overflows: only differences between the "
    "scores of an image matter.": scores + 3000,
    "The scores of two images lie near 3000, those of the others near -3000: shift each "
    "image by its own largest score.": scores + np.array([[3000], [-3000]] * 2),
    "The scores of an image lie up to 2000 apart: after the shift the largest should be "
    "0, so that none overflows.": scores + np.array([[2000, 0, 10], [0, 10, 2000]] * 2),
}.items():
    y = X.argmax(axis=1)
    with np.errstate(all="ignore"):
        loss, dW = expect_tuple(softmax_loss_naive(np.eye(3), X, y, 0.0), "loss", "dW")
    right = package_loss(np.eye(3), X, y, 0.0)
    for name, got, expected in zip(("loss", "dW"), (loss, dW), right, strict=True):
        expect(np.isfinite(got).all(), f"{name} is nan or infinite. {why}")
        expect_close(got, expected, f"{name} for large scores", atol=1e-6, hint=why)
passed(
    "softmax-loss-naive",
    "random scores, float32, scores in the thousands; inputs as they were",
)

# %% [markdown]
# With tiny weights all ten probabilities are about equal. Predict the loss, then look.

# %% tags=["nbval-check-output"]
with needs_answers():
    small = 1e-6 * np.random.default_rng(231).standard_normal((3073, 10))
    loss, _ = softmax_loss_naive(small, X_train[:200], y_train[:200], 0.0)
    print(f"loss with tiny weights: {loss:.2f}")

# %% [markdown] question="softmax-start" points=2
# **Question 1 (2 points).** Which value did you expect, and why? A friend's network for
# 1000 classes starts with a loss of 25. Name two things that may be wrong.

# %% [markdown] marking="softmax-start"
# With equal scores each class has probability 1/10, and the loss is
# $-\log 0.1 = 2.30$. For 1000 classes one expects $\log 1000 = 6.9$. A loss of 25 means
# that the right class gets about $e^{-25}$: the net is confidently wrong before it has
# learned anything. Likely: the first weights are far too large; the inputs are not scaled
# (0 to 255); the penalty is part of the loss and large; the sum instead of the mean is
# taken.
#
# *Marking:* 1 for $-\log(1/C)$ with the reason "equal probabilities"; 0.5 for each of two
# causes that make scores large or add to the loss. "Too large a learning rate" earns
# nothing: no step has been made.

# %% [markdown]
# ## 2. The loss, fast
#
# The same without loops. Everything needed is on the page: a matrix product, the largest
# score of each *row*, two sums along rows, a pair of index arrays, and one more product.
# `keepdims=True` saves you from thinking about broadcasting.


# %% answer="softmax-loss-vectorized"
def softmax_loss_vectorized(W, X, y, reg):
    """Compute the cross-entropy loss and its gradient without loops.

    Parameters
    ----------
    W : ndarray of shape (D, C)
        Weights, one column for each class.
    X : ndarray of shape (N, D)
        Images, one in a row.
    y : ndarray of int, shape (N,)
        Classes, 0 to C - 1.
    reg : float
        Strength of the penalty reg * sum(W * W).

    Returns
    -------
    loss : float
    dW : ndarray of shape (D, C)
        Gradient of the loss with respect to W.
    """
    loss = 0.0
    dW = np.zeros_like(W)
    ### BEGIN SOLUTION
    rows = np.arange(X.shape[0])
    scores = X @ W  # (N, C)
    scores -= scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -log_p[rows, y].mean() + reg * np.sum(W * W)
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    dW = X.T @ dscores / X.shape[0] + 2 * reg * W
    ### END SOLUTION
    return loss, dW


# %% test="softmax-loss-vectorized" points=2
# W is the identity, so X holds the scores. Image 0: probabilities 1/8, 3/8, 4/8, and class
# 1 is correct; image 1: probabilities 1/4, 1/4, 1/2, and class 2 is correct.
W, y = np.eye(3), np.array([1, 2])
X = np.log([[1.0, 3.0, 4.0], [2.0, 2.0, 4.0]])
loss, dW = expect_tuple(softmax_loss_vectorized(W, X, y, 0.0), "loss", "dW")
expect_close(
    loss,
    0.8369882168,
    "loss without regularisation",
    hint="Image 0 should cost log(8/3) = 0.981, image 1 log(2) = 0.693; take their mean.",
    faults={
        "This is the sum over the images; divide by their number.": 1.6739764336,
        "The sign is reversed: probabilities are below 1, so their logarithms are "
        "negative.": -0.8369882168,
        "These are logarithms to base 2; the natural one is asked for.": 1.2075187496,
        "These are logarithms to base 10; the natural one is asked for.": 0.363499364,
        "Divide by the number of images alone, not by the classes as well.": (
            0.2789960723
        ),
        "This is the mean probability of the correct class; its logarithm is missing.": (
            0.4375
        ),
        "The largest probability counts here; the correct class should.": 0.6931471806,
        "The sum runs over all images; each image needs a sum of its own.": (
            1.5301353973
        ),
        "The sum runs over the images; it should run over the classes of an image.": (
            0.6019864022
        ),
        "All classes count here; only the correct one should.": 1.203192313,
    },
)
expect_close(
    dW,
    [
        [0.0866433976, 0.0866433976, -0.1732867951],
        [0.1553066656, -0.2566729426, 0.101366277],
        [0.2599301927, -0.2599301927, 0.0],
    ],
    "dW without regularisation",
    hint="Start with the gradient with respect to the scores of one image.",
    faults={
        "Divide the gradient by the number of images as well.": [
            [0.1732867951, 0.1732867951, -0.3465735903],
            [0.3106133312, -0.5133458853, 0.2027325541],
            [0.5198603854, -0.5198603854, 0.0],
        ],
        "Take 1 off the correct class alone, not off every class.": [
            [-0.2599301927, -0.2599301927, -0.1732867951],
            [-0.7405730690, -0.6032465329, -0.4479398673],
            [-1.1263641684, -0.9530773733, -0.6931471806],
        ],
        "The correct class is treated like the others.": [
            [0.0866433976, 0.0866433976, 0.1732867951],
            [0.1553066656, 0.2926332017, 0.4479398673],
            [0.2599301927, 0.4332169878, 0.6931471806],
        ],
        "The sign is reversed: this is the direction in which the loss falls.": [
            [-0.0866433976, -0.0866433976, 0.1732867951],
            [-0.1553066656, 0.2566729426, -0.101366277],
            [-0.2599301927, 0.2599301927, 0.0],
        ],
        "Only the correct class has a gradient here; all classes do.": [
            [0.0, 0.0, -0.3465735903],
            [0.0, -0.5493061443, -0.3465735903],
            [0.0, -0.6931471806, -0.6931471806],
        ],
        "These are exponentials; divided by their sum they become probabilities.": (
            [
                [0.6931471806, 0.6931471806, 1.0397207708],
                [1.2424533249, 1.7917594692, 3.2369453482],
                [2.0794415417, 2.7725887222, 4.8520302639],
            ]
        ),
    },
)
with unchanged(W=W, X=X, y=y):
    loss, dW = softmax_loss_vectorized(W, X, y, 0.5)
expect_close(
    loss,
    2.3369882168,
    "loss with reg 0.5",
    hint="Compare with the regularisation in the docstring.",
    faults={
        "The regularisation is missing.": 0.8369882168,
        "The regularisation is halved; this exercise has no factor 1/2.": 1.5869882168,
        "The regularisation counts twice.": 3.8369882168,
    },
)
expect_close(
    dW,
    [
        [1.0866433976, 0.0866433976, -0.1732867951],
        [0.1553066656, 0.7433270574, 0.101366277],
        [0.2599301927, -0.2599301927, 1.0],
    ],
    "dW with reg 0.5",
    hint="Differentiate the regularisation with respect to one weight.",
    faults={
        "The gradient of the regularisation is missing.": [
            [0.0866433976, 0.0866433976, -0.1732867951],
            [0.1553066656, -0.2566729426, 0.101366277],
            [0.2599301927, -0.2599301927, 0.0],
        ],
        "The gradient of the regularisation is halved: the loss has no factor 1/2.": [
            [0.5866433976, 0.0866433976, -0.1732867951],
            [0.1553066656, 0.2433270574, 0.101366277],
            [0.2599301927, -0.2599301927, 0.5],
        ],
        "The gradient of the regularisation is twice what it should be.": [
            [2.0866433976, 0.0866433976, -0.1732867951],
            [0.1553066656, 1.7433270574, 0.101366277],
            [0.2599301927, -0.2599301927, 2.0],
        ],
    },
)
expect_source(softmax_loss_vectorized, loops=0, without=[*READY, "softmax_loss_naive"])
passed(
    "softmax-loss-vectorized",
    "two images worked out by hand, with and without regularisation",
)

# %% test="softmax-loss-vectorized" part="random" points=2
for n, d, c, reg, dtype in [
    (5, 4, 3, 0.0, np.float64),
    (6, 5, 3, 0.7, np.float32),
    (4, 4, 4, 0.3, np.float64),
    (1, 3, 8, 1.9, np.float64),
]:
    W, X = rng.normal(size=(d, c)).astype(dtype), rng.normal(size=(n, d)).astype(dtype)
    y = rng.integers(0, c, n)
    with unchanged(W=W, X=X, y=y):
        loss, dW = expect_tuple(softmax_loss_vectorized(W, X, y, reg), "loss", "dW")
    exact = W.astype(float), X.astype(float), y
    right, none, half, twice = (package_loss(*exact, k * reg) for k in (1, 0, 0.5, 2))
    whole = package_loss(*exact, reg * n)  # regularised before the mean is taken
    names = ("loss", "dW")
    for k, got in enumerate((loss, dW)):
        expect_close(
            got,
            right[k],
            f"{names[k]} (N, D, C = {n}, {d}, {c}; reg = {reg})",
            rtol=1e-5,
            atol=1e-5,
            faults={
                f"The regularisation is missing in {names[k]}.": none[k],
                f"The regularisation is halved in {names[k]}.": half[k],
                f"The regularisation counts twice in {names[k]}.": twice[k],
                f"The regularisation is multiplied by N in {names[k]}.": whole[k],
            },
        )
# Large scores: W is the identity again, so X holds them.
scores = rng.normal(size=(4, 3))
for why, X in {
    "All scores lie near 3000, where np.exp overflows: only differences between the "
    "scores of an image matter.": scores + 3000,
    "The scores of two images lie near 3000, those of the others near -3000: shift each "
    "image by its own largest score.": scores + np.array([[3000], [-3000]] * 2),
    "The scores of an image lie up to 2000 apart: after the shift the largest should be "
    "0, so that none overflows.": scores + np.array([[2000, 0, 10], [0, 10, 2000]] * 2),
}.items():
    y = X.argmax(axis=1)
    with np.errstate(all="ignore"):
        loss, dW = expect_tuple(
            softmax_loss_vectorized(np.eye(3), X, y, 0.0), "loss", "dW"
        )
    right = package_loss(np.eye(3), X, y, 0.0)
    for name, got, expected in zip(("loss", "dW"), (loss, dW), right, strict=True):
        expect(np.isfinite(got).all(), f"{name} is nan or infinite. {why}")
        expect_close(got, expected, f"{name} for large scores", atol=1e-6, hint=why)
passed(
    "softmax-loss-vectorized",
    "random scores, float32, scores in the thousands; inputs as they were",
)

# %% tags=["experiment"]
with needs_answers():
    W = 1e-4 * np.random.default_rng(231).standard_normal((3073, 10)).astype(np.float32)
    for function in (softmax_loss_naive, softmax_loss_vectorized):
        start = time.perf_counter()
        loss, dW = function(W, X_train[:500], y_train[:500], 5e-6)
        elapsed = 1000 * (time.perf_counter() - start)
        print(
            f"{function.__name__:24} loss {loss:.4f}  |dW| "
            f"{np.sqrt((dW**2).sum()):.3f}  {elapsed:7.1f} ms"
        )

# %% [markdown]
# ## 3. Training
#
# The training loop you wrote for the support vector machine does not care what the loss
# is. The package's `LinearClassifier` has the same loop; here it gets your loss.


# %%
class MySoftmax(Softmax):
    """The package's classifier with your loss."""

    def loss(self, X_batch, y_batch, reg):
        return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)


with needs_answers():
    classifier = MySoftmax()
    history = classifier.train(X_train, y_train, 1e-7, 2.5e4, num_iters=1000)
    for name, X, y in [("training", X_train, y_train), ("validation", X_val, y_val)]:
        print(f"{name} accuracy {np.mean(classifier.predict(X) == y):.3f}")
    plt.figure(figsize=(6, 2.5), layout="constrained")
    plt.plot(history)
    plt.xlabel("step")
    plt.ylabel("loss of the minibatch")
    plt.show()

# %% [markdown]
# What a learning rate does is best seen on a hill one can look at. The loss below is a
# long valley of two numbers; the star is its bottom. Find the rate at which the path
# begins to jump, and the one at which it runs away.

# %% tags=["experiment"]
learning_rate_demo()

# %% [markdown]
# ## 4. Two numbers to choose
#
# Search as before, at random and in the logarithm. Is the best place where the support
# vector machine had its own?

# %% tags=["experiment"]
ranges = {"learning_rate": (1e-8, 1e-5), "reg": (1e2, 1e6)}


def quick_accuracy(learning_rate, reg):
    """Train for a short while and return the validation accuracy."""
    classifier = MySoftmax()
    classifier.train(X_train, y_train, learning_rate, reg, num_iters=300)
    return np.mean(classifier.predict(X_val) == y_val)


with needs_answers():
    trials = random_search(
        quick_accuracy, ranges, trials=24, rng=np.random.default_rng(231)
    )
    for trial in trials[:3]:
        print(f"{trial.score:.3f}", {k: f"{v:.2g}" for k, v in trial.settings.items()})
    show_search(trials, label="validation accuracy")
    plt.show()

# %% [markdown]
# Write down what you found; the test trains once more with your numbers, on 3000 drawn
# images.


# %% answer="softmax-search"
def softmax_settings():
    """Return the numbers you chose: {"learning_rate": ..., "reg": ...}."""
    ### BEGIN SOLUTION
    return {"learning_rate": 1e-6, "reg": 3e3}
    ### END SOLUTION


# %% test="softmax-search" points=3
# With your numbers, 500 steps on 3000 drawn images get at least 30 % of 1000 others right.
# Ten per cent would be guessing.
chosen = softmax_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"learning_rate", "reg"},
    "softmax_settings() should return a dict with learning_rate and reg, and nothing else.",
)
for name, value in chosen.items():
    expect(
        isinstance(value, int | float) and value > 0,
        f"{name} should be a number above 0, not its logarithm; got {value}.",
    )
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = drawn.X_train.reshape(4000, -1)
rows = np.hstack([rows - rows.mean(axis=0), np.ones((4000, 1), dtype=rows.dtype)])
model = Softmax()
try:
    model.train(rows[1000:], drawn.y_train[1000:], **chosen, num_iters=500)
    accuracy = np.mean(model.predict(rows[:1000]) == drawn.y_train[:1000])
except FloatingPointError:
    accuracy = 0.0
expect(
    accuracy >= 0.30,
    f"With {chosen} only {accuracy:.1%} come out right; 30 % are asked for. Look for "
    f"the bright part of the heat map: too small a learning rate does not get there, too "
    f"large a one diverges, and too strong a regularisation flattens the templates.",
)
passed("softmax-search", f"{accuracy:.1%} of 1000 images come out right")

# %% test="softmax-search" part="others" points=1
# The same on other images, with other minibatches.
chosen = softmax_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"learning_rate", "reg"},
    "softmax_settings() should return a dict with learning_rate and reg, and nothing else.",
)
for name, value in chosen.items():
    expect(
        isinstance(value, int | float) and value > 0,
        f"{name} should be a number above 0, not its logarithm; got {value}.",
    )
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = drawn.X_train.reshape(4000, -1)
rows = np.hstack([rows - rows.mean(axis=0), np.ones((4000, 1), dtype=rows.dtype)])
model = Softmax()
try:
    model.train(rows[:3000], drawn.y_train[:3000], **chosen, num_iters=500, rng=rng)
    accuracy = np.mean(model.predict(rows[3000:]) == drawn.y_train[3000:])
except FloatingPointError:
    accuracy = 0.0
expect(
    accuracy >= 0.30,
    f"With {chosen} only {accuracy:.1%} of other images come out right; 30 % are asked "
    f"for. Take numbers well inside the bright part of the heat map.",
)
passed("softmax-search", f"{accuracy:.1%} of other images come out right")

# %% [markdown]
# Train for longer with the best numbers of your search, and look once at the test images.

# %%
with needs_answers():
    softmax_settings()  # the search comes first
    best = trials[0].settings
    classifier = MySoftmax()
    classifier.train(X_train, y_train, **best, num_iters=1500)
    classifier.train(
        X_train, y_train, best["learning_rate"] / 5, best["reg"], num_iters=500
    )
    accuracies = {
        "validation": np.mean(classifier.predict(X_val) == y_val),
        "test": np.mean(classifier.predict(X_test) == y_test),
    }
    print({name: f"{value:.3f}" for name, value in accuracies.items()})

# %%
with needs_answers():
    templates = classifier.W[:-1].T.reshape(10, 32, 32, 3)
    fig, axes = plt.subplots(2, 5, figsize=(8, 3.6), layout="constrained")
    for ax, template, name in zip(
        axes.flat, vis.rescale(templates), data.classes, strict=True
    ):
        ax.imshow(template)
        ax.set_title(name, fontsize=9)
        ax.set_axis_off()
    plt.show()

# %% [markdown]
# ## 5. Two losses, the same data
#
# The support vector machine's scores have no unit; softmax turns its own into
# probabilities. Are they honest? Take all images to which it gives about 40 % for its
# favourite class: about 40 % of them should come out right. Each dot below is such a
# group; on the dotted line the classifier is as sure as it should be. Which side would a
# weaker penalty on the weights move the dots to?

# %% tags=["experiment"]
with needs_answers():
    svm = LinearSVM()
    svm.train(X_train, y_train, 1e-7, 2.5e4, num_iters=1000)
    agree = np.mean(svm.predict(X_val) == classifier.predict(X_val))
    print(f"hinge {np.mean(svm.predict(X_val) == y_val):.3f}, same answer {agree:.3f}")
    scores = X_val @ classifier.W
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    sure, right = p.max(axis=1), p.argmax(axis=1) == y_val
    groups = np.array_split(np.argsort(sure), 10)
    plt.figure(figsize=(3.4, 3.2), layout="constrained")
    plt.plot([0, 1], [0, 1], ":", color="0.5")
    plt.plot([sure[g].mean() for g in groups], [right[g].mean() for g in groups], "o")
    plt.xlabel("probability of the favourite class")
    plt.ylabel("share of images right")
    plt.show()

# %% [markdown] question="softmax-point" points=2
# **Question 2 (2 points).** The weights stay as they are, and one more training image is
# added to the sum of the losses (not divided by $N$). Can its contribution be exactly
# zero with the hinge loss? With cross-entropy? What does that mean for training once
# nearly all images are right?

# %% [markdown] marking="softmax-point"
# Hinge: yes, if the right score leads every other by at least 1; all maxima are zero, and
# so is the gradient. Cross-entropy: never, since $p_y < 1$ for finite scores, so
# $-\log p_y > 0$; it only approaches zero. So the hinge loss ends its interest in an image
# that is right by a margin and attends to the rest, while cross-entropy goes on pulling
# scores apart, ever more weakly (without a penalty the weights grow without end).
#
# *Marking:* 0.5 for each of the two answers with its reason; 1 for the consequence
# (margins reached: gradient zero; cross-entropy always a gradient). In float32 the loss
# can round to 0: accept if said in addition.

# %% [markdown]
# ## What you have
#
# Two losses that every later network can end in, and a habit: before training, compute
# what the loss should be at the start. Next, something goes between image and scores.
