"""What came of shipments, and what lies in stock, asked for over HTTP."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.errors import RemoteDown, RemoteError
from tests.destinations.api_fake import Warehouse
from tests.destinations.api_opened import opened, rows, served
from tests.partner import Asked, Reply, partner, saying


def told(item: Any, **shipment: Any) -> list[Any]:
    """What one listed item says."""
    with partner(saying({"shipments": [item], "next": None})) as server:
        return rows(opened(server.url, "confirm", shipment=shipment))


def brief(found: list[Any]) -> list[tuple[str, ...]]:
    return [(one.kind, one.reference, one.tracking_number) for one in found]


def test_states_mean_what_the_settings_say_and_others_say_nothing():
    def of(status: str) -> list[Any]:
        return told({"reference": "WEB-1-1", "status": status, "reason": "no stock"})

    assert [("acknowledged", "WEB-1-1", "")] == brief(of("received"))
    assert [("rejected", "no stock")] == [(one.kind, one.reason) for one in of("REJECTED")]
    assert [("cancelled", "WEB-1-1", "")] == brief(of("CANCELLED"))
    assert [] == of("PICKING")
    (held,) = of("ON_HOLD")
    assert BadRow('{"reference": "WEB-1-1", "state": "ON_HOLD", "reason": "no stock"}',
                  "WEB-1-1 is 'ON_HOLD' there: no stock", held.where) == held  # fmt: skip


def test_every_parcel_is_told_with_what_is_in_it():
    parcels = [
        {"number": "1Z1", "carrier": "UPS", "shipped_at": "2026-11-20T10:00:00-05:00",
         "lines": [{"id": "l1", "sku": "MUG", "qty": 2}, {"id": "l2", "sku": "TEE", "qty": "1.0"}, {"qty": 0}]},
        {"number": "1Z2", "carrier": "UPS", "lines": [{"id": "l1", "sku": "MUG", "qty": 1}]},
        {"number": "", "carrier": "UPS"},
    ]  # fmt: skip
    found = told({"reference": "WEB-1-1", "status": "SENT", "parcels": parcels})

    assert [("1Z1", "l1", "MUG", 2), ("1Z1", "l2", "TEE", 1), ("1Z2", "l1", "MUG", 1)] == [
        (one.tracking_number, one.line_id, one.sku, one.quantity) for one in found
    ]
    assert {"2026-11-20T15:00:00Z", ""} == {one.at for one in found}


def test_a_parcel_without_lines_is_all_that_is_left_and_may_have_several_numbers():
    item = {"reference": "WEB-1-1", "parcels": [{"number": ["1Z1", "1Z2", "1Z1"], "carrier": "UPS"}]}
    found = told(item, parcels={**_parcels(), "tracking_number": "number[*]"})

    assert [("shipped", "WEB-1-1", "1Z1"), ("shipped", "WEB-1-1", "1Z2")] == brief(found)
    assert {None} == {one.quantity for one in found}


def _parcels() -> dict[str, Any]:
    return {"each": "parcels[*]", "tracking_number": "number", "carrier": "carrier", "voided": "voided"}


def test_a_void_label_withdraws_its_number_and_nothing_has_left():
    item = {"reference": "WEB-1-1", "parcels": [{"number": "1Z1", "voided": True}, {"number": "1Z2", "voided": False}]}

    assert [("voided", "WEB-1-1", "1Z1"), ("shipped", "WEB-1-1", "1Z2")] == brief(told(item))
    marked = {"reference": "WEB-1-1", "parcels": [{"number": "1Z1", "state": "VOID"}, {"number": "1Z2", "state": "OK"}]}
    shape = {**_parcels(), "voided": "state", "voided_words": ["void"]}
    assert [("voided", "WEB-1-1", "1Z1"), ("shipped", "WEB-1-1", "1Z2")] == brief(told(marked, parcels=shape))


def test_only_parcels_in_the_states_that_say_so_have_left():
    parcels = [
        {"number": "1Z1", "state": "Completed"},
        {"number": "1Z2", "state": "LabelCreated"},
        {"state": "completed"},
    ]
    shape = {**_parcels(), "status": "state", "sent": ["Completed"], "skip": "is_return"}

    assert ["1Z1", ""] == [
        one.tracking_number for one in told({"reference": "W-1-1", "parcels": parcels}, parcels=shape)
    ]
    returned = {"number": "1Z9", "state": "Completed", "is_return": True}
    assert [] == told({"reference": "W-1-1", "parcels": [returned]}, parcels=shape)


def test_a_shipment_that_is_sent_without_any_parcel_is_shipped():
    words = {"shipped": ["SENT"], "delivered": ["DELIVERED"]}

    assert [("shipped", "WEB-1-1", "")] == brief(told({"reference": "WEB-1-1", "status": "SENT"}, words=words))
    item = {"reference": "WEB-1-1", "status": "DELIVERED", "parcels": [{"number": "1Z1"}]}
    assert [("shipped", "WEB-1-1", "1Z1"), ("delivered", "WEB-1-1", "")] == brief(told(item, words=words))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-20T10:00:00", "2026-11-20T18:00:00Z"),  # of no zone: the partner's own
        ("2026-11-20", "2026-11-20T08:00:00Z"),
        ("2026-11-20T10:00:00.0000000Z", "2026-11-20T10:00:00Z"),
        (1_795_186_800, "2026-11-20T15:00:00Z"),
        (1_795_186_800_000, "2026-11-20T15:00:00Z"),
        ("1795186800000", "2026-11-20T15:00:00Z"),
        (1_795_186_800.5, "2026-11-20T15:00:00Z"),
        ("soon", ""),
        (None, ""),
        (10**30, ""),
    ],
)
def test_dates_are_understood_as_partners_write_them(written, moment):
    item = {"reference": "WEB-1-1", "parcels": [{"number": "1Z1", "shipped_at": written}]}
    with partner(saying({"shipments": [item]})) as server:
        (found,) = rows(opened(server.url, "confirm", timezone="America/Los_Angeles"))

    assert moment == found.at


def test_dates_of_a_form_of_their_own_and_words_for_carriers():
    item = {"reference": "WEB-1-1", "parcels": [{"number": "1Z1", "shipped_at": "20.11.2026", "carrier": "Bruno Post"}]}
    with partner(saying({"shipments": [item]})) as server:
        (found,) = rows(opened(server.url, "confirm", dates="%d.%m.%Y", carriers={"bruno post": "bpost"}))

    assert ("2026-11-20T00:00:00Z", "bpost") == (found.at, found.carrier)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"status": "SENT"}, "names no shipment"),
        ("text", "names no shipment"),
        ({"reference": "W-1-1", "parcels": [{"number": "1", "lines": [{"sku": "A", "qty": 1.5}]}]}, "no whole number"),
        ({"reference": "W-1-1", "parcels": [{"number": "1", "lines": [{"sku": "A", "qty": -1}]}]}, "no whole number"),
        ({"reference": "W-1-1", "parcels": [{"number": "1", "lines": [{"sku": "A", "qty": True}]}]}, "no whole number"),
        ({"reference": "W-1-1", "parcels": [{"number": 9.4e21}]}, "which is none"),
        ({"reference": "W-1-1", "parcels": [{"number": "1" * 101}]}, "which is none"),
    ],
)
def test_what_cannot_be_understood_is_put_aside_and_the_others_are_told(item, reason):
    good = {"reference": "WEB-2-1", "status": "RECEIVED"}
    with partner(saying({"shipments": [item, good], "next": None})) as server:
        bad, other = rows(opened(server.url, "confirm"))

    assert (BadRow, Confirmation) == (type(bad), type(other))
    assert reason in bad.reason


def stock(*items: dict[str, Any], **changes: Any) -> list[Any]:
    with (
        partner(saying({"stock": list(items)})) as server,
        contextlib.closing(opened(server.url, "stock_feed", stock=changes)) as destination,
    ):
        return [row for page in destination.collect({}, list) for row in page.rows]


def test_stock_is_counted_as_a_whole_at_the_moment_it_was_asked_for():
    with served(Warehouse(stock=[{"sku": "MUG", "on_hand": 7}, {"sku": "TEE", "on_hand": "0"}])) as (_, server):
        destination = opened(server.url, "stock_feed")
        feed, mark = destination.collect({}, list)
        again, _ = destination.collect({mark.stream: mark.position, feed.stream: feed.position}, list)
        destination.close()

    assert [StockCount("east", "MUG", 7, feed.rows[0].where), StockCount("east", "TEE", 0, feed.rows[1].where)] == [
        *feed.rows
    ]
    assert (True, "2026-11-20T15:00:00Z") == (feed.closes, feed.counts_at)
    assert feed.stream == again.stream  # the same numbers are the same feed


def test_a_sku_that_stands_twice_is_added_up_or_put_aside():
    twice = ({"sku": "MUG", "on_hand": 7}, {"sku": "MUG", "on_hand": 2}, {"sku": "TEE", "on_hand": 1})

    assert [("MUG", 9), ("TEE", 1)] == [(one.sku, one.quantity) for one in stock(*twice, add_up=True)]
    tee, *bad = stock(*twice)
    assert ("TEE", 1) == (tee.sku, tee.quantity)
    assert ["counts MUG once more; it stands there 2 times"] * 2 == [one.reason for one in bad]


def test_stock_under_their_own_names_and_counts_that_are_none():
    found = stock(
        {"sku": "P-1", "on_hand": 3},
        {"sku": "MUG", "on_hand": "many"},
        {"on_hand": 3},
        {"sku": "TEE"},
        skus={"P-1": "LAMP"},
    )

    assert ("LAMP", 3) == (found[0].sku, found[0].quantity)
    reasons = [one.reason for one in found[1:]]
    assert ["has the quantity 'many', which is no whole number", "states no SKU", "states no quantity"] == reasons


def test_a_feed_that_breaks_off_counts_nothing():
    def answer(asked: Asked) -> Reply:
        return saying({"stock": [{"sku": "MUG", "on_hand": 7}]}) if "page=1" in asked.path else Reply(503)

    with partner(answer=answer) as server, pytest.raises(RemoteError):
        rows(opened(server.url, "stock_feed", stock={"pages": "number", "query": {"page": "{page}"}}))


def test_nobody_there_moves_nothing():
    with pytest.raises(RemoteDown):
        rows(opened("http://127.0.0.1:9", "confirm"))
