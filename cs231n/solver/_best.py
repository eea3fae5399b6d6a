"""How good the model is after an epoch, and the best it has been."""

from cs231n.checkpoint import copy_state
from cs231n.solver._models import extras
from cs231n.solver._pictures import write


def measure(solver, bar):
    """Note the accuracies and keep the parameters if they are the best."""
    train = solver.check_accuracy(
        solver.X_train, solver.y_train, num_samples=solver.num_train_samples
    )
    val = solver.check_accuracy(
        solver.X_val, solver.y_val, num_samples=solver.num_val_samples
    )
    solver.train_acc_history.append(train)
    solver.val_acc_history.append(val)
    if solver.verbose:
        epochs = solver.target // solver.iterations_per_epoch
        write(
            bar,
            f"epoch {solver.epoch:>3} / {epochs}  loss {solver.loss_history[-1]:.4f}  "
            f"train {train:.3f}  val {val:.3f}",
        )
    solver._epochs_since_best += solver.epoch > 0
    if val > solver.best_val_acc or not solver.best_params:
        solver.best_val_acc = val
        solver.best_params = {k: v.copy() for k, v in solver.model.params.items()}
        solver._best_extras = copy_state(extras(solver.model, generators=False))
        solver._epochs_since_best = 0


def use_best(solver):
    """Give the model the best parameters it has had, and what went with them."""
    if solver.best_params:
        solver.model.params = {k: v.copy() for k, v in solver.best_params.items()}
        vars(solver.model).update(copy_state(solver._best_extras))
