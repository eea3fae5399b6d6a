# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A linear classifier: the support vector machine
#
# Nearest neighbours remember everything and compare with everything. A *linear
# classifier* boils the training set down to one template per class, and a new image
# costs ten dot products. You write its loss and the gradient of the loss, first plainly,
# then fast, train it by stochastic gradient descent, and look at what it has learned.
#
# **You need:** the notebook `knn`, matrix products, derivatives. **Time:** about 90
# minutes.

# %% tags=["setup"]
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import vis
from cs231n.data import load_cifar10
from cs231n.demos import linear_demo
from cs231n.nets.linear import LinearSVM as PackageSVM
from cs231n.nets.linear import svm_loss_vectorized as package_loss
from cs231n.notebook import NotebookClass, add_to_class, needs_answers
from cs231n.search import random_search, show_search
from cs231n.testing import (
    expect,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["LinearSVM", "PackageSVM", "package_loss", "sklearn", "torch"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)

# %% [markdown]
# ## The data
#
# This time all training images take part, and the last 1000 of them are put aside for
# *validation*: choices are made by them, so that the test images stay untouched.

# %%
data = load_cifar10()
num_train = len(data.X_train) - 1000
print(f"{data.source}: {num_train} training, 1000 validation, 1000 test images")
vis.show_samples(data.X_train[:2000], data.y_train[:2000], data.classes, per_class=3)
plt.show()

# %% [markdown]
# A linear classifier likes numbers around zero, so the mean training image is subtracted
# from all images. It is shown below: what do ten classes look like on average?

# %%
mean_image = data.X_train[:num_train].mean(axis=0)
plt.figure(figsize=(2, 2))
plt.imshow(mean_image.astype(np.uint8))
plt.axis("off")
plt.show()


# %% [markdown]
# Each image becomes a row of 3072 numbers, and a 3073rd that is always 1. Its weight
# plays the part of the bias, so that one matrix product does it all.


# %%
def as_rows(images):
    """Centre images, flatten them and append a column of ones."""
    rows = (images - mean_image).reshape(len(images), -1)
    return np.hstack([rows, np.ones((len(rows), 1), dtype=rows.dtype)])


X_train, y_train = as_rows(data.X_train[:num_train]), data.y_train[:num_train]
X_val, y_val = as_rows(data.X_train[num_train:]), data.y_train[num_train:]
X_test, y_test = as_rows(data.X_test[:1000]), data.y_test[:1000]
print(X_train.shape, X_val.shape, X_test.shape)

# %% [markdown]
# Before the formulas, play. Three clouds of points, a linear classifier of two numbers
# and a bias: change the loss, the penalty and the number of steps. Each coloured line is
# where that class's own score is zero.

# %% tags=["experiment"]
linear_demo()

# %% [markdown]
# ## 1. The loss, plainly
#
# The scores of image $x_i$ are $s = x_i W$, one for each class. The *hinge loss* wants the
# score of the right class $y_i$ to be higher than every other by a margin of 1, and
# charges what is missing:
#
# $$L_i = \sum_{j \ne y_i} \max(0,\; s_j - s_{y_i} + 1), \qquad
# L = \frac{1}{N} \sum_i L_i + \lambda \sum_{k,l} W_{kl}^2 .$$
#
# The second term, with $\lambda$ = `reg`, prefers small weights. It has no factor one half.
#
# For the gradient, look at one $\max$ at a time. If it is zero, it contributes nothing.
# If not, raising $W$'s column $j$ along $x_i$ makes the loss grow, and raising column
# $y_i$ along $x_i$ makes it shrink. So each violated margin adds $x_i$ to one column of
# the gradient and subtracts it from another.
#
# By hand, before you write: three classes, scores $(2, 3, -1)$, and class 0 is right.
# What is the loss, and which columns of the gradient get something?


# %% answer="svm-loss-naive"
def svm_loss_naive(W, X, y, reg):
    """Compute the hinge loss and its gradient with loops.

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
    dW = np.zeros(W.shape)
    loss = 0.0
    ### BEGIN SOLUTION
    num_train, num_classes = X.shape[0], W.shape[1]
    for i in range(num_train):
        scores = X[i] @ W
        for j in range(num_classes):
            margin = scores[j] - scores[y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / num_train + reg * np.sum(W * W)
    dW = dW / num_train + 2 * reg * W
    ### END SOLUTION
    return loss, dW


# %% test="svm-loss-naive" points=2
# W is the identity, so X holds the scores.
W, y = np.eye(3), np.array([0, 2])
X = np.array([[2.0, 3.0, -1.0], [1.0, 0.5, 0.5]])
# Image 0: max(0, 3 - 2 + 1) = 2 for class 1, nothing for class 2.
# Image 1: 1 - 0.5 + 1 = 1.5 for class 0, 0.5 - 0.5 + 1 = 1 for class 1.
loss, dW = expect_tuple(svm_loss_naive(W, X, y, 0.0), "loss", "dW")
expect_close(
    loss,
    2.25,
    "loss without regularisation",
    hint="Image 0 should cost 2, image 1 should cost 2.5; take their mean.",
    faults={
        "This is the sum over the images; divide by their number.": 4.5,
        "The correct class counts against itself: leave it out of the sum.": 3.25,
        "The margin of 1 is missing, or the sum is divided by the classes too.": 0.75,
        "Only the largest violation of each image counts here; all of them do.": 1.75,
        "The margins are squared; this loss adds them up as they are.": 3.625,
        "From each score take off that of the image's own label, not the reverse.": 2.75,
    },
)
expect_close(
    dW,
    [[-0.5, 1.5, -1.0], [-1.25, 1.75, -0.5], [0.75, -0.25, -0.5]],
    "dW without regularisation",
    hint="Which columns does a violated margin change, and in which direction?",
    faults={
        "Divide the gradient by the number of images as well.": [
            [-1.0, 3.0, -2.0],
            [-2.5, 3.5, -1.0],
            [1.5, -0.5, -1.0],
        ],
        "The column of the correct class lacks its share of the gradient.": [
            [0.5, 1.5, 0.0],
            [0.25, 1.75, 0.0],
            [0.25, -0.25, 0.0],
        ],
        "The sign is reversed: this is the direction in which the loss falls.": [
            [0.5, -1.5, 1.0],
            [1.25, -1.75, 0.5],
            [-0.75, 0.25, 0.5],
        ],
        "Every violated margin counts for the correct class, not one per image.": [
            [-0.5, 1.5, -0.5],
            [-1.25, 1.75, -0.25],
            [0.75, -0.25, -0.25],
        ],
    },
)
with unchanged(W=W, X=X, y=y):
    loss, dW = svm_loss_naive(W, X, y, 0.5)
expect_close(
    loss,
    3.75,
    "loss with reg 0.5",
    hint="Compare with the regularisation in the docstring.",
    faults={
        "The regularisation is missing.": 2.25,
        "The regularisation is halved here, or divided by the number of images.": 3.0,
        "The regularisation counts twice.": 5.25,
        "The sum of the weights is added, not of their squares: then signs cancel.": 1.5,
    },
)
expect_close(
    dW,
    [[0.5, 1.5, -1.0], [-1.25, 2.75, -0.5], [0.75, -0.25, 0.5]],
    "dW with reg 0.5",
    hint="Differentiate the regularisation with respect to one weight.",
    faults={
        "The gradient of the regularisation is missing.": [
            [-0.5, 1.5, -1.0],
            [-1.25, 1.75, -0.5],
            [0.75, -0.25, -0.5],
        ],
        "The gradient of the regularisation is halved: the loss has no factor 1/2.": [
            [0.0, 1.5, -1.0],
            [-1.25, 2.25, -0.5],
            [0.75, -0.25, 0.0],
        ],
        "The gradient of the regularisation is twice what it should be.": [
            [1.5, 1.5, -1.0],
            [-1.25, 3.75, -0.5],
            [0.75, -0.25, 1.5],
        ],
    },
)
expect_source(svm_loss_naive, without=[*READY, "svm_loss_vectorized"])
passed(
    "svm-loss-naive", "two images worked out by hand, with and without regularisation"
)

# %% test="svm-loss-naive" part="random" points=2
for n, d, c, reg, dtype in [
    (5, 4, 3, 0.0, np.float64),
    (6, 5, 3, 0.7, np.float32),
    (4, 4, 4, 0.3, np.float64),
    (1, 3, 8, 1.9, np.float64),
]:
    W, X = rng.normal(size=(d, c)).astype(dtype), rng.normal(size=(n, d)).astype(dtype)
    y = rng.integers(0, c, n)
    with unchanged(W=W, X=X, y=y):
        loss, dW = expect_tuple(svm_loss_naive(W, X, y, reg), "loss", "dW")
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
passed("svm-loss-naive", "random scores, float32, one image; inputs as they were")

# %% [markdown]
# With weights near zero all scores are about equal. What should the loss be then, for ten
# classes? Predict it, then run the cell.

# %% tags=["nbval-check-output"]
with needs_answers():
    small = 1e-6 * np.random.default_rng(231).standard_normal((3073, 10))
    loss, _ = svm_loss_naive(small, X_train[:200], y_train[:200], 0.0)
    print(f"loss with tiny weights: {loss:.2f}")

# %% [markdown] question="svm-kink" points=2
# **Question 1 (2 points).** Your gradient is right, and yet a numerical check at one
# number of $W$ shows a difference once in a while. Why? Give an example with one image,
# two classes and one weight. Does a larger margin make it rarer?

# %% [markdown] marking="svm-kink"
# The hinge has a kink where $s_j - s_{y} + 1 = 0$: there the slope jumps from 0 to 1 and
# no derivative exists. A central difference whose two points lie on both sides of the kink
# measures something between the two slopes. Example: $L(w) = \max(0, 1 + w)$ at
# $w = -1 + h/4$: the gradient is 1, the difference quotient with step $h$ is
# $(1.25 h - 0) / 2h = 0.625$. The margin only moves the place of the kink, it does not
# make it rarer as such; a smaller step $h$ does.
#
# *Marking:* 1 for the kink with an example in which the two points lie on both sides; 1
# for "the margin only moves the kink" (also accept a reasoned "fewer terms are near their
# kink if the margin is far larger than all differences of scores"). Rounding errors are
# no answer: they are far smaller.

# %% [markdown]
# ## 2. The loss, fast
#
# Two Python loops over 49,000 images and ten classes take minutes. Without loops:
#
# - all scores are one matrix product, of shape $(N, C)$;
# - the score of the right class of every image is picked with two index arrays,
#   `scores[np.arange(N), y]`;
# - the gradient of the loss with respect to the *scores* is a small matrix: 1 where a
#   margin is violated, minus their number at the right class. One more matrix product
#   turns it into the gradient with respect to $W$.
#
# Which product? Its result must have the shape of $W$, $(D, C)$, made of $X$ of shape
# $(N, D)$ and a matrix of shape $(N, C)$.


# %% answer="svm-loss-vectorized"
def svm_loss_vectorized(W, X, y, reg):
    """Compute the hinge loss and its gradient without loops.

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
    dW = np.zeros(W.shape)
    ### BEGIN SOLUTION
    rows = np.arange(X.shape[0])
    scores = X @ W  # (N, C)
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / X.shape[0] + reg * np.sum(W * W)
    dscores = (margins > 0).astype(X.dtype)
    dscores[rows, y] = -dscores.sum(axis=1)
    dW = X.T @ dscores / X.shape[0] + 2 * reg * W
    ### END SOLUTION
    return loss, dW


# %% test="svm-loss-vectorized" points=2
# W is the identity, so X holds the scores.
W, y = np.eye(3), np.array([0, 2])
X = np.array([[2.0, 3.0, -1.0], [1.0, 0.5, 0.5]])
# Image 0: max(0, 3 - 2 + 1) = 2 for class 1, nothing for class 2.
# Image 1: 1 - 0.5 + 1 = 1.5 for class 0, 0.5 - 0.5 + 1 = 1 for class 1.
loss, dW = expect_tuple(svm_loss_vectorized(W, X, y, 0.0), "loss", "dW")
expect_close(
    loss,
    2.25,
    "loss without regularisation",
    hint="Image 0 should cost 2, image 1 should cost 2.5; take their mean.",
    faults={
        "This is the sum over the images; divide by their number.": 4.5,
        "The correct class counts against itself: leave it out of the sum.": 3.25,
        "The margin of 1 is missing, or the sum is divided by the classes too.": 0.75,
        "Only the largest violation of each image counts here; all of them do.": 1.75,
        "The margins are squared; this loss adds them up as they are.": 3.625,
        "From each score take off that of the image's own label, not the reverse.": 2.75,
    },
)
expect_close(
    dW,
    [[-0.5, 1.5, -1.0], [-1.25, 1.75, -0.5], [0.75, -0.25, -0.5]],
    "dW without regularisation",
    hint="Which columns does a violated margin change, and in which direction?",
    faults={
        "Divide the gradient by the number of images as well.": [
            [-1.0, 3.0, -2.0],
            [-2.5, 3.5, -1.0],
            [1.5, -0.5, -1.0],
        ],
        "The column of the correct class lacks its share of the gradient.": [
            [0.5, 1.5, 0.0],
            [0.25, 1.75, 0.0],
            [0.25, -0.25, 0.0],
        ],
        "The sign is reversed: this is the direction in which the loss falls.": [
            [0.5, -1.5, 1.0],
            [1.25, -1.75, 0.5],
            [-0.75, 0.25, 0.5],
        ],
        "Every violated margin counts for the correct class, not one per image.": [
            [-0.5, 1.5, -0.5],
            [-1.25, 1.75, -0.25],
            [0.75, -0.25, -0.25],
        ],
    },
)
with unchanged(W=W, X=X, y=y):
    loss, dW = svm_loss_vectorized(W, X, y, 0.5)
expect_close(
    loss,
    3.75,
    "loss with reg 0.5",
    hint="Compare with the regularisation in the docstring.",
    faults={
        "The regularisation is missing.": 2.25,
        "The regularisation is halved here, or divided by the number of images.": 3.0,
        "The regularisation counts twice.": 5.25,
        "The sum of the weights is added, not of their squares: then signs cancel.": 1.5,
    },
)
expect_close(
    dW,
    [[0.5, 1.5, -1.0], [-1.25, 2.75, -0.5], [0.75, -0.25, 0.5]],
    "dW with reg 0.5",
    hint="Differentiate the regularisation with respect to one weight.",
    faults={
        "The gradient of the regularisation is missing.": [
            [-0.5, 1.5, -1.0],
            [-1.25, 1.75, -0.5],
            [0.75, -0.25, -0.5],
        ],
        "The gradient of the regularisation is halved: the loss has no factor 1/2.": [
            [0.0, 1.5, -1.0],
            [-1.25, 2.25, -0.5],
            [0.75, -0.25, 0.0],
        ],
        "The gradient of the regularisation is twice what it should be.": [
            [1.5, 1.5, -1.0],
            [-1.25, 3.75, -0.5],
            [0.75, -0.25, 1.5],
        ],
    },
)
expect_source(svm_loss_vectorized, loops=0, without=[*READY, "svm_loss_naive"])
passed(
    "svm-loss-vectorized",
    "two images worked out by hand, with and without regularisation",
)

# %% test="svm-loss-vectorized" part="random" points=2
for n, d, c, reg, dtype in [
    (5, 4, 3, 0.0, np.float64),
    (6, 5, 3, 0.7, np.float32),
    (4, 4, 4, 0.3, np.float64),
    (1, 3, 8, 1.9, np.float64),
]:
    W, X = rng.normal(size=(d, c)).astype(dtype), rng.normal(size=(n, d)).astype(dtype)
    y = rng.integers(0, c, n)
    with unchanged(W=W, X=X, y=y):
        loss, dW = expect_tuple(svm_loss_vectorized(W, X, y, reg), "loss", "dW")
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
passed("svm-loss-vectorized", "random scores, float32, one image; inputs as they were")

# %% [markdown]
# The same numbers, how much sooner? Both versions on 500 images:

# %% tags=["experiment"]
with needs_answers():
    W = 1e-4 * np.random.default_rng(231).standard_normal((3073, 10)).astype(np.float32)
    for function in (svm_loss_naive, svm_loss_vectorized):
        start = time.perf_counter()
        loss, dW = function(W, X_train[:500], y_train[:500], 5e-6)
        elapsed = 1000 * (time.perf_counter() - start)
        print(
            f"{function.__name__:20} loss {loss:.4f}  |dW| {np.sqrt((dW**2).sum()):.3f}"
            f"  {elapsed:7.1f} ms"
        )

# %% [markdown]
# ## 3. Learning: stochastic gradient descent
#
# The gradient of 49,000 images is much work for one step. A *minibatch* of 200 images
# gives nearly the same direction for a fraction of the work, so take many such steps:
#
# 1. draw `batch_size` numbers of training images at random, with replacement;
# 2. compute loss and gradient on these images with `self.loss(X_batch, y_batch, reg)`, and
#    append the loss to a list;
# 3. move `self.W` a small step *against* the gradient: the step is `learning_rate` times
#    the gradient.
#
# The class grows by your methods; the losses of its subclasses are ready.


# %% tags=["setup"]
class LinearClassifier(NotebookClass):
    """A linear classifier; subclasses say what the loss is."""

    def __init__(self):
        self.W = None  # (D, C), made by train


class LinearSVM(LinearClassifier):
    """A linear classifier with your hinge loss."""

    def loss(self, X_batch, y_batch, reg):
        return svm_loss_vectorized(self.W, X_batch, y_batch, reg)


class LeastSquares(LinearClassifier):
    """A linear classifier with a simpler loss, to test the training by itself."""

    def __init__(self, W=None):
        self.W = W
        self.batches = []  # what the loss has seen

    def loss(self, X_batch, y_batch, reg):
        self.batches.append((X_batch.copy(), y_batch.copy()))
        wanted = np.eye(self.W.shape[1])[y_batch]
        error = X_batch @ self.W - wanted
        loss = 0.5 * np.sum(error**2) / len(X_batch) + reg * np.sum(self.W**2)
        return loss, X_batch.T @ error / len(X_batch) + 2 * reg * self.W


# %% answer="svm-train"
@add_to_class(LinearClassifier)
def train(
    self,
    X,
    y,
    learning_rate=1e-3,
    reg=1e-5,
    num_iters=100,
    batch_size=200,
    verbose=False,
):
    """Fit the weights by stochastic gradient descent.

    Parameters
    ----------
    X : ndarray of shape (N, D)
        Training images.
    y : ndarray of int, shape (N,)
        Their classes.
    learning_rate : float
        Length of a step along the gradient.
    reg : float
        Strength of the penalty; pass it to self.loss.
    num_iters : int
        Number of steps.
    batch_size : int
        Images drawn at random for each step, with replacement.
    verbose : bool
        Print the loss of every hundredth step.

    Returns
    -------
    loss_history : list of float
        The loss of every step.
    """
    num_train, dim = X.shape
    num_classes = np.max(y) + 1
    if self.W is None:
        self.W = 0.001 * np.random.default_rng(231).standard_normal((dim, num_classes))
        self.W = self.W.astype(X.dtype)
    loss_history = []
    rng = np.random.default_rng(231)
    for step in range(num_iters):
        ### BEGIN SOLUTION
        batch = rng.integers(num_train, size=batch_size)
        loss, grad = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W = self.W - learning_rate * grad
        ### END SOLUTION
        if verbose and step % 100 == 0:
            print(f"step {step:5} of {num_iters}: loss {loss_history[-1]:.3f}")
    return loss_history


# %% test="svm-train" points=2
# All images are the same one, so every minibatch gives the same step, and two steps can
# be worked out by hand: the weight of class 0 is 0, then 0.5, then 0.75.
model = LeastSquares(W=np.zeros((1, 2)))
X, y = np.ones((5, 1)), np.zeros(5, dtype=int)
history = model.train(X, y, learning_rate=0.5, reg=0.0, num_iters=2, batch_size=3)
expect(history is not None, "train returned None: return the list loss_history.")
expect(
    np.shape(model.W) == (1, 2),
    f"W should have shape (1, 2) as before; got {np.shape(model.W)}. Training goes on "
    f"from the weights that are there.",
)
expect_close(
    model.W,
    [[0.75, 0.0]],
    "W after two steps",
    hint="Compare the direction and the length of a step with the three points above.",
    faults={
        "The step goes uphill: it should go against the gradient.": [[-1.25, 0.0]],
        "W has not moved: the weights of the model are self.W.": [[0.0, 0.0]],
        "The learning rate is not used.": [[1.0, 0.0]],
        "Only the first step has moved W.": [[0.5, 0.0]],
    },
)
expect_close(
    history,
    [0.5, 0.125],
    "loss_history",
    hint="It should hold the loss of each step, before the weights move.",
)
model.train(X, y, learning_rate=0.5, reg=0.0, num_iters=1, batch_size=3)
expect_close(
    model.W,
    [[0.875, 0.0]],
    "W after a second call",
    faults={"Every call starts anew; training should go on from W.": [[0.5, 0.0]]},
)
model = LeastSquares(W=np.ones((1, 2)))
model.train(np.zeros((4, 1)), np.zeros(4, dtype=int), 0.25, 0.5, 1, 2)
expect_close(
    model.W,
    [[0.75, 0.75]],
    "W after a step with reg 0.5",
    faults={"reg has no effect: pass it on to self.loss.": [[1.0, 1.0]]},
)
expect_source(model.train, without=READY)
passed("svm-train", "two steps worked out by hand, a second call, reg")

# %% test="svm-train" part="batches" points=2
model = LeastSquares()
X = np.column_stack([np.arange(40.0), rng.normal(size=40)])
y = rng.integers(0, 3, 40)
y[:3] = 0, 1, 2
with unchanged(X=X, y=y):
    history = model.train(X, y, learning_rate=1e-5, reg=0.0, num_iters=60, batch_size=7)
expect_equal(np.shape(model.W), (2, 3), "the shape of W")
expect_equal(len(history), 60, "the number of losses")
expect_equal(len(model.batches), 60, "the number of steps")
seen = []
for X_batch, y_batch in model.batches:
    expect(
        np.shape(X_batch) == (7, 2),
        f"A minibatch should be batch_size = 7 images, shape (7, 2); got shape "
        f"{np.shape(X_batch)}.",
    )
    numbers = np.rint(X_batch[:, 0]).astype(int)
    expect_close(X_batch, X[numbers], "X_batch", hint="It should hold rows of X.")
    expect(
        np.array_equal(y_batch, y[numbers]),
        "Images and labels of a minibatch do not belong together: both must come from "
        "the same numbers.",
    )
    seen.append(tuple(numbers))
expect(
    len(set(seen)) > 50,
    f"60 steps saw only {len(set(seen))} different minibatches: draw new numbers in "
    f"every step.",
)
# 60 x 7 draws miss three of 40 images once in a hundred million times.
missed = set(range(40)) - {number for batch in seen for number in batch}
expect(
    len(missed) < 3,
    f"{len(missed)} of 40 images were never drawn in 420 draws: draw from all of them.",
)
expect(
    any(len(set(batch)) < 7 for batch in seen),
    "No minibatch holds an image twice: draw with replacement.",
)
passed("svm-train", "minibatches are drawn at random from all images, with labels")

# %% [markdown]
# ## 4. Prediction
#
# The class with the highest score wins. Before you run it: along which axis of the scores?


# %% answer="svm-predict"
@add_to_class(LinearClassifier)
def predict(self, X):
    """Name the class with the highest score for each image.

    Parameters
    ----------
    X : ndarray of shape (N, D)
        Images. The weights are self.W, of shape (D, C).

    Returns
    -------
    y_pred : ndarray of int, shape (N,)
        Predicted classes.
    """
    ### BEGIN SOLUTION
    return np.argmax(X @ self.W, axis=1)
    ### END SOLUTION


# %% test="svm-predict" points=1
model = LeastSquares(W=np.array([[1.0, 2.0, 3.0], [4.0, 0.0, -9.0]]))
expect_equal(
    model.predict(np.array([[1.0, 0.0], [1.0, 1.0]])),
    np.array([2, 0]),
    "y_pred",
    hint="The scores are [[1, 2, 3], [5, 2, -6]]; name the highest of each row.",
    faults={
        "These are the lowest scores.": [0, 2],
        "These are the scores themselves; the class is the highest one's position.": [
            3,
            5,
        ],
        "These are all scores; the class is the position of the highest.": [
            [1, 2, 3],
            [5, 2, -6],
        ],
        "Each class is compared over the images; compare the classes of an image.": [
            1,
            0,
            0,
        ],
    },
)
expect_source(model.predict, without=READY)
passed("svm-predict", "two images, three classes")

# %% test="svm-predict" part="random" points=1
for n, d, c in [(4, 4, 4), (1, 5, 3), (6, 2, 9)]:
    model, ready = LeastSquares(W=rng.normal(size=(d, c))), PackageSVM()
    ready.W, X = model.W.copy(), rng.normal(size=(n, d))
    with unchanged(X=X, W=model.W):
        y_pred = model.predict(X)
    expect_equal(np.asarray(y_pred), ready.predict(X), f"y_pred of {n} images")
passed("svm-predict", "as many images as classes, one image; inputs as they were")

# %% [markdown]
# Train on all images. The loss starts high, because the penalty on the first weights and
# 3073 pixels weigh in, and should fall like a stone and then level out.

# %%
with needs_answers():
    svm = LinearSVM()
    start = time.perf_counter()
    history = svm.train(X_train, y_train, learning_rate=1e-7, reg=2.5e4, num_iters=1000)
    print(f"1000 steps in {time.perf_counter() - start:.1f} s")
    for name, X, y in [("training", X_train, y_train), ("validation", X_val, y_val)]:
        print(f"{name} accuracy {np.mean(svm.predict(X) == y):.3f}")
    plt.figure(figsize=(6, 2.5), layout="constrained")
    plt.plot(history)
    plt.xlabel("step")
    plt.ylabel("loss of the minibatch")
    plt.show()

# %% [markdown]
# ## 5. Two numbers to choose
#
# The learning rate and the penalty decide everything, and their useful values span powers
# of ten. So search in the logarithm: draw both at random, train a little, look at the
# validation accuracy, and draw again. A grid would try each learning rate only a few times;
# random numbers try a new one every time.
#
# Run the search. Light is good; a black cross is a training whose loss ran away; the star
# is the best. What happens at the right edge, and what at the top? Widen or shift the
# ranges if the best lies on an edge.

# %% tags=["experiment"]
ranges = {"learning_rate": (1e-8, 3e-6), "reg": (1e2, 1e6)}


def quick_accuracy(learning_rate, reg):
    """Train for a short while and return the validation accuracy."""
    svm = LinearSVM()
    with np.errstate(over="ignore", invalid="ignore"):
        losses = svm.train(X_train, y_train, learning_rate, reg, num_iters=300)
    if not np.isfinite(losses[-1]):
        raise FloatingPointError("the loss ran away")
    return np.mean(svm.predict(X_val) == y_val)


with needs_answers():
    trials = random_search(
        quick_accuracy, ranges, trials=24, rng=np.random.default_rng(231)
    )
    for trial in trials[:3]:
        print(f"{trial.score:.3f}", {k: f"{v:.2g}" for k, v in trial.settings.items()})
    show_search(trials, label="validation accuracy")
    plt.show()

# %% [markdown]
# Write down what you found. The test trains once more with your numbers, on 3000 drawn
# images, and looks how many of 1000 others come out right; so a stored accuracy is not
# needed, and would not be believed.


# %% answer="svm-search"
def svm_settings():
    """Return the numbers you chose: {"learning_rate": ..., "reg": ...}."""
    ### BEGIN SOLUTION
    return {"learning_rate": 1.5e-7, "reg": 2e4}
    ### END SOLUTION


# %% test="svm-search" points=3
# With your numbers, 500 steps on 3000 drawn images get at least 30 % of 1000 others right.
# Ten per cent would be guessing.
chosen = svm_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"learning_rate", "reg"},
    "svm_settings() should return a dict with learning_rate and reg, and nothing else.",
)
for name, value in chosen.items():
    expect(
        isinstance(value, int | float) and value > 0,
        f"{name} should be a number above 0, not its logarithm; got {value}.",
    )
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = drawn.X_train.reshape(4000, -1)
rows = np.hstack([rows - rows.mean(axis=0), np.ones((4000, 1), dtype=rows.dtype)])
model = PackageSVM()
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
passed("svm-search", f"{accuracy:.1%} of 1000 images come out right")

# %% test="svm-search" part="others" points=1
# The same on other images, with other minibatches.
chosen = svm_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"learning_rate", "reg"},
    "svm_settings() should return a dict with learning_rate and reg, and nothing else.",
)
for name, value in chosen.items():
    expect(
        isinstance(value, int | float) and value > 0,
        f"{name} should be a number above 0, not its logarithm; got {value}.",
    )
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = drawn.X_train.reshape(4000, -1)
rows = np.hstack([rows - rows.mean(axis=0), np.ones((4000, 1), dtype=rows.dtype)])
model = PackageSVM()
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
passed("svm-search", f"{accuracy:.1%} of other images come out right")

# %% [markdown]
# Now train for longer with the best numbers of your search, and look once at the test
# images.

# %%
with needs_answers():
    svm_settings()  # the search comes first
    best = trials[0].settings
    svm = LinearSVM()
    svm.train(X_train, y_train, **best, num_iters=1500)
    svm.train(X_train, y_train, best["learning_rate"] / 5, best["reg"], num_iters=500)
    accuracies = {
        "validation": np.mean(svm.predict(X_val) == y_val),
        "test": np.mean(svm.predict(X_test) == y_test),
    }
    print({name: f"{value:.3f}" for name, value in accuracies.items()})

# %% [markdown]
# ## What has it learned?
#
# A column of $W$ has one number per pixel and colour, so it can be shown as an image: the
# template of its class. The score of an image is how well it matches the template.

# %%
with needs_answers():
    templates = svm.W[:-1].T.reshape(10, 32, 32, 3)
    fig, axes = plt.subplots(2, 5, figsize=(8, 3.6), layout="constrained")
    for ax, template, name in zip(
        axes.flat, vis.rescale(templates), data.classes, strict=True
    ):
        ax.imshow(template)
        ax.set_title(name, fontsize=9)
        ax.set_axis_off()
    plt.show()

# %% [markdown] question="svm-templates" points=2
# **Question 2 (2 points).** Choose two templates. What do you recognise in them, and why
# do they look like *that* and not like one good picture of their class? Name one kind of
# image that such a classifier must get wrong.

# %% [markdown] marking="svm-templates"
# They show the colours of object and background where these usually lie: a bright blob on
# blue for boats or planes, two superposed orientations for animals facing left and right.
# There is one template per class, and the gradient adds up violated images of the class
# and subtracts others, so the template is a weighted mean of many positions, colours and
# views, sharpened against the other classes, and blurred accordingly. Wrong by necessity:
# an object in an unusual colour or before another class's background (a truck on blue, a
# white bird), or at an unusual place or size.
#
# *Marking:* 1 for "a blend of many images, one template for all views", tied to something
# visible; 1 for a kind of image with unusual colour, background or position. Description
# alone earns half a point.

# %% [markdown]
# ## What you have
#
# A classifier that predicts with one matrix product, and a way of training that works for
# every model with a gradient. The next notebook keeps all of it and changes the loss.
