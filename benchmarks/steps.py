"""Whole networks: one training step, or one forward pass, by contender."""

import numpy as np

from benchmarks import clip, diffusion, gan, train_viewnet
from benchmarks.contenders import both, data, torch
from benchmarks.convolutions import convolution
from cs231n import autograd, layers, optim
from cs231n.data.squeezenet import layer_shapes
from cs231n.nets import viewnet
from cs231n.nets.layered import LayeredNet
from cs231n.nets.references import players
from cs231n.nets.squeezenet import STEPS

#: Filters and size of the convolutions of SqueezeNet 1.0 at 227 x 227: (squeeze,
#: expand, height of its input) of each fire module.
FIRES = [
    (96, 16, 64, 55),
    (128, 16, 64, 55),
    (128, 32, 128, 55),
    (256, 32, 128, 27),
    (256, 48, 192, 27),
    (384, 48, 192, 27),
    (384, 64, 256, 27),
    (512, 64, 256, 13),
]


def convnet(dtype):
    """One Adam step of conv 7x7 - ReLU - pool - affine - ReLU - affine, batch 50."""
    draw = data(dtype)
    x, y = draw(50, 3, 32, 32), np.random.default_rng(1).integers(0, 10, 50)
    shapes = [(32, 3, 7, 7), (32,), (8192, 100), (100,), (100, 10), (10,)]
    weights = [0.01 * draw(*shape) for shape in shapes]
    state = [{"learning_rate": 1e-4} for _ in weights]
    conv, pool = (
        {"stride": 1, "pad": 3},
        {"pool_height": 2, "pool_width": 2, "stride": 2},
    )

    def ours():
        w1, b1, w2, b2, w3, b3 = weights
        h, cache1 = layers.conv_relu_pool_forward(x, w1, b1, conv, pool)
        h2, cache2 = layers.affine_relu_forward(h, w2, b2)
        scores, cache3 = layers.affine_forward(h2, w3, b3)
        _, ds = layers.softmax_loss(scores, y)
        d, dw3, db3 = layers.affine_backward(ds, cache3)
        d, dw2, db2 = layers.affine_relu_backward(d, cache2)
        _, dw1, db1 = layers.conv_relu_pool_backward(d, cache1, need_dx=False)
        grads = dw1, db1, dw2, db2, dw3, db3
        for w, g, c in zip(weights, grads, state, strict=True):
            optim.adam(w, g, c, out=w)

    contenders = both(ours)
    if torch:
        nn = torch.nn
        net = nn.Sequential(
            nn.Conv2d(3, 32, 7, padding=3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(8192, 100),
            nn.ReLU(),
            nn.Linear(100, 10),
        ).to(torch.from_numpy(x).dtype)
        contenders["torch"] = _torch_step(net, x, y)
    yield "convnet step, batch 50", contenders, None


def _torch_step(net, x, y):
    adam = torch.optim.Adam(net.parameters(), lr=1e-4)
    xt, yt = torch.from_numpy(x), torch.from_numpy(y)

    def step():
        adam.zero_grad()
        torch.nn.functional.cross_entropy(net(xt), yt).backward()
        adam.step()

    return step


def dcgan(dtype):
    """One generator step of a DCGAN on 28 x 28 images, batch 64.

    The generator (96 - 1024 - 128 x 7 x 7 - 64 x 14 x 14 - 28 x 28) through the
    discriminator (conv 5x5 32, pool, conv 5x5 64, pool, affine), and back.
    """
    draw = data(dtype)
    z = draw(64, 96)
    up, valid = {"stride": 2, "pad": 1}, {"stride": 1, "pad": 0}
    pool = {"pool_height": 2, "pool_width": 2, "stride": 2}
    shapes = {
        "fc1": (96, 1024),
        "fc2": (1024, 6272),
        "up1": (128, 64, 4, 4),
        "up2": (64, 1, 4, 4),
        "conv1": (32, 1, 5, 5),
        "conv2": (64, 32, 5, 5),
        "fc": (1024, 1),
    }
    w = {name: 0.02 * draw(*shape) for name, shape in shapes.items()}
    width = {"fc1": 1024, "fc2": 6272, "up1": 64, "up2": 1, "conv1": 32, "conv2": 64}
    b = {name: np.zeros(width.get(name, 1), dtype) for name in shapes}
    ones = np.ones((64, 1), dtype)

    def ours():
        h, c1 = layers.affine_relu_forward(z, w["fc1"], b["fc1"])
        h, c2 = layers.affine_relu_forward(h, w["fc2"], b["fc2"])
        h, c3 = layers.conv_transpose_forward(
            h.reshape(64, 128, 7, 7), w["up1"], b["up1"], up
        )
        h, r3 = layers.relu_forward(h)
        h, c4 = layers.conv_transpose_forward(h, w["up2"], b["up2"], up)
        h, t4 = layers.tanh_forward(h)
        h, c5 = layers.conv_relu_pool_forward(h, w["conv1"], b["conv1"], valid, pool)
        h, c6 = layers.conv_relu_pool_forward(h, w["conv2"], b["conv2"], valid, pool)
        scores, c7 = layers.affine_forward(h, w["fc"], b["fc"])
        _, d = layers.bce_with_logits_loss(scores, ones)
        d = layers.affine_backward(d, c7)[0]
        d = layers.conv_relu_pool_backward(d, c6)[0]
        d = layers.conv_relu_pool_backward(d, c5)[0]
        d = layers.tanh_backward(d, t4)
        d = layers.conv_transpose_backward(d, c4)[0]
        d = layers.conv_transpose_backward(layers.relu_backward(d, r3), c3)[0]
        d = layers.affine_relu_backward(d.reshape(64, 6272), c2)[0]
        return layers.affine_relu_backward(d, c1)[0]

    contenders = both(ours)
    if torch:
        nn = torch.nn
        net = nn.Sequential(
            nn.Linear(96, 1024),
            nn.ReLU(),
            nn.Linear(1024, 6272),
            nn.ReLU(),
            nn.Unflatten(1, (128, 7, 7)),
            nn.ConvTranspose2d(128, 64, 4, 2, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 1, 4, 2, 1),
            nn.Tanh(),
            nn.Conv2d(1, 32, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(1024, 1),
        ).to(torch.from_numpy(z).dtype)
        inputs, truth = [torch.from_numpy(z), *net.parameters()], torch.from_numpy(ones)
        inputs[0].requires_grad_()
        loss = torch.nn.functional.binary_cross_entropy_with_logits
        contenders["torch"] = lambda: torch.autograd.grad(
            loss(net(inputs[0]), truth), inputs
        )
    yield "DCGAN generator step, batch 64", contenders, None
    yield from both_players(dtype)


def both_players(dtype):
    """One step of the course's DC GAN, both players with Adam, batch 128.

    On the tape and through PyTorch's autograd, written once for both.
    """
    real, z = data(dtype)(128, 1, 28, 28), data(dtype)(128, 96)
    contenders = {}
    for label, engine in (("ours", autograd), ("torch", torch)):
        if engine:
            pair = (
                players.convolutional_generator(engine.nn),
                players.convolutional_discriminator(engine.nn),
            )
            if dtype == "float64":
                pair = tuple(net.double() for net in pair)
            step = gan.step_of(engine, *pair, "plain", rates=(1e-3, 1e-3))
            inputs = engine.from_numpy(real), engine.from_numpy(z)
            contenders[label] = lambda step=step, inputs=inputs: step(*inputs)
    yield "DC GAN step of both players, batch 128", contenders, None


def denoising(dtype):
    """One Adam step of the U-Net of the diffusion notebook, batch 64.

    On the tape and through PyTorch's autograd, written once for both.
    """
    draw = data(dtype)
    x, target, condition = draw(64, 4, 14, 14), draw(64, 4, 14, 14), draw(64, 10)
    times = np.linspace(0, 1000, 64).astype(np.float32)
    contenders = {}
    for label, engine in (("ours", autograd), ("torch", torch)):
        if engine:
            net = diffusion.network(engine, 1)
            step = diffusion.step_of(engine, net)
            given = [engine.from_numpy(a) for a in (x, times, condition, target)]
            contenders[label] = lambda step=step, given=given: step(*given)
    yield "U-Net step of a diffusion, batch 64", contenders, None


def squeezenet(dtype):
    """The convolutions of SqueezeNet 1.0 at 227 x 227, forward and backward."""
    cases = [(1, 3, 227, 227, 96, 7, 2, 0)]
    for c, squeeze, expand, size in FIRES:
        cases.append((1, c, size, size, squeeze, 1, 1, 0))
        cases.append((1, squeeze, size, size, expand, 1, 1, 0))
        cases.append((1, squeeze, size, size, expand, 3, 1, 1))
    cases.append((1, 512, 13, 13, 1000, 1, 1, 0))
    parts = [convolution(case, dtype) for case in cases]
    calls = {label: [part[0][label] for part in parts] for label in parts[0][0]}
    contenders = {
        label: (lambda calls=calls[label]: [call() for call in calls])
        for label in calls
    }
    flops = sum(part[1] for part in parts)
    yield "SqueezeNet 1.0, 26 convolutions, batch 1", contenders, flops
    yield squeezenet_forward(dtype)


def squeezenet_forward(dtype):
    """Return a forward pass of SqueezeNet 1.0 on one image of 227 x 227."""
    draw, f = data(dtype), torch.nn.functional if torch else None
    x, filters = draw(1, 3, 227, 227), {}
    sizes = {"conv1": (96, 3, 7, 7), "conv10": (1000, 512, 1, 1)}
    for k, (c, squeeze, expand, _) in enumerate(FIRES, 2):
        sizes |= {
            f"fire{k}.s": (squeeze, c, 1, 1),
            f"fire{k}.1": (expand, squeeze, 1, 1),
        }
        sizes[f"fire{k}.3"] = (expand, squeeze, 3, 3)
    for name, size in sizes.items():
        filters[name] = 0.1 * draw(*size), draw(size[0])
    plan = ("pool", 2, 3, 4, "pool", 5, 6, 7, 8, "pool", 9)
    tensors = {k: [*map(torch.from_numpy, v)] for k, v in filters.items()} if f else {}

    def network(conv, pool, join, x):
        x = conv(x, "conv1", 2, 0)
        for step in plan:
            if step == "pool":
                x = pool(x)
            else:
                x = conv(x, f"fire{step}.s", 1, 0)
                x = join(
                    [conv(x, f"fire{step}.1", 1, 0), conv(x, f"fire{step}.3", 1, 1)]
                )
        return conv(x, "conv10", 1, 0)

    def our_conv(x, name, stride, pad):
        param = {"stride": stride, "pad": pad}
        return layers.conv_relu_forward(x, *filters[name], param)[0]

    window = {"pool_height": 3, "pool_width": 3, "stride": 2}
    our_pool = lambda x: layers.max_pool_forward(x, window)[0]
    our_join = lambda parts: np.concatenate(parts, axis=1)
    contenders = both(
        lambda: layers.global_avg_pool_forward(network(our_conv, our_pool, our_join, x))
    )
    if torch:
        image = torch.from_numpy(x)
        conv = lambda x, name, s, p: f.relu(f.conv2d(x, *tensors[name], s, p))
        pool = lambda x: f.max_pool2d(x, 3, 2)
        join = lambda parts: torch.cat(parts, 1)
        contenders["torch"] = lambda: network(conv, pool, join, image).mean((2, 3))
    return "SqueezeNet 1.0 forward, batch 1", contenders, None


def looking(dtype):
    """SqueezeNet 1.0 forward and back to the pixels, as the notebooks on seeing do."""
    rng, draw = np.random.default_rng(3), data(dtype)
    params = {}
    for name, shape in layer_shapes().items():
        w = rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
        params[f"{name}.w"], params[f"{name}.b"] = w.astype(dtype), draw(shape[0])
    net, x, dscores = LayeredNet(params, STEPS), draw(1, 3, 227, 227), draw(1, 1000)

    def ours():
        _, cache = net.forward(x)
        return net.backward(dscores, cache)

    contenders = both(ours)
    if torch:
        tensors = {name: torch.from_numpy(value) for name, value in params.items()}
        f, upstream = torch.nn.functional, torch.from_numpy(dscores)

        def conv(x, name, stride=1, pad=0):
            w, b = tensors[f"{name}.w"], tensors[f"{name}.b"]
            return f.relu(f.conv2d(x, w, b, stride, pad))

        def theirs():
            pixels = h = torch.from_numpy(x).requires_grad_()
            for name, kind, *more in STEPS:
                if kind == "conv":
                    h = conv(h, name, *more[:2])
                elif kind == "pool":
                    h = f.max_pool2d(h, 3, 2, ceil_mode=True)
                else:
                    s = conv(h, f"{name}/squeeze1x1")
                    parts = (
                        conv(s, f"{name}/expand1x1"),
                        conv(s, f"{name}/expand3x3", 1, 1),
                    )
                    h = torch.cat(parts, 1)
            return torch.autograd.grad(h.mean((2, 3)), pixels, upstream)

        contenders["torch"] = theirs
    yield "SqueezeNet 1.0 forward and back to the pixels, batch 1", contenders, None


def matching(dtype):
    """One step of both encoders of the notebook ``clip``, batch 96, with AdamW."""
    if dtype != "float32":
        return
    rng, contenders = np.random.default_rng(5), {}
    grid = rng.random((96, 64, 6, 6), np.float32)
    words = rng.integers(4, 86, (96, 17))
    for label, engine in (("ours", autograd), ("torch", torch)):
        if engine:
            step = clip.step_of(engine, *clip.pair(engine, "grid", 1))
            inputs = engine.from_numpy(grid), engine.from_numpy(words)
            contenders[label] = lambda step=step, inputs=inputs: step(*inputs)
    yield "captions matched with cells, batch 96", contenders, None


def contrastive(dtype):
    """One AdamW step of SimCLR: 256 views of 32 x 32, five convolutions, projector.

    Loss and gradient of the vectors are the package's for both, in NumPy.
    """
    draw, contenders = data(dtype), {}
    pair = draw(128, 3, 32, 32), draw(128, 3, 32, 32)
    for label, engine in (("ours", autograd), ("torch", torch)):
        if engine:
            nets = viewnet.encoder(engine.nn), viewnet.projector(engine.nn)
            if dtype == "float64":
                nets = tuple(net.double() for net in nets)
            step = train_viewnet.step_of(engine, *nets, 1e-3, 0.2)
            contenders[label] = lambda step=step: step(*pair)
    yield "SimCLR step, 256 views", contenders, None


GROUPS = {
    "matching": matching,
    "contrastive": contrastive,
    "convnet": convnet,
    "dcgan": dcgan,
    "denoising": denoising,
    "squeezenet": squeezenet,
    "looking": looking,
}
