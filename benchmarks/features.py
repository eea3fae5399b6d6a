"""Image features: all images at once against one image at a time, and scikit-image.

Run with ``python -m benchmarks.features``.
"""

import time

import numpy as np

from cs231n.features import color_histogram_hsv, extract_features, hog_feature
from cs231n.runs import terminal


def slopes(im):
    """Return strength and direction, 0..180 degrees, of the slope at each pixel."""
    gray = im @ np.array([0.299, 0.587, 0.114], dtype=im.dtype)
    gx, gy = np.zeros_like(gray), np.zeros_like(gray)
    gx[:, 1:-1] = gray[:, 2:] - gray[:, :-2]
    gy[1:-1] = gray[2:] - gray[:-2]
    strength = np.hypot(gx, gy)
    angle = np.degrees(np.arctan2(gy, gx)) % 180
    return strength, angle


def hog_of_one_image(im):
    """Compute the same numbers with arrays, but for one image."""
    strength, angle = slopes(im)
    bins = np.empty((4, 4, 9))
    for k in range(9):
        chosen = (angle >= 20 * k) & (angle < 20 * (k + 1))
        cells = np.where(chosen, strength, 0).reshape(4, 8, 4, 8)
        bins[:, :, k] = cells.mean(axis=(1, 3))
    return bins.ravel()


def hog_cell_by_cell(im):
    """Compute the same numbers with one numpy.histogram for each cell."""
    strength, angle = slopes(im)
    bins = np.empty((4, 4, 9))
    for i, j in np.ndindex(4, 4):
        part = slice(8 * i, 8 * i + 8), slice(8 * j, 8 * j + 8)
        weights = strength[part] / 64
        bins[i, j], _ = np.histogram(angle[part], 9, (0, 180), weights=weights)
    return bins.ravel()


def hue_of_one_image(im):
    """Compute the same numbers with matplotlib and numpy.histogram."""
    from matplotlib.colors import rgb_to_hsv

    hue = rgb_to_hsv(im / 255)[..., 0] * 255
    counts, _ = np.histogram(hue, bins=np.linspace(0, 255, 11))
    return counts / counts.sum()


def seconds_per_image(f, imgs, repeats=5):
    """Return the best time of a few, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        f(imgs)
        times.append(time.perf_counter() - start)
    return min(times) / len(imgs)


def main():
    """Print the table."""
    rng = np.random.default_rng(231)
    imgs = rng.integers(0, 256, (2000, 32, 32, 3)).astype(np.float32)
    loop = lambda f: lambda batch: [f(im) for im in batch]
    rows = [
        ("hog", "loop over images, cells", loop(hog_cell_by_cell), imgs[:200]),
        ("hog", "loop over images", loop(hog_of_one_image), imgs[:200]),
        ("hog", "ours, loop over images", loop(hog_feature), imgs[:200]),
        ("hog", "ours", lambda b: extract_features(b, [hog_feature]), imgs),
        ("hue", "loop over images", loop(hue_of_one_image), imgs[:200]),
        ("hue", "ours", lambda b: extract_features(b, [color_histogram_hsv]), imgs),
    ]
    try:
        from skimage.feature import hog
    except ImportError:
        pass
    else:
        options = dict(pixels_per_cell=(8, 8), cells_per_block=(1, 1), channel_axis=-1)
        one = lambda im: hog(im, **options)
        rows.insert(1, ("hog", "scikit-image", loop(one), imgs[:200]))
    base = {}
    print(f"{'feature':8} {'version':24} {'us/image':>9} {'ratio':>7}")
    for feature, version, f, batch in rows:
        each = seconds_per_image(f, batch)
        base.setdefault(feature, each)
        ratio = base[feature] / each
        print(f"{feature:8} {version:24} {1e6 * each:9.1f} {ratio:6.1f}x")


if __name__ == "__main__":
    terminal.leave(main)
