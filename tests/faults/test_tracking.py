"""What can be wrong with what locations answer, and with telling channels (T01 to T08, as far as files can show it)."""

from __future__ import annotations

import csv
import io

import pytest

from tests.faults.world import World, a_world, killed_at
from tests.shop import an_order_row


def told(world: World, channel: str = "web") -> list[tuple[str, str, str, str]]:
    """What the channel was told, in order: (order, line, units, tracking number)."""
    found = []
    for name, content in sorted(world.files("outbox").items()):
        if f"/{channel}/" in name and "staging" not in name:
            rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
            found += [(row["order_number"], row["line_id"], row["quantity"], row["tracking_number"]) for row in rows]
    return found


def test_tracking_of_an_unknown_order_is_kept_and_matched_when_the_order_appears(tmp_path):
    """T01: the file first, the order later; told to a person meanwhile, and to the channel in the end."""
    world = a_world(tmp_path)
    world.answers("east", "early", "WEB-1-1,shipped,,,UPS,1Z1,")

    assert [3, 0] == [world.orderctl("run").code for _ in range(2)]
    assert {"unmatched_answer"} == world.waiting()
    assert [] == told(world)

    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    world.orderctl("run")

    assert [("1", "mug", "1", "1Z1")] == told(world)
    assert {"1": "closed"} == world.states()
    assert set() == world.waiting()
    world.sound()


def test_the_answer_of_another_location_is_not_taken(tmp_path):
    """T01: a reference that exists, at the wrong place."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    world.answers("west", "a", "WEB-1-1,shipped,,,UPS,1Z1,")

    assert 3 == world.orderctl("run").code

    assert {"1": "dispatched"} == world.states()
    assert {"unmatched_answer"} == world.waiting()
    assert [] == told(world)


def test_the_same_row_and_the_same_file_again_tell_nobody_twice(tmp_path):
    """T02: in one file, under a new name, and with other rows around it."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"), an_order_row("2"))
    world.orderctl("run")
    row = "WEB-1-1,shipped,mug,1,UPS,1Z1,"
    world.answers("east", "a", row, row)
    world.orderctl("run")
    world.answers("east", "b", row, row)
    world.answers("east", "c", row, "WEB-2-1,shipped,mug,1,UPS,1Z2,", row)

    assert 0 == world.orderctl("run").code
    assert 0 == world.orderctl("run").code

    assert [("1", "mug", "1", "1Z1"), ("2", "mug", "1", "1Z2")] == told(world)
    assert 8 == world.one("SELECT on_hand FROM stock_levels WHERE sku = 'MUG' AND location = 'east'")
    world.sound()


def test_two_parcels_of_one_shipment_are_two_tracking_numbers_with_their_units(tmp_path):
    """T03: two of three units first; the order is not closed before the third."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1", "MUG*3"))
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,mug,2,UPS,1Z1,")
    assert 0 == world.orderctl("run").code
    assert {"1": "partly_shipped"} == world.states()
    assert [("1", "mug", "2", "1Z1")] == told(world)

    world.answers("east", "b", "WEB-1-1,shipped,mug,1,UPS,1Z2,")
    assert 0 == world.orderctl("run").code

    assert [("1", "mug", "2", "1Z1"), ("1", "mug", "1", "1Z2")] == told(world)
    assert {"1": "closed"} == world.states()
    world.sound()


def test_a_package_reported_otherwise_later_keeps_the_first_report_and_tells_a_person(tmp_path):
    """T04: nobody can say which of the two is right; the channel is not told two things."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1", "MUG*3"))
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,mug,2,UPS,1Z1,")
    world.orderctl("run")
    world.answers("east", "b", "WEB-1-1,shipped,mug,3,UPS,1Z1,")

    assert 3 == world.orderctl("run").code

    assert {"package_changed"} == world.waiting()
    assert [("1", "mug", "2", "1Z1")] == told(world)
    world.sound()


@pytest.mark.parametrize(
    "correction",
    [
        "reference,status,line,quantity,carrier,tracking_number\nWEB-1-1,shipped,mug,1,UPS,1Z2\n",
        "reference,tracking_number\nWEB-1-1,1Z2\n",
        "reference,status,sku,quantity,carrier,tracking_number,old_tracking\nWEB-1-1,shipped,MUG,1,UPS,1Z2,1Z1\n",
    ],
)
def test_another_tracking_number_of_a_package_is_told_to_the_channel_as_that(tmp_path, correction):
    """T04, T02: one parcel, one move of stock; the old file and the correction once more change nothing."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    first = "WEB-1-1,shipped,mug,1,UPS,1Z1,"
    world.answers("east", "a", first)
    world.orderctl("run")
    world.write("in/east/b.csv", correction)

    assert 0 == world.orderctl("run").code
    world.answers("east", "c", first, first)
    world.write("in/east/d.csv", correction + "\n")
    assert 0 == world.orderctl("run").code

    assert [("1", "mug", "1", "1Z1"), ("1", "mug", "1", "1Z2")] == told(world)
    assert "1Z2,2026-11" in "".join(content.decode() for name, content in world.files("outbox").items())
    assert [("1Z2", 1)] == world.rows(
        "SELECT tracking_number, quantity FROM packages JOIN package_lines USING (package_id)"
    )
    assert [("1Z1", "ups")] == world.rows("SELECT tracking_number, carrier FROM package_changes")
    assert 9 == world.one("SELECT on_hand FROM stock_levels WHERE sku = 'MUG' AND location = 'east'")
    assert ({"1": "closed"}, set()) == (world.states(), world.waiting())
    world.sound()


def test_a_correction_that_comes_before_the_channel_was_told_is_all_it_is_told(tmp_path):
    """T04: the old number goes nowhere."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,mug,1,UPS,1Z1,")
    world.orderctl("collect")
    world.answers("east", "b", "WEB-1-1,shipped,mug,1,DHL,1Z1,")

    assert 0 == world.orderctl("run").code

    assert [("1", "mug", "1", "1Z1")] == told(world)
    assert [("superseded",), ("accepted",)] == world.rows("SELECT state FROM effects WHERE kind = 'tracking'")
    assert {"1": "closed"} == world.states()


def test_a_label_that_was_withdrawn_waits_for_a_person_until_there_is_another(tmp_path):
    """T04: the location says no more than that the number is void."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,mug,1,UPS,1Z1,")
    world.orderctl("run")
    world.answers("east", "b", "WEB-1-1,void,,,,1Z1,")

    assert [3, 0] == [world.orderctl("run").code for _ in range(2)]
    assert ({"label_voided"}, [("voided",)]) == (world.waiting(), world.rows("SELECT status FROM packages"))

    said = world.orderctl("shipments", "confirm", "WEB-1-1", "--tracking", "1Z2", "--replaces", "1Z1")
    assert 0 == said.code
    assert 0 == world.orderctl("run").code
    assert (set(), [("1", "mug", "1", "1Z1"), ("1", "mug", "1", "1Z2")]) == (world.waiting(), told(world))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tracking", "1Z2", "--replaces", "1Z9"), "has no package 1Z9; its packages: 1Z1"),
        (("--replaces", "1Z1"), "say --tracking"),
        (("--voided", "--replaces", "1Z1"), "--voided has no package"),
        (("--voided", "--line", "mug=1"), "--voided is about the whole shipment"),
    ],
)
def test_a_correction_by_hand_that_cannot_be_meant_is_refused(tmp_path, words, said):
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,mug,1,UPS,1Z1,")
    world.orderctl("run")

    found = world.orderctl("shipments", "confirm", "WEB-1-1", *words)

    assert (2, True) == (found.code, said in found.err), found
    assert 0 == world.one("SELECT count(*) FROM package_changes")


def test_what_a_location_says_is_not_told_for_ever(tmp_path):
    """T06: a channel that is told once is not told again, whatever passes run."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,,,UPS,1Z1,")
    for _ in range(4):
        world.orderctl("run")

    assert [("1", "mug", "1", "1Z1")] == told(world)
    assert 1 == world.one("SELECT count(*) FROM pushes")


WRONG_ROWS = {
    "a rounded number": "WEB-1-1,shipped,mug,1,UPS,9.4055E+21,",
    "an unknown status": "WEB-1-1,shpped,mug,1,UPS,1Z1,",
    "half a unit": "WEB-1-1,shipped,mug,0.5,UPS,1Z1,",
    "a negative number": "WEB-1-1,shipped,mug,-1,UPS,1Z1,",
    "absurdly many": "WEB-1-1,shipped,mug,9999999,UPS,1Z1,",
    "no reference": ",shipped,mug,1,UPS,1Z1,",
    "too many cells": "WEB-1-1,shipped,mug,1,UPS,1Z1,,more",
    "too few cells": "WEB-1-1,shipped",
}


def test_a_row_that_is_not_understood_is_put_aside_and_the_others_count(tmp_path):
    """T07: each with its reason, once."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"), an_order_row("2"))
    world.orderctl("run")
    world.answers("east", "a", *WRONG_ROWS.values(), "WEB-2-1,shipped,mug,1,Zippy Couriers,00340434161094015902,")

    assert [3, 0] == [world.orderctl("run").code for _ in range(2)]

    assert len(WRONG_ROWS) == world.one("SELECT count(*) FROM quarantine WHERE reason <> ''")
    assert {"1": "dispatched", "2": "closed"} == world.states()
    assert [("2", "mug", "1", "00340434161094015902")] == told(world)
    world.sound()


@pytest.mark.parametrize(
    "content", [b"reference,sttus\nWEB-1-1,shipped\n", b'reference,status\n"WEB-1-1,shipped\n', b"\xff\xfe"]
)
def test_an_answer_file_that_is_not_clear_is_refused_as_a_whole(tmp_path, content):
    """T07, P21: nothing of it is taken, and the other location's answers are."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"), an_order_row("2", "LAMP"))
    world.orderctl("run")
    world.write("in/east/a.csv", "").write_bytes(content)
    world.answers("west", "a", "WEB-2-1,shipped,,,UPS,1Z2,")

    assert [3, 0] == [world.orderctl("run").code for _ in range(2)]

    assert {"1": "dispatched", "2": "closed"} == world.states()
    assert {"input_refused"} == world.waiting()


def test_tracking_of_a_cancelled_shipment_is_kept_and_told_to_a_person(tmp_path):
    """T08: the goods are on their way, so they are off the stock, and the channel is told the number."""
    world = a_world(tmp_path)
    row = an_order_row("1")
    world.orders("web-1", row)
    world.orderctl("run")
    world.orders("web-2", row | {"cancelled_at": "2026-11-20T12:00:00Z", "updated_at": "2026-11-20T12:00:00Z"})
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,mug,1,UPS,1Z1,")

    assert 3 == world.orderctl("run").code

    assert "shipped_after_cancel" in world.waiting()
    assert 1 == world.one("SELECT count(*) FROM packages WHERE tracking_number = '1Z1'")
    assert 9 == world.one("SELECT on_hand FROM stock_levels WHERE sku = 'MUG' AND location = 'east'")
    world.sound()


def test_more_than_was_asked_is_never_silently_shipped(tmp_path):
    """Invariants 5 and 23."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1", "MUG*2"))
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,mug,3,UPS,1Z1,")

    assert 3 == world.orderctl("run").code

    assert {"overshipped"} == world.waiting()
    assert [(2, 2, 1)] == world.rows("SELECT ordered, shipped, overshipped FROM order_lines")
    world.sound()


@pytest.mark.parametrize(
    "point", ["push.sending.committed", "files.published", "push.delivered", "push.receipt.commit"]
)
def test_killed_while_telling_a_channel_it_is_told_once(tmp_path, point):
    """T05, G5: where files stand for the call; even if the channel took the file meanwhile."""
    world = a_world(tmp_path / "shop")
    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    world.answers("east", "a", "WEB-1-1,shipped,,,UPS,1Z1,")

    assert -9 == world.orderctl("run", before=killed_at(point)).code
    taken = list((world.folder / "outbox/web").glob("*.csv"))
    for path in taken:
        path.rename(tmp_path / path.name)
    assert 0 == world.orderctl("run").code
    assert 0 == world.orderctl("run").code

    assert 1 == len(taken) + len(told(world))
    assert {"1": "closed"} == world.states()
