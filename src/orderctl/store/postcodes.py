"""Where postcodes lie: a table that a person imports, for distances."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from orderctl.core.distances import Point
from orderctl.core.postcodes import candidates


def put(db: sqlite3.Connection, rows: Iterable[tuple[str, str, int, int]]) -> None:
    """Keep (country, postcode, latitude, longitude), in place of what was known of the same postcode."""
    db.executemany(
        "INSERT OR REPLACE INTO postcodes (country, postcode, latitude, longitude) VALUES (?, ?, ?, ?)", rows
    )


def count(db: sqlite3.Connection) -> int:
    """How many postcodes are known."""
    return int(db.execute("SELECT count(*) FROM postcodes").fetchone()[0])


def points(db: sqlite3.Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Point]:
    """What is known of these (country, postcode), and of the areas they are part of, one by one as they are kept."""
    texts = sorted({(country, text) for country, postcode in wanted for text in candidates(country, postcode)})
    rows = db.execute(
        "SELECT p.country, p.postcode, p.latitude, p.longitude FROM json_each(?) w JOIN postcodes p"
        " ON p.country = w.value ->> 0 AND p.postcode = w.value ->> 1",
        (json.dumps(texts),),
    )
    return {(country, postcode): (latitude, longitude) for country, postcode, latitude, longitude in rows}
