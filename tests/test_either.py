"""Losses written for arrays or for tensors: the same numbers come out."""

import importlib.util

import numpy as np
import pytest

from cs231n import autograd as tape
from cs231n import pytorch
from cs231n.pytorch.either import speaks_tensors
from cs231n.testing import WrongAnswer

torch = tape  # what a notebook has under this name


@pytest.fixture(params=["tape", "torch"])
def engine(request, monkeypatch):
    if request.param == "torch":
        if not importlib.util.find_spec("torch"):
            pytest.skip("PyTorch is not installed")
        monkeypatch.setitem(globals(), "torch", importlib.import_module("torch"))


@pytest.fixture
def pair():
    return np.random.default_rng(231).standard_normal((2, 1, 3, 4, 5))


def by_hand(weight, x, y):
    return weight * np.sum((x - y) ** 2), 2 * weight * (x - y)


def in_words_of_both(weight, x, y):
    return weight * ((x - y) ** 2).sum()


def in_words_of_torch(weight, x, y):
    flat = (x - y).view(x.size(1), -1).permute(1, 0)
    return weight * torch.sum(flat**2)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("answer", [in_words_of_both, in_words_of_torch, by_hand])
def test_all_ways_give_the_loss_and_its_gradient(pair, answer):
    loss, gradient = pytorch.differentiate(answer, 0.5, *pair, of=1)

    expected = by_hand(0.5, *pair)
    assert loss == pytest.approx(expected[0])
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-12)
    assert type(gradient) is np.ndarray


@pytest.mark.usefixtures("engine")
def test_a_list_gets_a_list_and_zeros_where_no_path_leads(pair):
    grads = pytorch.differentiate(
        lambda f, w: w * torch.sum(f[1] ** 2), list(pair), 3.0, of=0
    )[1]

    np.testing.assert_array_equal(grads[0], np.zeros_like(pair[0]))
    np.testing.assert_allclose(grads[1], 6 * pair[1])


@pytest.mark.usefixtures("engine")
def test_values_come_as_arrays_from_either(pair):
    def tensors_only(x, scale=1):
        return torch.matmul(x, x.permute(0, 1, 3, 2)) * scale

    expected = 2 * pair[0] @ pair[0].swapaxes(2, 3)
    for answer in (tensors_only, lambda x, scale=1: scale * (x @ x.swapaxes(2, 3))):
        got = pytorch.evaluate(answer, pair[0], scale=2)
        assert type(got) is np.ndarray
        np.testing.assert_allclose(got, expected)


def nothing(weight, x, y):
    return None


def a_number(weight, x, y):
    return float(in_words_of_both(weight, x, y))


def an_array_of_losses(weight, x, y):
    return weight * (x - y) ** 2


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("answer", [nothing, a_number, an_array_of_losses])
def test_what_has_no_gradient_is_refused_in_a_sentence(pair, answer):
    with pytest.raises(WrongAnswer, match=rf"{answer.__name__} returns .*gradient"):
        pytorch.differentiate(answer, 0.5, *pair, of=1)


@pytest.mark.usefixtures("engine")
def test_an_error_is_that_of_the_way_the_answer_is_written(pair):
    def for_arrays(weight, x, y):
        return np.sum(x - y[:, :2]), x

    def for_tensors(weight, x, y):
        return torch.sum(x.view(7, 7))

    with pytest.raises(ValueError, match="could not be broadcast"):
        pytorch.differentiate(for_arrays, 0.5, *pair, of=1)
    with pytest.raises(RuntimeError, match=r"7, 7|view"):
        pytorch.differentiate(for_tensors, 0.5, *pair, of=1)
    with pytest.raises(RuntimeError, match=r"7, 7|view"):
        pytorch.evaluate(for_tensors, 0.5, *pair)


def in_place(x):
    (x**2).sum().backward()
    x.data += x.grad


def plain(x):
    return x * 2


@pytest.mark.usefixtures("engine")
def test_what_is_changed_in_place_comes_back_and_the_argument_stays(pair):
    kept = pair.copy()

    def by_two(x):
        x *= 2

    np.testing.assert_allclose(pytorch.evaluate(in_place, pair, leaf=True), 3 * kept)
    np.testing.assert_array_equal(pytorch.evaluate(by_two, pair, leaf=True), 2 * kept)
    np.testing.assert_array_equal(pair, kept)
    assert pytorch.evaluate(lambda x: None, pair, leaf=True) is None


def test_words_tell_what_is_tried_first():
    assert speaks_tensors(in_place)
    assert speaks_tensors(tape.no_grad()(in_place))
    assert speaks_tensors(lambda xs: [x.clone() for x in xs])
    assert not speaks_tensors(plain)
    assert not speaks_tensors(len)


def test_an_answer_is_called_once_where_its_words_are_clear(pair):
    seen = []

    def by_words(x):
        seen.append(type(x).__name__)
        return x.clone()

    def by_hand(x):
        seen.append(type(x).__name__)
        return np.square(x)

    np.testing.assert_array_equal(pytorch.evaluate(by_words, pair), pair)
    np.testing.assert_array_equal(pytorch.evaluate(by_hand, pair), pair**2)
    assert seen == ["Tensor", "ndarray"]


def test_an_error_on_arrays_is_shown_though_the_answer_calls_backward():
    def answer(x, model):
        _, cache = model.forward(x)
        return model.backward(x.transpose(0, 3, 1, 2)[:, :2], cache)

    class Model:
        forward = staticmethod(lambda x: (x, x.shape))
        backward = staticmethod(lambda dout, shape: dout.reshape(shape))

    with pytest.raises(ValueError, match="cannot reshape array"):
        pytorch.evaluate(answer, np.ones((1, 2, 3, 4)), Model)
