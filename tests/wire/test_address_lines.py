from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.countries import COUNTRIES
from orderctl.core.orders import Address
from orderctl.wire import address_lines


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (
            {
                "name": "Ana",
                "line1": "1 Main St",
                "city": "New York",
                "region": "NY",
                "postcode": "10001",
                "country": "US",
            },
            ["Ana", "1 Main St", "NEW YORK, NY 10001", "UNITED STATES"],
        ),
        (
            {
                "name": "Jörg",
                "line1": "Hauptstr. 5",
                "line2": "4. OG",
                "city": "Bonn",
                "postcode": "53111",
                "country": "DE",
            },
            ["Jörg", "Hauptstr. 5", "4. OG", "53111 BONN", "GERMANY"],
        ),
        ({"name": "Ana", "city": "Nowhere", "country": "ZZ"}, ["Ana", "Nowhere", "ZZ"]),
        ({}, []),
    ],
)
def test_an_address_is_written_as_its_country_does(address, lines):
    assert lines == address_lines.lines(address)


def test_one_s_own_country_may_be_left_out():
    assert ["Ana", "BONN"] == address_lines.lines({"name": "Ana", "city": "Bonn", "country": "DE"}, "DE")


WORD = st.text(st.sampled_from("abcdefgXYZ 0123"), min_size=1, max_size=12).filter(lambda text: text.strip())


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(Address.__slots__[:8], WORD)), st.sampled_from(sorted(COUNTRIES))
)
def test_nothing_that_is_stated_is_lost(parts, country):
    written = "\n".join(address_lines.lines(parts | {"country": country})).casefold()

    assert [] == [text for text in parts.values() if " ".join(text.split()).casefold() not in written]
