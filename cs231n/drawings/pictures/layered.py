"""Where the nodes of a graph stand: columns from left to right, few crossings."""

import itertools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

_SWEEPS = 12


@dataclass
class Place:
    """Where a node stands, and the ways to the nodes that use it."""

    at: tuple[float, float] = (0.0, 0.0)  #: column and row
    routes: dict = field(default_factory=dict)  #: user -> points between, in order

    def by(self) -> list[tuple[float, float]]:
        """List the points that the ways lead through."""
        return [point for route in self.routes.values() for point in route]


def arrange(parents: Mapping[Hashable, Sequence[Hashable]]) -> dict[Hashable, Place]:
    """Place the nodes of a graph without circles.

    A node stands right of all its parents, and one without parents right before the
    first node that uses it. Long ways lead between the nodes of the columns they cross.

    Parameters
    ----------
    parents : mapping of {node: sequence of node}
        For each node those that it is made of.

    Returns
    -------
    places : dict of {node: Place}
        Rows are a unit apart or more, within a column.
    """
    column = _columns(parents)
    chains = _chains(parents, column)
    links = [pair for chain in chains.values() for pair in _pairs(chain)]
    # Stops between two nodes are triples; their column is in the triple.
    place = dict(column)
    place |= {stop: stop[2] for chain in chains.values() for stop in chain[1:-1]}
    row = _rows(place, links)
    places = {node: Place((float(column[node]), row[node])) for node in parents}
    for (node, user), chain in chains.items():
        places[node].routes[user] = [(float(s[2]), row[s]) for s in chain[1:-1]]
    return places


def _columns(parents):
    """Return the longest way to each node; leaves stand by their users."""
    column: dict = {}
    stack = list(parents)
    while stack:
        node = stack[-1]
        missing = [parent for parent in parents[node] if parent not in column]
        if missing:
            stack += missing
            continue
        stack.pop()
        column[node] = 1 + max((column[p] for p in parents[node]), default=-1)
    for node in parents:
        users = [column[user] for user in parents if node in parents[user]]
        if not parents[node] and users:
            column[node] = min(users) - 1
    return column


def _chains(parents, column):
    """Return for each edge its ends with a stop in every column between."""
    return {
        (node, user): [
            node,
            *((node, user, between) for between in range(column[node] + 1, last)),
            user,
        ]
        for user, last in column.items()
        for node in parents[user]
    }


def _pairs(chain):
    return list(itertools.pairwise(chain))


def _rows(place, links):
    """Give each node and stop a row near those of its neighbours."""
    columns: dict = {}
    for key in place:
        columns.setdefault(place[key], []).append(key)
    row = {key: float(i) for keys in columns.values() for i, key in enumerate(keys)}
    near: dict = {key: ([], []) for key in place}  # to the left, to the right
    for left, right in links:
        near[left][1].append(right)
        near[right][0].append(left)
    for sweep in range(_SWEEPS):
        side = sweep % 2
        for number in sorted(columns, reverse=bool(side)):
            wish = {
                key: _mean(row, near[key][side], row[key]) for key in columns[number]
            }
            columns[number].sort(key=wish.__getitem__)
            row |= _apart(columns[number], wish)
    for number in sorted(columns, reverse=True):  # at last near both sides
        both = {key: near[key][0] + near[key][1] for key in columns[number]}
        wish = {key: _mean(row, both[key], row[key]) for key in columns[number]}
        row |= _apart(columns[number], wish)
    return row


def _mean(row, keys, otherwise):
    return sum(row[key] for key in keys) / len(keys) if keys else otherwise


def _apart(keys, wish):
    """Keep an order and a distance of one, as near to the wishes as that allows.

    Neighbours that are too near share what they are short of: blocks of them, placed by
    their mean, are joined until none overlap.
    """
    blocks: list = []  # (sum of wishes less own offset, keys)
    for key in keys:
        blocks.append((wish[key], [key]))
        while len(blocks) > 1 and _end(blocks[-2]) > _start(blocks[-1]):
            (total, last), (before, first) = blocks.pop(), blocks.pop()
            blocks.append((before + total - len(first) * len(last), first + last))
    return {
        key: _start(block) + i for block in blocks for i, key in enumerate(block[1])
    }


def _start(block):
    return block[0] / len(block[1])


def _end(block):
    return _start(block) + len(block[1])
