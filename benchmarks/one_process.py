"""A notebook in one process, for comparison: set-up cells, solutions and tests.

Once in this interpreter, which has run it before, and once in a process that is as new
as the tester's: forked from the same packages, with nothing read, imported or kept yet.
"""

import contextlib
import io
import json
import linecache
import os
import sys
import time
import types
from dataclasses import asdict

import numpy as np

from grading.judge.exam import Cell, Exam
from grading.judge.preload import TESTERS, drawn_images, modules
from grading.judge.protocol.channel import Channel
from grading.sandbox.fork_server import ForkServer

#: What testers have loaded, this, and nothing else.
_LOADED = (*TESTERS, "benchmarks.one_process")


def run(exam):
    """Run an exam with its solutions in this interpreter."""
    module, saved = types.ModuleType("__main__"), sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            for cell in exam.cells:
                if "expect_source(" in cell.source and cell.kind == "test":
                    _register(exam)
                exec(compile(cell.source, f"<{cell.name}>", "exec"), vars(module))
    finally:
        sys.modules["__main__"] = saved


def _register(exam):
    """Let ``inspect`` find the sources of the answers, as it does in a notebook."""
    for part in exam.cells:
        lines = [f"{line}\n" for line in part.source.split("\n")]
        linecache.cache[f"<{part.name}>"] = (len(part.source), None, lines, part.name)


class FreshProcesses:
    """Processes that run an exam once, and have never seen it before."""

    def __init__(self, exam, level):
        folder = drawn_images()
        readable = [] if folder is None else [folder / "generated"]
        self._exam = {"notebook": exam.notebook, "cells": list(map(asdict, exam.cells))}
        self._exam["data"] = str(folder or "")
        self._server = ForkServer(level, (*_LOADED, *modules([exam])), readable)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._server.close()

    def run(self):
        """Run the exam; return the seconds of wall and of processor time."""
        with self._server.child("benchmarks.one_process:main") as child:
            channel = Channel(child.sock)
            channel.send(json.dumps(self._exam).encode())
            return json.loads(channel.receive()[0])


def main(sock):
    """Run the exam that comes over a socket, and send back how long it took."""
    channel = Channel(sock, follows=True)
    paper = json.loads(channel.receive()[0])
    if paper["data"]:
        os.environ["CS231N_DATA"] = paper["data"]
    exam = Exam(paper["notebook"], tuple(Cell(**cell) for cell in paper["cells"]))
    began, worked = time.perf_counter(), time.process_time()
    run(exam)
    took = time.perf_counter() - began, time.process_time() - worked
    channel.send(json.dumps(took).encode())
