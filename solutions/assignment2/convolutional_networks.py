# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Convolutional networks
#
# A fully connected network reads an image as one long row of numbers. It has to learn anew at
# every pixel what an edge is. A *convolutional layer* slides small *filters* over the image and
# uses the same weights at every position. You write it twice: from its definition, and as one
# matrix product. You add pooling and normalisation for images, and train networks with them, up
# to a residual network. At the end you take the images apart and see what the networks really
# used.
#
# **You need:** the notebooks `fully_connected_nets` and `batch_normalization`. **Time (our
# estimate, as are all minutes below):** about seven hours.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests below it.
# A test that fails says what it expected, what it got and where to look; one that passes prints
# a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import copy
import importlib.util
import itertools
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

import cs231n.im2col
from cs231n import drawings, figures, layers
from cs231n.data import find_cifar10, load_cifar10, split_cifar10
from cs231n.layers import (  # noqa: F401 - answers may use any of these
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from cs231n.nets.convnet import ThreeLayerConvNet as PackageNet
from cs231n.nets.fully_connected import FullyConnectedNet
from cs231n.nets.resnet import ResNet
from cs231n.notebook import NotebookClass, add_to_class, needs_answers, quick
from cs231n.schedules import linear, warmup
from cs231n.solver import Solver
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)
from cs231n.vis import show_grid, tile

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["cs231n", "layers", "PackageNet", "ResNet", "torch", "scipy"]
READY += [
    name
    for name in vars(layers)
    if name.startswith(("conv_", "max_pool_")) and not name.endswith("_naive")
]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()
#: Sizes for tests: N, C, F, (H, W), (HH, WW), stride, pad, dtype.
SIZES = [
    (2, 3, 4, (5, 8), (3, 2), 1, 0, np.float64),
    (3, 2, 1, (6, 7), (2, 3), 2, 1, np.float32),
    (1, 1, 2, (4, 10), (1, 5), 1, 2, np.float64),
    (2, 4, 3, (7, 4), (3, 3), 3, 1, np.float64),
]
#: The same for pooling: shape of x, height and width of a window, stride.
POOLS = [
    ((2, 3, 5, 8), 2, 2, 3),
    ((2, 3, 4, 7), 2, 3, 1),
    ((2, 3, 5, 9), 3, 3, 2),
    ((3, 1, 6, 4), 2, 4, 2),
    ((1, 2, 7, 10), 1, 4, 3),
    ((2, 4, 4, 5), 2, 1, 1),
]


def conv_case(rng, n, c, f, size, field, stride, pad, dtype):
    """Draw images, filters and biases; return them, conv_param and a description."""
    x = rng.normal(size=(n, c, *size)).astype(dtype)
    w = rng.normal(size=(f, c, *field)).astype(dtype)
    b = rng.normal(size=f).astype(dtype)
    where = f"(x {x.shape}, w {w.shape}, {stride = }, {pad = }, {x.dtype})"
    return x, w, b, {"stride": stride, "pad": pad}, where


def to_product(out):
    """Bring an output, or its gradient, into the form of the product w @ cols."""
    return cs231n.im2col.im2col_indices(out, 1, 1, padding=0, stride=1)


def from_product(product, shape):
    """Bring the product w @ cols into the form of an output."""
    return cs231n.im2col.col2im_indices(product, shape, 1, 1, padding=0, stride=1)


# %% [markdown]
# ## 1. The forward pass of a convolution
#
# Hubel and Wiesel (1959) found cells in the visual cortex of cats that respond to an edge in
# one small part of the field of view. Fukushima (1980) proposed a network built on that idea,
# the *neocognitron*. Its units look through small windows, and units at different positions
# share their weights. LeCun et al. (1989) trained such a network by backpropagation to read
# handwritten zip codes. Sharing saves parameters, and it assumes that a pattern means the same
# wherever it appears. For aligned images that may be wrong: Taigman et al. (2014) recognised
# aligned faces with filters that were *not* shared. Nor does sharing make a whole network blind
# to shifts. Azulay and Weiss (2018) reported that moving an image by a single pixel can change
# what a trained network says.
#
# After this section you can compute the output of a convolutional layer, and its shape, for any
# stride and padding.
#
# A batch of images $x$ has the shape $(N, C, H, W)$: examples, *channels* (the three colours at
# first), height, width. There are $F$ *filters* $w$ of the shape $(F, C, H_w, W_w)$, each with
# a bias. Surround every image by `pad` zeros on each side (*zero padding*). Place a filter on
# the top left corner and multiply elementwise. Sum over all channels and pixels of the window,
# and add the bias. That is one number of the output. Then move on by `stride` pixels:
#
# $$\text{out}_{n f i j} = b_f + \sum_{c, p, q} w_{f c p q}\;
# x^{\text{padded}}_{n,\, c,\, i \cdot \text{stride} + p,\, j \cdot \text{stride} + q} ,
# \qquad H' = 1 + \frac{H + 2\,\text{pad} - H_w}{\text{stride}},$$
#
# and likewise for the width. The outputs of one filter at all positions form its *feature map*.
# In this notebook windows always fit exactly. (Mathematicians flip the filter first and call
# what we compute *cross-correlation*.)

# %% drawing="conv-windows"
drawings.show(
    drawings.convolved_image(
        np.array([[0, 0, 2, 2]] * 4), np.array([[-1, 0, 1]] * 3), pad=1
    ),
    "An image of 4 by 4 pixels, dark on the left and bright on the right, surrounded by one "
    "ring of zeros; a filter of 3 by 3 with the columns -1, 0, 1; and the feature map of 4 by "
    "4. A window at the edge gives 6, a window at the right border gives -6.",
)

# %% [markdown]
# *The filter compares the right column of its window with the left one. It responds to the edge
# in the middle (solid frame), and to the right border as well (dashed frame): padding is black,
# not "nothing".*

# %% drawing="conv-count"
drawings.show(
    drawings.window_count(size=7, field=3, stride=2, pad=1),
    "Seven pixels in a row with one zero of padding on each side. Four windows of three pixels "
    "start at positions 0, 2, 4 and 6; below, the formula 1 + (7 + 2 - 3) / 2 = 4.",
)

# %% [markdown]
# *The first window always fits. Each further one costs `stride` pixels of what is left.*
#
# **Worked example.** One row of pixels instead of an image, so that you see every number:

# %%
pixels, kernel, bias = [0, 4, 4, 1, 1], [1, 2, -1], 10
padded = [0, *pixels, 0]  # pad = 1
for stride in (1, 2):
    print("stride", stride)
    for left in range(0, len(padded) - 2, stride):
        window = padded[left : left + 3]
        products = [
            pixel * weight for pixel, weight in zip(window, kernel, strict=True)
        ]
        print(f"  {window} gives {' + '.join(map(str, products))} + 10 =", end=" ")
        print(sum(products) + bias)

# %% [markdown]
# **Predict, then check.** An image of one channel has the rows 0 1 2, 3 4 5, 6 7 8. The filter
# has the rows 1 2, 3 4, and the bias is 10. With stride 1 and without padding, what comes out,
# and in which shape?
#
# <details><summary>Check your prediction</summary>
#
# Windows of 2 by 2 have $1 + (3 - 2) = 2$ positions in each direction. The first is $1 \cdot
# 0 + 2 \cdot 1 + 3 \cdot 3 + 4 \cdot 4 + 10 = 37$. The output has the rows 37 47 and 67 77,
# in an array of shape $(1, 1, 2, 2)$. Windows overlap, because the stride is smaller than the
# filter.
#
# </details>
#
# Now write the layer with as many loops as you like. It is the *naive* implementation: slow,
# and easy to trust.


# %% answer="conv-forward" minutes=30 difficulty=2 importance=3
def conv_forward_naive(x, w, b, conv_param):
    """Slide filters over images; plainly, with as many loops as you like.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        stride, and pad, the zeros to add on each side; both in pixels.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        With the dtype of x, or a more precise one.
    cache : tuple
        (x, w, b, conv_param).
    """
    ### BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    n, _, h, width = x.shape
    f, _, hh, ww = w.shape
    h_out = 1 + (h + 2 * pad - hh) // stride
    w_out = 1 + (width + 2 * pad - ww) // stride
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((n, f, h_out, w_out), dtype=x.dtype)
    for image, place_f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[image, :, top : top + hh, left : left + ww]
        out[image, place_f, i, j] = np.sum(window * w[place_f]) + b[place_f]
    ### END SOLUTION
    cache = (x, w, b, conv_param)
    return out, cache


# %% [markdown] hint="conv-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Write down the shape of the output first. For one of its numbers, `out[n, f, i, j]`, where in
# the padded image is the top left corner of the window? Which axes does the window have?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.pad` takes one pair of numbers for each axis; examples and channels get none.
# `np.ndindex(out.shape)` replaces four nested loops. A slice may start anywhere: `start :
# start + size`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Read `stride` and `pad`, and pad the images.
# 2. Make an output of the right shape, filled with zeros.
# 3. For every image, filter, row and column: cut out the window, **all channels of it**.
# 4. Multiply it by that filter, sum everything, add that filter's bias.
#
# </details>

# %% test="conv-forward" points=1
x = np.arange(9.0).reshape(1, 1, 3, 3)
w, b = np.array([[[[1.0, 2], [3, 4]]]]), np.array([10.0])
with unchanged(x=x, w=w, b=b):
    answer = conv_forward_naive(x, w, b, {"stride": 1, "pad": 0})
out, _ = expect_tuple(answer, "out", "cache")
expect_close(
    out,
    [[[[37, 47], [67, 77]]]],
    "out of the hand case",
    hint="Top left: 1*0 + 2*1 + 3*3 + 4*4 + 10 = 37.",
    faults={
        "The filter is turned upside down; here it stays as it is.": [
            [[[23, 33], [53, 63]]]
        ],
        "The bias is missing.": [[[[27, 37], [57, 67]]]],
        "These are means over the window; sums are asked for.": [
            [[[16.75, 19.25], [24.25, 26.75]]]
        ],
        "The stride in rows and columns is 1: these windows overlap.": [
            [[[37, 57], [97, 117]]]
        ],
        "Only one window is filled: does the return stand inside the loop?": [
            [[[37, 0], [0, 0]]]
        ],
    },
)
expect_source(conv_forward_naive, without=READY)
passed("conv-forward", "an image worked out by hand; inputs as they were")

# %% test="conv-forward" part="padding" points=1
x, w, b, _, _ = conv_case(rng, 2, 3, 3, (6, 6), (4, 4), 2, 1, np.float64)
b = np.array([0.5, -1.0, 2.0])
expected, wide = (
    layers.conv_forward(x, w, b, {"stride": stride, "pad": 1})[0] for stride in (2, 1)
)


def padded_by(*sides, **how):
    """Convolve images that were padded in another way."""
    other = np.pad(x, ((0, 0), (0, 0), sides, sides), **how)
    return layers.conv_forward(other, w, b, {"stride": 2, "pad": 0})[0]


all_axes = (
    "np.pad(x, pad) pads all four axes, images and channels too; only rows and columns "
    "get zeros here. Give np.pad a pair of widths for each axis."
)
try:
    answer = conv_forward_naive(x, w, b, {"stride": 2, "pad": 1})
except ValueError as error:  # windows of 5 channels, where a filter has 3
    expect("5" not in str(error), f"{all_axes} (NumPy said: {error})")
    raise
out, _ = expect_tuple(answer, "out", "cache")
expect_close(
    out,
    expected,
    "out with stride 2 and padding 1",
    dtype=np.float64,
    hint="Compare one window with the formula: which pixels does it hold?",
    shape_hint="How many windows fit into 6 pixels and the zeros on both sides?",
    faults={
        "Only the first channel counts; all of them should.": layers.conv_forward(
            x[:, :1].copy(), w[:, :1].copy(), b, {"stride": 2, "pad": 1}
        )[0],
        "The bias is added once for each channel; once is enough.": (
            expected + 2 * b[:, None, None]
        ),
        "The bias is missing.": expected - b[:, None, None],
        all_axes: layers.conv_forward(
            np.pad(x, 1)[:2, :3].copy(), w, b, {"stride": 2, "pad": 0}
        )[0],
        "All the zeros stand below and right of the image; half of them belong above "
        "and left.": padded_by(0, 2),
        "All the zeros stand above and left of the image; half of them belong below "
        "and right.": padded_by(2, 0),
        "The padding repeats the border; it should be zeros.": padded_by(
            1, 1, mode="edge"
        ),
        "The windows step by 1 pixel from column to column; the stride is 2.": (
            wide[:, :, ::2, :3]
        ),
        "The windows step by 1 pixel from row to row; the stride is 2.": (
            wide[:, :, :3, ::2]
        ),
        "The windows step by 1 pixel; the stride is 2.": wide[:, :, :3, :3],
        "These are means over the window; sums are asked for.": (
            (expected - b[:, None, None]) / 48 + b[:, None, None]
        ),
        "Each image is transposed: rows and columns changed places.": (
            expected.swapaxes(2, 3)
        ),
        "Every image of the batch holds the result of the last one.": (
            np.stack([expected[1], expected[1]])
        ),
    },
)
passed("conv-forward", "several images and channels, stride 2, padding 1")

# %% test="conv-forward" part="sizes" points=2
for size in SIZES:
    x, w, b, conv_param, where = conv_case(rng, *size)
    expected, _ = layers.conv_forward(*(a.astype(float) for a in (x, w, b)), conv_param)
    with unchanged(x=x, w=w, b=b):
        answer = conv_forward_naive(x, w, b, dict(conv_param))
    out, _ = expect_tuple(answer, "out", "cache")
    hint = "Height and width differ here, of the images and of the filters."
    expect_close(out, expected, f"out {where}", rtol=1e-4, atol=1e-4, hint=hint)
passed("conv-forward", "images and filters that are not square, strides, paddings")

# %% [markdown]
# **Experiment: filters by hand.** Before networks learned filters, people designed them. Sobel
# and Feldman (1968) proposed one for edges that is still in use. The next cell applies five
# filters of 3 by 3 to twelve synthetic images. **Predict:** which numbers would you put into a
# filter that finds vertical edges, and where will its output be negative?

# %%
with needs_answers():
    drawn = load_cifar10("shapes10", 60, 1).X_train[:60:5][:12]
    sheet = tile(drawn, columns=4, padding=0)  # (96, 128, 3), colours last
    one, zero = np.eye(3)[1], np.zeros(3)
    grey = np.array([0.3, 0.6, 0.1])[:, None, None]  # how bright each colour looks
    slope = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    made = {
        "grey": grey * np.outer(one, one),
        "vertical edges": grey * slope,
        "horizontal edges": grey * slope.T,
        "blurred": grey * np.ones((3, 3)) / 9,
        "sharpened": grey * (4 * np.outer(one, one) - np.ones((3, 3)) / 3),
    }
    batch = np.ascontiguousarray(sheet.transpose(2, 0, 1)[None], dtype=float)
    filters = np.stack(list(made.values()))
    out, _ = conv_forward_naive(batch, filters, np.zeros(5), {"stride": 1, "pad": 1})
    fig, axes = plt.subplots(2, 3, figsize=(9, 4.8), layout="constrained")
    axes[0, 0].imshow(sheet.astype(np.uint8))
    axes[0, 0].set_title("images")
    for ax, picture, name in zip(axes.ravel()[1:], out[0], made, strict=True):
        low, high = (-300, 300) if "edges" in name else (0, 255)
        ax.imshow(picture, cmap="gray", vmin=low, vmax=high)
        ax.set_title(name)
    for ax in axes.ravel():
        ax.set_axis_off()
    plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# A column of positive numbers, a column of zeros, a column of negative ones: the filter
# subtracts the right neighbours from the left ones. Flat areas give 0 (grey). The sign says on
# which side the image is brighter: an edge from bright to dark is positive (white), one from
# dark to bright negative (black). The straight bars are edges between two neighbouring images
# of the sheet. Blurring averages 9 pixels. Sharpening adds to a pixel what distinguishes it
# from that average.
#
# </details>
#
# **Further reading**
#
# - CS231n notes, [*Convolutional
#   Networks*](https://cs231n.github.io/convolutional-networks/#conv): the layer, its
#   hyperparameters, an animated example. 20 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016, [sections 9.1 and
#   9.2](https://www.deeplearningbook.org/contents/convnets.html): why sharing weights helps. 20
#   minutes.
# - Azulay and Weiss, *Why do deep convolutional networks generalize so poorly to small image
#   transformations?*, 2018, [arXiv:1805.12177](https://arxiv.org/abs/1805.12177). Sections 1
#   and 2. 15 minutes.
#
# **Harder (optional, no points).** A filter is *separable* if it is the outer product of a
# column and a row. Which of the five are separable, apart from the colours? How many
# multiplications does a pixel cost if you apply the column and then the row?
#
# <details><summary>Compare your answer</summary>
#
# All but the sharpening one. The filter for vertical edges is $(1, 2, 1)^T (1, 0, -1)$. Column
# and row cost $3 + 3$ multiplications instead of 9; for a filter of $k \times k$ it is $2k$
# instead of $k^2$.
#
# </details>

# %% [markdown]
# ## 2. The backward pass of a convolution
#
# A shared weight takes part in many outputs. What is its gradient? Rumelhart, Hinton and
# Williams (1986) answered that for small networks of their own. Compute the gradient of every
# copy as if the copies were separate, then add them up. Nothing else is new in this section.
# The backward pass costs about twice as many multiplications as the forward pass, once for the
# images and once for the filters.
#
# After this section you can backpropagate through a convolution, and name the outputs from
# which a pixel's gradient comes.
#
# Take one number of the output, $\text{out}_{nfij}$. Within its window, the local derivatives
# are
#
# $$\frac{\partial\, \text{out}_{nfij}}{\partial w_{fcpq}} =
# x^{\text{padded}}_{n,\,c,\,i \cdot \text{stride} + p,\,j \cdot \text{stride} + q} , \qquad
# \frac{\partial\, \text{out}_{nfij}}{\partial
# x^{\text{padded}}_{n,\,c,\,i \cdot \text{stride} + p,\,j \cdot \text{stride} + q}} = w_{fcpq} ,
# \qquad \frac{\partial\, \text{out}_{nfij}}{\partial b_f} = 1 ,$$
#
# and the *upstream gradient* $g$ of that number multiplies each of them. **A weight serves many
# windows, and a pixel lies in many: there, gradients add up.**

# %% drawing="conv-shared"
drawings.show(
    drawings.shared_gradients(),
    "An upstream gradient of 2 by 2 with one marked entry, 3. It sends 3 times the filter to its "
    "window in the gradient of the image, and 3 times the window to the gradient of the filter. "
    "The entries of the other windows add to both.",
)

# %% [markdown]
# *One number of `dout` reaches a whole window of `dx` and the whole of `dw`. The other three do
# the same at their own windows.*
#
# **Worked example.** A row of three pixels, a filter of two weights, so two windows. The
# *gradient check* at the end moves the middle pixel, which lies in both:

# %%
row, kernel = np.array([1.0, 2.0, 4.0]), np.array([3.0, -1.0])
g = np.array([1.0, 10.0])  # upstream gradient of the two outputs
print("to the filter: ", g[0] * row[:2], "+", g[1] * row[1:])
print("to the pixels: ", [*(g[0] * kernel), 0.0], "+", [0.0, *(g[1] * kernel)])
print("dw", g[0] * row[:2] + g[1] * row[1:], "  middle pixel of dx", -1.0 + 30.0)


def loss_of(pixels):
    """Weigh the two outputs by the upstream gradient."""
    return g[0] * (pixels[:2] @ kernel) + g[1] * (pixels[1:] @ kernel)


step = np.array([0, 1e-5, 0])
print("numerically:", round((loss_of(row + step) - loss_of(row - step)) / 2e-5, 6))

# %% [markdown]
# **Predict, then check.** Take the image and the filter of the prediction in section 1. `dout`
# is 1 in the top left corner and 0 elsewhere. What are `dw`, `dx` and `db`?
#
# <details><summary>Check your prediction</summary>
#
# `dw` is the top left window, 0 1 and 3 4. `dx` is the filter, placed in the top left corner:
# the rows 1 2 0, 3 4 0, 0 0 0. `db` is 1. The roles are exchanged: each factor of a product
# receives the other.
#
# </details>
#
# With padding, `dx` is first computed for the padded image. At the end, cut the padding off.


# %% answer="conv-backward" minutes=35 difficulty=3 importance=3
def conv_backward_naive(dout, cache):
    """Carry a gradient back through conv_forward_naive.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Gradient of the loss with respect to the output.
    cache : tuple
        (x, w, b, conv_param), as returned by conv_forward_naive.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)
    """
    ### BEGIN SOLUTION
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    hh, ww = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for image, f, i, j in np.ndindex(dout.shape):
        rows = slice(i * stride, i * stride + hh)
        cols = slice(j * stride, j * stride + ww)
        dw[f] += dout[image, f, i, j] * padded[image, :, rows, cols]
        dpadded[image, :, rows, cols] += dout[image, f, i, j] * w[f]
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    db = dout.sum(axis=(0, 2, 3))
    ### END SOLUTION
    return dx, dw, db


# %% [markdown] hint="conv-backward"
# <details><summary>Hint 1: where to look</summary>
#
# The loops of your forward pass, once more: at every position you know the window, the filter
# and one number of `dout`. Which two arrays receive something there, and of which shapes?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.zeros_like` for the gradients of the padded images and of the filters, `+=` on the same
# slices as in the forward pass. The bias was broadcast over images, rows and columns, so one
# sum over three axes serves it.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Pad the images again; make zeros for the padded `dx` and for `dw`.
# 2. At every position, add to the filter's gradient and to the window's gradient. Compare with
#    the two printed lines of the worked example.
# 3. Sum `dout` for `db`.
# 4. Cut a window of the image's own size out of the padded `dx`. With `pad = 0` a slice that
#    ends at `-pad` is empty, so count from the beginning.
#
# </details>

# %% test="conv-backward" points=1
x = np.arange(9.0).reshape(1, 1, 3, 3)
w, b = np.array([[[[1.0, 2], [3, 4]]]]), np.array([10.0])
dout = np.array([[[[1.0, 0], [0, 2]]]])
_, cache = conv_forward_naive(x, w, b, {"stride": 1, "pad": 0})
with unchanged(dout=dout, x=x, w=w):
    answer = conv_backward_naive(dout, cache)
dx, dw, db = expect_tuple(answer, "dx", "dw", "db")
expect_close(
    dx,
    [[[[1, 2, 0], [3, 6, 4], [0, 6, 8]]]],
    "dx of the hand case",
    hint="Which windows hold the pixel, and which number of the filter met it there?",
    faults={
        "Nothing is left of it: with pad 0, a slice from pad to -pad is empty.": (
            np.zeros((1, 1, 0, 0))
        ),
        "The filter is turned; each number goes back to the pixel that it met.": [
            [[[4, 3, 0], [2, 9, 6], [0, 4, 2]]]
        ],
        "A window overwrites what earlier windows gave the same pixel; add up.": [
            [[[1, 0, 0], [0, 2, 4], [0, 6, 8]]]
        ],
        "dout is left out.": [[[[1, 3, 2], [4, 10, 6], [3, 7, 4]]]],
        "Only the last window arrived: the others were lost.": [
            [[[0, 0, 0], [0, 2, 4], [0, 6, 8]]]
        ],
        "Only the first window arrived.": [[[[1, 2, 0], [3, 4, 0], [0, 0, 0]]]],
    },
)
expect_close(
    dw,
    [[[[8, 11], [17, 20]]]],
    "dw of the hand case",
    hint="Two windows count: the top left one once, the bottom right one twice.",
    faults={
        "Each window overwrites what the ones before gave the filter; add up.": [
            [[[8, 10], [14, 16]]]
        ],
        "dout is left out.": [[[[8, 12], [20, 24]]]],
        "The window is turned; each pixel goes to the number that it met.": [
            [[[20, 17], [11, 8]]]
        ],
    },
)
expect_close(
    db,
    [3],
    "db of the hand case",
    faults={
        "This is the mean over the positions; the bias serves each in full.": [0.75],
        "This counts windows; each should count as much as dout says.": [4],
    },
)
expect_source(conv_backward_naive, without=READY)
passed("conv-backward", "an image worked out by hand, without padding")

# %% test="conv-backward" part="padding" points=1
x, w, b, conv_param, _ = conv_case(rng, 4, 3, 2, (7, 7), (3, 3), 2, 1, np.float64)
out, ours = layers.conv_forward(x, w, b, conv_param)
dout = rng.normal(size=out.shape)
truth = layers.conv_backward(dout, ours)
late, at_end = np.zeros((4, 2, 7, 7)), np.pad(x, ((0, 0), (0, 0), (0, 2), (0, 2)))
late[:, :, :4, :4] = dout
unstrided = layers.conv_backward(
    late, layers.conv_forward(x, w, b, {"stride": 1, "pad": 1})[1]
)
_, bare, _ = layers.conv_backward(
    dout, layers.conv_forward(at_end, w, b, {"stride": 2, "pad": 0})[1]
)
_, cache = conv_forward_naive(x, w, b, conv_param)
with unchanged(dout=dout, x=x, w=w):
    answer = conv_backward_naive(dout, cache)
grads = expect_tuple(answer, "dx", "dw", "db")
expect_array(grads[0], x.shape, "dx", hint="Is the padding cut off?")
expect_array(grads[1], w.shape, "dw")
expect_array(grads[2], b.shape, "db")
expect(
    not np.allclose(np.asarray(grads[0])[:, :, 1:, 1:], truth[0][:, :, :-1, :-1]),
    "dx is moved down and right by the padding: the zeros were cut off at the end only.",
)
stride = "The stride of the forward pass is forgotten on the way back."
faults = {
    "dx": {stride: unstrided[0]},
    "dw": {
        stride: unstrided[1],
        "The windows are those of an image with all its zeros below and right.": bare,
    },
    "db": {
        "This is the mean over images and positions; sum.": truth[2] / 64,
        "This is the mean over images; sum.": truth[2] / 4,
        "This is the mean over positions; sum.": truth[2] / 16,
    },
}
for name, got, expected in zip(faults, grads, truth, strict=True):
    hint = (
        "A pixel lies in several windows, a filter serves all: do all gradients add up?"
    )
    expect_close(
        got,
        expected,
        f"{name} with stride 2 and padding 1",
        dtype=np.float64,
        hint=hint,
        faults=faults[name],
    )
passed("conv-backward", "several images and channels, stride 2, padding 1")

# %% test="conv-backward" part="sizes" points=2
for size in SIZES:
    x, w, b, conv_param, where = conv_case(rng, *size)
    out, ours = layers.conv_forward(*(a.astype(float) for a in (x, w, b)), conv_param)
    dout = rng.normal(size=out.shape).astype(x.dtype)
    truth = layers.conv_backward(dout.astype(float), ours)
    _, cache = conv_forward_naive(x, w, b, dict(conv_param))
    with unchanged(dout=dout, x=x, w=w, b=b):
        grads = expect_tuple(conv_backward_naive(dout, cache), "dx", "dw", "db")
        again = expect_tuple(conv_backward_naive(dout, cache), "dx", "dw", "db")
    for name, got, second, expected in zip(
        ("dx", "dw", "db"), grads, again, truth, strict=True
    ):
        hint = "Height and width differ here, of the images and of the filters."
        name = f"{name} {where}"
        expect_close(got, expected, name, rtol=1e-4, atol=1e-4, hint=hint)
        expect(
            np.array_equal(got, second),
            f"{name}: a second call gives something else. Is the cache changed?",
        )
passed("conv-backward", "images and filters that are not square; a second call")

# %% [markdown]
# **Further reading**
#
# - Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, 2016,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285). Chapter 4 shows the backward pass as a
#   convolution. 20 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016, [section
#   9.5](https://www.deeplearningbook.org/contents/convnets.html): the three operations that
#   training needs. 20 minutes.
#
# **Harder (optional, no points).** For stride 1, `dx` is itself a convolution of a padded
# `dout` with other filters. Which filters, and how much padding? Check it with your forward
# pass.
#
# <details><summary>Compare your answer</summary>
#
# The filters are flipped in height and width, and their axes $F$ and $C$ change places. For
# filters of 3 by 3 and `pad = 1` the padding is 1 again; in general it is $H_w - 1 -
# \text{pad}$. The flip that the forward pass left out comes back here.
#
# </details>

# %% [markdown]
# ## 3. Max-pooling
#
# A feature map answers *where* a pattern is, pixel by pixel. For "is there a dog?" that is more
# than you need to know, and large maps cost time. LeCun et al. (1998) averaged small windows in
# their network *LeNet-5*. Riesenhuber and Poggio (1999) argued for the maximum in a model of
# the visual cortex, and Scherer et al. (2010) reported that it beat averages in their
# experiments on object recognition. Whether a network needs it is open: Springenberg et al.
# (2014) replaced it by convolutions with stride 2 and reported no loss on several benchmarks.
# Its price is the exact position, so leave it out where the position is the answer.
#
# After this section you can pool feature maps, and send gradients back through a maximum.
#
# Of every window keep the largest number, for each channel by itself:
#
# $$\text{out}_{n c i j} = \max_{p, q}\;
# x_{n,\, c,\, i \cdot \text{stride} + p,\, j \cdot \text{stride} + q} .$$
#
# There is nothing to learn, and there is no padding here. Windows may overlap or leave gaps.
#
# **Worked example.** One channel of 4 by 4, windows of 2 by 2, stride 2, in plain Python:

# %%
feature_map = [[3, 1, 0, 2], [0, 5, 4, 4], [-1, -7, 6, 0], [-3, -2, 1, 8]]
for top in (0, 2):
    for left in (0, 2):
        window = [row[left : left + 2] for row in feature_map[top : top + 2]]
        print(window, "gives", max(window[0] + window[1]))

# %% [markdown]
# **Predict, then check.** What do the rows $1\ 2\ 5\ 3$ and $4\ 0\ 1\ 7$ give with windows of 2
# by 2 and stride 2? And with stride 1, what shape comes out? One window of the worked example
# holds negative numbers only: what would a search that starts from 0 return there?
#
# <details><summary>Check your prediction</summary>
#
# 4 and 7. With stride 1 there are $1 + (4 - 2) = 3$ windows in a row, and one in a column: the
# shape is $(1, 3)$. A search that starts from 0 returns 0 where it should return $-1$, a number
# that is not even in the window.
#
# </details>


# %% answer="conv-pool-forward" minutes=10 difficulty=2 importance=2
def max_pool_forward_naive(x, pool_param):
    """Keep the largest number of every window.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    pool_param : dict
        pool_height, pool_width, stride; in pixels.

    Returns
    -------
    out : ndarray of shape (N, C, H', W')
        H' = 1 + (H - pool_height) / stride, likewise W'. With the dtype of x, or a more
        precise one.
    cache : tuple
        (x, pool_param).
    """
    ### BEGIN SOLUTION
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    n, c, h, w = x.shape
    h_out, w_out = 1 + (h - height) // stride, 1 + (w - width) // stride
    out = np.zeros((n, c, h_out, w_out), dtype=x.dtype)
    for i, j in np.ndindex(h_out, w_out):
        top, left = i * stride, j * stride
        window = x[:, :, top : top + height, left : left + width]
        out[:, :, i, j] = window.max(axis=(2, 3))
    ### END SOLUTION
    cache = (x, pool_param)
    return out, cache


# %% [markdown] hint="conv-pool-forward"
# <details><summary>Hint 1: where to look</summary>
#
# The window is found as in the convolution. But what happens to the channels this time? Which
# two axes of the window disappear?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Two loops over the positions of the output are enough: `np.max` takes several axes at once, so
# all images and channels can be done together.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Compute the output's height from `pool_height`, its width from `pool_width`, both with the
#    stride.
# 2. At every position, slice rows and columns, and keep all images and channels.
# 3. Store the largest numbers of that slice.
#
# </details>

# %% test="conv-pool-forward" points=1
x = np.array([[[[1.0, 2, 5, 3], [4, 0, 1, 7]], [[0, 9, 2, 6], [8, 3, 4, 5]]]])
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
with unchanged(x=x):
    out, _ = expect_tuple(max_pool_forward_naive(x, pool_param), "out", "cache")
expect_close(
    out,
    [[[[4, 7]], [[9, 6]]]],
    "out of the hand case",
    hint="Each channel has two windows: its left half and its right half.",
    faults={
        "These are means of the windows, not their largest numbers.": [
            [[[1.75, 4]], [[5, 4.25]]]
        ],
        "These are the smallest numbers.": [[[[0, 1]], [[0, 2]]]],
        "The channels compete with each other; each is pooled by itself.": [
            [[[9, 7]], [[9, 7]]]
        ],
        "The last window of each row is missing.": [[[[4, 0]], [[9, 0]]]],
    },
)
expect_close(
    max_pool_forward_naive(x - 9.5, pool_param)[0],
    [[[[-5.5, -2.5]], [[-0.5, -3.5]]]],
    "out for negative numbers",
    faults={
        "All the numbers are below 0, so the search may not start from 0.": (
            np.zeros((1, 2, 1, 2))
        ),
    },
)
expect_source(max_pool_forward_naive, without=READY)
passed("conv-pool-forward", "channels worked out by hand, negative numbers")

# %% test="conv-pool-forward" part="sizes" points=1
for shape, height, width, stride in POOLS:
    x = rng.normal(-2, 1, shape).astype(np.float32 if height == 3 else float)
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    expected, _ = layers.max_pool_forward(x, pool_param)
    rows, cols = expected.shape[2:]
    faults = {}
    if height == width and stride > height:
        near = dict(pool_param, stride=height)
        cut = (slice(None), slice(None), slice(rows * height), slice(cols * width))
        faults[
            "The step from window to window is the stride, not the window's size."
        ] = layers.max_pool_forward(x[cut].copy(), near)[0]
    if stride == 1 and height < width:
        wide, _ = layers.max_pool_forward(x, dict(pool_param, pool_width=height))
        faults["These windows are as wide as high; use pool_width."] = wide[..., :cols]
    with unchanged(x=x):
        out, _ = expect_tuple(
            max_pool_forward_naive(x, dict(pool_param)), "out", "cache"
        )
    expect_close(
        out,
        expected,
        f"out (x {shape}, windows {height} x {width}, stride {stride})",
        dtype=np.float64 if x.dtype == np.float64 else None,
        shape_hint="Did pool_height and pool_width change places?",
        faults=faults,
    )
passed("conv-pool-forward", "windows that are not square, overlap or leave gaps")

# %% [markdown]
# **The backward pass.** A small change of the largest pixel changes the output by as much. A
# small change of any other pixel changes nothing. So each number of the upstream gradient goes
# to the winner of its window, and to nobody else:
#
# $$\frac{\partial\, \text{out}}{\partial x_k} = \begin{cases} 1 & \text{if } x_k \text{ is the
# maximum of the window,} \\ 0 & \text{otherwise.} \end{cases}$$

# %% drawing="conv-winners"
drawings.show(
    drawings.pool_winners(
        np.array([[3, 1, 0, 2], [0, 5, 4, 4], [1, 7, 6, 0], [3, 2, 1, 8]]),
        np.array([[2, -1], [3, 5]]),
    ),
    "Max-pooling of a 4 by 4 map with windows of 2 by 2. Forward, the winners 5, 4, 7 and 8 go "
    "on. Backward, the upstream gradients 2, -1, 3 and 5 arrive at the positions of the winners; "
    "all other entries of dx are 0.",
)

# %% [markdown]
# *Forward, one number of each window goes on. Backward, its gradient returns to that position
# only. In the window at the top right two pixels share the maximum; here the first one gets the
# gradient.*
#
# If several pixels share the maximum, the gradient may go to one of them or be shared among
# them. It must not be handed out twice. Behind a ReLU this is no rare case: many windows hold
# nothing but zeros.
#
# **Worked example.** Windows of two pixels with stride 1, which overlap, and their winners:

# %%
pixels, upstream = [2, 6, 5, 1], [1.0, 10.0, 100.0]
received = [0.0] * 4
for left, gradient in enumerate(upstream):
    winner = left + (pixels[left + 1] > pixels[left])
    received[winner] += gradient
    print(f"window {pixels[left : left + 2]}: {gradient:g} goes to pixel {winner}")
print("dx", received)

# %% [markdown]
# **Predict, then check.** A window holds 3 3 1 0, and its upstream gradient is 8. Which of
# these may `dx` be: 8 0 0 0; 4 4 0 0; 8 8 0 0?
#
# <details><summary>Check your prediction</summary>
#
# The first two. Raise both threes by 0.01, and the output grows by 0.01, so the loss by 0.08.
# The third answer predicts 0.16. `x == x.max()` used as a mask makes exactly this mistake.
#
# </details>


# %% answer="conv-pool-backward" minutes=20 difficulty=3 importance=2
def max_pool_backward_naive(dout, cache):
    """Carry a gradient back through max_pool_forward_naive.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H', W')
        Gradient of the loss with respect to the output.
    cache : tuple
        (x, pool_param), as returned by max_pool_forward_naive.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    """
    ### BEGIN SOLUTION
    x, pool_param = cache
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, c, top : top + height, left : left + width]
        p, q = divmod(int(window.argmax()), width)
        dx[n, c, top + p, left + q] += dout[n, c, i, j]
    ### END SOLUTION
    return dx


# %% [markdown] hint="conv-pool-backward"
# <details><summary>Hint 1: where to look</summary>
#
# `dx` has the shape of `x`. For one number of `dout`, you have to find one position in its
# window. Can a pixel win more than one window?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `argmax` of a window returns the first maximum, counted row by row. `divmod` or
# `np.unravel_index` turns that one number into a row and a column of the window.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Zeros in the shape of `x`.
# 2. For every image, channel, row and column of `dout`: find the window, then the winner in it.
# 3. Add the gradient at the winner's position *in the image*, which is the window's corner plus
#    the position in the window.
#
# </details>

# %% test="conv-pool-backward" points=1
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
x, dout = np.array([[[[1.0, 2, 5, 3], [4, 0, 1, 7]]]]), np.array([[[[10.0, 20]]]])
_, cache = max_pool_forward_naive(x, pool_param)
with unchanged(dout=dout, x=x):
    dx = max_pool_backward_naive(dout, cache)
expect_close(
    dx,
    [[[[0, 0, 0, 0], [10, 0, 0, 20]]]],
    "dx of the hand case",
    hint="10 goes to the 4, 20 goes to the 7.",
    faults={
        "All the pixels of a window get the gradient; only the largest mattered.": (
            0 * x + [10, 10, 20, 20]
        ),
        "The gradient is spread over the window; only its largest pixel mattered.": (
            0 * x + [2.5, 2.5, 5, 5]
        ),
        "dout is left out: the largest pixels get 1.": [[[[0, 0, 0, 0], [1, 0, 0, 1]]]],
        "The stride of the forward pass is forgotten: the windows are others.": [
            [[[0, 0, 20, 0], [10, 0, 0, 0]]]
        ],
        "The smallest pixel gets the gradient, not the largest.": [
            [[[0, 0, 0, 0], [0, 10, 20, 0]]]
        ],
        "The top left pixel of each window gets the gradient, whichever is largest.": [
            [[[10, 0, 20, 0], [0, 0, 0, 0]]]
        ],
        "The gradient is multiplied by the largest pixel.": [
            [[[0, 0, 0, 0], [40, 0, 0, 140]]]
        ],
    },
)
pool_param = {"pool_height": 2, "pool_width": 3, "stride": 1}
_, cache = max_pool_forward_naive(np.array([[[[1.0, 2, 9], [3, 4, 5]]]]), pool_param)
expect_close(
    max_pool_backward_naive(np.array([[[[10.0]]]]), cache),
    [[[[0, 0, 10], [0, 0, 0]]]],
    "dx of a window of 2 by 3",
    faults={
        "The flat index of the largest pixel is split by the window's height.": [
            [[[0, 0, 0], [10, 0, 0]]]
        ],
    },
)
pool_param = {"pool_height": 1, "pool_width": 2, "stride": 1}
_, cache = max_pool_forward_naive(np.array([[[[1.0, 9, 2, 3]]]]), pool_param)
expect_close(
    max_pool_backward_naive(np.array([[[[10.0, 20, 30]]]]), cache),
    [[[[0, 30, 0, 30]]]],
    "dx of overlapping windows",
    hint="The 9 is the largest of two windows.",
    faults={
        "The 9 is the largest of two windows: the second overwrites the first.": [
            [[[0, 20, 0, 30]]]
        ],
    },
)
expect_source(max_pool_backward_naive, without=READY)
passed("conv-pool-backward", "windows worked out by hand")

# %% test="conv-pool-backward" part="ties" points=1
x = np.array([[[[7.0, 7, 0, 0], [7, 2, 0, 0]]]])
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
_, cache = max_pool_forward_naive(x, pool_param)
dx = max_pool_backward_naive(np.array([[[[6.0, 0]]]]), cache)
expect_array(dx, x.shape, "dx")
expect_close(
    np.sum(dx),
    6,
    "the sum of dx where dout is 6",
    hint="Give the 6 to one of the pixels that share the maximum, or each its share.",
    faults={
        "Three pixels share the maximum, and each got all of the gradient.": 18,
    },
)
for width, stride in [(2, 2), (3, 1)]:
    x = np.maximum(rng.integers(-4, 3, (2, 3, 6, 8)).astype(float), 0)
    pool_param = {"pool_height": 2, "pool_width": width, "stride": stride}
    # In a copy of an image for each, one window gets a gradient.
    windows = list(itertools.product((0, 1), (0, 2), (2,), (1, 2)))
    copies = x[[n for n, *_ in windows]]
    out, cache = max_pool_forward_naive(copies, pool_param)
    dout = np.zeros(np.shape(out))
    for k, (_, c, i, j) in enumerate(windows):
        dout[k, c, i, j] = 8
    every = max_pool_backward_naive(dout, cache)
    expect_array(every, copies.shape, "dx")
    for dx, image, (_, c, i, j) in zip(np.asarray(every), copies, windows, strict=True):
        rows = slice(i * stride, i * stride + 2)
        cols = slice(j * stride, j * stride + width)
        part, window = dx[c, rows, cols], image[c, rows, cols]
        ties = np.sum(window == window.max())
        expect(
            np.isclose(dx.sum(), 8),
            f"In the window {window.tolist()} {ties} pixels share the maximum; of the "
            f"gradient 8 they got {dx.sum():g}. Give it to one, or each its share.",
        )
        expect(
            np.isclose(part[window == window.max()].sum(), 8) and (dx >= 0).all(),
            f"In the window {window.tolist()} only pixels with the maximum may get a "
            f"gradient; dx is {part.tolist()}.",
        )
passed("conv-pool-backward", "pixels that share the maximum, as behind a ReLU")

# %% test="conv-pool-backward" part="sizes" points=1
for shape, height, width, stride in POOLS:
    x = rng.permutation(math.prod(shape)).reshape(shape) - 50.0
    x = x.astype(np.float32 if height == 3 else float)
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    out, ours = layers.max_pool_forward(x, pool_param)
    dout = rng.normal(size=out.shape).astype(x.dtype)
    expected = layers.max_pool_backward(dout, ours)
    _, cache = max_pool_forward_naive(x, dict(pool_param))
    with unchanged(dout=dout, x=x):
        dx = max_pool_backward_naive(dout, cache)
    where = f"dx (x {shape}, windows {height} x {width}, stride {stride})"
    dtype = np.float64 if x.dtype == np.float64 else None
    expect_close(dx, expected, where, rtol=1e-5, atol=1e-5, dtype=dtype)
passed("conv-pool-backward", "windows that are not square, overlap or leave gaps")

# %% [markdown]
# **For lunch.** A textbook says: "Max-pooling makes a network blind to small shifts." Take a dark row with
# one bright pixel, and windows of two with stride 2. Now move the pixel to the right, step by step. How
# often does the output change? What would you measure on a trained network to test the sentence?
#
# <details><summary>Our answer, after yours</summary>
#
# At every second step. The rows 0 0 9 0 0 0 and 0 0 0 9 0 0 give 0 9 0, and 0 0 0 0 9 0 gives 0 0 9. So a
# layer hides half of the shifts by one pixel and passes on the others. After three such layers only
# shifts by multiples of 8 move the maps by whole positions. For a trained network, shift test images by 0 to 8 pixels
# and count how often the predicted class changes. Zhang (2019, below) did this, and reported that blurring before
# each reduction makes predictions more stable.
#
# </details>
#
# **Further reading**
#
# - CS231n notes, [*Pooling layer*](https://cs231n.github.io/convolutional-networks/#pool):
#   common sizes, and the case against it. 5 minutes.
# - Springenberg, Dosovitskiy, Brox and Riedmiller, *Striving for Simplicity: The All
#   Convolutional Net*, 2014, [arXiv:1412.6806](https://arxiv.org/abs/1412.6806). Sections 2
#   and 3. 20 minutes.
# - Zhang, *Making Convolutional Networks Shift-Invariant Again*, 2019,
#   [arXiv:1904.11486](https://arxiv.org/abs/1904.11486). Sections 1 and 3: what pooling with a
#   stride does when the image moves by one pixel. 15 minutes.
#
# **Harder (optional, no points).** Write average pooling, forward and backward, with your
# convolution and one fixed filter for each channel. Which filters have to be zero?
#
# <details><summary>Compare your answer</summary>
#
# With $C$ filters of shape $(C, H_w, W_w)$: filter $c$ holds $1 / (H_w W_w)$ in channel $c$ and
# zeros in all other channels, since channels must not mix. The bias is 0 and the backward pass
# is the `dx` of the convolution; `dw` is thrown away. All those products with 0 make it $C$
# times as expensive as it need be.
#
# </details>

# %% [markdown]
# ## 4. Windows as columns
#
# Your loops take one Python step for every number of the output. Chellapilla, Puri and Simard
# (2006) copied all windows into one matrix and left the rest to a library for matrix products.
# They reported that a network for handwriting trained about three times faster on a CPU. The
# package Caffe (Jia et al., 2014) made the trick, called *im2col*, popular. Its price is
# memory, since every pixel is copied once for each window it lies in. For that reason later
# libraries build the columns piece by piece (Chetlur et al., 2014), and `cs231n` builds none at
# all.
#
# After this section you can lay out all windows as columns with two short loops, and add
# columns back into an image.
#
# $$\underbrace{\text{out}}_{F \times (H' W' N)} =
# \underbrace{w}_{F \times (C H_w W_w)} \;
# \underbrace{\text{cols}}_{(C H_w W_w) \times (H' W' N)} + b .$$
#
# A column is a window, flattened in the order channel, row, column. The columns come in the
# order of positions, row by row, and within a position in the order of images.

# %% drawing="conv-columns"
drawings.show(
    drawings.window_columns(
        np.array([[1, 0, 2], [3, 1, 0], [0, 2, 1]]), np.array([[1, 2], [0, -1]])
    ),
    "An image of 3 by 3 becomes a matrix of 4 rows and 4 columns, one column for each window of "
    "2 by 2. The filter, written as a row, times this matrix gives the four outputs. The first "
    "and the last window are marked in the image and in the matrix.",
)

# %% [markdown]
# *The first window (solid) is the first column, the last window (dashed) the last column. The
# whole convolution is one product of a row and a matrix.*

# %% drawing="conv-order"
drawings.show(
    drawings.column_order(),
    "Two images of 2 by 3 pixels, the second with numbers larger by 10, and their column matrix "
    "of 4 by 4. The columns are: first position of image 0, first position of image 1, second "
    "position of image 0, second position of image 1.",
)

# %% [markdown]
# *With several images, the columns change the image first and the position second.*
#
# **Worked example.** One row of five pixels and windows of three. Read the matrix by *columns*,
# and you see the windows. Read it by *rows*, and each row is a slice of the image, shifted by
# one:

# %%
row = np.array([1, 2, 3, 4, 5])
columns = np.array([row[p : p + 3] for p in range(3)])
print(columns)
print("stride 2:")
print(np.array([row[p : p + 3 : 2] for p in range(3)]))

# %% [markdown]
# So there is no need for a loop over positions or images. For a fixed pixel $(p, q)$ of the
# window, one slice with a step, `padded[:, :, p::stride, q::stride]`, cut to size, holds that
# pixel of all windows.
#
# **Predict, then check.** An image has the rows 0 1 2 and 3 4 5; the windows are 2 by 2,
# without padding. How many columns are there, and what is the *second row* of the matrix?
#
# <details><summary>Check your prediction</summary>
#
# Two windows, so two columns: 0 1 3 4 and 1 2 4 5. The second row is 1 2: the top right pixel
# of either window. It is the image's first row from its second pixel on.
#
# </details>


# %% answer="conv-im2col" minutes=30 difficulty=4 importance=2
def im2col(x, field_height, field_width, padding=1, stride=1):
    """Copy every window into a column, with at most two loops.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    field_height, field_width : int
        Size of a window, in pixels.
    padding, stride : int
        Zeros on each side, and step between windows; in pixels.

    Returns
    -------
    cols : ndarray of shape (C * field_height * field_width, H' * W' * N), dtype of x
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    h_out = 1 + (h + 2 * padding - field_height) // stride
    w_out = 1 + (w + 2 * padding - field_width) // stride
    sides = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), sides, sides))
    cols = np.empty((c, field_height, field_width, h_out, w_out, n), dtype=x.dtype)
    for p in range(field_height):
        for q in range(field_width):
            down, across = p + stride * h_out, q + stride * w_out
            pixels = padded[:, :, p:down:stride, q:across:stride]
            cols[:, p, q] = pixels.transpose(1, 2, 3, 0)
    return cols.reshape(c * field_height * field_width, -1)
    ### END SOLUTION


# %% [markdown] hint="conv-im2col"
# <details><summary>Hint 1: where to look</summary>
#
# Think of the matrix as an array with six axes: channel, row and column *in the window*, then
# row and column *of the position*, then image. Your two loops run over two of these axes.
# Which?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# An empty array with those six axes, filled slice by slice, and one `reshape` at the end. A
# slice of the padded images has the axes image, channel, row, column: `transpose` brings them
# into order.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Output height and width, padded images, an empty array with six axes and the dtype of `x`.
# 2. For each row and column of the window: a slice that starts there and steps by the stride.
#    It ends where it holds as many rows and columns as there are positions.
# 3. Store it with the axes in the order channel, row, column, image.
# 4. Reshape to a matrix. Check it with the two drawings.
#
# </details>

# %% test="conv-im2col" points=1
x = np.array([[[[0.0, 1, 2], [3, 4, 5]]]])
with unchanged(x=x):
    cols = im2col(x, 2, 2, padding=0)
expect_close(
    cols,
    [[0, 1], [1, 2], [3, 4], [4, 5]],
    "cols of the hand case",
    hint="Two windows, so two columns: 0 1 3 4 and 1 2 4 5.",
    faults={
        "A window is a row here; it should be a column.": [[0, 1, 3, 4], [1, 2, 4, 5]],
        "In each column rows and columns of the window changed places.": [
            [0, 1],
            [3, 4],
            [1, 2],
            [4, 5],
        ],
        "The columns come in the wrong order: from left to right.": [
            [1, 0],
            [2, 1],
            [4, 3],
            [5, 4],
        ],
    },
)
expect_close(
    im2col(np.concatenate([x, x + 10]), 2, 2, padding=0),
    [[0, 10, 1, 11], [1, 11, 2, 12], [3, 13, 4, 14], [4, 14, 5, 15]],
    "cols of two images",
    hint="First position of image 0, first position of image 1, second of image 0, ...",
    faults={
        "The columns come image by image; they should come position by position.": [
            [0, 1, 10, 11],
            [1, 2, 11, 12],
            [3, 4, 13, 14],
            [4, 5, 14, 15],
        ],
    },
)
expect_source(im2col, loops=2, without=READY)
passed("conv-im2col", "one image and two, worked out by hand")

# %% test="conv-im2col" part="padding" points=1
x = rng.normal(size=(3, 2, 7, 7))
columns = cs231n.im2col.im2col_indices
expected = columns(x, 3, 3, padding=1, stride=2)
below, above = (
    columns(np.pad(x, ((0, 0), (0, 0), sides, sides)), 3, 3, padding=0, stride=2)
    for sides in ((0, 2), (2, 0))
)
near = columns(x, 3, 3, padding=1, stride=1).reshape(18, 7, 7, 3)[:, :4, :4]
expect_close(
    im2col(x, 3, 3, padding=1, stride=2),
    expected,
    "cols with padding 1 and stride 2",
    hint="Compare one column with its window.",
    faults={
        "In each column the channels come last; they should come first.": (
            expected.reshape(2, 9, -1).swapaxes(0, 1).reshape(18, -1)
        ),
        "All the zeros stand below and right of the image; half of them belong above "
        "and left.": below,
        "All the zeros stand above and left of the image; half of them belong below "
        "and right.": above,
        "The windows step by 1 pixel; the stride is 2.": near.reshape(18, -1),
    },
)
passed("conv-im2col", "channels, padding 1 and stride 2")

# %% test="conv-im2col" part="sizes" points=1
for n, c, _, (h, width), (hh, ww), stride, pad, dtype in SIZES:
    x = rng.normal(size=(n, c, h, width)).astype(dtype)
    with unchanged(x=x):
        cols = im2col(x, hh, ww, pad, stride)
    where = f"cols (x {x.shape}, windows {hh} x {ww}, padding {pad}, stride {stride})"
    expected = cs231n.im2col.im2col_indices(x, hh, ww, padding=pad, stride=stride)
    expect_close(cols, expected, where, dtype=dtype)
passed("conv-im2col", "windows that are not square, strides, paddings, float32")

# %% [markdown]
# **The way back.** `col2im` adds every column to the window it came from, and cuts the padding
# off. It is the *transpose* of `im2col`, not its inverse: for every image $x$ and every matrix
# $c$,
#
# $$\sum \text{im2col}(x) \cdot c = \sum x \cdot \text{col2im}(c) ,$$
#
# with elementwise products. That is what a backward pass needs: `im2col` copies, and where a
# value was copied, gradients add up.
#
# **Worked example.** The columns of the row above, added back:

# %%
columns = np.array([[1, 2, 3], [2, 3, 4], [3, 4, 5]])  # windows of 1 2 3 4 5
image = np.zeros(5, dtype=int)
for start in range(3):  # one window after the other
    image[start : start + 3] += columns[:, start]
    print("after window", start, image)
print("each pixel came back", image // np.arange(1, 6), "times")

# %% [markdown]
# **Predict, then check.** An image of ones, 3 by 3, windows of 2 by 2, no padding. What is
# `col2im(im2col(x))`?
#
# <details><summary>Check your prediction</summary>
#
# The rows 1 2 1, 2 4 2, 1 2 1. Each pixel comes back as often as windows see it: the corners
# once, the centre four times. An inverse would return ones.
#
# </details>


# %% answer="conv-col2im" minutes=20 difficulty=3 importance=2
def col2im(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    """Add every column to the window it came from, with at most two loops.

    Parameters
    ----------
    cols : ndarray of shape (C * field_height * field_width, H' * W' * N)
        One window in each column, in the order of im2col.
    x_shape : tuple of int
        (N, C, H, W), without padding.
    field_height, field_width : int
        Size of a window, in pixels.
    padding, stride : int
        Zeros on each side, and step between windows; in pixels.

    Returns
    -------
    x : ndarray of shape (N, C, H, W), dtype of cols
    """
    ### BEGIN SOLUTION
    n, c, h, w = x_shape
    h_out = 1 + (h + 2 * padding - field_height) // stride
    w_out = 1 + (w + 2 * padding - field_width) // stride
    cols = cols.reshape(c, field_height, field_width, h_out, w_out, n)
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=cols.dtype)
    for p in range(field_height):
        for q in range(field_width):
            down, across = p + stride * h_out, q + stride * w_out
            pixels = padded[:, :, p:down:stride, q:across:stride]
            pixels += cols[:, p, q].transpose(3, 0, 1, 2)
    return padded[:, :, padding : padding + h, padding : padding + w]
    ### END SOLUTION


# %% [markdown] hint="conv-col2im"
# <details><summary>Hint 1: where to look</summary>
#
# Every line of your `im2col` has a counterpart here, in reverse order. What was a copy becomes
# a sum.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `reshape` to the same six axes, zeros in the shape of the *padded* images, and `+=` on the
# same slices. The `transpose` now has to undo the other one.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Output height and width from `x_shape`, as in `im2col`.
# 2. The matrix as an array with six axes; padded zeros with the dtype of `cols`.
# 3. For each row and column of the window: bring the axes into the order image, channel, row,
#    column, and add. Within one such step no two windows meet; over the steps they do.
# 4. Cut the padding off, counted from the beginning.
#
# </details>

# %% test="conv-col2im" points=1
cols = np.ones((4, 4))
with unchanged(cols=cols):
    x = col2im(cols, (1, 1, 3, 3), 2, 2, padding=0)
expect_close(
    x,
    [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]],
    "x of the hand case",
    hint="Each pixel comes back as often as windows see it.",
    faults={
        "A window overwrites what earlier windows gave the same pixel; add up.": (
            np.ones((1, 1, 3, 3))
        ),
        "Nothing is left of it: with padding 0, a slice that ends at -0 is empty.": (
            np.zeros((1, 1, 0, 0))
        ),
    },
)
expect_source(col2im, loops=2, without=READY)
passed("conv-col2im", "an image of ones; cols as it was")

# %% test="conv-col2im" part="padding" points=1
shape, cols = (3, 2, 7, 7), rng.normal(size=(18, 4 * 4 * 3))
images = cs231n.im2col.col2im_indices
expected = images(cols, shape, 3, 3, padding=1, stride=2)
by_image = cols.reshape(18, 3, 16).swapaxes(1, 2).reshape(18, 48)
turned = cols.reshape(2, 3, 3, 48).swapaxes(1, 2).reshape(18, 48)
channels_last = cols.reshape(9, 2, 48).swapaxes(0, 1).reshape(18, 48)
near = np.zeros((18, 7, 7, 3))
near[:, :4, :4] = cols.reshape(18, 4, 4, 3)
bare = images(cols, (3, 2, 9, 9), 3, 3, padding=0, stride=2)
faults = {
    "The columns are read image by image; they come position by position.": by_image,
    "Rows and columns of the window changed places.": turned,
    "The channels are read as the last axis of a column; they are the first.": (
        channels_last
    ),
}
faults = {
    words: images(other, shape, 3, 3, padding=1, stride=2)
    for words, other in faults.items()
}
faults["The padding is cut off below and right only: the image is moved."] = bare[
    :, :, :7, :7
]
faults["The padding is cut off above and left only: the image is moved."] = bare[
    :, :, 2:, 2:
]
faults["The windows step by 1 pixel; the stride is 2."] = images(
    near.reshape(18, -1), shape, 3, 3, padding=1, stride=1
)
expect_close(
    col2im(cols, shape, 3, 3, padding=1, stride=2),
    expected,
    "x with padding 1 and stride 2",
    hint="Read cols in the order in which im2col wrote it.",
    shape_hint="x_shape is the shape without padding: is the padding cut off?",
    faults=faults,
)
passed("conv-col2im", "channels, padding 1 and stride 2")

# %% test="conv-col2im" part="sizes" points=1
for n, c, _, (h, width), (hh, ww), stride, pad, dtype in SIZES:
    shape = (n, c, h, width)
    places = math.prod(
        1 + (s + 2 * pad - k) // stride for s, k in [(h, hh), (width, ww)]
    )
    cols = rng.normal(size=(c * hh * ww, places * n)).astype(dtype)
    with unchanged(cols=cols):
        x = col2im(cols, shape, hh, ww, pad, stride)
    where = f"x (shape {shape}, windows {hh} x {ww}, padding {pad}, stride {stride})"
    expected = cs231n.im2col.col2im_indices(
        cols.astype(float), shape, hh, ww, padding=pad, stride=stride
    )
    expect_close(x, expected, where, rtol=1e-4, atol=1e-4, dtype=dtype)
passed("conv-col2im", "windows that are not square, strides, paddings, float32")

# %% [markdown]
# **Further reading**
#
# - Chellapilla, Puri and Simard, *High Performance Convolutional Neural Networks for Document
#   Processing*, 2006, [HAL](https://inria.hal.science/inria-00112631). The part on unrolled
#   convolutions. 10 minutes.
# - CS231n notes, [*Implementation as matrix
#   multiplication*](https://cs231n.github.io/convolutional-networks/#conv). 5 minutes.
# - Chetlur et al., *cuDNN: Efficient Primitives for Deep Learning*, 2014,
#   [arXiv:1410.0759](https://arxiv.org/abs/1410.0759). Section 3.1: how to avoid the memory. 10
#   minutes.
#
# **Harder (optional, no points).** Write `im2col` without a loop, with
# `np.lib.stride_tricks.sliding_window_view`. Which of your lines copies numbers now?
#
# <details><summary>Compare your answer</summary>
#
# `sliding_window_view(padded, (field_height, field_width), axis=(2, 3))` has the axes image,
# channel, row, column, then row and column in the window. Take every `stride`-th position,
# transpose to (1, 4, 5, 2, 3, 0), reshape. View, slice and transpose copy nothing; they change
# strides. `np.pad` copies, and so does the `reshape`, which cannot express the overlap by
# strides alone.
#
# </details>

# %% [markdown]
# ## 5. The layer as one product
#
# A matrix product is the operation that computers do best. Its libraries keep small blocks of
# the matrices in the processor's *caches*, which are small and fast memories. They use its *vector
# instructions*, which handle several numbers at once (Goto and van de Geijn, 2008). A Python loop
# can do neither. How much that matters you measure at the end of this
# section. The product is not the last word: Lavin and Gray (2016) reported fewer
# multiplications for filters of 3 by 3 with an older idea of Winograd.
#
# After this section you can turn a layer into a reshape and a product, and take its gradient
# from the affine layer, which you know.
#
# With $W$ for the filters in the shape $F \times (C H_w W_w)$, the layer is a chain of three
# steps:
#
# $$x \;\to\; \text{cols} = \text{im2col}(x) \;\to\; P = W\, \text{cols} + b \;\to\;
# \text{out} = P \text{, rearranged to } (N, F, H', W') .$$

# %% drawing="conv-chain"
drawings.show(
    drawings.layer_row(
        ["im2col", "product", "rearrange"],
        ["x", "cols", "P", "out"],
        ["", "w, b", ""],
    ),
    "Three steps in a row: x to im2col, cols to the product with w and b, P to a rearrangement, "
    "which gives out. Below, three backward steps run from dout to dP, dcols and dx, and each "
    "receives a cache.",
)

# %% [markdown]
# *Each step has a backward pass of its own: the rearrangement is undone, the product is the
# affine layer's, and `im2col` has `col2im`.*
#
# **Worked example.** What stands where in $P$? Two images, two filters, two positions. Every
# entry says where it belongs: hundreds for the filter, tens for the position, ones for the
# image.

# %%
filters, places, images = np.ogrid[0:2, 0:2, 0:2]
P = (100 * filters + 10 * places + images).reshape(2, 4)
print(P)
print("shape (2, 4): filters down; positions and images across")

# %% [markdown]
# **Predict, then check.** A student writes `out = P.reshape(N, F, H', W')`, here with $H' = 2$
# and $W' = 1$. Which two numbers stand in `out[0, 1]`, and which should?
#
# <details><summary>Check your prediction</summary>
#
# 10 and 11: filter 0, position 1, of images 0 *and* 1. It should be 100 and 110, the two
# positions of filter 1 on image 0. The shape is right and all the numbers are there, so nothing
# complains. A `reshape` keeps the order of the numbers; only a `transpose` changes it.
#
# </details>


# %% answer="conv-fast-forward" minutes=20 difficulty=3 importance=2
def conv_forward_im2col(x, w, b, conv_param):
    """Slide filters over images by one matrix product, with your im2col.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    w : ndarray of shape (F, C, HH, WW)
        Filters.
    b : ndarray of shape (F,)
        Biases.
    conv_param : dict
        stride and pad.

    Returns
    -------
    out : ndarray of shape (N, F, H', W'), dtype of x
    cache : tuple
        Whatever conv_backward_im2col needs.
    """
    ### BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    n, _, h, width = x.shape
    f, _, hh, ww = w.shape
    h_out = 1 + (h + 2 * pad - hh) // stride
    w_out = 1 + (width + 2 * pad - ww) // stride
    cols = im2col(x, hh, ww, pad, stride)
    out = w.reshape(f, -1) @ cols + b[:, None]
    out = out.reshape(f, h_out, w_out, n).transpose(3, 0, 1, 2)
    cache = (x.shape, w, cols, conv_param)
    ### END SOLUTION
    return out, cache


# %% [markdown] hint="conv-fast-forward"
# <details><summary>Hint 1: where to look</summary>
#
# `P` has two axes. Which four does it have, if you split the second one? In which order do they
# come, and in which order should they leave?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `reshape` for the filters, `@`, and a bias that has to broadcast along the columns. Then
# `reshape` to four axes *in the order in which they are*, and `transpose`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. The output's height and width; the columns, by your `im2col`.
# 2. The filters as rows, in the order channel, row, column: they already have it.
# 3. Product and bias.
# 4. Four axes: filter, row, column, image. Bring the image to the front.
# 5. Keep in `cache` what the backward pass needs: it will need the columns.
#
# </details>

# %% test="conv-fast-forward" points=1
x, w, b, conv_param, _ = conv_case(rng, 2, 3, 4, (7, 7), (3, 5), 2, 1, np.float64)
expected, _ = layers.conv_forward(x, w, b, conv_param)
exchanged, _ = layers.conv_forward(x, w.reshape(4, 3, 5, 3), b, conv_param)
with unchanged(x=x, w=w, b=b):
    answer = conv_forward_im2col(x, w, b, conv_param)
out, _ = expect_tuple(answer, "out", "cache")
expect_close(
    out,
    expected,
    "out",
    hint="Which shape does the product have, and which axis is which?",
    faults={
        "The product was reshaped straight to (N, F, H', W'), but its axes come in "
        "another order.": to_product(expected).reshape(expected.shape),
        "The bias is missing.": expected - b[:, None, None],
        "Height and width of the filter changed places on the way to im2col.": (
            from_product(to_product(exchanged), expected.shape)
        ),
    },
)
expect_source(
    conv_forward_im2col,
    loops=2,
    without=[*READY, "conv_forward_naive", "einsum", "sliding_window_view"],
)
passed("conv-fast-forward", "stride 2 and padding 1, by one product")

# %% test="conv-fast-forward" part="sizes" points=1
for size in SIZES:
    x, w, b, conv_param, where = conv_case(rng, *size)
    expected, _ = layers.conv_forward(*(a.astype(float) for a in (x, w, b)), conv_param)
    with unchanged(x=x, w=w, b=b):
        answer = conv_forward_im2col(x, w, b, dict(conv_param))
    out, _ = expect_tuple(answer, "out", "cache")
    expect_close(out, expected, f"out {where}", rtol=1e-4, atol=1e-4, dtype=x.dtype)
passed("conv-fast-forward", "images and filters that are not square, float32")


# %% [markdown]
# **The backward pass** reads the drawing from right to left. First `dout` goes into the form of
# $P$, by the inverse of the rearrangement. Then it is an affine layer: in `two_layer_net` you
# derived its three gradients for $x W + b$, with the examples as rows. Here the weights stand
# on the left, and the examples are columns.
#
# **Predict, then check.** Without any derivation, from shapes alone: $dP$ has the shape $F
# \times M$, cols $K \times M$, $W$ $F \times K$. Which product can $dW$ be, and which
# $d\text{cols}$?
#
# <details><summary>Check your prediction</summary>
#
# $dW$ is $F \times K$, so $dP$ times the transpose of cols. $d\text{cols}$ is $K \times M$, so
# the transpose of $W$ times $dP$. No other order of two factors has the right shape.
#
# </details>


# %% answer="conv-fast-backward" minutes=25 difficulty=3 importance=2
def conv_backward_im2col(dout, cache):
    """Carry a gradient back through conv_forward_im2col, with your col2im.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by conv_forward_im2col.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W), dtype of dout
    dw : ndarray of shape (F, C, HH, WW), dtype of dout
    db : ndarray of shape (F,), dtype of dout
    """
    ### BEGIN SOLUTION
    x_shape, w, cols, conv_param = cache
    f, _, hh, ww = w.shape
    flat = dout.transpose(1, 2, 3, 0).reshape(f, -1)  # (F, H' * W' * N)
    db = flat.sum(axis=1)
    dw = (flat @ cols.T).reshape(w.shape)
    dcols = w.reshape(f, -1).T @ flat
    dx = col2im(dcols, x_shape, hh, ww, conv_param["pad"], conv_param["stride"])
    ### END SOLUTION
    return dx, dw, db


# %% [markdown] hint="conv-fast-backward"
# <details><summary>Hint 1: where to look</summary>
#
# Three dashed arrows of the drawing, three steps. In which order do the axes of `dout` come,
# and in which order do the columns of `cols`?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `transpose` and then `reshape` for `dout`, two products with a transposed factor, a sum for
# the bias, and your `col2im`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Unpack the cache in the order in which you packed it.
# 2. `dout` with the filter in front and the image at the end, then as a matrix.
# 3. `db`: the bias was added to every column.
# 4. `dw` from the product of the prediction, in the shape of the filters.
# 5. `dcols` from the other product, then back to an image with the same window, padding and
#    stride.
#
# </details>

# %% test="conv-fast-backward" points=1
x, w, b, conv_param, _ = conv_case(rng, 2, 3, 4, (7, 7), (3, 5), 2, 1, np.float64)
out, ours = layers.conv_forward(x, w, b, conv_param)
dout = rng.normal(size=out.shape)
truth = layers.conv_backward(dout, ours)
mixed, by_image = (
    layers.conv_backward(from_product(a.reshape(4, -1), dout.shape), ours)
    for a in (dout, dout.swapaxes(0, 1))
)
from_dw, _, _ = layers.conv_backward(
    dout, layers.conv_forward(x, truth[1], b, conv_param)[1]
)
exchanged, _, _ = layers.conv_backward(
    from_product(to_product(dout), (2, 4, 3, 4)),
    layers.conv_forward(x, w.reshape(4, 3, 5, 3), b, conv_param)[1],
)
_, cache = conv_forward_im2col(x, w, b, conv_param)
with unchanged(dout=dout, x=x, w=w):
    answer = conv_backward_im2col(dout, cache)
grads = expect_tuple(answer, "dx", "dw", "db")
for k, name in enumerate(("dx", "dw", "db")):
    expect_close(
        grads[k],
        truth[k],
        name,
        hint="Which shapes do the factors of the product have, and which its gradient?",
        faults={
            "dout became a matrix without a change of its axes: its columns are not in "
            "the order of cols.": mixed[k],
            "dout became a matrix in the order of images first; cols has them last.": (
                by_image[k]
            ),
            **(
                {
                    "dx comes from dw; it should come from the filters.": from_dw,
                    "Height and width of the filter changed places on the way to "
                    "col2im.": exchanged,
                }
                if name == "dx"
                else {}
            ),
        },
    )
expect_source(conv_backward_im2col, loops=4, without=[*READY, "conv_backward_naive"])
passed("conv-fast-backward", "stride 2 and padding 1; inputs as they were")

# %% test="conv-fast-backward" part="sizes" points=1
for size in SIZES:
    x, w, b, conv_param, where = conv_case(rng, *size)
    out, ours = layers.conv_forward(*(a.astype(float) for a in (x, w, b)), conv_param)
    dout = rng.normal(size=out.shape).astype(x.dtype)
    truth = layers.conv_backward(dout.astype(float), ours)
    _, cache = conv_forward_im2col(x, w, b, dict(conv_param))
    with unchanged(dout=dout, x=x, w=w, b=b):
        grads = expect_tuple(conv_backward_im2col(dout, cache), "dx", "dw", "db")
        again = expect_tuple(conv_backward_im2col(dout, cache), "dx", "dw", "db")
    for k, name in enumerate(("dx", "dw", "db")):
        name = f"{name} {where}"
        expect_close(grads[k], truth[k], name, rtol=1e-4, atol=1e-4, dtype=x.dtype)
        expect(
            np.array_equal(again[k], grads[k]),
            f"{name}: a second call gives something else. Is the cache changed?",
        )
passed("conv-fast-backward", "images and filters that are not square; a second call")

# %% [markdown]
# **Experiment: the race.** Four versions of one layer, forward and backward: your loops, your
# matrix product, the package (compiled C, no column matrix), and PyTorch, if it is installed.
# The scale is logarithmic. **Predict:** is your matrix product 10, 100 or 1000 times as fast as
# your loops?

# %% tags=["experiment"]
torch = None
if importlib.util.find_spec("torch"):
    import torch
else:
    print("PyTorch is left out: it is not installed (pip install torch).")


def torch_conv(x, w, b, stride, pad):
    """Return functions that compute a convolution and its gradients in PyTorch."""
    tensors = [torch.from_numpy(a).requires_grad_() for a in (x, w, b)]
    forward = lambda: torch.nn.functional.conv2d(*tensors, stride=stride, padding=pad)
    return forward, lambda dout: forward().backward(torch.from_numpy(dout))


def milliseconds(value):
    """Write a time with about two digits."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def seconds(function, *args, repeats):
    """Time a function; return the best time and its result."""
    best = math.inf
    for _ in range(repeats):
        start = time.perf_counter()
        result = function(*args)
        best = min(best, time.perf_counter() - start)
    return best, result


# %% tags=["experiment"]
with needs_answers():
    draw = np.random.default_rng(231)
    shapes, conv_param = (
        [(10, 3, 31, 31), (25, 3, 3, 3), (25,)],
        {"stride": 2, "pad": 1},
    )
    x, w, b = (draw.standard_normal(shape).astype(np.float32) for shape in shapes)
    dout = draw.standard_normal((10, 25, 16, 16)).astype(np.float32)
    contenders = {
        "your loops": (conv_forward_naive, conv_backward_naive, 1),
        "your im2col": (conv_forward_im2col, conv_backward_im2col, 10),
        "the package": (layers.conv_forward, layers.conv_backward, 20),
    }
    times, outs = {}, {}
    for name, (forward, backward, repeats) in contenders.items():
        there, (outs[name], cache) = seconds(
            forward, x, w, b, conv_param, repeats=repeats
        )
        back, _ = seconds(backward, dout, cache, repeats=repeats)
        times[name] = there, back
    if torch:
        forward, both = torch_conv(x, w, b, **conv_param)
        there, out = seconds(forward, repeats=20)
        back = seconds(both, dout, repeats=20)[0] - there
        times["PyTorch"], outs["PyTorch"] = (
            (there, max(back, 1e-6)),
            out.detach().numpy(),
        )
    truth = outs["your loops"]
    apart = max(np.abs(out - truth).max() for out in outs.values())
    fig, ax = plt.subplots(figsize=(8, 2.6), layout="constrained")
    places = np.arange(len(times))[::-1]
    for shift, label, which in ((0.2, "forward", 0), (-0.2, "backward", 1)):
        values = [1000 * pair[which] for pair in times.values()]
        bars = ax.barh(places + shift, values, height=0.38, label=label)
        ax.bar_label(bars, fmt=milliseconds, padding=3, fontsize="small")
    ax.set(yticks=places, yticklabels=list(times), xscale="log", xlabel="time (ms)")
    ax.margins(x=0.12)
    ax.legend(frameon=False)
    plt.show()
    print(f"largest difference between any two outputs: about {apart:.0e}")

# %% [markdown]
# <details><summary>What we measured</summary>
#
# On one core of a server: 263 ms and 318 ms for the loops, 0.17 ms and 0.31 ms for the matrix
# product. That is a factor of more than 1000, with the same numbers as a result. The package
# took 0.06 ms and 0.15 ms. If you guessed 10 to 100: that is what vectorising the losses
# gained. Here each step of the loop does even less work, 27 multiplications.
#
# </details>

# %% [markdown] question="conv-columns" points=2 minutes=10
# **Question 1 (2 points).** For filters of 3 by 3 with stride 1 and padding 1, how many times
# as much memory as the images does `cols` take? A colleague says that the matrix product is
# faster because it needs fewer multiplications than the loops. Is it so? Where does the speed come
# from, and which measurement would decide?

# %% [markdown] marking="conv-columns"
# Nine times: every pixel (but for the border) lies in nine windows and is copied into each of
# their columns. The number of multiplications is the same. The speed comes from doing them all
# in one call: no Python step for each window, and a matrix product that keeps small blocks in
# the processor's caches and registers and uses its vector instructions and all cores. (The
# package reaches this without the copies, and so has less memory to move.) To decide, count the
# multiplications of both. Or time the loops with larger windows: their time hardly grows although
# the multiplications do, so Python's steps dominate.
#
# *Marking:* 0.5 for nine, 0.5 for "the same number", 0.5 for a reason: fewer Python steps, or
# caches and vectors of the matrix product, 0.5 for a measurement. "NumPy is written in C" alone
# earns nothing: the loops call NumPy as well.

# %% [markdown]
# **Further reading**
#
# - Goto and van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, 2008,
#   [doi:10.1145/1356052.1356053](https://doi.org/10.1145/1356052.1356053). Sections 1 and 2:
#   why blocks. 20 minutes.
# - Lavin and Gray, *Fast Algorithms for Convolutional Neural Networks*, 2015,
#   [arXiv:1509.09308](https://arxiv.org/abs/1509.09308). Sections 1 and 4. 25 minutes.
#
# **Harder (optional, no points).** Process the batch in pieces, so that `cols` never holds more
# than 256 KiB. Does it get slower, or faster? Plot the time over the size of a piece.
#
# <details><summary>Compare your answer</summary>
#
# Two effects work against each other. Small pieces keep `cols` in the processor's cache,
# between its writing and its use. Very small pieces leave the matrix product too few columns to
# work on, and cost a Python step each. Expect a valley, and expect it at another place on
# another machine.
#
# </details>

# %% [markdown]
# ## 6. Receptive fields
#
# One unit behind a convolution of 3 by 3 depends on 9 pixels. How many does a unit behind
# several layers depend on? Simonyan and Zisserman (2014) built networks from filters of 3 by 3
# only. They reported that deep stacks of them did better than shallow ones with larger filters.
# Luo et al. (2016) found that a unit uses much less than it can see. Whether small filters are
# best is open again: Ding et al. (2022) reported good results with 31 by 31.
#
# After this section you can compute what a unit of any stack can see, and what it mostly uses.
#
# The *receptive field* of a unit is the set of pixels on which it depends. For filters of $K_l
# \times K_l$ with strides $s_l$, its side $r_l$ after layer $l$ is
#
# $$r_0 = 1, \qquad r_l = r_{l-1} + (K_l - 1) \prod_{m < l} s_m .$$

# %% drawing="conv-field"
drawings.show(
    drawings.receptive_field(),
    "Rows of units, seen from the side: seven pixels below, then three layers of filters of width "
    "3. One unit of layer 3 depends on 3 units of layer 2, on 5 units of layer 1 and on 7 pixels.",
)

# %% [markdown]
# *Follow the lines down from the top unit: 3, 5, 7. Several paths lead to the middle pixel, a
# single one to each outer pixel.*
#
# **Worked example.** The formula as a loop, and the number of paths from each pixel of one row
# to the top unit of the drawing:

# %%
for strides in ([1, 1, 1], [2, 2, 2]):
    side, jump = 1, 1
    for stride in strides:
        side, jump = side + 2 * jump, jump * stride
        print(f"stride {stride}: sees {side}", end=";  ")
    print()
paths = np.array([1])
for layer in (1, 2, 3):
    paths = np.convolve(paths, [1, 1, 1])
    print(f"paths through {layer} layers:", paths)

# %% [markdown]
# **Predict, then check.** Five layers of 3 by 3 with the strides 1, 2, 1, 2, 1. How wide is the
# receptive field?
#
# <details><summary>Check your prediction</summary>
#
# 3, 5, 9, 13, 21. The stride of a layer does not widen its own field. It doubles what all
# *later* layers add.
#
# </details>
#
# Your backward pass can show all this. The next cell puts a gradient of 1 on one unit in the
# middle of the last layer, and looks which pixels it reaches. The filters have random positive
# weights. The dashed frame is the receptive field.


# %%
def reach(steps, size=41):
    """Carry a gradient from one middle number of a stack of convolutions to the image.

    steps: the stride of each convolution of 3 by 3, first to last.
    """
    draw = np.random.default_rng(231)
    x, caches = np.zeros((1, 1, size, size)), []
    for stride in steps:
        w = draw.uniform(0.5, 1, (1, 1, 3, 3))
        x, cache = conv_forward_im2col(x, w, np.zeros(1), {"stride": stride, "pad": 1})
        caches.append(cache)
    dx = np.zeros(x.shape)
    dx[0, 0, x.shape[2] // 2, x.shape[3] // 2] = 1
    for cache in reversed(caches):
        dx, _, _ = conv_backward_im2col(dx, cache)
    return dx[0, 0]


with needs_answers():
    stacks = {
        "1 layer": [1],
        "2 layers": [1] * 2,
        "5 layers": [1] * 5,
        "10 layers": [1] * 10,
        "5, two of stride 2": [1, 2, 1, 2, 1],
    }
    fig, axes = plt.subplots(1, 5, figsize=(11, 3.1), layout="constrained")
    for ax, (name, steps) in zip(axes, stacks.items(), strict=True):
        dx = reach(steps)
        rows, cols = (np.flatnonzero(dx.any(axis=axis)) for axis in (1, 0))
        height, width = np.ptp(rows) + 1, np.ptp(cols) + 1
        ax.imshow(dx / dx.max(), cmap="viridis", vmin=0, vmax=1)
        corner = cols[0] - 0.5, rows[0] - 0.5
        frame = {"fill": False, "edgecolor": "white", "linestyle": "--"}
        ax.add_patch(plt.Rectangle(corner, width, height, **frame))
        ax.set(title=f"{name}\n{height} x {width} pixels", xticks=[], yticks=[])
    plt.show()

# %% [markdown] question="conv-field" points=2 minutes=10
# **Question 2 (2 points).** How many convolutions of 3 by 3 with stride 1 does it take until
# a unit sees 11 by 11 pixels? How many weights are that, for one channel, compared
# with a single filter of 11 by 11? What else do the small filters bring? Why is the picture of
# ten layers bright in the middle and dark at the rim of its frame?

# %% [markdown] marking="conv-field"
# Five: every layer adds two pixels, $1 + 2 \cdot 5 = 11$. That is 45 weights against 121, and
# there is room for a ReLU after each, so the stack computes what no single filter can. The
# number of paths from a pixel to the output decides how much it counts: many lead to the middle
# and one to the corner. With random weights the sum over paths looks like a bell, so what a unit
# really uses is smaller than what it can see.
#
# *Marking:* 0.5 for five, 0.5 for 45 against 121 or for the ReLUs between, 1 for counting paths.
# "Padding with zeros makes the rim dark" earns nothing: the frame lies far from the border.

# %% [markdown]
# **Further reading**
#
# - Luo, Li, Urtasun and Zemel, *Understanding the Effective Receptive Field in Deep
#   Convolutional Neural Networks*, 2016, [arXiv:1701.04128](https://arxiv.org/abs/1701.04128).
#   Section 2 derives the bell. 20 minutes.
# - Simonyan and Zisserman, *Very Deep Convolutional Networks for Large-Scale Image
#   Recognition*, 2014, [arXiv:1409.1556](https://arxiv.org/abs/1409.1556). Section 2.3: why 3
#   by 3. 5 minutes.
# - Ding, Zhang, Han and Ding, *Scaling Up Your Kernels to 31x31*, 2022,
#   [arXiv:2203.06717](https://arxiv.org/abs/2203.06717). Section 1. 10 minutes.
#
# **Harder (optional, no points).** A stack with stride 2 shows a chequerboard in the last
# picture. Explain it by counting paths, and find a size of the filters for which it disappears.
#
# <details><summary>Compare your answer</summary>
#
# Count in one dimension. With stride 2 and windows of 3, every second pixel lies in two windows
# and the others in one. The numbers of paths alternate, and each further layer multiplies the
# pattern. If the size of the filter is a multiple of the stride (2 or 4), every
# pixel lies in equally many windows, and the pattern is gone. Odena, Dumoulin and Olah (2016)
# found the same pattern in generated images.
#
# </details>

# %% [markdown]
# ## 7. A network with three layers
#
# *LeNet-5* (LeCun et al., 1998) combined convolutions, pooling and affine layers. Krizhevsky et
# al. (2012) trained a larger network of this kind on ImageNet. The correct class was not among
# its five best guesses for 15.3 % of the images, against 26.2 % for the second-best entry of
# the competition. That result convinced many researchers. Your network is a small relative of
# these. Its weak point is its size: nearly all of its parameters sit in the first affine layer.
# Lin et al. (2013) proposed to average each feature map instead, and most later networks do.
#
# After this section you can set up a convolutional network and compute its loss and its
# gradients.
#
# $$\text{scores} = \mathrm{ReLU}\bigl(\mathrm{pool}(\mathrm{ReLU}(X * W_1 + b_1))\, W_2 + b_2\bigr)\,
# W_3 + b_3 ,$$
#
# where $*$ is the convolution of section 1 and the pooled maps are flattened to a row.

# %% drawing="conv-stages"
drawings.show(
    drawings.conv_stages(),
    "The network as volumes: images of 3 by 32 by 32, 32 feature maps of 32 by 32, after pooling "
    "32 maps of 16 by 16, flattened to 8192 numbers, then 100 hidden units and 10 scores. W1 and "
    "b1 belong to the convolution, W2 and b2 to the first affine layer, W3 and b3 to the second.",
)

# %% [markdown]
# *The convolution changes the number of channels, pooling changes height and width, and `W2`
# connects all that is left with every hidden unit.*
#
# The filters are square with an odd size and padded by half of it, so that the convolution
# keeps height and width. Pooling with windows of 2 by 2 and stride 2 halves them. `self.params`
# holds the filters `W1` of shape $(F, C, \text{size}, \text{size})$, `W2` and `W3` of the
# affine layers, and `b1`, `b2`, `b3`. Weights are drawn from a normal distribution with
# standard deviation `weight_scale`; biases are zero.
#
# **Worked example.** Parameters of the network in the drawing, with filters of 7 by 7:

# %%
sizes = {
    "W1 and b1": 32 * 3 * 7 * 7 + 32,
    "W2 and b2": 8192 * 100 + 100,
    "W3 and b3": 100 * 10 + 10,
}
for name, size in sizes.items():
    print(f"{name}: {size:7,} parameters, {size / sum(sizes.values()):5.1%}")

# %% [markdown]
# **Predict, then check.** For images of 3 by 6 by 8, 4 filters and 5 hidden units: which shape
# has `W2`? How does it change if the filters grow from 3 by 3 to 5 by 5?
#
# <details><summary>Check your prediction</summary>
#
# Pooling leaves 4 maps of 3 by 4, so `W2` is $(48, 5)$. It does not change: the padding grows
# with the filter, so the maps keep their size.
#
# </details>
#
# From here on, use the fast layers. The next cell brings `conv_forward_fast`,
# `max_pool_forward_fast`, `affine_forward`, `relu_forward`, `softmax_loss` and their partners
# `..._backward`. For layers that follow each other there are `conv_relu_pool_forward(x, w, b,
# conv_param, pool_param)` and `affine_relu_forward(x, w, b)` with theirs. They expect arrays of
# one dtype.

# %% tags=["setup"]
from cs231n.layers import (  # noqa: F401 - answers may use any of these
    conv_backward_fast,
    conv_forward_fast,
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
    max_pool_backward_fast,
    max_pool_forward_fast,
)


class ThreeLayerConvNet(NotebookClass):
    """Convolution, ReLU, pooling, affine, ReLU, affine; its methods are your answers."""

    def __init__(self, *args, **kwargs):
        # A method pasted from a class, without add_to_class, counts as well.
        if "__init__" not in globals():
            raise AttributeError("ThreeLayerConvNet has no __init__ yet. Run its cell.")
        globals()["__init__"](self, *args, **kwargs)


def twin_nets(rng, *sizes, n=4, reg=0.0, dtype=np.float64):
    """Draw images and classes, and give the package's network and yours equal weights.

    sizes: input_dim, num_filters, filter_size, hidden_dim, num_classes.
    """
    package = PackageNet(*sizes, reg=reg, dtype=np.float64)
    model = ThreeLayerConvNet(*sizes, reg=reg, dtype=dtype)
    for name, value in package.params.items():
        weights = rng.normal(0, 0.5, value.shape).astype(dtype)
        package.params[name], model.params[name] = weights.astype(float), weights
    X = rng.normal(size=(n, *sizes[0])).astype(dtype)
    return X, rng.integers(0, sizes[-1], n), package, model


# %% answer="conv-net-init" minutes=10 difficulty=2 importance=3
@add_to_class(ThreeLayerConvNet)
def __init__(
    self,
    input_dim=(3, 32, 32),
    num_filters=32,
    filter_size=7,
    hidden_dim=100,
    num_classes=10,
    weight_scale=1e-3,
    reg=0.0,
    dtype=np.float32,
):
    """Draw the first parameters.

    Parameters
    ----------
    input_dim : tuple of int
        (C, H, W) of an image; height and width are even.
    num_filters, filter_size : int
        Filters of the convolution, and their height and width in pixels.
    hidden_dim, num_classes : int
        Units of the hidden affine layer, and classes.
    weight_scale : float
        Standard deviation of the weights.
    reg : float
        Strength of the L2 regularisation.
    dtype : dtype
        Of the parameters.
    """
    self.params = {}
    self.reg = reg
    self.dtype = dtype
    ### BEGIN SOLUTION
    rng = np.random.default_rng(231)
    channels, height, width = input_dim
    pooled = num_filters * (height // 2) * (width // 2)
    shapes = {
        "W1": (num_filters, channels, filter_size, filter_size),
        "W2": (pooled, hidden_dim),
        "W3": (hidden_dim, num_classes),
    }
    for name, shape in shapes.items():
        self.params[name] = weight_scale * rng.standard_normal(shape)
    self.params["b1"] = np.zeros(num_filters)
    self.params["b2"] = np.zeros(hidden_dim)
    self.params["b3"] = np.zeros(num_classes)
    ### END SOLUTION
    for name, value in self.params.items():
        self.params[name] = value.astype(dtype)


# %% [markdown] hint="conv-net-init"
# <details><summary>Hint 1: where to look</summary>
#
# Read the three shapes of the weights off the drawing, with names in place of the numbers.
# Which of them does pooling decide?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# One generator for all three weights (two generators with the same seed would repeat
# themselves), `standard_normal(shape)`, `np.zeros`. The last lines of the cell convert to
# `dtype`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Unpack `input_dim`.
# 2. The number of inputs of the first affine layer: maps times pooled height times pooled
#    width, in whole numbers.
# 3. Three weights with the right standard deviation, three rows of zeros.
#
# </details>

# %% test="conv-net-init" points=1
model = ThreeLayerConvNet((3, 6, 8), 4, 5, hidden_dim=5, num_classes=7)
expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
shapes = {
    "W1": (4, 3, 5, 5),
    "b1": (4,),
    "W2": (48, 5),
    "b2": (5,),
    "W3": (5, 7),
    "b3": (7,),
}
expect_equal(sorted(model.params), sorted(shapes), "the names in self.params")
hints = {
    "W1": "Filters come first, then the channels of the image.",
    "b1": "There is one bias for each filter.",
    "W2": "What does pooling leave of 6 by 8 pixels, and in how many channels?",
}
for name, shape in shapes.items():
    hint = hints.get(name, "")
    expect_array(model.params[name], shape, f"params[{name!r}]", hint=hint)
    if name[0] == "b":
        expect(not np.any(model.params[name]), f"{name} should start at 0.")
expect_source(
    globals().get("__init__", ThreeLayerConvNet.__init__),
    without=["cs231n", "PackageNet", "ResNet", "torch"],
)
passed("conv-net-init", "names and shapes; biases are 0")

# %% test="conv-net-init" part="weights" points=1
model = ThreeLayerConvNet()
expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
for name, shape in {"W1": (32, 3, 7, 7), "W2": (8192, 100), "W3": (100, 10)}.items():
    w = np.asarray(model.params[name])
    expect_array(w, shape, f"params[{name!r}] by default")
    expect(w.dtype == np.float32, f"{name} should be float32; got {w.dtype}.")
model = ThreeLayerConvNet(num_filters=16, weight_scale=0.02, dtype=np.float64)
for name in ("W1", "W2", "W3"):
    w = np.asarray(model.params[name])
    expect(w.dtype == np.float64, f"{name} should be float64; got {w.dtype}.")
    expect(w.any(), f"All of {name} is 0: then all the filters learn the same.")
    std, mean = np.std(w), np.mean(w)
    expect(
        abs(mean) < 0.2 * std,
        f"The mean of {name} should be near 0; it is {mean:.3g}, and the standard deviation "
        f"{std:.3g}.",
    )
    expect(
        abs(std / 0.02 - 1) < 0.12,
        f"With weight_scale 0.02 the standard deviation of {name} should be 0.02; got "
        f"{std:.3g}.",
    )
    beyond = np.mean(np.abs(w) > 0.04)
    expect(
        0.015 < beyond < 0.085,
        f"{beyond:.1%} of the weights in {name} lie beyond two standard deviations; in a "
        f"normal distribution 4.6 % do.",
    )
first = {name: model.params[name].ravel()[:99] for name in ("W1", "W2", "W3")}
for one, other in itertools.combinations(first, 2):
    expect(
        not np.allclose(first[one], first[other]),
        f"{one} and {other} begin with the same numbers: does each draw start over?",
    )
passed("conv-net-init", "defaults, dtype, and a normal distribution")

# %% [markdown]
# **The loss** is the softmax loss of the scores plus *L2 regularisation*, $\frac12 \lambda \sum
# W^2$ over the three weights, not over biases. Without `y`, return the scores.
#
# **Worked example.** The combined layer on one image of 2 by 2, with a filter of one weight:

# %%
image, weight, bias = np.array([[[[1.0, 2], [3, 4]]]]), np.full((1, 1, 1, 1), 2.0), -5.0
out, cache = conv_relu_pool_forward(
    image,
    weight,
    np.array([bias]),
    {"stride": 1, "pad": 0},
    {"pool_height": 2, "pool_width": 2, "stride": 2},
)
print("convolution -3 -1 1 3, ReLU 0 0 1 3, maximum", out.ravel())
dx, dw, db = conv_relu_pool_backward(np.ones((1, 1, 1, 1)), cache)
print("dx", dx.ravel(), "  dw", dw.ravel(), "  db", db)

# %% [markdown]
# **Predict, then check.** The gradient of the image has a single entry. Why that one, and why
# 2? What would `dx` be with a bias of $-9$?
#
# <details><summary>Check your prediction</summary>
#
# Pooling sends the gradient to the winner, pixel 4; the ReLU lets it pass, since 3 is positive;
# the convolution multiplies it by the weight, 2. With a bias of $-9$ all four numbers are
# negative, the ReLU makes zeros of them, and no gradient comes back: `dx`, `dw` and `db` are 0.
#
# </details>


# %% answer="conv-net-loss" minutes=20 difficulty=2 importance=3
@add_to_class(ThreeLayerConvNet)
def loss(self, X, y=None):
    """Compute scores, or the loss and its gradients.

    Parameters
    ----------
    X : ndarray of shape (N, C, H, W)
        Images.
    y : ndarray of int, shape (N,), optional
        Their classes.

    Returns
    -------
    scores : ndarray of shape (N, K)
        Without y.
    loss, grads : float and dict of ndarray
        With y.
    """
    X = X.astype(self.dtype)
    W1, b1 = self.params["W1"], self.params["b1"]
    W2, b2 = self.params["W2"], self.params["b2"]
    W3, b3 = self.params["W3"], self.params["b3"]
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    ### BEGIN SOLUTION
    pooled, first = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
    hidden, second = affine_relu_forward(pooled, W2, b2)
    scores, third = affine_forward(hidden, W3, b3)
    if y is None:
        return scores

    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dhidden, grads["W3"], grads["b3"] = affine_backward(dscores, third)
    dpooled, grads["W2"], grads["b2"] = affine_relu_backward(dhidden, second)
    _, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, first)
    for name in ("W1", "W2", "W3"):
        loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
        grads[name] = grads[name] + self.reg * self.params[name]
    return loss, grads
    ### END SOLUTION


# %% [markdown] hint="conv-net-loss"
# <details><summary>Hint 1: where to look</summary>
#
# The drawing has three groups of layers, each with a weight and a bias. For each of them there
# is one ready-made function. What does each hand to the next?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `conv_relu_pool_forward`, `affine_relu_forward`, `affine_forward`, `softmax_loss`, and their
# `..._backward` partners in reverse order. Each needs its own cache.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Three groups forward. Without `y`, stop here.
# 2. The softmax loss and the gradient of the scores.
# 3. Three groups backward, the last one first. Each returns a gradient for the group before it,
#    and two for `grads`.
# 4. Regularisation: to the loss for each weight, to the gradient of each weight.
#
# </details>

# %% test="conv-net-loss" points=1
X, y, package, model = twin_nets(rng, (3, 6, 8), 4, 3, 5, 7)
flat = {"relu_forward": lambda x: relu_forward(x) if x.ndim == 4 else (x, x)}
deep = {"relu_forward": lambda x: relu_forward(x) if x.ndim == 2 else (x, x)}
bent = {}
for words, own in {
    "The ReLU between the affine layers is missing.": flat,
    "The ReLU behind the convolution is missing.": deep,
    "Both ReLUs are missing.": {"relu_forward": lambda x: (x, x)},
}.items():
    other = PackageNet((3, 6, 8), 4, 3, 5, 7, dtype=np.float64, layers=own)
    other.params = package.params
    bent[words] = other.loss(X)
expected = package.loss(X)
bent["A ReLU comes behind the last affine layer; there should be none."] = np.maximum(
    expected, 0
)
with unchanged(X=X, **model.params):
    scores = model.loss(X)
expect_array(scores, expected.shape, "scores", hint="Without y, return the scores.")
expect_close(
    scores,
    expected,
    "scores",
    hint="Convolution, ReLU, pooling, affine, ReLU, affine.",
    faults=bent,
)
expect_source(model.loss, without=["cs231n", "PackageNet", "ResNet", "torch"])
passed("conv-net-loss", "scores; images and parameters as they were")

# %% test="conv-net-loss" part="regularisation" points=2
X, y, package, model = twin_nets(rng, (3, 6, 8), 4, 3, 5, 7)


def at(reg):
    """Return the package's loss and gradients for another strength."""
    package.reg = reg
    return package.loss(X, y)


for reg in (0.0, 0.3):
    model.reg = reg
    (data_loss, plain), (expected, truth) = at(0.0), at(reg)
    with unchanged(X=X, y=y, **model.params):
        value, grads = expect_tuple(model.loss(X, y), "loss", "grads")
    each = {n: 0.5 * reg * np.sum(p**2) for n, p in package.params.items()}
    biases = sum(each[name] for name in ("b1", "b2", "b3"))
    expect_close(
        value,
        expected,
        f"loss with reg {reg}",
        hint="Is it the mean over the images, plus the regularisation?",
        faults={
            "The regularisation is missing: use self.reg.": data_loss,
            "The regularisation is twice what it should be: it begins with one half.": (
                at(2 * reg)[0]
            ),
            "The regularisation is half of what it should be.": at(reg / 2)[0],
            "The biases are regularised too; only weights should be.": expected
            + biases,
            "Only the regularisation is there: where is the loss of the scores?": (
                expected - data_loss
            ),
        }
        | {f"{n} is not regularised.": expected - each[n] for n in ("W1", "W2", "W3")}
        | {
            f"Only {n} is regularised.": data_loss + each[n] for n in ("W1", "W2", "W3")
        },
    )
    expect(
        isinstance(grads, dict) and set(grads) == set(truth),
        f"grads should be a dictionary of {sorted(truth)}; got "
        f"{sorted(grads) if isinstance(grads, dict) else type(grads).__name__}.",
    )
    twice, half = at(2 * reg)[1], at(reg / 2)[1]
    for name in ("W3", "b3", "W2", "b2", "W1", "b1"):
        faults = {}
        if name[0] == "W" and reg:
            faults = {
                f"The gradient of {name} lacks the regularisation.": plain[name],
                "The regularisation counts twice in the gradient.": twice[name],
                "The regularisation counts half in the gradient.": half[name],
            }
        if name[0] == "b" and reg and np.shape(grads[name]) == plain[name].shape:
            expect(
                np.allclose(grads[name], plain[name]),
                f"The gradient of {name} changes with reg: biases are not regularised.",
            )
        expect_close(
            grads[name],
            truth[name],
            f"grads[{name!r}] with reg {reg}",
            hint="Backwards through the layers in reverse order, each with its own cache.",
            faults=faults,
        )
passed("conv-net-loss", "loss and gradients, with regularisation and without")

# %% test="conv-net-loss" part="sizes" points=1
for *sizes, n, reg, dtype in [
    ((2, 8, 4), 3, 5, 6, 4, 5, 0.7, np.float64),
    ((1, 4, 6), 5, 1, 3, 4, 1, 0.0, np.float64),
    ((3, 6, 6), 2, 3, 8, 4, 3, 3.14, np.float32),
]:
    X, y, package, model = twin_nets(rng, *sizes, n=n, reg=reg, dtype=dtype)
    with unchanged(X=X, y=y, **model.params):
        value, grads = expect_tuple(model.loss(X, y), "loss", "grads")
        scores = model.loss(X)
    rtol = 1e-3 if dtype == np.float32 else 1e-8
    where = (
        f"(images {X.shape}, {sizes[1]} filters of {sizes[2]} x {sizes[2]}, {reg = })"
    )
    X = X.astype(np.float64)
    expected, truth = package.loss(X, y)
    expect_close(scores, package.loss(X), f"scores {where}", rtol=rtol, atol=rtol)
    expect_close(value, expected, f"loss {where}", rtol=rtol)
    for name, gradient in truth.items() if dtype == np.float64 else ():
        expect_close(grads[name], gradient, f"grads[{name!r}] {where}", rtol=rtol)
passed("conv-net-loss", "other sizes, one image, float32")

# %% [markdown]
# **Further reading**
#
# - LeCun, Bottou, Bengio and Haffner, *Gradient-Based Learning Applied to Document
#   Recognition*, 1998, [pdf](http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf). Section II.
#   30 minutes.
# - Krizhevsky, Sutskever and Hinton, *ImageNet Classification with Deep Convolutional Neural
#   Networks*, 2012,
#   [NeurIPS](https://papers.nips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html).
#   Sections 3 and 4. 20 minutes.
# - Zhang et al., *Dive into Deep Learning*, [section
#   7.6](https://d2l.ai/chapter_convolutional-neural-networks/lenet.html), builds LeNet. 15
#   minutes.
#
# **Harder (optional, no points).** Replace the pooled maps by their averages (Lin et al.,
# 2013), so that the affine layer has 32 inputs. How many parameters are left, and what becomes
# of the accuracy in section 8?
#
# <details><summary>Compare your answer</summary>
#
# With 32 filters of 7 by 7 and 100 hidden units, 819,300 of the 825,046 parameters are in the
# first affine layer. It shrinks to $32 \cdot 100 + 100 = 3300$, and 9,046 are left in all. The
# averages say how strongly each filter responds, and no longer where. One layer of 7 by 7 sees
# only small parts, so expect a lower accuracy here. Networks that use this trick average maps
# whose positions have seen the whole image.
#
# </details>

# %% [markdown]
# ## 8. Training it
#
# First the checks that take seconds. Karpathy (2019) recommends them before any long run:
# compare the first loss with what guessing costs, then *overfit* a tiny training set on
# purpose. They find bugs. They say nothing about generalisation.
#
# After this section you can check a network before you train it, and read its first filters.
#
# With tiny weights all classes are equally likely, and regularisation adds to that:
#
# $$L_0 \approx \log K + \tfrac{\lambda}{2} \sum W^2 .$$
#
# **Worked example.** $K = 10$ gives $\log 10 \approx 2.303$. The default weights have the
# standard deviation $10^{-3}$, so the sum of their squares is about $825{,}000 \cdot 10^{-6}
# \approx 0.82$. With $\lambda = 0.5$ that adds 0.21.
#
# **Predict, then check.** The next cell prints both losses, then trains on 100 images for 15
# epochs. Where will the two accuracies end?

# %% tags=["experiment"]
real = find_cifar10() is not None  # the real CIFAR-10 is worth larger settings
data = split_cifar10(num_test=10_000 if real else 1000)


def some(num):
    """Return the data with the first num training images only."""
    return data | {name: data[name][:num] for name in ("X_train", "y_train")}


def train(model, part, num_epochs, batch_size=50, rate=1e-3, **settings):
    """Train with Adam; return the solver and the seconds it took."""
    start = time.perf_counter()
    settings = {"update_rule": "adam", "verbose": False} | settings
    settings["optim_config"] = {"learning_rate": rate} | settings.get(
        "optim_config", {}
    )
    solver = Solver(
        model, part, num_epochs=num_epochs, batch_size=batch_size, **settings
    )
    solver.train()
    return solver, time.perf_counter() - start


with needs_answers():
    model = ThreeLayerConvNet()
    X, y = data["X_train"][:50] / 64, data["y_train"][:50]
    print(f"first loss {model.loss(X, y)[0]:.4f}, log 10 is {math.log(10):.4f}")
    model.reg = 0.5
    print(f"with reg 0.5 {model.loss(X, y)[0]:.4f}")
    model = ThreeLayerConvNet(weight_scale=1e-2)
    solver, _ = train(model, some(100), num_epochs=15)
    solver.plot()
    plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# The losses are 2.3026 and 2.5086, as computed. The training accuracy ends near 1, at 0.98 in
# our run. The validation accuracy stays near 0.3. The *generalisation gap* is what a hundred
# images cannot teach.
#
# </details>
#
# Now all images. On the synthetic images two epochs take about 10 seconds. On the real CIFAR-10
# it is one epoch and about 40 seconds of processor time, and the network gets half of the training
# images right. The filters of the first layer began as noise. **Predict:** what will they look
# like, and will all 32 of them have changed?

# %% tags=["experiment"]
with needs_answers():
    model = ThreeLayerConvNet(weight_scale=1e-3, hidden_dim=500, reg=1e-3)
    noise = model.params["W1"].copy()
    solver, taken = train(model, data, num_epochs=1 if real else 2, verbose=True)
    one_epoch = solver.train_acc_history[-1]
    print(f"training accuracy {one_epoch:.3f} in {taken:.0f} s")
    fig, axes = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
    fig.get_layout_engine().set(wspace=0.08)
    for ax, filters, title in zip(
        axes, (noise, model.params["W1"]), ("before", "after"), strict=True
    ):
        show_grid(filters.transpose(0, 2, 3, 1), columns=8, ax=ax)
        ax.set_title(f"first-layer filters, {title}")
    plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# On the synthetic images all 32 have changed. They are smooth blobs of one colour, or edges
# between two colours, most of them horizontal: the images have a ground and a sky. Krizhevsky
# et al. (2012) found edges and blobs of colour in a network trained on ImageNet as well.
#
# </details>
#
# **Further reading**
#
# - Karpathy, *A Recipe for Training Neural Networks*, 2019,
#   [blog](https://karpathy.github.io/2019/04/25/recipe/). Steps 2 and 3. 15 minutes.
# - CS231n notes, [*Visualizing what ConvNets
#   learn*](https://cs231n.github.io/understanding-cnn/): first-layer filters. 10 minutes.
#
# **Harder (optional, no points).** Train with ten filters of which you fix five to the filters
# by hand of section 1. Do the free ones become different from the fixed ones?
#
# <details><summary>Compare your answer</summary>
#
# Set the gradient of the fixed filters to 0 in each step. Then compare every free filter with
# every fixed one: normalise both to length 1, and take the largest product. Nothing in the loss
# forbids a copy. A copy adds little to the scores, though, so its gradient points elsewhere.
# Train a second network with all ten free, as a yardstick for how similar filters are without
# the constraint.
#
# </details>

# %% [markdown]
# ## 9. Batch normalisation for images
#
# In a fully connected network, batch normalisation gives every unit a mean and a variance of
# its own. For a feature map Ioffe and Szegedy (2015) wanted to respect the convolution: what a
# filter finds means the same at every position. So they let all positions of a channel share
# one mean, one variance, one $\gamma_c$ and one $\beta_c$. Santurkar et al. (2018) doubted
# their explanation of why it helps, but not that it often does. The price is the one you know:
# during training, images of a batch influence each other.
#
# After this section you can normalise feature maps, forward and backward, with the functions
# that you already have.
#
# For channel $c$ the statistics run over images, rows and columns, $N \cdot H \cdot W$ numbers:
#
# $$\mu_c = \frac{1}{NHW} \sum_{n,i,j} x_{ncij} , \qquad
# \sigma_c^2 = \frac{1}{NHW} \sum_{n,i,j} (x_{ncij} - \mu_c)^2 .$$
#
# At test time the running averages take their place, as always; they have the shape $(C,)$.

# %% drawing="conv-positions"
drawings.show(
    drawings.positions_as_rows(),
    "Two images with three channels of 1 by 2 pixels, and the same numbers as a matrix of four "
    "rows and three columns: one row for each position of each image, one column for each channel.",
)

# %% [markdown]
# *A position of an image is a row, a channel is a column. In this form the statistics of a
# column are those of a channel.*
#
# You need not write the arithmetic again. Bring $x$ into the shape that `batchnorm_forward`
# expects, with a feature in each column, and bring the result back.
#
# **Worked example.** Means of the two channels of two images with two pixels each:

# %%
red, green = [[1, 3], [5, 7]], [[0, 0], [10, 10]]  # two images, two pixels each
for name, channel in (("red", red), ("green", green)):
    numbers = [pixel for picture in channel for pixel in picture]
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / len(numbers)
    print(f"{name:6} mean {mean}, variance {variance}, from {len(numbers)} numbers")

# %% [markdown]
# **Predict, then check.** A student writes `x.reshape(-1, C)` and hands that to
# `batchnorm_forward`. It runs without an error. What is wrong? Does it help if $C = 1$?
#
# <details><summary>Check your prediction</summary>
#
# In memory, $x$ has the channel second and the column last. `reshape` keeps that order, so a
# row of the result holds $C$ neighbouring *pixels* of one channel. The channel has to become
# the last axis first. With $C = 1$ there is only one channel, and the mistake does not show.
#
# </details>


# %% answer="conv-batchnorm-forward" minutes=15 difficulty=2 importance=3
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Normalise every channel over images and pixels, then scale and shift it.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    gamma, beta : ndarray of shape (C,)
        Scale and shift.
    bn_param : dict
        mode, "train" or "test"; eps (1e-5); momentum (0.9); running_mean and running_var
        of shape (C,), which begin at zero and are stored back.

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
    cache : tuple
        Whatever your backward pass needs.
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    flat = x.transpose(0, 2, 3, 1).reshape(-1, c)  # (N * H * W, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(n, h, w, c).transpose(0, 3, 1, 2)
    ### END SOLUTION
    return out, cache


# %% [markdown] hint="conv-batchnorm-forward"
# <details><summary>Hint 1: where to look</summary>
#
# The drawing. Which axis of $x$ becomes the columns of the matrix, and which three axes, in
# which order, its rows?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `transpose`, then `reshape`, then `batchnorm_forward`, then the same two in reverse. Hand on
# `bn_param` itself: the running averages are stored in it.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Note the four sizes.
# 2. The channel to the end, then a matrix with $C$ columns.
# 3. Normalise; keep the cache.
# 4. Back to four axes *in the order they have now*, then the channel to its old place.
#
# </details>

# %% test="conv-batchnorm-forward" points=2
scales, means = np.array([[[[1.0]], [[2]], [[5]]], [[[0]], [[9]], [[-4]]]])
x = rng.normal(size=(2, 3, 4, 5)) * scales + means
gamma, beta = np.array([1.0, 2, 3]), np.array([0.0, -1, 7])
yours, ours, plain = ({"mode": "train", "eps": 0.0} for _ in range(3))
expected, _ = layers.spatial_batchnorm_forward(x, gamma, beta, ours)
normal, _ = layers.spatial_batchnorm_forward(x, np.ones(3), np.zeros(3), dict(plain))
column = lambda a: np.resize(a, 3)[:, None, None]


def of_parts(*parts):
    """Normalise parts of the batch, each by itself."""
    return np.concatenate(
        [
            layers.spatial_batchnorm_forward(part, gamma, beta, dict(plain))[0]
            for part in parts
        ]
    )


together, _ = layers.spatial_batchnorm_forward(
    x.reshape(1, 1, 1, -1), np.ones(1), np.zeros(1), dict(plain)
)
per_place, _ = layers.batchnorm_forward(
    x.reshape(2, -1), np.repeat(gamma, 20), np.repeat(beta, 20), dict(plain)
)
mixed, _ = layers.batchnorm_forward(x.reshape(-1, 3), gamma, beta, dict(plain))
with unchanged(x=x, gamma=gamma, beta=beta):
    answer = spatial_batchnorm_forward(x, gamma, beta, yours)
out, _ = expect_tuple(answer, "out", "cache")
expect_close(
    out,
    expected,
    "out",
    hint="One mean and one variance for each channel: which axes do they run over?",
    faults={
        "These are statistics of each image by itself; the batch counts together.": (
            of_parts(x[:1], x[1:])
        ),
        "These are statistics over the images only, for each position; all the positions "
        "count together.": per_place.reshape(x.shape),
        "One mean and variance serve all the channels; each should have its own.": (
            together.reshape(x.shape) * column(gamma) + column(beta)
        ),
        "This reshape mixes channels with positions: is the channel the last axis "
        "before it?": mixed.reshape(x.shape),
        "gamma and beta act on rows of pixels; they belong to channels.": (
            normal * np.resize(gamma, 4)[:, None] + np.resize(beta, 4)[:, None]
        ),
        "Scale and shift are missing.": normal,
    },
)
for name in ("running_mean", "running_var"):
    expect(
        name in yours,
        f"{name} is not stored back in bn_param. Was a copy of bn_param handed on?",
    )
    expect_close(
        yours[name],
        ours[name],
        f"{name} after one call",
        faults={
            "momentum weighs the present; it should weigh the past.": 9 * ours[name]
        },
    )
expect_source(spatial_batchnorm_forward, without=READY)
passed("conv-batchnorm-forward", "every channel; running averages after one call")

# %% test="conv-batchnorm-forward" part="test" points=1
gamma, beta = rng.uniform(1, 3, (2, 4))
yours, ours = ({"mode": "train", "eps": 0.2, "momentum": 0.6} for _ in range(2))
for call in (1, 2, 3):
    x = rng.normal(rng.normal(size=(4, 1, 1)), 2, (3, 4, 2, 5))
    with unchanged(x=x, gamma=gamma, beta=beta):
        out, _ = expect_tuple(
            spatial_batchnorm_forward(x, gamma, beta, yours), "out", "cache"
        )
    as_training, _ = layers.spatial_batchnorm_forward(x, gamma, beta, ours)
    outside = np.empty_like(x)
    for c in range(4):
        one = np.s_[:, c : c + 1]
        param = {"mode": "train", "eps": 0.2 * (0.2 + 2 * np.std(x[one]))}
        outside[one], _ = layers.spatial_batchnorm_forward(
            x[one], gamma[c : c + 1], beta[c : c + 1], param
        )
    expect_close(
        out,
        as_training,
        f"out of call {call} with eps 0.2",
        faults={
            "The eps is added to the root; it belongs to the variance.": outside,
            "The eps of bn_param is not used.": layers.spatial_batchnorm_forward(
                x, gamma, beta, {"mode": "train"}
            )[0],
        },
    )
    for name in ("running_mean", "running_var"):
        expect(name in yours, f"{name} is not stored back in bn_param.")
        expect_close(yours[name], ours[name], f"{name} after {call} calls")
yours["mode"] = ours["mode"] = "test"
expected, _ = layers.spatial_batchnorm_forward(x, gamma, beta, ours)
out, _ = expect_tuple(spatial_batchnorm_forward(x, gamma, beta, yours), "out", "cache")
expect_close(
    out,
    expected,
    "out in test mode",
    faults={
        "These are statistics of the batch; in test mode the running averages count.": (
            as_training
        ),
    },
)
expect_close(
    yours["running_mean"],
    ours["running_mean"],
    "running_mean after a call in test mode",
    hint="In test mode the running averages stay as they are.",
)
passed("conv-batchnorm-forward", "several calls, eps, momentum, test mode")

# %% test="conv-batchnorm-forward" part="sizes" points=1
for shape, dtype in [
    ((3, 4, 2, 5), float),
    ((1, 2, 6, 3), np.float32),
    ((4, 5, 1, 1), float),
]:
    x = rng.normal(1, 2, shape).astype(dtype)
    gamma, beta = rng.uniform(1, 3, (2, shape[1])).astype(dtype)
    ours, yours = ({"mode": "train", "eps": 0.01} for _ in range(2))
    expected, _ = layers.spatial_batchnorm_forward(x, gamma, beta, ours)
    with unchanged(x=x, gamma=gamma, beta=beta):
        answer = spatial_batchnorm_forward(x, gamma, beta, yours)
    out, _ = expect_tuple(answer, "out", "cache")
    where = f"out (x {shape}, {np.dtype(dtype)})"
    expect_close(out, expected, where, rtol=1e-4, atol=1e-5)
passed("conv-batchnorm-forward", "one image, one pixel, float32")


# %% [markdown]
# **Predict, then check.** `transpose` and `reshape` only move numbers. What does the backward pass do
# to a gradient that comes to such a move?
#
# <details><summary>Check your prediction</summary>
#
# It moves it back: each number of `dout` belongs to the place that its value came from. Nothing is
# multiplied or added. In reverse order, the reversed reshape comes first, then the transpose with
# the inverse permutation, which for $(0, 2, 3, 1)$ is $(0, 3, 1, 2)$.
#
# </details>


# %% answer="conv-batchnorm-backward" minutes=10 difficulty=2 importance=2
def spatial_batchnorm_backward(dout, cache):
    """Carry a gradient back through spatial_batchnorm_forward in training.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by spatial_batchnorm_forward.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dgamma, dbeta : ndarray of shape (C,)
    """
    ### BEGIN SOLUTION
    n, c, h, w = dout.shape
    flat = dout.transpose(0, 2, 3, 1).reshape(-1, c)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(n, h, w, c).transpose(0, 3, 1, 2)
    ### END SOLUTION
    return dx, dgamma, dbeta


# %% [markdown] hint="conv-batchnorm-backward"
# <details><summary>Hint 1: where to look</summary>
#
# `out` went through two rearrangements with a normalisation between them. What does a gradient
# go through?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `dout` takes the way that `x` took. `batchnorm_backward` returns three gradients, of which one
# has to be brought back.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. `dout` as a matrix with one column for each channel, as in the forward pass.
# 2. The three gradients from the normalisation's backward pass and its cache.
# 3. `dx` into the shape and the order of `x`. `dgamma` and `dbeta` already have one number for
#    each channel.
#
# </details>

# %% test="conv-batchnorm-backward" points=1
x, dout = rng.normal(size=(2, 2, 3, 4, 5))
gamma, beta = rng.uniform(1, 2, (2, 3))
out, ours = layers.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
dx, dgamma, dbeta = layers.spatial_batchnorm_backward(dout, ours)
slope = np.ptp(out, axis=(2, 3), keepdims=True) / np.ptp(x, axis=(2, 3), keepdims=True)
fixed = dout * slope  # as if mean and variance did not depend on x
_, cache = spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
with unchanged(dout=dout):
    answer = spatial_batchnorm_backward(dout, cache)
grads = expect_tuple(answer, "dx", "dgamma", "dbeta")
expect_close(
    grads[2],
    dbeta,
    "dbeta",
    shape_hint="Is dbeta summed over images, rows and columns?",
    faults={
        "This reshape mixes channels with positions: is the channel the last axis "
        "before it?": dout.reshape(-1, 3).sum(axis=0),
        "dgamma and dbeta changed places.": dgamma,
        "This is the mean over images and positions; sum.": dbeta / 40,
        "This is the mean over the images; sum.": dbeta / 2,
    },
)
expect_close(
    grads[1],
    dgamma,
    "dgamma",
    hint="Is dout in the order of the axes that the forward pass used?",
    faults={
        "This is the mean over images and positions; sum.": dgamma / 40,
        "This is the mean over the images; sum.": dgamma / 2,
    },
)
expect_close(
    grads[0],
    dx,
    "dx",
    rtol=1e-5,
    atol=1e-8,
    hint="Is dx brought back in the order of the axes of x?",
    faults={
        "Mean and variance are taken for constants; they depend on x too.": fixed,
        "A mean over the batch counts images only; positions count as well.": (
            fixed + 20 * (dx - fixed)
        ),
    },
)
expect_source(spatial_batchnorm_backward, without=READY)
passed("conv-batchnorm-backward", "three gradients; dout as it was")

# %% test="conv-batchnorm-backward" part="sizes" points=1
for shape, eps in [((3, 4, 2, 5), 1e-5), ((1, 2, 6, 3), 0.3), ((4, 3, 1, 2), 1e-2)]:
    x, dout = rng.normal(size=(2, *shape))
    gamma, beta = rng.uniform(1, 2, (2, shape[1]))
    yours, ours = ({"mode": "train", "eps": eps} for _ in range(2))
    _, cache = layers.spatial_batchnorm_forward(x, gamma, beta, ours)
    truth = layers.spatial_batchnorm_backward(dout, cache)
    _, cache = spatial_batchnorm_forward(x, gamma, beta, yours)
    with unchanged(dout=dout, x=x):
        answer = spatial_batchnorm_backward(dout, cache)
    names = ("dx", "dgamma", "dbeta")
    grads = expect_tuple(answer, *names)
    for name, got, expected in zip(names, grads, truth, strict=True):
        where = f"{name} (x {shape}, {eps = })"
        expect_close(got, expected, where, rtol=1e-5, atol=1e-7)
passed("conv-batchnorm-backward", "other sizes, one image, a large eps")

# %% [markdown]
# **Further reading**
#
# - Ioffe and Szegedy, *Batch Normalization*, 2015,
#   [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). Section 3.2: the convolutional case. 5
#   minutes.
# - Zhang et al., *Dive into Deep Learning*, [section
#   8.5](https://d2l.ai/chapter_convolutional-modern/batch-norm.html): both layers. 10 minutes.
#
# **Harder (optional, no points).** After training, fold a batch normalisation in test mode into
# the filters and the biases of the convolution before it. Check that the outputs agree.
#
# <details><summary>Compare your answer</summary>
#
# With $s = \gamma / \sqrt{\text{running variance} + \varepsilon}$, multiply filter $f$ by
# $s_f$, and set $b' = (b - \text{running mean})\, s + \beta$. It is the affine case, filter by
# filter.
#
# </details>

# %% [markdown]
# ## 10. Group normalisation
#
# Large images leave room for few of them in a batch, and the statistics of a small batch are
# noisy. Layer normalisation uses one image at a time, but lets all its channels share one mean,
# whatever they measure. Wu and He (2018) proposed *group normalisation*, which stands between.
# With batches of two images, they reported, their network made 10.6 % fewer errors with it than
# with batch normalisation. With large batches, batch normalisation was slightly better in their
# experiments. Why neighbouring channels should belong together is not clear: nothing in the
# network sorts them.
#
# After this section you can normalise groups of channels and derive the gradient.
#
# The channels of each image are split into $G$ groups of **neighbours**. Each group of each
# image, $M = C/G \cdot H \cdot W$ numbers, is normalised by its own mean and variance:
#
# $$\hat x_{ncij} = \frac{x_{ncij} - \mu_{n g}}{\sqrt{\sigma_{n g}^2 + \varepsilon}} , \qquad
# y_{ncij} = \gamma_c\, \hat x_{ncij} + \beta_c , \qquad g \text{ the group of channel } c .$$
#
# Scale and shift belong to channels. Here they, and their gradients, have the shape $(1, C, 1,
# 1)$.

# %% drawing="conv-statistics"
drawings.show(
    drawings.shared_statistics(
        ("batch", "image", "group"), groups=3, cell="a feature map"
    ),
    "Four images by six channels, three times; a cell stands for a feature map. Batch "
    "normalisation takes its statistics from a column, layer normalisation from a row, group "
    "normalisation with three groups from two neighbouring cells of a row.",
)

# %% [markdown]
# *Which feature maps share a mean and a variance? A column, a row, a part of a row.*
#
# **Worked example.** One image of four channels, each a single pixel, $\gamma = 1$, $\beta =
# 0$, $\varepsilon = 0$:

# %%
channels = np.array([1.0, 3.0, 10.0, 30.0])
for groups in (1, 2):
    for group in np.split(channels, groups):
        normal = (group - group.mean()) / group.std()
        print(f"G = {groups}: {group} becomes {normal.round(2)}")

# %% [markdown]
# **Predict, then check.** Which channels of six form a group for $G = 2$? What is it called for
# $G = 1$? And what would the worked example give for $G = 4$?
#
# <details><summary>Check your prediction</summary>
#
# Channels 0, 1, 2 and channels 3, 4, 5. $G = 1$ is layer normalisation. With $G = 4$ every
# group is a single number, its own mean: all outputs are 0 ($\varepsilon > 0$ prevents the
# division by zero). With larger maps, $G = C$ makes sense. It is called *instance
# normalisation*.
#
# </details>


# %% answer="conv-groupnorm-forward" minutes=20 difficulty=3 importance=2
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Normalise groups of channels of every image, then scale and shift channels.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    gamma, beta : ndarray of shape (1, C, 1, 1)
        Scale and shift.
    G : int
        Number of groups; it divides C.
    gn_param : dict
        eps (1e-5).

    Returns
    -------
    out : ndarray of shape (N, C, H, W)
    cache : tuple
        Whatever your backward pass needs.
    """
    eps = gn_param.get("eps", 1e-5)
    ### BEGIN SOLUTION
    groups = x.reshape(len(x), G, -1)
    mean = groups.mean(axis=2, keepdims=True)
    inv_std = 1 / np.sqrt(groups.var(axis=2, keepdims=True) + eps)
    x_hat = ((groups - mean) * inv_std).reshape(x.shape)
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, inv_std, G)
    ### END SOLUTION
    return out, cache


# %% [markdown] hint="conv-groupnorm-forward"
# <details><summary>Hint 1: where to look</summary>
#
# In which shape does each group of each image become one row? Is a `transpose` needed, if
# neighbouring channels belong together?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `reshape` with a -1, `mean` and `var` with `keepdims=True`. Scale and shift act on the shape
# of `x`, so bring the normalised numbers back before.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Three axes: image, group, everything else.
# 2. Mean and variance along the last; normalise.
# 3. Back to the shape of `x`; scale and shift by broadcasting.
# 4. Keep in `cache` the normalised numbers, `gamma`, what you divided by, and `G`.
#
# </details>

# %% test="conv-groupnorm-forward" points=1
x = np.array([1.0, 1, 5, 5, 8, 12, 8, 12]).reshape(1, 4, 1, 2)
gamma, beta = (
    np.array(values).reshape(1, 4, 1, 1) for values in ([2.0, 4, 6, 8], [0.0, 0, 5, 5])
)
with unchanged(x=x, gamma=gamma, beta=beta):
    answer = spatial_groupnorm_forward(x, gamma, beta, 2, {"eps": 12})
out, _ = expect_tuple(answer, "out", "cache")
by_hand = {  # group 0: mean 3, variance 4; group 1: mean 10, variance 4
    "": [-1, -1, 2, 2, 2, 8, 1, 9],
    "Scale and shift are missing.": [-0.5, -0.5, 0.5, 0.5, -0.5, 0.5, -0.5, 0.5],
    "The eps of gn_param is not used.": [
        *(-1.9999975, -1.9999975, 3.999995, 3.999995),
        *(-0.9999925, 10.9999925, -2.99999, 12.99999),
    ],
    "The values are divided by the variance, not by its root.": [
        *(-0.25, -0.25, 0.5, 0.5, 4.25, 5.75, 4, 6)
    ],
    "The eps is added to the root; it belongs to the variance.": [
        *(-0.285714286, -0.285714286, 0.571428571, 0.571428571),
        *(4.142857143, 5.857142857, 3.857142857, 6.142857143),
    ],
    "The variance divides by one less than the number of values.": [
        *(-0.960768923, -0.960768923, 1.921537846, 1.921537846),
        *(2.117693231, 7.882306769, 1.156924309, 8.843075691),
    ],
    "These statistics run over channels only, for each pixel by itself.": [
        *(-1, -1, 2, 2, 5, 5, 5, 5)
    ],
    "The mean is not subtracted.": [0.5, 0.5, 5, 5, 17, 23, 21, 29],
}
by_hand = {
    words: np.array(values).reshape(x.shape) for words, values in by_hand.items()
}
expected = by_hand.pop("")
order = [0, 2, 1, 3]
by_hand |= {
    words: layers.spatial_groupnorm_forward(
        x[:, axes], gamma[:, axes], beta[:, axes], G, {"eps": 12}
    )[0][:, axes]
    for words, axes, G in [
        ("These are statistics of the whole image.", slice(None), 1),
        ("These are statistics of single channels.", slice(None), 4),
        (
            "The channels of a group should be neighbours, not every other one.",
            order,
            2,
        ),
    ]
}
expect_close(
    out,
    expected,
    "out of the hand case",
    hint="Group 0 holds 1, 1, 5, 5: mean 3, variance 4. With eps 12 the root is 4.",
    faults=by_hand,
)
expect_source(spatial_groupnorm_forward, without=READY)
passed(
    "conv-groupnorm-forward", "two groups worked out by hand, eps; inputs as they were"
)

# %% test="conv-groupnorm-forward" part="groups" points=1
grouped = lambda x, G: layers.spatial_groupnorm_forward(x, one, 0 * one, G, {})[0]
for shape, G, dtype in [
    ((3, 6, 2, 5), 2, float),
    ((1, 4, 5, 2), 1, np.float32),
    ((3, 4, 2, 3), 4, float),
    ((2, 8, 1, 3), 2, float),
]:
    n, c, h, w = shape
    one = np.ones((1, c, 1, 1))
    x = rng.normal(rng.normal(0, 3, (n, c, 1, 1)), 2, shape).astype(dtype)
    gamma, beta = rng.uniform(1, 3, (2, 1, c, 1, 1)).astype(dtype)
    with unchanged(x=x, gamma=gamma, beta=beta):
        answer = spatial_groupnorm_forward(x, gamma, beta, G, {})
    out, _ = expect_tuple(answer, "out", "cache")
    x = x.astype(float)
    per_pixel = np.empty(shape)
    for i, j in np.ndindex(h, w):
        pixel = np.s_[:, :, i : i + 1, j : j + 1]
        per_pixel[pixel] = grouped(x[pixel], G)
    every = np.arange(c).reshape(c // G, G).T.ravel()  # 0, G, 2 G, ..., 1, G + 1, ...
    other = {
        "G is the number of groups; here it is taken for the size of one.": grouped(
            x, c // G
        ),
        "These are statistics of single channels.": grouped(x, c),
        "These are statistics of whole images.": grouped(x, 1),
        "The channels of a group should be neighbours, not every G-th one.": (
            grouped(x[:, every], G)[:, np.argsort(every)]
        ),
        "These statistics run over the batch as well; each image has its own.": (
            grouped(x.swapaxes(0, 1).reshape(1, c, n * h, w), G)
            .reshape(c, n, h, w)
            .swapaxes(0, 1)
        ),
        "These statistics run over the channels of a group, for each pixel by itself; "
        "its pixels count together.": per_pixel,
        "These are statistics over the images, as in batch normalisation.": (
            layers.spatial_batchnorm_forward(
                x, np.ones(c), np.zeros(c), {"mode": "train"}
            )[0]
        ),
    }
    expect_close(
        out,
        gamma * grouped(x, G) + beta,
        f"out (x {shape}, {G = }, {np.dtype(dtype)})",
        rtol=1e-4,
        atol=1e-5,
        hint="Which numbers of x share a mean?",
        faults={words: gamma * normal + beta for words, normal in other.items()},
    )
passed(
    "conv-groupnorm-forward", "groups of neighbours, from one to as many as channels"
)


# %% [markdown]
# **The backward pass.** You derived it for a row of numbers in `batch_normalization`, and a
# group is such a row. There is one difference: $\gamma$ differs within a group.
#
# **Worked example.** Two properties that your `dx` must have, shown with numerical gradients of
# one group with $\varepsilon = 0$. Adding a number to the whole group changes nothing, nor does
# stretching it about its mean:

# %%
group, upstream = np.array([1.0, 2.0, 6.0]), np.array([3.0, 0.0, -9.0])
normalise = lambda v: (v - v.mean()) / v.std()
slopes = []
for step in 1e-5 * np.eye(3):
    up, down = normalise(group + step) @ upstream, normalise(group - step) @ upstream
    slopes.append((up - down) / 2e-5)
print("dx, numerically     ", np.round(slopes, 4))
print("sum                 ", abs(np.round(np.sum(slopes), 4)))
print("with centred numbers", abs(np.round(np.dot(slopes, group - group.mean()), 4)))

# %% [markdown]
# **Predict, then check.** A group of *two* numbers, $\varepsilon = 0$. What is `dx`, whatever
# comes from above?
#
# <details><summary>Check your prediction</summary>
#
# Zero. Its two entries have the sum 0, so they are $d$ and $-d$; their product with the centred
# numbers is 0 as well, so $d = 0$. The output is $-1$ and $1$ whatever the two numbers are.
#
# </details>


# %% answer="conv-groupnorm-backward" minutes=30 difficulty=4 importance=1
def spatial_groupnorm_backward(dout, cache):
    """Carry a gradient back through spatial_groupnorm_forward.

    Parameters
    ----------
    dout : ndarray of shape (N, C, H, W)
        Gradient of the loss with respect to the output.
    cache : tuple
        As returned by spatial_groupnorm_forward.

    Returns
    -------
    dx : ndarray of shape (N, C, H, W)
    dgamma, dbeta : ndarray of shape (1, C, 1, 1)
    """
    ### BEGIN SOLUTION
    x_hat, gamma, inv_std, G = cache
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3), keepdims=True)
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
    g = (dout * gamma).reshape(len(dout), G, -1)
    h = x_hat.reshape(g.shape)
    slope = (g * h).mean(axis=2, keepdims=True)
    dx = inv_std * (g - g.mean(axis=2, keepdims=True) - h * slope)
    dx = dx.reshape(dout.shape)
    ### END SOLUTION
    return dx, dgamma, dbeta


# %% [markdown] hint="conv-groupnorm-backward"
# <details><summary>Hint 1: where to look</summary>
#
# `dgamma` and `dbeta` belong to channels, `dx` to groups. Which axes does each of them sum
# over? In `layernorm_backward`, where did $\gamma$ enter?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Two sums with `keepdims=True` in the shape of `x`. Then $g = \gamma\, \partial L/\partial y$,
# and $g$ and $\hat x$ with one row for each group. The closed form of `batch_normalization`,
# section 3, along that row.
#
# </details>
#
# <details><summary>Hint 3: an outline, and a check</summary>
#
# 1. `dbeta` and `dgamma`, summed over images, rows and columns.
# 2. Multiply by `gamma` *before* any mean over a group.
# 3. Three axes: image, group, everything else. Two means along the last one, of $g$ and of $g
#    \hat x$.
# 4. Check both sums of the worked example, then bring `dx` into the shape of `dout`.
#
# </details>

# %% test="conv-groupnorm-backward" points=1
x, dout = rng.normal(size=(2, 3, 6, 2, 5))
ones, gamma = np.ones((1, 6, 1, 1)), rng.uniform(1, 3, (1, 6, 1, 1))
_, cache = spatial_groupnorm_forward(x, ones, 0 * ones, 2, {})
with unchanged(dout=dout, x=x):
    answer = spatial_groupnorm_backward(dout, cache)
dx, dgamma, dbeta = expect_tuple(answer, "dx", "dgamma", "dbeta")
_, ours = layers.spatial_groupnorm_forward(x, ones, 0 * ones, 2, {})
truth = layers.spatial_groupnorm_backward(dout, ours)
for name, got, expected in (("dbeta", dbeta, truth[2]), ("dgamma", dgamma, truth[1])):
    expect_close(
        got,
        expected,
        name,
        shape_hint="gamma and beta have the shape (1, C, 1, 1): sum over all the rest.",
        faults={
            "dgamma and dbeta changed places.": truth[1],
            "This is the mean over images and positions; sum.": expected / 30,
            "This is the mean over the images; sum.": expected / 3,
        },
    )
expect_array(dx, x.shape, "dx")
group = lambda a: np.asarray(a, dtype=float).reshape(6, 30)
size = np.abs(group(dx)).sum(axis=1)
expect(
    (np.abs(group(dx).sum(axis=1)) < 1e-6 * size).all(),
    "A number added to all of a group changes nothing, so dx should sum to 0 within "
    "each group of each image; it does not. Is the route through the mean there, and does "
    "its mean run over one whole group of one image?",
)
centred = group(x) - group(x).mean(axis=1, keepdims=True)
expect(
    (np.abs((group(dx) * centred).sum(axis=1)) < 1e-3 * size).all(),
    "Stretching a group about its mean changes next to nothing, so dx should be "
    "orthogonal to the centred group; it is not. Is the route through the variance "
    "there, and does its mean run over one whole group of one image?",
)
expect_close(dx, truth[0], "dx", rtol=1e-5, atol=1e-8)
_, cache = spatial_groupnorm_forward(x, gamma, 0 * ones, 2, {})
with unchanged(dout=dout, x=x):
    answer = spatial_groupnorm_backward(dout, cache)
dx, _, _ = expect_tuple(answer, "dx", "dgamma", "dbeta")
_, ours = layers.spatial_groupnorm_forward(x, gamma, 0 * ones, 2, {})
expect_close(
    dx,
    layers.spatial_groupnorm_backward(dout, ours)[0],
    "dx with a gamma for each channel",
    rtol=1e-5,
    atol=1e-8,
    faults={
        "gamma differs within a group, so it belongs inside the means.": (
            gamma * truth[0]
        ),
        "gamma is missing in dx.": truth[0],
    },
)
expect_source(spatial_groupnorm_backward, without=READY)
passed("conv-groupnorm-backward", "three gradients; dout as it was")

# %% test="conv-groupnorm-backward" part="sizes" points=1
for shape, G, eps in [
    ((2, 6, 4, 3), 3, 1e-5),
    ((1, 4, 5, 2), 1, 0.2),
    ((3, 4, 2, 3), 4, 1e-2),
]:
    x, dout = rng.normal(size=(2, *shape))
    gamma, beta = rng.uniform(1, 2, (2, 1, shape[1], 1, 1))
    _, ours = layers.spatial_groupnorm_forward(x, gamma, beta, G, {"eps": eps})
    truth = layers.spatial_groupnorm_backward(dout, ours)
    _, cache = spatial_groupnorm_forward(x, gamma, beta, G, {"eps": eps})
    with unchanged(dout=dout, x=x):
        answer = spatial_groupnorm_backward(dout, cache)
    names = ("dx", "dgamma", "dbeta")
    grads = expect_tuple(answer, *names)
    for name, got, expected in zip(names, grads, truth, strict=True):
        where = f"{name} (x {shape}, {G = }, {eps = })"
        expect_close(got, expected, where, rtol=1e-5, atol=1e-7)
passed("conv-groupnorm-backward", "other sizes and numbers of groups, a large eps")

# %% [markdown] question="conv-norm" points=2 minutes=10
# **Question 3 (2 points).** Spatial batch normalisation could keep a mean for every channel
# *and position*, as it does for every unit of a fully connected layer. What would be lost? And
# is group normalisation with $G = C$ on a batch of one image the same as spatial batch
# normalisation in train mode?

# %% [markdown] marking="conv-norm"
# A convolution does the same at every position. With statistics, scale and shift of each position
# the layer would treat an edge on the left in another way than one on the right, and a shifted
# image would no longer give a shifted output. There would also be $H W$ times as many
# numbers to estimate, each from $N$ values instead of $N H W$. For one image the two are the
# same in train mode: the mean and variance of each channel over its positions. In test mode they
# differ, since batch normalisation takes its running averages.
#
# *Marking:* 1 for "the same at every position" (or more numbers from less data, 0.5); 1 for "the
# same in train mode" with the reason. "It would be slower" earns nothing.

# %% [markdown]
# **Experiment: your normalisations in a network,** on 1000 images, with batches of 50 and of 4,
# and with learning rates that the plain network can hardly take. The package's
# `ThreeLayerConvNet` calls your functions by name, between the convolution and its ReLU.
# **Predict:** which of the three suffers most from batches of 4?

# %% tags=["experiment"]
own_norms, found = {}, {}
LOOKS = {  # colour and marker of each
    "batchnorm": ("#0072b2", "o"),
    "groupnorm": ("#c94f00", "s"),
    None: ("#767676", "^"),
}
with needs_answers():
    own_norms |= {
        "spatial_batchnorm_forward": spatial_batchnorm_forward,
        "spatial_batchnorm_backward": spatial_batchnorm_backward,
        "spatial_groupnorm_forward": spatial_groupnorm_forward,
        "spatial_groupnorm_backward": spatial_groupnorm_backward,
    }
    runs = list(itertools.product((50, 4), LOOKS))
    for size, kind in tqdm(runs, file=sys.stdout, ncols=88, desc="normalisations"):
        net = PackageNet(
            num_filters=8,
            filter_size=5,
            weight_scale=1e-2,
            normalization=kind,
            layers=own_norms,
        )
        epochs, rate = (6, 3e-3) if size == 50 else (2, 1e-3)
        found[size, kind], _ = train(net, some(1000), epochs, size, rate)
    fig, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
    for (size, kind), solver in found.items():
        ax, (colour, mark) = axes[int(size == 4)], LOOKS[kind]
        style = {"color": colour, "marker": mark, "ms": 4}
        ax.plot(solver.train_acc_history, "-", label=kind or "without", **style)
        ax.plot(solver.val_acc_history, "--", **style)
        ax.set(title=f"batches of {size}: training —, validation - -", xlabel="epoch")
        ax.set_xticks(range(len(solver.train_acc_history)))
        print(
            f"batches of {size:2}, {kind or 'without':9}: training "
            f"{solver.train_acc_history[-1]:.2f}, validation {solver.val_acc_history[-1]:.2f}"
        )
    axes[0].set(ylabel="accuracy", ylim=(0, 1))
    axes[0].legend()
    plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# The plain network, which does not normalise at all. With batches of 4 it ended at a training
# accuracy of 0.15, the other two near 0.38. The learning rate is too high for it, and smaller
# batches make its steps noisier. Batch normalisation hardly suffers here. One channel still has
# $4 \cdot 32 \cdot 32 = 4096$ numbers for its statistics, where a fully connected layer would
# have 4. On deep networks and ImageNet, Wu and He (2018) found a clear difference at this batch
# size.
#
# </details>
#
# **Further reading**
#
# - Wu and He, *Group Normalization*, 2018,
#   [arXiv:1803.08494](https://arxiv.org/abs/1803.08494). Sections 3 and 4.1. 20 minutes.
# - Ulyanov, Vedaldi and Lempitsky, *Instance Normalization*, 2016,
#   [arXiv:1607.08022](https://arxiv.org/abs/1607.08022): $G = C$, for transferring styles. 10
#   minutes.
#
# **Harder (optional, no points).** Shuffle the channels of all parameters of a trained network
# with group normalisation, consistently in all layers. Does its output change? And with batch
# normalisation?
#
# <details><summary>Compare your answer</summary>
#
# With batch normalisation nothing changes: each channel has its own statistics. With group
# normalisation the groups have other members, so the output changes, unless groups are shuffled
# as wholes.
#
# </details>

# %% [markdown]
# ## Your layers beside the package's
#
# The same network, the same initial weights, the same batches: with your convolution by matrix
# product, your pooling and your batch normalisation, and with the package's. The losses of the
# first steps should agree to about five digits; after that, rounding drives the two apart.

# %% tags=["experiment"]
with needs_answers():
    mine = own_norms | {
        "conv_forward": conv_forward_im2col,
        "conv_backward": conv_backward_im2col,
        "max_pool_forward": max_pool_forward_naive,
        "max_pool_backward": max_pool_backward_naive,
    }
    runs = {}
    for name, chosen in {"yours": mine, "the package's": None}.items():
        net = PackageNet(
            num_filters=8,
            filter_size=5,
            weight_scale=1e-2,
            normalization="batchnorm",
            layers=chosen,
        )
        runs[name], taken = train(
            net, some(400), 1, batch_size=25, num_train_samples=50, num_val_samples=50
        )
        steps = len(runs[name].loss_history)
        print(f"{name:14} {steps} steps in {taken:.2f} s")
    apart = np.abs(np.subtract(*(run.loss_history for run in runs.values())))
    print(f"the losses differ by {apart[:5].max():.0e} in the first five steps,")
    print(f"by {apart.max():.0e} at most")

# %% [markdown]
# ## 11. Data augmentation
#
# A mirrored dog is still a dog, as is one four pixels to the left. *Data augmentation* applies
# such label-preserving transformations at random, so that the network sees every image a little
# different each time. Simard et al. (2003) reported a record on handwritten digits with
# distorted copies of them. Krizhevsky et al. (2012) shifted, mirrored and tinted their training
# images, and He et al. (2015) did the first two on CIFAR-10. It often reduces overfitting, and
# it costs computing time. What preserves the label depends on the task, which question 4 is
# about.
#
# After this section you can transform a minibatch at random without touching the original.
#
# To each image of a minibatch, independently and in this order:
#
# 1. `flip`: with probability one half, mirror it left to right;
# 2. `pad`: surround it by as many zeros on each side, and crop a window of the old size; each
#    of the $(2\,\text{pad} + 1)^2$ positions is equally likely;
# 3. `jitter` $s$: multiply each of its colour planes by a factor of its own, uniform between
#    $1 - s$ and $1 + s$.
#
# With the position $(a, b)$ of the crop and the factors $u_c$, an image becomes
#
# $$\text{out}_{c i j} = u_c \; x^{\text{padded}}_{c,\; i + a,\; j + b} , \qquad
# a, b \in \{0, \dots, 2\,\text{pad}\}, \quad u_c \in [1 - s,\, 1 + s] .$$

# %% drawing="conv-augment"
drawings.show(
    drawings.augment_steps(),
    "An image of 3 by 3 with the numbers 1 to 9. Mirrored, its rows read 3 2 1, 6 5 4, 9 8 7. "
    "Surrounded by zeros and cropped in the upper right, it has moved down and left. Multiplied "
    "by 1.1, each number grows by a tenth.",
)

# %% [markdown]
# *The dashed window is the crop. It stands at the top right, so the image moves to the bottom
# left, and zeros come in.*
#
# **Worked example.** A row of four pixels: mirrored, and all three crops for `pad` = 1:

# %%
row = [1, 2, 3, 4]
print("mirrored", row[::-1])
padded = [0, *row, 0]
for start in range(3):
    print("crop at", start, padded[start : start + 4])

# %% [markdown]
# **Predict, then check.** In how many different ways can `flip` and `pad` = 4 change an image?
# At which position of the crop does the image stay where it was?
#
# <details><summary>Check your prediction</summary>
#
# $2 \cdot 9 \cdot 9 = 162$. At the position $(4, 4)$, in the middle: at $(0, 0)$ the image
# moves down and right by 4. "No change" is one of 81 positions, not the usual case.
#
# </details>
#
# All random numbers come from the generator `rng`.


# %% answer="conv-augment" minutes=30 difficulty=3 importance=2
def augment(x, rng, flip=True, pad=4, jitter=0.1):
    """Change every image of a minibatch at random.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
        Images.
    rng : numpy.random.Generator
        Draws what happens to each.
    flip : bool
        Whether to mirror half of them.
    pad : int
        How far they may move, in pixels; 0 for not at all.
    jitter : float
        How much the colours may change; 0 for not at all.

    Returns
    -------
    out : ndarray of shape (N, C, H, W), dtype of x
    """
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    out = x.copy()
    if flip:
        chosen = rng.random(n) < 0.5
        out[chosen] = out[chosen, :, :, ::-1]
    if pad:
        padded = np.pad(out, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        places = rng.integers(0, 2 * pad + 1, (n, 2))
        for i, (top, left) in enumerate(places):
            out[i] = padded[i, :, top : top + h, left : left + w]
    if jitter:
        out *= rng.uniform(1 - jitter, 1 + jitter, (n, c, 1, 1)).astype(x.dtype)
    return out
    ### END SOLUTION


# %% [markdown] hint="conv-augment"
# <details><summary>Hint 1: where to look</summary>
#
# For each of the three changes, how many random numbers do you need for a batch of $N$ images
# with $C$ channels? Which axis of $x$ does mirroring reverse?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `rng.random`, `rng.integers` (whose upper end is left out) and `rng.uniform`, each with a
# size. A mask of booleans selects images. A loop over the images is fine for the crops.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Work on a copy of `x`.
# 2. Mirror the images that a mask selects.
# 3. If `pad` is not 0: pad all images, draw a row and a column for each, crop each.
# 4. If `jitter` is not 0: draw a factor for each channel of each image, in a shape that
#    broadcasts over rows and columns. Keep the dtype of `x`.
#
# </details>

# %% test="conv-augment" part="flip" points=1
drawing = [copy.deepcopy(rng), copy.deepcopy(rng), rng]
x = rng.normal(size=(200, 2, 3, 4))
with unchanged(x=x):
    out = augment(x, drawing[0], pad=0, jitter=0)
expect_array(out, x.shape, "out")
kept = (out == x).all(axis=(1, 2, 3))
mirrored = (out == x[..., ::-1]).all(axis=(1, 2, 3))
upside = (out == x[:, :, ::-1]).all(axis=(1, 2, 3))
expect(
    not upside.any(),
    "The images are upside down; mirror left for right. W is the last axis.",
)
expect(
    (kept | mirrored).all(),
    f"{np.sum(~kept & ~mirrored)} of 200 images are neither what they were nor mirrored.",
)
expect(
    not (kept.all() or mirrored.all()),
    "All the images are mirrored, or none: decide for each by itself.",
)
expect(
    65 < mirrored.sum() < 135,
    f"About half of 200 images should be mirrored; here {mirrored.sum()} are.",
)
again, other = (augment(x, draw, pad=0, jitter=0) for draw in drawing[1:])
expect(np.array_equal(out, again), "The same rng should give the same images: use rng.")
expect(not np.array_equal(out, other), "Another rng should choose others: use rng.")
expect_source(augment, without=["torch"])
passed("conv-augment", "half of the images mirrored, x as it was")

# %% test="conv-augment" part="crop" points=1
x = rng.normal(size=(600, 2, 3, 4))
with unchanged(x=x):
    out = augment(x, rng, flip=False, pad=2, jitter=0)
expect_array(out, x.shape, "out")
sides = ((0, 0), (0, 0), (2, 2), (2, 2))


def found_in(padded):
    """Count for each position how many images come from there."""
    found = np.zeros((5, 5), dtype=int)
    for top, left in np.ndindex(5, 5):
        window = padded[:, :, top : top + 3, left : left + 4]
        found[top, left] = (out == window).all(axis=(1, 2, 3)).sum()
    return found


expect(
    found_in(np.pad(x, sides, mode="edge")).sum() < 600,
    "The border is repeated; surround the image with zeros.",
)
found = found_in(np.pad(x, sides))
expect(
    found.sum() == 600,
    f"{600 - found.sum()} of 600 images are no window of the image with 2 zeros on each side. "
    f"Does one position serve all the channels of an image?",
)
expect(
    found.max() < 600,
    "All the images moved alike: draw a position for each image by itself.",
)
expect(
    found.sum() > np.trace(found),
    "Down and across, every image moved equally far: draw two numbers for each.",
)
expect(
    found[-1].any() or found[:, -1].any(),
    "No image moved as far as it may: the upper end of rng.integers is left out.",
)
expect(
    (found > 0).all() and found.max() < 60,
    f"With pad 2 there are 5 x 5 positions, all equally likely; they were taken "
    f"{found.tolist()} times.",
)
passed("conv-augment", "every position is equally likely, x as it was")

# %% test="conv-augment" part="jitter" points=1
x = rng.uniform(1, 2, (300, 3, 2, 3))
with unchanged(x=x):
    out = augment(x, rng, flip=False, pad=0, jitter=0.4)
expect_array(out, x.shape, "out")
factors = (out / x).reshape(300, 3, 6)
expect(
    np.allclose(factors, factors[:, :, :1]),
    "The pixels of a colour plane have different factors; one serves the whole plane.",
)
factors = factors[:, :, 0]
expect(
    factors.std(axis=1).min() > 1e-6,
    "The colours of an image have the same factor; each should have its own.",
)
expect(
    factors.std(axis=0).min() > 1e-6,
    "All the images have the same factors; each should have its own.",
)
expect(
    factors.min() >= 0.6 - 1e-9 and factors.max() <= 1.4 + 1e-9,
    f"With jitter 0.4 the factors lie between 0.6 and 1.4; got {factors.min():.3f} to "
    f"{factors.max():.3f}.",
)
expect(
    abs(factors.mean() - 1) < 0.04 and abs(factors.std() - 0.2309) < 0.02,
    f"Uniform between 0.6 and 1.4 has mean 1 and standard deviation 0.23; got "
    f"{factors.mean():.3f} and {factors.std():.3f}.",
)
passed("conv-augment", "a factor for each colour of each image, x as it was")

# %% test="conv-augment" part="all" points=1
drawing = [copy.deepcopy(rng) for _ in range(2)]
x = rng.uniform(1, 2, (40, 3, 4, 6)).astype(np.float32)
with unchanged(x=x):
    out = augment(x, rng, flip=False, pad=0, jitter=0)
    one = augment(x[:1], rng)
    every, again = (augment(x, draw, pad=1, jitter=0.2) for draw in drawing)
expect_close(out, x, "out with nothing to do")
expect_array(one, (1, 3, 4, 6), "out for one image")
expect(
    np.asarray(every).dtype == np.float32,
    f"out should have the dtype of x, float32; got {every.dtype}.",
)
expect(
    np.array_equal(every, again), "The same rng should give the same images: use rng."
)
both = np.stack([x, x[..., ::-1]])
padded = np.pad(both.astype(float), ((0, 0),) * 3 + ((1, 1), (1, 1)))
explained = np.zeros(40, dtype=bool)
for side, top, left in np.ndindex(2, 3, 3):
    window = padded[side, :, :, top : top + 4, left : left + 6]
    scale = (every * window).sum(axis=(2, 3)) / (window**2).sum(axis=(2, 3))
    fits = np.isclose(every, scale[..., None, None] * window, rtol=1e-4, atol=1e-4)
    explained |= fits.all(axis=(1, 2, 3)) & (np.abs(scale - 1) <= 0.2001).all(axis=1)
expect(
    explained.all(),
    f"{np.sum(~explained)} of 40 images are no mirrored, moved and tinted copies.",
)
passed("conv-augment", "all three together, nothing at all, one image, float32")

# %% [markdown]
# **Experiment.** Eight copies of three images, as a network would meet them. (In training the
# mean image is subtracted first, so the border is not black but average.) Which of the changes
# would you not notice at first glance?

# %%
with needs_answers():
    few = load_cifar10(num_training=12, num_test=1, layout="NCHW").X_train[[1, 4, 9]]
    many = augment(np.repeat(few, 8, axis=0), np.random.default_rng(1), jitter=0.25)
    rows = np.concatenate([few[:, None], many.reshape(3, 8, *few.shape[1:])], axis=1)
    pictures = rows.reshape(-1, *few.shape[1:]).transpose(0, 2, 3, 1)
    fig, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
    ax.imshow(tile(pictures.clip(0, 255).astype(np.uint8), columns=9, fill=255))
    ax.set(title="left: as they are", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    plt.show()

# %% [markdown] question="conv-augment" points=2 minutes=10
# **Question 4 (2 points).** For each of these tasks name one of the three changes that would
# do harm, and say why: (a) reading handwritten digits; (b) telling ripe from unripe
# strawberries; (c) saying *where* in the image the dog is. And why are the images that measure
# accuracy left as they are?

# %% [markdown] marking="conv-augment"
# (a) Mirroring: a mirrored 2 or 5 is no digit, or another letter. (b) Colour jitter: the
# colour is what ripeness shows in. (c) Mirroring and moving change the label; they are
# of use only if the position in the label is mirrored and moved with the image. The validation and
# test images measure how well the network does on images as they come; random changes would add
# noise to the measurement and make it harder than the task is. (Averaging the predictions over
# several changed copies at test time is another matter, and accepted as a remark.)
#
# *Marking:* 0.5 each for (a), (b) and (c) with the reason; 0.5 for the last.

# %% [markdown]
# **Further reading**
#
# - Zhang et al., *Dive into Deep Learning*, [section
#   14.1](https://d2l.ai/chapter_computer-vision/image-augmentation.html): more transformations.
#   15 minutes.
# - DeVries and Taylor, *Improved Regularization of Convolutional Neural Networks with Cutout*,
#   2017, [arXiv:1708.04552](https://arxiv.org/abs/1708.04552). Section 3: hide a square. 10
#   minutes.
# - Cubuk et al., *AutoAugment*, 2018, [arXiv:1805.09501](https://arxiv.org/abs/1805.09501): let
#   a search choose the transformations. Section 3. 15 minutes.
#
# **Harder (optional, no points).** Add *cutout*: a square of zeros at a random position of each
# image. Measure with three seeds whether it helps the network of section 13.
#
# <details><summary>Compare your answer</summary>
#
# DeVries and Taylor (2017) proposed cutout and reported gains on CIFAR-10 after hundreds of
# epochs. It is a regulariser. A network that trains for a few epochs has hardly begun to
# overfit, and then hiding pixels mainly makes the task harder. Compare training and validation
# accuracy first: without a gap there is nothing for cutout to close.
#
# </details>

# %% [markdown]
# ## 12. Deep networks and skip connections
#
# Deeper networks can represent more functions. Yet He et al. (2015) reported that a plain
# network of 56 layers had a higher *training* error on CIFAR-10 than one of 20. Since the
# training error itself rose, overfitting cannot be the cause. Their remedy is the *skip
# connection* (also *residual connection*); Srivastava et al. (2015) had proposed a similar one
# with gates. Why it works is debated. Veit et al. (2016) compared residual networks to
# ensembles of shallow ones, Balduzzi et al. (2017) found that plain gradients of neighbouring
# images become unrelated with depth.
#
# After this section you can say what a skip connection does to the gradients of a deep network.
#
# A *residual block* adds its input to what its convolutions $f$ find:
#
# $$y = \mathrm{ReLU}(f(x) + x) .$$
#
# To do nothing it needs only $f = 0$ (behind a ReLU, $x$ has no negative numbers). The
# package's `ResNet` consists of such blocks: convolution, batch normalisation, ReLU,
# convolution, batch normalisation, plus the skip connection.

# %% drawing="conv-skip"
drawings.show(
    drawings.skip_connection(),
    "A residual block: x runs through convolution, normalisation, ReLU, convolution and "
    "normalisation to a sum, and also directly to the sum along a skip connection; a ReLU after "
    "the sum gives y.",
)

# %% [markdown]
# *Two ways lead from $x$ to the sum. One computes, the other only carries.*
#
# **Worked example.** Ten layers of one number each, with $f(h) = a h$: the slope of the output
# with respect to the input, measured by a small step.


# %%
def ten_layers(value, factor, skip):
    """Apply ten small layers, with or without a skip connection."""
    for _ in range(10):
        value = factor * value + (value if skip else 0)
    return value


for factor in (0.1, 0.5, 2.0):
    slopes = [
        (ten_layers(1.001, factor, skip) - ten_layers(1, factor, skip)) / 0.001
        for skip in (False, True)
    ]
    print(f"a = {factor}: plain {slopes[0]:.3g}, with skip connections {slopes[1]:.3g}")

# %% [markdown]
# **Predict, then check.** Skip connections saved the gradient for $a = 0.1$. Did they for $a =
# 2$? What should a block therefore look like at the beginning of training?
#
# <details><summary>Check your prediction</summary>
#
# No: $3^{10} = 59049$ is worse than $2^{10} = 1024$. A skip connection prevents *vanishing*,
# not exploding. So blocks should begin small. Our `ResNet` starts with $\gamma = 0$ in the last
# normalisation of each block, that is with $f = 0$ (Goyal et al., 2017).
#
# </details>
#
# **Experiment.** Networks of 12 and 24 blocks before their first step, with and without skip
# connections. Here $\gamma = 1$ everywhere, so that $f$ is not zero. How large is the gradient
# of each block's filters, compared with the filters? **Predict:** in a plain network, which
# blocks get the larger gradient, the first or the last?

# %% tags=["experiment"]
X, y = data["X_train"][:32], data["y_train"][:32]
fig, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
for ax, depth in zip(axes, (12, 24), strict=True):
    for skip, look in ((False, "v-"), (True, "o--")):
        net = ResNet(widths=(16,) * depth, shortcuts=skip)
        net.params |= {n: 0 * v + 1 for n, v in net.params.items() if n[:5] == "gamma"}
        _, grads = net.loss(X, y)
        names = [f"W{block}a" for block in range(1, depth + 1)]
        sizes = [
            np.linalg.norm(grads[name]) / np.linalg.norm(net.params[name])
            for name in names
        ]
        label = "with skip connections" if skip else "plain"
        ax.semilogy(range(1, depth + 1), sizes, look, ms=4, label=label)
        print(
            f"{depth} blocks, {label}: block 1 {sizes[0]:.2g}, block {depth} {sizes[-1]:.2g}"
        )
    ax.set(title=f"{depth} blocks", xlabel="block, from the image to the loss")
axes[0].set_ylabel("gradient / filters")
axes[1].legend()
plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# The first blocks: in the plain network of 24 blocks 26 against 0.085 in the last one. You may
# have expected the gradient to vanish on its way to the image. With batch normalisation and
# these initial weights it grows instead. With skip connections the two differ by a factor of
# about 3.
#
# </details>

# %% [markdown] question="conv-short" points=2 minutes=10
# **Question 5 (2 points).** Write down the gradient of a block's input for
# $y = f(x) + x$ and explain the picture with it. Which learning rate could suit both the first
# and the last block of the plain network? A colleague concludes that a network with skip
# connections is no better than a shallow one, since the gradient passes its blocks by. What do
# you answer?

# %% [markdown] marking="conv-short"
# $dx = J_f^T\, dy + dy$, with the Jacobian $J_f$ of the convolutions. Through a plain stack the
# gradient is multiplied by one Jacobian after the other, so its size changes by a factor in
# each block, here about 1.3, and after 24 blocks by hundreds: a rate that moves the last block
# at all makes the first one diverge. The second term hands the gradient on unchanged (up to the
# ReLUs), so every block gets one of about the same size. The blocks still compute: each adds
# something to what passes by, found in all that earlier blocks have added, so 24 of them can
# compute what one cannot.
#
# *Marking:* 0.5 for the formula, 0.5 for "a factor in each block" against "handed on
# unchanged", 0.5 for the rate, 0.5 for what blocks still do.

# %% [markdown]
# **Further reading**
#
# - He, Zhang, Ren and Sun, *Deep Residual Learning for Image Recognition*, 2015,
#   [arXiv:1512.03385](https://arxiv.org/abs/1512.03385). Sections 1, 3 and 4.2. 30 minutes.
# - Veit, Wilber and Belongie, *Residual Networks Behave Like Ensembles of Relatively Shallow
#   Networks*, 2016, [arXiv:1605.06431](https://arxiv.org/abs/1605.06431). Section 4: layers
#   removed after training. 20 minutes.
# - Zhang et al., *Dive into Deep Learning*, [section
#   8.6](https://d2l.ai/chapter_convolutional-modern/resnet.html). 20 minutes.
#
# **Harder (optional, no points).** Train the network of the next section. Then leave one block
# out at a time, by setting its last $\gamma$ and $\beta$ to 0, and measure the accuracy. Which
# blocks matter?
#
# <details><summary>Compare your answer</summary>
#
# Veit, Wilber and Belongie (2016) did this with a network of 110 layers. They reported that
# almost every single block could be removed with little harm, and that the blocks which halve
# the size were the exception. Your network has few blocks, so each carries more. In a plain
# stack, removing any layer ruined the result. The authors concluded that a residual network
# resembles a collection of shallow ones.
#
# </details>

# %% [markdown]
# ## 13. Everything together
#
# The last network has blocks of growing width, and each change of width halves the image. It
# trains on your augmented images with AdamW (Loshchilov and Hutter, 2017). The learning rate
# first rises (*warm-up*), which Goyal et al. (2017) proposed for large batches, and then falls.
# On the synthetic images it takes about 15 seconds. On the real CIFAR-10 it takes about five
# minutes of processor time, in NumPy and the package's kernels. There it gets three quarters of the
# test images right, where a linear classifier had 40 %. Since Krizhevsky published CIFAR-10
# (2009), larger networks have reached more than 99 %, after training on many other images
# first.
#
# After this section you can train a residual network and say what it confuses. The learning
# rate rises during the first fifth of the $T$ steps, then falls to zero:
#
# $$\eta_t = \eta \cdot \min\left(\frac{t}{0.2\, T},\; \frac{T - t}{0.8\, T}\right) .$$

# %% drawing="conv-schedule"
drawings.show(
    drawings.rate_schedules(),
    "Three courses of a learning rate over a training. Constant: a level line. Cosine: from the full "
    "rate down to zero, slowly at both ends. Warm-up and linear: up to the full rate in the first "
    "fifth, then straight down to zero.",
)

# %% [markdown]
# *The triangle is the schedule of this section. At the end all steps become small, so the weights
# settle.*
#
# **Worked example.** With $\eta = 0.004$ and $T = 1000$:

# %%
for step in (50, 100, 200, 600, 1000):
    print(step, round(0.004 * min(step / 200, (1000 - step) / 800), 5))

# %% [markdown]
# **Predict, then check.** Will the training accuracy be higher than the validation accuracy, as
# in the networks before?

# %% tags=["experiment"]
widths, epochs = ((24, 48, 96), 8) if real else ((16, 32, 64), 6)
with needs_answers():
    augment(data["X_train"][:2], np.random.default_rng(1))  # is it written?
    net = ResNet(widths=widths)
    best, taken = train(
        net,
        data,
        epochs,
        batch_size=100,
        rate=4e-3,
        update_rule="adamw",
        optim_config={"weight_decay": 0.05},
        schedule=warmup(linear, share=0.2),
        augment=augment,
        verbose=True,
    )
    test_accuracy = best.check_accuracy(data["X_test"], data["y_test"])
    print(
        f"validation {best.best_val_acc:.3f}, test {test_accuracy:.3f}, {taken:.0f} s"
    )

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# No: 0.61 on the training images and 0.62 on the validation images in our run, on the synthetic
# images. The network almost never sees the same image twice, and six epochs are too few to
# overfit.
#
# </details>
#
# Where it is still wrong: which class it takes each class for. **Predict:** which two classes
# does it mix up most?

# %% tags=["experiment"]
with needs_answers():
    augment(data["X_train"][:2], np.random.default_rng(1))  # was there a network?
    classes = load_cifar10(num_training=1, num_test=1).classes
    right, parts = data["y_test"], np.array_split(data["X_test"], 10)
    guess = np.concatenate([best.model.loss(part).argmax(axis=1) for part in parts])
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (right, guess), 1)
    share = counts / counts.sum(axis=1, keepdims=True)
    fig, ax = plt.subplots(figsize=(5.4, 4.6), layout="constrained")
    image = ax.imshow(share, cmap="viridis", vmin=0, vmax=1)
    fig.colorbar(image, ax=ax, label="share of the class")
    ax.set(xlabel="taken for", ylabel="is", yticks=range(10), yticklabels=classes)
    ax.set_xticks(range(10), classes, rotation=60, ha="right")
    plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# Among the synthetic images, cars and trucks: each was taken for the other about once in four
# times.
#
# </details>
#
# **Further reading**
#
# - Goyal et al., *Accurate, Large Minibatch SGD*, 2017,
#   [arXiv:1706.02677](https://arxiv.org/abs/1706.02677). Sections 2.2 and 5.1: warm-up, and
#   blocks that begin as skip connections. 15 minutes.
# - Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009,
#   [report](https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf). Chapter 3: how
#   CIFAR-10 was made. 15 minutes.
#
# **Harder (optional, no points).** Train the network again without warm-up, and again with a constant
# rate, each with three seeds. Which part of the schedule is worth more here? Our `ResNet` begins
# with $f = 0$ in every block: does that make warm-up less or more important?
#
# <details><summary>Compare your answer</summary>
#
# Decaying the rate at the end usually brings more than warm-up at the start: it lets the
# weights settle. A block with $f = 0$ passes its input on, so the network begins as a shallow
# one with gradients of moderate size. That makes warm-up less important. Goyal et al. (2017)
# used both for very large batches. With three seeds, call a difference real only if it exceeds
# the spread between seeds.
#
# </details>

# %% [markdown]
# ## 14. For lunch: take the images apart
#
# Cut every image into squares of $k$ by $k$ pixels and put them together in another order. It
# is **the same order for all images**, for training and test alike. With $k = 1$ all pixels are
# shuffled. Nothing is lost: the order could be undone. Zhang et al. (2017) reported that
# networks can memorise images with shuffled pixels. But can they still *generalise* from them?
# In `features` you asked that for classifiers on hand-made features. Now train two networks on
# such images, one fully connected, one convolutional.


# %% tags=["experiment"]
def take_apart(images, size, seed=231):
    """Cut images into squares of this size; put them together in another order."""
    n, c, height, width = images.shape
    down, across = height // size, width // size
    order = np.random.default_rng(seed).permutation(down * across)
    squares = images.reshape(n, c, down, size, across, size)
    squares = squares.transpose(0, 2, 4, 1, 3, 5).reshape(n, -1, c, size, size)
    squares = squares[:, order].reshape(n, down, across, c, size, size)
    return np.ascontiguousarray(squares.transpose(0, 3, 1, 4, 2, 5)).reshape(
        images.shape
    )


few = load_cifar10(num_training=12, num_test=1, layout="NCHW").X_train[[1, 4, 9]]
rows = np.stack([take_apart(few, size) for size in (32, 8, 4, 2, 1)], axis=1)
fig, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
pictures = rows.reshape(-1, *few.shape[1:]).transpose(0, 2, 3, 1).astype(np.uint8)
ax.imshow(tile(pictures, columns=5, fill=255))
ax.set(title="k = 32 (whole), 8, 4, 2, 1", xticks=[], yticks=[])
ax.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# Before you run the next cell, sketch the accuracy of each network over the size $k$. Whole
# images are on the left, shuffled pixels on the right. Where does each fall, and by how much?
# It takes about half a minute on the synthetic images, and about a minute on the real ones.

# %% tags=["experiment"]
sizes, found = (32, 1) if quick() else (32, 8, 4, 2, 1), {}
for size in tqdm(sizes, file=sys.stdout, ncols=88, desc="sizes of the squares"):
    parts = {
        name: take_apart(a / np.float32(64), size) if name[0] == "X" else a
        for name, a in data.items()
    }
    nets = {
        "fully connected": FullyConnectedNet([100], weight_scale=3e-2),
        "convolutional": PackageNet(num_filters=16, filter_size=5, weight_scale=3e-2),
    }
    for name, net in nets.items():
        solver, _ = train(net, parts, num_epochs=1 if real or quick() else 4)
        accuracy = solver.check_accuracy(parts["X_test"], parts["y_test"])
        found.setdefault(name, []).append(accuracy)
fig, ax = plt.subplots(figsize=(5.5, 3), layout="constrained")
for (name, accuracies), look in zip(found.items(), ("s--", "o-"), strict=True):
    ax.plot(accuracies, look, label=name)
    print(f"{name:16}", *(f"{a:.3f}" for a in accuracies))
ax.set(xlabel="side of a square, k", ylabel="test accuracy", ylim=(0, None))
ax.set_xticks(range(len(sizes)), sizes)
ax.legend()
plt.show()

# %% [markdown]
# Discuss before you open the explanation: why is one curve flat? Why does the other one fall so
# late? What did the convolutional network know about the whole object? Which measurement would
# decide?
#
# <details><summary>One explanation</summary>
#
# In our run the fully connected network stayed between 0.40 and 0.42. It treats all pixels
# alike, so another fixed order is only another numbering of its weights. The convolutional
# network fell from 0.53 to 0.49, 0.47 and 0.44. With all pixels shuffled it reached 0.42, about
# as much as the other. (Two runs with other seeds differed by 0.03.) On the real CIFAR-10 the
# picture is the same: 0.45 to 0.46 throughout, against 0.56, 0.55, 0.52, 0.49 and 0.46.
#
# You may have expected the great loss at $k = 8$, where it is hard to recognise anything. But
# most windows of 5 by 5 still lie within one square or touch only two, and the affine layers
# learn any arrangement that is the same for all images. So both networks can use any
# arrangement, but only if it is always the same. What the filters add is *local*: edges,
# corners, colours side by side. It is lost little by little, as the squares shrink below the
# filters.
#
# A measurement that decides: draw another order for *every image*. We did, for $k = 8$. The
# convolutional network reached 0.31, the fully connected one 0.26, so both had used the
# arrangement. What is left for the convolutional one are local patterns, wherever they lie.
# Brendel and Bethge (2019) reported that a network which sees nothing else classifies ImageNet
# surprisingly well.
#
# </details>
#
# **Further reading**
#
# - Brendel and Bethge, *Approximating CNNs with Bag-of-local-Features models works surprisingly
#   well on ImageNet*, 2019, [arXiv:1904.00760](https://arxiv.org/abs/1904.00760). Sections 1
#   and 4. 20 minutes.
# - Geirhos et al., *ImageNet-trained CNNs are biased towards texture*, 2018,
#   [arXiv:1811.12231](https://arxiv.org/abs/1811.12231). Figures 1 and 4. 15 minutes.
# - Zhang, Bengio, Hardt, Recht and Vinyals, *Understanding deep learning requires rethinking
#   generalization*, 2017, [arXiv:1611.03530](https://arxiv.org/abs/1611.03530). Section 2. 15
#   minutes.
#
# ## What you have
#
# You have a convolution in two versions of your own, pooling, two normalisations and
# augmentation, and networks that put them to use. You know what a convolutional network assumes
# about its input, and what happens when that is wrong. The next notebook, `pytorch`, adds a
# framework, which finds by itself the gradients that you derived by hand.
#
# **The harder exercise (optional, no points): a convolution for each channel.** Howard et al.
# (2017, [arXiv:1704.04861](https://arxiv.org/abs/1704.04861)) built networks for phones from
# *depthwise separable* convolutions. A depthwise convolution has one filter for each channel
# and does not add channels up; a convolution of 1 by 1 mixes them afterwards.
#
# 1. Write `depthwise_forward(x, w, b, conv_param)` with $w$ of the shape $(C, H_w, W_w)$, and
#    its backward pass, with your `im2col` and `col2im`. Check the gradient numerically.
# 2. Count the multiplications of both steps, for 64 channels and filters of 3 by 3, and compare
#    with a full convolution.
# 3. Exchange the convolution of `PackageNet` for the pair, through its argument `layers`. How
#    many parameters, how much accuracy and how much time do you lose or gain?
#
# <details><summary>Compare your answer to 2</summary>
#
# For each position, $64 \cdot 9 + 64 \cdot 64 = 4672$ against $64 \cdot 64 \cdot 9 = 36864$:
# about an eighth. In NumPy the time falls by less, since a small product uses the processor
# worse than a large one.
#
# </details>
