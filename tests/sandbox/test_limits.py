"""Memory, processes, files and time end where the limits say, and as said."""

import dataclasses
import time

import numpy as np
import pytest

from tests.sandbox.conftest import SMALL
from tests.sandbox.test_processes import survivors

pytestmark = pytest.mark.isolation

#: Each asks for far more than 256 MB.
BOMBS = {
    "bytearray": "kept = [bytearray(b'x') * (1 << 26) for _ in range(64)]",
    "arrays": "import numpy as np; kept = [np.ones(1 << 22) for _ in range(200)]",
    "one array": "import numpy as np; np.ones(1 << 30)",
    "list": "kept = []\nwhile True: kept.append(kept[:])",
    "string": "'x' * (1 << 33)",
    "private map": """
import mmap
kept = []
for _ in range(64):
    kept.append(mmap.mmap(-1, 1 << 26, flags=mmap.MAP_PRIVATE))
    for page in range(0, 1 << 26, 4096): kept[-1][page] = 1
""",
    "shared map": """
import mmap
kept = []
for _ in range(64):
    kept.append(mmap.mmap(-1, 1 << 26))
    for page in range(0, 1 << 26, 4096): kept[-1][page] = 1
""",
    "memory file": "import os; os.memfd_create('x')",
    "System V": """
import ctypes
if ctypes.CDLL(None).shmget(0, 1 << 30, 0o1600) < 0: raise MemoryError
""",
}


@pytest.mark.parametrize("name", BOMBS)
def test_memory_ends(stage, name):
    answer, ending = stage.play(BOMBS[name])
    refused = answer and (answer[0] == "MemoryError" or answer[1] in (1, 12))
    assert refused or ending == "memory", (answer, ending)
    assert stage.ask("answer = 1") == 1


def test_what_is_loaded_already_does_not_count(stage):
    """Memory the zygote has, shared by all that are forked, costs nobody."""
    code = """
    import numpy as np
    x = np.ones(20 << 20)  # 160 of 256 MB
    answer = float(x.sum())
    """
    assert stage.ask(code) == float(20 << 20)


def test_a_fork_bomb_stays_small(stage):
    before = survivors(stage)
    code = "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"
    with stage.start(code):
        most = 0
        for _ in range(20):
            most = max(most, len(survivors(stage) - before))
            time.sleep(0.02)
    assert most <= 2  # the child and its supervisor
    assert stage.ask("answer = 1") == 1


def test_threads_are_counted(stage):
    code = """
    import threading, time
    answer = 0
    threading.stack_size(1 << 16)
    try:
        for _ in range(2000):
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
            answer += 1
    except RuntimeError:
        pass
    """
    if not stage.spaces:  # a child that ends soon may do so before anybody looks
        code += "    time.sleep(1000)"
    started, ending = stage.play(code)
    if stage.spaces:
        assert (started, ending) == (SMALL.processes - 1, "exit 0")
    else:  # the kernel would count all the user's processes; the supervisor counts
        assert (started, ending) == (None, "processes")


@pytest.mark.parametrize("size", [1 << 12, 1 << 20, 1 << 24])
def test_the_disk_ends(stage, size):
    code = f"""
    import os
    answer = 0
    try:
        for number in range(10**6):
            with open(f"{{number}}.bin", "wb", buffering=0) as file:
                answer += file.write(bytes({size}))
    except OSError:
        pass
    """
    written, ending = stage.play(code)
    assert ending in ("exit 0", "files")
    if stage.spaces:
        assert ending == "exit 0"
    if ending == "exit 0":
        assert written <= SMALL.file_bytes


def test_one_file_ends(stage):
    code = """
    import os
    answer = []
    file = os.open("x", os.O_WRONLY | os.O_CREAT)
    try:
        while True: os.write(file, bytes(1 << 20))
    except OSError as error:
        answer = [type(error).__name__, os.fstat(file).st_size]
    try:
        os.truncate("y", 1 << 40)
    except OSError:
        answer.append("refused")
    """
    answer, ending = stage.play(code)
    assert ending == "files" or answer == ["OSError", SMALL.file_bytes, "refused"]


@pytest.mark.parametrize("kind", ["file", "folder", "link", "fifo"])
def test_names_on_the_disk_end(stage, kind):
    make = {
        "file": "open(name, 'x').close()",
        "folder": "os.mkdir(name)",
        "link": "os.symlink('x' * 4000, name)",
        "fifo": "os.mkfifo(name)",
    }[kind]
    code = f"""
    import os
    answer = 0
    try:
        while answer < 200_000:
            name = str(answer)
            {make}
            answer += 1
    except OSError:
        pass
    """
    made, ending = stage.play(code)
    assert ending in ("exit 0", "files")
    assert ending == "files" or made <= 4096


def test_deleted_files_count(stage):
    code = """
    import os
    answer = 0
    try:
        for number in range(60):
            file = os.open(str(number), os.O_RDWR | os.O_CREAT)
            os.unlink(str(number))
            answer += os.write(file, bytes(1 << 20))
        import time; time.sleep(1000)  # until somebody looks
    except OSError:
        pass
    """
    written, ending = stage.play(code)
    assert ending == "files" or written <= SMALL.file_bytes


def test_open_files_end(stage):
    code = """
    import os
    answer = 0
    try:
        while True:
            os.pipe()
            answer += 2
    except OSError:
        pass
    """
    assert stage.ask(code) <= 64


def test_no_limit_can_be_lifted(stage):
    code = """
    import os, resource
    answer = []
    names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
    for name in ("AS", "NPROC", "FSIZE", "NOFILE", "CPU", "CORE", "NICE"):
        which = getattr(resource, "RLIMIT_" + name)
        soft, hard = resource.getrlimit(which)
        try:
            resource.setrlimit(which, (resource.RLIM_INFINITY,) * 2)
            answer.append(name)
        except (ValueError, OSError):
            pass
    try:
        os.nice(-5)
        answer.append("nice")
    except OSError:
        pass
    """
    assert set(stage.ask(code)) <= ({"NPROC"} if not stage.spaces else set())


@pytest.mark.slow
def test_processor_time_ends_even_without_a_judge(stage):
    limits = dataclasses.replace(SMALL, notebook_seconds=0.5)
    assert stage.play("while True: pass", limits) == (None, "time")


def test_printing_goes_nowhere(stage, capfd):
    code = """
    import os, sys
    for _ in range(50):
        print("x" * 1_000_000)
        os.write(1, b"y" * 1_000_000)
        os.write(2, b"z" * 1_000_000)
    answer = [sys.stdin.read(), os.isatty(0)]
    """
    assert stage.ask(code) == ["", False]
    assert capfd.readouterr() == ("", "")


def test_the_machine_stays_responsive(stage):
    """While a child does its worst, its neighbour gets its work done."""
    worst = """
    import os, threading
    sock.sendall(b"on")
    def spin():
        while True: bytearray(1 << 20)
    for _ in range(12): threading.Thread(target=spin).start()
    spin()
    """
    with stage.start(worst) as child:
        assert child.sock.recv(2) == b"on"
        assert stage.ask("answer = sum(range(10**6))") == sum(range(10**6))


def test_numpy_is_the_same(stage):
    code = (
        "import numpy as np\nanswer = np.random.default_rng(0).normal(size=3).tolist()"
    )
    assert stage.ask(code) == np.random.default_rng(0).normal(size=3).tolist()


def test_fresh_memory_takes_few_page_faults(stage):
    """Arrays that grow find what smaller ones left, or come in huge pages."""
    code = """
    import numpy as np, resource
    faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    before, size = faults(), 1 << 15
    while size < 1 << 24:  # each is larger than what was ever freed
        np.ones(size, np.uint8)
        size += size // 4
    answer = faults() - before
    """
    pages = sum((1 << 15) * 1.25**k for k in range(28)) / 4096
    assert stage.ask(code) < pages / 3
