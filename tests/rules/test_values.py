from __future__ import annotations

import contextlib
import fnmatch
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.rules import kinds, numbers, values
from orderctl.rules.known import Known, Refused, Setup
from orderctl.rules.values import Kind

SETUP = Setup(
    known=Known("USD", locations=("reno", "Newark"), channels={"web": "file", "shop-eu": "shopify"}),
    currency="USD",
    weight_unit="kg",
    lists={"west": ("CA", "o?"), "heavy": ("> 20 kg", "5 kg")},
)


def holds(kind: Kind, raw: Any, value: Any) -> bool:
    """Whether what a person wrote is true of a field's value."""
    return values.parse(kind, raw, SETUP).has(kind.key(value))


def refusal(kind: Kind, raw: Any) -> str:
    with pytest.raises(Refused) as refused:
        values.parse(kind, raw, SETUP)
    return refused.value.code


@pytest.mark.parametrize(
    ("kind", "raw", "yes", "no"),
    [
        (kinds.Text, "New York", "NEW YORK", "New"),
        (kinds.Text, "Straße", "STRASSE", "Strase"),
        (kinds.Text, "frag-*", "FRAG-12", "xFRAG-1"),
        (kinds.Text, "v?p", "vip", "vp"),
        (kinds.Text, "a.c", "A.C", "abc"),
        (kinds.Text, ["a", "b*"], "bee", "c"),
        (kinds.Text, "@west", "OR", "NY"),
        (kinds.Text, ["@west", "NY"], "ny", "TX"),
        (kinds.SkuCode, "Mug-1", "Mug-1", "MUG-1"),
        (kinds.SkuCode, "CUSTOM-*", "CUSTOM-", "custom-1"),
        (kinds.Postcode, "sw1a 1aa", "SW1A1AA", "SW1A1AB"),
        (kinds.Postcode, "SW1A*", "sw1a 1aa", "SW2A 1AA"),
        (kinds.Postcode, "90000..96699", "90000", "96700"),
        (kinds.Postcode, "90000..96699", "96699-1234", "9000"),
        (kinds.Postcode, "90000..96699", "966991234", "900001"),
        (kinds.Postcode, "00-100..00-950", "00-950", "00-951"),
        (kinds.Country, ["de", "AT"], "AT", "US"),
        (kinds.Currency, ["eur", "USD"], "EUR", "GBP"),
        (kinds.Flag, False, False, True),
        (kinds.Weekday, "mon..fri", "fri", "sat"),
        (kinds.Weekday, ["Saturday", "sun"], "sat", "mon"),
        (kinds.Weekday, "fri..mon", "mon", "tue"),
        (kinds.Channel, "shop-*", "shop-eu", "web"),
        (kinds.LocationName, "newark", "Newark", "reno"),
        (numbers.Money, 500, 50000, 50001),
        (numbers.Money, "19.90", 1990, 199),
        (numbers.Money, ">= 500", 50000, 49999),
        (numbers.Money, "> 500", 50001, 50000),
        (numbers.Money, "< 500", 49999, 50000),
        (numbers.Money, "<=500", 50000, 50001),
        (numbers.Money, "50..100", 10000, 10001),
        (numbers.Money, [5, "> 10"], 1001, 1000),
        (numbers.Weight, "< 2 kg", 1999, 2000),
        (numbers.Weight, "< 0.45", 449, 450),
        (numbers.Weight, "50..100 g", 100, 101),
        (numbers.Weight, "< 1 lb", 453, 454),
        (numbers.Weight, ">= 1 lb", 454, 453),
        (numbers.Weight, "1 lb", 454, 453),
        (numbers.Weight, "@heavy", 5000, 20000),
        (numbers.Count, 3, 3, 4),
        (numbers.Count, "2..4", 4, 5),
        (numbers.Duration, "< 30 min", 1799, 1800),
        (numbers.Duration, "< -1 h", -3601, -3600),
        (numbers.Duration, "1.5 h", 5400, 5401),
        (numbers.Duration, "1..2 days", 86400, 86399),
        (numbers.Clock, "< 15:00", 899, 900),
        (numbers.Clock, "22:00..06:00", 360, 361),
        (numbers.Clock, "09:00..17:00", 1020, 1021),
        (numbers.Date, ">= 2026-12-01", 739951, 739950),
    ],
)
def test_what_a_person_writes_means_what_it_says(kind: Kind, raw: Any, yes: Any, no: Any):
    assert holds(kind, raw, yes)
    assert not holds(kind, raw, no)


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (kinds.Text, 5, "E120"),
        (kinds.Text, "", "E139"),
        (kinds.Text, ">= 5", "E120"),
        (kinds.Text, "1..5", "E120"),
        (kinds.Text, [], "E139"),
        (kinds.Text, [["a"]], "E120"),
        (kinds.Text, "@nowhere", "E113"),
        (kinds.Text, ["a", "@wets"], "E113"),
        (kinds.Postcode, 10001, "E120"),
        (kinds.Postcode, "900..90000", "E124"),
        (kinds.Postcode, "96699..90000", "E124"),
        (kinds.Postcode, "9*..95000", "E120"),
        (kinds.Postcode, "> 90000", "E120"),
        (kinds.Country, "UK", "E123"),
        (kinds.Country, "U*", "E123"),
        (kinds.Currency, "euro", "E125"),
        (kinds.Flag, "true", "E120"),
        (kinds.Flag, 1, "E120"),
        (kinds.Weekday, "noday", "E121"),
        (kinds.Weekday, "mon..noday", "E121"),
        (kinds.Channel, "wbe", "E114"),
        (kinds.Channel, "x*", "E114"),
        (kinds.LocationName, "rno", "E115"),
        (numbers.Money, True, "E120"),
        (numbers.Money, "$5", "E120"),
        (numbers.Money, "1e3", "E120"),
        (numbers.Money, "1_000", "E120"),
        (numbers.Money, "1,000", "E120"),
        (numbers.Money, "5.001", "E120"),
        (numbers.Money, "100..50", "E124"),
        (numbers.Money, "5 kg", "E122"),
        (numbers.Money, "5 min", "E122"),
        (numbers.Money, "5 XXY", "E125"),
        (numbers.Money, "5 EUR..9 USD", "E125"),
        (numbers.Money, ["5 EUR", "9 USD"], "E125"),
        (numbers.Money, "5 JPY..5.5 JPY", "E120"),
        (numbers.Weight, "5 EUR", "E122"),
        (numbers.Weight, "5 h", "E122"),
        (numbers.Weight, "5 stone", "E122"),
        (numbers.Count, "1.5", "E120"),
        (numbers.Count, "3 kg", "E122"),
        (numbers.Duration, 30, "E122"),
        (numbers.Duration, "30", "E122"),
        (numbers.Duration, "2 kg", "E122"),
        (numbers.Clock, "25:00", "E120"),
        (numbers.Clock, 15, "E120"),
        (numbers.Date, "2026-02-30", "E120"),
        (numbers.Date, "2026-12-24..2026-12-01", "E124"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_code(kind: Kind, raw: Any, code: str):
    assert code == refusal(kind, raw)


def test_money_knows_its_currency_and_its_decimals():
    assert "AUD" == values.parse(numbers.Money, ">= 500 aud", SETUP).currency
    assert {500} == values.parse(numbers.Money, "500 JPY", SETUP).exact
    assert "USD" == values.parse(numbers.Money, 5, SETUP).currency


@given(st.text(alphabet="ab*?", max_size=10), st.text(alphabet="ab", max_size=10))
@settings(max_examples=400, deadline=None)
def test_patterns_match_what_the_shell_would_match(pattern: str, text: str):
    shell = re.compile(fnmatch.translate(pattern))

    assert bool(shell.fullmatch(text)) == bool(values.pattern(pattern).fullmatch(text))


def test_a_hostile_pattern_is_answered_at_once():
    hostile = "*a" * 200 + "*b"

    assert not values.pattern(hostile).fullmatch("a" * 5000)


@given(st.integers(-5, 12), st.sampled_from([">= 5", "> 5", "<= 5", "< 5", "2..7", "5"]))
def test_whole_numbers_compare_as_in_arithmetic(number: int, raw: str):
    truth = {
        ">= 5": number >= 5,
        "> 5": number > 5,
        "<= 5": number <= 5,
        "< 5": number < 5,
        "2..7": 2 <= number <= 7,
        "5": number == 5,
    }

    assert truth[raw] == holds(numbers.Count, raw, number)


@given(st.text(max_size=20) | st.integers() | st.booleans() | st.lists(st.text(max_size=5), max_size=3))
@settings(max_examples=300, deadline=None)
def test_any_value_is_a_test_or_a_refusal_for_every_kind(raw: Any):
    for kind in (kinds.Text, kinds.Postcode, kinds.Country, kinds.Weekday, kinds.Tags, numbers.Money, numbers.Weight):
        with contextlib.suppress(Refused):
            assert isinstance(values.parse(kind, raw, SETUP), values.Test)
