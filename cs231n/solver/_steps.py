"""One step of a run: a minibatch, its gradients, an update of every parameter."""

import numpy as np

from cs231n.solver._answers import checked_answer
from cs231n.solver._arguments import kind_of


def take_step(solver):
    """Draw a minibatch, update every parameter of the model once; return gradients."""
    state = solver.state
    batch = state.rng.integers(solver.X_train.shape[0], size=solver.batch_size)
    X, y = solver.X_train[batch], solver.y_train[batch]
    if solver.augment is not None:
        X = _augmented(solver, X)
    loss, grads = _checked_loss(solver, X, y)
    state.loss_history.append(loss)
    factor = _rate_factor(solver)
    for name, weights in solver.model.params.items():
        config = _with_rate(state, name, factor)
        updated = _updated(solver.update_rule, name, weights, grads[name], config)
        solver.model.params[name], state.optim_configs[name] = updated
    state.iteration += 1
    return grads


def _augmented(solver, X):
    changed = solver.augment(X, solver.rng)
    if np.shape(changed) != X.shape:
        raise ValueError(
            f"augment turned a minibatch of shape {X.shape} into "
            f"{kind_of(changed)}. Is its return statement missing?"
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


def _with_rate(state, name, factor):
    config = state.optim_configs[name]
    if name not in state.rates and "learning_rate" in config:
        state.rates[name] = config["learning_rate"]
    if name in state.rates:
        config["learning_rate"] = state.rates[name] * factor
    return config


def _updated(rule, name, weights, dw, config):
    """Call the update rule and name what is wrong with its answer, if anything is."""
    updated = rule(weights, dw, config)
    if not (isinstance(updated, tuple) and len(updated) == 2):
        raise ValueError(
            f"The update rule returned {kind_of(updated)}; expected a pair "
            f"(next_w, config). Is its return statement missing?"
        )
    if np.shape(updated[0]) != weights.shape:
        raise ValueError(
            f"The update rule turned {name!r} of shape {weights.shape} into "
            f"{kind_of(updated[0])}."
        )
    return updated
