"""All orders as a space: an axis per field, the classes of its values on it, and every condition as boxes in it.

1. all tests of the file on one field divide its values into classes (`rules.dimensions`, `rules.axes`)
2. a condition is the boxes in which it is true; what is missing or has no exchange rate lies in none of them
3. a field that holds several texts has an axis per class of texts: there or not
4. a condition on some, all or no line of an order is an axis of its own; what it asks of one line is kept beside it
Fields taken for independent that are not make the space too large, never too small: what is proven empty in it is
empty. A field whose patterns have too many combinations is an axis per test, which is also only too large.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orderctl.core.places import Places
from orderctl.rules import exchange, fields
from orderctl.rules.axes import MARKS, NONE, Axes, exactly, kind_of
from orderctl.rules.boxes import Box, meets, without
from orderctl.rules.model import Block, Rule, RuleSet
from orderctl.rules.strings import TooMany
from orderctl.rules.values import Test

NO, YES = 1, 2  # the masks of an axis with two values
#: What the axis of a condition that cannot be taken apart is about, before its field.
OPAQUE = "opaque:"
_KNOWN_LATER = {"fulfilled_by": "merchant", "line.requires_shipping": True}
_SURE_LATER = ("ship_to.country", "ship_to.kind")
_BY_PRESENCE = {"po_number": "po_number", "email": "customer.email"}


@dataclass(frozen=True, slots=True)
class Quantified:
    """An axis that says whether some line (`line`), all of them or none of them lie in `boxes`.

    `every_line` = asked in the hold stage, of all lines of the order; else of the lines to route. For `no_line`,
    `boxes` are the lines for which the condition is surely false.
    """

    quantifier: str
    every_line: bool
    boxes: tuple[Box, ...]


class Space:
    """The space of a rule set at its places. `extra` are tests that will be asked about besides those of its rules."""

    def __init__(self, ruleset: RuleSet, places: Places, extra: Iterable[tuple[str, Test]] = ()) -> None:
        self.places = places
        self.axes = Axes(ruleset, places, extra)
        self.full = self.axes.full
        self.quantified: dict[int, Quantified] = {}
        self._indexes: dict[tuple[object, ...], int] = {}
        self._later: tuple[int, dict[int, int]] = (-1, {})

    # --- conditions

    def single(self, name: str, test: Test, *, holds: bool = True) -> list[Box]:
        """Where a field of one order, line or shipment is there and `test` is true of it, or false."""
        special = self._special(name, test)
        if special is not None:
            return special if holds else self.complement(special)
        try:
            if kind_of(name).many:
                return self._any_of(name, test, holds=holds)
            axis = self.axes.one(name, test.currency)
        except TooMany:
            return [self._opaque(name, test, holds=holds)]
        mask = axis.where(test)
        return _box({axis.index: mask if holds else axis.present & ~mask, **self._convertible(test.currency)})

    def _opaque(self, name: str, test: Test, *, holds: bool) -> Box:
        """A condition whose values cannot be told apart: true or not, whatever the others are."""
        number = list(self.axes.tests[name, test.currency]).index(test)
        return {self.axes.flag(f"{OPAQUE}{name}", f"{number} {holds}").index: YES}

    def _convertible(self, currency: str) -> Box:
        if not currency:
            return {}
        axis = self.axes.one("currency")
        mask = 0
        for at, (code,) in enumerate(axis.examples):
            if exchange.converted(100, code, currency, self.places) is not None:
                mask |= 1 << at
        return {axis.index: mask}

    def _any_of(self, name: str, test: Test, *, holds: bool) -> list[Box]:
        """Where some text of a field that holds several passes, or none does."""
        kind = kind_of(name)
        passing = [axis for axis in self.axes.classes(name) if test.has(kind.key(axis.examples[1][0]))]
        if holds:
            return [{axis.index: YES} for axis in passing]
        return [{axis.index: NO for axis in passing}]

    def _special(self, name: str, test: Test) -> list[Box] | None:
        """Where a condition holds on a field that follows from others; None for every other field."""
        if name == "channel_type":
            return self._channel_type(test)
        if name in {"has", "lacks"}:
            return [self._presence(str(word), there=name == "has") for word in sorted(test.exact, key=str)]
        if name not in MARKS and name not in {"first_order", "shipment.international"}:
            return None
        found: list[Box] = []
        for flag in sorted(test.exact):
            if name in MARKS:
                marked = self.single("line.tags", exactly(MARKS[name]))
                found += marked if flag else self.complement(marked)
            elif name == "first_order":
                found += self.single("customer.orders", NONE, holds=bool(flag))
            else:
                found += self._border(crossed=bool(flag))
        return found

    def _channel_type(self, test: Test) -> list[Box]:
        axis = self.axes.one("channel")
        known = self.places.channels
        mask = 0
        for at, (name,) in enumerate(axis.examples):
            if name in known and test.has(known[name].type.casefold()):
                mask |= 1 << at
        return _box({axis.index: mask})

    def _presence(self, word: str, *, there: bool) -> Box:
        try:
            axis = self.axes.one(_BY_PRESENCE[word])
        except (KeyError, TooMany):
            return {self.axes.flag("has", word).index: YES if there else NO}
        return {axis.index: axis.present if there else axis.missing}

    def _border(self, *, crossed: bool) -> Iterator[Box]:
        """Where a shipment crosses a border, or does not: by the location's country and the order's."""
        location, country = self.axes.one("shipment.location"), self.axes.one("ship_to.country")
        for name, place in self.places.locations.items():
            home = country.where(exactly(place.country)) if place.country else country.full
            yield from _box(
                {location.index: location.at(name), country.index: country.full & ~home if crossed else home}
            )

    def complement(self, boxes: Sequence[Box]) -> list[Box]:
        """All of the space but `boxes`."""
        rest: list[Box] = [{}]
        for box in boxes:
            rest = without(rest, box, self.full)
        return rest

    def box_of(self, stage: str) -> Box:
        """What is known of every order, and of the line that is asked, in `stage`.

        Past the hold stage orders are the merchant's to ship, to an address with a country; lines are to be shipped.
        """
        if stage == "hold":
            return {}
        count, known = self._later
        if count == len(self.axes.all):
            return known
        known = {}
        for axis in self.axes.all:
            if axis.about in _KNOWN_LATER:
                known[axis.index] = axis.at(_KNOWN_LATER[axis.about])
            elif axis.about in _SURE_LATER:
                known[axis.index] = axis.present
            elif axis.about == "line.quantity":
                known[axis.index] = axis.full & ~axis.at(0)
        self._later = (len(self.axes.all), known)
        return known

    # --- blocks and rules

    def block(self, block: Block, stage: str) -> list[Box]:
        """Where all conditions of `block` are true together."""
        found: list[Box] = [{}]
        ours = []
        for condition in block:
            quantifier = fields.quantifier_of(condition.field)
            if quantifier == "line" and stage != "location":
                ours.append(condition)
            elif quantifier in {"all_lines", "no_line"}:
                found = meets(found, [self._of_lines(quantifier, (condition,), stage)])
            else:
                found = meets(found, self.single(self.axes.name_of(condition.field, stage), condition.test))
        return meets(found, [self._of_lines("line", tuple(ours), stage)]) if ours else found

    def _of_lines(self, quantifier: str, block: Block, stage: str) -> Box:
        """Where some line has all of `block`, or all lines have, or surely no line has."""
        asked = frozenset((self.axes.name_of(one.field, stage), one.test) for one in block)
        key = (quantifier, stage == "hold", asked)
        if key not in self._indexes:
            boxes: list[Box] = [{}]
            for one in block:
                name = self.axes.name_of(one.field, stage)
                boxes = meets(boxes, self.single(name, one.test, holds=quantifier != "no_line"))
            axis = self.axes.flag(f"lines:{quantifier}", str(len(self._indexes)))
            self.quantified[axis.index] = Quantified(quantifier, stage == "hold", tuple(boxes))
            self._indexes[key] = axis.index
        return {self._indexes[key]: YES}

    def rule(self, rule: Rule) -> list[Box]:
        """Where `rule` applies. TooMany when it has too many combinations."""
        found = self.taken(rule)
        away = [box for condition in rule.unless for box in self.block((condition,), rule.stage)]
        away += [box for block in rule.unless_any for box in self.block(block, rule.stage)]
        for box in sorted(away, key=len):
            found = without(found, box, self.full)
        return found

    def taken(self, rule: Rule) -> list[Box]:
        """Where `when` and one block of its `any` are true, whatever `unless` says."""
        found = self.block(rule.when, rule.stage)
        if rule.any:
            found = meets(found, [box for block in rule.any for box in self.block(block, rule.stage)])
        return found


def _box(box: Box) -> list[Box]:
    """The box, or nothing where it is empty."""
    return [box] if all(box.values()) else []
