"""The judge: an exam and answers in, a verdict out.

A pure function of its arguments: it reads no database and no course folder. It starts
the tester and the students' processes, watches the clock and keeps what came in.
"""

import json
import signal
import socket
import time
from typing import TYPE_CHECKING

from cs231n.workbook.cells import as_python
from grading.judge import interrupting
from grading.judge.exam import Outcome, Verdict
from grading.judge.order import groups
from grading.judge.pace import Pace, Stopwatch, Turn
from grading.judge.protocol.channel import ChannelError, Late
from grading.judge.room.handed_out import handed_out
from grading.judge.source import suspicion

if TYPE_CHECKING:
    from grading.judge.exam import Exam
    from grading.judge.preload import Rooms
    from grading.sandbox.limits import Limits

#: Seconds that a test may take beyond its limit before its tester is stopped.
_GRACE = 2.0
#: Seconds that a cell may take to end once it is interrupted.
_MERCY = 1.0
#: Seconds to wait for word of how a process ended.
_ENDING = 2.0


class ExamError(Exception):
    """The exam itself cannot run: a set-up cell fails."""


class PutOff(Exception):
    """The notebook takes long, and others wait: judge it when nobody does."""


def judge(
    exam: "Exam",
    answers: dict[str, str],
    limits: "Limits",
    rooms: "Rooms",
    secret: str = "",
    *,
    hurry: bool = False,
) -> tuple[Verdict, dict[str, float]]:
    """Run the tests of an exam on a student's answers.

    Parameters
    ----------
    exam : grading.judge.exam.Exam
        What to run.
    answers : dict of {str: str}
        The student's cells by grade_id. An answer that is missing is not loaded.
    limits : grading.judge.exam.Limits
        What a submission may use.
    rooms : grading.judge.preload.Rooms
        Starts isolated processes.
    secret : str, optional
        What the numbers come from that tests draw; nothing secret by default.
    hurry : bool, optional
        Whether other notebooks wait for this one.

    Returns
    -------
    verdict : grading.judge.exam.Verdict
        The same for the same arguments.
    seconds : dict of {str: float}
        How long each test took.

    Raises
    ------
    ExamError
        If the exam is at fault: a set-up cell fails.
    PutOff
        If others wait, and its turn is over.
    """

    def without_clocks(exam, answers):
        sitting = _Sitting(exam, answers, limits, rooms, secret)
        sitting.pace = watch = Stopwatch()
        return sitting.run()[0], watch.seconds

    sitting = _Sitting(exam, answers, limits, rooms, secret)
    sitting.pace = Pace(exam, without_clocks)
    sitting.turn = Turn(exam, without_clocks) if hurry else None
    try:
        return sitting.run()
    finally:
        rooms.get_ready(exam, limits)


class _Sitting:
    def __init__(self, exam, answers, limits, rooms, secret):
        self._exam, self._limits, self._rooms = exam, limits, rooms
        self._secret = secret
        self._answers = {name: as_python(text) for name, text in answers.items()}
        self._cells = {cell.name: cell for cell in exam.cells}
        self._ends = time.monotonic() + limits.notebook_seconds
        self._outcomes, self._seconds = {}, {}
        self._broken = {}  # grade_id of an answer -> (how to load it, why)
        self._flags: set[str] = set()
        self._is_read = False  # whether anybody has looked for what is unusual
        self._student = self._testing = None
        self.pace: Pace | Stopwatch = Stopwatch()
        self.turn: Turn | None = None
        self._slow = ""  # why an answer was stopped
        self._is_loading = False  # whether an answer is being loaded
        self._mercy: float | None = None  # when an interrupted cell must have ended
        self._next = None  # what is in its room, and a process nobody has talked to

    def run(self):
        """Start testers until every test has an outcome."""
        tests = self._exam.of_kind("test")
        while len(self._outcomes) < len(tests) and time.monotonic() < self._ends:
            self._sit()
        self._read()
        late = "The time for the whole notebook was used up before this test."
        for test in tests:
            self._outcomes.setdefault(test.name, _zero(test, "timeout", late))
        verdict = Verdict(
            self._exam.digest,
            tuple(self._outcomes[test.name] for test in tests),
            {name: why for name, (_, why) in self._broken.items()},
            tuple(sorted(self._flags)),
            self._rooms.level,
        )
        return verdict, self._seconds

    def _sit(self):
        """Run one tester until it is done or has to be stopped."""
        self._groups = groups(self._exam, self._outcomes)
        pair = self._rooms.pair(self._exam, self._groups[0].stage, self._limits)
        self._tester = tester = pair.tester
        self._sock, self._channel = tester.sock, pair.channel
        self._channel.deadline = self._ends + _GRACE
        self._testing = None
        self._stop_clocks()  # whatever the last one was at
        try:
            self._say(self._job())
            self._next = pair.stage, pair.student()
            while self._heard():
                pass
        except ChannelError as error:
            waiting = 0 if isinstance(error, Late) else _ENDING
            self._stopped(error, tester.ending(waiting))
        finally:
            self._end_student()
            self._drop_next()
            pair.close()

    def _job(self):
        return {
            "answers": self._answers,
            "secret": self._secret,
            "done": list(self._outcomes),
            "broken": self._broken,
            "seconds": self._ends - time.monotonic(),
        }

    def _say(self, message):
        self._channel.send(json.dumps(message).encode())

    def _heard(self):
        """Act on the tester's next message; tell whether another will come."""
        clocks = [self._mercy, *(c.until for c in (self.pace, self.turn) if c)]
        first = min((end for end in clocks if end), default=None)
        if first and not self._channel.arrives(first):
            self._look_at_clocks()
            return True
        text, _ = self._channel.receive()
        kind, *rest = json.loads(text)
        if kind == "done":
            return False
        _MESSAGES[kind](self, *rest)
        return True

    def _look_at_clocks(self):
        began = time.monotonic()
        if self.turn and self.turn.is_over:
            raise PutOff(f"{self._exam.notebook} takes long.")
        # Measuring the solution takes no time of the answer's.
        self._channel.deadline += time.monotonic() - began
        now = time.monotonic()
        if self._mercy and now >= self._mercy:
            self._stop_answer()
        elif self.pace.until and now >= self.pace.until:
            self._slow = self.pace.exceeded()
            if self._slow and self._is_loading:
                self._interrupt()
            elif self._slow:
                self._stop_answer()

    def _interrupt(self):
        """Interrupt a cell; it is ended if it does not end then."""
        self._mercy = time.monotonic() + _MERCY
        if self._student is not None:
            self._student.signal(interrupting.SIGNAL)

    def _stop_answer(self):
        self._mercy = None
        if self._student is not None:
            self._student.kill()
        if not self._is_loading:  # the test itself may be at it, with what it was given
            soon = time.monotonic() + _GRACE
            self._channel.deadline = min(self._channel.deadline, soon)

    # What the tester says.

    def _hand_over_student(self, number):
        """Hand over the line to a fresh process, for a group of tests."""
        stage = self._groups[number].stage
        if self._next is None or self._next[0] != stage:
            self._get_ready(stage)
        (_, fresh), self._next = self._next, None
        socket.send_fds(self._sock, [b"s"], [fresh.sock.fileno()])
        self._end_student()  # nobody waits for its end now
        self._student = fresh
        self._read()
        if number + 1 < len(self._groups):  # it starts while this one works
            self._get_ready(self._groups[number + 1].stage)

    def _read(self):
        """Look for what is unusual in the answers, while others are at work."""
        if not self._is_read:
            self._flags |= set(suspicion.flags(self._answers))
        self._is_read = True

    def _get_ready(self, stage):
        """Start a process that has what set-up cells up to a place hand out."""
        self._drop_next()
        order = self._rooms.order(self._limits)
        given = handed_out(self._exam.cells[:stage])
        self._next = stage, self._rooms.furnish(order, given, self._exam)

    def _drop_next(self):
        if self._next is not None:
            self._next[1].close()
        self._next = None

    def _explain_loss(self, status):
        """Say how the student's process ended, and see to it that it has."""
        message = ""
        if status in ("died", "timeout") and self._slow:
            status, message = "timeout", self._slow
        elif status == "died" and self._student is not None:
            status, message = self._ending(self._student.ending(_ENDING))
        self._end_student()
        self._say((status, message))
        self._give_time()
        self._slow = ""

    def _ending(self, ending):
        limits = self._limits
        if ending == "memory":
            return "memory", f"The answer needs more than {_size(limits.memory_bytes)}."
        if ending == "time":
            return "timeout", "The answer used up the time for the whole notebook."
        if ending == "running":
            self._flags.add("An answer closed its line to the tests.")
            return "died", "The answer closed its line to the tests."
        return "died", _HOW.get(ending) or _in_words(ending)

    def _give_up(self, name, why):
        """Give up: a set-up cell fails by itself."""
        raise ExamError(f"{self._exam.notebook}: the set-up cell {name} fails: {why}")

    def _note_answer(self, name, how, why):
        """Note that an answer did not load, or not all of it."""
        self._broken[name] = (how, why)

    def _note_test(self, name):
        """Note that a test begins: first its answers are loaded."""
        self._testing = self._cells[name]
        self._give_time()

    def _start_load(self, name, patient):
        """Let the time begin in which an answer is loaded; all of it to the patient."""
        self._stop_clocks()
        self._is_loading = True
        if not patient:
            self._start_pace(name)

    def _start_test(self):
        """Let the time of a test begin, whose answers are there."""
        self._give_time()
        self._start_pace(self._testing.name)

    def _start_pace(self, name):
        children = (self._student, self._tester)
        numbers = [child.pid for child in children if child is not None]
        self.pace.start(self._cells[name], numbers)

    def _stop_clocks(self):
        """Look away until something else starts."""
        self._is_loading, self._mercy = False, None
        self.pace.stop()

    def _give_time(self):
        """Let the time of a cell begin."""
        self._stop_clocks()
        limit = time.monotonic() + self._limits.cell_seconds + _GRACE
        self._channel.deadline = min(limit, self._ends + _GRACE)

    def _keep_outcome(self, outcome, took, noise):
        """Keep what a test gave."""
        self._outcomes[outcome["name"]] = Outcome(**outcome)
        self._seconds[outcome["name"]], self._slow = took, ""
        self._testing, self._channel.deadline = None, self._ends + _GRACE
        self._stop_clocks()
        if noise:
            self._flags.add("An answer wrote to its line to the tests by itself.")

    def _end_student(self):
        if self._student is not None:
            self._student.kill()
            self._student.ending(_ENDING)
            for attempt in self._student.attempts:
                self._flags.add(attempt.replace("It", "An answer", 1))
            self._student.close()
            self._student = None

    def _stopped(self, error, ending):
        """Give the test at hand its outcome when the tester could not."""
        if self._testing is None:
            raise ExamError(
                f"{self._exam.notebook}: its set-up ended Python ({error}; {ending}). "
                f"Run the notebook's solution by itself."
            )
        status, message = "died", "The test ended Python while it used the answer."
        if isinstance(error, Late):
            status = "timeout"
            limit = f"The test took longer than {self._limits.cell_seconds:g} s."
            message = self._slow or limit
        elif ending == "memory":
            status, message = "memory", "What the answer returned fills the memory."
        self._outcomes[self._testing.name] = _zero(self._testing, status, message)
        self._slow = ""


#: What the tester says, with what follows, and what the judge does.
_MESSAGES = {
    "student": _Sitting._hand_over_student,  # it needs a process
    "lost": _Sitting._explain_loss,  # status: the process does not answer
    "broken": _Sitting._give_up,  # name, why: of a set-up cell
    "answer": _Sitting._note_answer,  # name, how, why: it did not load
    "loads": _Sitting._start_load,  # name, patient: of an answer
    "test": _Sitting._note_test,  # name: its answers are being loaded
    "loaded": _Sitting._start_test,  # they are there, and the test itself runs
    "outcome": _Sitting._keep_outcome,  # outcome, took, noise
}  # and "done", the last
_HOW = {
    "files": "The answer wrote more to files than it may.",
    "processes": "The answer started more threads than it may.",
    "killed": "The answer's process was killed.",
}


def _in_words(ending):
    kind, _, number = ending.partition(" ")
    if kind == "signal":
        name = signal.Signals(int(number)).name
        return f"The answer crashed Python (signal {number}, {name})."
    return f"The answer ended Python (exit status {number})."


def _size(size):
    return f"{size / 2**30:.2g} GiB of memory"


def _zero(test, status, message):
    return Outcome(test.name, test.points, 0.0, status, message)
