"""The documents name what is there, and the map names all of it."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.imports import modules

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "datasets/README.md"]
MAP = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
#: Folders with a module for each layer, model or drawing: their names say it all.
BY_NAME = {
    *("cs231n.layers", "cs231n.nets", "cs231n.nets.captioning", "cs231n.drawings"),
    *("cs231n.kernels._numpy", "cs231n.classifiers"),
}
#: Made by commands, or by the page's reader.
MADE = (
    "build/",
    "grading/ledger",
    "grading/gradebook.db",
    "grading/autograded",
    "grading/report/",
    "grading/marking/",
    "grading/replies/",
)


def prose(page):
    """Read a page without its blocks of code."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)


def anchors(page):
    """List what a link can point to in a page, as GitHub names it."""
    heads = re.findall(r"^#+ (.*)$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for link in re.findall(r"\]\((?!http|mailto)([^)]+)\)", prose(page)):
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_and_every_command_is_there(page):
    text = page.read_text(encoding="utf-8")
    tops = "cs231n|grading|tests|benchmarks|docs|solutions|datasets|assignments"
    for path in re.findall(rf"`((?:{tops})/[\w./]*[\w/])`", text):
        example = path.startswith(MADE) or re.search(r"[A-Z]{3}|assignmentN", path)
        assert example or (ROOT / path).exists(), path
    for name in re.findall(rf"-m ((?:{tops})[\w.]*\w)", text):
        folder = ROOT.joinpath(*name.split("."))
        found = folder.with_suffix(".py"), folder / "__main__.py"
        assert any(path.exists() for path in found), f"python -m {name}"


def test_every_make_target_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.M))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"(?:^|`)make ([a-z-]+)(?= |`|$)", text, re.M)
        assert set(named) <= targets, page.name


def test_the_map_names_every_module():
    named = set(re.findall(r"`([\w./*-]+)`", MAP)) | set(re.findall(r"\w+", MAP))
    missing = []
    for name, path in {**modules("cs231n"), **modules("grading")}.items():
        folder = name.rpartition(".")[0]
        known = folder in BY_NAME or name.startswith(
            ("cs231n.autograd.", "cs231n.drawings.", "grading.mist")
        )
        if path.stem in ("__init__", "__main__") or known:
            continue
        family = f"{path.stem.partition('_')[0]}_*.py"
        if not {f"{path.stem}.py", path.stem, family} & named:
            missing.append(name)
    assert missing == []


def test_the_map_names_nothing_else():
    run = ["git", "ls-files", "cs231n", "grading", "tests"]
    listed = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no repository")
    there = f"/{listed.stdout}".replace("\n", "\n/").splitlines()
    for name in re.findall(r"`([\w./]+\.(?:py|pyx|inc|toml|npz))`", MAP):
        assert any(path.endswith(f"/{name}") for path in there), name
