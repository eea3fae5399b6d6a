"""How alike written captions and those of people are: BLEU."""

import math
from collections import Counter

import numpy as np

from cs231n.data.captions import decode_captions

#: Longest run of words that is compared.
LONGEST = 4


def bleu(hypotheses: list[str], references: list[list[str]]) -> np.ndarray:
    """Compare captions with references by the runs of words that they share.

    Parameters
    ----------
    hypotheses : list of str
        N captions, words between blanks.
    references : list of list of str
        For each of them one or more captions of the same image.

    Returns
    -------
    scores : ndarray of shape (4,)
        BLEU-1 to BLEU-4 of all captions together, 0 to 1: the geometric mean of the
        clipped precisions of runs of 1 to n words, times the brevity penalty. 0 where
        no run of n words is shared.

    Raises
    ------
    ValueError
        If there are not as many lists of references as captions, or one is empty.

    References
    ----------
    Papineni et al. (2002), "BLEU: a Method for Automatic Evaluation of Machine
    Translation", section 2.
    """
    _check(hypotheses, references)
    shared, runs = np.zeros(LONGEST), np.zeros(LONGEST)
    length = wanted = 0
    for hypothesis, several in zip(hypotheses, references, strict=True):
        words, others = hypothesis.split(), [text.split() for text in several]
        length += len(words)
        wanted += min(map(len, others), key=lambda n: (abs(n - len(words)), n))
        for n in range(1, LONGEST + 1):
            found = _runs(words, n)
            most = _most_runs(others, n)
            shared[n - 1] += sum((found & most).values())
            runs[n - 1] += sum(found.values())
    if not length:
        return np.zeros(LONGEST)
    penalty = min(1.0, math.exp(1 - wanted / length))
    with np.errstate(divide="ignore"):
        logs = np.log(shared / np.maximum(runs, 1))
    return penalty * np.exp(np.cumsum(logs) / np.arange(1, LONGEST + 1))


def references_of(data: dict, split: str = "val") -> list[list[str]]:
    """Gather the captions of each image.

    Parameters
    ----------
    data : dict
        As from :func:`~cs231n.data.load_scenes` or
        :func:`~cs231n.data.load_coco_data`.
    split : {"train", "val"}
        Of which images.

    Returns
    -------
    references : list of list of str
        For every image its captions, without special words.
    """
    texts = decode_captions(data[f"{split}_captions"], data["idx_to_word"])
    references: list[list[str]] = [[] for _ in range(len(data[f"{split}_features"]))]
    for image, text in zip(data[f"{split}_image_idxs"].tolist(), texts, strict=True):
        references[image].append(plain(text))
    return references


def plain(text: str) -> str:
    """Drop the special words of a caption.

    Parameters
    ----------
    text : str
        As from :func:`~cs231n.data.decode_captions`.

    Returns
    -------
    plain : str
        Without ``<START>``, ``<END>`` and ``<NULL>``.
    """
    special = ("<START>", "<END>", "<NULL>")
    return " ".join(word for word in text.split() if word not in special)


def _check(hypotheses, references):
    if len(hypotheses) != len(references):
        raise ValueError(
            f"Each caption needs its references: got {len(hypotheses)} captions and "
            f"{len(references)} lists of references."
        )
    for i, several in enumerate(references):
        if isinstance(several, str) or not several:
            raise ValueError(
                f"The references of caption {i} are {several!r}; expected a list of at "
                f"least one caption."
            )


def _runs(words, n):
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _most_runs(several, n):
    """Count each run as often as the reference with most of it has it."""
    most: Counter = Counter()
    for words in several:
        most |= _runs(words, n)
    return most
