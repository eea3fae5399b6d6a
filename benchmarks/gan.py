"""Train a GAN on ``glyphs`` on the tape: ``python -m benchmarks.gan --seeds 1,2,3``.

Prints how good its digits are at several steps, with the seconds of processor time that
they took. ``--kind fc`` trains the fully connected pair, ``--loss ls`` with least
squares. Networks and steps are written for the tape and for PyTorch alike.
"""

import argparse
import time

import numpy as np

from cs231n import autograd
from cs231n.data import load_glyphs
from cs231n.nets.digitnet import as_pictures
from cs231n.nets.references import players
from cs231n.runs import terminal
from cs231n.scores import DigitScores

NOISE = 64
#: Share of the averaged weights that a step leaves as it is. With 0.995 they lie so far
#: behind that their pictures are worse than those of the weights of now for 500 steps.
DECAY = 0.99
LABEL = 0.9  # what the discriminator is told of real pictures, not of its own


# One step ---------------------------------------------------------------------------
def bce(t, scores, target):
    """Return the cross-entropy of logits with one and the same target."""
    wanted = t.full_like(scores, target)
    return t.nn.functional.binary_cross_entropy_with_logits(scores, wanted)


LOSSES = {
    "vanilla": (
        lambda t, real, fake: bce(t, real, LABEL) + bce(t, fake, 0.0),
        lambda t, fake: bce(t, fake, 1.0),
    ),
    "plain": (
        lambda t, real, fake: bce(t, real, 1.0) + bce(t, fake, 0.0),
        lambda t, fake: bce(t, fake, 1.0),
    ),
    "saturating": (
        lambda t, real, fake: bce(t, real, 1.0) + bce(t, fake, 0.0),
        lambda t, fake: -bce(t, fake, 0.0),
    ),
    "ls": (
        lambda t, real, fake: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2,
        lambda t, fake: ((fake - 1) ** 2).mean() / 2,
    ),
}


def step_of(t, generator, discriminator, loss, rates=(5e-4, 5e-4), betas=(0.5, 0.999)):
    """Return a step of both players that takes real pictures and noise."""
    d_loss_of, g_loss_of = LOSSES[loss]
    d_rule = t.optim.Adam(discriminator.parameters(), lr=rates[0], betas=betas)
    g_rule = t.optim.Adam(generator.parameters(), lr=rates[1], betas=betas)

    def step(real, noise):
        fake = generator(noise)
        # detach(): the generator gets no gradient from the discriminator's loss.
        d_loss = d_loss_of(t, discriminator(real), discriminator(fake.detach()))
        d_rule.zero_grad()
        d_loss.backward()
        d_rule.step()
        # What this leaves in the discriminator's gradients, zero_grad() throws away.
        for p in discriminator.parameters():
            p.requires_grad_(False)
        g_loss = g_loss_of(t, discriminator(fake))
        g_rule.zero_grad()
        g_loss.backward()
        g_rule.step()
        for p in discriminator.parameters():
            p.requires_grad_(True)
        return d_loss.item(), g_loss.item()

    return step


# A training -------------------------------------------------------------------------
def pair(t, kind, seed):
    """Draw a generator and a discriminator."""
    t.manual_seed(seed)
    if kind == "dc":
        return players.small_pair(t.nn, NOISE)
    return players.generator(t.nn, NOISE), players.discriminator(t.nn)


def sample(generator, count, rng):
    """Return pictures, with the statistics of each 200 of them in batch norm.

    Running statistics belong to the weights of now: with averaged weights and
    ``eval()`` the distance was 315 after 300 steps, like this 141 (decay 0.995).
    """
    generator.train()
    noise = rng.standard_normal((count // 200, 200, NOISE), np.float32)
    with autograd.no_grad():
        parts = [generator(autograd.from_numpy(z)).numpy() for z in noise]
    return np.concatenate(parts)


def train(
    kind, loss, seed, *, steps=2500, batch_size=64, rates=(5e-4, 5e-4), every=500
):
    """Yield step, seconds and the score of 1,000 pictures as training goes on."""
    t, rng = autograd, np.random.default_rng(seed)
    X = as_pictures(load_glyphs(None, 0, np.uint8).X_train)
    scores = DigitScores(X[:4000])
    generator, discriminator = pair(t, kind, seed)
    step = step_of(t, generator, discriminator, loss, rates)
    rule = t.optim.swa_utils.get_ema_multi_avg_fn(DECAY)
    slow = t.optim.swa_utils.AveragedModel(generator, multi_avg_fn=rule)
    spent = 0.0
    for i in range(1, steps + 1):
        start = time.process_time()
        real = t.from_numpy(X[rng.integers(len(X), size=batch_size)])
        noise = t.from_numpy(rng.standard_normal((batch_size, NOISE), np.float32))
        losses = step(real, noise)
        slow.update_parameters(generator)
        spent += time.process_time() - start
        if i % every == 0 or i == steps:
            pictures = sample(slow, 1000, np.random.default_rng(1))
            yield i, spent, losses, scores.score(pictures)


def main(argv=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=("dc", "fc"), default="dc")
    parser.add_argument("--loss", choices=tuple(LOSSES), default="vanilla")
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--rates", default="5e-4,5e-4", help="of D and of G")
    parser.add_argument("--seeds", default="1,2,3", help="numbers, by comma")
    options = parser.parse_args(argv)
    rates = tuple(float(r) for r in options.rates.split(","))
    for seed in map(int, options.seeds.split(",")):
        for step, spent, (d, g), score in train(
            options.kind,
            options.loss,
            seed,
            steps=options.steps,
            batch_size=options.batch_size,
            rates=rates,
        ):
            head = f"{options.kind} {options.loss} seed {seed} step {step}"
            print(f"{head} {spent:.1f} s  D {d:.2f} G {g:.2f}  {score}", flush=True)


if __name__ == "__main__":
    terminal.leave(main)
