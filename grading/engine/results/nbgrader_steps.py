"""nbgrader's steps: how it saves scores and what it takes for being late."""

import logging
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

from grading.course import CONFIG

if TYPE_CHECKING:
    from grading.course import Course


def nbgrader_steps(course: "Course") -> SimpleNamespace:
    """Make nbgrader's own steps work in an open session.

    Parameters
    ----------
    course : Course
        Its settings may name a plugin for late work.

    Returns
    -------
    steps : SimpleNamespace
        ``grades(notebook, node, unchanged)`` saves a graded notebook's scores and
        comments; what a person has marked in one of the unchanged cells stays marked;
        ``penalty(student, notebook, submission)`` is what being late takes, or None.
    """
    from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

    config = _settings(course)
    saver, late = SaveAutoGrades(config=config), AssignLatePenalties(config=config)
    for step in (saver, late):
        step.log = logging.getLogger("grading.quiet")
    late.log.setLevel(logging.CRITICAL)
    late.init_plugin()
    late.plugin_inst.log = late.log

    def grades(notebook, node, unchanged=()):
        marked = {
            grade.name: grade.auto_score
            for grade in notebook.grades
            if grade.manual_score is not None and not grade.needs_manual_grade
        }
        by_name = {grade.name: grade for grade in notebook.grades}
        comments = {comment.name: comment for comment in notebook.comments}
        # The step commits after every cell; here all of a notebook is one transaction.
        saver.gradebook = SimpleNamespace(
            find_grade=lambda name, *_: by_name[name],
            find_comment=lambda name, *_: comments[name],
            db=SimpleNamespace(commit=lambda: None),
        )
        saver.notebook_id = saver.assignment_id = saver.student_id = ""
        for index, cell in enumerate(node.cells):
            if "nbgrader" in cell.metadata:
                saver.preprocess_cell(cell, {}, index)
        for name, score in marked.items():
            # A person's word on a test stands until the test says something else.
            if name in unchanged and by_name[name].auto_score == score:
                by_name[name].needs_manual_grade = False

    def penalty(student, notebook, submission):
        seconds = submission.total_seconds_late
        if seconds <= 0:
            return None
        found = late.plugin_inst.late_submission_penalty(
            student, notebook.score, seconds
        )
        return None if found is None else late._check_late_penalty(notebook, found)

    return SimpleNamespace(grades=grades, penalty=penalty)


def _settings(course):
    """Read nbgrader's settings, which may name a plugin for late work."""
    from traitlets.config.loader import PyFileConfigLoader

    before = os.environ.get("CS231N_COURSE")
    os.environ["CS231N_COURSE"] = str(course.root)
    try:
        return PyFileConfigLoader("nbgrader_config.py", path=str(CONFIG)).load_config()
    finally:
        os.environ.pop("CS231N_COURSE")
        if before is not None:
            os.environ["CS231N_COURSE"] = before
