"""Runs on disk: everything the rest of a run depends on."""

from pathlib import Path

from cs231n.checkpoint import read_state, write_state
from cs231n.solver._state import as_dict, from_dict


def save(solver, model_state):
    """Write a checkpoint of a solver and its model after an epoch."""
    path = f"{solver.checkpoint_name}_epoch_{solver.epoch}.npz"
    write_state(path, {"model": model_state, "solver": as_dict(solver.state)})


def load(solver, path):
    """Bring a solver back to a checkpoint, or the latest; return its model's state."""
    path = _latest(solver.checkpoint_name) if path is None else path
    saved = read_state(path)
    _same_kind(solver.model, saved["model"]["extras"], path)
    shapes = {k: v.shape for k, v in saved["model"]["params"].items()}
    mine = {k: v.shape for k, v in solver.model.params.items()}
    if shapes != mine:
        raise ValueError(
            f"{path} is a checkpoint of another model: {shapes}; this one has {mine}."
        )
    solver.state = from_dict(saved["solver"])
    return saved["model"]


def _same_kind(model, extras, path):
    """Refuse the state of a model with another setting that is a word."""
    for name, value in extras.items():
        mine = getattr(model, name, value)
        if isinstance(value, str) and value != mine:
            raise ValueError(
                f"{path} is a checkpoint of a model with {name}={value!r}; this one "
                f"has {name}={mine!r}."
            )


def _latest(name):
    pattern = Path(f"{name}_epoch_*.npz")
    found = list(pattern.parent.glob(pattern.name))
    if name is None or not found:
        raise FileNotFoundError(
            f"No checkpoint called {pattern}; train with checkpoint_name set first."
        )
    return max(found, key=lambda p: int(p.stem.rpartition("_")[2]))
