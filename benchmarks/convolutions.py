"""Convolutions, forward and backward: the notebooks', ResNet-18's, and scaling."""

import numpy as np

from benchmarks.contenders import both, data, through_autograd, torch
from cs231n import layers
from cs231n.im2col import col2im_indices, im2col_indices

#: N, C, H, W, F, K, stride, pad.
CONVOLUTIONS = {
    "a 7x7 3-32": (100, 3, 32, 32, 32, 7, 1, 3),
    "b 3x3 s2 3-25": (100, 3, 31, 31, 25, 3, 2, 1),
    "c 3x3 64-64": (64, 64, 32, 32, 64, 3, 1, 1),
    "d 3x3 s2 128-256": (64, 128, 16, 16, 256, 3, 2, 1),
    "e 1x1 256-64": (64, 256, 16, 16, 64, 1, 1, 0),
}
#: The distinct convolutions of ResNet-18 at 224 x 224, batch 8.
RESNET = {
    "7x7 s2 3-64 @224": (8, 3, 224, 224, 64, 7, 2, 3),
    "3x3 64-64 @56": (8, 64, 56, 56, 64, 3, 1, 1),
    "3x3 s2 64-128 @56": (8, 64, 56, 56, 128, 3, 2, 1),
    "1x1 s2 64-128 @56": (8, 64, 56, 56, 128, 1, 2, 0),
    "3x3 128-128 @28": (8, 128, 28, 28, 128, 3, 1, 1),
    "3x3 s2 128-256 @28": (8, 128, 28, 28, 256, 3, 2, 1),
    "1x1 s2 128-256 @28": (8, 128, 28, 28, 256, 1, 2, 0),
    "3x3 256-256 @14": (8, 256, 14, 14, 256, 3, 1, 1),
    "3x3 s2 256-512 @14": (8, 256, 14, 14, 512, 3, 2, 1),
    "1x1 s2 256-512 @14": (8, 256, 14, 14, 512, 1, 2, 0),
    "3x3 512-512 @7": (8, 512, 7, 7, 512, 3, 1, 1),
}
#: Case c at other batch and image sizes.
SCALING = {
    **{f"batch {n}": (n, 64, 32, 32, 64, 3, 1, 1) for n in (1, 4, 16, 64)},
    **{f"image {s}": (4, 64, s, s, 64, 3, 1, 1) for s in (8, 16, 32, 64, 128)},
}


def columns_forward(x, w, b, stride, pad):
    """Convolve the course's way: all windows as one matrix, and a matrix product."""
    f, _, kh, kw = w.shape
    rows, across = (
        (size + 2 * pad - kernel) // stride + 1
        for size, kernel in zip(x.shape[2:], (kh, kw), strict=True)
    )
    cols = im2col_indices(x, kh, kw, padding=pad, stride=stride)
    out = w.reshape(f, -1) @ cols + b[:, None]  # (F, OH * OW * N)
    return out.reshape(f, rows, across, len(x)).transpose(3, 0, 1, 2), cols


def by_columns(x, w, b, dout, stride, pad):
    """Convolve as :func:`columns_forward`, and back."""
    f, _, kh, kw = w.shape
    out, cols = columns_forward(x, w, b, stride, pad)
    flat = dout.transpose(1, 2, 3, 0).reshape(f, -1)
    dw, dcols = flat @ cols.T, w.reshape(f, -1).T @ flat
    dx = col2im_indices(dcols, x.shape, kh, kw, padding=pad, stride=stride)
    return out, dx, dw.reshape(w.shape), flat.sum(axis=1)


def convolution(case, dtype):
    """Return contenders of one convolution, forward and backward, and its FLOPs."""
    n, c, h, w, f, k, stride, pad = case
    draw, param = data(dtype), {"stride": stride, "pad": pad}
    x, filters, b = draw(n, c, h, w), 0.1 * draw(f, c, k, k), draw(f)
    out, _ = layers.conv_forward(x, filters, b, param)
    dout, pixels = draw(*out.shape), n * out.shape[2] * out.shape[3]

    def ours():
        _, cache = layers.conv_forward(x, filters, b, param)
        return layers.conv_backward(dout, cache)

    contenders = both(ours)
    contenders["columns"] = lambda: by_columns(x, filters, b, dout, stride, pad)
    if torch:
        conv = lambda *a: torch.nn.functional.conv2d(*a, stride=stride, padding=pad)
        arrays = x, filters, b
        contenders["torch"] = through_autograd(conv, arrays, dout)
        contenders["torch nhwc"] = through_autograd(
            conv, arrays, dout, torch.channels_last
        )
    rows, depth = draw(f, c * k * k), c * k * k
    cols, upstream = draw(depth, pixels), draw(f, pixels)
    product, dcols, dw = np.empty_like(upstream), np.empty_like(cols), rows.copy()

    def floor():
        np.matmul(rows, cols, out=product)
        np.matmul(rows.T, upstream, out=dcols)
        np.matmul(upstream, cols.T, out=dw)

    contenders["floor"] = floor
    return contenders, 6 * pixels * f * depth


def convolutions(dtype):
    for name, case in CONVOLUTIONS.items():
        yield name, *convolution(case, dtype)


def resnet(dtype):
    for name, case in RESNET.items():
        yield name, *convolution(case, dtype)


def scaling(dtype):
    for name, case in SCALING.items():
        yield name, *convolution(case, dtype)


GROUPS = {"conv": convolutions, "resnet18": resnet, "scaling": scaling}
