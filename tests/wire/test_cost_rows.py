from __future__ import annotations

from pathlib import Path

import pytest

from orderctl.core.errors import RecordError
from orderctl.wire.cost_rows import Cost, costs_on


def a_file(folder: Path, text: str) -> Path:
    path = folder / "costs.csv"
    path.write_text(text)
    return path


def test_the_row_counts_whose_day_came_last(tmp_path):
    rows = "MUG,7,2026-01-01\nMUG,9,2027-01-01\nMUG,8,2026-06-01\nMUG,6,\n"
    path = a_file(tmp_path, f"sku,cost,valid_from\n{rows}")

    found = {day: costs_on(path, day, "USD")["MUG"].cost_minor for day in ("2025-12-31", "2026-06-01", "2027-01-01")}
    assert {"2025-12-31": 600, "2026-06-01": 800, "2027-01-01": 900} == found


def test_a_supplier_s_own_name_and_currency_are_kept(tmp_path):
    path = a_file(tmp_path, "SKU;cost;currency;supplier_sku\nMUG;7.5;eur;S-1\nLAMP;;;S-2\n")

    assert {"MUG": Cost("MUG", 750, "EUR", "", "S-1"), "LAMP": Cost("LAMP", None, "USD", "", "S-2")} == costs_on(
        path, "2026-11-20", "USD"
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sku,price\nMUG,1\n", "line 1: 'price' is not a column of costs"),
        ("cost\n1\n", "no column 'sku'"),
        ("sku,cost\nMUG,x\n", "line 2: 'x' is not an amount"),
        ("sku,cost\nMUG,-1\n", "is below zero"),
        ("sku,cost\n,1\n", "no SKU"),
        ("sku,currency\nMUG,XXX\n", "is not a currency"),
        ("sku,valid_from\nMUG,soon\n", "is not a day"),
        ("sku,cost\nMUG,1,2\n", "3 cells"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_its_line(tmp_path, text, complaint):
    with pytest.raises(RecordError) as caught:
        costs_on(a_file(tmp_path, text), "2026-11-20", "USD")

    assert complaint in str(caught.value)
