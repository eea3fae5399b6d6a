"""The module map: an arrow between modules of ``cs231n`` may only go down."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "cs231n"

#: Modules by layer, lowest first. Modules of one layer do not import each other.
LAYERS = [
    {"files"},
    {
        "kernels",
        "data",
        "old_imports",
        "gradcheck",
        "vis",
        "drawings",
        "checkpoint",
        "schedules",
    },
    {"layers", "optim", "features"},
    {"nets", "autograd"},
    {"solver", "captioning", "search", "demos", "engine"},
    {"notebook", "testing"},
    {"pytorch"},
]
#: Old spellings: thin modules that import from anywhere and are imported by nobody.
SPELLINGS = {
    "captioning_solver",
    "classifiers",
    "coco_utils",
    "data_utils",
    "fast_layers",
    "gradient_check",
    "im2col",
    "image_utils",
    "layer_utils",
    "rnn_layers",
    "vis_utils",
}
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
#: What the lowest common install has; anything else is an extra and imported lazily.
LIBRARIES = {
    "numpy",
    "matplotlib",
    "imageio",
    "pooch",
    "requests",  # pooch brings it
    "threadpoolctl",
    "tqdm",
    "IPython",
    "h5py",
    "ipywidgets",
    "torch",
}


def sources():
    return sorted(PACKAGE.rglob("*.py"))


def module_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path):
    """Yield the dotted names a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: use absolute imports."
            yield node.module
            if node.module == "cs231n":
                yield from (f"cs231n.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_arrows_go_down(path):
    here = module_of(path)
    if here == "__init__":
        assert list(imported(path)) == [], "cs231n/__init__.py imports nothing."
        return
    assert here in LEVEL or here in SPELLINGS, (
        f"Add {here!r} to LAYERS here and to the module map in docs/architecture.md."
    )
    for name in imported(path):
        top, _, rest = name.partition(".")
        if top != "cs231n":
            known = top in sys.stdlib_module_names or top in LIBRARIES
            assert known, f"{path.name} imports {top}, which students may not have."
            continue
        there = rest.partition(".")[0]
        if not there or there == here or here in SPELLINGS:
            continue
        assert there not in SPELLINGS, f"{here} imports the old spelling {there}."
        assert LEVEL[there] < LEVEL[here], f"{here} may not import {there}."


def test_importing_the_package_is_silent_and_loads_nothing():
    code = "import sys, cs231n; print('numpy' in sys.modules, len(sys.argv))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert (result.stdout.split()[0], result.stderr) == ("False", "")
