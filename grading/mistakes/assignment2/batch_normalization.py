# What goes wrong in batch_normalization, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% style="bn-forward" why="Without a check of the mode."
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    zeros = np.zeros(x.shape[1], dtype=x.dtype)
    running_mean = bn_param.get("running_mean", zeros)
    running_var = bn_param.get("running_var", zeros)
    mean, var = running_mean, running_var
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inv_std
    out = gamma * x_hat + beta
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, (x_hat, gamma, inv_std)

# %% mistake="bn-forward" of="Without a check" why="The statistics are those of rows, not of features."
- mean, var = x.mean(axis=0), x.var(axis=0)
+ mean, var = x.mean(axis=1)[:, None], x.var(axis=1)[:, None]

# %% mistake="bn-forward" of="Without a check" why="The variance divides by N - 1 instead of N."
- mean, var = x.mean(axis=0), x.var(axis=0)
+ mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)

# %% mistake="bn-forward" of="Without a check" why="Momentum is the weight of the past; here past and present are exchanged."
- running_mean = momentum * running_mean + (1 - momentum) * mean
- running_var = momentum * running_var + (1 - momentum) * var
+ running_mean = (1 - momentum) * running_mean + momentum * mean
+ running_var = (1 - momentum) * running_var + momentum * var

# %% mistake="bn-forward" of="Without a check" why="The running averages are computed and not stored back."
- bn_param["running_mean"] = running_mean
- bn_param["running_var"] = running_var

# %% mistake="bn-forward" of="Without a check" why="Testing uses the statistics of the batch instead of the running averages."
      running_var = momentum * running_var + (1 - momentum) * var
+ mean, var = x.mean(axis=0), x.var(axis=0)

# %% mistake="bn-forward" of="Without a check" why="The running averages move in testing too."
  mean, var = running_mean, running_var
+ batch = x.mean(axis=0), x.var(axis=0)
+ running_mean = momentum * running_mean + (1 - momentum) * batch[0]
+ running_var = momentum * running_var + (1 - momentum) * batch[1]

- mean, var = x.mean(axis=0), x.var(axis=0)
- running_mean = momentum * running_mean + (1 - momentum) * mean
- running_var = momentum * running_var + (1 - momentum) * var
+ mean, var = batch

# %% mistake="bn-forward" of="Without a check" why="The values are divided by the variance; its root is meant."
- inv_std = 1 / np.sqrt(var + eps)
+ inv_std = 1 / (var + eps)

# %% mistake="bn-forward" of="Without a check" why="The eps belongs inside the root."
- inv_std = 1 / np.sqrt(var + eps)
+ inv_std = 1 / (np.sqrt(var) + eps)

# %% mistake="bn-forward" of="Without a check" why="Scale and shift are missing."
- out = gamma * x_hat + beta
+ out = x_hat

# %% mistake="bn-forward" of="Without a check" why="Centring in place changes the caller's batch."
- x_hat = (x - mean) * inv_std
+ x -= mean
+ x_hat = x * inv_std

# %% mistake="bn-forward" of="Without a check" why="The running variance holds standard deviations."
- running_var = momentum * running_var + (1 - momentum) * var
+ running_var = momentum * running_var + (1 - momentum) * np.sqrt(var)

# %% mistake="bn-forward" of="Without a check" why="One mean and one variance for the whole batch are not one for each feature."
- mean, var = x.mean(axis=0), x.var(axis=0)
+ mean, var = x.mean() + 0 * x[0], x.var() + 0 * x[0]

# %% mistake="bn-forward" of="Without a check" why="keepdims leaves the running averages with shape (1, D)."
- mean, var = x.mean(axis=0), x.var(axis=0)
+ mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)

# %% mistake="bn-forward" of="Without a check" why="The output array is made of 64-bit numbers, whatever x holds."
- out = gamma * x_hat + beta
+ out = np.zeros(x.shape)
+ out[:] = gamma * x_hat + beta

# %% mistake="bn-forward" of="Without a check" why="Test mode does without eps."
- inv_std = 1 / np.sqrt(var + eps)
+ inv_std = 1 / np.sqrt(var + (eps if mode == "train" else 0))

# %% mistake="bn-forward" of="Without a check" why="gamma and beta change places."
- out = gamma * x_hat + beta
+ out = beta * x_hat + gamma

# %% style="bn-forward" why="Pasted: every step of the graph in a variable of its own."
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)

    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))

    out, cache = None, None
    if mode == 'train':
        mu = 1. / N * np.sum(x, axis=0)
        xmu = x - mu
        sq = xmu ** 2
        var = 1. / N * np.sum(sq, axis=0)
        sqrtvar = np.sqrt(var + eps)
        ivar = 1. / sqrtvar
        xhat = xmu * ivar
        out = gamma * xhat + beta
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
    elif mode == 'test':
        out = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)

    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var

    return out, cache

# %% style="bn-forward" why="Running averages updated in place, einsum for the variance."
def batchnorm_forward(x, gamma, beta, bn_param):
    n, d = x.shape
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    mean = bn_param.setdefault("running_mean", np.zeros(d, x.dtype))
    var = bn_param.setdefault("running_var", np.zeros(d, x.dtype))
    if bn_param["mode"] == "train":
        batch_mean = x.mean(axis=0)
        batch_var = np.einsum("nd,nd->d", x - batch_mean, x - batch_mean) / n
        mean += (1 - momentum) * (batch_mean - mean)
        var += (1 - momentum) * (batch_var - var)
        mean, var = batch_mean, batch_var
    scale = gamma / np.sqrt(var + eps)
    return x * scale + (beta - mean * scale), (x, mean, var, gamma, eps)

# %% style="bn-forward" why="A loop over the features."
def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    out = np.zeros_like(x)
    old_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    old_var = bn_param.get("running_var", np.zeros(x.shape[1]))
    new_mean, new_var = np.array(old_mean), np.array(old_var)
    for j in range(x.shape[1]):
        mean, var = old_mean[j], old_var[j]
        if bn_param["mode"] == "train":
            mean, var = np.mean(x[:, j]), np.std(x[:, j]) ** 2
            new_mean[j] = momentum * old_mean[j] + (1 - momentum) * mean
            new_var[j] = momentum * old_var[j] + (1 - momentum) * var
        out[:, j] = gamma[j] * (x[:, j] - mean) / np.sqrt(var + eps) + beta[j]
    bn_param.update(running_mean=new_mean, running_var=new_var)
    return out, x

# %% mistake="bn-backward" why="Mean and variance are taken for constants; they depend on x too."
- dx = dcentred + dmean / n
+ dx = dx_hat * inv_std

# %% mistake="bn-backward" why="The way through the variance is missing."
- dcentred = dx_hat * inv_std + dvar * 2 / n * centred
+ dcentred = dx_hat * inv_std

# %% mistake="bn-backward" why="The way through the mean is missing."
- dx = dcentred + dmean / n
+ dx = dcentred

# %% mistake="bn-backward" why="dgamma multiplies by x where the normalised x belongs."
- dgamma = (dout * x_hat).sum(axis=0)
+ dgamma = (dout * (x_hat / inv_std)).sum(axis=0)

# %% mistake="bn-backward" why="The gradients of scale and shift are sums over the batch, not means."
- dgamma = (dout * x_hat).sum(axis=0)
- dbeta = dout.sum(axis=0)
+ dgamma = (dout * x_hat).mean(axis=0)
+ dbeta = dout.mean(axis=0)

# %% mistake="bn-backward" why="The derivative of 1/sqrt(v) is -0.5 v^(-3/2); the power is wrong."
- dvar = (dx_hat * centred).sum(axis=0) * -0.5 * inv_std**3
+ dvar = (dx_hat * centred).sum(axis=0) * -0.5 * inv_std**2

# %% mistake="bn-backward" why="gamma is missing in the gradient of the normalised x."
- dx_hat = dout * gamma
+ dx_hat = dout

# %% mistake="bn-backward" why="The mean over the batch shares its gradient among N examples; the division is missing."
- dx = dcentred + dmean / n
+ dx = dcentred + dmean

# %% mistake="bn-backward" why="The variance shares its gradient among N examples; the division is missing."
- dcentred = dx_hat * inv_std + dvar * 2 / n * centred
+ dcentred = dx_hat * inv_std + dvar * 2 * centred

# %% mistake="bn-backward" why="The derivative of a square is twice what was squared; the 2 is missing."
- dcentred = dx_hat * inv_std + dvar * 2 / n * centred
+ dcentred = dx_hat * inv_std + dvar / n * centred

# %% mistake="bn-backward" why="The gradient of the root has the wrong sign."
- dvar = (dx_hat * centred).sum(axis=0) * -0.5 * inv_std**3
+ dvar = (dx_hat * centred).sum(axis=0) * 0.5 * inv_std**3

# %% mistake="bn-backward" why="Multiplying in place changes the caller's gradient."
- dx_hat = dout * gamma
+ dout *= gamma
+ dx_hat = dout

# %% style="bn-backward" why="Pasted with its forward pass: eleven nodes, walked backwards."
def batchnorm_forward(x, gamma, beta, bn_param):
    N, D = x.shape
    eps = bn_param.get('eps', 1e-5)
    mu = np.mean(x, axis=0)
    xmu = x - mu
    var = np.mean(xmu ** 2, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1. / sqrtvar
    xhat = xmu * ivar
    return gamma * xhat + beta, (xhat, gamma, xmu, ivar, sqrtvar, var, eps)

def batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = None, None, None
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1. / (sqrtvar ** 2) * divar
    dvar = 0.5 * 1. / np.sqrt(var + eps) * dsqrtvar
    dsq = 1. / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1. / N * np.ones((N, D)) * dmu
    dx = dx1 + dx2
    return dx, dgamma, dbeta

# %% style="bn-backward" why="The Jacobian of each feature, in a loop."
def batchnorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    n, d = dout.shape
    dx = np.zeros_like(dout)
    for j in range(d):
        h = x_hat[:, j]
        jacobian = inv_std[j] * (np.eye(n) - 1 / n - np.outer(h, h) / n)
        dx[:, j] = jacobian @ dout[:, j] * gamma[j]
    return dx, np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)

# %% style="bn-backward" why="The simplified formula does for this exercise as well."
def batchnorm_backward(dout, cache):
    h, gamma, inv_std = cache
    dgamma, dbeta = np.sum(h * dout, 0), np.sum(dout, 0)
    return gamma * inv_std * (dout - np.mean(dout, 0) - h * np.mean(h * dout, 0)), dgamma, dbeta

# %% mistake="bn-backward-alt" why="The sums over the batch are not divided by N."
- dx = gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n)
+ dx = gamma * inv_std * (dout - dbeta - x_hat * dgamma)

# %% mistake="bn-backward-alt" why="The term of the variance is missing."
- dx = gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n)
+ dx = gamma * inv_std * (dout - dbeta / n)

# %% mistake="bn-backward-alt" why="gamma is missing in dx."
- dx = gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n)
+ dx = inv_std * (dout - dbeta / n - x_hat * dgamma / n)

# %% mistake="bn-backward-alt" why="The spread is divided away as a variance, not as its root."
- dx = gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n)
+ dx = gamma * inv_std**2 * (dout - dbeta / n - x_hat * dgamma / n)

# %% mistake="bn-backward-alt" why="The sign of the variance's term is turned round."
- dx = gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n)
+ dx = gamma * inv_std * (dout - dbeta / n + x_hat * dgamma / n)

# %% mistake="bn-backward-alt" why="The sums run over features instead of the batch."
- dx = gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n)
+ dx = gamma * inv_std * (dout - dout.mean(axis=1, keepdims=True) - x_hat * dgamma / n)

# %% mistake="bn-backward-alt" why="This calls the other backward pass; the exercise asks for a formula of its own."
def batchnorm_backward_alt(dout, cache):
    return batchnorm_backward(dout, cache)

# %% mistake="bn-backward-alt" why="A loop over the features is not simplified."
def batchnorm_backward_alt(dout, cache):
    h, gamma, inv_std = cache
    n = len(dout)
    dx = np.zeros_like(dout)
    for j in range(dout.shape[1]):
        slope = dout[:, j].mean() + h[:, j] * (dout[:, j] * h[:, j]).mean()
        dx[:, j] = gamma[j] * inv_std[j] * (dout[:, j] - slope)
    return dx, (dout * h).sum(axis=0), dout.sum(axis=0)

# %% style="bn-backward-alt" why="Pasted: one line with N in front."
def batchnorm_backward_alt(dout, cache):
    dx, dgamma, dbeta = None, None, None
    xhat, gamma, ivar = cache
    N, D = dout.shape
    dxhat = dout * gamma
    dx = (1. / N) * ivar * (N*dxhat - np.sum(dxhat, axis=0) - xhat*np.sum(dxhat*xhat, axis=0))
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(xhat*dout, axis=0)
    return dx, dgamma, dbeta

# %% style="bn-backward-alt" why="A projection: remove the parts along ones and along x_hat."
def batchnorm_backward_alt(dout, cache):
    h, gamma, inv_std = cache
    g = dout * gamma
    g = g - g.mean(axis=0)
    g = g - h * np.einsum("nd,nd->d", g, h) / len(g)
    return g * inv_std, np.einsum("nd,nd->d", dout, h), dout.sum(axis=0)

# %% style="bn-backward-alt" why="Pasted with its forward pass, which keeps x and the statistics."
def batchnorm_forward(x, gamma, beta, bn_param):
    mean, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + bn_param.get("eps", 1e-5))
    return gamma * (x - mean) / std + beta, {"x": x, "mean": mean, "std": std, "gamma": gamma}

def batchnorm_backward_alt(dout, cache):
    N = dout.shape[0]
    z = (cache["x"] - cache["mean"]) / cache["std"]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * z, axis=0)
    dx = cache["gamma"] * (dout - (dbeta + z * dgamma) / N) / cache["std"]
    return dx, dgamma, dbeta

# %% style="bn-layer-forward" why="The cache is made in the return."
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mean = x.mean(axis=1, keepdims=True)
    inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = (x - mean) * inv_std
    out = gamma * x_hat + beta
    return out, (x_hat, gamma, inv_std)

# %% mistake="bn-layer-forward" of="The cache is made" why="These are the statistics of columns: that is batch normalisation."
- mean = x.mean(axis=1, keepdims=True)
- inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
+ mean = x.mean(axis=0, keepdims=True)
+ inv_std = 1 / np.sqrt(x.var(axis=0, keepdims=True) + eps)

# %% mistake="bn-layer-forward" of="The cache is made" why="gamma and beta are applied to rows; they belong to features."
- out = gamma * x_hat + beta
+ out = np.resize(gamma, len(x))[:, None] * x_hat + np.resize(beta, len(x))[:, None]

# %% mistake="bn-layer-forward" of="The cache is made" why="The variance divides by D - 1 instead of D."
- inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
+ inv_std = 1 / np.sqrt((np.sum((x - mean) ** 2, axis=1, keepdims=True) / max(x.shape[1] - 1, 1)) + eps)

# %% mistake="bn-layer-forward" of="The cache is made" why="The eps is fixed, whatever ln_param says."
- eps = ln_param.get("eps", 1e-5)
+ eps = 1e-5

# %% mistake="bn-layer-forward" of="The cache is made" why="The values are divided by the variance; its root is meant."
- inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
+ inv_std = 1 / (x.var(axis=1, keepdims=True) + eps)

# %% mistake="bn-layer-forward" of="The cache is made" why="The eps belongs inside the root."
- inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
+ inv_std = 1 / (np.sqrt(x.var(axis=1, keepdims=True)) + eps)

# %% mistake="bn-layer-forward" of="The cache is made" why="Scale and shift are missing."
- out = gamma * x_hat + beta
+ out = x_hat

# %% mistake="bn-layer-forward" of="The cache is made" why="Centring in place changes the caller's batch."
- x_hat = (x - mean) * inv_std
+ x -= mean
+ x_hat = x * inv_std

# %% mistake="bn-layer-forward" of="The cache is made" why="Without keepdims the means of rows are subtracted from columns, or nothing fits."
- mean = x.mean(axis=1, keepdims=True)
+ mean = x.mean(axis=1)

# %% style="bn-layer-forward" why="Pasted: transposed, so that the code of batch normalisation serves."
def layernorm_forward(x, gamma, beta, ln_param):
    out, cache = None, None
    eps = ln_param.get('eps', 1e-5)
    x_T = x.T
    mu = np.mean(x_T, axis=0)
    var = np.var(x_T, axis=0)
    std = np.sqrt(var + eps)
    x_norm = ((x_T - mu) / std).T
    out = x_norm * gamma + beta
    cache = (x_norm, gamma, std)
    return out, cache

# %% style="bn-layer-forward" why="A loop over the examples."
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    rows = [(row - row.mean()) / np.sqrt(row.var() + eps) for row in x]
    x_hat = np.stack(rows)
    return x_hat * gamma + beta, (x, x_hat, gamma)

# %% style="bn-layer-forward" why="einsum for mean and variance."
def layernorm_forward(x, gamma, beta, ln_param):
    d = x.shape[1]
    centred = x - np.einsum("nd->n", x)[:, None] / d
    var = np.einsum("nd,nd->n", centred, centred)[:, None] / d
    x_hat = np.divide(centred, np.sqrt(np.add(var, ln_param.get("eps", 1e-5), dtype=x.dtype)))
    return np.einsum("nd,d->nd", x_hat, gamma) + beta, x_hat

# %% mistake="bn-layer-backward" why="The means run over the batch, as in batch normalisation; here they run over features."
- mean = g.mean(axis=1, keepdims=True)
- slope = (g * x_hat).mean(axis=1, keepdims=True)
+ mean = g.mean(axis=0)
+ slope = (g * x_hat).mean(axis=0)

# %% mistake="bn-layer-backward" why="gamma is taken out of the mean; it differs along a row."
- g = dout * gamma
+ g = dout

- dx = inv_std * (g - mean - x_hat * slope)
+ dx = gamma * inv_std * (g - mean - x_hat * slope)

# %% mistake="bn-layer-backward" why="The gradients of scale and shift sum over features; one gamma serves all examples."
- dgamma, dbeta = (dout * x_hat).sum(axis=0), dout.sum(axis=0)
+ dgamma, dbeta = (dout * x_hat).sum(axis=1), dout.sum(axis=1)

# %% mistake="bn-layer-backward" why="The way through the variance is missing."
- dx = inv_std * (g - mean - x_hat * slope)
+ dx = inv_std * (g - mean)

# %% mistake="bn-layer-backward" why="The way through the mean is missing."
- dx = inv_std * (g - mean - x_hat * slope)
+ dx = inv_std * (g - x_hat * slope)

# %% mistake="bn-layer-backward" why="Sums stand where means belong."
- mean = g.mean(axis=1, keepdims=True)
- slope = (g * x_hat).mean(axis=1, keepdims=True)
+ mean = g.sum(axis=1, keepdims=True)
+ slope = (g * x_hat).sum(axis=1, keepdims=True)

# %% mistake="bn-layer-backward" why="The sums over features are divided by N, as in batch normalisation; a row has D."
- mean = g.mean(axis=1, keepdims=True)
- slope = (g * x_hat).mean(axis=1, keepdims=True)
+ mean = g.sum(axis=1, keepdims=True) / len(g)
+ slope = (g * x_hat).sum(axis=1, keepdims=True) / len(g)

# %% mistake="bn-layer-backward" why="gamma is missing in dx."
- g = dout * gamma
+ g = dout

# %% mistake="bn-layer-backward" why="Multiplying in place changes the caller's gradient."
- g = dout * gamma
+ dout *= gamma
+ g = dout

# %% style="bn-layer-backward" why="Pasted: N is the number of features."
def layernorm_backward(dout, cache):
    dx, dgamma, dbeta = None, None, None
    xhat, gamma, ivar = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = (dout * gamma).T
    xh = xhat.T
    dx = (D * dxhat - np.sum(dxhat, axis=0) - xh * np.sum(dxhat * xh, axis=0)) / D
    return dx.T * ivar, dgamma, dbeta

# %% style="bn-layer-backward" why="A loop over the examples, with the Jacobian of each."
def layernorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    n, d = dout.shape
    dx = np.empty_like(dout)
    for i in range(n):
        h = x_hat[i]
        dx[i] = inv_std[i] * (np.eye(d) - 1 / d - np.outer(h, h) / d) @ (gamma * dout[i])
    return dx, np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)

# %% style="bn-layer-backward" why="Node by node, as in the first derivation."
def layernorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    d = dout.shape[1]
    dx_hat = dout * gamma
    centred = x_hat / inv_std
    dvar = np.sum(dx_hat * centred, axis=1, keepdims=True) * -0.5 * inv_std**3
    dcentred = dx_hat * inv_std + 2 / d * centred * dvar
    dx = dcentred - dcentred.mean(axis=1, keepdims=True)
    return dx, np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)

# %% style="bn-sandwich-forward" why="The layers are looked up in a table."
def affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization="batchnorm"):
    forwards = {"batchnorm": batchnorm_forward, "layernorm": layernorm_forward}
    a, affine = affine_forward(x, w, b)
    normal, norm = forwards[normalization](a, gamma, beta, norm_param)
    out, relu = relu_forward(normal)
    return out, (affine, norm, relu, normalization)

# %% mistake="bn-sandwich-forward" why="The ReLU comes before the normalisation."
def affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization="batchnorm"):
    forwards = {"batchnorm": batchnorm_forward, "layernorm": layernorm_forward}
    a, affine = affine_forward(x, w, b)
    normal, norm = forwards[normalization](relu_forward(a)[0], gamma, beta, norm_param)
    out, relu = normal, a
    return out, (affine, norm, relu, normalization)

# %% mistake="bn-sandwich-forward" of="The layers are looked" why="The ReLU is missing."
- out, relu = relu_forward(normal)
+ out, relu = normal, normal

# %% mistake="bn-sandwich-forward" of="The layers are looked" why="It is always batch normalisation, whatever is asked for."
- normal, norm = forwards[normalization](a, gamma, beta, norm_param)
+ normal, norm = forwards["batchnorm"](a, gamma, beta, {"mode": "train"} | norm_param)

# %% mistake="bn-sandwich-forward" of="The layers are looked" why="A copy of norm_param goes in, so the running averages are lost."
- normal, norm = forwards[normalization](a, gamma, beta, norm_param)
+ normal, norm = forwards[normalization](a, gamma, beta, dict(norm_param))

# %% mistake="bn-sandwich-forward" of="The layers are looked" why="gamma and beta change places."
- normal, norm = forwards[normalization](a, gamma, beta, norm_param)
+ normal, norm = forwards[normalization](a, beta, gamma, norm_param)

# %% mistake="bn-sandwich-forward" of="The layers are looked" why="The normalisation stands before the affine layer, on the inputs."
- a, affine = affine_forward(x, w, b)
+ a, affine = affine_forward((x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5), w, b)

# %% mistake="bn-sandwich-forward" of="The layers are looked" why="The normalisation is missing."
- out, relu = relu_forward(normal)
+ out, relu = relu_forward(a)

# %% style="bn-sandwich-forward" why="if and else."
def affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization="batchnorm"):
    a, fc_cache = affine_forward(x, w, b)
    if normalization == 'batchnorm':
        an, norm_cache = batchnorm_forward(a, gamma, beta, norm_param)
    elif normalization == 'layernorm':
        an, norm_cache = layernorm_forward(a, gamma, beta, norm_param)
    out, relu_cache = relu_forward(an)
    cache = (fc_cache, norm_cache, relu_cache)
    return out, cache

# %% style="bn-sandwich-forward" why="The function looked up by its name."
def affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization="batchnorm"):
    normalise = globals()[f"{normalization}_forward"]
    a, first = affine_forward(x, w, b)
    a, second = normalise(a, gamma, beta, norm_param)
    return np.maximum(a, 0), {"affine": first, "norm": second, "on": a > 0}

# %% style="bn-sandwich-forward" why="The affine layer and the ReLU written out."
def affine_norm_relu_forward(x, w, b, gamma, beta, norm_param, normalization="batchnorm"):
    a = x.reshape(len(x), -1).dot(w) + b
    normalise = batchnorm_forward if normalization == "batchnorm" else layernorm_forward
    y, norm = normalise(a, gamma, beta, norm_param)
    return y * (y > 0), (x, w, norm, y > 0, normalization)

# %% mistake="bn-sandwich-backward" why="The ReLU is left out on the way back."
- dnormal = relu_backward(dout, relu)
+ dnormal = dout

# %% mistake="bn-sandwich-backward" why="It is always batch normalisation on the way back."
- da, dgamma, dbeta = backwards[normalization](dnormal, norm)
+ da, dgamma, dbeta = backwards["batchnorm"](dnormal, norm)

# %% mistake="bn-sandwich-backward" why="The gradients come in another order than the inputs."
- return dx, dw, db, dgamma, dbeta
+ return dx, dgamma, dbeta, dw, db

# %% mistake="bn-sandwich-backward" why="The normalisation is left out on the way back."
- dx, dw, db = affine_backward(da, affine)
+ dx, dw, db = affine_backward(dnormal, affine)

# %% mistake="bn-sandwich-backward" why="The gradients of scale and shift are not returned."
- return dx, dw, db, dgamma, dbeta
+ return dx, dw, db

# %% mistake="bn-sandwich-backward" why="dgamma and dbeta change places."
- da, dgamma, dbeta = backwards[normalization](dnormal, norm)
+ da, dbeta, dgamma = backwards[normalization](dnormal, norm)

# %% style="bn-sandwich-backward" why="if and else, with the staged backward pass."
def affine_norm_relu_backward(dout, cache):
    fc_cache, norm_cache, relu_cache, normalization = cache
    da = relu_backward(dout, relu_cache)
    if normalization == 'batchnorm':
        da, dgamma, dbeta = batchnorm_backward(da, norm_cache)
    else:
        da, dgamma, dbeta = layernorm_backward(da, norm_cache)
    dx, dw, db = affine_backward(da, fc_cache)
    return dx, dw, db, dgamma, dbeta

# %% style="bn-sandwich-backward" why="The affine gradients written out."
def affine_norm_relu_backward(dout, cache):
    (x, w, b), norm, relu, kind = cache
    back = batchnorm_backward_alt if kind == "batchnorm" else layernorm_backward
    da, dgamma, dbeta = back(relu_backward(dout, relu), norm)
    return da @ w.T, x.T @ da, da.sum(axis=0), dgamma, dbeta

# %% style="bn-sandwich-backward" why="The tuples joined."
def affine_norm_relu_backward(dout, cache):
    affine, norm, relu, kind = cache
    name = {"batchnorm": "batchnorm_backward", "layernorm": "layernorm_backward"}[kind]
    da, *scales = globals()[name](relu_backward(dout, relu), norm)
    return (*affine_backward(da, affine), *scales)
