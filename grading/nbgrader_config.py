"""nbgrader settings: found by nbgrader run in this folder, and by the Makefile."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # for grading.authoring.student_copy.stubs

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

from grading.authoring.student_copy.stubs import ClearAnswers

#: A course on another path, such as the demo's, uses the same settings.
ROOT = Path(os.environ.get("CS231N_COURSE") or HERE.parent).resolve()

c = get_config()  # noqa: F821 - nbgrader puts get_config into this file's namespace
c.CourseDirectory.course_id = "cs231n"
# Absolute: subcommands disagree about what a relative database path is relative to.
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.db_url = f"sqlite:///{ROOT / 'grading/gradebook.db'}"
# nbgrader copies every other file in the source folder to students, so the percent
# scripts, which hold the answers, must never be there.
c.CourseDirectory.source_directory = "build/source"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.solution_directory = "build/solutions"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.ZipCollectApp.downloaded_directory = "grading/downloaded"
# "ada_knn.ipynb", and with an LMS's additions: "ada_attempt_2_knn (1).ipynb".
c.FileNameCollectorPlugin.named_regexp = (
    r"(?:.*[/\\])?(?P<student_id>[^_/\\]+)_(?:[^/\\]*\d_)?(?P<file_id>[a-z][a-z_]*)"
    r"[ -]?(?:\(?\d+\)?)?\.ipynb"
)
# The default list, with the stubs that name their exercise.
c.GenerateAssignment.preprocessors = [
    ClearAnswers if step is ClearSolutions else step
    for step in GenerateAssignment().preprocessors
]
c.Execute.timeout = 300  # seconds for one cell
# A graceful shutdown waits half a second for each notebook and changes nothing.
c.Execute.shutdown_kernel = "immediate"
