"""How learning platforms name the files of an export."""

import re
from dataclasses import dataclass

import yaml

CANVAS = re.compile(r"(?P<who>[^_/]+)_(?P<late>LATE_)?(?P<user>\d+)_\d+_(?P<file>.+)")
MOODLE = re.compile(
    r"(?P<who>[^/]+?)_(?P<user>\d+)_assignsubmission_file_?/?(?P<file>[^/].*)"
)
GRADESCOPE = re.compile(r"(?:.*/)?(?P<user>submission_\d+)/(?P<file>.+)")
METADATA = "submission_metadata.yml"
KINDS = ("canvas", "moodle", "gradescope", "plain")


@dataclass(frozen=True)
class NamedFile:
    """Whose file it is, in the words of the platform."""

    names: tuple[tuple[str, str], ...]  #: columns of a roster and values, surest first
    file: str  #: name of the file
    time: str = ""  #: when, if the platform says so
    flags: tuple[str, ...] = ()
    partners: tuple[tuple, ...] = ()  #: names of those who handed in together with them


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
    for kind, pattern in (("moodle", MOODLE), ("canvas", CANVAS)):
        if sum(bool(pattern.fullmatch(path)) for path in paths) > len(paths) / 2:
            return kind
    return "plain"


def place(kind: str, path: str, metadata: dict | None = None) -> "NamedFile | None":
    """Read a file's path.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
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
        "plain": _plain,
    }
    return readers[kind](path)


def _canvas(path):
    match = CANVAS.fullmatch(path)
    if match is None:
        return None
    names = (("canvas_id", match["user"]), ("letters", match["who"]))
    late = ("Canvas marks it as late.",) if match["late"] else ()
    return NamedFile(names, _last(match["file"]), flags=late)


def _moodle(path):
    match = MOODLE.fullmatch(path)
    if match is None:
        return None
    names = (("moodle_id", match["user"]), ("name", match["who"]))
    return NamedFile(names, _last(match["file"]))


def _gradescope(path, metadata):
    match = GRADESCOPE.fullmatch(path)
    if match is None or match["user"] not in metadata:
        return None
    (names, *partners), time = metadata[match["user"]]
    file = _last(match["file"])
    return NamedFile(names, file, time, partners=tuple(partners))


def _plain(path):
    parts = path.split("/")
    if len(parts) > 1:
        return NamedFile((("student", parts[0]),), parts[-1])
    student, _, file = parts[0].partition("_")
    return NamedFile((("student", student),), file) if file else None


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
