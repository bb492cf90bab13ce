"""The axes of a space: one per field that the rules test, made of all tests on it when it is first asked for.

Fields that follow from others have none of their own: `first_order` stands on the axis of `customer.orders`,
`line.hazmat` on that of the line's tags, `channel_type` on that of the channel, `has = "email"` on `customer.email`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orderctl.core.places import Places
from orderctl.rules import fields
from orderctl.rules.dimensions import Dimension, of_words, tags_of, values_of
from orderctl.rules.kinds import Currency, Flag, NameKind, Tags
from orderctl.rules.model import STAGES, Condition, RuleSet
from orderctl.rules.moments import conditions
from orderctl.rules.strings import TooMany
from orderctl.rules.values import Kind, Test

#: The tags of an order as the hold stage sees them, where a hold rule gives it more.
OWN_TAGS = "hold:tags"
#: A field that says whether a line has a tag.
MARKS = {f"line.{mark}": mark for mark in ("hazmat", "oversize", "preorder")}
#: Equal to none: an order before the first, a line without units.
NONE = Test(exact=frozenset((0,)))
_NO_KNOWN_NAME = "elsewhere"
#: Currencies that stand for one nobody has a rate for; the first that is not configured.
FOREIGN = ("XCD", "WST", "VUV", "TOP", "SBD", "SHP", "STN")


def exactly(word: str) -> Test:
    """The test for one text."""
    return Test(exact=frozenset((word,)))


def kind_of(name: str) -> Kind:
    """The kind of values that the field of an axis has."""
    return Tags if name == OWN_TAGS else fields.find(name).kind


class Axes:
    """The axes that a rule set gives rise to at its places; `extra` are tests besides those of its rules."""

    def __init__(self, ruleset: RuleSet, places: Places, extra: Iterable[tuple[str, Test]] = ()) -> None:
        self.ruleset = ruleset
        self.places = places
        self.all: list[Dimension] = []
        self.full: list[int] = []
        holds = ruleset.stages.get("hold", ())
        self.tags_grow = any(rule.then.get("add_tags") and not rule.observe for rule in holds)
        self.tests: dict[tuple[str, str], dict[Test, None]] = {}
        for stage in STAGES:
            for rule in ruleset.stages.get(stage, ()):
                for condition in conditions(rule):
                    self._gather(condition, stage)
        for name, test in (*extra, ("line.quantity", NONE)):
            self._test(name, test)
        self._share("shipment.tags", "line.tags")
        self._known: dict[tuple[str, str], Dimension | None] = {}
        self._classes: dict[str, list[Dimension] | None] = {}

    def _share(self, *names: str) -> None:
        """Make fields with the same values fall into the same classes."""
        tests = {test: None for name in names for test in self.tests.get((name, ""), ())}
        if all((name, "") in self.tests for name in names):
            self.tests |= {(name, ""): dict(tests) for name in names}

    def name_of(self, written: str, stage: str) -> str:
        """The field that a condition of `stage` is about, whichever lines it asks."""
        quantifier, _, rest = written.partition(".")
        if quantifier in fields.QUANTIFIERS:
            return f"line.{rest}"
        return OWN_TAGS if written == "tags" and stage == "hold" and self.tags_grow else written

    def _gather(self, condition: Condition, stage: str) -> None:
        name = self.name_of(condition.field, stage)
        if name in MARKS:
            self._test("line.tags", exactly(MARKS[name]))
        elif name == "first_order":
            self._test("customer.orders", NONE)
        elif name == "shipment.international":
            for place in self.places.locations.values():
                self._test("ship_to.country", exactly(place.country))
        else:
            self._test(name, condition.test)

    def _test(self, name: str, test: Test) -> None:
        self.tests.setdefault((name, test.currency), {})[test] = None

    def one(self, name: str, currency: str = "") -> Dimension:
        """The axis of a field with one value. TooMany when there are too many combinations of patterns."""
        key = (name, currency)
        if key not in self._known:
            self._known[key] = None
            field = fields.find(name)
            tests = tuple(self.tests.get(key, ()))
            words = self._words(field.kind, name)
            values = of_words(words) if words else values_of(field.kind, tests)
            missing: list[tuple[object, ...]] = [(None,)] if field.missing else []
            distinct = () if words or len(values) == 1 else tests
            self._known[key] = self._new(name, currency, field.kind, [*values, *missing], distinct)
        found = self._known[key]
        if found is None:
            raise TooMany
        return found

    def known(self, name: str, part: str = "") -> Dimension | None:
        """The axis of a field if anything has asked for it."""
        return self._known.get((name, part))

    def flag(self, about: str, part: str) -> Dimension:
        """The axis of what is there or not."""
        found = self._known.get((about, part))
        if found is None:
            found = self._known[about, part] = self._new(about, part, Flag, of_words((False, True)))
        return found

    def classes(self, name: str) -> list[Dimension]:
        """An axis per class of the texts that a field holds. TooMany as in `one`.

        The texts themselves are the examples of each axis' second value.
        """
        if name not in self._classes:
            self._classes[name] = None
            kind = kind_of(name)
            texts = tags_of(kind, tuple(self.tests.get((name, ""), ())))
            self._classes[name] = [self._new(name, f"#{at}", kind, ((), found)) for at, found in enumerate(texts)]
        found = self._classes[name]
        if found is None:
            raise TooMany
        return found

    def _words(self, kind: Kind, name: str) -> list[str]:
        """The values of a field that has only names known from the configuration."""
        if kind is Currency:
            return self._currencies()
        if not isinstance(kind, NameKind):
            return []
        if name == "channel":
            return list(self.places.channels) or ["web"]
        return [*self.places.locations, *([_NO_KNOWN_NAME] if name == "pos_location" else [])]

    def _currencies(self) -> list[str]:
        """The currencies that can be converted or that a rule names, and last one that stands for all others."""
        named = {str(key) for test in self.tests.get(("currency", ""), ()) for key in test.exact}
        priced = {currency for _, currency in self.tests if currency}
        known = dict.fromkeys((self.places.currency, self.ruleset.currency, *self.places.rates))
        known |= dict.fromkeys(sorted(named | priced))
        return [*known, next(code for code in FOREIGN if code not in known)]

    def _new(
        self,
        about: str,
        part: str,
        kind: Kind,
        values: Sequence[tuple[object, ...]],
        tests: tuple[Test, ...] = (),
    ) -> Dimension:
        axis = Dimension(len(self.all), about, part, kind, tuple(values), tests)
        self.all.append(axis)
        self.full.append(axis.full)
        return axis
