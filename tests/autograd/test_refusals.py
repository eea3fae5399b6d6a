"""What is refused, with the error PyTorch raises and a sentence that helps."""

import numpy as np
import pytest

from cs231n import autograd
from tests.autograd.engines import theirs


def leaf(t, *shape):
    return t.ones(*shape, requires_grad=True)


def second_backward(t):
    y = (leaf(t, 2) ** 3).sum()
    y.backward()
    y.backward()


def changed_before_backward(t):
    y = t.exp(leaf(t, 2))
    y += 1
    y.sum().backward()


def changed_factor(t):
    w = leaf(t, 2)
    x = t.ones(2)
    y = x * w
    x.zero_()
    y.sum().backward()


def changed_through_a_view(t):
    w, x = leaf(t, 2), t.ones(2, 2)
    y = x[0] * w
    x[:, 1] = 3
    y.sum().backward()


def changed_detached(t):
    x = leaf(t, 2)
    y = t.tanh(x)
    y.detach().zero_()
    y.sum().backward()


REFUSED = {
    "view after transpose": (lambda t: t.ones(2, 3).T.view(6), "view size is not comp"),
    "wrong size": (lambda t: t.ones(12).reshape(5, 3), r"shape '\[5, 3\]' is invalid"),
    "softmax without dim": (lambda t: t.softmax(t.ones(2)), "dim"),
    "float mask": (
        lambda t: t.ones(2).masked_fill(t.ones(2), 0),
        "only supports boolean masks",
    ),
    "backward of many": (lambda t: (leaf(t, 2) * 2).backward(), "scalar outputs"),
    "backward of no graph": (lambda t: t.ones(1).backward(), "does not require grad"),
    "gradient of another shape": (
        lambda t: (leaf(t, 2) * 2).backward(t.ones(3)),
        "Mismatch in shape",
    ),
    "second backward": (second_backward, "second time"),
    "changed before backward": (changed_before_backward, "modified by an inplace"),
    "changed factor": (changed_factor, "modified by an inplace"),
    "changed through a view": (changed_through_a_view, "modified by an inplace"),
    "changed detached": (changed_detached, "modified by an inplace"),
    "matmul": (lambda t: t.ones(3, 4) @ t.ones(3, 4), "cannot be multiplied"),
    "dot of matrices": (lambda t: t.dot(t.ones(2, 2), t.ones(2, 2)), "1D tensors"),
    "mm of stacks": (lambda t: t.mm(t.ones(2, 2, 2), t.ones(2, 2)), "mm: expected"),
    "mixed products": (
        lambda t: t.ones(2, 2) @ t.ones(2, 2, dtype=t.float64),
        "same dtype",
    ),
    "mixed linear": (
        lambda t: t.nn.Linear(2, 2)(t.ones(1, 2, dtype=t.float64)),
        "same dtype",
    ),
    "sizes": (lambda t: t.ones(2, 3) + t.ones(2, 4), "must match the size"),
    "dimension": (lambda t: t.ones(2, 3).sum(dim=2), "Dimension out of range"),
    "index": (lambda t: t.ones(3)[5], "out of bounds|out of range"),
    "embedding index": (
        lambda t: t.nn.Embedding(3, 2)(t.tensor([5])),
        "index out of range in self",
    ),
    "embedding of floats": (lambda t: t.nn.Embedding(3, 2)(t.ones(2)), "Long, Int"),
    "float index": (lambda t: t.ones(3)[t.ones(1)], "used as indices"),
    "negative step": (lambda t: t.ones(3)[::-1], "step must be greater than zero"),
    "cat of ranks": (lambda t: t.cat([t.ones(2, 2), t.ones(2)]), "same number of dim"),
    "stack": (lambda t: t.stack([t.ones(3, 4), t.ones(4)]), "to be equal size"),
    "targets of int32": (
        lambda t: t.nn.functional.cross_entropy(t.ones(1, 2), t.ones(1, dtype=t.int32)),
        "Long",
    ),
    "target out of range": (
        lambda t: t.nn.functional.cross_entropy(t.ones(1, 2), t.tensor([2])),
        "out of bounds",
    ),
    "numpy of a leaf": (lambda t: leaf(t, 2).numpy(), r"detach\(\).numpy\(\)"),
    "array of a leaf": (lambda t: np.array(leaf(t, 2)), r"detach\(\).numpy\(\)"),
    "NumPy function of a leaf": (lambda t: np.exp(leaf(t, 2)), "detach"),
    "minus of bools": (lambda t: 1 - t.tensor([True]), "bool"),
    "neg of bools": (lambda t: -t.tensor([True]), "bool"),
    "truth of many": (lambda t: bool(t.ones(2)), "more than one value is ambiguous"),
    "item of many": (lambda t: t.ones(12).item(), "12 elements cannot be converted"),
    "mean of ints": (lambda t: t.tensor([1, 2]).mean(), "Got: Long"),
    "write to a leaf": (lambda t: leaf(t, 2).add_(1), "a leaf Variable that requires"),
    "write to part of a leaf": (
        lambda t: leaf(t, 2)[0].fill_(1),
        "a view of a leaf Variable",
    ),
    "set an item of a leaf": (lambda t: leaf(t, 2).__setitem__(0, 1), "leaf Variable"),
    "flag of a result": (
        lambda t: setattr(leaf(t, 2) * 2, "requires_grad", False),
        "leaf variables",
    ),
    "gradient of ints": (lambda t: t.tensor([1]).requires_grad_(), "floating point"),
    "float into ints": (lambda t: t.tensor([1, 2]).add_(0.5), "can't be cast"),
    "in place too large": (lambda t: t.ones(2).add_(t.ones(3, 2)), "shape"),
    "write to expanded": (lambda t: t.ones(1).expand(3).add_(1), "clone"),
    "value too large": (
        lambda t: t.ones(2).__setitem__(0, t.ones(2)),
        "shape",
    ),
    "length of a number": (lambda t: len(t.tensor(1.0)), "0-d tensor"),
    "none in exp": (lambda t: t.exp(None), "must be Tensor, not NoneType"),
    "none in arithmetic": (lambda t: t.ones(2) + None, "NoneType"),
    "topk": (lambda t: t.ones(2).topk(3), "out of range"),
    "gather": (lambda t: t.ones(2, 2).gather(1, t.tensor([1])), "same number of dim"),
    "expand": (lambda t: t.ones(2).expand(3), "cannot be expanded"),
    "array times tensor": (lambda t: np.ones(2) * leaf(t, 2), "do not mix"),
    "negative power": (lambda t: t.tensor([2]) ** -1, "negative integer powers"),
}


@pytest.mark.parametrize(("wrong", "message"), REFUSED.values(), ids=REFUSED)
@pytest.mark.filterwarnings("ignore:__array:DeprecationWarning")  # PyTorch's
def test_what_pytorch_refuses_is_refused(wrong, message):
    torch = theirs()
    with pytest.raises(Exception, match=r".") as other:
        wrong(torch)
    with pytest.raises(Exception, match=message) as ours:
        wrong(autograd)

    same = other.value.__class__
    assert isinstance(ours.value, same) or issubclass(same, type(ours.value))


NAMED = {
    "add": (lambda t: t.ones(2, 3) + t.ones(2, 4), r"add: .*\(2, 3\).*\(2, 4\)"),
    "linear": (
        lambda t: t.nn.Linear(3, 2)(t.ones(4, 5)),
        r"linear: .*\(4, 5\).*\(2, 3",
    ),
    "conv2d": (
        lambda t: t.nn.Conv2d(3, 2, 3)(t.ones(1, 4, 8, 8)),
        r"conv2d: x must have 3 channels.*\(1, 4, 8, 8\)",
    ),
    "layer_norm": (
        lambda t: t.nn.LayerNorm(4)(t.ones(2, 3)),
        r"layer_norm: .*\(2, 3\)",
    ),
    "batch norm": (
        lambda t: t.nn.BatchNorm2d(3)(t.ones(2, 4, 5, 5)),
        "expected 3 chan",
    ),
    "device": (lambda t: t.zeros(2, device="cuda"), "runs on the CPU"),
    "to a device": (lambda t: t.zeros(2).to("cuda"), "runs on the CPU"),
    "cuda": (lambda t: t.zeros(2).cuda(), "runs on the CPU"),
    "module to a device": (lambda t: t.nn.Linear(2, 2).to("cuda:0"), "runs on the CPU"),
    "create_graph": (
        lambda t: leaf(t, 1).sum().backward(create_graph=True),
        "gradients",
    ),
    "hooks": (lambda t: leaf(t, 1).register_hook(print), "no hooks"),
    "attention": (
        lambda t: t.nn.functional.scaled_dot_product_attention,
        r"F\.scaled_dot_product_attention is not on this tape: write softmax",
    ),
    "MultiheadAttention": (lambda t: t.nn.MultiheadAttention, "write it from four"),
    "LSTM": (lambda t: t.nn.LSTM, "step by step"),
    "cdist": (lambda t: t.cdist, r"\|x\|\^2"),
    "misspelt": (lambda t: t.arrange, "did you mean arange"),
    "misspelt module": (lambda t: t.nn.Conv2D, "Conv2d"),
    "misspelt optimizer": (lambda t: t.optim.Adamw, "AdamW"),
    "unknown": (lambda t: t.quantize_the_moon, "docs/autograd.md"),
    "matrix norm": (lambda t: t.linalg.norm(t.ones(2, 2), ord=2), "as a map"),
    "still None": (lambda t: t.ones_like(None), "still None"),
}


@pytest.mark.parametrize(("wrong", "message"), NAMED.values(), ids=NAMED)
def test_refusals_name_the_step_the_shapes_and_the_way_out(wrong, message):
    with pytest.raises(Exception, match=message) as caught:
        wrong(autograd)

    assert "\n" not in str(caught.value)


def test_a_failed_write_changes_nothing():
    x = autograd.zeros(3)
    with pytest.raises(RuntimeError):
        x[:2] = autograd.ones(3)
    with pytest.raises(IndexError):
        x[4] = 1

    assert x.tolist() == [0, 0, 0]


def test_a_failing_step_of_ones_own_is_named():
    t = autograd

    class Wrong(t.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ValueError("no idea")

    with pytest.raises(RuntimeError, match=r"step 'Wrong'.*shape \(2,\): no idea"):
        Wrong.apply(leaf(t, 2)).sum().backward()
