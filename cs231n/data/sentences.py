"""Sentences about scenes: written from a scene, and checked against one.

A scene is a row of up to four objects. An object is ``(shape, colour, size, x, y)``:
three indices into the lists below and the centre in pixels. Unused places hold -1.
"""

from dataclasses import dataclass, field
from itertools import permutations

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


def _plural(noun):
    return noun + ("es" if noun.endswith(("x", "s")) else "s")


def _index(groups):
    return {name: i for i, names in enumerate(groups) for name in names}


_SHAPE = _index(SHAPES.values())
_SHAPES = {_plural(name): i for name, i in _SHAPE.items()}
_SIZE = _index(SIZES.values())
_COLOUR = {name: i for i, name in enumerate(COLOURS)}
_GENERAL = {**dict.fromkeys(GENERAL), **{_plural(name): None for name in GENERAL}}
_PHRASES = sorted(
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


def vocabulary():
    """List the words of all sentences.

    Returns
    -------
    words : list of str
        The four special ones first, then in alphabetical order.
    """
    words = {"a", "an", "and", *NUMBERS, *COLOURS, *_SIZE, *_SHAPE, *_SHAPES, *_GENERAL}
    words.update(word for phrase, _ in _PHRASES for word in phrase)
    return [*SPECIAL, *sorted(words)]


# Writing.


def describe(scene, ground, pick):
    """Write a true sentence about a scene.

    Parameters
    ----------
    scene : list of tuple of int
        Its objects; at least one.
    ground : int
        Index into ``BACKGROUNDS``.
    pick : callable
        ``pick(choices)`` draws one of a sequence.

    Returns
    -------
    words : list of str
        At most 15.
    """
    plans = [_tell_one, _tell_place]
    if len(scene) > 1:
        plans = [_tell_relation, _tell_relation, _tell_pair, _tell_number, _tell_place]
    words = pick(plans)(scene, pick)
    if len(words) <= 10 and pick(range(4)) == 0:
        words += pick(GROUNDS).format(BACKGROUNDS[ground]).split()
    return words


def _name(thing, pick, detail=None):
    """Name an object by its shape, and often colour and size."""
    shape, colour, size = thing[:3]
    detail = pick((0, 1, 1, 2, 2)) if detail is None else detail
    vague = detail and pick(range(10)) == 0
    words = [pick(GENERAL if vague else tuple(SHAPES.values())[shape])]
    if detail:
        words.insert(0, COLOURS[colour])
    if detail == 2:
        words.insert(0, pick(tuple(SIZES.values())[size]))
    return ["an" if words[0][0] in "aeiou" else "a", *words]


def _tell_one(scene, pick):
    words = _name(pick(scene), pick, pick((1, 2)))
    if pick(range(5)) == 0:
        words[0] = "one"
    return [*pick(OPENINGS).split(), *words]


def _tell_place(scene, pick):
    thing = pick(scene)
    place = _place(thing)
    if place is None:
        return _tell_one(scene, pick)
    verb = pick(VERBS).split()
    return [*_name(thing, pick), *verb, *pick(PLACES[place]).split()]


def _tell_relation(scene, pick):
    first = pick(scene)
    second = pick([thing for thing in scene if thing is not first])
    right, down = second[3] - first[3], second[4] - first[4]
    if abs(right) >= abs(down):
        relation = "left" if right > 0 else "right"
    else:
        relation = "above" if down > 0 else "below"
    if max(abs(right), abs(down)) <= CLEARLY:
        return _tell_pair(scene, pick)
    verb = pick(VERBS).split()
    link = pick(RELATIONS[relation]).split()
    return [*_name(first, pick), *verb, *link, *_name(second, pick)]


def _tell_pair(scene, pick):
    first = pick(scene)
    second = pick([thing for thing in scene if thing is not first])
    return [*pick(OPENINGS).split(), *_name(first, pick), "and", *_name(second, pick)]


def _tell_number(scene, pick):
    thing = pick(scene)
    alike = sum(other[0] == thing[0] for other in scene)
    opening = pick(("", "there are", "i see")).split()
    if alike == 1:
        return [*opening, NUMBERS[len(scene) - 1], _plural(pick(GENERAL))]
    noun = pick(tuple(SHAPES.values())[thing[0]])
    return [*opening, NUMBERS[alike - 1], _plural(noun)]


def _place(thing):
    """Name the part of the picture in which an object clearly is, if any."""
    across, down = (_third(value) for value in thing[3:5])
    across = {0: "left", 1: "middle", 2: "right"}[across]
    down = {0: "top", 1: "middle", 2: "bottom"}[down]
    if across == down == "middle":
        return ("middle", "middle")
    if "middle" in (across, down):
        return (None, down) if across == "middle" else (across, None)
    return (across, down)


def _third(value):
    return min(2, 3 * value // SIDE)


# Checking.


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
    third = {"left": 0, "top": 0, "middle": 1, "right": 2, "bottom": 2}
    return (across is None or _third(thing[3]) == third[across]) and (
        down is None or _third(thing[4]) == third[down]
    )


def is_true(words, scene, ground):
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
        Whether different objects can be found for all that the sentence names. A number
        is exact. Sentences that :func:`describe` could not have built of its phrases
        are not true.
    """
    parsed = _parse(list(words))
    if parsed is None:
        return False
    phrases, links, grounds = parsed
    if any(value != ground for value in grounds):
        return False
    for phrase in phrases:
        if phrase.number and sum(map(phrase.fits, scene)) != phrase.number:
            return False
    single = [i for i, phrase in enumerate(phrases) if not phrase.number]
    for chosen in permutations(scene, len(single)):
        found = dict(zip(single, chosen, strict=True))
        if all(phrases[i].fits(found[i]) for i in single) and all(
            _related(found.get(i), kind, found.get(i + 1)) for i, kind in links
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


def _parse(words):
    """Split a sentence into phrases, relations between neighbours, and grounds."""
    phrases, links, grounds, joined = [], [], [], True
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
    return None if joined else (phrases, links, grounds)


def _match(words):
    """Recognise what a sentence goes on with: kind, value, number of words."""
    for phrase, (kind, value) in _PHRASES:
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
    for name, table in (("size", _SIZE), ("colour", _COLOUR)):
        if words[used : used + 1] and words[used] in table:
            setattr(phrase, name, table[words[used]])
            used += 1
    noun = words[used] if used < len(words) else None
    nouns = _SHAPES if many else _SHAPE
    if noun in nouns:
        phrase.shape = nouns[noun]
    elif noun not in _GENERAL or noun.endswith("s") != many:
        return None, None, 1
    return "thing", phrase, used + 1
