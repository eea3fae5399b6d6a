"""What a test says once everything in it holds."""

from cs231n.languages import say
from cs231n.workbook import score


def passed(exercise: str, what: str, points: float = 0, of: float = 0) -> None:
    """Print a tick, the exercise, its points so far, and what was checked.

    Parameters
    ----------
    exercise : str
        Name of the answer, such as ``"bn-forward"``.
    what : str
        What the test has seen hold, in one line.
    points : float, optional
        What the test is worth; the build of the notebooks writes it.
    of : float, optional
        What all tests of the exercise are worth; without it no points are shown.
    """
    so_far = score.tick(exercise, what, points)
    if of:
        points_so_far = say("{points:g} of {of:g} points", points=so_far, of=of)
        print(f"✓ {exercise}: {points_so_far} ({what})")
    else:
        print(f"✓ {exercise}: {what}")
