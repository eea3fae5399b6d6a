"""The state of a run: what the rest of it depends on, beside the model."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np


@dataclass
class RunState:
    """How far a run has come and the best it has seen; a checkpoint holds all of it."""

    rng: np.random.Generator  # draws the minibatches
    eval_rng: np.random.Generator  # draws what accuracy is measured on
    optim_configs: dict[str, dict[str, Any]]  # of the update rule, by parameter
    rates: dict[str, float] = field(default_factory=dict)  # before any decay
    epoch: int = 0
    iteration: int = 0
    target: int = 0  # the step at which train() is done
    best_val_acc: float = 0.0
    best_params: dict[str, np.ndarray] = field(default_factory=dict)
    best_extras: dict[str, Any] = field(default_factory=dict)
    epochs_since_best: int = 0
    loss_history: list[float] = field(default_factory=list)
    train_acc_history: list[float] = field(default_factory=list)
    val_acc_history: list[float] = field(default_factory=list)


def new_state(
    rng: np.random.Generator, params: Iterable[str], optim_config: dict[str, Any]
) -> RunState:
    """Return the state before the first step."""
    # Accuracy is measured on its own stream, so looking does not change the run.
    eval_rng = np.random.default_rng(rng.integers(2**63))
    return RunState(rng, eval_rng, {name: dict(optim_config) for name in params})


def as_dict(state: RunState) -> dict[str, Any]:
    """Return the parts of a state by name, not copied."""
    return {part.name: getattr(state, part.name) for part in fields(state)}


def from_dict(parts: dict[str, Any]) -> RunState:
    """Return the state of these parts; early checkpoints have underscores in names."""
    return RunState(**{name.removeprefix("_"): value for name, value in parts.items()})


def part_of_state(name: str) -> property:
    """Return an attribute of a solver that lies in its ``state``."""

    def get(solver):
        return getattr(solver.state, name)

    def put(solver, value):
        setattr(solver.state, name, value)

    return property(get, put)
