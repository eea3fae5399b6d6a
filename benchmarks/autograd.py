"""The tape against PyTorch eager and against the same step by hand.

``python -m benchmarks.autograd`` trains four networks for a step (forward, backward
and update with Adam) at the notebooks' sizes: an MLP, a convnet, a transformer block
and a U-Net block. ``torch`` is PyTorch on the CPU through autograd, ``hand`` the same
step with calls of our layers, without a tape. Contenders take turns in one process for
each number of threads. Times are the processor's on one thread, which a busy machine
leaves alone, and the wall's on more.
"""

import argparse
import json
import subprocess
import sys

import numpy as np

from benchmarks.contenders import torch
from benchmarks.timing import CLOCKS, bests, interleaved, medians
from cs231n import autograd, kernels, layers, optim
from cs231n.runs import terminal

#: Bounds for our best time over that of another contender.
GOALS = {"torch": 0.9, "hand": 1.1}


def draw(*shape):
    return np.random.default_rng(231).standard_normal(shape).astype(np.float32)


# The networks, for either engine ----------------------------------------------------
def mlp(t):
    nn = t.nn
    net = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256),
        nn.ReLU(),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Linear(256, 10),
    )
    return net, (draw(128, 1, 28, 28), np.arange(128) % 10)


def convnet(t):
    nn = t.nn
    parts = []
    for inner, outer in ((3, 32), (32, 32), (32, 64)):
        parts += [
            nn.Conv2d(inner, outer, 3, padding=1),
            nn.BatchNorm2d(outer),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
    net = nn.Sequential(*parts, nn.Flatten(), nn.Linear(1024, 10))
    return net, (draw(64, 3, 32, 32), np.arange(64) % 10)


def transformer(t):
    nn, functional = t.nn, t.nn.functional

    class Block(nn.Module):
        def __init__(self, width=96, heads=4):
            super().__init__()
            self.heads = heads
            self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
            self.value, self.proj = nn.Linear(width, width), nn.Linear(width, width)
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.fc1, self.fc2 = (
                nn.Linear(width, 2 * width),
                nn.Linear(2 * width, width),
            )
            self.gelu, self.head = nn.GELU(), nn.Linear(width, 10)

        def split(self, x):
            n, s, e = x.shape
            return x.view(n, s, self.heads, e // self.heads).transpose(1, 2)

        def forward(self, x):
            y = self.norm1(x)
            q, k, v = (self.split(f(y)) for f in (self.query, self.key, self.value))
            scores = q @ k.transpose(-2, -1) / (q.shape[-1] ** 0.5)
            mixed = functional.softmax(scores, dim=-1) @ v
            x = x + self.proj(mixed.transpose(1, 2).reshape(x.shape))
            x = x + self.fc2(self.gelu(self.fc1(self.norm2(x))))
            return self.head(x.mean(dim=1))

    return Block(), (draw(64, 64, 96), np.arange(64) % 10)


def unet(t):
    nn = t.nn

    class Block(nn.Module):
        def __init__(self, low=24, high=48, context=128):
            super().__init__()
            self.first = nn.Conv2d(4, low, 3, padding=1)
            self.norm1, self.conv1 = (
                nn.GroupNorm(8, low),
                nn.Conv2d(low, low, 3, padding=1),
            )
            self.time, self.norm2 = nn.Linear(context, low), nn.GroupNorm(8, low)
            self.conv2 = nn.Conv2d(low, low, 3, padding=1)
            self.down = nn.Conv2d(low, high, 3, stride=2, padding=1)
            self.up, self.act = nn.Upsample(scale_factor=2), nn.SiLU()
            self.last = nn.Conv2d(high + low, 4, 3, padding=1)

        def forward(self, x, context):
            h = x = self.first(x)
            h = self.conv1(self.act(self.norm1(h)))
            h = h + self.time(context)[:, :, None, None]
            h = x + self.conv2(self.act(self.norm2(h)))
            return self.last(t.cat([self.up(self.down(h)), h], dim=1))

    return Block(), (draw(64, 4, 14, 14), draw(64, 128), draw(64, 4, 14, 14))


NETWORKS = {"mlp": mlp, "convnet": convnet, "transformer": transformer, "unet": unet}


def step_of(t, make):
    """Return the network of an engine and a call that takes one step of training."""
    net, data = make(t)
    rule = t.optim.Adam(net.parameters(), lr=1e-3)
    *inputs, target = (t.from_numpy(a) for a in data)
    loss_of = t.nn.functional.cross_entropy
    loss_of = t.nn.functional.mse_loss if target.ndim == 4 else loss_of

    def step():
        loss = loss_of(net(*inputs), target)
        rule.zero_grad()
        loss.backward()
        rule.step()

    return net, step


# The same by hand -------------------------------------------------------------------
class ByHand:
    """Weights as views of one vector, gradients put beside them, one call of Adam."""

    def __init__(self, net):
        named = {n: p.detach().numpy() for n, p in net.named_parameters()}
        self.flat = np.concatenate([a.ravel() for a in named.values()])
        self.grad, self.w, self.g, start = np.empty_like(self.flat), {}, {}, 0
        for name, a in named.items():
            for into, flat in ((self.w, self.flat), (self.g, self.grad)):
                into[name] = flat[start : start + a.size].reshape(a.shape)
            start += a.size
        self.config = {"learning_rate": 1e-3}
        self.state = {}

    def update(self):
        optim.adam(self.flat, self.grad, self.config, out=self.flat)

    def put(self, name, dw, db):
        self.g[f"{name}.weight"][...] = dw.reshape(self.g[f"{name}.weight"].shape)
        self.g[f"{name}.bias"][...] = db.ravel()

    def affine(self, name, x):
        w, b = self.w[f"{name}.weight"], self.w[f"{name}.bias"]
        x = x.reshape(-1, w.shape[1])
        out = np.empty((len(x), len(w)), x.dtype)
        kernels.impl.matmul(x, w.T, out, bias=b)

        def back(g, need_dx=True):
            dw, db, dx = np.empty_like(w), np.empty_like(b), None
            kernels.impl.matmul(g.T, x, dw)
            kernels.impl.row_sum(g, db)
            if need_dx:
                dx = np.empty_like(x)
                kernels.impl.matmul(g, w, dx)
            self.put(name, dw, db)
            return dx

        return out, back

    def layer(self, name, forward, backward, x, *options, **how):
        out, cache = forward(
            x, self.w[f"{name}.weight"], self.w[f"{name}.bias"], *options
        )

        def back(g):
            dx, dw, db = backward(g, cache, **how)
            self.put(name, dw, db)
            return dx

        return out, back


def mlp_by_hand(net, x, y):
    hand = ByHand(net)

    def step():
        a, back1 = hand.affine("1", x)
        r, cache1 = layers.relu_forward(a)
        b, back2 = hand.affine("3", r)
        s, cache2 = layers.relu_forward(b)
        scores, back3 = hand.affine("5", s)
        g = layers.softmax_loss(scores, y)[1]
        g = layers.relu_backward(back3(g), cache2)
        back1(layers.relu_backward(back2(g), cache1), need_dx=False)
        hand.update()

    return step


def convnet_by_hand(net, x, y):
    hand = ByHand(net)
    conv = {"stride": 1, "pad": 1}
    pool = {"pool_height": 2, "pool_width": 2, "stride": 2}
    norms = [{"mode": "train"} for _ in range(3)]

    def step():
        h, backs = x, []
        for i in range(3):
            h, b1 = hand.layer(
                str(4 * i),
                layers.conv_forward,
                layers.conv_backward,
                h,
                conv,
                need_dx=i > 0,
            )
            h, b2 = hand.layer(
                str(4 * i + 1),
                layers.spatial_batchnorm_forward,
                layers.spatial_batchnorm_backward,
                h,
                norms[i],
            )
            h, relu = layers.relu_forward(h)
            h, pooled = layers.max_pool_forward(h, pool)
            backs.append((b1, b2, relu, pooled))
        scores, back = hand.affine("13", h)
        g = back(layers.softmax_loss(scores, y)[1]).reshape(h.shape)
        for b1, b2, relu, pooled in reversed(backs):
            g = layers.relu_backward(layers.max_pool_backward(g, pooled), relu)
            g = b1(b2(g))
        hand.update()

    return step


def transformer_by_hand(net, x, y):
    hand, heads = ByHand(net), 4
    norm = layers.layernorm_forward, layers.layernorm_backward
    s, e = x.shape[1:]
    names = {"q": "query", "k": "key", "v": "value", "o": "proj"}
    # The layer multiplies by weights from the right: hold them turned.
    params = {}
    for short, name in names.items():
        params["W" + short] = np.ascontiguousarray(hand.w[f"{name}.weight"].T)
        params["b" + short] = hand.w[f"{name}.bias"]

    def step():
        for short, name in names.items():
            params["W" + short][...] = hand.w[f"{name}.weight"].T
        flat = x.reshape(-1, e)
        a, back1 = hand.layer("norm1", *norm, flat, {})
        a = a.reshape(x.shape)
        mixed, cache = layers.multi_head_attention_forward(
            a, a, a, params, num_heads=heads
        )
        h = flat + mixed.reshape(-1, e)
        b, back2 = hand.layer("norm2", *norm, h, {})
        c, back3 = hand.affine("fc1", b)
        d, gelu = layers.gelu_forward(c, exact=True)
        f, back4 = hand.affine("fc2", d)
        h = h + f
        scores, back5 = hand.affine("head", h.reshape(x.shape).mean(axis=1))
        g = back5(layers.softmax_loss(scores, y)[1]) / np.float32(s)
        g = np.ascontiguousarray(np.broadcast_to(g[:, None], x.shape)).reshape(-1, e)
        g = g + back2(back3(layers.gelu_backward(back4(g), gelu)))
        *three, grads = layers.multi_head_attention_backward(g.reshape(x.shape), cache)
        for short, name in names.items():
            hand.put(name, grads["W" + short].T, grads["b" + short])
        back1((three[0] + three[1] + three[2]).reshape(-1, e))
        hand.update()

    return step


def unet_by_hand(net, x, context, target):
    hand = ByHand(net)
    conv = layers.conv_forward, layers.conv_backward
    same, half = {"stride": 1, "pad": 1}, {"stride": 2, "pad": 1}

    def norm(name, h):
        gamma, beta = hand.w[f"{name}.weight"], hand.w[f"{name}.bias"]
        out, cache = layers.spatial_groupnorm_forward(h, gamma, beta, 8, {})

        def back(g):
            dx, dgamma, dbeta = layers.spatial_groupnorm_backward(g, cache)
            hand.put(name, dgamma, dbeta)
            return dx

        return out, back

    def step():
        h0, b0 = hand.layer("first", *conv, x, same, need_dx=False)
        h, b1 = norm("norm1", h0)
        h, act1 = layers.silu_forward(h)
        h, b2 = hand.layer("conv1", *conv, h, same)
        time, b3 = hand.affine("time", context)
        h, b4 = norm("norm2", h + time[:, :, None, None])
        h, act2 = layers.silu_forward(h)
        h, b5 = hand.layer("conv2", *conv, h, same)
        h1 = h0 + h
        down, b6 = hand.layer("down", *conv, h1, half)
        up, cache = layers.upsample_nearest_forward(down, 2)
        wide = np.concatenate([up, h1], axis=1)
        out, b7 = hand.layer("last", *conv, wide, same)
        g = b7(layers.mse_loss(out, target)[1])
        g1 = np.ascontiguousarray(g[:, : up.shape[1]])
        g2 = g[:, up.shape[1] :] + b6(layers.upsample_nearest_backward(g1, cache))
        g = b4(layers.silu_backward(b5(g2), act2))
        b3(g.sum(axis=(2, 3)), need_dx=False)
        b0(g2 + b1(layers.silu_backward(b2(g), act1)))
        hand.update()

    return step


BY_HAND = {
    "mlp": mlp_by_hand,
    "convnet": convnet_by_hand,
    "transformer": transformer_by_hand,
    "unet": unet_by_hand,
}


def measure(names, threads, rounds, clock):
    """Yield a row for each network."""
    kernels.set_num_threads(threads)
    if torch:
        torch.set_num_threads(threads)
    for name in names:
        net, ours = step_of(autograd, NETWORKS[name])
        contenders = {
            "ours": ours,
            "hand": BY_HAND[name](net, *NETWORKS[name](autograd)[1]),
        }
        if torch:
            contenders["torch"] = step_of(torch, NETWORKS[name])[1]
        times = interleaved(contenders, rounds=rounds, clock=CLOCKS[clock], sample=0.05)
        yield {
            "case": name,
            "threads": threads,
            "clock": clock,
            "ms": medians(times),
            "best": bests(times),
        }


def main(argv=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default=",".join(NETWORKS), help="which, by comma")
    parser.add_argument("--threads", default="1,2", help="numbers, by comma")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--clock", choices=tuple(CLOCKS), help="one for all")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    names = arguments.cases.split(",")
    counts = [int(t) for t in arguments.threads.split(",")]
    if arguments.clock == "cpu" and counts != [1]:
        parser.error("--clock cpu measures one thread only: add --threads 1")
    if arguments.here:
        clock = arguments.clock or ("cpu" if counts == [1] else "wall")
        for row in measure(names, counts[0], arguments.rounds, clock):
            print(json.dumps(row), flush=True)
        return 0
    for threads in counts:
        _report(arguments, threads)
    return 0


def _report(arguments, threads):
    """Measure in a process whose libraries see this number of threads; print it."""
    from benchmarks.__main__ import surroundings

    command = [sys.executable, "-m", "benchmarks.autograd", "--here"]
    command += ["--threads", str(threads), "--cases", arguments.cases]
    command += ["--rounds", str(arguments.rounds)]
    command += ["--clock", arguments.clock] if arguments.clock else []
    answer = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=surroundings(threads),
        check=True,
    )
    for line in answer.stdout.splitlines():
        row = json.loads(line)
        best = row["best"]
        cells = "  ".join(f"{label} {ms:7.2f} ms" for label, ms in best.items())
        ratios = "  ".join(
            f"/{label} {best['ours'] / best[label]:.2f} (goal {goal})"
            for label, goal in GOALS.items()
            if label in best
        )
        how = f"{threads} thread(s), {row['clock']}"
        print(f"{row['case']:12} {how}   {cells}   {ratios}", flush=True)


if __name__ == "__main__":
    terminal.leave(main)
