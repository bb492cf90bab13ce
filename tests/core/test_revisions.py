from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.orders import Address, Customer, Order
from orderctl.core.revisions import (
    LineChange,
    line_changes,
    never_emptier,
    other_address,
    same_wish,
    taken_in_shop,
    to_ship,
    wanted,
)
from orderctl.core.states import LineCounters
from tests.builders import NEW_YORK, a_line, an_order


def wish(quantity: int, **changes: str) -> Order:
    return an_order(a_line("MUG", quantity), **changes)


def change(was: int, now: int, counters: LineCounters) -> tuple[int, int, int]:
    """Units added, cancelled and called back when the channel's quantity changes."""
    (only,) = line_changes(wish(was), wish(now), {"mug": counters})
    return only.added, only.cancelled, only.callback


def test_more_units_are_added_and_fewer_are_cancelled_where_they_wait():
    assert (2, 0, 0) == change(3, 5, LineCounters(3, open=3))
    assert (0, 2, 0) == change(3, 1, LineCounters(3, open=1, backordered=2))
    assert (0, 0, 0) == change(3, 3, LineCounters(3, open=3))


def test_units_in_a_location_s_hand_are_called_back_after_those_that_wait():
    assert (0, 1, 1) == change(3, 1, LineCounters(3, open=1, dispatched=2))
    assert (0, 0, 2) == change(3, 1, LineCounters(3, open=0, planned=3))  # a batch that may have arrived
    assert (0, 0, 0) == change(3, 1, LineCounters(3, open=0, shipped=3))


def test_what_was_cancelled_here_already_is_not_cancelled_once_more():
    """A person cancelled one of three and told the channel, which now says two."""
    assert (0, 0, 0) == change(3, 2, LineCounters(3, open=2, cancelled=1))
    assert (0, 1, 0) == change(3, 1, LineCounters(3, open=2, cancelled=1))
    assert (0, 0, 0) == change(3, 2, LineCounters(3, open=0, dispatched=3, called_back=1))


def test_what_was_cancelled_here_stays_cancelled_when_the_channel_changes_something_else():
    assert (0, 0, 0) == change(3, 3, LineCounters(3, open=2, cancelled=1))


def test_what_left_although_it_was_cancelled_is_not_sent_once_more_when_it_is_wanted_again():
    assert (0, 0, 0) == change(0, 1, LineCounters(1, open=0, shipped=1))
    assert (1, 0, 0) == change(0, 2, LineCounters(1, open=0, shipped=1))


def test_a_cancelled_order_wants_nothing_and_one_that_is_revived_wants_all():
    cancelled = wish(3, cancelled_at="2026-11-20T11:00:00Z")
    assert 0 == wanted(cancelled, cancelled.lines[0])

    (gone,) = line_changes(wish(3), cancelled, {"mug": LineCounters(3, open=3)})
    (back,) = line_changes(cancelled, wish(3), {"mug": LineCounters(3, open=0, cancelled=3)})

    assert (3, 3) == (gone.cancelled, back.added)


def test_a_line_that_is_gone_is_cancelled_and_a_new_one_comes_after_the_others():
    tee = a_line("TEE")

    changes = line_changes(an_order(a_line("MUG", 2)), an_order(tee), {"mug": LineCounters(2, open=2)})

    assert (LineChange("tee", tee, added=1), LineChange("mug", None, cancelled=2)) == changes


@given(
    st.integers(0, 9),
    st.integers(0, 9),
    st.lists(st.integers(0, 9), min_size=5, max_size=5),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_no_change_takes_more_than_there_is_and_none_leaves_more_waiting_than_wanted(was, now, spread, gone, back):
    open_units, planned, backordered, dispatched, shipped = spread
    ordered = sum(spread) + gone
    back = min(back, planned + dispatched)
    counters = LineCounters(ordered, open_units, planned, backordered, dispatched, shipped, gone, called_back=back)

    added, cancelled, callback = change(was, now, counters)

    assert 0 <= cancelled <= open_units + backordered
    assert 0 <= callback <= planned + dispatched - back
    alive = ordered - gone - back + added - cancelled - callback
    if now < was and alive > max(now, shipped):
        assert alive - now == ordered - gone - back - min(was, ordered - gone - back)


@pytest.mark.parametrize(
    ("ours", "line", "order"),
    [
        (True, {}, {}),
        (False, {"requires_shipping": False}, {}),
        (False, {"fulfilled_by": "channel"}, {}),
        (False, {}, {"fulfilled_by": "channel"}),
        (False, {}, {"source": "pos", "ship_to": None}),
        (True, {}, {"source": "pos"}),
    ],
)
def test_a_line_is_ours_to_ship_when_it_is_physical_and_nobody_else_hands_it_over(ours, line, order):
    whole = an_order(a_line(**line), **order)

    assert ours == to_ship(whole, whole.lines[0])


def test_goods_sold_at_a_till_without_an_address_went_with_the_customer():
    assert taken_in_shop(an_order(source="pos", ship_to=None))
    assert not taken_in_shop(an_order(ship_to=None))


def test_a_version_that_differs_only_in_its_time_is_the_same_wish():
    order = an_order()

    assert same_wish(order, replace(order, updated_at="2026-11-21T00:00:00Z"))
    assert not same_wish(order, replace(order, note="ring"))


def test_goods_go_somewhere_else_only_when_the_delivery_address_changes():
    assert other_address(an_order(), an_order(ship_to=replace(NEW_YORK, city="Albany")))
    assert not other_address(an_order(), an_order(bill_to=Address(name="Bo")))


CUT = Address(city="New York", region="NY", postcode="10001", country="US")
KNOWN = Customer(id="7", name="Ana Diaz", email="ana@example.com", phone="555")


def test_what_a_channel_forgets_of_a_person_is_kept():
    old = an_order(ship_to=NEW_YORK, customer=KNOWN)

    assert old == never_emptier(old, replace(old, ship_to=CUT, customer=Customer(id="7")))
    assert old == never_emptier(old, replace(old, ship_to=None, customer=Customer()))


def test_another_address_or_another_customer_is_taken_as_it_is():
    old = an_order(ship_to=replace(NEW_YORK, line2="Apt 4"), customer=KNOWN)
    for change in (
        {"ship_to": NEW_YORK},
        {"ship_to": replace(CUT, postcode="97201")},
        {"customer": Customer(id="8")},
        {"customer": Customer(id="7", email="new@example.com")},
    ):
        new = replace(old, **change)
        assert new is never_emptier(old, new)


def test_who_sent_what_has_left_makes_no_difference():
    mug, lamp = a_line("MUG"), a_line("LAMP")
    old = an_order(mug, lamp)
    echo = replace(old, lines=(replace(mug, fulfilled_by="channel"), lamp), updated_at="2026-11-21T10:00:00Z")

    assert same_wish(old, echo, {"mug"})
    assert not same_wish(old, echo)
    assert not same_wish(old, replace(echo, lines=(replace(mug, quantity=2), lamp)), {"mug"})
    assert same_wish(old, replace(old, fulfilled_by="channel"), {"mug", "lamp"})
    assert not same_wish(old, replace(old, fulfilled_by="channel"), {"mug"})
