"""Train a diffusion on ``glyphs`` on the tape: ``python -m benchmarks.diffusion``.

Prints how good its digits are and how many show the class asked for, by the scale of
guidance, with the seconds of processor time. ``--kind ddpm`` predicts the noise of 100
steps in place of a velocity, ``--kind colour`` the velocity on ``shapes10``. Steps are
written for the tape and for PyTorch alike.
"""

import argparse
import itertools
import time
from typing import NamedTuple

import numpy as np

from cs231n import autograd
from cs231n.data import load_glyphs, load_shapes10
from cs231n.nets.conv_stack import from_bytes
from cs231n.nets.diffusion import noisenet, shapeflow
from cs231n.nets.diffusion.noise import noise_schedule
from cs231n.nets.diffusion.noisenet import TIMESTEPS
from cs231n.nets.digitnet import as_pictures
from cs231n.nets.references import denoisers
from cs231n.runs import terminal
from cs231n.schedules import cosine
from cs231n.scores import DigitScores, ShapeScores

RATE = 3e-3
#: The median time of a flow is 1 / (1 + exp(-LATE)): noisy ones decide the class.
LATE = np.float32(0.7)
TABLES = noise_schedule(TIMESTEPS)
#: What a step back takes of them.
STEP = (
    *("sqrt_alphas_cumprod", "sqrt_one_minus_alphas_cumprod"),
    *("posterior_mean_coef1", "posterior_mean_coef2", "posterior_std"),
)
#: Pictures in colour that are learned from, and the shape of the noise by kind.
COLOURED = 20_000
NOISE = {"flow": (4, 14, 14), "ddpm": (4, 14, 14), "colour": (12, 8, 8)}
ONE_HOT = np.eye(10, dtype=np.float32)


def network(t, seed, kind="flow"):
    """Draw a U-Net, for digits as 4 channels of 14 x 14 or colours as 12 of 8 x 8."""
    t.manual_seed(seed)
    return denoisers.unet(t, **(shapeflow if kind == "colour" else noisenet).SIZES)


def packed(x):
    """Move each square of 2 x 2 pixels into the channels."""
    n, channels, height, width = x.shape
    x = x.reshape(n, channels, height // 2, 2, width // 2, 2)
    x = np.ascontiguousarray(x.transpose(0, 1, 3, 5, 2, 4))
    return x.reshape(n, 4 * channels, height // 2, width // 2)


def unpacked(x):
    """Move channels back into squares of pixels from -1 to 1."""
    n, channels, height, width = x.shape
    x = x.reshape(n, channels // 4, 2, 2, height, width).transpose(0, 1, 4, 2, 5, 3)
    return np.clip(x.reshape(n, channels // 4, 2 * height, 2 * width), -1, 1)


def pictures(kind, part="train"):
    """Load pictures (N, C, H, W) from -1 to 1 and their classes, or those held out."""
    if kind == "colour":
        data = load_shapes10(COLOURED, None, np.uint8, "NCHW")
    else:
        data = load_glyphs(None, None, np.uint8)
    X, y = (getattr(data, f"{name}_{part}") for name in "Xy")
    return (halved(from_bytes(X)) if kind == "colour" else as_pictures(X)), y


def halved(x):
    """Take the mean of each square of 2 x 2 pixels."""
    n, channels, height, width = x.shape
    x = x.reshape(n, channels, height // 2, 2, width // 2, 2)
    return x.mean(axis=(3, 5))


def judge(kind):
    """Return the scores of the pictures that a kind of training is about."""
    real, _ = pictures(kind)
    if kind == "colour":
        return ShapeScores(real[:10_000])
    return DigitScores(real[:4000])


class Training(NamedTuple):
    """How a network is trained."""

    steps: int
    size: int  #: pictures of a step
    decay: float  #: of the average of the weights
    loud: float  #: by which the first weights of the class are multiplied
    hold: float = 0.0  #: share of the steps before the rate falls


#: The flow is trained as in the notebook.
TRAININGS = {
    "flow": Training(1000, 32, 0.99, 8.0),
    "ddpm": Training(5000, 64, 0.995, 1.0),
    "colour": Training(18_000, 64, 0.998, 8.0, 0.75),
}


# One step ---------------------------------------------------------------------------
def step_of(t, net, rate=RATE):
    """Return a step that takes an input, times, conditions and the target."""
    rule = t.optim.Adam(net.parameters(), lr=rate)

    def step(x, times, condition, target, share=0.0):
        rule.param_groups[0]["lr"] = rate * cosine(share)
        found = net(x, times, {"text_emb": condition})
        loss = t.nn.functional.mse_loss(found, target)
        rule.zero_grad()
        loss.backward()
        t.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        rule.step()
        return loss.item()

    return step


def batch(kind, X, y, rng, size=64):
    """Draw what a step takes: input, times, conditions, target."""
    rows = rng.integers(len(X), size=size)
    x0, noise = X[rows], rng.standard_normal((size, *X.shape[1:]), np.float32)
    if kind != "ddpm":
        t = 1 / (1 + np.exp(-LATE - rng.standard_normal(size, np.float32)))
        near, far, target, times = 1 - t, t, noise - x0, 1000 * t
    else:
        times = rng.integers(TIMESTEPS, size=size)
        near = TABLES["sqrt_alphas_cumprod"][times]
        far = TABLES["sqrt_one_minus_alphas_cumprod"][times]
        target = noise
    near, far = (a[:, None, None, None] for a in (near, far))
    return near * x0 + far * noise, times, ONE_HOT[y[rows]], target


# A training -------------------------------------------------------------------------
def train(kind, seed, steps=None):
    """Train; return the averaged network, the mean last loss and the seconds."""
    how, t = TRAININGS[kind], autograd
    X, y = pictures(kind)
    X, rng, steps = packed(X), np.random.default_rng(seed), steps or how.steps
    net = network(t, seed, kind)
    with t.no_grad():
        net.condition_mlp[0].weight.mul_(how.loud)
    step = step_of(t, net)
    rule = t.optim.swa_utils.get_ema_multi_avg_fn(how.decay)
    slow = t.optim.swa_utils.AveragedModel(net, multi_avg_fn=rule)
    spent, losses = 0.0, []
    for i in range(steps):
        start = time.process_time()
        given = map(t.from_numpy, batch(kind, X, y, rng, how.size))
        share = max(0.0, i / steps - how.hold) / (1 - how.hold)
        losses.append(step(*given, share=share))
        slow.update_parameters(net)
        spent += time.process_time() - start
        if (i + 1) % 200 == 0:
            print(f"{kind} {i + 1}: loss {np.mean(losses[-200:]):.4f}, {spent:.0f} s")
    slow.eval()
    return slow, float(np.mean(losses[-200:])), spent


def predict(net, x, times, classes, scale):
    """Predict with guidance."""
    t = autograd
    with t.no_grad():
        x, times = t.from_numpy(x), t.from_numpy(np.full(len(x), times, np.float32))
        found = net(x, times, {"text_emb": t.from_numpy(ONE_HOT[classes])}).numpy()
        if scale:
            free = net(x, times, {"text_emb": None}).numpy()
            found = (scale + 1) * found - scale * free
    return found.astype(np.float32)


def sample(kind, net, classes, scale, *, steps=20, seed=7):
    """Draw pictures of classes, without new noise on the way."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((len(classes), *NOISE[kind]), np.float32)
    if kind != "ddpm":
        for a in np.linspace(1, 0, steps + 1)[:-1]:
            x = x - predict(net, x, 1000 * a, classes, scale) / np.float32(steps)
        return unpacked(x)
    left = TABLES["alphas_cumprod"]
    stops = np.linspace(TIMESTEPS - 1, -1, steps + 1).round().astype(int)
    for a, b in itertools.pairwise(stops):
        noise = predict(net, x, a, classes, scale)
        x0 = np.clip((x - np.sqrt(1 - left[a]) * noise) / np.sqrt(left[a]), -1, 1)
        noise = (x - np.sqrt(left[a]) * x0) / np.sqrt(1 - left[a])
        after = left[b] if b >= 0 else np.float32(1)
        x = np.sqrt(after) * x0 + np.sqrt(1 - after) * noise
    return unpacked(x)


def chain(net, classes, scale, *, seed=7):
    """Draw pictures of classes by all steps, with new noise in each."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((len(classes), *NOISE["ddpm"]), np.float32)
    for t in reversed(range(TIMESTEPS)):
        near, far, first, second, std = (TABLES[name][t] for name in STEP)
        noise = predict(net, x, t, classes, scale)
        x0 = np.clip((x - far * noise) / near, -1, 1)
        x = first * x0 + second * x + std * rng.standard_normal(x.shape, np.float32)
    return unpacked(x)


def measure(kind, net, scores, scale, *, count=1000, steps=20, seed=7):
    """Return the distance of drawn pictures, and the share of the class asked for.

    Without steps a DDPM takes all of them, with new noise in each.
    """
    classes = np.arange(count) % 10
    if steps:
        drawn = sample(kind, net, classes, scale, steps=steps, seed=seed)
    else:
        drawn = chain(net, classes, scale, seed=seed)
    right = (scores.read(drawn).argmax(axis=1) == classes).mean()
    return scores.distance(drawn), float(right)


def main(argv=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=TRAININGS, default="flow")
    parser.add_argument("--steps", type=int, help="those of the notebook by default")
    parser.add_argument("--seeds", default="1,2,3", help="numbers, by comma")
    options = parser.parse_args(argv)
    scores = judge(options.kind)
    for seed in map(int, options.seeds.split(",")):
        net, loss, spent = train(options.kind, seed, options.steps)
        print(f"{options.kind} seed {seed}: {spent:.0f} s, loss {loss:.4f}", flush=True)
        for scale in (0.0, 1.0, 2.0):
            distance, right = measure(options.kind, net, scores, scale)
            print(f"  guidance {scale:g}: FD {distance:.1f}, asked for {right:.3f}")


if __name__ == "__main__":
    terminal.leave(main)
