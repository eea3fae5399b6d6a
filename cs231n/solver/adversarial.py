"""The loop around a game of several players, which it watches and can stop."""

import copy
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cs231n.solver._answers import TrainingError
from cs231n.solver._pictures import LivePlot, progress_bar, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class AdversarialSolver:
    """Repeat a step of several players, score what they make, and keep the best.

    The loop knows nothing of the game: ``step`` draws its minibatch, changes the
    weights and returns a loss for each player.

    Parameters
    ----------
    step : callable
        ``step()`` returns a dictionary: the loss of each player by its name.
    keep : mapping of str to module
        What is kept while it is at its best, and gets its best state back in the end:
        objects with ``state_dict`` and ``load_state_dict``.
    score : callable
        ``score()`` returns how good the players are: a number of which less is better,
        or an object with such a ``distance``. It must leave the players as they are.
    measure_every : int
        Steps between two scores.
    draw : callable, optional
        ``draw()`` returns pictures (N, H, W), kept at each score in ``pictures``.
    verbose : bool
        Show the progress bar and a line per score, on standard output.
    live : bool
        In a notebook, draw losses and scores while training runs.

    Attributes
    ----------
    iteration, target : int
        How far the run has come, and how far it goes.
    loss_history : dict of str to list of float
        Losses of every step by player.
    score_history : list of (int, object)
        Steps and scores.
    pictures : list of ndarray
        What ``draw`` returned at each score.
    best_step : int
        When the score was best.
    interrupted : bool
        Whether the run was stopped from the keyboard.
    """

    def __init__(
        self,
        step: Callable[[], Mapping[str, float]],
        *,
        keep: Mapping[str, Any],
        score: Callable[[], Any],
        measure_every: int = 250,
        draw: Callable[[], np.ndarray] | None = None,
        verbose: bool = True,
        live: bool = False,
    ) -> None:
        if measure_every < 1:
            raise ValueError(
                f"Expected measure_every of 1 or more; got {measure_every}."
            )
        self.step, self.keep, self.score, self.draw = step, dict(keep), score, draw
        self.measure_every, self.verbose, self.live = measure_every, verbose, live
        self.iteration = self.target = 0
        self.loss_history: dict[str, list[float]] = {}
        self.score_history: list[tuple[int, Any]] = []
        self.pictures: list[np.ndarray] = []
        self.best_step, self._best = 0, math.inf
        self._states: dict[str, Any] = {}
        self._unfinished: dict[str, Any] = {}
        self.interrupted = False

    def train(self, num_steps: int) -> None:
        """Take steps, then give what is kept the state with the best score.

        Called again, it goes on from where the run stopped, not from the best state.

        Parameters
        ----------
        num_steps : int
            How many more.

        Raises
        ------
        TrainingError
            If a loss stops being a number. The sentence names the player and the step;
            what is kept has its best state then.
        """
        self._put(self._unfinished)
        self.target, self.interrupted = self.iteration + num_steps, False
        plot = _Curves(self) if self.live else None
        try:
            with (
                progress_bar(self) as bar,
                np.errstate(over="ignore", invalid="ignore"),
            ):
                self._loop(bar, plot)
            self._unfinished = self._copied()
        except KeyboardInterrupt:
            self.interrupted = True
            self._unfinished = self._copied()
            self._measure(None)
            if self.verbose:
                print(
                    f"Stopped at step {self.iteration} of {self.target}. The players "
                    f"have their best state, of step {self.best_step}; train() goes on "
                    f"from here."
                )
        except TrainingError:
            self._unfinished = {}  # of no use to go on from
            raise
        finally:
            self._put(self._states)
        if plot:
            plot.draw()

    def plot(self, axes: "tuple[Axes, Axes] | None" = None) -> "tuple[Axes, Axes]":
        """Draw the losses of every step and the scores.

        Parameters
        ----------
        axes : pair of matplotlib.axes.Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        axes : pair of matplotlib.axes.Axes
            The losses, and the scores.
        """
        if axes is None:
            from matplotlib import pyplot as plt

            _, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
        losses, scores = axes
        for name, history in self.loss_history.items():
            losses.plot(history, linewidth=0.5, alpha=0.8, label=name)
        losses.set(xlabel="step", ylabel="loss of the minibatch")
        if self.loss_history:
            losses.legend(loc="best")
        steps = [step for step, _ in self.score_history]
        scores.plot(steps, [_number(s) for _, s in self.score_history], "o-")
        scores.set(xlabel="step", ylabel="score (less is better)", yscale="log")
        return losses, scores

    def _loop(self, bar, plot):
        while self.iteration < self.target:
            losses = {name: float(value) for name, value in self.step().items()}
            self.iteration += 1
            for name, value in losses.items():
                self._check(name, value)
                self.loss_history.setdefault(name, []).append(value)
            bar.update()
            bar.set_postfix({k: f"{v:.2f}" for k, v in losses.items()}, refresh=False)
            if (
                self.iteration % self.measure_every == 0
                or self.iteration == self.target
            ):
                self._measure(bar)
            if plot:
                plot.draw_sometimes()

    def _check(self, name, value):
        if math.isfinite(value):
            return
        best = (
            f"the best state, of step {self.best_step}" if self._states else "no state"
        )
        raise TrainingError(
            f"The loss of the {name} is {value} at step {self.iteration}. Lower the "
            f"learning rates, or take a loss that is computed from logits. The players "
            f"have {best}."
        )

    def _measure(self, bar):
        """Note the score and keep the players if they are the best."""
        if self.score_history and self.score_history[-1][0] == self.iteration:
            return
        score = self.score()
        self.score_history.append((self.iteration, score))
        if self.draw is not None:
            self.pictures.append(np.array(self.draw()))
        if self.verbose and bar is not None:
            write(bar, f"step {self.iteration:>5} / {self.target}  {score}")
        if _number(score) < self._best:
            self.best_step, self._best = self.iteration, _number(score)
            self._states = self._copied()

    def _copied(self):
        return {name: copy.deepcopy(m.state_dict()) for name, m in self.keep.items()}

    def _put(self, states):
        for name, state in states.items():
            self.keep[name].load_state_dict(state)


class _Curves(LivePlot):
    def ready(self):
        return bool(self.solver.score_history)


def _number(score):
    return float(getattr(score, "distance", score))
