"""One style for the figures of all notebooks: legible on light and on dark pages."""

from typing import Any

import matplotlib as mpl
from matplotlib.rcsetup import cycler

from cs231n.languages import families

#: As far from white as from black: letters can be read on both.
GREY = "#767676"
#: After Okabe and Ito: people who see red and green alike can tell them apart.
COLOURS = ("#0072b2", "#c94f00", "#007f5c", "#a04a86", "#8a6d00", "#3d8fc4")
LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))


def use_style() -> None:
    """Let figures have no paper, grey letters, and curves that differ in shape too.

    Letters of the notebook's language are drawn where a font for them is installed.
    Curves take their colour and their dashes from one cycle, so that none is told by
    colour alone. Call it in the set-up of a notebook, before anything is drawn.
    """
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color")
    papers = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
    cycle = cycler(color=COLOURS) + cycler(linestyle=LINES)
    settings: Any = {
        "font.family": families(),
        **dict.fromkeys((*inks, "ytick.color", "grid.color"), GREY),
        **dict.fromkeys((*papers, "legend.facecolor"), "none"),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycle,
        "grid.alpha": 0.3,
        "legend.frameon": False,
    }
    mpl.rcParams.update(settings)
