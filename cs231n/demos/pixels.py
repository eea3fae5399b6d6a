"""What changes of a picture cost in pixels."""

from collections.abc import Callable

import numpy as np

from cs231n.demos.widget import Demo
from cs231n.nets.neighbours import euclidean_distances


def _noise(image, amount):
    noise = np.random.default_rng(231).standard_normal(image.shape)
    return image + amount * noise


def _shifted(image, amount):
    """Move an image to the right; its left edge is repeated."""
    columns = np.arange(image.shape[1]) - amount
    return image[:, np.maximum(columns, 0)]


def _covered(image, amount):
    covered = image.copy()
    start = image.shape[0] // 2 - amount // 2
    covered[start : start + amount, start : start + amount] = 0
    return covered


#: What can be done to an image (H, W, 3), by how much, and how to write it.
CHANGES: dict[str, tuple[Callable, Callable]] = {
    "noise": (_noise, "noise, \N{PLUS-MINUS SIGN}{}".format),
    "darker": (lambda image, amount: image - amount, "darker by {}".format),
    "shifted": (_shifted, "shifted, {} px".format),
    "covered": (_covered, "covered, {0} x {0} px".format),
    "mirrored": (lambda image, _: image[:, ::-1], lambda _: "mirrored"),
}


def changed_image(image: np.ndarray, change: str, amount: int) -> np.ndarray:
    """Change an image, so that a person still recognises it.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3)
        Values 0..255.
    change : {"noise", "darker", "shifted", "covered", "mirrored"}
        What to do.
    amount : int
        How much of it: grey levels or pixels.

    Returns
    -------
    changed : ndarray of shape (H, W, 3), float32
        Values 0..255.

    Raises
    ------
    ValueError
        If there is no such change.
    """
    if change not in CHANGES:
        raise ValueError(f"change must be one of {', '.join(CHANGES)}; got {change!r}.")
    changed = CHANGES[change][0](image.astype(np.float32), amount)
    return np.clip(changed, 0, 255).astype(np.float32)


def changed_image_demo(images: np.ndarray, others: np.ndarray) -> Demo:
    """Show how far a changed image is from itself, and how many others are nearer.

    Parameters
    ----------
    images : ndarray of shape (M, H, W, 3)
        Images to choose from, values 0..255.
    others : ndarray of shape (N, H, W, 3)
        Images to compare with.

    Returns
    -------
    demo : Demo
        Choose the image, the change and its amount.
    """
    rows = np.asarray(others, np.float32).reshape(len(others), -1)

    def draw(ax, image, change, amount):
        original = np.asarray(images[image], np.float32)
        changed = changed_image(original, change, amount)
        own = float(np.sqrt(np.sum((changed - original) ** 2)))
        dists = euclidean_distances(changed.reshape(1, -1), rows)
        ax.imshow(changed.astype(np.uint8))
        ax.set_axis_off()
        ax.set_title(
            f"{CHANGES[change][1](amount)}\ndistance from the original {own:.0f}\n"
            f"{np.sum(dists < own)} of {len(rows)} others are nearer",
            fontsize=10,
        )

    return Demo(
        draw,
        {
            "image": tuple(range(len(images))),
            "change": tuple(CHANGES),
            "amount": (1, 2, 4, 8, 16, 20, 32),
        },
        [
            {"image": 0, "change": "noise", "amount": 20},
            {"image": 0, "change": "darker", "amount": 20},
            {"image": 0, "change": "shifted", "amount": 1},
            {"image": 0, "change": "covered", "amount": 8},
            {"image": 0, "change": "mirrored", "amount": 1},
        ],
    )
