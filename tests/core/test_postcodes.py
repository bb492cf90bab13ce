from __future__ import annotations

import pytest

from orderctl.core.postcodes import candidates, degrees, found

PRENZLAUER_BERG, OLD_STREET = (52_540_000, 13_420_000), (51_520_000, -90_000)


@pytest.mark.parametrize(
    ("country", "postcode", "expected"),
    [
        ("DE", "10 405", ("10405",)),
        ("US", "10001-1234", ("100011234", "10001")),
        ("US", "10001", ("10001",)),
        ("GB", "ec1y 8sy", ("EC1Y8SY", "EC1Y")),
        ("CA", "K1A 0B1", ("K1A0B1", "K1A")),
        ("DE", " ", ()),
    ],
)
def test_a_postcode_is_looked_for_as_a_whole_and_then_by_its_area(country, postcode, expected):
    assert expected == candidates(country, postcode)


def test_the_most_exact_point_that_is_known_counts():
    known = {("GB", "EC1Y"): OLD_STREET, ("DE", "10405"): PRENZLAUER_BERG}

    assert OLD_STREET == found(known, "GB", "EC1Y 8SY")
    assert PRENZLAUER_BERG == found(known, "DE", "10405")
    assert found(known, "DE", "10115") is None
    assert (0, 0) == found({**known, ("GB", "EC1Y8SY"): (0, 0)}, "GB", "EC1Y 8SY")


def test_degrees_are_millionths_and_stay_on_earth():
    assert (52_540_000, -180_000_000) == (degrees(" 52.54", 0), degrees("-180", 1))
    for wrong, nth in (("91", 0), ("-180.1", 1), ("", 0), ("north", 1), ("NaN", 0), ("1e999", 1)):
        with pytest.raises(ValueError, match="is no"):
            degrees(wrong, nth)
