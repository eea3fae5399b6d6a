"""Sentences about scenes, written from a scene; all of them are true of it."""

from collections.abc import Callable

from cs231n.data.drawn.scene_words import (
    BACKGROUNDS,
    CLEARLY,
    COLOURS,
    GENERAL,
    GROUNDS,
    NUMBERS,
    OPENINGS,
    PLACES,
    RELATIONS,
    SHAPES,
    SIZES,
    VERBS,
    plural,
    third,
)


def describe(scene: list[tuple[int, ...]], ground: int, pick: Callable) -> list[str]:
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
        return [*opening, NUMBERS[len(scene) - 1], plural(pick(GENERAL))]
    noun = pick(tuple(SHAPES.values())[thing[0]])
    return [*opening, NUMBERS[alike - 1], plural(noun)]


def _place(thing):
    """Name the part of the picture in which an object clearly is, if any."""
    across, down = (third(value) for value in thing[3:5])
    across = {0: "left", 1: "middle", 2: "right"}[across]
    down = {0: "top", 1: "middle", 2: "bottom"}[down]
    if across == down == "middle":
        return ("middle", "middle")
    if "middle" in (across, down):
        return (None, down) if across == "middle" else (across, None)
    return (across, down)
