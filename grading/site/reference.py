"""Pages of the API reference, from the docstrings of public modules."""

import importlib
import inspect
import pkgutil

#: What a page is about, and the modules on it.
PARTS = {
    "layers": ("Layers", ["cs231n.layers"]),
    "optim": ("Update rules", ["cs231n.optim", "cs231n.schedules"]),
    "nets": ("Networks", ["cs231n.nets.*", "cs231n.nets.captioning"]),
    "seeing": ("Looking into networks", ["cs231n.nets.seeing.*"]),
    "autograd": ("The tape", ["cs231n.autograd", "cs231n.engine"]),
    "solver": ("Training", ["cs231n.solver", "cs231n.search", "cs231n.checkpoint"]),
    "data": ("Data", ["cs231n.data"]),
    "features": ("Image features", ["cs231n.features"]),
    "gradcheck": ("Numerical gradients", ["cs231n.gradcheck"]),
    "kernels": ("Kernels", ["cs231n.kernels"]),
    "pictures": ("Pictures", ["cs231n.vis", "cs231n.figures", "cs231n.demos"]),
    "drawings": ("Drawings", ["cs231n.drawings"]),
    "scores": ("Scores of pictures", ["cs231n.scores"]),
    "testing": ("Tests that explain", ["cs231n.testing", "cs231n.notebook"]),
    "pytorch": ("Answers in PyTorch", ["cs231n.pytorch"]),
}


def reference_pages() -> dict[str, str]:
    """Write the pages of the reference.

    Returns
    -------
    pages : dict of str to str
        Markdown by page, such as ``"reference/layers"``.
    """
    pages = {}
    for name, (title, modules) in PARTS.items():
        blocks = "\n\n".join(_module(module) for module in _expanded(modules))
        pages[f"reference/{name}"] = f"# {title}\n\n{blocks}\n"
    return pages


def _expanded(names):
    """Put the public modules of a folder in place of ``folder.*``."""
    for name in names:
        folder = name.removesuffix(".*")
        if folder == name:
            yield name
            continue
        for module in pkgutil.iter_modules(importlib.import_module(folder).__path__):
            if not module.ispkg and not module.name.startswith("_"):
                yield f"{folder}.{module.name}"


def _module(name):
    module = importlib.import_module(name)
    shown = ["   :members:"]
    lines = []
    if members := getattr(module, "__all__", None):
        lines = [_line(name, one, getattr(module, one)) for one in sorted(members)]
        shown.append("   :imported-members:")
    table = ".. list-table::\n\n" + "\n".join(lines) + "\n\n" if lines else ""
    block = f"{table}.. automodule:: {name}\n" + "\n".join(shown)
    return f"## `{name}`\n\n```{{eval-rst}}\n{block}\n```"


def _line(module, name, member):
    """Write a row of the table: a link, and the first sentence of the docstring."""
    text = (inspect.getdoc(member) if callable(member) else "") or ""
    first = text.partition("\n\n")[0].replace("\n", " ")
    return f"   * - :py:obj:`~{module}.{name}`\n     - {first}"
