"""Benches for tests of what stands around a judge: they run tests in plain Python."""

import os
import signal
import time
from dataclasses import replace

from grading.engine.judging.judge_host import NoIsolation
from grading.judge.exam import Outcome, Verdict
from grading.judge.judge import ExamError, PutOff


class PlainHost:
    """Judges in its own process, and does what some answers ask for."""

    isolation = "plain"

    def __init__(self, require_isolation, imports=()):
        pass

    def close(self):
        pass

    def judge(self, exam, answers, limits, secret="", *, hurry=False):
        names, failed, outcomes = {"__name__": "cell"}, {}, []
        for cell in exam.cells:
            if cell.kind == "test":
                outcomes.append(_outcome(cell, names))
                continue
            source = answers.get(cell.name, cell.source)
            if cell.kind == "answer" and "KILL_WORKER" in source:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                exec(source, names)
            except BaseException as error:
                failed[cell.name] = f"{type(error).__name__}: {error}"
        verdict = Verdict(exam.digest, tuple(outcomes), failed, (), self.isolation)
        return verdict, {outcome.name: 0.001 for outcome in outcomes}


def _outcome(cell, names):
    try:
        exec(cell.source, names)
    except BaseException as error:
        message = f"{type(error).__name__}: {error}"
        return Outcome(cell.name, cell.points, 0.0, "failed", message)
    return Outcome(cell.name, cell.points, cell.points, "passed")


class StoppedHost(PlainHost):
    """Its tester ends outside of a test: over some answers, or over all exams."""

    def judge(self, exam, answers, limits, secret="", *, hurry=False):
        hostile = any("STOP" in source for source in answers.values())
        if hostile or os.environ.get("BROKEN_EXAM") == exam.notebook:
            raise ExamError(f"{exam.notebook}: its set-up ended Python." + "x" * 10**6)
        return super().judge(exam, answers, limits, secret)


class LateHost(PlainHost):
    """Has no time to set the first exam up, as a machine that has much else to do."""

    late = True

    def judge(self, exam, answers, limits, secret="", *, hurry=False):
        if self.late:
            self.late = False
            raise ExamError(f"{exam.notebook}: its set-up ended Python.")
        return super().judge(exam, answers, limits, secret)


class TellingHost(PlainHost):
    """Says in every outcome what the numbers of the tests come from."""

    def judge(self, exam, answers, limits, secret="", *, hurry=False):
        verdict, seconds = super().judge(exam, answers, limits)
        outcomes = tuple(replace(one, message=secret) for one in verdict.outcomes)
        return replace(verdict, outcomes=outcomes), seconds


class BusyHost(PlainHost):
    """Puts what is slow off while others wait, and writes down what it has judged."""

    def judge(self, exam, answers, limits, secret="", *, hurry=False):
        slow = any("SLOW" in source for source in answers.values())
        with open(os.environ["JUDGED"], "a") as file:
            file.write(f"{'slow' if slow else 'quick'} {hurry}\n")
        if slow and hurry:
            raise PutOff(f"{exam.notebook} takes long.")
        return super().judge(exam, answers, limits, secret)


class SlowHost(PlainHost):
    """Takes a moment for each notebook, so that it can be killed in it."""

    def judge(self, exam, answers, limits, secret="", *, hurry=False):
        time.sleep(0.05)
        return super().judge(exam, answers, limits, secret)


class CarelessHost(PlainHost):
    """Kills its process once over the first notebook, as a machine fault would."""

    def judge(self, exam, answers, limits, secret="", *, hurry=False):
        marker = os.environ["DIE_ONCE"]
        try:
            os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return super().judge(exam, answers, limits, secret)
        os.kill(os.getpid(), signal.SIGKILL)


class NakedHost(PlainHost):
    """A machine without isolation."""

    isolation = "none"

    def __init__(self, require_isolation, imports=()):
        if require_isolation:
            raise NoIsolation("This machine offers no isolation.")


class PickyHost(PlainHost):
    """A machine that may be without isolation."""

    def __init__(self, require_isolation, imports=()):
        if os.environ.get("NAKED") == "1":
            raise NoIsolation("This machine offers no isolation.")


class HungHost(PlainHost):
    """Never comes to a verdict."""

    def judge(self, exam, answers, limits, secret="", *, hurry=False):
        time.sleep(1000)


class NeverReadyHost(PlainHost):
    """Never gets up."""

    def __init__(self, require_isolation, imports=()):
        time.sleep(1000)
