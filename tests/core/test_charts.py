"""Pictures of numbers, as text."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.charts import Bars, Gauge, bars, gauges, short, ticks


@given(st.integers(0, 10**9))
def test_an_axis_has_few_round_numbers_that_reach_beyond_the_highest(most):
    found = ticks(most)

    assert 2 <= len(found) <= 7
    assert 0 == found[0]
    assert found[-1] >= most
    assert {found[1]} == {b - a for a, b in itertools.pairwise(found)}
    assert re.fullmatch("[125]0*", str(found[1]))


def test_large_numbers_are_short():
    assert ["0", "950", "1,000", "1,250", "12.5k", "40k", "3M"] == [
        short(number) for number in (0, 950, 1000, 1250, 12_500, 40_000, 3_000_000)
    ]


@given(st.lists(st.integers(0, 5000), max_size=400), st.one_of(st.none(), st.integers(0, 9000)))
@settings(max_examples=40)
def test_every_bar_lies_within_the_picture_at_whole_numbers(values, limit):
    labels = [f"Nov {at}" for at in range(len(values))]
    text = bars(Bars("orders", labels, values, "orders", values, "picked", limit, "room"))
    picture = ET.fromstring(text)  # noqa: S314 - our own

    _, _, width, height = map(int, picture.attrib["viewBox"].split())
    for one in picture.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, w, h = (int(one.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height
    assert 124 >= len(list(picture.iter("{http://www.w3.org/2000/svg}rect")))


def test_what_is_beyond_a_limit_looks_different_and_names_are_escaped():
    picture = bars(Bars("a < b", ["<1>", "2"], [5, 20], "orders", limit=10, limit_name="room & more"))

    assert (1, 1) == (picture.count('class="bar"'), picture.count('class="bar over"'))
    assert "a &lt; b" in picture
    assert "&lt;1&gt;" in picture
    assert "room &amp; more 10" in picture


def test_a_gauge_says_its_numbers_and_ends_at_the_edge():
    picture = gauges("limits", [Gauge("ups", 900, 100, "900 of 100 parcels"), Gauge("dhl", 10, 100, "10 of 100")])

    assert 'width="480"' in picture
    assert 'width="36"' in picture
    assert "900 of 100 parcels" in picture


def test_a_name_leaves_room_for_the_numbers():
    assert f">{'x' * 27}\N{HORIZONTAL ELLIPSIS}<" in gauges("limits", [Gauge("x" * 100, 1, 2, "1 of 2")])
