"""Which functions of the package need which others, read from its source."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cs231n
from grading.judge.room.handed_out import PACKAGE

#: Where layers find the kernels: whichever back end runs, there it is NumPy's.
_KERNELS, _TWINS = "impl", f"{PACKAGE}.kernels._numpy"
#: Commands, and the way to the compiled kernels.
_LEFT_OUT = (".__main__", ".kernels._compiled")
#: Parts that find each other at run time: who has one has all of them.
_TENSORS = (f"{PACKAGE}.autograd", f"{PACKAGE}.engine", f"{PACKAGE}.pytorch")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Module:
    """A module of the package as its source defines it."""

    name: str
    is_package: bool
    tree: ast.Module
    parts: dict = field(default_factory=dict)  #: name -> what defines it
    imports: dict = field(default_factory=dict)  #: name -> (module, name or "")
    stars: list = field(default_factory=list)  #: modules of which it has everything

    @classmethod
    def read(cls, name: str, path: Path) -> "Module":
        """Read a module.

        Parameters
        ----------
        name : str
            With dots.
        path : pathlib.Path
            Its file.

        Returns
        -------
        module : Module
            With what it defines and imports, at any depth.
        """
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = cls(name, path.name == "__init__.py", tree)
        for statement in tree.body:
            for target in _targets(statement):
                module.parts.setdefault(target, []).append(statement)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    here = alias.asname or alias.name.partition(".")[0]
                    module.imports[here] = (alias.name if alias.asname else here, "")
            elif isinstance(node, ast.ImportFrom):
                if node.names[0].name == "*":
                    module.stars.append(node.module)
                    continue
                for alias in node.names:
                    here = alias.asname or alias.name
                    module.imports[here] = (node.module, alias.name)
        return module

    @property
    def exports(self) -> list[str]:
        """What a star brings, of a module that lists it or is made of others."""
        if "__all__" not in self.parts:
            brought = (modules()[star].exports for star in self.stars)
            return sorted({*self.parts, *self.imports}.union(*brought))
        (statement,) = self.parts["__all__"]
        return ast.literal_eval(statement.value)


def folder() -> Path:
    """Say where the package is.

    Returns
    -------
    folder : pathlib.Path
        Of its source.
    """
    return Path(cs231n.__path__[0])


@cache
def modules() -> dict[str, Module]:
    """Read all modules of the package that do not need a compiler.

    Returns
    -------
    found : dict of {str: Module}
        By name.
    """
    root = folder()
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        if not name.endswith(_LEFT_OUT):
            found[name] = Module.read(name, path)
    return found


def needed(names: Iterable[str]) -> set[tuple[str, str]]:
    """List everything that some functions need to work.

    Parameters
    ----------
    names : iterable of str
        Such as ``"cs231n.layers:affine_forward"``; with nothing behind the colon, all
        of a module and of the modules in it.

    Returns
    -------
    found : set of (str, str)
        Modules and the names that they define.
    """
    found: set[tuple[str, str]] = set()
    waiting = list(meant(names))
    has_tensors = any(place.startswith(_TENSORS) for place, _ in waiting)
    for name in _TENSORS if has_tensors else ():
        waiting += _whole(name)
    for module in modules().values():
        if has_tensors or not module.name.startswith(_TENSORS):
            waiting += _called_at_once(module)
    while waiting:
        key = waiting.pop()
        if key in found:
            continue
        found.add(key)
        place, part = key
        for node in modules()[place].parts[part]:
            waiting += _wanted(place, node)
    return found


def meant(names: Iterable[str]) -> set[tuple[str, str]]:
    """Find what defines some functions.

    Parameters
    ----------
    names : iterable of str
        As for :func:`needed`.

    Returns
    -------
    found : set of (str, str)
        Modules and the names that they define.
    """
    found: set[tuple[str, str]] = set()
    for name in names:
        place, _, part = name.partition(":")
        found.update(_meant(place, part) if part else _whole(place))
    return found


def _targets(node):
    """Yield the names that a statement at the top of a module gives."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield node.name
    else:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def _called_at_once(module):
    """Yield what a module calls as it is imported."""
    for node in _run_at_once(module.tree.body):
        called = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
        for function in called:
            yield from _wanted(module.name, function)


def _run_at_once(body):
    """Yield the statements and expressions that run when a module is imported."""
    for node in body:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            for decorator in node.decorator_list:  # which is called
                yield ast.Call(decorator, [], [])
        if isinstance(node, _FUNCTIONS):
            yield node.args
        elif isinstance(node, ast.ClassDef):
            yield from node.bases
            yield from _run_at_once(node.body)
        else:
            yield node


def _names(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _meant(module, name):
    """Follow a name through imports to the modules that define it."""
    here = modules().get(module)
    if f"{module}.{name}" in modules():
        return list(_whole(f"{module}.{name}"))
    if here is None:
        return []
    if name in here.parts:
        return [(module, name)]
    if name in here.imports:
        there, part = here.imports[name]
        return _meant(there, part) if part else []
    stars = (star for star in here.stars if name in modules()[star].exports)
    return [found for star in stars for found in _meant(star, name)]


def _whole(name):
    """Yield all that a module defines, and the modules within it."""
    for module in modules().values():
        if f"{module.name}.".startswith(f"{name}."):
            yield from ((module.name, part) for part in module.parts)
            for there, part in module.imports.values():
                if part and f"{there}.{part}" not in modules():
                    yield from _meant(there, part)
            for star in module.stars:
                for part in modules()[star].exports:
                    yield from _meant(star, part)


def _wanted(module, node):
    """Yield what a definition refers to."""
    here = modules()[module]
    attributes = {p.attr for p in ast.walk(node) if isinstance(p, ast.Attribute)}
    for name in _names(node):
        if name in here.parts:
            yield module, name
        elif name in here.imports:
            there, part = here.imports[name]
            target = f"{there}.{part}" if part else there
            if target in modules():  # a module: what is taken from it
                for attribute in attributes:
                    if f"{target}.{attribute}" not in modules():
                        yield from _meant(target, attribute)
            elif part:
                yield from _meant(there, part)
    if _KERNELS in attributes | _names(node):
        for attribute in attributes:
            yield from _meant(_TWINS, attribute)
