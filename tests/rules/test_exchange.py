from __future__ import annotations

import pytest

from orderctl.rules.exchange import converted
from tests.rules.deciding import some_places

PLACES = some_places(rates={"EUR": "1.08", "JPY": "0.0067", "BHD": "2.65"})


@pytest.mark.parametrize(
    ("minor", "source", "target", "expected"),
    [
        (500, "USD", "USD", 500),
        (10000, "EUR", "USD", 10800),
        (10800, "USD", "EUR", 10000),
        (1000, "JPY", "USD", 670),
        (670, "USD", "JPY", 1000),
        (1000, "BHD", "USD", 265),
        (1, "EUR", "BHD", 4),
        (-10000, "EUR", "USD", -10800),
        (500, "AUD", "USD", None),
        (500, "USD", "AUD", None),
        (500, "AUD", "AUD", 500),
    ],
)
def test_amounts_are_converted_exactly_and_rounded_once(minor: int, source: str, target: str, expected: int | None):
    assert expected == converted(minor, source, target, PLACES)
