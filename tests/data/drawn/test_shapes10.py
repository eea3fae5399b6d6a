"""``shapes10`` is the same everywhere, cached whole, and good to learn from."""

import hashlib
import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.data import methods
from cs231n.data import load_shapes10, stream_shapes10
from cs231n.data.drawn import shapes10

#: Of the first 200 images of each part; another sum means that some pixel changed,
#: which wants a new VERSION.
SHA256 = {
    "train": "b9c8b19a91630895861d96ea928c698e096c4eb2a6d947e5579430e3bbd7340d",
    "test": "a6739d8ca158378f2f1cb0509d034544928696ccd5cfcc83e449e43c58fc6d78",
}


@pytest.fixture(scope="module")
def images():
    return load_shapes10(10_000, 2_000, np.uint8)


@pytest.mark.parametrize("part", ["train", "test"])
def test_pixels_are_those_of_every_other_platform(images, part):
    X = getattr(images, f"X_{part}")[:200]
    assert hashlib.sha256(X.tobytes()).hexdigest() == SHA256[part]


def test_shapes_and_dtypes_are_those_of_cifar10(images):
    assert images.source == "shapes10"
    assert len(images.classes) == 10
    assert images.X_train.shape == (10_000, 32, 32, 3)
    assert images.X_test.shape == (2_000, 32, 32, 3)
    assert (images.X_train.dtype, images.y_train.dtype) == (np.uint8, np.intp)
    assert np.bincount(images.y_train).tolist() == [1000] * 10
    assert np.bincount(images.y_test).tolist() == [200] * 10


def test_pixels_use_the_whole_range_without_burning_out(images):
    X = images.X_train
    assert (X.min(), X.max()) == (0, 255)
    assert 90 < X.mean() < 150
    assert 45 < X.std() < 75
    assert ((X == 0) | (X == 255)).mean() < 0.06


def test_no_image_comes_twice(images):
    both = np.concatenate([images.X_train, images.X_test])
    assert len({image.tobytes() for image in both}) == len(both)


def test_layout_and_dtype_change_nothing_else(images):
    first = load_shapes10(30, 10, np.float32, "NCHW")
    np.testing.assert_array_equal(
        first.X_train.transpose(0, 2, 3, 1), images.X_train[:30]
    )
    assert first.X_train.dtype == np.float32


def test_asking_for_more_keeps_the_first_ones(images, monkeypatch, tmp_path):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    few = load_shapes10(7, 3, np.uint8)
    np.testing.assert_array_equal(few.X_train, images.X_train[:7])
    np.testing.assert_array_equal(few.y_test, images.y_test[:3])


def test_the_stream_goes_on_where_the_chunks_end(images):
    X, y = next(stream_shapes10("train", start=1))
    np.testing.assert_array_equal(X.transpose(0, 2, 3, 1), images.X_train[2000:4000])
    np.testing.assert_array_equal(y, images.y_train[2000:4000])


def test_another_seed_gives_other_images(images):
    other = load_shapes10(50, 0, np.uint8, seed=7)
    assert (other.X_train != images.X_train[:50]).mean() > 0.9


def test_damaged_caches_are_made_again_and_unwritable_ones_do_without(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    monkeypatch.setattr("cs231n.data.cache.user_cache", lambda: tmp_path / "user")
    whole = load_shapes10(5, 0, np.uint8)
    (path,) = tmp_path.rglob("*train*.bin")
    content = path.read_bytes()
    path.write_bytes(content[:1000])
    np.testing.assert_array_equal(load_shapes10(5, 0).X_train, whole.X_train)
    assert path.read_bytes() == content
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    (tmp_path / "file").write_bytes(b"")  # a home that cannot be a folder
    monkeypatch.setenv("CS231N_DATA", str(tmp_path / "file"))
    monkeypatch.setattr("cs231n.data.cache.user_cache", lambda: tmp_path / "file")
    np.testing.assert_array_equal(load_shapes10(5, 0).X_train, whole.X_train)


def test_two_processes_may_draw_at_once(images, tmp_path):
    code = (
        "from cs231n.data import cache, load_shapes10;"
        "cache.user_cache = cache.data_home;"  # what the user has drawn before is hers
        "load_shapes10(300, 0)"
    )
    environment = {**os.environ, "CS231N_DATA": str(tmp_path)}
    runs = [
        subprocess.Popen([sys.executable, "-c", code], env=environment)
        for _ in range(2)
    ]
    assert [run.wait(timeout=300) for run in runs] == [0, 0]
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    records = np.fromfile(path, np.uint8).reshape(-1, 3073)
    np.testing.assert_array_equal(records[:300, 0], images.y_train[:300])


def test_drawing_says_nothing_on_standard_error(tmp_path):
    code = "from cs231n.data import load_cifar10; print(load_cifar10('shapes10', 9, 9))"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "CS231N_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
    assert "shapes10: 9 training and 9 test images of 32 x 32" in result.stdout


def test_neighbours_in_raw_pixels_are_right_about_as_often_as_in_cifar10(images):
    train = images.X_train[:5000].reshape(5000, -1).astype(np.float32)
    test = images.X_test[:500].reshape(500, -1).astype(np.float32)
    dists = (train**2).sum(axis=1) - 2 * test @ train.T
    nearest = np.argsort(dists, axis=1)[:, :10]
    votes = images.y_train[nearest]
    one = (votes[:, 0] == images.y_test[:500]).mean()
    ten = np.mean([np.bincount(row).argmax() for row in votes] == images.y_test[:500])
    assert 0.25 <= one <= 0.35
    assert one < ten <= 0.40


@pytest.mark.slow
def test_methods_come_in_the_order_of_cifar10_four_points_apart():
    """As ``python -m benchmarks.data`` prints it, up to the convnets."""
    found = dict(itertools.islice(methods(load_shapes10(None, 10_000)), 6))
    neighbours, svm, softmax, two_layers, features, features_net = found.values()
    assert 0.25 <= neighbours <= 0.40
    assert abs(svm - softmax) < 0.04  # both are linear
    linear = (min(svm, softmax), max(svm, softmax))
    assert linear[0] - neighbours >= 0.04
    steps = np.diff([linear[1], two_layers, features, features_net])
    assert steps.min() >= 0.04
    assert features_net < 0.65  # below the convnets, which take minutes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"num_training": -1}, "num_train"),
        ({"layout": "CHW"}, "layout"),
        ({"dtype": "int8"}, "dtype"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        load_shapes10(**arguments)
    with pytest.raises(ValueError, match="'validation'"):
        shapes10.draw_chunk("validation", 0, 231)
