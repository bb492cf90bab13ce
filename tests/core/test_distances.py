from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.distances import kilometers

NEW_YORK = (40_712_800, -74_006_000)
LOS_ANGELES = (34_052_200, -118_243_700)
points = st.tuples(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))


def test_distances_agree_with_the_atlas():
    assert 3936 == kilometers(NEW_YORK, LOS_ANGELES)
    assert 877 == kilometers((52_520_000, 13_405_000), (48_856_600, 2_352_200))


def test_the_date_line_is_no_border():
    assert 22 == kilometers((0, 179_900_000), (0, -179_900_000))


def test_the_other_side_of_the_earth_is_half_way_around():
    assert 20015 == kilometers((90_000_000, 0), (-90_000_000, 5)) == kilometers((0, 0), (0, 180_000_000))


@given(points, points)
def test_a_way_is_as_long_in_both_directions_and_never_longer_than_half_way_around(start, end):
    assert 0 <= kilometers(start, end) == kilometers(end, start) <= 20016
    assert 0 == kilometers(start, start)
