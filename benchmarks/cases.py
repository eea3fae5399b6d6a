"""What is measured: each case as calls that do the same work, by contender.

``ours`` are the layers of the package, ``numpy`` the same layers on the NumPy twins,
``torch`` PyTorch on the CPU through autograd (``torch nhwc`` in channels-last layout),
and ``floor`` what cannot be avoided: the matrix product of the same FLOPs at NumPy's
speed, or a copy of the bytes that must move.
"""

import functools

import numpy as np

from cs231n import kernels, layers, optim
from cs231n.kernels import _numpy

try:
    import torch
except ImportError:
    torch = None

COMPILED = kernels.impl

#: N, C, H, W, F, K, stride, pad.
CONVOLUTIONS = {
    "a 7x7 3-32": (100, 3, 32, 32, 32, 7, 1, 3),
    "b 3x3 s2 3-25": (100, 3, 31, 31, 25, 3, 2, 1),
    "c 3x3 64-64": (64, 64, 32, 32, 64, 3, 1, 1),
    "d 3x3 s2 128-256": (64, 128, 16, 16, 256, 3, 2, 1),
    "e 1x1 256-64": (64, 256, 16, 16, 64, 1, 1, 0),
}
#: The distinct convolutions of ResNet-18 at 224 x 224, batch 8.
RESNET = {
    "7x7 s2 3-64 @224": (8, 3, 224, 224, 64, 7, 2, 3),
    "3x3 64-64 @56": (8, 64, 56, 56, 64, 3, 1, 1),
    "3x3 s2 64-128 @56": (8, 64, 56, 56, 128, 3, 2, 1),
    "1x1 s2 64-128 @56": (8, 64, 56, 56, 128, 1, 2, 0),
    "3x3 128-128 @28": (8, 128, 28, 28, 128, 3, 1, 1),
    "3x3 s2 128-256 @28": (8, 128, 28, 28, 256, 3, 2, 1),
    "1x1 s2 128-256 @28": (8, 128, 28, 28, 256, 1, 2, 0),
    "3x3 256-256 @14": (8, 256, 14, 14, 256, 3, 1, 1),
    "3x3 s2 256-512 @14": (8, 256, 14, 14, 512, 3, 2, 1),
    "1x1 s2 256-512 @14": (8, 256, 14, 14, 512, 1, 2, 0),
    "3x3 512-512 @7": (8, 512, 7, 7, 512, 3, 1, 1),
}
#: Case c at other batch and image sizes.
SCALING = {
    **{f"batch {n}": (n, 64, 32, 32, 64, 3, 1, 1) for n in (1, 4, 16, 64)},
    **{f"image {s}": (4, 64, s, s, 64, 3, 1, 1) for s in (8, 16, 32, 64, 128)},
}
#: N, C, H, W, window, stride.
POOLS = {
    "2x2 100x3x32x32": (100, 3, 32, 32, 2, 2),
    "2x2 100x32x32x32": (100, 32, 32, 32, 2, 2),
    "3x3 s2 64x64x31x31": (64, 64, 31, 31, 3, 2),
}


def twin(call):
    """Return ``call`` made to run on the NumPy twins."""

    @functools.wraps(call)
    def on_numpy():
        kernels.impl = _numpy
        try:
            return call()
        finally:
            kernels.impl = COMPILED

    return on_numpy


def both(call):
    """Return the contenders that run our layers."""
    return {"ours": call, "numpy": twin(call)}


def data(dtype):
    """Return a function that draws an array of a shape."""
    rng = np.random.default_rng(231)
    return lambda *shape: rng.standard_normal(shape).astype(dtype)


def through_autograd(function, arrays, dout, layout=None):
    """Return a call that runs a torch function forward and backward."""
    kind = layout or torch.contiguous_format
    place = lambda t: t.contiguous(memory_format=kind) if t.ndim == 4 else t
    tensors = [place(torch.from_numpy(a.copy())).requires_grad_() for a in arrays]
    upstream = place(torch.from_numpy(dout))
    return lambda: torch.autograd.grad(function(*tensors), tensors, upstream)


def convolution(case, dtype):
    """Return contenders of one convolution, forward and backward, and its FLOPs."""
    n, c, h, w, f, k, stride, pad = case
    draw, param = data(dtype), {"stride": stride, "pad": pad}
    x, filters, b = draw(n, c, h, w), 0.1 * draw(f, c, k, k), draw(f)
    out, _ = layers.conv_forward(x, filters, b, param)
    dout, pixels = draw(*out.shape), n * out.shape[2] * out.shape[3]

    def ours():
        _, cache = layers.conv_forward(x, filters, b, param)
        return layers.conv_backward(dout, cache)

    contenders = both(ours)
    if torch:
        conv = lambda *a: torch.nn.functional.conv2d(*a, stride=stride, padding=pad)
        arrays = x, filters, b
        contenders["torch"] = through_autograd(conv, arrays, dout)
        contenders["torch nhwc"] = through_autograd(
            conv, arrays, dout, torch.channels_last
        )
    rows, depth = draw(f, c * k * k), c * k * k
    cols, upstream = draw(depth, pixels), draw(f, pixels)
    product, dcols, dw = np.empty_like(upstream), np.empty_like(cols), rows.copy()

    def floor():
        np.matmul(rows, cols, out=product)
        np.matmul(rows.T, upstream, out=dcols)
        np.matmul(upstream, cols.T, out=dw)

    contenders["floor"] = floor
    return contenders, 6 * pixels * f * depth


def convolutions(dtype):
    for name, case in CONVOLUTIONS.items():
        yield name, *convolution(case, dtype)


def resnet(dtype):
    for name, case in RESNET.items():
        yield name, *convolution(case, dtype)


def scaling(dtype):
    for name, case in SCALING.items():
        yield name, *convolution(case, dtype)


def pools(dtype):
    for name, (n, c, h, w, window, stride) in POOLS.items():
        draw = data(dtype)
        param = {"pool_height": window, "pool_width": window, "stride": stride}
        x = draw(n, c, h, w)
        dout = draw(*layers.max_pool_forward(x, param)[0].shape)

        def ours(x=x, param=param, dout=dout):
            _, cache = layers.max_pool_forward(x, param)
            return layers.max_pool_backward(dout, cache)

        contenders = both(ours)
        if torch:
            pool = lambda a, k=window, s=stride: torch.nn.functional.max_pool2d(a, k, s)
            contenders["torch"] = through_autograd(pool, [x], dout)
            contenders["torch nhwc"] = through_autograd(
                pool, [x], dout, torch.channels_last
            )
        # Read x and dout, write out and dx: as much as two copies of x, nearly.
        moved = np.empty_like(x)
        contenders["floor"] = lambda x=x, y=moved: (np.copyto(y, x), np.copyto(y, x))
        yield name, contenders, None


def norms(dtype):
    for shape in ((128, 1024), (64, 64, 32, 32)):
        draw, c = data(dtype), shape[1]
        x, dout, gamma, beta = draw(*shape), draw(*shape), draw(c), draw(c)
        kind = "spatial_batchnorm" if len(shape) == 4 else "batchnorm"
        forward = getattr(layers, f"{kind}_forward")
        backward = getattr(layers, f"{kind}_backward")

        def ours(f=forward, b=backward, arrays=(x, gamma, beta), dout=dout):
            return b(dout, f(*arrays, {"mode": "train"})[1])

        contenders = both(ours)
        if torch:
            norm = lambda a, g, s: torch.nn.functional.batch_norm(
                a, None, None, g, s, training=True
            )
            contenders["torch"] = through_autograd(norm, (x, gamma, beta), dout)
        moved = np.empty_like(x)
        # Two passes over x forward and over x and dout backward, two results.
        contenders["floor"] = lambda x=x, y=moved: [np.copyto(y, x) for _ in range(4)]
        yield f"{kind} {'x'.join(map(str, shape))}", contenders, None


def affines(dtype):
    for n, d, m in ((100, 8192, 100), (128, 1024, 1024), (100, 3072, 100)):
        draw = data(dtype)
        x, w, b, dout = draw(n, d), 0.01 * draw(d, m), draw(m), draw(n, m)

        def ours(x=x, w=w, b=b, dout=dout):
            return layers.affine_backward(dout, layers.affine_forward(x, w, b)[1])

        contenders = both(ours)
        if torch:
            affine = lambda a, w, b: torch.addmm(b, a, w)
            contenders["torch"] = through_autograd(affine, (x, w, b), dout)
        contenders["floor"] = lambda x=x, w=w, g=dout: (x @ w, g @ w.T, x.T @ g)
        yield f"affine {n}x{d}-{m}", contenders, 6 * n * d * m


def losses(dtype):
    for n, c in ((128, 10), (2048, 1000)):
        x, y = 3 * data(dtype)(n, c), np.random.default_rng(1).integers(0, c, n)
        for name in ("softmax_loss", "svm_loss"):
            loss = getattr(layers, name)
            contenders = both(lambda loss=loss, x=x, y=y: loss(x, y))
            if torch:
                f, labels = torch.nn.functional, torch.from_numpy(y)
                kind = f.cross_entropy if name[1] == "o" else f.multi_margin_loss
                contenders["torch"] = through_autograd(
                    lambda a, kind=kind, t=labels: kind(a, t),
                    [x],
                    np.array(1, dtype),
                )
            moved = np.empty_like(x)
            contenders["floor"] = lambda x=x, y=moved: np.copyto(y, x)
            yield f"{name} {n}x{c}", contenders, None


def updates(dtype):
    for count in (819_200, 10_485_760):
        w, dw = data(dtype)(2, count)
        mine, twins = ({"learning_rate": 1e-3} for _ in range(2))
        ours = lambda w=w, g=dw, c=mine: optim.adam(w, g, c, out=w)
        other = w.copy()
        plain = lambda w=other, g=dw, c=twins: optim.adam(w, g, c, out=w)
        contenders = {"ours": ours, "numpy": twin(plain)}
        if torch:
            parameter = torch.from_numpy(w.copy()).requires_grad_()
            parameter.grad = torch.from_numpy(dw)
            contenders["torch"] = torch.optim.Adam([parameter], fused=True).step
        moved = np.empty_like(w)  # seven arrays go by: three and a half copies
        contenders["floor"] = lambda w=w, y=moved: [np.copyto(y, w) for _ in range(4)]
        yield f"adam {count}", contenders, None


def recurrent(dtype):
    n, t, d = 128, 16, 512
    for kind, gates in (("rnn", 1), ("lstm", 4)):
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


def mixed(dtype):
    """A matrix product of NumPy's right before our convolution, and right after."""
    case = CONVOLUTIONS["c 3x3 64-64"]
    conv = convolution((16, *case[1:]), dtype)[0]["ours"]
    a = data(dtype)(1500, 1500)
    product = lambda: a @ a
    yield (
        "convolution and product",
        {
            "both": lambda: (product(), conv()),
            "product": product,
            "convolution": conv,
        },
        None,
    )


GROUPS = {
    "conv": convolutions,
    "resnet18": resnet,
    "scaling": scaling,
    "pool": pools,
    "norm": norms,
    "affine": affines,
    "loss": losses,
    "update": updates,
    "recurrent": recurrent,
    "mixed": mixed,
}
