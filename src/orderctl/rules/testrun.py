"""Run rule tests: each is decided as a real order would be, and what comes of it is compared with what it expects.

1. the test becomes facts: its order with every unit open, every SKU it names known, feeds fresh, channels live
2. a test without stock has plenty everywhere; once it names any, what it does not name is none
3. `rules.engine` decides; `rules.compare` puts each difference into words
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from orderctl.core import addresses
from orderctl.core.orders import Address
from orderctl.core.places import Places
from orderctl.core.revisions import to_ship, wanted
from orderctl.rules import kits, testskus
from orderctl.rules.compare import Outcome, differences
from orderctl.rules.compiled import Compiled, prepare
from orderctl.rules.facts import Facts
from orderctl.rules.model import RuleSet
from orderctl.rules.testfile import RuleTest
from orderctl.rules.trace import Trace, trace

PLENTY = 1_000_000
Judge = Callable[[Address], addresses.Judgment]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one test; it passed when there are no differences."""

    test: RuleTest
    facts: Facts
    trace: Trace
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences


class Runner:
    """Runs tests of one rule set at one configuration. `judge` looks at addresses as saving an order does."""

    def __init__(self, ruleset: RuleSet, places: Places, judge: Judge = addresses.judged) -> None:
        self.ruleset = ruleset
        self.places = places
        self._judge = judge
        self._ready: dict[frozenset[str], Compiled] = {}

    def run(self, test: RuleTest) -> Result:
        """Decide the order of `test` and compare."""
        ready = self._compiled(test)
        facts = facts_of(test, ready, self._judge)
        if any(sku.assembled_from for sku in test.skus.values()):
            facts, _ = kits.decide(facts, ready)
        traced = trace(facts, ready)
        found = differences(test.expect, Outcome(facts, traced.plan, self.ruleset))
        return Result(test, facts, traced, tuple(found))

    def _compiled(self, test: RuleTest) -> Compiled:
        """The rules at the configured places; a location without limit of which the test names stock has just that."""
        locations = self.places.locations
        named = frozenset(name for name in test.stock or () if locations[name].stock == "unlimited")
        if named not in self._ready:
            counted = {name: replace(locations[name], stock="counted") for name in named}
            places = replace(self.places, locations={**locations, **counted})
            self._ready[named] = prepare(self.ruleset, places)
        return self._ready[named]


def facts_of(test: RuleTest, ready: Compiled, judge: Judge) -> Facts:
    """What a rule may look at in `test`."""
    stated = test.order
    order = stated.order
    named = dict.fromkeys((*(line.sku for line in order.lines if line.sku), *ready.added_skus))
    skus = testskus.around(test.skus, named)
    return Facts(
        order=order,
        now=test.now,
        places=ready.places,
        stock=_stock(test, ready.places, skus),
        open_units={line.id: wanted(order, line) for line in order.lines if to_ship(order, line)},
        skus=skus,
        unknown_skus=("",) if any(not line.sku for line in order.lines) else (),
        excluded=test.rejected,
        capacity_used=test.capacity_used,
        incoming={sku: ((quantity, ""),) for sku, quantity in test.incoming.items()},
        attempts=stated.attempts,
        address=stated.address or (judge(order.ship_to).verdict if order.ship_to else "ok"),
        derived=stated.derived,
    )


def _stock(test: RuleTest, places: Places, skus: Iterable[str]) -> dict[str, dict[str, int]]:
    """Available units: what lies there less what is reserved there, zeros left out."""
    plenty = dict.fromkeys(skus, PLENTY)
    on_hand: Mapping[str, Mapping[str, int]] = (
        dict.fromkeys(places.locations, plenty) if test.stock is None else test.stock
    )
    found: dict[str, dict[str, int]] = {}
    for location, here in on_hand.items():
        reserved = test.reserved.get(location, {})
        left = {sku: units - reserved.get(sku, 0) for sku, units in here.items()}
        found[location] = {sku: units for sku, units in left.items() if units > 0}
    return found
