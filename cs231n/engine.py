"""What takes derivatives: the tape of the package, or PyTorch where it is asked for.

One line in a set-up cell::

    from cs231n.engine import torch, nn, F, optim, device

brings in :mod:`cs231n.autograd` under PyTorch's names. Start Jupyter with
``CS231N_ENGINE=torch`` for PyTorch itself, on a GPU where there is one; the same cells
run on both. ``NAME`` says which one it is. In a notebook with that line on the tape,
``import torch`` and its like bring the tape as well.
"""

import inspect
import os
from typing import Any

from cs231n import old_imports

#: What CS231N_ENGINE may say.
CHOICES = ("cs231n", "torch")
#: Where PyTorch keeps what is in ``nn`` as well.
_SAME = ("nn.modules", "nn.parameter")
#: What answers import beside PyTorch, and what they do without it.
_INSTEAD = {
    "einops": "use reshape, permute and x[:, :, None, None].",
    "torchvision": "the notebook's own cells load and change images.",
}
_LISTED = (
    "docs/autograd.md lists what is there. For all of PyTorch start with "
    "CS231N_ENGINE=torch."
)


def _choose(wanted: str) -> tuple[Any, Any, Any, Any]:
    """Return the modules ``torch, nn, F, optim`` of an engine."""
    if wanted not in CHOICES:
        raise ImportError(
            f"CS231N_ENGINE must be {' or '.join(CHOICES)}; got {wanted!r}."
        )
    if wanted == "cs231n":
        from cs231n import autograd

        return autograd, autograd.nn, autograd.nn.functional, autograd.optim
    try:
        import torch
    except ImportError:
        raise ImportError(
            "CS231N_ENGINE=torch asks for PyTorch, which is not installed: run `%pip "
            "install torch` in a cell and restart the kernel, or unset the variable."
        ) from None
    return torch, torch.nn, torch.nn.functional, torch.optim


NAME = os.environ.get("CS231N_ENGINE") or "cs231n"
torch, nn, F, optim = _choose(NAME)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
if NAME == "cs231n":
    old_imports.watch_cells()


def find(name: str) -> Any:
    """Return what an import of PyTorch means on the tape.

    Parameters
    ----------
    name : str
        Such as ``"torch.nn.functional"``, or a name of ``torchvision`` or ``einops``.

    Returns
    -------
    found : object
        What the tape has under the name; else what says in a sentence, as soon as it
        is used, that it has not. An import that nothing uses does no harm.
    """
    top, *parts = name.split(".")
    if top != "torch":
        return old_imports.StandIn(f"{name} is not on this tape: {_INSTEAD[top]}")
    found = _named("cs231n.autograd")
    if ".".join(parts[:2]) in _SAME:
        del parts[1]
    for part in parts:
        try:
            found = getattr(found, part)
        except AttributeError as error:
            said = str(error) if "on this tape" in str(error) else ""
            return old_imports.StandIn(said or f"{name} is not on this tape: {_LISTED}")
    return found


def engine_of(*answers: object) -> Any:
    """Return the engine that answers are written for: PyTorch, or the package's tape.

    Parameters
    ----------
    *answers : object
        Functions, modules, optimizers. What a class descends from tells; of a
        function, the ``torch`` of the notebook it was written in.

    Returns
    -------
    torch : module
        :mod:`cs231n.autograd` or PyTorch; the chosen engine where nothing tells.
    """
    for answer in answers:
        for base in type(answer).__mro__:
            root = base.__module__.partition(".nn.")[0].partition(".optim")[0]
            if root == "cs231n.autograd" or root == "torch":
                return _named(root)
        # A decorator such as torch.no_grad() wraps the answer in a function of its own.
        function: Any = getattr(answer, "__func__", answer)
        function = inspect.unwrap(function)
        found = getattr(function, "__globals__", {}).get("torch")
        name = getattr(found, "__name__", None)
        if name in ("cs231n.autograd", "torch"):
            return found
    return torch


def _named(root):
    if root == "torch":
        import torch

        return torch
    from cs231n import autograd

    return autograd
