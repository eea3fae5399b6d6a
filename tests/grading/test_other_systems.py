"""What instructors on Windows run: the command line and the demo are imported there."""

import subprocess
import sys

import pytest

#: Imports everything once, for the libraries, and ours again as on Windows.
AS_ON_WINDOWS = """
import importlib, sys
name, absent = sys.argv[1], ("fcntl", "grp", "pwd", "resource", "termios")
importlib.import_module(name)
for module in [m for m in sys.modules if m.partition(".")[0] in ("cs231n", "grading")]:
    del sys.modules[module]
sys.modules.update(dict.fromkeys(absent))
sys.platform = "win32"
importlib.import_module(name)
"""


@pytest.mark.parametrize("name", ["grading.__main__", "grading.demo"])
def test_commands_import_nothing_that_windows_lacks(name):
    done = subprocess.run(
        [sys.executable, "-c", AS_ON_WINDOWS, name], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
