"""Column matrices in the course's layout, on top of :mod:`cs231n.kernels`.

A column is a window, flattened over channel, row and column. Columns are ordered by
place in the image and then by image, so neighbours come from different images.
"""

import numpy as np

from cs231n import kernels


def get_im2col_indices(
    x_shape: tuple[int, ...],
    field_height: int,
    field_width: int,
    padding: int = 1,
    stride: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return indices that pick the columns out of padded images.

    Parameters
    ----------
    x_shape : tuple of int
        Shape (N, C, H, W) of the images, without padding.
    field_height, field_width : int
        Size of the window, in pixels.
    padding, stride : int, optional
        Zeros on each side, and step between windows, in pixels.

    Returns
    -------
    k, i, j : ndarray of int
        Channel (C * KH * KW, 1), row and column (C * KH * KW, OH * OW) of each
        element, for ``padded[:, k, i, j]``.

    Raises
    ------
    ValueError
        If a window is larger than the padded image.
    """
    geometry = kernels.Geometry((stride, stride), (padding, padding))
    kernel = field_height, field_width
    oh, ow = geometry.output_size(x_shape[2:], kernel)
    c = x_shape[1]
    k, i0, j0 = (a.reshape(-1, 1) for a in np.indices((c, *kernel)))
    i1, j1 = (stride * a.reshape(1, -1) for a in np.indices((oh, ow)))
    return k, i0 + i1, j0 + j1


def im2col_indices(
    x: np.ndarray,
    field_height: int,
    field_width: int,
    padding: int = 1,
    stride: int = 1,
) -> np.ndarray:
    """Return the column matrix of images in the course's layout.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W), float32 or float64
        Images.
    field_height, field_width : int
        Size of the window, in pixels.
    padding, stride : int, optional
        Zeros on each side, and step between windows, in pixels.

    Returns
    -------
    cols : ndarray of shape (C * KH * KW, OH * OW * N)
        One window in each column.
    """
    window = field_height, field_width
    cols = kernels.im2col(x, window, stride=stride, pad=padding)
    n, c, kh, kw, oh, ow = cols.shape
    return cols.transpose(1, 2, 3, 4, 5, 0).reshape(c * kh * kw, oh * ow * n)


def col2im_indices(
    cols: np.ndarray,
    x_shape: tuple[int, ...],
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> np.ndarray:
    """Add the columns of a column matrix back to where they came from.

    Parameters
    ----------
    cols : ndarray of shape (C * KH * KW, OH * OW * N), float32 or float64
        One window in each column.
    x_shape : tuple of int
        Shape (N, C, H, W) of the images, without padding.
    field_height, field_width : int, optional
        Size of the window, in pixels.
    padding, stride : int, optional
        Zeros on each side, and step between windows, in pixels.

    Returns
    -------
    x : ndarray of shape (N, C, H, W)
        Sums over all windows that see a pixel.

    Raises
    ------
    ValueError
        If ``cols`` cannot come from images of that shape.
    """
    n, c = x_shape[:2]
    kernel = field_height, field_width
    geometry = kernels.Geometry((stride, stride), (padding, padding))
    size = geometry.output_size(x_shape[2:], kernel)
    wanted = (c * kernel[0] * kernel[1], size[0] * size[1] * n)
    if np.shape(cols) != wanted:
        raise ValueError(
            f"cols must have shape {wanted} for images of shape {tuple(x_shape)}; "
            f"got {np.shape(cols)}."
        )
    windows = cols.reshape(c, *kernel, *size, n).transpose(5, 0, 1, 2, 3, 4)
    return kernels.col2im(windows, x_shape, stride=stride, pad=padding)


def col2im_6d_cython(
    cols: np.ndarray,
    N: int,
    C: int,
    H: int,
    W: int,
    HH: int,
    WW: int,
    pad: int,
    stride: int,
) -> np.ndarray:
    """Add windows back to where they came from, with the compiled module's arguments.

    Parameters
    ----------
    cols : ndarray of shape (C, HH, WW, N, OH, OW), float32 or float64
        The windows.
    N, C, H, W : int
        Shape of the images, without padding.
    HH, WW : int
        Size of the window, in pixels.
    pad, stride : int
        Zeros on each side, and step between windows, in pixels.

    Returns
    -------
    x : ndarray of shape (N, C, H, W)
        Sums over all windows that see a pixel.

    Raises
    ------
    ValueError
        If ``cols`` cannot come from images of that shape.
    """
    geometry = kernels.Geometry((stride, stride), (pad, pad))
    wanted = (C, HH, WW, N, *geometry.output_size((H, W), (HH, WW)))
    if np.shape(cols) != wanted:
        raise ValueError(
            f"cols must have shape {wanted} for images of shape {(N, C, H, W)}; "
            f"got {np.shape(cols)}."
        )
    windows = cols.transpose(3, 0, 1, 2, 4, 5)
    return kernels.col2im(windows, (N, C, H, W), stride=stride, pad=pad)


im2col_cython = im2col_indices


def col2im_cython(
    cols: np.ndarray,
    N: int,
    C: int,
    H: int,
    W: int,
    field_height: int,
    field_width: int,
    padding: int,
    stride: int,
) -> np.ndarray:
    """Add the columns of a column matrix back, with the compiled module's arguments.

    Parameters
    ----------
    cols : ndarray of shape (C * KH * KW, OH * OW * N), float32 or float64
        One window in each column.
    N, C, H, W : int
        Shape of the images, without padding.
    field_height, field_width : int
        Size of the window, in pixels.
    padding, stride : int
        Zeros on each side, and step between windows, in pixels.

    Returns
    -------
    x : ndarray of shape (N, C, H, W)
        Sums over all windows that see a pixel.
    """
    return col2im_indices(
        cols, (N, C, H, W), field_height, field_width, padding, stride
    )
