"""What is a tensor, whichever engine made it."""

from typing import Any

#: Where the tensors of both engines are defined.
TENSORS = ("torch", "torch._tensor", "cs231n.autograd.tensor")


def is_tensor(value: Any) -> bool:
    """Tell whether a value is a tensor, of either engine.

    Parameters
    ----------
    value : object
        Anything. PyTorch is not imported for it.

    Returns
    -------
    bool
        True for a tensor.
    """
    return any(
        base.__name__ == "Tensor" and base.__module__ in TENSORS
        for base in type(value).__mro__
    )
