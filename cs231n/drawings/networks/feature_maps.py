"""Drawings of feature maps: their order in a matrix, and what a unit can see."""

from typing import TYPE_CHECKING

import numpy as np

from cs231n.drawings.page import Page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def column_order(theme: str = "light") -> "Figure":
    """Draw the order of columns for two images: by position, then by image.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Images of 2 by 3 pixels, and the windows of 2 by 2 as columns.
    """
    images = [np.array([[4, 0, 1], [2, 5, 3]]) + add for add in (0, 10)]
    page = Page(17.0, 7.6, theme)
    for k, (image, role) in enumerate(zip(images, ("data", "other"), strict=True)):
        top = 0.9 + 3.1 * k
        every: dict[tuple[int, int], str] = dict.fromkeys(np.ndindex(2, 3), role)
        page.matrix(1.0, top, image, every)
        page.text(2.5, top + 2.45, f"image {k}", role, 9)
    page.arrow((4.8, 3.5), (6.8, 3.5), lw=1.3)
    page.text(5.8, 2.9, "im2col", size=8.5, family="monospace")
    for place in range(2):
        for k, (image, role) in enumerate(zip(images, ("data", "other"), strict=True)):
            left = 7.8 + 4.4 * place + 1.4 * k
            column = image[:, place : place + 2].reshape(4, 1)
            page.matrix(left, 1.5, column, {(r, 0): role for r in range(4)})
            page.text(left + 0.5, 6.05, f"image {k}", role, 7.5)
        words = ("first position", "second position")[place]
        page.text(9.0 + 4.4 * place, 0.9, words, "quiet", 9)
    page.text(11.4, 7.0, "columns, from left to right", "quiet", 9)
    return page.fig


def receptive_field(layers: int = 3, theme: str = "light") -> "Figure":
    """Draw which units a unit depends on, through filters of width 3.

    Parameters
    ----------
    layers : int, optional
        How many convolutions.
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Rows of units, the pixels below; lines lead to what a unit depends on.
    """
    count = 2 * layers + 3
    page = Page(2.0 * count + 7.4, 2.3 * layers + 2.2, theme, inch=0.31)
    height = 2.3 * layers + 1.1
    centre = count // 2
    for layer in range(layers + 1):
        y, reach = height - 2.3 * layer, layers - layer
        for k in range(count):
            seen = abs(k - centre) <= reach
            role = ("data" if layer == 0 else "learned") if seen else "quiet"
            x = 1.4 + 2.0 * k
            page.node((x, y), "", role, 0.42, share=0.3 if seen else 0.04)
            if seen and layer:
                for other in (k - 1, k, k + 1):
                    ends = ([x, 1.4 + 2.0 * other], [y + 0.42, y + 1.88])
                    page.ax.plot(*ends, color=page.colours["line"], lw=1.2, zorder=1)
        name = f"layer {layer}" if layer else "pixels"
        words = f"{name}: {2 * reach + 1}" if reach else f"{name}: 1 unit"
        page.text(2.0 * count + 1.0, y, words, "ink", 10, ha="left")
    return page.fig


def positions_as_rows(theme: str = "light") -> "Figure":
    """Draw feature maps as a matrix: positions in rows, channels in columns.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Two images with three channels of 1 by 2 pixels.
    """
    maps = np.array([[[1, 3], [0, 0], [9, 7]], [[5, 7], [8, 2], [4, 4]]])
    page = Page(17.2, 8.9, theme)
    for n, image in enumerate(maps):
        for c, row in enumerate(image):
            role, y = ("data", "other", "learned")[c], 0.7 + 4.2 * n + 1.0 * c
            marks: dict[tuple[int, int], str] = {(0, 0): role, (0, 1): role}
            page.matrix(2.6, y, row, marks)
            page.text(2.3, y + 0.5, f"channel {c}", role, 8, ha="right")
        page.text(3.6, 4.2 + 4.2 * n, f"image {n}", "quiet", 9)
    page.arrow((5.6, 4.0), (7.8, 4.0), lw=1.3)
    for n, image in enumerate(maps):
        for k, pixel in enumerate(image.T):
            y = 2.0 + 2 * n + k
            for c, value in enumerate(pixel):
                role = ("data", "other", "learned")[c]
                page.matrix(8.8 + c, y, [[value]], {(0, 0): role})
            page.text(12.2, y + 0.5, f"image {n}, pixel {k}", "quiet", 9, ha="left")
    page.frame(8.8, 2.0, 1, 4, "data")
    page.text(10.3, 1.4, "channels", "quiet", 9)
    page.text(10.3, 6.7, "one mean per column", "quiet", 9)
    return page.fig


def augment_steps(theme: str = "light") -> "Figure":
    """Draw an image mirrored, padded and cropped, and with another brightness.

    Parameters
    ----------
    theme : {"light", "dark"}, optional
        Paper and colours.

    Returns
    -------
    figure : matplotlib.figure.Figure
        Three by three pixels; the crop is dashed.
    """
    image = np.arange(1, 10).reshape(3, 3)
    page = Page(24.6, 7.4, theme)
    mirrored, padded = image[:, ::-1], np.pad(image, 1)
    page.matrix(0.9, 1.9, image)
    page.matrix(6.3, 1.9, mirrored)
    inner = {(i + 1, j + 1): "data" for i, j in np.ndindex(3, 3)}
    page.matrix(11.7, 0.9, padded, inner, "quiet")
    page.frame(13.7, 0.9, 3, 3, "other", dashed=True)
    page.matrix(20.4, 1.9, np.round(1.1 * image, 1), role="learned")
    for x, y, words in (
        (2.4, 6.5, "image"),
        (7.8, 6.5, "flip"),
        (14.2, 6.5, "pad = 1, crop"),
        (21.9, 6.5, "jitter, factor 1.1"),
    ):
        page.text(x, y, words, "quiet", 9)
    for x in (4.9, 10.3, 18.6):
        page.text(x, 3.4, "or", "quiet", 9)
    return page.fig
