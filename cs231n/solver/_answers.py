"""What a model answers, and what is wrong with it."""

import numpy as np

from cs231n.solver._arguments import kind_of


class TrainingError(FloatingPointError):
    """The loss stopped being a number. The message says when, and what to try."""


def checked_answer(answer, params, X, when):
    """Return loss and gradients of a model's answer to ``loss(X, y)``, after checks.

    ``when`` is the step, the epoch and the learning rate, for what is said if the loss
    is no number.
    """
    if not (isinstance(answer, tuple) and len(answer) == 2):
        raise ValueError(
            f"model.loss(X, y) returned {kind_of(answer)}; expected a pair "
            f"(loss, grads). Is its return statement missing?"
        )
    loss, grads = answer
    if np.ndim(loss) != 0 or loss is None:
        raise ValueError(
            f"The loss is {kind_of(loss)}; expected one number. Average over the "
            f"examples."
        )
    if not np.isfinite(loss):
        raise TrainingError(_advice(float(loss), X, when))
    for name, weights in params.items():
        if name not in grads:
            raise ValueError(
                f"model.loss returned no gradient for {name!r}; grads has: "
                f"{', '.join(map(repr, grads)) or 'nothing'}."
            )
        if np.shape(grads[name]) != weights.shape:
            raise ValueError(
                f"The gradient of {name!r} is {kind_of(grads[name])}; expected shape "
                f"{weights.shape}, like the parameter."
            )
    return float(loss), grads


def _advice(loss, X, when):
    """Say when the loss broke and what to try, from what can be seen."""
    step, epoch, rate = when
    where = f"The loss became {loss} at step {step} (epoch {epoch}"
    if not np.all(np.isfinite(X)):
        return f"{where}): X_train holds nan or infinity. Look at the data first."
    if step == 0:
        return (
            f"{where}), before any update, so the learning rate is not the cause. "
            f"Look for log(0), a division by zero or an overflow in exp in the "
            f"loss, and try a smaller weight_scale."
        )
    if rate is None:
        return f"{where}). Try a smaller learning rate."
    return (
        f"{where}, learning rate {rate:.3g}). Try a learning rate of "
        f"{rate / 10:.1g}; if that does not help, a smaller weight_scale, and a "
        f"gradient check of the model."
    )


def accuracy(model, X, y, batch_size):
    """Return the share of examples that the model gets right, a batch at a time."""
    right = 0
    for start in range(0, X.shape[0], batch_size):
        part = X[start : start + batch_size]
        scores = model.loss(part)
        if np.ndim(scores) != 2 or len(scores) != len(part):
            raise ValueError(
                f"model.loss(X) returned {kind_of(scores)} for {len(part)} examples; "
                f"expected scores of shape ({len(part)}, C)."
            )
        predicted = np.argmax(scores, axis=1)
        right += int(np.sum(predicted == y[start : start + batch_size]))
    return right / X.shape[0]
