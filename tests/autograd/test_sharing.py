"""Writes in place, shared memory and histories, against PyTorch."""

import numpy as np
import pytest

from cs231n import autograd
from tests.autograd.engines import compare, plain, theirs

RNG = np.random.default_rng(7)
A, B = RNG.standard_normal((2, 3, 4))
ROW = RNG.standard_normal(4)
X3 = RNG.standard_normal((2, 3, 4))


def rows_into_a_buffer(t, x, w):
    h, out = x[:, 0], t.zeros(2, 3, 4, dtype=x.dtype)
    for step in range(3):
        h = t.tanh(x[:, step] @ w + h)
        out[:, step, :] = h
    return out * out


def the_same_slice_twice(t, a, b):
    out = t.zeros(3, 4, dtype=a.dtype)
    out[1] = a[0] * 2
    out[1] = b[0] * 3
    return out


def over_a_result(t, a, b):
    y = a * 2
    y[0] = b[0]
    y[:, 1] = 5.0
    return y


def through_a_view(t, a, b):
    y = a * 2
    part = y[1]
    part *= b[0]
    part[2:] = b[1, :2]
    return y + part.sum()


def through_a_view_of_a_view(t, a, row):
    y = a * 1
    turned = y.T.view(4, 3)[1:]
    turned[0].add_(row[:3])
    return [y * y, turned]


def views_made_before(t, a, b):
    y = t.zeros(3, 4, dtype=a.dtype)
    early, corner = y[0], y[:2, :2].T
    y[0] = a[0] * b[0]
    y[1, 1] = b[2, 2]
    return early.sum() * y + corner.prod()


def with_lists_and_masks(t, a, b):
    y = a * 1
    y[[0, 2]] = b[:2]
    y[y > 0.5] = 0.25
    y[t.arange(3), t.tensor([0, 1, 2])] = b[2, :3]
    return y


def accumulate(t, a, b):
    total = 0.0
    for row, other in zip(a, b, strict=True):
        total += (row * other).sum().exp()
    total /= 2 * len(a)
    return total


def in_place_chain(t, a, row):
    y = a * row
    y += row
    y -= a
    y *= row
    y /= 3
    return y.clamp_(min=-1).add_(1)


def masked_scores(t, a, b):
    scores = a @ b.T
    scores.masked_fill_(t.tril(t.ones(3, 3)) == 0, float("-inf"))
    return scores.softmax(-1)


def diagonal_filled(t, a, b):
    s = a @ b.T
    s.fill_diagonal_(0)
    return s.exp().sum(1).log()


def slices_of_a_matrix(t, a, b):
    z = t.cat([a, b])
    s = z @ z.T
    s[:3, 3:] = s[:3, 3:] * 2
    return s


def float64_into_float32(t, a):
    buffer = t.zeros(3, 4)
    buffer[0] = a[0] * 2
    return buffer


def copied(t, a, b):
    y = a * 1
    y[1:].copy_(b[1:] * 2)
    return y


def reassigned(t, a):
    y = a * 1
    z = y
    y += 1
    return z * y


def unsqueezed_in_place(t, a, row):
    y = a * 1
    y.unsqueeze(0).transpose(0, 1)[2] = row
    return y * 3


PROGRAMS = [
    (rows_into_a_buffer, (X3, RNG.standard_normal((4, 4)))),
    (the_same_slice_twice, (A, B)),
    (over_a_result, (A, B)),
    (through_a_view, (A, B)),
    (through_a_view_of_a_view, (A, ROW)),
    (views_made_before, (A, B)),
    (with_lists_and_masks, (A, B)),
    (accumulate, (A, B)),
    (in_place_chain, (A, ROW)),
    (masked_scores, (A, B)),
    (diagonal_filled, (A, B)),
    (slices_of_a_matrix, (A, B)),
    (float64_into_float32, (A,)),
    (copied, (A, B)),
    (reassigned, (A,)),
    (unsqueezed_in_place, (A, ROW)),
]


@pytest.mark.parametrize(
    ("program", "arrays"), PROGRAMS, ids=[p.__name__ for p, _ in PROGRAMS]
)
def test_writes_in_place_carry_gradients_as_in_pytorch(program, arrays):
    compare(program, *arrays)


def test_memory_is_shared_where_pytorch_shares_it():
    def story(t):
        x = t.ones(2, 3, requires_grad=True)
        x.data += 1
        x.detach()[0] = 7
        x.data.view(3, 2)[1, 1] = 5
        part = x.data[:, 1:]
        part *= 2
        array = np.zeros(4, np.float32)
        shared = t.from_numpy(array)
        shared[1:] = 3
        shared.numpy()[0] = 9
        y = shared
        y += 1
        copy = shared.clone()
        copy.zero_()
        return [x, shared, array, t.tensor(array)]

    for ours, other in zip(story(autograd), story(theirs()), strict=True):
        np.testing.assert_array_equal(plain(ours), plain(other), strict=True)


def test_gradients_add_up_and_are_tensors_of_their_own():
    def story(t):
        x = t.tensor([1.0, 2.0], requires_grad=True)
        seen = []
        (x * x).sum().backward()
        seen.append(x.grad.clone())
        (3 * x).sum().backward()
        seen.append(x.grad.clone())
        g = x.grad.data
        g -= 1
        seen.append(x.grad.clone())
        x.grad.zero_()
        x.sum().backward()
        seen.append(x.grad / 2)
        x.grad /= 4
        with t.no_grad():
            x += 0.5 * x.grad
        seen += [x.detach(), x.requires_grad, x.grad]
        x.grad = None
        (x**2).sum().backward(t.tensor(2.0))
        return [*seen, x.grad]

    for ours, other in zip(story(autograd), story(theirs()), strict=True):
        np.testing.assert_array_equal(plain(ours), plain(other), strict=True)


DTYPES = {
    "float32 and number": lambda t: t.ones(2) * 2.5,
    "float32 and NumPy float64": lambda t: t.ones(2) * np.float64(2),
    "NumPy float64 and float32": lambda t: np.sqrt(64) * t.ones(2),
    "float32 and 0-d float64": lambda t: t.ones(2) * t.tensor(2.0, dtype=t.float64),
    "float32 and float64": lambda t: t.ones(2) + t.ones(2, dtype=t.float64),
    "float32 and array": lambda t: t.ones(2) * np.ones(2),
    "int64 by int": lambda t: t.tensor([1, 2]) / 2,
    "int64 by number": lambda t: t.tensor([1, 2]) * 0.5,
    "int64 and float32": lambda t: t.tensor([1, 2]) * t.ones(2),
    "int64 and 0-d float64": lambda t: t.tensor([1]) * t.tensor(2.0, dtype=t.float64),
    "bool and number": lambda t: t.tensor([True, False]) + 1,
    "bool and float": lambda t: t.tensor([True, False]) * 0.5,
    "tensor of floats": lambda t: t.tensor([1.0, 2]),
    "tensor of ints": lambda t: t.tensor([1, 2]),
    "tensor of array": lambda t: t.tensor(np.ones(3)),
    "tensor of tensors": lambda t: t.tensor([t.tensor(1.5), t.tensor(2.5)]),
    "Tensor of ints": lambda t: t.Tensor([1, 2]),
    "FloatTensor": lambda t: t.FloatTensor([3, 4]),
    "LongTensor": lambda t: t.LongTensor([3, 4]),
    "type": lambda t: t.ones(2, dtype=t.long).type(t.FloatTensor),
    "type of x": lambda t: t.ones(2).type(dtype=t.ones(1, dtype=t.float64).dtype),
    "bool type": lambda t: t.zeros(2, dtype=bool),
    "arange ints": lambda t: t.arange(0, 10, step=3),
    "arange floats": lambda t: t.arange(0, 1, 0.25),
    "arange dtype": lambda t: t.arange(5, dtype=t.float),
    "full int": lambda t: t.full((2,), 3),
    "full float": lambda t: t.full((2, 1), 3.0),
    "full long": lambda t: t.full((2, 1), 3, dtype=t.long),
    "linspace": lambda t: t.linspace(0, 1, 5, dtype=t.float64),
    "eye": lambda t: t.eye(3).bool(),
    "sum of ints": lambda t: t.tensor([1, 2], dtype=t.int32).sum(),
    "ones_like": lambda t: t.ones_like(t.tensor([1, 2])),
    "zeros sizes": lambda t: [
        t.zeros(2, 3),
        t.zeros((2, 3)),
        t.zeros([2]),
        t.zeros(()),
    ],
    "cat mixed": lambda t: t.cat([t.ones(2), t.ones(2, dtype=t.float64)]),
    "exp of ints": lambda t: t.exp(t.tensor([0, 1])),
    "NumPy exp": lambda t: np.exp(t.zeros(2)).log(),
    "NumPy absolute": lambda t: np.absolute(-t.ones(2)),
    "NumPy argmax": lambda t: np.argmax(t.eye(3), axis=1),
    "NumPy dot": lambda t: np.dot(t.ones(2), t.ones(2)),
    "NumPy zeros_like": lambda t: np.zeros_like(t.ones(2, dtype=t.float64)),
    "mask times float": lambda t: (t.ones(2) > 0) * t.ones(2),
    "pow of ints": lambda t: t.tensor([2, 3]) ** 2,
    "pow by ints": lambda t: 10000.0 ** t.tensor([0, 1]),
    "floor divide": lambda t: t.tensor([-3, 3]) // 2,
    "mod": lambda t: t.tensor([-3, 3]) % 2,
    "one_hot": lambda t: t.nn.functional.one_hot(t.tensor([0, 2]), 4),
}


@pytest.mark.filterwarnings("ignore:__array:DeprecationWarning")  # PyTorch's
@pytest.mark.parametrize("make", DTYPES.values(), ids=DTYPES)
def test_dtypes_of_results_are_pytorchs(make):
    ours, other = plain(make(autograd)), plain(make(theirs()))

    if isinstance(other, list):
        assert [a.shape for a in ours] == [b.shape for b in other]
        return
    np.testing.assert_allclose(ours, other, rtol=1e-6)
    assert ours.dtype == other.dtype
    assert ours.shape == other.shape


def test_tensors_serve_as_python_numbers():
    t = autograd
    x = t.tensor([1.5, 2.5])

    assert (float(x[0]), int(t.tensor(3)), [0, 1, 2, 3][t.tensor(2)]) == (1.5, 3, 2)
    assert f"{x.sum():.2f} {x[0].item()}" == "4.00 1.5"
    assert sum([x[0], x[1]]).item() == 4
    assert x.tolist() == [1.5, 2.5]
    assert [row.item() for row in x] == [1.5, 2.5]
    assert bool(x[0] == 1.5)
    assert (x == None) is False  # noqa: E711
    assert "grad_fn=<MulBackward0>" in repr(t.ones(1, requires_grad=True) * 2)
    assert repr(t.tensor([1, 2])) == "tensor([1, 2])"
    assert str(t.zeros(1, dtype=t.float64)) == "tensor([0.], dtype=torch.float64)"
    assert repr(x.shape) == "torch.Size([2])"


def test_no_grad_records_nothing_as_context_and_decorator():
    t = autograd
    x = t.ones(2, requires_grad=True)

    @t.no_grad()
    def plainly(y):
        return y * 2

    with t.no_grad():
        assert not (x * 2).requires_grad
        with t.enable_grad():
            assert (x * 2).requires_grad
    assert not plainly(x).requires_grad
    assert (x * 2).requires_grad
    with t.set_grad_enabled(False):
        assert not t.is_grad_enabled()
    assert t.is_grad_enabled()
    assert not x.detach().requires_grad


def test_a_result_can_keep_its_gradient():
    x = autograd.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    y.retain_grad()
    (3 * y).sum().backward()

    assert y.grad.tolist() == [3, 3]
    assert x.grad.tolist() == [6, 12]


def test_gradients_by_name_leave_leaves_alone():
    def story(t):
        x = t.tensor([1.0, 2.0], requires_grad=True)
        y = x * x
        z = (y * 3).sum()
        unused = t.ones(1, requires_grad=True)
        grads = t.autograd.grad(z, [x, y, unused], allow_unused=True)
        return [None if g is None else plain(g) for g in grads], x.grad

    assert str(story(autograd)) == str(story(theirs()))


def test_a_step_of_ones_own():
    def story(t):
        class Cube(t.autograd.Function):
            @staticmethod
            def forward(ctx, x, scale):
                ctx.save_for_backward(x)
                ctx.scale = scale
                return scale * x**3

            @staticmethod
            def backward(ctx, g):
                (x,) = ctx.saved_tensors
                return g * ctx.scale * 3 * x**2, None

        x = t.tensor([1.0, -2.0], requires_grad=True)
        Cube.apply(x * 2, 5.0).sum().backward()
        return x.grad.tolist()

    assert story(autograd) == story(theirs())
