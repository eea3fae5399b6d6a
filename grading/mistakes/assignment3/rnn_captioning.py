# What goes wrong in rnn_captioning, and what else is right. A `mistake` is a plausible
# fault, with the sentence that would help its author: a patch of the solution, or of the
# whole answer that `of` names by the beginning of its `why`. A `style` is a correct answer
# written differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="rnn-step-forward" why="The bias is left out of the pre-activation."
- next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
+ next_h = np.tanh(x @ Wx + prev_h @ Wh)

# %% mistake="rnn-step-forward" why="The previous state does not enter: the network has no memory."
- next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
+ next_h = np.tanh(x @ Wx + b)

# %% mistake="rnn-step-forward" why="tanh is forgotten, so the step is linear."
- next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
+ next_h = x @ Wx + prev_h @ Wh + b

# %% mistake="rnn-step-forward" why="A sigmoid stands in place of tanh."
- next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
+ next_h = 1 / (1 + np.exp(-(x @ Wx + prev_h @ Wh + b)))

# %% mistake="rnn-step-forward" why="The recurrent weights are transposed."
- next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
+ next_h = np.tanh(x @ Wx + prev_h @ Wh.T + b)

# %% mistake="rnn-step-forward" why="The state is overwritten in place, which changes the caller's array."
- next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
- cache = (x, prev_h, Wx, Wh, next_h)
+ prev_h[:] = np.tanh(x @ Wx + prev_h @ Wh + b)
+ next_h, cache = prev_h, (x, prev_h, Wx, Wh, prev_h)

# %% mistake="rnn-step-forward" why="The package does the exercise instead of you."
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    return package.rnn_step_forward(x, prev_h, Wx, Wh, b)

# %% style="rnn-step-forward" why="Pasted: np.dot, all in one line, everything in the cache."
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h, cache = None, None
    next_h = np.tanh(np.dot(prev_h, Wh) + np.dot(x, Wx) + b)
    cache = (x, prev_h, Wx, Wh, b, next_h)
    return next_h, cache

# %% style="rnn-step-forward" why="Pasted with the stars of the course's files."
from builtins import range, object
import numpy as np

from cs231n.layers import *
from cs231n.rnn_layers import *

def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h, cache = None, None
    next_h = np.tanh(np.dot(prev_h, Wh) + np.dot(x, Wx) + b)
    cache = (x, prev_h, Wx, Wh, b, next_h)
    return next_h, cache

# %% style="rnn-step-forward" why="tanh from exponentials, and a dictionary as cache."
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    up, down = np.exp(a), np.exp(-a)
    h = (up - down) / (up + down)
    return h, {"x": x, "h0": prev_h, "Wx": Wx, "Wh": Wh, "h": h}

# %% style="rnn-step-forward" why="One product of the joined inputs, by einsum."
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    both, weights = np.hstack([x, prev_h]), np.vstack([Wx, Wh])
    next_h = np.tanh(np.einsum("nd,dh->nh", both, weights) + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)

# %% mistake="rnn-step-backward" why="The derivative of tanh is left out."
- da = dnext_h * (1 - next_h**2)
+ da = dnext_h

# %% mistake="rnn-step-backward" why="The derivative is that of a sigmoid."
- da = dnext_h * (1 - next_h**2)
+ da = dnext_h * next_h * (1 - next_h)

# %% mistake="rnn-step-backward" why="The state is not squared in the derivative of tanh."
- da = dnext_h * (1 - next_h**2)
+ da = dnext_h * (1 - next_h)

# %% mistake="rnn-step-backward" why="The bias gets the mean over the batch; a broadcast row gets the sum."
- db = da.sum(axis=0)
+ db = da.mean(axis=0)

# %% mistake="rnn-step-backward" why="The gradient of the recurrent weights is transposed."
- dWx, dWh = x.T @ da, prev_h.T @ da
+ dWx, dWh = x.T @ da, da.T @ prev_h

# %% mistake="rnn-step-backward" why="The gradient of the state forgets to transpose the weights."
- dx, dprev_h = da @ Wx.T, da @ Wh.T
+ dx, dprev_h = da @ Wx.T, da @ Wh

# %% mistake="rnn-step-backward" why="The upstream gradient is overwritten in place."
- da = dnext_h * (1 - next_h**2)
+ dnext_h *= 1 - next_h**2
+ da = dnext_h

# %% style="rnn-step-backward" why="Pasted: np.dot, one gradient a line."
def rnn_step_backward(dnext_h, cache):
    dx, dprev_h, dWx, dWh, db = None, None, None, None, None
    x, prev_h, Wx, Wh, next_h = cache
    dtanh = (1 - next_h ** 2) * dnext_h
    dx = np.dot(dtanh, Wx.T)
    dprev_h = np.dot(dtanh, Wh.T)
    dWx = np.dot(x.T, dtanh)
    dWh = np.dot(prev_h.T, dtanh)
    db = np.sum(dtanh, axis=0)
    return dx, dprev_h, dWx, dWh, db

# %% style="rnn-step-backward" why="einsum throughout."
def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h - dnext_h * next_h * next_h
    dx = np.einsum("nh,dh->nd", da, Wx)
    dprev = np.einsum("nh,kh->nk", da, Wh)
    return dx, dprev, np.einsum("nd,nh->dh", x, da), np.einsum("nk,nh->kh", prev_h, da), np.einsum("nh->h", da)

# %% style="rnn-step-backward" why="A loop over the sentences."
def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dx, dprev_h = np.zeros_like(x), np.zeros_like(prev_h)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
    for n in range(len(x)):
        da = dnext_h[n] * (1 - next_h[n] ** 2)
        dx[n], dprev_h[n] = Wx @ da, Wh @ da
        dWx += np.outer(x[n], da)
        dWh += np.outer(prev_h[n], da)
        db += da
    return dx, dprev_h, dWx, dWh, db

# %% mistake="rnn-forward" why="Every step starts from h0, so nothing is remembered."
- state, step = rnn_step_forward(x[:, t], state, Wx, Wh, b)
+ state, step = rnn_step_forward(x[:, t], h0, Wx, Wh, b)

# %% mistake="rnn-forward" why="The state is stored before the step instead of after it."
- state, step = rnn_step_forward(x[:, t], state, Wx, Wh, b)
- h[:, t] = state
+ h[:, t] = state
+ state, step = rnn_step_forward(x[:, t], state, Wx, Wh, b)

# %% mistake="rnn-forward" why="The last step is left out."
- for t in range(steps):
+ h[:, -1] = 0
+ for t in range(steps - 1):

# %% mistake="rnn-forward" why="The first state is taken to be zero."
- state = h0
+ state = np.zeros_like(h0)

# %% mistake="rnn-forward" why="The sentence is read from its end."
- state, step = rnn_step_forward(x[:, t], state, Wx, Wh, b)
+ state, step = rnn_step_forward(x[:, steps - 1 - t], state, Wx, Wh, b)

# %% mistake="rnn-forward" why="Time and batch are swapped in the result."
- return h, cache
+ return h.transpose(1, 0, 2), cache

# %% style="rnn-forward" why="Pasted: np.zeros, and the state read back from h."
def rnn_forward(x, h0, Wx, Wh, b):
    h, cache = None, None
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    cache = []
    prev_h = h0
    for i in range(T):
        h[:, i, :], cache_i = rnn_step_forward(x[:, i, :], prev_h, Wx, Wh, b)
        prev_h = h[:, i, :]
        cache.append(cache_i)
    return h, cache

# %% style="rnn-forward" why="All input products at once; the cache is made by hand."
def rnn_forward(x, h0, Wx, Wh, b):
    products, before, states, steps = x @ Wx + b, h0, [], []
    for t in range(x.shape[1]):
        state = np.tanh(products[:, t] + before @ Wh)
        steps.append((x[:, t], before, Wx, Wh, state))
        states.append(state)
        before = state
    return np.stack(states, axis=1), steps

# %% style="rnn-forward" why="Steps along the first axis, turned round at the end."
def rnn_forward(x, h0, Wx, Wh, b):
    states, cache = [h0], []
    for word in x.transpose(1, 0, 2):
        state, step = rnn_step_forward(word, states[-1], Wx, Wh, b)
        states.append(state)
        cache.append(step)
    return np.array(states[1:]).transpose(1, 0, 2), cache

# %% mistake="rnn-backward" why="What flows back from the next step is forgotten."
- dx[t], dh0, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + dh0, cache[t])
+ dx[t], dh0, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t], cache[t])

# %% mistake="rnn-backward" why="Only the gradient that flows back is used; the state's own score is left out but at the end."
- dx[t], dh0, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + dh0, cache[t])
+ upstream = dh[:, t] if t == len(cache) - 1 else dh0
+ dx[t], dh0, dWx_t, dWh_t, db_t = rnn_step_backward(upstream, cache[t])

# %% mistake="rnn-backward" why="The weights keep the gradient of one step; they are used in all of them."
- dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
+ dWx, dWh, db = dWx_t, dWh_t, db_t

# %% mistake="rnn-backward" why="The steps are visited from the first to the last."
- for t in reversed(range(len(cache))):
+ for t in range(len(cache)):

# %% mistake="rnn-backward" why="The gradients of the weights are averaged over the steps."
- dx = np.stack(dx, axis=1)
+ dx = np.stack(dx, axis=1)
+ dWx, dWh, db = dWx / len(cache), dWh / len(cache), db / len(cache)

# %% mistake="rnn-backward" why="The sum of two gradients is written into the caller's array."
- dx[t], dh0, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + dh0, cache[t])
+ dh[:, t] += dh0
+ dx[t], dh0, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t], cache[t])

# %% mistake="rnn-backward" why="The inputs' gradients are stored in the order of the visits."
- dx = np.stack(dx, axis=1)
+ dx = np.stack(dx[::-1], axis=1)

# %% style="rnn-backward" why="Pasted: zeros of every shape, += in place."
def rnn_backward(dh, cache):
    dx, dh0, dWx, dWh, db = None, None, None, None, None
    N, T, H = dh.shape
    x, prev_h, Wx, Wh, next_h = cache[0]
    D = x.shape[1]
    dx = np.zeros((N, T, D))
    dh0 = np.zeros((N, H))
    dWx = np.zeros((D, H))
    dWh = np.zeros((H, H))
    db = np.zeros((H,))
    dprev_h = np.zeros((N, H))
    for i in reversed(range(T)):
        dx[:, i, :], dprev_h, dWx_i, dWh_i, db_i = rnn_step_backward(dh[:, i, :] + dprev_h, cache[i])
        dWx += dWx_i
        dWh += dWh_i
        db += db_i
    dh0 = dprev_h
    return dx, dh0, dWx, dWh, db

# %% style="rnn-backward" why="The products of the weights are taken once, at the end."
def rnn_backward(dh, cache):
    steps, Wx, Wh = len(cache), cache[0][2], cache[0][3]
    x = np.stack([step[0] for step in cache], axis=1)
    before = np.stack([step[1] for step in cache], axis=1)
    after = np.stack([step[4] for step in cache], axis=1)
    da, flowing = np.empty_like(after), 0
    for t in range(steps - 1, -1, -1):
        da[:, t] = (dh[:, t] + flowing) * (1 - after[:, t] ** 2)
        flowing = da[:, t] @ Wh.T
    dWx, dWh = np.einsum("ntd,nth->dh", x, da), np.einsum("ntk,nth->kh", before, da)
    return da @ Wx.T, flowing, dWx, dWh, da.sum(axis=(0, 1))

# %% style="rnn-backward" why="A recursion in the form of a loop over pairs, from the end."
def rnn_backward(dh, cache):
    grads, flowing, parts = [0.0, 0.0, 0.0], 0.0, []
    for upstream, step in zip(dh.transpose(1, 0, 2)[::-1], cache[::-1]):
        dx, flowing, *weights = rnn_step_backward(upstream + flowing, step)
        parts.insert(0, dx)
        grads = [old + new for old, new in zip(grads, weights)]
    return np.array(parts).transpose(1, 0, 2), flowing, *grads

# %% mistake="embedding-forward" why="Columns are taken where words are rows."
- out, cache = W[x], (x, W.shape)
+ out, cache = np.moveaxis(W[:, x % W.shape[1]], 0, -1), (x, W.shape)

# %% mistake="embedding-forward" why="All rows are shifted by one, as if words began at 1."
- out, cache = W[x], (x, W.shape)
+ out, cache = W[x - 1], (x, W.shape)

# %% mistake="embedding-forward" why="Only the first word of each sentence is looked up."
- out, cache = W[x], (x, W.shape)
+ out, cache = W[x[:, :1]], (x, W.shape)

# %% mistake="embedding-forward" why="The vectors are multiplied by the word's number."
- out, cache = W[x], (x, W.shape)
+ out, cache = W[x] * x[:, :, None], (x, W.shape)

# %% mistake="embedding-forward" why="The sentences lose their axis: the result is a long list of vectors."
- out, cache = W[x], (x, W.shape)
+ out, cache = W[x.ravel()], (x, W.shape)

# %% mistake="embedding-forward" why="A loop does what one indexing does."
- out, cache = W[x], (x, W.shape)
+ out = np.array([[W[word] for word in row] for row in x])
+ cache = (x, W.shape)

# %% style="embedding-forward" why="Pasted: indexing with all axes, the table in the cache."
def word_embedding_forward(x, W):
    out, cache = None, None
    out = W[x, :]
    cache = (x, W)
    return out, cache

# %% style="embedding-forward" why="np.take, and the shape in the cache."
def word_embedding_forward(x, W):
    return np.take(W, x, axis=0), (x, W.shape)

# %% style="embedding-forward" why="A product with one-hot rows, as the textbook writes it."
def word_embedding_forward(x, W):
    hot = (x[..., None] == np.arange(len(W))).astype(W.dtype)
    return hot @ W, (x, W.shape)

# %% mistake="embedding-backward" why="dW[x] += dout keeps the last of repeated words."
- np.add.at(dW, x, dout)
+ dW[x] += dout

# %% mistake="embedding-backward" why="The gradient is assigned, not added."
- np.add.at(dW, x, dout)
+ for place in np.ndindex(x.shape):
+     dW[x[place]] = dout[place]

# %% mistake="embedding-backward" why="Repeated words get the mean of their gradients."
- np.add.at(dW, x, dout)
+ np.add.at(dW, x, dout)
+ dW /= np.maximum(1, np.bincount(x.ravel(), minlength=len(dW)))[:, None]

# %% mistake="embedding-backward" why="The table has as many rows as words occur, not as the vocabulary has."
- dW = np.zeros(shape, dtype=dout.dtype)
+ dW = np.zeros((x.max() + 1, shape[1]), dtype=dout.dtype)

# %% mistake="embedding-backward" why="The gradients are added up over the batch, but only at the first word."
- np.add.at(dW, x, dout)
+ np.add.at(dW, x[:, 0], dout[:, 0])

# %% style="embedding-backward" why="Pasted: np.add.at on the table's shape."
def word_embedding_backward(dout, cache):
    dW = None
    x, W = cache[0], cache[1]
    dW = np.zeros(W if isinstance(W, tuple) else W.shape)
    np.add.at(dW, x, dout)
    return dW

# %% style="embedding-backward" why="A loop over all words."
def word_embedding_backward(dout, cache):
    x, shape = cache
    dW = np.zeros(shape)
    for n in range(x.shape[0]):
        for t in range(x.shape[1]):
            dW[x[n, t]] += dout[n, t]
    return dW

# %% style="embedding-backward" why="A product with one-hot columns."
def word_embedding_backward(dout, cache):
    x, shape = cache
    hot = (np.arange(shape[0])[:, None] == x.reshape(1, -1)).astype(dout.dtype)
    return hot @ dout.reshape(-1, dout.shape[-1])

# %% mistake="temporal-softmax" why="The mask is not used in the loss."
- loss = -np.sum(weight * logs[right])
+ loss = -np.sum(logs[right]) / n

# %% mistake="temporal-softmax" why="The mask is not used in the gradient."
- dx = (dx * weight[:, None]).reshape(x.shape)
+ dx = (dx / n).reshape(x.shape)

# %% mistake="temporal-softmax" why="Everything is divided by N * T instead of N."
- weight = mask.reshape(-1) / n
+ weight = mask.reshape(-1) / (n * steps)

# %% mistake="temporal-softmax" why="Everything is divided by the number of words that count."
- weight = mask.reshape(-1) / n
+ weight = mask.reshape(-1) / max(1, mask.sum())

# %% mistake="temporal-softmax" why="Without the maximum taken off, large scores overflow."
- shifted = flat - flat.max(axis=1, keepdims=True)
+ shifted = flat

# %% mistake="temporal-softmax" why="One is not taken off at the correct word."
- dx[right] -= 1
+ dx[right] -= 0

# %% mistake="temporal-softmax" why="The sign of the gradient is turned round."
- dx = (dx * weight[:, None]).reshape(x.shape)
+ dx = (-dx * weight[:, None]).reshape(x.shape)

# %% style="temporal-softmax" why="Pasted: probabilities, and the logarithm of the correct ones."
def temporal_softmax_loss(x, y, mask, verbose=False):
    N, T, V = x.shape
    x_flat = x.reshape(N * T, V)
    y_flat = y.reshape(N * T)
    mask_flat = mask.reshape(N * T)
    probs = np.exp(x_flat - np.max(x_flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(mask_flat * np.log(probs[np.arange(N * T), y_flat])) / N
    dx_flat = probs.copy()
    dx_flat[np.arange(N * T), y_flat] -= 1
    dx_flat /= N
    dx_flat *= mask_flat[:, None]
    if verbose:
        print('dx_flat: ', dx_flat.shape)
    dx = dx_flat.reshape(N, T, V)
    return loss, dx

# %% style="temporal-softmax" why="A loop over the positions that count."
def temporal_softmax_loss(x, y, mask, verbose=False):
    loss, dx = 0.0, np.zeros_like(x)
    for n, t in zip(*np.nonzero(mask)):
        shifted = x[n, t] - x[n, t].max()
        share = np.exp(shifted) / np.exp(shifted).sum()
        loss -= np.log(share[y[n, t]]) / len(x)
        dx[n, t] = share / len(x)
        dx[n, t, y[n, t]] -= 1 / len(x)
    return loss, dx

# %% style="temporal-softmax" why="Three axes all the way, one-hot targets."
def temporal_softmax_loss(x, y, mask, verbose=False):
    top = x.max(axis=-1, keepdims=True)
    logs = x - top - np.log(np.exp(x - top).sum(axis=-1, keepdims=True))
    hot = y[..., None] == np.arange(x.shape[-1])
    counts = np.asarray(mask, dtype=x.dtype)[..., None] / x.shape[0]
    return -(logs * hot * counts).sum(), (np.exp(logs) - hot) * counts

# %% mistake="captioning-loss" why="The filling counts: the mask is not used."
- loss, dscores = temporal_softmax_loss(scores, captions_out, mask)
+ loss, dscores = temporal_softmax_loss(scores, captions_out, np.ones_like(mask))

# %% mistake="captioning-loss" why="The network is asked for the words it reads."
- loss, dscores = temporal_softmax_loss(scores, captions_out, mask)
+ loss, dscores = temporal_softmax_loss(scores, captions_in, mask)

# %% mistake="captioning-loss" why="The network reads the words that it should predict."
- x, embed = word_embedding_forward(captions_in, p["W_embed"])
+ x, embed = word_embedding_forward(captions_out, p["W_embed"])

# %% mistake="captioning-loss" why="The first state is zero: the network never sees the image."
- h, cell = rnn_forward(x, h0, p["Wx"], p["Wh"], p["b"])
+ h, cell = rnn_forward(x, 0 * h0, p["Wx"], p["Wh"], p["b"])

# %% mistake="captioning-loss" why="The gradient of the projection is left out."
- _, grads["W_proj"], grads["b_proj"] = affine_backward(dh0, project)
+ grads["W_proj"], grads["b_proj"] = 0 * p["W_proj"], 0 * p["b_proj"]

# %% mistake="captioning-loss" why="The gradient of the embedding is left out of grads."
- grads["W_embed"] = word_embedding_backward(dx, embed)
+ word_embedding_backward(dx, embed)

# %% mistake="captioning-loss" why="The bias of the scores is forgotten."
- scores, vocab = temporal_affine_forward(h, p["W_vocab"], p["b_vocab"])
+ scores, vocab = temporal_affine_forward(h, p["W_vocab"], 0 * p["b_vocab"])

# %% style="captioning-loss" why="Pasted: a method of the class, for both cells."
    def loss(self, features, captions):
        captions_in = captions[:, :-1]
        captions_out = captions[:, 1:]
        mask = (captions_out != self._null)
        W_proj, b_proj = self.params['W_proj'], self.params['b_proj']
        W_embed = self.params['W_embed']
        Wx, Wh, b = self.params['Wx'], self.params['Wh'], self.params['b']
        W_vocab, b_vocab = self.params['W_vocab'], self.params['b_vocab']
        loss, grads = 0.0, {}
        h0, cache_proj = affine_forward(features, W_proj, b_proj)
        x, cache_embed = word_embedding_forward(captions_in, W_embed)
        if self.cell_type == 'rnn':
            h, cache_rnn = rnn_forward(x, h0, Wx, Wh, b)
        elif self.cell_type == 'lstm':
            h, cache_rnn = lstm_forward(x, h0, Wx, Wh, b)
        out, cache_out = temporal_affine_forward(h, W_vocab, b_vocab)
        loss, dout = temporal_softmax_loss(out, captions_out, mask, verbose=False)
        dh, grads['W_vocab'], grads['b_vocab'] = temporal_affine_backward(dout, cache_out)
        if self.cell_type == 'rnn':
            dx, dh0, grads['Wx'], grads['Wh'], grads['b'] = rnn_backward(dh, cache_rnn)
        elif self.cell_type == 'lstm':
            dx, dh0, grads['Wx'], grads['Wh'], grads['b'] = lstm_backward(dh, cache_rnn)
        grads['W_embed'] = word_embedding_backward(dx, cache_embed)
        dfeatures, grads['W_proj'], grads['b_proj'] = affine_backward(dh0, cache_proj)
        return loss, grads

# %% style="captioning-loss" why="Pasted: the method alone, the projection written out."
def loss(self, features, captions):
    captions_in, captions_out = captions[:, :-1], captions[:, 1:]
    mask = captions_out != self._null
    p, grads = self.params, {}
    init = np.dot(features, p['W_proj']) + p['b_proj']
    words, c1 = word_embedding_forward(captions_in, p['W_embed'])
    states, c2 = rnn_forward(words, init, p['Wx'], p['Wh'], p['b'])
    scores, c3 = temporal_affine_forward(states, p['W_vocab'], p['b_vocab'])
    loss, dscores = temporal_softmax_loss(scores, captions_out, mask)
    dstates, grads['W_vocab'], grads['b_vocab'] = temporal_affine_backward(dscores, c3)
    dwords, dinit, grads['Wx'], grads['Wh'], grads['b'] = rnn_backward(dstates, c2)
    grads['W_embed'] = word_embedding_backward(dwords, c1)
    grads['W_proj'] = np.dot(features.T, dinit)
    grads['b_proj'] = dinit.sum(axis=0)
    return loss, grads

# %% style="captioning-loss" why="Pasted with the stars of rnn.py, from its own folder."
from builtins import range, object
import numpy as np

from ..layers import *
from ..rnn_layers import *

def loss(self, features, captions):
    captions_in, captions_out = captions[:, :-1], captions[:, 1:]
    mask = captions_out != self._null
    p, grads = self.params, {}
    init = np.dot(features, p['W_proj']) + p['b_proj']
    words, c1 = word_embedding_forward(captions_in, p['W_embed'])
    states, c2 = rnn_forward(words, init, p['Wx'], p['Wh'], p['b'])
    scores, c3 = temporal_affine_forward(states, p['W_vocab'], p['b_vocab'])
    loss, dscores = temporal_softmax_loss(scores, captions_out, mask)
    dstates, grads['W_vocab'], grads['b_vocab'] = temporal_affine_backward(dscores, c3)
    dwords, dinit, grads['Wx'], grads['Wh'], grads['b'] = rnn_backward(dstates, c2)
    grads['W_embed'] = word_embedding_backward(dwords, c1)
    grads['W_proj'] = np.dot(features.T, dinit)
    grads['b_proj'] = dinit.sum(axis=0)
    return loss, grads

# %% style="captioning-loss" why="Names of gradients by zip, a loss of its own."
@add_to_class(CaptioningRNN)
def loss(self, features, captions):
    p, names = self.params, ("Wx", "Wh", "b")
    h0, first = affine_forward(features, p["W_proj"], p["b_proj"])
    words, looked = word_embedding_forward(captions[:, :-1], p["W_embed"])
    states, ran = rnn_forward(words, h0, *(p[name] for name in names))
    scores = states @ p["W_vocab"] + p["b_vocab"]
    wanted = captions[:, 1:]
    total, dscores = temporal_softmax_loss(scores, wanted, wanted != self._null)
    dwords, dh0, *weights = rnn_backward(dscores @ p["W_vocab"].T, ran)
    grads = dict(zip(names, weights))
    grads["W_vocab"] = np.einsum("nth,ntv->hv", states, dscores)
    grads["b_vocab"] = dscores.sum(axis=(0, 1))
    grads["W_embed"] = word_embedding_backward(dwords, looked)
    grads["W_proj"], grads["b_proj"] = affine_backward(dh0, first)[1:]
    return total, grads

# %% mistake="captioning-sample" why="Every step reads <START> again."
- word = scores.argmax(axis=1)
- captions[:, t] = word
+ captions[:, t] = scores.argmax(axis=1)

# %% mistake="captioning-sample" why="The first step reads <NULL>."
- word = np.full(n, self._start)
+ word = np.full(n, self._null)

# %% mistake="captioning-sample" why="The state is not handed on: each step starts from the image."
- h, _ = affine_forward(features, p["W_proj"], p["b_proj"])
+ h0, _ = affine_forward(features, p["W_proj"], p["b_proj"])

- h, _ = rnn_step_forward(x, h, p["Wx"], p["Wh"], p["b"])
+ h, _ = rnn_step_forward(x, h0, p["Wx"], p["Wh"], p["b"])

# %% mistake="captioning-sample" why="The least likely word is picked."
- word = scores.argmax(axis=1)
+ word = scores.argmin(axis=1)

# %% mistake="captioning-sample" why="<START> is written into the caption, which shifts all words."
- captions[:, t] = word
+ captions[:, t] = self._start if t == 0 else captions[:, t]
+ captions[:, min(t + 1, max_length - 1)] = word

# %% mistake="captioning-sample" why="The first state is zero: the caption has nothing to do with the image."
- h, _ = affine_forward(features, p["W_proj"], p["b_proj"])
+ h = np.zeros((n, p["Wh"].shape[0]))

# %% style="captioning-sample" why="Pasted: a method of the class, for both cells."
    def sample(self, features, max_length=30):
        N = features.shape[0]
        captions = self._null * np.ones((N, max_length), dtype=np.int32)
        W_proj, b_proj = self.params['W_proj'], self.params['b_proj']
        W_embed = self.params['W_embed']
        Wx, Wh, b = self.params['Wx'], self.params['Wh'], self.params['b']
        W_vocab, b_vocab = self.params['W_vocab'], self.params['b_vocab']
        h, _ = affine_forward(features, W_proj, b_proj)
        c = np.zeros(h.shape)
        x = self._start * np.ones((N, 1), dtype=np.int32)
        for t in range(max_length):
            word, _ = word_embedding_forward(x, W_embed)
            if self.cell_type == 'rnn':
                h, _ = rnn_step_forward(np.squeeze(word, axis=1), h, Wx, Wh, b)
            else:
                h, c, _ = lstm_step_forward(np.squeeze(word, axis=1), h, c, Wx, Wh, b)
            scores, _ = temporal_affine_forward(h[:, np.newaxis, :], W_vocab, b_vocab)
            x = np.squeeze(scores, axis=1).argmax(axis=1).reshape(-1, 1)
            captions[:, t] = x[:, 0]
        return captions

# %% style="captioning-sample" why="Pasted: the method alone, words looked up by indexing."
def sample(self, features, max_length=30):
    N = features.shape[0]
    captions = self._null * np.ones((N, max_length), dtype=np.int32)
    p = self.params
    prev_h = features.dot(p['W_proj']) + p['b_proj']
    captions[:, 0] = self._start
    current = captions[:, 0].copy()
    for t in range(max_length):
        prev_h, _ = rnn_step_forward(p['W_embed'][current], prev_h, p['Wx'], p['Wh'], p['b'])
        current = np.argmax(prev_h.dot(p['W_vocab']) + p['b_vocab'], axis=1)
        captions[:, t] = current
    return captions

# %% style="captioning-sample" why="Pasted with the stars of rnn.py."
from builtins import range, object
import numpy as np

from cs231n.layers import *
from cs231n.rnn_layers import *

def sample(self, features, max_length=30):
    N = features.shape[0]
    captions = self._null * np.ones((N, max_length), dtype=np.int32)
    p = self.params
    prev_h = features.dot(p['W_proj']) + p['b_proj']
    captions[:, 0] = self._start
    current = captions[:, 0].copy()
    for t in range(max_length):
        prev_h, _ = rnn_step_forward(p['W_embed'][current], prev_h, p['Wx'], p['Wh'], p['b'])
        current = np.argmax(prev_h.dot(p['W_vocab']) + p['b_vocab'], axis=1)
        captions[:, t] = current
    return captions

# %% style="captioning-sample" why="Sentences that have ended stay filled up, and all ended stop the loop."
@add_to_class(CaptioningRNN)
def sample(self, features, max_length=30):
    p, going = self.params, np.ones(len(features), bool)
    captions = np.full((len(features), max_length), self._null)
    state, words = features @ p["W_proj"] + p["b_proj"], np.full(len(features), self._start)
    for t in range(max_length):
        state = np.tanh(p["W_embed"][words] @ p["Wx"] + state @ p["Wh"] + p["b"])
        words = np.argmax(state @ p["W_vocab"] + p["b_vocab"], axis=1)
        captions[going, t] = words[going]
        going &= words != self._end
        if not going.any():
            break
    return captions

# %% mistake="bleu" why="Repeated words count as often as they occur: no clipping."
- shared[n - 1] += min(runs.count(run), most)
+ shared[n - 1] += runs.count(run) * (most > 0)

# %% mistake="bleu" why="The brevity penalty is left out."
- penalty = min(1, np.exp(1 - nearest / length))
+ penalty = 1

# %% mistake="bleu" why="The penalty is the ratio of lengths, without the exponential."
- penalty = min(1, np.exp(1 - nearest / length))
+ penalty = min(1, length / nearest)

# %% mistake="bleu" why="Precisions are returned alone; BLEU-n is a geometric mean of n of them."
- scores[n - 1] = penalty * np.prod(precision[:n]) ** (1 / n)
+ scores[n - 1] = penalty * precision[n - 1]

# %% mistake="bleu" why="The counts of all references are added up before clipping."
- most = max(
+ most = sum(

# %% mistake="bleu" why="The shortest reference sets the length, not the closest."
- nearest += min((abs(len(o) - len(mine)), len(o)) for o in others)[1]
+ nearest += min(len(o) for o in others)

# %% mistake="bleu" why="Long captions are rewarded: the penalty may exceed 1."
- penalty = min(1, np.exp(1 - nearest / length))
+ penalty = np.exp(1 - nearest / length)

# %% mistake="bleu" why="BLEU of each caption is averaged; counts are added up first."
def bleu(hypotheses, references):
    scores = np.zeros(4)
    for hypothesis, several in zip(hypotheses, references):
        mine, others = hypothesis.split(), [text.split() for text in several]
        shared, total = np.zeros(4), np.zeros(4)
        for n in range(1, 5):
            runs = [tuple(mine[i : i + n]) for i in range(len(mine) - n + 1)]
            total[n - 1] = len(runs)
            for run in set(runs):
                most = max(sum(tuple(o[i : i + n]) == run for i in range(len(o) - n + 1)) for o in others)
                shared[n - 1] += min(runs.count(run), most)
        if shared[0] > 0:
            nearest = min((abs(len(o) - len(mine)), len(o)) for o in others)[1]
            precision = shared / np.maximum(total, 1)
            for n in range(1, 5):
                scores[n - 1] += min(1, np.exp(1 - nearest / len(mine))) * np.prod(precision[:n]) ** (1 / n)
    return scores / max(1, len(hypotheses))

# %% mistake="bleu" why="The package does the exercise instead of you."
bleu = captioning.bleu

# %% style="bleu" why="Counters, with & and |."
def bleu(hypotheses, references):
    from collections import Counter

    def runs(words, n):
        return Counter(zip(*(words[i:] for i in range(n))))

    shared, total, c, r = [0] * 4, [0] * 4, 0, 0
    for hypothesis, several in zip(hypotheses, references):
        words, others = hypothesis.split(), [text.split() for text in several]
        c += len(words)
        r += sorted((abs(len(o) - len(words)), len(o)) for o in others)[0][1]
        for n in range(1, 5):
            most = Counter()
            for o in others:
                most |= runs(o, n)
            found = runs(words, n)
            shared[n - 1] += sum((found & most).values())
            total[n - 1] += sum(found.values())
    if c == 0:
        return np.zeros(4)
    penalty = 1.0 if c > r else np.exp(1 - r / c)
    result, product = np.zeros(4), 1.0
    for n in range(4):
        product *= shared[n] / total[n] if total[n] else 0.0
        result[n] = penalty * product ** (1 / (n + 1))
    return result

# %% style="bleu" why="Dictionaries and logarithms."
def bleu(hypotheses, references):
    def count(words, n):
        seen = {}
        for i in range(len(words) - n + 1):
            key = " ".join(words[i : i + n])
            seen[key] = seen.get(key, 0) + 1
        return seen

    lengths, closest, scores, logs = 0, 0, np.zeros(4), 0.0
    pairs = [(h.split(), [r.split() for r in rs]) for h, rs in zip(hypotheses, references)]
    for words, others in pairs:
        lengths += len(words)
        best = None
        for o in others:
            gap = abs(len(o) - len(words))
            if best is None or gap < best[0] or (gap == best[0] and len(o) < best[1]):
                best = (gap, len(o))
        closest += best[1]
    for n in range(1, 5):
        hit = every = 0
        for words, others in pairs:
            tables = [count(o, n) for o in others]
            for key, times in count(words, n).items():
                every += times
                hit += min(times, max(table.get(key, 0) for table in tables))
        if hit == 0:
            break
        logs += np.log(hit / every)
        scores[n - 1] = min(1.0, np.exp(1 - closest / lengths)) * np.exp(logs / n)
    return scores

# %% style="bleu" why="Arrays of counts over the n-grams that occur."
def bleu(hypotheses, references):
    texts = [[h.split()] + [r.split() for r in rs] for h, rs in zip(hypotheses, references)]
    if not any(group[0] for group in texts):
        return np.zeros(4)
    length = sum(len(group[0]) for group in texts)
    target = sum(min((len(o) for o in group[1:]), key=lambda k: (abs(k - len(group[0])), k)) for group in texts)
    precision = np.zeros(4)
    for n in range(1, 5):
        hits = total = 0
        for group in texts:
            grams = [[tuple(w[i : i + n]) for i in range(len(w) - n + 1)] for w in group]
            kinds = sorted(set(grams[0]))
            table = np.array([[g.count(kind) for kind in kinds] for g in grams]).reshape(len(grams), -1)
            hits += np.minimum(table[0], table[1:].max(axis=0)).sum()
            total += len(grams[0])
        precision[n - 1] = hits / total if total else 0
    return np.exp(min(0, 1 - target / length)) * np.cumprod(precision) ** (1 / np.arange(1, 5))

# %% mistake="temporal-softmax" why="Shifted by the smallest score of each row, the others overflow."
- shifted = flat - flat.max(axis=1, keepdims=True)
+ shifted = flat - flat.min(axis=1, keepdims=True)

# %% mistake="temporal-softmax" why="One largest score for all rows: the exponentials of another row all become 0."
- shifted = flat - flat.max(axis=1, keepdims=True)
+ shifted = flat - flat.max()

# %% style="temporal-softmax" why="The course's own: probabilities, then their logarithm."
def temporal_softmax_loss(x, y, mask, verbose=False):
    N, T, V = x.shape
    flat, labels, keep = x.reshape(N * T, V), y.reshape(N * T), mask.reshape(N * T)
    probs = np.exp(flat - np.max(flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(keep * np.log(probs[np.arange(N * T), labels])) / N
    dflat = probs.copy()
    dflat[np.arange(N * T), labels] -= 1
    dflat /= N
    dflat *= keep[:, None]
    return loss, dflat.reshape(N, T, V)

# %% mistake="rnn-step-backward" why="Wh gets the state after the step; it multiplied the one before."
- dWx, dWh = x.T @ da, prev_h.T @ da
+ dWx, dWh = x.T @ da, next_h.T @ da
