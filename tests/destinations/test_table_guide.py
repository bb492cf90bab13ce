from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.confirmations import KINDS, BadRow, Confirmation
from orderctl.core.effects import Document
from orderctl.core.tracking_numbers import fits
from orderctl.destinations import answer_rows, columns, pick_list, template_data
from tests.destinations.test_file import feed, opened, put, rows, sender

FORMATS: list[dict[str, Any]] = [
    {},
    {"delimiter": ";"},
    {"format": "tsv"},
    {"format": "jsonl"},
    {"format": "json"},
    {"format": "xlsx"},
    {"encoding": "cp1252"},
    {"columns": {"reference": "Order Ref", "tracking_number": "Nr"}},
    {"dates": "%d/%m/%Y %H:%M"},
]
WORK = template_data.samples("east")[0]


def answering(base: Path, settings: dict[str, Any]) -> Any:
    return opened(base, "confirm", {"path": "back/*", **settings})


def samples(way: Any) -> list[Document]:
    return [sample for chapter in way.guide() for sample in chapter.samples]


def told(way: Any) -> str:
    return "\n".join(f"{chapter.title}\n{chapter.text}" for chapter in way.guide())


@pytest.mark.parametrize("settings", FORMATS, ids=repr)
def test_the_sample_answers_are_read_as_what_they_are_meant_to_be(tmp_path, settings):
    way = answering(tmp_path, settings)
    for number, sample in enumerate(samples(way), 1):
        put(tmp_path, f"back/{number}-{sample.name}", sample.content)

    found = rows(answering(tmp_path, settings))
    assert [] == [row for row in found if isinstance(row, BadRow)]
    assert ["acknowledged", "rejected", "shipped", "short", "shipped"] == [row.kind for row in found]
    _, rejected, shipped, short, corrected = found
    assert ("WEB-1043-1", "no stock") == (rejected.reference, rejected.reason)
    assert ("1", 2, "2026-11-20T18:30:00Z") == (shipped.line_id, shipped.quantity, shipped.at)
    assert ("2", 1, "broken") == (short.line_id, short.quantity, short.reason)
    assert shipped.tracking_number == corrected.replaces != corrected.tracking_number


def test_the_sample_answers_are_about_the_sample_of_our_work_and_have_numbers_that_a_carrier_can_give(tmp_path):
    way = answering(tmp_path, {})
    for number, sample in enumerate(samples(way), 1):
        put(tmp_path, f"back/{number}.csv", sample.content)
    found: list[Confirmation] = rows(answering(tmp_path, {}))

    lines = {(shipment.reference, line.line_id) for shipment in WORK.shipments for line in shipment.lines}
    assert {row.reference for row in found} == {shipment.reference for shipment in WORK.shipments}
    assert {(row.reference, row.line_id) for row in found if row.line_id} <= lines
    numbers = {row.tracking_number for row in found if row.tracking_number}
    assert {True} == {fits("ups", number) for number in numbers}


@pytest.mark.parametrize("settings", [one for one in FORMATS if "dates" not in one and "columns" not in one], ids=repr)
def test_the_sample_count_is_read_as_a_count(tmp_path, settings):
    (sample,) = samples(feed(tmp_path, **settings))
    put(tmp_path, "in/stock.csv", sample.content)

    found = rows(opened(tmp_path, "stock_feed", {"path": "in/stock.csv", **settings}))
    assert [("MUG", 12), ("LAMP", 0)] == [(row.sku, row.quantity) for row in found]


def test_every_column_of_our_work_is_explained_under_its_own_header(tmp_path):
    way = sender(tmp_path, columns={"reference": "Ref", "sku": "Item", "unit_cost": "Cost"})
    text = told(way)

    assert "| `Ref` | The shipment; unique for ever." in text
    assert "| `Cost` | Cost of one unit. |" in text
    assert "`postcode`" not in text
    assert [] == [name for name in pick_list.COLUMNS if f"| `{name}` |" not in told(sender(tmp_path))]
    assert set(columns.KNOWN) == set(columns.MEANINGS)


def test_every_column_and_every_word_of_an_answer_is_explained(tmp_path):
    text = told(answering(tmp_path, {"columns": {"reference": "Order Ref"}}))

    assert [] == [name for name in answer_rows.CONFIRM if f"| `{name}` |" not in text and name != "reference"]
    assert "| `Order Ref` |" in text
    assert [] == [word for word in KINDS if f"| `{word}` |" not in text]
    assert [] == [name for name in answer_rows.STOCK_FEED if f"| `{name}` |" not in told(feed(tmp_path))]


def test_the_sample_of_our_work_is_what_its_batch_would_be_and_can_be_read_back(tmp_path):
    (sample,) = samples(sender(tmp_path))

    assert sender(tmp_path).render(WORK) == sample
    found = list(csv.DictReader(io.StringIO(sample.content.decode(), newline="")))
    assert [("WEB-1042-1", "MUG"), ("WEB-1042-1", "LAMP")] == [(row["reference"], row["sku"]) for row in found[:2]]


@pytest.mark.parametrize("settings", [{"format": "html"}, {"format": "pdf"}], ids=repr)
def test_paper_has_no_columns_to_explain(tmp_path, settings):
    titles = [chapter.title for chapter in sender(tmp_path, **settings).guide()]

    assert ["Files you get"] == titles


def test_dates_are_explained_as_they_are_read(tmp_path):
    assert "As `%d/%m/%Y %H:%M`; without a zone, in America/New_York." in told(
        answering(tmp_path, {"dates": "%d/%m/%Y %H:%M"})
    )
