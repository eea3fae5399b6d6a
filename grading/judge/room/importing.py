"""The student's end: the package as it was sent, in place of its files."""

import contextlib
import importlib
import importlib.abc
import importlib.util
import json
import marshal
import struct
import sys
import types
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from socket import socket

_ABSENT = "{name} is not there while answers are tested."


_SIZE = struct.Struct("<QQ")


def send(
    sock: "socket", code: bytes, absent: Iterable[str], beforehand: dict[str, Any]
) -> None:
    """Send what a fresh process is to have in place of the package's files.

    Parameters
    ----------
    sock : socket.socket
        To the process.
    code : bytes
        From :func:`grading.judge.room.stripped.stripped`.
    absent : iterable of str
        Packages that answers do without, and parts of the course's. Importing one is
        no error, using it is.
    beforehand : dict
        What to do before the first request, as JSON can say it; :func:`receive` returns
        it.
    """
    parts = [code, json.dumps([list(absent), beforehand]).encode()]
    sock.sendall(_SIZE.pack(*map(len, parts)) + b"".join(parts))


def receive(sock: "socket") -> dict[str, Any]:
    """Take what :func:`send` sent, and let imports find that and nothing else.

    Parameters
    ----------
    sock : socket.socket
        To the judge, which is trusted.

    Returns
    -------
    beforehand : dict
        As sent.
    """
    sizes = _SIZE.unpack(_exactly(sock, _SIZE.size))
    code, text = (_exactly(sock, size) for size in sizes)
    absent, beforehand = json.loads(text)
    sys.meta_path.insert(0, _Importer(marshal.loads(code), frozenset(absent)))
    return beforehand


def bring(modules: Iterable[str]) -> None:
    """Import modules that set-up cells will ask for, as far as that goes.

    Parameters
    ----------
    modules : iterable of str
        With dots.
    """
    for name in modules:
        with contextlib.suppress(Exception):  # the cell that needs it will say why
            importlib.import_module(name)


def _exactly(sock, size):
    found = bytearray()
    while len(found) < size:
        part = sock.recv(min(size - len(found), 1 << 20))
        if not part:
            raise EOFError("the judge is gone")
        found += part
    return bytes(found)


class _Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, modules, absent):
        self._modules, self._absent = modules, absent

    def find_spec(self, name, path=None, target=None):
        """Find a module among those that were sent."""
        if self._is_absent(name):
            return importlib.util.spec_from_loader(name, self, is_package=True)
        if name not in self._modules:
            return None
        is_package, _ = self._modules[name]
        return importlib.util.spec_from_loader(name, self, is_package=is_package)

    def create_module(self, spec):
        """Make what stands for a package that is absent; leave others to Python."""
        return _AbsentModule(spec.name) if self._is_absent(spec.name) else None

    def exec_module(self, module):
        """Run the code of a module."""
        if module.__name__ in self._modules:
            _, code = self._modules[module.__name__]
            exec(marshal.loads(code), vars(module))

    def _is_absent(self, name):
        return any(f"{name}.".startswith(f"{one}.") for one in self._absent)


class _Absent:
    """Something of a package that is absent: using it says so."""

    def __init__(self, name):
        self.__name__ = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(f"{self.__name__}.{name}")

    def __call__(self, *args, **kwargs):
        raise LookupError(_ABSENT.format(name=self.__name__))


class _AbsentModule(types.ModuleType):
    __all__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        with contextlib.suppress(KeyError):
            return sys.modules[f"{self.__name__}.{name}"]
        return _Absent(f"{self.__name__}.{name}")
