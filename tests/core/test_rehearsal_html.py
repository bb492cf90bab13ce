"""The page of a rehearsal: one file that is well-formed and asks nobody for anything."""

from __future__ import annotations

import copy
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from orderctl.core import rehearsal_html

EVIL = "<script>alert(\"1\")</script> & 'x'"
VALUE: dict[str, Any] = {
    "source": "orders of the last 30d",
    "changes": ["10 times the orders"],
    "begins_at": "2026-11-27T08:00:00Z",
    "ends_at": "2026-12-27T08:00:00Z",
    "moved": "35 d",
    "assumed": ["a pass every 5 min"],
    "locations": [
        {
            "location": "leeds",
            "shipments": 700,
            "capacity": 400,
            "peak_day": "2026-11-27",
            "peak_due": 700,
            "most_wanted": 780,
            "turned_away": 80,
            "utilization": "87.5",
            "worst_backlog": 300,
            "late": 300,
            "hours_to_clear": 18,
        }
    ],
    "carriers": [{"carrier": "ups", "location": "leeds", "peak_parcels": 400, "pickup": 350}],
    "channels": [
        {"channel": "web", "quota": "graphql", "unit": "points", "needed": 32_159, "per_hour": 360_000},
        {"channel": "shop", "quota": "requests", "unit": "requests", "needed": 12, "per_hour": None},
    ],
    "skus": [{"sku": "MUG", "gone_at": "2026-11-27T09:00:00Z", "short_units": 40}],
    "days": [{"location": "leeds", "day": "2026-11-27", "wanted": 780, "picked": 400, "backlog": 300}],
    "stock_days": [{"day": "2026-11-27", "wanted": 900, "short": 40}],
}
TOTALS = [{"what": "orders", "baseline": "70", "rehearsal": "700"}]
LIMITS = [("leeds is full", "more room"), ("ups leaves parcels behind", "a second pickup")]


def page(value: dict[str, Any] = VALUE, limits: list[tuple[str, str]] = LIMITS) -> str:
    return rehearsal_html.page(value, TOTALS, limits, "1.0")


def test_it_is_well_formed_and_begins_with_what_gives_way_first():
    text = page()
    root = ET.fromstring(text)  # noqa: S314 - our own

    words = [one for one in "".join(root.itertext()).splitlines() if one.strip()]
    assert text.startswith("<!DOCTYPE html>")
    assert text.index("leeds is full") < text.index("As things stand") < text.index("ups leaves parcels behind")
    assert any("Channels that state no limit" in one and "shop: 12 requests" in one for one in words)
    assert 5 == len(list(root.iter("{http://www.w3.org/2000/svg}svg")))


def test_it_asks_no_other_host_and_runs_nothing():
    text = page().replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xhtml", "")

    assert None is re.search(
        r"https?:|//|<script|<link|<img|url\(|@import|\son\w+=", text.removeprefix("<!DOCTYPE html>")
    )


def test_it_is_for_light_and_dark_screens_and_for_paper():
    assert [1, 1] == [page().count(f"@media {kind}") for kind in ("(prefers-color-scheme: dark)", "print")]


@pytest.mark.parametrize("key", ["source", "locations", "carriers", "channels", "skus", "changes", "assumed"])
def test_every_text_is_escaped(key: str):
    value = copy.deepcopy(VALUE)
    if key == "source":
        value[key] = EVIL
    elif key in {"changes", "assumed"}:
        value[key] = [EVIL]
    else:
        name = {"locations": "location", "carriers": "carrier", "channels": "channel", "skus": "sku"}[key]
        value[key][0][name] = EVIL
        value["days"][0]["location"] = value["locations"][0]["location"]

    text = page(value, [(EVIL, EVIL)])

    assert "<script" not in text
    assert EVIL in "".join(ET.fromstring(text).itertext())  # noqa: S314 - our own


def test_without_limits_orders_and_charts_it_says_so():
    empty = VALUE | {"locations": [], "carriers": [], "channels": [], "skus": [], "moved": "", "changes": []}
    empty |= {"days": [], "stock_days": []}

    text = page(empty, [])

    assert "No limit is reached." in text
    assert "As things stand." in text
    assert "<svg" not in text


def test_the_same_rehearsal_gives_the_same_page():
    assert page() == page()
