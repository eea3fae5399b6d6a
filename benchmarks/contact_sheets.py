"""Draw the contact sheets of docs/data.md: ``python -m benchmarks.contact_sheets``."""

from pathlib import Path

import numpy as np
from PIL import Image

from cs231n.data import decode_captions, load_glyphs, load_scenes, load_shapes10

FIGURES = Path(__file__).resolve().parents[1] / "docs" / "figures"


def sheet(rows, *, border=1, paper=255):
    """Lay out images of one size: rows of (N, H, W) or (N, H, W, 3), uint8."""
    width = ((border, border), (border, border))
    lines = []
    for images in rows:
        pad = width if images.ndim == 3 else (*width, (0, 0))
        padded = [np.pad(image, pad, constant_values=paper) for image in images]
        lines.append(np.concatenate(padded, axis=1))
    return np.concatenate(lines, axis=0)


def save(name, pixels, *, zoom=2, colours=256):
    """Write a small PNG: enlarged without smoothing, with a palette."""
    image = Image.fromarray(pixels)
    image = image.quantize(colours, kmeans=2) if pixels.ndim == 3 else image
    image = image.resize((zoom * image.width, zoom * image.height), Image.NEAREST)
    image.save(FIGURES / name, optimize=True)
    print(f"{name}: {(FIGURES / name).stat().st_size / 1000:.0f} kB")


def main():
    FIGURES.mkdir(parents=True, exist_ok=True)
    images = load_shapes10(2000, 0, np.uint8)
    X, y = images.X_train, images.y_train
    save("shapes10.png", sheet([X[y == k][:10] for k in range(10)]))
    templates = np.stack([X[y == k].mean(axis=0) for k in range(10)])
    low, high = templates.min(), templates.max()
    templates = (255 * (templates - low) / (high - low)).astype(np.uint8)
    save("shapes10-means.png", sheet([templates]))
    digits = load_glyphs(2000, 0, np.uint8)
    X, y = 255 - digits.X_train, digits.y_train
    save("glyphs.png", sheet([X[y == k][:16] for k in range(10)]), zoom=1)
    scenes = load_scenes(24, 1)
    save("scenes.png", sheet([scenes["train_images"][i : i + 8] for i in (0, 8, 16)]))
    for i in range(3):
        captions = scenes["train_captions"][5 * i : 5 * i + 5]
        print(*decode_captions(captions, scenes["idx_to_word"]), sep="\n")


if __name__ == "__main__":
    main()
