"""What can be wrong with the store: full, read-only, busy, damaged, old, new (B01 to B06, B09), and G10."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from orderctl.store import connection, migrations
from tests.faults.world import (
    World,
    a_used_world,
    a_world,
    all_of,
    another_process,
    killed_at,
    largest_file,
    without_privileges,
)
from tests.shop import an_order_row

READING = (
    ("orders", "list"),
    ("orders", "show", "1"),
    ("stock", "show"),
    ("exceptions", "list"),
    ("run", "--dry-run"),
    ("route", "--dry-run"),
    ("db", "check"),
)


WRITING = (("run",), ("pull",), ("dispatch",), ("stock", "adjust", "MUG", "east", "1", "--reason", "found"))


@pytest.mark.parametrize("over", [0, 1, 2000, 5000, 10_000, 20_000, 40_000, 60_000])
def test_a_full_disk_below_the_store_rolls_back_and_sends_nothing_for_it(tmp_path, over):
    """B01: at sampled sizes from full to nearly enough; exit 6, and the next pass completes."""
    world = a_used_world(tmp_path)
    sent = world.files("out")
    limit = world.store.stat().st_size + over

    full = world.orderctl("run", before=largest_file(limit if over else 2000))

    if full.code:
        assert 6 == full.code, full.text
        assert 1 == full.err.count("\n")
        assert "make room" in full.err or "free space" in full.err or "cannot" in full.err
    world.sound()
    if "2" not in world.states():
        assert sent == world.files("out")

    assert 0 == world.orderctl("run").code
    assert {"1": "dispatched", "2": "dispatched"} == world.states()
    assert 2 == world.one("SELECT count(*) FROM batches WHERE digest <> ''")
    world.sound()


def test_a_store_that_cannot_be_made_for_lack_of_room_leaves_nothing_half_made(tmp_path):
    """B01: the very first pass."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))

    for size in (2000, 10_000, 100_000):
        assert 6 == world.orderctl("run", before=largest_file(size)).code
        assert not world.store.exists()

    assert 0 == world.orderctl("run").code
    world.sound()


def test_where_the_journal_cannot_be_written_nothing_is_sent(tmp_path):
    """B01, G10: the journal is flushed before the first call."""
    world = a_used_world(tmp_path)
    kept = (world.folder / "orderctl.db.effects").rename(world.folder / "kept")
    (world.folder / "orderctl.db.effects").mkdir()
    sent = {name for name in world.files("out") if "staging" not in name}

    said = world.orderctl("run")

    assert 6 == said.code, said.text
    assert "orderctl.db.effects" in said.err
    assert sent == {name for name in world.files("out") if "staging" not in name}

    (world.folder / "orderctl.db.effects").rmdir()
    kept.rename(world.folder / "orderctl.db.effects")
    assert 0 == world.orderctl("run").code
    assert {"1": "dispatched", "2": "dispatched"} == world.states()
    world.sound()


def test_on_a_read_only_folder_everything_can_be_read_and_nothing_written(tmp_path):
    """B02: a dry run reads; every writing command refuses with exit 6 before anything else."""
    world = a_used_world(tmp_path / "shop")
    before = world.everything()
    for path in (world.folder, *world.folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        read = {arguments: world.orderctl(*arguments, before=without_privileges) for arguments in READING}
        written = {arguments: world.orderctl(*arguments, before=without_privileges) for arguments in WRITING}
    finally:
        for path in (world.folder, *world.folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)

    assert dict.fromkeys(READING, 0) == {name: said.code for name, said in read.items()}
    assert "2" in read["run", "--dry-run"].out
    assert dict.fromkeys(WRITING, 6) == {name: said.code for name, said in written.items()}
    assert all(1 == said.err.count("\n") for said in written.values())
    assert before == world.everything()


def test_a_read_only_store_in_a_folder_that_is_not_can_be_read(tmp_path):
    """B02."""
    world = a_used_world(tmp_path)
    world.store.chmod(0o444)

    assert 0 == world.orderctl("orders", "list", before=without_privileges).code
    said = world.orderctl("run", before=without_privileges)
    assert 6 == said.code, said.text
    assert "writable" in said.err


def test_while_another_program_writes_the_store_is_busy_and_nothing_is_lost(tmp_path):
    """B03: after the time it waits; readers are not held up."""
    world = a_used_world(tmp_path)
    impatient = lambda: setattr(connection, "BUSY_TIMEOUT_S", 0.1)  # noqa: E731
    with closing(sqlite3.connect(world.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert 4 == world.orderctl("run", before=impatient).code
        assert 0 == world.orderctl("orders", "list", before=impatient).code
        other.execute("ROLLBACK")

    assert 0 == world.orderctl("run").code
    assert {"1": "dispatched", "2": "dispatched"} == world.states()


def zeroed(page: int) -> Callable[[Path], None]:
    def spoil(store: Path) -> None:
        with store.open("r+b") as file:
            file.seek(4096 * page)
            file.write(bytes(4096))

    return spoil


def cut(keep: float) -> Callable[[Path], None]:
    return lambda store: os.truncate(store, int(store.stat().st_size * keep))


def garbage(store: Path) -> None:
    store.write_bytes(b"not a database at all\n" * 500)


def another_program_s(store: Path) -> None:
    store.unlink()
    with closing(sqlite3.connect(store)) as db:
        db.execute("CREATE TABLE t (x)")
        db.commit()


DAMAGE = {
    "empty": lambda store: store.write_bytes(b""),
    "gone": lambda store: store.unlink(),
    "one byte": lambda store: os.truncate(store, 1),
    "half a header": lambda store: os.truncate(store, 50),
    "one page": lambda store: os.truncate(store, 4096),
    "half": cut(0.5),
    "no header": zeroed(0),
    "garbage": garbage,
    "another program's": another_program_s,
    "a folder": lambda store: (store.unlink(), store.mkdir()),
}


@pytest.mark.parametrize("spoil", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_store_is_refused_with_advice_and_never_made_anew(tmp_path, spoil):
    """B04: by every command, and not a byte of it is changed."""
    world = a_used_world(tmp_path)
    spoil(world.store)
    before = world.everything()

    for arguments in (("run",), ("orders", "list"), ("orders", "show", "1"), ("run", "--dry-run")):
        if arguments == ("run", "--dry-run") and not world.store.exists():
            continue
        said = world.orderctl(*arguments)
        assert 6 == said.code, f"{arguments}: {said.text}"
        assert 1 == said.err.count("\n")
        assert "next: " in said.err
        assert "orderctl.db" in said.err

    assert before == world.everything()


@pytest.mark.parametrize("page", range(1, 24, 2))
def test_no_page_of_zeros_makes_a_pass_guess(tmp_path, page):
    """B04: a damaged page is met and told, or lies where the pass does not look, and then nothing is wrong with it.

    What was sent before it was met is not sent again, and nothing is after.
    """
    world = a_used_world(tmp_path)
    zeroed(page)(world.store)

    said = world.orderctl("run")

    assert said.code in {0, 6}, said.text
    checked = world.orderctl("db", "check")
    assert checked.code in {6, 7}, checked.text
    if said.code:
        sent = world.files("out")
        assert 6 == world.orderctl("run").code
        assert sent == world.files("out")


@pytest.mark.parametrize("how", ["deleted", "emptied", "cut", "garbage"])
def test_a_write_ahead_log_that_is_lost_is_noticed_by_the_journal(tmp_path, how):
    """B04, G10: what was sent is only in the log, as after a kill; without it the store is an older one."""
    world = a_used_world(tmp_path)
    assert -9 == world.orderctl("run", before=killed_at("dispatch.delivered")).code
    wal = world.folder / "orderctl.db-wal"
    assert wal.stat().st_size
    spoil = {
        "deleted": wal.unlink,
        "emptied": lambda: os.truncate(wal, 0),
        "cut": lambda: os.truncate(wal, 5000),
        "garbage": lambda: wal.write_bytes(os.urandom(9000)),
    }
    spoil[how]()
    sent = world.files("out")

    said = world.orderctl("run")

    assert 6 == said.code, said.text
    assert "older than its journal" in said.err
    assert sent == world.files("out")


def test_a_store_of_a_newer_version_is_left_as_it_is(tmp_path):
    """B05, G14."""
    world = a_used_world(tmp_path)
    with closing(sqlite3.connect(world.store)) as db:
        db.execute(f"PRAGMA user_version = {migrations.LATEST + 1}")
    before = world.store.read_bytes()

    for arguments in (("run",), ("orders", "list"), ("run", "--dry-run")):
        said = world.orderctl(*arguments)
        assert 6 == said.code
        assert "newer" in said.err
    assert before == world.store.read_bytes()


def test_an_upgrade_killed_at_any_point_leaves_the_old_version_or_the_new_one_and_a_backup(tmp_path):
    """B06, G14."""

    def newer() -> None:
        migrations.MIGRATIONS["m9999_more"] = lambda: "CREATE TABLE more (x INTEGER NOT NULL) STRICT;"
        migrations.LATEST = len(migrations.MIGRATIONS)

    old = migrations.LATEST
    start = a_used_world(tmp_path / "start")
    for point in ("migrate.commit", "migrate.committed"):
        world = World(start.copy(tmp_path / point).folder)

        assert -9 == world.orderctl("run", before=all_of(newer, killed_at(point))).code

        assert (old if point == "migrate.commit" else old + 1) == world.one("PRAGMA user_version")
        (backup,) = world.folder.glob("*.backup")
        with closing(sqlite3.connect(backup)) as db:
            assert [(old,)] == db.execute("PRAGMA user_version").fetchall()
            assert [("1",)] == db.execute("SELECT number FROM orders").fetchall()
        assert 0 == world.orderctl("run", before=newer).code
        assert old + 1 == world.one("PRAGMA user_version")
        assert {"1": "dispatched", "2": "dispatched"} == world.states()


def test_a_backup_made_while_the_store_is_written_is_whole(tmp_path):
    """B09: checked, private, never over another file; and put back it is an ordinary store."""
    world = a_used_world(tmp_path)
    with another_process(world, "run", at="dispatch.sending.commit"):
        said = world.orderctl("db", "backup", "copy.db")
        assert 0 == said.code, said.text
        assert 2 == world.orderctl("db", "backup", "copy.db").code
    copy = world.folder / "copy.db"
    assert 0o600 == stat.S_IMODE(copy.stat().st_mode)
    with closing(sqlite3.connect(copy)) as db:
        assert [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()
        assert [("1", "dispatched"), ("2", "routed")] == db.execute("SELECT number, state FROM orders").fetchall()
    assert 0 == world.orderctl("orders", "list", "--db", "copy.db").code


def test_an_older_store_put_back_sends_nothing(tmp_path):
    """G10: a restored backup, a snapshot, a copied file."""
    world = a_used_world(tmp_path)
    older = world.store.read_bytes()
    assert 0 == world.orderctl("run").code
    sent = world.files("out")
    world.store.write_bytes(older)

    for arguments in (("run",), ("dispatch",), ("push",)):
        said = world.orderctl(*arguments)
        assert 6 == said.code
        assert "older than its journal" in said.err
    assert sent == world.files("out")
    assert 0 == world.orderctl("orders", "list").code


def test_the_store_of_another_shop_is_not_taken_for_this_one(tmp_path):
    """G10."""
    world, other = a_used_world(tmp_path / "a"), a_used_world(tmp_path / "b")
    shutil.copy(other.store, world.store)

    said = world.orderctl("run")

    assert 6 == said.code
    assert "another store" in said.err
