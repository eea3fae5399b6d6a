"""Sentences about scenes, taken apart and checked against a scene."""

from dataclasses import dataclass, field
from itertools import permutations

from cs231n.data.drawn.scene_words import (
    CLEARLY,
    COLOUR_OF,
    GENERAL_OF,
    NUMBERS,
    PHRASES,
    SHAPE_OF,
    SHAPE_OF_MANY,
    SIZE_OF,
    third,
)


@dataclass
class _Phrase:
    """What a sentence says of one object, or of a number of them."""

    shape: int | None = None
    colour: int | None = None
    size: int | None = None
    number: int | None = None
    places: list = field(default_factory=list)

    def fits(self, thing):
        """Say whether an object is like this."""
        if self.places and not all(_lies(thing, place) for place in self.places):
            return False
        wanted = (self.shape, self.colour, self.size)
        return all(w in (None, has) for w, has in zip(wanted, thing, strict=False))


def _lies(thing, place):
    across, down = place
    wanted = {"left": 0, "top": 0, "middle": 1, "right": 2, "bottom": 2}
    return (across is None or third(thing[3]) == wanted[across]) and (
        down is None or third(thing[4]) == wanted[down]
    )


@dataclass
class Statement:
    """What a well-formed sentence says.

    Attributes
    ----------
    phrases : list of _Phrase
        The objects that it names.
    links : list of (int, str)
        Which phrase stands in which relation to the next one.
    grounds : list of int
        What it says of the background.
    """

    phrases: list[_Phrase]
    links: list[tuple[int, str]]
    grounds: list[int]


def is_true(words: list[str], scene: list[tuple[int, ...]], ground: int) -> bool:
    """Say whether a sentence is well formed and true of a scene.

    Parameters
    ----------
    words : list of str
        The sentence, without the special words.
    scene : list of tuple of int
        Objects.
    ground : int
        Index into ``BACKGROUNDS``.

    Returns
    -------
    true : bool
        As :func:`holds` has it; sentences that :func:`parse` refuses are not true.
    """
    return holds(parse(words), scene, ground)


def holds(
    statement: Statement | None, scene: list[tuple[int, ...]], ground: int
) -> bool:
    """Say whether a parsed sentence is true of a scene.

    Parameters
    ----------
    statement : Statement or None
        As from :func:`parse`.
    scene : list of tuple of int
        Objects.
    ground : int
        Index into ``BACKGROUNDS``.

    Returns
    -------
    true : bool
        Whether different objects can be found for all that the sentence names. A number
        is exact.
    """
    if statement is None or any(value != ground for value in statement.grounds):
        return False
    phrases = statement.phrases
    for phrase in phrases:
        if phrase.number and sum(map(phrase.fits, scene)) != phrase.number:
            return False
    single = [i for i, phrase in enumerate(phrases) if not phrase.number]
    for chosen in permutations(scene, len(single)):
        found = dict(zip(single, chosen, strict=True))
        if all(phrases[i].fits(found[i]) for i in single) and all(
            _related(found.get(i), kind, found.get(i + 1))
            for i, kind in statement.links
        ):
            return True
    return False


def _related(first, kind, second):
    if first is None or second is None:
        return False
    axis, sign = {"left": (3, 1), "right": (3, -1), "above": (4, 1), "below": (4, -1)}[
        kind
    ]
    return sign * (second[axis] - first[axis]) > CLEARLY


def parse(words: list[str]) -> Statement | None:
    """Split a sentence into phrases, relations between neighbours, and grounds.

    Parameters
    ----------
    words : list of str
        The sentence, without the special words.

    Returns
    -------
    statement : Statement or None
        None for a sentence that :func:`describe` could not have built of its phrases.
    """
    words = list(words)
    phrases: list[_Phrase] = []
    links: list[tuple[int, str]] = []
    grounds: list[int] = []
    joined = True
    while words:
        kind, value, length = _match(words)
        del words[:length]
        if kind == "opening" and not phrases:
            continue
        if kind == "thing" and joined:
            phrases.append(value)
            joined = False
        elif not phrases or joined:
            return None
        elif kind in ("and", "relation") and not grounds:
            joined = True
            if kind == "relation":
                links.append((len(phrases) - 1, value))
        elif kind == "place" and not grounds:
            phrases[-1].places.append(value)
        elif kind == "ground" and not grounds:
            grounds.append(value)
        elif kind != "verb" or _match(words)[0] not in ("relation", "place"):
            return None
    return None if joined else Statement(phrases, links, grounds)


def _match(words):
    """Recognise what a sentence goes on with: kind, value, number of words."""
    for phrase, (kind, value) in PHRASES:
        if words[: len(phrase)] == phrase:
            return kind, value, len(phrase)
    if words[:1] == ["and"]:
        return "and", None, 1
    return _match_thing(words)


def _match_thing(words):
    if not words:
        return None, None, 0
    phrase, used, many = _Phrase(), 1, False
    if words[0] in NUMBERS[1:]:
        phrase.number, many = NUMBERS.index(words[0]) + 1, True
    elif words[0] not in ("a", "an", "one"):
        return None, None, 1
    for name, table in (("size", SIZE_OF), ("colour", COLOUR_OF)):
        if words[used : used + 1] and words[used] in table:
            setattr(phrase, name, table[words[used]])
            used += 1
    noun = words[used] if used < len(words) else None
    nouns = SHAPE_OF_MANY if many else SHAPE_OF
    if noun in nouns:
        phrase.shape = nouns[noun]
    elif noun not in GENERAL_OF or noun.endswith("s") != many:
        return None, None, 1
    return "thing", phrase, used + 1
