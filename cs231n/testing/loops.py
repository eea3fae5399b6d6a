"""Loops in a source, in all the forms they have."""

import ast
import functools

from cs231n.testing.names import dotted, fetched, handed_on, parts_of, walked
from cs231n.testing.sources import reached

#: Calls that loop over Python objects behind one name.
_LOOPING_CALLS = {
    *("map", "filter", "vectorize", "apply_along_axis", "apply_over_axes"),
    *("fromiter", "frompyfunc", "nditer", "starmap", "filterfalse", "takewhile"),
    *("dropwhile", "piecewise"),
}
#: The same, unless they are attributes of a NumPy function, as in ``np.add.reduce``.
_LOOPING_TOOLS = {
    *("reduce", "accumulate", "functools.reduce", "itertools.accumulate"),
    *("re.sub", "re.subn"),
}
#: Calls that run what they are given again and again: ``sorted(x, key=f)``.
_CALLING_KEYS = {"sorted", "min", "max", "sort", "groupby", "nlargest", "nsmallest"}
#: Methods that Python and NumPy call for each item.
_CALLED_BY_ITEM = {
    *("__next__", "__getitem__", "__missing__", "__contains__", "__float__"),
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__neg__"),
    *("__truediv__", "__rtruediv__", "__pow__", "__lt__", "__eq__", "__bool__"),
    *("__matmul__", "__int__"),
}
_LOOPS = (
    *(ast.For, ast.AsyncFor, ast.While),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
#: What may be a loop.
_SUSPECTS = (
    *(ast.Attribute, ast.Name, ast.Call, ast.alias, ast.FunctionDef, ast.Assign),
    *(ast.ClassDef, *_LOOPS),
)


def loops(trees: list[ast.AST]) -> int:
    """Count loops: statements, comprehensions, calls that loop, recursion.

    Parameters
    ----------
    trees : list of ast.AST
        An answer and its helpers.

    Returns
    -------
    number : int
        Wherever they stand.
    """
    return sum(map(_own, trees)) + len(_calling_each_other(trees))


@functools.lru_cache(maxsize=1024)
def _own(tree):
    return sum(map(_is_loop, parts_of(tree, *_SUSPECTS)))


def _is_loop(node):
    if isinstance(node, ast.Attribute | ast.Name):
        name = dotted(node) if isinstance(node.ctx, ast.Load) else ""
        return _last(name) in _LOOPING_CALLS or name in _LOOPING_TOOLS
    if isinstance(node, ast.Call) and dotted(node.func) == "getattr":
        return _last(fetched(node)) in _LOOPING_CALLS
    if isinstance(node, ast.Call):
        name, given = dotted(node.func), len(node.args)
        key = any(word.arg == "key" for word in node.keywords)
        return (
            (_last(name) in _CALLING_KEYS and key)
            or (_last(name) in ("groupby", "iter") and given > 1)
            or (bool(name) and name in map(dotted, node.args))  # f(f, x)
        )
    if isinstance(node, ast.alias) and node.asname not in (None, node.name):
        return _last(node.name) in _LOOPING_CALLS | _LOOPING_TOOLS
    if isinstance(node, ast.FunctionDef):
        by_item = node.name in _CALLED_BY_ITEM
        return by_item or node.name in _named_in(node)
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        return not _calls_of(node.value).isdisjoint(map(dotted, node.targets))
    if isinstance(node, ast.ClassDef):  # making its objects runs its methods
        return node.name in _calls_of(ast.Module(node.body)) or _calls_itself(node)
    return isinstance(node, _LOOPS)


@functools.lru_cache(maxsize=1024)
def _named_in(function):
    """List the names in the body of a function."""
    return reached(ast.Module(function.body))


def _calls_of(tree):
    """List what a tree calls, with dots."""
    return {dotted(n.func) for n in walked(tree) if type(n) is ast.Call}


def _calls_itself(owner):
    """Tell whether ``__call__`` of a class calls its own object."""
    return any(
        isinstance(part, ast.FunctionDef)
        and part.name == "__call__"
        and not _calls_of(part).isdisjoint(one.arg for one in part.args.args[:1])
        for part in owner.body
    )


def _calling_each_other(trees):
    """List the functions that call themselves by way of others."""
    calls = _calls(trees)
    functions = {
        node.name for tree in trees for node in parts_of(tree, ast.FunctionDef)
    }
    circles = _in_circles({name: calls[name] & calls.keys() for name in calls})
    return sorted(
        name for name in functions & circles if name not in calls[name]
    )  # a direct call has been counted


def _in_circles(calls):
    """Find the names that lead back to themselves by others: Kosaraju, linear."""
    callers = {name: [] for name in calls}
    for name, others in calls.items():
        for other in others:
            callers[other].append(name)
    order, seen = [], set()
    for name in calls:
        order += _finished(name, calls, seen)
    found, seen = set(), set()
    for name in reversed(order):
        together = _finished(name, callers, seen)
        found |= set(together if len(together) > 1 else ())
    return found


def _finished(first, graph, seen):
    """List what is reached from a name and was not seen, the innermost first."""
    order, path = [], [] if first in seen else [(first, iter(graph[first]))]
    seen.add(first)
    while path:
        name, others = path[-1]
        following = next((other for other in others if other not in seen), None)
        if following is None:
            order.append(name)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(graph[following])))
    return order


def _calls(trees):
    """Map functions to what they name, and other names to functions kept there."""
    calls = {
        node.name: _named_in(node)
        for tree in trees
        for node in parts_of(tree, ast.FunctionDef)
    }
    functions = set(calls)
    for node in (n for tree in trees for n in parts_of(tree, ast.Assign, ast.Call)):
        if isinstance(node, ast.Assign):
            kept = handed_on(ast.Expr(node.value)) & functions
            for target in node.targets if kept else ():
                for name in reached(target):
                    calls[name] = calls.get(name, set()) | kept
        elif isinstance(node.func, ast.Name):
            given = [*node.args, *(word.value for word in node.keywords)]
            kept = {part.id for part in given if isinstance(part, ast.Name)} & functions
            if kept and node.func.id in functions:  # it may call what it is given
                name = f"{node.func.id}(...)"
                calls[name] = calls.get(name, set()) | kept
                calls[node.func.id] = calls[node.func.id] | {name}
    return calls


def _last(name):
    return name.rpartition(".")[2]
