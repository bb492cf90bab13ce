"""Deadlines: an exception for every order that cannot leave in time any more, for as long as that is so.

An order's own `ship_by` counts; beside it a location that does not say within `ship_within` that goods have left.
"""

from __future__ import annotations

from orderctl.core import times
from orderctl.core.deadlines import Yard, risk
from orderctl.steps.context import Context
from orderctl.store import capacity, deadlines, exceptions, pauses
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

CODE = "sla_at_risk"


def review(ctx: Context) -> int:
    """Tell of orders that are late or will be, and close what is no longer so; how many are."""
    late = _late(ctx)
    known = exceptions.open_subjects(ctx.db, CODE, "")
    if known != set(late):
        with transaction(ctx.db, "deadlines.review"):
            for stem in sorted(known.difference(late)):
                exceptions.settle(ctx.db, ctx.stamp, CODE, stem)
            troubles = [Trouble(CODE, stem, message, order_id) for stem, (order_id, message) in late.items()]
            exceptions.raise_all(ctx.db, ctx.stamp, troubles)
    return len(late)


def _late(ctx: Context) -> dict[str, tuple[int, str]]:
    """Stem -> (order, why), of what cannot leave in time."""
    yard = _yard(ctx)
    found = {}
    for order in deadlines.orders(ctx.db, max(yard.latest(), deadlines.latest_start(ctx.db))):
        why = risk(order, yard)
        if why:
            found[order.stem] = (order.order_id, why)
    for location, configured in ctx.config.locations.items():
        within = configured.ship_within_s
        if within is None:
            continue
        before = times.later(ctx.now, -within)
        for order_id, stem, reference, since in deadlines.in_hand_since(ctx.db, location, before):
            why = f"{location} has {reference} since {since}, longer than {times.duration_text(within)}"
            found.setdefault(stem, (order_id, why))
    return found


def _yard(ctx: Context) -> Yard:
    places = ctx.config.places
    limited = [name for name, place in places.locations.items() if place.capacity is not None]
    used = capacity.used(ctx.db, places, limited, ctx.now)
    return Yard(
        now=ctx.now,
        locations=places.locations,
        paused=frozenset(pauses.paused(ctx.db, "location")),
        full=frozenset(name for name in limited if used[name] >= (places.locations[name].capacity or 0)),
        silent=frozenset(name for name, one in ctx.config.locations.items() if one.confirm is None),
    )
