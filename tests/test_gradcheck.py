"""Numerical gradients against calculus, and each mistake they must catch."""

import numpy as np
import pytest

from cs231n import gradcheck, gradient_check, layers
from cs231n.gradcheck import (
    directional_error,
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    rel_error,
)


@pytest.fixture
def rng():
    return np.random.default_rng(231)


def test_rel_error_reads_as_its_definition():
    x, y = np.array([1.0, 0.0, -2.0]), np.array([1.0, 0.0, -1.0])

    assert rel_error(x, y) == 1 / 3
    assert rel_error(x, x) == 0.0
    assert rel_error(1e-12, -1e-12) == 2e-12 / 1e-8
    assert rel_error(np.zeros(0), np.zeros(0)) == 0.0


def test_scalar_gradient_matches_calculus_and_restores_x(rng):
    x = rng.standard_normal((3, 4))
    before = x.copy()

    grad = eval_numerical_gradient(lambda a: np.sum(np.sin(a) * a), x)

    assert rel_error(grad, np.cos(x) * x + np.sin(x)) < 1e-8
    assert np.array_equal(x, before)


def test_scalar_gradient_sees_x_through_a_closure(rng):
    params = {"W": rng.standard_normal((2, 3))}

    grad = eval_numerical_gradient(lambda _: np.sum(params["W"] ** 3), params["W"])

    assert rel_error(grad, 3 * params["W"] ** 2) < 1e-6


def test_x_is_put_back_when_the_function_raises():
    x = np.ones(3)

    with pytest.raises(ZeroDivisionError):
        eval_numerical_gradient(lambda a: 1 / 0, x)

    assert np.array_equal(x, np.ones(3))


def test_strided_and_fortran_points_are_varied_in_place(rng):
    big = rng.standard_normal((4, 6))
    for x in (big[:, ::2], np.asfortranarray(big)):
        grad = eval_numerical_gradient(lambda a: np.sum(a**2), x)
        assert rel_error(grad, 2 * x) < 1e-7


def test_verbose_prints_every_element(capsys):
    eval_numerical_gradient(lambda a: a.sum(), np.zeros(2), verbose=True)

    assert capsys.readouterr().out.count("\n") == 2


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("shape", [(5, 3), (1, 7), (4, 2, 3), (0, 3), (3, 0)])
def test_array_gradient_matches_calculus(rng, shape, batched):
    x, w = rng.standard_normal(shape), rng.standard_normal((int(np.prod(shape[1:])), 2))
    f = lambda a: np.tanh(a.reshape(len(a), w.shape[0]) @ w)
    dout = rng.standard_normal((shape[0], 2))

    grad = eval_numerical_gradient_array(f, x, dout, batched=batched)

    analytic = ((1 - f(x) ** 2) * dout @ w.T).reshape(shape)
    np.testing.assert_allclose(grad, analytic, rtol=1e-6, atol=1e-8)


def test_batched_gradient_works_in_chunks(rng, monkeypatch):
    monkeypatch.setattr(gradcheck.differences, "BATCH_BYTES", 1000)
    x, dout = rng.standard_normal((3, 11)), rng.standard_normal((3, 11))

    grad = eval_numerical_gradient_array(np.exp, x, dout, batched=True)

    assert rel_error(grad, np.exp(x) * dout) < 1e-7


@pytest.mark.parametrize("shape", [(4, 3, 5, 5), (2, 3, 9, 8)])
def test_batched_gradient_of_a_layer_is_that_of_the_loop(rng, shape):
    x, w, b = (rng.standard_normal(s) for s in (shape, (2, 3, 3, 3), (2,)))
    f = lambda a: layers.conv_forward(a, w, b, {"stride": 1, "pad": 1})[0]
    dout = rng.standard_normal(f(x).shape)

    batched = eval_numerical_gradient_array(f, x, dout, batched=True)

    loop = eval_numerical_gradient_array(f, x, dout)
    np.testing.assert_allclose(batched, loop, rtol=0, atol=1e-7 * np.abs(loop).max())


def test_batched_gradient_of_a_mixed_batch_axis_is_refused(rng):
    with pytest.raises(ValueError, match=r"one batch axis.*\(3, 2\) and \(4, 2\)"):
        eval_numerical_gradient_array(
            np.exp, np.zeros((3, 2)), np.zeros((4, 2)), batched=True
        )


def test_directional_error_is_small_for_the_truth_and_large_for_mistakes(rng):
    x, w, dout = (rng.standard_normal(s) for s in ((4, 3), (3, 5), (4, 5)))
    f = lambda a: a @ w
    truth = dout @ w.T
    mistakes = {
        "twice": 2 * truth,
        "sign": -truth,
        "upstream forgotten": np.ones_like(dout) @ w.T,
        "one entry": truth + np.eye(4, 3),
        "mean for sum": truth / 4,
    }

    assert directional_error(f, x, dout, truth, rng=rng) < 1e-8
    for name, wrong in mistakes.items():
        assert directional_error(f, x, dout, wrong, rng=rng) > 1e-3, name


def test_directional_error_of_nan_passes_no_bound(rng):
    x = np.ones(3)

    error = directional_error(lambda a: a * np.nan, x, x, x, rng=rng)

    assert not error < 1e300


def test_directional_error_of_a_scalar_function(rng):
    x = rng.standard_normal((2, 3))

    assert directional_error(lambda a: np.sum(a**2), x, 1.0, 2 * x, rng=rng) < 1e-7


def test_directional_error_of_nothing_is_zero(rng):
    empty = np.zeros((0, 3))

    assert directional_error(lambda a: a, empty, empty, empty, rng=rng) == 0.0


def test_sparse_check_prints_each_element_and_returns_the_worst(capsys):
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    f = lambda a: np.sum(a**2)

    right = grad_check_sparse(f, x, 2 * x, num_checks=4)
    wrong = grad_check_sparse(f, x, 3 * x + 1, num_checks=4)

    assert capsys.readouterr().out.count("relative error") == 8
    assert right < 1e-7 < 1e-2 < wrong


@pytest.mark.parametrize(
    "call",
    [
        lambda x: eval_numerical_gradient(np.sum, x),
        lambda x: eval_numerical_gradient_array(np.exp, x, x),
        lambda x: grad_check_sparse(np.sum, x, x),
        lambda x: directional_error(np.exp, x, x, x, rng=np.random.default_rng(0)),
    ],
)
@pytest.mark.parametrize(
    ("x", "kind"), [(np.ones(2, np.float32), "float32"), (np.ones(2, int), "int64")]
)
def test_anything_but_float64_is_refused(call, x, kind):
    with pytest.raises(TypeError, match=f"float64 array; x is {kind}"):
        call(x)


def test_lists_are_refused_by_name():
    with pytest.raises(TypeError, match="x is list"):
        eval_numerical_gradient(np.sum, [1.0])


@pytest.mark.parametrize(
    "check",
    [eval_numerical_gradient, lambda f, x: grad_check_sparse(f, x, x)],
)
@pytest.mark.parametrize(
    ("f", "got"),
    [
        (np.exp, r"an array of shape \(2,\)"),
        (lambda x: (1.0, x), "tuple"),
        (lambda x: None, "NoneType"),
        (lambda x: "loss", "str"),
    ],
)
def test_a_function_that_gives_no_number_is_refused(check, f, got):
    x = np.ones(2)

    with pytest.raises(TypeError, match=f"one number, .* it gave {got}. Return the"):
        check(f, x)
    assert np.array_equal(x, [1, 1])


def test_read_only_points_are_refused():
    x = np.ones(2)
    x.flags.writeable = False

    with pytest.raises(ValueError, match="read-only"):
        eval_numerical_gradient(np.sum, x)


def test_wrong_shapes_are_refused(rng):
    with pytest.raises(ValueError, match=r"dx has shape \(3,\); expected \(2,\)"):
        directional_error(np.exp, np.ones(2), np.ones(2), np.ones(3), rng=rng)
    with pytest.raises(ValueError, match=r"shape \(3,\); expected the shape of x"):
        grad_check_sparse(np.sum, np.ones(2), np.ones(3))


def test_old_spellings_are_the_same_functions():
    for name in gradient_check.__all__:
        assert getattr(gradient_check, name) is getattr(gradcheck, name)
