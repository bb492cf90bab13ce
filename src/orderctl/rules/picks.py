"""Values for the fields of an example, out of what a box leaves them: the usual ones where it can be.

1. what is usual is taken when the box allows it
2. else the plainest value of the first class that is allowed
3. amounts are found in the order's currency, whatever currencies they are compared in
`Manner` makes other picks of the same box, for fields that turn out to depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from orderctl.rules import exchange
from orderctl.rules.boxes import Box
from orderctl.rules.dimensions import Dimension
from orderctl.rules.spaces import NO, YES, Space


class Manner(Enum):
    """How to choose among what is allowed."""

    USUAL = "usual"
    FIRST = "first"
    LAST = "last"
    LEAST = "least"  # missing where that is allowed


class Picks:
    """Values out of one box of a space."""

    def __init__(self, space: Space, box: Box, manner: Manner) -> None:
        self.space = space
        self.box = box
        self.manner = manner

    def among(self, name: str, part: str = "") -> tuple[Dimension, int] | None:
        """The axis of a field and the values it may have; None when nothing asks for the field."""
        axis = self.space.axes.known(name, part)
        return None if axis is None else (axis, self.box.get(axis.index, axis.full))

    def bound(self, name: str, part: str = "") -> bool:
        """Whether the box restricts a field."""
        found = self.among(name, part)
        return found is not None and found[1] != found[0].full

    def value(self, name: str, usual: Any, part: str = "") -> Any:
        """A value for the field; `usual` where that is allowed."""
        found = self.among(name, part)
        if found is None:
            return usual
        axis, mask = found
        if mask == axis.full or (self.manner is Manner.USUAL and axis.at(usual) & mask):
            return usual
        if axis.missing & mask and self.manner is Manner.LEAST:
            return None
        there = mask & ~axis.missing
        if not there:
            return None
        at = (there.bit_length() if self.manner is Manner.LAST else (there & -there).bit_length()) - 1
        return axis.examples[at][0]

    def number(self, name: str, least: int, usual: int | None = None) -> int | None:
        """A number from `least` on; `usual` or else `least` where that is allowed."""
        return next(self.numbers(name, least, usual), least if usual is None else usual)

    def numbers(self, name: str, least: int, usual: int | None = None) -> Iterator[int]:
        """Numbers from `least` on that the field may be: `usual` or else `least` first, then upward."""
        found = self.among(name)
        first = least if usual is None else usual
        if found is None:
            yield first
            return
        axis, mask = found
        rest = sorted({least, *(number for number in values_in(axis, mask) if number >= least)})
        for number in dict.fromkeys((first, *rest)):
            if number >= least and axis.at(number) & mask:
                yield number

    def flag(self, name: str, part: str, *, usual: bool = False) -> bool:
        """Whether something is there."""
        found = self.among(name, part)
        return usual if found is None or found[1] == found[0].full else found[1] == YES

    def texts(self, name: str) -> list[str]:
        """The texts of a field that holds several: one of each class that has to be there."""
        return [
            axis.examples[1][0]
            for axis in self.space.axes.all
            if axis.about == name and axis.part.startswith("#") and self.box.get(axis.index, NO | YES) == YES
        ]

    def money(self, name: str, currency: str, usual: Iterable[int | None]) -> int | None:
        """Minor units of `currency` for an amount; the first of `usual` that is allowed, else what is found."""
        axes = [axis for axis in self.space.axes.all if axis.about == name]
        bound = [(axis, self.box[axis.index]) for axis in axes if self.box.get(axis.index, axis.full) != axis.full]
        for minor in (*usual, *self._amounts(bound, currency)):
            if all(self._fits(axis, mask, minor, currency) for axis, mask in bound):
                return minor
        return next(iter(usual), None)

    def _fits(self, axis: Dimension, mask: int, minor: int | None, currency: str) -> bool:
        if minor is None:
            return bool(axis.missing & mask)
        worth = exchange.converted(minor, currency, axis.part, self.space.places)
        return worth is None or bool(axis.at(worth) & mask)

    def _amounts(self, bound: Iterable[tuple[Dimension, int]], currency: str) -> Iterator[int]:
        for axis, mask in bound:
            for worth in values_in(axis, mask):
                minor = exchange.converted(worth, axis.part, currency, self.space.places)
                if minor is not None:
                    yield from (minor + more for more in (0, 1, -1, 2, -2))


def values_in(axis: Dimension, mask: int) -> Iterator[Any]:
    """The examples of the values in `mask`, the missing one left out."""
    for at, examples in enumerate(axis.examples):
        if mask >> at & 1 and examples != (None,):
            yield from examples
