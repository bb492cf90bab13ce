"""Replay: what was decided, ready to be decided again under other rules.

1. the places are those of then; a location, service or name that was configured since is added to them
2. the rule sets of a decision and the new one are read and made ready once for all decisions made with the same
3. the frozen facts stand, or with today's stock: what is available now, and what the order itself has reserved
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from orderctl.core.places import Places, places_from_json
from orderctl.core.plans import Plan
from orderctl.core.stock import WorkingStock
from orderctl.rules import engine, record
from orderctl.rules.compiled import Compiled
from orderctl.rules.facts import Facts
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.model import RuleSet
from orderctl.rules.outcomes import Coins
from orderctl.rules.parting import Versions
from orderctl.store import decision_history, reservations, stock
from orderctl.store.decision_history import PastDecision

AT_ONCE = 1000
Stock = Mapping[str, Mapping[str, int]]


@dataclass
class Pair:
    """Two rule sets at the same places, the old one as it decided and the new one."""

    places: Places
    old: RuleSet
    new: Compiled

    @cached_property
    def versions(self) -> Versions:
        """Which rules differ."""
        return Versions(self.old, self.new.ruleset)

    @cached_property
    def ready(self) -> Compiled:
        """The old rules made ready, for those who ask them again."""
        return engine.prepare(self.old, self.places)

    @cached_property
    def added(self) -> tuple[str, ...]:
        """SKUs that only the new rules put into shipments: no frozen facts tell their stock."""
        before = {rule.then["add_item"]["sku"] for rule in self.old.stages["enhance"] if "add_item" in rule.then}
        return tuple(sku for sku in self.new.added_skus if sku not in before)

    def coins(self, facts: Facts) -> Coins:
        """The currencies of a plan made at these places."""
        return Coins(self.places.currency, facts.order.currency)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision with its frozen facts, its plan, and the rules to compare."""

    past: PastDecision
    facts: Facts
    plan: Plan
    pair: Pair


@dataclass
class Replay:
    """Decisions of a store, put beside the rules in the file named `name` with the content `text`."""

    db: sqlite3.Connection
    today: Places
    text: bytes
    name: str
    _places: dict[int, Places] = field(default_factory=dict)
    _new: dict[int, Compiled] = field(default_factory=dict)
    _pairs: dict[tuple[int, int], Pair] = field(default_factory=dict)

    def read(self, past: PastDecision, text: bytes) -> Replayed:
        """The decision whose record is `text`."""
        pair = self._pair(past)
        facts, plan = record.decode(text, pair.places)
        return Replayed(past, facts, plan, pair)

    def chosen(self, one: PastDecision) -> Replayed | str | None:
        """The decision if rules can decide it again, else why it stands apart; None when an older one says more."""
        if one.record is None:
            return "redacted"
        if one.engine != engine.ENGINE:
            return "other_engine"
        replayed = self.read(one, one.record)
        if not replayed.facts.open_units and one.sequence > 1:
            return None
        return "by_hand" if replayed.facts.given else replayed

    @property
    def versions(self) -> int:
        """How many rule sets made what was read."""
        return len({ruleset_id for ruleset_id, _ in self._pairs})

    def _pair(self, past: PastDecision) -> Pair:
        key = past.ruleset_id, past.places_id
        pair = self._pairs.get(key)
        if pair is None:
            places = self._places_of(past.places_id)
            label = f"the rules of {past.decided_at}"
            old = load(decision_history.ruleset(self.db, past.ruleset_id), label, Known.from_places(places))
            pair = self._pairs[key] = Pair(places, old, self._new[past.places_id])
        return pair

    def _places_of(self, places_id: int) -> Places:
        if places_id not in self._places:
            then = places_from_json(json.loads(decision_history.places(self.db, places_id)))
            places = self._places[places_id] = with_what_is_new(then, self.today)
            self._new[places_id] = engine.prepare(load(self.text, self.name, Known.from_places(places)), places)
        return self._places[places_id]


def with_what_is_new(then: Places, today: Places) -> Places:
    """`then`, and beside it whatever is configured by a name that it does not know."""
    return replace(
        then,
        channels={**today.channels, **then.channels},
        locations={**today.locations, **then.locations},
        services={**today.services, **then.services},
        packages=tuple(dict.fromkeys((*then.packages, *today.packages))),
        notify=tuple(dict.fromkeys((*then.notify, *today.notify))),
        rates={**today.rates, **then.rates},
    )


def in_batches(replayed: Iterator[Replayed]) -> Iterator[list[Replayed]]:
    """`replayed`, so many at a time as are worth one look into the store."""
    while batch := list(islice(replayed, AT_ONCE)):
        yield batch


def with_stock_of_today(db: sqlite3.Connection, batch: Sequence[Replayed]) -> Iterator[Replayed]:
    """`batch` with the stock there is now; what an order has reserved is there for it."""
    wanted = [skus_of(one) for one in batch]
    available = WorkingStock(stock.available(db, {sku for skus in wanted for sku in skus}))
    promised = reservations.promised(db, [one.past.order_id for one in batch])
    for one, skus in zip(batch, wanted, strict=True):
        seen = available.of(one.pair.places.locations, skus)
        for location, sku, units in promised.get(one.past.order_id, ()):
            here = seen.setdefault(location, {})
            here[sku] = here.get(sku, 0) + units
        yield replace(one, facts=replace(one.facts, stock=seen))


def with_stock_of_added(db: sqlite3.Connection, batch: Sequence[Replayed]) -> Iterator[Replayed]:
    """`batch` as it was frozen; of what only the new rules add to shipments, today's stock."""
    added = {sku for one in batch for sku in one.pair.added}
    available = WorkingStock(stock.available(db, added)) if added else None
    for one in batch:
        missing = [sku for sku in one.pair.added if sku not in one.facts.skus]
        if available is None or not missing:
            yield one
            continue
        seen = {location: dict(here) for location, here in one.facts.stock.items()}
        for location, here in available.of(one.pair.places.locations, missing).items():
            seen.setdefault(location, {}).update(here)
        yield replace(one, facts=replace(one.facts, stock=seen))


def skus_of(one: Replayed) -> list[str]:
    """Every SKU whose stock a decision may look at."""
    known = one.facts.skus
    parts = (part for sku in known.values() for part in (sku.sku, *sku.components, *sku.assembled_from))
    lines = (line.sku for line in one.facts.order.lines)
    return list(dict.fromkeys((*lines, *known, *parts, *one.pair.new.added_skus)))
