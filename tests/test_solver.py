import re
import sys

import numpy as np
import pytest

from cs231n.schedules import SCHEDULES, cosine, warmup
from cs231n.solver import Solver, TrainingError


class Linear:
    """Softmax on five numbers; notes what a model may keep beside its parameters."""

    def __init__(self, dtype=np.float64, seed=1):
        rng = np.random.default_rng(seed)
        self.params = {
            "W": 0.1 * rng.standard_normal((5, 3)).astype(dtype),
            "b": np.zeros(3, dtype=dtype),
        }
        self.bn_params = [{"mode": "train", "running_mean": np.zeros(5)}]
        self.rng = np.random.default_rng(2)

    def loss(self, X, y=None):
        if y is not None:  # something random and something running, as in a real net
            X = X + 0.1 * self.rng.standard_normal(X.shape).astype(X.dtype)
            state = self.bn_params[0]
            state["running_mean"] = 0.9 * state["running_mean"] + 0.1 * X.mean(axis=0)
        scores = X @ self.params["W"] + self.params["b"]
        if y is None:
            return scores
        rows = np.arange(len(X))
        scores = scores - scores.max(axis=1, keepdims=True)
        log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        dscores = np.exp(log_p)
        dscores[rows, y] -= 1
        dscores /= len(X)
        grads = {"W": X.T @ dscores, "b": dscores.sum(axis=0)}
        return -log_p[rows, y].mean(), grads


def momentum(w, dw, config):
    velocity = 0.9 * config.get("velocity", np.zeros_like(w))
    velocity = velocity - config["learning_rate"] * dw
    return w + velocity, {**config, "velocity": velocity}


def make_data(n=90, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 5)).astype(dtype)
    y = np.argmax(X[:, :3] + 0.3 * rng.standard_normal((n, 3)), axis=1)
    half = n // 3
    return {
        "X_train": X[half:],
        "y_train": y[half:],
        "X_val": X[:half],
        "y_val": y[:half],
    }


def make_solver(model=None, data=None, **changes):
    options = dict(
        update_rule=momentum,
        optim_config={"learning_rate": 0.05},
        batch_size=10,
        num_epochs=4,
        num_train_samples=None,
        verbose=False,
        rng=np.random.default_rng(3),
    )
    return Solver(model or Linear(), data or make_data(), **(options | changes))


def assert_same_run(a, b):
    assert a.loss_history == b.loss_history
    assert a.train_acc_history == b.train_acc_history
    assert a.val_acc_history == b.val_acc_history
    assert (a.epoch, a.iteration, a.best_val_acc) == (
        b.epoch,
        b.iteration,
        b.best_val_acc,
    )
    for p in a.model.params:
        np.testing.assert_array_equal(a.model.params[p], b.model.params[p], strict=True)
        np.testing.assert_array_equal(a.best_params[p], b.best_params[p], strict=True)
    mean_a, mean_b = (s.model.bn_params[0]["running_mean"] for s in (a, b))
    np.testing.assert_array_equal(mean_a, mean_b)


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


class Faulty(Linear):
    """A model whose answer is replaced."""

    def __init__(self, answer=None, scores=None):
        super().__init__()
        self.answer = answer
        self.scores = scores

    def loss(self, X, y=None):
        if y is None:
            return self.scores(super().loss(X)) if self.scores else super().loss(X)
        loss, grads = super().loss(X, y)
        return self.answer(loss, grads) if self.answer else (loss, grads)


class TestFaultsAreNamed:
    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda loss, grads: None, "returned None.*return statement missing"),
            (lambda loss, grads: loss, "expected a pair"),
            (lambda loss, grads: (np.ones(10), grads), r"shape \(10,\); expected one"),
            (lambda loss, grads: (None, grads), "loss is None; expected one number"),
            (lambda loss, grads: (loss, {"W": grads["W"]}), "no gradient for 'b'"),
            (
                lambda loss, grads: (loss, {**grads, "W": grads["W"].T}),
                r"'W' is ndarray of shape \(3, 5\); expected shape \(5, 3\)",
            ),
            (lambda loss, grads: (loss, {**grads, "b": None}), "'b' is None"),
        ],
    )
    def test_in_the_loss(self, answer, words):
        with pytest.raises(ValueError, match=words):
            make_solver(Faulty(answer)).train()

    @pytest.mark.parametrize(
        ("scores", "words"),
        [
            (lambda s: None, r"returned None for \d+ examples; expected scores"),
            (lambda s: s.argmax(axis=1), r"expected scores of shape \(\d+, C\)"),
            (lambda s: s.T, r"expected scores of shape"),
        ],
    )
    def test_in_the_scores(self, scores, words):
        with pytest.raises(ValueError, match=words):
            make_solver(Faulty(scores=scores)).train()

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            (lambda w, dw, c: None, "update rule returned None.*return"),
            (lambda w, dw, c: w, r"returned ndarray of shape .* expected a pair"),
            (lambda w, dw, c: (w[0], c), r"turned 'W' of shape \(5, 3\) into"),
        ],
    )
    def test_in_the_update_rule(self, rule, words):
        with pytest.raises(ValueError, match=words):
            make_solver(update_rule=rule).train()

    def test_in_the_data_all_at_once(self):
        data = make_data()
        data["X_train"] = data["X_train"].astype(np.uint8)
        data["y_train"] = data["y_train"].astype(float)
        data["y_val"] = data["y_val"][:, None]
        with pytest.raises(ValueError, match="cannot use this data") as error:
            make_solver(data=data)

        for words in (
            "dtype uint8; convert it",
            "expected integers",
            r"y_val \(30, 1\)",
        ):
            assert re.search(words, str(error.value))

    def test_in_missing_data(self):
        with pytest.raises(ValueError, match=r"'X_train' is missing; 'y_train' is"):
            make_solver(data={"X_val": np.zeros((1, 5)), "y_val": np.zeros(1, int)})

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"learning_rate": 1}, r"optim_config=\{'learning_rate': ...\}"),
            ({"num_epoch": 3}, "no argument 'num_epoch'. Did you mean 'num_epochs'"),
            ({"zzz": 3}, "Arguments: augment, "),
            ({"update_rule": "sdg"}, "Unknown update_rule 'sdg'; use one of .*sgd"),
            ({"schedule": "cosin"}, "Unknown schedule 'cosin'; use one of constant"),
        ],
    )
    def test_in_the_arguments(self, options, words):
        with pytest.raises(ValueError, match=words):
            make_solver(**options)


class TestTalking:
    def test_quiet_when_asked(self, capsys):
        make_solver().train()

        assert capsys.readouterr() == ("", "")

    def test_one_line_per_epoch_and_nothing_on_stderr(self, capsys):
        make_solver(verbose=True).train()

        out, err = capsys.readouterr()
        assert err == ""
        epochs = re.findall(r"epoch +(\d) / 4  loss [\d.]+  train [\d.]+  val", out)
        assert epochs == ["0", "1", "2", "3", "4"]

    def test_a_long_run_shows_a_bar_with_the_loss(self, capsys, monkeypatch):
        monkeypatch.setattr("cs231n.solver._pictures.BAR_DELAY", 0)
        make_solver(verbose=True, print_every=1).train()

        out, err = capsys.readouterr()
        assert "24/24" in out
        assert "loss=" in out
        assert err == ""

    def test_the_picture_has_both_curves(self):
        solver = make_solver()
        solver.train()

        loss, accuracy = solver.plot()

        assert len(loss.lines[0].get_ydata()) == 24
        assert [line.get_label() for line in accuracy.lines] == [
            "training",
            "validation",
        ]
        np.testing.assert_array_equal(
            accuracy.lines[1].get_ydata(), solver.val_acc_history
        )

    def test_a_live_plot_is_one_picture_that_changes(self, monkeypatch):
        display = pytest.importorskip("IPython.display")
        shown = []

        class Handle:
            def update(self, picture):
                shown.append(("update", picture.data))

        def show(picture, *, display_id):
            shown.append(("new", picture.data))
            return Handle()

        monkeypatch.setattr(display, "display", show)
        monkeypatch.setattr("cs231n.solver._pictures.REDRAW", 0)
        monkeypatch.setitem(sys.modules, "ipykernel", object())

        make_solver(live_plot=True, num_epochs=1).train()

        assert [kind for kind, _ in shown] == ["new"] + (len(shown) - 1) * ["update"]
        assert len(shown) > 3
        assert all(data.startswith(b"\x89PNG") for _, data in shown)
        assert shown[0][1] != shown[-1][1]

    def test_outside_a_notebook_nothing_is_drawn(self, monkeypatch, capsys):
        monkeypatch.delitem(sys.modules, "ipykernel", raising=False)

        make_solver(live_plot=True).train()

        assert capsys.readouterr() == ("", "")


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
