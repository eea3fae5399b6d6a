"""Classifiers that are fitted to rows and label others, handed arrays."""

from typing import Any

import numpy as np

from cs231n.engine import engine_of
from cs231n.pytorch.tensors import arrays, describe, tensors
from cs231n.testing import beside_answers, expect


@beside_answers
def fit_and_label(
    model: Any, X: np.ndarray, y: np.ndarray, X_new: np.ndarray, **options: Any
) -> np.ndarray:
    """Fit a classifier to labelled rows, and let it label others.

    Parameters
    ----------
    model : object
        The answer: ``train(X, y, **options)``, then ``inference(X_new)``.
    X : ndarray of shape (N, D)
        Rows.
    y : ndarray of int, shape (N,)
        Their labels.
    X_new : ndarray of shape (M, D)
        Other rows.
    **options : object
        What ``train`` takes besides, as it is.

    Returns
    -------
    labels : ndarray of shape (M,)
        What ``inference`` returned.

    Raises
    ------
    WrongAnswer
        If the answer lacks a method, or the labels are not one for each row.
    """
    for name in ("train", "inference"):
        expect(
            callable(getattr(model, name, None)),
            f"{type(model).__name__} has no method {name}.",
        )
    torch = engine_of(model.train)
    model.train(*tensors(torch, (X, y)), **options)
    found = model.inference(tensors(torch, X_new))
    labels = np.asarray(arrays(found)) if found is not None else np.empty(0)
    expect(
        labels.shape == (len(X_new),),
        f"inference should return {len(X_new)} labels, one for each row; got "
        f"{describe(found)}.",
    )
    return labels
