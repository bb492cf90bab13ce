"""Who carries a parcel, whether its number can be theirs, where it can be followed, and when it has arrived."""

from __future__ import annotations

from typing import Any

import pytest

from orderctl.core.confirmations import Confirmation
from orderctl.core.errors import Exit
from orderctl.steps import shipments, views
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

UPS, WRONG_UPS, USPS, FEDEX = "1Z5R89390357567127", "1Z5R89390357567128", "9400111206206406260787", "986578788855"
CARRIERS = """
[carrier.ups.services]
ground = {}
[carrier.van]
tracking_url = "https://van.example/{n}"
[carrier.van.services]
bike = {}
"""
PLANNED = """
version  = 1
currency = "USD"
[[location]]
name = "everything"
then.ship_from = ["east", "west"]
then.split.allow = true
then.if_short = "backorder"
[[service]]
name = "usual"
then.service = "%s"
"""
MONDAY = "2026-11-23T15:00:00Z"


@pytest.fixture
def shop(tmp_path) -> Shop:
    return planned(tmp_path, "ups:ground")


def planned(folder, service: str) -> Shop:
    shop = a_shop(folder, CHANNELS + CARRIERS, PLANNED % service)
    shop.orders("web", an_order_row("1"), an_order_row("2", "LAMP"))
    shop.run()
    return shop


def package(shop: Shop, order: str = "WEB-1") -> dict[str, Any]:
    """The last parcel of an order's first shipment."""
    found: dict[str, Any] = shop.ask(views.order_show, order)["shipments"][0]["packages"][-1]
    return found


def waiting(shop: Shop, code: str) -> list[tuple[str, str]]:
    return [(one["subject"], one["message"]) for one in shop.ask(views.exceptions_list) if one["code"] == code]


@pytest.mark.parametrize(
    ("stated", "carrier", "service"),
    [
        ("UPS Ground", "ups", "Ground"),
        ("Deutsche Post DHL", "dhl_de", ""),
        ("U.S.P.S.", "usps", ""),
        ("VAN next day", "van", "next day"),
        ("Bob's Bikes", "Bob's Bikes", ""),
    ],
)
def test_a_carrier_is_kept_by_its_id_and_an_unknown_one_as_it_was_written(shop, stated, carrier, service):
    shop.answers("east", "a", f"WEB-1-1,shipped,,,{stated},77,")
    shop.run()

    assert (carrier, service, "77") == tuple(package(shop)[name] for name in ("carrier", "service", "tracking_number"))


@pytest.mark.parametrize(
    ("service", "number", "carrier"),
    [
        ("ups:ground", UPS, "ups"),
        ("ups:ground", USPS, "usps"),
        ("ups:ground", "00123", "ups"),
        ("van:bike", UPS, "ups"),
        ("van:bike", FEDEX, "van"),
    ],
)
def test_where_a_location_names_no_carrier_plan_and_number_say_it(tmp_path, service, number, carrier):
    shop = planned(tmp_path, service)
    shop.answers("east", "a", f"WEB-1-1,shipped,,,,{number},")
    shop.run()

    assert (carrier, number) == (package(shop)["carrier"], package(shop)["tracking_number"])


def test_a_number_that_its_carrier_cannot_have_given_is_told_once_and_pushed_all_the_same(shop):
    shop.answers("east", "a", f"WEB-1-1,shipped,,,UPS,{WRONG_UPS},")
    code, _ = shop.run()

    assert Exit.ATTENTION == code
    message = f"WEB-1-1: the check digit of {WRONG_UPS} is 8; in a number of UPS it is 7"
    assert [("WEB-1-1", message)] == waiting(shop, "carrier_mismatch")
    assert WRONG_UPS.encode() in shop.files("outbox")["outbox/web/tracking-000001.csv"]
    assert ["carrier_mismatch"] == [
        event["detail"].partition(":")[0]
        for event in shop.ask(views.order_show, "WEB-1")["history"]
        if event["kind"] == "exception"
    ]
    shop.answers("east", "b", f"WEB-1-1,shipped,,,UPS,{WRONG_UPS},")
    assert Exit.OK == shop.run()[0]


def test_a_mismatch_closes_itself_when_the_number_is_corrected(shop):
    shop.answers("east", "a", f"WEB-1-1,shipped,mug,1,UPS,{WRONG_UPS},")
    shop.run()
    shop.answers("east", "b", f"WEB-1-1,shipped,mug,1,UPS,{UPS},")
    shop.run()

    assert UPS == package(shop)["tracking_number"]
    assert [] == waiting(shop, "carrier_mismatch")


def test_one_number_for_two_orders_is_told_once_and_for_one_order_never(shop):
    shop.answers("east", "a", f"WEB-1-1,shipped,,,UPS,{UPS},")
    shop.answers("west", "a", f"WEB-2-1,shipped,,,UPS,{UPS},")
    code, _ = shop.run()

    assert Exit.ATTENTION == code
    message = f"tracking number {UPS} stands on parcels of different orders: WEB-1-1, WEB-2-1"
    assert [(UPS, message)] == waiting(shop, "tracking_number_reused")
    assert Exit.OK == shop.run()[0]


def test_two_shipments_of_one_order_may_travel_in_one_parcel(shop):
    shop.orders("market", an_order_row("9", "TEE", "LAMP"))
    shop.run()
    shop.answers("east", "a", f"MARKET-9-1,shipped,,,UPS,{UPS},")
    shop.answers("west", "a", f"MARKET-9-2,shipped,,,UPS,{UPS},")
    shop.run()

    assert [] == waiting(shop, "tracking_number_reused")


def test_a_parcel_is_followed_on_its_carriers_page_or_the_one_of_the_configuration(shop):
    shop.answers("east", "a", f"WEB-1-1,shipped,,,UPS,{UPS},")
    shop.answers("west", "a", "WEB-2-1,shipped,,,van,A 7,")
    shop.run()

    assert f"https://www.ups.com/track?tracknum={UPS}" == package(shop)["url"]
    assert "https://van.example/A%207" == package(shop, "WEB-2")["url"]
    shown = shop.ask(shipments.shipment_show, "WEB-2-1")
    assert "https://van.example/A%207" == shown["packages"][0]["url"]


def test_a_shipment_without_tracking_is_late_after_two_worked_days_until_tracking_comes(shop):
    shop.run(at="2026-11-24T14:59:00Z")
    assert [] == waiting(shop, "tracking_late")

    code, _ = shop.run(at="2026-11-24T15:00:00Z")

    assert Exit.ATTENTION == code
    told = "has WEB-1-1 since 2026-11-20T15:00:00Z, longer than 2 d, and has not said by what it travels"
    assert ("WEB-1-1", f"east {told}") in waiting(shop, "tracking_late")
    shop.answers("east", "a", f"WEB-1-1,shipped,,,UPS,{UPS},")
    shop.run(at="2026-11-24T15:05:00Z")
    assert ["WEB-2-1"] == [subject for subject, _ in waiting(shop, "tracking_late")]


def test_a_location_or_the_shop_may_take_longer(tmp_path):
    own = CHANNELS.replace('"in/east/*.csv" }', '"in/east/*.csv", ship_within = "1 d" }')
    shop = a_shop(tmp_path, own + '[safety]\nlate_after = "9 d"\n')
    shop.orders("web", an_order_row("1"), an_order_row("2", "LAMP"))
    shop.run()

    shop.run(at="2026-11-24T15:00:00Z")

    assert ["WEB-1-1"] == [subject for subject, _ in waiting(shop, "tracking_late")]


def test_tracking_that_its_channel_does_not_take_is_told_until_it_does(shop):
    shop.write("outbox/web", "a file where a folder has to be")
    shop.answers("east", "a", f"WEB-1-1,shipped,,,UPS,{UPS},")
    shop.run()
    shop.run(at="2026-11-22T14:59:00Z")
    assert [] == waiting(shop, "push_late")

    shop.run(at="2026-11-22T15:00:00Z")
    ((subject, message),) = waiting(shop, "push_late")
    assert "WEB-1" == subject
    assert message.startswith("web does not have the tracking of WEB-1 that is known since 2026-11-20T15:00:00Z")

    (shop.folder / "outbox/web").unlink()
    shop.run(at="2026-11-22T18:00:00Z")
    assert [] == waiting(shop, "push_late")


def delivered(shop: Shop) -> tuple[list[str], list[str], bool]:
    """States of an order's shipments, of their parcels, and whether the order is delivered."""
    with shop.context() as ctx:
        ((at,),) = ctx.db.execute("SELECT delivered_at FROM orders WHERE stem = 'MARKET-9'")
    found = shop.ask(views.order_show, "MARKET-9")["shipments"]
    return [one["state"] for one in found], [p["status"] for one in found for p in one["packages"]], bool(at)


def two_shipments(shop: Shop) -> None:
    shop.orders("market", an_order_row("9", "TEE*2", "LAMP"))
    shop.run()
    shop.answers("east", "a", f"MARKET-9-1,shipped,tee,1,UPS,{UPS},", "MARKET-9-1,shipped,tee,1,van,V1,")
    shop.answers("west", "a", "MARKET-9-2,shipped,,,van,V2,")
    shop.run()


def test_an_order_is_delivered_when_every_parcel_of_it_is(shop):
    two_shipments(shop)
    shop.answers("east", "b", f"MARKET-9-1,delivered,,,,{UPS},")
    shop.run()
    assert (["shipped", "shipped"], ["delivered", "shipped", "shipped"], False) == delivered(shop)

    shop.answers("east", "c", "MARKET-9-1,delivered,,,,V1,", f"MARKET-9-1,delivered,,,,{UPS},")
    shop.run()
    assert (["delivered", "shipped"], ["delivered", "delivered", "shipped"], False) == delivered(shop)

    shop.answers("west", "b", "MARKET-9-2,delivered,,,,,")
    shop.run()
    assert (["delivered", "delivered"], ["delivered"] * 3, True) == delivered(shop)


def test_what_has_arrived_twice_has_arrived_once(shop):
    two_shipments(shop)
    shop.answers("east", "b", "MARKET-9-1,delivered,,,,,")
    shop.answers("west", "b", "MARKET-9-2,delivered,,,,,")
    shop.run()
    before = shop.ask(views.order_show, "MARKET-9")["history"]
    shop.answers("east", "c", "MARKET-9-1,delivered,,,,,", f"MARKET-9-1,delivered,,,,{UPS},")
    code, _ = shop.run(at=MONDAY)

    assert Exit.OK == code
    assert before == shop.ask(views.order_show, "MARKET-9")["history"]


def test_a_parcel_that_nobody_knows_cannot_arrive(shop):
    two_shipments(shop)
    shop.answers("east", "b", "MARKET-9-1,delivered,,,,V9,")
    shop.run()

    assert (["shipped", "shipped"], ["shipped"] * 3, False) == delivered(shop)
    assert [
        ("MARKET-9-1", "MARKET-9-1: V9 has arrived, and no package has this number (in/east/b.csv line 2)")
    ] == waiting(shop, "contradiction")


def test_a_person_confirms_one_parcel_or_all_of_them(shop):
    two_shipments(shop)
    for reference, number in (("MARKET-9-1", "V1"), ("MARKET-9-1", UPS), ("MARKET-9-2", "")):
        with shop.context() as ctx:
            told = Confirmation("delivered", reference, tracking_number=number, where="told by ana")
            shipments.confirm(ctx, reference, told, {})

    assert (["delivered", "delivered"], ["delivered"] * 3, True) == delivered(shop)
