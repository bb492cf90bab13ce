"""Check digits: the published examples, and what they notice."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orderctl.core.check_digits import Scheme, luhn, mod_7, mod_10, mod_11, mod_37_36, s10

GS1 = mod_10(3, 1)
FEDEX_12 = mod_11((3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))


@pytest.mark.parametrize(
    ("scheme", "serial", "digit"),
    [
        (GS1, "10614141123456789", "7"),  # an SSCC
        (mod_10(1, 3), "400638133393", "1"),  # an EAN
        (mod_10(1, 2), "5R8939035756712", "7"),
        (FEDEX_12, "98657878885", "5"),
        (mod_7, "331881002", "5"),
        (s10, "47312482", "9"),
        (luhn, "7992739871", "3"),
        (mod_37_36, "09980000020033", "F"),
    ],
)
def test_published_examples_come_out(scheme: Scheme, serial: str, digit: str):
    assert digit == scheme(serial)


@given(st.text("0123456789", min_size=21, max_size=21), st.integers(0, 20), st.integers(1, 9))
def test_one_wrong_digit_of_a_postal_or_ground_number_is_noticed(serial: str, place: int, more: int):
    wrong = serial[:place] + str((int(serial[place]) + more) % 10) + serial[place + 1 :]

    assert GS1(serial) != GS1(wrong)
    assert mod_10(1, 3)(serial) != mod_10(1, 3)(wrong)
    assert luhn(serial) != luhn(wrong)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=14, max_size=14), st.integers(0, 13), st.data())
def test_one_wrong_character_is_always_noticed_by_iso_7064(serial: str, place: int, data: st.DataObject):
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assume(other != serial[place])

    assert mod_37_36(serial) != mod_37_36(serial[:place] + other + serial[place + 1 :])
