"""Many parameters as views of one vector, which a kernel updates in one call."""

import itertools

import numpy as np

#: Parameters of at least this many elements are updated from their own gradient;
#: smaller neighbours are gathered and updated together.
LARGE = 1 << 14


class Flat:
    """Parameters of one dtype as views of one vector, small ones first."""

    def __init__(self, parameters, states):
        self.parameters = sorted(parameters, key=lambda p: p._a.size >= LARGE)
        dtype = self.parameters[0]._a.dtype
        ends = np.cumsum([0, *(p._a.size for p in self.parameters)]).tolist()
        self.spans = list(itertools.pairwise(ends))
        self.vector, self.grads = np.empty(ends[-1], dtype), np.empty(ends[-1], dtype)
        self.states = [np.zeros(ends[-1], dtype) for _ in range(states)]
        self.steps = [0] * len(self.parameters)
        self.views = [None] * len(self.parameters)
        self.adopt()

    def adopt(self):
        """Take in parameters whose memory is elsewhere (again)."""
        for i, (p, (start, end)) in enumerate(
            zip(self.parameters, self.spans, strict=True)
        ):
            if p._a is not self.views[i]:
                view = self.vector[start:end].reshape(p._a.shape)
                view[...] = p._a
                p._a = self.views[i] = view

    def runs(self):
        """Yield ``(start, end, gradient, step)`` of neighbours to update as one."""
        self.adopt()
        i, n = 0, len(self.parameters)
        while i < n:
            if self.parameters[i].grad is None:
                i += 1
                continue
            first = i
            size = self.parameters[i]._a.size
            i += 1
            if size < LARGE:
                while i < n and self._joins(i, first):
                    i += 1
            yield self._run(first, i)

    def _joins(self, i, first):
        p = self.parameters[i]
        return (
            p.grad is not None
            and p._a.size < LARGE
            and self.steps[i] == self.steps[first]
        )

    def _run(self, first, last):
        start, end = self.spans[first][0], self.spans[last - 1][1]
        gradients = [self._gradient(i) for i in range(first, last)]
        gradient = gradients[0]
        if len(gradients) > 1:
            gradient = np.concatenate(gradients, out=self.grads[start:end])
        for i in range(first, last):
            self.steps[i] += 1
            self.parameters[i]._version[0] += 1
        return start, end, gradient, self.steps[first]

    def _gradient(self, i):
        p = self.parameters[i]
        if p.grad._a.shape != p._a.shape or p.grad._a.dtype != self.vector.dtype:
            raise RuntimeError(
                f"step(): a parameter of shape {p._a.shape} and {self.vector.dtype} "
                f"has a gradient of shape {p.grad._a.shape} and {p.grad._a.dtype}. "
                f"Convert a model (.double()) before you make its optimizer."
            )
        return p.grad._a.reshape(-1)
