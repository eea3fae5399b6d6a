"""Modules: what holds parameters, buffers and other modules."""

from collections import OrderedDict, namedtuple

from cs231n.autograd import dtypes
from cs231n.autograd.graph import no_grad
from cs231n.autograd.parameter import Parameter
from cs231n.autograd.tensor import Tensor

_KINDS = ("_parameters", "_buffers", "_modules")
#: What ``load_state_dict`` did not find, and did not need.
Keys = namedtuple("Keys", ("missing_keys", "unexpected_keys"))


class Module:
    """Base of all networks: assign parameters and modules, write ``forward``."""

    training = True

    def __init__(self):
        for kind in _KINDS:
            object.__setattr__(self, kind, OrderedDict())
        object.__setattr__(self, "_fleeting", set())  # buffers not saved
        self.training = True

    # Attributes -----------------------------------------------------------------
    def __setattr__(self, name, value):
        kind = _kind(value)
        registries = self.__dict__
        if "_parameters" not in registries:
            if kind is None:
                return object.__setattr__(self, name, value)
            raise AttributeError(
                f"cannot assign {type(value).__name__} {name!r} before "
                f"Module.__init__() call: begin __init__ with super().__init__()."
            )
        if kind is None and name in self._buffers and _is_buffer(value):
            kind = "_buffers"
        elif kind is None and name in self._buffers:
            raise TypeError(
                f"cannot assign {type(value).__name__} as buffer {name!r}: a tensor or "
                f"None is expected."
            )
        elif kind is None and name in self._parameters and value is not None:
            raise TypeError(
                f"cannot assign {type(value).__name__} as parameter {name!r}: wrap it "
                f"in nn.Parameter, or change its .data."
            )
        elif value is None:
            kind = next((k for k in _KINDS if name in registries[k]), None)
        for other in _KINDS:
            if other != kind:
                registries[other].pop(name, None)
        if kind is None:
            return object.__setattr__(self, name, value)
        registries.pop(name, None)
        registries[kind][name] = value
        return None

    def __getattr__(self, name):
        registries = self.__dict__
        for kind in _KINDS:
            if name in registries.get(kind, ()):
                return registries[kind][name]
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}"
        )

    def __delattr__(self, name):
        for kind in _KINDS:
            if name in self.__dict__[kind]:
                del self.__dict__[kind][name]
                return
        object.__delattr__(self, name)

    def __dir__(self):
        return [*super().__dir__(), *(n for k in _KINDS for n in self.__dict__[k])]

    def register_buffer(self, name, tensor, persistent=True):
        """Hold a tensor that is not trained."""
        if "." in name or (hasattr(self, name) and name not in self._buffers):
            raise KeyError(f"a buffer cannot be named {name!r}: taken, or with a dot")
        self._buffers[name] = tensor
        (self._fleeting.discard if persistent else self._fleeting.add)(name)

    def register_parameter(self, name, param):
        """Hold a parameter, or None."""
        self._parameters[name] = param

    def add_module(self, name, module):
        """Hold another module."""
        self._modules[str(name)] = module

    register_module = add_module

    # Calling --------------------------------------------------------------------
    def forward(self, *inputs, **options):
        """Compute the result; every module writes its own."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args, **kwargs):
        """Run :meth:`forward`."""
        return self.forward(*args, **kwargs)

    # Walking --------------------------------------------------------------------
    def named_modules(self, memo=None, prefix=""):
        """Yield this module and all below, each once, with their names."""
        memo = set() if memo is None else memo
        if id(self) in memo:
            return
        memo.add(id(self))
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, _joined(prefix, name))

    def modules(self):
        """Yield this module and all below."""
        return (module for _, module in self.named_modules())

    def named_children(self):
        """Yield the modules directly below, with their names."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self):
        """Yield the modules directly below."""
        return (module for _, module in self.named_children())

    def _named(self, kind, prefix="", recurse=True):
        seen = set()
        modules = self.named_modules(prefix=prefix) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, value in module.__dict__[kind].items():
                if value is not None and id(value) not in seen:
                    seen.add(id(value))
                    yield _joined(path, name), value

    def named_parameters(self, prefix="", recurse=True):
        """Yield the parameters, in the order they were assigned, with their names."""
        return self._named("_parameters", prefix, recurse)

    def parameters(self, recurse=True):
        """Yield the parameters, in the order they were assigned."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True):
        """Yield the buffers with their names."""
        return self._named("_buffers", prefix, recurse)

    def buffers(self, recurse=True):
        """Yield the buffers."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    def get_submodule(self, target):
        """Return the module below of a dotted name."""
        module = self
        for name in filter(None, target.split(".")):
            module = getattr(module, name)
        return module

    # Changing -------------------------------------------------------------------
    def apply(self, fn):
        """Call a function on every module below, then on this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        """Switch to training; return self."""
        for module in self.modules():
            object.__setattr__(module, "training", bool(mode))
        return self

    def eval(self):
        """Switch to testing; return self."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Ask for gradients of all parameters, or no longer."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def to(self, *args, dtype=None, device=None, **_):
        """Convert parameters and buffers of floats; the device must be the CPU."""
        for value in args:
            if dtypes.is_device(value):
                device = value
            elif not isinstance(value, bool):
                dtype = value.dtype if isinstance(value, Tensor) else value
        dtypes.check_device(device)
        if dtype is None:
            return self
        dtype = dtypes.as_dtype(dtype)
        for tensor in [*self.parameters(), *self.buffers()]:
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(dtype)
                if tensor.grad is not None:
                    tensor.grad = tensor.grad.to(dtype)
        return self

    def float(self):
        """Convert to float32."""
        return self.to(dtypes.float32)

    def double(self):
        """Convert to float64."""
        return self.to(dtypes.float64)

    def cpu(self):
        """Return self."""
        return self

    def cuda(self, device=None):
        """Refuse: the tape runs on the CPU."""
        dtypes.check_device("cuda")

    # Saving ---------------------------------------------------------------------
    def state_dict(self):
        """Return all parameters and buffers by name; they share the memory."""
        state = OrderedDict()
        for name, value in [*self._parameters.items(), *self._buffers.items()]:
            if value is not None and name not in self._fleeting:
                state[name] = value.detach()
        for name, module in self._modules.items():
            if module is not None:
                for path, value in module.state_dict().items():
                    state[_joined(name, path)] = value
        return state

    def load_state_dict(self, state_dict, strict=True):
        """Copy numbers in from what :meth:`state_dict` returned."""
        own = self.state_dict()
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        unlike = [
            f"{name}: {tuple(state_dict[name].shape)} saved, "
            f"{tuple(own[name].shape)} here"
            for name in own
            if name in state_dict and state_dict[name].shape != own[name].shape
        ]
        faults = [f"size mismatch for {u}" for u in unlike]
        if strict:
            faults += [f"Missing key(s) in state_dict: {', '.join(missing)}"] * bool(
                missing
            )
            faults += [f"Unexpected key(s): {', '.join(unexpected)}"] * bool(unexpected)
        if faults:
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}: "
                + "; ".join(faults)
            )
        with no_grad():
            for name, value in own.items():
                if name in state_dict:
                    value.copy_(state_dict[name])
        return Keys(missing, unexpected)

    # Showing --------------------------------------------------------------------
    def extra_repr(self):
        """Say what is special about this module."""
        return ""

    def __repr__(self):
        lines = [
            f"({n}): {m!r}".replace("\n", "\n  ") for n, m in self._modules.items()
        ]
        inside = "".join(f"\n  {line}" for line in lines) + ("\n" if lines else "")
        return f"{type(self).__name__}({self.extra_repr()}{inside})"


def _kind(value):
    if isinstance(value, Parameter):
        return "_parameters"
    return "_modules" if isinstance(value, Module) else None


def _is_buffer(value):
    return value is None or isinstance(value, Tensor)


def _joined(prefix, name):
    return f"{prefix}.{name}" if prefix else name
