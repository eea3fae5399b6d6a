# What goes wrong in diffusion, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer that
# `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="df-pair" why="The ends are swapped: time 0 belongs to the picture."
- x_t = (1 - t) * x0 + t * noise
+ x_t = t * x0 + (1 - t) * noise

# %% mistake="df-pair" why="The velocity points to the picture; it should point to the noise."
- velocity = noise - x0
+ velocity = x0 - noise

# %% mistake="df-pair" why="It is the noise itself, not how fast the point moves."
- velocity = noise - x0
+ velocity = noise

# %% mistake="df-pair" why="It is the way that is left from x_t to the noise."
- velocity = noise - x0
+ velocity = noise - x_t

# %% mistake="df-pair" why="The picture keeps its full weight while noise is added."
- x_t = (1 - t) * x0 + t * noise
+ x_t = x0 + t * noise

# %% mistake="df-pair" why="The weights are square roots; here the way is a straight line."
- x_t = (1 - t) * x0 + t * noise
+ x_t = torch.sqrt(1 - t) * x0 + torch.sqrt(t) * noise

# %% mistake="df-pair" why="Times run along the pixels."
- t = t.reshape(-1, *[1] * (x0.ndim - 1))

# %% style="df-pair" why="Indexing adds the axes; the point moves from the picture."
def rf_pair(x0, t, noise):
    velocity = noise - x0
    far = t[(...,) + (None,) * (len(x0.shape) - 1)]
    return x0 + far * velocity, velocity

# %% style="df-pair" why="A view, and both weights by name."
def rf_pair(x0, t, noise):
    shape = [x0.shape[0]] + [1] * (len(x0.shape) - 1)
    far = t.view(*shape)
    near = 1.0 - far
    x_t = near * x0
    x_t = x_t + far * noise
    return x_t, -1 * x0 + noise

# %% style="df-pair" why="Picture by picture."
def rf_pair(x0, t, noise):
    points = [(1 - t[i]) * x0[i] + t[i] * noise[i] for i in range(len(x0))]
    return torch.stack(points), torch.stack([noise[i] - x0[i] for i in range(len(x0))])

# %% mistake="df-euler" why="The steps go along the velocity; time falls."
- x = x - model(x, time, model_kwargs) / num_steps
+ x = x + model(x, time, model_kwargs) / num_steps

# %% mistake="df-euler" why="Times run from 0 to 1; noise is at time 1."
- t = 1 - k / num_steps
+ t = k / num_steps

- x = x - model(x, time, model_kwargs) / num_steps
+ x = x + model(x, time, model_kwargs) / num_steps

# %% mistake="df-euler" why="Each step takes the velocity of its end."
- t = 1 - k / num_steps
+ t = 1 - (k + 1) / num_steps

# %% mistake="df-euler" why="There is one step too few: K steps have K + 1 times."
- for k in range(num_steps):
-     t = 1 - k / num_steps
-     time = torch.full((len(x),), 1000 * t)
-     x = x - model(x, time, model_kwargs) / num_steps
+ times = np.linspace(1, 0, num_steps)
+ for a, b in zip(times[:-1], times[1:]):
+     time = torch.full((len(x),), 1000 * float(a))
+     x = x + float(b - a) * model(x, time, model_kwargs)

# %% mistake="df-euler" why="The model is told t; it wants 1000 times that."
- time = torch.full((len(x),), 1000 * t)
+ time = torch.full((len(x),), t)

# %% mistake="df-euler" why="The length of a step is missing."
- x = x - model(x, time, model_kwargs) / num_steps
+ x = x - model(x, time, model_kwargs)

# %% mistake="df-euler" why="model_kwargs are not handed to the model."
- x = x - model(x, time, model_kwargs) / num_steps
+ x = x - model(x, time, {}) / num_steps

# %% mistake="df-euler" why="The model gets one number in place of a time for each picture."
- time = torch.full((len(x),), 1000 * t)
+ time = torch.tensor(1000 * t)

# %% style="df-euler" why="Times by linspace, steps by differences."
@torch.no_grad()
def euler_sample(model, noise, num_steps=20, model_kwargs=None):
    x, times = noise, np.linspace(1, 0, num_steps + 1)
    for a, b in zip(times[:-1], times[1:], strict=True):
        x = x + float(b - a) * model(x, torch.full((x.shape[0],), 1000 * float(a)), model_kwargs)
    return x

# %% style="df-euler" why="A while loop over the time, no_grad as a block."
def euler_sample(model, noise, num_steps=20, model_kwargs=None):
    left, x = num_steps, noise.clone()
    with torch.no_grad():
        while left > 0:
            time = 1000 * left / num_steps * torch.ones(x.shape[0])
            x -= model(x, time, model_kwargs) * (1 / num_steps)
            left -= 1
    return x

# %% style="df-euler" why="Counting down."
@torch.no_grad()
def euler_sample(model, noise, num_steps=20, model_kwargs=None):
    dt = 1.0 / num_steps
    x = noise
    for k in reversed(range(1, num_steps + 1)):
        t = torch.ones(len(x)) * k * dt
        v = model(x, t * 1000, model_kwargs)
        x = x - dt * v
    return x

# %% mistake="df-time" why="Cosines come first; sines should."
- embedding = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
+ embedding = torch.cat([torch.cos(angles), torch.sin(angles)], dim=1)

# %% mistake="df-time" why="Sines and cosines alternate."
- embedding = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
+ embedding = torch.stack([torch.sin(angles), torch.cos(angles)], dim=2).reshape(len(time), dim)

# %% mistake="df-time" why="The exponents are i / h; the last one should be 1."
- rates = torch.exp(-math.log(theta) / (half - 1) * torch.arange(half).float())
+ rates = torch.exp(-math.log(theta) / half * torch.arange(half).float())

# %% mistake="df-time" why="The frequencies rise; they should fall."
- rates = torch.exp(-math.log(theta) / (half - 1) * torch.arange(half).float())
+ rates = torch.exp(math.log(theta) / (half - 1) * torch.arange(half).float())

# %% mistake="df-time" why="theta is fixed; use the argument."
- rates = torch.exp(-math.log(theta) / (half - 1) * torch.arange(half).float())
+ rates = torch.exp(-math.log(10000.0) / (half - 1) * torch.arange(half).float())

# %% mistake="df-time" why="Only sines are returned."
- embedding = torch.cat([torch.sin(angles), torch.cos(angles)], dim=1)
+ embedding = torch.sin(angles)

# %% style="df-time" why="Powers of theta."
def time_embedding(time, dim, theta=10000.0):
    h = dim // 2
    omega = torch.tensor([theta ** (-i / (h - 1)) for i in range(h)])
    angles = time.float().unsqueeze(1) * omega
    return torch.cat((angles.sin(), angles.cos()), dim=-1)

# %% style="df-time" why="As in 2025: a class's forward, its names."
def time_embedding(time, dim, theta=10000.0):
    device = time.device
    half_dim = dim // 2
    emb = math.log(theta) / (half_dim - 1)
    emb = torch.exp(torch.arange(half_dim, device=device) * -emb)
    emb = time[:, None] * emb[None, :]
    emb = torch.cat((emb.sin(), emb.cos()), dim=-1)
    return emb

# %% style="df-time" why="Filled column by column."
def time_embedding(time, dim, theta=10000.0):
    half = dim // 2
    out = torch.zeros(len(time), dim)
    for i in range(half):
        angle = time.float() * theta ** (-i / (half - 1))
        out[:, i] = torch.sin(angle)
        out[:, half + i] = torch.cos(angle)
    return out

# %% mistake="df-block" why="The context is not used."
- h = h + self.mlp(F.silu(context))[:, :, None, None]

# %% mistake="df-block" why="The context should pass silu before the linear layer."
- h = h + self.mlp(F.silu(context))[:, :, None, None]
+ h = h + self.mlp(context)[:, :, None, None]

# %% mistake="df-block" why="The residual connection is missing."
- out = h + self.res_conv(x)
+ out = h

# %% mistake="df-block" why="The context is added behind the second norm."
- h = h + self.mlp(F.silu(context))[:, :, None, None]
- h = self.conv2(F.silu(self.norm2(h)))
+ h = self.norm2(h) + self.mlp(F.silu(context))[:, :, None, None]
+ h = self.conv2(F.silu(h))

# %% mistake="df-block" why="The silu behind the second norm is missing."
- h = self.conv2(F.silu(self.norm2(h)))
+ h = self.conv2(self.norm2(h))

# %% mistake="df-block" why="The silu behind the first norm is missing."
- h = self.conv1(F.silu(self.norm1(x)))
+ h = self.conv1(self.norm1(x))

# %% mistake="df-block" why="An activation follows the last sum."
- out = h + self.res_conv(x)
+ out = F.silu(h + self.res_conv(x))

# %% mistake="df-block" why="The first norm is missing."
- h = self.conv1(F.silu(self.norm1(x)))
+ h = self.conv1(F.silu(x))

# %% style="df-block" why="Silu written out, shapes by unsqueeze."
class ResnetBlock(nn.Module):
    def __init__(self, dim, dim_out, context_dim):
        super().__init__()
        self.norm1 = nn.GroupNorm(math.gcd(8, dim), dim)
        self.conv1 = nn.Conv2d(dim, dim_out, 3, padding=1)
        self.mlp = nn.Linear(context_dim, dim_out)
        self.norm2 = nn.GroupNorm(math.gcd(8, dim_out), dim_out)
        self.conv2 = nn.Conv2d(dim_out, dim_out, 3, padding=1)
        same = dim == dim_out
        self.res_conv = nn.Identity() if same else nn.Conv2d(dim, dim_out, 1)

    def forward(self, x, context):
        def silu(a):
            return a * torch.sigmoid(a)

        told = self.mlp(silu(context)).unsqueeze(2).unsqueeze(3)
        h = silu(self.norm1(x))
        h = self.conv1(h) + told
        h = silu(self.norm2(h))
        return self.res_conv(x) + self.conv2(h)

# %% style="df-block" why="The activation is a module; a shortcut kept."
class ResnetBlock(nn.Module):
    def __init__(self, dim, dim_out, context_dim):
        super().__init__()
        self.act = nn.SiLU()
        self.norm1 = nn.GroupNorm(math.gcd(8, dim), dim)
        self.conv1 = nn.Conv2d(dim, dim_out, 3, padding=1)
        self.mlp = nn.Linear(context_dim, dim_out)
        self.norm2 = nn.GroupNorm(math.gcd(8, dim_out), dim_out)
        self.conv2 = nn.Conv2d(dim_out, dim_out, 3, padding=1)
        same = dim == dim_out
        self.res_conv = nn.Identity() if same else nn.Conv2d(dim, dim_out, 1)

    def forward(self, x, context):
        shortcut = self.res_conv(x)
        x = self.conv1(self.act(self.norm1(x)))
        context = self.mlp(self.act(context))
        x = x + context.reshape(x.shape[0], x.shape[1], 1, 1)
        x = self.conv2(self.act(self.norm2(x)))
        x += shortcut
        return x

# %% style="df-block" why="A helper for norm, activation and convolution."
class ResnetBlock(nn.Module):
    def __init__(self, dim, dim_out, context_dim):
        super().__init__()
        self.norm1 = nn.GroupNorm(math.gcd(8, dim), dim)
        self.conv1 = nn.Conv2d(dim, dim_out, 3, padding=1)
        self.mlp = nn.Linear(context_dim, dim_out)
        self.norm2 = nn.GroupNorm(math.gcd(8, dim_out), dim_out)
        self.conv2 = nn.Conv2d(dim_out, dim_out, 3, padding=1)
        same = dim == dim_out
        self.res_conv = nn.Identity() if same else nn.Conv2d(dim, dim_out, 1)

    def through(self, x, norm, conv):
        return conv(F.silu(norm(x)))

    def forward(self, x, context):
        h = self.through(x, self.norm1, self.conv1)
        h = h + self.mlp(F.silu(context)).view(len(x), -1, 1, 1)
        return self.through(h, self.norm2, self.conv2) + self.res_conv(x)

# %% mistake="df-block-hand" why="The gradient along the residual connection is missing."
- dx = dh + dout
+ dx = dh

# %% mistake="df-block-hand" why="The gradient through both convolutions is missing."
- dx = dh + dout
+ dx = dout.copy()

# %% mistake="df-block-hand" why="It is a mean over the positions; what was broadcast is summed."
- dtold, grads["W"], grads["b"] = affine_backward(dh.sum(axis=(2, 3)), linear)
+ dtold, grads["W"], grads["b"] = affine_backward(dh.mean(axis=(2, 3)), linear)

# %% mistake="df-block-hand" why="The backward of the context's silu is missing."
- dcontext = silu_backward(dtold, silu)
+ dcontext = dtold

# %% mistake="df-block-hand" why="The backward of the second silu is missing."
- dh = silu_backward(dh, silu2)
+ pass

# %% mistake="df-block-hand" why="The backward of the first silu is missing."
- dh = silu_backward(dh, silu1)
+ pass

# %% mistake="df-block-hand" why="The context should pass silu before the linear layer."
- told, silu = silu_forward(context)
- told, linear = affine_forward(told, p["W"], p["b"])
+ told, silu = context, silu_forward(context)[1]
+ told, linear = affine_forward(told, p["W"], p["b"])

# %% mistake="df-block-hand" why="The residual connection is missing."
- out = h + x
+ out = h

# %% mistake="df-block-hand" why="The context is not used."
- h = h + told[:, :, None, None]
+ pass

# %% mistake="df-block-hand" why="The context is added behind the second norm; it belongs before it."
- h = h + told[:, :, None, None]
- h, norm2 = spatial_groupnorm_forward(h, p["gamma2"], p["beta2"], groups, {})
+ h, norm2 = spatial_groupnorm_forward(h, p["gamma2"], p["beta2"], groups, {})
+ h = h + told[:, :, None, None]

# %% mistake="df-block-hand" why="An activation follows the last sum; there should be none."
- out = h + x
+ out = silu_forward(h + x)[0]

# %% mistake="df-block-hand" why="grads should be a dict with the names of params: b2 is missing."
- dh, grads["W2"], grads["b2"] = conv_backward(dout, conv2)
+ dh, grads["W2"], _ = conv_backward(dout, conv2)

# %% style="df-block-hand" why="Caches in a dict, einsum for the sum over positions."
def res_block_forward(x, context, params, groups):
    cache = {}
    h, cache["n1"] = spatial_groupnorm_forward(x, params["gamma1"], params["beta1"], groups, {})
    h, cache["s1"] = silu_forward(h)
    h, cache["c1"] = conv_forward(h, params["W1"], params["b1"], {"stride": 1, "pad": 1})
    c, cache["s"] = silu_forward(context)
    c, cache["a"] = affine_forward(c, params["W"], params["b"])
    h, cache["n2"] = spatial_groupnorm_forward(
        h + c.reshape(*c.shape, 1, 1), params["gamma2"], params["beta2"], groups, {}
    )
    h, cache["s2"] = silu_forward(h)
    h, cache["c2"] = conv_forward(h, params["W2"], params["b2"], {"stride": 1, "pad": 1})
    return x + h, cache


def res_block_backward(dout, cache):
    grads = {}
    g, grads["W2"], grads["b2"] = conv_backward(dout, cache["c2"])
    g, grads["gamma2"], grads["beta2"] = spatial_groupnorm_backward(
        silu_backward(g, cache["s2"]), cache["n2"]
    )
    dc, grads["W"], grads["b"] = affine_backward(np.einsum("nchw->nc", g), cache["a"])
    g, grads["W1"], grads["b1"] = conv_backward(g, cache["c1"])
    g, grads["gamma1"], grads["beta1"] = spatial_groupnorm_backward(
        silu_backward(g, cache["s1"]), cache["n1"]
    )
    return dout + g, silu_backward(dc, cache["s"]), grads

# %% style="df-block-hand" why="The linear layer and silu written out."
def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def res_block_forward(x, context, params, groups):
    a, norm1 = spatial_groupnorm_forward(x, params["gamma1"], params["beta1"], groups, {})
    h, conv1 = conv_forward(a * sigmoid(a), params["W1"], params["b1"], CONV)
    told = context * sigmoid(context)
    h += (told @ params["W"] + params["b"])[..., None, None]
    b, norm2 = spatial_groupnorm_forward(h, params["gamma2"], params["beta2"], groups, {})
    h, conv2 = conv_forward(b * sigmoid(b), params["W2"], params["b2"], CONV)
    return h + x, (a, b, context, told, params["W"], norm1, conv1, norm2, conv2)


def bent(a):
    s = sigmoid(a)
    return s + a * s * (1 - s)


def res_block_backward(dout, cache):
    a, b, context, told, W, norm1, conv1, norm2, conv2 = cache
    g, dW2, db2 = conv_backward(dout, conv2)
    g, dgamma2, dbeta2 = spatial_groupnorm_backward(g * bent(b), norm2)
    per_map = g.sum(axis=-1).sum(axis=-1)
    dW, db, dcontext = told.T @ per_map, per_map.sum(axis=0), per_map @ W.T * bent(context)
    g, dW1, db1 = conv_backward(g, conv1)
    g, dgamma1, dbeta1 = spatial_groupnorm_backward(g * bent(a), norm1)
    return g + dout, dcontext, {
        "W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W": dW, "b": db,
        "gamma1": dgamma1, "beta1": dbeta1, "gamma2": dgamma2, "beta2": dbeta2,
    }

# %% style="df-block-hand" why="Two helpers for norm, silu and convolution."
def half_forward(h, p, i, groups):
    h, norm = spatial_groupnorm_forward(h, p[f"gamma{i}"], p[f"beta{i}"], groups, {})
    h, silu = silu_forward(h)
    h, conv = conv_forward(h, p[f"W{i}"], p[f"b{i}"], CONV)
    return h, (norm, silu, conv)


def half_backward(dh, cache, i, grads):
    norm, silu, conv = cache
    dh, grads[f"W{i}"], grads[f"b{i}"] = conv_backward(dh, conv)
    dh, grads[f"gamma{i}"], grads[f"beta{i}"] = spatial_groupnorm_backward(
        silu_backward(dh, silu), norm
    )
    return dh


def res_block_forward(x, context, params, groups):
    h, first = half_forward(x, params, 1, groups)
    told, silu = silu_forward(context)
    told, linear = affine_forward(told, params["W"], params["b"])
    h, second = half_forward(h + told[:, :, None, None], params, 2, groups)
    return h + x, (first, silu, linear, second)


def res_block_backward(dout, cache):
    first, silu, linear, second = cache
    grads = {}
    dh = half_backward(dout, second, 2, grads)
    dtold, grads["W"], grads["b"] = affine_backward(dh.sum((2, 3)), linear)
    dx = dout + half_backward(dh, first, 1, grads)
    return dx, silu_backward(dtold, silu), grads

# %% mistake="df-unet" why="What is kept comes back in the wrong order: the last one first."
- x = block1(torch.cat([x, skips.pop()], dim=1), context)
- x = block2(torch.cat([x, skips.pop()], dim=1), context)
+ same = [s for s in skips if s.shape[2:] == x.shape[2:]]
+ x = block1(torch.cat([x, same[0]], dim=1), context)
+ x = block2(torch.cat([x, same[1]], dim=1), context)

# %% mistake="df-unet" why="x comes first when it is joined with a skip connection."
- x = block1(torch.cat([x, skips.pop()], dim=1), context)
- x = block2(torch.cat([x, skips.pop()], dim=1), context)
+ x = block1(torch.cat([skips.pop(), x], dim=1), context)
+ x = block2(torch.cat([skips.pop(), x], dim=1), context)

# %% mistake="df-unet" why="The skip connections carry nothing."
- x = block1(torch.cat([x, skips.pop()], dim=1), context)
- x = block2(torch.cat([x, skips.pop()], dim=1), context)
+ x = block1(torch.cat([x, torch.zeros_like(x)], dim=1), context)
+ x = block2(torch.cat([x, torch.zeros_like(x)], dim=1), context)

# %% mistake="df-unet" why="The middle blocks are missing."
- x = self.mid_block1(x, context)
- x = self.mid_block2(x, context)

# %% mistake="df-unet" why="The parameters should have the names and shapes of the constructor: blocks see a skip connection."
- blocks = [ResnetBlock(2 * dim_in, dim_in, context_dim) for _ in range(2)]
+ blocks = [ResnetBlock(dim_in, dim_in, context_dim) for _ in range(2)]

# %% mistake="df-unet" why="The parameters should have the names and shapes of the constructor: a plain list hides modules."
- self.downs.append(nn.ModuleList([*blocks, Downsample(dim_in, dim_out)]))
+ self.downs = [*self.downs, [*blocks, Downsample(dim_in, dim_out)]]

# %% mistake="df-unet" why="The parameters should have the names and shapes of the constructor: blocks come before the step down."
- blocks = [ResnetBlock(dim_in, dim_in, context_dim) for _ in range(2)]
- self.downs.append(nn.ModuleList([*blocks, Downsample(dim_in, dim_out)]))
+ blocks = [ResnetBlock(dim_out, dim_out, context_dim) for _ in range(2)]
+ self.downs.append(nn.ModuleList([*blocks, Downsample(dim_in, dim_out)]))

# %% mistake="df-unet" why="The context of the blocks is not that of the condition."
- skips = []
+ skips, context = [], self.time_mlp(time) + self.condition_mlp(0 * condition)

# %% style="df-unet" why="As in 2025: blocks appended one by one, concatenation of tuples."
class Unet(nn.Module):
    def __init__(self, dim, condition_dim, dim_mults=(1, 2, 4, 8), channels=3, uncond_prob=0.2):
        super().__init__()
        self.condition_dim, self.uncond_prob = condition_dim, uncond_prob
        context_dim = 4 * dim
        self.init_conv = nn.Conv2d(channels, dim, 3, padding=1)
        self.time_mlp = nn.Sequential(
            SinusoidalPosEmb(dim),
            nn.Linear(dim, context_dim),
            nn.GELU(),
            nn.Linear(context_dim, context_dim),
        )
        self.condition_mlp = nn.Sequential(
            nn.Linear(condition_dim, context_dim),
            nn.GELU(),
            nn.Linear(context_dim, context_dim),
        )
        dims = [dim, *(dim * m for m in dim_mults)]
        mid_dim = dims[-1]
        self.mid_block1 = ResnetBlock(mid_dim, mid_dim, context_dim=context_dim)
        self.mid_block2 = ResnetBlock(mid_dim, mid_dim, context_dim=context_dim)
        self.final_conv = nn.Conv2d(dim, channels, 1)
        self.downs, self.ups = nn.ModuleList([]), nn.ModuleList([])
        in_out = list(itertools.pairwise(dims))
        for ind, (dim_in, dim_out) in enumerate(in_out):
            down_block = nn.ModuleList([
                ResnetBlock(dim_in, dim_in, context_dim=context_dim),
                ResnetBlock(dim_in, dim_in, context_dim=context_dim),
                Downsample(dim_in, dim_out),
            ])
            self.downs.append(down_block)
        in_out_ups = [(b, a) for a, b in reversed(in_out)]
        for ind, (dim_in, dim_out) in enumerate(in_out_ups):
            up_block = nn.ModuleList([
                Upsample(dim_in, dim_out),
                ResnetBlock(dim_out * 2, dim_out, context_dim=context_dim),
                ResnetBlock(dim_out * 2, dim_out, context_dim=context_dim),
            ])
            self.ups.append(up_block)

    def forward(self, x, time, model_kwargs={}):
        model_kwargs = model_kwargs or {}
        if "cfg_scale" in model_kwargs:
            return self.cfg_forward(x, time, model_kwargs)
        context = self.time_mlp(time)
        cond_emb = model_kwargs["text_emb"]
        if cond_emb is None:
            cond_emb = torch.zeros(x.shape[0], self.condition_dim, device=x.device)
        if self.training:
            mask = (torch.rand(cond_emb.shape[0]) > self.uncond_prob).float()
            cond_emb = cond_emb * mask[:, None]
        context = context + self.condition_mlp(cond_emb)
        x = self.init_conv(x)
        h = []
        for block1, block2, downsample in self.downs:
            x = block1(x, context)
            h.append(x)
            x = block2(x, context)
            h.append(x)
            x = downsample(x)
        x = self.mid_block1(x, context)
        x = self.mid_block2(x, context)
        for upsample, block1, block2 in self.ups:
            x = upsample(x)
            x = torch.cat((x, h.pop()), dim=1)
            x = block1(x, context)
            x = torch.cat((x, h.pop()), dim=1)
            x = block2(x, context)
        x = self.final_conv(x)
        return x

# %% style="df-unet" why="Loops over the blocks of a level, and an index that counts down."
class Unet(nn.Module):
    def __init__(self, dim, condition_dim, dim_mults=(1, 2, 4, 8), channels=3, uncond_prob=0.2):
        super().__init__()
        self.condition_dim, self.uncond_prob = condition_dim, uncond_prob
        context_dim = 4 * dim
        self.init_conv = nn.Conv2d(channels, dim, 3, padding=1)
        self.time_mlp = nn.Sequential(
            SinusoidalPosEmb(dim),
            nn.Linear(dim, context_dim),
            nn.GELU(),
            nn.Linear(context_dim, context_dim),
        )
        self.condition_mlp = nn.Sequential(
            nn.Linear(condition_dim, context_dim),
            nn.GELU(),
            nn.Linear(context_dim, context_dim),
        )
        dims = [dim, *(dim * m for m in dim_mults)]
        mid_dim = dims[-1]
        self.mid_block1 = ResnetBlock(mid_dim, mid_dim, context_dim=context_dim)
        self.mid_block2 = ResnetBlock(mid_dim, mid_dim, context_dim=context_dim)
        self.final_conv = nn.Conv2d(dim, channels, 1)
        self.downs, self.ups = nn.ModuleList([]), nn.ModuleList([])
        in_out = list(itertools.pairwise(dims))
        for a, b in in_out:
            level = nn.ModuleList([])
            for _ in range(2):
                level.append(ResnetBlock(a, a, context_dim))
            level.append(Downsample(a, b))
            self.downs.append(level)
        for a, b in in_out[::-1]:
            level = nn.ModuleList([Upsample(b, a)])
            for _ in range(2):
                level.append(ResnetBlock(a + a, a, context_dim))
            self.ups.append(level)

    def forward(self, x, time, model_kwargs=None):
        model_kwargs = model_kwargs or {}
        if "cfg_scale" in model_kwargs:
            return self.cfg_forward(x, time, model_kwargs)
        condition = model_kwargs.get("text_emb")
        if condition is None:
            condition = torch.zeros(len(x), self.condition_dim)
        if self.training:
            condition = condition * (torch.rand(len(x), 1) >= self.uncond_prob).float()
        context = self.time_mlp(time) + self.condition_mlp(condition)
        x = self.init_conv(x)
        kept = []
        for level in self.downs:
            for block in level[:2]:
                x = block(x, context)
                kept = [*kept, x]
            x = level[2](x)
        x = self.mid_block2(self.mid_block1(x, context), context)
        at = len(kept)
        for level in self.ups:
            x = level[0](x)
            for block in (level[1], level[2]):
                at -= 1
                x = block(torch.concat([x, kept[at]], dim=1), context)
        return self.final_conv(x)

# %% style="df-unet" why="A stack of pairs per level."
class Unet(nn.Module):
    def __init__(self, dim, condition_dim, dim_mults=(1, 2, 4, 8), channels=3, uncond_prob=0.2):
        super().__init__()
        self.condition_dim, self.uncond_prob = condition_dim, uncond_prob
        context_dim = 4 * dim
        self.init_conv = nn.Conv2d(channels, dim, 3, padding=1)
        self.time_mlp = nn.Sequential(
            SinusoidalPosEmb(dim),
            nn.Linear(dim, context_dim),
            nn.GELU(),
            nn.Linear(context_dim, context_dim),
        )
        self.condition_mlp = nn.Sequential(
            nn.Linear(condition_dim, context_dim),
            nn.GELU(),
            nn.Linear(context_dim, context_dim),
        )
        dims = [dim, *(dim * m for m in dim_mults)]
        mid_dim = dims[-1]
        self.mid_block1 = ResnetBlock(mid_dim, mid_dim, context_dim=context_dim)
        self.mid_block2 = ResnetBlock(mid_dim, mid_dim, context_dim=context_dim)
        self.final_conv = nn.Conv2d(dim, channels, 1)
        in_out = list(itertools.pairwise(dims))
        self.downs = nn.ModuleList(
            nn.ModuleList([ResnetBlock(a, a, context_dim), ResnetBlock(a, a, context_dim), Downsample(a, b)])
            for a, b in in_out
        )
        self.ups = nn.ModuleList(
            nn.ModuleList([Upsample(b, a), ResnetBlock(2 * a, a, context_dim), ResnetBlock(2 * a, a, context_dim)])
            for a, b in in_out[::-1]
        )

    def forward(self, x, time, model_kwargs=None):
        model_kwargs = model_kwargs or {}
        if "cfg_scale" in model_kwargs:
            return self.cfg_forward(x, time, model_kwargs)
        condition = model_kwargs.get("text_emb")
        if condition is None:
            condition = torch.zeros(len(x), self.condition_dim)
        if self.training:
            condition = condition * (torch.rand(len(x), 1) >= self.uncond_prob).float()
        context = self.time_mlp(time) + self.condition_mlp(condition)
        x = self.init_conv(x)
        stack = []
        for first, second, down in self.downs:
            a = first(x, context)
            b = second(a, context)
            stack.append((a, b))
            x = down(b)
        x = self.mid_block2(self.mid_block1(x, context), context)
        for up, first, second in self.ups:
            a, b = stack.pop()
            x = first(torch.cat([up(x), b], dim=1), context)
            x = second(torch.cat([x, a], dim=1), context)
        return self.final_conv(x)

# %% mistake="df-guidance" why="A scale of 0 should be no guidance: this one starts at 1."
- guided = (scale + 1) * with_class - scale * without
+ guided = scale * with_class - (scale - 1) * without

# %% mistake="df-guidance" why="The two predictions are swapped."
- guided = (scale + 1) * with_class - scale * without
+ guided = (scale + 1) * without - scale * with_class

# %% mistake="df-guidance" why="The parts are added; the prediction without a class is subtracted."
- guided = (scale + 1) * with_class - scale * without
+ guided = (scale + 1) * with_class + scale * without

# %% mistake="df-guidance" why="model_kwargs belong to the caller and should stay as they are."
- told = dict(model_kwargs)
+ told = model_kwargs

# %% mistake="df-guidance" why="cfg_scale is still in the model_kwargs that forward gets."
- scale = told.pop("cfg_scale")
+ scale = told["cfg_scale"]

# %% mistake="df-guidance" why="It is the prediction with the class, without guidance."
- without = self.forward(x, time, {**told, "text_emb": None})
+ without = self.forward(x, time, told)

# %% style="df-guidance" why="As in 2025, with copies."
import copy

@add_to_class(Unet)
def cfg_forward(self, x, time, model_kwargs={}):
    model_kwargs = copy.copy(model_kwargs)
    cfg_scale = model_kwargs.pop("cfg_scale")
    uncond_kwargs = copy.copy(model_kwargs)
    uncond_kwargs["text_emb"] = None
    cond_out = self.forward(x, time, model_kwargs=model_kwargs)
    uncond_out = self.forward(x, time, model_kwargs=uncond_kwargs)
    x = (cfg_scale + 1) * cond_out - cfg_scale * uncond_out
    return x

# %% style="df-guidance" why="A difference, and the module called."
@add_to_class(Unet)
def cfg_forward(self, x, time, model_kwargs=None):
    kwargs = {k: v for k, v in model_kwargs.items() if k != "cfg_scale"}
    base = self(x, time, kwargs)
    free = self(x, time, kwargs | {"text_emb": None})
    return base + model_kwargs["cfg_scale"] * (base - free)

# %% style="df-guidance" why="Zeros stand for no class, and nothing else is handed on."
@add_to_class(Unet)
def cfg_forward(self, x, time, model_kwargs=None):
    w, c = model_kwargs["cfg_scale"], model_kwargs["text_emb"]
    first = self.forward(x, time, {"text_emb": c})
    second = self.forward(x, time, {"text_emb": torch.zeros_like(c)})
    return first * (1 + w) - second * w

# %% mistake="df-q-sample" why="The weights are swapped."
- x_t = extract(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start
- x_t = x_t + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise
+ x_t = extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * x_start
+ x_t = x_t + extract(self.sqrt_alphas_cumprod, t, x_start.shape) * noise

# %% mistake="df-q-sample" why="The weights are not the roots, but the shares of the variance."
- x_t = extract(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start
- x_t = x_t + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise
+ share = extract(self.alphas_cumprod, t, x_start.shape)
+ x_t = share * x_start + (1 - share) * noise

# %% mistake="df-q-sample" why="alphas belong to one step; you need their product."
- x_t = extract(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start
- x_t = x_t + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise
+ share = extract(self.alphas, t, x_start.shape)
+ x_t = torch.sqrt(share) * x_start + torch.sqrt(1 - share) * noise

# %% mistake="df-q-sample" why="The noise is added with weight 1."
- x_t = x_t + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise
+ x_t = x_t + noise

# %% mistake="df-q-sample" why="All pictures get the step of the first one."
- x_t = extract(self.sqrt_alphas_cumprod, t, x_start.shape) * x_start
- x_t = x_t + extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise
+ x_t = self.sqrt_alphas_cumprod[t[0]] * x_start
+ x_t = x_t + self.sqrt_one_minus_alphas_cumprod[t[0]] * noise

# %% style="df-q-sample" why="A method without the decorator, by indexing."
def q_sample(self, x_start, t, noise):
    ones = [1] * (len(x_start.shape) - 1)
    a = self.sqrt_alphas_cumprod[t].view(-1, *ones)
    b = self.sqrt_one_minus_alphas_cumprod[t].view(-1, *ones)
    return a * x_start + b * noise

# %% style="df-q-sample" why="Roots taken here."
@add_to_class(GaussianDiffusion)
def q_sample(self, x_start, t, noise):
    left = extract(self.alphas_cumprod, t, x_start.shape)
    return torch.sqrt(left) * x_start + torch.sqrt(1.0 - left) * noise

# %% style="df-q-sample" why="As in 2025, with gather."
def q_sample(self, x_start, t, noise):
    x_t = None
    b = t.shape[0]
    shape = (b,) + (1,) * (len(x_start.shape) - 1)
    x_t = (
        self.sqrt_alphas_cumprod.gather(-1, t).reshape(*shape) * x_start
        + self.sqrt_one_minus_alphas_cumprod.gather(-1, t).reshape(*shape) * noise
    )
    return x_t

# %% mistake="df-predict" why="The division by its own weight is missing."
- x_start = (x_t - far * noise) / extract(self.sqrt_alphas_cumprod, t, x_t.shape)
+ x_start = x_t - far * noise

# %% mistake="df-predict" why="The known part is added; it should be subtracted."
- x_start = (x_t - far * noise) / extract(self.sqrt_alphas_cumprod, t, x_t.shape)
+ x_start = (x_t + far * noise) / extract(self.sqrt_alphas_cumprod, t, x_t.shape)

# %% mistake="df-predict" why="The known part has no weight."
- x_start = (x_t - far * noise) / extract(self.sqrt_alphas_cumprod, t, x_t.shape)
+ x_start = (x_t - noise) / extract(self.sqrt_alphas_cumprod, t, x_t.shape)

# %% mistake="df-predict" why="The two weights are swapped."
- near = extract(self.sqrt_alphas_cumprod, t, x_t.shape)
- noise = (x_t - near * x_start) / extract(
-     self.sqrt_one_minus_alphas_cumprod, t, x_t.shape
- )
+ near = extract(self.sqrt_one_minus_alphas_cumprod, t, x_t.shape)
+ noise = (x_t - near * x_start) / extract(self.sqrt_alphas_cumprod, t, x_t.shape)

# %% mistake="df-predict" why="It is divided by the weight of the known part."
- noise = (x_t - near * x_start) / extract(
-     self.sqrt_one_minus_alphas_cumprod, t, x_t.shape
- )
+ noise = (x_t - near * x_start) / near

# %% mistake="df-predict" why="It is multiplied by its own weight; divide."
- noise = (x_t - near * x_start) / extract(
-     self.sqrt_one_minus_alphas_cumprod, t, x_t.shape
- )
+ noise = (x_t - near * x_start) * extract(
+     self.sqrt_one_minus_alphas_cumprod, t, x_t.shape
+ )

# %% style="df-predict" why="Methods without decorators, by indexing."
def predict_start_from_noise(self, x_t, t, noise):
    ones = [1] * (len(x_t.shape) - 1)
    a = self.sqrt_alphas_cumprod[t].view(-1, *ones)
    b = self.sqrt_one_minus_alphas_cumprod[t].view(-1, *ones)
    return (x_t - b * noise) / a

def predict_noise_from_start(self, x_t, t, x_start):
    ones = [1] * (len(x_t.shape) - 1)
    a = self.sqrt_alphas_cumprod[t].view(-1, *ones)
    b = self.sqrt_one_minus_alphas_cumprod[t].view(-1, *ones)
    return (x_t - a * x_start) / b

# %% style="df-predict" why="One division each, roots taken here."
def predict_start_from_noise(self, x_t, t, noise):
    left = extract(self.alphas_cumprod, t, x_t.shape)
    return x_t / left.sqrt() - (1 / left - 1).sqrt() * noise

def predict_noise_from_start(self, x_t, t, x_start):
    left = extract(self.alphas_cumprod, t, x_t.shape)
    return (x_t / left.sqrt() - x_start) / (1 / left - 1).sqrt()

# %% style="df-predict" why="A helper for both weights."
def weights(self, t, shape):
    return extract(self.sqrt_alphas_cumprod, t, shape), extract(self.sqrt_one_minus_alphas_cumprod, t, shape)

@add_to_class(GaussianDiffusion)
def predict_start_from_noise(self, x_t, t, noise):
    near, far = weights(self, t, x_t.shape)
    return (x_t - noise * far) / near

@add_to_class(GaussianDiffusion)
def predict_noise_from_start(self, x_t, t, x_start):
    near, far = weights(self, t, x_t.shape)
    return (x_t - x_start * near) / far

# %% mistake="df-losses" why="The target of 'pred_noise' is the noise in x_t."
- target = noise if self.objective == "pred_noise" else x_start
+ target = x_start

# %% mistake="df-losses" why="The target is the clean picture for 'pred_x_start'."
- target = noise if self.objective == "pred_noise" else x_start
+ target = noise

# %% mistake="df-losses" why="The weights are not used."
- loss = (weight * (found - target) ** 2).mean()
+ loss = ((found - target) ** 2).mean()

# %% mistake="df-losses" why="It is a sum over all numbers; take the mean."
- loss = (weight * (found - target) ** 2).mean()
+ loss = (weight * (found - target) ** 2).sum()

# %% mistake="df-losses" why="It is a mean of absolute values; here it is one of squares."
- loss = (weight * (found - target) ** 2).mean()
+ loss = (weight * (found - target).abs()).mean()

# %% mistake="df-losses" why="Steps should be drawn for each picture."
- t = torch.randint(0, self.num_timesteps, (len(x_start),))
+ t = torch.randint(0, self.num_timesteps, (1,)).repeat(len(x_start))

# %% mistake="df-losses" why="The noise in x_t should be normal."
- noise = torch.randn_like(x_start)
+ noise = torch.rand_like(x_start)

# %% mistake="df-losses" why="The model gets the clean pictures; it should see noisy ones."
- found = self.model(x_t, t, model_kwargs)
+ found = self.model(x_start, t, model_kwargs)

# %% mistake="df-losses" why="model_kwargs should be handed on to the model."
- found = self.model(x_t, t, model_kwargs)
+ found = self.model(x_t, t, {})

# %% mistake="df-losses" why="The weight is squared: multiply the squares, not the differences."
- loss = (weight * (found - target) ** 2).mean()
+ loss = ((weight * (found - target)) ** 2).mean()

# %% style="df-losses" why="As in 2025: the course's names and mse_loss."
@add_to_class(GaussianDiffusion)
def p_losses(self, x_start, model_kwargs={}):
    b, nts = x_start.shape[0], self.num_timesteps
    t = torch.randint(0, nts, (b,), device=x_start.device).long()
    x_start = self.normalize(x_start)
    noise = torch.randn_like(x_start)
    target = noise if self.objective == "pred_noise" else x_start
    loss_weight = extract(self.loss_weight, t, target.shape)
    loss = None
    x_t = self.q_sample(x_start, t, noise)
    model_out = self.model(x_t, t, model_kwargs=model_kwargs)
    loss = F.mse_loss(model_out, target, reduction="none")
    loss = (loss * loss_weight).mean()
    return loss

# %% style="df-losses" why="A mean per picture, then over the batch."
def p_losses(self, x_start, model_kwargs=None):
    n = x_start.shape[0]
    t = torch.randint(self.num_timesteps, (n,))
    noise = torch.randn(*x_start.shape)
    off = self.model(self.q_sample(x_start, t, noise), t, model_kwargs)
    if self.objective == "pred_noise":
        off = off - noise
    else:
        off = off - x_start
    each = (off * off).reshape(n, -1).mean(dim=1)
    return (self.loss_weight[t] * each).mean()

# %% style="df-losses" why="Sums divided by the number of entries."
def p_losses(self, x_start, model_kwargs=None):
    noise = torch.randn_like(x_start)
    t = torch.randint(0, self.num_timesteps, (len(x_start),))
    found = self.model(self.q_sample(x_start, t, noise), t, model_kwargs)
    target = {"pred_noise": noise, "pred_x_start": x_start}[self.objective]
    squares = torch.pow(found - target, 2) * extract(self.loss_weight, t, x_start.shape)
    return squares.sum() / math.prod(x_start.shape)

# %% mistake="df-p-sample" why="The predicted picture should be clipped to -1 to 1."
- mean, std = self.q_posterior(found.clamp(-1, 1), x_t, times)
+ mean, std = self.q_posterior(found, x_t, times)

# %% mistake="df-p-sample" why="q_posterior takes the clean picture first, then x_t."
- mean, std = self.q_posterior(found.clamp(-1, 1), x_t, times)
+ mean, std = self.q_posterior(x_t, found.clamp(-1, 1), times)

# %% mistake="df-p-sample" why="The model predicts noise; turn it into a picture."
- if self.objective == "pred_noise":
-     found = self.predict_start_from_noise(x_t, times, found)

# %% mistake="df-p-sample" why="The model predicts the picture here, not the noise."
- if self.objective == "pred_noise":
-     found = self.predict_start_from_noise(x_t, times, found)
+ found = self.predict_start_from_noise(x_t, times, found)

# %% mistake="df-p-sample" why="Steps above 0 should add new noise."
- x = mean + std * torch.randn_like(x_t) if t > 0 else mean
+ x = mean

# %% mistake="df-p-sample" why="The new noise should have the standard deviation of q_posterior."
- x = mean + std * torch.randn_like(x_t) if t > 0 else mean
+ x = mean + std**2 * torch.randn_like(x_t) if t > 0 else mean

# %% mistake="df-p-sample" why="The new noise should be normal, with mean 0."
- x = mean + std * torch.randn_like(x_t) if t > 0 else mean
+ x = mean + std * torch.rand_like(x_t) if t > 0 else mean

# %% mistake="df-p-sample" why="The result is the predicted picture, not the step before t."
- x = mean + std * torch.randn_like(x_t) if t > 0 else mean
+ x = found.clamp(-1, 1)

# %% mistake="df-p-sample" why="model_kwargs are not handed to the model."
- found = self.model(x_t, times, model_kwargs)
+ found = self.model(x_t, times)

# %% style="df-p-sample" why="As in 2025: the course's names."
@add_to_class(GaussianDiffusion)
@torch.no_grad()
def p_sample(self, x_t, t: int, model_kwargs={}):
    t = torch.full((x_t.shape[0],), t, device=x_t.device, dtype=torch.long)
    x_tm1 = None
    model_out = self.model(x_t, t, model_kwargs=model_kwargs)
    if self.objective == "pred_noise":
        x_start = self.predict_start_from_noise(x_t, t, model_out)
    else:
        x_start = model_out
    x_start = torch.clamp(x_start, -1, 1)
    mean, std = self.q_posterior(x_start, x_t, t)
    noise = torch.randn_like(x_t)
    x_tm1 = mean + std * noise
    return x_tm1

# %% style="df-p-sample" why="Noise multiplied by zero at the last step."
@torch.no_grad()
def p_sample(self, x_t, t, model_kwargs=None):
    n = len(x_t)
    steps = t * torch.ones(n, dtype=torch.long)
    out = self.model(x_t, steps, model_kwargs)
    x0 = out if self.objective == "pred_x_start" else self.predict_start_from_noise(x_t, steps, out)
    mean, std = self.q_posterior(x0.clamp(min=-1.0, max=1.0), x_t, steps)
    fresh = torch.randn_like(x_t) if t else torch.zeros_like(x_t)
    return fresh * std + mean

# %% style="df-p-sample" why="no_grad as a block, a list of steps."
def p_sample(self, x_t, t, model_kwargs=None):
    with torch.no_grad():
        steps = torch.tensor([t] * len(x_t))
        x0 = self.model(x_t, steps, model_kwargs)
        if self.objective != "pred_x_start":
            x0 = self.predict_start_from_noise(x_t, steps, x0)
        mean, std = self.q_posterior(torch.clamp(x0, -1.0, 1.0), x_t, steps)
        if t == 0:
            return mean
        return mean + torch.randn(*x_t.shape) * std

# %% mistake="df-ddim" why="The predicted picture should be clipped to -1 to 1."
- x_start = x_start.clamp(-1, 1)

# %% mistake="df-ddim" why="The weights are those of step t; take those of t_next."
- x = self.q_sample(x_start, torch.full_like(times, t_next), noise)
+ x = self.q_sample(x_start, times, noise)

# %% mistake="df-ddim" why="The weights are not the roots, but the shares of the variance."
- x = self.q_sample(x_start, torch.full_like(times, t_next), noise)
+ x = self.alphas_cumprod[t_next] * x_start + (1 - self.alphas_cumprod[t_next]) * noise

# %% mistake="df-ddim" why="The noise is that beside the unclipped picture; find the one beside the clipped."
- noise = self.predict_noise_from_start(x_t, times, x_start)
+ noise = self.model(x_t, times, model_kwargs)
+ if self.objective != "pred_noise":
+     noise = self.predict_noise_from_start(x_t, times, x_start)

# %% mistake="df-ddim" why="It is the mean of p_sample, the step before t."
- noise = self.predict_noise_from_start(x_t, times, x_start)
- x = self.q_sample(x_start, torch.full_like(times, t_next), noise)
+ x, _ = self.q_posterior(x_start, x_t, times)

# %% mistake="df-ddim" why="The result is the predicted picture; noise it to step t_next."
- x = self.q_sample(x_start, torch.full_like(times, t_next), noise)
+ x = x_start

# %% mistake="df-ddim" why="model_kwargs are not handed to the model."
- x_start = self.model(x_t, times, model_kwargs)
+ x_start = self.model(x_t, times)

# %% mistake="df-ddim" why="At the end the clean picture is the result: -1 is no row of the tables."
- if t_next < 0:
-     return x_start

# %% mistake="df-ddim" why="New noise is drawn; the step should keep the old one."
- noise = self.predict_noise_from_start(x_t, times, x_start)
+ noise = torch.randn_like(x_t)

# %% style="df-ddim" why="A share of 1 stands for the end."
@add_to_class(GaussianDiffusion)
@torch.no_grad()
def ddim_step(self, x_t, t, t_next, model_kwargs=None):
    n = torch.full((x_t.shape[0],), t, dtype=torch.long)
    out = self.model(x_t, n, model_kwargs=model_kwargs)
    x0 = out if self.objective == "pred_x_start" else self.predict_start_from_noise(x_t, n, out)
    x0 = torch.clamp(x0, -1, 1)
    eps = self.predict_noise_from_start(x_t, n, x0)
    left = self.alphas_cumprod[t_next] if t_next >= 0 else torch.tensor(1.0)
    return torch.sqrt(left) * x0 + torch.sqrt(1 - left) * eps

# %% style="df-ddim" why="Weights as Python numbers."
@torch.no_grad()
def ddim_step(self, x_t, t, t_next, model_kwargs=None):
    steps = torch.tensor([t] * len(x_t))
    a = self.alphas_cumprod[t].item()
    b = self.alphas_cumprod[t_next].item() if t_next > -1 else 1.0
    found = self.model(x_t, steps, model_kwargs)
    if self.objective == "pred_noise":
        found = (x_t - math.sqrt(1 - a) * found) / math.sqrt(a)
    found = found.clamp(-1, 1)
    noise = (x_t - math.sqrt(a) * found) / math.sqrt(1 - a)
    return math.sqrt(b) * found + math.sqrt(1 - b) * noise

# %% style="df-ddim" why="Two branches at the end, no_grad as a block."
def ddim_step(self, x_t, t, t_next, model_kwargs=None):
    with torch.no_grad():
        steps = torch.full((len(x_t),), t, dtype=torch.long)
        out = self.model(x_t, steps, model_kwargs)
        if self.objective == "pred_noise":
            out = self.predict_start_from_noise(x_t, steps, out)
        picture = out.clamp(-1, 1)
        if t_next == -1:
            result = picture
        else:
            eps = self.predict_noise_from_start(x_t, steps, picture)
            near = self.sqrt_alphas_cumprod[t_next]
            far = self.sqrt_one_minus_alphas_cumprod[t_next]
            result = near * picture + far * eps
    return result
