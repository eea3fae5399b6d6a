"""Gradients of scores with respect to pixels, and another way back through ReLUs."""

import numpy as np

from cs231n.layers import relu_backward, relu_forward
from cs231n.nets.layered import LayeredNet
from cs231n.nets.looking.blocks import Rule


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
    return net.backward(one_hot(net, scores, y), cache, guided=guided)


def one_hot(net: LayeredNet, scores: np.ndarray, y: np.ndarray | int) -> np.ndarray:
    """Return the upstream gradient of one score of each picture.

    Parameters
    ----------
    net : LayeredNet
        The network, which says what classes there are.
    scores : ndarray of shape (N, K)
        Its scores.
    y : ndarray of int, shape (N,)
        The class of each score.

    Returns
    -------
    dscores : ndarray of shape (N, K)
        1 at the class of each picture, else 0.

    Raises
    ------
    ValueError
        If there is no such class, or not one for each picture.
    """
    net.check_class(y)
    if np.shape(y) != scores.shape[:1]:
        raise ValueError(
            f"Each of the {len(scores)} pictures needs one class; y has shape "
            f"{np.shape(y)}."
        )
    picked = np.zeros_like(scores)
    picked[np.arange(len(scores)), y] = 1
    return picked
