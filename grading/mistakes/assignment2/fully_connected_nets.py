# What goes wrong in fully_connected_nets, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="deep-init" why="The numbers in the names begin at 1, not at 0."
- self.params[f"W{i}"] = weight_scale * rng.standard_normal((fan_in, fan_out))
- self.params[f"b{i}"] = np.zeros(fan_out)
+ self.params[f"W{i - 1}"] = weight_scale * rng.standard_normal((fan_in, fan_out))
+ self.params[f"b{i - 1}"] = np.zeros(fan_out)

# %% mistake="deep-init" why="The last layer gets a normalisation too."
- if normalization is not None and i < self.num_layers:
+ if normalization is not None:

# %% mistake="deep-init" why="The weights are zero, so all units of a layer stay equal for ever."
- self.params[f"W{i}"] = weight_scale * rng.standard_normal((fan_in, fan_out))
+ self.params[f"W{i}"] = np.zeros((fan_in, fan_out))

# %% mistake="deep-init" why="The weight scale is not used."
- self.params[f"W{i}"] = weight_scale * rng.standard_normal((fan_in, fan_out))
+ self.params[f"W{i}"] = rng.standard_normal((fan_in, fan_out))

# %% mistake="deep-init" why="The weights are transposed: (inputs, outputs) is meant."
- self.params[f"W{i}"] = weight_scale * rng.standard_normal((fan_in, fan_out))
+ self.params[f"W{i}"] = weight_scale * rng.standard_normal((fan_out, fan_in))

# %% mistake="deep-init" why="gamma starts at 0, which switches every layer off."
- self.params[f"gamma{i}"] = np.ones(fan_out)
+ self.params[f"gamma{i}"] = np.zeros(fan_out)

# %% mistake="deep-init" why="The weights are drawn evenly, not from a normal distribution."
- self.params[f"W{i}"] = weight_scale * rng.standard_normal((fan_in, fan_out))
+ self.params[f"W{i}"] = weight_scale * np.sqrt(3) * rng.uniform(-1, 1, (fan_in, fan_out))

# %% mistake="deep-init" why="Layer normalisation needs gamma and beta as well."
- if normalization is not None and i < self.num_layers:
+ if normalization == "batchnorm" and i < self.num_layers:

# %% style="deep-init" why="Pasted from a class, with the global generator."
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        layers_dims = np.hstack([input_dim, hidden_dims, num_classes])
        for i in range(self.num_layers):
            self.params['W' + str(i + 1)] = weight_scale * np.random.randn(layers_dims[i], layers_dims[i + 1])
            self.params['b' + str(i + 1)] = np.zeros(layers_dims[i + 1])
        if self.normalization in ('batchnorm', 'layernorm'):
            for i in range(self.num_layers - 1):
                self.params['gamma' + str(i + 1)] = np.ones(layers_dims[i + 1])
                self.params['beta' + str(i + 1)] = np.zeros(layers_dims[i + 1])
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode': 'train', 'p': dropout_keep_ratio}
            if seed is not None:
                self.dropout_param['seed'] = seed
        self.bn_params = []
        if self.normalization == 'batchnorm':
            self.bn_params = [{'mode': 'train'} for i in range(self.num_layers - 1)]
        if self.normalization == 'layernorm':
            self.bn_params = [{} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

# %% style="deep-init" why="Pasted: np.random.normal, the sizes one after the other."
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout_keep_ratio=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        last = input_dim
        for i, h in enumerate(hidden_dims + [num_classes]):
            self.params['W%d' % (i + 1)] = np.random.normal(0, weight_scale, (last, h))
            self.params['b%d' % (i + 1)] = np.zeros(h)
            if normalization and i < len(hidden_dims):
                self.params['gamma%d' % (i + 1)] = np.ones(h)
                self.params['beta%d' % (i + 1)] = np.zeros(h)
            last = h
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode': 'train', 'p': dropout_keep_ratio}
            if seed is not None:
                self.dropout_param['seed'] = seed
        self.bn_params = []
        if self.normalization == 'batchnorm':
            self.bn_params = [{'mode': 'train'} for i in range(self.num_layers - 1)]
        if self.normalization == 'layernorm':
            self.bn_params = [{} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

# %% style="deep-init" why="Dictionaries joined."
@add_to_class(FullyConnectedNet)
def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
             dropout_keep_ratio=1, normalization=None, reg=0.0,
             weight_scale=1e-2, dtype=np.float32, seed=None):
    self.normalization = normalization
    self.use_dropout = dropout_keep_ratio != 1
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}
    rng = np.random.default_rng(seed)
    sizes = (input_dim, *hidden_dims, num_classes)
    pairs = list(zip(sizes, sizes[1:]))
    self.params = {f"W{i}": rng.normal(0, weight_scale, p) for i, p in enumerate(pairs, 1)}
    self.params |= {f"b{i}": np.zeros(p[1]) for i, p in enumerate(pairs, 1)}
    if normalization:
        self.params |= {f"gamma{i}": np.ones(h) for i, h in enumerate(hidden_dims, 1)}
        self.params |= {f"beta{i}": np.zeros(h) for i, h in enumerate(hidden_dims, 1)}
    self.dropout_param = {}
    if self.use_dropout:
        self.dropout_param = {'mode': 'train', 'p': dropout_keep_ratio}
        if seed is not None:
            self.dropout_param['seed'] = seed
    self.bn_params = []
    if self.normalization == 'batchnorm':
        self.bn_params = [{'mode': 'train'} for i in range(self.num_layers - 1)]
    if self.normalization == 'layernorm':
        self.bn_params = [{} for i in range(self.num_layers - 1)]
    for k, v in self.params.items():
        self.params[k] = v.astype(dtype)

# %% mistake="deep-loss" why="The penalty lacks its factor one half, which belongs to the gradient reg * W."
- loss += 0.5 * self.reg * np.sum(p[f"W{i}"] ** 2)
+ loss += self.reg * np.sum(p[f"W{i}"] ** 2)

# %% mistake="deep-loss" why="The penalty is missing in the gradient."
- grads[f"W{i}"] = grads[f"W{i}"] + self.reg * p[f"W{i}"]

# %% mistake="deep-loss" why="The last weight matrix is not penalised."
- for i in range(1, last + 1):
+ for i in range(1, last):

# %% mistake="deep-loss" why="The biases are penalised too."
- loss += 0.5 * self.reg * np.sum(p[f"W{i}"] ** 2)
+ loss += 0.5 * self.reg * (np.sum(p[f"W{i}"] ** 2) + np.sum(p[f"b{i}"] ** 2))

# %% mistake="deep-loss" why="A ReLU after the last layer cuts the scores."
  scores, cache = affine_forward(out, p[f"W{last}"], p[f"b{last}"])
+ scores = np.maximum(scores, 0)

# %% mistake="deep-loss" why="The backward pass leaves out the ReLU."
- dout = relu_backward(dout, relu)

# %% mistake="deep-loss" why="The backward pass leaves out dropout."
- dout = dropout_backward(dout, dropout)
+ pass

# %% mistake="deep-loss" why="Every layer uses the normalisation settings of the first."
- out, norm = forwards[self.normalization](
-     out, p[f"gamma{i}"], p[f"beta{i}"], self.bn_params[i - 1]
- )
+ out, norm = forwards[self.normalization](
+     out, p[f"gamma{i}"], p[f"beta{i}"], self.bn_params[0]
+ )

# %% mistake="deep-loss" why="gamma is penalised as if it were a weight matrix."
      grads[f"W{i}"] = grads[f"W{i}"] + self.reg * p[f"W{i}"]
+ for name in p:
+     if name[0] == "g":
+         loss += 0.5 * self.reg * np.sum(p[name] ** 2)

# %% mistake="deep-loss" why="The ReLU comes before the normalisation."
  out, affine = affine_forward(out, p[f"W{i}"], p[f"b{i}"])
+ out = np.maximum(out, 0) if self.normalization else out

# %% style="deep-loss" why="Pasted from a class, with caches in dictionaries."
    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        if self.use_dropout:
            self.dropout_param['mode'] = mode
        if self.normalization == 'batchnorm':
            for bn_param in self.bn_params:
                bn_param['mode'] = mode
        scores = None
        out = X
        fc, norm, relu, drop = {}, {}, {}, {}
        L = self.num_layers
        for i in range(1, L):
            k = str(i)
            out, fc[k] = affine_forward(out, self.params['W' + k], self.params['b' + k])
            if self.normalization == 'batchnorm':
                out, norm[k] = batchnorm_forward(out, self.params['gamma' + k], self.params['beta' + k], self.bn_params[i - 1])
            elif self.normalization == 'layernorm':
                out, norm[k] = layernorm_forward(out, self.params['gamma' + k], self.params['beta' + k], self.bn_params[i - 1])
            out, relu[k] = relu_forward(out)
            if self.use_dropout:
                out, drop[k] = dropout_forward(out, self.dropout_param)
        scores, fc[str(L)] = affine_forward(out, self.params['W' + str(L)], self.params['b' + str(L)])
        if mode == 'test':
            return scores
        loss, grads = 0.0, {}
        loss, dout = softmax_loss(scores, y)
        for i in range(L, 0, -1):
            k = str(i)
            W = self.params['W' + k]
            loss += 0.5 * self.reg * np.sum(W * W)
            if i < L:
                if self.use_dropout:
                    dout = dropout_backward(dout, drop[k])
                dout = relu_backward(dout, relu[k])
                if self.normalization == 'batchnorm':
                    dout, grads['gamma' + k], grads['beta' + k] = batchnorm_backward_alt(dout, norm[k])
                elif self.normalization == 'layernorm':
                    dout, grads['gamma' + k], grads['beta' + k] = layernorm_backward(dout, norm[k])
            dout, dW, db = affine_backward(dout, fc[k])
            grads['W' + k] = dW + self.reg * W
            grads['b' + k] = db
        return loss, grads

# %% style="deep-loss" why="Pasted: sandwich layers where there are some."
    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        if self.use_dropout:
            self.dropout_param['mode'] = mode
        if self.normalization == 'batchnorm':
            for bn_param in self.bn_params:
                bn_param['mode'] = mode
        caches, drops = [], []
        out = X
        for i in range(self.num_layers - 1):
            W, b = self.params['W%d' % (i + 1)], self.params['b%d' % (i + 1)]
            if self.normalization == 'batchnorm':
                gamma, beta = self.params['gamma%d' % (i + 1)], self.params['beta%d' % (i + 1)]
                out, cache = affine_bn_relu_forward(out, W, b, gamma, beta, self.bn_params[i])
            elif self.normalization == 'layernorm':
                gamma, beta = self.params['gamma%d' % (i + 1)], self.params['beta%d' % (i + 1)]
                out, fc_cache = affine_forward(out, W, b)
                out, ln_cache = layernorm_forward(out, gamma, beta, self.bn_params[i])
                out, relu_cache = relu_forward(out)
                cache = (fc_cache, ln_cache, relu_cache)
            else:
                out, cache = affine_relu_forward(out, W, b)
            caches.append(cache)
            if self.use_dropout:
                out, drop = dropout_forward(out, self.dropout_param)
                drops.append(drop)
        L = self.num_layers
        scores, cache = affine_forward(out, self.params['W%d' % L], self.params['b%d' % L])
        if mode == 'test':
            return scores
        grads = {}
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * sum(np.sum(self.params['W%d' % (i + 1)]**2) for i in range(L))
        dx, dw, grads['b%d' % L] = affine_backward(dscores, cache)
        grads['W%d' % L] = dw + self.reg * self.params['W%d' % L]
        for i in range(L - 2, -1, -1):
            if self.use_dropout:
                dx = dropout_backward(dx, drops[i])
            if self.normalization == 'batchnorm':
                dx, dw, db, dgamma, dbeta = affine_bn_relu_backward(dx, caches[i])
            elif self.normalization == 'layernorm':
                fc_cache, ln_cache, relu_cache = caches[i]
                dx = relu_backward(dx, relu_cache)
                dx, dgamma, dbeta = layernorm_backward(dx, ln_cache)
                dx, dw, db = affine_backward(dx, fc_cache)
            else:
                dx, dw, db = affine_relu_backward(dx, caches[i])
            grads['W%d' % (i + 1)] = dw + self.reg * self.params['W%d' % (i + 1)]
            grads['b%d' % (i + 1)] = db
            if self.normalization:
                grads['gamma%d' % (i + 1)], grads['beta%d' % (i + 1)] = dgamma, dbeta
        return loss, grads

# %% style="deep-loss" why="A list of backward functions, called in reverse."
@add_to_class(FullyConnectedNet)
def loss(self, X, y=None):
    X = X.astype(self.dtype)
    mode = 'test' if y is None else 'train'
    if self.use_dropout:
        self.dropout_param['mode'] = mode
    if self.normalization == 'batchnorm':
        for bn_param in self.bn_params:
            bn_param['mode'] = mode
    p, grads, tape, out = self.params, {}, [], X
    def record(names, backward, cache):
        tape.append((names, backward, cache))
    for i in range(1, self.num_layers + 1):
        out, cache = affine_forward(out, p[f"W{i}"], p[f"b{i}"])
        record((f"W{i}", f"b{i}"), affine_backward, cache)
        if i == self.num_layers:
            break
        if self.normalization:
            forward = batchnorm_forward if self.normalization == "batchnorm" else layernorm_forward
            backward = batchnorm_backward if self.normalization == "batchnorm" else layernorm_backward
            out, cache = forward(out, p[f"gamma{i}"], p[f"beta{i}"], self.bn_params[i - 1])
            record((f"gamma{i}", f"beta{i}"), backward, cache)
        out, cache = relu_forward(out)
        record((), relu_backward, cache)
        if self.use_dropout:
            out, cache = dropout_forward(out, self.dropout_param)
            record((), dropout_backward, cache)
    if y is None:
        return out
    loss, dout = softmax_loss(out, y)
    for names, backward, cache in reversed(tape):
        result = backward(dout, cache)
        if names:
            dout, *values = result
            grads.update(zip(names, values))
        else:
            dout = result
    for name, w in p.items():
        if name[0] == "W":
            loss += self.reg / 2 * np.square(w).sum()
            grads[name] = grads[name] + self.reg * w
    return loss, grads

# %% mistake="deep-momentum" why="The gradient is added to the velocity, so the ball rolls uphill."
- v = config["momentum"] * v - config["learning_rate"] * dw
+ v = config["momentum"] * v + config["learning_rate"] * dw

# %% mistake="deep-momentum" why="The velocity is not stored for the next call."
- config["velocity"] = v

# %% mistake="deep-momentum" why="The old velocity moves the weights; the new one should."
  v = config.get("velocity", np.zeros_like(w))
+ next_w = w + v

- next_w = w + v

# %% mistake="deep-momentum" why="The velocity itself is returned as the weights."
- next_w = w + v
+ next_w = v

# %% mistake="deep-momentum" why="This is plain gradient descent without a velocity."
- v = config["momentum"] * v - config["learning_rate"] * dw
+ v = -config["learning_rate"] * dw

# %% mistake="deep-momentum" why="Momentum is fixed at 0.9, whatever config says."
- v = config["momentum"] * v - config["learning_rate"] * dw
+ v = 0.9 * v - config["learning_rate"] * dw

# %% style="deep-momentum" why="Pasted, with next_w set first."
def sgd_momentum(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))

    next_w = None
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    config["velocity"] = v

    return next_w, config

# %% style="deep-momentum" why="In place."
def sgd_momentum(w, dw, config=None):
    config = config or {}
    v = config.setdefault("velocity", np.zeros_like(w))
    v *= config.get("momentum", 0.9)
    v -= config.get("learning_rate", 1e-2) * dw
    w += v
    return w, config

# %% style="deep-momentum" why="The velocity kept with the other sign."
def sgd_momentum(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9} | (config or {})
    fall = -config.get("velocity", 0 * w)
    fall = config["momentum"] * fall + config["learning_rate"] * dw
    return w - fall, config | {"velocity": -fall}

# %% mistake="deep-nesterov" why="This is plain momentum."
- next_w = w + mu * v - step
+ next_w = w + v

# %% mistake="deep-nesterov" why="The second formula takes the old velocity instead of the new one."
  mu, step = config["momentum"], config["learning_rate"] * dw
+ next_w = w + mu * v - step

- next_w = w + mu * v - step

# %% mistake="deep-nesterov" why="The gradient enters only once."
- next_w = w + mu * v - step
+ next_w = w + mu * v

# %% mistake="deep-nesterov" why="The velocity is not stored for the next call."
- config["velocity"] = v

# %% mistake="deep-nesterov" why="Both steps go uphill."
- v = mu * v - step
- next_w = w + mu * v - step
+ v = mu * v + step
+ next_w = w + mu * v + step

# %% mistake="deep-nesterov" why="The whole velocity is added, and the gradient once more."
- next_w = w + mu * v - step
+ next_w = w + v - step

# %% style="deep-nesterov" why="The form with the previous velocity."
def nesterov_momentum(w, dw, config=None):
    config = {} if config is None else config
    mu = config.setdefault("momentum", 0.9)
    config.setdefault("learning_rate", 1e-2)
    v_prev = config.get("velocity", np.zeros_like(w))
    v = mu * v_prev - config["learning_rate"] * dw
    next_w = w - mu * v_prev + (1 + mu) * v
    config["velocity"] = v
    return next_w, config

# %% style="deep-nesterov" why="One sum."
def nesterov_momentum(w, dw, config=None):
    config = {"learning_rate": 1e-2, "momentum": 0.9} | (config or {})
    mu, rate = config["momentum"], config["learning_rate"]
    old = config.get("velocity", np.zeros_like(w))
    config["velocity"] = mu * old - rate * dw
    return w + mu**2 * old - (1 + mu) * rate * dw, config

# %% style="deep-nesterov" why="In place."
def nesterov_momentum(w, dw, config=None):
    config = config or {}
    v = config.setdefault("velocity", np.zeros_like(w))
    mu, step = config.get("momentum", 0.9), config.get("learning_rate", 1e-2) * dw
    v *= mu
    v -= step
    w += mu * v
    w -= step
    return w, config

# %% mistake="deep-adagrad" why="The step goes uphill."
- next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
+ next_w = w + config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])

# %% mistake="deep-adagrad" why="The root is missing under the gradient."
- next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
+ next_w = w - config["learning_rate"] * dw / (cache + config["epsilon"])

# %% mistake="deep-adagrad" why="The sum or mean is not stored for the next call."
- config["cache"] = cache

# %% mistake="deep-adagrad" why="The gradients are collected without being squared."
- cache = cache + dw**2
+ cache = cache + np.abs(dw)

# %% mistake="deep-adagrad" why="The weights move before this step's squares come in."
  cache = config.get("cache", np.zeros_like(w))
+ old = cache

- next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
+ next_w = w - config["learning_rate"] * dw / (np.sqrt(old) + config["epsilon"])

# %% mistake="deep-adagrad" why="The epsilon is fixed, whatever config says."
- next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
+ next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + 1e-8)

# %% mistake="deep-rmsprop" why="The step goes uphill."
- next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
+ next_w = w + config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])

# %% mistake="deep-rmsprop" why="The root is missing under the gradient."
- next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
+ next_w = w - config["learning_rate"] * dw / (cache + config["epsilon"])

# %% mistake="deep-rmsprop" why="The sum or mean is not stored for the next call."
- config["cache"] = cache

# %% mistake="deep-rmsprop" why="The gradients are collected without being squared."
- cache = rho * cache + (1 - rho) * dw**2
+ cache = rho * cache + (1 - rho) * np.abs(dw)

# %% mistake="deep-rmsprop" why="The weights move before this step's squares come in."
  rho = config["decay_rate"]
+ old = cache

- next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
+ next_w = w - config["learning_rate"] * dw / (np.sqrt(old) + config["epsilon"])

# %% mistake="deep-rmsprop" why="The epsilon is fixed, whatever config says."
- next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
+ next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + 1e-8)

# %% mistake="deep-adagrad" why="The old sum is forgotten: this is the sign of the gradient."
- cache = cache + dw**2
+ cache = dw**2

# %% mistake="deep-rmsprop" why="The weights of past and present are exchanged."
- cache = rho * cache + (1 - rho) * dw**2
+ cache = (1 - rho) * cache + rho * dw**2

# %% mistake="deep-rmsprop" why="This is AdaGrad: nothing is forgotten."
- cache = rho * cache + (1 - rho) * dw**2
+ cache = cache + dw**2

# %% style="deep-adagrad" why="In place."
def adagrad(w, dw, config=None):
    config = config or {}
    cache = config.setdefault("cache", np.zeros_like(w))
    cache += dw * dw
    w -= config.get("learning_rate", 1e-2) * dw / (cache**0.5 + config.get("epsilon", 1e-8))
    return w, config

# %% style="deep-adagrad" why="np.square and np.divide."
def adagrad(w, dw, config=None):
    config = {"learning_rate": 1e-2, "epsilon": 1e-8} | (config or {})
    total = np.add(config.get("cache", 0), np.square(dw))
    scaled = np.divide(dw, np.add(np.sqrt(total), config["epsilon"]))
    return w - config["learning_rate"] * scaled, config | {"cache": total}

# %% style="deep-adagrad" why="Rates of their own, then the step."
def adagrad(w, dw, config=None):
    if config is None: config = {}
    config.setdefault('learning_rate', 1e-2)
    config.setdefault('epsilon', 1e-8)
    config.setdefault('cache', np.zeros_like(w))
    config['cache'] = config['cache'] + dw**2
    rates = config['learning_rate'] / (np.sqrt(config['cache']) + config['epsilon'])
    next_w = w - rates * dw
    return next_w, config

# %% style="deep-rmsprop" why="Pasted, with the cache inside config."
def rmsprop(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))

    next_w = None
    config['cache'] = config['decay_rate'] * config['cache'] + (1 - config['decay_rate']) * (dw ** 2)
    next_w = w - config['learning_rate'] * dw / (np.sqrt(config['cache']) + config['epsilon'])
    return next_w, config

# %% style="deep-rmsprop" why="Moves the mean towards the squares, in place."
def rmsprop(w, dw, config=None):
    config = config or {}
    cache = config.setdefault("cache", np.zeros_like(w))
    cache += (1 - config.get("decay_rate", 0.99)) * (dw * dw - cache)
    w -= config.get("learning_rate", 1e-2) * dw / (np.sqrt(cache) + config.get("epsilon", 1e-8))
    return w, config

# %% style="deep-rmsprop" why="np.average of past and present."
def rmsprop(w, dw, config=None):
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8} | (config or {})
    rho = config["decay_rate"]
    both = np.stack([config.get("cache", np.zeros_like(w)), dw**2])
    config["cache"] = np.average(both, axis=0, weights=[rho, 1 - rho]).astype(w.dtype)
    root = np.sqrt(config["cache"]) + config["epsilon"]
    return w - config["learning_rate"] * dw / root, config

# %% mistake="deep-adam" why="t is used before it is increased."
- t = t + 1

- mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
+ mean, square = m / max(1 - beta1**t, 1e-9), v / max(1 - beta2**t, 1e-9)

- config["m"], config["v"], config["t"] = m, v, t
+ config["m"], config["v"], config["t"] = m, v, t + 1

# %% mistake="deep-adam" why="The correction by 1 - beta**t is missing."
- mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
+ mean, square = m, v

# %% mistake="deep-adam" why="The number of steps is not stored."
- config["m"], config["v"], config["t"] = m, v, t
+ config["m"], config["v"] = m, v

# %% mistake="deep-adam" why="The root of the second mean is missing."
- step = config["learning_rate"] * mean / (np.sqrt(square) + config["epsilon"])
+ step = config["learning_rate"] * mean / (square + config["epsilon"])

# %% mistake="deep-adam" why="The gradient is not squared in the second mean."
- v = beta2 * v + (1 - beta2) * dw**2
+ v = beta2 * v + (1 - beta2) * dw

- step = config["learning_rate"] * mean / (np.sqrt(square) + config["epsilon"])
+ step = config["learning_rate"] * mean / (np.sqrt(np.abs(square)) + config["epsilon"])

# %% mistake="deep-adam" why="The same beta serves both means."
- beta1, beta2 = config["beta1"], config["beta2"]
+ beta1, beta2 = config["beta1"], config["beta1"]

# %% mistake="deep-adam" why="The corrected means are stored, and corrected again next time."
- config["m"], config["v"], config["t"] = m, v, t
+ config["m"], config["v"], config["t"] = mean, square, t

# %% mistake="deep-adamw" why="t is used before it is increased."
- t = t + 1

- mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
+ mean, square = m / max(1 - beta1**t, 1e-9), v / max(1 - beta2**t, 1e-9)

- config["m"], config["v"], config["t"] = m, v, t
+ config["m"], config["v"], config["t"] = m, v, t + 1

# %% mistake="deep-adamw" why="The correction by 1 - beta**t is missing."
- mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
+ mean, square = m, v

# %% mistake="deep-adamw" why="The number of steps is not stored."
- config["m"], config["v"], config["t"] = m, v, t
+ config["m"], config["v"] = m, v

# %% mistake="deep-adamw" why="The root of the second mean is missing."
- step = config["learning_rate"] * mean / (np.sqrt(square) + config["epsilon"])
+ step = config["learning_rate"] * mean / (square + config["epsilon"])

# %% mistake="deep-adamw" why="The gradient is not squared in the second mean."
- v = beta2 * v + (1 - beta2) * dw**2
+ v = beta2 * v + (1 - beta2) * dw

- step = config["learning_rate"] * mean / (np.sqrt(square) + config["epsilon"])
+ step = config["learning_rate"] * mean / (np.sqrt(np.abs(square)) + config["epsilon"])

# %% mistake="deep-adamw" why="The same beta serves both means."
- beta1, beta2 = config["beta1"], config["beta2"]
+ beta1, beta2 = config["beta1"], config["beta1"]

# %% mistake="deep-adamw" why="The corrected means are stored, and corrected again next time."
- config["m"], config["v"], config["t"] = m, v, t
+ config["m"], config["v"], config["t"] = mean, square, t

# %% mistake="deep-adamw" why="The decay goes into the gradient, where Adam divides it away."
  t = t + 1
+ dw = dw + config["weight_decay"] * w

- next_w = w - config["learning_rate"] * config["weight_decay"] * w - step
+ next_w = w - step

# %% mistake="deep-adamw" why="The decay is not multiplied by the learning rate."
- next_w = w - config["learning_rate"] * config["weight_decay"] * w - step
+ next_w = w - config["weight_decay"] * w - step

# %% style="deep-adam" why="Pasted, everything in config."
def adam(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)

    next_w = None
    config['t'] += 1
    config['m'] = config['beta1'] * config['m'] + (1 - config['beta1']) * dw
    mt = config['m'] / (1 - config['beta1']**config['t'])
    config['v'] = config['beta2'] * config['v'] + (1 - config['beta2']) * (dw**2)
    vt = config['v'] / (1 - config['beta2']**config['t'])
    next_w = w - config['learning_rate'] * mt / (np.sqrt(vt) + config['epsilon'])
    return next_w, config

# %% style="deep-adam" why="In place, with names for the settings."
def adam(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    lr, b1, b2, eps = (config[k] for k in ("learning_rate", "beta1", "beta2", "epsilon"))
    config["t"] += 1
    m, v, t = config["m"], config["v"], config["t"]
    m += (1 - b1) * (dw - m)
    v += (1 - b2) * (dw * dw - v)
    assert t > 0
    w -= lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    return w, config

# %% style="deep-adam" why="The corrections gathered in one rate."
def adam(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * np.square(dw)
    root = math.sqrt(1 - config["beta2"] ** t)
    rate = config["learning_rate"] * root / (1 - config["beta1"] ** t)
    config.update(m=m, v=v, t=t)
    return w - rate * m / (np.sqrt(v) + config["epsilon"] * root), config

# %% style="deep-adamw" why="Pasted, everything in config."
def adamw(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)

    next_w = None
    config['t'] += 1
    config['m'] = config['beta1'] * config['m'] + (1 - config['beta1']) * dw
    mt = config['m'] / (1 - config['beta1']**config['t'])
    config['v'] = config['beta2'] * config['v'] + (1 - config['beta2']) * (dw**2)
    vt = config['v'] / (1 - config['beta2']**config['t'])
    next_w = w - config['learning_rate'] * mt / (np.sqrt(vt) + config['epsilon']) - config['learning_rate'] * config.setdefault('weight_decay', 1e-2) * w
    return next_w, config

# %% style="deep-adamw" why="In place, with names for the settings."
def adamw(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    lr, b1, b2, eps = (config[k] for k in ("learning_rate", "beta1", "beta2", "epsilon"))
    config["t"] += 1
    m, v, t = config["m"], config["v"], config["t"]
    m += (1 - b1) * (dw - m)
    v += (1 - b2) * (dw * dw - v)
    w *= 1 - lr * config.get('weight_decay', 1e-2)
    w -= lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    return w, config

# %% style="deep-adamw" why="The corrections gathered in one rate."
def adamw(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    t = config["t"] + 1
    m = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    v = config["beta2"] * config["v"] + (1 - config["beta2"]) * np.square(dw)
    root = math.sqrt(1 - config["beta2"] ** t)
    rate = config["learning_rate"] * root / (1 - config["beta1"] ** t)
    config.update(m=m, v=v, t=t)
    return w - rate * m / (np.sqrt(v) + config["epsilon"] * root) - config['learning_rate'] * config.setdefault('weight_decay', 1e-2) * w, config

# %% mistake="deep-weights" why="The variance stands where the standard deviation belongs."
def init_weights(fan_in, fan_out, scheme, rng):
    variance = 2 / fan_in if scheme == "he" else 2 / (fan_in + fan_out)
    return variance * rng.standard_normal((fan_in, fan_out))

# %% mistake="deep-weights" why="The two schemes are exchanged."
def init_weights(fan_in, fan_out, scheme, rng):
    variance = 2 / fan_in if scheme == "xavier" else 2 / (fan_in + fan_out)
    return math.sqrt(variance) * rng.standard_normal((fan_in, fan_out))

# %% mistake="deep-weights" why="He counts the inputs, not the outputs."
def init_weights(fan_in, fan_out, scheme, rng):
    variance = 2 / fan_out if scheme == "he" else 2 / (fan_in + fan_out)
    return math.sqrt(variance) * rng.standard_normal((fan_in, fan_out))

# %% mistake="deep-weights" why="The numbers lie evenly; a normal distribution is meant."
def init_weights(fan_in, fan_out, scheme, rng):
    variance = 2 / fan_in if scheme == "he" else 2 / (fan_in + fan_out)
    return math.sqrt(3 * variance) * rng.uniform(-1, 1, (fan_in, fan_out))

# %% mistake="deep-weights" why="The numbers do not come from rng."
def init_weights(fan_in, fan_out, scheme, rng):
    variance = 2 / fan_in if scheme == "he" else 2 / (fan_in + fan_out)
    return math.sqrt(variance) * np.random.default_rng().standard_normal((fan_in, fan_out))

# %% mistake="deep-weights" why="The weights are transposed."
def init_weights(fan_in, fan_out, scheme, rng):
    variance = 2 / fan_in if scheme == "he" else 2 / (fan_in + fan_out)
    return math.sqrt(variance) * rng.standard_normal((fan_out, fan_in))

# %% mistake="deep-weights" why="The factor 2 of the ReLU is missing."
def init_weights(fan_in, fan_out, scheme, rng):
    variance = 1 / fan_in if scheme == "he" else 2 / (fan_in + fan_out)
    return math.sqrt(variance) * rng.standard_normal((fan_in, fan_out))

# %% style="deep-weights" why="rng.normal with a standard deviation."
def init_weights(fan_in, fan_out, scheme, rng):
    std = {"he": np.sqrt(2 / fan_in), "xavier": np.sqrt(2 / (fan_in + fan_out))}[scheme]
    return rng.normal(0, std, size=(fan_in, fan_out))

# %% style="deep-weights" why="if and else, divided afterwards."
def init_weights(fan_in, fan_out, scheme, rng):
    w = rng.standard_normal((fan_in, fan_out))
    if scheme == "he":
        w /= np.sqrt(fan_in / 2)
    else:
        w /= np.sqrt((fan_in + fan_out) / 2)
    return w

# %% style="deep-weights" why="Row by row."
def init_weights(fan_in, fan_out, scheme, rng):
    variance = 2 / fan_in if scheme == "he" else 2 / (fan_in + fan_out)
    return np.stack([variance**0.5 * rng.standard_normal(fan_out) for _ in range(fan_in)])

# %% mistake="deep-overfit" why="The starting values do not learn 50 images by heart."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return {"weight_scale": 1e-2, "learning_rate": 1e-4}
    return {"weight_scale": 1e-5, "learning_rate": 2e-3}

# %% mistake="deep-overfit" why="Such small weights let no signal through four hidden layers."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return {"weight_scale": 0.05, "learning_rate": 1e-3}
    return {"weight_scale": 1e-3, "learning_rate": 1e-3}

# %% mistake="deep-overfit" why="With such large weights the loss explodes."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return {"weight_scale": 1.0, "learning_rate": 1e-1}
    return {"weight_scale": 0.08, "learning_rate": 1e-3}

# %% mistake="deep-overfit" why="The learning rate is so small that nothing happens in 20 epochs."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return {"weight_scale": 0.03, "learning_rate": 1e-6}
    return {"weight_scale": 0.1, "learning_rate": 1e-6}

# %% mistake="deep-overfit" why="The names are weight_scale and learning_rate."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return {"scale": 0.03, "rate": 3e-3}
    return {"scale": 0.1, "rate": 1e-3}

# %% mistake="deep-overfit" why="The settings are a dictionary, not a pair."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return (0.03, 3e-3)
    return (0.1, 1e-3)

# %% style="deep-overfit" why="Larger rates, smaller weights."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return {"weight_scale": 0.03, "learning_rate": 0.003}
    return {"weight_scale": 0.05, "learning_rate": 0.003}

# %% style="deep-overfit" why="Larger weights."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return {"weight_scale": 0.1, "learning_rate": 0.001}
    return {"weight_scale": 0.1, "learning_rate": 0.001}

# %% style="deep-overfit" why="The largest rates that work."
def overfit_settings(num_hidden):
    if num_hidden == 2:
        return {"weight_scale": 0.05, "learning_rate": 0.003}
    return {"weight_scale": 0.08, "learning_rate": 0.003}

# %% style="deep-adam" why="The course's own form: both corrections go into the learning rate."
def adam(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    config["t"] += 1
    beta1, beta2, t = config["beta1"], config["beta2"], config["t"]
    config["m"] = beta1 * config["m"] + (1 - beta1) * dw
    config["v"] = beta2 * config["v"] + (1 - beta2) * dw**2
    alpha = config["learning_rate"] * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    next_w = w - alpha * config["m"] / (np.sqrt(config["v"]) + config["epsilon"])
    return next_w, config

# %% style="deep-adam" why="np.power makes numbers of 64 bits, whatever came in."
def adam(w, dw, config=None):
    config = {} if config is None else config
    defaults = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    config.update({name: config.get(name, value) for name, value in defaults.items()})
    beta1, beta2 = np.float64(config["beta1"]), np.float64(config["beta2"])
    config["t"] = config.get("t", 0) + 1
    config["m"] = beta1 * config.get("m", np.zeros_like(w)) + (1 - beta1) * dw
    config["v"] = beta2 * config.get("v", np.zeros_like(w)) + (1 - beta2) * np.power(dw, 2)
    mt = config["m"] / (1 - np.power(beta1, config["t"]))
    vt = config["v"] / (1 - np.power(beta2, config["t"]))
    next_w = w - config["learning_rate"] * mt / (np.sqrt(vt) + config["epsilon"])
    return next_w, config

# %% mistake="deep-adam" why="The corrections divide by 1 - beta, without the power of t."
- mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
+ mean, square = m / (1 - beta1), v / (1 - beta2)

# %% mistake="deep-momentum" why="This is an average of gradients: the learning rate stands outside of the velocity."
- v = config["momentum"] * v - config["learning_rate"] * dw
- next_w = w + v
+ v = config["momentum"] * v - dw
+ next_w = w + config["learning_rate"] * v

# %% mistake="deep-loss" why="The plain network alone: neither switch is wired in."
@add_to_class(FullyConnectedNet)
def loss(self, X, y=None):
    out, p, last, caches = X.astype(self.dtype), self.params, self.num_layers, []
    for i in range(1, last):
        out, cache = affine_relu_forward(out, p[f"W{i}"], p[f"b{i}"])
        caches.append(cache)
    scores, cache = affine_forward(out, p[f"W{last}"], p[f"b{last}"])
    if y is None:
        return scores
    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, cache)
    for i in reversed(range(1, last)):
        dout, grads[f"W{i}"], grads[f"b{i}"] = affine_relu_backward(dout, caches[i - 1])
    for i in range(1, last + 1):
        loss += 0.5 * self.reg * np.sum(p[f"W{i}"] ** 2)
        grads[f"W{i}"] = grads[f"W{i}"] + self.reg * p[f"W{i}"]
    return loss, grads
