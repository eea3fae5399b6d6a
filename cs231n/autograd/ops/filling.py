"""What writes new numbers into a tensor, or into some of its places."""

from cs231n.autograd.history import write
from cs231n.autograd.ops.choosing import scatter, scatter_add
from cs231n.autograd.ops.diagonals import tril, triu
from cs231n.autograd.tensor import Tensor, method


# Filling in place ---------------------------------------------------------------
@method("copy_")
def _copy_(self, src, non_blocking=False):
    """Take the numbers of another tensor; return self."""
    self[...] = src
    return self


@method("fill_")
def _fill_(self, value):
    """Take one number everywhere; return self."""
    self[...] = value
    return self


@method("zero_")
def _zero_(self):
    """Become zero; return self."""
    self[...] = 0
    return self


@method("fill_diagonal_")
def _fill_diagonal_(self, fill_value, wrap=False):
    """Write a number to the diagonal; return self."""
    rows = list(range(min(self._a.shape)))
    self[(rows,) * self.ndim] = fill_value
    return self


@method("scatter_")
def _scatter_(self, dim, index, src=None, *, value=None):
    """Do :func:`scatter` in place; return self."""
    return write(
        self, "scatter_", lambda old: scatter(old, dim, index, src, value=value)
    )


@method("scatter_add_")
def _scatter_add_(self, dim, index, src):
    """Do :func:`scatter_add` in place; return self."""
    return write(self, "scatter_add_", lambda old: scatter_add(old, dim, index, src))


def _in_place(name, function):
    def change(self, *args):
        return write(self, name, lambda old: function(old, *args))

    change.__doc__ = f"Do :func:`{name}` in place; return self."
    setattr(Tensor, f"{name}_", change)


_in_place("tril", tril)
_in_place("triu", triu)
