"""Whole passes with a warehouse behind HTTP: one effect per shipment, whatever becomes of requests and answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import shipments
from tests.destinations.api_fake import KEYED, LOST, Warehouse
from tests.destinations.api_shop import an_api_shop, states, waiting
from tests.partner import Partner, Reply, partner, saying
from tests.shop import NOW, Shop, an_order_row

LATER = ("2026-11-20T15:10:00Z", "2026-11-20T15:20:00Z", "2026-11-20T15:30:00Z")
HTML = Reply(200, b"<html>Maintenance</html>", {"content-type": "text/html"})


@contextlib.contextmanager
def a_shop(
    folder: Path, partner_class: str, warehouse: Warehouse, *skus: str, **changes: Any
) -> Iterator[tuple[Shop, Partner]]:
    """A shop with the order 1001 for `skus` (a mug), and the server of its warehouse `east`."""
    if partner_class == "A":
        changes["create"] = KEYED | changes.get("create", {})
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shop(folder, server.url, partner_class, **changes)
        shop.orders("web", an_order_row("1001", *skus))
        yield shop, server


def keys(server: Partner) -> set[str]:
    return {one.headers["idempotency-key"] for one in server.asked if one.method == "POST"}


def test_an_order_goes_out_is_acknowledged_and_comes_back_with_its_tracking(tmp_path):
    warehouse = Warehouse()
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        assert Exit.OK == shop.run()[0]
        assert {"WEB-1001-1": "dispatched"} == states(shop)
        warehouse.says("WEB-1001-1", "RECEIVED")
        shop.run(at=LATER[0])
        assert {"WEB-1001-1": "acknowledged"} == states(shop)
        warehouse.ships("WEB-1001-1", "1Z1")
        shop.run(at=LATER[1])

    assert {"WEB-1001-1": "shipped"} == states(shop)
    assert ["WEB-1001-1"] == warehouse.effects
    (told,) = shop.files("outbox").values()
    assert b"1Z1" in told


@pytest.mark.parametrize(("when", "fault"), [("before", LOST), ("after", LOST), ("after", Reply(503)), ("after", HTML)])
def test_a_keyed_partner_gets_the_same_key_again_and_works_once(tmp_path, when, fault):
    warehouse = Warehouse(faults=[(when, fault)])
    with a_shop(tmp_path, "A", warehouse) as (shop, server):
        shop.run()

    assert {"WEB-1001-1": "dispatched"} == states(shop)
    assert (["WEB-1001-1"], 1) == (warehouse.effects, len(keys(server)))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_keyed_partner_that_stays_silent_is_asked_under_the_same_key_in_the_next_pass(tmp_path, when):
    warehouse = Warehouse(faults=[(when, LOST)] * 5)
    with a_shop(tmp_path, "A", warehouse, patience="1 s") as (shop, server):
        shop.run()
        assert {"WEB-1001-1": "uncertain"} == states(shop)
        warehouse.faults.clear()
        shop.run(at=LATER[0])

    assert {"WEB-1001-1": "dispatched"} == states(shop)
    assert (["WEB-1001-1"], 1) == (warehouse.effects, len(keys(server)))
    assert [] == waiting(shop)


def test_a_key_that_is_forgotten_is_not_used_any_more(tmp_path):
    """The partner forgets keys after a day. Two days later it is asked whether it has the reference."""
    warehouse = Warehouse(faults=[("after", LOST)] * 5)
    with a_shop(tmp_path, "A", warehouse, patience="1 s") as (shop, server):
        shop.run()
        warehouse.faults.clear()
        warehouse.keys.clear()
        posts = len([one for one in server.asked if one.method == "POST"])
        shop.run(at="2026-11-22T15:00:00Z")

        assert posts == len([one for one in server.asked if one.method == "POST"])
    assert ({"WEB-1001-1": "dispatched"}, ["WEB-1001-1"]) == (states(shop), warehouse.effects)


@pytest.mark.parametrize("fault", [LOST, Reply(500), HTML], ids=["lost", "5xx", "html"])
def test_a_readable_partner_that_has_it_is_believed_at_once(tmp_path, fault):
    warehouse = Warehouse(faults=[("after", fault)])
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        assert Exit.ATTENTION == shop.run()[0]
        assert ({"WEB-1001-1": "uncertain"}, ["uncertain"]) == (states(shop), waiting(shop))
        assert Exit.OK == shop.run(at=LATER[0])[0]

    assert ({"WEB-1001-1": "dispatched"}, [], ["WEB-1001-1"]) == (states(shop), waiting(shop), warehouse.effects)


def test_a_readable_partner_has_to_say_no_twice_before_it_is_asked_again(tmp_path):
    warehouse = Warehouse(faults=[("before", LOST)])
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        shop.run()
        shop.run(at=LATER[0])
        assert ({"WEB-1001-1": "uncertain"}, []) == (states(shop), warehouse.effects)
        shop.run(at="2026-11-20T15:14:00Z")  # too soon after the first no
        assert ({"WEB-1001-1": "uncertain"}, []) == (states(shop), warehouse.effects)
        shop.run(at=LATER[1])

    assert ({"WEB-1001-1": "dispatched"}, [], ["WEB-1001-1"]) == (states(shop), waiting(shop), warehouse.effects)


@pytest.mark.parametrize(("when", "sent"), [("after", True), ("before", False)])
def test_of_a_blind_partner_only_a_person_can_say(tmp_path, when, sent):
    warehouse = Warehouse(faults=[(when, LOST)])
    with a_shop(tmp_path, "C", warehouse, lookup={"path": ""}) as (shop, _):
        for at in (NOW, *LATER):
            shop.run(at=at)
        assert ({"WEB-1001-1": "uncertain"}, ["uncertain"]) == (states(shop), waiting(shop))
        with shop.context(at=LATER[2]) as ctx:
            shipments.resolve(ctx, "WEB-1001-1", sent=sent)
        shop.run(at="2026-11-20T16:00:00Z")

    assert ({"WEB-1001-1": "dispatched"}, [], ["WEB-1001-1"]) == (states(shop), waiting(shop), warehouse.effects)


def test_a_location_that_could_be_asked_is_not_when_its_class_says_less(tmp_path):
    warehouse = Warehouse(faults=[("before", LOST)])
    with a_shop(tmp_path, "C", warehouse, create=KEYED) as (shop, server):
        shop.run()
        shop.run(at=LATER[0])

        assert 1 == len([one for one in server.asked if one.path.startswith("/orders")])
    assert {"WEB-1001-1": "uncertain"} == states(shop)


def test_a_class_that_the_way_cannot_keep_is_refused_with_the_one_it_can(tmp_path):
    shop = an_api_shop(tmp_path, "https://api.example", "A")

    with (
        pytest.raises(Exception, match=r"channels\.toml:\d+: .*class is A, but 'api' as it is set up here can keep B"),
        shop.context(),
    ):
        shop.run()


def test_a_refused_shipment_leaves_from_the_next_location_in_the_same_pass(tmp_path):
    warehouse = Warehouse(refuses=lambda _order: saying({"message": "no such SKU"}, 422))
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        shop.run()
        shop.run(at=LATER[0])

    assert {"WEB-1001-1": "rejected", "WEB-1001-2": "dispatched"} == states(shop)
    assert [] == warehouse.effects
    (pick,) = shop.files("out").values()
    assert b"WEB-1001-2" in pick


def test_an_error_inside_a_200_is_judged_for_its_own_shipment_alone(tmp_path):
    def refuses(order: dict[str, Any]) -> Reply | None:
        return saying({"errors": [{"message": "out of stock"}]}) if order["lines"][0]["sku"] == "TEE" else None

    warehouse = Warehouse(refuses=refuses)
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        shop.orders("web-2", an_order_row("1002", "TEE"), an_order_row("1003"))
        shop.run()

    assert {"WEB-1001-1": "dispatched", "WEB-1002-1": "rejected", "WEB-1003-1": "dispatched"} == {
        reference: state for reference, state in states(shop).items() if reference.endswith("-1")
    }
    assert ["WEB-1001-1", "WEB-1003-1"] == warehouse.effects


@pytest.mark.parametrize("reply", [Reply(401), Reply(403), Reply(404), Reply(429, b"", {"retry-after": "9999"})])
def test_what_is_surely_not_processed_stays_planned_and_leaves_later(tmp_path, reply):
    warehouse = Warehouse(faults=[("before", reply)])
    with a_shop(tmp_path, "B", warehouse) as (shop, server):
        shop.orders("web-2", an_order_row("1002"))
        assert Exit.REMOTE == shop.run()[0]
        assert {"planned"} == set(states(shop).values())
        assert 1 == len([one for one in server.asked if one.method == "POST"])
        shop.run(at=LATER[0])

    assert {"dispatched"} == set(states(shop).values())
    assert ["WEB-1001-1", "WEB-1002-1"] == sorted(warehouse.effects)
    assert [] == waiting(shop)


def test_nobody_there_is_exit_5_and_nothing_uncertain(tmp_path):
    shop = an_api_shop(tmp_path, "http://127.0.0.1:9", "C", patience="1 s", lookup={"path": ""})
    shop.orders("web", an_order_row("1001"))

    assert Exit.REMOTE == shop.run()[0]
    assert {"WEB-1001-1": "planned"} == states(shop)


def test_a_rejection_that_comes_later_is_routed_elsewhere_in_the_pass_that_reads_it(tmp_path):
    """It took the request (202), and says no when it has looked at it."""
    warehouse = Warehouse()
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        shop.run()
        warehouse.says("WEB-1001-1", "REJECTED", "no stock")
        shop.run(at=LATER[0])

    assert {"WEB-1001-1": "rejected", "WEB-1001-2": "dispatched"} == states(shop)


def test_answers_that_are_repeated_change_nothing(tmp_path):
    warehouse = Warehouse()
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        shop.run()
        for _ in range(2):
            warehouse.says("WEB-1001-1", "RECEIVED")
            warehouse.ships("WEB-1001-1", "1Z1")
            shop.run(at=LATER[0])
        told = shop.files("outbox")
        shop.run(at=LATER[1])

    assert ({"WEB-1001-1": "shipped"}, [], told) == (states(shop), waiting(shop), shop.files("outbox"))
    assert 1 == len(told)


def test_an_answer_about_an_unknown_order_is_kept_until_the_order_is_known(tmp_path):
    warehouse = Warehouse()
    warehouse.says("WEB-1002-1", "RECEIVED")
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        shop.run()
        assert ["unmatched_answer"] == waiting(shop)
        shop.orders("web-2", an_order_row("1002"))
        for at in LATER:
            shop.run(at=at)

    assert "acknowledged" == states(shop)["WEB-1002-1"]
    assert [] == waiting(shop)


def test_a_partial_shipment_in_two_parcels_keeps_its_quantities(tmp_path):
    warehouse = Warehouse()
    with a_shop(tmp_path, "B", warehouse, "MUG*3") as (shop, _):
        shop.run()
        parcels = [
            {"number": number, "carrier": "UPS", "lines": [{"id": "mug", "sku": "MUG", "qty": units}]}
            for number, units in (("1Z1", 1), ("1Z2", 2))
        ]
        warehouse.shipments.append({"reference": "WEB-1001-1", "parcels": parcels[:1], "updated_at": LATER[0]})
        shop.run(at=LATER[0])
        assert {"WEB-1001-1": "dispatched"} == states(shop)
        warehouse.shipments.append({"reference": "WEB-1001-1", "parcels": parcels, "updated_at": LATER[1]})
        shop.run(at=LATER[1])

    assert ({"WEB-1001-1": "shipped"}, []) == (states(shop), waiting(shop))


def test_what_cannot_be_handed_over_stays_behind_and_the_rest_leaves(tmp_path):
    warehouse = Warehouse()
    with a_shop(tmp_path, "B", warehouse, create={"required": ["ship_to.phone"]}) as (shop, _):
        reached = an_order_row("1002")
        reached["ship_to"] = {**reached["ship_to"], "phone": "555 0100"}
        shop.orders("web-2", reached)
        shop.run()

    assert {"WEB-1001-1": "planned", "WEB-1002-1": "dispatched"} == states(shop)
    assert ["not_sendable"] == waiting(shop)


def cancelled(shop: Shop) -> None:
    """The customer changes her mind after the hand-over."""
    shop.orders("web-2", an_order_row("1001", updated_at=LATER[0], cancelled_at=LATER[0]))


def test_a_cancellation_after_the_hand_over_stops_the_goods(tmp_path):
    warehouse = Warehouse()
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        shop.run()
        cancelled(shop)
        shop.run(at=LATER[0])

    assert ({"WEB-1001-1": "cancelled"}, ["o1"]) == (states(shop), warehouse.cancels)


def test_a_cancellation_that_comes_too_late_is_for_a_person_and_the_goods_count_as_there(tmp_path):
    warehouse = Warehouse(too_late=True)
    with a_shop(tmp_path, "B", warehouse) as (shop, _):
        shop.run()
        cancelled(shop)
        shop.run(at=LATER[0])
        shop.run(at=LATER[1])
        assert ({"WEB-1001-1": "cancel_requested"}, ["o1"]) == (states(shop), warehouse.cancels)
        warehouse.ships("WEB-1001-1", "1Z1")
        shop.run(at=LATER[2])

    assert {"WEB-1001-1": "shipped"} == states(shop)
    assert "shipped_after_cancel" in waiting(shop)


def test_stock_is_counted_by_http_and_a_dry_run_asks_but_hands_nothing_over(tmp_path):
    warehouse = Warehouse(stock=[{"sku": "MUG", "on_hand": 3}])
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shop(tmp_path, server.url, "B")
        config = shop.config.read_text("utf-8")
        shop.config.write_text(config.replace('{ via = "file", path = "stock/east.csv" }', '{ via = "api" }'), "utf-8")
        shop.orders("web", an_order_row("1001", "MUG*3"))
        with shop.context():
            pass  # the store is made
        shop.run(dry_run=True)
        assert ([], {"GET"}) == (warehouse.effects, {one.method for one in server.asked})
        shop.run()

    assert ({"WEB-1001-1": "dispatched"}, ["WEB-1001-1"]) == (states(shop), warehouse.effects)
