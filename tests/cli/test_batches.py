from __future__ import annotations

from tests.cli.shop import Shop, a_row


def test_a_batch_is_shown_with_its_shipments(a_day_later: Shop):
    (row,) = a_day_later.orderctl("batches", "list", "--location", "east", "--json").json
    one = a_day_later.orderctl("batches", "show", "east", "1", "--json").json

    assert ("east", 1, "accepted", "out/east/0001.csv", 2, 3) == tuple(
        row[name] for name in ("location", "number", "state", "document", "shipments", "units")
    )
    assert ["WEB-1-1", "WEB-2-1"] == one["references"]
    assert 2 == a_day_later.orderctl("batches", "show", "east", "2").code


def test_a_reprint_gives_the_very_bytes_that_were_handed_over(a_day_later: Shop):
    published = (a_day_later.folder / "out/east/0001.csv").read_bytes()

    said = a_day_later.orderctl("batches", "reprint", "east", "1")
    as_json = a_day_later.orderctl("batches", "reprint", "east", "1", "--json").json

    assert (0, published.decode().splitlines(), "") == (said.code, said.out.splitlines(), said.err)
    assert (True, published.decode()) == (as_json["as_handed_over"], as_json["content"])


def test_a_reprint_says_when_an_order_was_changed_since(a_day_later: Shop):
    a_day_later.orderctl("orders", "edit", "1", "ship_to.city=Boston", "--reason", "moved")

    said = a_day_later.orderctl("batches", "reprint", "east", "1", "--output", "again.csv")

    assert 0 == said.code
    assert "orderctl: east batch 1: these are not the bytes that were handed over\n" == said.err
    assert "Boston" in (a_day_later.folder / "again.csv").read_text(encoding="utf-8")
    assert 0o600 == (a_day_later.folder / "again.csv").stat().st_mode & 0o777


def test_a_reprint_never_writes_over_a_file(a_day_later: Shop):
    kept = a_day_later.write("mine.csv", "mine")

    said = a_day_later.orderctl("batches", "reprint", "east", "1", "--output", "mine.csv")

    assert (2, "mine") == (said.code, kept.read_text(encoding="utf-8"))
    assert "mine.csv: is there already" in said.err


def test_a_preview_is_shown_written_and_given_to_programs(a_day_later: Shop):
    a_day_later.receive(a_row("9"))
    a_day_later.orderctl("run", "--skip", "dispatch")

    said = a_day_later.orderctl("batches", "preview", "east")
    as_json = a_day_later.orderctl("batches", "preview", "east", "--document", "packing-slip.pdf", "--json").json
    saved = a_day_later.orderctl("batches", "preview", "east", "--document", "packing-slip.pdf", "--output", "slip.pdf")

    assert (0, True, 2) == (said.code, "WEB-9-1" in said.out, as_json["number"])
    assert (None, ["WEB-9-1"], "application/pdf") == tuple(
        as_json[name] for name in ("content", "shipments", "media_type")
    )
    assert (0, b"%PDF") == (saved.code, (a_day_later.folder / "slip.pdf").read_bytes()[:4])


def test_a_packing_slip_is_made_once_more_from_a_batch(a_day_later: Shop):
    said = a_day_later.orderctl("batches", "reprint", "east", "1", "--document", "packing-slip.html", "--json").json

    assert (None, "east-0001.packing-slip.html") == (said["as_handed_over"], said["document"])
    assert "WEB-1-1" in said["content"]
