"""Every page of the site as Markdown in one folder, from which Sphinx builds."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import nbformat
import polib

import cs231n
from grading import ROOT
from grading.authoring.build import EXTRAS
from grading.authoring.handout import addressed, binder
from grading.authoring.translation.catalogue import catalogue_path, translate
from grading.site.documents import document_pages
from grading.site.notebook_page import notebook_page
from grading.site.pictures import Pictures
from grading.site.reference import reference_pages
from grading.site.words import say

#: Pages written by hand, and what they load.
SOURCE = ROOT / "docs" / "site"
COLAB = "https://colab.research.google.com/github/"


@dataclass(frozen=True)
class Home:
    """Where notebooks can be opened.

    Parameters
    ----------
    address : str
        Of the repository; without it nothing links there, and not to Colab.
    branch : str
        The one with students' notebooks.
    lite : bool
        Whether JupyterLite lies beside the pages.
    """

    address: str = ""
    branch: str = "main"
    lite: bool = False

    def ways(self, name: str, language: str = "en") -> dict[str, str]:
        """List where a notebook can be had.

        Parameters
        ----------
        name : str
            Such as ``"assignment1/knn"``.
        language : str, optional
            Of the notebook's page; not English has a folder of the site.

        Returns
        -------
        ways : dict of str to str
            Addresses by what is written on the button; only those that are known.
        """
        ways = {"Download the notebook": f"../../notebooks/{name}.ipynb"}
        if self.address.startswith("https://github.com/"):
            home = self.address.removeprefix("https://github.com/")
            place = f"{home}/blob/{self.branch}/assignments/{name}.ipynb"
            ways["Open in Colab"] = COLAB + place
            place = f"lab/tree/assignments/{name}.ipynb"
            ways["Open in Binder"] = binder(self.address, self.branch, place)
        if self.lite and name not in EXTRAS:
            up, folder = ("", "") if language == "en" else ("../", f"{language}/")
            lab = f"{up}../../lite/lab/index.html"
            ways["Open in the browser"] = f"{lab}?path={folder}{name}.ipynb"
        return ways


class Stage:
    """A folder of pages in one language.

    Parameters
    ----------
    folder : pathlib.Path
        Made; what no page needs any more is removed.
    language : str, optional
        Of the pages: where a notebook has a catalogue, it is translated.
    home : Home, optional
        Where notebooks can be opened.
    """

    def __init__(
        self, folder: Path, language: str = "en", home: Home | None = None
    ) -> None:
        self.folder, self.language = Path(folder), language
        self.home = home or Home()
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
        left_out = {"locale", "README.md"}
        if self.language != "en":  # docstrings have no translation
            left_out.add("reference")
        for path in SOURCE.rglob("*"):
            place = path.relative_to(SOURCE)
            if path.is_file() and place.parts[0] not in left_out:
                self.write(place.as_posix(), path.read_bytes())
        for path in (ROOT / "docs" / "figures").glob("*.png"):
            self.write(f"docs/figures/{path.name}", path.read_bytes())
        pages = document_pages(self.home.address)
        if self.language == "en":
            pages |= reference_pages()
        for page, text in pages.items():
            self.write(f"{page}.md", text.encode())
        for path in sorted(assignments.glob("*/*.ipynb"), key=_in_the_course):
            self.notebook(path, pictures)
        self.write("gallery.md", pictures.page().encode())
        for name, data in pictures.files():
            self.write(f"extra/pictures/{name}", data)
        self._remove_the_rest()

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
        if self.home.address:
            place = f"{self.home.branch}/assignments/{name}.ipynb"
            text = addressed(text, self.home.address, place)
        notebook = nbformat.reads(text, as_version=4)
        catalogue = catalogue_path(self.language, name)
        if catalogue.exists():
            translate(notebook, polib.pofile(str(catalogue)))
            text = nbformat.writes(notebook) + "\n"
        self.write(f"extra/notebooks/{name}.ipynb", text.encode())
        ways = self.home.ways(name, self.language)
        ways = {say(words, self.language): where for words, where in ways.items()}
        page = notebook_page(notebook, ways, pictures.of_notebook(name, notebook))
        self.write(f"assignments/{name}.md", page.encode())

    def _remove_the_rest(self):
        """Remove what an earlier build left and this one did not write."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path not in self.written:
                path.unlink()


def _in_the_course(path):
    """Order notebooks as the list of their assignment has them."""
    index = SOURCE / "assignments" / path.parent.name / "index.md"
    lines = index.read_text(encoding="utf-8").splitlines()
    return path.parent.name, lines.index(path.stem)


def digest_of_package() -> str:
    """Name the state of the package, on which executed cells depend.

    Returns
    -------
    digest : str
        Sixteen letters that change with any module.
    """
    found = hashlib.sha256()
    for path in sorted(Path(cs231n.__file__).parent.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
