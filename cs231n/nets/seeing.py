"""What a network looks at: saliency, Grad-CAM, occlusion, and pictures that change.

The notebook ``assignment3/network_visualization`` holds answers against these.
"""

import numpy as np

from cs231n.layers import relu_backward, relu_forward
from cs231n.nets.layered import LayeredNet
from cs231n.nets.looking.blocks import Rule
from cs231n.optim import adam


def guided_relu_backward(dout: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Go back through a ReLU and stop negative gradients too.

    Parameters
    ----------
    dout : ndarray
        Upstream gradient.
    out : ndarray of the same shape
        What the ReLU was given, or gave: only where it is positive counts.

    Returns
    -------
    dx : ndarray
        ``dout`` where both are positive, else 0.

    References
    ----------
    Springenberg et al. (2015), "Striving for Simplicity: The All Convolutional Net",
    arXiv:1412.6806.
    """
    return relu_backward(relu_forward(dout)[0], out)


def score_gradient(
    net: LayeredNet, x: np.ndarray, y: np.ndarray, *, guided: Rule = relu_backward
) -> np.ndarray:
    """Differentiate one score of each picture with respect to its pixels.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (N, 3, H, W)
        Normalised pictures.
    y : ndarray of int, shape (N,)
        The class of each score.
    guided : callable, optional
        Another way back through ReLUs; as for :meth:`LayeredNet.backward`.

    Returns
    -------
    dx : ndarray of shape (N, 3, H, W)
        The gradient.
    """
    scores, cache = net.forward(x)
    return net.backward(_one_hot(net, scores, y), cache, guided=guided)


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

    References
    ----------
    Smilkov et al. (2017), "SmoothGrad", arXiv:1706.03825.
    """
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
    grad = net.backward(_one_hot(net, scores, y), cache, to=layer)
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

    References
    ----------
    Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks",
    arXiv:1311.2901.
    """
    net.check_class(y)
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


def fool(
    net: LayeredNet,
    x: np.ndarray,
    target: int,
    learning_rate: float = 1.0,
    steps: int = 100,
) -> np.ndarray:
    """Change a picture until a network takes it for another class.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (1, 3, H, W)
        A normalised picture.
    target : int
        The class.
    learning_rate : float, optional
        Length of a step.
    steps : int, optional
        The most there are.

    Returns
    -------
    x : ndarray of shape (1, 3, H, W)
        The changed picture.
    """
    x, y = x.copy(), np.array([target])
    for _ in range(steps):
        scores, cache = net.forward(x)
        if scores[0].argmax() == target:
            break
        grad = net.backward(_one_hot(net, scores, y), cache)
        x += learning_rate * grad / np.linalg.norm(grad)
    return x


def ascend(
    net: LayeredNet, x: np.ndarray, target: int, l2_reg: float, learning_rate: float
) -> np.ndarray:
    """Take one step towards what a network calls a class.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (1, 3, H, W)
        A picture.
    target : int
        The class.
    l2_reg : float
        Strength of the penalty on the sum of squares.
    learning_rate : float
        Length of the step.

    Returns
    -------
    x : ndarray of shape (1, 3, H, W)
        The picture after the step.
    """
    grad = score_gradient(net, x, np.array([target])) - 2 * l2_reg * x
    return x + learning_rate * grad / np.linalg.norm(grad)


def dream(net: LayeredNet, x: np.ndarray, layer: str, step: float) -> np.ndarray:
    """Strengthen what a layer sees in a picture.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (1, 3, H, W)
        A picture.
    layer : str
        Whose activations grow: half the sum of their squares.
    step : float
        Mean size of the change of a pixel.

    Returns
    -------
    x : ndarray of shape (1, 3, H, W)
        The picture after the step.
    """
    seen, cache = net.forward(x, upto=layer)
    grad = net.backward(seen, cache)
    return x + step * grad / np.abs(grad).mean()


def invert_features(
    net: LayeredNet,
    x: np.ndarray,
    layer: str,
    target: np.ndarray,
    l2_reg: float,
    learning_rate: float,
    steps: int,
) -> np.ndarray:
    """Change a picture until a layer sees in it what it saw in another.

    Parameters
    ----------
    net : LayeredNet
        The network.
    x : ndarray of shape (1, 3, H, W)
        The picture to start from.
    layer : str
        Whose activations are compared: the sum of squared differences, divided by the
        sum of the target's squares.
    target : ndarray of shape (1, C, h, w)
        What the layer saw in the other picture.
    l2_reg : float
        Strength of the penalty on the sum of squared pixels.
    learning_rate : float
        Of Adam.
    steps : int
        How many of them.

    Returns
    -------
    x : ndarray of shape (1, 3, H, W)
        The changed picture.

    References
    ----------
    Mahendran and Vedaldi (2015), "Understanding Deep Image Representations by Inverting
    Them", arXiv:1412.0035.
    """
    x, size = x.copy(), float((target**2).sum())
    config: dict = {"learning_rate": learning_rate}
    for _ in range(steps):
        seen, cache = net.forward(x, upto=layer)
        grad = net.backward((seen - target) * x.dtype.type(2 / size), cache)
        x, config = adam(x, grad + x.dtype.type(2 * l2_reg) * x, config)
    return x


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
    """
    high, wide = (a // b for a, b in zip(masks.shape[1:], maps.shape[1:], strict=True))
    maps = maps.repeat(high, axis=1).repeat(wide, axis=2)
    total = maps.sum(axis=(1, 2), dtype=np.float64)
    inside = np.where(masks, maps, 0).sum(axis=(1, 2), dtype=np.float64)
    return inside / np.where(total > 0, total, 1)


def _one_hot(net, scores, y):
    net.check_class(y)
    picked = np.zeros_like(scores)
    picked[np.arange(len(scores)), y] = 1
    return picked
