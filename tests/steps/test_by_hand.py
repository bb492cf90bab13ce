"""What a person decides about an order beats the rules, and is kept until they or the customer change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orderctl.core.errors import UsageError
from orderctl.steps import by_hand, run, stock_by_hand, views
from orderctl.steps.report import Report
from tests.shop import Shop, a_shop, an_order_row


@pytest.fixture
def shop(tmp_path):
    return a_shop(tmp_path / "shop")


def do(shop: Shop, action: Callable[..., Report], *arguments: Any, **options: Any) -> Report:
    with shop.context(actor="maria") as ctx:
        return action(ctx, *arguments, **options)


def pass_without_hand_over(shop: Shop) -> None:
    with shop.context() as ctx:
        run.run(ctx, skip=("dispatch",))


def shown(shop: Shop, name: str) -> Any:
    return shop.ask(views.order_show, name)


def parts(shop: Shop, name: str) -> list[tuple[str, str]]:
    return [(one["location"], one["state"]) for one in shown(shop, name)["shipments"]]


def test_a_hold_stops_what_is_planned_and_keeps_what_it_reserved(shop):
    shop.orders("web", an_order_row("1"))
    pass_without_hand_over(shop)

    do(shop, by_hand.hold, "1", "call the customer")
    shop.run()

    assert "held" == shown(shop, "1")["state"]
    assert [("east", "planned")] == parts(shop, "1")
    assert {} == shop.files()


def test_a_hold_by_hand_outlasts_every_pass_until_it_is_released(shop):
    shop.orders("web", an_order_row("1", "TEE*9"))
    pass_without_hand_over(shop)
    do(shop, by_hand.hold, "1", "call the customer")
    with shop.context() as ctx:
        stock_by_hand.adjust(ctx, "TEE", "east", 10, "received")
    shop.run()
    assert "held" == shown(shop, "1")["state"]

    do(shop, by_hand.release, "1", ["call the customer"], "called")
    shop.run()

    assert "dispatched" == shown(shop, "1")["state"]


def test_a_hold_that_a_person_released_is_not_placed_again_until_the_order_changes(shop):
    shop.orders("web", an_order_row("1", "LAMP", total="600.00", shipping_price="580.00"))
    shop.run()
    assert ["fraud"] == [hold["reason"] for hold in shown(shop, "1")["holds"]]
    do(shop, by_hand.release, "1")
    shop.run()
    assert "dispatched" == shown(shop, "1")["state"]

    shop.orders(
        "web2",
        an_order_row("1", "LAMP", "MUG", total="700.00", shipping_price="660.00", updated_at="2026-11-20T12:00:00Z"),
    )
    shop.run()

    assert ["fraud"] == [hold["reason"] for hold in shown(shop, "1")["holds"]]


def test_releasing_a_hold_that_does_not_stand_names_those_that_do(shop):
    shop.orders("web", an_order_row("1", "MUG*30"))
    shop.run()

    with pytest.raises(UsageError, match="no hold 'address'; open holds: fraud"):
        do(shop, by_hand.release, "1", ["address"])


def test_a_person_sends_an_order_where_the_rules_would_not(shop):
    shop.orders("web", an_order_row("1", "MUG*2", "TEE"))
    pass_without_hand_over(shop)
    assert [("east", "planned")] == parts(shop, "1")

    do(shop, by_hand.route_to, "1", "west", {"mug": 1}, "", "the customer fetches it there")
    shop.run()

    assert [("east", "cancelled"), ("west", "dispatched"), ("east", "dispatched")] == parts(shop, "1")
    assert [1] == [line["quantity"] for line in shown(shop, "1")["shipments"][1]["lines"]]


def test_what_the_location_does_not_have_is_left_to_the_rules_and_told(shop):
    shop.orders("web", an_order_row("1", "TEE"))
    pass_without_hand_over(shop)

    report = do(shop, by_hand.route_to, "1", "west", {}, "", "closer")

    assert {"put aside": 1} == report.counts
    assert ["given_short"] == [one["code"] for one in shown(shop, "1")["exceptions"]]
    shop.run()
    assert ("east", "dispatched") in parts(shop, "1")


def test_a_held_order_is_not_routed_by_hand(shop):
    shop.orders("web", an_order_row("1", "MUG*30"))
    shop.run()

    with pytest.raises(UsageError, match="held \\(fraud\\)"):
        do(shop, by_hand.route_to, "1", "east", {}, "", "now")


def test_rerouting_takes_the_plan_back_and_asks_the_rules_again(shop):
    shop.orders("web", an_order_row("1", "MUG"))
    pass_without_hand_over(shop)
    do(shop, by_hand.route_to, "1", "west", {}, "", "closer")

    do(shop, by_hand.reroute, "1")

    assert [("east", "cancelled"), ("west", "cancelled"), ("east", "planned")] == parts(shop, "1")


def test_cancelled_units_never_come_back_and_the_channel_is_to_be_told(shop):
    shop.orders("web", an_order_row("1", "TEE*9"))
    shop.run()
    do(shop, by_hand.cancel, "1", {"tee": 4}, "too many")
    assert ["cancel_not_pushed"] == [one["code"] for one in shown(shop, "1")["exceptions"]]
    shop.run()

    shop.orders("web2", an_order_row("1", "TEE*9", note="hurry", updated_at="2026-11-20T12:00:00Z"))
    shop.run()

    counters = shown(shop, "1")["lines"][0]["counters"]
    assert (9, 4, 0, 5) == (counters["ordered"], counters["cancelled"], counters["open"], counters["dispatched"])


def test_an_edit_stays_over_what_the_channel_says_and_a_change_of_the_same_field_is_a_conflict(shop):
    shop.orders("web", an_order_row("1", "TEE*9", note="ring"))
    shop.run()
    do(shop, by_hand.edit, "1", {"ship_to.city": "Albany", "note": "knock"}, "typo")

    shop.orders("web2", an_order_row("1", "TEE*9", note="shout", updated_at="2026-11-20T12:00:00Z"))
    shop.run()

    order = shown(shop, "1")
    assert ("Albany", "knock") == (order["ship_to"]["city"], order["note"])
    assert [("edit_conflict", "WEB-1 note")] == [(one["code"], one["subject"]) for one in order["exceptions"]]


def test_a_field_that_cannot_be_changed_is_refused_with_the_one_that_was_meant(shop):
    shop.orders("web", an_order_row("1"))
    shop.run()

    with pytest.raises(UsageError, match=r"did you mean 'ship_to\.city'"):
        do(shop, by_hand.edit, "1", {"ship_to.citty": "Albany"}, "typo")


def test_a_note_stands_on_the_history_with_who_wrote_it(shop):
    shop.orders("web", an_order_row("1"))
    shop.run()

    do(shop, by_hand.note, "1", "called, is fine")

    last = shown(shop, "1")["history"][-1]
    assert ("maria", "note", "called, is fine") == (last["actor"], last["kind"], last["detail"])


def test_an_order_nobody_knows_is_said_to_be_unknown(shop):
    shop.run()

    with pytest.raises(UsageError, match="there is no order '77'"):
        do(shop, by_hand.reroute, "77")
