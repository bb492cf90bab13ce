"""Tracking numbers: whose they are, and when a carrier and a number contradict each other."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import tracking_numbers as numbers
from orderctl.core.carriers import Named
from orderctl.core.check_digits import mod_10, s10

UPS, USPS, FEDEX, TBA = "1Z5R89390357567127", "9400111206206406260787", "986578788855", "TBA010000000000"
WRONG_UPS = "1Z5R89390357567128"
SHARED = os.environ.get("ORDERCTL_SHARED", "")
#: What the facts call a courier -> our ids; others have the same name.
OURS = {
    "amazon": {"amazon_logistics"},
    "dhl": {"dhl_express", "dhl_ecommerce"},
    "fedex": {"fedex", "fedex_smartpost"},
    "s10": {"royal_mail", "usps", "postal"},
}


def facts() -> list[tuple[str, dict[str, Any]]]:
    if not SHARED:
        pytest.skip("ORDERCTL_SHARED is not set: the folder with the carriers' published test numbers")
    files = sorted(Path(SHARED, "channels/carriers/tracking_number_data").glob("*.json"))
    read = [json.loads(file.read_text()) for file in files]
    return [(one["courier_code"], form) for one in read for form in one["tracking_numbers"]]


def owners(number: str) -> set[str]:
    return {one.carrier for one in numbers.owners(number)}


def test_every_published_number_is_known_as_its_carriers():
    known = [(courier, number) for courier, form in facts() for number in form["test_numbers"]["valid"]]
    missed = [one for one in known if not owners(one[1]) & OURS.get(one[0], {one[0]})]

    assert 100 < len(known)
    assert [] == missed


def test_no_published_wrong_number_is_taken_for_its_carriers():
    wrong = [(courier, number) for courier, form in facts() for number in form["test_numbers"]["invalid"]]
    # a number of one form of a courier may stand as a wrong one of another form of it
    right = {"331426749957"}

    assert 40 < len(wrong)
    assert [] == [one for one in wrong if owners(one[1]) & OURS.get(one[0], {one[0]}) and one[1] not in right]


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        (UPS, "ups"),
        (" 1z 5R8 939 03 5756 712-7 ", "ups"),
        (USPS, "usps"),
        ("420787459400111206206406260787", "usps"),
        ("RB123456785GB", "royal_mail"),
        ("RB123456785US", "usps"),
        ("RB123456785CV", "postal"),
        ("RB123456785XX", ""),
        (TBA, "amazon_logistics"),
        ("3SABCD1234567", "postnl"),
        ("00340434123456789012"[:19] + mod_10(3, 1)("0034043412345678901"), "dhl_de"),
        ("LTN74207623N1", "landmark"),
        ("12345678", ""),
        ("LETTER", ""),
        ("", ""),
    ],
)
def test_a_number_says_whose_it_is_or_nothing(number: str, carrier: str):
    assert carrier == numbers.recognized(number)


def test_digits_that_can_be_of_several_carriers_say_nothing():
    assert {"fedex", "purolator"} <= owners("000000000000")
    assert "" == numbers.recognized("000000000000")


@given(st.text("0123456789", min_size=19, max_size=19), st.integers(0, 20), st.integers(1, 9))
def test_a_postal_number_with_one_wrong_digit_is_not_taken_for_a_right_one(tail: str, place: int, more: int):
    serial = f"94{tail}"
    number = serial + mod_10(3, 1)(serial)
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]

    assert numbers.fits("usps", number)
    assert not numbers.fits("usps", wrong)


@given(st.text("0123456789", min_size=8, max_size=8), st.integers(1, 9))
def test_an_international_number_with_another_check_digit_is_nobodys(serial: str, more: int):
    digit = s10(serial)

    assert numbers.fits("royal_mail", f"RB{serial}{digit}GB")
    assert not numbers.fits("royal_mail", f"RB{serial}{(int(digit) + more) % 10}GB")


@pytest.mark.parametrize(
    ("carrier", "number", "words"),
    [
        ("ups", WRONG_UPS, "the check digit of 1Z5R89390357567128 is 8; in a number of UPS it is 7"),
        ("fedex", UPS, f"{UPS} is a number of UPS, not of FedEx"),
        ("usps", TBA, "is a number of Amazon Logistics"),
        ("dhl_express", "3318810010", "in a number of DHL Express it is 4"),
        ("ups", "RB123456785GB", ""),  # the last mile may be theirs
        ("fedex", USPS, ""),
        ("royal_mail", "RB123456785US", ""),  # the post delivers what another one has posted
        ("dhl", "00340434123456789013", "check digit"),
        ("dhl_express", "GM295117494011169042", ""),
        ("ups", "12345", ""),  # no form that we know: nothing speaks against it
        ("our van", UPS, ""),
        ("gls", "12345678901", ""),
        ("ups", "", ""),
    ],
)
def test_a_carrier_and_a_number_contradict_each_other_only_where_that_is_sure(carrier, number, words):
    told = numbers.contradiction(carrier, number)

    assert bool(words) == bool(told)
    assert words in told


@pytest.mark.parametrize(
    ("stated", "number", "planned", "expected"),
    [
        ("UPS Ground", UPS, "", Named("ups", "Ground")),
        ("Deutsche Post DHL", "123456789012", "", Named("dhl_de")),
        ("DHL", "JVGL0999999990", "", Named("dhl_express")),
        ("Our Van", UPS, "ups", Named("our van")),
        ("Nobody & Co", UPS, "ups", Named("Nobody & Co")),  # kept as it was written, never refused
        ("", UPS, "ups", Named("ups")),
        ("", FEDEX, "fedex", Named("fedex")),
        ("", UPS, "usps", Named("ups")),  # the plan does not fit the number
        ("", "12345", "usps", Named("usps")),  # nothing else is known
        ("", UPS, "our van", Named("ups")),
        ("", FEDEX, "our van", Named("our van")),  # digits alone prove nothing against a carrier of one's own
        ("", USPS, "", Named("usps")),
        ("", "12345", "", Named("")),
    ],
)
def test_a_carrier_is_what_was_stated_else_what_fits(stated, number, planned, expected):
    assert expected == numbers.carrier_of(stated, number, planned, ["our van"])
