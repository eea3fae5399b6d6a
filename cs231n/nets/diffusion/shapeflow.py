"""The weights of a rectified flow in colour, trained on ``shapes10`` and shipped."""

from os import PathLike
from pathlib import Path
from typing import Any

from cs231n.data import drawn
from cs231n.nets.diffusion.shipped import fill

__all__ = ["SIZES", "WEIGHTS", "shapeflow"]

#: What the U-Net is built with: 16 x 16 pixels come as twelve channels of 8 x 8.
SIZES = {
    "dim": 28,
    "condition_dim": 10,
    "dim_mults": (2,),
    "channels": 12,
    "uncond_prob": 0.12,
}
WEIGHTS = Path(drawn.__file__).with_name("shapeflow.npz")


def shapeflow(torch: Any, net: Any, path: str | PathLike[str] = WEIGHTS) -> Any:
    """Give a U-Net the weights that the package ships, and set it to test mode.

    Parameters
    ----------
    torch : module
        The engine: :mod:`cs231n.autograd` or PyTorch.
    net : nn.Module
        Built with `SIZES`. It predicts the velocity, as in the notebook ``diffusion``.
    path : path-like, optional
        Where other weights lie.

    Returns
    -------
    net : nn.Module
        The same.

    Raises
    ------
    ValueError
        If its parameters have other names or shapes.
    """
    return fill(torch, net, path, SIZES)
