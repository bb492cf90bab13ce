"""Cases from the public test suites of other systems, said as tests of the rules language where it can say them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.places import Location
from orderctl.rules import testfile
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.testrun import Result, Runner
from tests.rules.deciding import some_places

Case = Mapping[str, Any]
KINDS = ("allocate", "route", "split")

#: What cannot be said, and why.
UNSAYABLE = {
    "ref-020": "units that wait are no package of their own: they become a shipment when they are there",
    "ref-022": "how many parcels a shipment needs is for the location that packs it",
    "ref-037": "stock is without limit per location, not per SKU",
    "ref-039": "a reservation does not expire: it ends with its shipment",
    "ref-043": "stock is without limit per location, not per SKU",
    "ref-071": "units are whole",
    "ref-072": "units are whole",
    "ref-074": "units are whole",
}
HEAD = """
now = 2026-11-20T10:00:00-05:00
[defaults.order]
ship_to = { name = "Ana", line1 = "1 Main St", city = "Reno", region = "NV", postcode = "89501", country = "US" }
[defaults.line]
unit_price = "20.00"
weight_g = 200
[[test]]
name = "one"
"""


def cases() -> list[Case]:
    shared = os.environ.get("ORDERCTL_SHARED")
    if not shared:
        pytest.skip("ORDERCTL_SHARED does not name the folder with the cases of other systems")
    found = json.loads((Path(shared) / "cases" / "peer_allocation_cases.json").read_text(encoding="utf-8"))
    return [case for case in found if case["kind"] in KINDS]


def sources(case: Case) -> list[str]:
    """The locations in the order in which the case prefers them; those that are switched off are no candidates."""
    first = (case["order"].get("preferred_location"), case["order"].get("collection_point"))
    places = [place for place in case["locations"] if place["active"]]
    return [place["code"] for place in sorted(places, key=lambda place: place["code"] not in first)]


def rules(case: Case) -> str:
    names = json.dumps(sources(case))
    waits = any(place["backorderable"] for place in case["locations"])
    prefer = '["most_stock", "listed"]' if case["strategy"] == "highest_stock" else '["fewest_shipments", "listed"]'
    head = f'version = 1\n[[location]]\nname = "rule"\nthen.ship_from = {names}\nthen.prefer = {prefer}\n'
    head += "then.split.allow = true\nthen.split.lines = true\n"
    return head + ('then.if_short = "backorder"\nthen.backorder.ship_available_now = true\n' if waits else "")


def written(case: Case) -> str:
    """The case as one [[test]]."""
    lines = ", ".join(f'{{ sku = "{line["sku"]}", quantity = {line["qty"]} }}' for line in case["order"]["lines"])
    body = HEAD + f"order.lines = [{lines}]\n{stock(case)}"
    expect = case["expect"]
    short = expect.get("total_backordered") or 0
    if expect.get("fully_allocated") is False:
        return body + 'expect.reserved = {}\nexpect.problems = ["short_stock"]\n'
    if "allocations" in expect:
        ships: dict[str, list[str]] = {}
        for one in expect["allocations"]:
            ships.setdefault(one["location"], []).append(f"{one['sku']} = {one['qty']}")
        parts = [f'{{ from = "{name}", lines = {{ {", ".join(units)} }} }}' for name, units in ships.items()]
        body += f"expect.ship = [{', '.join(parts)}]\n"
    waits = f"A = {short}" if short else ""
    return body + f"expect.backorder = {{ {waits} }}\n"


def stock(case: Case) -> str:
    taken = [*case.get("reservations", ()), *case.get("existing_allocations", ())]
    text = "".join(
        f"reserved.{one['location']} = {{ {one['sku']} = {one['qty']} }}\n"
        for one in taken
        if one.get("order") != "self"
    )
    for place in case["locations"]:
        units = ", ".join(f"{sku} = {count}" for sku, count in place["stock"].items())
        text += f"stock.{place['code']} = {{ {units} }}\n"
    return text


def run(case: Case) -> Result:
    places = some_places(
        *(
            Location(place["code"], country="US", serves=() if place.get("serves_channel", True) else ("CA",))
            for place in case["locations"]
        )
    )
    known = Known.from_places(places)
    (test,) = testfile.read(testfile.parse(written(case), "cases.test.toml"), known, "UTC")
    return Runner(load(rules(case), "rules.toml", known), places).run(test)


def test_every_case_that_can_be_said_comes_out_as_in_the_system_it_is_from():
    for case in cases():
        if case["id"] in UNSAYABLE:
            continue
        result, expect = run(case), case["expect"]
        plan = result.trace.plan

        assert () == result.differences, case["id"]
        if "total_on_hand" in expect:
            assert expect["total_on_hand"] == sum(shipment.units for shipment in plan.shipments), case["id"]
        if "shipments" in expect:
            assert expect["shipments"] == len(plan.shipments), case["id"]
        assert {shipment.location for shipment in plan.shipments}.isdisjoint(expect.get("locations_not_used", ()))


def test_the_cases_that_cannot_be_said_are_known_by_name():
    ids = {case["id"] for case in cases()}

    assert (31, 8) == (len(ids), len(UNSAYABLE))
    assert set(UNSAYABLE) <= ids
