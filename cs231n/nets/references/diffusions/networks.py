"""Blocks and whole networks on the tape."""

from typing import Any

from cs231n import autograd
from cs231n.nets.references import denoisers

__all__ = ["block", "network"]


def block(dim: int, dim_out: int, context_dim: int) -> Any:
    """Build a residual block on the tape.

    Parameters
    ----------
    dim, dim_out : int
        Channels that go in and come out.
    context_dim : int
        Length of the context.

    Returns
    -------
    block : nn.Module
        Takes ``fault`` as well; see :func:`cs231n.nets.references.denoisers.parts`.
    """
    return denoisers.parts(autograd).ResnetBlock(dim, dim_out, context_dim)


def network(dim: int, condition_dim: int, **options: Any) -> Any:
    """Build a U-Net on the tape.

    Parameters
    ----------
    dim : int
        Channels of the first level.
    condition_dim : int
        Length of a condition.
    **options : object
        Those of :func:`cs231n.nets.references.denoisers.unet`.

    Returns
    -------
    net : nn.Module
        Takes ``fault`` as well.
    """
    return denoisers.unet(autograd, dim, condition_dim, **options)
