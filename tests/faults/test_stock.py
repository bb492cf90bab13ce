"""What can be wrong with stock: wanted twice, counted twice, given back twice (S01 to S10)."""

from __future__ import annotations

import os
from itertools import permutations

import pytest

from orderctl.steps import by_hand
from tests.faults.world import World, a_world
from tests.shop import an_order_row


def reserved(world: World, sku: str) -> int:
    return int(world.one("SELECT coalesce(sum(reserved), 0) FROM stock_levels WHERE sku = ?", sku))


CONTEST = {
    "urgent": {"priority": "urgent", "placed_at": "2026-11-20T12:00:00Z"},
    "due": {"ship_by": "2026-11-25T00:00:00Z", "placed_at": "2026-11-20T12:00:00Z"},
    "due later": {"ship_by": "2026-11-26T00:00:00Z", "placed_at": "2026-11-20T09:00:00Z"},
    "early": {"placed_at": "2026-11-20T09:00:00Z"},
    "late": {"placed_at": "2026-11-20T11:00:00Z"},
}


@pytest.mark.parametrize("arrival", list(permutations(CONTEST))[::17])
def test_the_last_units_go_to_the_first_by_the_documented_order_whoever_came_first(tmp_path, arrival):
    """S01: priority, ship_by, placed_at; the others wait."""
    world = a_world(tmp_path)
    world.stock(east={"MUG": 2}, west={"MUG": 0})
    world.orders("web", *(an_order_row(name, **CONTEST[name]) for name in arrival))

    assert 0 == world.orderctl("run").code

    winners = [name for name, state in world.states().items() if state == "dispatched"]
    assert ["due", "urgent"] == winners
    world.sound()


def test_two_processes_never_promise_the_same_unit(tmp_path):
    """S02: real processes; whichever comes second leaves at once and changes nothing."""
    world = a_world(tmp_path)
    world.stock(east={"MUG": 1}, west={})
    world.orders("web", an_order_row("1"), an_order_row("2"))

    running = [world.start("run") for _ in range(2)]
    codes = sorted(process.wait() for process in running)
    for process in running:
        process.communicate()

    assert codes in ([0, 4], [0, 0])
    assert 1 == world.one("SELECT sum(reserved) FROM stock_levels")
    world.sound()


def test_a_feed_that_comes_twice_or_out_of_order_counts_once(tmp_path):
    """S03."""
    world = a_world(tmp_path)
    feed = world.folder / "stock/east.csv"
    os.utime(feed, (2_000_000_000, 2_000_000_000))
    world.orderctl("collect")
    moves = world.one("SELECT count(*) FROM stock_moves")

    world.orderctl("collect")
    feed.write_text("sku,quantity\nMUG,99\n")
    os.utime(feed, (1_900_000_000, 1_900_000_000))
    assert 0 == world.orderctl("collect").code

    assert (10, moves) == (
        world.one("SELECT on_hand FROM stock_levels WHERE sku = 'MUG' AND location = 'east'"),
        world.one("SELECT count(*) FROM stock_moves"),
    )
    world.sound()


def test_what_is_available_is_the_count_less_what_is_promised(tmp_path):
    """S04: count 80, reserved 29."""
    world = a_world(tmp_path)
    world.stock(east={"MUG": 100}, west={})
    world.orders("web", an_order_row("1", "MUG*15"), an_order_row("2", "MUG*14"))
    world.orderctl("run")
    world.stock(east={"MUG": 80})
    os.utime(world.folder / "stock/east.csv", (2_000_000_000, 2_000_000_000))

    assert 0 == world.orderctl("run").code

    (row,) = (row for row in world.orderctl("stock", "show", "MUG", "--json").json if row["location"] == "east")
    assert (80, 29, 51) == (row["on_hand"], row["reserved"], row["available"])


def test_a_count_below_what_is_promised_is_told_and_promises_nothing_more(tmp_path):
    """Invariant 4."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1", "MUG*9"))
    world.orderctl("run")
    world.stock(east={"MUG": 3}, west={"MUG": 0})
    for name in ("east", "west"):
        os.utime(world.folder / f"stock/{name}.csv", (2_000_000_000, 2_000_000_000))
    world.orders("web-2", an_order_row("2"))

    assert 3 == world.orderctl("run").code

    assert {"oversold"} == world.waiting()
    assert {"1": "dispatched", "2": "backordered"} == world.states()
    world.sound()


def test_cancelled_units_are_given_back_exactly_once(tmp_path):
    """S05: before anything has left, by the customer and by a person."""
    world = a_world(tmp_path)
    row = an_order_row("1", "MUG*5", "TEE*2")
    world.orders("web-1", row)
    world.orderctl("run", "--skip", "dispatch")
    row["lines"][0]["quantity"] = 3
    world.orders("web-2", row | {"updated_at": "2026-11-20T11:00:00Z"})
    world.orderctl("run", "--skip", "dispatch")
    assert (3, 2) == (reserved(world, "MUG"), reserved(world, "TEE"))
    for _ in range(2):
        with world.context() as ctx:
            by_hand.cancel(ctx, "1", {"mug": 1}, "by phone")
        world.orderctl("run", "--skip", "dispatch")
        world.sound()

    assert (1, 2) == (reserved(world, "MUG"), reserved(world, "TEE"))
    assert [(5, 4, 1), (2, 0, 2)] == world.rows("SELECT ordered, cancelled, planned FROM order_lines ORDER BY line_id")


def test_a_cancel_after_a_part_has_shipped_gives_back_what_has_not(tmp_path):
    """S06: and what a location has in hand is given back once it says so, not before."""
    world = a_world(tmp_path)
    world.stock(east={"MUG": 2, "LAMP": 0}, west={"MUG": 0, "LAMP": 1})
    row = an_order_row("1", "MUG*2", "LAMP")
    world.orders("web-1", row)
    world.orderctl("run")
    world.answers("west", "a", "WEB-1-2,shipped,,,UPS,1Z1,")
    world.orderctl("run")
    world.orders("web-2", row | {"cancelled_at": "2026-11-20T12:00:00Z", "updated_at": "2026-11-20T12:00:00Z"})

    assert 3 == world.orderctl("run").code

    assert (2, 0) == (reserved(world, "MUG"), reserved(world, "LAMP"))
    assert {"cancel_after_dispatch"} == world.waiting()
    world.sound()
    world.answers("east", "b", "WEB-1-1,cancelled,,,,,stopped")
    world.orderctl("run")
    assert 0 == reserved(world, "MUG")
    assert 2 == world.one("SELECT on_hand FROM stock_levels WHERE sku = 'MUG' AND location = 'east'")
    assert 1 == world.one("SELECT count(*) FROM shipments WHERE state IN ('shipped', 'delivered')")
    world.sound()


def test_an_unknown_sku_reserves_nothing_of_its_order(tmp_path):
    """S08."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1", "MUG", "MGU"), an_order_row("2"))

    assert 3 == world.orderctl("run").code

    assert {"unknown_sku"} == world.waiting()
    assert 1 == reserved(world, "MUG")
    assert [("2",)] == world.rows("SELECT number FROM shipments JOIN orders USING (order_id)")

    world.stock(east={"MUG": 10, "MGU": 1})
    os.utime(world.folder / "stock/east.csv", (2_000_000_000, 2_000_000_000))
    assert 0 == world.orderctl("run").code
    assert {"1": "dispatched", "2": "dispatched"} == world.states()
    assert set() == world.waiting()


@pytest.mark.parametrize("reason", ["", "stolen", "Lost", "lost;--"])
def test_a_move_by_hand_needs_a_reason_that_is_one(tmp_path, reason):
    """S09."""
    world = a_world(tmp_path)
    world.orderctl("run")
    before = world.everything()

    said = world.orderctl("stock", "adjust", "MUG", "east", "-1", "--reason", reason)

    assert 2 == said.code
    assert before == world.everything()
    assert 2 == world.orderctl("stock", "adjust", "MUG", "east", "-1").code
    assert 0 == world.orderctl("stock", "adjust", "MUG", "east", "-1", "--reason", "lost").code
    assert 9 == world.one("SELECT on_hand FROM stock_levels WHERE sku = 'MUG' AND location = 'east'")


@pytest.mark.parametrize("delta", ["0", "1.5", "1e3", "x", "9999999999999999999999"])
def test_a_move_by_hand_of_no_whole_number_of_units_is_refused(tmp_path, delta):
    """S09: and none of them is a bug."""
    world = a_world(tmp_path)
    world.orderctl("run")

    assert 2 == world.orderctl("stock", "adjust", "MUG", "east", delta, "--reason", "lost").code


def test_stock_files_that_are_wrong_are_not_half_taken(tmp_path):
    """The same for counts by hand: all rows are told at once and none is taken."""
    world = a_world(tmp_path)
    world.orderctl("run")
    world.write("count.csv", "location,sku,quantity\neast,MUG,1\neast,TEE,-1\nesat,LAMP,1\neast,LAMP,3.0\n")

    said = world.orderctl("stock", "import", "count.csv")

    assert 2 == said.code
    assert "count.csv:3" in said.err
    assert "count.csv:5" in said.err
    assert 10 == world.one("SELECT on_hand FROM stock_levels WHERE sku = 'MUG' AND location = 'east'")
