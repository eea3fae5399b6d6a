# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Convolutional networks
#
# So far an image was a row of numbers, and a network had to learn anew at every pixel what an
# edge is. A *convolution* looks through a small window, with the same weights wherever the
# window stands. You write it twice, first as the definition reads and then as one matrix
# product, add pooling and normalisations for images, and train networks with them, up to a
# residual network that gets three of four pictures of CIFAR-10 right.
#
# **You need:** the notebooks `fully_connected_nets` and `batch_normalization`.
# **Time:** about six hours.

# %% tags=["setup"]
import importlib.util
import itertools
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

import cs231n.im2col
from cs231n import layers
from cs231n.data import find_cifar10, load_cifar10, split_cifar10
from cs231n.gradcheck import directional_error
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
from cs231n.nets.resnet import ResNet
from cs231n.notebook import NotebookClass, add_to_class, needs_answers
from cs231n.schedules import linear, warmup
from cs231n.solver import Solver
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
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

# %% [markdown]
# ## 1. Convolution, as the definition reads
#
# A batch of images $x$ has the shape $(N, C, H, W)$: examples, channels (colours at first),
# height, width. There are $F$ filters $w$ of the shape $(F, C, H_w, W_w)$, each with a bias.
# Surround every image by `pad` zeros on each side, put the filter on the top left corner,
# multiply, add up over all channels and pixels of the window, add the bias: that is one
# number. Then go on by `stride` pixels:
#
# $$\text{out}_{n f i j} = b_f + \sum_{c, p, q} w_{f c p q}\;
# x^{\text{padded}}_{n,\, c,\, i \cdot \text{stride} + p,\, j \cdot \text{stride} + q} ,
# \qquad H' = 1 + \frac{H + 2\,\text{pad} - H_w}{\text{stride}},$$
#
# and likewise for the width. In this notebook windows always fit exactly. (Mathematicians
# would turn the filter upside down first and call this one *cross-correlation*.)
#
# By hand, before you write: an image of one channel with the rows 0 1 2, 3 4 5, 6 7 8, the
# filter 1 2, 3 4, the bias 10, stride 1, no padding. What comes out, and of which shape?


# %% answer="conv-forward"
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


# %% test="conv-forward" points=2
# 2 points: the case by hand, then evenly spaced numbers with a stride and padding.
x = np.arange(9.0).reshape(1, 1, 3, 3)
w, b = np.array([[[[1.0, 2], [3, 4]]]]), np.array([10.0])
answer = conv_forward_naive(x, w, b, {"stride": 1, "pad": 0})
expect_tuple(answer, "out", "cache")
expect_close(
    answer[0],
    [[[[37, 47], [67, 77]]]],
    "out",
    hint="Top left: 1*0 + 2*1 + 3*3 + 4*4 + 10 = 37.",
    faults={
        "Here the filter is not turned upside down.": [[[[23, 33], [53, 63]]]],
        "Add the bias.": [[[[27, 37], [57, 67]]]],
    },
)
x = np.linspace(-0.1, 0.5, num=96).reshape(2, 3, 4, 4)
w = np.linspace(-0.2, 0.3, num=144).reshape(3, 3, 4, 4)
b = np.linspace(-0.1, 0.2, num=3)
out, _ = expect_tuple(
    conv_forward_naive(x, w, b, {"stride": 2, "pad": 1}), "out", "cache"
)
expect_array(out, (2, 3, 2, 2), "out", hint="H' = 1 + (4 + 2 * 1 - 4) / 2 = 2.")
expected, _ = layers.conv_forward(x, w, b, {"stride": 2, "pad": 1})
expect_close(
    out,
    expected,
    "out with stride 2 and padding 1",
    faults={
        "Sum over the channels, all of them.": layers.conv_forward(
            x[:, :1], np.ascontiguousarray(w[:, :1]), b, {"stride": 2, "pad": 1}
        )[0],
        "Pad with zeros, not with copies of the border.": layers.conv_forward(
            np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge"),
            w,
            b,
            {"stride": 2, "pad": 0},
        )[0],
    },
)
expect_close(out[0, 0, 0, 0], -0.08759809, "out[0, 0, 0, 0]", rtol=1e-6)
expect_close(out[1, 2, 1, 1], 2.38247847, "out[1, 2, 1, 1]", rtol=1e-6)
expect_source(conv_forward_naive, without=READY)

# %% hidden-test="conv-forward" points=2
# 2 points: the grader also tries images and filters that are not square, several strides
# and paddings, one image, one channel, 32-bit numbers, and looks whether the inputs come
# back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(1)
for n, c, f, size, field, stride, pad, dtype in [
    (2, 3, 4, (5, 8), (3, 2), 1, 0, float),
    (3, 2, 1, (6, 7), (2, 3), 2, 1, np.float32),
    (1, 1, 2, (4, 10), (1, 5), 1, 2, float),
    (2, 4, 3, (7, 4), (3, 3), 3, 1, float),
]:
    x = rng.standard_normal((n, c, *size)).astype(dtype)
    w = rng.standard_normal((f, c, *field)).astype(dtype)
    b = rng.standard_normal(f).astype(dtype)
    with unchanged(x=x, w=w, b=b):
        out, _ = expect_tuple(
            conv_forward_naive(x, w, b, {"stride": stride, "pad": pad}), "out", "cache"
        )
    h_out, w_out = (
        1 + (s + 2 * pad - k) // stride for s, k in zip(size, field, strict=True)
    )
    hint = f"Images {x.shape}, filters {w.shape}, stride {stride}, pad {pad}."
    expect_array(out, (n, f, h_out, w_out), "out", hint=hint)
    expected = np.zeros((n, f, h_out, w_out))
    for m, g, i, j in np.ndindex(expected.shape):
        expected[m, g, i, j] = b[g]
        for k, p, q in np.ndindex(c, *field):
            y, z = i * stride + p - pad, j * stride + q - pad
            if 0 <= y < size[0] and 0 <= z < size[1]:
                expected[m, g, i, j] += float(x[m, k, y, z]) * float(w[g, k, p, q])
    tolerance = 1e-4 if dtype == np.float32 else 1e-9
    expect_close(out, expected, "out", rtol=tolerance, atol=tolerance, hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# A filter can be made by hand to do something an eye can see. Five of them on nine drawn
# pictures: which numbers would you put into a filter that finds vertical edges?

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
    axes[0, 0].set_title("pictures")
    for ax, picture, name in zip(axes.ravel()[1:], out[0], made, strict=True):
        low, high = (-300, 300) if "edges" in name else (0, 255)
        ax.imshow(picture, cmap="gray", vmin=low, vmax=high)
        ax.set_title(name)
    for ax in axes.ravel():
        ax.set_axis_off()
    plt.show()

# %% [markdown]
# ## 2. Convolution, backwards
#
# Take one number of the output. In its window every pixel was multiplied by a weight, so its
# gradient $g$ gives `g * window` to the filter, `g * filter` to the window, and $g$ to the
# bias. A weight serves many windows and a pixel lies in many: there, gradients add up. At
# the end cut the padding off $dx$.
#
# By hand: the image and the filter of above, and a `dout` with 1 in the top left corner and
# zeros elsewhere. What are $dw$, $dx$ and $db$?


# %% answer="conv-backward"
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


# %% test="conv-backward" points=2
# 2 points: the case by hand, then a batch of four with padding.
x = np.arange(9.0).reshape(1, 1, 3, 3)
w, b = np.array([[[[1.0, 2], [3, 4]]]]), np.array([10.0])
dout = np.zeros((1, 1, 2, 2))
dout[0, 0, 0, 0] = 1
_, cache = conv_forward_naive(x, w, b, {"stride": 1, "pad": 0})
answer = conv_backward_naive(dout, cache)
expect_tuple(answer, "dx", "dw", "db")
expect_close(
    answer[0],
    [[[[1, 2, 0], [3, 4, 0], [0, 0, 0]]]],
    "dx",
    hint="The filter lands where the window was.",
    faults={"Do not turn the filter.": [[[[4, 3, 0], [2, 1, 0], [0, 0, 0]]]]},
)
expect_close(answer[1], [[[[0, 1], [3, 4]]]], "dw", hint="dw is the window it saw.")
expect_close(answer[2], [1], "db")
rng = np.random.default_rng(2)
x, w, b = (rng.standard_normal(s) for s in [(4, 3, 5, 5), (2, 3, 3, 3), (2,)])
dout, conv_param = rng.standard_normal((4, 2, 5, 5)), {"stride": 1, "pad": 1}
_, cache = conv_forward_naive(x, w, b, conv_param)
grads = expect_tuple(conv_backward_naive(dout, cache), "dx", "dw", "db")
truth = layers.conv_backward(dout, layers.conv_forward(x, w, b, conv_param)[1])
shift = np.pad(truth[0], ((0, 0), (0, 0), (1, 0), (1, 0)))[:, :, :-1, :-1]
faults = {
    "dx": {"Cut the padding off on both sides, not only at the end.": shift},
    "dw": {"Sum over the images, do not average.": truth[1] / 4},
    "db": {
        "Sum over the images and all places, do not average.": truth[2] / 100,
        "Sum over the images, do not average.": truth[2] / 4,
    },
}
for name, got, expected in zip(faults, grads, truth, strict=True):
    expect_close(
        got,
        expected,
        name,
        hint="A pixel lies in many windows and a weight serves many: add up with +=.",
        faults=faults[name],
    )
expect_source(conv_backward_naive, without=READY)

# %% hidden-test="conv-backward" points=2
# 2 points: the grader also tries images and filters that are not square, several strides
# and paddings, one image, 32-bit numbers, a second call, and looks whether dout comes back
# as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(3)
for n, c, f, size, field, stride, pad, dtype in [
    (2, 3, 4, (5, 8), (3, 2), 1, 0, float),
    (3, 2, 1, (6, 7), (2, 3), 2, 1, np.float32),
    (1, 1, 2, (4, 10), (1, 5), 1, 2, float),
    (2, 4, 3, (7, 4), (3, 3), 3, 1, float),
]:
    x = rng.standard_normal((n, c, *size)).astype(dtype)
    w = rng.standard_normal((f, c, *field)).astype(dtype)
    b, conv_param = rng.standard_normal(f).astype(dtype), {"stride": stride, "pad": pad}
    expected, cache = layers.conv_forward(x, w, b, conv_param)
    dout = rng.standard_normal(expected.shape).astype(dtype)
    truth = layers.conv_backward(dout, cache)
    _, cache = conv_forward_naive(x, w, b, conv_param)
    with unchanged(dout=dout, x=x, w=w, b=b):
        grads = expect_tuple(conv_backward_naive(dout, cache), "dx", "dw", "db")
        again = expect_tuple(conv_backward_naive(dout, cache), "dx", "dw", "db")
    hint = f"Images {x.shape}, filters {w.shape}, stride {stride}, pad {pad}."
    tolerance = 1e-4 if dtype == np.float32 else 1e-9
    for name, got, second, expected in zip(
        ("dx", "dw", "db"), grads, again, truth, strict=True
    ):
        expect_close(got, expected, name, rtol=tolerance, atol=tolerance, hint=hint)
        expect_close(second, got, f"{name} of a second call", hint=hint)
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Max-pooling
#
# Pooling makes images smaller: of every window keep the largest number, for each channel by
# itself. There is nothing to learn, and no padding here. Windows may overlap.
#
# By hand: the rows $1\ 2\ 5\ 3$ and $4\ 0\ 1\ 7$, windows of 2 by 2, stride 2? And what if all
# numbers are negative?


# %% answer="conv-pool-forward"
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
        H' = 1 + (H - pool_height) / stride, likewise W'.
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


# %% test="conv-pool-forward" points=1
# 1 point: the case by hand, negative numbers, and evenly spaced ones.
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
x = np.array([[[[1.0, 2, 5, 3], [4, 0, 1, 7]]]])
answer = max_pool_forward_naive(x, pool_param)
expect_tuple(answer, "out", "cache")
expect_close(
    answer[0],
    [[[[4, 7]]]],
    "out",
    hint="Two windows: the left half and the right half.",
    faults={"The largest number is asked for, not the mean.": [[[[1.75, 4]]]]},
)
expect_close(
    max_pool_forward_naive(x - 9, pool_param)[0],
    [[[[-5, -2]]]],
    "out for negative numbers",
    faults={"Do not start from 0: all the numbers are below.": [[[[0, 0]]]]},
)
x = np.linspace(-0.3, 0.4, num=96).reshape(2, 3, 4, 4)
out, _ = expect_tuple(max_pool_forward_naive(x, pool_param), "out", "cache")
expect_array(out, (2, 3, 2, 2), "out", hint="Each channel is pooled by itself.")
expect_close(out[0, 0, 0, 0], -0.26315789, "out[0, 0, 0, 0]", rtol=1e-6)
expect_close(out[1, 2, 1, 1], 0.4, "out[1, 2, 1, 1]")
expect_close(out, layers.max_pool_forward(x, pool_param)[0], "out")
expect_source(max_pool_forward_naive, without=READY)

# %% hidden-test="conv-pool-forward" points=1
# 1 point: the grader also tries windows and images that are not square, windows that
# overlap or leave gaps, one image, 32-bit numbers, and looks whether x comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(4)
for shape, height, width, stride, dtype in [
    ((2, 3, 5, 9), 3, 3, 2, float),
    ((3, 1, 6, 4), 2, 4, 2, np.float32),
    ((1, 2, 7, 10), 1, 4, 3, float),
    ((2, 4, 4, 5), 2, 1, 1, float),
]:
    x = (rng.standard_normal(shape) - 2).astype(dtype)
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    with unchanged(x=x):
        out, _ = expect_tuple(
            max_pool_forward_naive(x, dict(pool_param)), "out", "cache"
        )
    h_out = 1 + (shape[2] - height) // stride
    w_out = 1 + (shape[3] - width) // stride
    expected = np.zeros((*shape[:2], h_out, w_out))
    for n, c, i, j in np.ndindex(expected.shape):
        expected[n, c, i, j] = max(
            x[n, c, i * stride + p, j * stride + q]
            for p in range(height)
            for q in range(width)
        )
    expect_close(out, expected, "out", hint=f"Images {shape}, {pool_param}.")
### END HIDDEN TESTS

# %% [markdown]
# Backwards, each number of `dout` goes to the pixel that was the largest of its window, the
# only one that mattered. If several pixels share the maximum, it may go to one of them or be
# shared among them, but it must not be handed out twice.


# %% answer="conv-pool-backward"
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


# %% test="conv-pool-backward" points=1
# 1 point: the case by hand, then windows that share a pixel.
pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
x, dout = np.array([[[[1.0, 2, 5, 3], [4, 0, 1, 7]]]]), np.array([[[[10.0, 20]]]])
_, cache = max_pool_forward_naive(x, pool_param)
expect_close(
    max_pool_backward_naive(dout, cache),
    [[[[0, 0, 0, 0], [10, 0, 0, 20]]]],
    "dx",
    hint="10 goes to the 4, 20 goes to the 7.",
    faults={"Only the largest pixel of a window mattered.": 0 * x + [10, 10, 20, 20]},
)
x = np.array([[[[1.0, 9, 2, 3]]]])
pool_param = {"pool_height": 1, "pool_width": 2, "stride": 1}
dout = np.array([[[[10.0, 20, 30]]]])
_, cache = max_pool_forward_naive(x, pool_param)
expect_close(
    max_pool_backward_naive(dout, cache),
    [[[[0, 30, 0, 30]]]],
    "dx for overlapping windows",
    hint="The 9 is the largest of two windows: 10 + 20.",
    faults={"A pixel may win twice: add up with +=.": [[[[0, 20, 0, 30]]]]},
)
expect_source(max_pool_backward_naive, without=READY)

# %% hidden-test="conv-pool-backward" points=1
# 1 point: the grader also tries windows and images that are not square, windows that
# overlap or leave gaps, 32-bit numbers, and looks whether dout comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(5)
for shape, height, width, stride, dtype in [
    ((2, 3, 5, 9), 3, 3, 2, float),
    ((3, 1, 6, 4), 2, 4, 2, np.float32),
    ((1, 2, 7, 10), 1, 4, 3, float),
    ((2, 4, 4, 5), 2, 1, 1, float),
]:
    x = rng.permutation(math.prod(shape)).reshape(shape).astype(dtype) - 50
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = layers.max_pool_forward(x, pool_param)
    dout = rng.standard_normal(out.shape).astype(dtype)
    expected = layers.max_pool_backward(dout, cache)
    _, cache = max_pool_forward_naive(x, dict(pool_param))
    with unchanged(dout=dout, x=x):
        dx = max_pool_backward_naive(dout, cache)
    hint = f"Images {shape}, {pool_param}."
    expect_close(dx, expected, "dx", rtol=1e-5, atol=1e-6, hint=hint)
### END HIDDEN TESTS

# %% hidden-test="conv-pool-backward" part="ties" points=1
# 1 point: the grader also looks at windows in which several pixels share the maximum, as
# happens all the time behind a ReLU.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(6)
for width, stride in [(2, 2), (3, 1)]:
    x = np.maximum(rng.integers(-4, 3, (2, 3, 6, 8)).astype(float), 0)
    pool_param = {"pool_height": 2, "pool_width": width, "stride": stride}
    out, cache = max_pool_forward_naive(x, pool_param)
    for n, c, i, j in itertools.product((0, 1), (0, 2), (0, 2), (1, 2)):
        dout = np.zeros(np.shape(out))
        dout[n, c, i, j] = 8
        dx = max_pool_backward_naive(dout, cache)
        expect_array(dx, x.shape, "dx")
        rows = slice(i * stride, i * stride + 2)
        cols = slice(j * stride, j * stride + width)
        part, window = dx[n, c, rows, cols], x[n, c, rows, cols]
        expect_close(
            dx.sum(),
            8,
            "the sum of dx where dout is 8 in one place",
            hint=f"In the window {window.tolist()} several pixels share the maximum. "
            f"Give the gradient to one of them, or each its share.",
        )
        expect_close(
            part[window == window.max()].sum(), 8, "the gradient of the largest pixels"
        )
        expect(
            (part >= 0).all() and np.count_nonzero(dx) <= np.count_nonzero(part),
            "Outside the window nothing may get a gradient, and nothing a negative one.",
        )
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Convolution as a matrix product
#
# The loops are slow, since each of their steps does little. The way out: copy every window
# into a column of one large matrix. Then all the convolution is a single product of two
# matrices, the thing computers do best:
#
# $$\underbrace{\text{out}}_{F \times (H' W' N)} =
# \underbrace{w}_{F \times (C H_w W_w)} \;
# \underbrace{\text{cols}}_{(C H_w W_w) \times (H' W' N)} + b .$$
#
# A column is a window, flattened in the order channel, row, column. The columns come in the
# order of places, row by row, and within a place in the order of images.
#
# By hand: the image with the rows 0 1 2 and 3 4 5, windows of 2 by 2, no padding. Which
# matrix? And with a second image whose numbers are larger by 10?
#
# You need no loop over images or places: for a fixed pixel $(p, q)$ of the window, a slice
# with a step, `padded[:, :, p::stride, q::stride]` cut to size, has that pixel of all windows.


# %% answer="conv-im2col"
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


# %% test="conv-im2col" points=2
# 2 points: the two cases by hand, then a batch with padding and a stride.
x = np.array([[[[0.0, 1, 2], [3, 4, 5]]]])
expect_close(
    im2col(x, 2, 2, padding=0),
    [[0, 1], [1, 2], [3, 4], [4, 5]],
    "cols",
    hint="Two windows, so two columns: 0 1 3 4 and 1 2 4 5.",
    faults={"A window is a column, not a row.": [[0, 1, 3, 4], [1, 2, 4, 5]]},
)
cols = im2col(np.concatenate([x, x + 10]), 2, 2, padding=0)
expect_array(cols, (4, 4), "cols of two images")
expect_close(
    cols[0],
    [0, 10, 1, 11],
    "the first row of cols, for two images",
    hint="First place of image 0, first place of image 1, second place of image 0, ...",
    faults={"All images at one place, then the next place.": [0, 1, 10, 11]},
)
x = np.random.default_rng(7).standard_normal((3, 2, 5, 7))
expect_close(
    im2col(x, 3, 3, padding=1, stride=2),
    cs231n.im2col.im2col_indices(x, 3, 3, padding=1, stride=2),
    "cols with padding 1 and stride 2",
    hint="A column is in the order channel, row of the window, column of the window.",
    faults={
        "Channels come first in a column, then rows and columns of the window.": (
            cs231n.im2col.im2col_indices(x, 3, 3, padding=1, stride=2)
            .reshape(2, 9, -1)
            .swapaxes(0, 1)
            .reshape(18, -1)
        ),
    },
)
expect_source(im2col, loops=2, without=READY)

# %% hidden-test="conv-im2col" points=1
# 1 point: the grader also tries windows and images that are not square, no padding and
# much, one image, 32-bit numbers, and looks whether x comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(8)
for shape, height, width, padding, stride, dtype in [
    ((2, 3, 5, 8), 3, 2, 0, 1, float),
    ((3, 2, 6, 7), 2, 3, 1, 2, np.float32),
    ((1, 1, 4, 10), 1, 5, 2, 1, float),
    ((2, 4, 7, 4), 3, 3, 1, 3, float),
]:
    x = rng.standard_normal(shape).astype(dtype)
    with unchanged(x=x):
        cols = im2col(x, height, width, padding, stride)
    n, c, h, w = shape
    h_out, w_out = (
        1 + (h + 2 * padding - height) // stride,
        1 + (w + 2 * padding - width) // stride,
    )
    expected = np.zeros((c, height, width, h_out, w_out, n))
    for k, p, q, i, j, m in np.ndindex(expected.shape):
        y, z = i * stride + p - padding, j * stride + q - padding
        if 0 <= y < h and 0 <= z < w:
            expected[k, p, q, i, j, m] = x[m, k, y, z]
    expected = expected.reshape(c * height * width, -1)
    hint = f"Images {shape}, field {height} x {width}, pad {padding}, stride {stride}."
    expect_close(cols, expected, "cols", hint=hint)
    expect(
        cols.dtype == dtype,
        f"Keep the dtype of x: {np.dtype(dtype)}; got {cols.dtype}.",
    )
### END HIDDEN TESTS

# %% [markdown]
# The way back: `col2im` adds every column to the window it came from, and cuts the padding
# off. (It is the transpose of `im2col`, not its inverse: a pixel that four windows see comes
# back four times.)
#
# By hand: an image of ones, 3 by 3, windows of 2 by 2. What is `col2im(im2col(x))`?


# %% answer="conv-col2im"
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


# %% test="conv-col2im" points=2
# 2 points: the case by hand, then a batch with padding and a stride.
expect_close(
    col2im(np.ones((4, 4)), (1, 1, 3, 3), 2, 2, padding=0),
    [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]],
    "x",
    hint="Each pixel comes back as often as windows see it.",
    faults={"Windows overlap: add up, do not overwrite.": np.ones((1, 1, 3, 3))},
)
cols = np.random.default_rng(9).standard_normal((18, 9 * 3))
expected = cs231n.im2col.col2im_indices(cols, (3, 2, 5, 5), 3, 3, padding=1, stride=2)
expect_close(
    col2im(cols, (3, 2, 5, 5), 3, 3, padding=1, stride=2),
    expected,
    "x with padding 1 and stride 2",
    hint="Read cols in the order in which im2col wrote it: channel, row and column of "
    "the window, row and column of the place, image.",
    faults={
        "Within a place, the columns come in the order of images.": (
            cs231n.im2col.col2im_indices(
                cols.reshape(18, 3, 9).swapaxes(1, 2).reshape(18, 27),
                (3, 2, 5, 5),
                3,
                3,
                padding=1,
                stride=2,
            )
        ),
    },
)
expect_source(col2im, loops=2, without=READY)

# %% hidden-test="conv-col2im" points=1
# 1 point: the grader also tries windows and images that are not square, no padding and
# much, one image, 32-bit numbers, and looks whether cols comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(10)
for shape, height, width, padding, stride, dtype in [
    ((2, 3, 5, 8), 3, 2, 0, 1, float),
    ((3, 2, 6, 7), 2, 3, 1, 2, np.float32),
    ((1, 1, 4, 10), 1, 5, 2, 1, float),
    ((2, 4, 7, 4), 3, 3, 1, 3, float),
]:
    n, c, h, w = shape
    h_out, w_out = (
        1 + (h + 2 * padding - height) // stride,
        1 + (w + 2 * padding - width) // stride,
    )
    cols = rng.integers(-9, 9, (c * height * width, h_out * w_out * n)).astype(dtype)
    with unchanged(cols=cols):
        x = col2im(cols, shape, height, width, padding, stride)
    expected = np.zeros(shape)
    six = cols.reshape(c, height, width, h_out, w_out, n)
    for k, p, q, i, j, m in np.ndindex(six.shape):
        y, z = i * stride + p - padding, j * stride + q - padding
        if 0 <= y < h and 0 <= z < w:
            expected[m, k, y, z] += six[k, p, q, i, j, m]
    hint = f"Images {shape}, field {height} x {width}, pad {padding}, stride {stride}."
    expect_close(x, expected, "x", hint=hint)
    expect(
        x.dtype == dtype, f"Keep the dtype of cols: {np.dtype(dtype)}; got {x.dtype}."
    )
### END HIDDEN TESTS

# %% [markdown]
# Now the layer. Forward: your `im2col`, one product, and back to $(N, F, H', W')$; in which
# order do the axes of the product come? Backward: reshape `dout` like the product and it is
# the affine layer's gradient that you know, and then your `col2im`.


# %% answer="conv-fast-forward"
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


# %% test="conv-fast-forward" points=1
# 1 point: the same numbers as before, without a loop over images, filters or places.
x = np.linspace(-0.1, 0.5, num=96).reshape(2, 3, 4, 4)
w = np.linspace(-0.2, 0.3, num=144).reshape(3, 3, 4, 4)
b = np.linspace(-0.1, 0.2, num=3)
answer = conv_forward_im2col(x, w, b, {"stride": 2, "pad": 1})
expect_tuple(answer, "out", "cache")
expected, _ = layers.conv_forward(x, w, b, {"stride": 2, "pad": 1})
expect_close(
    answer[0],
    expected,
    "out",
    hint="The product has the axes (F, H', W', N) in this order; transpose it.",
    faults={
        "The product has the axes (F, H', W', N): reshape to these, then transpose.": (
            expected.transpose(1, 2, 3, 0).reshape(expected.shape)
        ),
        "Add the bias.": expected - b[:, None, None],
    },
)
expect_close(answer[0][0, 0, 0, 0], -0.08759809, "out[0, 0, 0, 0]", rtol=1e-6)
expect_close(answer[0][1, 2, 1, 1], 2.38247847, "out[1, 2, 1, 1]", rtol=1e-6)
expect_source(
    conv_forward_im2col,
    loops=2,
    without=[*READY, "conv_forward_naive", "einsum", "sliding_window_view"],
)

# %% hidden-test="conv-fast-forward" points=1
# 1 point: the grader also tries images and filters that are not square, several strides
# and paddings, one image, 32-bit numbers, and looks whether the inputs come back as they
# were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(11)
for n, c, f, size, field, stride, pad, dtype in [
    (2, 3, 4, (5, 8), (3, 2), 1, 0, float),
    (3, 2, 1, (6, 7), (2, 3), 2, 1, np.float32),
    (1, 1, 2, (4, 10), (1, 5), 1, 2, float),
    (2, 4, 3, (7, 4), (3, 3), 3, 1, float),
]:
    x = rng.standard_normal((n, c, *size)).astype(dtype)
    w = rng.standard_normal((f, c, *field)).astype(dtype)
    b, conv_param = rng.standard_normal(f).astype(dtype), {"stride": stride, "pad": pad}
    with unchanged(x=x, w=w, b=b):
        out, _ = expect_tuple(conv_forward_im2col(x, w, b, conv_param), "out", "cache")
    expected, _ = layers.conv_forward(x, w, b, conv_param)
    hint = f"Images {x.shape}, filters {w.shape}, stride {stride}, pad {pad}."
    tolerance = 1e-4 if dtype == np.float32 else 1e-9
    expect_close(out, expected, "out", rtol=tolerance, atol=tolerance, hint=hint)
    expect(
        out.dtype == dtype,
        f"Keep the dtype of x: {np.dtype(dtype)}; got {out.dtype}. In 64 bits the "
        f"product takes twice as long.",
    )
### END HIDDEN TESTS


# %% answer="conv-fast-backward"
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
    dx : ndarray of shape (N, C, H, W)
    dw : ndarray of shape (F, C, HH, WW)
    db : ndarray of shape (F,)
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


# %% test="conv-fast-backward" points=1
# 1 point: a batch with padding and a stride.
rng = np.random.default_rng(12)
x, w, b = (rng.standard_normal(s) for s in [(4, 3, 5, 5), (2, 3, 3, 3), (2,)])
dout, conv_param = rng.standard_normal((4, 2, 3, 3)), {"stride": 2, "pad": 1}
_, cache = conv_forward_im2col(x, w, b, conv_param)
answer = conv_backward_im2col(dout, cache)
expect_tuple(answer, "dx", "dw", "db")
_, cache = layers.conv_forward(x, w, b, conv_param)
truth = layers.conv_backward(dout, cache)
mixed = layers.conv_backward(
    dout.reshape(2, 3, 3, 4).transpose(3, 0, 1, 2),
    layers.conv_forward(x, w, b, conv_param)[1],
)
for name, got, expected, wrong in zip(
    ("dx", "dw", "db"), answer, truth, mixed, strict=True
):
    expect_close(
        got,
        expected,
        name,
        hint="out = w @ cols + b, so dw = dout @ cols.T and dcols = w.T @ dout, with "
        "dout as a matrix of the shape of the product.",
        faults={"Transpose dout to (F, H', W', N) before you reshape it.": wrong},
    )
expect_source(conv_backward_im2col, loops=4, without=[*READY, "conv_backward_naive"])

# %% hidden-test="conv-fast-backward" points=1
# 1 point: the grader also tries images and filters that are not square, several strides
# and paddings, one image, 32-bit numbers, a second call, and looks whether dout comes back
# as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(13)
for n, c, f, size, field, stride, pad, dtype in [
    (2, 3, 4, (5, 8), (3, 2), 1, 0, float),
    (3, 2, 1, (6, 7), (2, 3), 2, 1, np.float32),
    (1, 1, 2, (4, 10), (1, 5), 1, 2, float),
    (2, 4, 3, (7, 4), (3, 3), 3, 1, float),
]:
    x = rng.standard_normal((n, c, *size)).astype(dtype)
    w = rng.standard_normal((f, c, *field)).astype(dtype)
    b, conv_param = rng.standard_normal(f).astype(dtype), {"stride": stride, "pad": pad}
    expected, cache = layers.conv_forward(x, w, b, conv_param)
    dout = rng.standard_normal(expected.shape).astype(dtype)
    truth = layers.conv_backward(dout, cache)
    _, cache = conv_forward_im2col(x, w, b, conv_param)
    with unchanged(dout=dout, x=x, w=w, b=b):
        grads = expect_tuple(conv_backward_im2col(dout, cache), "dx", "dw", "db")
        again = expect_tuple(conv_backward_im2col(dout, cache), "dx", "dw", "db")
    hint = f"Images {x.shape}, filters {w.shape}, stride {stride}, pad {pad}."
    tolerance = 1e-4 if dtype == np.float32 else 1e-9
    for name, got, second, expected in zip(
        ("dx", "dw", "db"), grads, again, truth, strict=True
    ):
        expect_close(got, expected, name, rtol=tolerance, atol=tolerance, hint=hint)
        expect_close(second, got, f"{name} of a second call", hint=hint)
        expect(np.asarray(got).dtype == dtype, f"{name} should keep the dtype of x.")
### END HIDDEN TESTS

# %% [markdown]
# What it was good for: forward and backward through one layer, once with your loops, once
# with your matrix product, once with the package (compiled C, no column matrix at all), and
# with PyTorch, if it is installed. The scale is logarithmic.

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
        ax.bar_label(bars, fmt="%.3g", padding=3, fontsize="small")
    ax.set(yticks=places, yticklabels=list(times), xscale="log", xlabel="time (ms)")
    ax.margins(x=0.12)
    ax.legend(frameon=False)
    plt.show()
    print(f"largest difference between any two outputs: about {apart:.0e}")

# %% [markdown] question="conv-columns" points=2
# **Question 1 (2 points).** For filters of 3 by 3 with stride 1 and padding 1, how many times
# as much memory as the images does `cols` take? With how many multiplications does the product
# get by, compared with your loops? So where does the speed come from?

# %% [markdown] marking="conv-columns"
# Nine times: every pixel (but for the border) lies in nine windows and is copied into each of
# their columns. The number of multiplications is the same. The speed comes from doing them all
# in one call: no Python step for each window, and a matrix product that keeps small blocks in
# the processor's caches and registers and uses its vector instructions and all cores. (The
# package reaches this without the copies, and so has less memory to move.)
#
# *Marking:* 0.5 for nine, 0.5 for "the same number", 1 for a reason: fewer Python steps, or
# caches and vectors of the matrix product.

# %% [markdown]
# ## 5. How far a unit sees
#
# A number behind one convolution of 3 by 3 depends on 9 pixels. And behind several? Your
# backward pass can tell: put a gradient of 1 on one number in the middle of the last layer and
# look which pixels it reaches, here through filters of random positive weights. The dashed
# frame is the *receptive field*, all it can see.


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
    fig, axes = plt.subplots(1, 5, figsize=(11, 2.6), layout="constrained")
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

# %% [markdown] question="conv-field" points=2
# **Question 2 (2 points).** How many convolutions of 3 by 3 with stride 1 does it take until
# a number can see 11 by 11 pixels, and how many weights are that, for one channel, compared
# with a single filter of 11 by 11? What else do the small ones bring? Why is the picture of
# ten layers bright in the middle and dark at the rim of its frame?

# %% [markdown] marking="conv-field"
# Five: every layer adds two pixels, $1 + 2 \cdot 5 = 11$. That is 45 weights against 121, and
# there is room for a ReLU after each, so the stack computes what no single filter can. The
# number of ways from a pixel to the output decides how much it counts: many lead to the middle
# and one to the corner. With random weights the sum over ways looks like a bell, so what a unit
# really uses is smaller than what it can see.
#
# *Marking:* 0.5 for five, 0.5 for 45 against 121 or for the ReLUs between, 1 for counting ways.

# %% [markdown]
# ## 6. A network with three layers
#
# convolution – ReLU – 2 by 2 max-pooling – affine – ReLU – affine – softmax.
#
# From here on use the fast layers; the next cell brings them under the names
# `conv_forward_fast`, `max_pool_forward_fast`, `affine_forward`, `relu_forward`,
# `softmax_loss`, their partners `..._backward`, and for layers that follow each other
# `conv_relu_pool_forward(x, w, b, conv_param, pool_param)` and `affine_relu_forward(x, w, b)`
# with theirs. They expect arrays of one dtype.
#
# The filters are square with an odd size and padded by half of it, so that the convolution
# keeps height and width; pooling halves them. `self.params` holds the filters `W1` of shape
# $(F, C, \text{size}, \text{size})$, `W2` and `W3` of the affine layers, and `b1`, `b2`, `b3`.
# Weights are drawn from a normal distribution with the standard deviation `weight_scale`;
# biases are zero.
#
# By hand: for images of 3 by 6 by 8 and 4 filters, which shape has `W2` with 5 hidden units?


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


# %% answer="conv-net-init"
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
        Strength of the penalty.
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


# %% test="conv-net-init" points=1
# 1 point: names and shapes for the case by hand, and the spread of the weights.
model = ThreeLayerConvNet((3, 6, 8), 4, 5, hidden_dim=5, num_classes=7)
expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
shapes = {
    "W1": (4, 3, 5, 5),
    "b1": (4,),
    "W2": (4 * 3 * 4, 5),
    "b2": (5,),
    "W3": (5, 7),
    "b3": (7,),
}
expect_equal(sorted(model.params), sorted(shapes), "the names in self.params")
for name, shape in shapes.items():
    expect_array(
        model.params[name],
        shape,
        f"params[{name!r}]",
        hint="Pooling leaves 4 channels of 3 by 4 pixels." if name == "W2" else "",
    )
    if name[0] == "b":
        expect(not np.any(model.params[name]), f"{name} should start at 0.")
model = ThreeLayerConvNet(num_filters=16, weight_scale=0.02)
for name in ("W1", "W2", "W3"):
    std = np.std(model.params[name])
    expect(
        abs(std / 0.02 - 1) < 0.1,
        f"With weight_scale 0.02 the standard deviation of {name} should be 0.02; got "
        f"{std:.3g}.",
    )
expect_source(__init__, without=["cs231n", "PackageNet", "ResNet", "torch"])

# %% hidden-test="conv-net-init" points=1
# 1 point: the grader also looks at the defaults, the dtype, the mean and the form of the
# distribution, and whether all matrices are different numbers.
### BEGIN HIDDEN TESTS
model = ThreeLayerConvNet()
expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
for name, shape in {"W1": (32, 3, 7, 7), "W2": (8192, 100), "W3": (100, 10)}.items():
    w = np.asarray(model.params[name])
    expect_array(w, shape, f"params[{name!r}]")
    expect(w.dtype == np.float32, f"{name} should be float32; got {w.dtype}.")
    beyond, off = np.mean(np.abs(w) > 1.8e-3), abs(w.mean()) / 1e-3
    expect(
        0.055 < beyond < 0.09 and off < 0.2,
        f"{name}: {beyond:.1%} of the weights lie beyond 1.8 standard deviations and the "
        f"mean is {w.mean():.1e}; in a normal distribution around 0, 7 % would.",
    )
model = ThreeLayerConvNet((1, 4, 4), 6, 3, 9, 6, dtype=np.float64)
w2, w3 = (np.asarray(model.params[name]).ravel()[:54] for name in ("W2", "W3"))
expect(w2.dtype == np.float64, f"W2 should be float64; got {w2.dtype}.")
expect(not np.allclose(w2, w3), "W2 and W3 hold the same numbers.")
### END HIDDEN TESTS

# %% [markdown]
# The loss, as you know it: forward with all the caches, softmax, backward in reverse order,
# and the penalty $\frac12 \lambda \sum W^2$ on the three sets of weights, not on biases.
# Without `y` return the scores.


# %% answer="conv-net-loss"
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


# %% test="conv-net-loss" points=2
# 2 points: scores, loss and gradients beside the package's network with the same weights.
rng = np.random.default_rng(14)
sizes = {"input_dim": (3, 6, 8), "num_filters": 4, "filter_size": 3, "hidden_dim": 5}
sizes |= {"num_classes": 7, "dtype": np.float64}
X, y = rng.standard_normal((4, 3, 6, 8)), rng.integers(0, 7, 4)
no_relu = {"relu_forward": lambda x: (x, x)}
package, bent = PackageNet(**sizes), PackageNet(**sizes, layers=no_relu)
model = ThreeLayerConvNet(**sizes)
for name, value in package.params.items():
    weights = 0.5 * rng.standard_normal(value.shape)
    for net in (package, bent, model):
        net.params[name] = weights.copy()
expect_close(
    model.loss(X),
    package.loss(X),
    "scores",
    hint="Convolution, ReLU, pooling, affine, ReLU, affine. Without y, return the scores.",
    faults={
        "The ReLUs are missing.": bent.loss(X),
        "After the last affine layer comes no ReLU.": np.maximum(package.loss(X), 0),
    },
)
for reg in (0.0, 0.3):
    package.reg = model.reg = reg
    answer, (expected, truth) = model.loss(X, y), package.loss(X, y)
    expect(
        isinstance(answer, tuple) and len(answer) == 2,
        f"With y, return the pair (loss, grads); got {type(answer).__name__}.",
    )
    squares = sum(np.sum(package.params[name] ** 2) for name in ("W1", "W2", "W3"))
    data_loss = expected - 0.5 * reg * squares
    faults = {
        "There is no penalty: use self.reg.": data_loss,
        "The penalty has a factor one half here.": data_loss + reg * squares,
    }
    expect_close(answer[0], expected, f"loss with reg {reg}", faults=faults)
    expect_equal(sorted(answer[1]), sorted(truth), "the names in grads")
    for name, gradient in truth.items():
        expect_close(
            answer[1][name],
            gradient,
            f"grads[{name!r}] with reg {reg}",
            hint="Backwards in reverse order; the penalty adds reg * W.",
            faults={
                "The penalty is missing in the gradient.": gradient
                - reg * package.params[name]
            },
        )
expect_source(model.loss, without=["cs231n", "PackageNet", "ResNet", "torch"])

# %% hidden-test="conv-net-loss" points=2
# 2 points: the grader compares the gradients with differences of your loss for other sizes,
# tries one image and 32-bit numbers, and looks whether images and parameters come back as
# they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(15)
for dim, filters, size, hidden, n, reg, dtype in [
    ((2, 8, 4), 3, 5, 6, 5, 0.7, np.float64),
    ((1, 4, 6), 5, 1, 3, 1, 0.0, np.float64),
    ((3, 6, 6), 2, 3, 8, 3, 3.14, np.float32),
]:
    model = ThreeLayerConvNet(dim, filters, size, hidden, 4, reg=reg, dtype=dtype)
    package = PackageNet(dim, filters, size, hidden, 4, reg=reg, dtype=np.float64)
    for name, value in package.params.items():
        package.params[name] = 0.5 * rng.standard_normal(value.shape)
        model.params[name] = package.params[name].astype(dtype)
    X, y = rng.standard_normal((n, *dim)), rng.integers(0, 4, n)
    with unchanged(X=X, y=y, **model.params):
        value, grads = expect_tuple(model.loss(X, y), "loss", "grads")
        scores = model.loss(X)
    tolerance = 1e-3 if dtype == np.float32 else 1e-8
    hint = f"Images {X.shape}, {filters} filters of {size} x {size}, reg {reg}."
    options = {"rtol": tolerance, "atol": tolerance, "hint": hint}
    expect_close(scores, package.loss(X), "scores", **options)
    expected, truth = package.loss(X, y)
    expect_close(value, expected, "loss", **options)
    for name, gradient in truth.items():
        expect_close(grads[name], gradient, f"grads[{name!r}]", **options)
    if dtype == np.float32:
        continue
    for name, weights in package.params.items():
        v, rise = rng.standard_normal(weights.shape), []
        for step in (1e-6, -1e-6):
            model.params[name] = weights + step * v
            rise.append(model.loss(X, y)[0])
        model.params[name] = weights
        expect_close(
            np.sum(grads[name] * v),
            (rise[0] - rise[1]) / 2e-6,
            f"the slope of {name} along a random direction",
            rtol=1e-4,
            atol=1e-6,
            hint=hint,
        )
### END HIDDEN TESTS

# %% [markdown]
# First the quick checks. With tiny weights all classes are equally likely, so the loss is
# about $\log 10 \approx 2.303$; a penalty makes it larger. Then a hundred images, to be learned
# by heart.

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
# The gap between the two curves is what a hundred images cannot teach. Now all images, once.
# On the real CIFAR-10 one epoch takes about half a minute and gets more than 40 % of the
# training images right. The filters of the first layer, which were noise, begin to look for
# something. For what?

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
# ## 7. Batch normalisation for images
#
# What a filter finds means the same wherever it is found. So all the places of a channel share
# one mean, one variance, one $\gamma_c$ and one $\beta_c$: the statistics of channel $c$ run
# over images, rows and columns, $N \cdot H \cdot W$ numbers. In testing the running averages
# are used, as always; they have the shape $(C,)$.
#
# You need not write the arithmetic again: bring $x$ into the shape that `batchnorm_forward`
# expects, a feature in each column, and back. Mind the axes. Predict: why is
# `x.reshape(-1, C)` alone wrong?


# %% answer="conv-batchnorm-forward"
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


# %% test="conv-batchnorm-forward" points=2
# 2 points: out and the running averages in training, for each channel and place.
rng = np.random.default_rng(16)
x = rng.standard_normal((2, 3, 4, 5)) * [[[[1]], [[2]], [[5]]]] + [
    [[[0]], [[9]], [[-4]]]
]
gamma, beta = np.array([1.0, 2, 3]), np.array([0.0, -1, 7])
bn_param = {"mode": "train"}
answer = spatial_batchnorm_forward(x, gamma, beta, bn_param)
expect_tuple(answer, "out", "cache")


def wrong_statistics(axes):
    """Normalise over some axes, then scale and shift the channels."""
    spread = np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5)
    normal = (x - x.mean(axis=axes, keepdims=True)) / spread
    return gamma[:, None, None] * normal + beta[:, None, None]


mixed, _ = layers.batchnorm_forward(x.reshape(-1, 3), gamma, beta, {"mode": "train"})
expected, _ = layers.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
expect_close(
    answer[0],
    expected,
    "out",
    hint="One mean and one variance for each channel, over images, rows and columns.",
    faults={
        "These are statistics of each image by itself; the batch counts together.": (
            wrong_statistics((2, 3))
        ),
        "These are statistics of each place; all the places count together.": (
            wrong_statistics(0)
        ),
        "One mean for all the channels: each should have its own.": wrong_statistics(
            None
        ),
        "reshape(-1, C) mixes channels with places: transpose so that C is last.": (
            mixed.reshape(x.shape)
        ),
    },
)
for name, value in {
    "running_mean": x.mean((0, 2, 3)),
    "running_var": x.var((0, 2, 3)),
}.items():
    expect(name in bn_param, f"Store {name} back in bn_param; it is not there.")
    expect_close(
        bn_param[name],
        0.1 * value,
        f"{name} after one call",
        hint="Pass bn_param itself to batchnorm_forward, not a copy.",
    )
expect_source(spatial_batchnorm_forward, without=READY)

# %% hidden-test="conv-batchnorm-forward" points=2
# 2 points: the grader also computes every channel of other sizes by the formula, in training
# and testing, with other settings, several calls, a batch of one, 32-bit numbers, and looks
# whether the inputs come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(17)
for shape, eps, momentum, dtype in [
    ((3, 4, 2, 5), 1e-5, 0.9, float),
    ((1, 2, 6, 3), 0.3, 0.6, np.float32),
    ((4, 5, 1, 1), 1e-2, 0.9, float),
]:
    c = shape[1]
    bn_param = {"mode": "train", "eps": eps, "momentum": momentum}
    gamma, beta = (
        rng.uniform(1, 3, c).astype(dtype),
        rng.standard_normal(c).astype(dtype),
    )
    run_mean, run_var = np.zeros(c), np.zeros(c)
    hint = f"Images {shape}; eps {eps}; momentum {momentum}; {np.dtype(dtype)}."
    for _ in range(3):
        x = (rng.standard_normal(shape) * 2 + rng.standard_normal((c, 1, 1))).astype(
            dtype
        )
        with unchanged(x=x, gamma=gamma, beta=beta):
            out, _ = expect_tuple(
                spatial_batchnorm_forward(x, gamma, beta, bn_param), "out", "cache"
            )
        expected = np.zeros(shape)
        for k in range(c):
            values = [float(v) for v in x[:, k].ravel()]
            mean = sum(values) / len(values)
            var = sum((v - mean) ** 2 for v in values) / len(values)
            normal = (x[:, k].astype(float) - mean) / math.sqrt(var + eps)
            expected[:, k] = float(gamma[k]) * normal + float(beta[k])
            run_mean[k] = momentum * run_mean[k] + (1 - momentum) * mean
            run_var[k] = momentum * run_var[k] + (1 - momentum) * var
        expect_close(out, expected, "out", rtol=1e-4, atol=1e-5, hint=hint)
        expect(out.dtype == dtype, f"Keep the dtype of x; got {out.dtype}. {hint}")
    for name, value in {"running_mean": run_mean, "running_var": run_var}.items():
        expect(name in bn_param, f"Store {name} back in bn_param; it is not there.")
        expect_close(bn_param[name], value, name, rtol=1e-4, atol=1e-5, hint=hint)
    bn_param["mode"] = "test"
    out, _ = expect_tuple(
        spatial_batchnorm_forward(x, gamma, beta, bn_param), "out", "cache"
    )
    column = lambda a: a.reshape(-1, 1, 1)
    normal = (x - column(run_mean)) / np.sqrt(column(run_var) + eps)
    expected = column(gamma) * normal + column(beta)
    expect_close(out, expected, "out in testing", rtol=1e-4, atol=1e-4, hint=hint)
    expect_close(
        bn_param["running_mean"], run_mean, "running_mean", rtol=1e-4, atol=1e-5
    )
### END HIDDEN TESTS


# %% answer="conv-batchnorm-backward"
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


# %% test="conv-batchnorm-backward" points=1
# 1 point: the three gradients for each channel and place.
rng = np.random.default_rng(18)
x, dout = rng.standard_normal((2, 2, 3, 4, 5))
gamma, beta = rng.uniform(1, 2, (2, 3))
_, cache = spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
with unchanged(dout=dout):
    answer = spatial_batchnorm_backward(dout, cache)
expect_tuple(answer, "dx", "dgamma", "dbeta")
_, cache = layers.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
truth = layers.spatial_batchnorm_backward(dout, cache)
spread = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + 1e-5)
faults = {
    "dx": {"Mean and variance depend on x too.": dout * gamma[:, None, None] / spread},
    "dgamma": {"Sum, do not average.": truth[1] / 40},
    "dbeta": {"Sum, do not average.": truth[2] / 40},
}
for name, got, expected in zip(faults, answer, truth, strict=True):
    expect_close(
        got,
        expected,
        name,
        rtol=1e-5,
        atol=1e-8,
        hint="The same change of axes as forward, there and back.",
        faults=faults[name],
    )
expect_source(spatial_batchnorm_backward, without=READY)

# %% hidden-test="conv-batchnorm-backward" points=1
# 1 point: the grader also goes along random directions for other sizes, a large eps and a
# batch of one, and looks whether dout comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(19)
for shape, eps in [((3, 4, 2, 5), 1e-5), ((1, 2, 6, 3), 0.3), ((4, 3, 1, 2), 1e-2)]:
    x, dout = rng.standard_normal((2, *shape))
    gamma, beta = rng.uniform(1, 2, (2, shape[1]))
    point = {"x": x, "gamma": gamma, "beta": beta}

    def forward(eps=eps, **values):
        bn_param = {"mode": "train", "eps": eps}
        return spatial_batchnorm_forward(**values, bn_param=bn_param)

    _, cache = forward(**point)
    with unchanged(dout=dout, x=x):
        grads = expect_tuple(
            spatial_batchnorm_backward(dout, cache), "dx", "dgamma", "dbeta"
        )
    for (name, value), grad in zip(point.items(), grads, strict=True):
        expect_array(grad, value.shape, f"d{name}")
        error = directional_error(
            lambda v, name=name, point=point, f=forward: f(**(point | {name: v}))[0],
            value,
            dout,
            np.array(grad),
            rng=rng,
        )
        expect(
            error < 1e-6,
            f"d{name} does not fit the forward pass (relative error {error:.1e}; images "
            f"{shape}; eps = {eps}).",
        )
### END HIDDEN TESTS

# %% [markdown]
# ## 8. Group normalisation
#
# With small batches the statistics of a batch are noise. Layer normalisation looks at one
# image by itself, but it treats all channels alike. *Group normalisation* stands between:
# the channels of each image are split into $G$ groups of **neighbours**, and each group of
# each image, $C/G \cdot H \cdot W$ numbers, is normalised by its own mean and variance. Scale
# and shift belong to channels; here they, and their gradients, have the shape $(1, C, 1, 1)$.
#
# By hand: which channels of six form a group together for $G = 2$? And what is it called
# for $G = 1$?


# %% answer="conv-groupnorm-forward"
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


# %% test="conv-groupnorm-forward" points=1
# 1 point: six channels in two groups, for each image, channel and place.
rng = np.random.default_rng(20)
x = rng.standard_normal((3, 6, 2, 5)) * np.arange(1.0, 7).reshape(6, 1, 1)
gamma = np.arange(1.0, 7).reshape(1, 6, 1, 1)
beta = gamma[:, ::-1].copy()
answer = spatial_groupnorm_forward(x, gamma, beta, 2, {})
expect_tuple(answer, "out", "cache")
in_groups = {
    G: layers.spatial_groupnorm_forward(x, gamma, beta, G, {})[0] for G in (1, 2, 3, 6)
}
order = np.argsort([0, 2, 4, 1, 3, 5])
every_other = layers.spatial_groupnorm_forward(
    x[:, [0, 2, 4, 1, 3, 5]],
    gamma[:, [0, 2, 4, 1, 3, 5]],
    beta[:, [0, 2, 4, 1, 3, 5]],
    2,
    {},
)[0][:, order]
expect_close(
    answer[0],
    in_groups[2],
    "out",
    hint="Channels 0, 1, 2 form the first group of an image, 3, 4, 5 the second.",
    faults={
        "G is the number of groups, not of channels in a group.": in_groups[3],
        "These are statistics of single channels.": in_groups[6],
        "These are statistics of whole images.": in_groups[1],
        "Neighbouring channels form a group, not every other one.": every_other,
    },
)
expect_source(spatial_groupnorm_forward, without=READY)

# %% hidden-test="conv-groupnorm-forward" points=1
# 1 point: the grader also computes every group of other sizes by the formula, with one
# group and as many groups as channels, another eps, a batch of one, 32-bit numbers, and
# looks whether the inputs come back as they were.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(21)
for shape, G, eps, dtype in [
    ((2, 6, 4, 3), 3, 1e-5, float),
    ((1, 4, 5, 2), 1, 0.2, np.float32),
    ((3, 4, 2, 3), 4, 1e-5, float),
    ((2, 8, 1, 3), 2, 0.5, float),
]:
    n, c, h, w = shape
    gn_param = {} if eps == 1e-5 else {"eps": eps}
    x = (rng.standard_normal(shape) * 2 + rng.standard_normal((n, c, 1, 1))).astype(
        dtype
    )
    gamma, beta = rng.uniform(1, 3, (2, 1, c, 1, 1)).astype(dtype)
    with unchanged(x=x, gamma=gamma, beta=beta):
        out, _ = expect_tuple(
            spatial_groupnorm_forward(x, gamma, beta, G, gn_param), "out", "cache"
        )
    expected, each = np.zeros(shape), c // G
    for m, g in np.ndindex(n, G):
        part = slice(g * each, (g + 1) * each)
        values = [float(v) for v in x[m, part].ravel()]
        mean = sum(values) / len(values)
        var = sum((v - mean) ** 2 for v in values) / len(values)
        normal = (x[m, part].astype(float) - mean) / math.sqrt(var + eps)
        expected[m, part] = gamma[0, part] * normal + beta[0, part]
    hint = f"Images {shape}, G = {G}, eps = {eps}, {np.dtype(dtype)}."
    expect_close(out, expected, "out", rtol=1e-4, atol=1e-5, hint=hint)
    expect(out.dtype == dtype, f"Keep the dtype of x; got {out.dtype}. {hint}")
### END HIDDEN TESTS


# %% answer="conv-groupnorm-backward"
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


# %% test="conv-groupnorm-backward" points=1
# 1 point: the three gradients, for each image, channel and place.
rng = np.random.default_rng(22)
x, dout = rng.standard_normal((2, 3, 6, 2, 5))
gamma, beta = rng.uniform(1, 3, (2, 1, 6, 1, 1))
out, cache = spatial_groupnorm_forward(x, gamma, beta, 2, {})
with unchanged(dout=dout):
    answer = spatial_groupnorm_backward(dout, cache)
expect_tuple(answer, "dx", "dgamma", "dbeta")
_, cache = layers.spatial_groupnorm_forward(x, gamma, beta, 2, {})
truth = layers.spatial_groupnorm_backward(dout, cache)
late, _, _ = layers.spatial_groupnorm_backward(
    dout, layers.spatial_groupnorm_forward(x, 0 * gamma + 1, beta, 2, {})[1]
)
faults = {
    "dx": {
        "gamma differs within a group: multiply dout by it before taking means.": (
            gamma * late
        ),
        "gamma is missing.": late,
    },
    "dgamma": {"Sum, do not average.": truth[1] / 30},
    "dbeta": {"Sum, do not average.": truth[2] / 30},
}
for name, got, expected in zip(faults, answer, truth, strict=True):
    expect_close(
        got,
        expected,
        name,
        rtol=1e-5,
        atol=1e-8,
        hint="The means of dx run over a group of one image; dgamma and dbeta are sums over "
        "images and places, with the shape (1, C, 1, 1).",
        faults=faults[name],
    )
expect_source(spatial_groupnorm_backward, without=READY)

# %% hidden-test="conv-groupnorm-backward" points=1
# 1 point: the grader also goes along random directions for other sizes, numbers of groups
# and a large eps, and looks whether dout comes back as it was.
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(23)
for shape, G, eps in [
    ((2, 6, 4, 3), 3, 1e-5),
    ((1, 4, 5, 2), 1, 0.2),
    ((3, 4, 2, 3), 4, 1e-2),
]:
    x, dout = rng.standard_normal((2, *shape))
    gamma, beta = rng.uniform(1, 2, (2, 1, shape[1], 1, 1))
    point = {"x": x, "gamma": gamma, "beta": beta}

    def forward(G=G, eps=eps, **values):
        return spatial_groupnorm_forward(**values, G=G, gn_param={"eps": eps})

    _, cache = forward(**point)
    with unchanged(dout=dout, x=x):
        grads = expect_tuple(
            spatial_groupnorm_backward(dout, cache), "dx", "dgamma", "dbeta"
        )
    for (name, value), grad in zip(point.items(), grads, strict=True):
        expect_array(grad, value.shape, f"d{name}")
        error = directional_error(
            lambda v, name=name, point=point, f=forward: f(**(point | {name: v}))[0],
            value,
            dout,
            np.array(grad),
            rng=rng,
        )
        expect(
            error < 1e-6,
            f"d{name} does not fit the forward pass (relative error {error:.1e}; images "
            f"{shape}; G = {G}; eps = {eps}).",
        )
### END HIDDEN TESTS

# %% [markdown] question="conv-norm" points=2
# **Question 3 (2 points).** Spatial batch normalisation could keep a mean for every channel
# *and place*, as one has for the features of a fully connected layer. What would be lost? And
# is group normalisation with $G = C$ on a batch of one image the same as spatial batch
# normalisation in training?

# %% [markdown] marking="conv-norm"
# A convolution does the same at every place; with statistics, scale and shift of each place
# the layer would treat an edge on the left in another way than one on the right, and a shifted
# picture would no longer give a shifted output. There would also be $H W$ times as many
# numbers to estimate, each from $N$ values instead of $N H W$. For one image the two are the
# same in training: the mean and variance of each channel over its places. In testing they
# differ, since batch normalisation takes its running averages.
#
# *Marking:* 1 for "the same at every place" (or more numbers from less data, 0.5); 1 for "the
# same in training" with the reason.

# %% [markdown]
# Your normalisations in a network, on 1000 images, with batches of 50 and of 4, and with
# learning rates that the plain network can hardly take. The package's `ThreeLayerConvNet`
# calls them by name, between the convolution and its ReLU.

# %% tags=["experiment"]
with needs_answers():
    own_norms = {
        "spatial_batchnorm_forward": spatial_batchnorm_forward,
        "spatial_batchnorm_backward": spatial_batchnorm_backward,
        "spatial_groupnorm_forward": spatial_groupnorm_forward,
        "spatial_groupnorm_backward": spatial_groupnorm_backward,
    }
    found = {}
    runs = list(itertools.product((50, 4), ("batchnorm", "groupnorm", None)))
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
        ax = axes[int(size == 4)]
        (line,) = ax.plot(solver.train_acc_history, label=kind or "without")
        ax.plot(solver.val_acc_history, "--", color=line.get_color())
        ax.set(title=f"batches of {size}: training —, validation - -", xlabel="epoch")
        ax.set_xticks(range(len(solver.train_acc_history)))
    axes[0].set(ylabel="accuracy", ylim=(0, 1))
    axes[0].legend(frameon=False)
    plt.show()

# %% [markdown]
# ## Your layers beside ours
#
# The same network, the same first weights, the same batches: once on your convolution by
# matrix product, your pooling and your batch normalisation, once on the package's. The losses
# of the first steps should agree to about five digits; rounding then drives the two apart.

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
# ## 9. More images from the ones you have
#
# A mirrored dog is a dog, and so is one four pixels to the left, or under a bluer sky. A
# network that sees each image a little different every time learns by heart more slowly, and
# what it learns holds more often. To each image of a minibatch, by itself and in this order:
#
# 1. `flip`: with probability one half, mirror it, left for right;
# 2. `pad`: surround it by so many zeros on each side and cut out a window of the old size,
#    any of the $(2\,\text{pad} + 1)^2$ places being equally likely;
# 3. `jitter` $s$: multiply each of its colour planes by a number of its own, uniform between
#    $1 - s$ and $1 + s$.
#
# All random numbers come from the generator `rng`.


# %% answer="conv-augment"
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


# %% test="conv-augment" part="flip" points=1
# 1 point: mirroring alone.
x = np.random.default_rng(24).standard_normal((200, 2, 3, 4))
with unchanged(x=x):
    out = augment(x, np.random.default_rng(1), pad=0, jitter=0)
expect_array(out, x.shape, "out")
kept = (out == x).all(axis=(1, 2, 3))
mirrored = (out == x[..., ::-1]).all(axis=(1, 2, 3))
upside = (out == x[:, :, ::-1]).all(axis=(1, 2, 3))
expect(
    not upside.any(), "Mirror left for right: this is upside down. W is the last axis."
)
expect(
    (kept | mirrored).all(),
    f"{np.sum(~kept & ~mirrored)} of 200 images are neither what they were nor mirrored.",
)
expect(
    not (kept.all() or mirrored.all()),
    "Decide for each image by itself, not for all at once.",
)
expect(
    65 < mirrored.sum() < 135,
    f"About half of 200 images should be mirrored; here {mirrored.sum()} are.",
)
again = augment(x, np.random.default_rng(1), pad=0, jitter=0)
other = augment(x, np.random.default_rng(2), pad=0, jitter=0)
expect(np.array_equal(out, again), "The same rng should give the same images: use rng.")
expect(not np.array_equal(out, other), "Another rng should choose others: use rng.")
expect_source(augment, without=["torch"])

# %% test="conv-augment" part="crop" points=1
# 1 point: moving alone.
x = np.random.default_rng(25).standard_normal((600, 2, 3, 4))
with unchanged(x=x):
    out = augment(x, np.random.default_rng(1), flip=False, pad=2, jitter=0)
expect_array(out, x.shape, "out")
padded = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))
found = np.zeros((5, 5), dtype=int)
for top, left in np.ndindex(5, 5):
    window = padded[:, :, top : top + 3, left : left + 4]
    found[top, left] = (out == window).all(axis=(1, 2, 3)).sum()
expect(
    found.sum() == 600,
    f"{600 - found.sum()} of 600 images are no window of the image with 2 zeros on each side. "
    f"Does one place serve all the channels of an image?",
)
expect(found.max() < 600, "Draw a place for each image by itself, not one for all.")
expect(
    (found > 0).all(),
    f"With pad 2 there are 5 x 5 places; how often each was taken: {found.tolist()}. Does "
    f"rng.integers leave out its upper end?",
)
expect(found.max() < 60, f"The places should be equally likely; got {found.tolist()}.")

# %% test="conv-augment" part="jitter" points=1
# 1 point: colours alone.
x = np.random.default_rng(26).uniform(1, 2, (300, 3, 2, 3))
with unchanged(x=x):
    out = augment(x, np.random.default_rng(1), flip=False, pad=0, jitter=0.4)
expect_array(out, x.shape, "out")
factors = (out / x).reshape(300, 3, 6)
expect(
    np.allclose(factors, factors[:, :, :1]),
    "One number serves all the pixels of a colour plane.",
)
factors = factors[:, :, 0]
expect(
    factors.std(axis=1).min() > 1e-6, "Each colour of an image has a number of its own."
)
expect(factors.std(axis=0).min() > 1e-6, "Each image has numbers of its own.")
expect(
    factors.min() >= 0.6 - 1e-9 and factors.max() <= 1.4 + 1e-9,
    f"With jitter 0.4 the factors lie between 0.6 and 1.4; got {factors.min():.3f} to "
    f"{factors.max():.3f}.",
)
expect(
    abs(factors.mean() - 1) < 0.03 and abs(factors.std() - 0.4 / math.sqrt(3)) < 0.02,
    f"Uniform between 0.6 and 1.4 has mean 1 and standard deviation 0.23; got "
    f"{factors.mean():.3f} and {factors.std():.3f}.",
)

# %% hidden-test="conv-augment" points=1
# 1 point: the grader also tries all three together on images that are not square, nothing at
# all, one image, 32-bit numbers, and looks whether x comes back as it was.
### BEGIN HIDDEN TESTS
x = np.random.default_rng(27).uniform(1, 2, (40, 3, 4, 6)).astype(np.float32)
with unchanged(x=x):
    out = augment(x, np.random.default_rng(3), flip=False, pad=0, jitter=0)
    every = augment(x, np.random.default_rng(4), pad=1, jitter=0.2)
    one = augment(x[:1], np.random.default_rng(5))
expect_close(out, x, "out with nothing to do")
expect_array(one, (1, 3, 4, 6), "out for one image")
expect(every.dtype == np.float32, f"Keep the dtype of x; got {every.dtype}.")
again = augment(x, np.random.default_rng(4), pad=1, jitter=0.2)
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
expect_source(augment, without=["random.seed", "RandomState", "default_rng", "torch"])
### END HIDDEN TESTS

# %% [markdown]
# Eight copies of three images, as a network would meet them. (In training the mean image is
# subtracted first, so that the border is not black but average.) Which of the changes would
# you not see at first glance?

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

# %% [markdown] question="conv-augment" points=2
# **Question 4 (2 points).** For each of these tasks name one of the three changes that would
# do harm, and say why: (a) reading handwritten digits; (b) telling ripe from unripe
# strawberries; (c) saying *where* in the image the dog is. And why are the images that measure
# accuracy left as they are?

# %% [markdown] marking="conv-augment"
# (a) Mirroring: a mirrored 2 or 5 is no digit, or another letter. (b) Colour jitter: the
# colour is what ripeness shows in. (c) Mirroring and moving change the right answer; they are
# of use only if the place in the label is mirrored and moved with the image. The validation and
# test images measure how well the network does on images as they come; random changes would add
# noise to the measurement and make it harder than the task is.
#
# *Marking:* 0.5 each for (a), (b) and (c) with the reason; 0.5 for the last.

# %% [markdown]
# ## 10. Deep, with shortcuts
#
# More layers see more and can compute more, and yet very deep stacks of convolutions used to
# train *worse* than shallow ones, even on the training images. A *residual block* adds its
# input to what its convolutions find, $y = \text{relu}(f(x) + x)$: to do nothing it needs
# only $f = 0$. The package's `ResNet` is made of such blocks: convolution, batch
# normalisation, ReLU, convolution, batch normalisation, plus the shortcut.
#
# Below, networks of 12 and 24 blocks before their first step, with and without the shortcuts:
# how large is the gradient of each block's filters, compared with the filters themselves?
# Predict first: in a plain stack, which blocks get the larger one, the first or the last?

# %% tags=["experiment"]
X, y = data["X_train"][:32], data["y_train"][:32]
fig, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
for ax, depth in zip(axes, (12, 24), strict=True):
    for shortcuts in (False, True):
        net = ResNet(widths=(16,) * depth, shortcuts=shortcuts)
        net.params |= {n: 0 * v + 1 for n, v in net.params.items() if n[:5] == "gamma"}
        _, grads = net.loss(X, y)
        names = [f"W{block}a" for block in range(1, depth + 1)]
        sizes = [
            np.linalg.norm(grads[name]) / np.linalg.norm(net.params[name])
            for name in names
        ]
        label = "with shortcuts" if shortcuts else "without"
        ax.semilogy(range(1, depth + 1), sizes, ".-", label=label)
    ax.set(title=f"{depth} blocks", xlabel="block, from the image to the loss")
axes[0].set_ylabel("gradient / filters")
axes[1].legend(frameon=False)
plt.show()

# %% [markdown] question="conv-short" points=2
# **Question 5 (2 points).** Write down the gradient of a block's input for
# $y = f(x) + x$ and explain the picture with it. Which learning rate could suit both the first
# and the last block of the plain network? And why do the shortcuts not make the network equal
# to a shallow one?

# %% [markdown] marking="conv-short"
# $dx = J_f^T\, dy + dy$, with the Jacobian $J_f$ of the convolutions. Through a plain stack the
# gradient is multiplied by one Jacobian after the other, so its size changes by a factor in
# each block, here about 1.3, and after 24 blocks by hundreds: a rate that moves the last block
# at all throws the first one about. The second term hands the gradient on unchanged (up to the
# ReLUs), so every block gets one of about the same size. The blocks still compute: each adds
# something to what passes by, found in all that earlier blocks have added, so 24 of them can
# compose what one cannot.
#
# *Marking:* 0.5 for the formula, 0.5 for "a factor in each block" against "handed on
# unchanged", 0.5 for the rate, 0.5 for what blocks still do.

# %% [markdown]
# ## As good as it gets
#
# Last, everything together: blocks of growing width, each change of width halving the image,
# your augmentation, AdamW, a learning rate that first rises and then falls. On the real
# CIFAR-10 this takes a few minutes on two cores, in NumPy and the package's kernels, and gets
# three quarters of the test images right. A linear classifier had 40 %.

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
# Where it is still wrong: of each class, which one it takes it for.

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
# ## What you have
#
# The layer that made computers see, in two versions of your own, everything that goes around
# it, and a network that puts it to use. What a framework adds is the gradient: it finds by
# itself what you derived by hand. That is the next notebook, `pytorch`.
