"""What the solver shows: a progress bar, lines above it, and its curves."""

import io
import sys
import time

from cs231n.runs.progress import progress_bar as bar_of_steps

#: Seconds before the progress bar appears: a short run needs none.
BAR_DELAY = 1.0
#: Steps between two losses beside the bar.
BAR_STEPS = 10
#: Seconds between two drawings of the live plot, so that it costs little.
REDRAW = 2.0


def progress_bar(solver):
    """Return the bar of the steps that a solver has to go, on standard output."""
    return bar_of_steps(
        total=solver.target,
        initial=solver.iteration,
        delay=BAR_DELAY,
        ncols=88,
        disable=not solver.verbose,
    )


def write(bar, text):
    """Print a line, above the progress bar if that is showing."""
    if bar.last_print_n > bar.initial:
        bar.write(text, file=sys.stdout)
    else:
        print(text)


def show_step(solver, bar):
    """Show the loss of a step: as a line where that was asked for, beside the bar."""
    step, loss = solver.iteration, solver.loss_history[-1]
    if step % (solver.print_every or BAR_STEPS) == 0:
        bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
    if solver.verbose and solver.print_every and step % solver.print_every == 0:
        write(bar, f"step {step} / {solver.target}  loss {loss:.4f}")


def draw_histories(solver, axes):
    """Draw the loss of every step and the accuracy of every epoch; return the axes."""
    if axes is None:
        from matplotlib import pyplot as plt

        _, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    loss, accuracy = axes
    loss.plot(solver.loss_history, ".", markersize=2, alpha=0.6)
    loss.set(xlabel="step", ylabel="loss of the minibatch")
    epochs = [0, *range(1, len(solver.train_acc_history))]
    accuracy.plot(epochs, solver.train_acc_history, "o-", label="training")
    accuracy.plot(epochs, solver.val_acc_history, "o-", label="validation")
    accuracy.set(xlabel="epoch", ylabel=solver.measured, ylim=(0, 1))
    if epochs:
        accuracy.legend(loc="best")
    return loss, accuracy


class LivePlot:
    """Redraws the solver's two curves in a notebook; does nothing elsewhere."""

    def __init__(self, solver):
        self.solver = solver
        self.handle = None
        self.last = time.monotonic()
        self.shown = "ipykernel" in sys.modules

    def draw_sometimes(self):
        if time.monotonic() - self.last >= REDRAW:
            self.draw()

    def ready(self):
        return bool(self.solver.train_acc_history)

    def draw(self):
        if not self.shown or not self.ready():
            return
        from IPython.display import Image, display
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9, 3), layout="constrained")
        self.solver.plot(figure.subplots(1, 2))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=80)
        picture = Image(buffer.getvalue())
        if self.handle is None:
            self.handle = display(picture, display_id=True)
        else:
            self.handle.update(picture)
        self.last = time.monotonic()
