"""Checkpoints, interruptions, patience, and losses that are no numbers."""

import numpy as np
import pytest

from cs231n.solver import TrainingError
from cs231n.solver._best import measure_once
from tests.solver.runs import Linear, assert_same_run, make_data, make_solver


class TestCheckpoints:
    @pytest.mark.parametrize("schedule", [None, "cosine"])
    @pytest.mark.parametrize("cut", [1, 3])
    def test_a_resumed_run_ends_to_the_bit_where_the_whole_one_does(
        self, tmp_path, cut, schedule
    ):
        options = dict(lr_decay=0.9, num_train_samples=20, schedule=schedule)
        whole = make_solver(checkpoint_name=tmp_path / "run", **options)
        whole.train()
        fresh = Linear(seed=99)
        resumed = make_solver(fresh, rng=np.random.default_rng(99), **options)

        resumed.load_checkpoint(tmp_path / f"run_epoch_{cut}.npz")
        assert resumed.epoch == cut
        resumed.train()

        assert_same_run(whole, resumed)

    def test_the_latest_checkpoint_is_the_default(self, tmp_path):
        solver = make_solver(checkpoint_name=tmp_path / "run", num_epochs=11)
        solver.train()

        solver.load_checkpoint()

        assert solver.epoch == 11
        names = {p.name for p in tmp_path.iterdir()}
        assert names == {f"run_epoch_{e}.npz" for e in range(1, 12)}

    def test_a_checkpoint_of_another_model_is_refused(self, tmp_path):
        make_solver(checkpoint_name=tmp_path / "run").train()
        other = Linear()
        other.params["W"] = np.zeros((5, 4))

        with pytest.raises(ValueError, match="checkpoint of another model"):
            make_solver(other).load_checkpoint(tmp_path / "run_epoch_1.npz")

    def test_without_a_checkpoint_it_says_so(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="train with checkpoint_name"):
            make_solver(checkpoint_name=tmp_path / "run").load_checkpoint()
        with pytest.raises(FileNotFoundError, match="No saved state at"):
            make_solver().load_checkpoint(tmp_path / "no.npz")


class Interrupted(Linear):
    """Stands for a student who presses stop in the middle of step 15."""

    def loss(self, X, y=None):
        if y is not None:
            self.calls = getattr(self, "calls", 0) + 1
            if self.calls == 15:
                raise KeyboardInterrupt
        return super().loss(X, y)


class TestStopping:
    def test_an_interrupt_keeps_the_best_parameters_and_says_where(self, capsys):
        solver = make_solver(Interrupted(), verbose=True)

        solver.train()

        assert solver.interrupted
        assert len(solver.loss_history) == solver.iteration == 14
        for p in solver.model.params:
            np.testing.assert_array_equal(solver.model.params[p], solver.best_params[p])
        out, err = capsys.readouterr()
        assert "Stopped at step 14 of 24. The model has its best parameters" in out
        assert err == ""

    def test_an_interrupt_in_the_first_epoch_measures_once(self):
        data = make_data()
        model = Interrupted()
        solver = make_solver(model, data, batch_size=2)
        solver.train()

        assert solver.epoch == 0
        val = solver.check_accuracy(data["X_val"], data["y_val"])
        assert val == solver.best_val_acc > solver.val_acc_history[0]
        assert len(solver.val_acc_history) == 1

    def test_looking_at_an_interrupted_run_does_not_change_it(self):
        looked, whole = (make_solver(num_val_samples=7) for _ in range(2))
        for solver in (looked, whole):
            solver.train()
        measure_once(looked)
        for solver in (looked, whole):
            solver.train()

        assert looked.val_acc_history == whole.val_acc_history
        assert looked.loss_history == whole.loss_history

    def test_a_run_goes_on_after_an_error_in_the_model(self):
        class Faulty(Linear):
            def loss(self, X, y=None):
                if y is not None and len(solver.loss_history) == 14 and not healed:
                    raise RuntimeError("a fault of the student's")
                return super().loss(X, y)

        healed = []
        solver = make_solver(Faulty())
        with pytest.raises(RuntimeError, match="student"):
            solver.train()
        reached = solver._unfinished["params"]["W"].copy()
        healed.append(True)
        seen = []
        loss = solver.model.loss
        solver.model.loss = lambda X, y=None: (
            seen.append(solver.model.params["W"].copy()),
            loss(X, y),
        )[1]
        solver.train()
        whole = make_solver()
        whole.train()

        assert solver.iteration == 24
        # It goes on from the weights of step 14, not from the best ones.
        np.testing.assert_array_equal(seen[0], reached)
        assert solver.loss_history[:14] == whole.loss_history[:14]

    def test_training_goes_on_after_an_interrupt(self):
        stopped, whole = make_solver(Interrupted()), make_solver()
        whole.train()

        stopped.train()
        stopped.train()

        assert stopped.iteration == 24
        assert not stopped.interrupted
        # The batch of the step that was cut off is drawn again.
        assert stopped.loss_history[:14] == whole.loss_history[:14]

    def test_patience_ends_a_run_that_no_longer_gets_better(self, capsys):
        solver = make_solver(
            optim_config={"learning_rate": 0.0}, num_epochs=50, patience=3, verbose=True
        )

        solver.train()

        assert solver.epoch == 3
        assert "Stopped early: no better validation accuracy" in capsys.readouterr().out

    def test_a_loss_of_nan_names_the_step_and_what_to_try(self):
        class Breaks(Linear):
            def loss(self, X, y=None):
                if y is not None and solver.iteration == 8:
                    return float("nan"), self.params
                return super().loss(X, y)

        solver = make_solver(Breaks(), optim_config={"learning_rate": 0.02})

        with pytest.raises(TrainingError) as error:
            solver.train()

        assert str(error.value) == (
            "The loss became nan at step 8 (epoch 1, learning rate 0.02). Try a "
            "learning rate of 0.002; if that does not help, a smaller weight_scale, "
            "and a gradient check of the model."
        )
        np.testing.assert_array_equal(solver.model.params["W"], solver.best_params["W"])

    def test_too_high_a_learning_rate_stops_without_a_warning(self):
        solver = make_solver(optim_config={"learning_rate": 1e308}, num_epochs=30)

        with pytest.raises(TrainingError, match=r"at step \d+ .*learning rate 1e\+308"):
            solver.train()

    def test_a_loss_of_nan_before_any_update_does_not_blame_the_learning_rate(self):
        model = Linear()
        model.params["W"][0, 0] = np.nan

        with pytest.raises(TrainingError, match=r"before any update.*log\(0\)"):
            make_solver(model).train()

    def test_nan_in_the_data_is_named(self):
        data = make_data()
        data["X_train"][:] = np.nan

        with pytest.raises(TrainingError, match="X_train holds nan or infinity"):
            make_solver(data=data).train()
