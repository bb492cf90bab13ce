from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from orderctl.core.errors import RecordError
from orderctl.core.order_json import order_from_json
from orderctl.wire.order_rows import OrderColumns, field_names, full_name, is_field

OURS = OrderColumns({}, "", ZoneInfo("UTC"))
ROW = {"number": "7", "placed_at": "2026-11-20", "sku": "MUG", "quantity": "1"}


def test_every_column_there_can_be_makes_an_order_that_is_accepted():
    said = {"boolean": "yes", "currency": "USD", "payment": "paid", "source": "phone", "type": "b2b"}
    said |= {"fulfilled_by": "merchant", "dispute": "none", "priority": "high", "risk": "low"}
    row = {}
    for name in field_names():
        last = full_name(name).rpartition(".")[2]
        if name in {"cancel_requested", "prices_include_tax"} or last == "requires_shipping":
            row[name] = "yes"
        elif last.endswith("_at") or (last.endswith("_by") and last != "fulfilled_by"):
            row[name] = "2026-11-20"
        else:
            row[name] = said.get(last, "1")

    order = order_from_json(OURS.order_json([row]))
    assert ("7" in order.number, "1", 1) == (False, order.lines[0].sku, order.lines[0].quantity)


def test_a_field_of_a_line_has_a_short_name_where_the_order_has_none_like_it():
    assert ["line.sku", "line.quantity", "line.quantity", "line.id"] == [
        full_name(name) for name in ("sku", "quantity", "qty", "line_id")
    ]
    assert ["discount", "tags", "id"] == [full_name(name) for name in ("discount", "tags", "id")]
    assert is_field("attributes.color")
    assert not is_field("id")


def test_what_the_order_says_may_stand_in_any_of_its_rows():
    rows = [{**ROW, "note": ""}, {**ROW, "sku": "LAMP", "note": "ring twice"}]

    assert ("ring twice", ["MUG", "LAMP"]) == (
        OURS.order_json(rows)["note"],
        [line["sku"] for line in OURS.order_json(rows)["lines"]],
    )


@pytest.mark.parametrize("missing", ["number", "placed_at", "sku", "quantity"])
def test_a_column_that_every_order_needs_is_asked_for(missing):
    with pytest.raises(RecordError, match=f"no column for .*{missing}"):
        OURS.found_in([name for name in ROW if name != missing])
