"""Whether an order can have lines that satisfy what a box says of some, all and no lines; and which.

1. lines that must not be there are taken from all lines, and every line must lie in what is asked of all
2. what is asked of some line needs one in what is left; one line may serve several wishes
3. prices are in the order's currency, so each currency is looked at on its own
The lines of one order are free of each other, so what is found impossible here is impossible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orderctl.rules.boxes import Box, meet, meets, without
from orderctl.rules.spaces import NO, YES, Quantified, Space

Wish = Sequence[Box]


@dataclass(frozen=True, slots=True)
class LineSet:
    """An order's box with the boxes of its lines. The first of `routed` is the line that is asked, if any is.

    `others` are lines that need not be shipped.
    """

    order: Box
    routed: tuple[Box, ...]
    others: tuple[Box, ...] = ()


def is_possible(space: Space, box: Box, stage: str) -> bool:
    """Whether an order of `stage` in `box` can have the lines it asks for."""
    return next(line_sets(space, box, stage), None) is not None


def line_sets(space: Space, box: Box, stage: str) -> Iterator[LineSet]:
    """Lines that go with `box`, at most one set per currency; none when there can be no such lines."""
    asked = [(space.quantified[index], mask) for index, mask in box.items() if index in space.quantified]
    asked = [(one, mask) for one, mask in asked if mask in {NO, YES}]
    for order in _by_currency(space, box, [one for one, _ in asked]):
        found = _lines(space, order, stage, asked)
        if found is not None:
            yield found


def _by_currency(space: Space, box: Box, asked: Sequence[Quantified]) -> Iterator[Box]:
    """`box` for each of its currencies, where lines depend on it."""
    priced = {axis.index for axis in space.axes.all if axis.about == "currency"}
    if not any(not priced.isdisjoint(line) for one in asked for line in one.boxes):
        yield box
        return
    (index,) = priced
    mask = box.get(index, space.full[index])
    for value in range(mask.bit_length()):
        if mask >> value & 1:
            yield {**box, index: 1 << value}


def _lines(space: Space, order: Box, stage: str, asked: Sequence[tuple[Quantified, int]]) -> LineSet | None:
    shared = {index: mask for index, mask in order.items() if space.axes.all[index].about == "currency"}
    every = _allowed(space, [shared], [one for one in asked if one[0].every_line])
    routed = _allowed(space, meets(every, [space.box_of(stage)]), [one for one in asked if not one[0].every_line])
    wishes = [_wish(space, one, mask, routed, every) for one, mask in asked if (mask == YES) == _wants_one(one)]
    wishes += _tagged(space, order, routed)
    must = any(mask == YES and one.quantifier == "all_lines" for one, mask in asked)
    own = {index: mask for index, mask in order.items() if space.axes.all[index].about.startswith("line.")}
    if stage == "hold":
        empty = not must and all(
            one.quantifier == "all_lines" for one, mask in asked if (mask == YES) == _wants_one(one)
        )
        if empty and not all(wishes):
            return LineSet(order, ())
        first = routed[:1]
    else:
        first = meets(routed, [own])[:1]
    if not first and (stage != "hold" or must):
        return None
    return _chosen(order, list(first), wishes, routed)


def _tagged(space: Space, order: Box, routed: list[Box]) -> list[Wish]:
    """A line for each tag of the shipment: it has them from its lines."""
    found: list[Wish] = []
    for axis in space.axes.all:
        if axis.about == "shipment.tags" and axis.part.startswith("#") and order.get(axis.index) == YES:
            line = next(
                (one for one in space.axes.all if one.about == "line.tags" and one.examples == axis.examples), None
            )
            if line is not None:
                found.append(meets(routed, [{line.index: YES}]))
    return found


def _wants_one(asked: Quantified) -> bool:
    """Whether it is a line that makes it true; else it is one that makes it false."""
    return asked.quantifier == "line"


def _allowed(space: Space, lines: list[Box], asked: Sequence[tuple[Quantified, int]]) -> list[Box]:
    """Those of `lines` that an order may have."""
    for one, mask in asked:
        if one.quantifier != "line" and mask == YES:
            lines = meets(lines, one.boxes)
        elif one.quantifier == "line" and mask == NO:
            lines = _less(space, lines, one.boxes)
    return lines


def _wish(space: Space, asked: Quantified, mask: int, routed: list[Box], every: list[Box]) -> Wish:
    """The lines of which one has to be there; those to route first, where others would do."""
    found: list[Box] = []
    for lines in (routed, every) if asked.every_line else (routed,):
        found += meets(lines, asked.boxes) if mask == YES else _less(space, lines, asked.boxes)
    return found


def _less(space: Space, lines: list[Box], away: Sequence[Box]) -> list[Box]:
    for box in away:
        lines = without(lines, box, space.full)
    return lines


def _chosen(order: Box, chosen: list[Box], wishes: Sequence[Wish], routed: Sequence[Box]) -> LineSet | None:
    """Lines for all wishes, each line for as many as it can serve."""
    others: list[Box] = []
    for wish in wishes:
        if not wish:
            return None
        if not any(_serves(lines, wish) for lines in (chosen, others)):
            ours = [box for box in wish if any(meet(box, line) is not None for line in routed)]
            (chosen if ours else others).append((ours or wish)[0])
    return LineSet(order, tuple(chosen), tuple(others))


def _serves(lines: list[Box], wish: Wish) -> bool:
    """Whether one of `lines` can be narrowed so that it serves the wish; if so, it is."""
    for at, line in enumerate(lines):
        for box in wish:
            both = meet(line, box)
            if both is not None:
                lines[at] = both
                return True
    return False
