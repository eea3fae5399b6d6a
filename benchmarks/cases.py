"""Every layer but convolution, forward and backward, by contender."""

import numpy as np

from benchmarks.contenders import both, data, through_autograd, torch, twin
from benchmarks.convolutions import CONVOLUTIONS, convolution
from cs231n import layers, optim

#: N, C, H, W, window, stride.
POOLS = {
    "2x2 100x3x32x32": (100, 3, 32, 32, 2, 2),
    "2x2 100x32x32x32": (100, 32, 32, 32, 2, 2),
    "3x3 s2 64x64x31x31": (64, 64, 31, 31, 3, 2),
}


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


def averages(dtype):
    draw = data(dtype)
    x = draw(64, 64, 31, 31)
    for name, window in (("avg 3x3 s2", 3), ("global avg", 31)):
        param = {"pool_height": window, "pool_width": window, "stride": 2}
        dout = draw(*layers.avg_pool_forward(x, param)[0].shape)

        def ours(param=param, dout=dout):
            _, cache = layers.avg_pool_forward(x, param)
            return layers.avg_pool_backward(dout, cache)

        contenders = both(ours)
        if torch:
            pool = lambda a, k=window: torch.nn.functional.avg_pool2d(a, k, 2)
            contenders["torch"] = through_autograd(pool, [x], dout)
        moved = np.empty_like(x)
        contenders["floor"] = lambda y=moved: np.copyto(y, x)
        yield f"{name} 64x64x31x31", contenders, None


def group_norms(dtype):
    for shape, groups in (((2048, 512), None), ((64, 64, 32, 32), 8)):
        draw, c = data(dtype), shape[1]
        arrays, dout = (draw(*shape), draw(c), draw(c)), draw(*shape)
        if groups is None:
            forward = lambda a=arrays: layers.layernorm_forward(*a, {})
            backward, name = layers.layernorm_backward, "layernorm"
        else:
            forward = lambda a=arrays, g=groups: layers.spatial_groupnorm_forward(
                *a, g, {}
            )
            backward, name = layers.spatial_groupnorm_backward, f"groupnorm {groups}"
        contenders = both(lambda f=forward, b=backward, d=dout: b(d, f()[1]))
        if torch:
            norm = lambda x, w, b, c=c, g=groups: (
                torch.nn.functional.group_norm(x, g, w, b)
                if g
                else torch.nn.functional.layer_norm(x, (c,), w, b)
            )
            contenders["torch"] = through_autograd(norm, arrays, dout)
        moved, x = np.empty_like(arrays[0]), arrays[0]
        contenders["floor"] = lambda x=x, y=moved: [np.copyto(y, x) for _ in range(4)]
        yield f"{name} {'x'.join(map(str, shape))}", contenders, None


def pointwise(dtype):
    x, dout = data(dtype)(2, 100, 32, 32, 32)
    for name, options in (("relu", {}), ("gelu", {}), ("gelu", {"exact": True})):
        forward = getattr(layers, f"{name}_forward")
        backward = getattr(layers, f"{name}_backward")
        contenders = both(
            lambda f=forward, b=backward, o=options: b(dout, f(x, **o)[1])
        )
        if torch:
            kind = (
                {} if name == "relu" else {"approximate": "none" if options else "tanh"}
            )
            theirs = getattr(torch.nn.functional, name)
            contenders["torch"] = through_autograd(
                lambda a, t=theirs, k=kind: t(a, **k), [x], dout
            )
        moved = np.empty_like(x)
        contenders["floor"] = lambda y=moved: (np.copyto(y, x), np.copyto(y, x))
        yield f"{name}{' exact' * bool(options)} 100x32x32x32", contenders, None


def mixed(dtype):
    """A matrix product of NumPy's right before our convolution, and right after."""
    case = CONVOLUTIONS["c 3x3 64-64"]
    conv = convolution((16, *case[1:]), dtype)[0]["ours"]
    a = data(dtype)(1500, 1500)
    product = lambda: a @ a
    alone = {"ours": (product, conv), "alone": conv}
    yield "convolution after a product", alone, None
    alone = {"ours": (conv, product), "alone": product}
    yield "product after a convolution", alone, None


GROUPS = {
    "pool": pools,
    "norm": norms,
    "affine": affines,
    "loss": losses,
    "update": updates,
    "average": averages,
    "group": group_norms,
    "pointwise": pointwise,
    "mixed": mixed,
}
