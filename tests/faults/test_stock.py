"""What can be wrong with stock: wanted twice, counted twice, given back twice (S01 to S10)."""

from __future__ import annotations

import multiprocessing
import os
from itertools import permutations

import pytest

from orderctl.steps import by_hand
from tests.faults.world import World, a_world, rows_of
from tests.shop import CHANNELS, an_order_row


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


def _adjust_25_times(arguments: tuple[World, int]) -> list[int]:
    world, worker = arguments
    wait = ["--wait", "60"] if worker % 2 else []
    return [world.orderctl("stock", "adjust", "MUG", "east", "+3", "--reason", "found", *wait).code for _ in range(25)]


def test_adjustments_of_many_processes_at_once_add_up_exactly(tmp_path):
    """S02: 8 processes, 25 adjustments each; each is done whole, or not at all and says so."""
    world = a_world(tmp_path)
    world.orderctl("run")

    with multiprocessing.get_context("fork").Pool(8) as pool:
        codes = [code for some in pool.map(_adjust_25_times, [(world, at) for at in range(8)]) for code in some]

    assert 200 == len(codes)
    assert {0, 4} >= set(codes)
    assert codes.count(0) >= 100, "those that wait get their turn"
    moves = world.rows("SELECT delta FROM stock_moves WHERE sku = 'MUG' AND reason = 'found'")
    assert [(3,)] * codes.count(0) == moves
    assert 10 + 3 * codes.count(0) == world.one(
        "SELECT on_hand FROM stock_levels WHERE sku = 'MUG' AND location = 'east'"
    )
    world.sound()


def test_a_channels_sku_is_one_of_ours_or_the_order_waits(tmp_path):
    """S08: what is mapped to two SKUs is never guessed; mapping it once lets the order go on."""
    world = a_world(tmp_path)
    world.write("skus.csv", "sku,alias.web\nMUG,B00X\nTEE,B00X\n")
    world.orders("web", an_order_row("1", "B00X"))
    assert 2 == world.orderctl("skus", "import", "skus.csv").code
    assert 3 == world.orderctl("run").code
    assert ({"unknown_sku"}, 0) == (world.waiting(), reserved(world, "MUG"))

    (number,) = (row["id"] for row in world.orderctl("exceptions", "list", "--json").json)
    answer = world.orderctl("exceptions", "show", str(number), "--json").json["answers"][0]["command"]
    assert "orderctl skus map web B00X SKU" == answer
    assert 0 == world.orderctl(*answer.split()[1:-1], "MUG", "--times", "2").code
    assert 2 == world.orderctl(*answer.split()[1:-1], "TEE").code
    assert 0 == world.orderctl("run").code

    assert (set(), 2) == (world.waiting(), reserved(world, "MUG"))
    world.sound()


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


TELLING = CHANNELS.replace('push = ["tracking"]', 'push = ["tracking", "stock"]')


def told(world: World, channel: str) -> dict[str, str]:
    """What a channel may sell, by all the files it was handed."""
    known: dict[str, str] = {}
    for name, content in world.files("outbox").items():
        if name.startswith(f"outbox/{channel}/stock-"):
            known |= {row["sku"]: row["quantity"] for row in rows_of(content)}
    return known


def test_a_channel_is_told_what_is_available_never_what_lies_there(tmp_path):
    """S04: count 80, reserved 29: push 51, through the command, with the lines that lead to it."""
    world = a_world(tmp_path, TELLING)
    world.stock(east={"MUG": 80}, west={})
    world.orders("web", an_order_row("1", "MUG*15"), an_order_row("2", "MUG*14"))

    assert 0 == world.orderctl("run").code

    explained = world.orderctl("stock", "explain", "MUG", "--channel", "web", "--json").json
    assert "51" == told(world, "web")["MUG"]
    assert 51 == explained["published"] == sum(line["units"] for line in explained["lines"])
    assert "published     51\n" in world.orderctl("stock", "explain", "MUG", "--channel", "web").out
    world.sound()


def test_a_channel_that_cannot_be_told_is_told_later_what_is_true_by_then(tmp_path):
    """S07: the other one is told at once."""
    world = a_world(tmp_path, TELLING)
    blocked = world.write("outbox/web", "in the way")

    assert 5 == world.orderctl("run").code
    assert "14" == told(world, "market")["MUG"]

    world.orderctl("stock", "adjust", "MUG", "east", "-4", "--reason", "lost")
    blocked.unlink()
    assert 0 == world.orderctl("run").code
    assert ("10", "10") == (told(world, "web")["MUG"], told(world, "market")["MUG"])
    world.sound()


@pytest.mark.parametrize("kind", ["zeros", "missing", "times 100"])
def test_a_feed_that_cannot_be_right_waits_for_a_person(tmp_path, kind):
    """G4: and goes on with one command, ready to paste."""
    world = a_world(tmp_path, TELLING, stock=False)
    levels = {f"SKU-{number}": 10 for number in range(40)}
    strange = {
        "zeros": dict.fromkeys(levels, 0),
        "missing": dict(list(levels.items())[:4]),
        "times 100": dict.fromkeys(levels, 1000),
    }[kind]
    world.stock(east=levels)
    assert 0 == world.orderctl("run").code
    world.stock(east=strange)
    os.utime(world.folder / "stock/east.csv", (2_000_000_000, 2_000_000_000))

    assert 3 == world.orderctl("run").code
    assert 400 == world.one("SELECT sum(on_hand) FROM stock_levels WHERE location = 'east'")
    assert dict.fromkeys(levels, "10") == told(world, "web")

    (waiting,) = world.orderctl("exceptions", "list", "--json").json
    shown = world.orderctl("exceptions", "show", str(waiting["id"]), "--json").json
    command = shown["answers"][0]["command"].split()
    assert ("feed_put_aside", "orderctl") == (waiting["code"], command[0])
    assert 0 == world.orderctl(*command[1:]).code
    world.orderctl("run")
    after = sum(strange.values()) + sum(10 for sku in levels if sku not in strange)
    assert after == world.one("SELECT sum(on_hand) FROM stock_levels WHERE location = 'east'")
    assert "feed_put_aside" not in world.waiting()
    world.sound()
