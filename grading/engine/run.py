"""The run: a class from what was handed in to what the gradebook says."""

import contextlib
import hashlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grading.engine.intake.intake import Intake
from grading.engine.judging.in_flight import InFlight
from grading.engine.judging.pool import Pool
from grading.engine.judging.task import Task
from grading.engine.notebooks.readers import Readers
from grading.engine.notebooks.released import templates
from grading.engine.options import Options
from grading.engine.results.gradebook_writer import GradebookWriter
from grading.engine.results.journal import Journal, journal_path
from grading.engine.results.not_run import verdict_of, verdict_without_running
from grading.engine.storage.lock import only_one
from grading.engine.storage.secret import Secret
from grading.engine.storage.store import Store
from grading.engine.summary import Summary
from grading.judge.exam import Exam

if TYPE_CHECKING:
    from grading.course import Course
    from grading.engine.intake.submission import Submission
    from grading.engine.notebooks.normalise import Normalised
    from grading.engine.notebooks.template import Template

#: Submissions that may be read and wait for a judge.
AHEAD = 8
#: Seconds to wait for a judge while readers may have something for another.
POLL = 0.02


@dataclass
class _Waiting:
    """A notebook that waits for its verdict."""

    submission: "Submission"
    template: "Template"
    normalised: "Normalised"
    reading: str


class Run:
    """One grading of an assignment.

    Parameters
    ----------
    course : Course
        Has released the assignment.
    assignment : str
        For example ``"assignment1"``.
    options : Options
        What the instructor chose.
    """

    def __init__(self, course: "Course", assignment: str, options: "Options") -> None:
        self.course, self.assignment, self.options = course, assignment, options
        self.summary = Summary()
        self._store = Store(course.ledger / "objects")
        self._templates = templates(course, assignment)
        self._exams = {
            name: Exam.from_dict(one.exam) for name, one in self._templates.items()
        }
        self._fresh = set()  #: keys judged in this run
        self._readers: Any = None  #: started when something is to be read

    def grade(self, progress: Callable | None = None) -> Summary:
        """Grade everything that was handed in and not graded yet.

        Parameters
        ----------
        progress : callable, optional
            Called as ``progress(total)`` once, and gives a context manager whose value
            has ``update()``, called for every notebook; a tqdm bar for example.

        Returns
        -------
        summary : Summary
            What was done.

        Raises
        ------
        Busy, LookupError, GradebookError, LogError, SecretError, ExamFault,
        NoIsolation, WorkersFailed, ClusterFailed
            If it cannot go on; what was judged so far is kept.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(only_one(self.course.ledger / "lock"))
            self._secret = Secret(self.course.ledger / "secret")
            submissions = self._submissions()
            self._open(stack)
            total = len(submissions) * len(self._templates)
            bar = stack.enter_context((progress or _silent)(total))
            self._bar = bar
            self._in_flight = stack.enter_context(
                InFlight(self._open_backend, hurry=total > 1)
            )
            self._stack = stack
            self._loop(iter(submissions))
        return self.summary

    def _submissions(self):
        intake = Intake(self.course, self.assignment, self._store)
        with contextlib.closing(intake):
            collected = intake.from_tree()
        self.summary.problems = collected.problems
        chosen, wanted = collected.submissions, set(self.options.students)
        if wanted:
            chosen = [one for one in chosen if one.student in wanted]
            self.summary.missing = sorted(wanted - {one.student for one in chosen})
        self.summary.submissions = len(chosen)
        return chosen

    def _open(self, stack):
        path = journal_path(self.course, self.assignment)
        self._journal = stack.enter_context(contextlib.closing(Journal(path)))
        self._record = stack.enter_context(
            contextlib.closing(GradebookWriter(self.course, self.assignment))
        )
        self._record.check(self._templates)
        self._recorded = self._record.scores()
        self._penalties = self._record.penalties()
        if self._journal.damaged:
            self.summary.problems.append(
                f"{self._journal.damaged} damaged lines in {path} were skipped; what "
                f"they said is judged again."
            )

    def _loop(self, submissions):
        """Keep readers and judges busy; neither waits for the other's longest task."""
        read = deque()  # submissions and their notebooks
        while True:
            while self._in_flight.has_room and read:
                self._place_all(*read.popleft())
            more = self._read_ahead(submissions, len(read))
            if not more and not read and not self._reading and not self._in_flight:
                return
            if self._reading:
                read.extend(self._readers.landed(0.0 if self._in_flight else 1.0))
            if self._in_flight:
                hungry = self._reading and self._in_flight.has_room
                last = not (more or read or self._reading)
                timeout = POLL if hungry else 1.0
                for landed in self._in_flight.landed(timeout, last=last):
                    self._hear(*landed)

    def _read_ahead(self, submissions, waiting):
        """Have submissions read, a few more than are judged; tell if one is left."""
        while waiting < AHEAD and (not self._reading or self._readers.has_room):
            submission = next(submissions, None)
            if submission is None:
                return False
            known = self._journal.reading(self._reading_digest(submission))
            if known and self._is_settled(submission, known):
                continue
            if self._readers is None:
                readers = Readers(self._templates, self._store)
                self._readers = self._stack.enter_context(readers)
            self._readers.submit(submission)
        return True

    @property
    def _reading(self):
        return bool(self._readers)

    def _place_all(self, submission, notebooks):
        """Record what is known of a submission, and have the rest judged."""
        reading, keys = self._reading_digest(submission), {}
        for name, normalised in notebooks.items():
            key = self._key(name, normalised)
            keys[name] = [key, list(normalised.flags), normalised.prints]
        if self._journal.reading(reading) != keys:
            self._journal.add_reading(reading, keys)
        for name, normalised in notebooks.items():
            waiting = _Waiting(submission, self._templates[name], normalised, reading)
            self._place(keys[name][0], waiting)

    def _reading_digest(self, submission):
        digests = {name: one.digest for name, one in self._templates.items()}
        limits = vars(self.options.limits)
        mark = self._secret.of("reading")  # another secret, another verdict
        text = json.dumps([submission.files, digests, limits, mark], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _key(self, name, normalised):
        if normalised.reason:
            text = f"{self._exams[name].digest} {normalised.reason}"
            return hashlib.sha256(text.encode()).hexdigest()
        return self._task(name, normalised).key

    def _task(self, name, normalised):
        exam, answers = self._exams[name], normalised.answers
        secret = self._secret.of(exam.digest, answers)
        return Task(exam, answers, self.options.limits, secret)

    def _is_settled(self, submission, known):
        """Count a submission whose verdicts the gradebook has already."""
        verdicts = {name: self._known_verdict(key) for name, (key, *_) in known.items()}
        settled = all(
            verdict and self._is_recorded(submission, name, known[name][0], verdict)
            for name, verdict in verdicts.items()
        )
        for name, verdict in verdicts.items() if settled else ():
            flags = (*submission.flags, *known[name][1], *verdict.flags)
            self._tell("known", submission, name, flags, verdict)
        return settled

    def _is_recorded(self, submission, name, key, verdict):
        student = submission.student
        last = self._journal.record(student, name)
        scores = self._recorded.get((student, name), {})
        folder = self.course.autograded / student / self.assignment
        return (
            last.get("key") == key
            and last.get("reading") == self._reading_digest(submission)
            and last.get("time") == submission.time
            and last.get("penalty") == self._penalties.get((student, name))
            and all(scores.get(one.name) == one.score for one in verdict.outcomes)
            and (folder / f"{name}.ipynb").is_file()
        )

    def _known_verdict(self, key):
        """Return an earlier verdict, if it still counts."""
        if self.options.force and key not in self._fresh:
            return None
        verdict = self._journal.verdict(key)
        weak = verdict is not None and verdict.isolation == "none"
        return None if weak and self.options.plan.require_isolation else verdict

    def _place(self, key, waiting):
        verdict = self._known_verdict(key)
        if verdict is not None:
            self._finish(waiting, key, verdict, "known")
        elif waiting.normalised.reason:
            verdict = verdict_without_running(
                waiting.template,
                self._exams[waiting.template.name].digest,
                "failed",
                waiting.normalised.reason,
            )
            self._fresh.add(key)
            self._journal.add(key, verdict, {})
            self._finish(waiting, key, verdict, "unread")
        else:
            name = waiting.template.name
            self._in_flight.join(
                key, waiting, lambda: self._task(name, waiting.normalised)
            )

    def _open_backend(self):
        from grading.judge.preload import modules

        options, exams = self.options, self._exams.values()
        plan = replace(options.plan, imports=tuple(modules(exams)))
        if options.scheduler:
            from grading.engine.judging.cluster import Cluster

            return Cluster(options.scheduler, plan)
        return Pool(options.jobs, plan, options.limits.notebook_seconds)

    def _hear(self, key, reply, notebooks):
        """Write a verdict down, then give it to everybody who waits for it."""
        template = notebooks[0].template
        verdict, seconds = verdict_of(
            reply, template, self._exams[template.name].digest
        )
        self._journal.add(key, verdict, seconds)
        self._fresh.add(key)
        for turn, waiting in enumerate(notebooks):
            self._finish(waiting, key, verdict, "known" if turn else "judged")

    def _finish(self, waiting, key, verdict, how):
        submission, name = waiting.submission, waiting.template.name
        flags = (*submission.flags, *waiting.normalised.flags, *verdict.flags)
        if not self._is_recorded(submission, name, key, verdict):
            self._note_change(submission.student, name, verdict)
            if not self.options.dry_run:
                self._write(waiting, key, verdict, flags)
        self._tell(how, submission, name, flags, verdict)

    def _note_change(self, student, name, verdict):
        """Remember a score by tests that is another than the gradebook's."""
        known = self._recorded.get((student, name))
        tests = {one.name: one.score for one in verdict.outcomes}
        before = known and sum(known.get(test) or 0.0 for test in tests)
        if before is not None and before != verdict.score:
            self.summary.changes.append((student, name, before, verdict.score))

    def _write(self, waiting, key, verdict, flags):
        """Put a verdict into the gradebook, and note that it is there."""
        submission, name = waiting.submission, waiting.template.name
        details = {
            "verdict": key,
            "isolation": verdict.isolation,
            "flags": list(flags),
            "penalty": self._journal.record(submission.student, name).get("penalty"),
        }
        penalty = self._record.write(
            submission, waiting.template, waiting.normalised, verdict, details
        )
        self._journal.add_record(
            submission.student,
            name,
            key=key,
            reading=waiting.reading,
            time=submission.time,
            files=submission.digest,
            penalty=penalty,
        )

    def _tell(self, how, submission, name, flags, verdict):
        self.summary.count(how, submission.student, name, flags, verdict.isolation)
        self._bar.update()


@contextlib.contextmanager
def _silent(total):
    yield _NoBar()


class _NoBar:
    def update(self):
        """Show nothing."""
