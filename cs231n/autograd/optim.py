"""Optimizers over one flat vector of weights, with PyTorch's arguments."""

from cs231n import kernels
from cs231n.autograd import averaging as swa_utils
from cs231n.autograd._names import missing
from cs231n.autograd.flat import Flat
from cs231n.autograd.graph import enable_grad
from cs231n.autograd.tensor import Tensor


class Optimizer:
    """Base of the rules: groups of parameters with settings of their own."""

    _states = 0

    def __init__(self, params, defaults):
        if isinstance(params, Tensor):
            raise TypeError("params must be an iterable of Tensors, such as a list.")
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for beta in defaults.get("betas", ()):
            if not 0 <= beta < 1:
                raise ValueError(f"Invalid beta: {beta} is not in [0, 1)")
        for name, value in defaults.items():
            if name in ("lr", "eps", "weight_decay", "momentum") and value < 0:
                raise ValueError(f"Invalid {name}: {value}")
        self.defaults, self.param_groups, self._flats = dict(defaults), [], []
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Add parameters with settings of their own."""
        parameters = param_group["params"]
        parameters = (
            [parameters] if isinstance(parameters, Tensor) else list(parameters)
        )
        parameters = [p[1] if isinstance(p, tuple) else p for p in parameters]
        for p in parameters:
            if not isinstance(p, Tensor):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is "
                    f"{type(p).__name__}"
                )
            if not p.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
        known = {id(p) for g in self.param_groups for p in g["params"]}
        if known & {id(p) for p in parameters}:
            raise ValueError("some parameters appear in more than one parameter group")
        parameters = list({id(p): p for p in parameters}.values())
        self.param_groups.append({**self.defaults, **param_group, "params": parameters})
        kinds = dict.fromkeys(p._a.dtype for p in parameters)
        self._flats.append(
            [
                Flat([p for p in parameters if p._a.dtype == k], self._states)
                for k in kinds
            ]
        )

    def zero_grad(self, set_to_none=True):
        """Forget the gradients."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad.zero_()

    def step(self, closure=None):
        """Take a step; a closure computes the loss first."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group, flats in zip(self.param_groups, self._flats, strict=True):
            for flat in flats:
                for start, end, gradient, step in flat.runs():
                    states = [s[start:end] for s in flat.states]
                    self._update(flat.vector[start:end], gradient, states, step, group)
        return loss

    def state_dict(self):
        """Return the settings and the memory, as arrays."""
        groups = [
            {k: v for k, v in g.items() if k != "params"} for g in self.param_groups
        ]
        memory = [
            [
                {"steps": list(f.steps), "states": [s.copy() for s in f.states]}
                for f in flats
            ]
            for flats in self._flats
        ]
        return {"param_groups": groups, "state": memory}

    def load_state_dict(self, state_dict):
        """Go on from what :meth:`state_dict` returned."""
        for group, saved in zip(
            self.param_groups, state_dict["param_groups"], strict=True
        ):
            group.update(saved)
        for flats, memory in zip(self._flats, state_dict["state"], strict=True):
            for flat, saved in zip(flats, memory, strict=True):
                flat.steps = [int(s) for s in saved["steps"]]
                for own, array in zip(flat.states, saved["states"], strict=True):
                    own[...] = array

    def __repr__(self):
        settings = ", ".join(f"{k}={v}" for k, v in self.defaults.items())
        return f"{type(self).__name__}({settings})"


class SGD(Optimizer):
    """Gradient descent, with momentum and Nesterov's variant of it."""

    _states = 1

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False
    ):
        if nesterov and (momentum <= 0 or dampening):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
            },
        )

    def _update(self, w, g, states, step, group):
        lr, momentum = float(group["lr"]), float(group["momentum"])
        if group["weight_decay"]:
            g = g + float(group["weight_decay"]) * w
        if momentum:
            (velocity,) = states
            velocity *= momentum if step > 1 else 0.0
            velocity += g * (1 - float(group["dampening"]) if step > 1 else 1.0)
            g = g + momentum * velocity if group["nesterov"] else velocity
        kernels.impl.sgd(w, g, w, lr)


class Adam(Optimizer):
    """Mean gradient over its root mean square; weight decay joins the gradient."""

    _states = 2
    _decoupled = False

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        amsgrad=False,
    ):
        if amsgrad:
            raise NotImplementedError("amsgrad is not on this tape.")
        super().__init__(
            params,
            {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay},
        )

    def _update(self, w, g, states, step, group):
        (beta1, beta2), lr = group["betas"], float(group["lr"])
        decay, shrink = float(group["weight_decay"]), 1.0
        if decay and self._decoupled:
            shrink = 1 - lr * decay
        elif decay:
            g = g + decay * w
        corrections = 1 - float(beta1) ** step, 1 - float(beta2) ** step
        kernels.impl.adam(
            w,
            g,
            *states,
            w,
            lr,
            float(beta1),
            float(beta2),
            float(group["eps"]),
            shrink,
            *corrections,
        )


class AdamW(Adam):
    """Adam, with weights that shrink apart from the gradient."""

    _decoupled = True

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=1e-2,
        amsgrad=False,
    ):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)


class RMSprop(Optimizer):
    """Gradient over its root mean square of late."""

    _states = 1

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0):
        defaults = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults)

    def _update(self, w, g, states, step, group):
        if group["weight_decay"]:
            g = g + float(group["weight_decay"]) * w
        keep = float(group["alpha"])
        kernels.impl.rms(
            w, g, states[0], w, float(group["lr"]), keep, 1 - keep, float(group["eps"])
        )


__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "swa_utils"]
__getattr__ = missing("optim", lambda: __all__)
