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
import math
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import vis
from cs231n.data import load_cifar10
from cs231n.demos import learning_rate_demo
from cs231n.gradcheck import directional_error
from cs231n.nets.linear import LinearSVM, Softmax
from cs231n.notebook import needs_answers
from cs231n.search import random_search, show_search
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_source,
    expect_tuple,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["LinearSVM", "Softmax", "scipy", "sklearn", "torch"]

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
# 2 points: two images worked out by hand. W is the identity, so X holds the scores.
W = np.eye(3)
X = np.log([[1.0, 3.0, 4.0], [2.0, 2.0, 4.0]])
y = np.array([1, 2])
# Image 0: probabilities 1/8, 3/8, 4/8, and class 1 is right: loss -log(3/8).
# Image 1: probabilities 1/4, 1/4, 1/2, and class 2 is right: loss -log(1/2).
answer = softmax_loss_naive(W, X, y, 0.0)
expect_tuple(answer, "loss", "dW")
total = -math.log(3 / 8) - math.log(1 / 2)
expect_close(
    answer[0],
    total / 2,
    "loss without penalty",
    hint="Image 0 should cost log(8/3), image 1 log(2); take their mean.",
    faults={
        "This is the sum over the images; divide by their number.": total,
        "The sign is turned round: the loss is minus the logarithm.": -total / 2,
        "This takes logarithms to base 2; use np.log.": total / 2 / math.log(2),
    },
)
slopes = np.array([[1 / 8, 3 / 8 - 1, 4 / 8], [1 / 4, 1 / 4, 1 / 2 - 1]])
expect_close(
    answer[1],
    X.T @ slopes / 2,
    "dW without penalty",
    hint="Column j gets (p_j - [j is right]) times X[i], over all images, divided by N.",
    faults={
        "Divide the gradient by the number of images as well.": X.T @ slopes,
        "The right class needs its minus 1.": X.T @ (slopes + np.eye(3)[y]) / 2,
        "The sign is turned round: this is the direction in which the loss falls.": -X.T
        @ slopes
        / 2,
    },
)
expect_close(
    softmax_loss_naive(W, X, y, 0.5)[0],
    total / 2 + 1.5,
    "loss with reg 0.5",
    hint="The penalty is reg * sum(W * W).",
    faults={"The penalty has no factor one half here.": total / 2 + 0.75},
)
expect_source(softmax_loss_naive, without=[*READY, "softmax_loss_vectorized"])

# %% hidden-test="softmax-loss-naive" points=2
# 2 points: the grader also tries scores in the thousands, compares the gradient with
# differences of the loss along random directions, with a penalty, and looks whether the
# inputs come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(1)
for n, d, c, reg in [(5, 4, 3, 0.0), (3, 6, 7, 0.7), (1, 2, 2, 3.1)]:
    W, X = rng.standard_normal((d, c)), rng.standard_normal((n, d))
    y = rng.integers(0, c, n)
    with unchanged(W=W, X=X, y=y):
        loss, dW = expect_tuple(softmax_loss_naive(W, X, y, reg), "loss", "dW")
    expected = reg * np.sum(W**2)
    for x, label in zip(X, y, strict=True):
        s = x @ W
        expected += (math.log(math.fsum(math.exp(v) for v in s)) - s[label]) / n
    expect_close(loss, expected, "loss", hint=f"reg is {reg}.")
    expect_array(dW, W.shape, "dW")
    error = directional_error(
        lambda V, X=X, y=y, reg=reg: np.array(softmax_loss_naive(V, X, y, reg)[0]),
        W,
        np.array(1.0),
        np.asarray(dW),
        rng=rng,
    )
    expect(
        error < 1e-6,
        f"dW does not fit the loss (relative error {error:.1e}, reg {reg}). Check the "
        f"penalty's derivative, 2 * reg * W, and the minus 1 at the right class.",
    )
X = np.log([[1.0, 3.0, 4.0], [2.0, 2.0, 4.0]]) + np.array([[3000.0], [-3000.0]])
with np.errstate(all="ignore"):
    loss, dW = expect_tuple(
        softmax_loss_naive(np.eye(3), X, np.array([1, 2]), 0.0), "loss", "dW"
    )
expect_close(
    loss,
    (math.log(8 / 3) + math.log(2)) / 2,
    "loss for scores near 3000 and near -3000",
    hint="Subtract the largest score of each image before np.exp, in the loss as well.",
)
expect(np.all(np.isfinite(dW)), "dW for scores near 3000 holds nan or infinity.")
### END HIDDEN TESTS

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
# 2 points: the case worked out above, and no loop.
W = np.eye(3)
X = np.log([[1.0, 3.0, 4.0], [2.0, 2.0, 4.0]])
y = np.array([1, 2])
answer = softmax_loss_vectorized(W, X, y, 0.0)
expect_tuple(answer, "loss", "dW")
total = -math.log(3 / 8) - math.log(1 / 2)
expect_close(
    answer[0],
    total / 2,
    "loss without penalty",
    hint="Image 0 should cost log(8/3), image 1 log(2); take their mean.",
    faults={
        "This is the sum over the images; divide by their number.": total,
        "The sign is turned round: the loss is minus the logarithm.": -total / 2,
    },
)
slopes = np.array([[1 / 8, 3 / 8 - 1, 4 / 8], [1 / 4, 1 / 4, 1 / 2 - 1]])
expect_close(
    answer[1],
    X.T @ slopes / 2,
    "dW without penalty",
    hint="Print dscores: it should be [[1/8, -5/8, 4/8], [1/4, 1/4, -1/2]].",
    faults={
        "Divide the gradient by the number of images as well.": X.T @ slopes,
        "The right class needs its minus 1.": X.T @ (slopes + np.eye(3)[y]) / 2,
    },
)
expect_source(
    softmax_loss_vectorized,
    loops=0,
    without=[*READY, "softmax_loss_naive"],
)

# %% hidden-test="softmax-loss-vectorized" points=2
# 2 points: the grader also tries other shapes, 32-bit numbers, a penalty and scores in
# the thousands, and looks whether the inputs come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(2)
for n, d, c, reg, dtype, shift in [
    (4, 4, 4, 0.3, float, 0),
    (6, 5, 3, 0.7, np.float32, 0),
    (1, 3, 8, 0.0, float, 0),
    (7, 5, 4, 0.0, float, 3000),
]:
    W = rng.standard_normal((d, c)).astype(dtype)
    X = rng.standard_normal((n, d)).astype(dtype)
    y = rng.integers(0, c, n)
    if shift:  # all scores of an image move together, half of the images up, half down
        W[0], X[:, 0] = 1, np.where(np.arange(n) % 2, shift, -shift)
    with unchanged(W=W, X=X, y=y), np.errstate(all="ignore"):
        loss, dW = expect_tuple(softmax_loss_vectorized(W, X, y, reg), "loss", "dW")
    expected, slope = reg * np.sum(W.astype(float) ** 2), 2 * reg * W.astype(float)
    for x, label in zip(X.astype(float), y, strict=True):
        s = x @ W.astype(float)
        log_sum = max(s) + math.log(math.fsum(math.exp(v - max(s)) for v in s))
        expected += (log_sum - s[label]) / n
        for j in range(c):
            slope[:, j] += (math.exp(s[j] - log_sum) - (j == label)) * x / n
    hint = (
        f"N, D, C = {n}, {d}, {c}; reg = {reg}; {np.dtype(dtype)}; scores near {shift}."
    )
    expect_close(loss, expected, "loss", rtol=1e-5, hint=hint)
    expect_close(dW, slope, "dW", rtol=1e-4, atol=1e-5, hint=hint)
### END HIDDEN TESTS

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
# 3 points: trained with your numbers for 500 steps on 3000 drawn images, at least 30 % of
# 1000 others come out right. Ten per cent would be guessing.
chosen = softmax_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"learning_rate", "reg"},
    f"softmax_settings() should return a dict with learning_rate and reg; got {chosen!r}.",
)
for name, value in chosen.items():
    expect(
        isinstance(value, int | float) and value > 0,
        f"{name} should be a number above 0; got {value!r}.",
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
    f"large a one jumps about, and too strong a penalty flattens the templates.",
)

# %% hidden-test="softmax-search" points=1
# 1 point: the grader trains once more, on other images and with other minibatches.
### BEGIN HIDDEN TESTS
chosen = softmax_settings()
expect(isinstance(chosen, dict), f"Return a dict of settings; got {chosen!r}.")
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = drawn.X_train.reshape(4000, -1)
rows = np.hstack([rows - rows.mean(axis=0), np.ones((4000, 1), dtype=rows.dtype)])
model = Softmax()
try:
    model.train(
        rows[:3000],
        drawn.y_train[:3000],
        chosen["learning_rate"],
        chosen["reg"],
        num_iters=500,
        rng=np.random.default_rng(7),
    )
    accuracy = np.mean(model.predict(rows[3000:]) == drawn.y_train[3000:])
except FloatingPointError:
    accuracy = 0.0
expect(accuracy >= 0.30, f"With {chosen} only {accuracy:.1%} come out right.")
### END HIDDEN TESTS

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
