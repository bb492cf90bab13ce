from __future__ import annotations

from orderctl.core.stock import Sku
from tests.builders import NOW, an_order
from tests.rules.deciding import (
    ANYWHERE,
    EAST,
    NORTH,
    TWO,
    WEST,
    at,
    cancelled,
    codes,
    decided,
    reasons,
    shipped,
    some_places,
    waiting,
)


def test_an_order_that_no_rule_takes_is_held_as_unrouted_and_nothing_is_reserved():
    rules = '[[location]]\nname = "mugs"\nwhen.line.sku = "MUG"\nthen.ship_from = ["east"]'

    plan = decided(rules, TWO, {"east": {"MUG": 9, "LAMP": 9}})

    assert ["unrouted"] == reasons(plan)
    assert ((), (), ()) == (plan.shipments, plan.backorders, plan.rules)


NEXT = """
[[location]]
name = "one"
then.ship_from = ["west"]
then.if_short = "next_rule"

[[location]]
name = "two"
then.ship_from = ["east"]
"""


def test_next_rule_sends_every_line_of_the_group_on():
    plan = decided(NEXT, TWO, {"west": {"MUG": 2}, "east": {"MUG": 2, "LAMP": 1}})

    assert {"east": {"MUG": 2, "LAMP": 1}} == shipped(plan)
    assert ("location/two",) == plan.rules


def test_lines_that_were_sent_on_join_the_group_of_their_next_rule():
    rules = NEXT.replace('name = "one"', 'name = "one"\nwhen.line.sku = "LAMP"')

    plan = decided(rules, TWO, {"east": {"MUG": 2, "LAMP": 1}})

    assert [("east", ["mug", "lamp"])] == [
        (shipment.location, [line.line_id for line in shipment.lines]) for shipment in plan.shipments
    ]


def test_an_order_sent_past_the_last_rule_is_unrouted_and_gives_back_what_it_had():
    rules = NEXT.replace('["east"]', '["east"]\nthen.if_short = "next_rule"').replace(
        'name = "one"', 'name = "one"\nwhen.line.sku = "MUG"'
    )

    plan = decided(rules, TWO, {"west": {"MUG": 2}})

    assert ["unrouted"] == reasons(plan)
    assert ((), ()) == (plan.shipments, plan.rules)


def test_a_backorder_that_ships_what_is_there_keeps_the_plan_that_covers_most():
    rules = ANYWHERE + 'then.if_short = "backorder"\nthen.backorder.ship_available_now = true'

    plan = decided(rules, TWO, {"east": {"LAMP": 1}, "west": {"MUG": 2}})

    assert {"west": {"MUG": 2}} == shipped(plan)
    assert {"LAMP": 1} == waiting(plan)
    assert [] == codes(plan)


def test_a_backorder_otherwise_reserves_nothing():
    plan = decided(ANYWHERE + 'then.if_short = "backorder"', TWO, {"east": {"MUG": 2}})

    assert {} == shipped(plan)
    assert {"MUG": 2, "LAMP": 1} == waiting(plan)


def test_an_exception_is_a_backorder_that_a_person_is_told_of():
    plan = decided(ANYWHERE, TWO, {"east": {"MUG": 2}})

    assert {"MUG": 2, "LAMP": 1} == waiting(plan)
    assert [("short_stock", "lamp", "location/anywhere")] == [
        (problem.code, problem.line_id, problem.rule) for problem in plan.problems
    ]


def test_a_hold_for_stock_holds_the_whole_order():
    rules = (
        '[[location]]\nname = "lamps"\nwhen.line.sku = "LAMP"\nthen.ship_from = ["east"]\n'
        + ANYWHERE
        + 'then.if_short = "hold:stock"'
    )

    plan = decided(rules, TWO, {"east": {"LAMP": 1}})

    assert [("stock", "location/anywhere")] == [(hold.reason, hold.rule) for hold in plan.holds]
    assert ((), (), ()) == (plan.shipments, plan.backorders, plan.problems)
    assert ("location/anywhere",) == plan.rules


def test_cancel_cancels_the_short_units_and_ships_the_rest():
    plan = decided(ANYWHERE + 'then.if_short = "cancel"', TWO, {"east": {"MUG": 2}})

    assert ({"east": {"MUG": 2}}, {"LAMP": 1}) == (shipped(plan), cancelled(plan))
    assert () == plan.backorders


def test_a_backorder_says_when_stock_is_expected():
    rules = ANYWHERE + 'then.if_short = "backorder"'
    ordered = decided(rules, an_order(), {}, incoming={"MUG": ((10, "2026-12-01T00:00:00Z"),)})
    made = decided(rules, an_order(), {}, some_places(at(EAST, lead_time_s=86400), WEST, NORTH))

    assert ["2026-12-01T00:00:00Z"] == [backorder.expected_at for backorder in ordered.backorders]
    assert ["2026-11-21T15:00:00Z"] == [backorder.expected_at for backorder in made.backorders]
    assert [""] == [backorder.expected_at for backorder in decided(rules, an_order(), {}).backorders]


WAIT = ANYWHERE + 'then.if_short = "backorder"\nthen.backorder.max_wait = "14d"\n'
OLD = "2026-11-06T15:00:00Z"


def test_a_backorder_waits_as_long_as_the_rule_lets_it_from_when_it_began():
    (new,) = decided(WAIT, an_order(), {}).backorders
    (begun,) = decided(WAIT, an_order(), {}, backordered_at={"mug": "2026-11-10T15:00:00Z"}).backorders

    assert ("2026-12-04T15:00:00Z", "exception") == (new.wait_until, new.after_wait)
    assert "2026-11-24T15:00:00Z" == begun.wait_until


def test_a_backorder_whose_wait_is_over_goes_to_a_person_and_is_not_woken_again():
    plan = decided(WAIT, an_order(), {}, backordered_at={"mug": OLD})

    assert ({"MUG": 1}, ["backorder_expired"]) == (waiting(plan), codes(plan))
    assert [""] == [backorder.wait_until for backorder in plan.backorders]


def test_a_backorder_whose_wait_is_over_is_cancelled_and_what_is_there_ships():
    rules = WAIT + 'then.backorder.after_wait = "cancel"'

    plan = decided(rules, TWO, {"east": {"MUG": 2}}, backordered_at={"mug": OLD, "lamp": OLD})

    assert ({"east": {"MUG": 2}}, {"LAMP": 1}, {}) == (shipped(plan), cancelled(plan), waiting(plan))


def test_the_end_of_one_lines_wait_does_not_cancel_another_that_still_waits():
    rules = WAIT + 'then.backorder.after_wait = "cancel"'

    plan = decided(rules, TWO, {}, backordered_at={"mug": OLD, "lamp": NOW})

    assert ({"MUG": 2}, {"LAMP": 1}) == (cancelled(plan), waiting(plan))


def test_a_preorder_waits_without_an_exception():
    skus = {"MUG": Sku("MUG", weight_g=1, preorder=True)}

    plan = decided(ANYWHERE, an_order(), {}, skus=skus, incoming={"MUG": ((5, "2026-12-24T00:00:00Z"),)})

    assert ({"MUG": 1}, []) == (waiting(plan), codes(plan))
    assert "2026-12-24T00:00:00Z" == plan.backorders[0].expected_at


def test_a_line_without_any_weight_is_a_problem_that_stops_nothing():
    plan = decided(ANYWHERE, an_order(), {"east": {"MUG": 1}}, skus={"MUG": Sku("MUG")})

    assert (["missing_weight"], {"east": {"MUG": 1}}) == (codes(plan), shipped(plan))


def test_a_location_rule_that_only_observes_takes_no_line():
    rules = '[[location]]\nname = "trial"\nmode = "observe"\nthen.ship_from = ["west"]\n' + ANYWHERE

    plan = decided(rules, an_order(), {"east": {"MUG": 1}, "west": {"MUG": 1}})

    assert (["east"], ("location/trial",)) == (list(shipped(plan)), plan.observed)
