from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orderctl.core import failpoints
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.digests import digest
from orderctl.core.effects import BatchLine
from orderctl.core.errors import ConfigError, RecordError
from orderctl.destinations.file import FileDestination
from orderctl.destinations.way import Role
from orderctl.wire.opening import Opening
from tests.destinations.contract import DestinationContract, a_batch, a_shipment
from tests.wire.publishing import Killed, Kills, PublishingContract, visible

UGLY = 'He said "no", \r\n\ttwice; \u202e=1+1'


def opened(base: Path, role: Role, settings: dict[str, Any], name: str = "east") -> FileDestination:
    checked = FileDestination.Settings.model_validate(settings, context={"role": role})
    return FileDestination(name, checked, Opening(base, timezone="America/New_York"), role)


def sender(base: Path, **settings: Any) -> FileDestination:
    return opened(base, "send", {"path": "out/{location}/{date}-{batch}.csv", **settings})


def answering(base: Path, content: str | bytes = "", **settings: Any) -> FileDestination:
    put(base, "back/a.csv", content)
    return opened(base, "confirm", {"path": "back/*.csv", **settings})


def feed(base: Path, content: str = "", **settings: Any) -> FileDestination:
    put(base, "in/stock.csv", content)
    return opened(base, "stock_feed", {"path": "in/stock.csv", **settings})


def put(base: Path, name: str, content: str | bytes) -> None:
    path = base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def rows(destination: FileDestination, positions: dict[str, str] | None = None) -> list[Any]:
    found: list[Any] = []
    for page in destination.collect(dict(positions or {}), list):
        found += page.rows
        if positions is not None:
            positions[page.stream] = page.position
    return found


class TestFileDestination(DestinationContract, PublishingContract):
    def sender(self, base):
        return sender(base)

    def answering(self, base, answers):
        return answering(base, "reference,quantity\n" + "".join(f"WEB-{n}-1,1\n" for n in range(answers)))

    def publisher(self, base):
        return sender(base)

    def document(self, publisher, number=1):
        return publisher.render(a_batch(number))


def test_a_manifest_names_the_file_its_rows_units_and_digest(tmp_path):
    destination = sender(tmp_path, manifest=True)
    document = destination.render(a_batch())
    destination.stage(document)
    destination.deliver(document, "key")
    manifest = json.loads(visible(tmp_path)[document.name + ".manifest.json"])

    assert {"file": "2026-11-20-0001.csv", "rows": 1, "units": 2} == {
        name: manifest[name] for name in ("file", "rows", "units")
    }
    assert digest(document.content) == manifest["sha256"]


@pytest.mark.parametrize("at", range(1, 22))
def test_a_file_never_stands_there_without_its_manifest(tmp_path, monkeypatch, at):
    destination = sender(tmp_path, manifest=True)
    document = destination.render(a_batch())
    state = "pending"
    monkeypatch.setattr(failpoints, "reached", Kills(at))
    with contextlib.suppress(Killed):
        destination.stage(document)
        state = "sending"
        state = destination.deliver(document, "key").outcome
    monkeypatch.undo()
    assert document.name not in visible(tmp_path) or document.name + ".manifest.json" in visible(tmp_path)
    if state == "pending":
        destination.stage(document)
    destination.recover(document, "key")

    assert {document.name, document.name + ".manifest.json"} == visible(tmp_path).keys()


def test_a_pick_list_says_all_that_is_needed_to_send(tmp_path):
    shipment = a_shipment(
        options={
            "package": "box-1",
            "insure_minor": 5000,
            "signature": "adult",
            "documents": ["packing_slip", "commercial_invoice"],
            "pack_note": "put {shipment.reference} of {batch} on the lid",
        },
        currency="EUR",
        gift_message="Happy birthday!\nFrom Pat",
        note="ring twice",
    )
    content = sender(tmp_path).render(a_batch(7, shipment, name="gifts")).content.decode()
    (row,) = csv.DictReader(io.StringIO(content, newline=""))

    assert {
        "reference": "WEB-1042-1",
        "name": "Ana Diaz",
        "postcode": "00123",
        "line": "1",
        "sku": "MUG",
        "quantity": "2",
        "package": "box-1",
        "insure": "50.00 EUR",
        "signature": "adult",
        "documents": "packing_slip, commercial_invoice",
        "gift_message": "Happy birthday!\nFrom Pat",
        "note": "ring twice",
        "pack_note": "put WEB-1042-1 of 0007-gifts on the lid",
        "batch": "0007-gifts",
    }.items() <= row.items()


@pytest.mark.parametrize("format_", ["csv", "tsv", "jsonl", "json"])
@pytest.mark.parametrize("text", [UGLY, "00123", "1E5", "90.750", "=cmd()", "'", "", "\ufeff", "\U0001f381"])
def test_what_is_written_for_machines_reads_back_byte_for_byte(tmp_path, format_, text):
    """A location that answers with our own rows says what it was told."""
    line = BatchLine("1", "MUG", "Mug", 2)
    document = sender(tmp_path, format=format_).render(a_batch(1, a_shipment(line, carrier=text, reference="WEB-1-1")))
    put(tmp_path, f"back/a.{format_}", document.content)
    back = opened(tmp_path, "confirm", {"path": "back/*", "format": format_})

    assert [("WEB-1-1", "1", "MUG", 2, text.strip())] == [
        (row.reference, row.line_id, row.sku, row.quantity, row.carrier) for row in rows(back)
    ]


def test_formulas_are_made_inert_for_people_alone(tmp_path):
    batch = a_batch(1, a_shipment(note="=HYPERLINK(1)", gift_message="-- Pat", reference="WEB-1-1"))
    machine = sender(tmp_path, columns=["note", "gift_message", "reference"])
    people = sender(tmp_path, columns=["note", "gift_message", "reference"], for_people=True)

    assert b"note,gift_message,reference\r\n=HYPERLINK(1),-- Pat,WEB-1-1\r\n" == machine.render(batch).content
    assert b"note,gift_message,reference\r\n'=HYPERLINK(1),'-- Pat,WEB-1-1\r\n" == people.render(batch).content


def test_columns_can_be_chosen_and_named(tmp_path):
    document = sender(tmp_path, columns={"sku": "Artikel", "quantity": "Menge"}, delimiter=";").render(a_batch())

    assert b"Artikel;Menge\r\nMUG;2\r\n" == document.content


def test_line_ends_inside_a_cell_become_spaces_where_the_partner_wants_that(tmp_path):
    batch = a_batch(1, a_shipment(gift_message="Happy\r\nbirthday"))

    assert (
        b"gift_message\r\nHappy birthday\r\n"
        == sender(tmp_path, columns=["gift_message"], newlines="space").render(batch).content
    )


@pytest.mark.parametrize(
    "location", ["../../etc", "a/b", "nul\0", "CON", "con.txt", "dot.", ".hidden", "x" * 300, "", "\u202e"]
)
def test_no_name_leads_out_of_the_folder(tmp_path, location):
    destination = opened(tmp_path / "base", "send", {"path": "out/{location}-{batch}.csv"}, name=location)
    document = destination.render(a_batch(location=location))
    destination.stage(document)
    destination.deliver(document, "key")

    (path,) = visible(tmp_path)
    assert str(Path(path).parent) == "base/out"
    assert len(Path(path).name) < 120


@pytest.mark.parametrize(("written", "mode"), [("0600", 0o600), (0o644, 0o644), (None, 0o640)])
def test_a_file_has_the_mode_that_was_asked_for(tmp_path, written, mode):
    destination = sender(tmp_path, **({} if written is None else {"mode": written}))
    document = destination.render(a_batch())
    before = os.umask(0)
    try:
        destination.stage(document)
    finally:
        os.umask(before)
    destination.deliver(document, "key")

    assert mode == (tmp_path / document.name).stat().st_mode & 0o777


def test_partners_headers_are_understood(tmp_path):
    content = (
        "order_ref,line_no,sku,quantity_shipped,carrier,service,tracking_number,ship_date,warehouse\n"
        "WEB-1-1,1,MUG,2,UPS,Ground,1Z9,2026-11-03,WH1\nWEB-1-1,2,LAMP,0,,,,,WH1\n"
    )

    assert [
        Confirmation(
            *("shipped", "WEB-1-1", "1", "MUG", 2, "UPS", "Ground", "1Z9", "2026-11-03T05:00:00Z", ""),
            where="back/a.csv line 2",
        ),
        Confirmation("short", "WEB-1-1", "2", "LAMP", where="back/a.csv line 3"),
    ] == rows(answering(tmp_path, content))


@pytest.mark.parametrize(
    ("cells", "kind", "quantity"),
    [
        ("shipped,2,1Z9", "shipped", 2),
        ("Acknowledged,,", "acknowledged", None),
        ("canceled,,", "cancelled", None),
        ("rejected,0,", "rejected", None),
        (",,1Z9", "shipped", None),
        (",3,", "shipped", 3),
        (",0,", "short", None),
        ("shipped,0,", "short", None),
        ("short,1,", "short", 1),
    ],
)
def test_a_row_says_what_happened(tmp_path, cells, kind, quantity):
    (row,) = rows(answering(tmp_path, f"reference,status,quantity,tracking_number\nWEB-1-1,{cells}\n"))

    assert (kind, quantity) == (row.kind, row.quantity)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",shipped,1,1Z9", "names no shipment"),
        ("WEB-1-1,,,", "tells neither status"),
        ("WEB-1-1,sent,1,1Z9", "has the status 'sent'"),
        ("WEB-1-1,shipped,2.0,1Z9", "is not a whole number: '2.0'"),
        ("WEB-1-1,shipped,99999999,1Z9", "cannot be right"),
        ("WEB-1-1,,0,1Z9", "a tracking number for 0 units"),
        ("WEB-1-1,shipped,1,9.40011E+21", "a spreadsheet has rounded"),
        ("WEB-1-1,shipped", "the row has 2 cells, the header 4"),
        ("WEB-1-1,shipped,1,1Z9,extra", "the row has 5 cells, the header 4"),
    ],
)
def test_a_row_that_is_not_understood_is_put_aside_and_the_others_count(tmp_path, row, reason):
    content = f"reference,status,quantity,tracking_number\n{row}\nWEB-2-1,shipped,1,1Z8\n"
    bad, good = rows(answering(tmp_path, content))

    assert (row, "back/a.csv line 2") == (bad.raw, bad.where)
    assert reason in bad.reason
    assert "WEB-2-1" == good.reference


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("ref,quantity\nWEB-1-1,1\n", "line 1 column 1: there is no column 'reference'"),
        ("reference,sku\nWEB-1-1,MUG\n", "there is no column that tells what happened"),
        ("reference,order_ref,quantity\n", "two columns say 'reference'"),
        ('reference,quantity\nWEB-1-1,1\n"WEB-2-1,1\n', "line 3 column 1: this quote is never closed"),
        (b"reference,reason,quantity\nWEB-1-1,caf\xe9,1\n", "line 2 column 12: byte 0xE9 is not utf-8"),
        ("\n\n", "line 1 column 1: there is no header line"),
        ("reference,quantity\rWEB-1-1,1\r", "a line ends with CR alone"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_before_any_of_its_rows_counts(tmp_path, content, message):
    destination = answering(tmp_path, content)
    put(tmp_path, "back/b.csv", "reference,quantity\nWEB-9-1,1\n")
    pages: list[Any] = []
    with pytest.raises(RecordError) as caught:
        pages.extend(destination.collect({}, list))

    assert ["WEB-9-1"] == [row.reference for page in pages for row in page.rows]
    assert message in str(caught.value)
    assert str(caught.value).startswith("back/a.csv line ")


def test_rows_about_one_shipment_come_on_one_page(tmp_path):
    content = "reference,line,quantity\n" + "".join(f"WEB-{n // 7}-1,{n},1\n" for n in range(1200))
    pages: list[Any] = [page.rows for page in answering(tmp_path, content).collect({}, list) if page.rows]

    assert len(pages) > 2
    for one, next_one in itertools.pairwise(pages):
        assert one[-1].reference != next_one[0].reference


def test_a_feed_counts_at_the_moment_its_file_was_written(tmp_path):
    destination = feed(tmp_path, "sku,on_hand\nMUG,10\n")
    os.utime(tmp_path / "in/stock.csv", (1_795_276_800, 1_795_276_800))
    (page,) = [page for page in destination.collect({}, list) if page.rows]

    assert "2026-11-21T16:00:00Z" == page.counts_at
    assert [StockCount("east", "MUG", 10, "in/stock.csv line 2")] == page.rows


def test_the_same_counts_written_again_later_count_again(tmp_path):
    positions: dict[str, str] = {}
    assert 1 == len(rows(feed(tmp_path, "sku,on_hand\nMUG,10\n"), positions))
    assert [] == rows(opened(tmp_path, "stock_feed", {"path": "in/stock.csv"}), positions)

    os.utime(tmp_path / "in/stock.csv", (1_900_000_000, 1_900_000_000))
    assert 1 == len(rows(opened(tmp_path, "stock_feed", {"path": "in/stock.csv"}), positions))


def test_a_sku_that_stands_twice_in_a_feed_is_put_aside_in_every_row(tmp_path):
    mug, lamp, again, negative = rows(feed(tmp_path, "sku,quantity\nMUG,10\nLAMP,4\nMUG,2\nBOX,-3\n"))

    assert ("LAMP", 4) == (lamp.sku, lamp.quantity)
    assert [BadRow, BadRow, BadRow] == [type(row) for row in (mug, again, negative)]
    assert "stands in 2 rows" in mug.reason


def test_a_feed_too_long_to_keep_is_checked_for_repeated_skus_all_the_same(tmp_path):
    counted = [f"ART-{number},{number % 9}" for number in range(100_000)]
    found = rows(feed(tmp_path, "\n".join(["sku,quantity", *counted, "ART-7,1", ""])))

    assert [8, 100_001] == [int(row.where.rpartition(" ")[2]) - 1 for row in found if isinstance(row, BadRow)]
    assert 99_999 == sum(isinstance(row, StockCount) for row in found)


def test_a_sku_that_no_store_can_keep_is_put_aside_and_not_cut_short(tmp_path):
    bad, _ = rows(feed(tmp_path, "sku,quantity\nMUG\0,1\nMUG,2\n"))

    assert isinstance(bad, BadRow)


def test_a_feed_of_several_locations_is_read_for_ones_own(tmp_path):
    content = "location,sku,quantity\neast,MUG,10\nwest,MUG,7\n"

    assert [StockCount("east", "MUG", 10, "in/stock.csv line 2")] == rows(feed(tmp_path, content))
    with pytest.raises(RecordError, match="no row is about the location 'north'"):
        rows(opened(tmp_path, "stock_feed", {"path": "in/stock.csv"}, name="north"))


@pytest.mark.parametrize(
    ("role", "settings", "complaint"),
    [
        ("send", {"path": "out/{date}.csv"}, "needs {batch}"),
        ("send", {"path": "out/{bach}.csv"}, "did you mean 'batch'"),
        ("send", {"path": "out/{batch}/"}, "does not name a file"),
        ("send", {"path": "out/.{batch}.csv"}, "does not name a file that others can see"),
        ("send", {"path": "out/{batch}.csv", "columns": ["skuu"]}, "did you mean 'sku'"),
        ("send", {"path": "out/{batch}.csv", "columns": ["sku", "sku"]}, "twice"),
        ("send", {"path": "out/{batch}.csv", "mode": "0040"}, "not even its owner"),
        ("send", {"path": "out/{batch}.csv", "format": "docx"}, "'csv'"),
        ("confirm", {"path": "back/*.csv", "columns": {"ref": "Bestellung"}}, "'ref' is not a column here"),
    ],
)
def test_wrong_settings_are_refused(tmp_path, role, settings, complaint):
    with pytest.raises(ValidationError) as caught:
        opened(tmp_path, role, settings)

    assert complaint in str(caught.value)


def test_settings_that_do_not_fit_the_role_stop_it_from_being_opened(tmp_path):
    settings = FileDestination.Settings.model_validate({"path": "out/pick.csv"})
    with pytest.raises(ConfigError, match=r"\[location.east.send\] the path needs"):
        FileDestination("east", settings, Opening(tmp_path), "send")


def test_recorded_pick_files_of_partners_are_understood(tmp_path):
    shared = os.environ.get("ORDERCTL_SHARED")
    if not shared:
        pytest.skip("set ORDERCTL_SHARED to the folder with partners' files")
    content = Path(shared, "channels/pickfiles/shipped_back.csv").read_bytes()

    assert ["shipped", "short"] == [row.kind for row in rows(answering(tmp_path, content))]


def test_a_file_is_given_to_whom_it_is_configured_for(tmp_path):
    """As far as this user may: to one of its own groups, here its first."""
    group = os.getgroups()[0] if os.getgroups() else os.getgid()
    destination = sender(tmp_path, owner=f":{group}")
    document = destination.render(a_batch())
    destination.stage(document)

    assert "accepted" == destination.deliver(document, "key").outcome
    assert (os.getuid(), group) == ((found := (tmp_path / document.name).stat()).st_uid, found.st_gid)


def test_an_owner_that_nobody_knows_is_refused():
    with pytest.raises(ValidationError, match="does not know"):
        FileDestination.Settings.model_validate({"path": "{batch}.csv", "owner": "no-such-user:no-such-group"})
