"""How good the model is after an epoch, and the best it has been."""

import copy

from cs231n.checkpoint import copy_state
from cs231n.solver._models import extras
from cs231n.solver._pictures import write


def measure(solver, bar):
    """Note the accuracies and keep the parameters if they are the best."""
    state = solver.state
    train = solver.check_accuracy(
        solver.X_train, solver.y_train, num_samples=solver.num_train_samples
    )
    val = solver.check_accuracy(
        solver.X_val, solver.y_val, num_samples=solver.num_val_samples
    )
    state.train_acc_history.append(train)
    state.val_acc_history.append(val)
    if solver.verbose:
        epochs = state.target // solver.iterations_per_epoch
        write(
            bar,
            f"epoch {state.epoch:>3} / {epochs}  loss {state.loss_history[-1]:.4f}  "
            f"train {train:.3f}  val {val:.3f}",
        )
    state.epochs_since_best += state.epoch > 0
    _keep_if_best(solver, val)


def measure_once(solver):
    """Keep the parameters of a run that was stopped if they are the best.

    Nothing else is noted, and the run goes on as if nobody had looked.
    """
    state = solver.state
    rng = copy.deepcopy(state.eval_rng)
    val = solver.check_accuracy(
        solver.X_val, solver.y_val, num_samples=solver.num_val_samples
    )
    state.eval_rng = rng
    _keep_if_best(solver, val)


def _keep_if_best(solver, val):
    state = solver.state
    if val > state.best_val_acc or not state.best_params:
        state.best_val_acc = val
        state.best_params = {k: v.copy() for k, v in solver.model.params.items()}
        state.best_extras = copy_state(extras(solver.model, generators=False))
        state.epochs_since_best = 0


def use_best(solver):
    """Give the model the best parameters it has had, and what went with them."""
    best = solver.state
    if best.best_params:
        solver.model.params = {k: v.copy() for k, v in best.best_params.items()}
        vars(solver.model).update(copy_state(best.best_extras))
