"""A Jupyter server for a browser, and what is kept of its pages."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.request

from grading import ROOT


@contextlib.contextmanager
def served(command, folder, **variables):
    """Start a server on a free port, wait until it answers, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*command, "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env=os.environ | variables
        )
    try:
        _wait(f"http://127.0.0.1:{port}/api", server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(120)


def _wait(url, server, log, seconds=300):
    for _ in range(10 * seconds):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            return urllib.request.urlopen(url, timeout=60).read()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}: {log.read_text()[-2000:]}")


def screenshot(page, name):
    """Keep a picture, for a person to look at."""
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
