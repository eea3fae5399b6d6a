"""The namespaces that the zygote lives in, and a root with what it needs.

`bubblewrap` makes them from its command line; :func:`enter` makes the same by hand
where that program is not installed. Root makes the namespaces with its own rights,
an ordinary user in a user namespace.
"""

import os
import stat
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from grading.sandbox import linux
from grading.sandbox.readable_paths import DEVICES

if TYPE_CHECKING:
    from grading.sandbox.readable_paths import ReadablePaths

#: Who student code is inside, and, where root grades, outside as well.
NOBODY = 65534
HOSTNAME = "notebook"
#: Where each child finds its private folder.
PRIVATE = "/notebook"

_SPACES = linux.NEWPID | linux.NEWNET | linux.NEWIPC | linux.NEWUTS
_SPACES |= linux.NEWNS | linux.NEWCGROUP
_MOUNT_SETATTR, _HERE, _RECURSIVE = 442, -100, 0x8000


def bubblewrap(program: str, paths: "ReadablePaths") -> list[str]:
    """Write the command that makes the namespaces.

    Parameters
    ----------
    program : str
        Path of ``bwrap``.
    paths : ReadablePaths
        What can be read in them.

    Returns
    -------
    command : list of str
        To be followed by the command that runs in them.
    """
    command = [program, "--new-session", "--cap-drop", "ALL"]
    if os.geteuid() == 0:  # to see to `show_processes`, and to become nobody
        for right in ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID"):
            command += ["--cap-add", right]
    else:
        command += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    for space in ("pid", "net", "ipc", "uts", "cgroup-try"):
        command.append(f"--unshare-{space}")
    command += ["--hostname", HOSTNAME, "--proc", "/proc", "--tmpfs", PRIVATE]
    places = (*paths.readable, *DEVICES)
    for folder in sorted(
        {str(above) for path in places for above in Path(path).parents}
    ):
        command += ["--dir", folder]  # for everybody, unlike those it makes unasked
    for path in paths.readable:
        command += ["--ro-bind", path, path]
    for device in DEVICES:
        command += ["--dev-bind", device, device]
    for path, target in _links(paths):
        command += ["--symlink", target, path]
    return [*command, "--remount-ro", "/", "--chdir", PRIVATE, "--"]


def enter(paths: "ReadablePaths") -> None:
    """Make the namespaces by hand and go on in them, in a new process.

    The calling process stays outside, waits for the new one and ends as it ends.

    Parameters
    ----------
    paths : ReadablePaths
        What can be read in them.

    Raises
    ------
    SpacesError, OSError
        If this machine does not allow the namespaces or the mounts.
    """
    if os.geteuid() == 0:
        linux.unshare(_SPACES)
    else:
        unshare_with_user(_SPACES)
    child = os.fork()
    if child:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    linux.die_with_parent()
    linux.call("sethostname", HOSTNAME.encode(), len(HOSTNAME))
    _build(paths)


def show_processes() -> None:
    """Mount ``/proc`` once more.

    For root, bubblewrap covers parts of it, and the kernel lets no child mount its own
    where the one that is there is not whole.
    """
    flags = linux.NOSUID | linux.NODEV | linux.NOEXEC
    linux.mount("proc", "/proc", "proc", flags)


def unshare_with_user(spaces: int) -> None:
    """Leave namespaces with the rights of a new user namespace, as nobody in it.

    Parameters
    ----------
    spaces : int
        Further namespaces: ``NEWPID | NEWNS | ...``.
    """
    uid, gid = os.geteuid(), os.getegid()
    linux.unshare(linux.NEWUSER | spaces)
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {uid} 1"),
        ("gid_map", f"{NOBODY} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def _build(paths):
    linux.mount("none", "/", None, linux.REC | linux.PRIVATE)
    # Opened before the new root hides whatever lies under its mount point.
    sources = {path: os.open(path, os.O_PATH) for path in (*paths.readable, *DEVICES)}
    root = "/tmp"
    linux.mount("root", root, "tmpfs", linux.NOSUID | linux.NODEV, "mode=755")
    for path, source in sources.items():
        _bind(source, root + path, read_only=path not in DEVICES)
        os.close(source)
    for path, target in _links(paths):
        os.symlink(target, root + path)
    os.mkdir(root + PRIVATE)
    os.mkdir(f"{root}/proc")
    flags = linux.NOSUID | linux.NODEV
    linux.mount("own", root + PRIVATE, "tmpfs", flags, "mode=755")
    linux.mount("proc", f"{root}/proc", "proc", flags | linux.NOEXEC)
    linux.pivot_root(root)
    _set_attributes("/", recursive=False)
    os.chdir(PRIVATE)


def _bind(source, target, *, read_only):
    folder = stat.S_ISDIR(os.fstat(source).st_mode)
    os.makedirs(target if folder else os.path.dirname(target), exist_ok=True)
    if not folder:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o444))
    linux.mount(f"/proc/self/fd/{source}", target, None, linux.BIND | linux.REC)
    if read_only:
        _set_attributes(target, recursive=True)


def _set_attributes(path, *, recursive):
    """Make a mount read-only, without set-user-id programs and devices."""
    attributes = struct.pack("4Q", linux.RDONLY | linux.NOSUID | linux.NODEV, 0, 0, 0)
    flags = _RECURSIVE if recursive else 0
    arguments = (_HERE, os.fsencode(path), flags, attributes, len(attributes))
    linux.call("syscall", _MOUNT_SETATTR, *arguments)


def _links(paths):
    yield from paths.links
    yield "/dev/shm", PRIVATE  # semaphores of `multiprocessing`
    if not any(path.startswith("/tmp/") for path in paths.readable):
        yield "/tmp", PRIVATE  # for those who do not ask where temporary files go
