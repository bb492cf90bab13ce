from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.weights import parse_weight


@pytest.mark.parametrize(
    ("written", "unit", "grams"),
    [
        ("31.7 kg", "", 31700),
        ("500g", "", 500),
        ("2 lbs", "", 907),
        ("1 LB", "", 454),
        ("8 oz", "", 227),
        ("0.6", "kg", 600),
        (Decimal("0.6"), "kg", 600),
        (20, "kg", 20000),
        ("7", "g", 7),
    ],
)
def test_a_weight_is_whole_grams(written, unit, grams):
    assert grams == parse_weight(written, unit)


@pytest.mark.parametrize(
    "written", ["5", "", "kg", "-1 kg", "1e3 g", "1,5 kg", "3 miles", "0.5 g", "\uff11 kg", "5 s", "5s", "1_0 g", True]
)
def test_what_is_no_weight_is_refused(written):
    with pytest.raises(ValueError, match=r"weight|grams"):
        parse_weight(written)


@given(st.integers(0, 10**9 - 1))
def test_grams_and_kilograms_agree(grams):
    assert grams == parse_weight(f"{grams} g") == parse_weight(f"{grams // 1000}.{grams % 1000:03d} kg")
