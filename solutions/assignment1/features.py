# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Better numbers than pixels: image features
#
# So far the classifiers saw pixels, and a boat one pixel further to the left was another
# image to them. For decades people designed better numbers by hand. You write two of the
# best known: where the edges run, and which colours there are. Then the *same* classifiers
# as before do much better, with twenty times fewer numbers.
#
# **You need:** the notebooks `svm` and `two_layer_net`. **Time:** about 90 minutes.

# %% tags=["setup"]
import contextlib
import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import rgb_to_hsv

from cs231n import features as package_features
from cs231n import vis
from cs231n.data import load_cifar10
from cs231n.features import extract_features, rgb2gray
from cs231n.nets.fully_connected import TwoLayerNet
from cs231n.nets.linear import LinearSVM
from cs231n.notebook import needs_answers
from cs231n.search import random_search, show_search
from cs231n.solver import Solver
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_source,
    expect_tuple,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["package_features", "cv2", "skimage"]

# %%
data = load_cifar10()
num_train = len(data.X_train) - 1000
print(f"{data.source}: {num_train} training, 1000 validation, 1000 test images")

# %% [markdown]
# ## 1. Gradients
#
# An edge is where brightness changes. At each pixel of a grey image $g$, measure how fast
# it changes to the right and downwards, by the *central difference*
#
# $$g_x[i, j] = g[i, j + 1] - g[i, j - 1], \qquad g_y[i, j] = g[i + 1, j] - g[i - 1, j] .$$
#
# Rows $i$ count downwards, columns $j$ to the right. Where a neighbour is missing, in the
# first and last column for $g_x$ and in the first and last row for $g_y$, put 0.
#
# By hand: what are $g_x$ and $g_y$ of an image whose brightness is the column number?


# %% answer="features-gradients"
def image_gradients(gray):
    """Measure how brightness changes to the right and downwards.

    Parameters
    ----------
    gray : ndarray of shape (H, W)
        Brightness.

    Returns
    -------
    gx, gy : ndarray of shape (H, W)
        Central differences, 0 where a neighbour is missing.
    """
    ### BEGIN SOLUTION
    gx, gy = np.zeros(gray.shape), np.zeros(gray.shape)
    gx[:, 1:-1] = gray[:, 2:] - gray[:, :-2]
    gy[1:-1] = gray[2:] - gray[:-2]
    return gx, gy
    ### END SOLUTION


# %% test="features-gradients" points=1
# 1 point: an image with one bright pixel, which is not square.
gray = np.zeros((4, 5))
gray[1, 2] = 8.0
answer = image_gradients(gray)
expect_tuple(answer, "gx", "gy")
right, down = np.zeros((4, 5)), np.zeros((4, 5))
right[1, 1], right[1, 3] = 8, -8
down[2, 2] = -8
expect_close(
    answer[0],
    right,
    "gx",
    hint="g[i, j + 1] - g[i, j - 1]: 8 left of the bright pixel, -8 right of it.",
    faults={
        "gx and gy are exchanged: j counts columns, along axis 1.": down,
        "The signs are turned round: the right neighbour minus the left one.": -right,
        "There is no factor one half here.": right / 2,
    },
)
expect_close(
    answer[1],
    down,
    "gy",
    hint="Row 2 gets 0 - 8; row 0 is at the border and stays 0.",
)
expect_source(image_gradients, without=READY)

# %% hidden-test="features-gradients" points=1
# 1 point: the grader also tries other sizes and 32-bit numbers, and looks whether the
# image comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(1)
for h, w, dtype in [(6, 4, float), (3, 7, np.float32), (5, 5, float)]:
    gray = rng.uniform(0, 255, (h, w)).astype(dtype)
    with unchanged(gray=gray):
        gx, gy = expect_tuple(image_gradients(gray), "gx", "gy")
    right, down = np.zeros((h, w)), np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            if 0 < j < w - 1:
                right[i, j] = gray[i, j + 1] - gray[i, j - 1]
            if 0 < i < h - 1:
                down[i, j] = gray[i + 1, j] - gray[i - 1, j]
    expect_close(gx, right, "gx", rtol=1e-5, hint=f"{h} x {w} pixels.")
    expect_close(gy, down, "gy", rtol=1e-5, hint=f"{h} x {w} pixels.")
### END HIDDEN TESTS

# %%
with needs_answers():
    gray = rgb2gray(data.X_train[7])
    gx, gy = image_gradients(gray)
    fig, axes = plt.subplots(1, 4, figsize=(9, 2.4), layout="constrained")
    axes[0].imshow(data.X_train[7].astype(np.uint8))
    limit = 0.7 * np.abs([gx, gy]).max()
    axes[1].imshow(gx, cmap="RdBu", vmin=-limit, vmax=limit)
    axes[2].imshow(gy, cmap="RdBu", vmin=-limit, vmax=limit)
    axes[3].imshow(np.hypot(gx, gy), cmap="magma")
    for ax, title in zip(axes, ["image", "gx", "gy", "length"], strict=True):
        ax.set_title(title)
        ax.set_axis_off()
    plt.show()

# %% [markdown]
# ## 2. Histograms of directions
#
# Single pixels are too much detail, so sum up. Cut the image into *cells* of 8 x 8 pixels.
# In each cell, sort the pixels by the direction of their gradient into nine bins of 20
# degrees, and let each pixel add the **length** of its gradient to its bin. A bright object
# before a dark background should count like a dark one before a bright background, so
# opposite directions are one: take angles modulo 180 degrees.
#
# For each pixel: length $\sqrt{g_x^2 + g_y^2}$, angle $\operatorname{atan2}(g_y, g_x)$ in
# degrees modulo 180, bin $\lfloor \text{angle} / 20 \rfloor$. Each bin of a cell is the sum
# of the lengths in it, divided by the 64 pixels of a cell. This is the heart of the
# *histogram of oriented gradients*, HOG, which found pedestrians for ten years.
#
# A 32 x 32 image has 16 cells: how many numbers come out?


# %% answer="features-hog"
def hog_feature(im):
    """Compute the histogram of oriented gradients of an image.

    Parameters
    ----------
    im : ndarray of shape (H, W, 3) or (H, W)
        An image in colour or grey; H and W are multiples of 8. rgb2gray(im) makes a
        colour image grey.

    Returns
    -------
    features : ndarray of shape (H / 8 * W / 8 * 9,)
        Nine bins for each cell: first the cells of the upper row, from left to right.
    """
    ### BEGIN SOLUTION
    gray = rgb2gray(im) if im.ndim == 3 else im
    gx, gy = image_gradients(gray)
    length = np.sqrt(gx**2 + gy**2)
    bins = (np.degrees(np.arctan2(gy, gx)) % 180 / 20).astype(int) % 9
    features = np.zeros((im.shape[0] // 8, im.shape[1] // 8, 9))
    for k in range(9):
        chosen = np.where(bins == k, length, 0)
        cells = chosen.reshape(features.shape[0], 8, features.shape[1], 8)
        features[:, :, k] = cells.mean(axis=(1, 3))
    return features.ravel()
    ### END SOLUTION


# %% test="features-hog" points=3
# 3 points: a slope in one direction, its opposite, and the order of the cells.
rows, columns = np.mgrid[:24, :16].astype(float)
slope = np.cos(np.radians(50)) * columns + np.sin(np.radians(50)) * rows
for name, image in {"a slope of 50 degrees": slope, "its opposite": -slope}.items():
    found = hog_feature(image)
    expect_array(found, (3 * 2 * 9,), "features", hint="3 x 2 cells of 9 bins.")
    # The middle cells have no missing neighbours above and below; pixels in the first
    # or last column have gx = 0, so look at the other seven eighths.
    cell = np.asarray(found).reshape(3, 2, 9)[1, 0]
    expect_close(
        cell[2],
        2 * 7 / 8,
        f"bin 2 of a cell for {name}",
        rtol=1e-6,
        hint="Length 2 in 7 of 8 columns; 50 degrees lie in bin 2, 40 to 60.",
        faults={
            "Divide by the 64 pixels of a cell.": 2 * 56,
            "Each pixel counts with the length of its gradient, not with 1.": 7 / 8,
            "Nothing in this bin: take angles modulo 180, in degrees.": 0.0,
        },
    )
image = np.zeros((16, 24))
image[10:14, 18:22] = 100.0
cells = np.asarray(hog_feature(image)).reshape(2, 3, 9)
expect(
    cells[1, 2].sum() > 10 and cells.sum() - cells[1, 2].sum() < 1e-9,
    f"A square in the lower right cell should fill that cell alone; the cells hold "
    f"{np.round(cells.sum(axis=2), 1).tolist()}.",
)
expect_source(hog_feature, without=READY)

# %% hidden-test="features-hog" points=2
# 2 points: the grader also tries random images in colour and grey, square and not, and
# looks whether the image comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(2)
for shape in [(32, 32, 3), (16, 40, 3), (24, 8)]:
    im = rng.uniform(0, 255, shape)
    with unchanged(im=im):
        found = hog_feature(im)
    gray = rgb2gray(im) if len(shape) == 3 else im
    h, w = gray.shape
    expected = np.zeros((h // 8, w // 8, 9))
    for i in range(h):
        for j in range(w):
            dx = gray[i, j + 1] - gray[i, j - 1] if 0 < j < w - 1 else 0.0
            dy = gray[i + 1, j] - gray[i - 1, j] if 0 < i < h - 1 else 0.0
            k = int(math.degrees(math.atan2(dy, dx)) % 180 / 20) % 9
            expected[i // 8, j // 8, k] += math.hypot(dx, dy) / 64
    expect_close(
        found,
        expected.ravel(),
        "features",
        rtol=1e-5,
        hint=f"An image of shape {shape}: cells row by row, nine bins each.",
    )
### END HIDDEN TESTS

# %% [markdown]
# What is left of an image? Each star below stands for a cell; its rays lie along the
# edges, at right angles to the gradients, and are as long as their bins.

# %% tags=["experiment"]


def draw_hog(ax, cells):
    """Draw a star of edge directions for each cell; cells has shape (4, 4, 9)."""
    scale = 4 / cells.max()
    for (row, column, k), length in np.ndenumerate(cells):
        along = np.radians(20 * k + 10 + 90)  # an edge runs across its gradient
        x, y = 8 * column + 3.5, 8 * row + 3.5
        dx, dy = scale * length * np.cos(along), scale * length * np.sin(along)
        ax.plot([x - dx, x + dx], [y - dy, y + dy], color="tab:red", linewidth=1.5)


with needs_answers():
    fig, axes = plt.subplots(2, 6, figsize=(9, 3.2), layout="constrained")
    for image, (above, below) in zip(data.X_train[10:16], axes.T, strict=True):
        above.imshow(image.astype(np.uint8))
        below.imshow(rgb2gray(image), cmap="gray", alpha=0.25)
        draw_hog(below, np.asarray(hog_feature(image)).reshape(4, 4, 9))
        above.set_axis_off()
        below.set_axis_off()
    plt.show()

# %% [markdown] question="features-hog" points=2
# **Question 1 (2 points).** Which of these changes leave the HOG of an image as it is,
# which change it a little, and which turn it into something else? All pixels 20 brighter;
# the contrast doubled; the image moved by one pixel to the right; the negative of the
# image; the image turned by 90 degrees.

# %% [markdown] marking="features-hog"
# Brighter: unchanged, differences cancel the 20 (as long as nothing is clipped). Contrast
# doubled: all bins double, the pattern stays (after dividing by the length it would be
# unchanged). One pixel: a little, only pixels that cross the border of a cell change
# place. Negative: unchanged, gradients turn round and opposite directions share a bin.
# Turned: something else, bins and cells move to other places.
#
# *Marking:* 0.4 each with a reason. For the contrast "unchanged" earns the points only if
# a normalisation is mentioned.

# %% [markdown]
# ## 3. A histogram of colours
#
# Directions know nothing of colour. The *hue* is the place of a colour on a circle: red at
# 0, green at one third, blue at two thirds, and red again. `rgb_to_hsv`, imported above,
# takes an image with values from 0 to 1 and returns hue, saturation and value, each from
# 0 to 1, along the last axis.
#
# Scale the hue to `xmax`, and count how many pixels fall into each of `nbin` equal bins
# from `xmin` to `xmax` (`np.histogram` or `np.bincount`). With `normalized`, divide by the
# number of pixels counted.


# %% answer="features-hue"
def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    """Count how much of an image has which hue.

    Parameters
    ----------
    im : ndarray of shape (H, W, 3)
        Colours, from 0 to xmax.
    nbin : int
        Number of bins.
    xmin, xmax : float
        Ends of the scale of hues.
    normalized : bool
        Return shares that add up to 1 instead of numbers of pixels.

    Returns
    -------
    histogram : ndarray of shape (nbin,)
    """
    ### BEGIN SOLUTION
    hue = rgb_to_hsv(im / xmax)[..., 0] * xmax
    counts, _ = np.histogram(hue, bins=nbin, range=(xmin, xmax))
    return counts / counts.sum() if normalized else counts
    ### END SOLUTION


# %% test="features-hue" points=2
# 2 points: an image of three red, one green, one blue and one pink pixel, in four bins:
# red is in the first, green in the second, blue in the third, pink in the last.
red, green, blue, pink = [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 0, 200]
image = np.array([[red, red, green], [blue, pink, red]], dtype=float)
expect_close(
    color_histogram_hsv(image, nbin=4),
    np.array([3, 1, 1, 1]) / 6,
    "histogram",
    hint="Count the hues, channel 0 of rgb_to_hsv(im / xmax).",
    faults={
        "These are numbers of pixels; with normalized=True divide by their sum.": [
            3,
            1,
            1,
            1,
        ],
        "These are densities (per unit of hue); the bins should add up to 1.": np.array(
            [3, 1, 1, 1]
        )
        / 6
        / 63.75,
    },
)
expect_close(
    color_histogram_hsv(image, nbin=4, normalized=False),
    [3, 1, 1, 1],
    "histogram with normalized=False",
)
expect_source(color_histogram_hsv, without=READY)

# %% hidden-test="features-hue" points=1
# 1 point: the grader also tries random images, other numbers of bins, images from 0 to 1
# (xmax=1), and looks whether the image comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(3)
for h, w, nbin, top in [(8, 5, 10, 255), (4, 9, 25, 255), (6, 6, 7, 1)]:
    im = rng.uniform(0, top, (h, w, 3))
    with unchanged(im=im):
        found = color_histogram_hsv(im, nbin=nbin, xmax=top)
    expected = np.zeros(nbin)
    for colour in (im / top).reshape(-1, 3):
        expected[int(rgb_to_hsv(colour)[0] * nbin)] += 1 / (h * w)
    expect_close(found, expected, "histogram", hint=f"{nbin} bins, colours to {top}.")
### END HIDDEN TESTS

# %% [markdown]
# ## 4. All images
#
# `extract_features` runs your functions over all images and puts their numbers side by
# side: 144 of edges and 10 of colour. Each number is then centred and divided by its
# standard deviation, both taken from the training images.

# %%
with needs_answers():
    functions = [hog_feature, color_histogram_hsv]
    F_train = extract_features(data.X_train, functions, verbose=True)
    F_test = extract_features(data.X_test[:1000], functions)
    mean, spread = F_train[:num_train].mean(axis=0), F_train[:num_train].std(axis=0)
    F_train, F_test = ((F - mean) / (spread + 1e-8) for F in (F_train, F_test))
    data_on_features = {
        "X_train": F_train[:num_train].astype(np.float32),
        "y_train": data.y_train[:num_train],
        "X_val": F_train[num_train:].astype(np.float32),
        "y_val": data.y_train[num_train:],
        "X_test": F_test.astype(np.float32),
        "y_test": data.y_test[:1000],
    }
    print({name: array.shape for name, array in data_on_features.items()})

# %% [markdown]
# ## 5. The linear classifier, again
#
# The features are of unit scale and few, so other learning rates and penalties are right
# than for pixels. Before the search: higher ones, or lower?


# %% tags=["experiment"]
def with_ones(F):
    """Append the column of ones that stands for the bias."""
    return np.hstack([F, np.ones((len(F), 1), dtype=F.dtype)])


with needs_answers():
    for feature in (hog_feature, color_histogram_hsv):
        feature(data.X_train[0])  # both come first
    F, y = with_ones(data_on_features["X_train"]), data_on_features["y_train"]
    F_val, y_val = with_ones(data_on_features["X_val"]), data_on_features["y_val"]

    def quick_accuracy(learning_rate, reg):
        """Train for a short while and return the validation accuracy."""
        svm = LinearSVM()
        svm.train(F, y, learning_rate, reg, num_iters=500)
        return np.mean(svm.predict(F_val) == y_val)

    trials = random_search(
        quick_accuracy,
        {"learning_rate": (1e-5, 1), "reg": (1e-5, 10)},
        trials=30,
        rng=np.random.default_rng(231),
    )
    for trial in trials[:3]:
        print(f"{trial.score:.3f}", {k: f"{v:.2g}" for k, v in trial.settings.items()})
    show_search(trials, label="validation accuracy")
    plt.show()


# %% answer="features-linear"
def linear_settings():
    """Return the numbers you chose: {"learning_rate": ..., "reg": ...}."""
    ### BEGIN SOLUTION
    return {"learning_rate": 1e-2, "reg": 1e-2}
    ### END SOLUTION


# %% test="features-linear" points=2
# 2 points: trained with your numbers on the features of 3000 drawn images, at least
# 40 % of 1000 others come out right.
chosen = linear_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"learning_rate", "reg"},
    f"linear_settings() should return learning_rate and reg; got {chosen!r}.",
)
for name, value in chosen.items():
    expect(
        isinstance(value, int | float) and value > 0,
        f"{name} should be a number above 0; got {value!r}.",
    )
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = extract_features(
    drawn.X_train,
    [package_features.hog_feature, package_features.color_histogram_hsv],
)
rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
rows = np.hstack([rows, np.ones((4000, 1), dtype=rows.dtype)])
model = LinearSVM()
try:
    model.train(rows[1000:], drawn.y_train[1000:], **chosen, num_iters=500)
    accuracy = np.mean(model.predict(rows[:1000]) == drawn.y_train[:1000])
except FloatingPointError:
    accuracy = 0.0
expect(
    accuracy >= 0.40,
    f"With {chosen} only {accuracy:.1%} come out right; 40 % are asked for. Look for "
    f"the bright part of the heat map.",
)

# %% hidden-test="features-linear" points=1
# 1 point: the grader trains once more, on other images and with other minibatches.
### BEGIN HIDDEN TESTS
chosen = linear_settings()
expect(isinstance(chosen, dict), f"Return a dict of settings; got {chosen!r}.")
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = extract_features(
    drawn.X_train,
    [package_features.hog_feature, package_features.color_histogram_hsv],
)
rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
rows = np.hstack([rows, np.ones((4000, 1), dtype=rows.dtype)])
model = LinearSVM()
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
expect(accuracy >= 0.40, f"With {chosen} only {accuracy:.1%} come out right.")
### END HIDDEN TESTS

# %%
with needs_answers():
    for feature in (hog_feature, color_histogram_hsv):
        feature(data.X_train[0])  # both come first
    svm = LinearSVM()
    chosen = linear_settings()
    svm.train(F, y, **chosen, num_iters=2000)
    svm.train(F, y, chosen["learning_rate"] / 10, chosen["reg"], num_iters=1000)
    y_pred = svm.predict(with_ones(data_on_features["X_test"]))
    accuracies = {
        "linear, validation": np.mean(svm.predict(F_val) == y_val),
        "linear, test": np.mean(y_pred == data_on_features["y_test"]),
    }
    print({name: f"{value:.3f}" for name, value in accuracies.items()})

# %% [markdown]
# Which mistakes does it make? In each row, test images that were wrongly given the class
# named on the left. Do the mistakes make sense, knowing what the classifier sees?

# %% tags=["experiment"]
with needs_answers():
    for feature in (hog_feature, color_histogram_hsv):
        feature(data.X_train[0])  # both come first
    linear_settings()
    sheet = np.full((10, 8, 32, 32, 3), 255.0, dtype=np.float32)
    for c in range(10):
        wrong = np.flatnonzero((y_pred == c) & (data_on_features["y_test"] != c))[:8]
        sheet[c, : len(wrong)] = data.X_test[wrong]
    picture = vis.tile(sheet.reshape(-1, 32, 32, 3), columns=8, fill=255)
    fig, ax = plt.subplots(figsize=(5, 6), layout="constrained")
    ax.imshow(picture.astype(np.uint8))
    ax.set_yticks(33 * np.arange(10) + 16, data.classes)
    ax.set_xticks([])
    plt.show()

# %% [markdown] question="features-mistakes" points=2
# **Question 2 (2 points).** Choose two of these mistakes and explain them by the edges and
# the colours. Then name one thing that a person sees at once and these features cannot
# hold, whatever the classifier.

# %% [markdown] marking="features-mistakes"
# For example: a truck called a car, both with level edges below and upright sides; a bird
# before blue called a boat, by the share of blue and the flat background. Not held: which
# colour is *where* (the colour histogram has no place), anything smaller than a cell (an
# eye, a wheel's roundness), how parts hang together, direction signs such as dark on bright.
#
# *Marking:* 0.5 for each mistake explained by edges or colours that are visible in the
# picture; 1 for a loss of information that follows from the definition of the features.
# "The classifier is too weak" earns nothing: that is another cause.

# %% [markdown]
# ## 6. The network, again
#
# And the two-layer network on the features, without the column of ones, since it has
# biases of its own. Its weights should start larger than for pixels (`weight_scale` 0.05)
# because the inputs are smaller.

# %% tags=["experiment"]
with needs_answers():
    for feature in (hog_feature, color_histogram_hsv):
        feature(data.X_train[0])  # both come first

    def quick_net_accuracy(learning_rate, reg):
        """Train a small network for a short while; return the validation accuracy."""
        part = {name: array[:4000] for name, array in data_on_features.items()}
        solver = Solver(
            TwoLayerNet(F_train.shape[1], 100, 10, weight_scale=0.05, reg=reg),
            part,
            optim_config={"learning_rate": learning_rate},
            num_epochs=6,
            verbose=False,
        )
        solver.train()
        return solver.best_val_acc

    trials = random_search(
        quick_net_accuracy,
        {"learning_rate": (1e-3, 3), "reg": (1e-5, 1e-1)},
        trials=16,
        rng=np.random.default_rng(231),
    )
    for trial in trials[:3]:
        print(f"{trial.score:.3f}", {k: f"{v:.2g}" for k, v in trial.settings.items()})
    show_search(trials, label="validation accuracy")
    plt.show()


# %% answer="features-net"
def net_settings():
    """Return the numbers you chose.

    Returns
    -------
    settings : dict
        hidden_dim (at most 500), learning_rate and reg.
    """
    ### BEGIN SOLUTION
    return {"hidden_dim": 500, "learning_rate": 0.3, "reg": 1e-3}
    ### END SOLUTION


# %% test="features-net" points=2
# 2 points: trained with your numbers on the features of 3000 drawn images for 8 epochs,
# at least 43 % of 1000 others come out right.
chosen = net_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"hidden_dim", "learning_rate", "reg"},
    f"net_settings() should return hidden_dim, learning_rate and reg; got {chosen!r}.",
)
expect(
    isinstance(chosen["hidden_dim"], int) and 1 <= chosen["hidden_dim"] <= 500,
    f"hidden_dim should be a whole number from 1 to 500; got {chosen['hidden_dim']!r}.",
)
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = extract_features(
    drawn.X_train,
    [package_features.hog_feature, package_features.color_histogram_hsv],
)
rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
parts = {
    "X_train": rows[:3000],
    "y_train": drawn.y_train[:3000],
    "X_val": rows[3000:],
    "y_val": drawn.y_train[3000:],
}
solver = Solver(
    TwoLayerNet(154, chosen["hidden_dim"], 10, weight_scale=0.05, reg=chosen["reg"]),
    parts,
    optim_config={"learning_rate": chosen["learning_rate"]},
    num_epochs=8,
    verbose=False,
)
with contextlib.suppress(FloatingPointError):
    solver.train()
expect(
    solver.best_val_acc >= 0.43,
    f"With {chosen} only {solver.best_val_acc:.1%} come out right; 43 % are asked for. "
    f"Look for the bright part of the heat map, and give it enough hidden units.",
)

# %% hidden-test="features-net" points=1
# 1 point: the grader trains once more, on other images and from other weights.
### BEGIN HIDDEN TESTS
chosen = net_settings()
expect(isinstance(chosen, dict), f"Return a dict of settings; got {chosen!r}.")
drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
rows = extract_features(
    drawn.X_train,
    [package_features.hog_feature, package_features.color_histogram_hsv],
)
rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
parts = {
    "X_train": rows[1000:],
    "y_train": drawn.y_train[1000:],
    "X_val": rows[:1000],
    "y_val": drawn.y_train[:1000],
}
model = TwoLayerNet(
    154,
    chosen["hidden_dim"],
    10,
    weight_scale=0.05,
    reg=chosen["reg"],
    rng=np.random.default_rng(7),
)
solver = Solver(
    model,
    parts,
    optim_config={"learning_rate": chosen["learning_rate"]},
    num_epochs=8,
    verbose=False,
    rng=np.random.default_rng(8),
)
with contextlib.suppress(FloatingPointError):
    solver.train()
expect(
    solver.best_val_acc >= 0.43,
    f"With {chosen} only {solver.best_val_acc:.1%} come out right.",
)
### END HIDDEN TESTS

# %%
with needs_answers():
    for feature in (hog_feature, color_histogram_hsv):
        feature(data.X_train[0])  # both come first
    chosen = net_settings()
    best_net = TwoLayerNet(
        F_train.shape[1], chosen["hidden_dim"], 10, weight_scale=0.05, reg=chosen["reg"]
    )
    solver = Solver(
        best_net,
        data_on_features,
        optim_config={"learning_rate": chosen["learning_rate"]},
        schedule="cosine",
        num_epochs=15,
        batch_size=200,
    )
    solver.train()
    test = solver.check_accuracy(data_on_features["X_test"], data_on_features["y_test"])
    accuracies |= {"net, validation": solver.best_val_acc, "net, test": test}
    print({name: f"{value:.3f}" for name, value in accuracies.items()})
    solver.plot()
    plt.show()

# %% [markdown]
# ## What you have
#
# The order of this assignment, on the same images: neighbours, lines on pixels, a network
# on pixels, lines on features, a network on features. The features were made by people. In
# assignment 2 a network learns its own.
