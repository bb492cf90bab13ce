"""A customer who is taken out of the store is in no byte of it any more."""

from __future__ import annotations

import gzip
import html
import io
import json
import os
import sqlite3
import zipfile
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps import by_hand, explain, privacy, views
from orderctl.steps import care as steps_care
from orderctl.store import care, search
from tests.shop import Shop, a_shop, an_order_row
from tests.steps.test_crash import go_on, in_child, kill_at, points_of

LATER, MUCH_LATER = "2026-11-21T15:00:00Z", "2027-01-20T15:00:00Z"
CANARY = {
    "name": "Zebedea Quillfeather",
    "email": "zebedea@canary.example",
    "phone": "+1 555 0147 7741",
    "line1": "47 Nightjar Passage",
    "line2": "Mezzanine Xylo",
    "company": "Quillfeather & Sønner",
    "postcode": "90210-4477",
    "note": "leave it with Wilhelmina Kestrel",
    "gift": "Happy birthday dear Ottoline",
    "engraving": "Forever Peregrine",
    "older": "12 Sparrowhawk Mews",
    "edited": "99 Goshawk Terrace",
    "said": "rang on Tuesday, her aunt is Philippa Merlin",
}


def a_canary(number: str = "1", **changes: Any) -> dict[str, Any]:
    address = {
        **{name: CANARY[name] for name in ("name", "line1", "line2", "company", "postcode", "phone")},
        "city": "New York",
        "region": "NY",
        "country": "US",
    }
    line = {"id": "1", "sku": "MUG", "quantity": 1, "unit_price": "20.00", "attributes": {"text": CANARY["engraving"]}}
    return (
        an_order_row(
            number,
            ship_to=address,
            customer={"name": CANARY["name"], "email": CANARY["email"], "phone": CANARY["phone"], "id": "cust-777123"},
            note=CANARY["note"],
            gift_message=CANARY["gift"],
            lines=[line],
        )
        | changes
    )


def a_shop_with_a_canary(folder: Path) -> Shop:
    """Orders 1 and 2: the canary's was changed, edited, talked about and delivered; the other one's stays."""
    shop = a_shop(folder)
    before = a_canary(updated_at="2026-11-20T10:00:00Z")
    before["ship_to"] = before["ship_to"] | {"line1": CANARY["older"]}
    shop.orders("web1", before, an_order_row("2", "LAMP"))
    broken = a_canary("9")
    broken["lines"] = [{"id": "1", "sku": "MUG", "quantity": -1, "unit_price": "20.00"}]
    shop.orders("web3", broken)
    with shop.context() as ctx:
        from orderctl.steps import run

        run.run(ctx, only=["pull"])
        by_hand.edit(ctx, "web/1", {"ship_to.line2": CANARY["edited"]}, "she asked for it")
    shop.orders("web2", a_canary(updated_at="2026-11-20T12:00:00Z"))
    shop.run()
    with shop.context() as ctx:
        by_hand.note(ctx, "web/1", CANARY["said"])
        by_hand.hold(ctx, "web/1", "vip", CANARY["said"])
        by_hand.release(ctx, "web/1", ["vip"], CANARY["said"])
    shop.answers(
        "east",
        "one",
        "WEB-1-1,shipped,,,ups,1Z1,",
        f"WEB-77-1,rejected,,,,,{CANARY['name']} moved",
        "WEB-2-1,rejected,,,,,x",
    )
    shop.run(at=LATER)
    return shop


def redact(shop: Shop, at: str = LATER) -> Any:
    with shop.context(at=at) as ctx:
        return privacy.redact(ctx, privacy.chosen(ctx, [], CANARY["email"]), CANARY["email"])


def bytes_beside(shop: Shop) -> dict[str, bytes]:
    """Every file of the store and of what lies beside it, without what was handed over or came in."""
    return {path.name: path.read_bytes() for path in shop.folder.iterdir() if path.is_file() and path.suffix != ".toml"}


def traces(shop: Shop) -> list[tuple[str, str]]:
    """(file, text) for each canary in any byte beside the store, in whatever way JSON or SQLite may write it."""
    found = []
    for name, content in bytes_beside(shop).items():
        for text in (*CANARY.values(), "cust-777123"):
            forms = {text.encode(), json.dumps(text)[1:-1].encode(), text.casefold().encode()}
            found += [(name, text) for form in forms if form in content]
    return found


def unpacked(shop: Shop) -> bytes:
    """Everything the store holds, compressed blocks unpacked."""
    import zlib

    from orderctl.store import blocks

    parts = []
    with shop.context(write=False) as ctx:
        for table in ("payload_blocks", "decision_blocks"):
            for (content,) in ctx.db.execute(f"SELECT content FROM {table} WHERE content IS NOT NULL"):  # noqa: S608
                parts.append(zlib.decompressobj(-15, zdict=blocks._WORDS[content[0]]).decompress(content[1:]))
        parts += [zlib.decompress(row[0]) for row in ctx.db.execute("SELECT payload FROM quarantine")]
    return b"".join(parts)


def test_before_it_is_redacted_the_canary_is_everywhere(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)

    assert len(CANARY) <= len({text for _, text in traces(shop)}) + 2
    assert CANARY["older"].encode() in unpacked(shop)


def test_no_byte_of_a_redacted_customer_is_left_in_any_file(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)
    report = redact(shop)

    assert Exit.OK == report.exit
    assert [] == traces(shop)
    assert [] == [text for text in CANARY.values() if text.encode() in unpacked(shop)]
    with shop.context(write=False) as ctx:
        assert [] == search.find(ctx.db, "Quillfeather")
        assert ("ok",) == ctx.db.execute("PRAGMA integrity_check").fetchone()
        assert [] == [name for name, wrong in care.check(ctx.db) if wrong]


def test_what_accounts_need_is_left_and_says_that_something_was_taken_out(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)
    before = shop.ask(views.order_show, "web/1")
    redact(shop)
    after = shop.ask(views.order_show, "web/1")

    assert (before["total"], before["state"], before["number"]) == (after["total"], after["state"], after["number"])
    assert ("US", "NY", "") == tuple(after["ship_to"][part] for part in ("country", "region", "name"))
    assert "redacted" in [event["kind"] for event in after["history"]]
    with shop.context(write=False) as ctx, pytest.raises(UsageError, match="redacted"):
        explain.explain(ctx, "web/1")


def test_other_customers_keep_everything(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)
    before = shop.ask(views.order_show, "web/2")
    redact(shop)

    assert before == shop.ask(views.order_show, "web/2")
    with shop.context(write=False) as ctx:
        assert "same" == explain.explain(ctx, "web/2").replay


def test_a_redacted_order_is_never_filled_again(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)
    redact(shop)
    shop.orders("web5", a_canary(updated_at="2026-11-22T12:00:00Z"))
    shop.run(at=MUCH_LATER)

    assert [] == traces(shop)


def test_copies_and_files_that_name_the_person_are_listed(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)
    with shop.context(write=False) as ctx:
        steps_care.db_backup(ctx, tmp_path / "copy.db")
    report = redact(shop)

    listed = {(item["what"], Path(item["file"]).name) for item in report.items}
    assert {("copy", "copy.db"), ("file", "web1.jsonl"), ("file", "2026-11-20-0001.csv")} <= listed


def in_a_mail(how: str) -> bytes:
    message = EmailMessage()
    message.set_content(f"Dear {CANARY['name']},\nyour {CANARY['company']}", charset="utf-8", cte=how)
    return message.as_bytes()


def in_a_workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{html.escape(CANARY['company'])}</t>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("old.csv", CANARY["company"].encode("cp1252")),
        ("excel.txt", CANARY["name"].encode("utf-16-le")),
        ("shout.csv", CANARY["name"].upper().encode()),
        ("mail.eml", in_a_mail("base64")),
        ("printed.eml", in_a_mail("quoted-printable")),
        ("page.html", html.escape(CANARY["company"]).encode()),
        ("list.xlsx", in_a_workbook()),
        ("orderctl.log.1.gz", gzip.compress(json.dumps({"message": CANARY["line1"]}).encode())),
    ],
)
def test_a_file_that_names_the_person_is_listed_however_it_is_written(tmp_path, name, content):
    shop = a_shop_with_a_canary(tmp_path)
    (tmp_path / "in").mkdir(exist_ok=True)
    (tmp_path / "in" / name).write_bytes(content)
    (tmp_path / "in" / f"not-{name}").write_bytes(b"PK\x03\x04 nothing")

    listed = [Path(item["file"]).name for item in redact(shop).items]
    assert name in listed
    assert f"not-{name}" not in listed


def test_documents_that_cannot_be_searched_are_listed_by_their_names_and_the_store_is_not(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)
    same_words = a_canary("5", customer={"name": "Somebody Else", "email": "else@example.com"})
    shop.orders("web5", same_words)
    shop.run(at=LATER)
    (document,) = (tmp_path / "out" / "east").glob("*-0001.csv")
    document.with_name(f"{document.name}.packing-slip.pdf").write_bytes(b"%PDF-1.4 packed")
    document.with_name("another.pdf").write_bytes(b"%PDF-1.4 packed")

    listed = [Path(item["file"]).name for item in redact(shop).items]
    assert f"{document.name}.packing-slip.pdf" in listed
    assert "another.pdf" not in listed
    assert [] == [name for name in listed if name.startswith("orderctl.db")]


def test_an_order_that_is_still_to_be_sent_is_not_redacted(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders("web1", a_canary())
    shop.run()

    with pytest.raises(UsageError, match="still to be sent"):
        redact(shop)


def test_what_was_delivered_long_ago_is_purged_and_nothing_else(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)
    with shop.context(at=LATER) as ctx:
        assert {} == {name: count for name, count in privacy.purge(ctx).counts.items() if name == "orders redacted"}
    assert 1 == status(shop)["overdue"]
    with shop.context(at=MUCH_LATER) as ctx:
        assert 1 == privacy.purge(ctx).counts["orders redacted"]

    assert 0 == status(shop)["overdue"]
    with shop.context(write=False) as ctx:
        assert "Ana Diaz" == views.order_show(ctx, "web/2")["ship_to"]["name"]


def status(shop: Shop) -> Any:
    with shop.context(write=False, at=MUCH_LATER) as ctx:
        return privacy.status(ctx)


def test_a_customer_is_told_everything_that_is_known(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)

    (order,), (aside,) = shop.ask(privacy.export, CANARY["email"].upper())
    assert (CANARY["note"], CANARY["name"]) == (order["note"], order["ship_to"]["name"])
    assert "lines[1].quantity" == aside["field"]
    assert "9" == json.loads(aside["payload"])["number"]


def test_killed_anywhere_the_next_one_leaves_no_trace(tmp_path):
    start = a_shop_with_a_canary(tmp_path / "start")
    names = points_of(start.copy(tmp_path / "counted"), redact)
    for count, name in enumerate(names, 1):
        shop = start.copy(tmp_path / str(count))
        assert os.WIFSIGNALED(in_child(partial(redact, shop), kill_at(count))), name

        assert 0 == in_child(partial(redact, shop), go_on), name
        assert [] == traces(shop), name


def test_a_reader_that_keeps_the_log_is_told_and_the_next_one_finishes(tmp_path):
    shop = a_shop_with_a_canary(tmp_path)
    reader = sqlite3.connect(shop.store, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM orders").fetchone()
    with shop.context(at=LATER) as ctx:
        ctx.db.execute("PRAGMA busy_timeout = 50")
        report = privacy.redact(ctx, privacy.chosen(ctx, [], CANARY["email"]), CANARY["email"])
    reader.close()

    assert ["log_kept"] == [one.code for one in report.problems]
    assert Exit.OK == redact(shop).exit
    assert [] == traces(shop)
