"""What the package says to students, in the language of the notebook that runs."""

from cs231n.languages.letters import drawable, families, label
from cs231n.languages.sentences import (
    CATALOGUE,
    LOCALE,
    NAME,
    language,
    say,
    speaking,
    texts,
)

__all__ = [
    "CATALOGUE",
    "LOCALE",
    "NAME",
    "drawable",
    "families",
    "label",
    "language",
    "say",
    "speaking",
    "texts",
]
