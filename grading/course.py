"""A course folder, and nbgrader's commands run in it."""

import os
import subprocess
import sys
from pathlib import Path

from grading import ROOT

#: Folder of nbgrader's settings.
CONFIG = ROOT / "grading"


class CourseError(Exception):
    """A course command failed; the message says which, and nbgrader's reason."""


class Course:
    """A folder in the layout of ``nbgrader_config.py``.

    Parameters
    ----------
    root : pathlib.Path, optional
        The folder; by default the one that ``CS231N_COURSE`` names, else the project.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(root or os.environ.get("CS231N_COURSE") or ROOT).resolve()
        self.source = self.root / "build" / "source"
        self.released = self.root / "assignments"
        self.downloaded = self.root / "grading" / "downloaded"
        self.submitted = self.root / "grading" / "submitted"
        self.autograded = self.root / "grading" / "autograded"
        self.feedback = self.root / "grading" / "feedback"
        self.database = self.root / "grading" / "gradebook.db"
        self.ledger = self.root / "grading" / "ledger"
        self.marking = self.root / "grading" / "marking"
        self.report = self.root / "grading" / "report"
        self.replies = self.root / "grading" / "replies"

    def nbgrader(self, *arguments: str, ok: tuple[int, ...] = (0,)) -> str:
        """Run one nbgrader command on this course.

        Parameters
        ----------
        *arguments : str
            For example ``"autograde", "assignment1"``.
        ok : tuple of int, optional
            Exit codes that count as success.

        Returns
        -------
        log : str
            What the command wrote.

        Raises
        ------
        CourseError
            If the exit code is another one.
        """
        self.database.parent.mkdir(parents=True, exist_ok=True)
        bin_folder = Path(sys.executable).parent
        environment = os.environ | {
            "CS231N_COURSE": str(self.root),
            "JUPYTER_CONFIG_PATH": str(CONFIG),
            # nbgrader calls `alembic` by name.
            "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        result = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        log = result.stdout + result.stderr
        if result.returncode not in ok:
            tail = "\n".join(log.strip().splitlines()[-8:])
            raise CourseError(
                f"`nbgrader {' '.join(arguments)}` ended with exit code "
                f"{result.returncode} in {self.root}. Its last words:\n{tail}"
            )
        return log
