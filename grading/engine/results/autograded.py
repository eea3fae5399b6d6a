"""The autograded notebook: the template, the student's answers, what each test gave."""

import json
from typing import TYPE_CHECKING, Any

from grading.engine.results.inert import inert
from grading.engine.storage.names import printable

if TYPE_CHECKING:
    from pathlib import Path

    from grading.judge.exam import Verdict

#: Characters of a message or an output that a notebook keeps.
MAX_TEXT = 20_000


def autograded(
    template: Any, normalised: Any, verdict: "Verdict", details: dict
) -> dict:
    """Build the notebook that nbgrader's tools read.

    Its outputs are such that nbgrader's own rules give the verdict's scores.

    Parameters
    ----------
    template : Template
        The released notebook.
    normalised : Normalised
        What the student answered.
    verdict : Verdict
        What the judge said.
    details : dict
        Goes into the notebook's metadata.

    Returns
    -------
    notebook : dict
        Of format 4.5, as JSON has it.
    """
    outcomes = {outcome.name: outcome for outcome in verdict.outcomes}
    cells = [
        _cell(slot, normalised, verdict, outcomes.get(slot.name))
        for slot in template.slots
    ]
    metadata = json.loads(json.dumps(template.metadata)) | {"grading": details}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(slot, normalised, verdict, outcome):
    cell = {
        "cell_type": slot.kind,
        "id": slot.name[:64],
        "metadata": json.loads(json.dumps(slot.metadata)),
        "source": _source(slot, normalised),
    }
    if slot.kind == "code":
        cell |= {"execution_count": None, "outputs": []}
        if outcome is not None:
            cell["outputs"] = _outputs(outcome)
        elif slot.name in verdict.answers:
            cell["outputs"] = [_error("Answer", verdict.answers[slot.name])]
    return cell


def _source(slot, normalised):
    written = normalised.written.get(slot.name, slot.source)
    is_theirs = written != slot.released and written != slot.source
    return inert(written) if is_theirs and slot.kind == "markdown" else written


def _outputs(outcome):
    outputs = []
    if outcome.output:
        text = printable(outcome.output, MAX_TEXT)
        outputs.append({"output_type": "stream", "name": "stdout", "text": text})
    if outcome.status == "partial":
        outputs.append(
            {
                "output_type": "execute_result",
                "execution_count": None,
                "data": {"text/plain": repr(float(outcome.score))},
                "metadata": {},
            }
        )
    elif outcome.status != "passed":
        outputs.append(_error(outcome.status, outcome.message))
    return outputs


def _error(name, message):
    text = printable(message, MAX_TEXT)
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [text]}


def unchanged_cells(path: "Path", notebook: dict) -> set[str]:
    """Name what a notebook has in common with the one graded before.

    Parameters
    ----------
    path : pathlib.Path
        Where that one lies, if there was one.
    notebook : dict
        From :func:`autograded`.

    Returns
    -------
    names : set of str
        Written answers with the same text, and tests whose notebook has the same
        answers throughout.
    """
    try:
        before = _sources(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError):
        return set()
    now = _sources(notebook)
    same = {name for name in now if before.get(name) == now[name]}
    tests = {
        flags["grade_id"]
        for flags in map(_flags, notebook["cells"])
        if flags.get("grade") and not flags.get("solution")
    }
    return same | (tests if same == set(now) else set())


def _flags(cell):
    return cell["metadata"].get("nbgrader", {})


def _sources(notebook):
    return {
        _flags(cell)["grade_id"]: cell["source"]
        for cell in notebook["cells"]
        if _flags(cell).get("solution")
    }
