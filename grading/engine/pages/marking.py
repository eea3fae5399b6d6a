"""Marking pages: written answers beside their marking guide, a list for each grader."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.pages.exercises import Exercise, exercises
from grading.engine.pages.html import number, render
from grading.engine.results.manual_scores import ManualScores, manual_scores
from grading.engine.storage.names import FORMULA, cell_text

if TYPE_CHECKING:
    from pathlib import Path

    from grading.course import Course
    from grading.engine.notebooks.template import Template
    from grading.engine.pages.overview import Overview, Row

#: Columns of the table that a grader fills in: the last two.
COLUMNS = ("student", "notebook", "question", "answer", "at_most", "points", "comment")


@dataclass(frozen=True)
class Written:
    """A student's answer to a question that a person marks."""

    student: str
    section: str
    notebook: str
    exercise: Exercise
    guide: str  #: what earns which points
    text: str  #: as the student wrote it
    given: float | None  #: points that a person gave; None if it is still to mark
    comment: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Student, notebook and question."""
        return self.student, self.notebook, self.exercise.name

    @property
    def digest(self) -> str:
        """Tells one text from another: marks are for the text that was read."""
        return answer_digest(self.text)


def answer_digest(text: str) -> str:
    """Name a text by its content.

    Parameters
    ----------
    text : str
        An answer.

    Returns
    -------
    digest : str
        Twelve hexadecimal digits.
    """
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def written_answers(
    overview: "Overview", sections: Mapping[str, str]
) -> "list[Written]":
    """List what students wrote.

    Parameters
    ----------
    overview : Overview
        What is known of the assignment.
    sections : mapping of {str: str}
        In which section a student is.

    Returns
    -------
    answers : list of Written
        By notebook, question and student. An empty answer is not among them.
    """
    marks = manual_scores(overview.course, overview.assignment)
    answers = []
    for name, template in overview.templates.items():
        asked = [one for one in exercises(template) if one.written and one.points]
        rows = [row for row in overview.rows if row.notebook == name and row.verdict]
        texts = {row.student: overview.answers(row) for row in rows}
        for exercise in asked:
            answers += [
                _written(row, texts[row.student], exercise, template, sections, marks)
                for row in rows
                if _is_answered(texts[row.student], exercise.name, template)
            ]
    return answers


def _is_answered(texts: dict[str, str], name: str, template: "Template") -> bool:
    slot = template.slots[template.position[name]]
    return texts.get(name, "").strip() not in ("", slot.released.strip())


def _written(
    row: "Row",
    texts: dict[str, str],
    exercise: Exercise,
    template: "Template",
    sections: Mapping[str, str],
    marks: Mapping[tuple[str, str], ManualScores],
) -> Written:
    slot = template.slots[template.position[exercise.name]]
    mine = marks.get((row.student, row.notebook), ManualScores())
    waits = exercise.name in mine.to_mark or exercise.name not in mine.scores
    return Written(
        row.student,
        sections.get(row.student, ""),
        row.notebook,
        exercise,
        slot.solution,
        texts[exercise.name],
        None if waits else mine.scores[exercise.name],
        mine.comments.get(exercise.name, ""),
    )


def shared_out(
    answers: "Iterable[Written]", graders: "list[str]"
) -> "dict[str, list[Written]]":
    """Share answers out, so that each question's go to all graders evenly.

    Parameters
    ----------
    answers : iterable of Written
        In order; who hands in later gets the later ones, whoever got the first before.
    graders : list of str
        At least one.

    Returns
    -------
    shares : dict of {str: list of Written}
        The same student goes to the same grader in all questions of a notebook.
    """
    shares: dict[str, list[Written]] = {grader: [] for grader in graders}
    for one in answers:
        key = hashlib.sha256(f"{one.notebook}/{one.student}".encode()).digest()
        place = int.from_bytes(key[:8]) % len(graders)
        shares[graders[place]].append(one)
    return shares


def write_marking(
    course: "Course",
    overview: "Overview",
    shares: "dict[str, list[Written]]",
    comments: "Mapping[str, Mapping[str, str]]",
) -> "list[Path]":
    """Write a page to read and a table to fill in for each grader.

    Parameters
    ----------
    course : Course
        Its folder ``grading/marking`` is filled.
    overview : Overview
        What is known of the assignment.
    shares : dict of {str: list of Written}
        From :func:`shared_out`.
    comments : mapping
        The course's reusable comments: ``{question: {name: text}}``.

    Returns
    -------
    paths : list of pathlib.Path
        The pages; each has its table beside it, as ``.csv``.
    """
    paths = []
    for grader, answers in shares.items():
        path = course.marking / overview.assignment / f"{grader}.html"
        page = _page(overview.assignment, grader, answers, comments)
        write_whole(path, page.encode("utf-8", "replace"))
        write_whole(path.with_suffix(".csv"), _table(answers).encode("utf-8-sig"))
        paths.append(path)
    return paths


def _page(assignment, grader, answers, comments):
    questions: dict[tuple[str, str], list[Written]] = {}
    for one in answers:
        questions.setdefault((one.notebook, one.exercise.name), []).append(one)
    return render(
        "marking.html",
        title=f"{assignment} · marking · {grader}",
        assignment=assignment,
        grader=grader,
        count=len(answers),
        waiting=sum(one.given is None for one in answers),
        questions=list(questions.values()),
        comments=comments,
    )


def _table(answers):
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for one in answers:
        points = "" if one.given is None else number(one.given)
        asked = (one.exercise.name, one.digest, number(one.exercise.points))
        # A spreadsheet would take such a comment for a formula.
        blank = " " * one.comment.startswith(FORMULA)
        told = (points, f"{blank}{one.comment}")
        writer.writerow((cell_text(one.student), one.notebook, *asked, *told))
    return file.getvalue()
