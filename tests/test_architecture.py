"""The parts of the package, and which may know which: an arrow only goes down."""

import ast
import subprocess
import sys

import pytest

from tests.imports import arrows, circle, crowded, imported, modules

FILES = modules("cs231n")
#: Folders, and modules that are not like their folder, by layer, lowest first. An arrow
#: goes to a lower layer, or stays in its part; no part knows another of its layer.
LAYERS = [
    {"languages"},
    {
        *("files", "schedules", "runs", "vis", "figures"),
        *("old_imports", "course_modules", "data.errors"),
    },
    {
        "gradcheck",
        "kernels._numpy",
        "checkpoint",
        "data.home",
        "data.locks",
        "data.imageset",
        "workbook",
    },
    {"kernels", "data.cache", "data.captions", "data.pickles", "data.remote"},
    {"layers", "optim", "features", "data.drawn"},
    {"data"},
    {"autograd"},
    {"nets"},
    {"solver", "search", "demos", "drawings", "engine", "scores"},
    {"notebook", "testing"},
    {"pytorch", "check", "hint", "submit"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
#: Old spellings: thin modules that import from anywhere and are imported by nobody.
SPELLINGS = {
    "captioning_solver",
    "classifiers",
    "coco_utils",
    "data_utils",
    "fast_layers",
    "gradient_check",
    "im2col",
    "im2col_cython",
    "image_utils",
    "layer_utils",
    "rnn_layers",
    "vis_utils",
}
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
NAMES = sorted(set(FILES) - {"cs231n"})


def part(module):
    """Name what stands in `LAYERS`: the module, or the nearest folder that does."""
    name = module.removeprefix("cs231n.")
    while name not in LEVEL and "." in name:
        name = name.rpartition(".")[0]
    return name


@pytest.mark.parametrize("name", NAMES)
def test_every_module_has_a_place(name):
    assert part(name) in LEVEL.keys() | SPELLINGS, (
        f"Add {part(name)!r} to LAYERS here and to docs/architecture.md."
    )


def test_every_part_is_there():
    assert {part(name) for name in NAMES} == LEVEL.keys() | SPELLINGS


def test_arrows_go_down():
    found = [arrow for arrow in sorted(set(arrows(FILES))) if "cs231n" not in arrow]
    assert len(found) > 200
    for here, there in found:
        a, b = part(here), part(there)
        if a == b or a in SPELLINGS:
            continue
        assert b not in SPELLINGS, f"{here} imports the old spelling {there}."
        assert LEVEL[b] < LEVEL[a], f"{here} may not import {there}."


def test_no_circle():
    assert circle(FILES) == []


def test_no_folder_is_crowded():
    assert crowded(FILES) == []


@pytest.mark.parametrize("name", NAMES)
def test_only_known_libraries_are_imported(name):
    for wanted in imported(FILES[name]):
        top = wanted.partition(".")[0]
        known = top in sys.stdlib_module_names or top in LIBRARIES | {"cs231n"}
        assert known, f"{name} imports {top}, which students may not have."


@pytest.mark.parametrize("name", [name for name in NAMES if part(name) in SPELLINGS])
def test_an_old_spelling_says_so_and_is_thin(name):
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    assert ast.get_docstring(tree).startswith("Old spelling of ")
    thin = (ast.Expr, ast.ImportFrom, ast.Assign)
    assert all(isinstance(statement, thin) for statement in tree.body)


def test_importing_the_package_is_silent_and_loads_nothing():
    (table,) = imported(FILES["cs231n"])
    assert table == "cs231n.course_modules.watch_imports"
    assert set(imported(FILES["cs231n.course_modules"])) == {"sys", "typing.Any"}
    code = "import sys, cs231n; print('numpy' in sys.modules, len(sys.argv))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert (result.stdout.split()[0], result.stderr) == ("False", "")
