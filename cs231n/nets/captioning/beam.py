"""Beam search: the best sentences that a model of the next word can find."""

from collections.abc import Callable

import numpy as np


def beam_search(
    step: Callable[[np.ndarray], np.ndarray],
    start: int,
    end: int,
    k: int,
    max_length: int = 16,
) -> list[tuple[float, list[int]]]:
    """Extend the ``k`` most probable beginnings of a sentence, word by word.

    Parameters
    ----------
    step : callable
        ``step(sentences)`` takes B beginnings of the same length, an int array (B, t)
        whose first column is ``start``, and returns the log-probability of every next
        word, (B, V).
    start, end : int
        The words that begin and end a sentence.
    k : int
        Beginnings that are kept, 1 to V.
    max_length : int, optional
        Words after ``start`` at most; a sentence this long need not end.

    Returns
    -------
    found : list of (float, list of int)
        Log-probability and words of up to ``k`` sentences, the best first. ``start`` is
        left out, ``end`` is the last word where the sentence has ended.

    Raises
    ------
    ValueError
        If ``k`` is not between 1 and V, or ``step`` returns another shape.
    """
    _check_width(k)
    sentences, totals = np.array([[start]]), np.zeros(1)
    done: list[tuple[float, np.ndarray]] = []
    for _ in range(max_length):
        scores = _scores(step, sentences, k) + totals[:, None]
        best = np.argsort(-scores, axis=None, kind="stable")[: k - len(done)]
        rows, words = np.unravel_index(best, scores.shape)
        totals = scores[rows, words]
        sentences = np.column_stack([sentences[rows], words])
        ended = words == end
        done += zip(totals[ended], sentences[ended], strict=True)
        sentences, totals = sentences[~ended], totals[~ended]
        if len(done) == k:
            break
    done += zip(totals, sentences, strict=True)
    done.sort(key=lambda found: -found[0])
    return [(float(total), words[1:].tolist()) for total, words in done]


def _check_width(k):
    if not isinstance(k, int | np.integer) or isinstance(k, bool) or k < 1:
        raise ValueError(f"k, the number of sentences kept, is at least 1; got {k!r}.")


def _scores(step, sentences, k):
    scores = np.asarray(step(sentences), dtype=np.float64)
    if scores.ndim != 2 or len(scores) != len(sentences):
        raise ValueError(
            f"step must return log-probabilities (B, V) = ({len(sentences)}, V); got "
            f"shape {scores.shape}."
        )
    if k > scores.shape[1]:
        raise ValueError(
            f"k must not exceed the {scores.shape[1]} words of the vocabulary; got {k}."
        )
    return scores
