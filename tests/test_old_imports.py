"""Old import lines work in a notebook too; Colab's stand-in is for graders only."""

import subprocess
import sys

import pytest


def run(code, **environment):
    command = [sys.executable, "-c", f"import cs231n.notebook\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.mark.parametrize(
    "code",
    [
        "from past.builtins import xrange; assert list(xrange(2)) == [0, 1]",
        "from future import standard_library; standard_library.install_aliases()",
        "import importlib.util as u; assert u.find_spec('past.nothing') is None",
    ],
)
def test_old_lines_work(code):
    done = run(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_colab_is_only_pretended_where_nbgrader_grades():
    code = "from google.colab import drive; drive.mount('/content/drive').x"
    assert "No module named 'google" in run(code).stderr
    assert run(code, NBGRADER_EXECUTION="autograde").returncode == 0
