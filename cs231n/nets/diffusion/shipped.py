"""Weights of U-Nets that the package ships, and how they get into yours."""

from os import PathLike
from typing import Any

from cs231n.nets.saved import read_weights


def fill(torch: Any, net: Any, path: str | PathLike[str], sizes: dict[str, Any]) -> Any:
    """Give a U-Net saved weights, and set it to test mode.

    Parameters
    ----------
    torch : module
        The engine: :mod:`cs231n.autograd` or PyTorch.
    net : nn.Module
        Built with ``sizes``.
    path : path-like
        Where the weights lie.
    sizes : dict of str to object
        Arguments of the network that they belong to.

    Returns
    -------
    net : nn.Module
        The same.

    Raises
    ------
    ValueError
        If its parameters have other names or shapes.
    """
    state = read_weights(path)
    shapes = {name: value.shape for name, value in state.items()}
    found = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    other = sorted(set(shapes.items()) ^ set(found.items()))
    if other:
        name = other[0][0]
        raise ValueError(
            f"These weights are for a U-Net of {sizes}. Expected {name} of shape "
            f"{shapes.get(name, 'none')}, got {found.get(name, 'none')}; "
            f"{len({name for name, _ in other})} parameters differ. Build the blocks "
            f"of the notebook, or train your own network."
        )
    net.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()})
    return net.eval()
