"""Small CIFAR-10 folders in both public layouts."""

import struct

import numpy as np

NAMES = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]


def batch(num, seed):
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (num, 3072), dtype=np.uint8)
    return pixels, rng.integers(0, 10, num).astype(np.uint8)


def binary(pixels, labels):
    return np.column_stack([labels, pixels]).astype(np.uint8).tobytes()


def _text(value):
    if len(value) < 256:
        return b"U" + bytes([len(value)]) + value
    return b"T" + struct.pack("<i", len(value)) + value


def _number(value):
    return b"J" + struct.pack("<i", value)


def python2(pixels, labels):
    """Pickle a batch as Python 2 with NumPy 1.x did, protocol 2."""
    dtype = b"cnumpy\ndtype\n" + _text(b"u1") + _number(0) + _number(1) + b"\x87R("
    dtype += _number(3) + _text(b"|") + b"NNN" + _number(-1) * 2 + _number(0) + b"tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + _number(0)
    array += b"\x85" + _text(b"b") + b"\x87R(" + _number(1)
    array += b"".join(map(_number, pixels.shape)) + b"\x86" + dtype + b"\x89"
    array += _text(pixels.tobytes()) + b"tb"
    label_list = b"](" + b"".join(_number(int(k)) for k in labels) + b"e"
    body = _text(b"batch_label") + _text(b"testing batch 1 of 1")
    body += _text(b"data") + array + _text(b"labels") + label_list
    return b"\x80\x02}(" + body + b"u."


def write_folder(root, layout, num=10_000):
    """Write six batches; return the training and test arrays they hold."""
    folder = root / f"cifar-10-batches-{layout}"
    folder.mkdir(parents=True)
    batches = []
    for seed, name in enumerate(NAMES):
        pixels, labels = batch(num, seed)
        if layout == "bin":
            (folder / f"{name}.bin").write_bytes(binary(pixels, labels))
        else:
            (folder / name).write_bytes(python2(pixels, labels))
        batches.append((pixels, labels))
    return folder, batches
