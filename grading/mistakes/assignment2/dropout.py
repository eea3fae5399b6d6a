# What goes wrong in dropout, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% style="dropout-forward" why="The output is the input until the mode says otherwise."
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    rng = dropout_param.get("rng") or np.random.default_rng(dropout_param.get("seed"))
    mask = None
    out = x
    if mode == "train":
        mask = (rng.random(x.shape) < p) / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)

# %% mistake="dropout-forward" of="The output is the" why="The kept numbers are not divided by p, so their mean falls."
- mask = (rng.random(x.shape) < p) / p
+ mask = rng.random(x.shape) < p

# %% mistake="dropout-forward" of="The output is the" why="p is taken for the probability to drop; here it is that to keep."
- mask = (rng.random(x.shape) < p) / p
+ mask = (rng.random(x.shape) > p) / (1 - p)

# %% mistake="dropout-forward" of="The output is the" why="The comparison is turned round: this drops with probability p."
- mask = (rng.random(x.shape) < p) / p
+ mask = (rng.random(x.shape) > p) / p

# %% mistake="dropout-forward" why="The test output is scaled by p, though training has divided by it already."
-     out = x
- cache = (dropout_param, mask)
- return out.astype(x.dtype, copy=False), cache
+     out = x * p
+ return out.astype(x.dtype, copy=False), (dropout_param, mask)

# %% mistake="dropout-forward" of="The output is the" why="One number is drawn for a whole row, so whole examples vanish."
- mask = (rng.random(x.shape) < p) / p
+ mask = (rng.random((len(x),) + (1,) * (x.ndim - 1)) < p) / p

# %% mistake="dropout-forward" of="The output is the" why="The mask is that of one example, shared by the whole batch."
- mask = (rng.random(x.shape) < p) / p
+ mask = (rng.random(x.shape[1:]) < p) / p

# %% mistake="dropout-forward" of="The output is the" why="The generator is made anew with one seed in every call, so the mask never changes."
- rng = dropout_param.get("rng") or np.random.default_rng(dropout_param.get("seed"))

- mask = (rng.random(x.shape) < p) / p
+ mask = (np.random.default_rng(231).random(x.shape) < p) / p

# %% mistake="dropout-forward" why="Dropping in place changes the caller's numbers."
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    rng = dropout_param.get("rng") or np.random.default_rng(dropout_param.get("seed"))
    mask = None
    if mode == "train":
        mask = ((rng.random(x.shape) < p) / p).astype(x.dtype)
        x *= mask
    return x, (dropout_param, mask)

# %% mistake="dropout-forward" why="The mode is not looked at: testing drops numbers too."
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    rng = dropout_param.get("rng") or np.random.default_rng(dropout_param.get("seed"))
    mask = (rng.random(x.shape) < p) / p
    return (x * mask).astype(x.dtype), (dropout_param, mask)

# %% mistake="dropout-forward" of="The output is the" why="The mask makes 64-bit numbers of 32-bit ones."
- return out.astype(x.dtype, copy=False), (dropout_param, mask)
+ return out, (dropout_param, mask)

# %% mistake="dropout-forward" why="The package does the exercise instead of you."
def dropout_forward(x, dropout_param):
    import cs231n.layers
    return cs231n.layers.dropout_forward(x, dropout_param)

# %% mistake="dropout-forward" of="The output is the" why="Nothing is ever dropped."
- mask = (rng.random(x.shape) < p) / p
- out = x * mask
+ mask = np.ones(x.shape)
+ out = x

# %% mistake="dropout-forward" of="The output is the" why="What is kept is multiplied by p."
- mask = (rng.random(x.shape) < p) / p
+ mask = (rng.random(x.shape) < p) * p

# %% mistake="dropout-forward" of="The output is the" why="The test output is divided by p."
- out = x
+ out = x / p

# %% mistake="dropout-forward" of="The output is the" why="The seed is not used."
- mask = (rng.random(x.shape) < p) / p
+ mask = (np.random.default_rng().random(x.shape) < p) / p

# %% style="dropout-forward" why="Pasted: the global generator, seeded if asked."
def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])

    mask = None
    out = None

    if mode == 'train':
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    elif mode == 'test':
        out = x

    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)

    return out, cache

# %% style="dropout-forward" why="Pasted: np.random.binomial, divided afterwards."
def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    mask = None
    out = None
    if mode == 'train':
        mask = np.random.binomial(1, p, size=x.shape)
        mask = mask / p
        out = x.copy()
        out *= mask.astype(x.dtype)
    else:
        out = x.copy()
    return out.astype(x.dtype, copy=False), (dropout_param, mask)

# %% style="dropout-forward" why="np.where, and a generator's choice."
def dropout_forward(x, dropout_param):
    rng = dropout_param.get("rng") or np.random.default_rng(dropout_param.get("seed"))
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    p = dropout_param["p"]
    mask = rng.choice([0, 1 / p], p=[1 - p, p], size=x.shape).astype(x.dtype)
    return np.where(mask > 0, x * mask, 0).astype(x.dtype), (dropout_param, mask)

# %% style="dropout-forward" why="An explicit loop over the numbers."
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    rng = dropout_param.get("rng") or np.random.default_rng(dropout_param.get("seed"))
    if mode == "test":
        return x.copy(), (dropout_param, None)
    mask = np.zeros_like(x)
    for index, u in np.ndenumerate(rng.random(x.shape)):
        if u <= p:
            mask[index] = 1 / p
    return np.multiply(x, mask), (dropout_param, mask)

# %% mistake="dropout-backward" why="The gradient passes unchanged in training; it needs the mask."
def dropout_backward(dout, cache):
    return dout

# %% mistake="dropout-backward" why="The mask is used as on and off; its scale 1/p is lost."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout * (mask > 0) if dropout_param["mode"] == "train" else dout

# %% mistake="dropout-backward" why="The mask holds 1/p already; dividing again scales twice."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout * mask / dropout_param["p"] if dropout_param["mode"] == "train" else dout

# %% mistake="dropout-backward" why="A new mask is drawn; the gradient needs that of the forward pass."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    if dropout_param["mode"] == "test":
        return dout
    p = dropout_param["p"]
    return dout * (np.random.default_rng().random(dout.shape) < p) / p

# %% mistake="dropout-backward" why="This returns the mask without the upstream gradient."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return mask if dropout_param["mode"] == "train" else np.ones_like(dout)

# %% mistake="dropout-backward" why="Multiplying in place changes the caller's gradient."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    if dropout_param["mode"] == "train":
        dout *= mask
    return dout

# %% mistake="dropout-backward" why="In testing the mask is None; multiplying by it fails."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout * mask

# %% mistake="dropout-backward" why="The gradient is zero in testing."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout * (mask if dropout_param["mode"] == "train" else 0)

# %% mistake="dropout-backward" why="The mask is divided out instead of multiplied."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return np.where(mask > 0, dout / np.where(mask > 0, mask, 1), 0) if dropout_param["mode"] == "train" else dout

# %% style="dropout-backward" why="Pasted, with dx set first."
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    mode = dropout_param['mode']

    dx = None
    if mode == 'train':
        dx = mask * dout
    elif mode == 'test':
        dx = dout
    return dx

# %% style="dropout-backward" why="Looks at the mask instead of the mode, and copies."
def dropout_backward(dout, cache):
    _, mask = cache
    return dout.copy() if mask is None else np.multiply(dout, mask, dtype=dout.dtype)

# %% style="dropout-backward" why="einsum for the elementwise product."
def dropout_backward(dout, cache):
    param, mask = cache
    if param["mode"] != "train":
        return dout
    return np.einsum("...,...->...", dout, mask)

# %% mistake="dropout-connect-forward" why="The outputs are dropped, not the weights: that is dropout."
def dropconnect_forward(x, w, b, dropconnect_param):
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    out = x @ w + b
    mask = np.ones_like(out)
    if mode == "train":
        mask = ((rng.random(out.shape) < p) / p).astype(w.dtype)
    return out * mask, (x, w, mask)

# %% mistake="dropout-connect-forward" why="The weights that are on are not divided by p."
def dropconnect_forward(x, w, b, dropconnect_param):
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    mask = np.ones_like(w)
    if mode == "train":
        mask = (rng.random(w.shape) < p).astype(w.dtype)
    return x @ (w * mask) + b, (x, w, mask)

# %% mistake="dropout-connect-forward" why="Whole rows of weights are off, so this drops inputs."
def dropconnect_forward(x, w, b, dropconnect_param):
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    mask = np.ones_like(w)
    if mode == "train":
        mask = mask * ((rng.random((len(w), 1)) < p) / p).astype(w.dtype)
    return x @ (w * mask) + b, (x, w, mask)

# %% mistake="dropout-connect-forward" why="The bias is scaled and dropped along with the weights."
def dropconnect_forward(x, w, b, dropconnect_param):
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    mask = np.ones_like(w)
    if mode == "train":
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
        b = b * ((rng.random(b.shape) < p) / p).astype(w.dtype)
    return x @ (w * mask) + b, (x, w, mask)

# %% mistake="dropout-connect-forward" why="Testing drops weights as well: the mode is not looked at."
def dropconnect_forward(x, w, b, dropconnect_param):
    p = dropconnect_param["p"]
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
    return x @ (w * mask) + b, (x, w, mask)

# %% mistake="dropout-connect-forward" why="Multiplying in place kills the caller's weights for good."
def dropconnect_forward(x, w, b, dropconnect_param):
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    mask = np.ones_like(w)
    if mode == "train":
        mask = ((rng.random(w.shape) < p) / p).astype(w.dtype)
        w *= mask
    return x @ w + b, (x, w, mask)

# %% mistake="dropout-connect-forward" why="Every example gets a mask of its own; one serves the batch here."
def dropconnect_forward(x, w, b, dropconnect_param):
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    mask = np.ones((len(x), *w.shape), dtype=w.dtype)
    if mode == "train":
        mask = ((rng.random(mask.shape) < p) / p).astype(w.dtype)
    return np.einsum("nd,ndm->nm", x, w * mask) + b, (x, w, mask)

# %% mistake="dropout-connect-forward" of="np.where on the weights" why="Nothing is ever dropped."
- mask = np.where(rng.random(w.shape) < p, 1 / p, 0).astype(w.dtype)
+ mask = np.ones_like(w)

# %% mistake="dropout-connect-forward" of="np.where on the weights" why="p is taken for the probability to drop."
- mask = np.where(rng.random(w.shape) < p, 1 / p, 0).astype(w.dtype)
+ mask = np.where(rng.random(w.shape) > p, 1 / (1 - p), 0).astype(w.dtype)

# %% mistake="dropout-connect-forward" of="np.where on the weights" why="The bias is missing."
- return np.dot(x, np.multiply(w, mask)) + b, (x, w, mask)
+ return np.dot(x, np.multiply(w, mask)), (x, w, mask)

# %% style="dropout-connect-forward" why="np.where on the weights."
def dropconnect_forward(x, w, b, dropconnect_param):
    p, mode = dropconnect_param["p"], dropconnect_param["mode"]
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    if mode != "train":
        return x.dot(w) + b, (x, w, np.ones_like(w))
    mask = np.where(rng.random(w.shape) < p, 1 / p, 0).astype(w.dtype)
    return np.dot(x, np.multiply(w, mask)) + b, (x, w, mask)

# %% style="dropout-connect-forward" why="dropout_forward applied to the weights."
def dropconnect_forward(x, w, b, dropconnect_param):
    dropped, (_, mask) = dropout_forward(w, dropconnect_param)
    mask = np.ones_like(w) if mask is None else mask
    return x @ dropped + b, (x, w, mask)

# %% style="dropout-connect-forward" why="einsum, and the mask scaled afterwards."
def dropconnect_forward(x, w, b, dropconnect_param):
    rng = np.random.default_rng(dropconnect_param.get("seed"))
    mask = np.ones_like(w)
    if dropconnect_param["mode"] == "train":
        mask = rng.binomial(1, dropconnect_param["p"], w.shape).astype(w.dtype)
        mask /= dropconnect_param["p"]
    return np.einsum("nd,dm,dm->nm", x, w, mask) + b, (x, w, mask)

# %% mistake="dropout-connect-backward" why="dw misses the mask: weights that were off get a gradient."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    return dout @ (w * mask).T, x.T @ dout, dout.sum(axis=0)

# %% mistake="dropout-connect-backward" why="dx uses all weights, also those that were off."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    return dout @ w.T, (x.T @ dout) * mask, dout.sum(axis=0)

# %% mistake="dropout-connect-backward" why="The bias is always on: its gradient is a plain sum, not a mean."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    return dout @ (w * mask).T, (x.T @ dout) * mask, dout.mean(axis=0)

# %% mistake="dropout-connect-backward" why="The mask counts as on and off in dw, without its scale 1/p."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    return dout @ (w * mask).T, (x.T @ dout) * (mask > 0), dout.sum(axis=0)

# %% mistake="dropout-connect-backward" why="The gradients come in another order than (dx, dw, db)."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    return (x.T @ dout) * mask, dout @ (w * mask).T, dout.sum(axis=0)

# %% mistake="dropout-connect-backward" why="The mask is squared: w * mask already has it."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    return dout @ (w * mask * mask).T, (x.T @ dout) * mask, dout.sum(axis=0)

# %% mistake="dropout-connect-backward" why="The bias gradient is scaled by the mask as well."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    return dout @ (w * mask).T, (x.T @ dout) * mask, dout.sum(axis=0) * mask.max()

# %% style="dropout-connect-backward" why="einsum throughout."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    dx = np.einsum("nm,dm,dm->nd", dout, w, mask)
    dw = np.einsum("nd,nm,dm->dm", x, dout, mask)
    return dx, dw, np.einsum("nm->m", dout)

# %% style="dropout-connect-backward" why="A loop over the examples."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for i in range(len(x)):
        dx[i] = (w * mask) @ dout[i]
        dw += np.outer(x[i], dout[i]) * mask
        db += dout[i]
    return dx, dw, db

# %% style="dropout-connect-backward" why="Step by step, with matmul and transpose."
def dropconnect_backward(dout, cache):
    x, w, mask = cache
    effective = np.multiply(w, mask)
    dx = np.matmul(dout, effective.transpose())
    deffective = np.matmul(x.transpose(), dout)
    dw = np.multiply(deffective, mask)
    db = np.sum(dout, 0)
    return (dx, dw, db)
