"""The pages of `orderctl web`, and papers of locations, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

from orderctl.destinations import sheet_html, sheets
from tests.browsing import Site, site
from tests.destinations.paper_batch import a_paper_batch, a_paper_line, a_paper_shipment
from tests.real import chromium
from tests.shop import a_shop, an_order_row

pytestmark = chromium.needed


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A shop with two orders in hand, one shipped and one held."""
    shop = a_shop(tmp_path_factory.mktemp("shop"))
    shop.orders(
        "web",
        *(an_order_row("1001"), an_order_row("1002", "LAMP"), an_order_row("1003", "TEE*40"), an_order_row("1004")),
    )
    shop.run()
    shop.answers("east", "monday", "WEB-1001-1,shipped,,,usps,9405511899223197428490,")
    shop.run(at="2026-11-21T15:00:00Z")
    with site(shop.folder) as started:
        yield started


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profile")


def with_key(pages: Site, path: str) -> str:
    return f"{pages.base}{path}{'&' if '?' in path else '?'}key={pages.key}"


def seen(page: str) -> str:
    """The words of a page, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)).split())


def test_the_printed_address_opens_the_front_page(pages: Site, profile: Path):
    page = seen(chromium.dom(pages.url, profile))

    assert "Questions Find an order" in page
    assert "What is held, and why 1" in page


def test_orders_stand_beside_what_they_are_counted_by(pages: Site, profile: Path):
    page = chromium.dom(with_key(pages, "/shop/all_orders"), profile)

    assert {"channel", "state", "ships_from", "country"} == set(re.findall(r'id="facet-(\w+)"', page))
    assert ["WEB-1004", "WEB-1003", "WEB-1002", "WEB-1001"] == re.findall(r'<a href="/order/(WEB-\d+)"', page)


def test_a_facet_and_a_search_narrow_the_orders(pages: Site, profile: Path):
    held = chromium.dom(with_key(pages, "/shop/all_orders?state=held"), profile)
    found = chromium.dom(with_key(pages, "/shop/find?text=lamp"), profile)

    assert ["WEB-1003"] == re.findall(r'<a href="/order/(WEB-\d+)"', held)
    assert ["WEB-1002"] == re.findall(r'<a href="/order/(WEB-\d+)"', found)


def test_an_order_s_page_tells_where_its_parcel_is(pages: Site, profile: Path):
    page = seen(chromium.dom(with_key(pages, "/order/WEB-1001"), profile))

    assert "WEB-1001 closed" in page
    assert "parcel 9405511899223197428490 usps, shipped 2026-11-21 10:00; the channel knows" in page


@pytest.mark.parametrize("path", ["/shop", "/shop/all_orders", "/order/WEB-1003", "/shop/exceptions"])
@pytest.mark.parametrize("width", [1400, 500])
def test_a_page_is_drawn_in_wide_and_narrow_windows(pages: Site, profile: Path, tmp_path: Path, path: str, width: int):
    file = chromium.picture(with_key(pages, path), profile, tmp_path / "page.png", width)

    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size > 10_000  # an empty window has less


def test_papers_print_with_heads_references_and_page_numbers(profile: Path, tmp_path: Path):
    many = a_paper_shipment(*(a_paper_line(number) for number in range(1, 61)), reference="WEB-1043-1")
    made = sheets.of("packing-slip", a_paper_batch(a_paper_shipment(), many))
    (tmp_path / "slips.html").write_bytes(sheet_html.content(made, "letter"))
    file = chromium.printed((tmp_path / "slips.html").as_uri(), profile, tmp_path / "slips.pdf")
    paper = pypdf.PdfReader(file)
    texts = [" ".join(page.extract_text().split()) for page in paper.pages]

    assert [612, 792] == [round(side) for side in paper.pages[0].mediabox[2:]]  # Letter
    assert ["WEB-1042-1", *["WEB-1043-1"] * (len(texts) - 1)] == [_foot(text) for text in texts]
    assert [f"{number} / {len(texts)}" for number in range(1, len(texts) + 1)] == [_number(text) for text in texts]
    assert all("SKU Article Units" in text for text in texts)
    assert sorted(f"MUG-{number:03}" for number in (1, 2, *range(1, 61))) == sorted(
        re.findall(r"MUG-\d{3}", " ".join(texts))
    )
    assert 3 <= len(texts) <= 4


def _foot(text: str) -> str:
    return str(re.findall(r"Packing slip (WEB-\d+-\d)", text)[-1])


def _number(text: str) -> str:
    return str(re.findall(r"\d+ / \d+", text)[-1])
