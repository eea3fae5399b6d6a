"""Classifiers that are fitted to rows and label others, handed arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np

from cs231n.engine import engine_of
from cs231n.pytorch.tensors import arrays, tensors
from cs231n.testing import beside_answers, expect
from cs231n.testing.words import result


@beside_answers
def fit_and_label(
    train: Callable,
    model: Any,
    X: np.ndarray,
    y: np.ndarray,
    X_new: np.ndarray,
    **options: Any,
) -> np.ndarray:
    """Fit a classifier to labelled rows, and let it label others.

    Parameters
    ----------
    train : callable
        The method of the answer's class: ``train(model, X, y, **options)``.
    model : object
        Of that class; it has ``inference(X_new)`` besides.
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
        If there is no such method, or the labels are not one for each row.
    """
    expect(
        callable(getattr(model, "inference", None)),
        f"{type(model).__name__} has no method inference.",
    )
    torch = engine_of(train)
    train(model, *tensors(torch, (X, y)), **options)
    found = model.inference(tensors(torch, X_new))
    labels = np.asarray(arrays(found)) if found is not None else np.empty(0)
    expect(
        labels.shape == (len(X_new),),
        f"inference should return {len(X_new)} labels, one for each row; got "
        f"{result(found)}.",
    )
    return labels
