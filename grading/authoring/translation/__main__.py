"""Catalogues of the notebooks: ``python -m grading.authoring.translation``.

Brings every catalogue that is there up to date with the released notebooks, and the
one of what the package says with its modules, and says how much of each is
translated. ``--check`` writes nothing and fails if one is out of date, ``--new
assignment1/knn`` begins one, ``--out FOLDER`` writes the notebooks.
"""

import argparse
import sys
from pathlib import Path

import nbformat
import polib

from cs231n.runs import terminal
from grading import ROOT
from grading.authoring.translation.catalogue import (
    LOCALE,
    catalogue_path,
    translate,
    updated,
)
from grading.authoring.translation.messages import messages
from grading.authoring.translation.package import catalogue_of_package, said


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--language", default="zh_CN", help="(default: zh_CN)")
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--new", metavar="NAME", action="append", default=[])
    parser.add_argument("--out", type=Path, help="where to write the notebooks")
    args = parser.parse_args(argv)
    folder = LOCALE / args.language
    there = [path.relative_to(folder).with_suffix("") for path in folder.glob("*/*.po")]
    stale = []
    for name in sorted({*args.new, *(path.as_posix() for path in there)}):
        source = ROOT / "assignments" / f"{name}.ipynb"
        if not source.exists():
            print(f"There is no notebook {name!r} in assignments/.", file=sys.stderr)
            return 2
        if not _one(name, source, args):
            stale.append(name)
    if not _package(args):
        stale.append("cs231n")
    if stale and args.check:
        print("Out of date:", *stale, "\nMend: python -m grading.authoring.translation")
    return 1 if stale and args.check else 0


def _one(name, source, args):
    """Bring one catalogue up to date, count, write; say whether it was as it should."""
    notebook = nbformat.read(source, as_version=4)
    path = catalogue_path(args.language, name)
    text, same = _kept(updated(messages(notebook), path), path, args)
    done, total = translate(notebook, polib.pofile(text))
    print(f"{args.language} {name}: {done} of {total} messages translated")
    if args.out:
        copy = args.out / f"{name}.ipynb"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((nbformat.writes(notebook) + "\n").encode())
    return same


def _package(args):
    """Do the same with what the package says."""
    path = catalogue_of_package(args.language)
    if not path.exists():
        return True
    catalogue = updated(said(), path)
    done = len(catalogue.translated_entries())
    total = (
        done + len(catalogue.untranslated_entries()) + len(catalogue.fuzzy_entries())
    )
    print(f"{args.language} cs231n: {done} of {total} messages translated")
    return _kept(catalogue, path, args)[1]


def _kept(catalogue, path, args):
    """Write a catalogue unless it is only to be compared; say whether it was so."""
    text = str(catalogue).rstrip() + "\n"
    same = path.exists() and path.read_text(encoding="utf-8") == text
    if not same and not args.check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return text, same


if __name__ == "__main__":
    terminal.leave(main)
