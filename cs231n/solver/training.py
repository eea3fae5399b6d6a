"""The training loop: minibatches, update rules, accuracy, checkpoints."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.runs.chance import generator, lasting
from cs231n.solver._answers import TrainingError, accuracy
from cs231n.solver._arguments import (
    check_data,
    find_rule,
    find_schedule,
    refuse_unknown,
)
from cs231n.solver._best import measure, measure_once, use_best
from cs231n.solver._checkpoints import load, save
from cs231n.solver._gradients import GradientWatch
from cs231n.solver._models import model_state, restore_model
from cs231n.solver._pictures import (
    LivePlot,
    draw_histories,
    progress_bar,
    show_step,
    write,
)
from cs231n.solver._state import new_state, part_of_state
from cs231n.solver._steps import take_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Solver:
    """Train a model by minibatch gradient descent and keep its best parameters.

    The model needs a dictionary ``params`` and a method ``loss``: ``loss(X)`` returns
    scores (N, C), ``loss(X, y)`` returns the loss and a dictionary of gradients.

    Parameters
    ----------
    model : object
        The model; its ``params`` are trained.
    data : dict of str to ndarray
        ``X_train``, ``y_train``, ``X_val`` and ``y_val``.
    update_rule : str or callable
        A rule of :mod:`cs231n.optim` by name, or your own
        ``rule(w, dw, config) -> (next_w, config)``.
    optim_config : dict, optional
        Settings of the update rule, such as ``learning_rate``. Every parameter gets
        its own copy.
    lr_decay : float
        Multiplies the learning rate after each epoch.
    batch_size : int
        Examples per step, drawn with replacement.
    num_epochs : int
        Passes over the training data.
    num_train_samples : int or None
        Training examples on which accuracy is measured; ``None`` for all.
    num_val_samples : int or None
        Validation examples on which accuracy is measured; ``None`` for all.
    checkpoint_name : str, optional
        Beginning of the file names; after epoch 3, ``<name>_epoch_3.npz`` is written.
    print_every : int, optional
        Print the loss of every so many steps; by default it only stands beside the
        progress bar.
    verbose : bool
        Show the progress bar and a line per epoch, on standard output.
    patience : int, optional
        Stop after this many epochs without a better validation accuracy.
    schedule : str or callable, optional
        ``"cosine"``, ``"linear"``, ``"constant"``, or a function of the progress from 0
        to 1 that returns a factor for the learning rate.
    augment : callable, optional
        ``augment(X, rng)`` returns a changed copy of each minibatch to learn from, for
        example shifted and mirrored images. Accuracies are measured without it.
    live_plot : bool
        In a notebook, draw loss and accuracy while training runs.
    rng : numpy.random.Generator, optional
        Draws the batches; the same seed gives the same run.
    **unknown
        Refused with the nearest argument that exists.

    Attributes
    ----------
    loss_history : list of float
        Loss of every step.
    train_acc_history, val_acc_history : list of float
        Accuracy after the first step and after each epoch.
    best_val_acc : float
        The best validation accuracy so far.
    best_params : dict of str to ndarray
        The parameters that had it.
    epoch, iteration : int
        How far the run has come.
    interrupted : bool
        Whether the run was stopped from the keyboard.

    Raises
    ------
    ValueError
        If an argument or a part of ``data`` is missing, unknown or of a wrong shape.

    Notes
    -----
    Where this differs from the course's older loop: batch-norm statistics and the like
    return to their best state along with the parameters; checkpoints hold everything
    that the rest of the run depends on, and no code; a loss that is not a number stops
    the run.
    """

    #: What tells how good the model is, in words.
    measured = "accuracy"

    def __init__(
        self,
        model: Any,
        data: dict[str, np.ndarray],
        *,
        update_rule: str | Callable = "sgd",
        optim_config: dict | None = None,
        lr_decay: float = 1.0,
        batch_size: int = 100,
        num_epochs: int = 10,
        num_train_samples: int | None = 1000,
        num_val_samples: int | None = None,
        checkpoint_name: str | None = None,
        print_every: int | None = None,
        verbose: bool = True,
        patience: int | None = None,
        schedule: str | Callable | None = None,
        augment: Callable | None = None,
        live_plot: bool = False,
        rng: np.random.Generator | None = None,
        **unknown: Any,
    ) -> None:
        refuse_unknown(unknown, Solver.__init__.__kwdefaults__)
        self._check_data(data)
        self.model = model
        self.X_train, self.y_train = data["X_train"], data["y_train"]
        self.X_val, self.y_val = data["X_val"], data["y_val"]
        self.update_rule = find_rule(update_rule)
        self.optim_config = dict(optim_config or {})
        self.lr_decay = lr_decay
        self.batch_size = batch_size
        self.num_epochs = num_epochs
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.checkpoint_name = checkpoint_name
        self.print_every = print_every and max(int(print_every), 1)
        self.verbose = verbose
        self.patience = patience
        self.schedule = find_schedule(schedule)
        self.augment = augment
        self.live_plot = live_plot
        self._reset(lasting(generator(rng)))

    def _reset(self, rng=None):
        """Forget the run; the model keeps its parameters."""
        rng = self.rng if rng is None else rng
        self.state = new_state(rng, self.model.params, self.optim_config)
        self.interrupted = False
        self._unfinished = None  # where an interrupted run goes on

    # What a run has come to lies in its state; these are its parts that people look at.
    epoch = part_of_state("epoch")
    iteration = part_of_state("iteration")
    target = part_of_state("target")
    best_val_acc = part_of_state("best_val_acc")
    best_params = part_of_state("best_params")
    loss_history = part_of_state("loss_history")
    train_acc_history = part_of_state("train_acc_history")
    val_acc_history = part_of_state("val_acc_history")
    optim_configs = part_of_state("optim_configs")
    rng = part_of_state("rng")

    @property
    def iterations_per_epoch(self) -> int:
        """Steps in one pass over the training data."""
        return max(self.X_train.shape[0] // self.batch_size, 1)

    def train(self) -> None:
        """Run the training, then give the model its best parameters.

        Called again after an interruption or :meth:`load_checkpoint`, it goes on where
        the run stopped, also after an error in the model; called again after the end,
        it trains ``num_epochs`` more.

        Raises
        ------
        TrainingError
            If the loss stops being a number. The model has its best parameters then.
        ValueError
            If the model or the update rule returns something of another form.
        """
        if self.iteration >= self.target:
            self.target += self.num_epochs * self.iterations_per_epoch
        if self._unfinished is not None:
            restore_model(self.model, self._unfinished)
            self._unfinished = None
        self.interrupted = False
        plot = LivePlot(self) if self.live_plot else None
        try:
            with (
                progress_bar(self) as bar,
                np.errstate(over="ignore", invalid="ignore"),
            ):
                self._loop(bar, plot)
        except TrainingError:
            raise
        except Exception:
            self._unfinished = model_state(self.model)
            raise
        except KeyboardInterrupt:
            self.interrupted = True
            self._unfinished = model_state(self.model)
            measure_once(self)
            self._say(
                f"Stopped at step {self.iteration} of {self.target}. The model has its "
                f"best parameters (validation {self.measured} "
                f"{self.best_val_acc:.3f}); train() goes on from here."
            )
        finally:
            use_best(self)
        if plot:
            plot.draw()

    def _loop(self, bar, plot):
        watch = GradientWatch(self.model.params, self._say)
        while self.iteration < self.target:
            watch.see(take_step(self), self.iteration)
            bar.update()
            show_step(self, bar)
            epoch_end = self.iteration % self.iterations_per_epoch == 0
            if epoch_end:
                self.epoch += 1
                watch.end_of_epoch()
            if epoch_end or self.iteration in (1, self.target):
                measure(self, bar)
            if epoch_end and self.checkpoint_name is not None:
                save(self, model_state(self.model, copied=False))
            if plot:
                plot.draw_sometimes()
            if (
                self.patience is not None
                and self.state.epochs_since_best >= self.patience
            ):
                if self.verbose:
                    write(
                        bar,
                        f"Stopped early: no better validation {self.measured} than "
                        f"{self.best_val_acc:.3f} in {self.patience} epochs.",
                    )
                self.target = self.iteration
                break

    def check_accuracy(
        self,
        X: np.ndarray,
        y: np.ndarray,
        num_samples: int | None = None,
        batch_size: int = 100,
    ) -> float:
        """Measure the share of examples that the model gets right.

        Parameters
        ----------
        X : ndarray of shape (N, d1, ..., dk)
            Examples.
        y : ndarray of int, shape (N,)
            Their classes.
        num_samples : int, optional
            Measure on this many, drawn at random, if there are more.
        batch_size : int
            Examples that go through the model at a time.

        Returns
        -------
        accuracy : float
            Between 0 and 1.

        Raises
        ------
        ValueError
            If ``model.loss(X)`` does not return scores of shape (N, C).
        """
        if num_samples is not None and X.shape[0] > num_samples:
            mask = self.state.eval_rng.choice(X.shape[0], num_samples, replace=False)
            X, y = X[mask], y[mask]
        return self._measure(X, y, batch_size)

    def _check_data(self, data):
        check_data(data)

    def _measure(self, X, y, batch_size):
        return accuracy(self.model, X, y, batch_size)

    def load_checkpoint(self, path: str | os.PathLike[str] | None = None) -> None:
        """Go back to a checkpoint; :meth:`train` then goes on from there.

        With the same data and arguments, the run ends exactly as it would have without
        the break.

        Parameters
        ----------
        path : path-like, optional
            A checkpoint; by default the latest one of ``checkpoint_name``.

        Raises
        ------
        FileNotFoundError
            If there is none.
        ValueError
            If it belongs to another model or is damaged.
        """
        restore_model(self.model, load(self, path))
        self._unfinished = None

    def plot(self, axes: "tuple[Axes, Axes] | None" = None) -> "tuple[Axes, Axes]":
        """Draw the loss of every step and the accuracy of every epoch.

        Parameters
        ----------
        axes : pair of matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        axes : pair of matplotlib.axes.Axes
            The loss, and the accuracies.
        """
        return draw_histories(self, axes)

    def _say(self, text):
        if self.verbose:
            print(text)
