"""The loop around two players: it keeps the best, stops, and says who failed."""

import numpy as np
import pytest

from cs231n import autograd as t
from cs231n.solver import AdversarialSolver, TrainingError


class Toy:
    """A weight that walks 3, 2, 1, 0, -1 ..., best at 0."""

    def __init__(self, faults=None):
        self.net = t.nn.Linear(1, 1, bias=False)
        self.net.weight.data.fill_(4.0)
        self.faults, self.steps = faults or {}, 0

    def step(self):
        self.steps += 1
        fault = self.faults.pop(self.steps, None)
        if isinstance(fault, type):
            raise fault
        self.net.weight.data -= 1.0
        return {"discriminator": 1.0, "generator": fault or self.value()}

    def value(self):
        return self.net.weight.item()

    def score(self):
        return abs(self.value())

    def solver(self, **how):
        return AdversarialSolver(
            self.step,
            keep={"generator": self.net},
            score=self.score,
            **{"measure_every": 1, "verbose": False} | how,
        )


def test_the_best_state_stays_and_the_run_goes_on_from_the_last():
    toy = Toy()
    solver = toy.solver(draw=lambda: np.full((1, 2, 2), toy.value()))
    solver.train(6)
    assert (toy.value(), solver.best_step, solver.iteration) == (0, 4, 6)
    assert solver.loss_history["generator"] == [3, 2, 1, 0, -1, -2]
    assert [int(p[0, 0, 0]) for p in solver.pictures] == [3, 2, 1, 0, -1, -2]
    solver.train(2)
    assert solver.loss_history["generator"][-2:] == [-3, -4]
    assert (toy.value(), solver.iteration) == (0, 8)


def test_scores_are_taken_every_so_many_steps_and_at_the_end():
    solver = Toy().solver(measure_every=3)
    solver.train(7)
    assert [step for step, _ in solver.score_history] == [3, 6, 7]


def test_an_interruption_scores_keeps_the_best_and_can_go_on(capsys):
    toy = Toy({6: KeyboardInterrupt})
    solver = toy.solver(verbose=True)
    solver.train(9)
    assert solver.interrupted
    assert (toy.value(), solver.iteration) == (0, 5)
    said = capsys.readouterr()
    assert "Stopped at step 5 of 9. The players have their best state, of step 4" in (
        said.out
    )
    assert said.err == ""
    solver.train(1)
    assert not solver.interrupted
    assert solver.loss_history["generator"][-1] == -2


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_names_the_player_and_the_step(bad):
    toy = Toy({5: bad})
    with pytest.raises(
        TrainingError, match=f"loss of the generator is {bad} at step 5"
    ):
        toy.solver().train(9)
    assert toy.value() == 0


def test_without_a_score_yet_nothing_is_kept():
    with pytest.raises(TrainingError, match="The players have no state"):
        Toy({2: float("nan")}).solver(measure_every=100).train(9)


def test_a_score_may_be_an_object_with_a_distance():
    class Found:
        def __init__(self, distance):
            self.distance = distance

    toy = Toy()
    solver = toy.solver()
    solver.score = lambda: Found(abs(toy.value() + 1))
    solver.train(6)
    assert (toy.value(), solver.best_step) == (-1, 5)


def test_curves_show_both_players_and_the_scores():
    from matplotlib.figure import Figure

    solver = Toy().solver()
    solver.train(3)
    losses, scores = solver.plot(Figure().subplots(1, 2))
    assert [line.get_label() for line in losses.lines] == ["discriminator", "generator"]
    np.testing.assert_array_equal(scores.lines[0].get_ydata(), [3, 2, 1])


def test_steps_between_scores_have_to_be_some():
    with pytest.raises(ValueError, match="measure_every of 1 or more; got 0"):
        Toy().solver(measure_every=0)
