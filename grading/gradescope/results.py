"""Verdicts as Gradescope shows them: the contents of ``results.json``."""

from typing import TYPE_CHECKING

from grading.engine.pages.exercises import exercises, is_hidden, purpose
from grading.engine.pages.feedback import HIDDEN, WORDS, is_for_students
from grading.engine.results.not_run import NOT_RUN
from grading.engine.storage.names import printable

if TYPE_CHECKING:
    from grading.engine.notebooks.normalise import Normalised
    from grading.engine.notebooks.template import Template
    from grading.judge.exam import Verdict

#: Characters of one test's text; Gradescope refuses files of many megabytes.
MAX_TEXT = 10_000
NO_ISOLATION = (
    "UNISOLATED: this autograder runs answers with its own rights, as the instructor "
    "chose when it was made."
)


def results(
    templates: "dict[str, Template]",
    notebooks: "dict[str, Normalised]",
    verdicts: "dict[str, Verdict]",
) -> dict:
    """Write what Gradescope shows of a submission.

    Parameters
    ----------
    templates : dict of {str: Template}
        The assignment's notebooks, by name.
    notebooks : dict of {str: Normalised}
        As they were handed in.
    verdicts : dict of {str: Verdict}
        What the judge said.

    Returns
    -------
    plain : dict
        For ``results.json``. Tests with a hidden part are shown once the grades are
        published: before, they would tell what to try next.
    """
    tests = []
    for name, template in templates.items():
        outcomes = {one.name: one for one in verdicts[name].outcomes}
        for number, exercise in enumerate(exercises(template), start=1):
            if exercise.written:
                answer = notebooks[name].written.get(exercise.name, "")
                tests.append(_written(name, number, exercise, answer))
            for slot in exercise.tests:
                tests.append(_test(name, number, exercise, slot, outcomes[slot.name]))
    return {
        "output": _about(notebooks, verdicts),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def _test(notebook, number, exercise, slot, outcome):
    hidden = is_hidden(slot)
    message = HIDDEN.get(outcome.status, "") if hidden else outcome.message
    text = [purpose(slot), message or f"It {WORDS[outcome.status]}."]
    if outcome.output and not hidden:
        text += ["It printed:", outcome.output]
    return {
        "name": f"{notebook}, {exercise.title} ({slot.name})",
        "name_format": "text",
        "number": f"{notebook}.{number}",
        "score": outcome.score,
        "max_score": outcome.points,
        "status": "passed" if outcome.score == outcome.points else "failed",
        "output": _shown("\n".join(text)),
        "output_format": "text",
        "visibility": "after_published" if hidden else "visible",
    }


def _written(notebook, number, exercise, answer):
    """Show a written answer, for whoever marks it by hand."""
    return {
        "name": f"{notebook}, {exercise.title} (marked by a person)",
        "name_format": "text",
        "number": f"{notebook}.{number}",
        "output": _shown(answer or "Nothing was written here."),
        "output_format": "text",
        "visibility": "visible",
    }


def _about(notebooks, verdicts):
    """Say how the code ran, and what students should know of their files."""
    levels = sorted({one.isolation for one in verdicts.values()} - {NOT_RUN})
    lines = [f"Isolation: {', '.join(levels) or 'nothing ran'}."]
    if "none" in levels:
        lines = [NO_ISOLATION]
    for name, one in notebooks.items():
        told = [flag for flag in one.flags if is_for_students(flag)]
        told = dict.fromkeys(filter(None, (one.reason, *told)))
        lines += [f"{name}: {text}" for text in told]
        broken = verdicts[name].answers
        lines += [f"{name}: {answer}: {why}" for answer, why in broken.items()]
    return _shown("\n".join(lines))


def _shown(text):
    return printable(text, MAX_TEXT)
