"""Corners that were once unlike PyTorch: each program runs on both engines."""

import copy
import importlib
import threading

import numpy as np
import pytest

from cs231n import autograd
from tests.autograd.engines import assert_same, compare, functions, plain, theirs

RNG = np.random.default_rng(16)
A, B = RNG.standard_normal((2, 3, 4))
POSITIVE = np.abs(B) + 0.5
IDS = np.array([0, 2, 1])


def added_with_alpha(t, a, b):
    y = a * 1
    y.add_(b, alpha=2)
    y.sub_(b * b, alpha=0.5)
    return y + t.add(a, b, alpha=3)


def to_the_power_zero(t, a):
    return (a * 0) ** 0 + (a * 0) ** t.zeros(4, dtype=a.dtype)


def filled_with_a_tensor(t, a, b):
    return a.masked_fill(a > 0, b.sum())


def filled_in_place_with_a_tensor(t, a, b):
    y = a * 2
    y.masked_fill_(y > 0, b[0, 0])
    return y


def after_an_empty_vector(t, a):
    return t.cat([t.empty(0, dtype=a.dtype), a, a * a])


def a_row_of_one(t, a, b):
    y = a * 2
    y[0] = b[1:2]
    y[:, 1] = b[:, 0].view(1, 1, 3)
    return y * y


def by_keywords(t, a):
    y = a.reshape(shape=(4, 3)).view(size=(2, 6))
    return y.permute(dims=(1, 0)).unsqueeze(axis=1)


@pytest.mark.parametrize(
    ("program", "arrays"),
    [
        (added_with_alpha, [A, B]),
        (lambda t, a, b: a % b, [A, POSITIVE]),
        (lambda t, a: a % 0.5, [A]),
        (to_the_power_zero, [A]),
        (filled_with_a_tensor, [A, B]),
        (filled_in_place_with_a_tensor, [A, B]),
        (after_an_empty_vector, [A]),
        (a_row_of_one, [A, B]),
        (by_keywords, [A]),
        (lambda t, a: +a * 2, [A]),
        (lambda t, a: functions(t).softmax(a, dim=0), [A[:0]]),
        (lambda t, a: functions(t).softmax(a, dim=1), [A[:, :0]]),
        (lambda t, a: a.clamp(min=t.finfo(a.dtype).min, max=t.iinfo(t.int8).max), [A]),
    ],
)
def test_values_and_gradients(program, arrays):
    compare(program, *arrays)


def write_none(t, F, x):
    x[0] = None


def scores_under_a_wrong_reduction(t, F, x):
    return F.cross_entropy(x, t.tensor([0, 1, 2]), reduction="avg")


def probabilities_above_one(t, F, x):
    return F.binary_cross_entropy(x * 0 + 2, x * 0)


def overwrite_a_buffer(t, F, x):
    m = t.nn.Module()
    m.register_buffer("table", x)
    m.table = 3


def a_buffer_over_a_weight(t, F, x):
    t.nn.Linear(2, 2).register_buffer("weight", x)


def set_grad(value):
    def program(t, F, x):
        leaf = t.zeros(3, requires_grad=True)
        leaf.grad = value(t)

    return program


@pytest.mark.parametrize(
    "program",
    [
        write_none,
        scores_under_a_wrong_reduction,
        probabilities_above_one,
        overwrite_a_buffer,
        a_buffer_over_a_weight,
        set_grad(lambda t: t.zeros(2)),
        set_grad(lambda t: t.zeros(3, dtype=t.float64)),
        set_grad(lambda t: np.zeros(3)),
        lambda t, F, x: t.cat(x),
        lambda t, F, x: t.stack(x),
        lambda t, F, x: t.maximum(x, 0),
        lambda t, F, x: t.tensor([1, 2]).std(),
        lambda t, F, x: t.zeros(0, 3).argmax(),
        lambda t, F, x: t.zeros(0, 3).max(0),
        lambda t, F, x: x.max(dim=(0, 1)),
        lambda t, F, x: x.sum((0, 0)),
        lambda t, F, x: t.tril(x[0]),
        lambda t, F, x: t.arange(0, 5, -1),
        lambda t, F, x: f"{x:.2f}",
        lambda t, F, x: F.linear(x, t.zeros(5, 4), t.zeros(4)),
        lambda t, F, x: F.linear(x, t.zeros(5, 4), t.zeros(5, dtype=t.float64)),
        lambda t, F, x: F.conv2d(t.zeros(1, 1, 3, 3), t.zeros(1, 1, 1, 1).double()),
        lambda t, F, x: F.pad(x, (1,)),
        lambda t, F, x: x.narrow(1, 2, 9),
        lambda t, F, x: x.masked_select(x[:2, :2] > 0),
        lambda t, F, x: x.chunk(0),
        lambda t, F, x: x.flip(3),
        lambda t, F, x: x.scatter(1, t.tensor([[0], [5], [1]]), 1.0),
        lambda t, F, x: x.scatter(1, t.tensor([0, 1, 2]), 1.0),
        lambda t, F, x: (x.requires_grad_() * 2).backward(np.ones((3, 4))),
        lambda t, F, x: t.optim.Adam([x], learning_rate=0.1),
        lambda t, F, x: t.optim.Adam([x], betas=(1.0, 0.9)),
    ],
)
def test_both_engines_refuse(program):
    kinds = []
    for engine in (autograd, theirs()):
        with pytest.raises(Exception) as caught:  # noqa: PT011
            program(engine, functions(engine), engine.tensor(A.tolist()))
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]
    assert kinds[0] is not RecursionError


def both(program):
    """Return what a program gives on each engine."""
    return program(autograd), program(theirs())


def test_threads_record_whatever_another_thread_does():
    def program(t):
        seen = []
        with t.no_grad():
            other = threading.Thread(target=lambda: seen.append(t.is_grad_enabled()))
            other.start()
            other.join()
        return seen

    ours, other = both(program)
    assert ours == other == [True]


@pytest.mark.parametrize("called", [True, False])
def test_no_grad_covers_each_step_of_a_generator(called):
    def program(t):
        def steps(x):
            got = yield x * 1
            yield got * x

        steps = (t.no_grad() if called else t.no_grad)(steps)
        x, seen = t.ones(2, requires_grad=True), []
        made = steps(x)
        for y in (next(made), made.send(2.0)):
            seen.append((y.requires_grad, t.is_grad_enabled(), (x * 2).requires_grad))
        return [*seen, list(made)]

    ours, other = both(program)
    assert ours == other


def test_a_write_into_whole_numbers_has_no_history():
    def program(t):
        y = t.zeros(2, 2, dtype=t.long)
        y[0] = t.ones(2, requires_grad=True) * 3
        return [y.requires_grad, y.tolist()]

    ours, other = both(program)
    assert ours == other


def test_a_copied_module_starts_without_gradients():
    def program(t):
        m = t.nn.Linear(3, 2)
        m(t.ones(1, 3)).sum().backward()
        return [p.grad is None for p in copy.deepcopy(m).parameters()]

    ours, other = both(program)
    assert ours == other == [True, True]


def test_lists_of_modules_lose_and_gain():
    def program(t):
        m = t.nn.ModuleList([t.nn.Linear(i, 1) for i in (1, 2, 3)])
        del m[0]
        m += [t.nn.ReLU()]
        return [list(m.state_dict()), len(m), repr(m[-1]), m[0].in_features]

    ours, other = both(program)
    assert ours == other


def test_loading_says_what_was_missing():
    def program(t):
        found = t.nn.Linear(2, 2).load_state_dict(
            {"weight": t.zeros(2, 2), "more": t.zeros(1)}, strict=False
        )
        return [found.missing_keys, found.unexpected_keys]

    ours, other = both(program)
    assert ours == other


@pytest.mark.parametrize(
    "make",
    [
        lambda nn, **k: nn.Conv2d(2, 4, 3, **k),
        lambda nn, **k: nn.ConvTranspose2d(2, 4, 3, **k),
        lambda nn, **k: nn.LayerNorm(4, **k),
        lambda nn, **k: nn.GroupNorm(2, 4, **k),
        lambda nn, **k: nn.BatchNorm1d(4, **k),
        lambda nn, **k: nn.BatchNorm2d(4, **k),
        lambda nn, **k: nn.Embedding(5, 4, **k),
    ],
)
def test_modules_take_a_device_and_a_dtype(make):
    def program(t):
        m = make(t.nn, device="cpu", dtype=t.float64)
        return {
            n: (v.shape, str(v.dtype).removeprefix("torch."))
            for n, v in m.state_dict().items()
        }

    ours, other = both(program)
    assert ours == other


def test_names_that_tensors_lack_are_answered():
    with pytest.raises(AttributeError, match=r"Tensor\.sofmax .*did you mean softmax"):
        _ = autograd.ones(2).sofmax
    assert not hasattr(autograd.ones(2), "nonsense")
    assert autograd.is_tensor(autograd.ones(2))


def test_bits_of_another_dtype_are_refused():
    with pytest.raises(NotImplementedError, match=r"\.to\(dtype\)"):
        autograd.ones(2).view(autograd.int32)


def test_an_optimizer_made_before_double_says_so():
    m = autograd.nn.Linear(2, 2)
    rule = autograd.optim.SGD(m.parameters(), lr=0.1)
    m.double()
    m(autograd.ones(1, 2, dtype=autograd.float64)).sum().backward()
    with pytest.raises(RuntimeError, match=r"before you make its optimizer"):
        rule.step()


def test_data_takes_tensors_only():
    x = autograd.ones(2)
    with pytest.raises(TypeError, match="Tensor"):
        x.data = np.ones(2)
    assert_same(plain(x), np.ones(2, np.float32))


def test_weights_as_one_vector_and_back():
    def program(t):
        m = t.nn.Linear(3, 2)
        utils = t.nn.utils
        size = utils.parameters_to_vector(m.parameters()).shape
        utils.vector_to_parameters(t.arange(8.0), m.parameters())
        return [tuple(size), [p.tolist() for p in m.parameters()]]

    ours, other = both(program)
    assert ours == other


def test_a_gradient_that_is_nan_is_not_hidden_by_clipping():
    def program(t):
        w = t.zeros(3, requires_grad=True)
        w.grad = t.tensor([float("nan"), 1.0, 2.0])
        with pytest.raises(RuntimeError):
            t.nn.utils.clip_grad_norm_([w], 1.0, error_if_nonfinite=True)
        t.nn.utils.clip_grad_norm_([w], 1.0)
        return w.grad.isnan().tolist()

    ours, other = both(program)
    assert ours == other == [True] * 3


def test_an_average_keeps_its_count_and_the_running_statistics():
    def program(t):
        rows = t.from_numpy(A.astype(np.float32))
        m = t.nn.BatchNorm1d(4)
        mean = importlib.import_module(f"{t.__name__}.optim").swa_utils.AveragedModel
        average = mean(m)
        for _ in range(2):
            m(rows)
            m.weight.data += 1
            average.update_parameters(m)
        again = mean(t.nn.BatchNorm1d(4))
        again.load_state_dict(average.state_dict())
        m.weight.data += 1
        again.update_parameters(m)
        return {n: v.numpy() for n, v in again.state_dict().items()}

    ours, other = both(program)
    assert list(ours) == list(other)
    for name, value in ours.items():
        np.testing.assert_allclose(value, other[name], rtol=1e-5, err_msg=name)
