"""The training loop for captions: minibatches of captions and their images."""

import math
from typing import Any

import numpy as np

from cs231n.data.captions import check_words
from cs231n.solver.training import Solver


class CaptioningSolver(Solver):
    """Train a model that writes captions; all else is as for :class:`Solver`.

    The model needs ``params`` and ``loss(features, captions) -> (loss, grads)``, the
    loss being cross-entropy summed over words and divided by the captions.

    Parameters
    ----------
    model : object
        The model; its ``params`` are trained.
    data : dict
        As from :func:`~cs231n.data.load_scenes` or
        :func:`~cs231n.data.load_coco_data`.
    features : str
        Which features the model takes: ``"features"``, or ``"grid"`` with attention.
    num_train_samples, num_val_samples : int or None
        Captions on which the model is measured; ``None`` for all.
    **options
        Of :class:`Solver`.

    Attributes
    ----------
    train_acc_history, val_acc_history : list of float
        Mean probability of the right next word: one over the *perplexity*.

    Raises
    ------
    ValueError
        If a part of ``data`` is missing, its captions, words and images do not belong
        together, or an option is unknown.

    Notes
    -----
    How probable words are says little about whether a caption is true; measure that
    with :func:`~cs231n.data.caption_accuracy`.
    """

    measured = "probability of the next word"

    def __init__(
        self,
        model: Any,
        data: dict,
        *,
        features: str = "features",
        num_train_samples: int | None = 200,
        num_val_samples: int | None = 400,
        **options: Any,
    ) -> None:
        _check_captions(data, features)
        self._null = data["word_to_idx"]["<NULL>"]
        super().__init__(
            model,
            _by_caption(data, features),
            num_train_samples=num_train_samples,
            num_val_samples=num_val_samples,
            **options,
        )

    def _check_data(self, data):
        """Accept what :func:`_by_caption` made."""

    def _measure(self, X, y, batch_size):
        total = sum(
            self.model.loss(X[rows], y[rows])[0] * len(y[rows])
            for rows in (slice(i, i + batch_size) for i in range(0, len(y), batch_size))
        )
        return math.exp(-total / np.count_nonzero(y[:, 1:] != self._null))


class _ByCaption:
    """Features in the order of captions: row i is that of caption i's image."""

    def __init__(self, features, images):
        self.features, self.images = features, images
        self.shape = (len(images), *features.shape[1:])
        self.dtype = features.dtype

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        images = self.images[rows]
        if isinstance(rows, slice) or np.ndim(rows):
            return self.features[np.asarray(images)]
        return self.features[int(images)]


def _check_captions(data, features):
    needed = ["word_to_idx"] + [
        f"{split}_{name}"
        for split in ("train", "val")
        for name in ("captions", "image_idxs", features)
    ]
    missing = [name for name in needed if name not in data]
    if missing:
        raise ValueError(
            f"The data has no {missing[0]!r}; it has {', '.join(sorted(data))}."
        )
    for split in ("train", "val"):
        captions, images = data[f"{split}_captions"], data[f"{split}_image_idxs"]
        check_words(captions, len(data["word_to_idx"]))
        if len(captions) != len(images):
            raise ValueError(
                f"The data has {len(captions)} {split}_captions and {len(images)} "
                f"{split}_image_idxs; expected one for each."
            )
        num = len(data[f"{split}_{features}"])
        if len(images) and not 0 <= np.min(images) <= np.max(images) < num:
            raise ValueError(
                f"{split}_image_idxs go from {np.min(images)} to {np.max(images)}; "
                f"{split}_{features} has the rows 0 to {num - 1}."
            )


def _by_caption(data, features):
    parts = {}
    for split in ("train", "val"):
        images = data[f"{split}_image_idxs"]
        parts[f"X_{split}"] = _ByCaption(data[f"{split}_{features}"], images)
        parts[f"y_{split}"] = data[f"{split}_captions"]
    return parts
