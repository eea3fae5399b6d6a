"""Gradients asked for by name, and steps with a backward half of one's own."""

from cs231n.autograd.graph import Node, sweep
from cs231n.autograd.history import record
from cs231n.autograd.tensor import Tensor, edge, start, wrap


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    allow_unused=False,
):
    """Return the gradients of some results with respect to some tensors.

    ``.grad`` of the leaves stays as it is. A tensor that was not used raises, or with
    ``allow_unused`` gives None.
    """
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if isinstance(grad_outputs, Tensor) or grad_outputs is None:
        grad_outputs = [grad_outputs] * len(outputs)
    roots = [
        start(o, g, create_graph) for o, g in zip(outputs, grad_outputs, strict=True)
    ]
    wanted = [edge(x) for x in inputs]
    if any(w is None for w in wanted):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    reach = {w for w in wanted if isinstance(w, Node)}
    found = sweep(roots, retain=bool(retain_graph), reach=reach)
    if not allow_unused and any(w not in found for w in wanted):
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the "
            "graph. Set allow_unused=True if this is the desired behavior."
        )
    return tuple(wrap(found[w][0].copy()) if w in found else None for w in wanted)


class Context:
    """What the forward half of a :class:`Function` leaves for the backward half."""

    needs_input_grad = ()
    _saved = ()

    def save_for_backward(self, *tensors):
        """Keep tensors."""
        self._saved = tuple(t if t is None else t.detach() for t in tensors)

    @property
    def saved_tensors(self):
        """The tensors that were kept."""
        return self._saved


class Function:
    """A step of one's own: write ``forward(ctx, ...)`` and ``backward(ctx, grad)``."""

    @staticmethod
    def forward(ctx, *args):
        """Compute the result."""
        raise NotImplementedError("A Function needs a static method forward(ctx, ...).")

    @staticmethod
    def backward(ctx, *grads):
        """Return the gradient of each argument of forward, None for what has none."""
        raise NotImplementedError("A Function needs a static method backward(ctx, g).")

    @classmethod
    def apply(cls, *args):
        """Record the step."""
        from cs231n.autograd.graph import no_grad

        ctx = Context()
        inputs = tuple(a if isinstance(a, Tensor) else None for a in args)
        ctx.needs_input_grad = tuple(t is not None and t.requires_grad for t in inputs)
        with no_grad():
            out = cls.forward(
                ctx, *(a.detach() if isinstance(a, Tensor) else a for a in args)
            )

        def back(g):
            with no_grad():
                grads = cls.backward(ctx, wrap(g))
            grads = grads if isinstance(grads, tuple) else (grads,)
            if len(grads) != len(inputs):
                raise RuntimeError(
                    f"{cls.__name__}.backward returned {len(grads)} gradients for "
                    f"{len(inputs)} arguments of forward."
                )
            return tuple(
                None if t is None or d is None else d._a
                for t, d in zip(inputs_known, grads, strict=True)
            )

        inputs_known = ctx.needs_input_grad
        inputs_known = tuple(True if n else None for n in inputs_known)
        return record(cls.__name__, out._a, back, inputs, keeps=True)
