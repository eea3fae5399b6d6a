"""The documents beside the site, such as ``docs/grading.md``, as pages of it."""

import re
from pathlib import Path

from grading import ROOT

#: The page each document becomes, by its path in the repository.
DOCUMENTS = {
    "README.md": "docs/readme",
    "CONTRIBUTING.md": "docs/contributing",
    "CHANGELOG.md": "docs/changelog",
    "SECURITY.md": "docs/security",
    "datasets/README.md": "docs/datasets",
    **{
        f"docs/{path.name}": f"docs/{path.stem}"
        for path in sorted((ROOT / "docs").glob("*.md"))
    },
}


def document_pages(address: str = "", root: Path = ROOT) -> dict[str, str]:
    """Read every document as a page.

    Parameters
    ----------
    address : str, optional
        Of the repository, for links to files that are no page.
    root : pathlib.Path, optional
        The project.

    Returns
    -------
    pages : dict of str to str
        Markdown by page, such as ``"docs/grading"``.
    """
    pages = {}
    for document, page in DOCUMENTS.items():
        text = (root / document).read_text(encoding="utf-8")
        pages[page] = _relinked(text, Path(document).parent, address, root)
    return pages


def _relinked(text, folder, address, root):
    """Let links lead to pages, to pictures of the site, or to the repository."""

    def link(match):
        bang, label, target = match.groups()
        path, hash_, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target) or not path:
            return match[0]
        place = (root / folder / path).resolve().relative_to(root).as_posix()
        if place in DOCUMENTS:
            return f"[{label}]({Path(DOCUMENTS[place]).name}.md{hash_}{anchor})"
        if bang:
            return f"![{label}](figures/{Path(place).name})"
        return f"[{label}]({address}/blob/main/{place})" if address else label

    return re.sub(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", link, text)
