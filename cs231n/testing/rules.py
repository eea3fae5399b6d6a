"""What the source of an answer may hold: loops, names, and nothing that hides."""

import ast
import functools
import re
from collections.abc import Callable, Iterable

from cs231n.testing.sources import PACKAGE, reached, sources
from cs231n.testing.wrong import expect

#: Calls that loop over Python objects behind one name.
_LOOPING_CALLS = {
    "map",
    "filter",
    "vectorize",
    "apply_along_axis",
    "fromiter",
    "frompyfunc",
    "nditer",
    "starmap",
}
#: The same, unless they are attributes of a NumPy function, as in ``np.add.reduce``.
_LOOPING_TOOLS = {"reduce", "accumulate", "functools.reduce", "itertools.accumulate"}
#: Calls that run what they are given again and again: ``sorted(x, key=f)``.
_CALLING_KEYS = {"sorted", "min", "max", "sort", "groupby", "nlargest", "nsmallest"}
_COMPUTED = "getattr with a computed name"
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
#: Names with two underscores that a class may use; others reach what is not its own.
_SPECIAL = {
    *("__init__", "__call__", "__class__", "__doc__", "__name__", "__qualname__"),
    *("__len__", "__iter__", "__next__", "__getitem__", "__setitem__", "__contains__"),
    *("__enter__", "__exit__", "__repr__", "__str__", "__file__", "__version__"),
    *("__hash__", "__slots__", "__all__"),
    "__future__",
}
#: Functions that do the same.
_TWINS = {"linalg.norm": ("linalg.vector_norm", "linalg.matrix_norm")}
#: Names that run, find or replace code which is not in the source.
_HIDING = {
    *("__import__", "importlib", "import_module"),
    *("globals", "locals", "vars", "setattr", "modules", "builtins", "__builtins__"),
    *("__code__", "__globals__", "__dict__", "__getattribute__", "_getframe"),
    *("ctypes", "gc", "inspect", "marshal", "pickle", "attrgetter", _COMPUTED),
    *("methodcaller", "__getattr__"),
}
#: What files of the course import from these, for Python 2, hides nothing.
_OLD = {"builtins.range", "builtins.object", "builtins.str", "builtins.zip"}
#: The same, unless they are attributes, as in ``model.eval()`` and ``re.compile``.
_RUNNING = {"exec", "eval", "compile"}
#: Where PyTorch keeps a layer such as ``nn.Flatten``: no way to ``sys.modules``.
_LAYER = re.compile(r"torch\.nn\.modules\.[a-z]+\.[A-Z]\w*")
_LOOPS = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


def expect_source(
    function: Callable, *, loops: int | None = None, without: Iterable[str] = ()
) -> None:
    """Hold the source of an answer, and of the helpers it calls, to the rules.

    Parameters
    ----------
    function : function, method or class
        The answer, defined in a notebook cell or a file.
    loops : int, optional
        The largest number of loops (``for``, ``while``, comprehensions, ``map``,
        ``np.vectorize`` and the like, functions that call themselves). The default
        allows any.
    without : iterable of str, optional
        Names that may not be used, such as ``"linalg.norm"`` or ``"scipy"``; each
        matches a part of a dotted name or an imported name. With or without such
        rules, nothing may hide what runs, as ``exec`` does, or fetch more of this
        package than the notebook does.

    Raises
    ------
    WrongAnswer
        If a rule is broken, or the source is not to be had.
    """
    name, own = function.__name__, str(function.__module__).partition(".")[0]
    expect(
        own != PACKAGE or hasattr(function, "__sources__"),
        f"{name} is the package's own. Write yours in its cell, with `def`.",
    )
    trees = list(sources(function))
    if loops is not None:
        found = sum(_is_loop(node) for tree in trees for node in ast.walk(tree))
        found += len(_calling_each_other(trees))
        allowed = {0: "no loop", 1: "one loop"}.get(loops, f"{loops} loops")
        expect(
            found <= loops,
            f"{name} should have {allowed}; its source has {found}. Comprehensions, "
            f"map and np.vectorize are loops too.",
        )
    used = set().union(*(_facts(tree)[0] for tree in trees))
    hidden = _hiding(used)
    expect(
        not hidden,
        f"{name} should do without {hidden[:1]}: this test reads the source, and that "
        f"hides what runs.",
    )
    foreign = sorted(_foreign(trees) - {own})
    expect(
        not foreign,
        f"{name} should do without {foreign[:1]}: an answer may import NumPy and what "
        f"Python has for numbers.",
    )
    used = _spelled_out(used, trees)
    handed_on = _spelled_out(set().union(*map(_handed_on, trees)), trees)
    for forbidden in (*without, PACKAGE):
        same = (forbidden, *_TWINS.get(forbidden, ()))
        hits = {dotted for dotted in used for f in same if _matches(dotted, f)}
        module = forbidden.rpartition(".")[0]
        if module:  # whoever has it by another name has what is in it
            hits |= {d for d in handed_on if f".{d}".endswith(f".{module}")}
            hits |= {d for d in used if f".{d}".endswith(f".{module}.*")}
        hit = sorted(hits)[:1]
        expect(not hit, f"{name} should do without {forbidden}; it uses {hit}.")


def hiding(trees: Iterable[ast.AST]) -> list[str]:
    """List what hides which code runs.

    Parameters
    ----------
    trees : iterable of ast.AST
        Sources.

    Returns
    -------
    names : list of str
        Such as ``"exec"``, in alphabetical order.
    """
    return _hiding(set().union(*(_facts(tree)[0] for tree in trees)))


def _hiding(used):
    return sorted(
        dotted
        for dotted in used
        if dotted in _RUNNING
        or (_is_hiding(dotted.split(".")) and not _is_harmless(dotted))
    )


def _is_hiding(parts):
    if _HIDING & set(parts):
        return True
    if any(part.startswith("__") and part not in _SPECIAL for part in parts):
        return True
    return parts[0] in ("np", "numpy") and any(p.startswith("_") for p in parts)


def _is_harmless(dotted):
    old = dotted in _OLD or dotted.startswith("past.builtins.")
    return old or bool(_LAYER.fullmatch(dotted))


def _is_loop(node):
    if isinstance(node, ast.Attribute | ast.Name):
        dotted = _dotted(node) if isinstance(node.ctx, ast.Load) else ""
        return _last(dotted) in _LOOPING_CALLS or dotted in _LOOPING_TOOLS
    if isinstance(node, ast.Call) and _dotted(node.func) == "getattr":
        return _last(_fetched(node)) in _LOOPING_CALLS
    if isinstance(node, ast.Call):
        name = _last(_dotted(node.func))
        key = any(word.arg == "key" for word in node.keywords)
        return (name in _CALLING_KEYS and key) or (
            _dotted(node.func) == "iter" and len(node.args) > 1
        )
    if isinstance(node, ast.alias) and node.asname not in (None, node.name):
        return _last(node.name) in _LOOPING_CALLS | _LOOPING_TOOLS
    if isinstance(node, ast.FunctionDef):
        return node.name in reached(ast.Module(node.body))
    return isinstance(node, _LOOPS)


def _calling_each_other(trees):
    """List the functions that call themselves by way of others."""
    calls = {
        node.name: reached(ast.Module(node.body))
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    found = []
    for name in calls:
        seen, waiting = set(), list(calls[name] & calls.keys() - {name})
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting += calls[current] & calls.keys()
        if name in seen and name not in calls[name]:
            found.append(name)
    return found


def _foreign(trees):
    """Return the modules that are imported and not on the list."""
    tops = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            tops |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            tops.add((node.module or "").partition(".")[0])
    return tops - _IMPORTS


def _handed_on(tree):
    """List the dotted names that are used as they are, with nothing taken from them."""
    taken = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    taken |= {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    given = {
        id(n.value)
        for n in ast.walk(tree)
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
    }
    for owner in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
        given -= {id(n.value) for n in owner.body if isinstance(n, ast.Assign)}
    return {
        _dotted(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and isinstance(node.ctx, ast.Load)
        and id(node) not in taken | given
    }


def _last(dotted):
    return dotted.rpartition(".")[2]


def _spelled_out(used, trees):
    """Add what names stand for that imports and assignments have given."""
    meanings = set().union(*(_facts(tree)[1] for tree in trees))
    for _ in range(4 if meanings else 0):  # names of names
        used = used | {
            meaning + dotted.removeprefix(name)
            for name, meaning in meanings
            for dotted in used
            if f"{dotted}.".startswith(f"{name}.") and len(dotted) < 200
        }
    return used


@functools.lru_cache(maxsize=512)
def _facts(tree):
    """Return the dotted names that a tree uses, and what the names it gives mean."""
    nodes = list(ast.walk(tree))
    used = {dotted for node in nodes for dotted in _names(node)}
    return used, {pair for node in nodes for pair in _given(node)}


def _given(node):
    """Yield the names that an import or an assignment gives, and to what."""
    if isinstance(node, ast.Import):
        yield from ((a.asname, a.name) for a in node.names if a.asname)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"
    elif isinstance(node, ast.Assign | ast.NamedExpr) and _dotted(node.value):
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            if isinstance(target, ast.Name):
                yield target.id, _dotted(node.value)


def _names(node):
    """Yield the dotted names that a part of a source reads or imports by itself."""
    if isinstance(node, ast.Attribute | ast.Name):
        yield _dotted(node)
    elif isinstance(node, ast.Call) and _dotted(node.func) == "getattr":
        yield _fetched(node)
    elif isinstance(node, ast.MatchClass) and node.kwd_attrs:
        yield _COMPUTED
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _fetched(call):
    """Return the dotted name of ``getattr(x, "name")``; of any other name, no name."""
    if len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
        return f"{_dotted(call.args[0])}.{call.args[1].value}"
    return _COMPUTED


def _dotted(node):
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.NamedExpr):
        return _dotted(node.value)
    return node.id if isinstance(node, ast.Name) else ""


def _matches(dotted, forbidden):
    return f".{dotted}.".find(f".{forbidden}.") >= 0
