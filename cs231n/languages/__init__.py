"""What the package says to students, in the language of the notebook that runs."""

from cs231n.languages.sentences import CATALOGUE, LOCALE, NAME, say, texts

__all__ = ["CATALOGUE", "LOCALE", "NAME", "say", "texts"]
