"""What each rule does and costs: orders decided once more without it, everything else as it was.

Only orders that a rule took part in are decided without it. Of all others it can be said beforehand:
- a rule that only observes, or does not match, or whose hold is over, changes nothing
- every matching rule of the hold and enhance stages, and the one service rule of a shipment, stand in the plan
- a location rule that decided a group stands in the plan. One that passes its lines on leaves nothing behind, and each
  of them goes on to the rule it would have come to without it: later in the file, so with the same company
- but a plan that is held whole does not say which location rules were asked before; there every one that takes a line
  of the order is left out
The cost of a rule is over orders that ship as many units with it as without: who ships less is cheaper, not better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from orderctl.core.plans import Plan
from orderctl.rules import engine
from orderctl.rules.compiled import Compiled
from orderctl.rules.facts import Facts, lines_to_route
from orderctl.rules.model import STAGES, Rule
from orderctl.rules.outcomes import Coins, cost_minor, differences
from orderctl.rules.stage_location import UNROUTED


@dataclass(slots=True)
class Without:
    """The orders that `rule` took part in, decided without it.

    `held` would be held then, and are not; `unrouted` of those because no rule takes them. `let_go` are held and would
    not be. `short` is how many more units would be left short, `cost_change_minor` how much more the `priced` ones of
    the `changed` orders would cost, in the costs' currency.
    """

    rule: Rule
    orders: int = 0
    changed: int = 0
    held: int = 0
    unrouted: int = 0
    let_go: int = 0
    short: int = 0
    priced: int = 0
    cost_change_minor: int = 0

    def add(self, old: Plan, new: Plan, coins: Coins, currency: str) -> None:
        """Count one order, `old` as it is with the rule and `new` without."""
        is_changed = old != new and bool(differences(old, new, coins))
        self.orders += is_changed or self.rule.id in old.rules
        if not is_changed:
            return
        self.changed += 1
        self.held += bool(new.holds) and not old.holds
        self.unrouted += any(hold.reason == UNROUTED for hold in new.holds) and not old.holds
        self.let_go += bool(old.holds) and not new.holds
        self.short += _short(new) - _short(old)
        before, after = cost_minor(old), cost_minor(new)
        if before is not None and after is not None and _units(old) == _units(new) and coins.costs == currency:
            self.priced += 1
            self.cost_change_minor += after - before


@dataclass
class LeaveOut:
    """The current rules, each left out of the orders it took part in. Costs are added up in `currency`."""

    currency: str
    found: dict[str, Without] = field(default_factory=dict)
    _ready: dict[tuple[int, str], Compiled] = field(default_factory=dict)

    def add(self, facts: Facts, rules: Compiled, plan: Plan) -> None:
        """One order, for which `rules` come to `plan`; they live as long as this does."""
        coins = Coins(facts.places.currency, facts.order.currency)
        for rule in _asked(facts, rules, plan):
            without = self.found.get(rule.id)
            if without is None:
                without = self.found[rule.id] = Without(rule)
            without.add(plan, engine.decide(facts, self._without(rules, rule)), coins, self.currency)

    def _without(self, rules: Compiled, rule: Rule) -> Compiled:
        key = id(rules), rule.id
        found = self._ready.get(key)
        if found is None:
            stages = rules.ruleset.stages
            left = {**stages, rule.stage: tuple(one for one in stages[rule.stage] if one.id != rule.id)}
            found = self._ready[key] = engine.prepare(replace(rules.ruleset, stages=left), rules.places)
        return found


def by_cost(rules: Mapping[str, Without]) -> list[Without]:
    """The rules without which most would be saved first; of equal ones those that change least, but something."""
    asked = (one for one in rules.values() if one.orders)
    return sorted(asked, key=lambda one: (one.cost_change_minor, not one.changed, one.changed, one.rule.id))


def _asked(facts: Facts, rules: Compiled, plan: Plan) -> Iterator[Rule]:
    """The rules without which the plan may be another."""
    named = set(plan.rules)
    if plan.holds:
        named |= _locating(facts, rules, plan)
    for stage in STAGES:
        yield from (rule for rule in rules.ruleset.stages.get(stage, ()) if rule.id in named)


def _locating(facts: Facts, rules: Compiled, plan: Plan) -> set[str]:
    """The location rules that take a line of the order."""
    seen = replace(facts, extra_tags=tuple(dict.fromkeys((*facts.extra_tags, *plan.tags))))
    found: set[str] = set()
    for line in lines_to_route(facts):
        after = -1
        while (match := rules.matcher.first("location", seen, line, None, after)) is not None:
            after, rule = match
            if not rule.observe:
                found.add(rule.id)
    return found


def _short(plan: Plan) -> int:
    """Units that wait for stock or are given up for lack of it."""
    return sum(one.quantity for one in plan.backorders) + sum(one.quantity for one in plan.cancelled)


def _units(plan: Plan) -> int:
    return sum(shipment.units for shipment in plan.shipments)
