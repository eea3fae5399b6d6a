"""Trainings on drawn data for which goals are set: a seed goes in, numbers come out."""

import numpy as np

from benchmarks import clip, diffusion, gan, train_scenenet, train_viewnet
from cs231n.data import (
    caption_accuracy,
    decode_captions,
    load_glyphs,
    load_scenes,
    load_shapes10,
)
from cs231n.data.drawn.scene_pictures import HELD_OUT
from cs231n.nets.captioning import CaptioningRNN
from cs231n.nets.scenenet import SceneNet
from cs231n.scores import DigitScores
from cs231n.solver import CaptioningSolver

#: Each experiment is run from all of these; the worst has to reach the goal.
SEEDS = (1, 2, 3)
LENGTH = 16  # words of a caption at most


def scenenet(seed):
    """Train the network that sees scenes."""
    net, rng = SceneNet(np.random.default_rng(seed)), np.random.default_rng(seed + 100)
    scenes = train_scenenet.pictures("train", train_scenenet.NUM_TRAIN)
    train_scenenet.train(net, *scenes, rng, steps=train_scenenet.STEPS)
    return train_scenenet.measure(net, *train_scenenet.pictures("val", 600))


def captions_by_heart(seed):
    """Overfit fifty captions."""
    data, rows = load_scenes(), slice(0, 250, 5)
    few = dict(data)
    for split in ("train", "val"):
        few[f"{split}_features"] = data["train_features"]
        few[f"{split}_captions"] = data["train_captions"][rows]
        few[f"{split}_image_idxs"] = data["train_image_idxs"][rows]
    net = _network(few, "rnn", False, seed)
    options = {"batch_size": 25, "num_epochs": 60, "lr_decay": 0.98}
    _train(net, few, seed, 5e-3, **options)
    words = few["idx_to_word"]
    written = decode_captions(net.sample(few["train_features"][:50], LENGTH), words)
    wanted = decode_captions(few["train_captions"][:, 1:], words)
    return {"exact": np.mean([a == b for a, b in zip(written, wanted, strict=True)])}


def captions_attention(seed):
    """Train an LSTM with attention as the notebook does."""
    data = load_scenes()
    found = _written("lstm", True, seed, epochs=10)
    kinds = data["val_objects"][..., 1] + 3 * data["val_objects"][..., 0]
    held = (np.isin(kinds % 8, HELD_OUT) & (data["val_objects"][..., 0] >= 0)).any(1)
    pictures = np.arange(len(held))
    accuracy = caption_accuracy(found, pictures, data)
    unseen = caption_accuracy(found[held], pictures[held], data)
    return {**accuracy._asdict(), "truth, held-out pairs": unseen.truth}


def captions_order(seed):
    """Train four networks for 600 steps; return by how much one is ahead."""
    data, truth = load_scenes(), {}
    pictures = np.arange(len(data["val_features"]))
    for name, kind in {
        "rnn": ("rnn", False),
        "lstm": ("lstm", False),
        "gru": ("gru", False),
        "attention": ("lstm", True),
    }.items():
        found = _written(*kind, seed, epochs=4)
        truth[name] = caption_accuracy(found, pictures, data).truth
    return {
        "GRU over RNN": truth["gru"] - truth["rnn"],
        "LSTM over RNN": truth["lstm"] - truth["rnn"],
        "attention over both": truth["attention"] - max(truth["gru"], truth["lstm"]),
    }


def gan_digits(seed):
    """Train the convolutional GAN; return how far its distances are below bounds."""
    scores = {step: found for step, *_, found in gan.train("dc", "vanilla", seed)}
    return {
        "90 - FD, 1,000 steps": 90 - scores[1000].distance,
        "digits, 1,000 steps": scores[1000].classes,
        "60 - FD, 2,500 steps": 60 - scores[2500].distance,
    }


def clip_scenes(seed):
    """Match captions and scenes on the frozen network; return what was learned."""
    pictures, captions, _ = clip.train("grid", seed)
    found = clip.measure(pictures, captions, "grid")
    return {name: found[name] for name in GOALS[clip_scenes]}


def clip_patches(seed):
    """Segment scenes with a linear layer; return overlaps by number of pictures."""
    found = {f"IoU, {n} pictures": clip.overlap(n, seed) for n in (10, 50, 300)}
    raw = clip.overlap(50, seed, "pixels")
    return found | {"over raw pixels, 50": found["IoU, 50 pictures"] - raw}


def views_without_labels(seed):
    """Train on views for 300 steps; return how far a probe is above a random net's."""
    data = load_shapes10(dtype=np.uint8)
    nets = (
        train_viewnet.train(data.X_train, seed, steps=300, size=24),
        train_viewnet.untrained(data.X_train, seed),
    )
    learned, drawn = (train_viewnet.probe(net, data, (500,))[500] for net in nets)
    return {"500 labels": learned, "over a random net": learned - drawn}


def diffusion_digits(seed):
    """Train the rectified flow as the notebook does; draw with guidance."""
    net, *_ = diffusion.train("flow", seed, diffusion.STEPS)
    scores = DigitScores(load_glyphs(None, 0, np.uint8).X_train[:4000])
    distance, right = diffusion.measure("flow", net, scores, 1.0)
    return {"as asked": right, "40 - FD": 40 - distance}


def _written(cell_type, attention, seed, epochs):
    data, kind = load_scenes(), "grid" if attention else "features"
    net = _network(data, cell_type, attention, seed)
    options = {"batch_size": 100, "num_epochs": epochs, "schedule": "cosine"}
    _train(net, data, seed, 1e-2 if attention else 5e-3, features=kind, **options)
    return net.sample(data[f"val_{kind}"], LENGTH)


def _network(data, cell_type, attention, seed):
    kind = "grid" if attention else "features"
    return CaptioningRNN(
        data["word_to_idx"],
        data[f"train_{kind}"].shape[1],
        64,
        128,
        cell_type,
        attention=attention,
        rng=np.random.default_rng(seed),
    )


def _train(net, data, seed, learning_rate, **options):
    CaptioningSolver(
        net,
        data,
        update_rule="adam",
        optim_config={"learning_rate": learning_rate},
        num_train_samples=100,
        num_val_samples=100,
        verbose=False,
        rng=np.random.default_rng(seed),
        **options,
    ).train()


#: Experiments, and what the worst of three seeds has to reach.
GOALS = {
    scenenet: {"whole scene": 0.90, "held-out pair": 0.88},
    captions_by_heart: {"exact": 1.0},
    captions_attention: {
        "truth": 0.55,
        "specificity": 0.45,
        "truth, held-out pairs": 0.50,
    },
    gan_digits: {
        "90 - FD, 1,000 steps": 0.0,
        "digits, 1,000 steps": 6,
        "60 - FD, 2,500 steps": 0.0,
    },
    clip_scenes: {
        "64 pairs": 0.85,
        "held-out pairs": 0.80,
        "retrieval truth": 0.50,
    },
    clip_patches: {
        "IoU, 10 pictures": 0.22,
        "IoU, 50 pictures": 0.50,
        "IoU, 300 pictures": 0.60,
        "over raw pixels, 50": 0.30,
    },
    views_without_labels: {"500 labels": 0.29, "over a random net": 0.05},
    diffusion_digits: {"as asked": 0.85, "40 - FD": 0.0},
    captions_order: {
        "GRU over RNN": 0.0,
        "LSTM over RNN": 0.0,
        "attention over both": 0.0,
    },
}
