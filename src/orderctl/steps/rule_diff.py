"""Rule diff: every order decided once more under other rules, and put beside what was decided.

1. per order the newest decision that had something to route; where none had, its first
2. what a person decided, what another engine decided and what was redacted is counted and not compared
3. with today's stock both rule sets decide anew, else what was decided stands as it was
4. without a store orders come from a file, and both rule sets decide them at the moment they were placed
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orderctl.core import money, times
from orderctl.core.errors import UsageError
from orderctl.core.plans import Plan
from orderctl.rules import engine
from orderctl.rules.diff import Change, Tally
from orderctl.rules.outcomes import Coins, cost_minor, sentence
from orderctl.steps import replay
from orderctl.steps.context import Context
from orderctl.steps.replay import Replay, Replayed
from orderctl.steps.report import MOST_ITEMS
from orderctl.steps.route import outcome_of
from orderctl.steps.rules import content, ruleset
from orderctl.store import decision_history

FROZEN, NOW = "frozen", "now"
#: Of every rule so many orders are named, however many there are.
EXAMPLES = 10
#: A file that is no file of orders at all is not named line by line.
MOST_REFUSED = 1_000
Row = dict[str, Any]


@dataclass(slots=True)
class Diff:
    """What came of a comparison. `orders` names at most `MOST_ITEMS` orders, and some of every rule.

    `apart` counts what was not compared; `refused` says of lines that are no orders why.
    """

    rules: str
    stock: str
    tally: Tally
    since: str = ""
    rulesets: int = 1
    apart: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("by_hand", "other_engine", "redacted"), 0))
    orders: list[Row] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    refused_lines: int = 0

    def refuse(self, where: str, message: str) -> None:
        """Name a line that is no order, as far as there is room."""
        self.refused_lines += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append({"where": where, "message": message})

    def note(self, order: str, change: Change | None) -> None:
        """Name an order that changes, as far as there is room."""
        if change and (len(self.orders) < MOST_ITEMS or self.tally.groups[change.rule].orders <= EXAMPLES):
            self.orders.append(_row(order, change))

    def to_json(self) -> Row:
        """The shape of `--json`."""
        tally = self.tally
        return {
            "rules": self.rules,
            "stock": self.stock,
            "since": self.since,
            "rulesets": self.rulesets,
            "compared": tally.compared,
            "same": tally.same,
            "same_by_other_rules": tally.other_rules,
            "changed": tally.changed,
            "apart": self.apart,
            "currency": tally.currency,
            "groups": [
                {
                    "rule": group.rule,
                    "state": group.state,
                    "orders": group.orders,
                    "priced": group.priced,
                    "cost_change": money.to_text(group.cost_change_minor, tally.currency) if group.priced else None,
                }
                for group in sorted(tally.groups.values(), key=lambda group: -group.orders)
            ],
            "orders": self.orders,
            "not_listed": tally.changed - len(self.orders),
            "refused_lines": self.refused_lines,
            "refused": self.refused,
        }


def _row(order: str, change: Change) -> Row:
    coins, more = change.coins, change.cost_change_minor
    return {
        "order": order,
        "rule": change.rule,
        "differences": [{"what": one.what, "old": one.old, "new": one.new} for one in change.differences],
        "old": _outcome(change.old, coins),
        "new": _outcome(change.new, coins),
        "cost_change": None if more is None else money.to_text(more, coins.costs),
        "currency": coins.costs,
    }


def _outcome(plan: Plan, coins: Coins) -> Row:
    cost = cost_minor(plan)
    return {
        "outcome": outcome_of(plan),
        "text": sentence(plan, coins),
        "holds": [hold.reason for hold in plan.holds],
        "shipments": [
            {
                "location": shipment.location,
                "service": shipment.service,
                "lines": [{"sku": line.sku, "quantity": line.quantity} for line in shipment.lines],
                "cost": None if shipment.cost_minor is None else money.to_text(shipment.cost_minor, coins.costs),
            }
            for shipment in plan.shipments
        ],
        "backorders": [{"sku": wait.sku, "quantity": wait.quantity} for wait in plan.backorders],
        "cost": None if cost is None else money.to_text(cost, coins.costs),
    }


def since_moment(ctx: Context, since: str) -> str:
    """The moment a span of time such as `30d` ago; empty for always. UsageError when it is none."""
    if not since:
        return ""
    try:
        return times.later(ctx.now, -times.parse_duration(since))
    except ValueError as error:
        raise UsageError(str(error), where="--since") from None


def of_store(ctx: Context, file: Path, since: str = "", stock: str = FROZEN) -> Diff:
    """What was decided within `since` of now, under the rules in `file`. ConfigError lists what is wrong with them."""
    text = content(file, "rules file", "name it after `rules diff`")
    places = ctx.config.places
    ruleset(file, ctx.config)
    found = Diff(str(file), stock, Tally(places.currency), since)
    past = Replay(ctx.db, places, text, str(file))
    stocked = replay.with_stock_of_today if stock == NOW else replay.with_stock_of_added
    for batch in replay.in_batches(_to_compare(ctx, past, found, since_moment(ctx, since))):
        for one in stocked(ctx.db, batch):
            new = engine.decide(one.facts, one.pair.new)
            old = engine.decide(one.facts, one.pair.ready) if stock == NOW else one.plan
            found.note(one.past.order, found.tally.add(one.pair.versions, old, new, one.pair.coins(one.facts)))
    found.rulesets = past.versions
    return found


def _to_compare(ctx: Context, past: Replay, found: Diff, since: str) -> Iterator[Replayed]:
    """One decision of each order, as far as it can be compared."""
    done = bytearray(decision_history.last_order(ctx.db) + 1)
    total = decision_history.count(ctx.db, since)
    for number, one in enumerate(decision_history.newest_first(ctx.db, since), 1):
        if not done[one.order_id]:
            chosen = past.chosen(one)
            done[one.order_id] = chosen is not None
            if isinstance(chosen, Replayed):
                yield chosen
            elif chosen:
                found.apart[chosen] += 1
        if number % replay.AT_ONCE == 0:
            ctx.progress("decisions replayed", number, total)
