"""Names in an archive that no platform wrote: folders of students, or their files."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from grading.engine.intake.lms_names import NamedFile

if TYPE_CHECKING:
    from grading.engine.intake.roster import Roster

#: By what somebody who packs an archive may call students.
COLUMNS = ("student", "sid", "login", "email", "github", "name")
#: Folders that are no student's.
AROUND = {"submitted", "submissions", "submission", "inbound", "downloaded"}


class PlainNames:
    """Reads the paths of one archive.

    Parameters
    ----------
    paths : iterable of str
        Of all its files, with "/".
    assignment : str
        For example ``"assignment1"``.
    likely : iterable of str
        Names of its notebooks, in small letters.
    roster : Roster or None
        Who is who.
    """

    def __init__(
        self,
        paths: Iterable[str],
        assignment: str,
        likely: Iterable[str],
        roster: "Roster | None",
    ) -> None:
        self._assignment, self._roster = assignment, roster
        nobody = "(?!)"
        names = "|".join(map(re.escape, sorted(likely, key=len, reverse=True)))
        names, whole = names or nobody, re.escape(assignment) or nobody
        rest = rf"(?:{names})[^/]*\.(?:ipynb|zip)|{whole}[^/]*\.zip"
        self._before = re.compile(rf"(.+?)[ _-]+({rest})", re.I)
        first = rf"(?:{names})(?=.*\.ipynb$)|{whole}(?=.*\.zip$)"
        self._behind = re.compile(rf"({first})[_-]+(.+)\.(ipynb|zip)", re.I)
        parts = [path.split("/") for path in paths if path.lower().endswith(KEPT)]
        self._depth = self._around(parts) if parts else 0

    def _around(self, parts):
        """Count the folders that stand around all students."""
        shared = 0
        while len({tuple(path[: shared + 1]) for path in parts}) == 1 and all(
            len(path) > shared + 1 for path in parts
        ):
            if self._knows(parts[0][shared]):
                break
            shared += 1
        depths = range(shared, 0, -1)
        return next(
            (at for at in depths if self._holds_all([p[at - 1 :] for p in parts])), 0
        )

    def _holds_all(self, paths):
        """Tell whether the first folder, which is everybody's, holds students."""
        inner = {path[1] for path in paths if len(path) > 2}
        if not all(self._in_name(path[1]) for path in paths if len(path) == 2):
            return False
        return (
            paths[0][0] in AROUND
            or not inner
            or all(map(self._knows, inner))
            or any(len(path) > 3 and path[2] == self._assignment for path in paths)
            or (len(inner) > 1 and self._assignment not in inner)
        )

    def _knows(self, name):
        return bool(self._roster and self._roster.find(_columns(name)))

    def place(self, path: str) -> "NamedFile | None":
        """Read a file's path.

        Parameters
        ----------
        path : str
            One of those given.

        Returns
        -------
        found : NamedFile or None
            None if it bears nobody's name.
        """
        parts = path.split("/")[self._depth :]
        if len(parts) > 1:
            return _named(parts[0], parts[-1])
        return self._in_name(parts[0]) if parts else None

    def _in_name(self, file):
        """Read the name of a file that lies in no student's folder."""
        if match := self._before.fullmatch(file):
            return _named(match[1], match[2])
        if match := self._behind.fullmatch(file):
            # "knn_ada", but "knn_2" is a number that some program gave.
            known = self._knows(match[2]) or not re.fullmatch(r"\d{1,2}", match[2])
            return _named(match[2], f"{match[1]}.{match[3]}") if known else None
        student, _, rest = file.partition("_")
        return _named(student, rest) if student and rest else None


#: What a student may have handed in.
KEPT = (".ipynb", ".zip")


def _named(who, file):
    return NamedFile(_columns(who), file, who=who)


def _columns(who):
    letters = ("letters", "".join(re.findall(r"\w+", who.casefold())))
    return (*((column, who) for column in COLUMNS), letters)
