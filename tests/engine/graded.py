"""A submission that is nearly right, and the gradebook it ends in."""

from nbgrader.api import Gradebook

from tests.engine.small_course import (
    RIGHT,
    answered,
)


def with_double(course, source):
    """Answer rightly but for one exercise."""
    return answered(course, "numbers", RIGHT | {"double": source})


def book(course):
    """Open the gradebook."""
    return Gradebook(f"sqlite:///{course.database}")
