"""Finding orders through the installed command."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.screen import read_all
from tests.cli.shop import ORDERCTL, Shop, a_row, a_shop


def test_orders_are_found_by_any_word_with_what_they_were_found_by(a_day_later: Shop):
    found = a_day_later.orderctl("orders", "search", "Díaz", "10001", "--json")

    assert (0, ["2", "1"]) == (found.code, [row["number"] for row in found.json])
    assert ["name", "postcode"] == found.json[0]["found_by"]
    assert "No order has that.\n" == a_day_later.orderctl("orders", "search", "zebra").out


def test_a_search_for_nothing_is_said_to_be_one(a_day_later: Shop):
    said = a_day_later.orderctl("orders", "search", "!!")

    assert (2, True) == (said.code, "there is nothing to look for in '!!'" in said.err)


def test_a_customers_orders_are_told_across_channels_and_capitals(a_day_later: Shop):
    told = a_day_later.orderctl("orders", "history", "ANA@example.com", "--json").json

    assert [("web", ["MUG"], 2), ("web", ["MUG"], 1)] == [(row["channel"], row["skus"], row["units"]) for row in told]
    assert 2 == a_day_later.orderctl("orders", "history", "eve@example.com").code


def test_a_list_has_the_columns_that_were_asked_for_in_their_order(a_day_later: Shop):
    said = a_day_later.orderctl("orders", "list", "--columns", "total, number", "--sort", "-total", "--csv")

    assert ["total,number", "20.00,2", "10.00,1"] == said.out.splitlines()


def test_days_are_the_shops_and_both_ends_count(a_day_later: Shop):
    a_day_later.receive(a_row("5", placed_at="2026-11-19T23:30:00-05:00"), file="web5")
    a_day_later.orderctl("pull")

    def numbers(*options: str) -> list[str]:
        return [row["number"] for row in a_day_later.orderctl("orders", "list", "--json", *options).json]

    assert ["2", "1", "5"] == numbers("--from", "2026-11-20", "--to", "2026-11-20")
    assert [] == numbers("--to", "2026-11-19")
    assert ["5"] == numbers("--to", "2026-11-20T05:00:00Z")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--columns", "totl"], "did you mean 'total'?"),
        (["--sort", "tags"], "there is nothing to sort orders by called 'tags'"),
        (["--location", "eats"], "did you mean 'east'?"),
        (["--exception", "oversolt"], "did you mean 'oversold'?"),
        (["--age", "soon"], "'soon' is not a duration"),
        (["--from", "yesterday"], "is no day such as"),
    ],
)
def test_a_name_or_a_value_that_there_is_not_is_asked_about(a_day_later: Shop, options: list[str], said: str):
    answer = a_day_later.orderctl("orders", "list", *options)

    assert (2, "") == (answer.code, answer.out)
    assert said in answer.err


def seen(shop: Shop, *arguments: str) -> str:
    """What a person at a terminal sees."""
    main, side = os.openpty()
    with subprocess.Popen([ORDERCTL, *arguments], stdin=side, stdout=side, stderr=side, cwd=shop.folder):
        os.close(side)
        return read_all(main)


def test_a_list_at_a_terminal_says_how_many_it_leaves_out_and_nothing_when_it_is_whole(tmp_path: Path):
    shop = a_shop(tmp_path)
    shop.receive(*(a_row(f"N-{number}") for number in range(50)))
    shop.orderctl("pull")

    assert "these are" not in seen(shop, "orders", "search", "ana") + seen(shop, "orders", "list")

    shop.receive(a_row("last"), file="more")
    shop.orderctl("pull")

    assert "these are the first 50 of 51; --limit N shows more" in seen(shop, "orders", "search", "ana")
    assert "these are the first 50; --limit N shows more" in seen(shop, "orders", "list")
    assert 51 == len(shop.orderctl("orders", "search", "ana", "--json").json)
