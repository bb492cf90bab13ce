from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from orderctl.core.errors import ConfigError, UsageError
from orderctl.steps import by_hand, care, collect, pull, skus, stock_by_hand, views
from orderctl.steps.route import route
from orderctl.store import care as store_care
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

CATALOGUE = """\
sku,title,weight,parts,alias.web,alias.market
MUG,Mug,300 g,,PACK6=6,M-1
CUP,Cup,100 g,,,
SAUCER,Saucer,50 g,,,
SET,Tea set,,CUP=2; SAUCER,,
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path)
    shop.stock(east={"MUG": 20, "TEE": 5, "CUP": 10, "SAUCER": 4}, west={"MUG": 4})
    return shop


def imported(shop: Shop, text: str = CATALOGUE) -> None:
    with shop.context() as ctx:
        skus.import_(ctx, shop.write("skus.csv", text))


def known(shop: Shop, sku: str) -> dict[str, object]:
    return {name: value for name, value in shop.ask(skus.show, sku).items() if value not in (None, "", [], {}, False)}


def level(shop: Shop, sku: str, location: str = "east") -> tuple[int, int]:
    rows = shop.ask(views.stock_show, sku)
    return next((row["on_hand"], row["reserved"]) for row in rows if row["location"] == location)


def waiting(shop: Shop) -> list[str]:
    return [one["code"] for one in shop.ask(views.exceptions_list)]


def sound(shop: Shop) -> None:
    with shop.context(write=False) as ctx:
        assert {} == {name: wrong for name, wrong in store_care.check(ctx.db) if wrong}


def picked(shop: Shop) -> list[tuple[str, str, str, str]]:
    """Line, SKU, title and units of every row handed over, in order."""
    found = []
    for content in shop.files("out").values():
        header, *rows = (line.split(",") for line in content.decode().splitlines())
        at = [header.index(name) for name in ("line", "sku", "title", "quantity")]
        found += [tuple(row[place] for place in at) for row in rows]
    return found  # type: ignore[return-value]


def told(shop: Shop) -> list[list[str]]:
    """What channels were told of packages: line, SKU, units."""
    rows = [row for content in shop.files("outbox").values() for row in csv.DictReader(content.decode().splitlines())]
    return [[row[name] for name in ("line_id", "sku", "quantity")] for row in rows]


def test_a_pack_takes_its_units_off_the_stock_and_its_channel_hears_of_packs(shop: Shop):
    imported(shop)
    shop.orders("web", an_order_row("1", "PACK6*2", "MUG"))
    shop.run()

    assert (20, 13) == level(shop, "MUG")
    assert [("pack6", "MUG", "for 2 x PACK6", "12"), ("mug", "MUG", "", "1")] == picked(shop)

    shop.write("in/east/a.csv", "reference,sku,quantity,tracking_number\nWEB-1-1,MUG,13,1Z1\n")
    shop.run()

    assert (7, 0) == level(shop, "MUG")
    assert [["pack6", "PACK6", "2"], ["mug", "MUG", "1"]] == told(shop)
    assert [] == waiting(shop)
    sound(shop)


def test_units_that_make_no_whole_pack_wait_for_a_person_and_the_channel_is_told_of_none(shop: Shop):
    imported(shop)
    shop.orders("web", an_order_row("1", "PACK6*2"))
    shop.run()

    shop.write("in/east/a.csv", "reference,sku,quantity,tracking_number\nWEB-1-1,MUG,10,1Z1\n")
    shop.run()

    assert ["partial_kit"] == waiting(shop)
    assert [["pack6", "PACK6", "1"]] == told(shop)
    assert (14, 6) == level(shop, "MUG")
    sound(shop)


def test_a_kit_is_reserved_handed_over_and_taken_by_its_parts(shop: Shop):
    imported(shop)
    shop.orders("web", an_order_row("1", "SET*2"))
    shop.run()

    assert [("set", "CUP", "for 2 x SET", "4"), ("set", "SAUCER", "for 2 x SET", "2")] == picked(shop)
    assert [(10, 4), (4, 2)] == [level(shop, "CUP"), level(shop, "SAUCER")]
    shop.write("in/east/a.csv", "reference,sku,quantity,tracking_number\nWEB-1-1,CUP,4,1Z1\nWEB-1-1,SAUCER,2,1Z1\n")
    shop.run()

    assert [["set", "SET", "2"]] == told(shop)
    assert [(6, 0), (2, 0)] == [level(shop, "CUP"), level(shop, "SAUCER")]
    sound(shop)


def test_the_same_name_is_another_thing_on_another_channel(shop: Shop):
    imported(shop, "sku,alias.market\nMUG,TEE\n")
    shop.orders("web", an_order_row("1", "TEE"))
    shop.orders("market", an_order_row("1", "TEE"))
    shop.run()

    assert [("tee", "MUG", "", "1"), ("tee", "TEE", "", "1")] == sorted(picked(shop))
    assert [(20, 1), (5, 1)] == [level(shop, "MUG"), level(shop, "TEE")]


def test_an_order_for_an_unknown_sku_goes_on_once_that_is_mapped(shop: Shop):
    shop.orders("web", an_order_row("1", "B00X", "L M"))
    shop.run()
    (number,) = (one["id"] for one in shop.ask(views.exceptions_list))
    answers = [one["command"] for one in shop.ask(care.exception_show, number)["answers"]]
    assert ["orderctl skus map web B00X SKU", "orderctl skus map web 'L M' SKU"] == answers[:2]

    with shop.context() as ctx:
        skus.map_(ctx, "web", "B00X", "MUG", 6)
    shop.run()
    assert ["unknown_sku"] == waiting(shop)
    with shop.context() as ctx:
        skus.map_(ctx, "web", "L M", "TEE")
    shop.run()

    assert [] == waiting(shop)
    assert [(20, 6), (5, 1)] == [level(shop, "MUG"), level(shop, "TEE")]


def test_stock_of_a_part_wakes_what_waits_for_the_kit_and_for_a_pack_of_it(shop: Shop):
    imported(shop)
    with shop.context() as ctx:
        skus.map_(ctx, "web", "SET-2", "SET", 2)
    shop.orders("web", an_order_row("1", "SET*5"), an_order_row("2", "SET-2"))
    shop.run()
    states = {row["number"]: row["state"] for row in shop.ask(views.orders_list)}
    assert {"1": "backordered", "2": "dispatched"} == states

    with shop.context() as ctx:
        stock_by_hand.adjust(ctx, "SAUCER", "east", 9, "received")
        stock_by_hand.adjust(ctx, "CUP", "east", 9, "received")
    shop.run()

    assert ["dispatched", "dispatched"] == [row["state"] for row in shop.ask(views.orders_list)]
    sound(shop)


def test_what_is_planned_keeps_its_parts_when_the_kit_changes(shop: Shop):
    imported(shop)
    shop.orders("web", an_order_row("1", "SET"))
    shop.run()
    with shop.context() as ctx:
        skus.kit(ctx, "SET", {"CUP": 1})

    shop.write("in/east/a.csv", "reference,status,tracking_number\nWEB-1-1,shipped,1Z1\n")
    shop.run()

    assert [(8, 0), (3, 0)] == [level(shop, "CUP"), level(shop, "SAUCER")]
    sound(shop)


def test_a_kit_and_its_part_sold_in_one_pass_never_take_the_same_unit(shop: Shop):
    """S10."""
    imported(shop)
    shop.orders("web", *(an_order_row(str(at), "SET" if at % 2 else "SAUCER") for at in range(1, 8)))
    shop.run()

    assert (4, 4) == level(shop, "SAUCER")
    sound(shop)


def test_a_till_sale_of_a_pack_takes_its_units(shop: Shop):
    till = 'push = ["tracking"]\nlocation_map = { till = "east" }'
    shop.config.write_text(CHANNELS.replace('push = ["tracking"]', till, 1))
    imported(shop)
    shop.run()
    row = an_order_row("1", "PACK6", "SET", "TEE", source="pos", pos_location="till")
    row.pop("ship_to")
    shop.orders("web", row)
    shop.run()

    assert [14, 8, 3, 4] == [level(shop, sku)[0] for sku in ("MUG", "CUP", "SAUCER", "TEE")]


def test_a_second_import_changes_what_it_names_and_leaves_the_rest(shop: Shop):
    imported(
        shop, "sku,title,weight,category,cost,tags,parts\nMUG,Mug,300 g,mugs,2.50,new,\nCUP,,,,,,\nSET,,,,,,CUP=2\n"
    )
    imported(shop, "sku,title,weight,cost\nMUG,,400 g,-\nSET,Tea set,,\n")

    mug = known(shop, "MUG")
    assert ("Mug", 400, "mugs", ["new"]) == tuple(mug[name] for name in ("title", "weight_g", "category", "tags"))
    assert "cost" not in mug
    assert {"CUP": 2} == known(shop, "SET")["parts"]


def test_the_same_file_once_more_changes_nothing(shop: Shop):
    imported(shop)
    with shop.context() as ctx:
        report = skus.import_(ctx, shop.folder / "skus.csv")

    assert {"rows": 4} == {name: count for name, count in report.counts.items() if count}


def test_a_sku_is_new_or_changed_and_never_both(shop: Shop):
    imported(shop)
    shop.write("more.csv", "sku,title\nMUG,Large mug\nCUP,Cup\nHAT,Hat\n")
    with shop.context() as ctx:
        report = skus.import_(ctx, shop.folder / "more.csv")

    assert {"rows": 3, "new": 1, "changed": 1} == {name: count for name, count in report.counts.items() if count}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sku,weight\nHAT,1 kg\nCAP,2\n", "skus.csv:3: column 'weight'"),
        ("sku,parts\nHAT,1\nBOX,GONE=1\n", "skus.csv:2: column 'parts': HAT has the part 1, which no SKU is"),
        ("sku,parts\nHAT,HAT\n", "skus.csv:2: column 'parts': HAT is a part of itself"),
        ("sku,alias.web\nHAT,\nMUG,X\nTEE,X\n", "skus.csv:4: column 'alias.web': X is mapped in line 3 already"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_of_the_file_is_taken(shop: Shop, text: str, words: str):
    with pytest.raises(ConfigError) as error:
        imported(shop, text)

    assert words in str(error.value)
    with pytest.raises(UsageError):
        known(shop, "HAT")


def test_what_a_channel_calls_one_sku_is_not_moved_to_another_by_the_way(shop: Shop):
    """S08: mapped to two SKUs."""
    imported(shop, "sku\nMUG\nTEE\n")
    with shop.context() as ctx:
        skus.map_(ctx, "web", "X", "MUG")
        with pytest.raises(UsageError, match="web calls 1 x MUG 'X' already"):
            skus.map_(ctx, "web", "X", "TEE")
    with pytest.raises(ConfigError, match="X is mapped to MUG already"):
        imported(shop, "sku,alias.web\nTEE,X\n")

    with shop.context() as ctx:
        skus.map_(ctx, "web", "X", "TEE", replace=True)
    assert [{"channel": "web", "channel_sku": "X", "times": 1}] == known(shop, "TEE")["aliases"]


def test_a_mapping_that_is_removed_lets_new_orders_wait_again(shop: Shop):
    imported(shop)
    with shop.context() as ctx:
        skus.unmap(ctx, "web", "PACK6")
        with pytest.raises(UsageError, match="mapped to nothing"):
            skus.unmap(ctx, "web", "PACK6")
    shop.orders("web", an_order_row("1", "PACK6"))
    shop.run()

    assert ["unknown_sku"] == waiting(shop)


@pytest.mark.parametrize(
    ("parts", "words"),
    [({"GONE": 1}, "there is no SKU 'GONE'"), ({"SET": 1}, "part of itself"), ({"BIG": 1}, "which is a kit itself")],
)
def test_a_kit_is_made_of_known_skus_that_are_no_kits(shop: Shop, parts: dict[str, int], words: str):
    imported(shop)
    with shop.context() as ctx:
        skus.kit(ctx, "BIG", {"MUG": 2})
        with pytest.raises(UsageError, match=words):
            skus.kit(ctx, "SET", parts)

    assert {"CUP": 2, "SAUCER": 1} == known(shop, "SET")["parts"]


def test_a_kit_that_is_one_no_longer_ships_as_itself(shop: Shop):
    imported(shop)
    with shop.context() as ctx:
        skus.kit(ctx, "SET", {})
        stock_by_hand.adjust(ctx, "SET", "east", 1, "received")
    shop.orders("web", an_order_row("1", "SET"))
    shop.run()

    assert [("set", "SET", "", "1")] == picked(shop)


def test_a_kit_kept_assembled_is_used_up_before_its_parts(shop: Shop):
    imported(shop)
    shop.run()
    with shop.context() as ctx:
        skus.kit(ctx, "SET", {"CUP": 2, "SAUCER": 1}, "if_short")
        stock_by_hand.adjust(ctx, "SET", "east", 1, "assembled")
    shop.orders("web", an_order_row("1", "SET"), an_order_row("2", "SET"))
    shop.run()

    assert [
        ("set", "CUP", "for 1 x SET", "2"),
        ("set", "SAUCER", "for 1 x SET", "1"),
        ("set", "SET", "", "1"),
    ] == sorted(picked(shop))
    assert [] == waiting(shop)
    sound(shop)


def test_a_person_may_send_a_pack_from_where_they_like(shop: Shop):
    imported(shop)
    shop.stock(west={"MUG": 9})
    os.utime(shop.folder / "stock/west.csv", (2_000_000_000, 2_000_000_000))
    shop.orders("web", an_order_row("1", "PACK6"))
    with shop.context() as ctx:
        collect.collect(ctx)
        pull.pull(ctx)
        route(ctx)
        by_hand.reroute(ctx, "1")
    assert [20, 6] == list(level(shop, "MUG"))


def test_an_order_shows_that_its_sku_is_not_known_for_as_long_as_that_is_so(shop: Shop):
    shop.orders("web", an_order_row("1", "NEW"))
    shop.run()
    assert ["unknown_sku"] == shop.ask(views.order_show, "web/1")["checks"]["codes"]

    imported(shop, "sku\nNEW\n")
    assert [] == shop.ask(views.order_show, "web/1")["checks"]["codes"]


def test_an_order_keeps_what_was_noticed_when_it_was_saved(shop: Shop):
    unnamed = {"line1": "1 Main St", "city": "New York", "region": "NY", "postcode": "10001", "country": "US"}
    shop.orders("web", an_order_row("1", "MUG", ship_to=unnamed))
    shop.run()

    assert ["no_recipient"] == shop.ask(views.order_show, "web/1")["checks"]["codes"]
