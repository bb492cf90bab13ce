from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.purchasing import OnOrder, Waiter, arrival, left

SOON, LATER = "2026-12-01T00:00:00Z", "2027-01-15T00:00:00Z"
TWO_DELIVERIES = ((3, SOON), (5, LATER))


def waiter(order_id: int, since: str = "2026-11-01T00:00:00Z") -> Waiter:
    return Waiter(since, since, order_id)


def test_what_is_for_others_is_taken_from_the_earliest_delivery():
    assert ((1, SOON), (5, LATER)) == left(TWO_DELIVERIES, 2)
    assert ((4, LATER),) == left(TWO_DELIVERIES, 4)
    assert () == left(TWO_DELIVERIES, 9)


def test_units_have_come_with_the_delivery_that_brings_the_last_of_them():
    assert [SOON, LATER, None] == [arrival(TWO_DELIVERIES, units) for units in (3, 4, 9)]
    assert "" == arrival(((3, ""),), 1)


def test_a_new_order_has_what_all_who_wait_leave_and_an_old_one_keeps_its_place():
    on_order = OnOrder()
    on_order.add({"MUG": TWO_DELIVERIES}, [("MUG", waiter(1), 2), ("MUG", waiter(2), 4)])

    assert {"MUG": ((2, LATER),)} == on_order.left_for(9, ["MUG", "TEE"])
    assert {"MUG": TWO_DELIVERIES} == on_order.left_for(1, ["MUG"])
    assert {"MUG": ((1, SOON), (5, LATER))} == on_order.left_for(2, ["MUG"])


def test_an_order_that_waits_no_longer_leaves_its_units_to_those_behind_it():
    on_order = OnOrder()
    on_order.add({"MUG": TWO_DELIVERIES}, [("MUG", waiter(1), 2), ("MUG", waiter(2), 4)])
    on_order.wait(waiter(1), {})

    assert {"MUG": TWO_DELIVERIES} == on_order.left_for(2, ["MUG"])


def test_two_lines_of_an_order_wait_together():
    on_order = OnOrder()
    on_order.add({"MUG": TWO_DELIVERIES}, [("MUG", waiter(1), 2), ("MUG", waiter(1), 3)])

    assert {"MUG": ((3, LATER),)} == on_order.left_for(2, ["MUG"])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4), st.integers(0, 3)), max_size=30), st.integers(0, 12))
def test_no_unit_on_order_is_promised_twice(moves: list[tuple[int, int, int]], units: int):
    """Whoever waits, for what and in whichever order that is said: all of them have no more than there is."""
    on_order = OnOrder()
    on_order.add({"MUG": ((units, SOON),)} if units else {}, [])
    wanted: dict[int, int] = {}
    for order_id, since, number in moves:
        on_order.wait(waiter(order_id, f"2026-11-0{since}T00:00:00Z"), {"MUG": number} if number else {})
        wanted[order_id] = number
    rows = {order_id: on_order.left_for(order_id, ["MUG"]).get("MUG", ()) for order_id in wanted}

    kept = [min(number, sum(count for count, _ in rows[order_id])) for order_id, number in wanted.items()]
    assert min(units, sum(wanted.values())) == sum(kept)


def test_goods_that_have_come_go_to_who_waits_longest_and_are_on_order_no_more():
    on_order = OnOrder()
    on_order.add({"MUG": TWO_DELIVERIES}, [("MUG", waiter(1), 2), ("MUG", waiter(2), 4)])

    assert 3 == on_order.arrived("MUG", 3, SOON)
    assert {"MUG": ((2, LATER),)} == on_order.left_for(9, ["MUG"])
    assert 3 == on_order.arrived("MUG", 5, LATER)
    assert {"MUG": ()} == on_order.left_for(9, ["MUG"])
