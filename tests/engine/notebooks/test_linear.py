"""Reading a notebook takes steps in proportion to its length, whatever is in it.

Steps are Python's own instructions in the modules that read notebooks; a clock would
tell the noise of a machine.
"""

import sys

import pytest

from grading.engine.notebooks.matching import likeness
from tests.engine.notebooks.mended import mend
from tests.engine.small_course import cell_of, code

USES = "def double(x):\n    return x + v0"


def chained(count):
    """Each helper needs the next one."""
    return [code("\n".join(f"v{n} = v{n + 1}" for n in range(count)))]


def chained_cells(count):
    """The same, a cell each, so that each must be found."""
    return [code(f"v{n} = v{n + 1}") for n in range(count)]


def chained_functions(count):
    return [code("\n".join(f"def v{n}(): return v{n + 1}()" for n in range(count)))]


def one_line(count):
    """All statements share a line."""
    return [code(";".join(f"v{n}=v{n + 1}" for n in range(count)))]


def redefined(count):
    """Every cell binds what the answer needs."""
    return [code("v0 = 1") for _ in range(count)]


def repeated(count):
    """Every cell claims to be the same answer, in other words."""
    nbgrader = {"grade_id": "double"}
    return [code(f"def double(x): return {n}", nbgrader=nbgrader) for n in range(count)]


def look_alikes(count):
    """Every cell has the letters of all answers, and defines none of them."""
    return [code(f"# double total\nx = {n}") for n in range(count)]


def broken(count):
    """No cell can be parsed."""
    return [code(f"def double(x): total v0 {n} (") for n in range(count)]


def magic(count):
    return [code("%time v0 = 1\n" * count)]


def steps(work):
    """Count the instructions of the modules that read notebooks."""
    counted = 0

    def trace(frame, event, _):
        nonlocal counted
        if "grading/engine/notebooks" not in frame.f_code.co_filename:
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize(
    "more",
    [
        chained,
        chained_cells,
        chained_functions,
        one_line,
        redefined,
        repeated,
        look_alikes,
        broken,
        magic,
    ],
)
def test_twice_the_length_takes_twice_the_steps(template, notebook, more):
    cell_of(notebook, "double")["source"] = USES

    def counted(count):
        grown = notebook | {"cells": [*notebook["cells"], *more(count)]}
        return steps(lambda: mend(template, grown))

    base, once, twice = counted(0), counted(100), counted(200)
    assert once > base + 100
    assert twice - base < 2.2 * (once - base)


def test_a_line_of_many_statements_is_cut_at_their_columns(template, notebook):
    cell_of(notebook, "double")["source"] = USES
    notebook["cells"].append(code("é = 1; v0 = 'ü'; w = 2\nv1 = 3; del w"))

    answer = mend(template, notebook).answers["double"]
    assert "v0 = 'ü'\n" in answer
    assert "w = 2" not in answer


def test_the_longest_chain_is_lent_whole(template, notebook):
    cell_of(notebook, "double")["source"] = USES
    notebook["cells"] += chained(4000)

    found = mend(template, notebook)
    assert "v3999 = v4000" in found.answers["double"]


def test_likeness_looks_at_a_cell_once(template, notebook):
    from grading.engine.notebooks.reading import ReadCell

    cells = [ReadCell("code", f"x = {n}\n" * 50) for n in range(100)]
    first = steps(lambda: likeness(template["numbers"], cells))
    assert steps(lambda: likeness(template["words"], cells)) < 0.5 * first
