"""Workers that hang, die or talk are no reason to wait."""

import time

import pytest

from grading.engine.judging import pool
from grading.engine.judging.pool import Pool
from grading.engine.judging.task import Task
from grading.engine.processes.line_pool import WorkersFailed
from grading.judge.exam import Exam
from grading.sandbox.limits import Limits
from tests.engine.conftest import plan
from tests.engine.small_course import RIGHT


@pytest.fixture
def task(template):
    exam = Exam.from_dict(template["words"].exam)
    return Task(exam, {"shout": RIGHT["shout"]}, Limits())


def results(workers, count, seconds=120):
    found, deadline = [], time.monotonic() + seconds
    while len(found) < count:
        assert time.monotonic() < deadline
        found += workers.wait(0.2)
    return found


def test_a_task_survives_json_and_its_key_is_of_its_content(task):
    again = Task.from_json(task.to_json())
    assert again == task
    assert again.key == task.key
    assert Task(task.exam, {"shout": "x"}, task.limits).key != task.key
    assert Task(task.exam, task.answers, Limits(cell_seconds=1)).key != task.key


def test_more_tasks_than_workers(task):
    with Pool(2, plan(), 60) as workers:
        for number in range(7):
            workers.submit(str(number), task.to_json())
        found = dict(results(workers, 7))

    assert sorted(found) == [str(number) for number in range(7)]
    assert len({reply["verdict"] for reply in found.values()}) == 1


def test_a_printing_answer_cannot_pass_for_a_verdict(task):
    forged = "import os, sys\nprint('{}', flush=True)\nos.write(1, b'{}\\n')\n"
    noisy = Task(task.exam, {"shout": forged + RIGHT["shout"]}, task.limits)
    with Pool(1, plan(), 60) as workers:
        workers.submit("k", noisy.to_json())
        ((key, reply),) = results(workers, 1)

    assert key == "k"
    assert '"score":2.0' in reply["verdict"]


def test_a_hung_worker_is_ended(task, monkeypatch):
    monkeypatch.setattr(pool, "GRACE", 0.0)
    with Pool(1, plan("HungHost"), 0.3) as workers:
        workers.submit("k", task.to_json())

        assert results(workers, 1) == [("k", None)]


def test_workers_that_never_get_ready_are_a_sentence(task):
    with Pool(1, plan("NeverReadyHost"), 60, start=0.3) as workers:
        workers.submit("k", task.to_json())
        with pytest.raises(WorkersFailed, match="end as soon as they start"):
            results(workers, 1)


def test_nothing_is_left_running(task):
    with Pool(2, plan("HungHost"), 60) as workers:
        workers.submit("k", task.to_json())
        processes = [worker.process for worker in workers._workers._workers]
    # The bench would go on for a quarter of an hour.
    assert all(process.returncode is not None for process in processes)
