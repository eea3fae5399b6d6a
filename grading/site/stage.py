"""Every page of the site as Markdown in one folder, from which Sphinx builds."""

import hashlib
from pathlib import Path

import nbformat

import cs231n
from grading import ROOT
from grading.authoring.build import EXTRAS
from grading.authoring.handout import addressed
from grading.site.documents import document_pages
from grading.site.notebook_page import notebook_page
from grading.site.pictures import Pictures
from grading.site.reference import reference_pages

#: Pages written by hand, and what they load.
SOURCE = ROOT / "docs" / "site"
COLAB = "https://colab.research.google.com/github/"


class Stage:
    """A folder of pages.

    Parameters
    ----------
    folder : pathlib.Path
        Made; what no page needs any more is removed by :meth:`finish`.
    address : str, optional
        Of the repository; without it nothing links there, and not to Colab.
    lite : bool, optional
        Whether the site has JupyterLite beside the pages.
    """

    def __init__(self, folder: Path, address: str = "", lite: bool = False) -> None:
        self.folder, self.address, self.lite = Path(folder), address, lite
        self.written: set[Path] = set()

    def write(self, name: str, data: bytes) -> None:
        """Write a file unless it is there already, so that Sphinx reads it once.

        Parameters
        ----------
        name : str
            Path in the folder.
        data : bytes
            What it holds.
        """
        path = self.folder / name
        self.written.add(path)
        if path.exists() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def fill(self, assignments: Path, pictures: Pictures) -> None:
        """Write all pages.

        Parameters
        ----------
        assignments : pathlib.Path
            The released notebooks.
        pictures : Pictures
            Those of the drawings.
        """
        for path in SOURCE.rglob("*"):
            place = path.relative_to(SOURCE)
            if path.is_file() and place.parts[0] not in ("locale", "README.md"):
                self.write(place.as_posix(), path.read_bytes())
        for path in (ROOT / "docs" / "figures").glob("*.png"):
            self.write(f"docs/figures/{path.name}", path.read_bytes())
        for page, text in {**document_pages(self.address), **reference_pages()}.items():
            self.write(f"{page}.md", text.encode())
        for path in sorted(assignments.glob("*/*.ipynb")):
            self.notebook(path, pictures)
        self.write("gallery.md", pictures.page().encode())
        for name, data in pictures.files():
            self.write(f"extra/pictures/{name}", data)

    def notebook(self, path: Path, pictures: Pictures) -> None:
        """Write a notebook's page, and the notebook to download.

        Parameters
        ----------
        path : pathlib.Path
            The released notebook.
        pictures : Pictures
            To which those of this notebook are added.
        """
        name = f"{path.parent.name}/{path.stem}"
        text = path.read_text(encoding="utf-8")
        if self.address:
            text = addressed(text, self.address, f"main/assignments/{name}.ipynb")
        self.write(f"extra/notebooks/{name}.ipynb", text.encode())
        notebook = nbformat.reads(text, as_version=4)
        page = notebook_page(
            notebook, self._ways(name), pictures.of_notebook(name, notebook)
        )
        self.write(f"assignments/{name}.md", page.encode())

    def _ways(self, name):
        """List where the notebook can be had; only addresses that are known."""
        ways = {"Download the notebook": f"../../notebooks/{name}.ipynb"}
        if self.address.startswith("https://github.com/"):
            home = self.address.removeprefix("https://github.com/")
            place = f"{home}/blob/main/assignments/{name}.ipynb"
            ways["Open in Colab"] = COLAB + place
        if self.lite and name not in EXTRAS:
            ways["Open in the browser"] = f"../../lite/lab/index.html?path={name}.ipynb"
        return ways

    def finish(self) -> None:
        """Remove what an earlier build left and this one did not write."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path not in self.written:
                path.unlink()


def digest_of_package() -> str:
    """Name the state of the package, on which executed cells depend.

    Returns
    -------
    digest : str
        Sixteen letters that change with any module.
    """
    found = hashlib.sha256()
    home = Path(cs231n.__file__).parent
    for path in sorted(home.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
