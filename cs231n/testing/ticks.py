"""What a test says once everything in it holds."""


def passed(exercise: str, what: str) -> None:
    """Print a tick, the exercise, and what was checked.

    Parameters
    ----------
    exercise : str
        Name of the answer, such as ``"bn-forward"``.
    what : str
        What the test has seen hold, in one line.
    """
    print(f"✓ {exercise}: {what}")
