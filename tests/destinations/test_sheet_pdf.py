from __future__ import annotations

import io
import re
from itertools import combinations
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import reportlab
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.effects import Batch
from orderctl.core.papers import Bought
from orderctl.destinations import sheet_layout, sheet_pdf, sheets
from orderctl.destinations.fonts import Fonts
from orderctl.destinations.sheet_layout import MARGIN, Mark
from tests.destinations.paper_batch import a_paper_batch, a_paper_line, a_paper_shipment

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
KINDS = ("pick", "packing-slip", "purchase-order", "commercial-invoice")
LONG = {
    "name": "Dr. Maximiliana Theodora von und zu Hohenlohe-Schillingsfürst-Waldenburg",
    "company": "Gesellschaft für außerordentlich lange Firmennamen und Nachfolger mbH & Co. KG",
    "line1": "Donaudampfschifffahrtsgesellschaftskapitänsstraße 123456789",
    "line2": "Hinterhaus, 4. Stock links, bitte dreimal klingeln und laut rufen",
    "city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "postcode": "LL61 5UJ",
    "country": "GB",
    "phone": "+44 1248 000000",
}


def a_long_shipment():
    lines = [a_paper_line(number) for number in range(1, 41)]
    strange = a_paper_line(41, sku="NO-CODE-" + "X" * 60, title="Title " * 80)
    return a_paper_shipment(
        *(*lines, strange),
        reference="MARKET-12345678901234567890-12",
        ship_to=LONG,
        bought=Bought("Ana Diaz", LONG | {"name": "Somebody Else"}, "PO-77"),
        gift_message="Happy birthday!\n" * 12,
        options={"pack_note": "Fragile", "package": "box-1", "duties": "ddp"},
    )


def made(kind: str, batch: Batch, paper: sheets.Paper = "a4") -> bytes:
    return sheet_pdf.content(sheets.of(kind, batch), paper)[0]


def texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def pictures(content: bytes):
    for page in pypdfium2.PdfDocument(content):
        yield page.render(scale=300 / 72).to_pil()


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_stands_on_the_paper_and_every_page_is_numbered(kind):
    pages = texts(made(kind, a_paper_batch(a_long_shipment())))
    words = " ".join(" ".join(pages).split())

    assert len(pages) > 1
    assert [f"Page {number} of {len(pages)}" for number in range(1, len(pages) + 1)] == [
        re.findall(r"Page \d+ of \d+", page)[-1] for page in pages
    ]
    assert [] == [number for number in range(1, 41) if f"Mug number {number}" not in words]
    assert "MARKET-" in words


def test_a_packing_slip_says_who_gets_what():
    (page,) = texts(made("packing-slip", a_paper_batch(a_paper_shipment(gift_message="Dear Pat,\nall the best"))))

    said = ("Kettle & Cup", "500 Dock Road", "Packing slip", "WEB-1042-1", "Ana Diaz", "1 Main St", "Dear Pat,")
    assert [] == [part for part in (*said, "all the best", "59.97", "99.95", "Mug number 2") if part not in page]


def test_barcodes_and_the_qr_code_can_be_scanned():
    batch = a_paper_batch(a_paper_shipment(), a_long_shipment())
    found = {
        (code.format, code.text)
        for picture in pictures(made("packing-slip", batch))
        for code in zxingcpp.read_barcodes(picture)
    }

    wanted = {"WEB-1042-1", "MARKET-12345678901234567890-12"}
    assert wanted == {text for kind, text in found if kind == zxingcpp.BarcodeFormat.QRCode}
    lines = {f"MUG-{number:03}" for number in range(1, 41)}
    assert wanted | lines == {text for kind, text in found if kind == zxingcpp.BarcodeFormat.Code128}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_batch_gives_the_same_bytes(kind):
    batch = a_paper_batch(a_long_shipment(), a_paper_shipment(ship_to={"name": "Łucja Őri"}))

    assert made(kind, batch) == made(kind, batch)


def test_paper_has_the_size_that_was_asked_for():
    sizes = {
        paper: pypdf.PdfReader(io.BytesIO(made("pick", a_paper_batch(), paper))).pages[0].mediabox[2:]
        for paper in ("a4", "letter")
    }

    assert {"a4": [595, 841], "letter": [612, 792]} == {
        paper: [int(float(side)) for side in size] for paper, size in sizes.items()
    }


def test_a_letter_that_no_font_has_is_named_on_the_paper_and_to_whoever_asked():
    batch = a_paper_batch(a_paper_shipment(gift_message="مرحبا 🎉 Łódź"))
    content, notes = sheet_pdf.content(sheets.of("packing-slip", batch), "a4")
    page = " ".join(texts(content)[0].split())

    assert 1 == len(notes)
    assert "U+1F389 party popper" in notes[0]
    assert "????? ?" in page
    assert "U+1F389 party popper" in page
    assert "U+0141" not in notes[0]


def test_letters_that_readers_bring_fonts_for_are_there_and_the_paper_says_so():
    batch = a_paper_batch(a_paper_shipment(ship_to={"name": "山田太郎 김철수 Иван", "country": "JP"}))
    content, notes = sheet_pdf.content(sheets.of("packing-slip", batch), "a4")
    page = texts(content)[0]

    assert [] == [name for name in ("山田太郎", "김철수", "Иван") if name not in page]
    assert (
        "Some letters are drawn with fonts of the program that shows this file; check that they are there.",
    ) == notes


def test_names_in_latin_letters_of_any_language_need_no_font_and_no_notice():
    names = (
        "Zażółć gęślą jaźń, Příliš žluťoučký kůň, Árvíztűrő tükörfúrógép, İzmir Şişli, Ņģērļš, Țăran, Nguyễn Văn Tiến"
    )
    _, notes = sheet_pdf.content(sheets.of("packing-slip", a_paper_batch(a_paper_shipment(note=names))), "a4")

    assert () == notes


def test_a_font_of_one_s_own_is_embedded():
    batch = a_paper_batch(a_paper_shipment(note="Łukasz"))
    content, _ = sheet_pdf.content(sheets.of("packing-slip", batch), "a4", [VERA])

    assert b"BitstreamVera" in content
    assert "Łukasz" in texts(content)[0]


def boxes(page: list[Mark], fonts: Fonts) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of texts and barcodes."""
    found = []
    for mark in page:
        if mark.kind == "text":
            right = mark.x + fonts.width(mark.text, mark.size, bold=mark.bold)
            found.append((mark.x, mark.y - 0.72 * mark.size, right, mark.y + 0.2 * mark.size))
        elif mark.kind in {"code", "qr"}:
            width = mark.width or 11 * mark.size
            found.append((mark.x, mark.y, mark.x + width, mark.y + mark.height))
    return found


def assert_tidy(kind: str, batch: Batch) -> None:
    """Nothing lies over anything else, and nothing leaves the paper."""
    width, height = 595.0, 842.0
    fonts = Fonts()
    for sheet in sheets.of(kind, batch):
        pages = sheet_layout.pages(sheet, fonts, width, height)
        for number, page in enumerate(pages, 1):
            placed = boxes([*page, *sheet_layout.footer(sheet, (number, len(pages)), width, height, fonts)], fonts)
            for left, top, right, bottom in placed:
                assert (MARGIN - 1 <= left, right <= width - MARGIN + 1) == (True, True)
                assert (top >= 20, bottom <= height - 20) == (True, True)
            for one, other in combinations(placed, 2):
                apart = one[2] <= other[0] + 0.1 or other[2] <= one[0] + 0.1
                assert apart or one[3] <= other[1] + 0.1 or other[3] <= one[1] + 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_lies_over_anything_else(kind):
    assert_tidy(kind, a_paper_batch(a_long_shipment(), a_paper_shipment()))


WORDS = st.text(st.characters(codec="utf-8"), max_size=120)


@settings(max_examples=40, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS, st.integers(1, 10**9), st.sampled_from(KINDS))
def test_whatever_a_customer_writes_keeps_its_place(name, street, title, gift, quantity, kind):
    address = {"name": name, "line1": street, "city": street, "country": "US"}
    line = a_paper_line(1, quantity, title=title, sku=title[:60])

    assert_tidy(kind, a_paper_batch(a_paper_shipment(line, ship_to=address, gift_message=gift, note=street)))
    assert made(kind, a_paper_batch(a_paper_shipment(line, ship_to=address, gift_message=gift)))
