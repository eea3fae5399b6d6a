"""Sorting: which of a student's files is which notebook of the assignment."""

from typing import TYPE_CHECKING

from grading.engine.notebooks.matching import likeness
from grading.engine.notebooks.normalise import normalise, unreadable
from grading.engine.notebooks.reading import Unreadable, folded, read_cells
from grading.engine.storage.names import printable, stem

if TYPE_CHECKING:
    from grading.engine.notebooks.normalise import Normalised
    from grading.engine.notebooks.template import Template
    from grading.engine.storage.store import Store

#: More notebooks than any assignment has; the rest is named and left alone.
MAX_NOTEBOOKS = 20
#: Copies of one notebook of which the answers are counted.
MAX_CLOSE = 5


def sort_files(
    templates: "dict[str, Template]", handed_in: list[tuple[str, str]], store: "Store"
) -> "dict[str, Normalised]":
    """Read a submission as the notebooks of its assignment.

    Parameters
    ----------
    templates : dict of {str: Template}
        The assignment's notebooks.
    handed_in : list of (str, str)
        Names and digests of the files of a submission.
    store : Store
        Where its files lie.

    Returns
    -------
    notebooks : dict of {str: Normalised}
        One for every template, in its order.
    """
    files, broken = _read(_likely_first(templates, handed_in), store)
    chosen, strange = {}, []
    for name, (cells, _) in files.items():
        home = _home(templates, name, cells)
        if home:
            chosen.setdefault(home, []).append(name)
        else:
            strange.append(name)
    return {
        name: _notebook(template, chosen.get(name, []), files, broken, strange)
        for name, template in templates.items()
    }


def _likely_first(templates, handed_in):
    """Order files: a notebook's own name, one like it, any other."""

    def rank(file):
        name = file[0]
        return name.removesuffix(".ipynb") not in templates, stem(name) not in templates

    return sorted(handed_in, key=rank)


def _read(handed_in, store):
    files, broken = {}, {}
    for name, digest in handed_in[:MAX_NOTEBOOKS]:
        try:
            files[name] = read_cells(store.get(digest))
        except Unreadable as reason:
            broken[name] = str(reason)
        except MemoryError:
            broken[name] = "It takes too much memory to read."
    for name, _ in handed_in[MAX_NOTEBOOKS:]:
        broken[name] = f"Only {MAX_NOTEBOOKS} notebooks are read."
    return files, broken


def _home(templates, name, cells):
    """Say whose cells a file holds; if nobody's, whose name it bears."""
    shares = {key: likeness(template, cells) for key, template in templates.items()}
    best = max(shares, key=lambda key: (shares[key], key == stem(name)))
    if shares[best] > 0.1:
        return best
    named = [key for key in templates if key == stem(name)]
    return named[0] if named and _unmarked(cells) else None


def _unmarked(cells):
    """Tell a notebook that lost its marks from one of another assignment."""
    return not any(cell.grade_id for cell in cells)


def _notebook(template, names, files, broken, strange):
    """Normalise the best of the files that hold a notebook."""
    exact = f"{template.name}.ipynb"
    names = sorted(names, key=lambda name: (name != exact, stem(name) != template.name))
    if not names:
        return unreadable(template, _why_missing(template, broken, strange))
    counts = dict.fromkeys(names, 0)
    if len(names) > 1:
        for name in names[:MAX_CLOSE]:
            counts[name] = _answered(template, files[name][0])
    name = max(counts, key=counts.__getitem__)  # of equally full ones the first
    cells, flags = files[name]
    flags = list(flags)
    if name != exact:
        flags.append(f"{printable(name)!r} was taken for {exact!r}.")
    for bad in broken:
        if stem(bad) == template.name:
            flags.append(f"{printable(bad)!r} could not be read. {broken[bad]}")
    flags += _not_graded([other for other in names if other != name], name, counts)
    return normalise(template, cells, flags)


def _answered(template, cells):
    """Count the exercises that somebody has worked on."""
    written = normalise(template, cells).written
    return sum(
        folded(written[slot.name]) not in {"", *slot.given}
        for slot in template.of_role("answer", "written")
    )


def _not_graded(others, name, counts):
    shown = ", ".join(repr(printable(other)) for other in others)
    if not others:
        return []
    if len({counts[one] for one in (name, *others)}) == 1:
        return [f"Also handed in and not graded: {shown}."]
    numbers = ", ".join(f"{printable(one)!r} {counts[one]}" for one in (name, *others))
    return [
        f"Also handed in and not graded, because they answer less: {shown}. "
        f"Answered exercises: {numbers}."
    ]


def _why_missing(template, broken, strange):
    exact = f"{template.name}.ipynb"
    mine = [name for name in broken if stem(name) == template.name]
    if mine:
        return f"{printable(mine[0])!r} could not be read. {broken[mine[0]]}"
    if exact in strange:
        return f"{exact!r} holds another notebook, not this one."
    return f"{exact!r} was not handed in."
