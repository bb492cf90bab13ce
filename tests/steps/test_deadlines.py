"""Orders that cannot leave in time are told, and no longer told once they have left or have more time."""

from __future__ import annotations

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import locations, views
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

MORNING, EVENING, MONDAY = "2026-11-20T14:00:00Z", "2026-11-20T21:00:00Z", "2026-11-23T15:00:00Z"
CUTOFF = CHANNELS.replace("[location.east]\n", '[location.east]\ncutoff = "15:00"\n').replace(
    "[location.west]\n", '[location.west]\ncutoff = "15:00"\n'
)


@pytest.fixture
def shop(tmp_path):
    return a_shop(tmp_path, CUTOFF.replace('stock = "unlimited"\n', 'stock = "unlimited"\nlead_time = "9 d"\n'))


def row(number: str = "1", *skus: str, **changes: object) -> dict[str, object]:
    return an_order_row(number, *skus, ship_by="2026-11-21T04:00:00Z", **changes)


def at_risk(shop: Shop) -> list[str]:
    listed = [one["order"] for one in shop.ask(views.orders_list, {"exception": ["sla_at_risk"]})]
    waiting = [one["subject"] for one in shop.ask(views.exceptions_list) if one["code"] == "sla_at_risk"]
    assert sorted(waiting) == sorted(listed)
    return listed


def without_tracking(shop: Shop) -> list[str]:
    return [one["subject"] for one in shop.ask(views.exceptions_list) if one["code"] == "tracking_late"]


def test_an_order_in_time_is_at_no_risk(shop):
    shop.orders("web", row())

    assert Exit.OK == shop.run(at=MORNING)[0]
    assert [] == at_risk(shop)


def test_an_order_that_comes_after_the_cut_off_is_told_once(shop):
    shop.orders("web", row())

    code, reports = shop.run(at=EVENING)
    assert Exit.ATTENTION == code
    (problem,) = reports[3].problems
    assert ("sla_at_risk", "WEB-1") == (problem.code, problem.subject)
    assert (["WEB-1"], Exit.OK) == (at_risk(shop), shop.run(at=EVENING)[0])


def test_it_closes_itself_when_the_order_has_left(shop):
    shop.orders("web", row())
    shop.run(at=EVENING)
    shop.answers("east", "a", "WEB-1-1,shipped,,,UPS,1Z,")

    shop.run(at=MONDAY)

    assert [] == at_risk(shop)


def test_it_closes_itself_when_the_order_has_more_time(shop):
    shop.orders("web", row())
    shop.run(at=EVENING)
    shop.orders("web-2", row() | {"ship_by": "2026-11-24T04:00:00Z", "updated_at": EVENING})

    shop.run(at=EVENING)

    assert [] == at_risk(shop)


def test_it_closes_itself_when_the_order_is_cancelled(shop):
    shop.orders("web", row("1", "MUG*99"))
    shop.run(at=EVENING)
    assert ["WEB-1"] == at_risk(shop)
    shop.orders("web-2", row("1", "MUG*99") | {"cancelled_at": EVENING, "updated_at": EVENING})

    shop.run(at=EVENING)

    assert [] == at_risk(shop)


def test_an_order_in_a_location_s_hand_is_late_when_its_time_is_over(shop):
    shop.orders("web", row())
    shop.run(at=MORNING)

    shop.run(at="2026-11-21T03:59:00Z")
    assert [] == at_risk(shop)
    shop.run(at="2026-11-21T04:01:00Z")
    assert ["WEB-1"] == at_risk(shop)


def test_a_backorder_is_late_only_when_nobody_could_send_it_any_more(shop):
    shop.orders("web", row("1", "LAMP*9"))

    shop.run(at=MORNING)
    assert [] == at_risk(shop)
    shop.run(at=EVENING)
    assert ["WEB-1"] == at_risk(shop)


def test_a_pause_is_no_excuse(shop):
    shop.orders("web", row())
    with shop.context() as ctx:
        for name in ("east", "west"):
            locations.location_pause(ctx, name, "flood")

    shop.run(at=MORNING)

    assert ["WEB-1"] == at_risk(shop)


def test_watched_orders_and_those_without_a_deadline_are_left_alone(shop):
    shop.write("channels.toml", shop.config.read_text().replace("live_from = 2026-11-01T00:00:00Z\n", "", 1))
    shop.orders("web", row())
    shop.orders("market", an_order_row("2"))

    shop.run(at=MONDAY)

    assert [] == at_risk(shop)


def test_a_location_that_is_silent_for_longer_than_it_may_is_told(tmp_path):
    shop = a_shop(tmp_path, CHANNELS.replace('"in/east/*.csv" }', '"in/east/*.csv", ship_within = "2 d" }'))
    shop.orders("web", an_order_row("1"))
    shop.run(at=MORNING)
    shop.run(at="2026-11-24T13:59:00Z")
    assert [] == without_tracking(shop)

    _, reports = shop.run(at="2026-11-24T14:00:00Z")

    told = "east has WEB-1-1 since 2026-11-20T14:00:00Z, longer than 2 d, and has not said by what it travels"
    assert [told] == [problem.message for report in reports for problem in report.problems]
    assert ["WEB-1-1"] == without_tracking(shop)
    shop.answers("east", "a", "WEB-1-1,shipped,,,UPS,1Z,")
    shop.run(at=MONDAY)
    assert [] == without_tracking(shop)
