"""SqueezeNet 1.0's weights from the 0.66 MB file of Deep Compression."""

import os
from pathlib import Path

import numpy as np

from cs231n.data.errors import DatasetError
from cs231n.data.home import data_home

NAME = "compressed_SqueezeNet.net"
FETCH = "Fetch it with:  python -m cs231n.data.fetch squeezenet"
REFETCH = "Replace it with:  python -m cs231n.data.fetch squeezenet --force"
#: Fire modules 2 to 9: channels in, squeezed, expanded by each of 1 x 1 and 3 x 3.
FIRES = (
    (96, 16, 64),
    (128, 16, 64),
    (128, 32, 128),
    (256, 32, 128),
    (256, 48, 192),
    (384, 48, 192),
    (384, 64, 256),
    (512, 64, 256),
)


def layer_shapes() -> dict[str, tuple[int, ...]]:
    """List the layers in the order of the file.

    Returns
    -------
    shapes : dict of str to tuple of int
        Shape (F, C, KH, KW) of each layer's filters.
    """
    shapes: dict[str, tuple[int, ...]] = {"conv1": (96, 3, 7, 7)}
    for i, (channels, squeezed, expanded) in enumerate(FIRES, start=2):
        shapes[f"fire{i}/squeeze1x1"] = (squeezed, channels, 1, 1)
        shapes[f"fire{i}/expand1x1"] = (expanded, squeezed, 1, 1)
        shapes[f"fire{i}/expand3x3"] = (expanded, squeezed, 3, 3)
    shapes["conv10"] = (1000, 512, 1, 1)
    return shapes


def load_squeezenet(
    path: str | os.PathLike[str] | None = None,
) -> dict[str, tuple[np.ndarray, ...]]:
    """Decode SqueezeNet's weights.

    Parameters
    ----------
    path : path-like, optional
        The compressed file; by default the one in the data home.

    Returns
    -------
    weights : dict of str to tuple of ndarray
        Layer: filters (F, C, KH, KW) and biases (F,), float32. The first layer expects
        blue, green, red, 0..255, less the mean (104, 117, 123).

    Raises
    ------
    DatasetError
        If the file is missing, cut short, or something else.

    Notes
    -----
    The file starts with the number of stored weights of each layer, uint32. Then come,
    layer by layer: a codebook of 256 values, float32; the biases, float32; a code of
    8 bits for each stored weight; and for each the number of zeros skipped before it,
    in 4 bits, low half first.

    References
    ----------
    Iandola et al. (2016), "SqueezeNet", arXiv:1602.07360. Han, Mao, Dally (2016),
    "Deep Compression", arXiv:1510.00149.
    """
    path = Path(path) if path else data_home() / NAME
    if not path.is_file():
        raise DatasetError(f"No SqueezeNet at {path}.\n{FETCH}")
    raw, shapes = path.read_bytes(), layer_shapes()
    head = raw[: 4 * len(shapes)].ljust(4 * len(shapes), b"\0")
    stored = np.frombuffer(head, "<u4").astype(np.int64)
    size = 4 * len(shapes) + sum(
        4 * (256 + shape[0]) + n + (n + 1) // 2
        for n, shape in zip(stored.tolist(), shapes.values(), strict=True)
    )
    if size != len(raw):
        raise DatasetError(
            f"{path} has {len(raw)} bytes where its header asks for {size}: it is cut "
            f"short or not the compressed SqueezeNet.\n{REFETCH}"
        )
    weights, start = {}, 4 * len(shapes)
    for (name, shape), n in zip(shapes.items(), stored.tolist(), strict=True):
        end = start + 4 * (256 + shape[0]) + n + (n + 1) // 2
        weights[name] = _decode_layer(raw[start:end], shape, n, path)
        start = end
    return weights


def _decode_layer(raw, shape, stored, path):
    head = 4 * (256 + shape[0])
    values = np.frombuffer(raw[:head], "<f4").astype(np.float32)
    codebook, b = values[:256], values[256:]
    codes = np.frombuffer(raw[head : head + stored], np.uint8)
    pairs = np.frombuffer(raw[head + stored :], np.uint8)
    gaps = np.stack([pairs & 15, pairs >> 4], axis=1).reshape(-1)[:stored]
    where = np.cumsum(gaps.astype(np.int64) + 1) - 1
    w = np.zeros(int(np.prod(shape)), np.float32)
    if stored and where[-1] >= w.size:
        raise DatasetError(
            f"{path} puts a weight at {where[-1]} of a layer of {w.size}.\n{REFETCH}"
        )
    w[where] = codebook[codes]
    return w.reshape(shape), b.copy()
