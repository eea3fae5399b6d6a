"""Pictures the notebooks share. Functions that draw take and return an ``Axes``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

from cs231n.languages import label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def tile(
    images: np.ndarray, *, columns: int | None = None, padding: int = 1, fill: float = 0
) -> np.ndarray:
    """Lay images out as one large image, row by row.

    Parameters
    ----------
    images : ndarray of shape (N, H, W) or (N, H, W, C)
        Images of one size.
    columns : int, optional
        Images in a row; by default as many as make the picture about square.
    padding : int, optional
        Pixels between neighbours.
    fill : float, optional
        Value of the padding and of empty places.

    Returns
    -------
    picture : ndarray of shape (H', W') or (H', W', C), dtype of ``images``
        The images with padding between them.

    Raises
    ------
    ValueError
        If ``images`` is not a non-empty stack of images.
    """
    _check_stack(images)
    n, h, w = images.shape[:3]
    columns = columns or int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    cell_h, cell_w = h + padding, w + padding
    picture = np.full(
        (rows * cell_h - padding, columns * cell_w - padding, *images.shape[3:]),
        fill,
        dtype=images.dtype,
    )
    for i, image in enumerate(images):
        top, left = (i // columns) * cell_h, (i % columns) * cell_w
        picture[top : top + h, left : left + w] = image
    return picture


def _check_stack(images):
    is_array = isinstance(images, np.ndarray)
    if not is_array or images.ndim not in (3, 4) or not len(images):
        got = images.shape if is_array else f"{type(images).__name__}, no array"
        raise ValueError(
            f"images must have shape (N, H, W) or (N, H, W, C), N > 0; got {got}. "
            f"np.stack makes one array of several images, and image[None] of one."
        )


def rescale(images: np.ndarray) -> np.ndarray:
    """Stretch each image to the range 0..1 by its own minimum and maximum.

    Parameters
    ----------
    images : ndarray of shape (N, ...)
        Images with any range of values.

    Returns
    -------
    stretched : ndarray of shape (N, ...), floating point
        Each image with minimum 0 and maximum 1; a constant image becomes 0.
    """
    axes = tuple(range(1, images.ndim))
    low = images.min(axis=axes, keepdims=True)
    span = images.max(axis=axes, keepdims=True) - low
    return (images - low) / np.where(span == 0, 1, span)


def show_grid(
    images: np.ndarray,
    *,
    columns: int | None = None,
    padding: int = 1,
    ax: "Axes | None" = None,
) -> "Axes":
    """Show images side by side, each stretched to its own range.

    Parameters
    ----------
    images : ndarray of shape (N, H, W) or (N, H, W, C)
        Images with any range of values; for instance filters or class templates.
    columns : int, optional
        Images in a row.
    padding : int, optional
        White pixels between neighbours.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : matplotlib.axes.Axes
        The axes drawn in.
    """
    _check_stack(images)
    ax = ax or _new_axes((6, 6))
    ax.imshow(
        tile(rescale(images), columns=columns, padding=padding, fill=1), cmap="gray"
    )
    ax.set_axis_off()
    return ax


def show_samples(
    images: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    *,
    per_class: int = 7,
    ax: "Axes | None" = None,
) -> "Axes":
    """Show the first images of every class, one class in a column.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3)
        Images with values in 0..255.
    labels : ndarray of shape (N,), int
        Class of each image.
    classes : sequence of str
        Name of each class.
    per_class : int, optional
        Images in a column.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : matplotlib.axes.Axes
        The axes drawn in.
    """
    h, w = images.shape[1:3]
    sheet = np.full((per_class, len(classes), h, w, 3), 255, dtype=np.uint8)
    for column in range(len(classes)):
        found = images[np.flatnonzero(labels == column)[:per_class]]
        sheet[: len(found), column] = found
    ax = ax or _new_axes((8, 8 * per_class / len(classes)))
    ax.imshow(tile(sheet.reshape(-1, h, w, 3), columns=len(classes), fill=255))
    centres = np.arange(len(classes)) * (w + 1) + w / 2
    ax.set_xticks(centres, classes, rotation=40, ha="left", rotation_mode="anchor")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    return ax


def show_neighbours(
    queries: np.ndarray, neighbours: np.ndarray, titles: npt.ArrayLike | None = None
) -> "Figure":
    """Show query images, each followed by a row of neighbours.

    Parameters
    ----------
    queries : ndarray of shape (M, H, W, 3)
        Images with values in 0..255.
    neighbours : ndarray of shape (M, K, H, W, 3)
        For each query its neighbours, nearest first.
    titles : array-like of str, shape (M, K + 1), optional
        A caption for the query and for each neighbour.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure drawn.
    """
    m, k = neighbours.shape[:2]
    figure, axes = plt.subplots(
        m, k + 1, figsize=(1.1 * (k + 1), 1.35 * m), layout="constrained", squeeze=False
    )
    for row in range(m):
        for column, ax in enumerate(axes[row]):
            image = neighbours[row, column - 1] if column else queries[row]
            ax.imshow(image.astype(np.uint8))
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set(color="tab:blue", linewidth=2.5, visible=column == 0)
            if titles is not None:
                ax.set_title(np.asarray(titles)[row, column], fontsize=7, pad=3)
    return figure


def show_distances(dists: np.ndarray, *, ax: "Axes | None" = None) -> "Axes":
    """Show a matrix of distances, one test example in a row.

    Parameters
    ----------
    dists : ndarray of shape (M, N)
        Distances from M test examples to N training examples.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : matplotlib.axes.Axes
        The axes drawn in.
    """
    ax = ax or _new_axes((9, 2.8))
    image = ax.imshow(dists, aspect="auto", cmap="viridis", interpolation="nearest")
    ax.set(xlabel=label("training example"), ylabel=label("test example"))
    ax.figure.colorbar(image, ax=ax, label=label("distance"))
    return ax


def show_cross_validation(
    accuracies: dict[float, Sequence[float]],
    *,
    xlabel: str = "k",
    ax: "Axes | None" = None,
) -> "Axes":
    """Show the accuracy of every fold and their mean, by hyper-parameter.

    Parameters
    ----------
    accuracies : dict of {number: sequence of float}
        For each value of the hyper-parameter, the accuracy in each fold (0..1).
    xlabel : str, optional
        Name of the hyper-parameter.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : matplotlib.axes.Axes
        The axes drawn in.
    """
    ax = ax or _new_axes((7, 3.5))
    values = sorted(accuracies)
    folds = np.array([accuracies[value] for value in values])  # (values, folds)
    ax.plot(values, folds, ".", color="0.6", zorder=1)
    means, spread = folds.mean(axis=1), folds.std(axis=1)
    ax.errorbar(values, means, yerr=spread, fmt="o-", ms=4, capsize=3, zorder=2)
    ax.set(xscale="log", xlabel=xlabel, ylabel=label("validation accuracy"))
    ax.set_xticks(values, [str(value) for value in values])
    ax.minorticks_off()
    ax.grid(alpha=0.3)
    return ax


def _new_axes(size):
    return plt.subplots(figsize=size, layout="constrained")[1]


def visualize_grid(
    Xs: np.ndarray, ubound: float = 255.0, padding: int = 1
) -> np.ndarray:
    """Lay out images as one, each stretched to the range 0..ubound.

    Parameters
    ----------
    Xs : ndarray of shape (N, H, W, C)
        Images with any range of values.
    ubound : float, optional
        Largest value in the result.
    padding : int, optional
        Pixels of 0 between neighbours.

    Returns
    -------
    grid : ndarray of shape (H', W', C)
        The images, about as many across as down.
    """
    _check_stack(Xs)
    return ubound * tile(rescale(Xs), padding=padding)


def vis_grid(Xs: np.ndarray) -> np.ndarray:
    """Lay out images as one in the range 0..1.

    Parameters
    ----------
    Xs : ndarray of shape (N, H, W, C)
        Images with any range of values.

    Returns
    -------
    grid : ndarray of shape (H', W', C)
        The images, about as many across as down.
    """
    _check_stack(Xs)
    return rescale(tile(Xs, fill=Xs.max())[None])[0]


def vis_nn(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Lay out rows of images as one image in the range 0..1.

    Parameters
    ----------
    rows : sequence of sequences of ndarray of shape (H, W, C)
        Images by row; rows of one length.

    Returns
    -------
    grid : ndarray of shape (H', W', C)
        One row of images under the other.
    """
    images = np.array([image for row in rows for image in row])
    return rescale(tile(images, columns=len(rows[0]), fill=images.max())[None])[0]
