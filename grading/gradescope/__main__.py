"""What runs on Gradescope: ``python -m grading.gradescope /autograder``.

``--check`` judges the solutions instead of a submission, and fails unless they earn
every point; ``setup.sh`` ends with it.
"""

import argparse
import json
from pathlib import Path

from cs231n.files import write_whole
from cs231n.runs import terminal
from grading.engine.intake.folder import RefusedFile
from grading.engine.judging.judge_host import NoIsolation
from grading.engine.notebooks.normalise import Normalised
from grading.engine.processes.line_pool import WorkersFailed
from grading.engine.results.not_run import ExamFault
from grading.engine.storage.names import printable
from grading.engine.storage.secret import SecretError
from grading.gradescope.course_copy import CourseCopy, read_copy
from grading.gradescope.results import results
from grading.gradescope.sitting import judged, sit


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("root", type=Path, help="Gradescope's folder, /autograder")
    parser.add_argument("--check", action="store_true", help="judge the solutions")
    args = parser.parse_args(argv)
    try:
        course = read_copy(args.root / "source" / "course")
        return _check(course) if args.check else _grade(course, args.root)
    except (NoIsolation, WorkersFailed, ExamFault, SecretError, RefusedFile) as reason:
        # Without results Gradescope tells the student to wait for the instructor, who
        # sees this text; a 0 would look like a grade.
        print(f"Nothing was graded. {reason}")
        return 1


def _grade(course: CourseCopy, root: Path) -> int:
    notebooks, verdicts, flags = sit(course, root / "submission")
    plain = results(course.templates, notebooks, verdicts)
    write_whole(root / "results" / "results.json", json.dumps(plain).encode())
    for name, verdict in verdicts.items():
        for flag in (*notebooks[name].flags, *verdict.flags):
            print(f"{name}: {printable(flag, 400)}")
    for flag in flags:
        print(printable(flag, 400))
    return 0


def _check(course: CourseCopy) -> int:
    solved = {name: _solved(one) for name, one in course.templates.items()}
    failed = 0
    for name, verdict in judged(course, solved).items():
        print(f"{name}: {verdict.score:g} points, {verdict.isolation}")
        for one in verdict.outcomes:
            if one.score < one.points:
                failed += 1
                print(f"  {one.name}: {one.message}")
    if failed:
        print("The solutions lose points here: nothing can be graded on this machine.")
    return 1 if failed else 0


def _solved(template):
    answers = {slot.name: slot.solution for slot in template.of_role("answer")}
    return Normalised(template.name, {}, answers, ())


if __name__ == "__main__":
    terminal.leave(main)
