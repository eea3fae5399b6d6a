"""Drawings of dropout: the mask, and the networks that it leaves."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZES = (3, 4, 2)  #: units of a small network, layer by layer


def dropout_mask(
    x: npt.ArrayLike,
    kept: npt.ArrayLike,
    p: float,
    grads: npt.ArrayLike | None = None,
    theme: str = "light",
) -> "Figure":
    """Draw activations, their mask, and their product.

    Parameters
    ----------
    x : array-like of shape (N, D)
        Small whole numbers.
    kept : array-like of bool, shape (N, D)
        Which are kept.
    p : float
        Probability to keep one.
    grads : array-like of shape (N, D), optional
        Upstream gradients: draws the backward pass instead.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Kept numbers are bold.
    """
    mask = np.asarray(kept) / p
    back = grads is not None
    values = np.asarray(grads if grads is not None else x)
    rows, cols = values.shape
    role, names = ("grad", ("dout", "dx")) if back else ("data", ("x", "out"))
    page = Page(3 * cols + 5.6, rows + 2.5, theme)
    _product(page, (0.8, 0.8), values, mask, role)
    for place, name in enumerate((names[0], "mask", names[1])):
        middle, which = 0.8 + place * (cols + 2) + cols / 2, (role, "other")[place == 1]
        page.text(middle, rows + 1.6, name, which, 10, family="monospace")
    return page.fig


def _product(page, corner, values, mask, role):
    """Draw numbers, their mask and the product, with signs; what is kept is marked."""
    (left, top), (rows, cols) = corner, values.shape
    kept = [tuple(place) for place in np.argwhere(mask).tolist()]
    page.matrix(left, top, values, {}, role)
    for sign, numbers, which in (("×", mask, "other"), ("=", values * mask, role)):
        left += cols + 2
        page.matrix(left, top, numbers, dict.fromkeys(kept, which), which)
        page.text(left - 1, top + rows / 2, sign, size=13)


def masked_weights(
    w: npt.ArrayLike, kept: npt.ArrayLike, p: float, theme: str = "light"
) -> "Figure":
    """Draw the weights of a layer, the mask of DropConnect, and the weights in use.

    Parameters
    ----------
    w : array-like of shape (D, M)
        Small whole numbers.
    kept : array-like of bool, shape (D, M)
        Which are kept.
    p : float
        Probability to keep one.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Kept weights are bold.
    """
    mask, values = np.asarray(kept) / p, np.asarray(w)
    rows, cols = values.shape
    page = Page(3 * cols + 7.6, rows + 3.3, theme)
    _product(page, (2.8, 1.4), values, mask, "learned")
    names = (("W", "learned"), ("mask", "other"), ("in use", "learned"))
    for place, (name, role) in enumerate(names):
        middle = 2.8 + place * (cols + 2) + cols / 2
        page.text(middle, rows + 2.2, name, role, 10)
        page.text(middle, 0.8, "outputs", "quiet", 8)
    page.text(1.3, 1.4 + rows / 2, "inputs", "quiet", 8)
    return page.fig


def thinned_nets(theme: str = "light") -> "Figure":
    """Draw a network, one with units dropped, and one with weights dropped.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Three panels of three layers; what is off is dashed and grey.
    """
    page = Page(24.6, 8.4, theme)
    off_units = {(0, 1), (1, 0), (1, 2)}
    weights = [
        (layer, i, j)
        for layer in (0, 1)
        for i in range(_SIZES[layer])
        for j in range(_SIZES[layer + 1])
    ]
    chosen = np.random.default_rng(4).random(len(weights)) < 0.5
    off_weights = {w for w, off in zip(weights, chosen, strict=True) if off}
    by_units = {
        (layer, i, j)
        for layer, i, j in weights
        if {(layer, i), (layer + 1, j)} & off_units
    }
    for left, words, units, lines in (
        (0.9, "all units on", set(), set()),
        (9.1, "dropout: units off", off_units, by_units),
        (17.3, "DropConnect: weights off", set(), off_weights),
    ):
        _net(page, left, units, weights, lines)
        page.text(left + 3.2, 7.8, words, size=9.5)
    return page.fig


def _net(page, left, off_units, weights, off_weights):
    """Draw a small network, with some units and weights off."""
    at = {
        (layer, i): (left + 0.4 + 2.8 * layer, 3.6 + 1.75 * (i - (count - 1) / 2))
        for layer, count in enumerate(_SIZES)
        for i in range(count)
    }
    for layer, i, j in weights:
        off = (layer, i, j) in off_weights
        ends = zip(at[layer, i], at[layer + 1, j], strict=True)
        page.ax.plot(
            *ends,
            color=page.colours["line" if off else "learned"],
            lw=0.8 if off else 1.6,
            ls=(0, (2, 2)) if off else "-",
            zorder=1,
        )
    for key, place in at.items():
        off = key in off_units
        page.node(place, "×" if off else "", "quiet" if off else "data", 0.45, 11, 0.2)
