"""The training loop: minibatches, update rules, accuracy, checkpoints."""

from cs231n.solver._answers import TrainingError
from cs231n.solver.adversarial import AdversarialSolver
from cs231n.solver.captioning import CaptioningSolver
from cs231n.solver.training import Solver

__all__ = ["AdversarialSolver", "CaptioningSolver", "Solver", "TrainingError"]
