# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Self-supervised learning
#
# Labels are expensive, and pictures are cheap. You train a network on pictures without a single label:
# it learns to recognise two views of one picture. You write the views, the contrastive loss and
# its gradient by hand, watch the training, and then measure what a few labels are worth.
#
# **You need:** the notebooks `softmax`, `convolutional_networks` and `autograd`. **Time (our
# estimate, as are all minutes below):** about four hours.
#
# **If you know the course's notebook:** your answers for `sim`, `simclr_loss_naive`,
# `sim_positive_pairs`, `compute_sim_matrix` and `simclr_loss_vectorized` can be pasted here. They
# run on tensors, ours on arrays; the tests take either for full points. You write the views
# yourself, without torchvision. The network is small and is trained before your eyes, from
# nothing.

# %% tags=["setup"]
import math

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures, pytorch
from cs231n.data import load_shapes10
from cs231n.engine import F, nn, optim, torch
from cs231n.gradcheck import eval_numerical_gradient
from cs231n.nets import viewnet
from cs231n.nets.references import contrastive as reference
from cs231n.nets.references import views
from cs231n.notebook import needs_answers, quick
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
READY = ["reference", "views", "viewnet", "pytorch", "nets", "eval_numerical_gradient"]
READY += ["cosine_similarity", "CosineSimilarity", "cs231n.layers", "scipy"]
#: From red, green and blue to brightness and two axes of colour (NTSC's YIQ).
YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()

# %% [markdown]
# ## 1. Two views of one picture
#
# Labelling ImageNet took years of human work. *Self-supervised learning* makes its own task from
# the pictures. Wu et al. (2018) proposed to treat every picture as a class of its own. Chen et al.
# (2020) proposed *SimCLR*: two random *views* of one picture should have similar features, those of
# different pictures should not. They reported that a linear classifier on such features matched a
# supervised ResNet-50, with a network four times as wide and batches of thousands. How much depends
# on the choice of views is still studied.
#
# After this section you can cut random views out of a whole batch of pictures.
#
# A *view* starts with a *crop*: a box with its top at $t$, left edge at $l$, height $h$ and width
# $w$, in pixels, resized to $S \times S$. The centre of new pixel $(i, j)$ lies at
#
# $$y_i = t + (i + \tfrac12)\,\tfrac hS - \tfrac12, \qquad x_j = l + (j + \tfrac12)\,\tfrac wS - \tfrac12,$$
#
# where whole numbers are centres of old pixels. *Bilinear interpolation* mixes the four pixels
# around it. Positions beyond the outermost centres are moved onto them.

# %% drawing="ssl-views"
drawings.show(
    drawings.view_pairs(),
    "One picture becomes two views by random crops and colours. The same encoder turns each into 96 "
    "features, the same projector turns these into vectors z. The loss asks whether they are alike.",
)

# %% [markdown]
# *No label occurs in this drawing. The projector is thrown away after training.*

# %% drawing="ssl-crop"
drawings.show(
    drawings.crop_grid(),
    "A box with top 0, left 1, height and width 3 in a picture of 4 x 4 pixels, resized to 2 x 2. The "
    "first sample lies at row 0.25 and column 1.25. Its four neighbours 1, 2, 5 and 6 have the weights "
    "0.5625, 0.1875, 0.1875 and 0.0625, and the new pixel is 2.25.",
)

# %% [markdown]
# *The closer a pixel is to the dot, the larger its weight. The four weights add up to 1.*
#
# **Worked example.** The first row of positions, and one mixture along a row:

# %%
left, width, size = 1.0, 3.0, 2
print("columns", [left + (j + 0.5) * width / size - 0.5 for j in range(size)])
row, at = [0.0, 1.0, 2.0, 3.0], 1.25
before, share = int(at), at - int(at)
print("value at 1.25:", row[before] * (1 - share) + row[before + 1] * share)

# %% [markdown]
# **Predict, then check.** A box covers a whole picture of $4 \times 4$ pixels and is resized to
# $4 \times 4$. What changes? And what if it is resized to $2 \times 2$?
#
# <details><summary>Check your prediction</summary>
#
# Nothing changes: the positions are 0, 1, 2 and 3. For $2 \times 2$ they are 0.5 and 2.5, so each
# new pixel is the mean of four. Without the two halves of the formula the positions would be 0
# and 2, and the picture would move by half a pixel.
#
# </details>


# %% answer="ssl-crop" minutes=35 difficulty=3 importance=3
def crop_resize(images, boxes, size=32):
    """Cut a box out of every picture and resize it by bilinear interpolation.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, C)
        Pictures; bytes or floats.
    boxes : ndarray of shape (N, 4)
        Top, left, height and width of each picture's box, in pixels, with fractions.
    size : int
        Height and width of the results.

    Returns
    -------
    crops : ndarray of shape (N, size, size, C), float32
        What lies in the boxes. At most one loop: the tests count.
    """
    crops = None
    ### BEGIN SOLUTION
    x = images.astype(np.float32)
    one = np.arange(len(x))[:, None]
    i, a = _around(boxes[:, 0], boxes[:, 2], size, x.shape[1])
    x = x[one, i] * (1 - a) + x[one, np.minimum(i + 1, x.shape[1] - 1)] * a
    x = x.transpose(0, 2, 1, 3)
    j, b = _around(boxes[:, 1], boxes[:, 3], size, x.shape[1])
    x = x[one, j] * (1 - b) + x[one, np.minimum(j + 1, x.shape[1] - 1)] * b
    crops = x.transpose(0, 2, 1, 3)
    ### END SOLUTION
    return crops


def random_resized_crop(images, size=32, area=(0.25, 1.0), seed=None):
    """Cut a random box out of every picture, resize it, and mirror half of them.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, C)
        Pictures.
    size : int
        Height and width of the results.
    area : tuple of float
        The share of the picture that a box covers is uniform between these.
    seed : int, optional
        Equal seeds give equal crops.

    Returns
    -------
    crops : ndarray of shape (N, size, size, C), float32
        Every picture has a box of its own. The logarithm of width / height is uniform
        between log(3/4) and log(4/3); sides longer than the picture's are cut to it.
        The place is uniform among those where the box lies in the picture. Left and
        right are swapped with probability 1/2.
    """
    crops = None
    ### BEGIN SOLUTION
    draw = np.random.default_rng(seed)
    num, height, width = images.shape[:3]
    share = draw.uniform(*area, num)
    ratio = np.exp(draw.uniform(np.log(3 / 4), np.log(4 / 3), num))
    h = height * np.minimum(np.sqrt(share / ratio), 1)
    w = width * np.minimum(np.sqrt(share * ratio), 1)
    top, left = draw.random(num) * (height - h), draw.random(num) * (width - w)
    crops = crop_resize(images, np.stack([top, left, h, w], axis=1), size)
    mirrored = draw.random(num) < 0.5
    crops[mirrored] = crops[mirrored, :, ::-1]
    ### END SOLUTION
    return crops


### BEGIN SOLUTION
def _around(start, length, size, side):
    at = start[:, None] + (np.arange(size) + 0.5) * length[:, None] / size - 0.5
    at = np.clip(at, 0, side - 1)
    before = at.astype(int)
    return before, (at - before).astype(np.float32)[:, :, None, None]


### END SOLUTION

# %% [markdown] hint="ssl-crop"
# <details><summary>Hint 1: where to look</summary>
#
# Rows and columns do not depend on each other: resize along one axis, then along the other. What
# does the worked example need for each position?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.clip` on the positions, `astype(int)` for the pixel before. An index with a column of
# picture numbers picks other rows from each picture. For the random box: `np.random.default_rng`,
# `uniform`, `np.exp`, and the fact that height times width is the area.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Positions $(N, S)$, clipped. 2. The pixel before, the pixel behind (within the picture), and
# the share. 3. Mix rows, then columns. Random: 1. share and ratio, $N$ of each. 2. $h$ and $w$
# from $hw = $ area and $w/h = $ ratio. 3. A place. 4. Mirror some.
#
# </details>

# %% test="ssl-crop" part="boxes" points=3
image = np.arange(16.0).reshape(1, 4, 4, 1)
found = [
    crop_resize(image, np.array([box]), 2) for box in ([0.0, 0, 4, 4], [0.0, 1, 3, 3])
]
expect(
    all(np.shape(crop) == (1, 2, 2, 1) for crop in found),
    "crop_resize should return an array (N, size, size, C): of one picture of one channel "
    f"and size 2 of shape (1, 2, 2, 1); it has shape {np.shape(found[0])}.",
)
expect_close(
    found[0][0, :, :, 0],
    [[2.5, 4.5], [10.5, 12.5]],
    "a whole picture of 4 x 4, resized to 2 x 2",
    dtype=np.float32,
    hint="The positions are 0.5 and 2.5 along each axis.",
    faults={
        "The two halves of the formula are missing, or pixels are not mixed.": [
            [0.0, 2],
            [8, 10],
        ],
        "The last half of the formula is missing.": [[5.0, 7], [13, 15]],
        "The corners are pinned to the outermost pixels: use the formula's centres.": [
            [0.0, 3],
            [12, 15],
        ],
        "Rows and columns are swapped.": [[2.5, 10.5], [4.5, 12.5]],
    },
)
expect_close(
    found[1][0, :, :, 0],
    [[2.25, 3.75], [8.25, 9.75]],
    "the box of the drawing",
    hint="The first position is row 0.25, column 1.25.",
    faults={
        "Top and left are swapped.": [[5.25, 6.75], [11.25, 12.75]],
        "Pixels are taken without mixing.": [[1.0, 2], [5, 6]],
        "The shares of the two pixels are swapped.": [[4.75, 5.25], [6.75, 7.25]],
    },
)
for n, h, w, c, size in [(3, 6, 9, 3, 4), (2, 5, 4, 1, 11), (4, 8, 7, 2, 1)]:
    image = rng.integers(0, 256, (n, h, w, c)).astype(np.uint8)
    sides = rng.uniform(0.3, 1, (n, 2)) * (h, w)
    boxes = np.concatenate([rng.random((n, 2)) * ((h, w) - sides), sides], axis=1)
    boxes[0] = 0, 0, h, w
    with unchanged(images=image, boxes=boxes):
        found = crop_resize(image, boxes, size)
    expect_close(
        found,
        views.crop_resize(image, boxes, size),
        f"{n} pictures of {h} x {w} with {c} channels, resized to {size}",
        rtol=1e-4,
        atol=1e-2,
        dtype=np.float32,
        hint="Heights belong to rows, widths to columns; clip to the picture's own sides.",
        faults={
            "All pictures have the box of the first one.": views.crop_resize(
                image, np.repeat(boxes[:1], n, axis=0), size
            ),
            "Height and width are swapped.": views.crop_resize(
                image, boxes[:, [0, 1, 3, 2]], size
            ),
            "Top and left are swapped.": views.crop_resize(
                image, boxes[:, [1, 0, 2, 3]], size
            ),
        },
    )
expect_source(crop_resize, loops=1, without=READY)
passed("ssl-crop", "two boxes by hand, bytes, sides that differ, sizes 1, 4 and 11")

# %% test="ssl-crop" part="random" points=3
ruler = views.ruler(3000, 32)
for area, size in [((0.25, 1.0), 16), ((0.1, 0.3), 8)]:
    seed = int(rng.integers(2**31))
    with unchanged(images=ruler):
        found = random_resized_crop(ruler, size, area, seed)
    kind = getattr(found, "dtype", type(found).__name__)
    again = random_resized_crop(ruler, size, area, seed)
    other = random_resized_crop(ruler, size, area, seed + 1)
    expect(
        np.shape(found) == (3000, size, size, 3) and kind == np.float32,
        f"Return float32 of shape {(3000, size, size, 3)}; got {kind} of shape "
        f"{np.shape(found)}.",
    )
    expect(
        np.abs(found[..., 2]).max() < 1e-3,
        "Channels have changed places: left and right are swapped along the columns.",
    )
    expect(np.array_equal(found, again), "Equal seeds should give equal crops.")
    expect(not np.array_equal(found, other), "Other seeds should give other crops.")
    boxes, mirrored = views.read_boxes(found)
    top, left, height, width = boxes.T
    share, ratio = height * width / 1024, np.log(width / height)
    expect(
        share.std() > 1e-3, "All boxes have the same area: draw one for each picture."
    )
    inside = min(top.min(), left.min(), 32 - (top + height).max())
    inside = min(inside, 32 - (left + width).max())
    expect(inside > -0.01, "Some boxes reach beyond the picture.")
    expect(
        share.min() > area[0] - 0.01 and share.max() < area[1] + 0.01,
        f"Shares of the picture should lie in {area}; found {share.min():.2f} to "
        f"{share.max():.2f}. Is it the area that is drawn, not the side, and do the "
        f"sides keep their fractions?",
    )
    shapes = f"found {np.exp(ratio.min()):.2f} to {np.exp(ratio.max()):.2f}"
    expect(ratio.std() > 0.02, "The boxes keep one shape: draw width / height too.")
    expect(
        ratio.min() > np.log(3 / 4) - 0.01 and ratio.max() < np.log(4 / 3) + 0.01,
        f"width / height should lie between 3/4 and 4/3; {shapes}.",
    )
    expect(
        ratio.min() < np.log(3 / 4) + 0.06 and ratio.max() > np.log(4 / 3) - 0.06,
        f"width / height should take all values from 3/4 to 4/3; {shapes}.",
    )
    if area[1] < 0.5:  # no side is cut to the picture's
        expect_close(
            share.mean(),
            np.mean(area),
            "the mean share of the picture",
            rtol=0,
            atol=0.01,
            hint="The area is uniform, not the side.",
        )
        expect(
            abs(ratio.mean()) < 0.018,
            "Boxes are wide more often than tall: the *logarithm* of width / height is "
            "uniform.",
        )
        place = np.array([top / (32 - height), left / (32 - width)])
        expect(
            place.std(axis=1).min() > 0.2,
            "The boxes' places hardly vary: a corner or the centre is no random place.",
        )
        expect(
            np.abs(place.mean(axis=1) - 0.5).max() < 0.05,
            "Places should be uniform among those where the box lies in the picture.",
        )
    expect(mirrored.any(), "No view is mirrored.")
    expect(
        abs(mirrored.mean() - 0.5) < 0.06,
        f"Half of the views should be mirrored; found {mirrored.mean():.0%}. Is it "
        f"left and right that are swapped, each picture by itself?",
    )
expect_source(random_resized_crop, without=READY)
passed(
    "ssl-crop", "3000 boxes read from their crops: area, shape, place, mirror, seeds"
)

# %% [markdown]
# **Further reading**
#
# - Chen et al., *A Simple Framework for Contrastive Learning of Visual Representations*, 2020,
#   [arXiv:2002.05709](https://arxiv.org/abs/2002.05709). Section 2. 15 minutes.
# - Gidaris, Singh and Komodakis, *Unsupervised Representation Learning by Predicting Image
#   Rotations*, 2018, [arXiv:1803.07728](https://arxiv.org/abs/1803.07728). Section 2: another
#   task that needs no labels. 15 minutes.
#
# **Harder (optional, no points).** A picture is a ramp: its value at column $c$ is $ac + b$. Show
# that bilinear interpolation turns every crop of it into the ramp $a x_j + b$, and find the
# exception.
#
# <details><summary>Compare your answer</summary>
#
# Take two neighbours at $c$ and $c + 1$, and the share $f$ of the right one. The mixture is
# $(1-f)(ac + b) + f(a(c+1) + b) = a(c + f) + b$, the ramp at $c + f$. The exceptions are positions
# beyond the outermost centres: moved onto them, they keep the last value. A ramp is a good first
# test of such code, since a shift of half a pixel shows at once.
#
# </details>

# %% [markdown]
# ## 2. Colour
#
# Two crops of one picture have similar colours. Chen et al. (2020) found that networks compare
# histograms of colour if you let them, and learn little else. Changing colours at random closes this
# *shortcut*. In their Figure 5, crop and colour together were better than any other pair of
# changes. The price: features that should know colours, such as those for flowers or birds, may
# lose what they need.
#
# After this section you can change brightness, contrast, saturation and hue of a batch.
#
# In the *YIQ* space a colour has a brightness $Y$ and two axes of colour $I$ and $Q$; the matrix
# `YIQ` of the set-up leads there. With factors $b$ and $s$ and an angle $\theta$,
#
# $$\begin{pmatrix} Y' \\ I' \\ Q' \end{pmatrix} = b \begin{pmatrix} 1 & 0 & 0 \\ 0 & s\cos\theta &
# -s\sin\theta \\ 0 & s\sin\theta & s\cos\theta \end{pmatrix} \begin{pmatrix} Y \\ I \\ Q \end{pmatrix}.$$
#
# Back in red, green and blue, the *contrast* $c$ multiplies every value's distance from the mean
# over all pixels and channels of this picture.

# %% drawing="ssl-hue"
drawings.show(
    drawings.colour_plane(),
    "The plane of I and Q, with grey at its origin. A red pixel is an arrow to I = 89.4, Q = 31.65. An arrow half as "
    "long is the same hue half as saturated; one turned by 60 degrees is another hue of the same saturation.",
)

# %% [markdown]
# *Saturation multiplies the distance from grey. The angle θ turns all colours about it.*
#
# **Worked example.** A red pixel in YIQ, and half as saturated:

# %%
red = np.array([200.0, 50.0, 50.0])
y, i, q = YIQ @ red
print(f"Y {y:.2f}, I {i:.2f}, Q {q:.2f}")
print("half as saturated:", np.round(np.linalg.solve(YIQ, [y, i / 2, q / 2]), 1))

# %% [markdown]
# **Predict, then check.** What do $s = 0$ and $c = 0$ leave of a picture? What does a grey pixel
# become under any $\theta$?
#
# <details><summary>Check your prediction</summary>
#
# With $s = 0$ a grey picture remains, with its brightness. With $c = 0$ all pixels become one and
# the same grey. A grey pixel has $I = Q = 0$, and stays as it is.
#
# </details>


# %% answer="ssl-colour" minutes=30 difficulty=3 importance=3
def adjust_color(images, brightness, contrast, saturation, hue):
    """Change the colours of every picture by numbers of its own.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3)
        Pictures, 0..255.
    brightness, contrast, saturation : ndarray of shape (N,)
        Factors. Contrast comes last.
    hue : ndarray of shape (N,)
        Angles, in radians.

    Returns
    -------
    changed : ndarray of shape (N, H, W, 3), float32
        Pictures; values may leave 0..255.
    """
    changed = None
    ### BEGIN SOLUTION
    num = len(images)
    turn = np.zeros((num, 3, 3))
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = saturation * np.cos(hue)
    turn[:, 2, 1] = saturation * np.sin(hue)
    turn[:, 1, 2] = -turn[:, 2, 1]
    mix = np.linalg.inv(YIQ) @ turn @ YIQ * brightness[:, None, None]
    x = images.reshape(num, -1, 3).astype(np.float32)
    x = x @ mix.transpose(0, 2, 1).astype(np.float32)
    mean = x.mean(axis=(1, 2), keepdims=True)
    x = mean + (x - mean) * contrast[:, None, None].astype(np.float32)
    changed = x.reshape(images.shape)
    ### END SOLUTION
    return changed


def color_distortion(images, strength=1.0, seed=None):
    """Change the colours of every picture at random.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3)
        Pictures, 0..255.
    strength : float
        Multiplies the half-widths below.
    seed : int, optional
        Equal seeds give equal colours.

    Returns
    -------
    changed : ndarray of shape (N, H, W, 3), float32
        Brightness and contrast are uniform in 1 - 0.4 .. 1 + 0.4, saturation in
        1 - 0.8 .. 1 + 0.8, hue in -0.6 .. 0.6, drawn for each picture. With probability
        1/5 a picture is grey instead, at every strength.
    """
    changed = None
    ### BEGIN SOLUTION
    draw, num = np.random.default_rng(seed), len(images)
    brightness = 1 + strength * draw.uniform(-0.4, 0.4, num)
    contrast = 1 + strength * draw.uniform(-0.4, 0.4, num)
    saturation = 1 + strength * draw.uniform(-0.8, 0.8, num)
    saturation = np.where(draw.random(num) < 0.2, 0, saturation)
    hue = strength * draw.uniform(-0.6, 0.6, num)
    changed = adjust_color(images, brightness, contrast, saturation, hue)
    ### END SOLUTION
    return changed


# %% [markdown] hint="ssl-colour"
# <details><summary>Hint 1: where to look</summary>
#
# Three matrices in a row act on each pixel. Multiply them first, once for each picture. Which
# numbers does the mean of the contrast run over?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# An array (N, 3, 3) for the middle matrix, `np.linalg.inv`, and `@` on stacks of matrices. Pixels
# are rows here, so one side needs a transpose.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Fill the middle matrix. 2. To YIQ, through it, back, times $b$. 3. Pixels as rows (N, HW, 3)
# times the transposed matrix. 4. Contrast around one mean per picture. Random: five arrays of $N$
# numbers, one of them decides who is grey.
#
# </details>

# %% test="ssl-colour" part="numbers" points=3
pixels = np.array([[[[200.0, 50, 50], [0, 0, 0]]]])
one, zero = np.ones(1), np.zeros(1)
expect_close(
    adjust_color(pixels, 2 * one, one, one, zero),
    2 * pixels,
    "twice the brightness",
    rtol=1e-4,
    atol=1e-2,
    dtype=np.float32,
    hint="b multiplies all three numbers.",
    faults={
        "Values are cut to 0..255; here they may leave that range.": np.clip(
            2 * pixels, 0, 255
        ),
        "Only Y is multiplied; b belongs to I and Q too.": [
            [[[294.85, 144.85, 144.85], [0, 0, 0]]]
        ],
    },
)
expect_close(
    adjust_color(pixels, one, 0.5 * one, one, zero),
    0.5 * pixels + 25,
    "half the contrast",
    rtol=1e-4,
    atol=1e-2,
    hint="One mean over all pixels and channels of a picture: here 50.",
    faults={
        "Each channel has a mean of its own.": [
            [[[150.0, 37.5, 37.5], [50, 12.5, 12.5]]]
        ],
        "Each pixel has a mean of its own.": [[[[150.0, 75, 75], [0, 0, 0]]]],
        "Contrast shrinks towards 0, not towards the mean.": 0.5 * pixels,
        "The contrast is not changed.": pixels,
    },
)
expect_close(
    adjust_color(pixels, one, one, zero, zero),
    [[[[94.85, 94.85, 94.85], [0, 0, 0]]]],
    "no saturation",
    rtol=1e-3,
    atol=1e-1,
    hint="The brightness Y stays, I and Q go.",
    faults={
        "Grey is the plain mean of the channels: use Y.": [[[[100.0] * 3, [0] * 3]]],
        "The matrices are in the wrong order: first YIQ, last its inverse.": [
            [[[83.385169, 166.212577, 58.843714], [0, 0, 0]]]
        ],
        "Pixels are rows here, so the matrix is on the other side, transposed.": [
            [[[89.7, 176.1, 34.2], [0, 0, 0]]]
        ],
    },
)
for n, h, w in [(3, 4, 5), (5, 1, 2)]:
    images = rng.uniform(0, 255, (n, h, w, 3)).astype(np.float32)
    how = rng.uniform(0.3, 1.7, (3, n))
    hue = rng.uniform(-1.5, 1.5, n)
    with unchanged(images=images):
        found = adjust_color(images, *how, hue)
    alone = views.adjust_color(images, how[0], np.ones(n), how[2], hue)
    strip = alone.reshape(1, n * h, w, 3)  # all pictures below each other
    shared = [
        views.adjust_color(strip, one, how[1, i : i + 1], one, zero)[0, i * h :][:h]
        for i in range(n)
    ]
    expect_close(
        found,
        views.adjust_color(images, *how, hue),
        f"{n} pictures with all four changes",
        rtol=1e-3,
        atol=0.1,
        dtype=np.float32,
        hint="Order: to YIQ, saturation and hue, back, brightness, and contrast last.",
        faults={
            "Hue turns the other way.": views.adjust_color(images, *how, -hue),
            "The hue is not turned.": views.adjust_color(images, *how, 0 * hue),
            "Angles are in radians, not in degrees.": views.adjust_color(
                images, *how, np.deg2rad(hue)
            ),
            "Contrast is changed first; it comes last.": views.adjust_color(
                views.adjust_color(images, np.ones(n), how[1], np.ones(n), 0 * hue),
                how[0],
                np.ones(n),
                how[2],
                hue,
            ),
            "All pictures have the numbers of the first one.": views.adjust_color(
                images, *np.repeat(how[:, :1], n, axis=1), np.repeat(hue[:1], n)
            ),
            "The contrast is not changed.": alone,
            "All pictures share one mean: each has its own.": np.stack(shared),
            "Saturation and contrast are swapped.": views.adjust_color(
                images, how[0], how[2], how[1], hue
            ),
        },
    )
expect_source(adjust_color, without=READY)
passed("ssl-colour", "three pixels by hand, random pictures with all four changes")

# %% test="ssl-colour" part="random" points=2
swatches = views.swatches(4000)
for strength in (1.0, 0.5):
    seed = int(rng.integers(2**31))
    with unchanged(images=swatches):
        found = color_distortion(swatches, strength, seed)
    kind = getattr(found, "dtype", type(found).__name__)
    expect(
        np.shape(found) == swatches.shape and kind == np.float32,
        f"Return float32 of shape {swatches.shape}; got {kind} of shape "
        f"{np.shape(found)}.",
    )
    again = color_distortion(swatches, strength, seed)
    expect(np.array_equal(found, again), "Equal seeds should give equal colours.")
    other = color_distortion(swatches, strength, seed + 1)
    expect(not np.array_equal(found, other), "Other seeds should give other colours.")
    read = views.read_colours(found)
    grey = read["saturation"] < 1e-3
    expect(
        grey.any() and not grey.all(),
        f"{'All pictures are' if grey.any() else 'No picture is'} grey: each should be with "
        f"probability 1/5, whatever the others are.",
    )
    expect(
        abs(grey.mean() - 0.2) < 0.04,
        f"One picture in five should be grey at strength {strength}; found "
        f"{grey.mean():.0%}.",
    )
    middle = {"brightness": 1, "contrast": 1, "saturation": 1, "hue": 0}
    width = {"brightness": 0.4, "contrast": 0.4, "saturation": 0.8, "hue": 0.6}
    for name, centre in middle.items():
        values = read[name][~grey]
        expect(
            values.std() > 1e-3,
            f"All pictures have the same {name}: draw {name} N times.",
        )
        reach = strength * width[name]
        expect(
            np.abs(values - centre).max() < reach + 0.02,
            f"The {name} goes too far: at strength {strength} it should stay within "
            f"{reach:g} of {centre}.",
        )
        expect_close(
            values.std(),
            reach / 3**0.5,
            f"the standard deviation of {name} at strength {strength}",
            rtol=0.08,
            hint="Uniform numbers between the two bounds.",
            faults={
                f"The bounds of {name} are those of {other}.": strength * half / 3**0.5
                for other, half in width.items()
                if half != width[name]
            },
        )
    pairs = np.corrcoef([read[name][~grey] for name in middle]) - np.eye(4)
    expect(np.abs(pairs).max() < 0.15, "Draw the four numbers independently.")
expect_source(color_distortion, without=READY)
passed(
    "ssl-colour", "4000 changes read from their colours, two strengths, greys, seeds"
)

# %% [markdown]
# **Experiment: pairs.** Eight pictures, and below each two of its views. Here and in training, crops
# are resized to 24 x 24 pixels, not to 32 x 32. A crop that is resized to the picture's own size
# enlarges what it shows; 24 pixels take that back on average. So objects are as large in training as
# in whole pictures later (Touvron et al., 2019), and a step costs half.

# %% tags=["experiment"]
data = load_shapes10(*((600, 200) if quick() else (10_000, 2000)), dtype=np.uint8)


def view(images, seed, crop=True, strength=1.0):
    """Return one view of every picture, made by your functions."""
    x = images.astype(np.float32)
    x = random_resized_crop(x, 24, seed=2 * seed) if crop else x
    return color_distortion(x, strength, 2 * seed + 1) if strength else x


with needs_answers():
    rows = [data.X_train[:8], view(data.X_train[:8], 1), view(data.X_train[:8], 2)]
    fig, axes = plt.subplots(3, 8, figsize=(8, 3.2), layout="constrained")
    for line, pictures in zip(axes, rows, strict=True):
        for ax, picture in zip(line, pictures, strict=True):
            ax.imshow(np.clip(picture, 0, 255).astype(np.uint8))
            ax.axis("off")
    plt.show()

# %% [markdown]
# *Top: pictures. Below: two views of each. Could you tell which views belong together?*

# %% [markdown] question="ssl-shortcut" points=3 minutes=12
# **Question 1 (3 points).** A student leaves out the colours to save time. After 100 steps her
# contrastive loss stands at 2.1; her colleague, who changes colours too, has 3.8. She concludes: "A
# lower loss means better features. Colour changes only make the task harder." Explain how the loss can be lower while the features are worse. Name a measurement that
# decides, and one kind of task for which her features might be the better ones.

# %% [markdown] marking="ssl-shortcut"
# Both views of a picture share their colours, so a histogram of colour tells pairs from other
# pictures: a shortcut that solves the task without shapes. The loss measures how well views are
# matched, not what the features know. Losses under different views are different tasks and cannot be
# compared. Measurement: accuracy of a linear probe (or kNN) on the features with labels, for both
# networks, on the same held-out pictures. Tasks that need colour: flowers or birds that differ by
# colour alone, ripeness of fruit.
#
# *Marking:* 1 for the shortcut named with its mechanism. 1 for probe or kNN on labels (0.5 for
# "look at the neighbours of some pictures"). 1 for a task with colour. "She overfits" alone earns
# nothing.

# %% [markdown]
# **Further reading**
#
# - Chen et al., 2020, [arXiv:2002.05709](https://arxiv.org/abs/2002.05709). Section 3.1, with
#   Figures 5 and 6: which changes matter. 10 minutes.
# - Xiao et al., *What Should Not Be Contrastive in Contrastive Learning*, 2021,
#   [arXiv:2008.05659](https://arxiv.org/abs/2008.05659). Sections 1 and 3: features that are told
#   not to ignore colour. 20 minutes.
#
# **Harder (optional, no points).** Does it matter whether brightness or contrast comes first? And
# is a turn of the hue by 20° and then by 30° the same as one by 50°? Assume that no value is cut
# off.
#
# <details><summary>Compare your answer</summary>
#
# Neither matters. With the mean $m$, contrast first gives $b\,(m + c(v - m))$, and brightness
# first $bm + c(bv - bm)$, the same. Two turns in the plane of $I$ and $Q$ add their angles. Where
# values are cut off to 0 to 255 after each step, as many libraries do, the order matters, and
# these draw it at random.
#
# </details>

# %% [markdown]
# ## 3. The contrastive loss, with loops
#
# Which vectors are alike? If the loss used dot products, a network could grow its vectors without
# end. *Cosine similarity* looks at directions alone. Sohn (2016) and van den Oord et al. (2018)
# proposed losses that pick the right partner among many; Chen et al. (2020) normalised the vectors
# and divided by a *temperature*. They called it *NT-Xent*, the normalised temperature-scaled
# cross-entropy.
#
# After this section you can compute this loss from two views of $N$ pictures.
#
# Let $z_1 \dots z_N$ come from the left views and $z_{N+1} \dots z_{2N}$ from the right ones. Rows $k$
# and $k + N$ are a *positive pair*; all other rows are *negatives*. The loss of view $i$ with
# partner $j$, and the loss of the batch, are
#
# $$\ell(i, j) = -\log \frac{\exp(s_{ij}/\tau)}{\sum_{k \ne i} \exp(s_{ik}/\tau)}, \qquad
# s_{ij} = \frac{z_i \cdot z_j}{\lVert z_i \rVert \lVert z_j \rVert}, \qquad
# L = \frac{1}{2N} \sum_{k=1}^{N} \big(\ell(k, k+N) + \ell(k+N, k)\big).$$

# %% drawing="ssl-pairs"
drawings.show(
    drawings.pair_matrix(),
    "A 6 x 6 matrix of similarities for three pictures, left views L0 to L2 and right views R0 to R2. "
    "The diagonal is left out. In each row one entry, three places away, is the pair; the other four are "
    "negatives.",
)

# %% [markdown]
# *Each row is a softmax classifier with five choices. Its correct class is the entry with a plus.*
#
# **Worked example.** One row with two negatives, at two temperatures:

# %%
positive, negatives = 0.6, [0.0, -0.8]
for tau in (0.1, 1.0):
    total = sum(math.exp(s / tau) for s in [positive, *negatives])
    print(f"tau {tau}: loss {-math.log(math.exp(positive / tau) / total):.4f}")

# %% [markdown]
# **Predict, then check.** A network maps every picture to the same vector. What is the loss for
# $N = 128$? Does it depend on $\tau$?
#
# <details><summary>Check your prediction</summary>
#
# All similarities are 1, so each view has the probability $1/255$ and $L = \log 255 \approx 5.54$,
# at every temperature. A training that stays at this number has *collapsed*.
#
# </details>


# %% answer="ssl-sim" minutes=5 difficulty=1 importance=3
def sim(z_i, z_j):
    """Compute the cosine similarity of two vectors.

    Parameters
    ----------
    z_i, z_j : ndarray or Tensor of shape (D,)
        Vectors, not 0.

    Returns
    -------
    similarity : float
        From -1 to 1; of tensors a scalar tensor.
    """
    similarity = None
    ### BEGIN SOLUTION
    similarity = z_i @ z_j / (np.linalg.norm(z_i) * np.linalg.norm(z_j))
    ### END SOLUTION
    return similarity


# %% [markdown] hint="ssl-sim"
# <details><summary>Hint 1: where to look</summary>
#
# The middle one of the three equations.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `@` and `np.linalg.norm`; with tensors `torch.dot` and `torch.linalg.norm`.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# For $(3, 4)$ and $(4, 3)$ the dot product is 24, and both lengths are 5.
#
# </details>

# %% test="ssl-sim" points=1
expect_close(
    pytorch.evaluate(sim, np.array([3.0, 4]), np.array([4.0, 3])),
    0.96,
    "the similarity of (3, 4) and (4, 3)",
    hint="Divide by both lengths.",
    faults={
        "It is the dot product: the lengths are missing.": 24.0,
        "Only one of the lengths is divided by.": 4.8,
        "The lengths are squared.": 24 / 625,
        "It is a distance; a similarity is 1 for equal directions.": 2**0.5,
        "It is one minus the similarity.": 0.04,
        "The vectors are divided by their largest numbers, not by their lengths.": 1.5,
    },
)
expect_close(
    pytorch.evaluate(sim, np.array([3.0, 4]), np.array([-4.0, -3])),
    -0.96,
    "the similarity of (3, 4) and (-4, -3)",
    faults={"The sign is lost: a similarity runs from -1 to 1.": 0.96},
)
for d in (1, 2, 7):
    a, b = rng.standard_normal((2, d))
    right = reference.positive_pairs(a[None], b[None])[0, 0]
    for scale in (1.0, 30.0):
        with unchanged(z_i=a, z_j=b):
            found = pytorch.evaluate(sim, scale * a, b)
        expect_close(found, right, f"vectors of {d} numbers, one times {scale:g}")
expect_source(sim, without=READY)
passed("ssl-sim", "two pairs by hand, vectors of three sizes and any length")

# %% [markdown]
# **Predict, then check.** A batch has $N = 3$ pictures. How many terms does the sum below the
# fraction have? How many similarities do all the fractions of the batch need, and how many of
# these are different?
#
# <details><summary>Check your prediction</summary>
#
# Five terms: every view but the one itself, its partner among them. Six views need 30
# similarities. Since $s_{ij} = s_{ji}$, only 15 are different.
#
# </details>


# %% answer="ssl-naive" minutes=20 difficulty=2 importance=3
def simclr_loss_naive(out_left, out_right, tau):
    """Compute the contrastive loss, with loops.

    Parameters
    ----------
    out_left, out_right : ndarray or Tensor of shape (N, D)
        Rows k of the two are a positive pair.
    tau : float
        Temperature.

    Returns
    -------
    loss : float
        The mean over all 2 N views; of tensors a scalar tensor.
    """
    loss = None
    ### BEGIN SOLUTION
    out, num = [*out_left, *out_right], len(out_left)
    total = 0.0
    for i in range(2 * num):
        partner = (i + num) % (2 * num)
        others = [sim(out[i], out[k]) / tau for k in range(2 * num) if k != i]
        total += np.log(np.sum(np.exp(others))) - sim(out[i], out[partner]) / tau
    loss = total / (2 * num)
    ### END SOLUTION
    return loss


# %% [markdown] hint="ssl-naive"
# <details><summary>Hint 1: where to look</summary>
#
# Put the two halves below each other, as in the drawing. Which row is the partner of row $k$, and
# of row $k + N$? Which one entry is left out of a row's sum?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Your `sim`, `np.exp` and `np.log` (`torch.cat`, `torch.exp` and `torch.log` for tensors). Two loops
# over all views.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# For each of the $2N$ views: 1. the sum over all others, the partner included; 2. the partner's
# share of it; 3. minus its logarithm, added up. At the end divide by the number of views.
#
# </details>

# %% test="ssl-naive" points=3
left, right = np.array([[1.0, 0], [0, 2]]), np.array([[3.0, 4], [-4, 3]])
faults = {
    "Each view is counted among its own others: leave out k = i.": 1.445305594,
    "The loss is a sum over views, not a mean.": 2.672160807,
    "The sum over 2 N views is divided by N.": 1.336080403,
    "The positive pair is missing in the denominator.": -0.216099259,
    "The temperature is missing.": 0.802078672,
    "The similarity is multiplied by tau, not divided.": 0.925613368,
    "Each view is compared with the other side only; its own side has negatives too.": 0.486024039,
    "The pairs are wrong: k belongs to k + N.": 1.868040202,
    "The sign is turned round.": -0.668040202,
}
expect_close(
    pytorch.evaluate(simclr_loss_naive, left, right, 0.5),
    0.668040202,
    "the loss of two pictures",
    rtol=1e-5,
    hint="Four views: each has one positive and two negatives.",
    faults=faults,
)
for n, d, tau in [(1, 3, 1.0), (3, 4, 0.2), (5, 2, 5.0)]:
    left, right = rng.standard_normal((2, n, d))
    with unchanged(out_left=left, out_right=right):
        found = pytorch.evaluate(simclr_loss_naive, left, right, tau)
    expect_close(
        found,
        reference.nt_xent(left, right, tau)[0],
        f"the loss for N = {n}, D = {d}, tau = {tau}",
        rtol=1e-5,
        atol=1e-7,
        hint="Both directions of each pair count.",
    )
expect_source(simclr_loss_naive, without=READY)
passed("ssl-naive", "two pictures by hand, three batches with other temperatures")

# %% [markdown]
# **Further reading**
#
# - Oord, Li and Vinyals, *Representation Learning with Contrastive Predictive Coding*, 2018,
#   [arXiv:1807.03748](https://arxiv.org/abs/1807.03748). Section 2.3. 10 minutes.
# - Wang and Liu, *Understanding the Behaviour of Contrastive Loss*, 2021,
#   [arXiv:2012.09740](https://arxiv.org/abs/2012.09740). Section 3: what the temperature does.
#   20 minutes.
#
# **Harder (optional, no points).** What becomes of $\tau\,\ell(i, j)$ as $\tau \to 0$? Look at a
# view whose partner is the most similar of all, and at one whose partner is not.
#
# <details><summary>Compare your answer</summary>
#
# The sum tends to its largest term alone, so $\tau\,\ell(i,j) \to \max_{k \ne i} s_{ik} -
# s_{ij}$. That is 0 if the partner is ahead, and else the lead of the nearest negative. A small
# temperature looks at the hardest negative only, a large one at all of them alike.
#
# </details>

# %% [markdown]
# ## 4. One matrix
#
# For 256 views the loops compute 65,000 similarities one by one, in each step of training. All of
# them together are one matrix product. Large batches have been the price of this loss from the
# start: Chen et al. (2020) used up to 8192 pictures, since more negatives helped.
#
# After this section you can compute all similarities, and the loss, without a loop.
#
# With the rows of $U$ of length 1, one product holds every $s_{ij}$:
#
# $$S = U U^\top, \qquad S_{ij} = s_{ij} .$$
#
# Counted from 0, the partner of row $i$ stands in column $(i + N) \bmod 2N$.

# %% drawing="ssl-one-matrix"
drawings.show(
    drawings.pair_matrix(num=2),
    "A 4 x 4 matrix of similarities for two pictures, left views L0 and L1, right views R0 and R1. The "
    "diagonal is left out. In each row one entry, two places away, is the pair; the other two are negatives.",
)

# %% [markdown]
# *Two pictures: rows 0 and 1 have their partners in columns 2 and 3, rows 2 and 3 in columns 0 and 1.*
#
# **Worked example.** Lengths that divide whole rows, and the diagonal of a matrix:

# %%
out = np.array([[3.0, 4], [0, 2]])
print("lengths", np.linalg.norm(out, axis=1, keepdims=True).ravel())
print("without the diagonal:\n", np.ones((3, 3)) - np.eye(3))

# %% [markdown]
# **Predict, then check.** With $N = 3$, in which columns do the rows 0 to 5 have their partners?
#
# <details><summary>Check your prediction</summary>
#
# In 3, 4, 5, 0, 1, 2: compare the plus signs of the drawing.
#
# </details>


# %% answer="ssl-matrix" minutes=25 difficulty=3 importance=3
def sim_positive_pairs(out_left, out_right):
    """Compute the cosine similarity of each positive pair, without a loop.

    Parameters
    ----------
    out_left, out_right : ndarray or Tensor of shape (N, D)
        Rows k of the two are a positive pair.

    Returns
    -------
    pos_pairs : ndarray or Tensor of shape (N, 1)
        Similarities.
    """
    pos_pairs = None
    ### BEGIN SOLUTION
    left, right = _unit(out_left), _unit(out_right)
    pos_pairs = np.sum(left * right, axis=1, keepdims=True)
    ### END SOLUTION
    return pos_pairs


def compute_sim_matrix(out):
    """Compute the cosine similarity of all pairs of rows, without a loop.

    Parameters
    ----------
    out : ndarray or Tensor of shape (2N, D)
        All views.

    Returns
    -------
    sim_matrix : ndarray or Tensor of shape (2N, 2N)
        Similarities.
    """
    sim_matrix = None
    ### BEGIN SOLUTION
    unit = _unit(out)
    sim_matrix = unit @ unit.T
    ### END SOLUTION
    return sim_matrix


def simclr_loss_vectorized(out_left, out_right, tau, device="cpu"):
    """Compute the contrastive loss without a loop.

    Parameters
    ----------
    out_left, out_right : ndarray or Tensor of shape (N, D)
        Rows k of the two are a positive pair.
    tau : float
        Temperature.
    device : str
        Where new tensors should lie; arrays do without.

    Returns
    -------
    loss : float
        As simclr_loss_naive has it.
    """
    loss = None
    ### BEGIN SOLUTION
    num = len(out_left)
    matrix = compute_sim_matrix(np.concatenate([out_left, out_right]))
    terms = np.exp(matrix / tau) * (1 - np.eye(2 * num))
    pairs = sim_positive_pairs(out_left, out_right).ravel() / tau
    loss = np.mean(np.log(terms.sum(axis=1))) - np.mean(pairs)
    ### END SOLUTION
    return loss


### BEGIN SOLUTION
def _unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


### END SOLUTION

# %% [markdown] hint="ssl-matrix"
# <details><summary>Hint 1: where to look</summary>
#
# All three begin with rows of length 1. What does the loss need of the matrix in each row: one
# entry and one sum. Which entry may not be in the sum?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `keepdims=True` for lengths that divide rows, `np.eye` for the diagonal, `np.concatenate`. With
# tensors: `torch.cat`, `torch.eye`, `torch.exp`, `masked_select`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. The matrix of all views. 2. Exponentials of it over $\tau$, zero on the diagonal. 3. Sums of
# rows. 4. The pairs' similarities count twice, since each pair has two rows. 5. The mean of minus
# the logarithms.
#
# </details>

# %% test="ssl-matrix" part="similarities" points=2
left, right = np.array([[1.0, 0], [0, 2]]), np.array([[3.0, 4], [-4, 3]])
expect_close(
    pytorch.evaluate(sim_positive_pairs, left, right),
    [[0.6], [0.6]],
    "the similarities of two pairs",
    shape_hint="One row for each pair, one column.",
    hint="Rows of length 1, products, a sum along each row.",
    faults={
        "The lengths are missing.": [[3.0], [6.0]],
        "Only the right rows have length 1.": [[0.6], [1.2]],
        "The length is that of the whole matrix, not of each row.": [
            [0.18973666],
            [0.37947332],
        ],
    },
)
expect_close(
    pytorch.evaluate(compute_sim_matrix, np.concatenate([left, right])),
    [[1, 0, 0.6, -0.8], [0, 1, 0.8, 0.6], [0.6, 0.8, 1, 0], [-0.8, 0.6, 0, 1]],
    "all similarities of four views",
    hint="Rows of length 1, times their transpose.",
    faults={
        "The lengths are missing.": [
            [1.0, 0, 3, -4],
            [0, 4, 8, 6],
            [3, 8, 25, 0],
            [-4, 6, 0, 25],
        ],
        "The lengths are those of columns, not of rows.": [
            [0.03846154, 0.0, 0.11538462, -0.15384615],
            [0.0, 0.13793103, 0.27586207, 0.20689655],
            [0.11538462, 0.27586207, 0.89787798, -0.04774536],
            [-0.15384615, 0.20689655, -0.04774536, 0.92572944],
        ],
    },
)
for n, d in [(1, 3), (4, 2), (3, 6)]:
    left, right = rng.standard_normal((2, n, d)).astype(np.float32)
    with unchanged(out_left=left, out_right=right):
        found = pytorch.evaluate(sim_positive_pairs, left, right)
        matrix = pytorch.evaluate(compute_sim_matrix, left)
    expect_close(
        found,
        reference.positive_pairs(left, right),
        f"pairs for N = {n}, D = {d}",
        rtol=1e-4,
        atol=1e-5,
        hint="Lengths are those of rows.",
    )
    expect_close(
        matrix,
        reference.similarities(left),
        f"the matrix for {n} rows of {d}",
        rtol=1e-4,
        atol=1e-5,
        hint="Lengths are those of rows.",
    )
expect_source(sim_positive_pairs, loops=0, without=READY)
expect_source(compute_sim_matrix, loops=0, without=READY)
passed("ssl-matrix", "pairs and matrix: a case by hand, three shapes, no loop")

# %% test="ssl-matrix" part="loss" points=3
left, right = np.array([[1.0, 0], [0, 2]]), np.array([[3.0, 4], [-4, 3]])
faults = {
    "The diagonal is still in the sums.": 1.445305594,
    "The loss is a sum over views, not a mean.": 2.672160807,
    "The sum over 2 N views is divided by N.": 1.336080403,
    "The positive pair is missing in the denominator.": -0.216099259,
    "The temperature is missing.": 0.802078672,
    "The similarity is multiplied by tau, not divided.": 0.925613368,
    "Each view is compared with the other side only; its own side has negatives too.": 0.486024039,
    "The pairs are wrong: k belongs to k + N.": 1.868040202,
    "The sign is turned round.": -0.668040202,
    "The pairs' part is too small: it has tau too, and pairs count for both rows.": 1.268040202,
    "The diagonal should be 0 after the exponential, not before it.": 0.81913809,
}
expect_close(
    pytorch.evaluate(simclr_loss_vectorized, left, right, 0.5, device="cpu"),
    0.668040202,
    "the loss of two pictures",
    rtol=1e-5,
    hint="It should agree with simclr_loss_naive.",
    faults=faults,
)
for n, d, tau in [(1, 3, 1.0), (6, 4, 0.2), (20, 8, 5.0)]:
    left, right = rng.standard_normal((2, n, d))
    with unchanged(out_left=left, out_right=right):
        found = pytorch.evaluate(simclr_loss_vectorized, left, right, tau, device="cpu")
    expect_close(
        found,
        reference.nt_xent(left, right, tau)[0],
        f"the loss for N = {n}, D = {d}, tau = {tau}",
        rtol=1e-5,
        atol=1e-7,
        hint="It should agree with simclr_loss_naive.",
    )
expect_source(simclr_loss_vectorized, loops=0, without=READY)
passed("ssl-matrix", "the loss: a case by hand, batches up to 20 pictures, no loop")

# %% [markdown]
# **Further reading**
#
# - Chen et al., 2020, [arXiv:2002.05709](https://arxiv.org/abs/2002.05709). Section 5.2: batch
#   sizes. 5 minutes.
# - He et al., *Momentum Contrast for Unsupervised Visual Representation Learning*, 2020,
#   [arXiv:1911.05722](https://arxiv.org/abs/1911.05722). Section 3: a queue of negatives in place
#   of large batches. 20 minutes.
#
# **Harder (optional, no points).** How large is $S$ in float32 for a batch of 8192 pictures? How
# would you compute the loss of such a batch without ever holding $S$?
#
# <details><summary>Compare your answer</summary>
#
# 16,384 rows squared times 4 bytes: 1 GiB. Take a block of rows at a time. The loss of a row
# needs its own similarities only, so each block gives its rows' losses and is thrown away. The
# work stays the same; the memory is that of one block.
#
# </details>

# %% [markdown]
# ## 5. The gradient by hand
#
# What does the loss do to a vector? Wang and Isola (2020) described two forces: *alignment* pulls
# the two views of a picture together, *uniformity* spreads all vectors over the sphere. In their
# experiments better features came with more of both. The gradient shows the forces one by one, and
# the temperature decides how much the nearest negatives count.
#
# After this section you can carry the loss back to the vectors that come out of a network.
#
# Call $P$ the softmax of $S/\tau$ along rows, with a diagonal of 0, and $Y$ the matrix with a 1 at
# each partner. The cross-entropy has the gradient
#
# $$G = \frac{\partial L}{\partial S} = \frac{P - Y}{2N\tau} .$$
#
# Then two steps are left: $S = UU^\top$, and $u_i = z_i / \lVert z_i \rVert$.

# %% drawing="ssl-forces"
drawings.show(
    drawings.pull_push(),
    "Four unit vectors on a circle. A dashed arrow moves one of them along the circle towards its other "
    "view and away from a near vector of another picture. A vector on the far side hardly matters.",
)

# %% [markdown]
# *The dashed step is minus the gradient. It has no part along the vector, since length does not
# count.*
#
# **Worked example.** The derivative of a normalised vector, checked numerically:

# %%
z, upstream, step = np.array([3.0, 4.0]), np.array([1.0, 0.0]), 1e-6
for k in range(2):
    up, down = (
        upstream @ (moved / np.linalg.norm(moved))
        for moved in (z + s * step * np.eye(2)[k] for s in (1, -1))
    )
    print(f"derivative by z[{k}]: {(up - down) / (2 * step):+.4f}")
print("along z:", round(3 * 0.128 + 4 * -0.096, 6))

# %% [markdown]
# **Predict, then check.** You double all $z$. How do loss and gradient change?
#
# <details><summary>Check your prediction</summary>
#
# The loss stays, since directions stay. The gradient halves: twice the vector needs twice the step
# for the same change of direction.
#
# </details>


# %% answer="ssl-gradient" minutes=45 difficulty=4 importance=3
def simclr_gradient(out_left, out_right, tau):
    """Compute the contrastive loss and its gradients, in NumPy.

    Parameters
    ----------
    out_left, out_right : ndarray of shape (N, D)
        Rows k of the two are a positive pair.
    tau : float
        Temperature; similarities over tau may be as large as 1000.

    Returns
    -------
    loss : float
        As simclr_loss_naive has it.
    dleft, dright : ndarray of shape (N, D)
        Gradients.
    """
    loss, dleft, dright = None, None, None
    ### BEGIN SOLUTION
    num = len(out_left)
    out = np.concatenate([out_left, out_right])
    length = np.sqrt(np.sum(out**2, axis=1, keepdims=True))
    unit = out / length
    rows = np.arange(2 * num)
    partner = (rows + num) % (2 * num)
    logits = unit @ unit.T / tau
    logits[rows, rows] = -np.inf
    logits = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(logits)
    total = p.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(total[:, 0]) - logits[rows, partner])
    p = p / total
    p[rows, partner] -= 1
    dsim = p / (2 * num * tau)
    dunit = (dsim + dsim.T) @ unit
    dout = (dunit - unit * np.sum(dunit * unit, axis=1, keepdims=True)) / length
    dleft, dright = dout[:num], dout[num:]
    ### END SOLUTION
    return loss, dleft, dright


# %% [markdown] hint="ssl-gradient"
# <details><summary>Hint 1: where to look</summary>
#
# Three steps backwards: softmax, product, normalisation. In $S = UU^\top$ each $u_i$ stands in a row
# *and* in a column. What happens to the gradients of a value that is used twice?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The softmax gradient of `softmax`, with each row's maximum taken off first and `-np.inf` on the
# diagonal. For the normalisation: take off the part along $u$, then divide by the length.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# From $S_{ij} = u_i \cdot u_j$: $u_i$ receives $G_{ij} u_j$ and $G_{ji} u_j$, for all $j$. For $u = z/\lVert z \rVert$ an upstream gradient $g$ becomes
# $(g - (g \cdot u)\,u)/\lVert z \rVert$: with $z = (3, 4)$ and $g = (1, 0)$ that is
# $(0.128, -0.096)$.
#
# </details>

# %% test="ssl-gradient" points=5
left, right = np.array([[1.0, 0], [0, 2]]), np.array([[3.0, 4], [-4, 3]])
loss, dleft, dright = expect_tuple(
    simclr_gradient(left, right, 0.5), "loss", "dleft", "dright"
)
expect_close(loss, 0.668040202, "the loss of two pictures", rtol=1e-5)
expect_close(
    dleft,
    [[0, -0.171823135], [0.424033015, 0]],
    "dleft of two pictures",
    rtol=1e-5,
    hint="Softmax, product, normalisation, in this order.",
    faults={
        "Each vector stands in a row and in a column of S: only the row was counted.": [
            [0, 0.017649295],
            [0.235471388, 0],
        ],
        "S is not symmetric in its gradient: add the transpose, do not double.": [
            [0, 0.03529859],
            [0.470942776, 0],
        ],
        "The temperature is missing in the gradient.": [
            [0, -0.085911567],
            [0.212016507, 0],
        ],
        "The gradient is not divided by the number of views.": [
            [0, -0.687292539],
            [1.69613206, 0],
        ],
        "The gradient is divided by N; the mean runs over 2 N views.": [
            [0, -0.34364627],
            [0.84806603, 0],
        ],
        "The part along the vector is still in the gradient.": [
            [-0.308043702, -0.171823135],
            [0.424033015, 0.077487639],
        ],
        "The normalisation is missing in the gradient.": [
            [-0.308043702, -0.171823135],
            [0.84806603, 0.154975279],
        ],
        "The gradient is not divided by the vectors' lengths.": [
            [0, -0.171823135],
            [0.84806603, 0],
        ],
        "The partners' 1 is missing in the gradient.": [
            [0, 0.628176865],
            [0.024033015, 0],
        ],
        "The sign is turned round.": [[0, 0.171823135], [-0.424033015, 0]],
        "dleft and dright are swapped.": [
            [-0.135690556, 0.101767917],
            [-0.020618776, -0.027491702],
        ],
    },
)
for n, d, tau in [(1, 3, 1.0), (4, 5, 0.2), (6, 3, 0.001)]:
    left, right = rng.standard_normal((2, n, d))
    expected = reference.nt_xent(left, right, tau)
    with unchanged(out_left=left, out_right=right), np.errstate(all="ignore"):
        found = expect_tuple(
            simclr_gradient(left, right, tau), "loss", "dleft", "dright"
        )
    for name, got, wanted in zip(
        ("loss", "dleft", "dright"), found, expected, strict=True
    ):
        expect_close(
            got,
            wanted,
            f"{name} for N = {n}, D = {d}, tau = {tau}",
            rtol=1e-5,
            atol=1e-8,
            hint="If inf or NaN came: take each row's maximum off before exp.",
        )
axes = np.linalg.qr(rng.standard_normal((3, 3)))[0]  # one pair alike, one opposite
left, right = axes[:2], axes[:2] * ((2.0,), (-3.0,))
with np.errstate(all="ignore"):
    found = simclr_gradient(left, right, 0.001)[0]
expect_close(
    found,
    reference.nt_xent(left, right, 0.001)[0],
    "the loss of rows whose largest numbers are 1000 and 0",
    rtol=1e-5,
    hint="Each row has a maximum of its own: take off that one.",
)
left, right = rng.standard_normal((2, 3, 4)).astype(np.float32)
_, dleft, dright = simclr_gradient(left, right, 0.5)
expect(
    dleft.dtype == dright.dtype == np.float32,
    f"Gradients of float32 should be float32; got {dleft.dtype} and {dright.dtype}.",
)
expect_source(simclr_gradient, loops=0, without=READY)
passed(
    "ssl-gradient", "a case by hand, three batches, similarities up to 1000, float32"
)

# %% [markdown]
# **Check it yourself.** A gradient check compares your gradient with finite differences.

# %% tags=["experiment"]
with needs_answers():
    draw = np.random.default_rng(0)
    left, right = draw.standard_normal((2, 4, 3))
    _, dleft, dright = simclr_gradient(left, right, 0.3)
    for name, array, grad in (("left", left, dleft), ("right", right, dright)):
        numeric = eval_numerical_gradient(
            lambda _: simclr_loss_vectorized(left, right, 0.3), array
        )
        gap = np.abs(numeric - grad).max() / np.abs(grad).max()
        print(f"d{name}: largest relative difference {gap:.1e}")

# %% [markdown]
# **Further reading**
#
# - Wang and Isola, *Understanding Contrastive Representation Learning through Alignment and
#   Uniformity on the Hypersphere*, 2020, [arXiv:2005.10242](https://arxiv.org/abs/2005.10242).
#   Sections 3 and 4. 25 minutes.
#
# **Harder (optional, no points).** A step of gradient descent moves $z_i$ by $-\eta\,\partial
# L/\partial z_i$. Show that $z_i$ can only get longer by it. What does that do to later steps?
#
# <details><summary>Compare your answer</summary>
#
# The gradient is orthogonal to $z_i$, since the loss does not depend on the length. By Pythagoras
# $\lVert z_i - \eta g\rVert^2 = \lVert z_i\rVert^2 + \eta^2 \lVert g\rVert^2$. A longer vector
# has a smaller gradient, as you predicted, so the steps slow down by themselves. In a network the
# weights move, not the vectors, so this holds only roughly there.
#
# </details>

# %% [markdown]
# ## 6. Training, watched by neighbours
#
# A contrastive loss says little about what features are good for: it measures the task that you
# made up. Wu et al. (2018) watched training by a *weighted k-nearest-neighbour classifier* on the
# features. It has nothing to train and takes a second. They used $k = 200$ and $\tau = 0.07$. Labels
# serve to measure here; no gradient comes from them.
#
# After this section you can follow a self-supervised training without trusting its loss.
#
# Let $\mathcal N_k$ be the $k$ stored features that are most similar to a query $f$. Class $c$
# receives
#
# $$v_c = \sum_{i \in \mathcal N_k,\ y_i = c} \exp\big(s(f_i, f)/\tau\big),$$
#
# and the class with most votes wins.

# %% drawing="ssl-votes"
drawings.show(
    drawings.vote_circle(),
    "A query among stored points of two kinds; a circle holds its nearest neighbours, which vote.",
)

# %% [markdown]
# *Here the circle holds directions, not pixels; near means a large cosine similarity.*
#
# **Worked example.** Three neighbours, two classes:

# %%
for tau in (0.1, 1.0):
    votes = {
        "cat": math.exp(0.9 / tau),
        "dog": math.exp(0.7 / tau) + math.exp(0.6 / tau),
    }
    print(f"tau {tau}:", max(votes, key=votes.get))

# %% [markdown]
# **Predict, then check.** What do $\tau \to 0$ and $\tau \to \infty$ turn the vote into?
#
# <details><summary>Check your prediction</summary>
#
# Into the single nearest neighbour, and into a plain majority of $k$ neighbours.
#
# </details>


# %% answer="ssl-knn" minutes=20 difficulty=2 importance=2
def knn_predict(features, labels, queries, k=20, tau=0.1):
    """Classify by the weighted votes of the most similar features, without a loop
    over queries.

    Parameters
    ----------
    features : ndarray of shape (N, D)
        Features with known labels.
    labels : ndarray of int, shape (N,)
        Classes, from 0.
    queries : ndarray of shape (M, D)
        Features to classify.
    k : int
        Number of neighbours.
    tau : float
        Temperature of the votes.

    Returns
    -------
    classes : ndarray of int, shape (M,)
        The class with most votes for each query.
    """
    classes = None
    ### BEGIN SOLUTION
    features = features / np.linalg.norm(features, axis=1, keepdims=True)
    queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    sims = queries @ features.T
    near = np.argsort(-sims, axis=1)[:, :k]
    weights = np.exp((np.take_along_axis(sims, near, axis=1) - 1) / tau)
    chosen = labels[near][:, :, None] == np.arange(labels.max() + 1)
    classes = np.argmax(np.sum(weights[:, :, None] * chosen, axis=1), axis=1)
    ### END SOLUTION
    return classes


# %% [markdown] hint="ssl-knn"
# <details><summary>Hint 1: where to look</summary>
#
# One matrix (M, N) of similarities. Which $k$ columns of each row count, and to which class does
# each column belong?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.argsort` or `np.argpartition`, `np.take_along_axis`, a one-hot matrix of the neighbours' labels.
# A factor that all votes share changes nothing.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Rows of length 1. 2. Similarities, the $k$ largest. 3. Their weights. 4. Weights times one-hot
# labels, summed over neighbours: (M, classes). 5. The largest.
#
# </details>

# %% test="ssl-knn" points=3
stored = np.array([[1.0, 0], [4, 3], [3, 2.4], [3, 4], [0, 1], [-5, 1], [-20, 200]])
labels = np.array([0, 5, 1, 1, 2, 3, 1])
for k, tau, query, right, faults in [
    (
        1,
        0.05,
        [4.0, 0.5],
        0,
        {
            "Length plays a part: similar means a large cosine.": 1,
            "The least similar features vote.": 3,
            "The most similar feature is left out.": 5,
        },
    ),
    (1, 10.0, [4.0, 0.5], 0, {"More than k neighbours vote.": 1}),
    (
        4,
        0.05,
        [1.0, 0.1],
        0,
        {"Neighbours have nearly equal votes: with a small tau the near ones win.": 1},
    ),
    (
        4,
        10.0,
        [1.0, 0.1],
        1,
        {"Only the nearest one counts: with a large tau two of four win.": 0},
    ),
]:
    found = knn_predict(stored, labels, np.array([query]), k, tau)
    expect_close(
        found,
        [right],
        f"the class of a query at {query} with k = {k}, tau = {tau}",
        hint="The k most similar features vote.",
        faults={why: [wrong] for why, wrong in faults.items()},
    )
for n, m, d, k, tau in [
    (40, 30, 3, 5, 0.1),
    (60, 50, 8, 20, 0.3),
    (30, 40, 4, 30, 0.05),
]:
    stored, queries = rng.standard_normal((n, d)), rng.standard_normal((m, d))
    stored *= rng.uniform(0.2, 5, (n, 1))
    labels = rng.integers(0, 4, n, np.intp)
    labels[:4] = range(4)
    with unchanged(features=stored, labels=labels, queries=queries):
        found = knn_predict(stored, labels, queries, k, tau)
    expect_equal(
        found,
        reference.knn_predict(stored, labels, queries, k, tau),
        f"{m} queries among {n} features, k = {k}, tau = {tau}",
        hint="Cosine similarity, the k largest, votes exp(s / tau).",
    )
expect_source(knn_predict, loops=1, without=READY)
passed("ssl-knn", "four queries by hand, random features with three k and tau")

# %% [markdown]
# **Experiment: 300 steps without labels.** The encoder has five convolutions and 96 features, the
# projector two linear layers to 64 numbers. Batches have 128 pictures, so 256 views; the temperature
# is 0.2. Your `simclr_gradient` supplies the gradient, and the tape carries it through the network.
# Every 100 steps `knn_predict` classifies 500 test pictures by 2000 stored ones. These numbers only
# show you the training; no hyperparameter is chosen by them.

# %% tags=["experiment"]
kept = {}
STEPS = 4 if quick() else 300


def watch(net):
    """Return the accuracy of your neighbours on the features of a network."""
    stored = viewnet.features(torch, net, data.X_train[:2000])
    queries = viewnet.features(torch, net, data.X_test[:500])
    found = knn_predict(stored, data.y_train[:2000], queries)
    return float(np.mean(found == data.y_test[:500]))


def fresh():
    """Return an encoder with initial weights; its batch norm has seen pictures."""
    torch.manual_seed(1)
    net = viewnet.encoder(nn)
    with torch.no_grad():
        for start in range(0, min(5000, len(data.X_train)), 500):
            net(torch.from_numpy(viewnet.normalise(data.X_train[start : start + 500])))
    return net


def attract(left, right, tau):
    """Return a loss without negatives, and its gradients: pairs should be alike."""
    z = [torch.from_numpy(part).requires_grad_() for part in (left, right)]
    loss = (1 - (F.normalize(z[0], dim=1) * F.normalize(z[1], dim=1)).sum(dim=1)).mean()
    loss.backward()
    return loss.item(), z[0].grad.numpy(), z[1].grad.numpy()


def learn(name, loss_of, steps, batch=128, tau=0.2, **kinds):
    """Train an encoder without labels on the first call; return it with its history."""
    if name in kept:
        return kept[name]
    torch.manual_seed(1)
    net, head = viewnet.encoder(nn), viewnet.projector(nn)
    weights = [*net.parameters(), *head.parameters()]
    rule = optim.AdamW(weights, lr=3e-3, weight_decay=1e-3)
    draw, history = np.random.default_rng(1), []
    for step in range(1, steps + 1):
        some = data.X_train[draw.choice(len(data.X_train), batch, replace=False)]
        pair = [view(some, 2 * step + side, **kinds) for side in (0, 1)]
        z = head(net(torch.from_numpy(viewnet.normalise(np.concatenate(pair)))))
        out = z.detach().numpy()
        loss, *grads = loss_of(out[:batch], out[batch:], tau)
        for group in rule.param_groups:
            group["lr"] = 3e-3 * 0.5 * (1 + math.cos(math.pi * (step - 1) / steps))
        rule.zero_grad()
        z.backward(torch.from_numpy(np.concatenate(grads)))
        rule.step()
        if step % max(steps // 3, 1) == 0:
            history.append((step, loss, watch(net)))
    kept[name] = net, head, history
    return kept[name]


with needs_answers():
    print(f"step    0: neighbours right {watch(fresh()):.1%}")
    for step, loss, accuracy in learn("both", simclr_gradient, STEPS)[2]:
        print(f"step {step:4}: loss {loss:.3f}, neighbours right {accuracy:.1%}")

# %% [markdown]
# **Before and after.** Similarities of the two views of 16 new pictures, as in the drawing of
# section 3: first the left views, then the right ones.


# %% tags=["experiment"]
def vectors(net, head, images):
    """Return the projector's vectors (N, 64) for pictures."""
    features = viewnet.features(torch, net, images)
    with torch.no_grad():
        return head(torch.from_numpy(features)).numpy()


def show_similarities(networks, images):
    """Show the matrices of several networks beside each other."""
    pair = np.concatenate([view(images, 7), view(images, 8)])
    fig, axes = plt.subplots(1, len(networks), figsize=(8, 3.4), layout="constrained")
    for ax, (name, (net, head)) in zip(axes, networks.items(), strict=True):
        matrix = compute_sim_matrix(vectors(net, head, pair))
        seen = ax.imshow(matrix, vmin=-1, vmax=1, cmap="PuOr")
        others = ~np.eye(len(matrix), dtype=bool)
        pairs = np.diag(matrix, len(images)).mean()
        mean = matrix[others].mean()
        ax.set_title(f"{name}: pairs {pairs:.2f}, all {mean:.2f}", size=9)
        ax.set(xticks=[], yticks=[])
    fig.colorbar(seen, ax=axes, shrink=0.8)
    plt.show()


with needs_answers():
    torch.manual_seed(1)
    before = fresh(), viewnet.projector(nn)
    after = learn("both", simclr_gradient, STEPS)[:2]
    show_similarities({"before": before, "after": after}, data.X_test[:16])

# %% [markdown]
# *Before, everything is similar to everything. After, the two short diagonals stand out: these are
# the pairs. Dark purple squares elsewhere are pictures that the network confuses.*
#
# **Experiment: no negatives.** What happens if the loss only pulls pairs together? `attract` is one
# minus the mean similarity of pairs. Predict the similarity of two *different* pictures after 60
# steps.

# %% tags=["experiment"]
with needs_answers():
    few = 4 if quick() else 60
    alone = learn("no negatives", attract, few)
    for step, loss, accuracy in alone[2]:
        print(f"step {step:4}: loss {loss:.4f}, neighbours right {accuracy:.1%}")
    show_similarities({"without": alone[:2], "with negatives": after}, data.X_test[:16])

# %% [markdown]
# *On the left all pictures have nearly the same vector: the network has collapsed. Its loss is close
# to 0, the best there is. Grill et al. (2020) reported that BYOL avoids collapse without negatives, by a
# predictor and a slowly moving copy of the network; why that works was debated for years.*

# %% [markdown] question="ssl-collapse" points=3 minutes=12
# **Question 2 (3 points).** A student trains with `attract` and watches the loss alone: it falls to
# 0.0001 within 60 steps. He is pleased: "Pairs are perfectly aligned, so the network recognises
# pictures." His colleague's contrastive loss stands at 3.5 after 300 steps. Explain why his loss says
# nothing, and what in NT-Xent forbids this solution. Then name two numbers, computed from the
# vectors without any label, that show the difference, with the values you expect in both cases.

# %% [markdown] marking="ssl-collapse"
# A constant vector for every picture has similarity 1 for pairs, so its loss is 0, and it knows
# nothing. In NT-Xent the same vectors give log(2N - 1), 5.54 here: every negative in the denominator
# is as similar as the partner, so spreading out lowers the loss. Numbers: the mean similarity of
# different pictures (near 1 when collapsed, clearly lower otherwise); the standard deviation of unit
# vectors over the batch (near 0; near 1/sqrt(D) per coordinate when spread); the rank or singular
# values of the vectors (one dominates); Wang and Isola's uniformity.
#
# *Marking:* 1 for the constant solution. 1 for the denominator. 1 for two numbers with expected
# values (0.5 each). "His learning rate was too high" earns nothing.

# %% [markdown]
# **Further reading**
#
# - Wu et al., *Unsupervised Feature Learning via Non-Parametric Instance Discrimination*, 2018,
#   [arXiv:1805.01978](https://arxiv.org/abs/1805.01978). Section 3. 20 minutes.
# - Grill et al., *Bootstrap Your Own Latent*, 2020,
#   [arXiv:2006.07733](https://arxiv.org/abs/2006.07733). Section 3. 20 minutes.
# - Touvron et al., *Fixing the Train-Test Resolution Discrepancy*, 2019,
#   [arXiv:1906.06423](https://arxiv.org/abs/1906.06423). Section 3: why crops of 24 pixels.
#   20 minutes.
#
# **Harder (optional, no points).** Features know nothing of ten equally frequent classes. Which
# accuracy do the neighbours reach on 500 pictures, and how far may it lie from that by chance?
# Two networks have 28.0 and 30.4 % on the same 500 pictures: is the second better?
#
# <details><summary>Compare your answer</summary>
#
# 10 %, with a standard error of $\sqrt{0.1 \cdot 0.9/500} \approx 1.3$ points. At 30 % it is 2
# points, and 2.4 points between two networks can be chance. A paired comparison is sharper: count
# the pictures on which only one of the two is right.
#
# </details>

# %% [markdown]
# ## 7. What a few labels are worth
#
# A *linear probe* trains a linear classifier on frozen features. It has been the usual measure of
# self-supervised learning since Zhang et al. (2016). It asks whether classes can be told apart by
# planes, not whether the features know them in another form. A probe needs two rivals: a *random*
# encoder, since random convolutions are features too, and the same network trained on the same
# labels *from scratch*.
#
# After this section you can say what pictures without labels have bought, by number of labels.
#
# Your probe is fitted by *ridge regression*, least squares with L2 regularisation, which has a closed
# form. *Standardise* the features: take off the mean and divide by the standard deviation of the *labelled*
# ones. With $X$ (N, D) so standardised, $Y$ the one-hot labels and $m$ the mean row of $Y$,
#
# $$W = (X^\top X + \lambda N I)^{-1} X^\top (Y - m), \qquad \text{scores}(f) = fW + m.$$

# %% drawing="ssl-probe"
drawings.show(
    drawings.frozen_probe(),
    "Few pictures pass through a frozen encoder into a linear layer that predicts their labels. A dashed "
    "gradient ends before the linear layer; none reaches the encoder.",
)

# %% [markdown]
# *The encoder stays as it is. If the scores are good, the features were good before.*
#
# **Worked example.** One feature, three labels, two classes:

# %%
x, wanted = np.array([[-1.0], [0.0], [1.0]]), np.eye(2)[[0, 0, 1]]
mean = wanted.mean(axis=0)
for strength in (0.0, 1.0):
    w = (x.T @ (wanted - mean)) / (x.T @ x + strength * 3)
    print(f"lambda {strength}: w", np.round(w, 3).tolist())

# %% [markdown]
# **Predict, then check.** What are the scores as $\lambda \to \infty$, and which class do they
# predict?
#
# <details><summary>Check your prediction</summary>
#
# $W \to 0$, so every score is $m$: the most frequent class, for every picture.
#
# </details>


# %% answer="ssl-probe" minutes=20 difficulty=3 importance=2
def linear_probe(features, labels, queries, reg=0.1):
    """Fit a linear model of frozen features by ridge regression; score queries.

    Parameters
    ----------
    features : ndarray of shape (N, D)
        Features with known labels.
    labels : ndarray of int, shape (N,)
        Classes, from 0.
    queries : ndarray of shape (M, D)
        Features to score.
    reg : float
        Strength of the regularisation, lambda.

    Returns
    -------
    scores : ndarray of shape (M, K)
        One column for each class up to the largest label. Add 1e-6 to the standard
        deviations: a feature may be constant.
    """
    scores = None
    ### BEGIN SOLUTION
    mean, std = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = (features - mean) / std
    wanted = np.eye(labels.max() + 1)[labels]
    shares = wanted.mean(axis=0)
    matrix = x.T @ x + reg * len(x) * np.eye(x.shape[1])
    w = np.linalg.solve(matrix, x.T @ (wanted - shares))
    scores = (queries - mean) / std @ w + shares
    ### END SOLUTION
    return scores


# %% [markdown] hint="ssl-probe"
# <details><summary>Hint 1: where to look</summary>
#
# Which numbers may depend on the queries? Only what multiplies $W$ in the end.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.eye` indexed by labels makes one-hot rows. `np.linalg.solve` is faster and more exact than an
# inverse.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Mean and standard deviation of the labelled features. 2. One-hot labels and their mean. 3. Solve
# for $W$ (D, K). 4. Standardise the queries by the numbers of step 1, times $W$, plus $m$.
#
# </details>

# %% test="ssl-probe" points=3
features, labels = np.array([[0.0], [2.0], [4.0], [2.0]]), np.array([0, 0, 1, 0])
found = linear_probe(features, labels, np.array([[2.0], [4.0]]), 1.0)
expect_close(
    found,
    [[0.75, 0.25], [0.5, 0.5]],
    "scores of two queries with lambda = 1",
    rtol=1e-4,
    shape_hint="One column for each class from 0 to the largest label.",
    hint="Standardise by the labelled features; lambda is times N; add m at the end.",
    faults={
        "The mean m of the labels is not added to the scores.": [[0, 0], [-0.25, 0.25]],
        "Lambda is not multiplied by N.": [[0.75, 0.25], [0.35, 0.65]],
        "Lambda is missing.": [[0.75, 0.25], [0.25, 0.75]],
        "Queries are standardised by their own numbers: use the labelled ones.": [
            [0.926777, 0.073223],
            [0.573223, 0.426777],
        ],
        "Queries are not standardised.": [
            [0.396447, 0.603553],
            [0.042893, 0.957107],
        ],
        "Features are not divided by their standard deviations.": [
            [0.75, 0.25],
            [0.416667, 0.583333],
        ],
        "The mean of the features is not taken off.": [[0.625, 0.375], [0.5, 0.5]],
        "The standard deviation divides by N - 1.": [
            [0.75, 0.25],
            [0.535714, 0.464286],
        ],
    },
)
for n, m, d, k, reg in [(30, 7, 4, 3, 0.1), (12, 5, 20, 2, 0.5), (50, 9, 6, 5, 0.01)]:
    features = rng.uniform(0.5, 5, d) * rng.standard_normal((n, d)) + rng.uniform(
        0, 3, d
    )
    queries = rng.standard_normal((m, d)) * 2 + 1
    labels = rng.integers(0, k, n, np.intp)
    labels[:k] = range(k)
    if d == 4:  # a constant feature may stand in for a missing mean: only here
        features[:, 0] = queries[:, 0] = 3.0
    with unchanged(features=features, labels=labels, queries=queries):
        found = linear_probe(features, labels, queries, reg)
    wrong = {
        "Lambda is not multiplied by N.": reference.linear_probe(
            features, labels, queries, reg / n
        )
    }
    expect_close(
        found,
        reference.linear_probe(features, labels, queries, reg),
        f"scores of {m} queries, {n} labels, {d} features, {k} classes",
        rtol=1e-4,
        atol=1e-6,
        shape_hint="One row for each query, one column for each class.",
        hint="Standardise by the labelled features; lambda is times N; add m at the end.",
        faults=wrong,
    )
expect_source(linear_probe, loops=0, without=READY)
passed("ssl-probe", "two queries by hand, random features, a constant one among them")

# %% [markdown]
# **Experiment: by number of labels.** Five lines. Three are probes: on a random encoder, on your
# encoder after 300 steps, and on one that we ship: trained for 3500 steps on 48,000 pictures, in weaker
# colours (`python -m benchmarks.train_viewnet`, eight minutes, no label). For two lines all weights of
# the same network are trained on the labels, for 200 steps of your views: from scratch, and from the
# shipped weights on, which is *fine-tuning*. Which line is highest at 100 labels, which at 2000?

# %% tags=["experiment"]
NUMBERS = (20, 60) if quick() else (100, 500, 2000)


def supervised(count, start=None):
    """Train encoder and linear layer on few labels, from scratch or from start on."""
    torch.manual_seed(1)
    net, draw = viewnet.encoder(nn, 10), np.random.default_rng(2)
    if start is not None:
        net.load_state_dict(net.state_dict() | start.state_dict())
    steps = 4 if quick() else 200
    rule = optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-2)
    for step in range(steps):
        rows = draw.integers(count, size=64)
        x = torch.from_numpy(viewnet.normalise(view(data.X_train[rows], step)))
        for group in rule.param_groups:
            group["lr"] = 2e-3 * 0.5 * (1 + math.cos(math.pi * step / steps))
        rule.zero_grad()
        F.cross_entropy(net(x), torch.from_numpy(data.y_train[rows])).backward()
        rule.step()
    found = viewnet.features(torch, net, data.X_test).argmax(axis=1)
    return float(np.mean(found == data.y_test))


def probe(net):
    """Return the accuracy of your probe on a network's features, by number of labels."""
    stored = viewnet.features(torch, net, data.X_train[: max(NUMBERS)])
    queries = viewnet.features(torch, net, data.X_test)
    found = []
    for count in NUMBERS:
        scores = linear_probe(stored[:count], data.y_train[:count], queries)
        found.append(float(np.mean(scores.argmax(axis=1) == data.y_test)))
    return found


with needs_answers():
    shipped = viewnet.viewnet(torch)
    lines = {
        "random encoder, probe": ("s:", probe(fresh())),
        "300 steps, probe": ("o-", probe(learn("both", simclr_gradient, STEPS)[0])),
        "shipped, probe": ("D-", probe(shipped)),
        "from scratch": ("^--", [supervised(n) for n in NUMBERS]),
        "shipped, fine-tuned": ("v--", [supervised(n, shipped) for n in NUMBERS]),
    }
    plt.figure(figsize=(7, 3.4))
    place = 0
    for name, (style, found) in sorted(lines.items(), key=lambda line: line[1][1][-1]):
        plt.semilogx(NUMBERS, found, style)
        place = max(found[-1], place + 0.03)  # names keep apart
        plt.text(NUMBERS[-1] * 1.1, place, name, va="center")
        print(f"{name:22}", "  ".join(f"{a:.1%}" for a in found))
    plt.xlim(right=NUMBERS[-1] * 6)
    plt.ylim(top=place + 0.03)
    plt.xticks(NUMBERS, NUMBERS)
    plt.minorticks_off()
    plt.xlabel("labels")
    plt.ylabel("accuracy, 2000 test pictures")
    plt.tight_layout()
    plt.show()

# %% [markdown]
# *With 100, 500 and 2000 labels our run had 17.0, 23.5 and 30.1 % on the random encoder. It had 29.8, 34.2
# and 38.7 % after 300 steps without labels, and 38.8, 46.4 and 50.1 % on the shipped one. Training on the labels
# gave 35.1, 39.0 and 40.2 % from scratch, and 40.6, 46.8 and 50.4 % from the shipped weights on. On another
# processor, which rounds differently, the same seed moved by up to 0.6 points. Another seed may move more, so
# differences of two points mean little. And 200 steps are few for training from scratch; question 3 has a
# fairer rival.*
#
# **Experiment: which change matters?** Three short trainings of 100 steps, equal but for the views.

# %% tags=["experiment"]
with needs_answers():
    few = 4 if quick() else 100
    for name, kinds in {
        "crop and colour": {},
        "crop alone": {"strength": 0},
        "colour alone": {"crop": False},
    }.items():
        net, _, history = learn(f"short, {name}", simclr_gradient, few, **kinds)
        found = ", ".join(
            f"{n}: {a:.1%}" for n, a in zip(NUMBERS, probe(net), strict=True)
        )
        print(f"{name:15} loss {history[-1][1]:.2f}, probe by labels {found}")

# %% [markdown]
# *Our run ended at losses of 3.80, 2.06 and 2.18. With 100 labels the probe was right on 27.5, 24.3 and
# 23.4 %, with 500 on 32.2, 29.9 and 28.0 %, with 2000 on 35.7, 34.2 and 31.1 %. So the two lowest losses
# belong to the worse features. This is one seed and a short training: the same seed on another processor,
# which rounds differently, had crops alone level with both at 2000 labels (34.8 and 34.9 %).*

# %% [markdown] question="ssl-honest" points=3 minutes=12
# **Question 3 (3 points).** A report says: "With 500 labels a linear probe on our self-supervised features is
# right on 46 %. The same network trained on these labels from scratch reaches 32 %, a guess 10 %. So the
# 48,000 pictures without labels are worth 14 points." You look into it. A probe on a random encoder has 24 %.
# The training from scratch saw the 500 pictures as they are, until validation got no better (32, 34 and 31 %
# from three seeds). With the views of sections 1 and 2 and 1600 steps, it reaches 57, 54 and 55 %. From the
# shipped weights on, with the same views and steps, it is 55, 57 and 57 %. What do the numbers support, and
# what is wrong with the report? Name one change of the experiment that could really widen the lead of
# pre-training, and one that would only *seem* to.

# %% [markdown] marking="ssl-honest"
# Supported: pre-training added about 22 points to a linear probe over random features, and the probe is 14
# points above plain training. Wrong: two things differ in that comparison, the pictures without labels and
# the views. The views alone, with labels, bring 32 % to 55 %, which is more than the probe has. With views on
# both sides, fine-tuning is ahead by about one point on the test: less than seeds differ (2.6 points on
# validation images, where all three seeds are ahead). From scratch with 3200 steps reaches 60 % (one seed), so 1600 steps are not the end for either. Could
# really widen it: fewer labels; longer pre-training, more unlabelled pictures, larger batches or better views,
# compared at equal views. Would only seem to: a rival without views or with too few steps; choosing steps,
# temperature or lambda by test accuracy.
#
# *Marking:* 1 for views and unlabelled pictures told apart (0.5 for "the rival was weak"). 1 for reading
# fine-tuning against scratch with the spread of seeds, and the random encoder. 1 for a real and an unfair change
# (0.5 each). "Use more data" without saying labelled or not earns 0.5 at most.

# %% [markdown]
# **Further reading**
#
# - Chen et al., *A Simple Framework for Contrastive Learning of Visual Representations*, 2020,
#   [arXiv:2002.05709](https://arxiv.org/abs/2002.05709). Sections 2 and 3. 30 minutes.
# - Balestriero et al., *A Cookbook of Self-Supervised Learning*, 2023,
#   [arXiv:2304.12210](https://arxiv.org/abs/2304.12210). A tutorial; sections 2 and 3. 40 minutes.
# - Chen and He, *Exploring Simple Siamese Representation Learning*, 2021,
#   [arXiv:2011.10566](https://arxiv.org/abs/2011.10566). Sections 3 and 4. 25 minutes.
#
# **Harder (optional, no points).** (a) Train for 2000 steps and draw the lines again: from how few
# labels on does the probe win? (b) Train on 20 and on 100 labels for 1600 steps, from scratch and from the
# shipped weights on. Where is the lead of pre-training largest?
# (c) Keep `attract`, but take the gradient of one side only and put two linear layers behind it (Chen and He,
# 2021, *SimSiam*). Does it still collapse?
#
# <details><summary>Compare your answer</summary>
#
# (a) The two encoders of the experiment bound it: with 500 labels 300 steps have 34 %, the 3500
# of the shipped one 46 %. From scratch with views is the rival that counts, and question 3 has
# its numbers for 500 labels. (b) We have not run it. Take three draws of the 20 labels: which
# pictures are drawn matters more there than the standard error of 2000 test pictures, about 1
# point. (c) Chen and He reported no collapse with both parts, and collapse as soon as the
# gradient took both sides. The similarity of two different pictures tells which of the two you
# have: near 1 is collapse.
#
# </details>
