"""Networks that answers have built, built again here from what was recorded of them.

Nothing of an answer runs: a copy takes the operations of its graph from a list, draws
its first weights itself, and is trained by the loop in this module.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.pytorch.operations import is_known, step_of
from cs231n.pytorch.recording import record
from cs231n.testing import WrongAnswer, expect

#: Numbers besides the parameters that an answer may bring along, such as a table.
MOST_FIXED = 20_000
#: Steps of one forward pass.
MOST_STEPS = 10_000


def train_net(
    build: Callable,
    data: dict[str, np.ndarray],
    *,
    epochs: int,
    batch_size: int = 50,
    seed: int = 0,
) -> dict:
    """Train a copy of the network that an answer builds; return its scores of others.

    The answer's own process builds the network and is asked nothing else: neither
    images nor their classes go there. First weights are drawn here, with the mean and
    the spread that the answer's have.

    Parameters
    ----------
    build : callable
        The answer: ``build()`` returns a module and its optimizer.
    data : dict of str to ndarray
        ``X_train``, ``y_train`` and ``X_val``.
    epochs : int
        Times to go through the training images.
    batch_size : int, optional
        Images per step; divides the numbers of images.
    seed : int, optional
        Of the first weights and of the order of the images.

    Returns
    -------
    result : dict
        ``scores`` of the validation images, ``losses`` of every step, and
        ``weights``, the number of parameters.

    Raises
    ------
    WrongAnswer
        If the answer is not a pair of a module and an optimizer of PyTorch's, or the
        network cannot be copied.
    """
    import torch

    X, y, losses = data["X_train"], data["y_train"], []
    shape = (batch_size, *X.shape[1:])
    net = Copy(record(build, [(shape, True), (shape, False)], seed))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net.draw_weights()
        optimizer = net.optimizer()
        for _ in range(epochs):
            order = torch.randperm(len(y)).numpy().reshape(-1, batch_size)
            for batch in order:
                losses.append(_step(net, optimizer, X[batch], y[batch]))
        parts = np.split(data["X_val"], len(data["X_val"]) // batch_size)
        with torch.no_grad():
            scores = np.concatenate([net.forward(1, part).numpy() for part in parts])
    return {"scores": scores, "losses": losses, "weights": net.size}


def untrained_scores(
    build: Callable, batches: list[np.ndarray], *, seed: int = 0
) -> list[np.ndarray]:
    """Compute the scores of a network in test mode, as the answer has built it.

    Parameters
    ----------
    build : callable
        The answer: ``build()`` returns a module and its optimizer.
    batches : list of ndarray
        Each is one forward pass; each pass is recorded by itself.
    seed : int, optional
        Of the first weights.

    Returns
    -------
    scores : list of ndarray
        Of a copy of the network.

    Raises
    ------
    WrongAnswer
        As for :func:`train_net`.
    """
    import torch

    net = Copy(record(build, [(batch.shape, False) for batch in batches], seed))
    with torch.no_grad():
        return [net.forward(i, batch).numpy() for i, batch in enumerate(batches)]


class Copy:
    """A network of PyTorch's operations, made from a record.

    Parameters
    ----------
    found : dict
        From :func:`cs231n.pytorch.recording.record`, or anything else of that form.

    Attributes
    ----------
    size : int
        Number of its parameters' entries.
    """

    def __init__(self, found: dict) -> None:
        import torch

        self._torch, self._graphs = torch, found["graphs"]
        self._values = {n: torch.from_numpy(v) for n, v in found["values"].items()}
        self._kind, self._groups = found["optimizer"]
        self._parameters = dict(found["parameters"])  # number -> wants a gradient
        for _, numbers in self._groups:  # some may be of another network
            self._parameters = dict.fromkeys(numbers, True) | self._parameters
        for number, wanted in self._parameters.items():
            self._values[number].requires_grad_(bool(wanted))
        self.size = sum(self._values[number].numel() for number in self._parameters)
        self._check()

    def _check(self):
        steps = [name for graph in self._graphs for name, *_ in graph["steps"]]
        unknown = sorted({name for name in steps if not is_known(name)})
        expect(
            not unknown,
            f"This test trains a copy of your network, and cannot copy "
            f"{''.join(unknown[:1])}. Build it of torch.nn's layers and of operations "
            f"on tensors.",
        )
        fixed = sum(
            value.numel()
            for number, value in self._values.items()
            if number not in self._parameters and value.unique().numel() > 1
        )
        expect(
            fixed <= MOST_FIXED and len(steps) <= MOST_STEPS * len(self._graphs),
            f"The network brings {fixed} fixed numbers along and takes {len(steps)} "
            f"steps; at most {MOST_FIXED} and {MOST_STEPS} a pass are allowed.",
        )

    def draw_weights(self) -> None:
        """Draw the weights anew, with the mean and spread of those that came."""
        for number in self._parameters:
            value = self._values[number].detach()
            mean, spread = value.mean(), value.std(correction=0)
            if spread > 0:
                value.copy_(mean + spread * self._torch.randn(value.shape))

    def optimizer(self) -> Any:
        """Make the optimizer.

        Returns
        -------
        optimizer : optim.Optimizer
            One of PyTorch's, with the parameters and settings that the answer gave.

        Raises
        ------
        WrongAnswer
            If PyTorch has none of that name that steps by gradients alone.
        """
        optim = self._torch.optim
        cls: Any = getattr(optim, self._kind, None)
        is_one = isinstance(cls, type) and issubclass(cls, optim.Optimizer)
        if not is_one or cls in (optim.Optimizer, optim.LBFGS):
            raise WrongAnswer(
                f"The optimizer should be one of torch.optim; got {self._kind}."
            )
        groups = [
            {"params": [self._values[number] for number in numbers], **options}
            for options, numbers in self._groups
        ]
        return cls(groups, lr=self._groups[0][0]["lr"])

    def forward(self, graph: int, x: np.ndarray) -> Any:
        """Compute scores as one of the recorded passes did.

        Parameters
        ----------
        graph : int
            Which of them.
        x : ndarray
            A batch of the same shape.

        Returns
        -------
        scores : Tensor
            Of the batch.
        """
        recorded, known = self._graphs[graph], dict(self._values)
        known[recorded["batch"]] = self._torch.from_numpy(x.copy())
        for name, args, kwargs, made in recorded["steps"]:
            out = step_of(name)(*_value(args, known), **_value(kwargs, known))
            out = out if isinstance(out, tuple | list) else [out]
            known.update(zip(made, out, strict=True))
        return known[recorded["result"]]


def _step(net, optimizer, x, y):
    """Take one step on a batch; return its loss."""
    import torch

    scores = net.forward(0, x)
    shape = tuple(scores.shape)
    expect(
        len(shape) == 2 and shape[0] == len(y) and shape[1] > y.max(),
        f"For {len(y)} examples the model should return scores of shape ({len(y)}, "
        f"classes), with more than {y.max()} classes; got a tensor of shape {shape}.",
    )
    loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(y).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def _value(node, known):
    """Turn what a step is given back into what PyTorch takes."""
    if isinstance(node, dict):
        return {name: _value(item, known) for name, item in node.items()}
    if not isinstance(node, list):
        return node
    kind, *rest = node
    if kind == "tensor":
        return known[rest[0]]
    if kind == "list":
        return [_value(item, known) for item in rest]
    return step_of(*rest)
