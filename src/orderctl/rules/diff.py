"""What other rules change: each order's plan compared with the one it would get, put together by the rule that did it.

1. two plans are the same when whoever waits for the goods could not tell them apart (`rules.outcomes`)
2. else the rule at which they part (`rules.parting`) is the one that caused it
3. per rule orders are counted and what they cost is added up, over those of which both costs are known
"""

from __future__ import annotations

from dataclasses import dataclass, field

from orderctl.core.plans import Plan
from orderctl.rules.outcomes import Coins, Difference, cost_minor, differences
from orderctl.rules.parting import SAME, Versions


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one order instead. `rule` is `stage/name`, empty when no rule alone did it."""

    rule: str
    old: Plan
    new: Plan
    coins: Coins
    differences: tuple[Difference, ...]

    @property
    def cost_change_minor(self) -> int | None:
        """How much more it costs, None when one of the two costs is not known."""
        old, new = cost_minor(self.old), cost_minor(self.new)
        return None if old is None or new is None else new - old


@dataclass(slots=True)
class Group:
    """The orders that one rule changes. `state`: it is `new`, `gone`, `changed`, or the `same` as before.

    The cost is over the `priced` orders among them, in minor units of the costs' currency.
    """

    rule: str
    state: str = SAME
    orders: int = 0
    priced: int = 0
    cost_change_minor: int = 0


@dataclass(slots=True)
class Tally:
    """What came of all comparisons so far. `other_rules` of the `same` orders come to the same by other rules.

    Costs are added up in `currency`; an order whose costs are in another is not priced.
    """

    currency: str
    compared: int = 0
    same: int = 0
    other_rules: int = 0
    groups: dict[str, Group] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """How many orders would come out otherwise."""
        return self.compared - self.same

    def add(self, versions: Versions, old: Plan, new: Plan, coins: Coins) -> Change | None:
        """Count one order whose plan was `old`; the change, or None when there is none."""
        self.compared += 1
        found = () if old == new else differences(old, new, coins)
        if not found:
            self.same += 1
            self.other_rules += old.rules != new.rules
            return None
        change = Change(versions.cause(old, new), old, new, coins, found)
        self._count(change, versions)
        return change

    def _count(self, change: Change, versions: Versions) -> None:
        group = self.groups.get(change.rule)
        if group is None:
            group = self.groups[change.rule] = Group(change.rule)
        state = versions.state(change.rule) if change.rule else SAME
        group.state = state if group.state == SAME else group.state
        group.orders += 1
        more = change.cost_change_minor
        if more is not None and change.coins.costs == self.currency:
            group.priced += 1
            group.cost_change_minor += more
