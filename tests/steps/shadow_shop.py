"""A shop on disk in which the location `next` runs in shadow beside `east`, by files or by an API of its own."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.destinations.api_fake import toml
from tests.destinations.api_opened import described
from tests.shop import CHANNELS, Shop, a_shop

BY_FILES = """
[location.next]
shadow = true
beside = "east"
send       = { via = "file", path = "out/next/{date}-{batch}.csv" }
confirm    = { via = "file", path = "in/next/*.csv", acknowledge_within = "4 h", ship_within = "1 d" }
stock_feed = { via = "file", path = "stock/next.csv" }
"""
_BY_API = """
[safety]
max_time_each = "{patience}"

[location.next]
shadow = true
beside = "east"
class = "{partner_class}"
send    = {{ via = "api" }}
confirm = {{ via = "api" }}

[location.next.api]
url = "{url}"
{keys}
"""


def a_shadow_shop(folder: Path, shadow: str = BY_FILES) -> Shop:
    return a_shop(folder, CHANNELS + shadow)


def an_api_shadow_shop(folder: Path, url: str, partner_class: str, patience: str = "5 s", **changes: Any) -> Shop:
    keys = "\n".join(f"{name} = {toml(value)}" for name, value in described(**changes).items())
    return a_shadow_shop(folder, _BY_API.format(url=url, partner_class=partner_class, patience=patience, keys=keys))


def copies(shop: Shop) -> dict[str, str]:
    """Reference -> state of every copy."""
    return dict(asked(shop, "SELECT reference, state FROM shadow_copies ORDER BY copy_id"))


def asked(shop: Shop, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(shop.store)) as db:
        return db.execute(question).fetchall()


def handed(shop: Shop) -> list[Mapping[str, str]]:
    """The rows of all files that `next` got."""
    return [
        row
        for content in shop.files("out/next").values()
        for row in csv.DictReader(io.StringIO(content.decode(), newline=""))
    ]
