"""How much of a location's day is taken: orders planned for it or handed to it since its own midnight."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.places import Places


def used(db: sqlite3.Connection, places: Places, limited: Iterable[str], now: str) -> dict[str, int]:
    """Location -> orders taken in its own day, for those of `limited`."""
    taken = {}
    for location in sorted(limited):
        zone = ZoneInfo(places.locations[location].timezone)
        midnight = times.as_datetime(now).astimezone(zone).replace(hour=0, minute=0, second=0)
        taken[location] = db.execute(
            "SELECT count(*) FROM ("
            "SELECT order_id FROM shipments WHERE location = :location AND state = 'planned' UNION "
            "SELECT order_id FROM shipments WHERE location = :location AND state IN ('sending', 'uncertain') UNION "
            "SELECT order_id FROM shipments WHERE location = :location AND dispatched_at >= :midnight"
            " AND state NOT IN ('cancelled', 'rejected'))",
            {"location": location, "midnight": times.moment(midnight)},
        ).fetchone()[0]
    return taken
