"""Names in a source: what it uses, hands on, and what the names it gives mean."""

import ast
import functools
import itertools
from typing import Any

#: What ``getattr`` with anything but a text reaches.
COMPUTED = "getattr with a computed name"
#: Names that are looked up; an answer with more is not read.
MOST = 20_000
#: Fields that hold no parts, or those that say how a part is used: ``+``, ``Load``.
_LEAVES = frozenset(
    {
        *("ctx", "op", "ops", "id", "attr", "level", "module", "asname", "simple"),
        *("kind", "type_comment", "type_ignores", "conversion", "is_async", "rest"),
        "kwd_attrs",
    }
)


@functools.lru_cache(maxsize=1024)
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """List the parts of a tree; several tests ask for those of the same.

    Parameters
    ----------
    tree : ast.AST
        A source.

    Returns
    -------
    parts : tuple of ast.AST
        As :func:`walked` gives them.
    """
    return tuple(walked(tree))


#: What reads or imports names, and what gives them.
_NAMING = (
    *(ast.Attribute, ast.Name, ast.Call, ast.MatchClass),
    *(ast.Import, ast.ImportFrom),
)
_GIVING = (ast.Import, ast.ImportFrom, ast.Assign, ast.NamedExpr)


def walked(tree: ast.AST) -> list[ast.AST]:
    """List the parts of a tree that nobody asks for again.

    Parameters
    ----------
    tree : ast.AST
        A source.

    Returns
    -------
    parts : list of ast.AST
        As ``ast.walk`` gives them, without operators and contexts, nearly half of all.
    """
    found = [tree]
    for node in found:  # it grows
        kind: Any = type(node)
        for field in _inner_fields(kind):
            part = getattr(node, field, None)
            if type(part) is list:
                found += [item for item in part if isinstance(item, ast.AST)]
            elif isinstance(part, ast.AST):
                found.append(part)
    return found


@functools.cache
def _inner_fields(kind):
    if kind is ast.Constant:
        return ()
    return tuple(field for field in kind._fields if field not in _LEAVES)


@functools.lru_cache(maxsize=1024)
def _sorted(tree):
    """Sort the parts of a tree by what they are."""
    found = {}
    for node in nodes(tree):
        found.setdefault(type(node), []).append(node)
    return found


def parts_of(tree: ast.AST, *kinds: type) -> list[Any]:
    """List the parts of a tree that are of some kinds; few are.

    Parameters
    ----------
    tree : ast.AST
        A source.
    *kinds : type
        Such as ``ast.Name``; no class of several.

    Returns
    -------
    parts : list of ast.AST
        Kind by kind; of one kind in the order of :func:`walked`.
    """
    found = _sorted(tree)
    return [node for kind in kinds for node in found.get(kind, ())]


@functools.lru_cache(maxsize=1024)
def facts(tree: ast.AST) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """List the dotted names that a tree uses, and what the names it gives mean.

    Parameters
    ----------
    tree : ast.AST
        A source.

    Returns
    -------
    used : frozenset of str
        Such as ``"np.linalg.norm"``.
    meanings : frozenset of (str, str)
        Such as ``("la", "np.linalg")``.
    """
    called = {id(n.func) for n in parts_of(tree, ast.Call)}
    used = {name for node in parts_of(tree, *_NAMING) for name in _names(node, called)}
    given = {pair for node in parts_of(tree, *_GIVING) for pair in _given(node)}
    return frozenset(used), frozenset(given)


@functools.lru_cache(maxsize=1024)
def handed_on(tree: ast.AST) -> frozenset[str]:
    """List the dotted names that are used as they are, with nothing taken from them.

    Parameters
    ----------
    tree : ast.AST
        A source.

    Returns
    -------
    names : frozenset of str
        Those of arguments, items, results and attributes of classes, and what
        ``getattr`` fetches.
    """
    calls = parts_of(tree, ast.Call)
    taken = {id(n.value) for n in parts_of(tree, ast.Attribute)}
    taken |= {id(n.func) for n in calls}
    given = {
        id(n.value)
        for n in parts_of(tree, ast.Assign)
        if isinstance(n.targets[0], ast.Name)
    }
    for owner in parts_of(tree, ast.ClassDef):
        given -= {id(n.value) for n in owner.body if isinstance(n, ast.Assign)}
    gone = taken | given
    found = {
        dotted(node)
        for node in parts_of(tree, ast.Attribute, ast.Name)
        if isinstance(node.ctx, ast.Load) and id(node) not in gone
    }
    return frozenset(found | {fetched(n) for n in calls if dotted(n.func) == "getattr"})


def spelled_out(used: frozenset[str], trees: list[ast.AST]) -> frozenset[str]:
    """Add what names stand for that imports and assignments have given.

    Parameters
    ----------
    used : frozenset of str
        Dotted names.
    trees : list of ast.AST
        The sources that they come from.

    Returns
    -------
    names : frozenset of str
        ``"np.linalg.norm"`` beside ``"la.norm"``.

    Raises
    ------
    OverflowError
        If there are too many to be looked up.
    """
    meanings: dict[str, list[str]] = {}
    for short, meaning in frozenset().union(*(facts(tree)[1] for tree in trees)):
        meanings.setdefault(short, []).append(meaning)
    for _ in range(4 if meanings else 0):  # names of names
        more = (
            meaning + name.removeprefix(short)
            for name in used
            for short in [name.partition(".")[0]]
            for meaning in meanings.get(short, ())
            if len(name) < 200
        )
        found = list(itertools.islice(more, MOST))
        if len(found) == MOST:
            raise OverflowError(f"{MOST} names or more")
        used = used.union(found)
    return used


def _given(node):
    """Yield the names that an import or an assignment gives, and to what."""
    if isinstance(node, ast.Import):
        yield from ((a.asname, a.name) for a in node.names if a.asname)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"
    elif isinstance(node, ast.Assign | ast.NamedExpr) and dotted(node.value):
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            if isinstance(target, ast.Name):
                yield target.id, dotted(node.value)


def _names(node, called):
    """Yield the dotted names that a part of a source reads or imports by itself."""
    if isinstance(node, ast.Attribute | ast.Name):
        name = dotted(node)
        # Whoever is handed `getattr` calls it with whatever name comes.
        yield COMPUTED if name == "getattr" and id(node) not in called else name
    elif isinstance(node, ast.Call) and dotted(node.func) == "getattr":
        yield fetched(node)
    elif isinstance(node, ast.MatchClass) and node.kwd_attrs:
        yield COMPUTED
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def fetched(call: ast.Call) -> str:
    """Return the dotted name of ``getattr(x, "name")``; of any other name, no name.

    Parameters
    ----------
    call : ast.Call
        Of ``getattr``.

    Returns
    -------
    name : str
        Or :data:`COMPUTED`.
    """
    if len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
        return f"{dotted(call.args[0])}.{call.args[1].value!s}"
    return COMPUTED


def dotted(node: ast.AST) -> str:
    """Write a name with its attributes.

    Parameters
    ----------
    node : ast.AST
        Any part of a source.

    Returns
    -------
    name : str
        Such as ``"np.add"``; ``".add"`` where it is the attribute of something else.
    """
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.NamedExpr):
        return dotted(node.value)
    return node.id if isinstance(node, ast.Name) else ""
