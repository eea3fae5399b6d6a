"""The same run on a Dask cluster."""

import json
import os
import signal
import threading

import pytest

from grading.engine.judging.cluster import Cluster, ClusterFailed
from grading.engine.judging.judge_host import NoIsolation
from grading.engine.options import Options
from grading.engine.run import Run
from tests.engine.conftest import grade, plan, scores
from tests.engine.small_course import RIGHT, answered, hand_in_right

distributed = pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def cluster():
    """Two workers, each a process."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=50,
        host="127.0.0.1",
    ) as made:
        yield made


def hand_in_class(course, count):
    for number in range(count):
        source = f"def double(x):\n    return 2 * x + {number}"
        numbers = answered(course, "numbers", RIGHT | {"double": source})
        hand_in_right(course, f"s{number:02d}", numbers=numbers)


def run(course, cluster, host="PlainHost", **more):
    options = Options(scheduler=cluster.scheduler_address, plan=plan(host, **more))
    return Run(course, "hw1", options).grade()


def test_a_cluster_gives_the_bytes_that_one_machine_gives(course, cluster):
    hand_in_class(course, 4)
    summary = run(course, cluster)
    assert summary.counts["judged"] == 5  # all wrote the same words
    there = scores(course)
    pages = {p: p.read_bytes() for p in course.autograded.rglob("*.ipynb")}
    grade(course, force=True)

    assert scores(course) == there
    assert {p: p.read_bytes() for p in course.autograded.rglob("*.ipynb")} == pages


def test_a_worker_killed_in_the_middle_loses_nothing(course, cluster):
    hand_in_class(course, 12)
    with distributed.Client(cluster, set_as_default=False) as client:
        pid = next(iter(client.run(os.getpid).values()))
    killer = threading.Timer(0.4, os.kill, (pid, signal.SIGKILL))
    killer.start()
    summary = run(course, cluster, "SlowHost")
    killer.join()

    assert summary.counts["judged"] == 13
    assert len(scores(course)) == 24


def test_workers_without_isolation_are_refused(course, cluster):
    hand_in_class(course, 1)

    with pytest.raises(NoIsolation, match=r"No worker may judge. This machine offers"):
        run(course, cluster, "NakedHost")
    assert run(course, cluster, "NakedHost", require_isolation=False).isolations == {
        "none"
    }


def test_one_worker_without_isolation_gets_no_task(course, cluster, tmp_path):
    chosen = plan("PickyHost")
    client = distributed.Client(cluster, set_as_default=False)
    client.wait_for_workers(2, timeout=300)  # one may still be coming back
    first = next(iter(client.scheduler_info()["workers"]))
    client.run(_mark, first)
    with Cluster(cluster.scheduler_address, chosen) as backend:
        assert list(backend.refused) == [first]
        assert "isolation" in backend.refused[first]
    client.run(_unmark)
    client.close()


def _mark(address, dask_worker):
    os.environ["NAKED"] = str(int(dask_worker.address == address))


def _unmark():
    os.environ.pop("NAKED")


def test_only_text_crosses(course, cluster, monkeypatch):
    sent = []
    submit = distributed.Client.submit

    def spy(self, function, *arguments, **more):
        sent.append(arguments)
        future = submit(self, function, *arguments, **more)
        return future

    monkeypatch.setattr(distributed.Client, "submit", spy)
    hand_in_class(course, 1)
    run(course, cluster)

    assert all(isinstance(text, str) for pair in sent for text in pair)
    assert json.loads(sent[0][0])["answers"]


def test_nobody_there_is_a_sentence():
    with pytest.raises(ClusterFailed, match=r"No Dask scheduler at tcp://127.0.0.1:9"):
        Cluster("tcp://127.0.0.1:9", plan())
