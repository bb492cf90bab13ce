"""Rules in words: what a reviewer reads."""

from __future__ import annotations

from typing import Any

from orderctl.rules.words import rule_to_json
from tests.rules.deciding import ready, some_places


def said(rule: str, lists: str = "") -> dict[str, Any]:
    places = some_places()
    ruleset = ready(lists + rule, places).ruleset
    (only,) = [one for stage in ruleset.stages.values() for one in stage]
    return rule_to_json(only, ruleset, places)


def test_conditions_read_as_one_sentence():
    rule = """
[[hold]]
name = "fraud"
when.payment = "paid"
when.any = [{ risk = "high" }, { total = ">= 800", customer.orders = 0 }]
unless.customer.email = "@vip"
unless.any = [{ tags = "known", total = "< 900" }]
then.hold = "fraud"
"""
    words = said(rule, '[lists]\nvip = ["ana@example.com", "bo@example.com"]\n')["when"]

    assert (
        "payment is paid and (risk is high or (total >= 800 and customer.orders is 0))"
        " unless customer.email is one of @vip or (tags is known and total < 900)"
    ) == words


def test_a_rule_without_conditions_has_none():
    assert "" == said('[[location]]\nname = "all"\nthen.ship_from = ["east"]\n')["when"]


def test_amounts_and_spans_of_time_are_written_as_people_do():
    location = said(
        '[[location]]\nname = "all"\nthen.ship_from = ["east"]\nthen.split.min_value = 25\n'
        'then.if_full = "wait:2d"\nthen.backorder.max_wait = "14d"\n'
    )["then"]
    hold = said(
        '[[hold]]\nname = "x"\nthen.hold = "x"\nthen.release_after = "30 min"\nthen.release_when.payment = "paid"\n'
    )
    insured = said('[[enhance]]\nname = "x"\nthen.insure = 100\nthen.documents = ["packing_slip"]\n')["then"]

    assert ("25.00 USD", "wait:2 d", "14 d") == tuple(
        location[name] for name in ("split.min_value", "if_full", "backorder.max_wait")
    )
    assert {"hold": "x", "release_after": "30 min", "release_when": "payment is paid"} == hold["then"]
    assert {"insure": "100.00 USD", "documents": ["packing_slip"]} == insured


def test_every_default_of_a_location_rule_is_in_force():
    assert {
        "ship_from": ["east"],
        "prefer": ["fewest_shipments", "listed"],
        "split.allow": False,
        "split.lines": False,
        "if_short": "exception",
        "if_full": "next_location",
        "keep_stock": 0,
        "backorder.ship_available_now": False,
    } == said('[[location]]\nname = "all"\nthen.ship_from = ["east"]\n')["then"]
