# What goes wrong in lstm_captioning, and what else is right. A `mistake` is a plausible
# fault, with the sentence that would help its author: a patch of the solution, or of the
# whole answer that `of` names by the beginning of its `why`. A `style` is a correct answer
# written differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="lstm-step-forward" why="The parts are taken in the order i, f, g, o."
- i, f, o = gates[:, :size], gates[:, size : 2 * size], gates[:, 2 * size :]
+ i, f = gates[:, :size], gates[:, size : 2 * size]
+ g, o = np.tanh(a[:, 2 * size : 3 * size]), sigmoid(a[:, 3 * size :])

# %% mistake="lstm-step-forward" why="The candidate goes through a sigmoid."
- gates, g = sigmoid(a[:, : 3 * size]), np.tanh(a[:, 3 * size :])
+ gates, g = sigmoid(a[:, : 3 * size]), sigmoid(a[:, 3 * size :])

# %% mistake="lstm-step-forward" why="The hidden state takes the cell state without tanh."
- squashed = np.tanh(next_c)
+ squashed = next_c

# %% mistake="lstm-step-forward" why="The forget gate is left out."
- next_c = f * prev_c + i * g
+ next_c = prev_c + i * g

# %% mistake="lstm-step-forward" why="The input gate is left out."
- next_c = f * prev_c + i * g
+ next_c = f * prev_c + g

# %% mistake="lstm-step-forward" why="Input and forget gate are swapped."
- next_c = f * prev_c + i * g
+ next_c = i * prev_c + f * g

# %% mistake="lstm-step-forward" why="The cell state is changed in place."
- next_c = f * prev_c + i * g
+ prev_c *= f
+ prev_c += i * g
+ next_c = prev_c

# %% style="lstm-step-forward" why="Pasted: np.dot, slices of H columns."
def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    next_h, next_c, cache = None, None, None
    N, H = prev_h.shape
    a = np.dot(x, Wx) + np.dot(prev_h, Wh) + b
    ai, af, ao, ag = a[:, 0:H], a[:, H:2*H], a[:, 2*H:3*H], a[:, 3*H:4*H]
    i = sigmoid(ai)
    f = sigmoid(af)
    o = sigmoid(ao)
    g = np.tanh(ag)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, b, i, f, o, g, next_c, next_h)
    return next_h, next_c, cache

# %% style="lstm-step-forward" why="np.split, and a dictionary as cache."
def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    parts = np.split(x @ Wx + prev_h @ Wh + b, 4, axis=1)
    i, f, o = map(sigmoid, parts[:3])
    g = np.tanh(parts[3])
    c = i * g + f * prev_c
    h = np.tanh(c) * o
    return h, c, dict(x=x, h0=prev_h, c0=prev_c, Wx=Wx, Wh=Wh, i=i, f=f, o=o, g=g, c=c)

# %% style="lstm-step-forward" why="Four axes: the gates get an axis of their own."
def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    n, size = prev_h.shape
    a = (np.einsum("nd,dg->ng", x, Wx) + np.einsum("nh,hg->ng", prev_h, Wh) + b).reshape(n, 4, size)
    gates = np.concatenate([sigmoid(a[:, :3]), np.tanh(a[:, 3:])], axis=1)
    next_c = gates[:, 1] * prev_c + gates[:, 0] * gates[:, 3]
    return gates[:, 2] * np.tanh(next_c), next_c, (x, prev_h, prev_c, Wx, Wh, gates, next_c)

# %% mistake="lstm-step-backward" why="The hidden state's gradient does not reach the cell state."
- dc = dnext_c + dnext_h * o * (1 - squashed**2)
+ dc = dnext_c

# %% mistake="lstm-step-backward" why="The cell state's own upstream gradient is forgotten."
- dc = dnext_c + dnext_h * o * (1 - squashed**2)
+ dc = dnext_h * o * (1 - squashed**2)

# %% mistake="lstm-step-backward" why="The derivative of the tanh of the cell state is left out."
- dc = dnext_c + dnext_h * o * (1 - squashed**2)
+ dc = dnext_c + dnext_h * o

# %% mistake="lstm-step-backward" why="The candidate's derivative is that of a sigmoid."
- parts = [di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)]
+ parts = [di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * g * (1 - g)]

# %% mistake="lstm-step-backward" why="The gates' derivatives are left out."
- parts = [di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)]
+ parts = [di, df, do, dg * (1 - g**2)]

# %% mistake="lstm-step-backward" why="The old cell state gets the whole gradient, without the forget gate."
- dprev_c = dc * f
+ dprev_c = dc

# %% mistake="lstm-step-backward" why="The parts are joined in another order than they were cut."
- da = np.concatenate(parts, axis=1)
+ da = np.concatenate([parts[0], parts[1], parts[3], parts[2]], axis=1)

# %% mistake="lstm-step-backward" why="The upstream gradient of the cell state is changed in place."
- dc = dnext_c + dnext_h * o * (1 - squashed**2)
+ dnext_c += dnext_h * o * (1 - squashed**2)
+ dc = dnext_c

# %% style="lstm-step-backward" why="Pasted: one line a gradient, np.hstack."
def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, tanh_c = cache
    do = dnext_h * tanh_c
    dc = dnext_h * o * (1 - tanh_c ** 2) + dnext_c
    dai = dc * g * i * (1 - i)
    daf = dc * prev_c * f * (1 - f)
    dao = do * o * (1 - o)
    dag = dc * i * (1 - g ** 2)
    da = np.hstack((dai, daf, dao, dag))
    dx = np.dot(da, Wx.T)
    dprev_h = np.dot(da, Wh.T)
    dprev_c = dc * f
    dWx = np.dot(x.T, da)
    dWh = np.dot(prev_h.T, da)
    db = np.sum(da, axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db

# %% style="lstm-step-backward" why="Written into one array, column block by column block."
def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, squashed = cache
    n, size = dnext_h.shape
    whole = dnext_c + o * dnext_h - o * dnext_h * squashed * squashed
    da = np.empty((n, 4 * size), dtype=dnext_h.dtype)
    da[:, :size] = whole * g * (i - i * i)
    da[:, size : 2 * size] = whole * prev_c * (f - f * f)
    da[:, 2 * size : 3 * size] = dnext_h * squashed * (o - o * o)
    da[:, 3 * size :] = whole * i * (1 - g * g)
    return da @ Wx.T, da @ Wh.T, whole * f, x.T @ da, prev_h.T @ da, da.sum(0)

# %% style="lstm-step-backward" why="einsum, and a loop over the gates."
def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, squashed = cache
    size = dnext_h.shape[1]
    dc = dnext_c + dnext_h * o * (1 - squashed**2)
    slopes = (dc * g * i * (1 - i), dc * prev_c * f * (1 - f), dnext_h * squashed * o * (1 - o), dc * i * (1 - g**2))
    dx, dprev_h = np.zeros_like(x), np.zeros_like(prev_h)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(4 * size)
    for k, slope in enumerate(slopes):
        columns = slice(k * size, (k + 1) * size)
        dx += np.einsum("nh,dh->nd", slope, Wx[:, columns])
        dprev_h += np.einsum("nh,kh->nk", slope, Wh[:, columns])
        dWx[:, columns] = np.einsum("nd,nh->dh", x, slope)
        dWh[:, columns] = np.einsum("nk,nh->kh", prev_h, slope)
        db[columns] = slope.sum(axis=0)
    return dx, dprev_h, f * dc, dWx, dWh, db

# %% mistake="lstm-forward" why="The cell state is not handed on."
- state, cell, step = lstm_step_forward(x[:, t], state, cell, Wx, Wh, b)
+ state, _, step = lstm_step_forward(x[:, t], state, cell, Wx, Wh, b)

# %% mistake="lstm-forward" why="The hidden state is not handed on."
- state, cell, step = lstm_step_forward(x[:, t], state, cell, Wx, Wh, b)
+ state, cell, step = lstm_step_forward(x[:, t], h0, cell, Wx, Wh, b)

# %% mistake="lstm-forward" why="The cell state begins with the hidden state in place of zero."
- state, cell = h0, np.zeros_like(h0)
+ state, cell = h0, h0

# %% mistake="lstm-forward" why="Cell states are returned in place of hidden states."
- states.append(state)
+ states.append(cell)

# %% mistake="lstm-forward" why="The first state is taken to be zero."
- state, cell = h0, np.zeros_like(h0)
+ state, cell = np.zeros_like(h0), np.zeros_like(h0)

# %% mistake="lstm-forward" why="Time and batch are swapped in the result."
- h = np.stack(states, axis=1)
+ h = np.stack(states, axis=0)

# %% style="lstm-forward" why="Pasted: np.zeros of all sizes."
def lstm_forward(x, h0, Wx, Wh, b):
    h, cache = None, None
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    cache = []
    prev_h = h0
    prev_c = np.zeros((N, H))
    for t in range(T):
        prev_h, prev_c, cache_t = lstm_step_forward(x[:, t, :], prev_h, prev_c, Wx, Wh, b)
        h[:, t, :] = prev_h
        cache.append(cache_t)
    return h, cache

# %% style="lstm-forward" why="A dictionary by step, states read back from the result."
def lstm_forward(x, h0, Wx, Wh, b):
    h = np.empty((x.shape[0], x.shape[1], h0.shape[1]), dtype=x.dtype)
    cell, cache = h0 * 0, {}
    for t in range(x.shape[1]):
        before = h[:, t - 1] if t else h0
        h[:, t], cell, cache[t] = lstm_step_forward(x[:, t], before, cell, Wx, Wh, b)
    return h, [cache[t] for t in sorted(cache)]

# %% style="lstm-forward" why="Steps along the first axis."
def lstm_forward(x, h0, Wx, Wh, b):
    pairs, cache = [(h0, np.zeros_like(h0))], []
    for word in np.moveaxis(x, 1, 0):
        *pair, step = lstm_step_forward(word, *pairs[-1], Wx, Wh, b)
        pairs.append(tuple(pair))
        cache.append(step)
    return np.moveaxis(np.array([state for state, _ in pairs[1:]]), 0, 1), cache

# %% mistake="lstm-backward" why="The cell state's gradient does not flow from step to step."
- dx[t], dh0, dc, dWx_t, dWh_t, db_t = step
+ dx[t], dh0, _, dWx_t, dWh_t, db_t = step

# %% mistake="lstm-backward" why="The hidden state's gradient does not flow from step to step."
- step = lstm_step_backward(dh[:, t] + dh0, dc, cache[t])
+ step = lstm_step_backward(dh[:, t], dc, cache[t])

# %% mistake="lstm-backward" why="The upstream gradient of the hidden state goes into the cell state too."
- step = lstm_step_backward(dh[:, t] + dh0, dc, cache[t])
+ step = lstm_step_backward(dh[:, t] + dh0, dc + dh[:, t], cache[t])

# %% mistake="lstm-backward" why="The weights keep the gradient of one step."
- dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
+ dWx, dWh, db = dWx_t, dWh_t, db_t

# %% mistake="lstm-backward" why="The steps are visited from the first to the last."
- for t in reversed(range(len(cache))):
+ for t in range(len(cache)):

# %% mistake="lstm-backward" why="The caller's gradients are changed in place."
- step = lstm_step_backward(dh[:, t] + dh0, dc, cache[t])
+ dh[:, t] += dh0
+ step = lstm_step_backward(dh[:, t], dc, cache[t])

# %% style="lstm-backward" why="Pasted: zeros of every shape, += in place."
def lstm_backward(dh, cache):
    dx, dh0, dWx, dWh, db = None, None, None, None, None
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx = np.zeros((N, T, D))
    dWx = np.zeros((D, 4 * H))
    dWh = np.zeros((H, 4 * H))
    db = np.zeros(4 * H)
    dprev_h = np.zeros((N, H))
    dprev_c = np.zeros((N, H))
    for t in reversed(range(T)):
        dx[:, t, :], dprev_h, dprev_c, dWx_t, dWh_t, db_t = lstm_step_backward(dprev_h + dh[:, t, :], dprev_c, cache[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    dh0 = dprev_h
    return dx, dh0, dWx, dWh, db

# %% style="lstm-backward" why="Lists, summed at the end."
def lstm_backward(dh, cache):
    flowing, parts = (0.0 * dh[:, 0], 0.0 * dh[:, 0]), []
    for t in range(len(cache) - 1, -1, -1):
        dx, dprev_h, dprev_c, *weights = lstm_step_backward(dh[:, t] + flowing[0], flowing[1], cache[t])
        flowing = dprev_h, dprev_c
        parts.append((dx, *weights))
    inputs, *weights = zip(*parts)
    return np.stack(inputs[::-1], axis=1), flowing[0], *(sum(all_of) for all_of in weights)

# %% style="lstm-backward" why="zip over reversed pairs."
def lstm_backward(dh, cache):
    dc, dh0 = np.zeros_like(dh[:, 0]), np.zeros_like(dh[:, 0])
    dx, total = np.empty((dh.shape[0], dh.shape[1], cache[0][0].shape[1])), None
    for t, step in reversed(list(enumerate(cache))):
        grads = lstm_step_backward(dh0 + dh[:, t], dc, step)
        dx[:, t], dh0, dc = grads[:3]
        total = grads[3:] if total is None else [a + b for a, b in zip(total, grads[3:])]
    return (dx, dh0) + tuple(total)

# %% mistake="gru-step-forward" why="The update gate is used the other way round."
- next_h = (1 - z) * n + z * prev_h
+ next_h = z * n + (1 - z) * prev_h

# %% mistake="gru-step-forward" why="The reset gate is left out."
- n = np.tanh(a[:, 2 * size :] + r * kept)
+ n = np.tanh(a[:, 2 * size :] + kept)

# %% mistake="gru-step-forward" why="The reset gate multiplies the state before the product, as in the paper."
- n = np.tanh(a[:, 2 * size :] + r * kept)
+ n = np.tanh(a[:, 2 * size :] + (r * prev_h) @ Wh[:, 2 * size :])

# %% mistake="gru-step-forward" why="Reset and update gate are swapped."
- r, z, kept = gates[:, :size], gates[:, size:], u[:, 2 * size :]
+ z, r, kept = gates[:, :size], gates[:, size:], u[:, 2 * size :]

# %% mistake="gru-step-forward" why="The reset gate multiplies the inputs' part too."
- n = np.tanh(a[:, 2 * size :] + r * kept)
+ n = np.tanh(r * (a[:, 2 * size :] + kept))

# %% mistake="gru-step-forward" why="The candidate goes through a sigmoid."
- n = np.tanh(a[:, 2 * size :] + r * kept)
+ n = sigmoid(a[:, 2 * size :] + r * kept)

# %% style="gru-step-forward" why="np.split of both products."
def gru_step_forward(x, prev_h, Wx, Wh, b):
    ar, az, an = np.split(x @ Wx + b, 3, axis=1)
    ur, uz, un = np.split(prev_h @ Wh, 3, axis=1)
    r, z = sigmoid(ar + ur), sigmoid(az + uz)
    n = np.tanh(an + r * un)
    return n + z * (prev_h - n), (x, prev_h, Wx, Wh, r, z, n, un)

# %% style="gru-step-forward" why="np.dot, three blocks of columns, a dictionary as cache."
def gru_step_forward(x, prev_h, Wx, Wh, b):
    H = prev_h.shape[1]
    r = sigmoid(np.dot(x, Wx[:, :H]) + np.dot(prev_h, Wh[:, :H]) + b[:H])
    z = sigmoid(np.dot(x, Wx[:, H:2*H]) + np.dot(prev_h, Wh[:, H:2*H]) + b[H:2*H])
    un = np.dot(prev_h, Wh[:, 2*H:])
    n = np.tanh(np.dot(x, Wx[:, 2*H:]) + b[2*H:] + r * un)
    next_h = (1 - z) * n + z * prev_h
    return next_h, (x, prev_h, Wx, Wh, r, z, n, un)

# %% style="gru-step-forward" why="A loop over the sentences."
def gru_step_forward(x, prev_h, Wx, Wh, b):
    size, rows = prev_h.shape[1], []
    for one, state in zip(x, prev_h):
        a, u = one @ Wx + b, state @ Wh
        r, z = sigmoid(a[:size] + u[:size]), sigmoid(a[size : 2 * size] + u[size : 2 * size])
        n = np.tanh(a[2 * size :] + r * u[2 * size :])
        rows.append((r, z, n, u[2 * size :], (1 - z) * n + z * state))
    r, z, n, kept, next_h = (np.array(part) for part in zip(*rows))
    return next_h, (x, prev_h, Wx, Wh, r, z, n, kept)

# %% mistake="gru-step-backward" why="The old state's way through the mixture is forgotten."
- dx, dprev_h = da @ Wx.T, du @ Wh.T + dnext_h * z
+ dx, dprev_h = da @ Wx.T, du @ Wh.T

# %% mistake="gru-step-backward" why="The old state's way through the product is forgotten."
- dx, dprev_h = da @ Wx.T, du @ Wh.T + dnext_h * z
+ dx, dprev_h = da @ Wx.T, dnext_h * z

# %% mistake="gru-step-backward" why="The reset gate is missing on the way to the recurrent product."
- du = np.concatenate([dr, dz, dn * r], axis=1)
+ du = da

# %% mistake="gru-step-backward" why="The gradient of the update gate has the wrong sign."
- dz = dnext_h * (prev_h - n) * z * (1 - z)
+ dz = dnext_h * (n - prev_h) * z * (1 - z)

# %% mistake="gru-step-backward" why="The gradient of the update gate leaves the candidate out."
- dz = dnext_h * (prev_h - n) * z * (1 - z)
+ dz = dnext_h * prev_h * z * (1 - z)

# %% mistake="gru-step-backward" why="The candidate's derivative is left out."
- dn = dnext_h * (1 - z) * (1 - n**2)
+ dn = dnext_h * (1 - z)

# %% mistake="gru-step-backward" why="The bias gets the gradients of the recurrent product."
- dWx, dWh, db = x.T @ da, prev_h.T @ du, da.sum(axis=0)
+ dWx, dWh, db = x.T @ da, prev_h.T @ du, du.sum(axis=0)

# %% style="gru-step-backward" why="np.hstack and np.dot, one line a gradient."
def gru_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, r, z, n, un = cache
    dz = dnext_h * prev_h - dnext_h * n
    dn = dnext_h - dnext_h * z
    dan = dn * (1 - n * n)
    dun = dan * r
    dar = dan * un * r * (1 - r)
    daz = dz * z * (1 - z)
    da = np.hstack((dar, daz, dan))
    du = np.hstack((dar, daz, dun))
    dx = np.dot(da, Wx.T)
    dprev_h = np.dot(du, Wh.T) + dnext_h * z
    return dx, dprev_h, np.dot(x.T, da), np.dot(prev_h.T, du), np.sum(da, axis=0)

# %% style="gru-step-backward" why="Block by block."
def gru_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, r, z, n, un = cache
    size = prev_h.shape[1]
    blocks = [slice(0, size), slice(size, 2 * size), slice(2 * size, 3 * size)]
    back = dnext_h * (1 - z) * (1 - n**2)
    inputs = [back * un * r * (1 - r), dnext_h * (prev_h - n) * z * (1 - z), back]
    states = [inputs[0], inputs[1], back * r]
    dx, dprev_h = 0, dnext_h * z
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(3 * size)
    for block, da, du in zip(blocks, inputs, states):
        dx = dx + da @ Wx[:, block].T
        dprev_h = dprev_h + du @ Wh[:, block].T
        dWx[:, block], dWh[:, block], db[block] = x.T @ da, prev_h.T @ du, da.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db

# %% style="gru-step-backward" why="einsum."
def gru_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, r, z, n, un = cache
    dn = np.einsum("nh,nh,nh->nh", dnext_h, 1 - z, 1 - n * n)
    da = np.concatenate((dn * un * (r - r * r), dnext_h * (prev_h - n) * (z - z * z), dn), 1)
    du = da.copy()
    du[:, 2 * r.shape[1] :] *= r
    dprev_h = np.einsum("ng,hg->nh", du, Wh) + z * dnext_h
    return np.einsum("ng,dg->nd", da, Wx), dprev_h, np.einsum("nd,ng->dg", x, da), np.einsum("nh,ng->hg", prev_h, du), da.sum(0)

# %% mistake="attend-forward" why="The scores are not divided by the root of H."
- scores = h @ grid.transpose(0, 2, 1) / math.sqrt(h.shape[2])
+ scores = h @ grid.transpose(0, 2, 1)

# %% mistake="attend-forward" why="The scores are divided by H, not by its root."
- scores = h @ grid.transpose(0, 2, 1) / math.sqrt(h.shape[2])
+ scores = h @ grid.transpose(0, 2, 1) / h.shape[2]

# %% mistake="attend-forward" why="The softmax runs over the steps, not over the cells."
- weights = weights / weights.sum(axis=2, keepdims=True)
+ weights = np.exp(scores - scores.max(axis=1, keepdims=True))
+ weights = weights / weights.sum(axis=1, keepdims=True)

# %% mistake="attend-forward" why="Large scores overflow: the maximum is not taken off."
- weights = np.exp(scores - scores.max(axis=2, keepdims=True))
+ weights = np.exp(scores)

# %% mistake="attend-forward" why="The cells are averaged without weights."
- context = weights @ grid
+ context = np.repeat(grid.mean(axis=1, keepdims=True), h.shape[1], axis=1)

# %% mistake="attend-forward" why="Only the best cell is taken: hard attention."
- context = weights @ grid
+ best = weights.argmax(axis=2)
+ context = np.take_along_axis(grid, best[:, :, None], axis=1)

# %% mistake="attend-forward" why="Every sentence attends to the first picture."
- scores = h @ grid.transpose(0, 2, 1) / math.sqrt(h.shape[2])
+ scores = h @ grid[0].T / math.sqrt(h.shape[2])

# %% style="attend-forward" why="einsum."
def attend_forward(h, grid):
    scores = np.einsum("nth,nph->ntp", h, grid) / h.shape[-1] ** 0.5
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    return np.einsum("ntp,nph->nth", shares, grid), shares, (h, grid, shares)

# %% style="attend-forward" why="A loop over sentences and steps."
def attend_forward(h, grid):
    n, steps, size = h.shape
    weights, context = np.zeros((n, steps, grid.shape[1])), np.zeros_like(h)
    for k in range(n):
        for t in range(steps):
            scores = grid[k] @ h[k, t] / np.sqrt(size)
            share = np.exp(scores - scores.max())
            weights[k, t] = share / share.sum()
            context[k, t] = weights[k, t] @ grid[k]
    return context, weights, (h, grid, weights)

# %% style="attend-forward" why="The state is scaled first; logarithms of the softmax."
def attend_forward(h, grid):
    scores = (h / np.sqrt(h.shape[-1])) @ np.swapaxes(grid, 1, 2)
    top = scores.max(axis=-1, keepdims=True)
    logs = scores - top - np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
    weights = np.exp(logs)
    return np.matmul(weights, grid), weights, (h, grid, weights)

# %% mistake="attend-backward" why="The gradient of the cells through the weights is forgotten."
- dgrid = dscores.transpose(0, 2, 1) @ h + weights.transpose(0, 2, 1) @ dcontext
+ dgrid = weights.transpose(0, 2, 1) @ dcontext

# %% mistake="attend-backward" why="The gradient of the cells as values is forgotten."
- dgrid = dscores.transpose(0, 2, 1) @ h + weights.transpose(0, 2, 1) @ dcontext
+ dgrid = dscores.transpose(0, 2, 1) @ h

# %% mistake="attend-backward" why="The softmax's gradient does not take the mean off."
- dscores = weights * (dweights - mean) / math.sqrt(h.shape[2])
+ dscores = weights * dweights / math.sqrt(h.shape[2])

# %% mistake="attend-backward" why="The scale is left out on the way back."
- dscores = weights * (dweights - mean) / math.sqrt(h.shape[2])
+ dscores = weights * (dweights - mean)

# %% mistake="attend-backward" why="The softmax is treated like a sigmoid, each weight by itself."
- dscores = weights * (dweights - mean) / math.sqrt(h.shape[2])
+ dscores = weights * (1 - weights) * dweights / math.sqrt(h.shape[2])

# %% mistake="attend-backward" why="The mean is taken without the weights."
- mean = (weights * dweights).sum(axis=2, keepdims=True)
+ mean = dweights.mean(axis=2, keepdims=True)

# %% style="attend-backward" why="einsum."
def attend_backward(dcontext, cache):
    h, grid, w = cache
    dw = np.einsum("nth,nph->ntp", dcontext, grid)
    ds = (w * dw - w * np.einsum("ntp,ntp->nt", w, dw)[..., None]) / h.shape[-1] ** 0.5
    return np.einsum("ntp,nph->nth", ds, grid), np.einsum("ntp,nth->nph", ds, h) + np.einsum("ntp,nth->nph", w, dcontext)

# %% style="attend-backward" why="The matrix of the softmax's derivatives, one step at a time."
def attend_backward(dcontext, cache):
    h, grid, weights = cache
    dh, dgrid = np.zeros_like(h), np.zeros_like(grid)
    for n, t in np.ndindex(h.shape[:2]):
        w = weights[n, t]
        slopes = np.diag(w) - np.outer(w, w)
        ds = slopes @ (grid[n] @ dcontext[n, t]) / np.sqrt(h.shape[2])
        dh[n, t] = ds @ grid[n]
        dgrid[n] += np.outer(ds, h[n, t]) + np.outer(w, dcontext[n, t])
    return dh, dgrid

# %% style="attend-backward" why="The context stands in for the mean."
def attend_backward(dcontext, cache):
    h, grid, weights = cache
    back = np.swapaxes(grid, 1, 2)
    context = weights @ grid
    centred = dcontext @ back - np.sum(dcontext * context, axis=-1, keepdims=True)
    ds = weights * centred / np.sqrt(h.shape[-1])
    turn = lambda a: np.swapaxes(a, 1, 2)
    return ds @ grid, turn(ds) @ h + turn(weights) @ dcontext

# %% mistake="beam-search" why="Each beginning keeps its own best word: the beginnings do not compete."
- every.sort(key=lambda one: -one[0])
- best = every[: k - len(found)]
+ every.sort(key=lambda one: -one[0])
+ firsts = {tuple(words): None for _, words in alive}
+ best = [next(one for one in every if tuple(one[1][:-1]) == words) for words in firsts]
+ best = best[: k - len(found)] if len(best) > 1 else every[: k - len(found)]

# %% mistake="beam-search" why="The totals are forgotten: only the last word's probability counts."
- (total + logs[row][word], [*words, word])
+ (logs[row][word], [*words, word])

# %% mistake="beam-search" why="The least probable beginnings are kept."
- every.sort(key=lambda one: -one[0])
+ every.sort(key=lambda one: one[0])

# %% mistake="beam-search" why="Sentences that have ended go on growing."
- found += [one for one in best if one[1][-1] == end]
- alive = [one for one in best if one[1][-1] != end]
+ alive = best

# %% mistake="beam-search" why="A sentence that ends gives its place to another."
- best = every[: k - len(found)]
+ best = every[:k]

# %% mistake="beam-search" why="Sentences that have not ended at the last word are dropped."
- found = sorted(found + alive, key=lambda one: -one[0])
+ found = sorted(found, key=lambda one: -one[0])

# %% mistake="beam-search" why="The start is left in the sentences."
- found = [(float(total), words[1:]) for total, words in found]
+ found = [(float(total), words) for total, words in found]

# %% mistake="beam-search" why="The sentences are returned in the order in which they ended."
- found = sorted(found + alive, key=lambda one: -one[0])
+ found = found + alive

# %% mistake="beam-search" why="The package does the exercise instead of you."
beam_search = captioning.beam_search

# %% style="beam-search" why="Arrays, argsort and unravel_index."
def beam_search(step, start, end, k, max_length=16):
    if not k >= 1:
        raise ValueError(f"k is at least 1; got {k}.")
    sentences, totals, ended = np.array([[start]]), np.zeros(1), []
    for _ in range(max_length):
        scores = np.asarray(step(sentences)) + totals[:, None]
        order = np.argsort(-scores, axis=None)[: k - len(ended)]
        rows, words = np.unravel_index(order, scores.shape)
        sentences = np.column_stack([sentences[rows], words])
        totals = scores[rows, words]
        stop = words == end
        ended += [(float(t), s[1:].tolist()) for t, s in zip(totals[stop], sentences[stop])]
        sentences, totals = sentences[~stop], totals[~stop]
        if not len(totals):
            break
    ended += [(float(t), s[1:].tolist()) for t, s in zip(totals, sentences)]
    return sorted(ended, key=lambda pair: -pair[0])

# %% style="beam-search" why="A heap finds the best extensions."
def beam_search(step, start, end, k, max_length=16):
    import heapq

    assert k >= 1
    alive, done = [(0.0, (start,))], []
    for _ in range(max_length):
        if not alive:
            break
        logs = step(np.array([list(words) for _, words in alive]))
        extended = (
            (total + float(score), words + (word,))
            for (total, words), row in zip(alive, logs)
            for word, score in enumerate(row)
        )
        alive = []
        for one in heapq.nlargest(k - len(done), extended, key=lambda pair: pair[0]):
            alive.append(one)
        done += [one for one in alive if one[1][-1] == end]
        alive = [one for one in alive if one[1][-1] != end]
    best = heapq.nlargest(k, done + alive, key=lambda pair: pair[0])
    return [(total, list(words[1:])) for total, words in best]

# %% style="beam-search" why="Ended sentences stay in one list with a flag."
def beam_search(step, start, end, k, max_length=16):
    if k < 1:
        raise ValueError("k must be positive")
    beam = [(0.0, [start], False)]
    for _ in range(max_length):
        open_ones = [one for one in beam if not one[2]]
        closed = [one for one in beam if one[2]]
        if not open_ones:
            break
        logs = np.array(step(np.array([words for _, words, _ in open_ones])))
        extended = []
        for (total, words, _), row in zip(open_ones, logs):
            for word in np.argsort(-row)[:k]:
                extended.append((total + row[word], words + [int(word)], int(word) == end))
        extended = sorted(extended, key=lambda one: one[0], reverse=True)
        beam = closed + extended[: k - len(closed)]
    beam = sorted(beam, key=lambda one: one[0], reverse=True)
    return [(float(total), words[1:]) for total, words, _ in beam]

# %% mistake="beam-search" why="Only sentences that end at their first word are set aside."
- alive = [one for one in best if one[1][-1] != end]
+ alive = [one for one in best if one[1][1] != end]

# %% mistake="lstm-step-forward" why="The cell state is squashed where it is kept."
- next_c = f * prev_c + i * g
- squashed = np.tanh(next_c)
+ next_c = squashed = np.tanh(f * prev_c + i * g)
