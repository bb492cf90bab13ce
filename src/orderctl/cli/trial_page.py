"""The page of `locations compare`: what a location in shadow was asked and did, and whether that is enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from orderctl.cli.answers import Block, Facts, Heading, Row, table
from orderctl.cli.reports import Done

if TYPE_CHECKING:
    from orderctl.steps.report import Report

TARGETS = {"target": "target", "wanted": ">wanted", "found": ">found", "verdict": "verdict"}
#: What of the comparison is a table of its own: the key, its heading, its columns.
_PARTS = (
    ("reasons", "Not taken", {"shipments": ">shipments", "reason": "_why"}),
    ("short", "Short", {"answers": ">answers", "reason": "_why"}),
    (
        "differences",
        "Shipped otherwise than asked",
        {"reference": "shipment", "sku": "SKU", "asked": ">asked", "shipped": ">shipped", "short": ">short"},
    ),
    (
        "tracking_numbers",
        "Tracking numbers that do not check as right",
        {"reference": "shipment", "carrier": "carrier", "number": "number", "verdict": "verdict", "why": "_why"},
    ),
    ("unknown", "Answers about what it was not handed", {"reference": "reference", "kind": "says", "where": "_where"}),
    ("put_aside", "Answers that could not be read", {"where": "where", "reason": "_why"}),
    ("not_understood", "Answers that do not fit what was asked", {"what": "_what"}),
)
_APART = {"sku": "SKU", "here": ">at {beside}", "there": ">at {location}"}
MOST_ROWS = 20


def page(report: Report) -> Done:
    """`report` of a comparison as an answer; a spreadsheet gets the targets."""
    (item,) = report.items
    return Done([report], said=list(_blocks(item)), listed=table(TARGETS, item["targets"]))


def _blocks(item: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(f"{item['location']} in shadow of {item['beside']} since {item['since']}")
    copies = item["copies"]
    yield Facts(
        (
            ("copies", f"{copies['made']:,} on {item['days']:,} days"),
            *((name.replace("_", " "), f"{copies[name]:,}") for name in copies if name != "made" and copies[name]),
            *_shares(item),
            ("stock", _stock(item["stock"])),
        )
    )
    for key, heading, columns in _PARTS:
        yield from _part(item[key], heading, columns)
    names = {"beside": item["beside"], "location": item["location"]}
    columns = {key: title.format_map(names) for key, title in _APART.items()}
    yield from _part(item["stock"]["apart"], "Stock that is apart", columns)
    yield table(TARGETS, item["targets"])
    yield Heading(item["verdict"])


def _part(rows: list[Row], heading: str, columns: Mapping[str, str]) -> Iterator[Block]:
    if rows:
        more = f", {MOST_ROWS} of {len(rows):,}; --json has all" if len(rows) > MOST_ROWS else ""
        yield Heading(f"{heading}{more}")
        yield table(columns, rows[:MOST_ROWS])


def _shares(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("acknowledged_in_time", "shipped_in_time", "answers_understood", "units_right", "tracking_right"):
        share = item[name]
        said = f"{share['good']:,} of {share['of']:,} ({share['percent']}%)" if share["of"] else ""
        yield name.replace("_", " "), said


def _stock(stock: Mapping[str, Any]) -> str:
    if not stock["counted_at"]:
        return ""
    alike = f"{stock['good']:,} of {stock['of']:,} SKUs alike, counted at {stock['counted_at']}"
    return f"{alike}; {stock['missing']:,} missing, {stock['units_apart']:,} units apart"
