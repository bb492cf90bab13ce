"""How candidates and sets of them rank before it is known what each would ship.

1. sets rank by size, then by the leading preferences that look at locations alone, then by their members
2. the preferences from the first one that looks at what each location ships are left to whoever knows that
3. a tuple of candidates that comes again, with the same preferences and limits, is not ranked again
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations, groupby, takewhile

from orderctl.core.allocation_values import BY_ASSIGNMENT, WHOLE, Candidate, Limits, Part, Terms, Value, plan_values

MOST_KEPT = 64

Members = tuple[int, ...]  # locations by index, ascending
Set = tuple[int, Members]  # the same locations as bits


class Field:
    """Candidates in order of (position, name), with the leading preferences (`head`) and those after them (`rest`).

    `names` has None for a location that has all. `most` is the number of locations that a plan may have where the
    smallest set wins, and 0 where a larger one might.
    """

    __slots__ = ("_blank", "_classes", "_worth", "head", "kept", "most", "names", "places", "prefer", "rest", "terms")

    def __init__(self, candidates: Sequence[Candidate], prefer: Sequence[str], limits: Limits) -> None:
        self.kept = (candidates, prefer, limits)
        self.places = sorted(candidates, key=lambda place: (place.position, place.name))
        self.names = [None if place.unlimited else place.name for place in self.places]
        self.prefer = tuple(prefer)
        self.head = tuple(takewhile(lambda name: name not in BY_ASSIGNMENT, prefer))
        self.rest = self.prefer[len(self.head) :]
        self.terms = Terms(any(place.opened for place in candidates), limits.split_cost_minor)
        self.most = 1
        if limits.split:
            smallest_wins = self.head[:1] == ("fewest_shipments",) and not self.terms.opened
            most = len(self.places) if limits.max_shipments is None else limits.max_shipments
            self.most = most if smallest_wins else 0
        self._blank = [Part(place, 0, 0, WHOLE) for place in self.places]
        self._classes: dict[int, list[list[Set]]] = {}
        self._worth: dict[Members, tuple[Value, ...]] = {}

    def classes(self, size: int) -> list[list[Set]]:
        """The sets of `size` locations, best first; without a `rest` in one list, else in one for each that tie."""
        classes = self._classes.get(size)
        if classes is None:
            ranked = sorted(sets_of(len(self.places), size), key=lambda found: (self.worth(found[1]), found[1]))
            ties = groupby(ranked, key=lambda found: self.worth(found[1]))
            classes = self._classes[size] = [list(sets) for _, sets in ties] if self.rest else [ranked]
        return classes

    def worth(self, members: Members) -> tuple[Value, ...]:
        """What the leading preferences are worth for a set."""
        worth = self._worth.get(members)
        if worth is None:
            worth = plan_values(self.head, [self._blank[at] for at in members], self.terms)
            self._worth[members] = worth
        return worth


_KEPT: dict[tuple[int, int, int], Field] = {}


def field_of(candidates: Sequence[Candidate], prefer: Sequence[str], limits: Limits) -> Field:
    """The field of these candidates; that of tuples is remembered while there is room."""
    key = (id(candidates), id(prefer), id(limits))
    field = _KEPT.get(key)  # it keeps the three alive, so nothing else can have their identities
    if field is None:
        field = Field(candidates, prefer, limits)
        if isinstance(candidates, tuple) and isinstance(prefer, tuple):
            if len(_KEPT) >= MOST_KEPT:
                _KEPT.clear()
            _KEPT[key] = field
    return field


@cache
def sets_of(count: int, size: int) -> tuple[Set, ...]:
    """The sets of `size` of `count` locations, in ascending order of members."""
    return tuple((sum(1 << at for at in members), members) for members in combinations(range(count), size))
