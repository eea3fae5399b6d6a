"""What the source of an answer may hold: loops, names, and nothing that hides."""

import ast
from collections.abc import Callable, Iterable

from cs231n.languages import say
from cs231n.testing.allowed import foreign, hidden, unlisted
from cs231n.testing.loops import loops as count_loops
from cs231n.testing.names import facts, handed_on, spelled_out
from cs231n.testing.sources import PACKAGE, no_source, sources
from cs231n.testing.wrong import expect

#: Rules that were found kept, with the trees that kept them.
_kept: set[tuple] = set()
#: Functions that do the same.
_TWINS = {"linalg.norm": ("linalg.vector_norm", "linalg.matrix_norm")}


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
        say(
            "{name} is the package's own. Write yours in its cell, with `def`.",
            name=name,
        ),
    )
    trees, without = list(sources(function)), tuple(without)
    rule = (name, own, loops, without, *trees)
    if rule in _kept:  # several tests hold an answer to the same
        return
    if loops is not None:
        found = count_loops(trees)
        expect(
            found <= loops,
            say(
                "{name} should have {allowed}; its source has {found}. Comprehensions, "
                "map and np.vectorize are loops too.",
                name=name,
                allowed=_at_most(loops),
                found=found,
            ),
        )
    try:
        used = spelled_out(_used(trees), trees)
        handed = spelled_out(frozenset().union(*map(handed_on, trees)), trees)
    except OverflowError:
        raise no_source(function) from None
    _expect_listed(name, used, trees, own)
    for forbidden in (*without, PACKAGE):
        same = (forbidden, *_TWINS.get(forbidden, ()))
        hits = {dotted for f in same for dotted in _matching(used, f)}
        module = forbidden.rpartition(".")[0]
        if module:  # whoever has it by another name has what is in it
            hits |= {d for d in handed if f".{d}".endswith(f".{module}")}
            hits |= {d for d in used if f".{d}".endswith(f".{module}.*")}
        hit = sorted(hits)[:1]
        words = "".join(hit)
        expect(
            not hit,
            say(
                "{name} should do without {forbidden}; it uses {found}.",
                name=name,
                forbidden=forbidden,
                found=words,
            ),
        )
    _kept.add(rule)


def _at_most(loops):
    if loops < 2:
        return say("at most one loop") if loops else say("no loop")
    return say("at most {loops} loops", loops=loops)


def _expect_listed(name, used, trees, own):
    """Expect that what an answer uses is on the lists of what answers may use."""
    _expect_none(
        name,
        hidden(_used(trees)),
        say("this test reads the source, and that hides what runs."),
    )
    _expect_none(
        name,
        sorted(foreign(trees) - {own}),
        say("an answer may import NumPy and what Python has for numbers."),
    )
    _expect_none(
        name,
        unlisted(used, trees),
        say("an answer may use what computes, not what finds other code or files."),
    )


def _expect_none(name, found, why):
    forbidden = "".join(found[:1])
    expect(
        not found,
        say(
            "{name} should do without {forbidden}: {why}",
            name=name,
            forbidden=forbidden,
            why=why,
        ),
    )


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
    return hidden(_used(trees))


def _used(trees):
    return frozenset().union(*(facts(tree)[0] for tree in trees))


def _matching(used, forbidden):
    """List the dotted names of which another is a part."""
    if f".{forbidden}." not in f".{'. .'.join(used)}.":  # the common case, at once
        return []
    return [dotted for dotted in used if f".{forbidden}." in f".{dotted}."]
