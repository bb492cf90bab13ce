from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from python_calamine import load_workbook

from orderctl.core.effects import BatchLine
from orderctl.core.papers import Goods
from orderctl.core.text import spreadsheet_text
from orderctl.destinations.documents import Documents, DocumentSettings
from orderctl.wire import extras
from tests.destinations.contract import a_batch, a_shipment
from tests.destinations.paper_batch import a_paper_batch, a_paper_line, a_paper_shipment

NASTY = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'quoted",
    'a,"b"\r\nc',
    "00123",
    "1E5",
    "ünï",
    "名前",
    "_x0041_",
)


def documents(base: Path = Path(), **said: Any) -> Documents:
    return Documents("east", DocumentSettings.model_validate(said, context={"role": "send", "base": base}), base)


def sheet(content: bytes) -> list[list[Any]]:
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def complaint(base: Path = Path(), **said: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        documents(base, **said)
    return str(caught.value)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"template": "packingslip"}, "did you mean 'packing-slip'"),
        ({"documents": ["packing-slip.pfd"]}, "did you mean 'pdf'"),
        ({"documents": ["packing-slip"]}, "is no document"),
        ({"documents": ["pick.pdf", "pick.pdf"]}, "names one twice"),
        ({"documents": ["slip.j2"]}, "does not say what it makes"),
        ({"columns": ["skus"]}, "did you mean 'sku'"),
        ({"format": "pdf", "columns": ["sku"]}, "columns are for tables"),
        ({"template": "none.html.j2"}, "there is no such file"),
        ({"template": "none.html.j2", "format": "json"}, "makes html"),
        ({"template": "none.html.j2", "columns": ["sku"]}, "a template says itself what it shows"),
        ({"fonts": ["none.ttf"]}, "not a TrueType font"),
        ({"paper": "a5"}, "'a4'"),
    ],
)
def test_what_cannot_be_made_is_told_when_the_settings_are_read(tmp_path, said, words):
    assert words in complaint(tmp_path, **said)


def test_a_template_is_tried_when_the_settings_are_read(tmp_path):
    (tmp_path / "slip.txt.j2").write_text("{% for s in shipments %}{{ s.nothing }}{% endfor %}")

    assert "slip.txt.j2 line 1: 'dict object' has no attribute 'nothing'" in complaint(tmp_path, template="slip.txt.j2")


def test_a_template_of_one_s_own_makes_the_document(tmp_path):
    (tmp_path / "slip.txt.j2").write_text("{% for s in shipments %}{{ s.ship_to.name }}\n{% endfor %}")
    document = documents(tmp_path, template="slip.txt.j2").render(a_paper_batch(), "a.txt")

    assert ("a.txt", b"Ana Diaz\n", "text/plain", 2, 5) == (
        *(document.name, document.content, document.media_type),
        *(document.rows, document.units),
    )


def test_only_the_shipment_that_a_template_cannot_cope_with_is_kept_back(tmp_path):
    (tmp_path / "slip.json.j2").write_text('["{{ shipments[0].note }}"]')
    made = documents(tmp_path, template="slip.json.j2")
    bad = a_paper_shipment(reference="WEB-2-1", note='a "quote"')

    assert {} == made.objections([a_paper_shipment()])
    assert ["WEB-2-1"] == list(made.objections([bad, a_paper_shipment()]))
    assert "is not JSON" in made.objections([bad])["WEB-2-1"]


def test_documents_beside_the_main_one_are_called_by_its_name_and_theirs():
    made = documents(documents=["packing-slip.pdf", "pick.xlsx"]).render(a_paper_batch(), "out/0007.csv")

    assert ["out/0007.csv.packing-slip.pdf", "out/0007.csv.pick.xlsx"] == [one.name for one in made.beside]
    assert b"%PDF" == made.beside[0].content[:4]


def test_a_commercial_invoice_goes_beside_only_for_what_crosses_a_border_or_is_asked_for():
    made = documents(documents=["commercial-invoice.csv"])
    at_home = a_paper_shipment(reference="WEB-1-1")
    abroad = a_paper_shipment(reference="WEB-2-1", ship_to={"country": "CA"})
    asked = a_paper_shipment(reference="WEB-3-1", options={"documents": ["commercial_invoice"]})

    (invoice,) = made.render(a_paper_batch(at_home, abroad, asked), "a.csv").beside
    assert ["WEB-2-1", "WEB-3-1"] == sorted(
        {row["reference"] for row in csv.DictReader(io.StringIO(invoice.content.decode()))}
    )
    assert () == made.render(a_paper_batch(at_home), "a.csv").beside


def test_a_plain_pick_list_needs_nothing_that_costs_more():
    assert frozenset() == documents().needs
    assert frozenset(("order",)) == documents(columns=["sku", "paid"]).needs
    assert frozenset(("goods",)) == documents(columns=["sku", "hs_code"]).needs
    assert frozenset(("order", "goods")) == documents(documents=["commercial-invoice.pdf"]).needs


@pytest.mark.parametrize("hidden", [{"hide_prices": True}, {}])
def test_hidden_prices_are_hidden_from_customers_alone(hidden):
    shipment = a_paper_shipment(options={} if hidden else {"hide_prices": True})
    columns = ["unit_price", "amount", "paid", "unit_cost", "value"]
    content = documents(columns=columns, **hidden).render(a_paper_batch(shipment), "a").content

    assert ["", "", "", "7.00", "39.98"] == next(csv.reader(content.decode().splitlines()[1:]))
    slip = documents(template="packing-slip", format="html", **hidden).render(a_paper_batch(shipment), "a").content
    assert b"19.99" not in slip
    invoice = documents(template="commercial-invoice", format="html", **hidden).render(a_paper_batch(shipment), "a")
    assert b"39.98 USD" in invoice.content


def test_what_was_given_away_is_worth_to_customs_what_it_cost():
    line = a_paper_line(1, 2, goods=Goods(cost_minor=700, cost_currency="EUR"))
    content = documents(columns=["value", "value_currency"]).render(a_paper_batch(a_paper_shipment(line)), "a").content

    assert b"14.00,EUR" in content


@pytest.mark.parametrize("format_", ["csv", "tsv", "json", "jsonl", "xlsx", "pdf", "html"])
@pytest.mark.parametrize("template", ["pick", "packing-slip", "purchase-order", "commercial-invoice"])
def test_every_document_comes_in_every_format_and_always_the_same(template, format_):
    made = documents(template=template, format=format_)

    assert (
        made.render(a_paper_batch(), "a").content
        == documents(template=template, format=format_).render(a_paper_batch(), "a").content
    )


@pytest.mark.parametrize("text", NASTY)
def test_a_workbook_keeps_every_text_and_runs_none(text):
    """D08: with and without `for_people` the value is the same; for people it is also marked as text."""
    batch = a_batch(1, a_shipment(BatchLine("1", text, text, 2)))
    for for_people in (False, True):
        content = (
            documents(format="xlsx", columns=["sku", "quantity"], for_people=for_people).render(batch, "a").content
        )
        assert [["sku", "quantity"], [text, 2]] == sheet(content)


@pytest.mark.parametrize("text", NASTY)
def test_csv_for_machines_keeps_every_byte_and_for_people_one_apostrophe_more(text):
    batch = a_batch(1, a_shipment(BatchLine("1", text, text, 2)))
    for for_people, wanted in ((False, text), (True, spreadsheet_text(text))):
        content = documents(columns=["sku", "quantity"], for_people=for_people).render(batch, "a").content
        assert [["sku", "quantity"], [wanted, "2"]] == list(csv.reader(io.StringIO(content.decode(), newline="")))


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_csv_comes_back_as_it_was(rows):
    lines = [BatchLine(str(at), sku, title, at + 1) for at, (sku, title) in enumerate(rows)]
    content = documents(columns=["sku", "title", "quantity"]).render(a_batch(1, a_shipment(*lines)), "a").content

    assert [[sku, title, str(at + 1)] for at, (sku, title) in enumerate(rows)] == list(
        csv.reader(io.StringIO(content.decode(), newline=""))
    )[1:]


@pytest.mark.parametrize(("format_", "extra"), [("pdf", "pdf"), ("xlsx", "xlsx"), ("html", "templates")])
def test_a_package_that_is_not_installed_is_named_with_the_extra_that_brings_it(monkeypatch, format_, extra):
    """C10."""
    monkeypatch.setitem(extras.EXTRAS, extra, ("nobody_has_this",))

    assert f'{format_} needs nobody_has_this: pip install "orderctl[{extra}]"' in complaint(format=format_)
