"""What student code sees of the disk: Python, its packages, and a folder of its own."""

import os
import sqlite3

import numpy as np
import pytest

from tests.sandbox.conftest import open_stage

pytestmark = pytest.mark.isolation

#: What the helpers below report: the error's name, or what they got.
TRY = """
def attempt(function, *arguments):
    try:
        return repr(function(*arguments))[:60]
    except Exception as error:
        return type(error).__name__
"""
DENIED = {"FileNotFoundError", "PermissionError", "NotADirectoryError"}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with a gradebook, source and submissions, readable by everybody."""
    root = tmp_path / "course"
    for name in ("source/knn.ipynb", "submitted/ben/knn.ipynb", "nbgrader_config.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("hidden tests")
    with sqlite3.connect(root / "gradebook.db") as db:
        db.execute("create table grade (score)")
        db.execute("insert into grade values (1)")
    db.close()
    for path in (root, *root.rglob("*"), *list(root.parents)[:3]):
        if path.stat().st_uid == os.geteuid():
            path.chmod(0o777 if path.is_dir() else 0o666)
    monkeypatch.chdir(root)
    return root


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_course_cannot_be_read(stage, course):
    answer = stage.ask(
        f"""{TRY}
import os, sqlite3, shutil
root = {str(course)!r}
def select():
    with sqlite3.connect(f"file:{{root}}/gradebook.db?mode=ro", uri=True) as db:
        return db.execute("select * from grade").fetchall()
answer = [attempt(open, f"{{root}}/{{name}}") for name in
          ("gradebook.db", "source/knn.ipynb", "submitted/ben/knn.ipynb")]
answer += [attempt(os.listdir, root), attempt(shutil.copytree, root, "copy")]
answer += [attempt(os.open, f"{{root}}/gradebook.db", os.O_RDWR), attempt(select)]
"""
    )
    assert set(answer) <= DENIED | {"Error", "OperationalError"}, answer


def test_the_course_cannot_be_changed(stage, course):
    before = contents(course)
    answer = stage.ask(
        f"""{TRY}
import os, sqlite3
root = {str(course)!r}
def update():
    with sqlite3.connect(f"{{root}}/gradebook.db") as db:
        db.execute("update grade set score = 99")
config, ben = f"{{root}}/nbgrader_config.py", f"{{root}}/submitted/ben/knn.ipynb"
open("mine", "w").write("mine")
answer = [
    attempt(open, config, "a"), attempt(open, ben, "w"), attempt(update),
    attempt(open, f"{{root}}/new", "w"), attempt(os.mkdir, f"{{root}}/folder"),
    attempt(os.remove, ben), attempt(os.rename, "mine", ben),
    attempt(os.rename, ben, "ben"), attempt(os.link, ben, "link"),
    attempt(os.truncate, ben, 0), attempt(os.chmod, ben, 0),
    attempt(os.chown, ben, -1, -1), attempt(os.utime, ben, (0, 0)),
    attempt(os.symlink, "mine", f"{{root}}/link"), attempt(os.mkfifo, f"{{root}}/fifo"),
    attempt(os.setxattr, ben, "user.x", b"x"), attempt(os.chdir, root + "/source"),
]
"""
    )
    # Landlock does not forbid to enter a folder, only to see what is in it.
    assert set(answer[:-1]) <= DENIED | {"OperationalError", "OSError"}, answer
    assert contents(course) == before


def test_no_walk_finds_the_project(stage):
    found = stage.ask(
        """
        import os
        answer = []
        for folder, folders, files in os.walk("/"):
            if folder in ("/proc", "/sys"):
                folders.clear()
            answer += [folder for name in files if name.endswith((".ipynb", ".db"))]
        """
    )
    assert [folder for folder in found if "site-packages" not in folder] == []


@pytest.mark.parametrize(
    "path",
    [
        "/proc/self/root{0}",
        "/proc/1/root{0}",
        "/proc/self/cwd/../../../../../..{0}",
        "../../../../../../..{0}",
        "/proc/self/fd/../../..{0}",
        "/proc/self/task/../../self/root{0}",
    ],
)
def test_no_way_round_leads_to_the_course(stage, course, path):
    path = path.format(f"{course}/gradebook.db")
    answer = stage.ask(f"{TRY}\nanswer = attempt(open, {path!r})")
    assert answer in DENIED
    linked = f"{TRY}\nimport os\nos.symlink({path!r}, 'l')\nanswer = attempt(open, 'l')"
    assert stage.ask(linked) in DENIED


def test_names_are_hidden_where_mounts_are_private(stage, course):
    seen = stage.ask(f"import os\nanswer = os.path.exists({str(course)!r})")
    # Landlock guards contents; whether a path exists can be asked.
    assert seen == (not stage.spaces)


def test_python_and_packages_are_read_only(stage, tmp_path_factory):
    answer = stage.ask(
        f"""{TRY}
import os, sys, numpy, sqlite3
places = [os.path.dirname(numpy.__file__), os.path.dirname(os.__file__), "/", "/etc",
          os.path.dirname(sys.executable), "/dev", "/usr/lib", "/proc", "/run", "/root"]
answer = [attempt(open, f"{{place}}/hostile.py", "w") for place in places]
answer += [attempt(open, numpy.__file__, "a"), attempt(os.remove, numpy.__file__)]
answer += [attempt(os.chmod, numpy.__file__, 0o777), attempt(os.utime, numpy.__file__)]
answer += [attempt(os.truncate, numpy.__file__, 0)]
"""
    )
    assert set(answer) <= DENIED | {"OSError"}, answer
    assert not os.path.exists(os.path.join(os.path.dirname(np.__file__), "hostile.py"))


def test_given_folders_are_readable_and_no_more(stage, tmp_path):
    (tmp_path / "data").mkdir()
    for folder in (tmp_path, tmp_path / "data", *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    (tmp_path / "data" / "x.txt").write_text("data")
    (tmp_path / "y.txt").write_text("not data")
    code = f"""{TRY}
answer = [attempt(lambda: open({str(tmp_path)!r} + "/data/x.txt").read()),
          attempt(open, {str(tmp_path)!r} + "/y.txt"),
          attempt(open, {str(tmp_path)!r} + "/data/x.txt", "a")]
"""
    with open_stage(stage.level, readable=[tmp_path / "data"]) as fork_server:
        answer = type(stage)(fork_server).ask(code)
    assert answer[0] == "'data'"
    assert answer[1] in DENIED
    assert answer[2] in {"PermissionError", "OSError"}


def test_devices_without_state_only(stage):
    answer = stage.ask(
        f"""{TRY}
import os
answer = [attempt(open, "/dev/" + name, "rb") for name in
          ("mem", "kmsg", "tty", "console", "sda", "vda", "fuse", "kvm", "ptmx")]
answer += [attempt(os.mknod, "disk", 0o60666, os.makedev(254, 0))]
answer += [len(os.urandom(8)), open("/dev/zero", "rb").read(3).hex()]
open("/dev/null", "w").write("x")
"""
    )
    assert set(answer[:-2]) <= DENIED, answer
    assert answer[-2:] == [8, "000000"]


def test_a_child_leaves_nothing_to_the_next(stage):
    write = """
    import os, tempfile
    open("left.txt", "w").write("x")
    tempfile.mkdtemp()
    answer = [os.getcwd() == os.environ["HOME"] == tempfile.gettempdir(), os.getcwd()]
    """
    at_home, folder = stage.ask(write)
    assert at_home
    assert stage.ask("import os\nanswer = os.listdir()") == []
    assert not os.path.exists(folder)


def test_siblings_do_not_see_each_other(stage):
    wait = """
    import os, time
    open("secret.txt", "w").write("x")
    sock.sendall(os.getcwd().encode())
    time.sleep(1000)
    """
    with stage.start(wait) as child:
        folder = child.sock.recv(1000).decode()
        look = f"{TRY}\nanswer = attempt(open, {folder!r} + '/secret.txt')"
        assert stage.ask(look) in DENIED


def test_programs_cannot_be_run(stage):
    answer = stage.ask(
        f"""{TRY}
import os, subprocess
answer = [attempt(os.execv, path, [path, "-c", "id"]) for path in
          ("/bin/sh", "/usr/bin/su", "/usr/bin/passwd", "/bin/mount")]
answer += [attempt(subprocess.run, ["touch", "/tmp/x"]), os.system("true") != 0]
"""
    )
    assert answer.pop() is True
    assert set(answer) <= DENIED, answer
