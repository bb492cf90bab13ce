from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.errors import RecordError
from orderctl.wire import workbook
from orderctl.wire.workbook_rows import WorkbookReader

AT = "2026-11-20T15:00:00Z"
#: What XML and workbooks can hold; columns have names that differ.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffe\uffff"), max_size=30)
NUMBER = st.integers(-(10**15) + 1, 10**15 - 1)


def read(content: bytes) -> list[dict[str, str]]:
    file = io.BytesIO(content)
    reader = WorkbookReader()
    return [dict(row.cells) for row in reader.rows(file, "a.xlsx", reader.header(file, "a.xlsx"))]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(TEXT, NUMBER | TEXT), min_size=1, max_size=4), st.booleans())
def test_what_is_written_is_what_is_read(rows, for_people):
    content = workbook.content(["n", "text", "cell"], [[1, *row] for row in rows], at=AT, for_people=for_people)

    assert [{"n": "1", "text": text, "cell": str(cell)} for text, cell in rows] == read(content)


def test_the_same_rows_give_the_same_bytes_whenever_they_are_written():
    one, other = (workbook.content(["a"], [["x"]], at=AT) for _ in range(2))

    assert one == other
    assert {1980} == {part.date_time[0] for part in zipfile.ZipFile(io.BytesIO(one)).infolist()}


def test_a_text_that_excel_would_not_take_is_cut_and_shows_it():
    (row,) = read(workbook.content(["a"], [["x" * 40_000]], at=AT))

    assert ("x" * 32_766 + "\u2026") == row["a"]


def test_only_for_people_a_formula_is_marked_as_text():
    def marked(*, for_people: bool) -> bool:
        content = workbook.content(["a"], [["=1+1"]], at=AT, for_people=for_people)
        parts = zipfile.ZipFile(io.BytesIO(content))
        return b's="2"' in parts.read("xl/worksheets/sheet1.xml")

    assert [True, False] == [marked(for_people=for_people) for for_people in (True, False)]


def test_numbers_are_read_as_people_write_them_and_rounded_ones_are_seen(tmp_path: Path):
    path = tmp_path / "in.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(3, 1, ["number", "day", "moment", "yes"])
    sheet.write_row(4, 1, [3])
    sheet.write_row(5, 1, [1.25])
    sheet.write_row(6, 1, [123456789012345678])
    sheet.write_datetime(6, 2, date(2026, 11, 20), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_boolean(6, 4, True)  # noqa: FBT003 - xlsxwriter's own order
    sheet.write_row(9, 1, ["after a gap"])
    book.close()

    found = read(path.read_bytes())

    assert ["3", "1.25", "1.234568E+17", "after a gap"] == [row["number"] for row in found]
    assert ("2026-11-20", "true") == (found[2]["day"], found[2]["yes"])


def test_rows_are_found_again_after_any_of_them():
    file = io.BytesIO(workbook.content(["a"], [[str(number)] for number in range(7)], at=AT))
    reader = WorkbookReader()
    header = reader.header(file, "a.xlsx")
    rows = list(reader.rows(file, "a.xlsx", header))

    for at, row in enumerate(rows):
        assert rows[at + 1 :] == list(reader.rows(file, "a.xlsx", header, row.end))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"sku,quantity\nMUG,1\n", "is not an Excel workbook"),
        (b"", "is not an Excel workbook"),
        (workbook.content([], [], at=AT), "there is no header row"),
        (workbook.content(["sku", "SKU"], [], at=AT), "stands twice"),
        (workbook.content(["sku", "", "x"], [], at=AT), "has no name"),
    ],
)
def test_what_is_no_table_is_refused(content, complaint):
    with pytest.raises(RecordError, match=complaint):
        read(content)


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/big.xml", "w") as part:
        for _ in range(257):
            part.write(bytes(1024 * 1024))

    with pytest.raises(RecordError, match="unpacks to more than"):
        read(out.getvalue())
