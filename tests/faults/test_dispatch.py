"""What can go wrong on the way to a location (D03 to D05, D14 to D18; D01 is tests/steps/test_crash.py)."""

from __future__ import annotations

import json
import os
import resource
import signal
from pathlib import Path

import pytest

from orderctl.core import failpoints
from tests.faults.world import Before, World, a_world, all_of, at, killed_at, signalled_at, without_privileges
from tests.shop import CHANNELS, Shop, an_order_row
from tests.steps.test_crash import a_busy_shop, answer, points_of, story


def test_an_edit_after_the_hand_over_never_changes_what_was_handed_over(tmp_path):
    """D03: the file stays as it is, more units are a new shipment, another address is for a person."""
    world = a_world(tmp_path)
    row = an_order_row("1")
    world.orders("web-1", row)
    world.orderctl("run")
    before = world.files("out")
    row["lines"][0]["quantity"] = 3
    row["ship_to"]["line1"] = "2 Side St"
    world.orders("web-2", row | {"updated_at": "2026-11-20T12:00:00Z"})

    assert 3 == world.orderctl("run").code

    assert before.items() <= world.files("out").items()
    world.sent_once("WEB-1-1", "WEB-1-2")
    assert [("WEB-1-1", 1), ("WEB-1-2", 2)] == world.rows(
        "SELECT reference, quantity FROM shipment_lines JOIN shipments USING (shipment_id) ORDER BY reference"
    )
    assert {"address_changed"} == world.waiting()


def full_disk_for_the_first_file(size: int) -> Before:
    """The first file that is staged cannot grow beyond `size` bytes; nothing else is limited."""
    limited: list[str] = []

    def reached(name: str, /) -> None:
        full = name == "files.stage.created" and not limited
        limited.extend([name] * full)
        limit = size if full else resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    return lambda: setattr(failpoints, "reached", reached)


@pytest.mark.parametrize("size", [0, 1, 300, 900])
def test_a_full_disk_below_a_pick_file_leaves_nothing_under_its_name(tmp_path, size):
    """D04: exit 6; the other location is served, and the next pass has nothing to repair."""
    world = a_world(tmp_path)
    world.stock(east={"MUG": 50}, west={"LAMP": 50})
    world.orders("web", *(an_order_row(str(number)) for number in range(20)), an_order_row("lamp", "LAMP"))

    full = world.orderctl("run", "--json", before=full_disk_for_the_first_file(size))

    assert 6 == full.code, full.text
    (problem,) = (problem for step in full.json["steps"] for problem in step["problems"])
    assert "east" == problem["subject"]
    assert "make room" in problem["next"]
    assert ["WEB-LAMP-1"] == list(world.handed_over())
    assert [] == list((world.folder / "out/east/.orderctl-staging").iterdir())
    assert 20 == world.one("SELECT count(*) FROM shipments WHERE state = 'planned'")

    assert 0 == world.orderctl("run").code
    assert 21 == len(world.handed_over())
    world.sent_once(*world.handed_over())


def a_file_in_its_place(east: Path) -> None:
    east.parent.mkdir(exist_ok=True)
    east.write_text("not a folder")


def read_only(east: Path) -> None:
    east.mkdir(parents=True)
    east.chmod(0o555)


def staging_of_another_user(east: Path) -> None:
    (east / ".orderctl-staging").mkdir(parents=True)
    os.chown(east / ".orderctl-staging", 65534, 65534)


def staging_is_a_link(east: Path) -> None:
    east.mkdir(parents=True)
    (east.parent / "elsewhere").mkdir()
    (east / ".orderctl-staging").symlink_to(east.parent / "elsewhere")


def another_file_of_that_name(east: Path) -> None:
    east.mkdir(parents=True)
    for day in ("2026-11-20", "2026-11-21"):
        (east / f"{day}-0001.csv").write_text("someone else's")


@pytest.mark.parametrize(
    "spoil",
    [a_file_in_its_place, read_only, staging_of_another_user, staging_is_a_link, another_file_of_that_name],
)
def test_a_folder_that_cannot_be_used_stops_its_location_alone(tmp_path, spoil):
    """D05: with a clear message, and the shipments leave once the folder is right."""
    if spoil is staging_of_another_user and os.geteuid() != 0:
        pytest.skip("only the superuser can give a folder away")
    world = a_world(tmp_path)
    world.stock(east={"MUG": 50}, west={"LAMP": 50})
    world.orders("web", an_order_row("1"), an_order_row("2", "LAMP"))
    east = world.folder / "out/east"
    spoil(east)
    clock = at("2026-11-20T15:00:00Z")

    failed = world.orderctl("run", "--json", before=all_of(clock, without_privileges))

    assert 5 == failed.code, failed.text
    (problem,) = (problem for step in failed.json["steps"] for problem in step["problems"])
    assert "east" == problem["subject"]
    assert "out/east" in problem["message"]
    assert {"1": "routed", "2": "dispatched"} == world.states()

    east.rename(tmp_path / "spoiled") if east.is_dir() else east.unlink()
    assert 0 == world.orderctl("run", before=all_of(clock, without_privileges)).code
    world.sent_once("WEB-1-1", "WEB-2-1")


def test_a_missing_folder_is_made(tmp_path):
    """D05: a location that was just added needs no preparation."""
    world = a_world(tmp_path, CHANNELS.replace("out/east/{date}-{batch}.csv", "a/b/c/{batch}.csv"))
    world.orders("web", an_order_row("1"))

    assert 0 == world.orderctl("run").code
    assert ["a/b/c/0001.csv"] == [name for name in world.files("a") if "staging" not in name]


def test_a_cancel_that_came_in_since_stops_the_goods(tmp_path):
    """D14, G8: an old copy is read again before the hand-off, whichever command does it."""
    world = a_world(tmp_path)
    row = an_order_row("1")
    world.orders("web-1", row, an_order_row("2"))
    world.orderctl("run", "--skip", "dispatch", before=at("2026-11-20T15:00:00Z"))
    world.orders("web-2", row | {"cancelled_at": "2026-11-20T15:01:00Z", "updated_at": "2026-11-20T15:01:00Z"})

    assert 0 == world.orderctl("dispatch", before=at("2026-11-20T15:30:00Z")).code

    world.sent_once("WEB-2-1")
    assert {"1": "cancelled", "2": "dispatched"} == world.states()


def test_what_cannot_be_read_again_does_not_leave(tmp_path):
    """D14, G8: the order of the channel that can be read leaves; a copy that is young enough does, too."""
    mount = tmp_path / "mount"
    mount.mkdir()
    world = a_world(tmp_path / "shop", CHANNELS.replace("orders/web*.jsonl", f"{mount}/*.jsonl"))
    (mount / "a.jsonl").write_text(json.dumps(an_order_row("1")) + "\n")
    world.orders("market", an_order_row("77"))
    world.orderctl("run", "--skip", "dispatch", before=at("2026-11-20T15:00:00Z"))
    mount.rename(tmp_path / "gone")

    assert 5 == world.orderctl("dispatch", before=at("2026-11-20T15:30:00Z")).code
    world.sent_once("MARKET-77-1")

    (tmp_path / "gone").rename(mount)
    assert 0 == world.orderctl("dispatch", before=at("2026-11-20T15:30:00Z")).code
    world.sent_once("MARKET-77-1", "WEB-1-1")


def test_a_young_copy_leaves_without_being_read_again(tmp_path):
    """G8: `[routing] max_age`, 10 minutes unless it says otherwise."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run", "--skip", "dispatch", before=at("2026-11-20T15:00:00Z"))
    (world.folder / "orders/web.jsonl").write_text("no order at all\n")

    assert 0 == world.orderctl("dispatch", before=at("2026-11-20T15:09:00Z")).code
    world.sent_once("WEB-1-1")


def test_a_cancel_after_the_hand_over_is_told_once_and_keeps_the_stock(tmp_path):
    """D15: until the location confirms."""
    world = a_world(tmp_path)
    row = an_order_row("1", "MUG*2")
    world.orders("web-1", row)
    world.orderctl("run")
    world.orders("web-2", row | {"cancelled_at": "2026-11-20T12:00:00Z", "updated_at": "2026-11-20T12:00:00Z"})

    assert [3, 0, 0] == [world.orderctl("run").code for _ in range(3)]

    assert 1 == world.one("SELECT count(*) FROM exceptions WHERE code = 'cancel_after_dispatch'")
    assert 2 == world.one("SELECT sum(reserved) FROM stock_levels WHERE sku = 'MUG'")
    world.answers("east", "a", "WEB-1-1,cancelled,,,,,stopped in time")
    world.orderctl("run")
    assert 0 == world.one("SELECT sum(reserved) FROM stock_levels WHERE sku = 'MUG'")
    assert {"1": "cancelled"} == world.states()
    world.sent_once("WEB-1-1")


def test_only_a_certain_refusal_moves_the_goods_to_the_next_location(tmp_path):
    """D16: silence does not, a rejection does, in the same pass and once."""
    world = a_world(tmp_path)
    world.stock(east={"MUG": 5, "RING-1": 5}, acme={"RING-1": 0})
    world.orders("web", an_order_row("1", "RING-1"))
    for _ in range(2):
        assert 0 == world.orderctl("run").code
    world.sent_once("WEB-1-1")

    world.answers("acme", "a", "WEB-1-1,rejected,,,,,out of gold")
    assert world.orderctl("run").code in {0, 3}
    world.orderctl("run")

    world.sent_once("WEB-1-1", "WEB-1-2")
    assert [("acme", "rejected"), ("east", "dispatched")] == world.rows(
        "SELECT location, state FROM shipments ORDER BY part"
    )


@pytest.mark.parametrize("store", [True, False], ids=["with a store", "without one"])
def test_a_dry_run_changes_nothing_anywhere(tmp_path, store):
    """D17, invariant 29: and says what it would do."""
    world = a_world(tmp_path, CHANNELS.replace("live_from", 'after = "move"\nlive_from', 1))
    if store:
        world.orders("market", an_order_row("77"))
        world.orderctl("run")
        world.answers("east", "a", "MARKET-77-1,shipped,,,UPS,1Z1,")
    world.orders("web", an_order_row("1"), "{")
    world.stock(east={"MUG": 5})
    before = {
        path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.suffix not in {".db-shm", ".db-wal"}
    }
    bytes_before = world.everything()

    dry = world.orderctl("run", "--dry-run")

    assert 3 == dry.code
    assert bytes_before == world.everything()
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.suffix not in {".db-shm", ".db-wal"}}
    assert before == after

    real = world.orderctl("run", "--json").json
    assert real["steps"][3]["counts"]["shipments"] == 1


def test_stopped_by_a_signal_at_any_failpoint_the_next_pass_completes(tmp_path):
    """D18: Ctrl-C and SIGTERM in turns, over a pass that sends and one that pushes."""
    first = World(a_busy_shop(tmp_path / "first").folder)
    second = World(first.copy(tmp_path / "second").folder)
    points = points_of(second)
    after_first = story(second)
    answer(second)
    start_of_second = World(second.copy(tmp_path / "second-start").folder)
    more_points = points_of(second)
    after_second = story(second)
    clock = at("2026-11-20T15:00:00Z")
    seen: dict[str, int] = {}

    for start, names, expected in ((first, points, after_first), (start_of_second, more_points, after_second)):
        passed: dict[str, int] = {}
        for count, name in enumerate(names):
            passed[name] = passed.get(name, 0) + 1
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 2:
                continue
            number, code = ((signal.SIGINT, 130), (signal.SIGTERM, 143))[seen[name] % 2]
            world = World(start.copy(tmp_path / f"{start.folder.name}-{count}").folder)

            stopped = world.orderctl("run", before=all_of(clock, signalled_at(name, number, passed[name])))
            assert code == stopped.code, f"{number!r} at {name}: {stopped.text}"
            assert 1 == stopped.err.count("\n"), stopped.err

            assert world.orderctl("run", before=clock).code in {0, 3}
            assert expected == story(world), f"{number!r} at {name}"


def test_killed_between_rename_and_receipt_the_file_is_not_sent_again_even_if_it_was_taken(tmp_path):
    """G7: gone from staging means published, whoever has the file by now."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    assert -9 == world.orderctl("run", before=killed_at("files.published")).code
    (taken,) = (world.folder / "out/east").glob("*.csv")
    taken.rename(tmp_path / "taken.csv")

    assert 0 == world.orderctl("run").code

    assert {} == world.handed_over()
    assert {"1": "dispatched"} == world.states()
    world.sound()


def test_where_nobody_can_tell_what_became_of_a_file_it_is_not_sent_again(tmp_path):
    """G2, G7: the folder with its staging is gone, as on a share that is not mounted; exit 5 until it is back."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    assert -9 == world.orderctl("run", before=killed_at("files.published")).code
    (world.folder / "out").rename(tmp_path / "unmounted")

    assert 5 == world.orderctl("run").code
    assert not (world.folder / "out").exists()

    (tmp_path / "unmounted").rename(world.folder / "out")
    assert 0 == world.orderctl("run").code
    world.sent_once("WEB-1-1")


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    """G11."""
    made = []
    for name in ("a", "b"):
        shop = Shop(a_busy_shop(tmp_path / name).folder)
        shop.run()
        made.append(shop.files())

    assert made[0] == made[1]
