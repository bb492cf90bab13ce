from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orderctl.channels.file import FileChannel
from orderctl.core.adapters import Page, Payload
from orderctl.core.effects import StockLevel, Tracking, TrackingLine
from orderctl.core.errors import RecordError
from orderctl.core.order_document import order_to_json
from orderctl.wire.opening import Opening
from tests.builders import a_line, an_order
from tests.channels.contract import ChannelContract, numbers
from tests.wire.publishing import PublishingContract

B2B = {
    "path": "inbox/*.csv",
    "format": "csv",
    "columns": {"number": "PO", "placed_at": "Date", "sku": "Item", "qty": "Qty", "ship_to": {"postcode": "Zip"}},
    "dates": "%d/%m/%Y",
}


def jsonl(base: Path, **settings: Any) -> FileChannel:
    return opened(base, {"path": "inbox/*.jsonl", **settings})


def csv(base: Path, **settings: Any) -> FileChannel:
    return opened(base, {**B2B, **settings})


def opened(base: Path, settings: dict[str, Any]) -> FileChannel:
    checked = FileChannel.Settings.model_validate(settings)
    return FileChannel("web", checked, Opening(base, timezone="America/New_York"))


def put(base: Path, name: str, content: str | bytes) -> Path:
    path = base / "inbox" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(*found: int | str) -> str:
    return "".join(
        json.dumps(order_to_json(an_order(number=str(one), channel_order_id=str(one)))) + "\n" for one in found
    )


def read(channel: FileChannel, positions: dict[str, str]) -> list[Payload]:
    """What a pull takes in, with `positions` moved as it would be."""
    payloads: list[Payload] = []
    for page in channel.fetch(dict(positions)):
        positions[page.stream] = page.position
        payloads += page.payloads
        if page.closes:
            channel.finished(page.stream)
    return payloads


def a_package(number: int) -> Tracking:
    line = TrackingLine("gid://1", "MUG", 2)
    return Tracking(
        f"key{number}", "web", "1042", "#1042", "WEB-1042-1", "ups", "ground", "0012", "2026-11-20T10:00:00Z", (line,)
    )


class TestJsonl(ChannelContract, PublishingContract):
    def channel(self, base, orders=0):
        if orders:
            put(base, "a.jsonl", lines(*range(1, orders // 2)))
            put(base, "b.jsonl", lines(*range(orders // 2, orders + 1)))
        return jsonl(base)

    def publisher(self, base):
        return jsonl(base)

    def document(self, publisher, number=1):
        return publisher.render_tracking(number, [a_package(number)])


def test_a_file_goes_on_exactly_where_it_stopped(tmp_path):
    put(tmp_path, "a.jsonl", lines(*range(1, 600)))
    put(tmp_path, "b.jsonl", lines(*range(600, 1204)))
    channel = jsonl(tmp_path)
    pages = list(channel.fetch({}))

    for read in range(len(pages) + 1):
        positions = {page.stream: page.position for page in pages[:read]}
        rest = [payload for page in pages[read:] for payload in page.payloads]
        assert rest == [payload for page in channel.fetch(positions) for payload in page.payloads]


class TestStockFiles(PublishingContract):
    def publisher(self, base):
        return jsonl(base, stock_file={"path": "outbox/stock/{channel}-{push}.csv"})

    def document(self, publisher, number=1):
        return publisher.render_stock(number, [StockLevel("MUG", 4), StockLevel("00123", 0)])


class TestCsv(ChannelContract):
    def channel(self, base, orders=0):
        if orders:
            rows = [
                f"{number},20/11/2026,{sku},2,02108\n" for number in range(1, orders + 1) for sku in ("MUG", "00123")
            ]
            put(base, "orders.csv", "PO,Date,Item,Qty,Zip\n" + "".join(rows))
        return csv(base)


def test_an_order_comes_out_as_it_was_written(tmp_path):
    order = an_order(a_line("00123", 2), a_line("1E5"), note='line\nbreak, "quote" \u202e\U0001f381')
    put(tmp_path, "a.jsonl", json.dumps(order_to_json(order)))
    channel = jsonl(tmp_path)

    assert [order] == [channel.to_order(payload) for payload in read(channel, {})]


def test_the_same_content_under_a_new_name_is_not_read_again(tmp_path):
    positions: dict[str, str] = {}
    put(tmp_path, "monday.jsonl", lines(1, 2))
    assert 2 == len(read(jsonl(tmp_path), positions))

    put(tmp_path, "again.jsonl", lines(1, 2))
    assert [] == read(jsonl(tmp_path), positions)


def test_a_file_that_grew_is_read_from_its_start(tmp_path):
    positions: dict[str, str] = {}
    put(tmp_path, "a.jsonl", lines(1))
    read(jsonl(tmp_path), positions)
    put(tmp_path, "a.jsonl", lines(1, 2))

    assert 2 == len(read(jsonl(tmp_path), positions))


def test_a_line_that_is_no_order_does_not_stop_the_others(tmp_path):
    put(tmp_path, "a.jsonl", lines(1) + "{broken\n\n" + lines(2))
    channel = jsonl(tmp_path)
    first, broken, second = read(channel, {})

    assert ["1", "2"] == [channel.to_order(payload).number for payload in (first, second)]
    assert ("inbox/a.jsonl line 2", "inbox/a.jsonl line 4") == (broken.where, second.where)
    with pytest.raises(RecordError, match="is not JSON"):
        channel.to_order(broken)


def test_a_line_larger_than_any_order_is_put_aside_and_the_next_is_read(tmp_path):
    put(tmp_path, "a.jsonl", b'{"note": "' + b"x" * 10_000_000 + b'"}\n' + lines(2).encode())
    channel = jsonl(tmp_path)
    huge, order = read(channel, {})

    assert "2" == channel.to_order(order).number
    assert len(huge.raw) < 5_000_000
    with pytest.raises(RecordError, match="larger than"):
        channel.to_order(huge)


def test_an_order_in_surrogates_and_nul_is_stored_with_replacements(tmp_path):
    put(tmp_path, "a.jsonl", lines(1).replace("Ana Diaz", "Ana\\ud800\\u0000"))
    channel = jsonl(tmp_path)
    (payload,) = read(channel, {})

    assert "Ana\ufffd\ufffd" == channel.to_order(payload).customer.name


def test_a_json_list_and_utf_16_are_refused_as_a_whole_and_the_other_files_are_read(tmp_path):
    put(tmp_path, "a.jsonl", "[" + lines(1) + "]")
    put(tmp_path, "b.jsonl", lines(2).encode("utf-16"))
    put(tmp_path, "c.jsonl", b"\xef\xbb\xbf" + lines(3).encode())
    channel = jsonl(tmp_path)
    pages: list[Page] = []
    with pytest.raises(RecordError) as caught:
        pages.extend(channel.fetch({}))

    assert ["3"] == numbers(channel, pages)
    assert "a.jsonl line 1 column 1: is a JSON list" in str(caught.value)
    assert "b.jsonl line 1 column 1: is UTF-16" in str(caught.value)


def test_a_file_read_to_its_end_moves_away_only_once_it_is_stored(tmp_path):
    path = put(tmp_path, "a.jsonl", lines(1))
    channel = jsonl(tmp_path, after="move")
    pages = list(channel.fetch({}))
    assert path.exists()

    for page in pages:
        channel.finished(page.stream)
    assert not path.exists()
    assert lines(1) == (tmp_path / "inbox/done/a.jsonl").read_text()


def test_a_file_stored_before_a_kill_moves_away_at_the_next_pass(tmp_path):
    path = put(tmp_path, "a.jsonl", lines(1))
    positions = {page.stream: page.position for page in jsonl(tmp_path, after="move").fetch({})}

    assert [] == read(jsonl(tmp_path, after="move"), positions)
    assert not path.exists()


def test_a_second_file_of_the_same_name_does_not_replace_the_first_in_done(tmp_path):
    for content in (lines(1), lines(2)):
        put(tmp_path, "a.jsonl", content)
        read(jsonl(tmp_path, after="move"), {})

    assert {lines(1), lines(2)} == {path.read_text() for path in (tmp_path / "inbox/done").iterdir()}


def test_csv_rows_of_one_number_are_one_order_and_text_stays_byte_for_byte(tmp_path):
    put(
        tmp_path,
        "a.csv",
        "PO,Date,Item,Qty,Zip\n7,20/11/2026,00123,2,02108\n7,20/11/2026,1E5,1,\n8,01/02/2026,90.750,3,1E5\n",
    )
    channel = csv(tmp_path)
    seven, eight = (channel.to_order(payload) for payload in read(channel, {}))

    assert seven.ship_to
    assert eight.ship_to
    assert [("00123", 2), ("1E5", 1)] == [(line.sku, line.quantity) for line in seven.lines]
    assert ("02108", "2026-11-20T05:00:00Z", "USD") == (seven.ship_to.postcode, seven.placed_at, seven.currency)
    assert ("90.750", "1E5") == (eight.lines[0].sku, eight.ship_to.postcode)


def test_csv_with_our_own_names_needs_no_columns(tmp_path):
    header = (
        "number,placed_at,sku,quantity,unit_price,ship_to.name,customer.email,requires_shipping,tags,attributes.color"
    )
    put(tmp_path, "a.csv", header + '\n7,2026-11-20T10:00:00Z,MUG,2,9.50,Ana,a@b.example,no,"gift, vip",red\n')
    channel = csv(tmp_path, columns={}, dates="")
    (payload,) = read(channel, {})
    order = channel.to_order(payload)

    assert (1900, False) == (order.lines[0].amount_minor, order.lines[0].requires_shipping)
    assert (("gift", "vip"), {"color": "red"}) == (order.tags, order.attributes)
    assert order.ship_to
    assert ("Ana", "a@b.example") == (order.ship_to.name, order.customer.email)


@pytest.mark.parametrize("quantity", ["3.0", "-1", "1e3", "", "true", "\u0661", "1_0", "9" * 30])
def test_a_quantity_that_is_not_plain_digits_is_put_aside(tmp_path, quantity):
    put(tmp_path, "a.csv", f"PO,Date,Item,Qty,Zip\n7,20/11/2026,MUG,{quantity},1\n8,20/11/2026,MUG,1,1\n")
    channel = csv(tmp_path)
    wrong, right = read(channel, {})

    assert "8" == channel.to_order(right).number
    with pytest.raises(RecordError, match="quantity"):
        channel.to_order(wrong)


def test_an_order_whose_rows_disagree_is_put_aside(tmp_path):
    put(tmp_path, "a.csv", "PO,Date,Item,Qty,Zip\n7,20/11/2026,MUG,1,02108\n7,20/11/2026,LAMP,1,99999\n")
    channel = csv(tmp_path)
    (payload,) = read(channel, {})

    with pytest.raises(RecordError, match=r"ship_to\.postcode differs"):
        channel.to_order(payload)


def test_a_row_with_too_few_cells_puts_its_whole_order_aside(tmp_path):
    put(tmp_path, "a.csv", "PO,Date,Item,Qty,Zip\n7,20/11/2026,MUG,1,1\n7,20/11/2026\n8,20/11/2026,MUG,1,1\n")
    channel = csv(tmp_path)
    short, whole = read(channel, {})

    assert "8" == channel.to_order(whole).number
    with pytest.raises(RecordError, match="the row has 2 cells, the header 5") as caught:
        channel.to_order(short)
    assert "inbox/a.csv lines 2 to 3" == caught.value.where


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("PO,Date,Item,Qty\n", "line 1 column 1: there is no column 'Zip' (for ship_to.postcode)"),
        ("PO,Date,Item,Qty,Zip,Zip\n", "line 1 column 6: the column 'Zip' stands twice"),
        (
            "PO,Date,Item,Qty,Zip\n7,20/11/2026,M\xe9,1,1\n".encode("latin-1"),
            "line 2 column 15: byte 0xE9 is not utf-8",
        ),
        ('PO,Date,Item,Qty,Zip\n7,20/11/2026,"M"x,1,1\n', "line 2 column 17: a cell goes on after its closing quote"),
        ('PO,Date,Item,Qty,Zip\n7,20/11/2026,"M,1,1\n8,,,,\n', "line 2 column 14: this quote is never closed"),
        (
            "PO,Date,Item,Qty,Zip\n7,20/11/2026,M,1,1\n8,20/11/2026,M,1,1\n7,20/11/2026,L,1,1\n",
            "line 4 column 1: order 7 comes again",
        ),
    ],
)
def test_a_csv_file_that_is_not_clear_is_refused_before_anything_of_it_counts(tmp_path, content, message):
    put(tmp_path, "a.csv", content)
    put(tmp_path, "b.csv", "PO;Date;Item;Qty;Zip\r\n9;20/11/2026;MUG;1;1\n")
    channel = csv(tmp_path)
    pages: list[Page] = []
    with pytest.raises(RecordError) as caught:
        pages.extend(channel.fetch({}))

    assert ["9"] == numbers(channel, pages)
    assert f"inbox/a.csv {message}" in str(caught.value)


def test_a_header_with_a_typo_is_refused_with_a_suggestion(tmp_path):
    put(tmp_path, "a.csv", "number,placed_at,sku,quantity,ship_to.contry\n7,2026-11-20,MUG,1,US\n")

    with pytest.raises(RecordError, match=r"did you mean 'ship_to\.country'"):
        list(csv(tmp_path, columns={}, dates="").fetch({}))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"path": "in/*.jsonl", "colums": {}}, "Extra inputs"),
        ({"path": ""}, "at least 1 character"),
        ({"path": "in/*.csv", "format": "csv", "columns": {"skew": "Item"}}, "'skew' is not a field"),
        ({"path": "in/*.csv", "format": "csv", "dates": "%d/%m"}, "does not state day, month and year"),
        ({"path": "in/*.jsonl", "columns": {"sku": "Item"}}, "belong to format"),
        ({"path": "in/*.jsonl", "tracking": {"path": "out/tracking.csv"}}, "needs {push}"),
        ({"path": "in/*.jsonl", "tracking": {"path": "out/{pusch}.csv"}}, "did you mean 'push'"),
    ],
)
def test_wrong_settings_are_refused(settings, complaint):
    with pytest.raises(ValidationError, match=complaint.replace("{", r"\{").replace("}", r"\}")):
        FileChannel.Settings.model_validate(settings)


def test_a_corrected_package_says_which_number_it_had(tmp_path):
    document = jsonl(tmp_path).render_tracking(12, [replace(a_package(0), replaces="0011")])

    assert "gid://1,MUG,2,0011\r\n" in document.content.decode()


def test_tracking_says_which_units_are_in_which_package(tmp_path):
    document = jsonl(tmp_path).render_tracking(12, [a_package(1)])

    assert "outbox/web/tracking-000012.csv" == document.name
    assert (1, 2) == (document.rows, document.units)
    assert (
        "order_id,order_number,reference,carrier,service,tracking_number,shipped_at,line_id,sku,quantity,replaces\r\n"
        "1042,#1042,WEB-1042-1,ups,ground,0012,2026-11-20T10:00:00Z,gid://1,MUG,2,\r\n"
    ) == document.content.decode()


def test_stock_is_a_row_for_every_sku_whose_number_changed(tmp_path):
    document = jsonl(tmp_path).render_stock(12, [StockLevel("00123", 0), StockLevel('BLUE, "L"', 45)])

    assert "outbox/web/stock-000012.csv" == document.name
    assert b'sku,quantity\r\n00123,0\r\n"BLUE, ""L""",45\r\n' == document.content
