"""The source of a function of the answers, read by the side that is trusted."""

import ast


def sources(name, cells):
    """Find the source of a function in cells, and of the functions it names.

    Parameters
    ----------
    name : str
        What the function is called.
    cells : list of str
        Set-up and answers, in the order in which they run.

    Returns
    -------
    found : list of str
        Sources, the function's first; empty if what the name stands for cannot be read
        from the cells.
    """
    bindings = _bindings(cells)
    found, waiting, seen = [], [name], set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        nodes = bindings.get(current, [])
        if current == name and not all(map(_is_function, nodes)):
            return []
        for node in filter(_is_function, nodes):
            found.append(ast.unparse(node))
            waiting += sorted(_names(node))
    return found


def _names(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _is_function(node):
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _bindings(cells):
    """Map each name to what it is bound to in the last cell that binds it."""
    bindings = {}
    for cell in cells:
        try:
            tree = ast.parse(cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        bindings |= _bound(tree, bindings)
    return bindings


def _bound(tree, known):
    bound = {}
    for statement in tree.body:
        for name, node in _statement(statement, {**known, **bound}):
            # At the top of a cell the last one counts; deeper, any of them may.
            deep = node is not statement and not isinstance(statement, ast.Assign)
            bound[name] = [*bound.get(name, []), node] if deep else [node]
    return bound


def _statement(statement, known):
    """Yield the names that a statement binds, and to what."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name, statement
        return
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                yield target.id, _followed(statement.value, known)
                continue
            for name in _names(target):
                yield name, target
        return
    for part in ast.iter_child_nodes(statement):
        if isinstance(part, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _statement(part, known)
        elif isinstance(part, ast.expr | ast.withitem | ast.alias):
            yield from _expression(part)


def _expression(part):
    if isinstance(part, ast.alias):
        yield (part.asname or part.name).partition(".")[0], part
        return
    for node in ast.walk(part):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, node


def _followed(value, known):
    """Follow ``f = g`` to what g is."""
    if isinstance(value, ast.Name) and len(known.get(value.id, [])) == 1:
        return known[value.id][0]
    return value
