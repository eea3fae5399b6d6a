# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # A linear classifier that gives probabilities: softmax
#
# The *softmax classifier* computes the same linear scores as the support vector machine. It
# converts them into class probabilities, and minimises the *cross-entropy loss*, the negative
# log-probability of the correct class. You write this loss and its gradient with loops and
# without, keep it *numerically stable*, and check it. Then you train, predict which learning
# rates diverge, and find out how far the probabilities can be trusted.
#
# **You need:** the notebook `svm`, exponentials and logarithms. **Time (our estimate, as are
# all minutes below):** about three hours.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests below
# it. A test that fails says what it expected, what it got and where to look; one that passes
# prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import math
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures, vis
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
    in_words,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["LinearSVM", "Softmax", "package_loss", "scipy", "sklearn", "torch"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()

# %% [markdown]
# ## The data
#
# Prepared as in the notebook `svm`: centred, flattened, with a column of ones, and with 1000
# images set aside for validation. Numbers in the text were measured on `shapes10`, which you see
# where CIFAR-10 is not installed.

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
# ## 1. Probabilities and the cross-entropy loss
#
# The scores of a support vector machine have an order and no unit. Is a lead of 2 much? A doctor
# or a car needs to know how sure a classifier is, to ask for help when it is not. Good (1952)
# proposed to judge a forecaster by the logarithm of the probability that they gave to what then
# happened. Cox (1958) fitted such probabilities for two outcomes, which is *logistic regression*.
# Bridle (1990) used the generalisation to many classes in neural networks, and named it *softmax*.
# It became the usual last step of a classifier. Its probabilities come at a price: they need
# exponentials, and nothing guarantees that they are honest (section 6).
#
# After this section you can turn scores into probabilities, and compute the loss and its gradient.
#
# The scores $s = x_i W$ are now called *logits*. The softmax makes probabilities of them, and the
# loss is the *cross-entropy*. For one correct class it is the *negative log-likelihood*:
#
# $$p_j = \frac{e^{s_j}}{\sum_k e^{s_k}}, \qquad
# L = -\frac{1}{N} \sum_i \log p_{y_i} + \lambda \sum_{k,l} W_{kl}^2 .$$

# %% drawing="softmax-steps"
drawings.show(
    drawings.softmax_steps(),
    "The logits 1, 3, 2 minus their largest are -2, 0, -1. Their exponentials, 0.14, 1, 0.37, "
    "divided by their sum 1.50 are the probabilities 0.09, 0.67, 0.24, which add up to 1.",
)

# %% [markdown]
# *From left to right: the order of the three classes never changes. The first step changes
# nothing in the result; we come to its purpose below.*
#
# **Worked example.** The probabilities of the drawing in plain Python, and what each class would
# cost if it were the correct one:

# %%
logits = {"cat": 1.0, "dog": 3.0, "car": 2.0}
powers = {name: math.exp(logit) for name, logit in logits.items()}
total = sum(powers.values())
for name, power in powers.items():
    share = power / total
    print(f"{name}: probability {share:.3f}, loss if correct {-math.log(share):.3f}")

# %% [markdown]
# A probability of 1 costs nothing. Halving the probability of the correct class always adds
# $\log 2 \approx 0.69$, so a confident wrong answer is expensive.
#
# **The gradient.** Write the label as a *one-hot* vector: 1 for the correct class, 0 for the others.
# The derivative of the loss with respect to the logits is the difference of two vectors:

# %% drawing="softmax-one-hot"
drawings.show(
    drawings.one_hot_gradient(),
    "Probabilities 0.1, 0.7, 0.2 minus the one-hot target 0, 0, 1 equals the gradient of the "
    "logits, 0.1, 0.7, -0.8. A step against the gradient raises the logit of the target and "
    "lowers the others, most of all the second.",
)

# %% [markdown]
# *The largest mistake gets the longest arrow. With the hinge loss every violated margin pulls
# equally.*
#
# You can derive the difference in two lines: write $-\log p_y$ as $\log \sum_k e^{s_k} - s_y$, and
# differentiate with respect to $s_j$. From the logits to $W$ it goes as in `svm`.
#
# **Numerical stability.** With pixel values in the hundreds, logits of 1000 are possible, and
# `np.exp(1000)` *overflows* to `inf`. Adding the same number to all logits of an image multiplies
# all exponentials by the same factor, which cancels. So we may choose that number:

# %% drawing="softmax-safe"
drawings.show(
    drawings.safe_exponents(),
    "Logits 920, 960 and 1000 lie where np.exp gives inf, above 709. Minus the largest they are "
    "-80, -40 and 0, between -745 and 709, where float64 holds the exponential. Below -745 np.exp "
    "gives 0.",
)

# %% [markdown]
# *The shifted logits end at 0, and the largest exponential is 1. An exponential that becomes 0 on
# the left is harmless here: its class has almost no probability.*

# %%
logits = np.array([920.0, 960.0, 1000.0])
with np.errstate(over="ignore", invalid="ignore"):
    print("as they are:", np.exp(logits) / np.exp(logits).sum())
shifted = logits - 1000
print("shifted:    ", np.exp(shifted) / np.exp(shifted).sum())

# %% [markdown]
# **Predict, then check.** By hand: the logits are $(\ln 1, \ln 3, \ln 4)$, and class 1, the one in the
# middle, is correct. What are the probabilities, the loss, and the gradient of the logits? What
# changes if you add 100 to all three logits?
#
# <details><summary>Check your prediction</summary>
#
# The exponentials are 1, 3, 4 with sum 8, so the probabilities are $1/8, 3/8, 4/8$. The loss is
# $\log(8/3) \approx 0.98$. The gradient is $(1/8, -5/8, 4/8)$. Adding 100 to all logits changes
# nothing at all, and therefore the entries of the gradient sum to 0.
#
# </details>


# %% answer="softmax-loss-naive" minutes=25 difficulty=3 importance=3
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
        Regularisation strength; the loss has reg * sum(W * W).

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


# %% [markdown] hint="softmax-loss-naive"
# <details><summary>Hint 1: where to look</summary>
#
# Your `svm_loss_naive` has the right frame. What takes the place of the margins? For one image the
# drawing with the three rows of numbers says what the logits get; which pixel values does column $j$
# of `dW` get then?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.exp`, `np.log`, and the sum and the maximum of the logits of *one* image. If a probability may
# round to 0, its logarithm is infinite; $\log \sum_k e^{s_k} - s_y$ avoids that.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. For each image: its logits, shifted; their exponentials; the sum of these; the probabilities.
# 2. Add the loss of the correct class.
# 3. For each class: add the image, times that class's entry of the gradient of the logits, to one
#    column of `dW`. Check by hand: the entries of the three classes sum to 0.
# 4. After the loop: divide by the number of images, and regularise as in `svm`.
#
# </details>

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
        "One term of the loss takes the shifted scores, the other those before the "
        "shift.": -0.5493061443,
        "Some exponentials are shifted and others are not: shift before all of them.": (
            2.2232825779
        ),
        "The scores enter with the wrong sign: a higher score is a higher probability.": (
            1.5837912652
        ),
        "This is the hinge loss; the cross-entropy is asked for.": 0.9506938557,
        "This is 1 minus the probability; its negative logarithm is asked for.": 0.5625,
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
        "Only the column of the correct class is filled; all columns get something.": [
            [0.0, 0.0, -0.1732867951],
            [0.0, -0.3433163402, -0.1732867951],
            [0.0, -0.4332169878, -0.3465735903],
        ],
        "A plain 1 is taken off the column, not 1 times the image.": [
            [0.0866433976, -0.4133566024, -0.3267132049],
            [0.1553066656, -0.2073667983, -0.0520601327],
            [0.2599301927, -0.0667830122, 0.1931471806],
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
        "These are shifted exponentials; divided by their sum they become probabilities.": [
            [0.1732867951, 0.1732867951, 0.0],
            [0.3106133312, 0.0359602591, 0.5493061443],
            [0.5198603854, 0.1732867951, 0.6931471806],
        ],
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
        "The regularisation is halved here, or divided by the number of images.": 1.5869882168,
        "The regularisation counts twice.": 3.8369882168,
        "Only the regularisation is left: add it to the loss of the images.": 1.5,
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
        "The gradient of the regularisation is halved, or divided by the images.": [
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
W, X = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
expected = package_loss(W, X, y, 0.0)
loss, dW = expect_tuple(softmax_loss_naive(W, X, y, 0.0), "loss", "dW")
expect_close(loss, expected[0], "loss without regularisation")
expect_close(dW, expected[1], "dW without regularisation")
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
    why = (
        "With reg = 0 it came out right: compare the regularisation with the docstring."
    )
    if n == c:
        why = "With as many images as classes, axes can be confused without an error."
    names = ("loss", "dW")
    for k, got in enumerate((loss, dW)):
        expect_close(
            got,
            right[k],
            f"{names[k]} (N, D, C = {n}, {d}, {c}; reg = {reg})",
            rtol=1e-5,
            atol=1e-5,
            hint=why,
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
# **Predict, then run.** With tiny weights all ten probabilities are about equal. What is the loss?

# %% tags=["nbval-check-output"]
with needs_answers():
    small = 1e-6 * np.random.default_rng(231).standard_normal((3073, 10))
    loss, _ = softmax_loss_naive(small, X_train[:200], y_train[:200], 0.0)
    print(f"loss with tiny weights: {loss:.2f}")

# %% [markdown] question="softmax-start" points=2 minutes=10
# **Question 1 (2 points).** Which value did you expect, and why? A friend's network for
# 1000 classes starts with a loss of 25. Name two things that may be wrong.

# %% [markdown] marking="softmax-start"
# With equal scores each class has probability 1/10, and the loss is
# $-\log 0.1 = 2.30$. For 1000 classes one expects $\log 1000 = 6.9$. A loss of 25 means
# that the correct class gets about $e^{-25}$: the network is confidently wrong before it has
# learned anything. Likely: the initial weights are far too large; the inputs are not scaled
# (0 to 255); regularisation is part of the loss and large; the sum instead of the mean is
# taken.
#
# *Marking:* 1 for $-\log(1/C)$ with the reason "equal probabilities"; 0.5 for each of two
# causes that make scores large or add to the loss. "Too large a learning rate" earns
# nothing: no step has been made.

# %% [markdown]
# **Further reading**
#
# - CS231n notes, [*Softmax classifier*](https://cs231n.github.io/linear-classify/#softmax-classifier):
#   the loss, its interpretations, and the shift. 15 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 6.2.2.3](https://www.deeplearningbook.org/contents/mlp.html): why the logarithm undoes
#   the exponential, and what goes wrong with other losses. 15 minutes.
# - Good, *Rational decisions*, 1952, Journal of the Royal Statistical Society B 14. The last pages
#   propose the logarithmic score. 15 minutes.
#
# **Harder (optional, no points).** The *perplexity* of a classifier is $e^L$, for a loss $L$ without
# regularisation. Show that it is $C$ if all $C$ probabilities are equal. Then find probabilities for
# which a classifier with 99 % accuracy has a perplexity above 10.
#
# <details><summary>Compare your answer</summary>
#
# With equal probabilities $L = -\log(1/C) = \log C$, so $e^L = C$. For the second part let 99
# of 100 images have probability 1 for their class, and the last one $p$. Then $L = -\log(p) /
# 100$, which exceeds $\log 10$ for $p < 10^{-100}$. One mistake made with absurd confidence is
# enough.
#
# </details>

# %% [markdown]
# ## 2. A gradient check, and where to make it
#
# In `svm` you compared single entries of the gradient with finite differences. Long before deep
# learning, Wolfe (1982) gave a whole paper to the checking of gradients, so common were mistakes in
# them. A check has a blind spot, however: it tests the gradient *at one point*. The notes of CS231n
# therefore advise you to check again after some training. The cross-entropy is smooth, so the kinks of the
# hinge loss are no trouble here.
#
# After this section you can check all entries of a gradient at once, at a point that can reveal a
# mistake.
#
# Move $W$ along a random direction $V$. The loss should change by the inner product of $V$ with
# the gradient $G$ (the harder exercise of `svm` asked for it):
#
# $$\frac{L(W + hV) - L(W - hV)}{2h} \approx \sum_{k,l} V_{kl}\, G_{kl} .$$

# %% drawing="softmax-one-place"
drawings.show(
    drawings.one_place(),
    "The probability of one of ten classes over its logit, the other logits being 0, is an S-shaped "
    "curve. A dashed constant, 1/10, touches it only where the logit is 0, as with tiny weights.",
)

# %% [markdown]
# *At the dot a gradient that forgets about the logits is as good as the right one.*
#
# **Worked example.** Three classes with logits $(s, 0, 0)$. How far is the first probability from the
# constant 1/3?

# %%
for s in (0.001, 0.1, 3.0):
    share = math.exp(s) / (math.exp(s) + 2)
    print(f"s = {s}: probability {share:.4f}, relative difference {share * 3 - 1:.1%}")

# %% [markdown]
# **Predict, then run.** A colleague's code computes the gradient once, at $W = 0$, and returns it for
# ever. The next cell checks your gradient and the colleague's at weights of four sizes. At which sizes
# does the colleague get a relative error below $10^{-5}$ and get away with it?

# %% tags=["experiment"]
with needs_answers():
    draw = np.random.default_rng(231)
    X, y = X_train[:10].astype(float), y_train[:10]
    shape, h = draw.standard_normal((3073, 10)), 1e-8
    _, frozen = softmax_loss_naive(0 * shape, X, y, 0.0)
    print("weights    yours     the colleague's")
    for size in (1e-9, 1e-6, 1e-3, 1.0):
        W = size * shape
        _, dW = softmax_loss_naive(W, X, y, 0.0)
        errors = {"yours": [], "frozen": []}
        for _ in range(10):
            V = draw.standard_normal(W.shape)
            rise = softmax_loss_naive(W + h * V, X, y, 0.0)[0]
            rise = (rise - softmax_loss_naive(W - h * V, X, y, 0.0)[0]) / (2 * h)
            for name, G in (("yours", dW), ("frozen", frozen)):
                along = np.sum(V * G)
                error = abs(rise - along) / (abs(rise) + abs(along))
                errors[name].append(error)
        medians = [np.median(found) for found in errors.values()]
        print(f"{size:7.0e}   {medians[0]:.1e}   {medians[1]:.1e}")

# %% [markdown]
# <details><summary>Compare with ours</summary>
#
# Your error is about $10^{-10}$ up to weights of $10^{-3}$, and $6 \cdot 10^{-8}$ with weights of
# 1, where the losses are large and lose digits. The colleague's is $3 \cdot 10^{-7}$ with weights
# of $10^{-9}$, where nobody would object, $5 \cdot 10^{-4}$ with $10^{-6}$, and above 10 % from
# $10^{-3}$ on. The first weights of a training are small on purpose, so the usual place for a check
# is a bad one. Check again with weights that make some probabilities large. The step is smaller
# than in `svm`, $10^{-8}$, because it moves all 30,730 weights at once.
#
# </details>
#
# **Further reading**
#
# - CS231n notes, [*Gradient checks*](https://cs231n.github.io/neural-networks-3/#gradcheck): look for
#   "burn-in" and "characteristic mode of operation". 10 minutes.
# - PyTorch documentation,
#   [*Gradcheck mechanics*](https://pytorch.org/docs/stable/notes/gradcheck.html): its slow mode checks
#   entries, as in `svm`, and its fast mode random directions. 15 minutes.
# - Wolfe, *Checking the calculation of gradients*, 1982, ACM Transactions on Mathematical Software 8.
#   15 minutes.
#
# **Harder (optional, no points).** Which directions $V$ have $\sum_{kl} V_{kl} G_{kl} = 0$ for *every*
# image and every $W$? (Add the same column to all columns of $W$.) What does this say about the number
# of weights that the classifier really needs, and which weights does L2 regularisation choose?
#
# <details><summary>Compare your answer</summary>
#
# All $V$ whose columns are equal. They add one number to all scores of an image, and the
# softmax does not change. There are $D$ such directions among $D \cdot C$, so $D (C - 1)$
# weights suffice: one column may be fixed at 0. L2 regularisation chooses the matrix in which
# each row sums to 0, since subtracting a row's mean keeps the probabilities and makes $\sum
# W^2$ smaller.
#
# </details>

# %% [markdown]
# ## 3. Vectorising, and the log-softmax
#
# The loop costs time, as in `svm`. Without it a new mistake is possible: each image must be shifted by
# *its own* largest logit, and an axis is soon confused. There is a second trap. A probability can
# round to 0, and its logarithm is then minus infinity. Libraries avoid both with one function for softmax
# and logarithm together: PyTorch's `cross_entropy` takes logits, not probabilities. Blanchard, Higham
# and Higham (2021) analysed the rounding errors and confirmed that the shift is safe. Its cost is one
# more pass over the logits.
#
# After this section you can compute loss and gradient of a batch stably, without a Python loop.
#
# The *log-softmax* is computed from the logits $s_{ij}$ directly. The second term is called
# *log-sum-exp*:
#
# $$\log p_{ij} = s_{ij} - \log \sum_k e^{s_{ik}} .$$

# %% drawing="softmax-row-maxima"
drawings.show(
    drawings.row_maxima(),
    "Three images with three logits each, 1 4 2, 9 7 8 and 3 3 5, minus their largest, 4, 9, 5. As a "
    "column this makes the largest of each row 0. As a row it runs without an error, and the results "
    "are wrong: 9 becomes 5.",
)

# %% [markdown]
# *Left, each row ends at 0. Right, broadcasting has subtracted the second image's maximum from the
# second class of every image. Only a square matrix lets this pass without an error.*
#
# **Worked example.** `keepdims` keeps the axis, and the log-softmax keeps a number where the logarithm
# of a rounded probability has none:

# %%
logits = np.array([[1.0, 4.0, 2.0], [9.0, 7.0, 8.0]])
print("shape", logits.max(axis=1).shape, "with keepdims", end=" ")
print(logits.max(axis=1, keepdims=True).shape)
far = np.array([0.0, -800.0])  # the largest is 0 already
with np.errstate(divide="ignore"):
    print("logarithm of the softmax:", np.log(np.exp(far) / np.exp(far).sum()))
print("log-softmax:             ", far - np.log(np.exp(far).sum()))

# %% [markdown]
# **Predict, then check.** Four images and three classes: what does `scores - scores.max(axis=1)` do?
# And for three images and three classes?
#
# <details><summary>Check your prediction</summary>
#
# Shapes $(4, 3)$ and $(4,)$ do not fit: broadcasting compares the *last* axes, 3 and 4, and raises a
# `ValueError`. Shapes $(3, 3)$ and $(3,)$ fit, and the result is wrong in silence. That is the right half
# of the drawing.
#
# </details>


# %% answer="softmax-loss-vectorized" minutes=20 difficulty=3 importance=3
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
        Regularisation strength; the loss has reg * sum(W * W).

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


# %% [markdown] hint="softmax-loss-vectorized"
# <details><summary>Hint 1: where to look</summary>
#
# Take your naive version line by line. Which shape has each of its numbers for a whole batch: the
# logits, their maxima, the sums, the probabilities? Along which axis does each sum run?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `keepdims=True` for maxima and sums. Two index arrays pick one entry per row, as in `svm`, and can be
# changed in place as well: that subtracts a one-hot vector from every row.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Logits (N, C); take the maximum of each row, (N, 1), off; then the log-softmax (N, C).
# 2. Loss: the mean over the images of what the correct classes cost; plus regularisation.
# 3. Gradient of the logits (N, C): probabilities minus one-hot. Each row sums to 0; check it.
# 4. `dW` (D, C): the same product as in `svm`, over the number of images; plus regularisation.
#
# </details>

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
        "One term of the loss takes the shifted scores, the other those before the "
        "shift.": -0.5493061443,
        "Some exponentials are shifted and others are not: shift before all of them.": (
            2.2232825779
        ),
        "The scores enter with the wrong sign: a higher score is a higher probability.": (
            1.5837912652
        ),
        "This is the hinge loss; the cross-entropy is asked for.": 0.9506938557,
        "This is 1 minus the probability; its negative logarithm is asked for.": 0.5625,
        "Each class is shifted by its largest score; each image should be.": (
            0.9485599924
        ),
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
        "Only the column of the correct class is filled; all columns get something.": [
            [0.0, 0.0, -0.1732867951],
            [0.0, -0.3433163402, -0.1732867951],
            [0.0, -0.4332169878, -0.3465735903],
        ],
        "Each image loses 1 at the classes of all images; only at its own it should.": [
            [0.0866433976, -0.2599301927, -0.1732867951],
            [0.1553066656, -0.6032465329, -0.4479398673],
            [0.2599301927, -0.9530773733, -0.6931471806],
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
        "These are shifted exponentials; divided by their sum they become probabilities.": [
            [0.1732867951, 0.1732867951, 0.0],
            [0.3106133312, 0.0359602591, 0.5493061443],
            [0.5198603854, 0.1732867951, 0.6931471806],
        ],
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
        "The regularisation is halved here, or divided by the number of images.": 1.5869882168,
        "The regularisation counts twice.": 3.8369882168,
        "Only the regularisation is left: add it to the loss of the images.": 1.5,
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
        "The gradient of the regularisation is halved, or divided by the images.": [
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
W, X = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
expected = package_loss(W, X, y, 0.0)
loss, dW = expect_tuple(softmax_loss_vectorized(W, X, y, 0.0), "loss", "dW")
expect_close(loss, expected[0], "loss without regularisation")
expect_close(dW, expected[1], "dW without regularisation")
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
    why = (
        "With reg = 0 it came out right: compare the regularisation with the docstring."
    )
    if n == c:
        why = "With as many images as classes, axes can be confused without an error."
    names = ("loss", "dW")
    for k, got in enumerate((loss, dW)):
        expect_close(
            got,
            right[k],
            f"{names[k]} (N, D, C = {n}, {d}, {c}; reg = {reg})",
            rtol=1e-5,
            atol=1e-5,
            hint=why,
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

# %% [markdown]
# **Experiment.** The same numbers from both versions. Guess the factor for 500 images: is it as large as in
# `svm`, although each class now needs an exponential?

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
# <details><summary>Compare with ours</summary>
#
# On one core we measured 23 and 1.7 ms, a factor of 14. The hinge loss took 39 and 1.7 ms, a factor
# of 24. So the exponentials hardly count: ten per image, beside about 60,000 multiplications and
# additions for the ten logits. The loops of our hinge loss compute one margin at a time in Python,
# while `np.exp` takes the ten classes of an image at once.
#
# </details>
#
# **Further reading**
#
# - Blanchard, Higham and Higham, *Accurately computing the log-sum-exp and softmax functions*, 2021,
#   [arXiv:1909.03469](https://arxiv.org/abs/1909.03469). Sections 1 and 2. 20 minutes.
# - PyTorch documentation,
#   [*cross_entropy*](https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html):
#   what a library's version takes, and its options. 10 minutes.
#
# **Harder (optional, no points).** *Label smoothing* (Szegedy et al., 2016) replaces the one-hot vector by
# 0.9 for the correct class plus 0.1 shared by all classes. Change loss and gradient accordingly. Which
# logits minimise the loss of one image now, and are they finite?
#
# <details><summary>Compare your answer</summary>
#
# The loss becomes $-\sum_j t_j \log p_j$ with the targets $t$, and its gradient with respect to
# the logits $p - t$. It vanishes for $p = t$. With ten classes the correct one has $t = 0.91$
# and the others 0.01, so the logits differ by $\log 91 \approx 4.5$. That is finite. With
# one-hot targets the best difference is infinite, and the weights grow for as long as you
# train.
#
# </details>

# %% [markdown]
# ## 4. Training, and how long a step may be
#
# The training loop that you wrote in `svm` does not care what the loss is. There, a random search
# found a learning rate, and some trainings diverged. Can you tell beforehand which ones will? Le Cun,
# Kanter and Solla (1991) traced the limit to the largest *curvature* of the loss, and showed that
# centring the inputs lowers it. For deep networks the curvature changes while they train. Cohen et al.
# (2021) reported that with full-batch descent it often rises until it sits just at the limit. Why
# training works there is still being studied.
#
# After this section you can estimate the largest useful learning rate before you train.
#
# Along a direction of curvature $c$ the loss looks like $\frac12 c\, w^2$ with the slope $c\, w$. A step
# then multiplies $w$ by a factor, and training along this direction converges only if the factor lies
# between −1 and 1:
#
# $$w \leftarrow w - \eta\, c\, w = (1 - \eta c)\, w, \qquad
# \text{so} \qquad \eta < \frac{2}{c} .$$

# %% drawing="softmax-step-factors"
drawings.show(
    drawings.step_factors(),
    "The factor 1 minus rate times curvature on a line. With rate 0.2 it is 0.80 for curvature 1 and "
    "-0.80 for curvature 9. With rate 0.23 it is 0.77 and -1.07, which lies below -1, where training "
    "diverges.",
)

# %% [markdown]
# *A slightly higher rate moves the square over the border. The circle, with its low curvature, is still
# slow. The steepest direction sets the limit, and the flattest one sets the time.*
#
# **Worked example.** Five steps from $w = 1$ in the two directions of the drawing:

# %%
for rate in (0.2, 0.23):
    for curvature in (1, 9):
        path = [(1 - rate * curvature) ** step for step in range(6)]
        print(f"rate {rate}, curvature {curvature}:", np.round(path, 2))

# %% [markdown]
# **Predict, then check.** The valley in the demonstration below has curvature 1 along its length and 9
# across. At which learning rate does descent begin to jump across the bottom, and where does it diverge?
# With momentum 0, try 0.1, 0.15, 0.22 and 0.23.
#
# <details><summary>Check your prediction</summary>
#
# Across the valley the factor is $1 - 9\eta$. It becomes negative above $\eta = 1/9 \approx 0.11$ and
# falls below −1 above $2/9 \approx 0.222$. So 0.15 jumps and converges, 0.22 jumps and hardly converges,
# and 0.23 diverges.
#
# </details>

# %% tags=["experiment"]
learning_rate_demo()

# %% [markdown]
# **Your loss.** The package's `Softmax` has the training loop; here it gets your loss.


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
# What is its curvature? As long as all probabilities are equal, the largest one is
# $c = \lambda_1 / C + 2\lambda$. Here $\lambda_1$ is the largest *eigenvalue* of $\frac1N X^\top X$:
# how far the images extend in their longest direction. The next cell finds it by *power iteration*,
# which multiplies a vector with the matrix again and again:


# %%
def limit(reg):
    """Estimate the learning rate above which training diverges."""
    images = X_train[:2000]
    direction = np.ones(3073, dtype=np.float32)
    for _ in range(20):
        direction = images.T @ (images @ direction) / len(images)
        largest = np.linalg.norm(direction)
        direction /= largest
    return 2 / (largest / 10 + 2 * reg)


for reg in (1e2, 1e4, 1e6):
    print(f"reg {reg:.0e}: learning rates below {limit(reg):.1e}")

# %% [markdown]
# **Predict, then run.** The search of `svm` again, with your loss and wider learning rates. The line is
# the limit that we have just computed. What do you expect to the right of it, and what at the left edge?
# Does the best place lie where the support vector machine had its own?

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
    ax = show_search(trials, label="validation accuracy")
    regs = np.geomspace(*np.sort([t.settings["reg"] for t in trials])[[0, -1]], 50)
    ax.plot([limit(reg) for reg in regs], regs, "w-", linewidth=2)
    ax.set_title("white line: the limit computed before", fontsize=9)
    plt.show()

# %% [markdown]
# <details><summary>How to read it</summary>
#
# At the left edge training has not arrived after 300 steps. To the right of the line, at strong
# regularisation, it diverges (the black cross) or gets worse. In a separate run with `reg` $10^5$
# we took 0.9, 1.1 and 2 times the limit: the loss after 300 steps was 2.4, 3.9 and 25. The surprise
# is the dot at the lower right. It lies beyond the line and gets 35 %. The estimate holds for equal
# probabilities. Where probabilities approach 0 or 1 the curvature of the cross-entropy falls, so
# the loss jumps about and does not diverge. The curvature of the regularisation stays, and at the
# top nothing helps. Our best learning rate was $5.5 \cdot 10^{-7}$; in the same search `svm` found
# $2.7 \cdot 10^{-7}$, both with `reg` $10^4$. One reason: a violated margin counts fully in the
# gradient, and a probability only in part.
#
# </details>
#
# Write down what you found. The test trains once more with your hyperparameters, on 3000 synthetic
# images, and measures the accuracy on 1000 others.


# %% answer="softmax-search" minutes=10 difficulty=2 importance=2
def softmax_settings():
    """Return the numbers you chose: {"learning_rate": ..., "reg": ...}."""
    ### BEGIN SOLUTION
    return {"learning_rate": 1e-6, "reg": 3e3}
    ### END SOLUTION


# %% [markdown] hint="softmax-search"
# <details><summary>Hint 1: where to look</summary>
#
# The three lines above the heat map. How far is each of them from the white line?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Numbers, not logarithms, under the two names of the docstring. Prefer a place inside a bright region
# to the single best dot.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# Put your regularisation strength into `limit`. A learning rate between a tenth and a half of the
# result neither diverges nor crawls. If the accuracy stays low nevertheless, make the regularisation
# ten times weaker or stronger.
#
# </details>

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
        isinstance(value, int | float | np.floating) and value > 0,
        f"{name} should be a number above 0, not its logarithm; got {in_words(value)}.",
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
    f"With {in_words(chosen)} only {accuracy:.1%} come out right; 30 % are asked for. "
    f"Look for the bright part of the heat map: too small a learning rate does not get "
    f"there, too large a one diverges, and too strong a regularisation flattens the "
    f"templates.",
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
        isinstance(value, int | float | np.floating) and value > 0,
        f"{name} should be a number above 0, not its logarithm; got {in_words(value)}.",
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
    f"With {in_words(chosen)} only {accuracy:.1%} of other images come out right; 30 % "
    f"are asked for. Take numbers well inside the bright part of the heat map.",
)
passed("softmax-search", f"{accuracy:.1%} of other images come out right")

# %% [markdown]
# Now train for longer with the best hyperparameters of your search, and look once at the test images.

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

# %% [markdown]
# **What has it learned?** The templates again. Compare them with those of the support vector machine.

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
# **Further reading**
#
# - Le Cun, Kanter and Solla, *Eigenvalues of covariance matrices: application to neural-network learning*,
#   1991, [doi:10.1103/PhysRevLett.66.2396](https://doi.org/10.1103/PhysRevLett.66.2396). Four pages. 20
#   minutes.
# - Cohen et al., *Gradient descent on neural networks typically occurs at the edge of stability*, 2021,
#   [arXiv:2103.00065](https://arxiv.org/abs/2103.00065). Sections 1 to 3. 30 minutes.
# - Goh, [*Why momentum really works*](https://distill.pub/2017/momentum/), 2017: the same factors, to
#   play with, and what momentum does to them. 25 minutes.
#
# **Harder (optional, no points).** Leave out the centring, that is, use the pixel values from 0 to 255 as
# they are. How much larger does $\lambda_1$ become, and how much smaller the limit? Check by training.
#
# <details><summary>Compare your answer</summary>
#
# For 5000 images of `shapes10` we measured $\lambda_1 = 4.2 \cdot 10^6$ with centring and $47
# \cdot 10^6$ without: 11 times as much. Since $\lambda_1 / C$ dominates the curvature, the
# longest step is 11 times shorter. The large direction is the mean image. It tells no class
# from another, and it alone limits the learning rate for all the directions that do.
#
# </details>

# %% [markdown]
# ## 5. Two losses, the same data
#
# Which loss is better? Tang (2013) replaced the softmax at the end of deep networks by a hinge loss and
# reported lower test errors on several data sets. Today cross-entropy is the usual choice, often
# because probabilities are useful, and seldom because of a measurable difference in accuracy. They
# differ in what they ask of an image that is right already (question 2).
#
# After this section you can say what each loss asks of the scores, and choose.
#
# Log-sum-exp is a *soft maximum*: slightly above the largest score, whichever it is. For one image,
#
# $$L_i^{\text{hinge}} = \sum_{j \ne y_i} \max(0,\; s_j - s_{y_i} + 1), \qquad
# L_i^{\text{softmax}} = \log \sum_k e^{s_k} - s_{y_i} .$$

# %% drawing="softmax-soft-maximum"
drawings.show(
    drawings.soft_maximum(),
    "Scores 3, 1 and 2.5 on a line have the soft maximum 3.55. If the class with 3 is correct, the "
    "cross-entropy is the distance 0.55. If the class with 1 is correct, it is 2.55.",
)

# %% [markdown]
# *The cross-entropy is the length of the arrow. The same three scores were in the drawing of the margin
# in `svm`, where the upper image paid 0.5.*
#
# **Worked example.** Both losses of the lower image, and which of its terms count:

# %%
scores, correct = {"cat": 1.0, "dog": 3.0, "car": 2.5}, "cat"
terms = {name: s - scores[correct] + 1 for name, s in scores.items() if name != correct}
print("hinge:", terms, "sum", sum(max(0, term) for term in terms.values()))
soft_maximum = math.log(sum(math.exp(s) for s in scores.values()))
print(f"cross-entropy: {soft_maximum:.3f} - {scores[correct]} =", end=" ")
print(f"{soft_maximum - scores[correct]:.3f}")

# %% [markdown]
# **Predict, then check.** An image is hopelessly wrong: of two classes, the correct one has score $-5$
# and the other one $+5$. The hinge loss is $10 + 1 = 11$. Is the cross-entropy about 3, 10 or
# $e^{10} \approx 22{,}000$?
#
# <details><summary>Check your prediction</summary>
#
# About 10: the soft maximum of $-5$ and $5$ is 5.00005, and $5.00005 + 5 \approx 10$. Many expect the
# exponential, but the logarithm undoes it. Both losses grow *linearly* with how wrong a score is, and
# one absurd label cannot take over the sum.
#
# </details>
#
# **Predict, then run.** The two classifiers were trained on the same images. On how many percent of the
# validation images do they give the same answer: 50, 80 or 95?

# %% tags=["experiment"]
with needs_answers():
    svm = LinearSVM()
    svm.train(X_train, y_train, 1e-7, 2.5e4, num_iters=1000)
    answers = {"hinge": svm.predict(X_val), "softmax": classifier.predict(X_val)}
    for name, y_pred in answers.items():
        print(f"{name}: {np.mean(y_pred == y_val):.3f} of the validation images right")
    same, wrong = answers["hinge"] == answers["softmax"], answers["hinge"] != y_val
    print(
        f"same answer: {np.mean(same):.3f}; where hinge is wrong: {same[wrong].mean():.3f}"
    )

# %% [markdown]
# <details><summary>What we make of it</summary>
#
# Both get 39.3 % right, and they agree on 78 % of all images. Even where the hinge loss is wrong,
# the other classifier makes *the same* mistake in 73 % of the cases. The data and the single
# template decide most, the loss decides little. So a vote of the two would gain little as well: an
# *ensemble*, a set of models that vote, profits from members that make different mistakes.
#
# </details>

# %% [markdown] question="softmax-point" points=2 minutes=10
# **Question 2 (2 points).** The weights stay as they are, and one more training image is
# added to the sum of the losses (not divided by $N$). Can its contribution be exactly
# zero with the hinge loss? With cross-entropy? What does that mean for training once
# nearly all images are right?

# %% [markdown] marking="softmax-point"
# Hinge: yes, if the correct score leads every other by at least 1; all maxima are zero, and
# so is the gradient. Cross-entropy: never, since $p_y < 1$ for finite scores, so
# $-\log p_y > 0$; it only approaches zero. So the hinge loss ends its interest in an image
# that is right by a margin and attends to the rest, while cross-entropy goes on pulling
# scores apart, ever more weakly (without regularisation the weights grow without end).
#
# *Marking:* 0.5 for each of the two answers with its reason; 1 for the consequence
# (margins reached: gradient zero; cross-entropy always a gradient). In float32 the loss
# can round to 0: accept if said in addition.

# %% [markdown]
# **Further reading**
#
# - Tang, *Deep learning using linear support vector machines*, 2013,
#   [arXiv:1306.0239](https://arxiv.org/abs/1306.0239). 15 minutes.
# - Soudry et al., *The implicit bias of gradient descent on separable data*, 2018,
#   [arXiv:1710.10345](https://arxiv.org/abs/1710.10345). Section 1 and figure 1: where a long training
#   leads the two classifiers. 20 minutes.
#
# **Harder (optional, no points).** A margin of $m$ instead of 1 in the hinge loss, without regularisation:
# show that it changes nothing but the scale of $W$. What takes the place of $m$ in the cross-entropy?
# (Section 6 has a name for it.)
#
# <details><summary>Compare your answer</summary>
#
# $\max(0, s_j - s_y + m) = m \max(0, s_j / m - s_y / m + 1)$. So the loss of $W$ with margin
# $m$ is $m$ times the loss of $W / m$ with margin 1. The best weights are $m$ times as large and
# predict the same. In the cross-entropy a factor on all logits takes this
# place. Its inverse is called *temperature*.
#
# </details>

# %% [markdown]
# ## 6. Can you trust the probabilities?
#
# A forecaster who says "70 % rain" should be right on seven of ten such days. Such probabilities are
# called *calibrated*; meteorologists have checked theirs since Brier (1950). Platt (1999) fitted two
# numbers to turn the scores of a support vector machine into probabilities. Guo et al. (2017) reported
# that deep networks of their time were *overconfident*, and that one number, a *temperature*, repaired
# most of it. Minderer et al. (2021) found some newer architectures well calibrated, so this is not a law.
# Calibration costs a validation set, and it promises nothing about images of another kind.
#
# After this section you can measure calibration, and repair it with one number.
#
# The softmax at temperature $T$ divides the logits first:
#
# $$p_j(T) = \frac{e^{s_j / T}}{\sum_k e^{s_k / T}} .$$

# %% drawing="softmax-temperature"
drawings.show(
    drawings.temperature_bars(),
    "Probabilities of the logits 1, 3, 2 at three temperatures. T = 0.5: 0.02, 0.87, 0.12. T = 1: 0.09, "
    "0.67, 0.24. T = 4: 0.25, 0.42, 0.33.",
)

# %% [markdown]
# *Follow the green bar, the favourite. Its height changes, and it remains the favourite.*
#
# **Worked example.** *Confidence* is the probability of the favourite. Five predictions, three of them
# right:

# %%
confidence = np.array([0.9, 0.8, 0.8, 0.6, 0.9])
correct = np.array([True, True, False, False, True])
print(f"mean confidence {confidence.mean():.2f}, accuracy {correct.mean():.2f}")
print(f"overconfident by {confidence.mean() - correct.mean():.2f}")

# %% [markdown]
# **Predict, then check.** What do the probabilities become for $T \to \infty$ and for $T \to 0$? Which of
# these change with $T$: the accuracy, the confidence, the cross-entropy?
#
# <details><summary>Check your prediction</summary>
#
# For $T \to \infty$ all logits become equal, and so do the probabilities. For $T \to 0$ the favourite gets
# probability 1. The accuracy stays as it is, since dividing by $T$ keeps the order. Confidence and
# cross-entropy change. So two classifiers with the same predictions can have different losses.
#
# </details>
#
# **Experiment.** Three classifiers with different regularisation. The validation images are sorted by
# confidence and cut into ten groups. Each marker is a group: how sure the classifier was, and how often it was
# right. On the line it is calibrated, below it overconfident. The *expected calibration error*
# (ECE) is the mean distance from the line. **Predict, then run:** on which side lies the classifier with the
# strongest regularisation, and on which the one without any?


# %% tags=["experiment"]
def probabilities(logits, T=1.0):
    """Compute the softmax at a temperature, row by row."""
    powers = np.exp((logits - logits.max(axis=1, keepdims=True)) / T)
    return powers / powers.sum(axis=1, keepdims=True)


def log_loss(logits, y, T):
    """Compute the cross-entropy at a temperature."""
    p = probabilities(logits.astype(float), T)[np.arange(len(y)), y]
    return -np.mean(np.log(np.maximum(p, 1e-300)))


with needs_answers():
    fig, ax = plt.subplots(figsize=(4.2, 3.6), layout="constrained")
    ax.plot([0, 1], [0, 1], ":", color="0.5")
    temperatures = np.geomspace(0.1, 10, 41)
    for (rate, reg), marker in zip(
        [(1e-7, 2.5e4), (1e-6, 300), (1e-6, 0)], "osD", strict=True
    ):
        model = MySoftmax()
        model.train(X_train, y_train, rate, reg, num_iters=2000)
        logits = X_val @ model.W
        p = probabilities(logits)
        sure, right = p.max(axis=1), p.argmax(axis=1) == y_val
        groups = np.array_split(np.argsort(sure), 10)
        points = np.array([[sure[g].mean(), right[g].mean()] for g in groups])
        ax.plot(*points.T, marker, label=f"reg {reg:g}")
        ece = np.mean(np.abs(points[:, 0] - points[:, 1]))
        best = min(temperatures, key=lambda T: log_loss(logits, y_val, T))
        print(
            f"reg {reg:7g}: accuracy {right.mean():.3f}, confidence {sure.mean():.3f}, "
            f"ECE {ece:.3f}, best temperature {best:.2f}"
        )
    ax.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    ax.legend(loc="upper left")
    plt.show()

# %% [markdown]
# <details><summary>What we make of it</summary>
#
# Many expect a classifier with 36 % accuracy to be overconfident. With `reg` 25,000 it is
# *under*confident: right on 36 % of the images with a mean confidence of 21 %. Regularisation keeps
# the weights small, so the logits are small, as at a high temperature. Its best temperature is
# 0.63, which undoes that. Without regularisation the confidence is 46 % at 34 % accuracy, and the
# best temperature is 1.8. With `reg` 300 the ECE is 0.045 and the temperature near 1. To argue
# about: the accuracies differ by a few percent only. Would you choose the regularisation by
# accuracy and repair the rest with a temperature, or choose it by the cross-entropy?
#
# </details>
#
# **To discuss at lunch: is it surer about images or about noise?** A classifier has seen images of ten
# classes and nothing else. We show it three things: validation images, the same images with four times the
# contrast, and pure noise with the same standard deviation.
#
# **Predict, then run.** Order the three by the mean confidence, for a classifier with regularisation and
# for one without.

# %% tags=["experiment"]
with needs_answers():
    pixels = X_val[:, :-1]
    noise = np.random.default_rng(231).normal(0, pixels.std(), pixels.shape)
    shown = {"images": pixels, "contrast x 4": 4 * pixels, "noise": noise}
    for reg in (300, 0):
        model = MySoftmax()
        model.train(X_train, y_train, 1e-6, reg, num_iters=2000)
        for name, rows in shown.items():
            logits = rows @ model.W[:-1] + model.W[-1]
            sure = probabilities(logits).max(axis=1).mean()
            line = f"reg {reg:3}, {name:12}: confidence {sure:.2f}"
            if name != "noise":
                line += f", accuracy {np.mean(logits.argmax(axis=1) == y_val):.3f}"
            print(line)

# %% [markdown]
# <details><summary>What we make of it</summary>
#
# Four times the contrast: not one more image right, and with `reg` 300 the confidence rises from 37
# % to 77 %. Apart from the bias, logits are proportional to the image, so contrast acts as a
# temperature of 1/4. The classifier cannot tell "more like a truck" from "the same truck in
# brighter light".
#
# Without regularisation it is surer about noise (67 %) than about images (46 %). Each gradient is a
# combination of training images, so the weights change only in directions in which images extend.
# We measured that 100 of the 3072 directions hold 90 % of the images' *energy*, the sum of squares,
# and 3 % of that of noise. In the others the *initial random weights* survive the training, no image shows it, and
# noise meets them all. With `reg` 300 they decay, and noise gets 31 %. Is low confidence on noise
# enough to call a classifier safe? Which images would you add to this list before you let it drive
# a car?
#
# </details>
#
# **Further reading**
#
# - Guo et al., *On calibration of modern neural networks*, 2017,
#   [arXiv:1706.04599](https://arxiv.org/abs/1706.04599). Sections 1 to 4, with temperature scaling. 30
#   minutes.
# - Minderer et al., *Revisiting the calibration of modern neural networks*, 2021,
#   [arXiv:2106.07998](https://arxiv.org/abs/2106.07998). Figure 1 and section 4. 20 minutes.
# - Hein, Andriushchenko and Bitterwolf, *Why ReLU networks yield high-confidence predictions far away from
#   the training data*, 2019, [arXiv:1812.05720](https://arxiv.org/abs/1812.05720). Sections 1 and 2. 20
#   minutes.
#
# **Harder (optional, no points).** The best temperature was chosen by the images on which we then looked at
# the result. Choose it by half of the validation images, and measure loss and ECE on the other half. How many
# images does one number need? Then give each class a temperature of its own: does it help or overfit?
#
# <details><summary>Compare your answer</summary>
#
# One number is settled by few images: halve the set again and again, and see when the chosen
# temperature begins to jump. Ten temperatures share the same images, so each rests on a tenth
# of them. If they help, loss and ECE fall on the half that chose *and* on the other half. If
# only the first falls, they have overfitted.
#
# </details>
#
# ## What you have
#
# Two losses in which every later network can end, a way to estimate a learning rate before training, and
# a measure of how far probabilities deserve trust. In `two_layer_net` something goes between image and scores.
