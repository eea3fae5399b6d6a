"""What a network looks at: saliency, Grad-CAM, occlusion, and pictures that change.

The notebook ``assignment3/network_visualization`` holds answers against these.
"""

import numpy as np

from cs231n.nets.layered import LayeredNet


def score_gradient(
    net: LayeredNet, x: np.ndarray, y: np.ndarray, *, guided: bool = False
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
    guided : bool, optional
        Whether ReLUs also stop negative gradients.

    Returns
    -------
    dx : ndarray of shape (N, 3, H, W)
        The gradient.
    """
    net.check_class(y)
    scores, cache = net.forward(x)
    return net.backward(_one_hot(scores, y), cache, guided=guided)


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
    """Map how much each pixel changes a score, on average over noisy copies.

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
        Root of the mean square of the gradients, over copies, added over colours.

    References
    ----------
    Smilkov et al. (2017), "SmoothGrad", arXiv:1706.03825.
    """
    total = np.zeros_like(x)
    for _ in range(n):
        noise = rng.standard_normal(x.shape).astype(x.dtype)
        total += score_gradient(net, x + x.dtype.type(sigma) * noise, y) ** 2
    return np.sqrt(total.sum(axis=1) / n)


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
    grad = net.backward(_one_hot(scores, y), cache, to=layer)
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
        grad = net.backward(_one_hot(scores, y), cache)
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


def _one_hot(scores, y):
    picked = np.zeros_like(scores)
    picked[np.arange(len(scores)), y] = 1
    return picked
