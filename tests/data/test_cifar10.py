"""CIFAR-10's two layouts read alike, and what is not CIFAR-10 is refused."""

import os
import pickle
import tracemalloc

import numpy as np
import pytest
from fake_cifar import batch, binary, python2, write_folder

from cs231n import data_utils
from cs231n.data import (
    DatasetError,
    data_home,
    find_cifar10,
    load_cifar10,
    read_cifar_batch,
    split_cifar10,
)


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    root = tmp_path_factory.mktemp("cifar")
    both = {}
    for layout in ("bin", "py"):
        folder, batches = write_folder(root / layout, layout)
        both[layout] = (folder.parent, batches)
    return both


@pytest.mark.parametrize("layout", ["bin", "py"])
def test_images_and_labels_are_those_of_the_records(roots, layout):
    root, batches = roots[layout]
    images = load_cifar10("cifar10", 10_007, 11, root=root)
    assert (images.source, images.classes[0]) == ("cifar10", "airplane")
    assert images.X_train.shape == (10_007, 32, 32, 3)
    assert images.X_train.dtype == np.float32
    assert images.y_train.dtype == np.intp
    pixels, labels = batches[1]  # the second batch starts at image 10,000
    for image, record in zip(images.X_train[10_000:], pixels, strict=False):
        for c in range(3):
            plane = record[1024 * c : 1024 * (c + 1)].reshape(32, 32)
            np.testing.assert_array_equal(image[:, :, c], plane)
    np.testing.assert_array_equal(images.y_train[10_000:], labels[:7])
    np.testing.assert_array_equal(images.y_test, batches[5][1][:11])


def test_both_layouts_give_the_same(roots):
    a, b = (load_cifar10("auto", 30, 20, np.uint8, root=roots[k][0]) for k in roots)
    for name in ("X_train", "y_train", "X_test", "y_test"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_channels_first_is_the_transpose(roots):
    root, _ = roots["bin"]
    last = load_cifar10("cifar10", 5, 5, np.uint8, "NHWC", root)
    first = load_cifar10("cifar10", 5, 5, np.uint8, "NCHW", root)
    assert first.X_train.flags.c_contiguous
    np.testing.assert_array_equal(first.X_train, last.X_train.transpose(0, 3, 1, 2))


def test_the_split_subtracts_the_training_mean_and_keeps_the_order(roots):
    root, batches = roots["bin"]
    data = split_cifar10(300, 20, 10, root=root, source="cifar10")
    assert data["X_val"].shape == (20, 3, 32, 32)
    pixels = batches[0][0][:320].reshape(-1, 3, 32, 32).astype(np.float64)
    mean = pixels[:300].mean(axis=0)
    np.testing.assert_allclose(data["X_train"], pixels[:300] - mean, atol=1e-3)
    np.testing.assert_allclose(data["X_val"], pixels[300:] - mean, atol=1e-3)
    np.testing.assert_array_equal(data["y_val"], batches[0][1][300:320])


def test_the_split_holds_the_images_at_most_one_and_a_half_times(roots):
    root, _ = roots["bin"]
    tracemalloc.start()
    try:
        data = data_utils.get_CIFAR10_data(root=root, source="cifar10")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(data["X_train"]) == 49_000
    held = sum(data[k].nbytes for k in ("X_train", "X_val", "X_test"))
    assert peak < 1.5 * held


def test_old_names_give_the_same(roots):
    root, batches = roots["py"]
    X, y = data_utils.load_CIFAR_batch(root / "cifar-10-batches-py" / "test_batch")
    assert (X.shape, X.dtype) == ((10_000, 32, 32, 3), np.float32)
    np.testing.assert_array_equal(y, batches[5][1])
    Xtr, ytr, Xte, yte = data_utils.load_CIFAR10(root / "cifar-10-batches-py")
    assert (Xtr.shape, Xte.shape) == ((50_000, 32, 32, 3), (10_000, 32, 32, 3))
    np.testing.assert_array_equal(Xte, X)
    np.testing.assert_array_equal(ytr[:10_000], batches[0][1])
    np.testing.assert_array_equal(yte, y)


def test_the_data_home_is_the_chosen_folder_else_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    assert data_home() == tmp_path
    monkeypatch.delenv("CS231N_DATA")
    assert data_home().name == "datasets"


def test_auto_falls_back_to_the_drawn_images(monkeypatch, tmp_path):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    images = load_cifar10("auto", 20, 10)
    assert images.source == "shapes10"
    assert images.X_train.shape == (20, 32, 32, 3)


# What is not right is refused in a sentence that says what to do.


def test_missing_data_names_the_folder_and_the_command(tmp_path):
    with pytest.raises(DatasetError) as error:
        load_cifar10("cifar10", root=tmp_path)
    assert str(tmp_path) in str(error.value)
    assert "python -m cs231n.data.fetch cifar10" in str(error.value)
    shown = error.value._render_traceback_()  # in a notebook, without our frames
    assert "\n".join(shown) == f"DatasetError: {error.value}"
    with pytest.raises(DatasetError, match="No CIFAR-10 batch"):
        read_cifar_batch(tmp_path / "nowhere" / "test_batch")


def test_a_folder_without_its_batches_is_not_taken_for_absent(tmp_path):
    (tmp_path / "cifar-10-batches-py").mkdir()
    with pytest.raises(DatasetError, match="--force"):
        load_cifar10("auto", root=tmp_path)


@pytest.mark.parametrize("size", [0, 3072, 3073 * 3 - 1])
def test_a_truncated_binary_batch_is_refused(tmp_path, size):
    path = tmp_path / "test_batch.bin"
    path.write_bytes(binary(*batch(3, 0))[:size])
    with pytest.raises(DatasetError, match=f"{size} bytes.*cut short"):
        read_cifar_batch(path)


def test_a_batch_of_another_size_is_refused(tmp_path):
    write_folder(tmp_path, "bin", num=40)
    with pytest.raises(DatasetError, match="40 images; expected 10000"):
        load_cifar10("cifar10", root=tmp_path)


def test_a_label_beyond_the_classes_is_refused(tmp_path):
    pixels, labels = batch(3, 0)
    labels[1] = 17
    path = tmp_path / "test_batch.bin"
    path.write_bytes(binary(pixels, labels))
    with pytest.raises(DatasetError, match="label 17"):
        read_cifar_batch(path)


def test_a_truncated_pickle_is_refused_wherever_it_ends(tmp_path):
    whole = python2(*batch(1, 0))
    path = tmp_path / "test_batch"
    for size in (*range(0, 400, 7), len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(DatasetError, match="--force"):
            read_cifar_batch(path)


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


FOREIGN = {
    "call": Bomb(),
    "hidden in a list": {"data": [Bomb()]},
    "objects in an array": {"data": np.array([Bomb()], dtype=object)},
    "record array": {"data": np.zeros(2, [("a", "u1"), ("b", "O")])},
    "eval": type("E", (), {"__reduce__": lambda _: (eval, ("1+1",))})(),
    "a class": {"data": np.random.PCG64},
    "a set": {1, 2},
}


@pytest.mark.parametrize("protocol", [0, 2, 5])
@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN)
def test_a_pickle_with_code_is_refused_and_not_run(
    monkeypatch, tmp_path, value, protocol
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data_batch_1"
    path.write_bytes(pickle.dumps(value, protocol))
    with pytest.raises(DatasetError, match="--force"):
        read_cifar_batch(path)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_pickles_of_newer_pythons_read_too(tmp_path, protocol):
    pixels, labels = batch(4, 1)
    path = tmp_path / "test_batch"
    path.write_bytes(
        pickle.dumps({"data": pixels, "labels": labels.tolist()}, protocol)
    )
    np.testing.assert_array_equal(read_cifar_batch(path)[0], pixels)


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        {"labels": [1]},
        {"data": np.zeros((2, 3072), np.uint8), "labels": [1]},
        {"data": np.zeros((1, 3072), np.float32), "labels": [1]},
        {"data": np.zeros((1, 3072), np.uint8), "labels": ["cat"]},
        {"data": np.zeros((1, 100), np.uint8), "labels": [1]},
    ],
)
def test_a_plain_pickle_of_something_else_is_refused(tmp_path, value):
    path = tmp_path / "test_batch"
    path.write_bytes(pickle.dumps(value, 2))
    with pytest.raises(DatasetError, match="not a CIFAR-10 batch"):
        read_cifar_batch(path)


def test_arguments_out_of_range_are_refused(roots):
    root, _ = roots["bin"]
    with pytest.raises(ValueError, match="'imagenet'"):
        load_cifar10("imagenet")
    with pytest.raises(ValueError, match="layout"):
        load_cifar10(root=root, layout="HWC")
    with pytest.raises(ValueError, match="dtype"):
        load_cifar10(root=root, dtype=np.int16)
    with pytest.raises(DatasetError, match="num_test=10001"):
        load_cifar10(root=root, num_test=10_001)
    with pytest.raises(ValueError, match="num_training"):
        load_cifar10(root=root, num_training=-1)
    with pytest.raises(ValueError, match="float dtype"):
        split_cifar10(10, 1, 1, dtype=np.uint8)


@pytest.mark.data
def test_the_real_images_read_alike_in_both_layouts():
    if find_cifar10() is None:
        pytest.skip("CIFAR-10 is not in the data home (CS231N_DATA)")
    home = data_home()
    folders = [home / f"cifar-10-batches-{k}" for k in ("bin", "py")]
    if not all(folder.exists() for folder in folders):
        pytest.skip("only one layout of CIFAR-10 is in the data home")
    binary_set, python_set = (
        load_cifar10("cifar10", 20_000, None, np.uint8, root=folder)
        for folder in folders
    )
    np.testing.assert_array_equal(binary_set.X_train, python_set.X_train)
    np.testing.assert_array_equal(binary_set.y_test, python_set.y_test)
    assert np.bincount(binary_set.y_test).tolist() == [1000] * 10


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("form", [list, tuple, np.array, lambda y: [*y.astype("i8")]])
@pytest.mark.parametrize("keys", [str, str.encode])
def test_batches_that_others_wrote_are_read(tmp_path, protocol, form, keys):
    pixels, labels = batch(20, 3)
    values = labels if form is np.array else labels.tolist()
    values = form(labels) if form not in (list, tuple) else form(values)
    written = {keys("data"): pixels, keys("labels"): values}
    path = tmp_path / "test_batch"
    path.write_bytes(pickle.dumps(written, protocol))

    found = read_cifar_batch(path)
    np.testing.assert_array_equal(found[0], pixels)
    np.testing.assert_array_equal(found[1], labels)


@pytest.mark.parametrize(
    "labels", [[True] * 20, [0.0] * 20, np.zeros(20), [0] * 19, [[0]] * 20, [300] * 20]
)
def test_what_is_no_label_is_refused(tmp_path, labels):
    path = tmp_path / "test_batch"
    path.write_bytes(pickle.dumps({"data": batch(20, 3)[0], "labels": labels}))
    with pytest.raises(DatasetError, match="is not a CIFAR-10 batch"):
        read_cifar_batch(path)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "it is empty"),
        (["cat.png", "dog.png"], r"it has cat.png, dog.png\)"),
        (["meta", "test", "train"], "which is CIFAR-100"),
        ([f"{i}.png" for i in range(9)], r"3.png, 4.png, \.\.\.\)"),
    ],
)
def test_a_folder_of_something_else_says_what_is_there(tmp_path, names, words):
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(DatasetError, match=words):
        data_utils.load_CIFAR10(tmp_path)


def test_a_nested_folder_is_found(roots, tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    (folder / "cifar-10-batches-py").symlink_to(
        roots["py"][0] / "cifar-10-batches-py", target_is_directory=True
    )
    assert find_cifar10(folder) == folder / folder.name
