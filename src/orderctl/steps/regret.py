"""Regret: the orders of a period decided again with hindsight, and what every rule costs.

1. all decisions are read once: what there was to be had, and which decision of each order is decided again, as
   `rules diff` chooses it (the newest that had something to route)
2. they are read once more; so many orders as routing takes at most are decided again together, under the rules they
   were decided with
3. what each of them cost, and would have cost, is added up by rule, by location and by the way it would have gone
4. each order is decided under the current rules without each one that took part in it, with the stock it saw
What a person or another engine decided, what was only watched, and what is redacted stands apart. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from typing import Any

from orderctl.core import money
from orderctl.rules import engine
from orderctl.rules.facts import lines_to_route
from orderctl.rules.hindsight import Supply
from orderctl.rules.leave_out import LeaveOut, Without, by_cost
from orderctl.rules.regret import Again, Chunk, Past, Regret
from orderctl.rules.ways import heaviest_g
from orderctl.steps import replay
from orderctl.steps.context import Context, Stopwatch
from orderctl.steps.replay import Replay, Replayed
from orderctl.steps.route_together import MOST
from orderctl.steps.rule_diff import since_moment
from orderctl.steps.rules import content
from orderctl.store import decision_history
from orderctl.store.decision_history import PastDecision

APART = ("by_hand", "other_engine", "redacted", "watched", "other_currency")
AGAIN = "again"
Row = dict[str, Any]
Names = tuple[str, ...]


@dataclass(slots=True)
class Sum:
    """Orders that have something in common; amounts are minor units, `changed` ones would ship from elsewhere."""

    orders: int = 0
    changed: int = 0
    cost_minor: int = 0
    hindsight_minor: int = 0
    parcels_minor: int = 0
    parcels_hindsight_minor: int = 0
    short: int = 0
    short_hindsight: int = 0

    @property
    def regret_minor(self) -> int:
        """How much more they cost than they would have."""
        return self.cost_minor - self.hindsight_minor

    def add(self, one: Again) -> None:
        """One more order."""
        self.orders += 1
        self.changed += one.is_changed
        self.cost_minor += one.then.cost_minor
        self.hindsight_minor += one.hindsight.cost_minor
        self.parcels_minor += one.then.parcels_minor
        self.parcels_hindsight_minor += one.hindsight.parcels_minor
        self.short += one.then.short
        self.short_hindsight += one.hindsight.short

    def to_json(self, currency: str) -> Row:
        """The shape of `--json`."""
        return {
            "orders": self.orders,
            "changed": self.changed,
            "cost": money.to_text(self.cost_minor, currency),
            "hindsight": money.to_text(self.hindsight_minor, currency),
            "regret": money.to_text(self.regret_minor, currency),
            "parcels": money.to_text(self.parcels_minor, currency),
            "parcels_hindsight": money.to_text(self.parcels_hindsight_minor, currency),
            "short": self.short,
            "short_hindsight": self.short_hindsight,
        }


@dataclass(slots=True)
class Found:
    """What came of it. Every order that was decided again stands in one sum each of `rules`, `locations` and `moves`.

    `orders` had something to route, `total.orders` of them something to choose. `bound_minor` is what no choice could
    have gone below, None where nobody knows.
    """

    since: str
    currency: str
    apart: dict[str, int]
    orders: int = 0
    total: Sum = field(default_factory=Sum)
    bound_minor: int | None = 0
    finished: bool = True
    rules: dict[Names, Sum] = field(default_factory=dict)
    locations: dict[Names, Sum] = field(default_factory=dict)
    moves: dict[tuple[Names, Names], Sum] = field(default_factory=dict)
    without: list[Without] = field(default_factory=list)
    never: list[str] = field(default_factory=list)

    def add(self, chunk: Chunk) -> None:
        """Orders that were decided again at once."""
        for one in chunk.orders:
            self.total.add(one)
            self.rules.setdefault(one.rules, Sum()).add(one)
            self.locations.setdefault(one.then.locations, Sum()).add(one)
            if one.is_changed:
                self.moves.setdefault((one.then.locations, one.hindsight.locations), Sum()).add(one)
        known = self.bound_minor is not None and chunk.bound_minor is not None
        self.bound_minor = (self.bound_minor or 0) + (chunk.bound_minor or 0) if known else None
        self.finished = self.finished and chunk.finished

    def to_json(self) -> Row:
        """The shape of `--json`."""
        bound = self.bound_minor
        return {
            "since": self.since,
            "currency": self.currency,
            **self.total.to_json(self.currency),
            "bound": None if bound is None else money.to_text(bound, self.currency),
            "finished": self.finished,
            "not_asked": self.orders - self.total.orders,
            "apart": self.apart,
            "rules": [{"rules": list(names), **one.to_json(self.currency)} for names, one in _ordered(self.rules)],
            "locations": [
                {"locations": list(names), **one.to_json(self.currency)} for names, one in _ordered(self.locations)
            ],
            "moves": [
                {"from": list(then), "to": list(instead), **one.to_json(self.currency)}
                for (then, instead), one in _ordered(self.moves)
            ],
            "without": [_without(one, self.currency) for one in self.without],
            "never": self.never,
        }


def _ordered(sums: dict[Any, Sum]) -> list[tuple[Any, Sum]]:
    return sorted(sums.items(), key=lambda pair: (-pair[1].regret_minor, -pair[1].orders))


def _without(one: Without, currency: str) -> Row:
    return {
        "stage": one.rule.stage,
        "name": one.rule.name,
        "orders": one.orders,
        "changed": one.changed,
        "cost_change": money.to_text(one.cost_change_minor, currency) if one.priced else None,
        "priced": one.priced,
        "short_change": one.short,
        "held": one.held,
        "unrouted": one.unrouted,
        "let_go": one.let_go,
    }


@dataclass(slots=True)
class _Period:
    """What the first reading finds out."""

    supply: Supply = field(default_factory=Supply)
    orders: int = 0
    unit_g: int = 0  # the heaviest


def regret(ctx: Context, since: str = "7d", at_once: int = MOST) -> Found:
    """The orders decided within `since` of now (always when empty), `at_once` of them decided again together.

    UsageError where `since` is no span, ConfigError with all that is wrong with the rules.
    """
    moment = since_moment(ctx, since)
    ruleset = ctx.rules.ruleset  # what is wrong with it is said before anything is read
    found = Found(since, ctx.config.places.currency, dict.fromkeys(APART, 0))
    past = Replay(ctx.db, ctx.config.places, content(ctx.rules_file, "rules file", "see --rules"), str(ctx.rules_file))
    period = _look(ctx, past, moment, found)
    again = Regret(period.supply, period.unit_g, ctx.config.routing.short_cost_minor, period.orders <= at_once)
    left_out = LeaveOut(found.currency)
    counted, counted_again = (_counted(ctx, what, period.orders) for what in ("orders decided again", "rules left out"))
    orders = (one for kind, _, one in _read(ctx, past, moment) if kind == AGAIN and one)
    while chunk := list(islice(orders, at_once)):
        timer = partial(_has_time, ctx.config.routing.max_time_s)
        found.add(again.decide(map(_past, counted(chunk)), timer))
        for one in counted_again(replay.with_stock_of_added(ctx.db, chunk)):
            same = one.pair.old.digest == ruleset.digest
            plan = one.plan if same else engine.decide(one.facts, one.pair.new)
            left_out.add(one.facts, one.pair.new, plan)
    found.without = by_cost(left_out.found)
    asked = {one.rule.id for one in found.without}
    enabled = (rule.id for stage in ruleset.stages.values() for rule in stage if not rule.observe)
    found.never = [name for name in enabled if name not in asked]
    return found


def _has_time(seconds: int) -> Callable[[], bool]:
    return Stopwatch(seconds).has_time


def _past(one: Replayed) -> Past:
    return Past(one.past.order, one.facts, one.plan, one.pair.ready, replay.skus_of(one))


def _counted(ctx: Context, what: str, total: int) -> Callable[[Iterable[Replayed]], Iterator[Replayed]]:
    """Hands on what it is given, and says now and then how many of all that were."""
    number = count(1)

    def handed_on(some: Iterable[Replayed]) -> Iterator[Replayed]:
        for one in some:
            yield one
            if (done := next(number)) % replay.AT_ONCE == 0:
                ctx.progress(what, done, total)

    return handed_on


def _look(ctx: Context, past: Replay, since: str, found: Found) -> _Period:
    """Read all decisions: what there was to be had, and what stands apart."""
    period = _Period()
    for kind, decision, chosen in _read(ctx, past, since):
        if kind in found.apart:
            found.apart[kind] += 1
        if decision.record is None:
            continue
        one, again = chosen or past.read(decision, decision.record), kind == AGAIN
        period.supply.add(
            decision.order_id,
            one.facts,
            one.plan,
            is_first=decision.sequence == 1,
            again=again,
            took=not _is_watched(one),
        )
        if again:
            period.orders += 1
            period.unit_g = max(period.unit_g, heaviest_g(one.facts, one.pair.old.default_weight_g))
    found.orders = period.orders
    return period


def _read(ctx: Context, past: Replay, since: str) -> Iterator[tuple[str, PastDecision, Replayed | None]]:
    """Every decision, newest first, and what is to become of it: `AGAIN`, a kind of `APART`, or nothing."""
    done = bytearray(decision_history.last_order(ctx.db) + 1)
    total = decision_history.count(ctx.db, since)
    currency = ctx.config.places.currency
    for number, one in enumerate(decision_history.newest_first(ctx.db, since), 1):
        chosen = None if done[one.order_id] else past.chosen(one)
        kind = _kind(chosen, currency)
        done[one.order_id] = done[one.order_id] or bool(kind)
        yield kind, one, chosen if isinstance(chosen, Replayed) else None
        if number % replay.AT_ONCE == 0:
            ctx.progress("decisions read", number, total)


def _kind(chosen: Replayed | str | None, currency: str) -> str:
    if not isinstance(chosen, Replayed):
        return chosen or ""
    if not lines_to_route(chosen.facts):
        return ""
    if _is_watched(chosen):
        return "watched"
    return AGAIN if chosen.pair.places.currency == currency else "other_currency"


def _is_watched(one: Replayed) -> bool:
    """Whether its channel was not live when it was decided: nothing was carried out."""
    channel = one.pair.places.channels.get(one.facts.order.channel)
    return channel is not None and not channel.live_from
