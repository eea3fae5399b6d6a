"""The words of sentences about scenes, and what each of them means.

A scene is a row of up to four objects. An object is ``(shape, colour, size, x, y)``:
three indices into the lists below and the centre in pixels. Unused places hold -1.
"""

from cs231n.data.captions import SPECIAL

SIDE = 48
SHAPES = {  # names; the first is the commonest
    "circle": ("circle", "disc"),
    "square": ("square", "box"),
    "triangle": ("triangle",),
    "star": ("star",),
    "heart": ("heart",),
    "cross": ("cross",),
    "ring": ("ring", "hoop"),
    "diamond": ("diamond",),
}
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white")
SIZES = {"small": ("small", "tiny", "little"), "large": ("large", "big", "huge")}
BACKGROUNDS = ("dark", "light")
NUMBERS = ("one", "two", "three", "four")
GENERAL = ("shape", "object")
RELATIONS = {
    "left": ("to the left of", "left of"),
    "right": ("to the right of", "right of"),
    "above": ("above", "over"),
    "below": ("below", "under", "beneath"),
}
PLACES = {
    ("left", None): ("on the left", "on the left side"),
    ("right", None): ("on the right", "on the right side"),
    (None, "top"): ("at the top",),
    (None, "bottom"): ("at the bottom",),
    ("left", "top"): ("in the top left corner",),
    ("right", "top"): ("in the top right corner",),
    ("left", "bottom"): ("in the bottom left corner",),
    ("right", "bottom"): ("in the bottom right corner",),
    ("middle", "middle"): ("in the middle", "in the centre"),
}
OPENINGS = ("", "", "there is", "i see", "this picture shows", "we can see")
GROUNDS = ("on a {} background", "against a {} background")
VERBS = ("", "sits", "lies", "is")
#: Pixels by which one centre must lie beyond another to be left of it.
CLEARLY = 4


def plural(noun: str) -> str:
    """Return the name of more than one.

    Parameters
    ----------
    noun : str
        The name of one.

    Returns
    -------
    nouns : str
        With an ending.
    """
    return noun + ("es" if noun.endswith(("x", "s")) else "s")


def _index(groups):
    return {name: i for i, names in enumerate(groups) for name in names}


SHAPE_OF = _index(SHAPES.values())
SHAPE_OF_MANY = {plural(name): i for name, i in SHAPE_OF.items()}
SIZE_OF = _index(SIZES.values())
COLOUR_OF = {name: i for i, name in enumerate(COLOURS)}
GENERAL_OF = {**dict.fromkeys(GENERAL), **{plural(name): None for name in GENERAL}}
PHRASES = sorted(
    [(p.split(), ("relation", k)) for k, ps in RELATIONS.items() for p in ps]
    + [(p.split(), ("place", k)) for k, ps in PLACES.items() for p in ps]
    + [
        (p.format(k).split(), ("ground", i))
        for i, k in enumerate(BACKGROUNDS)
        for p in GROUNDS
    ]
    + [(p.split(), ("opening", None)) for p in set(OPENINGS) | {"there are"} if p]
    + [([p], ("verb", None)) for p in {*VERBS, "are"} if p],
    key=lambda entry: -len(entry[0]),
)


def vocabulary() -> list[str]:
    """List the words of all sentences.

    Returns
    -------
    words : list of str
        The four special ones first, then in alphabetical order.
    """
    words = {"a", "an", "and", *NUMBERS, *COLOURS, *SIZE_OF, *GENERAL_OF}
    words |= {*SHAPE_OF, *SHAPE_OF_MANY}
    words.update(word for phrase, _ in PHRASES for word in phrase)
    return [*SPECIAL, *sorted(words)]


def third(value: int) -> int:
    """Tell in which third of a picture a coordinate lies.

    Parameters
    ----------
    value : int
        Pixels from the left or the top.

    Returns
    -------
    third : int
        0, 1 or 2.
    """
    return min(2, 3 * value // SIDE)
