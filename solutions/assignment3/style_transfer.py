# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Style transfer
#
# A network that was trained to classify photographs can paint. You write three losses that
# compare pictures by what the network sees in them: content, style and smoothness. You derive
# their gradients by hand, and then change the pixels until all three are small.
#
# **You need:** the notebooks `convolutional_networks` and `autograd`. **Time (our estimate, as
# are all minutes below):** about three hours.
#
# **Two ways to write an answer.** Handed arrays, a loss returns `(loss, gradient)`, both
# computed in NumPy. The text teaches this way. Or write it in PyTorch's words on tensors and
# return the loss, a scalar; the tape then has the gradient. The tests take either for full
# points, so answers to the course's PyTorch notebooks can be pasted here.

# %% tags=["setup"]
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures, pytorch
from cs231n.data import DatasetError, draw_landscape, draw_style, load_imagenet_val
from cs231n.data.images import (
    SQUEEZENET_MEAN,
    SQUEEZENET_STD,
    deprocess_image,
    preprocess_image,
    resize_image,
)
from cs231n.engine import F, nn, torch  # noqa: F401 (answers may use them)
from cs231n.gradcheck import eval_numerical_gradient
from cs231n.nets import pretrained
from cs231n.nets.losses import style as reference
from cs231n.notebook import needs_answers, quick
from cs231n.optim import adam
from cs231n.testing import (
    expect,
    expect_close,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["reference", "pretrained", "pytorch", "nets", "eval_numerical_gradient"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()


def both(answer, *args, of, name):
    """Return loss and gradient of an answer, whichever way it is written."""
    found = pytorch.differentiate(answer, *args, of=of)
    loss, gradient = expect_tuple(found, "loss", name)
    expect(np.ndim(loss) == 0, f"The loss is one number; got shape {np.shape(loss)}.")
    return loss, gradient


# %% [markdown]
# ## 1. Content
#
# Gatys, Ecker and Bethge (2015) asked whether the *content* of a picture can be separated from
# its *style*. Their answer uses a classifier: deep features tell what is where, and say little
# about the exact colour of a pixel. They kept the weights fixed and ran gradient descent on the
# pixels. The results looked like paintings, and took minutes each. Johnson et al. (2016) later
# trained a network that does it in one pass, for one style. Whether "style" in this sense is
# what an art historian means by the word is open to doubt.
#
# After this section you can compare two pictures by the features of a layer, and carry the
# gradient back to those features.
#
# Let $F$ be the features of the picture that changes and $P$ those of the photograph, both of
# shape $(1, C, H, W)$. The *content loss* with weight $w_c$ is
#
# $$L_c = w_c \sum_{c,i,j} (F_{cij} - P_{cij})^2 .$$

# %% drawing="style-graph"
drawings.show(
    drawings.transfer_graph(),
    "A picture runs through the layers conv1, fire2, fire3, fire5 and fire6. A content loss reads fire3, "
    "a style loss reads all five, total variation reads the picture. Dashed gradients enter at every "
    "layer that was read and run back to the picture.",
)

# %% [markdown]
# *The weights of the network stay as they are. Dashed gradients enter at several layers; where
# two meet, they add up.*
#
# **Worked example.** One channel, two positions, weight 0.5:

# %%
current, original, weight = [4.0, 1.0], [1.0, 2.0], 0.5
squares = [(c - o) ** 2 for c, o in zip(current, original, strict=True)]
print("loss", weight * sum(squares))
for i in range(2):
    step = 1e-5
    up, down = (
        weight * ((current[i] + s - original[i]) ** 2 + squares[1 - i])
        for s in (step, -step)
    )
    print(f"gradient of current[{i}], numerically: {(up - down) / (2 * step):+.4f}")

# %% [markdown]
# **Predict, then check.** The optimisation starts at the photograph itself. What is the content
# loss there, and what is its gradient? What therefore moves the first step?
#
# <details><summary>Check your prediction</summary>
#
# Both are 0, since $F = P$. The first step follows the other losses alone; the content loss
# begins to pull once the features have moved.
#
# </details>


# %% answer="style-content" minutes=10 difficulty=2 importance=3
def content_loss(content_weight, content_current, content_original):
    """Measure how far features are from those of the photograph.

    Parameters
    ----------
    content_weight : float
        Factor of the loss.
    content_current : ndarray or Tensor of shape (1, C, H, W)
        Features of the picture that changes.
    content_original : ndarray or Tensor of shape (1, C, H, W)
        Features of the photograph.

    Returns
    -------
    loss : float
        The weighted sum. Of tensors: a scalar, and nothing else.
    dcurrent : ndarray of shape (1, C, H, W)
        Gradient with respect to content_current.
    """
    ### BEGIN SOLUTION
    apart = content_current - content_original
    loss = content_weight * np.sum(apart**2)
    return loss, 2 * content_weight * apart
    ### END SOLUTION


# %% [markdown] hint="style-content"
# <details><summary>Hint 1: where to look</summary>
#
# The loss is a sum over all entries, not a mean. Which entries of the gradient depend on which
# entries of the features?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Keep the difference in a variable: both results need it. `np.sum` without an axis adds
# everything.
#
# </details>
#
# <details><summary>Hint 3: the local pieces</summary>
#
# The derivative of $a^2$ is $2a$, and the weight multiplies loss and gradient alike. In the
# worked example the gradient is $(3, -1)$.
#
# </details>

# %% test="style-content" points=3
current = np.array([[[[1.0, 2.0]], [[0.0, 3.0]]]])
original = np.array([[[[0.0, 2.0]], [[2.0, 2.0]]]])
loss, grad = both(content_loss, 3.0, current, original, of=1, name="dcurrent")
expect_close(
    loss,
    18.0,
    "the loss of the small case",
    hint="Differences, squares, their sum, the weight.",
    faults={
        "The weight is forgotten.": 6.0,
        "The squares are averaged; add them up.": 4.5,
        "There is a factor 1/2 too many.": 9.0,
        "The differences are not squared.": 12.0,
        "A root is taken of the sum.": 3 * 6**0.5,
    },
)
expect_close(
    grad,
    [[[[6.0, 0.0]], [[-12.0, 6.0]]]],
    "dcurrent of the small case",
    hint="The gradient has the shape of the features.",
    faults={
        "The weight is forgotten in the gradient.": [[[[2.0, 0]], [[-4, 2]]]],
        "The gradient lacks the 2 of the square.": [[[[3.0, 0]], [[-6, 3]]]],
        "The sign of the gradient is turned round.": [[[[-6.0, 0]], [[12, -6]]]],
        "The gradient is averaged; the loss is a sum.": [[[[1.5, 0]], [[-3, 1.5]]]],
    },
)
for shape, dtype in [((1, 3, 4, 5), float), ((1, 2, 3, 1), float), ((1, 4, 2, 3), "f")]:
    current, original = rng.standard_normal((2, *shape)).astype(dtype)
    weight = float(rng.uniform(0.1, 2))
    expected = reference.content_loss(weight, current, original)
    with unchanged(content_current=current, content_original=original):
        loss, grad = both(
            content_loss, weight, current, original, of=1, name="dcurrent"
        )
    expect_close(loss, expected[0], f"the loss for features {shape}", rtol=1e-4)
    expect_close(grad, expected[1], f"dcurrent for {shape}", rtol=1e-4, atol=1e-6)
    expect(grad.dtype == dtype, f"Keep the dtype of the features; got {grad.dtype}.")
expect_source(content_loss, without=READY)
passed("style-content", "a small case, three shapes, float32")

# %% [markdown]
# **Further reading**
#
# - Mahendran and Vedaldi, *Understanding Deep Image Representations by Inverting Them*, 2014,
#   [arXiv:1412.0035](https://arxiv.org/abs/1412.0035). Sections 2 and 5. 20 minutes.
# - Zhang et al., *Dive into Deep Learning*, [section
#   14.12](https://d2l.ai/chapter_computer-vision/neural-style.html): all three losses with
#   PyTorch. 20 minutes.
#
# **Harder (optional, no points).** Start from noise, and follow the content loss alone, once at
# the first layer and once at the last. Predict what you can recognise in each picture, then run
# it.
#
# <details><summary>Compare your answer</summary>
#
# The first layer keeps nearly every pixel, so the photograph comes back. A late layer has been
# pooled several times and trained to ignore what does not matter for the class. Expect the
# parts at about their places, with colours and fine texture that are made up.
#
# </details>

# %% [markdown]
# ## 2. The Gram matrix
#
# For textures, Julesz (1962) proposed to compare statistics that forget where things are. Gatys
# et al. (2015) took the products of feature maps: how strongly do two channels fire
# at the same positions? For a painting, such sums hold its colours, strokes and small patterns. They do not
# hold its composition. Why Gram matrices work so well is still discussed; Li et al. (2017)
# showed that matching them minimises a distance between the distributions of features (a
# *maximum mean discrepancy*).
#
# After this section you can compute Gram matrices, and carry a gradient back through them.
#
# For the features of one picture, written as a matrix $F$ with a row for each of $C$ channels
# and a column for each of $HW$ positions,
#
# $$G_{kl} = \frac{1}{CHW} \sum_p F_{kp} F_{lp}, \qquad k, l = 1 \dots C .$$
#
# A batch has one matrix for each picture. With `normalize=False` the fraction is left out.

# %% drawing="style-gram"
drawings.show(
    drawings.gram_sheet(),
    "Two feature maps of 2 x 2 become two rows of four numbers, 1 2 0 1 and 0 1 3 1. Their products, "
    "summed over the positions, fill a symmetric 2 x 2 matrix: 6 and 11 on the diagonal, 3 off it.",
)

# %% [markdown]
# *Each entry compares two rows. Its size does not depend on how large the picture is.*
#
# **Worked example.** The entry of two channels, without matrices:

# %%
first, second = [1.0, 2.0, 0.0, 1.0], [0.0, 1.0, 3.0, 1.0]
products = [a * b for a, b in zip(first, second, strict=True)]
print("products", products, "  entry", sum(products), "  normalised", sum(products) / 8)
moved = [(a, b) for a, b in zip(first, second, strict=True)][::-1]
print("positions in reverse:", sum(a * b for a, b in moved))

# %% [markdown]
# **Predict, then check.** A layer has 128 channels at $48 \times 48$ positions. How large is
# its Gram matrix? And for a painting of twice the width and height? What is the rank of $G$ at
# most, if a layer has 512 channels at $11 \times 11$ positions?
#
# <details><summary>Check your prediction</summary>
#
# $128 \times 128$ for either. So a painting may have another size than the photograph. The
# rank is at most 121, the number of positions.
#
# </details>


# %% answer="style-gram" minutes=15 difficulty=2 importance=3
def gram_matrix(features, normalize=True):
    """Compute the Gram matrix of features, for each picture by itself.

    Parameters
    ----------
    features : ndarray or Tensor of shape (N, C, H, W)
        Activations of a layer.
    normalize : bool, optional
        Whether to divide by C * H * W.

    Returns
    -------
    gram : ndarray or Tensor of shape (N, C, C)
        The matrices; of the kind that features are.
    """
    ### BEGIN SOLUTION
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    gram = flat @ flat.swapaxes(1, 2)
    return gram / (c * h * w) if normalize else gram
    ### END SOLUTION


# %% [markdown] hint="style-gram"
# <details><summary>Hint 1: where to look</summary>
#
# Which two axes become one? Which axis is summed over, and which two remain?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `reshape`, then `@` with one operand transposed. `@` works on stacks of matrices, so no loop
# over the batch is needed: which two axes must be swapped?
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Flatten the positions. 2. Multiply each matrix with its transpose, so that $C \times C$
# remains. 3. Divide, if asked to. Check: the matrix is symmetric.
#
# </details>

# %% test="style-gram" points=3
features = np.array([[[[1.0, 2, 0]], [[0.0, 1, 3]]]])
expect_close(
    pytorch.evaluate(gram_matrix, features, normalize=False),
    [[[5.0, 2], [2, 10]]],
    "the Gram matrix of the small case, not normalised",
    hint="A row for each channel; sums over positions.",
    faults={
        "This is the product on the wrong side: positions by positions.": [
            [[1.0, 2, 0], [2, 5, 3], [0, 3, 9]]
        ],
        "Channels and positions are mixed: keep the axis of the channels, and flatten "
        "height and width only.": [[[2.0, 5], [5, 13]]],
        "It is normalised although normalize is False.": [
            [[5 / 6, 1 / 3], [1 / 3, 5 / 3]]
        ],
        "The mean of each channel is taken off; that is a covariance.": [
            [[2.0, -2], [-2, 14 / 3]]
        ],
    },
)
expect_close(
    pytorch.evaluate(gram_matrix, features),
    [[[5 / 6, 1 / 3], [1 / 3, 5 / 3]]],
    "the Gram matrix of the small case",
    hint="normalize is True by default.",
    faults={
        "The Gram matrix is not normalised.": [[[5.0, 2], [2, 10]]],
        "Divide by all of C * H * W: the channels are forgotten.": [
            [[5 / 3, 2 / 3], [2 / 3, 10 / 3]]
        ],
        "Divide by all of C * H * W: the positions are forgotten.": [
            [[2.5, 1], [1, 5]]
        ],
    },
)
for shape, dtype in [((1, 3, 4, 5), float), ((3, 2, 3, 2), float), ((2, 5, 1, 4), "f")]:
    features = rng.standard_normal(shape).astype(dtype)
    for normalize in (True, False):
        expected = reference.gram_matrix(features, normalize)
        with unchanged(features=features):
            gram = pytorch.evaluate(gram_matrix, features, normalize)
        where = f"gram (N, C, H, W = {shape}, normalize={normalize})"
        expect_close(
            gram,
            expected,
            where,
            rtol=1e-4,
            atol=1e-6,
            hint="Each picture has its own matrix; do not mix axes when you flatten.",
        )
        expect(gram.dtype == dtype, f"Keep the dtype of features; got {gram.dtype}.")
expect_source(gram_matrix, without=READY)
passed("style-gram", "a small case, batches, with and without normalisation, float32")

# %% [markdown]
# **The way back.** The matrix is a product of $F$ with itself, so $F$ was used twice, and two
# gradients add up. In the scalar case $g = f^2$ both uses give $f$, hence $2f$. For matrices the
# order matters: write the upstream gradient as $D$ with $D_{kl} = \partial L/\partial G_{kl}$,
# and ask of each use of $F_{kp}$ in the sum which entries of $D$ it meets.


# %% [markdown]
# **Predict, then check.** Two channels, and $D$ has a single 1, in row 0 and column 1. Which
# rows of $F$ receive a gradient, and what is it? And for the single 1 in row 0, column 0?
#
# <details><summary>Check your prediction</summary>
#
# $G_{01} = \sum_p F_{0p} F_{1p} / (CHW)$. Row 0 receives row 1 and row 1 receives row 0, each
# divided by $CHW$. For $G_{00}$ row 0 receives *twice* itself, divided by $CHW$: it was used on
# both sides.
#
# </details>


# %% answer="style-gram-backward" minutes=25 difficulty=4 importance=3
def gram_backward(dgram, features, normalize=True):
    """Carry a gradient back through gram_matrix, in NumPy.

    Parameters
    ----------
    dgram : ndarray of shape (N, C, C)
        Upstream gradient; not always symmetric.
    features : ndarray of shape (N, C, H, W)
        What the Gram matrix was computed of.
    normalize : bool, optional
        As for gram_matrix.

    Returns
    -------
    dfeatures : ndarray of shape (N, C, H, W)
        Gradient with respect to features.
    """
    ### BEGIN SOLUTION
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    dflat = (dgram + dgram.swapaxes(1, 2)) @ flat
    if normalize:
        dflat = dflat / (c * h * w)
    return dflat.reshape(features.shape)
    ### END SOLUTION


# %% [markdown] hint="style-gram-backward"
# <details><summary>Hint 1: where to look</summary>
#
# $F_{kp}$ is in row $k$ of $G$ and in column $k$. With what is it multiplied in $G_{kl}$, and
# with what in $G_{lk}$?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Flatten as on the way forward, use two products or one, and give the result the shape of
# `features`. The constant of the normalisation multiplies the gradient too.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# For $C = AB$: $\bar A = \bar C B^\top$ and $\bar B = A^\top \bar C$. Here $A = F$ and
# $B = F^\top$; what belongs to $B$ has to be transposed before the two add up.
#
# </details>

# %% test="style-gram-backward" points=4
features = np.array([[[[1.0, 2, 0]], [[0.0, 1, 3]]]])
dgram = np.array([[[0.0, 1], [0, 0]]])
expect_close(
    pytorch.evaluate(gram_backward, dgram, features, False),
    [[[[0.0, 1, 3]], [[1, 2, 0]]]],
    "dfeatures of the small case, not normalised",
    hint="Which entries of dgram does each use of a feature meet?",
    faults={
        "One of the two uses of the features is missing.": [
            [[[0.0, 1, 3]], [[0, 0, 0]]]
        ],
        "One of the two uses of the features is missing: the rows.": [
            [[[0.0, 0, 0]], [[1, 2, 0]]]
        ],
        "dgram need not be symmetric: doubling it is not enough.": [
            [[[0.0, 2, 6]], [[0, 0, 0]]]
        ],
        "dgram need not be symmetric: doubling its transpose is not enough.": [
            [[[0.0, 0, 0]], [[2, 4, 0]]]
        ],
        "It is normalised although normalize is False.": [
            [[[0.0, 1 / 6, 0.5]], [[1 / 6, 1 / 3, 0]]]
        ],
    },
)
expect_close(
    pytorch.evaluate(gram_backward, dgram, features),
    [[[[0.0, 1 / 6, 0.5]], [[1 / 6, 1 / 3, 0]]]],
    "dfeatures of the small case",
    hint="normalize is True by default.",
    faults={
        "The normalisation is forgotten on the way back.": [
            [[[0.0, 1, 3]], [[1, 2, 0]]]
        ]
    },
)
for shape in [(1, 3, 4, 5), (3, 2, 3, 2), (2, 5, 1, 4)]:
    features = rng.standard_normal(shape)
    dgram = rng.standard_normal((shape[0], shape[1], shape[1]))
    for normalize in (True, False):
        expected = eval_numerical_gradient(
            lambda x, d=dgram, n=normalize: float(
                (d * reference.gram_matrix(x, n)).sum()
            ),
            features.copy(),
        )
        with unchanged(dgram=dgram, features=features):
            dfeatures = pytorch.evaluate(gram_backward, dgram, features, normalize)
        where = f"dfeatures (N, C, H, W = {shape}, normalize={normalize})"
        expect_close(dfeatures, expected, where, rtol=1e-5, atol=1e-7)
expect_source(gram_backward, without=READY)
passed("style-gram-backward", "small cases, three shapes pass the gradient check")

# %% [markdown]
# **Further reading**
#
# - Gatys, Ecker and Bethge, *Texture Synthesis Using Convolutional Neural Networks*, 2015,
#   [arXiv:1505.07376](https://arxiv.org/abs/1505.07376). Sections 2 and 3. 15 minutes.
# - Portilla and Simoncelli, *A Parametric Texture Model Based on Joint Statistics of Complex
#   Wavelet Coefficients*, 2000,
#   [doi:10.1023/A:1026553619983](https://doi.org/10.1023/A:1026553619983). Section 1: the same
#   idea before deep networks. 15 minutes.
#
# **Harder (optional, no points).** Show that $v^\top G v \ge 0$ for every vector $v$. What does
# that say about the targets that a painting can have? Is the average of two Gram matrices one
# of them?
#
# <details><summary>Compare your answer</summary>
#
# $v^\top F F^\top v = \lVert F^\top v \rVert^2 \ge 0$, so $G$ is *positive semidefinite*, with
# a rank of at most $HW$. Any such matrix of low enough rank is $F F^\top$ for some $F$. Features
# that come out of a ReLU are never negative, so their Gram matrix has no negative entry either.
# An average of two keeps all of this, but no image need have such features.
#
# </details>

# %% [markdown]
# ## 3. Style
#
# Early layers see colours and edges, later ones curls and patterns. So style is compared at
# several layers at once. Gatys et al. (2015) weighed five layers alike, after a normalisation;
# which layers to take is a matter of taste, and the results depend on it.
#
# After this section you can compute a style loss over layers, with one gradient for each.
#
# Let $G^\ell$ be the Gram matrix of the picture at layer $\ell$, and $A^\ell$ that of the
# painting. Both are normalised. Then
#
# $$L_s = \sum_{\ell} w_\ell \sum_{k,l} \big(G^\ell_{kl} - A^\ell_{kl}\big)^2 .$$
#
# The function gets the features of **all** layers as a list, and the numbers of those that
# count. It returns a list of gradients as long as that of the features.

# %% drawing="style-layers"
drawings.show(
    drawings.transfer_graph(),
    "The same network: the style loss reads five layers, and a gradient enters at each of them.",
)

# %% [markdown]
# *Only where a loss reads a layer does a gradient enter. Fire3 is read by two losses: their
# gradients add up.*
#
# **Worked example.** Three layers, of which the last and the first count, with a single channel
# at two positions, so that each Gram matrix is one number:

# %%
layers = [[1.0, 1.0], [9.0, 9.0], [2.0, 4.0]]
total = 0.0
for layer, target, weight in zip([2, 0], [4.0, 1.0], [0.5, 3.0], strict=True):
    value = sum(v * v for v in layers[layer]) / 2
    total += weight * (value - target) ** 2
    print(f"layer {layer}: Gram {value:.1f}, target {target:.1f}, weight {weight}")
print("style loss", total)

# %% [markdown]
# **Predict, then check.** All features are multiplied by 10, those of the painting too. By how
# much does the style loss grow? And the content loss? What follows for weights that are chosen
# once for all layers?
#
# <details><summary>Check your prediction</summary>
#
# Gram matrices grow 100 times, their squared differences 10,000 times; the content loss grows
# 100 times. A layer with large activations would drown the others. Section 5 divides each
# layer's weight by $\sum_{kl} (A^\ell_{kl})^2$.
#
# </details>


# %% answer="style-loss" minutes=25 difficulty=3 importance=3
def style_loss(feats, style_layers, style_targets, style_weights):
    """Measure how far the Gram matrices of some layers are from their targets.

    Parameters
    ----------
    feats : list of ndarray or Tensor, each of shape (1, C, H, W)
        Features of all layers; sizes differ.
    style_layers : list of int
        Indices into feats of the layers that count; one may come twice.
    style_targets : list of ndarray or Tensor, each of shape (1, C, C)
        Normalised Gram matrices of the painting; the first belongs to style_layers[0].
    style_weights : list of float
        Factors; the first belongs to style_layers[0].

    Returns
    -------
    loss : float
        The weighted sum. Of tensors: a scalar, and nothing else.
    dfeats : list of ndarray
        Gradients, one for each of feats; zeros where no style layer looks.
    """
    ### BEGIN SOLUTION
    loss, dfeats = 0.0, [np.zeros_like(feature) for feature in feats]
    for layer, target, weight in zip(
        style_layers, style_targets, style_weights, strict=True
    ):
        apart = gram_matrix(feats[layer]) - target
        loss += weight * np.sum(apart**2)
        dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])
    return loss, dfeats
    ### END SOLUTION


# %% [markdown] hint="style-loss"
# <details><summary>Hint 1: where to look</summary>
#
# Two kinds of numbers are in play: positions in `style_layers`, and indices into `feats`. Which
# of your lists goes with which?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Your own `gram_matrix` and `gram_backward`. `zip` walks through layers, targets and weights
# together. Begin with `np.zeros_like` of every feature.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Zeros for every gradient. 2. For each style layer: Gram matrix, difference, its part of the
# loss. 3. The gradient of this part with respect to the Gram matrix goes through
# `gram_backward`, and is *added* to what is there.
#
# </details>

# %% test="style-loss" points=5
feats = [np.array([[[[1.0, 2, 0]], [[0.0, 1, 3]]]]), np.array([[[[3.0, 1]]]])]
targets = [np.array([[[3.0]]]), np.array([[[5 / 6, 1 / 3], [1 / 3, 2 / 3]]])]
loss, dfeats = both(
    style_loss, feats, [1, 0], targets, [10.0, 2.0], of=0, name="dfeats"
)
expect_close(
    loss,
    42.0,
    "the loss of the small case",
    hint="Follow the worked example, layer by layer.",
    faults={
        "The weights are forgotten.": 5.0,
        "The weights go with the wrong layers: the first belongs to style_layers[0].": 18.0,
        "The squares are averaged; add them up.": 40.5,
        "Only the last style layer counts; add them all.": 2.0,
        "The layers are averaged; add them up.": 21.0,
        "Only the first style layer counts; add them all.": 40.0,
        "The weights are squared.": 404.0,
        "The differences are not squared.": 22.0,
        "The Gram matrices are not normalised.": 490 + 2 * 3961 / 36,
    },
)
expect(
    isinstance(dfeats, list | tuple) and len(dfeats) == len(feats),
    f"Return a list of {len(feats)} gradients, one for each of feats.",
)
expect_close(
    dfeats[1],
    [[[[120.0, 40]]]],
    "dfeats[1] of the small case",
    hint="The part of layer 1, through gram_backward.",
    faults={
        "The weights are forgotten in the gradient.": [[[[12.0, 4]]]],
        "The gradient lacks the 2 of the square.": [[[[60.0, 20]]]],
        "The sign of the gradient is turned round.": [[[[-120.0, -40]]]],
        "The gradient is not normalised.": [[[[240.0, 80]]]],
    },
)
expect_close(
    dfeats[0],
    [[[[0.0, 0, 0]], [[0, 4 / 3, 4]]]],
    "dfeats[0] of the small case",
    hint="The part of layer 0, through gram_backward.",
)
feats = [rng.standard_normal((1, c, 3, 2)) for c in (2, 4)]
targets = [rng.standard_normal((1, 4, 4))]
expected, _ = reference.style_loss(feats, [1], targets, [2.0])
loss, _ = both(style_loss, feats, [1], targets, [2.0], of=0, name="dfeats")
expect_close(loss, expected, "the loss of random features", rtol=1e-5)
expect_source(style_loss, without=READY)
passed("style-loss", "two layers by hand, loss and gradients; random features")

# %% test="style-loss" part="more" points=3
for shapes, layers in [
    ([(1, 2, 3, 4), (1, 3, 2, 2), (1, 4, 5, 1)], [2, 0]),
    ([(1, 3, 2, 3), (1, 2, 2, 2)], [0, 1, 0]),
    ([(1, 2, 3, 3), (1, 2, 1, 5), (1, 3, 2, 2), (1, 1, 2, 2)], [1]),
]:
    feats = [rng.standard_normal(shape) for shape in shapes]
    targets = [rng.standard_normal((1, shapes[k][1], shapes[k][1])) for k in layers]
    weights = rng.uniform(0.2, 3, len(layers)).tolist()
    expected = reference.style_loss(feats, layers, targets, weights)
    held = {f"feats[{k}]": value for k, value in enumerate(feats)}
    held |= {f"style_targets[{k}]": value for k, value in enumerate(targets)}
    with unchanged(**held):
        loss, dfeats = both(
            style_loss, feats, layers, targets, weights, of=0, name="dfeats"
        )
    where = f"{len(feats)} layers, style_layers {layers}"
    expect_close(loss, expected[0], f"the loss ({where})", rtol=1e-5)
    expect(len(dfeats) == len(feats), f"Return {len(feats)} gradients ({where}).")
    for k, (grad, right) in enumerate(zip(dfeats, expected[1], strict=True)):
        why = (
            "A layer that comes twice gets both gradients."
            if layers.count(k) > 1
            else "Is this layer among style_layers?"
        )
        name = f"dfeats[{k}] ({where})"
        expect_close(grad, right, name, rtol=1e-5, atol=1e-8, hint=why)
passed("style-loss", "layers that do not count, one that comes twice, random targets")

# %% [markdown] question="style-positions" points=2 minutes=10
# **Question 1 (2 points).** A student measures the style loss of three changed versions of a
# painting against the painting itself, with SqueezeNet's five layers and weights
# $1/\sum (A^\ell)^2$. Features of *one layer* shuffled over its positions: 0. The *pixels*
# shuffled: 8.8. The picture turned by 90 degrees: 0.20. "A Gram matrix forgets
# positions," says the student, "so all three must be 0." Explain the difference, and say what
# you would measure to find out which layer notices the turn.

# %% [markdown] marking="style-positions"
# The sum over positions is invariant under a permutation of the *features*. The features
# themselves are computed from neighbourhoods of pixels. Shuffled pixels leave no edge and no
# stroke, so other filters fire. Turning keeps neighbours together, but filters are oriented: a
# filter for lines to the right is silent where the turned picture has lines that go down. The
# measurement: the style loss of each layer by itself (colour filters of conv1 hardly notice),
# or the same for turns of 10, 20, ... degrees and for the mirrored picture.
#
# *Marking:* 0.5 for "invariant for features, not for pixels"; 0.5 for neighbourhoods or
# receptive fields; 0.5 for oriented filters; 0.5 for a loss by layer. Accept a comparison with
# a picture without directions. "The network was not trained on turned pictures" earns nothing
# by itself.

# %% [markdown]
# **Further reading**
#
# - Huang and Belongie, *Arbitrary Style Transfer in Real-time with Adaptive Instance
#   Normalization*, 2017, [arXiv:1703.06868](https://arxiv.org/abs/1703.06868). Sections 3 to 5.
#   20 minutes.
# - Gatys, Ecker and Bethge, *A Neural Algorithm of Artistic Style*, 2015,
#   [arXiv:1508.06576](https://arxiv.org/abs/1508.06576). Figure 3 adds one layer after the
#   other. 5 minutes.
#
# **Harder (optional, no points).** A layer is listed twice in `style_layers`, with two
# different targets. To which single target and weight is that equivalent, for the gradient?
#
# <details><summary>Compare your answer</summary>
#
# $w_1 (G - A_1)^2 + w_2 (G - A_2)^2$ has the gradient of $(w_1 + w_2)(G - \bar A)^2$, where
# $\bar A$ is the average weighted by $w_1$ and $w_2$. The two losses differ by a constant. This
# is what mixing two styles amounts to.
#
# </details>

# %% [markdown]
# ## 4. Total variation
#
# Gradient descent on pixels finds high-frequency noise that the network reacts to, and that no
# photograph has. Rudin, Osher and Fatemi (1992) proposed *total variation* to remove noise:
# the sum of differences between neighbours. Mahendran and Vedaldi (2015) used it as a
# regulariser for pictures made from features. The squared form below is simple and smooth; it
# also blurs edges, which the original form with absolute values does less.
#
# After this section you can regularise pictures, without a loop over pixels.
#
# $$L_{tv} = w_t \Big( \sum_{c,\,i<H,\,j} (x_{c,i+1,j} - x_{c,i,j})^2 +
# \sum_{c,\,i,\,j<W} (x_{c,i,j+1} - x_{c,i,j})^2 \Big) .$$

# %% drawing="style-neighbours"
drawings.show(
    drawings.neighbour_pairs(),
    "Six pixels in two rows, 2 2 5 and 2 4 4. Four arrows to the right carry the differences 0, 3, 2 "
    "and 0, three arrows down carry 0, 2 and -1.",
)

# %% [markdown]
# *Every arrow joins two neighbours. How many arrows touch a corner, an edge, an inner pixel?*
#
# **Worked example.** One row of three pixels, and the numerical gradient of each:

# %%
row = [2.0, 2.0, 5.0]


def variation(row):
    """Add up squared differences of neighbours."""
    return sum((row[i + 1] - row[i]) ** 2 for i in range(len(row) - 1))


print("total variation", variation(row))
for i in range(3):
    up, down = ([v + s * (i == k) for k, v in enumerate(row)] for s in (1e-5, -1e-5))
    print(f"gradient of pixel {i}: {(variation(up) - variation(down)) / 2e-5:+.3f}")

# %% [markdown]
# **Predict, then check.** What do the gradients of all pixels of a picture sum to? Why?
#
# <details><summary>Check your prediction</summary>
#
# Zero: a picture that gets brighter everywhere has the same differences. Each arrow pulls its
# two ends in opposite directions.
#
# </details>


# %% answer="style-tv" minutes=20 difficulty=3 importance=2
def tv_loss(img, tv_weight):
    """Measure how much neighbouring pixels differ, without a loop.

    Parameters
    ----------
    img : ndarray or Tensor of shape (1, 3, H, W)
        A picture.
    tv_weight : float
        Factor of the loss.

    Returns
    -------
    loss : float
        The weighted sum. Of tensors: a scalar, and nothing else.
    dimg : ndarray of shape (1, 3, H, W)
        Gradient with respect to img.
    """
    ### BEGIN SOLUTION
    down = img[:, :, 1:] - img[:, :, :-1]
    across = img[..., 1:] - img[..., :-1]
    loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
    dimg = np.zeros_like(img)
    dimg[:, :, 1:] += down
    dimg[:, :, :-1] -= down
    dimg[..., 1:] += across
    dimg[..., :-1] -= across
    return loss, 2 * tv_weight * dimg
    ### END SOLUTION


# %% [markdown] hint="style-tv"
# <details><summary>Hint 1: where to look</summary>
#
# Lay the picture over itself, shifted by one row: which rows have a partner? The same for
# columns.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Slices that leave out the first or the last row, and `np.sum`. For the gradient begin with
# `np.zeros_like`, and add to the same slices. Do not use `np.roll`: it joins opposite edges.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# The square of $b - a$ gives $b$ twice the difference, and $a$ the same with the other sign. In
# the worked example the gradient is $(0, -6, 6)$.
#
# </details>

# %% test="style-tv" points=4
img = np.zeros((1, 3, 2, 3))
img[0, 1] = [[0, 1, 3], [3, 3, 5]]
loss, grad = both(tv_loss, img, 3.0, of=0, name="dimg")
expect_close(
    loss,
    78.0,
    "the loss of the small case",
    hint="Three squares down, four across.",
    faults={
        "The weight is forgotten.": 26.0,
        "Only differences down count; add those across.": 51.0,
        "Only differences across count; add those down.": 27.0,
        "The shift is two pixels; neighbours are one apart.": 39.0,
        "Opposite edges are joined: the last row has no neighbour below.": 168.0,
        "The differences are not squared.": 36.0,
        "The differences are squared twice.": 438.0,
        "The squares are averaged; add them up.": 3 * (17 / 9 + 9 / 12),
        "Pixels of the last row and column are left out on both sides.": 54.0,
        "Every pair is counted twice.": 156.0,
        "The sum is squared once more.": 2028.0,
        "A root is taken of the sum.": 3 * 26**0.5,
    },
)
right = np.zeros_like(img)
right[0, 1] = [[-24, -18, 0], [18, 0, 24]]
expect_close(
    grad,
    right,
    "dimg of the small case",
    hint="Each difference pulls on two pixels, in opposite directions.",
    faults={
        "The weight is forgotten in the gradient.": right / 3,
        "The gradient lacks the 2 of the square.": right / 2,
        "The sign of the gradient is turned round.": -right,
    },
)
for shape, dtype in [((1, 3, 4, 5), float), ((1, 3, 6, 2), float), ((1, 3, 3, 4), "f")]:
    img = rng.standard_normal(shape).astype(dtype)
    weight = float(rng.uniform(0.1, 2))
    expected = reference.tv_loss(img, weight)
    with unchanged(img=img):
        loss, grad = both(tv_loss, img, weight, of=0, name="dimg")
    expect_close(loss, expected[0], f"the loss of a picture {shape}", rtol=1e-4)
    why = "Do the gradients sum to zero? Look at the four edges."
    name = f"dimg for {shape}"
    expect_close(grad, expected[1], name, rtol=1e-4, atol=1e-5, hint=why)
    expect(grad.dtype == dtype, f"Keep the dtype of img; got {grad.dtype}.")
expect_source(tv_loss, loops=0, without=[*READY, "roll"])
passed("style-tv", "a small case, three shapes, float32, no loop")

# %% [markdown]
# **Further reading**
#
# - Rudin, Osher and Fatemi, *Nonlinear total variation based noise removal algorithms*, 1992,
#   [doi:10.1016/0167-2789(92)90242-F](https://doi.org/10.1016/0167-2789(92)90242-F). Section 1.
#   10 minutes.
# - Mahendran and Vedaldi, *Understanding Deep Image Representations by Inverting Them*, 2014,
#   [arXiv:1412.0035](https://arxiv.org/abs/1412.0035). Section 3 chooses the exponent. 10
#   minutes.
#
# **Harder (optional, no points).** An edge of height $d$ is one jump, or a ramp of $n$ equal
# steps. What do the two cost by squares, and by absolute values? Which form blurs edges?
#
# <details><summary>Compare your answer</summary>
#
# Squares: $d^2$ against $n (d/n)^2 = d^2/n$, so the ramp is cheaper, and edges blur. Absolute
# values: $d$ either way, so the edge may stay sharp. Their gradient is a sign that jumps at 0,
# which makes plain gradient descent restless in flat areas.
#
# </details>

# %% [markdown]
# ## 5. Paint
#
# Now all three losses act on one picture. We start at the photograph, take the sum of the
# gradients at every layer, and ask the network for the gradient of the pixels. `net.backward`
# takes a gradient for each layer by name and adds them up on its way. *Adam* (Kingma and Ba,
# 2015) takes the steps; after each of them the pixels are clipped to the range of a picture.
#
# Weights are relative: the content loss is divided by $\sum P^2$, each layer's style loss by
# $\sum (A^\ell)^2$. Then one setting serves many pictures.

# %%
net, said = pretrained.load_pretrained()
print(said)
deep = "fire6" in net.layers
SIDE, STEPS = (64, 30) if quick() else (192, 100) if deep else (96, 100)
STYLE = ("conv1", "fire2", "fire3", "fire5", "fire6")
STYLE, CONTENT = (
    (STYLE, "fire3") if deep else (tuple(f"conv{i}" for i in range(1, 6)), "conv3")
)
#: Weights of content and smoothness; the small network makes more noise.
KEEP, SMOOTH = (1.0, 0.02) if deep else (0.3, 0.6)
LOW = ((0 - SQUEEZENET_MEAN) / SQUEEZENET_STD).reshape(1, 3, 1, 1)
HIGH = ((1 - SQUEEZENET_MEAN) / SQUEEZENET_STD).reshape(1, 3, 1, 1)


def pixels_of(picture):
    """Normalise a picture (H, W, 3) for the network: (1, 3, H, W)."""
    return np.ascontiguousarray(preprocess_image(picture).transpose(2, 0, 1)[None])


def picture_of(x):
    """Turn normalised pixels (1, 3, H, W) back into a picture."""
    return deprocess_image(x[0].transpose(1, 2, 0))


def features_of(x):
    """Return the features of all style layers, and what net.backward needs."""
    _, cache = net.forward(x, STYLE[-1])
    return [cache[name] for name in STYLE], cache


def aim(photograph, painting, content_weight=KEEP, style_weight=1.0, tv_weight=SMOOTH):
    """Return a function that gives the losses of a picture, and its gradient."""
    which = STYLE.index(CONTENT)
    kept = features_of(pixels_of(photograph))[0][which]
    targets = [
        pytorch.evaluate(gram_matrix, f) for f in features_of(pixels_of(painting))[0]
    ]
    weights = [style_weight / float((a**2).sum()) for a in targets]
    content_weight = content_weight / float((kept**2).sum())
    tv_weight = tv_weight / pixels_of(photograph).size

    def losses_and_gradient(x):
        feats, cache = features_of(x)
        layers = list(range(len(STYLE)))
        style, dfeats = pytorch.differentiate(
            style_loss, feats, layers, targets, weights, of=0
        )
        content, dcurrent = pytorch.differentiate(
            content_loss, content_weight, feats[which], kept, of=1
        )
        smooth, dx = pytorch.differentiate(tv_loss, x, tv_weight, of=0)
        douts = dict(zip(STYLE, dfeats, strict=True))
        douts[CONTENT] = douts[CONTENT] + dcurrent
        dx = dx + net.backward(douts, cache)
        return {"content": content, "style": style, "smooth": smooth}, dx

    return losses_and_gradient


def plain_numbers(ax):
    """Write 0.5 and 2 at a logarithmic axis, and no powers of ten."""
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter("{x:g}")


def paint_with_adam(start, losses_and_gradient, steps=STEPS, look=lambda step, x: None):
    """Take steps of Adam; return the pixels and the losses before every step."""
    x, config, history = pixels_of(start), {}, []
    for step in range(steps):
        look(step, x)
        losses, dx = losses_and_gradient(x)
        history.append(losses)
        config["learning_rate"] = 0.1 if step < 0.85 * steps else 0.02
        x, config = adam(x, dx.astype(x.dtype), config)
        x = np.clip(x, LOW, HIGH).astype(dx.dtype)
    look(steps, x)
    return x, history


# %% [markdown]
# On the tape the same gradient needs three lines, if your losses are written in PyTorch's words:
#
# ```python
# x = torch.from_numpy(pixels_of(photograph)).requires_grad_()
# feats = list(net.features(x, STYLE).values())
# (content_loss(...) + style_loss(feats, ...) + tv_loss(x, ...)).backward()   # then x.grad
# ```
#
# The pictures are a photograph of the ImageNet sample where it is installed, and a drawn
# landscape; the paintings are drawn by code.

# %%
photographs = [draw_landscape(SIDE)]
try:
    photographs.insert(0, resize_image(load_imagenet_val()[0][4], SIDE))
except DatasetError:
    print(
        "No photograph: the ImageNet sample is not installed; a drawn landscape does."
    )
paintings = {
    name: draw_style(name, SIDE) for name in ("swirls", "stained glass", "hatching")
}
fig, axes = plt.subplots(1, len(photographs) + 3, figsize=(11, 2.6))
for ax, picture in zip(axes, [*photographs, *paintings.values()], strict=True):
    ax.imshow(picture)
    ax.set_axis_off()
plt.show()

# %% [markdown]
# First a strip of progress, with the losses below.

# %% tags=["experiment"]
with needs_answers():
    looks = sorted({0, STEPS // 20, STEPS // 8, STEPS // 3, STEPS})
    strip = {}

    def look(step, x):
        """Keep some of the pictures on the way."""
        if step in looks:
            strip[step] = picture_of(x)

    began = time.process_time()
    goal = aim(photographs[0], paintings["swirls"])
    _, history = paint_with_adam(photographs[0], goal, look=look)
    took = time.process_time() - began
    fig, axes = plt.subplots(1, len(strip), figsize=(12, 2.8))
    for ax, (step, picture) in zip(axes, strip.items(), strict=True):
        ax.imshow(picture)
        ax.set(title=f"step {step}")
        ax.set_axis_off()
    plt.show()
    first, last = history[0]["style"], history[-1]["style"]
    print(
        f"{STEPS} steps of {SIDE} px: {took:.1f} s of processor time. Style loss "
        f"{first:.3f} -> {last:.3f}, divided by {first / last:.1f}."
    )

# %% [markdown]
# With SqueezeNet at 192 pixels the style loss is divided by 16 in 100 steps, which took us
# 3 to 7 seconds of processor time. The small network of ours, which never saw a photograph, gives the
# colours and some of the strokes. Now all styles, and the learning curves:

# %% tags=["experiment"]
with needs_answers():
    rows = photographs[:1] if quick() else photographs
    fig, axes = plt.subplots(len(rows), 4, figsize=(11, 2.9 * len(rows)), squeeze=False)
    curves = {}
    for row, photograph in zip(axes, rows, strict=True):
        row[0].imshow(photograph)
        for ax, (name, painting) in zip(row[1:], paintings.items(), strict=True):
            x, curves[name] = paint_with_adam(photograph, aim(photograph, painting))
            ax.imshow(picture_of(x))
            ax.set(title=name)
        for ax in row:
            ax.set_axis_off()
    plt.show()
    fig, axes = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
    for ax, part in zip(axes, ("style", "content"), strict=True):
        for name, history in curves.items():
            values = [losses[part] for losses in history]
            ax.plot(values, label=name)
        ax.set(
            xlabel="step",
            title=f"{part} loss",
            yscale="log" if part == "style" else "linear",
        )
        ax.legend()
    plain_numbers(axes[0])
    plt.show()
    divided_by = {
        name: history[0]["style"] / history[-1]["style"]
        for name, history in curves.items()
    }
    for name, ratio in divided_by.items():
        print(f"{name:14} style loss divided by {ratio:4.1f}")

# %% [markdown]
# **Which optimiser?** Gatys et al. used *L-BFGS* (Liu and Nocedal, 1989), which estimates the
# curvature of the loss from past gradients. It has no learning rate, and needs the exact same
# loss at every step, which is true here. We give both the same number of passes through the
# network. Predict first: which one is lower after 20 passes, and which after all?


# %% tags=["experiment"]
def paint_with_lbfgs(start, losses_and_gradient, passes=STEPS):
    """Let SciPy's L-BFGS-B take the steps; return pixels and losses of every pass."""
    from scipy.optimize import minimize

    x, history = pixels_of(start), []

    def total(flat):
        losses, dx = losses_and_gradient(flat.reshape(x.shape).astype(x.dtype))
        history.append(losses)
        return float(sum(losses.values())), dx.ravel().astype(float)

    low, high = (np.broadcast_to(side, x.shape).ravel() for side in (LOW, HIGH))
    found = minimize(
        total,
        x.ravel().astype(float),
        jac=True,
        method="L-BFGS-B",
        bounds=np.stack([low, high], axis=1),
        options={"maxfun": passes, "maxiter": passes, "maxcor": 20},
    )
    return found.x.reshape(x.shape).astype(x.dtype), history


with needs_answers():
    goal = aim(photographs[0], paintings["stained glass"])
    runs = {"Adam": paint_with_adam(photographs[0], goal)}
    try:
        runs["L-BFGS"] = paint_with_lbfgs(photographs[0], goal)
    except ImportError:
        print(
            "SciPy is not installed: run `%pip install scipy` to compare with L-BFGS."
        )
    fig, axes = plt.subplots(1, len(runs) + 1, figsize=(11, 3), layout="constrained")
    for ax, (name, (x, history)) in zip(axes, runs.items(), strict=False):
        ax.imshow(picture_of(x))
        ax.set(title=name)
        ax.set_axis_off()
        sums = [sum(losses.values()) for losses in history]
        axes[-1].plot(np.minimum.accumulate(sums), label=name)
        early = min(sums[: max(1, STEPS // 5)])
        print(
            f"{name:7} lowest sum of losses: {early:.3f} early, {min(sums):.3f} at the end"
        )
    axes[-1].set(
        xlabel="pass through the network", title="lowest sum of losses", yscale="log"
    )
    axes[-1].legend()
    plain_numbers(axes[-1])
    plt.show()

# %% [markdown]
# With SqueezeNet, 100 passes and the stained glass we measured a sum of 1.41 for Adam and 1.40 for
# L-BFGS. Adam was ahead after 20 passes, while L-BFGS still learned the curvature. The choice
# hardly matters here. Adam needs two arrays of the picture's size, L-BFGS about forty. Adam also
# copes with a loss that changes from step to step, such as one on random crops.

# %% [markdown] question="style-weights" points=2 minutes=10
# **Question 2 (2 points).** A student leaves out the division by $\sum (A^\ell)^2$ and gives all
# five layers of SqueezeNet one weight. For the swirls these sums are 8.4e6 (conv1), 2.2e9, 2.3e10,
# 6.0e10 and 1.4e9 (fire6). After 100 steps the curls are there; the blue of the night is hardly
# to be seen. "Gram matrices hold strokes, not colours," says the student. Explain the picture
# without this conclusion, and describe a run that decides.

# %% [markdown] marking="style-weights"
# The squared differences of a layer are of the order of $\sum (A^\ell)^2$. With one weight for
# all, fire5 has 70 % of the loss and conv1, whose filters see colours, a hundredth of a percent:
# it is hardly optimised, so what is missing shows nothing about Gram matrices. We measured the
# losses relative to the sums. In 100 steps that of conv1 falls from 0.95 to 0.60; with the
# division to 0.03. The run: give each layer by itself a weight that makes its initial loss 1, and
# compare pictures; or print each layer's relative loss before and after, with both weightings.
#
# *Marking:* 0.5 for "a layer's scale sets its share of the loss"; 0.5 for naming fire5 as the one
# that dominates or conv1 as the one that is left out; 1 for a run that changes one thing and measures each layer.
# Accept a plot of gradient norms by layer. "More steps" earns nothing.

# %% [markdown]
# **Further reading**
#
# - Gatys, Ecker and Bethge, *A Neural Algorithm of Artistic Style*, 2015,
#   [arXiv:1508.06576](https://arxiv.org/abs/1508.06576). All of it; figure 3 compares layers.
#   20 minutes.
# - Johnson, Alahi and Fei-Fei, *Perceptual Losses for Real-Time Style Transfer and
#   Super-Resolution*, 2016, [arXiv:1603.08155](https://arxiv.org/abs/1603.08155). Section 3: one
#   network for one style, in one pass. 20 minutes.
# - Li et al., *Demystifying Neural Style Transfer*, 2017,
#   [arXiv:1701.01036](https://arxiv.org/abs/1701.01036). Section 4 derives what Gram matrices
#   match. 15 minutes.
#
# **Harder (optional, no points).** (a) Replace the Gram matrix by means and standard deviations
# of the channels (Huang and Belongie, 2017) and derive the gradient. What is lost? (b) Start
# from noise in place of the photograph. How many steps more does the content need? (c) Mix two
# styles by averaging their Gram matrices, and find a picture for which that fails.
