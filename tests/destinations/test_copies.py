"""Whatever is made of copies for a location in shadow says that nothing is to be shipped."""

from __future__ import annotations

import io
import json
from email import message_from_bytes, policy
from pathlib import Path

import pypdf
import pytest
from python_calamine import load_workbook

from orderctl.core import copies
from orderctl.core.effects import Batch
from orderctl.core.errors import RecordError
from orderctl.destinations.documents import Documents, DocumentSettings
from tests.destinations import test_email
from tests.destinations.api_opened import opened
from tests.destinations.paper_batch import a_paper_batch, a_paper_shipment

KINDS = ("pick", "packing-slip", "purchase-order", "commercial-invoice")
FORMATS = ("csv", "tsv", "jsonl", "json", "xlsx", "pdf", "html")


def a_copy(*, personal: bool = False) -> Batch:
    return copies.batch_of(a_paper_batch(a_paper_shipment(gift_message="Hi")), personal=personal)


def made(batch: Batch, base: Path = Path(), **settings: object) -> bytes:
    own = DocumentSettings.model_validate(settings, context={"role": "send", "base": base})
    return Documents("east", own, base).render(batch, "document").content


def words(content: bytes, format_: str) -> str:
    """All that stands in a document, page by page for paper."""
    if format_ == "pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    if format_ == "xlsx":
        sheet = load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
        return "\n".join(str(cell) for row in sheet.to_python() for cell in row)
    return content.decode()


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("personal", [True, False])
def test_every_kind_in_every_form_says_do_not_ship(kind, format_, personal):
    said = words(made(a_copy(personal=personal), template=kind, format=format_), format_)

    assert "TEST: DO NOT SHIP" in said
    assert "TEST-WEB-1042-1" in said


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_to_be_shipped_says_nothing_of_a_test(kind, format_):
    said = words(made(a_paper_batch(), template=kind, format=format_), format_)

    assert [] == [word for word in ("TEST", "DO NOT SHIP") if word in said]


def test_every_page_of_a_paper_has_the_banner():
    long = a_paper_shipment(*(a_paper_shipment().lines * 40))
    content = made(copies.batch_of(a_paper_batch(long), personal=True), template="packing-slip", format="pdf")
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]

    assert len(pages) > 1
    assert [] == [number for number, page in enumerate(pages) if "TEST: DO NOT SHIP" not in page]


def test_a_table_has_columns_of_its_own_for_it_after_all_others():
    rows = json.loads(made(a_copy(), format="json", columns={"reference": "Ref", "sku": "test"}))

    assert ("yes", "TEST: DO NOT SHIP") == (rows["test"], rows["notice"])
    first = rows["rows"][0]
    assert ["Ref", "test", "test_of_orderctl", "notice"] == list(first)
    assert ("MUG-001", "yes") == (first["test"], first["test_of_orderctl"])


def test_a_template_of_ones_own_has_to_show_it(tmp_path):
    template = tmp_path / "slip.txt.j2"
    template.write_text("{{ batch }} {% if test %}{{ notice }}{% endif %}")
    assert b"0007-TEST TEST: DO NOT SHIP" == made(a_copy(), tmp_path, template="slip.txt.j2")
    assert b"0007 " == made(a_paper_batch(), tmp_path, template="slip.txt.j2")
    template.write_text("{{ batch }}")

    assert b"0007" == made(a_paper_batch(), tmp_path, template="slip.txt.j2")
    with pytest.raises(RecordError, match="does not say that nothing is to be shipped"):
        made(a_copy(), tmp_path, template="slip.txt.j2")


def test_a_mail_says_it_in_its_subject_and_first_words_whatever_these_are(tmp_path):
    way = test_email.way(tmp_path, subject="Order {batch}", body="Hello")
    document = way.render(a_copy())
    mail = message_from_bytes(document.content, policy=policy.default)

    assert "TEST: DO NOT SHIP: Order 0007-TEST" == mail["subject"]
    assert test_email.words(mail).startswith("*** TEST: DO NOT SHIP ***")
    (attached,) = test_email.attached(mail).values()
    assert b"DO NOT SHIP" in attached
    assert "TEST" not in way.render(a_paper_batch()).content.decode().partition("\n\n")[0]


def test_a_request_has_it_in_its_body_or_is_not_made():
    way = opened("http://127.0.0.1:1")
    body = json.loads(json.loads(way.render(a_copy()).content)["body"])
    assert ("TEST-WEB-1042-1", "DO NOT SHIP Test") == (body["reference"], body["to"]["name"])
    assert "TEST: DO NOT SHIP" == body["note"]

    silent = opened("http://127.0.0.1:1", create={"path": "/orders", "body": '{"reference": {{ reference }}}'})
    silent.render(a_paper_batch())
    with pytest.raises(RecordError, match=r"`create` does not say that nothing is to be shipped"):
        silent.render(a_copy())
    shown = opened("http://127.0.0.1:1", create={"path": "/", "body": '{"r": {{ reference }}, "tag": {{ notice }}}'})
    assert b"DO NOT SHIP" in shown.render(a_copy()).content
