# What goes wrong in two_layer_net, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="net-affine-forward" why="The bias is missing."
- out = x.reshape(x.shape[0], -1) @ w + b
+ out = x.reshape(x.shape[0], -1).dot(w)

# %% mistake="net-affine-forward" why="The images are not flattened: the product takes their last axis only."
- out = x.reshape(x.shape[0], -1) @ w + b
+ out = x.dot(w[: x.shape[-1]]) + b

# %% mistake="net-affine-forward" why="The numbers of an image are flattened in another order."
- out = x.reshape(x.shape[0], -1) @ w + b
+ out = x.reshape(x.shape[0], -1, order="F").dot(w) + b

# %% mistake="net-affine-forward" why="The examples are flattened into the columns instead of the rows."
- out = x.reshape(x.shape[0], -1) @ w + b
+ out = x.reshape(-1, x.shape[0]).T.dot(w) + b

# %% mistake="net-affine-forward" why="The cache holds the flattened x; dx needs the shape of the images."
- out = x.reshape(x.shape[0], -1) @ w + b
+ x = x.reshape(x.shape[0], -1)
+ out = x.dot(w) + b

# %% mistake="net-affine-forward" why="The output and the cache are not returned."
def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    cache = (x, w, b)

# %% style="net-affine-forward" why="As in the course's frame, with np.prod."
def affine_forward(x, w, b):
    out = None
    N = x.shape[0]
    D = np.prod(x.shape[1:])
    x2 = np.reshape(x, (N, D))
    out = np.dot(x2, w) + b
    cache = (x, w, b)
    return out, cache

# %% style="net-affine-forward" why="A loop over the examples."
def affine_forward(x, w, b):
    out = np.zeros((len(x), w.shape[1]), dtype=x.dtype)
    for n, example in enumerate(x):
        out[n] = example.ravel() @ w + b
    return out, (x, w, b)

# %% style="net-affine-forward" why="einsum."
def affine_forward(x, w, b):
    rows = x.reshape(len(x), w.shape[0])
    return np.einsum("nd,dm->nm", rows, w) + b[None, :], (x, w, b)

# %% style="net-affine-backward" why="Each gradient on its own line."
def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% mistake="net-affine-backward" of="Each gradient on" why="dx is left flat; it has the shape of x."
- dx = dout.dot(w.T).reshape(x.shape)
+ dx = dout.dot(w.T)

# %% mistake="net-affine-backward" of="Each gradient on" why="The bias gets the sum over the examples, not their mean."
- db = np.sum(dout, axis=0)
+ db = np.mean(dout, axis=0)

# %% mistake="net-affine-backward" of="Each gradient on" why="The bias sums over the wrong axis."
- db = np.sum(dout, axis=0)
+ db = np.sum(dout, axis=1)

# %% mistake="net-affine-backward" of="Each gradient on" why="The weights' gradient does not use dout."
- dw = x.reshape(x.shape[0], -1).T.dot(dout)
+ dw = x.reshape(x.shape[0], -1).T.dot(np.ones_like(dout))

# %% mistake="net-affine-backward" of="Each gradient on" why="The weights' gradient is divided by the number of examples, which the loss has done already."
- dw = x.reshape(x.shape[0], -1).T.dot(dout)
+ dw = x.reshape(x.shape[0], -1).T.dot(dout) / x.shape[0]

# %% mistake="net-affine-backward" of="Each gradient on" why="The gradients are returned in another order: dx, dw, db."
- return dx, dw, db
+ return dw, dx, db

# %% mistake="net-affine-backward" of="Each gradient on" why="The gradients are not returned."
- return dx, dw, db

# %% style="net-affine-backward" why="As in the course's frame."
def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = None, None, None
    N = x.shape[0]
    x_flat = np.reshape(x, (N, -1))
    dx = np.reshape(np.matmul(dout, w.T), x.shape)
    dw = np.matmul(x_flat.T, dout)
    db = np.matmul(np.ones(N), dout)
    return dx, dw, db

# %% style="net-affine-backward" why="Sums over the examples in a loop."
def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for n in range(len(x)):
        dx[n] = (w @ dout[n]).reshape(x[n].shape)
        dw += np.outer(x[n], dout[n])
        db += dout[n]
    return dx, dw, db

# %% style="net-affine-backward" why="einsum."
def affine_backward(dout, cache):
    x, w, _ = cache
    rows = x.reshape(x.shape[0], -1)
    dx = np.einsum("nm,dm->nd", dout, w).reshape(x.shape)
    return dx, np.einsum("nd,nm->dm", rows, dout), np.einsum("nm->m", dout)

# %% mistake="net-relu-forward" why="The smaller of x and 0 is taken, not the larger."
- out = np.maximum(0, x)
+ out = np.minimum(0, x)

# %% mistake="net-relu-forward" why="Negative numbers become 0, they do not change their sign."
- out = np.maximum(0, x)
+ out = np.abs(x)

# %% mistake="net-relu-forward" why="The input is changed in place."
- out = np.maximum(0, x)
+ x[x < 0] = 0
+ out = x

# %% mistake="net-relu-forward" why="A step instead of a ramp: positive numbers stay as they are."
- out = np.maximum(0, x)
+ out = (x > 0).astype(x.dtype)

# %% mistake="net-relu-forward" why="np.max takes one maximum over everything; np.maximum goes number by number."
- out = np.maximum(0, x)
+ out = np.max(x) * np.ones_like(x)

# %% mistake="net-relu-forward" why="The cache has to be returned too."
- return out, cache
+ return out

# %% style="net-relu-forward" why="A product with the mask."
def relu_forward(x):
    out = x * (x > 0)
    cache = x
    return out, cache

# %% style="net-relu-forward" why="A copy whose negative numbers are set to 0."
def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    cache = x
    return out, cache

# %% style="net-relu-forward" why="The mean of x and its absolute value."
def relu_forward(x):
    return (x + np.abs(x)) / 2, x

# %% mistake="net-relu-backward" why="The sign of x decides what passes, not the sign of dout."
- dx = dout * (x > 0)
+ dx = np.maximum(0, dout)

# %% mistake="net-relu-backward" why="The upstream gradient is not used."
- dx = dout * (x > 0)
+ dx = (x > 0).astype(float)

# %% mistake="net-relu-backward" why="At 0 take 0: compare with >, not >=."
- dx = dout * (x > 0)
+ dx = dout * (x >= 0)

# %% mistake="net-relu-backward" why="The gradient is multiplied by x itself instead of 1."
- dx = dout * (x > 0)
+ dx = dout * np.maximum(0, x)

# %% mistake="net-relu-backward" why="dout is changed in place; it belongs to the caller."
- dx = dout * (x > 0)
+ dout[x <= 0] = 0
+ dx = dout

# %% mistake="net-relu-backward" why="The gradient is not returned."
- return dx

# %% style="net-relu-backward" why="As in the course's frame, with a copy."
def relu_backward(dout, cache):
    dx, x = None, cache
    dx = np.array(dout, copy=True)
    dx[x <= 0] = 0
    return dx

# %% style="net-relu-backward" why="np.where."
def relu_backward(dout, cache):
    x = cache
    dx = np.where(x > 0, dout, 0)
    return dx

# %% style="net-relu-backward" why="A loop over all numbers."
def relu_backward(dout, cache):
    dx = np.zeros_like(dout)
    for place in np.ndindex(*cache.shape):
        if cache[place] > 0:
            dx[place] = dout[place]
    return dx

# %% mistake="net-svm-loss" of="As in the course's" why="The right class counts 1 against itself."
- margins[np.arange(N), y] = 0

# %% mistake="net-svm-loss" of="As in the course's" why="The gradient is not divided by the number of examples."
- dx /= N

# %% mistake="net-svm-loss" of="As in the course's" why="The right class gets -1, not minus the number of violated margins."
- dx[np.arange(N), y] -= np.sum(margins > 0, axis=1)
+ dx[np.arange(N), y] -= 1

# %% mistake="net-svm-loss" of="As in the course's" why="The margin of 1 is missing."
- margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
+ margins = np.maximum(0, x - correct[:, np.newaxis])

# %% mistake="net-svm-loss" of="As in the course's" why="The loss is the sum, not the mean."
- loss = np.sum(margins) / N
+ loss = np.sum(margins)

# %% mistake="net-svm-loss" of="As in the course's" why="The loss is not returned, only the gradient."
- return loss, dx
+ return dx

# %% style="net-svm-loss" why="As in the course's frame."
def svm_loss(x, y):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= np.sum(margins > 0, axis=1)
    dx /= N
    return loss, dx

# %% style="net-svm-loss" why="Loops over examples and classes."
def svm_loss(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            margin = x[i, j] - x[i, y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin / x.shape[0]
                dx[i, j] += 1 / x.shape[0]
                dx[i, y[i]] -= 1 / x.shape[0]
    return loss, dx

# %% style="net-svm-loss" why="One-hot labels and einsum."
def svm_loss(x, y):
    hot = np.eye(x.shape[1])[y]
    right = np.einsum("nc,nc->n", x, hot)[:, None]
    margins = (x - right + 1).clip(min=0) * (1 - hot)
    violated = np.sign(margins)
    dx = (violated - hot * violated.sum(axis=1, keepdims=True)) / len(x)
    return margins.sum(axis=1).mean(), dx

# %% mistake="net-softmax-loss" of="As in the course's" why="Large scores overflow: subtract the largest of each row first."
- shifted = x - np.max(x, axis=1, keepdims=True)
+ shifted = x

# %% mistake="net-softmax-loss" of="As in the course's" why="One largest score for all rows: the exponentials of another row can all become 0."
- shifted = x - np.max(x, axis=1, keepdims=True)
+ shifted = x - np.max(x)

# %% mistake="net-softmax-loss" of="As in the course's" why="The right class needs its minus 1."
- dx[np.arange(N), y] -= 1

# %% mistake="net-softmax-loss" of="As in the course's" why="The gradient is not divided by the number of examples."
- dx /= N

# %% mistake="net-softmax-loss" of="As in the course's" why="The loss is minus the logarithm."
- loss = -np.sum(log_probs[np.arange(N), y]) / N
+ loss = np.sum(log_probs[np.arange(N), y]) / N

# %% mistake="net-softmax-loss" of="As in the course's" why="The scores are shifted in place; they belong to the caller."
- shifted = x - np.max(x, axis=1, keepdims=True)
+ x -= np.max(x, axis=1, keepdims=True)
+ shifted = x

# %% mistake="net-softmax-loss" of="As in the course's" why="The probabilities are summed along the examples instead of the classes."
- Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
+ Z = np.sum(np.exp(shifted), axis=0, keepdims=True)

# %% style="net-softmax-loss" why="As in the course's frame."
def softmax_loss(x, y):
    N = x.shape[0]
    shifted = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_probs = shifted - np.log(Z)
    probs = np.exp(log_probs)
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx

# %% style="net-softmax-loss" why="np.logaddexp and one-hot labels."
def softmax_loss(x, y):
    log_p = x - np.logaddexp.reduce(x, axis=1, keepdims=True)
    hot = np.arange(x.shape[1]) == y[:, None]
    return -log_p[hot].mean(), (np.exp(log_p) - hot) / len(x)

# %% style="net-softmax-loss" why="A loop over the examples, with the logarithm of the probability."
def softmax_loss(x, y):
    losses, dx = [], []
    for row, label in zip(x, y):
        p = np.exp(row - row.max())
        p = p / p.sum()
        losses.append(-np.log(p[label]))
        p[label] -= 1
        dx.append(p / len(x))
    return np.mean(losses), np.stack(dx)

# %% mistake="net-sgd" why="The step goes uphill: subtract."
- next_w = w - config["learning_rate"] * dw
+ next_w = w + config["learning_rate"] * dw

# %% mistake="net-sgd" why="The learning rate is not used."
- next_w = w - config["learning_rate"] * dw
+ next_w = w - dw

# %% mistake="net-sgd" why="Only the step is returned; the new weights are w minus the step."
- next_w = w - config["learning_rate"] * dw
+ next_w = -config["learning_rate"] * dw

# %% mistake="net-sgd" why="The learning rate is fixed instead of taken from the settings."
- next_w = w - config["learning_rate"] * dw
+ next_w = w - 1e-2 * dw

# %% mistake="net-sgd" why="The settings have to be returned too."
- return next_w, config
+ return next_w

# %% mistake="net-sgd" why="The gradient is scaled in place; it belongs to the caller."
- next_w = w - config["learning_rate"] * dw
+ dw *= config["learning_rate"]
+ next_w = w - dw

# %% style="net-sgd" why="In place, as in the course's own version."
def sgd(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    w -= config["learning_rate"] * dw
    return w, config

# %% style="net-sgd" why="np.subtract, and the default in one expression."
def sgd(w, dw, config=None):
    config = {"learning_rate": 1e-2} | (config or {})
    return np.subtract(w, np.multiply(dw, config["learning_rate"], dtype=w.dtype)), config

# %% style="net-sgd" why="A loop over the flat weights."
def sgd(w, dw, config=None):
    if config is None:
        config = dict(learning_rate=1e-2)
    rate = config.get("learning_rate", 1e-2)
    next_w = w.copy()
    for place in np.ndindex(*w.shape):
        next_w[place] -= rate * dw[place]
    return next_w, config

# %% mistake="net-init" of="np.random.normal." why="weight_scale is not used: the weights have a standard deviation of 1."
- self.params["W1"] = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))
+ self.params["W1"] = np.random.normal(0.0, 1.0, (input_dim, hidden_dim))

- self.params["W2"] = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))
+ self.params["W2"] = np.random.normal(0.0, 1.0, (hidden_dim, num_classes))

# %% mistake="net-init" of="np.random.normal." why="np.random.rand draws from 0 to 1: neither normal nor around 0."
- self.params["W1"] = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))
+ self.params["W1"] = weight_scale * np.random.rand(input_dim, hidden_dim)

- self.params["W2"] = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))
+ self.params["W2"] = weight_scale * np.random.rand(hidden_dim, num_classes)

# %% mistake="net-init" of="np.random.normal." why="With all weights zero the hidden units stay alike for ever."
- self.params["W1"] = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))
+ self.params["W1"] = np.zeros((input_dim, hidden_dim))

- self.params["W2"] = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))
+ self.params["W2"] = np.zeros((hidden_dim, num_classes))

# %% mistake="net-init" of="np.random.normal." why="The matrices have rows and columns exchanged."
- self.params["W1"] = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))
+ self.params["W1"] = np.random.normal(0.0, weight_scale, (hidden_dim, input_dim))

- self.params["W2"] = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))
+ self.params["W2"] = np.random.normal(0.0, weight_scale, (num_classes, hidden_dim))

# %% mistake="net-init" of="np.random.normal." why="The biases are random; they start at zero."
- self.params["b1"] = np.zeros(hidden_dim)
+ self.params["b1"] = np.random.normal(0.0, weight_scale, hidden_dim)

- self.params["b2"] = np.zeros(num_classes)
+ self.params["b2"] = np.random.normal(0.0, weight_scale, num_classes)

# %% mistake="net-init" of="np.random.normal." why="The variance is weight_scale; the standard deviation should be."
- self.params["W1"] = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))
+ self.params["W1"] = np.random.normal(0.0, weight_scale**0.5, (input_dim, hidden_dim))

- self.params["W2"] = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))
+ self.params["W2"] = np.random.normal(0.0, weight_scale**0.5, (hidden_dim, num_classes))

# %% mistake="net-init" of="np.random.normal." why="The parameters stand beside self.params instead of in it."
- self.params["W1"] = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))
+ self.W1 = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))

- self.params["W2"] = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))
+ self.W2 = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))

# %% style="net-init" why="Pasted from a class, indented and without the decorator."
    def __init__(
        self,
        input_dim=3 * 32 * 32,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
    ):
        self.params = {}
        self.reg = reg
        self.params['W1'] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params['b1'] = np.zeros(hidden_dim)
        self.params['W2'] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params['b2'] = np.zeros(num_classes)

# %% style="net-init" why="np.random.normal."
@add_to_class(TwoLayerNet)
def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
    self.params = {}
    self.reg = reg
    self.params["W1"] = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))
    self.params["b1"] = np.zeros(hidden_dim)
    self.params["W2"] = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))
    self.params["b2"] = np.zeros(num_classes)

# %% style="net-init" why="A loop over the layers, 32-bit."
@add_to_class(TwoLayerNet)
def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
    rng, self.reg, self.params = np.random.default_rng(5), reg, {}
    for i, shape in enumerate([(input_dim, hidden_dim), (hidden_dim, num_classes)], 1):
        weights = rng.standard_normal(shape, dtype=np.float32)
        self.params |= {f"W{i}": weights * np.float32(weight_scale), f"b{i}": np.zeros(shape[1], np.float32)}

# %% mistake="net-loss" of="As decorated, with" why="The penalty has a factor one half here."
- loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
+ loss += self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

- grads["W1"] += self.reg * W1
- grads["W2"] += self.reg * W2
+ grads["W1"] += 2 * self.reg * W1
+ grads["W2"] += 2 * self.reg * W2

# %% mistake="net-loss" of="As decorated, with" why="The gradient of the penalty is missing."
- grads["W1"] += self.reg * W1
- grads["W2"] += self.reg * W2

# %% mistake="net-loss" of="As decorated, with" why="Only the first matrix is penalised."
- loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
+ loss += 0.5 * self.reg * np.sum(W1 * W1)

- grads["W2"] += self.reg * W2

# %% mistake="net-loss" of="As decorated, with" why="The biases are penalised too."
- loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
+ loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2) + np.sum(b1 * b1) + np.sum(b2 * b2))

  grads["W2"] += self.reg * W2
+ grads["b1"] += self.reg * b1
+ grads["b2"] += self.reg * b2

# %% mistake="net-loss" of="As decorated, with" why="There is a ReLU after the scores: negative scores are lost."
  scores, score_cache = affine_forward(a, W2, b2)
+ scores, _ = relu_forward(scores)

# %% mistake="net-loss" of="As decorated, with" why="The gradient does not pass through the ReLU."
- dh = relu_backward(da, relu_cache)
+ dh = da

# %% mistake="net-loss" of="As decorated, with" why="Without y the scores are wanted, not probabilities."
- return scores
+ p = np.exp(scores - scores.max(axis=1, keepdims=True))
+ return p / p.sum(axis=1, keepdims=True)

# %% mistake="net-loss" of="As decorated, with" why="With y, the gradients have to be returned too."
- return loss, grads
+ return loss

# %% style="net-loss" why="Pasted from a class, indented and without the decorator."
    def loss(self, X, y=None):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        h, affine_cache = affine_forward(X, W1, b1)
        a, relu_cache = relu_forward(h)
        scores, score_cache = affine_forward(a, W2, b2)
        if y is None:
            return scores
        grads = {}
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        da, grads["W2"], grads["b2"] = affine_backward(dscores, score_cache)
        dh = relu_backward(da, relu_cache)
        dx, grads["W1"], grads["b1"] = affine_backward(dh, affine_cache)
        grads["W1"] += self.reg * W1
        grads["W2"] += self.reg * W2
        return loss, grads

# %% style="net-loss" why="As decorated, with in-place sums."
@add_to_class(TwoLayerNet)
def loss(self, X, y=None):
    W1, b1 = self.params["W1"], self.params["b1"]
    W2, b2 = self.params["W2"], self.params["b2"]
    h, affine_cache = affine_forward(X, W1, b1)
    a, relu_cache = relu_forward(h)
    scores, score_cache = affine_forward(a, W2, b2)
    if y is None:
        return scores
    grads = {}
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    da, grads["W2"], grads["b2"] = affine_backward(dscores, score_cache)
    dh = relu_backward(da, relu_cache)
    dx, grads["W1"], grads["b1"] = affine_backward(dh, affine_cache)
    grads["W1"] += self.reg * W1
    grads["W2"] += self.reg * W2
    return loss, grads

# %% style="net-loss" why="Written out with matrix products and einsum, nothing in place."
@add_to_class(TwoLayerNet)
def loss(self, X, y=None):
    p = self.params
    rows = X.reshape(len(X), -1)
    h = np.einsum("nd,dh->nh", rows, p["W1"]) + p["b1"]
    a = np.where(h > 0, h, 0)
    s = a @ p["W2"] + p["b2"]
    if y is None:
        return s
    log_p = s - np.logaddexp.reduce(s, axis=1, keepdims=True)
    hot = np.eye(s.shape[1])[y]
    ds = (np.exp(log_p) - hot) / len(X)
    dh = ds @ p["W2"].T * (h > 0)
    penalty = 0.5 * self.reg * sum((p[k] ** 2).sum() for k in ("W1", "W2"))
    grads = dict(
        W1=rows.T @ dh + self.reg * p["W1"], b1=dh.sum(0),
        W2=a.T @ ds + self.reg * p["W2"], b2=ds.sum(0),
    )
    return -(log_p * hot).sum() / len(X) + penalty, grads

# %% mistake="net-search" why="The learning rate is so small that 6 epochs lead nowhere."
def net_settings():
    return {"hidden_dim": 150, "learning_rate": 1e-6, "reg": 0.3}

# %% mistake="net-search" why="The learning rate is so large that the loss runs away."
def net_settings():
    return {"hidden_dim": 150, "learning_rate": 1.0, "reg": 0.3}

# %% mistake="net-search" why="The penalty is so strong that all scores stay near zero."
def net_settings():
    return {"hidden_dim": 150, "learning_rate": 1e-3, "reg": 300}

# %% mistake="net-search" why="A single hidden unit cannot tell ten classes apart."
def net_settings():
    return {"hidden_dim": 1, "learning_rate": 1e-3, "reg": 0.3}

# %% mistake="net-search" why="More hidden units than the exercise allows."
def net_settings():
    return {"hidden_dim": 201, "learning_rate": 1e-3, "reg": 0.3}

# %% mistake="net-search" why="The number of hidden units is missing."
def net_settings():
    return {"learning_rate": 1e-3, "reg": 0.3}

# %% style="net-search" why="Fewer units, a weaker penalty."
def net_settings():
    return {"hidden_dim": 100, "learning_rate": 1e-3, "reg": 0.1}

# %% style="net-search" why="More units and a stronger penalty."
def net_settings():
    return {"hidden_dim": 200, "learning_rate": 8e-4, "reg": 0.5}

# %% style="net-search" why="Written as powers of ten."
def net_settings():
    return dict(reg=10**-0.6, learning_rate=10**-2.9, hidden_dim=120)

# %% style="net-loss" why="The course's affine_relu, imported in the cell."
from cs231n.layer_utils import affine_relu_backward, affine_relu_forward

@add_to_class(TwoLayerNet)
def loss(self, X, y=None):
    W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
    hidden, first = affine_relu_forward(X, W1, b1)
    scores, second = affine_forward(hidden, W2, b2)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    grads = {}
    dhidden, grads["W2"], grads["b2"] = affine_backward(dscores, second)
    _, grads["W1"], grads["b1"] = affine_relu_backward(dhidden, first)
    grads["W1"] += self.reg * W1
    grads["W2"] += self.reg * W2
    return loss, grads

# %% style="net-loss" why="Everything of layer_utils, by a star."
from builtins import range
from builtins import object
import numpy as np
from cs231n.layer_utils import *

@add_to_class(TwoLayerNet)
def loss(self, X, y=None):
    out, cache1 = affine_relu_forward(X, self.params["W1"], self.params["b1"])
    scores, cache2 = affine_forward(out, self.params["W2"], self.params["b2"])
    if y is None:
        return scores
    loss, grads = 0, {}
    loss, dout = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(self.params["W1"] ** 2) + np.sum(self.params["W2"] ** 2))
    dout, grads["W2"], grads["b2"] = affine_backward(dout, cache2)
    dout, grads["W1"], grads["b1"] = affine_relu_backward(dout, cache1)
    grads["W2"] += self.reg * self.params["W2"]
    grads["W1"] += self.reg * self.params["W1"]
    return loss, grads

# %% style="net-loss" why="Pasted with the stars of fc_net.py, from its own folder."
from builtins import range
from builtins import object
import numpy as np
from ..layers import *
from ..layer_utils import *

@add_to_class(TwoLayerNet)
def loss(self, X, y=None):
    out, cache1 = affine_relu_forward(X, self.params["W1"], self.params["b1"])
    scores, cache2 = affine_forward(out, self.params["W2"], self.params["b2"])
    if y is None:
        return scores
    loss, grads = 0, {}
    loss, dout = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(self.params["W1"] ** 2) + np.sum(self.params["W2"] ** 2))
    dout, grads["W2"], grads["b2"] = affine_backward(dout, cache2)
    dout, grads["W1"], grads["b1"] = affine_relu_backward(dout, cache1)
    grads["W2"] += self.reg * self.params["W2"]
    grads["W1"] += self.reg * self.params["W1"]
    return loss, grads

# %% mistake="net-loss" why="All gradients are zero: they were made and never filled."
@add_to_class(TwoLayerNet)
def loss(self, X, y=None):
    hidden, _ = affine_forward(X, self.params["W1"], self.params["b1"])
    scores, _ = affine_forward(relu_forward(hidden)[0], self.params["W2"], self.params["b2"])
    if y is None:
        return scores
    loss, _ = softmax_loss(scores, y)
    loss += 0.5 * self.reg * sum(np.sum(self.params[n] ** 2) for n in ("W1", "W2"))
    return loss, {name: np.zeros_like(value) for name, value in self.params.items()}
