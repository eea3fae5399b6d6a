"""On which device tensors lie, where an answer or its notebook uses a GPU."""

import inspect
from collections.abc import Callable
from typing import Any

from cs231n.autograd.engines import is_tensor
from cs231n.engine import engine_of


def device_named(answer: Callable) -> Any:
    """Find the device that an answer's notebook names, as its loops may do.

    Parameters
    ----------
    answer : callable
        A function of the notebook.

    Returns
    -------
    device : torch.device
        What the notebook calls ``device``, or else the CPU.
    """
    torch = engine_of(answer)
    named = getattr(inspect.unwrap(answer), "__globals__", {}).get("device")
    return named if isinstance(named, torch.device) else torch.device("cpu")


def placed_like(model: Any, value: Any) -> Any:
    """Put tensors on the device that a module lies on, in lists and dictionaries too.

    Parameters
    ----------
    model : nn.Module
        An answer may have put it on a GPU.
    value : object
        Data.

    Returns
    -------
    value : object
        The same; tensors that lie there already are not copied.
    """
    first = next(iter(model.parameters()), None)
    return placed(value, getattr(first, "device", None))


def placed(value: Any, device: Any) -> Any:
    """Put tensors on a device, in lists and dictionaries too.

    Parameters
    ----------
    value : object
        Data.
    device : torch.device or None
        Where; None and the CPU leave everything as it is.

    Returns
    -------
    value : object
        The same; tensors that lie there already are not copied.
    """
    if getattr(device, "type", "cpu") == "cpu":
        return value
    if isinstance(value, list | tuple):
        return type(value)(placed(item, device) for item in value)
    if isinstance(value, dict):
        return {key: placed(item, device) for key, item in value.items()}
    return value.to(device) if is_tensor(value) else value
