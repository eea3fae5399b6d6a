"""Pictures that a student pasted into a text, as addresses that hold them."""

import re
from collections.abc import Iterable
from typing import Any

#: What browsers show and cannot run.
KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp")
#: An image of HTML that names an attachment, as some editors write it.
_TAG = re.compile(
    r"""<img\b[^<>]{0,500}?\bsrc=["']attachment:([^"'<>]{1,200})["'][^<>]{0,500}>"""
)
_LINK = re.compile(r"\]\(\s*attachment:([^()\s]{1,200})(?:\s[^()]{0,200})?\)")


def pictures_of(attachments: Any) -> tuple[tuple[str, str], ...]:
    """Read the pictures of a cell.

    Parameters
    ----------
    attachments : object
        What the file has there: of each name, base64 by kind.

    Returns
    -------
    pictures : tuple of (str, str)
        Names and ``data:`` addresses, of pictures only.
    """
    found = []
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            text = "".join(data.split()) if isinstance(data, str) else ""
            if kind in KINDS and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", text):
                found.append((str(name), f"data:{kind};base64,{text}"))
                break
    return tuple(found)


def with_pictures(text: str, pictures: Iterable[tuple[str, str]]) -> str:
    """Put pictures where a text names them, and the rest at its end.

    Parameters
    ----------
    text : str
        Markdown.
    pictures : iterable of (str, str)
        Of its cell.

    Returns
    -------
    text : str
        In which no picture lies elsewhere.
    """
    known = dict(pictures)
    if not known:
        return text
    used = set()

    def placed(name, whole, form):
        used.add(name)
        return form.format(known[name]) if name in known else whole

    text = _TAG.sub(lambda m: placed(m[1], m[0], "![]({})"), text)
    text = _LINK.sub(lambda m: placed(m[1], m[0], "]({})"), text)
    rest = [f"![]({address})" for name, address in known.items() if name not in used]
    return "\n\n".join([text, *rest]) if rest else text


def without_pictures(text: str) -> str:
    """Take pictures out of a text.

    Parameters
    ----------
    text : str
        From :func:`with_pictures`.

    Returns
    -------
    text : str
        Without the data.
    """
    kinds = "|".join(KINDS)
    picture = rf"!\[[^\[\]]{{0,200}}\]\(data:(?:{kinds});base64,[A-Za-z0-9+/=]*\)"
    return re.sub(picture, "(picture)", text)
