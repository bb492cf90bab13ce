"""A pass as cron runs it: what it says, and when it keeps quiet."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.shop import Said, Shop, a_row, a_shop


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return a_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(made: Shop, tmp_path: Path) -> Shop:
    return made.copy(tmp_path)


@contextmanager
def another_process(shop: Shop) -> Iterator[None]:
    """Someone else holds the store."""
    with (shop.folder / "orderctl.db.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_a_failure_that_lasts_is_told_when_it_starts_and_when_it_ends(shop: Shop):
    shop.receive(a_row("1"))
    blocked = shop.write("out/east", "a file where a folder should be")

    starts, lasts, with_json = shop.orderctl("run"), shop.orderctl("run"), shop.orderctl("run", "--json")
    blocked.unlink()
    ends, quiet = shop.orderctl("run"), shop.orderctl("run")

    assert 5 == starts.code
    assert ["orderctl: 1 location failed", "east: "] == [
        line[:27] if line[0] == "o" else line[:6] for line in starts.err.splitlines()
    ]
    assert starts.err.splitlines()[1].endswith("; next: make the folder writable and run again")
    assert Said(5, "", "") == lasts
    assert (5, "dispatch") == (with_json.code, with_json.json["steps"][3]["step"])
    assert with_json.json["steps"][3]["problems"]
    assert (0, "") == (ends.code, ends.out)
    assert ends.err.startswith("orderctl: 1 failure has ended\neast: dispatch works again; it failed since ")
    assert Said(0, "", "") == quiet


def test_a_store_that_is_in_use_is_said_or_if_free_kept_quiet_about(shop: Shop):
    with another_process(shop):
        busy, if_free = shop.orderctl("run"), shop.orderctl("run", "--if-free")
        as_json = shop.orderctl("run", "--if-free", "--json")

    assert 4 == busy.code
    assert "holds the store; nothing was touched" in busy.err
    assert Said(0, "", "") == if_free
    assert (0, {"exit_code": 0, "steps": []}) == (as_json.code, as_json.json)
    assert 0 == shop.orderctl("run", "--if-free").code


def test_a_dry_run_without_a_terminal_is_shown_all_the_same(shop: Shop):
    shop.receive(a_row("1"), a_row("2", total="many"))

    said = shop.orderctl("run", "--dry-run")

    assert 3 == said.code
    assert said.out.startswith("Dry run: this is what would be done. Nothing was changed, written or sent.\n")
    assert "east           1      1  out/east/0001.csv\n" in said.out
    assert "orderctl: a dry run found 1 new exception; nothing was done\n" == said.err


def test_a_dry_run_shows_what_channels_would_be_told(a_day_later: Shop):
    a_day_later.orderctl("shipments", "confirm", "WEB-1-1", "--tracking", "9400")

    assert "web             1  outbox/web/tracking-000001.csv\n" in a_day_later.orderctl("run", "--dry-run").out


def test_a_single_step_is_a_pass_of_its_own_with_recovery_and_news(shop: Shop):
    shop.receive(a_row("1"), a_row("2", total="many"))

    pulled = shop.orderctl("pull", "web", "--json")
    routed = shop.orderctl("route", "web/1")

    assert (3, "orderctl exceptions show 1") == (pulled.code, pulled.json["problems"][0]["next"])
    assert "route  1 routed\n" == routed.out
    assert 0 == shop.orderctl("dispatch", "east").code
    assert 0 == shop.orderctl("collect", "east").code
    assert 0 == shop.orderctl("push", "web").code
