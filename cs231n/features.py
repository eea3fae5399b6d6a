"""Image features that a person designed: edges by direction, and colours by hue."""

import functools
from collections.abc import Callable

import numpy as np

from cs231n.runs.progress import progress_bar

#: Weights of red, green and blue in the brightness that the eye sees (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)
#: Images that go through a feature function at a time, so that its arrays stay in the
#: cache; 128 takes twice as long per image.
CHUNK = 64


def extract_features(
    imgs: np.ndarray, feature_fns: list[Callable], verbose: bool = False
) -> np.ndarray:
    """Compute several features of every image and put them side by side.

    Parameters
    ----------
    imgs : ndarray of shape (N, H, W, C) or (N, H, W)
        Images.
    feature_fns : list of callable
        Each maps one image to a vector. A function with an attribute ``batched`` that
        is true, such as those of this module, gets many images at once; so does a
        ``functools.partial`` of one.
    verbose : bool
        Show a progress bar.

    Returns
    -------
    features : ndarray of shape (N, F1 + ... + Fk)
        One row for each image.

    Raises
    ------
    ValueError
        If a function does not return a vector.
    """
    if not len(imgs):
        raise ValueError("extract_features needs at least one image; imgs is empty.")
    rows = []
    with progress_bar(total=len(imgs), disable=not verbose) as bar:
        for start in range(0, len(imgs), CHUNK):
            part = imgs[start : start + CHUNK]
            rows.append(np.concatenate([_apply(f, part) for f in feature_fns], axis=1))
            bar.update(len(part))
    return np.concatenate(rows)


def _apply(feature_fn, imgs):
    """Return the features of a few images, (n, F)."""
    # A partial of a function of this module takes many images, as the function does.
    if getattr(getattr(feature_fn, "func", feature_fn), "batched", False):
        return feature_fn(imgs)
    rows = [feature_fn(img) for img in imgs]
    for row in rows:
        if np.ndim(row) != 1:
            got = "None" if row is None else f"shape {np.shape(row)}"
            name = getattr(feature_fn, "__name__", "the feature function")
            raise ValueError(f"{name} must return a vector for one image; got {got}.")
    return np.stack(rows)


def rgb2gray(rgb: np.ndarray) -> np.ndarray:
    """Turn colours into brightness.

    Parameters
    ----------
    rgb : ndarray of shape (..., 3)
        Red, green and blue.

    Returns
    -------
    gray : ndarray of shape (...)
        Weighted mean; the weights add up to 1.
    """
    rgb = _as_float(rgb)
    return rgb @ np.asarray(LUMA, dtype=rgb.dtype)


def hog_feature(
    im: np.ndarray, *, orientations: int = 9, cell: int = 8, signed: bool = False
) -> np.ndarray:
    """Describe an image by the directions of its edges, cell by cell.

    The histogram of oriented gradients: in every cell of 8 by 8 pixels, nine bins of 20
    degrees add up how strong the edges of that direction are.

    Parameters
    ----------
    im : ndarray of shape (H, W), (H, W, 3) or (N, H, W, 3)
        One image, or many of them.
    orientations : int
        Bins between 0 and 180 degrees, or where ``signed`` between 0 and 360.
    cell : int
        Side of a cell, in pixels. Pixels beyond the last whole cell are left out.
    signed : bool
        Tell an edge that grows brighter in a direction from one that grows darker.

    Returns
    -------
    features : ndarray of shape (F,) or (N, F)
        ``F = (H // cell) * (W // cell) * orientations``; cells row by row, and the
        bins of a cell next to each other.

    Raises
    ------
    ValueError
        If the image has another shape or is smaller than a cell.

    Notes
    -----
    The gradient is the central difference, without a factor one half, and zero across
    the border. A direction and its opposite share a bin, unless ``signed``. A cell's
    bins are the mean over its pixels of the gradient's length.

    Where this differs from ``skimage.feature.hog``: blocks are not normalised, and a
    colour image is turned into brightness instead of taking the strongest channel.
    With 1 by 1 blocks and each cell divided by its length the two are equal. Where it
    differs from the course's older code: that took forward differences, gave blue a
    weight of 0.144, so that the weights added up to 1.03, and left out all edges whose
    gradient points left.

    References
    ----------
    Dalal and Triggs (2005), "Histograms of Oriented Gradients for Human Detection".
    """
    im = np.asarray(im)
    if im.ndim not in (2, 3, 4) or (im.ndim > 2 and im.shape[-1] != 3):
        raise ValueError(
            f"im must have shape (H, W), (H, W, 3) or (N, H, W, 3); got {im.shape}."
        )
    gray = _as_float(im) if im.ndim == 2 else rgb2gray(im)
    batch = gray if im.ndim == 4 else gray[None]
    if min(batch.shape[1:]) < cell:
        raise ValueError(f"A cell of {cell} pixels does not fit into {im.shape}.")
    features = _hog(batch, orientations, cell, signed)
    return features if im.ndim == 4 else features[0]


def _hog(gray, orientations, cell, signed):
    """Features of gray images (N, H, W)."""
    n, h, w = gray.shape
    rows, cols = h // cell, w // cell
    gx, gy = np.zeros_like(gray), np.zeros_like(gray)
    np.subtract(gray[:, :, 2:], gray[:, :, :-2], out=gx[:, :, 1:-1])
    np.subtract(gray[:, 2:], gray[:, :-2], out=gy[:, 1:-1])
    gx, gy = (g[:, : rows * cell, : cols * cell] for g in (gx, gy))
    # One slot for every (image, cell, direction); counting adds up the strengths.
    slots = _directions(gx, gy, orientations, signed)
    slots += _first_slots(n, rows, cols, cell, orientations + 1)
    strength = np.sqrt(gx * gx + gy * gy)
    size = n * rows * cols * (orientations + 1)
    sums = np.bincount(slots.ravel(), strength.ravel(), minlength=size)
    sums = sums.reshape(n, -1, orientations + 1) / cell**2
    sums[:, :, 0] += sums[:, :, -1]  # 180 degrees, or 360, is 0 degrees again
    return sums[:, :, :-1].reshape(n, -1).astype(gray.dtype)


def _directions(gx, gy, orientations, signed):
    """Return the bin of every gradient's direction; past the last is the first."""
    if signed:
        angles = np.arctan2(gy, gx)
        angles += (angles < 0) * angles.dtype.type(2 * np.pi)
        angles *= orientations / (2 * np.pi)
    else:  # turn the lower half of the circle onto the upper half
        angles = np.arctan2(np.abs(gy), np.copysign(gx, gx * gy))
        angles *= orientations / np.pi
    angles += 1e-5  # rounding must not push an edge into the bin below
    return angles.astype(np.intp)


@functools.lru_cache(maxsize=4)
def _first_slots(n, rows, cols, cell, count):
    """Return where the slots of every pixel's cell begin, (n, rows*cell, cols*cell)."""
    cells = np.arange(n * rows * cols).reshape(n, rows, 1, cols, 1) * count
    slots = np.broadcast_to(cells, (n, rows, cell, cols, cell))
    slots = slots.reshape(n, rows * cell, cols * cell)
    slots.setflags(write=False)
    return slots


def color_histogram_hsv(
    im: np.ndarray,
    nbin: int = 10,
    xmin: float = 0,
    xmax: float = 255,
    normalized: bool = True,
) -> np.ndarray:
    """Count how much of an image has which hue.

    Parameters
    ----------
    im : ndarray of shape (H, W, 3) or (N, H, W, 3)
        Colours, from 0 to ``xmax``.
    nbin : int
        Bins around the circle of hues, which starts and ends at red.
    xmin, xmax : float
        Ends of the scale on which hues are counted. The whole circle goes from 0 to
        ``xmax``; a larger ``xmin`` leaves out the hues below it.
    normalized : bool
        Divide by the number of pixels, so that the bins add up to 1.

    Returns
    -------
    features : ndarray of shape (nbin,) or (N, nbin)
        Share of the pixels in each bin, or their number.

    Raises
    ------
    ValueError
        If the image has another shape or the scale is empty.

    Notes
    -----
    Grey pixels have no hue and count as red, as in ``matplotlib.colors.rgb_to_hsv``.
    """
    im = np.asarray(im)
    if im.ndim not in (3, 4) or im.shape[-1] != 3:
        raise ValueError(
            f"im must have shape (H, W, 3) or (N, H, W, 3); got {im.shape}."
        )
    if not xmin < xmax:
        raise ValueError(f"xmin must be below xmax; got {xmin!r} and {xmax!r}.")
    batch = im if im.ndim == 4 else im[None]
    hue = _hue(_as_float(batch)) * xmax  # (N, H * W)
    # Rounding must not push a pure colour on the edge of a bin into the one below.
    slots = ((hue - xmin) * (nbin / (xmax - xmin)) + 1e-5).astype(np.intp)
    np.minimum(slots, nbin - 1, out=slots)  # the last bin includes its upper edge
    slots += np.arange(len(batch))[:, None] * nbin
    kept = slots.ravel() if xmin <= 0 else slots[hue >= xmin]
    counts = np.bincount(kept, minlength=len(batch) * nbin)
    bins = counts.reshape(len(batch), nbin).astype(hue.dtype)
    if normalized:
        bins /= np.maximum(bins.sum(axis=1, keepdims=True), 1)
    return bins if im.ndim == 4 else bins[0]


def _hue(rgb):
    """Return the hues of images (N, H, W, 3) as (N, H * W), from 0 up to below 1."""
    planes = rgb.reshape(len(rgb), -1, 3)
    red, green, blue = (planes[:, :, c].copy() for c in range(3))
    top = np.maximum(np.maximum(red, green), blue)
    spread = top - np.minimum(np.minimum(red, green), blue)
    is_red = top == red
    is_green = (top == green) > is_red
    # Each of red, green and blue owns a third of the circle, centred on itself. Sums of
    # masked terms, because numpy.where takes ten times as long.
    sixths = (green - blue) * is_red
    sixths += (blue - red + 2 * spread) * is_green
    sixths += (red - green + 4 * spread) * ~(is_red | is_green)
    spread += spread == 0
    sixths /= spread
    sixths += (sixths < 0) * rgb.dtype.type(6)
    sixths *= rgb.dtype.type(1 / 6)
    return sixths


def _as_float(a):
    """Return floats as they are and anything else as float32."""
    a = np.asarray(a)
    return a if np.issubdtype(a.dtype, np.floating) else a.astype(np.float32)


for _feature in (hog_feature, color_histogram_hsv):
    vars(_feature)["batched"] = True
