"""Maps of what a network looks at: saliency, SmoothGrad, Grad-CAM, occlusion."""

import numpy as np

from cs231n.nets.layered import LayeredNet
from cs231n.nets.looking.checks import check_squares
from cs231n.nets.seeing.gradients import one_hot, score_gradient


def saliency(net: LayeredNet, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Map how much each pixel changes a score.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (N, 3, H, W)
        Normalised pictures.
    y : ndarray of int, shape (N,)
        The class of each score.

    Returns
    -------
    maps : ndarray of shape (N, H, W)
        The largest size of the gradient over the three colours.
    """
    return np.abs(score_gradient(net, x, y)).max(axis=1)


def smooth_grad(
    net: LayeredNet,
    x: np.ndarray,
    y: np.ndarray,
    n: int,
    sigma: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Map how much each pixel changes a score, averaged over noisy copies.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (N, 3, H, W)
        Normalised pictures.
    y : ndarray of int, shape (N,)
        The class of each score.
    n : int
        How many copies.
    sigma : float
        Standard deviation of the noise, in units of normalised pixels.
    rng : numpy.random.Generator
        Draws the noise.

    Returns
    -------
    maps : ndarray of shape (N, H, W)
        The mean gradient over the copies, its largest size over the three colours.

    Raises
    ------
    ValueError
        If there are no copies.

    References
    ----------
    Smilkov et al. (2017), "SmoothGrad", arXiv:1706.03825.
    """
    if n < 1:
        raise ValueError(f"n is the number of copies, at least 1; got {n}.")
    total = np.zeros_like(x)
    for _ in range(n):
        noise = rng.standard_normal(x.shape).astype(x.dtype)
        total += score_gradient(net, x + x.dtype.type(sigma) * noise, y)
    return np.abs(total / n).max(axis=1)


def grad_cam(
    net: LayeredNet, x: np.ndarray, y: np.ndarray, layer: str | None = None
) -> np.ndarray:
    """Map where the features that speak for a class are.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (N, 3, H, W)
        Normalised pictures.
    y : ndarray of int, shape (N,)
        Classes.
    layer : str, optional
        Whose features; by default the last before the maps of classes.

    Returns
    -------
    maps : ndarray of shape (N, h, w)
        Not negative, of the size of the layer.

    References
    ----------
    Selvaraju et al. (2017), "Grad-CAM", arXiv:1610.02391.
    """
    layer = net.layers[-3] if layer is None else layer
    scores, cache = net.forward(x)
    grad = net.backward(one_hot(net, scores, y), cache, to=layer)
    weights = grad.mean(axis=(2, 3), keepdims=True)
    return np.maximum((weights * cache[layer]).sum(axis=1), 0)


def occlusion_map(
    net: LayeredNet, x: np.ndarray, y: int, size: int, stride: int
) -> np.ndarray:
    """Map by how much a score falls when a square of a picture is covered.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (3, H, W)
        One normalised picture.
    y : int
        The class.
    size, stride : int
        Edge of the square, and the step from one to the next, in pixels.

    Returns
    -------
    drop : ndarray of shape (rows, columns)
        Score of the picture minus that of the covered one; squares lie within the
        picture and are filled with 0, the mean colour.

    Raises
    ------
    ValueError
        If there is no such class, or no square of that size fits.

    References
    ----------
    Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks",
    arXiv:1311.2901.
    """
    net.check_class(y)
    check_squares(x, size, stride)
    _, height, width = x.shape
    rows, columns = (
        range(0, height - size + 1, stride),
        range(0, width - size + 1, stride),
    )
    whole = net.forward(x)[0][y]
    drop = np.empty((len(rows), len(columns)), x.dtype)
    for i, top in enumerate(rows):
        covered = np.repeat(x[None], len(columns), axis=0)
        for j, left in enumerate(columns):
            covered[j, :, top : top + size, left : left + size] = 0
        drop[i] = whole - net.forward(covered)[0][:, y]
    return drop


def share_inside(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Tell how much of each map lies on an object.

    Parameters
    ----------
    maps : ndarray of shape (N, h, w)
        Not negative; a coarse map counts as its cells, enlarged.
    masks : ndarray of bool, shape (N, H, W)
        Where the object is; H and W are multiples of h and w.

    Returns
    -------
    shares : ndarray of shape (N,)
        Sum of the map inside over the sum of the map; 0 where the map is empty.

    Raises
    ------
    ValueError
        If the cells of the map do not divide the pictures of the masks.
    """
    sizes = zip(masks.shape, maps.shape, strict=True)
    if any(most % few for most, few in sizes) or len(maps) != len(masks):
        raise ValueError(
            f"Maps of shape {maps.shape} do not divide masks of shape {masks.shape}."
        )
    high, wide = (a // b for a, b in zip(masks.shape[1:], maps.shape[1:], strict=True))
    maps = maps.repeat(high, axis=1).repeat(wide, axis=2)
    total = maps.sum(axis=(1, 2), dtype=np.float64)
    inside = np.where(masks, maps, 0).sum(axis=(1, 2), dtype=np.float64)
    return inside / np.where(total > 0, total, 1)
