"""Assertions that explain: what was expected, what came, and the likeliest cause.

The test cells of the notebooks are written with these. All of them raise
:class:`WrongAnswer`, an ``AssertionError``, with one or two sentences; none prints.
"""

import ast
import contextlib
import dis
import functools
import inspect
import sys
import textwrap
import tracemalloc
import types

import numpy as np

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
_PACKAGE = __name__.partition(".")[0]
_COMPUTED = "getattr with a computed name"
#: Names that run, find or replace code which is not in the source.
_HIDING = {
    *("exec", "eval", "compile", "__import__", "importlib", "import_module"),
    *("globals", "locals", "vars", "setattr", "modules", "builtins", "__builtins__"),
    *("__code__", "__globals__", "__dict__", "__getattribute__", "_getframe"),
    *("ctypes", "gc", "inspect", "marshal", "pickle", "attrgetter", _COMPUTED),
    *("methodcaller", "__getattr__"),
}
_LOOPS = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)

#: Peaks, in bytes, of answers that ran in another process within :func:`memory_below`.
PEAKS = []


class WrongAnswer(AssertionError):
    """An answer that is not what a test expects."""

    def _render_traceback_(self):
        # IPython asks for this. The last line a student sees is one of the notebook,
        # not of this module.
        shell = sys.modules["IPython"].get_ipython()
        return shell.InteractiveTB.structured_traceback(
            type(self), self, _above_this_module(self.__traceback__), tb_offset=1
        )


def _above_this_module(traceback):
    """Copy a traceback without the frames of this module at its end."""
    if traceback is None:
        return None
    if traceback.tb_frame.f_globals["__name__"] in (__name__, "contextlib"):
        return None
    return types.TracebackType(
        _above_this_module(traceback.tb_next),
        traceback.tb_frame,
        traceback.tb_lasti,
        traceback.tb_lineno,
    )


def expect(condition, message):
    """Fail with ``message`` unless ``condition`` holds.

    Parameters
    ----------
    condition : bool
        What must be true.
    message : str
        Expected, got, likeliest cause.

    Raises
    ------
    WrongAnswer
        If ``condition`` is false.
    """
    if not condition:
        raise WrongAnswer(message)


def expect_array(got, shape, name="the result", *, hint=""):
    """Fail unless ``got`` is a numeric array of a given shape.

    Parameters
    ----------
    got : object
        What the answer returned.
    shape : tuple of int
        Expected shape.
    name : str, optional
        What to call ``got`` in the message.
    hint : str, optional
        Likeliest cause, a sentence.

    Raises
    ------
    WrongAnswer
        If ``got`` is None, is no numeric array, or has another shape.
    """
    expect(got is not None, f"{name} is None: the answer ends without `return`.")
    array = np.asarray(got)
    expect(
        array.dtype.kind in "biuf",
        f"{name} should be an array of real numbers; got {_kind(got)}.",
    )
    expect(
        array.shape == tuple(shape),
        f"{name} should have shape {tuple(shape)}; got {array.shape}. {hint}".rstrip(),
    )


def expect_close(
    got, expected, name="the result", *, rtol=1e-6, atol=1e-9, hint="", faults=None
):
    """Fail unless two arrays agree within a tolerance, and say where they differ most.

    Parameters
    ----------
    got : array-like
        What the answer returned.
    expected : array-like
        What it should have returned.
    name : str, optional
        What to call ``got`` in the message.
    rtol, atol : float, optional
        Largest allowed ``|got - expected|`` is ``atol + rtol * |expected|``.
    hint : str, optional
        Likeliest cause, a sentence, if ``faults`` has none that fits.
    faults : dict of {str: array-like}, optional
        Common wrong results by the sentence that explains them. A sentence is shown
        when ``got`` equals its result.

    Raises
    ------
    WrongAnswer
        If shapes or values differ; the message has the entry that is furthest off.
    """
    expected = np.asarray(expected)
    hint = _diagnosis(got, faults or {}, rtol, atol) or hint
    expect_array(got, expected.shape, name, hint=hint)
    got = np.asarray(got)
    wrong = ~_near(got, expected, rtol, atol)
    if wrong.any():
        raise WrongAnswer(_difference(got, expected, wrong, name, hint))


def _near(got, expected, rtol, atol):
    """Tell where two arrays agree; NaN agrees with nothing."""
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, which is wrong too
        off = np.abs(got.astype(float) - expected)
        return (off <= atol + rtol * np.abs(expected)) & np.isfinite(off)


def _diagnosis(got, faults, rtol, atol):
    """Return the sentence of the first known wrong result that ``got`` equals."""
    got = np.asarray(got)
    for sentence, value in faults.items():
        value = np.asarray(value)
        same = got.shape == value.shape and got.dtype.kind in "biuf"
        if same and _near(got, value, rtol, atol).all():
            return sentence
    return ""


def _difference(got, expected, wrong, name, hint):
    with np.errstate(invalid="ignore"):
        off = np.nan_to_num(np.abs(got.astype(float) - expected), nan=np.inf)
    worst = np.argmax(np.where(wrong, off, -1))
    where = np.unravel_index(worst, got.shape)
    place = f"{name}[{', '.join(map(str, where))}]" if where else name
    share = f" ({wrong.sum()} of {wrong.size} entries differ)" if where else ""
    return (
        f"{place} should be {expected[where]:.6g}; got {got[where]:.6g}{share}. {hint}"
    ).rstrip()


def expect_equal(got, expected, name="the result", *, hint="", faults=None):
    """Fail unless two integer arrays, numbers or containers are equal.

    Parameters
    ----------
    got : object
        What the answer returned.
    expected : object
        What it should have returned.
    name : str, optional
        What to call ``got`` in the message.
    hint : str, optional
        Likeliest cause, a sentence, if ``faults`` has none that fits.
    faults : dict of {str: array-like}, optional
        For arrays: common wrong results by the sentence that explains them.

    Raises
    ------
    WrongAnswer
        If they differ.
    """
    if isinstance(expected, np.ndarray):
        expect_close(got, expected, name, rtol=0, atol=0, hint=hint, faults=faults)
        return
    expect(
        type(got) is type(expected) and got == expected,
        f"{name} should be {expected!r}; got {got!r}. {hint}".rstrip(),
    )


def expect_tuple(got, *names):
    """Fail unless an answer returned so many values; return them.

    Parameters
    ----------
    got : object
        What the answer returned.
    *names : str
        What to call its parts in the message.

    Returns
    -------
    got : tuple or list
        The same.

    Raises
    ------
    WrongAnswer
        If it is no tuple, or one of another length.
    """
    wanted = f"Return ({', '.join(names)})"
    expect(got is not None, f"{wanted}; the answer ends without `return`.")
    expect(isinstance(got, tuple | list), f"{wanted}; got {_kind(got)}.")
    expect(len(got) == len(names), f"{wanted}; got {len(got)} values.")
    return got


@contextlib.contextmanager
def unchanged(**arrays):
    """Fail if the body of the ``with`` statement modifies any of the arrays.

    Parameters
    ----------
    **arrays : ndarray
        The inputs by the names to use in the message.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    WrongAnswer
        If an array differs afterwards.
    """
    before = {name: array.copy() for name, array in arrays.items()}
    yield
    for name, array in arrays.items():
        expect(
            np.array_equal(array, before[name], equal_nan=array.dtype.kind == "f"),
            f"The answer changed its input {name}. Work on a copy, or build a new "
            f"array, so that the caller's data stays as it was.",
        )


@contextlib.contextmanager
def memory_below(limit, hint=""):
    """Fail if the body allocates more than ``limit`` bytes at any one time.

    Parameters
    ----------
    limit : float
        Bytes.
    hint : str, optional
        Likeliest cause, a sentence.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    WrongAnswer
        If the peak is higher.
    """
    PEAKS.clear()
    tracemalloc.start()
    try:
        yield
        peak = max(tracemalloc.get_traced_memory()[1], *PEAKS, 0)
    finally:
        tracemalloc.stop()
    expect(
        peak <= limit,
        f"This needed {peak / 1e6:.1f} MB at once; {limit / 1e6:.1f} MB are enough. "
        f"{hint}".rstrip(),
    )


def expect_source(function, *, loops=None, without=()):
    """Hold the source of an answer, and of the helpers it calls, to the rules.

    Parameters
    ----------
    function : function or method
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
    trees = list(_sources(function))
    name = function.__name__
    found = sum(_is_loop(node) for tree in trees for node in ast.walk(tree))
    if loops is not None:
        allowed = {0: "no loop", 1: "one loop"}.get(loops, f"{loops} loops")
        expect(
            found <= loops,
            f"{name} should have {allowed}; its source has {found}. Comprehensions, "
            f"map and np.vectorize are loops too.",
        )
    used = _spelled_out({dotted for tree in trees for dotted in _names(tree)}, trees)
    hidden = hiding(trees)
    expect(
        not hidden,
        f"{name} should do without {hidden[:1]}: this test reads the source, and that "
        f"hides what runs.",
    )
    for forbidden in (*without, _PACKAGE):
        hits = sorted(dotted for dotted in used if _matches(dotted, forbidden))
        expect(not hits, f"{name} should do without {forbidden}; it uses {hits[:1]}.")


def hiding(trees):
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
    used = {dotted for tree in trees for dotted in _names(tree)}
    return sorted(dotted for dotted in used if _HIDING & set(dotted.split(".")))


def beside_answers(function):
    """Make a helper of tests run where the answers live that it is given.

    A grader may keep answers in another process, and give the tests what stands for
    them. A helper that does more with an answer than call it, such as hand it tensors,
    has to run there; what it takes besides and what it returns must then be data or
    made by answers. It can be trusted as far as the answers.

    Parameters
    ----------
    function : callable
        A public function of a module of the package.

    Returns
    -------
    run : callable
        The same, where tests and answers share an interpreter.
    """

    @functools.wraps(function)
    def run(*args, **kwargs):
        for value in (*args, *kwargs.values()):
            elsewhere = getattr(value, "__elsewhere__", None)
            if elsewhere is not None:
                return elsewhere(run, args, kwargs)
        return function(*args, **kwargs)

    return run


def _sources(function, seen=None):
    """Yield the syntax tree of a function and of each notebook helper it names."""
    function = inspect.unwrap(getattr(function, "__func__", function))
    if hasattr(function, "__sources__"):  # it stands for a function elsewhere
        yield from _elsewhere(function)
        return
    seen = set() if seen is None else seen
    if function in seen:
        return
    seen.add(function)
    tree = _parse(function)
    yield tree
    for name in _reached(tree):
        helper = function.__globals__.get(name)
        if (
            isinstance(helper, types.FunctionType)
            and helper.__globals__ is function.__globals__
        ):
            yield from _sources(helper, seen)
    yield from _foreign(function)


def _reached(tree):
    """List the names of a tree, and the methods it calls."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}


def _foreign(function):
    """Yield as imports what a function finds under names given outside of it."""
    for name in set(_global_names(function.__code__)):
        value = function.__globals__.get(name)
        module, own = getattr(value, "__module__", None), getattr(value, "__name__", "")
        if isinstance(value, types.ModuleType):
            found = f"import {value.__name__} as {name}"
        elif callable(value) and isinstance(module, str):
            found = f"from {module} import {own} as {name}"
        else:
            continue
        if f" {_PACKAGE}" not in found and "__main__" not in found:
            with contextlib.suppress(SyntaxError):  # the name of a lambda
                yield ast.parse(found)


def _global_names(code):
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            yield step.argval
        elif isinstance(step.argval, types.CodeType):
            yield from _global_names(step.argval)


def _elsewhere(function):
    sources = function.__sources__()
    if not sources:
        raise _no_source(function)
    yield from map(ast.parse, sources)


def _parse(function):
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        raise _no_source(function) from None


def _no_source(function):
    return WrongAnswer(
        f"The source of {function.__name__} is not to be had, and this test reads it. "
        f"Define the function in its cell with `def`."
    )


def _is_loop(node):
    if isinstance(node, ast.Attribute | ast.Name):
        dotted = _dotted(node) if isinstance(node.ctx, ast.Load) else ""
        return _last(dotted) in _LOOPING_CALLS or dotted in _LOOPING_TOOLS
    if isinstance(node, ast.Call) and _dotted(node.func) == "getattr":
        return _last(_fetched(node)) in _LOOPING_CALLS
    if isinstance(node, ast.alias) and node.asname not in (None, node.name):
        return _last(node.name) in _LOOPING_CALLS | _LOOPING_TOOLS
    if isinstance(node, ast.FunctionDef):
        return node.name in _reached(ast.Module(node.body))
    return isinstance(node, _LOOPS)


def _last(dotted):
    return dotted.rpartition(".")[2]


def _spelled_out(used, trees):
    """Add what names stand for that imports and assignments have given."""
    meanings = {pair for tree in trees for pair in _given(tree)}
    for _ in range(4):  # names of names
        used = used | {
            meaning + dotted.removeprefix(name)
            for name, meaning in meanings
            for dotted in used
            if f"{dotted}.".startswith(f"{name}.") and len(dotted) < 200
        }
    return used


def _given(tree):
    """Yield the names that imports and assignments give, and to what."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((a.asname, a.name) for a in node.names if a.asname)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign | ast.NamedExpr) and _dotted(node.value):
            for target in getattr(node, "targets", [getattr(node, "target", None)]):
                if isinstance(target, ast.Name):
                    yield target.id, _dotted(node.value)


def _names(tree):
    """Yield every dotted name a piece of source reads or imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield _dotted(node)
        elif isinstance(node, ast.Call) and _dotted(node.func) == "getattr":
            yield _fetched(node)
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


def _kind(value):
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype}"
    return f"{type(value).__name__} {str(value)[:60]!r}"
