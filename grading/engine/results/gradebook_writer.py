"""The gradebook: verdicts in nbgrader's gradebook and its tree of graded notebooks.

Scores given by hand, comments and penalties are a person's and stay. The coordinator
is the only writer; who else has the database open is waited for.
"""

import json
import logging
from typing import TYPE_CHECKING

from cs231n.files import write_whole
from grading.engine.results.autograded import autograded, unchanged_cells
from grading.engine.results.nbgrader_steps import nbgrader_steps
from grading.engine.storage.gradebook_file import GradebookError, GradebookFile

if TYPE_CHECKING:
    from grading.course import Course
    from grading.engine.intake.submission import Submission
    from grading.engine.notebooks.normalise import Normalised
    from grading.engine.notebooks.template import Template
    from grading.judge.exam import Verdict


class GradebookWriter:
    """The gradebook and the graded notebooks of one assignment.

    Parameters
    ----------
    course : Course
        Has released the assignment.
    assignment : str
        For example ``"assignment1"``.

    Raises
    ------
    GradebookError
        If there is no such gradebook, or it cannot be written.
    """

    def __init__(self, course: "Course", assignment: str) -> None:
        self._file = GradebookFile(course.database)
        from nbgrader.api import MissingEntry

        self.course, self.assignment = course, assignment
        logging.getLogger("traitlets").setLevel(logging.ERROR)
        self._gradebook, self._patiently = self._file.book, self._file.patiently
        self._patiently(self._check_writing)
        try:
            self._gradebook.find_assignment(assignment)
        except MissingEntry:
            raise GradebookError(
                f"The gradebook {course.database} has no {assignment!r}.\n"
                f"Tell it about the assignment with:  make release"
            ) from None
        self._steps = nbgrader_steps(course)

    def close(self) -> None:
        """Close the gradebook."""
        self._file.close()

    def _check_writing(self):
        from sqlalchemy import text

        self._gradebook.db.execute(text("UPDATE assignment SET name = name WHERE 0"))
        self._gradebook.db.commit()

    def check(self, templates: "dict[str, Template]") -> None:
        """Compare the gradebook's cells with the notebooks'.

        Parameters
        ----------
        templates : dict of {str: Template}
            The assignment's notebooks.

        Raises
        ------
        GradebookError
            If the gradebook was told of others.
        """
        found = self._gradebook.find_assignment(self.assignment).notebooks
        known = {
            notebook.name: {
                cell.name: getattr(cell, "max_score", None)
                for cell in [*notebook.solution_cells, *notebook.grade_cells]
            }
            for notebook in found
        }
        wanted = {
            name: {
                slot.name: slot.points if slot.metadata["nbgrader"]["grade"] else None
                for slot in template.of_role("answer", "written", "test")
            }
            for name, template in templates.items()
        }
        if known != wanted:
            names = {
                name for name in known | wanted if known.get(name) != wanted.get(name)
            }
            raise GradebookError(
                f"The gradebook {self.course.database} knows other cells or points of "
                f"{', '.join(sorted(names))} than build/source has.\n"
                f"Tell it about them with:  make release"
            )

    def scores(self) -> dict:
        """Read what the gradebook has by tests.

        Returns
        -------
        scores : dict
            ``{(student, notebook): {test: auto_score}}``.
        """
        return self._patiently(self._scores)

    def _scores(self):
        from nbgrader import api

        rows = (
            self._gradebook.db.query(
                api.SubmittedAssignment.student_id,
                api.Notebook.name,
                api.BaseCell.name,
                api.Grade.auto_score,
            )
            .select_from(api.Grade)
            .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
            .join(api.SubmittedNotebook)
            .join(api.Notebook, api.Notebook.id == api.SubmittedNotebook.notebook_id)
            .join(
                api.SubmittedAssignment,
                api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id,
            )
            .join(
                api.Assignment,
                api.Assignment.id == api.SubmittedAssignment.assignment_id,
            )
            .filter(api.Assignment.name == self.assignment)
        )
        found = {}
        for student, notebook, cell, score in rows:
            found.setdefault((student, notebook), {})[cell] = score
        return found

    def penalties(self) -> dict:
        """Compute what being late takes, by the due dates and rules of today.

        Returns
        -------
        penalties : dict
            ``{(student, notebook): points}``, for late ones only.
        """
        return self._patiently(self._penalties)

    def _penalties(self):
        found = {}
        for submission in self._gradebook.assignment_submissions(self.assignment):
            if submission.total_seconds_late <= 0:
                continue
            student = submission.student.id
            for notebook in submission.notebooks:
                taken = self._steps.penalty(student, notebook, submission)
                if taken is not None:
                    found[student, notebook.name] = taken
        return found

    def write(
        self,
        submission: "Submission",
        template: "Template",
        normalised: "Normalised",
        verdict: "Verdict",
        details: dict,
    ) -> float | None:
        """Record one notebook.

        Parameters
        ----------
        submission : Submission
            Whose it is.
        template : Template
            The released notebook.
        normalised : Normalised
            What the student answered.
        verdict : Verdict
            What the judge said.
        details : dict
            ``penalty``, the one recorded last, and what the notebook's metadata get.

        Returns
        -------
        penalty : float or None
            For being late, as nbgrader's plugin has it.
        """
        import nbformat

        notebook = autograded(template, normalised, verdict, details)
        folder = self.course.autograded / submission.student / self.assignment
        unchanged = unchanged_cells(folder / f"{template.name}.ipynb", notebook)
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        data = text.encode("utf-8", "replace")
        write_whole(folder / f"{template.name}.ipynb", data, mode=0o444)
        if submission.time:
            write_whole(folder / "timestamp.txt", submission.time.encode(), mode=0o444)
        node = nbformat.from_dict(notebook)
        return self._patiently(
            lambda: self._save(
                submission, template.name, node, unchanged, details.get("penalty")
            )
        )

    def _save(self, submission, name, node, unchanged, old_penalty):
        book = self._gradebook
        book.update_or_create_student(submission.student)
        known = {"timestamp": submission.time} if submission.time else {}
        found = book.update_or_create_submission(
            self.assignment, submission.student, **known
        )
        notebook = next(one for one in found.notebooks if one.name == name)
        self._steps.grades(notebook, node, unchanged)
        book.db.flush()
        book.db.refresh(notebook)
        penalty = self._steps.penalty(submission.student, notebook, found)
        # A penalty that somebody else wrote there is not ours to change.
        if penalty is not None or notebook.late_submission_penalty == old_penalty:
            notebook.late_submission_penalty = penalty
        book.db.commit()
        return penalty
