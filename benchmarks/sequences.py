"""Layers for sequences, forward and backward, by contender."""

import numpy as np

from benchmarks.contenders import both, data, through_autograd, torch
from cs231n import layers


def recurrent(dtype):
    n, t, d = 128, 16, 512
    for kind, gates in (("rnn", 1), ("lstm", 4), ("gru", 3)):
        draw, g = data(dtype), gates * d
        x, h0, dout = draw(n, t, d), draw(n, d), draw(n, t, d)
        Wx, Wh, b = 0.04 * draw(d, g), 0.04 * draw(d, g), draw(g)
        forward = getattr(layers, f"{kind}_forward")
        backward = getattr(layers, f"{kind}_backward")

        def ours(f=forward, b=backward, arrays=(x, h0, Wx, Wh, b), dout=dout):
            return b(dout, f(*arrays)[1])

        contenders = both(ours)
        if torch:
            net = getattr(torch.nn, kind.upper())(d, d, batch_first=True)
            net = net.to(torch.from_numpy(x).dtype)
            tensors = [torch.from_numpy(x).requires_grad_(), *net.parameters()]
            upstream = torch.from_numpy(dout)
            contenders["torch"] = lambda net=net, p=tensors, u=upstream: (
                torch.autograd.grad(net(p[0])[0], p, u)
            )
        flat, big, one, step = draw(n * t, d), draw(n * t, g), draw(n, g), h0

        def floor(flat=flat, big=big, one=one, step=step, Wx=Wx, Wh=Wh):
            products = [flat @ Wx, big @ Wx.T, flat.T @ big, flat.T @ big]
            return products, [(step @ Wh, one @ Wh.T) for _ in range(16)]

        contenders["floor"] = floor
        yield f"{kind} {n}x{t}x{d}", contenders, 12 * n * t * d * g


def sequences(dtype):
    draw, rng = data(dtype), np.random.default_rng(1)
    n, t, h, v = 128, 16, 512, 1000
    x, w, b = draw(n, t, h), 0.05 * draw(h, v), draw(v)
    y, mask = rng.integers(0, v, (n, t)), rng.random((n, t)) < 0.7

    contenders = both(lambda: layers.temporal_affine_softmax_loss(x, w, b, y, mask))
    if torch:
        labels = torch.from_numpy(np.where(mask, y, -1))
        contenders["torch"] = through_autograd(
            lambda x, w, b: (
                torch.nn.functional.cross_entropy(
                    (x @ w + b).reshape(n * t, v),
                    labels.ravel(),
                    ignore_index=-1,
                    reduction="sum",
                )
                / n
            ),
            (x, w, b),
            np.array(1, dtype),
        )
    yield "temporal scores, 30 % masked", contenders, 6 * n * t * h * v
    words, dout = draw(v, h), draw(n, t, h)

    def embed():
        out, cache = layers.word_embedding_forward(y, words)
        return out, layers.word_embedding_backward(dout, cache)

    contenders = both(embed)
    if torch:
        index = torch.from_numpy(y)
        contenders["torch"] = through_autograd(
            lambda w: torch.nn.functional.embedding(index, w), [words], dout
        )
    yield f"embedding {v}x{h}", contenders, None
    yield "attention 64x32x256, 8 heads", *attention(draw, 64, 32, 256, 8)


def attention(draw, n, t, e, heads):
    """Return contenders of causal self-attention, projections included."""
    x, dout, scale = draw(n, t, e), draw(n, t, e), e**-0.5
    params = {f"W{k}": scale * draw(e, e) for k in "qkvo"}
    params |= {f"b{k}": draw(e) for k in "qkvo"}
    causal = np.tril(np.ones((t, t), bool))

    def ours():
        _, cache = layers.multi_head_attention_forward(
            x, x, x, params, num_heads=heads, attn_mask=causal
        )
        return layers.multi_head_attention_backward(dout, cache)

    contenders = both(ours)
    if torch:
        contenders["torch"] = through_autograd(
            lambda x, *p: _torch_attention(x, p, heads), [x, *params.values()], dout
        )
    return contenders, 6 * n * t * e * (4 * e + 2 * t)


def _torch_attention(x, params, heads):
    (wq, wk, wv, wo, bq, bk, bv, bo), (n, t, e) = params, x.shape
    split = lambda a: a.reshape(n, t, heads, -1).transpose(1, 2)
    q, k, v = (split(x @ w + b) for w, b in ((wq, bq), (wk, bk), (wv, bv)))
    mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    return mixed.transpose(1, 2).reshape(n, t, e) @ wo + bo


GROUPS = {"recurrent": recurrent, "sequence": sequences}
