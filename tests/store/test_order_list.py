from __future__ import annotations

import pytest

from orderctl.core.confirmations import Confirmation
from orderctl.core.order_filters import NOBODY, OrderFilter
from orderctl.core.plans import Hold
from orderctl.store import exceptions, holds, order_conditions, order_list, order_marks
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import NOW_STAMP, answer, from_location, hand_over, put_stock, save, ship_from, stamp


@pytest.fixture
def three(db):
    """1042 ships from the east; 2 is held twice, somebody's and tagged; 3 is another channel's, with an exception."""
    put_stock(db, mug=9)
    first, held = save(
        db,
        an_order(a_line("MUG", 3), tags=("Gift wrap",)),
        an_order(a_line("TEE"), number="2", channel_order_id="2", placed_at="2026-11-20T11:00:00Z"),
    )
    (third,) = save(
        db,
        an_order(a_line("MUG-2"), channel="market", number="3", placed_at="2026-11-18T10:00:00Z"),
        short="MKT",
    )
    ship_from(db, first, from_location(mug=3))
    with transaction(db, "hold"):
        for reason in ("call, then ship", "fraud"):
            holds.place(db, NOW_STAMP, held, Hold(reason), by_hand=True)
        order_marks.add_tags(db, NOW_STAMP, held, ["VIP", "vip", "late"])
        order_marks.assign(db, NOW_STAMP, held, "maria")
        exceptions.raise_all(db, NOW_STAMP, [Trouble("unknown_sku", "MKT-3", "m", third)])
    return first, held, third


def taken(db, **which) -> list[str]:
    return [row["number"] for row in order_list.listed(db, OrderFilter(**which))]


def test_orders_are_listed_newest_first_with_where_they_are_and_why_they_wait(db, three):
    listed = order_list.listed(db, OrderFilter())

    assert ["WEB-2", "WEB-1042", "MKT-3"] == [row["order"] for row in listed]
    assert [([], ["call, then ship", "fraud"]), (["east"], []), ([], [])] == [
        (row["locations"], row["holds"]) for row in listed
    ]
    assert ["10.00", "30.00", "10.00"] == [row["total"] for row in listed]
    assert ["WEB-2"] == [row["order"] for row in order_list.listed(db, OrderFilter(), limit=1)]


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        ({"channels": ("market",)}, ["3"]),
        ({"channels": ("market", "web")}, ["2", "1042", "3"]),
        ({"states": ("new",)}, ["2", "3"]),  # nobody has derived the state of the held one yet
        ({"locations": ("east",)}, ["1042"]),
        ({"tags": ("gift WRAP",)}, ["1042"]),
        ({"tags": ("gift-wrap",)}, []),
        ({"tags": ("vip", "gift wrap")}, ["2", "1042"]),
        ({"skus": ("MUG",)}, ["1042"]),
        ({"skus": ("mug",)}, []),
        ({"codes": ("unknown_sku",)}, ["3"]),
        ({"holds": ("fraud",)}, ["2"]),
        ({"assigned": ("maria",)}, ["2"]),
        ({"assigned": (NOBODY,)}, ["1042", "3"]),
        ({"emails": ("ana@example.com",), "channels": ("market",)}, ["3"]),
        ({"placed_from": "2026-11-20T10:00:00Z"}, ["2", "1042"]),
        ({"placed_before": "2026-11-20T10:00:00Z"}, ["3"]),
        ({"placed_from": "2026-11-20T10:00:00Z", "placed_before": "2026-11-20T11:00:00Z"}, ["1042"]),
        ({"tags": ("vip",), "skus": ("MUG",)}, []),
    ],
)
@pytest.mark.parametrize("many", [0, 1, order_conditions.MANY])
def test_a_filter_takes_what_meets_all_that_it_says_whether_that_is_few_or_many(
    db, three, monkeypatch, which, numbers, many
):
    monkeypatch.setattr(order_conditions, "MANY", many)
    assert numbers == taken(db, **which)
    assert numbers[::-1] == [row["number"] for row in order_list.listed(db, OrderFilter(**which), falling=False)]
    assert len(numbers) == len(order_list.matching(db, OrderFilter(**which)))


def test_every_column_can_be_asked_for_alone(db, three):
    for name in order_list.COLUMNS:
        assert [{name}] * 3 == [set(row) for row in order_list.listed(db, OrderFilter(), columns=[name])]
    (row,) = order_list.listed(
        db, OrderFilter(tags=("vip",)), columns=("name", "units", "skus", "tags", "assigned", "exceptions")
    )
    assert ("Ana Diaz", 1, ["TEE"], ["VIP", "late"], "maria", []) == tuple(row.values())


def test_every_column_of_one_value_can_be_sorted_by_in_both_directions(db, three):
    for name in order_list.SORTABLE:
        up, down = (
            [row["order"] for row in order_list.listed(db, OrderFilter(), sort=name, falling=falling)]
            for falling in (False, True)
        )
        assert up == down[::-1]
    assert ["30.00", "10.00", "10.00"] == [
        row["total"] for row in order_list.listed(db, OrderFilter(), sort="total", falling=True)
    ]


def test_a_location_that_rejected_an_order_is_not_where_it_is(db, three):
    hand_over(db)
    answer(db, Confirmation("rejected", "WEB-1042-1"), at=stamp(1))

    assert [] == taken(db, locations=("east",))


def test_an_address_is_known_in_whatever_case(db, three):
    assert ["ana@example.com"] == order_list.emails_like(db, "ANA@Example.com")
    assert [] == order_list.emails_like(db, "anaexample.com")
