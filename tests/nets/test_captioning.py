"""Networks that write captions: losses, gradients, decoding, refusals."""

import itertools

import numpy as np
import pytest

from cs231n import layers
from cs231n.classifiers.rnn import CaptioningRNN as OldName
from cs231n.gradcheck import directional_error
from cs231n.nets.captioning import CaptioningRNN, beam_search

CELLS = ["rnn", "lstm", "gru"]
WORDS = {"<NULL>": 0, "<START>": 1, "<END>": 2, "a": 3, "red": 4, "star": 5}
EVERY_KIND = list(itertools.product(CELLS, [False, True]))


@pytest.fixture
def rng():
    return np.random.default_rng(17)


def make(cell_type="lstm", attention=False, rng=None, dtype=np.float64, **options):
    rng = np.random.default_rng(3) if rng is None else rng
    sizes = {"input_dim": 5, "wordvec_dim": 4, "hidden_dim": 6, "cells": 6}
    return CaptioningRNN(
        WORDS,
        cell_type=cell_type,
        attention=attention,
        rng=rng,
        dtype=dtype,
        **sizes | options,
    )


def draw_features(attention, rng, n=3):
    return rng.standard_normal((n, 5, 2, 3) if attention else (n, 5))


CAPTIONS = np.array([[1, 3, 5, 2, 0, 0], [1, 3, 4, 5, 2, 0], [1, 5, 5, 5, 3, 2]])


@pytest.mark.parametrize(
    ("cell_type", "first", "last", "expected"),
    [("rnn", -1.5, 0.3, 9.83235591003), ("lstm", -0.5, 1.7, 9.82445935443)],
)
def test_the_loss_is_that_of_the_course(cell_type, first, last, expected):
    words = {"<NULL>": 0, "cat": 2, "dog": 3}
    net = OldName(words, 20, 30, 40, cell_type, np.float64)
    for name, value in net.params.items():
        ramp = np.linspace(-1.4, 1.3, num=value.size).reshape(value.shape)
        net.params[name] = ramp
    features = np.linspace(first, last, num=200).reshape(10, 20)
    captions = (np.arange(130) % 3).reshape(10, 13)
    loss, _ = net.loss(features, captions)
    assert loss == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("cell_type", "attention"), EVERY_KIND)
def test_every_gradient_is_that_of_finite_differences(cell_type, attention, rng):
    net, features = make(cell_type, attention), draw_features(attention, rng)
    _, grads = net.loss(features, CAPTIONS)
    assert set(grads) == set(net.params)
    for name, value in net.params.items():

        def along(moved, name=name, value=value):
            net.params[name] = moved
            loss, _ = net.loss(features, CAPTIONS)
            net.params[name] = value
            return np.array(loss)

        error = directional_error(along, value, np.array(1.0), grads[name], rng=rng)
        assert error < 1e-6, name


@pytest.mark.parametrize(("cell_type", "attention"), EVERY_KIND)
def test_words_that_fill_up_count_for_nothing(cell_type, attention, rng):
    net, features = make(cell_type, attention), draw_features(attention, rng)
    longer = np.column_stack([CAPTIONS, np.zeros((3, 4), int)])
    loss, grads = net.loss(features, CAPTIONS)
    same, again = net.loss(features, longer)
    assert same == pytest.approx(loss, rel=1e-12)
    for name, grad in grads.items():
        np.testing.assert_allclose(again[name], grad, rtol=1e-9, atol=1e-12)


def test_a_repeated_word_gets_the_sum_of_its_gradients(rng):
    net, features = make("rnn"), draw_features(False, rng)
    _, grads = net.loss(features, CAPTIONS)
    p = net.params
    h0 = features @ p["W_proj"] + p["b_proj"]
    h, cache = layers.rnn_forward(
        p["W_embed"][CAPTIONS[:, :-1]], h0, p["Wx"], p["Wh"], p["b"]
    )
    wanted = CAPTIONS[:, 1:]
    _, dh, _, _ = layers.temporal_affine_softmax_loss(
        h, p["W_vocab"], p["b_vocab"], wanted, wanted != 0
    )
    dx = layers.rnn_backward(dh, cache)[0]
    star = dx[CAPTIONS[:, :-1] == 5]  # five uses
    np.testing.assert_allclose(grads["W_embed"][5], star.sum(axis=0), rtol=1e-10)


@pytest.mark.parametrize("cell_type", CELLS)
def test_full_backpropagation_is_the_chain_of_its_pieces(cell_type, rng):
    """Gradients of two halves add up if the state's is passed on, and only then."""
    net = make(cell_type)
    forward, backward = (
        getattr(layers, f"{cell_type}_{way}") for way in ("forward", "backward")
    )
    p, x, h0 = net.params, rng.standard_normal((3, 8, 4)), rng.standard_normal((3, 6))
    weights = p["Wx"], p["Wh"], p["b"]
    dh = rng.standard_normal((3, 8, 6))
    if cell_type == "lstm":
        dh[:, :4] = 0  # the cell state is not handed over, so look at the states alone
        h, cache = forward(x, h0, *weights)
        full = backward(dh, cache)
        short = backward(dh[:, 4:], forward(x[:, 4:], h[:, 3], *weights)[1])
        assert np.linalg.norm(short[3]) > 0
        assert not np.allclose(full[3], short[3])  # truncated: another gradient
        return
    h, cache = forward(x, h0, *weights)
    full = backward(dh, cache)
    late = backward(dh[:, 4:], forward(x[:, 4:], h[:, 3], *weights)[1])
    passed_on = dh[:, :4].copy()
    passed_on[:, 3] += late[1]
    early = backward(passed_on, forward(x[:, :4], h0, *weights)[1])
    for k in (2, 3, 4):
        np.testing.assert_allclose(early[k] + late[k], full[k], rtol=1e-9, atol=1e-12)
    cut = backward(dh[:, :4], forward(x[:, :4], h0, *weights)[1])
    assert not np.allclose(cut[3] + late[3], full[3])


@pytest.mark.parametrize(("cell_type", "attention"), EVERY_KIND)
def test_steps_say_what_the_loss_says(cell_type, attention, rng):
    net, features = make(cell_type, attention), draw_features(attention, rng)
    state, total = net.begin(features), 0.0
    for read, wanted in itertools.pairwise(CAPTIONS.T):
        logs, state = net.step(read, state)
        np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1)
        total -= logs[np.arange(3), wanted][wanted != 0].sum()
    assert total / 3 == pytest.approx(net.loss(features, CAPTIONS)[0], rel=1e-10)


@pytest.mark.parametrize(("cell_type", "attention"), EVERY_KIND)
def test_greedy_takes_the_likeliest_word_until_the_end(cell_type, attention, rng):
    net, features = make(cell_type, attention), draw_features(attention, rng, n=40)
    captions = net.sample(features, max_length=7)
    assert captions.shape == (40, 7)
    assert captions.dtype == np.int32
    for feature, caption in zip(features, captions.tolist(), strict=True):
        words, state = [WORDS["<START>"]], net.begin(feature[None])
        while len(words) < 8 and words[-1] != WORDS["<END>"]:
            logs, state = net.step(np.array(words[-1:]), state)
            words.append(int(logs.argmax()))
        assert caption == words[1:] + [0] * (8 - len(words))


def test_a_beam_of_one_is_greedy(rng):
    for cell_type, attention in EVERY_KIND:
        net, features = make(cell_type, attention), draw_features(attention, rng, n=9)
        np.testing.assert_array_equal(
            net.sample(features, 6, method="beam", k=1), net.sample(features, 6)
        )


def test_a_wider_beam_finds_sentences_that_are_no_less_likely(rng):
    net, features = make("gru"), draw_features(False, rng, n=30)

    def likelihood(captions):
        state, total = net.begin(features), np.zeros(30)
        going, words = np.ones(30, bool), np.full(30, WORDS["<START>"])
        for column in captions.T:
            logs, state = net.step(words, state)
            total += np.where(going, logs[np.arange(30), column], 0)
            going &= column != WORDS["<END>"]
            words = column
        return total

    greedy = likelihood(net.sample(features, 5))
    found = likelihood(net.sample(features, 5, method="beam", k=6))
    assert found.mean() > greedy.mean()


def test_drawn_words_follow_their_probabilities(rng):
    net = make("rnn", rng=rng)
    feature = rng.standard_normal((1, 5))
    many = np.repeat(feature, 20_000, axis=0)
    for temperature in (1.0, 0.5):
        drawn = net.sample(
            many, 1, method="sampled", temperature=temperature, rng=rng
        ).ravel()
        logs, _ = net.step(np.array([1]), net.begin(feature))
        expected = np.exp(logs[0] / temperature)
        expected /= expected.sum()
        shares = np.bincount(drawn, minlength=6) / len(drawn)
        np.testing.assert_allclose(shares, expected, atol=0.02)


def exhaustive(table, start, end, length):
    """Return the likeliest sentence of a model whose words depend on the last one."""
    best = (-np.inf, None)
    for number in range(1, length + 1):
        for words in itertools.product(range(len(table)), repeat=number):
            whole = words[-1] == end or number == length
            if end in words[:-1] or not whole:
                continue
            steps = itertools.pairwise((start, *words))
            best = max(best, (sum(table[a, b] for a, b in steps), list(words)))
    return best


def test_a_beam_that_is_wide_enough_finds_the_best_sentence(rng):
    for _ in range(20):
        table = np.log(rng.dirichlet(np.full(4, 0.5), size=4))
        found = beam_search(lambda s, t=table: t[s[:, -1]], 0, 3, 4, max_length=4)
        total, words = exhaustive(table, 0, 3, 4)
        assert found[0][0] <= total + 1e-12
        assert [t for t, _ in found] == sorted((t for t, _ in found), reverse=True)
        if found[0][1] == words:
            assert found[0][0] == pytest.approx(total)
    chain = np.log(
        np.array([[0.4, 0.6, 0, 0], [0, 0, 0.5, 0.5], [0, 0, 0, 1], [1] * 4]) + 1e-12
    )
    chain[0] = np.log([1e-9, 0.55, 0.45, 1e-9])  # greedy's first word leads astray
    found = beam_search(lambda s: chain[s[:, -1]], 0, 3, 2, max_length=3)
    assert found[0][1] == [2, 3]
    assert beam_search(lambda s: chain[s[:, -1]], 0, 3, 1, max_length=3)[0][1][0] == 1


def test_attention_maps_are_shares_of_the_cells(rng):
    net, features = make("lstm", True), draw_features(True, rng)
    maps = net.attention_maps(features, CAPTIONS)
    assert maps.shape == (3, 5, 2, 3)
    np.testing.assert_allclose(maps.sum(axis=(2, 3)), 1)
    with pytest.raises(ValueError, match="no attention"):
        make("lstm").attention_maps(features, CAPTIONS)


def test_a_network_uses_the_layers_it_is_given(rng):
    calls = []

    def gru_forward(*arrays):
        calls.append(len(arrays))
        return layers.gru_forward(*arrays)

    net = make("gru", layers={"gru_forward": gru_forward})
    net.loss(draw_features(False, rng), CAPTIONS)
    assert calls == [5]


@pytest.mark.parametrize(
    ("captions", "message"),
    [
        (CAPTIONS + 1, "captions hold numbers from 1 to 6; the vocabulary has the"),
        (CAPTIONS[:, :1], "captions have 1 words; expected <START> and at least one"),
        (CAPTIONS * [[1], [1], [0]], "Caption 2 is empty: nothing but <NULL>"),
        (CAPTIONS[:2], "There are 2 captions for 3 images; expected one for each"),
        (CAPTIONS[0], "captions are whole numbers .*got int64 of shape"),
        (CAPTIONS + 0.5, "captions are whole numbers .*got float64"),
    ],
)
def test_captions_that_are_none_are_refused(captions, message, rng):
    with pytest.raises(ValueError, match=message) as caught:
        make().loss(draw_features(False, rng), captions)
    assert "\n" not in str(caught.value)


def test_features_of_another_width_are_refused(rng):
    wide, grid = np.ones((3, 7)), np.ones((3, 7, 2, 3))
    with pytest.raises(ValueError, match=r"features have shape \(3, 7\).*\(N, 5\)"):
        make().loss(wide, CAPTIONS)
    with pytest.raises(ValueError, match=r"\(3, 7, 2, 3\).*expects \(N, 5, h, w\)"):
        make("rnn", True).sample(grid)
    with pytest.raises(ValueError, match=r"features have 9 cells.*expects 6"):
        make("rnn", True).sample(np.ones((3, 5, 3, 3)))


def test_ways_to_write_that_do_not_exist_are_refused(rng):
    net, features = make(), draw_features(False, rng)
    with pytest.raises(ValueError, match=r"k, the number .* at least 1; got 0"):
        net.sample(features, method="beam", k=0)
    with pytest.raises(ValueError, match="not exceed the 6 words of the vocabulary"):
        net.sample(features, method="beam", k=7)
    with pytest.raises(ValueError, match="one of greedy, sampled, beam; got 'best'"):
        net.sample(features, method="best")
    for length in (0, 2.5, "3", None):
        with pytest.raises(ValueError, match="max_length, a whole number, is at least"):
            net.sample(features, length)
    for temperature in (0, np.nan, "hot"):
        with pytest.raises(ValueError, match="temperature, a number, is above 0"):
            net.sample(features, method="sampled", temperature=temperature)
    with pytest.raises(ValueError, match="no <START> and <END>"):
        CaptioningRNN({"<NULL>": 0, "a": 1}, 5).sample(features)
    with pytest.raises(ValueError, match="step must return log-probabilities"):
        beam_search(lambda s: np.zeros(4), 0, 1, 2)


def test_networks_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="one of rnn, lstm, gru; got 'transformer'"):
        make("transformer")
    with pytest.raises(ValueError, match="no '<NULL>'"):
        CaptioningRNN({"a": 0})


def test_a_saved_network_comes_back_and_no_other_cell_takes_it(tmp_path, rng):
    path = tmp_path / "net.npz"
    net, features = make("lstm"), draw_features(False, rng)
    net.save(path)
    again = make("lstm", rng=np.random.default_rng(99))
    again.load(path)
    assert again.loss(features, CAPTIONS)[0] == net.loss(features, CAPTIONS)[0]
    with pytest.raises(ValueError, match=r"cell_type='lstm'; this one has .*='gru'"):
        make("gru").load(path)
    with pytest.raises(ValueError, match="attention=False; this one has"):
        make("lstm", True).load(path)
    with pytest.raises(ValueError, match="another network"):
        make("lstm", hidden_dim=7).load(path)
