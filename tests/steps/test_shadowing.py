from __future__ import annotations

import os
from functools import partial as bound
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import ConfigError, Exit
from orderctl.steps import locations
from orderctl.steps import run as runs
from tests.destinations.api_fake import KEYED, LOST, Warehouse
from tests.partner import Asked, Reply, partner, saying
from tests.shop import CHANNELS, Shop, a_shop, an_order_row
from tests.steps.shadow_shop import BY_FILES, a_shadow_shop, an_api_shadow_shop, asked, copies, handed
from tests.steps.test_crash import a_pass, go_on, in_child, kill_at, points_of, story

LATER = ("2026-11-20T15:10:00Z", "2026-11-20T15:20:00Z", "2026-11-20T15:30:00Z")
#: What the shadow may leave in the store, and nobody else does.
_OF_SHADOWS = {"shadows", "shadow_batches", "shadow_copies", "shadow_answers", "shadow_counts"}


def test_what_the_location_beside_has_taken_goes_to_the_shadow_once_and_marked(tmp_path):
    shop = a_shadow_shop(tmp_path)
    shop.orders("web", an_order_row("1001", "MUG*2"), an_order_row("1002", "LAMP"))

    assert Exit.OK == shop.run()[0]
    shop.run(at=LATER[0])

    (row,) = handed(shop)
    assert ("TEST-WEB-1001-1", "yes", "TEST: DO NOT SHIP") == (row["reference"], row["test"], row["notice"])
    assert "2026-11-20-0001-TEST.csv" in {Path(name).name for name in shop.files("out/next")}
    assert {"TEST-WEB-1001-1": "dispatched"} == copies(shop)


def test_what_another_location_ships_is_none_of_the_shadows_business(tmp_path):
    shop = a_shadow_shop(tmp_path)
    shop.orders("web", an_order_row("1001", "LAMP"))
    shop.run()

    assert ({}, []) == (copies(shop), handed(shop))


def test_the_customers_own_data_stays_here_unless_it_is_asked_for(tmp_path):
    ana = {
        "ship_to": {**an_order_row("1")["ship_to"], "phone": "+1 212 555 0100"},
        "gift_message": "For you, Bea",
        "note": "Ana's birthday",
    }
    rows = {}
    for name, shadow in {"hidden": BY_FILES, "shown": f"{BY_FILES}shadow_personal_data = true\n"}.items():
        shop = a_shadow_shop(tmp_path / name, shadow)
        shop.orders("web", an_order_row("1001", **ana))
        shop.run()
        (rows[name],) = handed(shop)

    told = " ".join(rows["hidden"].values())
    assert [] == [word for word in ("Ana", "Bea", "ana@", "0100") if word in told]
    assert "1 Main St" in told
    shown = rows["shown"]
    assert ("DO NOT SHIP Ana Diaz", "ana@example.com") == (shown["name"], shown["email"])
    assert "TEST: DO NOT SHIP. For you, Bea" == shown["gift_message"]


def test_a_shadow_gets_nothing_of_what_was_handed_over_before_it_ran(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders("web", an_order_row("1001"))
    shop.run()
    shop.write("channels.toml", CHANNELS + BY_FILES)
    shop.run(at=LATER[0])
    assert {} == copies(shop)
    shop.orders("web-2", an_order_row("1002"))
    shop.run(at=LATER[1])

    assert {"TEST-WEB-1002-1": "dispatched"} == copies(shop)


def test_a_shadow_that_was_taken_away_for_a_while_gets_nothing_of_what_came_meanwhile(tmp_path):
    shop = a_shadow_shop(tmp_path)
    for number, (config, at) in enumerate(zip((BY_FILES, "", BY_FILES), LATER, strict=True), 1):
        shop.write("channels.toml", CHANNELS + config)
        shop.orders(f"web-{number}", an_order_row(f"100{number}"))
        shop.run(at=at)

    assert ["TEST-WEB-1001-1", "TEST-WEB-1003-1"] == list(copies(shop))


def test_a_paused_shadow_gets_its_copies_once_it_is_resumed(tmp_path):
    shop = a_shadow_shop(tmp_path)
    with shop.context() as ctx:
        locations.location_pause(ctx, "next", "their test system is down")
    shop.orders("web", an_order_row("1001"))
    shop.run()
    waiting = copies(shop)
    with shop.context() as ctx:
        locations.location_resume(ctx, "next")
    shop.run(at=LATER[0])

    assert ({"TEST-WEB-1001-1": "waiting"}, {"TEST-WEB-1001-1": "dispatched"}) == (waiting, copies(shop))


def test_a_shadow_that_cannot_be_reached_costs_the_others_nothing(tmp_path):
    shop = a_shadow_shop(tmp_path)
    (tmp_path / "out").mkdir()
    blocked = shop.write("out/next", "no folder")
    shop.orders("web", an_order_row("1001"))
    code, _ = shop.run()
    assert Exit.REMOTE == code
    assert [("dispatched",)] == asked(shop, "SELECT state FROM shipments")
    assert [] == asked(shop, "SELECT code FROM exceptions")
    blocked.unlink()
    shop.run(at=LATER[0])

    assert {"TEST-WEB-1001-1": "dispatched"} == copies(shop)
    assert 1 == len(handed(shop))


def test_a_dry_run_says_what_the_shadow_would_get_and_writes_nothing(tmp_path):
    shop = a_shadow_shop(tmp_path)
    shop.orders("web", an_order_row("1001"))
    _, reports = shop.run(dry_run=True)
    shown = [item for report in reports if report.step == "dispatch" for item in report.items]

    assert [("east", False), ("next", True)] == [(item["location"], item["shadow"]) for item in shown]
    assert {} == shop.files("out")


def test_only_one_location_can_be_dispatched_to_and_collected_from(tmp_path):
    shop = a_shadow_shop(tmp_path)
    shop.orders("web", an_order_row("1001"))
    with shop.context() as ctx:
        runs.run(ctx, skip=["dispatch"])
    with shop.context() as ctx:
        runs.run(ctx, only=["dispatch"], subjects=runs.Subjects(locations=["east"]))
    waiting = copies(shop)
    with shop.context() as ctx:
        runs.run(ctx, only=["dispatch"], subjects=runs.Subjects(locations=["next"]))

    assert ({"TEST-WEB-1001-1": "waiting"}, {"TEST-WEB-1001-1": "dispatched"}) == (waiting, copies(shop))


def test_a_template_that_does_not_say_that_nothing_is_to_be_shipped_is_refused(tmp_path):
    shop = a_shadow_shop(tmp_path, BY_FILES.replace("{batch}.csv", '{batch}.txt", template = "pick.txt.j2'))
    shop.write("pick.txt.j2", "{% for shipment in shipments %}{{ shipment.order_number }}\n{% endfor %}")

    with pytest.raises(ConfigError, match=r"channels\.toml:\d+: .* in shadow: does not say that nothing"):
        shop.run()
    shop.write("pick.txt.j2", "{{ notice }}{% for shipment in shipments %}{{ shipment.order_number }}\n{% endfor %}")
    assert Exit.OK == shop.run()[0]


def a_busy_shop(folder: Path, shadow: str) -> Shop:
    """Two orders go out from the east, one from elsewhere; the location beside and the shadow answer the first."""
    shop = a_shadow_shop(folder, shadow)
    for feed in (folder / "stock").iterdir():
        os.utime(feed, (1_795_176_000, 1_795_176_000))
    shop.orders("web", an_order_row("1001"), an_order_row("1002", "TEE*2", "LAMP"))
    shop.run(at="2026-11-20T14:00:00Z")
    shop.answers("east", "a", "WEB-1001-1,shipped,,,UPS,1Z999AA10123456784,", "WEB-1002-1,rejected,,,,,broken")
    shop.answers(
        "next",
        *("a", "TEST-WEB-1001-1,rejected,,,,,no stock", "TEST-WEB-1002-1,shipped,tee,2,UPS,1Z,"),
        *("TEST-WEB-1,acknowledged,,,,,", "TEST-WEB-1001-1,nonsense,,,,,", "WEB-1001-1,cancelled,,,,,"),
    )
    shop.stock(next={"MUG": 1, "TEE": 900})
    for feed in (folder / "stock").iterdir():
        os.utime(feed, (1_795_179_600, 1_795_179_600))  # a feed counts for when it was written
    shop.orders("web-2", an_order_row("1003"))
    return shop


def test_everything_else_is_the_same_with_and_without_a_shadow(tmp_path):
    """Sums, states, what channels are told, what waits for a person: all rows, and every file, byte for byte."""
    stories = []
    for name, shadow in {"with": BY_FILES, "without": ""}.items():
        shop = a_busy_shop(tmp_path / name, shadow)
        shop.run()
        shop.run(at=LATER[0])
        found = {key: value for key, value in story(shop).items() if not key.startswith("out/next/")}
        stories.append({table: _without_shadow(table, rows) for table, rows in found.items()})

    with_it, without = stories
    for table in _OF_SHADOWS:
        assert (True, []) == (bool(with_it.pop(table)), without.pop(table)), table
    assert without == with_it


def _without_shadow(table: str, rows: Any) -> Any:
    if table not in {"effects", "cursors"}:
        return rows
    kept = [row for row in rows if "'shadow'" not in row and "location:next" not in row and "shadow:next" not in row]
    return sorted(row.partition(", ")[2] for row in kept)  # the numbers of effects are those of all of them


def test_killed_at_every_failpoint_no_copy_is_lost_or_handed_over_twice(tmp_path):
    start = a_busy_shop(tmp_path / "start", BY_FILES)
    whole = start.copy(tmp_path / "whole")
    points = points_of(whole)
    expected = story(whole)

    assert {"shadow.sending.committed", "shadow.delivered", "shadow.receipt.committed", "shadow.page.commit"} <= set(
        points
    )
    for count, name in enumerate(points, 1):
        shop = start.copy(tmp_path / str(count))
        assert os.WIFSIGNALED(in_child(bound(a_pass, shop), kill_at(count))), name
        assert 0 == in_child(bound(a_pass, shop), go_on), name

        assert expected == story(shop), f"killed at failpoint {count} ({name})"


def _is_of_shadow(name: str) -> bool:
    return name.startswith("shadow.") or name == "journal.noted"


@pytest.mark.parametrize("partner_class", ["A", "B", "C"])
def test_killed_while_copies_go_out_by_an_api_each_arrives_at_most_once(tmp_path, partner_class):
    """Class C never knows; A and B end with exactly one."""
    keyed: dict[str, Any] = {"create": KEYED} if partner_class == "A" else {}
    warehouses = [Warehouse()]

    def answer(asked: Asked) -> Reply:
        return warehouses[-1].answer(asked)

    with partner(answer=answer) as server:
        start = an_api_shadow_shop(tmp_path / "start", server.url, partner_class, **keyed)
        start.orders("web", an_order_row("1001"))
        points = points_of(start.copy(tmp_path / "whole"))
        assert ["TEST-WEB-1001-1"] == warehouses[-1].effects
        for count in [number for number, name in enumerate(points, 1) if _is_of_shadow(name)]:
            warehouses.append(Warehouse())
            shop = start.copy(tmp_path / f"{partner_class}-{count}")
            assert os.WIFSIGNALED(in_child(bound(a_pass, shop), kill_at(count)))
            for at in ("2026-11-20T15:00:00Z", *LATER):
                shop.run(at=at)

            where = f"killed at {points[count - 1]}"
            wanted = [["TEST-WEB-1001-1"]] if partner_class != "C" else [["TEST-WEB-1001-1"], []]
            assert warehouses[-1].effects in wanted, where
            assert copies(shop)["TEST-WEB-1001-1"] in {"dispatched", *(["uncertain"] if partner_class == "C" else [])}


@pytest.mark.parametrize(
    ("partner_class", "state", "effects"), [("A", "dispatched", 1), ("B", "dispatched", 1), ("C", "uncertain", 1)]
)
def test_after_a_lost_answer_a_copy_follows_the_class_of_its_location(tmp_path, partner_class, state, effects):
    warehouse = Warehouse(faults=[("after", LOST)] * (5 if partner_class == "A" else 1))
    keyed: dict[str, Any] = {"create": KEYED} if partner_class == "A" else {}
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shadow_shop(tmp_path, server.url, partner_class, patience="1 s", **keyed)
        shop.orders("web", an_order_row("1001"))
        code, _ = shop.run()
        warehouse.faults.clear()
        for at in LATER:
            shop.run(at=at)

    assert (Exit.OK, state, effects) == (code, copies(shop)["TEST-WEB-1001-1"], len(warehouse.effects))
    assert [] == asked(shop, "SELECT code FROM exceptions")


def test_an_answer_proves_that_a_copy_arrived_of_which_nobody_knew(tmp_path):
    warehouse = Warehouse(faults=[("after", LOST)])
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shadow_shop(tmp_path, server.url, "C", poll={"updated": "updated_at"})
        shop.orders("web", an_order_row("1001"))
        shop.run()
        warehouse.says("TEST-WEB-1001-1", "RECEIVED")
        shop.run(at=LATER[0])

    assert {"TEST-WEB-1001-1": "acknowledged"} == copies(shop)
    assert [("accepted",)] == asked(shop, "SELECT state FROM effects WHERE kind = 'shadow'")


def test_a_refused_copy_is_kept_as_that_and_the_shipment_goes_its_way(tmp_path):
    warehouse = Warehouse(refuses=lambda _: saying({"message": "not our article"}, 422))
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shadow_shop(tmp_path, server.url, "B")
        shop.orders("web", an_order_row("1001"))
        code, _ = shop.run()

    assert (Exit.OK, {"TEST-WEB-1001-1": "refused"}) == (code, copies(shop))
    assert [("dispatched",)] == asked(shop, "SELECT state FROM shipments")


def test_what_was_surely_not_taken_goes_again_and_what_cannot_go_is_put_aside(tmp_path):
    warehouse = Warehouse(faults=[("before", Reply(429, headers={"retry-after": "999999"}))])
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shadow_shop(tmp_path, server.url, "B", patience="1 s", create={"required": ["ship_to.phone"]})
        reached = {**an_order_row("1")["ship_to"], "phone": "+1 212 555 0100"}
        shop.orders("web", an_order_row("1001", ship_to=reached), an_order_row("1002"))
        code, _ = shop.run()
        first = copies(shop)
        shop.run(at="2026-11-21T15:00:00Z")

    assert (Exit.REMOTE, {"TEST-WEB-1001-1": "waiting", "TEST-WEB-1002-1": "unfit"}) == (code, first)
    assert {"TEST-WEB-1001-1": "dispatched", "TEST-WEB-1002-1": "unfit"} == copies(shop)
    assert [("it states no ship_to.phone",)] == asked(shop, "SELECT reason FROM shadow_copies WHERE state = 'unfit'")
