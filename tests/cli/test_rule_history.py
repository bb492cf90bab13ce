"""`rules diff` and `rules coverage` at the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from orderctl.cli import rule_pages
from tests.cli.shop import RULES, Said, Shop, a_row, a_shop

WEST = RULES.replace('["east", "west"]', '["west", "east"]')
WATCHED = '\n[[enhance]]\nname = "gift"\nmode = "observe"\nthen.documents = ["packing_slip"]\n'


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path)
    shop.receive(a_row("1"), a_row("2", payment="pending"))
    shop.write("more.csv", "location,sku,quantity\nwest,MUG,9\n")
    shop.orderctl("stock", "import", "more.csv")
    shop.orderctl("pull")
    assert 0 == shop.orderctl("route").code
    shop.write("same.toml", RULES)
    shop.write("west.toml", WEST)
    return shop


def test_the_same_rules_are_one_sentence_and_exit_0(shop: Shop):
    said = shop.orderctl("rules", "diff", "same.toml")

    assert (
        Said(
            0,
            "compared  2 orders, with the stock of then\ndiffer    none: same.toml decides all of them the same\n",
            "",
        )
        == said
    )


def test_other_rules_exit_7_and_name_rule_and_orders(shop: Shop):
    said = shop.orderctl("rules", "diff", "west.toml", "--stock", "now", "--since", "30d")

    assert 7 == said.code
    assert (
        "compared  2 orders decided in the last 30d, with today's stock\n"
        "differ    1\n"
        "\n"
        "rule                   orders  cost change\n"
        "location/all  changed       1\n"
        "\n"
        "location/all\n"
        "order  before  after\n"
        "WEB-1  east    west\n"
    ) == said.out
    assert "orderctl: 1 order would be decided otherwise; next: orderctl explain WEB-1\n" == said.err


def test_json_and_csv_hold_every_part(shop: Shop):
    value = shop.orderctl("rules", "diff", "west.toml", "--json").json
    rows = list(csv.DictReader(io.StringIO(shop.orderctl("rules", "diff", "west.toml", "--csv").out)))

    assert (2, 1, "location/all") == (value["compared"], value["changed"], value["groups"][0]["rule"])
    assert ("WEB-1", "location/all", "east", "west") == tuple(
        rows[0][name] for name in ("order", "rule", "old_locations", "new_locations")
    )


def test_wrong_rules_exit_2_as_the_check_words_them(shop: Shop):
    shop.write("wrong.toml", RULES.replace("when.payment", "when.paymnt"))

    said, check = shop.orderctl("rules", "diff", "wrong.toml"), shop.orderctl("rules", "check", "-r", "wrong.toml")

    assert (2, f"orderctl: {check.out}") == (said.code, said.err)
    assert 2 == shop.orderctl("rules", "diff", "nowhere.toml").code


def test_orders_from_a_file_need_no_store(tmp_path: Path):
    shop = a_shop(tmp_path)
    (tmp_path / "orderctl.db").unlink()
    shop.write("west.toml", WEST)
    shop.write("some.jsonl", json.dumps(a_row("1")) + "\n" + "{nonsense\n")

    said = shop.orderctl("rules", "diff", "west.toml", "--orders", "some.jsonl")

    assert 2 == said.code
    assert "no orders  1 line left out\n" in said.out
    assert "orderctl: some.jsonl line 2: the order is not JSON" in said.err
    assert 0 == shop.orderctl("rules", "diff", "west.toml", "--orders", "some.jsonl", "--stock", "stock.csv").code - 2
    shop.write("some.jsonl", json.dumps(a_row("1")) + "\n")
    assert 7 == shop.orderctl("rules", "diff", "west.toml", "--orders", "some.jsonl").code
    assert 0 == shop.orderctl("rules", "diff", "west.toml", "--orders", "some.jsonl", "--stock", "stock.csv").code
    assert not (tmp_path / "orderctl.db").exists()


@pytest.mark.parametrize(
    "options",
    [("--stock", "then"), ("--orders", "x.jsonl", "--since", "3d"), ("--orders", "x.jsonl", "--stock", "now")],
)
def test_options_that_do_not_go_together_are_refused(shop: Shop, options: tuple[str, ...]):
    said = shop.orderctl("rules", "diff", "west.toml", *options)

    assert (2, True) == (said.code, "nothing was done" in said.err)


def test_coverage_lists_every_rule_and_who_never_had_a_say(shop: Shop):
    shop.write(
        "rules.toml",
        RULES.replace(
            "[[location]]", '[[hold]]\nname = "odd"\nthen.reject = "no"\nwhen.total = ">= 99"\n\n[[location]]'
        )
        + WATCHED,
    )
    shop.orderctl("orders", "release", "2")
    shop.orderctl("route")

    said = shop.orderctl("rules", "coverage")

    assert (0, "") == (said.code, said.err)
    assert "had a say  2 of 4 rules\nnever      hold/odd\n" in said.out
    assert "would have had documents = packing_slip" in said.out
    assert ["unpaid", "odd", "all", "gift"] == [
        rule["name"] for rule in shop.orderctl("rules", "coverage", "--since", "90d", "--json").json["rules"]
    ]


def test_what_people_moved_is_a_sentence():
    moved = {"rule": "location/all", "from": "east", "to": "west", "orders": 31, "of": 40, "tag": ""}

    assert "moved 31 of 40 orders from east to west" == rule_pages.moved_words(moved)
    assert "moved 30 of 33 orders tagged 'fragile' from east to west; 31 of 40 in all" == rule_pages.moved_words(
        moved | {"tag": "fragile", "tagged": 30, "tagged_of": 33}
    )
    assert "moved 1 of 1 order that waited to west" == rule_pages.moved_words(
        moved | {"from": "", "orders": 1, "of": 1}
    )
