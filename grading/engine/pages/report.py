"""The report: what an instructor wants to know of a class, in a page."""

import shutil
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.intake.roster import known_roster
from grading.engine.notebooks.fingerprints import prints, unpacked
from grading.engine.pages.html import clean, number, render
from grading.engine.pages.side_by_side import both_sides
from grading.engine.pages.similarity import pairs
from grading.engine.pages.statistics import notebook_statistics
from grading.engine.results.flags import RANKS, grouped, rank
from grading.engine.results.not_run import NOT_RUN

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course
    from grading.engine.pages.overview import Overview

#: Pairs that get a page of their own.
SHOWN = 60


def write_report(course: "Course", overview: "Overview") -> "Path":
    """Write the report of an assignment.

    Parameters
    ----------
    course : Course
        Its ``report`` folder is filled.
    overview : Overview
        What is known of the assignment.

    Returns
    -------
    path : pathlib.Path
        The page to open.
    """
    folder = course.report / overview.assignment
    shutil.rmtree(folder, ignore_errors=True)
    graded = [row for row in overview.rows if row.verdict is not None]
    notebooks = [
        notebook_statistics(template, [row for row in graded if row.notebook == name])
        for name, template in overview.templates.items()
    ]
    similar = _similar(overview, graded, folder)
    html = render(
        "report.html",
        title=f"{overview.assignment} · report",
        wide=True,
        assignment=overview.assignment,
        tiles=_tiles(overview, graded, similar),
        notebooks=notebooks,
        sections=_sections(course, overview, graded),
        chart=_chart,
        flagged=_flagged(overview.rows),
        similar=similar,
        same=_same_files(overview.rows),
    )
    write_whole(folder / "index.html", html.encode("utf-8", "replace"))
    return folder / "index.html"


def _tiles(overview, graded, similar):
    students = {row.student for row in overview.rows}
    flagged = {
        row.student
        for row in overview.rows
        if any(RANKS[rank(flag)] != "mended" for flag in row.flags)
    }
    isolations = Counter(row.verdict.isolation for row in graded)
    isolations.pop(NOT_RUN, None)
    return [
        (len(students), "students"),
        (len(graded), "notebooks graded"),
        (len(overview.rows) - len(graded), "to grade"),
        (len(flagged), "students to look at"),
        (len(similar), "similar pairs"),
        (", ".join(sorted(isolations)) or "–", "isolation"),
    ]


def _sections(course, overview, graded):
    """Average the points by tests in each section of the roster.

    Rows are (section, students who handed in, the mean of each notebook or None).
    """
    roster = known_roster(course, None)
    of = roster.sections if roster else {}
    if not any(of.values()):
        return []
    found = defaultdict(lambda: defaultdict(list))
    for row in graded:
        section = of.get(row.student) or "no section"
        found[section][row.notebook].append((row.student, row.verdict.score))
    return [
        (
            clean(section, 100),
            len({student for pairs in by.values() for student, _ in pairs}),
            [_mean([score for _, score in by[name]]) for name in overview.templates],
        )
        for section, by in sorted(found.items())
    ]


def _mean(scores):
    return sum(scores) / len(scores) if scores else None


def _chart(part):
    """Lay the histogram of a notebook or an exercise out.

    Bars are (x, y, height, count, label).
    """
    highest = max(part.histogram) or 1
    bars = []
    for place, count in enumerate(part.histogram):
        height = 80 * count / highest
        label = number(part.points * place / len(part.histogram))
        bars.append((10 + 38 * place, 100 - height, height, count, label))
    return bars


def _flagged(rows):
    """Group everybody's flags: for each rank, who and what."""
    groups = grouped(
        (row.student, row.notebook, flag) for row in rows for flag in row.flags
    )
    return [
        (
            name,
            [
                (
                    len(group.students),
                    clean(", ".join(group.students), 4000),
                    group.notebook,
                    clean(group.text, 400),
                )
                for group in groups
                if RANKS[group.rank] == name
            ],
        )
        for name in RANKS
    ]


def _same_files(rows):
    """List files that several students handed in, byte for byte."""
    holders = defaultdict(set)
    for row in rows:
        for name, digest in row.files:
            holders[digest, name].add(clean(row.student, 100))
    return [
        (clean(name, 100), sorted(students))
        for (_, name), students in sorted(holders.items())
        if len(students) > 1
    ]


def _similar(overview, graded, folder):
    """Find similar notebooks, and write a page for each pair."""
    rows = {(row.student, row.notebook): row for row in graded}
    found = [
        (pair, name)
        for name, template in overview.templates.items()
        for pair in _similar_in(template, [r for r in graded if r.notebook == name])
    ]
    found.sort(key=lambda one: -one[0].weight)
    pages = []
    for place, (pair, name) in enumerate(found[:SHOWN]):
        answers = {
            student: _answers(overview, rows[student, name])
            for student in (pair.first, pair.second)
        }
        pages.append(_page(pair, name, answers, folder, place))
    return pages


def _similar_in(template, rows):
    """Find similar answers to one notebook."""
    taken = {row.student: unpacked(row.prints) for row in rows if row.prints}
    given = [prints(slot.released) for slot in template.of_role("answer")]
    return pairs(taken, frozenset().union(*given))


def _answers(overview, row):
    """Read what a student wrote, in the order of the notebook."""
    written = overview.answers(row)
    return {
        slot.name: written[slot.name]
        for slot in overview.templates[row.notebook].of_role("answer")
        if written.get(slot.name, slot.released) != slot.released
    }


def _page(pair, notebook, answers, folder, place):
    name = f"pair-{place + 1:03d}.html"
    first, second = answers[pair.first], answers[pair.second]
    shown = (clean(pair.first, 100), clean(pair.second, 100))
    html = render(
        "pair.html",
        title=f"{notebook} · {shown[0]} and {shown[1]}",
        wide=True,
        notebook=notebook,
        students=shown,
        share=round(100 * pair.share),
        parts=[
            (answer, both_sides(first[answer], second[answer]))
            for answer in first
            if answer in second
        ],
    )
    write_whole(folder / name, html.encode("utf-8", "replace"))
    return {
        "students": shown,
        "notebook": notebook,
        "share": round(100 * pair.share),
        "rarity": round(pair.rarity),
        "link": name,
    }
