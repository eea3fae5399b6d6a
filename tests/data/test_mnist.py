"""MNIST's files read as they are; broken ones are refused; ``glyphs`` stand in."""

import gzip
import hashlib
import struct

import numpy as np
import pytest

from cs231n.data import DatasetError, data_home, load_glyphs, load_mnist
from cs231n.data.mnist import read_idx

RNG = np.random.default_rng(3)
IMAGES = RNG.integers(0, 256, (30, 28, 28), dtype=np.uint8)
LABELS = RNG.integers(0, 10, 30).astype(np.uint8)
#: Of the first 200 images of each part; another sum means that some pixel changed,
#: which wants a new VERSION.
SHA256 = {
    "train": "dcf013085dbcf85923c958b42af77e16b3b11d0892f8422940255238d71bdf28",
    "test": "09b0953afc3ec88c1e3a40940a963c1e77d04692e3f5a4b5d9a28e297e3da24e",
}


def idx(values):
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + (
        values.tobytes()
    )


@pytest.fixture
def home(tmp_path):
    for stem, n in (("train", 30), ("t10k", 12)):
        for kind, values in (("images-idx3", IMAGES), ("labels-idx1", LABELS)):
            path = tmp_path / f"{stem}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(idx(values[:n])))
    return tmp_path


def test_digits_and_labels_are_those_of_the_files(home):
    images = load_mnist("auto", None, 5, root=home)
    assert (images.source, images.X_train.dtype) == ("mnist", np.float32)
    np.testing.assert_array_equal(images.X_train, IMAGES)
    np.testing.assert_array_equal(images.y_train, LABELS)
    np.testing.assert_array_equal(images.X_test, IMAGES[:5])


def test_one_part_alone_is_enough_where_only_it_is_asked_for(home):
    (home / "train-images-idx3-ubyte.gz").unlink()
    assert load_mnist("mnist", 0, None, root=home).X_test.shape == (12, 28, 28)
    assert load_mnist("auto", 20, 10, root=home).source == "glyphs"
    with pytest.raises(DatasetError, match=r"data.fetch mnist"):
        load_mnist("mnist", root=home)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x08",
        idx(IMAGES)[:-1],
        idx(IMAGES) + b"?",
        b"\0\0\x0d" + idx(IMAGES)[3:],
        b"\0\0\x08\x03" + b"\xff" * 12,
        b"<html>not found</html>",
    ],
)
def test_a_file_that_is_not_idx_is_refused(tmp_path, content):
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="not an IDX file"):
        read_idx(path)


@pytest.mark.parametrize("cut", [5, -5])
def test_a_cut_gzip_file_is_refused(home, cut):
    path = home / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DatasetError, match=r"damaged.*\n.*--force"):
        load_mnist("auto", 5, 5, root=home)


def test_images_without_their_labels_are_refused(home):
    (home / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS[:3])))
    with pytest.raises(DatasetError, match=r"expected \(N, 28, 28\) and \(N,\)"):
        load_mnist("mnist", 5, 5, root=home)
    with pytest.raises(ValueError, match="'digits'"):
        load_mnist("digits")


@pytest.mark.data
def test_the_real_test_set_reads():
    if not (data_home() / "t10k-images-idx3-ubyte.gz").exists():
        pytest.skip("MNIST is not in the data home (CS231N_DATA)")
    images = load_mnist("mnist", 0, None, np.uint8)
    assert images.X_test.shape == (10_000, 28, 28)
    assert images.y_test[:5].tolist() == [7, 2, 1, 0, 4]


# The drawn digits.


@pytest.fixture(scope="module")
def glyphs():
    return load_glyphs(6000, 1000, np.uint8)


@pytest.mark.parametrize("part", ["train", "test"])
def test_pixels_are_those_of_every_other_platform(glyphs, part):
    X = getattr(glyphs, f"X_{part}")[:200]
    assert hashlib.sha256(X.tobytes()).hexdigest() == SHA256[part]


def test_paper_is_white_and_ink_is_varied(glyphs):
    X = glyphs.X_train
    assert np.median(X) == 0
    assert (X[:, [0, -1], :] > 0).mean() < 0.02
    ink = X.reshape(len(X), -1).mean(axis=1)
    assert ink.std() > 0.25 * ink.mean()
    assert np.bincount(glyphs.y_train).tolist() == [600] * 10


def test_neighbours_do_not_win_by_the_paper(glyphs):
    """Where a digit lies and how much ink it has says little about which it is."""
    X = glyphs.X_train.astype(np.float64) / 255
    rows, columns = X.sum(axis=(1, 2)), np.arange(28)
    centre = (X.sum(axis=1) @ columns / rows, X.sum(axis=2) @ columns / rows)
    train = np.stack([rows / rows.std(), *centre], axis=1)
    dists = ((train[:500, None] - train[None, 500:]) ** 2).sum(axis=2)
    guess = glyphs.y_train[500:][dists.argmin(axis=1)]
    assert (guess == glyphs.y_train[:500]).mean() < 0.35


def test_neighbours_in_pixels_are_good_but_not_perfect(glyphs):
    train = glyphs.X_train[:1000].reshape(1000, -1).astype(np.float32)
    test = glyphs.X_test.reshape(1000, -1).astype(np.float32)
    dists = (train**2).sum(axis=1) - 2 * test @ train.T
    accuracy = (glyphs.y_train[dists.argmin(axis=1)] == glyphs.y_test).mean()
    assert 0.75 < accuracy < 0.97  # MNIST with 1000 neighbours: 0.87


@pytest.mark.parametrize("kind", ["images-idx3", "labels-idx1"])
@pytest.mark.parametrize(
    "place",
    [
        "MNIST/raw/{name}",
        "raw/{name}.gz",
        "{dotted}",
        "{name}/{name}",
        "mnist/{dotted}.gz",
    ],
)
def test_other_programs_names_are_found(home, kind, place):
    name = f"train-{kind}-ubyte"
    old = home / f"{name}.gz"
    path = home / place.format(name=name, dotted=name.replace("-idx", ".idx"))
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = old.read_bytes()
    old.unlink()
    path.write_bytes(raw if path.suffix == ".gz" else gzip.decompress(raw))

    images = load_mnist("mnist", 30, 12, root=home)
    np.testing.assert_array_equal(images.X_train, IMAGES)
    np.testing.assert_array_equal(images.y_train, LABELS)


def test_an_unpacked_file_may_have_kept_its_name(tmp_path):
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(idx(IMAGES))
    np.testing.assert_array_equal(read_idx(path), IMAGES)
