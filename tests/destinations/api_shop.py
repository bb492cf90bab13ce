"""A shop on disk whose warehouse `east` is reached by HTTP; what it cannot do goes to `west`, by files."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.destinations.api_fake import toml
from tests.destinations.api_opened import described
from tests.shop import CHANNELS, Shop, a_shop

#: A partner that stays silent is not waited for long.
_EAST = """
[safety]
max_time_each = "{patience}"

[location.east]
class = "{partner_class}"
address = {{ country = "US", region = "NJ", postcode = "07102" }}
send       = {{ via = "api" }}
confirm    = {{ via = "api" }}
stock_feed = {{ via = "file", path = "stock/east.csv" }}

[location.east.api]
url = "{url}"
{keys}
"""


def an_api_shop(folder: Path, url: str, partner_class: str = "C", patience: str = "5 s", **changes: Any) -> Shop:
    """Orders of `web`; `east` has MUG and TEE, `west` MUG and LAMP. `changes` are of the way's settings."""
    before, rest = CHANNELS.split("[location.east]", 1)
    after = rest[rest.index("[location.west]") :]
    keys = "\n".join(f"{name} = {toml(value)}" for name, value in described(**changes).items())
    east = _EAST.format(patience=patience, partner_class=partner_class, url=url, keys=keys)
    return a_shop(folder, before + east + after)


def states(shop: Shop) -> dict[str, str]:
    """Reference -> state of every shipment."""
    return {row["reference"]: row["state"] for row in _rows(shop, "SELECT reference, state FROM shipments")}


def waiting(shop: Shop) -> list[str]:
    """The codes of what waits for a person."""
    return [row["code"] for row in _rows(shop, "SELECT code FROM exceptions WHERE closed_at IS NULL ORDER BY code")]


def _rows(shop: Shop, question: str) -> list[Mapping[str, Any]]:
    with closing(sqlite3.connect(shop.store)) as db:
        db.row_factory = sqlite3.Row
        return list(db.execute(question))
