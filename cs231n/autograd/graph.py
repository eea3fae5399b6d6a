"""The recorded steps behind a tensor, and the walk that carries gradients back."""

import contextlib
import functools
import inspect
import itertools
import threading

import numpy as np

_count = itertools.count()


class _ModeOfThread(threading.local):
    """Whether steps are recorded; each thread has its own say."""

    enabled = True


_Mode = _ModeOfThread()


class Node:
    """One recorded step: how a gradient of its result becomes those of its inputs.

    Parameters
    ----------
    step : str
        Name of the step.
    back : callable
        Takes the gradient of the result, an array; returns that of each input.
    parents : tuple
        For each input the node that made it, the tensor itself where it is a leaf
        that collects gradients, or None.
    saved : tuple
        For each tensor that ``back`` reads its version counter and the version read.
    fresh : bool
        Whether what ``back`` returns is new memory that nobody else has.
    """

    __slots__ = (
        "__weakref__",
        "back",
        "fresh",
        "kept",
        "order",
        "parents",
        "saved",
        "step",
    )

    def __init__(self, step, back, parents, saved=(), fresh=False):
        self.step, self.back, self.parents, self.saved = step, back, parents, saved
        self.fresh = fresh
        self.kept = None  # a weak reference to a tensor that keeps its gradient
        self.order = next(_count)

    def name(self):
        """Return the name PyTorch would print, such as ``MulBackward0``."""
        words = "".join(word.capitalize() for word in self.step.split("_"))
        return f"{words}Backward0"

    @property
    def next_functions(self):
        """The nodes before this one, as PyTorch lists them."""
        return tuple((p if isinstance(p, Node) else None, 0) for p in self.parents)

    def __repr__(self):
        return f"<{self.name()}>"


def is_grad_enabled():
    """Return whether steps are recorded at the moment."""
    return _Mode.enabled


class set_grad_enabled(contextlib.ContextDecorator):
    """Record steps or not: at once, in a ``with`` block, or in a decorated function."""

    def __init__(self, mode):
        self._wanted, self._before = bool(mode), [_Mode.enabled]
        _Mode.enabled = self._wanted

    def __enter__(self):
        _Mode.enabled = self._wanted
        return self

    def __exit__(self, *exception):
        _Mode.enabled = self._before.pop()
        self._before.append(_Mode.enabled)


class no_grad:
    """Record no steps: ``with torch.no_grad():`` or ``@torch.no_grad()``."""

    _wanted = False

    def __init__(self, function=None):
        self._before, self._function = [], None
        if function is not None:
            self._function = _decorated(function, type(self))
            functools.update_wrapper(self, function)

    def __enter__(self):
        self._before.append(_Mode.enabled)
        _Mode.enabled = self._wanted
        return self

    def __exit__(self, *exception):
        _Mode.enabled = self._before.pop()

    def __call__(self, *args, **kwargs):
        """Decorate a function, or call the one that ``@torch.no_grad`` got."""
        if self._function is None:
            return _decorated(*args, type(self))
        return self._function(*args, **kwargs)

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)


def _decorated(function, mode):
    """Return a function that runs in a mode; of a generator, each of its steps."""
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def steps(*args, **kwargs):
            items, sent = function(*args, **kwargs), None
            with contextlib.closing(items):
                while True:
                    with mode():
                        try:
                            item = items.send(sent)
                        except StopIteration as end:
                            return end.value
                    sent = yield item

        return steps

    @functools.wraps(function)
    def whole(*args, **kwargs):
        with mode():
            return function(*args, **kwargs)

    return whole


class enable_grad(no_grad):
    """Record steps again inside a block without."""

    _wanted = True


class inference_mode(no_grad):
    """The same as :class:`no_grad` here."""


def sweep(roots, *, retain=False, reach=None):
    """Carry gradients back from some results; return those of leaves and targets.

    Parameters
    ----------
    roots : list of (Node or leaf, ndarray)
        Where gradients start.
    retain : bool
        Whether the graph can be used again.
    reach : set, optional
        Nodes whose gradients are wanted too.

    Returns
    -------
    grads : dict
        Gradient of each leaf and wanted node that was reached; and whether the array
        is nobody else's, in pairs.
    """
    pending, found = {}, {}
    for start, gradient in roots:
        _add(pending if isinstance(start, Node) else found, start, gradient)
    for node in _order(pending):
        entry = pending.pop(node, None)
        if entry is None:
            continue
        if reach and node in reach:
            found[node] = entry
        if node.kept is not None and (tensor := node.kept()) is not None:
            tensor._collect(entry[0], owned=False)
        _pass_on(node, entry[0], pending, found)
        if node.saved and not retain:
            node.back = None
    return found


def _pass_on(node, gradient, pending, found):
    gradients = _call(node, gradient)
    for parent, g in zip(node.parents, gradients, strict=True):
        if parent is not None and g is not None:
            _add(pending if type(parent) is Node else found, parent, g, node.fresh)


def _add(into, key, gradient, owned=False):
    """Add a gradient to those before; a sum is ours, a single one may not be."""
    entry = into.get(key)
    if entry is None:
        into[key] = (gradient, owned)
    elif entry[1] and type(entry[0]) is np.ndarray:
        np.add(entry[0], gradient, out=entry[0])
    else:
        into[key] = (np.asarray(entry[0] + gradient), True)


def _order(starts):
    """Return the nodes behind some, latest first; a later step never comes before."""
    seen, stack = set(starts), list(starts)
    while stack:
        for parent in stack.pop().parents:
            if type(parent) is Node and parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=_made, reverse=True)


def _made(node):
    return node.order


def _call(node, gradient):
    """Run the backward half of a step, after checking that it still can be."""
    _check(node)
    try:
        gradients = node.back(gradient)
    except (ValueError, TypeError, IndexError) as error:
        raise RuntimeError(
            f"backward of the step {node.step!r}, with a gradient of shape "
            f"{tuple(gradient.shape)}: {error}"
        ) from error
    return gradients if type(gradients) is tuple else (gradients,)


def _check(node):
    """Refuse a step that was freed, or whose numbers were written to."""
    if node.back is None:
        raise RuntimeError(
            f"Trying to backward through the graph a second time: the step "
            f"{node.step!r} was freed by the first backward(). Compute the loss again, "
            f"or call backward(retain_graph=True) the first time."
        )
    for counter, version in node.saved:
        if counter[0] != version:
            raise RuntimeError(
                f"one of the variables needed for gradient computation has been "
                f"modified by an inplace operation: the step {node.step!r} read it at "
                f"version {version}, now it is at version {counter[0]}. Change a copy "
                f"(x = x + y instead of x += y)."
            )


__all__ = [
    "enable_grad",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]
