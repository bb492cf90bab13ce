from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import publishing
from orderctl.core.publishing import Terms

UNITS = st.integers(0, 10**9)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    numerator, denominator = publishing.share(draw(st.sampled_from(["100", "80", "33.3", "0.5", "0", "12.123456"])))
    least = draw(st.integers(0, 50))
    most = draw(st.none() | st.integers(least, 10**6))
    return Terms(
        ("east",),
        ("east",),
        buffer=draw(st.integers(0, 20)),
        numerator=numerator,
        denominator=denominator,
        least=least,
        most=most,
    )


@given(terms(), UNITS)
def test_the_lines_of_an_explanation_add_up_to_the_number(one, units):
    assert publishing.number(one, units) == units + sum(line.units for line in publishing.steps(one, units))


@given(terms(), UNITS, UNITS)
def test_more_stock_never_makes_a_smaller_number(one, units, more):
    assert publishing.number(one, units) <= publishing.number(one, units + more)


@pytest.mark.parametrize(
    ("number", "units", "changes"),
    [
        (51, 51, {}),
        (49, 51, {"buffer": 2}),
        (0, 1, {"buffer": 2}),
        (39, 51, {"buffer": 2, "percent": "80"}),
        (0, 1, {"percent": "99.9"}),
        (50, 900, {"percent": "80", "most": 50}),
        (3, 0, {"least": 3}),
        (7, 7, {"least": 3}),
    ],
)
def test_a_number_is_the_share_of_what_is_left_after_the_buffer_within_its_limits(number, units, changes):
    numerator, denominator = publishing.share(changes.pop("percent", "100"))
    one = Terms(("east",), ("east",), numerator=numerator, denominator=denominator, **changes)

    assert number == publishing.number(one, units)


def test_a_location_without_limit_makes_the_number_the_largest_allowed():
    assert 20 == publishing.number(Terms(("acme",), ("acme",), unlimited=True, most=20), 0)


def test_a_kit_has_as_many_as_its_scarcest_component_makes():
    parts = {"MUG": 2, "TEE": 1}

    assert 2 == publishing.sets(parts, {"MUG": 5, "TEE": 9})
    assert 0 == publishing.sets(parts, {"MUG": 5})


@pytest.mark.parametrize(
    ("is_cut", "told", "now", "sold"),
    [
        *[(False, 100, 50, 0), (True, 100, 49, 0), (False, 100, 0, 50), (True, 100, 0, 49), (False, 0, 0, 0)],
        *[(False, 100, 400, 0), (True, 1, 0, 0), (False, 1, 0, 1)],
    ],
)
def test_a_cut_is_more_than_the_share_beyond_what_was_sold(is_cut, told, now, sold):
    assert is_cut == publishing.is_cut(told, now, sold, "50")


def test_a_percentage_reads_as_it_was_written():
    said = [publishing.steps(Terms((), (), numerator=n, denominator=d), 1000)[-1].what for n, d in [(1, 8), (4, 5)]]

    assert ["12.5%, rounded down", "80%, rounded down"] == said
