"""Truth, specificity and attributes of captions, by hand and by their laws."""

import numpy as np
import pytest

from cs231n.data import caption_accuracy, load_scenes, true_captions
from cs231n.data.captions import decode_captions

RED_STAR = (3, 0, 1, 10, 24)  # shape, colour, size, x, y
BLUE_RING = (6, 4, 0, 38, 22)
NONE = (-1,) * 5


@pytest.fixture(scope="module")
def data():
    return load_scenes()


@pytest.fixture
def two():
    """A picture of a red star on a dark ground, and one of a blue ring on a light."""
    return {
        "val_objects": np.array([[RED_STAR, NONE], [BLUE_RING, NONE]]),
        "val_grounds": np.array([0, 1]),
    }


@pytest.mark.parametrize(
    ("captions", "truth", "specificity", "attributes"),
    [
        (["a shape", "a shape"], 1, 0, 0),
        (["a star", "a star"], 0.5, 0.5 - 0.5, 1 / 3),
        (["a large red star", "a ring"], 1, 1, (3 + 1) / 6),
        (["a blue ring", "a large red star"], 0, -1, 0),
        (["a red object", "two rings"], 0.5, 0.5, 1 / 3),
        (["star a", ""], 0, 0, 0),
    ],
)
def test_cases_by_hand(two, captions, truth, specificity, attributes):
    found = caption_accuracy(captions, np.arange(2), two)
    np.testing.assert_allclose(found, (truth, specificity, attributes), atol=1e-12)


def test_the_sets_own_captions_are_true_specific_and_rich(data):
    rows = slice(0, 1000)
    captions, images = data["val_captions"][rows], data["val_image_idxs"][rows]
    found = caption_accuracy(captions, images, data)
    assert found.truth == 1
    assert found.specificity > 0.9
    assert 0.6 < found.attributes < 0.9
    dull = caption_accuracy(["an object"] * 1000, images, data)
    assert dull == (1, 0, 0)


def test_sentences_count_up_to_their_end(data):
    index = data["word_to_idx"]
    row = data["val_captions"][0].copy()
    end = row.tolist().index(index["<END>"])
    row[end + 1 :] = index["star"]  # after the end nothing counts
    assert true_captions(row[None], [0], data).tolist() == [True]
    row[end] = index["star"]
    assert true_captions(row[None], [0], data).tolist() == [False]
    text = decode_captions(data["val_captions"][:2], data["idx_to_word"])
    assert true_captions([text[0], "a star a"], [0, 0], data).tolist() == [True, False]


def test_it_says_all_three_on_one_line(two):
    found = caption_accuracy(["a large red star", "a star"], np.arange(2), two)
    assert str(found) == "true 50.0%, specificity 0.000, attributes named 100.0%"


def test_captions_without_pictures_are_refused(two):
    with pytest.raises(ValueError, match="got 1 captions and 2 pictures"):
        caption_accuracy(["a star"], [0, 1], two)
    with pytest.raises(ValueError, match="got 0 captions"):
        caption_accuracy([], [], two)
    for measure in (caption_accuracy, true_captions):
        for picture in (-1, 999):
            with pytest.raises(ValueError, match=f"from {picture} to {picture}; there"):
                measure(["a star"], [picture], two)
        with pytest.raises(ValueError, match="the vocabulary has"):
            measure(np.array([[500, 2]]), [0], two | {"idx_to_word": ["a"]})
