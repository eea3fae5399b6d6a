"""Pictures of the drawings in notebooks, made once for their pages and the gallery."""

import contextlib
import hashlib
import html
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import rc_context

from cs231n import drawings, figures
from cs231n.languages import NAME, families, speaking
from grading.site.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

DOTS = 144  # for an inch: sharp on most screens, 30 kB a picture


class Pictures:
    """The drawings of all notebooks, kept in a folder between builds.

    Parameters
    ----------
    cache : pathlib.Path
        For one state of the package.
    language : str, optional
        Of the gallery; what stands in drawings has that of their notebook.
    """

    def __init__(self, cache: Path, language: str = "en") -> None:
        self.cache, self.language = Path(cache), language
        #: By notebook: for the id of each drawing's cell its file, text and width.
        self.notebooks: dict[str, dict[str, dict]] = {}
        self.folders: dict[str, Path] = {}
        self.titles: dict[str, str] = {}

    def of_notebook(self, name: str, notebook: "NotebookNode") -> dict[str, str]:
        """Draw what the drawing cells of a notebook show.

        Parameters
        ----------
        name : str
            Such as ``"assignment1/knn"``.
        notebook : nbformat.NotebookNode
            As released.

        Returns
        -------
        pictures : dict of str to str
            HTML by the id of the cell; nothing for drawings of a student's answers.
        """
        cells = [cell for cell in notebook.cells if cell.id.startswith("drawing-")]
        with speaking(_language(notebook)), rc_context({"font.family": families()}):
            return self._of_cells(name, notebook, cells)

    def _of_cells(self, name, notebook, cells):
        sources = "\0".join([*families(), *(cell.source for cell in cells)])
        kept = self.cache / hashlib.sha256(sources.encode()).hexdigest()[:20]
        if not (kept / "all.json").exists():
            kept.mkdir(parents=True, exist_ok=True)
            drawn = _draw(cells, kept)
            (kept / "all.json").write_text(json.dumps(drawn), encoding="utf-8")
        found = json.loads((kept / "all.json").read_text(encoding="utf-8"))
        self.notebooks[name] = found
        self.titles[name] = notebook.cells[0].source.partition("\n")[0].strip("# ")
        self.folders[name] = kept
        return {key: _img(key, of, "../../pictures") for key, of in found.items()}

    def files(self) -> "Iterator[tuple[str, bytes]]":
        """Give the name and the bytes of every picture.

        Yields
        ------
        name : str
            Such as ``"drawing-knn-matrix.png"``.
        data : bytes
            The picture.
        """
        for name, found in self.notebooks.items():
            for key in found:
                yield f"{key}.png", (self.folders[name] / f"{key}.png").read_bytes()

    def page(self) -> str:
        """Write the gallery.

        Returns
        -------
        page : str
            Markdown: the pictures of each notebook, below a link to it.
        """
        parts = ["# " + say("Gallery", self.language), say(_ABOUT, self.language)]
        for name, found in self.notebooks.items():
            if found:
                home = f"assignments/{name}"
                shown = "\n".join(_link(home, key, of) for key, of in found.items())
                shown = f'<div class="gallery">\n{shown}\n</div>'
                parts += [f"## [{self.titles[name]}]({home}.md)", shown]
        return "\n\n".join(parts) + "\n"


_ABOUT = "Every drawing of the notebooks; a picture leads to the notebook it is in."


def _link(home, key, of):
    return f'<a href="{home}.html#{key}">{_img("", of, "pictures", key)}</a>'


def _img(identity, of, folder, key=""):
    key = key or identity
    mark = f' id="{identity}"' if identity else ""
    return (
        f'<img{mark} class="drawing" loading="lazy" alt="{html.escape(of["alt"])}" '
        f'src="{folder}/{key}.png" width="{of["width"]}" height="{of["height"]}">'
    )


def _language(notebook):
    """Name the language that a translated notebook sets."""
    setting = re.compile(f'^{NAME} = "(.*)"$', re.MULTILINE)
    found = (setting.search(cell.source) for cell in notebook.cells)
    return next((match[1] for match in found if match), "")


def _draw(cells, folder):
    """Run drawing cells, which need nothing but the package; keep what they show."""
    shown, current = {}, []

    def show(figure, alt, *, svg=False):
        file = io.BytesIO()
        figure.savefig(file, dpi=DOTS, format="png")
        (folder / f"{current[0]}.png").write_bytes(file.getvalue())
        width, height = (round(96 * side) for side in figure.get_size_inches())
        shown[current[0]] = {"alt": alt, "width": width, "height": height}

    here = SimpleNamespace(**{n: getattr(drawings, n) for n in drawings.__all__})
    here.show = show
    names = {"np": np, "plt": plt, "drawings": here, "figures": figures}
    names["needs_answers"] = lambda: contextlib.suppress(NameError)
    for cell in cells:
        current[:] = [cell.id]
        with contextlib.suppress(NameError):  # it draws what a student wrote
            exec(cell.source, names)
    return shown
