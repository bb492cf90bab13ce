"""A location that does not say that it has the work: told once, or given up for another one, as it is configured."""

from __future__ import annotations

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import views
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

FRIDAY, NEXT_DAY, MONDAY = "2026-11-20T15:00:00Z", "2026-11-21T15:00:00Z", "2026-11-23T15:00:00Z"
WAITING = CHANNELS.replace('in/acme/*.csv" }', 'in/acme/*.csv", acknowledge_within = "24h" }').replace(
    "[location.acme]\n", '[location.acme]\ncontact = "maria@acme.example"\n'
)
GIVING_UP = WAITING.replace("[location.acme]\n", '[location.acme]\non_no_ack = "failover"\n')


def asked_of_acme(tmp_path, channels: str, **stock: int) -> Shop:
    """The supplier got a ring to send on Friday."""
    shop = a_shop(tmp_path, channels)
    shop.stock(east=stock)
    shop.orders("web", an_order_row("1", "RING-1"))
    shop.run(at=FRIDAY)
    return shop


def told(shop: Shop) -> list[tuple[str, str]]:
    return [(one["code"], one["subject"]) for one in shop.ask(views.exceptions_list)]


def story(shop: Shop) -> list[tuple[str, str]]:
    return [(one["location"], one["state"]) for one in shop.ask(views.order_show, "web/1")["shipments"]]


def test_silence_is_told_once_and_names_whom_to_ask(tmp_path):
    shop = asked_of_acme(tmp_path, WAITING)

    assert Exit.ATTENTION == shop.run(at=MONDAY)[0]
    assert Exit.OK == shop.run(at=MONDAY)[0]

    (waits,) = shop.ask(views.exceptions_list)
    assert ("not_acknowledged", "WEB-1-1") == (waits["code"], waits["subject"])
    assert "acme has not acknowledged WEB-1-1 within 1 d; ask maria@acme.example" == waits["message"]


def test_only_the_locations_own_working_days_count(tmp_path):
    shop = asked_of_acme(tmp_path, WAITING)

    assert Exit.OK == shop.run(at=NEXT_DAY)[0]
    assert [] == told(shop)


@pytest.mark.parametrize("answer", ["acknowledged,,,,,", "shipped,,,UPS,1Z1,", "rejected,,,,,no gold"])
def test_any_answer_ends_it(tmp_path, answer):
    shop = asked_of_acme(tmp_path, WAITING)
    shop.run(at=MONDAY)

    shop.answers("acme", "a", f"WEB-1-1,{answer}")
    shop.run(at=MONDAY)

    assert "not_acknowledged" not in [code for code, _ in told(shop)]


def test_silence_counts_as_a_rejection_where_it_is_configured(tmp_path):
    shop = asked_of_acme(tmp_path, GIVING_UP, **{"RING-1": 5})

    shop.run(at=MONDAY)

    assert [("acme", "rejected"), ("east", "dispatched")] == story(shop)
    assert [] == told(shop)
    assert story(shop) == (shop.run(at=MONDAY), story(shop))[1]


def test_goods_that_no_other_location_has_stay_with_the_silent_one(tmp_path):
    shop = asked_of_acme(tmp_path, GIVING_UP)

    shop.run(at=MONDAY)

    assert [("acme", "dispatched")] == story(shop)
    assert [("not_acknowledged", "WEB-1-1")] == told(shop)


def test_a_location_that_was_given_up_and_ships_all_the_same_is_told(tmp_path):
    shop = asked_of_acme(tmp_path, GIVING_UP, **{"RING-1": 5})
    shop.run(at=MONDAY)

    shop.answers("acme", "a", "WEB-1-1,shipped,,,UPS,1Z1,")
    shop.run(at=MONDAY)

    assert [("shipped_after_rejection", "WEB-1-1")] == told(shop)
