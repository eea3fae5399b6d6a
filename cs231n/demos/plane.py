"""Classifiers and descent in the plane, where one can see what a setting does."""

import numpy as np

from cs231n.demos.widget import Demo
from cs231n.nets.linear import softmax_loss_vectorized, svm_loss_vectorized
from cs231n.nets.neighbours import euclidean_distances, vote

#: One colour for each class, light for regions and dark for points.
LIGHT = ("#c6dbef", "#fdd0a2", "#ead1e3")
DARK = ("#0072b2", "#c94f00", "#a04a86")


def neighbours_demo(seed: int = 231) -> Demo:
    """Show the regions that k nearest neighbours cut the plane into.

    Parameters
    ----------
    seed : int
        Places the points.

    Returns
    -------
    demo : Demo
        Choose ``k`` and the metric.
    """
    points, labels = blobs(np.random.default_rng(seed), each=25, spread=0.75)

    def draw(ax, k, metric):
        regions = vote(_distances(_plane(90), points, metric), k, labels)
        _draw_regions(ax, regions.reshape(90, 90), points, labels)
        ax.set_title(f"k = {k}, {metric}")

    return Demo(
        draw,
        {"k": (1, 2, 3, 5, 9, 15, 25, 45), "metric": ("Euclidean", "L1")},
        [
            {"k": 1, "metric": "Euclidean"},
            {"k": 5, "metric": "Euclidean"},
            {"k": 25, "metric": "Euclidean"},
            {"k": 5, "metric": "L1"},
        ],
    )


def _distances(X, Y, metric):
    if metric == "L1":
        return np.abs(X[:, None] - Y).sum(axis=2)
    return euclidean_distances(X, Y)


def linear_demo(seed: int = 231) -> Demo:
    """Show the lines a linear classifier draws, by hinge loss or by cross-entropy.

    Parameters
    ----------
    seed : int
        Places the points.

    Returns
    -------
    demo : Demo
        Choose the loss, the regularisation strength and the number of steps.
    """
    points, labels = blobs(np.random.default_rng(seed), each=20, spread=0.8)
    X = np.column_stack([points, np.ones(len(points))])
    losses = {"hinge": svm_loss_vectorized, "softmax": softmax_loss_vectorized}

    def draw(ax, loss, reg, steps):
        W, value = np.zeros((3, 3)), 0.0
        for _ in range(steps):
            value, dW = losses[loss](W, X, labels, reg)
            W -= 0.1 * dW
        grid = np.column_stack([_plane(90), np.ones(90 * 90)])
        scores = grid @ W
        _draw_regions(ax, scores.argmax(axis=1).reshape(90, 90), points, labels)
        for c in range(3):  # each class's own line: where its score is 0
            axis = np.linspace(-3, 3, 90)
            if np.any(W[:2, c]):
                ax.contour(
                    axis, axis, scores[:, c].reshape(90, 90), [0.0], colors=DARK[c]
                )
        right = np.mean((X @ W).argmax(axis=1) == labels)
        ax.set_title(
            f"{loss}, reg = {reg:g}, after {steps} step{'s' * (steps > 1)}\n"
            f"loss {value:.3f}, {right:.0%} right",
            fontsize=10,
        )

    return Demo(
        draw,
        {
            "loss": tuple(losses),
            "reg": (0.0, 0.001, 0.01, 0.1, 1.0),
            "steps": (1, 3, 10, 30, 100, 300),
        },
        [
            {"loss": "hinge", "reg": 0.001, "steps": 300},
            {"loss": "softmax", "reg": 0.001, "steps": 300},
            {"loss": "softmax", "reg": 0.1, "steps": 300},
            {"loss": "hinge", "reg": 0.001, "steps": 3},
        ],
    )


def learning_rate_demo() -> Demo:
    """Show gradient descent on a long valley, too slow, right and too fast.

    Returns
    -------
    demo : Demo
        Choose the learning rate, the momentum and the number of steps.
    """
    slopes = np.array([1.0, 9.0])  # the valley is three times as long as it is wide

    def draw(ax, learning_rate, momentum, steps):
        path = [np.array([-2.6, 1.1])]
        velocity = np.zeros(2)
        for _ in range(steps):
            velocity = momentum * velocity - learning_rate * slopes * path[-1]
            path.append(path[-1] + velocity)
        path = np.clip(path, -50, 50)
        x, y = np.meshgrid(np.linspace(-3, 3, 80), np.linspace(-3, 3, 80))
        height = 0.5 * (slopes[0] * x**2 + slopes[1] * y**2)
        levels = np.array([0.1, 0.5, 1.5, 4, 8, 14, 22, 32])
        ax.contour(x, y, height, levels, cmap="Greys_r", linewidths=0.8)
        ax.plot(*np.transpose(path), ".-", color=DARK[0], linewidth=1, markersize=5)
        ax.plot(0, 0, "*", color=DARK[1], markersize=12)
        ax.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[], yticks=[], aspect="equal")
        end = 0.5 * np.sum(slopes * path[-1] ** 2)
        shown = f"{end:.2g}" if end < 1e3 else "diverges"
        ax.set_title(f"rate {learning_rate:g}, momentum {momentum:g}\nloss {shown}")

    return Demo(
        draw,
        {
            "learning_rate": (0.01, 0.03, 0.1, 0.15, 0.2, 0.22, 0.23),
            "momentum": (0.0, 0.5, 0.9),
            "steps": (5, 10, 20, 40),
        },
        [
            {"learning_rate": 0.03, "momentum": 0.0, "steps": 20},
            {"learning_rate": 0.15, "momentum": 0.0, "steps": 20},
            {"learning_rate": 0.23, "momentum": 0.0, "steps": 20},
            {"learning_rate": 0.03, "momentum": 0.9, "steps": 20},
        ],
    )


def blobs(
    rng: np.random.Generator, each: int, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    """Draw three clouds of points in the plane.

    Parameters
    ----------
    rng : numpy.random.Generator
        Places the points.
    each : int
        Points in a cloud.
    spread : float
        Standard deviation of a cloud.

    Returns
    -------
    points : ndarray of shape (3 * each, 2)
        Between -2.9 and 2.9.
    labels : ndarray of shape (3 * each,)
        0, 1 or 2.
    """
    angles = 2 * np.pi * (np.arange(3) / 3 + 0.08)
    centres = 1.3 * np.column_stack([np.cos(angles), np.sin(angles)])
    labels = np.repeat(np.arange(3), each)
    points = centres[labels] + spread * rng.standard_normal((3 * each, 2))
    return np.clip(points, -2.9, 2.9), labels


def _plane(side):
    """All places of a square grid over the plane, (side * side, 2)."""
    axis = np.linspace(-3, 3, side)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


def _draw_regions(ax, regions, points, labels):
    from matplotlib.colors import ListedColormap

    ax.imshow(
        regions,
        origin="lower",
        extent=(-3, 3, -3, 3),
        cmap=ListedColormap(LIGHT),
        vmin=0,
        vmax=2,
    )
    for c, marker in enumerate("os^"):
        ax.scatter(*points[labels == c].T, c=DARK[c], marker=marker, s=16)
    ax.set(xticks=[], yticks=[])
