"""Scenes: captions are true, splits compose anew, features tell the objects."""

import hashlib

import numpy as np
import pytest

from cs231n.data import load_scenes, sample_coco_minibatch, true_captions
from cs231n.data.captions import SPECIAL
from cs231n.data.drawn import scene_pictures
from cs231n.data.drawn.random_draws import Draws
from cs231n.data.drawn.scene_pictures import PAINTS
from cs231n.data.drawn.scene_truth import is_true
from cs231n.data.drawn.scene_words import COLOURS, SHAPES, vocabulary
from cs231n.data.drawn.scenes import draw_scenes

#: Of 100 pictures and their captions; another sum wants a new VERSION.
SHA256 = "c12797fc9fe6985ece2973bd8fd2b550ffa664d76b5c8906bb8a255dd8df16eb"
RED_STAR = (3, 0, 1, 10, 24)  # shape, colour, size, x, y
BLUE_RING = (6, 4, 0, 38, 22)
BLUE_CROSS = (5, 4, 0, 36, 42)
SCENE = [RED_STAR, BLUE_RING, BLUE_CROSS]


@pytest.fixture(scope="module")
def data():
    return load_scenes()


def test_pictures_and_captions_are_those_of_every_other_platform(data):
    digest = hashlib.sha256(data["train_images"][:100].tobytes())
    digest.update(data["train_captions"][:500].astype("<i4").tobytes())
    assert digest.hexdigest() == SHA256


def test_the_layout_is_cocos(data):
    assert data["train_captions"].shape == (15_000, 17)
    assert data["train_captions"].dtype == np.int32
    assert data["train_features"].shape == (3000, 512)
    assert data["train_features"].dtype == np.float32
    assert data["val_images"].shape == (600, 48, 48, 3)
    assert data["idx_to_word"][:4] == list(SPECIAL)
    assert 60 <= len(data["idx_to_word"]) <= 200
    for word, index in data["word_to_idx"].items():
        assert data["idx_to_word"][index] == word
    captions, features, urls = sample_coco_minibatch(
        data, 8, rng=np.random.default_rng(0)
    )
    assert (captions.shape, features.shape, urls) == ((8, 17), (8, 512), None)


@pytest.mark.parametrize("split", ["train", "val"])
def test_every_caption_is_true_and_few_are_of_another_picture(data, split):
    captions, images = data[f"{split}_captions"], data[f"{split}_image_idxs"]
    assert true_captions(captions, images, data, split).all()
    moved = np.roll(images, 5)
    assert true_captions(captions, moved, data, split).mean() < 0.1


def test_captions_are_many_and_use_the_whole_vocabulary(data):
    captions = data["train_captions"]
    assert len(np.unique(captions, axis=0)) > 0.4 * len(captions)
    used = set(np.unique(captions).tolist())
    assert set(range(len(data["idx_to_word"]))) - used == {3}  # <UNK>
    assert (captions[:, 0] == 1).all()
    assert ((captions == 2).sum(axis=1) == 1).all()


def test_validation_shows_combinations_that_training_never_did(data):
    seen, new = (
        {tuple(row) for row in data[f"{s}_objects"][..., :2].reshape(-1, 2).tolist()}
        for s in ("train", "val")
    )
    unseen = new - seen
    assert len(unseen) == 8
    has_new = [
        any(tuple(row) in unseen for row in objects[:, :2].tolist())
        for objects in data["val_objects"]
    ]
    assert 0.4 < np.mean(has_new) < 0.6
    for column, values in enumerate((SHAPES, COLOURS)):  # each part alone was seen
        assert {row[column] for row in seen if row[0] >= 0} == set(range(len(values)))


def test_objects_lie_inside_and_in_their_colour(data):
    images, objects = data["val_images"], data["val_objects"]
    for image, rows in zip(images[:200], objects[:200], strict=True):
        for shape, colour, _, x, y in rows[rows[:, 0] >= 0].tolist():
            if shape == 6:  # the middle of a ring is empty
                continue
            seen = image[y - 1 : y + 1, x - 1 : x + 1].reshape(-1, 3).mean(axis=0)
            assert np.abs(seen - PAINTS[colour]).max() < 40


def test_more_scenes_start_with_the_same_ones(data):
    few = load_scenes(20, 10)
    np.testing.assert_array_equal(few["train_images"], data["train_images"][:20])
    np.testing.assert_array_equal(few["val_captions"], data["val_captions"][:50])
    np.testing.assert_array_equal(few["val_features"], data["val_features"][:10])
    with pytest.raises(ValueError, match="num_val is at least 1, got 0"):
        load_scenes(1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "a red star",
        "one large red star on a dark background",
        "we can see a huge star and a tiny blue hoop",
        "a red star to the left of a ring",
        "a star is left of a blue cross against a dark background",
        "a blue ring above a blue cross",
        "a cross is beneath a ring",
        "three objects",
        "there are three shapes",
        "a blue cross lies in the bottom right corner",
        "a star on the left side",
        "a blue object and a small blue object",
    ],
)
def test_true_sentences_are_true(text):
    assert is_true(text.split(), SCENE, 0)


@pytest.mark.parametrize(
    "text",
    [
        "a green star",
        "a small red star",
        "a red ring",
        "a star to the right of a ring",
        "a ring to the left of a cross",  # nearly one above the other
        "a ring below a cross",
        "a red star on a light background",
        "two objects",
        "two stars",
        "a star and a star",  # there is only one
        "a star on the right",
        "a blue cross in the top right corner",
        # No sentences at all:
        "",
        "a",
        "red star",
        "a star red",
        "a star a ring",
        "a star and",
        "a star is",
        "a star is and a ring",
        "above a ring",
        "a star on a dark background on a dark background",
        "two star",
        "a stars",
        "a star of",
        "a <UNK> star",
        "star star star",
        "a red star there is",
    ],
)
def test_false_and_broken_sentences_are_not(text):
    assert not is_true(text.split(), SCENE, 0)


def test_masks_are_what_other_paints_change(data, monkeypatch):
    """Painted twice, black and white, pictures differ where objects are."""

    def repaint(paint):
        monkeypatch.setattr(scene_pictures, "PAINTS", np.full_like(PAINTS, paint))
        draws = Draws(231, 1001, 1, 0)
        objects = scene_pictures.arrange("val", draws)
        grounds = draws.integers(2, len(objects))
        return scene_pictures.paint(objects, grounds, draws)[0].astype(float)

    dark, bright = repaint(40), repaint(215)
    covered = np.abs(bright - dark).mean(axis=-1) > 175 / 2
    masks = data["val_masks"]
    assert ((masks > 0) == covered).mean() > 0.9999  # rounding at half a pixel
    for image, objects in zip(masks[:50], data["val_objects"][:50], strict=True):
        there = np.flatnonzero(objects[:, 0] >= 0)
        assert set(np.unique(image)) == {0, *(there + 1)}
        for k in there:
            rows, columns = np.nonzero(image == k + 1)
            assert (
                np.abs(
                    [columns.mean() - objects[k, 3], rows.mean() - objects[k, 4]]
                ).max()
                < 3
            )


def test_the_grid_is_kept_in_half_precision_and_given_in_single(data):
    grid = data["val_grid"]
    assert (grid.shape, grid.dtype) == ((600, 64, 6, 6), np.float32)
    np.testing.assert_array_equal(grid, grid.astype(np.float16))


def test_features_are_means_and_maxima_of_parts_of_the_grid(data):
    grid = data["val_grid"][:3]
    features = data["val_features"].reshape(600, 2, 64, 2, 2)
    for corner in np.ndindex(2, 2):
        rows, columns = (slice(3 * i, 3 * i + 3) for i in corner)
        part = grid[:, :, rows, columns]
        for kind, expected in enumerate(
            (part.mean(axis=(2, 3)), part.max(axis=(2, 3)))
        ):
            found = features[:3, kind, :, *corner]
            slope = np.polyfit(expected[:, 5], found[:, 5], 1)
            np.testing.assert_allclose(
                np.polyval(slope, expected[:, 5]), found[:, 5], atol=1e-4
            )
    assert abs(features.mean()) < 0.02
    assert 0.1 < features.std() < 0.3


@pytest.mark.parametrize("column", [0, 1])
def test_a_linear_model_reads_shapes_and_colours_from_the_features(data, column):
    """Ridge regression finds which are present, far better than always saying no."""
    scores = {}
    for split in ("train", "val"):
        features = data[f"{split}_features"].astype(np.float64)
        present = np.zeros((len(features), 8))
        for n, rows in enumerate(data[f"{split}_objects"]):
            present[n, rows[rows[:, 0] >= 0, column]] = 1
        scores[split] = np.column_stack([features, np.ones(len(features))]), present
    A, Y = scores["train"]
    W = np.linalg.solve(A.T @ A + 3 * np.eye(A.shape[1]), A.T @ Y)
    A, Y = scores["val"]
    top = np.argsort(-(A @ W), axis=1)[:, :1]
    assert np.take_along_axis(Y, top, 1).mean() > 0.7
    assert Y.mean() < 0.3  # what a guess is worth


def test_only_two_splits_exist():
    with pytest.raises(ValueError, match="test"):
        draw_scenes("test", 0, 231)


def test_the_vocabulary_has_no_word_twice():
    words = vocabulary()
    assert len(set(words)) == len(words)
