"""One step of a run: a minibatch, its gradients, an update of every parameter."""

import numpy as np

from cs231n.solver._answers import checked_answer
from cs231n.solver._arguments import _kind


def take_step(solver):
    """Draw a minibatch and update every parameter of the solver's model once."""
    batch = solver.rng.integers(solver.X_train.shape[0], size=solver.batch_size)
    X, y = solver.X_train[batch], solver.y_train[batch]
    if solver.augment is not None:
        X = _augmented(solver, X)
    loss, grads = _checked_loss(solver, X, y)
    solver.loss_history.append(loss)
    factor = _rate_factor(solver)
    for name, weights in solver.model.params.items():
        config = _with_rate(solver, name, factor)
        updated = _updated(solver.update_rule, name, weights, grads[name], config)
        solver.model.params[name], solver.optim_configs[name] = updated
    solver.iteration += 1


def _augmented(solver, X):
    changed = solver.augment(X, solver.rng)
    if np.shape(changed) != X.shape:
        raise ValueError(
            f"augment turned a minibatch of shape {X.shape} into "
            f"{_kind(changed)}. Is its return statement missing?"
        )
    return changed


def _checked_loss(solver, X, y):
    """Call the model and name what is wrong with its answer, if anything is."""
    answer = solver.model.loss(X, y)
    rate = next(iter(solver.optim_configs.values())).get("learning_rate")
    when = solver.iteration, solver.epoch, rate
    return checked_answer(answer, solver.model.params, X, when)


def _rate_factor(solver):
    """Return what the learning rate is multiplied by at this step."""
    epochs = solver.iteration // solver.iterations_per_epoch
    progress = solver.iteration / max(solver.target - 1, 1)
    return solver.lr_decay**epochs * solver.schedule(progress)


def _with_rate(solver, name, factor):
    config = solver.optim_configs[name]
    if name not in solver._rates and "learning_rate" in config:
        solver._rates[name] = config["learning_rate"]
    if name in solver._rates:
        config["learning_rate"] = solver._rates[name] * factor
    return config


def _updated(rule, name, weights, dw, config):
    """Call the update rule and name what is wrong with its answer, if anything is."""
    updated = rule(weights, dw, config)
    if not (isinstance(updated, tuple) and len(updated) == 2):
        raise ValueError(
            f"The update rule returned {_kind(updated)}; expected a pair "
            f"(next_w, config). Is its return statement missing?"
        )
    if np.shape(updated[0]) != weights.shape:
        raise ValueError(
            f"The update rule turned {name!r} of shape {weights.shape} into "
            f"{_kind(updated[0])}."
        )
    return updated
