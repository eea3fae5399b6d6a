"""Modules of the course that the package does not have: importing one says why.

What they hold is written in a notebook here, or is no part of this course. Without this
module such a line would end in a ModuleNotFoundError that helps nobody.
"""

import sys
from typing import Any

_ATTENTION = "assignment3/transformer_captioning"
_RECURRENT = "assignment3/rnn_captioning"
#: Module, without the package: the notebook in which students write what it holds.
NOTEBOOKS = {
    "captioning_solver_pytorch": _RECURRENT,
    "captioning_solver_transformer": _ATTENTION,
    "classification_solver_vit": _ATTENTION,
    "classifiers.rnn_pytorch": _RECURRENT,
    "classifiers.transformer": _ATTENTION,
    "ddpm_trainer": "assignment3/diffusion",
    "gan_pytorch": "assignment3/gan",
    "gan_tf": "assignment3/gan",
    "gaussian_diffusion": "assignment3/diffusion",
    "net_visualization_pytorch": "assignment3/network_visualization",
    "net_visualization_tf": "assignment3/network_visualization",
    "network_visualization": "assignment3/network_visualization",
    "rnn_layers_pytorch": _RECURRENT,
    "simclr": "assignment3/self_supervised",
    "style_transfer_pytorch": "assignment3/style_transfer",
    "style_transfer_tf": "assignment3/style_transfer",
    "transformer_layers": _ATTENTION,
    "unet": "assignment3/diffusion",
}
#: Module: what no notebook here asks for.
ABSENT = {
    "classifiers.squeezenet": "SqueezeNet in TensorFlow",
    "clip_dino": "CLIP and DINO",
    "emoji_dataset": "the emoji data",
}
_PACKAGE = __name__.partition(".")[0]


class NoSuchModule(ModuleNotFoundError):
    """A module of the course was imported that the package does not have."""

    def _render_traceback_(self):
        # IPython asks for this: the sentence says it all.
        return [f"ModuleNotFoundError: {self}"]


def reason(module: str) -> str | None:
    """Say why a module of the course is not in the package.

    Parameters
    ----------
    module : str
        With dots, such as ``"cs231n.gan_pytorch"``.

    Returns
    -------
    sentence : str or None
        None if the course has no such module, as far as the package knows.
    """
    name = module.removeprefix(f"{_PACKAGE}.")
    if name in NOTEBOOKS:
        return (
            f"{module} is not in the package: you write what it holds in "
            f"{NOTEBOOKS[name]}. Leave this line out there; elsewhere paste your "
            f"functions into a cell."
        )
    if name in ABSENT:
        return (
            f"{module} is not in the package: no notebook of this course asks for "
            f"{ABSENT[name]}. To use the course's own file, put it beside your "
            f"notebook and import it from there."
        )
    return None


class _Finder:
    """Asked last, about modules that nobody found."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        said = reason(name) if name.startswith(f"{_PACKAGE}.") else None
        if said:
            raise NoSuchModule(said, name=name)


def watch_imports() -> None:
    """Have imports of the course's modules end in a sentence."""
    if not any(type(finder).__name__ == _Finder.__name__ for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
