"""What can go wrong while orders are read from files (P01 to P10, P20 to P22)."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import sqlite3
from pathlib import Path

import pytest

from orderctl.store import cursors
from tests.faults.world import NO_PAPERS, World, a_world, at, doing_at, killed_at, without_privileges
from tests.shop import CHANNELS, an_order_row

CSV_CHANNEL = """
[channel.csv]
type = "file"
format = "csv"
path = "orders/csv*.csv"
live_from = 2026-11-01T00:00:00Z
"""


def csv_world(folder: Path, **settings: str) -> World:
    """A shop with a third channel that reads CSV."""
    lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
    return a_world(folder, CHANNELS + NO_PAPERS + CSV_CHANNEL + lines)


HEADER = "number,placed_at,sku,quantity,ship_to.line1,ship_to.city,ship_to.postcode,ship_to.country\n"


def csv_text(*moments: str) -> str:
    """Orders of one mug each, numbered from 1, placed at `moments`."""
    rows = [f"{number},{moment},MUG,1,1 Main St,Berlin,10115,DE\n" for number, moment in enumerate(moments, 1)]
    return HEADER + "".join(rows)


def test_what_could_be_read_is_kept_and_the_rest_comes_with_the_next_pass(tmp_path):
    """P01, P20: a channel that fails in the middle, here a file that may not be read; the other channel runs."""
    world = a_world(tmp_path)
    world.orders("web-1", an_order_row("1"))
    locked = world.orders("web-2", an_order_row("2"))
    world.orders("web-3", an_order_row("3"))
    world.orders("market", an_order_row("77"))
    locked.chmod(0)

    failed = world.orderctl("run", "--json", before=without_privileges)

    assert 5 == failed.code
    assert ["1", "3", "77"] == world.numbers()
    (problem,) = failed.json["steps"][0]["problems"]
    assert "web" == problem["subject"]
    assert "orders/web-2.jsonl: cannot be read" in problem["message"]

    locked.chmod(0o600)
    assert 0 == world.orderctl("run").code
    assert ["1", "2", "3", "77"] == world.numbers()


def test_a_folder_that_is_gone_is_not_an_empty_one(tmp_path):
    """P02: an error that looks like `nothing new` is still an error."""
    mount = tmp_path / "mount"
    world = a_world(tmp_path / "shop", CHANNELS.replace("orders/web*.jsonl", f"{mount}/*.jsonl"))
    world.orders("market", an_order_row("77"))

    gone = world.orderctl("pull", "--json")

    assert (5, ["77"]) == (gone.code, world.numbers())
    assert str(mount) in gone.err + gone.out

    mount.mkdir()
    (mount / "a.jsonl").write_text(json.dumps(an_order_row("1")) + "\n")
    assert 0 == world.orderctl("pull").code
    assert ["1", "77"] == world.numbers()


def test_an_order_read_twice_is_one_order_in_its_latest_version(tmp_path):
    """P03: twice on one page, and again under another name."""
    world = a_world(tmp_path)
    newer = an_order_row("1", "MUG*2", updated_at="2026-11-20T12:00:00Z")
    world.orders("web-1", newer, an_order_row("1"), newer)
    world.orders("web-2", an_order_row("1"), newer, an_order_row("2"))

    assert 0 == world.orderctl("run").code

    assert ["1", "2"] == world.numbers()
    assert 2 == world.one("SELECT ordered FROM order_lines JOIN orders USING (order_id) WHERE number = '1'")


def test_a_file_that_changes_between_its_pages_is_read_again_and_nothing_is_skipped(tmp_path):
    """P04, P05: the list moves while it is read, so the place in it means nothing any more."""
    world = a_world(tmp_path)
    rows = [an_order_row(f"{number:04}") for number in range(1200)]
    path = world.orders("web", *rows)
    more = [an_order_row("new"), *rows]

    def change() -> None:
        path.write_text("".join(json.dumps(row) + "\n" for row in more))

    changed = world.orderctl("pull", before=doing_at("pull.page.committed", change, nth=2))
    assert 5 == changed.code
    assert 0 == world.orderctl("pull").code

    assert sorted(row["number"] for row in more) == world.numbers()


def test_a_file_that_becomes_visible_late_is_read_however_old_it_is(tmp_path):
    """P06: there is no moment that a file could be older than."""
    world = a_world(tmp_path)
    world.orders("web-9", an_order_row("9"))
    world.orderctl("run")
    os.utime(world.orders("web-1", an_order_row("1")), (1, 1))

    assert 0 == world.orderctl("run").code
    assert ["1", "9"] == world.numbers()


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Singapore", "02"), ("America/Phoenix", "17"), ("UTC", "10")])
def test_a_time_without_zone_is_read_in_the_zone_of_the_shop(tmp_path, zone, hour):
    """P07: in CSV; in JSON, which has a way to write a zone, it is put aside."""
    world = csv_world(tmp_path)
    world.write("channels.toml", world.config.read_text().replace("America/New_York", zone))
    world.write("orders/csv.csv", csv_text("2026-11-20 10:00:00"))
    world.orders("web", an_order_row("2", placed_at="2026-11-20T10:00:00"), an_order_row("3"))

    assert 3 == world.orderctl("pull").code

    assert f"2026-11-20T{hour}:00:00Z" == world.one("SELECT placed_at FROM orders WHERE number = '1'")
    assert ["1", "3"] == world.numbers()
    assert ["placed_at"] == list(world.put_aside())


@pytest.mark.parametrize("clock", ["2026-11-19T15:00:00Z", "2026-11-21T15:00:00Z", "2026-11-20T15:00:00Z"])
def test_the_local_clock_decides_nothing_about_what_is_read(tmp_path, clock):
    """P08: a day behind, a day ahead, and then back again."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    assert 0 == world.orderctl("run", before=at(clock)).code
    world.orders("web-2", an_order_row("2", placed_at="2026-11-20T23:59:59Z"))
    assert 0 == world.orderctl("run", before=at("2026-11-20T14:00:00Z")).code

    assert {"1": "dispatched", "2": "dispatched"} == world.states()
    assert 2 == len(world.files("out"))


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
def test_no_order_of_an_hour_that_comes_twice_or_never_is_lost(tmp_path, zone):
    """P09: both switches of each zone, and a pass on the switching hour whose clock then goes back."""
    world = csv_world(tmp_path)
    text = world.config.read_text().replace("America/New_York", zone).replace("2026-11-01T00", "2026-01-01T00")
    world.write("channels.toml", text)
    world.stock(east={"MUG": 1000})
    days = ("2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04")
    moments = [f"{day} {hour:02}:{minute:02}:00" for day in days for hour in range(4) for minute in (0, 15, 30, 45)]
    world.write("orders/csv.csv", csv_text(*moments))

    for clock in ("2026-11-01T06:30:00Z", "2026-11-01T05:30:00Z"):
        assert 0 == world.orderctl("run", before=at(clock)).code

    assert len(moments) == len(world.numbers())
    assert {"dispatched"} == set(world.states().values())


def test_a_first_pull_killed_in_the_middle_goes_on_where_it_stopped(tmp_path):
    """P10: the position is stored with every page, and a page has a bound."""
    world = a_world(tmp_path)
    world.orders("web", *(an_order_row(f"{number:05}") for number in range(3000)))

    killed = world.orderctl("pull", before=killed_at("pull.page.commit", nth=4))
    assert -9 == killed.code
    assert 2000 == world.one("SELECT count(*) FROM orders")

    resumed = world.orderctl("pull", "--json").json
    assert 1000 == resumed["counts"]["new"]
    assert 0 == resumed["counts"].get("unchanged", 0)
    assert 3000 == world.one("SELECT count(*) FROM orders")


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (MemoryError(), 1), (sqlite3.OperationalError("disk I/O error"), 6)],
    ids=["Ctrl-C", "no memory", "disk error"],
)
def test_an_order_and_its_position_are_stored_together_or_not_at_all(tmp_path, error, code):
    """P10, G1: whatever stops the pass between the two, inside the transaction."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"), "{")

    def between(db: sqlite3.Connection, *_: object) -> None:
        if db.execute("SELECT count(*) FROM orders").fetchone() != (0,):
            raise error

    said = world.orderctl("pull", before=lambda: setattr(cursors, "move", between))

    assert code == said.code, said.text
    assert [(0, 0)] == world.rows("SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM quarantine)")
    assert 3 == world.orderctl("pull").code
    assert ["1"] == world.numbers()


def test_a_channel_larger_than_memory_is_read(tmp_path):
    """P10, B10: 64 MB of orders within 160 MB of memory, 64 of them the store's own cache."""
    world = a_world(tmp_path)
    row = an_order_row("NUMBER", note="x" * 19_000)
    text = json.dumps(row)
    with world.orders("web", "").open("a") as file:
        file.writelines(text.replace("NUMBER", str(number)) + "\n" for number in range(3200))

    said = world.orderctl("pull", before=lambda: more_memory(160))

    assert 0 == said.code, said.text
    assert 3200 == world.one("SELECT count(*) FROM orders")


def more_memory(megabytes: int) -> None:
    """This process may use so much more than it does."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


ROW = csv_text("2026-11-20").removeprefix(HEADER)


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        (b"\xef\xbb\xbf" + (HEADER + ROW).encode(), {}),
        ((HEADER + ROW).replace("\n", "\r\n").encode(), {}),
        ((HEADER.replace("\n", "\r\n") + ROW).encode(), {}),
        ((HEADER + ROW).replace(",", ";").encode(), {}),
        ((HEADER + ROW).replace(",", "\t").encode(), {}),
        ((HEADER.replace("number", '"number"') + ROW.replace("MUG", '"MUG"')).encode(), {}),
        (("note," + HEADER + '"a ""quoted""\nnote",' + ROW).encode(), {}),
        (("note," + HEADER + "Zo\u00eb," + ROW).encode("latin-1"), {"encoding": '"latin-1"'}),
    ],
    ids=["bom", "crlf", "mixed ends", "semicolons", "tabs", "quotes", "newline in quotes", "latin-1"],
)
def test_a_csv_file_that_is_clear_is_taken(tmp_path, content, settings):
    """P21."""
    world = csv_world(tmp_path, **settings)
    world.write("orders/csv.csv", "").write_bytes(content)

    assert 0 == world.orderctl("run").code
    assert {"1": "dispatched"} == world.states()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (("note," + HEADER + "x," + ROW + "Zo\u00eb," + ROW.replace("1", "2", 1)).encode("latin-1"), "line 3 column 3"),
        ((HEADER.replace("sku", "skku") + ROW).encode(), "line 1"),
        ((HEADER.replace("sku", "number") + ROW).encode(), "line 1 column 3"),
        ((HEADER + ROW + '2,2026-11-20,"MUG,1\n').encode(), "line 3"),
        ((HEADER + ROW + '2,2026-11-20,"MU"G,1\n').encode(), "line 3"),
        ((HEADER + ROW).encode("utf-16"), "line 1"),
        ((HEADER + ROW + ROW.replace("1", "2", 1) + ROW).encode(), "line 4"),
        (b"\n\n", "line 1"),
    ],
    ids=["latin-1", "wrong header", "header twice", "open quote", "stray quote", "utf-16", "torn order", "no header"],
)
def test_a_csv_file_that_is_not_clear_is_refused_as_a_whole_with_its_place(tmp_path, content, line):
    """P21: nothing of it is taken, the other channels run, and it is told once."""
    world = csv_world(tmp_path)
    world.write("orders/csv.csv", "").write_bytes(content)
    world.orders("web", an_order_row("77"))

    refused = world.orderctl("run", "--json")

    assert 3 == refused.code
    assert ["77"] == world.numbers()
    (problem,) = refused.json["steps"][0]["problems"]
    assert "input_refused" == problem["code"]
    assert f"orders/csv.csv {line}" in problem["subject"]

    assert 0 == world.orderctl("run").code
    world.write("orders/csv.csv", csv_text("2026-11-20"))
    assert 0 == world.orderctl("run").code
    assert ["1", "77"] == world.numbers()
    assert set() == world.waiting()


def test_text_that_looks_like_a_number_stays_text(tmp_path):
    """P22: through the channel, the store and the document, byte for byte."""
    world = csv_world(tmp_path)
    texts = ["00123", "1E5", "90.750", "+49", "1,5", "0x1F", "TRUE", "1_000", "½", "-0"]
    world.write("stock/east.csv", "sku,quantity\n" + "".join(f'"{text}",5\n' for text in texts))
    lines = csv_text(*["2026-11-20"] * len(texts)).removeprefix(HEADER).splitlines()
    rows = [
        line.replace("MUG", f'"{text}"').replace("10115", f'"{text}"') for line, text in zip(lines, texts, strict=True)
    ]
    world.write("orders/csv.csv", HEADER + "\n".join(rows) + "\n")

    assert 0 == world.orderctl("run").code

    stored = world.rows(
        "SELECT sku, document ->> '$.ship_to.postcode' FROM order_lines JOIN order_documents USING (order_id)"
    )
    assert [(text, text) for text in texts] == stored
    (document,) = world.files("out").values()
    sent = list(csv.DictReader(io.StringIO(document.decode(), newline="")))
    assert sorted((text, text) for text in texts) == sorted((row["sku"], row["postcode"]) for row in sent)
