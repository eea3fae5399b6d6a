"""An export: the archives of a learning platform, sorted by student."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grading.engine.intake import lms_names
from grading.engine.intake.archive import (
    MAX_BYTES,
    MAX_INNER_BYTES,
    BadArchive,
    inner_members,
    members,
)
from grading.engine.intake.folder import MAX_FILES
from grading.engine.intake.left_out import LeftOut
from grading.engine.storage.names import RefusedName, checked_name, printable

if TYPE_CHECKING:
    from pathlib import Path

    from grading.engine.intake.roster import Roster
    from grading.engine.storage.store import Store


class IntakeError(Exception):
    """A collection that cannot begin; the message says what is missing."""


@dataclass
class Bundle:
    """What an export has of one student."""

    files: dict = field(default_factory=dict)  #: {name: digest}
    flags: list = field(default_factory=list)
    time: str = ""  #: as the platform writes it
    source: str = ""  #: which platform
    left_out: LeftOut = field(default_factory=LeftOut)
    room: int = MAX_INNER_BYTES  #: bytes that its notebooks may still have


class Export:
    """Everybody's files in the archives read so far.

    Parameters
    ----------
    store : Store
        Keeps every notebook; in memory are only digests.
    likely : iterable of str, optional
        Names of the assignment's notebooks, which are taken before others.
    """

    def __init__(self, store: "Store", likely: Iterable[str] = ()) -> None:
        self._store, self._likely = store, tuple(likely)
        self.bundles = defaultdict(Bundle)  #: by student
        self.problems = []  #: sentences about what was refused

    def read(
        self, path: "Path", kind: str = "auto", roster: "Roster | None" = None
    ) -> None:
        """Read one archive; of files with one name, the last one read counts.

        Parameters
        ----------
        path : pathlib.Path
            A zip.
        kind : str, optional
            One of :data:`grading.engine.intake.lms_names.KINDS`, or "auto".
        roster : Roster, optional
            Needed unless the archive is plain.

        Raises
        ------
        BadArchive
            If it cannot be read at all.
        IntakeError
            If a roster is needed.
        """
        paths = ["/".join(member.parts) for member in members(path)]
        kind = lms_names.kind_of(paths) if kind == "auto" else kind
        if roster is None and kind != "plain":
            raise IntakeError(
                f"{path} looks like an export of {kind.title()}, which does not name "
                f"students by their ids. Say who is who with:  --roster roster.csv"
            )
        metadata, strangers = _metadata(path) if kind == "gradescope" else {}, set()
        for member in members(path):
            place = lms_names.place(kind, "/".join(member.parts), metadata)
            if place is None:
                self._check(member)
                continue
            for names in (place.names, *place.partners):
                if student := _student(names, roster):
                    self._add(self.bundles[student], member, place, kind)
                else:
                    strangers.add(" ".join(value for _, value in names))
        if not self.bundles and not strangers:
            shown = printable(str(path))
            self.problems.append(f"No file in {shown} bears the name of a student.")
        self.problems += [
            f"Nobody in the roster is {printable(name)!r}."
            for name in sorted(strangers)
        ]

    def _add(self, bundle, member, place, kind):
        bundle.source, bundle.time = kind, place.time or bundle.time
        bundle.flags += place.flags
        name = place.file
        if name.lower().endswith(".zip"):
            self._open(bundle, member, name)
        elif name.lower().endswith(".ipynb"):
            self._take(bundle, member, name, replace=True)
        elif name != "timestamp.txt":
            bundle.left_out.add(name, "no notebook.")

    def _open(self, bundle, member, name):
        """Take the notebooks out of a student's own archive."""
        data, reason = member.read()
        if reason:
            bundle.flags.append(reason)
            return
        try:
            for inner in inner_members(data, name, self._likely):
                file = inner.parts[-1]
                if file.lower().endswith(".ipynb") and not file.startswith("._"):
                    self._take(bundle, inner, file)
                else:
                    bundle.left_out.add(file, "no notebook.")
        except BadArchive as error:
            bundle.flags.append(str(error))

    def _take(self, bundle, member, name, replace=False):
        """Keep a notebook; its size counts whether it turns out whole or not."""
        file = _file_name(name)
        if file in bundle.files and not replace:
            bundle.left_out.add(name, "a second file of that name.")
        elif member.size > bundle.room or len(bundle.files) >= MAX_FILES:
            bundle.left_out.add(name, "the submission expands too far.")
        else:
            data, reason = member.read()
            if member.size <= MAX_BYTES:
                bundle.room -= member.size
            if reason:
                bundle.flags.append(reason)
            else:
                bundle.files[file] = self._store.put(data)

    def _check(self, member):
        """Report a member in the wrong place if it is an attack."""
        path = "/".join(member.parts)
        if ".." in member.parts or path.startswith("/"):
            self.problems.append(f"Refused {printable(path)!r}: it leaves the archive.")


def _student(names, roster):
    """Return the student's id, or "" for a stranger."""
    if roster is not None:
        return roster.find(names)
    try:
        return checked_name(names[0][1])
    except RefusedName:
        return ""


def _metadata(path):
    for member in members(path):
        if member.parts[-1] == lms_names.METADATA:
            return lms_names.gradescope_metadata(member.read()[0] or b"")
    return {}


def _file_name(name):
    try:
        return checked_name(name)
    except RefusedName:
        letters = "".join(c for c in name if c.isalnum() or c in " ._-()")
        return letters.lstrip(". ")[-100:] or "notebook.ipynb"
