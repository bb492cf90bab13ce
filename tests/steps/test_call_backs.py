"""What is cancelled or goes elsewhere after the hand-over: its location is asked to stop it, and has the last word."""

from __future__ import annotations

import csv
import io
from functools import partial

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import views
from tests.shop import CHANNELS, Shop, a_shop, an_order_row
from tests.steps.test_crash import a_pass, go_on, in_child, kill_at, points_of, story

ASKED = CHANNELS.replace(
    'path = "out/east/{date}-{batch}.csv" }',
    'path = "out/east/{date}-{batch}.csv", call_back = "out/east/stop-{reference}.csv" }',
)
CANCELLED = {"cancelled_at": "2026-11-20T11:00:00Z", "updated_at": "2026-11-20T11:00:00Z"}
STOP = "out/east/stop-WEB-1-1.csv"


@pytest.fixture
def shop(tmp_path):
    """East has two mugs to send, and the customer has cancelled them since."""
    return handed_over_and_cancelled(a_shop(tmp_path, ASKED))


def handed_over_and_cancelled(shop: Shop) -> Shop:
    shop.orders("web", an_order_row("1", "MUG*2"))
    shop.run()
    shop.orders("web-later", an_order_row("1", "MUG*2", **CANCELLED))
    return shop


def shipments(shop: Shop) -> list[tuple[str, str]]:
    return [(one["location"], one["state"]) for one in shop.ask(views.order_show, "1")["shipments"]]


def reserved(shop: Shop) -> int:
    return sum(row["reserved"] for row in shop.ask(views.stock_show, "MUG"))


def said(shop: Shop) -> list[str]:
    kinds = ("asked to stop", "not stopped")
    return [one["kind"] for one in shop.ask(views.order_show, "1")["history"] if one["kind"] in kinds]


def test_the_location_gets_a_file_that_says_what_to_stop_and_why(shop):
    shop.run()

    (row,) = csv.DictReader(io.StringIO(shop.files("out/east")[STOP].decode()))
    assert ("WEB-1-1", "1", "cancel", "cancelled after the hand-over") == tuple(
        row[name] for name in ("reference", "order_number", "action", "reason")
    )
    assert ["asked to stop"] == said(shop)


def test_it_is_asked_once_and_its_stock_is_kept_until_it_answers(shop):
    shop.run()
    before = shop.files("out")
    assert Exit.OK == shop.run()[0]

    assert before == shop.files("out")
    assert (2, [("east", "cancel_requested")]) == (reserved(shop), shipments(shop))

    shop.answers("east", "a", "WEB-1-1,cancelled,,,,,")
    shop.run()
    assert (0, [("east", "cancelled")]) == (reserved(shop), shipments(shop))


def test_a_location_without_a_way_to_be_asked_is_left_to_a_person(tmp_path):
    shop = handed_over_and_cancelled(a_shop(tmp_path))

    assert Exit.ATTENTION == shop.run()[0]
    assert Exit.OK == shop.run()[0]

    assert ["cancel_after_dispatch"] == [one["code"] for one in shop.ask(views.exceptions_list)]
    assert (2, [("east", "cancel_requested")], []) == (reserved(shop), shipments(shop), said(shop))


def test_what_shipped_before_it_was_asked_is_not_asked_for(shop):
    shop.answers("east", "a", "WEB-1-1,shipped,,,UPS,1Z1,")

    shop.run()

    assert STOP not in shop.files("out/east")
    assert [("east", "shipped")] == shipments(shop)


def test_another_address_stops_the_goods_and_sends_them_there_once_they_are_stopped(tmp_path):
    shop = a_shop(tmp_path, ASKED)
    shop.orders("web", an_order_row("1", "MUG*2"))
    shop.run()
    row = an_order_row("1", "MUG*2", updated_at="2026-11-20T11:00:00Z")
    shop.orders("web-later", row | {"ship_to": row["ship_to"] | {"line1": "7 Other St"}})

    shop.run()
    assert b"the address changed" in shop.files("out/east")[STOP]
    assert [("east", "cancel_requested")] == shipments(shop)

    shop.answers("east", "a", "WEB-1-1,cancelled,,,,,")
    shop.run()
    assert [("east", "cancelled"), ("east", "dispatched")] == shipments(shop)
    assert b"7 Other St" in b"".join(shop.files("out/east").values())


def test_a_location_that_was_given_up_after_silence_is_asked_to_stop(tmp_path):
    channels = ASKED.replace('in/east/*.csv" }', 'in/east/*.csv", acknowledge_within = "1 h" }').replace(
        "[location.east]\n", '[location.east]\non_no_ack = "failover"\n'
    )
    shop = a_shop(tmp_path, channels)
    shop.stock(east={"MUG": 2}, west={"MUG": 2})
    shop.orders("web", an_order_row("1", "MUG*2"))
    shop.run()

    shop.run(at="2026-11-20T17:00:00Z")

    assert b"no acknowledgment within 1 h" in shop.files("out/east")[STOP]
    assert [("east", "rejected"), ("west", "dispatched")] == shipments(shop)


def test_killed_at_every_failpoint_it_is_asked_once(tmp_path):
    start = handed_over_and_cancelled(a_shop(tmp_path / "start", ASKED))
    whole = start.copy(tmp_path / "whole")
    names = points_of(whole)
    expected = story(whole)
    assert "call_backs.delivered" in names

    for count, name in enumerate(names, 1):
        shop = start.copy(tmp_path / str(count))
        in_child(partial(a_pass, shop), kill_at(count))

        assert 0 == in_child(partial(a_pass, shop), go_on), f"the pass after {count} ({name})"
        assert expected == story(shop), f"killed at failpoint {count} ({name})"
