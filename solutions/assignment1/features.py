# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Image features
#
# So far the classifiers saw raw pixels: an image moved by one pixel was another image to
# them. For decades people designed better inputs by hand, called *features*. You write two of
# the best known, a histogram of edge directions and one of colours. The *same* classifiers as
# before then reach a higher accuracy, with twenty times fewer numbers per image.
#
# **You need:** the notebooks `svm` and `two_layer_net`. **Time (our estimate, as are all
# minutes below):** about two and a half hours.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests
# below it. A test that fails says what it expected, what it got and where to look; one
# that passes prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import functools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import hsv_to_rgb, rgb_to_hsv

from cs231n import drawings, figures
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
    in_words,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["package_features", "drawn_features", "cv2", "skimage"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()

# %%
data = load_cifar10()
num_train = len(data.X_train) - 1000
print(f"{data.source}: {num_train} training, 1000 validation, 1000 test images")

# %% [markdown]
# ## 1. Image gradients
#
# Hubel and Wiesel (1959) reported that cells in a cat's visual cortex respond to edges of a
# certain direction. Computer vision began with edges too. Roberts (1963) found them by
# differences of neighbouring pixels, and Canny (1986) turned their detection into an
# optimisation problem. An edge often survives a change of lighting that changes every pixel.
# Differences have a price: they amplify noise, so many methods smooth the image first.
#
# After this section you can measure at each pixel how brightness changes, and in which direction.
#
# For a grey image $g$, the *central differences* to the right and downwards are
#
# $$g_x[i, j] = g[i, j + 1] - g[i, j - 1], \qquad g_y[i, j] = g[i + 1, j] - g[i - 1, j] .$$
#
# Rows $i$ count downwards, columns $j$ to the right. Together $(g_x, g_y)$ is the *image
# gradient*, which points towards brighter pixels. (It has nothing to do with the gradient of a
# loss.) Where a neighbour is missing, the difference is 0: in the first and last column for
# $g_x$, in the first and last row for $g_y$.

# %% drawing="features-difference"
drawings.show(
    drawings.central_difference(),
    "An image of 4 by 4 numbers with one pixel framed. Its right neighbour 9 minus its left "
    "neighbour 4 gives g_x = 5; the pixel below, 8, minus the pixel above, 5, gives g_y = 3. The "
    "framed pixel itself does not count.",
)

# %% [markdown]
# *Blue, beside the frame: the neighbours for $g_x$. Purple, above and below: those for $g_y$.*
#
# **Worked example.** One row of an image with an edge in it, without NumPy:

# %%
row = [1, 1, 1, 6, 6]
differences = [row[j + 1] - row[j - 1] for j in range(1, 4)]
print("row", row, "  differences", [0, *differences, 0])

# %% [markdown]
# **Predict, then check.** The brightness of an image is its column number. What are $g_x$ and
# $g_y$, in the middle and at the border?
#
# <details><summary>Check your prediction</summary>
#
# $g_x = 2$, since the two neighbours are two columns apart, and 0 in the first and last column.
# $g_y = 0$ everywhere: nothing changes downwards. We keep the factor 2. It changes no
# direction, and section 4 rescales all features anyway.
#
# </details>


# %% answer="features-gradients" minutes=15 difficulty=2 importance=3
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


# %% [markdown] hint="features-gradients"
# <details><summary>Hint 1: where to look</summary>
#
# All right neighbours together form an image that is shifted by one column. How many columns have
# both neighbours?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Slices such as `[:, 2:]` are shifted copies. Begin with zeros in the shape of the image, of a
# float type, and fill in the inner part.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Two arrays of zeros.
# 2. For $g_x$: fill the inner columns, in all rows. Subtract one shifted copy of the image from
#    another; both are two columns narrower than the image.
# 3. For $g_y$: the same with rows. Check with the drawing: 5 and 3 at row 1, column 2.
#
# </details>

# %% test="features-gradients" points=1
gray = np.zeros((4, 5))
gray[1, 2] = 8.0
gx, gy = expect_tuple(image_gradients(gray), "gx", "gy")
right = np.array([[0.0] * 5, [0, 8, 0, -8, 0], [0] * 5, [0] * 5])
down = np.array([[0.0] * 5, [0] * 5, [0, 0, -8, 0, 0], [0] * 5])
shape = (
    "Give gx and gy the shape of the image, with zeros where a neighbour is missing."
)
forward = "These are differences of direct neighbours: leave the pixel itself out."
expect_close(
    gx,
    right,
    "gx",
    hint="Left of the bright pixel its right neighbour is 8 brighter than its left one.",
    shape_hint=shape,
    faults={
        "gx and gy are exchanged: j counts columns, along axis 1.": down,
        "The signs are turned round: the right neighbour minus the left one.": -right,
        "There is no factor one half here.": right / 2,
        forward: [[0] * 5, [0, 8, -8, 0, 0], [0] * 5, [0] * 5],
    },
)
border = "In the first and last row a neighbour is missing: put 0 there."
expect_close(
    gy,
    down,
    "gy",
    hint="Below the bright pixel its lower neighbour is 8 darker than its upper one.",
    shape_hint=shape,
    faults={
        border: [[0, 0, 8, 0, 0], [0] * 5, [0, 0, -8, 0, 0], [0] * 5],
        "The signs are turned round: the lower neighbour minus the upper one.": -down,
        "There is no factor one half here.": down / 2,
        "These are differences across; gy has those down.": right,
    },
)
height = rng.uniform(3, 9)
gx, gy = expect_tuple(image_gradients(gray * height / 8), "gx", "gy")
expect_close(gx, right * height / 8, "gx")
expect_close(gy, down * height / 8, "gy")
expect_source(image_gradients, without=READY)
passed("features-gradients", "one bright pixel in an image that is not square")

# %% test="features-gradients" part="shapes" points=1
for h, w, dtype in [(6, 4, np.float64), (3, 7, np.float32), (5, 5, np.float64)]:
    # On a surface of second degree a central difference is twice the derivative.
    i, j = np.mgrid[:h, :w]
    ii, ij, jj, only_i, only_j = rng.uniform(-3, 3, 5)
    gray = (ii * i**2 + ij * i * j + jj * j**2 + only_i * i + only_j * j).astype(dtype)
    with unchanged(gray=gray):
        answer = image_gradients(gray)
    gx, gy = expect_tuple(answer, "gx", "gy")
    right, down = 2 * (ij * i + 2 * jj * j + only_j), 2 * (2 * ii * i + ij * j + only_i)
    right[:, [0, -1]] = down[[0, -1]] = 0
    for name, found, expected in (("gx", gx, right), ("gy", gy, down)):
        where = f"{name} ({h} x {w} pixels)"
        expect_close(found, expected, where, rtol=1e-4, atol=1e-3)
passed("features-gradients", "other sizes, float32; the image as it was")


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
# *Blue: brighter to the right (or below). Red: darker. Vertical edges appear in gx, horizontal
# ones in gy, and the length of the gradient shows both.*
#
# **Further reading**
#
# - Szeliski, *Computer Vision: Algorithms and Applications*, 2nd edition, 2022,
#   [section 7.2](https://szeliski.org/Book/): edge detection. 20 minutes.
# - Canny, *A Computational Approach to Edge Detection*, 1986,
#   [doi:10.1109/TPAMI.1986.4767851](https://doi.org/10.1109/TPAMI.1986.4767851). Sections 1 and 2:
#   what a good edge detector should do. 20 minutes.
#
# **Harder (optional, no points).** Your $g_x$ applies the filter $(-1, 0, 1)$ to each row;
# Sobel's filter also smooths across the rows. Add noise of standard deviation 20 to an image
# and compare the directions that the two give.
#
# <details><summary>Compare your answer</summary>
#
# We measured 200 images of `shapes10`. Over the fifth of all pixels with the longest gradients,
# the direction is off by 19 degrees in the median with your differences and by 14 with Sobel's
# filter. A sum over three rows with weights 1, 2, 1 adds the signal four times, and independent
# noise only $\sqrt{1 + 4 + 1} \approx 2.4$ times. The price is a blurred position across the
# edge's direction.
#
# </details>

# %% [markdown]
# ## 2. Histograms of oriented gradients
#
# Two images of the same thing rarely agree pixel by pixel. Freeman and Roth (1995) recognised
# hand gestures from histograms of edge directions, and Lowe (1999) described image patches with
# them in SIFT. Dalal and Triggs (2005) proposed the *histogram of oriented gradients* (HOG) and
# reported nearly perfect detection of pedestrians on the usual data set. Many detectors used it
# until learned features overtook it in the 2010s. A histogram forgets where in its cell an edge
# lies. That makes it robust to small shifts, and blind to fine shapes.
#
# After this section you can describe an image by the directions of its edges.
#
# Cut the image into *cells* of 8 x 8 pixels. Each pixel has a gradient of length $\ell$ and
# angle $\theta$. Opposite directions count as one: a bright object on a dark background gives
# the same features as a dark object on a bright one. Nine *bins* of 20 degrees share the half
# circle:
#
# $$\ell = \sqrt{g_x^2 + g_y^2}, \qquad
# \theta = \operatorname{atan2}(g_y, g_x) \text{ in degrees, modulo } 180, \qquad
# k = \lfloor \theta / 20 \rfloor .$$
#
# Each bin of a cell holds the sum of the **lengths** of its pixels, divided by the 64 pixels of
# the cell.

# %% drawing="features-bins"
drawings.show(
    drawings.direction_bins(),
    "A half circle cut into nine bins of 20 degrees, numbered clockwise from the right, as rows "
    "count downwards. A gradient at 115 degrees falls into bin 5; its opposite at 295 degrees "
    "is 115 modulo 180 and falls into bin 5 as well.",
)

# %% [markdown]
# *Angles run clockwise here, since $g_y$ points downwards.*
#
# **Worked example.** Three pixels and their bins:

# %%
import math

for right, down in ((3.0, 4.0), (-3.0, -4.0), (-2.0, 0.5)):
    angle = math.degrees(math.atan2(down, right)) % 180
    length = math.hypot(right, down)
    print(
        f"gx {right:4}, gy {down:4}: {angle:5.1f} degrees, bin {int(angle // 20)}, adds {length:.2f}"
    )

# %% [markdown]
# **Predict, then check.** How many numbers describe a 32 x 32 image? How does each of them change if
# the contrast is doubled?
#
# <details><summary>Check your prediction</summary>
#
# 16 cells of nine bins: 144 numbers, instead of 3072. All double, since lengths double and angles
# stay. (The method of 2005 also normalises blocks of cells, which undoes this.)
#
# </details>


# %% answer="features-hog" minutes=30 difficulty=3 importance=2
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


# %% [markdown] hint="features-hog"
# <details><summary>Hint 1: where to look</summary>
#
# After the two gradients you need one length and one bin number for every pixel. Then each cell and
# each bin collects the lengths that belong to it.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.arctan2`, `np.degrees`, `%` and `np.floor` for the bins. For the cells take either two
# plain loops with slices of 8 pixels, or a reshape. The shape (H / 8, 8, W / 8, 8) leaves two
# axes to average over.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Grey image, gradients, lengths, angles in degrees modulo 180, whole bin numbers from 0 to 8.
# 2. For each bin: the lengths where the bin number fits, 0 elsewhere.
# 3. Sum these over each cell and divide by 64.
# 4. Modulo 180, rounding can turn an angle just below 0 into exactly 180. That would be bin 9;
#    put it into bin 0.
# 5. Order: cell by cell, row by row, nine bins each; then flatten.
#
# </details>

# %% test="features-hog" points=2
expect_source(hog_feature, without=READY)
rows, columns = np.mgrid[:8, :8]
slope = np.cos(np.radians(55)) * columns + np.sin(np.radians(55)) * rows
# Of 64 gradients 36 have length 2 and 55 degrees. At the border gx or gy is 0.
radians = "These angles are in radians; the bins are in degrees."
swapped = "np.arctan2 takes the change downwards first, then the one to the right."
opposite = "Opposite directions should share a bin: take angles modulo 180."
for name, image, faults in (
    (
        "a slope of 55 degrees",
        slope,
        {
            radians: [1.647273, 0, 0, 0, 0, 0, 0, 0, 0],
            swapped: [0.307182, 1.125, 0, 0, 0.215091, 0, 0, 0, 0],
        },
    ),
    ("its opposite", -slope, {opposite: np.zeros(9)}),
):
    expect_close(
        hog_feature(image),
        [0.215091, 0, 1.125, 0, 0.307182, 0, 0, 0, 0],
        f"features ({name})",
        rtol=1e-5,
        hint="36 of 64 pixels have an angle of 55 degrees, so bin 2, from 40 to 60.",
        shape_hint="One cell has nine bins.",
        faults={
            "Divide by the 64 pixels of a cell.": [
                *(13.765834, 0, 72, 0, 19.659649, 0, 0, 0, 0)
            ],
            "Each pixel counts with 1 here, not with the length of its gradient.": [
                *(0.25, 0, 0.5625, 0, 0.1875, 0, 0, 0, 0)
            ],
            "Each pixel counts with the square of its length here.": [
                *(0.246742, 0, 2.25, 0, 0.503258, 0, 0, 0, 0)
            ],
        }
        | faults,
    )
image = rng.integers(0, 256, (8, 8)).astype(float)
expected = package_features.hog_feature(image)
expect_close(hog_feature(image), expected, "features", rtol=1e-5)
passed("features-hog", "a slope of 55 degrees, and its opposite")

# %% test="features-hog" part="cells" points=1
image = np.zeros((16, 24))
image[10:14, 18:22] = rng.uniform(50, 150)
with unchanged(im=image):
    found = hog_feature(image)
expect_array(found, (2 * 3 * 9,), "features", hint="2 x 3 cells of 9 bins.")
expected = package_features.hog_feature(image)
expect_close(
    found,
    expected,
    "features",
    rtol=1e-5,
    hint="Only the last nine numbers should differ from 0.",
    faults={
        "The cells come column by column; they should come row by row.": (
            expected.reshape(2, 3, 9).transpose(1, 0, 2).ravel()
        ),
        "Bin 0 of all cells comes first; the nine bins of a cell belong together.": (
            expected.reshape(6, 9).T.ravel()
        ),
    },
)
image[2:5, 9:15] = 50.0  # one more in the middle of the upper row
with unchanged(im=image):
    found = hog_feature(image)
expected = package_features.hog_feature(image)
expect_close(
    found,
    expected,
    "features (two squares)",
    rtol=1e-5,
    hint="The cell in the middle of the upper row, numbers 9 to 17, has one square.",
    faults={
        "The cells come column by column; they should come row by row.": (
            expected.reshape(2, 3, 9).transpose(1, 0, 2).ravel()
        ),
    },
)
passed("features-hog", "cells row by row, nine bins each")

# %% test="features-hog" part="gray" points=1
for h, w in [(32, 32), (16, 56), (56, 8)]:
    # Of whole numbers up to 255 no angle but 0 is near the border of a bin.
    image = rng.integers(0, 256, (h, w)).astype(float)
    with unchanged(im=image):
        found = hog_feature(image)
    expected = package_features.hog_feature(image)
    expect_close(found, expected, f"features (gray, {h} x {w})", rtol=1e-5)
# Rounding makes 180 of an angle that is a hair below 0, and its pixel has to count too.
image = np.zeros((16, 8))
image[4, 4:], image[5, 3] = 64.0, -1e-14
expect_close(
    np.sum(hog_feature(image)),
    package_features.hog_feature(image).sum(),
    "the sum over all bins",
    rtol=1e-5,
    hint="Every pixel should add its length to some bin.",
    faults={"An angle that rounding makes 180 degrees finds no bin here.": 9.0},
)
passed("features-hog", "random gray images; the image as it was, no pixel is lost")

# %% test="features-hog" part="colour" points=1
for h, w in [(16, 24), (32, 8)]:
    angle = np.radians(20 * rng.integers(9) + rng.uniform(3, 17))  # well inside a bin
    right, down = rng.uniform(0.5, 2, (2, 3))
    right *= np.cos(angle) / rgb2gray(right)
    down *= np.sin(angle) / rgb2gray(down)
    rows, columns = np.mgrid[:h, :w][..., None]
    image = 100 + right * columns + down * rows
    with unchanged(im=image):
        found = hog_feature(image)
    expected = package_features.hog_feature(image)
    expect_close(
        found,
        expected,
        f"features (colour, {h} x {w})",
        rtol=1e-4,
        hint="rgb2gray makes a colour image gray.",
        faults={
            "Gray is the mean of the three colours here; rgb2gray weighs them.": (
                package_features.hog_feature(image.mean(axis=2))
            )
        },
    )
passed("features-hog", "slopes in colour; the image as it was")


# %% [markdown]
# What is left of an image? The next cell draws a star for each cell of the image. Its rays lie
# along the edges, at right angles to the gradients; the value of the bin is the length of the
# ray. **Before you run it:** which of the lower pictures would you recognise without the upper
# one?

# %% tags=["experiment"]


def draw_hog(ax, cells):
    """Draw a star of edge directions for each cell; cells has shape (4, 4, 9)."""
    scale = 4 / cells.max()
    for (row, column, k), length in np.ndenumerate(cells):
        along = np.radians(20 * k + 10 + 90)  # an edge runs across its gradient
        x, y = 8 * column + 3.5, 8 * row + 3.5
        dx, dy = scale * length * np.cos(along), scale * length * np.sin(along)
        ax.plot([x - dx, x + dx], [y - dy, y + dy], color="#0072b2", linewidth=1.5)


with needs_answers():
    fig, axes = plt.subplots(2, 6, figsize=(9, 3.2), layout="constrained")
    for image, (above, below) in zip(data.X_train[10:16], axes.T, strict=True):
        above.imshow(image.astype(np.uint8))
        below.imshow(rgb2gray(image), cmap="gray", alpha=0.25)
        draw_hog(below, np.asarray(hog_feature(image)).reshape(4, 4, 9))
        above.set_axis_off()
        below.set_axis_off()
    plt.show()

# %% [markdown]
# *Outlines of large shapes survive. Of anything smaller than a cell only its directions are
# left.*

# %% [markdown] question="features-hog" points=2 minutes=10
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
# **Further reading**
#
# - Dalal and Triggs, *Histograms of Oriented Gradients for Human Detection*, 2005,
#   [doi:10.1109/CVPR.2005.177](https://doi.org/10.1109/CVPR.2005.177). Section 6 varies every
#   choice that you made here. 25 minutes.
# - Szeliski, *Computer Vision*, 2022, [section 6.3.2](https://szeliski.org/Book/): pedestrian
#   detection with HOG. 15 minutes.
#
# **Harder (optional, no points).** Let each pixel share its length between the two nearest bins,
# by the distance of its angle to their centres. Does the accuracy of section 5 rise?
#
# <details><summary>Compare your answer</summary>
#
# A pixel whose angle lies $t$ bins from one centre and $1 - t$ from the next gives the shares
# $1 - t$ and $t$. The last bin is a neighbour of the first. A small turn then changes the
# histogram a little, where it used to move a whole pixel. Dalal and Triggs (2005) interpolate
# in this way. Compare the accuracies with their standard error, 1.6 points for 1000 images,
# before you call the difference a gain.
#
# </details>

# %% [markdown]
# ## 3. A histogram of colours
#
# Edge directions ignore colour. Swain and Ballard (1991) reported that histograms of colours
# alone identify many household objects, even turned or partly hidden. Red, green and blue
# values depend on the brightness of the light, so we count the *hue* instead. This has a price:
# a histogram forgets where a colour is.
#
# After this section you can describe an image by how much of which hue it holds.
#
# The hue is the position of a colour on a circle: red at 0, green at one third, blue at two
# thirds, and red again at 1. `rgb_to_hsv`, imported above, takes an image with values between 0
# and 1. It returns hue, saturation (how far from grey) and value (how bright) along the last
# axis, all between 0 and 1. With `nbin` equal bins from `xmin` to `xmax` and hues scaled to
# `xmax`, bin $k$ of the histogram counts
#
# $$c_k = \#\{\text{pixels whose scaled hue lies in bin } k\}, \qquad
# \text{normalized: } c_k \Big/ \sum_l c_l .$$

# %% drawing="features-hue"
drawings.show(
    drawings.hue_circle(),
    "The circle of hues, cut into four bins: red at 0, green at one third in bin 1, blue at two "
    "thirds in bin 2, and red again at 1. Grey, black and white count as hue 0.",
)

# %% [markdown]
# *Two reds beside each other on the circle, one just above 0 and one just below 1, fall into the
# first and the last bin.*
#
# **Worked example.** The hues of five colours, and their bins out of four:

# %%
for name, colour in {
    "orange": (1.0, 0.5, 0.0),
    "green": (0.0, 0.6, 0.0),
    "dark blue": (0.0, 0.0, 0.3),
    "pink": (1.0, 0.0, 0.8),
    "grey": (0.5, 0.5, 0.5),
}.items():
    hue = rgb_to_hsv(colour)[0]
    print(f"{name:9} hue {hue:.3f}, bin {int(4 * hue)}")

# %% [markdown]
# **Predict, then check.** Every pixel of an image becomes half as bright. How does its histogram of
# hues change? And if the image is turned by 90 degrees?
#
# <details><summary>Check your prediction</summary>
#
# It stays the same both times: hue does not depend on brightness, and a histogram does not
# depend on positions. Neither holds for HOG.
#
# </details>


# %% answer="features-hue" minutes=15 difficulty=2 importance=2
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


# %% [markdown] hint="features-hue"
# <details><summary>Hint 1: where to look</summary>
#
# Which scale does the image have, which one does `rgb_to_hsv` take, and which one do the bins have?
# There are two conversions.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Channel 0 along the last axis is the hue. `np.histogram` takes `bins` and `range`, counts, and
# leaves out what lies outside; it returns two things.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Image to values from 0 to 1, then hues, then hues to values from 0 to `xmax`.
# 2. Count them in `nbin` bins between `xmin` and `xmax`.
# 3. With `normalized`, divide by the number of pixels that were counted.
#
# </details>

# %% test="features-hue" points=2
# Red is in the first of four bins, green in the second, blue in the third, pink in the last.
red, green, blue, pink = [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 0, 200]
image = np.array([[red, red, green], [blue, pink, red]], dtype=float)
expect_close(
    color_histogram_hsv(image, nbin=4),
    np.array([3, 1, 1, 1]) / 6,
    "histogram",
    hint="Three of the six are red, one is green, one blue, one pink.",
    shape_hint="Four bins have five edges.",
    faults={
        "These are numbers of pixels; with normalized=True they should add up to 1.": [
            *(3, 1, 1, 1)
        ],
        "These are densities, per unit of hue; the bins should add up to 1.": [
            *(0.0078431373, 0.0026143791, 0.0026143791, 0.0026143791)
        ],
        "This is the histogram of the saturation; the hue is channel 0.": [0, 0, 0, 1],
        "This is the histogram of the value; the hue is channel 0.": [0, 0, 0, 1],
        "These are the red, green and blue values themselves; count their hue.": [
            *(0.6111111, 0, 0, 0.3888889)
        ],
    },
)
expect_close(
    color_histogram_hsv(image, nbin=4, normalized=False),
    [3, 1, 1, 1],
    "histogram (normalized=False)",
    hint="Count the pixels.",
    faults={
        "With normalized=False return numbers of pixels, not shares.": [
            *(0.5, 0.1666667, 0.1666667, 0.1666667)
        ],
    },
)
drawn = rng.integers(0, 4, (3, 5))
image = np.array([red, green, blue, pink], dtype=float)[drawn]
found = color_histogram_hsv(image, nbin=4, normalized=False)
expect_close(
    found, np.bincount(drawn.ravel(), minlength=4), "histogram (normalized=False)"
)
expect_source(color_histogram_hsv, without=READY)
passed("features-hue", "red, green, blue and pink pixels, counted by hand")

# %% test="features-hue" part="images" points=1
# Hues well inside their bins; the case with xmin = 51 leaves out the first of five.
for h, w, nbin, xmin, top in [
    (8, 5, 10, 0, 255),
    (4, 9, 25, 0, 255),
    (6, 7, 7, 0, 1),
    (9, 6, 4, 51, 255),
]:
    bins = nbin + (xmin > 0)
    hue = (rng.integers(0, bins, (h, w)) + rng.uniform(0.2, 0.8, (h, w))) / bins
    others = rng.uniform(0.3, 1, (2, h, w))
    image = top * hsv_to_rgb(np.stack([hue, *others], axis=-1))
    settings = {"nbin": nbin, "xmin": xmin, "xmax": top}
    with unchanged(im=image):
        found = color_histogram_hsv(image, **settings)
    expected = package_features.color_histogram_hsv(image, **settings)
    expect_close(
        found,
        expected,
        f"histogram ({nbin} bins from {xmin} to {top})",
        rtol=1e-5,
        hint="Divide the colours by xmax; bins go from xmin to xmax on the same scale.",
        faults={
            "The bins begin at 0 here; they should begin at xmin.": (
                package_features.color_histogram_hsv(image, nbin=nbin, xmax=top)
            )
        },
    )
passed("features-hue", "other numbers of bins, xmin and xmax; the image as it was")


# %% [markdown]
# **Further reading**
#
# - Swain and Ballard, *Color Indexing*, 1991,
#   [doi:10.1007/BF00130487](https://doi.org/10.1007/BF00130487). Sections 1 and 2. 20 minutes.
# - Szeliski, *Computer Vision*, 2022, [section 2.3.2](https://szeliski.org/Book/): colour, and why hue
#   is an angle. 15 minutes.
#
# **Harder (optional, no points).** Weigh each pixel by its saturation, so that grey pixels do not
# count as red. What happens to the histogram of a grey image, and what would you return for it?
#
# <details><summary>Compare with your answer</summary>
#
# Every weight is 0, so the shares are $0 / 0$. Zeros say "no colour at all", and no image with colours
# has such a histogram. Equal shares of $1 / \text{nbin}$ would add up to 1, but they also belong to a
# rainbow. `np.histogram` takes `weights`.
#
# </details>
#
# **For lunch.** Shuffle all pixels of an image, and its histogram stays the same. A student concludes:
# "So such features cannot tell what is in a picture." A colleague measures that a classifier on
# ten hue counts does better than chance. Who is right, and which images would you test it on?
#
# <details><summary>Our answer, after yours</summary>
#
# Both observations hold, and the conclusion does not follow. Classes differ in their usual colours (a
# frog is green, a ship stands before blue), so the histogram carries information about the class without
# showing a single object. That is also its weakness: it learns the backdrop. Test it on images whose
# usual backdrop is exchanged, such as a ship on a meadow. The accuracy on an ordinary test set
# cannot show this, because there the backdrops are as usual.
#
# </details>

# %% [markdown]
# ## 4. Features of all images
#
# Features have different units: a bin of HOG may be 20, a share of colour 0.1. Gradient descent
# would change mostly the weights of the large ones. The usual remedy is to *standardise*:
# subtract the mean of each feature and divide by its standard deviation, both **taken from the
# training images**. Statistics of the validation or test images would leak information about
# them into the model.
#
# After this section you have 154 standardised features for every image: 144 of edges and 10 of
# colour. `extract_features` runs your functions over all images. With the mean $\mu_j$ and the
# standard deviation $\sigma_j$ of feature $j$ over the training images,
#
# $$\hat f_{ij} = \frac{f_{ij} - \mu_j}{\sigma_j + 10^{-8}} .$$
#
# **Worked example.** Two features of three training images and of one test image. The test image
# is measured with the mean and the standard deviation of the others:

# %%
train = np.array([[10.0, 0.1], [20.0, 0.3], [30.0, 0.2]])
test = np.array([40.0, 0.2])
centre, scale = train.mean(axis=0), train.std(axis=0)
print("mean", centre, "  standard deviation", scale.round(3))
print("training", ((train - centre) / scale).round(2).tolist())
print("test    ", ((test - centre) / scale).round(2))

# %% [markdown]
# **Predict, then check.** A feature has the same value in all training images. What does
# standardising make of it? And of a test image in which it differs by 0.001?
#
# <details><summary>Check your prediction</summary>
#
# 0 for the training images: $0 / 10^{-8}$, where without the small number it would be $0 / 0$.
# The test image gets 100,000. One weight, which training never changed, then decides the class.
# It is better to leave such features out.
#
# </details>

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
# **Further reading**
#
# - LeCun, Bottou, Orr and Müller, *Efficient BackProp*, 1998,
#   [doi:10.1007/3-540-49430-8_2](https://doi.org/10.1007/3-540-49430-8_2). Section 4.3: why inputs are
#   centred and scaled. 10 minutes.
# - CS231n notes, [*Data preprocessing*](https://cs231n.github.io/neural-networks-2/#datapre): the same
#   with pictures, and a warning about statistics of the test set. 10 minutes.
#
# **Harder (optional, no points).** A colleague standardises the test images with their *own* mean and
# standard deviation, and the test accuracy hardly changes. When would it change? Think of a single
# test image, and of test images that were taken at night.
#
# <details><summary>Compare with your answer</summary>
#
# A single image has no spread: every feature becomes 0, and all images get the same class. Night images
# have other means. Their own statistics would hide that, which can help or hurt, but the classifier
# no longer sees one image at a time: its answer depends on the images beside it.
#
# </details>

# %% [markdown]
# ## 5. A linear classifier on features
#
# Before 2012 a usual entry to an image recognition contest was hand-made features followed by a
# linear classifier. Lin et al. (2011) won the first ImageNet contest, of 2010, that way.
# Krizhevsky et al. (2012) won the third with a network that learns its features.
#
# After this section you know what the *same* SVM as before gains from better inputs. Its loss is
# that of the notebook `svm`, with the features $f$ in place of pixels and a column of ones for the
# bias:
#
# $$s = f\, W, \qquad L = \frac1N \sum_n \sum_{c \ne y_n} \max(0, s_{nc} - s_{n y_n} + 1)
# + \lambda \sum W^2 .$$
#
# **Worked example.** How large may a step be? One weight should make $w x = 1$, with the loss
# $\frac12 (w x - 1)^2$. The same rule is tried on an input of 1 and on one of 60:

# %%
for x, rates in ((1.0, (0.5, 2.5)), (60.0, (0.5, 1e-4))):
    for rate in rates:
        weight = 0.0
        for _step in range(20):
            weight -= rate * x * (weight * x - 1)
        print(f"input {x:4}, learning rate {rate:6}: w x = {weight * x:.3g}")

# %% [markdown]
# *The input enters the gradient twice: once in the score, once in its slope. So the largest stable rate
# falls with its square, here from 2 to $2 / 3600$.*
#
# **Predict, then check.** On raw pixels learning rates around $10^{-7}$ worked. There are 154 features of
# unit scale now. Will the best learning rate be higher or lower, and roughly by how much?
#
# <details><summary>Check your prediction</summary>
#
# Higher, by several orders of magnitude. The largest stable rate falls with the sum of the
# squared inputs. Pixels have a standard deviation of about 60, and there are 20 times as many:
# $60^2 \cdot 20 \approx 70{,}000$.
#
# </details>


# %% tags=["setup"]
@functools.cache
def drawn_features():
    """Return the features (4000, 154) and classes of drawn images, for the tests."""
    drawn = load_cifar10(source="shapes10", num_training=4000, num_test=0)
    both = [package_features.hog_feature, package_features.color_histogram_hsv]
    rows = extract_features(drawn.X_train, both)
    return (rows - rows.mean(axis=0)) / rows.std(axis=0), drawn.y_train


def train_quietly(train, *args, **settings):
    """Train and return the losses; one that is infinite if they outgrew all numbers."""
    try:
        return train(*args, **settings)
    except FloatingPointError:
        return [np.inf]


def what_losses_say(losses):
    """Say what to change where training has not led far enough."""
    first, last = losses[0], np.mean(losses[-20:])
    if not np.isfinite(last):
        return (
            "The loss outgrew all numbers: the learning rate is too large, or reg is."
        )
    course = f"The loss went from {first:.2f} to {last:.2f}"
    if last > 1.2 * first:
        return f"{course}: it grew, so the learning rate is too large, or reg is."
    if last > 0.95 * first:
        return f"{course}: it hardly moved, so the learning rate is too small."
    return (
        f"{course}: it fell, so look at the rest. Is the regularisation too strong, or "
        f"are there too few hidden units?"
    )


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

# %% [markdown]
# *The star is the best of 30 trials. Choose from inside the bright region, not from its edge.*


# %% answer="features-linear" minutes=10 difficulty=2 importance=2
def linear_settings():
    """Return the hyperparameters you chose: {"learning_rate": ..., "reg": ...}."""
    ### BEGIN SOLUTION
    return {"learning_rate": 1e-2, "reg": 1e-2}
    ### END SOLUTION


# %% [markdown] hint="features-linear"
# <details><summary>Hint 1: where to look</summary>
#
# The bright region of the map: how wide is it along each axis?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Numbers well inside the region, since one of the tests trains with other minibatches. The
# printed trials are good starting points.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Choose a learning rate at least a factor of 5 below the one where the map darkens again.
# 2. Choose a regularisation strength below which the map no longer changes.
# 3. Return both in a dictionary, as numbers, not as logarithms.
#
# </details>

# %% test="features-linear" points=2
# With your hyperparameters, 500 steps on the features of 3000 drawn images get at least 40 % of
# 1000 others right. Ten per cent would be guessing.
chosen = linear_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"learning_rate", "reg"},
    f"linear_settings() should return a dict with learning_rate and reg, and nothing "
    f"else; got {in_words(chosen)}.",
)
for name, value in chosen.items():
    expect(
        isinstance(value, int | float | np.floating) and value > 0,
        f"{name} should be a number above 0, not its logarithm; got {in_words(value)}.",
    )
rows, labels = drawn_features()
rows = np.hstack([rows, np.ones((4000, 1), dtype=rows.dtype)])
model = LinearSVM()
losses = train_quietly(model.train, rows[1000:], labels[1000:], **chosen, num_iters=500)
accuracy = np.mean(model.predict(rows[:1000]) == labels[:1000])
expect(
    accuracy >= 0.40,
    f"With {in_words(chosen)} only {accuracy:.1%} come out right; 40 % are asked for. "
    f"{what_losses_say(losses)}",
)
passed("features-linear", f"{accuracy:.1%} of 1000 images come out right")

# %% test="features-linear" part="others" points=1
# The same on other images, with other minibatches.
chosen = linear_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"learning_rate", "reg"},
    f"linear_settings() should return a dict with learning_rate and reg, and nothing "
    f"else; got {in_words(chosen)}.",
)
rows, labels = drawn_features()
rows = np.hstack([rows, np.ones((4000, 1), dtype=rows.dtype)])
model = LinearSVM()
losses = train_quietly(
    model.train, rows[:3000], labels[:3000], **chosen, num_iters=500, rng=rng
)
accuracy = np.mean(model.predict(rows[3000:]) == labels[3000:])
expect(
    accuracy >= 0.40,
    f"With {in_words(chosen)} only {accuracy:.1%} of other images come out right; 40 % "
    f"are asked for. Take numbers well inside the bright part of the heat map.",
)
passed("features-linear", f"{accuracy:.1%} of other images come out right")


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
# Which mistakes does it make? Each row shows test images that were wrongly given the class
# named on the left. Remember what the classifier sees: do the mistakes make sense?

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

# %% [markdown] question="features-mistakes" points=2 minutes=10
# **Question 2 (2 points).** Choose two of these mistakes and explain them by the edges and
# the colours. Then name one thing that a person sees at once and these features cannot
# hold, whatever the classifier.

# %% [markdown] marking="features-mistakes"
# For example: a truck called a car, since both have horizontal edges below and vertical sides;
# or a bird on blue called a ship, by the share of blue and the flat background. Not held: which
# colour is *where* (a histogram has no positions), anything smaller than a cell (an eye, the
# roundness of a wheel), how parts belong together, and whether a shape is dark on bright or
# bright on dark.
#
# *Marking:* 0.5 for each mistake explained by edges or colours that are visible in the
# picture; 1 for a loss of information that follows from the definition of the features.
# "The classifier is too weak" earns nothing: that is another cause.

# %% [markdown]
# **Experiment: shuffle the pixels.** Take one random permutation of the 1024 positions and move
# the pixels of *every* image by it, training and validation images alike. To you the images now
# look like noise. What do the classifiers lose?

# %% drawing="features-shuffled"
drawings.show(
    drawings.shuffled_pixels(),
    "Two images of 3 by 3 pixels, each before and after the same move of all positions. All values "
    "are kept, but pixels that were neighbours no longer are.",
)

# %% [markdown]
# **Predict before you run it.** A linear classifier on pixels, on HOG and on hues is trained on
# 3000 images as they are, then on the shuffled ones. Which of the three accuracies fall, and which
# stay?

# %% tags=["experiment"]
with needs_answers():
    few, labels = data.X_train[:4000], data.y_train[:4000]
    order = np.random.default_rng(0).permutation(32 * 32)
    moved = few.reshape(-1, 32 * 32, 3)[:, order].reshape(few.shape)

    def accuracy_on(rows, learning_rate, reg):
        """Standardise, train a linear SVM on 3000 rows, return the accuracy on 1000."""
        rows = rows.reshape(4000, -1)
        centre, scale = rows[:3000].mean(axis=0), rows[:3000].std(axis=0) + 1e-8
        rows = with_ones(((rows - centre) / scale).astype(np.float32))
        svm = LinearSVM()
        svm.train(rows[:3000], labels[:3000], learning_rate, reg, num_iters=1000)
        return np.mean(svm.predict(rows[3000:]) == labels[3000:])

    kinds = {"pixels": None, "HOG": hog_feature, "hues": color_histogram_hsv}
    found = {}
    for name, feature in kinds.items():
        rates = (1e-3, 1.0) if feature is None else (1e-2, 1e-2)
        found[name] = [
            accuracy_on(
                extract_features(images, [feature]) if feature else images, *rates
            )
            for images in (few, moved)
        ]
        print(
            f"{name:7} as they are {found[name][0]:.3f}, shuffled {found[name][1]:.3f}"
        )
    fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
    places = np.arange(3)
    for k, (label, colour, hatch) in enumerate(
        (("as they are", "#0072b2", ""), ("shuffled", "#e69f00", "//"))
    ):
        heights = [pair[k] for pair in found.values()]
        ax.bar(
            places + 0.4 * k - 0.2,
            heights,
            0.36,
            color=colour,
            hatch=hatch,
            label=label,
        )
    ax.axhline(0.1, color="gray", linewidth=1)
    ax.set_xticks(places, list(found))
    ax.set(ylabel="validation accuracy", ylim=(0, 0.6))
    ax.legend(frameon=False)
    plt.show()

# %% [markdown]
# <details><summary>What most people get wrong</summary>
#
# Pixels and hues lose nothing: on synthetic images (`shapes10`) we measured 39 % twice for
# pixels, and 22 % twice for hues. A linear classifier does not know which inputs are
# neighbours, and nor does a fully connected network. It learns the permuted templates just as
# well. HOG fell from 41 % to 19 %, since it takes differences of neighbours. HOG *assumes* that
# neighbouring pixels belong together. Convolutional networks assume it too, and you should
# expect them to fall as well.
#
# </details>
#
# **Further reading**
#
# - CS231n notes, [*Linear classification*](https://cs231n.github.io/linear-classify/): the classifier
#   used here, and why inputs are scaled. 20 minutes.
# - Krizhevsky, Sutskever and Hinton, *ImageNet Classification with Deep Convolutional Neural
#   Networks*, 2012, [proceedings](https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks).
#   Section 6, against hand-made features. 15 minutes.
#
# **Harder (optional, no points).** *Whitening* removes the correlations between features, not only
# their scales. Whiten the 154 features with the covariance of the training images. Does the
# linear classifier gain, in accuracy or in training steps?
#
# <details><summary>Compare your answer</summary>
#
# Whitening multiplies the features by an invertible matrix $A$, and weights $A^{-1} W$ undo it.
# So without regularisation the smallest possible loss is the same. Two things change: gradient
# descent needs fewer steps, because the loss curves alike in all directions, and the L2 penalty
# now also binds directions that vary little. If accuracy changes much, one of your two
# trainings had not converged, or the regularisation decides.
#
# </details>

# %% [markdown]
# ## 6. A network on features
#
# A linear classifier adds up evidence: it cannot say "blue *and* horizontal edges". The hidden
# layer of a two-layer network can combine features. Boser, Guyon and Vapnik (1992) obtained
# such combinations with *kernels*, which compare an image with stored training images. Their
# cost grows with the number of training images.
#
# After this section you know what a hidden layer adds to hand-made features. The network
# needs no column of ones, since it has biases:
#
# $$s = \mathrm{ReLU}(f\, W_1 + b_1)\, W_2 + b_2 .$$
#
# Its initial weights are larger than for pixels (`weight_scale` 0.05), because the inputs are smaller.

# %% drawing="features-corners"
drawings.show(
    drawings.corner_unit(),
    "Two tables for an image that is blue or not and has horizontal edges or not. The weighted sum is "
    "0, 1, 1 and 2. After a bias of minus 1 and a ReLU it is 0, 0, 0 and 1: only an image with both "
    "opens the hidden unit.",
)

# %% [markdown]
# *The weighted sum gives half of the credit for half of the evidence. The hidden unit asks for both.*
#
# **Worked example.** "Blue and horizontal" with one hidden unit. No weighted sum alone can be 1
# for the last line and 0 for the three others:

# %%
for blue in (0, 1):
    for horizontal in (0, 1):
        pre = 1.0 * blue + 1.0 * horizontal - 1.0
        active = pre if pre > 0 else 0.0
        print(f"blue {blue}, horizontal {horizontal}: hidden unit {active}")

# %% [markdown]
# **Predict, then check.** The features have 154 numbers, the images 3072. How many parameters has a
# network with 500 hidden units on each? Which one can afford more units?
#
# <details><summary>Check your prediction</summary>
#
# $154 \cdot 500 + 500 + 5010 = 82{,}510$ on features, 1,541,510 on pixels. On features a wide
# hidden layer is cheap, and with fewer parameters it tends to overfit less.
#
# </details>

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


# %% answer="features-net" minutes=15 difficulty=2 importance=2
def net_settings():
    """Return the hyperparameters you chose.

    Returns
    -------
    settings : dict
        hidden_dim (at most 500), learning_rate and reg.
    """
    ### BEGIN SOLUTION
    return {"hidden_dim": 500, "learning_rate": 0.3, "reg": 1e-3}
    ### END SOLUTION


# %% [markdown] hint="features-net"
# <details><summary>Hint 1: where to look</summary>
#
# Where is the map bright? The learning rate lies far above that of `two_layer_net`.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# A learning rate from inside the bright part, a regularisation strength that costs nothing there, and
# more hidden units than the 100 of the search.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Fix learning rate and regularisation strength from the map.
# 2. Change the 100 in `quick_net_accuracy` to 200 and to 500, and compare the accuracy.
# 3. The tests ask for 43 % on synthetic images (`shapes10`), twice, with other initial weights.
#
# </details>

# %% test="features-net" points=2
# Trained with your hyperparameters for 8 epochs on the features of 3000 drawn images, the network
# gets at least 43 % of 1000 others right.
chosen = net_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"hidden_dim", "learning_rate", "reg"},
    f"net_settings() should return a dict with hidden_dim, learning_rate and reg, and "
    f"nothing else; got {in_words(chosen)}.",
)
hidden_dim, learning_rate, reg = (
    chosen[name] for name in ("hidden_dim", "learning_rate", "reg")
)
expect(
    isinstance(hidden_dim, int | np.integer) and 1 <= hidden_dim <= 500,
    f"hidden_dim should be a whole number, an int from 1 to 500; got "
    f"{in_words(hidden_dim)} of type {type(hidden_dim).__name__}.",
)
for name in ("learning_rate", "reg"):
    expect(
        isinstance(chosen[name], int | float | np.floating) and chosen[name] > 0,
        f"{name} should be a number above 0, not its logarithm; got "
        f"{in_words(chosen[name])}.",
    )
rows, labels = drawn_features()
parts = {"X_train": rows[:3000], "y_train": labels[:3000]}
parts |= {"X_val": rows[3000:], "y_val": labels[3000:]}
model = TwoLayerNet(154, hidden_dim, 10, weight_scale=0.05, reg=reg)
how = {"optim_config": {"learning_rate": learning_rate}, "num_epochs": 8}
solver = Solver(model, parts, **how, verbose=False)
stopped = train_quietly(solver.train)
losses = stopped or solver.loss_history
expect(
    solver.best_val_acc >= 0.43,
    f"With {in_words(chosen)} only {solver.best_val_acc:.1%} come out right; 43 % are "
    f"asked for. {what_losses_say(losses)}",
)
passed("features-net", f"{solver.best_val_acc:.1%} of 1000 images come out right")

# %% test="features-net" part="others" points=1
# The same on other images, from other weights.
chosen = net_settings()
expect(
    isinstance(chosen, dict) and set(chosen) == {"hidden_dim", "learning_rate", "reg"},
    f"net_settings() should return a dict with hidden_dim, learning_rate and reg, and "
    f"nothing else; got {in_words(chosen)}.",
)
hidden_dim, learning_rate, reg = (
    chosen[name] for name in ("hidden_dim", "learning_rate", "reg")
)
rows, labels = drawn_features()
parts = {"X_train": rows[1000:], "y_train": labels[1000:]}
parts |= {"X_val": rows[:1000], "y_val": labels[:1000]}
model = TwoLayerNet(154, hidden_dim, 10, weight_scale=0.05, reg=reg, rng=rng)
how = {"optim_config": {"learning_rate": learning_rate}, "num_epochs": 8, "rng": rng}
solver = Solver(model, parts, **how, verbose=False)
train_quietly(solver.train)
expect(
    solver.best_val_acc >= 0.43,
    f"With {in_words(chosen)} only {solver.best_val_acc:.1%} of other images come out "
    f"right; 43 % are asked for. Take numbers well inside the bright part of the heat map.",
)
passed("features-net", f"{solver.best_val_acc:.1%} of other images come out right")


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
# **Further reading**
#
# - Bengio, Courville and Vincent, *Representation Learning: A Review and New Perspectives*, 2013,
#   [arXiv:1206.5538](https://arxiv.org/abs/1206.5538). Sections 1 and 3: from designed to learned
#   features. 30 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 6.1](https://www.deeplearningbook.org/contents/mlp.html): the four corners of XOR, step by
#   step. 10 minutes.
#
# **Harder (optional, no points).** Compute HOG with cells of 4 and of 16 pixels as well, and
# concatenate all three. What do accuracy and overfitting do?
#
# <details><summary>Compare your answer</summary>
#
# Cells of 4, 8 and 16 pixels give $64 \cdot 9 + 16 \cdot 9 + 4 \cdot 9 = 756$ features, five
# times as many as before. More features for the same images usually raise the training accuracy
# more than the validation accuracy. Look at the difference of the two, and search the
# regularisation anew: the best strength for 154 features need not suit 756.
#
# </details>
#
# ## What you have
#
# You now have five classifiers for the same images: nearest neighbours, a linear classifier on
# pixels, a network on pixels, a linear classifier on features, a network on features. People
# designed these features. In assignment 2, convolutional networks learn theirs.
