"""Tiny ImageNet's folders read as they are, whole in memory or picture by picture."""

import shutil

import numpy as np
import pytest

from cs231n import data_utils
from cs231n.data import DatasetError, load_tiny_imagenet, tiny_imagenet

iio = pytest.importorskip("imageio.v3")

WNIDS = ["n02", "n01", "n03"]  # the order of the classes is the file's own
TRAIN, VAL, TEST = 11, 4, 5


def colours(rng, num):
    """Flat pictures, which JPEG keeps to within a level or two."""
    return rng.integers(0, 256, (num, 3))


def write_pictures(folder, names, values):
    folder.mkdir(parents=True)
    for name, colour in zip(names, values, strict=True):
        picture = np.broadcast_to(colour.astype(np.uint8), (64, 64, 3))
        iio.imwrite(folder / name, picture, plugin="pillow", format="JPEG")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small set, and the colours of its pictures."""
    root, rng = tmp_path_factory.mktemp("tiny"), np.random.default_rng(6)
    (root / "wnids.txt").write_text("\n".join(WNIDS) + "\n")
    (root / "words.txt").write_text("n01\then, chicken\nn02\tcat\nn99\tdog\n")
    values = {"train": colours(rng, 3 * TRAIN)}
    for k, wnid in enumerate(WNIDS):
        rows = values["train"][k * TRAIN : (k + 1) * TRAIN]
        names = [f"{wnid}_{i}.JPEG" for i in range(TRAIN)]
        write_pictures(root / "train" / wnid / "images", names, rows)
    for part, num in (("val", VAL), ("test", TEST)):
        values[part] = colours(rng, num)
        names = [f"{part}_{i}.JPEG" for i in range(num)]
        write_pictures(root / part / "images", names, values[part])
    lines = [f"val_{i}.JPEG\t{WNIDS[i % 3]}\t0\t0\t62\t62" for i in range(VAL)]
    (root / "val" / "val_annotations.txt").write_text("\n".join(lines) + "\n")
    return root, values


@pytest.fixture
def folder(whole, tmp_path):
    """A copy to break."""
    return shutil.copytree(whole[0], tmp_path / "tiny")


def assert_colours(X, values, atol=3.0):
    assert X.shape == (len(values), 3, 64, 64)
    middle = np.asarray(X, np.float64).mean(axis=(2, 3))
    np.testing.assert_allclose(middle, values, atol=atol)


def test_pictures_labels_and_names_are_those_of_the_folders(whole):
    root, values = whole
    data = load_tiny_imagenet(root, np.uint8, subtract_mean=False)
    for part in ("train", "val", "test"):
        assert data[f"X_{part}"].dtype == np.uint8
        # Eleven pictures a class: number 10 comes after 9, not after 1.
        assert_colours(data[f"X_{part}"], values[part])
    assert data["y_train"].tolist() == np.repeat(range(3), TRAIN).tolist()
    assert (data["y_val"].tolist(), data["y_test"]) == ([0, 1, 2, 0], None)
    assert data["class_names"] == [["cat"], ["hen", "chicken"], ["n03"]]
    assert data["mean_image"] is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_mean_training_image_is_subtracted_from_all(whole, dtype):
    plain = load_tiny_imagenet(whole[0], np.uint8, subtract_mean=False)
    data = data_utils.load_tiny_imagenet(whole[0], dtype)
    mean = plain["X_train"].mean(axis=0)
    np.testing.assert_allclose(data["mean_image"], mean, rtol=1e-6)
    for part in ("X_train", "X_val", "X_test"):
        assert data[part].dtype == dtype
        np.testing.assert_allclose(data[part], plain[part] - mean, atol=1e-4)


def test_colours_come_last_where_that_is_asked(whole):
    first = load_tiny_imagenet(whole[0], np.uint8, subtract_mean=False)
    last = load_tiny_imagenet(whole[0], np.uint8, False, layout="NHWC")
    for part in ("X_train", "X_val"):
        moved = last[part].transpose(0, 3, 1, 2)
        np.testing.assert_array_equal(moved, first[part])


def test_a_large_part_is_decoded_as_it_is_asked_for(whole, monkeypatch):
    kept = load_tiny_imagenet(whole[0])["X_train"]
    monkeypatch.setattr(tiny_imagenet, "MOST_BYTES", kept[:20].nbytes)
    data = load_tiny_imagenet(whole[0])
    lazy = data["X_train"]
    assert isinstance(data["X_val"], np.ndarray)
    assert not isinstance(lazy, np.ndarray)
    assert (len(lazy), lazy.shape, lazy.dtype) == (33, kept.shape, np.float32)
    flags = np.arange(33) % 5 == 0
    for rows in (3, -1, slice(4, 9), [3, 0, 3], np.array([[1, 2], [32, 0]]), flags):
        np.testing.assert_array_equal(lazy[rows], kept[rows])
    with pytest.raises(IndexError):
        lazy[33]


def test_test_labels_are_read_where_they_are_there(folder):
    lines = [f"test_{i}.JPEG\tn03" for i in (4, 1)]
    (folder / "test" / "test_annotations.txt").write_text("\n".join(lines))
    data = load_tiny_imagenet(folder, np.uint8, False)
    assert data["y_test"].tolist() == [2, 2]
    assert data["X_test"].shape == (2, 3, 64, 64)


def test_a_missing_set_names_the_command(tmp_path):
    with pytest.raises(DatasetError, match=r"data.fetch tiny-imagenet"):
        load_tiny_imagenet(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("wnids.txt", r"Cannot read .*wnids\.txt"),
        ("words.txt", r"Cannot read .*words\.txt"),
        ("train/n01/images", r"No folder .*images"),
        ("val/val_annotations.txt", r"Cannot read .*val_annotations\.txt"),
        ("val/images/val_2.JPEG", r"names a picture 'val_2\.JPEG', which is not there"),
    ],
)
def test_what_is_missing_is_named(folder, path, words):
    path = folder / path
    path.rename(folder / "elsewhere")
    with pytest.raises(DatasetError, match=rf"{words}[^\n]*\n.*--force"):
        load_tiny_imagenet(folder)


@pytest.mark.parametrize("line", ["val_0.JPEG\tn77\t0", "val_0.JPEG"])
def test_an_unknown_class_is_named(folder, line):
    (folder / "val" / "val_annotations.txt").write_text(line)
    with pytest.raises(DatasetError, match=r"names a class '(n77)?', which is not"):
        load_tiny_imagenet(folder)


def test_a_class_without_pictures_is_named(folder):
    for path in (folder / "train" / "n03" / "images").iterdir():
        path.unlink()
    with pytest.raises(DatasetError, match=r"No pictures in .*n03"):
        load_tiny_imagenet(folder)


def test_a_damaged_picture_and_one_of_another_size_are_named(folder):
    path = folder / "train" / "n01" / "images" / "n01_3.JPEG"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DatasetError, match=r"n01_3\.JPEG"):
        load_tiny_imagenet(folder)
    picture = np.zeros((32, 64, 3), np.uint8)
    iio.imwrite(path, picture, plugin="pillow", format="JPEG")
    with pytest.raises(DatasetError, match=r"n01_3\.JPEG has 32 x 64 pixels"):
        load_tiny_imagenet(folder)


def test_a_mean_cannot_be_subtracted_from_integers(whole):
    with pytest.raises(ValueError, match="float dtype"):
        load_tiny_imagenet(whole[0], np.uint8)
    with pytest.raises(ValueError, match="layout"):
        load_tiny_imagenet(whole[0], layout="HWC")
