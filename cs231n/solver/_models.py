"""What a model keeps: its parameters, and what else can be saved."""

from cs231n.checkpoint import copy_state, is_state


def extras(model, *, generators=True):
    """Return what the model keeps beside its parameters and can be saved."""
    return {
        name: value
        for name, value in vars(model).items()
        if name != "params" and is_state(value, generators=generators)
    }


def model_state(model, *, copied=True):
    """Return parameters and extras; without a copy, valid until the next step."""
    params = copy_state(model.params) if copied else model.params
    return {"params": params, "extras": extras(model)}


def restore_model(model, state):
    """Bring a model back to what :func:`model_state` returned."""
    model.params = state["params"]
    vars(model).update(state["extras"])
