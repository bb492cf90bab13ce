"""What becomes of fulfillment orders, and what lies in stock at Amazon."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from orderctl.core import times
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.effects import BatchLine, InHand
from orderctl.core.errors import RemoteError
from orderctl.destinations.amazon_mcf import AmazonMcf
from tests.destinations.amazon_mcf_fake import LOST, NOW, Mcf
from tests.destinations.amazon_mcf_opened import opened, served
from tests.destinations.contract import a_batch, a_shipment
from tests.partner import Reply, saying

SINCE = "2026-11-20T14:00:00Z"


def has(amazon: Mcf, url: str, *references: str, lines: tuple[BatchLine, ...] = ()) -> list[InHand]:
    """Amazon takes these shipments; what is in hand then."""
    lines = lines or (BatchLine("1", "MUG", "", 3), BatchLine("2", "TEE", "", 2))
    destination = opened(url, preview=False)
    for reference in references:
        document = destination.render(a_batch(1, a_shipment(*lines, reference=reference)))
        assert "accepted" == destination.deliver(document, "k").outcome
    destination.close()
    amazon.seen.clear()
    return [InHand(reference, "dispatched", SINCE, reference) for reference in references]


def collected(destination: AmazonMcf, have: list[InHand], positions: dict[str, str] | None = None) -> list[Any]:
    """Everything it has to tell beyond `positions`, which move along."""
    found: list[Any] = []
    with contextlib.closing(destination):
        for page in destination.collect(dict(positions or {}), lambda: have):
            found += page.rows
            if positions is not None:
                positions[page.stream] = page.position
    return found


def brief(found: list[Any]) -> list[tuple[Any, ...]]:
    return [(one.kind, one.line_id, one.sku, one.quantity, one.tracking_number) for one in found]


def told(amazon: Mcf, url: str, reference: str = "WEB-1-1", **keys: Any) -> list[tuple[Any, ...]]:
    """What Amazon tells of one shipment that it has in hand."""
    return brief(collected(opened(url, "confirm", **keys), [InHand(reference, "dispatched", SINCE)]))


TAKEN = ("acknowledged", "", "", None, "")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("NEW", []),
        ("RECEIVED", [TAKEN]),
        ("PLANNING", [TAKEN]),
        ("Processing", [TAKEN]),
        ("COMPLETE", [TAKEN]),
        ("UNFULFILLABLE", [("rejected", "", "", None, "")]),
        ("Invalid", [("rejected", "", "", None, "")]),
        ("CANCELLED", [("cancelled", "", "", None, "")]),
        ("SOMETHING_NEW", []),
        (
            "COMPLETE_PARTIALLED",
            [TAKEN, ("short", "1", "MUG", 3, ""), ("short", "2", "TEE", 2, "")],
        ),
    ],
)
def test_states_mean_what_they_say(status, expected):
    with served() as (amazon, server):
        has(amazon, server.url, "WEB-1-1")
        amazon.says("WEB-1-1", status)

        assert expected == told(amazon, server.url)


def test_a_rejection_has_amazons_word_as_its_reason():
    with served() as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1")
        amazon.says("WEB-1-1", "UNFULFILLABLE")
        (row,) = collected(opened(server.url, "confirm"), have)

    assert Confirmation("rejected", "WEB-1-1", reason="Amazon: UNFULFILLABLE", where=f"mcf of {NOW}") == row


def test_each_parcel_is_told_with_the_units_in_it():
    with served() as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "1Z1", {"1": 2})
        amazon.ships("WEB-1-1", "1Z2", {"1": 1, "2": 2}, status="COMPLETE")
        found = collected(opened(server.url, "confirm"), have)

    assert [
        TAKEN,
        ("shipped", "1", "MUG", 2, "1Z1"),
        ("shipped", "1", "MUG", 1, "1Z2"),
        ("shipped", "2", "TEE", 2, "1Z2"),
    ] == brief(found)
    assert {("UPS", NOW)} == {(one.carrier, one.at) for one in found if one.kind == "shipped"}


def test_what_is_in_no_shipment_of_an_order_that_is_over_is_short():
    with served() as (amazon, server):
        has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "1Z1", {"1": 2}, status="COMPLETE_PARTIALLED")

        assert [
            TAKEN,
            ("shipped", "1", "MUG", 2, "1Z1"),
            ("short", "1", "MUG", 1, ""),
            ("short", "2", "TEE", 2, ""),
        ] == told(amazon, server.url)
        amazon.orders["WEB-1-1"]["shipments"].append(
            {
                "amazonShipmentId": "S2",
                "fulfillmentShipmentStatus": "PENDING",
                "fulfillmentShipmentItem": [
                    {"sellerSku": "TEE", "sellerFulfillmentOrderItemId": "2", "quantity": 2, "packageNumber": 0}
                ],
            }
        )
        assert [("short", "1", "MUG", 1, "")] == told(amazon, server.url)[2:]
        amazon.orders["WEB-1-1"]["shipments"][-1]["fulfillmentShipmentStatus"] = "CANCELLED_BY_FULFILLER"
        assert 2 == len(told(amazon, server.url)[2:])


def test_an_order_that_was_stopped_after_a_parcel_left_tells_both():
    with served() as (amazon, server):
        has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "1Z1", {"1": 3}, status="CANCELLED")

        assert [("shipped", "1", "MUG", 3, "1Z1"), ("short", "2", "TEE", 2, "")] == told(amazon, server.url)[1:]


def test_units_by_serial_number_are_added_up_and_those_without_a_parcel_are_in_the_first():
    with served() as (amazon, server):
        has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "1Z1", status="COMPLETE")
        shipment = amazon.orders["WEB-1-1"]["shipments"][0]
        item = {"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 1}
        number = shipment["fulfillmentShipmentPackage"][0]["packageNumber"]
        shipment["fulfillmentShipmentItem"] = [
            {**item, "packageNumber": number, "serialNumber": "a"},
            {**item, "packageNumber": 0, "serialNumber": "b"},
            {**item, "serialNumber": "c"},
        ]

        assert [("shipped", "1", "MUG", 3, "1Z1")] == told(amazon, server.url)[1:]


def test_a_parcel_without_a_number_waits_for_it_until_the_order_is_over():
    with served() as (amazon, server):
        has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "", status="PROCESSING")
        package = amazon.orders["WEB-1-1"]["shipments"][0]["fulfillmentShipmentPackage"][0]
        assert [TAKEN] == told(amazon, server.url)
        package["amazonFulfillmentTrackingNumber"] = "TBA1"
        assert ("shipped", "1", "MUG", 3, "TBA1") in told(amazon, server.url)
        del package["amazonFulfillmentTrackingNumber"]
        amazon.says("WEB-1-1", "COMPLETE")
        assert ("shipped", "1", "MUG", 3, "") in told(amazon, server.url)


def test_a_parcel_that_holds_nothing_keeps_its_number():
    with served() as (amazon, server):
        has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "1Z1")
        amazon.ships("WEB-1-1", "1Z2")
        amazon.orders["WEB-1-1"]["shipments"][1]["fulfillmentShipmentItem"] = []

        assert ("shipped", "", "", 0, "1Z2") == told(amazon, server.url)[-1]


def test_answers_speak_of_our_lines_and_skus_and_carriers():
    lines = (BatchLine("a", "CUP", "", 1), BatchLine("a", "SAUCER", "", 1), BatchLine("", "CARD", "", 1))
    names = {"CUP": "FBA-CUP"}
    with served() as (amazon, server):
        destination = opened(server.url, preview=False, skus=names)
        destination.deliver(destination.render(a_batch(1, a_shipment(*lines, reference="WEB-1-1"))), "k")
        destination.close()
        amazon.ships("WEB-1-1", "TBA1", status="COMPLETE")
        amazon.orders["WEB-1-1"]["shipments"][0]["fulfillmentShipmentPackage"][0]["carrierCode"] = "AMZN_XX"
        keys: dict[str, Any] = {"skus": names, "carriers": {"amzn_xx": "amazon"}}
        found = collected(opened(server.url, "confirm", **keys), [InHand("WEB-1-1", "dispatched", SINCE)])

    shipped = [(one.line_id, one.sku, one.carrier) for one in found if one.kind == "shipped"]
    assert [("a", "CUP", "amazon"), ("a", "SAUCER", "amazon"), ("", "CARD", "amazon")] == shipped


def test_an_order_that_cannot_be_read_is_put_aside_and_the_others_go_on():
    with served() as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1", "WEB-2-1")
        amazon.ships("WEB-1-1", "1Z1")
        amazon.orders["WEB-1-1"]["shipments"][0]["fulfillmentShipmentItem"][0]["quantity"] = "3"
        found = collected(opened(server.url, "confirm"), have)

    assert {"BadRow", "Confirmation"} == {type(one).__name__ for one in found}
    assert {"WEB-2-1"} == {one.reference for one in found if isinstance(one, Confirmation)}


def test_only_what_changed_is_asked_for_and_orders_of_others_are_passed_over():
    with served(Mcf(page=2, now=SINCE)) as (amazon, server):
        have = has(amazon, server.url, *[f"WEB-{n}-1" for n in range(1, 6)])
        has(amazon, server.url, "OTHER-1", "OTHER-2")
        positions: dict[str, str] = {}
        collected(opened(server.url, "confirm"), have, positions)
        first = amazon.asked("get")
        amazon.seen.clear()
        amazon.later(4800)
        amazon.says("WEB-3-1", "PLANNING")
        found = collected(opened(server.url, "confirm", now=amazon.now), have, positions)

    assert [f"WEB-{n}-1" for n in range(1, 6)] == first
    assert (["WEB-3-1"], ["WEB-3-1"]) == (amazon.asked("get"), [one.reference for one in found])


def test_a_parcel_that_leaves_without_a_change_of_state_is_found_in_turn():
    with served(Mcf(now=SINCE)) as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1")
        amazon.says("WEB-1-1", "PROCESSING")
        positions: dict[str, str] = {}
        collected(opened(server.url, "confirm"), have, positions)
        amazon.later(4800)
        amazon.ships("WEB-1-1", "1Z1")
        assert [] == collected(opened(server.url, "confirm", now=amazon.now), have, positions)
        amazon.later(700)
        found = collected(opened(server.url, "confirm", now=amazon.now), have, positions)

    assert ["acknowledged", "shipped", "shipped"] == [one.kind for one in found]


def test_nothing_in_hand_asks_for_nothing():
    with served() as (amazon, server):
        assert [] == collected(opened(server.url, "confirm"), [])
        assert [] == amazon.seen


@pytest.mark.parametrize("fault", [Reply(500), LOST, Reply(429, b"", {"retry-after": "9999"}), Reply(200, b"<html>")])
@pytest.mark.parametrize("operation", ["list", "get"])
def test_a_walk_that_breaks_off_anywhere_loses_nothing(operation, fault):
    with served(Mcf(page=20)) as (amazon, server):
        references = [f"WEB-{n:03}-1" for n in range(120)]
        have = has(amazon, server.url, *references)
        positions: dict[str, str] = {}
        seen: set[str] = set()
        for allowed in (0, 60, 119):
            amazon.seen.clear()
            pages = 0
            destination = opened(server.url, "confirm")
            with contextlib.closing(destination), contextlib.suppress(RemoteError):
                for page in destination.collect(positions, lambda: have):
                    seen |= {row.reference for row in page.rows if isinstance(row, Confirmation)}
                    positions[page.stream] = page.position
                    pages += 1
                    if len(amazon.asked("get")) >= allowed:
                        amazon.faults = [(operation, "before", fault)] * 6
            amazon.faults = []
        seen |= {one.reference for one in collected(opened(server.url, "confirm"), have, positions)
                 if isinstance(one, Confirmation)}  # fmt: skip

    assert set(references) == seen


def test_a_page_of_the_list_that_comes_again_and_again_is_no_end():
    with served(Mcf(page=1)) as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1", "WEB-2-1", "WEB-3-1")
        again = Reply(200, b'{"payload": {"fulfillmentOrders": [], "nextToken": "x"}}')
        amazon.faults = [("list", "before", again)] * 3
        with pytest.raises(RemoteError, match="again and again"):
            collected(opened(server.url, "confirm"), have)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"payload": []}', b'{"errors": [{"code": "x"}]}'])
def test_an_answer_without_a_list_is_no_empty_list(body):
    with served() as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1")
        amazon.faults = [("list", "before", Reply(200, body)), ("inventory", "before", Reply(200, body))]
        with pytest.raises(RemoteError):
            collected(opened(server.url, "confirm"), have)
        with pytest.raises(RemoteError):
            collected(opened(server.url, "stock_feed"), [])


def test_a_parcel_is_followed_until_it_has_arrived():
    with served() as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "1Z1", {"1": 3}, package=7)
        amazon.ships("WEB-1-1", "1Z2", {"2": 2}, package=8, status="COMPLETE")
        positions: dict[str, str] = {}
        collected(opened(server.url, "confirm"), have, positions)
        assert [] == amazon.asked("tracking")
        amazon.arrived = {7: "2026-11-21T09:30:00Z"}
        day = times.later(NOW, 86_400)
        found = collected(opened(server.url, "confirm", now=day), [], positions)
        assert [("delivered", "WEB-1-1", "1Z1", "2026-11-21T09:30:00Z")] == [
            (one.kind, one.reference, one.tracking_number, one.at) for one in found if isinstance(one, Confirmation)
        ]
        assert [] == collected(opened(server.url, "confirm", now=times.later(day, 3600)), [], positions)
        assert ["7", "8"] == sorted(amazon.asked("tracking"))
        amazon.seen.clear()
        collected(opened(server.url, "confirm", now=times.later(day, 86_400)), [], positions)
        assert ["8"] == amazon.asked("tracking")
        collected(opened(server.url, "confirm", now=times.later(day, 40 * 86_400)), [], positions)
        assert (["8"], "{}") == (amazon.asked("tracking"), positions["parcels"])


def test_a_parcel_that_cannot_be_followed_holds_no_other_up():
    with served() as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "1Z1", {"1": 3}, package=7)
        amazon.ships("WEB-1-1", "1Z2", {"2": 2}, package=8, status="COMPLETE")
        positions: dict[str, str] = {}
        collected(opened(server.url, "confirm"), have, positions)
        amazon.arrived = {7: "2026-11-21T09:30:00Z", 8: "2026-11-21T09:30:00Z"}
        amazon.faults = [("tracking", "before", Reply(404))]
        day = times.later(NOW, 86_400)
        first = collected(opened(server.url, "confirm", now=day), [], positions)
        amazon.faults = [("tracking", "before", Reply(429, b"", {"retry-after": "9999"}))]
        assert [] == collected(opened(server.url, "confirm", now=times.later(day, 30_000)), [], positions)
        second = collected(opened(server.url, "confirm", now=times.later(day, 90_000)), [], positions)

    assert (["1Z2"], ["1Z1"]) == ([one.tracking_number for one in first], [one.tracking_number for one in second])


def test_parcels_need_not_be_followed():
    with served() as (amazon, server):
        have = has(amazon, server.url, "WEB-1-1")
        amazon.ships("WEB-1-1", "1Z1", status="COMPLETE")
        positions: dict[str, str] = {}
        collected(opened(server.url, "confirm", delivered=False), have, positions)

    assert {"list", "turn"} == set(positions)


def test_stock_is_what_can_be_shipped_read_to_the_end_before_any_of_it_counts():
    stock = {f"SKU-{n}": n for n in range(5)}
    with served(Mcf(stock=dict(stock), page=2)) as (amazon, server):
        positions: dict[str, str] = {}
        found = collected(opened(server.url, "stock_feed"), [], positions)
        amazon.faults = [("inventory", "before", Reply(500))] * 5
        with pytest.raises(RemoteError):
            collected(opened(server.url, "stock_feed"), [], positions)
        before = dict(positions)
        amazon.faults = []
        collected(opened(server.url, "stock_feed", now=times.later(NOW, 600)), [], positions)

    assert stock == {one.sku: one.quantity for one in found if isinstance(one, StockCount)}
    assert ["", "2", "4"] == amazon.asked("inventory")[:3]
    assert set(before) == set(positions)  # the same counts once more are the same feed


def test_counts_are_those_of_our_skus_added_up_over_conditions():
    with served(Mcf(stock={"FBA-MUG": 4, "TEE": 2, "MUG": 9})) as (_, server):
        every = collected(opened(server.url, "stock_feed", skus={"MUG": "FBA-MUG"}), [])
        mapped = collected(opened(server.url, "stock_feed", skus={"MUG": "FBA-MUG"}, only_mapped=True), [])

    assert {"MUG": 4, "TEE": 2} == {one.sku: one.quantity for one in every if isinstance(one, StockCount)}
    assert {"MUG": 4} == {one.sku: one.quantity for one in mapped if isinstance(one, StockCount)}


def test_what_amazon_set_aside_for_our_orders_is_not_taken_off_twice():
    """Amazon's count lacks the units of orders that it took; our promises are taken off here, once."""
    taken = InHand("WEB-1-1", "acknowledged", SINCE, "", {"MUG": 2, "TEE": 1})
    fresh = InHand("WEB-2-1", "acknowledged", "2026-11-20T14:30:00Z", "", {"MUG": 1})
    unheard = InHand("WEB-3-1", "dispatched", SINCE, "", {"MUG": 4})
    with served(Mcf(stock={"MUG": 5})) as (_, server):
        found = collected(opened(server.url, "stock_feed"), [taken, fresh, unheard])

    assert [("MUG", 7)] == [(one.sku, one.quantity) for one in found if isinstance(one, StockCount)]


def test_a_count_that_is_none_is_put_aside():
    rows = [
        {"sellerSku": "MUG", "condition": "NewItem", "inventoryDetails": {"fulfillableQuantity": 4}},
        {"sellerSku": "MUG", "condition": "UsedGood", "inventoryDetails": {"fulfillableQuantity": 1}},
        {"sellerSku": "TEE", "inventoryDetails": {"fulfillableQuantity": "7"}},
        {"sellerSku": "LAMP"},
    ]
    with served() as (amazon, server):
        amazon.faults = [("inventory", "before", saying({"payload": {"inventorySummaries": rows}}))]
        found = collected(opened(server.url, "stock_feed"), [])

    where = f"mcf inventory of {NOW}"
    assert StockCount("mcf", "MUG", 5, where) == found[0]
    assert ["TEE as Amazon counts it"] == [one.raw for one in found[1:] if isinstance(one, BadRow)]
