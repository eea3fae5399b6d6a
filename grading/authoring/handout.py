"""What students get: the committed workbook without answers and tests.

``python -m grading handout`` builds the notebooks, refuses what is not committed, and
writes a zip or a branch of exactly what `git archive` leaves in.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import nbformat

import cs231n
from grading import ROOT
from grading.authoring.release import drift
from grading.authoring.student_copy.wheels import NoWheels, links

#: What stands in a student's copy in place of the project's own.
COPY = Path(__file__).parent / "student_copy"


class HandoutError(Exception):
    """Nothing can be handed out; the message says what to do first."""


def handout(
    out: Path | None = None,
    branch: str = "",
    *,
    root: Path = ROOT,
    repository: str | None = None,
    sums: Path | None = None,
    downloads: str = "",
    reworded: Callable[[str, str], str] = lambda name, text: text,
) -> tuple[str, int]:
    """Write the student release.

    Parameters
    ----------
    out : pathlib.Path, optional
        The zip to write.
    branch : str, optional
        The branch to commit it to instead; it is made if it is not there.
    root : pathlib.Path, optional
        The project.
    repository : str, optional
        Where students' notebooks install the package from on Colab; by default the git
        remote ``origin``, without one nowhere.
    sums : pathlib.Path, optional
        The ``SHA256SUMS`` of the release of this version there: notebooks install its
        wheels then, and nothing with another checksum.
    downloads : str, optional
        Where the release's files are, if not where GitHub and Gitea have them.
    reworded : callable, optional
        Gives a notebook's text in another language, for its name and its text.

    Returns
    -------
    commit : str
        What it was taken from.
    files : int
        How many it has.

    Raises
    ------
    HandoutError
        If the notebooks are stale, or something is not committed.
    """
    if stale := drift(root / "assignments", root / "solutions"):
        raise HandoutError(
            f"These notebooks are not what solutions/ builds: {', '.join(stale)}.\n"
            f"Build them with `make release`, commit them, and hand out again."
        )
    changed = _git(root, "status", "--porcelain").splitlines()
    if changed:
        raise HandoutError(
            "These files are not committed, and students would get the old ones:\n"
            + "\n".join(changed[:10])
            + "\nCommit them, and hand out again."
        )
    address = https(origin(root) if repository is None else repository)
    wheels = _wheels(address, sums, downloads)
    tree = _student_tree(root, address, branch, wheels, reworded)
    files = _git(root, "ls-tree", "-r", "--name-only", tree).splitlines()
    if out is not None:
        _git(root, "archive", "--format=zip", "-o", str(out.resolve()), tree)
    if branch:
        _commit(root, tree, branch)
    return _git(root, "rev-parse", "--short", "HEAD"), len(files)


def _add_badge(readme, address, branch):
    """Let students open the whole copy in Binder."""
    link = binder(address, branch, "lab/tree/assignments")
    badge = f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({link})"
    heading, _, rest = readme.read_text(encoding="utf-8").partition("\n")
    readme.write_text(f"{heading}\n\n{badge}\n{rest}", encoding="utf-8")


def _wheels(address, sums, downloads):
    if sums is None:
        return []
    if not address:
        raise HandoutError("Wheels are installed from a repository: add --repository.")
    default = f"{address}/releases/download/v{cs231n.__version__}"
    try:
        return links(sums, downloads or default)
    except NoWheels as reason:
        raise HandoutError(str(reason)) from None


def _student_tree(root, address, branch, wheels, reworded):
    """Make a tree of what `git archive` leaves in."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        archive, work = place / "all.tar", place / "work"
        work.mkdir()
        _git(root, "archive", "--format=tar", "-o", str(archive), "HEAD")
        subprocess.run(["tar", "-xf", str(archive), "-C", str(work)], check=True)
        index = {"GIT_INDEX_FILE": str(place / "index")}
        for path in work.glob("assignments/*/*.ipynb"):
            inside = path.relative_to(work)
            text = path.read_text(encoding="utf-8")
            if address:
                at = f"{branch or 'main'}/{inside.as_posix()}"
                text = addressed(text, address, at, wheels)
            name = "/".join(inside.with_suffix("").parts[1:])
            path.write_bytes(reworded(name, text).encode())
        shutil.copytree(
            COPY, work, ignore=shutil.ignore_patterns("*.py"), dirs_exist_ok=True
        )
        if address.startswith("https://github.com/"):
            _add_badge(work / "README.md", address, branch or "main")
        # What is ignored was committed all the same.
        _git(root, f"--work-tree={work}", "add", "--all", "--force", ".", **index)
        return _git(root, "write-tree", **index)


def https(remote: str) -> str:
    """Write the address of a repository as pip and Colab read it.

    Parameters
    ----------
    remote : str
        As git has it: ``git@github.com:me/course.git`` or ``https://...``.

    Returns
    -------
    address : str
        Without ``.git``, user or password; empty for what is no address of a host.
    """
    found = re.fullmatch(
        r"(?:(?:https|ssh|git)://)?(?:[^@/]*@)?([\w-]+(?:\.[\w-]+)+)[:/](.+?)(?:\.git)?/?",
        remote.strip(),
    )
    return f"https://{found[1]}/{found[2]}" if found else ""


def addressed(text: str, address: str, place: str, wheels: Sequence[str] = ()) -> str:
    """Write into a notebook where it is and where its package comes from.

    Parameters
    ----------
    text : str
        A released notebook.
    address : str
        From :func:`https`.
    place : str
        Branch and path of the notebook there.
    wheels : sequence of str, optional
        The release's, with their checksums; without them pip builds the package from
        the repository, without a compiler.

    Returns
    -------
    text : str
        With a badge where Colab can open it; the package is pinned to this version.

    Raises
    ------
    HandoutError
        If its first cell leaves no place for what is written.
    """
    notebook = nbformat.reads(text, as_version=4)
    title, first = notebook.cells[:2]
    package = f"git+{address}@v{cs231n.__version__}"
    if wheels:
        package = f"cs231n-workbook=={cs231n.__version__}"
        listed = "".join(f'    "{link}",\n' for link in wheels)
        first.source = _written(first.source, "WHEELS = []", f"WHEELS = [\n{listed}]")
    first.source = _written(first.source, 'PACKAGE = ""', f'PACKAGE = "{package}"')
    if address.startswith("https://github.com/"):
        home = f"{address.removeprefix('https://github.com/')}/blob/{place}"
        badge = (
            f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
            f"(https://colab.research.google.com/github/{home})"
        )
        heading, _, rest = title.source.partition("\n")
        title.source = f"{heading}\n\n{badge}\n{rest}"
    return nbformat.writes(notebook) + "\n"


def _written(cell, line, new):
    """Put a line in place of the one that a first cell leaves open."""
    if f"\n{line}\n" not in cell:
        raise HandoutError(
            f"A notebook's first cell has no line `{line}` to write into. Take the one "
            f"in student_copy/first_cell.py, build with `make release`, and commit."
        )
    return cell.replace(f"\n{line}\n", f"\n{new}\n", 1)


def binder(address: str, branch: str, place: str) -> str:
    """Say where Binder opens a repository, which it installs by ``environment.yml``.

    Parameters
    ----------
    address : str
        Of a repository on GitHub, from :func:`https`.
    branch : str
        The one to open.
    place : str
        What Jupyter shows there, such as ``"lab/tree/assignments"``.

    Returns
    -------
    link : str
        An address.
    """
    home = address.removeprefix("https://github.com/")
    where = f"{home}/{quote(branch, safe='')}?urlpath={quote(place, safe='')}"
    return f"https://mybinder.org/v2/gh/{where}"


def origin(root: Path = ROOT) -> str:
    """Say where a clone came from.

    Parameters
    ----------
    root : pathlib.Path, optional
        The project.

    Returns
    -------
    remote : str
        The address of the git remote ``origin`` as git has it; empty without one.
    """
    remotes = _git(root, "remote").split()
    return _git(root, "remote", "get-url", "origin") if "origin" in remotes else ""


def _commit(root, tree, branch):
    name = f"refs/heads/{branch}"
    _git(root, "check-ref-format", name)
    if _git(root, "symbolic-ref", "--quiet", "HEAD") == name:
        raise HandoutError(f"You are on the branch {branch!r}: name another one.")
    before = _git(root, "for-each-ref", "--format=%(objectname)", name)
    if before and _git(root, "rev-parse", f"{before}^{{tree}}") == tree:
        return
    parent = ["-p", before] if before else []
    message = "Release of " + _git(root, "rev-parse", "--short", "HEAD")
    commit = _git(root, "commit-tree", tree, *parent, "-m", message)
    _git(root, "update-ref", name, commit, *([before] if before else []))


def _git(root, *arguments, **variables):
    try:
        result = subprocess.run(
            ["git", *arguments],
            cwd=root,
            env=os.environ | variables,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise HandoutError("There is no git here; install it.") from None
    if result.returncode:
        raise HandoutError(f"`git {arguments[0]}` refused: {result.stderr.strip()}")
    return result.stdout.strip()
