# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Seeing what a network sees
#
# A trained network is a differentiable function of its *input*. In this notebook the weights
# stay fixed, and you carry gradients back to the pixels. They show which pixels a score depends
# on, make pictures that fool the network, and draw what it calls a class.
#
# **You need:** the notebook `convolutional_networks`. **Time (our estimate, as are all minutes
# below):** about four hours.
#
# The pictures come from SqueezeNet 1.0 (Iandola et al., 2016), trained on ImageNet, and 25
# photographs. Fetch both (4.6 MB) with `python -m cs231n.data.fetch squeezenet imagenet-sample`.
# Without them the notebook runs on ShapeNet, a small network of this package, and says so.
#
# **Two ways to write an answer.** In NumPy, `model.forward(X)` returns scores and a cache, and
# `model.backward(dscores, cache)` returns the gradient of the pixels. In PyTorch's words, `X` is
# a tensor: `scores = model(X)`, `backward()`, `X.grad`. The text uses the first way; section 1
# shows the other. Both earn full marks, and answers to the course's PyTorch notebooks fit.

# %% tags=["setup"]
import math

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures, pytorch
from cs231n.data.images import deprocess_image, preprocess_image
from cs231n.engine import F, torch
from cs231n.nets import seeing as reference
from cs231n.nets.layered import LayeredNet
from cs231n.notebook import needs_answers, quick
from cs231n.optim import adam
from cs231n.testing import expect, expect_close, expect_source, passed, unchanged

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["reference", "pytorch", "seeing"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()
#: The layers of the small network of the tests.
STEPS = (
    ("conv1", "conv", 2, 1, True),
    ("pool1", "pool", 2),
    ("conv2", "conv", 1, 1, True),
    ("conv3", "conv", 1, 0, False),
)


def wave(*shape, speed=1.0):
    """Return fixed numbers between -1 and 1, for small cases."""
    return np.sin(speed * (np.arange(math.prod(shape)) + 0.5)).reshape(shape)


def small_net(draw):
    """Return a network of three convolutions and five classes, its weights from draw."""
    params = {}
    shapes = {"conv1": (6, 3, 3, 3), "conv2": (8, 6, 3, 3), "conv3": (5, 8, 1, 1)}
    for name, shape in shapes.items():
        params[f"{name}.w"] = draw(*shape) / math.sqrt(shape[1] * shape[2])
        params[f"{name}.b"] = 0.1 * draw(shape[0])
    return LayeredNet(params, STEPS)


def array(value, shape, what, hint=""):
    """Return what an answer returned as an array, if it has the right shape."""
    got = np.shape(value) if value is not None else "None: is there a `return`?"
    expect(got == shape, f"{what} should have shape {shape}; got {got}. {hint}")
    return np.asarray(value)


# %% [markdown]
# ## 1. Saliency maps
#
# Why did the network say "ostrich"? Simonyan et al. (2014) proposed to ask the gradient: a pixel
# matters if a small change of it changes the score. They reported that such *saliency maps* often
# lie on the object, although the network was never told where it is. The method costs one
# backward pass. Adebayo et al. (2018) later found that some relatives of it hardly change when
# the weights are replaced by noise, so a map that looks right is no proof.
#
# After this section you can compute the gradient of any score with respect to the pixels.
#
# For picture $x$ and class $y$ with the unnormalised score $s_y$, the *saliency* of a pixel is
#
# $$M_{ij} = \max_{c} \left| \frac{\partial s_y}{\partial x_{cij}} \right| ,$$
#
# where $c$ runs over the three colours.

# %% drawing="vis-gradient"
drawings.show(
    drawings.pixel_gradient(),
    "Five boxes from pixels through conv1 and the last maps to the scores. Solid arrows run right; dashed "
    "arrows carry a gradient left, from an upstream gradient of the scores to the pixels.",
)

# %% [markdown]
# *Solid: the forward pass. Dashed: the gradient. `model.backward` walks the dashed arrows once you
# say what enters on the right.*
#
# **Worked example.** A linear "network" with two classes and two pixels of three colours. The
# gradient of a score is its row of weights, and the saliency takes the largest size per pixel:

# %%
weights = np.array(  # (class, colour, pixel)
    [[[1.0, 0.0], [-4.0, 0.5], [2.0, 0.5]], [[0.0, 3.0], [1.0, 0.0], [0.0, -1.0]]]
)
print("class 0:", np.abs(weights[0]).max(axis=0))
print("class 1:", np.abs(weights[1]).max(axis=0))

# %% [markdown]
# The same gradient in PyTorch's words. A *tensor* that collects gradients remembers how a result
# was made; `backward()` walks back:

# %%
pixels = torch.ones(3, 2, requires_grad=True)
score = (torch.tensor(weights[0], dtype=torch.float32) * pixels).sum()
score.backward()
print(pixels.grad.abs().max(dim=0).values)

# %% [markdown]
# **Predict, then check.** A network is almost certain: the *probability* of class $y$ is 0.9999.
# How large is the gradient of this probability with respect to the pixels, compared with that of
# the score?
#
# <details><summary>Check your prediction</summary>
#
# Tiny. The derivative of the probability is $p_y(1-p_y) \approx 0.0001$ times that of the score,
# minus the share of the other classes. It also shows what would make *other* classes less likely.
# Therefore saliency uses scores.
#
# </details>


# %% answer="vis-saliency" minutes=20 difficulty=2 importance=3
def compute_saliency_maps(X, y, model):
    """Map how much each pixel changes the score of the correct class.

    Parameters
    ----------
    X : ndarray (or Tensor) of shape (N, 3, H, W)
        Normalised pictures.
    y : ndarray (or Tensor) of int, shape (N,)
        The class of each picture.
    model : LayeredNet
        scores (N, K) and cache = model.forward(X); model.backward(dscores, cache).

    Returns
    -------
    saliency : ndarray (or Tensor) of shape (N, H, W)
    """
    saliency = None
    ### BEGIN SOLUTION
    scores, cache = model.forward(X)
    dscores = np.zeros_like(scores)
    dscores[np.arange(len(y)), y] = 1
    dX = model.backward(dscores, cache)
    saliency = np.abs(dX).max(axis=1)
    ### END SOLUTION
    return saliency


# %% [markdown] hint="vis-saliency"
# <details><summary>Hint 1: where to look</summary>
#
# The right end of the drawing: the quantity you differentiate is one score per picture. Which
# array of shape (N, K) is its gradient with respect to all scores?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# A one-hot row for each picture, by indexing with `np.arange`. On the tape: `gather`, a sum over
# the batch, `backward()`. The pictures of a batch do not influence each other.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Forward. 2. The upstream gradient: zeros, with a 1 at each picture's class. 3. Backward to
# the pixels. 4. The size of every entry. 5. The maximum over the axis of colours.
#
# </details>

# %% test="vis-saliency" points=3
model, X, y = small_net(wave), wave(2, 3, 16, 20, speed=0.37), np.array([3, 1])
got = pytorch.evaluate(compute_saliency_maps, X, y, model)
got = array(got, (2, 16, 20), "The saliency", "Take the maximum over colours, axis 1.")
expect_close(
    got[:, 5, 4:7],
    [[0.003796709, 0.002871614, 0.000922795], [0.001114173, 0.001355812, 0.001272611]],
    "six entries of the saliency",
    hint="One-hot upstream gradient, backward, absolute value, maximum over the colours.",
    rtol=1e-4,
    atol=1e-8,
    faults={
        "The gradient is that of probabilities, not of scores.": [
            [0.000548943, 0.000638125, 0.000336812],
            [0.00038459, 0.000468782, 0.000431602],
        ],
        "The absolute value is missing, or taken after the maximum.": [
            [0.003627814, 0.002871614, 0.000922795],
            [0.001059548, 0.001112251, 0.000738479],
        ],
        "The colours are averaged; the saliency is their maximum.": [
            [0.003571767, 0.001573184, 0.000868122],
            [0.001048162, 0.001046354, 0.000694727],
        ],
        "All scores are differentiated, not that of the class.": [
            [0.006219237, 0.007920791, 0.011750168],
            [0.003206947, 0.003919193, 0.003499048],
        ],
        "The gradient of every class in y is put into every picture.": [
            [0.001500265, 0.001910731, 0.00283449],
            [0.000773611, 0.000945426, 0.000844075],
        ],
        "The gradient is that of the cross-entropy, not of the score.": [
            [0.00291146, 0.003384464, 0.001786372],
            [0.001800043, 0.002194099, 0.002020083],
        ],
        "The scores are averaged over the batch, not added.": [
            [0.001898355, 0.001435807, 0.000461397],
            [0.000557086, 0.000677906, 0.000636305],
        ],
        "The pictures are preprocessed twice: X comes normalised.": [
            [0.000171849, 0.001676631, 0.001749104],
            [0.002096235, 0.002023223, 0.0],
        ],
    },
)
model, X = (
    small_net(lambda *s: 3 * rng.standard_normal(s)),
    rng.standard_normal(X.shape),
)
right = reference.saliency(model, X, y)
got = pytorch.evaluate(compute_saliency_maps, X, y, model)
expect_close(got, right, "the saliency of random pictures", rtol=1e-5, atol=1e-9)
expect_source(compute_saliency_maps, without=READY)
passed("vis-saliency", "a small network with fixed weights, another one, two pictures")

# %% test="vis-saliency" part="more" points=2
for n, height, width in [(3, 17, 22), (1, 24, 16)]:
    model = small_net(lambda *shape: 3 * rng.standard_normal(shape))
    X, y = rng.standard_normal((n, 3, height, width)), rng.integers(0, 5, n)
    right = reference.saliency(model, X, y)
    with unchanged(X=X):
        got = pytorch.evaluate(compute_saliency_maps, X, y, model)
    where = f"The saliency (N, H, W = {n}, {height}, {width})"
    array(got, right.shape, where)
    expect_close(got, right, where, rtol=1e-5, atol=1e-9)
passed("vis-saliency", "two batches of random pictures, two random networks")

# %% [markdown]
# **Experiment.** Your saliency maps of five pictures.

# %% tags=["experiment"]
from cs231n.data import load_shapes10
from cs231n.data.imagenet import load_imagenet_val
from cs231n.nets.pretrained import load_pretrained

net, said = load_pretrained()
print("The network:", said)
if net.num_classes == 1000:
    images, labels, names = load_imagenet_val()
    picks = [0, 1, 3, 5, 8]
else:
    shapes = load_shapes10(0, 40)
    images, labels, names = shapes.X_test, shapes.y_test, shapes.classes
    picks = [0, 1, 2, 3, 4]
images, labels = images[picks].astype(np.uint8), labels[picks]
titles = [str(names[int(label)]).split(",")[0] for label in labels]
pixels = np.ascontiguousarray(preprocess_image(images).transpose(0, 3, 1, 2))


def heat(maps):
    """Return maps (N, H, W) as colours from black over red and yellow to white."""
    top = np.quantile(maps, 0.995, axis=(1, 2), keepdims=True)
    level = 3 * maps / np.maximum(top, 1e-12)
    return np.stack([np.clip(level - k, 0, 1) for k in range(3)], axis=-1)


def photo(x):
    """Return one normalised picture (3, H, W) as uint8 (H, W, 3)."""
    return deprocess_image(x.transpose(1, 2, 0))


def show_rows(rows, labels, titles=None, size=1.9):
    """Show rows of pictures, each with its label on the left."""
    columns = max(map(len, rows))
    shape = {"figsize": (size * columns, size * len(rows)), "layout": "constrained"}
    _, axes = plt.subplots(len(rows), columns, squeeze=False, **shape)
    for i, row in enumerate(rows):
        for j, ax in enumerate(axes[i]):
            ax.set(xticks=[], yticks=[])
            if j < len(row):
                ax.imshow(row[j])
        axes[i, 0].set_ylabel(labels[i])
    for ax, title in zip(axes[0], titles or [], strict=False):
        ax.set_title(title, fontsize=9)
    plt.show()


with needs_answers():
    maps = pytorch.evaluate(compute_saliency_maps, pixels, labels, net)
    show_rows([images, heat(maps)], ["", "saliency"], titles)

# %% [markdown]
# *Bright pixels change the score most. The map is speckled: the gradients of neighbouring pixels
# differ in sign and size.*

# %% [markdown]
# **Further reading**
#
# - Simonyan, Vedaldi and Zisserman, *Deep Inside Convolutional Networks*, 2014,
#   [arXiv:1312.6034](https://arxiv.org/abs/1312.6034). Section 3. 15 minutes.
# - Adebayo et al., *Sanity Checks for Saliency Maps*, 2018,
#   [arXiv:1810.03292](https://arxiv.org/abs/1810.03292). Sections 1 and 3. 20 minutes.
#
# **Harder (optional, no points).** Multiply the gradient by the image, elementwise. For a
# linear score, what do these products add up to? Why may a black pixel mislead?
#
# <details><summary>Compare your answer</summary>
#
# For $s = w \cdot x$ the products $w_k x_k$ add up to $s$ (without bias), so they share the
# score out among the pixels. A black pixel has $x_k = 0$ and gets no share, though changing it
# may change the score a lot. The answer depends on what counts as "nothing there".
#
# </details>

# %% [markdown]
# ## 2. SmoothGrad
#
# Two pictures that look the same can have quite different saliency maps, since the gradient jumps
# wherever a ReLU switches. Smilkov et al. (2017) proposed to add noise to the picture several times
# and to average the gradients. They reported that such *SmoothGrad* maps look sharper to people. It
# costs one backward pass for each copy, and needs a noise level. Too little changes nothing, too much
# shows the network pictures that it never learned.
#
# After this section you can average a gradient over noise.
#
# With $n$ independent draws of Gaussian noise $\varepsilon_k$ of standard deviation $\sigma$,
#
# $$M_{ij} = \max_{c} \left| \frac1n \sum_{k=1}^{n}
# \frac{\partial s_y}{\partial x_{cij}} (x + \varepsilon_k) \right| .$$

# %% drawing="vis-copies"
drawings.show(
    drawings.noisy_gradients(),
    "Three noisy copies of a picture, with the gradients of four pixels. In the first and last pixel "
    "their signs differ and the mean is 0; in the two others they agree, with means of minus 2 and 3.",
)

# %% [markdown]
# *Gradients of three copies. Where they agree in sign, the mean keeps their size.*
#
# **Worked example.** One pixel behind a ReLU. Its derivative is a step; averaged over noise, the step
# becomes a ramp:

# %%
draw = np.random.default_rng(0)
for x in (-0.4, -0.2, 0.0, 0.2, 0.4):
    slopes = x + 0.2 * draw.standard_normal(1000) > 0
    print(f"x = {x:+.1f}   derivative {float(x > 0)}   averaged {slopes.mean():.2f}")

# %% [markdown]
# **Predict, then check.** Two copies have the gradients $+1$ and $-1$ at some pixel. What is $M$ there?
# And what would it be, if you averaged the two *saliency maps*?
#
# <details><summary>Check your prediction</summary>
#
# 0 and 1. Gradients that disagree in sign cancel; that is what removes the speckles. Sizes never
# cancel, so take the absolute value after the average.
#
# </details>


# %% answer="vis-smooth-grad" minutes=15 difficulty=2 importance=2
def smooth_grad(net, x, y, n, sigma):
    """Map how much each pixel changes a score, averaged over noisy copies.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray (or Tensor) of shape (N, 3, H, W)
        Normalised pictures.
    y : ndarray (or Tensor) of int, shape (N,)
        Classes.
    n : int
        How many noisy copies of each picture.
    sigma : float
        Standard deviation of the noise, which is drawn anew for each copy and entry.

    Returns
    -------
    smooth : ndarray (or Tensor) of shape (N, H, W)
    """
    smooth = None
    ### BEGIN SOLUTION
    draw, total = np.random.default_rng(0), np.zeros_like(x)
    for _ in range(n):
        noise = sigma * draw.standard_normal(x.shape)
        scores, cache = net.forward((x + noise).astype(x.dtype))
        dscores = np.zeros_like(scores)
        dscores[np.arange(len(y)), y] = 1
        total += net.backward(dscores, cache)
    smooth = np.abs(total / n).max(axis=1)
    ### END SOLUTION
    return smooth


# %% [markdown] hint="vis-smooth-grad"
# <details><summary>Hint 1: where to look</summary>
#
# Section 1 has what happens to one copy. Which part of it moves into a loop, and which part comes
# after it?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# One `np.random.default_rng` before the loop (on the tape `torch.randn_like`), scaled. Each copy
# starts from the picture, not from the copy before. NumPy draws float64: `astype` keeps the dtype of `x`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. A sum of gradients, zero at first. 2. $n$ times: fresh noise, forward, one-hot, backward, add.
# 3. The mean. 4. Size, and the maximum over colours. Check: with `sigma=0` it is the saliency.
#
# </details>

# %% test="vis-smooth-grad" points=2
model, X, y = small_net(wave), wave(2, 3, 16, 20, speed=0.37), np.array([3, 1])
with unchanged(x=X):
    got = pytorch.evaluate(smooth_grad, model, X, y, 3, 0.0)
got = array(got, (2, 16, 20), "The map", "Take the maximum over colours, axis 1.")
expect_close(
    got[:, 5, 4:7],
    [[0.003796709, 0.002871614, 0.000922795], [0.001114173, 0.001355812, 0.001272611]],
    "six entries without noise",
    hint="Without noise the map is the saliency of section 1.",
    rtol=1e-4,
    atol=1e-8,
    faults={
        "The gradients are added, not averaged: divide by n.": [
            [0.011390127, 0.008614843, 0.002768384],
            [0.003342519, 0.004067435, 0.003817832],
        ],
        "The absolute value is missing.": [
            [0.003627814, 0.002871614, 0.000922795],
            [0.001059548, 0.001112251, 0.000738479],
        ],
        "The colours are averaged; take their maximum.": [
            [0.003571767, 0.001573184, 0.000868122],
            [0.001048162, 0.001046354, 0.000694727],
        ],
        "The colours are added as squares; take their largest size.": [
            [0.006197198, 0.003187424, 0.001505332],
            [0.001818353, 0.001877649, 0.001473171],
        ],
        "All scores are differentiated, not that of the class.": [
            [0.006219237, 0.007920791, 0.011750168],
            [0.003206947, 0.003919193, 0.003499048],
        ],
        "The gradient is that of probabilities, not of scores.": [
            [0.000548943, 0.000638125, 0.000336812],
            [0.00038459, 0.000468782, 0.000431602],
        ],
        "The gradient of every class in y is put into every picture.": [
            [0.001500265, 0.001910731, 0.00283449],
            [0.000773611, 0.000945426, 0.000844075],
        ],
    },
)
model, X = (
    small_net(lambda *s: 3 * rng.standard_normal(s)),
    rng.standard_normal(X.shape),
)
right = reference.saliency(model, X, y)
got = pytorch.evaluate(smooth_grad, model, X, y, 2, 0.0)
expect_close(got, right, "the map of random pictures", rtol=1e-5, atol=1e-9)
expect_source(smooth_grad, without=READY)
passed("vis-smooth-grad", "without noise it is the saliency")

# %% test="vis-smooth-grad" part="noise" points=3
params = {
    "a.w": np.array([[0.0, 2, 0], [0, 2, 0], [0, -2, 0]])[:, :, None, None],
    "a.b": np.array([0.3, 0, 0]),
    "b.w": np.array([[1.0, 0, 0], [0, 1, 1]])[:, :, None, None],
    "b.b": np.zeros(2),
}
model = LayeredNet(params, (("a", "conv", 1, 0, True), ("b", "conv", 1, 0, False)))
flat = np.zeros((2, 3, 20, 25))
got = pytorch.evaluate(smooth_grad, model, flat, np.array([0, 1]), 40, 0.2)
got = 500 * array(got, (2, 20, 25), "The map")
expect_close(
    got.mean(axis=(1, 2)),
    [1.547, 0.252],
    "the mean of the map of each picture, 40 copies with sigma = 0.2",
    hint="Does every copy start from the picture? Is sigma the standard deviation?",
    rtol=0,
    atol=0.05,
    faults={
        "No noise reaches the network, or noise that is never negative.": [2.0, 0.0],
        "sigma is the standard deviation; here it is used as a variance.": [
            1.263,
            0.252,
        ],
        "The noise has standard deviation 1, whatever sigma is.": [1.119, 0.252],
        "No signs cancel: the sizes are averaged, or all copies have the same noise.": [
            1.547,
            2.0,
        ],
        "The squares of the gradients are averaged; average the gradients.": [
            1.757,
            2.0,
        ],
        "The noise adds up: each copy starts from the picture.": [1.167, 1.292],
    },
)
expect_close(
    got[0].std(),
    0.132,
    "the standard deviation over the pixels of the first map",
    hint="Draw new noise for every entry of every copy.",
    rtol=0.25,
    faults={
        "The same noise in every copy, or only one copy counts.": 0.837,
        "All pixels get the same noise: draw one number for each entry.": 0.0,
    },
)
passed("vis-smooth-grad", "with noise it is as a normal distribution says")

# %% [markdown]
# **Experiment.** The same pictures, SmoothGrad below saliency.

# %% tags=["experiment"]
with needs_answers():
    copies = 2 if quick() else 16
    smooth = pytorch.evaluate(smooth_grad, net, pixels, labels, copies, 0.3)
    show_rows(
        [images, heat(maps), heat(smooth)], ["", "saliency", "SmoothGrad"], titles
    )

# %% [markdown]
# *Speckles cancel; what many noisy copies agree on stays.*

# %% [markdown]
# **Further reading**
#
# - Smilkov et al., *SmoothGrad: removing noise by adding noise*, 2017,
#   [arXiv:1706.03825](https://arxiv.org/abs/1706.03825). 20 minutes.
# - Balduzzi et al., *The Shattered Gradients Problem*, 2017,
#   [arXiv:1702.08591](https://arxiv.org/abs/1702.08591). Sections 1 and 2: why gradients look
#   like noise. 20 minutes.
#
# **Harder (optional, no points).** Of which function is SmoothGrad, in the limit of many
# samples, the exact gradient?
#
# <details><summary>Compare your answer</summary>
#
# Of the score averaged over Gaussian noise, $\mathbb{E}_\epsilon\, s(x + \epsilon)$: gradient
# and mean may change places. So it is the plain gradient of a *blurred* score. The map tells
# about that function, and the more $\sigma$ grows, the less about the network at $x$ itself.
#
# </details>

# %% [markdown]
# ## 3. Guided backpropagation
#
# Springenberg et al. (2015) changed one rule of the backward pass. A ReLU stops the gradient where
# its input is not positive. In *guided backpropagation* it also stops *negative gradients*, so that
# only paths remain on which every unit speaks for the class. The maps are strikingly crisp. But
# Nie et al. (2018) argued that they come close to a reconstruction of the picture and depend little
# on the class. Section 4 measures that.
#
# After this section you can replace the backward rule of a layer.
#
# With a ReLU's input $x$, and $g$ the upstream gradient, its two rules are
#
# $$\text{backpropagation: } \; g\,[x > 0] \qquad\qquad
# \text{guided: } \; g\,[x > 0]\,[g > 0] ,$$
#
# where $[\,\cdot\,]$ is 1 if the condition holds and 0 otherwise.

# %% drawing="vis-paths"
drawings.show(
    drawings.guided_paths(),
    "A unit z feeds two ReLU units that are on. Gradients of 2 and minus 5 come back to them. By "
    "backpropagation both reach z and add up to minus 3; guided, only the 2 does.",
)

# %% [markdown]
# *Both units are on. The guided rule stops the path that speaks against the class.*
#
# **Worked example.** The unit $z$ of the drawing. Its gradient is a sum over two paths:

# %%
paths = np.array([2.0, -5.0])  # upstream gradients; both units are on
print("backpropagation:", paths.sum(), "  guided:", paths[paths > 0].sum())

# %% [markdown]
# **Predict, then check.** Can the guided gradient at some ReLU be larger than the true one?
#
# <details><summary>Check your prediction</summary>
#
# Yes: 2 against $-3$ in the worked example. The result is no longer the gradient of anything, so
# do not follow it uphill.
#
# </details>


# %% answer="vis-guided" minutes=5 difficulty=1 importance=1
def guided_relu_backward(dout, x):
    """Go back through a ReLU by the rule of guided backpropagation.

    Parameters
    ----------
    dout : ndarray (or Tensor) of any shape
        Upstream gradient.
    x : ndarray (or Tensor) of the same shape
        What the ReLU was given.

    Returns
    -------
    dx : ndarray (or Tensor) of the same shape
    """
    dx = None
    ### BEGIN SOLUTION
    dx = dout * (x > 0) * (dout > 0)
    ### END SOLUTION
    return dx


# %% [markdown] hint="vis-guided"
# <details><summary>Hint 1: where to look</summary>
#
# Two conditions have to hold at the same time. Neither is about sizes.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# A comparison gives an array of booleans, which multiplies like 0 and 1.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# For $x = (-1, 2, 3)$ and $g = (5, -6, 7)$ only the last entry passes, as 7. An input of exactly 0
# passes nothing.
#
# </details>

# %% test="vis-guided" points=2
x = np.array([[-1.0, 2.0, 3.0, -4.0, 0.0, 0.5]])
dout = np.array([[5.0, -6.0, 7.0, -8.0, 9.0, 0.25]])
with unchanged(dout=dout, x=x):
    got = pytorch.evaluate(guided_relu_backward, dout, x)
expect_close(
    array(got, x.shape, "dx"),
    [[0.0, 0.0, 7.0, 0.0, 0.0, 0.25]],
    "dx of six entries",
    hint="Both the input and the gradient have to be positive.",
    faults={
        "That is the usual ReLU: negative gradients still pass.": [
            [0.0, -6.0, 7.0, 0.0, 0.0, 0.25]
        ],
        "The input does not count: it has to be positive too.": [
            [5.0, 0.0, 7.0, 0.0, 9.0, 0.25]
        ],
        "An input of 0 is not positive: nothing passes.": [
            [0.0, 0.0, 7.0, 0.0, 9.0, 0.25]
        ],
        "Negative gradients pass as their size; stop them.": [
            [0.0, 6.0, 7.0, 0.0, 0.0, 0.25]
        ],
        "The positive input is returned, not the gradient.": [
            [0.0, 0.0, 3.0, 0.0, 0.0, 0.5]
        ],
        "Where the gradient passes there stands 1; return the gradient.": [
            [0.0, 0.0, 1.0, 0.0, 0.0, 1.0]
        ],
        "One condition is enough in this answer; both have to hold.": [
            [5.0, -6.0, 7.0, 0.0, 9.0, 0.25]
        ],
    },
)
for shape, dtype in [((3, 4, 5, 2), float), ((7,), "f")]:
    x, dout = rng.standard_normal((2, *shape)).astype(dtype)
    got = pytorch.evaluate(guided_relu_backward, dout, x)
    right = reference.guided_relu_backward(dout, x)
    expect_close(array(got, shape, "dx"), right, f"dx of shape {shape}")
    expect(got.dtype == dtype, f"Keep the dtype of dout; got {got.dtype}.")
expect_source(guided_relu_backward, without=READY)
passed("vis-guided", "six entries by hand, two random arrays")

# %% [markdown]
# **Experiment.** The network takes your rule: `net.backward(dscores, cache, guided=rule)`.


# %% tags=["experiment"]
def guided_maps(net, x, y):
    """Map the size of the guided gradient, with the rule that was written above."""

    def rule(dout, given):
        return pytorch.evaluate(guided_relu_backward, dout, given)

    return np.abs(reference.score_gradient(net, x, y, guided=rule)).max(axis=1)


with needs_answers():
    guided = guided_maps(net, pixels, labels)
    other = guided_maps(net, pixels, (labels + 1) % net.num_classes)
    show_rows(
        [images, heat(guided), heat(other)], ["", "guided", "another class"], titles
    )

# %% [markdown]
# *Below: the same for another class. On SqueezeNet four of the five maps hardly change, though the class is
# wrong; only the soap dispenser loses its outline.*

# %% [markdown]
# **Further reading**
#
# - Springenberg et al., *Striving for Simplicity*, 2015,
#   [arXiv:1412.6806](https://arxiv.org/abs/1412.6806). Section 3.4. 10 minutes.
# - Nie, Zhang and Patel, *A Theoretical Explanation for Perplexing Behaviors of
#   Backpropagation-based Visualizations*, 2018,
#   [arXiv:1805.07039](https://arxiv.org/abs/1805.07039). Sections 1 and 3. 20 minutes.
#
# **Harder (optional, no points).** Draw new random weights for the last layer and compare the
# maps before and after, by guided backpropagation and by the plain gradient. What would you
# expect of a method that explains the network?
#
# <details><summary>Compare your answer</summary>
#
# It should change, since the network no longer knows the class. Adebayo et al. (2018) reported
# that guided backpropagation hardly changed when the upper layers were randomised. Nie et al. (2018)
# argued that it partly restores the image, as an edge detector would.
#
# </details>

# %% [markdown]
# ## 4. Grad-CAM
#
# A saliency map is fine and noisy. Zhou et al. (2016) looked at the last feature maps instead,
# which are coarse but hold *what* was found. Selvaraju et al. (2017) generalised this to any
# layer and any differentiable network, as *Grad-CAM*. They reported that it helped people to tell the
# better of two networks. It cannot show detail finer than a cell of the layer.
#
# After this section you can stop a gradient at a layer and use it to weight the layer's maps.
#
# With the activations $A^k_{ij}$ of channel $k$, of $Z$ positions,
#
# $$\alpha_k = \frac{1}{Z} \sum_{ij} \frac{\partial s_y}{\partial A^k_{ij}}, \qquad
# L_{ij} = \operatorname{ReLU}\Big( \sum_k \alpha_k A^k_{ij} \Big) .$$

# %% drawing="vis-cam"
drawings.show(
    drawings.weighted_maps(),
    "Three 2 x 2 maps with weights 2, 0 and minus 1 add up to minus 3, 4, 0, 8. The ReLU turns the minus 3 "
    "into 0; the result is the Grad-CAM.",
)

# %% [markdown]
# *Each map has one weight: its mean gradient. Where the sum is negative, other classes speak.*
#
# **Worked example.** The drawing in code:

# %%
maps = np.array([[[0, 2], [0, 4]], [[1, 0], [0, 1]], [[3, 0], [0, 0]]])
alpha = np.array([2, 0, -1])
total = np.tensordot(alpha, maps, axes=1)
print(np.maximum(total, 0))
print(F.relu(torch.from_numpy(total)))  # the same on the tape

# %% [markdown]
# `model.backward(dscores, cache, to="conv2")` stops at the *output* of that layer, and
# `cache["conv2"]` is that output. On the tape, `model.features(X, ["conv2", "scores"])` returns
# both as tensors in a dict, and `torch.autograd.grad` differentiates one by the other.
#
# **Predict, then check.** The layer is 13 x 13, the picture 224 x 224. How many pixels wide is
# the smallest thing that a Grad-CAM can tell from its neighbour?
#
# <details><summary>Check your prediction</summary>
#
# About $224/13 \approx 17$ pixels. The *receptive field* of a cell is much larger still, so even
# that is optimistic.
#
# </details>


# %% answer="vis-grad-cam" minutes=25 difficulty=3 importance=3
def grad_cam(net, x, y, layer=None):
    """Map where the features that speak for a class are.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray (or Tensor) of shape (N, 3, H, W)
        Normalised pictures.
    y : ndarray (or Tensor) of int, shape (N,)
        Classes.
    layer : str, optional
        Whose maps; by default the last before the maps of classes.

    Returns
    -------
    cam : ndarray (or Tensor) of shape (N, h, w)
        Not negative, of the size of the layer's maps.
    """
    layer = net.layers[-3] if layer is None else layer
    cam = None
    ### BEGIN SOLUTION
    scores, cache = net.forward(x)
    dscores = np.zeros_like(scores)
    dscores[np.arange(len(y)), y] = 1
    grad = net.backward(dscores, cache, to=layer)
    alpha = grad.mean(axis=(2, 3), keepdims=True)
    cam = np.maximum((alpha * cache[layer]).sum(axis=1), 0)
    ### END SOLUTION
    return cam


# %% [markdown] hint="vis-grad-cam"
# <details><summary>Hint 1: where to look</summary>
#
# You need two arrays of shape (N, C, h, w): what the layer saw, and the gradient of the score
# with respect to it. Which of them is averaged, over which axes?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The upstream gradient of section 1; `to=layer`; a mean with `keepdims=True`; a sum over channels;
# the ReLU last.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Forward. 2. One-hot upstream gradient. 3. Backward to the layer. 4. One weight per picture
# and channel. 5. Weighted maps, added. 6. Negative sums become 0. Check: the shapes after 4 and 5
# are (N, C, 1, 1) and (N, h, w).
#
# </details>

# %% test="vis-grad-cam" points=3
model, X, y = small_net(wave), wave(2, 3, 16, 20, speed=0.37), np.array([3, 1])
got = pytorch.evaluate(grad_cam, model, X, y, "pool1")
got = array(got, (2, 4, 5), "The Grad-CAM", "Add up the channels, axis 1.")
expect_close(
    got[:, 1:3, 1:4],
    [
        [
            [0.000000000e00, 0.000000000e00, 0.000000000e00],
            [0.000000000e00, 0.000000000e00, 0.000000000e00],
        ],
        [
            [8.757792041e-05, 1.499449614e-04, 5.852347924e-05],
            [1.644041911e-04, 1.237352393e-04, 9.120591633e-05],
        ],
    ],
    "twelve entries of the Grad-CAM",
    hint="Weights are mean gradients, one per channel; the ReLU comes last.",
    rtol=1e-4,
    atol=1e-8,
    faults={
        "The ReLU at the end is missing.": [
            [
                [-5.319916010e-05, -1.957301045e-04, -1.393682080e-04],
                [-1.326353660e-04, -9.996619168e-05, -1.154705508e-04],
            ],
            [
                [8.757792041e-05, 1.499449614e-04, 5.852347924e-05],
                [1.644041911e-04, 1.237352393e-04, 9.120591633e-05],
            ],
        ],
        "The gradients are not averaged over positions.": [
            [
                [7.938730778e-06, 0.000000000e00, 1.852467634e-03],
                [0.000000000e00, 4.024112008e-04, 0.000000000e00],
            ],
            [
                [0.000000000e00, 1.574205764e-03, 0.000000000e00],
                [0.000000000e00, 3.007124124e-04, 8.143761712e-04],
            ],
        ],
        "The gradients are added over positions, not averaged.": [
            [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            [
                [0.001751558, 0.002998899, 0.00117047],
                [0.003288084, 0.002474705, 0.001824118],
            ],
        ],
        "The weights are averaged over channels; each channel needs its own.": [
            [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            [
                [0.000151547, 0.00014624, 0.000149521],
                [0.000151032, 0.000150785, 0.000132214],
            ],
        ],
        "The weights are the mean activations, not the mean gradients.": [
            [
                [0.09873275, 0.095484197, 0.098129097],
                [0.088353792, 0.103447982, 0.089543916],
            ],
            [
                [0.101313415, 0.098448431, 0.099629336],
                [0.097410063, 0.09987617, 0.089825865],
            ],
        ],
        "The ReLU acts before the channels are added.": [
            [
                [0.000222657, 0.000150546, 0.000178094],
                [0.000177352, 0.000211228, 0.000160978],
            ],
            [
                [0.000252472, 0.000296533, 0.000238144],
                [0.000285846, 0.000265216, 0.000254257],
            ],
        ],
        "The gradient's map is shown, without the activations.": [
            [[0.0, 0.0, 0.001344515], [0.0, 0.0, 0.0]],
            [[0.0, 0.000907183, 0.0], [0.0, 0.0, 0.001399037]],
        ],
        "The channels are averaged; the definition adds them.": [
            [
                [0.000000000e00, 0.000000000e00, 0.000000000e00],
                [0.000000000e00, 0.000000000e00, 0.000000000e00],
            ],
            [
                [1.459632007e-05, 2.499082690e-05, 9.753913206e-06],
                [2.740069852e-05, 2.062253988e-05, 1.520098605e-05],
            ],
        ],
        "All scores are differentiated, not that of the class.": [
            [
                [1.657017677e-04, 0.000000000e00, 2.091185229e-04],
                [0.000000000e00, 1.973926047e-04, 0.000000000e00],
            ],
            [
                [1.546849333e-04, 0.000000000e00, 1.802788704e-04],
                [2.236153953e-05, 2.435812907e-04, 0.000000000e00],
            ],
        ],
    },
)
model, X = (
    small_net(lambda *s: 3 * rng.standard_normal(s)),
    rng.standard_normal(X.shape),
)
right = reference.grad_cam(model, X, y, "pool1")
got = pytorch.evaluate(grad_cam, model, X, y, "pool1")
expect_close(got, right, "the Grad-CAM of random pictures", rtol=1e-5, atol=1e-9)
expect_source(grad_cam, without=READY)
passed(
    "vis-grad-cam", "a small network with fixed weights, another one, the layer pool1"
)

# %% test="vis-grad-cam" part="more" points=2
for layer in ("conv1", "pool1", None):
    model = small_net(lambda *shape: 3 * rng.standard_normal(shape))
    X, y = rng.standard_normal((3, 3, 17, 22)), rng.integers(0, 5, 3)
    right = reference.grad_cam(model, X, y, layer)
    got = pytorch.evaluate(grad_cam, model, X, y, layer)
    where = f"The Grad-CAM of layer {layer or 'conv2'}"
    array(got, right.shape, where, "Whose maps does `layer` name?")
    expect_close(got, right, where, rtol=1e-5, atol=1e-9)
passed("vis-grad-cam", "three layers of random networks")

# %% [markdown]
# **How much of a map lies on the object?** To measure it, we need to know where the object is. The
# drawn pictures of `scenes` come with *masks*, and `SceneNet`, a small network of this package, has
# learned to find their objects. We take pictures of a single object and the score "there is an
# object", and add up each map inside the mask. A map that knows nothing has the object's share of the
# area. As a *sanity check* (Adebayo et al., 2018), the same follows with random weights. Predict first:
# which of the four maps has the largest share, and which is fooled by random weights?

# %% tags=["experiment"]
from cs231n.data import load_scenes
from cs231n.nets.pretrained import from_scenenet
from cs231n.nets.scenenet import SceneNet

with needs_answers():
    scenes = load_scenes(1, 60 if quick() else 200)
    objects = (scenes["val_objects"][..., 0] >= 0).sum(axis=1)
    alone = np.flatnonzero(objects == 1)
    drawn, masks = scenes["val_images"][alone], scenes["val_masks"][alone] > 0
    x = np.ascontiguousarray(preprocess_image(drawn).transpose(0, 3, 1, 2))
    y = np.zeros(len(x), np.int64)  # score 0: there is an object
    shares, looks = {}, {}
    random_weights = SceneNet(np.random.default_rng(0))
    for said, stack in (("random", random_weights), ("trained", SceneNet())):
        finder = from_scenenet(stack)
        looks["saliency"] = pytorch.evaluate(compute_saliency_maps, x, y, finder)
        looks["SmoothGrad"] = pytorch.evaluate(smooth_grad, finder, x, y, 8, 0.05)
        looks["guided"] = guided_maps(finder, x, y)
        looks["Grad-CAM"] = pytorch.evaluate(grad_cam, finder, x, y, "conv5")
        for name, look in looks.items():
            shares[name, said] = reference.share_inside(look, masks).mean()
    some = slice(0, 6)
    show_rows(
        [drawn[some], *(heat(look[some]) for look in looks.values())],
        ["", *looks],
        size=1.5,
    )
    print(f"{len(x)} pictures; share of the area: {masks.mean():.3f}")
    on_object = {name: shares[name, "trained"] for name in looks}
    for name, share in on_object.items():
        print(f"{name:12} share on the object {share:.3f}", end="   ")
        print(f"random weights {shares[name, 'random']:.3f}")

# %% [markdown]
# *The object covers 3.7 % of these pictures. On it lie 16 % of the saliency, 19 % of SmoothGrad, 41 %
# of the guided gradient and 56 % of Grad-CAM. With random weights the four have 4 to 9 %: here the maps
# do depend on what the network has learned. What lies outside need not be wrong. An edge has two
# sides, so the gradient also reaches the background next to the object.*

# %% [markdown]
# **Further reading**
#
# - Selvaraju et al., *Grad-CAM*, 2017, [arXiv:1610.02391](https://arxiv.org/abs/1610.02391).
#   Section 3. 20 minutes.
# - Zhou et al., *Learning Deep Features for Discriminative Localization*, 2016,
#   [arXiv:1512.04150](https://arxiv.org/abs/1512.04150). Section 2: the method that it
#   generalises. 15 minutes.
#
# **Harder (optional, no points).** A network ends in a global average of its feature maps and
# one linear layer. Show that Grad-CAM's channel weights are that layer's weights, up to a
# factor.
#
# <details><summary>Compare your answer</summary>
#
# The score is $\sum_k w_k \frac{1}{HW} \sum_{ij} A^k_{ij} + b$. Its derivative with respect to
# each $A^k_{ij}$ is $w_k / (HW)$, and so is the mean over all positions. The map is then
# $\sum_k w_k A^k / (HW)$, cut off at 0: the *class activation map* of Zhou et al. (2016).
#
# </details>

# %% [markdown]
# ## 5. Occlusion
#
# Gradients describe infinitesimal changes. Zeiler and Fergus (2014) made large ones: they covered
# a square of the picture and watched the score. No gradient is needed, so it works for any
# model, but it takes a forward pass for each square. What to cover with is a choice: grey is itself a
# pattern the network may react to.
#
# After this section you can measure how much a region matters, and compare that with Grad-CAM.
#
# With $x^{(r,c)}$ the picture whose square at row $r$ and column $c$ is set to 0, the mean colour,
#
# $$D_{rc} = s_y(x) - s_y\big(x^{(r,c)}\big) .$$

# %% drawing="vis-occlusion"
drawings.show(
    drawings.covered_squares(),
    "A picture of 7 x 7 pixels with an object of 16, covered by squares of 3 pixels, 2 apart. The square in "
    "the corner hides none of the object: the drop is 0. Another hides 9 pixels, and the score falls from 16 "
    "to 7. A map of 3 x 3 holds the drops.",
)

# %% [markdown]
# *The score of this picture counts the object's pixels in sight. Each square fills one entry of the map, and
# neighbouring squares overlap.*
#
# **Worked example.** Squares of 3 pixels, 2 pixels apart, on a line of 8 pixels:

# %%
size, stride, length = 3, 2, 8
for left in range(0, length - size + 1, stride):
    print("".join("#" if left <= i < left + size else "." for i in range(length)))

# %% [markdown]
# **Predict, then check.** How many forward passes does a picture of 224 x 224 need with squares of
# 32 pixels, 16 pixels apart?
#
# <details><summary>Check your prediction</summary>
#
# $(224 - 32)/16 + 1 = 13$ positions along each side, so 169, and one for the whole picture.
#
# </details>


# %% answer="vis-occlusion" minutes=20 difficulty=2 importance=2
def occlusion_map(net, x, y, size, stride):
    """Map by how much a score falls when a square of a picture is covered.

    Parameters
    ----------
    net : LayeredNet
        net.forward takes one picture or a batch.
    x : ndarray (or Tensor) of shape (3, H, W)
        One normalised picture.
    y : int
        The class.
    size, stride : int
        Edge of the square, and the step between squares, in pixels. All squares lie
        within the picture; the first is in the upper left corner.

    Returns
    -------
    drop : ndarray (or Tensor) of shape (rows, columns)
        Positive where covering hurts.
    """
    drop = None
    ### BEGIN SOLUTION
    _, height, width = x.shape
    tops = range(0, height - size + 1, stride)
    lefts = range(0, width - size + 1, stride)
    whole = net.forward(x)[0][y]
    drop = np.zeros((len(tops), len(lefts)))
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            covered = x.copy()
            covered[:, top : top + size, left : left + size] = 0
            drop[i, j] = whole - net.forward(covered)[0][y]
    ### END SOLUTION
    return drop


# %% [markdown] hint="vis-occlusion"
# <details><summary>Hint 1: where to look</summary>
#
# The worked example is one row of the map. Every square starts from the untouched picture.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Two ranges with a step, `copy`, a slice in each direction, and the score of one class.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. The score of the whole picture, once. 2. For each row and column: copy, cover, score. 3. The
# score before minus the score after. Check: how many squares fit into 16 x 20 pixels with size 6
# and stride 5? Three rows and three columns.
#
# </details>

# %% test="vis-occlusion" points=3
model, x = small_net(wave), 1 + wave(3, 16, 20, speed=0.37)
got = pytorch.evaluate(occlusion_map, model, x, 3, 6, 5)
got = array(got, (3, 3), "The map", "Squares lie within the picture.")
expect_close(
    got,
    [
        [2.614959066e-04, 1.737653609e-03, 4.015325170e-03],
        [1.195782508e-02, 3.417340965e-03, 1.051249482e-02],
        [2.554714384e-03, -5.945307637e-05, 3.733594986e-03],
    ],
    "the drops of a small picture",
    hint="The score of the whole picture minus that of the covered one.",
    rtol=1e-4,
    atol=1e-8,
    faults={
        "The sign is wrong: the map is positive where the score falls.": [
            [-2.614959066e-04, -1.737653609e-03, -4.015325170e-03],
            [-1.195782508e-02, -3.417340965e-03, -1.051249482e-02],
            [-2.554714384e-03, 5.945307637e-05, -3.733594986e-03],
        ],
        "The map holds the scores, not by how much they fall.": [
            [-0.01418217, -0.015658328, -0.017935999],
            [-0.025878499, -0.017338015, -0.024433169],
            [-0.016475388, -0.013861221, -0.017654269],
        ],
        "Earlier squares stay covered: each square starts from the whole picture.": [
            [0.000261496, 0.004725352, 0.002842061],
            [0.00867554, 0.003817251, 0.004727689],
            [0.005313869, 0.002449334, 0.001570449],
        ],
        "The square is covered with 1, not with 0, the mean colour.": [
            [0.005455163, 0.001009651, 0.007526609],
            [0.008437386, -0.002406147, 0.008277963],
            [0.001068778, 0.000387724, 0.000625915],
        ],
        "Only one colour is covered.": [
            [0.000522567, 0.007779389, 0.003947694],
            [0.004677792, 0.001788941, 0.005087483],
            [0.001324715, 0.00368516, 0.01070991],
        ],
        "The square has the edge of the stride.": [
            [0.000242804, -0.00276206, 0.008688111],
            [0.003987315, 0.002752054, 0.005125155],
            [-0.001746244, 0.002412247, 0.004548268],
        ],
        "Rows and columns are swapped.": [
            [2.614959066e-04, 1.195782508e-02, 2.554714384e-03],
            [1.737653609e-03, 3.417340965e-03, -5.945307637e-05],
            [4.015325170e-03, 1.051249482e-02, 3.733594986e-03],
        ],
        "Everything but the square is covered.": [
            [0.002795525, 0.003883367, 0.005292547],
            [0.004883422, 0.001001164, 0.007503772],
            [0.001819729, 0.00403622, 0.00551534],
        ],
    },
)
model = small_net(lambda *shape: 3 * rng.standard_normal(shape))
x = rng.standard_normal((3, 18, 23))
right = reference.occlusion_map(model, x, 2, 7, 4)
with unchanged(x=x):
    got = pytorch.evaluate(occlusion_map, model, x, 2, 7, 4)
array(got, right.shape, "The map of 18 x 23 pixels, size 7, stride 4")
expect_close(got, right, "the drops of a random picture", rtol=1e-5, atol=1e-9)
expect_source(occlusion_map, without=READY)
passed("vis-occlusion", "a small and a random picture, sizes that do not divide")

# %% [markdown]
# **Experiment.** Grad-CAM and occlusion of the same pictures, with the rank correlation
# (Spearman) of the two maps: 1 if they order all regions alike, 0 if unrelated.


# %% tags=["experiment"]
def enlarge(maps, size):
    """Return maps (N, h, w) at the size of a picture, nearest cell."""
    rows, columns = ((np.arange(size) * n) // size for n in maps.shape[1:])
    return maps[:, rows][:, :, columns]


def over(pictures, maps):
    """Lay heat maps over pictures."""
    warm = heat(enlarge(maps, pictures.shape[1]))
    return np.clip(0.45 * pictures / 255 + 0.55 * warm, 0, 1)


def rank_correlation(a, b):
    """Return Spearman's correlation of two maps of the same shape."""
    ranks = [np.argsort(np.argsort(m.ravel())) for m in (a, b)]
    return np.corrcoef(ranks)[0, 1]


with needs_answers():
    edge = images.shape[1]
    size, stride = (64, 40) if quick() and edge > 99 else (edge // 5, edge // 14)
    cams = pytorch.evaluate(grad_cam, net, pixels, labels)
    drops = np.stack(
        [
            pytorch.evaluate(occlusion_map, net, x, int(y), size, stride)
            for x, y in zip(pixels, labels, strict=True)
        ]
    )
    show_rows(
        [images, over(images, cams), over(images, np.maximum(drops, 0))],
        ["", "Grad-CAM", "occlusion"],
        titles,
    )
    at = (np.arange(drops.shape[1]) * stride + size // 2) * cams.shape[1] // edge
    agreements = list(map(rank_correlation, cams[:, at][:, :, at], drops))
    for title, agreement in zip(titles, agreements, strict=True):
        print(f"{title:24} rank correlation {agreement:+.2f}")
    mean_agreement = np.mean(agreements)

# %% [markdown]
# *On SqueezeNet the correlations are 0.72, 0.62, 0.78, 0.70 and 0.41. Where the maps disagree, as
# on the car, ask which of the two you would believe, and why.*

# %% [markdown] question="vis-evidence" points=3 minutes=12
# **Question 1 (3 points).** A classifier tells huskies from wolves with 95 % accuracy. Its saliency
# maps lie on the animals. A colleague concludes: "So it looks at the animal, not at the snow."
# Covering the animal lowers the wolf's score by 2 on average; covering the *snow* lowers it by 6.
# Explain how both can be true, and name a measurement that would decide what the network
# relies on.

# %% [markdown] marking="vis-evidence"
# A gradient is local: it says what an infinitesimal change does. The score can be saturated in
# the snow (its features are strongly on, small changes do nothing), while edges of the animal are
# where the gradient is large; a map also shows size and not sign. Occlusion makes a large change,
# but the grey square is itself unusual. Decisive: swap the backgrounds (wolves on grass, huskies
# on snow) and measure accuracy; or retrain and test with backgrounds removed.
#
# *Marking:* 1 for local against large change (or saturation); 1 for a caveat about either method;
# 1 for an intervention on the background with the outcome it would have. "Use SmoothGrad" alone
# earns nothing.

# %% [markdown]
# **Further reading**
#
# - Zeiler and Fergus, *Visualizing and Understanding Convolutional Networks*, 2014,
#   [arXiv:1311.2901](https://arxiv.org/abs/1311.2901). Section 4.2. 10 minutes.
# - Ribeiro, Singh and Guestrin, *"Why Should I Trust You?"*, 2016,
#   [arXiv:1602.04938](https://arxiv.org/abs/1602.04938). Section 3: occluding many parts at a
#   time. 20 minutes.
#
# **Harder (optional, no points).** Two parts of a picture would each suffice for the class.
# What does a map by occlusion show, and how could you notice?
#
# <details><summary>Compare your answer</summary>
#
# Nothing at either place: while one part is hidden, the other still carries the score. Hide
# pairs of squares, and compare the drop with the sum of the two single drops. A much larger
# drop says that each stood in for the other. The number of pairs grows with the square of the
# number of places.
#
# </details>

# %% [markdown]
# ## 6. Fooling images
#
# Szegedy et al. (2014) followed the gradient of a *wrong* class and found that a change too small
# to see turns almost any picture into that class, for the network. Goodfellow et al. (2015) argued
# that this comes from the many input dimensions in which a network is nearly linear: many tiny
# changes add up. How to make networks robust without losing accuracy is an open problem.
#
# After this section you can make an *adversarial example* by gradient ascent on the pixels.
#
# With learning rate $\eta$ and target class $t$, a step is
#
# $$g = \frac{\partial s_t}{\partial x}, \qquad x \leftarrow x + \eta \, \frac{g}{\lVert g \rVert_2} .$$

# %% drawing="vis-fooling"
drawings.show(
    drawings.fooling_steps(),
    "The plane of two pixels. From a picture x of a cat, four dashed steps of equal length follow the gradient "
    "of the ostrich's score, turn once where a ReLU switches, and end behind the line where ostrich has the "
    "highest score.",
)

# %% [markdown]
# *Every step follows the target's score alone, so the path need not cross the line at its nearest point.*
#
# **Worked example.** A linear score of $d$ pixels with weights of size 1. Change every pixel by
# 0.01 in the best direction:

# %%
for d in (100, 10_000, 150_528):
    print(f"{d:7} pixels: the score grows by {0.01 * d:7.1f}")

# %% [markdown]
# **Predict, then check.** A step has length $\eta = 1$, and the picture has $3 \cdot 224 \cdot 224$
# entries. By how much does a typical entry change in one step?
#
# <details><summary>Check your prediction</summary>
#
# By $1/\sqrt{150528} \approx 0.0026$ standard deviations, about 0.15 of 255 grey levels. Ten steps
# in a row change it by less than two levels.
#
# </details>


# %% answer="vis-fooling" minutes=20 difficulty=3 importance=3
def make_fooling_image(X, target_y, model):
    """Change a picture until the model takes it for another class.

    Take steps of length 1 along the gradient of the target's score, at most 100, and
    stop as soon as the target has the highest score.

    Parameters
    ----------
    X : ndarray (or Tensor) of shape (1, 3, H, W)
        A normalised picture; it must not change.
    target_y : int
        The class to reach.
    model : LayeredNet
        The network.

    Returns
    -------
    X_fooling : ndarray (or Tensor) of shape (1, 3, H, W)
    """
    X_fooling = None
    learning_rate = 1
    ### BEGIN SOLUTION
    X_fooling = X.copy()
    for _ in range(100):
        scores, cache = model.forward(X_fooling)
        if scores[0].argmax() == target_y:
            break
        dscores = np.zeros_like(scores)
        dscores[0, target_y] = 1
        g = model.backward(dscores, cache)
        X_fooling += learning_rate * g / np.linalg.norm(g)
    ### END SOLUTION
    return X_fooling


# %% [markdown] hint="vis-fooling"
# <details><summary>Hint 1: where to look</summary>
#
# Which score should grow: that of the old class, or that of the target? Which way does the
# gradient point?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# A copy (on the tape: `X.clone()`, which must collect gradients), a loop that ends by `break`,
# `np.linalg.norm` of the whole gradient. On the tape, set the gradient to zero after each step.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# Repeat: 1. scores; 2. if the target is the largest, stop; 3. the gradient of the target's score;
# 4. a step of length 1 along it.
#
# </details>

# %% test="vis-fooling" points=3
model, X = small_net(wave), wave(1, 3, 16, 20, speed=0.37)
with unchanged(X=X):
    got = pytorch.evaluate(make_fooling_image, X, 4, model)
got = array(got, X.shape, "The fooling image")
expect_close(
    (got - X)[0, :, 5, 4:6],
    [
        [0.428243451, -0.338417184],
        [-0.33840424, 0.125629821],
        [0.188417237, 0.109486921],
    ],
    "the change of six entries",
    hint="Steps of length 1 along the gradient of the target's score, until it wins.",
    rtol=1e-4,
    atol=1e-8,
    faults={
        "The step goes down the gradient, away from the target.": [
            [0.988732473, -1.699346465],
            [-2.070393701, -0.565982561],
            [2.784064237, 2.730714144],
        ],
        "The gradient is not normalised.": [
            [0.315422871, -0.195468097],
            [-0.246354137, 0.023964629],
            [0.133498547, 0.1517983],
        ],
        "The gradient is divided by the square of its norm.": [
            [1.60301705, -0.626982486],
            [-1.142858382, 0.147348021],
            [0.479568664, 0.358476003],
        ],
        "The loop goes on after the target has won.": [
            [4.346998154, -2.690017629],
            [-3.438007157, 0.217128247],
            [1.91794657, 2.294353395],
        ],
        "One step too many: the test comes after the step.": [
            [0.482142401, -0.374612073],
            [-0.383369198, 0.130123653],
            [0.216456155, 0.137492877],
        ],
        "The gradient is that of probabilities, not of scores.": [
            [0.440140888, -0.235046694],
            [-0.298002102, 0.024144003],
            [0.102896578, 0.191050031],
        ],
        "The gradient is that of the class that wins now, not of the target.": [
            [0.792338119, -0.6016983],
            [-0.742779094, 0.171160989],
            [0.561198902, 0.289798387],
        ],
        "The gradient is taken at X in every step, not at the changed picture.": [
            [1.695848994, -2.581631977],
            [-1.337732939, 1.983266411],
            [0.741848933, -1.032396112],
        ],
        "The picture is preprocessed twice: X comes normalised.": [
            [2.338586389, 0.956334932],
            [-2.312906061, -1.747947305],
            [1.876131022, 2.228880439],
        ],
    },
)
X = X + rng.uniform(-0.01, 0.01, X.shape)
right = reference.fool(model, X, 4, steps=20)
got = pytorch.evaluate(make_fooling_image, X, 4, model)
expect_close(
    got, right, "the fooling image of a picture close by", rtol=1e-5, atol=1e-7
)
expect_source(make_fooling_image, without=READY)
passed("vis-fooling", "a small network with fixed weights is fooled")

# %% test="vis-fooling" part="more" points=2
for height, width in [(17, 22), (24, 16)]:
    fooled = False
    while not fooled:  # a random network that cannot be fooled is drawn again
        model = small_net(lambda *shape: 3 * rng.standard_normal(shape))
        X = rng.standard_normal((1, 3, height, width))
        target = int(np.argsort(model.forward(X)[0][0])[-2])
        right = reference.fool(model, X, target, steps=20)
        fooled = model.forward(right)[0][0].argmax() == target
    with unchanged(X=X):
        got = pytorch.evaluate(make_fooling_image, X, target, model)
    array(got, right.shape, "The fooling image")
    expect_close(
        got, right, f"the fooling image of {height} x {width}", rtol=1e-5, atol=1e-7
    )
params = {"a.w": np.ones((2, 3, 1, 1)), "a.b": np.array([0.0, 1.0])}
model = LayeredNet(params, (("a", "conv", 1, 0, False),))  # class 1 always wins
X = rng.standard_normal((1, 3, 16, 18))
with unchanged(X=X):
    got = pytorch.evaluate(make_fooling_image, X, 0, model)
expect_close(
    np.linalg.norm(array(got, X.shape, "The fooling image") - X),
    100.0,
    "how far a picture moves that fools nobody",
    hint="Take at most 100 steps, each of length 1.",
    rtol=1e-3,
    faults={
        "There is one step more than 100.": 101.0,
        "There is one step less than 100.": 99.0,
        "The loop ends after its first step.": 1.0,
    },
)
passed("vis-fooling", "the runner-up becomes the winner; at most 100 steps are taken")

# %% [markdown]
# **Experiment.** The third picture shows the difference, ten times amplified around grey.

# %% tags=["experiment"]
with needs_answers():
    start = pixels[:1]
    target = 6 if net.num_classes == 1000 else (int(labels[0]) + 3) % 10
    fooled = pytorch.evaluate(make_fooling_image, start, target, net)
    change = (fooled - start)[0].transpose(1, 2, 0)
    amplified = np.clip(0.5 + 10 * 0.225 * change, 0, 1)
    winner = int(net.forward(fooled)[0][0].argmax())
    name = str(names[winner]).split(",")[0]
    show_rows(
        [[images[0], photo(fooled[0]), amplified]],
        [""],
        [titles[0], f"now: {name}", "difference x 10"],
        size=2.8,
    )
    path, steps_to_fool = start, 0
    while net.forward(path)[0][0].argmax() != target and steps_to_fool < 100:
        path = reference.fool(net, path, target, steps=1)
        steps_to_fool += 1
    levels = 255 * 0.225 * np.abs(change).max()
    print(f"{titles[0]} becomes {name} after {steps_to_fool} steps;", end=" ")
    print(f"no pixel changes by more than {levels:.1f} of 255 levels")

# %% [markdown]
# *On SqueezeNet hay becomes a stingray after eight steps, and no pixel changes by more than 15 of
# 255 levels. The difference looks like noise but is not random: it lies where the saliency was.*

# %% [markdown] question="vis-noise" points=3 minutes=12
# **Question 2 (3 points).** A student adds Gaussian noise with the same norm as the fooling change
# to 100 photographs; 99 keep their class. "So the network is robust, and the attack exploits a bug
# of gradients." Explain with the geometry of high-dimensional vectors why random noise fails
# where the gradient succeeds, and name a measurement on the network that supports you.

# %% [markdown] marking="vis-noise"
# To first order a change $\delta$ moves the score by $g \cdot \delta$. Along the gradient that is
# $\lVert g\rVert\lVert\delta\rVert$; a random direction of the same length in $d$ dimensions has
# a cosine of about $1/\sqrt d$ with $g$, so it moves the score several hundred times less. The bad
# directions exist all the same, and whoever wants finds them. Measurement: the cosine of noise with
# the gradient, or the score along both directions by step length.
#
# *Marking:* 1 for the dot product or linearisation; 1 for the cosine $1/\sqrt d$; 1 for a
# measurement. "Noise averages out" without a size: 0.5.

# %% [markdown]
# **Further reading**
#
# - Szegedy et al., *Intriguing properties of neural networks*, 2014,
#   [arXiv:1312.6199](https://arxiv.org/abs/1312.6199). Section 4. 15 minutes.
# - Ilyas et al., *Adversarial Examples Are Not Bugs, They Are Features*, 2019,
#   [arXiv:1905.02175](https://arxiv.org/abs/1905.02175). Sections 1 to 3. 25 minutes.
#
# **Harder (optional, no points).** For a linear score $w \cdot x$ in $n$ pixels, how far can a
# change of at most $\varepsilon$ in each pixel move the score? What does this say about large
# images?
#
# <details><summary>Compare your answer</summary>
#
# By $\varepsilon \sum_k |w_k|$, with the change $\varepsilon\, \mathrm{sign}(w)$. For weights
# of similar size this grows like $n$, while the score of a typical image grows like $\sqrt n$.
# Goodfellow et al. (2015) argued that linearity in many dimensions is enough for adversarial
# examples.
#
# </details>

# %% [markdown]
# ## 7. What a class looks like
#
# Start from noise and ascend the score of one class (Simonyan et al., 2014). Without a
# *regulariser* the picture fills with high-frequency patterns. Yosinski et al. (2015) blurred the
# picture now and then; Mordvintsev et al. (2015) blurred gradients and shifted the picture at
# random between steps. The result shows what drives a score, which need not be what makes a good
# picture: barbells came with arms attached.
#
# After this section you can ascend a regularised score.
#
# $$x \leftarrow x + \eta\,\frac{g}{\lVert g\rVert_2}, \qquad
# g = \frac{\partial}{\partial x}\Big( s_t(x) - \lambda \sum_i x_i^2 \Big) .$$

# %% drawing="vis-class"
drawings.show(
    drawings.regularised_step(),
    "The plane of two pixels with grey at its origin. At a picture x one dashed gradient points where the score "
    "grows, another towards grey. A thicker one is their sum g, and a solid step runs along it.",
)

# %% [markdown]
# *Grey is 0 in every pixel. The further $x$ is from grey, the harder the regulariser pulls it back.*
#
# **Worked example.** The second term alone, with $\lambda = 0.1$, for three pixels:

# %%
x = np.array([2.0, -1.0, 0.0])
for i in range(3):
    step = 1e-5 * np.eye(3)[i]
    up, down = (-0.1 * (v**2).sum() for v in (x + step, x - step))
    print(f"pixel {x[i]:+.0f}: derivative {(up - down) / 2e-5:+.2f}")

# %% [markdown]
# **Predict, then check.** You double $\eta$ *and* all weights of the last layer. How much longer
# does a step become?
#
# <details><summary>Check your prediction</summary>
#
# Twice as long: the length is $\eta$ whatever the gradient is, because it is normalised. The
# weights only change the balance with the regulariser.
#
# </details>


# %% answer="vis-class" minutes=15 difficulty=2 importance=3
def class_visualization_update_step(img, model, target_y, l2_reg, learning_rate):
    """Take one step towards what a model calls a class.

    Parameters
    ----------
    img : ndarray (or Tensor that collects gradients) of shape (1, 3, H, W)
        The picture.
    model : LayeredNet
        The network.
    target_y : int
        The class.
    l2_reg : float
        Strength of the regularisation, l2_reg * sum(img ** 2).
    learning_rate : float
        Length of the step.

    Returns
    -------
    img : ndarray of shape (1, 3, H, W)
        The new picture. Instead, you may change img (a tensor's data) in place and
        return nothing.
    """
    ### BEGIN SOLUTION
    scores, cache = model.forward(img)
    dscores = np.zeros_like(scores)
    dscores[0, target_y] = 1
    g = model.backward(dscores, cache) - 2 * l2_reg * img
    return img + learning_rate * g / np.linalg.norm(g)
    ### END SOLUTION


# %% [markdown] hint="vis-class"
# <details><summary>Hint 1: where to look</summary>
#
# A step of section 6, with one more term in the gradient. The worked example tells its sign and
# factor.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The gradient of the score from the model, that of the regulariser by hand; on the tape both
# follow from one scalar. Normalise the sum of both.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Forward and the one-hot upstream gradient. 2. Backward. 3. The regulariser's gradient. 4. The
# norm of what you have now. 5. One step up. Check: the step has length `learning_rate`.
#
# </details>

# %% test="vis-class" points=3
model, img = small_net(wave), wave(1, 3, 16, 20, speed=0.37)
got = pytorch.evaluate(
    class_visualization_update_step, img, model, 2, 0.003, 5.0, leaf=True
)
got = array(got, img.shape, "The new picture", "Return it, or change img in place.")
expect_close(
    (got - img)[0, :, 5, 4:6],
    [
        [-0.33046185, 0.023934911],
        [0.147502282, -0.217278233],
        [0.070113932, 0.17131768],
    ],
    "the change of six entries",
    hint="Up the gradient of score minus regulariser, divided by its norm.",
    rtol=1e-4,
    atol=1e-8,
    faults={
        "The step goes down the gradient.": [
            [0.33046185, -0.023934911],
            [-0.147502282, 0.217278233],
            [-0.070113932, -0.17131768],
        ],
        "The gradient is not normalised.": [
            [-0.050454377, 0.003654343],
            [0.022520408, -0.033173687],
            [0.010704881, 0.026156504],
        ],
        "The regularisation is left out.": [
            [-0.334056689, 0.425452991],
            [0.286155877, -0.294633733],
            [-0.18739387, 0.11144643],
        ],
        "The regularisation has the wrong sign and makes pixels grow.": [
            [-0.007238706, 0.407628368],
            [0.142276862, -0.080843979],
            [-0.260497714, -0.058881684],
        ],
        "The factor 2 of the square's derivative is missing.": [
            [-0.375294724, 0.179616367],
            [0.219577242, -0.27524455],
            [-0.018488594, 0.171107353],
        ],
        "The regularisation is added after the gradient is normalised.": [
            [-0.358733318, 0.396276919],
            [0.286594842, -0.305071776],
            [-0.162228594, 0.129003083],
        ],
        "The gradient is that of probabilities, not of scores.": [
            [-0.231236541, -0.161575031],
            [0.042040895, -0.119130165],
            [0.164333316, 0.147858773],
        ],
        "The step is returned without the picture.": [
            [-1.153016174, -0.948600809],
            [0.162134439, -0.565212991],
            [0.908956478, 0.756539442],
        ],
        "The picture is preprocessed twice: img comes normalised.": [
            [-0.191174825, -0.23485713],
            [0.014128532, -0.052620413],
            [0.174734403, 0.109473191],
        ],
    },
)
for reg, rate in [(0.01, 2.0), (0.0, 0.5)]:
    model = small_net(lambda *shape: 3 * rng.standard_normal(shape))
    img, target = rng.standard_normal((1, 3, 17, 22)), int(rng.integers(5))
    right = reference.ascend(model, img, target, reg, rate)
    got = pytorch.evaluate(
        class_visualization_update_step, img, model, target, reg, rate, leaf=True
    )
    where = f"the picture after a step (l2_reg = {reg}, learning_rate = {rate})"
    expect_close(array(got, img.shape, where), right, where, rtol=1e-5, atol=1e-8)
expect_source(class_visualization_update_step, without=READY)
passed("vis-class", "one step each of three networks, with and without regularisation")

# %% [markdown]
# **Experiment.** Your step, with three things around it: the picture grows from 96 to 224 pixels,
# it is shifted at random before each step, and the step is blurred, less and less.


# %% tags=["experiment"]
def resized(x, size):
    """Resize a picture (1, 3, h, w), bilinear."""
    for axis in (2, 3):
        n = x.shape[axis]
        at = np.clip((np.arange(size) + 0.5) * n / size - 0.5, 0, n - 1)
        low = np.minimum(at.astype(int), n - 2)
        share = (at - low).reshape([-1 if a == axis else 1 for a in range(4)])
        x = (1 - share) * x.take(low, axis) + share * x.take(low + 1, axis)
    return x.astype(np.float32)


def smoothed(x, sigma):
    """Blur pictures (1, 3, H, W) by a Gaussian, edges repeated."""
    reach = max(1, int(3 * sigma))
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).astype(np.float32)
    for axis in (2, 3):
        pad = [(0, 0)] * 4
        pad[axis] = (reach, reach)
        wide, n = np.pad(x, pad, mode="edge"), x.shape[axis]
        x = sum(k * wide.take(range(i, i + n), axis) for i, k in enumerate(kernel))
    return x


LOW, HIGH = (
    preprocess_image(np.full((1, 1, 3), v, np.uint8)).reshape(1, 3, 1, 1)
    for v in (0, 255)
)


def visualize_class(target, sizes, blur=(2.6, 0.6), seed=2):
    """Ascend the score of a class over growing pictures."""
    draw = np.random.default_rng(seed)
    x = draw.normal(0, 0.2, (1, 3, sizes[0][0], sizes[0][0])).astype(np.float32)
    for size, steps in sizes:
        x = resized(x, size)
        for i in range(steps):
            dy, dx = draw.integers(-size // 8, size // 8 + 1, 2)
            x = np.ascontiguousarray(np.roll(x, (dy, dx), (2, 3)))
            new = pytorch.evaluate(
                class_visualization_update_step, x, net, target, 2e-4, 5.0, leaf=True
            )
            step = smoothed(new - x, blur[0] + (blur[1] - blur[0]) * i / steps)
            x = 0.99 * x + 0.12 * step / np.sqrt((step**2).mean() + 1e-12)
            x = np.clip(np.roll(x, (-dy, -dx), (2, 3)), LOW, HIGH).astype(np.float32)
    return x


with needs_answers():
    if net.num_classes == 1000:
        targets = [76, 107, 130, 340]
        sizes = [(96, 40), (144, 30), (192, 25), (224, 20)]
        sizes = [(96, 6)] if quick() else sizes
        blur = (2.6, 0.6)
    else:
        targets, sizes, blur = range(10), [(24, 20), (32, 20)], (1.2, 0.5)
        targets = list(targets)[:3] if quick() else list(targets)
    drawn = [visualize_class(t, sizes, blur) for t in targets]
    for target, x in zip(targets, drawn, strict=True):
        scores = net.forward(x)[0][0]
        share = np.exp(scores - scores.max())
        print(f"{names[target]}: probability {share[target] / share.sum():.3f}")
    show_rows(
        [[photo(x[0]) for x in drawn]],
        [""],
        [str(names[t]).split(",")[0] for t in targets],
        size=2.6 if len(targets) < 5 else 1.4,
    )

# %% [markdown]
# *On SqueezeNet: a tarantula, jellyfish, flamingos, a zebra. Look for parts that repeat: the score grows with every eye
# and every leg, wherever it is.*

# %% [markdown]
# **Further reading**
#
# - Yosinski et al., *Understanding Neural Networks Through Deep Visualization*, 2015,
#   [arXiv:1506.06579](https://arxiv.org/abs/1506.06579). Section 3: regularisers for such
#   pictures. 15 minutes.
# - Olah, Mordvintsev and Schubert, [*Feature
#   Visualization*](https://distill.pub/2017/feature-visualization/), 2017. 30 minutes.
#
# **Harder (optional, no points).** Maximise the *probability* of the class in place of its
# score. Why do the pictures differ?
#
# <details><summary>Compare your answer</summary>
#
# A probability also grows if the other scores fall. Its gradient is $p\,(\nabla s_y - \sum_j
# p_j \nabla s_j)$: it fades once $p$ is near 1, and it spends effort on removing what looks
# like other classes. Simonyan et al. (2014) used the score for that reason.
#
# </details>

# %% [markdown]
# ## 8. DeepDream
#
# Mordvintsev et al. (2015) asked a layer to see *more* of what it already sees, whatever that is.
# No class is chosen: the objective is the sum of squared activations of a layer. Lower layers
# give strokes, higher ones eyes and fur, since the data set holds many dogs.
#
# After this section you can put a gradient in at any layer.
#
# With activations $A(x)$ of a layer, and $d$ the number of entries of the picture, a step of
# size $\eta$ is
#
# $$g = \frac{\partial}{\partial x}\, \tfrac12 \sum A(x)^2, \qquad
# x \leftarrow x + \eta\,\frac{g}{\tfrac1d \sum_i |g_i|} .$$

# %% drawing="vis-dream"
drawings.show(
    drawings.dream_layer(),
    "A picture runs through the first layers to activations A of 0, 1.5, 4 and 0. A dashed gradient enters "
    "there, below the question: which numbers? It runs back to the picture. Later layers and scores are grey: "
    "they do not run.",
)

# %% [markdown]
# *Compare with section 1: the network ends at the layer, and the gradient enters there.*
#
# **Worked example.** The derivative of $\tfrac12 a^2$ for three activations:

# %%
for a in (0.0, 1.5, 4.0):
    slope = (0.5 * (a + 1e-6) ** 2 - 0.5 * (a - 1e-6) ** 2) / 2e-6
    print(f"a = {a}: derivative {slope:.3f}")

# %% [markdown]
# **Predict, then check.** Which upstream gradient enters at the layer?
#
# <details><summary>Check your prediction</summary>
#
# The worked example shows it: each activation is its own derivative. What is strong already gets
# the largest push.
#
# </details>


# %% answer="vis-dream" minutes=15 difficulty=2 importance=2
def deepdream_step(net, img, layer, step):
    """Strengthen what a layer sees in a picture.

    Parameters
    ----------
    net : LayeredNet
        net.forward(img, upto=layer) stops at the layer; net(img, upto=layer) on the tape.
    img : ndarray (or Tensor) of shape (1, 3, H, W)
        A normalised picture.
    layer : str
        Name of the layer.
    step : float
        By how much an entry changes on average.

    Returns
    -------
    img : ndarray (or Tensor) of shape (1, 3, H, W)
        The picture after the step.
    """
    new = None
    ### BEGIN SOLUTION
    seen, cache = net.forward(img, upto=layer)
    g = net.backward(seen, cache)
    new = img + step * g / np.abs(g).mean()
    ### END SOLUTION
    return new


# %% [markdown] hint="vis-dream"
# <details><summary>Hint 1: where to look</summary>
#
# The network ends at the layer this time. What enters there is the answer to the prediction.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `upto=layer` gives the activations and a cache that ends there; `backward` takes a gradient of
# the same shape. Divide by the mean of the absolute values.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Forward up to the layer. 2. Its own activations as upstream gradient. 3. Backward. 4. A step
# up; check that its mean absolute value is `step`.
#
# </details>

# %% test="vis-dream" points=3
model, img = small_net(wave), wave(1, 3, 16, 20, speed=0.37)
got = pytorch.evaluate(deepdream_step, model, img, "conv2", 0.5)
got = array(got, img.shape, "The new picture")
expect_close(
    (got - img)[0, :, 5, 4:6],
    [
        [1.557500168, -1.68696025],
        [-1.415011954, 1.030792964],
        [1.021020257, -0.191413076],
    ],
    "the change of six entries",
    hint="The gradient of half the sum of squares, divided by its mean absolute value.",
    rtol=1e-4,
    atol=1e-8,
    faults={
        "The step goes down: the layer sees less.": [
            [-1.557500168, 1.68696025],
            [1.415011954, -1.030792964],
            [-1.021020257, 0.191413076],
        ],
        "The gradient is not normalised.": [
            [0.106047604, -0.114862327],
            [-0.096345818, 0.070184984],
            [0.069519576, -0.013032999],
        ],
        "Ones enter at the layer: that is the sum, not the sum of squares.": [
            [1.771063518, -1.865790177],
            [-1.623340021, 1.11146944],
            [1.187084918, -0.159596707],
        ],
        "The gradient is divided by its norm, not by its mean absolute value.": [
            [0.036573069, -0.039613038],
            [-0.033227174, 0.024204981],
            [0.023975499, -0.004494743],
        ],
        "The gradient is divided by the mean with sign.": [
            [-129.206876786, 139.946607789],
            [117.386359867, -85.512375641],
            [-84.701652829, 15.879218635],
        ],
        "The squares themselves enter at the layer.": [
            [1.573248025, -1.740860692],
            [-1.419278902, 1.083801319],
            [1.013047891, -0.234107667],
        ],
        "The scores are dreamed of, not the layer.": [
            [0.785950593, -1.365510168],
            [-0.573915218, 1.114540518],
            [0.259872452, -0.66547302],
        ],
    },
)
for layer, step in [("conv1", 0.1), ("pool1", 2.0), ("conv2", 0.03)]:
    model = small_net(lambda *shape: 3 * rng.standard_normal(shape))
    img = rng.standard_normal((1, 3, 17, 22))
    right = reference.dream(model, img, layer, step)
    with unchanged(img=img):
        got = pytorch.evaluate(deepdream_step, model, img, layer, step)
    where = f"the picture after a step at {layer}"
    expect_close(array(got, img.shape, where), right, where, rtol=1e-5, atol=1e-8)
expect_source(deepdream_step, without=READY)
passed("vis-dream", "one step each at three layers")

# %% [markdown]
# **Experiment.** Your step over five sizes (*octaves*), ten steps each. What one size added is
# enlarged and kept at the next.


# %% tags=["experiment"]
def dream(x, layer, sizes, steps, rate=0.018):
    """Dream over growing sizes; return the picture at the last."""
    draw, detail = np.random.default_rng(0), None
    for size in sizes:
        base = resized(x, size)
        detail = np.zeros_like(base) if detail is None else resized(detail, size)
        new = base + detail
        for _ in range(steps):
            dy, dx = draw.integers(-16, 17, 2)
            shifted = np.ascontiguousarray(np.roll(new, (dy, dx), (2, 3)))
            change = (
                pytorch.evaluate(deepdream_step, net, shifted, layer, 1.0) - shifted
            )
            change = smoothed(change, 0.7) + smoothed(change, 2.0)
            change *= rate / np.abs(change).mean()
            new = np.clip(new + np.roll(change, (-dy, -dx), (2, 3)), LOW, HIGH)
            new = new.astype(np.float32)
        detail = new - base
    return new


with needs_answers():
    large = net.num_classes == 1000
    layers = ["fire7", "fire9"] if large else ["conv4", "pool6"]
    sizes = (144, 176, 216, 256, 288) if large else (32, 48, 64)
    sizes, steps = (sizes[:1], 2) if quick() else (sizes, 10)
    pick = 2
    dreams = [dream(pixels[pick : pick + 1], layer, sizes, steps) for layer in layers]
    show_rows(
        [[images[pick], *(photo(x[0]) for x in dreams)]],
        [""],
        [titles[pick], *layers],
        size=3.4,
    )

# %% [markdown]
# *The left picture is the start. On SqueezeNet both layers add eyes, where the dog has round dark
# spots; the later one also adds whole heads.*

# %% [markdown]
# **Further reading**
#
# - Mordvintsev, Olah and Tyka, [*Inceptionism: Going Deeper into Neural
#   Networks*](https://research.google/blog/inceptionism-going-deeper-into-neural-networks/),
#   2015. 10 minutes.
# - Olah et al., [*The Building Blocks of
#   Interpretability*](https://distill.pub/2018/building-blocks/), 2018. The first half. 30
#   minutes.
#
# **Harder (optional, no points).** The step follows the gradient of half the sum of squares of
# a layer. Why does it strengthen what is there already? Which pictures would the plain *sum* of
# the activations give?
#
# <details><summary>Compare your answer</summary>
#
# The upstream gradient of half the sum of squares is the activations themselves. Channels that
# respond strongly push strongly, and silent ones do not push at all. With the plain sum every
# channel pushes alike, so the layer's channels mix into a texture that depends less on the
# picture.
#
# </details>

# %% [markdown]
# ## 9. What a layer keeps
#
# What does a layer still know of a picture? Mahendran and Vedaldi (2015) looked for another picture
# that the layer cannot tell from it: *feature inversion*. What comes back was kept; what does not, the
# layer has thrown away. They reported that early layers keep almost a photograph, while later ones keep
# parts and lose where exactly they are. Many pictures fit, so what you see also depends on the regulariser.
#
# After this section you can find a picture for given activations.
#
# With the activations $A(x)$ of a layer and those of the photograph, $A_0$, we minimise
#
# $$L(x) = \frac{\sum (A(x) - A_0)^2}{\sum A_0^2} + \lambda \sum_i x_i^2$$
#
# by *Adam* (Kingma and Ba, 2015), from noise. The fraction is 1 if the layer sees nothing at all, and
# 0 if it sees the same.

# %% drawing="vis-inversion"
drawings.show(
    drawings.inversion_loop(),
    "A photograph and a picture x run through the same first layers. Their activations are compared, "
    "and a dashed gradient runs from the difference back to x, which starts as noise.",
)

# %% [markdown]
# *The upper row is computed once. Only the pixels of $x$ change.*
#
# **Worked example.** A layer that only adds two pixels. Both pictures below fit its activation 2; the
# second term of $L$ decides:

# %%
for picture in ([2.0, 0.0], [1.0, 1.0]):
    print(
        picture,
        "activation",
        sum(picture),
        " sum of squares",
        sum(v * v for v in picture),
    )

# %% [markdown]
# **Predict, then check.** A picture of SqueezeNet has $3 \cdot 224 \cdot 224 \approx 151{,}000$ numbers.
# `conv1` has 96 channels at 109 x 109 positions, `fire8` has 512 at 27 x 27, `fire9` has 512 at 13 x 13.
# Which of the three have fewer numbers than the picture? Which of them lose something of it?
#
# <details><summary>Check your prediction</summary>
#
# Only `fire9`: $512 \cdot 169 \approx 87{,}000$. It cannot keep everything. `fire8` has 373,000 numbers
# and `conv1` over a million, many of them zeros by the ReLU. Room is not the whole story, though: the
# network was trained to name a class. Below, `fire8` loses colours for which it would have room.
#
# </details>


# %% answer="vis-invert" minutes=25 difficulty=3 importance=2
def invert_features(net, img, layer, target, l2_reg, learning_rate, steps):
    """Change a picture until a layer sees in it what it saw in another.

    Parameters
    ----------
    net : LayeredNet
        The network.
    img : ndarray (or Tensor) of shape (1, 3, H, W)
        The picture to start from; it must not change.
    layer : str
        Name of the layer.
    target : ndarray (or Tensor) of shape (1, C, h, w)
        Activations of the layer for the other picture.
    l2_reg : float
        Strength of the regularisation.
    learning_rate : float
        Of Adam: x, config = adam(x, dx, config), where config begins as
        {"learning_rate": learning_rate}. On the tape, torch.optim.Adam.
    steps : int
        How many steps.

    Returns
    -------
    img : ndarray (or Tensor) of shape (1, 3, H, W)
        The picture after the steps.
    """
    x = None
    ### BEGIN SOLUTION
    x, config = img, {"learning_rate": learning_rate}
    for _ in range(steps):
        seen, cache = net.forward(x, upto=layer)
        dseen = 2 * (seen - target) / np.sum(target**2)
        dx = net.backward(dseen, cache) + 2 * l2_reg * x
        x, config = adam(x, dx, config)
    ### END SOLUTION
    return x


# %% [markdown] hint="vis-invert"
# <details><summary>Hint 1: where to look</summary>
#
# The pass of section 8, with another gradient at the layer, and downhill. Which of the two terms
# goes through the network?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `upto=layer`, `backward`, and `adam` from the setup cell, which returns the new picture and its
# memory: hand that memory back in the next step. The denominator does not depend on the picture.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# $\partial/\partial A$ of $(A - A_0)^2$ is $2(A - A_0)$, and $\partial/\partial x$ of $x^2$ is
# $2x$. Check: Adam's first step changes every pixel by almost exactly `learning_rate`.
#
# </details>

# %% test="vis-invert" points=4
model, img = small_net(wave), wave(1, 3, 16, 20, speed=0.37)
target = model.forward(wave(1, 3, 16, 20, speed=0.11), upto="conv2")[0]
with unchanged(img=img, target=target):
    got = pytorch.evaluate(invert_features, model, img, "conv2", target, 0.004, 0.1, 6)
got = array(got, img.shape, "The picture")
expect_close(
    (got - img)[0, :, 5, 4:6],
    [
        [0.279147599, -0.325067475],
        [-0.356079462, -0.034349332],
        [0.388635527, 0.194991985],
    ],
    "the change of six entries after six steps",
    hint="Both terms of L, downhill; Adam keeps its memory from step to step.",
    rtol=1e-4,
    atol=1e-6,
    faults={
        "The step goes uphill: the activations move away from the target.": [
            [0.021101746, 0.574416048],
            [0.124319977, -0.559940415],
            [-0.369277923, 0.487342393],
        ],
        "The difference has the wrong sign: the activations move away.": [
            [-0.17217015, 0.49492745],
            [0.041324069, -0.57990704],
            [0.165632167, 0.552501767],
        ],
        "The regularisation is left out.": [
            [0.43733803, -0.149467606],
            [-0.41772986, 0.026064689],
            [0.206706429, 0.089528356],
        ],
        "The regularisation has the wrong sign and makes pixels grow.": [
            [0.531399136, 0.050375806],
            [-0.474946696, 0.082418675],
            [-0.13573538, 0.000522318],
        ],
        "The first term is not divided by the sum of the target's squares.": [
            [0.435110054, -0.152926352],
            [-0.415553691, 0.028105189],
            [0.206201922, 0.088239151],
        ],
        "The first term is divided by the squares of what is seen, not of the target.": [
            [0.360913307, -0.297457118],
            [-0.339989401, 0.256470918],
            [0.301807737, -0.095478255],
        ],
        "The first term is averaged over entries; divide by the sum of the target's squares.": [
            [0.188108749, -0.380447145],
            [-0.336169568, -0.079963248],
            [0.445653474, 0.421564557],
        ],
        "The factor 2 is missing in the first term alone.": [
            [0.111881818, -0.404247642],
            [-0.317298363, -0.131069391],
            [0.46378658, 0.461113138],
        ],
        "The factor 2 is missing in the regularisation alone.": [
            [0.359029085, -0.251075039],
            [-0.366831374, 0.004788003],
            [0.288994907, 0.148489768],
        ],
        "Adam forgets: hand its config back in the next step.": [
            [0.000000457, -0.200000002],
            [-0.200000699, -0.000001117],
            [0.200000187, 0.200000114],
        ],
        "That is plain gradient descent; the steps are Adam's.": [
            [0.011605569, -0.012831152],
            [-0.010351353, 0.000911335],
            [0.00746305, 0.006277817],
        ],
        "The activations are those of the first picture in every step.": [
            [0.595869043, -0.598247795],
            [-0.596618698, 0.595536571],
            [0.596553677, -0.386479531],
        ],
        "There is one step too few.": [
            [0.300449853, -0.274348252],
            [-0.334878242, -0.017788755],
            [0.322511644, 0.155305661],
        ],
    },
)
for layer, reg in [("conv1", 0.0), ("pool1", 0.01)]:
    model = small_net(lambda *shape: 3 * rng.standard_normal(shape))
    img, other = rng.standard_normal((2, 1, 3, 17, 22))
    target = model.forward(other, upto=layer)[0]
    right = reference.invert_features(model, img, layer, target, reg, 0.02, 3)
    got = pytorch.evaluate(invert_features, model, img, layer, target, reg, 0.02, 3)
    where = f"the picture after three steps at {layer}"
    expect_close(array(got, img.shape, where), right, where, rtol=1e-4, atol=1e-5)
expect_source(invert_features, without=READY)
passed("vis-invert", "six steps by hand, two random networks")

# %% [markdown]
# **Experiment.** The picture that each of four layers cannot tell from the first. Between runs of your
# function the picture is blurred, less and less.


# %% tags=["experiment"]
def inverted(x, layer, seed=0):
    """Return what a layer keeps of a picture, and how far its activations are off."""
    target = net.forward(x, upto=layer)[0]
    draw = np.random.default_rng(seed)
    new = draw.normal(0, 0.2, x.shape).astype(np.float32)
    plan = [(0.1, 1.5), (0.1, 1.0), (0.1, 0.7), (0.06, 0.5), (0.03, 0.5)]
    for rate, blur in plan[-1:] if quick() else plan:
        new = pytorch.evaluate(invert_features, net, new, layer, target, 1e-7, rate, 14)
        new = np.clip(smoothed(new, blur), LOW, HIGH).astype(np.float32)
    apart = net.forward(new, upto=layer)[0] - target
    return new, float((apart**2).sum() / (target**2).sum())


with needs_answers():
    large = net.num_classes == 1000
    layers = ["conv1", "fire3", "fire5", "fire8"] if large else list(net.layers[1:10:3])
    start = pixels[2:3]
    kept = {layer: inverted(start, layer) for layer in layers}
    show_rows(
        [[images[2], *(photo(new[0]) for new, _ in kept.values())]],
        [""],
        [titles[2], *layers],
        size=2.4 if large else 1.8,
    )
    for layer, (_, error) in kept.items():
        print(f"{layer:6} relative error of the activations {error:.3f}")

# %% [markdown]
# *On SqueezeNet `conv1` keeps the photograph. `fire3` and `fire5` keep fur and leaves, and let colours
# drift. At `fire8` the outline of the dog is left; its colour is gone.*
#
# **Further reading**
#
# - Simonyan, Vedaldi and Zisserman, *Deep Inside Convolutional Networks*, 2014,
#   [arXiv:1312.6034](https://arxiv.org/abs/1312.6034). Sections 2 and 3. 20 minutes.
# - Selvaraju et al., *Grad-CAM*, 2017, [arXiv:1610.02391](https://arxiv.org/abs/1610.02391).
#   Section 3. 20 minutes.
# - Adebayo et al., *Sanity Checks for Saliency Maps*, 2018,
#   [arXiv:1810.03292](https://arxiv.org/abs/1810.03292). Figures 1 to 3. 20 minutes.
# - Olah, Mordvintsev and Schubert, *Feature Visualization*, Distill, 2017,
#   [distill.pub/2017/feature-visualization](https://distill.pub/2017/feature-visualization/). 45 minutes.
#
# **Harder (optional, no points).** (a) *Integrated gradients* (Sundararajan et al., 2017) average the
# gradient along the line from a grey picture to yours, times the picture. Show that the map adds up to
# the difference of the two scores, and measure its share on the object. (b) Fool the network on a picture
# whose saliency you keep: which loss do you add? (c) Invert *scores* instead of a layer. Which
# photographs can you still name?
#
# <details><summary>Compare your answer</summary>
#
# (a) Along $x_0 + \alpha (x - x_0)$ the score has the slope $\nabla s \cdot (x - x_0)$. Its
# integral over $\alpha$ from 0 to 1 is $s(x) - s(x_0)$, so the factor is the *difference* to
# the grey picture. A sum of 50 gradients comes close. (b) Add the squared distance between the
# two saliency maps. Its gradient needs second derivatives, and for a ReLU these are zero almost
# everywhere, so a smooth replacement is used (Ghorbani et al., 2017). (c) Expect the object's
# kind and little of its place.
#
# </details>
