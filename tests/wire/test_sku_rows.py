from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import RecordError
from orderctl.core.skus import Alias
from orderctl.wire import sku_rows


def read(folder: Path, text: str, **changes: Any) -> sku_rows.Read:
    file = folder / "skus.csv"
    file.write_text(text, encoding="utf-8")
    return sku_rows.read(file, "skus.csv", **changes)


def one(folder: Path, **cells: str) -> dict[str, Any]:
    """What a row with these cells says."""
    found = read(folder, f"sku,{','.join(cells)}\nMUG,{','.join(cells.values())}\n")
    assert [] == [finding.message for finding in found.findings]
    return dict(found.rows[0].data)


def wrong(folder: Path, text: str) -> list[str]:
    return [f"{one.line}: {one.message}" for one in read(folder, text).findings]


@pytest.mark.parametrize(
    ("column", "cell", "kept"),
    [
        ("title", "Blue mug", {"title": "Blue mug"}),
        ("Name", "Blue mug", {"title": "Blue mug"}),
        ("EAN", "0012345678905", {"barcode": "0012345678905"}),
        ("weight", "1.5 kg", {"weight_g": 1500}),
        ("weight_g", "300", {"weight_g": 300}),
        ("Weight lb", "2", {"weight_g": 907}),
        ("length", "12.5", {"length_mm": 125}),
        ("width_in", "12", {"width_mm": 305}),
        ("height", "30 mm", {"height_mm": 30}),
        ("hs_code", "6912.00", {"hs_code": "691200"}),
        ("Country of origin", "pt", {"origin": "PT"}),
        ("hazmat", "yes", {"hazmat": True}),
        ("oversize", "0", {"oversize": False}),
        ("tags", '"a, b; a"', {"tags": ["a", "b"]}),
        ("explode", "if short", {"explode": "if_short"}),
        ("cost", "4.20", {"cost_minor": 420, "currency": "USD"}),
        ("cost", "-", {"cost_minor": None, "currency": None}),
        ("weight_kg", "-", {"weight_g": None}),
        ("title", "", {}),
    ],
)
def test_a_cell_is_kept_exactly_as_what_it_is(tmp_path: Path, column: str, cell: str, kept: dict[str, Any]):
    assert kept == one(tmp_path, **{column: cell})


def test_skus_keep_their_case_and_their_zeros(tmp_path: Path):
    assert ["mug", "MUG", "00012", "1E5"] == [row.sku for row in read(tmp_path, "sku\nmug\nMUG\n00012\n1E5\n").rows]


def test_the_currency_of_a_cost_stands_beside_it(tmp_path: Path):
    assert {"cost_minor": 420, "currency": "JPY"} == one(tmp_path, cost="420", currency="jpy")


def test_parts_and_aliases_state_how_many(tmp_path: Path):
    (row,) = read(tmp_path, "sku,parts,alias.web\nSET,CUP=2; SAUCER,SET-1; SET-PACK=6\n").rows

    assert {"CUP": 2, "SAUCER": 1} == row.parts
    assert (Alias("web", "SET-1", "SET"), Alias("web", "SET-PACK", "SET", 6)) == row.aliases


def test_a_row_that_says_nothing_of_parts_leaves_them(tmp_path: Path):
    silent, emptied = read(tmp_path, "sku,parts\nMUG,\nSET,-\n").rows

    assert (None, {}) == (silent.parts, emptied.parts)


def test_every_wrong_cell_is_told_with_its_line_and_column(tmp_path: Path):
    text = (
        "sku,Weight,hs_code,origin,hazmat,cost,parts,Barcode\n"
        "A,300,abc,Portugal,maybe,-1,CUP=x,8.7E+12\n"
        ",,,,,,,\n"
        "B,1 kg,6912.00,PT,no,1.00,CUP,1,more\n"
        "A,1 kg,,,,,,\n"
    )

    assert [
        "2: column 'Weight': '300' is not a weight; write for example '500 g', '31.7 kg' or '2 lb'",
        "2: column 'hs_code': 'abc' is not an HS code, 4 to 14 digits such as 6912.00",
        "2: column 'origin': 'Portugal' is not a country of two letters, such as PT",
        "2: column 'hazmat': 'maybe' is neither yes nor no",
        "2: column 'cost': '-1' is below zero",
        "2: column 'parts': 'CUP=x' is not SKU=UNITS, such as CUP=2",
        "2: column 'Barcode': '8.7E+12' was rounded by a spreadsheet; write its digits",
        "4: the row has 9 cells, the header 8",
        "5: column 'sku': A stands in line 2 already",
    ] == wrong(tmp_path, text)


def test_a_channels_sku_cannot_be_two_of_ours(tmp_path: Path):
    text = "sku,alias.web,alias.market\nMUG,X,X\nLAMP,Y; X,\n"

    assert ["3: column 'alias.web': X is mapped in line 2 already; one SKU of a channel is one of yours"] == wrong(
        tmp_path, text
    )


def test_a_column_that_is_nearly_ours_is_refused_and_another_one_passed_over(tmp_path: Path):
    with pytest.raises(RecordError, match="'wieght' is not a column of SKUs; did you mean 'weight'"):
        read(tmp_path, "sku,wieght\nMUG,1\n")

    assert ("size", "Shelf") == read(tmp_path, "sku,size,Shelf\nMUG,L,A7\n").passed_over


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("title", "there is no column 'sku'"),
        ("sku,name,title", "two columns say 'title'"),
        ("sku,alias.wbe", "there is no channel 'wbe'; did you mean 'web'"),
    ],
)
def test_a_header_that_is_wrong_refuses_the_file(tmp_path: Path, header: str, words: str):
    with pytest.raises(RecordError, match=words):
        read(tmp_path, f"{header}\n", channels=["web"])
