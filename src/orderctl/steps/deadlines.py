"""Deadlines: an exception for everything that is late, for as long as that is so.

- an order that cannot leave by its `ship_by` any more
- a shipment of which its location states no tracking within `ship_within`, in the time of its own worked days
- an order whose tracking its channel has not taken within `late_after` of `[safety]`
"""

from __future__ import annotations

from orderctl.core import times, workdays
from orderctl.core.deadlines import Yard, risk
from orderctl.steps.context import Context
from orderctl.store import capacity, deadlines, exceptions, pauses
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

#: What is late, by subject: the order, and why.
Late = dict[str, tuple[int, str]]


def review(ctx: Context) -> int:
    """Tell of orders that are late or will be, and close what is no longer so; how many are.

    The same for shipments without tracking.
    """
    late = _late(ctx)
    _tell(ctx, "sla_at_risk", late)
    _tell(ctx, "tracking_late", _without_tracking(ctx))
    return len(late)


def review_pushes(ctx: Context) -> None:
    """Tell of orders whose tracking its channel does not know after all this time, and close what it knows by now."""
    _tell(ctx, "push_late", _untold(ctx))


def _tell(ctx: Context, code: str, late: Late) -> None:
    known = exceptions.open_subjects(ctx.db, code, "")
    if known != set(late):
        with transaction(ctx.db, "deadlines.review"):
            for subject in sorted(known.difference(late)):
                exceptions.settle(ctx.db, ctx.stamp, code, subject)
            troubles = [Trouble(code, subject, message, order_id) for subject, (order_id, message) in late.items()]
            exceptions.raise_all(ctx.db, ctx.stamp, troubles)


def _late(ctx: Context) -> Late:
    """Orders that cannot leave in time, by their stems."""
    yard = _yard(ctx)
    found = {}
    for order in deadlines.orders(ctx.db, max(yard.latest(), deadlines.latest_start(ctx.db))):
        why = risk(order, yard)
        if why:
            found[order.stem] = (order.order_id, why)
    return found


def _without_tracking(ctx: Context) -> Late:
    """Shipments that their locations have in hand for too long, by their references."""
    found = {}
    for location, configured in ctx.config.locations.items():
        within = configured.ship_within_s
        if within is None:
            within = ctx.config.safety.late_after_s
        before = times.later(ctx.now, -within)
        for order_id, reference, since in deadlines.in_hand_since(ctx.db, location, before):
            if workdays.after(ctx.config.places.locations[location], since, within) <= ctx.now:
                why = f"{location} has {reference} since {since}, longer than {times.duration_text(within)}"
                found[reference] = (order_id, f"{why}, and has not said by what it travels")
    return found


def _untold(ctx: Context) -> Late:
    """Orders of which a parcel waits for too long to be told to their channels, by their stems."""
    within = ctx.config.safety.late_after_s
    before = times.later(ctx.now, -within)
    found = {}
    for channel in ctx.config.channels:
        for order_id, stem, since, message in deadlines.untold_since(ctx.db, channel, before):
            why = f"{channel} does not have the tracking of {stem} that is known since {since}"
            found[stem] = (order_id, f"{why}, longer than {times.duration_text(within)}{message and f': {message}'}")
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
