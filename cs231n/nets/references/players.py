"""Networks of the course's GANs, for the tape or for PyTorch, and a small pair."""

import itertools
from typing import Any

__all__ = [
    "chain",
    "convolutional_discriminator",
    "convolutional_generator",
    "discriminator",
    "generator",
    "small_pair",
]


def chain(nn: Any, *widths: int, slope: float = 0.01, squash: bool = False) -> Any:
    """Build linear layers with a leaky rectifier between them.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``.
    *widths : int
        What goes into each layer, and what comes out of the last one.
    slope : float, optional
        Of the rectifiers below zero.
    squash : bool, optional
        Whether a hyperbolic tangent ends the network.

    Returns
    -------
    net : nn.Module
        From inputs of any shape (N, ...).
    """
    layers = [nn.Flatten()]
    for i, sizes in enumerate(itertools.pairwise(widths)):
        layers += [_rectifier(nn, slope)] if i else []
        layers.append(nn.Linear(*sizes))
    return nn.Sequential(*layers, *([nn.Tanh()] if squash else []))


def discriminator(nn: Any) -> Any:
    """Build the fully connected discriminator.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``.

    Returns
    -------
    net : nn.Module
        From pictures to logits; 267,009 parameters.
    """
    return chain(nn, 784, 256, 256, 1)


def generator(nn: Any, noise: int = 96) -> Any:
    """Build the fully connected generator.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``.
    noise : int, optional
        Numbers of noise for a picture.

    Returns
    -------
    net : nn.Module
        From noise to flat pictures; 1,858,320 parameters for four numbers.
    """
    return chain(nn, noise, 1024, 1024, 784, slope=0.0, squash=True)


def convolutional_discriminator(
    nn: Any,
    *,
    slope: float = 0.01,
    last_slope: float | None = None,
    mean_pool: bool = False,
) -> Any:
    """Build the convolutional discriminator.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``.
    slope : float, optional
        Of the rectifiers below zero.
    last_slope : float, optional
        Of the last one; like the others by default.
    mean_pool : bool, optional
        Whether pooling takes the mean in place of the maximum.

    Returns
    -------
    net : nn.Module
        From pictures to logits; 1,102,721 parameters.
    """
    pool = nn.AvgPool2d if mean_pool else nn.MaxPool2d
    return nn.Sequential(
        nn.Conv2d(1, 32, 5),
        _rectifier(nn, slope),
        pool(2),
        nn.Conv2d(32, 64, 5),
        _rectifier(nn, slope),
        pool(2),
        nn.Flatten(),
        nn.Linear(1024, 1024),
        _rectifier(nn, slope if last_slope is None else last_slope),
        nn.Linear(1024, 1),
    )


def convolutional_generator(
    nn: Any,
    noise: int = 96,
    *,
    normalised_first: bool = False,
    slope: float = 0.0,
    squash: bool = True,
) -> Any:
    """Build the convolutional generator.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``.
    noise : int, optional
        Numbers of noise for a picture.
    normalised_first : bool, optional
        Whether batch norm comes before the rectifier.
    slope : float, optional
        Of the rectifiers below zero.
    squash : bool, optional
        Whether a hyperbolic tangent ends the network.

    Returns
    -------
    net : nn.Module
        From noise to pictures (N, 1, 28, 28); 6,580,801 parameters for four numbers.
    """

    def finish(norm: Any) -> list:
        after = [_rectifier(nn, slope), norm]
        return after[::-1] if normalised_first else after

    return nn.Sequential(
        nn.Linear(noise, 1024),
        *finish(nn.BatchNorm1d(1024)),
        nn.Linear(1024, 6272),
        *finish(nn.BatchNorm1d(6272)),
        nn.Unflatten(1, (128, 7, 7)),
        nn.ConvTranspose2d(128, 64, 4, 2, 1),
        *finish(nn.BatchNorm2d(64)),
        nn.ConvTranspose2d(64, 1, 4, 2, 1),
        *([nn.Tanh()] if squash else []),
    )


def small_pair(nn: Any, noise: int = 64, width: int = 32) -> tuple[Any, Any]:
    """Build a convolutional generator and discriminator that suit two cores.

    Parameters
    ----------
    nn : module
        ``autograd.nn`` or ``torch.nn``.
    noise : int, optional
        Numbers of noise for a picture.
    width : int, optional
        Maps at half the size; at a quarter there are twice as many.

    Returns
    -------
    generator, discriminator : nn.Module
        From noise to pictures (N, 1, 28, 28), and from those to logits.
    """
    wide = 2 * width
    draws = nn.Sequential(
        nn.Linear(noise, wide * 49),
        nn.Unflatten(1, (wide, 7, 7)),
        nn.BatchNorm2d(wide),
        nn.ReLU(),
        nn.ConvTranspose2d(wide, width, 4, 2, 1),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, 2, 1),
        nn.Tanh(),
    )
    judges = nn.Sequential(
        nn.Conv2d(1, width, 4, 2, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, wide, 4, 2, 1),
        nn.BatchNorm2d(wide),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(wide * 49, 1),
    )
    return draws, judges


def _rectifier(nn: Any, slope: float) -> Any:
    return nn.LeakyReLU(slope) if slope else nn.ReLU()
