"""A notebook as found: whatever a student's file holds, read as far as it goes."""

import codecs
import json
import re
from dataclasses import dataclass
from functools import cached_property

from grading.engine.notebooks.conflicts import first_sides
from grading.engine.notebooks.pictures import pictures_of
from grading.engine.notebooks.statements import defined, parsed, plain_python

#: More cells than anybody writes; matching them would take too long.
MAX_CELLS = 3000
#: Characters of code, and of all else, that are read; parsing more would take minutes.
MAX_CODE, MAX_TEXT = 1_000_000, 8_000_000
#: Where a cell may begin, and how often reading resumes behind a damaged one.
CELL = re.compile(
    r'\{\s*"(?:cell_type|attachments|execution_count|id|metadata|outputs|source)"\s*:'
)
MAX_DAMAGED = 100
#: The longest marks first: UTF-32's begins like UTF-16's.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Unreadable(Exception):
    """A file that is no notebook; the message says what is wrong with it."""


@dataclass(frozen=True)
class ReadCell:
    """One cell of a notebook that somebody handed in."""

    kind: str  #: "code", "markdown", "raw", "heading"; anything a file may say
    source: str
    grade_id: str = ""  #: as the metadata claim
    cell_id: str = ""
    pictures: tuple[tuple[str, str], ...] = ()  #: pasted: names and data addresses

    # Each is looked at for every exercise, and found once.

    @cached_property
    def folded(self) -> str:
        """The text as :func:`folded` reduces it."""
        return folded(self.source)

    @cached_property
    def plain(self) -> str:
        """The text without IPython's own syntax."""
        return plain_python(self.source)[0]

    @cached_property
    def defines(self) -> frozenset[str]:
        """Names that it binds at its top."""
        return defined(self.source)

    @cached_property
    def is_python(self) -> bool:
        """Whether it can be parsed."""
        return parsed(self.source) is not None


def folded(source: str) -> str:
    """Reduce a text to what a round trip through another editor keeps.

    Parameters
    ----------
    source : str
        Of a cell.

    Returns
    -------
    text : str
        Without blanks at the ends of lines and empty lines.
    """
    lines = (line.rstrip() for line in source.split("\n"))
    return "\n".join(line for line in lines if line)


def read_cells(data: bytes) -> "tuple[list[ReadCell], list[str]]":
    """Read the cells of a notebook.

    Parameters
    ----------
    data : bytes
        A file of any format version, in any encoding, broken or not.

    Returns
    -------
    cells : list of ReadCell
        In order; outputs are never looked at.
    flags : list of str
        What had to be mended.

    Raises
    ------
    Unreadable
        If no cell can be found in it.
    """
    flags = []
    text = _decoded(data, flags)
    try:
        cells = _raw_cells(json.loads(text), flags)
    except RecursionError:
        raise Unreadable("The file nests lists thousands deep.") from None
    except ValueError:
        cells = _mended(text, flags)
    if len(cells) > MAX_CELLS:
        flags.append(f"More than {MAX_CELLS} cells; the rest was left out.")
    return _within_limits([_found(cell) for cell in cells[:MAX_CELLS]], flags), flags


def _within_limits(cells, flags):
    """Leave out what comes after too much text."""
    kept, room = [], {True: MAX_TEXT, False: MAX_CODE}
    for cell in cells:
        is_text = cell.kind == "markdown"
        pasted = sum(len(address) for _, address in cell.pictures)
        room[is_text] -= len(cell.source) + pasted
        if room[is_text] >= 0:
            kept.append(cell)
    if len(kept) < len(cells):
        flags.append(f"Too much text: {len(cells) - len(kept)} cells were left out.")
    return kept


def _decoded(data, flags):
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("The file is empty.")
    for mark, codec in MARKS:
        if data.startswith(mark):
            flags.append(f"The file begins with a byte order mark ({codec}).")
            return data[len(mark) :].decode(codec, "replace")
    for offset, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        if data[offset:100:2].count(0) > 40:
            flags.append(f"The file is written in {codec}.")
            return data.decode(codec, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        flags.append("The file is not UTF-8; it was read as Windows-1252.")
        return data.decode("cp1252", "replace")


def _raw_cells(raw, flags):
    if not isinstance(raw, dict):
        raise Unreadable("The file is JSON, but no notebook.")
    cells = raw.get("cells")
    if cells is None and isinstance(raw.get("worksheets"), list):
        flags.append("The notebook has format 3.")
        sheets = [sheet for sheet in raw["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    if not isinstance(cells, list):
        raise Unreadable("The notebook has no list of cells.")
    return [cell for cell in cells if isinstance(cell, dict)]


def _mended(text, flags):
    """Read a file that is no JSON: one side of a conflict, or what is whole."""
    resolved = first_sides(text)
    if resolved is not None:
        flags.append(
            "Git's conflict marks are in the file; where it says one thing or "
            "another, the first was read."
        )
        text = resolved
        try:
            return _raw_cells(json.loads(text), flags)
        except (ValueError, RecursionError):
            pass
    cells = _salvaged(text)
    flags.append(
        f"The file breaks off or is damaged; {len(cells)} whole cells were found."
    )
    return cells


def _salvaged(text):
    """Read the cells that are whole; behind a damaged one, go on at the next."""
    start = re.search(r'"cells"\s*:\s*\[', text)
    if start is None:
        raise Unreadable("The file is no notebook: it is not JSON.")
    decoder, position, cells, damaged = json.JSONDecoder(), start.end(), [], 0
    while damaged < MAX_DAMAGED:
        begin = CELL.search(text, position)
        if begin is None:
            break
        try:
            cell, position = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            position, damaged = begin.end(), damaged + 1
            continue
        if isinstance(cell.get("cell_type"), str):
            cells.append(cell)
    if not cells:
        raise Unreadable("The file breaks off before its first cell ends.")
    return cells


def _found(cell):
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    graded = metadata.get("nbgrader")
    graded = graded if isinstance(graded, dict) else {}
    kind = _word(cell.get("cell_type"))
    return ReadCell(
        kind=kind,
        source=_source(cell.get("source", cell.get("input"))),
        grade_id=_word(graded.get("grade_id")),
        # Colab moves a cell's id into its metadata.
        cell_id=_word(cell.get("id")) or _word(metadata.get("id")),
        # A picture is part of a text; in code its link would be one more line.
        pictures=() if kind == "code" else pictures_of(cell.get("attachments")),
    )


def _word(value):
    return value[:100] if isinstance(value, str) else ""


def _source(value):
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    if not isinstance(value, str):
        return ""
    # Half a pair of surrogates is valid JSON and cannot be written to any file.
    value = value.encode("utf-8", "replace").decode("utf-8")
    return value.replace("\r\n", "\n").replace("\r", "\n")
