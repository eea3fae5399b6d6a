"""Train the network that sees without labels: ``python -m benchmarks.train_viewnet``.

Writes ``cs231n/data/drawn/viewnet.npz`` and prints what a linear model reads from its
features, by number of labels, beside a random network's and beside networks that were
trained on the same labels from scratch (``--supervised``). No label is looked at in
training. Five minutes on one core.
"""

import argparse
import time

import numpy as np

from cs231n import autograd
from cs231n.data import load_shapes10
from cs231n.nets.references import contrastive, views
from cs231n.nets.viewnet import (
    WEIGHTS,
    encoder,
    features,
    normalise,
    projector,
)
from cs231n.schedules import cosine

BATCH_SIZE, STEPS, PICTURES, SEED = 128, 2000, 10_000, 231
#: Numbers of labels for which networks are compared.
LABELS = (100, 500, 2000, 10_000)


# Without labels ---------------------------------------------------------------------
def step_of(t, net, head, rate, tau, decay=1e-3):
    """Return a step that takes two views of a batch (N, 3, H, W) and a share done."""
    weights = [*net.parameters(), *head.parameters()]
    rule = t.optim.AdamW(weights, lr=rate, weight_decay=decay)

    def step(left, right, share=0.0):
        z = head(net(t.from_numpy(np.concatenate([left, right]))))
        out = z.detach().numpy()
        half = len(out) // 2
        loss, *gradient = contrastive.nt_xent(out[:half], out[half:], tau)
        for group in rule.param_groups:
            group["lr"] = rate * cosine(share)
        rule.zero_grad()
        z.backward(t.from_numpy(np.concatenate(gradient)))
        rule.step()
        return loss

    return step


def train(
    images, seed, *, steps=STEPS, rate=3e-3, tau=0.2, watch=None, every=250, **kinds
):
    """Train an encoder on pictures without labels; return it."""
    autograd.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net, head = encoder(autograd.nn), projector(autograd.nn)
    step = step_of(autograd, net, head, rate, tau)
    for i in range(steps):
        rows = rng.choice(len(images), BATCH_SIZE, replace=False)
        pair = views.two_views(images[rows], rng, **kinds)
        loss = step(*map(normalise, pair), share=i / steps)
        if watch and (i + 1) % every == 0:
            watch(i + 1, loss, net)
    return net


# With labels ------------------------------------------------------------------------
def train_supervised(
    images, labels, seed, *, steps=800, rate=2e-3, decay=1e-2, size=64, colour=True
):
    """Train the same encoder with a linear layer on few labels, from scratch."""
    t = autograd
    t.manual_seed(seed)
    rng, net = np.random.default_rng(seed), encoder(t.nn, labels.max() + 1)
    rule = t.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
    for i in range(steps):
        rows = rng.integers(len(labels), size=size)
        x = views.random_resized_crop(images[rows], rng)
        x = views.color_distortion(x, rng) if colour else x
        scores = net(t.from_numpy(normalise(x)))
        loss = t.nn.functional.cross_entropy(scores, t.from_numpy(labels[rows]))
        for group in rule.param_groups:
            group["lr"] = rate * cosine(i / steps)
        rule.zero_grad()
        loss.backward()
        rule.step()
    return net


def untrained(images, seed):
    """Return an encoder with initial weights whose batch norm has seen pictures."""
    autograd.manual_seed(seed)
    net = encoder(autograd.nn)
    with autograd.no_grad():
        for start in range(0, 5000, 500):
            net(autograd.from_numpy(normalise(images[start : start + 500])))
    return net


# How good it is ---------------------------------------------------------------------
def probe(net, data, numbers=LABELS, reg=0.1):
    """Return the accuracy of linear models of a network's features, by labels."""
    F, Q = (features(autograd, net, X) for X in (data.X_train, data.X_test))
    found = {}
    for number in numbers:
        scores = contrastive.linear_probe(F[:number], data.y_train[:number], Q, reg)
        found[number] = float(np.mean(scores.argmax(axis=1) == data.y_test))
    return found


def accuracy(net, data):
    """Return the share of test pictures that a network with scores gets right."""
    return float(np.mean(features(autograd, net, data.X_test).argmax(1) == data.y_test))


def save(net, path):
    """Write weights and running averages in half precision."""
    state = net.state_dict()
    named = {k: v.numpy() for k, v in state.items() if "num_batches" not in k}
    np.savez_compressed(path, **{k: v.astype(np.float16) for k, v in named.items()})


def main(argv=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--tau", type=float, default=0.2)
    parser.add_argument("--supervised", action="store_true", help="the rivals alone")
    parser.add_argument("--output", default=WEIGHTS)
    options = parser.parse_args(argv)
    data = load_shapes10(options.pictures, dtype=np.uint8)
    start = time.process_time()

    def watch(step, loss, net):
        found = {k: f"{v:.3f}" for k, v in probe(net, data).items()}
        spent = time.process_time() - start
        print(f"step {step} loss {loss:.3f} {spent:.0f} s {found}", flush=True)

    print("untrained", probe(untrained(data.X_train, SEED), data), flush=True)
    if options.supervised:
        for count in LABELS[:3]:
            net = train_supervised(data.X_train[:count], data.y_train[:count], 1)
            print(f"supervised, {count} labels {accuracy(net, data):.3f}", flush=True)
        return
    kinds = {"steps": options.steps, "rate": options.rate, "tau": options.tau}
    net = train(data.X_train, SEED, watch=watch, **kinds)
    save(net, options.output)


if __name__ == "__main__":
    main()
