"""A submission: who handed in which files, and when, as the collector says."""

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass


class RefusedName(ValueError):
    """A name that may not stand for a student or an assignment."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment."""

    student: str
    assignment: str
    files: tuple[tuple[str, str], ...]  #: notebooks: (file name, digest), sorted
    time: str = ""  #: ISO 8601 in UTC; empty if the collector does not know
    source: str = "folder"  #: who says so: "folder", "canvas", "moodle", ...
    flags: tuple[str, ...] = ()  #: what an instructor should look at

    @property
    def digest(self):
        """SHA-256 of the files, as hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.files).encode()).hexdigest()

    def to_dict(self):
        """Return what a ledger can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw):
        """Read what :meth:`to_dict` wrote.

        Parameters
        ----------
        raw : dict
            From JSON.

        Returns
        -------
        submission : Submission
            Equal to the one written.
        """
        files = tuple((name, digest) for name, digest in raw["files"])
        return cls(**raw | {"files": files, "flags": tuple(raw["flags"])})


def checked_name(name):
    """Return a student's id as it may be used for a folder.

    Blanks, commas, signs and any letters are fine. What is not could leave its folder,
    hide, or select several students at once.

    Parameters
    ----------
    name : str
        As the collector has it.

    Returns
    -------
    name : str
        In composed Unicode.

    Raises
    ------
    RefusedName
        If it may not be used.
    """
    name = unicodedata.normalize("NFC", name).strip()
    categories = {unicodedata.category(character) for character in name}
    if not name or len(name.encode("utf-8", "replace")) > 200:
        reason = "it is empty or longer than 200 bytes"
    elif name.startswith("."):
        reason = "it begins with a dot"
    elif re.search(r'[/\\*?\[\]:"<>|]', name):
        reason = 'it contains one of / \\ * ? [ ] : " < > |'
    elif categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        reason = "it contains characters that cannot be seen"
    else:
        return name
    raise RefusedName(f"{printable(name)!r} cannot be a student's id: {reason}.")


def printable(text, limit=200):
    """Make text from outside safe to print on a terminal.

    Parameters
    ----------
    text : str
        Anything.
    limit : int, optional
        Characters to keep.

    Returns
    -------
    text : str
        Without escape sequences and control characters.
    """
    text = re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]", "", text[: 4 * limit])
    seen = (
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )
    text = "".join(seen)
    return text if len(text) <= limit else f"{text[:limit]}..."
