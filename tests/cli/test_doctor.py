"""What `orderctl doctor` finds, and what it says to do about it."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shop import CHANNELS, Said, Shop, a_row, a_shop
from tests.partner import Reply, partner

REMOTE = """
[channel.shop]
type = "woocommerce"
base_url = "{url}"
consumer_key = "env:KEY"
consumer_secret = "env:SECRET"
"""
SECRETS = {"KEY": "ck_12345678", "SECRET": "cs_12345678"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = a_shop(tmp_path_factory.mktemp("shop"))
    shop.receive(a_row("1"))
    assert 0 == shop.orderctl("run").code
    return shop


@pytest.fixture
def shop(made: Shop, tmp_path: Path) -> Shop:
    return made.copy(tmp_path)


def found(said: Said, subject: str, what: str) -> list[dict[str, Any]]:
    """The items about `what` of `subject`."""
    return [one for one in said.json["items"] if (one["subject"], one["what"]) == (subject, what)]


def test_each_thing_is_a_line_with_its_verdict_and_what_to_do_about_it(shop: Shop):
    said = shop.orderctl("doctor", "--offline")

    lines = said.out.splitlines()
    assert (0, "") == (said.code, said.err)
    assert {"OK", "WARN"} == {line.split()[0] for line in lines}
    assert [] == [line for line in lines if line.startswith("WARN") and "; next: " not in line]
    assert "OK    config: channels.toml: web, east, west" in lines
    assert "OK    store, lock: free" in lines


def test_nothing_is_changed(shop: Shop):
    before = shop.files()

    shop.orderctl("doctor", "--deep")

    assert before == shop.files()


def test_a_folder_that_is_not_set_up_fails_with_the_file_that_is_missing(tmp_path: Path):
    said = Shop(tmp_path).orderctl("doctor", "--json")

    (config,) = found(said, "config", "file")
    assert 7 == said.code == said.json["exit_code"]
    assert ("fail", "channels.toml: there is no such file") == (config["verdict"], config["found"])
    assert {} == Shop(tmp_path).files()


def test_what_is_wrong_in_a_file_is_told_with_its_line(shop: Shop):
    text = (shop.folder / "rules.toml").read_text(encoding="utf-8")
    shop.write("rules.toml", text + "wrong = 1\n")

    said = shop.orderctl("doctor", "--offline", "--json")

    (rules,) = found(said, "rules", "file")
    assert 7 == said.code
    assert ("fail", True) == (rules["verdict"], "unknown key 'wrong'" in rules["found"])
    assert "ok" == found(said, "config", "file")[0]["verdict"]


def test_a_secret_that_is_not_there_fails_and_one_that_is_does_not(shop: Shop):
    shop.write("channels.toml", CHANNELS + REMOTE.format(url="https://shop.example"))

    missing, there = (
        shop.orderctl("doctor", "--offline", "--json"),
        shop.orderctl("doctor", "--offline", "--json", **SECRETS),
    )

    assert ["fail", "fail"] == [one["verdict"] for one in found(missing, "config", "secrets")]
    assert "KEY" in found(missing, "config", "secrets")[0]["found"]
    assert ["ok"] == [one["verdict"] for one in found(there, "config", "secrets")]
    assert (7, 0) == (missing.code, there.code)
    assert "12345678" not in there.out


def test_offline_nobody_is_asked_and_the_number_is_told(shop: Shop):
    with partner(Reply(401)) as asked:
        shop.write("channels.toml", CHANNELS + REMOTE.format(url=asked.url))
        said = shop.orderctl("doctor", "--offline", **SECRETS)

    assert [] == asked.asked
    assert "1 channels and ways of locations were not asked: --offline" == said.out.splitlines()[-1]


def test_a_channel_that_does_not_let_us_in_fails(shop: Shop):
    with partner(Reply(401)) as asked:
        shop.write("channels.toml", CHANNELS + REMOTE.format(url=asked.url))
        said = shop.orderctl("doctor", "--json", **SECRETS)

    told = [one for one in said.json["items"] if one["subject"] == "channel shop"]
    assert 7 == said.code
    assert "fail" in {one["verdict"] for one in told}
    assert [] == [one for one in told if one["verdict"] == "fail" and not one["next"]]
    assert "probe_failed" in {problem["code"] for problem in said.json["problems"]}


def test_a_location_whose_folder_cannot_be_written_fails(shop: Shop):
    shop.write("channels.toml", CHANNELS.replace("out/west", "blocked/west"))
    shop.write("blocked", "a file where a folder should be")

    said = shop.orderctl("doctor", "--offline", "--json")

    assert 7 == said.code
    assert ["fail"] == [one["verdict"] for one in found(said, "location west send", "folder")]


def test_what_is_paused_is_told(shop: Shop):
    assert 0 == shop.orderctl("locations", "pause", "west", "--reason", "flood").code

    told = found(shop.orderctl("doctor", "--offline", "--json"), "location west", "pause")

    assert ["orderctl locations resume west"] == [one["next"] for one in told]


def test_a_copy_of_a_living_store_is_found_and_one_by_backup_is_not(shop: Shop):
    (shop.folder / "copied.db").write_bytes((shop.folder / "orderctl.db").read_bytes())
    assert 0 == shop.orderctl("db", "backup", "good.db").code

    said = shop.orderctl("doctor", "--offline", "--json")

    assert ["copied.db"] == [one["found"].split()[0] for one in found(said, "copies", "log")]
    assert ["ok"] == [one["verdict"] for one in found(said, "copies", "backup")]
    assert "good.db" in found(said, "copies", "backup")[0]["found"]


def test_the_store_that_a_restore_set_aside_is_no_copy_that_lacks_anything(shop: Shop):
    shop.orderctl("db", "backup", "copy.db")
    shop.orderctl("db", "restore", "copy.db")

    assert [] == found(shop.orderctl("doctor", "--json"), "copies", "log")


def test_a_store_older_than_its_journal_fails(shop: Shop, made: Shop):
    assert 0 == shop.orderctl("db", "backup", "old.db").code
    shop.receive(a_row("1"), a_row("9"))
    assert 0 == shop.orderctl("run").code
    for name in ("orderctl.db-wal", "orderctl.db-shm"):
        (shop.folder / name).unlink(missing_ok=True)
    (shop.folder / "orderctl.db").write_bytes((shop.folder / "old.db").read_bytes())

    said = shop.orderctl("doctor", "--offline", "--json")

    (journal,) = found(said, "store", "journal")
    assert (7, "fail", "orderctl reconcile") == (said.code, journal["verdict"], journal["next"])


def test_a_file_that_is_no_store_fails(shop: Shop):
    shop.write("orderctl.db", "no store at all")

    said = shop.orderctl("doctor", "--offline", "--json")

    assert (7, "fail") == (said.code, found(said, "store", "file")[0]["verdict"])


def test_deep_finds_a_sum_that_does_not_hold(shop: Shop):
    with closing(sqlite3.connect(shop.folder / "orderctl.db")) as db, db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("UPDATE stock_levels SET on_hand = on_hand + 1 WHERE sku = 'LAMP'")

    shallow, deep = shop.orderctl("doctor", "--offline"), shop.orderctl("doctor", "--offline", "--deep", "--json")

    failed = [one for one in deep.json["items"] if one["verdict"] == "fail"]
    assert (0, 7) == (shallow.code, deep.code)
    assert {"orderctl help store_difference"} == {one["next"] for one in failed}


def test_whoever_holds_the_store_is_named_and_not_disturbed(shop: Shop):
    path = shop.folder / "orderctl.db.lock"
    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write('{"pid": "4711", "command": "orderctl run", "since": "2026-11-20T10:00:00Z"}')
        lock.flush()
        said = shop.orderctl("doctor", "--offline", "--json")

    (held,) = found(said, "store", "lock")
    assert "held by 'orderctl run' (pid 4711, since 2026-11-20T10:00:00Z)" == held["found"]
    assert "warn" == held["verdict"]  # for far too long


def test_a_store_that_others_may_open_is_told(shop: Shop):
    (shop.folder / "orderctl.db").chmod(0o644)

    (mode,) = found(shop.orderctl("doctor", "--offline", "--json"), "store", "mode")

    assert ("warn", "chmod 600 orderctl.db") == (mode["verdict"], mode["next"])


def test_a_clock_that_went_back_fails(shop: Shop):
    with closing(sqlite3.connect(shop.folder / "orderctl.db")) as db, db:
        db.execute("UPDATE passes SET started_at = '2126-11-20T10:00:00Z'")

    (clock,) = found(shop.orderctl("doctor", "--offline", "--json"), "machine", "clock")

    assert "fail" == clock["verdict"]


def test_quiet_says_only_what_is_not_well(shop: Shop):
    said = shop.orderctl("doctor", "--offline", "--quiet")

    assert "" == said.out
    assert {"WARN"} == {line.split()[0] for line in said.err.splitlines()}
