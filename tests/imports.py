"""Which modules import which, read from their text."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: More than this in one folder, and nobody finds anything.
MOST_MODULES = 20


def modules(package):
    """Find the files of a package: {dotted name: path}; a package is its `__init__`."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imported(path):
    """Yield what a file imports, at any depth: a module, or a name in one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: use absolute imports."
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows(files):
    """Yield (module, module) for every import between some modules."""
    for here, path in files.items():
        for name in imported(path):
            if ROOT.joinpath(*name.split(".")).with_suffix(".pyx").exists():
                continue  # compiled: it knows no other module
            there = name if name in files else name.rpartition(".")[0]
            if there in files and there != here:
                yield here, there


def circle(files):
    """Return the modules that know each other in a circle, or hang on one."""
    knows = {name: set() for name in files}
    for here, there in arrows(files):
        knows[here].add(there)
    while ends := {name for name, others in knows.items() if not others & knows.keys()}:
        knows = {name: others for name, others in knows.items() if name not in ends}
    return sorted(knows)


def crowded(files):
    """Return the folders with more modules than one looks through."""
    folders = {path.parent for path in files.values()}
    return sorted(
        str(folder)
        for folder in folders
        if len({*folder.glob("*.py")} - {folder / "__init__.py"}) > MOST_MODULES
    )
