"""Which level is taken: the strongest, the one asked for, or none and why."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grading.sandbox import doctor, fork_server, landlock, levels, seccomp
from grading.sandbox.fork_server import ForkServer
from grading.sandbox.levels import LEVELS, IsolationError, OverloadError, PreloadError
from tests.sandbox.conftest import HANG, Stage
from tests.sandbox.test_processes import settled, survivors

pytestmark = pytest.mark.isolation

ROOT = Path(__file__).parents[2]
TINY = ("tests.sandbox.stage",)
#: Refuses namespaces to the process that runs it, as some containers do.
FORBIDDEN = """
from grading.sandbox import linux, seccomp
linux.prctl(linux.NO_NEW_PRIVS, 1)
refused = [(0x20, 0, 0, 0), (0x15, 0, 1, {unshare}), (0x06, 0, 0, 0x50001),
           (0x15, 0, 1, {clone3}), (0x06, 0, 0, 0x50026),
           (0x15, 0, 3, {clone}), (0x20, 0, 0, 16), (0x45, 0, 1, 0x7E020000),
           (0x06, 0, 0, 0x50001), (0x06, 0, 0, 0x7FFF0000)]
import struct
program = b"".join(struct.pack("HBBI", *step) for step in refused)
linux.prctl(linux.SECCOMP, 2, seccomp._pointer(program))
"""


@pytest.fixture(scope="module")
def ladder():
    return {level: (there, why) for level, there, why in doctor.report()}


def test_report_has_every_level_with_a_sentence(ladder):
    assert tuple(ladder) == LEVELS
    for there, why in ladder.values():
        assert isinstance(there, bool)
        assert why.endswith(".")
    assert ladder["none"][0]


def test_strongest_is_the_first_that_works(isolated):
    with ForkServer(preload=TINY) as fork_server:
        assert fork_server.level == isolated


def test_without_bubblewrap_the_next_level_is_taken(ladder, monkeypatch):
    monkeypatch.setattr(levels.shutil, "which", lambda name: None)
    with pytest.raises(IsolationError, match="apt install bubblewrap"):
        ForkServer("bubblewrap", preload=())
    after = [level for level in ("namespaces", "landlock") if ladder[level][0]]
    if not after:
        pytest.skip(ladder["landlock"][1])
    with ForkServer(preload=TINY) as fork_server:
        assert fork_server.level == after[0]


def test_a_bubblewrap_that_fails_says_why(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text(
        "#!/bin/sh\necho bwrap: No permissions to create it >&2\nexit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(IsolationError, match="No permissions to create it"):
        ForkServer("bubblewrap", preload=())


def test_a_busy_machine_is_no_reason_for_less(monkeypatch, tmp_path):
    slow = tmp_path / "bwrap"
    slow.write_text("#!/bin/sh\nexec /bin/sleep 1000\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(fork_server, "_START", 0.2)
    with pytest.raises(OverloadError, match=r"too busy to say .* by bubblewrap"):
        ForkServer("strongest", preload=())


def test_a_module_that_does_not_load_is_no_reason_for_less():
    with pytest.raises(PreloadError, match=r"cannot be loaded: json\.no_such: Module"):
        ForkServer("strongest", preload=("json.no_such",))


def run(code, cwd=ROOT):
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_where_namespaces_are_forbidden_landlock_is_taken(ladder):
    if not ladder["landlock"][0]:
        pytest.skip(ladder["landlock"][1])
    from grading.sandbox import syscalls

    column = list(seccomp.ARCHITECTURES).index(os.uname().machine)
    forbid = FORBIDDEN.format(
        unshare=syscalls.REFUSED["unshare"][column],
        clone=syscalls.CLONE[column],
        clone3=syscalls.CLONE3[column],
    )
    code = f"""{forbid}
from grading.sandbox.doctor import report
from grading.sandbox.fork_server import ForkServer
for level, there, why in report():
    print(level, there, why)
print(ForkServer(preload=()).level)
"""
    *said, taken = run(code).splitlines()
    assert [line.split()[:2] for line in said] == [
        ["bubblewrap", "False"],
        ["namespaces", "False"],
        ["landlock", "True"],
        ["none", "True"],
    ]
    assert taken == "landlock"


def test_where_user_namespaces_are_off_the_reason_is_a_sentence():
    inside = ["bwrap", "--unshare-user", "--disable-userns", "--dev-bind", "/", "/"]
    if not shutil.which("bwrap") or subprocess.run([*inside, "true"]).returncode:
        pytest.skip("bubblewrap cannot switch user namespaces off here")
    found = subprocess.run(
        [*inside, sys.executable, "-m", "grading.sandbox.doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    reason, *_ = [line for line in found.stdout.splitlines() if "namespaces " in line]
    assert "sysctl user.max_user_namespaces" in reason
    assert "Errno" not in found.stdout
    assert found.stderr == ""


def test_where_nothing_works_nothing_is_run(monkeypatch):
    monkeypatch.setattr(levels.shutil, "which", lambda name: None)
    monkeypatch.setattr(landlock, "version", lambda: 0)
    monkeypatch.setattr(
        levels, "missing", lambda level: "" if level == "none" else "It is not there."
    )
    with pytest.raises(IsolationError, match=r"no isolation.*bubblewrap.*landlock"):
        ForkServer(preload=())


def test_none_must_be_said_and_is_told():
    with ForkServer("none", preload=TINY) as fork_server:
        assert fork_server.level == "none"
        with fork_server.child("grading.sandbox.supervisor:rest") as child:
            assert child.ending(HANG) == "exit 0"


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="must be one of strongest, bubblewrap"):
        ForkServer("docker")


def test_a_python_around_the_course_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IsolationError, match="Give Python a folder of its own"):
        ForkServer(preload=(), readable=[tmp_path.parent])


def test_without_isolation_processes_end_with_the_child_too():
    with ForkServer("none", preload=TINY) as fork_server:
        stage = Stage(fork_server)
        before = survivors(stage)
        code = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0: time.sleep(1000)
            os._exit(0)
        time.sleep(0.2)
        answer = 1
        """
        assert stage.ask(code) == 1
        assert settled(stage, before)


def test_a_missing_package_is_named():
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        ForkServer("landlock", preload=("no_such_package",))


def test_a_missing_function_is_an_error_not_a_child(stage):
    with pytest.raises(IsolationError, match="no_such_function"):
        stage.fork_server.child("tests.sandbox.stage:no_such_function")
    assert stage.ask("answer = 1") == 1


def test_other_systems_are_told_what_to_do(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "needs Linux" in levels.missing("bubblewrap")
    assert "needs Linux" in levels.missing("none")


@pytest.mark.parametrize("level", LEVELS[:-1])
def test_every_level_for_root_and_for_an_ordinary_user(level, ladder):
    """As root, once more as somebody else, in a room where that one can read Python."""
    if not ladder[level][0]:
        pytest.skip(ladder[level][1])
    code = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from grading.sandbox.fork_server import ForkServer
from tests.sandbox.conftest import HANG, Stage
assert os.geteuid() == 1234 or not {os.geteuid() == 0}
with ForkServer({level!r}, preload=("numpy", "tests.sandbox.stage")) as fork_server:
    stage = Stage(fork_server)
    three = stage.ask("import numpy; answer = int(numpy.arange(3).sum())")
    print(fork_server.level, three)
    for code in ("import socket; socket.socket()", "open('/etc/passwd')",
                 "import os; os.kill({os.getpid()}, 0)",
                 "open({str(Path(__file__))!r} + '/../test_files.py', 'a')",
                 "import ctypes; ctypes.CDLL(None).unshare(0) and 1/0",
                 "import os; os.chmod({str(ROOT / "grading" / "sandbox")!r}, 0o777)"):
        print(stage.ask(code)[0])
"""
    said = _as_ordinary_user(code) if os.geteuid() == 0 else run(code, cwd="/")
    first, *refused = said.splitlines()
    assert first == f"{level} 3"
    assert len(refused) == 6
    assert set(refused) <= {
        "PermissionError",
        "FileNotFoundError",
        "NotADirectoryError",
        "ProcessLookupError",
        "ZeroDivisionError",
        "OSError",
    }


def _as_ordinary_user(code):
    """Run Python as user 1234, with root's folders bound where that one can read."""
    prefix = Path(sys.base_prefix)
    script = f"""
set -e
if ! setpriv --reuid 1234 --regid 1234 --clear-groups test -r {prefix}/bin; then
    mkdir -p /tmp/cs231n-python && mount --bind {prefix} /tmp/cs231n-python
    mount -t tmpfs -o mode=755 none {Path("/", *prefix.parts[1:2])}
    mkdir -p {prefix} && mount --move /tmp/cs231n-python {prefix}
fi
exec setpriv --reuid 1234 --regid 1234 --clear-groups --bounding-set=-all "$@"
"""
    own_mounts = ["unshare", "-m"]
    if subprocess.run([*own_mounts, "true"], capture_output=True).returncode:
        pytest.skip("root may not have mounts of its own here")
    result = subprocess.run(
        [*own_mounts, "sh", "-c", script, "sh", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()
