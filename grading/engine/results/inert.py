"""Markdown in which nothing runs and nothing is loaded, whichever tool shows it.

Formgrader and nbconvert show HTML in Markdown as it stands. Here no tag can begin, no
link leads but to a page, and no picture comes from elsewhere.
"""

import re

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
#: Where a link may lead; a picture may be in the text itself.
_PICTURE = r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*\)"
_LINK = re.compile(
    rf"\](?=\((?!\s*(?:https?://|mailto:|#|{_PICTURE}))|:(?!\s*https?://))"
)
_IMAGE = re.compile(rf"!(?=\[(?![^\[\]]{{0,200}}\]\({_PICTURE}))")
#: Commands of MathJax that make links or touch the page.
_COMMANDS = r"href|url|require|html\w*|style|class|cssId|bbox|csname|unicode|mmlToken"
_MATH = re.compile(rf"\\(?=(?:{_COMMANDS})(?![a-z]))")
#: What written answers have no use for, and terminals or pages might obey.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def inert(markdown: str) -> str:
    """Take out of Markdown what could run, load or deceive.

    Parameters
    ----------
    markdown : str
        A written answer.

    Returns
    -------
    markdown : str
        Text, formulas, tables and code as they were, but for a blank after each "<"
        that would begin a tag, and after each backslash of such a command.
    """
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", markdown)
    text = _IMAGE.sub("! ", _TAG.sub("< ", text))
    # Nothing is taken away: what stood around it would come together to something new.
    return _MATH.sub(r"\\ ", _LINK.sub("] ", text))
