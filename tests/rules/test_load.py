from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core import toml
from orderctl.core.digests import digest
from orderctl.core.errors import ConfigError, Finding
from orderctl.rules import codes
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.model import Rule, RuleSet
from tests.rules import languages

KNOWN = Known(
    "USD",
    timezone="America/New_York",
    locations=("reno", "newark", *(f"l{number}" for number in range(13))),
    services=("ups:ground", "usps:priority"),
    channels={"web": "file", "ebay-us": "ebay"},
    packages=("small-box",),
    notify=("ops",),
)


def loaded(text: str) -> RuleSet:
    return load(f"version = 1\n{text}", "rules.toml", KNOWN)


def only(text: str) -> Rule:
    (rule,) = [rule for rules in loaded(text).stages.values() for rule in rules]
    return rule


def findings(text: str, head: str = "version = 1\n") -> tuple[Finding, ...]:
    with pytest.raises(ConfigError) as refused:
        load(head + text, "rules.toml", KNOWN)
    return refused.value.findings


def found(text: str, head: str = "version = 1\n") -> list[str]:
    return [finding.code for finding in findings(text, head)]


def test_the_head_has_defaults_from_the_configuration():
    rules = loaded("")

    assert ("USD", "America/New_York", 0, {}) == (rules.currency, rules.timezone, rules.default_weight_g, rules.lists)
    assert {"hold": (), "location": (), "service": (), "enhance": ()} == rules.stages


def test_the_head_says_how_values_below_are_meant():
    head = 'currency = "EUR"\nweight = "lb"\ntimezone = "UTC"\ndefault_weight = "1"\n[lists]\nvip = ["a", "b*"]\n'
    rules = loaded(head + '[[service]]\nname = "x"\nwhen.shipment.weight = "< 2"\nthen.duties = "ddp"')

    assert ("EUR", "UTC", 454, {"vip": ("a", "b*")}) == (
        rules.currency,
        rules.timezone,
        rules.default_weight_g,
        rules.lists,
    )
    assert 907 == rules.stages["service"][0].when[0].test.ranges[0].high


def test_the_digest_is_of_the_text():
    text = 'version = 1\n# a comment\n[[hold]]\nname = "x"\nthen.hold = "x"\n'

    assert (digest(text), text) == (load(text, "a", KNOWN).digest, load(text.encode(), "b", KNOWN).text)
    assert load(text, "a", KNOWN).digest != load(text + "\n", "a", KNOWN).digest


def test_a_rule_is_read_with_every_part_and_the_lines_they_stand_on():
    rule = only(
        """
[[hold]]
name = "fraud"
why = "because"
mode = "observe"
when.total = ">= 800"
when.ship_to.country = ["US", "CA"]
when.any = [
  { risk = "high" },
  { customer.orders = 0, customer.email = "*@x.example" },
]
unless.customer.tags = "vip"
unless.any = [{ channel = "web", source = "pos" }]
then.hold = "fraud"
"""
    )

    assert ("hold/fraud", "because", True, 3) == (rule.id, rule.why, rule.observe, rule.line)
    assert [("total", ">= 800", 7), ("ship_to.country", "US, CA", 8)] == [
        (condition.field, condition.text, condition.line) for condition in rule.when
    ]
    assert [[("risk", 10)], [("customer.orders", 11), ("customer.email", 11)]] == [
        [(condition.field, condition.line) for condition in block] for block in rule.any
    ]
    assert ["customer.tags"] == [condition.field for condition in rule.unless]
    assert [["channel", "source"]] == [[condition.field for condition in block] for block in rule.unless_any]
    assert {"hold": "fraud"} == rule.then


def test_a_rule_without_when_is_always_meant():
    rule = only('[[location]]\nname = "rest"\nthen.ship_from = "reno"')

    assert ((), (), (), ()) == (rule.when, rule.any, rule.unless, rule.unless_any)


def test_stages_keep_the_order_of_the_file_whatever_stands_between():
    text = "".join(
        f'[[{stage}]]\nname = "{name}"\n{then}\n'
        for stage, name, then in (
            ("service", "a", 'then.duties = "ddp"'),
            ("hold", "b", 'then.hold = "x"'),
            ("service", "c", 'then.duties = "ddu"'),
        )
    )

    assert ["a", "c"] == [rule.name for rule in loaded(text).stages["service"]]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("", codes.VERSION),
        ("version = 2\n", codes.VERSION),
        ("version = true\n", codes.VERSION),
        ('version = 1\ncurency = "USD"\n', codes.UNKNOWN_KEY),
        ("version = 1\n[holds]\n", codes.UNKNOWN_KEY),
        ('version = 1\ncurrency = "usd"\n', codes.UNKNOWN_CURRENCY),
        ('version = 1\nweight = "stone"\n', codes.WRONG_UNIT),
        ('version = 1\ntimezone = "Mars/Base"\n', codes.UNKNOWN_TIMEZONE),
        ('version = 1\ntimezone = "../etc/passwd"\n', codes.UNKNOWN_TIMEZONE),
        ("version = 1\ntimezone = 5\n", codes.UNKNOWN_TIMEZONE),
        ('version = 1\ndefault_weight = ">= 3 kg"\n', codes.WRONG_TYPE),
        ("version = 1\ndefault_weight = -1\n", codes.WRONG_TYPE),
        ("version = 1\nlists = 5\n", codes.WRONG_TYPE),
        ("version = 1\n[lists]\na = [1]\n", codes.WRONG_TYPE),
        ("version = 1\n[lists]\na = []\n", codes.EMPTY),
        ('version = 1\n[lists]\na = ["@b"]\nb = ["x"]\n', codes.UNKNOWN_LIST),
        ("version = 1\nversion = 1\n", codes.SYNTAX),
        ("version = nan\n", codes.NUMBER),
        ('version = 1\n[hold]\nname = "x"\n', codes.WRONG_TYPE),
    ],
)
def test_a_wrong_head_is_refused(head: str, code: str):
    assert [code] == found("", head)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('wen.risk = "low"', codes.UNKNOWN_KEY),
        ('mode = "test"', codes.WRONG_CHOICE),
        ("when = {}", codes.EMPTY),
        ('when = "always"', codes.EMPTY),
        ("when.ship_to = {}", codes.EMPTY),
        ("when.any = []", codes.EMPTY),
        ('when.any = { risk = "low" }', codes.EMPTY),
        ("when.any = [{}]", codes.EMPTY),
        ('when.any = [{ any = [{ risk = "low" }] }]', codes.UNKNOWN_FIELD),
        ('when.any = [{ riks = "low" }]', codes.UNKNOWN_FIELD),
        ('unless.riks = "low"', codes.UNKNOWN_FIELD),
        ("when.shipment.weight = 3", codes.FIELD_STAGE),
        ("when.ship_to.zone = 3", codes.NOT_AVAILABLE),
        ('when.channel = "wbe"', codes.UNKNOWN_CHANNEL),
        ('when.pos_location = "nowhere"', codes.UNKNOWN_LOCATION),
        ('when.ship_to.country = "@eu"', codes.UNKNOWN_LIST),
        ('when.ship_to.country = "UK"', codes.UNKNOWN_COUNTRY),
        ('when.risk = "hihg"', codes.WRONG_CHOICE),
        ('when.total = "5 kg"', codes.WRONG_UNIT),
        ('when.total = "500..100"', codes.EMPTY_RANGE),
        ('when."ship_to.country" = "US"\nwhen.ship_to.country = "CA"', codes.TWICE),
        ('then.release_after = "30"', codes.WRONG_UNIT),
        ('then.release_when.riks = "low"', codes.UNKNOWN_FIELD),
        ('then.notify = ["ops"]', codes.NOT_AVAILABLE),
        ('then.note = "{ship_to.nmae}"', codes.UNKNOWN_PLACEHOLDER),
        ('then.note = "{note"', codes.UNKNOWN_PLACEHOLDER),
        ('then.service = "ups:ground"', codes.ACTION_STAGE),
        ("then.helpdesk = true", codes.NOT_AVAILABLE),
        ('then.reject = "no"', codes.ACTIONS_DISAGREE),
        ('then.tell = "me"', codes.UNKNOWN_ACTION),
    ],
)
def test_a_wrong_hold_rule_is_refused_by_its_name_and_line(row: str, code: str):
    (finding,) = findings(f'[[hold]]\nname = "wrong"\nthen.hold = "x"\n{row}')

    assert (code, "hold", "wrong") == (finding.code, finding.stage, finding.rule)
    assert finding.line in {5, 6}


def test_a_location_that_is_unknown_is_not_said_to_be_missing_besides():
    assert [codes.UNKNOWN_LOCATION] == found('[[location]]\nname = "x"\nthen.ship_from = ["rno"]\n')


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("", codes.NO_THEN),
        ("then = {}", codes.NO_THEN),
        ('then.failover_to = "reno"', codes.NO_THEN),
        ('then.ship_from = "rno"', codes.UNKNOWN_LOCATION),
        ('then.ship_from = ["reno", "reno"]', codes.TWICE),
        ('then.ship_from = "reno"\nthen.failover_to = ["newark", "reno"]', codes.TWICE),
        (f"then.ship_from = {[f'l{n}' for n in range(13)]}", codes.TOO_MANY),
        (
            f"then.ship_from = {[f'l{n}' for n in range(7)]}\nthen.failover_to = {[f'l{n}' for n in range(7, 13)]}",
            "E136",
        ),
        ('then.ship_from = "reno"\nthen.prefer = "cheapest"', codes.WRONG_CHOICE),
        ('then.ship_from = "reno"\nthen.split = true', codes.UNKNOWN_ACTION),
        ('then.ship_from = "reno"\nthen.split.allow = "yes"', codes.WRONG_TYPE),
        ('then.ship_from = "reno"\nthen.split.max_shipments = 0', codes.WRONG_TYPE),
        ('then.ship_from = "reno"\nthen.split.min_value = ">= 5"', codes.WRONG_TYPE),
        ('then.ship_from = "reno"\nthen.split.min_value = "5 EUR"', codes.WRONG_TYPE),
        ('then.ship_from = "reno"\nthen.if_short = "wait"', codes.WRONG_CHOICE),
        ('then.ship_from = "reno"\nthen.if_short = "hold:"', codes.EMPTY),
        ('then.ship_from = "reno"\nthen.if_full = "wait:1h"', codes.WRONG_UNIT),
        ('then.ship_from = "reno"\nthen.keep_stock = -1', codes.WRONG_TYPE),
        ('then.ship_from = "reno"\nthen.backorder.max_wait = "ever"', codes.WRONG_UNIT),
        ('then.ship_from = "reno"\nthen.hold = "x"', codes.ACTION_STAGE),
    ],
)
def test_a_wrong_location_rule_is_refused(then: str, code: str):
    assert [code] == found(f'[[location]]\nname = "wrong"\n{then}'.replace("'", '"'))


def test_a_shipment_rule_names_what_is_configured():
    text = """
[[service]]
name = "wrong"
then.service = "ups:gruond"
then.cheapest_of = ["ups:ground"]
then.package = "box"
then.duties = "free"
[[enhance]]
name = "wrong too"
then.insure = "lots"
then.signature = "adlt"
then.documents = "invoice"
then.add_item = { sk = "x" }
then.priority = "hi"
then.batch = "X Y"
"""

    assert ["E116", "E117", "E121", "E120", "E121", "E121", "E110", "E121", "E120"] == found(text)


def test_names_are_needed_and_unique_in_their_stage():
    one, other = '[[hold]]\nthen.hold = "x"\n', '[[hold]]\nname = "{}"\nthen.hold = "x"\n'

    assert [codes.NO_NAME] == found(one)
    assert [codes.DUPLICATE_NAME] == found(other.format("a") + other.format("A"))
    assert "another rule of [[hold]] has this name, on line 2" == findings(other.format("a") * 2)[0].message
    assert 1 == len(loaded(other.format("a") + '[[service]]\nname = "a"\nthen.duties = "ddp"').stages["service"])


def test_everything_wrong_is_said_at_once_in_the_order_of_the_file():
    text = 'curency = "USD"\n[[hold]]\nname = "a"\nwhen.riks = 1\nwhen.total = "x"\nthen.hold = "x"\n'
    text += '[[hold]]\nname = "b"\n'

    assert [(2, "E110"), (5, "E111"), (6, "E120"), (8, "E130")] == [
        (finding.line, finding.code) for finding in findings(text)
    ]


def test_a_finding_reads_like_a_sentence_with_its_place():
    (finding,) = findings('[[hold]]\nname = "EU"\nwhen.ship_to.contry = "DE"\nthen.hold = "x"')

    assert (
        "rules.toml:4: [hold] 'EU': unknown field 'ship_to.contry' (did you mean 'ship_to.country'?) [E111]"
    ) == str(finding)


def test_every_code_that_loading_uses_is_explained():
    used = {value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}

    assert used == set(codes.MEANING)


@given(st.text(max_size=80) | st.recursive(st.integers() | st.booleans() | st.text(max_size=8), st.lists, max_leaves=5))
@settings(max_examples=200, deadline=None)
def test_no_value_anywhere_in_a_rule_ends_in_anything_but_findings(value: Any):
    import tomli_w

    rows = {"hold": [{"name": value, "when": value, "unless": {"any": value, "total": value}, "then": value}]}
    rows |= {"location": [{"name": "x", "then": {"ship_from": value, "split": value, "if_short": value}}]}
    rows |= {"enhance": [{"name": "x", "then": {"add_item": {"sku": value, "quantity": value}, "note": value}}]}
    text = tomli_w.dumps({"version": 1, "lists": {"x": value}, **rows})
    with pytest.raises(ConfigError):
        load(text, "rules.toml", KNOWN)


@given(languages.rule_files("enhance"))
@settings(max_examples=50, deadline=None)
def test_what_loads_once_loads_the_same_again(text: str):
    assert load(text, "a.toml", languages.KNOWN) == load(text.encode(), "b.toml", languages.KNOWN)


@pytest.fixture
def drafts() -> Path:
    shared = os.environ.get("ORDERCTL_SHARED")
    if not shared:
        pytest.skip("ORDERCTL_SHARED is not set: the drafts are not at hand")
    return Path(shared) / "drafts"


def test_the_draft_rules_load_but_for_what_this_version_does_not_do(drafts: Path):
    channels = toml.parse((drafts / "channels.toml").read_bytes(), "channels.toml").data
    known = Known(
        currency=channels["currency"],
        locations=tuple(channels["location"]),
        services=tuple(
            f"{carrier}:{service}" for carrier, table in channels["carrier"].items() for service in table["services"]
        ),
        channels={name: table["type"] for name, table in channels["channel"].items()},
        packages=tuple(channels["package"]),
        notify=tuple(channels["notify"]),
    )
    text = (drafts / "rules.toml").read_text(encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        load(text, "rules.toml", known)
    assert [
        ("E137", "fraud", "'notify' is not available in this version"),
        ("E137", "bad-address", "'helpdesk' is not available in this version"),
        ("E137", "late-risk", "'notify' is not available in this version"),
    ] == [(finding.code, finding.rule, finding.message) for finding in refused.value.findings]
    refused_lines = {finding.line for finding in refused.value.findings}
    rest = [row for number, row in enumerate(text.split("\n"), 1) if number not in refused_lines]
    assert [6, 7, 8, 7] == [len(rules) for rules in load("\n".join(rest), "rules.toml", known).stages.values()]
