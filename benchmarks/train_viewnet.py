"""Train the network that sees without labels: ``python -m benchmarks.train_viewnet``.

Writes ``cs231n/data/drawn/viewnet.npz`` and prints what a linear model reads from its
features, by number of labels, beside a random network's. No label is looked at in
training. Eight minutes of processor time on one core.

``--labels 500`` trains the same network with labels instead, from scratch,
``--labels 500 --tune`` from the shipped weights on, and ``--labels 500 --plain`` from
scratch without views. Choices such as the number of steps are made on the validation
pictures, the training pictures from 48,000 on.
"""

import argparse
import time

import numpy as np

from cs231n import autograd
from cs231n.data import load_shapes10
from cs231n.data.imageset import ImageSet
from cs231n.nets.references import contrastive, views
from cs231n.nets.viewnet import (
    WEIGHTS,
    encoder,
    features,
    normalise,
    projector,
    viewnet,
)
from cs231n.runs import terminal
from cs231n.schedules import cosine

BATCH_SIZE, STEPS, PICTURES, SEED = 128, 3500, 48_000, 231
#: Side of a view, and strength of its changes of colour without labels and with them.
SIZE, STRENGTHS = 24, (0.3, 1.0)
#: Steps with labels. Without views: how often to look, and how long to wait for better.
LABELLED_STEPS, LOOK, PATIENCE = 1600, 50, 300
#: Training pictures that choices are made on.
HELD_OUT = slice(48_000, 50_000)
#: Numbers of labels for which networks are compared.
LABELS = (100, 500, 2000)


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
    images,
    seed,
    *,
    steps=STEPS,
    rate=3e-3,
    tau=0.2,
    watch=None,
    every=250,
    **kinds,
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


def untrained(images, seed):
    """Return an encoder with initial weights whose batch norm has seen pictures."""
    autograd.manual_seed(seed)
    net = encoder(autograd.nn)
    with autograd.no_grad():
        for start in range(0, 5000, 500):
            net(autograd.from_numpy(normalise(images[start : start + 500])))
    return net


# With labels ------------------------------------------------------------------------
def train_supervised(
    images,
    labels,
    seed,
    *,
    start=None,
    steps=800,
    rate=2e-3,
    decay=1e-2,
    batch=64,
    size=32,
    strength=1.0,
):
    """Train encoder and linear layer on labels, from scratch or from ``start`` on."""
    t = autograd
    t.manual_seed(seed)
    rng, net = np.random.default_rng(seed), encoder(t.nn, labels.max() + 1)
    if start is not None:
        net.load_state_dict(net.state_dict() | start.state_dict())
    rule = t.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
    for i in range(steps):
        rows = rng.integers(len(labels), size=batch)
        x = views.random_resized_crop(images[rows], rng, size)
        x = views.color_distortion(x, rng, strength)
        for group in rule.param_groups:
            group["lr"] = rate * cosine(i / steps)
        _step_on_labels(net, rule, x, labels[rows])
    return net


def train_plainly(images, labels, seed, judge, *, rate=2e-3, decay=1e-2, batch=64):
    """Train encoder and linear layer on labels, without views.

    Ends PATIENCE steps after ``judge(net)`` was highest; returns that network's best
    judgement, its step, and what ``judge`` said.
    """
    t = autograd
    t.manual_seed(seed)
    rng, net = np.random.default_rng(seed), encoder(t.nn, labels.max() + 1)
    rule = t.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
    step, best = 0, ((-1.0,), 0)
    while step < best[1] + PATIENCE:
        step += 1
        rows = rng.integers(len(labels), size=batch)
        _step_on_labels(net, rule, images[rows], labels[rows])
        if step % LOOK == 0:
            best = max(best, (judge(net), step))
    return best


def _step_on_labels(net, rule, x, y):
    t = autograd
    scores = net(t.from_numpy(normalise(x)))
    loss = t.nn.functional.cross_entropy(scores, t.from_numpy(y))
    rule.zero_grad()
    loss.backward()
    rule.step()


# How good it is ---------------------------------------------------------------------
def probe(net, data, numbers=LABELS, reg=0.1):
    """Return the accuracy of linear models of a network's features, by labels."""
    X = data.X_train[: max(numbers)]
    F, Q = (features(autograd, net, part) for part in (X, data.X_test))
    found = {}
    for number in numbers:
        scores = contrastive.linear_probe(F[:number], data.y_train[:number], Q, reg)
        found[number] = float(np.mean(scores.argmax(axis=1) == data.y_test))
    return found


def accuracy(net, data):
    """Return the share of test pictures that a network with scores gets right."""
    return float(np.mean(features(autograd, net, data.X_test).argmax(1) == data.y_test))


def validation(data):
    """Return the same pictures with those held out from training for the test."""
    X, y = data.X_train, data.y_train
    return ImageSet(X, y, X[HELD_OUT], y[HELD_OUT], data.classes, data.source)


def save(net, path):
    """Write weights and running averages in half precision."""
    state = net.state_dict()
    named = {k: v.numpy() for k, v in state.items() if "num_batches" not in k}
    np.savez_compressed(path, **{k: v.astype(np.float16) for k, v in named.items()})


def main(argv=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, help=f"{STEPS}; labels: {LABELLED_STEPS}")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--pictures", type=int, default=PICTURES, help="without labels")
    parser.add_argument("--labels", type=int, help="train with so many labels instead")
    parser.add_argument("--tune", action="store_true", help="from the shipped weights")
    parser.add_argument("--plain", action="store_true", help="labels without views")
    parser.add_argument("--size", type=int, default=SIZE, help="of views")
    parser.add_argument(
        "--strength",
        type=float,
        help="of changes of colour: {} and {}".format(*STRENGTHS),
    )
    parser.add_argument("--output", default=WEIGHTS)
    options = parser.parse_args(argv)
    labelled = bool(options.labels)
    options.steps = options.steps or (STEPS, LABELLED_STEPS)[labelled]
    if options.strength is None:
        options.strength = STRENGTHS[labelled]
    data = load_shapes10(HELD_OUT.stop, dtype=np.uint8)
    begin = time.process_time()
    (_with_labels if options.labels else _without_labels)(options, data)
    print(f"{time.process_time() - begin:.0f} s of processor time", flush=True)


def _with_labels(options, data):
    few = data.X_train[: options.labels], data.y_train[: options.labels]
    if options.plain:
        both = (validation(data), data)
        found, step = train_plainly(
            *few, options.seed, lambda net: tuple(accuracy(net, d) for d in both)
        )
        print(
            f"step {step}: validation {found[0]:.4f}, test {found[1]:.4f}", flush=True
        )
        return
    net = train_supervised(
        *few,
        options.seed,
        start=viewnet(autograd) if options.tune else None,
        **{name: getattr(options, name) for name in ("steps", "size", "strength")},
    )
    held_out, test = accuracy(net, validation(data)), accuracy(net, data)
    print(vars(options), f"validation {held_out:.4f}, test {test:.4f}", flush=True)


def _without_labels(options, data):
    pictures, held_out = data.X_train[: options.pictures], validation(data)

    def watch(step, loss, net):
        print(f"step {step} loss {loss:.3f} {probe(net, held_out)}", flush=True)

    start = untrained(pictures, options.seed)
    print("untrained, test", probe(start, data), flush=True)
    net = train(
        pictures,
        options.seed,
        steps=options.steps,
        size=options.size,
        strength=options.strength,
        watch=watch,
        every=500,
    )
    save(net, options.output)
    print("trained, test", probe(net, data), flush=True)


if __name__ == "__main__":
    terminal.leave(main)
