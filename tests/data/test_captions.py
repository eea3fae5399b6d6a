"""Captions decode as the course does; COCO's files are read and checked."""

import json

import numpy as np
import pytest

from cs231n import coco_utils
from cs231n.data import DatasetError
from cs231n.data.captions import (
    SPECIAL,
    decode_captions,
    encode_caption,
    sample_coco_minibatch,
)
from cs231n.data.coco import load_coco_data
from cs231n.nets.captioning import CaptioningRNN
from cs231n.solver import CaptioningSolver

h5py = pytest.importorskip("h5py", reason="COCO's files need h5py (extra [coco])")

WORDS = [*SPECIAL, "a", "cat", "sits"]
RNG = np.random.default_rng(5)
SIZES = {"train": (7, 4), "val": (5, 3)}  # captions, images


@pytest.fixture
def folder(tmp_path):
    with h5py.File(tmp_path / "coco2014_captions.h5", "w") as file:
        for split, (captions, images) in SIZES.items():
            file[f"{split}_captions"] = RNG.integers(0, 7, (captions, 17)).astype("i4")
            file[f"{split}_image_idxs"] = RNG.integers(0, images, captions).astype("i4")
    for split, (_, images) in SIZES.items():
        for suffix, width in (("_pca", 6), ("", 9)):
            with h5py.File(tmp_path / f"{split}2014_vgg16_fc7{suffix}.h5", "w") as file:
                file["features"] = RNG.standard_normal((images, width)).astype("f4")
        urls = "".join(f"http://example.org/{i}.jpg\n" for i in range(images))
        (tmp_path / f"{split}2014_urls.txt").write_text(urls)
    vocabulary = {
        "idx_to_word": WORDS,
        "word_to_idx": {w: i for i, w in enumerate(WORDS)},
    }
    (tmp_path / "coco2014_vocab.json").write_text(json.dumps(vocabulary))
    return tmp_path


def change(path, key, value):
    with h5py.File(path, "a") as file:
        del file[key]
        if value is not None:
            file[key] = value


@pytest.mark.parametrize(
    ("caption", "text"),
    [
        ([1, 4, 5, 6, 2, 0, 0], "<START> a cat sits <END>"),
        ([4, 3, 0, 6], "a <UNK> sits"),
        ([1, 2, 4], "<START> <END>"),
        ([], ""),
    ],
)
def test_captions_decode_up_to_their_end(caption, text):
    assert decode_captions(np.array(caption, int), WORDS) == text
    assert decode_captions(np.array([caption, caption], int), WORDS) == [text, text]


@pytest.mark.parametrize(
    ("captions", "message"),
    [
        ([1, 99], "from 1 to 99; the vocabulary has the words 0 to 6"),
        ([-1, 4], "from -1 to 4"),
        ([1.0, 4.0], "whole numbers; got float64"),
    ],
)
def test_what_is_no_word_does_not_decode(captions, message):
    with pytest.raises(ValueError, match=message):
        decode_captions(np.array(captions), WORDS)


def test_an_unknown_word_needs_its_stand_in():
    index = {w: i for i, w in enumerate(WORDS) if w != "<UNK>"}
    with pytest.raises(ValueError, match="'dog' is not in the vocabulary"):
        encode_caption(["a", "dog"], index, 8)


def test_encoding_is_undone_by_decoding():
    index = {w: i for i, w in enumerate(WORDS)}
    row = encode_caption(["a", "dog", "sits"], index, 8)
    assert row.tolist() == [1, 4, 3, 6, 2, 0, 0, 0]
    assert decode_captions(row, WORDS) == "<START> a <UNK> sits <END>"
    with pytest.raises(ValueError, match="do not fit in 4"):
        encode_caption(["a", "cat", "sits"], index, 4)


def test_coco_has_the_courses_layout(folder):
    data = coco_utils.load_coco_data(folder)
    assert data["train_captions"].shape == (7, 17)
    assert data["val_features"].shape == (3, 6)
    assert data["train_urls"][2] == "http://example.org/2.jpg"
    assert data["idx_to_word"] == WORDS
    assert data["word_to_idx"]["cat"] == 5


def test_max_train_draws_captions_with_their_images(folder):
    whole, few = load_coco_data(folder), load_coco_data(folder, max_train=5)
    again = load_coco_data(folder, max_train=5)
    assert few["train_captions"].shape == (5, 17)
    np.testing.assert_array_equal(few["train_captions"], again["train_captions"])
    for caption, image in zip(
        few["train_captions"], few["train_image_idxs"], strict=True
    ):
        (row,) = np.flatnonzero((whole["train_captions"] == caption).all(axis=1))
        assert whole["train_image_idxs"][row] == image


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_minibatch_keeps_caption_feature_and_address_together(folder, split):
    data = load_coco_data(folder)
    captions, features, urls = sample_coco_minibatch(
        data, 50, split, np.random.default_rng(0)
    )
    assert (captions.shape, features.shape) == ((50, 17), (50, 6))
    for caption, feature, url in zip(captions, features, urls, strict=True):
        (row,) = np.flatnonzero((data[f"{split}_captions"] == caption).all(axis=1))
        image = data[f"{split}_image_idxs"][row]
        np.testing.assert_array_equal(feature, data[f"{split}_features"][image])
        assert url == f"http://example.org/{image}.jpg"
    with pytest.raises(ValueError, match="'test'"):
        sample_coco_minibatch(data, 2, "test")


def test_large_features_are_read_as_they_are_asked_for(folder, monkeypatch):
    whole = load_coco_data(folder, pca_features=False)["train_features"]
    monkeypatch.setattr("cs231n.data.coco.MOST_BYTES", 0)
    lazy = load_coco_data(folder, pca_features=False)["train_features"]
    assert not isinstance(lazy, np.ndarray)
    assert (len(lazy), lazy.shape, lazy.dtype) == (4, (4, 9), np.float32)
    for rows in ([3, 0, 3, 1], np.array([[2, 2], [0, 1]]), slice(1, 3), 2):
        np.testing.assert_array_equal(lazy[rows], whole[rows])


def test_a_missing_folder_or_file_names_the_command(folder, tmp_path):
    with pytest.raises(DatasetError, match=r"data.fetch coco"):
        load_coco_data(tmp_path / "nowhere")
    (folder / "val2014_vgg16_fc7_pca.h5").unlink()
    with pytest.raises(DatasetError, match=r"val2014_vgg16_fc7_pca\.h5"):
        load_coco_data(folder)


def test_a_missing_key_is_named(folder):
    change(folder / "train2014_vgg16_fc7_pca.h5", "features", None)
    with pytest.raises(DatasetError, match="has no 'features'; it has nothing"):
        load_coco_data(folder)


def test_missing_captions_are_named(folder):
    change(folder / "coco2014_captions.h5", "val_image_idxs", None)
    with pytest.raises(DatasetError, match="has no 'val_image_idxs'"):
        load_coco_data(folder)


def test_captions_of_images_that_are_not_there_are_refused(folder):
    path = folder / "coco2014_captions.h5"
    change(path, "train_image_idxs", np.array([0, 1, 2, 3, 4, 0, 0]))
    with pytest.raises(DatasetError, match="images 0 to 4, but there are 4"):
        load_coco_data(folder)


def test_captions_of_unknown_words_are_refused(folder):
    change(folder / "coco2014_captions.h5", "val_captions", np.full((5, 17), 99))
    with pytest.raises(DatasetError, match="words 99 to 99, but there are 7"):
        load_coco_data(folder)


@pytest.mark.parametrize("content", [b"", b"no hdf5"])
def test_a_damaged_hdf5_file_is_refused(folder, content):
    (folder / "coco2014_captions.h5").write_bytes(content)
    with pytest.raises(DatasetError, match="no HDF5 file, or damaged"):
        load_coco_data(folder)


@pytest.mark.parametrize("content", ["", "{}", '{"idx_to_word": ["a"]}'])
def test_a_damaged_vocabulary_is_refused(folder, content):
    (folder / "coco2014_vocab.json").write_text(content)
    with pytest.raises(DatasetError, match=r"coco2014_vocab\.json"):
        load_coco_data(folder)


@pytest.mark.parametrize("pca_features", [True, False])
def test_a_network_is_trained_on_what_was_read(folder, pca_features, monkeypatch):
    monkeypatch.setattr("cs231n.data.coco.MOST_BYTES", 0)  # features stay on the disk
    data = load_coco_data(folder, pca_features=pca_features)
    for split in SIZES:
        data[f"{split}_captions"][:, 1] = 5  # no caption is empty
    width = data["train_features"].shape[1]
    net = CaptioningRNN(data["word_to_idx"], width, 4, 5, "lstm")
    options = {"batch_size": 4, "num_epochs": 3, "verbose": False}
    solver = CaptioningSolver(net, data, update_rule="adam", **options)
    solver.train()
    assert len(solver.loss_history) == 3
    assert net.sample(data["val_features"][:2], 6).shape == (2, 6)


def test_files_that_editors_saved_are_read(folder):
    for name in ("coco2014_vocab.json", "val2014_urls.txt"):
        text = (folder / name).read_text().removesuffix("\n")
        (folder / name).write_text(text, encoding="utf-8-sig")
    data = load_coco_data(folder)

    assert data["idx_to_word"] == WORDS
    urls = [f"http://example.org/{i}.jpg" for i in range(SIZES["val"][1])]
    assert data["val_urls"].tolist() == urls


def test_addresses_must_be_as_many_as_the_images(folder):
    (folder / "val2014_urls.txt").write_text("http://example.org/0.jpg\n")
    with pytest.raises(DatasetError, match=r"urls.txt has 1 lines for 3 images"):
        load_coco_data(folder)


def test_numbers_of_another_byte_order_are_turned(folder, monkeypatch):
    path = folder / "val2014_vgg16_fc7_pca.h5"
    values = load_coco_data(folder)["val_features"]
    change(path, "features", values.astype(">f4"))
    change(folder / "coco2014_captions.h5", "val_captions", np.zeros((5, 17), ">i4"))
    for most in (1 << 28, 0):  # all at once, and row by row
        monkeypatch.setattr("cs231n.data.coco.MOST_BYTES", most)
        data = load_coco_data(folder)
        for rows in (slice(None), [2, 0]):
            found = data["val_features"][rows]
            assert found.dtype.isnative
            np.testing.assert_array_equal(found, values[rows])
        assert data["val_captions"].dtype.isnative
