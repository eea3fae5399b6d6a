"""How learning platforms name the files of an export."""

import re
from dataclasses import dataclass
from datetime import datetime

import yaml

#: Somebody may have put a folder around everything.
_ABOVE = r"(?:.*/)?"
CANVAS = re.compile(
    _ABOVE + r"(?:(?!(?:LATE_)?anon_)(?P<who>[^/]+?)_)?(?P<late>LATE_)?"
    r"(?:(?P<user>\d+)|anon_(?P<anon>\w+?))"
    r"_\d+_(?P<file>[^/]+)"
)
MOODLE = re.compile(
    _ABOVE + r"(?P<who>[^/]+?)_(?P<user>\d+)_assignsubmission_file_?/?(?P<file>[^/].*)"
)
GRADESCOPE = re.compile(_ABOVE + r"(?P<user>submission_\d+)/(?P<file>.+)")
#: TITLE_USER_attempt_2026-11-21-18-30-00_knn.ipynb, and a text about each attempt.
BLACKBOARD = re.compile(
    _ABOVE + r"(?P<who>[^/]+)_attempt_(?P<time>[\d-]{19})(?:_(?P<file>[^/]+)|\.txt)"
)
#: 397063-2557369 - Ada Lovelace - Sep 24, 2026 926 PM/knn.ipynb
BRIGHTSPACE = re.compile(
    _ABOVE + r"(?P<user>\d+-\d+) - (?P<who>[^/]+?) ?- (?P<time>[^/-]+)/(?P<file>.+)"
)
#: Copies that Google Classroom made for each student, and what students uploaded.
GOOGLE = re.compile(_ABOVE + r"(?P<who>[^/]+?) - (?P<file>[^/]+\.(?:ipynb|zip))")
GITHUB = re.compile(
    _ABOVE + r"(?P<task>[^/]+)-submissions/(?P=task)-(?P<user>[^/]+)/(?P<file>.+)"
)
METADATA = "submission_metadata.yml"
#: Those that do not name students by their ids.
STRANGE = ("canvas", "moodle", "gradescope", "brightspace", "google")
KINDS = (*STRANGE, "blackboard", "github", "plain")
#: The first that most files fit.
_PATTERNS = (
    *(("moodle", MOODLE), ("blackboard", BLACKBOARD), ("brightspace", BRIGHTSPACE)),
    *(("github", GITHUB), ("canvas", CANVAS), ("google", GOOGLE)),
)
_DATES = ("%b %d, %Y %I%M %p", "%d %B, %Y %I%M %p", "%B %d, %Y %I%M %p")


@dataclass(frozen=True)
class NamedFile:
    """Whose file it is, in the words of the platform."""

    names: tuple[tuple[str, str], ...]  #: columns of a roster and values, surest first
    file: str  #: name of the file
    time: str = ""  #: when, if the platform says so
    flags: tuple[str, ...] = ()
    partners: tuple[tuple, ...] = ()  #: names of those who handed in together with them
    who: str = ""  #: what the platform tells students apart by
    attempt: str = ""  #: later ones sort behind earlier ones
    alone: str = ""  #: the id without a roster, if not the first of the names


def kind_of(paths: list[str]) -> str:
    """Guess which platform wrote an archive.

    Parameters
    ----------
    paths : list of str
        Of the files in it.

    Returns
    -------
    kind : str
        One of :data:`KINDS`.
    """
    if any(path.endswith(METADATA) for path in paths):
        return "gradescope"
    for kind, pattern in _PATTERNS:
        if sum(bool(pattern.fullmatch(path)) for path in paths) > len(paths) / 2:
            return kind
    return "plain"


def place(kind: str, path: str, metadata: dict | None = None) -> "NamedFile | None":
    """Read a file's path.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS` but "plain", of which :class:`.PlainNames` knows.
    path : str
        Path in the archive, with "/".
    metadata : dict, optional
        From :func:`gradescope_metadata`.

    Returns
    -------
    found : NamedFile or None
        None if the platform does not name files so.
    """
    readers = {
        "canvas": _canvas,
        "moodle": _moodle,
        "gradescope": lambda path: _gradescope(path, metadata or {}),
        "blackboard": _blackboard,
        "brightspace": _brightspace,
        "google": _google,
        "github": _github,
    }
    return readers[kind](path)


def _canvas(path):
    match = CANVAS.fullmatch(path)
    if match is None or not (match["who"] or match["anon"]):
        return None
    if match["anon"]:
        names = (("anonymous_id", match["anon"]),)
    else:
        names = (("canvas_id", match["user"]), ("letters", match["who"]))
    late = ("Canvas marks it as late.",) if match["late"] else ()
    # A file handed in again under the same name gets a number.
    again = re.search(r"-(\d{1,4})\.[^.]+$", match["file"])
    attempt = again[1].zfill(4) if again else "0000"
    file, who = match["file"], match["user"] or match["anon"]
    return NamedFile(names, file, flags=late, who=who, attempt=attempt)


def _moodle(path):
    match = MOODLE.fullmatch(path)
    if match is None:
        return None
    # "Section 1-Ada Lovelace": a group may stand before the name.
    parts = match["who"].split("-")
    who = ["-".join(parts[place:]) for place in range(len(parts))]
    names = (("moodle_id", match["user"]), *(("name", name) for name in who))
    return NamedFile(names, _last(match["file"]), who=match["user"])


def _blackboard(path):
    match = BLACKBOARD.fullmatch(path)
    if match is None:
        return None
    # The assignment's title stands before the user's name; both may have a "_".
    parts = match["who"].split("_")
    users = ["_".join(parts[place:]) for place in range(1, len(parts))] or parts
    names = [(column, user) for user in users for column in ("student", "login")]
    return NamedFile(
        tuple(names),
        match["file"] or "",
        who=match["who"],
        attempt=match["time"],
        alone=users[-1],
    )


def _brightspace(path):
    match = BRIGHTSPACE.fullmatch(path)
    if match is None:
        return None
    return NamedFile(
        (("name", match["who"]),),
        _last(match["file"]),
        who=f"{match['who']} ({match['user']})",
        attempt=_sortable(match["time"].strip()),
    )


def _sortable(text):
    for form in _DATES:
        try:
            return datetime.strptime(text, form).isoformat()
        except ValueError:
            continue
    return ""


def _google(path):
    match = GOOGLE.fullmatch(path)
    return match and NamedFile(
        (("name", match["who"]),), match["file"], who=match["who"]
    )


def _github(path):
    match = GITHUB.fullmatch(path)
    if match is None:
        return None
    names = tuple((column, match["user"]) for column in ("student", "github", "login"))
    return NamedFile(names, _last(match["file"]), who=match["user"])


def _gradescope(path, metadata):
    match = GRADESCOPE.fullmatch(path)
    if match is None or match["user"] not in metadata:
        return None
    (names, *partners), time = metadata[match["user"]]
    file = _last(match["file"])
    return NamedFile(names, file, time, partners=tuple(partners), who=str(names))


def _last(path):
    return path.rpartition("/")[2]


def gradescope_metadata(text: bytes) -> dict[str, tuple]:
    """Read Gradescope's list of submissions.

    Parameters
    ----------
    text : bytes
        ``submission_metadata.yml``, with Ruby's spelling of keys.

    Returns
    -------
    metadata : dict of {str: tuple}
        For each submission's folder, the names of each of its students as in
        :class:`NamedFile`, and the time.
    """
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
        return {}
    found = {}
    for folder, entry in raw.items() if isinstance(raw, dict) else ():
        if isinstance(entry, dict):
            names = [_columns(who) for who in entry.get(":submitters") or [{}]]
            found[str(folder)] = (names, str(entry.get(":created_at") or ""))
    return found


def _columns(submitter):
    known = (
        (column, submitter.get(f":{column}")) for column in ("sid", "email", "name")
    )
    return tuple((column, str(value)) for column, value in known if value)
