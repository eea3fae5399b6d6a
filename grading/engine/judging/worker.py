"""A worker: judges one task after the other, and knows nothing of the course.

``python -m grading.engine.judging.worker PLAN`` reads tasks from standard input and
writes verdicts to standard output, a line of JSON each. Cluster workers call
:func:`judge_remotely` instead.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
import threading

from grading.engine.judging.judge_host import BenchPlan, NoIsolation
from grading.engine.judging.task import Task
from grading.judge.judge import ExamError

PR_SET_PDEATHSIG = 1
_local = threading.local()


def judge_text(bench, text):
    """Judge a task.

    Parameters
    ----------
    bench : Bench
        Where.
    text : str
        From ``Task.to_json``.

    Returns
    -------
    reply : dict
        The verdict as JSON text, and the seconds of each test; or ``{"fault": why}`` if
        the exam itself cannot run.
    """
    task = Task.from_json(text)
    try:
        verdict, seconds = bench.judge(task.exam, task.answers, task.limits)
    except ExamError as error:
        return {"fault": f"The exam of {task.exam.notebook} cannot run. {error}"}
    return {"verdict": verdict.to_json(), "seconds": seconds}


def judge_remotely(text, plan):
    """Judge a task on a cluster.

    Parameters
    ----------
    text : str
        From ``Task.to_json``.
    plan : str
        From ``BenchPlan.to_json``; a thread keeps its bench for the next task.

    Returns
    -------
    reply : str
        As in :func:`judge_text`, as JSON, or ``{"refused": why}``.
    """
    try:
        if getattr(_local, "plan", None) != plan:
            _local.bench, _local.plan = BenchPlan.from_json(plan).open(), plan
        return json.dumps(judge_text(_local.bench, text))
    except NoIsolation as reason:
        return json.dumps({"refused": str(reason)})


def look(plan):
    """Say whether this machine can judge.

    Parameters
    ----------
    plan : str
        From ``BenchPlan.to_json``.

    Returns
    -------
    reply : dict
        ``{"isolation": name}`` or ``{"refused": why}``.
    """
    try:
        with contextlib.closing(BenchPlan.from_json(plan).open()) as bench:
            return {"isolation": bench.isolation}
    except NoIsolation as reason:
        return {"refused": str(reason)}


def _die_with_parent():
    """Leave nothing running when the coordinator is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            sys.exit(1)


def _private_pipes():
    """Keep the pipes for ourselves: a stray print must not look like a verdict."""
    tasks = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return tasks, replies


def main(argv=None):
    """Run the command line; return the exit status."""
    _die_with_parent()
    tasks, replies = _private_pipes()
    try:
        bench = BenchPlan.from_json((argv or sys.argv[1:])[0]).open()
    except NoIsolation as reason:
        print(json.dumps({"refused": str(reason)}), file=replies, flush=True)
        return 1
    with contextlib.closing(bench):
        print(json.dumps({"isolation": bench.isolation}), file=replies, flush=True)
        for text in tasks:
            print(json.dumps(judge_text(bench, text)), file=replies, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
