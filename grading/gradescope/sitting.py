"""One submission through the engine's readers and judges, without a gradebook."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grading.engine.intake.folder import read_folder
from grading.engine.intake.submission import Submission
from grading.engine.judging.in_flight import InFlight
from grading.engine.judging.pool import Pool
from grading.engine.judging.task import Task
from grading.engine.notebooks.normalise import Normalised
from grading.engine.notebooks.readers import Readers
from grading.engine.results.not_run import verdict_of, verdict_without_running
from grading.engine.storage.store import Store
from grading.judge.exam import Exam

if TYPE_CHECKING:
    from grading.gradescope.course_copy import CourseCopy
    from grading.judge.exam import Verdict


def sit(
    course: "CourseCopy", folder: Path
) -> "tuple[dict[str, Normalised], dict[str, Verdict], list[str]]":
    """Judge what one student, or a group, handed in.

    Parameters
    ----------
    course : CourseCopy
        What the zip holds.
    folder : pathlib.Path
        Their files.

    Returns
    -------
    notebooks : dict of {str: Normalised}
        As they were read.
    verdicts : dict of {str: Verdict}
        Of all notebooks of the assignment.
    flags : list of str
        What was left out, for the instructor.

    Raises
    ------
    RefusedFile, NoIsolation, WorkersFailed, ExamFault
        If it cannot be judged here.
    """
    with tempfile.TemporaryDirectory() as place:
        store = Store(Path(place) / "objects")
        files, flags = read_folder(folder, store.put_file, course.templates)
        handed_in = tuple(sorted(files.items()))
        submission = Submission("student", course.assignment, handed_in)
        notebooks = _read(course, store, submission)
    return notebooks, judged(course, notebooks), flags


def _read(course, store, submission):
    with Readers(course.templates, store) as readers:
        readers.submit(submission)
        while True:
            for _, notebooks in readers.landed(1.0):
                return notebooks


def judged(
    course: "CourseCopy", notebooks: "dict[str, Normalised]"
) -> "dict[str, Verdict]":
    """Judge notebooks that were read.

    Parameters
    ----------
    course : CourseCopy
        What the zip holds.
    notebooks : dict of {str: Normalised}
        By name.

    Returns
    -------
    verdicts : dict of {str: Verdict}
        By name.

    Raises
    ------
    NoIsolation, WorkersFailed, ExamFault
        If they cannot be judged here.
    """
    exams = {name: Exam.from_dict(one.exam) for name, one in course.templates.items()}
    verdicts = {}
    with InFlight(lambda: _pool(course, exams)) as in_flight:
        for name, one in notebooks.items():
            template, exam = course.templates[name], exams[name]
            if one.reason:
                verdicts[name] = verdict_without_running(
                    template, exam.digest, "failed", one.reason
                )
                continue
            task = _task(course, exam, one)
            in_flight.join(task.key, template, lambda task=task: task)
        while in_flight:
            for _, reply, waiting in in_flight.landed():
                for template in waiting:
                    digest = exams[template.name].digest
                    verdict, _ = verdict_of(reply, template, digest)
                    verdicts[template.name] = verdict
    return verdicts


def _task(course, exam, notebook):
    secret = course.secret.of(exam.digest, notebook.answers)
    return Task(exam, notebook.answers, course.limits, secret)


def _pool(course, exams):
    from grading.judge.preload import modules

    plan = course.plan(tuple(modules(exams.values())))
    jobs = min(os.cpu_count() or 1, len(exams))
    return Pool(jobs, plan, course.limits.notebook_seconds)
