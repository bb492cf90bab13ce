"""`orderctl simulate` at the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.shop import Shop, a_row, a_shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path)
    rows = [a_row(str(number), placed_at=f"2026-11-20T1{number}:00:00Z") for number in range(5)]
    shop.write("peak.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return shop


def test_the_first_bottleneck_is_named_and_both_columns_stand_side_by_side(shop: Shop):
    said = shop.orderctl("simulate", "--orders", "peak.jsonl", "--times", "10", "--capacity", "east=20")

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith(
        "Rehearsal: orders of peak.jsonl, 10 times the orders, east takes 20 orders a day\n"
        "time              2026-11-20T10:00:00Z to 2026-11-20T14:00:54Z\n"
        "first bottleneck  east is full from 2026-11-20 12:00: up to 50 orders a day against a capacity of 20\n"
        "relief            room for 50 orders a day (--capacity east=50), or another location that takes the rest\n"
        "\n"
        "                                as things stand  rehearsed\n"
        "orders                                        5         50\n"
    )
    assert "fill rate: planned at once               100.0%     100.0%\n" in said.out
    assert "nothing is on order with a date, so that stock is not refilled\n" in said.out


def test_a_store_is_asked_unless_orders_are_named(shop: Shop):
    shop.receive(a_row("7"))
    shop.orderctl("pull")

    value = shop.orderctl("simulate", "--since", "9999d", "--times", "8", "--json").json

    assert (1, 8, 5, 3) == (
        value["baseline"]["orders"],
        *(value["rehearsal"][name] for name in ("orders", "planned_units", "backordered_units")),
    )
    assert "stock" == value["first_bottleneck"]["kind"]


def test_a_spreadsheet_gets_both_columns(shop: Shop):
    said = shop.orderctl("simulate", "--orders", "peak.jsonl", "--times", "2", "--csv")

    rows = {row["what"]: row for row in csv.DictReader(io.StringIO(said.out))}
    assert ("5", "10") == (rows["orders"]["baseline"], rows["orders"]["rehearsal"])


def test_the_page_is_written_whole_and_nothing_else_is(shop: Shop):
    before = shop.files()

    said = shop.orderctl("simulate", "--orders", "peak.jsonl", "--html", "peak.html")
    again = shop.orderctl("simulate", "--orders", "peak.jsonl", "--html", "peak.html", "--json")

    assert (0, "orderctl: the page is in peak.html\n") == (said.code, said.err)
    assert 0 == again.code
    after = shop.files()
    assert {"peak.html"} == after.keys() - before.keys()
    assert before == {name: content for name, content in after.items() if name != "peak.html"}
    assert after["peak.html"].endswith(b"</html>\n")


def test_a_page_that_cannot_be_written_is_one_line(shop: Shop):
    said = shop.orderctl("simulate", "--orders", "peak.jsonl", "--html", "nowhere/peak.html")

    assert (2, "orderctl: nowhere/peak.html: cannot be written: No such file or directory\n") == (said.code, said.err)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--times 0", "--times is a number above 0"),
        ("--close easst", "did you mean 'east'"),
        ("--orders none.jsonl", "cannot be read: No such file or directory"),
        ("--orders peak.jsonl --since 3d", "--orders reads none"),
        ("--since now", "'now' is not a duration"),
        ("--since 1d", "no order was placed in the last 1d"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_2(shop: Shop, options: str, words: str):
    said = shop.orderctl("simulate", *options.split())

    assert (2, "") == (said.code, said.out)
    assert words in said.err
    assert 1 == said.err.count("\n")


def test_lines_that_are_no_orders_are_told_and_exit_2(shop: Shop):
    shop.write("more.jsonl", "nonsense\n" + json.dumps(a_row("1")) + "\n")

    said = shop.orderctl("simulate", "--orders", "more.jsonl")

    assert 2 == said.code
    assert "1 line is no order and left out, the first more.jsonl line 1" in said.err
