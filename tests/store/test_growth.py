"""A pass costs what is due, not what is stored: no query of a pass walks through a table that grows with the years."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from orderctl.steps import run as runs
from tests.destinations.api_shop import states
from tests.shop import CHANNELS, a_shop, an_order_row
from tests.steps.shadow_shop import BY_FILES

#: Tables that stay small: as many rows as the configuration has names, as someone makes by hand, or
#: as came since the last pass.
SMALL = ("pauses", "stock_feeds", "rulesets", "places", "meta", "published_channels", "changed_skus")
#: What is asked about a new stock feed that changes much of what it counts, not in every pass.
OF_A_FEED = "SELECT coalesce(sum(max(0, on_hand)), 0) FROM stock_levels WHERE location = ?"


class Watched:
    """A connection that asks SQLite how it would answer each statement, before it does."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.plans: dict[str, list[str]] = {}

    def execute(self, statement: str, *arguments: Any) -> Any:
        self.note(statement, *arguments)
        return self.db.execute(statement, *arguments)

    def executemany(self, statement: str, rows: Iterable[Any]) -> Any:
        rows = list(rows)
        if rows:
            self.note(statement, rows[0])
        return self.db.executemany(statement, rows)

    def note(self, statement: str, *arguments: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE"} and statement not in self.plans:
            plan = self.db.execute(f"EXPLAIN QUERY PLAN {statement}", *arguments)
            self.plans[statement] = [row[3] for row in plan]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.db, name)

    def walks(self) -> dict[str, list[str]]:
        """Statement -> the tables and indexes that it walks through from end to end."""
        partial = {
            name
            for name, sql in self.db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
            if sql and " WHERE " in sql
        }
        found = {}
        for statement, plan in self.plans.items():
            walked = [step for step in plan if step.startswith("SCAN ") and not fits(step, partial)]
            if walked:
                found[statement] = walked
        return found


def fits(step: str, partial: set[str]) -> bool:
    """Whether a step walks only through what is due, what was handed in, or what is small."""
    index = re.search(r"USING (?:COVERING )?INDEX (\S+)", step)
    if index and index[1] in partial:
        return True
    name = step.split()[1]
    return name in {"json_each", "CONSTANT", *SMALL} or name.startswith("(")


@pytest.fixture
def shop(tmp_path):
    limited = CHANNELS.replace("[location.east]", "[location.east]\ncapacity = { orders_per_day = 3 }")
    window = '\n[routing]\nduplicate_window = "1 h"\n'
    told = limited.replace('push = ["tracking"]', 'push = ["tracking", "stock"]')
    return a_shop(tmp_path / "shop", told + window + BY_FILES)


def test_no_query_of_a_pass_walks_through_all_that_is_stored(shop):
    walks: dict[str, list[str]] = {}
    shop.orders(
        "web", *(an_order_row(str(number), "MUG", "LAMP") for number in range(5)), an_order_row("big", "MUG*99")
    )
    for nth in range(4):
        shop.orders("market", an_order_row(f"m{nth}", "TEE"), an_order_row("m0", "TEE", note=f"version {nth}"), "{")
        shop.answers(
            "east", str(nth), "WEB-0-1,shipped,,,UPS,1Z1,", f"WEB-{nth}-1,rejected,,,,,broken", "NO-1,shipped,,,U,1,"
        )
        shop.answers("west", str(nth), "WEB-0-1,shipped,lamp,1,UPS,2Z1,", f"WEB-0-1,shipped,mug,1,UPS,2Z{nth + 2},")
        shop.answers("next", str(nth), f"TEST-WEB-{nth}-1,shipped,,,UPS,1Z1,", "NO-1,shipped,,,U,1,")
        shop.stock(next={"MUG": nth})
        with shop.context() as ctx:
            watched = Watched(ctx.db)
            ctx.db = watched
            runs.run(ctx)
            walks |= watched.walks()

    walks.pop(OF_A_FEED, None)
    assert {} == walks
    assert "shipped" in states(shop).values()


def test_a_walk_is_noticed(shop):
    with shop.context() as ctx:
        watched = Watched(ctx.db)
        watched.execute("SELECT order_id FROM orders WHERE revision > 1")

        assert ["SCAN orders"] == next(iter(watched.walks().values()))
