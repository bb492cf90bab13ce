"""Route many orders together: what is best for all of them, and never worse than one by one.

1. every order is decided one by one, in turn: that is what a better answer has to beat
2. the ways of every order that may ship in several are listed, and chosen for all together (`core.batching`)
3. each order is decided by its own rules on what the others leave to it; a person's orders, kits taken apart and the
   like keep what they got one by one
4. what comes of it is priced again: where it is dearer than one by one after all, one by one stands, and that is said
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from orderctl.core import batching
from orderctl.core.batching import Ask
from orderctl.rules import together
from orderctl.rules.moments import looks_at_stock
from orderctl.rules.together import Worth
from orderctl.rules.ways import Choices, Prices, Shelves, Takes, choices_of, heaviest_g, takes_of
from orderctl.steps import desk as desks
from orderctl.steps.context import Context, Stopwatch
from orderctl.steps.desk import Decision, Desk
from orderctl.steps.report import Report, Together
from orderctl.store.waiting import WaitingOrder

#: So many orders are decided together at most; of more, those that come first in turn.
MOST = 10_000


class _Asked(NamedTuple):
    """An order that is asked for its ways: where it stands in the batch, and which way it goes one by one."""

    at: int
    one: WaitingOrder
    choices: Choices
    alone: int


@dataclass(slots=True)
class _Answer:
    """One answer for all orders, in their order, and the desk as it leaves it.

    `cost_minor` is per rank, of the orders that were asked, `short` their units without a place.
    """

    desk: Desk
    decided: list[Decision] = field(default_factory=list)
    cost_minor: dict[int, int] = field(default_factory=dict)
    short: int = 0
    missed: int = 0  # orders whose rules came to another plan than the way chosen
    fits: bool = True  # False: one of those took what is another's

    def add(self, asked: _Asked, takes: Takes) -> None:
        """Count what an order costs that takes just that."""
        rank = asked.one.rank
        self.cost_minor[rank] = self.cost_minor.get(rank, 0) + asked.choices.cost_minor(takes)
        self.short += asked.choices.short(takes)

    def is_worse_than(self, other: _Answer) -> bool:
        """Whether a higher priority class is served worse, or all cost more."""
        ranks = sorted(other.cost_minor)
        return not self.fits or [self.cost_minor[rank] for rank in ranks] > [other.cost_minor[rank] for rank in ranks]


def decide(ctx: Context, desk: Desk, batch: Sequence[WaitingOrder], report: Report) -> list[Decision]:
    """The decisions for all of `batch`, in its order; `desk` stands afterwards as they leave it."""
    facts = [desks.facts_of(ctx, desk, one) for one in batch]
    heaviest = max(heaviest_g(one, ctx.rules.ruleset.default_weight_g) for one in facts)
    prices, shelves = Prices(ctx.rules, heaviest, ctx.config.routing.short_cost_minor), Shelves()
    choices = [
        None if one.watched else choices_of(known, ctx.rules, prices, shelves)
        for one, known in zip(batch, facts, strict=True)
    ]
    alone = _one_by_one(ctx, desk, batch)
    asked = list(_asked(batch, choices, alone))
    for one in asked:
        alone.add(one, one.choices.takes[one.alone])
    _leave(ctx, alone, {one.at for one in asked}, shelves)
    asks = [one.choices.ask(one.one.rank, one.alone) for one in asked]
    best = batching.together(asks, shelves.supply, go_on=Stopwatch(ctx.config.routing.max_time_s).has_time)
    answer = _together(ctx, desk, asked, best, _worth(asks, shelves, best), alone)
    fell_back = answer.is_worse_than(alone)
    final = alone if fell_back else answer
    _tell(ctx, report, best, alone, final, asked)
    desk.stock, desk.capacity_used, desk.on_order = final.desk.stock, final.desk.capacity_used, final.desk.on_order
    return final.decided


def _one_by_one(ctx: Context, desk: Desk, batch: Sequence[WaitingOrder]) -> _Answer:
    answer = _Answer(_copied(desk))
    answer.decided = [(one, *desks.decide(ctx, answer.desk, one)) for one in batch]
    return answer


def _copied(desk: Desk) -> Desk:
    """A desk from which may be taken without anything being gone from the first."""
    return replace(
        desk,
        stock=copy.deepcopy(desk.stock),
        capacity_used=dict(desk.capacity_used),
        on_order=copy.deepcopy(desk.on_order),
    )


def _asked(batch: Sequence[WaitingOrder], choices: Sequence[Choices | None], alone: _Answer) -> Iterator[_Asked]:
    for at, (one, found, (_, _, plan)) in enumerate(zip(batch, choices, alone.decided, strict=True)):
        if found is not None and not plan.holds:
            yield _Asked(at, one, found, found.find(takes_of(plan, found.draft)))


def _leave(ctx: Context, alone: _Answer, asked: set[int], shelves: Shelves) -> None:
    """Take from the shelves what orders take that are not asked: that is theirs."""
    for at, (one, _, plan) in enumerate(alone.decided):
        if at in asked or one.watched:
            continue
        for shipment in plan.shipments:
            shelves.taken(shipment.location, "", 1)
            for line in shipment.promised:
                if shipment.location in ctx.counted:
                    shelves.taken(shipment.location, line.sku, line.quantity)


def _worth(asks: Sequence[Ask], shelves: Shelves, best: batching.Together) -> dict[int, Worth]:
    """Per rank what one more unit of anything would save."""
    found: dict[int, Worth] = {}
    for rank, worth in zip(sorted({ask.rank for ask in asks}), best.worth, strict=True):
        named: dict[str, dict[str, int]] = {}
        for number, saved in worth.items():
            location, sku = shelves.names[number]
            here = named.setdefault(location, {})
            here[sku] = max(saved, here.get(sku, 0))
        found[rank] = named
    return found


def _together(
    ctx: Context,
    desk: Desk,
    asked: Sequence[_Asked],
    best: batching.Together,
    worth: dict[int, Worth],
    alone: _Answer,
) -> _Answer:
    """Every order decided on what the others leave to it, first those whose rules keep stock back: they need most."""
    answer = _Answer(_copied(desk), list(alone.decided))
    chosen = list(zip(asked, best.chosen, strict=True))
    for one, way in sorted(chosen, key=lambda pair: -max(policy.keep_stock for policy in pair[0].choices.bounds.all())):
        takes = one.choices.takes[way]
        facts = desks.facts_of(ctx, answer.desk, one.one)
        mine = _mine(worth[one.one.rank], one.choices)
        facts, plan, met = together.settle(facts, ctx.rules, one.choices, takes, mine)
        if not met:
            answer.missed += 1
            answer.fits = answer.fits and _is_within(one.choices, takes_of(plan, one.choices.draft), takes)
        answer.add(one, takes_of(plan, one.choices.draft))
        answer.decided[one.at] = one.one, facts, plan
        desks.take(ctx, answer.desk, one.one, facts, plan)
    there = {one.at for one in asked}
    for at, (order, facts, plan) in enumerate(alone.decided):
        if at not in there and not order.watched:
            desks.take(ctx, answer.desk, order, facts, plan)
    return answer


def _mine(worth: Worth, choices: Choices) -> Worth:
    """What is worth something of all that the order could use."""
    skus = {"", *(sku for line in choices.draft.demands.values() for sku, _ in line.components or ((line.sku, 1),))}
    places = {name for policy in choices.bounds.all() for name in policy.locations}
    found = {name: {sku: saved for sku, saved in here.items() if sku in skus} for name, here in worth.items()}
    return {name: here for name, here in found.items() if here and name in places}


def _is_within(choices: Choices, takes: Takes, chosen: Takes) -> bool:
    """Whether nothing leaves a shelf that was not to leave it: what the other orders take is still there."""
    room = dict(choices.till.stock_used(chosen))
    return all(units <= room.get(shelf, 0) for shelf, units in choices.till.stock_used(takes))


def _tell(
    ctx: Context, report: Report, best: batching.Together, alone: _Answer, final: _Answer, asked: Sequence[_Asked]
) -> None:
    told = report.together = report.together or Together(ctx.config.places.currency)
    told.orders += len(alone.decided)
    told.asked += len(asked)
    told.changed += sum(final.decided[one.at][2].shipments != alone.decided[one.at][2].shipments for one in asked)
    told.missed += final.missed
    told.fell_back += len(asked) if final is alone else 0
    told.short += final.short
    told.short_alone += alone.short
    told.cost_minor += sum(final.cost_minor.values())
    told.alone_minor += sum(alone.cost_minor.values())
    told.finished = told.finished and best.finished
    if told.bound_minor is not None:
        told.bound_minor = None if looks_at_stock(ctx.rules.ruleset) else told.bound_minor + best.bound_minor
