"""What the sections of a notebook lack of the order in which they are taught.

``python -m grading.authoring.section_gaps`` lists it for all notebooks,
``... assignment2/dropout`` for one. A section is what stands below a heading of the
second level. What :mod:`grading.authoring.section_rules` can decide, the build refuses;
what is listed here needs somebody who reads.
"""

import argparse
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import jupytext

from cs231n.runs import terminal
from grading.authoring.build import scripts
from grading.authoring.cell_headers import role_of
from grading.authoring.section_rules import sections

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ASKS = re.compile(
    r"\*\*Predict|\bPredict[ :,]"
    r"|\b(?:Check|Compute|Derive|Draw|Show|Solve|Work|Write)\b[^.]*"
    r"\b(?:by hand|on paper)\b"
)
EXPERIMENT = "has neither an experiment nor a question"
_LONGEST = 30  # words of a sentence
_FLAGS = re.DOTALL | re.MULTILINE

#: What readers are asked and a run of theirs answers, in place of a folded text.
_RUN = re.compile(r"\*\*Experiment|then run|before you run|\*\*For lunch")
#: Exercises that one prediction prepares together, by the beginning of their names.
_TOGETHER = ("autograd-bug-", "torch-train", "torch-accuracy")

#: Sections that are steps to a network: which later section runs what they make. Their
#: own check is the gradient check of their test. What is measured twice is read once.
MEASURED = {
    "assignment1/features": {"1": "5 classifies by HOG, made of these gradients"},
    "assignment1/two_layer_net": {
        "1": "7 trains the network made of these layers",
        "2": "7 trains the network made of these layers",
        "4": "7 trains on the one loss, and `svm` and `softmax` compared both",
        "5": "8 searches the learning rate of this rule",
        "6": "7 trains this network",
    },
    "assignment2/autograd": {
        "1": "4 walks back over what is recorded here",
        "3": "9 trains a convnet with these functions",
        "5": "9 takes these steps",
        "6": "9 trains a convnet on such layers",
        "7": "9 trains a convnet with these modules",
    },
    "assignment2/batch_normalization": {
        "1": "6 measures the layer, 7 its batch statistics",
        "2": "6 trains through this gradient",
        "5": "6 trains networks of these blocks",
    },
    "assignment2/convolutional_networks": {
        "2": "5 times this pass against the product",
        "4": "5 times the columns",
        "7": "8 trains this network",
        "9": "10 and 13 train with it, and change the batch",
    },
    "assignment2/dropout": {"2": "4 trains with it"},
    "assignment3/clip": {"1": "5 searches with these cosines"},
    "assignment3/diffusion": {
        "2": "6 draws with it",
        "3": "6 trains a network that is told the time by it",
        "4": "6 trains these blocks",
        "5": "6 trains this network",
    },
    "assignment3/gan": {
        "1": "2 measures the gradients of both losses",
        "3": "8 trains with it",
        "4": "8 draws with it",
        "6": "7 trains on them",
    },
    "assignment3/lstm_captioning": {
        "1": "5 trains with this step",
        "2": "5 trains with this layer",
        "4": "5 compares with and without it, and draws where it looks",
    },
    "assignment3/rnn_captioning": {
        "1": "2 measures gradients over steps, 5 trains",
        "3": "5 trains with it",
        "4": "5 trains on it",
    },
    "assignment3/self_supervised": {
        "1": "2 shows pairs of these crops, 7 what they are worth",
        "3": "6 trains by this loss",
        "4": "6 trains by this loss",
    },
    "assignment3/style_transfer": {"2": "5 paints with it", "4": "5 paints with it"},
    "assignment3/transformer_captioning": {
        "1": "6 draws the weights of every head",
        "3": "6 trains on these modules",
        "4": "6 trains on these layers",
        "5": "6 trains it",
    },
    "assignment2/fully_connected_nets": {
        "1": "8 memorises fifty images with it",
        "2": "8 memorises fifty images with it",
        "4": "9 races the rules",
    },
}

#: What a section with an exercise lacks, and the pattern that its text should have.
PARTS = {
    "names no year": r"\b(?:1[89]|20)\d\d\b",
    "has no equation on a line of its own": r"\$\$",
    "has no worked example": r"\*\*Worked example",
    "has no further reading": r"\*\*Further reading\*\*",
    "has no harder exercise": r"\*\*Harder",
}
#: The same for what stands below a mark, in sections that have the mark.
BELOW = {
    "has reading without minutes": (r"\*\*Further reading\*\*", r"\d+ minutes"),
    "has a harder exercise without a folded answer": (r"\*\*Harder", r"<details>"),
}


def section_gaps(cells: "list[NotebookNode]") -> Iterator[str]:
    """List what one section lacks.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        Of a section.

    Yields
    ------
    gap : str
        The end of a sentence that begins with the section.
    """
    text = "\n\n".join(_text(cells))
    if any(role_of(cell) == "answer" for cell in cells):
        yield from (gap for gap, sign in PARTS.items() if not re.search(sign, text))
        for gap, (mark, sign) in BELOW.items():
            below = re.split(mark, text)[1:]
            if below and not re.search(sign, below[-1]):
                yield gap
        yield from _missing_cells(cells)
    yield from _unprepared(cells)
    yield from _unanswered(cells)
    yield from _long(text)


def _missing_cells(cells):
    roles = {role_of(cell) for cell in cells}
    runs = any(_is_run(cell) or _RUN.search(cell.source) for cell in cells)
    if "drawing" not in roles:
        yield "has no drawing"
    if "question" not in roles and not runs:
        yield EXPERIMENT


def _is_run(cell):
    return "experiment" in cell.metadata.get("tags", [])


def _text(cells):
    return [
        cell.source
        for cell in cells
        if cell.cell_type == "markdown" and role_of(cell) != "marking"
    ]


def _unprepared(cells):
    """Name the answers that no prediction with a folded answer prepares."""
    folded = False
    for cell in cells:
        role = role_of(cell)
        if role == "answer":
            name = cell.metadata.answer
            if not folded:
                yield f"has no folded prediction before {name!r}"
            folded = folded and name.startswith(_TOGETHER)
        folded = folded or (role is None and "<details>" in cell.source)


def _unanswered(cells):
    """Name what readers are asked to work out, where no folded text is near."""
    for place, cell in enumerate(cells):
        if cell.cell_type != "markdown" or role_of(cell) in ("hint", "marking"):
            continue
        near = [c.source for c in cells[place : place + 3] if role_of(c) != "hint"]
        if any(map(_is_run, cells[place + 1 : place + 4])) or _RUN.search(cell.source):
            continue
        if not _ASKS.search(cell.source) or any("<details>" in text for text in near):
            continue
        asked = cell.source[_ASKS.search(cell.source).start() :][:60]
        yield f"has no folded answer near {' '.join(asked.split())!r}"


def _long(text):
    plain = re.sub(r"\$\$.*?\$\$|```.*?```|<[^>]*>|^\|.*$", " ", text, flags=_FLAGS)
    for sentence in re.split(
        r"(?<=[.?!:])[*\"]*\s+|\n\s*\n|\n *(?:[-*|#]|\d+\.) ", plain
    ):
        words = sentence.split()
        if len(words) > _LONGEST:
            yield f"has a sentence of {len(words)} words: {' '.join(words[:8])} ..."


def _is_measured(notebook, title):
    return title.partition(".")[0] in MEASURED.get(notebook, {})


def main(arguments: list[str] | None = None) -> int:
    """Print the gaps of some notebooks, or of all.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of those of the command line.

    Returns
    -------
    status : int
        0.
    """
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebook", nargs="*", help="such as assignment1/knn")
    wanted = set(parser.parse_args(arguments).notebook)
    for path in scripts():
        name = f"{path.parent.name}/{path.stem}"
        if not wanted or name in wanted:
            cells = jupytext.read(path, fmt="py:percent").cells
            for title, part in sections(cells):
                for gap in section_gaps(part):
                    if gap == EXPERIMENT and _is_measured(name, title):
                        continue
                    print(f"{name}, {title!r} {gap}")
    return 0


if __name__ == "__main__":
    terminal.leave(main)
