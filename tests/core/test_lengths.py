from __future__ import annotations

import pytest

from orderctl.core.lengths import parse_length


@pytest.mark.parametrize(
    ("text", "millimeters"),
    [("30 cm", 300), ("30", 300), ("12.5", 125), ("305mm", 305), ("12 in", 305), ("1.2 m", 1200), ("0.05cm", 1)],
)
def test_lengths_are_whole_millimeters(text: str, millimeters: int):
    assert millimeters == parse_length(text)


@pytest.mark.parametrize("text", ["", "0", "-3", "12 ft", "1e3", "1,5", "nan", "0.01 mm"])
def test_what_is_no_length_is_refused(text: str):
    with pytest.raises(ValueError, match="is n"):
        parse_length(text)
