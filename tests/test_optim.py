"""Update rules against their formulas, one number at a time, and against torch."""

import math

import numpy as np
import pytest

from cs231n import kernels, optim
from cs231n.kernels import _numpy


@pytest.fixture(params=["numpy", "cython"], autouse=True)
def backend(request, monkeypatch):
    if request.param == "cython" and kernels.BACKEND != "cython":
        pytest.skip("the compiled kernels are not built")
    if request.param == "numpy":
        monkeypatch.setattr(kernels, "impl", _numpy)
    return request.param


def one_number(rule, w, g, s):
    """Update one weight as the formulas read; ``s`` is the rule's memory."""
    rate = {"adam": 1e-3, "adamw": 1e-3}.get(rule, 1e-2)
    if rule == "sgd":
        return w - rate * g
    if rule in ("sgd_momentum", "nesterov_momentum"):
        before = s.get("v", 0.0)
        s["v"] = 0.9 * before - rate * g
        if rule == "sgd_momentum":
            return w + s["v"]
        return w - 0.9 * before + 1.9 * s["v"]  # the lecture's form of Nesterov
    if rule in ("adagrad", "rmsprop"):
        keep, take = (1, 1) if rule == "adagrad" else (0.99, 0.01)
        s["c"] = keep * s.get("c", 0.0) + take * g * g
        return w - rate * g / (math.sqrt(s["c"]) + 1e-8)
    s["t"] = s.get("t", 0) + 1
    s["m"] = 0.9 * s.get("m", 0.0) + 0.1 * g
    s["v"] = 0.999 * s.get("v", 0.0) + 0.001 * g * g
    m, v = s["m"] / (1 - 0.9 ** s["t"]), s["v"] / (1 - 0.999 ** s["t"])
    if rule == "adamw":
        w = w - rate * 1e-2 * w
    return w - rate * m / (math.sqrt(v) + 1e-8)


RULES = [
    "sgd",
    "sgd_momentum",
    "nesterov_momentum",
    "adagrad",
    "rmsprop",
    "adam",
    "adamw",
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7,), (3, 13), (5, 3000, 3), ()])
def test_three_steps_match_the_formulas(rule, dtype, shape):
    rng = np.random.default_rng(231)
    w, config = rng.standard_normal(shape).astype(dtype), None
    w = np.asarray(w)
    index = tuple(size // 2 for size in shape)
    truth, memory = float(w[index]), {}
    for _ in range(3):
        dw = np.asarray(rng.standard_normal(shape).astype(dtype))
        before = w.copy()

        next_w, config = getattr(optim, rule)(w, dw, config)

        truth = one_number(rule, truth, float(dw[index]), memory)
        assert next_w.dtype == dtype
        assert next_w.shape == shape
        assert np.array_equal(w, before)
        assert abs(next_w[index] - truth) < 32 * np.finfo(dtype).eps
        w = next_w


@pytest.mark.parametrize("rule", RULES)
def test_in_place_gives_the_same_numbers(rule):
    rng = np.random.default_rng(231)
    w, dw = rng.standard_normal((2, 40, 1000)).astype(np.float32)
    expected, _ = getattr(optim, rule)(w, dw)

    mine = w.copy()
    out, _ = getattr(optim, rule)(mine, dw, out=mine)

    assert out is mine
    assert np.array_equal(out, expected)


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "adam", "adamw", "rmsprop"])
def test_matches_torch(rule):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(231)
    w, config = rng.standard_normal(50), None
    p = torch.from_numpy(w.copy()).requires_grad_()
    theirs = {
        "sgd": lambda: torch.optim.SGD([p], lr=1e-2),
        "sgd_momentum": lambda: torch.optim.SGD([p], lr=1e-2, momentum=0.9),
        "adam": lambda: torch.optim.Adam([p], lr=1e-3),
        "adamw": lambda: torch.optim.AdamW([p], lr=1e-3, weight_decay=1e-2),
        "rmsprop": lambda: torch.optim.RMSprop([p], lr=1e-2, alpha=0.99),
    }[rule]()
    for _ in range(5):
        dw = rng.standard_normal(50)
        p.grad = torch.from_numpy(dw)
        theirs.step()

        w, config = getattr(optim, rule)(w, dw, config)

    np.testing.assert_allclose(w, p.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_course_reference_values():
    w = np.linspace(-0.4, 0.6, 20).reshape(4, 5)
    dw = np.linspace(-0.6, 0.4, 20).reshape(4, 5)
    v = np.linspace(0.6, 0.9, 20).reshape(4, 5)

    momentum, config = optim.sgd_momentum(
        w, dw, {"learning_rate": 1e-3, "velocity": v.copy()}
    )
    rms, _ = optim.rmsprop(w, dw, {"learning_rate": 1e-2, "cache": v.copy()})
    m, v = v, np.linspace(0.7, 0.5, 20).reshape(4, 5)
    adam, later = optim.adam(w, dw, {"learning_rate": 1e-2, "m": m, "v": v, "t": 5})

    assert abs(momentum[0, 0] - 0.1406) < 1e-8
    assert abs(momentum[3, 4] - 1.4096) < 1e-8
    assert abs(config["velocity"][0, 0] - 0.5406) < 1e-8
    assert abs(rms[0, 0] - -0.39223849) < 1e-7
    assert abs(adam[0, 0] - -0.40094747) < 1e-7
    assert later["t"] == 6


def test_numpy_settings_keep_float32():
    w = np.ones(5, np.float32)

    out, config = optim.adam(w, w, {"learning_rate": np.float64(1e-3)})

    assert out.dtype == config["m"].dtype == config["v"].dtype == np.float32


def test_schedules():
    assert optim.step_decay(1.0, 9, every=10) == 1.0
    assert math.isclose(optim.step_decay(1.0, 25, every=10, factor=0.5), 0.25)
    assert math.isclose(optim.exponential_decay(2.0, 3, factor=0.5), 0.25)
    assert optim.cosine_decay(1.0, 0, total=10) == 1.0
    assert math.isclose(optim.cosine_decay(1.0, 5, total=10, final=0.2), 0.6)
    assert math.isclose(optim.cosine_decay(1.0, 99, total=10, final=0.2), 0.2)
    assert [optim.linear_warmup(1.0, s, warmup=4) for s in (0, 3, 9)] == [0.25, 1, 1]
    assert optim.linear_warmup(1.0, 0, warmup=0) == 1.0


def test_clipping_by_norm_scales_all_together():
    grads = {"a": np.array([3.0, 0.0], np.float32), "b": np.array([[4.0]])}

    clipped, norm = optim.clip_gradients(grads, max_norm=1)
    kept, _ = optim.clip_gradients(grads, max_norm=9)

    assert norm == 5
    assert clipped["a"].dtype == np.float32
    np.testing.assert_allclose(clipped["a"], [0.6, 0])
    np.testing.assert_allclose(clipped["b"], [[0.8]])
    assert kept["a"] is grads["a"]
    assert grads["b"][0, 0] == 4


def test_clipping_by_value_cuts_each():
    clipped = optim.clip_values({"a": np.array([-3.0, 0.5])}, max_abs=1)

    assert np.array_equal(clipped["a"], [-1, 0.5])


def test_wrong_input_is_refused():
    w = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"dw must have the output's shape \(2, 3\)"):
        optim.sgd(w, np.ones(3))
    with pytest.raises(TypeError, match="w must be float32 or float64; got int64"):
        optim.sgd(w.astype(int), w)
    with pytest.raises(ValueError, match="config has no key 'lr'; its keys are"):
        optim.adam(w, w, {"lr": 1})
    with pytest.raises(ValueError, match=r"config\['learning_rate'\] must be a number"):
        optim.sgd(w, w, {"learning_rate": "fast"})
    with pytest.raises(ValueError, match=r"config\['v'\] must have the shape of w"):
        optim.adam(w, w, {"v": np.zeros(3)})
    with pytest.raises(ValueError, match="out must be a writeable, C-contiguous"):
        optim.sgd(w.T, w.T, out=w.T)
    with pytest.raises(ValueError, match="max_norm must be above 0"):
        optim.clip_gradients({}, max_norm=0)
    with pytest.raises(ValueError, match="max_abs must be above 0"):
        optim.clip_values({}, max_abs=-1)
