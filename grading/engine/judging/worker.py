"""A worker: judges one task after the other, and knows nothing of the course.

``python -m grading.engine.judging.worker PLAN`` reads tasks from standard input and
writes verdicts to standard output, a line of JSON each. Cluster workers call
:func:`judge_remotely` instead.
"""

import contextlib
import json
import sys
import threading
from typing import TYPE_CHECKING

from grading.engine.judging.judge_host import HostPlan, NoIsolation
from grading.engine.judging.task import Task
from grading.engine.processes.pipes import private_pipes, say
from grading.judge.judge import ExamError, PutOff

if TYPE_CHECKING:
    from grading.engine.judging.judge_host import JudgeHost

#: Longest sentence about what is wrong with an exam.
MAX_WHY = 2000
_local = threading.local()


def judge_text(host: "JudgeHost", text: str) -> dict:
    """Judge a task.

    Parameters
    ----------
    host : JudgeHost
        Where.
    text : str
        From ``Task.to_json``.

    Returns
    -------
    reply : dict
        The verdict as JSON text, and the seconds of each test; or ``{"fault": why}`` if
        the exam itself cannot run, or ``{"stopped": why}`` if it runs, but twice not
        with these answers; or ``{"put_off": True}`` if others wait and it takes long.
    """
    task = Task.from_json(text)
    reply = _judged(host, task, task.answers)
    if "stopped" not in reply:
        return reply
    # Is it the exam, the answers, or a machine that was too busy to set it up?
    if "stopped" in _judged(host, task, {}):
        return {
            "fault": f"The exam of {task.exam.notebook} cannot run. {reply['stopped']}"
        }
    return _judged(host, task, task.answers)


def _judged(host, task, answers):
    try:
        verdict, seconds = host.judge(
            task.exam, answers, task.limits, task.secret, hurry=task.hurry
        )
    except PutOff:
        return {"put_off": True}
    except ExamError as error:
        return {"stopped": str(error)[:MAX_WHY]}
    return {"verdict": verdict.to_json(), "seconds": seconds}


def judge_remotely(text: str, plan: str) -> str:
    """Judge a task on a cluster.

    Parameters
    ----------
    text : str
        From ``Task.to_json``.
    plan : str
        From ``HostPlan.to_json``; a thread keeps its host for the next task.

    Returns
    -------
    reply : str
        As in :func:`judge_text`, as JSON, or ``{"refused": why}``.
    """
    try:
        if getattr(_local, "plan", None) != plan:
            _local.host, _local.plan = HostPlan.from_json(plan).open(), plan
        return json.dumps(judge_text(_local.host, text))
    except NoIsolation as reason:
        return json.dumps({"refused": str(reason)})


def look(plan: str) -> dict:
    """Say whether this machine can judge.

    Parameters
    ----------
    plan : str
        From ``HostPlan.to_json``.

    Returns
    -------
    reply : dict
        ``{"isolation": name}`` or ``{"refused": why}``.
    """
    try:
        with contextlib.closing(HostPlan.from_json(plan).open()) as host:
            return {"isolation": host.isolation}
    except NoIsolation as reason:
        return {"refused": str(reason)}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    tasks, replies = private_pipes()
    try:
        host = HostPlan.from_json((argv or sys.argv[1:])[0]).open()
    except NoIsolation as reason:
        say(replies, {"refused": str(reason)})
        return 1
    with contextlib.closing(host):
        say(replies, {"isolation": host.isolation})
        for text in tasks:
            say(replies, judge_text(host, text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
