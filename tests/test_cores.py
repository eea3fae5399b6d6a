"""How many cores the kernels take: affinity, quotas of control groups, environment."""

import os
import subprocess
import sys

import pytest

from cs231n.kernels import _cores


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Stand-ins for the files in which Linux shows control groups."""
    monkeypatch.setattr(_cores, "CGROUPS", tmp_path)
    monkeypatch.setattr(_cores, "MINE", tmp_path / "mine")

    def write(mine, **files):
        (tmp_path / "mine").write_text(mine)
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_max", ".max")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return write


def test_nothing_limits_a_machine_without_control_groups(groups, tmp_path):
    assert _cores.quota() == float("inf")
    assert _cores.cores() >= 1


def test_the_tightest_group_above_this_process_counts(groups):
    groups(
        "0::/pod/job\n",
        pod__job__cpu_max="max 100000\n",
        pod__cpu_max="150000 100000\n",
        cpu_max="400000 100000\n",
    )
    assert _cores.quota() == 1.5


def test_another_process_group_does_not_count(groups):
    groups("0::/pod/job\n", pod__other__cpu_max="50000 100000\n")
    assert _cores.quota() == float("inf")


def test_the_first_version_of_control_groups_is_read(groups, tmp_path):
    groups("4:cpu,cpuacct:/job\n3:memory:/job\n")
    folder = tmp_path / "cpu,cpuacct" / "job"
    folder.mkdir(parents=True)
    (folder / "cpu.cfs_quota_us").write_text("50000\n")
    (folder / "cpu.cfs_period_us").write_text("100000\n")

    assert _cores.quota() == 0.5
    assert _cores.cores() == 1
    (folder / "cpu.cfs_quota_us").write_text("-1\n")
    assert _cores.quota() == float("inf")


@pytest.mark.parametrize(
    ("environment", "count"),
    [
        ({"OMP_NUM_THREADS": "1"}, 1),
        ({"OMP_NUM_THREADS": "1,4"}, 1),
        ({"OMP_NUM_THREADS": "nonsense"}, _cores.cores()),
        ({"OMP_NUM_THREADS": "0"}, _cores.cores()),
        ({"OMP_NUM_THREADS": "1", "CS231N_NUM_THREADS": "999"}, _cores.cores()),
    ],
)
def test_what_clusters_set_is_honoured_and_ours_wins(environment, count):
    code = "from cs231n.kernels import get_num_threads as n; print(n())"
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=kept | environment,
        capture_output=True,
        text=True,
    )
    assert (result.stdout.strip(), result.stderr) == (str(count), "")
