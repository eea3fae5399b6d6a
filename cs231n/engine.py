"""What takes derivatives: the tape of the package, or PyTorch where it is asked for.

One line in a set-up cell::

    from cs231n.engine import torch, nn, F, optim, device

brings in :mod:`cs231n.autograd` under PyTorch's names. Start Jupyter with
``CS231N_ENGINE=torch`` for PyTorch itself, on a GPU where there is one; the same cells
run on both. ``NAME`` says which one it is.
"""

import os
from typing import Any

#: What CS231N_ENGINE may say.
CHOICES = ("cs231n", "torch")


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
        function = getattr(answer, "__func__", answer)
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
