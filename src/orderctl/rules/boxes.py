"""Boxes in a space of finitely many values per dimension, and what of one box others leave free: exact subtraction.

A box is a mask of values for each dimension that it restricts. To find what is free of a set of boxes:
1. a box that contains what is left covers it; one that sticks out in a single dimension cuts that dimension short
2. else one that sticks out in few dimensions is taken away, which leaves a piece per dimension, none overlapping
3. what no box touches any more is free
Which boxes touch and which contain is asked of all at once, with one bit per box. Work is counted, and ends when the
budget does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orderctl.rules.strings import TooMany

Box = Mapping[int, int]  # dimension -> mask of the values it may have; a dimension that is not named is free
#: How many pieces of work one question may cost.
MOST_STEPS = 20_000
#: How many boxes one box may be cut into before it is given up.
MOST_PIECES = 3_000


class Budget:
    """Work that may still be done for one question, out of what there is for all; TooMany once there is none left."""

    def __init__(self, steps: int, whole: Budget | None = None) -> None:
        self.left = steps
        self.whole = whole

    def spend(self) -> None:
        """One piece of work."""
        self.left -= 1
        if self.left < 0:
            raise TooMany
        if self.whole is not None:
            self.whole.spend()


def meet(one: Box, other: Box) -> dict[int, int] | None:
    """What two boxes have in common, None when that is nothing."""
    found = dict(one)
    for dimension, mask in other.items():
        both = found.get(dimension, mask) & mask
        if not both:
            return None
        found[dimension] = both
    return found


def meets(ones: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    """What two unions of boxes have in common."""
    found: list[Box] = [both for one in ones for other in others if (both := meet(one, other)) is not None]
    if len(found) > MOST_PIECES:
        raise TooMany
    return found


def without(ones: Sequence[Box], away: Box, full: Sequence[int]) -> list[Box]:
    """The union of `ones` less one box; `full` is the mask of all values per dimension."""
    found: list[Box] = []
    for one in ones:
        if meet(one, away) is None:
            found.append(one)
        else:
            found += _pieces(one, away, full)
    if len(found) > MOST_PIECES:
        raise TooMany
    return found


def _pieces(one: Box, away: Box, full: Sequence[int]) -> Iterator[dict[int, int]]:
    """`one` less `away`, which it meets, in boxes that do not overlap."""
    rest = dict(one)
    for dimension, mask in away.items():
        have = rest.get(dimension, full[dimension])
        if have & ~mask:
            yield {**rest, dimension: have & ~mask}
        rest[dimension] = have & mask


class Cover:
    """Many boxes, made ready to ask what some of them leave of another box."""

    def __init__(self, boxes: Sequence[Box], full: Sequence[int]) -> None:
        self.full = full
        self.boxes = boxes
        self.bound: dict[int, int] = {}  # dimension -> the boxes that restrict it, as bits
        for index, box in enumerate(boxes):
            for dimension in box:
                self.bound[dimension] = self.bound.get(dimension, 0) | 1 << index
        self.dimensions = sorted(self.bound)
        self.having = {dimension: self._having(dimension) for dimension in self.dimensions}
        self.known: dict[int, dict[int, tuple[int, int]]] = {dimension: {} for dimension in self.dimensions}

    def _having(self, dimension: int) -> list[int]:
        """Per value of `dimension` the boxes that have it, as bits."""
        free = ~self.bound[dimension]
        having = [free] * self.full[dimension].bit_length()
        for index, box in enumerate(self.boxes):
            mask = box.get(dimension, 0)
            while mask:
                having[(mask & -mask).bit_length() - 1] |= 1 << index
                mask &= mask - 1
        return having

    def _some_all(self, dimension: int, mask: int) -> tuple[int, int]:
        """The boxes that have some of the values in `mask`, and those that have all of them."""
        known = self.known[dimension]
        found = known.get(mask)
        if found is None:
            some, every = 0, -1
            for value, boxes in enumerate(self.having[dimension]):
                if mask >> value & 1:
                    some |= boxes
                    every &= boxes
            found = known[mask] = (some, every)
        return found

    def free(self, box: Box, using: int, budget: Budget) -> Iterator[tuple[Box | None, int]]:
        """What the boxes in `using` (bits) leave of `box`: pieces that do not overlap, each with the boxes used so far.

        Last comes None, with all the boxes that were used.
        """
        dimensions = [dimension for dimension in self.dimensions if self.bound[dimension] & using]
        stack = [[box.get(dimension, self.full[dimension]) for dimension in dimensions]]
        used = 0
        while stack:
            budget.spend()
            masks = stack.pop()
            touching, helped = self._cut(dimensions, masks, using)
            used |= helped
            if touching == 0:
                yield {**box, **dict(zip(dimensions, masks, strict=True))}, used
            elif touching > 0:
                used |= touching
                stack += self._split(dimensions, masks, touching.bit_length() - 1)
        yield None, used

    def _cut(self, dimensions: Sequence[int], masks: list[int], using: int) -> tuple[int, int]:
        """Cut `masks` short where single boxes allow it.

        The box to split by as a bit, 0 when none touches what is left, -1 when nothing is left; and the boxes that
        helped.
        """
        helped = 0
        while True:
            touching = using
            sticking: list[int] = []
            for dimension, mask in zip(dimensions, masks, strict=True):
                some, every = self._some_all(dimension, mask)
                touching &= some
                sticking.append(~every)
            if not touching:
                return 0, helped
            once = twice = thrice = 0
            for out in sticking:
                mine = out & touching
                thrice |= twice & mine
                twice |= once & mine
                once |= mine
            covering = touching & ~once
            if covering:
                return -1, helped | covering & -covering
            single = once & ~twice
            if not single:
                pair = twice & ~thrice or touching
                return pair & -pair, helped
            helped |= single
            for at, dimension in enumerate(dimensions):
                mine = single & sticking[at]
                if mine:
                    masks[at] = self._cut_short(dimension, masks[at], mine)
                    if not masks[at]:
                        return -1, helped

    def _cut_short(self, dimension: int, mask: int, boxes: int) -> int:
        for value, having in enumerate(self.having[dimension]):
            if mask >> value & 1 and having & boxes:
                mask ^= 1 << value
        return mask

    def _split(self, dimensions: Sequence[int], masks: list[int], index: int) -> Iterator[list[int]]:
        """`masks` less the box `index`, in pieces that do not overlap."""
        box = self.boxes[index]
        rest = list(masks)
        for at, dimension in enumerate(dimensions):
            mask = box.get(dimension, self.full[dimension])
            if rest[at] & ~mask:
                yield [*rest[:at], rest[at] & ~mask, *rest[at + 1 :]]
                rest[at] &= mask
