from __future__ import annotations

from dataclasses import replace

from orderctl.core.orders import Customer
from tests.builders import NEW_YORK, NOW, a_line, an_order
from tests.rules.deciding import ANYWHERE, codes, decided, reasons, shipped, some_places

STOCK = {"east": {"MUG": 5}}

UNPAID = (
    ANYWHERE
    + """
[[hold]]
name = "unpaid"
when.payment = "pending"
then.hold = "payment"
then.cancel_after = "7d"

[[hold]]
name = "big"
when.total = ">= 5"
then.hold = "big"
then.release_after = "30 min"
then.release_when.payment = "authorized"
then.assign = "maria"
then.note = "{number} of {customer.name} is big"
then.add_tags = ["checked"]
"""
)


def test_every_matching_hold_rule_holds_the_order_and_nothing_past_the_stage_runs():
    plan = decided(UNPAID, an_order(payment="pending"), STOCK)

    assert ["payment", "big"] == reasons(plan)
    assert ("hold/unpaid", "hold/big") == plan.rules
    assert () == plan.shipments


def test_a_hold_says_when_it_ends_counted_from_when_it_began():
    new = decided(UNPAID, an_order(payment="pending"), STOCK)
    old = decided(UNPAID, an_order(payment="pending"), STOCK, holds={"payment": "2026-11-19T15:00:00Z"})

    assert ["2026-11-27T15:00:00Z", ""] == [hold.cancel_at for hold in new.holds]
    assert ["", "2026-11-20T15:30:00Z"] == [hold.release_at for hold in new.holds]
    assert "2026-11-26T15:00:00Z" == old.holds[0].cancel_at


def test_a_hold_rule_tells_assigns_notes_and_tags():
    plan = decided(UNPAID, an_order(), STOCK)

    assert "maria" == plan.assigned
    assert ("1042 of Ana Diaz is big",) == plan.notes
    assert ("checked",) == plan.tags


def test_a_hold_whose_time_is_over_holds_no_longer():
    assert ["big"] == reasons(decided(UNPAID, an_order(), STOCK, holds={"big": "2026-11-20T14:30:01Z"}))
    assert [] == reasons(decided(UNPAID, an_order(), STOCK, holds={"big": "2026-11-20T14:30:00Z"}))


def test_a_hold_whose_release_condition_is_true_does_not_hold():
    plan = decided(UNPAID, an_order(payment="authorized"), STOCK)

    assert [] == reasons(plan)
    assert {"east": {"MUG": 1}} == shipped(plan)
    assert ("location/anywhere",) == plan.rules


def test_a_hold_that_a_person_released_does_not_come_back():
    plan = decided(UNPAID, an_order(), STOCK, released=("big",))

    assert {"east": {"MUG": 1}} == shipped(plan)


def test_a_rejected_order_goes_no_further():
    rules = ANYWHERE + '[[hold]]\nname = "embargo"\nwhen.ship_to.country = "US"\nthen.reject = "we cannot ship there"'

    plan = decided(rules, an_order(), STOCK)

    assert "we cannot ship there" == plan.rejected
    assert () == plan.shipments


def test_an_order_that_is_only_tracked_is_never_routed_nor_held_for_its_address():
    rules = ANYWHERE + '[[hold]]\nname = "fba"\nwhen.channel = "web"\nthen.track_only = true'
    places = some_places()
    rules = rules.replace('when.channel = "web"', 'when.source = "online"')

    plan = decided(rules, an_order(ship_to=None), STOCK, places)

    assert plan.track_only
    assert ((), ()) == (plan.holds, plan.shipments)


def test_a_rule_that_only_observes_changes_nothing():
    rules = ANYWHERE + '[[hold]]\nname = "trial"\nmode = "observe"\nthen.hold = "trial"\nthen.add_tags = ["seen"]'

    plan = decided(rules, an_order(), STOCK)

    assert ("hold/trial",) == plan.observed
    assert ("location/anywhere",) == plan.rules
    assert ((), ()) == (plan.holds, plan.tags)


def test_two_rules_with_one_reason_make_one_hold_that_the_first_explains():
    rules = ANYWHERE + "".join(f'[[hold]]\nname = "{name}"\nthen.hold = "fraud"\n' for name in ("one", "two"))

    plan = decided(rules, an_order(), STOCK)

    assert [("fraud", "hold/one")] == [(hold.reason, hold.rule) for hold in plan.holds]
    assert ("hold/one", "hold/two") == plan.rules


def test_a_physical_order_without_an_address_or_country_is_held_whatever_the_rules_say():
    assert ["no_address"] == reasons(decided(ANYWHERE, an_order(ship_to=None), STOCK))
    assert ["no_address"] == reasons(decided(ANYWHERE, an_order(ship_to=replace(NEW_YORK, country="")), STOCK))
    assert ["no_address"] == reasons(decided(ANYWHERE, an_order(ship_to=None), STOCK, released=("no_address",)))


def test_a_digital_order_needs_no_address_and_gets_no_shipment():
    plan = decided(ANYWHERE, an_order(a_line("EBOOK", requires_shipping=False), ship_to=None), {})

    assert ((), (), ()) == (plan.holds, plan.shipments, plan.problems)


def test_amounts_that_do_not_add_up_hold_the_order_until_a_person_releases_it():
    checked = {"money_mismatch": True}

    assert ["money_mismatch"] == reasons(decided(ANYWHERE, an_order(), STOCK, derived=checked))
    assert [] == reasons(decided(ANYWHERE, an_order(), STOCK, derived=checked, released=("money_mismatch",)))


def test_a_cancelled_order_routes_nothing_and_is_not_held():
    plan = decided(UNPAID, an_order(cancelled_at=NOW), STOCK)

    assert ((), (), ()) == (plan.holds, plan.shipments, plan.rules)


def test_an_unknown_sku_lets_the_whole_order_wait_for_a_person():
    order = an_order(a_line("MUG"), a_line("MUGG"))

    plan = decided(ANYWHERE, order, STOCK, unknown_skus=("MUGG",))

    assert ["unknown_sku"] == codes(plan)
    assert "mugg" == plan.problems[0].line_id
    assert ((), ()) == (plan.shipments, plan.backorders)


def test_an_unknown_sku_that_is_not_ours_to_ship_stops_nothing():
    order = an_order(a_line("MUG"), a_line("GIFTCARD", requires_shipping=False))

    assert {"east": {"MUG": 1}} == shipped(decided(ANYWHERE, order, STOCK, unknown_skus=("GIFTCARD",)))


def test_a_tag_from_the_hold_stage_is_seen_by_later_stages():
    rules = """
[[hold]]
name = "vip"
when.customer.email = "ana@*"
then.add_tags = ["vip"]

[[location]]
name = "vips"
when.tags = "vip"
then.ship_from = ["west"]
"""
    plan = decided(rules, an_order(customer=Customer(email="ana@example.com")), {"west": {"MUG": 1}})

    assert {"west": {"MUG": 1}} == shipped(plan)
    assert ("vip",) == plan.tags
