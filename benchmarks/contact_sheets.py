"""Draw the contact sheets of docs/data.md: ``python -m benchmarks.contact_sheets``.

``seeing`` and ``styles`` run what two notebooks of assignment 3 define, on SqueezeNet,
which has to be installed (``CS231N_DATA``); a name draws that sheet alone.
"""

import argparse
import contextlib
import io
import os
import runpy
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from cs231n.data import (
    decode_captions,
    draw_landscape,
    draw_style,
    load_glyphs,
    load_scenes,
    load_shapes10,
)
from cs231n.runs import terminal

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "figures"
#: Side of the pictures of the last two sheets.
SIDE = 192
STYLES = ("swirls", "stained glass", "hatching")


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


def defined(notebook, **environment):
    """Run a notebook with its answers and few steps; return the names it defines."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    environment |= {"CS231N_QUICK": "1"}
    with (
        mock.patch.dict(os.environ, environment),
        mock.patch.object(plt, "show", side_effect=lambda: plt.close("all")),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        return runpy.run_path(str(ROOT / "solutions" / f"{notebook}.py"))


def seeing():
    """Draw classes from noise, and what becomes of the landscape."""
    names = defined("assignment3/network_visualization")
    net, photo = names["net"], names["photo"]
    sizes = [(96, 40), (144, 30), (192, 25), (224, 20)]
    classes = [names["visualize_class"](k, sizes) for k in (76, 107, 130, 340)]
    landscape = draw_landscape(224)
    pixels = names["preprocess_image"](landscape).transpose(2, 0, 1)[None]
    pixels = np.ascontiguousarray(pixels)
    fooled = names["make_fooling_image"](pixels, 130, net)
    apart = 255 * 0.225 * (fooled - pixels)[0].transpose(1, 2, 0)
    larger = np.clip(127.5 + 10 * apart, 0, 255).astype(np.uint8)
    dreamt = names["dream"](pixels, "fire7", (144, 176, 216, 256, 288), 10)
    before, after = (int(net.forward(x)[0][0].argmax()) for x in (pixels, fooled))
    print(f"class {before} becomes {after}; at most {np.abs(apart).max():.1f} levels")
    below = [landscape, photo(fooled[0]), larger, photo(dreamt[0])]
    rows = [fitted(photo(x[0]) for x in classes), fitted(below)]
    save("seeing.png", sheet(rows, border=2), zoom=1)


def fitted(pictures):
    """Return pictures of any size as one stack."""
    shape = (SIDE, SIDE)
    made = [Image.fromarray(p).resize(shape, Image.LANCZOS) for p in pictures]
    return np.stack([np.asarray(picture) for picture in made])


def styles():
    """Draw three styles, and the landscape in each by a large and a small network."""
    paper = np.full((192, 192, 3), 255, np.uint8)
    rows = [[paper, *(draw_style(name, 192) for name in STYLES)]]
    with tempfile.TemporaryDirectory() as nothing:
        for side, there in ((192, {}), (96, {"CS231N_DATA": nothing})):
            names = defined("assignment3/style_transfer", **there)
            start = draw_landscape(side)
            row = [start]
            for name in STYLES:
                goal = names["aim"](start, draw_style(name, side))
                x, history = names["paint_with_adam"](start, goal, steps=100)
                ratio = history[0]["style"] / history[-1]["style"]
                print(f"{side} px, {name}: style loss divided by {ratio:.1f}")
                row.append(names["picture_of"](x))
            rows.append(row)
    save("style-transfer.png", sheet(map(fitted, rows), border=2), zoom=1)


def drawn():
    """Draw what the package's data sets hold."""
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


def main(argv=None):
    """Draw the sheets that are named, or all."""
    sheets = {"drawn": drawn, "styles": styles, "seeing": seeing}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sheets", nargs="*", choices=[*sheets, []], metavar="sheet")
    chosen = parser.parse_args(argv).sheets or sheets
    FIGURES.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        sheets[name]()


if __name__ == "__main__":
    terminal.leave(main)
