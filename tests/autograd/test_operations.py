"""Every operation, in the forms of call that answers use, against PyTorch."""

import numpy as np
import pytest

from cs231n import autograd
from cs231n.gradcheck import directional_error
from tests.autograd.engines import compare, first, functions, leaves, run

RNG = np.random.default_rng(231)
A = RNG.standard_normal((3, 4))
B = RNG.standard_normal((3, 4))
COLUMN, ROW = RNG.standard_normal((3, 1)), RNG.standard_normal(4)
V, W = RNG.standard_normal((2, 5))
P = np.abs(A) + 0.5
M = RNG.standard_normal((4, 5))
X3, Y3 = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((2, 4, 5))
X4 = RNG.standard_normal((2, 4, 6, 6))
Q4, K4 = RNG.standard_normal((2, 2, 3, 5, 4))
IDS = np.array([[0, 2, 1], [1, 1, 0]])
MASK = np.array([[True, False, True, True], [False] * 4, [True, True, False, False]])
MEMBER = np.array([1, 0, 3])
DISTINCT = RNG.permutation(24).reshape(2, 3, 4) / 3.0


def case(program, *arrays):
    return pytest.param(program, arrays)


ARITHMETIC = {
    "add": case(lambda t, a, b: a + b, A, B),
    "add broadcasts": case(lambda t, a, b: a + b, A, ROW),
    "add both": case(lambda t, a, b: a + b, COLUMN, ROW),
    "add number": case(lambda t, a: 2 + a + 1.5, A),
    "add alpha": case(lambda t, a, b: t.add(a, b, alpha=3), A, B),
    "add twice": case(lambda t, a: a + a, A),
    "sub": case(lambda t, a, b: a - b, A, COLUMN),
    "rsub": case(lambda t, a: 1 - a, A),
    "mul": case(lambda t, a, b: a * b, A, COLUMN),
    "mul function": case(lambda t, a, b: t.mul(a, b), A, B),
    "mul method": case(lambda t, a, b: a.mul(b), A, B),
    "rmul": case(lambda t, a: 2 * a * 0.5, A),
    "square by itself": case(lambda t, a: a * a, A),
    "div": case(lambda t, a, b: a / b, A, P),
    "div function": case(lambda t, a, b: t.div(a, b), A, P),
    "div method": case(lambda t, a: a.div(3), A),
    "rdiv": case(lambda t, a: 1 / a, P),
    "div ints": case(lambda t, i: i / 2, IDS),
    "ints times float": case(lambda t, i: i * 0.5, IDS),
    "neg": case(lambda t, a: -a, A),
    "neg ints": case(lambda t, i: -i, IDS),
    "pow 2": case(lambda t, a: a**2, A),
    "pow 3": case(lambda t, a: t.pow(a, 3), A),
    "pow half": case(lambda t, a: a.pow(0.5), P),
    "pow tensors": case(lambda t, a, b: a**b, P, B),
    "pow of number": case(lambda t, a: 10000.0**a, A),
    "pow of int by ints": case(lambda t, i: 10**i, IDS),
    "pow of float by ints": case(lambda t, i: 10000.0 ** (i / 4), IDS),
    "torch.pow number": case(lambda t, a: t.pow(10000, a), A),
    "mod": case(lambda t, i: i % 2, IDS),
    "floor divide": case(lambda t, i: i // 2, IDS),
    "matmul": case(lambda t, a, b: a @ b, A, M),
    "compare": case(
        lambda t, a, b: [a > b, a == b, a != 0, a >= 0, a < b, a <= 0.5], A, B
    ),
    "masks": case(lambda t, a: [(a > 0) & (a < 1), (a > 0) | (a < -1), ~(a > 0)], A),
    "maximum": case(lambda t, a, b: t.maximum(a, b), A, B),
    "minimum": case(lambda t, a, b: t.minimum(a, b), A, A),
    "max of two": case(lambda t, a, b: t.max(a, b), A, B),
    "lerp": case(lambda t, a, b: a.lerp(b, 0.25), A, B),
}
FUNCTIONS = {
    **{
        name: case(lambda t, a, n=name: getattr(t, n)(a), P)
        for name in (
            *("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "square", "abs"),
            *("log2", "log10", "log1p", "expm1", "rsqrt", "reciprocal", "neg", "relu"),
            *("erf", "floor", "ceil", "round", "sign"),
        )
    },
    **{
        f".{name}": case(lambda t, a, n=name: getattr(a, n)(), A)
        for name in ("exp", "sin", "tanh", "sigmoid", "square", "abs", "relu", "neg")
    },
    "abs at 0": case(lambda t, a: a.abs() + t.relu(a), np.array([-1.0, 0, 2])),
    "clamp": case(lambda t, a: t.clamp(a, -1, 1), A),
    "clamp min": case(lambda t, a: a.clamp(min=0.1), A),
    "clamp at its bounds": case(
        lambda t, a: a.clamp(-1.0, 1.0), np.array([-1.0, 0, 1])
    ),
    "clip": case(lambda t, a: t.clip(a, 0, 0.999), A),
}
REDUCTIONS = {
    "sum": case(lambda t, a: t.sum(a), A),
    "sum dim": case(lambda t, a: a.sum(dim=1), A),
    "sum keepdim": case(lambda t, a: t.sum(a, dim=1, keepdim=True), A),
    "sum keepdims": case(lambda t, a: t.sum(a, dim=1, keepdims=True), A),
    "sum axis": case(lambda t, a: t.sum(a, axis=1, keepdim=True), A),
    "sum positional": case(lambda t, a: a.sum(1, True), A),
    "sum axes": case(lambda t, a: a.sum(dim=(0, 2)), X3),
    "sum of bools": case(lambda t, m: m.sum(), MASK),
    "mean": case(lambda t, a: t.mean(a), A),
    "mean dim": case(lambda t, a: a.mean(dim=0), A),
    "mean axis": case(lambda t, a: a.mean(axis=1), A),
    "mean axes": case(lambda t, a: a.mean((2, 3)), X4),
    "prod": case(lambda t, a: t.prod(a), A),
    "prod dim": case(lambda t, a: a.prod(1), np.array([[1.0, 0, 3], [0, 0, 2]])),
    "var": case(lambda t, a: a.var(dim=1, keepdim=True), A),
    "var biased": case(lambda t, a: a.var(1, unbiased=False), A),
    "std": case(lambda t, a: a.std(), A),
    "max": case(lambda t, a: a.max(), A),
    "max shares ties": case(lambda t, a: a.max(), np.array([1.0, 3, 3])),
    "max dim": case(lambda t, a: list(t.max(a, dim=1)), A),
    "max first of ties": case(lambda t, a: list(a.max(1)), np.array([[1.0, 3, 3]])),
    "max positional": case(lambda t, a: list(t.max(a, 1, True)), A),
    "max axis": case(lambda t, a: list(t.max(a, axis=1)), A),
    "max values": case(lambda t, a: a.max(dim=1).values + a.max(dim=1)[0], A),
    "min dim": case(lambda t, a: list(a.min(0)), A),
    "amax": case(lambda t, a: a.amax(dim=1), np.array([[1.0, 3, 3], [0, -1, 2]])),
    "argmax": case(lambda t, a: [t.argmax(a), t.argmax(a, dim=1), a.argmax(-1)], A),
    "argmax axis": case(lambda t, a: [t.argmax(a, axis=0), a.argmax(dim=-1)], A),
    "argmin": case(lambda t, a: [a.argmin(), a.argmin(1, True)], A),
    "any all": case(lambda t, m: [m.any(), m.all(), m.any(dim=-1), m.all(0)], MASK),
    "norm": case(lambda t, a: t.norm(a), A),
    "norm dim": case(lambda t, a: a.norm(dim=1, keepdim=True), A),
    "norm p dim": case(lambda t, a: a.norm(2, dim=1), A),
    "norm p named": case(lambda t, a: a.norm(p=2, dim=1, keepdim=True), A),
    "norm 1": case(lambda t, a: a.norm(p=1, dim=0), A),
    "norm 3": case(lambda t, a: a.norm(3), A),
    "norm inf": case(lambda t, a: a.norm(float("inf")), A),
    "norm at 0": case(
        lambda t, a: t.linalg.norm(a, dim=1), np.array([[0.0, 0], [3, 4]])
    ),
    "linalg.norm": case(lambda t, a: t.linalg.norm(a), A),
    "linalg.norm dim": case(lambda t, a: t.linalg.norm(a, dim=1, keepdim=True), A),
    "linalg.norm keepdims": case(
        lambda t, a: t.linalg.norm(a, axis=1, keepdims=True), A
    ),
    "linalg.norm ord": case(
        lambda t, a: t.linalg.norm(a, ord=2, dim=1, keepdim=True), A
    ),
    "vector_norm": case(lambda t, a: t.linalg.vector_norm(a), A),
    "logsumexp": case(lambda t, a: t.logsumexp(a, dim=1), A * 30),
    "cumsum": case(lambda t, a: t.cumsum(a, dim=1), A),
    "cumprod": case(lambda t, a: t.cumprod(a, dim=0), A),
    "cumprod of 0": case(lambda t, a: a.cumprod(0), np.array([2.0, 0, 3, 0, 5])),
    "sort": case(lambda t, a: list(a.sort(dim=1, descending=True)), A),
    "argsort": case(lambda t, a: t.argsort(a, dim=-1, descending=True), A),
    "topk": case(lambda t, a: list(t.topk(a, 2)), A),
    "topk dim": case(lambda t, a: list(a.topk(k=2, dim=0)), A),
    "topk smallest": case(lambda t, a: list(t.topk(a, 2, dim=1, largest=False)), A),
}
SHAPES = {
    "view": case(lambda t, a: a.view(2, -1), A),
    "view tuple": case(lambda t, a: a.view((2, 6)), A),
    "view size": case(lambda t, a, b: a.view(b.size()), A, M.T.reshape(4, 5)[:3, :4]),
    "reshape": case(lambda t, a: t.reshape(a, (4, 3)), A),
    "reshape ints": case(lambda t, a: a.reshape(2, -1), A),
    "reshape after permute": case(lambda t, a: a.permute(0, 2, 1).reshape(2, 12), X3),
    "flatten": case(lambda t, a: [t.flatten(a), a.flatten(-2, -1)], X3),
    "flatten from": case(lambda t, a: t.flatten(a, start_dim=1), X4),
    "unflatten": case(lambda t, a: a.unflatten(1, (2, 2)), A),
    "transpose": case(lambda t, a: t.transpose(a, 1, 2) * 2, X3),
    "transpose negative": case(lambda t, a: a.transpose(-2, -1), X3),
    "swapaxes": case(lambda t, a: t.swapaxes(a, 1, 2), X3),
    "moveaxis": case(lambda t, a: a.moveaxis(1, 2), X4),
    "moveaxis function": case(lambda t, a: t.moveaxis(a, 0, -1), X4),
    "permute": case(lambda t, a: t.permute(a, (2, 0, 1)), X3),
    "permute ints": case(lambda t, a: a.permute(0, 2, 3, 1), X4),
    "permute list": case(lambda t, a: a.permute([1, 0, 2]), X3),
    "T": case(lambda t, a: a.T, A),
    "t": case(lambda t, a: [a.t(), t.t(a)], A),
    "unsqueeze": case(lambda t, a: t.unsqueeze(a, 1), A),
    "unsqueeze last": case(lambda t, a: a.unsqueeze(-1), A),
    "squeeze": case(lambda t, a: t.squeeze(a), COLUMN),
    "squeeze dim": case(lambda t, a: a.squeeze(1), COLUMN),
    "squeeze nothing": case(lambda t, a: a.squeeze(0), COLUMN),
    "expand": case(lambda t, a: a.expand(2, -1, 4), COLUMN),
    "expand_as": case(lambda t, a, b: a.expand_as(b), COLUMN, A),
    "repeat": case(lambda t, a: a.repeat(2, 1), A),
    "repeat adds axes": case(lambda t, a: a.repeat(2, 1, 3), A),
    "repeat_interleave": case(lambda t, a: a.repeat_interleave(2), A),
    "repeat_interleave dim": case(lambda t, a: a.repeat_interleave(3, dim=1), A),
    "contiguous": case(lambda t, a: a.permute(2, 0, 1).contiguous().view(4, 6), X3),
    "clone": case(lambda t, a: a.clone(), A),
    "cat": case(lambda t, a, b: t.cat([a, b], dim=0), A, B),
    "cat tuple": case(lambda t, a, b: t.cat((a, b), dim=1), A, COLUMN),
    "cat default": case(lambda t, a, b: t.cat((a, b)), A, B),
    "concat": case(lambda t, a, b: t.concat([a, b]), A, B),
    "concatenate": case(lambda t, a, b: t.concatenate([a, b], dim=1), A, B),
    "stack": case(lambda t, a, b: t.stack([a, b]), A, B),
    "stack dim": case(lambda t, a, b: t.stack((a, b), dim=1), A, B),
    "stack axis": case(lambda t, a, b: t.stack([a, b], axis=1), A, B),
    "split": case(lambda t, a: list(t.split(a, 2, dim=0)), A),
    "split sizes": case(lambda t, a: list(a.split([1, 3], dim=1)), A),
    "chunk": case(lambda t, a: list(a.chunk(2, dim=1)), A),
    "unbind": case(lambda t, a: list(t.unbind(a, 1)), A),
    "flip": case(lambda t, a: t.flip(a, (0,)), A),
    "roll": case(lambda t, a: t.roll(a, 1, 0), A),
    "unfold": case(lambda t, a: a.unfold(2, 3, 2), X4),
    "unfold twice": case(lambda t, a: a.unfold(2, 2, 2).unfold(3, 2, 2), X4),
    "tile": case(lambda t, a: t.tile(a, (2,)), A),
    "to": case(lambda t, a: a.to(t.float32) * 2, A),
    "float": case(lambda t, i: i.float(), IDS),
    "type_as": case(lambda t, a, i: i.type_as(a), A, IDS),
    "bool": case(lambda t, i: i.bool(), IDS),
    "long": case(lambda t, a: a.long(), A * 3),
    "meta": case(lambda t, a: [*a.shape, a.size(0), a.dim(), len(a), a.numel()], A),
}
PARTS = {
    "row": case(lambda t, a: a[1], A),
    "last": case(lambda t, a: a[-1], A),
    "element": case(lambda t, a: a[1, 2], A),
    "slice": case(lambda t, a: a[:, 1:3], A),
    "cut ends": case(lambda t, a: a[:, :, :-1, :] - a[:, :, 1:, :], X4),
    "step": case(lambda t, a: a[:, ::2], A),
    "None": case(lambda t, a: a[:, None], A),
    "Nones": case(lambda t, a: a[None, None, :, :], A),
    "ellipsis": case(lambda t, a: a[..., 0], X3),
    "list": case(lambda t, a: a[[1, 1, 2]], A),
    "ids": case(lambda t, a, i: a[i], A, IDS),
    "array": case(lambda t, a: a[np.array([2, 0])], A),
    "bools": case(lambda t, a, m: a[m], A, MASK),
    "bool array": case(lambda t, a: a[np.arange(3) != 1], A),
    "rows and columns": case(lambda t, a, i: a[range(3), i], A, MEMBER),
    "index tensors": case(lambda t, a, i: a[i.new_ones(3), i], A, MEMBER),
    "number then ids": case(lambda t, a, i: a[0, :, i], X3, IDS[0]),
    "column of ids": case(lambda t, a, i: a[:, i], A, MEMBER),
    "gather": case(lambda t, a, i: a.gather(1, i.view(-1, 1)).squeeze(), A, MEMBER),
    "gather repeats": case(
        lambda t, a, i: t.gather(a, dim=-1, index=i),
        X3[:, :, :3],
        np.zeros((2, 3, 3), int),
    ),
    "scatter": case(
        lambda t, a, i: a.scatter(dim=-1, index=i.view(-1, 1), value=1.0), A, MEMBER
    ),
    "where": case(lambda t, a, b, m: t.where(m, a, b), A, COLUMN, MASK),
    "where number": case(lambda t, a, m: t.where(m, a, 0.0), A, MASK),
    "masked_fill": case(lambda t, a, m: a.masked_fill(m, float("-inf")), A, MASK),
    "masked_fill broadcasts": case(
        lambda t, a, m: t.masked_fill(a, m == 0, -1e9), X3, MASK[:, :4]
    ),
    "masked_select": case(lambda t, a, m: a.masked_select(m), A, MASK),
    "tril": case(lambda t, a: t.tril(a), A),
    "triu": case(lambda t, a: a.triu(1), A),
    "diag": case(lambda t, a: t.diag(a), A),
    "diag offset": case(lambda t, a: t.diag(a, 1), A),
    "diag of vector": case(lambda t, a: t.diag(a, -1), V),
    "diagonal": case(lambda t, a: a.diagonal(1, 1, 2), X3),
    "iterate": case(lambda t, a: sum(row * i for i, row in enumerate(a)), A),
    "nonzero": case(lambda t, m: m.nonzero(), MASK),
}
PRODUCTS = {
    "matmul": case(lambda t, a, b: t.matmul(a, b), A, M),
    "matmul method": case(lambda t, a, b: a.matmul(b.T), A, B),
    "matrix vector": case(lambda t, a, b: a @ b, A, ROW),
    "vector matrix": case(lambda t, a, b: b @ a, M, ROW),
    "vectors": case(lambda t, a, b: a @ b, V, W),
    "dot": case(lambda t, a, b: t.dot(a, b), V, W),
    "dot method": case(lambda t, a, b: a.dot(b), V, W),
    "stacks": case(lambda t, a, b: a @ b, X3, Y3),
    "stack by matrix": case(lambda t, a, b: a @ b, X3, M),
    "matrix by stack": case(lambda t, a, b: a @ b, A, Y3),
    "stack by vector": case(lambda t, a, b: a @ b, X3, ROW),
    "attention": case(lambda t, q, k: q @ k.transpose(-2, -1), Q4, K4),
    "transposed": case(lambda t, a, b: a.T @ b, A, B),
    "mm": case(lambda t, a, b: [t.mm(a, b.t()), a.mm(b.t())], A, B),
    "bmm": case(lambda t, a, b: t.bmm(a, b), X3, Y3),
    "outer": case(lambda t, a, b: t.outer(a, b), V, W),
    "einsum rows": case(lambda t, a, b: t.einsum("ij,ij->i", a, b), A, B),
    "einsum pairs": case(lambda t, a, b: t.einsum("ik,jk->ij", a, b), A, B),
    "einsum heads": case(lambda t, q, k: t.einsum("nhsd,nhtd->nhst", q, k), Q4, K4),
    "einsum sum": case(lambda t, a: t.einsum("ij->j", a), A),
    "einsum implicit": case(lambda t, a, b: t.einsum("ij,jk", a, b), A, M),
}
FUNCTIONAL = {
    "softmax": case(lambda t, a: t.softmax(a, dim=-1), A),
    "softmax method": case(lambda t, a: a.softmax(dim=0), A),
    "F.softmax": case(lambda t, a: functions(t).softmax(a, -1), X3),
    "softmax middle": case(lambda t, a: functions(t).softmax(a, dim=1), X4),
    "log_softmax": case(lambda t, a: functions(t).log_softmax(a, dim=1), A * 40),
    "F.relu": case(lambda t, a: functions(t).relu(a), A),
    "F.tanh": case(lambda t, a: functions(t).tanh(a), A),
    "leaky_relu": case(lambda t, a: functions(t).leaky_relu(a, 0.2), A),
    "gelu": case(lambda t, a: functions(t).gelu(a), A),
    "gelu tanh": case(lambda t, a: functions(t).gelu(a, approximate="tanh"), A),
    "silu": case(lambda t, a: functions(t).silu(a), A * 5),
    "elu": case(lambda t, a: functions(t).elu(a, 0.7), A),
    "softplus": case(lambda t, a: functions(t).softplus(a), A * 5),
    "logsigmoid": case(lambda t, a: functions(t).logsigmoid(a), A * 5),
    "normalize": case(lambda t, a: functions(t).normalize(a, dim=1), A),
    "normalize last": case(lambda t, a: functions(t).normalize(a, dim=-1), X3),
    "normalize zeros": case(
        lambda t, a: functions(t).normalize(a, dim=0), A * [[0], [0], [0]]
    ),
    "cosine_similarity": case(
        lambda t, a, b: functions(t).cosine_similarity(a, b, dim=-1), A, ROW
    ),
    "cosine pairs": case(
        lambda t, a, b: functions(t).cosine_similarity(a[:, None], b[None], dim=-1),
        A,
        B,
    ),
    "pad": case(lambda t, a: functions(t).pad(a, (1, 0), value=1.0), V),
    "pad images": case(lambda t, a: functions(t).pad(a, (1, 2, 0, 3)), X4),
    "pad cuts": case(lambda t, a: functions(t).pad(a, (-1, 2)), A),
    "pad reflect": case(lambda t, a: functions(t).pad(a, (1, 2, 2, 1), "reflect"), X4),
    "linear": case(lambda t, x, w, b: functions(t).linear(x, w, b), X3, M.T, V),
    "linear plain": case(lambda t, x, w: functions(t).linear(x, w), A, B),
    "embedding": case(lambda t, w, i: functions(t).embedding(i, w), A, IDS),
    "embedding pad": case(
        lambda t, w, i: functions(t).embedding(i, w, padding_idx=1), A, IDS
    ),
    "layer_norm": case(
        lambda t, x, w, b: functions(t).layer_norm(x, (4,), w, b), X3, ROW, M[:, 0]
    ),
    "layer_norm axes": case(lambda t, x: functions(t).layer_norm(x, (3, 4)), X3),
    "group_norm": case(
        lambda t, x, w, b: functions(t).group_norm(x, 2, w, b), X4, ROW, M[:, 0]
    ),
    "group_norm rows": case(lambda t, x: functions(t).group_norm(x, 2), A),
    "cross_entropy": case(lambda t, x, y: functions(t).cross_entropy(x, y), A, MEMBER),
    "cross_entropy sum": case(
        lambda t, x, y: functions(t).cross_entropy(x, y, reduction="sum"), A, MEMBER
    ),
    "cross_entropy none": case(
        lambda t, x, y: functions(t).cross_entropy(x, y, reduction="none"), A, MEMBER
    ),
    "cross_entropy images": case(
        lambda t, x, y: functions(t).cross_entropy(x, y),
        X4,
        IDS[:1, :1].repeat(72).reshape(2, 6, 6) + 1,
    ),
    "cross_entropy ignores": case(
        lambda t, x, y: functions(t).cross_entropy(x, y, ignore_index=0), A, MEMBER
    ),
    "cross_entropy weights": case(
        lambda t, x, w, y: functions(t).cross_entropy(x, y, weight=w.detach()),
        A,
        P[0],
        MEMBER,
    ),
    "cross_entropy smooth": case(
        lambda t, x, y: functions(t).cross_entropy(x, y, label_smoothing=0.1), A, MEMBER
    ),
    "cross_entropy one": case(
        lambda t, x, y: functions(t).cross_entropy(x, y), ROW, np.array(2)
    ),
    "cross_entropy chances": case(
        lambda t, x, p: functions(t).cross_entropy(x, p.softmax(1)), A, B
    ),
    "nll_loss": case(
        lambda t, x, y: functions(t).nll_loss(t.log_softmax(x, 1), y), A, MEMBER
    ),
    "mse_loss": case(lambda t, a, b: functions(t).mse_loss(a, b), A, B),
    "mse_loss none": case(
        lambda t, a, b: functions(t).mse_loss(a, b, reduction="none"), A, B
    ),
    "mse_loss sum": case(
        lambda t, a, b: functions(t).mse_loss(a, b, reduction="sum"), A, B
    ),
    "l1_loss": case(lambda t, a, b: functions(t).l1_loss(a, b), A, B),
    "smooth_l1_loss": case(lambda t, a, b: functions(t).smooth_l1_loss(a, b), A, B),
    "bce logits": case(
        lambda t, a, b: functions(t).binary_cross_entropy_with_logits(a, b.sigmoid()),
        A,
        B,
    ),
    "bce": case(
        lambda t, a, b: functions(t).binary_cross_entropy(a.sigmoid(), b.sigmoid()),
        A,
        B,
    ),
    "max_pool2d": case(
        lambda t, a: functions(t).max_pool2d(a, 2), DISTINCT.reshape(1, 1, 4, 6)
    ),
    "max_pool2d pad": case(
        lambda t, a: functions(t).max_pool2d(a, 3, 2, 1), DISTINCT.reshape(1, 1, 4, 6)
    ),
    "avg_pool2d": case(lambda t, a: functions(t).avg_pool2d(a, 2, stride=1), X4),
    "adaptive": case(lambda t, a: functions(t).adaptive_avg_pool2d(a, 1), X4),
    "upsample nearest": case(
        lambda t, a: functions(t).interpolate(a, scale_factor=2), X4
    ),
    "upsample three": case(
        lambda t, a: functions(t).interpolate(a, scale_factor=3), X4
    ),
    "upsample bilinear": case(
        lambda t, a: functions(t).interpolate(a, scale_factor=2, mode="bilinear"), X4
    ),
    "pixel_shuffle": case(lambda t, a: functions(t).pixel_shuffle(a, 2), X4),
    "pixel_unshuffle": case(lambda t, a: functions(t).pixel_unshuffle(a, 2), X4),
    "conv2d": case(
        lambda t, x, w, b: functions(t).conv2d(x, w, b, stride=2, padding=1),
        *(X4, RNG.standard_normal((3, 4, 3, 3)), RNG.standard_normal(3)),
    ),
    "conv2d groups": case(
        lambda t, x, w: functions(t).conv2d(x, w, None, 1, (0, 1), 2, 2),
        *(X4, RNG.standard_normal((2, 2, 2, 3))),
    ),
    "conv2d same": case(
        lambda t, x, w: functions(t).conv2d(x, w, padding="same"),
        *(X4, RNG.standard_normal((2, 4, 3, 3))),
    ),
    "conv_transpose2d": case(
        lambda t, x, w, b: functions(t).conv_transpose2d(x, w, b, stride=2, padding=1),
        *(X4, RNG.standard_normal((4, 3, 4, 4)), RNG.standard_normal(3)),
    ),
}
GROUPS = (ARITHMETIC, FUNCTIONS, REDUCTIONS, SHAPES, PARTS, PRODUCTS, FUNCTIONAL)
CASES = [
    pytest.param(*value.values, id=name)
    for group in GROUPS
    for name, value in group.items()
]
#: Steps whose slope jumps at the points of a test.
JUMPS = (
    *("at 0", "bounds", "shares ties", "minimum", "amax", "of ties", "prod dim"),
    *("normalize zeros", "floor", "ceil", "round", "masked_fill", "embedding pad"),
)


@pytest.mark.parametrize(("program", "arrays"), CASES)
def test_values_and_gradients_are_pytorchs(program, arrays):
    compare(program, *arrays)


@pytest.mark.parametrize(("program", "arrays"), CASES)
def test_float32_stays_float32_and_agrees(program, arrays):
    single = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arrays]

    compare(program, *single, tolerance=2e-5)


@pytest.mark.parametrize(
    ("program", "arrays"),
    [c for c in CASES if not any(j in c.id for j in JUMPS)],
)
def test_gradients_match_central_differences(program, arrays):
    places = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"]
    out, grads = run(autograd, program, arrays)
    if all(g is None for g in grads):
        return
    top = np.asarray(first(out))
    dout = np.random.default_rng(0).standard_normal(top.shape).astype(top.dtype)
    for place in places:
        if grads[place] is None:
            continue

        def moved(x, place=place):
            given = [x if i == place else a for i, a in enumerate(arrays)]
            return first(program(autograd, *leaves(autograd, given))).detach().numpy()

        loose = top.dtype == np.float32
        rng = np.random.default_rng(1)
        error = directional_error(moved, arrays[place], dout, grads[place], rng=rng)
        assert error < (1e-1 if loose else 1e-6), f"argument {place}: {error:.1e}"
