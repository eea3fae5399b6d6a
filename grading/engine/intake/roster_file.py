"""The file of a roster: tables as spreadsheets and learning platforms write them."""

import codecs
import csv
from pathlib import Path

#: Columns of Canvas's gradebook, in small letters, and of which kind their values are.
CANVAS = {
    "student": "name",
    "id": "canvas_id",
    "sis user id": "sid",
    "sis login id": "login",
    "section": "section",
}


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a table with a header, whatever program wrote it.

    Parameters
    ----------
    path : pathlib.Path
        Fields apart by commas, semicolons or tabs, in UTF-8, UTF-16 with a byte order
        mark, or else Windows' Latin letters. Canvas's gradebook is understood: a
        student's id is the login there, or else the SIS or Canvas number.

    Returns
    -------
    rows : list of dict
        By column, in small letters.

    Raises
    ------
    OSError, UnicodeDecodeError, csv.Error
        If it cannot be read.
    """
    lines = _decoded(path.read_bytes()).splitlines(keepends=True)
    header = lines[0] if lines else ""
    delimiter = max(",;\t", key=header.count)
    rows = [
        {key.strip().casefold(): value or "" for key, value in row.items() if key}
        for row in csv.DictReader(lines, delimiter=delimiter)
    ]
    if rows and {"student", "id", "sis login id"} <= set(rows[0]):
        return [_from_canvas(row) for row in rows if row["id"].strip()]
    return rows


def unread(error: Exception) -> str:
    """Say why a table cannot be read, without the path, which is named already.

    Parameters
    ----------
    error : Exception
        What :func:`read_table` raised.

    Returns
    -------
    reason : str
        The system's word, or the error's.
    """
    return getattr(error, "strerror", None) or str(error)


def _decoded(data):
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _from_canvas(row):
    """Name a row's values as a roster does; lines for points have no id."""
    known = {CANVAS[key]: value for key, value in row.items() if key in CANVAS}
    login = known["login"].strip()
    student = login or known.get("sid", "").strip() or known["canvas_id"]
    return known | {"student": student, "email": login if "@" in login else ""}
