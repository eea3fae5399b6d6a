"""Match captions and scenes on the tape: ``python -m benchmarks.clip --seeds 1,2,3``.

Prints what the pair of encoders knows about the validation scenes. ``--kind pixels``
trains the encoder of pictures from pixels, without the frozen network. A step is
written for the tape and for PyTorch alike.
"""

import argparse
import time

import numpy as np

from cs231n import autograd
from cs231n.data import caption_accuracy, decode_captions, load_scenes
from cs231n.data.drawn.scene_pictures import HELD_OUT
from cs231n.data.drawn.scene_words import COLOURS, SHAPES
from cs231n.nets.matching import (
    article,
    caption_encoder,
    cut_patches,
    label_patches,
    picture_encoder,
    pixel_encoder,
    tokenize,
)
from cs231n.nets.references import matching as reference
from cs231n.runs import terminal
from cs231n.schedules import cosine

KINDS = {"grid": picture_encoder, "pixels": pixel_encoder}
#: What a picture is called in the table of pairs.
PAIRS = [f"{colour} {shape}" for colour in COLOURS for shape in SHAPES]
GALLERY = 200  # pictures that a caption chooses among


def pair(t, kind, seed, words=86):
    """Draw both encoders and the logarithm of the factor."""
    t.manual_seed(seed)
    nets = KINDS[kind](t.nn), caption_encoder(t, words)
    return *nets, t.nn.Parameter(t.tensor([np.log(10.0)], dtype=t.float32))


def step_of(t, pictures, captions, log_scale, rate=3e-3):
    """Return a step that takes a batch, a learning rate's share, and returns a loss."""
    weights = [*pictures.parameters(), *captions.parameters(), log_scale]
    rule = t.optim.AdamW(weights, lr=rate, weight_decay=1e-3)
    unit = t.nn.functional.normalize

    def step(x, tokens, share=1.0):
        for group in rule.param_groups:
            group["lr"] = rate * share
        zi, zt = unit(pictures(x), dim=1), unit(captions(tokens), dim=1)
        scale = float(np.exp(log_scale.item()))
        arrays = zi.detach().numpy(), zt.detach().numpy()
        loss, dzi, dzt, dscale = reference.clip_loss(*arrays, scale)
        rule.zero_grad()
        zi.backward(t.from_numpy(dzi))
        zt.backward(t.from_numpy(dzt))
        log_scale.grad = t.tensor([dscale * scale], dtype=t.float32)
        t.nn.utils.clip_grad_norm_(weights, 5.0)
        rule.step()
        return loss

    return step


def inputs(data, split, kind):
    """Return what the encoder of pictures reads."""
    if kind == "grid":
        return data[f"{split}_grid"] / data["train_grid"].mean()
    pixels = data[f"{split}_images"].transpose(0, 3, 1, 2)
    return np.ascontiguousarray((pixels.astype(np.float32) - 115) / 60)


def train(kind, seed, *, steps=1200, batch_size=96):
    """Train a pair of encoders; return them with the seconds that it took."""
    data, rng = load_scenes(), np.random.default_rng(seed)
    X = inputs(data, "train", kind)
    words = data["train_captions"].reshape(len(X), 5, -1).astype(np.int64)
    pictures, captions, log_scale = pair(autograd, kind, seed)
    step, spent = step_of(autograd, pictures, captions, log_scale), 0.0
    for i in range(steps):
        rows = rng.choice(len(X), batch_size, replace=False)
        which = rng.integers(5, size=batch_size)
        start = time.process_time()
        batch = autograd.from_numpy(X[rows]), autograd.from_numpy(words[rows, which])
        step(*batch, cosine(i / steps))
        spent += time.process_time() - start
    pictures.eval()
    return pictures, captions, spent


def features(net, x, batch=100):
    """Return the vectors of a network for arrays, batch by batch."""
    with autograd.no_grad():
        parts = [
            net(autograd.from_numpy(np.ascontiguousarray(x[i : i + batch]))).numpy()
            for i in range(0, len(x), batch)
        ]
    return np.concatenate(parts)


def measure(pictures, captions, kind):
    """Return what a pair of encoders knows about the validation scenes."""
    data = load_scenes()
    images = features(pictures, inputs(data, "val", kind))
    objects = data["val_objects"]
    single = objects[:, 1, 0] < 0
    shape, colour = objects[single, 0, 0], objects[single, 0, 1]
    held = np.isin((colour + 3 * shape) % 8, HELD_OUT)

    def choose(names):
        prompts = features(captions, tokenize([article(name) for name in names]))
        return reference.choose(images[single], prompts[:, None])

    right = choose(PAIRS) == colour * len(SHAPES) + shape
    texts = data["val_captions"].reshape(-1, 5, 17)[:GALLERY, 0]
    vectors = features(captions, texts.astype(np.int64))
    first = reference.ranked(vectors, images[:GALLERY], 5)
    sentences = decode_captions(texts[:, 1:], data["idx_to_word"])
    return {
        "shape": np.mean(choose(list(SHAPES)) == shape),
        "colour": np.mean(choose([f"{c} shape" for c in COLOURS]) == colour),
        "64 pairs": right.mean(),
        "held-out pairs": right[held].mean(),
        "own picture first": np.mean(first[:, 0] == np.arange(GALLERY)),
        "own picture in 5": np.mean((first == np.arange(GALLERY)[:, None]).any(1)),
        "retrieval truth": caption_accuracy(sentences, first[:, 0], data).truth,
    }


def overlap(num_pictures, seed, source="grid"):
    """Fit a linear layer to patches of few scenes; return the mean overlap."""
    data, rng = load_scenes(), np.random.default_rng(seed)
    if source == "grid":
        X = data["val_grid"].transpose(0, 2, 3, 1).reshape(600, 36, -1)
    else:
        X = cut_patches(data["val_images"]).astype(np.float32)
    y = label_patches(data["val_masks"], data["val_objects"])
    rows = rng.choice(300, num_pictures, replace=False)
    few = X[rows].reshape(-1, X.shape[-1])
    centre, spread = few.mean(axis=0), few.std(axis=0) + 1e-3
    net = autograd.nn.Linear(X.shape[-1], 9)
    rule = autograd.optim.Adam(net.parameters(), lr=0.03, weight_decay=1e-3)
    few = autograd.from_numpy((few - centre) / spread)
    wanted = autograd.from_numpy(y[rows].ravel())
    for _ in range(200):
        loss = autograd.nn.functional.cross_entropy(net(few), wanted)
        rule.zero_grad()
        loss.backward()
        rule.step()
    rest = (X[300:].reshape(-1, X.shape[-1]) - centre) / spread
    found = features(net, rest, len(rest)).argmax(axis=1)
    return reference.mean_iou(found, y[300:].ravel(), 9)


def main(argv=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=tuple(KINDS), default="grid")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch-size", type=int, default=96)
    parser.add_argument("--seeds", default="1,2,3", help="numbers, by comma")
    options = parser.parse_args(argv)
    for seed in map(int, options.seeds.split(",")):
        size = {"steps": options.steps, "batch_size": options.batch_size}
        pictures, captions, spent = train(options.kind, seed, **size)
        found = measure(pictures, captions, options.kind)
        said = "  ".join(f"{name} {value:.3f}" for name, value in found.items())
        print(f"{options.kind} seed {seed} {spent:.1f} s  {said}", flush=True)


if __name__ == "__main__":
    terminal.leave(main)
