"""The loop: what is learned, at which rate, from which batches."""

import numpy as np
import pytest

from cs231n.schedules import SCHEDULES, cosine, warmup
from tests.solver.runs import Linear, assert_same_run, make_data, make_solver, momentum


class TestTraining:
    def test_learns_and_keeps_the_history_the_course_documents(self):
        solver = make_solver()

        solver.train()

        assert solver.iterations_per_epoch == 6
        assert len(solver.loss_history) == 24
        assert len(solver.train_acc_history) == len(solver.val_acc_history) == 5
        assert solver.epoch == 4
        assert solver.best_val_acc == max(solver.val_acc_history) > 0.7
        assert solver.loss_history[-1] < solver.loss_history[0]

    def test_is_the_plain_loop_written_out(self):
        model, data = Linear(), make_data()
        rng = np.random.default_rng(3)
        rng.integers(2**63)  # the solver splits off a stream for measuring accuracy
        configs = {p: {"learning_rate": 0.05} for p in model.params}
        losses = []
        for step in range(12):
            batch = rng.integers(60, size=10)
            loss, grads = model.loss(data["X_train"][batch], data["y_train"][batch])
            losses.append(loss)
            for p in model.params:
                configs[p]["learning_rate"] = 0.05 * 0.5 ** (step // 6)
                model.params[p], configs[p] = momentum(
                    model.params[p], grads[p], configs[p]
                )
        solver = make_solver(num_epochs=2, lr_decay=0.5)

        solver.train()

        assert solver.loss_history == losses

    def test_ends_with_the_best_parameters_and_their_running_statistics(self):
        best = {}

        class Spoiled(Linear):
            def loss(self, X, y=None):
                if y is not None and solver.iteration == 12:
                    best.update(
                        W=self.params["W"].copy(), mean=self.bn_params[0].copy()
                    )
                    self.params = {k: -9 * v for k, v in self.params.items()}
                return super().loss(X, y)

        solver = make_solver(Spoiled(), optim_config={"learning_rate": 0.01})

        solver.train()

        assert solver.val_acc_history[2] > max(solver.val_acc_history[3:])
        np.testing.assert_array_equal(solver.model.params["W"], best["W"])
        mean = solver.model.bn_params[0]["running_mean"]
        np.testing.assert_array_equal(mean, best["mean"]["running_mean"])

    def test_the_same_seed_gives_the_same_run_and_another_does_not(self):
        runs = [make_solver(rng=np.random.default_rng(s)) for s in (7, 7, 8)]
        for solver in runs:
            solver.train()

        assert_same_run(runs[0], runs[1])
        assert runs[0].loss_history != runs[2].loss_history

    def test_measuring_accuracy_does_not_change_the_run(self):
        looked, not_looked = make_solver(), make_solver()
        data = make_data()
        looked.train()
        not_looked.train()
        looked.check_accuracy(data["X_train"], data["y_train"], num_samples=7)

        looked.train()
        not_looked.train()

        assert looked.loss_history == not_looked.loss_history
        assert len(looked.loss_history) == 48, "A second call trains as long again."

    def test_accuracy_is_the_share_of_right_answers_in_batches_of_any_size(self):
        solver, data = make_solver(), make_data()
        right = np.argmax(solver.model.loss(data["X_val"]), axis=1) == data["y_val"]

        for size in (1, 7, 100):
            found = solver.check_accuracy(data["X_val"], data["y_val"], batch_size=size)
            assert found == right.mean()

    def test_parameters_keep_their_dtype(self):
        def rule(w, dw, config):
            return w - np.float32(0.1) * dw, config

        solver = make_solver(
            Linear(np.float32), make_data(dtype=np.float32), update_rule=rule
        )

        solver.train()

        assert {p.dtype for p in solver.model.params.values()} == {np.dtype("f4")}

    def test_a_model_that_is_never_right_keeps_its_parameters(self):
        data = make_data()
        data["y_val"] = np.full_like(data["y_val"], 9)
        solver = make_solver(data=data)

        solver.train()

        assert set(solver.model.params) == {"W", "b"}

    def test_two_models_do_not_share_settings(self):
        solver = make_solver()

        solver.train()

        assert solver.optim_configs["W"] is not solver.optim_configs["b"]
        assert solver.optim_config == {"learning_rate": 0.05}


class TestSchedules:
    def rates(self, **options):
        seen = []

        def rule(w, dw, config):
            seen.append(config["learning_rate"])
            return w, config

        make_solver(update_rule=rule, num_epochs=2, **options).train()
        return np.array(seen[::2])  # two parameters per step

    def test_decay_multiplies_after_each_epoch(self):
        np.testing.assert_allclose(
            self.rates(lr_decay=0.5), 6 * [0.05] + 6 * [0.025], rtol=1e-15
        )

    @pytest.mark.parametrize("name", SCHEDULES)
    def test_a_schedule_scales_the_rate_from_the_first_step_to_the_last(self, name):
        expected = [0.05 * SCHEDULES[name](t) for t in np.arange(12) / 11]

        np.testing.assert_allclose(self.rates(schedule=name), expected, rtol=1e-15)

    def test_warmup_rises_and_then_follows_the_schedule(self):
        schedule = warmup(cosine, share=0.2)

        assert schedule(0.0) == 0
        assert schedule(0.1) == 0.5
        assert schedule(0.2) == cosine(0) == 1
        assert schedule(0.6) == pytest.approx(cosine(0.5))
        assert abs(schedule(1.0)) < 1e-15
        with pytest.raises(ValueError, match="share must lie between"):
            warmup(cosine, share=1.5)


class TestAugment:
    def test_batches_to_learn_from_are_changed_and_accuracies_are_not(self):
        seen = []

        class Watched(Linear):
            def loss(self, X, y=None):
                seen.append((y is None, X))
                return super().loss(X, y)

        def augment(X, rng):
            return X + 100 + rng.random(X.shape)

        make_solver(Watched(), augment=augment).train()

        assert all(X.min() > 90 for scores, X in seen if not scores)
        assert all(X.max() < 90 for scores, X in seen if scores)

    def test_a_missing_return_is_named(self):
        solver = make_solver(augment=lambda X, rng: None)
        with pytest.raises(ValueError, match="into None"):
            solver.train()
