from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps import locations
from tests.destinations.api_fake import Warehouse
from tests.destinations.api_shop import an_api_shop
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop, an_order_row
from tests.steps.shadow_shop import a_shadow_shop

DETAILS = """
[location.acme]
kind  = "supplier"
stock = "unlimited"
class = "C"
on_no_ack = "failover"
cutoff = { mon_fri = "15:00" }
contact = "orders@acme.example"
escalate_to = "Bo"
"""


def detailed(folder: Path) -> Shop:
    return a_shop(folder, CHANNELS.replace('[location.acme]\nkind  = "supplier"\nstock = "unlimited"\n', DETAILS))


def shown(shop: Shop, name: str) -> Any:
    with shop.context(dry_run=True) as ctx:
        return locations.location_show(ctx, name)


def tried(shop: Shop, name: str) -> Any:
    with shop.context(dry_run=True) as ctx:
        return locations.location_test(ctx, name)


def test_a_location_shows_how_it_is_reached_what_is_promised_its_times_and_whom_to_ask(tmp_path):
    acme = shown(detailed(tmp_path), "acme")

    assert ("file", "file", "file") == (acme["send"], acme["confirm"], acme["stock_feed"])
    assert ("C", "failover", {"mon": "15:00"}) == (acme["class"], acme["on_no_ack"], {"mon": acme["cutoff"]["mon"]})
    assert acme["promise"].startswith("After a lost answer nothing is sent again before a person")
    assert ("orders@acme.example", "Bo") == (acme["contact"], acme["escalate_to"])
    assert (None, None) == (acme["acknowledge_within_s"], acme["ship_within_s"])


def test_a_location_shows_what_waits_there_and_what_it_has(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders("web", an_order_row("1001"), an_order_row("1002"))
    shop.run()
    shop.answers("east", "a", "WEB-1001-1,shipped,,,UPS,1Z,")
    shop.run(at="2026-11-20T15:10:00Z")

    assert (0, 1, 0) == tuple(shown(shop, "east")[name] for name in ("planned", "in_hand", "uncertain"))


def test_of_a_shadow_its_copies_are_counted(tmp_path):
    shop = a_shadow_shop(tmp_path)
    shop.orders("web", an_order_row("1001"))
    shop.run()
    rows = {row["location"]: row for row in shop.ask(locations.locations_list)}

    assert ["east", "west", "acme", "next"] == list(rows)
    assert ("east", 1) == (rows["next"]["beside"], rows["next"]["in_hand"])
    assert "" == rows["east"]["beside"]
    assert "east" == shown(shop, "next")["beside"]


@pytest.mark.parametrize("ask", [shown, tried])
def test_a_location_that_does_not_exist_is_told_with_the_nearest(tmp_path, ask):
    with pytest.raises(UsageError, match="did you mean 'acme'"):
        ask(a_shop(tmp_path), "acmee")


def test_folders_are_tried_out_and_nothing_is_left_there(tmp_path):
    shop = a_shop(tmp_path)
    for folder in ("out/east", "in/east"):
        (tmp_path / folder).mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    report = tried(shop, "east")

    assert (Exit.OK, {"ok": 4}) == (report.exit, report.counts)
    assert ["send", "send", "confirm", "stock_feed"] == [item["way"] for item in report.items]
    assert before == [path for path in sorted(tmp_path.rglob("*")) if "orderctl.db" not in path.name]


def test_folders_that_are_not_there_are_warnings_with_what_to_do(tmp_path):
    report = tried(a_shop(tmp_path), "east")

    assert (Exit.OK, {"warn": 2, "ok": 1}) == (report.exit, report.counts)
    assert f"mkdir -p {tmp_path / 'out' / 'east'}" in report.items[0]["next"]


def test_a_folder_that_cannot_be_written_fails_and_the_other_ways_are_tried_all_the_same(tmp_path):
    shop = a_shop(tmp_path)
    shop.write("out/east", "no folder")
    report = tried(shop, "east")

    assert (Exit.CHECK, ["probe_failed"]) == (report.exit, [problem.code for problem in report.problems])
    assert ["fail", "warn", "ok"] == [item["verdict"] for item in report.items]
    assert "east folder" == report.problems[0].subject


def test_a_partner_that_does_not_answer_is_a_failure_and_no_error(tmp_path):
    with partner(answer=Warehouse().answer) as server:
        shop = an_api_shop(tmp_path, server.url, "B", patience="1 s")
        works = tried(shop, "east")
    silent = tried(shop, "east")

    assert (Exit.OK, Exit.CHECK) == (works.exit, silent.exit)
    assert {"send", "confirm"} == {item["way"] for item in silent.items if item["verdict"] == "fail"}
    assert [] == server_effects(shop)


def server_effects(shop: Shop) -> list[str]:
    """Nothing that was tried out is an effect of the shop."""
    return list(shop.files("out", "outbox"))
