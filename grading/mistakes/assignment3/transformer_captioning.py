# What goes wrong in transformer_captioning, and what else is right. A `mistake` is a plausible
# fault, with the sentence that would help its author: a patch of the solution, or of the
# whole answer that `of` names by the beginning of its `why`. A `style` is a correct answer
# written differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="sdpa-forward" why="The softmax runs over the queries in place of the keys."
- top = scores.max(axis=-1, keepdims=True)
+ top = scores.max(axis=-2, keepdims=True)

- total = weights.sum(axis=-1, keepdims=True)
+ total = weights.sum(axis=-2, keepdims=True)

# %% mistake="sdpa-forward" why="The mask acts after the softmax, so the weights no longer sum to 1."
- if attn_mask is not None:
-     scores = np.where(np.asarray(attn_mask) != 0, scores, -np.inf)

- out = weights @ value
+ if attn_mask is not None:
+     weights = weights * (np.asarray(attn_mask) != 0)
+ out = weights @ value

# %% mistake="sdpa-forward" why="The scores are not scaled by the root of the width."
- scores = query @ np.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1])
+ scores = query @ np.swapaxes(key, -1, -2)

# %% mistake="sdpa-forward" why="The scores are divided by the width, not by its root."
- scores = query @ np.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1])
+ scores = query @ np.swapaxes(key, -1, -2) / query.shape[-1]

# %% mistake="sdpa-forward" why="The mask is the wrong way round: 0 or False is blocked."
- scores = np.where(np.asarray(attn_mask) != 0, scores, -np.inf)
+ scores = np.where(np.asarray(attn_mask) == 0, scores, -np.inf)

# %% mistake="sdpa-forward" why="The mask is ignored."
- scores = np.where(np.asarray(attn_mask) != 0, scores, -np.inf)
+ pass

# %% mistake="sdpa-forward" why="Blocked scores become 0, which still takes part in the softmax."
- scores = np.where(np.asarray(attn_mask) != 0, scores, -np.inf)
+ scores = np.where(np.asarray(attn_mask) != 0, scores, 0)

# %% mistake="sdpa-forward" why="A row that is blocked everywhere gives NaN."
- top = np.where(np.isfinite(top), top, 0)
+ pass

- weights = weights / np.where(total == 0, 1, total)
+ weights = weights / total

# %% mistake="sdpa-forward" why="The maximum is not taken off, and large scores overflow."
- weights = np.exp(scores - top)
+ weights = np.exp(scores)

# %% style="sdpa-forward" why="einsum, and the mask added as a bias of minus infinity."
def scaled_dot_product_attention_forward(query, key, value, attn_mask=None):
    scores = np.einsum("...se,...te->...st", query, key) * query.shape[-1] ** -0.5
    if attn_mask is not None:
        bias = np.zeros(np.shape(attn_mask), scores.dtype)
        bias[~np.asarray(attn_mask).astype(bool)] = -np.inf
        scores = scores + bias
    top = np.maximum(scores.max(-1, keepdims=True), np.finfo(scores.dtype).min)
    weights = np.exp(scores - top)
    weights /= np.maximum(weights.sum(-1, keepdims=True), np.finfo(scores.dtype).tiny)
    return np.einsum("...st,...tv->...sv", weights, value), (query, key, value, weights)

# %% style="sdpa-forward" why="Weights of blocked keys set to zero before the sum."
def scaled_dot_product_attention_forward(query, key, value, attn_mask=None):
    scores = np.matmul(query, np.moveaxis(key, -1, -2)) / np.sqrt(query.shape[-1]).astype(query.dtype)
    allowed = np.ones(scores.shape, bool) if attn_mask is None else np.broadcast_to(attn_mask, scores.shape) != 0
    lowest = np.where(allowed, scores, scores.min())
    weights = np.exp(lowest - lowest.max(axis=-1, keepdims=True)) * allowed
    total = weights.sum(axis=-1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return np.matmul(weights, value), (query, key, value, weights)

# %% style="sdpa-forward" why="A loop over the queries."
def scaled_dot_product_attention_forward(query, key, value, attn_mask=None):
    s, t = query.shape[-2], key.shape[-2]
    weights = np.zeros((*query.shape[:-1], t), query.dtype)
    mask = np.ones((s, t), bool) if attn_mask is None else np.asarray(attn_mask) != 0
    mask = np.broadcast_to(mask, weights.shape)
    for i in range(s):
        scores = (key * query[..., i : i + 1, :]).sum(axis=-1) / math.sqrt(query.shape[-1])
        scores = np.where(mask[..., i, :], scores, -np.inf)
        top = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(top == -np.inf, 0, top))
        weights[..., i, :] = e / np.maximum(e.sum(axis=-1, keepdims=True), 1e-30)
    return weights @ value, (query, key, value, weights)

# %% mistake="sdpa-backward" why="The mean of the softmax's gradient is not taken off."
- dscores = weights * (dweights - mean) / math.sqrt(query.shape[-1])
+ dscores = weights * dweights / math.sqrt(query.shape[-1])

# %% mistake="sdpa-backward" why="The scale is left out on the way back."
- dscores = weights * (dweights - mean) / math.sqrt(query.shape[-1])
+ dscores = weights * (dweights - mean)

# %% mistake="sdpa-backward" why="The mean is taken over the queries in place of the keys."
- mean = (weights * dweights).sum(axis=-1, keepdims=True)
+ mean = (weights * dweights).sum(axis=-2, keepdims=True)

# %% mistake="sdpa-backward" why="The plain mean is taken off, not the one weighted by attention."
- mean = (weights * dweights).sum(axis=-1, keepdims=True)
+ mean = dweights.mean(axis=-1, keepdims=True)

# %% mistake="sdpa-backward" why="The gradient of the values has the gradient of the weights in place of the weights."
- dvalue = np.swapaxes(weights, -1, -2) @ dout
- dweights = dout @ np.swapaxes(value, -1, -2)
+ dweights = dout @ np.swapaxes(value, -1, -2)
+ dvalue = np.swapaxes(dweights, -1, -2) @ dout

# %% mistake="sdpa-backward" why="The scale is applied to dquery only."
- dscores = weights * (dweights - mean) / math.sqrt(query.shape[-1])
+ dscores = weights * (dweights - mean)

- dquery = dscores @ key
+ dquery = dscores @ key / math.sqrt(query.shape[-1])

# %% style="sdpa-backward" why="einsum throughout."
def scaled_dot_product_attention_backward(dout, cache):
    query, key, value, weights = cache
    dvalue = np.einsum("...st,...sv->...tv", weights, dout)
    dweights = np.einsum("...sv,...tv->...st", dout, value)
    dscores = weights * dweights
    dscores = dscores - weights * dscores.sum(-1, keepdims=True)
    dscores = dscores * query.shape[-1] ** -0.5
    return np.einsum("...st,...te->...se", dscores, key), np.einsum("...st,...se->...te", dscores, query), dvalue

# %% style="sdpa-backward" why="The softmax's Jacobian, built for every query."
def scaled_dot_product_attention_backward(dout, cache):
    query, key, value, weights = cache
    dweights = np.matmul(dout, np.moveaxis(value, -1, -2))
    eye = np.eye(weights.shape[-1])
    jacobian = weights[..., None] * (eye - weights[..., None, :])
    dscores = (jacobian @ dweights[..., None])[..., 0] / np.sqrt(query.shape[-1])
    return dscores @ key, np.moveaxis(dscores, -1, -2) @ query, np.moveaxis(weights, -1, -2) @ dout

# %% style="sdpa-backward" why="The weighted mean from output and upstream gradient."
def scaled_dot_product_attention_backward(dout, cache):
    query, key, value, weights = cache
    mean = np.sum(dout * (weights @ value), axis=-1, keepdims=True)
    dscores = weights * (dout @ value.swapaxes(-1, -2) - mean)
    dscores /= math.sqrt(key.shape[-1])
    return dscores @ key, dscores.swapaxes(-1, -2) @ query, weights.swapaxes(-1, -2) @ dout

# %% mistake="mha-forward" why="Heads are cut by a reshape without swapping the axes."
- cut = x.reshape(n, x.shape[1], num_heads, e // num_heads)
- return cut.transpose(0, 2, 1, 3)
+ return x.reshape(n, num_heads, x.shape[1], e // num_heads)

# %% mistake="mha-forward" why="Heads are merged by a reshape without swapping the axes back."
- merged = mixed.transpose(0, 2, 1, 3).reshape(query.shape)
+ merged = mixed.reshape(query.shape)

# %% mistake="mha-forward" why="The output projection is left out."
- out = merged @ params["Wo"] + params["bo"]
+ out = merged

# %% mistake="mha-forward" why="The biases of the projections are left out."
- split(x @ params["W" + name] + params["b" + name])
+ split(x @ params["W" + name])

# %% mistake="mha-forward" why="The scale is the root of the whole width, not of a head's."
- mixed, inner = scaled_dot_product_attention_forward(*heads, attn_mask)
+ heads[0] = heads[0] / math.sqrt(num_heads)
+ mixed, inner = scaled_dot_product_attention_forward(*heads, attn_mask)

# %% mistake="mha-forward" why="The mask is not handed on."
- mixed, inner = scaled_dot_product_attention_forward(*heads, attn_mask)
+ mixed, inner = scaled_dot_product_attention_forward(*heads)

# %% mistake="mha-forward" why="Weights act as in nn.Linear, transposed; here it is x @ W."
- split(x @ params["W" + name] + params["b" + name])
+ split(x @ params["W" + name].T + params["b" + name])

# %% style="mha-forward" why="A loop over the heads, and columns side by side."
def multi_head_attention_forward(query, key, value, params, num_heads, attn_mask=None):
    n, s, e = query.shape
    d = e // num_heads
    q, k, v = (x @ params["W" + c] + params["b" + c] for c, x in (("q", query), ("k", key), ("v", value)))
    t = k.shape[1]
    mask = None if attn_mask is None else np.broadcast_to(attn_mask, (n, num_heads, s, t))
    cut = [np.stack([x[..., h * d : (h + 1) * d] for h in range(num_heads)], axis=1) for x in (q, k, v)]
    outs = [
        scaled_dot_product_attention_forward(*(x[:, h] for x in cut), None if mask is None else mask[:, h])[0]
        for h in range(num_heads)
    ]
    _, inner = scaled_dot_product_attention_forward(*cut, attn_mask)
    merged = np.concatenate(outs, axis=-1)
    return merged @ params["Wo"] + params["bo"], (query, key, value, params, num_heads, merged, inner)

# %% style="mha-forward" why="np.split and np.stack."
def multi_head_attention_forward(query, key, value, params, num_heads, attn_mask=None):
    heads = []
    for name, x in zip("qkv", (query, key, value)):
        flat = np.einsum("nse,ef->nsf", x, params[f"W{name}"]) + params[f"b{name}"]
        heads.append(np.stack(np.split(flat, num_heads, axis=2), axis=1))
    mixed, inner = scaled_dot_product_attention_forward(*heads, attn_mask=attn_mask)
    merged = np.concatenate(list(np.moveaxis(mixed, 1, 0)), axis=2)
    return np.dot(merged, params["Wo"]) + params["bo"], (query, key, value, params, num_heads, merged, inner)

# %% style="mha-forward" why="Line by line, swapaxes."
def multi_head_attention_forward(query, key, value, params, num_heads, attn_mask=None):
    N, S, E = query.shape
    T = key.shape[1]
    d = E // num_heads
    q = (query.dot(params["Wq"]) + params["bq"]).reshape(N, S, num_heads, d).swapaxes(1, 2)
    k = (key.dot(params["Wk"]) + params["bk"]).reshape(N, T, num_heads, d).swapaxes(1, 2)
    v = (value.dot(params["Wv"]) + params["bv"]).reshape(N, T, num_heads, d).swapaxes(1, 2)
    mixed, inner = scaled_dot_product_attention_forward(q, k, v, attn_mask)
    merged = mixed.swapaxes(1, 2).reshape(N, S, E)
    out = merged.dot(params["Wo"]) + params["bo"]
    return out, (query, key, value, params, num_heads, merged, inner)

# %% mistake="mha-backward" why="The gradient of bo is summed over the batch only."
- grads["bo"] = dout.sum(axis=(0, 1))
+ grads["bo"] = dout.sum(axis=0)

# %% mistake="mha-backward" why="The gradient of bo is a mean in place of a sum."
- grads["bo"] = dout.sum(axis=(0, 1))
+ grads["bo"] = dout.mean(axis=(0, 1))

# %% mistake="mha-backward" why="The gradient of Wo has its two factors swapped."
- grads["Wo"] = merged.reshape(-1, e).T @ dout.reshape(-1, e)
+ grads["Wo"] = dout.reshape(-1, e).T @ merged.reshape(-1, e)

# %% mistake="mha-backward" why="The output projection is passed without its transpose."
- dmerged = dout @ params["Wo"].T
+ dmerged = dout @ params["Wo"]

# %% mistake="mha-backward" why="The gradient is cut into heads by a reshape alone."
- dmixed = dmerged.reshape(n, s, num_heads, e // num_heads).transpose(0, 2, 1, 3)
+ dmixed = dmerged.reshape(n, num_heads, s, e // num_heads)

# %% mistake="mha-backward" why="The heads' gradients are merged by a reshape alone."
- dflat = dhead.transpose(0, 2, 1, 3).reshape(-1, e)
+ dflat = dhead.reshape(-1, e)

# %% mistake="mha-backward" why="The projections are passed without their transpose."
- inputs.append((dflat @ params["W" + name].T).reshape(x.shape))
+ inputs.append((dflat @ params["W" + name]).reshape(x.shape))

# %% style="mha-backward" why="einsum for every product."
def multi_head_attention_backward(dout, cache):
    query, key, value, params, num_heads, merged, inner = cache
    n, s, e = dout.shape
    grads = {"Wo": np.einsum("nse,nsf->ef", merged, dout), "bo": np.einsum("nse->e", dout)}
    dmerged = np.einsum("nsf,ef->nse", dout, params["Wo"])
    dheads = scaled_dot_product_attention_backward(np.stack(np.split(dmerged, num_heads, -1), 1), inner)
    out = []
    for c, x, dhead in zip("qkv", (query, key, value), dheads):
        dflat = np.concatenate(list(np.moveaxis(dhead, 1, 0)), axis=-1)
        grads["W" + c] = np.einsum("nse,nsf->ef", x, dflat)
        grads["b" + c] = dflat.sum((0, 1))
        out.append(np.einsum("nsf,ef->nse", dflat, params["W" + c]))
    return out[0], out[1], out[2], grads

# %% style="mha-backward" why="Line by line for q, k and v."
def multi_head_attention_backward(dout, cache):
    query, key, value, params, H, merged, inner = cache
    N, S, E = dout.shape
    T = key.shape[1]
    grads = {}
    flat = dout.reshape(N * S, E)
    grads["Wo"] = merged.reshape(N * S, E).T.dot(flat)
    grads["bo"] = flat.sum(0)
    dmixed = flat.dot(params["Wo"].T).reshape(N, S, H, E // H).swapaxes(1, 2)
    dq, dk, dv = scaled_dot_product_attention_backward(dmixed, inner)
    dq = dq.swapaxes(1, 2).reshape(N * S, E)
    dk = dk.swapaxes(1, 2).reshape(N * T, E)
    dv = dv.swapaxes(1, 2).reshape(N * T, E)
    grads["Wq"], grads["bq"] = query.reshape(N * S, E).T.dot(dq), dq.sum(0)
    grads["Wk"], grads["bk"] = key.reshape(N * T, E).T.dot(dk), dk.sum(0)
    grads["Wv"], grads["bv"] = value.reshape(N * T, E).T.dot(dv), dv.sum(0)
    dquery = dq.dot(params["Wq"].T).reshape(N, S, E)
    dkey = dk.dot(params["Wk"].T).reshape(N, T, E)
    dvalue = dv.dot(params["Wv"].T).reshape(N, T, E)
    return dquery, dkey, dvalue, grads

# %% style="mha-backward" why="np.tensordot, and a helper for linear layers."
def linear_back(d, x, W):
    return d @ W.T, np.tensordot(x, d, axes=([0, 1], [0, 1])), d.sum(axis=0).sum(axis=0)


def multi_head_attention_backward(dout, cache):
    query, key, value, params, heads, merged, inner = cache
    dmerged, dWo, dbo = linear_back(dout, merged, params["Wo"])
    cut = dmerged.reshape(*dmerged.shape[:2], heads, -1)
    parts = scaled_dot_product_attention_backward(np.moveaxis(cut, 2, 1), inner)
    grads, inputs = dict(Wo=dWo, bo=dbo), []
    for name, x, part in zip("qkv", [query, key, value], parts):
        d = np.moveaxis(part, 1, 2).reshape(x.shape)
        dx, grads[f"W{name}"], grads[f"b{name}"] = linear_back(d, x, params[f"W{name}"])
        inputs.append(dx)
    return (*inputs, grads)

# %% mistake="positional-encoding" why="The positions are not added."
- output = self.dropout(x + self.pe[:, : x.shape[1]])
+ output = self.dropout(x)

# %% mistake="positional-encoding" why="The positions are added twice."
- output = self.dropout(x + self.pe[:, : x.shape[1]])
+ output = self.dropout(x + 2 * self.pe[:, : x.shape[1]])

# %% mistake="positional-encoding" why="Sine and cosine are swapped."
- pe[0, :, 0::2] = torch.sin(position * rate)
- pe[0, :, 1::2] = torch.cos(position * rate)
+ pe[0, :, 0::2] = torch.cos(position * rate)
+ pe[0, :, 1::2] = torch.sin(position * rate)

# %% mistake="positional-encoding" why="Sines fill the first half of the columns, cosines the second."
- pe[0, :, 0::2] = torch.sin(position * rate)
- pe[0, :, 1::2] = torch.cos(position * rate)
+ pe[0, :, : embed_dim // 2] = torch.sin(position * rate)
+ pe[0, :, embed_dim // 2 :] = torch.cos(position * rate)

# %% mistake="positional-encoding" why="Positions count from 1 in place of 0."
- position = torch.arange(max_len).unsqueeze(1)
+ position = torch.arange(1, max_len + 1).unsqueeze(1)

# %% mistake="positional-encoding" why="The rate falls too slowly: the pairs are counted as 0, 1, 2 in place of 0, 2, 4."
- rate = torch.exp(torch.arange(0, embed_dim, 2) * (-math.log(10000) / embed_dim))
+ rate = torch.exp(torch.arange(embed_dim // 2) * (-math.log(10000) / embed_dim))

# %% mistake="positional-encoding" why="Dropout is active at test time."
- output = self.dropout(x + self.pe[:, : x.shape[1]])
+ output = F.dropout(x + self.pe[:, : x.shape[1]], 0.4, training=True)

# %% mistake="positional-encoding" why="Dropout is left out."
- output = self.dropout(x + self.pe[:, : x.shape[1]])
+ output = x + self.pe[:, : x.shape[1]]

# %% style="positional-encoding" why="Pasted from 2021: loops over nothing, an empty output first."
class PositionalEncoding(nn.Module):
    def __init__(self, embed_dim, dropout=0.1, max_len=5000):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        assert embed_dim % 2 == 0
        pe = torch.zeros(1, max_len, embed_dim)
        i = torch.arange(max_len)[:, None]
        power = torch.pow(10000, -torch.arange(0, embed_dim, 2) / embed_dim)
        pe[0, :, 0::2] = torch.sin(i * power)
        pe[0, :, 1::2] = torch.cos(i * power)
        self.register_buffer('pe', pe)

    def forward(self, x):
        N, S, D = x.shape
        output = torch.empty((N, S, D))
        output = x + self.pe[:, :S, :]
        output = self.dropout(output)
        return output

# %% style="positional-encoding" why="Sines and cosines stacked, then flattened."
class PositionalEncoding(nn.Module):
    def __init__(self, embed_dim, dropout=0.1, max_len=5000):
        super().__init__()
        angles = torch.outer(
            torch.arange(max_len).float(), 10000.0 ** (-torch.arange(0, embed_dim, 2).float() / embed_dim)
        )
        self.register_buffer("pe", torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[None])
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.dropout(x + self.pe[:, : x.size(1)])

# %% style="positional-encoding" why="A loop over the columns."
class PositionalEncoding(nn.Module):
    def __init__(self, embed_dim, dropout=0.1, max_len=5000):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        pe = torch.zeros(1, max_len, embed_dim)
        steps = torch.arange(max_len, dtype=torch.float32)
        for j in range(embed_dim):
            angle = steps / (10000 ** ((j - j % 2) / embed_dim))
            pe[0, :, j] = torch.cos(angle) if j % 2 else torch.sin(angle)
        self.register_buffer("pe", pe)

    def forward(self, x):
        positions = self.pe.narrow(1, 0, x.shape[1])
        return self.drop(torch.add(x, positions))

# %% mistake="multi-head-attention" why="The softmax runs over the queries in place of the keys."
- weights = self.attn_drop(F.softmax(scores, dim=-1))
+ weights = self.attn_drop(F.softmax(scores, dim=-2))

# %% mistake="multi-head-attention" why="The softmax runs over the heads in place of the keys."
- weights = self.attn_drop(F.softmax(scores, dim=-1))
+ weights = self.attn_drop(F.softmax(scores, dim=1))

# %% mistake="multi-head-attention" why="The mask acts after the softmax."
- if attn_mask is not None:
-     scores = scores.masked_fill(attn_mask == 0, -math.inf)
- weights = self.attn_drop(F.softmax(scores, dim=-1))
+ weights = self.attn_drop(F.softmax(scores, dim=-1))
+ if attn_mask is not None:
+     weights = weights.masked_fill(attn_mask == 0, 0.0)

# %% mistake="multi-head-attention" why="The mask is the wrong way round: 0 or False is blocked."
- scores = scores.masked_fill(attn_mask == 0, -math.inf)
+ scores = scores.masked_fill(attn_mask != 0, -math.inf)

# %% mistake="multi-head-attention" why="The scale is the root of the whole width, not of a head's."
- scores = q @ k.transpose(2, 3) / math.sqrt(self.head_dim)
+ scores = q @ k.transpose(2, 3) / math.sqrt(self.emd_dim)

# %% mistake="multi-head-attention" why="The scores are not scaled."
- scores = q @ k.transpose(2, 3) / math.sqrt(self.head_dim)
+ scores = q @ k.transpose(2, 3)

# %% mistake="multi-head-attention" why="Heads are merged by a reshape without swapping the axes back."
- output = self.proj((weights @ v).transpose(1, 2).reshape(n, s, e))
+ output = self.proj((weights @ v).reshape(n, s, e))

# %% mistake="multi-head-attention" why="Heads are cut by a reshape without swapping the axes."
- return x.reshape(n, -1, self.n_head, self.head_dim).transpose(1, 2)
+ return x.reshape(n, self.n_head, -1, self.head_dim)

# %% mistake="multi-head-attention" why="The output projection is left out."
- output = self.proj((weights @ v).transpose(1, 2).reshape(n, s, e))
+ output = (weights @ v).transpose(1, 2).reshape(n, s, e)

# %% mistake="multi-head-attention" why="Dropout is active at test time."
- weights = self.attn_drop(F.softmax(scores, dim=-1))
+ weights = F.dropout(F.softmax(scores, dim=-1), 0.4)

# %% mistake="multi-head-attention" why="Dropout is left out."
- weights = self.attn_drop(F.softmax(scores, dim=-1))
+ weights = F.softmax(scores, dim=-1)

# %% style="multi-head-attention" why="Pasted from 2021: view, moveaxis, masked_fill, contiguous."
class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, dropout=0.1):
        super().__init__()
        assert embed_dim % num_heads == 0
        self.key = nn.Linear(embed_dim, embed_dim)
        self.query = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.proj = nn.Linear(embed_dim, embed_dim)
        self.attn_drop = nn.Dropout(dropout)
        self.n_head = num_heads
        self.emd_dim = embed_dim
        self.head_dim = self.emd_dim // self.n_head

    def forward(self, query, key, value, attn_mask=None):
        N, S, E = query.shape
        N, T, E = value.shape
        output = torch.empty((N, S, E))
        H = self.n_head
        Q = self.query(query).view(N, S, H, E // H).moveaxis(1, 2)
        K = self.key(key).view(N, T, H, E // H).moveaxis(1, 2)
        V = self.value(value).view(N, T, H, E // H).moveaxis(1, 2)
        Y = torch.matmul(Q, K.transpose(2, 3)) / math.sqrt(self.head_dim)
        if attn_mask is not None:
            Y = Y.masked_fill(attn_mask == 0, float("-inf"))
        Y = self.attn_drop(F.softmax(Y, dim=-1)).matmul(V)
        output = self.proj(Y.moveaxis(1, 2).contiguous().view(N, S, E))
        return output

# %% style="multi-head-attention" why="As in 2025: permute, and the mask by where."
class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, dropout=0.1):
        super().__init__()
        self.key = nn.Linear(embed_dim, embed_dim)
        self.query = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.proj = nn.Linear(embed_dim, embed_dim)
        self.attn_drop = nn.Dropout(dropout)
        self.n_head, self.emd_dim, self.head_dim = num_heads, embed_dim, embed_dim // num_heads

    def forward(self, query, key, value, attn_mask=None):
        N, S, E = query.size()
        T = key.size(1)
        q = self.query(query).reshape(N, S, self.n_head, -1).permute(0, 2, 1, 3)
        k = self.key(key).reshape(N, T, self.n_head, -1).permute(0, 2, 3, 1)
        v = self.value(value).reshape(N, T, self.n_head, -1).permute(0, 2, 1, 3)
        scores = (q @ k) * self.head_dim ** -0.5
        if attn_mask is not None:
            scores = torch.where(attn_mask.bool(), scores, torch.full_like(scores, -1e9))
        weights = self.attn_drop(torch.softmax(scores, dim=-1))
        return self.proj((weights @ v).permute(0, 2, 1, 3).flatten(2))

# %% style="multi-head-attention" why="einsum, and one head after the other."
class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, dropout=0.1):
        super().__init__()
        self.query, self.key = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.value, self.proj = nn.Linear(embed_dim, embed_dim), nn.Linear(embed_dim, embed_dim)
        self.attn_drop = nn.Dropout(dropout)
        self.n_head, self.head_dim = num_heads, embed_dim // num_heads

    def forward(self, query, key, value, attn_mask=None):
        heads = []
        parts = (layer(x).chunk(self.n_head, dim=-1) for layer, x in ((self.query, query), (self.key, key), (self.value, value)))
        for q, k, v in zip(*parts):
            scores = torch.einsum("nsd,ntd->nst", q, k) / self.head_dim**0.5
            if attn_mask is not None:
                scores = scores.masked_fill(attn_mask == 0, -torch.inf if hasattr(torch, "inf") else -math.inf)
            heads.append(torch.einsum("nst,ntd->nsd", self.attn_drop(scores.softmax(-1)), v))
        return self.proj(torch.cat(heads, dim=-1))

# %% mistake="decoder-layer" why="The residual connection around self-attention is missing."
- tgt = self.norm_self(tgt + self.dropout_self(seen))
+ tgt = self.norm_self(self.dropout_self(seen))

# %% mistake="decoder-layer" why="The residual connection around the feed-forward network is missing."
- tgt = self.norm_ffn(tgt + self.dropout_ffn(self.ffn(tgt)))
+ tgt = self.norm_ffn(self.dropout_ffn(self.ffn(tgt)))

# %% mistake="decoder-layer" why="The normalisation comes before each part: this is pre-norm."
- seen = self.self_attn(tgt, tgt, tgt, tgt_mask)
- tgt = self.norm_self(tgt + self.dropout_self(seen))
- seen = self.cross_attn(tgt, memory, memory)
- tgt = self.norm_cross(tgt + self.dropout_cross(seen))
- tgt = self.norm_ffn(tgt + self.dropout_ffn(self.ffn(tgt)))
+ y = self.norm_self(tgt)
+ tgt = tgt + self.dropout_self(self.self_attn(y, y, y, tgt_mask))
+ tgt = tgt + self.dropout_cross(self.cross_attn(self.norm_cross(tgt), memory, memory))
+ tgt = tgt + self.dropout_ffn(self.ffn(self.norm_ffn(tgt)))

# %% mistake="decoder-layer" why="The mask is not handed to self-attention."
- seen = self.self_attn(tgt, tgt, tgt, tgt_mask)
+ seen = self.self_attn(tgt, tgt, tgt)

# %% mistake="decoder-layer" why="Cross-attention looks at the words in place of the memory."
- seen = self.cross_attn(tgt, memory, memory)
+ seen = self.cross_attn(tgt, tgt, tgt)

# %% mistake="decoder-layer" why="The last normalisation is left out."
- tgt = self.norm_ffn(tgt + self.dropout_ffn(self.ffn(tgt)))
+ tgt = tgt + self.dropout_ffn(self.ffn(tgt))

# %% mistake="decoder-layer" why="Dropout is active at test time."
- tgt = self.norm_self(tgt + self.dropout_self(seen))
+ tgt = self.norm_self(tgt + F.dropout(seen, 0.4))

# %% style="decoder-layer" why="Pasted from 2021: linear1, linear2, norm1 to norm3 and a ReLU."
class TransformerDecoderLayer(nn.Module):
    def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
        super().__init__()
        self.self_attn = MultiHeadAttention(input_dim, num_heads, dropout)
        self.multihead_attn = MultiHeadAttention(input_dim, num_heads, dropout)
        self.linear1 = nn.Linear(input_dim, dim_feedforward)
        self.dropout = nn.Dropout(dropout)
        self.linear2 = nn.Linear(dim_feedforward, input_dim)
        self.norm1 = nn.LayerNorm(input_dim)
        self.norm2 = nn.LayerNorm(input_dim)
        self.norm3 = nn.LayerNorm(input_dim)
        self.dropout1 = nn.Dropout(dropout)
        self.dropout2 = nn.Dropout(dropout)
        self.dropout3 = nn.Dropout(dropout)
        self.activation = nn.ReLU()

    def forward(self, tgt, memory, tgt_mask=None):
        tgt2 = self.self_attn(query=tgt, key=tgt, value=tgt, attn_mask=tgt_mask)
        tgt = tgt + self.dropout1(tgt2)
        tgt = self.norm1(tgt)
        tgt2 = self.multihead_attn(query=tgt, key=memory, value=memory)
        tgt = tgt + self.dropout2(tgt2)
        tgt = self.norm2(tgt)
        tgt2 = self.linear2(self.dropout(self.activation(self.linear1(tgt))))
        tgt = tgt + self.dropout3(tgt2)
        tgt = self.norm3(tgt)
        return tgt

# %% style="decoder-layer" why="As in 2025: a shortcut kept, sums in place."
class TransformerDecoderLayer(nn.Module):
    def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
        super().__init__()
        self.self_attn = MultiHeadAttention(input_dim, num_heads, dropout)
        self.cross_attn = MultiHeadAttention(input_dim, num_heads, dropout)
        self.ffn = FeedForwardNetwork(input_dim, dim_feedforward, dropout)
        self.norm_self = nn.LayerNorm(input_dim)
        self.norm_cross = nn.LayerNorm(input_dim)
        self.norm_ffn = nn.LayerNorm(input_dim)
        self.dropout_self = nn.Dropout(dropout)
        self.dropout_cross = nn.Dropout(dropout)
        self.dropout_ffn = nn.Dropout(dropout)

    def forward(self, tgt, memory, tgt_mask=None):
        shortcut = tgt
        tgt = self.self_attn(query=tgt, key=tgt, value=tgt, attn_mask=tgt_mask)
        tgt = self.dropout_self(tgt)
        tgt = tgt + shortcut
        tgt = self.norm_self(tgt)
        shortcut = tgt
        tgt = self.dropout_cross(self.cross_attn(query=tgt, key=memory, value=memory))
        tgt += shortcut
        tgt = self.norm_cross(tgt)
        shortcut = tgt
        tgt = self.dropout_ffn(self.ffn(tgt)) + shortcut
        return self.norm_ffn(tgt)

# %% style="decoder-layer" why="A helper for the pattern."
class TransformerDecoderLayer(nn.Module):
    def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
        super().__init__()
        self.self_attn, self.cross_attn = (MultiHeadAttention(input_dim, num_heads, dropout) for _ in range(2))
        self.ffn = FeedForwardNetwork(input_dim, dim_feedforward, dropout)
        self.norm_self, self.norm_cross, self.norm_ffn = (nn.LayerNorm(input_dim) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def around(self, norm, x, y):
        return norm(x + self.dropout(y))

    def forward(self, tgt, memory, tgt_mask=None):
        x = self.around(self.norm_self, tgt, self.self_attn(tgt, tgt, tgt, attn_mask=tgt_mask))
        x = self.around(self.norm_cross, x, self.cross_attn(x, memory, memory))
        return self.around(self.norm_ffn, x, self.ffn(x))

# %% mistake="captioning-forward" why="The causal mask is one step too wide: a word sees the next one."
- mask = torch.tril(torch.ones(length, length, device=captions.device))
+ mask = torch.tril(torch.ones(length, length, device=captions.device), diagonal=1)

# %% mistake="captioning-forward" why="The mask is upper triangular: words see what follows."
- mask = torch.tril(torch.ones(length, length, device=captions.device))
+ mask = torch.triu(torch.ones(length, length, device=captions.device))

# %% mistake="captioning-forward" why="The mask is not handed on."
- scores = self.output(self.transformer(words, memory, tgt_mask=mask))
+ scores = self.output(self.transformer(words, memory))

# %% mistake="captioning-forward" why="The positions are not added."
- words = self.positional_encoding(self.embedding(captions))
+ words = self.embedding(captions)

# %% mistake="captioning-forward" why="The positions are added twice."
- words = self.positional_encoding(self.embedding(captions))
+ words = self.positional_encoding(self.positional_encoding(self.embedding(captions)))

# %% mistake="captioning-forward" why="The output layer is left out."
- scores = self.output(self.transformer(words, memory, tgt_mask=mask))
+ scores = self.transformer(words, memory, tgt_mask=mask)

# %% style="captioning-forward" why="Pasted, forward and sample as given in 2021."
class CaptioningTransformer(nn.Module):
    def __init__(self, word_to_idx, input_dim, wordvec_dim, num_heads=4,
                 num_layers=2, max_length=50):
        super().__init__()
        vocab_size = len(word_to_idx)
        self.vocab_size = vocab_size
        self._null = word_to_idx["<NULL>"]
        self._start = word_to_idx.get("<START>", None)
        self._end = word_to_idx.get("<END>", None)
        self.visual_projection = nn.Linear(input_dim, wordvec_dim)
        self.embedding = nn.Embedding(vocab_size, wordvec_dim, padding_idx=self._null)
        self.positional_encoding = PositionalEncoding(wordvec_dim, max_len=max_length)
        decoder_layer = TransformerDecoderLayer(input_dim=wordvec_dim, num_heads=num_heads)
        self.transformer = TransformerDecoder(decoder_layer, num_layers=num_layers)
        self.apply(self._init_weights)
        self.output = nn.Linear(wordvec_dim, vocab_size)

    def _init_weights(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data.normal_(mean=0.0, std=0.02)

    def forward(self, features, captions):
        N, T = captions.shape
        scores = torch.empty((N, T, self.vocab_size))
        embeds = self.positional_encoding(self.embedding(captions))
        feats = self.visual_projection(features).unsqueeze(1)
        tgt_mask = torch.tril(torch.ones(T, T, device=captions.device, dtype=captions.dtype))
        out = self.transformer(tgt=embeds, memory=feats, tgt_mask=tgt_mask)
        scores = self.output(out)
        return scores

# %% style="captioning-forward" why="A mask of bool by comparison, reshape for the memory."
class CaptioningTransformer(nn.Module):
    def __init__(self, word_to_idx, input_dim, wordvec_dim, num_heads=4, num_layers=2, max_length=50):
        super().__init__()
        self._null, self._start, self._end = (word_to_idx.get(w) for w in ("<NULL>", "<START>", "<END>"))
        self.vocab_size = len(word_to_idx)
        self.visual_projection = nn.Linear(input_dim, wordvec_dim)
        self.embedding = nn.Embedding(self.vocab_size, wordvec_dim, padding_idx=self._null)
        self.positional_encoding = PositionalEncoding(wordvec_dim, max_len=max_length)
        self.transformer = TransformerDecoder(TransformerDecoderLayer(wordvec_dim, num_heads), num_layers)
        self.output = nn.Linear(wordvec_dim, self.vocab_size)

    def forward(self, features, captions):
        order = torch.arange(captions.size(1))
        mask = order[:, None] >= order[None, :]
        memory = self.visual_projection(features).reshape(len(features), 1, -1)
        return self.output(self.transformer(self.positional_encoding(self.embedding(captions)), memory, mask))

# %% style="captioning-forward" why="The inverse of an upper triangle, and a loop over the layers."
class CaptioningTransformer(nn.Module):
    def __init__(self, word_to_idx, input_dim, wordvec_dim, num_heads=4, num_layers=2, max_length=50):
        super().__init__()
        self._null, self._start, self._end = (word_to_idx.get(w) for w in ("<NULL>", "<START>", "<END>"))
        self.vocab_size = len(word_to_idx)
        self.visual_projection = nn.Linear(input_dim, wordvec_dim)
        self.embedding = nn.Embedding(self.vocab_size, wordvec_dim, padding_idx=self._null)
        self.positional_encoding = PositionalEncoding(wordvec_dim, max_len=max_length)
        self.transformer = TransformerDecoder(TransformerDecoderLayer(wordvec_dim, num_heads), num_layers)
        self.output = nn.Linear(wordvec_dim, self.vocab_size)

    def forward(self, features, captions):
        n, t = captions.shape
        seen = 1 - torch.triu(torch.ones((t, t)), diagonal=1)
        x = self.positional_encoding(self.embedding(captions))
        memory = self.visual_projection(features)[:, None, :]
        for layer in self.transformer.layers:
            x = layer(x, memory, seen)
        return self.output(x)

# %% mistake="captioning-sample" why="Dropout stays active while the network writes."
- self.eval()
+ pass

# %% mistake="captioning-sample" why="The scores of the first word are taken in place of the last."
- best = self(features, words)[:, -1].argmax(dim=1, keepdim=True)
+ best = self(features, words)[:, 0].argmax(dim=1, keepdim=True)

# %% mistake="captioning-sample" why="Sentences begin with <NULL> in place of <START>."
- words = torch.full((len(features), 1), self._start, dtype=torch.long)
+ words = torch.full((len(features), 1), self._null, dtype=torch.long)

# %% mistake="captioning-sample" why="<START> is part of the result."
- captions = words[:, 1:].numpy()
+ captions = words[:, :-1].numpy()

# %% mistake="captioning-sample" why="Only the newest word is read, without what was written before."
- best = self(features, words)[:, -1].argmax(dim=1, keepdim=True)
+ best = self(features, words[:, -1:])[:, -1].argmax(dim=1, keepdim=True)

# %% mistake="captioning-sample" why="The result has one word too many."
- captions = words[:, 1:].numpy()
+ captions = words.numpy()

# %% style="captioning-sample" why="Pasted: NumPy captions, LongTensor, test mode first."
@add_to_class(CaptioningTransformer)
def sample(self, features, max_length=30):
    self.eval()
    with torch.no_grad():
        features = torch.Tensor(features)
        N = features.shape[0]
        captions = self._null * np.ones((N, max_length), dtype=np.int32)
        partial_caption = self._start * np.ones(N, dtype=np.int32)
        partial_caption = torch.LongTensor(partial_caption)
        partial_caption = partial_caption.unsqueeze(1)
        for t in range(max_length):
            output_logits = self.forward(features, partial_caption)
            output_logits = output_logits[:, -1, :]
            word = torch.argmax(output_logits, axis=1)
            captions[:, t] = word.numpy()
            word = word.unsqueeze(1)
            partial_caption = torch.cat([partial_caption, word], dim=1)
        return captions

# %% style="captioning-sample" why="It stops when every sentence has ended, and pads."
@add_to_class(CaptioningTransformer)
def sample(self, features, max_length=30):
    self.eval()
    words = torch.ones((len(features), 1), dtype=torch.long) * self._start
    with torch.no_grad():
        for _ in range(max_length):
            scores = self(torch.from_numpy(features), words)
            words = torch.cat((words, scores[:, -1].max(dim=-1)[1][:, None]), 1)
            if bool((words == self._end).any(dim=1).all()):
                break
    found = words[:, 1:].tolist()
    return np.array([row + [self._null] * (max_length - len(row)) for row in found])

# %% style="captioning-sample" why="A table that is filled; everything beyond the last word is cut off."
@add_to_class(CaptioningTransformer)
def sample(self, features, max_length=30):
    was = self.training
    self.train(False)
    grid = torch.zeros((features.shape[0], max_length + 1), dtype=torch.int64)
    grid[:, 0] = self._start
    with torch.no_grad():
        x = torch.tensor(features)
        for t in range(max_length):
            grid[:, t + 1] = self.forward(x, grid[:, : t + 1])[:, t].argmax(-1)
    self.train(was)
    return grid[:, 1:].numpy()

# %% mistake="cached-attention" why="The new key and value are not appended before the look."
- if cache is not None:
-     new = tuple(torch.cat(pair, dim=1) for pair in zip(cache, new, strict=True))
+ pass

# %% mistake="cached-attention" why="The new position is put in front of the old ones, and the value order is lost."
- new = tuple(torch.cat(pair, dim=1) for pair in zip(cache, new, strict=True))
+ new = (torch.cat([cache[0], new[0]], dim=1), torch.cat([new[1], cache[1]], dim=1))

# %% mistake="cached-attention" why="Inputs are cached in place of projected keys and values."
- new = attn.key(x), attn.value(x)
+ new = x, x

# %% mistake="cached-attention" why="The scale is the root of the whole width, not of a head's."
- scores = q @ k.transpose(2, 3) / math.sqrt(e // attn.n_head)
+ scores = q @ k.transpose(2, 3) / math.sqrt(e)

# %% mistake="cached-attention" why="Keys and values are swapped in the cache."
- new = attn.key(x), attn.value(x)
+ new = attn.value(x), attn.key(x)

# %% mistake="cached-attention" why="The output projection is left out."
- out = attn.proj(mixed.transpose(1, 2).reshape(n, 1, e))
+ out = mixed.transpose(1, 2).reshape(n, 1, e)

# %% mistake="cached-attention" why="All heads are treated as one."
- return y.reshape(n, -1, attn.n_head, e // attn.n_head).transpose(1, 2)
+ return y.reshape(n, -1, 1, e).transpose(1, 2)

# %% style="cached-attention" why="einsum over heads, and two named tensors."
def cached_attention(attn, x, cache=None):
    k, v = attn.key(x), attn.value(x)
    if cache is not None:
        old_k, old_v = cache
        k, v = torch.cat([old_k, k], dim=1), torch.cat([old_v, v], dim=1)
    h = attn.n_head
    q, kk, vv = (a.reshape(a.shape[0], a.shape[1], h, -1) for a in (attn.query(x), k, v))
    w = torch.softmax(torch.einsum("nshd,nthd->nhst", q, kk) / q.shape[-1] ** 0.5, dim=-1)
    return attn.proj(torch.einsum("nhst,nthd->nshd", w, vv).flatten(2)), (k, v)

# %% style="cached-attention" why="One head after the other."
def cached_attention(attn, x, cache=None):
    key, value = attn.key(x), attn.value(x)
    if cache:
        key, value = torch.cat((cache[0], key), 1), torch.cat((cache[1], value), 1)
    query, found = attn.query(x), []
    for q, k, v in zip(query.chunk(attn.n_head, -1), key.chunk(attn.n_head, -1), value.chunk(attn.n_head, -1)):
        found.append(F.softmax(q.bmm(k.transpose(1, 2)) / math.sqrt(q.size(-1)), -1).bmm(v))
    return attn.proj(torch.cat(found, -1)), (key, value)

# %% style="cached-attention" why="An empty cache to begin with."
def cached_attention(attn, x, cache=None):
    n, _, e = x.shape
    h, d = attn.n_head, e // attn.n_head
    if cache is None:
        cache = x[:, :0], x[:, :0]
    cache = torch.cat([cache[0], attn.key(x)], dim=1), torch.cat([cache[1], attn.value(x)], dim=1)
    t = cache[0].shape[1]
    q = attn.query(x).view(n, 1, h, d).permute(0, 2, 1, 3)
    k = cache[0].view(n, t, h, d).permute(0, 2, 3, 1)
    v = cache[1].view(n, t, h, d).permute(0, 2, 1, 3)
    out = torch.matmul(F.softmax(torch.matmul(q, k) / d**0.5, dim=-1), v)
    return attn.proj(out.reshape(n, 1, e)), cache

# %% mistake="patch-embedding" why="A plain reshape cuts rows of the image, not patches."
- cut = x.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5)
+ cut = x

# %% mistake="patch-embedding" why="Patches are read column by column."
- cut = x.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5)
+ cut = x.reshape(n, c, h // p, p, w // p, p).permute(0, 4, 2, 1, 3, 5)

# %% mistake="patch-embedding" why="Channels come last within a patch, not first."
- cut = x.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5)
+ cut = x.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 3, 5, 1)

# %% mistake="patch-embedding" why="Rows and columns within a patch are swapped."
- cut = x.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5)
+ cut = x.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 5, 3)

# %% mistake="patch-embedding" why="Pixels that lie a stride apart are grouped, not neighbours."
- cut = x.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5)
+ cut = x.reshape(n, c, p, h // p, p, w // p).permute(0, 3, 5, 1, 2, 4)

# %% mistake="patch-embedding" why="The projection's bias is left out."
- out = self.proj(cut.reshape(n, self.num_patches, self.patch_dim))
+ out = cut.reshape(n, self.num_patches, self.patch_dim) @ self.proj.weight.T

# %% style="patch-embedding" why="unfold twice, as in PyTorch's tutorials."
class PatchEmbedding(nn.Module):
    def __init__(self, img_size, patch_size, in_channels=3, embed_dim=128):
        super().__init__()
        assert img_size % patch_size == 0
        self.img_size, self.patch_size = img_size, patch_size
        self.in_channels, self.embed_dim = in_channels, embed_dim
        self.num_patches = (img_size // patch_size) ** 2
        self.patch_dim = patch_size * patch_size * in_channels
        self.proj = nn.Linear(self.patch_dim, embed_dim)

    def forward(self, x):
        N, C, H, W = x.shape
        assert H == self.img_size and W == self.img_size
        p = self.patch_size
        x = x.unfold(2, p, p).unfold(3, p, p).permute(0, 2, 3, 1, 4, 5)
        return self.proj(x.contiguous().view(N, -1, self.patch_dim))

# %% style="patch-embedding" why="Two transpositions."
class PatchEmbedding(nn.Module):
    def __init__(self, img_size, patch_size, in_channels=3, embed_dim=128):
        super().__init__()
        self.patch_size = patch_size
        self.num_patches = (img_size // patch_size) ** 2
        self.proj = nn.Linear(patch_size * patch_size * in_channels, embed_dim)

    def forward(self, x):
        n, c, side = x.size(0), x.size(1), x.size(2) // self.patch_size
        x = x.view(n, c, side, self.patch_size, side, self.patch_size)
        x = x.transpose(3, 4).flatten(4)
        return self.proj(x.permute(0, 2, 3, 1, 4).reshape(n, self.num_patches, -1))

# %% style="patch-embedding" why="The projection as a convolution with stride."
class PatchEmbedding(nn.Module):
    def __init__(self, img_size, patch_size, in_channels=3, embed_dim=128):
        super().__init__()
        self.patch_size, self.in_channels = patch_size, in_channels
        self.proj = nn.Linear(patch_size * patch_size * in_channels, embed_dim)

    def forward(self, x):
        p = self.patch_size
        weight = self.proj.weight.reshape(-1, self.in_channels, p, p)
        out = F.conv2d(x, weight, self.proj.bias, stride=p)
        return out.flatten(2).transpose(1, 2)

# %% mistake="encoder-layer" why="The residual connection around attention is missing."
- src = self.norm_self(src + self.dropout_self(seen))
+ src = self.norm_self(self.dropout_self(seen))

# %% mistake="encoder-layer" why="The residual connection around the feed-forward network is missing."
- src = self.norm_ffn(src + self.dropout_ffn(self.ffn(src)))
+ src = self.norm_ffn(self.dropout_ffn(self.ffn(src)))

# %% mistake="encoder-layer" why="The normalisation comes before each part: this is pre-norm."
- seen = self.self_attn(src, src, src, src_mask)
- src = self.norm_self(src + self.dropout_self(seen))
- src = self.norm_ffn(src + self.dropout_ffn(self.ffn(src)))
+ y = self.norm_self(src)
+ src = src + self.dropout_self(self.self_attn(y, y, y, src_mask))
+ src = src + self.dropout_ffn(self.ffn(self.norm_ffn(src)))

# %% mistake="encoder-layer" why="The mask is not handed on."
- seen = self.self_attn(src, src, src, src_mask)
+ seen = self.self_attn(src, src, src)

# %% mistake="encoder-layer" why="The first normalisation is left out."
- src = self.norm_self(src + self.dropout_self(seen))
+ src = src + self.dropout_self(seen)

# %% mistake="encoder-layer" why="Dropout is active at test time."
- src = self.norm_self(src + self.dropout_self(seen))
+ src = self.norm_self(src + F.dropout(seen, 0.4))

# %% style="encoder-layer" why="As in 2025: a shortcut kept."
class TransformerEncoderLayer(nn.Module):
    def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
        super().__init__()
        self.self_attn = MultiHeadAttention(input_dim, num_heads, dropout)
        self.ffn = FeedForwardNetwork(input_dim, dim_feedforward, dropout)
        self.norm_self = nn.LayerNorm(input_dim)
        self.norm_ffn = nn.LayerNorm(input_dim)
        self.dropout_self = nn.Dropout(dropout)
        self.dropout_ffn = nn.Dropout(dropout)

    def forward(self, src, src_mask=None):
        shortcut = src
        src = self.self_attn(query=src, key=src, value=src, attn_mask=src_mask)
        src = self.norm_self(self.dropout_self(src) + shortcut)
        shortcut = src
        src = self.dropout_ffn(self.ffn(src))
        src += shortcut
        src = self.norm_ffn(src)
        return src

# %% style="encoder-layer" why="One dropout for both parts, one line each."
class TransformerEncoderLayer(nn.Module):
    def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
        super().__init__()
        self.self_attn = MultiHeadAttention(input_dim, num_heads, dropout)
        self.ffn = FeedForwardNetwork(input_dim, dim_feedforward, dropout)
        self.norm_self, self.norm_ffn = nn.LayerNorm(input_dim), nn.LayerNorm(input_dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, src, src_mask=None):
        x = self.norm_self(self.drop(self.self_attn(src, src, src, src_mask)) + src)
        return self.norm_ffn(torch.add(x, self.drop(self.ffn(x))))

# %% style="encoder-layer" why="A loop over pairs of part and norm."
class TransformerEncoderLayer(nn.Module):
    def __init__(self, input_dim, num_heads, dim_feedforward=2048, dropout=0.1):
        super().__init__()
        self.self_attn = MultiHeadAttention(input_dim, num_heads, dropout)
        self.ffn = FeedForwardNetwork(input_dim, dim_feedforward, dropout)
        self.norm_self, self.norm_ffn = nn.LayerNorm(input_dim), nn.LayerNorm(input_dim)
        self.dropout_self, self.dropout_ffn = nn.Dropout(dropout), nn.Dropout(dropout)

    def forward(self, src, src_mask=None):
        steps = [
            (lambda y: self.self_attn(y, y, y, src_mask), self.dropout_self, self.norm_self),
            (self.ffn, self.dropout_ffn, self.norm_ffn),
        ]
        for part, drop, norm in steps:
            src = norm(src + drop(part(src)))
        return src

# %% mistake="vision-transformer" why="The positions are not added."
- x = self.positional_encoding(self.patch_embed(x))
+ x = self.patch_embed(x)

# %% mistake="vision-transformer" why="The positions are added twice."
- x = self.positional_encoding(self.patch_embed(x))
+ x = self.positional_encoding(self.positional_encoding(self.patch_embed(x)))

# %% mistake="vision-transformer" why="The first patch is classified in place of the mean."
- logits = self.head(self.transformer(x).mean(dim=1))
+ logits = self.head(self.transformer(x)[:, 0])

# %% mistake="vision-transformer" why="Patches are summed in place of averaged."
- logits = self.head(self.transformer(x).mean(dim=1))
+ logits = self.head(self.transformer(x).sum(dim=1))

# %% mistake="vision-transformer" why="The encoder is left out."
- logits = self.head(self.transformer(x).mean(dim=1))
+ logits = self.head(x.mean(dim=1))

# %% mistake="vision-transformer" why="Every patch is scored; the mean over the patches is missing."
- logits = self.head(self.transformer(x).mean(dim=1))
+ logits = self.head(self.transformer(x))

# %% style="vision-transformer" why="As in 2025: torch.mean, step by step."
class VisionTransformer(nn.Module):
    def __init__(self, img_size=32, patch_size=8, in_channels=3, embed_dim=128, num_layers=6,
                 num_heads=4, dim_feedforward=256, num_classes=10, dropout=0.1):
        super().__init__()
        self.num_classes = num_classes
        self.patch_embed = PatchEmbedding(img_size, patch_size, in_channels, embed_dim)
        self.positional_encoding = PositionalEncoding(embed_dim, dropout=dropout)
        encoder_layer = TransformerEncoderLayer(embed_dim, num_heads, dim_feedforward, dropout)
        self.transformer = TransformerEncoder(encoder_layer, num_layers=num_layers)
        self.head = nn.Linear(embed_dim, num_classes)

    def forward(self, x):
        N = x.size(0)
        logits = torch.zeros(N, self.num_classes, device=x.device)
        x = self.patch_embed(x)
        x = self.positional_encoding(x)
        x = self.transformer(x)
        x = torch.mean(x, dim=1)
        logits = self.head(x)
        return logits

# %% style="vision-transformer" why="A list of layers, the mean as a sum divided."
class VisionTransformer(nn.Module):
    def __init__(self, img_size=32, patch_size=8, in_channels=3, embed_dim=128, num_layers=6, num_heads=4, dim_feedforward=256, num_classes=10, dropout=0.1):
        super().__init__()
        self.patch_embed = PatchEmbedding(img_size, patch_size, in_channels, embed_dim)
        self.positional_encoding = PositionalEncoding(embed_dim, dropout)
        self.transformer = nn.ModuleList(
            [TransformerEncoderLayer(embed_dim, num_heads, dim_feedforward, dropout) for _ in range(num_layers)]
        )
        self.head = nn.Linear(embed_dim, num_classes)

    def forward(self, x):
        x = self.positional_encoding(self.patch_embed(x))
        for layer in self.transformer:
            x = layer(x)
        return self.head(x.sum(dim=1) / x.shape[1])

# %% style="vision-transformer" why="Scores of the patches, averaged: the head is linear."
class VisionTransformer(nn.Module):
    def __init__(self, img_size=32, patch_size=8, in_channels=3, embed_dim=128, num_layers=6, num_heads=4, dim_feedforward=256, num_classes=10, dropout=0.1):
        super().__init__()
        self.patch_embed = PatchEmbedding(img_size, patch_size, in_channels, embed_dim)
        self.positional_encoding = PositionalEncoding(embed_dim, dropout=dropout)
        layer = TransformerEncoderLayer(embed_dim, num_heads, dim_feedforward, dropout)
        self.transformer = TransformerEncoder(layer, num_layers)
        self.head = nn.Linear(embed_dim, num_classes)

    def forward(self, x):
        x = self.transformer(self.positional_encoding(self.patch_embed(x)), src_mask=None)
        return self.head(x).mean(1)

# %% style="sdpa-forward" why="The root of NumPy makes 64 bits; blocked scores are very negative."
def scaled_dot_product_attention_forward(query, key, value, attn_mask=None):
    scores = np.matmul(query, np.moveaxis(key, -1, -2)) / np.sqrt(query.shape[-1])
    keep = np.ones(scores.shape, bool)
    if attn_mask is not None:
        keep = np.broadcast_to(np.asarray(attn_mask).astype(bool), scores.shape)
    scores = np.where(keep, scores, -1e30)
    weights = np.exp(scores - scores.max(-1, keepdims=True)) * keep
    total = weights.sum(-1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return np.matmul(weights, value), (query, key, value, weights)

# %% mistake="decoder-layer" why="Dropout falls on the sum; only the part should be dropped."
- tgt = self.norm_self(tgt + self.dropout_self(seen))
+ tgt = self.norm_self(self.dropout_self(tgt + seen))

# %% mistake="encoder-layer" why="Dropout falls on the sum; only the part should be dropped."
- src = self.norm_self(src + self.dropout_self(seen))
+ src = self.norm_self(self.dropout_self(src + seen))
