"""The rehearsal of a peak: what it says is what routing would do, and it touches nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderctl.core.errors import ConfigError, UsageError
from orderctl.core.quotas import Price, Quota
from orderctl.steps import adapter_classes, rehearsing, simulate
from orderctl.steps import run as runs
from orderctl.steps.report import Report
from orderctl.steps.what_if import Asked
from orderctl.store.transactions import transaction
from tests.shop import CHANNELS, NOW, RULES, Shop, a_shop, an_order_row

FIRST = "2026-11-18T15:00:00Z"
LIMITED = CHANNELS.replace("[location.east]", "[location.east]\ncapacity = 10")
EXCEED = RULES.replace('then.if_short = "backorder"', 'then.if_short = "backorder"\nthen.if_full = "exceed"')
Row = dict[str, Any]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return a_shop(tmp_path)


def orders_of(*rows: Row) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def many(count: int, *skus: str, placed_at: str = FIRST, **changes: Any) -> list[Row]:
    return [an_order_row(str(number), *skus, placed_at=placed_at, **changes) for number in range(1, count + 1)]


def of_file(shop: Shop, *rows: Row, release: str = "", rules: Path | None = None, **asked: Any) -> Row:
    file = shop.write("peak.jsonl", orders_of(*rows))
    found: Row = simulate.of_file(shop.config, file, Asked(**asked), release, rules)
    return found


def of_store(shop: Shop, since: str = "", release: str = "", rules: Path | None = None, **asked: Any) -> Row:
    found: Row = shop.ask(simulate.of_store, Asked(**asked), since, release, rules)
    return found


def steps_of(shop: Shop, *steps: str) -> list[Report]:
    with shop.context() as ctx:
        return runs.run(ctx, only=steps)


def adds_up(totals: Row) -> bool:
    parts = ("planned_units", "backordered_units", "cancelled_units", "held_units", "aside_units")
    return bool(totals["units"] == sum(totals[name] for name in parts))


def test_once_and_unchanged_it_ends_as_routing_does(shop: Shop):
    rows = [
        *many(9, "MUG*2", "LAMP"),
        *many(3, "RING-1", channel="market"),
        an_order_row(
            "90", "TEE", total="900.00", lines=[{"id": "1", "sku": "TEE", "quantity": 1, "unit_price": "900"}]
        ),
        an_order_row("91", "NOBODY"),
    ]
    shop.orders("web", *[row for row in rows if "channel" not in row])
    shop.orders("market", *[row | {"number": f"M{row['number']}"} for row in rows if "channel" in row])
    steps_of(shop, "pull", "collect")
    said = of_store(shop)["baseline"]

    reports = steps_of(shop, "route")
    shipped = [one for report in reports if report.step == "route" for one in report.items]
    lines = Counter[str]()
    for item in shipped:
        lines["planned"] += sum(line["quantity"] for each in item["shipments"] for line in each["lines"])
        lines["waiting"] += sum(wait["quantity"] for wait in item["backorders"])
        lines["shipments"] += len(item["shipments"])
        lines["held"] += item["outcome"] == "held"

    assert [lines["planned"], lines["waiting"], lines["shipments"], lines["held"]] == [
        said[name] for name in ("planned_units", "backordered_units", "shipments", "held_orders")
    ]
    assert adds_up(said)
    assert 0 < lines["planned"] < said["units"]


def test_nothing_is_written_whatever_is_asked(shop: Shop):
    shop.orders("web", *many(5))
    shop.run()
    before = {path: path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()}

    of_store(shop, times="10", close=["west"], stock=["east=50%"], pickup=[], release="1h")

    assert before == {path: path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()}


def test_history_is_moved_ahead_by_whole_weeks(shop: Shop):
    shop.orders("web", *many(2))
    shop.run()

    said = of_store(shop)

    assert ("2026-11-25T15:00:00Z", "7 d") == (said["begins_at"], said["moved"])


def test_orders_come_as_often_as_is_asked_for_also_in_parts(shop: Shop):
    for times, orders in (("3", 15), ("1.5", 7), ("0.4", 2)):
        said = of_file(shop, *many(5), times=times)
        assert (5, orders) == (said["baseline"]["orders"], said["rehearsal"]["orders"]), times


def test_the_first_to_give_way_is_the_location_that_is_full(tmp_path: Path):
    shop = a_shop(tmp_path, LIMITED, EXCEED)
    rows = [row | {"placed_at": f"2026-11-18T1{hour}:00:00Z"} for hour, row in enumerate(many(8))]

    said = of_file(shop, *rows, times="3")

    first = said["first_bottleneck"]
    assert ("capacity", "east", 24, 10, False) == tuple(
        first[name] for name in ("kind", "subject", "needed", "has", "in_baseline")
    )
    assert "2026-11-18T13:00:20Z" == first["since"]
    assert "east is full from 2026-11-18 08:00: up to 24 orders a day against a capacity of 10" == first["text"]
    east = said["locations"][0]
    assert (24, 14, 34) == (east["shipments"], east["worst_backlog"], east["hours_to_clear"])
    assert [(10, 14), (10, 4), (4, 0)] == [
        (day["picked"], day["backlog"]) for day in said["days"] if "east" == day["location"]
    ]


def test_what_a_full_location_was_asked_for_is_known_although_others_took_it(tmp_path: Path):
    said = of_file(a_shop(tmp_path, LIMITED), *many(8), times="3")

    east, west, _ = said["locations"]
    assert (10, 24, 14, 14) == (east["shipments"], east["most_wanted"], east["turned_away"], west["shipments"])
    assert [("capacity", 24)] == [(one["kind"], one["needed"]) for one in said["bottlenecks"]]


def test_the_first_to_give_way_is_stock(shop: Shop):
    stock = shop.write("count.csv", "location,sku,quantity\neast,MUG,6\nwest,MUG,3\n")

    said = of_file(shop, *many(5), times="4", stock=[str(stock)])

    first = said["first_bottleneck"]
    assert ("stock", "MUG", 20, 9) == tuple(first[name] for name in ("kind", "subject", "needed", "has"))
    assert "11 of 20 units wanted on 2026-11-18 cannot be planned, 11 of them MUG, gone at 2026-11-18" in first["text"]
    assert "11 more units of MUG" == first["relief"]
    assert [("MUG", 11)] == [(row["sku"], row["short_units"]) for row in said["skus"]]
    assert ("45.0", 11) == (said["rehearsal"]["fill_rate"], said["rehearsal"]["backordered_units"])


def test_the_first_to_give_way_is_what_a_channel_allows(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    quota = Quota("orders", {"orders": Price(1, 2)}, per_hour=20, burst=5)
    monkeypatch.setattr(adapter_classes, "quotas", lambda _channel: (quota,))

    said = of_file(shop, *many(5), times="10")

    first = said["first_bottleneck"]
    assert ("channel", "web orders", FIRST) == tuple(first[name] for name in ("kind", "subject", "since"))
    assert (36, 20) == (first["needed"], first["has"])  # twelve passes read once, one of them 24 pages more
    assert "36 requests of 'orders' in that hour against 20 an hour and a reserve of 5" in first["text"]


def test_a_carrier_that_takes_less_leaves_parcels_behind(tmp_path: Path):
    carrier = '\n[carrier.post.services]\nparcel = { days = "2" }\n'
    rules = RULES + '\n[[service]]\nname = "all"\nthen.service = "post:parcel"\n'
    shop = a_shop(tmp_path, CHANNELS + carrier, rules)

    said = of_file(shop, *many(5), times="2", pickup=["post=4"])
    gone = of_file(shop, *many(5), without_carrier=["post"])

    assert [("pickup", "post at east", 10, 4)] == [
        tuple(one[name] for name in ("kind", "subject", "needed", "has")) for one in said["bottlenecks"]
    ]
    assert [(10, 10, 6)] == [(row["parcels"], row["peak_parcels"], row["most_left"]) for row in said["carriers"]]
    assert "no carrier takes 5 of 5 parcels" in gone["first_bottleneck"]["text"]


def test_a_closed_location_ships_nothing_and_the_others_take_over(shop: Shop):
    said = of_file(shop, *many(3), close=["east"])

    assert [0, 3] == [row["shipments"] for row in said["locations"][:2]]
    assert [True, False] == [row["closed"] for row in said["locations"][:2]]
    assert ["without east"] == said["changes"]


def test_a_further_location_ships_what_other_rules_send_there(shop: Shop):
    further = shop.write("more.toml", '[location.york]\ncapacity = 2\naddress = { country = "US" }\n')
    rules = shop.write("york.toml", RULES.replace('["east", "west"]', '["york", "east"]'))

    said = of_file(shop, *many(3), add=further, rules=rules)
    idle = of_file(shop, *many(3), add=further)

    assert {"east": 1, "west": 0, "acme": 0, "york": 2} == {
        row["location"]: row["shipments"] for row in said["locations"]
    }
    assert any("no rule sends orders to york" in words for words in idle["assumed"])
    assert not any("york" in words for words in said["assumed"])


def test_held_orders_stay_held_unless_holds_count_as_released(shop: Shop):
    rows = many(4, "MUG*30", lines=[{"id": "1", "sku": "MUG", "quantity": 30, "unit_price": "20.00"}])

    held, released = of_file(shop, *rows)["rehearsal"], of_file(shop, *rows, release="2h")["rehearsal"]

    assert (4, 120, 0) == (held["held_orders"], held["held_units"], held["planned_units"])
    assert (4, 0, 120) == (released["held_orders"], released["held_units"], released["planned_units"])


def test_a_hold_that_no_release_ends_does_not_go_on_for_ever(shop: Shop):
    said = of_file(shop, *many(2, ship_to=None), release="0s")["rehearsal"]

    assert (2, 2) == (said["held_orders"], said["held_units"])


def test_a_hold_that_its_rule_ends_is_over_then(tmp_path: Path):
    slow = RULES.replace('then.hold = "fraud"', 'then.hold = "fraud"\nthen.release_after = "1d"')
    rows = many(2, lines=[{"id": "1", "sku": "MUG", "quantity": 30, "unit_price": "20.00"}])

    said = of_file(a_shop(tmp_path, rules=slow), *rows)["rehearsal"]

    assert (2, 0, 60) == (said["held_orders"], said["held_units"], said["planned_units"])


def test_goods_on_order_come_to_those_who_wait_and_to_stock(shop: Shop):
    shop.orders("web", *many(20))
    steps_of(shop, "pull", "collect")
    with shop.context() as ctx, transaction(ctx.db, "test"):
        ctx.db.execute("INSERT INTO purchase_orders VALUES ('P', 'acme', 'east', ?, '2026-12-01T00:00:00Z')", (NOW,))
        ctx.db.execute("INSERT INTO purchase_lines (po_number, position, sku, ordered) VALUES ('P', 1, 'MUG', 4)")

    said = of_store(shop)["baseline"]

    assert (14, 6, 4) == (said["planned_units"], said["backordered_units"], said["filled_later_units"])


def test_stock_may_be_a_share_or_a_number(shop: Shop):
    shop.orders("web", *many(20))
    steps_of(shop, "pull", "collect")

    planned = {
        words: of_store(shop, stock=[words])["rehearsal"]["planned_units"]
        for words in ("east=50%", "west=0%", "MUG=3", "east=200%")
    }

    assert {"east=50%": 9, "west=0%": 10, "MUG=3": 3, "east=200%": 20} == planned


def test_lines_that_are_no_orders_are_named_and_left_out(shop: Shop):
    file = shop.write("peak.jsonl", "{nonsense\n" + orders_of(*many(2)))

    said = simulate.of_file(shop.config, file, Asked(), "", None)

    assert (2, 1) == (said["baseline"]["orders"], said["refused_lines"])
    assert said["refused"][0]["where"].endswith("line 1")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"times": "0"}, "--times is a number above 0"),
        ({"times": "-1"}, "--times is a number above 0"),
        ({"times": "many"}, "not 'many'"),
        ({"times": "1e3"}, "not '1e3'"),
        ({"times": "1001"}, "--times is at most 1,000"),
        ({"close": ["eats"]}, "--close: there is no location 'eats'; did you mean 'east'"),
        ({"capacity": ["east"]}, "--capacity is LOCATION=N, not 'east'"),
        ({"capacity": ["east=much"]}, "--capacity east=N wants a whole number, not 'much'"),
        ({"pickup": ["ups=3"]}, "--pickup: there is no carrier 'ups'; known: none"),
        ({"without_carrier": ["ups"]}, "--without-carrier: there is no carrier 'ups'"),
        ({"stock": ["east=half%"]}, "wants a percentage, not 'east=half%'"),
        ({"stock": ["nowhere=50%"]}, "--stock: there is no location 'nowhere'"),
        ({"stock": ["nowhere.csv"]}, "cannot be read: No such file"),
    ],
)
def test_what_cannot_be_meant_is_one_line(shop: Shop, asked: Row, words: str):
    with pytest.raises(UsageError, match=words):
        of_file(shop, *many(1), **asked)


def test_without_orders_there_is_nothing_to_rehearse(shop: Shop):
    shop.run()
    with pytest.raises(UsageError, match="no order was placed in the last 30d"):
        of_store(shop)
    with pytest.raises(UsageError, match="holds no orders"):
        of_file(shop)
    with pytest.raises(UsageError, match=r"1 orders, 0\.25 times, are none; nothing was rehearsed"):
        of_file(shop, *many(1), times="0.25")
    with pytest.raises(UsageError, match="'soon' is not a duration"):
        of_file(shop, *many(1), release="soon")


def test_a_file_of_further_locations_holds_nothing_else(shop: Shop):
    for text, words in (
        ("", "names no location"),
        ("[location.east]\n", "in channels.toml already"),
        ("[channel.x]\n", "has no place here"),
    ):
        with pytest.raises(ConfigError, match=words):
            of_file(shop, *many(1), add=shop.write("more.toml", text))


THREE = CHANNELS.replace('kind  = "supplier"\nstock = "unlimited"\n', "")
RULES_OF_THREE = (
    'version = 1\ncurrency = "USD"\n[[location]]\nname = "lamps"\nwhen.line.sku = "LAMP"\n'
    'then.ship_from = ["west", "acme"]\nthen.if_short = "next_rule"\n'
    '[[location]]\nname = "all"\nthen.ship_from = ["east", "acme", "west"]\n'
    'then.prefer = ["fewest_shipments", "listed"]\n'
    'then.split.allow = true\nthen.if_short = "backorder"\nthen.backorder.ship_available_now = true\n'
)


@given(st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_deciding_only_once_what_avoids_full_locations_changes_no_plan(tmp_path: Path, data: st.DataObject):
    shop = a_shop(tmp_path, THREE, RULES_OF_THREE)
    skus = st.lists(st.sampled_from(("MUG", "MUG*2", "LAMP", "TEE*3")), min_size=1, max_size=3, unique=True)
    rows = [
        an_order_row(str(number), *data.draw(skus), placed_at=f"2026-11-18T1{number // 6}:00:00Z")
        for number in range(12)
    ]
    counts = "".join(
        f"{place},{sku},{data.draw(st.integers(0, 30))}\n"
        for place in ("east", "west", "acme")
        for sku in ("MUG", "LAMP")
    )
    stock = shop.write("c.csv", "location,sku,quantity\n" + counts)
    asked: dict[str, Any] = {
        "times": "3",
        "stock": [str(stock)],
        "capacity": [f"{place}={data.draw(st.integers(0, 12))}" for place in ("east", "west")],
    }

    quick = of_file(shop, *rows, **asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsing, "MOST_CANDIDATES", 0)
        assert of_file(shop, *rows, **asked) == quick


@given(st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_unit_ends_in_one_place_and_every_shipment_is_picked_or_waits(shop: Shop, data: st.DataObject):
    skus = st.lists(st.sampled_from(("MUG", "LAMP*3", "RING-1", "GONE")), min_size=1, max_size=3, unique=True)
    rows = [
        an_order_row(str(number), *data.draw(skus), placed_at=f"2026-11-{day}T{hour:02}:00:00Z")
        for number, (day, hour) in enumerate(
            data.draw(st.lists(st.tuples(st.integers(10, 25), st.integers(0, 23)), min_size=1, max_size=12))
        )
    ]
    stock = shop.write("c.csv", f"location,sku,quantity\neast,MUG,{data.draw(st.integers(0, 9))}\nwest,LAMP,5\n")
    said = of_file(
        shop,
        *rows,
        times=data.draw(st.sampled_from(("1", "2.5", "7"))),
        capacity=[f"east={data.draw(st.integers(0, 6))}"],
        stock=[str(stock)],
    )

    assert adds_up(said["baseline"])
    assert adds_up(said["rehearsal"])
    picked = sum(day["picked"] for day in said["days"])
    never = sum(row["never_picked"] for row in said["locations"])
    assert said["rehearsal"]["shipments"] == picked + never
    assert all(day["backlog"] >= 0 for day in said["days"])
