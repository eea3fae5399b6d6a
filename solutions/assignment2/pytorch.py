# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # PyTorch
#
# You have derived every gradient by hand so far. From here on a library may do it. PyTorch
# records what you compute with its *tensors* and derives the gradients itself. You build the
# same small convnet three times, each time with more help, write the loop that trains it,
# compare the library's gradients with those of your own layers, and end with a network of
# your own.
#
# **You need:** the notebook `convolutional_networks`, and PyTorch itself; a build for the CPU
# is enough (`%pip install torch` in a cell, where it is missing). **Time (our estimate, as are
# all minutes below):** about four hours.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests
# below it. A test that fails says what it expected, what it got and where to look; one
# that passes prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import copy
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n import drawings, figures
from cs231n.data import find_cifar10, load_cifar10, split_cifar10
from cs231n.layers import affine_backward, affine_forward, conv_forward
from cs231n.layers import conv_relu_backward, conv_relu_forward, softmax_loss
from cs231n.nets.linear import softmax_loss_vectorized
from cs231n.notebook import missing_library, needs_answers, quick
from cs231n.optim import nesterov_momentum, sgd, sgd_momentum
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)
from cs231n.vis import tile

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    import torch.optim as optim
    from torch.utils.data import DataLoader, TensorDataset

    from cs231n import pytorch  # lets the tests hand arrays to your answers

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype, Flatten = torch.float32, nn.Flatten
    print(f"PyTorch {torch.__version__}; networks train on: {device}")
except ImportError:
    torch = nn = F = optim = pytorch = missing_library("PyTorch", "torch")
    DataLoader = TensorDataset = Flatten = torch

#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()

#: Ready-made versions with NumPy, for the tests: your answers do without.
READY = ["affine_backward", "affine_forward", "conv_relu_backward", "conv_relu_forward"]
READY += ["softmax_loss", "softmax_loss_vectorized"]

# %% [markdown]
# ## 1. Tensors that remember
#
# A gradient derived by hand has to be derived again after every change of the network.
# Theano (Bergstra et al., 2010) derived gradients itself, from a graph that you described in
# advance. Chainer (Tokui et al., 2015) recorded the graph while your program ran, so that
# loops and conditions of Python worked in it. PyTorch (Paszke et al., 2017) took this up.
# The record has a price: what a step computed stays in memory until the backward pass.
# Whether to record or to compile is still discussed; `torch.compile` (Ansel et al., 2024)
# tries to offer both.
#
# After this section you can turn NumPy code into PyTorch code that yields its own gradients,
# and move arrays in and out.
#
# A *tensor* is an array: shapes, slices, broadcasting and most names are NumPy's. Two things
# are new. It may lie on a GPU. And a tensor with `requires_grad=True` is recorded: whatever
# you compute from it knows the step that made it. From a single number $L$ at the end,
# `L.backward()` walks this *computational graph* and **adds** to every *leaf* $p$, a tensor at
# its beginning,
#
# $$p\text{.grad} \leftarrow p\text{.grad} + \frac{\partial L}{\partial p} .$$

# %% drawing="torch-graph"
with needs_answers():
    x = torch.tensor(2.0, requires_grad=True)
    square, triple = x**2, 3 * x
    y = square + triple
    for tensor in (square, triple, y):
        tensor.retain_grad()  # so that the drawing can show it
    y.backward()
    drawings.show(
        drawings.tape_graph(y, {"x": x, "x²": square, "3x": triple, "y": y}),
        "The graph that PyTorch recorded for y = x squared + 3 x at x = 2. A power gives 4, "
        "a product gives 6, their sum is 10. Dashed gradients run back: 1 to each of the "
        "two, 4 + 3 = 7 to x.",
        svg=True,
    )

# %% [markdown]
# *The graph of $y = x^2 + 3x$ at $x = 2$, as PyTorch recorded it. Two dashed arrows reach x;
# they bring 4 and 3, and `x.grad` is their sum, 7.*
#
# **Worked example.** The same in code, and the ways between NumPy and PyTorch. Watch what
# happens to the two tensors when the array changes:

# %%
with needs_answers():
    x = torch.tensor(2.0, requires_grad=True)
    y = x**2 + 3 * x
    y.backward()
    print(f"y = {y.item()}, made by {y.grad_fn.name()}, x.grad = {x.grad}")
    array = np.array([1.0, 2.0])
    shares, copies = torch.from_numpy(array), torch.tensor(array)
    array[0] = 100
    print("from_numpy:", shares.numpy(), "  tensor:", copies.numpy())

# %% [markdown]
# `.item()` makes a number, `.numpy()` an array. `torch.from_numpy` shares its memory with the
# array, `torch.tensor` copies it.
#
# **Predict, then check.** A second `y = x**2 + 3 * x` and a second `y.backward()` follow, with
# the same `x`. What is `x.grad` now?
#
# <details><summary>Check your prediction</summary>
#
# It is 14. The derivative is 7 again, and `backward()` *adds* it to the 7 that is there. A
# frequent answer is 7, as if `.grad` were replaced. Section 2 lives with this.
#
# </details>
#
# Now the softmax loss of a linear classifier once more,
#
# $$L = \frac1N \sum_i -\log \frac{e^{s_{i y_i}}}{\sum_j e^{s_{ij}}}
# + \lambda \sum W^2, \qquad s = X W ,$$
#
# as you wrote it in `softmax`: arrays in, a number and an array out. This time you derive
# nothing. `F.cross_entropy(scores, y)` is the mean in the formula; it takes *logits*.


# %% answer="torch-softmax" minutes=15 difficulty=2 importance=3
def softmax_loss_autograd(W, X, y, reg):
    """Compute the softmax loss of a linear classifier, and let autograd derive it.

    Parameters
    ----------
    W : ndarray of shape (D, C)
        Weights.
    X : ndarray of shape (N, D)
        Examples.
    y : ndarray of int64, shape (N,)
        Classes.
    reg : float
        Strength of the L2 regularisation, reg * sum(W * W).

    Returns
    -------
    loss : float
    dW : ndarray of shape (D, C)
    """
    ### BEGIN SOLUTION
    W = torch.tensor(W, requires_grad=True)
    scores = torch.from_numpy(X) @ W
    loss = F.cross_entropy(scores, torch.from_numpy(y)) + reg * (W * W).sum()
    loss.backward()
    return loss.item(), W.grad.numpy()
    ### END SOLUTION


# %% [markdown] hint="torch-softmax"
# <details><summary>Hint 1: where to look</summary>
#
# Three arrays come in. For which of them do you want a gradient? Only that one has to be
# asked for it. Which of the two ways into PyTorch leaves the caller's array alone?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Compute the scores with `@`, the data loss with `F.cross_entropy`, and add the
# regularisation before you walk back. Then read the gradient where the drawing has it.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Make a leaf of `W`, and plain tensors of `X` and `y`.
# 2. The whole loss is one number: mean cross-entropy plus `reg` times the sum of squares.
# 3. One call walks back from it.
# 4. Return two things that are no tensors any more. By hand: for weights of 0 and two
#    classes, the loss is $\log 2$.
#
# </details>

# %% test="torch-softmax" points=1
answer = softmax_loss_autograd(
    np.zeros((2, 2)), np.array([[1.0, 2.0]]), np.array([0]), 0.0
)
loss, dW = expect_tuple(answer, "loss", "dW")
expect(np.ndim(loss) == 0, "The loss is an array. Return (loss, dW), in this order.")
expect(
    isinstance(loss, float | np.floating),
    f"The loss should be a plain number; got {type(loss).__name__}. Use .item().",
)
expect(
    isinstance(dW, np.ndarray),
    f"dW should be a NumPy array; got {type(dW).__name__}. Use .numpy().",
)
expect_close(loss, math.log(2), "loss", hint="Both classes get probability 1/2.")
# One half is too much for class 1 and missing for class 0, times each input.
expect_close(
    dW,
    [[-0.5, 0.5], [-1, 1]],
    "dW",
    hint="Ask W for its gradient, call backward() on the loss, read W.grad.",
    faults={
        "F.cross_entropy takes scores, and has a softmax of its own: here are two.": [
            [-0.25, 0.25],
            [-0.5, 0.5],
        ],
    },
)
expect_source(
    softmax_loss_autograd,
    without=["softmax_loss_vectorized", "affine_backward", "layers"],
)
passed("torch-softmax", "one example worked out by hand")

# %% test="torch-softmax" part="regularisation" points=1
W, X, y = rng.normal(size=(4, 3)), rng.normal(size=(5, 4)), rng.permutation(5) % 3
data_loss, dW0 = softmax_loss_vectorized(W, X, y, 0.0)
expected, dW1 = softmax_loss_vectorized(W, X, y, 0.3)
answer = softmax_loss_autograd(W.copy(), X, y, 0.3)
loss, dW = expect_tuple(answer, "loss", "dW")
expect(
    isinstance(loss, float | np.floating) and isinstance(dW, np.ndarray),
    f"Return a plain number and a NumPy array; got {type(loss).__name__} and "
    f"{type(dW).__name__}.",
)
expect_close(
    loss,
    expected,
    "loss (reg = 0.3)",
    hint="The mean over the examples, plus reg * sum(W * W).",
    rtol=1e-5,
    faults={
        "The regularisation is missing.": data_loss,
        "The regularisation sums all squares; here is their mean.": data_loss
        + (expected - data_loss) / 12,
        "There is no factor one half in this regularisation.": (data_loss + expected)
        / 2,
        "Take the mean over the examples, not the sum.": 5 * data_loss
        + expected
        - data_loss,
    },
)
expect_close(
    dW,
    dW1,
    "dW (reg = 0.3)",
    rtol=1e-5,
    hint="Call backward() on the whole loss, regularisation included.",
    faults={"The regularisation belongs to the loss that backward() starts from.": dW0},
)
passed("torch-softmax", "loss and gradient with regularisation")

# %% test="torch-softmax" part="sizes" points=1
for n, d, c, scale, kind in [
    (6, 3, 4, 1, np.float64),
    (2, 7, 3, 1000, np.float64),
    (4, 4, 9, 1, np.float32),
]:
    W = (scale * rng.normal(size=(d, c))).astype(kind)
    X, y = rng.normal(size=(n, d)).astype(kind), rng.integers(0, c, n)
    expected, grad = softmax_loss_vectorized(W.astype(float), X.astype(float), y, 0.1)
    where = f"(N, D, C = {n}, {d}, {c}; {np.dtype(kind)}; scores about {scale})"
    for _ in range(2):
        with unchanged(W=W, X=X, y=y):
            answer = softmax_loss_autograd(W, X, y, 0.1)
        loss, dW = expect_tuple(answer, "loss", "dW")
        expect(
            isinstance(dW, np.ndarray) and dW.dtype == kind,
            f"dW should have the dtype of W, {np.dtype(kind)}: neither torch.tensor nor "
            f"torch.from_numpy changes it by itself.",
        )
        expect_close(loss, expected, f"loss {where}", rtol=1e-4, atol=1e-5)
        expect_close(dW, grad, f"dW {where}", rtol=1e-4, atol=1e-5)
passed(
    "torch-softmax", "large scores, float32, two calls in a row; inputs as they were"
)


# %% [markdown]
# **Experiment.** Below, Newton's method approaches $\sqrt a$ in two and in six steps of a
# plain Python loop. Nobody tells PyTorch what a root is. Do you expect `a.grad` to be the derivative of the
# root, $1 / (2 \sqrt a) = 0.353553$, or something else?

# %% tags=["experiment"]
with needs_answers():
    for steps in (2, 6):
        a, root = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0)
        for _ in range(steps):
            root = (root + a / root) / 2
        root.backward()
        print(f"{steps} steps: root {root.item():.6f}, a.grad {a.grad.item():.6f}")

# %% [markdown]
# Autograd differentiated the *program*. After six steps both the root and its derivative
# are right to all six digits. After two steps you get 0.361111, the exact derivative of an inexact
# root.
#
# **Further reading**
#
# - Paszke et al., *PyTorch: An Imperative Style, High-Performance Deep Learning Library*, 2019,
#   [arXiv:1912.01703](https://arxiv.org/abs/1912.01703). Sections 3 and 4 give the reasons for
#   the design. 20 minutes.
# - Zhang et al., *Dive into Deep Learning*,
#   [section 2.5](https://d2l.ai/chapter_preliminaries/autograd.html): gradients through loops
#   and conditions. 15 minutes.
#
# **Harder (optional, no points).** `torch.autograd.grad(..., create_graph=True)` records the
# backward pass itself. Use it for the second derivative of $x^2 + 3x$, and find out what
# `y.backward()` called twice on *one* `y` says, and why.
#
# <details><summary>Compare your answer</summary>
#
# The first call gives $2x + 3$ as a tensor with a graph of its own; a second call on that tensor
# gives 2. `y.backward()` twice on one `y` raises a RuntimeError: the first walk has freed what
# the steps had saved. `retain_graph=True` keeps it, at the price of memory.
#
# </details>

# %% [markdown]
# ## 2. Steps of your own
#
# Why does `.grad` add up? A tensor used in two places needs the sum of two gradients. And
# when a batch is too large for the memory, the gradients of its parts may be added
# (*gradient accumulation*). The price is a classical bug. Karpathy (2019) argued that training
# "fails silently": forget to empty `.grad`, and no error is raised. Whether the bug even
# shows, you will measure in section 4.
#
# After this section you can write gradient descent on tensors and say what belongs into the
# graph and what does not.
#
# A step is itself a computation with $W$,
#
# $$W \leftarrow W - \eta \, W\text{.grad} ,$$
#
# and it takes two precautions. It must not be recorded, so it stands inside
# `with torch.no_grad():` and changes $W$ in place. And `W.grad` has to be emptied before the
# next backward pass: `W.grad = None`.

# %% drawing="torch-buffer"
drawings.show(
    drawings.grad_buffer(),
    "What two backward passes leave in W.grad, each adding 5. Emptied in between it reads 0, "
    "5, 0, 5: the gradient of one batch. Never emptied it reads 0, 5, 5, 10: the sum of two.",
)

# %% [markdown]
# *Follow both rows from left to right. The second step of the lower row uses 10 where 5 would be
# right.*
#
# **Worked example.** One number $w$ descends the parabola $w^2 / 2$, whose slope is $w$. With
# a rate of 0.1 each step multiplies $w$ by 0.9:

# %%
with needs_answers():
    w = torch.tensor(1.0, requires_grad=True)
    for step in range(3):
        (w * w / 2).backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        print(f"step {step + 1}: slope {w.grad.item():.3f}, w = {w.item():.3f}")
        w.grad = None

# %% [markdown]
# **Predict, then check.** Delete the last line, so that `w.grad` is never emptied. What is $w$
# after two steps: more than 0.81, 0.81, or less?
#
# <details><summary>Check your prediction</summary>
#
# Less: $w = 0.71$. The first step is the same and ends at 0.9. Then the slope 0.9 is added to the
# old slope 1, and the second step is $0.1 \cdot 1.9 = 0.19$. Many expect that old slopes
# only disturb; here they make the step longer.
#
# </details>


# %% answer="torch-descend" minutes=15 difficulty=2 importance=3
def descend(W, X, y, learning_rate, num_steps):
    """Take steps down the softmax loss of all examples, without regularisation.

    Write the steps yourself, without torch.optim.

    Parameters
    ----------
    W : ndarray of shape (D, C)
        Initial weights.
    X : ndarray of shape (N, D)
        Examples.
    y : ndarray of int64, shape (N,)
        Classes.
    learning_rate : float
    num_steps : int

    Returns
    -------
    W : ndarray of shape (D, C)
        The weights after all steps.
    losses : list of float
        The loss before each step.
    """
    ### BEGIN SOLUTION
    W = torch.tensor(W, requires_grad=True)
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    losses = []
    for _ in range(num_steps):
        loss = F.cross_entropy(X @ W, y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            W -= learning_rate * W.grad
        W.grad = None
    return W.detach().numpy(), losses
    ### END SOLUTION


# %% [markdown] hint="torch-descend"
# <details><summary>Hint 1: where to look</summary>
#
# The worked example has all lines of a step. What is the loss here, and when in the step is
# it noted? Which of your tensors may not share memory with the caller?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `F.cross_entropy` of the scores, without regularisation. Numbers for the list come from
# `.item()`. At the end, `.detach()` gives a tensor that is outside the graph.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. A leaf for `W`, tensors for `X` and `y`, an empty list.
# 2. Per step: loss; backward; note the loss; change $W$ in place, unrecorded; empty.
# 3. `W` has to stay the *same* tensor through all steps. If an error speaks of a `None`,
#    you have made a new one.
#
# </details>

# %% test="torch-descend" points=2
W, X, y = rng.normal(size=(4, 3)), rng.normal(size=(6, 4)), np.arange(6) % 3
steps, losses, uphill = [W], [], W
summed, added, long = W, 0, W
for _ in range(3):
    loss, dW = softmax_loss_vectorized(steps[-1], X, y, 0.0)
    losses.append(loss)
    steps.append(sgd(steps[-1], dW, {"learning_rate": 0.5})[0])
    added = added + softmax_loss_vectorized(summed, X, y, 0.0)[1]
    summed = sgd(summed, added, {"learning_rate": 0.5})[0]
    wrong = softmax_loss_vectorized(uphill, X, y, 0.0)[1]
    uphill = sgd(uphill, wrong, {"learning_rate": -0.5})[0]
    whole = 6 * softmax_loss_vectorized(long, X, y, 0.0)[1]
    long = sgd(long, whole, {"learning_rate": 0.5})[0]
answer = descend(W.copy(), X, y, 0.5, 3)
found, noted = expect_tuple(answer, "W", "losses")
expect(
    isinstance(found, np.ndarray),
    f"W should be a NumPy array; got {type(found).__name__}: .detach().numpy().",
)
expect_close(
    found,
    steps[3],
    "W after three steps of 0.5",
    hint="Each step needs a fresh gradient, at the weights of that moment.",
    faults={
        "Gradients add up in W.grad: empty it after each step.": summed,
        "These steps go uphill, along the gradient.": uphill,
        "The loss is a sum over the examples; their mean is meant.": long,
        "W has not moved.": W,
        "This is W after two steps.": steps[2],
        "This is W after one step.": steps[1],
    },
)
last = softmax_loss_vectorized(steps[3], X, y, 0.0)[0]
expect_close(
    noted,
    losses,
    "losses",
    hint="One number a step, taken before it.",
    faults={"These are the losses after each step.": [*losses[1:], last]},
)
expect_source(
    descend, without=["optim", "sgd", "SGD", "Adam", "softmax_loss_vectorized"]
)
passed("torch-descend", "three steps, the same as in NumPy")

# %% test="torch-descend" part="sizes" points=1
for n, d, c, rate, num, kind in [
    (5, 2, 4, 1.5, 6, np.float64),
    (3, 6, 2, 0.1, 0, np.float64),
    (8, 3, 3, 0.3, 4, np.float32),
]:
    W = rng.normal(size=(d, c)).astype(kind)
    X, y = rng.normal(size=(n, d)).astype(kind), rng.integers(0, c, n)
    expected, losses = W.astype(float), []
    for _ in range(num):
        loss, dW = softmax_loss_vectorized(expected, X.astype(float), y, 0.0)
        losses.append(loss)
        expected = sgd(expected, dW, {"learning_rate": rate})[0]
    with unchanged(W=W, X=X, y=y):
        answer = descend(W, X, y, rate, num)
    found, noted = expect_tuple(answer, "W", "losses")
    where = f"({num} steps of {rate}, {np.dtype(kind)})"
    expect(isinstance(found, np.ndarray), "W should be a NumPy array.")
    expect_close(found, expected, f"W {where}", rtol=1e-4, atol=1e-5)
    expect_close(noted, losses, f"losses {where}", rtol=1e-4, atol=1e-5)
passed("torch-descend", "other sizes, no step at all, float32; inputs as they were")

# %% [markdown] question="torch-leaf" points=2 minutes=10
# **Question 1 (2 points).** A student draws initial weights with
# `w = 0.01 * torch.randn(3, 4, requires_grad=True)`, computes a loss from `w`, calls
# `loss.backward()`, and finds `w.grad` to be `None`. Why? Give two ways to fix it.

# %% [markdown] marking="torch-leaf"
# The tensor that was asked for its gradient is the one `torch.randn` made, and nobody keeps
# it. `w` is the result of a multiplication: it stands inside the graph, and only the tensors
# at its beginning (the leaves) get a `.grad`. Ways: multiply first and ask then
# (`w = 0.01 * torch.randn(3, 4); w.requires_grad_()`); multiply under `torch.no_grad()`;
# wrap it, `nn.Parameter(0.01 * torch.randn(3, 4))`; or `w.retain_grad()`, which gives the
# gradient but still leaves `w` fixed to a tensor that no optimizer moves.
#
# *Marking:* 1 for "`w` is a result, not the tensor that was asked" (also: "`w` is no leaf"); 0.5 for
# each way. "The loss does not depend on `w`" earns nothing: then `backward()` would have raised an error.


# %% [markdown]
# **Further reading**
#
# - PyTorch, [*Autograd mechanics*](https://docs.pytorch.org/docs/stable/notes/autograd.html):
#   what is recorded, and the three grad modes. 20 minutes.
# - Karpathy, [*A Recipe for Training Neural
#   Networks*](https://karpathy.github.io/2019/04/25/recipe/), 2019. The list of steps against silent
#   failures. 20 minutes.
#
# **Harder (optional, no points).** A batch of 64 does not fit into memory. Write a step that
# handles it in four parts of 16 and ends at the same weights as the whole batch. By what do you
# divide, and what if the parts have different sizes?
#
# <details><summary>Compare your answer</summary>
#
# Call `backward()` on each part's mean loss divided by 4, step once, empty once. For parts of
# different sizes multiply the mean loss of a part by its share of the batch,
# `len(part) / 64`. Batch normalisation would spoil the equality, because it takes its statistics
# from each part.
#
# </details>

# %% [markdown]
# ## 3. A convnet, barebones
#
# Krizhevsky, Sutskever and Hinton (2012) wrote the convolutions of their network for two GPUs
# themselves. Chetlur et al. (2014) collected such routines in a library, cuDNN. Today one call,
# `F.conv2d`, chooses an implementation for your CPU or GPU. What you lose is sight of the
# formula: a library may differ from it in a sign, an axis or a convention, and training will
# often go on regardless. The remedy is the one you know, a *gradient check*, here between two
# implementations.
#
# After this section you can build a network from functions on tensors, and show that its
# gradients equal those you derived.
#
# The network of this notebook has three layers:
#
# 1. a convolution with $C_1$ filters of 5×5, padding 2, with a bias, then ReLU;
# 2. a convolution with $C_2$ filters of 3×3, padding 1, with a bias, then ReLU;
# 3. a fully connected layer to the scores of the classes.
#
# A filter of side $F$ with padding $P$ and stride $S$ maps a side of $H$ to
#
# $$H' = 1 + \frac{H + 2P - F}{S} ,$$
#
# so both convolutions keep the size of the image.

# %% drawing="torch-shapes"
drawings.show(
    drawings.convnet_shapes(),
    "Shapes along the network for an image of 3 channels and 8 by 8 pixels: 4 filters of 5 by "
    "5 give (4, 8, 8), 2 filters of 3 by 3 give (2, 8, 8), flattening gives 128 numbers, and a "
    "linear layer gives 10 scores. Each layer has weights and biases.",
)

# %% [markdown]
# *Green are the parameters. A filter has as many channels as the feature maps that it
# reads. The linear layer has a row for each number of the flattened feature maps, $2 \cdot 8 \cdot 8 = 128$.*
#
# **Worked example.** One image of 3×3 pixels, one filter of 2×2 with ones on its diagonal, and a bias
# of 1. The first output is $0 + 4 + 1 = 5$. Images and filters have four axes:

# %%
with needs_answers():
    image = torch.arange(9.0).reshape(1, 1, 3, 3)
    kernel, bias = torch.eye(2).reshape(1, 1, 2, 2), torch.tensor([1.0])
    print("image\n", image[0, 0].numpy())
    print("without padding\n", F.conv2d(image, kernel, bias)[0, 0].numpy())
    print(
        "shape with padding 1:", tuple(F.conv2d(image, kernel, bias, padding=1).shape)
    )

# %% [markdown]
# **Predict, then check.** In mathematics a convolution flips its kernel in both directions. Image
# $\begin{pmatrix}1&2\\3&4\end{pmatrix}$, kernel
# $\begin{pmatrix}1&10\\100&1000\end{pmatrix}$, no padding: does `F.conv2d` give 4321 or 1234?
#
# <details><summary>Check your prediction</summary>
#
# 4321: each pixel meets the entry at its own place, nothing is flipped. The field calls this a
# convolution all the same (a *cross-correlation* in signal processing). Your own layers do the same,
# so weights can be moved between the two.
#
# </details>
#
# Below is the network with the package's layers, which do what you derived and wrote, forward
# and backward. The tests compare PyTorch with it.


# %% tags=["setup"]
def numpy_convnet(x, params, dout=None):
    """Compute the scores with our layers; with dout, the gradients of x and params too."""
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    out, first = conv_relu_forward(x, conv_w1, conv_b1, {"stride": 1, "pad": 2})
    out, second = conv_relu_forward(out, conv_w2, conv_b2, {"stride": 1, "pad": 1})
    scores, last = affine_forward(out, fc_w, fc_b)
    if dout is None:
        return scores
    dout, dfc_w, dfc_b = affine_backward(dout, last)
    dout, dconv_w2, dconv_b2 = conv_relu_backward(dout, second)
    dx, dconv_w1, dconv_b1 = conv_relu_backward(dout, first)
    return scores, [dx, dconv_w1, dconv_b1, dconv_w2, dconv_b2, dfc_w, dfc_b]


def convnet_without_relu(x, params):
    """Compute what the scores are without a ReLU: the first, the second, or both."""
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    first, second = {"stride": 1, "pad": 2}, {"stride": 1, "pad": 1}
    plain = conv_forward(x, conv_w1, conv_b1, first)[0]
    hidden = {"first": plain, "second": np.maximum(plain, 0), "both": plain}
    scores = {}
    for which, out in hidden.items():
        out = conv_forward(out, conv_w2, conv_b2, second)[0]
        out = np.maximum(out, 0) if which == "first" else out
        scores[which] = affine_forward(out, fc_w, fc_b)[0]
    return scores


def random_params(rng, shape, channels, num_classes, kind=float):
    """Draw parameters for images of a shape (C, H, W), biases included."""
    in_channel, height, width = shape
    channel_1, channel_2 = channels
    shapes = [
        (channel_1, in_channel, 5, 5),
        (channel_1,),
        (channel_2, channel_1, 3, 3),
        (channel_2,),
        (channel_2 * height * width, num_classes),
        (num_classes,),
    ]
    return [0.5 * rng.standard_normal(shape).astype(kind) for shape in shapes]


# %% [markdown]
# *Barebones* means: tensors, and functions of them such as `F.conv2d(x, w, b, padding=...)`
# and `F.relu`. No objects yet. Between images and rows stands `flatten`:


# %% tags=["setup"]
def flatten(x):
    """Make one row of each example."""
    return x.reshape(x.shape[0], -1)


# %% answer="torch-convnet" minutes=15 difficulty=2 importance=3
def three_layer_convnet(x, params):
    """Compute the scores of the three-layer convnet.

    Parameters
    ----------
    x : tensor of shape (N, C, H, W)
        Images.
    params : list of tensor
        conv_w1 (C1, C, 5, 5), conv_b1 (C1,), conv_w2 (C2, C1, 3, 3), conv_b2 (C2,),
        fc_w (C2 * H * W, classes) and fc_b (classes,).

    Returns
    -------
    scores : tensor of shape (N, classes)
    """
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    ### BEGIN SOLUTION
    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    scores = flatten(x) @ fc_w + fc_b
    ### END SOLUTION
    return scores


# %% [markdown] hint="torch-convnet"
# <details><summary>Hint 1: where to look</summary>
#
# Walk along the drawing. How many arrows carry a name, and which of them have parameters above
# them? After which layers does a ReLU stand, and after which does none?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `F.conv2d` twice, each inside `F.relu`; `flatten`; a matrix product and a sum. `fc_w` is already
# laid out for a product with rows of examples.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# For an image of four ones and filters of ones, every window of the first convolution sees all
# four: 4 plus the first bias. Every window of the second sees four of those. Write the three layers
# as three lines, and keep everything a tensor from the first line to the last.
#
# </details>

# %% test="torch-convnet" points=2
x = np.ones((1, 1, 2, 2))
params = [
    np.ones((1, 1, 5, 5)),
    np.array([-1.0]),
    np.ones((1, 1, 3, 3)),
    np.array([0.5]),
    np.array([[1.0], [2], [3], [4]]),
    np.array([0.25]),
]
# Every 5x5 window sees all four ones: 4 - 1 = 3. Every 3x3 window sees four threes: 12.5.
expect_close(
    pytorch.call(three_layer_convnet, x, params),
    [[125.25]],
    "scores of an image of four ones",
    hint="Padding 2, then padding 1, both with a bias; flatten; then x @ fc_w + fc_b.",
    faults={
        "The first bias is missing.": [[165.25]],
        "The second bias is missing.": [[120.25]],
        "Both convolutions lack their biases.": [[160.25]],
        "The bias of the last layer is missing.": [[125]],
        "These are probabilities, after a softmax; return the scores.": [[1]],
    },
)
x, params = rng.normal(size=(3, 2, 6, 6)), random_params(rng, (2, 6, 6), (5, 4), 7)
expected, without = numpy_convnet(x, params), convnet_without_relu(x, params)
expect_close(
    pytorch.call(three_layer_convnet, x, params),
    expected,
    "scores",
    hint="Convolution, ReLU, convolution, ReLU, fully connected.",
    faults={
        "After the last layer comes no ReLU.": np.maximum(expected, 0),
        "The first ReLU is missing.": without["first"],
        "The second ReLU is missing.": without["second"],
        "Both ReLUs are missing, so it is one linear map.": without["both"],
    },
    rtol=1e-6,
    atol=1e-6,
)
expect_source(three_layer_convnet, without=["numpy_convnet", "convnet_without_relu"])
passed("torch-convnet", "an image worked out by hand, and random ones")

# %% test="torch-convnet" part="gradients" points=2
for n, shape, channels, classes, kind, tol in [
    (4, (3, 5, 8), (6, 2), 5, np.float64, 1e-8),
    (1, (1, 7, 4), (3, 5), 10, np.float64, 1e-8),
    (2, (2, 6, 5), (4, 3), 3, np.float32, 1e-3),
]:
    x = rng.normal(size=(n, *shape)).astype(kind)
    params = random_params(rng, shape, channels, classes, kind)
    names = ("conv_w1", "conv_b1", "conv_w2", "conv_b2", "fc_w", "fc_b")
    dout = rng.normal(size=(n, classes)).astype(kind)
    expected, expected_grads = numpy_convnet(x, params, dout)
    with unchanged(x=x, **dict(zip(names, params, strict=True))):
        scores = pytorch.call(three_layer_convnet, x, params)
        grads = pytorch.gradients(three_layer_convnet, x, params, dout=dout)
    where = f"(x of shape {x.shape}, {x.dtype})"
    expect_close(scores, expected, f"scores {where}", rtol=tol, atol=tol)
    expect(scores.dtype == kind, f"Keep the dtype of x; got {scores.dtype}.")
    for name, grad, wanted in zip(("x", *names), grads, expected_grads, strict=True):
        expect(
            grad is not None,
            f"No path leads from {name} to the scores: something took it out of the "
            f"graph, such as detach(), .data, no_grad() or a way through NumPy.",
        )
        what = f"gradient of {name} {where}"
        expect_close(grad, wanted, what, rtol=tol, atol=10 * tol)
passed("torch-convnet", "gradients as ours; not square, float32; inputs as they were")


# %% [markdown]
# **Experiment: two gradients side by side.** Ours, derived by hand and written in NumPy, and
# autograd's, in 64 and in 32 bits. Predict before you run it: how many digits agree in each? And
# which of the two programs is faster?
#
# <details><summary>Check your prediction</summary>
#
# 64 bits hold about 16 decimal digits and 32 bits about 7. Long sums cost a digit or so, and the
# table shows what is left. No rule predicts the speed: it depends on the number of cores and on the
# size of the layers. Many expect the NumPy code to be far slower; its convolutions run in
# compiled kernels as well.
#
# </details>


# %% tags=["experiment"]
def both_gradients(kind):
    """Compute the gradients of x and the parameters both ways; time them."""
    draw = np.random.default_rng(231)
    x = draw.standard_normal((8, 3, 32, 32)).astype(kind)
    params = random_params(draw, (3, 32, 32), (8, 6), 10, kind)
    dout = draw.standard_normal((8, 10)).astype(kind)
    results, seconds = [], []
    for compute in (
        lambda: numpy_convnet(x, params, dout)[1],
        lambda: pytorch.gradients(three_layer_convnet, x, params, dout=dout),
    ):
        compute()  # warm up
        start = time.perf_counter()
        results.append(compute())
        seconds.append(time.perf_counter() - start)
    return *results, seconds


with needs_answers():
    torch.manual_seed(231)
    apart = {}
    for kind in (np.float64, np.float32):
        ours, theirs, (ours_s, theirs_s) = both_gradients(kind)
        apart[kind] = [
            np.abs(a - b).max() / np.abs(a).max()
            for a, b in zip(ours, theirs, strict=True)
        ]
        print(
            f"{np.dtype(kind)}: ours {1000 * ours_s:4.1f} ms, "
            f"PyTorch {1000 * theirs_s:4.1f} ms"
        )
    names = ("x", "conv_w1", "conv_b1", "conv_w2", "conv_b2", "fc_w", "fc_b")
    print(f"\n{'gradient':10} {'shape':>16} {'64 bits':>9} {'32 bits':>9}")
    for name, grad, d64, d32 in zip(names, ours, *apart.values(), strict=True):
        print(f"{name:10} {grad.shape!s:>16} {d64:9.0e} {d32:9.0e}")

# %% [markdown]
# And the gradients of the eight filters of the first layer as pictures, in 32 bits; grey is
# zero. The difference has to be multiplied by a million to show.

# %% tags=["experiment"]
with needs_answers():
    torch.manual_seed(231)
    ours, theirs, _ = both_gradients(np.float32)
    size = np.abs(ours[1]).max()
    pictures = {
        "ours, by hand": ours[1] / size,
        "PyTorch, autograd": theirs[1] / size,
        "difference,\na million times": 1e6 * (ours[1] - theirs[1]) / size,
    }
    fig, axes = plt.subplots(3, 1, figsize=(8, 2.6), layout="constrained")
    for ax, (title, filters) in zip(axes, pictures.items(), strict=True):
        # One row of filters; from -1..1 to the colours 0..1.
        colours = np.clip((filters.transpose(0, 2, 3, 1) + 1) / 2, 0, 1)
        ax.imshow(tile(colours, columns=8, fill=1.0))
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        ax.set_ylabel(title, rotation=0, ha="right", va="center")
    plt.show()
# %% [markdown] question="torch-digits" points=2 minutes=10
# **Question 2 (2 points).** The two gradients agree to about 15 digits in 64 bits and 6 in
# 32. Both compute the same formula: where does the difference come from, and which of the two
# is right? What would you conclude from a difference of $10^{-3}$ in 64 bits?

# %% [markdown] marking="torch-digits"
# Sums of thousands of products are taken in another order (blocks, vector lanes, threads,
# fused multiply-add), and every order rounds differently: a relative error of the size of the
# rounding unit, $10^{-16}$ or $10^{-7}$, times a little for the length of the sum. Neither is
# right; both are within rounding of the exact value. $10^{-3}$ in 64 bits is a mistake in one
# of the two formulas (or an input very near a kink, where a ReLU goes one way here and the
# other way there).
#
# *Marking:* 1 for the order of the sums, or rounding, with its size; 0.5 for "neither"; 0.5
# for "a mistake". "PyTorch is more precise" earns nothing: both round alike.


# %% [markdown]
# **Further reading**
#
# - Chetlur et al., *cuDNN: Efficient Primitives for Deep Learning*, 2014,
#   [arXiv:1410.0759](https://arxiv.org/abs/1410.0759). Section 3 compares ways to compute a
#   convolution. 20 minutes.
# - Goldberg, *What Every Computer Scientist Should Know About Floating-Point Arithmetic*, 1991,
#   [doi:10.1145/103162.103163](https://doi.org/10.1145/103162.103163). The first section, for
#   question 2. 20 minutes.
#
# **Harder (optional, no points).** Call `x.to(memory_format=torch.channels_last)` on a batch.
# Its shape stays the same; what does `x.stride()` say now? Time `F.conv2d` on
# both layouts, with 3 and with 64 channels, forward and backward.
#
# <details><summary>Compare your answer</summary>
#
# For a shape (N, C, H, W) the strides become $(HWC, 1, WC, C)$: the channels of one pixel lie side
# by side. Which layout is faster depends on the machine and on the number of channels, so a
# measurement is the only answer. Libraries convert silently when a layer lacks the layout.
#
# </details>

# %% [markdown]
# ## 4. Parameters to train
#
# How large should the initial weights be? Glorot and Bengio (2010) argued that the variance of
# activations should stay the same from layer to layer. He et al. (2015) derived the constant for
# ReLU, which zeroes half of its inputs on average. They reported that a network of 30 layers then
# converged, where the older rule stalled. With batch normalisation the choice tends to matter
# less.
#
# After this section you can draw the parameters of a network of any shape, and train them with
# plain tensors.
#
# *He's rule* sets the standard deviation of a weight to
#
# $$\sqrt{\frac{2}{\text{fan\_in}}} ,$$
#
# where the *fan-in* counts the inputs that one output sees.

# %% drawing="torch-fan-in"
drawings.show(
    drawings.fan_in(),
    "One output of a convolution over 2 channels with filters of 3 by 3 adds up two windows of "
    "9 numbers: its fan-in is 2 times 3 times 3, which is 18.",
)

# %% [markdown]
# *The green windows are what one output sees: 18 numbers. Height and width of the image do not matter.*
#
# **Worked example.** A layer with a fan-in of 18 gets weights of standard deviation
# $\sqrt{2/18} = 1/3$. For inputs that have passed a ReLU, the squares then stay as large as they
# were, and with weights ten times smaller they shrink by 100 in a single layer:

# %%
numbers = np.random.default_rng(0).normal(size=(10_000, 18))
inputs = np.maximum(numbers, 0)  # what a ReLU passes on
for spread in (1 / 3, 1 / 30):
    weights = np.random.default_rng(1).normal(0, spread, (18, 500))
    outputs = np.maximum(inputs @ weights, 0)
    print(
        f"standard deviation {spread:.3f}: mean square {np.mean(inputs**2):.3f} before, "
        f"{np.mean(outputs**2):.4f} after"
    )

# %% [markdown]
# **Predict, then check.** All six parameters of the convnet start at zero. Which of them have
# changed after 100 steps?
#
# <details><summary>Check your prediction</summary>
#
# Only `fc_b`. The activations are zero, so the gradient of `fc_w` is zero, and `fc_w` is zero, so
# nothing flows back to the convolutions. Zero *biases* do no harm: the weights differ already.
#
# </details>
#
# Two functions draw parameters on the device that the set-up chose:


# %% tags=["setup"]
def random_weight(shape):
    """Draw weights by He's rule, and ask for their gradient."""
    fan_in = shape[0] if len(shape) == 2 else math.prod(shape[1:])
    weight = torch.randn(shape, device=device, dtype=dtype) * math.sqrt(2 / fan_in)
    return weight.requires_grad_()


def zero_weight(shape):
    """Make zeros, and ask for their gradient."""
    return torch.zeros(shape, device=device, dtype=dtype, requires_grad=True)


# %% answer="torch-params" minutes=10 difficulty=1 importance=2
def three_layer_params():
    """Draw the parameters of a three-layer convnet for 10 classes of 32x32 RGB images.

    Returns
    -------
    params : list of tensor
        conv_w1, conv_b1, conv_w2, conv_b2, fc_w and fc_b, in the shapes that
        three_layer_convnet takes. Biases start at zero.
    """
    channel_1, channel_2 = 32, 16
    ### BEGIN SOLUTION
    params = [
        random_weight((channel_1, 3, 5, 5)),
        zero_weight((channel_1,)),
        random_weight((channel_2, channel_1, 3, 3)),
        zero_weight((channel_2,)),
        random_weight((channel_2 * 32 * 32, 10)),
        zero_weight((10,)),
    ]
    ### END SOLUTION
    return params


# %% [markdown] hint="torch-params"
# <details><summary>Hint 1: where to look</summary>
#
# The drawing of section 3 has the six shapes for a smaller network. Which numbers in them change
# for 32 and 16 filters and images of 32×32?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `random_weight` for weights, `zero_weight` for biases; both take a shape. The order is that in
# which `three_layer_convnet` unpacks the list.
#
# </details>
#
# <details><summary>Hint 3: a check for every shape</summary>
#
# The second entry of a filter's shape is the number of channels it reads, which is the first entry
# of the filters before. `fc_w` has one row for each number of the flattened feature maps: $16 \cdot 32
# \cdot 32 = 16384$. A bias has one entry for each output.
#
# </details>

# %% test="torch-params" points=1
shapes = {
    "conv_w1": (32, 3, 5, 5),
    "conv_b1": (32,),
    "conv_w2": (16, 32, 3, 3),
    "conv_b2": (16,),
    "fc_w": (16384, 10),
    "fc_b": (10,),
}
answer = pytorch.call(three_layer_params)
expect(
    isinstance(answer, list | tuple) and len(answer) == 6,
    f"Return a list of six tensors; got {type(answer).__name__}.",
)
for value, (name, shape) in zip(answer, shapes.items(), strict=True):
    expect_array(
        value,
        shape,
        name,
        hint="A bias has one entry for each output, and follows its weights in the list."
        if "_b" in name
        else "Filters are (filters, channels, height, width); neither convolution "
        "changes the size of the image.",
    )
    if "_b" in name:
        expect(not value.any(), f"{name} should start at zero.")
expect_source(three_layer_params)
passed("torch-params", "six shapes, and biases that start at zero")

# %% test="torch-params" part="spread" points=1
first, second = (pytorch.call(three_layer_params) for _ in range(2))
expect(
    isinstance(first, list | tuple) and len(first) == 6,
    f"Return a list of six tensors; got {type(first).__name__}.",
)
for name, i, wanted in (
    ("conv_w1", 0, 0.1633),
    ("conv_w2", 2, 0.0833),
    ("fc_w", 4, 0.01105),
):
    std = first[i].std()
    expect(
        abs(std / wanted - 1) < 0.1,
        f"{name} has the standard deviation {std:.4f}; He's rule says {wanted:.4f}.",
    )
    expect(
        not np.array_equal(first[i], second[i]),
        f"{name} is the same in two calls: draw it.",
    )
    expect(first[i].dtype == np.float32, f"{name} should be float32.")
expect(
    all(pytorch.leaves(three_layer_params)),
    "Every parameter should collect gradients: requires_grad, and not the result of an "
    "operation.",
)
passed("torch-params", "He's rule, and all six collect gradients")


# %% [markdown]
# Now the images, in batches. PyTorch's own idiom is a `DataLoader` around a `TensorDataset`;
# you go through it with `for x, y in loader`. A network and its batches must lie on the same
# device, so the loader below puts the images there once.

# %% tags=["experiment"]
real = find_cifar10() is not None  # the real CIFAR-10, or the drawn images?
data = split_cifar10()
for part in ("train", "val", "test"):
    data[f"X_{part}"] /= 64  # about unit variance


def make_loader(part, num=None, batch_size=64, by_class=False):
    """Go through the first images of a part in batches, shuffled if it is for training."""
    X, y = data[f"X_{part}"][:num], data[f"y_{part}"][:num]
    if by_class:
        order = np.argsort(y, kind="stable")
        X, y = X[order], y[order]
    tensors = (torch.from_numpy(X).to(device), torch.from_numpy(y).long().to(device))
    return DataLoader(
        TensorDataset(*tensors), batch_size=batch_size, shuffle=part == "train"
    )


def with_bar(loader, text):
    """Show how far a loop through a loader is."""
    return tqdm(
        loader, file=sys.stdout, ncols=88, desc=text, leave=False, mininterval=0.5
    )


with needs_answers():
    torch.manual_seed(231)
    loader_train, loader_val = make_loader("train"), make_loader("val")
    x, y = next(iter(loader_train))
    source = "CIFAR-10" if real else "shapes10"
    print(
        f"{source}: {len(loader_train.dataset)} images, in batches like {tuple(x.shape)} "
        f"on {x.device}"
    )

# %% [markdown]
# With plain tensors the loop is the one you wrote in `descend`, over all six parameters.

# %% tags=["experiment"]
histories = {}
with needs_answers():
    torch.manual_seed(231)
    params, losses = three_layer_params(), []
    for x, y in with_bar(loader_train, "barebones"):
        loss = F.cross_entropy(three_layer_convnet(x, params), y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for p in params:
                p -= 3e-3 * p.grad
                p.grad = None
    histories["barebones, SGD"] = losses
    with torch.no_grad():
        right = [three_layer_convnet(x, params).argmax(1) == y for x, y in loader_val]
    print(f"validation accuracy after one epoch: {torch.cat(right).float().mean():.3f}")

# %% [markdown]
# **Experiment: the bug that helps.** A colleague trains a smaller convnet (8 filters of 5×5, stride
# 2, then a linear layer) and has forgotten the line `p.grad = None`. Each step then uses the sum of
# *all* gradients so far. Two learning rates, with the bug and without. Predict: does the
# loss with the bug fall more slowly, equally, faster, or not at all?


# %% tags=["experiment"]
def train_small(rate, forget, steps=300):
    """Train a small convnet on plain tensors; return its losses and its accuracy."""
    torch.manual_seed(231)
    params = [random_weight((8, 3, 5, 5)), zero_weight((8,))]
    params += [random_weight((8 * 16 * 16, 10)), zero_weight((10,))]

    def scores(x):
        hidden = F.relu(F.conv2d(x, *params[:2], stride=2, padding=2))
        return hidden.reshape(len(x), -1) @ params[2] + params[3]

    X = torch.from_numpy(data["X_train"][: 64 * steps]).to(device)
    y = torch.from_numpy(data["y_train"][: 64 * steps]).long().to(device)
    losses = []
    for _ in range(steps):
        batch = torch.randint(len(X), (64,)).to(device)
        loss = F.cross_entropy(scores(X[batch]), y[batch])
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for p in params:
                p -= rate * p.grad
                if not forget:
                    p.grad = None
    with torch.no_grad():
        x = torch.from_numpy(data["X_val"]).to(device)
        guesses = scores(x).argmax(dim=1).cpu().numpy()
    return losses, np.mean(guesses == data["y_val"])


with needs_answers():
    fig, axes = plt.subplots(1, 2, figsize=(8, 2.8), sharey=True, layout="constrained")
    for ax, rate in zip(axes, (3e-4, 1e-2), strict=True):
        for forget, style in ((False, "-"), (True, "--")):
            losses, accuracy = train_small(rate, forget, 60 if quick() else 300)
            name = "never emptied" if forget else "emptied"
            smooth = np.convolve(losses, np.ones(20) / 20, mode="valid")
            ax.plot(smooth, style, label=f"{name}: accuracy {accuracy:.3f}")
        ax.set(title=f"learning rate {rate:g}", xlabel="step", ylim=(1.6, 3.2))
        ax.legend(fontsize="small")
    axes[0].set_ylabel("loss, mean of 20 steps")
    plt.show()

# %% [markdown]
# We measured on `shapes10`: at a rate of 0.0003 the accuracy is 0.336 with the bug and 0.169
# without it, at 0.01 it is 0.089 and 0.382.
#
# **For lunch.** The colleague had published the 0.336, finds the bug, and says: "Without it we
# lose half of the accuracy, so the bug was an improvement." What do you answer, and which runs
# would settle it?
#
# <details><summary>Our answer, after yours</summary>
#
# A sum of all gradients is momentum without friction ($\rho = 1$): the step grows with the number
# of steps. At a rate that was far too small, the bug acts as a larger rate, and so it helps. At a
# suitable rate the steps overshoot, and never stop. Settle it by choosing the rate for *each* version
# on the validation images: the best correct run here, 0.382, beats the best run with the bug, 0.336.
# Most people expect that such a bug prevents learning. It need not: a falling loss does not prove that
# a step is right. Two steps compared with NumPy, as your tests do it, would have shown it.
#
# </details>
#
# **Further reading**
#
# - He et al., *Delving Deep into Rectifiers*, 2015,
#   [arXiv:1502.01852](https://arxiv.org/abs/1502.01852). Section 2.2 derives the rule. 20 minutes.
# - CS231n notes, [*Weight
#   initialization*](https://cs231n.github.io/neural-networks-2/#init). 10 minutes.
#
# **Harder (optional, no points).** On the parabola $w^2/2$, write the step that never empties the
# gradient as a recurrence for $(w, v)$, where $v$ is the sum of slopes. What are the eigenvalues of
# its matrix for a rate of 0.01, and what do they say about the curve of $w$?
#
# <details><summary>Compare your answer</summary>
#
# $v' = v + w$ and $w' = w - \eta v' = (1 - \eta) w - \eta v$. The matrix has determinant 1 and trace
# $2 - \eta$, so both eigenvalues lie on the unit circle, at angles of about $\pm\sqrt\eta = 0.1$. $w$
# swings about the minimum for ever, with a period of about $2\pi / 0.1 \approx 63$ steps, and
# never comes to rest.
#
# </details>

# %% [markdown]
# ## 5. A module
#
# Six loose tensors are manageable, sixty are not. Torch7 (Collobert, Kavukcuoglu and Farabet,
# 2011) made a layer an object that holds its weights, and PyTorch kept the idea: an `nn.Module`
# finds the parameters of all modules inside it. That saves bookkeeping, and it hides it. A layer
# that the module does not know of raises no error. It is never trained.
#
# After this section you can write a network as a module, and find out which parameters it knows.
#
# Make layers in `__init__` as attributes of `self`, and use them in `forward`. Layers such as
# `nn.Conv2d(3, 32, 5, padding=2)` and `nn.Linear(100, 10)` are modules that draw and hold their own
# weights. A convolution and a linear layer have
#
# $$C_\text{out} (C_\text{in} F^2 + 1) \qquad \text{and} \qquad
# D_\text{out} (D_\text{in} + 1)$$
#
# parameters.

# %% drawing="torch-tree"
drawings.show(
    drawings.module_tree(),
    "A module Net knows the layers self.first and self.second; their weights and biases reach "
    "parameters() and from there the optimizer. Layers in a plain list self.more are not found, "
    "so none of their weights moves.",
)

# %% [markdown]
# *Follow the green arrows. Attributes are found; what lies in a plain list is not.*
#
# **Worked example.** A module with one attribute and one list. `named_parameters()` tells what it
# knows; mind the shape of the weight:

# %%
with needs_answers():

    class Pair(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 2)
            self.more = [nn.Linear(2, 2)]

        def forward(self, x):
            return self.more[0](self.first(x))

    pair = Pair()
    print("knows", {name: tuple(p.shape) for name, p in pair.named_parameters()})
    print("shape of the output:", tuple(pair(torch.zeros(5, 3)).shape))

# %% [markdown]
# `nn.Linear` keeps its weight as (outputs, inputs), the transpose of ours, and `pair(x)` calls
# `forward`. The output depends on both layers, and the module knows of one.
#
# **Predict, then check.** An optimizer made with `pair.parameters()` takes 1000 steps. Does the loss
# fall?
#
# <details><summary>Check your prediction</summary>
#
# Usually it does, since `first` is trained and the second layer passes gradients on. That makes the
# mistake hard to see: the network learns, with random weights in its last layer. `nn.ModuleList`
# instead of the list cures it.
#
# </details>
#
# Here images are 32×32. What does `nn.Linear` need to know? Redraw the weights of all three
# layers by He's rule, `nn.init.kaiming_normal_(self.conv1.weight)`; PyTorch's own rule is
# another one.


# %% answer="torch-module" minutes=20 difficulty=2 importance=3
class ThreeLayerConvNet(nn.Module):
    """The three-layer convnet for 32x32 images, as a module.

    Parameters
    ----------
    in_channel : int
        Channels of an image.
    channel_1, channel_2 : int
        Filters of the two convolutions.
    num_classes : int
        Scores.
    """

    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5, padding=2)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3, padding=1)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        for layer in (self.conv1, self.conv2, self.fc):
            nn.init.kaiming_normal_(layer.weight)
        ### END SOLUTION

    def forward(self, x):
        """Compute the scores (N, num_classes) of images (N, in_channel, 32, 32)."""
        ### BEGIN SOLUTION
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        scores = self.fc(flatten(x))
        ### END SOLUTION
        return scores


# %% [markdown] hint="torch-module"
# <details><summary>Hint 1: where to look</summary>
#
# Which three layers hold parameters? They are made once, in `__init__`. ReLU and flattening hold
# none and belong into `forward`.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `nn.Conv2d` twice and `nn.Linear` once, with the sizes that `__init__` is given;
# `nn.init.kaiming_normal_` three times. In `forward` call the attributes; `F.relu` and `flatten`
# do the rest.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. `super().__init__()` comes first; it is there already.
# 2. Three attributes. Both convolutions keep the size of the image, so flattened there are
#    `channel_2` times 1024 numbers.
# 3. Redraw the three weights; leave the biases.
# 4. `forward` is your `three_layer_convnet`, with a layer's call in place of each function and its
#    parameters.
#
# </details>

# %% test="torch-module" points=2
torch.manual_seed(int(rng.integers(2**31)))
model = ThreeLayerConvNet(3, 6, 4, 5)
held = pytorch.parameters(model)
shapes = [(6, 3, 5, 5), (6,), (4, 6, 3, 3), (4,), (5, 4096), (5,)]
expect(
    sorted(value.shape for value in held.values()) == sorted(shapes),
    f"The module's parameters should have the shapes {sorted(shapes)}; it knows of "
    f"{sorted(value.shape for value in held.values())}. Layers count if they are attributes "
    f"that __init__ sets.",
)
values = {
    name: 0.3 * rng.normal(size=value.shape).astype(np.float32)
    for name, value in held.items()
}
pytorch.set_parameters(model, values)
by_shape = {value.shape: value for value in values.values()}
params = [by_shape[shape] for shape in shapes]
params[4] = np.ascontiguousarray(params[4].T)  # nn.Linear keeps (classes, inputs)
x = rng.normal(size=(2, 3, 32, 32)).astype(np.float32)
expected, without = numpy_convnet(x, params), convnet_without_relu(x, params)
scores = pytorch.forward(model, x)
if np.shape(scores) == np.shape(expected):
    expect(
        not np.allclose(np.sum(scores, axis=1), 1),
        "These are probabilities, after a softmax; return the scores.",
    )
expect_close(
    scores,
    expected,
    "scores",
    rtol=1e-3,
    atol=1e-2,
    hint="Convolution, ReLU, convolution, ReLU, flatten, linear.",
    faults={
        "After the last layer comes no ReLU.": np.maximum(expected, 0),
        "The first ReLU is missing.": without["first"],
        "The second ReLU is missing.": without["second"],
        "Both ReLUs are missing, so it is one linear map.": without["both"],
    },
)
passed("torch-module", "its parameters, and scores as ours")

# %% test="torch-module" part="weights" points=1
torch.manual_seed(int(rng.integers(2**31)))
for sizes in [(3, 32, 16, 10), (1, 9, 12, 4)]:
    first, second = (pytorch.parameters(ThreeLayerConvNet(*sizes)) for _ in range(2))
    expect(
        len(first) == 6,
        f"The module knows of {len(first)} parameters; 6 are asked for.",
    )
    for name, value in first.items():
        if value.ndim > 1:
            wanted = math.sqrt(2 / math.prod(value.shape[1:]))
            expect(
                abs(value.std() / wanted - 1) < 0.25,
                f"{name} has the standard deviation {value.std():.4f}; He's rule says "
                f"{wanted:.4f}.",
            )
            expect(
                not np.array_equal(value, second[name]),
                f"{name} is the same in two modules: draw it in __init__.",
            )
    x = rng.normal(size=(1, sizes[0], 32, 32)).astype(np.float32)
    scores = pytorch.forward(ThreeLayerConvNet(*sizes), x)
    expect_array(scores, (1, sizes[-1]), f"scores of an image (sizes {sizes})")
passed("torch-module", "He's rule in all three layers, drawn anew for each module")

# %% test="torch-module" part="gradients" points=1
torch.manual_seed(int(rng.integers(2**31)))
in_channel, channel_1, channel_2, classes = 1, 9, 12, 4
model = ThreeLayerConvNet(in_channel, channel_1, channel_2, classes)
shapes = [(9, 1, 5, 5), (9,), (12, 9, 3, 3), (12,), (4, 12288), (4,)]
held = pytorch.parameters(model)
expect(
    sorted(value.shape for value in held.values()) == sorted(shapes),
    f"The module's parameters should have the shapes {sorted(shapes)}; it knows of "
    f"{sorted(value.shape for value in held.values())}.",
)
values = {
    name: (0.1 * rng.normal(size=value.shape)).astype(np.float32)
    for name, value in held.items()
}
pytorch.set_parameters(model, values)
by_shape = {value.shape: value for value in values.values()}
params = [by_shape[shape] for shape in shapes]
params[4] = np.ascontiguousarray(params[4].T)
x, y = rng.normal(size=(3, 1, 32, 32)).astype(np.float32), rng.integers(0, 4, 3)
_, dscores = softmax_loss(numpy_convnet(x, params), y)
_, grads = numpy_convnet(x, params, dscores)
grads[5] = grads[5].T
wanted = {grad.shape: grad for grad in grads[1:]}
_, found = pytorch.loss_gradients(model, x, y)
for name, value in values.items():
    expect(
        name in found,
        f"{name} gets no gradient: forward does not use it, or takes it out of the graph.",
    )
    grad = wanted[value.shape]
    size = np.abs(grad).max()
    where = f"gradient of {name}"
    expect_close(found[name], grad, where, rtol=1e-2, atol=1e-2 * size + 1e-6)
passed("torch-module", "other sizes; every parameter gets its gradient")


# %% [markdown]
# **Experiment.** How far is PyTorch's own rule from He's? Guess first: equal, half, or a tenth?

# %% tags=["experiment"]
with needs_answers():
    torch.manual_seed(231)
    for layer in (nn.Conv2d(3, 32, 5), nn.Conv2d(32, 16, 3), nn.Linear(16384, 10)):
        own = layer.weight.std().item()
        he = math.sqrt(2 / math.prod(layer.weight.shape[1:]))
        name = type(layer).__name__
        print(f"{name:7} PyTorch {own:.4f}, He {he:.4f}, ratio {he / own:.2f}")

# %% [markdown]
# The ratio is $\sqrt 6 \approx 2.45$ for every layer: PyTorch draws uniformly from
# $\pm 1 / \sqrt{\text{fan\_in}}$, whose standard deviation is $1 / \sqrt{3\,\text{fan\_in}}$. Three such
# layers make the scores smaller by a factor of about 15 ($6^{1.5}$). A default is a choice, too.
#
# **Further reading**
#
# - PyTorch, [*Modules*](https://docs.pytorch.org/docs/stable/notes/modules.html): what a module
#   registers, and how it is saved. 20 minutes.
# - Zhang et al., *Dive into Deep Learning*,
#   [section 6.1](https://d2l.ai/chapter_builders-guide/model-construction.html). 15 minutes.
#
# **Harder (optional, no points).** Write a module `Scale(n)` with one learnable factor per channel,
# made with `nn.Parameter`. What changes in `parameters()` if you assign a plain tensor instead, and
# when would you use `register_buffer`?
#
# <details><summary>Compare your answer</summary>
#
# A plain tensor is not found: no optimizer moves it, `.to(device)` leaves it behind, and it is not
# saved. A *buffer* is moved and saved, and still not trained. The running averages of batch
# normalisation are buffers.
#
# </details>

# %% [markdown]
# ## 6. The loop
#
# Training goes back to Robbins and Monro (1951): estimate the gradient from a sample, take a small
# step, repeat. For a module, an *optimizer* makes the steps: `optimizer.zero_grad()` empties all
# gradients, `optimizer.step()` moves all parameters. The loop around them is short. Of the four
# mistakes that Karpathy (2018) listed as the most common, three belong here: the wrong mode, gradients
# that are never emptied, and a softmax before a loss that takes logits. None of them raises an error.
#
# After this section you can write the loop that trains any module, and measure its accuracy
# without side effects.
#
# One more thing. Batch normalisation and dropout do one thing in training and another at test
# time. `model.train()` and `model.eval()` tell all layers which *mode* it is; whoever had the
# model last may have left it in either. With the batch $B$, the loss of a step is
#
# $$L = \frac{1}{|B|} \sum_{i \in B} -\log p_{y_i}(x_i) .$$

# %% drawing="torch-loop"
drawings.show(
    drawings.training_loop(),
    "A table of the five calls of a step and what they touch. The forward pass records the graph "
    "and reads the weights; the loss makes the graph longer; backward uses the graph up and adds "
    "to p.grad; step reads p.grad and changes the weights; zero_grad empties p.grad.",
)

# %% [markdown]
# *Read it by columns: `p.grad` is added to, read, emptied. `zero_grad()` may stand anywhere except
# in one place. Which?*
#
# **Worked example.** A line through three points of $y = 2x + 1$, with the mean squared error in place
# of the cross-entropy, all points in every step:

# %%
with needs_answers():
    torch.manual_seed(231)
    line, points = nn.Linear(1, 1), torch.tensor([[0.0], [1.0], [2.0]])
    rule = optim.SGD(line.parameters(), lr=0.2)
    for step in range(101):
        error = ((line(points) - (2 * points + 1)) ** 2).mean()
        rule.zero_grad()
        error.backward()
        rule.step()
        if step % 50 == 0:
            print(f"step {step:3}: error {error.item():.6f}")
    print(f"slope {line.weight.item():.3f}, intercept {line.bias.item():.3f}")

# %% [markdown]
# **Predict, then check.** (a) In which of the three gaps between the forward pass, `backward()` and
# `step()` does `zero_grad()` do harm? (b) A batch of three images is all right, the next batch
# holds a single image and is wrong. What is the accuracy, and what is the mean of the
# batches' accuracies?
#
# <details><summary>Check your prediction</summary>
#
# (a) Between `backward()` and `step()`: the step then finds nothing to use, and the weights stay.
# Before `backward()` and after `step()` are both common. (b) 3 of 4, which is 0.75; the mean of 1
# and 0 is 0.5. Count images, not batches, since the last batch is often smaller.
#
# </details>


# %% tags=["setup"]
def numpy_training(W, b, batches, learning_rate, epochs, empty=True):
    """Train a linear model in NumPy; without empty, gradients add up."""
    params, losses, grads = np.vstack([W.T, b]), [], 0
    for _ in range(epochs):
        for X, y in batches:
            rows = np.hstack([X, np.ones((len(X), 1))])
            loss, grad = softmax_loss_vectorized(params, rows, y, 0.0)
            grads = grad if empty else grads + grad
            params, _ = sgd(params, grads, {"learning_rate": learning_rate})
            losses.append(loss)
    return params[:-1].T, losses


# %% answer="torch-train" minutes=15 difficulty=2 importance=3
def train(model, optimizer, loader, epochs=1):
    """Train a model on the cross-entropy of its scores.

    Parameters
    ----------
    model : nn.Module
        Maps a batch to scores; left in training mode.
    optimizer : torch.optim.Optimizer
        Of the model's parameters.
    loader : iterable
        Yields batches (x, y) of tensors, once through for an epoch.
    epochs : int
        Times to go through the loader.

    Returns
    -------
    losses : list of float
        The loss of every batch.
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        model.train()
        for x, y in loader:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
    ### END SOLUTION


# %% [markdown] hint="torch-train"
# <details><summary>Hint 1: where to look</summary>
#
# The worked example has the five calls. Here there are two loops around them, one over epochs and
# one over batches. In which mode may the model arrive?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `model.train()`, `F.cross_entropy` of the scores as they are, the optimizer's two calls, and
# `.item()` for the list. What the loader yields is already a pair of tensors.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. An empty list; a loop over the epochs; set the mode.
# 2. For each batch: forward pass and loss, then the other three calls in an order that the
#    prediction allows.
# 3. Note one plain number per batch. A list of tensors would keep every graph alive.
#
# </details>

# %% test="torch-train" points=2
W, b = rng.normal(size=(3, 4)), rng.normal(size=3)
batches = [
    (rng.normal(size=(n, 4)).astype(np.float32), rng.integers(0, 3, n))
    for n in (5, 5, 2)
]
expected, losses = numpy_training(W, b, batches, 0.5, 2)
small = W.astype(np.float32), b.astype(np.float32)
notes = pytorch.train_linear(train, batches, *small, learning_rate=0.5, epochs=2)
expect(
    isinstance(notes["returned"], list),
    f"Return the list of losses; got {type(notes['returned']).__name__}.",
)
expect_close(
    notes["W"],
    expected,
    "the weights afterwards",
    rtol=1e-4,
    atol=1e-4,
    hint="For each batch: forward, cross-entropy of the scores, zero_grad, backward, step.",
    faults={
        "Gradients add up: call optimizer.zero_grad() in each step.": numpy_training(
            W, b, batches, 0.5, 2, empty=False
        )[0],
        "The weights have not moved: call loss.backward() and optimizer.step(), and "
        "empty the gradients before, not in between.": W,
        "That was one epoch of two.": numpy_training(W, b, batches, 0.5, 1)[0],
    },
)
expect_close(
    notes["returned"],
    losses,
    "losses",
    rtol=1e-4,
    atol=1e-4,
    hint="One number for each batch: the mean loss that backward() started from.",
)
expect_source(train, without=["pytorch", "numpy_training"])
passed("torch-train", "two epochs of three batches, the same as in NumPy")

# %% test="torch-train" part="modes" points=1
for sizes, epochs in [((4,), 5), ((1, 6), 1), ((3, 2, 3), 3)]:
    W, b = rng.normal(size=(5, 2)), rng.normal(size=5)
    batches = [
        (rng.normal(size=(n, 2)).astype(np.float32), rng.integers(0, 5, n))
        for n in sizes
    ]
    expected, losses = numpy_training(W, b, batches, 0.2, epochs)
    small = W.astype(np.float32), b.astype(np.float32)
    notes = pytorch.train_linear(
        train, batches, *small, learning_rate=0.2, epochs=epochs
    )
    where = f"({epochs} epochs of batches of {sizes})"
    expect(
        isinstance(notes["returned"], list)
        and all(isinstance(loss, float) for loss in notes["returned"]),
        "Return a list of plain numbers: loss.item().",
    )
    expect_close(notes["returned"], losses, f"losses {where}", rtol=1e-4, atol=1e-4)
    expect_close(notes["W"], expected, f"W {where}", rtol=1e-4, atol=1e-4)
    expect(
        all(notes["training"]),
        "The model came in test mode, and should be in training mode: model.train().",
    )
    expect(
        len(notes["training"]) == len(losses),
        f"{len(losses)} batches should pass through the model once each; it saw "
        f"{len(notes['training'])}.",
    )
passed("torch-train", "training mode, plain numbers, one pass for each batch")


# %% answer="torch-accuracy" minutes=10 difficulty=2 importance=3
def check_accuracy(loader, model):
    """Measure which share of all examples a model gets right.

    Parameters
    ----------
    loader : iterable
        Yields batches (x, y) of tensors; the last may be smaller.
    model : nn.Module
        Maps a batch to scores; is run in test mode, without a graph.

    Returns
    -------
    accuracy : float
        Between 0 and 1.
    """
    ### BEGIN SOLUTION
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
            total += len(y)
    return right / total
    ### END SOLUTION


# %% [markdown] hint="torch-accuracy"
# <details><summary>Hint 1: where to look</summary>
#
# Prediction (b): which two numbers do you have to count? And what should the model do
# differently from training?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `model.eval()`, `torch.no_grad()`, `argmax` along the classes, a comparison with `y` and its sum.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Mode first; two counters at zero; the loop inside `no_grad`.
# 2. Per batch add the number of right answers, as a plain number, and the number of examples.
# 3. Divide once, at the end. By hand: batches of 3 right and 1 wrong give 0.75.
#
# </details>

# %% test="torch-accuracy" points=1
# The scores are the inputs.
x = np.array([[5.0, 1], [2, 3], [4, 0], [9, 1], [1, 7], [2, 8]], dtype=np.float32)
batches = [(x[:4], np.array([0, 1, 0, 0])), (x[4:], np.array([0, 1]))]
notes = pytorch.score_linear(
    check_accuracy, batches, np.eye(2, dtype=np.float32), np.zeros(2, np.float32)
)
expect_close(
    notes["returned"],
    5 / 6,
    "the accuracy",
    hint="The classes with the highest scores are 0, 1, 0, 0, 1, 1; the true ones 0, 1, 0, "
    "0, 0, 1.",
    faults={
        "Count examples: the last batch is smaller, so its mean weighs less.": 0.75,
        "This is the share of the wrong ones.": 1 / 6,
        "This is a number of examples; return a share.": 5,
        "Divide by the number of examples, not of batches.": 2.5,
        "Return a share, not per cent.": 250 / 3,
        "This is the share in the last batch alone.": 0.5,
        "This is the share in the first batch alone.": 1,
        "argmax along the batch finds an example; take it along the classes.": 1 / 3,
        "No example counts as right: argmax needs an axis, and // rounds down.": 0,
    },
)
expect_source(check_accuracy, without=["pytorch"])
passed("torch-accuracy", "six examples worked out by hand")

# %% test="torch-accuracy" part="modes" points=1
for sizes in [(7,), (4, 4, 1), (1, 6)]:
    W = rng.normal(size=(6, 3)).astype(np.float32)
    b = rng.normal(size=6).astype(np.float32)
    batches, right = [], 0
    for n in sizes:
        X = rng.normal(size=(n, 3)).astype(np.float32)
        best = np.argmax(X @ W.T + b, axis=1)
        y = np.where(rng.random(n) < 0.6, best, rng.integers(0, 6, n))
        right += np.count_nonzero(best == y)
        batches.append((X, y))
    notes = pytorch.score_linear(check_accuracy, batches, W, b)
    where = f"the accuracy ({sum(sizes)} examples in batches of {sizes})"
    expect_close(notes["returned"], right / sum(sizes), where, rtol=1e-5)
    expect(
        isinstance(notes["returned"], float),
        f"Return a plain number; got {type(notes['returned']).__name__}.",
    )
    expect(not any(notes["training"]), "Run the model in test mode: model.eval().")
    expect(
        not any(notes["graph"]),
        "Nobody will ask for gradients here: use torch.no_grad().",
    )
    expect_close(notes["W"], W, "the weights afterwards")
passed("torch-accuracy", "more batches, test mode, no graph, a plain number")


# %% [markdown]
# Your module, your loop: one epoch. `.to(device)` moves the module's parameters, in place.

# %% tags=["experiment"]
with needs_answers():
    torch.manual_seed(231)
    model = ThreeLayerConvNet(3, 32, 16, 10).to(device)
    optimizer = optim.SGD(model.parameters(), lr=3e-3)
    histories["module, SGD"] = train(model, optimizer, with_bar(loader_train, "module"))
    print(
        f"validation accuracy after one epoch: {check_accuracy(loader_val, model):.3f}"
    )

# %% [markdown] question="torch-modes" points=2 minutes=10
# **Question 3 (2 points).** `model.eval()` and `torch.no_grad()` are often written one below
# the other. What does each do, and what goes wrong if a test loop has only the first? Only
# the second?

# %% [markdown] marking="torch-modes"
# `eval()` changes what layers compute: batch normalisation takes its running averages and
# leaves them alone, dropout keeps everything. `no_grad()` changes nothing in the numbers: it
# only stops the graph from being kept. With `eval()` alone the accuracy is right, but memory
# and time go into graphs that nobody walks (and whoever adds up tensors instead of numbers
# keeps all of them). With `no_grad()` alone the numbers are wrong or random: dropout still
# drops, each image depends on its batch, and the running averages learn from the test images.
#
# *Marking:* 0.5 for each of the four: what `eval` does, what `no_grad` does, what each lacks. "`eval()` switches gradients off" earns nothing.


# %% [markdown]
# **Experiment: the order of the images.** Answer question 3 first. A network with batch
# normalisation is trained with your loop. Then the same 1000 validation images are scored, in test mode
# and in train mode, as if `model.eval()` had been forgotten. Batches are mixed or sorted by class.
# Predict: by how much does the accuracy differ between the rows?


# %% tags=["experiment"]
def share_right(model, loader):
    """Measure the accuracy in the mode that the model is in."""
    with torch.no_grad():
        right = [model(x).argmax(dim=1) == y for x, y in loader]
    return torch.cat(right).float().mean().item()


with needs_answers():
    torch.manual_seed(231)
    normed = nn.Sequential(
        *(nn.Flatten(), nn.Linear(3 * 32 * 32, 100), nn.BatchNorm1d(100)),
        *(nn.ReLU(), nn.Linear(100, 10)),
    ).to(device)
    some = make_loader("train", 64 * (20 if quick() else 140))
    train(normed, optim.SGD(normed.parameters(), lr=0.1), some)
    print("mode   batches of       mixed   sorted by class")
    for training, size in ((False, 50), (True, 250), (True, 50), (True, 10)):
        found = []
        for by_class in (False, True):
            twin = copy.deepcopy(normed).train(training)  # its averages may change
            found.append(share_right(twin, make_loader("val", None, size, by_class)))
        mode = "train" if training else "test"
        print(f"{mode:5}  {size:3} images  {found[0]:9.3f} {found[1]:9.3f}")

# %% [markdown]
# We measured on `shapes10`, after 140 steps: 0.401 in test mode, whatever the order. In train mode and
# mixed batches of 50 it is 0.406, so the forgotten line does not show; sorted by class it is 0.173.
#
# **For lunch.** The folders of an image collection are usually read class by class. A team reports
# 0.17 for a downloaded network, another team 0.41 for the same file. Who is right, and which single
# line of output would have told them?
#
# <details><summary>Our answer, after yours</summary>
#
# Neither number describes the network, which has 0.401 in test mode. In train mode each image is
# normalised with the mean and variance of its batch. In a mixed batch these resemble those of training.
# If the whole batch is of one class, subtracting its mean removes much of what the class has in common.
# The smaller the batch, the noisier the statistics: 0.364 with 10 images. `print(model.training)` tells.
# Most people expect a forgotten `eval()` either to do nothing or to ruin every run.
#
# </details>
#
# **Further reading**
#
# - Robbins and Monro, *A Stochastic Approximation Method*, 1951,
#   [doi:10.1214/aoms/1177729586](https://doi.org/10.1214/aoms/1177729586). The introduction, three pages. 15 minutes.
# - Zhang et al., *Dive into Deep Learning*,
#   [section 3.4](https://d2l.ai/chapter_linear-regression/linear-regression-scratch.html): the same
#   loop without an optimizer. 15 minutes.
#
# **Harder (optional, no points).** `loss.item()` waits until a GPU has finished. Rewrite the loop so that it
# asks once per epoch, without keeping graphs alive. What else could make a loop wait?
#
# <details><summary>Compare your answer</summary>
#
# Collect `loss.detach()`, and call `torch.stack(collected).tolist()` at the end of the epoch. A loop
# also waits for `print(loss)`, for `if loss > 3:`, for `.cpu()` or `.numpy()`, and for batches that
# are read from disk in the same process.
#
# </details>

# %% [markdown]
# ## 7. A sequence
#
# If data runs straight through, you need not write `forward` either: `nn.Sequential(a, b, c)` is
# a module that calls one after the other. `nn.ReLU()`, `nn.Flatten()` and others exist so that they
# can stand in such a row. The price: a network with a branch, such as a *skip connection*, does not
# fit. For steps, take `optim.SGD` with Nesterov's momentum (1983), the rule you wrote in
# `fully_connected_nets`. Sutskever et al. (2013) reported that it helped to train deep networks
# which had been thought to need special methods.
#
# After this section you can build a network and its optimizer in a dozen lines, and say what each
# of the three forms leaves to you.
#
# PyTorch's form of the rule, with the momentum $\rho$ and the gradient $g$, is
#
# $$v \leftarrow \rho v + g, \qquad p \leftarrow p - \eta \, (g + \rho v) .$$

# %% drawing="torch-forms"
drawings.show(
    drawings.three_ways(),
    "A table of three forms. Barebones: you hold the weights, compute forward and make the steps. "
    "As a module: its layers hold the weights, you write forward, an optimizer steps. As a "
    "sequence: you write none of the three. The backward pass is autograd's in all of them.",
)

# %% [markdown]
# *Purple is what you write. From left to right it becomes less, and so does what you can
# change.*
#
# **Worked example.** A sequence, the names of its parameters, and three steps of Nesterov's momentum on
# a slope that is always 1, with a rate of 1:

# %%
with needs_answers():
    row = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    print([name for name, _ in row.named_parameters()])
    p = torch.zeros(1, requires_grad=True)
    rule = optim.SGD([p], lr=1, momentum=0.9, nesterov=True)
    for _ in range(3):
        before = p.item()
        rule.zero_grad()
        p.sum().backward()
        rule.step()
        print(f"step of {before - p.item():.3f}")

# %% [markdown]
# **Predict, then check.** On a constant slope, how long does the step become in the end, compared
# with plain gradient descent: 1.9, 2.71 or 10 times?
#
# <details><summary>Check your prediction</summary>
#
# 10 times: $v$ approaches $g / (1 - \rho) = 10 g$, and so does $g + \rho v$. Switching momentum on
# at an unchanged learning rate is therefore a change of the rate, too. Keep this in mind when you
# compare curves below.
#
# </details>


# %% answer="torch-sequential" minutes=15 difficulty=1 importance=2
def sequential_convnet():
    """Build the three-layer convnet as a sequence, with an optimizer.

    10 classes of 32x32 RGB images. The weights may be drawn by PyTorch's own rule.

    Returns
    -------
    model : nn.Sequential
    optimizer : torch.optim.Optimizer
        Nesterov's momentum 0.9, learning rate 1e-2.
    """
    channel_1, channel_2, learning_rate = 32, 16, 1e-2
    ### BEGIN SOLUTION
    model = nn.Sequential(
        nn.Conv2d(3, channel_1, 5, padding=2),
        nn.ReLU(),
        nn.Conv2d(channel_1, channel_2, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(channel_2 * 32 * 32, 10),
    )
    optimizer = optim.SGD(
        model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True
    )
    ### END SOLUTION
    return model, optimizer


# %% [markdown] hint="torch-sequential"
# <details><summary>Hint 1: where to look</summary>
#
# Write down the layers of your module in the order in which `forward` calls them. What was a function
# there becomes a module here.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `nn.Sequential` with six modules; `optim.SGD` with the keywords of the worked example.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Convolution, ReLU, twice; flatten; linear. Nothing stands after the last.
# 2. The padding keeps 32×32; so the linear layer reads 16 feature maps of 1024 numbers.
# 3. The optimizer needs *all* parameters of the model, and three settings.
#
# </details>

# %% test="torch-sequential" points=2
model, optimizer = expect_tuple(sequential_convnet(), "model", "optimizer")
held = pytorch.parameters(model)
shapes = [(32, 3, 5, 5), (32,), (16, 32, 3, 3), (16,), (10, 16384), (10,)]
expect(
    [value.shape for value in held.values()] == shapes,
    f"The parameters should have the shapes {shapes}; got "
    f"{[value.shape for value in held.values()]}.",
)
params = [0.2 * rng.normal(size=shape).astype(np.float32) for shape in shapes]
pytorch.set_parameters(model, dict(zip(held, params, strict=True)))
x = rng.normal(size=(2, 3, 32, 32)).astype(np.float32)
params[4] = np.ascontiguousarray(params[4].T)
expected, without = numpy_convnet(x, params), convnet_without_relu(x, params)
scores = pytorch.forward(model, x)
if np.shape(scores) == np.shape(expected):
    expect(
        not np.allclose(np.sum(scores, axis=1), 1),
        "These are probabilities, after a softmax; return the scores.",
    )
expect_close(
    scores,
    expected,
    "scores",
    rtol=1e-3,
    atol=1e-2,
    hint="Convolution, ReLU, convolution, ReLU, flatten, linear.",
    faults={
        "After the last layer comes no ReLU.": np.maximum(expected, 0),
        "The first ReLU is missing.": without["first"],
        "The second ReLU is missing.": without["second"],
        "Both ReLUs are missing, so it is one linear map.": without["both"],
    },
)
passed("torch-sequential", "its parameters, and scores as ours")

# %% test="torch-sequential" part="steps" points=1
model, optimizer = expect_tuple(sequential_convnet(), "model", "optimizer")
x = rng.normal(size=(4, 3, 32, 32)).astype(np.float32)
y = rng.integers(0, 10, 4)
before = pytorch.parameters(model)
between = pytorch.take_step(model, optimizer, x, y)
after = pytorch.take_step(model, optimizer, x, y)
grads = []
for values in (before, between):
    params = list(values.values())
    params[4] = np.ascontiguousarray(params[4].T)
    _, dscores = softmax_loss(numpy_convnet(x, params), y)
    found = numpy_convnet(x, params, dscores)[1][1:]
    found[4] = found[4].T
    grads.append(dict(zip(values, found, strict=True)))
for name, value in between.items():
    moves = {}
    for rule in (nesterov_momentum, sgd_momentum, sgd):
        config = {"learning_rate": 1e-2}
        start, config = rule(before[name].copy(), grads[0][name], config)
        end, _ = rule(start.copy(), grads[1][name], config)
        moves[rule] = start - end
    moved = moves[nesterov_momentum]
    expect(
        not np.array_equal(before[name], value),
        f"The first step leaves {name} alone: hand all of model.parameters() over.",
    )
    expect_close(
        value - after[name],
        moved,
        f"what the second step subtracts from {name}",
        rtol=1e-2,
        # One activation that rounding moves across 0 changes some entries a little.
        atol=5e-2 * np.abs(moved).max() + 1e-7,
        hint="Nesterov's momentum 0.9, learning rate 1e-2.",
        faults={
            "The parameters do not move: hand model.parameters() to it.": 0 * moved,
            "This is plain gradient descent.": moves[sgd],
            "This is momentum without Nesterov's look ahead.": moves[sgd_momentum],
        },
    )
passed("torch-sequential", "two steps of Nesterov's momentum")


# %% [markdown]
# **Experiment.** The same network three times; only the last one has momentum, and a rate of 0.01
# in place of 0.003. Which part of the difference is due to the momentum?

# %% tags=["experiment"]
with needs_answers():
    torch.manual_seed(231)
    model, optimizer = sequential_convnet()
    model.to(device)
    histories["sequence, Nesterov"] = train(
        model, optimizer, with_bar(loader_train, "sequence")
    )
    print(
        f"validation accuracy after one epoch: {check_accuracy(loader_val, model):.3f}"
    )
    fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
    for (name, losses), style in zip(histories.items(), ("-", ":", "--"), strict=False):
        smooth = np.convolve(losses, np.ones(20) / 20, mode="valid")
        ax.plot(smooth, style, label=name)
    ax.set(xlabel="step", ylabel="loss, mean of 20 steps", ylim=(1, 2.6))
    ax.legend()
    plt.show()

# %% [markdown]
# The plot cannot tell: rate, momentum and initialisation changed together. By the prediction, the
# rate in effect is about $0.01 \cdot 10$, more than thirty times that of the other two. To find out,
# change one thing at a time.
#
# **Further reading**
#
# - Sutskever et al., *On the importance of initialization and momentum in deep learning*, 2013,
#   [PMLR 28](https://proceedings.mlr.press/v28/sutskever13.html). Section 2. 15 minutes.
# - PyTorch, [*torch.optim.SGD*](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html): how
#   its momentum differs from the paper's. 5 minutes.
#
# **Harder (optional, no points).** Train the sequence once more with `momentum=0` and a rate of 0.1,
# and once with both changes undone one by one. Which curve lies closest to Nesterov's?
#
# <details><summary>Compare your answer</summary>
#
# By the prediction above, a rate of 0.1 without momentum takes steps of the same final length. So
# expect that curve to lie closest once the first dozen steps are over. Your runs tell whether it
# does, and how much the initialisation matters. Repeat each with three seeds before you conclude.
#
# </details>

# %% [markdown]
# ## 8. A network of your own
#
# Which changes made convnets better? Simonyan and Zisserman (2014) stacked convolutions of 3×3 in
# place of larger ones. Ioffe and Szegedy (2015) normalised activations over the batch. He et al.
# (2015) added skip connections and trained 152 layers. Each reported gains on ImageNet; on small
# images and with a few minutes of computing, not all of them pay. That is for you to measure.
#
# After this section you can design a network for a given budget, and defend each of its parts
# with a number.
#
# The budget of a convolution on an output of $H \times W$ positions is
#
# $$F^2 \, C_\text{in} \, C_\text{out} \, H W$$
#
# multiplications. Halving the side by pooling divides it by 4.

# %% drawing="torch-costs"
drawings.show(
    drawings.pool_costs(),
    "Multiplications of three convolutions of 3 by 3 with 16 to 32, 32 to 64 and 64 to 128 filters. "
    "Where the side stays 32 they cost 4.7, 18.9 and 75.5 million; where pooling halves the side "
    "each time, all three cost 4.7 million.",
)

# %% [markdown]
# *Both columns have the same filters. On the right, halving the side pays for doubling the filters.*
#
# **Worked example.** Two convolutions of 3×3 see as far as one of 5×5. With 32 channels throughout,
# what do they cost?

# %%
with needs_answers():
    one = nn.Conv2d(32, 32, 5, padding=2, bias=False)
    two = nn.Sequential(
        nn.Conv2d(32, 32, 3, padding=1, bias=False),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1, bias=False),
    )
    for name, net in (("one of 5x5", one), ("two of 3x3", two)):
        weights = sum(p.numel() for p in net.parameters())
        print(
            f"{name}: {weights} weights, {weights * 1024 / 1e6:.1f} M multiplications"
        )

# %% [markdown]
# **Predict, then check.** The three-layer convnet has 170,906 parameters for images of 32×32.
# Where are most of them: in the first convolution, in the second, or in the linear layer? And
# where are most of its multiplications?
#
# <details><summary>Check your prediction</summary>
#
# Parameters: in the linear layer, which has 163,850 of them, 96 %. Multiplications: in the second
# convolution, with 4.7 million of 7.3; the linear layer needs 0.16 million. A convolution uses
# each weight at 1024 positions, a linear layer uses it once. Pooling before the linear layer saves the former,
# pooling before a convolution the latter.
#
# </details>
#
# Now build the best network you can. Ideas:
#
# - pooling between convolutions, so that deeper layers see more and cost less;
# - more filters deeper down;
# - three or four convolutions of 3×3 in place of one of 5×5;
# - batch normalisation, dropout before the end, skip connections around pairs of layers;
# - Adam or AdamW.
#
# Try on a part of the images first.
#
# The tests train your network for 120 steps of 25 synthetic images, and ask for 0.38 of 500
# others. The three-layer convnet just gets there; three blocks with normalisation and pooling
# reach 0.45. On the real CIFAR-10 the goal is 0.70 of the validation images after five epochs.


# %% answer="torch-open" minutes=45 difficulty=5 importance=2
def open_ended_net():
    """Build a network of your own for 10 classes of 32x32 RGB images.

    Returns
    -------
    model : nn.Module
        At most a million parameters.
    optimizer : torch.optim.Optimizer
    """

    ### BEGIN SOLUTION
    def block(inputs, outputs):
        return (
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )

    model = nn.Sequential(
        *block(3, 32),  # 16 x 16
        *block(32, 64),  # 8 x 8
        *block(64, 128),  # 4 x 4
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(128 * 4 * 4, 10),
    )
    optimizer = optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    ### END SOLUTION
    return model, optimizer


# %% [markdown] hint="torch-open"
# <details><summary>Hint 1: where to look</summary>
#
# Begin with your sequence and change one thing at a time. Where are its parameters, and where is
# its time spent? The prediction above tells.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `nn.MaxPool2d`, `nn.BatchNorm2d`, `nn.Dropout`, and `optim.Adam` or `optim.AdamW` are modules and
# rules that you have written yourself. As modules they follow `train()` and `eval()`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Write a function that returns the layers of one *block*: convolution, normalisation, ReLU, pooling.
# 2. Chain two to four blocks; let the filters grow as the side shrinks.
# 3. Flatten, a linear layer, no softmax. Mind the size that reaches it.
# 4. Try rates of 1e-3 to 1e-2 for Adam's family, on 1000 images.
#
# </details>

# %% test="torch-open" points=2
# A copy of your network takes 120 steps on 1000 drawn images, then 500 others.
drawn = split_cifar10(1000, 500, 1, source="shapes10")
for part in ("X_train", "X_val"):
    drawn[part] = drawn[part] / 64
images = {name: drawn[name] for name in ("X_train", "y_train", "X_val")}
result = pytorch.train_net(open_ended_net, images, epochs=3, batch_size=25, seed=1)
expect(
    result["weights"] <= 1_000_000,
    f"The network has {result['weights']} parameters; at most a million are allowed.",
)
first, last = result["losses"][0], np.mean(result["losses"][-20:])
expect_array(result["scores"], (500, 10), "scores")
accuracy = np.mean(result["scores"].argmax(axis=1) == drawn["y_val"])
grew = "It has not fallen: try a smaller learning rate first, then a larger one."
stays = (
    "Near 2.3, look whether scores go into the loss as they are, whether the learning "
)
stays += "rate is large enough, and whether the optimizer has this model's parameters."
fell = "It fell, so it learns: try more convolutions, more filters, normalisation."
advice = grew if not last <= 1.02 * first else stays if last > 1.9 else fell
expect(
    accuracy >= 0.38,
    f"{accuracy:.1%} of 500 images after 120 steps; 38 % are asked for. The loss "
    f"went from {first:.2f} to {last:.2f}. {advice}",
)
expect_source(open_ended_net, without=["pytorch"])
passed("torch-open", f"{accuracy:.1%} of 500 images after 120 steps")

# %% test="torch-open" part="by-heart" points=1
# Fifty images in 40 steps.
drawn = split_cifar10(50, 50, 1, source="shapes10")
fifty = {"X_train": drawn["X_train"] / 64, "y_train": drawn["y_train"]}
fifty["X_val"] = fifty["X_train"]
result = pytorch.train_net(open_ended_net, fifty, epochs=20, batch_size=25, seed=2)
expect_array(result["scores"], (50, 10), "scores")
accuracy = np.mean(result["scores"].argmax(axis=1) == fifty["y_train"])
expect(
    accuracy >= 0.8,
    f"Only {accuracy:.0%} of 50 images are memorised in 40 steps; 80 % are asked for.",
)
passed("torch-open", f"{accuracy:.0%} of 50 images memorised in 40 steps")

# %% test="torch-open" part="test-mode" points=1
x = rng.normal(size=(5, 3, 32, 32)).astype(np.float32)
scores, again, alone = pytorch.untrained_scores(open_ended_net, [x, x, x[:1]])
expect_array(scores, (5, 10), "scores")
drawn_anew = (
    "Something is drawn anew in test mode too, such as F.dropout without training=."
)
expect(np.allclose(again, scores, 1e-4, 1e-4), drawn_anew)
expect(
    np.allclose(alone, scores[:1], 1e-3, 1e-3),
    "In test mode the scores of an image depend on its neighbours in the batch.",
)
passed("torch-open", "in test mode an image has the same scores twice, and alone")


# %% [markdown]
# **Experiment.** All images at hand. In the last two epochs the learning rate is a third of what it
# was, and a ninth. With the real CIFAR-10 our network took about five minutes of processor time on one core.

# %% tags=["experiment"]
epochs = 5 if real else 3  # the real CIFAR-10 is worth more
accuracies = {}
with needs_answers():
    torch.manual_seed(231)
    model, optimizer = open_ended_net()
    model.to(device)
    optimizer.load_state_dict(optimizer.state_dict())  # its memory goes there as well
    losses, curve, start = [], [], time.perf_counter()
    for epoch in range(1, epochs + 1):
        if epoch > epochs - 2:
            for group in optimizer.param_groups:
                group["lr"] /= 3
        losses += train(model, optimizer, with_bar(loader_train, f"epoch {epoch}"))
        curve.append(check_accuracy(loader_val, model))
        print(
            f"epoch {epoch}: loss {np.mean(losses[-50:]):.3f}, validation {curve[-1]:.3f}"
        )
    accuracies = {
        "validation": curve[-1],
        "test": check_accuracy(make_loader("test"), model),
    }
    print(f"test {accuracies['test']:.3f}, {time.perf_counter() - start:.0f} s")
    fig, axes = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
    axes[0].plot(np.convolve(losses, np.ones(20) / 20, mode="valid"))
    axes[0].set(xlabel="step", ylabel="loss, mean of 20 steps", ylim=(0, 2.4))
    axes[1].plot(range(1, epochs + 1), curve, "o-")
    axes[1].set(
        xlabel="epoch",
        ylabel="validation accuracy",
        ylim=(0, 1),
        xticks=range(1, epochs + 1),
    )
    plt.show()

# %% [markdown]
# Which images does it get wrong, and what does it take them for? If a network trained this
# way is wrong, is it wrong as you would be?

# %% tags=["experiment"]
with needs_answers():
    torch.manual_seed(231)
    if not accuracies:
        raise NotImplementedError("torch-open: nothing has been trained above.")
    test = load_cifar10(num_training=1, num_test=len(data["y_test"]))
    scores = pytorch.forward(model, data["X_test"])
    guesses = scores.argmax(axis=1)
    wrong = np.flatnonzero(guesses != data["y_test"])
    # The surest mistakes: the score is furthest above that of the true class.
    excess = scores[wrong, guesses[wrong]] - scores[wrong, data["y_test"][wrong]]
    worst = wrong[np.argsort(-excess)[:16]]
    fig, axes = plt.subplots(2, 8, figsize=(10, 3.2), layout="constrained")
    for ax, i in zip(axes.flat, worst, strict=False):
        ax.imshow(test.X_test[i].astype(np.uint8))
        true, guess = test.classes[data["y_test"][i]], test.classes[guesses[i]]
        ax.set_title(f"{true}\nas {guess}", fontsize="small")
    for ax in axes.flat:
        ax.set_axis_off()
    plt.show()
# %% [markdown] question="torch-open" points=3 minutes=15
# **Question 4 (3 points).** Describe what you built and how you got there: which change
# brought how much, what did not help, and what you would try with an hour of computing.

# %% [markdown] marking="torch-open"
# Three blocks of convolution (3×3), batch normalisation, ReLU and pooling, with 32, 64 and 128
# filters; dropout of 0.2 before the linear layer; AdamW, its rate lowered twice at the end.
# 0.76 of the validation images of CIFAR-10 after five epochs. A good answer gives such
# numbers for *single* changes measured on the validation images: pooling makes each later
# convolution four times cheaper, so that the filters can grow; batch normalisation allows the
# high rate and helps most in the first epoch; lowering the rate brings a few points at the
# very end. With an hour: mirrored and shifted images, more epochs, shortcuts and more layers.
#
# *Marking:* 1 for at least two single changes with numbers; 1 for something that did not
# help, or for why something did; 1 for a sensible next step. Numbers from test images, used to
# choose: take 1 off. "More layers are better", without a number, earns nothing.


# %% [markdown]
# **Further reading**
#
# - Simonyan and Zisserman, *Very Deep Convolutional Networks for Large-Scale Image Recognition*, 2014,
#   [arXiv:1409.1556](https://arxiv.org/abs/1409.1556). Section 2.3 argues for 3×3. 15 minutes.
# - He et al., *Deep Residual Learning for Image Recognition*, 2015,
#   [arXiv:1512.03385](https://arxiv.org/abs/1512.03385). Section 4.2 has networks for CIFAR-10. 20
#   minutes.
# - CS231n notes, [*Convolutional networks: architectures*](https://cs231n.github.io/convolutional-networks/#layerpat).
#   20 minutes.
#
# **Harder (optional, no points).** Reach your validation accuracy with a tenth of the parameters. He et
# al. report 91.25 % on CIFAR-10 with 0.27 million, after 64,000 steps. What replaces the large
# linear layer there?
#
# <details><summary>Compare your answer</summary>
#
# *Global average pooling*: each of the last 64 feature maps is averaged to one number, so the
# linear layer has 650 parameters. `nn.AdaptiveAvgPool2d(1)` does it for maps of any size.
#
# </details>

# %% [markdown]
# ## What you have
#
# A library that derives what you derived by hand, and evidence of what it does: you have
# compared its gradients with your own. It does not choose the network for you, look at the
# loss, or keep the modes apart.
