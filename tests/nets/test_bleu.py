"""BLEU by hand, by its laws, and beside a library's."""

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from cs231n.nets.captioning import bleu, plain, references_of

WORDS = ["a", "red", "star", "ring", "above", "big"]


def sentences(rng, number, least=0):
    return [" ".join(rng.choice(WORDS, rng.integers(least, 9))) for _ in range(number)]


def test_a_case_by_hand():
    # "the" is shared twice and counted once for each "the" of a reference.
    scores = bleu(["the the the cat"], [["the cat sat", "there is the cat here"]])
    # 2 of 4 words, 1 of 3 pairs ("the cat"), no runs of three; 4 words against 3 or 5.
    np.testing.assert_allclose(scores, [0.5, (0.5 / 3) ** 0.5, 0, 0])


def test_short_captions_are_punished():
    scores = bleu(["a red star"], [["a red star above a ring"]])
    np.testing.assert_allclose(scores[:3], np.exp(1 - 6 / 3))


def test_it_is_the_librarys():
    rng = np.random.default_rng(8)
    for _ in range(60):
        number = int(rng.integers(1, 12))
        hypotheses = sentences(rng, number)
        references = [sentences(rng, rng.integers(1, 5), 1) for _ in range(number)]
        most = max(map(len, references))
        columns = [
            [several[k] if k < len(several) else None for several in references]
            for k in range(most)
        ]
        found = bleu(hypotheses, references)
        for n in range(1, 5):
            library = BLEU(max_ngram_order=n, tokenize="none", smooth_method="none")
            expected = library.corpus_score(hypotheses, columns).score / 100
            assert found[n - 1] == pytest.approx(expected, abs=1e-9)


def test_a_reference_itself_is_perfect_and_order_of_captions_does_not_matter():
    rng = np.random.default_rng(9)
    texts = sentences(rng, 10, least=4)
    references = [[text, "a ring"] for text in texts]
    np.testing.assert_allclose(bleu(texts, references), 1)
    mixed = rng.permutation(10)
    other = sentences(rng, 10)
    np.testing.assert_allclose(
        bleu(other, references),
        bleu([other[i] for i in mixed], [references[i] for i in mixed]),
    )


def test_empty_captions_score_nothing():
    np.testing.assert_array_equal(bleu([""], [["a star"]]), 0)
    np.testing.assert_array_equal(bleu([], []), 0)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="got 1 captions and 2 lists of references"):
        bleu(["a"], [["a"], ["b"]])
    with pytest.raises(ValueError, match="caption 1 are 'a ring'; expected a list"):
        bleu(["a", "b"], [["a"], "a ring"])


def test_references_are_the_captions_of_each_image():
    data = {
        "idx_to_word": ["<NULL>", "<START>", "<END>", "<UNK>", *WORDS],
        "val_captions": np.array([[1, 4, 6, 2], [1, 7, 2, 0], [1, 4, 7, 2]]),
        "val_image_idxs": np.array([1, 0, 1]),
        "val_features": np.zeros((3, 2)),
    }
    assert references_of(data) == [["ring"], ["a star", "a ring"], []]
    assert plain("<START> a star <END>") == "a star"
