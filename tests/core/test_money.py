from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import money

MINOR = st.integers(-money.LARGEST_MINOR, money.LARGEST_MINOR)


@given(MINOR, st.sampled_from(["JPY", "USD", "KWD"]))
def test_an_amount_comes_back_from_its_text_to_the_last_unit(minor, currency):
    assert minor == money.to_minor(money.to_text(minor, currency), currency)


@pytest.mark.parametrize(
    ("minor", "text", "currency"),
    [
        (1990, "19.90", "USD"),
        (1990, "19.9", "USD"),
        (1900, "19", "USD"),
        (1990, Decimal("19.900"), "USD"),
        (1900, 19, "USD"),
        (19, "19", "JPY"),
        (19000, "19", "KWD"),
        (19905, "19.905", "KWD"),
        (-500, "-5.00", "USD"),
        (0, "0.00", "USD"),
        (10000, "1e2", "USD"),
    ],
)
def test_an_amount_is_read_with_the_decimals_of_its_currency(minor, text, currency):
    assert minor == money.to_minor(text, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("19.901", "USD"),
        ("19.5", "JPY"),
        ("1." + "0" * 36 + "1", "USD"),
        ("1E-999999", "USD"),
        ("", "USD"),
        ("1,99", "USD"),
        ("$1", "USD"),
        (" 1", "USD"),
        ("1_000", "USD"),
        ("٣", "USD"),
        ("1\ud800", "USD"),
        ("0x10", "USD"),
        ("NaN", "USD"),
        ("sNaN", "USD"),
        ("Infinity", "USD"),
        ("1e400", "USD"),
        ("0e99999999999999999999", "USD"),
        (10**30, "USD"),
        ("10000000000000.01", "USD"),
        ("9999999999999.999", "KWD"),
        (True, "USD"),
        (1.5, "USD"),
        (None, "USD"),
    ],
)
def test_what_is_no_exact_amount_is_refused(amount, currency):
    with pytest.raises(ValueError, match=r"amount of money|more decimals"):
        money.to_minor(amount, currency)


def test_currencies_are_those_of_the_standard_in_capitals():
    assert [True, False, False, False] == [money.is_currency(code) for code in ("USD", "usd", "XXX", "")]
    assert [0, 2, 3] == [money.decimals(code) for code in ("JPY", "USD", "KWD")]


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_dividing_rounds_half_away_from_zero(numerator, denominator):
    exact = Decimal(numerator) / denominator
    assert int(exact.quantize(Decimal(1), rounding="ROUND_HALF_UP")) == money.divide_half_up(numerator, denominator)


@given(MINOR, st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_shares_add_up_to_the_last_unit_and_none_is_off_by_a_whole_one(total, weights):
    parts = money.shares(total, weights)

    assert total == sum(parts)
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert not whole or abs(part * whole - total * weight) < whole


def test_equal_shares_give_the_odd_unit_to_the_earlier_line():
    assert [34, 33, 33] == money.shares(100, [1, 1, 1])
    assert [-34, -33, -33] == money.shares(-100, [1, 1, 1])


def test_shares_without_any_weight_fall_to_the_first():
    assert [100, 0] == money.shares(100, [0, 0])
    assert [] == money.shares(100, [])


@given(MINOR, st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_units_that_leave_one_after_the_other_have_the_amount_of_all_together(total, parts):
    units, before, found = sum(parts), 0, []
    for part in parts:
        found.append(money.of_units(total, part, before, units))
        before += part

    assert total == sum(found)
    assert all(abs(one * units - total * part) < units * part + units for one, part in zip(found, parts, strict=True))


def test_the_odd_cents_are_those_of_the_first_units():
    assert [67, 33] == [money.of_units(100, 2, 0, 3), money.of_units(100, 1, 2, 3)]
    assert [-67, -33] == [money.of_units(-100, 2, 0, 3), money.of_units(-100, 1, 2, 3)]
