from __future__ import annotations

import pytest

from orderctl.core.orders import Address
from orderctl.core.plans import Hold, PlannedLine, PlannedShipment
from orderctl.store import batches, handoffs, holds, revisions
from orderctl.store.batches import Due
from orderctl.store.transactions import transaction
from tests.builders import NEW_YORK, a_line, an_order
from tests.store.shelf import (
    COUNTED,
    NOW_STAMP,
    as_read,
    counters,
    from_location,
    hand_over,
    levels,
    looked_at,
    put_stock,
    rows,
    save,
    settle,
    ship_from,
    shipments_of,
    stamp,
    state,
    troubles,
)


@pytest.fixture
def order(db):
    """Two mugs, planned at east."""
    put_stock(db, mug=9)
    (order_id,) = save(db, an_order(a_line("MUG", 2)))
    ship_from(db, order_id, from_location(mug=2))
    return order_id


def more(db, number: str, *shipments: PlannedShipment, **changes: object) -> int:
    (order_id,) = save(db, an_order(number=number, channel_order_id=number, **changes))
    ship_from(db, order_id, *(shipments or (from_location(mug=1),)))
    return order_id


def revise(db, order_id: int, at=None, **changes: object) -> None:
    new = as_read(an_order(a_line("MUG", 2), updated_at="2026-11-20T14:00:00Z", **changes))
    with transaction(db, "revise"):
        revisions.revise(db, at or stamp(1), order_id, new, looked_at)


def references(db, location: str = "east") -> list[str]:
    due = batches.due(db, location, Due(NOW_STAMP.at))
    return [shipment.reference for shipment in batches.gather(db, due)]


def test_the_urgent_leave_first_then_those_that_are_promised_soonest(db, order):
    line = (PlannedLine("mug", "MUG", 1),)
    more(db, "2", ship_by="2026-11-22T00:00:00Z")
    more(db, "3", ship_by="2026-11-21T00:00:00Z")
    more(db, "4", PlannedShipment("east", line, priority="urgent"))

    assert ["WEB-4-1", "WEB-3-1", "WEB-2-1", "WEB-1042-1"] == references(db)


def test_what_is_held_or_to_leave_later_stays(db, order):
    line = (PlannedLine("mug", "MUG", 1),)
    more(db, "2", PlannedShipment("east", line, not_before="2026-11-20T15:00:01Z"))
    held = more(db, "3")
    more(db, "4", from_location("west", mug=1))
    with transaction(db, "hold"):
        holds.place(db, NOW_STAMP, held, Hold("call"), by_hand=True)

    assert ["WEB-1042-1"] == references(db)
    assert ["WEB-4-1"] == references(db, "west")
    assert {"east", "west"} == set(batches.locations_with_work(db))


def test_a_document_may_show_everything_of_the_order_and_only_the_units_of_the_shipment(db):
    put_stock(db, mug=9)
    address = Address(name="Ana", line1="1 Main St", city="New York", country="US", postcode="10001")
    (order_id,) = save(db, an_order(a_line("MUG", 3, title="A mug"), ship_to=address, note="ring", gift_message="x"))
    ship_from(db, order_id, from_location(mug=2))

    (shipment,) = batches.gather(db, batches.due(db, "east", Due(NOW_STAMP.at)))

    assert ("1042", "web", "ana@example.com", "ring", "x", "USD") == (
        *(shipment.order_number, shipment.channel, shipment.email, shipment.note, shipment.gift_message),
        shipment.currency,
    )
    assert {"name": "Ana", "company": "", "country": "US"}.items() <= shipment.ship_to.items()
    assert [("mug", "MUG", "A mug", 2)] == [
        (line.line_id, line.sku, line.title, line.quantity) for line in shipment.lines
    ]


def test_what_was_accepted_is_in_the_location_s_hands_with_its_stock_still_promised(db, order):
    hand_over(db)

    assert ("dispatched", {"WEB-1042-1": "dispatched"}) == (state(db, order), shipments_of(db, order))
    assert {"mug": {"ordered": 2, "dispatched": 2}} == counters(db, order)
    assert {"east": (9, 2)} == levels(db)
    assert [(NOW_STAMP.at, NOW_STAMP.at)] == rows(
        db, "SELECT o.dispatched_at, s.dispatched_at FROM orders o JOIN shipments s USING (order_id)"
    )


def test_where_nobody_ever_confirms_the_goods_are_gone_with_the_hand_over(db, order):
    hand_over(db, final=True)

    assert {"east": (7, 0)} == levels(db)
    assert {"mug": {"ordered": 2, "dispatched": 2}} == counters(db, order)


def test_what_surely_never_arrived_leaves_again_with_a_batch_of_another_number(db, order):
    first = hand_over(db, outcome="retry")
    assert ({"WEB-1042-1": "planned"}, [(None,)]) == (
        shipments_of(db, order),
        rows(db, "SELECT batch_id FROM shipments"),
    )

    second = hand_over(db)

    assert ("east-1.csv", "east-2.csv") == (first, second)
    assert [("refused",), ("accepted",)] == rows(db, "SELECT state FROM effects ORDER BY effect_id")
    assert "dispatched" == state(db, order)


def test_what_the_location_refused_is_free_to_be_decided_anew(db, order):
    hand_over(db, outcome="refused")

    assert ("new", {"WEB-1042-1": "rejected"}) == (state(db, order), shipments_of(db, order))
    assert ({"mug": {"ordered": 2, "open": 2}}, {"east": (9, 0)}) == (counters(db, order), levels(db))
    assert [(NOW_STAMP.at,)] == rows(db, "SELECT due_at FROM orders")


def test_what_nobody_knows_waits_for_a_person_and_is_not_sent_again(db, order):
    hand_over(db, outcome="uncertain")

    assert [("uncertain", "east batch 1")] == troubles(db)
    assert ("routed", {"WEB-1042-1": "uncertain"}) == (state(db, order), shipments_of(db, order))
    assert [] == batches.due(db, "east", Due(stamp(60).at))


@pytest.mark.parametrize(("outcome", "after"), [("accepted", "dispatched"), ("retry", "planned")])
def test_once_it_is_known_the_exception_is_over(db, order, outcome, after):
    document = hand_over(db, outcome="uncertain")

    settle(db, "east", document, outcome)

    assert ({"WEB-1042-1": after}, []) == (shipments_of(db, order), troubles(db))


def test_what_a_killed_process_began_is_settled_like_any_other(db, order):
    document = hand_over(db, outcome="killed")
    assert {"WEB-1042-1": "sending"} == shipments_of(db, order)

    settle(db, "east", document, "accepted", stamp(5))

    assert {"WEB-1042-1": "dispatched"} == shipments_of(db, order)


def test_an_answer_about_one_shipment_proves_that_the_whole_batch_arrived(db, order):
    other = more(db, "2")
    hand_over(db, outcome="uncertain")
    shipment_id = rows(db, "SELECT shipment_id FROM shipments WHERE reference = 'WEB-2-1'")[0][0]

    with transaction(db, "answered"):
        handoffs.answered(db, stamp(5), shipment_id, COUNTED)
        handoffs.answered(db, stamp(5), shipment_id, COUNTED)

    assert ["dispatched", "dispatched"] == [*shipments_of(db, order).values(), *shipments_of(db, other).values()]
    assert [] == troubles(db)


def test_an_order_cancelled_while_nobody_knew_does_not_leave_with_the_next_batch(db, order):
    document = hand_over(db, outcome="uncertain")
    revise(db, order, cancelled_at="2026-11-20T14:00:00Z")
    assert ("cancel_after_dispatch", "WEB-1042") in troubles(db)

    settle(db, "east", document, "retry", stamp(5))

    assert ("cancelled", {"WEB-1042-1": "cancelled"}, []) == (state(db, order), shipments_of(db, order), troubles(db))
    assert {"east": (9, 0)} == levels(db)


def test_an_order_cancelled_while_nobody_knew_is_to_be_stopped_once_it_surely_arrived(db, order):
    document = hand_over(db, outcome="uncertain")
    revise(db, order, cancelled_at="2026-11-20T14:00:00Z")

    settle(db, "east", document, "accepted", stamp(5))

    assert {"WEB-1042-1": "cancel_requested"} == shipments_of(db, order)
    assert [("cancel_after_dispatch", "WEB-1042")] == troubles(db)


def test_an_order_that_goes_elsewhere_by_now_is_planned_anew_when_its_batch_never_arrived(db, order):
    document = hand_over(db, outcome="uncertain")
    revise(db, order, ship_to=Address(name="Ana", line1="1 Way", city="Berlin", country="DE", postcode="10115"))
    assert ("address_changed", "WEB-1042") in troubles(db)

    settle(db, "east", document, "retry", stamp(5))

    assert ("new", {"WEB-1042-1": "cancelled"}, []) == (state(db, order), shipments_of(db, order), troubles(db))


def test_numbers_of_batches_go_up_per_location_and_never_come_again(db, order):
    more(db, "2", from_location("west", mug=1))
    assert "east-1.csv" == hand_over(db, outcome="retry")
    assert "west-1.csv" == hand_over(db, "west")
    assert (2, 2, 1) == tuple(batches.next_number(db, location) for location in ("east", "west", "north"))


def test_the_address_of_a_batch_is_the_one_the_order_has_now(db, order):
    revise(db, order, ship_to=NEW_YORK, note="ring twice")
    ship_from(db, order, from_location(mug=2), at=stamp(2))

    (shipment,) = batches.gather(db, batches.due(db, "east", Due(stamp(2).at)))

    assert ("WEB-1042-2", "ring twice") == (shipment.reference, shipment.note)
