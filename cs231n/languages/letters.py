"""Letters of pictures: a font that lacks one draws an empty box, and warns."""

import functools
import re
from typing import Any

from cs231n.languages.sentences import language, say

#: Fonts of Linux, macOS and Windows with the letters of a language, best first.
_FONTS = {
    "zh_CN": (
        *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC"),
        *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti"),
        *("Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
        *("Noto Sans CJK JP", "Droid Sans Fallback", "Arial Unicode MS"),
    )
}
#: Letters that matplotlib's own font lacks.
_WIDE = re.compile("[\u2e80-\uffef]")


def families() -> list[str]:
    """List the fonts for pictures: the usual ones, then one for the language.

    Returns
    -------
    families : list of str
        For matplotlib's setting ``font.family``.
    """
    import matplotlib as mpl

    usual, font = mpl.rcParams["font.family"], _font(language())
    return [*usual, font] if font and font not in usual else list(usual)


def label(template: str, *values: Any, **fields: Any) -> str:
    """Write words in a picture, in the notebook's language where letters can be drawn.

    Parameters
    ----------
    template : str
        In English, as for :func:`say`.
    *values, **fields : object
        What stands in the fields.

    Returns
    -------
    words : str
        In English where no font of the picture has the letters.
    """
    said = say(template, *values, **fields)
    return drawable(said, template.format(*values, **fields))


def drawable(words: str, otherwise: str) -> str:
    """Choose words that the fonts of pictures can draw.

    Parameters
    ----------
    words : str
        In any language.
    otherwise : str
        What to write where letters are missing.

    Returns
    -------
    words : str
        One of the two.
    """
    if not _WIDE.search(words):
        return words
    import matplotlib as mpl

    return words if _font(language()) in mpl.rcParams["font.family"] else otherwise


@functools.lru_cache(maxsize=8)
def _font(language):
    """Name the first font for a language that is installed."""
    if language not in _FONTS:
        return ""
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    return next((font for font in _FONTS[language] if font in there), "")
