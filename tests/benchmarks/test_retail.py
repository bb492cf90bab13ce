"""Real orders come through whole: nothing is lost, nothing is invented, and every penny is where it belongs."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks import retail, retail_accounts
from benchmarks.retail import Row

ROWS = 3_000


@pytest.fixture(scope="module")
def a_slice(tmp_path_factory) -> tuple[retail_accounts.Books, bool]:
    """The books after two passes over the first rows, and whether the second pass changed nothing."""
    shared = os.environ.get("ORDERCTL_SHARED")
    if not shared:
        pytest.skip("ORDERCTL_SHARED does not say where the data set is")
    rows = retail.read(Path(shared) / retail.SOURCE, ROWS)
    return retail_accounts.run(rows, tmp_path_factory.mktemp("retail") / "shop")


def test_every_invoice_unit_and_penny_is_accounted_for(a_slice):
    books, _ = a_slice

    assert (set(), 0, 0) == books.left_over
    assert ROWS == books.sold.lines + books.credited.lines
    assert (132, 6) == (len(books.sold.invoices), len(books.credited.invoices))


def test_what_is_no_order_waits_for_a_person(a_slice):
    books, _ = a_slice

    assert {"536589"} == books.quarantine.invoices
    assert -10 == books.quarantine.units
    assert 5 == len(books.unmatched.invoices) == books.raised
    assert 131 == len(books.stored.invoices)


def test_a_second_pass_changes_nothing(a_slice):
    _, same = a_slice

    assert same


def a_row(invoice: str, sku: str = "22633", quantity: int = 6, price: str = "1.85", **changes: Any) -> Row:
    fields = {"title": "HAND WARMER", "at": "2010-12-01 08:26:00", "customer": "17850", "country": "United Kingdom"}
    return Row(invoice=invoice, sku=sku, quantity=quantity, price=Decimal(price), **(fields | changes))


def converted(tmp_path: Path, *rows: Row) -> dict[str, list[dict[str, Any]]]:
    """What stands in the files of orders, changes and unmatched credit notes."""
    retail.convert(rows, tmp_path / "shop")
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((tmp_path / "shop" / "orders").iterdir()):
        kind = path.stem.rpartition("-")[2]
        found.setdefault(kind, []).extend(map(json.loads, path.read_text(encoding="utf-8").splitlines()))
    return found


def test_local_summer_time_becomes_utc(tmp_path):
    found = converted(tmp_path, a_row("1", at="2011-06-01 08:26:00"))

    assert "2011-06-01T07:26:00Z" == found["orders"][0]["placed_at"]


def test_postage_is_a_line_that_needs_no_shipping(tmp_path):
    found = converted(tmp_path, a_row("1"), a_row("1", "POST", 1, "18.00"))

    assert [True, False] == [line["requires_shipping"] for line in found["orders"][0]["lines"]]


def test_the_same_article_twice_stays_two_lines(tmp_path):
    found = converted(tmp_path, a_row("1"), a_row("1"))

    assert ["1", "2"] == [line["id"] for line in found["orders"][0]["lines"]]


def test_a_customer_in_no_country_has_no_address(tmp_path):
    found = converted(tmp_path, a_row("1", country="Unspecified"))

    assert "ship_to" not in found["orders"][0]


def test_a_credit_note_takes_units_off_the_latest_invoice_that_has_enough(tmp_path):
    found = converted(
        tmp_path,
        a_row("1", quantity=6),
        a_row("2", quantity=6, at="2010-12-02 09:00:00"),
        a_row("3", quantity=2, at="2010-12-03 09:00:00"),
        a_row("C4", quantity=-4, at="2010-12-04 09:00:00"),
    )

    (changed,) = found["changes"]
    assert ("2", 2, "3.70", "C4") == (
        changed["number"],
        changed["lines"][0]["quantity"],
        changed["lines"][0]["amount"],
        changed["attributes"]["credit_notes"],
    )
    assert "2010-12-04T09:00:00Z" == changed["updated_at"]
    assert [] == found["unmatched"]


@pytest.mark.parametrize(
    "credit",
    [
        a_row("C2", quantity=-7),
        a_row("C2", sku="other", quantity=-1),
        a_row("C2", quantity=-1, customer="12345"),
        a_row("C2", "D", -1, "11.11"),
    ],
    ids=["more than was bought", "another article", "another customer", "more money than was paid"],
)
def test_a_credit_note_without_its_invoice_is_written_down_as_such(tmp_path, credit):
    found = converted(tmp_path, a_row("1"), credit)

    assert [] == found["changes"]
    assert ["C2"] == [row["cancellation"] for row in found["unmatched"]]


def test_a_discount_lowers_what_is_paid_and_no_units(tmp_path):
    found = converted(tmp_path, a_row("1"), a_row("C2", "D", -1, "1.10"))

    (changed,) = found["changes"]
    assert ("1.10", "10.00", 6) == (changed["discount"], changed["total"], changed["lines"][0]["quantity"])


def test_a_credit_at_another_price_keeps_every_penny(tmp_path):
    dear = converted(tmp_path / "dear", a_row("1"), a_row("1", "other"), a_row("C2", quantity=-6, price="2.00"))
    cheap = converted(tmp_path / "cheap", a_row("1"), a_row("C2", quantity=-6, price="1.00"))

    assert ("0.90", "10.20") == (dear["changes"][0]["discount"], dear["changes"][0]["total"])
    assert ("5.10", 0) == (cheap["changes"][0]["total"], cheap["changes"][0]["lines"][0]["quantity"])
