"""Answers and counts that come as Excel workbooks."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.errors import RecordError
from orderctl.destinations.file import FileDestination
from orderctl.wire import workbook
from tests.destinations.test_file import opened, rows


def answering(base: Path, columns: list[str], cells: list[list[str | int]], role: str = "confirm") -> FileDestination:
    (base / "in").mkdir(exist_ok=True)
    (base / "in" / "a.xlsx").write_bytes(workbook.content(columns, cells, at="2026-11-20T15:00:00Z"))
    return opened(base, role, {"path": "in/*.xlsx", "format": "xlsx"})  # type: ignore[arg-type]


def test_a_confirmation_is_read_from_a_workbook(tmp_path):
    columns = ["Reference", "Status", "Quantity", "Carrier", "Tracking number"]
    (answer,) = rows(answering(tmp_path, columns, [["WEB-1-1", "shipped", 2, "UPS", "00123"]]))

    assert isinstance(answer, Confirmation)
    assert ("WEB-1-1", "shipped", 2, "00123") == (
        *(answer.reference, answer.kind, answer.quantity),
        answer.tracking_number,
    )


def test_a_tracking_number_that_excel_has_rounded_is_put_aside(tmp_path):
    (bad,) = rows(answering(tmp_path, ["reference", "tracking"], [["WEB-1-1", "1.234568E+17"]]))

    assert isinstance(bad, BadRow)
    assert "a spreadsheet has rounded" in bad.reason


def test_a_stock_feed_is_read_from_a_workbook_from_every_position(tmp_path):
    cells: list[list[str | int]] = [[f"S-{number}", number] for number in range(1203)]
    feed = answering(tmp_path, ["sku", "on hand"], cells, "stock_feed")

    found = rows(feed)
    assert [(f"S-{number}", number) for number in range(1203)] == [
        (one.sku, one.quantity) for one in found if isinstance(one, StockCount)
    ]


def test_a_workbook_that_is_none_is_refused_as_a_whole(tmp_path):
    destination = answering(tmp_path, ["reference", "status"], [])
    (tmp_path / "in" / "a.xlsx").write_bytes(b"reference,status\n")

    with pytest.raises(RecordError, match="is not an Excel workbook"):
        rows(destination)


def test_paper_is_not_read(tmp_path):
    with pytest.raises(ValidationError, match="pdf is not a form that can be read"):
        opened(tmp_path, "confirm", {"path": "in/*.pdf", "format": "pdf"})
