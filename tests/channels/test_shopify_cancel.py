"""Cancellations told to a Shopify store: whole orders, and units of one without moving money."""

from __future__ import annotations

from typing import Any

import pytest

from orderctl.core.effects import Cancellation, CancelledLine
from tests.channels.shopify_fake import Store, refusal
from tests.channels.shopify_orders import LINE, LOCATION, ORDER, a_line, a_shopify_order, at
from tests.channels.test_shopify_pull import running
from tests.channels.test_shopify_writes import package, told
from tests.partner import Asked, Reply


def cancellation(*lines: tuple[int, int], reason: str = "out of stock") -> Cancellation:
    stopped = tuple(CancelledLine(f"{LINE}{line}", "MUG", units) for line, units in lines)
    return Cancellation("key-2", "web", f"{ORDER}1", "1", reason, stopped)


def cancelled(tmp_path, store: Store, one: Cancellation, **settings: Any) -> tuple[str, str]:
    with running(tmp_path, store, **settings) as (channel, _):
        receipt = channel.deliver(channel.render_cancellations(1, [one]), one.key)
    return receipt.outcome, receipt.message


@pytest.mark.parametrize("lines", [(), ((11, 2),)])
def test_a_whole_order_is_cancelled_on_the_terms_of_the_settings(tmp_path, lines):
    store = Store(1)
    store.stuck = 2
    terms = {"reason": "INVENTORY", "refund": True, "notify": False}

    assert ("accepted", "") == cancelled(tmp_path, store, cancellation(*lines, reason="x" * 300), cancel=terms)
    assert {
        "id": f"{ORDER}1",
        "reason": "INVENTORY",
        "restock": True,
        "notify": False,
        "refund": {"originalPaymentMethodsRefund": True},
        "note": "x" * 255,
    } == next(variables for variables in store.variables if "restock" in variables)
    assert 3 == store.asked_for.count("Job")


def test_no_money_moves_unless_that_is_said(tmp_path):
    store = Store(1)
    cancelled(tmp_path, store, cancellation())

    assert "refund" not in next(variables for variables in store.variables if "restock" in variables)


def test_some_units_of_an_order_are_cancelled_and_no_money_moves(tmp_path):
    store = Store(1)

    assert ("accepted", "") == cancelled(tmp_path, store, cancellation((11, 1)))
    assert (1, 1) == (
        store.orders[0]["lines"][0]["currentQuantity"],
        store.orders[0]["places"][0]["rows"][0]["remainingQuantity"],
    )
    (asked,) = [variables["input"] for variables in store.variables if "input" in variables]
    assert {
        "orderId": f"{ORDER}1",
        "note": "out of stock [orderctl key-2]",
        "notify": True,
        "refundLineItems": [
            {"lineItemId": f"{LINE}11", "quantity": 1, "restockType": "CANCEL", "locationId": f"{LOCATION}101"}
        ],
    } == asked
    assert "Cancel" not in store.asked_for


def test_units_that_are_not_put_back_on_sale(tmp_path):
    store = Store(1)
    cancelled(tmp_path, store, cancellation((11, 1)), cancel={"restock": False, "notify": False})

    (asked,) = [variables["input"] for variables in store.variables if "input" in variables]
    assert ([{"lineItemId": f"{LINE}11", "quantity": 1, "restockType": "NO_RESTOCK"}], False) == (
        asked["refundLineItems"],
        asked["notify"],
    )


def test_the_rest_of_an_order_that_shipped_in_part_can_be_cancelled(tmp_path):
    store = Store(1)
    told(tmp_path, store, package({11: 1}))

    assert ("accepted", "") == cancelled(tmp_path, store, cancellation((11, 1)))
    assert 1 == store.orders[0]["lines"][0]["currentQuantity"]


@pytest.mark.parametrize("reply", [Reply(how="close"), Reply(502)])
def test_a_part_whose_answer_is_lost_is_cancelled_once(tmp_path, reply):
    store = Store(1)
    lost: list[Reply] = [reply]

    def loses(asked: Asked) -> Reply | None:
        if b"refundCreate" not in asked.content or not lost:
            return None
        store.answer(asked)
        return lost.pop()

    with running(tmp_path, store, loses) as (channel, _):
        document = channel.render_cancellations(1, [cancellation((11, 1))])
        assert "absent" == channel.recover(document, "key-2").outcome
        assert "accepted" == channel.deliver(document, "key-2").outcome
        assert "accepted" == channel.deliver(document, "key-2").outcome
        assert "accepted" == channel.recover(document, "key-2").outcome

    assert 1 == store.orders[0]["lines"][0]["currentQuantity"]


def test_units_that_are_gone_there_already_need_no_telling(tmp_path):
    store = Store()
    store.orders = [a_shopify_order(1, a_line(11, 2), a_line(12, 2, currentQuantity=0))]

    assert ("accepted", "") == cancelled(tmp_path, store, cancellation((12, 1)))
    assert "Refund" not in store.asked_for


@pytest.mark.parametrize(
    ("terms", "why"), [({"parts": False}, "`cancel.parts` is off"), ({"refund": True}, "no money goes back by itself")]
)
def test_a_part_that_a_person_has_to_cancel_is_refused_with_what_to_do(tmp_path, terms, why):
    store = Store(1)
    outcome, message = cancelled(tmp_path, store, cancellation((11, 1)), cancel=terms)

    assert "refused" == outcome
    assert "1 units would stay" in message
    assert why in message
    assert not {"Cancel", "Refund"} & set(store.asked_for)


def test_what_the_store_says_against_a_part_is_told(tmp_path):
    store = Store(1)
    store._refundCreate = lambda input: refusal("Quantity cannot refund more items than were purchased")  # type: ignore[method-assign] # noqa: A006, ARG005
    outcome, message = cancelled(tmp_path, store, cancellation((11, 1)))

    assert "refused" == outcome
    assert "cannot refund more items" in message


def test_an_order_that_is_cancelled_already_is_done(tmp_path):
    store = Store(1)
    store.orders[0]["cancelledAt"] = at(50)
    with running(tmp_path, store) as (channel, _):
        document = channel.render_cancellations(1, [cancellation()])
        assert "accepted" == channel.deliver(document, "key-2").outcome
        assert "accepted" == channel.recover(document, "key-2").outcome
    assert "Cancel" not in store.asked_for


def test_an_order_that_shipped_is_not_cancelled(tmp_path):
    store = Store(1)
    told(tmp_path, store, package({11: 2}))
    outcome, message = cancelled(tmp_path, store, cancellation())

    assert "refused" == outcome
    assert "Cannot cancel an order that has outstanding fulfillments" in message


def test_a_cancellation_that_takes_long_is_uncertain_until_it_is_read_back(tmp_path):
    store = Store(1)
    store.stuck = 7
    with running(tmp_path, store) as (channel, _):
        document = channel.render_cancellations(1, [cancellation()])
        assert "uncertain" == channel.deliver(document, "key-2").outcome
        assert "absent" == channel.recover(document, "key-2").outcome
        store.stuck = 0
        store._job("gid://shopify/Job/1")
        assert "accepted" == channel.recover(document, "key-2").outcome
