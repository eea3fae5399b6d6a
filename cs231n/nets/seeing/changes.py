"""Pictures that change: they fool, show a class, dream, or look like others."""

import numpy as np

from cs231n.nets.layered import LayeredNet
from cs231n.nets.seeing.gradients import one_hot, score_gradient
from cs231n.optim import adam


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
        grad = net.backward(one_hot(net, scores, y), cache)
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
