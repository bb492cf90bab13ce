from __future__ import annotations

from dataclasses import replace

import pytest

from orderctl.core import addresses
from orderctl.core.orders import Address
from tests.builders import NEW_YORK


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (Address(line1="P.O. Box 123", country="US"), "po_box"),
        (Address(line1="po box 7", country="AU"), "po_box"),
        (Address(line2="Post Office Box 9", country="US"), "po_box"),
        (Address(line1="Postfach 10 01", country="DE"), "po_box"),
        (Address(line1="Postbus 44", country="NL"), "po_box"),
        (Address(line1="Box 12", country="SE"), "po_box"),
        (Address(line1="Box 12 Farm Rd", country="US"), ""),
        (Address(line1="12 Boxwood Lane", country="US"), ""),
        (Address(line1="1 Portofino Box Hill", country="US"), ""),
        (Address(line1="PSC 1, Box 2", city="APO", region="AE", country="US"), "military"),
        (Address(line1="PSC 1", city="Elsewhere", region="ap", country="US"), "military"),
        (Address(line1="BFPO 58", country="GB"), "military"),
        (Address(line1="1 Main St", city="Apolda", region="", country="DE"), ""),
        (NEW_YORK, ""),
    ],
)
def test_boxes_and_military_addresses_are_known_by_their_words(address: Address, expected: str):
    assert expected == addresses.po_box_or_military(address)


def test_a_company_makes_an_address_commercial_unless_it_is_a_box():
    assert "residential" == addresses.kind(NEW_YORK)
    assert "commercial" == addresses.kind(replace(NEW_YORK, company="Acme"))
    assert "po_box" == addresses.kind(replace(NEW_YORK, company="Acme", line1="PO Box 1"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "ok"),
        ({"postcode": "10001-1234"}, "ok"),
        ({"country": ""}, "invalid"),
        ({"country": "XX"}, "invalid"),
        ({"line1": ""}, "incomplete"),
        ({"name": " "}, "incomplete"),
        ({"name": "", "company": "Acme"}, "ok"),
        ({"city": ""}, "incomplete"),
        ({"postcode": ""}, "incomplete"),
        ({"postcode": "", "country": "IE"}, "ok"),
        ({"city": "", "country": "SG", "postcode": "018956"}, "ok"),
        ({"line1": "ana@example.com"}, "suspect"),
        ({"line1": "..."}, "suspect"),
        ({"city": "New\x07York"}, "suspect"),
        ({"line1": "ulica Żółta 5 🙂"}, "ok"),
    ],
)
def test_the_verdict_follows_from_the_structure_alone(changes: dict[str, str], expected: str):
    assert expected == addresses.verdict(replace(NEW_YORK, **changes))


def test_the_verdict_names_the_parts_that_led_to_it():
    found = addresses.judged(replace(NEW_YORK, line1="", city=""))

    assert ("incomplete", ("line1", "city")) == (found.verdict, found.parts)


def test_the_same_place_is_known_under_other_names_and_spellings():
    other = replace(NEW_YORK, name="Bo Diaz", line1="1, main st.", postcode="100 01", phone="1")

    assert addresses.same_place(NEW_YORK, other)
    assert not addresses.same_place(NEW_YORK, replace(NEW_YORK, line2="Apt 2"))
    assert not addresses.same_place(NEW_YORK, replace(NEW_YORK, country="CA"))
