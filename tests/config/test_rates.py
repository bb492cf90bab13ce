from __future__ import annotations

import os
from pathlib import Path

import pytest

from orderctl.config.findings import Refusal
from orderctl.config.rates import read_rates
from orderctl.core.errors import Finding
from orderctl.core.places import Rate

LOCATIONS = ("east", "west")


def read(tmp_path: Path, content: str | bytes, currency: str = "USD") -> tuple[tuple[Rate, ...], list[Finding]]:
    path = tmp_path / "rates.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_rates(path, currency, LOCATIONS)


def test_rates_come_by_ascending_weight_with_exact_money(tmp_path):
    rates, findings = read(tmp_path, "max_weight,cost\n2,7.10\n500 g,3\n1 lb,4.20\n")

    assert [(454, 420), (500, 300), (2000, 710)] == [(rate.max_weight_g, rate.cost_minor) for rate in rates]
    assert [] == findings


def test_a_rate_may_be_for_a_country_an_origin_and_a_zone(tmp_path):
    rates, _ = read(tmp_path, "zone,cost,origin,max_weight,country\n8,12.00,east,1 kg,US\n,9.00,,1 kg,\n")

    assert {Rate(1000, 1200, "US", "east", 8), Rate(1000, 900)} == set(rates)


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbfmax_weight;cost\r\n1 kg;4.20\r\n\r\n", b'Max_Weight , COST\n" 1 kg ","4.20"\n;\n'[:-2]]
)
def test_what_a_spreadsheet_makes_of_a_table_is_read(tmp_path, content):
    assert ((Rate(1000, 420),), []) == read(tmp_path, content)


def test_amounts_have_the_decimals_of_the_currency(tmp_path):
    _, findings = read(tmp_path, "max_weight,cost\n1 kg,4.20\n", "JPY")

    assert ["'4.20' has more decimals than JPY has"] == [finding.message for finding in findings]


@pytest.mark.parametrize(
    ("content", "line", "message", "hint"),
    [
        ("", 1, "the column 'max_weight' is missing", "columns are max_weight, cost"),
        ("max_weight,price\n", 1, "unknown column 'price'", "columns are"),
        ("max_wieght,cost\n", 1, "unknown column 'max_wieght'", "did you mean 'max_weight'?"),
        ("max_weight,cost,cost\n", 1, "a column stands twice", ""),
        ("max_weight,cost\n1 kg,4.20\nx,4.20\n", 3, "'x' is not a weight", ""),
        ("max_weight,cost\n1 kg,free\n", 2, "'free' is not an amount of money", ""),
        ("max_weight,cost\n1 kg,-1\n", 2, "costs at least 0", ""),
        ("max_weight,cost\n0 g,1\n", 2, "more than 0 g", ""),
        ("max_weight,cost\n1 kg,1,2\n", 2, "has 3 cells, the header has 2", ""),
        ("max_weight,cost\n1 kg,1\n1000 g,2\n", 3, "the same weight and destination as line 2", ""),
        ('max_weight,cost\n1 kg,"1\n', 2, "not valid CSV", ""),
        ("max_weight,cost,country\n1 kg,1,usa\n", 2, "'usa' is not a country code", ""),
        ("max_weight,cost,origin\n1 kg,1,eats\n", 2, "there is no location 'eats'; did you mean 'east'?", ""),
        ("max_weight,cost,zone\n1 kg,1,far\n", 2, "'far' is not a zone number", ""),
        (b"max_weight,cost\n1 kg,\xff\n", 2, "is not UTF-8 text", "save it as UTF-8"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path, content, line, message, hint):
    _, (finding,) = read(tmp_path, content)

    assert ("E211", str(tmp_path / "rates.csv"), line) == (finding.code, finding.file, finding.line)
    assert message in finding.message
    assert hint in finding.hint


def test_all_wrong_rows_are_told_at_once(tmp_path):
    rates, findings = read(tmp_path, "max_weight,cost\nx,1\n1 kg,2\ny,3\n")

    assert ([2, 4], 1) == ([finding.line for finding in findings], len(rates))


def test_a_table_that_is_no_file_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    for name in ("pipe", "none"):
        with pytest.raises(Refusal):
            read_rates(tmp_path / name, "USD", LOCATIONS)
