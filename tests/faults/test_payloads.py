"""What can be wrong with an order itself, whatever brings it (P11 to P19)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderctl.core import order_fields
from tests.faults.world import a_world
from tests.shop import CHANNELS, an_order_row

WHOLE = an_order_row(
    "1",
    updated_at="2026-11-20T10:00:00Z",
    currency="USD",
    payment_terms="net30",
    source="online",
    type="b2c",
    fulfilled_by="merchant",
    requested_service="express",
    ship_by="2026-12-01T10:00:00Z",
    deliver_by="2026-12-05T10:00:00Z",
    priority="normal",
    risk="low",
    tags=["vip"],
    note="ring twice",
    gift_message="for you",
    po_number="7",
    attributes={"color": "red"},
    shipping_price="5.00",
    discount="1.00",
    tax="0.00",
    total="24.00",
    bill_to={"name": "Ana Diaz", "country": "US"},
)


def without(path: str, *, null: bool) -> dict[str, Any]:
    """The whole order without the field at `path`, or with nothing in it."""
    row: dict[str, Any] = json.loads(json.dumps(WHOLE))
    *tables, name = path.replace("[1]", ".0").split(".")
    into: Any = row
    for part in tables:
        into = into[int(part) if part.isdigit() else part]
    if null:
        into[name] = None
    else:
        del into[name]
    return row


def paths_of(value: dict[str, Any], prefix: str = "") -> list[str]:
    found = []
    for name, part in value.items():
        found.append(prefix + name)
        if isinstance(part, dict) and name != "attributes":
            found += paths_of(part, f"{prefix}{name}.")
        elif name == "lines":
            found += paths_of(part[0], "lines[1].")
    return found


@pytest.mark.parametrize("null", [True, False], ids=["null", "missing"])
def test_an_order_without_an_optional_field_is_stored_and_without_a_needed_one_put_aside(tmp_path, null):
    """P11: each field in turn; a total left out is worked out, so that the rest must not be refused for it."""
    world = a_world(tmp_path)
    paths = paths_of(WHOLE)
    rows = []
    for position, path in enumerate(paths):
        row = without(path, null=null)
        for name in ("number", "channel_order_id"):
            if row.get(name):
                row[name] = f"{path} {position}"
        rows.append(row)
    world.orders("web", *rows)

    assert 3 == world.orderctl("run").code

    kept = {identity.split(" ")[0] for (identity,) in world.rows("SELECT channel_order_id FROM orders")}
    needed = {"placed_at", "lines", "lines[1].quantity"}
    assert set(paths) - needed == kept
    assert needed == set(world.put_aside())
    world.sound()


def test_a_quantity_that_is_no_number_of_units_is_put_aside(tmp_path):
    """P12: none of it is rounded, read as 1 or taken for nothing; the orders beside it go out."""
    world = a_world(tmp_path)
    wrong = [
        "-1",
        "1.5",
        "3.0",
        "1e3",
        "true",
        '"3"',
        '"3.0"',
        "1" + "0" * 30,
        "1e400",
        "NaN",
        "Infinity",
        "[]",
        "null",
    ]
    rows = [json.dumps(an_order_row(quantity, "MUG*777")).replace("777", quantity) for quantity in ("0", "1", *wrong)]
    world.orders("web", *rows)

    assert 3 == world.orderctl("run").code

    assert {"0": "cancelled", "1": "dispatched"} == world.states()
    assert [(0, 0)] == world.rows("SELECT ordered, open FROM order_lines JOIN orders USING (order_id) WHERE number = 0")
    named = {"NaN": "", "Infinity": ""}
    fields = [named.get(quantity, "lines[1].quantity") for quantity in wrong]
    assert fields == [row[0] for row in world.rows("SELECT field FROM quarantine ORDER BY quarantine_id")]
    world.sound()


def test_an_order_in_a_currency_that_is_none_is_put_aside(tmp_path):
    """P13: without one, the currency of the configuration counts."""
    world = a_world(tmp_path)
    codes = {"USD": True, "EUR": True, None: True, "usd": False, "XXX": False, "US": False, "€": False}
    world.orders("web", *(an_order_row(str(code), currency=code) for code in codes))

    assert 3 == world.orderctl("run").code

    assert {str(code) for code, kept in codes.items() if kept} == set(world.numbers())
    assert [("currency", 4)] == world.rows("SELECT field, count(*) FROM quarantine GROUP BY field")


def test_a_sku_may_stand_on_two_lines_but_a_line_id_may_not(tmp_path):
    """P14."""
    world = a_world(tmp_path)
    line = {"sku": "MUG", "quantity": 1, "unit_price": "20.00"}
    world.orders(
        "web",
        an_order_row("1", lines=[line | {"id": "a"}, line | {"id": "b"}]),
        an_order_row("2", lines=[line | {"id": "a"}, line | {"id": "a"}]),
    )

    assert 3 == world.orderctl("run").code

    assert {"1": "dispatched"} == world.states()
    assert ["lines"] == list(world.put_aside())
    assert 2 == world.one("SELECT units FROM batches")


NASTY = (
    "\u202eevil\u202c",
    "Zoë 👩‍👩‍👧 Ünal",
    "A\u200bn\u200da",
    "e\u0301" * 20,
    "a\x00b",
    "a\ud800b",
    "\x1b[31mred\x1b[0m\x07",
    "\u2066x\u2069",
    "a\r\nb\tc",
    "\ue000\U0010ffff",
)


#: What a terminal would act upon.
OBEYED = set("\x00\x07\x1b\r\u202e\u202c\u2066\u2069\ud800")


def test_text_is_stored_as_sent_and_shown_without_effect(tmp_path):
    """P15: NUL and lone surrogates, which nothing can keep, are replaced; a terminal gets nothing to obey."""
    world = a_world(tmp_path)
    rows = [an_order_row(str(number), note=nasty, tags=[nasty]) for number, nasty in enumerate(NASTY)]
    for row in rows:
        row["ship_to"]["name"] = row["customer"]["name"] = row["note"]
    world.stock(east={"MUG": 100})
    world.orders("web", *rows)

    assert 0 == world.orderctl("run").code

    (document,) = world.files("out").values()
    for number, nasty in enumerate(NASTY):
        expected = nasty.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
        shown = world.orderctl("orders", "show", str(number), "--json")
        assert shown.out.isascii()
        assert (expected, expected) == (shown.json["note"], shown.json["ship_to"]["name"])
        assert expected in document.decode()
        text = world.orderctl("orders", "show", str(number)).text
        assert set() == set(text) & OBEYED
    for form in ("table", "csv", "tsv"):
        assert set() == set(world.orderctl("orders", "list", "--format", form).out) & OBEYED


@pytest.mark.parametrize(
    ("what", "change", "field"),
    [
        ("a long note", {"note": "x" * order_fields.LONGEST_TEXT}, None),
        ("a note too long", {"note": "x" * (order_fields.LONGEST_TEXT + 1)}, "note"),
        ("a note of 5 MB", {"note": "x" * 5_000_000}, ""),
        ("2,000 lines", {"lines": [{"sku": "TEE", "quantity": 0} for _ in range(2000)]}, None),
        ("5,001 lines", {"lines": [{"sku": "TEE", "quantity": 0} for _ in range(5001)]}, "lines"),
        ("many attributes", {"attributes": {str(name): "x" * 1000 for name in range(5000)}}, ""),
        ("deep", {"attributes": json.loads("[" * 900 + "]" * 900)}, ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_order_beyond_its_bounds_is_put_aside_and_the_pass_goes_on(tmp_path, what, change, field):
    """P16, G9."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1", **change), an_order_row("2"))

    said = world.orderctl("run")

    assert (0 if field is None else 3) == said.code, said.text
    assert "dispatched" == world.states()["2"]
    assert ("1" in world.states()) == (field is None)
    assert len(said.text) < 10_000


def test_what_is_not_ours_to_ship_is_never_handed_over(tmp_path):
    """P17: fulfilled by the channel, unpaid where the rules hold that, digital, cancelled, and a test order."""
    rules = """
version = 1
[[hold]]
name = "unpaid"
when.payment = "pending"
then.hold = "payment"
[[hold]]
name = "test orders"
when.tags = "test"
then.reject = "a test order"
[[location]]
name = "all"
then.ship_from = ["east"]
"""
    world = a_world(tmp_path, rules=rules)
    digital = [{"sku": "MUG", "quantity": 1, "unit_price": "20.00", "requires_shipping": False}]
    theirs = [{"sku": "MUG", "quantity": 1, "unit_price": "20.00", "fulfilled_by": "channel"}]
    world.orders(
        "web",
        an_order_row("channel", fulfilled_by="channel"),
        an_order_row("line", lines=theirs),
        an_order_row("unpaid", payment="pending"),
        an_order_row("digital", lines=digital),
        an_order_row("cancelled", cancelled_at="2026-11-20T11:00:00Z"),
        an_order_row("test", tags=["test"]),
        an_order_row("old", placed_at="2026-10-31T23:59:59Z"),
    )

    assert world.orderctl("run").code in {0, 3}

    assert {} == world.files("out")
    assert 0 == world.one("SELECT count(*) FROM shipments")
    assert {
        "channel": "closed",
        "line": "closed",
        "unpaid": "held",
        "digital": "closed",
        "cancelled": "cancelled",
        "test": "rejected",
        "old": "track_only",
    } == world.states()


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "fewer": lambda row: row["lines"][0].update(quantity=1),
    "more": lambda row: row["lines"][0].update(quantity=5),
    "removed": lambda row: row["lines"].pop(0),
    "added": lambda row: row["lines"].append({"id": "new", "sku": "LAMP", "quantity": 1, "unit_price": "20.00"}),
    "address": lambda row: row["ship_to"].update(line1="2 Side St"),
}


@pytest.mark.parametrize("routed", [False, True], ids=["before routing", "after routing"])
@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_order_is_decided_anew_before_it_leaves(tmp_path, edit, routed):
    """P18: the new version replaces the old one, and the history tells the difference."""
    world = a_world(tmp_path)
    row = an_order_row("1", "MUG*3", "TEE")
    world.orders("web-1", row)
    world.orderctl("run", "--skip", "dispatch", *([] if routed else ["--skip", "route"]))
    EDITS[edit](row)
    world.orders("web-2", row | {"updated_at": "2026-11-20T12:00:00Z"})

    assert 0 == world.orderctl("run").code

    wanted = sorted((line["sku"], line["quantity"]) for line in row["lines"])
    sent = world.rows(
        "SELECT l.sku, sum(l.quantity) FROM shipment_lines l JOIN shipments USING (shipment_id)"
        " WHERE state = 'dispatched' GROUP BY l.sku ORDER BY l.sku"
    )
    assert wanted == sent
    reserved = world.rows("SELECT sku, sum(reserved) FROM stock_levels GROUP BY sku HAVING sum(reserved) ORDER BY sku")
    assert wanted == reserved
    documents = b"".join(world.files("out").values()).decode()
    assert ("2 Side St" in documents) == (edit == "address")
    assert 2 == world.one("SELECT count(*) FROM order_revisions")
    assert 1 == world.one("SELECT count(*) FROM events WHERE kind = 'changed' AND detail <> ''")
    world.sound()


def test_an_older_version_that_comes_late_changes_nothing_and_is_noted(tmp_path):
    """P19."""
    world = a_world(tmp_path)
    world.orders("web-1", an_order_row("1", "MUG*2", updated_at="2026-11-20T12:00:00Z"))
    world.orderctl("run")
    world.orders("web-2", an_order_row("1", "MUG*1", updated_at="2026-11-20T11:00:00Z"))

    assert 0 == world.orderctl("run").code

    assert 2 == world.one("SELECT ordered FROM order_lines")
    assert 1 == world.one("SELECT count(*) FROM events WHERE kind = 'older version ignored'")


def test_a_channel_that_is_only_watched_sends_nothing(tmp_path):
    """The first pass on a shop with 500 old orders: every decision is recorded, none is applied."""
    watched = CHANNELS.replace("live_from = 2026-11-01T00:00:00Z\n", "", 1)
    world = a_world(tmp_path, watched)
    world.stock(east={"MUG": 9999})
    rows = [an_order_row(f"{number:03}", placed_at=f"2026-11-{1 + number // 50:02}T10:00:00Z") for number in range(500)]
    world.orders("web", *rows)

    assert 0 == world.orderctl("run").code

    assert {} == world.files()
    assert {"new"} == set(world.states().values())
    assert [(500, 0, 0, 0)] == world.rows(
        "SELECT (SELECT count(*) FROM decisions), (SELECT count(*) FROM shipments),"
        " (SELECT count(*) FROM reservations), (SELECT count(*) FROM effects)"
    )

    world.write("channels.toml", watched.replace('path = "orders/web', 'live_from = 2026-11-06\npath = "orders/web'))
    assert 0 == world.orderctl("run").code

    states = world.states()
    assert {"track_only"} == {state for number, state in states.items() if number < "250"}
    assert {"dispatched"} == {state for number, state in states.items() if number >= "250"}
    assert 250 == world.one("SELECT sum(shipments) FROM batches")
    world.sound()
