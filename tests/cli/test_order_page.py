from __future__ import annotations

from typing import Any

import pytest

from orderctl.cli import render
from orderctl.cli.order_page import page


def an_order(**changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = {
        "channel": "web",
        "number": "1042",
        "state": "partly_shipped",
        "placed_at": "2026-11-20T10:00:00Z",
        "currency": "USD",
        "total": "30.00",
        "customer": {"name": "Ana Diaz", "email": "ana@example.com"},
        "ship_to": {"name": "Ana Diaz", "line1": "1 Main St", "city": "New York", "region": "NY", "postcode": "10001"},
        "lines": [
            {
                "id": "1",
                "sku": "MUG",
                "quantity": 3,
                "amount": "30.00",
                "counters": {"open": 0, "planned": 1, "shipped": 2, "cancelled": 0},
            }
        ],
        "shipments": [
            {
                "reference": "WEB-1042-1",
                "location": "east",
                "carrier": "usps",
                "service": "ground_advantage",
                "state": "shipped",
                "lines": [{"id": "1", "sku": "MUG", "quantity": 2}],
                "packages": [{"carrier": "usps", "tracking_number": "9400 1"}],
            }
        ],
        "history": [{"at": "2026-11-20T10:05:00Z", "actor": "ana", "kind": "hold", "detail": "fraud"}],
    }
    return order | changes


def shown(capsys: pytest.CaptureFixture[str], **changes: Any) -> str:
    render.show_blocks(page(an_order(**changes)))
    return capsys.readouterr().out


def test_the_page_of_an_order_says_who_where_and_how_far(capsys: pytest.CaptureFixture[str]):
    text = shown(capsys)

    assert text.startswith("web/1042  partly_shipped\n")
    assert "customer  Ana Diaz, ana@example.com\n" in text
    assert "ship to   Ana Diaz, 1 Main St, New York, NY 10001\n" in text
    assert "total     30.00 USD\n" in text


def test_a_line_shows_where_its_units_are_and_no_zeros(capsys: pytest.CaptureFixture[str]):
    (row,) = [line.split() for line in shown(capsys).splitlines() if " MUG " in line and " 30.00" in line]

    assert ["1", "MUG", "3", "1", "2", "30.00"] == row


def test_a_shipment_shows_its_reference_what_it_holds_and_its_packages(capsys: pytest.CaptureFixture[str]):
    (row,) = [line for line in shown(capsys).splitlines() if line.startswith("WEB-1042-1")]

    assert ["WEB-1042-1", "shipped", "east", "usps:ground_advantage", "2 MUG", "usps 9400 1"] == row.split("  ")


def test_what_an_order_does_not_have_takes_no_room(capsys: pytest.CaptureFixture[str]):
    text = shown(capsys)

    assert [] == [word for word in ("Holds", "Exceptions", "Backorders", "gift message") if word in text]


def test_holds_and_exceptions_stand_above_the_story(capsys: pytest.CaptureFixture[str]):
    holds = [{"reason": "fraud", "rule": "hold/fraud", "placed_at": "2026-11-20T10:05:00Z"}]
    exceptions = [{"id": 7, "code": "oversold", "message": "2 of MUG are missing", "opened_at": "2026-11-20T10:05:00Z"}]

    text = shown(capsys, holds=holds, exceptions=exceptions)

    assert text.index("Shipments") < text.index("Holds") < text.index("Exceptions") < text.index("What happened")
    assert "hold/fraud" in text
    assert "2 of MUG are missing" in text


def test_what_was_noticed_about_an_order_is_said_in_words(capsys: pytest.CaptureFixture[str]):
    text = shown(capsys, checks={"address": "ok", "codes": ["no_phone", "something_new"]})

    assert "checks    a carrier asks for a phone number, and it has none; something_new\n" in text
