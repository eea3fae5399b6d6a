"""Embedding, temporal layers and attention."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs231n import layers
from tests.layers.ruler import assert_close, assert_gradients
from tests.strategies import DTYPES, SEEDS


@given(
    n=st.integers(0, 4),
    t=st.integers(0, 5),
    v=st.integers(1, 9),
    d=st.integers(1, 20),
    seed=SEEDS,
    dtype=DTYPES,
)
def test_embedding_matches_the_definition(n, t, v, d, seed, dtype):
    rng = np.random.default_rng(seed)
    x, table = rng.integers(0, v, (n, t)), rng.standard_normal((v, d)).astype(dtype)
    dout = rng.standard_normal((n, t, d)).astype(dtype)

    out, cache = layers.word_embedding_forward(x, table)
    dtable = layers.word_embedding_backward(dout, cache)

    expected = np.zeros((v, d))
    for i, j in np.ndindex(n, t):
        assert np.array_equal(out[i, j], table[x[i, j]])
        expected[x[i, j]] += dout[i, j]
    assert out.dtype == dtable.dtype == dtype
    assert_close(dtable, expected, terms=n * t)


def test_words_outside_the_table_are_refused():
    table = np.zeros((3, 2))
    with pytest.raises(ValueError, match="x must lie between 0 and 2; it holds 3"):
        layers.word_embedding_forward(np.array([[0, 3]]), table)
    with pytest.raises(ValueError, match="it holds -1"):
        layers.word_embedding_forward(np.array([[0, -1]]), table)
    with pytest.raises(TypeError, match="x must be an array of whole numbers"):
        layers.word_embedding_forward(np.zeros((1, 2)), table)


def test_temporal_affine_matches_finite_differences(rng):
    inputs = [rng.standard_normal(s) for s in ((2, 3, 4), (4, 5), (5,))]
    out, cache = layers.temporal_affine_forward(*inputs)
    dout = rng.standard_normal(out.shape)

    gradients = layers.temporal_affine_backward(dout, cache)

    x, w, b = inputs
    assert_close(out, x @ w + b, terms=4)
    forward = lambda *a: layers.temporal_affine_forward(*a)[0]
    assert_gradients(forward, inputs, gradients, dout, rng=rng)


def slow_temporal_loss(x, y, mask):
    total = 0.0
    for n, t in np.ndindex(y.shape):
        if mask[n, t]:
            row = x[n, t].tolist()
            top = max(row)
            rest = math.log(math.fsum(math.exp(v - top) for v in row))
            total += float(mask[n, t]) * (top + rest - row[y[n, t]])
    return total / len(x)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_temporal_softmax_matches_the_definition(weighted, dtype, rng):
    x = (3 * rng.standard_normal((3, 4, 7))).astype(dtype)
    y, mask = rng.integers(0, 7, (3, 4)), rng.random((3, 4)) > 0.3
    if weighted:
        mask = mask * rng.random((3, 4))

    loss, dx = layers.temporal_softmax_loss(x, y, mask)

    tolerance = 64 * float(np.finfo(dtype).eps)
    assert math.isclose(loss, slow_temporal_loss(x, y, mask), rel_tol=tolerance)
    assert dx.dtype == dtype
    assert not dx[mask == 0].any()
    if dtype == np.float64:
        f = lambda a: layers.temporal_softmax_loss(a, y, mask)[0]
        assert_gradients(f, [x], [dx], 1.0, rng=rng)


def test_affine_softmax_in_one_go_is_the_three_layers_in_turn(rng):
    x, w, b = inputs = [rng.standard_normal(s) for s in ((3, 4, 5), (5, 7), (7,))]
    y, mask = rng.integers(0, 7, (3, 4)), rng.random((3, 4)) > 0.3

    loss, *gradients = layers.temporal_affine_softmax_loss(x, w, b, y, mask)

    scores, cache = layers.temporal_affine_forward(*inputs)
    expected, dscores = layers.temporal_softmax_loss(scores, y, mask)
    assert math.isclose(loss, expected, rel_tol=1e-14)
    for ours, theirs in zip(
        gradients, layers.temporal_affine_backward(dscores, cache), strict=True
    ):
        assert_close(ours, theirs, terms=12)


def test_sequences_that_are_masked_out_cost_nothing():
    x, y = np.ones((2, 3, 4)), np.full((2, 3), 99)

    loss, dx = layers.temporal_softmax_loss(x, y, np.zeros((2, 3), bool))

    assert loss == 0
    assert not dx.any()


def test_wrong_sequences_are_refused(rng):
    x, y, mask = np.ones((2, 3, 4)), np.zeros((2, 3), int), np.ones((2, 3), bool)
    with pytest.raises(ValueError, match=r"mask must be a boolean array of shape \(2"):
        layers.temporal_softmax_loss(x, y, mask[:1])
    with pytest.raises(ValueError, match=r"y must be an array of shape \(2, 3\)"):
        layers.temporal_softmax_loss(x, y[:1], mask)
    with pytest.raises(ValueError, match="y must lie between 0 and 3; it holds 4"):
        layers.temporal_softmax_loss(x, y + 4, mask)
    with pytest.raises(ValueError, match=r"w must have shape \(D, M\) with D = 4"):
        layers.temporal_affine_forward(x, np.ones((3, 5)), np.ones(5))
    _, cache = layers.temporal_affine_forward(x, np.ones((4, 5)), np.ones(5))
    with pytest.raises(ValueError, match=r"output's shape \(N, T, 5\) with N \* T = 6"):
        layers.temporal_affine_backward(np.ones((2, 2, 5)), cache)


def test_verbose_prints_the_shape(capsys):
    x, y = np.ones((2, 3, 4)), np.zeros((2, 3), int)

    layers.temporal_softmax_loss(x, y, np.ones((2, 3)), verbose=True)

    assert capsys.readouterr().out == "dx: (2, 3, 4)\n"


def slow_attention(q, k, v, mask):
    """Attend one query at a time."""
    out = np.zeros((*q.shape[:-1], v.shape[-1]))
    for place in np.ndindex(q.shape[:-1]):
        batch = place[:-1]
        seen = np.broadcast_to(mask, (*q.shape[:-1], k.shape[-2]))[place]
        if not seen.any():
            continue
        match = k[batch][seen] @ q[place] / math.sqrt(q.shape[-1])
        weight = np.exp(match - match.max())
        out[place] = weight / weight.sum() @ v[batch][seen]
    return out


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_matches_the_definition(dtype, masked, rng):
    shapes = (2, 3, 5, 4), (2, 3, 6, 4), (2, 3, 6, 7)
    q, k, v = (rng.standard_normal(s).astype(dtype) for s in shapes)
    mask = rng.random((5, 6)) > 0.4 if masked else np.ones((5, 6), bool)
    if masked:
        mask[2] = False  # a query that sees nothing

    out, _ = layers.scaled_dot_product_attention_forward(
        q, k, v, mask if masked else None
    )

    assert out.dtype == dtype
    assert_close(out, slow_attention(q, k, v, mask), terms=24)


def test_attention_backward_matches_finite_differences(rng):
    shapes = (2, 5, 4), (2, 6, 4), (2, 6, 7)
    inputs = [rng.standard_normal(s) for s in shapes]
    mask = np.tril(np.ones((5, 6), bool))
    forward = lambda *a: layers.scaled_dot_product_attention_forward(*a, mask)[0]
    out, cache = layers.scaled_dot_product_attention_forward(*inputs, mask)
    dout = rng.standard_normal(out.shape)

    gradients = layers.scaled_dot_product_attention_backward(dout, cache)

    assert_gradients(forward, inputs, gradients, dout, rng=rng)


def heads_case(rng, n=2, s=5, t=3, e=8):
    names = ("Wq", "bq", "Wk", "bk", "Wv", "bv", "Wo", "bo")
    params = {
        name: 0.3 * rng.standard_normal((e, e) if name[0] == "W" else (e,))
        for name in names
    }
    inputs = [rng.standard_normal(shape) for shape in ((n, s, e), (n, t, e), (n, t, e))]
    return inputs, params


def test_heads_backward_matches_finite_differences(rng):
    inputs, params = heads_case(rng)
    mask = np.tril(np.ones((5, 3), bool))

    def forward(query, key, value, *values):
        named = dict(zip(params, values, strict=True))
        return layers.multi_head_attention_forward(
            query, key, value, named, num_heads=4, attn_mask=mask
        )

    out, cache = forward(*inputs, *params.values())
    dout = rng.standard_normal(out.shape)
    *gradients, grads = layers.multi_head_attention_backward(dout, cache)

    everything = [*gradients, *(grads[name] for name in params)]
    assert_gradients(
        lambda *a: forward(*a)[0],
        [*inputs, *params.values()],
        everything,
        dout,
        rng=rng,
        # The gradient of the keys' biases is 0, and differences of it are rounding.
        bound=1e-6,
    )


def test_heads_match_torch(rng):
    torch = pytest.importorskip("torch")
    (query, key, value), p = heads_case(rng)
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True).double()
    with torch.no_grad():
        stacked = np.concatenate([p[f"W{q}"].T for q in "qkv"])
        theirs.in_proj_weight.copy_(torch.from_numpy(stacked))
        bias = np.concatenate([p[f"b{q}"] for q in "qkv"])
        theirs.in_proj_bias.copy_(torch.from_numpy(bias))
        theirs.out_proj.weight.copy_(torch.from_numpy(p["Wo"].T.copy()))
        theirs.out_proj.bias.copy_(torch.from_numpy(p["bo"]))
    expected, _ = theirs(*(torch.from_numpy(a) for a in (query, key, value)))

    out, _ = layers.multi_head_attention_forward(query, key, value, p, num_heads=2)

    np.testing.assert_allclose(out, expected.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_wrong_attention_is_refused(rng):
    (query, key, value), params = heads_case(rng)
    call = layers.multi_head_attention_forward
    with pytest.raises(ValueError, match="num_heads must divide E = 8; got 3"):
        call(query, key, value, params, num_heads=3)
    less = {name: params[name] for name in params if name != "bo"}
    with pytest.raises(ValueError, match="params lacks 'bo'"):
        call(query, key, value, less, num_heads=2)
    with pytest.raises(ValueError, match=r"value must have shape \(N, T, E\) with T"):
        call(query, key, value[:, :2], params, num_heads=2)
    with pytest.raises(ValueError, match=r"attn_mask must broadcast to \(2, 2, 5, 3\)"):
        call(query, key, value, params, num_heads=2, attn_mask=np.ones((5, 4)))
    attend = layers.scaled_dot_product_attention_forward
    with pytest.raises(ValueError, match=r"key must have the leading axes of query"):
        attend(query, key[:1], value)
    with pytest.raises(ValueError, match=r"query and key must end in"):
        attend(query, key[..., :4], value)
    with pytest.raises(ValueError, match="one row for each of the 3 keys"):
        attend(query, key, value[:, :2])


def test_states_attend_to_the_cells_that_are_keys_and_values(rng):
    h, grid = rng.standard_normal((2, 3, 5)), rng.standard_normal((2, 4, 5))

    context, weights, cache = layers.attend_forward(h, grid)

    scores = np.einsum("nth,nph->ntp", h, grid) / 5**0.5
    expected = np.exp(scores) / np.exp(scores).sum(axis=2, keepdims=True)
    assert_close(weights, expected, terms=9)
    assert_close(context, np.einsum("ntp,nph->nth", expected, grid), terms=9)
    dcontext = rng.standard_normal(context.shape)
    assert_gradients(
        lambda *a: layers.attend_forward(*a)[0],
        [h, grid],
        layers.attend_backward(dcontext, cache),
        dcontext,
        rng=rng,
    )


def test_attention_to_cells_of_another_width_is_refused(rng):
    with pytest.raises(ValueError, match="grid"):
        layers.attend_forward(rng.standard_normal((2, 3, 5)), np.ones((2, 4, 6)))
    with pytest.raises(ValueError, match="grid"):
        layers.attend_forward(rng.standard_normal((2, 3, 5)), np.ones((3, 4, 5)))
