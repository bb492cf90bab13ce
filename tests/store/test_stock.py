from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderctl.core.plans import Backorder, Hold, Plan, Problem
from orderctl.core.stock import Sku, StockMove
from orderctl.store import oversold, skus, stock
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    COUNTED,
    NOW_STAMP,
    decide,
    from_location,
    levels,
    put_stock,
    rows,
    save,
    ship_from,
    stamp,
    troubles,
)

COUNTS = st.dictionaries(st.sampled_from(["MUG", "TEE", 'a "b" \\u0041:\u00e9\n']), st.integers(0, 9))


def a_move(delta: int, key: str = "k", **changes: str) -> StockMove:
    fields = {"location": "east", "sku": "MUG", "reason": "found", "cause": "test", "actor": "maria"}
    return StockMove(delta=delta, key=key, moved_at=NOW_STAMP.at, **(fields | changes))


def post(db, *moves: StockMove) -> int:
    with transaction(db, "post"):
        return stock.post(db, moves)


def count(db, counted, cause) -> dict[str, int]:
    with transaction(db, "count"):
        return stock.count(db, NOW_STAMP, "east", counted, cause)


def due(db) -> list[str | None]:
    return [row[0] for row in rows(db, "SELECT due_at FROM orders ORDER BY order_id")]


def test_what_is_on_hand_is_the_sum_of_its_moves(db):
    assert 2 == post(db, a_move(5), a_move(-2, "other"))

    assert {"east": (3, 0)} == levels(db)
    assert [(-2, "maria"), (5, "maria")] == [(move["delta"], move["actor"]) for move in stock.history(db, "MUG")]


def test_a_move_that_comes_again_changes_nothing(db):
    post(db, a_move(5))

    assert 0 == post(db, a_move(5), a_move(7))
    assert {"east": (5, 0)} == levels(db)
    assert 0 == post(db)


def test_available_leaves_out_what_is_promised_and_never_goes_below_zero(db):
    put_stock(db, mug=3, tee=1)
    (order,) = save(db, an_order(a_line("MUG", 2), a_line("TEE")))
    ship_from(db, order, from_location(mug=2, tee=1))
    post(db, a_move(-3, "lost", sku="TEE"))

    assert {"east": {"MUG": 1}} == stock.available(db, ["MUG", "TEE", "LAMP"])
    assert [("MUG", 1), ("TEE", 0)] == [(row["sku"], row["available"]) for row in stock.levels(db)]


@given(COUNTS, COUNTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_a_count_brings_the_ledger_to_what_was_counted(db, before, after):
    for counted in (before, after):
        ((moves,),) = rows(db, "SELECT count(*) FROM stock_moves")
        cause = f"feed {moves}"
        had = stock.on_hand(db, "east", counted)
        off = {sku: units - had.get(sku, 0) for sku, units in counted.items() if units != had.get(sku, 0)}

        assert [off, {}] == [count(db, counted, one) for one in (cause, "again")]

        have = stock.on_hand(db, "east", counted)
        assert counted == {sku: have.get(sku, 0) for sku in counted}


def test_the_newest_feed_is_remembered_whatever_comes_after(db):
    assert "" == stock.feed_time(db, "east")
    for counted_at in ("2026-11-20T12:00:00Z", "2026-11-20T11:00:00Z"):
        with transaction(db, "feed"):
            stock.note_feed(db, NOW_STAMP, "east", counted_at)

    assert "2026-11-20T12:00:00Z" == stock.feed_time(db, "east")


@pytest.mark.parametrize(
    ("woken", "plan"),
    [
        (True, Plan(backorders=(Backorder("mug", "MUG", 1, "r"),))),
        (True, Plan(holds=(Hold("unrouted"),))),
        (True, Plan(holds=(Hold("stock"),))),
        (False, Plan(holds=(Hold("fraud"),))),
        (False, Plan(rejected="no")),
    ],
)
def test_stock_that_comes_in_wakes_who_waits_for_it_and_nobody_else(db, woken, plan):
    (order,) = save(db, an_order())
    decide(db, order, plan)
    put_stock(db, "west", stamp(1), lamp=1)
    assert [None] == due(db)

    put_stock(db, "west", stamp(2), mug=1)

    assert [stamp(2).at if woken else None] == due(db)


def test_stock_that_goes_wakes_nobody(db):
    (order,) = save(db, an_order())
    decide(db, order, Plan(backorders=(Backorder("mug", "MUG", 1, "r"),)))
    post(db, a_move(-1))

    assert [None] == due(db)


def test_a_sku_that_becomes_known_wakes_the_orders_that_named_it(db):
    (order, other) = save(db, an_order(), an_order(a_line("TEE"), number="2", channel_order_id="2"))
    for one in (order, other):
        decide(db, one, Plan(problems=(Problem("unknown_sku", "never heard of it"),)))

    with transaction(db, "know"):
        stock.know(db, {"MUG"}, stamp(1).at)
        stock.know(db, {"MUG"}, stamp(2).at)

    assert [stamp(1).at, None] == due(db)
    assert {"MUG": Sku("MUG")} == skus.known(db, ["MUG", "TEE"])


def review(db, at=NOW_STAMP) -> None:
    with transaction(db, "review"):
        oversold.review(db, at, COUNTED)


def test_more_promised_than_there_is_names_the_latest_orders_until_it_is_mended(db):
    put_stock(db, mug=5)
    orders = save(
        db,
        *(
            an_order(
                a_line("MUG", 2),
                number=str(number),
                channel_order_id=str(number),
                placed_at=f"2026-11-20T0{number}:00:00Z",
            )
            for number in (1, 3, 2)
        ),
    )
    for order in orders[:2]:
        ship_from(db, order, from_location(mug=2))
    assert not oversold.is_to_review(db, COUNTED)

    post(db, a_move(-2, "lost"))
    review(db)

    assert [("oversold", "east MUG")] == troubles(db)
    assert [("4 of MUG are promised at east, 3 are there, 1 too many; the latest orders: WEB-3 of web",)] == rows(
        db, "SELECT message FROM exceptions"
    )
    assert not oversold.is_to_review(db, COUNTED)

    post(db, a_move(1, "found"))
    review(db)
    assert [] == troubles(db)


def test_a_location_without_a_ledger_is_never_oversold(db):
    (order,) = save(db, an_order())
    ship_from(db, order, from_location("acme", mug=1))
    review(db)

    assert [] == troubles(db)


def test_skus_are_found_by_their_first_letters(db):
    put_stock(db, mug=1, mugs=1, tee=1)

    assert ["MUG", "MUGS"] == stock.skus_like(db, "mux")
