"""Steps of a diffusion, run with a denoiser without weights in a network's place."""

import inspect
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cs231n.engine import engine_of
from cs231n.pytorch.tensors import arrays, tensors
from cs231n.testing import beside_answers, expect


@beside_answers
def denoise(
    answer: Callable,
    *args: Any,
    line: Mapping[str, Any],
    tables: Mapping[str, np.ndarray] | None = None,
    objective: str = "pred_noise",
    **kwargs: Any,
) -> dict[str, Any]:
    """Call a step with a denoiser that computes a straight line of what it is told.

    Parameters
    ----------
    answer : callable
        Takes the denoiser first; with ``tables``, a method of a diffusion, whose
        other methods are the notebook's.
    *args, **kwargs : object
        What else it takes, with arrays.
    line : mapping
        The denoiser returns ``scale * x + time * slope + shift + told * condition``,
        the condition summed, times that of each example. ``scale`` and ``shift`` may
        be tables by time.
    tables : mapping of str to ndarray, optional
        The schedule of a diffusion.
    objective : str, optional
        What that diffusion's denoiser predicts.

    Returns
    -------
    notes : dict
        ``returned``; ``calls``, a list of (x, time, condition or None) that the
        denoiser was called with; ``options``, what ``model_kwargs`` held afterwards;
        ``recorded``, whether it collects gradients.
    """
    torch = engine_of(answer)
    net = _Line(torch, line)
    first = net if tables is None else _Diffusion(answer, torch, net, tables, objective)
    handed = tensors(torch, kwargs)
    found = answer(first, *tensors(torch, args), **handed)
    return {
        "returned": arrays(found),
        "calls": arrays(net.calls),
        "options": sorted(handed.get("model_kwargs") or ()),
        "recorded": bool(getattr(found, "requires_grad", False)),
    }


class _Line:
    """A denoiser that notes its calls; ``weight`` is 1 and collects gradients."""

    condition_dim, training = 3, False

    def __init__(self, torch, line):
        self.torch, self.line, self.calls = torch, line, []
        self.weight = torch.ones(1, requires_grad=True)

    def eval(self):
        return self

    def __call__(self, x, time, model_kwargs=None):
        return self.forward(x, time, model_kwargs)

    def forward(self, x, time, model_kwargs=None):
        told = model_kwargs or {}
        expect(
            "cfg_scale" not in told,
            "cfg_scale is still in the model_kwargs that forward gets: forward would "
            "call cfg_forward again, without end.",
        )
        expect(
            getattr(time, "shape", ()) == (len(x),),
            f"The model takes a tensor of one time for each picture, of shape "
            f"({len(x)},); got {getattr(time, 'shape', type(time).__name__)}.",
        )
        condition = told.get("text_emb")
        self.calls.append((_copy(x), _copy(time), _copy(condition)))
        rest = ((-1, *(1,) * (x.ndim - 1)),)
        out = self._at("scale", time).reshape(*rest) * x
        out = out + self._at("shift", time).reshape(*rest)
        out = out + self.line.get("slope", 0.0) * time.float().reshape(*rest)
        if condition is not None:
            out = out + self.line["told"] * condition.sum(dim=1).reshape(*rest)
        return self.weight * out

    def _at(self, name, time):
        value = np.asarray(self.line.get(name, 0.0), np.float32)
        if value.ndim:
            return self.torch.from_numpy(value)[time.long()]
        return self.torch.full((len(time),), float(value))


def _copy(value):
    return None if value is None else value.detach().clone()


class _Diffusion:
    """What methods of a diffusion find in ``self``."""

    image_size, channels, device = 2, 3, "cpu"

    def __init__(self, answer, torch, model, tables, objective):
        self.model, self.objective = model, objective
        for name, table in tables.items():
            setattr(self, name, torch.from_numpy(np.asarray(table, np.float32)))
        self.num_timesteps = len(self.betas)
        self._names = inspect.unwrap(answer).__globals__

    def __getattr__(self, name):
        found = None
        if not name.startswith("_"):  # a class that was pasted whole has its own
            whole = getattr(self._names.get("GaussianDiffusion"), name, None)
            found = whole or self._names.get(name)
        if not isinstance(found, types.FunctionType):
            raise AttributeError(f"GaussianDiffusion has no {name!r} yet.")
        return types.MethodType(found, self)

    def normalize(self, x):
        """Return pictures as they are: from -1 to 1 already."""
        return x

    def q_posterior(self, x_start, x_t, t):
        """Return mean and standard deviation of the step before."""
        rest = (len(x_t), *(1,) * (x_t.ndim - 1))
        mean = self.posterior_mean_coef1[t].reshape(*rest) * x_start
        mean = mean + self.posterior_mean_coef2[t].reshape(*rest) * x_t
        return mean, self.posterior_std[t].reshape(*rest)
