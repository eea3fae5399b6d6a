"""The weights of a network that predicts noise, trained on ``glyphs`` and shipped."""

from os import PathLike
from pathlib import Path
from typing import Any

from cs231n.data import drawn
from cs231n.nets.diffusion.shipped import fill

__all__ = ["SIZES", "TIMESTEPS", "WEIGHTS", "noisenet"]

#: What the U-Net is built with: digits come as four channels of 14 x 14.
SIZES = {
    "dim": 24,
    "condition_dim": 10,
    "dim_mults": (2,),
    "channels": 4,
    "uncond_prob": 0.12,
}
#: Steps of the cosine schedule that it knows.
TIMESTEPS = 100
WEIGHTS = Path(drawn.__file__).with_name("noisenet.npz")


def noisenet(torch: Any, net: Any, path: str | PathLike[str] = WEIGHTS) -> Any:
    """Give a U-Net the weights that the package ships, and set it to test mode.

    Parameters
    ----------
    torch : module
        The engine: :mod:`cs231n.autograd` or PyTorch.
    net : nn.Module
        Built with `SIZES`.
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
