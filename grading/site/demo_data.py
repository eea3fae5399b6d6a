"""Names of the demos in pages, and the points they start from."""

from typing import Any

import numpy as np

from cs231n.demos.plane import blobs

#: By name: what stands above the demo.
DEMOS = {
    "nearest-neighbours": "Demo: regions of k nearest neighbours",
    "linear-classifier": "Demo: a linear classifier learns",
    "learning-rate": "Demo: gradient descent in a valley",
    "convolution-arithmetic": "Demo: the arithmetic of a convolution",
}
#: Clouds as in `cs231n.demos`: points in each, and how far they spread.
_CLOUDS = {"nearest-neighbours": (25, 0.75), "linear-classifier": (20, 0.8)}


def demo_data(name: str, seed: int = 231) -> dict[str, Any]:
    """Give the numbers that a demo starts from.

    Parameters
    ----------
    name : str
        One of :data:`DEMOS`.
    seed : int, optional
        Places the points.

    Returns
    -------
    data : dict
        Points of the plane, rounded to three places, and their classes.
    """
    if name not in _CLOUDS:
        return {}
    points, labels = blobs(np.random.default_rng(seed), *_CLOUDS[name])
    return {"points": points.round(3).tolist(), "labels": labels.tolist()}
