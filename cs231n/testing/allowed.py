"""What answers may use: modules, names in them, and names that Python has."""

import ast
import builtins
import functools
import importlib
import re
import sys
import types

from cs231n.testing.library_names import LIBRARIES
from cs231n.testing.module_names import NAMES
from cs231n.testing.names import COMPUTED, parts_of
from cs231n.testing.sources import PACKAGE
from cs231n.testing.torch_names import TORCH

#: What answers may import: what computes, and what old files begin with. Whatever else
#: a notebook is about, its own rules name.
_IMPORTS = {
    *("abc", "bisect", "cmath", "collections", "contextlib", "copy", "dataclasses"),
    *("decimal", "enum", "fractions", "functools", "heapq", "itertools", "math"),
    *("numbers", "operator", "random", "re", "statistics", "time", "typing"),
    *("warnings", "__future__", "builtins", "future", "past", "six", "os", "sys"),
    *("IPython", "cv2", "google", "imageio", "matplotlib", "numpy", "scipy"),
    *("skimage", "sklearn", "torch", "torchvision", "tqdm", PACKAGE),
}
#: Modules within others; of another package, none can be reached.
_WITHIN = {
    *("IPython.core", "IPython.core.display", "IPython.display", "collections.abc"),
    *("matplotlib.cm", "matplotlib.colors", "matplotlib.gridspec"),
    *("matplotlib.patches", "matplotlib.pyplot", "matplotlib.pyplot.cm"),
    "matplotlib.ticker",
    *("os.path", "six.moves"),
    *("numpy.fft", "numpy.lib", "numpy.lib.stride_tricks", "numpy.linalg"),
    *("numpy.ma", "numpy.random", "numpy.testing"),
} | {*LIBRARIES, *TORCH}
#: Built-in names, besides those of errors; one that the answer gives itself is another.
_BUILTINS = {
    *("abs", "all", "any", "ascii", "bin", "bool", "bytearray", "bytes", "callable"),
    *("chr", "classmethod", "complex", "dict", "divmod", "enumerate", "filter"),
    *("float", "format", "frozenset", "getattr", "hasattr", "hash", "hex", "id", "int"),
    *("isinstance", "issubclass", "iter", "len", "list", "map", "max", "min", "next"),
    *("object", "oct", "ord", "pow", "print", "property", "range", "repr", "reversed"),
    *("round", "set", "slice", "sorted", "staticmethod", "str", "sum", "super"),
    *("tuple", "type", "zip", "Ellipsis", "False", "None", "NotImplemented", "True"),
    "display",  # IPython's
}
#: What holds numbers, texts or other values, and what runs or leads to what runs.
_VALUES = (
    *(bool, bytes, complex, dict, float, frozenset, int, list, range, set, str),
    tuple,
)
_MACHINES = (
    *(types.FrameType, types.TracebackType, types.CodeType, types.CellType),
    *(types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType),
)
#: Attributes of running code, other than what values have and a generator is for.
_INSIDES = {
    name
    for name in set().union(*map(dir, _MACHINES)).difference(*map(dir, _VALUES))
    if not name.startswith("__")  # those have a list of their own
} - {"aclose", "asend", "athrow", "close", "send", "throw"}
#: Modules whose names answers give to variables, too.
_VARIABLES = {"F", "copy", "nn", "random", "time"}
#: What set-up cells call modules: their imports are not in the source of an answer.
_SHORT = {
    "F": "torch.nn.functional",
    "nn": "torch.nn",
    "np": "numpy",
    "plt": "matplotlib.pyplot",
}
#: Names with two underscores that a class may use; others reach what is not its own.
_SPECIAL = {
    *("__init__", "__call__", "__class__", "__doc__", "__name__", "__qualname__"),
    *("__len__", "__iter__", "__next__", "__getitem__", "__setitem__", "__contains__"),
    *("__enter__", "__exit__", "__repr__", "__str__", "__file__", "__version__"),
    *("__hash__", "__slots__", "__all__"),
    "__future__",
}
#: Names that run, find or replace code which is not in the source.
_HIDING = {
    *("__import__", "importlib", "import_module"),
    *("globals", "locals", "vars", "setattr", "modules", "builtins", "__builtins__"),
    *("__code__", "__globals__", "__dict__", "__getattribute__", "_getframe"),
    *("ctypes", "gc", "inspect", "marshal", "pickle", "attrgetter", COMPUTED),
    *("methodcaller", "__getattr__", "get_type_hints", "ForwardRef", "make_dataclass"),
    *("import_item", "exec_", "run_cell", "user_ns"),
}
#: What files of the course import from these, for Python 2, hides nothing.
_OLD = {"builtins.range", "builtins.object", "builtins.str", "builtins.zip"}
#: The same, unless they are attributes, as in ``model.eval()`` and ``re.compile``.
_RUNNING = {"exec", "eval", "compile"}
#: Where PyTorch keeps a layer such as ``nn.Flatten``: no way to ``sys.modules``.
_LAYER = re.compile(r"torch\.nn\.modules\.[a-z]+\.[A-Z]\w*")


def foreign(trees: list[ast.AST]) -> set[str]:
    """Return the modules that are imported and not on the list.

    Parameters
    ----------
    trees : list of ast.AST
        An answer and its helpers.

    Returns
    -------
    modules : set of str
        Without dots.
    """
    return set().union(*map(_imported, trees)) - _IMPORTS


@functools.lru_cache(maxsize=1024)
def _imported(tree):
    plain = (alias for node in parts_of(tree, ast.Import) for alias in node.names)
    tops = {alias.name.partition(".")[0] for alias in plain}
    modules = (node.module or "" for node in parts_of(tree, ast.ImportFrom))
    return frozenset(tops | {module.partition(".")[0] for module in modules})


def hidden(used: frozenset[str]) -> list[str]:
    """List the names behind which code runs that is not in the source.

    Parameters
    ----------
    used : frozenset of str
        Dotted names.

    Returns
    -------
    names : list of str
        In alphabetical order.
    """
    return sorted(name for name in used if _hides(name))


@functools.lru_cache(maxsize=4096)
def _hides(name):
    if name in _RUNNING:
        return True
    old = name in _OLD or name.startswith("past.builtins.")
    if old or _LAYER.fullmatch(name):
        return False
    parts = name.split(".")
    if not _INSIDES.isdisjoint(parts[1:]):
        return True
    return bool(_HIDING & set(parts)) or any(
        part.startswith("__") and part not in _SPECIAL for part in parts
    )


def unlisted(used: frozenset[str], trees: list[ast.AST]) -> list[str]:
    """List the names that are on none of the lists.

    Parameters
    ----------
    used : frozenset of str
        Dotted names, spelled out.
    trees : list of ast.AST
        Where they come from.

    Returns
    -------
    names : list of str
        In alphabetical order.
    """
    own = set().union(*map(_stored, trees))
    defined = set().union(*map(_special_methods, trees))
    variables = (own & _VARIABLES) - set().union(*map(_imported, trees))
    beyond = {name for name in used if _is_beyond(name)}
    found = {name for name in beyond if name.partition(".")[0] not in variables}
    plain = {name for name in used if _is_builtin(name)} - _BUILTINS - own
    return sorted(found | plain | (defined - _SPECIAL - _OPERATORS))


@functools.cache
def _is_builtin(name):
    """Tell whether Python has a name built in that is not an error's."""
    value = getattr(builtins, name, None)
    is_error = isinstance(value, type) and issubclass(value, BaseException)
    return hasattr(builtins, name) and not is_error and not name.startswith("__")


#: Special methods that an answer's own class may have besides.
_OPERATORS = {
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__neg__"),
    *("__truediv__", "__rtruediv__", "__pow__", "__matmul__", "__eq__", "__lt__"),
    *("__post_init__", "__new__", "__bool__", "__float__", "__int__"),
}


@functools.lru_cache(maxsize=1024)
def _special_methods(tree):
    return frozenset(
        node.name
        for node in parts_of(tree, ast.FunctionDef)
        if re.fullmatch("__.+__", node.name)
    )


@functools.lru_cache(maxsize=1024)
def _stored(tree):
    """List the names that a tree gives, as variables, arguments or functions."""
    variables = parts_of(tree, ast.Name)
    found = {node.id for node in variables if not isinstance(node.ctx, ast.Load)}
    found |= {node.arg for node in parts_of(tree, ast.arg)}
    defined = parts_of(tree, ast.FunctionDef, ast.ClassDef)
    return frozenset(found | {node.name for node in defined})


@functools.lru_cache(maxsize=4096)
def _is_beyond(name):
    """Tell whether a name leads out of a module's list, or into another module."""
    root, *parts = name.split(".")
    place = _SHORT.get(root, root)
    if place.partition(".")[0] not in _IMPORTS - {PACKAGE, "future", "google", "past"}:
        return False
    module = _module(place)
    for number, part in enumerate(parts):
        if place not in NAMES and not isinstance(module, types.ModuleType):
            return False
        if _is_refused(place, part):
            return not _is_kept_below(place, module, parts[number:])
        place, module = f"{place}.{part}", getattr(module, part, None)
        if isinstance(module, types.ModuleType) and place not in _WITHIN:
            return True
    return False


def _is_kept_below(place, module, parts):
    """Tell whether a library keeps there what a module above it shows under its name.

    ``torch.nn.Flatten`` says of itself that it is in ``torch.nn.modules.flatten``.
    """
    if place not in LIBRARIES and place not in TORCH:
        return False
    found, part, path = module, "", place
    for part in parts:
        path = f"{path}.{part}"
        found = getattr(found, part, sys.modules.get(path))
        if not isinstance(found, types.ModuleType):
            break
    listed = found is not None and part in NAMES[place]
    return listed and getattr(module, part, None) is found


def _module(name):
    """Find a module: Python's own are loaded for it, others only looked up."""
    if name in sys.stdlib_module_names:
        return importlib.import_module(name)
    return sys.modules.get(name)


def _is_refused(place, name):
    """Tell whether a module's name is on no list."""
    top = place.partition(".")[0]
    if name.startswith("_") and top not in ("__future__", "builtins"):
        return not name.startswith("__")  # those have a list of their own
    return place in NAMES and name not in NAMES[place]
