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

from cs231n.runs import terminal
from grading import ROOT
from grading.authoring import lite
from grading.authoring.handout import https, origin
from grading.site.pictures import Pictures
from grading.site.stage import Home, Stage, digest_of_package

WORK = ROOT / "build" / "site-work"
#: Each language, and its folder in the site.
LANGUAGES = {"en": "", "zh_CN": "zh_CN"}


class SiteError(Exception):
    """The site cannot be built; the message says why."""


def build(out: Path, home: Home) -> None:
    """Build the site in all languages.

    Parameters
    ----------
    out : pathlib.Path
        Its folder; what an earlier build left there is replaced.
    home : Home
        Where notebooks can be opened; JupyterLite is built where it says so.

    Raises
    ------
    SiteError
        If Sphinx warns of anything, or a cell of a page fails.
    """
    shutil.rmtree(out, ignore_errors=True)
    others = {}
    for language, folder in LANGUAGES.items():
        stage, cache = staged(language, home)
        sphinx(stage, out / folder, cache)
        if folder:
            others[folder] = stage.folder / "extra" / "notebooks"
    if home.lite:
        lite.build(out / "lite", others)


def staged(language: str, home: Home) -> tuple[Stage, Path]:
    """Gather the pages of a language.

    Parameters
    ----------
    language : str
        One of :data:`LANGUAGES`.
    home : Home
        Where notebooks can be opened.

    Returns
    -------
    stage : Stage
        The folder of pages.
    cache : pathlib.Path
        What was drawn and run with the package as it is.
    """
    cache = WORK / digest_of_package()
    stage = Stage(WORK / "pages" / language, language, home)
    stage.fill(ROOT / "assignments", Pictures(cache / "pictures", language))
    return stage, cache


def sphinx(stage: Stage, out: Path, cache: Path, builder: str = "html") -> None:
    """Run Sphinx on a folder of pages.

    Parameters
    ----------
    stage : Stage
        The pages.
    out : pathlib.Path
        Where the result goes.
    cache : pathlib.Path
        Where executed cells are kept.
    builder : str, optional
        Sphinx's name for the kind of result.

    Raises
    ------
    SiteError
        If it warns of anything.
    """
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q"]
    trees = WORK / "trees" / builder / stage.language
    command += ["-b", builder, "-d", str(trees)]
    told = {
        "CS231N_SITE_CACHE": str(cache / "cells"),
        "CS231N_SITE_OUTPUTS": str(trees / "outputs"),
        "CS231N_SITE_ADDRESS": stage.home.address,
        "CS231N_SITE_LANGUAGE": stage.language,
        "CS231N_DATA": str(ROOT / "build" / "embedded"),  # what the package draws
        "IPYTHONDIR": str(_quiet_kernels()),
        "TQDM_DISABLE": "1",  # a page has no progress
        "OPENBLAS_NUM_THREADS": "1",  # small products: two threads wait for each other
        "OMP_NUM_THREADS": "1",
    }
    command += [str(stage.folder), str(out)]
    if subprocess.run(command, env=os.environ | told).returncode:
        raise SiteError("Sphinx says above what is wrong with which page.")


def _quiet_kernels():
    """Write settings of kernels: they warn of nothing, and nobody's own count."""
    profile = WORK / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    settings = 'get_config().IPKernelApp.log_level = "ERROR"\n'
    (profile / "ipython_kernel_config.py").write_text(settings, encoding="utf-8")
    return profile.parent


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
        "--branch",
        default="main",
        help="the one there with students' notebooks (default: main)",
    )
    parser.add_argument(
        "--lite", action="store_true", help="with JupyterLite, for Open in the browser"
    )
    args = parser.parse_args(argv)
    address = https(origin() if args.repository is None else args.repository)
    home = Home(address, args.branch, args.lite)
    print("Building the pages and running their cells: some minutes.", flush=True)
    try:
        build(args.out, home)
    except (SiteError, lite.LiteError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The site is in {args.out}: open index.html there.")
    return 0


if __name__ == "__main__":
    terminal.leave(main)
