"""What the solver prints and draws, and that it can be quiet."""

import re
import sys

import numpy as np
import pytest

from tests.solver.runs import Linear, make_solver


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

    def test_iterations_are_printed_when_asked(self, capsys):
        make_solver(verbose=True, print_every=8).train()

        steps = re.findall(
            r"^step (\d+) / 24  loss [\d.]+$", capsys.readouterr().out, re.M
        )
        assert steps == ["8", "16", "24"]

    def test_gradients_of_nothing_but_zeros_are_said_once(self, capsys):
        class Still(Linear):
            def loss(self, X, y=None):
                answer = super().loss(X, y)
                if y is None:
                    return answer
                return answer[0], {k: 0 * v for k, v in answer[1].items()}

        make_solver(Still(), verbose=True).train()

        out, err = capsys.readouterr()
        assert (out.count("All gradients of step 1 are 0"), err) == (1, "")
        assert "never moves" not in out

    def test_a_parameter_that_never_moves_is_named_once(self, capsys):
        class Half(Linear):
            def loss(self, X, y=None):
                answer = super().loss(X, y)
                if y is not None:
                    answer[1]["b"] *= 0
                return answer

        make_solver(Half(), verbose=True).train()
        out = capsys.readouterr().out
        assert out.count("The gradient of b was 0 in every step of this epoch") == 1
        make_solver(verbose=True).train()
        assert "gradient" not in capsys.readouterr().out

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
