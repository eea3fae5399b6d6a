"""Build the course's site: ``python -m grading.site``, or ``make site``.

The pages are plain files: open ``build/site/index.html`` in a browser, or serve the
folder. Nothing is fetched, neither here nor when a page is opened.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from grading import ROOT
from grading.authoring import lite
from grading.authoring.handout import https, origin
from grading.site.pictures import Pictures
from grading.site.stage import Stage, digest_of_package

WORK = ROOT / "build" / "site-work"


class SiteError(Exception):
    """The site cannot be built; the message says why."""


def build(out: Path, *, address: str = "", with_lite: bool = False) -> None:
    """Build the site.

    Parameters
    ----------
    out : pathlib.Path
        Its folder; what an earlier build left there is replaced.
    address : str, optional
        Of the repository.
    with_lite : bool, optional
        Whether to build JupyterLite beside the pages.

    Raises
    ------
    SiteError
        If Sphinx warns of anything, or a cell of a page fails.
    """
    cache = WORK / digest_of_package()
    stage = Stage(WORK / "pages", address, with_lite)
    stage.fill(ROOT / "assignments", Pictures(cache / "pictures"))
    stage.finish()
    shutil.rmtree(out, ignore_errors=True)
    _sphinx(stage.folder, out, cache, address)
    if with_lite:
        lite.build(out / "lite")


def _sphinx(pages, out, cache, address):
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q"]
    command += ["-d", str(WORK / "doctrees")]
    told = {
        "CS231N_SITE_CACHE": str(cache / "cells"),
        "CS231N_SITE_ADDRESS": address,
        "CS231N_DATA": os.environ.get("CS231N_DATA", str(ROOT / "build" / "embedded")),
    }
    command += [str(pages), str(out)]
    if subprocess.run(command, env=os.environ | told).returncode:
        raise SiteError("Sphinx says above what is wrong with which page.")


def main(argv: list[str] | None = None) -> int:
    """Build the site and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "build" / "site",
        help="(default: build/site)",
    )
    parser.add_argument(
        "--repository",
        metavar="URL",
        help="where the notebooks can be opened (default: the git remote origin)",
    )
    parser.add_argument(
        "--lite", action="store_true", help="with JupyterLite, for Open in the browser"
    )
    args = parser.parse_args(argv)
    address = https(origin() if args.repository is None else args.repository)
    try:
        build(args.out, address=address, with_lite=args.lite)
    except (SiteError, lite.LiteError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The site is in {args.out}: open index.html there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
