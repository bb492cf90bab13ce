"""Locations whose day was full: on their next day, orders that wait are looked at again.

An order that found no room waits like one that found no stock, and no stock that comes in would wake it.
"""

from __future__ import annotations

import json

from orderctl.core import workdays
from orderctl.steps.context import Context
from orderctl.store import locations, meta
from orderctl.store.transactions import transaction

_FULL = "full days"  # location -> the day of its own calendar on which it was full


def wake(ctx: Context) -> None:
    """Look again at orders that wait when a location that was full has another day."""
    full: dict[str, str] = json.loads(meta.get(ctx.db, _FULL) or "{}")
    over = {name for name, day in full.items() if _today(ctx, name) != day}
    if over:
        with transaction(ctx.db, "route.new_day"):
            locations.wake(ctx.db, ctx.now)
            _put(ctx, {name: day for name, day in full.items() if name not in over})


def remember(ctx: Context, capacity_used: dict[str, int]) -> None:
    """Keep in mind which locations are full today."""
    if not capacity_used:
        return
    places = ctx.config.places.locations
    full = {name: _today(ctx, name) for name, used in capacity_used.items() if used >= (places[name].capacity or 0)}
    if full != json.loads(meta.get(ctx.db, _FULL) or "{}"):
        with transaction(ctx.db, "route.full"):
            _put(ctx, full)


def _put(ctx: Context, full: dict[str, str]) -> None:
    meta.put(ctx.db, _FULL, json.dumps(full, sort_keys=True))


def _today(ctx: Context, name: str) -> str:
    """The day in the location's own zone; empty when it is configured no more."""
    place = ctx.config.places.locations.get(name)
    return workdays.local(place, ctx.now).date().isoformat() if place else ""
