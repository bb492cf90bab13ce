from __future__ import annotations

import tomllib
from typing import Any

import pytest

from orderctl.rules import actions
from orderctl.rules.known import Known, Refused, Setup
from orderctl.rules.load import load
from orderctl.rules.model import STAGES

#: Every name that an example in the reference mentions.
MENTIONED = Known(
    "USD",
    locations=("reno", "newark", "zenith"),
    services=("ups:ground", "usps:priority", "ups:next_day_air", "fedex:overnight"),
    packages=("small-box",),
    notify=("ops",),
)
_FIRST = {"hold": 'then.hold = "x"\n', "location": 'then.ship_from = "reno"\n', "service": "", "enhance": ""}


def then(stage: str, text: str) -> dict[str, Any]:
    """What a rule of `stage` with these actions does."""
    rules = load(f'version = 1\n[[{stage}]]\nname = "x"\n{text}', "rules.toml", MENTIONED)
    return dict(rules.stages[stage][0].then)


@pytest.mark.parametrize(("stage", "name"), actions.ACTIONS)
def test_every_action_says_what_it_does_and_its_example_is_right(stage: str, name: str):
    action = actions.ACTIONS[stage, name]
    raw = tomllib.loads(f"value = {action.example}")["value"]

    assert action.doc.endswith(".")
    assert action.type
    assert stage in action.stages
    assert action.parse(raw, Setup(MENTIONED, "USD")) is not None


def test_every_stage_has_the_actions_of_the_language():
    assert {
        "hold": 11,
        "location": 15,
        "service": 6,
        "enhance": 12,
    } == {stage: len(actions.names_of(stage)) for stage in STAGES}


def test_what_nothing_carries_out_is_refused_by_name():
    unavailable = {name for (_, name), action in actions.ACTIONS.items() if not action.available}

    assert {"helpdesk", "notify"} == unavailable
    with pytest.raises(Refused, match="'helpdesk' is not available in this version"):
        actions.find("hold", "helpdesk")


@pytest.mark.parametrize(
    ("stage", "text", "expected"),
    [
        ("hold", 'then.release_after = "30 min"', {"release_after": 1800}),
        ("hold", 'then.cancel_after = "7d"', {"cancel_after": 604800}),
        ("hold", "then.track_only = false", {"track_only": False}),
        (
            "hold",
            'then.note = "for {customer.name}, {attributes.gift}"',
            {"note": "for {customer.name}, {attributes.gift}"},
        ),
        ("location", 'then.ship_from = ["reno", "newark"]', {"ship_from": ("reno", "newark")}),
        ("location", "then.split.allow = true", {"split.allow": True}),
        (
            "location",
            "then.split = { lines = true, max_shipments = 2 }",
            {"split.lines": True, "split.max_shipments": 2},
        ),
        ("location", "then.split.min_value = 25", {"split.min_value": 2500}),
        ("location", 'then.split.min_value = "19.99"', {"split.min_value": 1999}),
        ("location", 'then.if_short = "hold:stock"', {"if_short": "hold:stock"}),
        ("location", 'then.if_full = "wait:2d"', {"if_full": "wait:172800"}),
        ("location", 'then.backorder.max_wait = "3 weeks"', {"backorder.max_wait": 1814400}),
        ("location", 'then.keep_together = ["set"]', {"keep_together": ("set",)}),
        ("service", 'then.service = "ups:ground"', {"service": "ups:ground"}),
        ("service", 'then.cheapest_of = ["ups:ground"]', {"cheapest_of": ("ups:ground",)}),
        ("enhance", "then.insure = 100", {"insure": 10000}),
        ("enhance", 'then.insure = "shipment.value"', {"insure": "shipment.value"}),
        ("enhance", 'then.add_item = { sku = "A" }', {"add_item": {"sku": "A", "quantity": 1}}),
        ("enhance", 'then.documents = "packing_slip"', {"documents": ("packing_slip",)}),
    ],
)
def test_actions_become_checked_values_under_dotted_names(stage: str, text: str, expected: dict[str, Any]):
    found = then(stage, text if next(iter(expected)) in {"ship_from", "track_only"} else _FIRST[stage] + text)

    assert expected == {name: found[name] for name in expected}


def test_the_end_of_a_hold_is_a_condition_like_any_other():
    (condition,) = then("hold", _FIRST["hold"] + 'then.release_when.payment = ["paid", "on_terms"]')["release_when"]

    assert ("payment", frozenset({"paid", "on_terms"})) == (condition.field, condition.test.exact)


@pytest.mark.parametrize(
    ("stage", "name", "code"),
    [
        ("hold", "hodl", "E112"),
        ("hold", "ship_from", "E132"),
        ("enhance", "notify", "E137"),
        ("service", "split", "E112"),
    ],
)
def test_an_action_that_is_not_there_is_refused(stage: str, name: str, code: str):
    with pytest.raises(Refused) as refused:
        actions.find(stage, name)

    assert code == refused.value.code


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        ("hold", 'then.release_after = "1 h"'),
        ("hold", 'then.hold = "x"\nthen.track_only = true'),
        ("service", 'then.service = "ups:ground"\nthen.fastest_of = ["ups:ground"]'),
    ],
)
def test_actions_that_cannot_go_together_are_refused(stage: str, text: str):
    with pytest.raises(Exception, match="E138"):
        then(stage, text)


@pytest.mark.parametrize("name", ["", "Wholesale", "a b", "../x", "-x", "x" * 31])
def test_a_batch_has_a_name_that_file_names_can_hold(name: str):
    with pytest.raises(Refused):
        actions.ACTIONS["enhance", "batch"].parse(name, Setup(MENTIONED, "USD"))
