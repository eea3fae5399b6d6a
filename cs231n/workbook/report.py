"""What a student is told about a notebook: a table, messages, what is open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cs231n.languages import say, texts
from cs231n.workbook.attempts import MANY
from cs231n.workbook.exercises import Question
from cs231n.workbook.results import Result

_MARKS = {"passed": "✓", "fails": "✗", "open": "·"}
#: What the last column says.
STATES = texts("passed", "fails", "open")


@dataclass(frozen=True)
class Report:
    """How a notebook stands."""

    notebook: str
    results: Sequence[Result]
    questions: Sequence[Question]
    failures: dict[str, int]  #: answers that failed in a row, by exercise
    again: int  #: how many exercises have been run; others are as they were
    language: str = ""  #: of the notebook, such as "zh_CN"

    @property
    def is_done(self) -> bool:
        """Whether all tests pass and all questions have an answer."""
        passed = all(result.state == "passed" for result in self.results)
        return passed and not any(question.is_empty for question in self.questions)

    def lines(self) -> Iterator[str]:
        """Write the report.

        Yields
        ------
        line : str
            Without its end.
        """
        yield from table(self.results)
        yield ""
        yield totals(self.results)
        yield from unanswered(self.questions)
        for result in self.results:
            if result.state == "fails":
                yield from self._failure(result)

    def _failure(self, result):
        yield ""
        yield say("{test} says:", test=result.test or result.exercise)
        yield from (f"  {line}" for line in result.message.splitlines())
        tried = self.failures.get(result.exercise, 0)
        if tried >= MANY:
            more = say("You have tried {tried} answers. A hint:", tried=tried)
            yield f"  {more}  python -m cs231n.hint {result.exercise}"


def table(results: Sequence[Result]) -> Iterator[str]:
    """Write a row for each exercise.

    Parameters
    ----------
    results : sequence of Result
        Of a notebook.

    Yields
    ------
    line : str
        Mark, name, points and state.
    """
    width = max((len(result.exercise) for result in results), default=0)
    for one in results:
        points = say("{points:g} of {all:g}", points=one.points, all=one.of)
        mark = _MARKS.get(one.state, "·")
        yield f"{mark} {one.exercise:{width}}  {points:>10}  {say(one.state)}"


def totals(results: Sequence[Result]) -> str:
    """Add the points up.

    Parameters
    ----------
    results : sequence of Result
        Of a notebook.

    Returns
    -------
    sentence : str
        Of the points by tests.
    """
    points, of = sum(r.points for r in results), sum(r.of for r in results)
    still = [result.exercise for result in results if result.state == "open"]
    told = say("{points:g} of {all:g} points by tests.", points=points, all=of)
    names = ", ".join(still)
    return f"{told} {say('Not written yet: {names}.', names=names)}" if still else told


def unanswered(questions: Sequence[Question]) -> Iterator[str]:
    """Name the questions that nobody has answered.

    Parameters
    ----------
    questions : sequence of Question
        Of a notebook.

    Yields
    ------
    line : str
        One, or none if a notebook has no question.
    """
    empty = [question for question in questions if question.is_empty]
    points = sum(question.points for question in questions)
    if empty:
        names = ", ".join(
            f"{q.name} ({q.number})" if q.number else q.name for q in empty
        )
        template = "{points:g} points by hand for written answers. Unanswered: {names}."
        yield say(template, points=points, names=names)
    elif questions:
        template = "{points:g} points by hand; every question has an answer."
        yield say(template, points=points)
