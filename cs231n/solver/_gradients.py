"""What the gradients tell: parameters that the loss does not reach."""

import numpy as np


class GradientWatch:
    """Notes which parameters have had a gradient, and says once which had none.

    Parameters
    ----------
    names : iterable of str
        The parameters.
    say : callable
        Called with a sentence.
    """

    def __init__(self, names, say):
        self._silent, self._say = set(names), say
        self._told_of_zeros = self._told_of_names = False

    def see(self, grads, step):
        """Look at the gradients of a step, the smallest first: that is cheap."""
        reached = False
        for name in sorted(grads, key=lambda name: np.size(grads[name])):
            if (name in self._silent or not reached) and np.any(grads[name]):
                reached = True
                self._silent.discard(name)
        if not reached and not self._told_of_zeros:
            self._told_of_zeros = True
            self._say(
                f"All gradients of step {step} are 0, so nothing is learned from it. "
                f"Does backward fill them? Are all ReLUs dead?"
            )

    def end_of_epoch(self):
        """Say which parameters had no gradient in any step so far."""
        if self._silent and not (self._told_of_names or self._told_of_zeros):
            self._told_of_names = True
            names = ", ".join(sorted(map(str, self._silent)))
            self._say(
                f"The gradient of {names} was 0 in every step of this epoch: it never "
                f"moves. Does the loss depend on it, and does backward fill it?"
            )
