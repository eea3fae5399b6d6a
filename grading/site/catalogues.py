"""Catalogues of the hand-written pages: ``python -m grading.site.catalogues``.

Brings every catalogue in ``docs/site/locale`` up to date and says how much of each page
is translated; ``--new index`` begins one. Text without a translation, or that has
changed since, stays English. ``python -m grading.authoring.translation`` does the same
for notebooks.
"""

import argparse
import shutil
import sys
from pathlib import Path

import polib
from sphinx_intl.basic import update

from cs231n.runs import terminal
from grading.site.__main__ import LANGUAGES, WORK, SiteError, sphinx, staged
from grading.site.stage import SOURCE, Home

LOCALE = SOURCE / "locale"


def hand_written() -> list[str]:
    """List the pages that people wrote for the site.

    Returns
    -------
    pages : list of str
        Such as ``"notes/classification"``.
    """
    paths = (path.relative_to(SOURCE) for path in SOURCE.rglob("*.md"))
    return sorted(p.with_suffix("").as_posix() for p in paths if p.name != "README.md")


def counted(texts: polib.POFile, catalogue: Path) -> tuple[int, int]:
    """Count the messages of a page, and those that are translated.

    Parameters
    ----------
    texts : polib.POFile
        The page's messages.
    catalogue : pathlib.Path
        Its translations, there or not.

    Returns
    -------
    done : int
        Translated, and not changed since.
    total : int
        All of them.
    """
    there = polib.pofile(str(catalogue)) if catalogue.exists() else ()
    ready = {entry.msgid for entry in there if entry.translated()}
    said = {entry.msgid for entry in texts}
    return len(said & ready), len(said)


def main(argv: list[str] | None = None) -> int:
    """Bring the catalogues up to date, and count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--new", metavar="PAGE", action="append", default=[])
    args = parser.parse_args(argv)
    if unknown := set(args.new) - set(hand_written()):
        print(f"No such page: {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    out = WORK / "gettext"
    try:
        stage, cache = staged("en", Home())
        sphinx(stage, out, cache, builder="gettext")
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    for language in set(LANGUAGES) - {"en"}:
        _update(out, language, args.new)
    return 0


def _update(out, language, new):
    """Update the catalogues that are there; count every page."""
    home = LOCALE / language / "LC_MESSAGES"
    begun = WORK / "gettext-begun"
    shutil.rmtree(begun, ignore_errors=True)
    for page in hand_written():
        texts, catalogue = out / f"{page}.pot", home / f"{page}.po"
        if page in new or catalogue.exists():
            (begun / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(texts, begun / f"{page}.pot")
    if begun.exists():
        update(str(LOCALE), str(begun), [language], line_width=92)
    for page in hand_written():
        done, total = counted(
            polib.pofile(str(out / f"{page}.pot")), home / f"{page}.po"
        )
        print(f"{language} {page}: {done} of {total} messages translated")


if __name__ == "__main__":
    terminal.leave(main)
