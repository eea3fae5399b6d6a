"""What a network that is looked into asks of pictures, classes, layers, gradients."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

#: Sides below this leave some layer of SqueezeNet without a whole window.
SMALLEST = 16
#: Normalised pixels lie within -2.2 and 2.7; what an ascent makes of them, nearby.
LARGEST = 30.0


def check_pictures(x: Any, *, single: bool = True) -> bool:
    """Refuse what is no batch of normalised pictures.

    Parameters
    ----------
    x : ndarray of shape (N, 3, H, W) or (3, H, W)
        Pictures.
    single : bool, optional
        Whether one picture without the first axis will do.

    Returns
    -------
    single : bool
        Whether it is one picture.

    Raises
    ------
    TypeError
        If it is no array of floats.
    ValueError
        If the shape or the range is another.
    """
    if not isinstance(x, np.ndarray):
        raise TypeError(f"Pass the pictures as an array; got {type(x).__name__}.")
    if x.dtype.kind != "f":
        raise TypeError(
            f"The pictures are {x.dtype}; call preprocess_image first, which makes "
            "normalised floats of them."
        )
    alone = single and x.ndim == 3
    shape = x.shape if alone else x.shape[1:]
    wanted = "(N, 3, H, W) or (3, H, W)" if single else "(N, 3, H, W)"
    if len(shape) != 3 or shape[0] != 3:
        hint = ""
        if len(shape) == 3 and shape[2] == 3:
            order = "(2, 0, 1)" if alone else "(0, 3, 1, 2)"
            hint = f" The channels come last: use x.transpose{order}."
        raise ValueError(f"The pictures have shape {x.shape}; expected {wanted}.{hint}")
    if min(shape[1:]) < SMALLEST or len(x) == 0:
        raise ValueError(
            f"The pictures have shape {x.shape}; expected at least one, of at least "
            f"{SMALLEST} x {SMALLEST} pixels."
        )
    largest = float(max(x.max(), -x.min()))
    if not largest <= LARGEST:
        raise ValueError(
            f"The pictures have a value of size {largest:.3g} where normalised pixels "
            "lie between about -2.2 and 2.7: call preprocess_image once, on 0..255; "
            "and does your loop over steps end?"
        )
    return alone


def check_class(y: Any, num_classes: int) -> None:
    """Refuse class numbers that a network does not have.

    Parameters
    ----------
    y : int or ndarray of int
        Classes.
    num_classes : int
        How many there are.

    Raises
    ------
    ValueError
        If one is not a whole number from 0 to ``num_classes - 1``.
    """
    numbers = np.asarray(y)
    whole = numbers.dtype.kind in "iu"
    wrong = numbers[(numbers < 0) | (numbers >= num_classes)] if whole else [y]
    if len(wrong):
        raise ValueError(
            f"A class is a whole number from 0 to {num_classes - 1}; got {wrong[0]}."
        )


def check_squares(x: Any, size: int, stride: int) -> None:
    """Refuse squares that do not fit into one picture.

    Parameters
    ----------
    x : ndarray of shape (3, H, W)
        The picture.
    size, stride : int
        Edge of the square, and the step from one to the next, in pixels.

    Raises
    ------
    ValueError
        If it is no single picture, or the numbers do not suit it.
    """
    if np.ndim(x) != 3:
        raise ValueError(f"Pass one picture (3, H, W); got shape {np.shape(x)}.")
    most = min(x.shape[1:])
    if not 1 <= size <= most or stride < 1:
        raise ValueError(
            f"The square has 1 to {most} pixels and the stride at least 1; got size "
            f"{size} and stride {stride}."
        )


def check_layer(name: Any, layers: Sequence[str]) -> None:
    """Refuse the name of a layer that a network does not have.

    Parameters
    ----------
    name : str
        The name.
    layers : sequence of str
        Those there are.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    if name in layers:
        return
    near = difflib.get_close_matches(str(name), layers, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"No layer is called {name!r}; there are {', '.join(layers)}.{hint}"
    )


def check_upstream(
    grads: Mapping[str, Any], cache: Mapping[str, np.ndarray], to: str | None = None
) -> None:
    """Refuse gradients that fit no layer that was computed.

    Parameters
    ----------
    grads : mapping of str to ndarray
        Upstream gradients by layer.
    cache : mapping of str to ndarray
        Outputs by layer.
    to : str, optional
        The layer whose gradient is asked for.

    Raises
    ------
    ValueError
        If a layer was not computed, its output has another shape, or all gradients
        come in before ``to``.
    """
    if not grads:
        raise ValueError("Pass an upstream gradient; got an empty dict.")
    for name, grad in grads.items():
        check_layer(name, tuple(cache))
        shape = getattr(grad, "shape", None)
        if shape != cache[name].shape:
            got = type(grad).__name__ if shape is None else f"shape {shape}"
            raise ValueError(
                f"The upstream gradient of {name} must have its shape, "
                f"{cache[name].shape}; got {got}."
            )
    if to is not None:
        check_layer(to, tuple(cache))
        order = list(cache)
        if all(order.index(name) < order.index(to) for name in grads):
            raise ValueError(
                f"No gradient comes in at {to} or behind it; got {', '.join(grads)}."
            )
