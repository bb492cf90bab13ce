"""What each rule has done, read from the plans of the past, and what people did otherwise.

1. a plan names the rules that had a say in it, and those that only observed; an order counts once per rule
2. rules are known by stage and name, whatever else of them has changed since
3. a person who ships an order from another location than the rule had sent it to has moved it; of the orders that a
   rule sent to a location, some were moved to another one, and maybe those are the orders with a certain tag
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from orderctl.core.plans import Plan
from orderctl.rules.facts import Facts, line_tags, lines_to_route

#: Of ten moved orders so many have to have a tag before it says anything about them; two orders say something.
_MOST = 8
_SOME = 2
#: What an order counts for once: what kind of thing, and its names.
_Token = tuple[str, ...]
#: A location rule and where it sent something; empty where it let it wait.
Sent = tuple[str, str]
#: The same, and where a person sent it.
Way = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Past:
    """One decision: its order (any number that is its own), worth in minor units, facts and plan.

    `sequence` counts the order's decisions from 1.
    """

    order: int
    sequence: int
    decided_at: str
    total_minor: int
    currency: str
    facts: Facts
    plan: Plan


@dataclass(slots=True)
class Use:
    """What one rule did. Amounts are minor units by currency; an order's whole total counts, once."""

    decisions: int = 0
    orders: int = 0
    last_at: str = ""
    money: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Moved:
    """Orders that a rule had sent to `source` and a person to `target`: `orders` of `of`.

    Of those with `tag`, `tagged` of `tagged_of`; the tag is empty where none tells them apart. An empty `source` means
    that the rule had let them wait.
    """

    rule: str
    source: str
    target: str
    orders: int
    of: int
    tag: str = ""
    tagged: int = 0
    tagged_of: int = 0


class Moves:
    """What people moved, gathered order by order."""

    def __init__(self) -> None:
        self._orders: Counter[Way] = Counter()
        self._tags: dict[Way, Counter[str]] = {}

    def add(self, decisions: Sequence[Past]) -> None:
        """All decisions about one order, the oldest first."""
        sent: dict[str, Sent] = {}
        ways: dict[Way, Facts] = {}
        for one in decisions:
            if not one.facts.given:
                sent.update(_sent(one.plan))
                continue
            for shipment in one.plan.shipments:
                for line in shipment.lines:
                    rule, source = sent.get(line.line_id, ("", ""))
                    if rule and source != shipment.location:
                        ways[rule, source, shipment.location] = one.facts
        for way, facts in ways.items():
            self._orders[way] += 1
            self._tags.setdefault(way, Counter()).update(tags_of(facts))

    def telling(self) -> dict[Sent, frozenset[str]]:
        """The tags worth counting, by the rule that sent and where it sent to."""
        found: dict[Sent, frozenset[str]] = {}
        for way in self._orders:
            found[way[:2]] = found.get(way[:2], frozenset()).union(self._shared(way))
        return found

    def _shared(self, way: Way) -> Iterator[str]:
        moved = self._orders[way]
        return (tag for tag, count in self._tags[way].items() if count >= _SOME and count * 10 >= moved * _MOST)

    def told(self, history: History) -> list[Moved]:
        """Every way orders were moved, the most frequent first."""
        return [self._told(way, orders, history) for way, orders in self._orders.most_common()]

    def _told(self, way: Way, orders: int, history: History) -> Moved:
        of = history.sent(way[:2])
        best, tagged, tagged_of = "", orders, of
        for tag in sorted(self._shared(way)):
            count, among = self._tags[way][tag], history.sent(way[:2], tag)
            if count * tagged_of > tagged * among:
                best, tagged, tagged_of = tag, count, among
        return Moved(*way, orders, of, best, tagged if best else 0, tagged_of if best else 0)


class History:
    """What rules did, counted decision by decision in any order that keeps the last of each order its first.

    Orders that were decided once cost no memory; of the others is held what they have counted for until then.
    """

    def __init__(self, telling: dict[Sent, frozenset[str]] | None = None) -> None:
        self.decisions = 0
        self.by_hand = 0
        self.said: dict[str, Use] = {}
        self.observed: dict[str, Use] = {}
        self._telling = telling or {}
        self._counts: Counter[_Token] = Counter()
        self._open: dict[int, set[_Token]] = {}

    @property
    def orders(self) -> int:
        """How many orders were decided."""
        return self._counts[("order",)]

    def sent(self, sent: Sent, tag: str = "") -> int:
        """How many orders a rule sent to a location, of those with `tag` where one is named."""
        return self._counts[("sent", *sent, tag)]

    def add(self, one: Past) -> None:
        """Count one decision."""
        self.decisions += 1
        self.by_hand += bool(one.facts.given)
        fresh = self._fresh(one)
        for kind, rules, uses in (("said", one.plan.rules, self.said), ("observed", one.plan.observed, self.observed)):
            for rule in rules:
                _count(uses.setdefault(rule, Use()), one, is_new=(kind, rule) in fresh)

    def _fresh(self, one: Past) -> set[_Token]:
        """What the order counts for now and has not counted for before."""
        tokens = set(self._tokens(one))
        seen = self._open.get(one.order)
        fresh = tokens - seen if seen else tokens
        self._counts.update(fresh)
        if one.sequence > 1:
            self._open.setdefault(one.order, set()).update(tokens)
        elif seen:
            del self._open[one.order]
        return fresh

    def _tokens(self, one: Past) -> Iterator[_Token]:
        yield ("order",)
        yield from (("said", rule) for rule in one.plan.rules)
        yield from (("observed", rule) for rule in one.plan.observed)
        if not self._telling or one.facts.given:
            return
        for sent in set(_sent(one.plan).values()) & self._telling.keys():
            yield ("sent", *sent, "")
            yield from (("sent", *sent, tag) for tag in self._telling[sent].intersection(tags_of(one.facts)))


def _count(use: Use, one: Past, *, is_new: bool) -> None:
    use.decisions += 1
    use.last_at = max(use.last_at, one.decided_at)
    if is_new:
        use.orders += 1
        use.money[one.currency] += one.total_minor


def tags_of(facts: Facts) -> set[str]:
    """The tags of an order, those that rules gave it, and those of the lines to route and of their SKUs."""
    lines = (tag for line in lines_to_route(facts) for tag in line_tags(facts, line))
    return {*facts.order.tags, *facts.extra_tags, *lines}


def _sent(plan: Plan) -> dict[str, Sent]:
    """Line -> the location rule that decided it, and where it sent it."""
    found = {wait.line_id: (wait.rule, "") for wait in plan.backorders}
    for shipment in plan.shipments:
        rule = _first(shipment.rules)
        found |= {line.line_id: (rule, shipment.location) for line in shipment.lines if rule}
    return found


def _first(rules: Iterable[str]) -> str:
    return next((rule for rule in rules if rule.startswith("location/")), "")
